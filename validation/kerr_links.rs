//! Links whose fibre has the Kerr effect: the received waveform against a computation in Python, both
//! engines against each other, and what limits the reach.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, KerrCoefficient, KerrFiber, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Stage};
use eyespan::math::find_root;
use eyespan::signal::Response;
use eyespan::study::Cause;
use eyespan::study::reach::{ReachSettings, find_reach};
use eyespan::transmitter::{Laser, LaunchLevel};

const AREA: &str = "kerr links";
const DERIVED: &str = "validation/derive/kerr_link.py (symmetric split step extrapolated, Runge–Kutta in the interaction picture)";

/// 25.78125 GBd at 1550 nm and +13 dBm over 40 km of a fibre with a dispersion in ps/(nm·km).
fn link(dispersion: f64, nonlinear_index: f64, samples: usize, noise: f64, rin: f64) -> Link {
    links::link(
        Modulation::nrz(),
        25.78125e9,
        Pattern::Prbs { order: 11 },
        samples,
        vec![
            links::driver(Response::Gaussian { bandwidth: 20e9 }),
            Stage::Laser(Laser {
                relative_intensity_noise: rin,
                ..links::laser(1e-3, 1550e-9)
            }),
            links::linear_modulator(10.0, 0.0, LaunchLevel::AveragePower(10f64.powf(-1.7))),
            Stage::KerrFiber(KerrFiber {
                linear: SingleModeFiber {
                    length: 40e3,
                    attenuation: Attenuation::Constant(0.2e-3),
                    dispersion: Dispersion::AtWavelength {
                        reference: None,
                        coefficient: dispersion * 1e-6,
                        // No β3.
                        slope: -2.0 * dispersion * 1e-6 / 1550e-9,
                    },
                    group_index: 1.4682,
                },
                kerr: KerrCoefficient::Material {
                    nonlinear_index,
                    effective_area: 72e-12,
                },
            }),
            Stage::Photoreceiver(links::photoreceiver(
                0.8,
                noise,
                Response::Gaussian { bandwidth: 19e9 },
            )),
        ],
    )
}

/// Opening of the eye at the best phase of the grid, greatest sample and deviation of the received
/// waveform over its mean.
fn measures(link: &Link) -> Result<[f64; 3], CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    engine.evaluate()?;
    let wave = engine.propagation().received().ok_or("nothing received")?;
    let symbols = engine.propagation().symbols();
    let sps = link.engine.samples_per_symbol;
    let count = wave.len() as f64;
    let mean = wave.iter().sum::<f64>() / count;
    let variance = wave.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let greatest = wave.iter().copied().fold(f64::MIN, f64::max);
    // The window of a symbol is taken half an interval to either side of its centre.
    let opening = (0..sps)
        .map(|phase| {
            let (mut mark, mut space) = (f64::MAX, f64::MIN);
            for (k, symbol) in symbols.iter().enumerate() {
                let value = wave[(k * sps + phase + wave.len() - sps / 2) % wave.len()];
                if *symbol == 1 {
                    mark = mark.min(value);
                } else {
                    space = space.max(value);
                }
            }
            mark - space
        })
        .fold(f64::MIN, f64::max);
    Ok([opening / mean, greatest / mean, variance.sqrt() / mean])
}

fn waveform(
    dispersion: f64,
    nonlinear_index: f64,
    expected: [f64; 3],
) -> Result<Vec<Check>, CaseError> {
    let found = measures(&link(dispersion, nonlinear_index, 16, 1e-12, 0.0))?;
    let mut checks = Checks::from(DERIVED);
    for ((name, found), expected) in [
        "opening of the eye",
        "greatest sample",
        "standard deviation",
    ]
    .iter()
    .zip(found)
    .zip(expected)
    {
        // Asked of the solver: 1e-7 of the field. The modulator's soft floor of 1e-4 adds 1e-8 of
        // the highest power, and responses are cut at 1e-7: together 3.6e-7 is seen.
        checks.add(
            format!("{name} of the current, over its mean"),
            "",
            found,
            expected,
            Tolerance::Absolute(1e-6, Reason::Grid),
        );
    }
    checks.done()
}

/// Errors with the Kerr effect counted, and what they would be without.
fn engines(dispersion: f64, rin: f64) -> Result<Vec<Check>, CaseError> {
    let with = link(dispersion, 2.6e-20, 8, 18e-12, rin);
    let mut checks = counted_against_tails(&with, &[5e-3])?;
    let mut engine = SemiAnalytic::new(&with)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, eyespan::link::LinkError>(errors.bit.max(1e-300).log10() + 4.0)
        },
        -30.0,
        40.0,
        1e-3,
        100,
    )?;
    let without = SemiAnalytic::new(&link(dispersion, 0.0, 8, 18e-12, rin))?
        .evaluate_with_loss(root.x)?
        .decided
        .errors
        .bit;
    // Anomalous dispersion: self-phase modulation opens the eye; normal: it closes it.
    let mut more = Checks::from(
        "sign of the chirp of self-phase modulation against dispersion (Agrawal, Nonlinear Fiber Optics, 5th ed., section 4.2)",
    );
    let (quantity, tolerance) = if dispersion > 0.0 {
        (
            "without the Kerr effect more errors, ten times 1e-4 at least",
            Tolerance::AtLeast,
        )
    } else {
        (
            "without the Kerr effect fewer errors, a tenth of 1e-4 at most",
            Tolerance::AtMost,
        )
    };
    let bound = if dispersion > 0.0 { 1e-3 } else { 1e-5 };
    more.add(quantity.to_owned(), "", without, bound, tolerance);
    checks.extend(more.done()?);
    Ok(checks)
}

fn reach() -> Result<Vec<Check>, CaseError> {
    let link = link(-4.0, 2.6e-20, 8, 18e-12, 0.0);
    let settings = ReachSettings {
        scan_points: 0,
        ..ReachSettings::default()
    };
    let reach = find_reach(&link, 3, settings)?;
    let with = reach.length.ok_or("no reach")?;
    let without = reach
        .reliefs
        .iter()
        .find(|r| r.cause == Cause::KerrEffect)
        .and_then(|r| r.reach_m)
        .ok_or("no reach without the Kerr effect")?;
    let mut checks = Checks::from("normal dispersion: self-phase modulation broadens pulses");
    checks.add(
        "reach without the Kerr effect over the reach with it".to_owned(),
        "",
        without / with,
        1.05,
        Tolerance::AtLeast,
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "kerr-links/waveform-anomalous-dispersion", || {
            waveform(4.0, 2.6e-20, [1.513_387_1, 2.245_026_8, 0.763_815_7])
        }),
        Case::new(AREA, "kerr-links/waveform-normal-dispersion", || {
            waveform(-4.0, 2.6e-20, [0.608_860_4, 1.927_201_4, 0.603_251_2])
        }),
        Case::new(AREA, "kerr-links/waveform-without-kerr-effect", || {
            waveform(4.0, 0.0, [1.201_962_5, 1.950_618_0, 0.669_086_7])
        }),
        Case::new(AREA, "kerr-links/both-engines-anomalous-dispersion", || {
            engines(4.0, 10f64.powf(-14.5))
        }),
        Case::new(AREA, "kerr-links/both-engines-normal-dispersion", || {
            engines(-4.0, 10f64.powf(-14.5))
        }),
        Case::new(AREA, "kerr-links/reach-normal-dispersion", reach),
    ]
}
