//! The metallic transmission model: a line by a handful of measured numbers.

use super::{Line, PerMetre, skin_impedance};
use crate::copper::error::{CopperError, not_negative, positive, within};
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_2, PI};

/// H. Johnson and M. Graham, *High-Speed Signal Propagation* (2003), section 3.1: a line with skin
/// effect and a constant loss tangent, causal in both,
///
/// Z = jωZ₀/v₀ + √(R_dc² + 2j·R₀²·ω/ω₀), Y = jω·(jω/ω₀)^{−2θ₀/π}/(Z₀v₀).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MetallicLine {
    /// Resistance to direct current R_dc, Ω/m.
    pub direct_current_resistance: f64,
    /// Resistance by the skin effect R₀ at ω₀, Ω/m.
    pub skin_resistance: f64,
    /// Frequency ω₀/2π at which the constants hold, Hz.
    pub reference_frequency: f64,
    /// Impedance Z₀ at ω₀ without loss, Ω.
    pub impedance: f64,
    /// Velocity v₀ at ω₀, m/s.
    pub velocity: f64,
    /// Loss angle θ₀ of the dielectric, rad.
    pub loss_angle: f64,
}

impl Line for MetallicLine {
    fn validate(&self) -> Result<(), CopperError> {
        let direct_current = self.direct_current_resistance;
        not_negative("resistance to direct current in ohm/m", direct_current)?;
        not_negative(
            "resistance by the skin effect in ohm/m",
            self.skin_resistance,
        )?;
        positive("reference frequency in Hz", self.reference_frequency)?;
        positive("impedance in ohm", self.impedance)?;
        positive("velocity in m/s", self.velocity)?;
        within(
            "loss angle in rad",
            self.loss_angle,
            "0 to below π/2",
            (0.0..FRAC_PI_2).contains(&self.loss_angle),
        )?;
        Ok(())
    }

    fn per_metre(&self, frequency: f64) -> PerMetre {
        let ratio = frequency / self.reference_frequency;
        let omega = 2.0 * PI * frequency;
        let skin = self.skin_resistance * ratio.sqrt();
        let internal = skin_impedance(self.direct_current_resistance, Complex64::new(skin, skin));
        // (j·ratio)^{−2θ/π} in polar form, 0 at zero frequency where jω makes the whole 0.
        let exponent = -self.loss_angle / FRAC_PI_2;
        let capacitance = if frequency > 0.0 {
            Complex64::from_polar(ratio.powf(exponent), exponent * FRAC_PI_2)
                / (self.impedance * self.velocity)
        } else {
            Complex64::ZERO
        };
        PerMetre {
            series_impedance: internal
                + Complex64::new(0.0, omega * self.impedance / self.velocity),
            shunt_admittance: capacitance * Complex64::new(0.0, omega),
        }
    }
}
