//! Figures of merit of what a receiver decides on.

pub mod density;
pub mod opening;
pub mod slicer;
