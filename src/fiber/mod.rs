//! Optical fibre.

pub mod nonlinear;
pub mod single_mode;

pub use single_mode::{Dispersion, FiberError, SingleModeFiber};
