//! Comments, and what exporters say in them.

use super::{Reader, Result, text_of};
use crate::network::WaveDefinition;
use num_complex::Complex64;

impl<'a> Reader<'a> {
    pub(super) fn comment(&mut self) -> Result<()> {
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
