//! The ratio I₀(z)/I₁(z) of modified Bessel functions that a current in a round wire follows.

use num_complex::Complex64;

/// Above this |z| the asymptotic series is used. On the ray arg z = π/4 the neglected growing and
/// decaying parts differ there by e^{−2·Re z} = e^{−57}, and 16 terms end below 1e-16.
const ASYMPTOTIC_FROM: f64 = 40.0;

/// Above this |z| eight terms of the same series end below 1e-16.
const FEW_TERMS_FROM: f64 = 400.0;

const TERMS: usize = 16;

/// Coefficients c_n of I₀(z)/I₁(z) ~ Σ c_n z^{−n}. The ratio r obeys r′ = 1 − r² + r/z (from
/// I₀′ = I₁ and I₁′ = I₀ − I₁/z, DLMF 10.29.2 and 10.29.3), hence
/// 2c_n = n·c_{n−1} − Σ_{i=1}^{n−1} c_i c_{n−i}: 1, 1/2, 3/8, 3/8, 63/128, 27/32, …
const COEFFICIENTS: [f64; TERMS] = {
    let mut c = [0.0; TERMS];
    c[0] = 1.0;
    let mut n = 1;
    while n < TERMS {
        let mut sum = n as f64 * c[n - 1];
        let mut i = 1;
        while i < n {
            sum -= c[i] * c[n - i];
            i += 1;
        }
        c[n] = sum / 2.0;
        n += 1;
    }
    c
};

/// I₀(z)/I₁(z) for |arg z| ≤ π/4, z ≠ 0, to a few parts in 1e15.
pub(super) fn bessel_ratio(z: Complex64) -> Complex64 {
    let magnitude = z.norm();
    if magnitude > FEW_TERMS_FROM {
        asymptotic::<{ TERMS / 2 }>(z)
    } else if magnitude > ASYMPTOTIC_FROM {
        asymptotic::<TERMS>(z)
    } else {
        continued_fraction(z, magnitude)
    }
}

fn asymptotic<const N: usize>(z: Complex64) -> Complex64 {
    let w = z.inv();
    COEFFICIENTS[..N]
        .iter()
        .rev()
        .fold(Complex64::ZERO, |sum, &c| sum * w + c)
}

/// I₀/I₁ = 2/z + 1/(4/z + 1/(6/z + …)), Gauss' continued fraction (DLMF 10.33.1), from its tail.
/// It converges for every z; the terms past |z|/2 fall off faster than geometrically.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // magnitude ≤ 40
fn continued_fraction(z: Complex64, magnitude: f64) -> Complex64 {
    let inverse = z.inv();
    let terms = 14 + magnitude as u32;
    let tail = (2..terms).rev().fold(Complex64::ZERO, |tail, n| {
        (inverse * (2.0 * f64::from(n)) + tail).inv()
    });
    inverse * 2.0 + tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::FRAC_PI_4;

    /// I₀/I₁ at r·e^{jπ/4} from mpmath with 30 digits
    /// (validation/derive/twinax_lower_bound.py).
    const REFERENCE: [(f64, f64, f64); 9] = [
        (0.001, 1_414.213_739_149_797_7, -1_414.213_385_596_407),
        (0.5, 2.917_721_562_582_530_6, -2.740_973_631_419_654),
        (2.0, 1.102_185_940_848_226_1, -0.422_560_780_320_871_35),
        (8.0, 1.043_516_624_475_765_7, -0.050_535_133_659_275_68),
        (20.0, 1.017_641_264_808_509_2, -0.018_648_097_062_282_169),
        (29.9, 1.011_813_967_739_744, -0.012_253_878_578_300_8),
        (30.1, 1.011_735_612_886_415_2, -0.012_169_559_108_056_642),
        (60.0, 1.005_891_290_150_639_7, -0.005_997_949_984_212_116),
        (
            1000.0,
            1.000_353_553_124_935_4,
            -0.000_353_928_655_757_718_23,
        ),
    ];

    #[test]
    fn bessel_ratio_agrees_with_thirty_digit_arithmetic() {
        for (r, re, im) in REFERENCE {
            let got = bessel_ratio(Complex64::from_polar(r, FRAC_PI_4));
            let want = Complex64::new(re, im);
            let error = (got - want).norm() / want.norm();
            assert!(
                error < 2e-15,
                "|z| = {r}: {got} for {want}, off by {error:e}"
            );
        }
    }

    #[test]
    fn the_three_forms_meet_where_they_change() {
        for r in [ASYMPTOTIC_FROM, FEW_TERMS_FROM] {
            let below = bessel_ratio(Complex64::from_polar(r, FRAC_PI_4));
            let above = bessel_ratio(Complex64::from_polar(r * (1.0 + 1e-15), FRAC_PI_4));
            assert!(
                (below - above).norm() < 1e-15,
                "at {r}: {below} and {above}"
            );
        }
    }

    #[test]
    fn asymptotic_coefficients_are_the_known_fractions() {
        let known = [1.0, 0.5, 0.375, 0.375, 63.0 / 128.0, 27.0 / 32.0];
        for (got, want) in COEFFICIENTS.iter().zip(known) {
            assert_eq!(got.to_bits(), f64::to_bits(want));
        }
    }
}
