//! The two engines against each other: error ratios from the tails of noise that is carried as a
//! density, and errors that are counted with noise drawn sample by sample. They share the
//! description of the link and the decision rule, and neither the way of the noise nor the
//! convolutions.

use super::checks::{Case, CaseError, Check, Checks, Tolerance};
use super::links;
use eyespan::copper::{ContinuousTimeLinearEqualizer, LowFrequencyStage, TwinaxCable};
use eyespan::equalizer::Equalizer;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::decision::Decided;
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, Stage};
use eyespan::math::find_root;
use eyespan::receiver::{ElectricalReceiver, NoiseDensity, Photoreceiver};
use eyespan::signal::Response;
use eyespan::transmitter::{
    Driver, ElectroAbsorptionTransfer, Jitter, Laser, LaunchLevel, MachZehnderDrive,
    MachZehnderModulator,
};

const AREA: &str = "engines";
const SOURCE: &str = "the other engine; interval of Clopper & Pearson, Biometrika 26, 404 (1934), DOI 10.1093/biomet/26.4.404";
/// Error ratios of the semi-analytic engine at which errors are counted; two links down to the last, the others
/// down to the third.
const LEVELS: [f64; 5] = [1e-2, 2e-3, 4e-4, 8e-5, 1e-5];
/// Confidence of the interval of the counted ratio.
const CONFIDENCE: f64 = 0.9997;
/// Symbols at the most; without optimisation a tenth, which widens the intervals.
const MAXIMUM_SYMBOLS: u64 = if cfg!(debug_assertions) {
    3 << 20
} else {
    16_000_000
};

/// What a link decides with so much loss in front of its receiver that its bit error ratio is `level`.
pub fn decided_near(engine: &mut SemiAnalytic, level: f64) -> Result<Decided, CaseError> {
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() - level.log10())
        },
        -30.0,
        40.0,
        1e-3,
        100,
    )?;
    Ok(engine.evaluate_with_loss(root.x)?.decided)
}

/// A link whose loss in front of the receiver is solved for each error ratio.
pub fn counted_against_tails(link: &Link, levels: &[f64]) -> Result<Vec<Check>, CaseError> {
    let mut link = link.clone();
    link.engine.monte_carlo.maximum_symbols = MAXIMUM_SYMBOLS;
    let modulation = link.signal.modulation.clone();
    let mut engine = SemiAnalytic::new(&link)?;
    let mut checks = Checks::from(SOURCE);
    for &level in levels {
        let decided = decided_near(&mut engine, level)?;
        let symbols = engine.propagation().symbols().len();
        // Some 2400 errors where they are frequent, 400 where they are rare.
        link.engine.monte_carlo.relative_error = if level > 9e-4 { 0.04 } else { 0.1 };
        let counter = MonteCarlo::new(&link, engine.plan(), &decided.rule, symbols)?;
        let counts = counter.run(&Watch::default())?;
        let (low, high) = counts.bit_error_interval(CONFIDENCE, &modulation);
        checks.add(
            format!(
                "bit error ratio near {level:e}: {} wrong of {:.2e} symbols",
                counts.symbol_errors, counts.symbols as f64
            ),
            "",
            counts.bit_error_ratio(&modulation),
            decided.errors.bit,
            Tolerance::Counted { low, high },
        );
    }
    checks.done()
}

/// 10 GBd, two levels, 10 km near the zero of dispersion.
pub fn nrz_10g_1310() -> Link {
    let symbol_rate = 10.3125e9;
    links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        8,
        vec![
            links::driver(Response::BesselThomson4 { bandwidth: 8e9 }),
            Stage::Laser(Laser {
                relative_intensity_noise: 10f64.powf(-14.0),
                ..links::laser(1e-3, 1310e-9)
            }),
            links::linear_modulator(4.0, 0.0, LaunchLevel::AveragePower(0.5e-3)),
            Stage::Fiber(fiber(10e3, 0.35e-3)),
            Stage::Photoreceiver(links::photoreceiver(
                0.8,
                12e-12,
                Response::BesselThomson4 { bandwidth: 7.5e9 },
            )),
        ],
    )
}

/// Standard fibre.
fn fiber(length: f64, db_per_m: f64) -> SingleModeFiber {
    SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(db_per_m),
        dispersion: Dispersion::ZeroWavelength {
            zero_wavelength: 1313e-9,
            zero_slope: 88.0,
        },
        group_index: 1.4676,
    }
}

/// 25 GBd, two levels, chirped, 4 km at 1550 nm.
pub fn nrz_25g_1550() -> Link {
    links::link(
        Modulation::nrz(),
        25.78125e9,
        Pattern::Prbs { order: 13 },
        8,
        vec![
            links::driver(Response::BesselThomson4 { bandwidth: 22e9 }),
            Stage::Laser(Laser {
                relative_intensity_noise: 10f64.powf(-14.5),
                ..links::laser(1e-3, 1550e-9)
            }),
            links::linear_modulator(10f64.powf(0.8), 0.5, LaunchLevel::AveragePower(1e-3)),
            Stage::Fiber(fiber(4e3, 0.2e-3)),
            Stage::Photoreceiver(Photoreceiver {
                dark_current: 10e-9,
                photodiode_response: Response::SinglePole { bandwidth: 35e9 },
                ..links::photoreceiver(0.85, 18e-12, Response::BesselThomson4 { bandwidth: 19e9 })
            }),
        ],
    )
}

/// 53 GBd, four levels, 2 km in the O band, feed-forward equaliser.
pub fn pam4_53g_o_band() -> Link {
    let mut link = links::link(
        Modulation::pam4(),
        53.125e9,
        Pattern::DeBruijn { order: 6 },
        8,
        vec![
            links::driver(Response::BesselThomson4 { bandwidth: 38e9 }),
            Stage::Laser(Laser {
                relative_intensity_noise: 10f64.powf(-14.5),
                ..links::laser(1e-3, 1331e-9)
            }),
            links::linear_modulator(
                10f64.powf(0.5),
                0.3,
                LaunchLevel::OpticalModulationAmplitude(1e-3),
            ),
            Stage::Fiber(fiber(2e3, 0.35e-3)),
            Stage::Photoreceiver(links::photoreceiver(
                0.9,
                16e-12,
                Response::BesselThomson4 { bandwidth: 30e9 },
            )),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 5,
        ..Equalizer::default()
    };
    link
}

/// 106 GBd, four levels, Mach–Zehnder, 500 m, noise that rises with frequency.
fn pam4_106g_mach_zehnder() -> Link {
    let mut link = links::link(
        Modulation::pam4(),
        106.25e9,
        Pattern::Prbs13q,
        8,
        vec![
            links::driver(Response::BesselThomson4 { bandwidth: 65e9 }),
            Stage::Laser(Laser {
                relative_intensity_noise: 10f64.powf(-14.8),
                ..links::laser(10e-3, 1311e-9)
            }),
            Stage::MachZehnderModulator(MachZehnderModulator {
                transmission: 0.3,
                v_pi: 5.0,
                drive: MachZehnderDrive::ExtinctionRatio(10f64.powf(0.45)),
                bias_offset: 0.1,
                arm_extinction_ratio: 1e3,
                alpha_h: 0.0,
                response: Response::SinglePole { bandwidth: 60e9 },
                launch: LaunchLevel::FromLaser,
            }),
            Stage::Fiber(fiber(500.0, 0.35e-3)),
            Stage::Photoreceiver(Photoreceiver {
                noise: NoiseDensity::Quadratic {
                    low_frequency: (15e-12f64).powi(2),
                    corner: 45e9,
                },
                ..links::photoreceiver(0.8, 0.0, Response::BesselThomson4 { bandwidth: 60e9 })
            }),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 11,
        ..Equalizer::default()
    };
    link
}

/// 53 GBd, four levels over 26 AWG, analogue, feed-forward and decision feedback equaliser.
pub fn pam4_53g_twinax() -> Result<Link, CaseError> {
    let symbol_rate = 53.125e9;
    let mut link = links::link(
        Modulation::pam4(),
        symbol_rate,
        Pattern::DeBruijn { order: 6 },
        8,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.41,
                rise_time: 6.16e-12,
                taps: vec![-0.08, 0.82, -0.1],
                main_tap: 1,
                ..Driver::default()
            }),
            Stage::Twinax(TwinaxCable::copper(26, 1.5)?),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(8.2e-18),
                response: Response::Butterworth4 {
                    bandwidth: 0.75 * symbol_rate,
                },
            }),
            Stage::Ctle(ContinuousTimeLinearEqualizer::new(
                -6.0,
                symbol_rate / 2.5,
                symbol_rate / 2.5,
                symbol_rate,
                Some(LowFrequencyStage::new(-2.0, symbol_rate / 40.0)?),
            )?),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 9,
        decision_feedback_taps: 1,
        ..Equalizer::default()
    };
    Ok(link)
}

/// 25 GBd, two levels over 3 m of 26 AWG, analogue equaliser.
fn nrz_25g_twinax() -> Result<Link, CaseError> {
    let symbol_rate = 25.78125e9;
    Ok(links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        8,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.4,
                rise_time: 12e-12,
                ..Driver::default()
            }),
            Stage::Twinax(TwinaxCable::copper(26, 3.0)?),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(5.2e-17),
                response: Response::Butterworth4 {
                    bandwidth: 0.75 * symbol_rate,
                },
            }),
            Stage::Ctle(ContinuousTimeLinearEqualizer::new(
                -9.0,
                symbol_rate / 4.0,
                symbol_rate / 4.0,
                symbol_rate,
                None,
            )?),
        ],
    ))
}

/// A link with its driver changed.
fn with_driver(mut link: Link, change: impl Fn(&mut Driver)) -> Link {
    for named in &mut link.stages {
        if let Stage::Driver(driver) = &mut named.stage {
            change(driver);
        }
    }
    link
}

/// 25 GBd, two levels, 10 km at 1550 nm with a chirp that makes up for it.
fn nrz_25g_10_km(change: impl Fn(&mut Laser)) -> Link {
    let mut link = nrz_25g_1550();
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::Laser(laser) => change(laser),
            Stage::Fiber(fiber) => fiber.length = 10e3,
            Stage::ElectroAbsorptionModulator(modulator) => {
                modulator.transfer = ElectroAbsorptionTransfer::Linear {
                    extinction_ratio: 10f64.powf(0.8),
                    alpha_h: -0.7,
                };
            }
            _ => {}
        }
    }
    link
}

/// Jitter, phase noise and intensity noise through dispersion: noises that the semi-analytic engine
/// carries to each decision by the sensitivity of the link.
fn carried_cases() -> Vec<Case> {
    const FEWER: [f64; 2] = [4e-3, 2e-4];
    let case = |name: &'static str, link: fn() -> Result<Link, CaseError>| {
        Case::new(AREA, name, move || counted_against_tails(&link()?, &FEWER))
    };
    vec![
        case("both-engines/transmitter-jitter-random-nrz-10-gbd", || {
            Ok(with_driver(nrz_10g_1310(), |driver| {
                driver.jitter = Jitter::drawn(0.03, 0.0);
            }))
        }),
        case(
            "both-engines/transmitter-jitter-dual-dirac-nrz-twinax",
            || {
                Ok(with_driver(nrz_25g_twinax()?, |driver| {
                    driver.jitter = Jitter::drawn(0.0, 0.1);
                }))
            },
        ),
        case("both-engines/transmitter-jitter-both-pam4-53-gbd", || {
            Ok(with_driver(pam4_53g_o_band(), |driver| {
                driver.jitter = Jitter::drawn(0.012, 0.04);
            }))
        }),
        case("both-engines/transmitter-jitter-both-pam4-twinax", || {
            Ok(with_driver(pam4_53g_twinax()?, |driver| {
                driver.jitter = Jitter::drawn(0.01, 0.02);
            }))
        }),
        case("both-engines/sampler-jitter-random-nrz-25-gbd", || {
            let mut link = nrz_25g_1550();
            link.sampler.jitter = Jitter::drawn(0.04, 0.0);
            Ok(link)
        }),
        case("both-engines/sampler-jitter-dual-dirac-nrz-10-gbd", || {
            let mut link = nrz_10g_1310();
            link.sampler.jitter = Jitter::drawn(0.0, 0.2);
            Ok(link)
        }),
        case("both-engines/sampler-jitter-both-pam4-53-gbd", || {
            let mut link = pam4_53g_o_band();
            link.sampler.jitter = Jitter::drawn(0.015, 0.05);
            Ok(link)
        }),
        case("both-engines/phase-noise-through-dispersion", || {
            Ok(nrz_25g_10_km(|laser| laser.linewidth = 20e6))
        }),
        case("both-engines/intensity-noise-through-dispersion", || {
            Ok(nrz_25g_10_km(|laser| {
                laser.relative_intensity_noise = 10f64.powf(-13.0);
            }))
        }),
    ]
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let case = |name: &'static str, link: fn() -> Result<Link, CaseError>| {
        Case::new(AREA, name, move || {
            counted_against_tails(&link()?, &LEVELS[..3])
        })
    };
    let rare = |name: &'static str, link: fn() -> Result<Link, CaseError>| {
        Case::new(AREA, name, move || counted_against_tails(&link()?, &LEVELS))
    };
    let mut cases = vec![
        rare("both-engines/nrz-10-gbd-1310-nm", || Ok(nrz_10g_1310())),
        case("both-engines/nrz-25-gbd-1550-nm-chirped", || {
            Ok(nrz_25g_1550())
        }),
        rare("both-engines/pam4-53-gbd-o-band", || Ok(pam4_53g_o_band())),
        case("both-engines/pam4-106-gbd-mach-zehnder", || {
            Ok(pam4_106g_mach_zehnder())
        }),
        case(
            "both-engines/pam4-53-gbd-twinax-decision-feedback",
            pam4_53g_twinax,
        ),
        case("both-engines/nrz-25-gbd-twinax", nrz_25g_twinax),
        Case::new(AREA, "both-engines/pam4-53-gbd-o-band-random-data", || {
            // The tails' own pattern is then the de Bruijn sequence of six symbols.
            let mut link = pam4_53g_o_band();
            link.signal.pattern = Pattern::Random;
            counted_against_tails(&link, &[4e-4])
        }),
    ];
    cases.extend(carried_cases());
    cases
}
