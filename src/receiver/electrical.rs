//! The front end of an electrical receiver, and AC coupling.

use super::NoiseDensity;
use crate::signal::Response;

/// Input of an electrical receiver: noise added at its input, then its band limitation
/// (η0 and H_r of IEEE 802.3 Annex 93A).
#[derive(Debug, Clone, PartialEq)]
pub struct ElectricalReceiver {
    /// Input-referred differential voltage noise, one-sided, V²/Hz.
    pub noise: NoiseDensity,
    /// Receiver filter.
    pub response: Response,
    /// Resistance of its termination between the legs, Ω; none where it is not said and the package says it.
    pub termination: Option<f64>,
}

/// A high-pass of first order, H = (jf/corner)/(1 + jf/corner): a coupling capacitor. It removes the
/// mean, and lets the baseline wander with the running disparity of the data.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AcCoupling {
    /// −3 dB corner frequency, Hz.
    pub corner: f64,
}
