//! Uniform lines: what a wave meets per metre, and the network that a length of it is.

mod cross_section;
mod metallic;
mod microstrip;
mod per_unit_length;
mod stripline;

pub use metallic::MetallicLine;
pub use microstrip::Microstrip;
pub use per_unit_length::PerUnitLengthLine;
pub use stripline::{Stripline, StriplinePair, TransverseLine};

use super::error::{CopperError, not_negative, positive};
use crate::network::{Network, NetworkError, Reference};
use num_complex::Complex64;

/// Series impedance (Ω/m) and shunt admittance (S/m) of a line at one frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PerMetre {
    /// Z = R + jωL.
    pub series_impedance: Complex64,
    /// Y = G + jωC.
    pub shunt_admittance: Complex64,
}

/// Scattering parameters of a symmetric two-port.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scattering {
    /// S₁₁ = S₂₂.
    pub reflection: Complex64,
    /// S₂₁ = S₁₂.
    pub transmission: Complex64,
}

impl PerMetre {
    /// γ = √(ZY) = α + jβ, Np/m and rad/m.
    pub fn propagation_constant(&self) -> Complex64 {
        root_of_upper_half_plane(self.series_impedance * self.shunt_admittance)
    }

    /// Z_c = √(Z/Y), Ω; infinite where nothing is shunted.
    pub fn characteristic_impedance(&self) -> Complex64 {
        if self.shunt_admittance == Complex64::ZERO {
            return Complex64::new(f64::INFINITY, 0.0);
        }
        self.propagation_constant() / self.shunt_admittance
    }

    /// A length of the line in m between two resistances R, Ω: with D = cosh γl +
    /// ½(Z_c/R + R/Z_c)·sinh γl, S₂₁ = 1/D and S₁₁ = ½(Z_c/R − R/Z_c)·sinh γl/D
    /// (Pozar, *Microwave Engineering*, 4th edition, Tables 4.1 and 4.2), in a form that holds for
    /// direct current and for any attenuation.
    pub fn scattering(&self, length: f64, resistance: f64) -> Scattering {
        let series = self.series_impedance / resistance;
        let shunt = self.shunt_admittance * resistance;
        let gamma = self.propagation_constant();
        let electrical_length = gamma * length;
        if electrical_length.norm_sqr() < 1e-4 {
            // The other form divides 0 by 0 towards zero frequency or length.
            let square = electrical_length * electrical_length;
            let cosh = square * (square * (square / 30.0 + 1.0) / 12.0 + 1.0) * 0.5 + 1.0;
            let sinh_ratio = square * (square * (square / 42.0 + 1.0) / 20.0 + 1.0) / 6.0 + 1.0;
            let half = sinh_ratio * (0.5 * length);
            let transmission = (cosh + (series + shunt) * half).inv();
            return Scattering {
                reflection: (series - shunt) * half * transmission,
                transmission,
            };
        }
        let through = (-electrical_length).exp();
        let round_trip = through * through;
        let sinh = (1.0 - round_trip) / gamma * 0.5;
        let denominator = ((1.0 + round_trip) + (series + shunt) * sinh).inv();
        Scattering {
            reflection: (series - shunt) * sinh * denominator,
            transmission: through * 2.0 * denominator,
        }
    }

    /// Admittance of a length of the line that is open at its end, Y_c·tanh γl, S.
    pub fn open_stub(&self, length: f64) -> Complex64 {
        let electrical_length = self.propagation_constant() * length;
        if electrical_length.norm_sqr() < 1e-12 {
            return self.shunt_admittance * length;
        }
        let round_trip = (electrical_length * -2.0).exp();
        (1.0 - round_trip) / (1.0 + round_trip) / self.characteristic_impedance()
    }
}

/// Why a line has no network.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LineError {
    /// The line, its length or its reference resistance.
    #[error(transparent)]
    Copper(#[from] CopperError),
    /// The frequencies.
    #[error(transparent)]
    Network(#[from] NetworkError),
}

/// A uniform line of one mode.
pub trait Line {
    /// Checks that the line can be.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for what cannot be.
    fn validate(&self) -> Result<(), CopperError>;

    /// Series impedance and shunt admittance at a frequency in Hz; their complex conjugates at the
    /// negative one.
    fn per_metre(&self, frequency: f64) -> PerMetre;

    /// γ = α + jβ, Np/m and rad/m.
    fn propagation_constant(&self, frequency: f64) -> Complex64 {
        let gamma = self.per_metre(frequency.abs()).propagation_constant();
        if frequency < 0.0 { gamma.conj() } else { gamma }
    }

    /// Characteristic impedance, Ω.
    fn characteristic_impedance(&self, frequency: f64) -> Complex64 {
        let impedance = self.per_metre(frequency.abs()).characteristic_impedance();
        if frequency < 0.0 {
            impedance.conj()
        } else {
            impedance
        }
    }

    /// A length in m as a network of two ports with one reference resistance in Ω, at frequencies in
    /// Hz.
    ///
    /// # Errors
    /// [`LineError`] for a line, length or resistance that cannot be, or frequencies that do not rise.
    fn network(
        &self,
        length: f64,
        frequencies: &[f64],
        resistance: f64,
    ) -> Result<Network, LineError> {
        self.validate()?;
        check_ends(length, resistance)?;
        let s = frequencies
            .iter()
            .map(|&f| self.per_metre(f).scattering(length, resistance))
            .flat_map(|s| [s.reflection, s.transmission, s.transmission, s.reflection])
            .collect();
        Ok(Network::new(
            frequencies.to_vec(),
            2,
            s,
            Reference::uniform(2, resistance),
        )?)
    }

    /// A length in m, open at its end, across a through connection: the stub of a via that goes on
    /// beyond its layer. Arguments as of [`network`](Self::network).
    ///
    /// # Errors
    /// As [`network`](Self::network).
    fn stub_network(
        &self,
        length: f64,
        frequencies: &[f64],
        resistance: f64,
    ) -> Result<Network, LineError> {
        self.validate()?;
        check_ends(length, resistance)?;
        let s = frequencies
            .iter()
            .map(|&f| self.per_metre(f).open_stub(length) * resistance)
            .flat_map(|y| {
                let reflection = -y / (y + 2.0);
                let transmission = 2.0 / (y + 2.0);
                [reflection, transmission, transmission, reflection]
            })
            .collect();
        Ok(Network::new(
            frequencies.to_vec(),
            2,
            s,
            Reference::uniform(2, resistance),
        )?)
    }
}

fn check_ends(length: f64, resistance: f64) -> Result<(), CopperError> {
    not_negative("length of the line in m", length)?;
    positive("reference resistance in ohm", resistance)?;
    Ok(())
}

/// Impedance per metre of a conductor of direct-current resistance R_dc whose impedance at high
/// frequency is Z_s, √(R_dc² + Z_s²), Z_s = (1 + j)·R_s where it is smooth: causal, and at high
/// frequency the internal reactance is the resistance (H. Johnson and M. Graham, *High-Speed Signal
/// Propagation*, 2003, section 2.7).
fn skin_impedance(direct_current: f64, skin_effect: Complex64) -> Complex64 {
    (direct_current * direct_current + skin_effect * skin_effect).sqrt()
}

/// √w with both parts ≥ 0 for Im w ≥ 0, without the cancellation in Re √w when w is close to the
/// negative axis, which is where γ² of a low-loss line lies.
fn root_of_upper_half_plane(w: Complex64) -> Complex64 {
    if w.re > 0.0 {
        let re = (0.5 * (w.norm() + w.re)).sqrt();
        return Complex64::new(re, w.im / (2.0 * re));
    }
    let im = (0.5 * (w.norm() - w.re)).sqrt();
    let re = if im > 0.0 { w.im / (2.0 * im) } else { 0.0 };
    Complex64::new(re, im)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    /// 75 Ω without loss at half the speed of light, 1 GHz.
    fn lossless() -> PerMetre {
        let omega = 2.0 * PI * 1e9;
        PerMetre {
            series_impedance: Complex64::new(0.0, omega * 75.0 / 1.5e8),
            shunt_admittance: Complex64::new(0.0, omega / (75.0 * 1.5e8)),
        }
    }

    #[test]
    fn a_quarter_wave_transforms_the_impedance() {
        // Z_in = 75²/50 = 112.5 Ω: Γ = 62.5/162.5.
        let s = lossless().scattering(0.25 * 0.15, 50.0);
        assert!((s.reflection - 62.5 / 162.5).norm() < 1e-12);
        assert!((s.transmission.norm_sqr() + s.reflection.norm_sqr() - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_stub_of_a_quarter_wave_shorts_and_a_short_one_is_a_capacitor() {
        let line = lossless();
        assert!(line.open_stub(0.25 * 0.15).norm() > 1e9);
        let short = line.open_stub(1e-6);
        assert!((short - line.shunt_admittance * 1e-6).norm() < 1e-9 * short.norm());
    }

    #[test]
    fn direct_current_meets_a_resistance_in_series() {
        let line = PerMetre {
            series_impedance: Complex64::new(5.0, 0.0),
            shunt_admittance: Complex64::ZERO,
        };
        let s = line.scattering(2.0, 50.0);
        assert!((s.transmission - 100.0 / 110.0).norm() < 1e-14);
        assert!((s.reflection - 10.0 / 110.0).norm() < 1e-14);
    }

    #[test]
    fn both_forms_meet_where_one_takes_over() {
        let line = PerMetre {
            series_impedance: Complex64::new(3.0, 40.0),
            shunt_admittance: Complex64::new(0.001, 0.02),
        };
        let length = 1e-2 / line.propagation_constant().norm();
        let (below, above) = (
            line.scattering(length * (1.0 - 1e-9), 50.0),
            line.scattering(length * (1.0 + 1e-9), 50.0),
        );
        assert!((below.transmission - above.transmission).norm() < 1e-10);
        assert!((below.reflection - above.reflection).norm() < 1e-10);
    }

    #[test]
    fn much_loss_leaves_the_reflection_of_the_impedance_alone() {
        let line = PerMetre {
            series_impedance: Complex64::new(1e5, 4e5),
            shunt_admittance: Complex64::new(1.0, 40.0),
        };
        let s = line.scattering(10.0, 50.0);
        let impedance = line.characteristic_impedance();
        assert!((s.reflection - (impedance - 50.0) / (impedance + 50.0)).norm() < 1e-12);
        assert!(s.transmission.norm() < 1e-300);
    }
}
