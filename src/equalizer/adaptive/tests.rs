use super::*;

const LEVELS: [f64; 4] = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];

/// Numbers from 0 to 1 by the high bits of a linear congruential generator.
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1u64 << 53) as f64
    }
}

fn symbols(count: usize) -> Vec<f64> {
    let mut next = uniform(7);
    (0..count)
        .map(|_| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let level = (4.0 * next()) as usize;
            LEVELS[level]
        })
        .collect()
}

fn filtered(symbols: &[f64], response: &[f64], deviation: f64) -> Vec<f64> {
    let mut next = uniform(11);
    (0..symbols.len())
        .map(|n| {
            let signal: f64 = (response.iter().enumerate())
                .map(|(k, h)| h * if n >= k { symbols[n - k] } else { 0.0 })
                .sum();
            // Of variance 1.
            let noise: f64 = (0..12).map(|_| next()).sum::<f64>() - 6.0;
            signal + deviation * noise
        })
        .collect()
}

fn mean_square(errors: &[f64]) -> f64 {
    errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64
}

/// Noise-free taps of feedback are the response behind its first symbol, whatever the rule.
#[test]
fn feedback_becomes_the_response() {
    let sent = symbols(60_000);
    let received = filtered(&sent, &[1.0, 0.5, -0.25, 0.125], 0.0);
    let structure = AdaptiveStructure {
        feedback_taps: 3,
        ..AdaptiveStructure::default()
    };
    for rule in [
        UpdateRule::LeastMeanSquares { step: 0.05 },
        UpdateRule::NormalizedLeastMeanSquares { step: 0.2 },
        UpdateRule::RecursiveLeastSquares {
            forgetting: 1.0,
            start: 1e6,
        },
    ] {
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS).unwrap();
        let out = equalizer
            .equalize(&received, &sent[..1000], AfterTraining::DecisionDirected)
            .unwrap();
        for (b, expected) in equalizer.feedback_taps().iter().zip([0.5, -0.25, 0.125]) {
            assert!((b - expected).abs() < 1e-6, "{rule:?} {b}");
        }
        assert!((equalizer.linear_taps()[0] - 1.0).abs() < 1e-6);
        assert!(mean_square(&out.errors[50_000..]) < 1e-12);
        for (decision, symbol) in out.decisions.iter().zip(&sent).skip(1000) {
            assert_eq!(LEVELS[usize::from(*decision)].to_bits(), symbol.to_bits());
        }
    }
}

/// Recursive least squares without forgetting is the solution of the normal equations, apart from its
/// start: least error over the stretch itself.
#[test]
fn recursive_least_squares_solve_the_normal_equations() {
    let sent = symbols(4000);
    let received = filtered(&sent, &[0.2, 1.0, 0.4], 0.05);
    let structure = AdaptiveStructure {
        linear_taps: 5,
        main_tap: 2,
        constant: true,
        ..AdaptiveStructure::default()
    };
    let rule = UpdateRule::RecursiveLeastSquares {
        forgetting: 1.0,
        start: 1e8,
    };
    let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS).unwrap();
    equalizer
        .equalize(&received, &sent, AfterTraining::Hold)
        .unwrap();
    let at = |k: usize, i: usize| {
        let sample = (k + i).checked_sub(2).and_then(|j| received.get(j));
        sample.copied().unwrap_or(0.0)
    };
    let term = |k: usize, i: usize| if i == 5 { 1.0 } else { at(k, i) };
    let matrix = nalgebra::DMatrix::from_fn(6, 6, |i, j| {
        (0..4000).map(|k| term(k, i) * term(k, j)).sum::<f64>()
    });
    let vector =
        nalgebra::DVector::from_fn(6, |i, _| (0..4000).map(|k| term(k, i) * sent[k]).sum());
    let solved = matrix.lu().solve(&vector).unwrap();
    let mut found = equalizer.linear_taps().to_vec();
    found.push(equalizer.constant());
    for (w, s) in found.iter().zip(solved.iter()) {
        assert!((w - s).abs() < 1e-6, "{w} {s}");
    }
}

/// Excess error of small steps after Haykin, section 6.4: J_min·μ·tr(R)/2.
#[test]
fn a_gradient_has_the_excess_error_of_its_step() {
    let sent = symbols(400_000);
    let deviation = 0.1;
    let received = filtered(&sent, &[1.0], deviation);
    let structure = AdaptiveStructure {
        linear_taps: 9,
        main_tap: 4,
        ..AdaptiveStructure::default()
    };
    let error = |rule| {
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS).unwrap();
        let out = equalizer
            .equalize(&received, &sent, AfterTraining::Hold)
            .unwrap();
        mean_square(&out.errors[50_000..])
    };
    let step = 0.02;
    let least = error(UpdateRule::RecursiveLeastSquares {
        forgetting: 1.0,
        start: 1e6,
    });
    let found = error(UpdateRule::LeastMeanSquares { step });
    let trace = 9.0 * (5.0 / 9.0 + deviation * deviation);
    let excess = found / least - 1.0;
    let expected = 0.5 * step * trace;
    assert!((excess / expected - 1.0).abs() < 0.1, "{excess} {expected}");
}

/// Samples y with y_n + 0.05·y_n² − 0.02·y_n³ + 0.04·y_n·y_{n−1} = a_n: products find these numbers again, and
/// taps alone do not undo it.
#[test]
fn products_undo_what_taps_cannot() {
    let sent = symbols(20_000);
    let mut received: Vec<f64> = Vec::new();
    for a in &sent {
        let last = received.last().copied().unwrap_or(0.0);
        let mut y = *a;
        for _ in 0..50 {
            let off = y + 0.05 * y * y - 0.02 * y * y * y + 0.04 * y * last - a;
            y -= off / (1.0 + 0.1 * y - 0.06 * y * y + 0.04 * last);
        }
        received.push(y);
    }
    let run = |second_order_taps, third_order_taps| {
        let structure = AdaptiveStructure {
            linear_taps: 7,
            main_tap: 3,
            second_order_taps,
            third_order_taps,
            ..AdaptiveStructure::default()
        };
        let rule = UpdateRule::RecursiveLeastSquares {
            forgetting: 1.0,
            start: 1e8,
        };
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS).unwrap();
        let out = equalizer
            .equalize(&received, &sent[..10_000], AfterTraining::DecisionDirected)
            .unwrap();
        (mean_square(&out.errors[10_000..]), equalizer)
    };
    let (line, square, (cube, equalizer)) = (run(0, 0).0, run(2, 0).0, run(2, 1));
    assert!(
        line > 5.0 * square && square > 1e-5 && cube < 1e-10,
        "{line} {square} {cube}"
    );
    // The window of two is the main sample and the one before.
    for ((i, j), expected) in [
        ((1, 1), 0.05),
        ((0, 1), 0.04),
        ((1, 0), 0.04),
        ((0, 0), 0.0),
    ] {
        let found = equalizer.second_order_tap(i, j).unwrap();
        assert!((found - expected).abs() < 1e-5, "{i} {j} {found}");
    }
    assert_eq!(equalizer.second_order_tap(0, 2), None);
}

/// Half a symbol between taps makes the sampling phase unimportant, one symbol does not.
#[test]
fn taps_at_half_a_symbol_do_not_mind_the_phase() {
    let sent = symbols(30_000);
    // Raised cosine pulses of roll-off 0.5, sampled 0.4 symbols late, band of 0.75 of the symbol rate.
    let pulse = |t: f64| {
        let x = std::f64::consts::PI * t;
        let sinc = if t.abs() < 1e-12 { 1.0 } else { x.sin() / x };
        sinc * (0.5 * x).cos() / (1.0 - t * t)
    };
    let sample = |half: usize| -> f64 {
        let t = 0.5 * half as f64 + 0.4;
        let center = half / 2;
        (center.saturating_sub(8)..(center + 9).min(sent.len()))
            .map(|k| sent[k] * pulse(t - k as f64))
            .sum()
    };
    let received: Vec<f64> = (0..60_000).map(sample).collect();
    let error = |samples_per_symbol: usize, linear_taps: usize| {
        let structure = AdaptiveStructure {
            samples_per_symbol,
            linear_taps,
            main_tap: linear_taps / 2,
            ..AdaptiveStructure::default()
        };
        let rule = UpdateRule::RecursiveLeastSquares {
            forgetting: 1.0,
            start: 1e4,
        };
        let samples: Vec<f64> = received
            .iter()
            .copied()
            .step_by(2 / samples_per_symbol)
            .collect();
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS).unwrap();
        let out = equalizer
            .equalize(&samples, &sent, AfterTraining::Hold)
            .unwrap();
        mean_square(&out.errors[10_000..29_000])
    };
    let (half, one) = (error(2, 22), error(1, 11));
    assert!(half < 1e-4 && one > 10.0 * half, "{half} {one}");
}

#[test]
fn numbers_that_cannot_be_are_refused() {
    let good = AdaptiveStructure {
        linear_taps: 5,
        main_tap: 2,
        ..AdaptiveStructure::default()
    };
    let rule = UpdateRule::LeastMeanSquares { step: 0.01 };
    let structures = [
        AdaptiveStructure {
            linear_taps: 0,
            ..good
        },
        AdaptiveStructure {
            main_tap: 5,
            ..good
        },
        AdaptiveStructure {
            samples_per_symbol: 0,
            ..good
        },
        AdaptiveStructure {
            second_order_taps: 6,
            ..good
        },
        AdaptiveStructure {
            third_order_taps: usize::MAX,
            ..good
        },
        AdaptiveStructure {
            feedback_taps: usize::MAX,
            ..good
        },
    ];
    for structure in structures {
        let refused = AdaptiveEqualizer::new(structure, rule, &LEVELS);
        assert!(
            matches!(refused, Err(AdaptiveError::Structure { .. })),
            "{structure:?}"
        );
    }
    for rule in [
        UpdateRule::LeastMeanSquares { step: f64::NAN },
        UpdateRule::NormalizedLeastMeanSquares { step: -0.1 },
        UpdateRule::RecursiveLeastSquares {
            forgetting: 1.01,
            start: 1.0,
        },
        UpdateRule::RecursiveLeastSquares {
            forgetting: 1.0,
            start: f64::INFINITY,
        },
    ] {
        let refused = AdaptiveEqualizer::new(good, rule, &LEVELS);
        assert!(
            matches!(refused, Err(AdaptiveError::Rule { .. })),
            "{rule:?}"
        );
    }
    for levels in [&[1.0][..], &[1.0, 1.0], &[0.0, f64::NAN], &[1.0, 0.0]] {
        let refused = AdaptiveEqualizer::new(good, rule, levels);
        assert!(matches!(refused, Err(AdaptiveError::Levels { .. })));
    }
    let mut equalizer = AdaptiveEqualizer::new(good, rule, &LEVELS).unwrap();
    let nothing = equalizer
        .equalize(&[], &[1.0], AfterTraining::Hold)
        .unwrap();
    assert_eq!(nothing, Equalized::default());
    let one = equalizer
        .equalize(&[0.9], &[], AfterTraining::Hold)
        .unwrap();
    assert_eq!((one.outputs[0], one.decisions[0]), (0.9, 3));
    let bad = equalizer.equalize(&[1.0, f64::NAN], &[], AfterTraining::Hold);
    assert!(matches!(
        bad,
        Err(AdaptiveError::NotFinite { index: 1, .. })
    ));
    let mut wild =
        AdaptiveEqualizer::new(good, UpdateRule::LeastMeanSquares { step: 1.9 }, &LEVELS).unwrap();
    let away = wild.equalize(&[100.0; 500], &[1.0; 500], AfterTraining::Hold);
    assert!(matches!(away, Err(AdaptiveError::Diverged { .. })));
}
