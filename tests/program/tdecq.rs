//! `eyespan tdecq`.

use crate::command::{Done, Folder, example};
use eyespan::format::{Modulation, Pattern};
use std::fmt::Write;

/// Samples a symbol.
const SAMPLES: usize = 8;

/// `periods` periods of PRBS9Q at 26.5625 GBd with edges of half a symbol and a little curvature, so that
/// no two samples are alike.
fn samples(periods: usize) -> Vec<f64> {
    let symbols = Pattern::Prbs { order: 9 }
        .cyclic_symbols(&Modulation::pam4())
        .expect("a pattern");
    let n = symbols.len();
    (0..periods * n * SAMPLES)
        .map(|k| {
            let (symbol, place) = (k / SAMPLES, k % SAMPLES);
            let level = |k: usize| f64::from(symbols[k % n]);
            let share = (place as f64 / (0.5 * SAMPLES as f64)).min(1.0);
            let edge = 0.5 - 0.5 * (std::f64::consts::PI * share).cos();
            let before = level(symbol + n - 1);
            let power = before + (level(symbol) - before) * edge;
            1e-3 * (1.0 + power) + 1e-6 * (k as f64 * 0.377).sin()
        })
        .collect()
}

fn write(folder: &Folder, name: &str, values: &[f64], time: impl Fn(usize) -> f64) {
    let mut text = String::from("time (s),power (W)\n");
    for (k, v) in values.iter().enumerate() {
        let _ = writeln!(text, "{:e},{v:e}", time(k));
    }
    std::fs::write(folder.path().join(name), text).expect("a file");
}

fn even(k: usize) -> f64 {
    k as f64 / (26.5625e9 * SAMPLES as f64)
}

fn tdecq(folder: &Folder, arguments: &[&str]) -> Done {
    let mut all = vec!["tdecq"];
    all.extend(arguments);
    folder.eyespan(&all)
}

#[test]
fn a_capture_is_locked_to_and_measured() {
    let folder = Folder::new();
    write(&folder, "capture.csv", &samples(2), even);
    let given = tdecq(&folder, &["capture.csv", "--symbol-rate-gbd", "26.5625"])
        .success()
        .json();
    assert_eq!(given["pattern"], "PRBS9Q");
    assert_eq!(given["periods"], 2);
    let value = |json: &serde_json::Value, key: &str| json[key].as_f64().expect("a number");
    // Levels of 1 and 4 mW.
    assert!((value(&given, "extinction_ratio_db") - 6.02).abs() < 0.02);
    assert!((value(&given, "outer_oma_dbm") - 4.77).abs() < 0.02);
    assert!((0.1..1.0).contains(&value(&given, "tdecq_db")), "{given}");
    assert!(given["rin_oma_db_per_hz"].is_null());
    let reason = given["not_computed"]["rin_oma_db_per_hz"].as_str();
    assert!(reason.is_some_and(|r| r.contains("--noise-bandwidth-ghz")));
    for file in ["tdecq.png", "tdecq.json"] {
        assert!(folder.path().join("out/capture").join(file).exists());
    }
    let found = tdecq(&folder, &["capture.csv"]).success().json();
    assert_eq!(found["symbol_rate_from"], "found");
    assert!((value(&found, "tdecq_db") - value(&given, "tdecq_db")).abs() < 0.1);
}

#[test]
fn a_bad_capture_is_refused_with_what_is_needed_and_nothing_is_written() {
    let folder = Folder::new();
    let good = samples(2);
    let with = |change: &dyn Fn(usize, f64) -> f64| -> Vec<f64> {
        good.iter()
            .enumerate()
            .map(|(k, v)| change(k, *v))
            .collect()
    };
    write(&folder, "uneven.csv", &good, |k| {
        even(k) + if k > 3000 { 5e-12 } else { 0.0 }
    });
    write(
        &folder,
        "nan.csv",
        &with(&|k, v| if k == 77 { f64::NAN } else { v }),
        even,
    );
    write(&folder, "short.csv", &good[..300], even);
    write(&folder, "clipped.csv", &with(&|_, v| v.min(3.2e-3)), even);
    write(&folder, "good.csv", &good, even);
    write(&folder, "flat.csv", &vec![1e-3; 5000], even);
    let noise = with(&|k, _| ((k * k) as f64 * 0.618).sin());
    write(&folder, "noise.csv", &noise, even);
    std::fs::write(folder.path().join("own.txt"), "0123012301230123x").expect("a file");
    std::fs::write(folder.path().join("words.csv"), "1\n2\nthree\n").expect("a file");
    let rate = ["--symbol-rate-gbd", "26.5625"];
    for (arguments, words) in [
        (
            vec!["uneven.csv", rate[0], rate[1]],
            "time base is not even",
        ),
        (
            vec!["nan.csv", rate[0], rate[1]],
            "sample 77 (from 0) is NaN",
        ),
        (
            vec!["short.csv", rate[0], rate[1]],
            "37 whole symbols; 127 symbols",
        ),
        (vec!["clipped.csv", rate[0], rate[1]], "highest value"),
        (vec!["flat.csv", rate[0], rate[1]], "there is no signal"),
        (vec!["noise.csv", rate[0], rate[1]], "no pattern is found"),
        (
            vec!["good.csv", "--symbol-rate-gbd", "25"],
            "shows a symbol rate of 26.5",
        ),
        (
            vec!["good.csv", "--symbol-rate-gbd", "0"],
            "must be positive",
        ),
        (vec!["good.csv", "--pattern", "prbs12"], "no such pattern"),
        (
            vec!["good.csv", "--pattern-file", "own.txt"],
            "own.txt:1: `x` is no symbol",
        ),
        (vec!["good.csv", "--main-tap", "6"], "count from 1 to 5"),
        (vec!["words.csv"], "line 3"),
        (vec!["absent.csv"], "absent.csv"),
        (vec!["own.wfm"], ".wfm are not read"),
    ] {
        let done = tdecq(&folder, &arguments);
        assert_eq!(done.code, Some(2), "{arguments:?}: {}", done.stderr);
        assert!(
            done.stderr.contains(words),
            "{arguments:?}: {}",
            done.stderr
        );
        assert!(done.stdout.is_empty());
    }
    assert!(!folder.path().join("out").exists());
}

#[test]
fn the_light_of_a_link_is_measured_and_a_link_without_four_levels_is_refused() {
    let folder = Folder::new();
    let link = example("400gbase-dr4");
    let link = link.to_str().expect("a path");
    let measured = tdecq(&folder, &[link]).success().json();
    let long = tdecq(&folder, &[link, "--set", "fibre.length_km=12"])
        .success()
        .json();
    let value = |json: &serde_json::Value| json["tdecq_db"].as_f64().expect("a number");
    assert!(value(&long) > value(&measured) + 0.1, "{long}");
    for (name, words) in [
        ("10gbase-lr", "this link has 2"),
        ("twinax-26awg-2m-53gbd", "no light"),
    ] {
        let path = example(name);
        let done = tdecq(&folder, &[path.to_str().expect("a path")]);
        assert_eq!(done.code, Some(2));
        assert!(done.stderr.contains(words), "{}", done.stderr);
    }
}
