//! Captures of an oscilloscope: reading them, finding their symbol clock and locking to their pattern.
//!
//! [`read`](fn@read) takes a file, [`Capture::new`] checks the samples, [`Capture::lock`] finds the
//! symbol rate where it is not given, the pattern and its place, and folds the capture to one period
//! of the pattern, the mean over all periods that it holds.
//!
//! The clock is one of constant rate: what a scope with a pattern trigger, or a clock recovery of its
//! own, hands over. Jitter and wander that are in the samples stay in the waveform.

pub mod clock;
pub mod error;
pub mod file;
mod fold;
pub mod lock;
mod matlab;
mod numpy;
mod text;

#[cfg(test)]
mod file_tests;

pub use error::CaptureError;
pub use file::{RawCapture, read};
pub use lock::{Candidate, Locked};

/// Share of samples at an end of the range from which a capture counts as clipped.
const CLIPPED: f64 = 0.01;

/// Samples at equal intervals, checked.
#[derive(Debug, Clone, PartialEq)]
pub struct Capture {
    samples: Vec<f64>,
    sampling_rate: f64,
}

impl Capture {
    /// Samples in any unit, and the samples per second, Hz.
    ///
    /// # Errors
    /// For samples that are not finite, all equal, or clipped, and for a sampling rate that is not
    /// positive.
    pub fn new(samples: Vec<f64>, sampling_rate: f64) -> Result<Self, CaptureError> {
        if !(sampling_rate.is_finite() && sampling_rate > 0.0) {
            return Err(CaptureError::Rate {
                what: "a sampling rate in Hz",
                value: sampling_rate,
                needed: "it must be positive and finite",
            });
        }
        if let Some((index, &value)) = samples.iter().enumerate().find(|(_, v)| !v.is_finite()) {
            return Err(CaptureError::NotFinite { index, value });
        }
        let high = samples.iter().copied().fold(f64::MIN, f64::max);
        let low = samples.iter().copied().fold(f64::MAX, f64::min);
        if samples.is_empty() || high <= low {
            return Err(CaptureError::NoSignal {
                samples: samples.len(),
            });
        }
        for (end, value) in [("highest", high), ("lowest", low)] {
            #[allow(clippy::float_cmp)] // clipped samples are equal
            let count = samples.iter().filter(|&&v| v == value).count();
            let share = count as f64 / samples.len() as f64;
            if share > CLIPPED && count > 3 {
                return Err(CaptureError::Clipped {
                    percent: 100.0 * share,
                    end,
                    value,
                });
            }
        }
        Ok(Self {
            samples,
            sampling_rate,
        })
    }

    /// The samples.
    pub fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// Samples per second, Hz.
    pub fn sampling_rate(&self) -> f64 {
        self.sampling_rate
    }
}
