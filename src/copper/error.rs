//! What can be wrong with a copper part.

use thiserror::Error;

/// A parameter that no cable or equaliser can have.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum CopperError {
    /// A value outside the range the physics or the model allows.
    #[error("{name} is {value}; allowed: {allowed}")]
    InvalidParameter {
        /// Name of the parameter, with its unit.
        name: &'static str,
        /// The value that was given.
        value: f64,
        /// The values that are allowed, in words.
        allowed: &'static str,
    },
    /// A value outside bounds.
    #[error("the {name} cannot be {value}: {low} to {high} are allowed")]
    OutOfRange {
        /// Name of the parameter, with its unit.
        name: &'static str,
        /// The value that was given.
        value: f64,
        /// The lowest that is allowed.
        low: f64,
        /// The highest that is allowed.
        high: f64,
    },
    /// No wire spacing gives this differential impedance inside the shield.
    #[error(
        "a differential impedance of {impedance} Ω cannot be reached inside this shield; \
         allowed: below {maximum} Ω, its maximum over the wire spacing"
    )]
    UnreachableImpedance {
        /// The impedance that was asked for, Ω.
        impedance: f64,
        /// The largest impedance that any spacing reaches, Ω.
        maximum: f64,
    },
}

/// `value` if it is finite and above zero.
pub(super) fn positive(name: &'static str, value: f64) -> Result<f64, CopperError> {
    within(
        name,
        value,
        "finite and above 0",
        value > 0.0 && value.is_finite(),
    )
}

/// `value` if it is finite and not below zero.
pub(super) fn not_negative(name: &'static str, value: f64) -> Result<f64, CopperError> {
    within(
        name,
        value,
        "finite, 0 or above",
        value >= 0.0 && value.is_finite(),
    )
}

/// `value` if the condition holds; `allowed` says in words what the condition is.
pub(super) fn within(
    name: &'static str,
    value: f64,
    allowed: &'static str,
    holds: bool,
) -> Result<f64, CopperError> {
    if holds {
        Ok(value)
    } else {
        Err(CopperError::InvalidParameter {
            name,
            value,
            allowed,
        })
    }
}

/// Refuses a value that is not finite or not within the bounds.
pub(super) fn between(
    name: &'static str,
    value: f64,
    low: f64,
    high: f64,
) -> Result<(), CopperError> {
    if value.is_finite() && value >= low && value <= high {
        Ok(())
    } else {
        Err(CopperError::OutOfRange {
            name,
            value,
            low,
            high,
        })
    }
}
