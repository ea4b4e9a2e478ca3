//! How steps are chosen, and what was done.

use super::error::NonlinearError;

/// How the steps along the fibre are chosen. Where only dispersion or only the Kerr effect acts, the
/// exact solution is taken in one step whatever is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum StepControl {
    /// Steps and order of extrapolation chosen so that the relative error of the field at the
    /// output, √(∫|error|²dt / ∫|A|²dt), stays below the tolerance.
    Automatic {
        /// Largest relative error of the output field.
        tolerance: f64,
    },
    /// The local-error method: each step is taken once whole and once in halves, their difference
    /// steers the step, and their combination (4·fine − coarse)/3 goes on. O. V. Sinkin,
    /// R. Holzlöhner, J. Zweck, C. R. Menyuk, J. Lightwave Technol. 21, 61 (2003),
    /// DOI 10.1109/JLT.2003.808628.
    LocalError {
        /// Goal of the relative local error, that of the difference in a step.
        tolerance: f64,
    },
    /// So many equal symmetric steps, second order, with merged half steps.
    Fixed {
        /// Number of steps.
        steps: usize,
    },
    /// So many equal steps, each taken whole and in halves and extrapolated: fourth order.
    Extrapolated {
        /// Number of steps.
        steps: usize,
    },
    /// Steps whose Kerr phase stays below a limit at the strongest sample, second order. Costs far
    /// more than it gives (see the reference of [`StepControl::LocalError`]) and is there for
    /// comparisons.
    PhaseLimited {
        /// Largest phase of a step, rad.
        max_phase: f64,
    },
}

impl Default for StepControl {
    fn default() -> Self {
        Self::Automatic { tolerance: 1e-4 }
    }
}

impl StepControl {
    /// Checks the number against the precision `epsilon` of the field.
    pub(super) fn check(self, epsilon: f64) -> Result<(), NonlinearError> {
        let refuse = |quantity, value, allowed| {
            Err(NonlinearError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        match self {
            Self::Automatic { tolerance } | Self::LocalError { tolerance } => {
                // Rounding of some hundred transforms has to stay far below.
                let least = if epsilon < 1e-10 { 2e-12 } else { 5e-5 };
                if !(tolerance >= least && tolerance <= 0.5) {
                    return refuse(
                        "a tolerance",
                        tolerance,
                        "2e-12 (5e-5 in single precision) to 0.5",
                    );
                }
            }
            Self::Fixed { steps } | Self::Extrapolated { steps } => {
                if steps == 0 {
                    return refuse("a number of steps", 0.0, "one or more");
                }
            }
            Self::PhaseLimited { max_phase } => {
                if !(max_phase.is_finite() && max_phase > 0.0) {
                    return refuse("a phase limit (rad)", max_phase, "finite, above zero");
                }
            }
        }
        Ok(())
    }
}

/// How the field was carried through the fibre.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Dispersion and loss alone, exact.
    Linear,
    /// Kerr effect and loss alone, exact.
    KerrOnly,
    /// One split step over the whole length.
    OneStep,
    /// Split steps.
    SplitStep,
    /// Runge–Kutta steps in the interaction picture.
    InteractionPicture,
}

/// What was done, and how well.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What was chosen.
    pub method: Method,
    /// Why.
    pub reason: String,
    /// Steps along the fibre that were kept.
    pub steps: usize,
    /// Steps that were taken and discarded.
    pub rejected: usize,
    /// Transforms of one field, forward and inverse, with those of discarded steps.
    pub transforms: usize,
    /// Estimate of the relative error of the output field: the errors of the steps, each carried to the
    /// output by dispersion and added there as a field, twice that; or the sum of their sizes where
    /// that is less. Where the Kerr effect prevails over dispersion (beyond a fundamental soliton) and its
    /// phase exceeds 5 rad, errors are carried with the Kerr effect too, and twice their sum counts. It steers the steps and is no bound: errors measured on
    /// solitons, chirped pulses and data of 2 to 400 km were between a thousandth of it and 1.05 times it.
    /// None for steps that were simply asked for without extrapolation. Rounding does not count.
    pub estimated_error: Option<f64>,
    /// Largest Kerr phase of one split step at the strongest sample, rad.
    pub largest_phase: f64,
    /// Energy at the output over e^{−αL} times that at the input, less 1.
    pub energy_error: f64,
}

impl Report {
    pub(super) fn new(method: Method, reason: impl Into<String>) -> Self {
        Self {
            method,
            reason: reason.into(),
            steps: 1,
            rejected: 0,
            transforms: 0,
            estimated_error: None,
            largest_phase: 0.0,
            energy_error: 0.0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_demands_are_refused() {
        let check = |c: StepControl| c.check(f64::EPSILON);
        assert!(check(StepControl::default()).is_ok());
        for bad in [
            StepControl::Automatic { tolerance: 0.0 },
            StepControl::Automatic {
                tolerance: f64::NAN,
            },
            StepControl::LocalError { tolerance: 1e-16 },
            StepControl::Fixed { steps: 0 },
            StepControl::Extrapolated { steps: 0 },
            StepControl::PhaseLimited { max_phase: -1.0 },
        ] {
            assert!(check(bad).is_err(), "{bad:?}");
        }
        let single = StepControl::Automatic { tolerance: 1e-5 };
        assert!(single.check(f64::from(f32::EPSILON)).is_err());
    }
}
