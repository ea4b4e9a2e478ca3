//! Decisions against thresholds: error ratios of samples with Gaussian noise.

use crate::format::Modulation;
use crate::math::special::q_function;
use crate::signal::kernels;

/// A noise-free decision sample: the level that was sent, the value, the noise's deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DecisionSample {
    /// Value without noise.
    pub value: f64,
    /// Standard deviation of the Gaussian noise on it.
    pub deviation: f64,
    /// How often it stands for a symbol (1, or a share of one).
    pub weight: f64,
}

/// Decision samples sorted by the level that was sent.
#[derive(Debug, Clone, Default)]
pub struct DecisionSamples {
    /// For each level its samples.
    pub by_level: Vec<Vec<DecisionSample>>,
}

/// Error ratios at given thresholds.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct ErrorRatios {
    /// Symbols decided wrongly, of all symbols.
    pub symbol: f64,
    /// Bits decided wrongly, of all bits.
    pub bit: f64,
}

impl DecisionSamples {
    /// Mean value of every level; NaN for one that was never sent.
    pub fn means(&self) -> Vec<f64> {
        self.by_level
            .iter()
            .map(|samples| {
                let weight: f64 = samples.iter().map(|s| s.weight).sum();
                samples.iter().map(|s| s.weight * s.value).sum::<f64>() / weight
            })
            .collect()
    }

    /// Thresholds half way between the mean levels.
    pub fn midway_thresholds(&self) -> Vec<f64> {
        self.means()
            .windows(2)
            .map(|pair| 0.5 * (pair[0] + pair[1]))
            .collect()
    }

    /// Thresholds between neighbouring levels in proportion to their deviations, noise and spread
    /// of the values together: close to the optimum, and cheap.
    pub fn balanced_thresholds(&self) -> Vec<f64> {
        let means = self.means();
        let deviations: Vec<f64> = self
            .by_level
            .iter()
            .zip(&means)
            .map(|(samples, mean)| {
                let variance: f64 = samples
                    .iter()
                    .map(|s| s.weight * (s.deviation.powi(2) + (s.value - mean).powi(2)))
                    .sum();
                let weight: f64 = samples.iter().map(|s| s.weight).sum();
                (variance / weight).sqrt()
            })
            .collect();
        means
            .windows(2)
            .zip(deviations.windows(2))
            .map(|(m, d)| (m[0] * d[1] + m[1] * d[0]) / (d[0] + d[1]).max(f64::MIN_POSITIVE))
            .collect()
    }

    /// Thresholds with the fewest errors between neighbouring levels: where the probability
    /// densities of the two, summed over their samples, cross. The logarithm of their ratio is
    /// nearly linear in the threshold, so a bracketed Newton search finds it in a few steps; sums
    /// are taken in the logarithm, so that nothing underflows.
    pub fn optimum_thresholds(&self) -> Vec<f64> {
        self.optimum_thresholds_to(THRESHOLD_TOLERANCE)
    }

    /// As [`optimum_thresholds`](Self::optimum_thresholds), to an accuracy relative to the distance
    /// of the levels.
    pub fn optimum_thresholds_to(&self, tolerance: f64) -> Vec<f64> {
        let means = self.means();
        let mut thresholds = self.balanced_thresholds();
        let mut terms: Vec<Terms> = self.by_level.iter().map(|s| Terms::new(s)).collect();
        for (k, threshold) in thresholds.iter_mut().enumerate() {
            let Some([lower, upper]) = terms.get_mut(k..k + 2) else {
                break;
            };
            let (mut a, mut b) = (means[k], means[k + 1]);
            if a.partial_cmp(&b) != Some(std::cmp::Ordering::Less) {
                continue;
            }
            let distance = b - a;
            let mut t = *threshold;
            for _ in 0..40 {
                let (above, below) = (upper.log_density(t), lower.log_density(t));
                let (y, slope) = (above.0 - below.0, above.1 - below.1);
                if !y.is_finite() {
                    break;
                }
                if y > 0.0 {
                    b = t;
                } else {
                    a = t;
                }
                let newton = t - y / slope;
                let inside = newton > a && newton < b;
                let next = if inside { newton } else { 0.5 * (a + b) };
                // The error of a Newton step is about the square of the step, in distances.
                let enough = if inside {
                    tolerance.max((0.1 * tolerance).sqrt())
                } else {
                    tolerance
                };
                let done = (next - t).abs() < enough * distance;
                t = next;
                if done {
                    break;
                }
            }
            *threshold = t;
        }
        thresholds
    }

    /// Error ratios against thresholds, one between each pair of neighbouring levels.
    ///
    /// Each threshold that a sample's noise carries it across adds the change in the number of wrong
    /// bits, so that errors of any distance are counted.
    pub fn error_ratios(&self, thresholds: &[f64], modulation: &Modulation) -> ErrorRatios {
        let (mut symbol, mut bit, mut weight) = (0.0, 0.0, 0.0);
        let mut tails = Vec::new();
        for (sent, samples) in self.by_level.iter().enumerate() {
            let wrong = |decided: usize| {
                modulation.bit_errors(
                    u8::try_from(sent).unwrap_or(u8::MAX),
                    u8::try_from(decided).unwrap_or(u8::MAX),
                )
            };
            let sent_weight: f64 = samples.iter().map(|s| s.weight).sum();
            weight += sent_weight;
            // Steps of wrong bits on the way down and up from the sent level.
            let down = (0..sent).rev().map(|decided| {
                let step = wrong(decided) - wrong(decided + 1);
                (step, thresholds[decided], 1.0)
            });
            let up = (sent + 1..self.by_level.len()).map(|decided| {
                let step = wrong(decided) - wrong(decided - 1);
                (step, thresholds[decided - 1], -1.0)
            });
            for way in [&mut { down } as &mut dyn Iterator<Item = _>, &mut { up }] {
                let mut nearer = 0.0;
                for (i, (step, threshold, sign)) in way.enumerate() {
                    let least = distances(samples, threshold, sign, &mut tails);
                    if i > 0 && q_function(least) * sent_weight < NEGLIGIBLE * nearer {
                        break;
                    }
                    kernels::gaussian_tails(&mut tails);
                    nearer = samples.iter().zip(&tails).map(|(s, p)| s.weight * p).sum();
                    if i == 0 {
                        symbol += nearer;
                    }
                    bit += nearer * step;
                }
            }
        }
        ErrorRatios {
            symbol: symbol / weight,
            bit: bit / (weight * modulation.bits_per_symbol()),
        }
    }

    /// P(decided | sent) against thresholds: a row for each sent level.
    pub fn transitions(&self, thresholds: &[f64]) -> Vec<Vec<f64>> {
        let levels = self.by_level.len();
        let row = |(sent, samples): (usize, &Vec<DecisionSample>)| {
            let weight: f64 = samples.iter().map(|s| s.weight).sum();
            // Probability of a value beyond a threshold, seen from the sent level.
            let beyond = |index: Option<usize>, sign: f64| {
                let Some(t) = index.and_then(|i| thresholds.get(i)) else {
                    return 0.0;
                };
                let tail = |s: &DecisionSample| {
                    let distance = sign * (t - s.value) / s.deviation.max(f64::MIN_POSITIVE);
                    s.weight * q_function(distance)
                };
                samples.iter().map(tail).sum::<f64>() / weight
            };
            let mut row: Vec<f64> = (0..levels)
                .map(|decided| match decided.cmp(&sent) {
                    std::cmp::Ordering::Greater => {
                        beyond(Some(decided - 1), 1.0) - beyond(Some(decided), 1.0)
                    }
                    std::cmp::Ordering::Less => {
                        beyond(Some(decided), -1.0) - beyond(decided.checked_sub(1), -1.0)
                    }
                    std::cmp::Ordering::Equal => 0.0,
                })
                .map(|p| p.max(0.0))
                .collect();
            let wrong: f64 = row.iter().sum();
            if let Some(right) = row.get_mut(sent) {
                *right = 1.0 - wrong;
            }
            row
        };
        self.by_level.iter().enumerate().map(row).collect()
    }
}

/// Many decision samples of one level gathered into few that stand for them: those whose values and
/// deviations nearly agree (to a tenth of a deviation, and to a part in a hundred and fifty) become
/// one with their weight, mean and mean square.
///
/// Merging deviations that differ by δ lowers a tail at z deviations by about z⁴δ²/2: less than 1 %
/// out to z = 8.
#[derive(Debug, Clone, Default)]
pub struct Gathered {
    cells: std::collections::BTreeMap<(i64, i64), (f64, f64, f64)>,
}

impl Gathered {
    /// Adds a sample.
    #[allow(clippy::cast_possible_truncation)]
    pub fn add(&mut self, sample: &DecisionSample) {
        let octave = (sample.deviation.max(f64::MIN_POSITIVE).log2() * PER_OCTAVE).floor();
        let width = 0.1 * (octave / PER_OCTAVE).exp2();
        let cell = self
            .cells
            .entry((octave as i64, (sample.value / width).floor() as i64))
            .or_default();
        cell.0 += sample.weight;
        cell.1 += sample.weight * sample.value;
        cell.2 += sample.weight * (sample.deviation.powi(2) + sample.value.powi(2));
    }

    /// The samples that stand for those added.
    pub fn samples(&self) -> Vec<DecisionSample> {
        self.cells
            .values()
            .map(|&(weight, sum, squares)| {
                let value = sum / weight;
                DecisionSample {
                    value,
                    deviation: (squares / weight - value * value).max(0.0).sqrt(),
                    weight,
                }
            })
            .collect()
    }
}

/// Classes of deviations per factor of two.
const PER_OCTAVE: f64 = 100.0;

/// Accuracy of an optimum threshold, relative to the distance of the levels; the error ratio is
/// stationary there.
const THRESHOLD_TOLERANCE: f64 = 1e-4;

/// Samples of a level, laid out for summing their densities.
struct Terms {
    values: Vec<f64>,
    inverse_deviations: Vec<f64>,
    weights: Vec<f64>,
    exponents: Vec<f64>,
}

impl Terms {
    fn new(samples: &[DecisionSample]) -> Self {
        let inverse_deviations: Vec<f64> = samples
            .iter()
            .map(|s| 1.0 / s.deviation.max(f64::MIN_POSITIVE))
            .collect();
        Self {
            values: samples.iter().map(|s| s.value).collect(),
            weights: samples
                .iter()
                .zip(&inverse_deviations)
                .map(|(s, d)| s.weight * d)
                .collect(),
            inverse_deviations,
            exponents: vec![0.0; samples.len()],
        }
    }

    /// Logarithm of the sum of the samples' Gaussian densities at `t`, and its slope; terms e^{−20}
    /// below the largest are left out.
    fn log_density(&mut self, t: f64) -> (f64, f64) {
        kernels::log_sum_of_gaussians(
            t,
            &self.values,
            &self.inverse_deviations,
            &self.weights,
            &mut self.exponents,
        )
    }
}

/// Distances of samples from a threshold below them (sign +1) or above (−1), in their deviations;
/// returns the least.
fn distances(samples: &[DecisionSample], threshold: f64, sign: f64, out: &mut Vec<f64>) -> f64 {
    out.clear();
    out.extend(
        samples
            .iter()
            .map(|s| sign * (s.value - threshold) / s.deviation.max(f64::MIN_POSITIVE)),
    );
    out.iter().copied().fold(f64::INFINITY, f64::min)
}

/// Share of the errors over a nearer threshold below which those over the next do not count.
const NEGLIGIBLE: f64 = 1e-17;

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(values: &[(f64, f64)]) -> DecisionSamples {
        DecisionSamples {
            by_level: values
                .iter()
                .map(|&(value, deviation)| {
                    vec![DecisionSample {
                        value,
                        deviation,
                        weight: 1.0,
                    }]
                })
                .collect(),
        }
    }

    #[test]
    fn equal_noise_puts_the_threshold_half_way_and_the_error_is_q() {
        let nrz = Modulation::pam(2, None).unwrap();
        let s = samples(&[(-1.0, 0.125), (1.0, 0.125)]);
        let t = s.optimum_thresholds();
        assert!(t[0].abs() < 2.0 * THRESHOLD_TOLERANCE);
        // Q(8), to be had without underflow far below it as well.
        let e = s.error_ratios(&t, &nrz);
        assert!(
            (e.bit / 6.220_960_574_271_784e-16 - 1.0).abs() < 2e-4,
            "{}",
            e.bit
        );
        let deep = samples(&[(-1.0, 0.03), (1.0, 0.03)]);
        let ratio = deep.error_ratios(&deep.optimum_thresholds(), &nrz).bit;
        assert!(ratio > 0.0 && ratio < 1e-200);
    }

    #[test]
    fn a_noisier_upper_level_moves_the_threshold_down() {
        let s = samples(&[(0.0, 0.05), (1.0, 0.15)]);
        // The densities cross where (t/σ0)²/2 + ln σ0 = ((1−t)/σ1)²/2 + ln σ1.
        let t = s.optimum_thresholds()[0];
        let balance = (t / 0.05f64).powi(2) / 2.0 + 0.05f64.ln()
            - ((1.0 - t) / 0.15f64).powi(2) / 2.0
            - 0.15f64.ln();
        assert!(balance.abs() < 1e-3 && t < 0.3, "{t}");
    }

    #[test]
    fn pam4_gray_bits_are_half_the_symbols() {
        let pam4 = Modulation::pam(4, None).unwrap();
        let s = samples(&[(-1.0, 0.1), (-1.0 / 3.0, 0.1), (1.0 / 3.0, 0.1), (1.0, 0.1)]);
        let e = s.error_ratios(&s.optimum_thresholds(), &pam4);
        assert!((e.symbol / (1.5 * q_function(10.0 / 3.0)) - 1.0).abs() < 1e-6);
        assert!((e.bit / e.symbol - 0.5).abs() < 1e-4);
    }

    #[test]
    fn transitions_are_tails_between_thresholds() {
        let s = samples(&[(-1.0, 0.5), (-1.0 / 3.0, 0.5), (1.0 / 3.0, 0.5), (1.0, 0.5)]);
        let t = [-2.0 / 3.0, 0.0, 2.0 / 3.0];
        let rows = s.transitions(&t);
        let q = |x: f64| q_function(x / 0.5);
        // From the lowest level: past each threshold, less what goes past the next.
        let first = [q(1.0 / 3.0) - q(1.0), q(1.0) - q(5.0 / 3.0), q(5.0 / 3.0)];
        for (found, expected) in rows[0][1..].iter().zip(first) {
            assert!((found - expected).abs() < 1e-15);
        }
        assert!((rows[2][1] - (q(1.0 / 3.0) - q(1.0))).abs() < 1e-15);
        assert!((rows[2][0] - q(1.0)).abs() < 1e-15);
        for row in &rows {
            assert!((row.iter().sum::<f64>() - 1.0).abs() < 1e-15);
        }
    }
}
