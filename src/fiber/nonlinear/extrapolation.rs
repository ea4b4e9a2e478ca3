//! Steps chosen by an error estimate.
//!
//! The symmetric split step has an error in even powers of the step only, so that solutions of one
//! stretch in 1, 2, 3 … steps extrapolate to second, fourth, sixth … order (E. Hairer, S. P. Nørsett,
//! G. Wanner, Solving Ordinary Differential Equations I, 2nd ed., Springer 1993, sections II.8 and
//! II.9). All of it is done on spectra: a stretch in n steps costs 2n transforms, the first two levels
//! together 6, and the field is transformed once at each end of the fibre. What the last level changes
//! is the estimate of the error: it belongs to the solution before, and the better one goes on.
//!
//! The better one is not always better. In the harmonic sequence the change by level k is the
//! difference of the best solutions of levels k − 1 and k over k² − 1, and where the orders gain on each
//! other, the error of level k over its change is in proportion to the same of level k − 1, which is k²
//! times the ratio of their changes (the error of an entry of the table goes with the inverse squares of
//! all the numbers of steps behind it, section II.9 of the reference). Where the step is long for the
//! highest frequencies, that is more than 1.
//!
//! Errors are carried to the output as dispersion and loss carry them. Light that turns by radians does
//! more to them: of one sign of the dispersion they grow as modulation instability does (G. P. Agrawal,
//! Nonlinear Fiber Optics, 6th ed., section 5.1). Then the split steps of the last level with the error and
//! without it tell what becomes of it, for two transforms more for each of them.

use super::budget::{Budget, forecast};
use super::control::{Method, Report};
use super::error::NonlinearError;
use super::precision::Real;
use super::solver::{MOST_STEPS, Solver};
use num_complex::Complex;

/// Levels of an extrapolation at most: 1, 2, 3 and 4 steps.
const MOST_LEVELS: usize = 4;
/// Transforms of the levels up to k: 2·(1 + … + k).
const COST: [f64; MOST_LEVELS + 1] = [0.0, 2.0, 6.0, 12.0, 20.0];
/// Error of level 2 over (Kerr phase)·(speed·step)², and what each level beyond gains on the one
/// before, over (speed·step)²: measured on solitons but for the last, which is assumed. They only
/// begin: the rule corrects what its levels reach.
const FIRST: f64 = 0.05;
const GAIN: [f64; MOST_LEVELS + 2] = [0.0, 0.0, 1.0, 0.75, 2.5, 3.0];
/// Largest dispersive phase of a step at the edge of the spectrum for an extrapolation to level k:
/// beyond, the orders do not gain on each other and the estimate is too low.
const EDGE_PHASE: [f64; MOST_LEVELS + 1] = [f64::INFINITY, f64::INFINITY, f64::INFINITY, 1.5, 1.0];
/// Error of level k over its last change, over k² times the ratio of the last two changes (see the
/// module): measured on 16QAM over 80 km, where the highest frequencies gain least.
const FURTHER: [f64; MOST_LEVELS + 1] = [0.0, 0.0, 0.0, 3.5, 1.3];
/// Share of what a step is allowed that its successor is planned for.
const SAFETY: f64 = 0.95;
/// Changes of the step, longer and shorter, that are worth new responses.
const WORTH: [f64; 2] = [1.05, 0.98];
/// Kerr phase of the strongest sample over the fibre, rad, beyond which errors are carried with the Kerr
/// effect: below, the estimates have room for what it makes of them. Measured: pulses of 4.5 and 4.7 rad
/// stay below the tolerance without, one of 20 rad misses it by a factor of nine.
const STRONG: f64 = 5.0;
/// Speed of the Kerr effect over that of dispersion at the input, beyond which it is alone in the first
/// metres and pulses break up: 2.4·N² of a sech pulse. The errors on a fundamental soliton (N = 1), which
/// does not, grow in proportion to the way, which needs no more than a factor.
const PREVAILS: f64 = 4.0;
/// Shares of the tolerance below which nothing is tried again: of light that is not strong, and that is.
const LEAST_GOAL: [f64; 2] = [0.1, 1e-3];
/// Kerr phase of the strongest sample after which the spectrum is looked at again, rad.
const FRESH: f64 = 0.2;

/// What the levels of a stretch have given.
struct Levels {
    /// Relative change by level k, an estimate of the error before; infinite where not computed.
    errors: [f64; MOST_LEVELS + 1],
    /// Last level.
    last: usize,
    /// Largest Kerr phase of a step.
    phase: f64,
}

/// What the rule knows of the field at the input.
struct Scene {
    /// Largest power, W.
    peak: f64,
    /// Kerr phase a metre of the field's power, rad/m.
    turn: f64,
    /// Commutators of both effects, rad/m.
    speed: f64,
    /// Dispersive phase a metre at the edge of the spectrum, rad/m.
    edge: f64,
    /// Whether errors grow on the way.
    strong: bool,
}

impl<T: Real> Solver<T> {
    /// Levels 1 to `most` over `length` from `base`, until the estimate is at most `allowed` or, with
    /// the gain expected of each level, has no hope. The best solution stands in the first of the levels.
    fn stretch(
        &mut self,
        length: f64,
        most: usize,
        allowed: f64,
        gains: &[f64; MOST_LEVELS + 2],
    ) -> Levels {
        let mut found = Levels {
            errors: [f64::INFINITY; MOST_LEVELS + 1],
            last: 1,
            phase: 0.0,
        };
        for level in 1..=most {
            let mut finest = std::mem::take(&mut self.levels[level - 1]);
            let phase = self.split_steps(length, level, &mut finest);
            found.phase = found.phase.max(phase);
            found.last = level;
            // levels[j] holds the solution of the level before, extrapolated j times.
            let mut change = 0.0;
            for j in 1..level {
                let ratio = level as f64 / (level - j) as f64;
                let weight = T::new(1.0 / (ratio * ratio - 1.0));
                change = T::extrapolate(&mut finest, &mut self.levels[j - 1], weight);
            }
            self.levels[level - 1] = finest;
            if level == 1 {
                continue;
            }
            let energy = T::energy(&self.levels[level - 1]);
            let error = (change / energy).sqrt();
            found.errors[level] = error;
            if error <= allowed || !error.is_finite() {
                break;
            }
            // What the levels still to come will gain, with room for a mistake.
            let hope: f64 = gains[level + 1..=most].iter().product();
            if error * hope > 10.0 * allowed {
                break;
            }
        }
        found
    }

    /// Takes the best solution of a stretch as the base of the next.
    fn accept(&mut self, levels: &Levels) {
        std::mem::swap(&mut self.base, &mut self.levels[levels.last - 1]);
    }

    /// Carries the error that has been found so far over `length`, as dispersion and loss carry it or,
    /// of `strong` light, with the Kerr effect, and adds what the last level of a stretch has changed,
    /// times `inflation`. Returns the size of the sum relative to the field.
    fn carry_error(&mut self, length: f64, levels: &Levels, inflation: f64, strong: bool) -> f64 {
        if strong {
            self.carry_error_with_kerr(length, levels.last);
        } else {
            // The half step of the first level, whose response is there.
            for _ in 0..2 {
                let [at] = self.tables([0.5 * length]);
                let response = &self.tables[at].response;
                self.engine.respond(&mut self.error_spectrum, response);
            }
        }
        let (coarser, finer) = self.levels.split_at(levels.last - 1);
        let (Some(coarse), Some(fine)) = (coarser.last(), finer.first()) else {
            return f64::INFINITY;
        };
        let sum = T::accumulate(&mut self.error_spectrum, fine, coarse, T::new(inflation));
        (sum / T::energy(fine)).sqrt()
    }

    /// Carries the error so far over `length`: what the split steps of the last level make of the field
    /// with it, less what they made of the field. Two transforms for each of them.
    fn carry_error_with_kerr(&mut self, length: f64, last: usize) {
        for (error, field) in self.error_spectrum.iter_mut().zip(&self.base) {
            *error = *error + *field;
        }
        let mut disturbed = std::mem::take(&mut self.levels[MOST_LEVELS + 1]);
        std::mem::swap(&mut self.base, &mut self.error_spectrum);
        self.split_steps(length, last, &mut disturbed);
        std::mem::swap(&mut self.base, &mut self.error_spectrum);
        // The first of the levels holds the split steps of the last, before any extrapolation.
        let pairs = disturbed.iter().zip(&self.levels[0]);
        for (error, (with, without)) in self.error_spectrum.iter_mut().zip(pairs) {
            *error = *with - *without;
        }
        self.levels[MOST_LEVELS + 1] = disturbed;
    }

    /// Share of the tolerance that may be used up to the place `z`. Error arises in proportion to the
    /// power, and fewest steps are needed where the shares follow a small power of it.
    fn share(&self, z: f64) -> f64 {
        let (a, length) = (0.25 * self.line.attenuation, self.line.length);
        if a * length < 1e-6 {
            z / length
        } else {
            (-a * z).exp_m1() / (-a * length).exp_m1()
        }
    }

    /// From the input to the output in steps whose errors are planned to add to `tolerance`. Returns the
    /// error estimated and how many steps each level has ended.
    fn march(
        &mut self,
        tolerance: f64,
        scene: &Scene,
        report: &mut Report,
    ) -> Result<(f64, [usize; MOST_LEVELS + 1]), NonlinearError> {
        let length = self.line.length;
        let effective = self.line.effective_length(length);
        let &Scene {
            peak,
            turn,
            mut speed,
            mut edge,
            strong,
        } = scene;
        let most_of = |k: usize, edge: f64| EDGE_PHASE[k] / edge;
        let (mut target, mut step) = (2, length);
        let mut least = f64::INFINITY;
        let mut constant = FIRST;
        for k in 2..=MOST_LEVELS {
            let order = 1.0 / (2 * k - 2) as f64;
            if k > 2 {
                constant *= GAIN[k];
            }
            let mut guess = length.min(most_of(k, edge));
            // The first step has to keep to its own share.
            for _ in 0..6 {
                let gains = GAIN.map(|g| g * (speed * guess).powi(2));
                let inflation = inflations(&gains, 1.0 + turn * effective, edge * guess)[k];
                let coherence = forecast(count(length, guess));
                let power =
                    coherence * turn * self.line.effective_length(guess) * constant * inflation;
                let next = (SAFETY * tolerance * self.share(guess) / power).powf(order) / speed;
                guess = (guess * next.min(length).min(most_of(k, edge))).sqrt();
            }
            let cost = COST[k] * (length / guess).ceil();
            if cost < least {
                (least, target, step) = (cost, k, guess);
            }
        }
        let mut z = 0.0;
        let mut left = count(length, step);
        step = length / left as f64;
        let mut gains = GAIN;
        let mut budget = Budget::new(tolerance, left, strong);
        let mut turned = 0.0;
        self.error_spectrum.clear();
        self.error_spectrum
            .resize(self.base.len(), Complex::new(T::default(), T::default()));
        // Steps discarded since the last that was kept.
        let mut refused = 0;
        let mut orders = [0usize; MOST_LEVELS + 1];
        loop {
            if left > MOST_STEPS || refused > 60 {
                return Err(NonlinearError::TooManySteps {
                    at_m: z,
                    length_m: length,
                    step_m: step,
                    limit: MOST_STEPS,
                });
            }
            let end = if left == 1 {
                length
            } else {
                length - (left - 1) as f64 * step
            };
            let reached = self.share(z);
            let share = self.share(end) - reached;
            let [allowed, most] = <[f64; 2]>::from(budget.allowed(reached, share, left == 1))
                .map(|e| e.max(4.0 * T::EPSILON));
            let x = (speed * step).powi(2);
            let expected = gains.map(|g| g * x);
            // An error of the amplitude turns into one of the phase on the way that is left, where that is
            // not followed; the last level is better than the estimate by what the next would gain, which
            // pays for it.
            let growth = if strong {
                1.0
            } else {
                1.0 + turn * (effective - self.line.effective_length(z))
            };
            let inflation = inflations(&expected, growth, edge * step);
            let mut used = inflation;
            let mut levels = self.stretch(step, target, most / inflation[target], &expected);
            for k in 3..=levels.last {
                let gain = levels.errors[k] / levels.errors[k - 1] / x;
                if gain.is_finite() {
                    gains[k] = gain.clamp(0.2 * GAIN[k], 5.0 * GAIN[k]);
                }
            }
            for k in (2..=levels.last).rev() {
                let mut factor = inflation[k];
                if k > 2 {
                    let ratio = levels.errors[k] / levels.errors[k - 1];
                    factor = factor.max(FURTHER[k] * (k * k) as f64 * ratio);
                }
                levels.errors[k] *= factor;
                used[k] = factor;
            }
            report.transforms += 2 * (1..=levels.last).sum::<usize>();
            report.largest_phase = report.largest_phase.max(levels.phase);
            let found = levels.errors[levels.last];
            // The step that each level would allow, and the one with the least work a metre.
            let mut best = (f64::INFINITY, target, step);
            let mut size = levels.errors[2];
            for k in 2..=MOST_LEVELS {
                let order = 1.0 / (2 * k - 2) as f64;
                size = if k <= levels.last {
                    levels.errors[k]
                } else {
                    size * expected[k] * inflation[k] / inflation[k - 1]
                };
                let room = (SAFETY * allowed / size.max(1e-300)).powf(order);
                let factor = if room.is_finite() {
                    room.clamp(0.15, 4.0)
                } else {
                    0.15
                };
                let factor = factor.min(most_of(k, edge) / step);
                let work = COST[k] / factor;
                if work < best.0 {
                    best = (work, k, factor * step);
                }
            }
            if found <= most {
                let sum = if budget.follow(left) {
                    report.transforms += if strong { 2 * levels.last } else { 0 };
                    self.carry_error(step, &levels, used[levels.last], strong)
                } else {
                    0.0
                };
                budget.add(found, sum);
                self.accept(&levels);
                turned += levels.phase;
                if turned > FRESH {
                    // The Kerr effect has made another spectrum and other powers.
                    turned = 0.0;
                    let here = self.speed(beyond_edge(tolerance));
                    let most = self.line.coefficient(step).abs() * self.line.most_weight * peak;
                    speed = here.about_mean + 0.5 * turn * levels.phase / most;
                    edge = here.edge;
                }
                orders[levels.last] += 1;
                report.steps += 1;
                left -= 1;
                z = end;
                if left == 0 {
                    break;
                }
                let (_, k, mut wanted) = best;
                target = k;
                if refused > 0 {
                    // What has just been too long is not tried again at once.
                    wanted = wanted.min(step);
                }
                refused = 0;
                let fewer = count(length - z, wanted);
                if wanted > WORTH[0] * step && fewer < left || wanted < WORTH[1] * step {
                    left = fewer;
                    step = (length - z) / left as f64;
                }
            } else {
                report.rejected += 1;
                refused += 1;
                let (_, k, wanted) = best;
                target = k;
                left = count(length - z, wanted.min(0.9 * step)).max(left + 1);
                step = (length - z) / left as f64;
            }
        }
        Ok((budget.spent(), orders))
    }

    /// Relative field error at the output below `tolerance`.
    pub(super) fn automatic(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        tolerance: f64,
        before: f64,
    ) -> Result<Report, NonlinearError> {
        let length = self.line.length;
        let (peak, sixth) = self.engine.powers(field);
        let strength = self.line.kerr.abs() * self.line.most_weight;
        let effective = self.line.effective_length(length);
        self.engine.forward(field, &mut self.base);
        if let Some(report) =
            self.without_kerr(field, tolerance, strength * effective * sixth.sqrt())
        {
            return Ok(report);
        }
        let found = self.speed(beyond_edge(tolerance));
        let at_input = found.about_zero * length;
        if let Some(report) = self.without_dispersion(field, tolerance, at_input, before) {
            return Ok(report);
        }
        let scene = Scene {
            peak,
            turn: strength * sixth.sqrt(),
            speed: found.about_mean + 0.5 * strength * sixth.sqrt(),
            edge: found.edge,
            strong: strength * effective * peak > STRONG
                && strength * sixth.sqrt() > PREVAILS * found.about_mean,
        };
        let mut report = Report::new(Method::SplitStep, "");
        // The input stands behind the levels, for a second try.
        self.prepare_levels(MOST_LEVELS + if scene.strong { 2 } else { 1 });
        self.levels[MOST_LEVELS].copy_from_slice(&self.base);
        let mut goal = tolerance;
        let (error, orders) = loop {
            report.steps = 0;
            let (error, orders) = self.march(goal, &scene, &mut report)?;
            let least = LEAST_GOAL[usize::from(scene.strong)] * tolerance;
            if error <= tolerance || goal < least || error.is_nan() {
                break (error, orders);
            }
            // The last steps added to the sum more than was foreseen.
            goal *= 0.8 * tolerance / error;
            report.rejected += report.steps;
            self.base.copy_from_slice(&self.levels[MOST_LEVELS]);
        };
        report.estimated_error = Some(error);
        let most = (2..=MOST_LEVELS).max_by_key(|k| orders[*k]).unwrap_or(2);
        if report.steps == 1 {
            report.method = Method::OneStep;
            report.reason = format!(
                "one step over the whole length has an estimated error of {error:.1e}, within the \
                 tolerance of {tolerance:.1e} (confirmed by extrapolation from 1 to {most} split steps)"
            );
        } else {
            report.reason = format!(
                "one step over the whole length would miss the tolerance of {tolerance:.1e} (peak \
                 power {peak:.2e} W, Kerr phase up to {:.2e} rad); steps of order {} mostly",
                strength * effective * peak,
                2 * most,
            );
        }
        Ok(self.finish(field, report))
    }

    /// Dispersion alone, where the Kerr effect moves the field by less than the tolerance: at the
    /// input, in the middle and at the output of the linear fibre.
    fn without_kerr(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        tolerance: f64,
        at_input: f64,
    ) -> Option<Report> {
        // The powers between the places looked at are not known: a factor of two for them.
        const RISE: f64 = 2.0;
        if RISE * at_input > tolerance {
            return None;
        }
        let length = self.line.length;
        self.prepare_levels(1);
        self.levels[0].copy_from_slice(&self.base);
        let (mut largest, mut peak) = (at_input, 0.0f64);
        for half in 1..=2 {
            self.disperse(0.5 * length);
            self.engine.inverse(&self.base, field);
            let (here, sixth) = self.engine.powers(field);
            let loss = (0.5 * f64::from(half) * self.line.attenuation * length).exp();
            let whole = self.line.kerr.abs()
                * self.line.most_weight
                * self.line.effective_length(length)
                * loss;
            largest = largest.max(whole * sixth.sqrt());
            peak = peak.max(whole * here);
        }
        let error = RISE * largest;
        let mut report = Report::new(
            Method::Linear,
            format!(
                "the Kerr effect would change the field by {error:.1e} at most, within the tolerance of \
                 {tolerance:.1e}: the linear fibre is exact to that"
            ),
        );
        report.estimated_error = Some(error);
        report.largest_phase = peak;
        report.transforms = 3;
        if error <= tolerance {
            return Some(report);
        }
        self.base.copy_from_slice(&self.levels[0]);
        None
    }

    /// Kerr effect alone, where dispersion moves the field by less than the tolerance: with the
    /// spectrum of the input and with that of the output.
    fn without_dispersion(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        tolerance: f64,
        at_input: f64,
        before: f64,
    ) -> Option<Report> {
        const RISE: f64 = 2.0;
        if RISE * at_input > tolerance || before <= 0.0 {
            return None;
        }
        let mut report = Report::new(Method::KerrOnly, "");
        self.prepare_levels(1);
        self.levels[0].copy_from_slice(&self.base);
        self.engine.inverse(&self.base, field);
        self.kerr_only(field, &mut report);
        self.engine.forward(field, &mut self.base);
        report.transforms = 3;
        let at_output = self.speed(beyond_edge(tolerance)).about_zero * self.line.length;
        let error = RISE * at_input.max(at_output);
        if error <= tolerance {
            report.estimated_error = Some(error);
            report.reason = format!(
                "dispersion would change the field by {error:.1e} at most, within the tolerance of \
                 {tolerance:.1e}: the Kerr effect alone is exact to that"
            );
            return Some(report);
        }
        self.base.copy_from_slice(&self.levels[0]);
        None
    }

    /// Steps steered by the difference of one and two split steps.
    pub(super) fn local_error(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        goal: f64,
    ) -> Result<Report, NonlinearError> {
        let length = self.line.length;
        let (peak, _) = self.engine.powers(field);
        self.engine.forward(field, &mut self.base);
        self.prepare_levels(2);
        // A first step of 0.05 rad, from where the rule finds its way.
        let rate = self.line.kerr.abs() * self.line.most_weight * peak;
        let mut step = (0.05 / rate).min(length);
        let mut report = Report::new(
            Method::SplitStep,
            "the local error of each step was steered",
        );
        report.steps = 0;
        let (mut z, mut error) = (0.0, 0.0);
        while z < length {
            if step < length / MOST_STEPS as f64 {
                return Err(NonlinearError::TooManySteps {
                    at_m: z,
                    length_m: length,
                    step_m: step,
                    limit: MOST_STEPS,
                });
            }
            let left = length - z;
            let last = step >= left * (1.0 - 1e-12);
            let here = if last { left } else { step };
            let levels = self.stretch(here, 2, 0.0, &[0.0; MOST_LEVELS + 2]);
            report.transforms += 6;
            report.largest_phase = report.largest_phase.max(levels.phase);
            // The change by extrapolation is a third of the difference.
            let local = 3.0 * levels.errors[2];
            if !local.is_finite() {
                return Err(NonlinearError::NotFinite {
                    place: "within the fibre",
                });
            }
            if local > 2.0 * goal {
                step = 0.5 * here;
                report.rejected += 1;
                continue;
            }
            self.accept(&levels);
            error += levels.errors[2];
            report.steps += 1;
            z = if last { length } else { z + here };
            if local > goal {
                step = here / 2f64.cbrt();
            } else if local < 0.5 * goal {
                step = here * 2f64.cbrt();
            }
        }
        report.estimated_error = Some(error);
        Ok(self.finish(field, report))
    }

    /// Equal steps of fourth order.
    pub(super) fn extrapolated(&mut self, field: &mut [&mut [Complex<T>]], steps: usize) -> Report {
        self.engine.forward(field, &mut self.base);
        self.prepare_levels(2);
        let step = self.line.length / steps as f64;
        let mut report = Report::new(Method::SplitStep, "the number of steps was given");
        if steps == 1 {
            report.method = Method::OneStep;
        }
        let mut error = 0.0;
        for _ in 0..steps {
            let levels = self.stretch(step, 2, 0.0, &[0.0; MOST_LEVELS + 2]);
            self.accept(&levels);
            error += levels.errors[2];
            report.largest_phase = report.largest_phase.max(levels.phase);
        }
        report.steps = steps;
        report.transforms = 6 * steps;
        report.estimated_error = Some(error);
        self.finish(field, report)
    }
}

/// What the change by each level is multiplied by for the error of its solution, given the gains
/// expected of the levels, how much the Kerr effect may make of an error, and the dispersive phase of
/// the step at the edge of the spectrum.
fn inflations(
    gains: &[f64; MOST_LEVELS + 2],
    growth: f64,
    edge_phase: f64,
) -> [f64; MOST_LEVELS + 1] {
    std::array::from_fn(|k| {
        let least = match k {
            2 => (0.5 * (edge_phase / EDGE_PHASE[3]).powf(1.5)).clamp(0.4, 1.5),
            3 => 0.7,
            _ => 1.0,
        };
        (2.0 * growth * gains.get(k + 1).copied().unwrap_or(1.0)).max(least)
    })
}

/// Share of the energy beyond what counts as the edge of the spectrum: what is beyond may be wrong
/// without a change between levels that tells, and small tolerances see it.
fn beyond_edge(tolerance: f64) -> f64 {
    (10.0 * tolerance).clamp(1e-9, 1e-4)
}

/// Number of equal steps of at most `step` in `length`, not less than one.
fn count(length: f64, step: f64) -> usize {
    let steps = (length / step - 1e-9).ceil();
    if steps.is_nan() || steps >= 2.0 * MOST_STEPS as f64 {
        2 * MOST_STEPS
    } else {
        // Between 1 and 2e6.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let steps = steps.max(1.0) as usize;
        steps
    }
}
