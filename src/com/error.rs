//! What can be wrong with a channel or a setting.

use super::front::PathKind;
use crate::network::NetworkError;

/// Why no channel operating margin can be computed.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ComError {
    /// The scattering parameters cannot be used.
    #[error("{0}")]
    Network(#[from] NetworkError),
    /// A setting that cannot be; the text says which and what is allowed.
    #[error("{0}")]
    Setting(String),
    /// The channel does not allow it: no pulse, a response that does not end.
    #[error("{0}")]
    Channel(String),
    /// One path of the channel does not allow it.
    #[error("{}: {problem}", path_name(*.kind, *.number))]
    Path {
        /// Which kind of path.
        kind: PathKind,
        /// Which of its kind, from 1.
        number: usize,
        /// What is wrong with it.
        problem: String,
    },
    /// The equaliser's equations have no solution.
    #[error("{0}")]
    Equalizer(String),
}

fn path_name(kind: PathKind, number: usize) -> String {
    match kind {
        PathKind::Through => "the through path".to_owned(),
        PathKind::FarEnd => format!("far-end aggressor {number}"),
        PathKind::NearEnd => format!("near-end aggressor {number}"),
    }
}

/// The value where it is finite and within the bounds.
pub(super) fn within(name: &str, value: f64, low: f64, high: f64) -> Result<(), ComError> {
    if value.is_finite() && value >= low && value <= high {
        Ok(())
    } else {
        Err(ComError::Setting(format!(
            "the {name} cannot be {value}: {low} to {high} are allowed"
        )))
    }
}
