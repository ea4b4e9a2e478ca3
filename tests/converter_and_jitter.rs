//! Keys of the driver's systematic jitter and of an analogue-to-digital converter, in link files.

use eyespan::config::{ConfigErrors, LinkFile, Problem};
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, Stage};
use eyespan::receiver::FullScale;
use eyespan::study::simulate;

const COPPER: &str = include_str!("../examples/links/twinax-26awg-2m-53gbd.toml");

fn load(text: &str) -> Result<Link, ConfigErrors> {
    let library = Library::built_in().expect("the parts");
    LinkFile::parse(text, "link.toml", &[])?.resolve(&library)
}

/// The link with more keys of its driver, more tables and a last stage.
fn with(driver: &str, last: &str, tables: &str) -> String {
    let from = "driver = { ";
    assert_eq!(COPPER.matches(from).count(), 1, "the driver");
    let text = COPPER.replace(from, &format!("{from}{driver}"));
    let (stages, rest) = text.split_once("[equalizer]").expect("an equaliser");
    let last = if last.is_empty() {
        String::new()
    } else {
        format!("[[stage]]\n{last}\n")
    };
    format!("{stages}{last}{tables}\n[equalizer]{rest}")
}

fn refused(text: &str) -> (Problem, String) {
    let errors = load(text).expect_err("it cannot be");
    let error = &errors.errors[0];
    (error.problem, errors.to_string())
}

#[test]
fn keys_become_si_units() {
    let link = load(&with(
        "duty_cycle_distortion_ui = 0.03, sinusoidal_jitter_ui = 0.1, \
         sinusoidal_jitter_frequency_mhz = 2, ",
        "adc = { bits = 7, effective_bits = 5.5, full_scale_v = 0.8, aperture_jitter_fs = 90 }",
        "[sampler]\nclock_recovery_bandwidth_mhz = 4",
    ))
    .unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Driver(driver) = &link.stages[0].stage else {
        panic!("a driver")
    };
    let jitter = driver.jitter;
    assert!((jitter.duty_cycle_distortion - 0.03).abs() < 1e-15);
    assert!((jitter.sinusoidal.peak_to_peak - 0.1).abs() < 1e-15);
    assert!((jitter.sinusoidal.frequency - 2e6).abs() < 1e-6);
    assert!((link.sampler.clock_recovery_bandwidth - 4e6).abs() < 1e-6);
    let Some(Stage::Converter(adc)) = link.stages.last().map(|named| &named.stage) else {
        panic!("a converter")
    };
    assert_eq!((adc.bits, adc.effective_bits), (Some(7), Some(5.5)));
    assert_eq!(adc.full_scale, FullScale::Voltage(0.8));
    assert!((adc.aperture_jitter - 90e-15).abs() < 1e-27);
}

#[test]
fn what_belongs_together_is_asked_for() {
    let (problem, text) = refused(&with("sinusoidal_jitter_ui = 0.1, ", "", ""));
    assert_eq!(problem, Problem::MissingKey);
    assert!(text.contains("sinusoidal_jitter_frequency_mhz"), "{text}");
    let (_, text) = refused(&with("", "adc = { bits = 6 }", ""));
    assert!(text.contains("full_scale_v"), "{text}");
    let (_, text) = refused(&with("", "adc = { full_scale_over_rms = 3 }", ""));
    assert!(text.contains("effective_bits"), "{text}");
    let (_, text) = refused(&with(
        "",
        "adc = { bits = 5, effective_bits = 6, full_scale_over_rms = 3 }",
        "",
    ));
    assert!(text.contains("has 5 bits"), "{text}");
    let (_, text) = refused(&with("dcd_ui = 0.1, ", "", ""));
    assert!(text.contains("duty_cycle_distortion_ui"), "{text}");
}

#[test]
fn a_converter_stands_last_and_has_the_jitter_of_the_samples() {
    let adc = "adc = { bits = 6, full_scale_over_rms = 3 }";
    let plan = |text: &str| {
        let link = load(text).unwrap_or_else(|errors| panic!("{errors}"));
        SemiAnalytic::new(&link).map(|_| ())
    };
    assert_eq!(plan(&with("", adc, "")), Ok(()));
    let behind =
        format!("{adc}\n[[stage]]\nfilter = {{ bandwidth_ghz = 20, filter = \"butterworth-4\" }}");
    let error = plan(&with("", &behind, "")).expect_err("a filter behind it");
    assert!(
        error.to_string().contains("behind the converter"),
        "{error}"
    );
    let error = plan(&with("", adc, "[sampler]\nrandom_jitter_ui = 0.01"))
        .expect_err("two jitters of one clock");
    assert!(matches!(error, LinkError::Stage { .. }));
    assert!(error.to_string().contains("aperture_jitter_fs"), "{error}");
}

#[test]
fn fewer_bits_and_more_jitter_cost_margin_and_the_run_says_what_was_done() {
    let run = |driver: &str, last: &str, tables: &str| {
        let link = load(&with(driver, last, tables)).unwrap_or_else(|errors| panic!("{errors}"));
        simulate(&link, &Watch::default()).expect("a run").result
    };
    let margin = |driver: &str, last: &str| run(driver, last, "").margin_db.expect("a margin");
    let ideal = margin("", "");
    let eight = margin("", "adc = { bits = 8, full_scale_over_rms = 4 }");
    let five = margin("", "adc = { bits = 5, full_scale_over_rms = 4 }");
    assert!(
        ideal > eight - 1e-6 && eight > five + 0.2,
        "{ideal} {eight} {five}"
    );
    // Its rounding alone makes more errors than the target allows.
    let four = run("", "adc = { bits = 4, full_scale_over_rms = 4 }", "");
    assert!(four.margin_db.is_none() && four.ber.pre_fec > Some(2.4e-4));
    let distorted = margin("duty_cycle_distortion_ui = 0.1, ", "");
    assert!(distorted < ideal - 0.05, "{ideal} {distorted}");
    let sine = "sinusoidal_jitter_ui = 0.2, sinusoidal_jitter_frequency_mhz = 0.4, ";
    let free = run(sine, "", "");
    let followed = run(sine, "", "[sampler]\nclock_recovery_bandwidth_mhz = 4");
    let of = |result: &eyespan::study::result::RunResult| result.margin_db.expect("a margin");
    assert!(
        of(&free) < ideal - 0.05 && of(&followed) > of(&free),
        "{ideal}"
    );
    let says = |result: &eyespan::study::result::RunResult, words: &str| {
        result.warnings.iter().any(|w| w.contains(words))
    };
    assert!(says(&free, "no clock recovery"), "{:?}", free.warnings);
    assert!(
        says(&followed, "leaves 0.0199 UI"),
        "{:?}",
        followed.warnings
    );
    let clipped = run("", "adc = { bits = 6, full_scale_over_rms = 1.2 }", "");
    assert!(
        says(&clipped, "% of its samples are clipped"),
        "{:?}",
        clipped.warnings
    );
}
