//! Noise that arises in front of something that is not linear and time-invariant: how it reaches a
//! decision is found by carrying the decision's *sensitivity* backward.
//!
//! A decision is a weighted sum of received samples. Going back stage by stage, the weights become
//! those of the photocurrent (correlation with the receiver's response), of the field at the
//! detector (δI = 2R·Re(A*·δA)), of the field at the transmitter (correlation with the fibre's
//! response) and of the drive (times the modulator's slope). At each place where noise arises its
//! share of the decision's variance is the sum of the squared weights: exact to first order in the
//! noise, for every symbol with its own neighbours, whatever the chirp and the dispersion.
//!
//! Through a fibre with the Kerr effect the way back is that of the linear fibre, with the whole Kerr
//! effect at its input, where most of the power is: its phase γ·P(t)·L_eff on the launched field, and
//! what noise and jitter of the power add to that phase. **Left out** there is what dispersion does to
//! the power on the way, and with it the exchange of noise between amplitude and phase along the fibre
//! (modulation instability).
//!
//! Through an amplifier whose gain follows the light the way back is that of the gain linear about the
//! pattern ([`gain_dynamics`](super::gain_dynamics)).

mod drive;
mod light;
mod survey;

use super::decision::{DecisionInput, DecisionRule, Equalized};
use super::emission::carries_emission;
use super::error::LinkError;
use super::noise::{NoiseKind, Tail};
use super::plan::{Linear, NoiseSource, Operation, Plan};
use super::waveform::{Propagation, Wave};
use crate::signal::interpolator::HALF_WIDTH;
use crate::signal::{Interpolator, Scratch};
use light::Light;
use num_complex::Complex64;
use rayon::prelude::*;
use std::f64::consts::PI;
use survey::{PREDICTORS, Survey};

/// Edges of the dual-Dirac jitter that are kept apart for each decision; the others are taken as
/// Gaussian.
pub const STRONGEST_EDGES: usize = 3;

/// Phase turn (rad) by dispersion at an offset of one symbol rate below which noise at the
/// transmitter passes the fibre as if there were no dispersion.
const NEGLIGIBLE_PHASE: f64 = 0.05;

/// Decisions that a survey begins with; an odd number, so as not to fall in step with a pattern.
const SURVEYED: usize = 63;

/// What reaches the decisions, with the outer levels at −1 and +1.
#[derive(Debug, Clone, Default)]
pub struct Carried {
    /// Variance of each decision, all kinds together.
    pub variance: Vec<f64>,
    /// Displacement of each decision by each of the strongest dual-Dirac edges, either sign.
    pub edges: Vec<[f64; STRONGEST_EDGES]>,
    /// Mean variance of each kind.
    pub kinds: Vec<(NoiseKind, f64)>,
}

/// What one decision gets.
#[derive(Debug, Clone, Copy, Default)]
struct Share {
    intensity: f64,
    phase: f64,
    /// Noise in front of the modulator.
    drive: f64,
    /// Spontaneous emission that beats with the signal.
    emission: f64,
    jitter: f64,
    edges: [f64; STRONGEST_EDGES],
}

/// True where relative intensity noise must be carried through the fibre decision by decision.
pub fn carries_intensity(plan: &Plan) -> bool {
    has_noise(plan, |n| matches!(n, NoiseSource::RelativeIntensity(_))) && changes_spectra(plan)
}

fn carries_phase(plan: &Plan) -> bool {
    has_noise(plan, |n| matches!(n, NoiseSource::Phase(_))) && changes_spectra(plan)
}

/// True where the way to the detector does more to noise of the laser than to weaken it.
fn changes_spectra(plan: &Plan) -> bool {
    dispersion_phase(plan) > NEGLIGIBLE_PHASE || plan.filters_light() || plan.has_gain_dynamics()
}

fn has_noise(plan: &Plan, is: impl Fn(&NoiseSource) -> bool) -> bool {
    plan.operations
        .iter()
        .any(|o| matches!(&o.operation, Operation::Noise(n) if is(n)))
}

/// ½|β2|Lω² at one symbol rate from the carrier, all fibres together.
fn dispersion_phase(plan: &Plan) -> f64 {
    let omega = 2.0 * PI * plan.symbol_rate;
    plan.operations
        .iter()
        .map(|o| match o.operation.linear_part() {
            Some(Linear::Fiber(fiber, wavelength)) => {
                let (beta2, _) = fiber.dispersion.beta(*wavelength);
                0.5 * beta2 * fiber.length * omega * omega
            }
            _ => 0.0,
        })
        .sum::<f64>()
        .abs()
}

/// Carries the noises of a plan that need it to the decisions of a rule; None where none does.
/// `equalized` has the rule, and the deviations by all other noise.
///
/// Jitter is carried from every decision. Without it a survey of decisions is enough where the
/// variances of the others follow from what is known of each: its symbol, and the noise that would
/// arise if the laser's went through the detector alone. How well they do is measured on the survey
/// itself, which grows until they do.
///
/// # Errors
/// [`LinkError`] where a response cannot be used.
pub fn carry(
    plan: &Plan,
    propagation: &Propagation,
    tail: &Tail,
    input: &DecisionInput<'_>,
    equalized: &Equalized,
) -> Result<Option<Carried>, LinkError> {
    let rule = &equalized.rule;
    let jitter = plan.drive.jitter.is_drawn();
    let (intensity, phase) = (carries_intensity(plan), carries_phase(plan));
    let emission = carries_emission(plan);
    if !(jitter || intensity || phase || emission || drive::carries_noise(plan)) {
        return Ok(None);
    }
    let path = Path::new(plan, propagation, tail, rule)?;
    let n = propagation.symbols().len();
    if !jitter && n > 4 * SURVEYED {
        let mut survey = Survey::new(propagation.symbols(), input, &equalized.deviations);
        let mut decisions = SURVEYED;
        while 4 * decisions < n {
            let shares = path.shares((0..decisions).map(|i| i * n / decisions));
            // The first round adds one predictor after the other, the next have all.
            loop {
                if let Some(predictor) = PREDICTORS.get(survey.predictors.len()) {
                    survey.predict(predictor(path.current()), tail, rule, input);
                }
                if let Some(carried) = survey.extend(&shares) {
                    return Ok(Some(carried));
                }
                if survey.predictors.len() == PREDICTORS.len() {
                    break;
                }
            }
            decisions = 4 * decisions + 1;
        }
    }
    Ok(Some(gather(&path.shares(0..n))))
}

/// What was found for every decision.
fn gather(shares: &[(usize, Share)]) -> Carried {
    let mut carried = Carried {
        variance: shares.iter().map(|s| s.1.carried() + s.1.jitter).collect(),
        edges: Vec::new(),
        kinds: kinds(shares),
    };
    if shares.iter().any(|s| s.1.edges[0] != 0.0) {
        carried.edges = shares.iter().map(|s| s.1.edges).collect();
    }
    carried
}

/// Mean variance of each kind.
fn kinds(shares: &[(usize, Share)]) -> Vec<(NoiseKind, f64)> {
    let count = shares.len().max(1) as f64;
    let mean = |f: &dyn Fn(&Share) -> f64| shares.iter().map(|s| f(&s.1)).sum::<f64>() / count;
    let mut kinds = vec![
        (NoiseKind::RelativeIntensity, mean(&|s| s.intensity)),
        (NoiseKind::Phase, mean(&|s| s.phase)),
        (NoiseKind::Redriver, mean(&|s| s.drive)),
        (NoiseKind::SignalSpontaneous, mean(&|s| s.emission)),
        (
            NoiseKind::TransmitterJitter,
            mean(&|s| s.jitter + s.edges.iter().map(|e| e * e).sum::<f64>()),
        ),
    ];
    kinds.retain(|k| k.1 > 0.0);
    kinds
}

impl Share {
    /// Of noise of the light and in front of the modulator.
    fn carried(&self) -> f64 {
        self.intensity + self.phase + self.drive + self.emission
    }
}

/// The way back from a decision.
struct Path<'a> {
    plan: &'a Plan,
    propagation: &'a Propagation,
    sample: usize,
    /// Weights of the samples around a decision at the detector, or at the drive of an electrical
    /// link; `begin` is the place of the first relative to the decision.
    weights: Vec<f64>,
    begin: isize,
    light: Option<Light<'a>>,
    edge_steps: Vec<f64>,
    /// Displacement by an edge of unit height, for the edges around a decision: the same for every
    /// decision of an electrical link. The first belongs to the edge `profile_begin` symbols from
    /// the decision's own.
    profile: Vec<f64>,
    profile_begin: isize,
}

impl<'a> Path<'a> {
    fn new(
        plan: &'a Plan,
        propagation: &'a Propagation,
        tail: &Tail,
        rule: &DecisionRule,
    ) -> Result<Self, LinkError> {
        let sps = plan.samples_per_symbol.cast_signed();
        let interpolator = Interpolator::new(rule.fraction);
        let half = HALF_WIDTH.cast_signed();
        let taps = &rule.taps;
        let (precursor, count) = (
            taps.precursor.cast_signed(),
            taps.feed_forward.len().cast_signed(),
        );
        // A sample at offset o takes from sources at o + advance − j.
        let earliest = (precursor - count + 1) * sps - (half - 1) + tail.advance.cast_signed()
            - tail.taps.len().cast_signed()
            + 1;
        let latest = precursor * sps + half + tail.advance.cast_signed();
        let mut weights = vec![0.0; (latest - earliest + 1).max(1).cast_unsigned()];
        for (i, w) in (0..).zip(&taps.feed_forward) {
            for (k, v) in (0..).zip(interpolator.weights()) {
                let offset = (precursor - i) * sps + k - (half - 1);
                for (j, t) in (0..).zip(&tail.taps) {
                    let at = offset + tail.advance.cast_signed() - j - earliest;
                    weights[at.cast_unsigned()] += w * v * t;
                }
            }
        }
        let (weights, begin) = essential(&weights, earliest, 1e-7);
        let symbols = propagation.symbols();
        let levels = tapped(plan, symbols);
        let n = symbols.len();
        let edge_steps = (0..n)
            .map(|m| levels[m] - levels[(m + n - 1) % n])
            .collect();
        let light = Light::new(plan, propagation, weights.len())?;
        let mut path = Self {
            plan,
            propagation,
            sample: rule.sample,
            weights,
            begin,
            light,
            edge_steps,
            profile: Vec::new(),
            profile_begin: 0,
        };
        if path.light.is_none() {
            let mut unit = Vec::new();
            path.each_edge(
                path.sample.cast_signed() + path.begin,
                &path.weights,
                |m, displacement| unit.push((m, displacement)),
            );
            path.profile_begin = unit.first().map_or(0, |u| u.0);
            let (profile, begin) = essential(
                &unit.iter().map(|u| u.1).collect::<Vec<_>>(),
                path.profile_begin,
                1e-5,
            );
            path.profile = profile;
            path.profile_begin = begin;
        }
        Ok(path)
    }

    /// Current at the detector; empty in an electrical link.
    fn current(&self) -> &[f64] {
        let detected = self
            .plan
            .operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Detect(_)))
            .and_then(|detector| self.propagation.before(detector + 1));
        match detected {
            Some(Wave::Real(current)) => current,
            _ => &[],
        }
    }

    fn shares(&self, decisions: impl Iterator<Item = usize>) -> Vec<(usize, Share)> {
        decisions
            .collect::<Vec<_>>()
            .into_par_iter()
            .map_init(
                || (Scratch::default(), Vec::new(), Vec::new()),
                |(scratch, field, real), k| (k, self.share(k, scratch, field, real)),
            )
            .collect()
    }

    fn share(
        &self,
        k: usize,
        scratch: &mut Scratch,
        field: &mut Vec<Complex64>,
        real: &mut Vec<f64>,
    ) -> Share {
        let total = self.propagation.grid().samples;
        let decision = k * self.plan.samples_per_symbol + self.sample;
        let mut share = Share::default();
        let wrap = |i: isize| i.rem_euclid(total.cast_signed()).cast_unsigned();
        let Some(light) = &self.light else {
            let edges = (0..)
                .zip(&self.profile)
                .map(|(i, d)| (k.cast_signed() + self.profile_begin + i, *d));
            self.jitter(edges, &mut share);
            return share;
        };
        let window = light.transforms.samples;
        let first = decision.cast_signed() + self.begin - light.lead.cast_signed();
        field.clear();
        field.resize(window, Complex64::ZERO);
        for (i, w) in self.weights.iter().enumerate() {
            let at = wrap(first + (light.lead + i).cast_signed());
            field[light.lead + i] = light.detected[at] * (2.0 * light.responsivity * w);
        }
        share.emission = light.backward(wrap(first), field, scratch);
        real.clear();
        let mut intensity = 0.0;
        let mut at = wrap(first);
        for b in field.iter() {
            let launched = light.launched[at];
            let c = b.conj() * launched;
            // δA = A·(1/2 − jφ)·δP/P: noise of the power turns the Kerr phase φ.
            let turned = 0.5 * c.re + light.kerr * launched.norm_sqr() * c.im;
            intensity += turned * turned;
            // δA = jA·δφ.
            real.push(-c.im);
            at = if at + 1 == total { 0 } else { at + 1 };
        }
        share.intensity = intensity * light.intensity;
        if light.phase > 0.0 {
            // The phase is the sum of its steps: each step acts on all that follows it.
            let mut sum = 0.0;
            let squares: f64 = real
                .iter()
                .rev()
                .map(|x| {
                    sum += x;
                    sum * sum
                })
                .sum();
            share.phase = squares * light.phase;
        }
        if light.slope.is_empty() {
            return share;
        }
        let mut at = wrap(first);
        for (b, r) in field.iter().zip(real.iter_mut()) {
            *r = (b.conj() * light.slope[at]).re;
            at = if at + 1 == total { 0 } else { at + 1 };
        }
        share.drive = light
            .way
            .back(real, first, &light.transforms, field, scratch);
        if !self.plan.drive.jitter.is_drawn() {
            return share;
        }
        let mut edges = Vec::new();
        self.each_edge(first, real, |m, displacement| edges.push((m, displacement)));
        self.jitter(edges.into_iter(), &mut share);
        share
    }

    /// Calls `take` with the number of each edge that reaches samples `first`… of the drive with
    /// the given weights, and with the displacement by a unit of height and of delay.
    fn each_edge(&self, first: isize, weights: &[f64], mut take: impl FnMut(isize, f64)) {
        let Some(edge) = self.plan.drive.edges.first() else {
            return;
        };
        let sps = self.plan.samples_per_symbol.cast_signed();
        let length = weights.len().cast_signed();
        let samples = edge.samples.len().cast_signed();
        // Edge m begins its pulse at sample m·sps − advance·sps.
        let reach = edge.advance.cast_signed() * sps;
        let earliest = (first + reach - samples).div_euclid(sps) + 1;
        let latest = (first + length - 1 + reach).div_euclid(sps);
        for m in earliest..=latest {
            let begin = m * sps - reach - first;
            let (from, to) = (begin.max(0), (begin + samples).min(length));
            if from < to {
                let pulse =
                    &edge.samples[(from - begin).cast_unsigned()..(to - begin).cast_unsigned()];
                let here = &weights[from.cast_unsigned()..to.cast_unsigned()];
                take(m, crate::signal::kernels::dot(pulse, here));
            }
        }
    }

    /// What the edges' jitter does to a decision, given the displacements by unit edges.
    fn jitter(&self, edges: impl Iterator<Item = (isize, f64)>, share: &mut Share) {
        let jitter = self.plan.drive.jitter;
        let n = self.edge_steps.len().cast_signed();
        let mut strongest = [0.0f64; STRONGEST_EDGES];
        let mut dirac = 0.0;
        for (m, unit) in edges {
            let displacement = unit * self.edge_steps[m.rem_euclid(n).cast_unsigned()];
            share.jitter += (displacement * jitter.random_rms).powi(2);
            let mut amplitude = (0.5 * jitter.dual_dirac * displacement).abs();
            for s in &mut strongest {
                if amplitude > *s {
                    std::mem::swap(s, &mut amplitude);
                }
            }
            dirac += amplitude * amplitude;
        }
        share.jitter += dirac;
        share.edges = strongest;
    }
}

/// Levels of a cyclic pattern behind the driver's taps.
fn tapped(plan: &Plan, symbols: &[u8]) -> Vec<f64> {
    let (ahead, back) = plan.drive.tap_reach();
    let n = symbols.len();
    let around: Vec<u8> = (0..n + ahead + back)
        .map(|i| symbols[(i + n * (1 + back / n) - back) % n])
        .collect();
    let mut levels = vec![0.0; n];
    plan.drive.tapped_levels(&around, &mut levels);
    levels
}

/// Cuts what carries less than a share of the energy from both ends.
fn essential(weights: &[f64], begin: isize, share: f64) -> (Vec<f64>, isize) {
    let allowed = share * weights.iter().map(|w| w * w).sum::<f64>();
    let small = |sum: &mut f64, w: &f64| {
        *sum += w * w;
        (*sum <= allowed).then_some(())
    };
    let front = weights.iter().scan(0.0, |sum, w| small(sum, w)).count();
    let back = weights
        .iter()
        .rev()
        .scan(0.0, |sum, w| small(sum, w))
        .count();
    let end = weights.len().saturating_sub(back).max(front);
    (weights[front..end].to_vec(), begin + front.cast_signed())
}
