//! Optical fibre.

pub mod multimode;
pub mod single_mode;

pub use multimode::{ModalDispersion, MultimodeFiber};
pub use single_mode::{Dispersion, FiberError, SingleModeFiber};
