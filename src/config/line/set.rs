//! Where a `--set` changes the file of a line.

use super::tables::{AmplifierTable, SpanTable, top_tables};
use crate::config::error::{ConfigError, ConfigErrors};
use crate::config::nearest::nearest;
use crate::config::set::{Override, Places, Step, apply_where, check_key, list_of_tables};
use crate::config::stage_tables::FiberTable;
use crate::config::table::Table;
use toml_edit::{DocumentMut, Item};

/// The text with every change made, and where each value now stands.
pub(super) fn apply(text: &str, overrides: &[Override]) -> Result<(String, Places), ConfigErrors> {
    apply_where(text, overrides, |change, document| {
        locate(change, &names(document))
    })
}

/// The names of the spans that have one.
fn names(document: &mut DocumentMut) -> Vec<Option<String>> {
    list_of_tables(document, "span")
        .into_iter()
        .map(|table| table.get("name").and_then(Item::as_str).map(str::to_owned))
        .collect()
}

/// The place a change means.
fn locate(change: &Override, names: &[Option<String>]) -> Result<Vec<Step>, ConfigError> {
    let path = change.path.as_str();
    let key = |name: &str| Step::Key(name.to_owned());
    if path == "name" {
        return Ok(vec![key("name")]);
    }
    let Some((table, last)) = path.rsplit_once('.') else {
        return Err(change
            .error(
                0..path.len(),
                format!("`{path}` does not say what it belongs to"),
            )
            .help(there_is(names)));
    };
    if let Some((_, keys)) = top_tables().iter().find(|(name, _)| *name == table) {
        check_key(change, table.len(), last, keys)?;
        return Ok(vec![key(table), key(last)]);
    }
    let (of_span, inner, keys) = match table.rsplit_once('.') {
        Some((of_span, "fiber")) => (of_span, Some("fiber"), FiberTable::key_names()),
        Some((of_span, "amplifier")) => (of_span, Some("amplifier"), AmplifierTable::key_names()),
        _ => {
            let keys = SpanTable::KEYS.iter().map(|(key, _)| *key).collect();
            (table, None, keys)
        }
    };
    let position = position(change, of_span, names)?;
    check_key(change, table.len(), last, &keys)?;
    let mut steps = vec![key("span"), Step::Position(position)];
    steps.extend(inner.map(key));
    steps.push(key(last));
    Ok(steps)
}

/// Position from 0 of the `[[span]]` table that `table` means.
fn position(
    change: &Override,
    table: &str,
    names: &[Option<String>],
) -> Result<usize, ConfigError> {
    let failed = |message: String| change.error(0..table.len(), message);
    let number = table
        .strip_prefix("span.")
        .filter(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if let Some(number) = number {
        let position = number.parse::<usize>().ok().and_then(|n| n.checked_sub(1));
        return position.filter(|n| *n < names.len()).ok_or_else(|| {
            failed(format!(
                "`{number}` is none of the [[span]] tables, which count from 1 to {}",
                names.len()
            ))
            .help(there_is(names))
        });
    }
    let mut of_this_name = (0..names.len()).filter(|i| {
        let name = names.get(*i).and_then(Option::as_deref);
        name == Some(table)
    });
    match (of_this_name.next(), of_this_name.next()) {
        (Some(position), None) => return Ok(position),
        (Some(_), Some(_)) => {
            return Err(failed(format!("`{table}` matches several spans")).help(there_is(names)));
        }
        _ => {}
    }
    if table == "span" {
        return if names.len() == 1 {
            Ok(0)
        } else {
            let message = format!("`span` does not say which of {} it means", names.len());
            Err(failed(message).help(there_is(names)))
        };
    }
    let known = top_tables().into_iter().map(|(name, _)| name);
    let known: Vec<&str> = known
        .chain(names.iter().flatten().map(String::as_str))
        .chain(["span", "span.fiber", "span.amplifier"])
        .collect();
    let there_is = there_is(names);
    Err(
        failed(format!("`{table}` matches no table and no span")).help(
            match nearest(table, &known) {
                Some(meant) => format!("did you mean `{meant}`? {there_is}"),
                None => there_is,
            },
        ),
    )
}

/// What can be set, in words.
fn there_is(names: &[Option<String>]) -> String {
    let spans = names.iter().enumerate().map(|(i, name)| match name {
        Some(name) => format!("span.{} (`{name}`)", i + 1),
        None => format!("span.{}", i + 1),
    });
    let tables = top_tables().into_iter().map(|(name, _)| name.to_owned());
    let all: Vec<String> = spans.chain(tables).collect();
    format!(
        "there is: {}; a span has .fiber and .amplifier",
        all.join(", ")
    )
}
