//! Loading a link file: read, change, check, resolve.

use super::error::{ConfigError, ConfigErrors, Problem};
use super::schema::LinkTable;
use super::set::{self, Override};
use super::source::{Location, Source};
use std::path::Path;
use std::sync::Arc;
use toml::de::DeTable;

/// A link file as it was read.
#[derive(Debug, Clone)]
pub struct LinkFile {
    /// Its text.
    pub source: Arc<Source>,
    /// What it says.
    pub table: LinkTable,
    /// What is wrong with single values; resolving reports it with all else.
    pub(crate) errors: ConfigErrors,
}

impl LinkFile {
    /// Reads the file at `path` and makes the changes of `overrides`.
    ///
    /// # Errors
    /// Where the file cannot be read, is not UTF-8 text or not TOML, or a change matches nothing.
    /// Wrong values and unknown keys are reported by [`resolve`](Self::resolve), with all else that
    /// is wrong.
    pub fn read(path: &Path, overrides: &[Override]) -> Result<Self, ConfigErrors> {
        let source = read_text(path)?;
        Self::parse(&source.text, &source.file, overrides)
    }

    /// Reads `text` as the file called `file` and makes the changes of `overrides`.
    ///
    /// # Errors
    /// As [`read`](Self::read).
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
            LinkTable::read_document(&source, document, &mut errors)
        })?;
        Ok(Self {
            source: Arc::clone(&source),
            table,
            errors,
        })
    }
}

/// The header of the table at `path`, such as `engine.monte_carlo`, for what is missing from it; the
/// beginning of the file where there is no such table.
pub(crate) fn table_location(source: &Arc<Source>, path: &str) -> Location {
    let document = DeTable::parse(&source.text);
    let mut span = None;
    let mut table = document.as_ref().ok().map(toml::Spanned::get_ref);
    for key in path.split('.') {
        let found = table.and_then(|table| table.get_key_value(key));
        span = found.map(|(key, _)| key.span());
        table = found.and_then(|(_, value)| value.get_ref().as_table());
    }
    Location {
        key: path.to_owned(),
        span: span.unwrap_or(0..0),
        ..file_location(source)
    }
}

/// The file as a whole, for what is missing from it.
pub(crate) fn file_location(source: &Arc<Source>) -> Location {
    Location {
        source: Arc::clone(source),
        key: String::new(),
        span: 0..0,
    }
}

/// The text of the file at `path`.
pub(crate) fn read_text(path: &Path) -> Result<Source, ConfigErrors> {
    let file = path.display().to_string();
    let failed = |message: String, help: &str| {
        let source = Arc::new(Source::new(&file, ""));
        ConfigErrors::from(
            ConfigError::spanning(Problem::File, &source, 0..0, "", message).help(help),
        )
    };
    let bytes = std::fs::read(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => failed(
            format!("the file `{file}` does not exist"),
            "give the path of a link file, relative to where the command runs",
        ),
        _ => failed(
            format!("the file `{file}` cannot be read: {error}"),
            "give a file that can be read",
        ),
    })?;
    match String::from_utf8(bytes) {
        Ok(text) => Ok(Source::new(&file, &text)),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let bytes = error.as_bytes();
            let line = bytes.iter().take(valid).filter(|b| **b == b'\n').count() + 1;
            let byte = bytes.get(valid).copied().unwrap_or_default();
            Err(failed(
                format!("the file is not UTF-8 text: byte 0x{byte:02x} on line {line}"),
                "save the file as UTF-8",
            ))
        }
    }
}

/// Parses the text and hands the document to `read`; every syntax error is reported.
pub(crate) fn parse_document<T>(
    source: &Arc<Source>,
    read: impl FnOnce(&DeTable) -> T,
) -> Result<T, ConfigErrors> {
    let (document, faults) = DeTable::parse_recoverable(&source.text);
    let mut errors = ConfigErrors::default();
    for fault in faults {
        let end = source.text.len();
        let span = fault.span().unwrap_or(end..end);
        let written = source.excerpt(&span);
        let error = if fault.message().contains("duplicate key") {
            ConfigError::spanning(
                Problem::DuplicateKey,
                source,
                span.clone(),
                &written,
                format!("duplicate key `{written}`: it is given before in the same table"),
            )
            .help("allowed: once; every stage begins with a [[stage]] of its own")
        } else {
            ConfigError::spanning(
                Problem::Syntax,
                source,
                span.clone(),
                "",
                format!("this is not TOML: {}", fault.message()),
            )
            .help("allowed: key = value, with texts in quotes, numbers with a decimal point, and tables as { key = value }")
        };
        errors.push(error);
    }
    errors.or(())?;
    Ok(read(document.get_ref()))
}
