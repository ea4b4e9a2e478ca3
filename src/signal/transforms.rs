//! Discrete Fourier transforms of one length, and blocks filtered by them.

use super::grid::Grid;
use super::kernels;
use super::planner;
use num_complex::Complex64;
use realfft::{ComplexToReal, RealToComplex};
use rustfft::Fft;
use std::sync::{Arc, OnceLock};

/// Gain that closes the simulated band: 1 up to 80 % of half the sampling rate, then a raised
/// cosine down to 0 at half the sampling rate, so that no response jumps where the band wraps
/// around.
pub fn band_edge(f: f64, sampling_rate: f64) -> f64 {
    let x = (2.0 * f.abs() / sampling_rate - 0.8) / 0.2;
    if x <= 0.0 {
        1.0
    } else if x >= 1.0 {
        0.0
    } else {
        0.5 * (1.0 + (std::f64::consts::PI * x).cos())
    }
}

/// Transforms of one length, with their scratch sizes.
#[derive(Clone)]
pub struct Transforms {
    /// Length.
    pub samples: usize,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    real_forward: Arc<dyn RealToComplex<f64>>,
    real_inverse: Arc<dyn ComplexToReal<f64>>,
    /// What closes the band, with the scale 1/samples, once it was needed.
    band_edges: Arc<OnceLock<Vec<f64>>>,
}

impl std::fmt::Debug for Transforms {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Transforms({})", self.samples)
    }
}

/// Memory the transforms work in; one per thread, reused.
#[derive(Debug, Default, Clone)]
pub struct Scratch {
    work: Vec<Complex64>,
    pub(super) spectrum: Vec<Complex64>,
    pub(super) real: Vec<f64>,
}

impl Transforms {
    /// Plans the transforms of a length.
    pub fn new(samples: usize) -> Self {
        Self {
            samples,
            forward: planner::forward(samples),
            inverse: planner::inverse(samples),
            real_forward: planner::real_forward(samples),
            real_inverse: planner::real_inverse(samples),
            band_edges: Arc::default(),
        }
    }

    /// [`band_edge`] over samples at every bin: the same for every sampling rate.
    pub(super) fn band_edges(&self) -> &[f64] {
        self.band_edges.get_or_init(|| {
            let grid = Grid {
                samples: self.samples,
                sampling_rate: 1.0,
            };
            (0..self.samples)
                .map(|k| band_edge(grid.frequency(k), 1.0) / self.samples as f64)
                .collect()
        })
    }

    fn work<'a>(&self, scratch: &'a mut Vec<Complex64>) -> &'a mut [Complex64] {
        let need = self
            .forward
            .get_inplace_scratch_len()
            .max(self.inverse.get_inplace_scratch_len())
            .max(self.real_forward.get_scratch_len())
            .max(self.real_inverse.get_scratch_len());
        if scratch.len() < need {
            scratch.resize(need, Complex64::ZERO);
        }
        scratch
    }

    /// Forward transform in place, e^{−jωt}, unscaled.
    pub fn forward(&self, field: &mut [Complex64], scratch: &mut Scratch) {
        let work = self.work(&mut scratch.work);
        self.forward.process_with_scratch(field, work);
    }

    /// Inverse transform in place, unscaled.
    pub fn inverse(&self, field: &mut [Complex64], scratch: &mut Scratch) {
        let work = self.work(&mut scratch.work);
        self.inverse.process_with_scratch(field, work);
    }

    /// Inverse transform into another place, unscaled; the spectrum is overwritten.
    pub fn inverse_into(
        &self,
        spectrum: &mut [Complex64],
        field: &mut [Complex64],
        scratch: &mut Scratch,
    ) {
        let need = self.inverse.get_outofplace_scratch_len();
        if scratch.work.len() < need {
            scratch.work.resize(need, Complex64::ZERO);
        }
        self.inverse
            .process_outofplace_with_scratch(spectrum, field, &mut scratch.work[..need]);
    }

    /// Forward transform of a real waveform (which is overwritten) into samples/2 + 1 bins.
    pub fn real_forward(
        &self,
        waveform: &mut [f64],
        spectrum: &mut [Complex64],
        scratch: &mut Scratch,
    ) {
        let work = self.work(&mut scratch.work);
        // The lengths are this plan's own: the call cannot fail.
        let _ = self
            .real_forward
            .process_with_scratch(waveform, spectrum, work);
    }

    /// Inverse of [`real_forward`](Self::real_forward), unscaled; the spectrum is overwritten.
    pub fn real_inverse(
        &self,
        spectrum: &mut [Complex64],
        waveform: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let work = self.work(&mut scratch.work);
        if let Some(first) = spectrum.first_mut() {
            first.im = 0.0;
        }
        if self.samples.is_multiple_of(2)
            && let Some(last) = spectrum.last_mut()
        {
            last.im = 0.0;
        }
        let _ = self
            .real_inverse
            .process_with_scratch(spectrum, waveform, work);
    }

    /// Convolves a real block in place, cyclically, with a response whose spectrum (at least
    /// samples/2 + 1 bins) carries the scale 1/samples.
    pub fn filter_real(&self, block: &mut [f64], response: &[Complex64], scratch: &mut Scratch) {
        let bins = self.samples / 2 + 1;
        let mut spectrum = std::mem::take(&mut scratch.spectrum);
        spectrum.resize(bins, Complex64::ZERO);
        self.real_forward(block, &mut spectrum, scratch);
        kernels::multiply(&mut spectrum, &response[..bins]);
        self.real_inverse(&mut spectrum, block, scratch);
        scratch.spectrum = spectrum;
    }

    /// Convolves a real block, cyclically, with a response as for
    /// [`filter_real`](Self::filter_real), and writes every n-th sample of the result, the first
    /// included: as many as `decimated` transforms, of which this length must be a multiple n.
    ///
    /// What lies beyond the lower sampling rate folds onto it, in the spectrum as in time, so that
    /// only the shorter inverse transform is needed. The block is overwritten.
    pub fn filter_decimated(
        &self,
        block: &mut [f64],
        response: &[Complex64],
        decimated: &Self,
        out: &mut [f64],
        scratch: &mut Scratch,
    ) {
        let bins = self.samples / 2 + 1;
        let folded_bins = decimated.samples / 2 + 1;
        let factor = self.samples / decimated.samples;
        let mut spectrum = std::mem::take(&mut scratch.spectrum);
        spectrum.resize(bins + folded_bins, Complex64::ZERO);
        let (whole, folded) = spectrum.split_at_mut(bins);
        self.real_forward(block, whole, scratch);
        folded.fill(Complex64::ZERO);
        for part in 0..factor {
            let begin = part * decimated.samples;
            if part < factor.div_ceil(2) {
                kernels::add_product(&whole[begin..], &response[begin..bins], folded);
            } else {
                // Bins beyond half the sampling rate are the conjugates of their mirror images.
                let end = self.samples - begin + 1;
                kernels::add_mirrored_product(&whole[..end], &response[..end], folded);
            }
        }
        decimated.real_inverse(folded, out, scratch);
        scratch.spectrum = spectrum;
    }

    /// Convolves a field block in place, cyclically, with a response whose spectrum carries the
    /// scale 1/samples.
    pub fn filter_field(
        &self,
        block: &mut [Complex64],
        response: &[Complex64],
        scratch: &mut Scratch,
    ) {
        self.forward(block, scratch);
        kernels::multiply(block, response);
        self.inverse(block, scratch);
    }
}
