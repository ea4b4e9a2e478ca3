//! Small dense complex matrices, by rows in flat slices.

use num_complex::Complex64;

/// x ← x·d⁻¹ for square matrices of order `n`, by Gaussian elimination with partial pivoting; `d` is
/// destroyed. False where `d` is singular to double precision.
pub(super) fn right_divide(n: usize, x: &mut [Complex64], d: &mut [Complex64]) -> bool {
    debug_assert!(x.len().is_multiple_of(n) && d.len() == n * n);
    let scale = d.iter().map(Complex64::norm_sqr).fold(0.0, f64::max).sqrt();
    let smallest = n as f64 * f64::EPSILON * scale;
    // Columns of d are made a unit matrix; what is done to them is done to those of x.
    for k in 0..n {
        let row = &d[k * n..(k + 1) * n];
        let mut pivot = k;
        for j in k + 1..n {
            if row[j].norm_sqr() > row[pivot].norm_sqr() {
                pivot = j;
            }
        }
        let magnitude = row[pivot].norm();
        if !(magnitude > smallest && magnitude.is_finite()) {
            return false;
        }
        if pivot != k {
            for row in d.chunks_exact_mut(n).chain(x.chunks_exact_mut(n)) {
                row.swap(k, pivot);
            }
        }
        let inverse = d[k * n + k].inv();
        for row in d[k * n..].chunks_exact_mut(n).chain(x.chunks_exact_mut(n)) {
            row[k] *= inverse;
        }
        for j in 0..n {
            let factor = d[k * n + j];
            if j == k || factor == Complex64::ZERO {
                continue;
            }
            for row in d[k * n..].chunks_exact_mut(n).chain(x.chunks_exact_mut(n)) {
                let step = factor * row[k];
                row[j] -= step;
            }
        }
    }
    true
}

/// out ← a·b, with `a` of `rows` × `inner` and `b` of `inner` × `columns`.
pub(super) fn multiply(
    rows: usize,
    inner: usize,
    columns: usize,
    a: &[Complex64],
    b: &[Complex64],
    out: &mut [Complex64],
) {
    for i in 0..rows {
        let target = &mut out[i * columns..(i + 1) * columns];
        target.fill(Complex64::ZERO);
        for k in 0..inner {
            let factor = a[i * inner + k];
            for (t, v) in target.iter_mut().zip(&b[k * columns..(k + 1) * columns]) {
                *t += factor * v;
            }
        }
    }
}

/// Singular values of a square matrix, largest first.
pub(super) fn singular_values(n: usize, m: &[Complex64]) -> Vec<f64> {
    let matrix = nalgebra::DMatrix::from_row_slice(n, n, m);
    let mut values: Vec<f64> = matrix.singular_values().iter().copied().collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

/// The same matrix with its singular values limited to `most`, where one exceeds it.
pub(super) fn clip_singular_values(n: usize, m: &[Complex64], most: f64) -> Option<Vec<Complex64>> {
    let mut svd = nalgebra::DMatrix::from_row_slice(n, n, m).svd(true, true);
    if svd.singular_values.iter().all(|&v| v <= most) {
        return None;
    }
    svd.singular_values.apply(|v| *v = v.min(most));
    let clipped = svd.recompose().ok()?;
    Some((0..n * n).map(|at| clipped[(at / n, at % n)]).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn division_undoes_multiplication() {
        let n = 5;
        let value = |seed: usize| {
            let x = (seed as f64 * 12.9898).sin() * 43758.5453;
            x - x.floor() - 0.5
        };
        let entry = |seed: usize| Complex64::new(value(seed), value(seed + 1000));
        let a: Vec<_> = (0..n * n).map(entry).collect();
        let b: Vec<_> = (100..100 + n * n).map(entry).collect();
        let mut product = vec![Complex64::ZERO; n * n];
        multiply(n, n, n, &a, &b, &mut product);
        assert!(right_divide(n, &mut product, &mut b.clone()));
        for (x, y) in product.iter().zip(&a) {
            assert!((x - y).norm() < 1e-12);
        }
    }

    #[test]
    fn a_singular_matrix_is_found() {
        let one = Complex64::ONE;
        let mut x = vec![one; 4];
        assert!(!right_divide(2, &mut x, &mut [one; 4]));
        assert!(!right_divide(2, &mut x, &mut [Complex64::ZERO; 4]));
    }

    #[test]
    fn clipping_leaves_small_singular_values() {
        let m = [2.0, 0.0, 0.0, 0.5].map(|v| Complex64::new(v, 0.0));
        let clipped = clip_singular_values(2, &m, 1.0).unwrap();
        assert!((clipped[0].re - 1.0).abs() < 1e-14 && (clipped[3].re - 0.5).abs() < 1e-14);
        assert!(clip_singular_values(2, &clipped, 1.0 + 1e-12).is_none());
        assert!((singular_values(2, &m)[0] - 2.0).abs() < 1e-14);
    }
}
