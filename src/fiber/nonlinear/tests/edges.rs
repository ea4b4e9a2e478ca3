//! Where the answer is known: without one of the effects, without length or light, with much loss.

use super::*;

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
