//! Taps from a stretch of a long pattern, exactly those with the least squares on it.
//!
//! The normal equations of a stretch differ from those of a cyclic pattern by what enters and leaves
//! it when it is shifted; leaving that out would cost a low-noise link as much as the noise itself.

use super::minimum_mean_square_error::{NormalEquations, Taps};
use crate::signal::kernels::{dot, sum};

/// Sums of products over a stretch of received samples and sent levels.
#[derive(Debug, Clone)]
pub struct Stretch<'a> {
    /// Samples, one a symbol, with a margin on both sides.
    received: &'a [f64],
    /// Levels, likewise.
    levels: &'a [f64],
    margin: usize,
    count: usize,
    feed_forward: usize,
    feedback: usize,
    /// Covariance of the noise at a distance of k symbols.
    noise: &'a [f64],
    /// Σ y_{m+s}·y_{m+s+d} at \[d\]\[s + feed_forward − 1\].
    received_products: Vec<Vec<f64>>,
    /// Σ y_{m+s}·a_m at \[s + feed_forward − 1\].
    cross_products: Vec<f64>,
    received_sums: Vec<f64>,
}

impl<'a> Stretch<'a> {
    /// Symbols that are needed on each side of a stretch.
    pub fn margin(feed_forward: usize, feedback: usize) -> usize {
        feed_forward.max(1) - 1 + feedback
    }

    /// Measures a stretch. `received` and `levels` hold one value a symbol, with
    /// [`margin`](Self::margin) symbols on each side of the stretch; None where they are too short or
    /// of different length. `noise[k]` is the noise's own covariance at a distance of k symbols.
    pub fn measure(
        received: &'a [f64],
        levels: &'a [f64],
        noise: &'a [f64],
        feed_forward: usize,
        feedback: usize,
    ) -> Option<Self> {
        let n = feed_forward.max(1);
        let margin = Self::margin(n, feedback);
        let count = received.len().checked_sub(2 * margin)?;
        if received.len() != levels.len() || count == 0 {
            return None;
        }
        let y = |k: usize| received[k];
        // From the stretch that begins at `first` to the one that begins a symbol later.
        let first = margin + 1 - n;
        let received_products = (0..n)
            .map(|d| {
                // With the distance d the last shift is n − 1 − d.
                let mut products = Vec::with_capacity(2 * n - 1 - d);
                let mut product = dot(
                    &received[first..first + count],
                    &received[first + d..first + d + count],
                );
                products.push(product);
                for k in first..first + 2 * (n - 1) - d {
                    product += y(k + count) * y(k + count + d) - y(k) * y(k + d);
                    products.push(product);
                }
                products
            })
            .collect();
        let sent = &levels[margin..margin + count];
        let cross_products = (0..2 * n - 1 + feedback)
            .map(|i| dot(&received[first + i..first + i + count], sent))
            .collect();
        let mut received_sums = Vec::with_capacity(2 * n - 1);
        let mut total = sum(&received[first..first + count]);
        received_sums.push(total);
        for k in first..first + 2 * (n - 1) {
            total += y(k + count) - y(k);
            received_sums.push(total);
        }
        Some(Self {
            received,
            levels,
            margin,
            count,
            feed_forward: n,
            feedback,
            noise,
            received_products,
            cross_products,
            received_sums,
        })
    }

    /// Σ y_{m+s}·a_{m−back}; `s` is counted from −(feed_forward − 1).
    fn cross(&self, s: usize, back: usize) -> f64 {
        let y = |k: usize| self.received[self.margin + 1 + k + s - self.feed_forward];
        let a = |k: usize| self.levels[self.margin + k - back];
        let shifted = self.cross_products[s + back];
        (0..back).fold(shifted, |sum, k| {
            sum + y(k) * a(k) - y(self.count + k) * a(self.count + k)
        })
    }

    /// Σ a_{m−i}·a_{m−j}.
    fn level_product(&self, i: usize, j: usize) -> f64 {
        let from = |back: usize| &self.levels[self.margin - back..self.margin - back + self.count];
        dot(from(i), from(j))
    }

    /// Solves for the taps, `precursor` of the feed-forward ones before the main one. None where the
    /// equations have no solution (a constant signal), or `precursor` is not below the number of taps.
    pub fn solve(&self, precursor: usize) -> Option<Taps> {
        let n = self.feed_forward;
        let shift = |i: usize| (precursor + n - 1).checked_sub(i);
        if precursor >= n {
            return None;
        }
        let count = self.count as f64;
        let level_mean = |back: usize| {
            sum(&self.levels[self.margin - back..self.margin - back + self.count]) / count
        };
        let level_means: Vec<f64> = (0..=self.feedback).map(level_mean).collect();
        let received_mean = |i: usize| Some(self.received_sums.get(shift(i)?)? / count);
        let means: Option<Vec<f64>> = (0..n)
            .map(received_mean)
            .chain((1..=self.feedback).map(|j| Some(-level_means[j])))
            .collect();
        let means = means?;
        let mean_level = level_means[0];
        // Sum of products of unknown r with unknown c ≥ r, and with the level that is wanted.
        let product = |r: usize, c: usize| -> f64 {
            match (r < n, c < n) {
                (true, true) => {
                    let noise = self.noise.get(c - r).copied().unwrap_or(0.0);
                    self.received_products[c - r][precursor + n - 1 - c] / count + noise
                }
                (true, false) => -self.cross(precursor + n - 1 - r, c - n + 1) / count,
                _ => self.level_product(r - n + 1, c - n + 1) / count,
            }
        };
        let wanted = |r: usize| {
            if r < n {
                self.cross_products[precursor + n - 1 - r] / count
            } else {
                -self.level_product(0, r - n + 1) / count
            }
        };
        NormalEquations {
            feed_forward: n,
            feedback: self.feedback,
            precursor,
            covariance: &|r, c| product(r, c) - means[r] * means[c],
            wanted: &|r| wanted(r) - means[r] * mean_level,
            level_variance: self.level_product(0, 0) / count - mean_level * mean_level,
            mean_level,
            means: &means,
        }
        .solve()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equalizer::Covariances;

    /// Levels and samples of a channel with memory.
    fn pattern(n: usize) -> (Vec<f64>, Vec<f64>) {
        let mut state = 12345u32;
        let levels: Vec<f64> = (0..n)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from(state >> 30) * 2.0 / 3.0 - 1.0
            })
            .collect();
        let received = (0..n)
            .map(|k| {
                let a = |back: usize| levels[(k + n - back) % n];
                0.2 * a(n - 1) + a(0) + 0.35 * a(1) - 0.1 * a(2) + 0.05 * a(3) + 0.4
            })
            .collect();
        (levels, received)
    }

    #[test]
    fn a_whole_cyclic_pattern_gives_the_cyclic_taps() {
        let (levels, received) = pattern(300);
        let noise = [1e-3, 2e-4];
        for (n, m, precursor) in [(1, 0, 0), (5, 0, 2), (7, 3, 4), (1, 2, 0), (4, 1, 0)] {
            let margin = Stretch::margin(n, m);
            let around = |x: &[f64]| -> Vec<f64> {
                (0..300 + 2 * margin)
                    .map(|k| x[(k + 300 - margin) % 300])
                    .collect()
            };
            let (y, a) = (around(&received), around(&levels));
            let here = Stretch::measure(&y, &a, &noise, n, m)
                .unwrap()
                .solve(precursor)
                .unwrap();
            let whole = Covariances::measure(&received, &levels, &noise, n, m)
                .solve(n, precursor, m)
                .unwrap();
            let pairs = here.feed_forward.iter().zip(&whole.feed_forward);
            for (x, y) in pairs.chain(here.feedback.iter().zip(&whole.feedback)) {
                assert!((x - y).abs() < 1e-9, "{n} {m}: {here:?} {whole:?}");
            }
            assert!((here.offset - whole.offset).abs() < 1e-9);
            assert!((here.mean_square_error - whole.mean_square_error).abs() < 1e-9);
        }
    }

    #[test]
    fn no_other_taps_have_a_smaller_error_on_the_stretch() {
        let (levels, received) = pattern(400);
        let (n, m, precursor) = (5, 2, 1);
        let margin = Stretch::margin(n, m);
        let taps = Stretch::measure(&received[100..300], &levels[100..300], &[], n, m)
            .unwrap()
            .solve(precursor)
            .unwrap();
        let error = |taps: &Taps| -> f64 {
            let value = |k: usize| {
                let forward = taps.feed_forward.iter().enumerate();
                let back = taps.feedback.iter().enumerate();
                taps.offset
                    + forward
                        .map(|(i, w)| w * received[k + precursor - i])
                        .sum::<f64>()
                    - back.map(|(j, b)| b * levels[k - 1 - j]).sum::<f64>()
            };
            let inside = 100 + margin..300 - margin;
            inside.map(|k| (value(k) - levels[k]).powi(2)).sum::<f64>()
        };
        let least = error(&taps);
        let count = (200 - 2 * margin) as f64;
        assert!((least / count - taps.mean_square_error).abs() < 1e-10);
        for i in 0..=n + m {
            for change in [-1e-4, 1e-4] {
                let mut other = taps.clone();
                match (i.checked_sub(n), i.checked_sub(n + m)) {
                    (_, Some(_)) => other.offset += change,
                    (Some(j), _) => other.feedback[j] += change,
                    _ => other.feed_forward[i] += change,
                }
                assert!(error(&other) > least, "unknown {i}");
            }
        }
    }

    #[test]
    fn nothing_to_measure_is_refused() {
        assert!(Stretch::measure(&[0.0; 8], &[0.0; 8], &[], 5, 0).is_none());
        assert!(Stretch::measure(&[0.0; 9], &[0.0; 8], &[], 1, 0).is_none());
        let zeros = [0.0; 32];
        let nothing = Stretch::measure(&zeros, &zeros, &[], 3, 1).unwrap();
        assert!(nothing.solve(1).is_none() && nothing.solve(3).is_none());
    }
}
