//! PIN photodiode with transimpedance amplifier.

use super::NoiseDensity;
use crate::signal::Response;

/// A PIN photodiode and its transimpedance amplifier. All noise and signals are referred to the
/// amplifier's input, as currents.
///
/// Leaves out: avalanche gain, saturation of the photodiode itself, group-delay ripple beyond the
/// given responses, automatic gain control.
#[derive(Debug, Clone, PartialEq)]
pub struct Photoreceiver {
    /// Photocurrent per optical power at the receiver's input, A/W.
    pub responsivity: f64,
    /// Dark current, A; it adds shot noise.
    pub dark_current: f64,
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
