//! Filters in front of and behind a channel: the transmitter's edge and the receiver's noise filter.

use num_complex::Complex64;

/// Filter of the transmitter's transition time T_r in s, 20 % to 80 % of a Gaussian edge (93A-46):
/// exp(−2(πfT_r/1.6832)²).
pub fn transition_filter(frequency: f64, transition_time: f64) -> f64 {
    let x = std::f64::consts::PI * frequency * transition_time / 1.6832;
    (-2.0 * x * x).exp()
}

/// Noise filter of the receiver, a Butterworth filter of fourth order with its −3 dB frequency f_r in Hz
/// (93A-20).
pub fn receiver_filter(frequency: f64, bandwidth: f64) -> Complex64 {
    let x = frequency / bandwidth;
    let x2 = x * x;
    1.0 / Complex64::new(1.0 - 3.414_214 * x2 + x2 * x2, 2.613_126 * x * (1.0 - x2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn filters_have_their_bandwidth() {
        assert!((receiver_filter(1e10, 1e10).norm() - 0.5f64.sqrt()).abs() < 1e-6);
        assert!((receiver_filter(0.0, 1e10) - 1.0).norm() < 1e-15);
        // A Gaussian edge of deviation σ rises from 20 % to 80 % in 1.6832 σ.
        let sigma = 1e-12;
        let f = 5e10;
        let expected = (-0.5 * (std::f64::consts::TAU * f * sigma).powi(2)).exp();
        assert!((transition_filter(f, 1.6832 * sigma) - expected).abs() < 1e-12);
    }
}
