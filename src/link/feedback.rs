//! Errors that a decision feedback equaliser makes out of its own errors.
//!
//! A wrong decision, one level too high or too low, is fed back and shifts the next samples by the
//! feedback taps times the distance of the levels. The decisions are then a Markov chain whose state
//! is the last errors (Duttweiler, Mazo & Messerschmitt, "An upper bound on the error probability in
//! decision-feedback equalization", IEEE Trans. Inf. Theory 20(4) 490, 1974, DOI
//! 10.1109/TIT.1974.1055250). Its stationary error ratio is found by iteration.
//!
//! Leaves out: errors of more than one level, and what the particular symbols of a burst have to do
//! with each other: every step takes the mean over the pattern.

use super::decision::{Decided, DecisionRule};
use crate::fec::ErrorChain;
use crate::math::q_function;
use crate::measure::slicer::{DecisionSample, Gathered};

/// Feedback taps that the chain remembers; later ones are taken as fed back rightly.
const MEMORY: usize = 5;

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

/// By how much errors that are fed back multiply the symbol error ratio; 1 without feedback taps.
pub fn multiplication(decided: &Decided, positions: &[f64]) -> f64 {
    let memory = decided.rule.taps.feedback.len().min(MEMORY);
    if memory == 0 || decided.errors.symbol <= 0.0 {
        return 1.0;
    }
    let Some(transitions) = transitions(decided, positions, memory) else {
        return 1.0;
    };
    let states = transitions.len();
    let alone = transitions[0].0 + transitions[0].1;
    let mut occupied = vec![0.0; states];
    occupied[0] = 1.0;
    let keep = states / 3;
    for _ in 0..40 * memory {
        let mut next = vec![0.0; states];
        for (state, &(high, low)) in transitions.iter().enumerate() {
            let older = (state % keep) * 3;
            next[older] += occupied[state] * (1.0 - high - low);
            next[older + 1] += occupied[state] * high;
            next[older + 2] += occupied[state] * low;
        }
        occupied = next;
    }
    let together: f64 = occupied
        .iter()
        .zip(&transitions)
        .map(|(p, (high, low))| p * (high + low))
        .sum();
    if alone > 0.0 { together / alone } else { 1.0 }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equalizer::Taps;
    use crate::measure::slicer::{DecisionSamples, ErrorRatios};

    fn decided(feedback: Vec<f64>, deviation: f64) -> Decided {
        let level = |value: f64| {
            vec![DecisionSample {
                value,
                deviation,
                weight: 1.0,
            }]
        };
        let p = q_function(1.0 / deviation);
        Decided {
            rule: DecisionRule {
                sample: 0,
                fraction: 0.0,
                taps: Taps {
                    feed_forward: vec![1.0],
                    precursor: 0,
                    feedback,
                    offset: 0.0,
                    mean_square_error: 0.0,
                },
                thresholds: vec![0.0],
            },
            errors: ErrorRatios { symbol: p, bit: p },
            samples: DecisionSamples {
                by_level: vec![level(-1.0), level(1.0)],
            },
            values: Vec::new(),
            deviations: Vec::new(),
        }
    }

    #[test]
    fn one_tap_of_unity_doubles_the_errors_of_nrz() {
        // The next sample is shifted by two, which puts one of the two symbols on the wrong side for
        // certain and the other farther from it: half of all errors cause another, so a burst has
        // 1/(1 − ½) = 2 of them in the mean.
        let m = multiplication(&decided(vec![1.0], 0.2), &[-1.0, 1.0]);
        assert!((m - 2.0).abs() < 1e-3, "{m}");
    }

    #[test]
    fn without_taps_or_with_tiny_ones_nothing_is_multiplied() {
        assert!((multiplication(&decided(vec![], 0.3), &[-1.0, 1.0]) - 1.0).abs() < 1e-12);
        let m = multiplication(&decided(vec![1e-9, 0.0], 0.3), &[-1.0, 1.0]);
        assert!((m - 1.0).abs() < 1e-6, "{m}");
    }
}
