//! Sections of birefringence and of polarisation-dependent loss in a row.

use super::jones::Jones;
use super::statistics::MEAN_SQUARE_OVER_SQUARE_MEAN;
use crate::fiber::FiberError;
use crate::random::{Source, StreamKey};
use crate::signal::{Grid, Scratch, Transforms, kernels};
use crate::units::db_to_amplitude_ratio;
use num_complex::Complex64;
use std::f64::consts::PI;

/// One section of a line. The axes of a section are the columns of `axes`, a unitary matrix: the
/// identity for x and y, [`Jones::rotation`] for turned linear ones.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PolarizationElement {
    /// First-order polarisation-mode dispersion: the first axis arrives half of the delay early, the
    /// second half of it late.
    DifferentialGroupDelay {
        /// Differential group delay, s.
        delay: f64,
        /// Its axes, the fast one first.
        axes: Jones,
    },
    /// Polarisation-dependent loss: the first axis passes, the second is attenuated.
    DependentLoss {
        /// Loss of the second axis, dB.
        loss_db: f64,
        /// Its axes, the passing one first.
        axes: Jones,
    },
    /// Any matrix that does not depend on the frequency: a rotation between sections.
    Fixed(Jones),
}

/// A long fibre with strong coupling between the polarisations.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaxwellianFiber {
    /// Mean differential group delay, s: the coefficient in s/√m times the root of the length.
    pub mean_delay: f64,
    /// Number of plates. The distribution ends at √plates times the root of the mean square; 100 are
    /// Maxwellian to a few per cent up to three times the mean.
    pub plates: usize,
    /// Relative standard deviation of the plates' delays, 0 to 0.5: equal plates (0) repeat
    /// themselves in frequency, every inverse of a plate's delay.
    pub spread: f64,
}

/// What polarisation does along a line, as a cascade of sections.
///
/// J(f) = J_n(f)…J_2(f)·J_1(f) multiplies the spectrum of the field (x, y); ω counts from the
/// carrier. The mean delay is that of the fibre and not part of this.
///
/// Leaves out: change in time, dependence of the axes on frequency within a section, and the
/// nonlinear interplay of polarisations.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PolarizationLine {
    /// The sections in the order the light meets them.
    pub elements: Vec<PolarizationElement>,
}

impl PolarizationElement {
    /// The matrix at `frequency` Hz from the carrier.
    pub fn at(&self, frequency: f64) -> Jones {
        match self {
            Self::DifferentialGroupDelay { delay, axes } => {
                let fast = Complex64::from_polar(1.0, PI * frequency * delay);
                axes.after(&Jones::diagonal(fast, fast.conj()))
                    .after(&axes.adjoint())
            }
            Self::DependentLoss { loss_db, axes } => {
                let kept = Complex64::new(db_to_amplitude_ratio(-loss_db), 0.0);
                axes.after(&Jones::diagonal(Complex64::ONE, kept))
                    .after(&axes.adjoint())
            }
            Self::Fixed(matrix) => *matrix,
        }
    }

    /// Multiplies a spectrum (x, y) by the section's matrix; `phase` and `fast` are room to work in.
    fn act(
        &self,
        grid: Grid,
        x: &mut [Complex64],
        y: &mut [Complex64],
        phase: &mut [f64],
        fast: &mut [Complex64],
    ) {
        let Self::DifferentialGroupDelay { delay, axes } = self else {
            let matrix = self.at(0.0);
            for (a, b) in x.iter_mut().zip(y) {
                (*a, *b) = matrix.apply(*a, *b);
            }
            return;
        };
        for (k, phase) in phase.iter_mut().enumerate() {
            *phase = PI * grid.frequency(k) * delay;
        }
        kernels::phasors(phase, 1.0, fast);
        let back = axes.adjoint();
        for ((a, b), fast) in x.iter_mut().zip(y).zip(fast) {
            let (p, q) = back.apply(*a, *b);
            (*a, *b) = axes.apply(p * *fast, q * fast.conj());
        }
    }

    fn check(&self) -> Result<(), FiberError> {
        let (quantity, value, matrix) = match self {
            Self::DifferentialGroupDelay { delay, axes } => {
                ("a differential group delay (s)", *delay, axes)
            }
            Self::DependentLoss { loss_db, axes } => {
                ("a polarisation-dependent loss (dB)", *loss_db, axes)
            }
            Self::Fixed(matrix) => ("a section", 0.0, matrix),
        };
        if !(value.is_finite() && value >= 0.0) {
            return Err(FiberError::Quantity {
                quantity,
                value,
                allowed: "zero or more",
            });
        }
        let (most, least) = matrix.transmissions();
        let unitary = (most - 1.0).abs() < 1e-9 && (least - 1.0).abs() < 1e-9;
        // NaN fails both.
        if unitary || matches!(self, Self::Fixed(_)) && most <= 1.0 + 1e-9 {
            Ok(())
        } else {
            Err(FiberError::Quantity {
                quantity: "the largest transmission of a section",
                value: most,
                allowed: "one for axes (a unitary matrix), one or less for a fixed matrix",
            })
        }
    }
}

impl PolarizationLine {
    /// Plates of random axes, drawn under `seed` for the fibre called `span`: the mean square of the
    /// differential group delay over all draws is exactly (3π/8)·mean², that of the Maxwellian
    /// distribution, since between plates every rotation of the Poincaré sphere is equally likely
    /// (G. J. Foschini and C. D. Poole, J. Lightwave Technol. 9, 1439 (1991)).
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where the mean delay is negative, there is no plate, or the spread
    /// lies outside 0 to 0.5.
    pub fn random_fiber(fiber: &MaxwellianFiber, seed: u64, span: u32) -> Result<Self, FiberError> {
        let quantity = |quantity, value, allowed| {
            Err(FiberError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        let mean = fiber.mean_delay;
        if !(mean.is_finite() && mean >= 0.0) {
            return quantity("a mean differential group delay (s)", mean, "zero or more");
        }
        if fiber.plates == 0 {
            return quantity("a number of plates", 0.0, "one or more");
        }
        if !(0.0..=0.5).contains(&fiber.spread) {
            return quantity("a spread of the plates", fiber.spread, "0 to 0.5");
        }
        let mut draws = vec![0.0; 5 * fiber.plates];
        StreamKey {
            seed,
            source: Source::Other(BIREFRINGENCE),
            lane: 0,
            polarization: 0,
            span,
        }
        .stream()
        .fill_gaussian(0, &mut draws);
        let (draws, _) = draws.as_chunks::<5>();
        // A plate never turns round: beyond ±1.8 standard deviations of the largest spread it stays.
        let relative = |d: &[f64; 5]| 1.0 + fiber.spread * d[4].clamp(-1.8, 1.8);
        let squares: f64 = draws.iter().map(|d| relative(d).powi(2)).sum();
        let scale = mean * (MEAN_SQUARE_OVER_SQUARE_MEAN / squares).sqrt();
        let elements = draws
            .iter()
            .map(|d| PolarizationElement::DifferentialGroupDelay {
                delay: scale * relative(d),
                axes: Jones::from_quaternion([d[0], d[1], d[2], d[3]]),
            })
            .collect();
        Ok(Self { elements })
    }

    /// A section of polarisation-dependent loss, dB, of axes drawn under `seed` for the element
    /// called `span`, every orientation on the Poincaré sphere equally likely.
    pub fn random_loss(loss_db: f64, seed: u64, span: u32) -> PolarizationElement {
        let mut q = [0.0; 4];
        StreamKey {
            seed,
            source: Source::Other(DEPENDENT_LOSS),
            lane: 0,
            polarization: 0,
            span,
        }
        .stream()
        .fill_gaussian(0, &mut q);
        PolarizationElement::DependentLoss {
            loss_db,
            axes: Jones::from_quaternion(q),
        }
    }

    /// Checks that every section is physical.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] of the first that is not.
    pub fn check(&self) -> Result<(), FiberError> {
        self.elements
            .iter()
            .try_for_each(PolarizationElement::check)
    }

    /// The matrix of the whole line at `frequency` Hz from the carrier.
    pub fn at(&self, frequency: f64) -> Jones {
        self.elements
            .iter()
            .fold(Jones::IDENTITY, |before, element| {
                element.at(frequency).after(&before)
            })
    }

    /// Differential group delay in s at `frequency` Hz from the carrier, from the eigenvalues ρ of
    /// J(f + Δf)·J(f)⁻¹: |arg(ρ1/ρ2)|/(2πΔf) (B. L. Heffner, IEEE Photonics Technol. Lett. 4, 1066
    /// (1992)). `step` is Δf; delays above 1/(2Δf) are not told apart from shorter ones.
    pub fn differential_group_delay(&self, frequency: f64, step: f64) -> f64 {
        let before = self.at(frequency - 0.5 * step);
        let after = self.at(frequency + 0.5 * step);
        let [p, q] = after.after(&before.inverse()).eigenvalues();
        (p / q).arg().abs() / (2.0 * PI * step.abs())
    }

    /// Polarisation-dependent loss of the whole line in dB at `frequency` Hz from the carrier.
    pub fn dependent_loss_db(&self, frequency: f64) -> f64 {
        let (most, least) = self.at(frequency).transmissions();
        10.0 * (most / least).log10()
    }

    /// Sends a cyclic field of two polarisations through the line, in place.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where a section is not physical, the lengths differ from the grid's,
    /// or a sample is not finite.
    pub fn propagate(
        &self,
        grid: Grid,
        x: &mut [Complex64],
        y: &mut [Complex64],
    ) -> Result<(), FiberError> {
        self.check()?;
        for field in [&*x, &*y] {
            if field.len() != grid.samples {
                return Err(FiberError::Quantity {
                    quantity: "a number of samples",
                    value: field.len() as f64,
                    allowed: "that of the grid",
                });
            }
            if let Some(k) = field.iter().position(|a| !a.is_finite()) {
                return Err(FiberError::Quantity {
                    quantity: "the number of a sample that is not finite",
                    value: k as f64,
                    allowed: "none",
                });
            }
        }
        let transforms = Transforms::new(grid.samples);
        let mut scratch = Scratch::default();
        transforms.forward(x, &mut scratch);
        transforms.forward(y, &mut scratch);
        let mut phase = vec![0.0; grid.samples];
        let mut fast = vec![Complex64::ZERO; grid.samples];
        for element in &self.elements {
            element.act(grid, x, y, &mut phase, &mut fast);
        }
        let scale = 1.0 / grid.samples as f64;
        for a in x.iter_mut().chain(y.iter_mut()) {
            *a *= scale;
        }
        transforms.inverse(x, &mut scratch);
        transforms.inverse(y, &mut scratch);
        Ok(())
    }
}

/// Numbers of the random sources of this file.
const BIREFRINGENCE: u32 = 0x504D_4400;
const DEPENDENT_LOSS: u32 = 0x5044_4C00;

#[cfg(test)]
mod tests {
    use super::*;

    fn fixed(delay: f64, angle: f64) -> PolarizationElement {
        PolarizationElement::DifferentialGroupDelay {
            delay,
            axes: Jones::rotation(angle),
        }
    }

    #[test]
    fn aligned_delays_add_crossed_ones_subtract_and_others_lie_between() {
        let of = |angle: f64| {
            PolarizationLine {
                elements: vec![fixed(3e-12, 0.0), fixed(1e-12, angle)],
            }
            .differential_group_delay(0.0, 1e8)
        };
        assert!((of(0.0) - 4e-12).abs() < 1e-18);
        assert!((of(PI / 2.0) - 2e-12).abs() < 1e-18);
        // 45° in the laboratory are 90° on the Poincaré sphere.
        assert!((of(PI / 4.0) - 10f64.sqrt() * 1e-12).abs() < 1e-17);
    }

    #[test]
    fn the_fast_axis_arrives_early() {
        let grid = Grid {
            samples: 64,
            sampling_rate: 64e9,
        };
        let mut x = vec![Complex64::ZERO; 64];
        x[20] = Complex64::ONE;
        let mut y = x.clone();
        // One sample is 15.625 ps: the two leave two samples apart.
        let line = PolarizationLine {
            elements: vec![fixed(31.25e-12, 0.0)],
        };
        line.propagate(grid, &mut x, &mut y).unwrap();
        assert!((x[19] - 1.0).norm() < 0.05, "{}", x[19]);
        assert!((y[21] - 1.0).norm() < 0.05, "{}", y[21]);
    }

    #[test]
    fn a_line_without_loss_keeps_the_energy_and_its_inverse_is_its_adjoint() {
        let fiber = MaxwellianFiber {
            mean_delay: 10e-12,
            plates: 50,
            spread: 0.2,
        };
        let line = PolarizationLine::random_fiber(&fiber, 3, 0).unwrap();
        for k in -5..=5 {
            let (most, least) = line.at(f64::from(k) * 1e10).transmissions();
            assert!((most - 1.0).abs() < 1e-12 && (least - 1.0).abs() < 1e-12);
        }
        let other = PolarizationLine::random_fiber(&fiber, 3, 1).unwrap();
        assert!(line != other);
    }

    #[test]
    fn the_field_goes_through_the_matrix_of_its_frequency() {
        let grid = Grid {
            samples: 32,
            sampling_rate: 320e9,
        };
        let fiber = MaxwellianFiber {
            mean_delay: 10e-12,
            plates: 20,
            spread: 0.3,
        };
        let mut line = PolarizationLine::random_fiber(&fiber, 3, 0).unwrap();
        line.elements.push(PolarizationLine::random_loss(2.0, 3, 0));
        // A single tone of the bin 29, below the carrier.
        let turn = |k: usize| 2.0 * PI * (29 * k % 32) as f64 / 32.0;
        let tone: Vec<Complex64> = (0..32)
            .map(|k| Complex64::from_polar(1.0, turn(k)))
            .collect();
        let (mut x, mut y) = (tone.clone(), vec![Complex64::ZERO; 32]);
        line.propagate(grid, &mut x, &mut y).unwrap();
        let (p, q) = line.at(-30e9).apply(Complex64::ONE, Complex64::ZERO);
        for ((x, y), sent) in x.iter().zip(&y).zip(&tone) {
            assert!((x - p * sent).norm() < 1e-12 && (y - q * sent).norm() < 1e-12);
        }
    }

    #[test]
    fn losses_add_in_line_and_cancel_crossed() {
        let section = |angle: f64| PolarizationElement::DependentLoss {
            loss_db: 2.0,
            axes: Jones::rotation(angle),
        };
        let of = |angle: f64| {
            PolarizationLine {
                elements: vec![section(0.0), section(angle)],
            }
            .dependent_loss_db(0.0)
        };
        assert!((of(0.0) - 4.0).abs() < 1e-12);
        assert!(of(PI / 2.0).abs() < 1e-12);
        let random = PolarizationLine {
            elements: vec![PolarizationLine::random_loss(1.5, 1, 0)],
        };
        assert!((random.dependent_loss_db(1e9) - 1.5).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let grid = Grid {
            samples: 4,
            sampling_rate: 1.0,
        };
        let mut field = vec![Complex64::ONE; 4];
        let mut other = field.clone();
        for bad in [
            fixed(-1e-12, 0.0),
            fixed(f64::NAN, 0.0),
            PolarizationElement::DifferentialGroupDelay {
                delay: 1e-12,
                axes: Jones::diagonal(Complex64::ONE, Complex64::ZERO),
            },
            PolarizationElement::Fixed(Jones::diagonal(2.0.into(), Complex64::ONE)),
        ] {
            let line = PolarizationLine {
                elements: vec![bad],
            };
            assert!(line.propagate(grid, &mut field, &mut other).is_err());
        }
        let empty = PolarizationLine::default();
        assert!(empty.propagate(grid, &mut field, &mut other[..3]).is_err());
        let fiber = MaxwellianFiber {
            mean_delay: 1e-12,
            plates: 0,
            spread: 0.0,
        };
        assert!(PolarizationLine::random_fiber(&fiber, 1, 0).is_err());
    }
}
