//! A smooth, memoryless function as a table of cubics: what a modulator or a saturating amplifier
//! does to each sample, at the cost of one look-up whatever its formula.

use super::kernels;

/// A function of one variable, real or complex, as cubic Hermite pieces of equal width. Beyond its
/// range it is held at its ends.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<T> {
    low: f64,
    high: f64,
    per_unit: f64,
    /// Coefficients of each piece in the local variable 0–1.
    pieces: Vec<[T; 4]>,
}

/// What a table holds.
pub trait Value:
    Copy
    + std::ops::Add<Output = Self>
    + std::ops::Sub<Output = Self>
    + std::ops::Mul<f64, Output = Self>
{
}
impl Value for f64 {}
impl Value for num_complex::Complex64 {}

impl<T: Value> Table<T> {
    /// Tabulates `function` on `low`…`high` in `pieces` pieces. The slopes at the knots are
    /// five-point differences, so that the table is within O(h⁴) of a smooth function.
    pub fn new(low: f64, high: f64, pieces: usize, function: impl Fn(f64) -> T) -> Self {
        let pieces = pieces.max(1);
        let h = (high - low) / pieces as f64;
        let e = 0.05 * h;
        let knot = |i: usize| low + h * i as f64;
        let slope = |x: f64| {
            ((function(x + e) - function(x - e)) * 8.0
                - (function(x + 2.0 * e) - function(x - 2.0 * e)))
                * (h / (12.0 * e))
        };
        let pieces = (0..pieces)
            .map(|i| {
                let (a, b) = (function(knot(i)), function(knot(i + 1)));
                let (da, db) = (slope(knot(i)), slope(knot(i + 1)));
                let rise = b - a;
                [a, da, rise * 3.0 - da * 2.0 - db, da + db - rise * 2.0]
            })
            .collect();
        Self {
            low,
            high,
            per_unit: 1.0 / h,
            pieces,
        }
    }

    /// Range of the table.
    pub fn range(&self) -> (f64, f64) {
        (self.low, self.high)
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn locate(&self, x: f64) -> (&[T; 4], f64) {
        let position = (x.clamp(self.low, self.high) - self.low) * self.per_unit;
        // A NaN becomes piece 0; the pieces are never empty.
        let index = (position as usize).min(self.pieces.len() - 1);
        (&self.pieces[index], position - index as f64)
    }

    /// Value at `x`.
    #[inline]
    pub fn at(&self, x: f64) -> T {
        let (c, u) = self.locate(x);
        c[0] + (c[1] + (c[2] + c[3] * u) * u) * u
    }

    /// Slope at `x`; zero beyond the range.
    pub fn slope(&self, x: f64) -> T {
        let (c, u) = self.locate(x);
        let inside = if x < self.low || x > self.high {
            0.0
        } else {
            self.per_unit
        };
        (c[1] + (c[2] * 2.0 + c[3] * (3.0 * u)) * u) * inside
    }

    /// Applies the function to every element.
    pub fn apply(&self, input: &[f64], output: &mut [T]) {
        const BLOCK: usize = 64;
        let mut indices = [0u32; BLOCK];
        let mut places = [0.0; BLOCK];
        for (input, output) in input.chunks(BLOCK).zip(output.chunks_mut(BLOCK)) {
            kernels::locate(
                input,
                (self.low, self.high),
                self.per_unit,
                self.pieces.len(),
                &mut indices,
                &mut places,
            );
            for ((o, &index), &u) in output.iter_mut().zip(&indices).zip(&places) {
                let c = &self.pieces[index as usize];
                *o = c[0] + (c[1] + (c[2] + c[3] * u) * u) * u;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cosine_is_kept_to_a_part_in_a_thousand_million() {
        let table = Table::new(-2.0, 2.0, 512, f64::cos);
        for i in -2000..2000 {
            let x = f64::from(i) * 1e-3;
            assert!((table.at(x) - x.cos()).abs() < 1e-10);
            assert!((table.slope(x) + x.sin()).abs() < 1e-6);
        }
        assert!((table.at(7.0) - 2f64.cos()).abs() < 1e-12);
        assert!(table.slope(7.0).abs() < 1e-12);
    }

    #[test]
    fn many_elements_are_one_after_the_other() {
        let table = Table::new(-1.0, 1.5, 40, |x: f64| x.exp());
        let input: Vec<f64> = (-2100..2100).map(|i| f64::from(i) * 1e-3).collect();
        let mut output = vec![0.0; input.len()];
        table.apply(&input, &mut output);
        for (&x, y) in input.iter().zip(output) {
            assert!((y - table.at(x)).abs() < 1e-14, "{x}");
        }
        let mut odd = [0.0; 3];
        table.apply(&[f64::NAN, f64::INFINITY, f64::NEG_INFINITY], &mut odd);
        assert!(odd[0].is_nan());
        assert!((odd[1] - table.at(1.5)).abs() < 1e-14 && (odd[2] - table.at(-1.0)).abs() < 1e-14);
    }

    #[test]
    fn not_a_number_stays_one() {
        assert!(Table::new(-1.0, 1.0, 8, |x| x).at(f64::NAN).is_nan());
    }
}
