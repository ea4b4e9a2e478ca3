//! Propagation as a whole: the fibre, the fields and the comparisons that its tests share.

mod edges;
mod symmetries;
mod tolerances;

use super::*;
use crate::signal::Grid;
use num_complex::{Complex, Complex64};
use std::f64::consts::TAU;

const GRID: Grid = Grid {
    samples: 1024,
    sampling_rate: 1024.0 / 400e-12,
};

fn fiber() -> NonlinearFiber {
    NonlinearFiber {
        length: 5e3,
        attenuation: 4.6e-5,
        beta2: -20e-27,
        beta3: 0.15e-39,
        gamma: 1.3e-3,
        ..NonlinearFiber::default()
    }
}

/// A pulse that is not symmetric, with chirp.
fn pulse(peak: f64) -> Vec<Complex64> {
    (0..1024)
        .map(|k| {
            let t = (f64::from(k) - 500.0) / 1024.0 * 400e-12;
            let (a, b) = (t / 10e-12, (t - 25e-12) / 14e-12);
            peak.sqrt()
                * ((-0.5 * a * a).exp()
                    + 0.6 * Complex64::cis(0.4 * b * b + 1.0) * (-0.5 * b * b).exp())
        })
        .collect()
}

fn run(
    fiber: &NonlinearFiber,
    control: StepControl,
    field: &[Complex64],
) -> (Vec<Complex64>, Report) {
    let mut out = field.to_vec();
    let report = Propagator::new(fiber, GRID, control)
        .unwrap()
        .propagate(&mut out)
        .unwrap();
    (out, report)
}

fn apart(a: &[Complex64], b: &[Complex64]) -> f64 {
    let error: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_sqr()).sum();
    (error / b.iter().map(Complex64::norm_sqr).sum::<f64>()).sqrt()
}

fn controls() -> [StepControl; 5] {
    [
        StepControl::Automatic { tolerance: 1e-5 },
        StepControl::LocalError { tolerance: 1e-4 },
        StepControl::Fixed { steps: 40 },
        StepControl::Extrapolated { steps: 20 },
        StepControl::PhaseLimited { max_phase: 0.05 },
    ]
}

/// The field after dispersion and loss alone, by definition.
fn linear(fiber: &NonlinearFiber, field: &[Complex64]) -> Vec<Complex64> {
    let mut planner = rustfft::FftPlanner::new();
    let mut a = field.to_vec();
    planner.plan_fft_forward(1024).process(&mut a);
    for (k, s) in a.iter_mut().enumerate() {
        let w = TAU * GRID.frequency(k);
        let phase = fiber.beta2 * w * w / 2.0
            + fiber.beta3 * w.powi(3) / 6.0
            + fiber.beta4 * w.powi(4) / 24.0;
        *s *= (-fiber.attenuation * fiber.length / 2.0).exp()
            * Complex64::cis(-phase * fiber.length)
            / 1024.0;
    }
    planner.plan_fft_inverse(1024).process(&mut a);
    a
}

/// Random levels through a Gaussian of fourth order, eight samples a symbol.
fn data(samples: usize, power: f64, complex: bool) -> Vec<Complex64> {
    let mut state = 5u64;
    let mut level = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 62) as f64
    };
    let mut a: Vec<Complex64> = (0..samples / 8)
        .map(|_| {
            let (i, q) = (level(), level());
            if complex {
                Complex64::new(2.0 * i - 3.0, 2.0 * q - 3.0)
            } else {
                Complex64::from((0.5 + i).sqrt())
            }
        })
        .flat_map(|symbol| [symbol; 8])
        .collect();
    let mut planner = rustfft::FftPlanner::new();
    planner.plan_fft_forward(samples).process(&mut a);
    for (k, s) in a.iter_mut().enumerate() {
        let f = k.min(samples - k) as f64 / samples as f64 * 8.0;
        *s *= (-0.35 * (f / 0.6).powi(4)).exp();
    }
    planner.plan_fft_inverse(samples).process(&mut a);
    let mean = a.iter().map(Complex64::norm_sqr).sum::<f64>() / samples as f64;
    a.iter().map(|a| a * (power / mean).sqrt()).collect()
}
