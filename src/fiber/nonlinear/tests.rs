//! Propagation as a whole: edges, symmetries, demands that have to be met.

use super::*;
use crate::signal::Grid;
use num_complex::{Complex, Complex64};
use std::f64::consts::TAU;

const GRID: Grid = Grid {
    samples: 1024,
    sampling_rate: 1024.0 / 400e-12,
};

fn fiber() -> NonlinearFiber {
    NonlinearFiber {
        length: 5e3,
        attenuation: 4.6e-5,
        beta2: -20e-27,
        beta3: 0.15e-39,
        gamma: 1.3e-3,
        ..NonlinearFiber::default()
    }
}

/// A pulse that is not symmetric, with chirp.
fn pulse(peak: f64) -> Vec<Complex64> {
    (0..1024)
        .map(|k| {
            let t = (f64::from(k) - 500.0) / 1024.0 * 400e-12;
            let (a, b) = (t / 10e-12, (t - 25e-12) / 14e-12);
            peak.sqrt()
                * ((-0.5 * a * a).exp()
                    + 0.6 * Complex64::cis(0.4 * b * b + 1.0) * (-0.5 * b * b).exp())
        })
        .collect()
}

fn run(
    fiber: &NonlinearFiber,
    control: StepControl,
    field: &[Complex64],
) -> (Vec<Complex64>, Report) {
    let mut out = field.to_vec();
    let report = Propagator::new(fiber, GRID, control)
        .unwrap()
        .propagate(&mut out)
        .unwrap();
    (out, report)
}

fn apart(a: &[Complex64], b: &[Complex64]) -> f64 {
    let error: f64 = a.iter().zip(b).map(|(a, b)| (a - b).norm_sqr()).sum();
    (error / b.iter().map(Complex64::norm_sqr).sum::<f64>()).sqrt()
}

fn controls() -> [StepControl; 5] {
    [
        StepControl::Automatic { tolerance: 1e-5 },
        StepControl::LocalError { tolerance: 1e-4 },
        StepControl::Fixed { steps: 40 },
        StepControl::Extrapolated { steps: 20 },
        StepControl::PhaseLimited { max_phase: 0.05 },
    ]
}

/// The field after dispersion and loss alone, by definition.
fn linear(fiber: &NonlinearFiber, field: &[Complex64]) -> Vec<Complex64> {
    let mut planner = rustfft::FftPlanner::new();
    let mut a = field.to_vec();
    planner.plan_fft_forward(1024).process(&mut a);
    for (k, s) in a.iter_mut().enumerate() {
        let w = TAU * GRID.frequency(k);
        let phase = fiber.beta2 * w * w / 2.0
            + fiber.beta3 * w.powi(3) / 6.0
            + fiber.beta4 * w.powi(4) / 24.0;
        *s *= (-fiber.attenuation * fiber.length / 2.0).exp()
            * Complex64::cis(-phase * fiber.length)
            / 1024.0;
    }
    planner.plan_fft_inverse(1024).process(&mut a);
    a
}

#[test]
fn without_kerr_effect_every_control_gives_the_linear_fibre() {
    let field = pulse(0.1);
    let mut only_third = NonlinearFiber {
        beta2: 0.0,
        ..fiber()
    };
    for (beta2, beta3, beta4) in [
        (-20e-27, 0.15e-39, 0.0),
        (20e-27, -0.15e-39, 3e-55),
        (0.0, 0.4e-39, 0.0),
    ] {
        let linear_fiber = NonlinearFiber {
            gamma: 0.0,
            beta2,
            beta3,
            beta4,
            ..fiber()
        };
        let expected = linear(&linear_fiber, &field);
        for control in controls() {
            let (out, report) = run(&linear_fiber, control, &field);
            assert!(apart(&out, &expected) < 1e-12);
            assert_eq!(report.method, Method::Linear);
        }
    }
    only_third.gamma = 0.0;
    assert!(
        apart(
            &run(&only_third, StepControl::default(), &field).0,
            &linear(&only_third, &field)
        ) < 1e-12
    );
}

#[test]
fn without_dispersion_every_control_gives_the_exact_rotation() {
    let field = pulse(0.1);
    for gamma in [1.3e-3, -1.3e-3] {
        let kerr = NonlinearFiber {
            gamma,
            beta2: 0.0,
            beta3: 0.0,
            ..fiber()
        };
        let reach = kerr.effective_length(kerr.length);
        let expected: Vec<Complex64> = field
            .iter()
            .map(|a| {
                a * Complex64::from_polar(
                    (-kerr.attenuation * kerr.length / 2.0).exp(),
                    -gamma * a.norm_sqr() * reach,
                )
            })
            .collect();
        for control in controls() {
            let (out, report) = run(&kerr, control, &field);
            assert!(apart(&out, &expected) < 1e-13);
            assert_eq!(report.method, Method::KerrOnly);
            assert!(
                (report.largest_phase
                    / (1.3e-3 * reach * field.iter().map(Complex64::norm_sqr).fold(0.0, f64::max))
                    - 1.0)
                    .abs()
                    < 1e-12
            );
        }
    }
}

#[test]
fn loss_and_dispersion_are_those_asked_for_whatever_the_steps() {
    // So little light that the Kerr effect is below round-off: what is left must be the linear fibre.
    let field = pulse(1e-13);
    let odd = NonlinearFiber {
        length: 10_007.3,
        ..fiber()
    };
    let expected = linear(&odd, &field);
    for control in [
        StepControl::Fixed { steps: 7 },
        StepControl::Fixed { steps: 333 },
        StepControl::Extrapolated { steps: 11 },
        StepControl::LocalError { tolerance: 1e-6 },
        StepControl::PhaseLimited { max_phase: 3e-16 },
    ] {
        assert!(
            apart(&run(&odd, control, &field).0, &expected) < 1e-11,
            "{control:?}"
        );
    }
}

#[test]
fn no_length_and_no_light_are_right_answers() {
    let field = pulse(0.1);
    for control in controls() {
        let short = NonlinearFiber {
            length: 0.0,
            ..fiber()
        };
        assert_eq!(run(&short, control, &field).0, field);
        let dark = vec![Complex64::ZERO; 1024];
        let (out, report) = run(&fiber(), control, &dark);
        assert_eq!(out, dark);
        assert!(report.energy_error == 0.0);
    }
}

#[test]
fn a_hundred_decibels_of_loss_are_no_difficulty() {
    let field = pulse(0.5);
    let far = NonlinearFiber {
        length: 5e5,
        attenuation: 4.605_170_185_988_092e-5,
        ..fiber()
    };
    for control in [
        StepControl::Automatic { tolerance: 1e-5 },
        StepControl::LocalError { tolerance: 1e-4 },
    ] {
        let (out, report) = run(&far, control, &field);
        let energy = |a: &[Complex64]| a.iter().map(Complex64::norm_sqr).sum::<f64>();
        assert!(
            (10.0 * (energy(&out) / energy(&field)).log10() + 100.0).abs() < 1e-4,
            "{report:?}"
        );
    }
    let raman = NonlinearFiber {
        raman: Some(RamanResponse {
            fraction: 0.0,
            ..RamanResponse::SILICA
        }),
        ..far.clone()
    };
    let (by_picture, report) = run(&raman, StepControl::Automatic { tolerance: 1e-4 }, &field);
    assert_eq!(report.method, Method::InteractionPicture);
    let (by_steps, _) = run(&far, StepControl::Automatic { tolerance: 1e-7 }, &field);
    let error = apart(&by_picture, &by_steps);
    assert!(error < 1e-4, "{error:e} {report:?}");
}

#[test]
fn what_is_not_finite_is_an_error_that_says_where() {
    let mut field = pulse(0.1);
    field[77].im = f64::NAN;
    for control in controls() {
        let error = Propagator::new(&fiber(), GRID, control)
            .unwrap()
            .propagate(&mut field.clone())
            .unwrap_err();
        assert_eq!(
            error,
            NonlinearError::NotFinite {
                place: "at the input of the fibre"
            }
        );
    }
    let raman = NonlinearFiber {
        raman: Some(RamanResponse::SILICA),
        ..fiber()
    };
    assert!(
        Propagator::new(&raman, GRID, StepControl::default())
            .unwrap()
            .propagate(&mut field)
            .is_err()
    );
    let mut short = vec![Complex64::ZERO; 1000];
    let mut propagator = Propagator::new(&fiber(), GRID, StepControl::default()).unwrap();
    assert!(matches!(
        propagator.propagate(&mut short),
        Err(NonlinearError::Shape { found: 1000, .. })
    ));
    let empty = Grid {
        samples: 0,
        sampling_rate: 1.0,
    };
    assert!(Propagator::<f64>::new(&fiber(), empty, StepControl::default()).is_err());
    let still = Grid {
        samples: 8,
        sampling_rate: 0.0,
    };
    assert!(Propagator::<f64>::new(&fiber(), still, StepControl::default()).is_err());
}

#[test]
fn two_lengths_make_their_sum_and_the_opposite_fibre_undoes() {
    let field = pulse(0.2);
    let control = StepControl::Automatic { tolerance: 1e-9 };
    let part = |length: f64| NonlinearFiber { length, ..fiber() };
    let (first, _) = run(&part(2e3), control, &field);
    let (both, _) = run(&part(3e3), control, &first);
    let (whole, _) = run(&part(5e3), control, &field);
    assert!(apart(&both, &whole) < 2e-9);
    // Time-reversible: the symmetric step of the opposite coefficients is the inverse.
    let lossless = NonlinearFiber {
        attenuation: 0.0,
        ..fiber()
    };
    let opposite = NonlinearFiber {
        beta2: 20e-27,
        beta3: -0.15e-39,
        gamma: -1.3e-3,
        ..lossless.clone()
    };
    let steps = StepControl::Fixed { steps: 25 };
    let (there, _) = run(&lossless, steps, &field);
    let (back, _) = run(&opposite, steps, &there);
    assert!(apart(&there, &field) > 0.5 && apart(&back, &field) < 1e-12);
}

#[test]
fn the_plain_step_keeps_the_energy_and_the_extrapolated_one_tells_its_loss() {
    let field = pulse(0.2);
    let lossless = NonlinearFiber {
        attenuation: 0.0,
        ..fiber()
    };
    let (_, plain) = run(&lossless, StepControl::Fixed { steps: 100 }, &field);
    assert!(plain.energy_error.abs() < 1e-12);
    let (out, report) = run(
        &lossless,
        StepControl::Automatic { tolerance: 1e-4 },
        &field,
    );
    let energy = |a: &[Complex64]| a.iter().map(Complex64::norm_sqr).sum::<f64>();
    assert!(report.energy_error.abs() < 1e-4);
    assert!((energy(&out) / energy(&field) - 1.0 - report.energy_error).abs() < 1e-14);
}

#[test]
fn every_tolerance_is_kept() {
    let cases = [
        (fiber(), 0.02),
        (fiber(), 0.5),
        (
            NonlinearFiber {
                beta2: 20e-27,
                length: 20e3,
                ..fiber()
            },
            0.2,
        ),
        (
            NonlinearFiber {
                gamma: -1.3e-3,
                length: 20e3,
                ..fiber()
            },
            0.2,
        ),
        (
            NonlinearFiber {
                length: 20.0,
                ..fiber()
            },
            1e-3,
        ),
        (
            NonlinearFiber {
                beta2: 1e-31,
                beta3: 0.0,
                length: 300.0,
                ..fiber()
            },
            1.0,
        ),
    ];
    let mut methods = Vec::new();
    for (fiber, peak) in cases {
        let field = pulse(peak);
        let (exact, _) = run(&fiber, StepControl::Automatic { tolerance: 1e-11 }, &field);
        for tolerance in [1e-2, 1e-4, 1e-6, 1e-8] {
            let (out, report) = run(&fiber, StepControl::Automatic { tolerance }, &field);
            let (error, estimate) = (apart(&out, &exact), report.estimated_error.unwrap());
            assert!(
                error <= tolerance && estimate <= tolerance,
                "{error:e} {tolerance:e} {report:?}"
            );
            methods.push(report.method);
        }
    }
    for method in [
        Method::Linear,
        Method::KerrOnly,
        Method::OneStep,
        Method::SplitStep,
    ] {
        assert!(methods.contains(&method), "{method:?} in {methods:?}");
    }
}

/// Random levels through a Gaussian of fourth order, eight samples a symbol.
fn data(samples: usize, power: f64, complex: bool) -> Vec<Complex64> {
    let mut state = 5u64;
    let mut level = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 62) as f64
    };
    let mut a: Vec<Complex64> = (0..samples / 8)
        .map(|_| {
            let (i, q) = (level(), level());
            if complex {
                Complex64::new(2.0 * i - 3.0, 2.0 * q - 3.0)
            } else {
                Complex64::from((0.5 + i).sqrt())
            }
        })
        .flat_map(|symbol| [symbol; 8])
        .collect();
    let mut planner = rustfft::FftPlanner::new();
    planner.plan_fft_forward(samples).process(&mut a);
    for (k, s) in a.iter_mut().enumerate() {
        let f = k.min(samples - k) as f64 / samples as f64 * 8.0;
        *s *= (-0.35 * (f / 0.6).powi(4)).exp();
    }
    planner.plan_fft_inverse(samples).process(&mut a);
    let mean = a.iter().map(Complex64::norm_sqr).sum::<f64>() / samples as f64;
    a.iter().map(|a| a * (power / mean).sqrt()).collect()
}

#[test]
fn every_tolerance_is_kept_for_data_too() {
    let span = |length, decibels: f64, beta2| NonlinearFiber {
        length,
        attenuation: decibels / 4.342_944_819 / 1e3,
        beta2,
        gamma: 1.3e-3,
        ..NonlinearFiber::default()
    };
    let samples = 2048;
    // PAM4 with much light against its dispersion, one step of which was too short of the error; and
    // 16QAM over a long span, where the errors of the steps nearly cancel.
    for (fiber, rate, field, most) in [
        (
            span(10e3, 0.35, 3.8e-27),
            8.0 * 106.25e9,
            data(samples, 25e-3, false),
            300,
        ),
        (
            span(80e3, 0.2, -21.7e-27),
            8.0 * 64e9,
            data(samples, 4e-3, true),
            1400,
        ),
    ] {
        let grid = Grid {
            samples,
            sampling_rate: rate,
        };
        let go = |tolerance: f64| {
            let mut out = field.clone();
            let control = StepControl::Automatic { tolerance };
            let report = Propagator::new(&fiber, grid, control)
                .unwrap()
                .propagate(&mut out)
                .unwrap();
            (out, report)
        };
        let (exact, _) = go(1e-10);
        for tolerance in [1e-2, 1e-3, 1e-4, 1e-5] {
            let (out, report) = go(tolerance);
            let error = apart(&out, &exact);
            assert!(error <= tolerance, "{error:e} {tolerance:e} {report:?}");
            assert!(report.transforms < most, "{report:?}");
        }
    }
}

#[test]
fn the_estimate_holds_where_the_orders_gain_little_and_the_spectrum_grows() {
    let span = |beta2| NonlinearFiber {
        length: 80e3,
        attenuation: 0.2 / 4.342_944_819 / 1e3,
        beta2,
        gamma: 1.3e-3,
        ..NonlinearFiber::default()
    };
    let samples = 2048;
    let wide = Grid {
        samples,
        sampling_rate: 8.0 * 32e9,
    };
    let strong = NonlinearFiber {
        attenuation: 0.0,
        ..fiber()
    };
    // 16QAM, whose third levels gain next to nothing in steps of some kilometres; and a pulse of
    // five radians that breaks up, with a spectrum many times that of the input.
    for (fiber, grid, field, most) in [
        (span(-5.1e-27), wide, data(samples, 4e-3, true), [60, 110]),
        (strong, GRID, pulse(0.8), [260, 640]),
    ] {
        let go = |tolerance: f64| {
            let mut out = field.clone();
            let control = StepControl::Automatic { tolerance };
            let mut propagator = Propagator::new(&fiber, grid, control).unwrap();
            let report = propagator.propagate(&mut out).unwrap();
            (out, report)
        };
        let (exact, _) = go(1e-10);
        for (tolerance, most) in [1e-2, 1e-4].into_iter().zip(most) {
            let (out, report) = go(tolerance);
            let (error, estimate) = (apart(&out, &exact), report.estimated_error.unwrap());
            assert!(
                error <= estimate && estimate <= tolerance,
                "{error:e} {report:?}"
            );
            assert!(report.transforms < most, "{report:?}");
        }
    }
}

#[test]
fn a_phase_limit_is_kept() {
    let (_, report) = run(
        &fiber(),
        StepControl::PhaseLimited { max_phase: 0.02 },
        &pulse(0.3),
    );
    assert!(report.largest_phase <= 0.02 * (1.0 + 1e-9) && report.steps > 50);
    let impossible = Propagator::new(
        &fiber(),
        GRID,
        StepControl::PhaseLimited { max_phase: 1e-12 },
    )
    .unwrap()
    .propagate(&mut pulse(0.3));
    assert!(matches!(
        impossible,
        Err(NonlinearError::TooManySteps { .. })
    ));
}

#[test]
fn manakov_is_eight_ninths_of_the_total_power() {
    let field = pulse(0.2);
    let weak = NonlinearFiber {
        gamma: 1.3e-3 * MANAKOV,
        ..fiber()
    };
    let control = StepControl::Fixed { steps: 30 };
    let (alone, _) = run(&weak, control, &field);
    // A state of polarisation that does not change in time goes through as one field.
    let (a, b) = (Complex64::new(0.6, 0.0), Complex64::new(0.0, 0.8));
    let mut x: Vec<Complex64> = field.iter().map(|f| a * f).collect();
    let mut y: Vec<Complex64> = field.iter().map(|f| b * f).collect();
    let mut two = Propagator::new(&fiber(), GRID, control).unwrap();
    two.propagate_two(&mut x, &mut y).unwrap();
    let expected: Vec<Complex64> = alone.iter().map(|f| a * f).collect();
    assert!(apart(&x, &expected) < 1e-12);
    let expected: Vec<Complex64> = alone.iter().map(|f| b * f).collect();
    assert!(apart(&y, &expected) < 1e-12);
}

#[test]
fn single_precision_stays_within_its_bound() {
    let field = pulse(0.2);
    for steps in [1, 10, 100] {
        let control = StepControl::Fixed { steps };
        let (wide, _) = run(&fiber(), control, &field);
        #[allow(clippy::cast_possible_truncation)]
        let mut narrow: Vec<Complex<f32>> = field
            .iter()
            .map(|a| Complex::new(a.re as f32, a.im as f32))
            .collect();
        Propagator::<f32>::new(&fiber(), GRID, control)
            .unwrap()
            .propagate(&mut narrow)
            .unwrap();
        let back: Vec<Complex64> = narrow
            .iter()
            .map(|a| Complex64::new(a.re.into(), a.im.into()))
            .collect();
        let error = apart(&back, &wide);
        assert!(error < 3e-7 + 2e-7 * steps as f64, "{steps}: {error:e}");
    }
}

#[test]
fn any_number_of_samples_and_of_threads_gives_the_same_field() {
    let samples = 1 << 16;
    let grid = Grid {
        samples,
        sampling_rate: 2e12,
    };
    let field: Vec<Complex64> = (0..samples)
        .map(|k| {
            Complex64::from_polar(
                0.4 + 0.1 * (k as f64 * 0.01).sin(),
                (k as f64 * 0.003).cos(),
            )
        })
        .collect();
    let control = StepControl::Fixed { steps: 5 };
    let go = |threads: usize| {
        let mut out = field.clone();
        Propagator::new(&fiber(), grid, control)
            .unwrap()
            .with_threads(threads)
            .propagate(&mut out)
            .unwrap();
        out
    };
    let one = go(1);
    assert_eq!(one, go(2));
    assert_eq!(one, go(3));
    // 1021 is prime.
    let odd = Grid {
        samples: 1021,
        sampling_rate: 1021.0 / 400e-12,
    };
    let mut field: Vec<Complex64> = pulse(0.1)[..1021].to_vec();
    let before = field.clone();
    Propagator::new(
        &NonlinearFiber {
            attenuation: 0.0,
            ..fiber()
        },
        odd,
        control,
    )
    .unwrap()
    .propagate(&mut field)
    .unwrap();
    let energy = |a: &[Complex64]| a.iter().map(Complex64::norm_sqr).sum::<f64>();
    assert!((energy(&field) / energy(&before) - 1.0).abs() < 1e-12);
}

#[test]
fn the_interaction_picture_agrees_with_the_split_step_where_both_apply() {
    let field = pulse(0.3);
    let immediate = NonlinearFiber {
        raman: Some(RamanResponse {
            fraction: 0.0,
            ..RamanResponse::SILICA
        }),
        ..fiber()
    };
    let (expected, _) = run(&fiber(), StepControl::Automatic { tolerance: 1e-9 }, &field);
    for tolerance in [1e-4, 1e-7] {
        let (out, report) = run(&immediate, StepControl::Automatic { tolerance }, &field);
        assert!(apart(&out, &expected) < tolerance, "{report:?}");
    }
    // Fourth order: halves of the steps, a sixteenth of the error.
    let error = |steps| {
        apart(
            &run(&immediate, StepControl::Fixed { steps }, &field).0,
            &expected,
        )
    };
    let order = (error(40) / error(80)).log2();
    assert!((3.8..4.3).contains(&order), "{order}");
}

#[test]
fn self_steepening_and_raman_keep_the_number_of_photons() {
    // Σ|A(ω)|²/(ω0 + ω) is what the equation conserves without loss.
    let carrier = angular_frequency(1550e-9);
    let grid = Grid {
        samples: 1024,
        sampling_rate: 1024.0 / 10e-12,
    };
    let field: Vec<Complex64> = (0..1024)
        .map(|k| {
            Complex64::from(60.0 / ((f64::from(k) - 512.0) / 1024.0 * 10e-12 / 0.08e-12).cosh())
        })
        .collect();
    let short = NonlinearFiber {
        length: 0.5,
        beta2: -12e-27,
        gamma: 2e-3,
        raman: Some(RamanResponse::SILICA),
        self_steepening: Some(carrier),
        ..NonlinearFiber::default()
    };
    let mut out = field.clone();
    let report = Propagator::new(&short, grid, StepControl::Automatic { tolerance: 1e-7 })
        .unwrap()
        .propagate(&mut out)
        .unwrap();
    let spectrum = |a: &[Complex64]| {
        let mut s = a.to_vec();
        rustfft::FftPlanner::new()
            .plan_fft_forward(1024)
            .process(&mut s);
        s
    };
    let photons = |a: &[Complex64]| -> f64 {
        spectrum(a)
            .iter()
            .enumerate()
            .map(|(k, s)| s.norm_sqr() / (carrier + TAU * grid.frequency(k)))
            .sum()
    };
    let mean = |a: &[Complex64]| -> f64 {
        let s = spectrum(a);
        let all: f64 = s.iter().map(Complex64::norm_sqr).sum();
        s.iter()
            .enumerate()
            .map(|(k, s)| s.norm_sqr() * grid.frequency(k))
            .sum::<f64>()
            / all
    };
    assert!(
        (photons(&out) / photons(&field) - 1.0).abs() < 1e-7,
        "{report:?}"
    );
    // Towards the red, and energy goes into the glass.
    assert!(
        mean(&out) < -1e11 && report.energy_error < -1e-4,
        "{} {report:?}",
        mean(&out)
    );
}
