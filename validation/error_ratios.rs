//! Error ratios of levels in Gaussian noise: the slicer, and whole links.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::links;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::Stage;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::math::{q_function, q_inverse};
use eyespan::measure::slicer::{DecisionSample, DecisionSamples, ErrorRatios};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity};
use eyespan::signal::Response;
use eyespan::transmitter::Driver;

const AREA: &str = "error ratios";
const SOURCE: &str =
    "derive/error_ratios.py; Proakis & Salehi, Digital Communications, 5th ed., 4.3-1";

/// Signal-to-noise ratio of four levels in dB, symbol and bit error ratio.
const PAM4_ROWS: [(f64, f64, f64); 4] = [
    (14.0, 1.875_122_706e-2, 9.375_613_535e-3),
    (16.0, 3.582_436_171e-3, 1.791_218_086e-3),
    (18.0, 2.863_616_611e-4, 1.431_808_306e-4),
    (20.0, 5.808_162_323e-6, 2.904_081_162e-6),
];
/// Q and error ratio of two levels.
const NRZ_ROWS: [(f64, f64); 4] = [
    (6.0, 9.865_876_45e-10),
    (7.0, 1.279_812_544e-12),
    (7.037, 9.821_142_73e-13),
    (8.0, 6.220_960_574e-16),
];

/// The levels of a modulation, equally likely, with one noise deviation.
pub fn equal_levels(modulation: &Modulation, deviation: f64) -> DecisionSamples {
    DecisionSamples {
        by_level: modulation
            .level_positions()
            .iter()
            .map(|&value| {
                vec![DecisionSample {
                    value,
                    deviation,
                    weight: 1.0,
                }]
            })
            .collect(),
    }
}

/// Error ratios of the slicer for equally likely levels with one noise deviation.
fn slicer(modulation: &Modulation, deviation: f64) -> ErrorRatios {
    let samples = equal_levels(modulation, deviation);
    samples.error_ratios(&samples.midway_thresholds(), modulation)
}

/// q of four levels from their signal-to-noise ratio: √(SNR/5).
fn pam4_q(snr_db: f64) -> f64 {
    (10f64.powf(snr_db / 10.0) / 5.0).sqrt()
}

/// Error ratios of an electrical link whose symbols are so long that the receiver settles, with
/// half the distance of neighbouring levels `q` times the noise deviation. The receiver's filter is
/// Gaussian, which does not overshoot; its noise bandwidth is √(π/ln 2)/2 of its −3 dB bandwidth.
fn link(modulation: &Modulation, q: f64) -> Result<ErrorRatios, CaseError> {
    let (symbol_rate, bandwidth) = (1e9, 10e9);
    let density: f64 = 1e-16;
    let deviation = (density * 1.064_467_019 * bandwidth).sqrt();
    let order = if modulation.levels() == 2 { 8 } else { 4 };
    let link = links::link(
        modulation.clone(),
        symbol_rate,
        Pattern::DeBruijn { order },
        128,
        vec![
            Stage::Driver(Driver {
                amplitude: q * deviation * (modulation.levels() - 1) as f64,
                response: Response::Gaussian { bandwidth: 20e9 },
                ..Driver::default()
            }),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(density),
                response: Response::Gaussian { bandwidth },
            }),
        ],
    );
    Ok(SemiAnalytic::new(&link)?.evaluate()?.decided.errors)
}

fn quantiles() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let printed = Tolerance::Relative(1e-9, Reason::PrintedDigit);
    for (ber, q) in [
        (1e-3, 3.090_232_306),
        (2.4e-4, 3.491_676_063),
        (5e-5, 3.890_591_886),
        (1e-9, 5.997_807_015),
        (1e-12, 7.034_483_825),
        (1e-15, 7.941_345_326),
    ] {
        checks.add(
            format!("Q at an error ratio of {ber:e}"),
            "",
            q_inverse(ber),
            q,
            printed,
        );
    }
    for (ser, q) in [
        (4.8e-4, 3.414_070_554),
        (9.6e-3, 2.489_285_865),
        (2e-2, 2.216_362_779),
        (4e-2, 1.932_212_092),
    ] {
        checks.add(
            format!("q of four levels at a symbol error ratio of {ser:e}"),
            "",
            q_inverse(ser / 1.5),
            q,
            printed,
        );
    }
    for (q, ber) in NRZ_ROWS {
        checks.add(
            format!("tail beyond {q} deviations"),
            "",
            q_function(q),
            ber,
            printed,
        );
    }
    checks.done()
}

fn bit_energies() -> Result<Vec<Check>, CaseError> {
    // q² = 6·lb M/(M² − 1)·Eb/N0, and the levels' q is 1/(M − 1) over the deviation.
    let mut checks = Checks::from(SOURCE);
    for (levels, expected_db) in [(2, 6.789_522_612), (4, 10.522_401_17), (8, 14.767_495_8)] {
        let modulation = Modulation::pam(levels, None)?;
        let m = levels as f64;
        let energy = 10f64.powf(expected_db / 10.0);
        let q = (6.0 * m.log2() / (m * m - 1.0) * energy).sqrt();
        let errors = slicer(&modulation, 1.0 / ((m - 1.0) * q));
        // The source counts nearest neighbours; symbol errors do so exactly.
        checks.add(
            format!("{levels} levels, Eb/N0 {expected_db} dB: symbol errors a bit"),
            "",
            errors.symbol / m.log2(),
            1e-3,
            Tolerance::Relative(1e-7, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "gaussian-tail/quantiles", quantiles),
        Case::new(AREA, "slicer/two-levels", || {
            let mut checks = Checks::from(SOURCE);
            for (q, ber) in NRZ_ROWS {
                checks.add(
                    format!("bit error ratio at Q {q}"),
                    "",
                    slicer(&Modulation::nrz(), 1.0 / q).bit,
                    ber,
                    Tolerance::Relative(1e-9, Reason::PrintedDigit),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "slicer/four-levels", || {
            let mut checks = Checks::from(SOURCE);
            let printed = Tolerance::Relative(1e-9, Reason::PrintedDigit);
            for (snr, ser, ber) in PAM4_ROWS {
                let errors = slicer(&Modulation::pam4(), 1.0 / (3.0 * pam4_q(snr)));
                let at = format!("signal-to-noise ratio {snr} dB");
                checks.add(
                    format!("symbol error ratio, {at}"),
                    "",
                    errors.symbol,
                    ser,
                    printed,
                );
                checks.add(
                    format!("bit error ratio, {at}"),
                    "",
                    errors.bit,
                    ber,
                    printed,
                );
            }
            checks.done()
        }),
        Case::new(AREA, "slicer/energy-per-bit", bit_energies),
        Case::new(AREA, "slicer/threshold-between-unequal-noises", || {
            let mut checks = Checks::from(
                "densities of two levels are equal there: x²(1/σ0² − 1/σ1²) + 2x/σ1² = 1/σ1² + \
                 2·ln(σ1/σ0), levels 0 and 1",
            );
            for (low, high) in [(0.1, 0.1), (0.05, 0.15), (0.2, 0.1)] {
                let sample = |value, deviation| {
                    vec![DecisionSample {
                        value,
                        deviation,
                        weight: 1.0,
                    }]
                };
                let samples = DecisionSamples {
                    by_level: vec![sample(0.0, low), sample(1.0, high)],
                };
                let (a, b): (f64, f64) = (1.0 / (low * low), 1.0 / (high * high));
                let c = b + 2.0 * (high / low).ln();
                // The root between the levels, in the form that keeps its digits where a = b.
                let expected = c / (b + (b * b + (a - b) * c).sqrt());
                checks.add(
                    format!("threshold, deviations {low} and {high}"),
                    "",
                    samples.optimum_thresholds()[0],
                    expected,
                    Tolerance::Absolute(1e-4, Reason::Grid),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "link/two-levels-in-white-noise", || {
            let mut checks = Checks::from(SOURCE);
            for (q, ber) in NRZ_ROWS {
                checks.add(
                    format!("Q that gives the error ratio of a link at Q {q}"),
                    "",
                    q_inverse(link(&Modulation::nrz(), q)?.bit),
                    q_inverse(ber),
                    Tolerance::Relative(1e-4, Reason::Grid),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "link/four-levels-in-white-noise", || {
            let mut checks = Checks::from(SOURCE);
            for (snr, ser, ber) in PAM4_ROWS {
                let errors = link(&Modulation::pam4(), pam4_q(snr))?;
                let at = format!("signal-to-noise ratio {snr} dB");
                checks.add(
                    format!("q from symbol errors, {at}"),
                    "",
                    q_inverse(errors.symbol / 1.5),
                    q_inverse(ser / 1.5),
                    Tolerance::Relative(1e-4, Reason::Grid),
                );
                checks.add(
                    format!("bit errors over symbol errors, {at}"),
                    "",
                    errors.bit / errors.symbol,
                    ber / ser,
                    Tolerance::Relative(1e-6, Reason::Grid),
                );
            }
            checks.done()
        }),
    ]
}
