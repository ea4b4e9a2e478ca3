//! What can be wrong with an optical amplifier.

use thiserror::Error;

/// Why an amplifier cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum AmplifierError {
    /// A quantity outside what is physical.
    #[error("{quantity} of {value} cannot be: {allowed}")]
    Quantity {
        /// Which one, with its unit.
        quantity: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A noise figure below what quantum mechanics allows an amplifier that does not care about
    /// phase.
    #[error(
        "a noise figure of {noise_figure_db:.3} dB at a gain of {gain_db:.3} dB is below the quantum \
         limit: allowed: {least_db:.3} dB or more"
    )]
    NoiseFigure {
        /// Noise figure given, dB.
        noise_figure_db: f64,
        /// Gain, dB.
        gain_db: f64,
        /// The least there can be at this gain, dB.
        least_db: f64,
    },
    /// The field is not a finite number somewhere.
    #[error("the field at the amplifier's input is not finite at sample {sample}")]
    NotFinite {
        /// Which sample, from 0.
        sample: usize,
    },
    /// The two polarisations have different numbers of samples.
    #[error("the two polarisations have {x} and {y} samples: they must have the same number")]
    Lengths {
        /// Samples of the first.
        x: usize,
        /// Samples of the second.
        y: usize,
    },
}

/// An error unless the condition holds.
pub(super) fn require(
    quantity: &'static str,
    value: f64,
    allowed: &'static str,
    holds: bool,
) -> Result<(), AmplifierError> {
    if holds && value.is_finite() {
        Ok(())
    } else {
        Err(AmplifierError::Quantity {
            quantity,
            value,
            allowed,
        })
    }
}
