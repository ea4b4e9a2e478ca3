//! Avalanche photodiodes: excess noise, deviations of levels, sensitivity against gain, and both engines.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::noise::{low_pass, settled_link, top_deviation};
use super::{engines, links};
use eyespan::format::Modulation;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, Stage, Thresholds};
use eyespan::math::find_root;
use eyespan::receiver::{AvalancheMultiplication, NoiseDensity, Photoreceiver};
use eyespan::signal::Response;

const AREA: &str = "avalanche";
const SOURCE: &str = "validation/derive/avalanche.py (R. J. McIntyre, IEEE Trans. Electron Devices 13, 164, 1966, DOI 10.1109/T-ED.1966.15651; Agrawal, Fiber-Optic Communication Systems, 4th ed., chapter 4)";
const PRINTED: Tolerance = Tolerance::Relative(1e-6, Reason::PrintedDigit);

fn avalanche(gain: f64, ionization_ratio: f64) -> AvalancheMultiplication {
    AvalancheMultiplication {
        gain,
        ionization_ratio,
        primary_dark_current: 0.0,
        gain_bandwidth_product: None,
    }
}

/// Excess noise of an avalanche that was simulated carrier by carrier.
fn excess_noise() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    for (k, gain, expected) in [
        (0.2, 4.374_145, 2.291_936),
        (0.5, 3.632_978, 2.678_861),
        (0.05, 7.259_345, 2.132_101),
    ] {
        checks.add(
            format!("excess noise factor, k = {k}, M = {gain}"),
            "",
            avalanche(gain, k).excess_noise_factor(),
            expected,
            PRINTED,
        );
    }
    checks.done()
}

fn optimum() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    for (k, current, expected) in [
        (0.2, 2e-6, 18.339_395_3),
        (0.5, 0.5e-6, 21.519_107_2),
        (0.02, 10e-6, 22.493_551_5),
    ] {
        checks.add(
            format!("best gain, k = {k}, {} µA, 20 pA/√Hz", 1e6 * current),
            "",
            AvalancheMultiplication::optimum_gain(k, current, 4e-22).ok_or("none")?,
            expected,
            Tolerance::Relative(1e-8, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// Noise of the mark in links.
fn deviations() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    for (gain, k, expected) in [
        (5.0, 0.2, 3.159_299_7),
        (12.0, 0.09, 6.406_289_5),
        (10.0, 0.5, 7.613_219_4),
    ] {
        let receiver = Photoreceiver {
            dark_current: 50e-9,
            avalanche: Some(AvalancheMultiplication {
                primary_dark_current: 20e-9,
                ..avalanche(gain, k)
            }),
            ..links::photoreceiver(0.7, 15e-12, low_pass(20e9))
        };
        let link = settled_link(
            Modulation::nrz(),
            2.5e9,
            links::laser(20e-6, 1550e-9),
            receiver,
        );
        checks.add(
            format!("deviation of a mark of 20 µW, k = {k}, M = {gain}"),
            "µA",
            1e6 * top_deviation(&link)?,
            expected,
            Tolerance::Relative(1e-5, Reason::Grid),
        );
    }
    checks.done()
}

/// Average power (dBm) at an error ratio of 1e-9.
fn sensitivity(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() + 9.0)
        },
        0.0,
        40.0,
        1e-6,
        100,
    )?;
    engine.evaluate_with_loss(root.x)?;
    let light = engine.received_light().ok_or("no light")?;
    Ok(10.0 * (light.average_power / 1e-3).log10())
}

/// The sensitivity that a gain gives, and the best gain.
fn sensitivities() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let at = |gain: f64| {
        let receiver = Photoreceiver {
            avalanche: Some(avalanche(gain, 0.2)),
            ..links::photoreceiver(0.8, 20e-12, low_pass(20e9))
        };
        let mut link = settled_link(
            Modulation::nrz(),
            2.5e9,
            links::laser(1e-3, 1550e-9),
            receiver,
        );
        link.sampler.thresholds = Thresholds::Optimum;
        sensitivity(&link)
    };
    for (gain, expected) in [
        (1.0, -16.706_117),
        (4.0, -22.504_106),
        (8.0, -25.091_521),
        (16.0, -26.978_088),
    ] {
        checks.add(
            format!("sensitivity at 1e-9, M = {gain}"),
            "dBm",
            at(gain)?,
            expected,
            // A de Bruijn pattern has as many marks as spaces; edges of symbols.
            Tolerance::Absolute(2e-3, Reason::Grid),
        );
    }
    // The closed form's best gain is 27.05: a fifth more and a fifth less are worse.
    let best = at(27.0525)?;
    for gain in [0.8 * 27.0525, 1.2 * 27.0525] {
        checks.add(
            format!("sensitivity with M = {gain:.1} less that with 27.05"),
            "dB",
            at(gain)? - best,
            0.0,
            Tolerance::AtLeast,
        );
    }
    checks.done()
}

fn with_avalanche(mut link: Link, avalanche: AvalancheMultiplication) -> Link {
    for named in &mut link.stages {
        if let Stage::Photoreceiver(receiver) = &mut named.stage {
            receiver.avalanche = Some(avalanche);
            receiver.noise = NoiseDensity::White((12e-12f64).powi(2));
            receiver.photodiode_response = Response::SinglePole { bandwidth: 40e9 };
        }
    }
    link
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let both = |name: &'static str, link: fn() -> Link| {
        Case::new(AREA, name, move || {
            counted_against_tails(&link(), &[4e-3, 2e-4])
        })
    };
    vec![
        Case::new(AREA, "avalanche/excess-noise", excess_noise),
        Case::new(AREA, "avalanche/best-gain", optimum),
        Case::new(AREA, "avalanche/deviation-of-levels", deviations),
        Case::new(AREA, "avalanche/sensitivity", sensitivities),
        both("avalanche/both-engines-nrz", || {
            let multiplication = AvalancheMultiplication {
                primary_dark_current: 200e-9,
                gain_bandwidth_product: Some(300e9),
                ..avalanche(10.0, 0.3)
            };
            with_avalanche(engines::nrz_25g_1550(), multiplication)
        }),
        both("avalanche/both-engines-pam4", || {
            let multiplication = AvalancheMultiplication {
                gain_bandwidth_product: Some(250e9),
                ..avalanche(6.0, 0.2)
            };
            with_avalanche(engines::pam4_53g_o_band(), multiplication)
        }),
    ]
}
