//! Reads Touchstone files: one pass over the bytes.
//!
//! The format is the Touchstone File Format Specification of the IBIS Open Forum, versions 1.1, 2.0
//! (2009) and 2.1 (2024); what exporters write beyond it is taken where it can mean only one thing,
//! and a [`Note`] says so.

use super::header::Options;
use super::number::{Token, number};
use super::record::{Layout, PointStore};
use super::{MatrixFormat, NoisePoint, Note, Parameter, Touchstone, Version};
use crate::network::{FileError, Network, NetworkError, PortMode, Reference, WaveDefinition};
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

    fn keyword(&mut self) -> Result<()> {
        let column = self.column();
        let text = text_of(self.rest_of_line());
        let text = text.split('!').next().unwrap_or_default();
        let Some((name, arguments)) = text.get(1..).and_then(|t| t.split_once(']')) else {
            return Err(self.fail(column, "a keyword must end with `]`"));
        };
        let key = name
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
            .to_ascii_lowercase();
        let arguments = arguments.trim();
        if self.section == Section::Ended && key != "end" {
            self.note("what follows [End] is ignored");
            return Ok(());
        }
        if self.version == Version::V1 && key != "version" {
            self.note(format!("[{name}] in a file without [Version]"));
        }
        self.awaiting_modes = false;
        if self.section == Section::Reference {
            if let Some(ports) = self.ports.or(self.ports_hint) {
                return Err(self.fail(
                    column,
                    format!(
                        "[{name}] follows a [Reference] of {} values, and there are {ports} ports",
                        self.references.len()
                    ),
                ));
            }
            // How many there must be is not known yet.
            self.section = Section::Network;
        }
        match key.as_str() {
            "version" => {
                self.before_data(column, name)?;
                self.version = match arguments {
                    "2.0" => Version::V2_0,
                    "2.1" => Version::V2_1,
                    "1.0" | "1.1" => Version::V1,
                    _ => {
                        return Err(self.fail(
                            column,
                            format!("version `{arguments}` is not known; 1.0 to 2.1 are"),
                        ));
                    }
                };
            }
            "number of ports" => {
                self.before_data(column, name)?;
                let ports = self.count(column, name, arguments)?;
                if ports == 0 || ports > MOST_PORTS {
                    return Err(self.fail(
                        column,
                        format!("[{name}] must be 1 to {MOST_PORTS}, not {ports}"),
                    ));
                }
                if self.ports_hint.is_some_and(|hint| hint != ports) {
                    self.note(format!(
                        "[{name}] is {ports}, whatever the name of the file says"
                    ));
                }
                self.ports = Some(ports);
            }
            "two-port data order" | "two-port order" => {
                self.before_data(column, name)?;
                self.order_12_21 = Some(match arguments {
                    "12_21" => true,
                    "21_12" => false,
                    _ => {
                        return Err(self.fail(
                            column,
                            format!("[{name}] must be 12_21 or 21_12, not `{arguments}`"),
                        ));
                    }
                });
            }
            "number of frequencies" => {
                self.frequencies = Some(self.count(column, name, arguments)?);
            }
            "number of noise frequencies" => {
                self.noise_frequencies = Some(self.count(column, name, arguments)?);
            }
            "reference" => {
                self.before_data(column, name)?;
                self.references.clear();
                self.section = Section::Reference;
                for word in arguments.split_whitespace() {
                    match word.parse::<f64>().ok().filter(|v| v.is_finite()) {
                        Some(value) => self.references.push(value),
                        None => {
                            return Err(self.fail(
                                column,
                                format!("`{word}` is not a reference impedance in Ω"),
                            ));
                        }
                    }
                }
                self.end_reference();
            }
            "matrix format" => {
                self.before_data(column, name)?;
                self.matrix = match arguments.to_ascii_lowercase().as_str() {
                    "full" => MatrixFormat::Full,
                    "lower" => MatrixFormat::Lower,
                    "upper" => MatrixFormat::Upper,
                    _ => {
                        return Err(self.fail(
                            column,
                            format!("[{name}] must be Full, Lower or Upper, not `{arguments}`"),
                        ));
                    }
                };
            }
            "mixed-mode order" => {
                self.before_data(column, name)?;
                self.mixed.clear();
                self.modes(column, arguments)?;
                self.awaiting_modes = true;
            }
            "network data" => self.section = Section::Network,
            "noise data" => self.section = Section::Noise,
            "begin information" => {
                self.end_line();
                self.information_block()?;
            }
            "end information" => {
                return Err(self.fail(column, "[End Information] without [Begin Information]"));
            }
            "end" => self.section = Section::Ended,
            _ => {
                return Err(self.fail(
                    column,
                    format!(
                        "the keyword [{name}] is not known; those of version 2.1 are [Version], \
                         [Number of Ports], [Two-Port Data Order], [Number of Frequencies], [Number of \
                         Noise Frequencies], [Reference], [Matrix Format], [Mixed-Mode Order], [Begin \
                         Information], [End Information], [Network Data], [Noise Data], [End]"
                    ),
                ));
            }
        }
        Ok(())
    }

    fn before_data(&self, column: usize, name: &str) -> Result<()> {
        if self.store.is_some() {
            return Err(self.fail(column, format!("[{name}] must come before the data")));
        }
        Ok(())
    }

    fn count(&self, column: usize, name: &str, text: &str) -> Result<usize> {
        text.parse().map_err(|_| {
            self.fail(
                column,
                format!("[{name}] needs a whole number, not `{text}`"),
            )
        })
    }

    /// Lines up to `[End Information]`, kept as they are.
    fn information_block(&mut self) -> Result<()> {
        let from = self.line - 1;
        while self.at < self.bytes.len() {
            let text = text_of(self.rest_of_line());
            if text
                .trim_start()
                .to_ascii_lowercase()
                .starts_with("[end information]")
            {
                return Ok(());
            }
            self.information.push(text);
            self.end_line();
        }
        Err(self.fail_at(from, 1, "[Begin Information] without [End Information]"))
    }

    fn end_reference(&mut self) {
        if self
            .ports
            .or(self.ports_hint)
            .is_some_and(|n| self.references.len() >= n)
        {
            self.section = Section::Network;
        }
    }

    fn is_mode(&self) -> bool {
        matches!(
            self.bytes.get(self.at..),
            Some([b'S' | b's' | b'D' | b'd' | b'C' | b'c', b'0'..=b'9', ..])
        )
    }

    fn mode_line(&mut self) -> Result<()> {
        let column = self.column();
        let text = text_of(self.rest_of_line());
        self.modes(column, text.split('!').next().unwrap_or_default())
    }

    /// Descriptors of mixed modes: `D2,3 C2,3 S1`.
    fn modes(&mut self, column: usize, text: &str) -> Result<()> {
        for word in text.split_whitespace() {
            let wrong = || {
                self.fail(
                    column,
                    format!("`{word}` is not a mode; a mode is S1, D2,3 or C2,3"),
                )
            };
            let kind = word.bytes().next().unwrap_or(0).to_ascii_uppercase();
            let ports: Vec<usize> = word
                .get(1..)
                .unwrap_or_default()
                .split(',')
                .map(|p| p.parse::<usize>().ok().and_then(|p| p.checked_sub(1)))
                .collect::<Option<_>>()
                .ok_or_else(wrong)?;
            let expected = if kind == b'S' { 1 } else { 2 };
            if !b"SDC".contains(&kind) || ports.len() != expected {
                return Err(wrong());
            }
            self.mixed.push((kind, ports));
        }
        Ok(())
    }

    fn comment(&mut self) -> Result<()> {
        let line = self.rest_of_line();
        let text = line.get(1..).unwrap_or_default();
        let trimmed = text.trim_ascii_start();
        let starts = |word: &[u8]| {
            trimmed
                .get(..word.len())
                .is_some_and(|head| head.eq_ignore_ascii_case(word))
        };
        if starts(b"gamma") || starts(b"port impedance") {
            let is_gamma = starts(b"gamma");
            let tail = trimmed
                .get(if is_gamma { 5 } else { 14 }..)
                .unwrap_or_default();
            return self.comment_values(tail, is_gamma);
        }
        if self.store.is_none() {
            let text = text_of(text);
            if let Some(named) = port_name(&text) {
                self.names.push(named);
            }
            for definition in [
                WaveDefinition::Power,
                WaveDefinition::Pseudo,
                WaveDefinition::Traveling,
            ] {
                if text.contains(&format!(
                    "S-parameter uses the {} definition",
                    definition.name()
                )) {
                    self.definition = Some(definition);
                }
            }
            self.comments.push(text.trim().to_owned());
        }
        Ok(())
    }

    /// Propagation constants or port impedances that HFSS writes into comments behind each point,
    /// over as many comment lines as they need.
    fn comment_values(&mut self, tail: &'a [u8], is_gamma: bool) -> Result<()> {
        let Some((points, ports)) = self
            .store
            .as_ref()
            .filter(|store| store.at_boundary())
            .map(|store| (store.points(), store.ports()))
        else {
            self.comments.push(text_of(tail).trim().to_owned());
            return Ok(());
        };
        let mut values = Vec::with_capacity(2 * ports);
        let mut tail = tail;
        let line = self.line;
        loop {
            let last = tail.rsplit(|&b| b == b'!').next().unwrap_or_default();
            for word in last
                .split(u8::is_ascii_whitespace)
                .filter(|w| !w.is_empty())
            {
                if let Some(value) = std::str::from_utf8(word).ok().and_then(|w| w.parse().ok()) {
                    values.push(value);
                }
            }
            if values.len() >= 2 * ports {
                break;
            }
            // The values go on in the next line if that is a comment too.
            let (at, number, start) = (self.at, self.line, self.line_start);
            self.end_line();
            self.skip_blanks();
            if self.peek() != Some(b'!') {
                (self.at, self.line, self.line_start) = (at, number, start);
                break;
            }
            tail = self.rest_of_line();
        }
        let what = if is_gamma { "Gamma" } else { "Port Impedance" };
        if values.len() < 2 * ports || values.iter().any(|v: &f64| !v.is_finite()) {
            return Err(self.fail_at(
                line,
                1,
                format!(
                    "`! {what}` needs a finite real and imaginary part for each of {ports} ports; {} \
                     numbers were found",
                    values.len()
                ),
            ));
        }
        let into = if is_gamma {
            &mut self.gamma
        } else {
            &mut self.impedances
        };
        if into.len() + ports != points * ports {
            let found = into.len() / ports;
            return Err(self.fail_at(
                line,
                1,
                format!(
                    "`! {what}` number {} stands behind point {points}",
                    found + 1
                ),
            ));
        }
        into.extend(
            values
                .chunks_exact(2)
                .take(ports)
                .map(|v| Complex64::new(v[0], v[1])),
        );
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

    fn finish(mut self) -> Result<Touchstone> {
        if self.section == Section::Reference {
            return Err(self.fail(
                0,
                format!(
                    "[Reference] has {} values, not one for each port",
                    self.references.len()
                ),
            ));
        }
        if self.options.is_none() && self.version == Version::V1 && self.store.is_none() {
            return Err(self.fail_at(
                0,
                0,
                "there is neither an option line nor data: this is not a Touchstone file",
            ));
        }
        if self.store.is_none() {
            if self.ports.or(self.ports_hint).is_none() {
                return Err(self.fail_at(0, 0, "there are no data and no number of ports"));
            }
            self.start_data()?;
            self.note("there are no data");
        }
        let Some(store) = self.store.take() else {
            return Err(self.fail_at(0, 0, "there are no data"));
        };
        if let Some((missing, found)) = store.incomplete() {
            return Err(self.fail_at(
                store.started_at(),
                1,
                format!(
                    "the point that begins here has {found} numbers; one of {} ports has {}: the file \
                     ends {missing} too early",
                    store.ports(),
                    found + missing
                ),
            ));
        }
        let ports = store.ports();
        if let Some(expected) = self.frequencies
            && expected != store.points()
            && store.points() > 0
        {
            return Err(self.fail_at(
                0,
                0,
                format!(
                    "[Number of Frequencies] is {expected}, and there are {}",
                    store.points()
                ),
            ));
        }
        if !self.noise_row.is_empty() {
            return Err(self.fail(
                0,
                format!(
                    "the last line of the noise data has {} numbers, not five",
                    self.noise_row.len()
                ),
            ));
        }
        if let Some(expected) = self.noise_frequencies
            && expected != self.noise.len()
        {
            self.note(format!(
                "[Number of Noise Frequencies] is {expected}, and there are {}",
                self.noise.len()
            ));
        }
        self.build(store, ports)
    }

    fn build(mut self, store: PointStore, ports: usize) -> Result<Touchstone> {
        let options = self.options.take().unwrap_or_default();
        let points = store.points();
        let mut reference = self.port_references(&options, ports)?;
        let modes = self.port_modes(ports)?;
        for (z, mode) in reference.clone().iter().zip(0..) {
            if *z == Complex64::ZERO && options.parameter == Parameter::S && points > 0 {
                let port: usize = mode;
                return Err(self.fail_at(
                    0,
                    0,
                    format!("the reference impedance of port {} is zero", port + 1),
                ));
            }
        }
        if !self.mixed.is_empty() {
            reference = self.mode_references(&reference, &modes)?;
        }
        let has_impedances = !self.impedances.is_empty();
        let definition = match self.definition {
            Some(definition) if has_impedances => definition,
            _ if has_impedances => WaveDefinition::Traveling,
            _ => WaveDefinition::Power,
        };
        let (frequency, s) = store.into_parts(options.unit.hertz());
        if self.gamma.len() != points * ports && !self.gamma.is_empty() {
            self.note("`! Gamma` is not given for every point and is ignored");
            self.gamma.clear();
        }
        if has_impedances && self.impedances.len() != points * ports {
            return Err(self.fail_at(
                0,
                0,
                format!(
                    "`! Port Impedance` is given for {} of {points} points",
                    self.impedances.len() / ports
                ),
            ));
        }
        let normalised = self.version == Version::V1;
        let noise_resistance = if normalised {
            reference.first().map_or(50.0, |z| z.re)
        } else {
            1.0
        };
        let impedances = std::mem::take(&mut self.impedances);
        let first = impedances.get(..ports).unwrap_or_default();
        let reference = if has_impedances && impedances.chunks_exact(ports).any(|z| z != first) {
            Reference::PerFrequency(impedances)
        } else if has_impedances {
            Reference::PerPort(first.to_vec())
        } else {
            Reference::PerPort(reference)
        };
        let network = Network::new(frequency, ports, s, reference)?
            .with_definition(definition)
            .with_modes(modes)?;
        let network = match options.parameter {
            Parameter::S => network,
            parameter => network.with_file_parameters(parameter, normalised)?,
        };
        let unit = options.unit.hertz();
        let noise = self
            .noise
            .iter()
            .map(|&[f, minimum, magnitude, angle, resistance]| NoisePoint {
                frequency: f * unit,
                minimum_noise_figure_db: minimum,
                optimum_reflection: Complex64::from_polar(magnitude, angle.to_radians()),
                effective_noise_resistance: resistance * noise_resistance,
            })
            .collect();
        Ok(Touchstone {
            network,
            version: self.version,
            parameter: options.parameter,
            format: options.format,
            frequency_unit: options.unit,
            port_names: port_names(&self.names, ports),
            noise,
            propagation: self.gamma,
            comments: self.comments,
            information: self.information,
            notes: self.notes,
        })
    }

    fn port_references(&self, options: &Options, ports: usize) -> Result<Vec<Complex64>> {
        if !self.references.is_empty() {
            if self.references.len() != ports {
                return Err(self.fail_at(
                    0,
                    0,
                    format!(
                        "[Reference] has {} values, and there are {ports} ports",
                        self.references.len()
                    ),
                ));
            }
            return Ok(self
                .references
                .iter()
                .map(|&r| Complex64::new(r, 0.0))
                .collect());
        }
        match options.reference[..] {
            [] => Ok(vec![Complex64::new(50.0, 0.0); ports]),
            [one] => Ok(vec![one; ports]),
            ref several if several.len() == ports => Ok(several.to_vec()),
            ref several => Err(self.fail_at(
                0,
                0,
                format!(
                    "the option line has {} reference impedances, and there are {ports} ports",
                    several.len()
                ),
            )),
        }
    }

    fn port_modes(&self, ports: usize) -> Result<Vec<PortMode>> {
        if self.mixed.is_empty() {
            return Ok((0..ports).map(PortMode::SingleEnded).collect());
        }
        let wrong = |text: String| self.fail_at(0, 0, format!("[Mixed-Mode Order]: {text}"));
        if self.mixed.len() != ports {
            return Err(wrong(format!(
                "{} modes are given for {ports} ports",
                self.mixed.len()
            )));
        }
        let modes: Vec<PortMode> = self
            .mixed
            .iter()
            .filter_map(|(kind, p)| match (kind, &p[..]) {
                (b'S', &[port]) => Some(PortMode::SingleEnded(port)),
                (b'D', &[positive, negative]) => {
                    Some(PortMode::Differential { positive, negative })
                }
                (b'C', &[positive, negative]) => Some(PortMode::Common { positive, negative }),
                _ => None,
            })
            .collect();
        let mut seen = vec![[false; 2]; ports];
        for mode in &modes {
            let (which, list) = match *mode {
                PortMode::SingleEnded(p) => (2, [p, p]),
                PortMode::Differential { positive, negative } => (0, [positive, negative]),
                PortMode::Common { positive, negative } => (1, [positive, negative]),
            };
            let pair = if which == 2 { &list[..1] } else { &list[..] };
            for &port in pair {
                let Some(used) = seen.get_mut(port) else {
                    return Err(wrong(format!("there is no port {}", port + 1)));
                };
                let slots: &[usize] = match which {
                    2 => &[0, 1],
                    0 => &[0],
                    _ => &[1],
                };
                for &slot in slots {
                    if std::mem::replace(&mut used[slot], true) {
                        return Err(wrong(format!("port {} is used twice", port + 1)));
                    }
                }
            }
        }
        if modes.len() != ports || seen.iter().any(|s| !s[0] || !s[1]) {
            return Err(wrong(
                "every port must appear once as S, or once as D and once as C".to_owned(),
            ));
        }
        Ok(modes)
    }

    /// Reference impedances of the modes: 2z for the differential, z/2 for the common one.
    fn mode_references(&self, z: &[Complex64], modes: &[PortMode]) -> Result<Vec<Complex64>> {
        modes
            .iter()
            .map(|mode| {
                let of = |port: usize| z.get(port).copied().unwrap_or_default();
                let pair = |p: usize, n: usize, factor: f64| {
                    if of(p) == of(n) {
                        Ok(of(p) * factor)
                    } else {
                        Err(self.fail_at(
                            0,
                            0,
                            format!(
                                "[Mixed-Mode Order]: ports {} and {} have different reference \
                                 impedances",
                                p + 1,
                                n + 1
                            ),
                        ))
                    }
                };
                match *mode {
                    PortMode::SingleEnded(p) => Ok(of(p)),
                    PortMode::Differential { positive, negative } => pair(positive, negative, 2.0),
                    PortMode::Common { positive, negative } => pair(positive, negative, 0.5),
                }
            })
            .collect()
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

/// `Port[1] = name` or `Port 1 : name`, as HFSS and Sigrity write it into comments.
fn port_name(text: &str) -> Option<(usize, String)> {
    let rest = text
        .trim()
        .get(..4)
        .filter(|w| w.eq_ignore_ascii_case("port"))?;
    let rest = text.trim().get(rest.len()..)?.trim_start();
    let rest = rest.strip_prefix('[').unwrap_or(rest);
    let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
    let port: usize = rest.get(..digits)?.parse().ok()?;
    let rest = rest.get(digits..)?.trim_start();
    let rest = rest.strip_prefix(']').unwrap_or(rest).trim_start();
    let name = rest.strip_prefix(['=', ':'])?.trim();
    (!name.is_empty()).then(|| (port.saturating_sub(1), name.to_owned()))
}

/// Names by port; empty where none is given.
fn port_names(names: &[(usize, String)], ports: usize) -> Vec<String> {
    let mut list = vec![String::new(); ports];
    for (port, name) in names {
        if let Some(place) = list.get_mut(*port) {
            place.clone_from(name);
        }
    }
    list
}
