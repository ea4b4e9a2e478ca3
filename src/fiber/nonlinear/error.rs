//! What can go wrong in a non-linear fibre.

use super::super::FiberError;

/// Why a field cannot be propagated.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NonlinearError {
    /// A quantity outside what is physical.
    #[error("{quantity} of {value} cannot be: {allowed}")]
    Quantity {
        /// Which one.
        quantity: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A field with another number of samples than the grid, or of bands than were announced.
    #[error("{what}: {found} where {expected} were announced")]
    Shape {
        /// What does not fit.
        what: &'static str,
        /// The number given.
        found: usize,
        /// The number expected.
        expected: usize,
    },
    /// A value that is not a number or infinite.
    #[error("the field is not finite {place}")]
    NotFinite {
        /// Where it was found.
        place: &'static str,
    },
    /// The step control would need more steps than any computation should take.
    #[error(
        "at {at_m:.4e} m of {length_m:.4e} m the step has become {step_m:.1e} m: the tolerance or \
         the phase limit asks for more than {limit} steps"
    )]
    TooManySteps {
        /// Place reached, m.
        at_m: f64,
        /// Length of the fibre, m.
        length_m: f64,
        /// Step, m.
        step_m: f64,
        /// Most steps taken.
        limit: usize,
    },
    /// A combination that is not implemented.
    #[error("{0}")]
    NotAvailable(&'static str),
    /// The linear fibre it was made from.
    #[error(transparent)]
    Fiber(#[from] FiberError),
}
