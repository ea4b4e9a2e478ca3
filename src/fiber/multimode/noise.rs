//! Noise that multimode fibre makes of a multimode laser's light.
//!
//! Both are relative to the signal, so that no power overcomes them. Their deviations are in units of
//! half the optical modulation amplitude, as the eye's half height is in the IEEE 802.3ae link model.

use std::f64::consts::PI;

/// Quality (half the eye's height over the noise's deviation) at which the link model of IEEE
/// 802.3ae defines the penalty of modal noise: that of a bit error ratio of 1e-12.
pub const REFERENCE_QUALITY: f64 = 7.037;

/// Deviation of mode-partition noise over half the modulation amplitude, for a laser whose longitudinal
/// or transverse modes share the power anew in every symbol (coefficient k, 0–1) and arrive at
/// different times: σ = (k/√2)·(1 − exp(−β²)), β = πB·D·L·σ_λ (K. Ogawa, IEEE J. Quantum Electron.
/// 18, 849, 1982; Agrawal, Fiber-Optic Communication Systems, section on mode-partition noise, where B
/// is the bit rate and the pulse a cosine).
///
/// Leaves out: the noise's dependence on the pattern. Its extension from two levels to more, with the
/// outer amplitude, is an assumption.
///
/// `accumulated_dispersion` is D·L of all fibres together, s/m; the spectral width is rms, m.
pub fn mode_partition_deviation(
    coefficient: f64,
    symbol_rate: f64,
    accumulated_dispersion: f64,
    spectral_width: f64,
) -> f64 {
    let beta = PI * symbol_rate * accumulated_dispersion * spectral_width;
    // 1 − exp(−β²) without cancellation.
    -coefficient / 2f64.sqrt() * (-beta * beta).exp_m1()
}

/// Deviation of modal noise over half the modulation amplitude that costs a penalty in dB at the
/// [`REFERENCE_QUALITY`]: σ² = (1 − 10^(−penalty/5))/Q² (IEEE 802.3ae link model).
///
/// Modal noise is the speckle of a laser with few modes behind a connector that does not catch all of
/// it; the penalty is an allocation, not computed from the speckle.
pub fn modal_deviation(penalty_db: f64) -> f64 {
    (1.0 - 10f64.powf(-penalty_db / 5.0)).sqrt() / REFERENCE_QUALITY
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn partition_noise_saturates_and_vanishes_without_dispersion() {
        let at = |length: f64| mode_partition_deviation(0.3, 1e10, -117.8e-6 * length, 0.3e-9);
        assert!((at(1e6) - 0.3 / 2f64.sqrt()).abs() < 1e-12);
        assert!(at(0.0).abs() < 1e-300);
        // Short fibres: (k/√2)β².
        assert!((at(2.0) / at(1.0) - 4.0).abs() < 1e-4);
    }

    #[test]
    fn modal_noise_costs_its_penalty_at_the_reference() {
        let deviation = modal_deviation(0.3);
        let left = 1.0 - (REFERENCE_QUALITY * deviation).powi(2);
        assert!((-5.0 * left.log10() - 0.3).abs() < 1e-12);
        assert!(modal_deviation(0.0).abs() < 1e-300);
    }
}
