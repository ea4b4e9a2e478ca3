//! `eyespan run`: what it writes and prints, and that changes do what physics says.

use crate::command::{Folder, example, number};
use serde_json::Value;
use std::ffi::OsStr;

#[test]
fn a_run_writes_picture_and_result_and_prints_a_table() {
    let folder = Folder::new();
    let done = folder
        .eyespan(&[OsStr::new("run"), example("400gbase-dr4").as_os_str()])
        .success();
    for row in [
        "400GBASE-DR4",
        "bit error ratio",
        "margin",
        "eye 2",
        "thermal noise",
        "written to",
    ] {
        assert!(
            done.stdout.contains(row),
            "`{row}` is not in:\n{}",
            done.stdout
        );
    }
    assert_eq!(done.stderr, "");
    assert_eq!(
        folder.files(),
        ["out/400gbase-dr4/eye.png", "out/400gbase-dr4/result.json"]
    );
}

#[test]
fn json_is_one_object_on_standard_output_and_the_same_as_the_file() {
    let folder = Folder::new();
    let done = folder.run("400gbase-dr4", &[]).success();
    let printed = done.json();
    assert!(
        done.stderr.contains("margin"),
        "people read it on stderr: {}",
        done.stderr
    );
    let written: Value =
        serde_json::from_slice(&folder.read("out/400gbase-dr4/result.json")).expect("JSON");
    assert_eq!(printed, written);
    for pointer in [
        "/ber/pre_fec",
        "/ber/post_fec",
        "/ser",
        "/snr_db",
        "/margin_db",
        "/eyes/0/height_mw",
        "/eyes/0/probability",
        "/eyes/0/width_ui",
        "/received/average_power_dbm",
        "/received/oma_dbm",
        "/received/extinction_ratio_db",
        "/seed",
    ] {
        assert!(number(&printed, pointer).is_finite());
    }
    assert_eq!(printed["ber"]["method"], "semi-analytic");
    assert_eq!(printed["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(printed["eyes"].as_array().map(Vec::len), Some(3));
    for pointer in [
        "/ber/errors",
        "/ber/bits",
        "/ber/interval_95",
        "/eyes/0/height_mv",
    ] {
        assert_eq!(
            printed.pointer(pointer),
            Some(&Value::Null),
            "{pointer} is there and null"
        );
    }
}

#[test]
fn an_electrical_eye_is_in_millivolts_and_receives_no_light() {
    let result = Folder::new().result("twinax-26awg-2m-53gbd", &[]);
    assert!(number(&result, "/eyes/0/height_mv") > 0.0);
    assert_eq!(result["eyes"][0]["height_mw"], Value::Null);
    assert_eq!(result["received"], Value::Null);
}

/// Launch −1.3 dBm, connectors 2.0 dB, 10 km of 0.43 dB/km; average = OMA/2·(r + 1)/(r − 1).
#[test]
fn received_light_is_the_launched_less_the_losses() {
    let result = Folder::new().result("100gbase-lr4-lane", &[]);
    let amplitude = -1.3 - 2.0 - 10.0 * 0.43;
    let ratio = 10f64.powf(0.4);
    let average = amplitude + 10.0 * (0.5 * (ratio + 1.0) / (ratio - 1.0)).log10();
    assert!((number(&result, "/received/oma_dbm") - amplitude).abs() < 0.01);
    assert!((number(&result, "/received/average_power_dbm") - average).abs() < 0.02);
    assert!((number(&result, "/received/extinction_ratio_db") - 4.0).abs() < 0.01);
}

/// Margin is what may still be lost in front of the receiver: a decibel more launched is one more,
/// a decibel more lost one less, exactly.
#[test]
fn margin_goes_decibel_for_decibel_with_launch_and_loss() {
    let folder = Folder::new();
    let margin =
        |changes: &[&str]| number(&folder.result("100gbase-lr4-lane", changes), "/margin_db");
    let plain = margin(&[]);
    let louder = margin(&["transmitter.launch_oma_dbm=-0.3"]);
    let lossier = margin(&["connectors.loss_db=3.0"]);
    assert!(
        (louder - plain - 1.0).abs() < 2e-3,
        "{plain} dB, then {louder} dB"
    );
    assert!(
        (lossier - plain + 1.0).abs() < 2e-3,
        "{plain} dB, then {lossier} dB"
    );
}

#[test]
fn a_longer_fibre_leaves_less_margin_whether_set_by_place_or_by_name() {
    let folder = Folder::new();
    let run = |changes: &[&str]| folder.result("100gbase-lr4-lane", changes);
    let plain = number(&run(&[]), "/margin_db");
    let by_name = run(&["fibre.length_km=12"]);
    let by_place = run(&["stage.4.fiber.length_km=12"]);
    assert_eq!(by_name, by_place);
    // 2 km more: 0.86 dB of loss, and dispersion on top.
    let lost = plain - number(&by_name, "/margin_db");
    assert!((0.86 - 2e-3..1.5).contains(&lost), "{lost} dB");
    let delay = |result: &Value| number(result, "/propagation_delay_ns");
    assert!((delay(&by_name) / delay(&run(&[])) - 1.2).abs() < 1e-9);
}

#[test]
fn svg_is_written_where_it_is_asked_for() {
    let folder = Folder::new();
    let mut command = folder.program();
    command
        .arg("run")
        .arg(example("25g-nrz-1550nm"))
        .args(["--svg", "--out", "deep/er"]);
    crate::command::done(&mut command).success();
    assert_eq!(
        folder.files(),
        ["deep/er/eye.png", "deep/er/eye.svg", "deep/er/result.json"]
    );
    let text = String::from_utf8(folder.read("deep/er/eye.svg")).expect("UTF-8");
    assert!(text.contains("<svg") && text.trim_end().ends_with("</svg>"));
    assert!(text.contains("25 GBd"), "the title is in the picture");
}

#[test]
fn another_seed_is_reported_and_leaves_what_is_not_random_alone() {
    let folder = Folder::new();
    let mut one = folder.result("25g-nrz-1550nm", &["engine.seed=1"]);
    let two = folder.result("25g-nrz-1550nm", &["engine.seed=2"]);
    assert_eq!(one["seed"], 1);
    assert_eq!(two["seed"], 2);
    one["seed"] = 2.into();
    assert_eq!(one, two);
}

/// ITU-T G.657 limits one turn of 10 mm in A2 fibre to 0.1 dB at 1550 nm.
#[test]
fn bends_cost_what_their_class_allows_and_nothing_is_made_up_elsewhere() {
    let folder = Folder::new();
    let text = std::fs::read_to_string(example("25g-nrz-1550nm")).expect("an example");
    let bend = |keys: &str| format!("[[stage]]\nmacrobend = {{ {keys} }}\n\n[fec]");
    let write = |keys: &str| folder.write("bent.toml", &text.replace("[fec]", &bend(keys)));
    let before_receiver = |keys: &str| {
        let receiver = "[[stage]]\nphotoreceiver";
        let stage = format!("[[stage]]\nmacrobend = {{ {keys} }}\n\n{receiver}");
        folder.write("bent.toml", &text.replace(receiver, &stage));
        folder.eyespan(&["run", "bent.toml", "--json"])
    };
    let power = |result: &Value| number(result, "/received/average_power_dbm");
    let straight = power(&folder.result("25g-nrz-1550nm", &[]));
    for (keys, loss_db) in [
        ("class = \"a2\", radius_mm = 10, turns = 2", 0.2),
        ("class = \"a2\", radius_mm = 7.5", 0.5),
        ("class = \"b3\", radius_mm = 5, turns = 0.5", 0.075),
    ] {
        let bent = before_receiver(keys).success().json();
        let lost = straight - power(&bent);
        assert!((lost - loss_db).abs() < 1e-9, "{keys}: {lost} dB");
        assert_eq!(bent["propagation_delays"][0]["stage"], "fibre");
        assert_eq!(
            bent["propagation_delays"][0]["delay_ns"],
            bent["propagation_delay_ns"]
        );
    }
    before_receiver("class = \"a2\", radius_mm = 5").refused(&["radius", "attenuator"]);
    before_receiver("class = \"a3\", radius_mm = 10").refused(&["cannot be \"a3\"", "a1"]);
    before_receiver("radius_mm = 10").refused(&["missing key `class`"]);
    let at_1310 = ["--set", "laser.wavelength_nm=1310"];
    before_receiver("class = \"a2\", radius_mm = 10").success();
    folder
        .eyespan(&[&["run", "bent.toml"][..], &at_1310[..]].concat())
        .refused(&["1310", "1550 to 1625 nm"]);
    // Behind the receiver there is no light to lose.
    write("class = \"a2\", radius_mm = 10");
    folder
        .eyespan(&["run", "bent.toml"])
        .refused(&["macrobend", "behind the receiver"]);
}

/// A linear copper link from densities: both engines agree where the errors are frequent, and the
/// bathtub curves stand beside the eye.
#[test]
fn a_copper_link_has_a_statistical_eye() {
    let folder = Folder::new();
    let long = ["cable.length_m=3.5", "signal.pattern=random"];
    let from_densities = [&long[..], &["engine.method=statistical"]].concat();
    let statistical = folder.result("twinax-26awg-2m-53gbd", &from_densities);
    for picture in ["bathtub.png", "bathtub_threshold.png", "eye.png"] {
        let path = format!("out/twinax-26awg-2m-53gbd/{picture}");
        assert!(folder.files().contains(&path), "{picture}");
    }
    assert_eq!(statistical["ber"]["method"], "statistical");
    let other = folder.result("twinax-26awg-2m-53gbd", &long);
    let (a, b) = (
        number(&statistical, "/ber/pre_fec"),
        number(&other, "/ber/pre_fec"),
    );
    assert!((a.log10() - b.log10()).abs() < 0.5, "{a:e} {b:e}");
    let (a, b) = (
        number(&statistical, "/margin_db"),
        number(&other, "/margin_db"),
    );
    assert!((a - b).abs() < 0.5, "{a} dB, {b} dB");
    // The sum of the shares is the whole.
    let shares = statistical["noise"].as_array().expect("noises");
    let sum: f64 = shares.iter().filter_map(|n| n["share"].as_f64()).sum();
    assert!((sum - 1.0).abs() < 1e-9);
}

#[test]
fn an_optical_link_has_no_statistical_eye_and_is_told_so() {
    let folder = Folder::new();
    folder
        .run("10gbase-lr", &["engine.method=statistical"])
        .refused(&["stage 2", "optical link", "semi-analytic", "monte-carlo"]);
}

/// A channel of one delay in a folder beside the link, run from elsewhere.
#[test]
fn a_touchstone_file_is_found_beside_the_link_and_its_delay_reported() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path().join("links")).expect("a folder");
    let mut touchstone = String::from("# GHz S RI R 100\n");
    for k in 0..=300 {
        let f = f64::from(k) * 0.1;
        let (sine, cosine) = (std::f64::consts::TAU * f * 1.5).sin_cos();
        let gain = 0.9 * (-0.02 * f).exp();
        let (re, im) = (gain * cosine, -gain * sine);
        touchstone += &format!("{f} 0 0 {re} {im} {re} {im} 0 0\n");
    }
    folder.write("links/channel.s2p", &touchstone);
    let link = "[signal]\nformat = \"nrz\"\nsymbol_rate_gbd = 25.78125\npattern = \"prbs7\"\n\
        [[stage]]\ndriver = { amplitude_v = 0.4, rise_time_ps = 12 }\n\
        [[stage]]\nnetwork = { name = \"channel\", file = \"channel.s2p\" }\n\
        [[stage]]\nelectrical_receiver = { noise_v2_per_ghz = 8.2e-9, bandwidth_ghz = 20 }\n";
    folder.write("links/link.toml", link);
    let run = |more: &[&str]| {
        let mut arguments = vec!["run", "links/link.toml", "--json"];
        arguments.extend(more);
        folder.eyespan(&arguments)
    };
    let result = run(&[]).success().json();
    assert_eq!(result["propagation_delays"][0]["stage"], "channel");
    let delay = number(&result, "/propagation_delays/0/delay_ns");
    assert!((delay - 1.5).abs() < 1e-6, "{delay}");
    // Levels of ±0.4 V, and less where symbols alternate.
    let height = number(&result, "/eyes/0/height_mv");
    assert!(height > 300.0 && height < 720.0, "{height}");

    run(&["--set", "channel.file=nothing.s2p"]).refused(&["nothing.s2p` does not exist"]);
    run(&["--set", "channel.ports=halves"]).refused(&["orders four ports"]);
    run(&["--set", "signal.symbol_rate_gbd=70"]).refused(&[
        "links/link.toml:8:",
        "end at 30 GHz",
        "35 GHz or more",
    ]);
}

#[test]
fn frames_are_lost_in_bursts_and_saved_by_interleaving() {
    let folder = Folder::new();
    let run = |keys: &[&str]| {
        let result = folder.run("400gbase-dr4", keys).success().json();
        (
            number(&result, "/correction/frame_loss_ratio"),
            number(&result, "/correction/burst_continuation"),
            number(&result, "/ber/post_fec"),
            number(&result, "/correction/post_fec_ber"),
            number(&result, "/fec_accumulation_ns"),
        )
    };
    let noisy = "connectors.loss_db=3.2";
    let (alone, continuation, independent, corrected, accumulation) = run(&[noisy]);
    assert!(continuation < 0.01 && alone > 0.0);
    // Five symbols of four levels instead of ten bits: a little fewer wrong symbols.
    assert!(
        (corrected / independent - 1.0).abs() < 0.1,
        "{corrected} {independent}"
    );
    let (bursts, given, _, _, _) = run(&[noisy, "fec.burst_continuation=0.75"]);
    assert!(
        (given - 0.75).abs() < 1e-9 && bursts > 10.0 * alone,
        "{bursts} {alone}"
    );
    let (saved, _, _, _, longer) = run(&[
        noisy,
        "fec.burst_continuation=0.75",
        "fec.interleaved_codewords=4",
    ]);
    assert!(saved < 0.1 * bursts, "{saved} {bursts}");
    assert!((longer / accumulation - 4.0).abs() < 1e-9);
}
