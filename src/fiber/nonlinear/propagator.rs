//! The way in: a fibre on a grid, and the fields that go through it.

use super::control::{Report, StepControl};
use super::engine::Coupling;
use super::error::NonlinearError;
use super::fiber::NonlinearFiber;
use super::interaction_picture::InteractionPicture;
use super::precision::Real;
use super::solver::{Line, Solver};
use crate::signal::Grid;
use num_complex::Complex;

/// Factor of the Kerr effect for two polarisations whose state is scattered over the Poincaré sphere
/// on the way (P. K. A. Wai and C. R. Menyuk, J. Lightwave Technol. 14, 148, 1996,
/// DOI 10.1109/50.482256).
pub const MANAKOV: f64 = 8.0 / 9.0;

/// Carries cyclic fields of N samples through a [`NonlinearFiber`]. Transforms, responses and room
/// are made once and used for every field; a thread needs one of its own.
///
/// ```
/// use eyespan::fiber::nonlinear::{NonlinearFiber, Propagator, StepControl};
/// use eyespan::signal::Grid;
/// use num_complex::Complex64;
///
/// // A fundamental soliton over half its period, 10 ps in standard fibre.
/// let fiber = NonlinearFiber { length: 7672.0, beta2: -20.473_7e-27, gamma: 1.3e-3, ..NonlinearFiber::default() };
/// let grid = Grid { samples: 1024, sampling_rate: 1024.0 / 400e-12 };
/// let width = 10e-12;
/// let peak = fiber.beta2.abs() / (fiber.gamma * width * width);
/// let mut field: Vec<Complex64> = (0..1024)
///     .map(|k| Complex64::from(peak.sqrt() / ((f64::from(k) - 512.0) * 400e-12 / 1024.0 / width).cosh()))
///     .collect();
/// let report = Propagator::new(&fiber, grid, StepControl::Automatic { tolerance: 1e-6 })?.propagate(&mut field)?;
/// assert!((field[512].norm_sqr() / peak - 1.0).abs() < 1e-5);
/// println!("{} steps, {}", report.steps, report.reason);
/// # Ok::<(), eyespan::fiber::nonlinear::NonlinearError>(())
/// ```
pub struct Propagator<T: Real = f64> {
    fiber: NonlinearFiber,
    grid: Grid,
    control: StepControl,
    threads: usize,
    /// For one polarisation, and for two.
    solvers: [Option<Solver<T>>; 2],
    picture: Option<InteractionPicture>,
}

impl<T: Real> Propagator<T> {
    /// A fibre on a grid. Any number of samples will do; those with small factors are fastest.
    ///
    /// # Errors
    /// [`NonlinearError`] where the fibre, the grid or the demand on the steps is not possible.
    pub fn new(
        fiber: &NonlinearFiber,
        grid: Grid,
        control: StepControl,
    ) -> Result<Self, NonlinearError> {
        fiber.check()?;
        control.check(T::EPSILON)?;
        if grid.samples == 0 {
            return Err(NonlinearError::Shape {
                what: "samples of the grid",
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
        Ok(Self {
            fiber: fiber.clone(),
            grid,
            control,
            threads: 1,
            solvers: [None, None],
            picture: None,
        })
    }

    /// Works on one field with so many threads of the current rayon pool, where the field leaves the
    /// cache (2^16 samples of both polarisations together) and has a suitable number of samples. The
    /// result does not depend on the number of threads, to the last bit. Where many fields are carried
    /// at once, one thread for each is better.
    #[must_use]
    pub fn with_threads(mut self, threads: usize) -> Self {
        self.threads = threads.max(1);
        self.solvers = [None, None];
        self
    }

    /// Carries the field of one polarisation, in √W, from the input of the fibre to its output.
    ///
    /// # Errors
    /// [`NonlinearError::Shape`] for another number of samples than the grid's,
    /// [`NonlinearError::NotFinite`] for a field that is not finite before or after,
    /// [`NonlinearError::TooManySteps`] where the demand on the steps cannot be met. After an error
    /// the field is not to be used.
    pub fn propagate(&mut self, field: &mut [Complex<T>]) -> Result<Report, NonlinearError> {
        self.fits(field)?;
        if self.fiber.raman.is_some() || self.fiber.self_steepening.is_some() {
            return self.by_interaction_picture(field);
        }
        let control = self.control;
        self.solver(1)?.propagate(&mut [field], control)
    }

    /// Carries the fields of two polarisations by the Manakov equation:
    /// ∂A_x/∂z = … − j(8/9)γ(|A_x|² + |A_y|²)A_x, and the same for y (D. Marcuse, C. R. Menyuk,
    /// P. K. A. Wai, J. Lightwave Technol. 15, 1735, 1997, DOI 10.1109/50.622902).
    ///
    /// # Errors
    /// As [`propagate`](Self::propagate), and [`NonlinearError::NotAvailable`] with Raman response or
    /// self-steepening.
    pub fn propagate_two(
        &mut self,
        x: &mut [Complex<T>],
        y: &mut [Complex<T>],
    ) -> Result<Report, NonlinearError> {
        self.fits(x)?;
        self.fits(y)?;
        if self.fiber.raman.is_some() || self.fiber.self_steepening.is_some() {
            return Err(NonlinearError::NotAvailable(
                "Raman response and self-steepening are there for one polarisation only",
            ));
        }
        let control = self.control;
        self.solver(2)?.propagate(&mut [x, y], control)
    }

    fn fits(&self, field: &[Complex<T>]) -> Result<(), NonlinearError> {
        if field.len() == self.grid.samples {
            Ok(())
        } else {
            Err(NonlinearError::Shape {
                what: "samples of the field",
                found: field.len(),
                expected: self.grid.samples,
            })
        }
    }

    fn solver(&mut self, polarizations: usize) -> Result<&mut Solver<T>, NonlinearError> {
        let at = polarizations - 1;
        if self.solvers[at].is_none() {
            let (factor, coupling) = if polarizations == 2 {
                (MANAKOV, Coupling::Total)
            } else {
                (1.0, Coupling::Own)
            };
            let line = Line {
                length: self.fiber.length,
                attenuation: self.fiber.attenuation,
                kerr: factor * self.fiber.gamma,
                most_weight: 1.0,
            };
            let fiber = &self.fiber;
            self.solvers[at] = Some(Solver::new(
                line,
                self.grid,
                (polarizations, true),
                coupling,
                self.threads,
                &|_, omega| fiber.phase_rate(omega),
            )?);
        }
        self.solvers[at]
            .as_mut()
            .ok_or(NonlinearError::NotAvailable("no solver"))
    }

    fn by_interaction_picture(
        &mut self,
        field: &mut [Complex<T>],
    ) -> Result<Report, NonlinearError> {
        let picture = match &mut self.picture {
            Some(picture) => picture,
            none => none.insert(InteractionPicture::new(&self.fiber, self.grid)?),
        };
        let mut wide: Vec<Complex<f64>> = field
            .iter()
            .map(|a| Complex::new(a.re.wide(), a.im.wide()))
            .collect();
        let report = picture.propagate(&mut wide, self.control)?;
        for (a, w) in field.iter_mut().zip(&wide) {
            *a = Complex::new(T::new(w.re), T::new(w.im));
        }
        Ok(report)
    }
}
