//! What can be wrong with a link file, with the place it is wrong at and what to write instead.

use super::source::{Location, Source};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// What kind of mistake an error is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Problem {
    /// A file that cannot be read, or is not UTF-8 text.
    File,
    /// Text that is not TOML.
    Syntax,
    /// The same key twice.
    DuplicateKey,
    /// A key that does not exist in its table.
    UnknownKey,
    /// A kind of stage that does not exist.
    UnknownStage,
    /// A value of another type than the key's.
    WrongType,
    /// A word that is not among those a key accepts.
    UnknownChoice,
    /// A key that is needed and absent.
    MissingKey,
    /// A number outside what is physical or can be computed.
    OutOfRange,
    /// Keys that exclude each other.
    Conflict,
    /// A part the library does not hold.
    PartNotFound,
    /// A part of another kind than the stage.
    PartKind,
    /// Stages that cannot follow each other.
    Order,
    /// A `--set` whose path matches nothing.
    Override,
}

/// One mistake in a link file or in a part file it uses.
#[derive(Debug, Clone)]
pub struct ConfigError {
    /// What kind of mistake it is.
    pub problem: Problem,
    /// The file, or the `--set` argument, it is in.
    pub source: Arc<Source>,
    /// Line, counted from 1.
    pub line: usize,
    /// Column in characters, counted from 1.
    pub column: usize,
    /// Bytes of the source's text it is about.
    pub span: Range<usize>,
    /// The key it is about with the tables it stands in, such as `stage.3.fiber.length_km`.
    pub key: Box<str>,
    /// The value as it is written; empty where there is none.
    pub value: Box<str>,
    /// What is wrong.
    pub message: String,
    /// What is allowed, or the nearest right thing.
    pub help: Option<Box<str>>,
}

impl ConfigError {
    /// An error about the value at `at`.
    pub(crate) fn at(problem: Problem, at: &Location, message: impl Into<String>) -> Self {
        Self::spanning(problem, &at.source, at.span.clone(), &at.key, message)
    }

    /// An error about the bytes `span` of `source`.
    pub(crate) fn spanning(
        problem: Problem,
        source: &Arc<Source>,
        span: Range<usize>,
        key: &str,
        message: impl Into<String>,
    ) -> Self {
        let (line, column) = source.position(span.start);
        let mut message = message.into();
        if let Some((_, argument)) = source
            .overridden
            .iter()
            .find(|(place, _)| place.start <= span.start && span.end <= place.end)
        {
            message = format!("{message} (with --set {argument})");
        }
        Self {
            problem,
            line,
            column,
            key: key.into(),
            value: source.excerpt(&span).into(),
            span,
            source: Arc::clone(source),
            message,
            help: None,
        }
    }

    /// The same error with a help text.
    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into().into_boxed_str());
        self
    }

    /// Name of the file it is in.
    pub fn file(&self) -> &str {
        &self.source.file
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.source.text.is_empty() {
            write!(f, "{}: {}", self.file(), self.message)?;
        } else {
            write!(
                f,
                "{}:{}:{}: {}",
                self.file(),
                self.line,
                self.column,
                self.message
            )?;
        }
        match &self.help {
            Some(help) => write!(f, "\n  help: {help}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for ConfigError {}

/// Every mistake that was found, in the order of the file.
#[derive(Debug, Clone, Default)]
pub struct ConfigErrors {
    /// The mistakes; never empty in a value that was returned as an error.
    pub errors: Vec<ConfigError>,
}

impl ConfigErrors {
    pub(crate) fn push(&mut self, error: ConfigError) {
        self.errors.push(error);
    }

    /// `value` where nothing was wrong, else the mistakes in the order of their place.
    pub(crate) fn or<T>(mut self, value: T) -> Result<T, Self> {
        if self.errors.is_empty() {
            return Ok(value);
        }
        self.errors
            .sort_by(|a, b| (a.file(), a.span.start).cmp(&(b.file(), b.span.start)));
        Err(self)
    }
}

impl From<ConfigError> for ConfigErrors {
    fn from(error: ConfigError) -> Self {
        Self {
            errors: vec![error],
        }
    }
}

impl fmt::Display for ConfigErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, error) in self.errors.iter().enumerate() {
            if i > 0 {
                writeln!(f)?;
            }
            write!(f, "{error}")?;
        }
        Ok(())
    }
}

impl std::error::Error for ConfigErrors {}
