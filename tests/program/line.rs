//! Amplified lines: what `run` and `reach` make of them, and what is refused.

use crate::command::{Done, Folder, done, example, number};
use crate::pictures::assert_picture;
use serde_json::Value;

const LINE: &str = "amplified-10x80km";

fn text() -> String {
    std::fs::read_to_string(example(LINE)).expect("the example")
}

/// The file of a line with `from` replaced by `to`, run.
fn changed(folder: &Folder, from: &str, to: &str) -> Done {
    let text = text();
    assert_eq!(text.matches(from).count(), 1, "`{from}` must be there once");
    folder.write("line.toml", &text.replace(from, to));
    folder.eyespan(&["run", "line.toml"])
}

fn reach(folder: &Folder, changes: &[&str]) -> Value {
    let mut command = folder.program();
    command.args(["reach", "--json"]).arg(example(LINE));
    for change in changes {
        command.args(["--set", change]);
    }
    done(&mut command).success().json()
}

#[test]
fn a_run_writes_picture_and_result_and_prints_a_table() {
    let folder = Folder::new();
    let done = done(folder.program().arg("run").arg(example(LINE))).success();
    for row in [
        "channels",
        "chromatic dispersion",
        "polarisation-mode dispersion",
        "limited by",
        "OSNR in 0.1 nm (dB)",
        "GSNR in symbol rate (dB)",
        "latency",
        "written to",
    ] {
        assert!(
            done.stdout.contains(row),
            "`{row}` is not in:\n{}",
            done.stdout
        );
    }
    assert_eq!(done.stderr, "");
    let file = |name: &str| format!("out/{LINE}/{name}");
    assert_eq!(folder.files(), [file("line.png"), file("result.json")]);
    assert_picture(&folder.read(&file("line.png")), 20);
}

#[test]
fn json_is_the_file_and_agrees_with_a_budget_by_hand() {
    let folder = Folder::new();
    let printed = folder.result(LINE, &[]);
    let written: Value =
        serde_json::from_slice(&folder.read(&format!("out/{LINE}/result.json"))).expect("JSON");
    assert_eq!(printed, written);
    assert_eq!(printed["spans"].as_array().map(Vec::len), Some(10));
    assert_eq!(printed["channels"].as_array().map(Vec::len), Some(96));
    // 800 km at a group index of 1.467.
    let delay = 800e3 * 1.467 / 299_792_458.0 * 1e9;
    assert!((number(&printed, "/propagation_delay_ns") / delay - 1.0).abs() < 1e-9);
    assert!(
        (number(&printed, "/spans/3/propagation_delay_ns") / (delay / 10.0) - 1.0).abs() < 1e-9
    );
    // 0.06 ps/√km over 800 km.
    assert!((number(&printed, "/center/pmd_ps") - 0.06 * 800_f64.sqrt()).abs() < 1e-9);
    // F·G·hν of ten amplifiers at the centre channel, 40 dB from the transmitter beside it.
    let loss = number(&printed, "/spans/0/loss_db");
    assert!((loss - number(&printed, "/spans/0/gain_db")).abs() < 1e-9);
    let frequency = number(&printed, "/center/frequency_thz") * 1e12;
    let photons = 10_f64.powf((6.0 + loss) / 10.0) * 6.626_070_15e-34 * frequency * 12.5e9;
    let noise = 10.0 * photons / 1e-3 + 1e-4;
    let osnr_db = -10.0 * noise.log10();
    let computed = number(&printed, "/center/osnr_db");
    assert!(
        (computed - osnr_db).abs() < 1e-6,
        "{computed} dB, not {osnr_db}"
    );
    let gsnr = number(&printed, "/center/gsnr_db");
    assert!(gsnr < computed, "interference is noise too: {gsnr}");
    let shares = [
        "amplifier_noise",
        "nonlinear_interference",
        "transmitter_noise",
    ]
    .map(|kind| number(&printed, &format!("/noise/{kind}")));
    assert!(
        (shares.iter().sum::<f64>() - 1.0).abs() < 1e-12,
        "{shares:?}"
    );
}

#[test]
fn changes_do_what_physics_says() {
    let folder = Folder::new();
    let gsnr = |changes: &[&str]| {
        number(
            &folder.result(LINE, changes),
            "/worst/gsnr_in_symbol_rate_db",
        )
    };
    let plain = gsnr(&[]);
    assert!(gsnr(&["span.amplifier.noise_figure_db=5"]) > plain);
    assert!(gsnr(&["span.1.fiber.length_km=100"]) < plain);
    assert!(gsnr(&["span.repeat=5"]) > plain);
    assert!(gsnr(&["channels.count=8"]) > plain);
    let line = folder.result(LINE, &["channels.power_dbm=5"]);
    assert_eq!(line["limited_by"], "nonlinear-interference");
    let line = folder.result(LINE, &["channels.power_dbm=-5"]);
    assert_eq!(line["limited_by"], "amplifier-noise");
    let without = folder.result(LINE, &["span.fiber.model=smf28-ull"]);
    assert!(without["warnings"].to_string().contains("nonlinear"));
    assert_eq!(
        number(&without, "/noise/nonlinear_interference").to_bits(),
        0
    );
}

#[test]
fn the_reach_is_the_last_number_of_spans_that_meets_the_target() {
    let folder = Folder::new();
    for target in ["15", "19"] {
        let target_is = format!("target.gsnr_db={target}");
        let found = reach(&folder, &[&target_is]);
        assert_picture(&folder.read("out/reach/reach.png"), 10);
        let spans = number(&found, "/lines/0/spans");
        assert!((number(&found, "/lines/0/length_km") - 80.0 * spans).abs() < 1e-9);
        let met = |spans: f64| {
            let repeat = format!("span.repeat={spans}");
            folder.result(LINE, &[&repeat, &target_is])["target"]["met"] == true
        };
        assert!(met(spans) && !met(spans + 1.0), "{target} dB: {spans}");
    }
    let none = reach(&folder, &["target.gsnr_db=40"]);
    assert_eq!(number(&none, "/lines/0/spans").to_bits(), 0);
}

#[test]
fn a_reach_without_target_and_one_beside_a_link_are_refused() {
    let folder = Folder::new();
    folder.write("line.toml", &text().replace("[target]\ngsnr_db = 15.0", ""));
    folder
        .eyespan(&["reach", "line.toml"])
        .refused(&["line.toml", "[target]", "gsnr_db"]);
    let both = [example(LINE), example("10gbase-lr")];
    done(folder.program().arg("reach").args(&both)).refused(&[LINE, "spans"]);
    done(
        folder
            .program()
            .args(["reach", "--vary", "span"])
            .arg(&both[0]),
    )
    .refused(&["--vary span", "number of spans"]);
    let silent = text()
        .replace("transmitter_osnr_db = 40.0", "")
        .replace("itu-g652d", "smf28-ull")
        .replace("amplifier = {", "# {");
    folder.write("line.toml", &silent);
    folder
        .eyespan(&["reach", "line.toml"])
        .refused(&["line.toml", "nothing limits its reach"]);
    assert_eq!(folder.files(), ["line.toml"]);
    let run = folder.eyespan(&["run", "line.toml"]).success();
    assert!(run.stdout.contains("no noise"), "{}", run.stdout);
    folder
        .eyespan(&["run", "line.toml", "--set", "span.repeat=1000"])
        .refused(&["line.toml", "faded"]);
}

#[test]
fn mistakes_are_shown_with_their_line_and_the_nearest_right_thing() {
    let folder = Folder::new();
    let text = text();
    let refused = |from: &str, to: &str, parts: &[&str]| {
        let at = text.find(from).expect("the text to replace");
        let line = 1 + text[..at].matches('\n').count();
        let place = format!("line.toml:{line}:");
        changed(&folder, from, to).refused(&[&[place.as_str()], parts].concat());
    };
    refused(
        "spacing_ghz = 50.0",
        "spacing_gz = 50.0",
        &["unknown key `spacing_gz`", "did you mean `spacing_ghz`?"],
    );
    refused(
        "spacing_ghz = 50.0",
        "spacing_ghz = 25.0",
        &["overlap", "symbol rate"],
    );
    refused(
        "length_km = 80.0",
        "lenght_km = 80.0",
        &["unknown key `lenght_km`", "did you mean `length_km`?"],
    );
    refused(
        ", length_km = 80.0,",
        ",",
        &["missing key `length_km` in span 1 (`fiber`)"],
    );
    refused(
        "noise_figure_db = 6.0, ",
        "",
        &["missing key `noise_figure_db`", "amplifier"],
    );
    refused(
        "noise_figure_db = 6.0",
        "noise_figure_db = \"6\"",
        &["without quotes"],
    );
    refused(
        "\"beat-noise-only\" }",
        "\"beat-noise\" }",
        &["did you mean", "beat-noise-only"],
    );
    refused("repeat = 10", "repeat = 0", &["allowed: from 1"]);
    refused(
        "model = \"itu-g652d\"",
        "model = \"itu-g652\"",
        &["did you mean `itu-g652d`?"],
    );
    refused(
        "attenuation_db_per_km = 0.22",
        "attenuation_db_per_km = [[1560.0, 0.2], [1570.0, 0.2]]",
        &["196.100 THz", "attenuation"],
    );
    changed(&folder, "gsnr_db = 15.0", "pre_fec_ber = 1e-3").refused(&["pre_fec_ber", "gsnr_db"]);
    changed(&folder, "[target]", "[signal]\nformat = \"nrz\"\n[target]")
        .refused(&["unknown key `signal`", "[channels]"]);
    changed(&folder, "[target]", "[[stage]]\nfiber = {}\n[target]")
        .refused(&["`span`", "amplified line"]);
    for change in [
        "chanels.count=3",
        "channels.cont=3",
        "span.2.repeat=3",
        "span.fibre.length_km=3",
        "count=3",
    ] {
        let mut command = folder.program();
        command
            .arg("run")
            .arg(example(LINE))
            .args(["--set", change]);
        done(&mut command).refused(&["--set"]);
    }
    let mut command = folder.program();
    let change = "span.amplifer.gain_db=3";
    command
        .arg("run")
        .arg(example(LINE))
        .args(["--set", change]);
    done(&mut command).refused(&["did you mean `span.amplifier`?"]);
    assert_eq!(folder.files(), ["line.toml"]);
}

#[test]
fn lines_refuse_what_only_links_of_stages_use_and_links_ask_for_what_parts_carry() {
    let folder = Folder::new();
    for key in ["differential_group_delay_ps", "dgd_probability"] {
        folder
            .run("amplified-10x80km", &[&format!("span.fiber.{key}=0.5")])
            .refused(&[key, "has no effect", "[[stage]]"]);
    }
    let delay = "differential group delay";
    let plain = folder.run("100gbase-lr4-lane", &[]).success();
    assert!(!plain.stdout.contains(delay) && !plain.stderr.contains(delay));
    let asked = ["fibre.pmd_ps_per_sqrt_km=0.1"];
    let with = folder.run("100gbase-lr4-lane", &asked).success();
    assert!(with.stdout.contains(delay) || with.stderr.contains(delay));
    let shown = folder.eyespan(&["models", "show", "itu-g652d"]).success();
    assert!(shown.stdout.contains("pmd_ps_per_sqrt_km = 0.06"));
}
