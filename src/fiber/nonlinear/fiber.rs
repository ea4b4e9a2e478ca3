//! The fibre: its coefficients and what follows from them in closed form.

use super::error::NonlinearError;
use super::raman::RamanResponse;
use crate::constants::SPEED_OF_LIGHT;
use crate::fiber::SingleModeFiber;
use crate::units::NEPER_PER_DB;
use std::f64::consts::TAU;

/// Largest loss that is computed, in nepers of power: 2000 dB.
const MOST_LOSS: f64 = 460.0;

/// A single-mode fibre with the Kerr effect.
///
/// ∂A/∂z = −(α/2)A − j·F⁻¹\[(β2ω²/2 + β3ω³/6 + β4ω⁴/24)·F\[A\]\] − jγ|A|²A, with the time factor
/// e^{+jωt} and ω relative to the carrier: the complex conjugate of eq. (2.3.46) of G. P. Agrawal,
/// Nonlinear Fiber Optics, 5th ed., Academic Press 2013, whose time factor is e^{−iωt}. The frame
/// moves with the group velocity at the carrier.
///
/// **Leaves out** polarisation-mode dispersion, loss that depends on frequency, Brillouin
/// scattering, noise of Raman scattering.
///
/// ```
/// use eyespan::fiber::nonlinear::NonlinearFiber;
/// let span = NonlinearFiber { length: 80e3, attenuation: 0.2e-3 / 4.342_944_819, ..NonlinearFiber::default() };
/// assert!((span.effective_length(80e3) - 21_169.3).abs() < 0.1);
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct NonlinearFiber {
    /// Length, m.
    pub length: f64,
    /// Power attenuation coefficient α, 1/m: that in dB/m over 4.3429.
    pub attenuation: f64,
    /// Group-velocity dispersion β2, s²/m.
    pub beta2: f64,
    /// Third-order dispersion β3, s³/m.
    pub beta3: f64,
    /// Fourth-order dispersion β4, s⁴/m.
    pub beta4: f64,
    /// Non-linear coefficient γ, 1/(W·m).
    pub gamma: f64,
    /// Delayed Raman response, for pulses below some picoseconds.
    pub raman: Option<RamanResponse>,
    /// Self-steepening, given the angular frequency of the carrier, rad/s.
    pub self_steepening: Option<f64>,
}

impl NonlinearFiber {
    /// The linear fibre `fiber` at the wavelength `wavelength` (m), with the non-linear coefficient
    /// `gamma` (1/(W·m)).
    ///
    /// # Errors
    /// [`NonlinearError::Fiber`] where the linear fibre is not physical or its data do not cover the
    /// wavelength.
    pub fn from_linear(
        fiber: &SingleModeFiber,
        wavelength: f64,
        gamma: f64,
    ) -> Result<Self, NonlinearError> {
        fiber.check()?;
        let (beta2, beta3) = fiber.dispersion.beta(wavelength);
        Ok(Self {
            length: fiber.length,
            attenuation: 2.0 * NEPER_PER_DB * fiber.attenuation_db_per_m(wavelength)?,
            beta2,
            beta3,
            gamma,
            ..Self::default()
        })
    }

    /// Checks that every quantity is physical.
    ///
    /// # Errors
    /// [`NonlinearError::Quantity`] names the first that is not.
    pub fn check(&self) -> Result<(), NonlinearError> {
        let refuse = |quantity, value, allowed| {
            Err(NonlinearError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        for (quantity, value) in [
            ("a length (m)", self.length),
            ("an attenuation (1/m)", self.attenuation),
        ] {
            if !(value.is_finite() && value >= 0.0) {
                return refuse(quantity, value, "finite, zero or more");
            }
        }
        for (quantity, value) in [
            ("a dispersion β2 (s²/m)", self.beta2),
            ("a dispersion β3 (s³/m)", self.beta3),
            ("a dispersion β4 (s⁴/m)", self.beta4),
            ("a non-linear coefficient (1/(W·m))", self.gamma),
        ] {
            if !value.is_finite() {
                return refuse(quantity, value, "finite");
            }
        }
        let loss = self.attenuation * self.length;
        if loss > MOST_LOSS {
            return refuse("a loss (Np of power)", loss, "460 (2000 dB) or less");
        }
        if let Some(raman) = &self.raman {
            raman.check()?;
        }
        match self.self_steepening {
            Some(carrier) if !(carrier.is_finite() && carrier > 0.0) => refuse(
                "an angular frequency of the carrier (rad/s)",
                carrier,
                "above zero",
            ),
            _ => Ok(()),
        }
    }

    /// Phase per metre at the angular frequency `omega` from the carrier (rad/s), rad/m:
    /// β2ω²/2 + β3ω³/6 + β4ω⁴/24.
    pub fn phase_rate(&self, omega: f64) -> f64 {
        omega * omega * (self.beta2 / 2.0 + omega * (self.beta3 / 6.0 + omega * self.beta4 / 24.0))
    }

    /// True where no dispersion acts at all.
    pub fn is_dispersionless(&self) -> bool {
        self.beta2 == 0.0 && self.beta3 == 0.0 && self.beta4 == 0.0
    }

    /// Effective length of the first `length` metres, m: (1 − e^{−αz})/α (Agrawal, Nonlinear Fiber
    /// Optics, eq. 4.1.6).
    pub fn effective_length(&self, length: f64) -> f64 {
        let loss = self.attenuation * length;
        if loss == 0.0 {
            length
        } else {
            length * (-(-loss).exp_m1() / loss)
        }
    }
}

/// Non-linear coefficient in 1/(W·m) of a fibre of non-linear index `n2` (m²/W) and effective area
/// `effective_area` (m²) at the wavelength `wavelength` (m): γ = 2πn2/(λA_eff) (Agrawal, Nonlinear
/// Fiber Optics, eq. 2.3.30).
///
/// ```
/// use eyespan::fiber::nonlinear::nonlinear_coefficient;
/// assert!((nonlinear_coefficient(2.6e-20, 80e-12, 1550e-9) - 1.3174e-3).abs() < 1e-7);
/// ```
pub fn nonlinear_coefficient(n2: f64, effective_area: f64, wavelength: f64) -> f64 {
    TAU * n2 / (wavelength * effective_area)
}

/// Angular frequency in rad/s of a wavelength in m.
pub fn angular_frequency(wavelength: f64) -> f64 {
    TAU * SPEED_OF_LIGHT / wavelength
}

#[cfg(test)]
mod tests {
    use super::*;

    type Spoil = fn(&mut NonlinearFiber);

    #[test]
    fn the_effective_length_is_the_length_without_loss_and_one_over_alpha_with_much() {
        let mut fiber = NonlinearFiber::default();
        assert!((fiber.effective_length(5e3) - 5e3).abs() < 1e-12);
        fiber.attenuation = 1e-18;
        assert!((fiber.effective_length(5e3) - 5e3).abs() < 1e-9);
        fiber.attenuation = 0.01;
        assert!((fiber.effective_length(1e4) - 100.0).abs() < 1e-9);
    }

    #[test]
    fn what_is_not_physical_is_refused() {
        let good = NonlinearFiber {
            length: 1e3,
            gamma: -1.3e-3,
            beta2: -2e-26,
            ..NonlinearFiber::default()
        };
        assert!(good.check().is_ok());
        let spoils: [Spoil; 7] = [
            |f| f.length = -1.0,
            |f| f.length = f64::INFINITY,
            |f| f.attenuation = -1e-5,
            |f| f.gamma = f64::NAN,
            |f| f.beta4 = f64::INFINITY,
            |f| f.attenuation = 1.0,
            |f| f.self_steepening = Some(0.0),
        ];
        for spoil in spoils {
            let mut bad = good.clone();
            spoil(&mut bad);
            assert!(bad.check().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn a_linear_fibre_keeps_its_loss_and_dispersion() {
        let linear = SingleModeFiber {
            length: 10e3,
            attenuation: crate::fiber::single_mode::Attenuation::Constant(0.2e-3),
            dispersion: crate::fiber::Dispersion::AtWavelength {
                reference: None,
                coefficient: 17e-6,
                slope: 80.0,
            },
            group_index: 1.4682,
        };
        let fiber = NonlinearFiber::from_linear(&linear, 1550e-9, 1.3e-3).unwrap();
        assert!((10.0 * (-fiber.attenuation * fiber.length).exp().log10() + 2.0).abs() < 1e-12);
        assert!((fiber.beta2 * 1e27 + 21.682_619_391).abs() < 1e-6);
    }
}
