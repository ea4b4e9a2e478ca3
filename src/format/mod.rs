//! What is sent: amplitude modulation, bit labels and data patterns.

mod error;
pub mod modulation;
pub mod pattern;
mod shift_register;
mod ssprq;
pub mod symbol_source;

pub use error::FormatError;
pub use modulation::Modulation;
pub use pattern::{MAX_CYCLIC_SYMBOLS, Pattern};
pub use symbol_source::SymbolSource;
