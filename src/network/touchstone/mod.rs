//! Touchstone files, versions 1.0 to 2.1: reading and writing.
//!
//! ```
//! use eyespan::network::Touchstone;
//!
//! let text = "! a pad of 20 dB\n# MHz S DB R 50\n10 -40 0 -20 0 -20 0 -40 0\n";
//! let file = Touchstone::parse(text.as_bytes(), "pad.s2p")?;
//! let transmission = file.network.curve(1, 0)?;
//! assert!((transmission[0].norm() - 0.1).abs() < 1e-12);
//! # Ok::<(), eyespan::network::NetworkError>(())
//! ```
//!
//! Y, Z, G and H parameters become scattering parameters; those of version 1 files are normalised to
//! the reference resistance, those of version 2 are not. Lines that no specification allows but that
//! mean one thing only are read, and [`Touchstone::notes`] says so; what may mean two things is
//! refused with its line and column.
//!
//! Leaves out: the meaning of the information block, and comments between and behind the data
//! (except the impedances and propagation constants of HFSS).

mod header;
mod number;
mod reader;
mod record;
mod writer;

pub use header::{FrequencyUnit, MatrixFormat, NumberFormat, Parameter, Version};
pub use writer::WriteOptions;

use super::{FileError, Network, NetworkError};
use num_complex::Complex64;
use std::io::Read;
use std::path::Path;

/// What a Touchstone file holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Touchstone {
    /// The network.
    pub network: Network,
    /// Version of the format.
    pub version: Version,
    /// Parameters the file held before they became scattering parameters.
    pub parameter: Parameter,
    /// Number format of the file.
    pub format: NumberFormat,
    /// Unit of frequency of the file.
    pub frequency_unit: FrequencyUnit,
    /// Name of each port, empty where the comments give none.
    pub port_names: Vec<String>,
    /// Noise parameters of a two-port.
    pub noise: Vec<NoisePoint>,
    /// Propagation constants by point and port, 1/m, as HFSS writes them into comments; usually empty.
    pub propagation: Vec<Complex64>,
    /// Comments before the data.
    pub comments: Vec<String>,
    /// Lines between `[Begin Information]` and `[End Information]`.
    pub information: Vec<String>,
    /// What was unusual about the file and how it was taken.
    pub notes: Vec<Note>,
}

/// Noise parameters of a two-port at one frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct NoisePoint {
    /// Hz.
    pub frequency: f64,
    /// Minimum noise figure, dB.
    pub minimum_noise_figure_db: f64,
    /// Source reflection coefficient at which it is reached.
    pub optimum_reflection: Complex64,
    /// Effective noise resistance, Ω.
    pub effective_noise_resistance: f64,
}

/// Something unusual in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// Line, from 1.
    pub line: usize,
    /// What it was and how it was taken.
    pub text: String,
}

impl Touchstone {
    /// Reads a file, which may be compressed by gzip (`channel.s4p.gz`).
    ///
    /// # Errors
    /// [`NetworkError::File`] names the file, the line, the column, what was found and what is
    /// allowed.
    pub fn read(path: impl AsRef<Path>) -> Result<Self, NetworkError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let failed = |error: std::io::Error| {
            Box::new(FileError {
                file: name.clone(),
                line: 0,
                column: 0,
                message: error.to_string(),
            })
        };
        let bytes = std::fs::read(path).map_err(failed)?;
        if bytes.starts_with(&[0x1f, 0x8b]) {
            let mut text = Vec::new();
            let mut decoder = flate2::read::MultiGzDecoder::new(&bytes[..]);
            decoder.read_to_end(&mut text).map_err(failed)?;
            return Self::parse(&text, name.strip_suffix(".gz").unwrap_or(&name));
        }
        Self::parse(&bytes, &name)
    }

    /// Reads the bytes of a file; `name` is for messages, and its ending `.sNp` tells the number of
    /// ports where the text does not.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse(bytes: &[u8], name: &str) -> Result<Self, NetworkError> {
        reader::Reader::new(bytes, name, ports_by_name(name)).read()
    }

    /// As [`parse`](Self::parse), for bytes of a version 1 file whose name tells no number of ports.
    ///
    /// # Errors
    /// As [`read`](Self::read).
    pub fn parse_ports(bytes: &[u8], name: &str, ports: usize) -> Result<Self, NetworkError> {
        reader::Reader::new(bytes, name, Some(ports)).read()
    }
}

/// N of a name that ends with `.sNp` (also y, z, g, h).
fn ports_by_name(name: &str) -> Option<usize> {
    let ending = name.rsplit('.').next()?.to_ascii_lowercase();
    let digits = ending
        .strip_prefix(['s', 'y', 'z', 'g', 'h'])?
        .strip_suffix('p')?;
    digits.parse().ok().filter(|&ports| ports > 0)
}
