//! Values of the wrong type and numbers that cannot be.

use super::*;

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
