//! Beats of echoes with the signal under a laser of some linewidth, from the coherent to the incoherent
//! limit: the noise of a link behind its receiver against closed forms, and both engines.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, Echo, EchoPhase, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Stage};
use eyespan::signal::Response;
use eyespan::transmitter::{Laser, LaunchLevel};
use std::f64::consts::PI;

const AREA: &str = "echoes";
const SOURCE: &str = "validation/derive/echoes.py (J. L. Gimlett and N. K. Cheung, J. Lightwave Technol. 7(6), 888, 1989, DOI 10.1109/50.32378)";

fn fiber(length: f64) -> Stage {
    Stage::Fiber(SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 0.0,
            slope: 0.0,
        },
        group_index: 1.4676,
    })
}

/// Two levels between two reflecting places, `length` m apart, which make an echo of `reflectance`².
fn link(
    (symbol_rate, driver, receiver): (f64, f64, f64),
    (linewidth, length, reflectance): (f64, f64, f64),
    phase: EchoPhase,
    noise: f64,
) -> Link {
    let stages = vec![
        links::driver(Response::Gaussian { bandwidth: driver }),
        Stage::Laser(Laser {
            linewidth,
            ..links::laser(1.0, 1311e-9)
        }),
        links::linear_modulator(10.0, 0.0, LaunchLevel::AveragePower(1e-3)),
        fiber(length),
        Stage::Photoreceiver(links::photoreceiver(
            1.0,
            noise,
            Response::Gaussian {
                bandwidth: receiver,
            },
        )),
    ];
    let mut link = links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 9 },
        if symbol_rate < 10e9 { 32 } else { 8 },
        stages,
    );
    for named in &mut link.stages[2..] {
        if !matches!(named.stage, Stage::Fiber(_)) {
            named.reflectance = reflectance;
        }
    }
    link.engine.reflection_phase = phase;
    link
}

/// Mean variance (A²) at the marks whose neighbours are marks.
fn variance(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let decided = engine.evaluate()?.decided;
    // The decision's gain is solved against the noise.
    let gain = decided.rule.taps.feed_forward.first().ok_or("no tap")?;
    let symbols = engine.propagation().symbols();
    let n = symbols.len();
    let long: Vec<f64> = (0..n)
        .filter(|&k| [n - 1, 0, 1].iter().all(|d| symbols[(k + d) % n] == 1))
        .map(|k| (decided.deviations[k] / gain).powi(2))
        .collect();
    Ok(long.iter().sum::<f64>() / long.len() as f64)
}

fn behind_the_receiver() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let rates = (2.5e9, 15e9, 4e9);
    for (linewidth, length, phase, expected) in [
        (3e9, 10.0, EchoPhase::Quadrature, 0.557_066_5),
        (3e9, 10.0, EchoPhase::Drifting, 0.557_066_5),
        (3e8, 0.1, EchoPhase::Quadrature, 0.906_459_5),
        (3e8, 0.1, EchoPhase::Drifting, 0.933_265_3),
        (5e6, 0.05, EchoPhase::Quadrature, 0.027_977_4),
        (5e6, 0.05, EchoPhase::Drifting, 0.998_826_8),
    ] {
        let reflectance = 1e-1;
        let at = |linewidth, reflectance, phase| {
            variance(&link(rates, (linewidth, length, reflectance), phase, 1e-12))
        };
        let bare = at(0.0, 0.0, EchoPhase::Drifting)?;
        let slow = at(0.0, reflectance, EchoPhase::Drifting)? - bare;
        let found = at(linewidth, reflectance, phase)? - bare;
        checks.add(
            format!(
                "variance over that of a slow drift, {} MHz, {length} m, {phase:?}",
                linewidth / 1e6
            ),
            "",
            found / slow,
            expected,
            // Samples of 12.5 ps under an exponential of 53 ps; a correlation that changes by less than
            // 1 % over the receiver's response counts as constant.
            Tolerance::Relative(0.01, Reason::Grid),
        );
    }
    checks.done()
}

/// The closed form's limits: independent light, and light that is nearly coherent.
fn limits() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let (ratio, linewidth) = (1e-4, 1e6);
    let echo = |delay| Echo {
        power_ratio: ratio,
        delay,
    };
    for frequency in [0.0, 1e6, 1e7] {
        checks.add(
            format!("density of an echo ten coherence times late at {frequency:e} Hz"),
            "1/Hz",
            echo(1e-5).noise_in_quadrature(frequency, linewidth),
            4.0 * ratio / PI * linewidth / (frequency * frequency + linewidth * linewidth),
            // e^{−20π}.
            Tolerance::Relative(1e-12, Reason::RoundOff),
        );
        checks.add(
            format!("density of an echo a thousandth of a coherence time late at {frequency:e} Hz"),
            "1/Hz",
            echo(1e-9).noise_in_quadrature(frequency, linewidth),
            // (2πτ)²·(4ε/π)·Δν·sinc²(fτ): the frequency noise Δν/π Hz²/Hz of the laser through the delay.
            16.0 * PI * ratio * linewidth * 1e-18,
            // 1 − 2πΔντ and (πfτ)²/3.
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let both = |name: &'static str, link: fn() -> Link| {
        Case::new(AREA, name, move || {
            counted_against_tails(&link(), &[4e-3, 5e-4])
        })
    };
    vec![
        Case::new(AREA, "echoes/limits-of-the-density", limits),
        Case::new(
            AREA,
            "echoes/variance-behind-the-receiver",
            behind_the_receiver,
        ),
        both("echoes/both-engines-incoherent", || {
            link(
                (25e9, 20e9, 18e9),
                (8e8, 10.0, 0.13),
                EchoPhase::Drifting,
                25e-12,
            )
        }),
        both("echoes/both-engines-in-quadrature", || {
            link(
                (25e9, 20e9, 18e9),
                (8e8, 0.03, 0.16),
                EchoPhase::Quadrature,
                25e-12,
            )
        }),
    ]
}
