//! Channel operating margin: packages and boards, filters, fitted loss, taps of least mean-square error,
//! density of intersymbol interference, sequence detection, and the margin of a public channel.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::com::device::{receiver_filter, transition_filter};
use eyespan::com::loss::FittedLoss;
use eyespan::com::mmse::{MmseSettings, solve};
use eyespan::com::{Board, Device, Line, Package, Termination};
use eyespan::copper::ContinuousTimeLinearEqualizer;
use num_complex::Complex64;

const AREA: &str = "channel operating margin";
const PACKAGE: &str = "COM reference code under GNU Octave: SiCoPR com_functions/fn/make_pkg/test_verify.py \
     (BSD-3-Clause)";
const CTLE: &str = "COM reference code under GNU Octave: SiCoPR com_functions/fn/FD_CTLE/test_verify.py \
     (BSD-3-Clause)";
const BUTTERWORTH: &str = "COM reference code under GNU Octave: SiCoPR \
     com_functions/fn/Butterworth_Filter/test_verify.py (BSD-3-Clause)";
const FIT: &str = "COM reference code under GNU Octave: SiCoPR com_functions/fn/get_ILN (BSD-3-Clause), \
     reproduced in NumPy";
const MMSE: &str = "COM reference code under GNU Octave: SiCoPR com_functions/fn/MMSE/test_verify.py \
     (BSD-3-Clause)";
const DEVICES: &str = "derive/com_devices.py; IEEE P802.3dj draft 3.3, Tables 178-14, 179-21 to 179-23, 176D-6; \
     IEEE Std 802.3, Table 92-12";
const EDGE: &str = "IEEE Std 802.3, equation 93A-46: a Gaussian edge, closed form";

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "package-of-annex-93a", package),
        Case::new(AREA, "analogue-equaliser-and-filters", filters),
        Case::new(AREA, "fitted-insertion-loss", fitted_loss),
        Case::new(AREA, "losses-of-packages-and-hosts", losses),
        Case::new(AREA, "taps-of-least-mean-square-error", mean_square),
    ]
}

/// A line as the standard tabulates it: γ₀ in 1/mm, a₁ in √ns/mm, a₂ and τ in ns/mm, mm, Ω.
fn line([g0, a1, a2, tau]: [f64; 4], length_mm: f64, impedance: f64) -> Line {
    Line {
        loss_constant: g0 * 1e3,
        loss_root: a1 * 1e3 * 1e-9f64.sqrt(),
        loss_linear: a2 * 1e-6,
        delay: tau * 1e-6,
        impedance,
        length: length_mm * 1e-3,
    }
}

fn package() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(PACKAGE);
    let device = Device {
        termination: Termination {
            resistance: 50.0,
            ladder: vec![(0.18e-12, 0.0)],
            bump: 0.0,
        },
        package: Package {
            lines: vec![line([0.0, 1.734e-3, 1.455e-4, 6.141e-3], 12.0, 87.5)],
            ball: 0.11e-12,
        },
        board: None,
    };
    let s21 = [
        (1e6, 0.999_333_861_855_785_1, -0.001_183_530_526_399_0),
        (1e9, 0.838_688_067_824_568_8, -0.492_560_361_096_658_8),
        (
            13.281_25e9,
            0.703_444_951_521_580_3,
            -0.348_237_916_724_071_3,
        ),
        (26.5625e9, 0.413_920_866_628_857_4, -0.365_088_172_469_005_8),
        (53e9, 0.154_366_310_040_089_4, -0.210_342_455_251_136_5),
    ];
    for (f, re, im) in s21 {
        let s = device.two_port(f, 50.0);
        let expected = Complex64::new(re, im);
        let error = (s.s21 - expected).norm() / expected.norm();
        checks.add(
            format!("|S21 − expected|/|expected| at {} GHz", f / 1e9),
            "",
            error,
            0.0,
            Tolerance::Absolute(1e-11, Reason::RoundOff),
        );
    }
    let s11 = Complex64::new(-0.508_141_276_573_265_5, -0.540_106_517_016_057_04);
    checks.add(
        "|S11 − expected|/|expected| at 26.5625 GHz",
        "",
        (device.two_port(26.5625e9, 50.0).s11 - s11).norm() / s11.norm(),
        0.0,
        Tolerance::Absolute(1e-11, Reason::RoundOff),
    );
    checks.done()
}

fn filters() -> Result<Vec<Check>, CaseError> {
    let ctle = ContinuousTimeLinearEqualizer::new(-5.0, 6e9, 15e9, 30e9, None)?;
    let mut checks = Checks::from(CTLE);
    let compare =
        |checks: &mut Checks, name: &str, f: f64, found: Complex64, re: f64, im: f64| {
            checks.add(
                format!("|{name} − expected| at {f} GHz"),
                "",
                (found - Complex64::new(re, im)).norm(),
                0.0,
                Tolerance::Absolute(1e-13, Reason::RoundOff),
            );
        };
    for (f, re, im) in [
        (0.0, 0.562_341_325_190_349_1, 0.0),
        (1.0, 0.574_563_487_740_809_3, 0.109_453_547_999_250_7),
        (20.0, 1.677_110_990_543_719_3, -0.187_997_829_787_189_3),
        (53.125, 0.786_833_019_478_440_9, -0.886_642_832_338_538),
        (120.0, 0.201_418_478_659_818_3, -0.567_192_846_970_393),
    ] {
        compare(&mut checks, "H_ctf", f, ctle.transfer(f * 1e9), re, im);
    }
    let mut all = checks.done()?;
    let mut checks = Checks::from(BUTTERWORTH);
    for (f, re, im) in [
        (10.0, 0.946_481_618_968_134_9, -0.322_757_634_921_043_7),
        (40.0, 0.202_409_199_926_472_1, -0.977_249_299_947_325_2),
        (79.6875, -0.707_106_562_373_162_8, 0.0),
        (200.0, 0.012_169_725_890_660_1, 0.022_060_200_405_580_5),
    ] {
        let found = receiver_filter(f * 1e9, 0.75 * 106.25e9);
        compare(&mut checks, "H_r", f, found, re, im);
    }
    all.extend(checks.done()?);
    let mut checks = Checks::from(EDGE);
    // An edge of deviation σ = T_r/1.6832 falls to exp(−½) at f = 1/(2πσ).
    let time: f64 = 4e-12;
    let f = 1.6832 / (std::f64::consts::TAU * time);
    checks.add(
        "H_t at 1/(2πσ)",
        "",
        transition_filter(f, time),
        (-0.5f64).exp(),
        Tolerance::Relative(1e-12, Reason::RoundOff),
    );
    all.extend(checks.done()?);
    Ok(all)
}

fn fitted_loss() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(FIT);
    let tight = Tolerance::Absolute(1e-10, Reason::RoundOff);
    let frequency: Vec<f64> = (0..16).map(|i| f64::from(i) * 1e9).collect();
    let transfer: Vec<Complex64> = (0..16)
        .map(f64::from)
        .map(|i| Complex64::from_polar(0.92 - 0.006 * i, -(0.1 + 0.017 * i)))
        .collect();
    let fit = FittedLoss::new(&frequency, &transfer)?;
    checks.add(
        "fitted loss at 0 Hz",
        "dB",
        fit.fitted_db[0],
        0.724_214_581_681_8,
        tight,
    );
    checks.add(
        "deviation at 0 Hz",
        "dB",
        fit.deviation_db[0],
        2.887_14e-5,
        Tolerance::Absolute(5e-11, Reason::PrintedDigit),
    );
    checks.add(
        "loss at 8 GHz",
        "dB",
        fit.fitted_db[8] + fit.deviation_db[8],
        1.189_670_301_348_7,
        tight,
    );
    checks.add(
        "fitted loss at 8 GHz",
        "dB",
        fit.fitted_db[8],
        1.189_662_099_777_8,
        tight,
    );
    // One pole with 10 dB at 26.56 GHz, between the points of a grid of 10 MHz.
    let frequency: Vec<f64> = (0..=8000).map(|k| f64::from(k) * 10e6).collect();
    let pole = 26.56e9 / 3.0;
    let transfer: Vec<Complex64> = frequency
        .iter()
        .map(|f| 1.0 / Complex64::new(1.0, f / pole))
        .collect();
    let fit = FittedLoss::new(&frequency, &transfer)?;
    checks.add(
        "fitted loss of one pole at 26.5625 GHz, between points",
        "dB",
        0.75 * fit.fitted_db[2656] + 0.25 * fit.fitted_db[2657],
        9.834_912_844_951,
        tight,
    );
    checks.done()
}

const CLASS_A: [f64; 4] = [5e-4, 8.9e-4, 2e-4, 6.141e-3];
const CLASS_B: [f64; 4] = [5e-4, 6.5e-4, 2.93e-4, 6.141e-3];
const HOST: [f64; 4] = [0.0, 5.95e-4, 2.6e-5, 5.79e-3];

/// A device of draft 3.3 with the first line of its package and, for hosts, its board, mm.
fn device(class_a: bool, first: f64, board: Option<f64>) -> Device {
    let lines = if class_a {
        vec![line(CLASS_A, first, 87.5), line(CLASS_A, 1.8, 92.5)]
    } else {
        vec![
            line(CLASS_B, first, 87.5),
            line(CLASS_B, 2.0, 95.0),
            line(CLASS_B, 1.3, 100.0),
            line(CLASS_B, 1.5, 78.0),
        ]
    };
    Device {
        termination: Termination {
            resistance: 46.25,
            ladder: vec![(40e-15, 0.13e-9), (90e-15, 0.15e-9), (110e-15, 0.14e-9)],
            bump: 30e-15,
        },
        package: Package {
            lines,
            ball: 40e-15,
        },
        board: board.map(|length| Board {
            near: 0.0,
            line: line(HOST, length, 92.5),
            far: 0.0,
        }),
    }
}

fn losses() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DEVICES);
    let board_92 = Device {
        package: Package {
            lines: vec![line([0.0, 4.114e-4, 2.547e-4, 6.191e-3], 151.0, 109.8)],
            ball: 0.0,
        },
        ..Device::bare(50.0)
    };
    let list = [
        (
            "class A, 33 mm",
            device(true, 33.0, None),
            46.25,
            [2.008_156_889, 3.292_089_550, 5.988_204_358],
        ),
        (
            "class A, 12 mm",
            device(true, 12.0, None),
            46.25,
            [0.792_041_008, 1.538_362_144, 2.390_484_735],
        ),
        (
            "class B, 45 mm",
            device(false, 45.0, None),
            46.25,
            [3.278_962_929, 5.410_987_175, 9.478_632_857],
        ),
        (
            "class B, 30 mm",
            device(false, 30.0, None),
            46.25,
            [2.317_236_072, 3.770_780_036, 6.869_924_996],
        ),
        (
            "host HL",
            device(true, 8.0, Some(22.0)),
            46.25,
            [1.088_106_417, 1.648_373_178, 3.266_797_544],
        ),
        (
            "host HN",
            device(false, 15.0, Some(83.0)),
            46.25,
            [3.217_792_432, 4.898_081_941, 8.312_899_488],
        ),
        (
            "host HH",
            device(false, 45.0, Some(74.0)),
            46.25,
            [4.894_656_811, 7.825_939_627, 13.153_923_870],
        ),
        (
            "chip-to-module host",
            device(false, 45.0, Some(280.0)),
            46.25,
            [9.392_399_241, 14.548_645_103, 23.385_139_391],
        ),
        (
            "board of Table 92-12, 151 mm",
            board_92,
            50.0,
            [6.424_925_060, 11.672_175_184, 21.698_504_683],
        ),
    ];
    for (name, device, resistance, expected) in list {
        for (f, db) in [13.281_25e9, 26.5625e9, 53.125e9].into_iter().zip(expected) {
            checks.add(
                format!("loss of {name} at {} GHz", f / 1e9),
                "dB",
                device.loss_db(f, resistance),
                db,
                Tolerance::Absolute(1e-9, Reason::PrintedDigit),
            );
        }
    }
    checks.done()
}

fn mean_square() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(MMSE);
    let bump = |t: f64, center: f64, width: f64| (-((t - center) / width).powi(2)).exp();
    // Every fourth sample of the pulse from the phase of the cursor, which is sample 32.
    let pulse: Vec<f64> = (0..20)
        .map(|n| f64::from(n) * 4.0)
        .map(|t| {
            if t < 20.0 {
                0.0
            } else {
                0.62 * bump(t, 32.0, 3.0) + 0.18 * bump(t, 36.0, 4.0) + 0.06 * bump(t, 28.0, 4.0)
            }
        })
        .collect();
    // The two-sided density over 64 points from 0 to f_b makes the covariance.
    let density: Vec<f64> = (0..64i32)
        .map(|k| 1e-15 * 0.85f64.powi(k.min(64 - k)))
        .collect();
    let noise: Vec<f64> = (0..6)
        .map(|lag| {
            let sum: f64 = density
                .iter()
                .enumerate()
                .map(|(k, s)| s * (std::f64::consts::TAU * k as f64 * f64::from(lag) / 64.0).cos())
                .sum();
            sum / 64.0 * 100e9
        })
        .collect();
    let settings = MmseSettings {
        levels: 4,
        level_separation: 1.0,
        precursor: 2,
        feed_forward_limits: vec![0.7; 6],
        feedback_limits: vec![(-0.85, 0.85); 2],
        floating: None,
    };
    let solved = solve(&settings, &pulse, 8, &noise)?;
    let tight = Tolerance::Absolute(1e-10, Reason::StatedBySource);
    let expected = [
        0.024_779_655_353_426_432,
        -0.236_603_406_817_087_94,
        1.0,
        -0.342_033_166_133_449_14,
        0.124_662_690_263_468_1,
        -0.022_967_639_699_143_588,
    ];
    for (i, (w, expected)) in solved.feed_forward.iter().zip(expected).enumerate() {
        let relative = w / solved.feed_forward[2];
        checks.add(
            format!("feed-forward tap {i} over the main one"),
            "",
            relative,
            expected,
            tight,
        );
    }
    for (i, expected) in [0.082_293_084_489_047_597, 0.089_526_501_786_324_32]
        .into_iter()
        .enumerate()
    {
        checks.add(
            format!("feedback tap {}", i + 1),
            "",
            solved.feedback[i],
            expected,
            tight,
        );
    }
    checks.add(
        "σ_e",
        "",
        solved.error,
        0.005_140_870_947_617_713,
        Tolerance::Relative(1e-10, Reason::StatedBySource),
    );
    checks.add(
        "figure of merit",
        "dB",
        solved.merit_db,
        36.236_840_869_273_557,
        tight,
    );
    checks.done()
}
