// Counts are whole numbers and so exact.
#![allow(
    clippy::float_cmp,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss
)]

use super::*;

const UNIT: (f64, f64) = (0.0, 1.0);

/// Uniform numbers in 0..1 (Numerical Recipes' 64-bit linear congruential generator).
fn uniform(count: usize) -> Vec<f64> {
    let mut state = 1_u64;
    (0..count)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (state >> 11) as f64 / (1_u64 << 53) as f64
        })
        .collect()
}

fn normal_cells(mean: f64, sigma: f64, rows: usize) -> Vec<f64> {
    let below = |x: f64| 0.5 * libm::erfc((mean - x) / sigma / std::f64::consts::SQRT_2);
    (0..rows)
        .map(|row| below((row + 1) as f64 / rows as f64) - below(row as f64 / rows as f64))
        .collect()
}

#[test]
fn counts_are_those_of_a_naive_histogram() {
    let samples = uniform(10_007);
    let mut density = Density::new(32, 20, (-1.0, 1.0), (0.1, 0.9)).unwrap();
    let trace = Trace {
        samples: &samples,
        samples_per_symbol: 16.0,
        first_phase: 0.0,
        cyclic: false,
    };
    density.add_trace(&trace).unwrap();
    let mut naive = vec![0.0; 32 * 20];
    let mut outside = 0.0;
    for (i, v) in samples.iter().enumerate() {
        let column = (i + 16) % 32;
        if (0.1..0.9).contains(v) {
            naive[column * 20 + ((v - 0.1) / 0.04) as usize] += 1.0;
        } else {
            outside += 1.0;
        }
    }
    assert_eq!(density.cells, naive);
    assert_eq!(density.outside, outside);

    let times: Vec<f64> = (0..samples.len())
        .map(|i| ((i + 16) % 32) as f64 / 16.0 - 0.99)
        .collect();
    let mut pairs = Density::new(32, 20, (-1.0, 1.0), (0.1, 0.9)).unwrap();
    pairs.add_points(&times, &samples).unwrap();
    assert_eq!(pairs.cells, naive);
}

#[test]
fn a_fractional_number_of_samples_per_symbol_keeps_its_phase() {
    // A ramp over each symbol: the value tells the phase.
    let samples: Vec<f64> = (0..5000).map(|i| (f64::from(i) / 7.3).fract()).collect();
    let mut density = Density::new(10, 10, UNIT, UNIT).unwrap();
    let trace = Trace {
        samples: &samples,
        samples_per_symbol: 7.3,
        first_phase: 0.0,
        cyclic: false,
    };
    density.add_trace(&trace).unwrap();
    for column in 0..10 {
        let off: f64 = (0..10)
            .filter(|&r| r != column)
            .map(|r| density.column(column)[r])
            .sum();
        assert!(
            off <= 0.1 * density.column(column)[column],
            "column {column}"
        );
    }
}

#[test]
fn interpolation_restores_a_sinusoid() {
    let tone = |t: f64| 0.5 + 0.4 * (std::f64::consts::TAU * t).sin();
    let samples: Vec<f64> = (0..64).map(|i| tone(f64::from(i) / 16.0)).collect();
    let mut density = Density::new(100, 1000, UNIT, UNIT).unwrap();
    let trace = Trace {
        samples: &samples,
        samples_per_symbol: 16.0,
        first_phase: 0.0,
        cyclic: true,
    };
    density.add_interpolated(&trace).unwrap();
    assert_eq!(density.cells.iter().sum::<f64>(), 400.0);
    for column in 0..100 {
        let row = density
            .column(column)
            .iter()
            .position(|c| *c == 4.0)
            .unwrap();
        assert!((density.value_of(row) - tone(density.time_of(column))).abs() < 0.002);
    }
}

#[test]
fn gaussians_have_the_mass_of_the_error_function_and_conserve_it() {
    // Widths from a tenth of a row to a tenth of the picture, through both methods.
    for sigma in [1e-4, 4e-4, 1e-3, 2.4e-3, 2.6e-3, 1e-2, 3.3e-2, 0.06] {
        let mut density = Density::new(1, 1000, UNIT, UNIT).unwrap();
        density.add_gaussians(0, &[0.50313], &[sigma]).unwrap();
        let total: f64 = density.cells.iter().sum();
        assert!((total - 1.0).abs() < 1e-6, "{sigma}: {total}");
        let exact = normal_cells(0.50313, sigma, 1000);
        let peak = exact.iter().copied().fold(0.0, f64::max);
        let error = density
            .cells
            .iter()
            .zip(&exact)
            .map(|(a, b)| (a - b).abs())
            .fold(0.0, f64::max);
        // Narrow ones are placed to a sixteenth of a row.
        let bound = if sigma < 2.5e-3 { 0.08 } else { 0.003 };
        assert!(error < bound * peak, "{sigma}: {error} of {peak}");
        let mean = |cells: &[f64]| -> f64 {
            cells
                .iter()
                .enumerate()
                .map(|(row, cell)| density.value_of(row) * cell)
                .sum()
        };
        let shift = mean(&density.cells) - mean(&exact);
        assert!(shift.abs() < 5e-5, "{sigma}: {shift}");
    }
}

#[test]
fn tails_follow_the_gaussian_to_seven_sigma() {
    let (mean, sigma) = (0.5, 0.0431);
    let mut density = Density::new(1, 768, UNIT, UNIT).unwrap();
    density.add_gaussians(0, &[mean], &[sigma]).unwrap();
    let exact = normal_cells(mean, sigma, 768);
    for (row, bound) in
        [(5.0, 1.3), (7.0, 2.5)].map(|(n, b)| (((mean - n * sigma) * 768.0) as usize, b))
    {
        let ratio = density.cells[row] / exact[row];
        assert!(ratio > 0.9 && ratio < bound, "{ratio}");
    }
}

#[test]
fn what_lies_outside_is_told_and_does_not_wrap_around() {
    let mut density = Density::new(1, 500, UNIT, UNIT).unwrap();
    density
        .add_gaussians(0, &[0.0, 0.5, 7.0, -900.0], &[0.02])
        .unwrap();
    let total: f64 = density.cells.iter().sum();
    assert!(
        (total - 0.375).abs() < 1e-6,
        "half of one and all of another: {total}"
    );
    assert!((density.outside - 0.625).abs() < 1e-6);
    assert!(density.column(0)[400..].iter().all(|c| *c < 1e-7));
    // Wider than the picture by far: flat.
    let mut flat = Density::new(1, 500, UNIT, UNIT).unwrap();
    flat.add_gaussians(0, &[0.5], &[1e4]).unwrap();
    let expected = 1e-4 / std::f64::consts::TAU.sqrt();
    assert!((flat.cells.iter().sum::<f64>() / expected - 1.0).abs() < 1e-6);
}

#[test]
fn a_noisy_eye_of_two_symbols_repeats_and_conserves() {
    let symbols = uniform(64);
    let samples: Vec<f64> = symbols
        .iter()
        .flat_map(|s| [0.3 + 0.4 * s.round(); 8])
        .collect();
    let sigmas: Vec<f64> = samples.iter().map(|s| 0.01 + 0.03 * s).collect();
    let mut density = Density::new(64, 256, (-1.0, 1.0), UNIT).unwrap();
    let trace = Trace {
        samples: &samples,
        samples_per_symbol: 8.0,
        first_phase: 0.5,
        cyclic: true,
    };
    density.add_noisy(&trace, &sigmas).unwrap();
    for column in 0..32 {
        assert_eq!(density.column(column), density.column(column + 32));
        let total: f64 = density.column(column).iter().sum();
        assert!((total - 1.0).abs() < 1e-3, "{total}");
    }
    let mut one = Density::new(64, 256, (-1.0, 1.0), UNIT).unwrap();
    let level: Vec<f64> = symbols.iter().map(|s| 0.3 + 0.4 * s.round()).collect();
    let sigma: Vec<f64> = level.iter().map(|s| 0.01 + 0.03 * s).collect();
    one.add_gaussians(0, &level, &sigma).unwrap();
    for (a, b) in one.column(0).iter().zip(density.column(0)) {
        assert!((a - b).abs() < 1e-3);
    }
}

#[test]
fn odd_input_is_refused_or_counted() {
    for (columns, rows) in [(0, 5), (5, 0), (usize::MAX, 2)] {
        assert!(matches!(
            Density::new(columns, rows, UNIT, UNIT),
            Err(DensityError::Size { .. })
        ));
    }
    for range in [
        (1.0, 1.0),
        (2.0, 1.0),
        (f64::NAN, 1.0),
        (0.0, f64::INFINITY),
        (-1e308, 1e308),
    ] {
        assert!(
            matches!(
                Density::new(2, 2, UNIT, range),
                Err(DensityError::Range { .. })
            ),
            "{range:?}"
        );
    }
    let mut density = Density::new(4, 4, UNIT, UNIT).unwrap();
    let samples = [0.5, f64::NAN, f64::INFINITY, 2.0, 0.1, 0.1, 0.1, 0.1];
    let trace = |samples_per_symbol| Trace {
        samples: &samples,
        samples_per_symbol,
        first_phase: 0.0,
        cyclic: true,
    };
    density.add_trace(&trace(4.0)).unwrap();
    assert_eq!(
        (
            density.cells.iter().sum::<f64>(),
            density.outside,
            density.not_finite
        ),
        (5.0, 1.0, 2)
    );
    for wrong in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(density.add_trace(&trace(wrong)).is_err());
    }
    density.add_noisy(&trace(4.0), &[0.1]).unwrap();
    assert!(density.cells.iter().all(|cell| cell.is_finite()));
    density
        .add_gaussians(0, &[0.5, f64::NAN], &[f64::NAN, 1.0])
        .unwrap();
    density.add_gaussians(0, &[], &[]).unwrap();
    assert!(density.add_gaussians(9, &[0.5], &[0.1]).is_err());
    assert!(density.add_gaussians(0, &[0.5, 0.5], &[0.1; 3]).is_err());
    let empty = Trace {
        samples: &[],
        ..trace(4.0)
    };
    density.add_noisy(&empty, &[0.1]).unwrap();
    density.add_trace(&empty).unwrap();
    density.add_interpolated(&empty).unwrap();
    let mut narrow = Density::new(4, 4, (0.0, 0.7), UNIT).unwrap();
    assert!(matches!(
        narrow.add_trace(&trace(4.0)),
        Err(DensityError::Window(_))
    ));
    assert!(narrow.column(9).is_empty());
}
