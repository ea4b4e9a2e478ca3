//! Single-mode fibre with the Kerr effect: one polarisation or two, WDM bands, pulses with Raman
//! response and self-steepening.
//!
//! A [`NonlinearFiber`] on a [`Grid`](crate::signal::Grid) is a [`Propagator`], which carries cyclic
//! fields of N samples by the symmetric split step, or by Runge–Kutta steps in the interaction picture
//! where Raman response or self-steepening are asked for. [`StepControl`] says how steps are chosen;
//! the default meets a tolerance of the output field with as little work as it can, and the
//! [`Report`] says what that took.
//!
//! | what acts | what is done |
//! |---|---|
//! | dispersion and loss alone, or a Kerr phase below the tolerance | one exact linear step |
//! | Kerr effect and loss alone | one exact rotation of the phase |
//! | both, weakly: short reach at the powers of data centres | one step over the whole length |
//! | both | steps of fourth to eighth order by extrapolation of split steps |
//!
//! In the split step half the dispersion of a step stands on either side of its Kerr effect and half
//! steps of neighbours are merged, so that a step costs two transforms; the Kerr phase has the
//! effective length of the step, so that loss is no reason for short steps.

mod bands;
mod budget;
mod control;
mod engine;
mod error;
mod extrapolation;
mod fiber;
mod interaction_picture;
mod kernels;
mod precision;
mod propagator;
mod raman;
mod solver;
#[cfg(test)]
mod tests;

pub use bands::BandPropagator;
pub use control::{Method, Report, StepControl};
pub use error::NonlinearError;
pub use fiber::{NonlinearFiber, angular_frequency, nonlinear_coefficient};
pub use precision::Real;
pub use propagator::{MANAKOV, Propagator};
pub use raman::RamanResponse;
