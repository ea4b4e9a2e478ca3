//! Plans of discrete Fourier transforms, made once a thread.
//!
//! A plan is a table of sines and cosines that takes longer to make than the transform it is for:
//! thousands of links with the same pattern share it. Long ones, whose tables are large, are not
//! kept.

use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use rustfft::{Fft, FftPlanner};
use std::cell::RefCell;
use std::sync::Arc;

/// Longest transform whose plan is kept, samples.
const LONGEST_KEPT: usize = 1 << 17;

thread_local! {
    static COMPLEX: RefCell<FftPlanner<f64>> = RefCell::new(FftPlanner::new());
    static REAL: RefCell<RealFftPlanner<f64>> = RefCell::new(RealFftPlanner::new());
}

fn complex<T>(samples: usize, plan: impl FnOnce(&mut FftPlanner<f64>) -> T) -> T {
    if samples > LONGEST_KEPT {
        return plan(&mut FftPlanner::new());
    }
    COMPLEX.with_borrow_mut(plan)
}

fn real<T>(samples: usize, plan: impl FnOnce(&mut RealFftPlanner<f64>) -> T) -> T {
    if samples > LONGEST_KEPT {
        return plan(&mut RealFftPlanner::new());
    }
    REAL.with_borrow_mut(plan)
}

/// Forward transform, e^{−jωt}, unscaled.
pub fn forward(samples: usize) -> Arc<dyn Fft<f64>> {
    complex(samples, |p| p.plan_fft_forward(samples))
}

/// Inverse transform, e^{+jωt}, unscaled.
pub fn inverse(samples: usize) -> Arc<dyn Fft<f64>> {
    complex(samples, |p| p.plan_fft_inverse(samples))
}

/// Forward transform of a real waveform into samples/2 + 1 bins.
pub fn real_forward(samples: usize) -> Arc<dyn RealToComplex<f64>> {
    real(samples, |p| p.plan_fft_forward(samples))
}

/// Inverse of [`real_forward`], unscaled.
pub fn real_inverse(samples: usize) -> Arc<dyn ComplexToReal<f64>> {
    real(samples, |p| p.plan_fft_inverse(samples))
}
