//! What can be wrong with a link that is well-formed.

use crate::amplifier::AmplifierError;
use crate::equalizer::SequenceError;
use crate::fiber::FiberError;
use crate::fiber::nonlinear::NonlinearError;
use crate::format::FormatError;
use crate::signal::{ConvolutionError, ResponseError};
use crate::statistics::StatisticsError;

/// Why a link cannot be run.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinkError {
    /// The stages do not make a link.
    #[error("stage {position} ({name}): {reason}")]
    Stage {
        /// Position, counted from 1.
        position: usize,
        /// The stage's name.
        name: String,
        /// What is wrong.
        reason: String,
    },
    /// Something of the whole link is missing or does not fit.
    #[error("{0}")]
    Link(String),
    /// A value that is not a number or infinite appeared behind a stage.
    #[error("the waveform is not finite behind {after}")]
    NotFinite {
        /// The stage it appeared behind.
        after: String,
    },
    /// The waveform at the decision does not depend on the symbols.
    #[error("no signal arrives at the decision: the waveform there does not depend on the symbols")]
    NoSignal,
    /// The pattern or the format.
    #[error(transparent)]
    Format(#[from] FormatError),
    /// A fibre.
    #[error(transparent)]
    Fiber(#[from] FiberError),
    /// A fibre with the Kerr effect.
    #[error(transparent)]
    Nonlinear(#[from] NonlinearError),
    /// An optical amplifier.
    #[error(transparent)]
    Amplifier(#[from] AmplifierError),
    /// A response.
    #[error(transparent)]
    Response(#[from] ResponseError),
    /// A response that cannot be applied.
    #[error(transparent)]
    Convolution(#[from] ConvolutionError),
    /// A statistical eye.
    #[error("the statistical eye cannot be made: {0}")]
    Statistics(#[from] StatisticsError),
    /// A detector of sequences.
    #[error("sequences cannot be detected: {0}")]
    Sequence(#[from] SequenceError),
    /// The user stopped the run.
    #[error("interrupted")]
    Interrupted,
}
