//! Wavelength channels as fields of their own, coupled by cross-phase modulation.

use super::control::{Report, StepControl};
use super::engine::Coupling;
use super::error::NonlinearError;
use super::fiber::NonlinearFiber;
use super::precision::Real;
use super::solver::{Line, Solver};
use crate::signal::Grid;
use num_complex::{Complex, Complex64};
use std::f64::consts::TAU;

/// Carries WDM bands, each an envelope about its own carrier on the same grid, through a fibre:
///
/// ∂A_i/∂z = −(α/2)A_i − j·F⁻¹\[(β(Ω_i + ω) − …)·F\[A_i\]\] − jγ(|A_i|² + 2Σ_{k≠i}|A_k|²)A_i
///
/// (G. P. Agrawal, Nonlinear Fiber Optics, 5th ed., eq. 7.1.15 for two), with β the fibre's dispersion
/// about the reference that the offsets Ω_i count from. A band is delayed by its walk-off β2Ω_i + …
/// and has the phase of its carrier, as it would in one wide field.
///
/// **Leaves out** four-wave mixing, for which one wide field has to be carried through a
/// [`Propagator`](super::Propagator); loss and non-linear coefficient that differ between bands; a
/// second polarisation; Raman transfer.
pub struct BandPropagator<T: Real = f64> {
    solver: Solver<T>,
    grid: Grid,
    control: StepControl,
    /// Phase of each carrier over the whole fibre, rad.
    phases: Vec<f64>,
}

impl<T: Real> BandPropagator<T> {
    /// Bands whose carriers lie at `offsets` (Hz) from the reference of the fibre's dispersion.
    ///
    /// # Errors
    /// [`NonlinearError`] where the fibre, the grid or the demand on the steps is not possible, with
    /// Raman response or self-steepening, and where bands overlap: their grids, each as wide as the
    /// sampling rate, must not share frequencies.
    pub fn new(
        fiber: &NonlinearFiber,
        grid: Grid,
        offsets: &[f64],
        control: StepControl,
    ) -> Result<Self, NonlinearError> {
        fiber.check()?;
        control.check(T::EPSILON)?;
        if fiber.raman.is_some() || fiber.self_steepening.is_some() {
            return Err(NonlinearError::NotAvailable(
                "Raman response and self-steepening are there for one field only, not for bands",
            ));
        }
        let m = offsets.len();
        if m == 0 || grid.samples == 0 {
            return Err(NonlinearError::Shape {
                what: if m == 0 {
                    "bands"
                } else {
                    "samples of the grid"
                },
                found: 0,
                expected: 1,
            });
        }
        if !(grid.sampling_rate.is_finite() && grid.sampling_rate > 0.0) {
            return Err(NonlinearError::Quantity {
                quantity: "a sampling rate (Hz)",
                value: grid.sampling_rate,
                allowed: "finite, above zero",
            });
        }
        if let Some(&value) = offsets.iter().find(|o| !o.is_finite()) {
            return Err(NonlinearError::Quantity {
                quantity: "an offset of a band (Hz)",
                value,
                allowed: "finite",
            });
        }
        let mut sorted = offsets.to_vec();
        sorted.sort_by(f64::total_cmp);
        for pair in sorted.windows(2) {
            let apart = pair[1] - pair[0];
            if apart < grid.sampling_rate * (1.0 - 1e-9) {
                return Err(NonlinearError::Quantity {
                    quantity: "a distance of bands (Hz)",
                    value: apart,
                    allowed: "the sampling rate or more",
                });
            }
        }
        let weights = (0..m * m).map(|at| {
            let own = at / m == at % m;
            T::new(if own { 1.0 } else { 2.0 })
        });
        let line = Line {
            length: fiber.length,
            attenuation: fiber.attenuation,
            kerr: fiber.gamma,
            most_weight: if m == 1 { 1.0 } else { 2.0 },
        };
        let carriers: Vec<f64> = offsets.iter().map(|o| fiber.phase_rate(TAU * o)).collect();
        let rate = |band: usize, omega: f64| {
            fiber.phase_rate(TAU * offsets[band] + omega) - carriers[band]
        };
        Ok(Self {
            solver: Solver::new(
                line,
                grid,
                (m, false),
                Coupling::Matrix(weights.collect()),
                1,
                &rate,
            )?,
            grid,
            control,
            phases: carriers.iter().map(|c| c * fiber.length).collect(),
        })
    }

    /// Carries one field a band, in √W, from the input of the fibre to its output.
    ///
    /// # Errors
    /// As [`Propagator::propagate`](super::Propagator::propagate), and [`NonlinearError::Shape`] for
    /// another number of bands.
    pub fn propagate(&mut self, bands: &mut [Vec<Complex<T>>]) -> Result<Report, NonlinearError> {
        if bands.len() != self.phases.len() {
            return Err(NonlinearError::Shape {
                what: "bands",
                found: bands.len(),
                expected: self.phases.len(),
            });
        }
        if let Some(band) = bands.iter().find(|b| b.len() != self.grid.samples) {
            return Err(NonlinearError::Shape {
                what: "samples of a band",
                found: band.len(),
                expected: self.grid.samples,
            });
        }
        let mut fields: Vec<&mut [Complex<T>]> = bands.iter_mut().map(Vec::as_mut_slice).collect();
        let report = self.solver.propagate(&mut fields, self.control)?;
        for (field, phase) in fields.iter_mut().zip(&self.phases) {
            let turn = Complex64::cis(-phase);
            let turn = Complex::new(T::new(turn.re), T::new(turn.im));
            for a in field.iter_mut() {
                *a = *a * turn;
            }
        }
        Ok(report)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fiber::nonlinear::Propagator;

    fn pulse(grid: Grid, peak: f64, centre: f64, width: f64) -> Vec<Complex64> {
        let dt = 1.0 / grid.sampling_rate;
        (0..grid.samples)
            .map(|k| {
                let t = (k as f64 - grid.samples as f64 / 2.0) * dt - centre;
                Complex64::from(peak.sqrt() * (-t * t / (2.0 * width * width)).exp())
            })
            .collect()
    }

    #[test]
    fn two_bands_are_what_one_wide_field_makes_of_them() {
        // Far enough apart for four-wave mixing not to matter, in the same 100 ps.
        let narrow = Grid {
            samples: 256,
            sampling_rate: 2.56e12,
        };
        let wide = Grid {
            samples: 2048,
            sampling_rate: 2.048e13,
        };
        let offsets = [-2.56e12, 2.56e12];
        let fiber = NonlinearFiber {
            length: 30.0,
            attenuation: 2e-3,
            beta2: 20e-27,
            beta3: 0.1e-39,
            gamma: 2e-3,
            ..NonlinearFiber::default()
        };
        let pulses = [(20.0, 8e-12), (10.0, -10e-12)];
        let mut bands: Vec<Vec<Complex64>> = pulses
            .iter()
            .map(|(peak, at)| pulse(narrow, *peak, *at, 4e-12))
            .collect();
        let control = StepControl::Automatic { tolerance: 1e-6 };
        let mut field = vec![Complex64::ZERO; wide.samples];
        for ((peak, at), offset) in pulses.iter().zip(offsets) {
            for (k, a) in pulse(wide, *peak, *at, 4e-12).iter().enumerate() {
                field[k] += a * Complex64::cis(TAU * offset * k as f64 / wide.sampling_rate);
            }
        }
        Propagator::new(&fiber, wide, control)
            .unwrap()
            .propagate(&mut field)
            .unwrap();
        BandPropagator::new(&fiber, narrow, &offsets, control)
            .unwrap()
            .propagate(&mut bands)
            .unwrap();
        // Every eighth sample of the wide field, in which the bands add up.
        let (mut error, mut size) = (0.0, 0.0);
        for k in 0..narrow.samples {
            let t = k as f64 / narrow.sampling_rate;
            let sum: Complex64 = bands
                .iter()
                .zip(offsets)
                .map(|(b, o)| b[k] * Complex64::cis(TAU * o * t))
                .sum();
            error += (sum - field[8 * k]).norm_sqr();
            size += field[8 * k].norm_sqr();
        }
        // What is left out, four-wave mixing, is γP/Δβ ≈ 2e-3·20/(20e-27·(2π·5e12)²) = 2e-3.
        let apart = (error / size).sqrt();
        assert!(apart < 2e-3, "{apart}");
        // Cross-phase modulation is what a half of it would not do.
        let alone = pulse(narrow, 10.0, -10e-12, 4e-12);
        let mut one = [alone];
        BandPropagator::new(&fiber, narrow, &offsets[1..], control)
            .unwrap()
            .propagate(&mut one)
            .unwrap();
        let difference: f64 = one[0]
            .iter()
            .zip(&bands[1])
            .map(|(a, b)| (a - b).norm_sqr())
            .sum();
        let all: f64 = bands[1].iter().map(Complex64::norm_sqr).sum();
        assert!((difference / all).sqrt() > 0.1);
    }

    #[test]
    fn bands_turn_each_other_twice_as_much_as_themselves() {
        let grid = Grid {
            samples: 64,
            sampling_rate: 1e11,
        };
        let fiber = NonlinearFiber {
            length: 1e3,
            gamma: -1e-3,
            ..NonlinearFiber::default()
        };
        let mut bands: Vec<Vec<Complex64>> = [0.1, 0.2, 0.4]
            .iter()
            .map(|p: &f64| vec![Complex64::from(p.sqrt()); 64])
            .collect();
        BandPropagator::new(&fiber, grid, &[0.0, 1e12, -1e12], StepControl::default())
            .unwrap()
            .propagate(&mut bands)
            .unwrap();
        for (band, phase) in bands.iter().zip([1.3, 1.2, 1.0]) {
            assert!((band[5].arg() - phase).abs() < 1e-12, "{}", band[5].arg());
        }
    }

    #[test]
    fn bands_that_overlap_are_refused() {
        let grid = Grid {
            samples: 64,
            sampling_rate: 1e11,
        };
        let fiber = NonlinearFiber::default();
        for offsets in [&[0.0, 5e10][..], &[], &[f64::NAN, 0.0], &[f64::INFINITY]] {
            let made = BandPropagator::<f64>::new(&fiber, grid, offsets, StepControl::default());
            assert!(made.is_err(), "{offsets:?}");
        }
    }
}
