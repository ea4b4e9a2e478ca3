//! `eyespan com`.

use crate::command::Folder;
use std::fmt::Write;

/// A four-port file of two lines, 1 to 2 and 3 to 4, to 80 GHz, with the loss of the skin effect at
/// 53.125 GHz and the delay that goes with it; `gain` scales what comes through and `echo` adds a reflection
/// that comes 0.2 ns later.
fn line(folder: &Folder, name: &str, gain: f64, loss_db: f64, echo: f64) {
    let mut text = String::from("# GHz S RI R 50\n");
    for k in 0..=1600 {
        let f = f64::from(k) * 0.05;
        let skin_db = loss_db * (f / 53.125).sqrt();
        let magnitude = gain * 10f64.powf(-skin_db / 20.0);
        let phase = -std::f64::consts::TAU * f * 2.0 - skin_db / 8.685_889_638;
        let (s, c) = phase.sin_cos();
        let (es, ec) = (phase - std::f64::consts::TAU * f * 0.2).sin_cos();
        let re = magnitude * (c + echo * ec);
        let im = if k == 0 {
            0.0
        } else {
            magnitude * (s + echo * es)
        };
        let _ = writeln!(
            text,
            "{f} 0 0 {re} {im} 0 0 0 0\n{re} {im} 0 0 0 0 0 0\n0 0 0 0 0 0 {re} {im}\n0 0 0 0 {re} {im} 0 0"
        );
    }
    std::fs::write(folder.path().join(name), text).expect("a file");
}

fn com(folder: &Folder, arguments: &[&str]) -> crate::command::Done {
    let mut all = vec!["com"];
    all.extend(arguments);
    folder.eyespan(&all)
}

#[test]
fn a_channel_with_more_loss_and_crosstalk_has_less_margin() {
    let folder = Folder::new();
    line(&folder, "short.s4p", 0.98, 12.0, 0.01);
    line(&folder, "long.s4p", 0.98, 26.0, 0.01);
    line(&folder, "crosstalk.s4p", 0.02, 3.0, 0.0);
    let config = ["--config", "dj-c2c-a1", "--json"];
    let run = |files: &[&str]| {
        let mut arguments = files.to_vec();
        arguments.extend(config);
        com(&folder, &arguments).success().json()
    };
    let short = run(&["short.s4p"]);
    let long = run(&["long.s4p"]);
    let disturbed = run(&[
        "short.s4p",
        "--next",
        "crosstalk.s4p",
        "--fext",
        "crosstalk.s4p",
        "--ports",
        "adjacent",
    ]);
    let margin = |result: &serde_json::Value| result["com_db"].as_f64().expect("a number");
    assert!(margin(&short) > margin(&long) + 0.5, "{short}");
    assert!(margin(&short) > margin(&disturbed) + 0.5, "{disturbed}");
    let test = &disturbed["tests"][0];
    assert_eq!(test["config"], "dj-c2c-a1");
    assert!(
        test["integrated_crosstalk_noise_mv"]
            .as_f64()
            .expect("a number")
            > 0.1
    );
    assert!(test["rms_mv"]["crosstalk"].as_f64().expect("a number") > 0.1);
    assert!(short["tests"][0]["integrated_crosstalk_noise_mv"].is_null());
    // Vertical eye closure is the margin in other words.
    let com = test["com_db"].as_f64().expect("a number");
    let closure = test["vertical_eye_closure_db"]
        .as_f64()
        .expect("an open eye");
    assert!((closure + 20.0 * (1.0 - 10f64.powf(-com / 20.0)).log10()).abs() < 1e-9);
}

#[test]
fn several_tests_give_the_lowest_margin_and_pictures_are_written_on_request() {
    let folder = Folder::new();
    line(&folder, "thru.s4p", 0.98, 10.0, 0.01);
    let done = com(
        &folder,
        &[
            "thru.s4p",
            "--config",
            "50gaui-c2c-1",
            "--config",
            "50gaui-c2c-2",
            "--json",
            "--out",
            "margin",
        ],
    )
    .success();
    let result = done.json();
    let margins: Vec<f64> = result["tests"]
        .as_array()
        .expect("tests")
        .iter()
        .map(|t| t["com_db"].as_f64().expect("a number"))
        .collect();
    let lowest = margins.iter().copied().fold(f64::INFINITY, f64::min);
    assert_eq!(result["com_db"].as_f64(), Some(lowest));
    let mut files = folder.files();
    files.retain(|file| file.starts_with("margin"));
    assert_eq!(
        files,
        [
            "margin/50gaui-c2c-1-interference.png",
            "margin/50gaui-c2c-1-pulse.png",
            "margin/50gaui-c2c-2-interference.png",
            "margin/50gaui-c2c-2-pulse.png",
            "margin/result.json",
        ]
    );
    let written =
        std::fs::read_to_string(folder.path().join("margin/result.json")).expect("a file");
    let written: serde_json::Value = serde_json::from_str(&written).expect("JSON");
    assert_eq!(written, result);
}

#[test]
fn what_cannot_be_used_is_refused_with_the_reason() {
    let folder = Folder::new();
    line(&folder, "thru.s4p", 0.98, 10.0, 0.0);
    let refused = |arguments: &[&str], words: &str| {
        let done = com(&folder, arguments);
        assert_eq!(done.code, Some(2), "{}", done.stderr);
        assert!(done.stderr.contains(words), "{}", done.stderr);
        assert!(done.stdout.is_empty());
    };
    refused(
        &["thru.s4p", "--config", "50gaui-c2c"],
        "did you mean `50gaui-c2c-",
    );
    refused(&["thru.s4p", "--config", "itu-g652d"], "not for `com`");
    refused(&["absent.s4p", "--config", "50gaui-c2c-1"], "absent.s4p");
    // Lines that couple as much as they lead do not tell which port leads to which.
    let mut text = String::from("# GHz S RI R 50\n");
    let row = ["0.4 0"; 4].join(" ");
    for k in 0..=200 {
        let f = f64::from(k) * 0.1;
        let _ = writeln!(text, "{f} {row}\n{row}\n{row}\n{row}");
    }
    std::fs::write(folder.path().join("unclear.s4p"), text).expect("a file");
    refused(
        &["unclear.s4p", "--config", "50gaui-c2c-1"],
        "name the order",
    );
}

/// A file of two differential ports, matched, with the reference left at 50 Ω.
fn two_ports(folder: &Folder, name: &str, end: f64, gain: f64) {
    let mut text = String::from("# GHz S RI R 50\n");
    for k in 0..=400 {
        let f = f64::from(k) / 400.0 * end;
        let skin = 0.7 * (f / 26.0).sqrt();
        let (s, c) = (-std::f64::consts::TAU * f - skin).sin_cos();
        let (re, im) = (gain * (-skin).exp() * c, gain * (-skin).exp() * s);
        let _ = writeln!(text, "{f} 0 0 {re} {im} {re} {im} 0 0");
    }
    std::fs::write(folder.path().join(name), text).expect("a file");
}

#[test]
fn what_a_result_does_not_tell_is_null_and_what_was_assumed_is_noted() {
    let folder = Folder::new();
    two_ports(&folder, "thru.s2p", 13.0, 0.98);
    two_ports(&folder, "dead.s2p", 13.0, 0.0);
    two_ports(&folder, "other.s2p", 12.0, 1e-3);
    let arguments = ["thru.s2p", "--config", "50gaui-c2c-1", "--json"];
    let mut all = arguments.to_vec();
    all.extend(["--next", "dead.s2p", "--fext", "other.s2p"]);
    let done = com(&folder, &all).success();
    let result = done.json();
    let test = &result["tests"][0];
    assert!(test["com_db"].is_number());
    assert!(test["die_to_die_loss_db"].is_null(), "{test}");
    assert!(test["integrated_crosstalk_noise_mv"].is_null(), "{test}");
    let notes = result["notes"].to_string();
    for note in [
        "thru.s2p: two ports, taken as differential ones with a reference of 50 Ω",
        "dead.s2p: transmits nothing and is left out",
    ] {
        assert!(notes.contains(note), "{notes}");
    }
    assert!(
        done.stderr
            .contains("the data end below half the symbol rate")
    );
}

#[test]
fn paths_that_cannot_be_judged_are_named_with_the_reason() {
    let folder = Folder::new();
    two_ports(&folder, "faint.s2p", 60.0, 1e-6);
    two_ports(&folder, "inverted.s2p", 60.0, -0.9);
    for (file, words) in [
        ("faint.s2p", "dB below where the noise ends"),
        (
            "inverted.s2p",
            "inverted.s2p: the through path: its pulse is inverted",
        ),
    ] {
        com(&folder, &[file, "--config", "50gaui-c2c-1"]).refused(&[words]);
    }
}
