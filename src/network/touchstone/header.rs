//! What a Touchstone file says about its numbers: units, formats, parameters, keywords.

/// Parameters a file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Parameter {
    /// Scattering.
    #[default]
    S,
    /// Admittance.
    Y,
    /// Impedance.
    Z,
    /// Inverse hybrid, of two ports.
    G,
    /// Hybrid, of two ports.
    H,
}

/// How a complex number is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NumberFormat {
    /// Magnitude and angle in degrees.
    #[default]
    MagnitudeAngle,
    /// 20 lg of the magnitude, and angle in degrees.
    DecibelAngle,
    /// Real and imaginary part.
    RealImaginary,
}

/// Unit of the frequencies of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FrequencyUnit {
    /// Hz.
    Hertz,
    /// kHz.
    Kilohertz,
    /// MHz.
    Megahertz,
    /// GHz.
    #[default]
    Gigahertz,
    /// THz: not in the specification, but written.
    Terahertz,
}

/// Which part of the matrix a version 2 file holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MatrixFormat {
    /// All of it.
    #[default]
    Full,
    /// Diagonal and below; the matrix is symmetric.
    Lower,
    /// Diagonal and above; the matrix is symmetric.
    Upper,
}

/// Version of the format.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Version {
    /// 1.0 and 1.1: no `[Version]`.
    #[default]
    V1,
    /// 2.0.
    V2_0,
    /// 2.1.
    V2_1,
}

impl Parameter {
    /// Its letter.
    pub fn letter(self) -> char {
        match self {
            Self::S => 'S',
            Self::Y => 'Y',
            Self::Z => 'Z',
            Self::G => 'G',
            Self::H => 'H',
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "s" => Self::S,
            "y" => Self::Y,
            "z" => Self::Z,
            "g" => Self::G,
            "h" => Self::H,
            _ => return None,
        })
    }
}

impl NumberFormat {
    /// Its two letters.
    pub fn letters(self) -> &'static str {
        match self {
            Self::MagnitudeAngle => "MA",
            Self::DecibelAngle => "DB",
            Self::RealImaginary => "RI",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "ma" => Self::MagnitudeAngle,
            "db" => Self::DecibelAngle,
            "ri" => Self::RealImaginary,
            _ => return None,
        })
    }
}

impl FrequencyUnit {
    /// Hz in one of it.
    pub fn hertz(self) -> f64 {
        match self {
            Self::Hertz => 1.0,
            Self::Kilohertz => 1e3,
            Self::Megahertz => 1e6,
            Self::Gigahertz => 1e9,
            Self::Terahertz => 1e12,
        }
    }

    /// Its symbol.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Hertz => "Hz",
            Self::Kilohertz => "kHz",
            Self::Megahertz => "MHz",
            Self::Gigahertz => "GHz",
            Self::Terahertz => "THz",
        }
    }

    pub(super) fn from_word(word: &str) -> Option<Self> {
        Some(match word {
            "hz" => Self::Hertz,
            "khz" => Self::Kilohertz,
            "mhz" => Self::Megahertz,
            "ghz" => Self::Gigahertz,
            "thz" => Self::Terahertz,
            _ => return None,
        })
    }
}

/// The option line, `# GHz S MA R 50`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Options {
    pub unit: FrequencyUnit,
    pub parameter: Parameter,
    pub format: NumberFormat,
    /// Reference impedances: none given, one for all ports, or one each.
    pub reference: Vec<num_complex::Complex64>,
}

/// What is wrong with an option line: offset in it, and text.
pub(super) type OptionFault = (usize, String);

impl Options {
    /// Reads what follows the `#`, words in any order. The second value is what a note should say.
    pub fn parse(text: &str) -> Result<(Self, Option<&'static str>), OptionFault> {
        let mut options = Self::default();
        let mut note = None;
        let mut words = Words { text, at: 0 };
        let mut seen = [false; 4];
        let mut once = |which: usize, at: usize, word: &str, what: &str| {
            if std::mem::replace(&mut seen[which], true) {
                Err((
                    at,
                    format!("`{word}` is a second {what} in the option line"),
                ))
            } else {
                Ok(())
            }
        };
        while let Some((at, word)) = words.next() {
            let lower = word.to_ascii_lowercase();
            if let Some(unit) = FrequencyUnit::from_word(&lower) {
                once(0, at, word, "unit of frequency")?;
                options.unit = unit;
            } else if let Some(parameter) = Parameter::from_word(&lower) {
                once(1, at, word, "kind of parameter")?;
                options.parameter = parameter;
            } else if let Some(format) = NumberFormat::from_word(&lower) {
                once(2, at, word, "number format")?;
                options.format = format;
            } else if let Some(first) = lower.strip_prefix('r') {
                once(3, at, word, "reference")?;
                // "R 50", "R50", and one value for each port (version 1.1).
                if !first.is_empty() {
                    let value = impedance(first).ok_or_else(|| (at, unknown(word)))?;
                    options.reference.push(value);
                }
                while let Some((at, word)) = words.peek() {
                    let Some(value) = impedance(word) else { break };
                    if !value.is_finite() {
                        return Err((
                            at,
                            format!("the reference impedance `{word}` is not finite"),
                        ));
                    }
                    words.next();
                    options.reference.push(value);
                }
                if options.reference.is_empty() {
                    note = Some("the option line has an R without a value; 50 Ω is taken");
                }
            } else {
                return Err((at, unknown(word)));
            }
        }
        Ok((options, note))
    }
}

fn unknown(word: &str) -> String {
    format!(
        "`{word}` is not an option; allowed are Hz, kHz, MHz, GHz, THz; S, Y, Z, G, H; MA, DB, RI; and \
         R with the reference impedance in Ω"
    )
}

struct Words<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Words<'a> {
    fn peek(&self) -> Option<(usize, &'a str)> {
        let rest = self.text.get(self.at..)?;
        let start = rest.find(|c: char| !c.is_whitespace())?;
        let rest = rest.get(start..)?;
        let end = rest.find(char::is_whitespace).unwrap_or(rest.len());
        Some((self.at + start, rest.get(..end)?))
    }

    fn next(&mut self) -> Option<(usize, &'a str)> {
        let found = self.peek()?;
        self.at = found.0 + found.1.len();
        Some(found)
    }
}

/// An impedance: a number, or a complex one as `(50+5j)`, `50+j5` or `50+5i`.
pub(super) fn impedance(word: &str) -> Option<num_complex::Complex64> {
    let word = word.trim_start_matches('(').trim_end_matches(')');
    if let Ok(real) = word.parse::<f64>() {
        // Words like "inf" and "nan" parse too.
        return word
            .starts_with(|c: char| c.is_ascii_digit() || "+-.".contains(c))
            .then_some(num_complex::Complex64::new(real, 0.0));
    }
    let lower = word.to_ascii_lowercase().replace('i', "j");
    let bytes = lower.as_bytes();
    // The sign that separates the parts is the last one that does not belong to an exponent.
    let split = (1..bytes.len())
        .rev()
        .find(|&i| matches!(bytes[i], b'+' | b'-') && bytes[i - 1] != b'e');
    let (real, imaginary) = match split {
        Some(at) => (lower.get(..at)?, lower.get(at..)?),
        None => ("0", lower.as_str()),
    };
    let digits: String = imaginary.chars().filter(|&c| c != 'j').collect();
    if digits.len() + 1 != imaginary.len() {
        return None;
    }
    let imaginary = match digits.as_str() {
        "" | "+" => 1.0,
        "-" => -1.0,
        text => text.parse().ok()?,
    };
    Some(num_complex::Complex64::new(real.parse().ok()?, imaginary))
}

#[cfg(test)]
mod tests {
    use super::*;
    use num_complex::Complex64;

    fn parsed(text: &str) -> Options {
        Options::parse(text).unwrap().0
    }

    #[test]
    fn options_come_in_any_order_and_have_defaults() {
        let usual = Options {
            unit: FrequencyUnit::Gigahertz,
            parameter: Parameter::S,
            format: NumberFormat::MagnitudeAngle,
            reference: vec![],
        };
        assert_eq!(parsed(""), usual);
        assert_eq!(parsed(" GHZ s Ma"), usual);
        let odd = parsed(" R 75 ri Hz y");
        assert_eq!(odd.unit, FrequencyUnit::Hertz);
        assert_eq!(odd.parameter, Parameter::Y);
        assert_eq!(odd.format, NumberFormat::RealImaginary);
        assert_eq!(odd.reference, [Complex64::new(75.0, 0.0)]);
        assert_eq!(
            parsed("THz S DB R 50 75.5 1e2").reference,
            [50.0, 75.5, 100.0].map(|r| Complex64::new(r, 0.0))
        );
        assert_eq!(parsed("R50").reference, [Complex64::new(50.0, 0.0)]);
        assert!(Options::parse("GHz S RI R").unwrap().1.is_some());
    }

    #[test]
    fn impedances_may_be_complex() {
        for (text, re, im) in [
            ("(50+50j)", 50.0, 50.0),
            ("50-j5", 50.0, -5.0),
            ("1e2-1.5e-3i", 100.0, -1.5e-3),
            ("-j", 0.0, -1.0),
            ("5j", 0.0, 5.0),
        ] {
            assert_eq!(impedance(text), Some(Complex64::new(re, im)), "{text}");
        }
        for text in ["", "x", "50+5", "nan", "inf", "jj", "5+jj"] {
            assert_eq!(impedance(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_not_an_option_is_named() {
        let (at, text) = Options::parse(" GHz S XX R 50").unwrap_err();
        assert_eq!(at, 7);
        assert!(text.contains("`XX`") && text.contains("THz"));
        assert!(Options::parse("GHz MHz").is_err());
        assert!(Options::parse("R 50 R 75").is_err());
        assert!(Options::parse("R 1e999").is_err());
    }
}
