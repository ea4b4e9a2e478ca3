//! Frequency responses of filters, amplifiers and modulators, time factor e^{+jωt}.

use super::MeasuredResponse;
use num_complex::Complex64;
use std::f64::consts::{LN_2, PI};

/// What can be wrong with a response.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ResponseError {
    /// A bandwidth that is not a positive, finite number.
    #[error("a bandwidth of {0} Hz cannot be: it must be positive and finite")]
    Bandwidth(f64),
    /// A damping that is not a positive, finite number.
    #[error("a damping rate of {0} 1/s cannot be: it must be positive and finite")]
    Damping(f64),
    /// A measured response that cannot be used.
    #[error("the measured response cannot be used: {0}")]
    Measured(String),
}

/// A linear, time-invariant response H(f) with unit gain at zero frequency.
///
/// `bandwidth`, where there is one, is always the frequency, in Hz, at which |H|² = ½ (−3 dB of electrical power).
#[derive(Debug, Clone, PartialEq)]
pub enum Response {
    /// No filtering.
    Flat,
    /// Fourth-order Bessel–Thomson, H = 105/(105 + 105y + 45y² + 10y³ + y⁴) with
    /// y = 2.1139·jf/bandwidth (ITU-T G.957, annex A; the reference receiver of IEEE 802.3).
    BesselThomson4 {
        /// −3 dB frequency, Hz.
        bandwidth: f64,
    },
    /// Fourth-order Butterworth (IEEE 802.3 Annex 93A, equation 93A-20).
    Butterworth4 {
        /// −3 dB frequency, Hz.
        bandwidth: f64,
    },
    /// Gaussian, H = exp(−½ ln2·(f/bandwidth)²), without delay.
    Gaussian {
        /// −3 dB frequency, Hz.
        bandwidth: f64,
    },
    /// One pole, H = 1/(1 + jf/bandwidth): a resistor and a capacitor.
    SinglePole {
        /// −3 dB frequency, Hz.
        bandwidth: f64,
    },
    /// A resonance of second order, H = f_r²/(f_r² − f² + jfΓ/2π): the small-signal response of a
    /// laser that is modulated directly (Coldren, Corzine, Mašanović, Diode Lasers and Photonic
    /// Integrated Circuits, 2nd ed., section 5.3).
    Resonance {
        /// Resonance frequency f_r, Hz.
        frequency: f64,
        /// Damping rate Γ, 1/s.
        damping: f64,
    },
    /// A measured S21.
    Measured(MeasuredResponse),
}

/// Argument at which the fourth-order Bessel–Thomson response has |H|² = ½.
const BESSEL_4_HALF_POWER: f64 = 2.113_917_674_904_216;

impl Response {
    /// The same response stretched over `factor` times the frequencies.
    #[must_use]
    pub fn widened(&self, factor: f64) -> Self {
        let mut wide = self.clone();
        match &mut wide {
            Self::Flat => {}
            Self::BesselThomson4 { bandwidth }
            | Self::Butterworth4 { bandwidth }
            | Self::Gaussian { bandwidth }
            | Self::SinglePole { bandwidth } => *bandwidth *= factor,
            Self::Resonance { frequency, damping } => {
                *frequency *= factor;
                *damping *= factor;
            }
            Self::Measured(measured) => *measured = measured.widened(factor),
        }
        wide
    }

    /// H(f) at frequency `f` in Hz, of either sign; H(−f) is the conjugate of H(f).
    pub fn at(&self, f: f64) -> Complex64 {
        match self {
            Self::Flat => Complex64::ONE,
            Self::BesselThomson4 { bandwidth } => {
                let x = BESSEL_4_HALF_POWER * f / bandwidth;
                let x2 = x * x;
                105.0 / Complex64::new(105.0 - 45.0 * x2 + x2 * x2, x * (105.0 - 10.0 * x2))
            }
            Self::Butterworth4 { bandwidth } => {
                let x = f / bandwidth;
                let x2 = x * x;
                1.0 / Complex64::new(1.0 - 3.414_214 * x2 + x2 * x2, 2.613_126 * x * (1.0 - x2))
            }
            Self::Gaussian { bandwidth } => {
                let x = f / bandwidth;
                Complex64::new((-0.5 * LN_2 * x * x).exp(), 0.0)
            }
            Self::SinglePole { bandwidth } => 1.0 / Complex64::new(1.0, f / bandwidth),
            Self::Resonance { frequency, damping } => {
                let x = f / frequency;
                1.0 / Complex64::new(1.0 - x * x, x * damping / (2.0 * PI * frequency))
            }
            Self::Measured(measured) => measured.at(f),
        }
    }

    /// Checks that bandwidth and damping are positive, finite numbers.
    ///
    /// # Errors
    /// [`ResponseError::Bandwidth`] or [`ResponseError::Damping`] where one is not.
    pub fn check(&self) -> Result<(), ResponseError> {
        match *self {
            Self::Flat | Self::Measured(_) => Ok(()),
            Self::Resonance { damping, .. } if !(damping.is_finite() && damping > 0.0) => {
                Err(ResponseError::Damping(damping))
            }
            Self::BesselThomson4 { bandwidth }
            | Self::Butterworth4 { bandwidth }
            | Self::Gaussian { bandwidth }
            | Self::SinglePole { bandwidth }
            | Self::Resonance {
                frequency: bandwidth,
                ..
            } => {
                if bandwidth.is_finite() && bandwidth > 0.0 {
                    Ok(())
                } else {
                    Err(ResponseError::Bandwidth(bandwidth))
                }
            }
        }
    }
}
