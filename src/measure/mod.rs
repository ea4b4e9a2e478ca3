//! Figures of merit of what a receiver decides on.

pub mod density;
pub mod eye;
pub mod jitter;
pub mod linear_fit;
pub mod opening;
pub mod pattern_waveform;
pub mod slicer;
pub mod tdecq;

pub use pattern_waveform::{PatternWaveform, WaveformError};
