//! Runge–Kutta steps in the interaction picture, for Raman response and self-steepening.

use super::control::{Method, Report, StepControl};
use super::error::NonlinearError;
use super::fiber::NonlinearFiber;
use super::solver::MOST_STEPS;
use crate::signal::Grid;
use num_complex::Complex64;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::TAU;
use std::sync::Arc;

/// ∂A/∂z = D·A − jγ(1 + ω/ω0)·\[A·((1 − f_R)|A|² + f_R·h ∗ |A|²)\]: eq. (2.3.36) of G. P. Agrawal,
/// Nonlinear Fiber Optics, 5th ed., in our frame, where ω/ω0 is positive above the carrier.
///
/// The method is RK4IP (J. Hult, J. Lightwave Technol. 25, 3770, 2007, DOI 10.1109/JLT.2007.909373).
/// The picture is that of the middle of each step: exp(±D·h/2) stays near 1 whatever the length and
/// the loss of the fibre. Where a tolerance is asked for, each step is taken whole and in halves, and
/// the two are extrapolated. (The embedded solution of third order by S. Balac and F. Mahé,
/// DOI 10.1016/j.cpc.2012.12.020, is cheaper, but where dispersion is strong and the Kerr effect weak
/// its two solutions share their error: the four stages then are Simpson's rule in both.)
pub(super) struct InteractionPicture {
    fiber: NonlinearFiber,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
    /// Dispersive phase per metre, rad/m.
    rates: Vec<f64>,
    /// −jγ(1 + ω/ω0).
    drive: Vec<Complex64>,
    /// Response to the power, over the number of samples; none where it is immediate.
    delayed: Option<Vec<Complex64>>,
    half: Vec<Complex64>,
    half_of: f64,
    whole: Vec<Complex64>,
    slope: Vec<Complex64>,
    scratch: Vec<Complex64>,
    time: Vec<Complex64>,
    power: Vec<Complex64>,
    /// Stages.
    stages: [Vec<Complex64>; 4],
    transforms: usize,
    peak: f64,
}

impl InteractionPicture {
    pub fn new(fiber: &NonlinearFiber, grid: Grid) -> Result<Self, NonlinearError> {
        let n = grid.samples;
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(n), planner.plan_fft_inverse(n));
        let omegas: Vec<f64> = (0..n).map(|k| TAU * grid.frequency(k)).collect();
        if let Some(carrier) = fiber.self_steepening
            && TAU * grid.sampling_rate / 2.0 >= carrier
        {
            return Err(NonlinearError::Quantity {
                quantity: "a sampling rate (Hz) with self-steepening",
                value: grid.sampling_rate,
                allowed: "below twice the optical frequency",
            });
        }
        let rates: Vec<f64> = omegas.iter().map(|w| fiber.phase_rate(*w)).collect();
        if rates.iter().any(|r| !(r * fiber.length).is_finite()) {
            return Err(NonlinearError::NotFinite {
                place: "in the dispersion at the edge of the grid",
            });
        }
        let delayed = fiber.raman.map(|raman| {
            let f = raman.fraction;
            omegas
                .iter()
                .map(|w| (1.0 - f + f * raman.response(*w)) / n as f64)
                .collect()
        });
        let drive = omegas
            .iter()
            .map(|w| {
                let steep = fiber
                    .self_steepening
                    .map_or(1.0, |carrier| 1.0 + w / carrier);
                Complex64::new(0.0, -fiber.gamma * steep)
            })
            .collect();
        let room = || vec![Complex64::ZERO; n];
        Ok(Self {
            scratch: vec![
                Complex64::ZERO;
                forward
                    .get_inplace_scratch_len()
                    .max(inverse.get_inplace_scratch_len())
            ],
            fiber: fiber.clone(),
            forward,
            inverse,
            rates,
            drive,
            delayed,
            half: room(),
            half_of: f64::NAN,
            whole: room(),
            slope: room(),
            time: room(),
            power: room(),
            stages: std::array::from_fn(|_| room()),
            transforms: 0,
            peak: 0.0,
        })
    }

    /// `out` ← the non-linear part of the right-hand side for the spectrum `a`.
    fn nonlinear(&mut self, a: &[Complex64], out: &mut [Complex64]) {
        let n = a.len() as f64;
        self.time.copy_from_slice(a);
        self.inverse
            .process_with_scratch(&mut self.time, &mut self.scratch);
        let mut peak = 0.0f64;
        for (t, p) in self.time.iter_mut().zip(&mut self.power) {
            *t /= n;
            let power = t.norm_sqr();
            peak = peak.max(power);
            *p = Complex64::new(power, 0.0);
        }
        self.peak = self.peak.max(peak);
        self.transforms += 2;
        if let Some(delayed) = &self.delayed {
            self.forward
                .process_with_scratch(&mut self.power, &mut self.scratch);
            for (p, r) in self.power.iter_mut().zip(delayed) {
                *p *= r;
            }
            self.inverse
                .process_with_scratch(&mut self.power, &mut self.scratch);
            self.transforms += 2;
        }
        for ((o, t), p) in out.iter_mut().zip(&self.time).zip(&self.power) {
            *o = t * p.re;
        }
        self.forward.process_with_scratch(out, &mut self.scratch);
        for (o, d) in out.iter_mut().zip(&self.drive) {
            *o *= d;
        }
    }

    /// Half a step of dispersion and loss.
    fn prepare(&mut self, step: f64) {
        if self.half_of.to_bits() == step.to_bits() {
            return;
        }
        self.half_of = step;
        let gain = (-0.25 * self.fiber.attenuation * step).exp();
        for (h, r) in self.half.iter_mut().zip(&self.rates) {
            *h = Complex64::from_polar(gain, -0.5 * r * step);
        }
    }

    /// One step: `a` is the spectrum and `first` its non-linear part, `next` gets the new spectrum.
    fn step(&mut self, step: f64, a: &[Complex64], first: &[Complex64], next: &mut [Complex64]) {
        self.prepare(step);
        let [mut picture, mut sum, mut point, mut slope] = std::mem::take(&mut self.stages);
        for i in 0..a.len() {
            let h = self.half[i];
            picture[i] = h * a[i];
            let k1 = step * h * first[i];
            sum[i] = picture[i] + k1 / 6.0;
            point[i] = picture[i] + 0.5 * k1;
        }
        self.nonlinear(&point, &mut slope);
        for i in 0..a.len() {
            let k2 = step * slope[i];
            sum[i] += k2 / 3.0;
            point[i] = picture[i] + 0.5 * k2;
        }
        self.nonlinear(&point, &mut slope);
        for i in 0..a.len() {
            let k3 = step * slope[i];
            sum[i] = self.half[i] * (sum[i] + k3 / 3.0);
            point[i] = self.half[i] * (picture[i] + k3);
        }
        self.nonlinear(&point, &mut slope);
        for i in 0..a.len() {
            next[i] = sum[i] + step / 6.0 * slope[i];
        }
        self.stages = [picture, sum, point, slope];
    }

    /// Two half steps and a whole one, extrapolated into `next`. Returns the relative change by that.
    fn doubled(
        &mut self,
        step: f64,
        a: &[Complex64],
        first: &mut [Complex64],
        middle: &mut [Complex64],
        next: &mut [Complex64],
    ) -> f64 {
        let mut whole = std::mem::take(&mut self.whole);
        self.step(step, a, first, &mut whole);
        self.step(0.5 * step, a, first, middle);
        let mut slope = std::mem::take(&mut self.slope);
        self.nonlinear(middle, &mut slope);
        self.step(0.5 * step, middle, &slope, next);
        let (mut change, mut size) = (0.0, 0.0);
        for (n, w) in next.iter_mut().zip(&whole) {
            let better = (*n - w) / 15.0;
            *n += better;
            change += better.norm_sqr();
            size += n.norm_sqr();
        }
        (self.whole, self.slope) = (whole, slope);
        if size == 0.0 {
            0.0
        } else {
            (change / size).sqrt()
        }
    }

    /// Carries a field through the fibre.
    pub fn propagate(
        &mut self,
        field: &mut [Complex64],
        control: StepControl,
    ) -> Result<Report, NonlinearError> {
        let before: f64 = field.iter().map(Complex64::norm_sqr).sum();
        if !before.is_finite() {
            return Err(NonlinearError::NotFinite {
                place: "at the input of the fibre",
            });
        }
        let length = self.fiber.length;
        let (fixed, tolerance, whole) = match control {
            StepControl::Fixed { steps } | StepControl::Extrapolated { steps } => {
                (Some(steps), 1.0, false)
            }
            StepControl::Automatic { tolerance } => (None, tolerance, true),
            StepControl::LocalError { tolerance } => (None, tolerance, false),
            StepControl::PhaseLimited { .. } => {
                return Err(NonlinearError::NotAvailable(
                    "a phase limit is a rule of the split step: ask for a tolerance with Raman \
                     response or self-steepening",
                ));
            }
        };
        let mut report = Report::new(
            Method::InteractionPicture,
            "Raman response or self-steepening are asked for",
        );
        report.steps = 0;
        (self.transforms, self.peak) = (0, 0.0);
        let n = field.len();
        let mut a = field.to_vec();
        self.forward.process_with_scratch(&mut a, &mut self.scratch);
        let (mut first, mut next, mut middle) = (a.clone(), a.clone(), a.clone());
        if length > 0.0 && before > 0.0 {
            self.nonlinear(&a, &mut first);
        }
        let mut step = match fixed {
            Some(steps) => length / steps as f64,
            // A first step of a tenth of a radian; the rule shortens it.
            None => (0.1 / (self.fiber.gamma.abs() * self.peak)).min(length),
        };
        let (mut z, mut error) = (0.0, 0.0);
        while z < length {
            if step < length / MOST_STEPS as f64 {
                return Err(NonlinearError::TooManySteps {
                    at_m: z,
                    length_m: length,
                    step_m: step,
                    limit: MOST_STEPS,
                });
            }
            let left = length - z;
            let end = match fixed {
                Some(steps) => report.steps + 1 == steps,
                None => step >= left * (1.0 - 1e-12),
            };
            let here = if end && fixed.is_none() { left } else { step };
            let local = if fixed.is_some() {
                self.step(here, &a, &first, &mut next);
                0.0
            } else {
                self.doubled(here, &a, &mut first, &mut middle, &mut next)
            };
            let allowed = if whole {
                tolerance * here / length
            } else {
                tolerance
            };
            // The estimate is that of the solution before the extrapolation: h⁵, against an allowance
            // in proportion to h.
            let factor = (0.8 * allowed / local.max(1e-300)).powf(0.25);
            if !local.is_finite() || local > allowed {
                report.rejected += 1;
                step = here
                    * if factor.is_finite() {
                        factor.clamp(0.1, 0.9)
                    } else {
                        0.1
                    };
                continue;
            }
            std::mem::swap(&mut a, &mut next);
            error += local;
            report.steps += 1;
            report.largest_phase = report
                .largest_phase
                .max(self.fiber.gamma.abs() * self.peak * here);
            z = if end { length } else { z + here };
            if z < length {
                self.nonlinear(&a, &mut first);
            }
            if fixed.is_none() {
                let factor = factor.clamp(0.2, 3.0);
                // The same step again needs no new response.
                if !(1.0..1.1).contains(&factor) {
                    step = here * factor;
                }
            }
        }
        self.inverse.process_with_scratch(&mut a, &mut self.scratch);
        for (f, a) in field.iter_mut().zip(&a) {
            *f = a / n as f64;
        }
        let after: f64 = field.iter().map(Complex64::norm_sqr).sum();
        if !after.is_finite() {
            return Err(NonlinearError::NotFinite {
                place: "at the output of the fibre",
            });
        }
        if before > 0.0 {
            report.energy_error = after / (before * (-self.fiber.attenuation * length).exp()) - 1.0;
        }
        report.estimated_error = fixed.is_none().then_some(error);
        report.transforms = self.transforms + 2;
        Ok(report)
    }
}
