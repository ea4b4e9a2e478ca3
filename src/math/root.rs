//! Root of a function of one variable, between two points where it has opposite signs.

use thiserror::Error;

/// A root and what it took to find it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Root {
    /// The better end of the final bracket.
    pub x: f64,
    /// The function there.
    pub value: f64,
    /// Number of times the function was evaluated, the two ends included.
    pub evaluations: usize,
    /// The final bracket, in ascending order; the function changes sign within it.
    pub bracket: (f64, f64),
}

/// Why no root was found.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum RootError<E: std::error::Error + 'static> {
    /// An end of the interval or the tolerance is not a finite number, or the tolerance is
    /// negative.
    #[error("root search over {a}…{b} with tolerance {tolerance} is not possible")]
    InvalidInterval {
        /// First end.
        a: f64,
        /// Second end.
        b: f64,
        /// Tolerance asked for.
        tolerance: f64,
    },
    /// The function has the same sign at both ends.
    #[error("no change of sign: {value_a} at {a} and {value_b} at {b}")]
    NotBracketed {
        /// First end.
        a: f64,
        /// Function at the first end.
        value_a: f64,
        /// Second end.
        b: f64,
        /// Function at the second end.
        value_b: f64,
    },
    /// The function is not a number somewhere.
    #[error("the function is not a number at {x}")]
    NotANumber {
        /// Where.
        x: f64,
    },
    /// The number of evaluations allowed is used up.
    #[error(
        "no root to the tolerance asked for within {evaluations} evaluations; it lies in {low}…{high}"
    )]
    TooManyEvaluations {
        /// Evaluations made.
        evaluations: usize,
        /// Lower end of the bracket reached.
        low: f64,
        /// Upper end of the bracket reached.
        high: f64,
    },
    /// The function itself failed.
    #[error(transparent)]
    Function(#[from] E),
}

/// Finds where `f` changes sign between `a` and `b`, to `tolerance_x` in x.
///
/// T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a
/// nonlinear function without using derivatives", Adv. Eng. Software 28, 145 (1997),
/// DOI 10.1016/S0965-9978(96)00051-8: inverse quadratic interpolation where the three last
/// points make it safe, bisection elsewhere. The bracket is kept throughout, so a jump or a pole
/// with a change of sign is found as well. Infinite values count by their sign.
///
/// # Errors
/// See [`RootError`]; an error of `f` is passed on.
pub fn find_root<E, F>(
    mut f: F,
    a: f64,
    b: f64,
    tolerance_x: f64,
    max_evaluations: usize,
) -> Result<Root, RootError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64) -> Result<f64, E>,
{
    if !(a.is_finite() && b.is_finite() && tolerance_x.is_finite() && tolerance_x >= 0.0) {
        return Err(RootError::InvalidInterval {
            a,
            b,
            tolerance: tolerance_x,
        });
    }
    let ends = (f(b)?, f(a)?);
    search(
        f,
        (a, ends.1),
        (b, ends.0),
        0.5,
        tolerance_x,
        max_evaluations,
    )
}

/// As [`find_root`], between two points at which the function is known: they are not evaluated, and
/// the first point that is lies on the straight line between them.
///
/// # Errors
/// As [`find_root`].
pub fn find_root_between<E, F>(
    f: F,
    a: (f64, f64),
    b: (f64, f64),
    tolerance_x: f64,
    max_evaluations: usize,
) -> Result<Root, RootError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64) -> Result<f64, E>,
{
    let line = b.1 / (b.1 - a.1);
    let fraction = if line.is_finite() {
        line.clamp(0.1, 0.9)
    } else {
        0.5
    };
    search(f, a, b, fraction, tolerance_x, max_evaluations)
}

fn search<E, F>(
    mut f: F,
    (a, value_a): (f64, f64),
    (b, value_b): (f64, f64),
    mut fraction: f64,
    tolerance_x: f64,
    max_evaluations: usize,
) -> Result<Root, RootError<E>>
where
    E: std::error::Error + 'static,
    F: FnMut(f64) -> Result<f64, E>,
{
    if !(a.is_finite() && b.is_finite() && tolerance_x.is_finite() && tolerance_x >= 0.0) {
        return Err(RootError::InvalidInterval {
            a,
            b,
            tolerance: tolerance_x,
        });
    }
    for (x, value) in [(b, value_b), (a, value_a)] {
        if value.is_nan() {
            return Err(RootError::NotANumber { x });
        }
    }
    let mut evaluate = |x: f64| match f(x)? {
        value if value.is_nan() => Err(RootError::NotANumber { x }),
        value => Ok(value),
    };
    // The newest point and the one across the root; the third is the one before the newest.
    let (mut x1, mut x2) = (b, a);
    let (mut f1, mut f2) = (value_b, value_a);
    let mut evaluations = 2;
    if (f1 > 0.0 && f2 > 0.0) || (f1 < 0.0 && f2 < 0.0) {
        return Err(RootError::NotBracketed {
            a,
            value_a: f2,
            b,
            value_b: f1,
        });
    }
    loop {
        let (x, value) = if f1.abs() < f2.abs() {
            (x1, f1)
        } else {
            (x2, f2)
        };
        let bracket = (x1.min(x2), x1.max(x2));
        let width = bracket.1 - bracket.0;
        let tolerance = tolerance_x.max(2.0 * f64::EPSILON * x.abs());
        if value == 0.0 || width <= tolerance {
            return Ok(Root {
                x,
                value,
                evaluations,
                bracket,
            });
        }
        if evaluations >= max_evaluations {
            return Err(RootError::TooManyEvaluations {
                evaluations,
                low: bracket.0,
                high: bracket.1,
            });
        }
        // At least half the tolerance away from either end, or the bracket never closes.
        let margin = (0.5 * tolerance / width).min(0.5);
        let next = x1 + fraction.clamp(margin, 1.0 - margin) * (x2 - x1);
        let value = evaluate(next)?;
        evaluations += 1;
        let (x3, f3);
        if (value > 0.0) == (f1 > 0.0) {
            (x3, f3) = (x1, f1);
        } else {
            (x3, f3) = (x2, f2);
            (x2, f2) = (x1, f1);
        }
        (x1, f1) = (next, value);
        fraction = inverse_quadratic_fraction([x1, x2, x3], [f1, f2, f3]).unwrap_or(0.5);
    }
}

/// Where inverse quadratic interpolation puts the root, as a fraction of the way from the first
/// point to the second; nothing where the interpolant is not monotonic between them.
fn inverse_quadratic_fraction(x: [f64; 3], f: [f64; 3]) -> Option<f64> {
    let [x1, x2, x3] = x;
    let [f1, f2, f3] = f;
    let xi = (x1 - x2) / (x3 - x2);
    let phi = (f1 - f2) / (f3 - f2);
    let safe = phi * phi < xi && (1.0 - phi) * (1.0 - phi) < 1.0 - xi;
    if !safe {
        return None;
    }
    let fraction =
        f1 / (f2 - f1) * f3 / (f2 - f3) + (x3 - x1) / (x2 - x1) * f1 / (f3 - f1) * f2 / (f3 - f2);
    fraction.is_finite().then_some(fraction)
}

#[cfg(test)]
mod tests {
    use super::*;
    use core::convert::Infallible;

    fn solve(f: impl Fn(f64) -> f64, a: f64, b: f64) -> Result<Root, RootError<Infallible>> {
        find_root(|x| Ok(f(x)), a, b, 1e-12, 200)
    }

    #[test]
    fn classic_equations_are_solved_in_few_evaluations() {
        // Wallis' cubic, the fixed point of the cosine, and the ninth power, hard for secants.
        let root = solve(|x| x * x * x - 2.0 * x - 5.0, 2.0, 3.0).unwrap();
        assert!((root.x - 2.094_551_481_542_326_5).abs() < 2e-12);
        assert!(root.evaluations <= 12, "{}", root.evaluations);
        let root = solve(|x| x.cos() - x, 0.0, 1.0).unwrap();
        assert!((root.x - 0.739_085_133_215_160_6).abs() < 2e-12);
        assert!(root.evaluations <= 12, "{}", root.evaluations);
        let root = solve(|x| x.powi(9), -1.0, 4.0).unwrap();
        assert!(root.x.abs() < 2e-12 && root.evaluations < 130);
    }

    #[test]
    fn reach_like_curve_takes_about_six_evaluations() {
        // log₁₀ of a Gaussian bit error ratio against length, to ten metres in 40 km.
        let f = |km: f64| {
            let q = 12.0 * 10.0_f64.powf(-0.02 * km) * (1.0 - (km / 60.0).powi(2));
            Ok::<_, Infallible>(crate::math::ln_q_function(q) / core::f64::consts::LN_10 + 3.62)
        };
        let root = find_root(f, 0.0, 40.0, 0.01, 50).unwrap();
        assert!(root.evaluations <= 10, "{}", root.evaluations);
        assert!(root.bracket.1 - root.bracket.0 <= 0.01);
    }

    #[test]
    fn jumps_poles_and_infinite_values_are_bracketed() {
        let jump = solve(|x| if x < 0.3 { -1.0 } else { 1.0 }, 0.0, 1.0).unwrap();
        assert!((jump.x - 0.3).abs() < 2e-12);
        let infinite = solve(|x| if x < 0.3 { f64::NEG_INFINITY } else { x }, 0.0, 1.0).unwrap();
        assert!((infinite.x - 0.3).abs() < 2e-12);
        let pole = solve(|x| 1.0 / (x - 0.3), 0.0, 1.0).unwrap();
        assert!((pole.x - 0.3).abs() < 2e-12);
    }

    #[test]
    fn root_at_an_end_and_reversed_ends_are_accepted() {
        assert!(solve(|x| x, 0.0, 1.0).unwrap().x.abs() < 1e-15);
        assert!((solve(|x| x - 1.0, 0.0, 1.0).unwrap().x - 1.0).abs() < 1e-15);
        let root = solve(|x| x * x - 2.0, 2.0, 0.0).unwrap();
        assert!((root.x - core::f64::consts::SQRT_2).abs() < 2e-12);
        assert!(root.bracket.0 <= root.bracket.1);
    }

    #[test]
    fn final_bracket_contains_the_sign_change() {
        let root = solve(|x| x.exp() - 2.0, -3.0, 5.0).unwrap();
        assert!(
            root.bracket.0 <= core::f64::consts::LN_2 && core::f64::consts::LN_2 <= root.bracket.1
        );
        assert!(root.bracket.1 - root.bracket.0 <= 1e-12);
    }

    #[test]
    fn impossible_requests_are_refused_with_the_reason() {
        assert!(matches!(
            solve(|x| x * x + 1.0, -1.0, 1.0),
            Err(RootError::NotBracketed { .. })
        ));
        assert!(matches!(
            solve(|_| f64::NAN, 0.0, 1.0),
            Err(RootError::NotANumber { .. })
        ));
        assert!(matches!(
            solve(|x| x, f64::NAN, 1.0),
            Err(RootError::InvalidInterval { .. })
        ));
        assert!(matches!(
            find_root(
                |x: f64| Ok::<_, Infallible>(x.powi(3) - 0.1),
                0.0,
                1.0,
                0.0,
                4
            ),
            Err(RootError::TooManyEvaluations { evaluations: 4, .. })
        ));
        let failure = find_root(|_| "x".parse::<f64>(), 0.0, 1.0, 1e-9, 50);
        assert!(matches!(failure, Err(RootError::Function(_))));
    }
}
