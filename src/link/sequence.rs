//! Errors of a detector of sequences on a pattern, by the union bound.
//!
//! The detector takes z_n = a_n + Σ b_j·a_{n−j} + r_n for what it receives, r white. A sequence with the
//! differences δ from the sent one is nearer where Σ r·u > |u|²/2 with u = (1, b) ∗ δ. Here r is what the
//! equaliser leaves of the pattern, known symbol by symbol, and Gaussian noise, whose covariance V behind
//! the feed-forward taps is not white: at every place of the pattern that allows the event it happens with
//! the probability Q((|u|²/2 − r·u)/√(uᵀVu)), and the error ratio is at most the sum of all of them times
//! their wrong symbols (Forney 1972, DOI 10.1109/TIT.1972.1054829; for coloured noise IEEE P802.3dj draft
//! 3.3, 178A.1.10.2).
//!
//! **Leaves out**: that events exclude each other, which makes it too large, by more the more errors there
//! are; the shape of jitter, whose variance counts as Gaussian noise of its own at every decision (far too
//! large an error ratio where dual-Dirac jitter, which is bounded, prevails); that noise which
//! follows the signal has another correlation than the mean of all noise.

use super::decision::{Decided, DecisionInput, apply_taps};
use super::error::LinkError;
use crate::equalizer::sequence::{ErrorEvent, error_events};
use crate::equalizer::{SequenceDetector, Taps};
use crate::format::Modulation;
use crate::math::q_function;
use crate::measure::slicer::ErrorRatios;
use crate::transmitter::Jitter;
use rayon::prelude::*;

/// What a run says of its error ratio.
pub const NOTE: &str = "the semi-analytic error ratio and the margin of a detector of sequences are a union \
                        bound: above what is counted, near it where errors are rare; jitter counts there as \
                        Gaussian noise, which makes them far too large where dual-Dirac jitter prevails";

/// Share of the most frequent event below which no further one is looked at.
const SHARE: f64 = 1e-3;
/// Events looked at, at most.
const EVENTS: usize = 96;

/// The detector that works on the feedback taps as its response.
///
/// # Errors
/// [`LinkError::Sequence`] where they make none.
pub fn detector(taps: &Taps, modulation: &Modulation) -> Result<SequenceDetector, LinkError> {
    Ok(SequenceDetector::new(
        modulation.level_positions(),
        &response(taps),
    )?)
}

/// 1, b_1, b_2, …
fn response(taps: &Taps) -> Vec<f64> {
    std::iter::once(1.0)
        .chain(taps.feedback.iter().copied())
        .collect()
}

/// Everything that is the same for all events.
struct Ground<'a> {
    symbols: &'a [u8],
    modulation: &'a Modulation,
    response: Vec<f64>,
    /// What the equaliser leaves of the pattern at every decision.
    rest: Vec<f64>,
    deviations: Vec<f64>,
    /// Correlation of the noise at distances of 0, 1, … symbols.
    correlation: Vec<f64>,
    /// Variance at every decision that belongs to it alone.
    single: Vec<f64>,
}

/// Error ratios of the detector on the decisions of a rule whose feedback taps are its response. `edges` has
/// what dual-Dirac jitter of edges adds to every decision's variance, or nothing.
///
/// # Errors
/// [`LinkError::Sequence`] where the taps are no response for a detector, [`LinkError::NoSignal`] where the
/// decisions have no noise or none that is finite.
pub fn error_ratios(
    input: &DecisionInput<'_>,
    decided: &Decided,
    edges: &[f64],
    sampler: Jitter,
) -> Result<ErrorRatios, LinkError> {
    let taps = &decided.rule.taps;
    let modulation = input.modulation;
    detector(taps, modulation)?;
    let positions = modulation.level_positions();
    let levels = positions.len();
    let step = match (positions.first(), positions.last()) {
        (Some(low), Some(high)) => (high - low) / (levels.max(2) - 1) as f64,
        _ => return Err(LinkError::NoSignal),
    };
    let sent = input.levels();
    let mut single = vec![0.0; sent.len()];
    for (s, e) in single.iter_mut().zip(edges) {
        *s += e;
    }
    if !sampler.is_none() {
        let total = input.received.len();
        let around = |by: usize| {
            let sampled = input.sampled(
                (decided.rule.sample + total + by - 1) % total,
                decided.rule.fraction,
            );
            apply_taps(taps, &sampled, &sent)
        };
        let per_interval = 0.5 * input.samples_per_symbol as f64;
        for ((s, early), late) in single.iter_mut().zip(around(0)).zip(around(2)) {
            *s += ((late - early) * per_interval).powi(2) * sampler.variance();
        }
    }
    let ground = Ground {
        symbols: input.symbols,
        modulation,
        response: response(taps),
        rest: decided
            .values
            .iter()
            .zip(&sent)
            .map(|(z, a)| z - a)
            .collect(),
        deviations: decided.deviations.clone(),
        correlation: correlation(&input.noise.covariance(), &taps.feed_forward),
        single,
    };
    let squares: f64 = (0..sent.len())
        .map(|n| ground.rest[n].powi(2) + ground.deviations[n].powi(2) + ground.single[n])
        .sum();
    let deviation = (squares / sent.len().max(1) as f64).sqrt() / step;
    let events = error_events(&ground.response, levels, deviation, SHARE, EVENTS);
    if events.is_empty() {
        return Err(LinkError::NoSignal);
    }
    let sums: Vec<(f64, f64)> = events.par_iter().map(|event| ground.sum(event)).collect();
    let (symbol, bit) = sums
        .iter()
        .fold((0.0, 0.0), |(s, b), (symbol, bit)| (s + symbol, b + bit));
    let count = sent.len().max(1) as f64;
    let most = (levels as f64 - 1.0) / levels as f64;
    Ok(ErrorRatios {
        symbol: (symbol / count).min(most),
        bit: (bit / (count * modulation.bits_per_symbol())).min(0.5),
    })
}

impl Ground<'_> {
    /// Expected wrong symbols and bits by an event and its opposite, over the pattern.
    fn sum(&self, event: &ErrorEvent) -> (f64, f64) {
        let (mut symbols, mut bits) = (0.0, 0.0);
        let memory = self.response.len() - 1;
        let positions = self.modulation.level_positions();
        let count = self.symbols.len();
        let mut steps = vec![0.0; event.differences.len()];
        let mut moved = vec![0.0; event.differences.len() + memory];
        let wrong = event.symbol_errors() as f64;
        for sign in [1i8, -1] {
            for n in 0..count {
                let mut wrong_bits = 0.0;
                let allowed = event.differences.iter().enumerate().all(|(i, difference)| {
                    let from = self.symbols[(n + i) % count];
                    let Some(to) = from.checked_add_signed(sign * difference) else {
                        return false;
                    };
                    let (Some(a), Some(b)) = (
                        positions.get(usize::from(from)),
                        positions.get(usize::from(to)),
                    ) else {
                        return false;
                    };
                    steps[i] = b - a;
                    if from != to {
                        wrong_bits += self.modulation.bit_errors(from, to);
                    }
                    true
                });
                if !allowed {
                    continue;
                }
                moved.fill(0.0);
                for (i, step) in steps.iter().enumerate() {
                    for (k, h) in self.response.iter().enumerate() {
                        moved[i + k] += h * step;
                    }
                }
                let probability = self.probability(n, &moved);
                symbols += probability * wrong;
                bits += probability * wrong_bits;
            }
        }
        (symbols, bits)
    }

    /// Probability that what is received at place n lies nearer to a sequence moved by u.
    fn probability(&self, n: usize, moved: &[f64]) -> f64 {
        let count = self.rest.len();
        let (mut square, mut toward, mut variance) = (0.0, 0.0, 0.0);
        for (m, u) in moved.iter().enumerate() {
            let at = (n + m) % count;
            square += u * u;
            toward += u * self.rest[at];
            let scaled = u * self.deviations[at];
            variance += scaled * scaled + u * u * self.single[at];
            let mut crossed = 0.0;
            for (lag, rho) in (1..=m).zip(self.correlation.iter().skip(1)) {
                crossed += rho * moved[m - lag] * self.deviations[(n + m - lag) % count];
            }
            variance += 2.0 * scaled * crossed;
        }
        q_function((0.5 * square - toward) / variance.max(f64::MIN_POSITIVE).sqrt())
    }
}

/// Correlation of noise of a covariance behind taps, by distance in symbols; 1 at zero.
pub(super) fn correlation(covariance: &[f64], weights: &[f64]) -> Vec<f64> {
    let at = |k: usize| covariance.get(k).copied().unwrap_or(0.0);
    let products: Vec<f64> = (0..weights.len())
        .map(|k| {
            let pairs = weights.iter().zip(weights.iter().skip(k));
            pairs.map(|(a, b)| a * b).sum()
        })
        .collect();
    let behind = |lag: usize| -> f64 {
        products
            .iter()
            .enumerate()
            .map(|(k, p)| {
                let earlier = if k == 0 { 0.0 } else { at(lag + k) };
                p * (at(lag.abs_diff(k)) + earlier)
            })
            .sum()
    };
    let whole = behind(0);
    if whole.is_nan() || whole <= 0.0 {
        return vec![1.0];
    }
    (0..covariance.len())
        .map(|lag| behind(lag) / whole)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_is_correlated_by_the_taps_alone() {
        // 1 and −1/2: variance 5/4, one symbol apart −1/2.
        let found = correlation(&[2.0, 0.0, 0.0, 0.0], &[1.0, -0.5]);
        for (a, b) in found.iter().zip([1.0, -0.4, 0.0, 0.0]) {
            assert!((a - b).abs() < 1e-15, "{found:?}");
        }
        assert!((correlation(&[0.0; 4], &[1.0])[0] - 1.0).abs() < 1e-15);
    }

    #[test]
    fn events_on_a_pattern_give_the_bound_of_independent_symbols() {
        use crate::equalizer::sequence::union_bound;
        use crate::format::Pattern;
        // In a de Bruijn sequence of order 6 every event of up to six symbols is allowed as often as
        // independent symbols allow it.
        let modulation = Modulation::pam4();
        let symbols = Pattern::DeBruijn { order: 6 }
            .cyclic_symbols(&modulation)
            .unwrap();
        let count = symbols.len();
        let deviation = 0.08;
        let ground = Ground {
            symbols: &symbols,
            modulation: &modulation,
            response: vec![1.0, 0.5],
            rest: vec![0.0; count],
            deviations: vec![deviation; count],
            correlation: vec![1.0],
            single: vec![0.0; count],
        };
        let step = 2.0 / 3.0;
        let events: Vec<ErrorEvent> = error_events(&[1.0, 0.5], 4, deviation / step, 1e-3, 50)
            .into_iter()
            .filter(|e| e.differences.len() <= 6)
            .collect();
        let found: f64 = events.iter().map(|e| ground.sum(e).0).sum::<f64>() / count as f64;
        let expected = union_bound(&events, deviation / step);
        assert!((found / expected - 1.0).abs() < 1e-9, "{found} {expected}");
    }
}
