//! What cannot be adapted.

use thiserror::Error;

/// Why an adaptive equaliser cannot be made or used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum AdaptiveError {
    /// Numbers of samples, taps or a position that do not make an equaliser.
    #[error("{what} is {value}; allowed: {allowed}")]
    Structure {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: usize,
        /// What may stand there.
        allowed: String,
    },
    /// A step, a forgetting factor or a start that cannot be.
    #[error("{what} is {value}; allowed: {allowed}")]
    Rule {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What may stand there.
        allowed: &'static str,
    },
    /// Levels that are not at least two, finite and rising.
    #[error("the levels must be at least two, finite and rising: {levels:?}")]
    Levels {
        /// The levels.
        levels: Vec<f64>,
    },
    /// A received sample or a known symbol that is not finite.
    #[error("{what} {index} is {value}")]
    NotFinite {
        /// What it is.
        what: &'static str,
        /// Its place from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// The taps grew out of bounds.
    #[error(
        "the taps ran away at symbol {symbol}: a smaller step, or a longer training, is needed"
    )]
    Diverged {
        /// Symbol from 0 whose output was not finite.
        symbol: usize,
    },
}
