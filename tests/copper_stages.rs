//! Packages, boards, connectors and crosstalk in link files: what is read, and what is refused and how.

use eyespan::config::{ConfigErrors, LinkFile};
use eyespan::copper::BoardTrace;
use eyespan::library::Library;
use eyespan::link::{CrosstalkCoupling, Link, Plan, Stage};
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

const LINK: &str = include_str!("../examples/links/200gbase-cr1-class-26awg-1m.toml");

fn load(text: &str) -> Result<Link, ConfigErrors> {
    LinkFile::parse(text, "link.toml", &[])?.resolve(&LIBRARY)
}

fn replaced(from: &str, to: &str) -> String {
    assert_eq!(LINK.matches(from).count(), 1, "`{from}` must be there once");
    LINK.replace(from, to)
}

/// Asserts that the file is refused on the line of `mark` with all of `parts`.
#[track_caller]
fn refused(text: &str, mark: &str, parts: &[&str]) {
    let errors = load(text).expect_err("the file is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    let line = text[..text.find(mark).expect("the mark")]
        .matches('\n')
        .count()
        + 1;
    assert_eq!(errors.errors[0].line, line, "{errors}");
    let shown = errors.to_string();
    for part in parts {
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}

#[test]
fn values_become_si_units() {
    let link = load(LINK).unwrap_or_else(|errors| panic!("{errors}"));
    let stages: Vec<&Stage> = link.stages.iter().map(|named| &named.stage).collect();
    let Stage::Package(package) = stages[1] else {
        panic!("a package");
    };
    assert!((package.termination.resistance - 46.25).abs() < 1e-12);
    assert!((package.termination.ladder[0].0 - 40e-15).abs() < 1e-27);
    assert!((package.package.lines[0].delay - 6.141e-9).abs() < 1e-20);
    let Stage::Board(BoardTrace::Fitted(board)) = stages[2] else {
        panic!("a board");
    };
    assert!((board.length - 0.083).abs() < 1e-12);
    assert!((board.loss_root - 5.95e-4 * 1e3 * 1e-9f64.sqrt()).abs() < 1e-15);
    let Stage::Crosstalk(crosstalk) = stages[6] else {
        panic!("crosstalk");
    };
    assert_eq!(crosstalk.aggressors, 2);
    let CrosstalkCoupling::Weak { ratio, frequency } = crosstalk.coupling else {
        panic!("a coupling");
    };
    assert!((ratio - 1e-2).abs() < 1e-12);
    assert!((frequency - 53.125e9).abs() < 1.0);
}

#[test]
fn keys_that_are_not_there_name_the_nearest() {
    let text = replaced(
        "near_end_crosstalk = { coupling_db",
        "near_end_crosstalk = { coupling_dbm",
    );
    let errors = load(&text).expect_err("no such key").to_string();
    assert!(errors.contains("coupling_dbm"), "{errors}");
    assert!(errors.contains("`coupling_db`"), "{errors}");
    let text = replaced(
        "package = { name = \"package at driver\"",
        "packages = { name = \"package at driver\"",
    );
    let errors = load(&text).expect_err("no such stage").to_string();
    assert!(errors.contains("`package`"), "{errors}");
}

#[test]
fn lists_of_a_package_must_fit() {
    refused(
        &replaced(
            "package = { name = \"package at driver\", model = \"dj-host-hn\" }",
            "package = { name = \"package at driver\", model = \"dj-host-hn\", line_length_mm = [1.0, 2.0] }",
        ),
        "line_length_mm = [1.0",
        &["2 lines", "`line_impedance_ohm` 4", "one length for each"],
    );
    refused(
        &replaced(
            "package = { name = \"package at driver\", model = \"dj-host-hn\" }",
            "package = { name = \"package at driver\", model = \"dj-host-hn\", die_inductance_ph = [1.0] }",
        ),
        "die_inductance_ph",
        &["1 steps", "`die_capacitance_ff` 3"],
    );
}

#[test]
fn what_is_out_of_range_is_refused() {
    for (from, to, mark) in [
        ("length_m = 1.0", "length_m = -1.0", "length_m = -1.0"),
        ("aggressors = 2", "aggressors = 0", "aggressors = 0"),
        (
            "amplitude_v = 0.481",
            "amplitude_v = nan",
            "amplitude_v = nan",
        ),
        (
            "signal_to_noise_db = 33.5",
            "signal_to_noise_db = -400.0",
            "signal_to_noise_db",
        ),
    ] {
        refused(&replaced(from, to), mark, &["allowed"]);
    }
}

#[test]
fn crosstalk_from_file_and_coupling_at_once_is_refused() {
    let text = replaced(
        "near_end_crosstalk = { coupling_db = 40.0",
        "near_end_crosstalk = { file = \"x.s4p\", coupling_db = 40.0",
    );
    let errors = load(&text).expect_err("both").to_string();
    assert!(
        errors.contains("coupling_db") && errors.contains("file"),
        "{errors}"
    );
}

#[test]
fn stages_stand_where_they_can() {
    // Crosstalk into nothing, and a package away from its die, are found when the link is planned.
    let text = LINK.replace(
        "[[stage]]\npackage = { name = \"package at driver\", model = \"dj-host-hn\" }\n",
        "[[stage]]\nfar_end_crosstalk = { coupling_db = 40.0 }\n",
    );
    assert_ne!(text, LINK);
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let error = Plan::new(&link)
        .expect_err("nothing to disturb")
        .to_string();
    assert!(error.contains("disturbed"), "{error}");
    let text = replaced(
        "board = { name = \"board at driver\", model = \"dj-host\", length_m = 0.083 }",
        "package = { name = \"another\", model = \"dj-host-hn\" }",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let error = Plan::new(&link)
        .expect_err("a package without die")
        .to_string();
    assert!(error.contains("a package stands directly"), "{error}");
}

#[test]
fn a_row_without_length_between_equal_terminations_is_not_there() {
    let plain = |stages: &str| {
        format!(
            "[signal]\nformat = \"pam4\"\nsymbol_rate_gbd = 53.125\npattern = \"prbs7\"\n\
             [[stage]]\ndriver = {{ model = \"serdes-tx-53g\" }}\n{stages}\
             [[stage]]\nelectrical_receiver = {{ model = \"serdes-53g\" }}\n"
        )
    };
    let nothing = load(&plain("")).unwrap_or_else(|errors| panic!("{errors}"));
    let row = load(&plain(
        "[[stage]]\nboard = { model = \"dj-host\", length_m = 0.0 }\n\
         [[stage]]\nelectrical_connector = { name = \"wire\" }\n",
    ))
    .unwrap_or_else(|errors| panic!("{errors}"));
    let voltages = |link: &Link| {
        let plan = Plan::new(link).expect("a plan");
        let symbols = (0..127u32)
            .map(|i| u8::try_from(i * i % 4).expect("a level"))
            .collect();
        let mut propagation = eyespan::link::waveform::Propagation::new(symbols, &plan);
        propagation.run(&plan).expect("runs");
        propagation.received().expect("a voltage").to_vec()
    };
    for (a, b) in voltages(&nothing).iter().zip(voltages(&row)) {
        // A receiver's response alone is cut where it has lost 1e-14 of its energy.
        assert!((a - b).abs() < 1e-7, "{a} {b}");
    }
}
