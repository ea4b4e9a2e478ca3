//! Feed-forward and decision feedback taps with the least mean-square error.
//!
//! z_n = Σ_i w_i·y_{n+precursor−i} − Σ_j b_j·a_{n−j} + c is to be a_n. With the covariances of the
//! received samples, noise included, the taps solve the normal equations (Proakis & Salehi, Digital
//! Communications, 5th ed., section 9.4 and 9.5; correct past decisions are assumed in the
//! feedback).

use crate::signal::kernels::{dot, sum};
use nalgebra::{DMatrix, DVector};

/// Means and covariances of received samples and sent levels of a cyclic pattern.
#[derive(Debug, Clone)]
pub struct Covariances {
    mean_received: f64,
    mean_level: f64,
    level_variance: f64,
    /// Cov(y_n, y_{n+k}), k = 0…
    received: Vec<f64>,
    /// Cov(y_{n+k}, a_n) for k = −reach…reach.
    cross: Vec<f64>,
    reach: usize,
    /// Cov(a_n, a_{n+k}), k = 0…
    level: Vec<f64>,
}

/// Taps and what they reach.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps {
    /// Feed-forward taps, the latest sample first.
    pub feed_forward: Vec<f64>,
    /// How many of them come before the main one.
    pub precursor: usize,
    /// Feedback taps, the latest decision first.
    pub feedback: Vec<f64>,
    /// Constant.
    pub offset: f64,
    /// Mean-square error, in units of the levels' squares.
    pub mean_square_error: f64,
}

impl Covariances {
    /// Measures the covariances of `received` against `levels`, one of each per symbol of a cyclic
    /// pattern, for `feed_forward` and `feedback` taps. `noise[k]` is the noise's own covariance at
    /// a distance of k symbols.
    pub fn measure(
        received: &[f64],
        levels: &[f64],
        noise: &[f64],
        feed_forward: usize,
        feedback: usize,
    ) -> Self {
        let n = received.len().min(levels.len()).max(1);
        let (received, levels) = (
            &received[..n.min(received.len())],
            &levels[..n.min(levels.len())],
        );
        let mean = |x: &[f64]| sum(x) / n as f64;
        let (mean_received, mean_level) = (mean(received), mean(levels));
        let reach = (feed_forward.max(1) - 1 + feedback).min(n - 1);
        let cyclic = |a: &[f64], b: &[f64], shift: usize| {
            // Σ a_n·b_{n+shift}
            let (head, tail) = b.split_at(shift % n);
            (dot(&a[..tail.len()], tail) + dot(&a[tail.len()..], head)) / n as f64
        };
        let squares = mean_received * mean_received;
        let received_covariance = (0..feed_forward.max(1))
            .map(|k| cyclic(received, received, k) - squares + noise.get(k).copied().unwrap_or(0.0))
            .collect();
        let cross = (0..=2 * reach)
            .map(|i| {
                let shift = (n + i - reach) % n;
                cyclic(levels, received, shift) - mean_received * mean_level
            })
            .collect();
        let level: Vec<f64> = (0..=feedback)
            .map(|k| cyclic(levels, levels, k) - mean_level * mean_level)
            .collect();
        Self {
            mean_received,
            mean_level,
            level_variance: level[0],
            received: received_covariance,
            cross,
            reach,
            level,
        }
    }

    /// Solves for `feed_forward` taps of which `precursor` come before the main one, and `feedback`
    /// taps. None where the equations have no solution (a constant signal).
    pub fn solve(&self, feed_forward: usize, precursor: usize, feedback: usize) -> Option<Taps> {
        let n = feed_forward.max(1);
        let cross = |k: isize| {
            self.cross
                .get((k + self.reach.cast_signed()).cast_unsigned())
                .copied()
                .unwrap_or(0.0)
        };
        // Unknown i < n is the tap on y_{m+precursor−i}; unknown n+j is the tap on −a_{m−1−j}.
        let offset = |i: usize| precursor.cast_signed() - i.cast_signed();
        let level = |k: usize| self.level.get(k).copied().unwrap_or(0.0);
        let mut means = vec![self.mean_received; n];
        means.resize(n + feedback, -self.mean_level);
        NormalEquations {
            feed_forward: n,
            feedback,
            precursor,
            covariance: &|r, c| match (r < n, c < n) {
                (true, true) => self.received[c - r],
                (true, false) => -cross(offset(r) + (c - n + 1).cast_signed()),
                _ => level(c - r),
            },
            wanted: &|r| {
                if r < n {
                    cross(offset(r))
                } else {
                    -level(r - n + 1)
                }
            },
            level_variance: self.level_variance,
            mean_level: self.mean_level,
            means: &means,
        }
        .solve()
    }
}

/// The equations for the taps: unknown i < `feed_forward` is the tap on y_{m+precursor−i}, unknown
/// `feed_forward` + j the tap on −a_{m−1−j}.
pub(super) struct NormalEquations<'a> {
    pub feed_forward: usize,
    pub feedback: usize,
    pub precursor: usize,
    /// Covariance of what unknowns r and c ≥ r stand at.
    pub covariance: &'a dyn Fn(usize, usize) -> f64,
    /// Covariance of what unknown r stands at with the level that is wanted.
    pub wanted: &'a dyn Fn(usize) -> f64,
    pub level_variance: f64,
    pub mean_level: f64,
    /// Mean of what every unknown stands at.
    pub means: &'a [f64],
}

impl NormalEquations<'_> {
    /// The taps; None where the equations have no solution.
    pub fn solve(&self) -> Option<Taps> {
        let size = self.feed_forward + self.feedback;
        let mut matrix = DMatrix::from_fn(size, size, |r, c| (self.covariance)(r.min(c), r.max(c)));
        let right = DVector::from_fn(size, |r, _| (self.wanted)(r));
        let loading = 1e-13 * matrix.diagonal().max();
        for i in 0..size {
            matrix[(i, i)] += loading;
        }
        let solution = matrix.cholesky()?.solve(&right);
        let error = self.level_variance - solution.dot(&right);
        let explained: f64 = solution.iter().zip(self.means).map(|(w, m)| w * m).sum();
        let taps =
            |range: std::ops::Range<usize>| -> Vec<f64> { range.map(|i| solution[i]).collect() };
        (error.is_finite() && solution.iter().all(|x| x.is_finite())).then(|| Taps {
            feed_forward: taps(0..self.feed_forward),
            precursor: self.precursor,
            feedback: taps(self.feed_forward..size),
            offset: self.mean_level - explained,
            mean_square_error: error.max(0.0),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn levels(n: usize) -> Vec<f64> {
        // A maximal-length sequence is white but for its mean.
        let mut state = 1u32;
        (0..n)
            .map(|_| {
                let bit = (state >> 8 ^ state >> 4) & 1;
                state = (state << 1 | bit) & 0x1ff;
                if bit == 1 { 1.0 } else { -1.0 }
            })
            .collect()
    }

    #[test]
    fn a_decision_feedback_tap_cancels_a_postcursor_exactly() {
        let a = levels(511);
        let y: Vec<f64> = (0..511)
            .map(|n| 2.0 * a[n] + 0.6 * a[(n + 510) % 511] + 0.3)
            .collect();
        let taps = Covariances::measure(&y, &a, &[1e-9], 1, 1)
            .solve(1, 0, 1)
            .unwrap();
        assert!((taps.feed_forward[0] - 0.5).abs() < 1e-6);
        assert!((taps.feedback[0] - 0.3).abs() < 1e-6);
        assert!((taps.offset + 0.15).abs() < 1e-6);
        assert!(taps.mean_square_error < 1e-8);
    }

    #[test]
    fn a_noisy_single_tap_is_the_wiener_gain() {
        let a = levels(511);
        let taps = Covariances::measure(&a, &a, &[0.25], 1, 0)
            .solve(1, 0, 0)
            .unwrap();
        assert!((taps.feed_forward[0] - 0.8).abs() < 1e-4);
        assert!((taps.mean_square_error - 0.2).abs() < 1e-4);
    }

    #[test]
    fn a_precursor_is_found_ahead_of_the_main_tap() {
        let a = levels(511);
        let y: Vec<f64> = (0..511).map(|n| a[n] + 0.4 * a[(n + 1) % 511]).collect();
        let c = Covariances::measure(&y, &a, &[1e-6], 9, 0);
        let with = c.solve(9, 6, 0).unwrap().mean_square_error;
        let without = c.solve(9, 0, 0).unwrap().mean_square_error;
        assert!(with < 1e-3 && without > 0.02, "{with} {without}");
    }

    #[test]
    fn a_constant_signal_has_no_solution_that_is_not_finite() {
        let c = Covariances::measure(&[0.0; 16], &[0.0; 16], &[], 3, 1);
        assert!(c.solve(3, 1, 1).is_none());
    }
}
