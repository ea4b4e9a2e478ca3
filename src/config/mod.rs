//! The link file: a link described in TOML, with engineers' units in the names of the keys.
//!
//! [`LinkFile::load`] reads a file, makes the changes of the command line, fills in the parts of the
//! [library](crate::library) and returns a [`Link`](crate::link::Link) in SI units, or every mistake
//! it found, each with its place and the nearest right thing.
//!
//! ```
//! use eyespan::config::LinkFile;
//! use eyespan::library::Library;
//!
//! let text = r#"
//!     [signal]
//!     format = "nrz"
//!     symbol_rate_gbd = 25.78125
//!     [[stage]]
//!     driver = { amplitude_v = 0.4 }
//!     [[stage]]
//!     twinax = { model = "twinax-26awg", length_m = 2 }
//!     [[stage]]
//!     electrical_receiver = { noise_v2_per_ghz = 8.2e-9, bandwidth_ghz = 20 }
//! "#;
//! let link = LinkFile::parse(text, "cable.toml", &[])?.resolve(&Library::built_in()?)?;
//! assert_eq!(link.stages.len(), 3);
//!
//! let wrong = text.replace("length_m = 2", "length_km = 2");
//! let errors = LinkFile::parse(&wrong, "cable.toml", &[])?
//!     .resolve(&Library::built_in()?)
//!     .unwrap_err();
//! assert!(errors.to_string().contains("did you mean `length_m`?"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The description of each key, in [`schema`] and [`stage_tables`], says what holds where it is absent.

pub mod cable;
pub mod choices;
pub mod com;
pub mod converter_tables;
mod copper_tables;
pub mod error;
pub mod json_schema;
mod layout;
pub mod light_tables;
pub mod line;
pub mod link_file;
pub(crate) mod nearest;
pub mod range;
pub mod read;
pub mod repeater_tables;
mod resolve;
pub mod schema;
pub mod set;
pub mod source;
pub mod stage_tables;
pub(crate) mod table;

pub use error::{ConfigError, ConfigErrors, Problem};
pub use json_schema::link_schema;
pub use line::tables::line_schema;
pub use line::{Description, LineFile};
pub use link_file::LinkFile;
pub use resolve::find_length;
pub use set::Override;
