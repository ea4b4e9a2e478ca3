//! A line given by its constants.

use super::{Line, PerMetre};
use crate::copper::error::{CopperError, not_negative, positive};
use num_complex::Complex64;
use std::f64::consts::PI;

/// A line of constant resistance, inductance, conductance and capacitance per metre, with a
/// resistance that grows with the root of frequency and a conductance that grows with frequency:
///
/// Z = R + (1 + j)·R_s·√f + jωL, Y = G + ωC·tan δ + jωC.
///
/// Leaves out the dispersion that goes with a constant loss tangent: with one the line is not causal.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PerUnitLengthLine {
    /// Resistance to direct current R, Ω/m.
    pub resistance: f64,
    /// Resistance by the skin effect R_s, Ω/(m·√Hz).
    pub skin_resistance: f64,
    /// Inductance L, H/m.
    pub inductance: f64,
    /// Conductance G, S/m.
    pub conductance: f64,
    /// Capacitance C, F/m.
    pub capacitance: f64,
    /// Loss tangent of what is between the conductors.
    pub loss_tangent: f64,
}

impl Line for PerUnitLengthLine {
    fn validate(&self) -> Result<(), CopperError> {
        not_negative("resistance in ohm/m", self.resistance)?;
        not_negative("resistance by the skin effect", self.skin_resistance)?;
        positive("inductance in H/m", self.inductance)?;
        not_negative("conductance in S/m", self.conductance)?;
        positive("capacitance in F/m", self.capacitance)?;
        not_negative("loss tangent", self.loss_tangent)?;
        Ok(())
    }

    fn per_metre(&self, frequency: f64) -> PerMetre {
        let omega = 2.0 * PI * frequency;
        let skin = self.skin_resistance * frequency.sqrt();
        PerMetre {
            series_impedance: Complex64::new(
                self.resistance + skin,
                skin + omega * self.inductance,
            ),
            shunt_admittance: Complex64::new(
                self.conductance + omega * self.capacitance * self.loss_tangent,
                omega * self.capacitance,
            ),
        }
    }
}
