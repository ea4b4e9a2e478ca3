//! Errors that decision feedback makes out of its own errors, as a chain for what comes behind: a code cares for
//! how errors follow each other.
//!
//! A wrong decision, one level too high or too low, is fed back and shifts the next samples by the
//! feedback taps times the distance of the levels: a Markov chain whose state is the last errors
//! (Duttweiler, Mazo & Messerschmitt, IEEE Trans. Inf. Theory 20(4) 490, 1974, DOI 10.1109/TIT.1974.1055250).
//!
//! Leaves out: taps beyond the second, errors of more than one level, and what the particular symbols of a
//! burst have to do with each other: every step takes the mean over the pattern, which
//! [`feedback`](super::feedback) does not.

use super::decision::{Decided, DecisionRule};
use crate::fec::ErrorChain;
use crate::math::q_function;
use crate::measure::slicer::{DecisionSample, Gathered};

/// Feedback taps whose errors the chain of an error correction remembers.
const CHAIN_MEMORY: usize = 2;

/// The chain of errors of the decisions, of the first two feedback taps; none without taps or errors.
pub fn error_chain(decided: &Decided, positions: &[f64]) -> Option<ErrorChain> {
    let memory = decided.rule.taps.feedback.len().min(CHAIN_MEMORY);
    if memory == 0 || decided.errors.symbol <= 0.0 {
        return None;
    }
    let transitions = transitions(decided, positions, memory)?;
    let errors = transitions.iter().map(|(high, low)| [*high, *low]);
    ErrorChain::new(errors.collect()).ok()
}

/// Probabilities of deciding too high and too low in every state of the last errors.
fn transitions(decided: &Decided, positions: &[f64], memory: usize) -> Option<Vec<(f64, f64)>> {
    let rule = &decided.rule;
    let distance = match (positions.first(), positions.last()) {
        (Some(first), Some(last)) => (last - first) / (positions.len().max(2) - 1) as f64,
        _ => return None,
    };
    let levels: Vec<Vec<DecisionSample>> = decided
        .samples
        .by_level
        .iter()
        .map(|samples| {
            let mut gathered = Gathered::default();
            for sample in samples {
                gathered.add(sample);
            }
            gathered.samples()
        })
        .collect();
    let states = 3usize.pow(u32::try_from(memory).unwrap_or(0));
    // Digit j of a state is the error j + 1 symbols ago: 0 none, 1 too high, 2 too low.
    let transitions = (0..states)
        .map(|state| {
            let shift: f64 = digits(state)
                .zip(rule.taps.feedback.iter().take(memory))
                .map(|(digit, tap)| match digit {
                    1 => -tap * distance,
                    2 => tap * distance,
                    _ => 0.0,
                })
                .sum();
            wrong(&levels, rule, shift)
        })
        .collect();
    Some(transitions)
}

/// Base-3 digits of a state, the latest error first.
fn digits(state: usize) -> impl Iterator<Item = usize> {
    std::iter::successors(Some(state), |s| Some(s / 3)).map(|s| s % 3)
}

/// Probabilities of deciding too high and too low with all samples shifted.
fn wrong(levels: &[Vec<DecisionSample>], rule: &DecisionRule, shift: f64) -> (f64, f64) {
    let (mut high, mut low, mut weight) = (0.0, 0.0, 0.0);
    for (k, samples) in levels.iter().enumerate() {
        for s in samples {
            let scale = 1.0 / s.deviation.max(f64::MIN_POSITIVE);
            weight += s.weight;
            if let Some(threshold) = rule.thresholds.get(k) {
                high += s.weight * q_function((threshold - s.value - shift) * scale);
            }
            if k > 0
                && let Some(threshold) = rule.thresholds.get(k - 1)
            {
                low += s.weight * q_function((s.value + shift - threshold) * scale);
            }
        }
    }
    (high / weight, low / weight)
}
