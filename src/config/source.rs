//! Text of a file that was read, and where in it a value stands.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

/// A file that was read: the name it is called by and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Name of the file as the user gave it.
    pub file: String,
    /// Its text, with every `--set` applied.
    pub text: String,
    /// Where in the text a `--set` put its value, and what was written on the command line.
    pub overridden: Vec<(Range<usize>, String)>,
}

impl Source {
    /// A file of this name and text.
    pub fn new(file: &str, text: &str) -> Self {
        Self {
            file: file.to_owned(),
            text: text.to_owned(),
            overridden: Vec::new(),
        }
    }

    /// Line and column, both counted from 1 and the column in characters, of a byte of the text.
    pub fn position(&self, byte: usize) -> (usize, usize) {
        let mut end = byte.min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let before = self.text.get(..end).unwrap_or_default();
        let line = before.matches('\n').count() + 1;
        let column = before
            .rsplit('\n')
            .next()
            .unwrap_or_default()
            .chars()
            .count()
            + 1;
        (line, column)
    }

    /// The text at `span`, shortened to its first line and to 60 characters.
    pub fn excerpt(&self, span: &Range<usize>) -> Cow<'_, str> {
        let full = self
            .text
            .get(span.clone())
            .unwrap_or_default()
            .trim()
            .lines()
            .next()
            .unwrap_or_default();
        match full.char_indices().nth(60) {
            Some((cut, _)) => Cow::Owned(format!("{}…", full.get(..cut).unwrap_or_default())),
            None => Cow::Borrowed(full),
        }
    }
}

/// Where a value stands.
#[derive(Debug, Clone)]
pub struct Location {
    /// The file.
    pub source: Arc<Source>,
    /// Key with the tables it stands in, such as `stage.3.fiber.length_km`.
    pub key: String,
    /// Bytes of the value (of the table's header where it is a table).
    pub span: Range<usize>,
}

/// A value read from a file, and where it stands.
#[derive(Debug, Clone)]
pub struct Value<T> {
    /// The value.
    pub value: T,
    /// Where it stands.
    pub at: Location,
}

impl<T: schemars::JsonSchema> schemars::JsonSchema for Value<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut schemars::SchemaGenerator) -> schemars::Schema {
        T::json_schema(generator)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_characters_and_survive_bytes_inside_or_beyond_the_text() {
        let source = Source::new("a", "µµ\nxµy");
        assert_eq!(source.position(0), (1, 1));
        assert_eq!(source.position(2), (1, 2));
        assert_eq!(source.position(1), (1, 1));
        assert_eq!(source.position(5), (2, 1));
        assert_eq!(source.position(8), (2, 3));
        assert_eq!(source.position(999), (2, 4));
    }
}
