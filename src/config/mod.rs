//! config
pub mod choices;
pub mod error;
pub mod json_schema;
mod layout;
pub mod link_file;
mod nearest;
pub mod range;
pub mod read;
pub mod schema;
pub mod set;
pub mod source;
pub mod stage_tables;
mod table;
pub use error::{ConfigError, ConfigErrors, Problem};
