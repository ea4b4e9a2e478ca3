//! Studies: many evaluations of a link, or of many links.

pub mod cable_margin;
pub mod cause;
pub mod chain;
mod correction;
pub mod impedance;
pub mod line;
pub mod link_budget;
pub mod margin;
pub mod optical_waveform;
pub mod reach;
pub mod result;
pub mod simulation;
pub mod statistical_picture;
mod totals;

pub use cause::Cause;
pub use chain::{ChainSimulation, find_chain_reach, simulate_chain};
pub use line::{Line, LineError, find_line_reach, run_line};
pub use margin::margin;
pub use optical_waveform::optical_waveform;
pub use reach::{Reach, ReachError, ReachPoint, Relief, find_reach};
pub use simulation::{Simulation, simulate};
