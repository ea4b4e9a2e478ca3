//! Duty-cycle distortion and sinusoidal jitter of a transmitter: both engines and counted errors against a
//! closed form of Gaussian edges, and against each other over copper and fibre.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::{counted_against_tails, nrz_10g_1310, pam4_53g_o_band, pam4_53g_twinax};
use super::links;
use super::statistical_eye::{nrz_25g_feedback, pam4_53g_edges};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Method, Stage};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity};
use eyespan::signal::Response;
use eyespan::transmitter::{Driver, Jitter, SinusoidalJitter};

const AREA: &str = "systematic jitter";
const CLOSED: &str = "derive/systematic_jitter.py: error functions, edges after IEEE 802.3 (93A-46), quadrature over \
                      the phase of the sine";
const COUNTED: &str = "derive/systematic_jitter.py; interval of Clopper & Pearson, Biometrika 26, 404 (1934), DOI \
                       10.1093/biomet/26.4.404";

/// Duty-cycle distortion, sine (peak to peak), its frequency, bandwidth of the clock recovery, error ratio.
const STEPS: [(&str, f64, f64, f64, f64, f64); 5] = [
    ("at-rest", 0.0, 0.0, 0.0, 0.0, 2.678_176_239_7e-4),
    ("duty-cycle", 0.2, 0.0, 0.0, 0.0, 1.391_963_446_7e-3),
    ("sine", 0.0, 0.3, 10e6, 0.0, 5.631_364_896_3e-4),
    (
        "sine-followed-by-clock-recovery",
        0.0,
        0.4,
        2e6,
        4e6,
        3.456_618_468_2e-4,
    ),
    ("both", 0.15, 0.2, 10e6, 0.0, 1.054_478_233_6e-3),
];

fn systematic(duty_cycle_distortion: f64, peak_to_peak: f64, frequency: f64) -> Jitter {
    Jitter {
        duty_cycle_distortion,
        sinusoidal: SinusoidalJitter {
            peak_to_peak,
            frequency,
        },
        ..Jitter::default()
    }
}

/// Gaussian edges and nothing else.
pub fn step_edges(jitter: Jitter, clock_recovery_bandwidth: f64, pattern: Pattern) -> Link {
    let rate = 25.78125e9;
    let mut link = links::link(
        Modulation::nrz(),
        rate,
        pattern,
        16,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.2,
                rise_time: 16e-12,
                jitter,
                ..Driver::default()
            }),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(1.35e-13),
                response: Response::Gaussian {
                    bandwidth: 0.6 * rate,
                },
            }),
        ],
    );
    link.sampler.clock_recovery_bandwidth = clock_recovery_bandwidth;
    link
}

fn closed_form(index: usize) -> Result<Vec<Check>, CaseError> {
    let (_, distortion, sine, frequency, bandwidth, expected) = STEPS[index];
    let jitter = systematic(distortion, sine, frequency);
    let mut checks = Checks::from(CLOSED);
    // Random data, an odd and an even pattern: the even one's edges keep their parity.
    for (name, pattern, method) in [
        (
            "semi-analytic, random",
            Pattern::Random,
            Method::SemiAnalytic,
        ),
        (
            "semi-analytic, PRBS11",
            Pattern::Prbs { order: 11 },
            Method::SemiAnalytic,
        ),
        ("statistical", Pattern::Random, Method::Statistical),
    ] {
        let mut link = step_edges(jitter, bandwidth, pattern);
        link.engine.method = method;
        let found = SemiAnalytic::new(&link)?.evaluate()?.decided.errors.symbol;
        checks.add(
            format!("symbol error ratio, {name}"),
            "",
            found,
            expected,
            Tolerance::Relative(2e-3, Reason::Grid),
        );
    }
    let mut all = checks.done()?;
    let mut link = step_edges(jitter, bandwidth, Pattern::Random);
    link.engine.monte_carlo.relative_error = 0.05;
    let mut engine = SemiAnalytic::new(&link)?;
    let rule = engine.evaluate()?.decided.rule;
    let symbols = engine.propagation().symbols().len();
    let counts = MonteCarlo::new(&link, engine.plan(), &rule, symbols)?.run(&Watch::default())?;
    let (low, high) = counts.interval(0.9997, 1.0);
    let mut checks = Checks::from(COUNTED);
    checks.add(
        format!(
            "symbol error ratio: {} wrong of {:.2e} symbols",
            counts.symbol_errors, counts.symbols as f64
        ),
        "",
        counts.symbol_error_ratio(),
        expected,
        Tolerance::Counted { low, high },
    );
    all.extend(checks.done()?);
    Ok(all)
}

/// The link with systematic jitter added to what its driver has.
fn jittered(mut link: Link, distortion: f64, sine: f64, frequency: f64) -> Link {
    for named in &mut link.stages {
        if let Stage::Driver(driver) = &mut named.stage {
            let Jitter {
                random_rms,
                dual_dirac,
                ..
            } = driver.jitter;
            driver.jitter = Jitter {
                random_rms,
                dual_dirac,
                ..systematic(distortion, sine, frequency)
            };
        }
    }
    link
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    const LEVELS: [f64; 2] = [1e-2, 1e-3];
    let counted =
        |name: &'static str, levels: &'static [f64], link: fn() -> Result<Link, CaseError>| {
            Case::new(AREA, name, move || counted_against_tails(&link()?, levels))
        };
    let mut cases: Vec<Case> = STEPS
        .iter()
        .enumerate()
        .map(|(i, step)| {
            Case::new(AREA, format!("gaussian-edges/{}", step.0), move || {
                closed_form(i)
            })
        })
        .collect();
    cases.extend([
        counted("statistical/pam4-53-gbd-every-jitter", &LEVELS, || {
            Ok(jittered(pam4_53g_edges()?, 0.04, 0.06, 20e6))
        }),
        counted("statistical/nrz-25-gbd-feedback-bursts", &LEVELS, || {
            Ok(jittered(nrz_25g_feedback()?, 0.08, 0.1, 10e6))
        }),
        counted("semi-analytic/pam4-53-gbd-twinax", &LEVELS, || {
            Ok(jittered(pam4_53g_twinax()?, 0.04, 0.08, 20e6))
        }),
        counted("semi-analytic/nrz-10-gbd-1310-nm", &LEVELS, || {
            Ok(jittered(nrz_10g_1310(), 0.15, 0.2, 5e6))
        }),
        counted("semi-analytic/pam4-53-gbd-o-band", &LEVELS, || {
            Ok(jittered(pam4_53g_o_band(), 0.06, 0.1, 20e6))
        }),
    ]);
    cases
}
