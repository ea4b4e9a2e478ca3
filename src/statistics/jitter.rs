//! Jitter of the transmitter's edges and of the sampler.

use super::density::AmplitudeDensity;
use super::error::{StatisticsError, require};
use crate::math::q_inverse;

/// Timing jitter, in unit intervals.
///
/// At the transmitter the random and the dual-Dirac part are drawn anew for every edge; at the
/// sampler for every sample. The sinusoidal part is slow against the memory of the link: all edges
/// and the sample move together, so that it does the same at both ends; clock recovery that follows it
/// is left out.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct EyeJitter {
    /// Standard deviation of the random (Gaussian) part, UI.
    pub random_rms: f64,
    /// Distance of the two positions of the deterministic (dual-Dirac) part, UI.
    pub dual_dirac: f64,
    /// Duty-cycle distortion: by how much symbols are longer and shorter in turn, UI. Every second edge
    /// is late by half of it, the others early. Of the transmitter only.
    pub duty_cycle_distortion: f64,
    /// Amplitude (half of peak to peak) of the sinusoidal part, UI.
    pub sinusoidal: f64,
}

impl EyeJitter {
    /// Checks that all parts are finite, not negative, and below half a unit interval.
    ///
    /// # Errors
    /// [`StatisticsError::Parameter`] for the first that is not.
    pub fn check(&self) -> Result<(), StatisticsError> {
        for (what, value) in [
            ("random jitter", self.random_rms),
            ("dual-Dirac jitter", self.dual_dirac),
            ("duty-cycle distortion", self.duty_cycle_distortion),
            ("sinusoidal jitter", self.sinusoidal),
        ] {
            let allowed = "0 to 0.5 UI";
            require(what, value, allowed, (0.0..=0.5).contains(&value))?;
        }
        Ok(())
    }

    /// Variance of the parts that are drawn for every edge or sample, UI².
    pub(super) fn drawn_variance(&self) -> f64 {
        self.random_rms.powi(2) + 0.25 * self.dual_dirac.powi(2)
    }
}

/// Total jitter at a bit error ratio from random jitter (standard deviation) and the dual-Dirac
/// distance: TJ = DJ + 2·Q⁻¹(BER)·RJ, for a transition density of one.
pub fn total_jitter(dual_dirac: f64, random_rms: f64, bit_error_ratio: f64) -> f64 {
    dual_dirac + 2.0 * q_inverse(bit_error_ratio) * random_rms
}

/// Probabilities below which a displacement of the sample is left out.
const NEGLIGIBLE: f64 = 1e-26;

/// Displacements of the sample against the waveform, in steps of 1/`per_symbol` UI, and their
/// probabilities: the sampler's jitter, and slow jitter of the transmitter.
pub(super) fn displacements(
    sampler: &EyeJitter,
    transmitter: &EyeJitter,
    per_symbol: usize,
) -> Result<Vec<(isize, f64)>, StatisticsError> {
    let step = 1.0 / per_symbol as f64;
    let mut density = AmplitudeDensity::point(step, 0.0)?;
    if sampler.random_rms > 0.0 {
        density = density.convolve(&AmplitudeDensity::gaussian(step, sampler.random_rms)?)?;
    }
    if sampler.dual_dirac > 0.0 {
        density = density.convolve(&AmplitudeDensity::dual_dirac(step, sampler.dual_dirac)?)?;
    }
    for sine in [sampler.sinusoidal, transmitter.sinusoidal] {
        if sine > 0.0 {
            density = density.convolve(&AmplitudeDensity::sinusoid(step, sine)?)?;
        }
    }
    Ok((density.first..)
        .zip(&density.mass)
        .filter(|(_, p)| **p > NEGLIGIBLE)
        .filter_map(|(i, &p)| Some((isize::try_from(i).ok()?, p)))
        .collect())
}
