//! Statistics of linear links: probability densities instead of waveforms.
//!
//! A linear link is known by its pulse response. The sample that is decided on is the sum of its
//! *cursors*, the samples of the pulse response a unit interval apart, each times a random symbol; the
//! density of the sum is the convolution of those of the terms, and reaches as far down as asked for.
//!
//! | subject | where |
//! |---|---|
//! | density of an amplitude, its moments, tails and quantiles | [`AmplitudeDensity`] |
//! | density of a sum of cursors | [`cursor_density`], [`CursorConvolver`] |
//! | worst pattern and the eye it leaves | [`peak_distortion`] |
//! | pulse response, jitter, crosstalk and noise of a link | [`EyeModel`] |
//! | density of every level at every phase; thresholds, error ratios, contours, bathtub curves | [`StatisticalEye`] |
//!
//! Leaves out: what is not linear; symbols that are not independent or not equally probable (coding,
//! training patterns); wrong decisions that are fed back; jitter of an aggressor's edges; clock recovery that
//! follows slow jitter. Jitter of edges acts to first order in its displacement (its mean to second), and
//! with the symbols it moves between for the edges next to the decision, as a Gaussian for all others.
//!
//! The width of the bins widens a density by less than a bin for each cursor of the worst pattern, and an
//! eye of 2048 bins with noise by less than a bin at 1e-15.
//!
//! The module stands in the layer of [`measure`](crate::measure), since it does for responses what that
//! does for samples: it uses formats, jitter and the base, and knows nothing of links.
//!
//! ```
//! use eyespan::statistics::{Binning, SymbolLevels, cursor_density};
//!
//! // Three cursors of intersymbol interference of PAM4, in volts, on bins of 0.1 mV.
//! let levels = SymbolLevels::new(&[-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0])?;
//! let density = cursor_density(&[0.031, -0.012, 0.0004], &levels, 1e-4, Binning::Conserving)?;
//! let variance = 5.0 / 9.0 * (0.031f64.powi(2) + 0.012f64.powi(2) + 0.0004f64.powi(2));
//! assert!((density.variance() / variance - 1.0).abs() < 1e-12);
//! // With 5 mV of noise the interference exceeds 60 mV with this probability.
//! let p = density.probability_above_with_noise(60e-3, 5e-3);
//! assert!(p > 1e-6 && p < 1e-3);
//! # Ok::<(), eyespan::statistics::StatisticsError>(())
//! ```

mod accumulator;
mod cursors;
mod density;
mod error;
mod eye;
mod jitter;
mod kernels;
mod lattice;
mod peak_distortion;
mod pulse;
mod reading;
mod shape;

#[cfg(test)]
mod eye_tests;
#[cfg(test)]
mod tests;

pub use cursors::{Binning, CursorConvolver, CursorSum, SymbolLevels, cursor_density};
pub use density::{AmplitudeDensity, MOST_BINS};
pub use error::StatisticsError;
pub use eye::{Aggressor, AggressorPhase, DEFAULT_BINS, EyeModel, StatisticalEye};
pub use jitter::{EyeJitter, total_jitter};
pub use peak_distortion::{PeakDistortion, peak_distortion};
pub use pulse::PulseResponse;
pub use reading::{EyeEdges, EyeErrors};
