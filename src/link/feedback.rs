//! Errors that a decision feedback equaliser makes out of its own errors.
//!
//! A wrong decision, one level too high or too low, is fed back and shifts the next samples by the
//! feedback taps times the distance of the levels. The decisions are then a Markov chain whose state
//! is the last errors (Duttweiler, Mazo & Messerschmitt, "An upper bound on the error probability in
//! decision-feedback equalization", IEEE Trans. Inf. Theory 20(4) 490, 1974, DOI
//! 10.1109/TIT.1974.1055250). The chain is followed along the pattern, every decision with its own sample and
//! noise: what made one decision wrong, a symbol to come say, is there at the next ones too.
//!
//! Of the 3^taps states those are kept that matter: an error whose probability is below `RARE` of the mean
//! error ratio is counted and not fed back. What that leaves out is estimated
//! ([`Multiplication::uncertainty`]).
//!
//! Leaves out: errors of more than one level, and that noise from one decision to the next is correlated.

use super::decision::{Decided, DecisionRule};
use crate::math::q_function;

/// Feedback taps that are remembered; later ones are taken as fed back rightly.
const MEMORY: usize = 64;
/// Probability of a history, relative to the mean error ratio, below which an error is not fed back.
const RARE: f64 = 1e-4;
/// Histories at the most; where there are more, more are rare.
const STATES: usize = 2000;
/// Symbols that are followed, at the most.
const FOLLOWED: usize = 8192;

/// By how much errors that are fed back multiply the symbol error ratio.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Multiplication {
    /// The factor; 1 without feedback taps.
    pub factor: f64,
    /// What errors that are not fed back may have changed of it, relative, about.
    pub uncertainty: f64,
}

impl Multiplication {
    /// Nothing is fed back.
    pub const NONE: Self = Self {
        factor: 1.0,
        uncertainty: 0.0,
    };
}

/// Past decisions that were wrong: bit j for the one j + 1 symbols ago.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
struct History {
    high: u64,
    low: u64,
}

impl History {
    fn is_right(self) -> bool {
        self.high | self.low == 0
    }

    /// The history a symbol later, with that symbol's decision.
    fn then(self, high: bool, low: bool, mask: u64) -> Self {
        Self {
            high: (self.high << 1 | u64::from(high)) & mask,
            low: (self.low << 1 | u64::from(low)) & mask,
        }
    }
}

/// By how much errors that are fed back multiply the symbol error ratio of decisions on a pattern of symbols
/// whose levels stand at `positions`.
pub fn multiplication(decided: &Decided, symbols: &[u8], positions: &[f64]) -> Multiplication {
    let rule = &decided.rule;
    let memory = rule.taps.feedback.len().min(MEMORY);
    let places = symbols
        .len()
        .min(decided.values.len())
        .min(decided.deviations.len());
    if memory == 0 || places == 0 || decided.errors.symbol <= 0.0 {
        return Multiplication::NONE;
    }
    let distance = match (positions.first(), positions.last()) {
        (Some(first), Some(last)) => (last - first) / (positions.len().max(2) - 1) as f64,
        _ => return Multiplication::NONE,
    };
    let shifts: Vec<f64> = rule.taps.feedback[..memory]
        .iter()
        .map(|tap| -tap * distance)
        .collect();
    Chain {
        decided,
        symbols: &symbols[..places],
        shifts,
        mask: u64::MAX >> (MEMORY - memory),
    }
    .multiplication()
}

/// Decisions along a pattern.
struct Chain<'a> {
    decided: &'a Decided,
    symbols: &'a [u8],
    /// What an error too high at each tap shifts a sample by.
    shifts: Vec<f64>,
    mask: u64,
}

impl Chain<'_> {
    fn shift(&self, history: History) -> f64 {
        let (mut sum, mut left) = (0.0, history.high | history.low);
        while left != 0 {
            let j = left.trailing_zeros();
            let shift = self.shifts.get(j as usize).copied().unwrap_or(0.0);
            sum += if history.high >> j & 1 == 1 {
                shift
            } else {
                -shift
            };
            left &= left - 1;
        }
        sum
    }

    /// Probabilities of deciding a symbol of the pattern too high and too low with its sample shifted.
    fn wrong(&self, place: usize, shift: f64) -> (f64, f64) {
        let rule: &DecisionRule = &self.decided.rule;
        let level = usize::from(self.symbols[place]);
        let value = self.decided.values[place] + shift;
        let scale = 1.0 / self.decided.deviations[place].max(f64::MIN_POSITIVE);
        let above = rule.thresholds.get(level);
        let below = level.checked_sub(1).and_then(|i| rule.thresholds.get(i));
        (
            above.map_or(0.0, |t| q_function((t - value) * scale)),
            below.map_or(0.0, |t| q_function((value - t) * scale)),
        )
    }

    fn multiplication(&self) -> Multiplication {
        let count = self.symbols.len();
        let followed = count.min(FOLLOWED);
        let alone: Vec<(f64, f64)> = (0..followed).map(|n| self.wrong(n, 0.0)).collect();
        let mean = alone.iter().map(|p| p.0 + p.1).sum::<f64>() / followed as f64;
        if mean.is_nan() || mean <= 0.0 {
            return Multiplication::NONE;
        }
        let memory = self.shifts.len();
        let mut rare = RARE * mean;
        let (mut together, mut first, mut cut, mut kept) = (0.0, 0.0, 0.0, 0.0);
        let mut right = 1.0;
        let mut states: Vec<(History, f64)> = Vec::new();
        let mut next: Vec<(History, f64)> = Vec::new();
        let start = History::default();
        // Twice the memory ahead, for the chain to begin with.
        let ahead = (2 * memory).min(count);
        for step in 0..ahead + followed {
            let place = (count + step - ahead) % count;
            let counts = step >= ahead;
            next.clear();
            let mut still = 0.0;
            let mut errors = 0.0;
            let (high, low) = self.wrong(place, 0.0);
            for (history, mass) in std::iter::once((start, right)).chain(states.iter().copied()) {
                let (high, low) = if history.is_right() {
                    (high, low)
                } else {
                    self.wrong(place, self.shift(history))
                };
                errors += mass * (high + low);
                let mut staying = mass * (1.0 - high - low);
                for (p, is_high) in [(high, true), (low, false)] {
                    let mass = mass * p;
                    if mass >= rare {
                        next.push((history.then(is_high, !is_high, self.mask), mass));
                        kept += mass;
                    } else {
                        staying += mass;
                        cut += mass;
                    }
                }
                let then = history.then(false, false, self.mask);
                if then.is_right() {
                    still += staying;
                } else {
                    next.push((then, staying));
                }
            }
            if counts {
                together += errors;
                first += high + low;
            }
            next.sort_unstable_by_key(|s| s.0);
            states.clear();
            for &(history, mass) in &next {
                match states.last_mut() {
                    Some(last) if last.0 == history => last.1 += mass,
                    _ => states.push((history, mass)),
                }
            }
            right = still;
            if states.len() > STATES {
                rare *= 1.1;
            }
        }
        let factor = together / first;
        // Errors that are fed back make factor − 1 more each; those that are cut would have made as many.
        let share = cut / (cut + kept).max(f64::MIN_POSITIVE);
        Multiplication {
            factor,
            uncertainty: share * (factor - 1.0).abs() / factor,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equalizer::Taps;
    use crate::measure::slicer::{DecisionSamples, ErrorRatios};

    /// Random symbols of two levels without interference.
    fn decided(feedback: Vec<f64>, deviation: f64) -> (Decided, Vec<u8>) {
        let mut state = 1u64;
        let symbols: Vec<u8> = (0..FOLLOWED)
            .map(|_| {
                // Knuth's generator.
                state = state
                    .wrapping_mul(6_364_136_223_846_793_005)
                    .wrapping_add(1_442_695_040_888_963_407);
                u8::from(state >> 63 == 1)
            })
            .collect();
        let p = q_function(1.0 / deviation);
        let decided = Decided {
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
                conversion: None,
            },
            errors: ErrorRatios { symbol: p, bit: p },
            samples: DecisionSamples {
                by_level: Vec::new(),
            },
            values: symbols.iter().map(|s| f64::from(*s) * 2.0 - 1.0).collect(),
            deviations: vec![deviation; symbols.len()],
        };
        (decided, symbols)
    }

    fn of(feedback: Vec<f64>, deviation: f64) -> Multiplication {
        let (decided, symbols) = decided(feedback, deviation);
        multiplication(&decided, &symbols, &[-1.0, 1.0])
    }

    #[test]
    fn one_tap_of_unity_doubles_the_errors_of_nrz_wherever_it_stands() {
        // The sample it shifts by two is on the wrong side for certain for one of the two symbols, and
        // farther from it for the other: half of all errors cause another, so a burst has
        // 1/(1 − ½) = 2 of them in the mean.
        for taps in [vec![1.0], [vec![0.0; 11], vec![1.0]].concat()] {
            let m = of(taps, 0.2);
            // The pattern's symbols are equal and unequal as often as chance has it.
            assert!(
                (m.factor - 2.0).abs() < 0.04 && m.uncertainty < 1e-3,
                "{m:?}"
            );
        }
    }

    #[test]
    fn without_taps_or_with_tiny_ones_nothing_is_multiplied() {
        assert!((of(vec![], 0.3).factor - 1.0).abs() < 1e-12);
        let m = of(vec![1e-9, 0.0], 0.3);
        assert!((m.factor - 1.0).abs() < 1e-6, "{m:?}");
    }

    /// The stationary distribution of the chain with all states, every symbol the mean of both.
    fn of_all_states(taps: &[f64], deviation: f64) -> f64 {
        let states = 3usize.pow(u32::try_from(taps.len()).unwrap());
        let digits =
            |state: usize| std::iter::successors(Some(state), |s| Some(s / 3)).map(|s| s % 3);
        let transitions: Vec<(f64, f64)> = (0..states)
            .map(|state| {
                let shift = digits(state).zip(taps).map(|(digit, tap)| match digit {
                    1 => -2.0 * tap,
                    2 => 2.0 * tap,
                    _ => 0.0,
                });
                let shift: f64 = shift.sum();
                (
                    0.5 * q_function((1.0 - shift) / deviation),
                    0.5 * q_function((1.0 + shift) / deviation),
                )
            })
            .collect();
        let mut occupied = vec![0.0; states];
        occupied[0] = 1.0;
        for _ in 0..400 {
            let mut next = vec![0.0; states];
            for (state, &(high, low)) in transitions.iter().enumerate() {
                let older = (state % (states / 3)) * 3;
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
        together / (transitions[0].0 + transitions[0].1)
    }

    #[test]
    fn the_states_that_are_kept_give_the_ratio_of_all_states() {
        let cases = [
            (vec![0.5], 0.4),
            (vec![0.6, -0.3, 0.2, 0.1], 0.3),
            (vec![0.4, 0.3, 0.2, 0.15, 0.1, -0.1, 0.08], 0.35),
            (vec![0.3, 0.2, 0.2, 0.2, 0.15, 0.1, 0.1, 0.1], 0.35),
        ];
        for (taps, deviation) in cases {
            let found = of(taps.clone(), deviation);
            let exact = of_all_states(&taps, deviation);
            let off = (found.factor / exact - 1.0).abs();
            assert!(exact > 1.1 && off < 0.03, "{taps:?}: {found:?} {exact}");
            assert!(found.uncertainty < 0.02, "{taps:?}: {found:?}");
        }
    }
}
