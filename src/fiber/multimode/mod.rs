//! Multimode fibre as a channel for power.
//!
//! The light of a multimode laser in many modes of a fibre is incoherent: what adds up at the
//! detector is power, and the fibre is a linear filter of it, P_out = h ∗ P_in. h is the convolution
//! of what the modes' delays and the laser's spectrum make of a short pulse.

pub mod mode_groups;
pub mod noise;

pub use mode_groups::{GradedIndexProfile, Launch, ModeGroups};

use super::single_mode::{Attenuation, Dispersion, FiberError};
use crate::constants::SPEED_OF_LIGHT;
use crate::math::interpolation::Curve;
use crate::signal::Grid;
use crate::units::db_to_power_ratio;
use num_complex::Complex64;
use std::f64::consts::{LN_2, PI, SQRT_2};

/// A multimode fibre, linear in power: attenuation, modal and chromatic dispersion, delay.
///
/// Chromatic dispersion acts on the laser's spectrum, taken as a Gaussian of rms width σ_λ, and
/// makes a Gaussian pulse of deviation L·σ_λ·√(D1² + D2²), D1 the dispersion coefficient at the
/// laser's wavelength and D2 = S·σ_λ/√2 what its slope S adds where D1 vanishes (the deviation of
/// ½S·δλ² over a Gaussian δλ); IEEE 802.3ae link model, where S is that at the zero of dispersion.
///
/// Leaves out: the interaction of modes and wavelengths (a laser whose outer modes are both shorter
/// in wavelength and launched into higher mode groups), mode coupling, differential mode attenuation,
/// the pulse's skew near the zero of dispersion, and coherent effects but for [`noise`].
#[derive(Debug, Clone, PartialEq)]
pub struct MultimodeFiber {
    /// Length, m.
    pub length: f64,
    /// Attenuation in dB/m against wavelength in m.
    pub attenuation: Attenuation,
    /// Chromatic dispersion.
    pub dispersion: Dispersion,
    /// Dispersion of the modes.
    pub modes: ModalDispersion,
    /// Group index, for the delay.
    pub group_index: f64,
    /// Power penalty (dB) at a bit error ratio of 1e-12 that modal noise is allocated; see
    /// [`noise::modal_deviation`]. Zero for none.
    pub modal_noise_penalty_db: f64,
}

/// How the modes' delays widen a pulse.
#[derive(Debug, Clone, PartialEq)]
pub enum ModalDispersion {
    /// Not at all.
    None,
    /// A Gaussian with this effective modal bandwidth, the product of length and the frequency at
    /// which half of the optical modulation is left (−3 dB optical, −6 dB electrical), Hz·m.
    Bandwidth(f64),
    /// The same against wavelength in m.
    BandwidthCurve(Curve),
    /// Mode groups with their delays and powers.
    Groups(ModeGroups),
}

/// Standard deviation of a Gaussian impulse response times the frequency at which half of the
/// modulation is left: √(ln2/2)/π, 0.187.
pub fn deviation_times_bandwidth() -> f64 {
    (0.5 * LN_2).sqrt() / PI
}

impl MultimodeFiber {
    /// Attenuation at the wavelength `wavelength` (m), dB/m.
    ///
    /// # Errors
    /// [`FiberError::Wavelength`] where the data do not cover the wavelength.
    pub fn attenuation_db_per_m(&self, wavelength: f64) -> Result<f64, FiberError> {
        self.attenuation.db_per_m(wavelength)
    }

    /// Fraction of the power that arrives, at the wavelength `wavelength` (m).
    ///
    /// # Errors
    /// [`FiberError::Wavelength`] where the data do not cover the wavelength.
    pub fn transmission(&self, wavelength: f64) -> Result<f64, FiberError> {
        Ok(db_to_power_ratio(
            -self.attenuation_db_per_m(wavelength)? * self.length,
        ))
    }

    /// Product of length and bandwidth of the modes (−3 dB optical) at the wavelength `wavelength`
    /// (m), Hz·m; infinite without modal dispersion.
    ///
    /// # Errors
    /// [`FiberError`] where the data do not cover the wavelength, or mode groups have no bandwidth.
    pub fn bandwidth_product(&self, wavelength: f64) -> Result<f64, FiberError> {
        match &self.modes {
            ModalDispersion::None => Ok(f64::INFINITY),
            ModalDispersion::Bandwidth(product) => Ok(*product),
            ModalDispersion::BandwidthCurve(curve) => {
                curve
                    .linear(wavelength)
                    .map_err(|_| FiberError::ModalBandwidth {
                        wavelength_nm: wavelength * 1e9,
                        low_nm: curve.range().0 * 1e9,
                        high_nm: curve.range().1 * 1e9,
                    })
            }
            ModalDispersion::Groups(groups) => groups.bandwidth_product(),
        }
    }

    /// Deviation (s) of the impulse response of chromatic dispersion, for a laser of wavelength and
    /// rms spectral width in m.
    pub fn chromatic_deviation(&self, wavelength: f64, spectral_width: f64) -> f64 {
        let (first, slope) = self.dispersion.at(wavelength);
        let second = slope * spectral_width / SQRT_2;
        self.length * spectral_width * first.hypot(second)
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
        let penalty = self.modal_noise_penalty_db;
        if !(penalty.is_finite() && penalty >= 0.0) {
            return bad("a modal noise penalty (dB)", penalty, "zero or more");
        }
        let product = match &self.modes {
            ModalDispersion::Bandwidth(product) => Some(*product),
            ModalDispersion::BandwidthCurve(curve) => curve
                .points()
                .iter()
                .map(|p| p.1)
                .find(|y| !(y.is_finite() && *y > 0.0)),
            _ => None,
        };
        if let Some(product) = product
            && !(product.is_finite() && product > 0.0)
        {
            return bad("a modal bandwidth (Hz m)", product, "above zero");
        }
        Ok(())
    }

    /// Writes the transfer function of power at the frequencies of a grid, in the order of a discrete
    /// Fourier transform, for a laser of wavelength and rms spectral width in m. The delay is left
    /// out.
    ///
    /// # Errors
    /// [`FiberError`] where a quantity is not physical or a wavelength is not covered.
    pub fn transfer(
        &self,
        wavelength: f64,
        spectral_width: f64,
        grid: Grid,
        out: &mut [Complex64],
    ) -> Result<(), FiberError> {
        self.check()?;
        let transmission = self.transmission(wavelength)?;
        let mut deviation = self.chromatic_deviation(wavelength, spectral_width);
        let groups = match &self.modes {
            ModalDispersion::Groups(groups) => Some(groups),
            ModalDispersion::None => None,
            ModalDispersion::Bandwidth(_) | ModalDispersion::BandwidthCurve(_) => {
                let product = self.bandwidth_product(wavelength)?;
                deviation = deviation.hypot(deviation_times_bandwidth() * self.length / product);
                None
            }
        };
        if !deviation.is_finite() {
            return Err(FiberError::Quantity {
                quantity: "the deviation of a fibre's impulse response (s)",
                value: deviation,
                allowed: "finite",
            });
        }
        for (k, h) in out.iter_mut().enumerate() {
            let f = grid.frequency(k);
            let x = 2.0 * PI * f * deviation;
            let gaussian = transmission * (-0.5 * x * x).exp();
            *h = match groups {
                Some(groups) => groups.transfer(f * self.length) * gaussian,
                None => Complex64::new(gaussian, 0.0),
            };
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fiber(modes: ModalDispersion) -> MultimodeFiber {
        MultimodeFiber {
            length: 100.0,
            attenuation: Attenuation::Constant(3e-3),
            dispersion: Dispersion::ZeroWavelength {
                zero_wavelength: 1320e-9,
                zero_slope: 110.0,
            },
            modes,
            group_index: 1.483,
            modal_noise_penalty_db: 0.0,
        }
    }

    fn at(fiber: &MultimodeFiber, spectral_width: f64, f: f64) -> Complex64 {
        let grid = Grid {
            samples: 4,
            sampling_rate: 4.0 * f,
        };
        let mut out = [Complex64::ZERO; 4];
        fiber
            .transfer(840e-9, spectral_width, grid, &mut out)
            .unwrap();
        out[1]
    }

    #[test]
    fn half_the_modulation_is_left_at_the_modal_bandwidth() {
        let fiber = fiber(ModalDispersion::Bandwidth(4.7e12));
        let loss = db_to_power_ratio(-0.3);
        let h = at(&fiber, 0.0, 47e9);
        assert!((h.re / loss - 0.5).abs() < 1e-12 && h.im == 0.0, "{h}");
    }

    #[test]
    fn chromatic_bandwidth_is_that_of_the_link_model() {
        // 0.187/(0.6 nm · 117.8 ps/(nm km) · 0.1 km) = 26.5 GHz.
        let fiber = fiber(ModalDispersion::None);
        let bandwidth = deviation_times_bandwidth() / fiber.chromatic_deviation(840e-9, 0.6e-9);
        assert!((bandwidth - 26.5e9).abs() < 0.1e9, "{bandwidth}");
        let h = at(&fiber, 0.6e-9, bandwidth).re / db_to_power_ratio(-0.3);
        assert!((h - 0.5).abs() < 1e-12, "{h}");
    }

    #[test]
    fn at_the_zero_of_dispersion_the_slope_is_left() {
        let fiber = fiber(ModalDispersion::None);
        // L·S·σ²/√2.
        let deviation = fiber.chromatic_deviation(1320e-9, 2e-9);
        assert!((deviation / (100.0 * 110.0 * 4e-18 / SQRT_2) - 1.0).abs() < 1e-9);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut out = [Complex64::ZERO; 4];
        let grid = Grid {
            samples: 4,
            sampling_rate: 1e9,
        };
        let mut run = |fiber: &MultimodeFiber, width: f64| {
            fiber.transfer(850e-9, width, grid, &mut out).is_err()
        };
        assert!(run(&fiber(ModalDispersion::Bandwidth(0.0)), 0.0));
        assert!(run(&fiber(ModalDispersion::Bandwidth(f64::NAN)), 0.0));
        assert!(run(&fiber(ModalDispersion::None), f64::NAN));
        let short = MultimodeFiber {
            length: -1.0,
            ..fiber(ModalDispersion::None)
        };
        assert!(run(&short, 0.0));
        let curve = Curve::new(vec![(1.2e-6, 5e11), (1.3e-6, 5e11)]).unwrap();
        assert!(run(&fiber(ModalDispersion::BandwidthCurve(curve)), 0.0));
    }
}
