//! The engines on a small link: what must hold whatever the numbers.

use super::monte_carlo::{Counts, MonteCarlo, Watch};
use super::semi_analytic::SemiAnalytic;
use super::*;
use crate::equalizer::Equalizer;
use crate::fec::ForwardErrorCorrection;
use crate::fiber::single_mode::Attenuation;
use crate::fiber::{Dispersion, EchoPhase, KerrCoefficient, KerrFiber, SingleModeFiber};
use crate::format::{Modulation, Pattern};
use crate::receiver::{NoiseDensity, Photoreceiver};
use crate::signal::Response;
use crate::transmitter::{
    Driver, ElectroAbsorptionModulator, ElectroAbsorptionTransfer, Jitter, Laser, LaunchLevel,
};
use std::sync::atomic::AtomicBool;

fn named(name: &str, stage: Stage) -> NamedStage {
    NamedStage::new(name, stage)
}

/// 53 GBd PAM4 over a kilometre with some of everything.
fn link() -> Link {
    Link {
        name: "small".to_owned(),
        signal: SignalFormat {
            modulation: Modulation::pam4(),
            symbol_rate: 53.125e9,
            pattern: Pattern::DeBruijn { order: 4 },
        },
        stages: vec![
            named(
                "driver",
                Stage::Driver(Driver {
                    response: Response::BesselThomson4 { bandwidth: 30e9 },
                    taps: vec![-0.05, 0.95],
                    main_tap: 1,
                    ..Driver::default()
                }),
            ),
            named(
                "laser",
                Stage::Laser(Laser {
                    power: 4e-3,
                    wavelength: 1317.5e-9,
                    relative_intensity_noise: 1e-14,
                    linewidth: 1e6,
                }),
            ),
            named(
                "modulator",
                Stage::ElectroAbsorptionModulator(ElectroAbsorptionModulator {
                    transmission: 0.5,
                    transfer: ElectroAbsorptionTransfer::Linear {
                        extinction_ratio: 3.0,
                        alpha_h: 0.5,
                    },
                    response: Response::Flat,
                    launch: LaunchLevel::OpticalModulationAmplitude(1e-3),
                }),
            ),
            named(
                "span",
                Stage::Fiber(SingleModeFiber {
                    length: 1e3,
                    attenuation: Attenuation::Constant(0.4e-3),
                    dispersion: Dispersion::ZeroWavelength {
                        zero_wavelength: 1300e-9,
                        zero_slope: 92.0,
                    },
                    group_index: 1.467,
                }),
            ),
            named(
                "receiver",
                Stage::Photoreceiver(Photoreceiver {
                    responsivity: 0.9,
                    dark_current: 1e-8,
                    avalanche: None,
                    photodiode_response: Response::Flat,
                    noise: NoiseDensity::White(1.6e-20),
                    response: Response::BesselThomson4 { bandwidth: 27e9 },
                    linear_range: None,
                    overload: None,
                    transimpedance: None,
                }),
            ),
        ],
        equalizer: Equalizer {
            feed_forward_taps: 5,
            ..Equalizer::default()
        },
        sampler: Sampler::default(),
        fec: ForwardErrorCorrection::None,
        target: Target::PreFecBer(2.4e-4),
        engine: EngineSettings {
            method: Method::SemiAnalytic,
            samples_per_symbol: 8,
            reflection_phase: EchoPhase::Drifting,
            monte_carlo: MonteCarloSettings {
                relative_error: 0.1,
                maximum_symbols: 1 << 17,
                block_samples: Some(1 << 13),
                feedback: Feedback::Decisions,
            },
        },
        seed: 1,
        sources: Vec::new(),
        warnings: Vec::new(),
    }
}

fn with_length(length: f64) -> Link {
    let mut link = link();
    if let Stage::Fiber(fiber) = &mut link.stages[3].stage {
        fiber.length = length;
    }
    link
}

fn ber(link: &Link) -> f64 {
    let mut engine = SemiAnalytic::new(link).unwrap();
    engine.evaluate().unwrap().decided.errors.bit
}

fn counter(link: &Link) -> MonteCarlo {
    let mut engine = SemiAnalytic::new(link).unwrap();
    let rule = engine.evaluate().unwrap().decided.rule;
    MonteCarlo::new(
        link,
        engine.plan(),
        &rule,
        engine.propagation().symbols().len(),
    )
    .unwrap()
}

#[test]
fn a_constant_level_is_a_constant_drive() {
    let plan = Plan::new(&link()).unwrap();
    let pulse = &plan.drive.pulse;
    let weights = vec![0.7; pulse.symbols + 3];
    let mut wave = vec![0.0; 4 * 8];
    pulse.shape(&weights, 8, &mut wave);
    for x in wave {
        assert!((x - 0.7).abs() < 1e-5, "{x}");
    }
}

#[test]
fn a_changed_length_gives_what_a_new_engine_gives() {
    let mut engine = SemiAnalytic::new(&link()).unwrap();
    engine.evaluate().unwrap();
    engine.change(&with_length(2e3)).unwrap();
    let changed = engine.evaluate().unwrap().decided.errors.bit;
    let fresh = ber(&with_length(2e3));
    assert!((changed / fresh - 1.0).abs() < 1e-9, "{changed} {fresh}");
}

#[test]
fn loss_in_front_of_the_receiver_is_loss_of_the_fibre() {
    let mut engine = SemiAnalytic::new(&link()).unwrap();
    let lossy = engine.evaluate_with_loss(0.8).unwrap().decided.errors.bit;
    let mut more = link();
    if let Stage::Fiber(fiber) = &mut more.stages[3].stage {
        fiber.attenuation = Attenuation::Constant(1.2e-3);
    }
    assert!((lossy / ber(&more) - 1.0).abs() < 1e-6);
    // And it is forgotten afterwards.
    let again = engine.evaluate().unwrap().decided.errors.bit;
    assert!((again / ber(&link()) - 1.0).abs() < 1e-9);
}

#[test]
fn light_at_the_receiver_is_what_was_launched_less_the_loss() {
    let mut engine = SemiAnalytic::new(&link()).unwrap();
    engine.evaluate().unwrap();
    let light = engine.received_light().unwrap();
    let kept = 10f64.powf(-0.04);
    assert!((light.modulation_amplitude / (1e-3 * kept) - 1.0).abs() < 1e-3);
    assert!((light.extinction_ratio - 3.0).abs() < 1e-3);
    assert!((engine.plan().delay - 1e3 * 1.467 / 299_792_458.0).abs() < 1e-15);
}

#[test]
fn intensity_noise_carried_through_little_dispersion_is_that_of_the_detector() {
    let mut link = with_length(700.0);
    if let Stage::Laser(laser) = &mut link.stages[1].stage {
        laser.relative_intensity_noise = 3e-14;
    }
    let mut engine = SemiAnalytic::new(&link).unwrap();
    let evaluation = engine.evaluate().unwrap();
    let carried = evaluation
        .carried
        .iter()
        .find(|c| c.0 == noise::NoiseKind::RelativeIntensity)
        .unwrap()
        .1;
    // At the detector: white noise of the mean density. The light is a little stronger at the
    // decisions than between them, hence a few parts in a hundred.
    let taken = decision::stationary_variance(
        std::iter::once(&evaluation.noise.carried_covariance),
        &evaluation.decided.rule.taps.feed_forward,
    );
    assert!((carried / taken - 1.0).abs() < 0.05, "{carried} {taken}");
    assert!(!sensitivity::carries_intensity(
        &Plan::new(&with_length(500.0)).unwrap()
    ));
}

#[test]
fn jitter_of_the_transmitter_and_of_the_sampler_cost_margin() {
    let clean = ber(&link());
    let mut edges = link();
    if let Stage::Driver(driver) = &mut edges.stages[0].stage {
        driver.jitter = Jitter::drawn(0.02, 0.04);
    }
    let mut sampler = link();
    sampler.sampler.jitter = Jitter::drawn(0.02, 0.04);
    assert!(ber(&edges) > 1.3 * clean);
    assert!(ber(&sampler) > 1.3 * clean);
}

#[test]
fn counting_stops_when_asked_and_says_so() {
    let stop = AtomicBool::new(true);
    let watch = Watch {
        stop: Some(&stop),
        progress: None,
    };
    assert_eq!(counter(&link()).run(&watch), Err(LinkError::Interrupted));
}

#[test]
fn exactly_the_symbols_asked_for_are_counted() {
    let mut short = link();
    short.engine.monte_carlo.maximum_symbols = 70_001;
    short.engine.monte_carlo.relative_error = 1e-9;
    let counts = counter(&short).run(&Watch::default()).unwrap();
    assert_eq!(counts.symbols, 70_001);
}

#[test]
fn no_error_counted_is_an_upper_limit() {
    let counts = Counts {
        symbols: 1000,
        ..Counts::default()
    };
    let (low, high) = counts.bit_error_interval(0.95, &Modulation::nrz());
    // The rule of three: 3.69/n at 97.5 %.
    assert!(low == 0.0 && (high * 1000.0 - 3.68).abs() < 0.02, "{high}");
}

#[test]
fn bursts_widen_the_interval() {
    let single = Counts {
        symbols: 1_000_000,
        symbol_errors: 400,
        bit_error_thousandths: 400_000,
        bursts: 400,
        burst_squares: 400,
    };
    let bursts = Counts {
        bursts: 100,
        burst_squares: 1600,
        ..single
    };
    let width = |c: &Counts| {
        let (low, high) = c.bit_error_interval(0.95, &Modulation::nrz());
        high - low
    };
    // Four errors at a time say as much as a quarter of them.
    assert!((width(&bursts) / width(&single) - 2.0).abs() < 0.1);
}

#[test]
fn stages_in_an_impossible_order_are_refused_with_their_position() {
    let mut no_laser = link();
    no_laser.stages.remove(1);
    let error = Plan::new(&no_laser).unwrap_err();
    assert!(
        error
            .to_string()
            .contains("stage 2 (modulator): a laser must come before")
    );
    let mut dark = link();
    dark.stages.truncate(4);
    assert!(
        Plan::new(&dark)
            .unwrap_err()
            .to_string()
            .contains("photoreceiver")
    );
}

#[test]
fn a_modulator_driven_the_wrong_way_is_refused() {
    let mut wrong = link();
    if let Stage::ElectroAbsorptionModulator(modulator) = &mut wrong.stages[2].stage {
        modulator.transfer = ElectroAbsorptionTransfer::Linear {
            extinction_ratio: 1.0,
            alpha_h: 0.0,
        };
    }
    assert!(
        Plan::new(&wrong)
            .unwrap_err()
            .to_string()
            .contains("highest drive level")
    );
}

/// The small link with the Kerr effect in its fibre, at an average power in W.
fn kerr_link(power: f64, length: f64, wavelength: f64) -> Link {
    let mut link = with_length(length);
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::Laser(laser) => laser.wavelength = wavelength,
            Stage::ElectroAbsorptionModulator(modulator) => {
                modulator.launch = LaunchLevel::AveragePower(power);
            }
            Stage::Fiber(fiber) => {
                named.stage = Stage::KerrFiber(KerrFiber {
                    linear: fiber.clone(),
                    kerr: KerrCoefficient::Material {
                        nonlinear_index: 2.6e-20,
                        effective_area: 80e-12,
                    },
                });
            }
            _ => {}
        }
    }
    link
}

fn without_kerr_effect(link: &Link) -> Link {
    let mut link = link.clone();
    for named in &mut link.stages {
        if let Stage::KerrFiber(fiber) = &named.stage {
            named.stage = Stage::Fiber(fiber.linear.clone());
        }
    }
    link
}

#[test]
fn at_the_powers_of_data_centres_the_fibre_stays_linear_and_says_so() {
    for (length, wavelength) in [(500.0, 1317.5e-9), (2e3, 1337.5e-9)] {
        let link = kerr_link(2e-3, length, wavelength);
        let mut engine = SemiAnalytic::new(&link).unwrap();
        let found = engine.evaluate().unwrap().decided.errors.bit;
        let [choice] = &engine.plan().kerr_choices[..] else {
            panic!("{:?}", engine.plan().kerr_choices);
        };
        assert!(choice.linear && choice.power_change < 1e-3, "{choice:?}");
        assert!(choice.phase > 1e-4 && choice.describe().contains("left out"));
        assert!(found.to_bits() == ber(&without_kerr_effect(&link)).to_bits());
        // Once more, with nothing changed but the loss behind it.
        engine.evaluate_with_loss(1.0).unwrap();
        assert!(engine.plan().kerr_choices.len() == 1);
    }
}

#[test]
fn the_kerr_effect_is_the_same_in_blocks_of_any_size() {
    let mut link = kerr_link(50e-3, 20e3, 1317.5e-9);
    let mut engine = SemiAnalytic::new(&link).unwrap();
    let rule = engine.evaluate().unwrap().decided.rule;
    let symbols = engine.propagation().symbols().len();
    assert!(!engine.plan().kerr_choices[0].linear);
    let mut run = |plan: &Plan, block_samples: usize| {
        link.engine.monte_carlo.block_samples = Some(block_samples);
        let mut out = vec![0.0; 3000];
        MonteCarlo::new(&link, plan, &rule, symbols)
            .unwrap()
            .equalised(-500, &mut out)
            .unwrap();
        out
    };
    let apart = |a: &[f64], b: &[f64]| {
        a.iter()
            .zip(b)
            .map(|(x, y)| (x - y).abs())
            .fold(0.0, f64::max)
    };
    let small = run(engine.plan(), 1 << 12);
    let large = run(engine.plan(), 1 << 15);
    // Levels at ±1; what the linear response is cut by is 3e-5 of a field.
    assert!(apart(&small, &large) < 1e-4, "{:e}", apart(&small, &large));
    // Without it the waveform is another.
    let mut linear = engine.plan().clone();
    for planned in &mut linear.operations {
        if let Some(linear) = planned.operation.linear_part().cloned() {
            planned.operation = plan::Operation::Linear(linear);
        }
    }
    assert!(apart(&small, &run(&linear, 1 << 12)) > 1e-2);
}
