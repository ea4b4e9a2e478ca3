//! The electrical driver: levels, edges, pre-emphasis and jitter.

use super::Jitter;
use crate::signal::Response;
use std::f64::consts::PI;

/// The electrical source of a link. It makes a voltage out of symbols: a rectangular pulse per
/// symbol, spread by `taps` over neighbouring symbols, smoothed by the edge filter and the response.
///
/// Leaves out: reactances of its output (a package has them), non-linear output stages.
#[derive(Debug, Clone, PartialEq)]
pub struct Driver {
    /// Peak differential voltage of the outer levels into a matched load, V (half the open-circuit
    /// swing; A_v of IEEE 802.3 Annex 93A). In front of an optical modulator whose swing is given
    /// by its own part, only the shape of the drive counts.
    pub amplitude: f64,
    /// 20–80 % rise time of the Gaussian edge filter, s; zero for none.
    pub rise_time: f64,
    /// Further band limitation.
    pub response: Response,
    /// Feed-forward taps at symbol spacing, earliest first. Their absolute values sum to at most one
    /// in a peak-limited driver; this is not enforced.
    pub taps: Vec<f64>,
    /// Index in `taps` of the main tap.
    pub main_tap: usize,
    /// Jitter of the edges.
    pub jitter: Jitter,
    /// Square of the amplitude over the variance of its noise, dB (SNR_TX of IEEE 802.3 Annex 93A); none
    /// without noise.
    pub signal_to_noise_db: Option<f64>,
    /// Resistance of its termination between the legs, Ω; none where it is not said and the package says it.
    pub termination: Option<f64>,
}

impl Default for Driver {
    fn default() -> Self {
        Self {
            amplitude: 1.0,
            rise_time: 0.0,
            response: Response::Flat,
            taps: vec![1.0],
            main_tap: 0,
            jitter: Jitter::default(),
            signal_to_noise_db: None,
            termination: None,
        }
    }
}

impl Driver {
    /// Response of the edge filter, H_t = exp(−2(πf·T_r/1.6832)²) with T_r the 20–80 % rise time
    /// (IEEE 802.3 Annex 93A, equation 93A-46), times the further response.
    pub fn transfer(&self, f: f64) -> num_complex::Complex64 {
        let x = PI * f * self.rise_time / 1.6832;
        self.response.at(f) * (-2.0 * x * x).exp()
    }
}
