//! Writes Touchstone files.

use super::{FrequencyUnit, NumberFormat, Touchstone, Version};
use crate::network::{Network, NetworkError, PortMode, Reference, WaveDefinition};
use num_complex::Complex64;
use std::fmt::Write;

/// How to write a file.
///
/// With the default, real and imaginary parts over Hz, every number is written with the digits that
/// bring the same double back: reading the text gives the same network.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WriteOptions {
    /// Version of the format.
    pub version: Version,
    /// Unit of the frequencies. Another than Hz rounds.
    pub unit: FrequencyUnit,
    /// Format of the numbers. Magnitude and angle, or decibels, round.
    pub format: NumberFormat,
}

impl Default for WriteOptions {
    fn default() -> Self {
        Self {
            version: Version::V1,
            unit: FrequencyUnit::Hertz,
            format: NumberFormat::RealImaginary,
        }
    }
}

impl Touchstone {
    /// The text of a file with these comments, each written behind a `!`.
    ///
    /// Complex or frequency-dependent reference impedances are written as the comments HFSS uses, for
    /// which the specification has no place; different ones as the list of version 1.1 or as
    /// `[Reference]`.
    ///
    /// # Errors
    /// [`NetworkError::Write`] for what the version cannot express: mixed modes in version 1, a zero
    /// in decibels.
    pub fn text(
        network: &Network,
        comments: &[&str],
        options: WriteOptions,
    ) -> Result<String, NetworkError> {
        let n = network.ports();
        let two = options.version > Version::V1;
        let physical = physical_references(network)?;
        let mixed = network
            .modes()
            .iter()
            .enumerate()
            .any(|(port, mode)| *mode != PortMode::SingleEnded(port));
        if mixed && !two {
            return Err(NetworkError::Write(
                "version 1 has no mixed modes; write version 2.0 or single-ended ports".to_owned(),
            ));
        }
        let in_comments = needs_comments(network);
        if mixed && in_comments {
            return Err(NetworkError::Write(
                "mixed modes need real reference impedances that do not depend on frequency"
                    .to_owned(),
            ));
        }
        let mut text = String::new();
        for comment in comments.iter().flat_map(|c| c.lines()) {
            text += &format!("! {comment}\n");
        }
        if in_comments {
            text += &format!(
                "! S-parameter uses the {} definition\n",
                network.definition().name()
            );
        }
        if two {
            text += match options.version {
                Version::V2_1 => "[Version] 2.1\n",
                _ => "[Version] 2.0\n",
            };
        }
        text += &format!("# {} S {}", options.unit.symbol(), options.format.letters());
        let equal = physical
            .windows(2)
            .all(|pair| pair[0].to_bits() == pair[1].to_bits());
        if in_comments {
            // Every point has its own; the option line's is not used.
        } else if equal || !two {
            let list = if equal { &physical[..1] } else { &physical[..] };
            text += " R";
            for r in list {
                text += &format!(" {r}");
            }
        }
        text.push('\n');
        if two {
            text += &format!("[Number of Ports] {n}\n");
            if n == 2 {
                text += "[Two-Port Data Order] 12_21\n";
            }
            text += &format!("[Number of Frequencies] {}\n", network.points());
            if !equal {
                text += "[Reference]";
                for r in &physical {
                    text += &format!(" {r}");
                }
                text.push('\n');
            }
            if mixed {
                text += "[Mixed-Mode Order]";
                for mode in network.modes() {
                    text += &match *mode {
                        PortMode::SingleEnded(p) => format!(" S{}", p + 1),
                        PortMode::Differential { positive, negative } => {
                            format!(" D{},{}", positive + 1, negative + 1)
                        }
                        PortMode::Common { positive, negative } => {
                            format!(" C{},{}", positive + 1, negative + 1)
                        }
                    };
                }
                text.push('\n');
            }
            text += "[Network Data]\n";
        }
        for point in 0..network.points() {
            write_point(network, point, options, &mut text)?;
            if in_comments {
                text += "! Port Impedance";
                for z in network.reference_at(point) {
                    text += &format!(" {:e} {:e}", z.re, z.im);
                }
                text.push('\n');
            }
        }
        if two {
            text += "[End]\n";
        }
        Ok(text)
    }

    /// Writes [`text`](Self::text) to a file.
    ///
    /// # Errors
    /// As [`text`](Self::text), and [`NetworkError::Write`] if the file cannot be written or its name
    /// ends with another number of ports.
    pub fn write(
        path: impl AsRef<std::path::Path>,
        network: &Network,
        comments: &[&str],
        options: WriteOptions,
    ) -> Result<(), NetworkError> {
        let path = path.as_ref();
        let name = path.display().to_string();
        let named = super::ports_by_name(&name);
        if options.version == Version::V1 && named != Some(network.ports()) {
            return Err(NetworkError::Write(format!(
                "the name `{name}` of a version 1 file of {0} ports must end with .s{0}p",
                network.ports()
            )));
        }
        let text = Self::text(network, comments, options)?;
        std::fs::write(path, text).map_err(|error| NetworkError::Write(format!("{name}: {error}")))
    }
}

/// Whether the reference impedances have a place only in comments.
fn needs_comments(network: &Network) -> bool {
    match network.reference() {
        Reference::PerFrequency(_) => true,
        Reference::PerPort(z) => {
            network.definition() != WaveDefinition::Power || z.iter().any(|z| z.im != 0.0)
        }
    }
}

/// Real reference impedances of the terminals behind the modes.
fn physical_references(network: &Network) -> Result<Vec<f64>, NetworkError> {
    let mut list = vec![0.0; network.ports()];
    for (mode, z) in network.modes().iter().zip(network.reference_at(0)) {
        let mut set = |port: usize, value: f64| match list.get_mut(port) {
            Some(place) => {
                *place = value;
                Ok(())
            }
            None => Err(NetworkError::Write(format!(
                "the mode of a port names terminal {}, and there are {}",
                port + 1,
                network.ports()
            ))),
        };
        match *mode {
            PortMode::SingleEnded(port) => set(port, z.re)?,
            PortMode::Differential { positive, negative } => {
                set(positive, z.re / 2.0)?;
                set(negative, z.re / 2.0)?;
            }
            PortMode::Common { .. } => {}
        }
    }
    Ok(list)
}

fn write_point(
    network: &Network,
    point: usize,
    options: WriteOptions,
    text: &mut String,
) -> Result<(), NetworkError> {
    let n = network.ports();
    let matrix = network.matrix(point).unwrap_or_default();
    let frequency = network.frequencies().get(point).copied().unwrap_or(0.0);
    // A String takes every write.
    let _ = write!(text, "{}", frequency / options.unit.hertz());
    for (i, row) in matrix.chunks_exact(n).enumerate() {
        for j in 0..n {
            // The two-port order of version 1 is N11 N21 N12 N22.
            let value = if n == 2 && options.version == Version::V1 {
                matrix[j * n + i]
            } else {
                row[j]
            };
            if n > 2 && j > 0 && j % 4 == 0 {
                text.push('\n');
            }
            let (first, second) = parts(value, options.format, frequency)?;
            let _ = write!(text, " {first:e} {second:e}");
        }
        if n != 2 || i == 1 {
            text.push('\n');
        }
    }
    Ok(())
}

fn parts(
    value: Complex64,
    format: NumberFormat,
    frequency: f64,
) -> Result<(f64, f64), NetworkError> {
    Ok(match format {
        NumberFormat::RealImaginary => (value.re, value.im),
        NumberFormat::MagnitudeAngle => (value.norm(), value.arg().to_degrees()),
        NumberFormat::DecibelAngle if value == Complex64::ZERO => {
            return Err(NetworkError::Write(format!(
                "a zero at {} GHz has no decibels; write RI or MA",
                frequency / 1e9
            )));
        }
        NumberFormat::DecibelAngle => (20.0 * value.norm().log10(), value.arg().to_degrees()),
    })
}
