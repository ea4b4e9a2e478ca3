//! Link files that are wrong: each mistake has a message of its own that names the key, the value,
//! the line, what is allowed and the nearest right thing.

#![allow(clippy::too_many_lines, clippy::format_collect)]

use eyespan::config::{ConfigErrors, LinkFile, Override, Problem, find_length};
use eyespan::fec::{ForwardErrorCorrection, Interleaving, ReedSolomon, Transmission};
use eyespan::library::Library;
use eyespan::link::{Link, Stage};
use eyespan::signal::Response;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

/// A link that is right; the tests break it in one place each.
const OPTICAL: &str = include_str!("data/optical.toml");
const COPPER: &str = include_str!("data/copper.toml");
const MULTIMODE: &str = include_str!("data/multimode.toml");

fn load(text: &str) -> Result<Link, ConfigErrors> {
    load_with(text, &[])
}

fn load_with(text: &str, overrides: &[Override]) -> Result<Link, ConfigErrors> {
    LinkFile::parse(text, "link.toml", overrides)?.resolve(&LIBRARY)
}

/// The optical link with one text in it replaced.
fn changed(from: &str, to: &str) -> String {
    replaced(OPTICAL, from, to)
}

fn replaced(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "`{from}` must be there once");
    text.replace(from, to)
}

/// Line, counted from 1, of the only place of `what` in `text`.
fn line_of(text: &str, what: &str) -> usize {
    let at = text.find(what).expect("the text to look for");
    text[..at].matches('\n').count() + 1
}

/// Asserts that `text` has one mistake, of this kind, on the line of `mark`, whose message holds all
/// of `parts`.
#[track_caller]
fn refused(text: &str, problem: Problem, mark: &str, parts: &[&str]) {
    let errors = load(text).expect_err("the file is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    let error = &errors.errors[0];
    assert_eq!(error.problem, problem, "{error}");
    assert_eq!(error.line, line_of(text, mark), "{error}");
    let shown = error.to_string();
    assert!(
        shown.starts_with(&format!("link.toml:{}:{}: ", error.line, error.column)),
        "{shown}"
    );
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}

#[test]
fn the_links_the_tests_break_are_right() {
    let link = load(OPTICAL).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(link.stages.len(), 6);
    assert_eq!(link.stages[4].name, "span");
    assert_eq!(find_length(&link), Some(4));
    assert_eq!(link.sources.len(), 5);
    assert!(link.warnings.is_empty(), "{:?}", link.warnings);
    let link = load(COPPER).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(find_length(&link), Some(1));
}

#[test]
fn quantities_become_si_units_and_the_link_overrules_its_parts() {
    let link = load(&changed(
        "length_km = 0.5",
        "length_km = 0.5, group_index = 1.5, attenuation_db_per_km = 0.4",
    ))
    .unwrap_or_else(|errors| panic!("{errors}"));
    assert!((link.signal.symbol_rate - 53.125e9).abs() < 1.0);
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    assert!((fiber.length - 500.0).abs() < 1e-9);
    assert!((fiber.group_index - 1.5).abs() < 1e-12);
    assert!((fiber.attenuation_db_per_m(1310e-9).expect("known") - 0.4e-3).abs() < 1e-12);
    let Stage::Laser(laser) = &link.stages[1].stage else {
        panic!("a laser");
    };
    // 6 dBm = 3.981 mW and −145 dB/Hz = 3.162e-15 /Hz.
    assert!((laser.power - 3.981_071_7e-3).abs() < 1e-9, "{laser:?}");
    assert!((laser.relative_intensity_noise - 3.162_277_66e-15).abs() < 1e-21);
    assert!((laser.wavelength - 1310e-9).abs() < 1e-18);
}

#[test]
fn the_kerr_effect_of_a_fibre_has_both_numbers_or_neither() {
    let with = |keys: &str| changed("length_km = 0.5", &format!("length_km = 0.5, {keys}"));
    let both = "nonlinear_index_m2_per_w = 2.6e-20, effective_area_um2 = 65";
    let link = load(&with(both)).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(find_length(&link), Some(4));
    let Stage::KerrFiber(fiber) = &link.stages[4].stage else {
        panic!("{:?}", link.stages[4]);
    };
    assert!((fiber.linear.length - 500.0).abs() < 1e-9);
    // 2*pi*2.6e-20/(1310e-9*65e-12).
    let gamma = fiber.kerr.at(1310e-9).expect("a coefficient");
    assert!((gamma - 1.918_53e-3).abs() < 1e-8, "{gamma:e}");
    for (key, missing) in [
        ("nonlinear_index_m2_per_w = 2.6e-20", "effective_area_um2"),
        ("effective_area_um2 = 65", "nonlinear_index_m2_per_w"),
    ] {
        refused(&with(key), Problem::MissingKey, "fiber = ", &[missing]);
    }
}

#[test]
fn a_multimode_link_is_right_and_in_si_units() {
    let link = load(MULTIMODE).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(link.warnings.is_empty(), "{:?}", link.warnings);
    assert_eq!(find_length(&link), Some(3));
    let Stage::Vcsel(vcsel) = &link.stages[1].stage else {
        panic!("{:?}", link.stages[1]);
    };
    assert!((vcsel.modulation_amplitude - 10f64.powf(-3.38)).abs() < 1e-12);
    assert!((vcsel.extinction_ratio - 10f64.powf(0.3)).abs() < 1e-12);
    assert!((vcsel.spectral_width - 0.3e-9).abs() < 1e-22);
    let Response::Resonance { frequency, damping } = vcsel.response else {
        panic!("{:?}", vcsel.response);
    };
    assert!((frequency - 12e9).abs() < 1.0);
    // K·f_r² = 0.3 ns·(12 GHz)².
    assert!((damping - 43.2e9).abs() < 1.0, "{damping}");
    let Stage::MultimodeFiber(fiber) = &link.stages[3].stage else {
        panic!("{:?}", link.stages[3]);
    };
    assert!((fiber.length - 300.0).abs() < 1e-9);
    let product = fiber.bandwidth_product(850e-9).expect("covered");
    assert!((product - 4.7e12).abs() < 1.0);
    let average = MULTIMODE.replace("launch_oma_dbm = -3.8", "launch_power_dbm = -3.0");
    let link = load(&average).unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Vcsel(vcsel) = &link.stages[1].stage else {
        panic!("{:?}", link.stages[1]);
    };
    let (low, high) = (vcsel.power(-1.0), vcsel.power(1.0));
    assert!((0.5 * (low + high) - 10f64.powf(-3.3)).abs() < 1e-9);
}

#[test]
fn mistakes_in_multimode_stages_name_the_right_thing() {
    let cases: [(&str, &str, Problem, &[&str]); 12] = [
        (
            "length_m = 300",
            "length_km = 0.3",
            Problem::UnknownKey,
            &[
                "unknown key `length_km` in stage 4",
                "did you mean `length_m`?",
            ],
        ),
        (
            "mode_partition_k = 0.3",
            "mode_partition_k = 1.5",
            Problem::OutOfRange,
            &["`mode_partition_k` cannot be 1.5", "allowed: from 0 to 1"],
        ),
        (
            "spectral_width_nm = 0.3",
            "spectral_with_nm = 0.3",
            Problem::UnknownKey,
            &["did you mean `spectral_width_nm`"],
        ),
        (
            "k_factor_ns = 0.3",
            "bandwidth_ghz = 9",
            Problem::Conflict,
            &["`bandwidth_ghz` and `resonance_ghz` exclude each other"],
        ),
        (
            "launch_oma_dbm = -3.8",
            "launch_oma_dbm = -3.8, launch_power_dbm = -2",
            Problem::Conflict,
            &["`launch_power_dbm` and `launch_oma_dbm` exclude each other"],
        ),
        (
            ", k_factor_ns = 0.3",
            "",
            Problem::MissingKey,
            &["missing key `k_factor_ns` in stage 2 (`vcsel`)"],
        ),
        (
            "resonance_ghz = 12.0, ",
            "",
            Problem::MissingKey,
            &["missing key `resonance_ghz` in stage 2 (`vcsel`)"],
        ),
        (
            "k_factor_ns = 0.3",
            "k_factor_ns = 0.0",
            Problem::OutOfRange,
            &["the resonance of stage 2 (`vcsel`) has no damping"],
        ),
        (
            "launch_oma_dbm = -3.8, ",
            "",
            Problem::MissingKey,
            &["missing key `launch_oma_dbm`", "`launch_power_dbm = …`"],
        ),
        (
            "multimode_fiber = { name = \"span\", model = \"om4\", length_m = 300 }",
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.3, attenuation_db_per_km = 2 }",
            Problem::Order,
            &["stage 4 (`fiber`) is single-mode", "write multimode_fiber"],
        ),
        (
            "model = \"om4\"",
            "model = \"itu-g652d\"",
            Problem::PartKind,
            &[
                "`itu-g652d` is for `fiber`, not for `multimode_fiber`",
                "`om4`",
            ],
        ),
        (
            "model = \"om4\", length_m = 300",
            "model = \"om4\", length_m = 300, effective_modal_bandwidth_mhz_km = 0",
            Problem::OutOfRange,
            &["`effective_modal_bandwidth_mhz_km` cannot be 0"],
        ),
    ];
    for (from, to, problem, parts) in cases {
        let text = replaced(MULTIMODE, from, to);
        let errors = load(&text).expect_err(to);
        assert_eq!(errors.errors.len(), 1, "{to}: one mistake, not:\n{errors}");
        let error = &errors.errors[0];
        assert_eq!(error.problem, problem, "{error}");
        let shown = error.to_string();
        for part in parts {
            assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
        }
    }
}

#[test]
fn multimode_stages_stand_where_their_light_is() {
    let laser = replaced(
        MULTIMODE,
        "driver = {}",
        "driver = {}\n[[stage]]\nlaser = { power_dbm = 3, wavelength_nm = 850.0 }",
    );
    refused(
        &laser,
        Problem::Order,
        "laser = {",
        &["a vcsel makes its own light"],
    );
    let two = replaced(
        MULTIMODE,
        "connector = { loss_db = 0.5 }",
        "vcsel = { launch_oma_dbm = 0, extinction_ratio_db = 3, wavelength_nm = 850 }",
    );
    refused(
        &two,
        Problem::Order,
        "vcsel = { launch",
        &["is a second modulator"],
    );
    let behind = changed(
        "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
        "multimode_fiber = { name = \"span\", length_m = 50, attenuation_db_per_km = 3, effective_modal_bandwidth_mhz_km = 500, dispersion_ps_per_nm_km = 0 }",
    );
    refused(
        &behind,
        Problem::Order,
        "multimode_fiber =",
        &["is multimode, and the light that reaches it is in one mode"],
    );
    // The attenuation and the bandwidth of the part do not reach there.
    let errors = load(&replaced(
        MULTIMODE,
        "wavelength_nm = 850.0",
        "wavelength_nm = 800.0",
    ))
    .expect_err("not covered");
    let shown = errors.to_string();
    assert!(shown.contains("the modal bandwidth of stage 4"), "{shown}");
    assert!(shown.contains("the attenuation of stage 4"), "{shown}");
}

#[test]
fn sub_tables_read_as_inline_tables_do() {
    let sub = changed(
        "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
        "[stage.fiber]\nname = \"span\"\nmodel = \"itu-g652d\"\nlength_km = 0.5",
    );
    let link = load(&sub).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(
        format!("{:?}", link.stages),
        format!("{:?}", load(OPTICAL).expect("right").stages)
    );
}

#[test]
fn an_unknown_key_names_the_nearest() {
    refused(
        &changed("length_km", "lenght_km"),
        Problem::UnknownKey,
        "lenght_km",
        &[
            "unknown key `lenght_km`",
            "stage 5 (`fiber`)",
            "did you mean `length_km`?",
        ],
    );
}

#[test]
fn a_key_in_another_unit_names_the_unit() {
    refused(
        &changed("length_km = 0.5", "length_m = 500"),
        Problem::UnknownKey,
        "length_m = 500",
        &[
            "unknown key `length_m`",
            "did you mean `length_km`? The length is given in km",
        ],
    );
    refused(
        &replaced(COPPER, "length_m = 2", "length = 2"),
        Problem::UnknownKey,
        "length = 2",
        &["did you mean `length_m`? The length is given in m"],
    );
}

#[test]
fn a_key_in_the_wrong_table_names_the_right_one() {
    refused(
        &changed("[sampler]", "[sampler]\nseed = 3"),
        Problem::UnknownKey,
        "seed = 3",
        &["unknown key `seed` in [sampler]", "`random_jitter_ui`"],
    );
    refused(
        &format!("symbol_rate_gbd = 53.125\n{OPTICAL}"),
        Problem::UnknownKey,
        "symbol_rate_gbd",
        &["`symbol_rate_gbd` in the link file", "belongs in [signal]"],
    );
    refused(
        &format!("{OPTICAL}\n[fiber]\nlength_km = 1\n"),
        Problem::UnknownKey,
        "[fiber]",
        &["`fiber` is a kind of stage", "[[stage]]"],
    );
}

#[test]
fn an_unknown_kind_of_stage_names_the_nearest() {
    refused(
        &changed("photoreceiver =", "photoreciever ="),
        Problem::UnknownStage,
        "photoreciever",
        &[
            "unknown kind of stage `photoreciever` in stage 6",
            "did you mean `photoreceiver`?",
        ],
    );
    refused(
        &changed("fiber =", "fibre ="),
        Problem::UnknownStage,
        "fibre =",
        &["did you mean `fiber`?", "`twinax`"],
    );
    refused(
        &changed(
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
            "length_km = 0.5",
        ),
        Problem::UnknownStage,
        "length_km",
        &[
            "unknown kind of stage `length_km`",
            "inside the table of its kind",
        ],
    );
}

#[test]
fn two_stages_in_one_table_are_told_apart() {
    refused(
        &changed(
            "connector = { loss_db = 0.5 }\n[[stage]]\n",
            "connector = { loss_db = 0.5 }\n",
        ),
        Problem::UnknownKey,
        "fiber =",
        &[
            "`fiber` beside `connector` in stage 4",
            "write [[stage]] before `fiber`",
        ],
    );
}

#[test]
fn an_empty_stage_and_a_stage_that_is_no_list_say_what_to_write() {
    refused(
        &format!("{OPTICAL}\n[[stage]] # empty\n"),
        Problem::MissingKey,
        "[[stage]] # empty",
        &["stage 7 is empty", "`fiber`"],
    );
    refused(
        "[signal]\nsymbol_rate_gbd = 10\n[stage]\nfiber = { length_km = 1 }\n",
        Problem::WrongType,
        "[stage]",
        &["`stage` must be a list", "[[stage]]"],
    );
    refused(
        &changed(
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
            "fiber = 0.5",
        ),
        Problem::WrongType,
        "fiber = 0.5",
        &["`fiber` in stage 5 must be a table", "fiber = { … }"],
    );
}

#[test]
fn a_value_of_another_type_shows_the_value_and_the_type() {
    refused(
        &changed("length_km = 0.5", "length_km = \"0.5\""),
        Problem::WrongType,
        "length_km",
        &[
            "`length_km` in stage 5 (`fiber`) cannot be the text \"0.5\"",
            "a number, without quotes",
        ],
    );
    refused(
        &changed("feed_forward_taps = 5", "feed_forward_taps = 5.5"),
        Problem::WrongType,
        "5.5",
        &[
            "`feed_forward_taps` in [equalizer] cannot be the number 5.5",
            "a whole number",
        ],
    );
    refused(
        &changed("feed_forward_taps = 5", "feed_forward_taps = -1"),
        Problem::WrongType,
        "taps = -1",
        &["cannot be the number -1", "a whole number, zero or more"],
    );
    refused(
        &changed("model = \"kp4\"", "model = true"),
        Problem::WrongType,
        "true",
        &["`model` in [fec] cannot be true", "a text in quotes"],
    );
    refused(
        &changed("[sampler]", "[[sampler]]"),
        Problem::WrongType,
        "[[sampler]]",
        &["`sampler`", "[sampler] with one pair of brackets"],
    );
}

#[test]
fn a_word_that_is_none_of_the_choices_lists_them() {
    refused(
        &changed("format = \"pam4\"", "format = \"pam5\""),
        Problem::UnknownChoice,
        "pam5",
        &[
            "`format` cannot be \"pam5\" in [signal]",
            "did you mean `pam",
            "`nrz`",
        ],
    );
    refused(
        &changed("pattern = \"prbs13q\"", "pattern = \"prbs12\""),
        Problem::UnknownChoice,
        "prbs12",
        &["`pattern` cannot be \"prbs12\"", "`prbs13`", "`debruijn6`"],
    );
    refused(
        &changed("pattern = \"prbs13q\"", "pattern = \"sprq\""),
        Problem::UnknownChoice,
        "sprq",
        &["`pattern` cannot be \"sprq\"", "did you mean `ssprq`?"],
    );
    refused(
        &changed(
            "bandwidth_ghz = 30",
            "bandwidth_ghz = 30, filter = \"bessel\"",
        ),
        Problem::UnknownChoice,
        "\"bessel\"",
        &["did you mean `bessel-thomson-4`?"],
    );
}

#[test]
fn a_missing_key_names_the_stage_and_the_part() {
    refused(
        &changed(", length_km = 0.5", ""),
        Problem::MissingKey,
        "fiber =",
        &[
            "missing key `length_km` in stage 5 (`fiber`)",
            "the part `itu-g652d` does not give it",
        ],
    );
    refused(
        &changed("symbol_rate_gbd = 53.125", ""),
        Problem::MissingKey,
        "[signal]",
        &["missing key `symbol_rate_gbd` in [signal]", "GBd"],
    );
    refused(
        &replaced(COPPER, "amplitude_v = 0.4, ", ""),
        Problem::MissingKey,
        "driver",
        &["missing key `amplitude_v` in stage 1 (`driver`)"],
    );
    refused(
        &changed("connector = { loss_db = 0.5 }", "connector = {}"),
        Problem::MissingKey,
        "connector",
        &["missing key `loss_db` in stage 4 (`connector`)"],
    );
}

#[test]
fn numbers_that_cannot_be_show_what_is_allowed() {
    for (from, to, key, place, allowed) in [
        (
            "length_km = 0.5",
            "length_km = -2",
            "`length_km` cannot be -2",
            "stage 5 (`fiber`)",
            "0",
        ),
        (
            "length_km = 0.5",
            "length_km = nan",
            "`length_km` cannot be NaN",
            "stage 5",
            "from 0",
        ),
        (
            "length_km = 0.5",
            "length_km = inf",
            "`length_km` cannot be inf",
            "stage 5",
            "from 0",
        ),
        (
            "length_km = 0.5",
            "length_km = 1e400",
            "`length_km` cannot be inf",
            "stage 5",
            "from 0",
        ),
        (
            "loss_db = 0.5",
            "loss_db = -0.5",
            "`loss_db` cannot be -0.5",
            "stage 4",
            "from 0 to 200",
        ),
        (
            "= 53.125",
            "= 0",
            "`symbol_rate_gbd` cannot be 0",
            "[signal]",
            "from 0.000001",
        ),
        (
            "power_dbm = 6.0",
            "wavelength_nm = 1.31",
            "`wavelength_nm` cannot be 1.31",
            "stage 2",
            "from 200 to 3000",
        ),
        (
            "launch_oma_dbm = -0.8",
            "extinction_ratio_db = 0",
            "`extinction_ratio_db` cannot be 0",
            "stage 3",
            "above 0",
        ),
        (
            "random_jitter_ui = 0.01",
            "random_jitter_ui = 0.7",
            "`random_jitter_ui` cannot be 0.7",
            "stage 1",
            "from 0 to 0.5",
        ),
        (
            "_ratio = 0.98",
            "_ratio = 1.2",
            "cannot be 1.2",
            "[signal]",
            "above 0 to 1",
        ),
        (
            "per_symbol = 8",
            "per_symbol = 1",
            "`samples_per_symbol` cannot be 1",
            "[engine]",
            "from 2 to 256",
        ),
        (
            "taps = 5",
            "taps = 5000",
            "`feed_forward_taps` cannot be 5000",
            "[equalizer]",
            "from 0 to 1024",
        ),
        (
            "_ber = 2.4e-4",
            "_ber = 0.5",
            "`pre_fec_ber` cannot be 0.5",
            "[target]",
            "above 0 and below 0.5",
        ),
        (
            "block_samples = 16384",
            "block_samples = 10000",
            "`block_samples` cannot be 10000",
            "[engine.monte_carlo]",
            "16384",
        ),
    ] {
        refused(
            &changed(from, to),
            Problem::OutOfRange,
            to,
            &[key, place, allowed],
        );
    }
}

#[test]
fn all_wrong_numbers_are_reported_at_once() {
    let text =
        changed("length_km = 0.5", "length_km = -1").replace("loss_db = 0.5", "loss_db = -1");
    let text = replaced(&text, "= 53.125", "= -1");
    let text = replaced(&text, "format =", "fromat =");
    let errors = load(&text).expect_err("four mistakes");
    let lines: Vec<usize> = errors.errors.iter().map(|error| error.line).collect();
    assert_eq!(lines.len(), 4, "{errors}");
    assert!(lines.is_sorted(), "{errors}");
}

#[test]
fn a_detector_of_sequences_takes_the_place_of_decision_feedback() {
    let base = load(COPPER).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(!base.equalizer.sequence_detection);
    let without = COPPER.lines().filter(|line| {
        !line.starts_with("decision_feedback_taps") && !line.starts_with("[equalizer]")
    });
    let without: Vec<&str> = without.collect();
    let with = |key: &str| {
        let own: Vec<&str> = without
            .iter()
            .copied()
            .filter(|line| !line.starts_with("feed_forward_taps"))
            .collect();
        format!(
            "{}\n[equalizer]\nfeed_forward_taps = 9\n{key}\n",
            own.join("\n")
        )
    };
    let link =
        load(&with("sequence_detection_memory = 2")).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(link.equalizer.sequence_detection);
    assert_eq!(link.equalizer.decision_feedback_taps, 2);
    refused(
        &with("sequence_detection_memory = 2\ndecision_feedback_taps = 3"),
        Problem::Conflict,
        "decision_feedback_taps",
        &["sequence_detection_memory", "leave one of them out"],
    );
    refused(
        &with("sequence_detection_memory = 9"),
        Problem::OutOfRange,
        "sequence_detection_memory",
        &["8"],
    );
}

#[test]
fn keys_that_exclude_each_other_are_both_named() {
    refused(
        &changed(
            "launch_oma_dbm = -0.8",
            "launch_oma_dbm = -0.8, launch_power_dbm = 1",
        ),
        Problem::Conflict,
        "launch_power_dbm",
        &[
            "`launch_power_dbm` and `launch_oma_dbm` exclude each other in stage 3",
            "either",
        ],
    );
    refused(
        &changed(
            "electro_absorption_modulator = { model = \"eml-1310-53g\", launch_oma_dbm = -0.8 }",
            "mach_zehnder_modulator = { v_pi_v = 5, swing_v = 2, extinction_ratio_db = 5, launch_oma_dbm = 0 }",
        ),
        Problem::Conflict,
        "extinction_ratio_db",
        &["`extinction_ratio_db` and `swing_v` exclude each other"],
    );
    refused(
        &changed("= 2.4e-4", "= 2.4e-4\npost_fec_ber = 1e-15"),
        Problem::Conflict,
        "post_fec_ber",
        &["`post_fec_ber` and `pre_fec_ber` exclude each other in [target]"],
    );
}

#[test]
fn one_of_two_ways_displaces_the_part_s_other_way() {
    let text = changed(
        "model = \"itu-g652d\"",
        "model = \"itu-g652d\", dispersion_ps_per_nm_km = 17, dispersion_wavelength_nm = 1550",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    let (dispersion, _) = fiber.dispersion.at(1550e-9);
    assert!((dispersion - 17e-6).abs() < 1e-15, "{dispersion}");
}

#[test]
fn a_part_that_is_not_there_names_the_nearest() {
    refused(
        &changed("\"itu-g652d\"", "\"itu-g652\""),
        Problem::PartNotFound,
        "itu-g652",
        &[
            "there is no part `itu-g652` for `fiber`",
            "did you mean `itu-g652d`?",
        ],
    );
    refused(
        &changed("model = \"kp4\"", "model = \"kp5\""),
        Problem::PartNotFound,
        "kp5",
        &["there is no part `kp5` for `fec`", "`kp4`", "`kr4`"],
    );
}

#[test]
fn a_part_of_another_kind_names_its_kind() {
    refused(
        &changed("\"itu-g652d\"", "\"dfb-1550\""),
        Problem::PartKind,
        "dfb-1550",
        &[
            "the part `dfb-1550` is for `laser`, not for `fiber`",
            "`itu-g652d`",
        ],
    );
}

#[test]
fn a_link_needs_driver_modulator_and_receiver_in_order() {
    let stages = |list: &str| {
        let body: String = list
            .split(' ')
            .map(|kind| {
                let table = match kind {
                    "driver" => "{ amplitude_v = 0.4 }",
                    "laser" => "{ model = \"dfb-1310\" }",
                    "electro_absorption_modulator" => "{ model = \"eml-1310-53g\" }",
                    "fiber" => "{ model = \"itu-g652d\", length_km = 1 }",
                    "photoreceiver" => "{ model = \"pin-tia-53g\" }",
                    "twinax" => "{ model = \"twinax-26awg\", length_m = 1 }",
                    "electrical_receiver" => "{ model = \"serdes-53g\" }",
                    _ => "{ loss_db = 1 }",
                };
                format!("[[stage]]\n{kind} = {table}\n")
            })
            .collect();
        format!("[signal]\nsymbol_rate_gbd = 10\n{body}")
    };
    let good = "driver laser electro_absorption_modulator connector fiber photoreceiver";
    assert!(
        load(&stages(good)).is_ok(),
        "{}",
        load(&stages(good)).unwrap_err()
    );
    assert!(load(&stages("laser electro_absorption_modulator photoreceiver")).is_ok());
    for (list, mark, parts) in [
        (
            "driver laser electro_absorption_modulator fiber",
            "fiber =",
            &["no receiver", "photoreceiver"][..],
        ),
        (
            "driver twinax",
            "twinax =",
            &["no receiver", "electrical_receiver"],
        ),
        (
            "twinax electrical_receiver",
            "twinax =",
            &["`twinax`) has no driver"],
        ),
        (
            "driver laser fiber electro_absorption_modulator photoreceiver",
            "fiber =",
            &["stage 3 (`fiber`) needs light, and stands before the modulator, stage 4"],
        ),
        (
            "driver fiber electrical_receiver",
            "fiber =",
            &[
                "stage 2 (`fiber`) needs light",
                "the path is electrical",
                "twinax",
            ],
        ),
        (
            "driver laser electro_absorption_modulator twinax photoreceiver",
            "twinax =",
            &["needs an electrical signal, and light reaches it"],
        ),
        (
            "driver laser electro_absorption_modulator fiber photoreceiver photoreceiver2",
            "photoreceiver2",
            &["unknown kind"],
        ),
        (
            "driver electro_absorption_modulator photoreceiver",
            "electro_absorption",
            &["has no laser"],
        ),
        (
            "driver electro_absorption_modulator laser photoreceiver",
            "laser =",
            &["comes after the modulator"],
        ),
        (
            "driver laser twinax electrical_receiver",
            "laser =",
            &["has no modulator"],
        ),
    ] {
        let text = stages(list);
        let errors = load(&text).expect_err(list);
        let shown = errors.errors[0].to_string();
        assert_eq!(
            errors.errors[0].line,
            line_of(&text, mark),
            "{list}: {errors}"
        );
        for part in parts {
            assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
        }
    }
    let two = load(&stages(
        "driver twinax electrical_receiver electrical_receiver",
    ))
    .expect_err("two");
    assert!(
        two.to_string()
            .contains("stage 4 (`electrical_receiver`) is a second receiver: the first is stage 3"),
        "{two}"
    );
    let none = load("[signal]\nsymbol_rate_gbd = 10\n").expect_err("no stages");
    assert!(
        none.to_string().contains("no driver, no receiver"),
        "{none}"
    );
}

#[test]
fn levels_and_codes_that_cannot_be_say_why() {
    let levels = |positions: &str| {
        changed(
            "level_separation_mismatch_ratio = 0.98",
            &format!("level_positions = {positions}"),
        )
    };
    assert!(load(&levels("[-1.0, -0.3, 0.35, 1.0]")).is_ok());
    refused(
        &levels("[-1.0, 0.0, 1.0]"),
        Problem::OutOfRange,
        "level_positions",
        &["3 level positions were given for 4 levels"],
    );
    refused(
        &levels("[1.0, 0.3, -0.35, -1.0]"),
        Problem::OutOfRange,
        "level_positions",
        &["ascend"],
    );
    refused(
        &changed("format = \"pam4\"", "format = \"pam8\""),
        Problem::Conflict,
        "level_separation",
        &["defined for four levels", "has 8"],
    );
    refused(
        &changed(
            "model = \"kp4\"",
            "codeword_symbols = 544\nmessage_symbols = 600\nbits_per_symbol = 10",
        ),
        Problem::OutOfRange,
        "codeword_symbols",
        &["the code in [fec] cannot be", "544", "600"],
    );
    refused(
        &changed(
            "model = \"kp4\"",
            "codeword_symbols = 544\nmessage_symbols = 514",
        ),
        Problem::MissingKey,
        "[fec]",
        &["missing key `bits_per_symbol` in [fec]"],
    );
    refused(
        &changed(
            "model = \"kp4\"",
            "model = \"kp4\"\nmultiplexed_symbols = 3",
        ),
        Problem::OutOfRange,
        "multiplexed_symbols",
        &["`multiplexed_symbols` cannot be 3 in [fec]", "544"],
    );
    refused(
        &changed(
            "model = \"kp4\"",
            "model = \"kp4\"\nburst_continuation = 1.5",
        ),
        Problem::OutOfRange,
        "burst_continuation",
        &["`burst_continuation`", "0.99"],
    );
    refused(
        &changed("model = \"kp4\"", "code = \"none\"\nprecoded = true"),
        Problem::OutOfRange,
        "precoded",
        &["`precoded` in [fec] has no effect without a code"],
    );
}

#[test]
fn codewords_are_sent_as_the_file_says() {
    let text = changed(
        "model = \"kp4\"",
        "model = \"kp4\"\ninterleaved_codewords = 2\nmultiplexed_symbols = 4\nprecoded = true\nburst_continuation = 0.75",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let ForwardErrorCorrection::ReedSolomon(code, transmission) = &link.fec else {
        panic!("a code");
    };
    assert_eq!(
        code,
        &ReedSolomon {
            name: "kp4".into(),
            ..ReedSolomon::kp4()
        }
    );
    assert_eq!(
        transmission,
        &Transmission {
            interleaving: Interleaving {
                codewords: 2,
                multiplexed: 4
            },
            precoded: true,
            continuation: Some(0.75),
        }
    );
}

#[test]
fn curves_must_rise_and_cover_the_wavelength() {
    refused(
        &changed(
            "length_km = 0.5",
            "length_km = 0.5, attenuation_db_per_km = [[1550, 0.2], [1310, 0.3]]",
        ),
        Problem::OutOfRange,
        "attenuation_db_per_km",
        &["must rise, and 1310 follows 1550"],
    );
    refused(
        &changed(
            "length_km = 0.5",
            "length_km = 0.5, attenuation_db_per_km = [[1500, 0.2], [1600, 0.3]]",
        ),
        Problem::OutOfRange,
        "fiber =",
        &["from 1500.0 nm to 1600.0 nm", "1310.00 nm"],
    );
}

#[test]
fn a_key_given_twice_is_named() {
    refused(
        &changed("format = \"pam4\"", "format = \"pam4\"\nformat_ = 1")
            .replace("format_ = 1", "format = \"nrz\""),
        Problem::DuplicateKey,
        "format = \"nrz\"",
        &["duplicate key `format`"],
    );
}

#[test]
fn text_that_is_not_toml_is_marked_where_it_breaks() {
    for (from, to) in [
        ("format = \"pam4\"", "format = pam4"),
        ("= 53.125", "= 53,125"),
        ("[sampler]", "[sampler"),
        ("_ber = 2.4e-4", "_ber ="),
    ] {
        let text = changed(from, to);
        let errors = load(&text).expect_err("not TOML");
        let error = &errors.errors[0];
        assert_eq!(error.problem, Problem::Syntax, "{error}");
        assert_eq!(error.line, line_of(&text, to), "{to}: {error}");
        assert!(error.to_string().contains("not TOML"), "{error}");
    }
}

#[test]
fn files_that_cannot_be_read_say_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let missing = folder.path().join("nothing.toml");
    let error = LinkFile::load(&missing, &[], &LIBRARY).expect_err("no file");
    assert_eq!(error.errors[0].problem, Problem::File);
    assert!(error.to_string().contains("does not exist"), "{error}");

    let binary = folder.path().join("binary.toml");
    std::fs::write(&binary, b"name = \"a\"\nb = \"\xff\"\n").expect("written");
    let error = LinkFile::load(&binary, &[], &LIBRARY).expect_err("not UTF-8");
    assert!(
        error
            .to_string()
            .contains("not UTF-8 text: byte 0xff on line 2"),
        "{error}"
    );

    let path = folder.path().join("link.toml");
    std::fs::write(
        &path,
        changed("bandwidth_ghz = 30", "response_file = \"s21.csv\""),
    )
    .expect("written");
    let error = LinkFile::load(&path, &[], &LIBRARY).expect_err("no response file");
    assert!(
        error.to_string().contains("s21.csv` does not exist"),
        "{error}"
    );
    std::fs::write(
        folder.path().join("s21.csv"),
        "frequency_ghz,magnitude_db\n0,zero\n",
    )
    .expect("written");
    let error = LinkFile::load(&path, &[], &LIBRARY).expect_err("a bad response file");
    assert!(error.to_string().contains("s21.csv"), "{error}");
    let good: String = (0..40)
        .map(|f| format!("{f},{}\n", -0.1 * f64::from(f)))
        .collect();
    std::fs::write(
        folder.path().join("s21.csv"),
        format!("frequency_ghz,magnitude_db\n{good}"),
    )
    .expect("written");
    assert!(LinkFile::load(&path, &[], &LIBRARY).is_ok());
}

#[test]
fn a_part_used_outside_of_what_it_holds_for_warns() {
    let link = load(&changed("power_dbm = 6.0", "wavelength_nm = 1400")).expect("a link");
    assert!(
        link.warnings
            .iter()
            .any(|warning| warning.contains("stage 2 (`laser`)")
                && warning.contains("wavelength_nm from 1260 to 1360")
                && warning.contains("1400")),
        "{:?}",
        link.warnings
    );
}

#[test]
fn a_change_on_the_command_line_is_made_and_its_mistake_is_named_as_such() {
    let link = load_with(OPTICAL, &[Override::new("span.length_km", "2")]).expect("a link");
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    assert!((fiber.length - 2000.0).abs() < 1e-9);
    let errors =
        load_with(OPTICAL, &[Override::new("span.length_km", "-2")]).expect_err("negative");
    let shown = errors.to_string();
    assert!(shown.contains("`length_km` cannot be -2"), "{shown}");
    assert!(shown.contains("with --set span.length_km=-2"), "{shown}");
    assert_eq!(errors.errors[0].line, line_of(OPTICAL, "length_km"));
    let errors = load_with(OPTICAL, &[Override::new("spam.length_km", "2")]).expect_err("no spam");
    assert_eq!(errors.errors[0].problem, Problem::Override);
    assert!(
        errors.to_string().contains("did you mean `span`?"),
        "{errors}"
    );
}

/// Damages a valid text the way slips of the hand and broken files do.
fn damaged(text: &str, random: &mut impl FnMut(usize) -> usize) -> String {
    const SNIPPETS: &[&str] = &[
        "1e308",
        "-1e308",
        "1e-308",
        "nan",
        "-inf",
        "0",
        "-0.0",
        "99999999999999999999999",
        "\"",
        "'",
        "\"\"\"",
        "[",
        "]]",
        "{",
        "}",
        "[[stage]]",
        "=",
        ".",
        ",",
        "\n",
        "\r",
        "\0",
        "\u{feff}",
        "µ",
        "length_km",
        "[[0, 1], [0, 1]]",
        "[[1, 1], [2, 2]]",
        "[]",
        "{}",
        "stage.fiber.x = 1\n",
        "true",
        "1979-05-27",
        "0x_",
        "model = \"kp4\"",
    ];
    const NUMBERS: &[&str] = &[
        "1e308",
        "-1e308",
        "1e-308",
        "nan",
        "-inf",
        "0",
        "-0.0",
        "99999999999999999999999",
        "0.1",
        "0.5",
        "1",
        "2",
        "3",
        "7",
        "50",
        "1310",
        "16384",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random(3) {
        let at = random(bytes.len().max(1)).min(bytes.len());
        let end = (at + 1 + random(40)).min(bytes.len());
        match random(12) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random(8);
                }
            }
            1 => {
                bytes.drain(at..end);
            }
            2 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            3 => bytes.truncate(at),
            4 => {
                let snippet = SNIPPETS[random(SNIPPETS.len())];
                bytes.splice(at..at, snippet.bytes());
            }
            _ => {
                // A number replaced by another.
                let start = (at..bytes.len()).find(|i| bytes[*i].is_ascii_digit());
                if let Some(start) = start {
                    let number = bytes[start..]
                        .iter()
                        .take_while(|b| b.is_ascii_digit() || b".e-".contains(b))
                        .count();
                    let snippet = NUMBERS[random(NUMBERS.len())];
                    bytes.splice(start..start + number, snippet.bytes());
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// However a file is damaged it is read or refused with places that exist; the environment variable
/// `EYESPAN_FUZZ_SECONDS` makes the test longer.
#[test]
fn damaged_files_never_panic() {
    let seconds: u64 = std::env::var("EYESPAN_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(0);
    let start = std::time::Instant::now();
    // Knuth's 64-bit linear congruential generator (MMIX) is enough to pick places.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    let (mut read, mut refused) = (0, 0);
    while read + refused < 600 || start.elapsed().as_secs() < seconds {
        let text = damaged([OPTICAL, COPPER][random(2)], &mut random);
        let paths = [
            "span.length_km",
            "stage.2.name",
            "engine.seed",
            "fiber",
            "x.y",
            "stage.99.a",
        ];
        let change = Override::new(paths[random(paths.len())], "1e308");
        let changes = [change];
        let changes = if random(3) == 0 { &changes[..] } else { &[] };
        match load_with(&text, changes) {
            Ok(link) => {
                read += 1;
                assert!(link.signal.symbol_rate.is_finite());
            }
            Err(errors) => {
                refused += 1;
                assert!(
                    !errors.errors.is_empty(),
                    "refused without a reason: {text}"
                );
                for error in &errors.errors {
                    assert!(error.line >= 1 && error.column >= 1);
                    assert!(error.span.end <= error.source.text.len(), "{error}\n{text}");
                    assert!(!error.message.is_empty());
                }
                assert!(!errors.to_string().is_empty());
            }
        }
    }
    assert!(read > 20 && refused > 100, "{read} read, {refused} refused");
}
