//! Mach–Zehnder modulator.

use super::LaunchLevel;
use crate::signal::Response;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

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

impl MachZehnderModulator {
    /// Field transmission as a function of the difference V + bias offset, in V.
    fn field_at(&self, voltage: f64) -> Complex64 {
        let theta = FRAC_PI_2 - PI * voltage / self.v_pi;
        let imbalance = self.arm_extinction_ratio.sqrt().recip();
        let arms = Complex64::from_polar(0.5 * (1.0 + imbalance), 0.5 * theta)
            + Complex64::from_polar(0.5 * (1.0 - imbalance), -0.5 * theta);
        self.transmission.sqrt() * arms * Complex64::cis(-0.5 * self.alpha_h * theta)
    }

    /// Peak-to-peak swing between the outer levels, V. A wanted extinction ratio is solved for by
    /// bisection up to full swing; beyond what the bias and the arms allow it is full swing.
    pub fn swing(&self) -> f64 {
        match self.drive {
            MachZehnderDrive::Swing(swing) => swing,
            MachZehnderDrive::ExtinctionRatio(wanted) => {
                let ratio = |swing: f64| {
                    self.field_at(self.bias_offset + 0.5 * swing).norm_sqr()
                        / self.field_at(self.bias_offset - 0.5 * swing).norm_sqr()
                };
                let full = self.v_pi - 2.0 * self.bias_offset.abs();
                let (mut low, mut high) = (0.0, full.max(0.0));
                for _ in 0..60 {
                    let middle = 0.5 * (low + high);
                    if ratio(middle) < wanted {
                        low = middle;
                    } else {
                        high = middle;
                    }
                }
                high
            }
        }
    }

    /// Field transmission √(P/P_in)·e^{jφ} as a function of the drive, −1 at the lowest and +1 at
    /// the highest outer level.
    pub fn field(&self) -> Box<dyn Fn(f64) -> Complex64 + Send + Sync + '_> {
        let half = 0.5 * self.swing();
        Box::new(move |drive| self.field_at(self.bias_offset + half * drive))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulator(drive: MachZehnderDrive) -> MachZehnderModulator {
        MachZehnderModulator {
            transmission: 1.0,
            v_pi: 4.0,
            drive,
            bias_offset: 0.0,
            arm_extinction_ratio: f64::INFINITY,
            alpha_h: 0.0,
            response: Response::Flat,
            launch: LaunchLevel::FromLaser,
        }
    }

    #[test]
    fn transfer_at_quadrature_is_a_squared_cosine() {
        // P = cos²(π/4 ∓ πV/4V_π): extinction ratios of 3.502, 7.656 and 14.027 dB.
        for (swing, db) in [(1.0, 3.502), (2.0, 7.656), (3.0, 14.027)] {
            let m = modulator(MachZehnderDrive::Swing(swing));
            let f = m.field();
            let ratio = 10.0 * (f(1.0).norm_sqr() / f(-1.0).norm_sqr()).log10();
            assert!((ratio - db).abs() < 5e-4, "{ratio}");
        }
    }

    #[test]
    fn push_pull_has_no_chirp_and_imbalance_has() {
        let mut m = modulator(MachZehnderDrive::Swing(2.0));
        let turn = |m: &MachZehnderModulator| {
            let f = m.field();
            (f(1.0) * f(-1.0).conj()).arg()
        };
        assert!(turn(&m).abs() < 1e-12);
        m.arm_extinction_ratio = 100.0;
        let unbalanced = turn(&m);
        assert!(unbalanced.abs() > 1e-2);
        m.arm_extinction_ratio = f64::INFINITY;
        m.alpha_h = 1.0;
        // Around quadrature E = √P·exp(j(α/2) ln P): the phase advances with the power.
        let f = m.field();
        let (a, b) = (f(0.01), f(-0.01));
        let slope = (a * b.conj()).arg() / (a.norm_sqr() / b.norm_sqr()).ln();
        assert!((slope - 0.5).abs() < 1e-3, "{slope}");
    }

    #[test]
    fn the_swing_is_solved_for_an_extinction_ratio() {
        let mut m = modulator(MachZehnderDrive::ExtinctionRatio(10f64.powf(0.5)));
        m.bias_offset = 0.2;
        let f = m.field();
        assert!((f(1.0).norm_sqr() / f(-1.0).norm_sqr() - 10f64.powf(0.5)).abs() < 1e-9);
    }
}
