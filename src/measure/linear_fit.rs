//! Linear fit of a waveform's pulse, and the ratio of signal to noise and distortion.
//!
//! The pulse p(t) is that with which Σ_k x_k·p(t − kT) + constant is nearest to the waveform, in the mean
//! square, at each phase of the symbol by itself; what is left is the error of the fit, with the standard
//! deviation σ_e over all phases. With noise σ_n,
//!
//! SNDR = 10·lg(p_max²/(σ_e² + σ_n²))
//!
//! (IEEE Std 802.3, 85.8.3.3.5 for the fit and 120D.3.1 for the ratio; the clauses are quoted from memory,
//! and no length N_p is built in). The symbols x_k are in units of
//! the outer levels, −1 to 1, so that a pulse of height 1 has twice that from peak to peak. The filter in
//! front of the measurement (a Bessel–Thomson one of the standard) is the caller's: see
//! [`PatternWaveform::filtered`].

use super::PatternWaveform;
use crate::signal::kernels::dot;
use nalgebra::{Cholesky, DMatrix, DVector};
use thiserror::Error;

/// Why there is no fit.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FitError {
    /// Values of the symbols that are not one for each level, rising and finite.
    #[error(
        "{given} values of the levels for {levels} levels: one rising, finite value is needed for each"
    )]
    Levels {
        /// Values given.
        given: usize,
        /// Levels of the waveform.
        levels: usize,
    },
    /// A pulse that has no length, begins outside itself, or is longer than the pattern tells.
    #[error(
        "a pulse of {length} symbols of which {precursor} come before its main one cannot be fitted to a pattern of {symbols} symbols"
    )]
    Length {
        /// Its length, symbols.
        length: usize,
        /// Symbols before the main one.
        precursor: usize,
        /// Symbols of the pattern.
        symbols: usize,
    },
    /// A pattern whose shifts are not independent of each other.
    #[error("the pattern does not tell the {0} symbols of the pulse apart")]
    Pattern(usize),
    /// Noise that cannot be, or none without any error of the fit.
    #[error(
        "a ratio to noise of {noise} and an error of the fit of {error}: noise is 0 or more, and both are not 0"
    )]
    Noise {
        /// Noise given.
        noise: f64,
        /// Error of the fit.
        error: f64,
    },
}

/// A fitted pulse and what it leaves.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearFit {
    /// The pulse in the waveform's unit, samples of the waveform, from half a symbol before the centre of
    /// its first symbol.
    pub pulse: Vec<f64>,
    /// Standard deviation of the error of the fit over all samples, σ_e.
    pub error: f64,
}

impl LinearFit {
    /// Fits a pulse of `length` symbols of which `precursor` come before the main one (N_p and D_p of the
    /// standard). `values` are those of the levels, −1 to 1, the lowest first.
    ///
    /// # Errors
    /// See [`FitError`].
    pub fn of(
        waveform: &PatternWaveform,
        values: &[f64],
        length: usize,
        precursor: usize,
    ) -> Result<Self, FitError> {
        let symbols = waveform.symbols();
        let n = symbols.len();
        let rising = values.windows(2).all(|w| matches!(w, [a, b] if a < b));
        if values.len() != waveform.levels() || !rising || values.iter().any(|v| !v.is_finite()) {
            return Err(FitError::Levels {
                given: values.len(),
                levels: waveform.levels(),
            });
        }
        if length == 0 || precursor >= length || length >= n {
            return Err(FitError::Length {
                length,
                precursor,
                symbols: n,
            });
        }
        let sent: Vec<f64> = symbols
            .iter()
            .map(|&s| values.get(usize::from(s)).copied().unwrap_or(0.0))
            .collect();
        let sent = without_mean(sent);
        let own: Vec<f64> = (0..length).map(|k| cyclic(&sent, &sent, k)).collect();
        let at = |k: usize| own.get(k).copied().unwrap_or(0.0);
        let equations = DMatrix::from_fn(length, length, |r, c| at(r.abs_diff(c)));
        let power = at(0);
        let factors = Cholesky::new(equations).ok_or(FitError::Pattern(length))?;
        if factors.l_dirty().diagonal().min().powi(2) < 1e-9 * power {
            return Err(FitError::Pattern(length));
        }
        let samples = waveform.samples();
        let step = waveform.samples_per_symbol();
        let first = start(waveform);
        let mut pulse = vec![0.0; length * step];
        let mut left = 0.0;
        for phase in 0..step {
            let seen: Vec<f64> = (0..n)
                .filter_map(|k| samples.get((first + phase + k * step) % samples.len()))
                .copied()
                .collect();
            let seen = without_mean(seen);
            // Tap i is the pulse i − precursor symbols behind its main one.
            let with_sent =
                DVector::from_fn(length, |i, _| cyclic(&sent, &seen, (n + i - precursor) % n));
            let taps = factors.solve(&with_sent);
            // By the residual itself: the difference of two powers would leave no digits of a small one.
            for (k, value) in seen.iter().enumerate() {
                let fitted: f64 = taps
                    .iter()
                    .enumerate()
                    .map(|(i, tap)| tap * sent[(k + n + precursor - i) % n])
                    .sum();
                left += (value - fitted).powi(2);
            }
            for (i, tap) in taps.iter().enumerate() {
                if let Some(place) = pulse.get_mut(i * step + phase) {
                    *place = *tap;
                }
            }
        }
        Ok(Self {
            pulse,
            error: (left / samples.len() as f64).sqrt(),
        })
    }

    /// Largest value of the pulse, p_max.
    pub fn peak(&self) -> f64 {
        self.pulse.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    /// Ratio of signal to noise and distortion, dB, with noise σ_n of a root mean square in the
    /// waveform's unit.
    ///
    /// # Errors
    /// [`FitError::Noise`].
    pub fn signal_to_noise_and_distortion_db(&self, noise: f64) -> Result<f64, FitError> {
        let error = self.error;
        let all = error * error + noise * noise;
        if !(noise.is_finite() && noise >= 0.0 && all > 0.0) {
            return Err(FitError::Noise { noise, error });
        }
        Ok(10.0 * (self.peak().powi(2) / all).log10())
    }
}

/// Sample at which symbol 0 begins, half a symbol before its centre.
fn start(waveform: &PatternWaveform) -> usize {
    let step = waveform.samples_per_symbol() as f64;
    let place = ((waveform.center() - 0.5) * step).round();
    // Below the number of samples, and not negative.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let first = place.rem_euclid(waveform.samples().len() as f64) as usize;
    first
}

fn without_mean(mut values: Vec<f64>) -> Vec<f64> {
    let mean = values.iter().sum::<f64>() / values.len().max(1) as f64;
    for v in &mut values {
        *v -= mean;
    }
    values
}

/// Σ_k a_k·b_{k+shift}, cyclic.
fn cyclic(a: &[f64], b: &[f64], shift: usize) -> f64 {
    let (head, tail) = b.split_at(shift % b.len().max(1));
    let (before, behind) = a.split_at(tail.len());
    dot(before, tail) + dot(behind, head)
}
