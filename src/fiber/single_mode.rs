//! Single-mode fibre as one exact linear step.

use super::attenuation_model::AttenuationModel;
use crate::constants::SPEED_OF_LIGHT;
use crate::math::interpolation::Curve;
use crate::signal::{Grid, kernels};
use crate::units::db_to_amplitude_ratio;
use num_complex::Complex64;
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
    /// A wavelength at which the modal bandwidth is not known.
    #[error(
        "the modal bandwidth is given from {low_nm:.0} nm to {high_nm:.0} nm only, not at {wavelength_nm:.2} nm"
    )]
    ModalBandwidth {
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
    /// From its causes: scattering, absorption, water.
    Model(AttenuationModel),
}

impl Attenuation {
    /// Attenuation at the wavelength `wavelength` (m), dB/m.
    ///
    /// # Errors
    /// [`FiberError::Wavelength`] where the data do not cover the wavelength,
    /// [`FiberError::Quantity`] where a model gives none that can be.
    pub fn db_per_m(&self, wavelength: f64) -> Result<f64, FiberError> {
        match self {
            Self::Constant(db_per_m) => Ok(*db_per_m),
            Self::Model(model) => match model.at(wavelength) {
                value if value.is_finite() && value >= 0.0 => Ok(value),
                value => Err(FiberError::Quantity {
                    quantity: "an attenuation (dB/m)",
                    value,
                    allowed: "zero or more",
                }),
            },
            Self::Curve(curve) => curve
                .linear(wavelength)
                .map_err(|_| FiberError::Wavelength {
                    wavelength_nm: wavelength * 1e9,
                    low_nm: curve.range().0 * 1e9,
                    high_nm: curve.range().1 * 1e9,
                }),
        }
    }
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

impl SingleModeFiber {
    /// Attenuation at the wavelength `wavelength` (m), dB/m.
    ///
    /// # Errors
    /// [`FiberError::Wavelength`] where the data do not cover the wavelength,
    /// [`FiberError::Quantity`] where a model gives none that can be.
    pub fn attenuation_db_per_m(&self, wavelength: f64) -> Result<f64, FiberError> {
        self.attenuation.db_per_m(wavelength)
    }

    /// Propagation delay, s: length × group index / c.
    pub fn delay(&self) -> f64 {
        self.length * self.group_index / SPEED_OF_LIGHT
    }

    /// Checks that every quantity is physical.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] names the first that is not.
    pub fn check(&self) -> Result<(), FiberError> {
        let bad = |quantity, value, allowed| {
            Err(FiberError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        if !(self.length.is_finite() && self.length >= 0.0) {
            return bad("a length (m)", self.length, "zero or more");
        }
        if !(self.group_index.is_finite() && self.group_index >= 1.0) {
            return bad("a group index", self.group_index, "one or more");
        }
        Ok(())
    }

    /// Writes the transfer function on the complex envelope at the frequencies of a grid, in the
    /// order of a discrete Fourier transform, for a carrier of wavelength `wavelength` (m).
    ///
    /// # Errors
    /// [`FiberError`] where a quantity is not physical or the wavelength is not covered.
    pub fn transfer(
        &self,
        wavelength: f64,
        grid: Grid,
        out: &mut [Complex64],
    ) -> Result<(), FiberError> {
        out.fill(Complex64::ONE);
        self.multiply_onto(wavelength, grid, out)
    }

    /// Multiplies the transfer function onto `out`, as [`transfer`](Self::transfer) writes it.
    ///
    /// # Errors
    /// As [`transfer`](Self::transfer).
    pub fn multiply_onto(
        &self,
        wavelength: f64,
        grid: Grid,
        out: &mut [Complex64],
    ) -> Result<(), FiberError> {
        const BLOCK: usize = 256;
        self.check()?;
        let loss_db = self.attenuation_db_per_m(wavelength)? * self.length;
        let (beta2, beta3) = self.dispersion.beta(wavelength);
        let amplitude = db_to_amplitude_ratio(-loss_db);
        let mut phases = [0.0; BLOCK];
        let mut phasors = [Complex64::ZERO; BLOCK];
        for (block, out) in out.chunks_mut(BLOCK).enumerate() {
            for (i, phase) in phases.iter_mut().enumerate() {
                let omega = 2.0 * PI * grid.frequency(block * BLOCK + i);
                *phase = -self.length * omega * omega * (0.5 * beta2 + omega * beta3 / 6.0);
            }
            kernels::phasors(&phases, amplitude, &mut phasors);
            kernels::multiply(out, &phasors);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fiber(length: f64) -> SingleModeFiber {
        SingleModeFiber {
            length,
            attenuation: Attenuation::Constant(0.2e-3),
            dispersion: Dispersion::AtWavelength {
                reference: None,
                coefficient: 17e-6,
                slope: 0.0,
            },
            group_index: 1.4682,
        }
    }

    #[test]
    fn beta_2_of_17_ps_per_nm_km() {
        let (beta2, _) = fiber(1.0).dispersion.beta(1550e-9);
        assert!((beta2 * 1e27 + 21.682_619_391).abs() < 1e-6, "{beta2}");
    }

    #[test]
    fn beta_3_of_a_slope() {
        let dispersion = Dispersion::AtWavelength {
            reference: None,
            coefficient: 17e-6,
            slope: 80.0,
        };
        let (_, beta3) = dispersion.beta(1550e-9);
        assert!(
            (beta3 * 1e39 - 0.165_825_394e-12 * 1e12).abs() < 1e-6,
            "{beta3}"
        );
    }

    #[test]
    fn zero_dispersion_form_gives_the_published_dispersion() {
        let dispersion = Dispersion::ZeroWavelength {
            zero_wavelength: 1310e-9,
            zero_slope: 92.0,
        };
        for (nm, d) in [(1271.0, -3.756_548), (1550.0, 17.460_619)] {
            let (value, _) = dispersion.at(nm * 1e-9);
            assert!((value * 1e6 - d).abs() < 1e-6, "{value}");
        }
    }

    #[test]
    fn two_lengths_make_their_sum_and_the_opposite_dispersion_undoes() {
        let grid = Grid {
            samples: 512,
            sampling_rate: 4e11,
        };
        let spectrum = |length: f64, sign: f64| {
            let mut f = fiber(length);
            f.attenuation = Attenuation::Constant(0.0);
            f.dispersion = Dispersion::AtWavelength {
                reference: None,
                coefficient: 17e-6 * sign,
                slope: 0.0,
            };
            let mut out = vec![Complex64::ZERO; 512];
            f.transfer(1550e-9, grid, &mut out).unwrap();
            out
        };
        let (a, b, c) = (spectrum(3e3, 1.0), spectrum(4e3, 1.0), spectrum(7e3, 1.0));
        let back = spectrum(7e3, -1.0);
        for k in 0..512 {
            assert!((a[k] * b[k] - c[k]).norm() < 1e-12);
            assert!((c[k] * back[k] - 1.0).norm() < 1e-12);
        }
    }

    #[test]
    fn a_negative_length_is_refused() {
        let mut out = [Complex64::ZERO; 4];
        let grid = Grid {
            samples: 4,
            sampling_rate: 1.0,
        };
        assert!(fiber(-1.0).transfer(1550e-9, grid, &mut out).is_err());
        assert!(fiber(f64::NAN).transfer(1550e-9, grid, &mut out).is_err());
    }
}
