//! What can be wrong with a network or with what is asked of it.

use std::fmt;

/// Why a network cannot be made, read or used.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// A Touchstone file that cannot be read.
    #[error(transparent)]
    File(#[from] Box<FileError>),
    /// A Touchstone file that cannot be written as asked.
    #[error("this network cannot be written: {0}")]
    Write(String),
    /// The arrays given do not belong together.
    #[error("the {what} has {found} values where {expected} are needed")]
    Length {
        /// Which array.
        what: &'static str,
        /// Values it has.
        found: usize,
        /// Values it must have.
        expected: usize,
    },
    /// A number that is infinite or not a number.
    #[error("{what} at {frequency_ghz} GHz is not finite")]
    NotFinite {
        /// What it is.
        what: String,
        /// Where, GHz.
        frequency_ghz: f64,
    },
    /// Frequencies that do not rise from zero or above.
    #[error(
        "frequency {number}, {frequency} Hz, must lie above the one before it and not below 0 Hz"
    )]
    Frequency {
        /// Number of the point, from 1.
        number: usize,
        /// The frequency, Hz.
        frequency: f64,
    },
    /// A port that is not there, is named twice, or ports in a number that does not fit.
    #[error("{0}")]
    Ports(String),
    /// A reference impedance with which the waves asked for are not defined.
    #[error(
        "port {port} has the reference impedance {impedance} Ω, with which {definition} waves are \
         not defined"
    )]
    Reference {
        /// Number of the port, from 1.
        port: usize,
        /// The impedance, Ω.
        impedance: num_complex::Complex64,
        /// The waves.
        definition: &'static str,
    },
    /// A matrix without an inverse.
    #[error("{what} does not exist at {frequency_ghz} GHz: the matrix to invert is singular")]
    Singular {
        /// What was to be computed.
        what: &'static str,
        /// Where, GHz.
        frequency_ghz: f64,
    },
    /// Networks or frequencies that do not fit together.
    #[error("{0}")]
    Mismatch(String),
    /// A port order that the data do not tell.
    #[error("{0}")]
    PortOrder(String),
    /// A time response that does not fit its window, or cannot be computed from these frequencies.
    #[error("{0}")]
    Time(String),
    /// A check that does not apply.
    #[error("{0}")]
    Check(String),
}

/// Where and why a Touchstone file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileError {
    /// Name of the file, as it was given.
    pub file: String,
    /// Line, from 1; 0 where the file as a whole is meant.
    pub line: usize,
    /// Column in bytes, from 1; 0 where the line as a whole is meant.
    pub column: usize,
    /// What was found and what is allowed.
    pub message: String,
}

impl fmt::Display for FileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for FileError {}
