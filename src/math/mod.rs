//! Numerical tools: special functions, exact binomial intervals, interpolation through measured
//! points, root finding and minimisation in one variable.

pub mod binomial;
pub mod interpolation;
pub mod minimize;
pub mod quasi_newton;
pub mod root;
pub mod special;

pub use binomial::clopper_pearson;
pub use interpolation::{Curve, CurveError};
pub use minimize::{Minimum, MinimumError, minimize};
pub use root::{Root, RootError, find_root, find_root_between};
pub use special::{ln_q_function, q_function, q_inverse};
