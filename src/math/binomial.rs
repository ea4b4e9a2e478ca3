//! Binomial probabilities and the exact confidence interval of an error ratio.

use super::root::find_root;
use core::convert::Infallible;
use core::f64::consts::PI;

/// Exact two-sided confidence interval, (lower, upper), of a probability of which `errors` were
/// seen in `trials` independent trials.
///
/// C. J. Clopper and E. S. Pearson, Biometrika 26, 404 (1934), DOI 10.1093/biomet/26.4.404: at
/// the lower limit `errors` or more, and at the upper limit `errors` or fewer, happen with
/// probability (1 − `confidence`)/2 each. Without errors the lower limit is 0, and with nothing
/// but errors the upper one is 1. No trials give (0, 1).
///
/// Relative accuracy is better than 10⁻⁹ for up to 10¹² trials. More errors than trials, or a
/// confidence that is not between 0 and 1, give (NaN, NaN).
pub fn clopper_pearson(errors: u64, trials: u64, confidence: f64) -> (f64, f64) {
    if errors > trials || !(confidence > 0.0 && confidence < 1.0) {
        return (f64::NAN, f64::NAN);
    }
    if trials == 0 {
        return (0.0, 1.0);
    }
    let ln_tail = (0.5 * (1.0 - confidence)).ln();
    let hits = errors as f64;
    let misses = (trials - errors) as f64;
    // P(X ≥ k) = I_p(k, n−k+1) and P(X ≤ k) = I_{1−p}(n−k, k+1).
    let lower = if errors == 0 {
        0.0
    } else {
        logistic(beta_quantile_logit(hits, misses + 1.0, ln_tail))
    };
    let upper = if errors == trials {
        1.0
    } else {
        logistic(-beta_quantile_logit(misses, hits + 1.0, ln_tail))
    };
    (lower, upper)
}

/// 1/(1 + e^−y).
fn logistic(y: f64) -> f64 {
    1.0 / (1.0 + (-y).exp())
}

/// The y = ln(x/(1−x)) at which the regularised incomplete beta function I_x(a, b) has the
/// logarithm `ln_probability`.
fn beta_quantile_logit(a: f64, b: f64, ln_probability: f64) -> f64 {
    // With a or b of 1 the function is elementary: x^a, or 1 − (1−x)^b.
    if b <= 1.0 {
        let ln_x = ln_probability / a;
        return ln_x - (-ln_x.exp_m1()).ln();
    }
    if a <= 1.0 {
        let ln_complement = (-ln_probability.exp()).ln_1p() / b;
        return (-ln_complement.exp_m1()).ln() - ln_complement;
    }
    let excess = |y: f64| Ok::<f64, Infallible>(ln_beta_regularized(a, b, y) - ln_probability);
    let value = |y: f64| ln_beta_regularized(a, b, y) - ln_probability;
    // Centre and width of the distribution of y.
    let centre = (a / b).ln();
    let width = (1.0 / a + 1.0 / b).sqrt();
    let mut step = width;
    let (mut low, mut high) = (centre, centre);
    while value(low) > 0.0 && step < 1e6 {
        high = low;
        low -= step;
        step *= 2.0;
    }
    step = width;
    while value(high) < 0.0 && step < 1e6 {
        low = high;
        high += step;
        step *= 2.0;
    }
    find_root(excess, low, high, 1e-13 * width.min(1.0), 200).map_or(f64::NAN, |root| root.x)
}

/// ln I_x(a, b) at x = 1/(1 + e^−y), for a, b > 0.
fn ln_beta_regularized(a: f64, b: f64, y: f64) -> f64 {
    let x = logistic(y);
    let complement = logistic(-y);
    let ln_front = ln_beta_density_logit(a, b, x, complement);
    // The fraction converges fast below the mean; above it, use the symmetry.
    let below_mean = a * complement - b * x;
    if below_mean >= 0.0 {
        ln_front - beta_fraction_denominator(a, b, x, below_mean).ln()
    } else {
        let upper = ln_front - beta_fraction_denominator(b, a, complement, -below_mean).ln();
        (-upper.exp().min(1.0)).ln_1p()
    }
}

/// ln[xᵃ(1−x)ᵇ/B(a, b)], by the saddle-point form that does not cancel for large a and b
/// (C. Loader, "Fast and accurate computation of binomial probabilities", 2000).
fn ln_beta_density_logit(a: f64, b: f64, x: f64, complement: f64) -> f64 {
    let n = a + b;
    stirling_error(n)
        - stirling_error(a)
        - stirling_error(b)
        - deviance(a, n * x)
        - deviance(b, n * complement)
        + 0.5 * (a * b / (2.0 * PI * n)).ln()
}

/// ln Γ(n+1) − [½ ln(2πn) + n ln n − n], the error of Stirling's formula.
fn stirling_error(n: f64) -> f64 {
    if n < 15.0 {
        libm::lgamma(n + 1.0) - 0.5 * (2.0 * PI * n).ln() - n * n.ln() + n
    } else {
        let z = 1.0 / (n * n);
        (1.0 / 12.0
            - z * (1.0 / 360.0 - z * (1.0 / 1260.0 - z * (1.0 / 1680.0 - z * (1.0 / 1188.0)))))
            / n
    }
}

/// x ln(x/m) + m − x, without cancellation where x is close to m.
fn deviance(x: f64, m: f64) -> f64 {
    if (x - m).abs() < 0.1 * (x + m) {
        let v = (x - m) / (x + m);
        let mut sum = (x - m) * v;
        let mut power = 2.0 * x * v;
        for j in 1..1000 {
            power *= v * v;
            let next = sum + power / f64::from(2 * j + 1);
            if next.to_bits() == sum.to_bits() {
                break;
            }
            sum = next;
        }
        sum
    } else {
        x * (x / m).ln() + m - x
    }
}

/// xᵃ(1−x)ᵇ/B(a, b) divided by I_x(a, b), as a continued fraction for x at or below the mean;
/// `below_mean` is a(1−x) − bx.
///
/// A. R. DiDonato and A. H. Morris, ACM Trans. Math. Softw. 18, 360 (1992),
/// DOI 10.1145/131766.131776, section 4, evaluated by the modified method of Lentz. Its
/// terms do not cancel, also where x is close to 1. Takes about √max(a, b) terms at the mean.
fn beta_fraction_denominator(a: f64, b: f64, x: f64, below_mean: f64) -> f64 {
    const TINY: f64 = 1e-300;
    const MAX_TERMS: u32 = 20_000_000;
    let away_from_zero = |value: f64| if value.abs() < TINY { TINY } else { value };
    let mut fraction = away_from_zero(a / (a + 1.0) * (below_mean + 1.0));
    let mut c = fraction;
    let mut d = 0.0;
    for m in 1..MAX_TERMS {
        let m = f64::from(m);
        let odd = a + 2.0 * m - 1.0;
        let alpha = (a + m - 1.0) / odd * ((a + b + m - 1.0) / odd) * m * (b - m) * x * x;
        let beta =
            m + m * (b - m) * x / odd + (a + m) / (odd + 2.0) * (below_mean + 1.0 + m * (2.0 - x));
        d = 1.0 / away_from_zero(beta + alpha * d);
        c = away_from_zero(beta + alpha / c);
        let factor = c * d;
        fraction *= factor;
        if (factor - 1.0).abs() < 1e-15 {
            break;
        }
    }
    fraction
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value - expected).abs() <= tolerance * expected.abs(),
            "{value:e} against {expected:e}"
        );
    }

    /// P(X ≤ k) summed term by term: the definition, for small n.
    fn cumulative(k: u64, n: u64, p: f64) -> f64 {
        let mut term = (1.0 - p).powf(n as f64);
        let mut sum = term;
        for i in 1..=k {
            term *= (n - i + 1) as f64 / i as f64 * p / (1.0 - p);
            sum += term;
        }
        sum
    }

    #[test]
    fn no_errors_give_the_rule_of_three() {
        // 0 of 100: 1 − 0.025^(1/100) = 0.0362 (Clopper and Pearson's chart).
        let (lower, upper) = clopper_pearson(0, 100, 0.95);
        assert!(lower.abs() < f64::MIN_POSITIVE);
        assert_close(upper, 1.0 - 0.025_f64.powf(0.01), 1e-12);
        assert!((upper - 0.036_217).abs() < 1e-6);
        let (lower, upper) = clopper_pearson(100, 100, 0.95);
        assert_close(lower, 0.025_f64.powf(0.01), 1e-12);
        assert!((upper - 1.0).abs() < f64::EPSILON);
        // −ln(0.025)/n for large n.
        let (_, upper) = clopper_pearson(0, 1_000_000_000_000, 0.95);
        assert_close(upper, 3.688_879_454_113_936e-12, 1e-9);
    }

    #[test]
    fn few_errors_in_many_trials_give_the_exact_poisson_limits() {
        // Exact 95 % limits of a Poisson count (F. Garwood, Biometrika 28, 437, 1936).
        for (count, lower, upper) in [
            (1, 0.025_318, 5.571_643),
            (5, 1.623_486, 11.668_332),
            (10, 4.795_389, 18.390_356),
        ] {
            let (low, high) = clopper_pearson(count, 1_000_000_000_000, 0.95);
            assert!((low * 1e12 - lower).abs() < 1e-6, "{low:e}");
            assert!((high * 1e12 - upper).abs() < 1e-6, "{high:e}");
        }
        let (low, high) = clopper_pearson(10, 1_000_000, 0.95);
        assert!((low * 1e6 - 4.795_4).abs() < 1e-3 && (high * 1e6 - 18.390_3).abs() < 1e-3);
    }

    #[test]
    fn limits_satisfy_their_definition() {
        for (errors, trials) in [
            (1, 2),
            (1, 10),
            (3, 7),
            (9, 10),
            (10, 100),
            (77, 100),
            (300, 900),
        ] {
            for confidence in [0.5, 0.9, 0.95, 0.999, 1.0 - 1e-9] {
                let (lower, upper) = clopper_pearson(errors, trials, confidence);
                let tail = 0.5 * (1.0 - confidence);
                // A rounding of `upper` alone moves this tail by ε/(1 − upper).
                let rounding = 4.0 * f64::EPSILON * trials as f64 / (1.0 - upper);
                assert_close(cumulative(errors, trials, upper), tail, 1e-9 + rounding);
                assert!((1.0 - cumulative(errors - 1, trials, lower) - tail).abs() < 1e-11);
            }
        }
    }

    #[test]
    fn large_counts_approach_the_normal_interval() {
        for (errors, trials) in [
            (1_000_000, 1_000_000_000_000),
            (100_000_000, 1_000_000_000_000),
            (500_000, 1_000_000),
            (1_000_000_000_000 - 1_000_000, 1_000_000_000_000),
            (50_000_000_000, 100_000_000_000),
        ] {
            let (lower, upper) = clopper_pearson(errors, trials, 0.95);
            let n = trials as f64;
            let p = errors as f64 / n;
            let sigma = (p * (1.0 - p) / n).sqrt();
            assert!(((upper - p) / sigma - 1.96).abs() < 0.004, "{errors}");
            assert!(((p - lower) / sigma - 1.96).abs() < 0.004, "{errors}");
        }
    }

    #[test]
    fn interval_is_mirrored_when_hits_and_misses_swap() {
        for (errors, trials) in [(0, 5), (1, 5), (2, 1000), (123, 4567)] {
            let (lower, upper) = clopper_pearson(errors, trials, 0.95);
            let (mirror_lower, mirror_upper) = clopper_pearson(trials - errors, trials, 0.95);
            assert!((lower + mirror_upper - 1.0).abs() < 1e-12);
            assert!((upper + mirror_lower - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn nonsense_is_answered_with_not_a_number() {
        for (errors, trials, confidence) in
            [(2, 1, 0.95), (1, 2, 0.0), (1, 2, 1.0), (1, 2, f64::NAN)]
        {
            let (lower, upper) = clopper_pearson(errors, trials, confidence);
            assert!(lower.is_nan() && upper.is_nan());
        }
        assert_eq!(clopper_pearson(0, 0, 0.95), (0.0, 1.0));
    }
}
