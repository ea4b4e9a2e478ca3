//! Link files that are wrong: each mistake has a message of its own that names the key, the value,
//! the line, what is allowed and the nearest right thing.

#![allow(clippy::too_many_lines, clippy::format_collect)]

mod codewords;
mod combinations;
mod damaged;
mod files;
mod multimode;
mod names;
mod right;
mod values;

use eyespan::config::{ConfigErrors, LinkFile, Override, Problem, find_length};
use eyespan::library::Library;
use eyespan::link::{Link, Stage};
use eyespan::signal::Response;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

/// A link that is right; the tests break it in one place each.
const OPTICAL: &str = include_str!("../data/optical.toml");
const COPPER: &str = include_str!("../data/copper.toml");
const MULTIMODE: &str = include_str!("../data/multimode.toml");

fn load(text: &str) -> Result<Link, ConfigErrors> {
    load_with(text, &[])
}

fn load_with(text: &str, overrides: &[Override]) -> Result<Link, ConfigErrors> {
    LinkFile::parse(text, "link.toml", overrides)?.resolve(&LIBRARY)
}

/// The optical link with one text in it replaced.
fn changed(from: &str, to: &str) -> String {
    replaced(OPTICAL, from, to)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` must be there once");
    text.replace(from, to)
}

/// Line, counted from 1, of the only place of `what` in `text`.
fn line_of(text: &str, what: &str) -> usize {
    let at = text.find(what).expect("the text to look for");
    text[..at].matches('\n').count() + 1
}

/// Asserts that `text` has one mistake, of this kind, on the line of `mark`, whose message holds all
/// of `parts`.
#[track_caller]
fn refused(text: &str, problem: Problem, mark: &str, parts: &[&str]) {
    let errors = load(text).expect_err("the file is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    let error = &errors.errors[0];
    assert_eq!(error.problem, problem, "{error}");
    assert_eq!(error.line, line_of(text, mark), "{error}");
    let shown = error.to_string();
    assert!(
        shown.starts_with(&format!("link.toml:{}:{}: ", error.line, error.column)),
        "{shown}"
    );
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}
