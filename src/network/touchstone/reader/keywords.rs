//! Keywords in brackets, and what stands between them.

use super::{MOST_PORTS, Reader, Result, Section, text_of};
use crate::network::touchstone::{MatrixFormat, Version};

impl Reader<'_> {
    pub(super) fn keyword(&mut self) -> Result<()> {
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

    pub(super) fn end_reference(&mut self) {
        if self
            .ports
            .or(self.ports_hint)
            .is_some_and(|n| self.references.len() >= n)
        {
            self.section = Section::Network;
        }
    }

    pub(super) fn is_mode(&self) -> bool {
        matches!(
            self.bytes.get(self.at..),
            Some([b'S' | b's' | b'D' | b'd' | b'C' | b'c', b'0'..=b'9', ..])
        )
    }

    pub(super) fn mode_line(&mut self) -> Result<()> {
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
}
