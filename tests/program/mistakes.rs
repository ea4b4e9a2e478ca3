//! Wrong input: exit code 2, words that help, and nothing written.

use crate::command::{Folder, example};
use std::ffi::OsStr;

fn run(folder: &Folder, more: &[&str]) -> crate::command::Done {
    let mut command = folder.program();
    command.arg("run").arg(example("400gbase-dr4")).args(more);
    crate::command::done(&mut command)
}

#[track_caller]
fn assert_nothing_written(folder: &Folder, expected: &[&str]) {
    assert_eq!(folder.files(), expected);
    assert!(!folder.path().join("out").exists());
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let folder = Folder::new();
    folder
        .eyespan(&["run", "nowhere.toml"])
        .refused(&["nowhere.toml", "does not exist"]);
    folder
        .eyespan(&["reach", "nowhere.toml"])
        .refused(&["nowhere.toml", "does not exist"]);
    assert_nothing_written(&folder, &[]);
}

#[test]
fn a_wrong_key_is_shown_with_its_line() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(example("25g-nrz-1550nm")).expect("an example");
    let wrong = text.replace("length_km", "lenght_km");
    let line = 1 + wrong[..wrong.find("lenght_km").expect("the key")]
        .matches('\n')
        .count();
    folder.write("wrong.toml", &wrong);
    let place = format!("wrong.toml:{line}:");
    for command in ["run", "reach"] {
        folder
            .eyespan(&[command, "wrong.toml", "--json"])
            .refused(&[
                &place,
                "unknown key `lenght_km`",
                "did you mean `length_km`?",
            ]);
    }
    assert_nothing_written(&folder, &["wrong.toml"]);
}

#[test]
fn a_change_that_matches_nothing_is_refused() {
    let folder = Folder::new();
    run(&folder, &["--set", "stage.9.fiber.length_km=1"]).refused(&["stage.9.fiber.length_km"]);
    run(&folder, &["--set", "spam.length_km=1"]).refused(&["spam.length_km"]);
    run(&folder, &["--set", "stage.4.fiber.lenght_km=1"]).refused(&["`length_km`"]);
    run(&folder, &["--set", "stage.4.fiber.length_km=-1"]).refused(&["length_km", "-1"]);
    run(&folder, &["--set", "stage.4.fiber.length_km"]).refused(&["stage.4.fiber.length_km"]);
    assert_nothing_written(&folder, &[]);
}

#[test]
fn a_part_that_is_not_there_names_the_nearest() {
    let folder = Folder::new();
    run(&folder, &["--set", "stage.1.laser.model=dfb-1320"]).refused(&["dfb-1320", "`dfb-1310`"]);
    folder
        .eyespan(&["models", "show", "dfb-1320"])
        .refused(&["`dfb-1320`", "did you mean `dfb-1310`?"]);
    assert_nothing_written(&folder, &[]);
}

#[test]
fn a_folder_of_parts_that_is_not_there_is_refused() {
    Folder::new()
        .eyespan(&["--models", "nowhere", "models", "list"])
        .refused(&["nowhere"]);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = Folder::new();
    folder.write("taken", "a file, not a folder");
    run(&folder, &["--out", "taken"]).refused(&["taken"]);
    assert_eq!(folder.files(), ["taken"]);
}

#[test]
fn unknown_commands_options_and_cases_are_refused() {
    let folder = Folder::new();
    folder.eyespan(&["rum"]).refused(&["rum"]);
    folder
        .eyespan(&["run", "x.toml", "--jsn"])
        .refused(&["--json"]);
    folder
        .eyespan(&["validate", "no such case"])
        .refused(&["no such case"]);
    let nothing: [&OsStr; 0] = [];
    assert_eq!(folder.eyespan(&nothing).code, Some(2));
}

#[test]
fn help_is_there_for_every_command() {
    let folder = Folder::new();
    let help = folder.eyespan(&["--help"]).success().stdout;
    for command in ["run", "reach", "models", "validate", "schema"] {
        assert!(help.contains(command), "{command} is not in:\n{help}");
        let text = folder.eyespan(&[command, "--help"]).success().stdout;
        assert!(text.contains("Usage: eyespan"), "{text}");
    }
    let version = folder.eyespan(&["--version"]).success().stdout;
    assert_eq!(
        version.trim(),
        concat!("eyespan ", env!("CARGO_PKG_VERSION"))
    );
}
