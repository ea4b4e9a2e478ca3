//! Photodiode with transimpedance amplifier.

use super::{AvalancheMultiplication, NoiseDensity};
use crate::constants::ELEMENTARY_CHARGE;
use crate::signal::Response;

/// A photodiode, PIN or avalanche, and its transimpedance amplifier. All noise and signals are referred to
/// the amplifier's input, as currents.
///
/// Leaves out: saturation of the photodiode itself, group-delay ripple beyond the
/// given responses, automatic gain control.
#[derive(Debug, Clone, PartialEq)]
pub struct Photoreceiver {
    /// Photocurrent per optical power at the receiver's input, A/W, before it is multiplied.
    pub responsivity: f64,
    /// Dark current that is not multiplied, A; it adds shot noise.
    pub dark_current: f64,
    /// Multiplication of an avalanche photodiode; None for a PIN photodiode.
    pub avalanche: Option<AvalancheMultiplication>,
    /// Response of the photodiode, before the amplifier's noise.
    pub photodiode_response: Response,
    /// Input-referred current noise of the amplifier, one-sided, A²/Hz.
    pub noise: NoiseDensity,
    /// Response of the amplifier (and of the receiver's filter), after its noise.
    pub response: Response,
    /// Peak-to-peak input current up to which the amplifier is linear, A; beyond it the output
    /// saturates smoothly. None for a linear one.
    pub linear_range: Option<f64>,
    /// Average optical power at which the receiver is overloaded, W; the result warns above it.
    pub overload: Option<f64>,
    /// Transimpedance, Ω: scales the output to volts where a report shows them.
    pub transimpedance: Option<f64>,
}

/// Shot noise of a photodiode: white, of the two-sided density charge·(I + dark) for the current I behind
/// the multiplication.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShotNoise {
    /// q, or q·M·F of an avalanche photodiode, C.
    pub charge: f64,
    /// Current that makes as much noise as all dark currents do, A.
    pub dark_current: f64,
}

impl ShotNoise {
    /// Of a photodiode without multiplication.
    pub fn of_pin(dark_current: f64) -> Self {
        Self {
            charge: ELEMENTARY_CHARGE,
            dark_current,
        }
    }
}

impl Photoreceiver {
    /// Current at the amplifier's input per optical power, multiplication included, A/W.
    pub fn multiplied_responsivity(&self) -> f64 {
        self.responsivity * self.avalanche.map_or(1.0, |avalanche| avalanche.gain)
    }

    /// Its shot noise: q·M²·F·(I_p + I_d) of the primary currents, and q·I_s of what is not multiplied
    /// (G. P. Agrawal, Fiber-Optic Communication Systems, 4th ed., section 4.4.3).
    pub fn shot_noise(&self) -> ShotNoise {
        match &self.avalanche {
            None => ShotNoise::of_pin(self.dark_current),
            Some(avalanche) => {
                let factor = avalanche.gain * avalanche.excess_noise_factor();
                ShotNoise {
                    charge: ELEMENTARY_CHARGE * factor,
                    dark_current: avalanche.gain * avalanche.primary_dark_current
                        + self.dark_current / factor,
                }
            }
        }
    }
}
