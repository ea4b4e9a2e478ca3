//! The distribution of differential group delay in a long fibre.

use crate::fiber::FiberError;
use std::f64::consts::{FRAC_2_SQRT_PI, PI};

/// ⟨τ²⟩/⟨τ⟩² of the Maxwellian distribution, 3π/8.
pub const MEAN_SQUARE_OVER_SQUARE_MEAN: f64 = 3.0 * PI / 8.0;

/// Probability that the differential group delay exceeds `ratio` times its mean: the tail of the
/// Maxwellian distribution, erfc(u) + (2/√π)·u·e^(−u²) with u = 2·ratio/√π (G. J. Foschini and
/// C. D. Poole, J. Lightwave Technol. 9, 1439 (1991); ITU-T G.Sup39). One for a ratio of zero or
/// less.
pub fn maxwellian_tail(ratio: f64) -> f64 {
    if ratio <= 0.0 {
        return 1.0;
    }
    let u = FRAC_2_SQRT_PI * ratio;
    libm::erfc(u) + FRAC_2_SQRT_PI * u * (-u * u).exp()
}

/// The differential group delay over its mean that is not exceeded with a probability from 0 to 1: the
/// inverse of [`maxwellian_tail`] at 1 − `probability`, by bisection to double precision; not a number
/// outside. 2.995 at 1 − 4.2e-5.
pub fn maxwellian_quantile(probability: f64) -> f64 {
    if !(0.0..1.0).contains(&probability) {
        return f64::NAN;
    }
    let tail = 1.0 - probability;
    // The tail is below the spacing of doubles at one from 7 on.
    let (mut low, mut high) = (0.0, 8.0);
    for _ in 0..64 {
        let middle = 0.5 * (low + high);
        if maxwellian_tail(middle) > tail {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

/// Density of the differential group delay over its mean, per unit of that ratio:
/// (32/π²)·x²·e^(−4x²/π).
pub fn maxwellian_density(ratio: f64) -> f64 {
    if ratio <= 0.0 {
        return 0.0;
    }
    let x2 = ratio * ratio;
    32.0 / (PI * PI) * x2 * (-4.0 * x2 / PI).exp()
}

/// Mean differential group delay in s of `length` m of fibre of the coefficient `coefficient` in s/√m.
///
/// # Errors
/// [`FiberError::Quantity`] where either is negative or not finite.
pub fn mean_delay(coefficient: f64, length: f64) -> Result<f64, FiberError> {
    for (quantity, value) in [
        ("a coefficient of mode dispersion (s/√m)", coefficient),
        ("a length (m)", length),
    ] {
        if !(value.is_finite() && value >= 0.0) {
            return Err(FiberError::Quantity {
                quantity,
                value,
                allowed: "zero or more",
            });
        }
    }
    Ok(coefficient * length.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tail_is_the_integral_of_the_density() {
        let step = 1e-3;
        let (mut sum, mut mean, mut square) = (0.0, 0.0, 0.0);
        for k in 0..10_000 {
            let x = (f64::from(k) + 0.5) * step;
            let weight = maxwellian_density(x) * step;
            sum += weight;
            mean += x * weight;
            square += x * x * weight;
            let edge = x + 0.5 * step;
            assert!((1.0 - sum - maxwellian_tail(edge)).abs() < 1e-6, "{edge}");
        }
        assert!((mean - 1.0).abs() < 1e-6);
        assert!((square - MEAN_SQUARE_OVER_SQUARE_MEAN).abs() < 1e-6);
    }

    #[test]
    fn ends_are_defined() {
        assert!((maxwellian_tail(0.0) - 1.0).abs() < 1e-15);
        assert!((maxwellian_tail(-1.0) - 1.0).abs() < 1e-15);
        assert!(maxwellian_tail(100.0) < 1e-300);
        assert!(maxwellian_tail(f64::NAN).is_nan());
        assert!(mean_delay(1e-15, -1.0).is_err());
        assert!(maxwellian_quantile(1.0).is_nan() && maxwellian_quantile(-0.1).is_nan());
        assert!(maxwellian_quantile(0.0) < 1e-12);
        for probability in [0.1, 0.5, 0.999, 1.0 - 4.2e-5] {
            let ratio = maxwellian_quantile(probability);
            assert!((maxwellian_tail(ratio) - (1.0 - probability)).abs() < 1e-12);
        }
        assert!((mean_delay(3e-15, 80e3).unwrap() * 1e12 - 0.848_528).abs() < 1e-6);
    }
}
