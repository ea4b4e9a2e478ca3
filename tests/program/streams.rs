//! Parts, validation, and what happens when nobody reads.

use crate::command::{Done, Folder, example};
use eyespan::library::Library;
use std::process::{Command, Stdio};

#[test]
fn every_part_is_listed_and_can_be_shown() {
    let folder = Folder::new();
    let list = folder.eyespan(&["models", "list"]).success().stdout;
    assert_eq!(folder.eyespan(&["models"]).success().stdout, list);
    for part in Library::built_in().expect("the parts").list() {
        assert!(
            list.contains(&format!("  {} ", part.name)),
            "{} is not in:\n{list}",
            part.name
        );
        let shown = folder
            .eyespan(&["models", "show", &part.name])
            .success()
            .stdout;
        assert!(shown.contains("[source]"), "{shown}");
    }
}

#[test]
fn validation_prints_what_passed() {
    let folder = Folder::new();
    let table = folder
        .eyespan(&["validate", "reed-solomon"])
        .success()
        .stdout;
    assert!(table.contains("PASS") && !table.contains("FAIL"), "{table}");
    let cases = folder
        .eyespan(&["validate", "reed-solomon", "--json"])
        .success()
        .json();
    let cases = cases.as_array().expect("a list of cases");
    assert!(!cases.is_empty());
    assert!(cases.iter().all(|case| case["passes"] == true));
}

/// Runs a command of which one stream is closed before anything is written to it.
fn with_closed(mut command: Command, stdout: bool) -> Done {
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts");
    if stdout {
        drop(child.stdout.take());
    } else {
        drop(child.stderr.take());
    }
    Done::from(child.wait_with_output().expect("a child"))
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let folder = Folder::new();
    let link = example("25g-nrz-1550nm");
    for arguments in [
        vec!["models", "list"],
        vec!["schema", "link"],
        vec!["--help"],
        vec!["run", "--json", link.to_str().expect("UTF-8")],
        vec!["run", link.to_str().expect("UTF-8")],
    ] {
        let mut command = folder.program();
        command.args(&arguments);
        let done = with_closed(command, true);
        assert!(!done.stderr.contains("panicked"), "{}", done.stderr);
        assert_eq!(done.code, Some(0), "{arguments:?}: {}", done.stderr);
    }
}

#[test]
fn words_that_nobody_reads_change_no_exit_code() {
    let folder = Folder::new();
    let link = example("25g-nrz-1550nm");
    let mut command = folder.program();
    command.args(["run", "--json"]).arg(&link);
    let done = with_closed(command, false);
    assert_eq!(done.code, Some(0));
    assert!(done.json().is_object());
    for arguments in [&["run", "nowhere.toml"][..], &["models", "show", "nothing"]] {
        let mut command = folder.program();
        command.args(arguments);
        assert_eq!(with_closed(command, false).code, Some(2));
    }
}
