//! Fibre with the Kerr effect: solitons, self-phase modulation, dispersion with it, two
//! polarisations, four-wave mixing, and the demands on errors and transforms.

use super::checks::{Case, CaseError, Checks, Reason, Tolerance};
use eyespan::fiber::nonlinear::{
    BandPropagator, MANAKOV, NonlinearFiber, Propagator, Report, StepControl,
};
use eyespan::signal::Grid;
use eyespan::units::watt_to_dbm;
use num_complex::Complex64;
use rustfft::FftPlanner;
use std::f64::consts::{PI, TAU};

const AREA: &str = "nonlinear fiber";
const SOLITON: &str =
    "derive/nonlinear_fiber.py; Agrawal, Nonlinear Fiber Optics, 5th ed., eq. 5.2.16 and 5.2.24";
const SPM: &str =
    "derive/nonlinear_fiber.py; Agrawal, Nonlinear Fiber Optics, 5th ed., section 4.1";
const PROPAGATED: &str =
    "derive/nonlinear_fiber.py (extrapolated split step and DOP853, to 1e-9 of each other)";
const SIONNA: &str = "Sionna, test_ssfm_reference; derive/nonlinear_fiber.py";
const MIXING: &str =
    "derive/nonlinear_fiber.py; Shibata, Braun, Waarts 1987, DOI 10.1109/JQE.1987.1073489";
const DEFINITION: &str = "the tolerance asked for";

const PS: f64 = 1e-12;

fn grid(samples: usize, window: f64) -> Grid {
    Grid {
        samples,
        sampling_rate: samples as f64 / window,
    }
}

/// A field over time, t = 0 at sample N/2.
fn field(grid: Grid, shape: impl Fn(f64) -> Complex64) -> Vec<Complex64> {
    (0..grid.samples)
        .map(|k| shape((k as f64 - (grid.samples / 2) as f64) / grid.sampling_rate))
        .collect()
}

fn run(
    fiber: &NonlinearFiber,
    grid: Grid,
    control: StepControl,
    field: &[Complex64],
) -> Result<(Vec<Complex64>, Report), CaseError> {
    let mut out = field.to_vec();
    let report = Propagator::new(fiber, grid, control)?.propagate(&mut out)?;
    Ok((out, report))
}

/// Relative error, √(Σ|a − b|²/Σ|b|²).
fn error(a: &[Complex64], b: &[Complex64]) -> f64 {
    let apart: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_sqr()).sum();
    (apart / b.iter().map(Complex64::norm_sqr).sum::<f64>()).sqrt()
}

/// Standard deviation of `axis` weighted by |a|².
fn width(a: &[Complex64], axis: impl Fn(usize) -> f64) -> f64 {
    let moment = |f: &dyn Fn(f64) -> f64| -> f64 {
        a.iter()
            .enumerate()
            .map(|(k, a)| a.norm_sqr() * f(axis(k)))
            .sum()
    };
    let all = moment(&|_| 1.0);
    let mean = moment(&|x| x) / all;
    (moment(&|x| (x - mean).powi(2)) / all).sqrt()
}

fn spectrum(a: &[Complex64]) -> Vec<Complex64> {
    let mut s = a.to_vec();
    FftPlanner::new().plan_fft_forward(a.len()).process(&mut s);
    s
}

struct Soliton {
    fiber: NonlinearFiber,
    grid: Grid,
    peak: f64,
    reach: f64,
}

/// β2 = −20.473697 ps²/km, γ = 1.3/(W·km), 10 ps, or both signs turned.
fn soliton(turned: bool) -> Soliton {
    let sign = if turned { -1.0 } else { 1.0 };
    let width = 10.0 * PS;
    let reach = width * width / 20.473_697e-27;
    Soliton {
        fiber: NonlinearFiber {
            length: 10.0 * reach,
            beta2: -20.473_697e-27 * sign,
            gamma: 1.3e-3 * sign,
            ..NonlinearFiber::default()
        },
        grid: grid(4096, 400.0 * PS),
        peak: 1.0 / (1.3e-3 * reach),
        reach,
    }
}

impl Soliton {
    fn start(&self, order: f64) -> Vec<Complex64> {
        field(self.grid, |t| {
            Complex64::from(order * self.peak.sqrt() / (t / (10.0 * PS)).cosh())
        })
    }
}

fn soliton_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for turned in [false, true] {
        let name = if turned {
            "normal, defocusing"
        } else {
            "anomalous, focusing"
        };
        cases.push(Case::new(
            AREA,
            format!("soliton/phase, {name}"),
            move || {
                let s = soliton(turned);
                let start = s.start(1.0);
                // exp(−jz/2L_D) with γ > 0; the conjugate equation has the conjugate solution.
                let turn = Complex64::cis(if turned { 5.0 } else { -5.0 });
                let exact: Vec<Complex64> = start.iter().map(|a| a * turn).collect();
                let mut checks = Checks::from(SOLITON);
                let mut errors = Vec::new();
                for (steps, expected) in [(200, 2.2784e-3), (400, 5.7033e-4), (800, 1.4263e-4)] {
                    let (out, _) = run(&s.fiber, s.grid, StepControl::Fixed { steps }, &start)?;
                    errors.push(error(&out, &exact));
                    checks.add(
                        format!("error of {steps} plain steps"),
                        "",
                        error(&out, &exact),
                        expected,
                        Tolerance::Relative(3e-4, Reason::PrintedDigit),
                    );
                }
                checks.add(
                    "order of the plain step",
                    "",
                    (errors[1] / errors[2]).log2(),
                    2.0,
                    Tolerance::Absolute(0.005, Reason::Grid),
                );
                let fourth = |steps| -> Result<f64, CaseError> {
                    let control = StepControl::Extrapolated { steps };
                    Ok(error(&run(&s.fiber, s.grid, control, &start)?.0, &exact))
                };
                checks.add(
                    "order of the extrapolated step",
                    "",
                    (fourth(100)? / fourth(200)?).log2(),
                    4.0,
                    // The next term of the series, a tenth of this one.
                    Tolerance::Absolute(0.1, Reason::Grid),
                );
                for tolerance in [1e-2, 1e-3, 1e-4, 1e-6] {
                    let control = StepControl::Automatic { tolerance };
                    let (out, report) = run(&s.fiber, s.grid, control, &start)?;
                    let mut demand = Checks::from(DEFINITION);
                    demand.add(
                        format!("error at a tolerance of {tolerance:.0e}"),
                        "",
                        error(&out, &exact),
                        tolerance,
                        Tolerance::AtMost,
                    );
                    demand.add(
                        format!("energy, less 1, at {tolerance:.0e}"),
                        "",
                        report.energy_error.abs(),
                        tolerance,
                        Tolerance::AtMost,
                    );
                    let demand = demand.done()?;
                    for check in demand {
                        checks.add(
                            check.quantity,
                            "",
                            check.computed,
                            check.expected,
                            check.tolerance,
                        );
                    }
                }
                // An error of 1e-5 within 700 transforms.
                let (out, report) = run(
                    &s.fiber,
                    s.grid,
                    StepControl::Automatic { tolerance: 1e-5 },
                    &start,
                )?;
                checks.add(
                    "error at a tolerance of 1e-5",
                    "",
                    error(&out, &exact),
                    1e-5,
                    Tolerance::AtMost,
                );
                checks.add(
                    "transforms at a tolerance of 1e-5",
                    "",
                    report.transforms as f64,
                    700.0,
                    Tolerance::AtMost,
                );
                checks.done()
            },
        ));
    }
    cases.push(Case::new(AREA, "soliton/second order", || {
        let s = soliton(false);
        let start = s.start(2.0);
        let mut checks = Checks::from(SOLITON);
        for (part, expected) in [(0.25, 6.4), (0.5, 16.0), (1.0, 4.0), (2.0, 4.0)] {
            let fiber = NonlinearFiber {
                length: part * PI / 2.0 * s.reach,
                ..s.fiber.clone()
            };
            let control = StepControl::Automatic { tolerance: 1e-7 };
            let (out, _) = run(&fiber, s.grid, control, &start)?;
            checks.add(
                format!("power at the middle after {part} periods / P"),
                "",
                out[2048].norm_sqr() / s.peak,
                expected,
                Tolerance::Relative(1e-6, Reason::Grid),
            );
        }
        checks.done()
    }));
    cases
}

fn self_phase_cases() -> Vec<Case> {
    let mut cases = Vec::new();
    cases.push(Case::new(AREA, "self-phase modulation/spectrum", || {
        let grid = grid(8192, 400.0 * PS);
        let start = field(grid, |t| {
            Complex64::from((-t * t / (2.0 * 100.0 * PS * PS)).exp())
        });
        let mut checks = Checks::from(SPM);
        for (phase, expected) in [(1.0, 1.330_338_437_737), (10.0, 8.830_630_548_944)] {
            for sign in [1.0, -1.0] {
                let fiber = NonlinearFiber {
                    length: 1e3,
                    gamma: sign * phase / 1e3,
                    ..NonlinearFiber::default()
                };
                let (out, _) = run(&fiber, grid, StepControl::default(), &start)?;
                let ratio = width(&spectrum(&out), |k| grid.frequency(k))
                    / width(&spectrum(&start), |k| grid.frequency(k));
                checks.add(
                    format!("rms broadening, {:+} rad", sign * phase),
                    "",
                    ratio,
                    expected,
                    Tolerance::Absolute(6e-13, Reason::PrintedDigit),
                );
                let change = out
                    .iter()
                    .zip(&start)
                    .map(|(o, s)| (o.norm() - s.norm()).abs())
                    .fold(0.0, f64::max);
                checks.add(
                    "change of |A|",
                    "√W",
                    change,
                    0.0,
                    Tolerance::Absolute(1e-15, Reason::RoundOff),
                );
            }
        }
        checks.done()
    }));
    cases.push(Case::new(
        AREA,
        "self-phase modulation/then dispersion",
        || {
            let grid = grid(8192, 400.0 * PS);
            let start = field(grid, |t| {
                Complex64::from((-t * t / (2.0 * 100.0 * PS * PS)).exp())
            });
            let mut checks = Checks::from(SPM);
            for (phase, ratio, expected) in [
                (1.0, 0.8, 1.806_666_288_944),
                (1.0, -0.8, 1.000_650_478_344),
                (-3.0, 0.8, 1.637_051_470_688),
                (-3.0, -0.8, 3.077_037_961_591),
            ] {
                let kerr = NonlinearFiber {
                    length: 1e3,
                    gamma: phase / 1e3,
                    ..NonlinearFiber::default()
                };
                let linear = NonlinearFiber {
                    length: 1e3,
                    beta2: ratio * 100.0 * PS * PS / 1e3,
                    ..NonlinearFiber::default()
                };
                let (out, _) = run(&kerr, grid, StepControl::default(), &start)?;
                let (out, _) = run(&linear, grid, StepControl::default(), &out)?;
                let time = |k: usize| k as f64;
                checks.add(
                    format!("rms width, {phase:+} rad, β2z/T0² {ratio:+}"),
                    "",
                    width(&out, time) / width(&start, time),
                    expected,
                    Tolerance::Absolute(1e-11, Reason::RoundOff),
                );
            }
            checks.done()
        },
    ));
    cases
}

/// One case for each sign: β2, β3, γ, and the field at samples 480 and 560.
type Signs = ([f64; 3], [Complex64; 2]);

fn dispersion_cases() -> Vec<Case> {
    let c = Complex64::new;
    let signs: [Signs; 4] = [
        (
            [1.0, 1.0, 1.0],
            [
                c(0.091_648_175_93, -0.114_974_352_3),
                c(0.189_303_521_6, -0.168_216_737_3),
            ],
        ),
        (
            [-1.0, 1.0, 1.0],
            [
                c(0.079_107_501_47, -0.153_997_626_5),
                c(0.113_795_128_3, 0.037_198_055_41),
            ],
        ),
        (
            [1.0, -1.0, 1.0],
            [
                c(0.091_633_219_54, -0.114_915_346_7),
                c(0.189_401_332_4, -0.168_234_364_1),
            ],
        ),
        (
            [1.0, 1.0, -1.0],
            [
                c(0.101_254_076_5, 0.053_820_796_58),
                c(-0.091_137_729_97, 0.342_483_104_9),
            ],
        ),
    ];
    let mut cases: Vec<Case> = signs
        .into_iter()
        .map(|([b2, b3, g], expected)| {
            let sign = |x: f64| if x > 0.0 { '+' } else { '-' };
            let name = format!("signs/β2 {} β3 {} γ {}", sign(b2), sign(b3), sign(g));
            Case::new(AREA, name, move || {
                let fiber = NonlinearFiber {
                    length: 10e3,
                    attenuation: 4.6e-5,
                    beta2: 20e-27 * b2,
                    beta3: 0.4e-39 * b3,
                    gamma: 1.3e-3 * g,
                    ..NonlinearFiber::default()
                };
                let grid = grid(1024, 400.0 * PS);
                let start = field(grid, |t| {
                    let (a, b) = (t / (10.0 * PS), (t - 25.0 * PS) / (14.0 * PS));
                    let second = Complex64::new(-b * b / 2.0, 0.4 * b * b + 1.0).exp();
                    0.2f64.sqrt() * ((-a * a / 2.0).exp() + 0.6 * second)
                });
                let mut checks = Checks::from(PROPAGATED);
                let controls = [
                    StepControl::Automatic { tolerance: 1e-9 },
                    StepControl::LocalError { tolerance: 1e-7 },
                ];
                for control in controls {
                    let (out, _) = run(&fiber, grid, control, &start)?;
                    for (at, e) in [480, 560].into_iter().zip(expected) {
                        for (part, o, e) in
                            [("real", out[at].re, e.re), ("imaginary", out[at].im, e.im)]
                        {
                            checks.add(
                                format!("{part} part of sample {at}"),
                                "√W",
                                o,
                                e,
                                // The tolerance asked for, of a field of some 0.3.
                                Tolerance::Absolute(2e-9, Reason::Grid),
                            );
                        }
                    }
                }
                checks.done()
            })
        })
        .collect();
    cases.push(Case::new(
        AREA,
        "normal dispersion/one and two polarisations",
        || {
            let grid = grid(4096, 100.0 * PS);
            let fiber = NonlinearFiber {
                length: 5e3,
                beta2: 1e-27,
                gamma: 1e-3,
                ..NonlinearFiber::default()
            };
            let start = field(grid, |t| Complex64::from((-t * t / (2.0 * PS * PS)).exp()));
            let mut checks = Checks::from(SIONNA);
            let plain = StepControl::Fixed { steps: 2000 };
            for (name, control, peak, rms) in [
                ("2000 plain steps", plain, 0.358_929_170_9, 5.118_844_972),
                (
                    "tolerance 1e-9",
                    StepControl::Automatic { tolerance: 1e-9 },
                    0.358_929_198_0,
                    5.118_843_425,
                ),
            ] {
                let (out, _) = run(&fiber, grid, control, &start)?;
                // Each polarisation with 9/8·½ of the power is the same equation.
                let share = (0.5 / MANAKOV).sqrt();
                let mut x: Vec<Complex64> = start.iter().map(|a| a * share).collect();
                let mut y: Vec<Complex64> = x.iter().map(|a| a * Complex64::i()).collect();
                Propagator::new(&fiber, grid, control)?.propagate_two(&mut x, &mut y)?;
                let total: Vec<Complex64> = x
                    .iter()
                    .zip(&y)
                    .map(|(x, y)| Complex64::from((MANAKOV * (x.norm_sqr() + y.norm_sqr())).sqrt()))
                    .collect();
                for (of, out) in [("", &out), (", Manakov", &total)] {
                    let most = out.iter().map(|a| a.norm()).fold(0.0, f64::max);
                    checks.add(
                        format!("peak |A|, {name}{of}"),
                        "√W",
                        most,
                        peak,
                        Tolerance::Absolute(2e-10, Reason::PrintedDigit),
                    );
                    checks.add(
                        format!("rms width, {name}{of}"),
                        "ps",
                        width(out, |k| k as f64 / grid.sampling_rate) / PS,
                        rms,
                        Tolerance::Absolute(2e-9, Reason::PrintedDigit),
                    );
                }
            }
            checks.done()
        },
    ));
    cases
}

fn mixing_cases() -> Vec<Case> {
    let at_1310 = |d: f64| -d * 1e-6 * 1310e-9f64.powi(2) / (TAU * 299_792_458.0);
    [
        ("phase-matched", 0.0, -28.2238),
        ("D = 0.5", at_1310(0.5), -64.2243),
    ]
    .into_iter()
    .map(|(name, beta2, expected)| {
        Case::new(AREA, format!("four-wave mixing/{name}"), move || {
            const GAP: f64 = 800e9;
            let fiber = NonlinearFiber {
                length: 10e3,
                attenuation: 0.35e-3 / 4.342_944_819_032_518,
                beta2,
                gamma: 1.5e-3,
                ..NonlinearFiber::default()
            };
            // Waves at 0, 1.5 and 1/1.5 gaps: the mismatch is that of two offsets of one gap each,
            // and no two products fall on one another. In sixths of a gap: 0, 9 and 4.
            let unit = GAP / 6.0;
            let samples = 1024;
            let grid = Grid {
                samples,
                sampling_rate: unit * 128.0,
            };
            let (i, j) = (9.0, 4.0);
            let mut checks = Checks::from(MIXING);
            // The closed form neglects the phase that the waves give themselves and each other,
            // φ = γPL_eff = 0.021 rad at 3 dBm, which shifts the sine of a mismatched product: by
            // ½φ·4e^{−αL}/(1 − e^{−αL})² of 5.1, 1.2 % or 0.052 dB. A hundredth of the power makes
            // 5e-4 dB of it and a product that is 60 dB weaker.
            for (lower, allowed) in [(0.0, 0.052), (20.0, 1e-3)] {
                let power: f64 = 1e-3 * 10f64.powf(0.3 - lower / 10.0);
                let start: Vec<Complex64> = (0..samples)
                    .map(|t| {
                        let x = TAU * t as f64 / 128.0;
                        power.sqrt() * (1.0 + Complex64::cis(i * x) + Complex64::cis(j * x))
                    })
                    .collect();
                let control = StepControl::Extrapolated { steps: 1000 };
                let (out, _) = run(&fiber, grid, control, &start)?;
                let bin = 13 * (samples / 128);
                let product = spectrum(&out)[bin].norm_sqr() / (samples * samples) as f64;
                checks.add(
                    format!("power of the product, waves {lower:.0} dB below 3 dBm"),
                    "dBm",
                    watt_to_dbm(product),
                    expected - 3.0 * lower,
                    Tolerance::Absolute(allowed, Reason::StatedBySource),
                );
            }
            checks.done()
        })
    })
    .collect()
}

/// A weak wave that a pulse walks through: φ = 2γ∫P(t − dz)dz.
fn walk_off_case() -> Case {
    Case::new(AREA, "cross-phase modulation/walk-off", || {
        // So little dispersion within a band that only the delay of the bands matters.
        let grid = grid(1024, 400.0 * PS);
        let offset = 20e12;
        let delay = 2e-14; // s/m between the bands
        let fiber = NonlinearFiber {
            length: 3e3,
            beta2: delay / (TAU * offset),
            gamma: 1.3e-3,
            ..NonlinearFiber::default()
        };
        let (peak, t0) = (0.05f64, 12.0 * PS);
        let pump = field(grid, |t| {
            Complex64::from(peak.sqrt() * (-t * t / (2.0 * t0 * t0)).exp())
        });
        let probe = vec![Complex64::from(1e-3); 1024];
        let mut bands = [pump, probe];
        let control = StepControl::Automatic { tolerance: 1e-7 };
        BandPropagator::new(&fiber, grid, &[0.0, offset], control)?.propagate(&mut bands)?;
        // The probe is late by delay·L; the carrier's own phase is that of the dispersion.
        let own = fiber.phase_rate(TAU * offset) * fiber.length;
        let mut checks = Checks::from(
            "Agrawal, Nonlinear Fiber Optics, 5th ed., section 7.4: 2γP√π·T0/2d·(erf − erf)",
        );
        for k in [512usize, 560, 600, 640] {
            let t = (k as f64 - 512.0) / grid.sampling_rate;
            let scale = PI.sqrt() * t0 / (2.0 * delay);
            let reach = fiber.length * delay;
            let erf = |x: f64| 1.0 - 2.0 * eyespan::math::q_function(x * std::f64::consts::SQRT_2);
            let expected = 2.0 * fiber.gamma * peak * scale * (erf(t / t0) - erf((t - reach) / t0));
            let phase = -(bands[1][k] * Complex64::cis(own)).arg();
            checks.add(
                format!("phase of the probe at {:.0} ps", t / PS),
                "rad",
                phase,
                expected,
                // Dispersion within the bands, β2L/T0² = 3e-3 of a radian's curvature.
                Tolerance::Absolute(4e-3, Reason::StatedBySource),
            );
        }
        checks.done()
    })
}

/// Every case.
pub fn cases() -> Vec<Case> {
    let mut cases = soliton_cases();
    cases.extend(self_phase_cases());
    cases.extend(dispersion_cases());
    cases.extend(mixing_cases());
    cases.push(walk_off_case());
    cases
}
