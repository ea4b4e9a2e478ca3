//! `eyespan run` and `eyespan reach` of links with retimers.

use crate::command::{Folder, done, example, number};
use crate::pictures::assert_picture;
use serde_json::Value;

const CHAIN: &str = "400gbase-dr4-hosts-and-modules";

#[test]
fn a_chain_has_an_eye_a_segment_and_the_totals_of_all() {
    let folder = Folder::new();
    let done = folder.run(CHAIN, &[]).success();
    let result = done.json();
    let written: Value =
        serde_json::from_slice(&folder.read(&format!("out/{CHAIN}/result.json"))).expect("JSON");
    assert_eq!(result, written);
    for eye in ["eye-1-first-host", "eye-2-fibre", "eye-3-second-host"] {
        assert_picture(&folder.read(&format!("out/{CHAIN}/{eye}.png")), 100);
    }
    for row in ["segment 2", "weakest segment", "latency", "pJ/bit", "fibre"] {
        assert!(done.stderr.contains(row), "{row}:\n{}", done.stderr);
    }
    // The optical segment is the link of 400gbase-dr4.toml, and nearly all errors are its.
    let alone = folder.result("400gbase-dr4", &[]);
    let segment = number(&result, "/segments/1/run/ber/pre_fec");
    assert!((segment / number(&alone, "/ber/pre_fec") - 1.0).abs() < 1e-9);
    assert!((number(&result, "/ber/pre_fec") / segment - 1.0).abs() < 1e-6);
    assert!(
        (number(&result, "/segments/1/run/margin_db") - number(&alone, "/margin_db")).abs() < 5e-3
    );
    let delays: f64 = (0..3)
        .map(|i| number(&result, &format!("/propagation_delays/{i}/delay_ns")))
        .sum();
    assert!((number(&result, "/latency_ns") - delays - 100.0).abs() < 1e-9);
}

/// Errors of a segment that makes many are those of the whole, counted or not.
#[test]
fn a_chain_is_counted_from_end_to_end() {
    let folder = Folder::new();
    let worse = ["cable.length_m=5.6", "engine.monte_carlo.feedback=sent"];
    let counted = [
        &worse[..],
        &[
            "engine.method=monte-carlo",
            "engine.monte_carlo.maximum_symbols=4e5",
        ],
    ]
    .concat();
    let analytic = folder.result("aec-30awg-5m-53gbd", &worse);
    let counted = folder.result("aec-30awg-5m-53gbd", &counted);
    assert_eq!(counted["ber"]["method"], "monte-carlo");
    let expected = number(&analytic, "/ber/pre_fec");
    let (low, high) = (
        number(&counted, "/ber/interval_95/0"),
        number(&counted, "/ber/interval_95/1"),
    );
    // Twice the 95 % interval to either side.
    let (middle, half) = (0.5 * (low + high), high - low);
    assert!(
        (middle - expected).abs() < half,
        "{expected:e} {low:e} {high:e}"
    );
    assert_eq!(counted["segments"][0]["run"]["ber"]["errors"], 0.0);
}

#[test]
fn the_reach_of_a_chain_varies_its_longest_span_or_the_one_that_is_named() {
    let folder = Folder::new();
    let reach = |more: &[&str]| {
        let mut command = folder.program();
        command.arg("reach").arg(example(CHAIN)).arg("--json");
        command.args(["--set", "signal.pattern=debruijn4"]);
        done(command.args(more))
    };
    let fibre = reach(&[]).success().json();
    assert!(
        fibre["reach"]["name"]
            .as_str()
            .is_some_and(|name| name.ends_with(": fibre"))
    );
    // 0.26 dB are left, and 0.5 dB/km take them.
    let length = number(&fibre, "/reach/length_m");
    assert!((700.0..1200.0).contains(&length), "{length} m");
    let by_place = reach(&["--vary", "stage.9"]).success().json();
    assert_eq!(by_place, fibre);
    let host = reach(&["--vary", "second host"]).success().json();
    assert!(number(&host, "/reach/length_m") > 0.3);
    reach(&["--vary", "third host"]).refused(&["second host", "fibre"]);
    reach(&["--vary", "first module"]).refused(&["first module"]);
}
