//! The file of an amplified line: channels over fibre spans, without a transmitter and a receiver.
//!
//! ```
//! use eyespan::config::LineFile;
//! use eyespan::library::Library;
//! use eyespan::study::line::run_line;
//!
//! let text = r#"
//!     [channels]
//!     count = 40
//!     lowest_frequency_thz = 192.1
//!     spacing_ghz = 50
//!     symbol_rate_gbd = 32
//!     power_dbm = 0
//!
//!     [[span]]
//!     repeat = 10
//!     fiber = { model = "itu-g652d", length_km = 80 }
//!     amplifier = { noise_figure_db = 5.5 }
//! "#;
//! let line = LineFile::parse(text, "line.toml", &[])?.resolve(&Library::built_in()?)?;
//! let result = run_line(&line)?;
//! assert_eq!((result.channels.len(), result.spans.len()), (40, 10));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod resolve;
mod set;
pub mod tables;

use super::error::ConfigErrors;
use super::link_file::{LinkFile, parse_document, read_text};
use super::read::Reader;
use super::schema::belongs_elsewhere;
use super::set::Override;
use super::source::Source;
use super::table::Table;
use crate::library::Library;
use crate::link::{Chain, Link};
use crate::study::line::Line;
use std::path::Path;
use std::sync::Arc;
use tables::LineTable;
use toml::de::DeTable;

/// What a file describes.
#[derive(Debug, Clone)]
pub enum Description {
    /// One lane of a link, from bits to decision.
    Link(Box<Link>),
    /// An amplified line.
    Line(Box<Line>),
    /// A link with retimers.
    Chain(Box<Chain>),
}

impl Description {
    /// Reads the file at `path`, makes the changes of `overrides` and resolves it with the parts of
    /// `library`. A file with `[channels]` or `[[span]]` and without `[[stage]]` is a line.
    ///
    /// # Errors
    /// With every mistake that was found.
    pub fn load(
        path: &Path,
        overrides: &[Override],
        library: &Library,
    ) -> Result<Self, ConfigErrors> {
        let Source { file, text, .. } = read_text(path)?;
        if is_line(&text) {
            let line = LineFile::parse(&text, &file, overrides)?.resolve(library)?;
            Ok(Self::Line(Box::new(line)))
        } else {
            let link = LinkFile::parse(&text, &file, overrides)?;
            if link.has_retimers() {
                return Ok(Self::Chain(Box::new(link.resolve_chain(library)?)));
            }
            Ok(Self::Link(Box::new(link.resolve(library)?)))
        }
    }
}

/// Whether a text describes a line; where it is no TOML, what could be read of it decides.
fn is_line(text: &str) -> bool {
    let (document, _) = DeTable::parse_recoverable(text);
    let has = |key| document.get_ref().contains_key(key);
    (has("channels") || has("span")) && !has("stage")
}

/// The file of an amplified line as it was read.
#[derive(Debug, Clone)]
pub struct LineFile {
    /// Its text.
    pub source: Arc<Source>,
    /// What it says.
    pub table: LineTable,
    /// What is wrong with single values; resolving reports it with all else.
    errors: ConfigErrors,
}

impl LineFile {
    /// Reads `text` as the file called `file` and makes the changes of `overrides`: `channels.count`,
    /// `target.gsnr_db`, `span.2.repeat` and `span.2.fiber.length_km` with the `[[span]]` tables
    /// counted from 1, or their own names in the place of `span.2`.
    ///
    /// # Errors
    /// Where it is not TOML or a change matches nothing. Wrong values and unknown keys are reported
    /// by [`resolve`](Self::resolve), with all else that is wrong.
    pub fn parse(text: &str, file: &str, overrides: &[Override]) -> Result<Self, ConfigErrors> {
        parse_document(&Arc::new(Source::new(file, text)), |_| ())?;
        let (text, overridden) = set::apply(text, overrides)?;
        let source = Arc::new(Source {
            file: file.to_owned(),
            text,
            overridden,
        });
        let mut errors = ConfigErrors::default();
        let table = parse_document(&source, |document| {
            let mut reader = Reader {
                source: &source,
                table: document,
                path: String::new(),
                place: "the file of a line".to_owned(),
                errors: &mut errors,
            };
            LineTable::read(&mut reader, elsewhere)
        })?;
        Ok(Self {
            source: Arc::clone(&source),
            table,
            errors,
        })
    }

    /// The line in SI units.
    ///
    /// # Errors
    /// With every mistake that was found: unknown keys, wrong values, missing quantities, unknown
    /// parts.
    pub fn resolve(&self, library: &Library) -> Result<Line, ConfigErrors> {
        resolve::resolve(self, library)
    }
}

/// Where a key that was written at the top belongs.
fn elsewhere(key: &str) -> Option<String> {
    let of_line = tables::top_tables();
    if let Some((table, _)) = of_line.iter().find(|(_, keys)| keys.contains(&key)) {
        return Some(format!("`{key}` belongs in [{table}]"));
    }
    if tables::SpanTable::key_names().contains(&key) {
        return Some(format!("`{key}` belongs below [[span]]"));
    }
    let of_link = super::schema::top_tables();
    let link = of_link.iter().any(|(table, _)| *table == key) || belongs_elsewhere(key).is_some();
    link.then(|| {
        format!(
            "`{key}` is of a link of stages, with [signal] and [[stage]]; an amplified line has \
             [channels], [[span]] and [target]"
        )
    })
}
