//! The library's layers: a module uses modules of its own layer and of those below, never one above.

use std::fs;
use std::path::{Path, PathBuf};

/// Modules by layer, from the lowest.
const LAYERS: [&[&str]; 7] = [
    &["constants", "units", "math", "random"],
    &["signal", "format", "network"],
    &[
        "fiber",
        "copper",
        "transmitter",
        "receiver",
        "equalizer",
        "fec",
        "amplifier",
        "clock",
    ],
    &["measure", "com", "statistics", "capture"],
    &["link"],
    &["study", "library", "config"],
    &["report", "cli"],
];
/// Layer whose modules do not use each other either.
const PHYSICS: usize = 2;

fn layer_of(module: &str) -> Option<usize> {
    LAYERS.iter().position(|layer| layer.contains(&module))
}

/// Whether `user` may use `used`, or the rule it breaks.
fn check(user: &str, used: &str) -> Result<(), String> {
    if user == used {
        return Ok(());
    }
    let layer = |module| {
        layer_of(module).ok_or_else(|| format!("`{module}` stands in no layer of this test"))
    };
    let (of_user, of_used) = (layer(user)?, layer(used)?);
    if of_used > of_user {
        Err(format!(
            "`{user}` (layer {of_user}) uses `{used}` (layer {of_used})"
        ))
    } else if of_user == PHYSICS && of_used == PHYSICS {
        Err(format!("`{user}` uses `{used}`, physics too"))
    } else if user == "report" && !["measure", "constants", "units", "math"].contains(&used) {
        Err(format!(
            "`report` uses `{used}`: it may use measure and the base"
        ))
    } else {
        Ok(())
    }
}

/// The modules of the crate that a source text names after `root` (`crate::` or `eyespan::`), with
/// their lines from 1. Comments do not count.
fn used_modules(text: &str, root: &str) -> Vec<(usize, String)> {
    // Line by line, so that the lines can be told; the names in braces may stand on later ones.
    let code: Vec<&str> = text
        .lines()
        .map(|line| line.split("//").next().unwrap_or_default())
        .collect();
    let joined = code.join("\n");
    let mut found = Vec::new();
    for (at, _) in joined.match_indices(root) {
        let before = joined[..at].chars().next_back();
        if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '$') {
            continue;
        }
        let line = joined[..at].matches('\n').count() + 1;
        let rest = &joined[at + root.len()..];
        if let Some(group) = rest.strip_prefix('{') {
            found.extend(first_names(group).into_iter().map(|name| (line, name)));
        } else {
            found.push((line, identifier(rest)));
        }
    }
    found.retain(|(_, name)| !name.is_empty());
    found
}

/// The first identifier of each entry of a group of imports, up to its closing brace.
fn first_names(group: &str) -> Vec<String> {
    let mut depth = 0;
    let mut names = Vec::new();
    let mut entry = String::new();
    for c in group.chars() {
        match c {
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            '{' => depth += 1,
            ',' if depth == 0 => names.push(identifier(std::mem::take(&mut entry).trim())),
            _ if depth == 0 => entry.push(c),
            _ => {}
        }
    }
    names.push(identifier(entry.trim()));
    names
}

fn identifier(text: &str) -> String {
    text.chars()
        .take_while(|c| c.is_alphanumeric() || *c == '_')
        .collect()
}

fn sources(folder: &Path, into: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder of sources") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|end| end == "rs") {
            into.push(path);
        }
    }
}

#[test]
fn no_module_uses_one_of_a_higher_layer() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let (mut faults, mut seen) = (Vec::new(), 0);
    for file in files {
        let relative = file.strip_prefix(&root).expect("below src");
        let user = relative
            .components()
            .next()
            .and_then(|first| Path::new(first.as_os_str()).file_stem())
            .and_then(|stem| stem.to_str())
            .expect("a module's name");
        if ["lib", "main"].contains(&user) {
            continue;
        }
        let text = fs::read_to_string(&file).expect("UTF-8 text");
        // The program names the library's modules by the crate's name.
        let name = if user == "cli" {
            "eyespan::"
        } else {
            "crate::"
        };
        for (line, used) in used_modules(&text, name) {
            seen += 1;
            if let Err(fault) = check(user, &used) {
                faults.push(format!("src/{}:{line}: {fault}", relative.display()));
            }
        }
    }
    assert!(
        seen > 100,
        "only {seen} uses were found: the search is broken"
    );
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn every_module_of_the_library_has_a_layer() {
    let text = include_str!("../src/lib.rs");
    let modules: Vec<&str> = text
        .lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .collect();
    assert!(modules.len() > 10, "the list of modules was not found");
    for module in modules {
        assert!(layer_of(module).is_some(), "`{module}` has no layer");
    }
}

#[test]
fn a_use_of_a_higher_layer_is_found() {
    let text = "//! [`x`](crate::study::x)\nuse crate::{\n    math::root,\n    link::{Link, study},\n};\nlet y = crate::config::read();";
    let found = used_modules(text, "crate::");
    let names: Vec<(usize, &str)> = found.iter().map(|(l, n)| (*l, n.as_str())).collect();
    assert_eq!(names, [(2, "math"), (2, "link"), (6, "config")]);
    assert!(check("fiber", "math").is_ok());
    assert!(check("fiber", "link").is_err());
    assert!(check("fiber", "receiver").is_err());
    assert!(check("link", "measure").is_ok());
    assert!(check("report", "study").is_err());
    assert!(check("study", "report").is_err());
    assert!(check("library", "config").is_ok());
}
