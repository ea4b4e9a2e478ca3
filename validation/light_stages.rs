//! Reflections, optical filters, polarisation-mode dispersion and optical amplifiers in links: both
//! engines against each other, the echoes and delays that are planned, and what limits the reach. What each
//! costs in power is in [`penalties`], gains and noise in [`amplifiers`].

mod amplifiers;
mod penalties;

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::light_links::{amplifier, connector, filter, modulator, open};
use super::links;
use eyespan::equalizer::Equalizer;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::plan::{LightNoise, Linear, NoiseSource, Operation};
use eyespan::link::{Link, ModeDispersion, Plan, Stage, Target};
use eyespan::signal::{PassbandShape, Response};
use eyespan::study::Cause;
use eyespan::study::reach::{ReachSettings, find_reach};
use eyespan::transmitter::{Laser, LaunchLevel};

const AREA: &str = "light stages";
const DERIVED: &str = "validation/derive/light_stages.py";
/// Error ratios at which errors are counted.
const COUNTED: [f64; 2] = [4e-3, 2e-4];

fn fiber(length: f64) -> Stage {
    Stage::Fiber(SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(0.35e-3),
        dispersion: Dispersion::ZeroWavelength {
            zero_wavelength: 1313e-9,
            zero_slope: 88.0,
        },
        group_index: 1.4676,
    })
}

/// 25.78125 GBd, two levels; what lies on the way is put between the modulator and the receiver.
fn two_levels(wavelength: f64, rin: f64, way: Vec<Stage>) -> Link {
    let mut stages = vec![
        links::driver(Response::BesselThomson4 { bandwidth: 22e9 }),
        Stage::Laser(Laser {
            relative_intensity_noise: rin,
            ..links::laser(1e-3, wavelength)
        }),
        links::linear_modulator(10f64.powf(0.6), 0.0, LaunchLevel::AveragePower(1e-3)),
    ];
    stages.extend(way);
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        0.85,
        18e-12,
        Response::BesselThomson4 { bandwidth: 19e9 },
    )));
    links::link(
        Modulation::nrz(),
        25.78125e9,
        Pattern::Prbs { order: 11 },
        8,
        stages,
    )
}

/// The same at 53.125 GBd and four levels, with a feed-forward equaliser.
fn four_levels(rin: f64, way: Vec<Stage>) -> Link {
    let mut link = two_levels(1311e-9, rin, way);
    link.signal.modulation = Modulation::pam4();
    link.signal.symbol_rate = 53.125e9;
    link.signal.pattern = Pattern::DeBruijn { order: 6 };
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::Driver(driver) => {
                driver.response = Response::BesselThomson4 { bandwidth: 38e9 };
            }
            Stage::Photoreceiver(receiver) => {
                receiver.response = Response::BesselThomson4 { bandwidth: 30e9 };
            }
            _ => {}
        }
    }
    link.equalizer = Equalizer {
        feed_forward_taps: 5,
        ..Equalizer::default()
    };
    link
}

/// A link whose stages reflect so much, by their number from 0.
fn reflecting(mut link: Link, reflectances: &[(usize, f64)]) -> Link {
    for &(stage, reflectance) in reflectances {
        link.stages[stage].reflectance = reflectance;
    }
    link
}

fn delayed(mut link: Link, stage: usize, dispersion: ModeDispersion, split: f64) -> Link {
    link.stages[stage].polarization.mode_dispersion = dispersion;
    link.stages[stage].polarization.power_split = split;
    link
}

fn both_engines(name: &'static str, link: fn() -> Link) -> Case {
    Case::new(AREA, name, move || counted_against_tails(&link(), &COUNTED))
}

fn engine_cases() -> Vec<Case> {
    vec![
        // The echoes alone leave a floor of 5e-6, and more than half of the variance at 2e-4.
        both_engines("light-stages/both-engines-reflections-nrz", || {
            let way = vec![connector(0.9), fiber(2e3), connector(0.9)];
            reflecting(
                two_levels(1311e-9, 10f64.powf(-14.5), way),
                &[(3, 0.12), (5, 0.12)],
            )
        }),
        both_engines("light-stages/both-engines-reflections-pam4", || {
            let way = vec![connector(0.9), fiber(500.0), connector(0.9)];
            reflecting(
                four_levels(10f64.powf(-14.5), way),
                &[(2, 0.008), (3, 0.008), (5, 0.008), (6, 0.008)],
            )
        }),
        both_engines("light-stages/both-engines-filter-and-crosstalk", || {
            let mut port = filter(30e9, 2, 4e9);
            port.adjacent_crosstalk = vec![0.02];
            port.in_band_crosstalk = 1e-3;
            two_levels(1550e-9, 10f64.powf(-14.0), vec![Stage::OpticalFilter(port)])
        }),
        both_engines("light-stages/both-engines-group-delay-nrz", || {
            let link = two_levels(1331e-9, 10f64.powf(-13.5), vec![fiber(10e3)]);
            delayed(link, 3, ModeDispersion::Fixed(16e-12), 0.5)
        }),
        both_engines("light-stages/both-engines-group-delay-pam4", || {
            let mut link = four_levels(10f64.powf(-14.0), vec![fiber(2e3)]);
            link.stages[3].polarization.dependent_loss_db = 0.5;
            let dispersion = ModeDispersion::Maxwellian {
                coefficient: 1e-12 / 1e3f64.sqrt(),
                probability: 1.0 - 4.2e-5,
            };
            delayed(link, 3, dispersion, 0.35)
        }),
        both_engines("light-stages/both-engines-amplifier-nrz", || {
            let way = vec![
                connector(0.003),
                amplifier(20.0, 6.0, 200e9),
                connector(0.05),
            ];
            two_levels(1550e-9, 10f64.powf(-14.5), way)
        }),
        both_engines("light-stages/both-engines-amplifier-pam4", || {
            let way = vec![connector(0.1), amplifier(15.0, 7.0, 400e9), fiber(2e3)];
            reflecting(four_levels(10f64.powf(-14.5), way), &[(2, 0.01), (3, 0.01)])
        }),
    ]
}

/// Every pair of four reflecting places, with what the planner makes of loss, fibre and an amplifier.
fn pairs() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "R_i·R_j·T² for each pair, T the transmission from one to the other (IEEE 802.3ae link model \
         counts the pair of transmitter and receiver the same way)",
    );
    let way = vec![
        connector(0.9),
        fiber(10e3),
        amplifier(10.0, 6.0, 1e11),
        connector(0.8),
    ];
    let link = reflecting(
        open(modulator(6.0, 1e-3), way, 1e-12, 16),
        &[(2, 1e-2), (3, 2e-3), (6, 3e-3), (7, 4e-3)],
    );
    let plan = Plan::new(&link)?;
    let power = plan.operations.iter().find_map(|o| match o.operation {
        Operation::Noise(NoiseSource::Light(LightNoise::Reflections(power))) => Some(power),
        _ => None,
    });
    // A mated pair reflects in the middle of its loss. Nothing passes back through the amplifier: the
    // pairs are transmitter and first connector, second connector and receiver.
    let echoes = 1e-2 * 2e-3 * 0.9 + 3e-3 * 4e-3 * 0.8;
    let received = 1e-3 * 0.9 * 10f64.powf(-0.35) * 10.0 * 0.8;
    checks.add(
        "power of the echoes at the receiver",
        "W",
        power.unwrap_or(0.0),
        echoes * received,
        Tolerance::Relative(1e-9, Reason::RoundOff),
    );
    checks.done()
}

/// Delay of two fibres together with a probability, and with a fixed delay.
fn delays() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: quantiles of the Maxwellian distribution; means add in square",
    );
    for (probability, expected) in [
        (0.9, 3.133_633_4e-12),
        (0.999, 5.054_794_2e-12),
        (1.0 - 4.2e-5, 5.999_984_4e-12),
    ] {
        // 0.5 ps/√km over 6 and 10 km, as over 16: a mean of 2 ps; and 1 ps of a device.
        let dispersion = ModeDispersion::Maxwellian {
            coefficient: 0.5e-12 / 1e3f64.sqrt(),
            probability,
        };
        let link = two_levels(1311e-9, 0.0, vec![fiber(6e3), fiber(10e3), connector(1.0)]);
        let link = delayed(delayed(link, 3, dispersion, 0.5), 4, dispersion, 0.5);
        let link = delayed(link, 5, ModeDispersion::Fixed(1e-12), 0.5);
        let plan = Plan::new(&link)?;
        let delay = plan.operations.iter().find_map(|o| match o.operation {
            Operation::Polarization(Linear::PrincipalStates(delay, _)) => Some(delay),
            _ => None,
        });
        checks.add(
            format!("delay not exceeded with {probability:.6}, with 1 ps fixed"),
            "s",
            delay.unwrap_or(f64::NAN),
            expected + 1e-12,
            Tolerance::Relative(1e-7, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// What limits links in which one of the effects is made strong.
fn limits() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("the one effect that is made strong");
    let settings = ReachSettings {
        scan_points: 0,
        longest: Some(200e3),
        ..ReachSettings::default()
    };
    let mut found = |name: &str, mut link: Link, cause: Cause| -> Result<(), CaseError> {
        link.target = Target::PreFecBer(1e-6);
        let stage = eyespan::config::find_length(&link).ok_or("no fibre")?;
        let reach = find_reach(&link, stage, settings)?;
        let without = reach
            .reliefs
            .iter()
            .find(|relief| relief.cause == cause)
            .and_then(|relief| relief.reach_m)
            .ok_or("the cause gives nothing")?;
        checks.add(
            format!("reach without {name} over the reach with it"),
            "",
            without / reach.length.ok_or(format!("no reach with {name}"))?,
            1.2,
            Tolerance::AtLeast,
        );
        // The others close a link together with attenuation, which dispersion this near to zero lets
        // reach farther without than any of them.
        if cause == Cause::PolarizationModeDispersion {
            checks.exact(
                format!("{name} limits the reach"),
                usize::from(reach.limited_by == Some(cause)),
                1,
            );
        }
        Ok(())
    };
    let way = || vec![connector(0.9), fiber(2e3), connector(0.9)];
    let link = two_levels(1311e-9, 0.0, way());
    found(
        "reflections",
        reflecting(link.clone(), &[(2, 0.09), (3, 0.09)]),
        Cause::Reflections,
    )?;
    let dispersion = ModeDispersion::Maxwellian {
        coefficient: 2e-12 / 1e3f64.sqrt(),
        probability: 1.0 - 4.2e-5,
    };
    found(
        "mode dispersion",
        delayed(link, 4, dispersion, 0.5),
        Cause::PolarizationModeDispersion,
    )?;
    let mut port = filter(18e9, 1, 0.0);
    found(
        "the filter",
        two_levels(
            1311e-9,
            0.0,
            vec![fiber(1e3), Stage::OpticalFilter(port.clone())],
        ),
        Cause::OpticalFiltering,
    )?;
    port.passband.shape = PassbandShape::AllPass;
    port.in_band_crosstalk = 6e-3;
    found(
        "crosstalk",
        two_levels(1311e-9, 0.0, vec![fiber(1e3), Stage::OpticalFilter(port)]),
        Cause::Crosstalk,
    )?;
    let way = vec![fiber(1e3), connector(3e-3), amplifier(35.0, 6.0, 200e9)];
    found(
        "the amplifier's noise",
        two_levels(1311e-9, 0.0, way),
        Cause::AmplifierNoise,
    )?;
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            AREA,
            "light-stages/penalty-of-group-delay",
            penalties::delay_penalties,
        ),
        Case::new(
            AREA,
            "light-stages/penalty-of-filters",
            penalties::filter_penalties,
        ),
        Case::new(
            AREA,
            "light-stages/penalty-of-reflections",
            penalties::reflection_penalties,
        ),
        Case::new(AREA, "light-stages/pairs-of-reflections", pairs),
        Case::new(
            AREA,
            "light-stages/noise-of-amplifiers",
            amplifiers::amplifier_quality,
        ),
        Case::new(
            AREA,
            "light-stages/noise-of-two-amplifiers",
            amplifiers::two_amplifiers,
        ),
        Case::new(
            AREA,
            "light-stages/emission-behind-filters",
            amplifiers::filtered_emission,
        ),
        Case::new(
            AREA,
            "light-stages/penalty-of-crosstalk",
            penalties::crosstalk_penalties,
        ),
        Case::new(
            AREA,
            "light-stages/saturation-of-amplifiers",
            amplifiers::saturation,
        ),
        Case::new(AREA, "light-stages/quantiles-of-group-delay", delays),
        Case::new(AREA, "light-stages/what-limits", limits),
    ];
    cases.extend(engine_cases());
    cases
}
