//! Detection of sequences by maximum likelihood, and what it gains.
//!
//! [`SequenceDetector`] is the Viterbi algorithm; [`error_events`] and [`union_bound`] say how often it
//! errs.

mod detector;
mod error;
mod error_events;

pub use detector::{LARGEST_TRELLIS, SequenceDetector, SequenceScratch};
pub use error::SequenceError;
pub use error_events::{ErrorEvent, error_events, union_bound};
