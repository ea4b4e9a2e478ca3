//! Reads Touchstone files: one pass over the bytes.
//!
//! The format is the Touchstone File Format Specification of the IBIS Open Forum, versions 1.1, 2.0
//! (2009) and 2.1 (2024); what exporters write beyond it is taken where it can mean only one thing,
//! and a [`Note`] says so.

mod comments;
mod finish;
mod keywords;

use super::header::Options;
use super::number::{Token, number};
use super::record::{Layout, PointStore};
use super::{MatrixFormat, Note, Parameter, Touchstone, Version};
use crate::network::{FileError, NetworkError, WaveDefinition};
use num_complex::Complex64;

/// Where in a file the numbers of a data line belong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Section {
    Network,
    Noise,
    Reference,
    Ended,
}

pub(super) struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    line: usize,
    line_start: usize,
    name: &'a str,
    /// Ports by the caller or the name of the file.
    ports_hint: Option<usize>,
    version: Version,
    options: Option<Options>,
    ports: Option<usize>,
    order_12_21: Option<bool>,
    matrix: MatrixFormat,
    frequencies: Option<usize>,
    noise_frequencies: Option<usize>,
    references: Vec<f64>,
    mixed: Vec<(u8, Vec<usize>)>,
    awaiting_modes: bool,
    section: Section,
    store: Option<PointStore>,
    noise: Vec<[f64; 5]>,
    noise_row: Vec<f64>,
    impedances: Vec<Complex64>,
    gamma: Vec<Complex64>,
    definition: Option<WaveDefinition>,
    names: Vec<(usize, String)>,
    comments: Vec<String>,
    information: Vec<String>,
    notes: Vec<Note>,
}

type Result<T> = std::result::Result<T, NetworkError>;

impl<'a> Reader<'a> {
    pub fn new(bytes: &'a [u8], name: &'a str, ports: Option<usize>) -> Self {
        Self {
            bytes,
            at: 0,
            line: 1,
            line_start: 0,
            name,
            ports_hint: ports,
            version: Version::V1,
            options: None,
            ports: None,
            order_12_21: None,
            matrix: MatrixFormat::Full,
            frequencies: None,
            noise_frequencies: None,
            references: Vec::new(),
            mixed: Vec::new(),
            awaiting_modes: false,
            section: Section::Network,
            store: None,
            noise: Vec::new(),
            noise_row: Vec::new(),
            impedances: Vec::new(),
            gamma: Vec::new(),
            definition: None,
            names: Vec::new(),
            comments: Vec::new(),
            information: Vec::new(),
            notes: Vec::new(),
        }
    }

    fn fail(&self, column: usize, message: impl Into<String>) -> NetworkError {
        self.fail_at(self.line, column, message)
    }

    fn fail_at(&self, line: usize, column: usize, message: impl Into<String>) -> NetworkError {
        Box::new(FileError {
            file: self.name.to_owned(),
            line,
            column,
            message: message.into(),
        })
        .into()
    }

    fn note(&mut self, text: impl Into<String>) {
        // A file that is odd on every line says it once.
        let text = text.into();
        if !self.notes.iter().any(|note| note.text == text) {
            self.notes.push(Note {
                line: self.line,
                text,
            });
        }
    }

    fn column(&self) -> usize {
        self.at - self.line_start + 1
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\t' | 0x0b | 0x0c | 0)) {
            self.at += 1;
        }
    }

    /// Steps over the end of the line, whichever it is.
    fn end_line(&mut self) {
        match self.peek() {
            Some(b'\n') => self.at += 1,
            Some(b'\r') => self.at += 1 + usize::from(self.bytes.get(self.at + 1) == Some(&b'\n')),
            _ => return,
        }
        self.line += 1;
        self.line_start = self.at;
    }

    /// The rest of the line, without its end.
    fn rest_of_line(&mut self) -> &'a [u8] {
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let length = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r'))
            .unwrap_or(rest.len());
        self.at += length;
        &rest[..length]
    }

    pub fn read(mut self) -> Result<Touchstone> {
        if self.bytes.starts_with(&[0xff, 0xfe]) || self.bytes.starts_with(&[0xfe, 0xff]) {
            return Err(self.fail(1, "the file is UTF-16; save it as ASCII or UTF-8"));
        }
        if self.bytes.starts_with(&[0xef, 0xbb, 0xbf]) {
            self.at = 3;
        }
        while self.at < self.bytes.len() {
            self.skip_blanks();
            match self.peek() {
                // Ctrl-Z: the end of a text file of old systems.
                None | Some(0x1a) => break,
                Some(b'\n' | b'\r') => {}
                Some(b'!') => self.comment()?,
                Some(b'#') => self.option_line()?,
                Some(b'[') => self.keyword()?,
                Some(_) if self.awaiting_modes && self.is_mode() => self.mode_line()?,
                Some(_) => self.data_line()?,
            }
            self.end_line();
        }
        self.finish()
    }

    fn option_line(&mut self) -> Result<()> {
        let column = self.column();
        let rest = self.rest_of_line();
        if self.options.is_some() {
            self.note("a further option line is ignored");
            return Ok(());
        }
        if self.store.is_some() {
            return Err(self.fail(column, "the option line must come before the data"));
        }
        let text = text_of(rest.get(1..).unwrap_or_default());
        let text = text.split('!').next().unwrap_or_default();
        let (options, note) =
            Options::parse(text).map_err(|(at, message)| self.fail(column + 1 + at, message))?;
        if let Some(note) = note {
            self.note(note);
        }
        self.options = Some(options);
        Ok(())
    }

    /// Makes the store of the network data, once everything about its layout is known.
    fn start_data(&mut self) -> Result<()> {
        if self.options.is_none() {
            self.note("there is no option line; GHz, S, MA and 50 Ω are taken");
            self.options = Some(Options::default());
        }
        let options = self.options.clone().unwrap_or_default();
        let ports = match self.ports.or(self.ports_hint) {
            Some(ports) => ports,
            None => self.infer_ports()?,
        };
        if ports > MOST_PORTS {
            return Err(self.fail(0, format!("{ports} ports are more than {MOST_PORTS}")));
        }
        if self.version > Version::V1 && self.ports.is_none() {
            self.note("[Number of Ports] is missing");
        }
        if matches!(options.parameter, Parameter::G | Parameter::H) && ports != 2 {
            return Err(self.fail(
                0,
                format!(
                    "{} parameters are those of two ports, and this file has {ports}",
                    options.parameter.letter()
                ),
            ));
        }
        if self.version > Version::V1 && ports == 2 && self.order_12_21.is_none() {
            self.note("[Two-Port Data Order] is missing; 21_12 is taken");
        }
        self.ports = Some(ports);
        let layout = Layout {
            ports,
            matrix: self.matrix,
            transposed: ports == 2 && !self.order_12_21.unwrap_or(false),
            format: options.format,
        };
        let left = self.bytes.len() - self.line_start;
        self.store = Some(PointStore::new(layout, left));
        Ok(())
    }

    /// The number of ports by the count of numbers of the first point: points begin where a line has
    /// an odd count.
    fn infer_ports(&self) -> Result<usize> {
        let rest = self.bytes.get(self.line_start..).unwrap_or_default();
        let mut total = 0;
        for line in rest.split(|b| matches!(b, b'\n' | b'\r')) {
            let line = line.split(|&b| b == b'!').next().unwrap_or_default();
            let count = line
                .split(|b| b.is_ascii_whitespace() || *b == b',')
                .filter(|w| !w.is_empty())
                .count();
            if count == 0 {
                continue;
            }
            if line.trim_ascii_start().starts_with(b"[") || (total > 0 && count % 2 == 1) {
                break;
            }
            total += count;
            if total > 2 * MOST_PORTS * MOST_PORTS {
                break;
            }
        }
        let entries = total.saturating_sub(1) / 2;
        let ports = entries.isqrt();
        if total % 2 == 1 && ports > 0 && ports * ports == entries {
            Ok(ports)
        } else {
            Err(self.fail(
                0,
                format!(
                    "the first point has {total} numbers, and one of N ports has 1 + 2N²; a name that \
                     ends with .sNp or [Number of Ports] tells N"
                ),
            ))
        }
    }

    fn data_line(&mut self) -> Result<()> {
        if self.section == Section::Ended {
            self.rest_of_line();
            self.note("what follows [End] is ignored");
            return Ok(());
        }
        self.awaiting_modes = false;
        if self.section == Section::Network {
            if self.store.is_none() {
                self.start_data()?;
            }
            if self.starts_noise() {
                self.section = Section::Noise;
            }
        }
        match self.section {
            Section::Network => self.network_line(),
            _ => self.other_line(),
        }
    }

    /// Noise data follow those of the network where a two-port file of version 1 goes back in
    /// frequency, with lines of five numbers.
    fn starts_noise(&self) -> bool {
        let Some(store) = &self.store else {
            return false;
        };
        if self.version > Version::V1
            || store.ports() != 2
            || store.points() == 0
            || !store.at_boundary()
        {
            return false;
        }
        let rest = self.bytes.get(self.at..).unwrap_or_default();
        let Token::Number { value, .. } = number(rest) else {
            return false;
        };
        if value > store.last_frequency() {
            return false;
        }
        let end = rest
            .iter()
            .position(|b| matches!(b, b'\n' | b'\r' | b'!'))
            .unwrap_or(rest.len());
        rest[..end]
            .split(u8::is_ascii_whitespace)
            .filter(|w| !w.is_empty())
            .count()
            == 5
    }

    fn network_line(&mut self) -> Result<()> {
        let Some(mut store) = self.store.take() else {
            return Ok(());
        };
        let result = self.numbers(|reader, value, column| {
            store
                .push(value, reader.line, column)
                .map_err(|(line, column, message)| reader.fail_at(line, column, message))
        });
        self.store = Some(store);
        result
    }

    fn other_line(&mut self) -> Result<()> {
        let mut values = Vec::new();
        self.numbers(|_, value, _| {
            values.push(value);
            Ok(())
        })?;
        if self.section == Section::Reference {
            self.references.append(&mut values);
            self.end_reference();
            return Ok(());
        }
        for value in values {
            self.noise_row.push(value);
            if let [f, minimum, magnitude, angle, resistance] = self.noise_row[..] {
                if self.noise.last().is_some_and(|last| f <= last[0]) {
                    return Err(self.fail(0, "the frequencies of the noise data must rise"));
                }
                self.noise.push([f, minimum, magnitude, angle, resistance]);
                self.noise_row.clear();
            }
        }
        Ok(())
    }

    /// The numbers of a line, with their columns.
    fn numbers(&mut self, mut take: impl FnMut(&Self, f64, usize) -> Result<()>) -> Result<()> {
        let bytes = self.bytes;
        loop {
            let mut at = self.at;
            while matches!(bytes.get(at), Some(b' ' | b'\t')) {
                at += 1;
            }
            self.at = at;
            let rest = bytes.get(at..).unwrap_or_default();
            match number(rest) {
                Token::Number { value, length } => {
                    let column = at - self.line_start + 1;
                    take(self, value, column)?;
                    self.at = at + length;
                }
                Token::DoubleComma => {
                    return Err(self.fail(
                        self.column(),
                        "a comma between two digits may separate numbers or be a decimal comma; write \
                         a point, and blanks between the numbers",
                    ));
                }
                Token::Other => match rest.first() {
                    None | Some(b'\n' | b'\r' | 0x1a) => return Ok(()),
                    Some(b'!') => {
                        self.rest_of_line();
                        return Ok(());
                    }
                    Some(b',' | b';') => {
                        self.note("numbers are separated by commas or semicolons");
                        self.at += 1;
                    }
                    // Blanks of other kinds, and marks of a line that is continued.
                    Some(0x0b | 0x0c | 0) => self.at += 1,
                    Some(b'&' | b'\\') if is_last(rest) => self.at += 1,
                    Some(_) => return Err(self.not_a_number(rest)),
                },
            }
        }
    }

    fn not_a_number(&self, rest: &[u8]) -> NetworkError {
        let length = rest
            .iter()
            .position(|b| b.is_ascii_whitespace() || *b == b'!')
            .unwrap_or(rest.len())
            .min(40);
        let found = text_of(&rest[..length]);
        let found: String = found.chars().filter(|c| !c.is_control()).collect();
        self.fail(
            self.column(),
            format!(
                "`{found}` is not a finite number; the data are numbers like -1.5, 2e-3 or 2D-3, \
                 comments begin with `!`, keywords with `[`"
            ),
        )
    }
}

/// More ports than any file has; a bound so that a damaged one cannot ask for all memory.
const MOST_PORTS: usize = 4096;

/// Text of bytes that may be UTF-8 or Latin-1.
fn text_of(bytes: &[u8]) -> String {
    match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        Err(_) => bytes.iter().map(|&b| char::from(b)).collect(),
    }
}

/// Whether a mark is the last of its line.
fn is_last(rest: &[u8]) -> bool {
    rest.get(1..)
        .unwrap_or_default()
        .iter()
        .find(|b| !matches!(b, b' ' | b'\t' | b'\r'))
        .is_none_or(|b| *b == b'\n')
}
