//! Dispersion of single-mode fibre: power fading of intensity modulation, broadening of pulses,
//! coefficients.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::constants::SPEED_OF_LIGHT;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::math::find_root;
use eyespan::signal::{Grid, Response, Scratch, Transforms, kernels};
use eyespan::transmitter::{ElectroAbsorptionModulator, ElectroAbsorptionTransfer, LaunchLevel};
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "fiber";
const FADING: &str = "derive/imdd_fading.py; Devaux, Sorel, Kerdiles, J. Lightwave Technol. 11, 1937 (1993), \
     DOI 10.1109/50.257953";
const PULSES: &str =
    "derive/gaussian_pulse.py; Agrawal, Nonlinear Fiber Optics, 5th ed., eq. 3.2.19 and 3.3.2";
const COEFFICIENTS: &str = "derive/fiber_coefficients.py; ITU-T G.652 (2016), appendix I; Agrawal, Fiber-Optic Communication \
     Systems, section 2.3";

/// 1 ps/(nm·km), in s/m².
const PS_PER_NM_KM: f64 = 1e-6;

/// A lossless fibre of dispersion `dispersion` in ps/(nm·km) and of second order only: a coefficient
/// that falls as S = −2D/λ makes β3 zero.
fn lossless(dispersion: f64, length: f64, wavelength: f64) -> SingleModeFiber {
    SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: dispersion * PS_PER_NM_KM,
            slope: -2.0 * dispersion * PS_PER_NM_KM / wavelength,
        },
        group_index: 1.4682,
    }
}

/// A fibre, its wavelength in m, and the chirp of the modulator in front of it.
#[derive(Clone, Copy)]
struct Faded {
    dispersion: f64,
    length: f64,
    wavelength: f64,
    alpha_h: f64,
}

impl Faded {
    /// Response to a small intensity tone, relative to that before the fibre: an electro-absorption
    /// modulator's field through the fibre onto a photodiode.
    fn response(&self, frequency: f64) -> Result<f64, CaseError> {
        const SAMPLES: usize = 64;
        const DEPTH: f64 = 1e-4;
        let modulator = ElectroAbsorptionModulator {
            transmission: 1.0,
            transfer: ElectroAbsorptionTransfer::Linear {
                extinction_ratio: (1.0 + DEPTH) / (1.0 - DEPTH),
                alpha_h: self.alpha_h,
            },
            response: Response::Flat,
            launch: LaunchLevel::FromLaser,
        };
        let transfer = modulator.field();
        let mut field: Vec<Complex64> = (0..SAMPLES)
            .map(|k| transfer((2.0 * PI * k as f64 / SAMPLES as f64).cos()))
            .collect();
        let tone = |field: &[Complex64]| {
            let mut current = vec![0.0; SAMPLES];
            kernels::detect(field, 1.0, &mut current);
            current
                .iter()
                .enumerate()
                .map(|(k, i)| i * (2.0 * PI * k as f64 / SAMPLES as f64).cos())
                .sum::<f64>()
        };
        let sent = tone(&field);
        let grid = Grid {
            samples: SAMPLES,
            sampling_rate: SAMPLES as f64 * frequency,
        };
        let fiber = lossless(self.dispersion, self.length, self.wavelength);
        propagate(&fiber, self.wavelength, grid, &mut field)?;
        Ok(tone(&field) / sent)
    }
}

/// Sends a cyclic field through a fibre.
fn propagate(
    fiber: &SingleModeFiber,
    wavelength: f64,
    grid: Grid,
    field: &mut [Complex64],
) -> Result<(), CaseError> {
    let mut transfer = vec![Complex64::ZERO; grid.samples];
    fiber.transfer(wavelength, grid, &mut transfer)?;
    // The transforms are not normalised: the scale goes with the response.
    for h in &mut transfer {
        *h /= grid.samples as f64;
    }
    Transforms::new(grid.samples).filter_field(field, &transfer, &mut Scratch::default());
    Ok(())
}

/// Nulls in GHz of the detected tone, each found near where it is expected.
fn nulls(faded: Faded, expected_ghz: &[f64]) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(FADING);
    for (order, &expected) in expected_ghz.iter().enumerate() {
        let found = find_root(
            |f| {
                faded
                    .response(f)
                    .map_err(|e| std::io::Error::other(e.to_string()))
            },
            0.97e9 * expected,
            1.03e9 * expected,
            1.0,
            100,
        )?;
        checks.add(
            format!("null {order}"),
            "GHz",
            found.x / 1e9,
            expected,
            Tolerance::Absolute(5e-7, Reason::PrintedDigit),
        );
    }
    checks.done()
}

fn fading_cases() -> Vec<Case> {
    let chirp_free = [
        (2.0, [42.837_508, 74.196_74, 95.787_58]),
        (10.0, [19.157_516, 33.181_791, 42.837_508]),
        (20.0, [13.546_409, 23.463_069, 30.290_692]),
        (40.0, [9.578_758, 16.590_895, 21.418_754]),
        (80.0, [6.773_204_7, 11.731_535, 15.145_346]),
    ];
    let chirped = [
        (-1.0, [16.590_895, 25.343_011, 31.769_146]),
        (-0.7, [15.964_087, 24.937_171, 31.446_35]),
        (0.5, [11.372_796, 22.278_934, 29.383_011]),
        (1.0, [9.578_758, 21.418_754, 28.736_274]),
        (3.0, [6.130_895_5, 20.114_629, 27.777_846]),
    ];
    let at_1550 = |length: f64, alpha_h: f64| Faded {
        dispersion: 17.0,
        length,
        wavelength: 1550e-9,
        alpha_h,
    };
    let mut cases = Vec::new();
    for (kilometres, expected) in chirp_free {
        let faded = at_1550(kilometres * 1e3, 0.0);
        let name = format!("fading-nulls/{kilometres}-km-d17");
        cases.push(Case::new(AREA, name, move || nulls(faded, &expected)));
    }
    for (alpha_h, expected) in chirped {
        let faded = at_1550(20e3, alpha_h);
        let name = format!("fading-nulls/20-km-d17-alpha{alpha_h:+}");
        cases.push(Case::new(AREA, name, move || nulls(faded, &expected)));
    }
    let others = [
        ("6-km-d16", 16.0, 6e3, SPEED_OF_LIGHT / 193.1e12, 25.451_964),
        ("10-km-d-5.5-1264.5-nm", -5.5, 10e3, 1264.5e-9, 41.285_274),
    ];
    for (name, dispersion, length, wavelength, expected) in others {
        let faded = Faded {
            dispersion,
            length,
            wavelength,
            alpha_h: 0.0,
        };
        let name = format!("fading-nulls/{name}");
        cases.push(Case::new(AREA, name, move || nulls(faded, &[expected])));
    }
    cases.push(Case::new(
        AREA,
        "fading-response/20-km-d17-10-ghz",
        move || {
            let mut checks = Checks::from(FADING);
            for (alpha_h, expected) in [(0.0, 0.655_467), (1.0, 0.099_756_8), (-1.0, 1.410_691)] {
                checks.add(
                    format!("|H|, alpha {alpha_h:+}"),
                    "",
                    at_1550(20e3, alpha_h).response(10e9)?.abs(),
                    expected,
                    Tolerance::Absolute(6e-7, Reason::PrintedDigit),
                );
            }
            checks.done()
        },
    ));
    cases
}

/// Root-mean-square width of the intensity, in samples.
fn rms_width(field: &[Complex64]) -> f64 {
    let total: f64 = field.iter().map(Complex64::norm_sqr).sum();
    let moment = |centre: f64, order: i32| {
        field
            .iter()
            .enumerate()
            .map(|(k, a)| (k as f64 - centre).powi(order) * a.norm_sqr())
            .sum::<f64>()
            / total
    };
    moment(moment(0.0, 1), 2).sqrt()
}

/// Broadening of exp(−(1 − jC)t²/2T0²) by a fibre: ratio of root-mean-square widths.
fn broadening(
    fiber: &SingleModeFiber,
    wavelength: f64,
    width: f64,
    chirp: f64,
) -> Result<f64, CaseError> {
    const POINTS: usize = 8192;
    let step = 200.0 * width / POINTS as f64;
    let mut field: Vec<Complex64> = (0..POINTS)
        .map(|k| {
            let t = (k as f64 - POINTS as f64 / 2.0) * step / width;
            (Complex64::new(-0.5, 0.5 * chirp) * t * t).exp()
        })
        .collect();
    let before = rms_width(&field);
    let grid = Grid {
        samples: POINTS,
        sampling_rate: 1.0 / step,
    };
    propagate(fiber, wavelength, grid, &mut field)?;
    Ok(rms_width(&field) / before)
}

fn pulse_cases() -> Vec<Case> {
    let lengths = [1.0, 2.0, 5.0, 10.0, 20.0];
    let rows = [
        (
            17.0,
            0.0,
            [
                1.023_236_824,
                1.089_979_079,
                1.474_903_373,
                2.387_752_047,
                4.450_330_251,
            ],
        ),
        (
            17.0,
            2.0,
            [
                0.606_434_840_8,
                0.453_500_183_1,
                1.593_792_934,
                3.979_164_664,
                8.813_688_287,
            ],
        ),
        (
            17.0,
            -2.0,
            [
                1.449_956_126,
                1.916_998_049,
                3.348_615_188,
                5.760_195_044,
                10.600_626_97,
            ],
        ),
        (
            -17.0,
            2.0,
            [
                1.449_956_126,
                1.916_998_049,
                3.348_615_188,
                5.760_195_044,
                10.600_626_97,
            ],
        ),
        (
            -17.0,
            -2.0,
            [
                0.606_434_840_8,
                0.453_500_183_1,
                1.593_792_934,
                3.979_164_664,
                8.813_688_287,
            ],
        ),
    ];
    let mut cases = Vec::new();
    for (dispersion, chirp, expected) in rows {
        let name = format!("gaussian-pulse/10-ps-d{dispersion:+}-c{chirp:+}");
        cases.push(Case::new(AREA, name, move || {
            let mut checks = Checks::from(PULSES);
            for (kilometres, expected) in lengths.into_iter().zip(expected) {
                let fiber = lossless(dispersion, kilometres * 1e3, 1550e-9);
                checks.add(
                    format!("T1/T0 at {kilometres} km"),
                    "",
                    broadening(&fiber, 1550e-9, 10e-12, chirp)?,
                    expected,
                    Tolerance::Relative(1e-9, Reason::PrintedDigit),
                );
            }
            checks.done()
        }));
    }
    cases.push(Case::new(
        AREA,
        "gaussian-pulse/five-dispersion-lengths",
        || {
            // T1/T0 = √(1 + (z/L_D)²) = √26.
            let (beta2, _) = lossless(17.0, 0.0, 1550e-9).dispersion.beta(1550e-9);
            let fiber = lossless(17.0, 5.0 * (10e-12f64).powi(2) / beta2.abs(), 1550e-9);
            let mut checks = Checks::from(PULSES);
            checks.add(
                "T1/T0",
                "",
                broadening(&fiber, 1550e-9, 10e-12, 0.0)?,
                26f64.sqrt(),
                Tolerance::Relative(1e-12, Reason::RoundOff),
            );
            checks.done()
        },
    ));
    cases.push(Case::new(AREA, "third-order-dispersion/1-ps", || {
        let mut checks = Checks::from(PULSES);
        for (kilometres, expected) in [
            (1.0, 1.000_728_591),
            (10.0, 1.070_407_044),
            (20.0, 1.258_207_042),
        ] {
            // The slope that makes β3 0.07636 ps³/km at the zero-dispersion wavelength.
            let wavelength: f64 = 1310e-9;
            let k = wavelength * wavelength / (2.0 * PI * SPEED_OF_LIGHT);
            let fiber = SingleModeFiber {
                dispersion: Dispersion::ZeroWavelength {
                    zero_wavelength: wavelength,
                    zero_slope: 0.07636e-39 / (k * k),
                },
                ..lossless(0.0, kilometres * 1e3, wavelength)
            };
            checks.add(
                format!("σ/σ0 at {kilometres} km"),
                "",
                broadening(&fiber, wavelength, 1e-12, 0.0)?,
                expected,
                Tolerance::Relative(1e-9, Reason::PrintedDigit),
            );
        }
        checks.done()
    }));
    cases
}

/// Standard fibre from λ0 in nm and S0 in ps/(nm²·km).
fn zero_wavelength(nm: f64, slope: f64) -> Dispersion {
    Dispersion::ZeroWavelength {
        zero_wavelength: nm * 1e-9,
        zero_slope: slope * 1e3,
    }
}

fn coefficient_cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "dispersion/standard-fiber-d", || {
            let mut checks = Checks::from(COEFFICIENTS);
            let fiber = zero_wavelength(1310.0, 0.092);
            for (nm, expected) in [
                (1264.5, -4.417_403),
                (1271.0, -3.756_548),
                (1311.0, 0.091_895),
                (1337.5, 2.453_036),
                (1550.0, 17.460_619),
            ] {
                checks.add(
                    format!("D at {nm} nm"),
                    "ps/(nm·km)",
                    fiber.at(nm * 1e-9).0 / PS_PER_NM_KM,
                    expected,
                    Tolerance::Absolute(1e-6, Reason::PrintedDigit),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "dispersion/beta-2-and-beta-3", || {
            let mut checks = Checks::from(COEFFICIENTS);
            let at = |d: f64, s: f64| Dispersion::AtWavelength {
                reference: None,
                coefficient: d * PS_PER_NM_KM,
                slope: s * 1e3,
            };
            let near = Tolerance::Relative(1e-9, Reason::PrintedDigit);
            let (beta2, beta3) = at(17.0, 0.08).beta(1550e-9);
            checks.add(
                "β2, D 17, 1550 nm",
                "ps²/km",
                beta2 * 1e27,
                -21.682_619_391,
                near,
            );
            checks.add(
                "β3, D 17, S 0.08, 1550 nm",
                "ps³/km",
                beta3 * 1e39,
                0.165_825_394,
                Tolerance::Absolute(1e-9, Reason::PrintedDigit),
            );
            let (beta2, _) = at(16.0, 0.0).beta(SPEED_OF_LIGHT / 193.1e12);
            checks.add(
                "β2, D 16, 193.1 THz",
                "ps²/km",
                beta2 * 1e27,
                -20.473_696_906,
                near,
            );
            let (beta2, beta3) = at(5.0, 0.025).beta(1550e-9);
            checks.add(
                "β2, D 5, 1550 nm",
                "ps²/km",
                beta2 * 1e27,
                -6.377_240_997_47,
                near,
            );
            checks.add(
                "β3, D 5, S 0.025",
                "ps³/km",
                beta3 * 1e39,
                0.051_164_480_866_3,
                near,
            );
            let (_, beta3) = zero_wavelength(1310.0, 0.092).beta(1310e-9);
            checks.add(
                "β3, λ0 1310 nm, S0 0.092",
                "ps³/km",
                beta3 * 1e39,
                0.076_361_046,
                Tolerance::Absolute(1e-9, Reason::PrintedDigit),
            );
            checks.done()
        }),
        Case::new(AREA, "dispersion/limits-of-optical-ethernet", || {
            let mut checks = Checks::from(COEFFICIENTS);
            let rows = [
                (
                    "500 m, 1304.5–1317.5 nm",
                    0.5,
                    1304.5,
                    1317.5,
                    -0.927,
                    0.798,
                ),
                ("2 km, 1304.5–1317.5 nm", 2.0, 1304.5, 1317.5, -3.709, 3.191),
                (
                    "10 km, 1304.5–1317.5 nm",
                    10.0,
                    1304.5,
                    1317.5,
                    -18.546,
                    15.954,
                ),
                (
                    "2 km, 1264.5–1337.5 nm",
                    2.0,
                    1264.5,
                    1337.5,
                    -11.873,
                    6.687,
                ),
                (
                    "6 km, 1264.5–1337.5 nm",
                    6.0,
                    1264.5,
                    1337.5,
                    -35.619,
                    20.061,
                ),
                (
                    "10 km, 1264.5–1337.5 nm",
                    10.0,
                    1264.5,
                    1337.5,
                    -59.365,
                    33.436,
                ),
                (
                    "10 km, 1294.53–1310.19 nm",
                    10.0,
                    1294.53,
                    1310.19,
                    -28.357,
                    9.367,
                ),
                (
                    "10 km, 1272.55–1310.19 nm",
                    10.0,
                    1272.55,
                    1310.19,
                    -50.829,
                    9.367,
                ),
            ];
            for (name, kilometres, shortest, longest, low, high) in rows {
                let at = |zero: f64, nm: f64| {
                    kilometres * zero_wavelength(zero, 0.093).at(nm * 1e-9).0 / PS_PER_NM_KM
                };
                let printed = Tolerance::Absolute(5.1e-4, Reason::PrintedDigit);
                checks.add(
                    format!("{name}, least"),
                    "ps/nm",
                    at(1324.0, shortest),
                    low,
                    printed,
                );
                checks.add(
                    format!("{name}, most"),
                    "ps/nm",
                    at(1300.0, longest),
                    high,
                    printed,
                );
            }
            checks.done()
        }),
        Case::new(AREA, "delay/group-index", || {
            let mut checks = Checks::from("L·n_g/c with c of the SI");
            for (index, expected) in [(1.4676, 4.895_39), (1.4682, 4.897_39), (1.0003, 3.336_64)] {
                let fiber = SingleModeFiber {
                    group_index: index,
                    ..lossless(17.0, 1e3, 1550e-9)
                };
                checks.add(
                    format!("delay of 1 km, n_g {index}"),
                    "µs",
                    fiber.delay() * 1e6,
                    expected,
                    Tolerance::Absolute(5.1e-6, Reason::PrintedDigit),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "loss/decibels-a-kilometre", || {
            let mut checks = Checks::from("definition of the decibel, 10·lg");
            let fiber = SingleModeFiber {
                attenuation: Attenuation::Constant(0.2e-3),
                ..lossless(17.0, 80e3, 1550e-9)
            };
            let grid = Grid {
                samples: 16,
                sampling_rate: 1e12,
            };
            let mut h = vec![Complex64::ZERO; grid.samples];
            fiber.transfer(1550e-9, grid, &mut h)?;
            for k in [0, 5] {
                checks.add(
                    format!("power of 80 km at bin {k}"),
                    "",
                    h[k].norm_sqr(),
                    10f64.powf(-1.6),
                    Tolerance::Relative(1e-12, Reason::RoundOff),
                );
            }
            checks.done()
        }),
    ]
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = fading_cases();
    cases.extend(pulse_cases());
    cases.extend(coefficient_cases());
    cases
}
