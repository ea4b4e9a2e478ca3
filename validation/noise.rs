//! Noise of receivers and lasers: densities, bandwidths, floors, and the sensitivity they allow.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::links;
use eyespan::constants::{BOLTZMANN, ELEMENTARY_CHARGE};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::{Evaluation, SemiAnalytic};
use eyespan::link::{Link, LinkError, Stage, Thresholds};
use eyespan::math::find_root;
use eyespan::receiver::{NoiseDensity, Photoreceiver};
use eyespan::signal::Response;
use eyespan::transmitter::{Laser, LaunchLevel, MachZehnderDrive, MachZehnderModulator};

const AREA: &str = "noise";
const SOURCE: &str = "derive/noise_floors.py; Säckinger, Analysis and Design of Transimpedance Amplifiers for Optical \
     Receivers, Wiley 2018, chapters 3 and 4";
/// Noise bandwidth over −3 dB bandwidth of a Gaussian low-pass, √(π/ln 2)/2.
const GAUSSIAN_NOISE_BANDWIDTH: f64 = 1.064_467_019;

/// A low-pass of a given noise bandwidth. A Gaussian one forgets a symbol within a fraction of it.
pub fn low_pass(noise_bandwidth: f64) -> Response {
    Response::Gaussian {
        bandwidth: noise_bandwidth / GAUSSIAN_NOISE_BANDWIDTH,
    }
}

/// Long flat symbols: the receiver settles within each, so that what it decides on is the level
/// itself. The lowest level is dark, the highest has the laser's power.
pub fn settled_link(
    modulation: Modulation,
    symbol_rate: f64,
    laser: Laser,
    receiver: Photoreceiver,
) -> Link {
    let order = if modulation.levels() == 2 { 8 } else { 4 };
    let mut link = links::link(
        modulation,
        symbol_rate,
        Pattern::DeBruijn { order },
        64,
        vec![
            links::driver(Response::Gaussian {
                bandwidth: 8.0 * symbol_rate,
            }),
            Stage::Laser(laser),
            Stage::MachZehnderModulator(MachZehnderModulator {
                transmission: 1.0,
                v_pi: 4.0,
                drive: MachZehnderDrive::Swing(4.0),
                bias_offset: 0.0,
                arm_extinction_ratio: f64::INFINITY,
                alpha_h: 0.0,
                response: Response::Flat,
                launch: LaunchLevel::FromLaser,
            }),
            Stage::Photoreceiver(receiver),
        ],
    );
    link.sampler.thresholds = Thresholds::Midway;
    link
}

/// Noise deviation in A of the highest level in front of the decision.
pub fn top_deviation(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let Evaluation { decided, .. } = engine.evaluate()?;
    let gain = decided.rule.taps.feed_forward.first().ok_or("no tap")?;
    let top = engine
        .propagation()
        .symbols()
        .iter()
        .max()
        .copied()
        .unwrap_or_default();
    let deviations: Vec<f64> = engine
        .propagation()
        .symbols()
        .iter()
        .zip(&decided.deviations)
        .filter(|&(&symbol, _)| symbol == top)
        .map(|(_, deviation)| deviation / gain)
        .collect();
    Ok(deviations.iter().sum::<f64>() / deviations.len() as f64)
}

fn receiver(responsivity: f64, density: f64, noise_bandwidth: f64) -> Photoreceiver {
    links::photoreceiver(responsivity, density, low_pass(noise_bandwidth))
}

fn floors() -> Vec<Case> {
    vec![
        Case::new(AREA, "shot-noise/30-ghz", || {
            let mut checks = Checks::from(SOURCE);
            for (dbm, expected) in [(-10.0, 0.980_486_6), (-5.0, 1.743_549), (0.0, 3.100_501)] {
                let laser = links::laser(1e-3 * 10f64.powf(dbm / 10.0), 1550e-9);
                let link = settled_link(
                    Modulation::nrz(),
                    4e9,
                    laser,
                    Photoreceiver {
                        dark_current: 5e-9,
                        ..receiver(1.0, 0.0, 30e9)
                    },
                );
                checks.add(
                    format!("deviation at {dbm} dBm, 1 A/W, dark 5 nA"),
                    "µA",
                    top_deviation(&link)? * 1e6,
                    expected,
                    Tolerance::Relative(1e-5, Reason::Grid),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "thermal-noise/50-ohm-30-ghz", || {
            let mut checks = Checks::from(SOURCE);
            let density = (4.0 * BOLTZMANN * 298.15 / 50.0).sqrt();
            // So little light that its shot noise is lost: 2qI is 1e-6 of 4kT/R.
            let link = settled_link(
                Modulation::nrz(),
                4e9,
                links::laser(1e-9, 1550e-9),
                receiver(1.0, density, 30e9),
            );
            checks.add(
                "deviation, 298.15 K",
                "µA",
                top_deviation(&link)? * 1e6,
                3.143_147,
                Tolerance::Relative(1e-5, Reason::Grid),
            );
            checks.done()
        }),
        Case::new(AREA, "densities/shot-and-thermal", || {
            let mut checks = Checks::from(SOURCE);
            let printed = Tolerance::Absolute(6e-6, Reason::PrintedDigit);
            checks.add(
                "shot noise of 1 mA",
                "pA/√Hz",
                (2.0 * ELEMENTARY_CHARGE * 1e-3).sqrt() * 1e12,
                17.900_71,
                printed,
            );
            checks.add(
                "thermal noise of 50 Ω, 300 K",
                "pA/√Hz",
                (4.0 * BOLTZMANN * 300.0 / 50.0).sqrt() * 1e12,
                18.203_18,
                printed,
            );
            checks.done()
        }),
        Case::new(
            AREA,
            "relative-intensity-noise/signal-to-noise-ratio",
            || {
                let mut checks = Checks::from(SOURCE);
                for (rin, expected) in [
                    (-155.0, 56.277_697),
                    (-145.0, 46.277_697),
                    (-135.0, 36.277_697),
                ] {
                    // Far more light than any laser has, so that its shot noise is lost.
                    for power in [1e4, 1e6] {
                        let laser = Laser {
                            relative_intensity_noise: 10f64.powf(rin / 10.0),
                            ..links::laser(power, 1550e-9)
                        };
                        let mut receiver = receiver(1.0, 0.0, 1.0);
                        receiver.response = Response::Gaussian { bandwidth: 7e9 };
                        let link = settled_link(Modulation::nrz(), 1e9, laser, receiver);
                        checks.add(
                            format!("RIN {rin} dB/Hz, Gaussian low-pass of 7 GHz, {power:e} W"),
                            "dB",
                            20.0 * (power / top_deviation(&link)?).log10(),
                            expected,
                            Tolerance::Absolute(1e-4, Reason::Grid),
                        );
                    }
                }
                checks.done()
            },
        ),
        Case::new(
            AREA,
            "relative-intensity-noise/floor-of-four-levels",
            || {
                let mut checks = Checks::from(SOURCE);
                for (rin, expected) in [(-140.0, 10.2262), (-136.0, 6.452_296)] {
                    let laser = Laser {
                        relative_intensity_noise: 10f64.powf(rin / 10.0),
                        ..links::laser(1e4, 1310e-9)
                    };
                    let link = settled_link(
                        Modulation::pam4(),
                        4e9,
                        laser,
                        receiver(1.0, 0.0, 26.5625e9),
                    );
                    let mut engine = SemiAnalytic::new(&link)?;
                    let decided = engine.evaluate()?.decided;
                    let symbols = engine.propagation().symbols();
                    let top = symbols.iter().position(|&s| s == 3).ok_or("no top level")?;
                    checks.add(
                        format!("q of the top level, RIN {rin} dB/Hz, 26.5625 GHz"),
                        "",
                        (decided.values[top] - decided.rule.thresholds[2])
                            / decided.deviations[top],
                        expected,
                        Tolerance::Relative(1e-4, Reason::Grid),
                    );
                }
                checks.done()
            },
        ),
    ]
}

/// Outer OMA in dBm at which a link with white noise only has a bit error ratio.
fn sensitivity(link: &Link, ber: f64) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() - ber.log10())
        },
        -15.0,
        15.0,
        1e-6,
        100,
    )?;
    engine.evaluate_with_loss(root.x)?;
    let light = engine.received_light().ok_or("no light")?;
    Ok(10.0 * (light.modulation_amplitude * 1e3).log10())
}

/// The shot noise of the light is taken out by scaling: a million times the noise density needs a
/// million times the light, and 1e-6 of its shot noise is left.
const SCALE: f64 = 1e6;

fn sensitivities() -> Vec<Case> {
    [
        ("thermal-sensitivity/pam4-2.4e-4", 4, 2.4e-4, 0.8, 15e-12, 26.5625e9, -12.034_405),
        ("thermal-sensitivity/nrz-1e-12", 2, 1e-12, 0.8, 15e-12, 26.5625e9, -13.666_02),
        ("thermal-sensitivity/pam4-4.8e-3", 4, 4.8e-3, 0.9, 20e-12, 56.25e9, -11.039_252),
    ]
    .into_iter()
    .map(|(name, levels, ber, responsivity, density, noise_bandwidth, expected)| {
        Case::new(AREA, name, move || {
            let modulation = Modulation::pam(levels, None)?;
            let link = settled_link(
                modulation,
                noise_bandwidth / 8.0,
                links::laser(10f64.powf(expected / 10.0) * 1e-3 * SCALE, 1310e-9),
                receiver(responsivity, density * SCALE, noise_bandwidth),
            );
            let mut checks = Checks::from(SOURCE);
            checks.add(
                format!("outer OMA at a bit error ratio of {ber:e}, a million times the noise: less 60 dB"),
                "dBm",
                sensitivity(&link, ber)? - 10.0 * SCALE.log10(),
                expected,
                Tolerance::Absolute(1e-3, Reason::Grid),
            );
            checks.done()
        })
    })
    .collect()
}

/// Noise bandwidth over `edge` of a response, by the trapezoidal rule.
fn noise_bandwidth(response: &Response, edge: f64) -> f64 {
    // To 400 times the edge, where a single pole has 0.16 % left: its tail is edge/400 in closed
    // form. The others have nothing left long before.
    let steps = 4_000_000;
    let df = 400.0 * edge / f64::from(steps);
    let sum: f64 = (0..=steps)
        .map(|k| {
            let weight = if k == 0 || k == steps { 0.5 } else { 1.0 };
            weight * response.at(f64::from(k) * df).norm_sqr()
        })
        .sum();
    sum * df / edge
}

fn bandwidths() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let edge = 10e9;
    let single = Response::SinglePole { bandwidth: edge };
    // ∫ of 1/(1 + x²) from 400 to infinity.
    let tail = (1.0f64 / 400.0).atan();
    let exact = Tolerance::Relative(1e-6, Reason::Grid);
    checks.add(
        "single pole",
        "",
        noise_bandwidth(&single, edge) + tail,
        1.570_796_327,
        exact,
    );
    let gaussian = Response::Gaussian { bandwidth: edge };
    checks.add(
        "Gaussian",
        "",
        noise_bandwidth(&gaussian, edge),
        GAUSSIAN_NOISE_BANDWIDTH,
        exact,
    );
    let butterworth = Response::Butterworth4 { bandwidth: edge };
    checks.add(
        "Butterworth, fourth order",
        "",
        noise_bandwidth(&butterworth, edge),
        1.026_172_153,
        exact,
    );
    let bessel = Response::BesselThomson4 { bandwidth: edge };
    // The standards round the argument at half power to 2.114; ours is exact.
    let rounded = Tolerance::Relative(4.5e-5, Reason::StatedBySource);
    checks.add(
        "Bessel–Thomson, fourth order",
        "",
        noise_bandwidth(&bessel, edge),
        1.046_328_138,
        rounded,
    );
    checks.add(
        "Bessel–Thomson, |H|² at the edge",
        "dB",
        10.0 * bessel.at(edge).norm_sqr().log10(),
        -3.010_556_2,
        Tolerance::Absolute(5e-4, Reason::StatedBySource),
    );
    checks.done()
}

/// The same noise bandwidths as a link's own noise has them.
fn bandwidths_of_links() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let edge = 10e9;
    for (name, response, expected) in [
        (
            "Gaussian",
            Response::Gaussian { bandwidth: edge },
            GAUSSIAN_NOISE_BANDWIDTH,
        ),
        (
            "Butterworth, fourth order",
            Response::Butterworth4 { bandwidth: edge },
            1.026_172_153,
        ),
        (
            "Bessel–Thomson, fourth order",
            Response::BesselThomson4 { bandwidth: edge },
            1.046_328_138,
        ),
    ] {
        let density = 20e-12;
        let link = settled_link(
            Modulation::nrz(),
            2e9,
            links::laser(1e-9, 1550e-9),
            Photoreceiver {
                noise: NoiseDensity::White(density * density),
                ..links::photoreceiver(1.0, density, response)
            },
        );
        checks.add(
            format!("{name}: variance over density and −3 dB bandwidth"),
            "",
            (top_deviation(&link)? / density).powi(2) / edge,
            expected,
            Tolerance::Relative(1e-4, Reason::Grid),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = floors();
    cases.extend(sensitivities());
    cases.push(Case::new(AREA, "noise-bandwidth/responses", bandwidths));
    cases.push(Case::new(
        AREA,
        "noise-bandwidth/links",
        bandwidths_of_links,
    ));
    cases
}
