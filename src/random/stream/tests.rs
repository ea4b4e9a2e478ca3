use super::*;
use crate::random::{GAUSSIAN_TAIL_END, Source, StreamKey};

const KEY: StreamKey = StreamKey {
    seed: 20_26,
    source: Source::ThermalNoise,
    lane: 0,
    polarization: 0,
    span: 0,
};

fn normal(key: StreamKey, first: i64, count: usize) -> Vec<f64> {
    let mut out = vec![0.0; count];
    key.stream().fill_gaussian(first, &mut out);
    out
}

/// Mean product of two sequences of zero mean and unit variance, in its standard deviations.
fn correlation_in_sigmas(a: &[f64], b: &[f64]) -> f64 {
    let sum: f64 = a.iter().zip(b).map(|(x, y)| x * y).sum();
    sum / (a.len().min(b.len()) as f64).sqrt()
}

#[test]
fn moments_and_tails_are_those_of_a_standard_normal() {
    const BLOCKS: i64 = 512;
    const LENGTH: i64 = 1 << 16;
    let count = (BLOCKS * LENGTH) as f64; // 3.36e7
    let stream = KEY.stream();
    let mut out = vec![0.0; LENGTH as usize];
    let mut sums = [0.0; 6];
    let (mut above_3, mut above_45, mut largest) = (0_u32, 0_u32, 0.0_f64);
    for block in 0..BLOCKS {
        stream.fill_gaussian(block * LENGTH, &mut out);
        let mut partial = [0.0; 6];
        for &x in &out {
            let mut power = 1.0;
            for sum in &mut partial {
                power *= x;
                *sum += power;
            }
            above_3 += u32::from(x > 3.0);
            above_45 += u32::from(x.abs() > 4.5);
            largest = largest.max(x.abs());
        }
        for (sum, part) in sums.iter_mut().zip(partial) {
            *sum += part;
        }
    }
    // Moments of the standard normal: E x^k, and the variances E x^2k − (E x^k)².
    let expected = [0.0, 1.0, 0.0, 3.0, 0.0, 15.0];
    let variances: [f64; 6] = [1.0, 2.0, 15.0, 96.0, 945.0, 10_170.0];
    for ((sum, mean), variance) in sums.iter().zip(expected).zip(variances) {
        let deviation = (sum / count - mean) / (variance / count).sqrt();
        assert!(deviation.abs() < 4.5, "{mean}: {deviation} sigmas");
    }
    // Q(3) = 1.349898e-3 and 2·Q(4.5) = 6.795346e-6 (Abramowitz and Stegun, table 26.1).
    for (hits, probability) in [(above_3, 1.349_898_03e-3), (above_45, 6.795_346e-6)] {
        let mean = count * probability;
        let deviation = (f64::from(hits) - mean) / mean.sqrt();
        assert!(deviation.abs() < 4.5, "{hits} against {mean}");
    }
    assert!(largest > 5.0 && largest <= GAUSSIAN_TAIL_END);
}

#[test]
fn distribution_function_passes_kolmogorov_smirnov() {
    let mut x = normal(KEY, 0, 1 << 20);
    x.sort_by(f64::total_cmp);
    let n = x.len() as f64;
    let distance = x
        .iter()
        .enumerate()
        .map(|(rank, &x)| {
            let cumulative = 0.5 * libm::erfc(-x / core::f64::consts::SQRT_2);
            (cumulative - rank as f64 / n)
                .abs()
                .max((cumulative - (rank + 1) as f64 / n).abs())
        })
        .fold(0.0, f64::max);
    // The limiting distribution exceeds 2.0 with probability 6.7e-4.
    assert!(distance * n.sqrt() < 2.0, "{}", distance * n.sqrt());
}

#[test]
fn draws_do_not_depend_on_how_the_range_is_cut() {
    let stream = KEY.stream();
    for first in [-1000, 0, 7, (1 << 40) - 3, i64::MIN, i64::MAX - 2000] {
        let whole = normal(KEY, first, 2000);
        let mut words = vec![0; 2000];
        stream.fill_uniform_u32(first, &mut words);
        let mut symbols = vec![0; 2000];
        stream.fill_symbols(first, 6, &mut symbols);
        for piece in [1, 2, 3, 15, 16, 17, 31, 33, 513, 1999] {
            let mut start = 0;
            while start < 2000 {
                let end = (start + piece).min(2000);
                let index = first + start as i64;
                let mut part = vec![0.0; end - start];
                stream.fill_gaussian(index, &mut part);
                assert_eq!(part, whole[start..end]);
                let mut part = vec![0; end - start];
                stream.fill_uniform_u32(index, &mut part);
                assert_eq!(part, words[start..end]);
                let mut part = vec![0; end - start];
                stream.fill_symbols(index, 6, &mut part);
                assert_eq!(part, symbols[start..end]);
                start = end;
            }
        }
    }
}

#[test]
fn dispatched_and_baseline_uniform_kernels_agree() {
    let mut fast = vec![[0; UNIFORM_BLOCK]; 300];
    let mut plain = fast.clone();
    fill_uniform_blocks([3, 5], u64::MAX - 100, &mut fast);
    fill_uniform_blocks_plain([3, 5], u64::MAX - 100, &mut plain);
    assert_eq!(fast, plain);
}

#[test]
fn streams_that_differ_in_one_field_are_uncorrelated() {
    const COUNT: usize = 1 << 20;
    let base = normal(KEY, 0, COUNT);
    let others = [
        StreamKey {
            seed: KEY.seed + 1,
            ..KEY
        },
        StreamKey {
            polarization: 1,
            ..KEY
        },
        StreamKey { span: 1, ..KEY },
        StreamKey { lane: 1, ..KEY },
        StreamKey {
            source: Source::ShotNoise,
            ..KEY
        },
    ];
    for key in others {
        let other = normal(key, 0, COUNT);
        let sigmas = correlation_in_sigmas(&base, &other);
        assert!(sigmas.abs() < 4.5, "{key:?}: {sigmas}");
        // Dependence that a correlation does not see: the squares, of variance 2.
        let squares: f64 = base
            .iter()
            .zip(&other)
            .map(|(a, b)| (a * a - 1.0) * (b * b - 1.0))
            .sum::<f64>()
            / (2.0 * (COUNT as f64).sqrt());
        assert!(squares.abs() < 4.5, "{key:?}: squares {squares}");
    }
}

#[test]
fn neighbouring_samples_are_white() {
    const COUNT: usize = 1 << 20;
    let x = normal(KEY, -(1 << 19), COUNT + 64);
    for lag in 1..=64 {
        let sigmas = correlation_in_sigmas(&x[..COUNT], &x[lag..]);
        assert!(sigmas.abs() < 4.5, "lag {lag}: {sigmas}");
        let squares: f64 = x[..COUNT]
            .iter()
            .zip(&x[lag..])
            .map(|(a, b)| (a * a - 1.0) * (b * b - 1.0))
            .sum::<f64>()
            / (2.0 * (COUNT as f64).sqrt());
        assert!(squares.abs() < 4.5, "lag {lag}: squares {squares}");
    }
}

#[test]
fn symbols_are_equally_likely_for_every_level_count() {
    const COUNT: usize = 1 << 18;
    let key = StreamKey {
        source: Source::Symbols,
        ..KEY
    };
    let mut out = vec![0; COUNT];
    for levels in 2..=16_u8 {
        key.stream().fill_symbols(0, levels, &mut out);
        let mut counts = vec![0_u32; usize::from(levels)];
        for &symbol in &out {
            counts[usize::from(symbol)] += 1;
        }
        let mean = COUNT as f64 / f64::from(levels);
        let chi_squared: f64 = counts
            .iter()
            .map(|&hits| (f64::from(hits) - mean).powi(2) / mean)
            .sum();
        let freedom = f64::from(levels) - 1.0;
        // Mean `freedom`, variance 2·`freedom`, with a skewed upper tail.
        assert!(
            chi_squared < freedom + 5.5 * (2.0 * freedom).sqrt(),
            "{levels}: {chi_squared}"
        );
    }
}

#[test]
fn one_or_no_level_gives_zeros_and_empty_output_is_allowed() {
    let stream = KEY.stream();
    let mut out = [9; 40];
    stream.fill_symbols(3, 1, &mut out);
    assert_eq!(out, [0; 40]);
    stream.fill_symbols(3, 0, &mut out);
    assert_eq!(out, [0; 40]);
    stream.fill_gaussian(5, &mut []);
    stream.fill_uniform_u32(5, &mut []);
    stream.fill_symbols(5, 4, &mut []);
}
