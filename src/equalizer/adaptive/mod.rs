//! Equalisers that find their weights on the received samples: first on known symbols, then on their own
//! decisions.
//!
//! The output for symbol n is
//!
//! z_n = Σ_i w_i·x_i + Σ_{i≤j} w_ij·x_i·x_j + Σ_{i≤j≤k} w_ijk·x_i·x_j·x_k − Σ_m b_m·d_{n−m} + c,
//!
//! with x the received samples about the symbol, one, two or more for each, d the past symbols, and the
//! products of the Volterra series (V. J. Mathews and G. L. Sicuranza, Polynomial Signal Processing, Wiley,
//! 2000, chapter 2). It is linear in its weights, so that the rules of linear adaptive filters hold
//! (S. Haykin, Adaptive Filter Theory, 5th ed., Pearson, 2014, chapters 6, 7 and 10).
//!
//! Leaves out: blind adaptation (symbols must be known at first), clock and phase (the samples stand at
//! fixed places of the symbols), delay of the decisions.

mod error;
mod rule;
mod terms;

pub use error::AdaptiveError;
pub use rule::UpdateRule;

use rule::State;
use terms::Layout;

/// Terms an equaliser may have: of gradients, and of recursive least squares, whose matrix has their
/// square.
const MOST_TERMS: [usize; 2] = [1 << 16, 1 << 12];

/// What an adaptive equaliser weighs.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AdaptiveStructure {
    /// Received samples for each symbol: 1 at symbol spacing, 2 at half of it.
    pub samples_per_symbol: usize,
    /// Feed-forward taps, one sample apart.
    pub linear_taps: usize,
    /// The tap, from 0 at the earliest sample, that stands at the symbol's own sample and begins at 1.
    pub main_tap: usize,
    /// Samples about the main tap whose products of two are weighed: half of them before it.
    pub second_order_taps: usize,
    /// Samples about the main tap whose products of three are weighed.
    pub third_order_taps: usize,
    /// Steps of the products of two and of three samples, relative to that of the taps. Products have
    /// other powers than samples, and many of them share one error.
    pub product_steps: [f64; 2],
    /// Past symbols that are fed back.
    pub feedback_taps: usize,
    /// Whether a constant is weighed.
    pub constant: bool,
}

impl Default for AdaptiveStructure {
    /// One sample a symbol, one tap.
    fn default() -> Self {
        Self {
            samples_per_symbol: 1,
            linear_taps: 1,
            main_tap: 0,
            second_order_taps: 0,
            third_order_taps: 0,
            product_steps: [1.0; 2],
            feedback_taps: 0,
            constant: false,
        }
    }
}

/// What happens behind the known symbols.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AfterTraining {
    /// The weights stay as they are.
    Hold,
    /// The weights follow the errors of the decisions.
    DecisionDirected,
}

/// What an equaliser makes of a stretch of samples, for each symbol.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Equalized {
    /// Outputs, in the unit of the levels.
    pub outputs: Vec<f64>,
    /// Indices of the nearest levels.
    pub decisions: Vec<u8>,
    /// Known symbol, or level decided, less the output. Their squares show how it converges.
    pub errors: Vec<f64>,
}

/// An equaliser and what it has learned.
#[derive(Debug, Clone)]
pub struct AdaptiveEqualizer {
    structure: AdaptiveStructure,
    layout: Layout,
    levels: Vec<f64>,
    weights: Vec<f64>,
    state: State,
}

impl AdaptiveEqualizer {
    /// An equaliser for levels, which must rise. Its main tap is 1 and all other weights are 0.
    ///
    /// # Errors
    /// [`AdaptiveError`] for numbers that cannot be.
    pub fn new(
        structure: AdaptiveStructure,
        rule: UpdateRule,
        levels: &[f64],
    ) -> Result<Self, AdaptiveError> {
        structure.check()?;
        if !(2..=256).contains(&levels.len())
            || levels.iter().any(|l| !l.is_finite())
            || levels.windows(2).any(|pair| pair[0] >= pair[1])
        {
            return Err(AdaptiveError::Levels {
                levels: levels.to_vec(),
            });
        }
        let layout = Layout::new(&structure);
        let terms = layout.terms();
        let most = MOST_TERMS[usize::from(rule.is_recursive())];
        if terms > most {
            return Err(AdaptiveError::Structure {
                what: "the number of taps and products",
                value: terms,
                allowed: format!("up to {most}"),
            });
        }
        let mut weights = vec![0.0; terms];
        weights[structure.main_tap] = 1.0;
        Ok(Self {
            structure,
            layout,
            levels: levels.to_vec(),
            state: State::new(rule, terms)?,
            weights,
        })
    }

    /// Taps of the samples, the earliest sample first.
    pub fn linear_taps(&self) -> &[f64] {
        &self.weights[..self.layout.linear]
    }

    /// Weight of the product of two samples, by their places in the window of products; None outside of it.
    pub fn second_order_tap(&self, i: usize, j: usize) -> Option<f64> {
        let (i, j, n) = (i.min(j), i.max(j), self.layout.second.1);
        let at = self.layout.linear + i * n - i * i.saturating_sub(1) / 2 + (j - i);
        let orders = if i == j { 1.0 } else { 2f64 };
        let root = (orders * self.structure.product_steps[0]).sqrt();
        (j < n).then(|| root * self.weights[at])
    }

    /// Feedback taps, that of the last symbol first; they are subtracted.
    pub fn feedback_taps(&self) -> &[f64] {
        let start = self.layout.feedback_start();
        &self.weights[start..start + self.layout.feedback]
    }

    /// The constant that is added.
    pub fn constant(&self) -> f64 {
        let last = self.weights.last().filter(|_| self.layout.constant);
        last.copied().unwrap_or(0.0)
    }

    /// Equalises a stretch that begins at a symbol's own sample. `known` symbols, values in the unit of the
    /// levels, are those of its first symbols; before the stretch all samples and symbols count as 0.
    ///
    /// The levels may be of any unit, and the samples too. A step is relative to their powers only under
    /// [`UpdateRule::NormalizedLeastMeanSquares`].
    ///
    /// # Errors
    /// [`AdaptiveError::NotFinite`] of the input, [`AdaptiveError::Diverged`] where the weights ran away;
    /// they are then of no use.
    pub fn equalize(
        &mut self,
        received: &[f64],
        known: &[f64],
        after: AfterTraining,
    ) -> Result<Equalized, AdaptiveError> {
        for (what, values) in [("received sample", received), ("known symbol", known)] {
            if let Some(index) = values.iter().position(|x| !x.is_finite()) {
                return Err(AdaptiveError::NotFinite {
                    what,
                    index,
                    value: values[index],
                });
            }
        }
        let structure = self.structure;
        let symbols = received.len() / structure.samples_per_symbol;
        let mut padded = vec![0.0; structure.main_tap];
        padded.extend_from_slice(received);
        padded.resize(padded.len() + structure.linear_taps, 0.0);
        let run = Run {
            layout: self.layout,
            samples_per_symbol: structure.samples_per_symbol,
            padded: &padded,
            known: &known[..known.len().min(symbols)],
            after,
            levels: &self.levels,
            thresholds: (self.levels.windows(2))
                .map(|pair| 0.5 * (pair[0] + pair[1]))
                .collect(),
        };
        let mut out = Equalized {
            outputs: vec![0.0; symbols],
            decisions: vec![0; symbols],
            errors: vec![0.0; symbols],
        };
        rule::run(&run, &mut self.weights, &mut self.state, &mut out);
        match out.outputs.iter().position(|z| !z.is_finite()) {
            Some(symbol) => Err(AdaptiveError::Diverged { symbol }),
            None => Ok(out),
        }
    }
}

/// What a run over a stretch needs.
struct Run<'a> {
    layout: Layout,
    samples_per_symbol: usize,
    /// Received samples with zeros for those of the first and the last windows that are not there.
    padded: &'a [f64],
    known: &'a [f64],
    after: AfterTraining,
    levels: &'a [f64],
    thresholds: Vec<f64>,
}

impl AdaptiveStructure {
    fn check(&self) -> Result<(), AdaptiveError> {
        let refuse = |what, value, allowed: String| {
            Err(AdaptiveError::Structure {
                what,
                value,
                allowed,
            })
        };
        if !(1..=64).contains(&self.samples_per_symbol) {
            return refuse(
                "samples_per_symbol",
                self.samples_per_symbol,
                "1 to 64".to_owned(),
            );
        }
        if self.linear_taps == 0 {
            return refuse("linear_taps", 0, "1 and more".to_owned());
        }
        if self.main_tap >= self.linear_taps {
            let last = self.linear_taps - 1;
            return refuse("main_tap", self.main_tap, format!("0 to {last}"));
        }
        if let Some(&value) = (self.product_steps.iter()).find(|&&s| !(s > 0.0 && s.is_finite())) {
            return Err(AdaptiveError::Rule {
                what: "a product step",
                value,
                allowed: "above 0",
            });
        }
        let room = 2 * self.main_tap + 1;
        let room = room.min(2 * (self.linear_taps - self.main_tap));
        for (what, value) in [
            ("second_order_taps", self.second_order_taps),
            ("third_order_taps", self.third_order_taps),
        ] {
            if value > room {
                let allowed = format!("up to {room}, which stand about the main tap");
                return refuse(what, value, allowed);
            }
        }
        for (what, value, most) in [
            ("linear_taps", self.linear_taps, MOST_TERMS[0]),
            ("second_order_taps", self.second_order_taps, 360),
            ("third_order_taps", self.third_order_taps, 70),
            ("feedback_taps", self.feedback_taps, MOST_TERMS[0]),
        ] {
            if value > most {
                return refuse(what, value, format!("up to {most}"));
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
