//! Single-mode fibre as one exact linear step.

use crate::constants::SPEED_OF_LIGHT;
use crate::math::interpolation::Curve;
use std::f64::consts::PI;

/// What can be wrong with a fibre.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum FiberError {
    /// A quantity outside what is physical.
    #[error("{quantity} of {value} cannot be: {allowed}")]
    Quantity {
        /// Which one.
        quantity: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A wavelength the part's data do not cover.
    #[error(
        "the attenuation is given from {low_nm:.0} nm to {high_nm:.0} nm only, not at {wavelength_nm:.2} nm"
    )]
    Wavelength {
        /// Wavelength asked for, nm.
        wavelength_nm: f64,
        /// Shortest covered, nm.
        low_nm: f64,
        /// Longest covered, nm.
        high_nm: f64,
    },
}

/// Chromatic dispersion as a data sheet gives it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Dispersion {
    /// Around the zero-dispersion wavelength, D(λ) = S0/4·(λ − λ0⁴/λ³) (ITU-T G.652, appendix I).
    ZeroWavelength {
        /// Zero-dispersion wavelength λ0, m.
        zero_wavelength: f64,
        /// Slope S0 at λ0, s/m³ (1 ps/(nm²·km) = 1000 s/m³).
        zero_slope: f64,
    },
    /// Coefficient and slope at a wavelength: D(λ) = D + S·(λ − reference).
    AtWavelength {
        /// Wavelength the values hold at, m; the carrier's own where none is given.
        reference: Option<f64>,
        /// D, s/m² (1 ps/(nm·km) = 1e-6 s/m²).
        coefficient: f64,
        /// S, s/m³.
        slope: f64,
    },
}

/// A single-mode fibre, linear: attenuation, chromatic dispersion of second and third order, delay.
///
/// H(ω) = exp(−αL/2 − jβ2ω²L/2 − jβ3ω³L/6) on the complex envelope, ω relative to the carrier
/// (Agrawal, Nonlinear Fiber Optics, 6th ed., section 2.3, conjugated for e^{+jωt}).
///
/// Leaves out: polarisation-mode dispersion, the Kerr effect, scattering, reflections.
#[derive(Debug, Clone, PartialEq)]
pub struct SingleModeFiber {
    /// Length, m.
    pub length: f64,
    /// Attenuation in dB/m against wavelength in m.
    pub attenuation: Attenuation,
    /// Chromatic dispersion.
    pub dispersion: Dispersion,
    /// Group index, for the delay.
    pub group_index: f64,
}

/// Attenuation of a fibre.
#[derive(Debug, Clone, PartialEq)]
pub enum Attenuation {
    /// The same at every wavelength, dB/m.
    Constant(f64),
    /// dB/m against wavelength in m.
    Curve(Curve),
}

impl Dispersion {
    /// Dispersion coefficient D (s/m²) and slope S (s/m³) at the wavelength `wavelength` (m).
    pub fn at(&self, wavelength: f64) -> (f64, f64) {
        match *self {
            Self::ZeroWavelength {
                zero_wavelength,
                zero_slope,
            } => {
                let r = (zero_wavelength / wavelength).powi(4);
                (
                    zero_slope / 4.0 * wavelength * (1.0 - r),
                    zero_slope / 4.0 * (1.0 + 3.0 * r),
                )
            }
            Self::AtWavelength {
                reference,
                coefficient,
                slope,
            } => (
                coefficient + slope * (wavelength - reference.unwrap_or(wavelength)),
                slope,
            ),
        }
    }

    /// β2 (s²/m) and β3 (s³/m) at the wavelength `wavelength` (m): β2 = −Dλ²/2πc and
    /// β3 = (λ²/2πc)²·(S + 2D/λ) (Agrawal, Fiber-Optic Communication Systems, 5th ed., section 2.3).
    pub fn beta(&self, wavelength: f64) -> (f64, f64) {
        let (d, s) = self.at(wavelength);
        let k = wavelength * wavelength / (2.0 * PI * SPEED_OF_LIGHT);
        (-d * k, k * k * (s + 2.0 * d / wavelength))
    }
}
