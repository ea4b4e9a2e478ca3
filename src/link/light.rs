//! What a stage does to light besides its loss and its dispersion: reflection, polarisation, optical
//! filtering with crosstalk, amplification.

use crate::amplifier::{
    AmplifierError, ErbiumAmplifier, SemiconductorAmplifier, SpontaneousEmission,
};
use crate::signal::optical_filter::OpticalFilter;

/// Polarisation effects of a stage, to first order.
///
/// Light of one polarisation arrives in two principal states, one of them late (C. D. Poole and R. E.
/// Wagner, Electron. Lett. 22, 1029, 1986). They are orthogonal, so that a photodiode adds their powers.
///
/// **Left out**: delays that change over the spectrum of the signal (second order), depolarisation,
/// and what polarisation does to the Kerr effect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PolarizationEffects {
    /// Differential group delay.
    pub mode_dispersion: ModeDispersion,
    /// Share of the power in the faster of the two states, 0–1; ½ closes the eye most.
    pub power_split: f64,
    /// Polarisation-dependent loss, dB: the light is taken to lie in the state of the greatest loss,
    /// and loses this beside the loss of the stage, which is that of the other state.
    pub dependent_loss_db: f64,
}

impl Default for PolarizationEffects {
    fn default() -> Self {
        Self {
            mode_dispersion: ModeDispersion::None,
            power_split: 0.5,
            dependent_loss_db: 0.0,
        }
    }
}

/// Differential group delay of a stage.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum ModeDispersion {
    /// None.
    #[default]
    None,
    /// This delay, s. Delays of several stages add, the fast states in line: the worst case.
    Fixed(f64),
    /// The delay of a long fibre that is not exceeded with a probability: a quantile of the
    /// Maxwellian distribution. The means of several fibres add in square.
    Maxwellian {
        /// Mean over the root of the length, s/√m.
        coefficient: f64,
        /// Probability that the delay is not exceeded; the greatest of all fibres holds for the link.
        probability: f64,
    },
}

/// An optical band-pass, or a port of a multiplexer, with the light of other channels that it passes.
///
/// **Left out**: what filters further on take from crosstalk; the shot noise of other channels and their
/// few levels (their power is taken as Gaussian, which is pessimistic for one neighbour); light of other
/// polarisations in band, which beats less.
#[derive(Debug, Clone, PartialEq)]
pub struct OpticalFilterStage {
    /// The passband; its centre counts from the carrier.
    pub passband: OpticalFilter,
    /// Power of each source of another wavelength behind the filter over that of the signal. All are
    /// modulated as the signal is and independent of each other: variances add, so that two of a ratio r
    /// make the noise of 2r², where one of the ratio 2r would make that of 4r².
    pub adjacent_crosstalk: Vec<f64>,
    /// Power at the signal's own wavelength from elsewhere over that of the signal: its field adds and
    /// beats.
    pub in_band_crosstalk: f64,
}

/// An optical amplifier on the way, whose gain follows the average power or, of a semiconductor
/// amplifier, the waveform's ([`gain_dynamics`](super::gain_dynamics)).
///
/// The power behind it is planned with the gain under the average power also where the gain follows the
/// waveform: that of amplifiers further on, of reflections and of what emission beats with itself.
///
/// **Left out**: what spontaneous emission of amplifiers in front of it takes of its gain: only the average
/// power of the signal saturates it, so that the gain is too high where that emission is not small
/// against the signal; the noise of the signal's own fluctuations in the gain; light in the direction
/// back (its isolators end every path of reflections). Its noise is Gaussian behind the detector.
/// What beats with the signal is followed through optical filters ([`emission`](super::emission)).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AmplifierStage {
    /// The amplifier.
    pub amplifier: LinkAmplifier,
    /// Noise bandwidth of its own emission by the optical filters between it and the detector, Hz;
    /// filter stages behind it that are narrower narrow it further, those in front of it do not.
    pub optical_bandwidth: f64,
    /// False for an amplifier that adds no noise: to find what its noise costs.
    pub adds_noise: bool,
    /// True for a semiconductor amplifier whose gain follows the waveform.
    pub gain_dynamics: bool,
}

/// The kinds of amplifier.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LinkAmplifier {
    /// Erbium-doped fibre.
    Erbium(ErbiumAmplifier),
    /// Semiconductor.
    Semiconductor(SemiconductorAmplifier),
}

impl LinkAmplifier {
    /// Power gain under an average input power, W.
    ///
    /// # Errors
    /// [`AmplifierError`] where a quantity is not physical.
    pub fn gain(&self, input_power: f64) -> Result<f64, AmplifierError> {
        match self {
            Self::Erbium(amplifier) => amplifier.gain(input_power),
            Self::Semiconductor(amplifier) => amplifier.steady_gain(input_power),
        }
    }

    /// Power gain without load.
    pub fn small_signal_gain(&self) -> f64 {
        match self {
            Self::Erbium(amplifier) => amplifier.small_signal_gain,
            Self::Semiconductor(amplifier) => amplifier.small_signal_gain,
        }
    }

    /// Noise at the output under an average input power (W), around an optical frequency (Hz).
    ///
    /// # Errors
    /// [`AmplifierError`] where a quantity is not physical, or the noise figure below the quantum
    /// limit.
    pub fn spontaneous_emission(
        &self,
        input_power: f64,
        frequency: f64,
    ) -> Result<SpontaneousEmission, AmplifierError> {
        match self {
            Self::Erbium(amplifier) => amplifier.spontaneous_emission(input_power, frequency),
            Self::Semiconductor(amplifier) => {
                amplifier.spontaneous_emission(input_power, frequency)
            }
        }
    }
}
