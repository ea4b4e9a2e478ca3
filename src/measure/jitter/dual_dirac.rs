//! The dual-Dirac model of jitter.

use crate::math::{q_function, q_inverse};

/// Two Gaussians of weight ½ and of one deviation, which have the tails of a distribution.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DualDirac {
    /// Standard deviation of the Gaussians, RJ, in the unit of the values.
    pub random_rms: f64,
    /// Their distance, DJ.
    pub dual_dirac: f64,
    /// Middle between them.
    pub center: f64,
}

/// Fewest values of which a tail is fitted.
const LEAST: usize = 1000;
/// Values beyond the outermost point of a fit, on either side.
const OUTERMOST: f64 = 10.0;
/// Share of the values where a tail begins, at most and at least, and the values it has in between: the
/// further out, the less of a bounded part passes for random jitter.
const TAIL: (f64, f64) = (0.02, 0.002);
const IN_TAIL: f64 = 4000.0;
/// Points of a fit on either side.
const POINTS: usize = 32;

impl DualDirac {
    /// Fits both tails: the shares F of the values beyond 32 points a side, at equal steps of Q⁻¹(F)
    /// from 2 % (of many values less, down to 0.2 %) to ten values, against ½Q((x − μ₁)/σ) + ½Q((x − μ₂)/σ), by least squares of Q⁻¹(2F)
    /// with the weight of their counts (the Q scale of the dual-Dirac method: INCITS TR-35, Methodologies
    /// for Jitter and Signal Quality Specification; R. Stephens, Agilent 5989-3206EN). The second
    /// Gaussian is kept in each tail, so that values without any bounded part give a distance of 0 and
    /// their own deviation. Nothing for fewer than 1000 values or where all are equal.
    pub fn fit(values: &[f64]) -> Option<Self> {
        let mut sorted: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
        let n = sorted.len();
        if n < LEAST || n < values.len() {
            return None;
        }
        sorted.sort_by(f64::total_cmp);
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        if last <= first {
            return None;
        }
        let mean = sorted.iter().sum::<f64>() / n as f64;
        let variance = sorted.iter().map(|v| (v - mean).powi(2)).sum::<f64>() / n as f64;
        let tail = (IN_TAIL / n as f64).clamp(TAIL.1, TAIL.0);
        let (inner, outer) = (q_inverse(tail), q_inverse(OUTERMOST / n as f64));
        let points: Vec<Point> = (0..POINTS)
            .flat_map(|k| {
                let q = inner + (outer - inner) * k as f64 / (POINTS - 1) as f64;
                let share = q_function(q);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below n
                let beyond = (share * n as f64).round().max(1.0) as usize;
                // Between the value that is the last beyond and the next.
                let at = |k: usize| sorted.get(k).copied().unwrap_or(mean);
                let share = beyond as f64 / n as f64;
                let upper = f64::midpoint(at(n - beyond), at(n - beyond - 1));
                let lower = f64::midpoint(at(beyond - 1), at(beyond));
                [(upper, true), (lower, false)].map(|(value, above)| Point {
                    value,
                    share,
                    above,
                    weight: beyond as f64,
                })
            })
            .collect();
        Some(solve(&points, mean, variance.sqrt()))
    }

    /// Share of the values above `x`.
    pub fn share_above(&self, x: f64) -> f64 {
        let tail =
            |side: f64| q_function((x - self.center - side * self.dual_dirac) / self.random_rms);
        0.5 * (tail(-0.5) + tail(0.5))
    }

    /// Width about the centre outside of which a share of the values lies, half of it on either side: the
    /// total jitter of a bit error ratio for a transition density of one.
    pub fn total(&self, share: f64) -> f64 {
        let beyond = |half: f64| 2.0 * self.share_above(self.center + half);
        let (mut low, mut high) = (0.0, 0.5 * self.dual_dirac + 40.0 * self.random_rms);
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if beyond(middle) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        2.0 * high
    }
}

/// A point of an empirical tail.
struct Point {
    value: f64,
    share: f64,
    above: bool,
    weight: f64,
}

/// Weighted least squares by Gauss and Newton with Levenberg's damping, in units of the deviation of all
/// values: centre, square of half of the distance (the tails depend on it evenly), logarithm of σ.
fn solve(points: &[Point], mean: f64, deviation: f64) -> DualDirac {
    let model = |x: [f64; 3]| DualDirac {
        center: mean + deviation * x[0],
        dual_dirac: 2.0 * deviation * x[1].max(0.0).sqrt(),
        random_rms: deviation * x[2].exp(),
    };
    // In the Q scale, where a Gaussian's tail is straight.
    let residuals = |x: [f64; 3]| -> Vec<f64> {
        let fit = model(x);
        points
            .iter()
            .map(|p| {
                let share = if p.above {
                    fit.share_above(p.value)
                } else {
                    1.0 - fit.share_above(p.value)
                };
                let share = share.clamp(1e-280, 0.499);
                p.weight.sqrt() * (q_inverse(2.0 * share) - q_inverse(2.0 * p.share))
            })
            .collect()
    };
    let cost = |r: &[f64]| r.iter().map(|v| v * v).sum::<f64>();
    let mut best = ([0.0; 3], Vec::new(), f64::INFINITY);
    for share in [0.05_f64, 0.5, 0.9] {
        // A share of the variance in the distance.
        let mut x = [0.0, share, 0.5 * (1.0 - share).ln()];
        let mut r = residuals(x);
        let mut value = cost(&r);
        let mut damping = 1e-3;
        for _ in 0..200 {
            let mut normal = nalgebra::Matrix3::<f64>::zeros();
            let mut right = nalgebra::Vector3::<f64>::zeros();
            let columns: Vec<Vec<f64>> = (0..3)
                .map(|i| {
                    let step = 1e-6;
                    let mut moved = x;
                    if let Some(v) = moved.get_mut(i) {
                        *v += step;
                    }
                    let ahead = residuals(moved);
                    ahead.iter().zip(&r).map(|(a, b)| (a - b) / step).collect()
                })
                .collect();
            for (i, a) in columns.iter().enumerate() {
                for (j, b) in columns.iter().enumerate() {
                    normal[(i, j)] = a.iter().zip(b).map(|(p, q)| p * q).sum();
                }
                right[i] = -a.iter().zip(&r).map(|(p, q)| p * q).sum::<f64>();
            }
            for i in 0..3 {
                normal[(i, i)] *= 1.0 + damping;
                normal[(i, i)] += 1e-12;
            }
            let Some(step) = normal.lu().solve(&right) else {
                break;
            };
            let next = [x[0] + step[0], (x[1] + step[1]).max(0.0), x[2] + step[2]];
            let ahead = residuals(next);
            let lower = cost(&ahead);
            if lower.is_finite() && lower <= value {
                let done = value - lower < 1e-12 * value;
                (x, r, value) = (next, ahead, lower);
                damping = (damping * 0.3).max(1e-9);
                if done {
                    break;
                }
            } else {
                damping *= 10.0;
                if damping > 1e9 {
                    break;
                }
            }
        }
        if value < best.2 {
            best = (x, r, value);
        }
    }
    model(best.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Quantiles of the model itself, evenly spaced in probability.
    fn quantiles(dual_dirac: f64, count: u32) -> Vec<f64> {
        let truth = DualDirac {
            random_rms: 1.0,
            dual_dirac,
            center: 0.3,
        };
        (0..count)
            .map(|k| {
                let share = (f64::from(k) + 0.5) / f64::from(count);
                let (mut low, mut high) = (-50.0, 50.0);
                for _ in 0..60 {
                    let middle = f64::midpoint(low, high);
                    if truth.share_above(middle) > share {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                low
            })
            .collect()
    }

    #[test]
    fn exact_quantiles_give_the_parameters_back() {
        for distance in [0.0, 2.0, 6.0, 20.0] {
            let fit = DualDirac::fit(&quantiles(distance, 100_000)).unwrap();
            assert!((fit.random_rms - 1.0).abs() < 0.01, "{distance}: {fit:?}");
            assert!(
                (fit.dual_dirac - distance).abs() < 0.15,
                "{distance}: {fit:?}"
            );
            assert!((fit.center - 0.3).abs() < 0.01, "{distance}: {fit:?}");
        }
    }

    #[test]
    fn totals_are_the_closed_form_where_the_gaussians_are_apart() {
        let fit = DualDirac {
            random_rms: 0.01,
            dual_dirac: 0.2,
            center: 0.0,
        };
        // Half of the share lies on either side, in one Gaussian of weight ½: Q(x) = share.
        for (share, z) in [
            (1e-2, 2.326_347_874),
            (1e-9, 5.997_807_015),
            (1e-12, 7.034_483_825),
        ] {
            assert!((fit.total(share) - (0.2 + 2.0 * z * 0.01)).abs() < 1e-9);
        }
    }

    #[test]
    fn too_few_or_equal_values_give_nothing() {
        assert_eq!(DualDirac::fit(&[]), None);
        assert_eq!(DualDirac::fit(&vec![0.0; 5000]), None);
        assert_eq!(DualDirac::fit(&vec![f64::NAN; 5000]), None);
        assert_eq!(DualDirac::fit(&[1.0, 2.0, 3.0]), None);
    }
}
