//! Optical fibre.

pub mod single_mode;

pub use single_mode::{Dispersion, FiberError, SingleModeFiber};
