//! Link files with retimers and redrivers: what they become, and what is said of mistakes in them.

use eyespan::config::{ConfigErrors, Description, LinkFile, Override, Problem};
use eyespan::copper::RedriverGain;
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::{Chain, Stage};
use eyespan::study::chain::longest_span;
use eyespan::study::reach::ReachSettings;
use eyespan::study::{find_chain_reach, simulate_chain};
use std::path::Path;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

/// Copper, fibre and copper again.
const CHAIN: &str = include_str!("data/chain.toml");
/// The same without decisions between.
const LINEAR: &str = include_str!("data/linear.toml");

fn load(text: &str) -> Result<Chain, ConfigErrors> {
    LinkFile::parse(text, "link.toml", &[])?.resolve_chain(&LIBRARY)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` must be there once");
    text.replace(from, to)
}

/// Asserts that `text` has one mistake, of this kind, on the line of `mark`, whose message holds all
/// of `parts`.
#[track_caller]
fn refused(text: &str, problem: Problem, mark: &str, parts: &[&str]) {
    let errors = load(text).expect_err("the file is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    let error = &errors.errors[0];
    let line = text[..text.find(mark).expect(mark)].matches('\n').count() + 1;
    assert_eq!((error.problem, error.line), (problem, line), "{error}");
    let shown = error.to_string();
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}

fn example(name: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("examples/links/{name}.toml"))
}

#[test]
fn retimers_cut_a_link_into_segments_with_their_own_equalisers() {
    let chain = load(CHAIN).unwrap_or_else(|errors| panic!("{errors}"));
    let names: Vec<&str> = chain.segments.iter().map(|s| s.name.as_str()).collect();
    assert_eq!(names, ["near", "fibre", "far"]);
    let firsts: Vec<usize> = chain.segments.iter().map(|s| s.first_stage).collect();
    assert_eq!(firsts, [1, 5, 10]);
    let taps = |i: usize| chain.segments[i].link.equalizer.feed_forward_taps;
    assert_eq!([taps(0), taps(1), taps(2)], [3, 5, 7]);
    let retimer = chain.segments[1].retimer.as_ref().expect("the second");
    assert!((retimer.latency - 40e-9).abs() < 1e-20);
    assert!((retimer.power.expect("given") - 0.8).abs() < 1e-15);
    assert!(chain.segments[2].retimer.is_none());
    // What a study of reach varies: the fibre, whose delay is longest.
    assert_eq!(longest_span(&chain), Some((1, 2)));
}

#[test]
fn a_link_without_retimers_is_a_chain_of_one_and_a_chain_is_no_single_link() {
    assert_eq!(load(LINEAR).map(|c| c.segments.len()).expect("right"), 1);
    let errors = LinkFile::parse(CHAIN, "link.toml", &[])
        .and_then(|file| file.resolve(&LIBRARY))
        .expect_err("several segments");
    assert!(
        errors
            .to_string()
            .contains("divides the link into segments")
    );
    let described = Description::load(&example("aec-30awg-5m-53gbd"), &[], &LIBRARY);
    assert!(matches!(described, Ok(Description::Chain(_))));
}

#[test]
fn keys_inside_a_retimer_are_changed_by_its_name_or_place() {
    for path in [
        "first.equalizer.feed_forward_taps",
        "stage.4.equalizer.feed_forward_taps",
        "stage.4.retimer.equalizer.feed_forward_taps",
    ] {
        let change = Override::new(path, "9");
        let chain = LinkFile::parse(CHAIN, "link.toml", &[change])
            .and_then(|file| file.resolve_chain(&LIBRARY))
            .unwrap_or_else(|errors| panic!("{path}: {errors}"));
        assert_eq!(chain.segments[0].link.equalizer.feed_forward_taps, 9);
    }
    let wrong = Override::new("first.equalizer.feed_foward_taps", "9");
    let errors = LinkFile::parse(CHAIN, "link.toml", &[wrong]).expect_err("unknown");
    assert!(
        errors
            .to_string()
            .contains("did you mean `feed_forward_taps`?"),
        "{errors}"
    );
}

#[test]
fn mistakes_around_retimers_are_named_where_they_are() {
    let stage = |key: &str| format!("[[stage]]\n{key}");
    let drop = |text: &str, from: &str| replaced(text, from, "");
    refused(
        &drop(
            CHAIN,
            &stage(
                "electrical_receiver = { name = \"module input\", noise_v2_per_ghz = 8.2e-9, bandwidth_ghz = 39.8 }\n",
            ),
        ),
        Problem::Order,
        "retimer = { name = \"first\"",
        &[
            "stage 3 (`retimer`) has no receiver in front of it",
            "electrical_receiver",
        ],
    );
    refused(
        &drop(
            CHAIN,
            &stage(
                "driver = { name = \"module output\", amplitude_v = 0.4, rise_time_ps = 7.5 }\n",
            ),
        ),
        Problem::Order,
        "retimer = { name = \"second\"",
        &["stage 9 (`retimer`) has no driver behind it"],
    );
    let end = CHAIN
        .find("[[stage]]\ndriver = { name = \"module output\"")
        .expect("there");
    let rest = CHAIN.find("[equalizer]").expect("there");
    refused(
        &format!("{}{}", &CHAIN[..end], &CHAIN[rest..]),
        Problem::Order,
        "retimer = { name = \"second\"",
        &["is the last stage"],
    );
    refused(
        &replaced(CHAIN, "latency_ns = 40", "latency_ns = -1"),
        Problem::OutOfRange,
        "retimer = { name = \"second\"",
        &["`latency_ns` cannot be -1", "from 0"],
    );
    refused(
        &replaced(CHAIN, "power_w = 0.8", "power_mw = 800"),
        Problem::UnknownKey,
        "retimer = { name = \"second\"",
        &["unknown key `power_mw`", "power_w"],
    );
    refused(
        &replaced(
            CHAIN,
            "equalizer = { feed_forward_taps = 5 }",
            "feed_forward_taps = 5",
        ),
        Problem::UnknownKey,
        "retimer = { name = \"second\"",
        &["equalizer = { feed_forward_taps = … }"],
    );
    refused(
        &replaced(CHAIN, "length_m = 0.2", "length_m = -2"),
        Problem::OutOfRange,
        "twinax = { name = \"near\"",
        &["`length_m` cannot be -2 in stage 2"],
    );
    // What is wrong with the whole is said once.
    refused(
        &replaced(CHAIN, "symbol_rate_gbd = 53.125", ""),
        Problem::MissingKey,
        "[signal]",
        &["symbol_rate_gbd"],
    );
    refused(
        &replaced(
            CHAIN,
            "name = \"second\",",
            "name = \"second\", model = \"retimer-modul-53g\",",
        ),
        Problem::PartNotFound,
        "retimer = { name = \"second\"",
        &["did you mean `retimer-module-53g`?"],
    );
}

#[test]
fn a_redriver_is_in_si_units_and_its_mistakes_are_named() {
    let chain = load(LINEAR).unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Redriver(redriver) = &chain.segments[0].link.stages[2].stage else {
        panic!("{:?}", chain.segments[0].link.stages[2]);
    };
    assert_eq!(redriver.gain, RedriverGain::Automatic(1.05));
    assert!((redriver.noise - 8.2e-18).abs() < 1e-30);
    assert!((redriver.peaking.expect("given").dc_gain_db + 4.0).abs() < 1e-12);
    let mark = "redriver = {";
    let cases: [(&str, &str, Problem, &[&str]); 6] = [
        (
            "output_amplitude_v = 1.05, ",
            "",
            Problem::MissingKey,
            &["gain_db", "output_amplitude_v"],
        ),
        (
            "output_amplitude_v = 1.05",
            "output_amplitude_v = 1.05, gain_db = 3",
            Problem::Conflict,
            &["exclude each other"],
        ),
        (
            "pole_1_ghz = 40, ",
            "",
            Problem::MissingKey,
            &["pole_1_ghz"],
        ),
        (
            "peaking_db = 4, ",
            "",
            Problem::OutOfRange,
            &["no peaking", "peaking_db"],
        ),
        (
            "noise_v2_per_ghz = 8.2e-9, pow",
            "pow",
            Problem::MissingKey,
            &["noise_v2_per_ghz"],
        ),
        (
            "linear_range_v = 3",
            "linear_range_v = 0",
            Problem::OutOfRange,
            &["`linear_range_v` cannot be 0"],
        ),
    ];
    for (from, to, problem, parts) in cases {
        refused(&replaced(LINEAR, from, to), problem, mark, parts);
    }
    // In front of a modulator the driver's voltage matters, and behind a photoreceiver its gain.
    refused(
        &replaced(LINEAR, "amplitude_v = 0.413, ", ""),
        Problem::MissingKey,
        "driver = {",
        &["amplitude_v"],
    );
    refused(
        &replaced(LINEAR, ", transimpedance_ohm = 1410", ""),
        Problem::MissingKey,
        "photoreceiver = {",
        &["transimpedance_ohm", "takes a voltage"],
    );
    let receiver = "[[stage]]\nlaser = {";
    let twice = replaced(
        LINEAR,
        receiver,
        &format!("[[stage]]\nelectrical_receiver = {{ model = \"serdes-53g\" }}\n{receiver}"),
    );
    let errors = load(&twice).expect_err("received in front of the modulator");
    assert!(errors.to_string().contains("received already"), "{errors}");
}

#[test]
fn a_redriver_without_volts_behind_it_needs_an_automatic_gain() {
    let fixed = replaced(LINEAR, "output_amplitude_v = 1.05", "gain_db = 6");
    let fixed = replaced(&fixed, "swing_v = 2.1", "extinction_ratio_db = 5");
    let chain = load(&fixed).unwrap_or_else(|errors| panic!("{errors}"));
    let error = simulate_chain(&chain, &Watch::default()).expect_err("no voltage");
    assert!(error.to_string().contains("automatic gain"), "{error}");
}

/// An automatic gain makes up for any loss in front of it, and a modulator of the same swing gets
/// what its own numbers ask for: the light is that of a modulator driven directly.
#[test]
fn an_automatic_gain_takes_up_the_loss_in_front_of_it() {
    let oma = |length: &str| {
        let text = replaced(LINEAR, "length_m = 0.15", &format!("length_m = {length}"));
        let result = simulate_chain(&load(&text).expect("right"), &Watch::default());
        let result = result.expect("it runs").result;
        let light = result.segments[0].run.received.expect("light");
        (light.oma_dbm, result.latency_ns)
    };
    let (short, long) = (oma("0.0"), oma("0.3"));
    assert!(
        (short.0 - long.0).abs() < 1e-6,
        "{} dBm, {} dBm",
        short.0,
        long.0
    );
    // 0.3 m at the speed of light over √3.3 is 1.8 ns.
    assert!(
        (1.7..2.0).contains(&(long.1 - short.1)),
        "{}",
        long.1 - short.1
    );
}

#[test]
fn a_chain_adds_delays_and_power_and_names_the_weakest_segment() {
    let chain = load(CHAIN).expect("right");
    let result = simulate_chain(&chain, &Watch::default())
        .expect("it runs")
        .result;
    assert_eq!(result.weakest_segment, "fibre");
    let power = result.power.expect("given");
    assert!((power.power_w - 1.6).abs() < 1e-12);
    assert!((power.energy_pj_per_bit - 1.6e12 / 106.25e9).abs() < 1e-9);
    let propagation: f64 = result.propagation_delays.iter().map(|d| d.delay_ns).sum();
    assert_eq!(result.propagation_delays.len(), 3);
    assert!((result.latency_ns - propagation - 80.0).abs() < 1e-9);
    let sum: f64 = result
        .segments
        .iter()
        .map(|s| s.share.expect("errors"))
        .sum();
    assert!((sum - 1.0).abs() < 1e-12);
}

/// At the reach of one span the whole meets its target with nothing to spare; a worse neighbour
/// shortens it.
#[test]
fn the_reach_of_a_span_is_that_of_the_whole_chain() {
    let settings = ReachSettings {
        scan_points: 0,
        causes: false,
        longest: None,
    };
    let reach = |text: &str| {
        let chain = load(text).expect("right");
        let reach = find_chain_reach(&chain, 1, 2, settings).expect("a reach");
        (
            chain,
            reach.length.expect("met at zero length"),
            reach.target_ber,
        )
    };
    let (mut chain, length, target) = reach(CHAIN);
    chain.segments[1].link = eyespan::study::reach::with_length(&chain.segments[1].link, 2, length);
    let there = simulate_chain(&chain, &Watch::default())
        .expect("it runs")
        .result;
    let ratio = there.ber.pre_fec.expect("known") / target;
    assert!((0.97..=1.0).contains(&ratio), "{ratio}");
    let noisier = replaced(
        CHAIN,
        "name = \"module input\", noise_v2_per_ghz = 8.2e-9",
        "name = \"module input\", noise_v2_per_ghz = 2.5e-5",
    );
    let (_, shorter, _) = reach(&noisier);
    assert!(shorter < 0.98 * length, "{shorter} m, {length} m");
}
