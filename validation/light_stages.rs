//! Reflections, optical filters, polarisation-mode dispersion and optical amplifiers in links: both
//! engines against each other, and the power that each costs against closed forms and a computation in
//! Python.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::amplifier::{ErbiumAmplifier, NoiseFigureDefinition, SemiconductorAmplifier};
use eyespan::equalizer::Equalizer;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::plan::{LightNoise, Linear, NoiseSource, Operation};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{
    AmplifierStage, Link, LinkAmplifier, LinkError, ModeDispersion, OpticalFilterStage,
    OpticalLoss, OpticalLossKind, Plan, Stage, Target,
};
use eyespan::math::find_root;
use eyespan::signal::optical_filter::MeasuredPassband;
use eyespan::signal::{OpticalFilter, PassbandShape, Response};
use eyespan::study::Cause;
use eyespan::study::reach::{ReachSettings, find_reach};
use eyespan::transmitter::{Laser, LaunchLevel};

const AREA: &str = "light stages";
const DERIVED: &str = "validation/derive/light_stages.py";
/// Error ratio at which powers are compared.
const TARGET: f64 = 1e-12;
/// Error ratios at which errors are counted.
const COUNTED: [f64; 2] = [4e-3, 2e-4];

fn connector(transmission: f64) -> Stage {
    Stage::OpticalLoss(OpticalLoss {
        kind: OpticalLossKind::Connector,
        transmission,
    })
}

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

fn filter(width: f64, order: u32, offset: f64) -> OpticalFilterStage {
    OpticalFilterStage {
        passband: OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth: width,
                order,
            },
            centre: offset,
            insertion_loss_db: 0.0,
        },
        adjacent_crosstalk: Vec::new(),
        in_band_crosstalk: 0.0,
    }
}

fn amplifier(gain_db: f64, noise_figure_db: f64, optical_bandwidth: f64) -> Stage {
    Stage::Amplifier(AmplifierStage {
        amplifier: LinkAmplifier::Erbium(ErbiumAmplifier {
            small_signal_gain: 10f64.powf(gain_db / 10.0),
            output_saturation_power: None,
            noise_figure: 10f64.powf(noise_figure_db / 10.0),
            definition: NoiseFigureDefinition::WithShotNoise,
        }),
        optical_bandwidth,
        adds_noise: true,
        gain_dynamics: false,
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

/// Loss in dB in front of the receiver at which the error ratio is [`TARGET`].
fn tolerable_loss(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() - TARGET.log10())
        },
        -20.0,
        20.0,
        1e-4,
        100,
    )?;
    Ok(root.x)
}

/// The link of `derive/dispersion_penalty.py` without dispersion: infinite extinction, both filters at
/// 0.75 of the symbol rate, white noise only.
fn bare(way: Vec<Stage>) -> Link {
    let symbol_rate = 25e9;
    let bandwidth = 0.75 * symbol_rate;
    let mut stages = vec![
        links::driver(Response::Gaussian { bandwidth }),
        Stage::Laser(links::laser(1.0, 1550e-9)),
        links::linear_modulator(1e9, 0.0, LaunchLevel::FromLaser),
    ];
    stages.extend(way);
    // Shot noise cannot be switched off: at a watt it is lost in this much white noise.
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        1.0,
        1e-6,
        Response::BesselThomson4 { bandwidth },
    )));
    links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        64,
        stages,
    )
}

fn delay_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let without = tolerable_loss(&bare(vec![connector(1.0)]))?;
    for (delay, split, expected) in [
        (0.3, 0.5, 0.4017),
        (0.5, 0.5, 1.2918),
        (0.7, 0.5, 3.1047),
        (0.5, 0.3, 1.0903),
    ] {
        let dispersion = ModeDispersion::Fixed(delay / 25e9);
        let link = delayed(bare(vec![connector(1.0)]), 3, dispersion, split);
        checks.add(
            format!("penalty of a delay of {delay} symbols, {split} of the power early"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.02, Reason::Grid),
        );
    }
    checks.done()
}

fn filter_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let without = tolerable_loss(&bare(Vec::new()))?;
    for (width, order, offset, expected) in [
        (2.0, 1, 0.0, 0.2360),
        (1.2, 1, 0.0, 0.7694),
        (1.2, 3, 0.0, 0.2095),
        (1.6, 3, 0.3, 0.4268),
    ] {
        let port = filter(width * 25e9, order, offset * 25e9);
        let link = bare(vec![Stage::OpticalFilter(port)]);
        checks.add(
            format!("penalty of {width} symbol rates, order {order}, {offset} off the carrier"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.02, Reason::Grid),
        );
    }
    checks.done()
}

/// Two levels whose symbols do not touch each other, 5 GBd behind filters of 15 GHz.
fn open(extinction_db: f64, power: f64, way: Vec<Stage>, noise: f64) -> Link {
    let response = Response::Gaussian { bandwidth: 15e9 };
    let mut stages = vec![
        links::driver(response.clone()),
        Stage::Laser(links::laser(1.0, 1550e-9)),
        links::linear_modulator(
            10f64.powf(extinction_db / 10.0),
            0.0,
            LaunchLevel::AveragePower(power),
        ),
    ];
    stages.extend(way);
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        1.0, noise, response,
    )));
    links::link(
        Modulation::nrz(),
        5e9,
        Pattern::Prbs { order: 9 },
        16,
        stages,
    )
}

fn reflection_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: Q·(σ1 + σ0) = P1 − P0, σ² = σ_white² + 2εPP̄",
    );
    for (ratio_db, extinction_db, expected) in [
        (-32.0, 6.0, 0.4087),
        (-28.0, 6.0, 1.1844),
        (-28.0, 10.0, 0.5533),
    ] {
        let link = open(
            extinction_db,
            1.0,
            vec![connector(1.0), connector(1.0)],
            1e-6,
        );
        let without = tolerable_loss(&link)?;
        let reflectance = 10f64.powf(0.05 * ratio_db);
        let link = reflecting(link, &[(3, reflectance), (4, reflectance)]);
        checks.add(
            format!("penalty of echoes of {ratio_db} dB, extinction ratio {extinction_db} dB"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.01, Reason::Grid),
        );
    }
    checks.done()
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
        open(6.0, 1e-3, way, 1e-12),
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

/// Difference of the means of two levels over the sum of their deviations.
fn quality(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let samples = engine.evaluate()?.decided.samples;
    let means = samples.means();
    let deviations: Vec<f64> = samples
        .by_level
        .iter()
        .map(|level| {
            let squares: f64 = level.iter().map(|s| s.weight * s.deviation.powi(2)).sum();
            let weight: f64 = level.iter().map(|s| s.weight).sum();
            (squares / weight).sqrt()
        })
        .collect();
    Ok((means[1] - means[0]) / (deviations[0] + deviations[1]))
}

/// A filter between two amplifiers narrows the emission of the first only.
fn two_amplifiers() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: 4R²PΣS_i + 4R²∫S(ν)²dν (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989)",
    );
    for (power_dbm, loss_db, width, bandwidth, expected) in [
        (-31.0, 20.0, 150e9, 1500e9, 3.742_415),
        (-29.0, 24.0, 100e9, 3000e9, 2.689_278),
    ] {
        let way = vec![
            amplifier(20.0, 6.0, 4000e9),
            connector(10f64.powf(-loss_db / 10.0)),
            Stage::OpticalFilter(filter(width, 4, 0.0)),
            amplifier(20.0, 6.0, bandwidth),
        ];
        let link = open(10.0, 1e-3 * 10f64.powf(power_dbm / 10.0), way, 1e-15);
        checks.add(
            format!(
                "Q of {power_dbm} dBm, {} GHz between two amplifiers, {} GHz behind",
                width / 1e9,
                bandwidth / 1e9
            ),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Emission behind a passband away from the carrier, and behind a measured one.
fn filtered_emission() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "S_sp·T(ν) with T = 2^−(2f/B)², ∫T df = B/2·√(π/ln2); of lines in dB (T2 − T1)·Δf/ln(T2/T1)",
    );
    // Noise figure 4 and gain 100 at 1550 nm: (FG − 1)hν/2.
    let density = 0.5 * (400.0 - 1.0) * 6.626_070_15e-34 * 299_792_458.0 / 1550e-9;
    let measured =
        MeasuredPassband::from_csv("frequency_offset_ghz,amplitude_db\n-50,-31\n0,-1\n50,-31\n")?;
    let triangle = OpticalFilter {
        shape: PassbandShape::Measured(measured),
        centre: 0.0,
        insertion_loss_db: 0.0,
    };
    let ln = std::f64::consts::LN_10;
    for (name, port, at_carrier, peak, bandwidth) in [
        (
            "Gaussian of 60 GHz, 20 GHz away",
            filter(60e9, 1, 20e9).passband,
            2f64.powf(-4.0 / 9.0),
            1.0,
            30e9 * (std::f64::consts::PI / std::f64::consts::LN_2).sqrt(),
        ),
        // From −30 dB to 0 dB over 50 GHz on each side, and held at −30 dB as far as 1 THz.
        (
            "measured, straight in dB",
            triangle,
            10f64.powf(-0.1),
            10f64.powf(-0.1),
            2.0 * (1.0 - 1e-3) * 50e9 / (3.0 * ln) + 900e9 * 1e-3,
        ),
    ] {
        let mut stage = filter(1.0, 1, 0.0);
        stage.passband = port;
        let way = vec![
            amplifier(20.0, 10.0 * 4f64.log10(), 1e12),
            Stage::OpticalFilter(stage),
        ];
        let plan = Plan::new(&open(10.0, 1e-6, way, 1e-15))?;
        let lights = plan.operations.iter().filter_map(|o| match o.operation {
            Operation::Noise(NoiseSource::Light(light)) => Some(light),
            _ => None,
        });
        let (mut beats, mut own) = (f64::NAN, (f64::NAN, f64::NAN));
        for light in lights {
            match light {
                LightNoise::SignalSpontaneous(found) | LightNoise::CarriedSpontaneous(found) => {
                    beats = found;
                }
                LightNoise::SpontaneousSpontaneous(found, width) => own = (found, width),
                _ => {}
            }
        }
        let close = Tolerance::Relative(1e-9, Reason::RoundOff);
        for (what, unit, value, expected) in [
            (
                "density at the carrier",
                "W/Hz",
                beats,
                density * at_carrier,
            ),
            ("density at the peak", "W/Hz", own.0, density * peak),
            ("noise bandwidth", "Hz", own.1, bandwidth),
        ] {
            checks.add(format!("{what}, {name}"), unit, value, expected, close);
        }
    }
    checks.done()
}

fn crosstalk_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: σ² = σ_white² + Σr_i²·((P1 − P0)/2)², 2rPP̄ in band",
    );
    let ratio = |db: f64| 10f64.powf(db / 10.0);
    for (neighbours, in_band, extinction_db, expected) in [
        (vec![-12.0], None, 6.0, 0.470_017),
        (vec![-12.0, -12.0], None, 6.0, 1.070_704),
        (vec![-12.0, -15.0], None, 10.0, 0.606_002),
        (vec![], Some(-30.0), 6.0, 0.681_410),
        (vec![], Some(-26.0), 10.0, 0.928_173),
    ] {
        let mut port = filter(1.0, 1, 0.0);
        port.passband.shape = PassbandShape::AllPass;
        let link = |port: &OpticalFilterStage| {
            let way = vec![Stage::OpticalFilter(port.clone())];
            open(extinction_db, 1.0, way, 1e-6)
        };
        let without = tolerable_loss(&link(&port))?;
        port.adjacent_crosstalk = neighbours.iter().copied().map(ratio).collect();
        port.in_band_crosstalk = in_band.map_or(0.0, ratio);
        checks.add(
            format!(
                "penalty of neighbours {neighbours:?} dB, in band {in_band:?} dB, extinction ratio \
                 {extinction_db} dB"
            ),
            "dB",
            without - tolerable_loss(&link(&port))?,
            expected,
            Tolerance::Absolute(0.01, Reason::Grid),
        );
    }
    checks.done()
}

fn amplifier_quality() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: 4R²PS + 4R²S²B_o (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989)",
    );
    for (power_dbm, bandwidth, expected) in [(-28.0, 100e9, 8.9816), (-32.0, 400e9, 5.1166)] {
        let power = 1e-3 * 10f64.powf(power_dbm / 10.0);
        let link = open(10.0, power, vec![amplifier(20.0, 6.0, bandwidth)], 1e-15);
        // The fall of the noise over the receiver's band, which the closed form leaves out, the shot
        // noise and the neighbours of a symbol: together below 1 %.
        checks.add(
            format!(
                "Q of {power_dbm} dBm into 20 dB, optical bandwidth {} GHz",
                bandwidth / 1e9
            ),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Power behind an amplifier that the average power saturates, of either kind.
fn saturation() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "derive/amplified_line.py; Saleh et al., IEEE Photonics Technol. Lett. 2(10), 714 (1990)",
    );
    for (power_dbm, expected) in [(-10.0, 9.464_354), (10.0, 21.650_434)] {
        let erbium = ErbiumAmplifier {
            small_signal_gain: 100.0,
            output_saturation_power: Some(10f64.powf(-1.3)),
            noise_figure: 4.0,
            definition: NoiseFigureDefinition::WithShotNoise,
        };
        // P_sat = E_sat/τ_c; at half of the gain G0 the output is P_sat·G0·ln2/(G0 − 2).
        let saturation_power = 10f64.powf(-1.3) * 98.0 / (100.0 * std::f64::consts::LN_2);
        let semiconductor = SemiconductorAmplifier {
            small_signal_gain: 100.0,
            carrier_lifetime: 2e-10,
            saturation_energy: saturation_power * 2e-10,
            linewidth_enhancement: 4.0,
            noise_figure: 4.0,
            definition: NoiseFigureDefinition::WithShotNoise,
        };
        for (kind, amplifier) in [
            ("erbium", LinkAmplifier::Erbium(erbium)),
            ("semiconductor", LinkAmplifier::Semiconductor(semiconductor)),
        ] {
            let stage = Stage::Amplifier(AmplifierStage {
                amplifier,
                optical_bandwidth: 1e11,
                adds_noise: true,
                gain_dynamics: false,
            });
            let link = open(10.0, 1e-3 * 10f64.powf(power_dbm / 10.0), vec![stage], 1e-9);
            let mut engine = SemiAnalytic::new(&link)?;
            engine.evaluate()?;
            let light = engine.received_light().ok_or("no light")?;
            // The pattern has one mark more than spaces, 0.007 dB.
            checks.add(
                format!("average power behind {kind}, {power_dbm} dBm in front"),
                "dBm",
                10.0 * (light.average_power / 1e-3).log10(),
                expected,
                Tolerance::Absolute(0.01, Reason::Grid),
            );
        }
    }
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
        Case::new(AREA, "light-stages/penalty-of-group-delay", delay_penalties),
        Case::new(AREA, "light-stages/penalty-of-filters", filter_penalties),
        Case::new(
            AREA,
            "light-stages/penalty-of-reflections",
            reflection_penalties,
        ),
        Case::new(AREA, "light-stages/pairs-of-reflections", pairs),
        Case::new(AREA, "light-stages/noise-of-amplifiers", amplifier_quality),
        Case::new(AREA, "light-stages/noise-of-two-amplifiers", two_amplifiers),
        Case::new(
            AREA,
            "light-stages/emission-behind-filters",
            filtered_emission,
        ),
        Case::new(
            AREA,
            "light-stages/penalty-of-crosstalk",
            crosstalk_penalties,
        ),
        Case::new(AREA, "light-stages/saturation-of-amplifiers", saturation),
        Case::new(AREA, "light-stages/quantiles-of-group-delay", delays),
        Case::new(AREA, "light-stages/what-limits", limits),
    ];
    cases.extend(engine_cases());
    cases
}
