//! Mach–Zehnder modulator.

use super::LaunchLevel;
use crate::signal::Response;

/// A Mach–Zehnder modulator near quadrature.
///
/// With θ = π/2 − π(V + bias offset)/V_π the difference of the arms' phases,
/// E = √T·e^{−jα_H·θ/2}·[½(1+δ)e^{jθ/2} + ½(1−δ)e^{−jθ/2}]: without imbalance
/// P = T·cos²(θ/2), and the asymmetry of the drive gives the chirp α_H at quadrature
/// (Koyama & Iga, JLT 6(1) 87, 1988, DOI 10.1109/50.3969). The imbalance δ of the arms limits the
/// extinction to 1/δ² and chirps too.
///
/// Leaves out: velocity mismatch beyond the given response, bias drift, modal losses of the arms.
#[derive(Debug, Clone, PartialEq)]
pub struct MachZehnderModulator {
    /// Fraction of the power that passes at full transmission, 0–1.
    pub transmission: f64,
    /// Half-wave voltage, V.
    pub v_pi: f64,
    /// How far the modulator is driven.
    pub drive: MachZehnderDrive,
    /// Distance of the bias from quadrature, V; positive towards full transmission.
    pub bias_offset: f64,
    /// Static extinction ratio the arms' imbalance leaves, a ratio of powers; infinite for balanced
    /// arms.
    pub arm_extinction_ratio: f64,
    /// Chirp at quadrature from an asymmetric drive; 0 for push–pull.
    pub alpha_h: f64,
    /// Electrical bandwidth, in front of the interference.
    pub response: Response,
    /// Level the output is set to.
    pub launch: LaunchLevel,
}

/// How far a Mach–Zehnder modulator is driven.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MachZehnderDrive {
    /// Peak-to-peak voltage between the outer levels, V.
    Swing(f64),
    /// The swing that gives this outer extinction ratio, a ratio of powers above 1.
    ExtinctionRatio(f64),
}
