//! Spontaneous emission of optical amplifiers that is carried to the detector, filters and all.
//!
//! An amplifier adds a complex field n of density S per polarisation, of which that in the polarisation
//! of the signal A beats with it: the photocurrent gets 2R·Re(A*n) (N. A. Olsson, J. Lightwave Technol. 7,
//! 1071, 1989). Where nothing on the way changes the spectrum of n and S is the same all the time, that
//! is white noise at the detector of the density 4R²PS. Behind an optical filter it is not: n has been
//! filtered, and the signal it beats with has been too. And behind a semiconductor amplifier whose gain
//! follows the light S changes with the pattern. Then both engines follow n itself: counted errors draw
//! it where it arises and send it through what follows; the semi-analytic engine carries each
//! decision's weights backward to there, and adds up ½·S·fs·|b|².
//!
//! **Left out**: what n beats with itself is treated apart, in its whole optical band
//! ([`plan`](super::plan)); the slope of a receiver that saturates; with a differential group delay on the
//! way the two principal states beat with different noise, and the noise is taken as white at the detector
//! with the density of the average gain.

use super::description::{Link, NamedStage, Stage};
use super::gain_dynamics::{GainDynamics, field_before};
use super::light::ModeDispersion;
use super::plan::{LightNoise, NoiseSource, Operation, Plan};
use super::waveform::Propagation;
use crate::amplifier::AmplifierError;
use crate::signal::PassbandShape;

/// Spontaneous emission where it arises.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Emission {
    /// Of this density per polarisation, W/Hz.
    Constant(f64),
    /// Of an amplifier whose gain follows the light, around this optical frequency (Hz).
    Following(GainDynamics, f64),
}

impl Emission {
    /// Density per polarisation (W/Hz) while the gain of the amplifier stands at `integrated_gain`.
    ///
    /// # Errors
    /// [`AmplifierError`] for a noise figure below the quantum limit.
    pub fn density(&self, integrated_gain: f64) -> Result<f64, AmplifierError> {
        match self {
            Self::Constant(density) => Ok(*density),
            Self::Following(dynamics, frequency) => Ok(dynamics
                .amplifier
                .spontaneous_emission_at(integrated_gain, *frequency)?
                .density),
        }
    }
}

/// True where the emission of a link's amplifiers has to be followed to the detector.
pub(super) fn is_carried(link: &Link) -> bool {
    let delayed = |named: &NamedStage| named.polarization.mode_dispersion != ModeDispersion::None;
    let Some(first) = link
        .stages
        .iter()
        .position(|named| matches!(&named.stage, Stage::Amplifier(a) if a.adds_noise))
    else {
        return false;
    };
    !link.stages.iter().any(delayed)
        && link
            .stages
            .iter()
            .skip(first)
            .any(|named| match &named.stage {
                Stage::Amplifier(amplifier) => amplifier.gain_dynamics,
                Stage::OpticalFilter(filter) => filter.passband.shape != PassbandShape::AllPass,
                _ => false,
            })
}

/// True where emission is carried to each decision.
pub(super) fn carries_emission(plan: &Plan) -> bool {
    plan.operations.iter().any(|o| {
        matches!(
            o.operation,
            Operation::Noise(NoiseSource::Light(LightNoise::CarriedSpontaneous(_)))
        )
    })
}

/// Density along the cyclic pattern of the emission that arises at a place; one number where it is the
/// same all the time.
pub(super) fn densities(
    plan: &Plan,
    propagation: &Propagation,
    index: usize,
    emission: &Emission,
) -> Result<Vec<f64>, super::LinkError> {
    match emission {
        Emission::Constant(density) => Ok(vec![*density]),
        Emission::Following(dynamics, _) => {
            let amplifier = index.saturating_sub(1);
            let Some(field) = field_before(propagation, amplifier) else {
                return Ok(Vec::new());
            };
            let gain = dynamics.periodic(plan.sampling_rate(), field)?;
            let densities: Result<Vec<f64>, _> =
                gain.iter().map(|h| emission.density(*h)).collect();
            Ok(densities?)
        }
    }
}
