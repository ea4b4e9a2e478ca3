//! Links with semiconductor amplifiers whose gain follows the waveform, and with narrow optical filters
//! behind amplifiers: waveforms against a computation in Python, gains and noise against closed forms,
//! both engines against each other, and what limits the reach.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::light_links::{amplifier, connector, filter, open, quality};
use super::{light_links, links};
use eyespan::amplifier::{NoiseFigureDefinition, SemiconductorAmplifier};
use eyespan::equalizer::Equalizer;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::waveform::Wave;
use eyespan::link::{AmplifierStage, Link, LinkAmplifier, Stage, Target};
use eyespan::signal::Response;
use eyespan::study::Cause;
use eyespan::study::reach::{ReachSettings, find_reach};
use eyespan::transmitter::{
    Driver, Jitter, Laser, LaunchLevel, MachZehnderDrive, MachZehnderModulator,
};

const AREA: &str = "amplified links";
const DERIVED: &str = "validation/derive/amplified_link.py (Agrawal & Olsson, IEEE J. Quantum Electron. 25, 2297, 1989, DOI 10.1109/3.42059)";

fn semiconductor(lifetime: f64, energy: f64, alpha: f64, noise_figure_db: f64) -> Stage {
    Stage::Amplifier(AmplifierStage {
        amplifier: LinkAmplifier::Semiconductor(SemiconductorAmplifier {
            small_signal_gain: 100.0,
            carrier_lifetime: lifetime,
            saturation_energy: energy,
            linewidth_enhancement: alpha,
            noise_figure: 10f64.powf(noise_figure_db / 10.0),
            definition: NoiseFigureDefinition::WithShotNoise,
        }),
        optical_bandwidth: 100e9,
        adds_noise: true,
        gain_dynamics: true,
    })
}

fn without_noise(mut stage: Stage) -> Stage {
    if let Stage::Amplifier(amplifier) = &mut stage {
        amplifier.adds_noise = false;
    }
    stage
}

fn dbm(level: f64) -> f64 {
    1e-3 * 10f64.powf(level / 10.0)
}

/// The link of the derivation: 25.78125 GBd, two levels, Gaussian filters.
fn pattern_link(power: f64, accumulated: f64, samples: usize) -> Link {
    let mut stages = vec![
        links::driver(Response::Gaussian { bandwidth: 20e9 }),
        Stage::Laser(links::laser(1e-3, 1550e-9)),
        links::linear_modulator(10.0, 0.0, LaunchLevel::AveragePower(power)),
        without_noise(semiconductor(200e-12, 2e-12, 5.0, 7.0)),
    ];
    if accumulated != 0.0 {
        let mut fiber = links::accumulated_dispersion(accumulated);
        if let Some(fiber) = fiber.single_mode_fiber_mut() {
            // No β3: S = −2D/λ.
            let coefficient = 17e-6 * accumulated.signum();
            fiber.dispersion = Dispersion::AtWavelength {
                reference: None,
                coefficient,
                slope: -2.0 * coefficient / 1550e-9,
            };
        }
        stages.push(fiber);
    }
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        1.0,
        1e-12,
        Response::Gaussian { bandwidth: 19e9 },
    )));
    links::link(
        Modulation::nrz(),
        25.78125e9,
        Pattern::Prbs { order: 11 },
        samples,
        stages,
    )
}

/// Opening at the best of the sixteen phases of the derivation, greatest sample and deviation of the
/// received waveform over its mean.
fn measures(link: &Link) -> Result<[f64; 3], CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    engine.evaluate()?;
    let wave = engine.propagation().received().ok_or("nothing received")?;
    let symbols = engine.propagation().symbols();
    let step = link.engine.samples_per_symbol / 16;
    let wave: Vec<f64> = wave.iter().step_by(step).copied().collect();
    let count = wave.len() as f64;
    let mean = wave.iter().sum::<f64>() / count;
    let variance = wave.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let greatest = wave.iter().copied().fold(f64::MIN, f64::max);
    // As in the derivation a symbol's window begins at its centre.
    let opening = (0..16)
        .map(|phase| {
            let (mut mark, mut space) = (f64::MAX, f64::MIN);
            for (symbol, window) in symbols.iter().zip(wave.chunks_exact(16)) {
                if *symbol == 1 {
                    mark = mark.min(window[phase]);
                } else {
                    space = space.max(window[phase]);
                }
            }
            mark - space
        })
        .fold(f64::MIN, f64::max);
    Ok([opening / mean, greatest / mean, variance.sqrt() / mean])
}

fn waveforms() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (power_dbm, accumulated, expected) in [
        (-20.0, 0.0, [1.426_785_6, 1.895_084_6, 0.690_630_0]),
        (-20.0, 100.0, [1.353_342_9, 1.969_659_3, 0.679_880_3]),
        (-20.0, -100.0, [1.347_720_9, 1.967_022_5, 0.678_970_8]),
        (-10.0, 0.0, [1.122_777_7, 2.308_346_4, 0.679_679_8]),
        (-10.0, 100.0, [1.037_362_7, 2.409_162_6, 0.671_313_6]),
        (-10.0, -100.0, [1.014_785_1, 2.372_554_2, 0.664_134_4]),
    ] {
        let link = pattern_link(dbm(power_dbm), accumulated, 64);
        let names = ["opening", "greatest sample", "deviation"];
        for ((name, found), expected) in names.iter().zip(measures(&link)?).zip(expected) {
            checks.add(
                format!("{name} over the mean, {power_dbm} dBm in, {accumulated} ps/nm behind"),
                "",
                found,
                expected,
                // Straight lines between 64 samples a symbol.
                Tolerance::Absolute(2e-5, Reason::Grid),
            );
        }
    }
    checks.done()
}

/// 5 GBd, two levels behind filters of 15 GHz, symbols of 200 ps.
fn slow(extinction_db: f64, power: f64, way: Vec<Stage>, noise: f64, samples: usize) -> Link {
    let modulator = if extinction_db.is_finite() {
        light_links::modulator(extinction_db, power)
    } else {
        Stage::MachZehnderModulator(MachZehnderModulator {
            transmission: 1.0,
            v_pi: 4.0,
            drive: MachZehnderDrive::Swing(4.0),
            bias_offset: 0.0,
            arm_extinction_ratio: f64::INFINITY,
            alpha_h: 0.0,
            response: Response::Flat,
            launch: LaunchLevel::AveragePower(power),
        })
    };
    open(modulator, way, noise, samples)
}

/// Gain at the middle of every symbol of a link whose amplifier follows the modulator.
fn gains(link: &Link) -> Result<(Vec<u8>, Vec<f64>), CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    engine.evaluate()?;
    let place = engine
        .plan()
        .operations
        .iter()
        .position(|o| matches!(o.operation, eyespan::link::plan::Operation::GainDynamics(_)))
        .ok_or("no amplifier")?;
    let propagation = engine.propagation();
    let (Some(Wave::Field(before)), Some(Wave::Field(behind))) =
        (propagation.before(place), propagation.before(place + 1))
    else {
        return Err("no field".into());
    };
    let step = link.engine.samples_per_symbol;
    let gains = before
        .iter()
        .zip(behind)
        .step_by(step)
        .map(|(a, b)| b.norm_sqr() / a.norm_sqr())
        .collect();
    Ok((propagation.symbols().to_vec(), gains))
}

/// The first symbol, counted cyclically from the pattern's length on, of a run of exactly so many of one
/// kind, with `around` of the other on both sides.
fn run_of(symbols: &[u8], symbol: u8, length: usize, around: usize) -> Result<usize, CaseError> {
    let n = symbols.len();
    let is = |k: usize| symbols[k % n] == symbol;
    (n..2 * n)
        .find(|&k| {
            (k..k + length).all(is)
                && !(k - around..k).any(is)
                && !(k + length..k + length + around).any(is)
        })
        .ok_or_else(|| "no such run".into())
}

/// Recovery in the dark, and the gain of long runs. A pulse against the closed form of its energy is in the
/// area of amplifiers: a pattern never meets the gain without load that it begins with.
fn closed_forms() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    // In the dark: h0 − h falls by exp(−T/τ) from symbol to symbol.
    let link = slow(
        f64::INFINITY,
        0.1e-3,
        vec![without_noise(semiconductor(400e-12, 2e-12, 3.0, 7.0))],
        1e-12,
        32,
    );
    let (symbols, gain) = gains(&link)?;
    let run = run_of(&symbols, 0, 8, 1)?;
    let missing = |k: usize| 100f64.ln() - gain[k % gain.len()].ln();
    for k in run + 1..run + 7 {
        checks.add(
            format!(
                "recovery over a symbol of 200 ps in the dark, lifetime 400 ps, {}",
                k - run
            ),
            "",
            missing(k + 1) / missing(k),
            (-0.5f64).exp(),
            Tolerance::Relative(1e-5, Reason::Grid),
        );
    }
    // Long runs of marks: seven symbols are fourteen lifetimes.
    for (power, expected) in [(0.1e-3, 57.076_961_9), (0.5e-3, 27.107_324_4)] {
        let link = slow(
            f64::INFINITY,
            power,
            vec![without_noise(semiconductor(100e-12, 2e-12, 4.0, 7.0))],
            1e-12,
            32,
        );
        let (symbols, gain) = gains(&link)?;
        let run = run_of(&symbols, 1, 9, 1)?;
        checks.add(
            format!("gain of a long mark of {} mW", 2e3 * power),
            "",
            gain[(run + 7) % gain.len()],
            expected,
            Tolerance::Relative(1e-5, Reason::Grid),
        );
        let mut engine = SemiAnalytic::new(&link)?;
        engine.evaluate()?;
        checks.add(
            format!("modulation amplitude behind it, mark of {} mW", 2e3 * power),
            "W",
            engine
                .received_light()
                .ok_or("no light")?
                .modulation_amplitude,
            2.0 * power * expected,
            Tolerance::Relative(1e-8, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// Emission of the gain that each level has.
fn level_noise() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (power_dbm, expected) in [(-22.0, 15.820_461), (-14.0, 36.988_378)] {
        let way = vec![semiconductor(10e-12, 0.2e-12, 0.0, 7.0)];
        let link = slow(10.0, dbm(power_dbm), way, 1e-15, 32);
        // The edges of symbols in the receiver's response, and the fall of what emission beats with
        // itself over its band.
        checks.add(
            format!("Q of {power_dbm} dBm into a gain that follows each level"),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Emission that passes a filter which is hardly wider than the receiver.
fn filtered_noise() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/amplified_link.py: 2R²P|H(0)|²S·(|H(f)|² + |H(−f)|²) (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989, with the filter's shape)",
    );
    for (width, order, offset, expected) in [
        (60e9, 1, 0.0, 24.113_427),
        (30e9, 1, 0.0, 27.118_44),
        (24e9, 3, 0.0, 28.510_396),
        (40e9, 2, 8e9, 25.582_024),
    ] {
        let way = vec![
            amplifier(20.0, 6.0, 200e9),
            Stage::OpticalFilter(filter(width, order, offset)),
        ];
        let link = slow(10.0, dbm(-20.0), way, 1e-15, 32);
        // The edges of neighbouring symbols.
        checks.add(
            format!(
                "Q behind a filter of {} GHz, order {order}, {} GHz off the carrier",
                width / 1e9,
                offset / 1e9
            ),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

fn fast(modulation: Modulation, symbol_rate: f64, jitter: f64, way: Vec<Stage>) -> Link {
    let pam = modulation.levels() > 2;
    let mut stages = vec![
        Stage::Driver(Driver {
            response: Response::BesselThomson4 {
                bandwidth: 0.75 * symbol_rate,
            },
            jitter: Jitter::drawn(jitter, 0.0),
            ..Driver::default()
        }),
        Stage::Laser(Laser {
            relative_intensity_noise: 10f64.powf(-14.5),
            ..links::laser(1e-3, 1550e-9)
        }),
        links::linear_modulator(10f64.powf(0.6), 0.0, LaunchLevel::AveragePower(1e-3)),
    ];
    stages.extend(way);
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        0.85,
        18e-12,
        Response::BesselThomson4 {
            bandwidth: 0.6 * symbol_rate,
        },
    )));
    let pattern = if pam {
        Pattern::DeBruijn { order: 6 }
    } else {
        Pattern::Prbs { order: 11 }
    };
    let mut link = links::link(modulation, symbol_rate, pattern, 8, stages);
    if pam {
        link.equalizer = Equalizer {
            feed_forward_taps: 5,
            ..Equalizer::default()
        };
    }
    link
}

fn fiber(length: f64) -> Stage {
    Stage::Fiber(SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(0.2e-3),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 17e-6,
            slope: 60.0,
        },
        group_index: 1.4682,
    })
}

fn both_engines(name: &'static str, levels: &'static [f64], link: fn() -> Link) -> Case {
    Case::new(AREA, name, move || counted_against_tails(&link(), levels))
}

fn engine_cases() -> Vec<Case> {
    vec![
        // Jitter and intensity noise pass a saturated gain, whose emission follows it.
        both_engines(
            "amplified-links/both-engines-saturated-nrz",
            &[4e-3],
            || {
                let way = vec![
                    connector(0.05),
                    semiconductor(200e-12, 2e-12, 5.0, 7.0),
                    fiber(5e3),
                ];
                fast(Modulation::nrz(), 25.781_25e9, 0.03, way)
            },
        ),
        both_engines("amplified-links/both-engines-emission-nrz", &[4e-3], || {
            let way = vec![
                connector(0.004),
                semiconductor(100e-12, 0.3e-12, 4.0, 8.0),
                connector(0.05),
            ];
            fast(Modulation::nrz(), 25.781_25e9, 0.0, way)
        }),
        both_engines(
            "amplified-links/both-engines-saturated-pam4",
            &[4e-3],
            || {
                let way = vec![
                    connector(0.02),
                    semiconductor(150e-12, 3e-12, 3.0, 7.0),
                    connector(0.1),
                ];
                fast(Modulation::pam4(), 26.562_5e9, 0.01, way)
            },
        ),
        both_engines(
            "amplified-links/both-engines-narrow-filter",
            &[2e-3],
            || {
                let way = vec![
                    connector(0.002),
                    amplifier(20.0, 6.0, 200e9),
                    fiber(3e3),
                    Stage::OpticalFilter(filter(28e9, 2, 3e9)),
                ];
                fast(Modulation::nrz(), 25.781_25e9, 0.0, way)
            },
        ),
        both_engines(
            "amplified-links/both-engines-two-amplifiers",
            &[4e-3],
            || {
                let way = vec![
                    connector(0.002),
                    amplifier(20.0, 6.0, 200e9),
                    Stage::OpticalFilter(filter(40e9, 1, 0.0)),
                    connector(0.3),
                    semiconductor(100e-12, 1e-12, 4.0, 7.0),
                    connector(0.05),
                ];
                fast(Modulation::nrz(), 25.781_25e9, 0.0, way)
            },
        ),
    ]
}

fn reach() -> Result<Vec<Check>, CaseError> {
    let way = vec![
        connector(0.2),
        semiconductor(200e-12, 1e-12, 5.0, 7.0),
        fiber(5e3),
    ];
    let mut link = fast(Modulation::nrz(), 25.781_25e9, 0.0, way);
    link.target = Target::PreFecBer(1e-6);
    let settings = ReachSettings {
        scan_points: 0,
        longest: Some(200e3),
        ..ReachSettings::default()
    };
    let stage = eyespan::config::find_length(&link).ok_or("no fibre")?;
    let reach = find_reach(&link, stage, settings)?;
    let without = reach
        .reliefs
        .iter()
        .find(|relief| relief.cause == Cause::GainDynamics)
        .and_then(|relief| relief.reach_m)
        .ok_or("nothing without gain dynamics")?;
    let mut checks = Checks::from("the one effect that is made strong");
    checks.add(
        "reach without gain dynamics over the reach with them",
        "",
        without / reach.length.ok_or("no reach")?,
        1.1,
        Tolerance::AtLeast,
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(AREA, "amplified-links/waveforms", waveforms),
        Case::new(AREA, "amplified-links/gain-in-closed-form", closed_forms),
        Case::new(AREA, "amplified-links/noise-of-each-level", level_noise),
        Case::new(
            AREA,
            "amplified-links/noise-behind-narrow-filters",
            filtered_noise,
        ),
        Case::new(AREA, "amplified-links/reach", reach),
    ];
    cases.extend(engine_cases());
    cases
}
