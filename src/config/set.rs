//! `--set PATH=VALUE`: a value of the link file changed on the command line.

use super::error::{ConfigError, ConfigErrors, Problem};
use super::nearest::{key_help, nearest};
use super::repeater_tables::inside_retimer;
use super::schema::top_tables;
use super::source::Source;
use super::stage_tables::StageTable;
use std::ops::Range;
use std::sync::Arc;
use toml::de::{DeTable, DeValue};
use toml_edit::{DocumentMut, Item, TableLike, Value};

/// A change of one value of a link file.
///
/// The path is `table.key` (`signal.symbol_rate_gbd`), `stage.3.fiber.length_km` or
/// `stage.3.length_km` with the stage counted from 1, `span.length_km` with the stage's own name, or
/// `fiber.length_km` where there is one stage of that kind. The value is written as in the file; a
/// bare word is taken as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Where the value is.
    pub path: String,
    /// The value as it is written in a link file.
    pub value: String,
}

impl Override {
    /// A change of the value at `path`.
    pub fn new(path: impl Into<String>, value: impl Into<String>) -> Self {
        Self {
            path: path.into(),
            value: value.into(),
        }
    }

    /// What the user wrote.
    fn argument(&self) -> String {
        format!("{}={}", self.path, self.value)
    }

    /// An error about the bytes `span` of the argument.
    pub(crate) fn error(&self, span: Range<usize>, message: impl Into<String>) -> ConfigError {
        let source = Arc::new(Source::new("--set", &self.argument()));
        ConfigError::spanning(Problem::Override, &source, span, &self.path, message)
    }
}

impl std::str::FromStr for Override {
    type Err = String;

    fn from_str(argument: &str) -> Result<Self, String> {
        match argument.split_once('=') {
            Some((path, value)) if !path.trim().is_empty() && !value.trim().is_empty() => {
                Ok(Self::new(path.trim(), value.trim()))
            }
            _ => Err(format!(
                "`{argument}` is not PATH=VALUE, such as fiber.length_km=2"
            )),
        }
    }
}

/// A place in a document: keys and, in the list of stages or spans, positions from 0.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Step {
    Key(String),
    Position(usize),
}

/// Where in a text changed values stand, and what was written on the command line for each.
pub(crate) type Places = Vec<(Range<usize>, String)>;

/// A stage as far as it matters here.
struct StageName {
    kind: String,
    name: Option<String>,
}

/// The text of a link file with every change made, and where each value now stands.
pub(crate) fn apply(text: &str, overrides: &[Override]) -> Result<(String, Places), ConfigErrors> {
    apply_where(text, overrides, |change, document| {
        locate(change, &stages(document))
    })
}

/// The text with every change made at the place that `locate` finds for it.
pub(crate) fn apply_where(
    text: &str,
    overrides: &[Override],
    locate: impl Fn(&Override, &mut DocumentMut) -> Result<Vec<Step>, ConfigError>,
) -> Result<(String, Places), ConfigErrors> {
    if overrides.is_empty() {
        return Ok((text.to_owned(), Vec::new()));
    }
    let mut errors = ConfigErrors::default();
    let Ok(mut document) = text.parse::<DocumentMut>() else {
        // The reader of the unchanged text reports this with its place.
        return Ok((text.to_owned(), Vec::new()));
    };
    let mut changed = Vec::new();
    for change in overrides {
        let made = locate(change, &mut document).and_then(|steps| {
            let value = parse_value(change)?;
            match write(document.as_table_mut(), &steps, value) {
                Some(()) => Ok(steps),
                None => Err(change.error(
                    0..change.path.len(),
                    format!("`{}` cannot be set: its table is not a table", change.path),
                )),
            }
        });
        match made {
            Ok(steps) => changed.push((steps, change.argument())),
            Err(error) => errors.push(error),
        }
    }
    let text = document.to_string();
    let places = match DeTable::parse(&text) {
        Ok(parsed) => changed
            .into_iter()
            .filter_map(|(steps, argument)| Some((place(parsed.get_ref(), &steps)?, argument)))
            .collect(),
        Err(_) => Vec::new(),
    };
    errors.or((text, places))
}

/// The value of a change; a bare word is text.
fn parse_value(change: &Override) -> Result<Value, ConfigError> {
    let written = change.value.trim();
    if let Ok(value) = written.parse::<Value>() {
        return Ok(value);
    }
    let word = written
        .chars()
        .all(|c| c.is_alphanumeric() || "-_./ +".contains(c));
    if word && !written.is_empty() {
        return Ok(Value::from(written));
    }
    let start = change.path.len() + 1;
    Err(change
        .error(
            start..start + change.value.len(),
            format!("`{written}` is no value of a link file"),
        )
        .help("allowed: a number, a word, a text in quotes or an array in brackets"))
}

/// The tables of the list `key` (`[[stage]]`, `[[span]]`), however it is written.
pub(crate) fn list_of_tables<'d>(
    document: &'d mut DocumentMut,
    key: &str,
) -> Vec<&'d mut dyn TableLike> {
    match document.get_mut(key) {
        Some(Item::ArrayOfTables(tables)) => tables
            .iter_mut()
            .map(|table| table as &mut dyn TableLike)
            .collect(),
        Some(Item::Value(Value::Array(values))) => values
            .iter_mut()
            .filter_map(|value| value.as_inline_table_mut())
            .map(|table| table as &mut dyn TableLike)
            .collect(),
        _ => Vec::new(),
    }
}

fn stages(document: &mut DocumentMut) -> Vec<StageName> {
    list_of_tables(document, "stage")
        .into_iter()
        .map(|table| {
            let (kind, name) = match table.iter().next() {
                Some((kind, item)) => (
                    kind.to_owned(),
                    item.as_table_like()
                        .and_then(|keys| keys.get("name"))
                        .and_then(Item::as_str)
                        .map(str::to_owned),
                ),
                None => (String::new(), None),
            };
            StageName { kind, name }
        })
        .collect()
}

/// What can be set, in words.
fn what_there_is(stages: &[StageName]) -> String {
    let tables: Vec<&str> = top_tables().iter().map(|(table, _)| *table).collect();
    let stages: Vec<String> = stages
        .iter()
        .enumerate()
        .map(|(i, stage)| match &stage.name {
            Some(name) => format!("stage.{} ({}, `{name}`)", i + 1, stage.kind),
            None => format!("stage.{} ({})", i + 1, stage.kind),
        })
        .collect();
    format!(
        "there is: {}{}{}",
        stages.join(", "),
        if stages.is_empty() { "" } else { "; " },
        tables.join(", ")
    )
}

/// The place a change means.
fn locate(change: &Override, stages: &[StageName]) -> Result<Vec<Step>, ConfigError> {
    let path = change.path.as_str();
    if path == "name" {
        return Ok(vec![Step::Key("name".to_owned())]);
    }
    let Some((table, key)) = path.rsplit_once('.') else {
        return Err(change
            .error(
                0..path.len(),
                format!("`{path}` does not say what it belongs to"),
            )
            .help(match owner(path, stages) {
                Some(owner) => format!("did you mean `{owner}.{path}`?"),
                None => what_there_is(stages),
            }));
    };
    if let Some((_, keys)) = top_tables().iter().find(|(name, _)| *name == table) {
        check_key(change, table.len(), key, keys)?;
        let mut steps: Vec<Step> = table.split('.').map(|s| Step::Key(s.to_owned())).collect();
        steps.push(Step::Key(key.to_owned()));
        return Ok(steps);
    }
    if let Some((of_stage, inner)) = table.rsplit_once('.')
        && let Some((_, keys)) = inside_retimer().iter().find(|(name, _)| *name == inner)
        && let Ok(position) = position(change, of_stage, stages)
        && stages.get(position).is_some_and(|s| s.kind == "retimer")
    {
        check_key(change, table.len(), key, keys)?;
        return Ok(vec![
            Step::Key("stage".to_owned()),
            Step::Position(position),
            Step::Key("retimer".to_owned()),
            Step::Key(inner.to_owned()),
            Step::Key(key.to_owned()),
        ]);
    }
    let position = position(change, table, stages)?;
    let kind = stages
        .get(position)
        .map(|stage| stage.kind.clone())
        .unwrap_or_default();
    let keys = StageTable::keys(&kind).unwrap_or_default();
    check_key(change, table.len(), key, &keys)?;
    Ok(vec![
        Step::Key("stage".to_owned()),
        Step::Position(position),
        Step::Key(kind),
        Step::Key(key.to_owned()),
    ])
}

/// The table or stage a key on its own may belong to.
fn owner(key: &str, stages: &[StageName]) -> Option<String> {
    let table = top_tables()
        .iter()
        .find(|(_, keys)| keys.contains(&key))
        .map(|(table, _)| (*table).to_owned());
    table.or_else(|| {
        stages
            .iter()
            .find(|stage| StageTable::keys(&stage.kind).is_some_and(|keys| keys.contains(&key)))
            .map(|stage| stage.name.clone().unwrap_or_else(|| stage.kind.clone()))
    })
}

/// That the key behind the first `table` bytes and a dot of the path is known.
pub(crate) fn check_key(
    change: &Override,
    table: usize,
    key: &str,
    known: &[&str],
) -> Result<(), ConfigError> {
    if known.contains(&key) {
        return Ok(());
    }
    Err(change
        .error(
            table + 1..change.path.len(),
            format!("unknown key `{key}` in `{}`", &change.path),
        )
        .help(key_help(key, known)))
}

/// Position from 0 of the stage that `table` means.
fn position(change: &Override, table: &str, stages: &[StageName]) -> Result<usize, ConfigError> {
    let span = 0..table.len();
    if let Some(rest) = table.strip_prefix("stage.") {
        let (number, kind) = match rest.split_once('.') {
            Some((number, kind)) => (number, Some(kind)),
            None => (rest, None),
        };
        let position = number
            .parse::<usize>()
            .ok()
            .and_then(|n| n.checked_sub(1))
            .filter(|position| *position < stages.len());
        let Some(position) = position else {
            return Err(change
                .error(
                    span,
                    format!(
                        "`{number}` is none of the stages, which count from 1 to {}",
                        stages.len()
                    ),
                )
                .help(what_there_is(stages)));
        };
        let actual = stages.get(position).map_or("", |stage| stage.kind.as_str());
        return match kind {
            Some(kind) if kind != actual => Err(change
                .error(
                    span,
                    format!("stage {number} is a `{actual}`, not a `{kind}`"),
                )
                .help(what_there_is(stages))),
            _ => Ok(position),
        };
    }
    let named = |stage: &StageName| stage.name.as_deref() == Some(table);
    let of_kind = |stage: &StageName| stage.kind == table;
    let mut matches: Vec<usize> = (0..stages.len())
        .filter(|i| stages.get(*i).is_some_and(named))
        .collect();
    if matches.is_empty() {
        matches = (0..stages.len())
            .filter(|i| stages.get(*i).is_some_and(of_kind))
            .collect();
    }
    match matches[..] {
        [position] => Ok(position),
        [] => {
            let tables = top_tables();
            let mut known: Vec<&str> = tables.iter().map(|(table, _)| *table).collect();
            for stage in stages {
                known.push(&stage.kind);
                known.extend(stage.name.as_deref());
            }
            let there_is = what_there_is(stages);
            Err(change
                .error(span, format!("`{table}` matches no table and no stage"))
                .help(match nearest(table, &known) {
                    Some(meant) => format!("did you mean `{meant}`? {there_is}"),
                    None => there_is,
                }))
        }
        ref several => {
            let numbers: Vec<String> = several.iter().map(|i| format!("stage.{}", i + 1)).collect();
            Err(change
                .error(span, format!("`{table}` matches several stages"))
                .help(format!("write one of {}", numbers.join(", "))))
        }
    }
}

/// Writes the value, with every table on the way that is not there yet.
fn write(table: &mut dyn TableLike, steps: &[Step], mut value: Value) -> Option<()> {
    match steps {
        [Step::Key(key)] => {
            match table.get_mut(key) {
                Some(Item::Value(old)) => {
                    *value.decor_mut() = old.decor().clone();
                    *old = value;
                }
                Some(other) if !other.is_none() => return None,
                _ => {
                    table.insert(key, Item::Value(value));
                }
            }
            Some(())
        }
        [Step::Key(key), Step::Position(position), rest @ ..] => match table.get_mut(key)? {
            Item::ArrayOfTables(tables) => write(tables.get_mut(*position)?, rest, value),
            Item::Value(Value::Array(values)) => write(
                values.get_mut(*position)?.as_inline_table_mut()?,
                rest,
                value,
            ),
            _ => None,
        },
        [Step::Key(key), rest @ ..] => {
            if table.get(key).is_none_or(Item::is_none) {
                table.insert(key, toml_edit::table());
            }
            write(table.get_mut(key)?.as_table_like_mut()?, rest, value)
        }
        _ => None,
    }
}

/// Bytes from the key to the end of the value at `steps`.
fn place(table: &DeTable, steps: &[Step]) -> Option<Range<usize>> {
    let [Step::Key(key), rest @ ..] = steps else {
        return None;
    };
    let (key, value) = table.get_key_value(key.as_str())?;
    match (rest, value.get_ref()) {
        ([], _) => Some(key.span().start..value.span().end),
        ([Step::Position(position), rest @ ..], DeValue::Array(values)) => {
            match values.get(*position)?.get_ref() {
                DeValue::Table(inner) => place(inner, rest),
                _ => None,
            }
        }
        (rest, DeValue::Table(inner)) => place(inner, rest),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "[signal]\nsymbol_rate_gbd = 25.0 # rate\n[[stage]]\nfiber = { name = \"span\", length_km = 2 }\n[[stage]]\n[stage.connector]\nloss_db = 0.5\n";

    fn applied(path: &str, value: &str) -> String {
        apply(TEXT, &[Override::new(path, value)]).expect(path).0
    }

    #[test]
    fn every_form_of_path_reaches_the_same_value() {
        for path in [
            "stage.1.fiber.length_km",
            "stage.1.length_km",
            "span.length_km",
            "fiber.length_km",
        ] {
            assert_eq!(
                applied(path, "7.5"),
                TEXT.replace("length_km = 2", "length_km = 7.5")
            );
        }
    }

    #[test]
    fn comments_stay_and_the_place_of_the_value_is_known() {
        let (text, places) =
            apply(TEXT, &[Override::new("signal.symbol_rate_gbd", "50")]).expect("applies");
        assert!(text.contains("symbol_rate_gbd = 50 # rate"), "{text}");
        let (span, argument) = &places[0];
        assert_eq!(&text[span.clone()], "symbol_rate_gbd = 50");
        assert_eq!(argument, "signal.symbol_rate_gbd=50");
    }

    #[test]
    fn keys_and_tables_that_are_not_there_are_added() {
        assert!(applied("fiber.group_index", "1.4").contains("group_index = 1.4"));
        let text = applied("engine.monte_carlo.feedback", "sent");
        let parsed = DeTable::parse(&text).expect("valid");
        let engine = parsed.get_ref().get("engine").expect("engine").get_ref();
        assert!(engine.get("monte_carlo").is_some(), "{text}");
    }

    #[test]
    fn a_path_that_matches_nothing_says_what_there_is() {
        let help = |path: &str| {
            let errors = apply(TEXT, &[Override::new(path, "1")]).expect_err(path);
            assert_eq!(errors.errors[0].file(), "--set");
            errors.to_string()
        };
        assert!(help("spam.length_km").contains("did you mean `span`"));
        assert!(help("stage.3.length_km").contains("from 1 to 2"));
        assert!(help("stage.0.length_km").contains("stage.1 (fiber, `span`)"));
        assert!(help("stage.2.fiber.length_km").contains("is a `connector`, not a `fiber`"));
        assert!(help("fiber.length_m").contains("`length_km`"));
        assert!(help("length_km").contains("did you mean `span.length_km`"));
    }
}
