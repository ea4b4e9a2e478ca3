//! Minimum of a smooth function of several variables with a gradient.

use nalgebra::{DMatrix, DVector};

/// A minimum and what it took to find it.
#[derive(Debug, Clone, PartialEq)]
pub struct Descent {
    /// Where the smallest value seen lies.
    pub x: Vec<f64>,
    /// The smallest value seen.
    pub value: f64,
    /// Number of times the function was evaluated.
    pub evaluations: usize,
}

/// When a search ends.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stop {
    /// A step that lowers the value by less than this is the last one.
    pub decrease: f64,
    /// Most evaluations.
    pub evaluations: usize,
}

/// Shortest step that is tried, as a share of the full one.
const SHORTEST: f64 = 1e-4;
/// Share of the decrease along the tangent that a step has to reach (Armijo).
const SUFFICIENT: f64 = 1e-4;

/// Descends from `start` by the quasi-Newton method of Broyden, Fletcher, Goldfarb and Shanno with
/// steps halved until the value falls enough (J. Nocedal, S. J. Wright, Numerical Optimization,
/// 2nd ed., Springer 2006, algorithm 6.1 and section 3.1). `f` returns the value at a point and
/// writes its gradient. A value that is not finite counts as one too high. The first step is of
/// length `first_step` at most.
///
/// It ends in a minimum near the start, not in the lowest of several, and where the function has a
/// kink it may end on it.
pub fn descend(
    start: &[f64],
    first_step: f64,
    stop: Stop,
    mut f: impl FnMut(&[f64], &mut [f64]) -> f64,
) -> Descent {
    let n = start.len();
    let mut x = DVector::from_column_slice(start);
    let mut gradient = DVector::zeros(n);
    let mut value = f(x.as_slice(), gradient.as_mut_slice());
    let mut evaluations = 1;
    let steepest = gradient.norm();
    let mut inverse = DMatrix::identity(n, n)
        * if steepest > 0.0 {
            first_step / steepest
        } else {
            1.0
        };
    let mut first = true;
    while evaluations < stop.evaluations && gradient.norm() > 0.0 {
        let mut direction = -(&inverse * &gradient);
        let mut slope = direction.dot(&gradient);
        if slope >= 0.0 || !slope.is_finite() {
            inverse = DMatrix::identity(n, n) * (first_step / gradient.norm());
            direction = -(&inverse * &gradient);
            slope = direction.dot(&gradient);
        }
        let mut share = 1.0;
        let mut next_gradient = DVector::zeros(n);
        let found = loop {
            let next = &x + &direction * share;
            let next_value = f(next.as_slice(), next_gradient.as_mut_slice());
            evaluations += 1;
            if next_value.is_finite() && next_value <= value + SUFFICIENT * share * slope {
                break Some((next, next_value));
            }
            share *= 0.5;
            if share < SHORTEST || evaluations >= stop.evaluations {
                break None;
            }
        };
        let Some((next, next_value)) = found else {
            break;
        };
        let step = &next - &x;
        let change = &next_gradient - &gradient;
        let curvature = step.dot(&change);
        if curvature > 1e-12 * step.norm() * change.norm() {
            if first {
                inverse = DMatrix::identity(n, n) * (curvature / change.norm_squared());
                first = false;
            }
            let left = DMatrix::identity(n, n) - &step * change.transpose() / curvature;
            inverse = &left * &inverse * left.transpose() + &step * step.transpose() / curvature;
        }
        let decrease = value - next_value;
        x = next;
        value = next_value;
        gradient = next_gradient;
        if decrease < stop.decrease {
            break;
        }
    }
    Descent {
        x: x.as_slice().to_vec(),
        value,
        evaluations,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STOP: Stop = Stop {
        decrease: 1e-14,
        evaluations: 500,
    };

    #[test]
    fn the_valley_of_rosenbrock_is_followed_to_its_end() {
        let found = descend(&[-1.2, 1.0], 0.1, STOP, |x, g| {
            let (a, b) = (1.0 - x[0], x[1] - x[0] * x[0]);
            g[0] = -2.0 * a - 400.0 * x[0] * b;
            g[1] = 200.0 * b;
            a * a + 100.0 * b * b
        });
        assert!((found.x[0] - 1.0).abs() < 1e-5, "{found:?}");
        assert!((found.x[1] - 1.0).abs() < 1e-5, "{found:?}");
        assert!(found.evaluations < 150, "{found:?}");
    }

    #[test]
    fn a_value_that_is_not_finite_is_stepped_back_from() {
        // −ln(1 − x) + x²: not a number beyond 1, lowest where 1/(1 − x) = −2x, never for x in 0…1.
        let found = descend(&[0.9], 5.0, STOP, |x, g| {
            g[0] = 1.0 / (1.0 - x[0]) + 2.0 * x[0];
            -(1.0 - x[0]).ln() + x[0] * x[0]
        });
        let expected = (1.0 - 3_f64.sqrt()) / 2.0;
        assert!((found.x[0] - expected).abs() < 1e-6, "{found:?}");
    }

    #[test]
    fn nothing_to_vary_and_a_flat_function_end_at_once() {
        let nothing = descend(&[], 1.0, STOP, |_, _| 3.0);
        assert!((nothing.value - 3.0).abs() < 1e-15 && nothing.x.is_empty());
        let flat = descend(&[1.0], 1.0, STOP, |_, g| {
            g[0] = 0.0;
            2.0
        });
        assert_eq!((flat.x, flat.evaluations), (vec![1.0], 1));
    }
}
