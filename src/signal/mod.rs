//! Signals in time and frequency: the sample grid, responses of filters, and the convolutions that
//! apply them.

pub mod between;
pub mod convolution;
pub mod grid;
pub mod interpolator;
pub mod kernels;
pub mod measured;
pub mod optical_filter;
pub mod planner;
pub mod response;
pub mod table;
mod transforms;

pub use between::Between;
pub use convolution::{ConvolutionError, CyclicFilter, FiniteResponse, Scratch, Transforms};
pub use grid::Grid;
pub use interpolator::Interpolator;
pub use measured::MeasuredResponse;
pub use optical_filter::{OpticalFilter, PassbandShape};
pub use response::{Response, ResponseError};
pub use table::Table;
