//! What can be wrong with a request for a density.

use thiserror::Error;

/// Why a density or a statistical eye cannot be made.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum StatisticsError {
    /// A number that is not finite, or not in the range it has to be in.
    #[error("{what} is {value:e}: it has to be {allowed}")]
    Parameter {
        /// What the number is.
        what: &'static str,
        /// The number given.
        value: f64,
        /// What it has to be.
        allowed: &'static str,
    },
    /// More amplitude bins than memory or patience could hold: the bin is too narrow.
    #[error("{bins:e} bins of amplitude are more than {most:e}: choose a wider bin")]
    TooManyBins {
        /// Bins that would be needed.
        bins: f64,
        /// Most bins there may be.
        most: f64,
    },
    /// Two densities that belong together have different bins.
    #[error("densities of bins {0:e} and {1:e} wide cannot be convolved")]
    DifferentBins(f64, f64),
    /// Something is missing: a pulse response without samples, a format without levels.
    #[error("{0}")]
    Missing(&'static str),
}

/// Refuses what is not finite, or does not hold a condition.
pub(super) fn require(
    what: &'static str,
    value: f64,
    allowed: &'static str,
    holds: bool,
) -> Result<f64, StatisticsError> {
    if holds && value.is_finite() {
        Ok(value)
    } else {
        Err(StatisticsError::Parameter {
            what,
            value,
            allowed,
        })
    }
}
