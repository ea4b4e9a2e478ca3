//! Linear, time-invariant responses applied to waveforms: over a whole cyclic pattern where its
//! length has a fast transform, by overlap-save in blocks where it has not, or where the waveform is
//! a stretch of an endless stream.
//!
//! In blocks the response is a finite one: its impulse response, cut where what is dropped is below
//! [`DROPPED_ENERGY`] of the whole, or below [`CYCLIC_DROPPED_ENERGY`] for cyclic patterns, where
//! [`AFFORDABLE_RESPONSE`] allows it. Every block size then gives the same waveform, to round-off.

use super::grid::Grid;
use super::kernels;
use super::planner;
pub use super::transforms::{Scratch, Transforms, band_edge};
use num_complex::Complex64;
use std::sync::Arc;

/// Energy an impulse response may lose by being cut, as a fraction of the whole.
///
/// The waveform changes by the order of its root, 3·10⁻⁵: the taps dropped from a Gaussian response
/// all have one sign, and are missing from its gain at zero frequency.
pub const DROPPED_ENERGY: f64 = 1e-9;

/// Energy the impulse response for a cyclic pattern may lose by being cut, so that the waveform is
/// that of the whole response to some 10⁻⁷.
pub const CYCLIC_DROPPED_ENERGY: f64 = 1e-14;

/// Longest impulse response that is given for [`CYCLIC_DROPPED_ENERGY`], samples; from a longer one
/// more is dropped, up to [`DROPPED_ENERGY`].
pub const AFFORDABLE_RESPONSE: usize = 1 << 11;

/// Longest impulse response that blocks will carry, samples.
pub const LONGEST_RESPONSE: usize = 1 << 19;

/// Why a response cannot be applied.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ConvolutionError {
    /// The impulse response is longer than the longest block.
    #[error(
        "the response of {name} lasts longer than {longest} samples: it cannot be simulated in \
         blocks; use more samples per symbol or fewer kilometres of dispersion"
    )]
    TooLong {
        /// What has the response.
        name: String,
        /// The limit.
        longest: usize,
    },
    /// The response is not a finite number somewhere.
    #[error("the response of {name} is not finite at {frequency:.4e} Hz")]
    NotFinite {
        /// What has the response.
        name: String,
        /// Where, Hz.
        frequency: f64,
    },
}

/// Shortest transform a finite impulse response is taken from, samples.
const SHORTEST_DESIGN: usize = 1024;

/// The number of samples in a memory of so many, where blocks can have them.
///
/// # Errors
/// [`ConvolutionError::TooLong`] with the name of what remembers, beyond [`LONGEST_RESPONSE`].
pub fn block_memory(name: &str, samples: f64) -> Result<usize, ConvolutionError> {
    if samples >= 0.0 && samples <= LONGEST_RESPONSE as f64 {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        return Ok(samples.ceil() as usize);
    }
    Err(ConvolutionError::TooLong {
        name: name.to_owned(),
        longest: LONGEST_RESPONSE,
    })
}

/// A finite impulse response, real or complex, with `advance` taps before time zero.
#[derive(Debug, Clone)]
pub struct FiniteResponse {
    /// The taps, earliest first.
    pub taps: Vec<Complex64>,
    /// How many of them come before time zero.
    pub advance: usize,
}

impl FiniteResponse {
    /// The impulse response of a transfer function, cut to its essential stretch. `fill` writes
    /// H at the frequencies of a grid, in the order of a discrete Fourier transform.
    ///
    /// # Errors
    /// [`ConvolutionError`] where the response is not finite, or too long.
    pub fn design(
        name: &str,
        sampling_rate: f64,
        fill: &dyn Fn(Grid, &mut [Complex64]),
    ) -> Result<Self, ConvolutionError> {
        Self::design_to(DROPPED_ENERGY, name, sampling_rate, fill)
    }

    /// As [`design`](Self::design), with another share of the energy dropped.
    ///
    /// # Errors
    /// As [`design`](Self::design).
    pub fn design_to(
        dropped_energy: f64,
        name: &str,
        sampling_rate: f64,
        fill: &dyn Fn(Grid, &mut [Complex64]),
    ) -> Result<Self, ConvolutionError> {
        let mut samples = SHORTEST_DESIGN;
        while samples <= 2 * LONGEST_RESPONSE {
            let h = impulse_response(name, samples, sampling_rate, fill)?;
            if let Some(finite) = Self::cut(&h, dropped_energy) {
                return Ok(finite);
            }
            samples *= 2;
        }
        Err(ConvolutionError::TooLong {
            name: name.to_owned(),
            longest: LONGEST_RESPONSE,
        })
    }

    /// As [`design`](Self::design), with as little of the energy dropped, down to
    /// [`CYCLIC_DROPPED_ENERGY`], as leaves an [`AFFORDABLE_RESPONSE`].
    ///
    /// # Errors
    /// As [`design`](Self::design).
    pub fn design_cyclic(
        name: &str,
        sampling_rate: f64,
        fill: &dyn Fn(Grid, &mut [Complex64]),
    ) -> Result<Self, ConvolutionError> {
        let mut samples = SHORTEST_DESIGN;
        let mut h = Vec::new();
        while samples <= 2 * AFFORDABLE_RESPONSE {
            h = impulse_response(name, samples, sampling_rate, fill)?;
            if let Some(finite) = Self::cut(&h, CYCLIC_DROPPED_ENERGY) {
                return Ok(finite);
            }
            samples *= 2;
        }
        let mut dropped_energy = CYCLIC_DROPPED_ENERGY;
        while dropped_energy < DROPPED_ENERGY {
            dropped_energy = (10.0 * dropped_energy).min(DROPPED_ENERGY);
            if let Some(finite) = Self::cut(&h, dropped_energy) {
                return Ok(finite);
            }
        }
        Self::design(name, sampling_rate, fill)
    }

    /// The essential stretch of a cyclic impulse response; None where that is half of it or more.
    fn cut(h: &[Complex64], dropped_energy: f64) -> Option<Self> {
        let samples = h.len();
        let (advance, delay) = essential_stretch(h, dropped_energy);
        (advance + delay < samples / 2).then(|| Self {
            taps: (0..=advance + delay)
                .map(|i| h[(samples + i - advance) % samples])
                .collect(),
            advance,
        })
    }

    /// This response followed by another finite one, real, with `advance` taps before time zero.
    #[must_use]
    pub fn followed_by(&self, taps: &[f64], advance: usize) -> Self {
        let mut combined = vec![Complex64::ZERO; self.taps.len() + taps.len().saturating_sub(1)];
        for (i, a) in self.taps.iter().enumerate() {
            for (c, b) in combined[i..].iter_mut().zip(taps) {
                *c += a * b;
            }
        }
        Self {
            taps: combined,
            advance: self.advance + advance,
        }
    }

    /// Taps after time zero.
    pub fn delay(&self) -> usize {
        self.taps.len() - 1 - self.advance
    }

    /// Spectrum of the response on a block of `samples`, scaled by 1/samples so that a forward and
    /// an inverse transform around it need no further scale.
    pub fn spectrum(&self, samples: usize) -> Vec<Complex64> {
        let mut h = vec![Complex64::ZERO; samples];
        for (i, tap) in self.taps.iter().enumerate() {
            h[(samples + i - self.advance) % samples] += tap / samples as f64;
        }
        planner::forward(samples).process(&mut h);
        h
    }
}

/// The cyclic impulse response of a transfer function in the closed band.
fn impulse_response(
    name: &str,
    samples: usize,
    sampling_rate: f64,
    fill: &dyn Fn(Grid, &mut [Complex64]),
) -> Result<Vec<Complex64>, ConvolutionError> {
    let grid = Grid {
        samples,
        sampling_rate,
    };
    let mut h = vec![Complex64::ZERO; samples];
    fill(grid, &mut h);
    for (k, value) in h.iter_mut().enumerate() {
        let frequency = grid.frequency(k);
        if !value.is_finite() {
            return Err(ConvolutionError::NotFinite {
                name: name.to_owned(),
                frequency,
            });
        }
        *value *= band_edge(frequency, sampling_rate) / samples as f64;
    }
    planner::inverse(samples).process(&mut h);
    Ok(h)
}

/// How far before and after time zero a cyclic impulse response reaches, with less than
/// this share of the energy outside.
fn essential_stretch(h: &[Complex64], dropped_energy: f64) -> (usize, usize) {
    let n = h.len();
    let total: f64 = h.iter().map(Complex64::norm_sqr).sum();
    let allowed = 0.5 * dropped_energy * total;
    let mut dropped = 0.0;
    let mut delay = n / 2;
    while delay > 0 {
        dropped += h[delay].norm_sqr();
        if dropped > allowed {
            break;
        }
        delay -= 1;
    }
    dropped = 0.0;
    let mut advance = n / 2 - 1;
    while advance > 0 {
        dropped += h[n - advance].norm_sqr();
        if dropped > allowed {
            break;
        }
        advance -= 1;
    }
    (advance, delay)
}

/// A response prepared for one cyclic pattern.
#[derive(Debug, Clone)]
pub struct CyclicFilter {
    plan: CyclicPlan,
}

#[derive(Debug, Clone)]
enum CyclicPlan {
    Whole {
        transforms: Transforms,
        spectrum: Arc<Vec<Complex64>>,
    },
    Blocks {
        transforms: Transforms,
        spectrum: Arc<Vec<Complex64>>,
        advance: usize,
        delay: usize,
    },
}

impl CyclicFilter {
    /// Prepares a response for a cyclic pattern on `grid`; `transforms` are those of the whole grid
    /// where its length is fast, otherwise of the block size to use.
    ///
    /// # Errors
    /// [`ConvolutionError`] where the response is not finite or does not fit.
    pub fn new(
        name: &str,
        grid: Grid,
        transforms: &Transforms,
        fill: &dyn Fn(Grid, &mut [Complex64]),
    ) -> Result<Self, ConvolutionError> {
        Self::new_in(Vec::new(), name, grid, transforms, fill)
    }

    /// As [`new`](Self::new), in memory that is no longer needed, such as another filter's
    /// [`into_memory`](Self::into_memory).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn new_in(
        memory: Vec<Complex64>,
        name: &str,
        grid: Grid,
        transforms: &Transforms,
        fill: &dyn Fn(Grid, &mut [Complex64]),
    ) -> Result<Self, ConvolutionError> {
        if transforms.samples == grid.samples {
            let mut h = memory;
            h.resize(grid.samples, Complex64::ZERO);
            fill(grid, &mut h);
            if !kernels::all_finite_complex(&h)
                && let Some(k) = h.iter().position(|value| !value.is_finite())
            {
                return Err(ConvolutionError::NotFinite {
                    name: name.to_owned(),
                    frequency: grid.frequency(k),
                });
            }
            for (value, edge) in h.iter_mut().zip(transforms.band_edges()) {
                *value *= edge;
            }
            return Ok(Self {
                plan: CyclicPlan::Whole {
                    transforms: transforms.clone(),
                    spectrum: Arc::new(h),
                },
            });
        }
        let finite = FiniteResponse::design_cyclic(name, grid.sampling_rate, fill)?;
        let transforms = if finite.taps.len() * 2 > transforms.samples {
            Transforms::new((finite.taps.len() * 4).next_power_of_two())
        } else {
            transforms.clone()
        };
        Ok(Self {
            plan: CyclicPlan::Blocks {
                spectrum: Arc::new(finite.spectrum(transforms.samples)),
                transforms,
                advance: finite.advance,
                delay: finite.delay(),
            },
        })
    }

    /// The memory of a filter that is no longer needed.
    pub fn into_memory(self) -> Vec<Complex64> {
        match self.plan {
            CyclicPlan::Whole { spectrum, .. } | CyclicPlan::Blocks { spectrum, .. } => {
                Arc::try_unwrap(spectrum).unwrap_or_default()
            }
        }
    }

    /// Filters a real cyclic waveform into `output`.
    pub fn real(&self, waveform: &[f64], output: &mut Vec<f64>, scratch: &mut Scratch) {
        match &self.plan {
            CyclicPlan::Whole {
                transforms,
                spectrum,
            } => {
                output.clear();
                output.extend_from_slice(waveform);
                transforms.filter_real(output, spectrum, scratch);
            }
            CyclicPlan::Blocks {
                transforms,
                spectrum,
                advance,
                delay,
            } => {
                let mut block = std::mem::take(&mut scratch.real);
                blockwise(
                    (waveform, output),
                    transforms.samples,
                    (*advance, *delay),
                    &mut block,
                    |block| {
                        transforms.filter_real(block, spectrum, scratch);
                    },
                );
                scratch.real = block;
            }
        }
    }

    /// Filters a cyclic field into `output`. `known` is its spectrum where it was kept from an
    /// earlier call; where the whole pattern is transformed at once, and it is empty, the spectrum
    /// is left in it.
    pub fn field(
        &self,
        field: &[Complex64],
        output: &mut Vec<Complex64>,
        known: &mut Vec<Complex64>,
        scratch: &mut Scratch,
    ) {
        match &self.plan {
            CyclicPlan::Whole {
                transforms,
                spectrum,
            } => {
                if known.len() != field.len() {
                    known.clear();
                    known.extend_from_slice(field);
                    transforms.forward(known, scratch);
                }
                let mut product = std::mem::take(&mut scratch.spectrum);
                product.resize(field.len(), Complex64::ZERO);
                output.resize(field.len(), Complex64::ZERO);
                kernels::multiply_into(known, spectrum, &mut product);
                transforms.inverse_into(&mut product, output, scratch);
                scratch.spectrum = product;
            }
            CyclicPlan::Blocks {
                transforms,
                spectrum,
                advance,
                delay,
            } => {
                let mut block = std::mem::take(&mut scratch.spectrum);
                blockwise(
                    (field, output),
                    transforms.samples,
                    (*advance, *delay),
                    &mut block,
                    |block| {
                        transforms.filter_field(block, spectrum, scratch);
                    },
                );
                scratch.spectrum = block;
            }
        }
    }
}

/// Overlap-save over a cyclic waveform: each block is filtered with its surroundings, and its valid
/// middle is kept.
fn blockwise<T: Copy + Default>(
    (waveform, output): (&[T], &mut Vec<T>),
    block_samples: usize,
    (advance, delay): (usize, usize),
    block: &mut Vec<T>,
    mut filter: impl FnMut(&mut [T]),
) {
    let n = waveform.len();
    output.clear();
    if n == 0 {
        return;
    }
    let valid = block_samples - advance - delay;
    block.resize(block_samples, T::default());
    while output.len() < n {
        let start = output.len();
        // Sample i of the block is sample start − delay + i of the waveform.
        let mut source = (start + n - delay % n) % n;
        for b in block.iter_mut() {
            *b = waveform[source];
            source += 1;
            if source == n {
                source = 0;
            }
        }
        filter(block);
        let take = valid.min(n - start);
        output.extend_from_slice(&block[delay..delay + take]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::signal::Response;

    fn fill(grid: Grid, out: &mut [Complex64]) {
        let filter = Response::BesselThomson4 { bandwidth: 0.1 };
        for (k, h) in out.iter_mut().enumerate() {
            *h = filter.at(grid.frequency(k));
        }
    }

    #[test]
    fn blocks_of_any_size_and_the_whole_agree() {
        let n = 3000usize;
        let waveform: Vec<f64> = (0..n).map(|i| ((i * 7919) % 13) as f64 - 6.0).collect();
        let grid = Grid {
            samples: n,
            sampling_rate: 1.0,
        };
        let mut scratch = Scratch::default();
        let mut results = Vec::new();
        for samples in [3000, 1024, 2048] {
            let filter = CyclicFilter::new("test", grid, &Transforms::new(samples), &fill).unwrap();
            let mut filtered = Vec::new();
            filter.real(&waveform, &mut filtered, &mut scratch);
            results.push(filtered);
        }
        for (i, whole) in results[0].iter().enumerate() {
            // The root of the energy dropped, 1e-7, of the waveform's 12.
            assert!((whole - results[1][i]).abs() < 2e-6, "{i}");
            assert!((results[1][i] - results[2][i]).abs() < 1e-13, "{i}");
        }
    }

    #[test]
    fn a_decimated_result_is_every_nth_sample_of_the_whole() {
        let mut scratch = Scratch::default();
        let whole = FiniteResponse::design("test", 1.0, &fill)
            .unwrap()
            .followed_by(&[0.2, 0.5, 0.3], 2);
        for (samples, factor) in [(2048, 8), (2048, 2), (1280, 5), (1024, 16), (1024, 1)] {
            let transforms = Transforms::new(samples);
            let decimated = Transforms::new(samples / factor);
            let response = whole.spectrum(samples);
            let block: Vec<f64> = (0..samples)
                .map(|i| ((i * 7919) % 13) as f64 - 6.0)
                .collect();
            let mut filtered = block.clone();
            transforms.filter_real(&mut filtered, &response, &mut scratch);
            let mut out = vec![0.0; samples / factor];
            transforms.filter_decimated(
                &mut block.clone(),
                &response,
                &decimated,
                &mut out,
                &mut scratch,
            );
            for (i, o) in out.iter().enumerate() {
                assert!(
                    (o - filtered[i * factor]).abs() < 1e-12,
                    "{samples}/{factor}: {i}"
                );
            }
        }
    }

    #[test]
    fn a_response_that_is_not_a_number_is_refused() {
        let bad = |_: Grid, out: &mut [Complex64]| out.fill(Complex64::new(f64::NAN, 0.0));
        assert!(matches!(
            FiniteResponse::design("bad", 1.0, &bad),
            Err(ConvolutionError::NotFinite { .. })
        ));
    }

    #[test]
    fn a_response_that_never_ends_is_refused() {
        // A pure tone selector rings for ever.
        let comb = |grid: Grid, out: &mut [Complex64]| {
            out.fill(Complex64::ZERO);
            if let Some(h) = out.get_mut(grid.samples / 8) {
                *h = Complex64::ONE;
            }
        };
        assert!(matches!(
            FiniteResponse::design("comb", 1.0, &comb),
            Err(ConvolutionError::TooLong { .. })
        ));
    }
}
