//! What propagation conserves, undoes or may not depend on, and two methods against each other.

use super::*;

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
