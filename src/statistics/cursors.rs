//! The density of a sum of cursors, each with a random symbol: intersymbol interference.

use super::density::AmplitudeDensity;
use super::error::{StatisticsError, require};
use super::kernels::{self, Pair};
use super::lattice::{self, check_bins, split_pair, to_index, whole_steps};

/// How an amplitude that lies between grid points is put onto them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Binning {
    /// On the two grid points around it. Levels that are symmetric about their mean, as those of
    /// pulse amplitude modulation are, are taken in pairs ±x, n ≤ x < n + 1 bins, of which the share
    /// (x² − n²)/(2n + 1) goes to ±(n + 1): mean and variance are those of the cursor, whatever the
    /// bin, and cursors far below a bin count with their variance. The range of the sum is wider
    /// than the true one by at most a bin for each cursor.
    #[default]
    Conserving,
    /// As the COM code of IEEE 802.3 Annex 93A does it (functions `d_cpdf` and
    /// `get_pdf_from_sampled_signal`): cursors of at most one bin are dropped, and each level of
    /// the others is rounded to the nearest grid point, half away from zero.
    Nearest,
}

/// The levels of a symbol, equally probable.
#[derive(Debug, Clone, PartialEq)]
pub struct SymbolLevels {
    levels: Vec<f64>,
    mean: f64,
    /// Distances of the upper half of the levels from the mean, where the lower half mirrors it.
    halves: Option<Vec<f64>>,
}

impl SymbolLevels {
    /// Levels in units of the peak amplitude; those of PAM are in
    /// [`Modulation::level_positions`](crate::format::Modulation::level_positions).
    ///
    /// # Errors
    /// [`StatisticsError`] where there are none, or one is not finite.
    pub fn new(levels: &[f64]) -> Result<Self, StatisticsError> {
        if levels.is_empty() {
            return Err(StatisticsError::Missing("a symbol without levels"));
        }
        for &level in levels {
            require("a level", level, "finite", true)?;
        }
        let mut levels = levels.to_vec();
        levels.sort_by(f64::total_cmp);
        let scale = levels.iter().fold(0.0_f64, |m, l| m.max(l.abs()));
        let sum = levels.iter().sum::<f64>();
        // Levels that mirror each other about zero have no mean but that of rounding.
        let mean = if sum.abs() <= 1e-13 * scale {
            0.0
        } else {
            sum / levels.len() as f64
        };
        let mirrored = levels
            .iter()
            .zip(levels.iter().rev())
            .all(|(a, b)| (a + b - 2.0 * mean).abs() <= 1e-13 * scale);
        let half = levels.len() / 2;
        Ok(Self {
            halves: mirrored.then(|| {
                let upper = levels.iter().skip(half);
                upper.map(|l| (l - mean).abs()).collect()
            }),
            levels,
            mean,
        })
    }

    /// The levels, ascending.
    pub fn levels(&self) -> &[f64] {
        &self.levels
    }

    /// Mean of the levels.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Variance of the levels.
    pub fn variance(&self) -> f64 {
        let squares = self.levels.iter().map(|l| (l - self.mean).powi(2));
        squares.sum::<f64>() / self.levels.len() as f64
    }

    /// Largest distance of a level from the mean.
    pub fn peak(&self) -> f64 {
        let distances = self.levels.iter().map(|l| (l - self.mean).abs());
        distances.fold(0.0, f64::max)
    }
}

/// The density of Σ_k a_k·h_k of cursors h_k, with independent, equally probable levels a_k, by direct
/// convolution. The cursors may come in any order: they are taken from the smallest on, so that the
/// support grows as late as can be.
///
/// # Errors
/// [`StatisticsError`] for a step that is not positive, a cursor that is not finite, or more than
/// [`MOST_BINS`](super::MOST_BINS).
pub fn cursor_density(
    cursors: &[f64],
    levels: &SymbolLevels,
    step: f64,
    binning: Binning,
) -> Result<AmplitudeDensity, StatisticsError> {
    let mut convolver = CursorConvolver::default();
    let sum = convolver.convolve(cursors, levels, step, binning)?;
    Ok(AmplitudeDensity {
        step,
        offset: sum.offset,
        first: sum.first,
        mass: sum.mass.to_vec(),
    })
}

/// A density in memory that is used again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct CursorSum<'a> {
    /// Amplitude of grid point 0.
    pub offset: f64,
    /// Grid point of the first bin.
    pub first: i64,
    /// Probability of each bin.
    pub mass: &'a [f64],
}

/// [`cursor_density`] for many sets of cursors, in memory that is used again.
#[derive(Debug, Clone, Default)]
pub struct CursorConvolver {
    sorted: Vec<f64>,
    shifts: Vec<Shifts>,
    pairs: Vec<Pair>,
    front: Vec<f64>,
    back: Vec<f64>,
}

/// Shifts of one cursor: where its pairs stand in the list of all, and how far they reach.
#[derive(Debug, Clone, Copy)]
struct Shifts {
    start: usize,
    end: usize,
    reach: usize,
}

impl CursorConvolver {
    /// The density of the sum of these cursors, as [`cursor_density`].
    ///
    /// # Errors
    /// As [`cursor_density`].
    pub fn convolve(
        &mut self,
        cursors: &[f64],
        levels: &SymbolLevels,
        step: f64,
        binning: Binning,
    ) -> Result<CursorSum<'_>, StatisticsError> {
        lattice::check_step(step)?;
        self.sorted.clear();
        for &cursor in cursors {
            require("a cursor", cursor, "finite", true)?;
            let dropped = binning == Binning::Nearest && cursor.abs() <= step;
            if cursor != 0.0 && !dropped {
                self.sorted.push(cursor);
            }
        }
        self.sorted
            .sort_unstable_by(|a, b| a.abs().total_cmp(&b.abs()));
        let reach: f64 = self.sorted.iter().map(|c| c.abs()).sum::<f64>() * levels.peak() / step;
        check_bins(2.0 * (reach + self.sorted.len() as f64) + 1.0)?;
        let offset = levels.mean * self.sorted.iter().sum::<f64>();
        match &levels.halves {
            // Rounded, levels about another mean than zero do not mirror each other.
            Some(halves) if binning == Binning::Conserving || levels.mean == 0.0 => {
                self.symmetric(halves, step, binning, offset)
            }
            _ => Ok(self.general(levels, step, binning, offset)),
        }
    }

    /// Levels that mirror each other: half of the density is computed, the other half copied.
    fn symmetric(
        &mut self,
        halves: &[f64],
        step: f64,
        binning: Binning,
        offset: f64,
    ) -> Result<CursorSum<'_>, StatisticsError> {
        self.pairs.clear();
        self.shifts.clear();
        let mut total = 0;
        let mut widest = 0;
        for &cursor in &self.sorted {
            let start = self.pairs.len();
            for &half in halves {
                let x = cursor.abs() * half / step;
                // A level in the middle is its own mirror.
                let share = if half == 0.0 { 0.5 } else { 1.0 };
                let weight = share / levels_of(halves);
                match binning {
                    Binning::Conserving => {
                        let (n, upper) = split_pair(x);
                        add_pair(&mut self.pairs, start, (n, weight * (1.0 - upper)));
                        add_pair(&mut self.pairs, start, (n + 1, weight * upper));
                    }
                    Binning::Nearest => {
                        add_pair(&mut self.pairs, start, (whole_steps(x.round()), weight));
                    }
                }
            }
            let reach = self.pairs[start..].iter().map(|p| p.0).max().unwrap_or(0);
            total += reach;
            widest = widest.max(reach);
            self.shifts.push(Shifts {
                start,
                end: self.pairs.len(),
                reach,
            });
        }
        // The middle stands at the same place throughout, with zeros around as far as a shift reaches.
        let middle = total + widest;
        for memory in [&mut self.front, &mut self.back] {
            memory.clear();
            memory.resize(2 * middle + 1, 0.0);
        }
        self.front[middle] = 1.0;
        let mut extent = 0;
        for shifts in &self.shifts {
            extent += shifts.reach;
            let pairs = &self.pairs[shifts.start..shifts.end];
            let (below, above) = self.back.split_at_mut(middle);
            let above = &mut above[..=extent];
            kernels::convolve_pairs(&self.front, middle, pairs, above);
            kernels::mirror(&above[1..], &mut below[middle - extent..]);
            std::mem::swap(&mut self.front, &mut self.back);
        }
        Ok(CursorSum {
            offset,
            first: -to_index(extent)?,
            mass: &self.front[middle - extent..=middle + extent],
        })
    }

    /// Levels in any places.
    fn general(
        &mut self,
        levels: &SymbolLevels,
        step: f64,
        binning: Binning,
        mut offset: f64,
    ) -> CursorSum<'_> {
        self.front.clear();
        self.front.push(1.0);
        let mut first = 0i64;
        for &cursor in &self.sorted {
            let (lowest, weights, correction) = general_weights(cursor, levels, step, binning);
            offset += correction * step;
            self.back.clear();
            self.back.resize(self.front.len() + weights.len() - 1, 0.0);
            for (k, &w) in weights.iter().enumerate().filter(|(_, w)| **w != 0.0) {
                crate::signal::kernels::add_scaled(&mut self.back[k..], &self.front, w);
            }
            std::mem::swap(&mut self.front, &mut self.back);
            first += lowest;
        }
        if binning == Binning::Nearest {
            // Rounded as they stand, the levels carry their mean with them.
            offset = 0.0;
        }
        CursorSum {
            offset,
            first,
            mass: &self.front,
        }
    }
}

/// Number of levels that the distances of the upper half (the middle one included) stand for.
fn levels_of(halves: &[f64]) -> f64 {
    halves
        .iter()
        .map(|h| if *h == 0.0 { 1.0 } else { 2.0 })
        .sum()
}

/// Adds a pair to those of one cursor, together with one of the same shift.
fn add_pair(pairs: &mut Vec<Pair>, start: usize, pair: Pair) {
    if pair.1 == 0.0 {
        return;
    }
    match pairs[start..].iter_mut().find(|p| p.0 == pair.0) {
        Some(known) => known.1 += pair.1,
        None => pairs.push(pair),
    }
}

/// Lowest grid point, probabilities from it on, and how far (bins) the mean has to be shifted.
fn general_weights(
    cursor: f64,
    levels: &SymbolLevels,
    step: f64,
    binning: Binning,
) -> (i64, Vec<f64>, f64) {
    let probability = 1.0 / levels.levels.len() as f64;
    let placed = |scale: f64| -> Vec<(i64, f64)> {
        let mut placed = Vec::with_capacity(2 * levels.levels.len());
        for &level in &levels.levels {
            match binning {
                Binning::Nearest => placed.push((signed(cursor * level / step), probability)),
                Binning::Conserving => {
                    let x = scale * cursor * (level - levels.mean) / step;
                    let (n, upper) = split_pair(x.abs());
                    let n = signed(n as f64);
                    let sign = if x < 0.0 { -1 } else { 1 };
                    placed.push((sign * n, probability * (1.0 - upper)));
                    placed.push((sign * (n + 1), probability * upper));
                }
            }
        }
        placed
    };
    let moments = |placed: &[(i64, f64)]| {
        let mean: f64 = placed.iter().map(|(n, p)| *n as f64 * p).sum();
        let squares: f64 = placed.iter().map(|(n, p)| (*n as f64).powi(2) * p).sum();
        (mean, squares - mean * mean)
    };
    let mut points = placed(1.0);
    let mut correction = 0.0;
    if binning == Binning::Conserving {
        // Levels without symmetry are split with their mean square: what that moves the mean by is
        // taken out again, and what it takes from the variance is made up for by a larger scale.
        let wanted = levels.variance() * (cursor / step).powi(2);
        let mut scale = 1.0;
        for _ in 0..8 {
            let (mean, variance) = moments(&points);
            correction = -mean;
            if wanted <= 0.0 || (variance / wanted - 1.0).abs() < 1e-15 {
                break;
            }
            scale *= (1.0 + 0.5 * (wanted - variance) / wanted.max(variance)).max(0.5);
            points = placed(scale);
            correction = -moments(&points).0;
        }
    }
    let lowest = points.iter().map(|p| p.0).min().unwrap_or(0);
    let highest = points.iter().map(|p| p.0).max().unwrap_or(0);
    let mut weights = vec![0.0; usize::try_from(highest - lowest).unwrap_or(0) + 1];
    for (n, p) in points {
        if let Some(w) = usize::try_from(n - lowest)
            .ok()
            .and_then(|i| weights.get_mut(i))
        {
            *w += p;
        }
    }
    (lowest, weights, correction)
}

/// Nearest whole number, half away from zero, of one whose size was checked.
#[allow(clippy::cast_possible_truncation)]
fn signed(x: f64) -> i64 {
    x.round() as i64
}
