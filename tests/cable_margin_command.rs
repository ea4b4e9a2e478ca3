//! `eyespan com` with a cable from the library.

use std::process::Command;

fn eyespan(arguments: &[&str]) -> std::process::Output {
    Command::new(env!("CARGO_BIN_EXE_eyespan"))
        .args(arguments)
        .output()
        .expect("the program runs")
}

#[test]
fn a_cable_of_a_length_has_a_margin_and_a_return_loss() {
    let output = eyespan(&[
        "com",
        "--cable",
        "twinax-26awg",
        "--length",
        "1",
        "--config",
        "ck-cr-1",
        "--json",
    ]);
    assert!(output.status.success(), "{output:?}");
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let test = &result["tests"][0];
    assert!(test["com_db"].as_f64().expect("a margin") > 3.0);
    let erl = &test["effective_return_loss"];
    let near = erl["transmitter_db"].as_f64().expect("a return loss");
    assert!((5.0..40.0).contains(&near), "{near}");
    // Both ends of the assembly are alike.
    assert!((near - erl["receiver_db"].as_f64().expect("one")).abs() < 0.05);
    assert!(test["loss_deviation_merit_db"].as_f64().expect("one") >= 0.0);
}

#[test]
fn a_reach_is_told_as_a_band_with_a_picture() {
    let folder = tempfile::tempdir().expect("a folder");
    let out = folder.path().join("reach");
    let output = eyespan(&[
        "com",
        "--cable",
        "twinax-30awg",
        "--reach",
        "--longest",
        "1",
        "--config",
        "100gbase-cr4-1",
        "--json",
        "--out",
        out.to_str().expect("a path"),
    ]);
    assert!(output.status.success(), "{output:?}");
    let result: serde_json::Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let curves = result["cables"][0]["curves"].as_array().expect("curves");
    assert_eq!(curves.len(), 3);
    for curve in curves {
        assert_eq!(curve["is_lower_bound"], true);
        assert_eq!(curve["reach_m"], 1.0);
    }
    assert!(out.join("reach.png").exists() && out.join("result.json").exists());
}

#[test]
fn what_is_missing_or_too_much_is_said() {
    for (arguments, part) in [
        (
            &["com", "--cable", "twinax-26awg", "--config", "ck-cr-1"][..],
            "--length",
        ),
        (
            &[
                "com",
                "--cable",
                "twinax-26",
                "--length",
                "1",
                "--config",
                "ck-cr-1",
            ][..],
            "twinax-26awg",
        ),
        (
            &[
                "com",
                "--cable",
                "twinax-26awg",
                "--length=-1",
                "--config",
                "ck-cr-1",
            ][..],
            "--length",
        ),
        (
            &[
                "com",
                "--cable",
                "twinax-26awg",
                "--length",
                "1",
                "--connector",
                "paddle",
                "--config",
                "ck-cr-1",
            ][..],
            "paddle-card",
        ),
        (
            &[
                "com",
                "x.s4p",
                "--cable",
                "twinax-26awg",
                "--config",
                "ck-cr-1",
            ][..],
            "cannot be used with",
        ),
        (&["com", "--config", "ck-cr-1"][..], "THRU"),
    ] {
        let output = eyespan(arguments);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(words.contains(part), "{part}: {words}");
    }
}
