//! S-parameter networks.
mod connect;
mod data;
mod error;
mod interpolation;
mod matrix;
mod mixed_mode;
mod parameters;
mod ports;
mod quality;
mod time;
pub mod touchstone;
mod waves;

pub use data::{Network, PortMode, Reference, WaveDefinition};
pub use mixed_mode::Pair;
pub use error::{FileError, NetworkError};
pub use parameters::ParameterKind;
pub use ports::{PortOrder, Termination};
pub use quality::{Grade, PassivityChange, Quality};
pub use time::{HighFrequency, ProfilePoint, TimeOptions, TimeResponse, fourier_series, gaussian_bandwidth};
pub use touchstone::Touchstone;
