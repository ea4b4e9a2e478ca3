//! What cannot be detected.

use thiserror::Error;

/// Why a detector of sequences cannot be made or used.
#[derive(Debug, Clone, PartialEq, Error)]
pub enum SequenceError {
    /// Fewer than two levels, or more than 16.
    #[error("{levels} levels, and a detector of sequences takes 2 to 16")]
    Levels {
        /// Number of levels.
        levels: usize,
    },
    /// A response of one symbol, or none: there is no sequence.
    #[error("the response has {symbols} symbols, and a detector of sequences needs at least 2")]
    Memory {
        /// Symbols of the response.
        symbols: usize,
    },
    /// More states than a detector may have.
    #[error(
        "{levels} levels to the power of a memory of {memory} symbols are more than {allowed} states"
    )]
    States {
        /// Number of levels.
        levels: usize,
        /// Symbols that are remembered.
        memory: usize,
        /// States allowed.
        allowed: usize,
    },
    /// A number that is not finite, or a response whose first symbol is nothing.
    #[error("{what} {value} is of no use to a detector of sequences")]
    NotUsable {
        /// Which number.
        what: &'static str,
        /// Its value.
        value: f64,
    },
    /// Symbols before the first that are not `memory` levels.
    #[error("the start of a detection must be {memory} symbols below {levels}")]
    Start {
        /// Number of levels.
        levels: usize,
        /// Symbols that are remembered.
        memory: usize,
    },
}
