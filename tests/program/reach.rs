//! `eyespan reach`.

use crate::command::{Done, Folder, done, example, number};
use crate::pictures::assert_picture;
use serde_json::Value;

fn reach(folder: &Folder, links: &[&str], more: &[&str]) -> Done {
    let mut command = folder.program();
    command
        .arg("reach")
        .args(links.iter().map(|link| example(link)));
    done(command.args(more))
}

#[test]
fn one_link_has_a_reach_at_which_its_margin_is_used_up() {
    let folder = Folder::new();
    let done = reach(&folder, &["100gbase-lr4-lane"], &["--json"]).success();
    let printed = done.json();
    let written: Value =
        serde_json::from_slice(&folder.read("out/reach/reach.json")).expect("JSON");
    assert_eq!(printed, written);
    assert_picture(&folder.read("out/reach/reach.png"), 10);
    assert!(done.stderr.contains("reach"), "{}", done.stderr);
    let length = number(&printed, "/reach/length_m");
    assert!((number(&printed, "/reach/target") - 1e-12).abs() < 1e-18);
    let limit = &printed["reach"]["limited_by"];
    assert!(limit.is_string());
    let reliefs = printed["reach"]["reliefs"].as_array().expect("a list");
    let without = reliefs.iter().find(|r| r["cause"] == *limit);
    let without = without
        .and_then(|r| r["reach_m"].as_f64())
        .expect("a reach");
    assert!(without > 1.005 * length, "{without} m without {limit}");
    let at = format!("fibre.length_km={}", length / 1e3);
    let there = folder.result("100gbase-lr4-lane", &[&at]);
    let margin = number(&there, "/margin_db");
    assert!(margin.abs() < 0.01, "{margin} dB at the reach");
}

#[test]
fn more_light_reaches_further_and_the_varied_stage_can_be_named() {
    let folder = Folder::new();
    let length = |more: &[&str]| {
        let done = reach(
            &folder,
            &["100gbase-lr4-lane"],
            &[&["--json"], more].concat(),
        );
        number(&done.success().json(), "/reach/length_m")
    };
    let plain = length(&[]);
    for vary in ["fibre", "stage.4", "stage.4.fiber.length_km"] {
        assert_eq!(plain.to_bits(), length(&["--vary", vary]).to_bits());
    }
    // A decibel is 2.3 km of 0.43 dB/km, less what dispersion takes.
    let further = length(&["--set", "transmitter.launch_oma_dbm=-0.3"]) - plain;
    assert!((500.0..1e3 / 0.43).contains(&further), "{further} m");
}

#[test]
fn several_links_share_a_picture_and_a_file() {
    let folder = Folder::new();
    let done = reach(
        &folder,
        &["10gbase-lr", "25g-nrz-1550nm"],
        &["--out", "both"],
    )
    .success();
    assert_eq!(folder.files(), ["both/reach.json", "both/reach.png"]);
    assert_picture(&folder.read("both/reach.png"), 10);
    let result: Value = serde_json::from_slice(&folder.read("both/reach.json")).expect("JSON");
    assert_eq!(result["reach"], Value::Null);
    assert_eq!(result["links"].as_array().map(Vec::len), Some(2));
    for i in 0..2 {
        assert!(number(&result, &format!("/links/{i}/length_m")) > 0.0);
        let name = result["links"][i]["name"].as_str().expect("a name");
        assert!(done.stdout.contains(name), "{}", done.stdout);
    }
}

#[test]
fn a_stage_without_length_and_one_that_is_not_there_are_refused() {
    let folder = Folder::new();
    let vary = |name: &str| reach(&folder, &["100gbase-lr4-lane"], &["--vary", name]);
    vary("fiver").refused(&["--vary fiver", "fibre", "connectors"]);
    vary("connectors").refused(&["connectors", "no length"]);
    for path in ["stage.0", "stage.99", "stage", "stage.fibre", ""] {
        vary(path).refused(&["--vary"]);
    }
    // The end of the path must belong to the stage as well.
    vary("fibre.lenght_km").refused(&["lenght_km"]);
    vary("stage.4.twinax.length_m").refused(&["twinax"]);
    assert!(folder.files().is_empty());
}
