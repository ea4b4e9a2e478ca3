//! The pulse response of a linear link, sampled.

use super::error::{StatisticsError, require};
use crate::signal::Interpolator;
use crate::signal::interpolator::HALF_WIDTH;

/// Response of a link to one symbol of unit level among symbols of zero, in V.
#[derive(Debug, Clone, PartialEq)]
pub struct PulseResponse {
    samples: Vec<f64>,
    per_symbol: usize,
    main: usize,
}

impl PulseResponse {
    /// A pulse response of `per_symbol` samples to a unit interval, of which the one with the index
    /// `main` stands at the time zero of the eye: where its own symbol is decided on.
    ///
    /// # Errors
    /// [`StatisticsError`] for a response without samples, with a value that is not finite, or whose
    /// main sample does not exist.
    pub fn new(samples: Vec<f64>, per_symbol: usize, main: usize) -> Result<Self, StatisticsError> {
        if per_symbol == 0 || main >= samples.len() {
            return Err(StatisticsError::Missing(
                "a pulse response needs samples, and its main one among them",
            ));
        }
        for &sample in &samples {
            require("a sample of the pulse response", sample, "finite", true)?;
        }
        Ok(Self {
            samples,
            per_symbol,
            main,
        })
    }

    /// As [`new`](Self::new), with the largest sample as the main one.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn with_main_at_peak(
        samples: Vec<f64>,
        per_symbol: usize,
    ) -> Result<Self, StatisticsError> {
        let main = samples
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .map_or(0, |(i, _)| i);
        Self::new(samples, per_symbol, main)
    }

    /// The samples.
    pub fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// Samples to a unit interval.
    pub fn per_symbol(&self) -> usize {
        self.per_symbol
    }

    /// Index of the main sample.
    pub fn main(&self) -> usize {
        self.main
    }

    /// The cursors at `offset` samples from the time zero, of the latest symbol first, and the index
    /// among them of the main one; it may lie outside where the response does.
    pub fn cursors(&self, offset: isize) -> (Vec<f64>, isize) {
        let n = self.per_symbol.cast_signed();
        let at = self.main.cast_signed() + offset;
        let cursors = self
            .samples
            .iter()
            .skip(at.rem_euclid(n).cast_unsigned())
            .step_by(self.per_symbol)
            .copied()
            .collect();
        (cursors, at.div_euclid(n))
    }

    /// The response behind a feed-forward equaliser of symbol spacing, earliest-arriving weight
    /// first, of which the weight `precursor` passes the main cursor: z_n = Σ w_i·y_{n+precursor−i}.
    /// The main sample stays where it is in time.
    #[must_use]
    pub fn equalized(&self, weights: &[f64], precursor: usize) -> Self {
        let n = self.per_symbol;
        let after = weights
            .len()
            .saturating_sub(1)
            .saturating_sub(precursor.min(weights.len()));
        let mut samples = vec![0.0; self.samples.len() + (precursor + after) * n];
        for (i, &w) in weights.iter().enumerate() {
            let first = i * n;
            if let Some(part) = samples.get_mut(first..) {
                crate::signal::kernels::add_scaled(part, &self.samples, w);
            }
        }
        Self {
            samples,
            per_symbol: n,
            main: self.main + precursor * n,
        }
    }

    /// The response times a factor.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        self.with_samples(self.samples.iter().map(|h| h * factor).collect())
    }

    /// The response with `factor` times as many samples, band-limited between them.
    #[must_use]
    pub fn refined(&self, factor: usize) -> Self {
        if factor <= 1 {
            return self.clone();
        }
        let shifted: Vec<Vec<f64>> = (0..factor)
            .map(|k| self.delayed(-(k as f64) / factor as f64))
            .collect();
        let samples = (0..self.samples.len() * factor)
            .map(|i| shifted[i % factor][i / factor])
            .collect();
        Self {
            samples,
            per_symbol: self.per_symbol * factor,
            main: self.main * factor,
        }
    }

    /// The response a fraction of a sample earlier, band-limited between the samples.
    #[must_use]
    pub fn advanced(&self, fraction: f64) -> Self {
        if fraction == 0.0 {
            return self.clone();
        }
        self.with_samples(self.delayed(-fraction))
    }

    /// The response without the cursors at both ends that together have at most this share of the
    /// energy at any phase, and the largest sum of squares that was taken away.
    #[must_use]
    pub fn without_far_ends(&self, share: f64) -> (Self, f64) {
        let n = self.per_symbol;
        let energy = |samples: &[f64]| -> Vec<f64> {
            (0..n)
                .map(|k| samples.iter().skip(k).step_by(n).map(|h| h * h).sum())
                .collect()
        };
        let largest = |energies: &[f64]| energies.iter().copied().fold(0.0, f64::max);
        let whole = largest(&energy(&self.samples));
        let mut spent = vec![0.0; n];
        let (mut first, mut last) = (0, self.samples.len() - self.samples.len() % n);
        let mut try_piece = |piece: &[f64]| {
            let with: Vec<f64> = spent
                .iter()
                .zip(energy(piece))
                .map(|(a, b)| a + b)
                .collect();
            let fits = largest(&with) <= share * whole;
            if fits {
                spent = with;
            }
            fits
        };
        while first + n <= self.main && try_piece(&self.samples[first..first + n]) {
            first += n;
        }
        while last > self.main + n && try_piece(&self.samples[last - n..last]) {
            last -= n;
        }
        let kept = Self {
            samples: self.samples[first..last].to_vec(),
            per_symbol: n,
            main: self.main - first,
        };
        (kept, largest(&spent))
    }

    /// The samples of the response delayed by less than four samples, zero beyond its ends.
    pub(super) fn delayed(&self, samples: f64) -> Vec<f64> {
        let early = -samples;
        let whole = early.floor();
        #[allow(clippy::cast_possible_truncation)]
        let shift = whole.clamp(-1e6, 1e6) as isize;
        let interpolator = Interpolator::new(early - whole);
        let weights = interpolator.weights();
        let n = self.samples.len().cast_signed();
        let first = shift - (HALF_WIDTH.cast_signed() - 1);
        (0..n)
            .map(|i| {
                weights
                    .iter()
                    .zip(i + first..)
                    .filter(|(_, k)| (0..n).contains(k))
                    .map(|(w, k)| w * self.samples[k.cast_unsigned()])
                    .sum()
            })
            .collect()
    }

    /// Derivative of the samples, per unit interval, by the central difference of sixth order
    /// (Abramowitz & Stegun, table 25.2).
    pub(super) fn derivative(&self) -> Vec<f64> {
        let at = |i: isize| {
            usize::try_from(i)
                .ok()
                .and_then(|i| self.samples.get(i))
                .copied()
                .unwrap_or(0.0)
        };
        (0..self.samples.len().cast_signed())
            .map(|i| {
                let pair = |k: isize| at(i + k) - at(i - k);
                (45.0 * pair(1) - 9.0 * pair(2) + pair(3)) / 60.0 * self.per_symbol as f64
            })
            .collect()
    }

    pub(super) fn with_samples(&self, samples: Vec<f64>) -> Self {
        Self {
            samples,
            per_symbol: self.per_symbol,
            main: self.main,
        }
    }
}

/// Sums over the symbols: out_i = x_i + x_{i−n} + x_{i−2n} + …, the response to a step out of that
/// to a pulse.
pub(super) fn step_of(mut x: Vec<f64>, n: usize) -> Vec<f64> {
    for i in n..x.len() {
        x[i] += x[i - n];
    }
    x
}
