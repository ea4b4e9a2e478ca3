//! A link: stages from bits to decision, and the engines that run it.

pub mod amplified_line;
pub mod chain;
pub mod converted;
pub mod counts;
pub mod crosstalk;
pub mod decision;
pub mod description;
pub mod drive;
pub mod echo_beat;
pub mod emission;
pub mod error;
pub mod error_chain;
pub mod feedback;
pub mod gain_dynamics;
pub mod interference;
pub mod kerr;
pub mod light;
pub mod monte_carlo;
pub mod noise;
pub mod plan;
pub mod semi_analytic;
pub mod sensitivity;
pub mod sequence;
pub mod statistical;
pub mod waveform;

#[cfg(test)]
mod tests;

pub use amplified_line::{AmplifiedLine, AmplifiedSpan, Arrival};
pub use chain::{Chain, Retimer, Segment};
pub use crosstalk::{Crosstalk, CrosstalkCoupling, CrosstalkEnd};
pub use description::*;
pub use error::LinkError;
pub use light::{
    AmplifierStage, LinkAmplifier, ModeDispersion, OpticalFilterStage, PolarizationEffects,
};
pub use plan::Plan;
