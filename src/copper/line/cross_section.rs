//! The electrostatic field of strips between two planes: capacitance by a boundary integral.

use crate::constants::{SPEED_OF_LIGHT, VACUUM_PERMEABILITY};
use nalgebra::{DMatrix, DVector};
use std::f64::consts::PI;

/// A strip half way between two planes, and perhaps its mirror image beside it.
#[derive(Debug, Clone, Copy)]
pub(super) struct CrossSection {
    pub width: f64,
    pub thickness: f64,
    /// Distance of the planes.
    pub spacing: f64,
    /// Gap to the mirror image, and its voltage over that of the strip: 1 or −1.
    pub neighbour: Option<(f64, f64)>,
}

/// Panels of the half of a vertical side and of the horizontal one.
const VERTICAL: usize = 14;
const HORIZONTAL: usize = 36;
/// Places and weights of the Gauss–Legendre rule of four points on 0–1.
const GAUSS: [(f64, f64); 4] = [
    (0.069_431_844_202_973_71, 0.173_927_422_568_726_93),
    (0.330_009_478_207_571_87, 0.326_072_577_431_273_07),
    (0.669_990_521_792_428_1, 0.326_072_577_431_273_07),
    (0.930_568_155_797_026_3, 0.173_927_422_568_726_93),
];

/// A straight piece of the surface, horizontal or vertical; y is counted from the middle.
#[derive(Clone, Copy)]
struct Panel {
    begin: (f64, f64),
    end: (f64, f64),
}

impl CrossSection {
    /// Impedance in vacuum, Ω: Z_F0·ε₀/C.
    ///
    /// The charge on the strip's surface is constant on panels that are finer towards the edges,
    /// where it grows as r^{−1/3}; the potential at their middles is that of a line charge between two
    /// planes (P. M. Morse and H. Feshbach, *Methods of Theoretical Physics*, section 10.2),
    /// φ = 1/(4πε₀)·ln[(cosh x − cos(y + y′))/(cosh x − cos(y − y′))] in units of b/π.
    pub fn impedance(&self) -> f64 {
        let panels = self.panels();
        let count = panels.len();
        let potential = DMatrix::from_fn(count, count, |i, j| {
            let at = panels[i].at(0.5);
            let of = panels[j];
            let mut sum = self.potential(at, of) + self.potential(at, of.below());
            if let Some((_, sign)) = self.neighbour {
                let beside = of.beside();
                sum += sign * (self.potential(at, beside) + self.potential(at, beside.below()));
            }
            sum
        });
        let one = DVector::from_element(count, 1.0);
        let Some(charge) = potential.lu().solve(&one) else {
            return f64::NAN;
        };
        let capacitance: f64 = 2.0
            * panels
                .iter()
                .zip(&charge)
                .map(|(p, q)| p.length() * q)
                .sum::<f64>();
        VACUUM_PERMEABILITY * SPEED_OF_LIGHT / capacitance
    }

    /// The upper half of the surface; what is below mirrors it.
    fn panels(&self) -> Vec<Panel> {
        let left = self.neighbour.map_or(0.0, |(gap, _)| 0.5 * gap);
        let right = left + self.width;
        let top = 0.5 * self.thickness;
        let mut panels = Vec::with_capacity(2 * VERTICAL + HORIZONTAL);
        // Cubic grading towards an edge.
        let half = |k: usize, n: usize| 1.0 - (1.0 - k as f64 / n as f64).powi(3);
        for k in 0..VERTICAL {
            let (a, b) = (top * half(k, VERTICAL), top * half(k + 1, VERTICAL));
            for x in [left, right] {
                panels.push(Panel {
                    begin: (x, a),
                    end: (x, b),
                });
            }
        }
        let middle = 0.5 * (left + right);
        let reach = 0.5 * self.width;
        for k in 0..HORIZONTAL / 2 {
            let n = HORIZONTAL / 2;
            let (a, b) = (reach * half(k, n), reach * half(k + 1, n));
            for side in [-1.0, 1.0] {
                panels.push(Panel {
                    begin: (middle + side * a, top),
                    end: (middle + side * b, top),
                });
            }
        }
        panels
    }

    /// ε₀ times the potential at a place by a panel of unit charge density: the logarithm of the
    /// distance exactly, the smooth rest by Gauss's rule.
    fn potential(&self, at: (f64, f64), panel: Panel) -> f64 {
        let length = panel.length();
        let along = (
            (panel.end.0 - panel.begin.0) / length,
            (panel.end.1 - panel.begin.1) / length,
        );
        let to = (at.0 - panel.begin.0, at.1 - panel.begin.1);
        let t = to.0 * along.0 + to.1 * along.1;
        let n = (to.0 * along.1 - to.1 * along.0).abs();
        // ∫ ln√(n² + s²) ds from t − length to t.
        let primitive = |s: f64| {
            let square = n * n + s * s;
            if square == 0.0 {
                0.0
            } else {
                0.5 * s * square.ln() - s + n * s.atan2(n)
            }
        };
        let logarithm = primitive(t) - primitive(t - length);
        let unit = PI / self.spacing;
        let smooth: f64 = GAUSS
            .iter()
            .map(|&(place, weight)| {
                let from = panel.at(place);
                let (x, y) = (at.0 - from.0, at.1 - from.1);
                let square = x * x + y * y;
                let half_sinh = (0.5 * unit * x).sinh();
                // With y from the middle, cos of the sum of heights is −cos(y + y′).
                let far = (0.5 * unit * (at.1 + from.1)).cos().powi(2);
                let near = (0.5 * unit * y).sin().powi(2);
                let both = half_sinh * half_sinh;
                // Far away `both` may be infinite: the ratio is then 1.
                let ratio = if square > 1e-24 * self.spacing * self.spacing {
                    square * (1.0 + (far - near) / (both + near))
                } else {
                    4.0 / (unit * unit) * far
                };
                weight * 0.5 * ratio.ln()
            })
            .sum();
        (smooth * length - logarithm) / (2.0 * PI)
    }
}

impl Panel {
    fn at(self, place: f64) -> (f64, f64) {
        (
            self.begin.0 + place * (self.end.0 - self.begin.0),
            self.begin.1 + place * (self.end.1 - self.begin.1),
        )
    }

    fn length(self) -> f64 {
        (self.end.0 - self.begin.0).hypot(self.end.1 - self.begin.1)
    }

    fn below(self) -> Self {
        Self {
            begin: (self.begin.0, -self.begin.1),
            end: (self.end.0, -self.end.1),
        }
    }

    fn beside(self) -> Self {
        Self {
            begin: (-self.begin.0, self.begin.1),
            end: (-self.end.0, self.end.1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// K(k′)/K(k), complete elliptic integrals of the first kind by K(k) = π/(2·agm(1, k′)).
    fn elliptic_ratio(k: f64) -> f64 {
        let mean = |x: f64| {
            let (mut a, mut g) = (1.0, x);
            for _ in 0..12 {
                (a, g) = (0.5 * (a + g), f64::sqrt(a * g));
            }
            a
        };
        mean(((1.0 - k) * (1.0 + k)).sqrt()) / mean(k)
    }

    #[test]
    fn thin_strips_have_the_impedance_of_a_conformal_map() {
        // Cohn, IRE Trans. Microw. Theory Tech. 3, 29 (1955), DOI 10.1109/TMTT.1955.1124973:
        // Z = (Z_F0/4)·K(k′)/K(k); k = tanh(πw/2b), times or over tanh(π(w + s)/2b) in the even and
        // the odd mode. A thickness of 1e-5 leaves some 1e-4.
        let quarter = 0.25 * VACUUM_PERMEABILITY * SPEED_OF_LIGHT;
        for width in [0.05, 0.3, 1.0, 3.0, 10.0] {
            let outer = (0.5 * PI * width).tanh();
            let strip = |neighbour| {
                CrossSection {
                    width,
                    thickness: 1e-5,
                    spacing: 1.0,
                    neighbour,
                }
                .impedance()
            };
            let alone = quarter * elliptic_ratio(outer);
            assert!((strip(None) / alone - 1.0).abs() < 5e-4);
            for gap in [0.2, 1.0] {
                let inner = (0.5 * PI * (width + gap)).tanh();
                for (sign, k) in [(1.0, outer * inner), (-1.0, outer / inner)] {
                    let exact = quarter * elliptic_ratio(k);
                    let found = strip(Some((gap, sign)));
                    assert!(
                        (found / exact - 1.0).abs() < 5e-4,
                        "{width} {gap}: {found} for {exact}"
                    );
                }
            }
        }
    }

    #[test]
    fn the_scale_does_not_matter() {
        let of = |unit: f64| {
            CrossSection {
                width: 0.5 * unit,
                thickness: 0.1 * unit,
                spacing: unit,
                neighbour: Some((0.5 * unit, -1.0)),
            }
            .impedance()
        };
        assert!((of(1.0) / of(3e-4) - 1.0).abs() < 1e-10);
    }
}
