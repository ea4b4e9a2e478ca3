//! Interpolation through measured points.

use thiserror::Error;

/// A curve y(x) given by points in ascending order of x.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    points: Vec<(f64, f64)>,
    /// dy/dx at each point, for the cubic.
    slopes: Vec<f64>,
}

/// Why a curve cannot be made or evaluated.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum CurveError {
    /// Fewer than two points.
    #[error("a curve needs at least 2 points, and {count} were given")]
    TooFewPoints {
        /// Points given.
        count: usize,
    },
    /// A coordinate is infinite or not a number.
    #[error("point {number} of the curve, ({x}, {y}), is not finite")]
    NotFinite {
        /// Number of the point, from 1.
        number: usize,
        /// Its x.
        x: f64,
        /// Its y.
        y: f64,
    },
    /// A point does not lie to the right of the one before it.
    #[error(
        "point {number} of the curve, at {x}, does not lie above the one before, at {previous}"
    )]
    NotAscending {
        /// Number of the point, from 1.
        number: usize,
        /// Its x.
        x: f64,
        /// The x before it.
        previous: f64,
    },
    /// Evaluated where there are no points.
    #[error("{x} lies outside the curve, which covers {low}…{high}")]
    OutsideRange {
        /// Where the curve was evaluated.
        x: f64,
        /// First x of the curve.
        low: f64,
        /// Last x of the curve.
        high: f64,
    },
}

impl Curve {
    /// A curve through `points`, pairs (x, y) in strictly ascending order of x.
    ///
    /// # Errors
    /// With fewer than two points, points out of order or at the same x, or numbers that are not
    /// finite.
    pub fn new(points: Vec<(f64, f64)>) -> Result<Self, CurveError> {
        if points.len() < 2 {
            return Err(CurveError::TooFewPoints {
                count: points.len(),
            });
        }
        let mut previous = f64::NEG_INFINITY;
        for (index, &(x, y)) in points.iter().enumerate() {
            let number = index + 1;
            if !(x.is_finite() && y.is_finite()) {
                return Err(CurveError::NotFinite { number, x, y });
            }
            if x <= previous {
                return Err(CurveError::NotAscending {
                    number,
                    x,
                    previous,
                });
            }
            previous = x;
        }
        let slopes = monotone_slopes(&points);
        Ok(Self { points, slopes })
    }

    /// The points, in ascending order of x.
    pub fn points(&self) -> &[(f64, f64)] {
        &self.points
    }

    /// The first and the last x.
    pub fn range(&self) -> (f64, f64) {
        match (self.points.first(), self.points.last()) {
            (Some(first), Some(last)) => (first.0, last.0),
            _ => (f64::NAN, f64::NAN),
        }
    }

    /// The curve at `x` by straight lines between the points, held at the first and the last value
    /// beyond the ends; NaN where `x` is.
    pub fn clamped(&self, x: f64) -> f64 {
        let (low, high) = self.range();
        self.linear(x.clamp(low, high)).unwrap_or(f64::NAN)
    }

    /// The curve at `x` by straight lines between the points.
    ///
    /// # Errors
    /// Outside the range of the points, and where `x` is not a number.
    pub fn linear(&self, x: f64) -> Result<f64, CurveError> {
        let segment = self.segment(x)?;
        let t = (x - segment.x0) / segment.width();
        Ok(segment.y0 * (1.0 - t) + segment.y1 * t)
    }

    /// The curve at `x` by a smooth cubic that rises and falls only where the points do.
    ///
    /// Cubic Hermite interpolation that meets the monotonicity condition of F. N. Fritsch and
    /// R. E. Carlson, SIAM J. Numer. Anal. 17, 238 (1980), DOI 10.1137/0717021, with the slopes
    /// of F. N. Fritsch and J. Butland, SIAM J. Sci. Stat. Comput. 5, 300 (1984),
    /// DOI 10.1137/0905021 ("PCHIP").
    ///
    /// # Errors
    /// Outside the range of the points, and where `x` is not a number.
    pub fn monotone_cubic(&self, x: f64) -> Result<f64, CurveError> {
        let segment = self.segment(x)?;
        let h = segment.width();
        let t = (x - segment.x0) / h;
        let u = 1.0 - t;
        Ok(segment.y0 * (1.0 + 2.0 * t) * u * u
            + segment.y1 * (1.0 + 2.0 * u) * t * t
            + h * t * u * (segment.slope0 * u - segment.slope1 * t))
    }

    fn segment(&self, x: f64) -> Result<Segment, CurveError> {
        let (low, high) = self.range();
        if !(low..=high).contains(&x) {
            return Err(CurveError::OutsideRange { x, low, high });
        }
        let after = self
            .points
            .partition_point(|point| point.0 <= x)
            .clamp(1, self.points.len() - 1);
        let ends = self.points.get(after - 1).zip(self.points.get(after));
        let slopes = self.slopes.get(after - 1).zip(self.slopes.get(after));
        match (ends, slopes) {
            (Some((&(x0, y0), &(x1, y1))), Some((&slope0, &slope1))) => Ok(Segment {
                x0,
                y0,
                slope0,
                x1,
                y1,
                slope1,
            }),
            _ => Err(CurveError::OutsideRange { x, low, high }),
        }
    }
}

/// Two neighbouring points and the slopes there.
struct Segment {
    x0: f64,
    y0: f64,
    slope0: f64,
    x1: f64,
    y1: f64,
    slope1: f64,
}

impl Segment {
    fn width(&self) -> f64 {
        self.x1 - self.x0
    }
}

/// Slopes at the points that keep the cubic monotonic.
fn monotone_slopes(points: &[(f64, f64)]) -> Vec<f64> {
    let widths: Vec<f64> = points
        .windows(2)
        .map(|pair| pair[1].0 - pair[0].0)
        .collect();
    let secants: Vec<f64> = points
        .windows(2)
        .map(|pair| (pair[1].1 - pair[0].1) / (pair[1].0 - pair[0].0))
        .collect();
    let n = points.len();
    if n == 2 {
        return vec![secants[0]; 2];
    }
    let mut slopes = Vec::with_capacity(n);
    slopes.push(end_slope(widths[0], widths[1], secants[0], secants[1]));
    for (width, secant) in widths.windows(2).zip(secants.windows(2)) {
        slopes.push(if secant[0] * secant[1] <= 0.0 {
            0.0
        } else {
            let before = 2.0 * width[1] + width[0];
            let after = width[1] + 2.0 * width[0];
            (before + after) / (before / secant[0] + after / secant[1])
        });
    }
    slopes.push(end_slope(
        widths[n - 2],
        widths[n - 3],
        secants[n - 2],
        secants[n - 3],
    ));
    slopes
}

/// Slope at an end by the parabola through three points, cut back to keep the shape.
fn end_slope(width: f64, next_width: f64, secant: f64, next_secant: f64) -> f64 {
    let slope = ((2.0 * width + next_width) * secant - width * next_secant) / (width + next_width);
    if slope * secant <= 0.0 {
        0.0
    } else if secant * next_secant <= 0.0 && slope.abs() > 3.0 * secant.abs() {
        3.0 * secant
    } else {
        slope
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn curve(points: &[(f64, f64)]) -> Curve {
        Curve::new(points.to_vec()).unwrap()
    }

    #[test]
    fn both_forms_pass_through_the_points() {
        let points = [(0.0, 1.0), (1.0, 4.0), (1.5, -2.0), (7.0, -2.0), (9.0, 3.0)];
        let curve = curve(&points);
        for (x, y) in points {
            assert!((curve.linear(x).unwrap() - y).abs() < 1e-14);
            assert!((curve.monotone_cubic(x).unwrap() - y).abs() < 1e-14);
        }
        assert!((curve.linear(0.5).unwrap() - 2.5).abs() < 1e-14);
    }

    #[test]
    fn straight_lines_are_reproduced_exactly() {
        let curve = curve(&[(-1.0, -5.0), (0.5, -0.5), (2.0, 4.0), (10.0, 28.0)]);
        for step in 0..=110 {
            let x = -1.0 + 0.1 * f64::from(step);
            let x = x.min(10.0);
            assert!((curve.linear(x).unwrap() - (3.0 * x - 2.0)).abs() < 1e-13);
            assert!((curve.monotone_cubic(x).unwrap() - (3.0 * x - 2.0)).abs() < 1e-13);
        }
    }

    #[test]
    fn cubic_is_monotonic_on_the_data_of_fritsch_and_carlson() {
        // The radiochemical (RPN) data of their paper, on which an ordinary spline overshoots.
        let points = [
            (7.99, 0.0),
            (8.09, 2.764_29e-5),
            (8.19, 4.374_98e-2),
            (8.7, 0.169_183),
            (9.2, 0.469_428),
            (10.0, 0.943_740),
            (12.0, 0.998_636),
            (15.0, 0.999_919),
            (20.0, 0.999_994),
        ];
        let curve = curve(&points);
        let mut previous = -1e-16;
        for step in 0..=12_010 {
            let x = (7.99 + 1e-3 * f64::from(step)).min(20.0);
            let y = curve.monotone_cubic(x).unwrap();
            assert!(y >= previous - 1e-15 && y <= 1.0, "{x}: {y}");
            previous = y;
        }
    }

    #[test]
    fn cubic_converges_faster_than_lines_on_a_smooth_curve() {
        let points: Vec<_> = (0..=20)
            .map(|i| f64::from(i) * 0.1)
            .map(|x| (x, x.exp()))
            .collect();
        let curve = Curve::new(points).unwrap();
        let (mut linear, mut cubic) = (0.0_f64, 0.0_f64);
        for step in 0..=2000 {
            let x = (f64::from(step) * 1e-3).min(2.0);
            linear = linear.max((curve.linear(x).unwrap() - x.exp()).abs());
            cubic = cubic.max((curve.monotone_cubic(x).unwrap() - x.exp()).abs());
        }
        // Lines: h²/8·max|y″| = 9.2e-3.
        assert!(linear < 9.3e-3 && cubic < 0.1 * linear, "{linear} {cubic}");
    }

    #[test]
    fn outside_the_points_is_an_error_never_a_guess() {
        let curve = curve(&[(0.0, 1.0), (1.0, 2.0)]);
        for x in [-1e-9, 1.0 + 1e-9, f64::NAN, f64::INFINITY] {
            assert!(matches!(
                curve.linear(x),
                Err(CurveError::OutsideRange { .. })
            ));
            assert!(matches!(
                curve.monotone_cubic(x),
                Err(CurveError::OutsideRange { .. })
            ));
        }
        assert!((curve.monotone_cubic(0.25).unwrap() - 1.25).abs() < 1e-15);
    }

    #[test]
    fn bad_points_are_refused_by_number() {
        assert_eq!(
            Curve::new(vec![(0.0, 1.0)]),
            Err(CurveError::TooFewPoints { count: 1 })
        );
        assert!(matches!(
            Curve::new(vec![(0.0, 1.0), (0.0, 2.0)]),
            Err(CurveError::NotAscending { number: 2, .. })
        ));
        assert!(matches!(
            Curve::new(vec![(0.0, 1.0), (1.0, f64::NAN)]),
            Err(CurveError::NotFinite { number: 2, .. })
        ));
        assert!(matches!(
            Curve::new(vec![(f64::NAN, 1.0), (1.0, 0.0)]),
            Err(CurveError::NotFinite { number: 1, .. })
        ));
    }
}
