//! The Gaussian tail probability, its logarithm and its inverse.

use core::f64::consts::{FRAC_1_SQRT_2, PI};

/// Tail probability of the standard normal distribution, Q(x) = ½ erfc(x/√2).
///
/// Accurate to a few units in the last place down to the smallest normal number (x ≈ 37.5);
/// use [`ln_q_function`] beyond.
pub fn q_function(x: f64) -> f64 {
    0.5 * libm::erfc(x * FRAC_1_SQRT_2)
}

/// Natural logarithm of the Gaussian tail probability, ln Q(x), without underflow for any x.
///
/// Above x = 30 from the asymptotic series Q(x) ≈ φ(x)/x·(1 − 1/x² + 3/x⁴ − …) (Abramowitz and
/// Stegun, 26.2.12), whose first neglected term is below 10⁻¹⁵ there.
pub fn ln_q_function(x: f64) -> f64 {
    if x > 30.0 {
        let z = 1.0 / (x * x);
        let series = -z
            * (1.0
                - 3.0 * z * (1.0 - 5.0 * z * (1.0 - 7.0 * z * (1.0 - 9.0 * z * (1.0 - 11.0 * z)))));
        -0.5 * x * x - x.ln() - 0.5 * (2.0 * PI).ln() + series.ln_1p()
    } else if x < -1.0 {
        (-q_function(-x)).ln_1p()
    } else {
        q_function(x).ln()
    }
}

/// Inverse of the Gaussian tail probability: the x with Q(x) = `probability`.
///
/// Q of the result agrees with `probability` to 10⁻¹² relative from 0.5 down to 10⁻³⁰⁰; above
/// 0.5 the result is −Q⁻¹(1 − p). Zero gives +∞, one gives −∞, and anything outside 0…1 gives
/// NaN.
///
/// Starts from Abramowitz and Stegun 26.2.23 (4.5·10⁻⁴ in x) and takes Newton steps on ln Q,
/// which is nearly a parabola however small the probability.
pub fn q_inverse(probability: f64) -> f64 {
    if !(0.0..=1.0).contains(&probability) {
        return f64::NAN;
    }
    if probability > 0.5 {
        return -q_inverse(1.0 - probability);
    }
    if probability <= 0.0 {
        return f64::INFINITY;
    }
    let target = probability.ln();
    let t = (-2.0 * target).sqrt();
    let mut x = t
        - (2.515_517 + t * (0.802_853 + t * 0.010_328))
            / (1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308)));
    for _ in 0..3 {
        let ln_q = ln_q_function(x);
        // d ln Q/dx = −φ(x)/Q(x).
        let ln_density = -0.5 * x * x - 0.5 * (2.0 * PI).ln();
        x += (ln_q - target) * (ln_q - ln_density).exp();
    }
    x
}

#[cfg(test)]
mod tests {
    use super::*;

    fn relative(value: f64, expected: f64) -> f64 {
        ((value - expected) / expected).abs()
    }

    #[test]
    fn tail_probability_matches_the_tables() {
        // Abramowitz and Stegun, tables 26.1 and 26.2.
        for (x, q) in [
            (0.0, 0.5),
            (1.0, 1.586_552_539_314_570_5e-1),
            (3.0, 1.349_898_031_630_094_5e-3),
            (5.0, 2.866_515_718_791_939e-7),
            (-1.0, 8.413_447_460_685_429e-1),
        ] {
            assert!(relative(q_function(x), q) < 1e-14, "{x}");
            assert!(relative(ln_q_function(x), q.ln()) < 1e-13, "{x}");
        }
        // −log₁₀ Q: Abramowitz and Stegun, table 26.2.
        for (x, minus_log) in [
            (10.0, 23.118_05),
            (20.0, 88.560_10),
            (30.0, 197.309_21),
            (50.0, 544.966_34),
            (100.0, 2_173.871_54),
            (500.0, 54_289.908_30),
        ] {
            let value = -ln_q_function(x) / core::f64::consts::LN_10;
            assert!((value - minus_log).abs() < 6e-6, "{x}: {value}");
        }
    }

    #[test]
    fn logarithm_is_continuous_where_its_forms_meet() {
        for x in [-1.0_f64, 30.0] {
            let (below, above) = (x.next_down(), x.next_up());
            assert!(relative(ln_q_function(below), ln_q_function(above)) < 1e-14);
        }
        for step in 300..375 {
            let x = f64::from(step) * 0.1;
            assert!((ln_q_function(x) - q_function(x).ln()).abs() < 5e-13, "{x}");
        }
    }

    #[test]
    fn inverse_returns_to_the_probability_it_came_from() {
        let mut p = 0.5_f64;
        while p > 1e-300 {
            let x = q_inverse(p);
            assert!(relative(q_function(x), p) < 1e-12, "{p:e} → {x}");
            p *= 0.83;
        }
        assert!(relative(q_function(q_inverse(1e-300)), 1e-300) < 1e-12);
        // Q = 7.034 is the textbook figure for a bit error ratio of 1e-12.
        assert!((q_inverse(1e-12) - 7.034_483_8).abs() < 1e-6);
        assert!((q_inverse(0.975) + 1.959_963_984_540_054).abs() < 1e-14);
    }

    #[test]
    fn ends_of_the_range_and_nonsense_have_defined_results() {
        assert!(q_inverse(0.5).abs() < 1e-15);
        assert!(q_inverse(0.0) == f64::INFINITY && q_inverse(1.0) == f64::NEG_INFINITY);
        for p in [-1e-9, 1.0 + 1e-9, f64::NAN, f64::INFINITY] {
            assert!(q_inverse(p).is_nan());
        }
        assert!(q_inverse(f64::from_bits(1)).is_finite());
        assert!(ln_q_function(f64::NAN).is_nan());
        assert!(ln_q_function(f64::INFINITY) == f64::NEG_INFINITY);
        assert!(ln_q_function(1e200) == f64::NEG_INFINITY);
        assert!(ln_q_function(f64::NEG_INFINITY).abs() < f64::MIN_POSITIVE);
    }
}
