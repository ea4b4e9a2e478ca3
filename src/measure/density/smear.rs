//! Sums of Gaussian probability densities on the rows of a column.

use super::{Density, index_below};
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;

/// Variance in rows² from which a Gaussian is applied through the Fourier transform. Its spectrum
///  at the Nyquist frequency is then exp(−(2.5π)²/2) = 4e-14, so sampling cannot ring.
const TRANSFORM_VARIANCE: f64 = 6.25;
/// Variance in rows² below which a Gaussian is drawn as if it had this variance.
const SMALLEST_VARIANCE: f64 = 0.01;
/// Half-widths at which Gaussians are cut off, in standard deviations: P(|x| > 8 σ) = 1.2e-15.
const CUT_OFF: f64 = 8.0;
/// Steps of variance within an octave, as the number of leading mantissa bits: 3 bits are 8 steps,
/// that is 3.0 % to 6.1 % of standard deviation.
const LEVEL_BITS: u32 = 3;
/// Positions within a row for which a narrow Gaussian is tabulated.
const OFFSETS: usize = 16;
/// Probability per cell that the transform cannot tell from its own rounding.
const ROUNDING_FLOOR: f64 = 1e-16;

/// Variance level of a positive variance: its exponent and leading mantissa bits, so that levels
/// are linear in variance between powers of two; and the fraction of the way to the next level.
fn level_of(variance: f64) -> (u32, f64) {
    const SHIFT: u32 = 52 - LEVEL_BITS;
    let bits = variance.to_bits();
    #[allow(clippy::cast_possible_truncation)]
    let level = (bits >> SHIFT) as u32;
    let fraction = (bits & ((1 << SHIFT) - 1)) as f64 / (1_u64 << SHIFT) as f64;
    (level, fraction)
}

/// Variance at the start of a level.
fn variance_of(level: u32) -> f64 {
    f64::from_bits(u64::from(level) << (52 - LEVEL_BITS))
}

/// What a column had to leave out.
#[derive(Default, Clone, Copy)]
pub(super) struct Lost {
    pub outside: f64,
    pub not_finite: usize,
}

/// Sums Gaussians on the rows of a column, wide ones by level of variance through the Fourier
/// transform, narrow ones from a table. All lengths are in rows.
pub(super) struct Smearer {
    low: f64,
    per_row: f64,
    rows: usize,
    margin: usize,
    first_level: u32,
    /// Spectra of the wide Gaussians by level.
    spectra: Vec<Vec<f64>>,
    first_narrow: u32,
    /// Tabulated narrow Gaussians by level and offset.
    narrow: Vec<Vec<Vec<f64>>>,
    length: usize,
    forward: Arc<dyn RealToComplex<f64>>,
    inverse: Arc<dyn ComplexToReal<f64>>,
}

/// Memory of one thread.
pub(super) struct Workspace {
    levels: Vec<Vec<f64>>,
    touched: Vec<bool>,
    spectrum: Vec<Complex<f64>>,
    sum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    result: Vec<f64>,
}

impl Smearer {
    pub fn new(density: &Density, sigmas: impl Iterator<Item = f64>) -> Self {
        let per_row = 1.0 / density.row_height();
        // A Gaussian far wider than the picture is evaluated where it is, not transformed.
        let widest = wide_limit(density.rows);
        let mut wide = (f64::INFINITY, 0.0_f64);
        let mut narrow = (f64::INFINITY, 0.0_f64);
        for sigma in sigmas.filter(|sigma| sigma.is_finite() && *sigma >= 0.0) {
            let variance = (sigma * per_row).powi(2);
            if variance < TRANSFORM_VARIANCE {
                let variance = variance.max(SMALLEST_VARIANCE);
                narrow = (narrow.0.min(variance), narrow.1.max(variance));
            } else if variance < widest {
                wide = (wide.0.min(variance), wide.1.max(variance));
            }
        }
        // Interpolated standard deviations may overshoot the samples'; half as much again is
        // beyond what cubic convolution does. Those beyond are evaluated directly.
        let wide = spread(wide, TRANSFORM_VARIANCE, widest);
        let narrow = spread(narrow, SMALLEST_VARIANCE, TRANSFORM_VARIANCE);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let margin = wide.map_or(0, |(_, most)| (CUT_OFF * most.sqrt()).ceil() as usize);
        let length = smooth_length(density.rows + 2 * margin);
        let mut planner = RealFftPlanner::new();
        let (first_level, levels) = level_range(wide);
        let (first_narrow, narrow_levels) = level_range(narrow);
        Self {
            low: density.value_range.0,
            per_row,
            rows: density.rows,
            margin,
            first_level,
            spectra: levels
                .map(|level| gaussian_spectrum(variance_of(level), length))
                .collect(),
            first_narrow,
            narrow: narrow_levels
                .map(|level| gaussian_cells(variance_of(level)))
                .collect(),
            length,
            forward: planner.plan_fft_forward(length),
            inverse: planner.plan_fft_inverse(length),
        }
    }

    pub fn workspace(&self) -> Workspace {
        let spectrum = self.forward.make_output_vec();
        let scratch = self
            .forward
            .get_scratch_len()
            .max(self.inverse.get_scratch_len());
        Workspace {
            levels: vec![vec![0.0; self.length]; self.spectra.len()],
            touched: vec![false; self.spectra.len()],
            sum: spectrum.clone(),
            spectrum,
            scratch: vec![Complex::default(); scratch],
            result: vec![0.0; self.length],
        }
    }

    /// Adds the mean of the densities to the cells of one column.
    pub fn add(
        &self,
        work: &mut Workspace,
        means: &[f64],
        sigmas: &[f64],
        cells: &mut [f64],
    ) -> Lost {
        let before: f64 = cells.iter().sum();
        let mut lost = Lost::default();
        let usable = means.iter().filter(|mean| mean.is_finite()).count();
        if usable == 0 {
            lost.not_finite = means.len();
            return lost;
        }
        let weight = 1.0 / usable as f64;
        let common = (sigmas.len() == 1).then(|| sigmas.first().copied().unwrap_or(0.0));
        let reach = (self.rows + self.margin) as f64 - 2.0;
        for (index, &mean) in means.iter().enumerate() {
            let sigma = common.or_else(|| sigmas.get(index).copied()).unwrap_or(0.0);
            let place = (mean - self.low) * self.per_row;
            if !(place.is_finite() && sigma >= 0.0 && sigma.is_finite()) {
                lost.not_finite += 1;
                continue;
            }
            let variance = (sigma * self.per_row).powi(2);
            if variance < TRANSFORM_VARIANCE {
                self.add_narrow(variance, place, weight, cells);
                continue;
            }
            let (level, fraction) = level_of(variance);
            let slot = level.wrapping_sub(self.first_level) as usize;
            let inside = place > 2.0 - self.margin as f64 && place < reach;
            if slot + 1 < work.levels.len() && inside {
                deposit(work, slot, place + self.margin as f64, weight, fraction);
            } else if slot + 1 >= work.levels.len() {
                add_exact(variance.sqrt(), place, weight, cells);
            }
        }
        self.transform(work, cells);
        let after: f64 = cells.iter().sum();
        let given = weight * (means.len() - lost.not_finite) as f64;
        lost.outside = (given - (after - before)).max(0.0);
        if lost.outside < 1e-12 {
            lost.outside = 0.0;
        }
        lost
    }

    fn add_narrow(&self, variance: f64, place: f64, weight: f64, cells: &mut [f64]) {
        let (level, fraction) = level_of(variance.max(SMALLEST_VARIANCE));
        let nearest = level.wrapping_sub(self.first_narrow) as usize + usize::from(fraction > 0.5);
        let Some(offsets) = self.narrow.get(nearest) else {
            add_exact(variance.sqrt(), place, weight, cells);
            return;
        };
        let row = place.floor();
        let Some(kernel) =
            index_below((place - row) * OFFSETS as f64, OFFSETS).and_then(|o| offsets.get(o))
        else {
            return;
        };
        let half = (kernel.len() / 2) as f64;
        let first = row - half;
        if first >= 0.0 && first + kernel.len() as f64 <= cells.len() as f64 {
            let start = index_below(first, cells.len()).unwrap_or(0);
            for (cell, share) in cells.iter_mut().skip(start).zip(kernel) {
                *cell += weight * share;
            }
        } else {
            for (step, share) in kernel.iter().enumerate() {
                let index = index_below(first + step as f64, cells.len());
                if let Some(cell) = index.and_then(|index| cells.get_mut(index)) {
                    *cell += weight * share;
                }
            }
        }
    }

    /// Applies every level's Gaussian to what was deposited at it and adds the sum to the cells.
    fn transform(&self, work: &mut Workspace, cells: &mut [f64]) {
        if !work.touched.contains(&true) {
            return;
        }
        work.sum.fill(Complex::default());
        for ((level, touched), gaussian) in work
            .levels
            .iter_mut()
            .zip(&mut work.touched)
            .zip(&self.spectra)
        {
            if !std::mem::take(touched) {
                continue;
            }
            // Lengths are those of the plan, so neither transform can fail.
            let _ = self
                .forward
                .process_with_scratch(level, &mut work.spectrum, &mut work.scratch);
            level.fill(0.0);
            for ((sum, value), factor) in work.sum.iter_mut().zip(&work.spectrum).zip(gaussian) {
                *sum += value * factor;
            }
        }
        if let Some(constant) = work.sum.first_mut() {
            constant.im = 0.0;
        }
        if self.length.is_multiple_of(2)
            && let Some(nyquist) = work.sum.last_mut()
        {
            nyquist.im = 0.0;
        }
        let _ =
            self.inverse
                .process_with_scratch(&mut work.sum, &mut work.result, &mut work.scratch);
        for (cell, value) in cells.iter_mut().zip(work.result.iter().skip(self.margin)) {
            if *value > ROUNDING_FLOOR {
                *cell += value;
            }
        }
    }
}

/// Adds a point mass at `place`, a `fraction` of it at the level after `slot` and the rest at
/// `slot`, as a quadratic B-spline over three rows, which keeps its mean and gives it a variance of
/// exactly 1/4 row² wherever it lies between rows (Hockney and Eastwood, Computer Simulation Using
/// Particles, 1988, section 5-2: the triangular-shaped cloud).
#[inline]
fn deposit(work: &mut Workspace, slot: usize, place: f64, weight: f64, fraction: f64) {
    // The centre of row i is at place i + 1/2.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let row = place as usize;
    let d = place - (row as f64 + 0.5);
    let shares = [
        0.5 * (0.5 - d) * (0.5 - d),
        0.75 - d * d,
        0.5 * (0.5 + d) * (0.5 + d),
    ];
    let rows = row.saturating_sub(1)..row.saturating_add(2);
    let Some([here, next]) = work.levels.get_mut(slot..slot + 2) else {
        return;
    };
    for (level, weight) in [(here, weight * (1.0 - fraction)), (next, weight * fraction)] {
        if let Some(cells) = level.get_mut(rows.clone()) {
            for (cell, share) in cells.iter_mut().zip(shares) {
                *cell += weight * share;
            }
        }
    }
    if let Some(touched) = work.touched.get_mut(slot..slot + 2) {
        touched.fill(true);
    }
}

/// Spectrum of a Gaussian, with the 1/12 row² of integration over a row put in and the 1/4 row² of
/// the deposit taken out, and the 1/n of the inverse transform.
fn gaussian_spectrum(variance: f64, length: usize) -> Vec<f64> {
    let step = std::f64::consts::TAU / length as f64;
    let variance = variance + 1.0 / 12.0 - 1.0 / 4.0;
    (0..=length / 2)
        .map(|bin| (-0.5 * variance * (bin as f64 * step).powi(2)).exp() / length as f64)
        .collect()
}

/// Probability per row of a narrow Gaussian, for every offset of its mean within the middle row.
fn gaussian_cells(variance: f64) -> Vec<Vec<f64>> {
    let sigma = variance.sqrt();
    let half = (CUT_OFF * sigma).ceil() + 1.0;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let size = 2 * half as usize + 1;
    (0..OFFSETS)
        .map(|offset| {
            let mean = half + (offset as f64 + 0.5) / OFFSETS as f64;
            let mut cells = vec![0.0; size];
            add_exact(sigma, mean, 1.0, &mut cells);
            cells
        })
        .collect()
}

/// Adds a Gaussian integrated over each row exactly.
fn add_exact(sigma: f64, mean: f64, weight: f64, cells: &mut [f64]) {
    let scale = 1.0 / (sigma * std::f64::consts::SQRT_2);
    // Each tail is computed from its own side, where the complementary error function is small.
    let tail = |edge: f64| 0.5 * libm::erfc((edge - mean).abs() * scale);
    let mut previous = tail(0.0);
    for (row, cell) in cells.iter_mut().enumerate() {
        let (low, high) = (row as f64, row as f64 + 1.0);
        let next = tail(high);
        *cell += weight
            * if high <= mean {
                next - previous
            } else if low >= mean {
                previous - next
            } else {
                1.0 - previous - next
            };
        previous = next;
    }
}

/// Variance in rows² from which a Gaussian is evaluated directly: four times the picture's height.
fn wide_limit(rows: usize) -> f64 {
    (4.0 * rows as f64).powi(2).max(2.0 * TRANSFORM_VARIANCE)
}

/// A range of variances with room for interpolation, within its limits; `None` for an empty one.
fn spread((least, most): (f64, f64), low: f64, high: f64) -> Option<(f64, f64)> {
    (least <= most).then(|| ((least / 2.0).max(low), (most * 1.5).min(high)))
}

/// The first level and all levels that a range of variances needs.
fn level_range(range: Option<(f64, f64)>) -> (u32, Range<u32>) {
    range.map_or((0, 0..0), |(least, most)| {
        let first = level_of(least).0;
        (first, first..level_of(most).0 + 2)
    })
}

/// The next length at or above `least` with no prime factor above 5, and even.
fn smooth_length(least: usize) -> usize {
    let is_smooth = |mut n: usize| {
        for factor in [2, 3, 5] {
            while n.is_multiple_of(factor) {
                n /= factor;
            }
        }
        n == 1
    };
    let mut length = least.max(2).next_multiple_of(2);
    while !is_smooth(length) {
        length += 2;
    }
    length
}
