//! Probabilities with which one symbol is decided for another, and their products.

use crate::format::Modulation;
use crate::link::decision::Decided;
use crate::measure::slicer::ErrorRatios;

/// P(decided | sent) of a segment, or of several in a row.
///
/// Decisions of one segment are what the next sends, so the matrices of segments whose errors do not
/// depend on each other multiply. For two levels with error ratios p₁ and p₂ that is
/// p = p₁ + p₂ − 2·p₁·p₂ = (1 − (1 − 2p₁)(1 − 2p₂))/2, the cascade of binary symmetric channels
/// (T. M. Cover and J. A. Thomas, Elements of Information Theory, 2nd ed., Wiley 2006, problem 7.7).
#[derive(Debug, Clone, PartialEq)]
pub struct Transition {
    levels: usize,
    /// Row `sent`, column `decided`.
    probabilities: Vec<f64>,
    /// Share of each sent level.
    shares: Vec<f64>,
}

impl Transition {
    /// No errors: as many equally frequent levels.
    pub fn identity(levels: usize) -> Self {
        let mut probabilities = vec![0.0; levels * levels];
        for k in 0..levels {
            if let Some(p) = probabilities.get_mut(k * levels + k) {
                *p = 1.0;
            }
        }
        Self {
            levels,
            probabilities,
            shares: vec![1.0 / levels.max(1) as f64; levels],
        }
    }

    /// Of rows P(decided | sent), equally frequent; None where they are not square, or a row is no
    /// distribution.
    pub fn new(rows: &[Vec<f64>]) -> Option<Self> {
        let levels = rows.len();
        let valid = rows.iter().all(|row| {
            row.len() == levels
                && row.iter().all(|p| (0.0..=1.0).contains(p))
                && (row.iter().sum::<f64>() - 1.0).abs() < 1e-9
        });
        (levels > 0 && valid).then(|| Self {
            levels,
            probabilities: rows.concat(),
            shares: vec![1.0 / levels as f64; levels],
        })
    }

    /// Of what a decision rule gives. Errors that decision feedback makes out of its own errors take
    /// their share: every error is as much more frequent as their symbol error ratio is.
    pub fn of(decided: &Decided) -> Self {
        let by_level = &decided.samples.by_level;
        let levels = by_level.len();
        let weights: Vec<f64> = by_level
            .iter()
            .map(|samples| samples.iter().map(|s| s.weight).sum())
            .collect();
        let total: f64 = weights.iter().sum();
        let mut transition = Self {
            levels,
            probabilities: decided
                .samples
                .transitions(&decided.rule.thresholds)
                .concat(),
            shares: weights.iter().map(|w| w / total).collect(),
        };
        let alone = transition.symbol_error_ratio();
        if alone > 0.0 {
            transition.multiply_errors(decided.errors.symbol / alone);
        }
        transition
    }

    /// Makes every error more frequent by a factor; no row can have more than it has.
    fn multiply_errors(&mut self, factor: f64) {
        for (sent, row) in self
            .probabilities
            .chunks_mut(self.levels.max(1))
            .enumerate()
        {
            let wrong: f64 = wrong_of(row, sent).sum();
            let factor = factor.min(1.0 / wrong.max(f64::MIN_POSITIVE));
            for (decided, p) in row.iter_mut().enumerate() {
                *p = if decided == sent {
                    1.0 - factor * wrong
                } else {
                    factor * *p
                };
            }
        }
    }

    /// Number of levels.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// P(decided | sent); 0 for a level that is not there.
    pub fn at(&self, sent: usize, decided: usize) -> f64 {
        if decided >= self.levels {
            return 0.0;
        }
        self.probabilities
            .get(sent * self.levels + decided)
            .copied()
            .unwrap_or(0.0)
    }

    /// This one, and what is decided sent again through the next: the product of the matrices, with
    /// the shares of what is sent first.
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        let n = self.levels;
        let probabilities = (0..n * n)
            .map(|i| {
                let (sent, decided) = (i / n, i % n);
                (0..n)
                    .map(|between| self.at(sent, between) * next.at(between, decided))
                    .sum()
            })
            .collect();
        Self {
            levels: n,
            probabilities,
            shares: self.shares.clone(),
        }
    }

    /// Several in a row; None of none.
    pub fn product(all: &[Self]) -> Option<Self> {
        let (first, rest) = all.split_first()?;
        Some(
            rest.iter()
                .fold(first.clone(), |product, next| product.then(next)),
        )
    }

    fn symbol_error_ratio(&self) -> f64 {
        self.probabilities
            .chunks(self.levels.max(1))
            .enumerate()
            .zip(&self.shares)
            .map(|((sent, row), share)| share * wrong_of(row, sent).sum::<f64>())
            .sum()
    }

    /// Symbol and bit error ratios, each error with the bits it costs.
    pub fn error_ratios(&self, modulation: &Modulation) -> ErrorRatios {
        let label = |level: usize| u8::try_from(level).unwrap_or(u8::MAX);
        let mut bits = 0.0;
        for (sent, share) in self.shares.iter().enumerate() {
            for decided in (0..self.levels).filter(|d| *d != sent) {
                bits += share
                    * self.at(sent, decided)
                    * modulation.bit_errors(label(sent), label(decided));
            }
        }
        ErrorRatios {
            symbol: self.symbol_error_ratio(),
            bit: bits / modulation.bits_per_symbol(),
        }
    }
}

/// The errors of a row.
fn wrong_of(row: &[f64], sent: usize) -> impl Iterator<Item = f64> {
    row.iter()
        .enumerate()
        .filter(move |(decided, _)| *decided != sent)
        .map(|(_, p)| *p)
}

/// What the other segments of a chain do to the symbols before and behind one of them.
#[derive(Debug, Clone, PartialEq)]
pub struct Surroundings {
    /// Segments in front.
    pub before: Transition,
    /// Segments behind.
    pub behind: Transition,
}

impl Surroundings {
    /// What stands around segment `index` of several.
    pub fn of(transitions: &[Transition], index: usize) -> Self {
        let levels = transitions.first().map_or(0, Transition::levels);
        let product = |some: Option<&[Transition]>| {
            some.and_then(Transition::product)
                .unwrap_or_else(|| Transition::identity(levels))
        };
        Self {
            before: product(transitions.get(..index)),
            behind: product(transitions.get(index + 1..)),
        }
    }

    /// Error ratios of the whole with this segment between.
    pub fn error_ratios(&self, decided: &Decided, modulation: &Modulation) -> ErrorRatios {
        let mut whole = self
            .before
            .then(&Transition::of(decided))
            .then(&self.behind);
        let own: f64 = decided
            .samples
            .by_level
            .iter()
            .flatten()
            .map(|s| s.weight)
            .sum();
        whole.shares = decided
            .samples
            .by_level
            .iter()
            .map(|samples| samples.iter().map(|s| s.weight).sum::<f64>() / own)
            .collect();
        whole.error_ratios(modulation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn binary(p: f64) -> Transition {
        Transition::new(&[vec![1.0 - p, p], vec![p, 1.0 - p]]).unwrap()
    }

    #[test]
    fn two_binary_symmetric_channels_make_one() {
        let nrz = Modulation::nrz();
        for (a, b) in [(1e-3, 2e-3), (0.5, 0.1), (0.0, 1e-12), (0.3, 0.3)] {
            let found = binary(a).then(&binary(b)).error_ratios(&nrz).bit;
            let expected = 0.5 * (1.0 - (1.0 - 2.0 * a) * (1.0 - 2.0 * b));
            assert!((found - expected).abs() < 1e-15, "{found} {expected}");
        }
    }

    #[test]
    fn what_surrounds_a_segment_is_the_product_of_the_others() {
        let all = [binary(1e-2), binary(2e-2), binary(3e-2)];
        let around = Surroundings::of(&all, 1);
        assert_eq!((&around.before, &around.behind), (&all[0], &all[2]));
        let first = Surroundings::of(&all, 0);
        assert_eq!(first.before, Transition::identity(2));
        assert_eq!(first.behind, all[1].then(&all[2]));
    }

    #[test]
    fn rows_that_are_no_distribution_are_refused() {
        for bad in [
            vec![],
            vec![vec![1.0]; 2],
            vec![vec![0.9, 0.2], vec![0.0, 1.0]],
            vec![vec![f64::NAN, 1.0], vec![0.0, 1.0]],
            vec![vec![1.5, -0.5], vec![0.0, 1.0]],
        ] {
            assert!(Transition::new(&bad).is_none(), "{bad:?}");
        }
    }
}
