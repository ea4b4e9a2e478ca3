//! Every validation case as a test, one test an area so that failures can be told apart.

#[path = "mod.rs"]
mod validation;

use validation::{Outcome, Status};

/// Runs an area and lists every check that failed.
fn area(name: &str) {
    let findings = validation::run(|case| case.area == name);
    assert!(!findings.is_empty(), "no case in the area {name}");
    let mut failures = Vec::new();
    for finding in findings.iter().filter(|finding| !finding.passes()) {
        match &finding.outcome {
            Outcome::Checked(checks) => {
                for check in checks.iter().filter(|c| c.status() == Status::Fail) {
                    failures.push(format!(
                        "{}, {}: {} = {:.9e} {}, expected {:.9e} from {}; difference {:.3e}, allowed {}",
                        finding.area,
                        finding.name,
                        check.quantity,
                        check.computed,
                        check.unit,
                        check.expected,
                        check.source,
                        check.difference(),
                        check.tolerance,
                    ));
                }
                if checks.is_empty() {
                    failures.push(format!("{}: nothing was checked", finding.name));
                }
            }
            Outcome::Broken(error) => failures.push(format!("{}: {error}", finding.name)),
            Outcome::NotRun(reason) => println!("{}: not run: {reason}", finding.name),
        }
    }
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

macro_rules! areas {
    ($($test:ident: $name:literal,)*) => {
        $(#[test]
        fn $test() {
            area($name);
        })*

        #[test]
        fn every_area_has_a_test() {
            let tested = [$($name),*];
            for case in validation::cases() {
                assert!(tested.contains(&case.area), "{} is not tested", case.area);
            }
        }
    };
}

areas! {
    sequence_detection: "sequence detection",
    board_lines: "board lines",
    cable_margin: "cable margin",
    fiber: "fiber",
    amplifiers: "amplifiers",
    polarization: "polarization",
    nonlinear_closed_forms: "nonlinear closed forms",
    passive_optics: "passive optics",
    nonlinear_fiber: "nonlinear fiber",
    modulators: "modulators",
    error_ratios: "error ratios",
    noise: "noise",
    avalanche: "avalanche",
    forward_error_correction: "forward error correction",
    error_bursts: "error bursts",
    inner_code: "inner code",
    receiver_statistics: "receiver statistics",
    converters: "converters",
    copper: "copper",
    copper_links: "copper links",
    networks: "networks",
    network_links: "network links",
    channel_operating_margin: "channel operating margin",
    statistical_eye: "statistical eye",
    systematic_jitter: "systematic jitter",
    tdecq: "tdecq",
    clock_recovery: "clock recovery",
    jitter: "jitter",
    eye_figures: "eye figures",
    patterns: "patterns",
    dispersion_penalty: "dispersion penalty",
    eye_closure: "eye closure",
    engines: "engines",
    intensity_modulation: "intensity modulation",
    kerr_links: "kerr links",
    light_stages: "light stages",
    echoes: "echoes",
    amplified_links: "amplified links",
    link_model: "link model",
    multimode: "multimode",
    multimode_links: "multimode links",
    repeaters: "repeaters",
    reproducibility: "reproducibility",
}

#[test]
fn names_are_unique() {
    let mut names: Vec<String> = validation::cases().into_iter().map(|c| c.name).collect();
    let count = names.len();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), count);
}
