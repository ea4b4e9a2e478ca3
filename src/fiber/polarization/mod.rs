//! Polarisation: mode dispersion and dependent loss as Jones matrices over frequency.
//!
//! | subject | where |
//! |---|---|
//! | 2 × 2 complex matrices on the field (x, y) | [`Jones`] |
//! | sections of differential group delay and of loss in a row, and the field through them | [`PolarizationLine`] |
//! | the Maxwellian distribution of differential group delay | [`statistics`] |
//!
//! ```
//! use eyespan::fiber::polarization::{MaxwellianFiber, PolarizationLine};
//!
//! let fiber = MaxwellianFiber { mean_delay: 1e-12, plates: 100, spread: 0.2 };
//! let line = PolarizationLine::random_fiber(&fiber, 1, 0)?;
//! let delay = line.differential_group_delay(0.0, 1e9);
//! assert!(delay > 0.0 && delay < 5e-12);
//! # Ok::<(), eyespan::fiber::FiberError>(())
//! ```

mod jones;
mod line;
pub mod statistics;

pub use jones::Jones;
pub use line::{MaxwellianFiber, PolarizationElement, PolarizationLine};
