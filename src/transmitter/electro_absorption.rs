//! Electro-absorption modulator.

use super::LaunchLevel;
use crate::math::interpolation::Curve;
use crate::signal::Response;

/// An electro-absorption modulator: the drive voltage sets the absorption, and the absorption's
/// change turns the phase (transient chirp, E = √P·exp(+j(α_H/2)·ln P); Koyama & Iga, JLT 6(1) 87,
/// 1988, DOI 10.1109/50.3969, in the time factor e^{+jωt}).
///
/// Leaves out: photocurrent feedback, residual reflections into the laser, temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectroAbsorptionModulator {
    /// Fraction of the power that passes at the highest level, 0–1.
    pub transmission: f64,
    /// How light follows the drive.
    pub transfer: ElectroAbsorptionTransfer,
    /// Electrical bandwidth, in front of the absorption.
    pub response: Response,
    /// Level the output is set to.
    pub launch: LaunchLevel,
}

/// How the light follows the drive.
#[derive(Debug, Clone, PartialEq)]
pub enum ElectroAbsorptionTransfer {
    /// Power linear in the drive between the outer levels.
    Linear {
        /// Outer extinction ratio, a ratio of powers above 1.
        extinction_ratio: f64,
        /// Linewidth enhancement factor α_H of the transient chirp.
        alpha_h: f64,
    },
    /// Measured curves against the bias voltage.
    Curves {
        /// Absorption in dB against bias, V.
        absorption_db: Curve,
        /// α_H against bias, V.
        alpha_h: Curve,
        /// Bias, V.
        bias: f64,
        /// Peak-to-peak drive, V.
        swing: f64,
    },
}
