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
//! Noise is correlated from one decision to the next, by filters and taps, and an error says that its noise was
//! large. The noise of later decisions then has another mean and a smaller variance: the regression on the
//! noises of the errors among the last four decisions, each with the moments of a Gaussian beyond its threshold.
//!
//! Leaves out: errors of more than one level; what right decisions say of their noise.

use super::decision::{Decided, DecisionRule};
use crate::math::q_function;
use nalgebra::{DMatrix, DVector};
use std::f64::consts::TAU;

/// Feedback taps that are remembered; later ones are taken as fed back rightly.
const MEMORY: usize = 64;
/// Probability of a history, relative to the mean error ratio, below which an error is not fed back.
const RARE: f64 = 1e-4;
/// Histories at the most; where there are more, more are rare.
const STATES: usize = 500;
/// Symbols that are followed, at the most.
const FOLLOWED: usize = 8192;
/// Past decisions whose noise is known where they were wrong.
const KNOWN: usize = 4;

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

    /// What it shifts a sample by, with what an error too high at each tap does.
    fn shift(self, shifts: &[f64]) -> f64 {
        let (mut sum, mut left) = (0.0, self.high | self.low);
        while left != 0 {
            let j = left.trailing_zeros();
            let shift = shifts.get(j as usize).copied().unwrap_or(0.0);
            sum += if self.high >> j & 1 == 1 {
                shift
            } else {
                -shift
            };
            left &= left - 1;
        }
        sum
    }

    /// The history a symbol later, with that symbol's decision.
    fn then(self, high: bool, low: bool, mask: u64) -> Self {
        Self {
            high: (self.high << 1 | u64::from(high)) & mask,
            low: (self.low << 1 | u64::from(low)) & mask,
        }
    }
}

/// Noise of the last decisions where they were wrong, in standard deviations, the latest first.
#[derive(Debug, Clone, Copy, Default)]
struct PastNoise {
    mean: [f64; KNOWN],
    variance: [f64; KNOWN],
}

impl PastNoise {
    /// A symbol later, whose noise has these moments.
    fn then(self, (mean, variance): (f64, f64)) -> Self {
        let mut later = Self {
            mean: [mean; KNOWN],
            variance: [variance; KNOWN],
        };
        later.mean[1..].copy_from_slice(&self.mean[..KNOWN - 1]);
        later.variance[1..].copy_from_slice(&self.variance[..KNOWN - 1]);
        later
    }

    /// The mean of two.
    fn and(self, other: Self, share: f64) -> Self {
        let between = |a: [f64; KNOWN], b: [f64; KNOWN]| {
            std::array::from_fn(|k| a[k] + share * (b[k] - a[k]))
        };
        Self {
            mean: between(self.mean, other.mean),
            variance: between(self.variance, other.variance),
        }
    }
}

/// What noise follows from that of past decisions: their weights, and the variance that is left, for every set
/// of past decisions whose noise is known (bit j for the one j + 1 symbols ago).
fn regressions(correlation: &[f64]) -> Vec<([f64; KNOWN], f64)> {
    let at = |lag: usize| correlation.get(lag).copied().unwrap_or(0.0);
    (0..1usize << KNOWN)
        .map(|set| {
            let lags: Vec<usize> = (0..KNOWN).filter(|j| set >> j & 1 == 1).collect();
            let matrix = DMatrix::from_fn(lags.len(), lags.len(), |i, j| {
                if i == j {
                    1.0
                } else {
                    at(lags[i].abs_diff(lags[j]))
                }
            });
            let toward = DVector::from_fn(lags.len(), |i, _| at(lags[i] + 1));
            let mut weights = [0.0; KNOWN];
            let mut left = 1.0;
            // No solution where noise repeats itself; it counts as independent then.
            if let Some(solution) = matrix.cholesky().map(|c| c.solve(&toward)) {
                left -= solution.dot(&toward);
                for (lag, weight) in lags.iter().zip(solution.iter()) {
                    weights[*lag] = *weight;
                }
            }
            (weights, left.max(0.0))
        })
        .collect()
}

/// By how much errors that are fed back multiply the symbol error ratio of decisions on a pattern of symbols
/// whose levels stand at `positions`, with noise of a `correlation` at distances of 0, 1, … symbols.
pub fn multiplication(
    decided: &Decided,
    symbols: &[u8],
    positions: &[f64],
    correlation: &[f64],
) -> Multiplication {
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
        regressions: regressions(correlation),
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
    regressions: Vec<([f64; KNOWN], f64)>,
}

/// A wrong decision: its probability, and mean and variance of its noise in standard deviations.
#[derive(Debug, Clone, Copy, Default)]
struct Wrong {
    probability: f64,
    noise: (f64, f64),
}

impl Chain<'_> {
    /// Deciding a symbol of the pattern too high and too low after a history.
    fn wrong(
        &self,
        place: usize,
        history: History,
        past: &PastNoise,
        shifts: &[f64],
    ) -> [Wrong; 2] {
        let rule: &DecisionRule = &self.decided.rule;
        let level = usize::from(self.symbols[place]);
        let deviation = self.decided.deviations[place].max(f64::MIN_POSITIVE);
        let (mean, variance) = self.noise(history, past);
        let spread = variance.sqrt().max(f64::MIN_POSITIVE);
        let value = self.decided.values[place] + history.shift(shifts) + mean * deviation;
        let beyond = |distance: f64, sign: f64| {
            let distance = distance / (deviation * spread);
            let probability = q_function(distance);
            if probability <= 0.0 {
                return Wrong::default();
            }
            // Mean and variance of a Gaussian beyond a distance.
            let mills = (-0.5 * distance * distance).exp() / (TAU.sqrt() * probability);
            let left = (1.0 + mills * (distance - mills)).max(0.0);
            Wrong {
                probability,
                noise: (mean + sign * spread * mills, variance * left),
            }
        };
        let above = rule.thresholds.get(level);
        let below = level.checked_sub(1).and_then(|i| rule.thresholds.get(i));
        [
            above.map_or(Wrong::default(), |t| beyond(t - value, 1.0)),
            below.map_or(Wrong::default(), |t| beyond(value - t, -1.0)),
        ]
    }

    /// Mean and variance of the noise after a history, in standard deviations.
    fn noise(&self, history: History, past: &PastNoise) -> (f64, f64) {
        let known = (history.high | history.low) & ((1 << KNOWN) - 1);
        let regression = usize::try_from(known)
            .ok()
            .and_then(|k| self.regressions.get(k));
        let Some((weights, left)) = regression else {
            return (0.0, 1.0);
        };
        let (mut mean, mut variance) = (0.0, *left);
        for ((w, m), v) in weights.iter().zip(past.mean).zip(past.variance) {
            mean += w * m;
            variance += w * w * v;
        }
        (mean, variance)
    }

    fn multiplication(&self) -> Multiplication {
        let places = self.symbols.len().min(FOLLOWED);
        let start = (History::default(), PastNoise::default());
        let alone: Vec<[Wrong; 2]> = (0..places)
            .map(|place| self.wrong(place, start.0, &start.1, &[]))
            .collect();
        let sum: f64 = alone.iter().flatten().map(|w| w.probability).sum();
        let mean = sum / places as f64;
        if mean.is_nan() || mean <= 0.0 {
            return Multiplication::NONE;
        }
        let with = self.follow(&alone, mean, &self.shifts, self.mask);
        // Correlated noise alone makes no more errors: what it seems to make, as right decisions are not looked
        // at, is no multiplication.
        let without = self.follow(&alone, mean, &[], self.mask & ((1 << KNOWN) - 1));
        let factor = with.errors / without.errors;
        // Errors that are fed back make factor − 1 more each; those that are cut would have made as many.
        let share = with.cut / (with.cut + with.kept).max(f64::MIN_POSITIVE);
        Multiplication {
            factor,
            uncertainty: share * (factor - 1.0).abs() / factor,
        }
    }

    /// Follows the chain along decisions whose errors `alone` are `mean`, with histories in a mask and errors
    /// that are fed back with these shifts.
    fn follow(&self, alone: &[[Wrong; 2]], mean: f64, shifts: &[f64], mask: u64) -> Followed {
        let places = alone.len();
        let start = (History::default(), PastNoise::default());
        let mut rare = RARE * mean;
        let mut followed = Followed::default();
        let mut right = 1.0;
        let mut states: Vec<(History, PastNoise, f64)> = Vec::new();
        let mut next: Vec<(History, PastNoise, f64)> = Vec::new();
        // Twice the memory ahead, for the chain to begin with.
        let ahead = (2 * self.shifts.len()).min(places);
        for step in 0..ahead + places {
            let place = (places + step - ahead) % places;
            next.clear();
            let mut still = 0.0;
            for (history, past, mass) in
                std::iter::once((start.0, start.1, right)).chain(states.iter().copied())
            {
                let wrong = if history.is_right() {
                    alone[place]
                } else {
                    self.wrong(place, history, &past, shifts)
                };
                let mut staying = mass;
                for (Wrong { probability, noise }, is_high) in wrong.into_iter().zip([true, false])
                {
                    let mass = mass * probability;
                    if step >= ahead {
                        followed.errors += mass;
                    }
                    if mass >= rare {
                        let then = history.then(is_high, !is_high, mask);
                        next.push((then, past.then(noise), mass));
                        staying -= mass;
                        followed.kept += mass;
                    } else {
                        followed.cut += mass;
                    }
                }
                let then = history.then(false, false, mask);
                if then.is_right() {
                    still += staying;
                } else {
                    next.push((then, past.then((0.0, 1.0)), staying));
                }
            }
            next.sort_unstable_by_key(|s| s.0);
            states.clear();
            for &(history, past, mass) in &next {
                match states.last_mut() {
                    Some(last) if last.0 == history => {
                        last.2 += mass;
                        last.1 = last.1.and(past, mass / last.2.max(f64::MIN_POSITIVE));
                    }
                    _ => states.push((history, past, mass)),
                }
            }
            right = still;
            if states.len() > STATES {
                rare *= 1.1;
            }
        }
        followed
    }
}

/// What following the chain gave.
#[derive(Debug, Clone, Copy, Default)]
struct Followed {
    /// Expected errors.
    errors: f64,
    /// Errors whose history was followed, and that were too rare for it.
    kept: f64,
    cut: f64,
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
        multiplication(&decided, &symbols, &[-1.0, 1.0], &[1.0])
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

    #[test]
    fn noise_that_turns_over_makes_feedback_worse_and_alone_makes_no_more_errors() {
        let (decided, symbols) = decided(vec![0.4], 0.35);
        let with = |correlation: &[f64]| {
            multiplication(&decided, &symbols, &[-1.0, 1.0], correlation).factor
        };
        let (white, turning, lasting) = (with(&[1.0]), with(&[1.0, -0.3]), with(&[1.0, 0.3]));
        assert!(
            turning > 1.02 * white && lasting < white,
            "{turning} {white} {lasting}"
        );
        // Without feedback.
        let (decided, symbols) = super::tests::decided(vec![1e-12], 0.35);
        let alone = multiplication(&decided, &symbols, &[-1.0, 1.0], &[1.0, -0.3]).factor;
        assert!((alone - 1.0).abs() < 1e-9, "{alone}");
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
