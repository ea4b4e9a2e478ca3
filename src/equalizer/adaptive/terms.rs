//! The terms an adaptive equaliser weighs: samples, their products, past decisions and a constant.

use super::AdaptiveStructure;

/// Where the groups of terms stand in the vector of all.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Layout {
    pub linear: usize,
    /// First sample of the window of products, and their number, of second and third order.
    pub second: (usize, usize),
    pub third: (usize, usize),
    /// Roots of the products' steps: a term so much larger moves so much faster.
    pub roots: [f64; 2],
    pub feedback: usize,
    pub constant: bool,
}

impl Layout {
    pub fn new(structure: &AdaptiveStructure) -> Self {
        let window = |samples: usize| {
            let first = structure.main_tap.saturating_sub(samples / 2);
            (first, samples)
        };
        Self {
            linear: structure.linear_taps,
            second: window(structure.second_order_taps),
            third: window(structure.third_order_taps),
            roots: structure.product_steps.map(f64::sqrt),
            feedback: structure.feedback_taps,
            constant: structure.constant,
        }
    }

    /// Where the past decisions begin.
    pub fn feedback_start(&self) -> usize {
        let (n, m) = (self.second.1, self.third.1);
        self.linear + n * (n + 1) / 2 + m * (m + 1) * (m + 2) / 6
    }

    /// Number of all terms.
    pub fn terms(&self) -> usize {
        self.feedback_start() + self.feedback + usize::from(self.constant)
    }
}

/// Writes samples and their products to the front of `terms`, whose window is `samples`.
///
/// A product of different samples stands once, times the root of the number of its orders. With that, one
/// step of a gradient does to the output what it does with a weight for every order.
#[inline(always)]
#[allow(clippy::inline_always)] // so that it is compiled for the processor that was chosen
pub(super) fn fill(layout: &Layout, samples: &[f64], terms: &mut [f64]) {
    let (linear, mut rest) = terms.split_at_mut(layout.linear.min(samples.len()));
    linear.copy_from_slice(&samples[..linear.len()]);
    let (first, count) = layout.second;
    let window = &samples[first..first + count];
    let [two, three] = layout.roots;
    for (i, &x) in window.iter().enumerate() {
        let row;
        (row, rest) = rest.split_at_mut(count - i);
        let factor = std::f64::consts::SQRT_2 * two * x;
        for (term, &y) in row.iter_mut().zip(&window[i..]) {
            *term = factor * y;
        }
        row[0] = two * x * x;
    }
    let (first, count) = layout.third;
    let window = &samples[first..first + count];
    let (triple, double) = (6f64.sqrt() * three, 3f64.sqrt() * three);
    for (i, &x) in window.iter().enumerate() {
        for (j, &y) in window.iter().enumerate().skip(i) {
            let row;
            (row, rest) = rest.split_at_mut(count - j);
            let factor = if i == j { double } else { triple } * x * y;
            for (term, &z) in row.iter_mut().zip(&window[j..]) {
                *term = factor * z;
            }
            row[0] = if i == j { three } else { double } * x * y * y;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_stand_once_and_weigh_as_all_their_orders() {
        let structure = AdaptiveStructure {
            linear_taps: 5,
            main_tap: 2,
            second_order_taps: 4,
            third_order_taps: 3,
            feedback_taps: 2,
            ..AdaptiveStructure::default()
        };
        let layout = Layout::new(&structure);
        assert_eq!((layout.second, layout.third), ((0, 4), (1, 3)));
        assert_eq!(layout.terms(), 5 + 10 + 10 + 2);
        let samples = [0.3, -1.2, 0.7, 2.0, -0.4];
        let mut terms = vec![0.0; layout.terms()];
        fill(&layout, &samples, &mut terms);
        assert_eq!(terms[..5], samples);
        // The sum of squares of all products of two is (Σx²)², of three (Σx²)³.
        let square = |x: &[f64]| x.iter().map(|x| x * x).sum::<f64>();
        let (two, three) = (
            square(&samples[..4]).powi(2),
            square(&samples[1..4]).powi(3),
        );
        assert!((square(&terms[5..15]) / two - 1.0).abs() < 1e-14);
        assert!((square(&terms[15..25]) / three - 1.0).abs() < 1e-14);
        assert!(terms[25..].iter().all(|&t| t == 0.0));
    }
}
