//! Jones matrices.

use num_complex::Complex64;

/// A complex 2 × 2 matrix that acts on a field (x, y).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Jones {
    /// Rows.
    pub rows: [[Complex64; 2]; 2],
}

impl Jones {
    /// What changes nothing.
    pub const IDENTITY: Self = Self::diagonal(Complex64::ONE, Complex64::ONE);

    /// x and y by themselves.
    pub const fn diagonal(x: Complex64, y: Complex64) -> Self {
        Self {
            rows: [[x, Complex64::ZERO], [Complex64::ZERO, y]],
        }
    }

    /// A rotation of the linear axes by `angle` rad.
    pub fn rotation(angle: f64) -> Self {
        let (s, c) = angle.sin_cos();
        let real = |re| Complex64::new(re, 0.0);
        Self {
            rows: [[real(c), real(-s)], [real(s), real(c)]],
        }
    }

    /// The unitary matrix of determinant 1 along the quaternion `q`, which need not be normalised: of
    /// four independent normal variates, every rotation of the Poincaré sphere is equally likely
    /// (K. Shoemake, "Uniform random rotations", Graphics Gems III, 1992). The identity for zero.
    pub fn from_quaternion(q: [f64; 4]) -> Self {
        let norm = q.iter().map(|x| x * x).sum::<f64>().sqrt();
        if norm <= 0.0 {
            return Self::IDENTITY;
        }
        let a = Complex64::new(q[0], q[1]) / norm;
        let b = Complex64::new(q[2], q[3]) / norm;
        Self {
            rows: [[a, b], [-b.conj(), a.conj()]],
        }
    }

    /// self·other: the field goes through `other` first.
    #[must_use]
    pub fn after(&self, other: &Self) -> Self {
        let ([[a, b], [c, d]], [[e, f], [g, h]]) = (self.rows, other.rows);
        Self {
            rows: [
                [a * e + b * g, a * f + b * h],
                [c * e + d * g, c * f + d * h],
            ],
        }
    }

    /// Conjugate transpose; the inverse of a unitary matrix.
    #[must_use]
    pub fn adjoint(&self) -> Self {
        let [[a, b], [c, d]] = self.rows;
        Self {
            rows: [[a.conj(), c.conj()], [b.conj(), d.conj()]],
        }
    }

    /// Determinant.
    pub fn determinant(&self) -> Complex64 {
        let [[a, b], [c, d]] = self.rows;
        a * d - b * c
    }

    /// Inverse; not finite where there is none.
    #[must_use]
    pub fn inverse(&self) -> Self {
        let [[a, b], [c, d]] = self.rows;
        let det = self.determinant();
        Self {
            rows: [[d / det, -b / det], [-c / det, a / det]],
        }
    }

    /// Eigenvalues.
    pub fn eigenvalues(&self) -> [Complex64; 2] {
        let [[a, _], [_, d]] = self.rows;
        let half = 0.5 * (a + d);
        let root = (half * half - self.determinant()).sqrt();
        [half + root, half - root]
    }

    /// The field (x, y) behind the element.
    pub fn apply(&self, x: Complex64, y: Complex64) -> (Complex64, Complex64) {
        let [[a, b], [c, d]] = self.rows;
        (a * x + b * y, c * x + d * y)
    }

    /// Largest and smallest transmitted power over all polarisations: the squares of the singular
    /// values. Their ratio is the polarisation-dependent loss.
    pub fn transmissions(&self) -> (f64, f64) {
        let [[a, b], [c, d]] = self.rows;
        // The Hermitian J†J, whose eigenvalues are wanted.
        let (p, q) = (a.norm_sqr() + c.norm_sqr(), b.norm_sqr() + d.norm_sqr());
        let r = a.conj() * b + c.conj() * d;
        let half = 0.5 * (p + q);
        let root = (0.25 * (p - q).powi(2) + r.norm_sqr()).sqrt();
        let det = self.determinant().norm_sqr();
        let largest = half + root;
        // The product of the two is |det|²: no difference of near numbers.
        let smallest = if largest > 0.0 { det / largest } else { 0.0 };
        (largest, smallest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: &Jones, b: &Jones) -> bool {
        let (a, b) = (a.rows.as_flattened(), b.rows.as_flattened());
        a.iter().zip(b).all(|(a, b)| (a - b).norm() < 1e-14)
    }

    #[test]
    fn a_quaternion_is_unitary_and_the_inverse_undoes() {
        let u = Jones::from_quaternion([0.3, -1.2, 0.7, 2.0]);
        assert!((u.determinant() - 1.0).norm() < 1e-15);
        assert!(close(&u.after(&u.adjoint()), &Jones::IDENTITY));
        let lossy = u.after(&Jones::diagonal(Complex64::ONE, Complex64::new(0.5, 0.1)));
        assert!(close(&lossy.inverse().after(&lossy), &Jones::IDENTITY));
        assert!(close(&Jones::from_quaternion([0.0; 4]), &Jones::IDENTITY));
    }

    #[test]
    fn transmissions_and_eigenvalues_of_a_turned_polariser() {
        let r = Jones::rotation(0.4);
        let loss = Jones::diagonal(Complex64::ONE, Complex64::new(0.5, 0.0));
        let turned = r.after(&loss).after(&r.adjoint());
        let (most, least) = turned.transmissions();
        assert!((most - 1.0).abs() < 1e-15 && (least - 0.25).abs() < 1e-15);
        let [p, q] = turned.eigenvalues();
        assert!((p - 1.0).norm() < 1e-15 && (q - 0.5).norm() < 1e-15);
    }
}
