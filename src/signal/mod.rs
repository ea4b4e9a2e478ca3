//! Signals in time and frequency: the sample grid, responses of filters, and the convolutions that
//! apply them.

pub mod response;

pub use response::{MeasuredResponse, Response, ResponseError};
