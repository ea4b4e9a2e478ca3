//! From the receiver's output to decisions: sampling phase, equaliser, thresholds, error ratios.

use super::description::{SamplingPhase, Thresholds};
use super::noise::{ReceivedNoise, SignalNoise};
use super::sensitivity::{Carried, STRONGEST_EDGES};
use crate::equalizer::{Adaptation, Covariances, Equalizer, Stretch, Taps, least_mean_squares};
use crate::format::Modulation;
use crate::measure::slicer::{DecisionSample, DecisionSamples, ErrorRatios, Gathered};
use crate::receiver::Conversion;
use crate::signal::Interpolator;
use crate::signal::interpolator::HALF_WIDTH;
use crate::signal::kernels::{self, dot};
use crate::transmitter::Jitter;
use std::borrow::Cow;

/// Everything a decision is taken from.
#[derive(Debug, Clone, Copy)]
pub struct DecisionInput<'a> {
    /// Cyclic waveform at the receiver's output, without noise.
    pub received: &'a [f64],
    /// Symbols of the pattern.
    pub symbols: &'a [u8],
    /// Samples per symbol.
    pub samples_per_symbol: usize,
    /// Levels and labels.
    pub modulation: &'a Modulation,
    /// Noise at the receiver's output.
    pub noise: &'a ReceivedNoise,
    /// The equaliser.
    pub equalizer: Equalizer,
}

/// How the receiver decides.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRule {
    /// Time of symbol 0's decision sample, in samples of the waveform (whole part).
    pub sample: usize,
    /// Fraction of a sample after it.
    pub fraction: f64,
    /// Equaliser taps; they scale the levels to −1…1.
    pub taps: Taps,
    /// Thresholds, ascending.
    pub thresholds: Vec<f64>,
    /// The converter in front of the equaliser.
    pub conversion: Option<Conversion>,
}

/// What a sampling phase and an equaliser give, before thresholds are set.
#[derive(Debug, Clone)]
pub struct Equalized {
    /// The rule, without thresholds.
    pub rule: DecisionRule,
    /// Noise-free equalised value of every symbol, in pattern order.
    pub values: Vec<f64>,
    /// Noise deviation of every symbol.
    pub deviations: Vec<f64>,
}

/// What a decision rule gives.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The rule.
    pub rule: DecisionRule,
    /// Error ratios.
    pub errors: ErrorRatios,
    /// The decision samples.
    pub samples: DecisionSamples,
    /// Noise-free equalised value and noise deviation of every symbol, in pattern order.
    pub values: Vec<f64>,
    /// Noise deviation of every symbol.
    pub deviations: Vec<f64>,
}

/// Accuracy of thresholds while phases are compared, relative to the distance of the levels.
const QUICK_TOLERANCE: f64 = 3e-3;

/// Symbols that are looked at while phases are compared: the number of errors is stationary at the
/// best phase, which therefore need not be known as well as the errors themselves.
const COMPARED_SYMBOLS: usize = 1024;

/// Symbols on which the pattern is first aligned with the waveform.
const ALIGNMENT_SYMBOLS: usize = 256;
/// Phases of a symbol that the alignment tries.
const ALIGNMENT_PHASES: usize = 4;
/// Symbols of delay the alignment covers.
const ALIGNMENT_REACH: usize = 48;

impl DecisionInput<'_> {
    /// Received samples, one a symbol, at a whole sample plus a fraction.
    pub fn sampled(&self, sample: usize, fraction: f64) -> Vec<f64> {
        self.sampled_stretch((sample, fraction), 0, self.symbols.len())
    }

    /// Levels of the pattern, −1…1.
    pub fn levels(&self) -> Vec<f64> {
        let positions = self.modulation.level_positions();
        self.symbols
            .iter()
            .map(|&s| positions[usize::from(s)])
            .collect()
    }

    /// Sample at which symbol 0 shows most, from the correlation with the pattern.
    pub fn align(&self, levels: &[f64]) -> usize {
        let n = levels.len();
        let count = n.min(ALIGNMENT_SYMBOLS);
        let reach = ALIGNMENT_REACH.min(n.saturating_sub(1) / 2);
        let sps = self.samples_per_symbol;
        let mut best = (f64::NEG_INFINITY, 0);
        let mean_level = levels[..count].iter().sum::<f64>() / count as f64;
        let centred: Vec<f64> = levels[..count].iter().map(|l| l - mean_level).collect();
        for phase in (0..sps).step_by((sps / ALIGNMENT_PHASES).max(1)) {
            // The pulse may come up to `reach` symbols late, or a quarter of that early.
            let first = n - reach / 2;
            let y: Vec<f64> = (first..first + count + 2 * reach)
                .map(|k| self.received[(k % n) * sps + phase])
                .collect();
            for (lag, stretch) in y.windows(count).enumerate() {
                let correlation = dot(stretch, &centred);
                if correlation > best.0 {
                    best = (correlation, (first + lag) % n * sps + phase);
                }
            }
        }
        best.1
    }

    /// `count` received samples, one a symbol, from `ahead` symbols before that of symbol 0, as a converter
    /// limits them.
    fn sampled_stretch(&self, place: (usize, f64), ahead: usize, count: usize) -> Vec<f64> {
        match &self.noise.converted {
            Some(converted) => converted.samples(self, place, ahead, count),
            None => self.analogue_stretch(place, ahead, count),
        }
    }

    /// The same as it arrives at a converter.
    pub(super) fn analogue_stretch(
        &self,
        (sample, fraction): (usize, f64),
        ahead: usize,
        count: usize,
    ) -> Vec<f64> {
        let n = self.received.len();
        let sps = self.samples_per_symbol;
        let symbols = self.symbols.len();
        let first = sample + (symbols - ahead % symbols) * sps;
        if fraction == 0.0 {
            (0..count)
                .map(|k| self.received[(k * sps + first) % n])
                .collect()
        } else {
            let mut out = vec![0.0; count];
            kernels::interpolate_cyclic(
                self.received,
                (first + HALF_WIDTH * n - (HALF_WIDTH - 1)) % n.max(1),
                sps,
                Interpolator::new(fraction).weights(),
                &mut out,
            );
            out
        }
    }

    /// Positions of the main tap that are tried.
    fn precursors(&self) -> std::ops::RangeInclusive<usize> {
        let n = self.equalizer.feed_forward_taps.max(1);
        match self.equalizer.precursor_taps {
            Some(precursor) => precursor.min(n - 1)..=precursor.min(n - 1),
            // Beyond the middle two thirds a main tap is never best.
            None => n / 6..=(n - 1) - n / 6,
        }
    }

    /// Taps for samples taken at one phase.
    fn solve(&self, sampled: &[f64], levels: &[f64], noise: &[f64]) -> Option<Taps> {
        let (n, m) = (
            self.equalizer.feed_forward_taps.max(1),
            self.equalizer.decision_feedback_taps,
        );
        let covariances = Covariances::measure(sampled, levels, noise, n, m);
        self.precursors()
            .filter_map(|precursor| covariances.solve(n, precursor, m))
            .min_by(|a, b| a.mean_square_error.total_cmp(&b.mean_square_error))
    }

    /// Covariance of the noise at a phase: that of all phases, and what jitter of a converter's aperture adds
    /// at this one.
    fn noise_at<'n>(&self, place: (usize, f64), noise: &'n [f64]) -> Cow<'n, [f64]> {
        let compared = self.symbols.len().min(COMPARED_SYMBOLS);
        let converted = self.noise.converted.as_ref();
        let jitter = converted.map_or(0.0, |c| c.mean_aperture_variance(self, place, compared));
        let mut noise = Cow::Borrowed(noise);
        if jitter > 0.0
            && let Some(first) = noise.to_mut().first_mut()
        {
            *first += jitter;
        }
        noise
    }

    /// Noise deviation of every symbol behind the equaliser.
    pub fn deviations(&self, sample: usize, fraction: f64, taps: &Taps) -> Vec<f64> {
        self.first_deviations(self.symbols.len(), (sample, fraction), taps)
    }

    /// Noise deviation of the first `count` symbols.
    fn first_deviations(&self, count: usize, place: (usize, f64), taps: &Taps) -> Vec<f64> {
        let mut constant = stationary_variance(
            self.noise.stationary.iter().map(|s| &s.covariance),
            &taps.feed_forward,
        );
        let levels = self.modulation.level_positions();
        let mean = levels.iter().sum::<f64>() / levels.len().max(1) as f64;
        let spread =
            levels.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / levels.len().max(1) as f64;
        // The wander is that of unit data: behind the equaliser the levels are themselves.
        constant += self.noise.wander.powi(2) * spread;
        let mut variances = vec![constant; count];
        for signal in &self.noise.signal {
            self.add_signal_noise(signal, place, taps, &mut variances);
        }
        for light in &self.noise.interference {
            light.add_variance(self.samples_per_symbol, place, taps, &mut variances);
        }
        if let Some(converted) = &self.noise.converted {
            converted.add_variance(self, place, taps, &mut variances);
        }
        for v in &mut variances {
            *v = v.sqrt();
        }
        variances
    }

    /// Adds the variance of a noise that follows the signal: (|h|² ∗ density) at every decision from
    /// the first.
    pub(super) fn add_signal_noise(
        &self,
        signal: &SignalNoise,
        (sample, fraction): (usize, f64),
        taps: &Taps,
        variances: &mut [f64],
    ) {
        let sps = self.samples_per_symbol;
        let (squared, advance) =
            signal
                .tail
                .squared_through(&taps.feed_forward, taps.precursor, sps);
        let total = signal.density.len();
        // Element i of `squared` belongs to the source at decision + advance − i: reversed, it runs
        // forward in time. Between two samples the density is a straight line, whose two ends share
        // the weights.
        let mut kernel = vec![0.0; squared.len() + usize::from(fraction != 0.0)];
        for (i, x) in squared.iter().rev().enumerate() {
            let x = x * self.noise.sampling_rate;
            kernel[i] += x * (1.0 - fraction);
            if fraction != 0.0 {
                kernel[i + 1] += x * fraction;
            }
        }
        let end = sample + advance + 1;
        let start =
            (end + total * (1 + squared.len() / total.max(1)) - squared.len()) % total.max(1);
        kernels::add_strided_dots(&kernel, &signal.density, start, sps, variances);
    }

    /// Decision samples of the symbols from the first.
    fn samples_of(&self, values: &[f64], deviations: &[f64]) -> DecisionSamples {
        let levels = self.modulation.levels();
        let expected = values.len() / levels.max(1);
        let mut by_level: Vec<Vec<DecisionSample>> =
            vec![Vec::with_capacity(expected + expected / 8 + 8); levels];
        for ((&symbol, &value), &deviation) in self.symbols.iter().zip(values).zip(deviations) {
            if let Some(level) = by_level.get_mut(usize::from(symbol)) {
                level.push(DecisionSample {
                    value,
                    deviation,
                    weight: 1.0,
                });
            }
        }
        DecisionSamples { by_level }
    }

    fn equalize_at(
        &self,
        (sample, fraction): (usize, f64),
        levels: &[f64],
        taps: Option<Taps>,
        noise: &[f64],
    ) -> Option<Equalized> {
        let sampled = self.sampled(sample, fraction);
        let taps = match taps {
            Some(taps) => taps,
            None => self.solve(&sampled, levels, &self.noise_at((sample, fraction), noise))?,
        };
        Some(Equalized {
            values: apply_taps(&taps, &sampled, levels),
            deviations: self.deviations(sample, fraction, &taps),
            rule: DecisionRule {
                sample,
                fraction,
                taps,
                thresholds: Vec::new(),
                conversion: self.noise.converted.as_ref().map(|c| c.conversion),
            },
        })
    }

    /// The taps for a phase that are best on the symbols phases are compared by; `levels` are theirs,
    /// with the margin that a stretch needs.
    fn solve_stretch(
        &self,
        place: (usize, f64),
        levels: &[f64],
        noise: &[f64],
    ) -> Option<(Taps, Vec<f64>)> {
        let (n, m) = (
            self.equalizer.feed_forward_taps.max(1),
            self.equalizer.decision_feedback_taps,
        );
        let sampled = self.sampled_stretch(place, Stretch::margin(n, m), levels.len());
        let noise = self.noise_at(place, noise);
        let stretch = Stretch::measure(&sampled, levels, &noise, n, m)?;
        let taps = self
            .precursors()
            .filter_map(|precursor| stretch.solve(precursor))
            .min_by(|a, b| a.mean_square_error.total_cmp(&b.mean_square_error))?;
        Some((taps, sampled))
    }

    /// Logarithm of the bit error ratio at a phase, about: from a stretch of the pattern, to compare
    /// phases by.
    fn compare_at(&self, place: (usize, f64), levels: &[f64], noise: &[f64]) -> Option<f64> {
        let (taps, sampled) = self.solve_stretch(place, levels, noise)?;
        let margin = Stretch::margin(taps.feed_forward.len(), taps.feedback.len());
        let count = levels.len() - 2 * margin;
        let mut values = vec![taps.offset; count];
        for (i, &w) in taps.feed_forward.iter().enumerate() {
            let first = margin + taps.precursor - i;
            kernels::add_scaled(&mut values, &sampled[first..first + count], w);
        }
        for (j, &b) in taps.feedback.iter().enumerate() {
            let first = margin - 1 - j;
            kernels::add_scaled(&mut values, &levels[first..first + count], -b);
        }
        let deviations = self.first_deviations(count, place, &taps);
        let samples = self.samples_of(&values, &deviations);
        let thresholds = samples.optimum_thresholds_to(QUICK_TOLERANCE);
        let errors = samples.error_ratios(&thresholds, self.modulation);
        Some(errors.bit.max(1e-300).ln())
    }

    /// Finds the phase and the taps. The phase with the least mean-square error is found among the
    /// samples of a symbol; around it, the one with the fewest errors to a sixteenth of a sample.
    /// None where the waveform carries no signal.
    pub fn equalize(&self, phase: SamplingPhase) -> Option<Equalized> {
        let levels = self.levels();
        let noise = self.noise.covariance();
        let sps = self.samples_per_symbol;
        let total = self.received.len();
        let centre = self.align(&levels);
        let compared = self.compared_levels(&levels);
        let error_at = |offset: usize| {
            let sample = (centre + total + offset - sps / 2) % total;
            let (taps, _) = self.solve_stretch((sample, 0.0), &compared, &noise)?;
            Some((offset, taps.mean_square_error))
        };
        // Every second phase of a symbol, then the neighbours of the best.
        let step = if sps > 4 { 2 } else { 1 };
        let (mut best, mut error) = (0..sps)
            .step_by(step)
            .filter_map(error_at)
            .min_by(|a, b| a.1.total_cmp(&b.1))?;
        if step > 1 {
            for neighbour in [best + sps - 1, best + 1] {
                if let Some((offset, other)) = error_at(neighbour % sps)
                    && other < error
                {
                    (best, error) = (offset, other);
                }
            }
        }
        let start = (centre + total + best - sps / 2) % total;
        let place = |offset: f64| {
            let time = start as f64 + offset + total as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let whole = time.floor() as usize;
            (whole % total, time - time.floor())
        };
        let offset = match phase {
            SamplingPhase::Offset(offset) => offset * sps as f64,
            SamplingPhase::Optimum => {
                self.refine(|offset| self.compare_at(place(offset), &compared, &noise))?
            }
        };
        self.equalize_at(place(offset), &levels, None, &noise)
    }

    /// Levels of the symbols that phases are compared by, from the first, with the margin on both
    /// sides that a stretch needs.
    fn compared_levels(&self, levels: &[f64]) -> Vec<f64> {
        let margin = Stretch::margin(
            self.equalizer.feed_forward_taps,
            self.equalizer.decision_feedback_taps,
        );
        let n = levels.len();
        let first = n - margin % n.max(1);
        (0..n.min(COMPARED_SYMBOLS) + 2 * margin)
            .map(|k| levels[(first + k) % n])
            .collect()
    }

    /// The phase, in samples, with the least cost around zero: a walk to a bracket, then one
    /// parabola.
    fn refine(&self, cost: impl Fn(f64) -> Option<f64>) -> Option<f64> {
        let mut best = cost(0.0)?;
        let mut position = 0.0;
        // Steps of half a sample at up to 16 samples a symbol.
        let step = (self.samples_per_symbol as f64 / 16.0).max(0.5);
        let (mut left, mut right) = (cost(position - step)?, cost(position + step)?);
        for _ in 0..self.samples_per_symbol {
            if left < best {
                right = std::mem::replace(&mut best, left);
                position -= step;
                left = cost(position - step)?;
            } else if right < best {
                left = std::mem::replace(&mut best, right);
                position += step;
                right = cost(position + step)?;
            } else {
                break;
            }
        }
        let curvature = left - 2.0 * best + right;
        if curvature > 1e-9 {
            let vertex = 0.5 * (left - right) / curvature;
            // Where a few symbols make the errors, their number is no parabola.
            if vertex.abs() > 0.03 && vertex.abs() < 1.0 && cost(position + vertex * step)? < best {
                position += vertex * step;
            }
        }
        Some(position)
    }

    /// Sets the thresholds and finds the error ratios, with noise that was carried to the decisions
    /// one by one and with the sampler's jitter.
    pub fn decide(
        &self,
        equalized: Equalized,
        carried: Option<&Carried>,
        jitter: Jitter,
        thresholds: Thresholds,
    ) -> Decided {
        let Equalized {
            rule,
            values,
            mut deviations,
        } = equalized;
        if let Some(carried) = carried {
            for (d, v) in deviations.iter_mut().zip(&carried.variance) {
                *d = (*d * *d + v).sqrt();
            }
        }
        let spread = !jitter.is_none() || carried.is_some_and(|c| !c.edges.is_empty());
        let samples = if spread {
            self.displaced(&rule, &values, &deviations, carried, jitter)
        } else {
            self.samples_of(&values, &deviations)
        };
        let thresholds = match thresholds {
            Thresholds::Optimum => samples.optimum_thresholds(),
            Thresholds::Midway => samples.midway_thresholds(),
        };
        let errors = samples.error_ratios(&thresholds, self.modulation);
        Decided {
            rule: DecisionRule { thresholds, ..rule },
            errors,
            samples,
            values,
            deviations,
        }
    }

    /// Decision samples spread over the sampler's displacements and over the strongest edges'.
    ///
    /// The Gaussian part of the sampler's jitter is a mixture of narrower Gaussians (0.6 of its
    /// deviation) on a grid of the same spacing; within each the waveform is a straight line, whose
    /// slope adds to the noise. Between grid points it is the quartic through five samples.
    fn displaced(
        &self,
        rule: &DecisionRule,
        values: &[f64],
        deviations: &[f64],
        carried: Option<&Carried>,
        jitter: Jitter,
    ) -> DecisionSamples {
        let stride = self.displaced_stride();
        let strides = self.samples_per_symbol as f64 / stride as f64;
        let nodes = displacements(jitter);
        let curves = (!jitter.is_none()).then(|| self.neighbours(rule, stride));
        let narrow = NARROW * jitter.random_rms * strides;
        // Jitter of both kinds together keeps only the strongest edge apart.
        let apart = if nodes.len() > 1 { 1 } else { STRONGEST_EDGES };
        let mut gathered = vec![Gathered::default(); self.modulation.levels()];
        for (k, &symbol) in self.symbols.iter().enumerate() {
            let Some(level) = gathered.get_mut(usize::from(symbol)) else {
                continue;
            };
            let edges = carried
                .and_then(|c| c.edges.get(k))
                .copied()
                .unwrap_or_default();
            let variance =
                deviations[k].powi(2) + edges.iter().skip(apart).map(|e| e * e).sum::<f64>();
            let used = edges.iter().take(apart).filter(|e| **e > 0.0).count();
            let combinations = 1u32 << used;
            for &(time, weight) in &nodes {
                let (value, slope) = match &curves {
                    None => (values[k], 0.0),
                    Some(curves) => quartic(curves, k, time * strides),
                };
                let deviation = (variance + (slope * narrow).powi(2)).sqrt();
                for combination in 0..combinations {
                    let shift: f64 = edges
                        .iter()
                        .take(used)
                        .enumerate()
                        .map(|(i, e)| if combination >> i & 1 == 1 { *e } else { -e })
                        .sum();
                    level.add(&DecisionSample {
                        value: value + shift,
                        deviation,
                        weight: weight / f64::from(combinations),
                    });
                }
            }
        }
        DecisionSamples {
            by_level: gathered.iter().map(Gathered::samples).collect(),
        }
    }

    /// Samples between those that a displaced decision is interpolated from: an eighth of a symbol, so
    /// that five of them reach half a symbol far.
    fn displaced_stride(&self) -> usize {
        (self.samples_per_symbol / 8).max(1)
    }

    /// Equalised values two strides of samples before, one before, at, one and two after each decision.
    fn neighbours(&self, rule: &DecisionRule, stride: usize) -> [Vec<f64>; 5] {
        let total = self.received.len();
        let levels = self.levels();
        std::array::from_fn(|i| {
            let sample = (rule.sample + 2 * total + i * stride - 2 * stride) % total;
            let sampled = self.sampled(sample, rule.fraction);
            apply_taps(&rule.taps, &sampled, &levels)
        })
    }

    /// Replaces solved taps by adapted ones where the equaliser asks for it: the rule is applied to
    /// the waveform with `noise` added, one sample a symbol.
    pub fn adapt(&self, equalized: Equalized, noise: &[f64]) -> Option<Equalized> {
        let Adaptation::LeastMeanSquares {
            step,
            training_symbols,
        } = self.equalizer.adaptation
        else {
            return Some(equalized);
        };
        let levels = self.levels();
        let rule = &equalized.rule;
        let sampled: Vec<f64> = self
            .sampled(rule.sample, rule.fraction)
            .iter()
            .zip(noise)
            .map(|(y, n)| y + n)
            .collect();
        let taps = least_mean_squares::adapt(
            &sampled,
            &levels,
            self.equalizer.feed_forward_taps.max(1),
            rule.taps.precursor,
            self.equalizer.decision_feedback_taps,
            step,
            training_symbols,
        )?;
        let place = (rule.sample, rule.fraction);
        self.equalize_at(place, &levels, Some(taps), &self.noise.covariance())
    }
}

/// Deviation of the narrow Gaussians that the sampler's jitter is made of, relative to its own.
const NARROW: f64 = 0.6;

/// Places of a sine of unit amplitude that have the same probability; more where nothing else smears them.
fn sine_places(alone: bool) -> Vec<f64> {
    let count = if alone { 32 } else { 16 };
    // The nodes of Gauss and Chebyshev, which belong to the density of a sine (Abramowitz & Stegun, 25.4.38).
    (0..count)
        .map(|i| ((f64::from(i) + 0.5) * std::f64::consts::PI / f64::from(count)).cos())
        .collect()
}

/// Displacements (UI) of the sampler and their probabilities.
fn displacements(jitter: Jitter) -> Vec<(f64, f64)> {
    let reach = if jitter.random_rms > 0.0 { 11i32 } else { 0 };
    // What the narrow Gaussians leave: √(1 − 0.6²) = 0.8.
    let wide = (1.0 - NARROW * NARROW).sqrt();
    let gaussian: Vec<(f64, f64)> = (-reach..=reach)
        .map(|i| {
            let x = NARROW * f64::from(i);
            (x * jitter.random_rms, (-0.5 * (x / wide).powi(2)).exp())
        })
        .collect();
    let sum: f64 = gaussian.iter().map(|g| g.1).sum();
    let sides: &[f64] = if jitter.dual_dirac > 0.0 {
        &[-0.5, 0.5]
    } else {
        &[0.0]
    };
    let amplitude = 0.5 * jitter.sinusoidal.peak_to_peak;
    let sine = if amplitude > 0.0 {
        sine_places(reach == 0)
    } else {
        vec![0.0]
    };
    let share = 1.0 / (sum * (sides.len() * sine.len()) as f64);
    let mut nodes = Vec::with_capacity(gaussian.len() * sides.len() * sine.len());
    for side in sides {
        for place in &sine {
            let centre = side * jitter.dual_dirac + place * amplitude;
            nodes.extend(gaussian.iter().map(|g| (centre + g.0, g.1 * share)));
        }
    }
    nodes
}

/// Value and slope (per stride) at `x` strides from the middle of five, by the quartic through
/// them (Abramowitz & Stegun, 25.2.15); beyond the five it is held.
fn quartic(curves: &[Vec<f64>; 5], k: usize, x: f64) -> (f64, f64) {
    let x = x.clamp(-2.0, 2.0);
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|i: usize| curves[i][k]);
    let c1 = (a - 8.0 * b + 8.0 * d - e) / 12.0;
    let c2 = (-a + 16.0 * b - 30.0 * c + 16.0 * d - e) / 24.0;
    let c3 = (-a + 2.0 * b - 2.0 * d + e) / 12.0;
    let c4 = (a - 4.0 * b + 6.0 * c - 4.0 * d + e) / 24.0;
    (
        c + x * (c1 + x * (c2 + x * (c3 + x * c4))),
        c1 + x * (2.0 * c2 + x * (3.0 * c3 + x * 4.0 * c4)),
    )
}

/// z_n = Σ w_i·y_{n+precursor−i} − Σ b_j·a_{n−1−j} + c over a cyclic pattern.
pub fn apply_taps(taps: &Taps, sampled: &[f64], levels: &[f64]) -> Vec<f64> {
    let n = sampled.len();
    let mut out = vec![taps.offset; n];
    for (i, &w) in taps.feed_forward.iter().enumerate() {
        let shift = (n * (1 + i / n) + taps.precursor - i) % n;
        let (head, tail) = sampled.split_at(shift);
        let (begin, end) = out.split_at_mut(tail.len());
        kernels::add_scaled(begin, tail, w);
        kernels::add_scaled(end, head, w);
    }
    for (j, &b) in taps.feedback.iter().enumerate() {
        let shift = (n * (1 + (j + 1) / n) - (j + 1)) % n;
        let (head, tail) = levels.split_at(shift);
        let (begin, end) = out.split_at_mut(tail.len());
        kernels::add_scaled(begin, tail, -b);
        kernels::add_scaled(end, head, -b);
    }
    out
}

/// Variance of stationary noise behind feed-forward taps: Σ_ij w_i·w_j·R(|i−j|).
pub fn stationary_variance<'a>(
    covariances: impl Iterator<Item = &'a Vec<f64>>,
    weights: &[f64],
) -> f64 {
    covariances
        .map(|covariance| {
            let at = |k: usize| covariance.get(k).copied().unwrap_or(0.0);
            (0..weights.len())
                .map(|k| {
                    let pairs: f64 = weights.iter().zip(&weights[k..]).map(|(a, b)| a * b).sum();
                    at(k) * pairs * if k == 0 { 1.0 } else { 2.0 }
                })
                .sum::<f64>()
        })
        .sum()
}
