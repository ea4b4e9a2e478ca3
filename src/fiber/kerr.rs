//! Strength of the Kerr effect.

use super::single_mode::{FiberError, SingleModeFiber};
use std::f64::consts::PI;

/// The nonlinear coefficient γ of a fibre, 1/(W·m).
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum KerrCoefficient {
    /// γ itself, 1/(W·m), at every wavelength.
    Constant(f64),
    /// γ = 2πn2/(λ·A_eff) (G. P. Agrawal, Nonlinear Fiber Optics, 5th ed., equation 2.3.29), with
    /// the effective area the same at every wavelength.
    Material {
        /// Nonlinear index n2, m²/W: 2.2e-20 to 2.8e-20 for silica fibres.
        nonlinear_index: f64,
        /// Effective area, m².
        effective_area: f64,
    },
    /// The same, with the effective area of the Gaussian mode of a step-index core,
    /// A_eff = πa²/ln V (A. W. Snyder and J. D. Love, Optical Waveguide Theory (1983), chapter 15):
    /// as V goes with 1/λ, the mode spreads with the wavelength.
    StepIndex {
        /// Nonlinear index n2, m²/W.
        nonlinear_index: f64,
        /// Effective area at the reference wavelength, m²; V there follows from it.
        effective_area: f64,
        /// The reference wavelength, m.
        reference_wavelength: f64,
        /// Radius a of the core, m.
        core_radius: f64,
    },
}

impl KerrCoefficient {
    /// γ at the vacuum wavelength `wavelength` (m), 1/(W·m).
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where the effective area is not positive or γ is negative or not
    /// finite.
    pub fn at(&self, wavelength: f64) -> Result<f64, FiberError> {
        let gamma = match *self {
            Self::Constant(gamma) => gamma,
            Self::Material {
                nonlinear_index,
                effective_area,
            } => 2.0 * PI * nonlinear_index / (wavelength * positive_area(effective_area)?),
            Self::StepIndex {
                nonlinear_index,
                effective_area,
                reference_wavelength,
                core_radius,
            } => {
                let core = PI * core_radius * core_radius;
                let ln_v = core / positive_area(effective_area)?
                    + (reference_wavelength / wavelength).ln();
                2.0 * PI * nonlinear_index / (wavelength * positive_area(core / ln_v)?)
            }
        };
        if gamma.is_finite() && gamma >= 0.0 {
            Ok(gamma)
        } else {
            Err(FiberError::Quantity {
                quantity: "a nonlinear coefficient (1/(W·m))",
                value: gamma,
                allowed: "zero or more",
            })
        }
    }
}

/// A single-mode fibre with the Kerr effect, in one polarisation.
#[derive(Debug, Clone, PartialEq)]
pub struct KerrFiber {
    /// Its loss, dispersion and length.
    pub linear: SingleModeFiber,
    /// How strong the Kerr effect is.
    pub kerr: KerrCoefficient,
}

fn positive_area(area: f64) -> Result<f64, FiberError> {
    if area.is_finite() && area > 0.0 {
        Ok(area)
    } else {
        Err(FiberError::Quantity {
            quantity: "an effective area (m²)",
            value: area,
            allowed: "above zero, at the wavelength in question",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mode_of_a_step_spreads_with_the_wavelength() {
        let mode = KerrCoefficient::StepIndex {
            nonlinear_index: 2.6e-20,
            effective_area: 83e-12,
            reference_wavelength: 1550e-9,
            core_radius: 4.2e-6,
        };
        let plain = KerrCoefficient::Material {
            nonlinear_index: 2.6e-20,
            effective_area: 83e-12,
        };
        let ratio = |nm: f64| mode.at(nm * 1e-9).unwrap() / plain.at(nm * 1e-9).unwrap();
        assert!((ratio(1550.0) - 1.0).abs() < 1e-15);
        // d ln A/d ln λ = 1/ln V = A/πa² = 1.498.
        assert!(((ratio(1551.0).ln() / (1550.0_f64 / 1551.0).ln()) - 1.498).abs() < 0.002);
        // Far beyond cut-off there is no such mode.
        assert!(mode.at(4e-6).is_err());
    }

    #[test]
    fn nonsense_is_refused() {
        let of = |nonlinear_index, effective_area| KerrCoefficient::Material {
            nonlinear_index,
            effective_area,
        };
        assert!(of(2.6e-20, 80e-12).at(1550e-9).is_ok());
        assert!(of(2.6e-20, 0.0).at(1550e-9).is_err());
        assert!(of(f64::NAN, 80e-12).at(1550e-9).is_err());
        assert!(of(2.6e-20, 80e-12).at(0.0).is_err());
        assert!(KerrCoefficient::Constant(-1.0).at(1550e-9).is_err());
    }
}
