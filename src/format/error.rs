//! Why a modulation or a pattern is refused.

use thiserror::Error;

/// Why a modulation or a pattern is refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The number of levels is not one that is modelled.
    #[error("{levels} levels: pulse amplitude modulation has 2 to 16 here")]
    LevelCount {
        /// Levels asked for.
        levels: usize,
    },
    /// The number of level positions is not the number of levels.
    #[error("{positions} level positions were given for {levels} levels")]
    PositionCount {
        /// Positions given.
        positions: usize,
        /// Levels asked for.
        levels: usize,
    },
    /// Level positions are not in ascending order within −1…1.
    #[error(
        "level {level} at {position}: positions must ascend and lie between -1 and 1, from the lowest level to the highest"
    )]
    Position {
        /// Number of the level, from 0.
        level: usize,
        /// Its position.
        position: f64,
    },
    /// The level separation mismatch ratio is not in 0…1.
    #[error("a level separation mismatch ratio of {ratio}: it lies above 0 and is at most 1")]
    LevelSeparation {
        /// Ratio asked for.
        ratio: f64,
    },
    /// There is no standard pseudo-random binary sequence of this order.
    #[error("PRBS{order}: the orders with a standard polynomial are 7, 9, 11, 13, 15, 23 and 31")]
    PrbsOrder {
        /// Order asked for.
        order: u32,
    },
    /// A pattern made of bits needs a whole number of bits per symbol.
    #[error(
        "{pattern} is a sequence of bits and {levels} levels do not carry a whole number of bits; use a random or a de Bruijn pattern"
    )]
    NotWholeBits {
        /// Name of the pattern.
        pattern: String,
        /// Levels of the modulation.
        levels: usize,
    },
    /// A pattern defined for one modulation was asked for with another.
    #[error("{pattern} is defined for {needed} levels, not for {levels}")]
    WrongLevels {
        /// Name of the pattern.
        pattern: String,
        /// Levels it is defined for.
        needed: usize,
        /// Levels of the modulation.
        levels: usize,
    },
    /// The pattern does not repeat.
    #[error("{pattern} does not repeat, so it has no cyclic form")]
    NotCyclic {
        /// Name of the pattern.
        pattern: String,
    },
    /// The pattern is too long to be held as a whole.
    #[error("{pattern} has more symbols than the {limit} that a cyclic pattern may have")]
    TooLong {
        /// Name of the pattern.
        pattern: String,
        /// The limit.
        limit: usize,
    },
    /// A de Bruijn sequence of order zero.
    #[error("a de Bruijn sequence has an order of at least 1")]
    ZeroOrder,
}
