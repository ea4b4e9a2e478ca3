//! Minimum of a function of one variable within an interval.

use thiserror::Error;

/// A minimum and what it took to find it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minimum {
    /// Where the smallest value seen lies.
    pub x: f64,
    /// The smallest value seen.
    pub value: f64,
    /// Number of times the function was evaluated.
    pub evaluations: usize,
}

/// Why no minimum was found.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum MinimumError<E: std::error::Error + 'static> {
    /// The interval is empty, or an end or the tolerance is not a finite number, or the
    /// tolerance is not positive.
    #[error("search for a minimum over {a}…{b} with tolerance {tolerance} is not possible")]
    InvalidInterval {
        /// Lower end.
        a: f64,
        /// Upper end.
        b: f64,
        /// Tolerance asked for.
        tolerance: f64,
    },
    /// The function is not a number somewhere.
    #[error("the function is not a number at {x}")]
    NotANumber {
        /// Where.
        x: f64,
    },
    /// The number of evaluations allowed is used up.
    #[error(
        "no minimum to the tolerance asked for within {evaluations} evaluations; smallest value {value} at {x}"
    )]
    TooManyEvaluations {
        /// Evaluations made.
        evaluations: usize,
        /// Best point reached.
        x: f64,
        /// Value there.
        value: f64,
    },
    /// The function itself failed.
    #[error(transparent)]
    Function(#[from] E),
}

/// (3 − √5)/2, the smaller part of the golden section.
const GOLDEN: f64 = 0.381_966_011_250_105_1;

/// Finds a minimum of `f` between `a` and `b`, to `tolerance_x` in x.
///
/// R. P. Brent, "Algorithms for Minimization without Derivatives" (Prentice-Hall, 1973),
/// chapter 5: parabolas where they converge, golden sections elsewhere. With one minimum in the
/// interval it is found; with several, one of them. A minimum at an end of the interval is
/// approached to the tolerance, and the end itself is never evaluated. A tolerance below about
/// 10⁻⁸ of x buys nothing: the function is flat there to the rounding of numbers.
///
/// # Errors
/// See [`MinimumError`]; an error of `f` is passed on.
pub fn minimize<E, F>(
    mut f: F,
    a: f64,
    b: f64,
    tolerance_x: f64,
    max_evaluations: usize,
) -> Result<Minimum, MinimumError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64) -> Result<f64, E>,
{
    if !(a.is_finite() && b.is_finite() && a < b && tolerance_x.is_finite() && tolerance_x > 0.0) {
        return Err(MinimumError::InvalidInterval {
            a,
            b,
            tolerance: tolerance_x,
        });
    }
    let mut evaluate = |x: f64| match f(x)? {
        value if value.is_nan() => Err(MinimumError::NotANumber { x }),
        value => Ok(value),
    };
    let (mut low, mut high) = (a, b);
    // Best point, second best, and the second best before that.
    let mut best = a + GOLDEN * (b - a);
    let mut value_best = evaluate(best)?;
    let (mut second, mut value_second) = (best, value_best);
    let (mut third, mut value_third) = (best, value_best);
    let (mut step, mut step_before) = (0.0_f64, 0.0_f64);
    let mut evaluations = 1;
    loop {
        let middle = 0.5 * (low + high);
        let tolerance = (0.5 * tolerance_x).max(2.0 * f64::EPSILON * best.abs());
        if (best - middle).abs() <= 2.0 * tolerance - 0.5 * (high - low) {
            return Ok(Minimum {
                x: best,
                value: value_best,
                evaluations,
            });
        }
        if evaluations >= max_evaluations {
            return Err(MinimumError::TooManyEvaluations {
                evaluations,
                x: best,
                value: value_best,
            });
        }
        // Parabola through the three points: minimum at best + numerator/denominator.
        let r = (best - second) * (value_best - value_third);
        let q = (best - third) * (value_best - value_second);
        let numerator = (best - second) * r - (best - third) * q;
        let denominator = 2.0 * (q - r);
        let parabolic = numerator / denominator;
        let wanted = best + parabolic;
        if step_before.abs() > tolerance
            && parabolic.abs() < 0.5 * step_before.abs()
            && wanted > low
            && wanted < high
        {
            step_before = step;
            step = parabolic;
            if wanted - low < 2.0 * tolerance || high - wanted < 2.0 * tolerance {
                step = tolerance.copysign(middle - best);
            }
        } else {
            step_before = if best < middle {
                high - best
            } else {
                low - best
            };
            step = GOLDEN * step_before;
        }
        let x = if step.abs() < tolerance {
            best + tolerance.copysign(step)
        } else {
            best + step
        };
        let value = evaluate(x)?;
        evaluations += 1;
        if value <= value_best {
            if x < best {
                high = best;
            } else {
                low = best;
            }
            (third, value_third) = (second, value_second);
            (second, value_second) = (best, value_best);
            (best, value_best) = (x, value);
        } else {
            if x < best {
                low = x;
            } else {
                high = x;
            }
            if value <= value_second || same(second, best) {
                (third, value_third) = (second, value_second);
                (second, value_second) = (x, value);
            } else if value <= value_third || same(third, best) || same(third, second) {
                (third, value_third) = (x, value);
            }
        }
    }
}

/// The very same point, not merely a close one.
fn same(a: f64, b: f64) -> bool {
    a.to_bits() == b.to_bits()
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;
    use core::f64::consts::PI;

    fn solve(f: impl Fn(f64) -> f64, a: f64, b: f64) -> Result<Minimum, MinimumError<Infallible>> {
        find(f, a, b, 1e-7)
    }

    fn find(
        f: impl Fn(f64) -> f64,
        a: f64,
        b: f64,
        tolerance: f64,
    ) -> Result<Minimum, MinimumError<Infallible>> {
        minimize(|x| Ok(f(x)), a, b, tolerance, 200)
    }

    #[test]
    fn smooth_minima_are_found_in_few_evaluations() {
        let parabola = solve(|x| (x - 1.25) * (x - 1.25) + 3.0, -4.0, 9.0).unwrap();
        assert!((parabola.x - 1.25).abs() < 1e-7 && (parabola.value - 3.0).abs() < 1e-13);
        assert!(parabola.evaluations <= 10, "{}", parabola.evaluations);
        let cosine = solve(f64::cos, 0.0, 6.0).unwrap();
        assert!((cosine.x - PI).abs() < 1e-7 && cosine.evaluations <= 16);
        // x ln x has its minimum −1/e at 1/e.
        let entropy = solve(|x| x * x.ln(), 1e-6, 1.0).unwrap();
        assert!((entropy.x - (-1.0_f64).exp()).abs() < 2e-7);
    }

    #[test]
    fn kinks_flats_and_ends_are_handled() {
        let kink = solve(|x| (x - 0.7).abs(), 0.0, 5.0).unwrap();
        assert!((kink.x - 0.7).abs() < 2e-7);
        let end = solve(|x| x, 2.0, 3.0).unwrap();
        assert!(end.x - 2.0 < 2e-7 && end.x >= 2.0);
        assert!(solve(|_| 1.0, 0.0, 1.0).is_ok());
        let wall = solve(|x| if x > 1.0 { f64::INFINITY } else { -x }, 0.0, 2.0).unwrap();
        assert!((wall.x - 1.0).abs() < 2e-7);
    }

    #[test]
    fn impossible_requests_are_refused_with_the_reason() {
        for (a, b, tolerance) in [
            (1.0, 1.0, 1e-6),
            (2.0, 1.0, 1e-6),
            (f64::NAN, 1.0, 1e-6),
            (0.0, f64::INFINITY, 1e-6),
            (0.0, 1.0, 0.0),
        ] {
            assert!(matches!(
                find(|x| x, a, b, tolerance),
                Err(MinimumError::InvalidInterval { .. })
            ));
        }
        assert!(matches!(
            solve(|_| f64::NAN, 0.0, 1.0),
            Err(MinimumError::NotANumber { .. })
        ));
        assert!(matches!(
            minimize(|x: f64| Ok::<_, Infallible>(x.sin()), 3.0, 6.0, 1e-9, 3),
            Err(MinimumError::TooManyEvaluations { evaluations: 3, .. })
        ));
        let failure = minimize(|_| "x".parse::<f64>(), 0.0, 1.0, 1e-9, 50);
        assert!(matches!(failure, Err(MinimumError::Function(_))));
    }
}
