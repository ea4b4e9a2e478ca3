//! A chain: a link of several segments, each of which ends in a decision. A retimer equalises,
//! slices, and sends the decided symbols again; so the segments of a chain have their symbols in
//! common and nothing else. Each is a [`Link`] that the engines run as they run any other.
//!
//! Error ratios of the whole are those of the product of the segments'
//! [transition matrices](Transition); delays, latencies and powers add.
//!
//! Leaves out: jitter that a recovered clock hands on (each segment has the jitter of its own driver
//! and sampler), gearboxes (every segment has the same format and rate), codes that end within a
//! retimer, and, outside Monte Carlo, that errors of two segments may favour the same patterns.

mod transition;

pub use transition::{Surroundings, Transition};

use super::description::Link;
use super::error::LinkError;

/// A link of segments that are each decided and sent again.
#[derive(Debug, Clone)]
pub struct Chain {
    /// What the user calls it.
    pub name: String,
    /// The segments, in order; at least one.
    pub segments: Vec<Segment>,
}

/// One segment, from a driver to a decision.
#[derive(Debug, Clone)]
pub struct Segment {
    /// What it is called: the name of the fibre or cable that delays it most.
    pub name: String,
    /// The segment as a link of its own.
    pub link: Link,
    /// Position of its first stage in the whole, from 1.
    pub first_stage: usize,
    /// The retimer that ends it; None for the last segment, which the receiver ends.
    pub retimer: Option<Retimer>,
}

/// What decides at the end of a segment and sends again.
#[derive(Debug, Clone, PartialEq)]
pub struct Retimer {
    /// Its name.
    pub name: String,
    /// Electrical power of one lane in one direction, W; None where it is not known.
    pub power: Option<f64>,
    /// Time from a symbol at its input to the same symbol at its output, s.
    pub latency: f64,
}

impl Chain {
    /// A chain of segments that have format, rate, pattern, error correction, target, engine and seed
    /// in common.
    ///
    /// # Errors
    /// [`LinkError::Link`] where there is no segment, or one differs from the first in what they must
    /// have in common.
    pub fn new(name: impl Into<String>, segments: Vec<Segment>) -> Result<Self, LinkError> {
        let Some(first) = segments.first().map(|s| &s.link) else {
            return Err(LinkError::Link("a chain has no segment".to_owned()));
        };
        let other = segments.iter().find(|segment| {
            let link = &segment.link;
            link.signal != first.signal
                || link.fec != first.fec
                || link.target != first.target
                || link.engine != first.engine
                || link.seed != first.seed
        });
        if let Some(other) = other {
            return Err(LinkError::Link(format!(
                "the segment {} differs from the first in its signal, error correction, target, engine or \
                 seed, which the segments of a chain have in common",
                other.name
            )));
        }
        Ok(Self {
            name: name.into(),
            segments,
        })
    }

    /// The first segment's link, which holds what all have in common.
    ///
    /// # Errors
    /// [`LinkError::Link`] for a chain without a segment.
    pub fn common(&self) -> Result<&Link, LinkError> {
        self.segments
            .first()
            .map(|s| &s.link)
            .ok_or_else(|| LinkError::Link("a chain has no segment".to_owned()))
    }
}

impl Segment {
    /// An error of this segment, told as one of the whole: stages count from its first.
    #[must_use]
    pub fn locate(&self, error: LinkError) -> LinkError {
        match error {
            LinkError::Stage {
                position,
                name,
                reason,
            } => LinkError::Stage {
                position: position + self.first_stage - 1,
                name,
                reason,
            },
            LinkError::Interrupted => LinkError::Interrupted,
            other => LinkError::Link(format!("segment {}: {other}", self.name)),
        }
    }
}
