//! Keys of a copper cable that is not one uniform line, in link files and in parts.

use eyespan::config::{LinkFile, Problem};
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::{Link, Stage};
use eyespan::study::simulate;

const COPPER: &str = include_str!("data/copper.toml");

fn with(keys: &str) -> String {
    let from = "length_m = 2";
    assert_eq!(COPPER.matches(from).count(), 1, "the length of the cable");
    COPPER.replace(from, &format!("{from}, {keys}"))
}

fn load(keys: &str) -> Result<Link, eyespan::config::ConfigErrors> {
    let library = Library::built_in().expect("the parts");
    LinkFile::parse(&with(keys), "link.toml", &[])?.resolve(&library)
}

fn cable(keys: &str) -> eyespan::copper::TwinaxCable {
    let link = load(keys).unwrap_or_else(|errors| panic!("{errors}"));
    match &link.stages[1].stage {
        Stage::Twinax(cable) => *cable,
        other => panic!("a cable, not {other:?}"),
    }
}

#[test]
fn keys_become_si_units() {
    let found = cable(
        "intra_pair_skew_ps_per_m = 5, periodic_impedance_depth_percent = 2, \
         periodic_impedance_period_mm = 4",
    );
    assert!((found.skew - 5e-12).abs() < 1e-24);
    let variation = found.periodic.expect("a variation");
    assert!((variation.depth - 0.02).abs() < 1e-15 && (variation.period - 4e-3).abs() < 1e-15);
    let plain = cable("temperature_c = 70");
    let warm = cable(
        "temperature_c = 70, loss_tangent_temperature_coefficient_per_k = 4e-3, \
         permittivity_temperature_coefficient_per_k = -4e-4",
    );
    let ratio = warm.dielectric.relative_permittivity / plain.dielectric.relative_permittivity;
    assert!((ratio - 0.98).abs() < 1e-12, "{ratio}");
    assert!(
        warm.dielectric_attenuation_db_per_m(20e9)
            > 1.1 * plain.dielectric_attenuation_db_per_m(20e9)
    );
}

#[test]
fn half_a_variation_and_impossible_numbers_are_refused() {
    for (keys, problem, part) in [
        (
            "periodic_impedance_depth_percent = 2",
            Problem::OutOfRange,
            "without `periodic_impedance_period_mm`",
        ),
        (
            "periodic_impedance_period_mm = 2",
            Problem::OutOfRange,
            "without `periodic_impedance_depth_percent`",
        ),
        (
            "intra_pair_skew_ps_per_m = -1",
            Problem::OutOfRange,
            "`intra_pair_skew_ps_per_m` cannot be -1",
        ),
        (
            "intra_pair_skew_ps = 1",
            Problem::UnknownKey,
            "did you mean `intra_pair_skew_ps_per_m`",
        ),
    ] {
        let errors = load(keys).expect_err("a mistake");
        assert_eq!(errors.errors.len(), 1, "{errors}");
        assert_eq!(errors.errors[0].problem, problem, "{errors}");
        assert!(errors.to_string().contains(part), "{errors}");
    }
}

#[test]
fn skew_and_a_suck_out_cost_margin() {
    let margin = |keys: &str| {
        let link = cable_and_hosts(keys).unwrap_or_else(|errors| panic!("{errors}"));
        simulate(&link, &Watch::default())
            .expect("a result")
            .result
            .margin_db
            .unwrap_or(f64::NEG_INFINITY)
    };
    let plain = margin("temperature_c = 20");
    assert!(plain.is_finite());
    let skewed = margin("intra_pair_skew_ps_per_m = 5");
    assert!(
        skewed.is_finite() && skewed < plain - 0.2,
        "{skewed} {plain}"
    );
    // A period of 5.5 mm has its resonance at 20 GHz, below half the symbol rate.
    let variation = "periodic_impedance_depth_percent = 1, periodic_impedance_period_mm = 5.5";
    let varied = margin(variation);
    assert!(
        varied.is_finite() && varied < plain - 0.1,
        "{varied} {plain}"
    );
}

/// 2 m of 26 AWG with hosts, and more keys of its cable.
fn cable_and_hosts(keys: &str) -> Result<Link, eyespan::config::ConfigErrors> {
    let text = include_str!("../examples/links/twinax-26awg-2m-53gbd.toml");
    let from = "model = \"twinax-26awg\"";
    assert_eq!(text.matches(from).count(), 1, "the cable");
    let library = Library::built_in().expect("the parts");
    let text = text.replace(from, &format!("{from}, {keys}"));
    LinkFile::parse(&text, "link.toml", &[])?.resolve(&library)
}

#[test]
fn a_tolerance_of_the_impedance_takes_the_worst_of_what_it_allows() {
    let run = |keys: &str| {
        let link = cable_and_hosts(keys).unwrap_or_else(|errors| panic!("{errors}"));
        simulate(&link, &Watch::default()).expect("a run").result
    };
    let ber = |keys: &str| run(keys).ber.pre_fec.expect("an error ratio");
    let tolerant = run("impedance_tolerance_percent = 10");
    let alone = [90, 100, 110].map(|z| ber(&format!("differential_impedance_ohm = {z}")));
    let worst = alone.iter().copied().fold(0.0, f64::max);
    let found = tolerant.ber.pre_fec.expect("an error ratio");
    assert!((found / worst - 1.0).abs() < 1e-9, "{found} {alone:?}");
    assert!(worst > 1.05 * alone[1], "{alone:?}");
    let said = |w: &String| w.contains("the worst of 100 Ω ± 10 %");
    assert!(
        tolerant.warnings.iter().any(said),
        "{:?}",
        tolerant.warnings
    );
    let errors = load("impedance_tolerance_percent = 60").expect_err("too much");
    assert!(errors.to_string().contains("impedance_tolerance_percent"));
}

#[test]
fn a_reach_is_that_of_the_worst_impedance() {
    let reach = |keys: &str| {
        let link = cable_and_hosts(keys).unwrap_or_else(|errors| panic!("{errors}"));
        let settings = eyespan::study::reach::ReachSettings {
            scan_points: 0,
            causes: false,
            longest: None,
        };
        let found = eyespan::study::find_reach(&link, 1, settings).expect("a search");
        found.length.expect("a reach")
    };
    let ends = [90, 100, 110].map(|z| reach(&format!("differential_impedance_ohm = {z}")));
    let shortest = ends.iter().copied().fold(f64::INFINITY, f64::min);
    let found = reach("impedance_tolerance_percent = 10");
    assert!((found - shortest).abs() < 1e-9, "{found} {ends:?}");
    assert!(shortest < ends[1], "{ends:?}");
}
