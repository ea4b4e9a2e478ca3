//! Discrete equalisers: feed-forward and decision feedback.

pub mod least_mean_squares;
pub mod minimum_mean_square_error;
pub mod sequence;
pub mod stretch;

pub use minimum_mean_square_error::{Covariances, Taps};
pub use stretch::Stretch;

/// The equaliser in front of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Equalizer {
    /// Feed-forward taps at symbol spacing; 0 or 1 for none (a gain).
    pub feed_forward_taps: usize,
    /// How many of them come before the main tap; chosen for the least error where none is given.
    pub precursor_taps: Option<usize>,
    /// Decision feedback taps.
    pub decision_feedback_taps: usize,
    /// How the taps are found.
    pub adaptation: Adaptation,
}

/// How an equaliser finds its taps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Adaptation {
    /// Solved for the minimum mean-square error against the actual noise spectrum.
    #[default]
    MinimumMeanSquareError,
    /// Adapted on known symbols by the least-mean-squares rule.
    LeastMeanSquares {
        /// Step, relative to the signal's power (normalised LMS).
        step: f64,
        /// Training symbols.
        training_symbols: usize,
    },
}
