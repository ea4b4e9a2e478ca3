//! Distributions on a lattice of equal steps that have the mean and the variance of the continuous
//! quantity they stand for.

use super::density::MOST_BINS;
use super::error::{StatisticsError, require};

/// Where a normal distribution is cut: √(2·ln 10⁴⁰), in standard deviations.
const GAUSSIAN_REACH: f64 = 13.6;

/// Deviation, in steps, from which a sampled normal distribution has its variance to rounding.
const WIDE: f64 = 1.5;

pub(super) fn check_step(step: f64) -> Result<f64, StatisticsError> {
    require("the width of a bin", step, "above zero", step > 0.0)
}

pub(super) fn check_bins(bins: f64) -> Result<(), StatisticsError> {
    if bins <= MOST_BINS as f64 {
        Ok(())
    } else {
        Err(StatisticsError::TooManyBins {
            bins,
            most: MOST_BINS as f64,
        })
    }
}

pub(super) fn to_index(bin: usize) -> Result<i64, StatisticsError> {
    i64::try_from(bin).map_err(|_| StatisticsError::TooManyBins {
        bins: bin as f64,
        most: MOST_BINS as f64,
    })
}

/// The whole number of steps in a distance ≥ 0 that was checked to be below [`MOST_BINS`].
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
pub(super) fn whole_steps(distance: f64) -> usize {
    distance.max(0.0).min(MOST_BINS as f64) as usize
}

/// The two lattice distances around `x` ≥ 0 (steps), the lower one first, and the probability of the
/// upper one with which a pair at ±x keeps its variance: (1 − w)·n² + w·(n + 1)² = x². The mean is
/// kept by symmetry, and no weight is negative.
pub(super) fn split_pair(x: f64) -> (usize, f64) {
    let n = whole_steps(x.floor());
    let low = n as f64;
    (
        n,
        ((x - low) * (x + low) / (2.0 * low + 1.0)).clamp(0.0, 1.0),
    )
}

fn symmetric(reach: f64) -> Result<Vec<f64>, StatisticsError> {
    check_bins(2.0 * reach + 3.0)?;
    Ok(vec![0.0; 2 * whole_steps(reach.ceil()) + 3])
}

fn add_pair(mass: &mut [f64], x: f64, probability: f64) {
    let middle = mass.len() / 2;
    let (n, upper) = split_pair(x);
    for (shift, p) in [(n, 1.0 - upper), (n + 1, upper)] {
        for place in [middle.wrapping_sub(shift), middle + shift] {
            if let Some(m) = mass.get_mut(place) {
                *m += 0.5 * probability * p;
            }
        }
    }
}

pub(super) fn dual_dirac(step: f64, distance: f64) -> Result<Vec<f64>, StatisticsError> {
    check_step(step)?;
    require(
        "the distance of two values",
        distance,
        "zero or above",
        distance >= 0.0,
    )?;
    let x = 0.5 * distance / step;
    let mut mass = symmetric(x)?;
    add_pair(&mut mass, x, 1.0);
    Ok(mass)
}

pub(super) fn sinusoid(step: f64, amplitude: f64) -> Result<Vec<f64>, StatisticsError> {
    check_step(step)?;
    require(
        "the amplitude of a sine",
        amplitude,
        "zero or above",
        amplitude >= 0.0,
    )?;
    let x = amplitude / step;
    let mut mass = symmetric(x)?;
    // Nodes of the Gauss–Chebyshev quadrature, whose weight is this very density: all moments up to
    // twice their number are exact.
    let nodes = 64 + 8 * whole_steps(x.ceil());
    for k in 0..nodes / 2 {
        let angle = (k as f64 + 0.5) * std::f64::consts::PI / nodes as f64;
        add_pair(&mut mass, x * angle.cos(), 2.0 / nodes as f64);
    }
    Ok(mass)
}

pub(super) fn gaussian(step: f64, deviation: f64) -> Result<Vec<f64>, StatisticsError> {
    check_step(step)?;
    require(
        "a standard deviation",
        deviation,
        "zero or above",
        deviation >= 0.0,
    )?;
    let sigma = deviation / step;
    let mut mass = symmetric(GAUSSIAN_REACH * sigma.max(1.0))?;
    let width = if sigma >= WIDE {
        sigma
    } else {
        width_of(sigma)
    };
    let middle = (mass.len() / 2) as f64;
    for (i, m) in mass.iter_mut().enumerate() {
        *m = sample(i as f64 - middle, width);
    }
    let sum: f64 = mass.iter().sum();
    for m in &mut mass {
        *m /= sum;
    }
    Ok(mass)
}

/// exp(−x²/2w²), also for a width of zero.
fn sample(x: f64, width: f64) -> f64 {
    if x == 0.0 {
        1.0
    } else {
        (-0.5 * (x / width).powi(2)).exp()
    }
}

/// The width w for which samples of exp(−x²/2w²) at whole x have the variance σ², by bisection:
/// the variance rises with w.
fn width_of(sigma: f64) -> f64 {
    let variance = |w: f64| {
        let (mut sum, mut squares) = (1.0, 0.0);
        for i in 1..24 {
            let x = f64::from(i);
            let p = 2.0 * sample(x, w);
            sum += p;
            squares += p * x * x;
        }
        squares / sum
    };
    let (mut low, mut high) = (0.0, 2.0);
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if variance(middle) < sigma * sigma {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}
