//! Passive optics: attenuation over wavelength, bends, delays, reflections, filters, crosstalk.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::fiber::multipath_interference::{Echo, Reflector, echoes, power_ratio, variance};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{AttenuationModel, BendClass, BendLoss, Dispersion, SingleModeFiber};
use eyespan::random::{Source, StreamKey};
use eyespan::signal::optical_filter::{
    Neighbour, Thresholds, adjacent_crosstalk, eye_opening_of_aligned_crosstalk,
};
use eyespan::signal::{OpticalFilter, PassbandShape};
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "passive optics";
const DERIVED: &str = "derive/passive_optics.py";
const MULTIPATH: &str =
    "derive/passive_optics.py; Gimlett and Cheung, J. Lightwave Technol. 7(6), 888 (1989)";

/// The attenuation of the 10 Gb/s Ethernet link model, C·[(0.00094·λ/nm)⁻⁴ + 1.05] dB/km.
fn link_model(scale: f64) -> AttenuationModel {
    AttenuationModel {
        rayleigh: scale * 1e-3 * (1e-9_f64 / 0.000_94).powi(4),
        constant: scale * 1e-3 * 1.05,
        infrared: None,
        water_peak: None,
    }
}

fn attenuation() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "10GEPBud3_1_16a.xls, IEEE 802.3ae serial PMD documents, rev. 31 Oct 2001, as copied in \
         github.com/Belden-Montreal/Fiber-Python-Code, commit 95c31158: Patt of sheets 1310S, \
         850S62_160 and 850S50_500",
    );
    for (sheet, scale, nanometres, kilometres, expected) in [
        ("1310S", 0.4 / 1.4846, 1260.0, 10.0, 4.198_21),
        ("850S62_160", 3.75 / 3.5, 840.0, 0.026, 0.100_92),
        ("850S50_500", 1.0, 840.0, 0.082, 0.297_05),
    ] {
        let fiber = SingleModeFiber {
            length: kilometres * 1e3,
            attenuation: Attenuation::Model(link_model(scale)),
            ..hollow_core()
        };
        checks.add(
            format!("attenuation, {sheet}"),
            "dB",
            fiber.attenuation_db_per_m(nanometres * 1e-9)? * fiber.length,
            expected,
            Tolerance::Absolute(1e-5, Reason::PrintedDigit),
        );
    }
    checks.done()
}

fn bends() -> Result<Vec<Check>, CaseError> {
    let mut checks =
        Checks::from("ITU-T G.657 (11/2016), Tables 1 and 2: largest macrobend losses");
    let rows = [
        (BendClass::A1, 15.0, 10.0, 0.25, 1.0),
        (BendClass::A1, 10.0, 1.0, 0.75, 1.5),
        (BendClass::A2, 15.0, 10.0, 0.03, 0.1),
        (BendClass::A2, 10.0, 1.0, 0.1, 0.2),
        (BendClass::A2, 7.5, 1.0, 0.5, 1.0),
        (BendClass::B3, 10.0, 1.0, 0.03, 0.1),
        (BendClass::B3, 7.5, 1.0, 0.08, 0.25),
        (BendClass::B3, 5.0, 1.0, 0.15, 0.45),
    ];
    for (class, millimetres, turns, at_1550, at_1625) in rows {
        let bends = BendLoss::of_class(class)?;
        for (nanometres, expected) in [(1550.0, at_1550), (1625.0, at_1625)] {
            checks.add(
                format!("{class:?}, {turns} turns of {millimetres} mm, {nanometres} nm"),
                "dB",
                bends.loss_db(millimetres * 1e-3, turns, nanometres * 1e-9)?,
                expected,
                Tolerance::Relative(1e-12, Reason::RoundOff),
            );
        }
    }
    checks.done()
}

/// The double-nested hollow-core fibre of Nature Photonics, DOI 10.1038/s41566-025-01747-5.
fn hollow_core() -> SingleModeFiber {
    SingleModeFiber {
        length: 15e3,
        attenuation: Attenuation::Constant(0.091e-3),
        dispersion: Dispersion::AtWavelength {
            reference: Some(1550e-9),
            coefficient: 2.5e-6,
            slope: 0.0,
        },
        group_index: 1.0003,
    }
}

fn delay() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("derive/passive_optics.py; delay = n_g/c");
    let per_metre = |group_index| {
        let fiber = SingleModeFiber {
            length: 1.0,
            group_index,
            ..hollow_core()
        };
        fiber.delay() * 1e9
    };
    for (index, expected) in [
        (1.4676, 4.895_387),
        (1.4682, 4.897_388),
        (1.483, 4.946_756),
        (1.0003, 3.336_642),
    ] {
        checks.add(
            format!("delay, n_g {index}"),
            "ns/m",
            per_metre(index),
            expected,
            Tolerance::Absolute(6e-7, Reason::PrintedDigit),
        );
    }
    checks.add(
        "hollow core over standard fibre",
        "%",
        100.0 * (per_metre(1.0003) / per_metre(1.4676) - 1.0),
        -31.8411,
        Tolerance::Absolute(6e-5, Reason::PrintedDigit),
    );
    checks.done()
}

fn dispersion_of_multimode_glass() -> Result<Vec<Check>, CaseError> {
    // ITU-T G.651.1 and IEC 60793-2-10: D(λ) of the same form, its slope limits by zero wavelength.
    let mut checks = Checks::from(
        "D = S0/4·(λ − λ0⁴/λ³) at 850 nm; S0 and λ0 of OM4 from the product data of Optokon (S0 ≤ \
         0.105 up to 1310 nm, ≤ 0.000375·(1590 − λ0) up to 1340 nm)",
    );
    for (zero, slope, expected) in [
        (1310.0, 0.105, -103.6),
        (1340.0, 0.000_375 * (1590.0 - 1340.0), -103.1),
    ] {
        let dispersion = Dispersion::ZeroWavelength {
            zero_wavelength: zero * 1e-9,
            zero_slope: slope * 1e3,
        };
        checks.add(
            format!("D(850 nm), zero at {zero} nm"),
            "ps/(nm km)",
            dispersion.at(850e-9).0 * 1e6,
            expected,
            Tolerance::Absolute(0.05, Reason::PrintedDigit),
        );
    }
    checks.done()
}

fn noise_of_echoes() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(MULTIPATH);
    for (delay, linewidth, densities) in [
        (1e-6, 1e6, [2.541_723_7, 0.125_827_91, 0.009_276_363_8]),
        (50e-9, 1e6, [0.495_116_63, 0.218_140_31, 0.005_452_165_6]),
        (50e-9, 20e6, [0.622_445_62, 0.510_246_9, 0.143_909_75]),
    ] {
        let echo = Echo {
            power_ratio: 1e-5,
            delay,
        };
        for (frequency, expected) in [2e6, 10e6, 37e6].into_iter().zip(densities) {
            checks.add(
                format!(
                    "RIN at {} MHz, {} ns, {} MHz",
                    frequency / 1e6,
                    delay * 1e9,
                    linewidth / 1e6
                ),
                "1e-12/Hz",
                echo.relative_intensity_noise(frequency, linewidth) * 1e12,
                expected,
                Tolerance::Relative(1e-7, Reason::PrintedDigit),
            );
        }
    }
    let late = Echo {
        power_ratio: 1e-5,
        delay: 1e-3,
    };
    checks.add(
        "RIN at 10 MHz, long delay, 1 MHz",
        "1e-12/Hz",
        late.relative_intensity_noise(10e6, 1e6) * 1e12,
        0.126_063_32,
        Tolerance::Relative(1e-7, Reason::PrintedDigit),
    );
    checks.done()
}

/// Four levels with the echo of another, independent field of the same levels: the variance at each.
fn variance_per_level() -> Result<Vec<Check>, CaseError> {
    const SAMPLES: usize = 1 << 20;
    let mut checks = Checks::from("2·ε·P·P̄: two fields of independent phase and symbols");
    let levels = [0.2, 0.466_666_7, 0.733_333_3, 1.0];
    let mean = levels.iter().sum::<f64>() / 4.0;
    let reflector = |position: f64, loss: f64| Reflector {
        return_loss_db: 20.0,
        position,
        loss_before_db: loss,
    };
    let echoes = echoes(&[reflector(0.0, 0.0), reflector(200.0, 1.0)], 1.468)?;
    let ratio = power_ratio(&echoes);
    checks.add(
        "ratio of the echo of two 20 dB reflectors 1 dB apart",
        "dB",
        10.0 * ratio.log10(),
        -42.0,
        Tolerance::Absolute(1e-12, Reason::RoundOff),
    );
    let stream = |number| {
        StreamKey {
            seed: 5,
            source: Source::Other(number),
            lane: 0,
            polarization: 0,
            span: 0,
        }
        .stream()
    };
    let (mut own, mut other) = (vec![0_u8; SAMPLES], vec![0_u8; SAMPLES]);
    stream(1).fill_symbols(0, 4, &mut own);
    stream(2).fill_symbols(0, 4, &mut other);
    let mut turns = vec![0_u32; SAMPLES];
    stream(3).fill_uniform_u32(0, &mut turns);
    for (level, &power) in levels.iter().enumerate() {
        let (mut count, mut sum, mut square) = (0.0, 0.0, 0.0);
        for ((own, other), turn) in own.iter().zip(&other).zip(&turns) {
            if usize::from(*own) != level {
                continue;
            }
            let late = levels.get(usize::from(*other)).ok_or("no such level")?;
            let phase = 2.0 * PI * f64::from(*turn) / 2f64.powi(32);
            let field = power.sqrt() + Complex64::from_polar((ratio * late).sqrt(), phase);
            let detected = field.norm_sqr() - power;
            count += 1.0;
            sum += detected;
            square += detected * detected;
        }
        let counted = square / count - (sum / count).powi(2);
        // A quarter of a million draws of variance: 1/√N times the kurtosis, 0.2 %; five of them, and
        // the square of the echo itself, ε·P̄/P of the beat.
        checks.add(
            format!("variance at level {level}"),
            "W2",
            counted,
            variance(&echoes, power, mean, 1.0),
            Tolerance::Relative(0.012, Reason::Grid),
        );
    }
    checks.done()
}

fn filters() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (order, expected) in [
        (1, 1.064_467_019_43),
        (2, 0.993_378_413_685),
        (3, 0.986_156_172_082),
        (4, 0.985_891_403_332),
    ] {
        let filter = OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth: 1.0,
                order,
            },
            centre: 0.0,
            insertion_loss_db: 3.0,
        };
        checks.add(
            format!("noise bandwidth over width, order {order}"),
            "",
            filter.noise_bandwidth().ok_or("no noise bandwidth")?,
            expected,
            Tolerance::Absolute(6e-12, Reason::PrintedDigit),
        );
    }
    let port = OpticalFilter {
        shape: PassbandShape::Gaussian {
            bandwidth: 40e9,
            order: 2,
        },
        centre: 0.0,
        insertion_loss_db: 4.0,
    };
    let neighbour = |offset| Neighbour {
        offset,
        relative_power: 1.0,
        width: 32e9,
    };
    let ratio = adjacent_crosstalk(&port, 32e9, &[neighbour(-50e9), neighbour(50e9)])?;
    checks.add(
        "crosstalk of two neighbours at 50 GHz behind 40 GHz",
        "dB",
        10.0 * ratio.log10(),
        -35.748_715_3,
        // Simpson's rule in 400 intervals.
        Tolerance::Absolute(1e-6, Reason::Grid),
    );
    checks.done()
}

fn aligned_crosstalk() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "derive/passive_optics.py; Ramaswami, Sivarajan and Sasaki, Optical Networks, 3rd ed. \
         (2010), section 5.6",
    );
    // Penalties of one echo of −45, −40 and −35 dB with thresholds that follow, then with fixed ones.
    let formats = [
        (
            "two levels",
            vec![0.0, 1.0],
            [0.049_121_096, 0.087_739_243, 0.157_273_02],
            [0.098_523_157, 0.176_382_98, 0.317_500_08],
        ),
        (
            "four levels",
            vec![0.0, 1.0 / 3.0, 2.0 / 3.0, 1.0],
            [0.274_683_08, 0.501_173_22, 0.935_649_14],
            [0.302_539_36, 0.552_213_19, 1.031_961_9],
        ),
        (
            "four levels, 6 dB",
            four_levels_of_6_db(),
            [0.381_476_82, 0.703_447_42, 1.342_561],
            [0.408_937_32, 0.754_378_48, 1.441_433],
        ),
    ];
    for (name, levels, following, fixed) in formats {
        for (thresholds, penalties) in [
            (Thresholds::Following, following),
            (Thresholds::Fixed, fixed),
        ] {
            for (decibel, expected) in [-45.0, -40.0, -35.0].into_iter().zip(penalties) {
                let ratio = 10f64.powf(decibel / 10.0);
                let opening = eye_opening_of_aligned_crosstalk(&levels, &[ratio], thresholds)
                    .ok_or("impossible levels")?;
                checks.add(
                    format!("worst penalty of {decibel} dB, {name}, {thresholds:?}"),
                    "dB",
                    -10.0 * opening.log10(),
                    expected,
                    Tolerance::Absolute(6e-8, Reason::PrintedDigit),
                );
            }
        }
    }
    checks.done()
}

fn four_levels_of_6_db() -> Vec<f64> {
    let low = 10f64.powf(-0.6);
    let step = (1.0 - low) / 3.0;
    vec![low, low + step, low + 2.0 * step, 1.0]
}

/// A transmitter, four connectors and a receiver: the upper limit lies above the statistical estimate
/// of a task force for the same links.
fn worst_case_of_a_link() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "ieee802.org/3/400GSG/email/msg00229: four levels, 6 dB, statistical penalties of multipath \
         interference after farhood_01_1112_optx.pdf",
    );
    for (connectors, ends, estimate) in [(26.0, 26.0, 3.81), (25.0, 35.0, 1.78)] {
        let losses = [ends, connectors, connectors, connectors, connectors, ends];
        let reflectors: Vec<Reflector> = losses
            .iter()
            .zip([0.0, 5.0, 100.0, 400.0, 495.0, 500.0])
            .map(|(&return_loss_db, position)| Reflector {
                return_loss_db,
                position,
                loss_before_db: 0.0,
            })
            .collect();
        let ratios: Vec<f64> = echoes(&reflectors, 1.468)?
            .iter()
            .map(|echo| echo.power_ratio)
            .collect();
        checks.exact("echoes of six reflectors", ratios.len(), 15);
        let opening =
            eye_opening_of_aligned_crosstalk(&four_levels_of_6_db(), &ratios, Thresholds::Fixed)
                .ok_or("impossible levels")?;
        checks.add(
            format!("upper limit, connectors {connectors} dB, ends {ends} dB"),
            "dB",
            -10.0 * opening.log10(),
            estimate,
            Tolerance::AtLeast,
        );
    }
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "attenuation/ethernet-link-model", attenuation),
        Case::new(AREA, "macrobend/g657-limits", bends),
        Case::new(AREA, "delay/per-metre", delay),
        Case::new(
            AREA,
            "dispersion/multimode-glass-at-850-nm",
            dispersion_of_multimode_glass,
        ),
        Case::new(AREA, "reflections/noise-density", noise_of_echoes),
        Case::new(AREA, "reflections/variance-per-level", variance_per_level),
        Case::new(AREA, "reflections/worst-case", worst_case_of_a_link),
        Case::new(AREA, "optical-filter/gaussian", filters),
        Case::new(AREA, "crosstalk/aligned-in-band", aligned_crosstalk),
    ]
}
