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

/// Rows of U·m that are orthogonal to each other, and U, unitary, by the one-sided Jacobi method
/// (Golub & Van Loan, Matrix Computations, 4th ed., chapter 8). The lengths of the rows are the
/// singular values.
fn orthogonal_rows(n: usize, m: &[Complex64]) -> (Vec<Complex64>, Vec<Complex64>) {
    let mut rows = m.to_vec();
    let mut unitary = vec![Complex64::ZERO; n * n];
    for i in 0..n {
        unitary[i * n + i] = Complex64::ONE;
    }
    // Converges in a handful of sweeps; each one halves the digits that are missing.
    for _ in 0..40 {
        let mut turned = false;
        for p in 0..n {
            for q in p + 1..n {
                turned |= orthogonalise(n, p, q, &mut rows, &mut unitary);
            }
        }
        if !turned {
            break;
        }
    }
    (rows, unitary)
}

/// Turns rows p < q until they are orthogonal; false where they are.
fn orthogonalise(
    n: usize,
    p: usize,
    q: usize,
    rows: &mut [Complex64],
    unitary: &mut [Complex64],
) -> bool {
    let (mut a, mut b, mut g) = (0.0, 0.0, Complex64::ZERO);
    for (x, y) in rows[p * n..(p + 1) * n]
        .iter()
        .zip(&rows[q * n..(q + 1) * n])
    {
        a += x.norm_sqr();
        b += y.norm_sqr();
        g += x.conj() * y;
    }
    let product = g.norm();
    if !(product > f64::EPSILON * (a * b).sqrt() && product > 0.0) {
        return false;
    }
    let zeta = (b - a) / (2.0 * product);
    let tangent = zeta.signum() / (zeta.abs() + zeta.hypot(1.0));
    let cos = 1.0 / tangent.hypot(1.0);
    let sin = cos * tangent;
    let phase = g.conj() / product;
    for matrix in [rows, unitary] {
        let (upper, lower) = matrix.split_at_mut(q * n);
        for (x, y) in upper[p * n..(p + 1) * n].iter_mut().zip(&mut lower[..n]) {
            let aligned = *y * phase;
            (*x, *y) = (*x * cos - aligned * sin, *x * sin + aligned * cos);
        }
    }
    true
}

/// Largest magnitude of an entry, by which a matrix is divided so that squares do not overflow.
fn scale_of(m: &[Complex64]) -> f64 {
    m.iter()
        .map(|v| v.re.abs().max(v.im.abs()))
        .fold(0.0, f64::max)
}

/// Singular values of a square matrix, largest first.
pub(super) fn singular_values(n: usize, m: &[Complex64]) -> Vec<f64> {
    let scale = scale_of(m);
    if scale == 0.0 {
        return vec![0.0; n];
    }
    let scaled: Vec<Complex64> = m.iter().map(|v| v / scale).collect();
    let (rows, _) = orthogonal_rows(n, &scaled);
    let mut values: Vec<f64> = rows
        .chunks_exact(n)
        .map(|row| length(row) * scale)
        .collect();
    values.sort_by(|a, b| b.total_cmp(a));
    values
}

fn length(row: &[Complex64]) -> f64 {
    row.iter().map(Complex64::norm_sqr).sum::<f64>().sqrt()
}

/// The same matrix with its singular values limited to `most`, where one exceeds it.
pub(super) fn clip_singular_values(n: usize, m: &[Complex64], most: f64) -> Option<Vec<Complex64>> {
    let scale = scale_of(m);
    if scale == 0.0 {
        return None;
    }
    let scaled: Vec<Complex64> = m.iter().map(|v| v / scale).collect();
    let (mut rows, unitary) = orthogonal_rows(n, &scaled);
    let mut clipped = false;
    for row in rows.chunks_exact_mut(n) {
        let value = length(row) * scale;
        let factor = if value > most { most / value } else { 1.0 };
        clipped |= value > most;
        for v in row {
            *v *= factor * scale;
        }
    }
    if !clipped {
        return None;
    }
    let mut adjoint = vec![Complex64::ZERO; n * n];
    for i in 0..n {
        for j in 0..n {
            adjoint[i * n + j] = unitary[j * n + i].conj();
        }
    }
    let mut result = vec![Complex64::ZERO; n * n];
    multiply(n, n, n, &adjoint, &rows, &mut result);
    Some(result)
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
    fn singular_values_are_those_of_another_method() {
        let n = 6;
        let m: Vec<Complex64> = (0..n * n)
            .map(|k| Complex64::new((k as f64 * 1.7).sin(), (k as f64 * 0.9).cos()))
            .collect();
        let other = nalgebra::DMatrix::from_row_slice(n, n, &m).singular_values();
        for (x, y) in singular_values(n, &m).iter().zip(other.iter()) {
            assert!((x - y).abs() < 1e-13, "{x} {y}");
        }
        let clipped = clip_singular_values(n, &m, 1.0).unwrap();
        for (x, y) in singular_values(n, &clipped).iter().zip(other.iter()) {
            assert!((x - y.min(1.0)).abs() < 1e-13, "{x} {y}");
        }
        // Numbers whose squares are beyond the range.
        let huge: Vec<Complex64> = m.iter().map(|v| v * 1e300).collect();
        assert!((singular_values(n, &huge)[0] / 1e300 - other[0]).abs() < 1e-12);
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
