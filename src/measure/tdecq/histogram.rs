//! Error ratio of a histogram of an eye with Gaussian noise added.

use crate::math::q_function;
use std::f64::consts::PI;
use std::sync::OnceLock;

/// Bins in one OMA. The noise that is looked for has a deviation of 1/24 to 1/100 OMA; sharing each
/// sample out between its two neighbouring bins adds a sixth of a bin's square to its variance on
/// average: 0.001 dB at 1/24, 0.01 dB at 1/100.
const BINS_PER_OMA: f64 = 512.0;
/// The histogram reaches this many OMA below and above the middle of the eye.
const REACH: f64 = 1.5;
/// Deviations beyond which an error is left out: 10⁻¹⁵.
const FAR: f64 = 8.0;
/// Entries of the table of the Gaussian tail in one deviation. Between them it is straight: its error
/// is below 10⁻⁴ of itself down to 10⁻⁸.
const TABLE: f64 = 256.0;

/// Gaussian tail probability and density at −8 … 8, and beyond.
fn tail(table: &[(f64, f64)], z: f64) -> (f64, f64) {
    let x = ((z + FAR) * TABLE).max(0.0);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not negative
    let at = x as usize;
    let share = x - at as f64;
    match table.get(at..at + 2) {
        Some([a, b]) => (a.0 + share * (b.0 - a.0), a.1 + share * (b.1 - a.1)),
        _ => (0.0, 0.0),
    }
}

fn table() -> &'static [(f64, f64)] {
    static TAILS: OnceLock<Vec<(f64, f64)>> = OnceLock::new();
    TAILS.get_or_init(|| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a constant
        let entries = (2.0 * FAR * TABLE) as usize + 1;
        (0..entries)
            .map(|k| {
                let z = k as f64 / TABLE - FAR;
                (q_function(z), (-0.5 * z * z).exp() / (2.0 * PI).sqrt())
            })
            .collect()
    })
}

/// Equalised samples by level, and the errors that noise makes of them.
#[derive(Debug, Clone)]
pub(super) struct Histogram {
    levels: usize,
    bins: usize,
    /// Value at bin 0, and distance of bins.
    low: f64,
    step: f64,
    counts: Vec<f64>,
    /// First and last bin in use, of each level.
    used: Vec<(usize, usize)>,
    /// Derivative of the error ratio with respect to a sample that lies at a bin.
    weights: Vec<f64>,
    total: f64,
}

/// Error ratio at a deviation of the noise, and its derivatives.
#[derive(Debug, Clone, Default)]
pub(super) struct Errors {
    /// Symbol error ratio.
    pub ratio: f64,
    /// Derivative with respect to the deviation.
    pub by_deviation: f64,
    /// Derivative with respect to each threshold.
    pub by_threshold: Vec<f64>,
}

impl Histogram {
    /// An empty one about `middle` for an eye of `oma`.
    pub fn new(levels: usize, middle: f64, oma: f64) -> Self {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a constant
        let bins = (2.0 * REACH * BINS_PER_OMA) as usize + 2;
        Self {
            levels,
            bins,
            low: middle - REACH * oma,
            step: oma / BINS_PER_OMA,
            counts: vec![0.0; bins * levels],
            used: vec![(bins, 0); levels],
            weights: vec![0.0; bins * levels],
            total: 0.0,
        }
    }

    /// Empties it.
    pub fn clear(&mut self) {
        for (level, used) in self.used.iter_mut().enumerate() {
            let at = level * self.bins;
            if let Some(counts) = self.counts.get_mut(at + used.0..=at + used.1) {
                counts.fill(0.0);
            }
            *used = (self.bins, 0);
        }
        self.total = 0.0;
    }

    /// Bin below a value and the share of the bin above; beyond the ends, the ends.
    #[inline]
    fn place(&self, value: f64) -> (usize, f64) {
        let x = ((value - self.low) / self.step).clamp(0.0, (self.bins - 2) as f64);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
        let bin = x as usize;
        (bin, x - bin as f64)
    }

    /// Adds the samples of one place in the eye, one of each symbol.
    pub fn add(&mut self, values: &[f64], symbols: &[u8]) {
        for (&value, &symbol) in values.iter().zip(symbols) {
            let (bin, share) = self.place(value);
            let level = usize::from(symbol);
            let at = level * self.bins + bin;
            if let Some([below, above]) = self.counts.get_mut(at..at + 2) {
                *below += 1.0 - share;
                *above += share;
            }
            if let Some(used) = self.used.get_mut(level) {
                used.0 = used.0.min(bin);
                used.1 = used.1.max(bin + 1);
            }
        }
        self.total += values.len().min(symbols.len()) as f64;
    }

    /// Errors of the symbols, each against the thresholds on either side of its own level.
    pub fn errors(&self, thresholds: &[f64], deviation: f64) -> Errors {
        let table = table();
        let mut errors = Errors {
            by_threshold: vec![0.0; thresholds.len()],
            ..Errors::default()
        };
        self.over_bins(thresholds, deviation, |_, count, z, threshold, upward| {
            let (q, density) = tail(table, z);
            let density = count * density;
            errors.ratio += count * q;
            errors.by_deviation += density * z / deviation;
            if let Some(place) = errors.by_threshold.get_mut(threshold) {
                *place += if upward { -density } else { density } / deviation;
            }
        });
        let scale = 1.0 / self.total.max(1.0);
        errors.ratio *= scale;
        errors.by_deviation *= scale;
        for d in &mut errors.by_threshold {
            *d *= scale;
        }
        errors
    }

    /// Goes over every bin in use and the thresholds beside its level: bin, count, distance to the
    /// threshold in deviations, the threshold's index and whether it lies above.
    fn over_bins(
        &self,
        thresholds: &[f64],
        deviation: f64,
        mut each: impl FnMut(usize, f64, f64, usize, bool),
    ) {
        for (level, &(first, last)) in self.used.iter().enumerate() {
            for bin in first..=last.min(self.bins - 1) {
                let at = level * self.bins + bin;
                let count = self.counts.get(at).copied().unwrap_or(0.0);
                if count == 0.0 {
                    continue;
                }
                let value = self.low + bin as f64 * self.step;
                let above = thresholds.get(level).map(|t| (level, t - value, true));
                let below = level
                    .checked_sub(1)
                    .and_then(|i| thresholds.get(i).map(|t| (i, value - t, false)));
                for (index, distance, upward) in above.into_iter().chain(below) {
                    let z = distance / deviation;
                    if z < FAR {
                        each(at, count, z, index, upward);
                    }
                }
            }
        }
    }

    /// Fills the derivatives of the error ratio with respect to single samples, for
    /// [`weight`](Self::weight).
    pub fn set_weights(&mut self, thresholds: &[f64], deviation: f64) {
        let mut weights = std::mem::take(&mut self.weights);
        for (level, &(first, last)) in self.used.iter().enumerate() {
            let at = level * self.bins;
            if let Some(part) = weights.get_mut(at + first..=at + last.min(self.bins - 1)) {
                part.fill(0.0);
            }
        }
        let table = table();
        let scale = 1.0 / (self.total.max(1.0) * deviation);
        self.over_bins(thresholds, deviation, |at, _, z, _, upward| {
            let density = scale * tail(table, z).1;
            if let Some(place) = weights.get_mut(at) {
                *place += if upward { density } else { -density };
            }
        });
        self.weights = weights;
    }

    /// Derivative of the error ratio with respect to a sample of this value and level, as of the
    /// last [`set_weights`](Self::set_weights).
    #[inline]
    pub fn weight(&self, value: f64, symbol: u8) -> f64 {
        let (bin, share) = self.place(value);
        let at = usize::from(symbol) * self.bins + bin;
        match self.weights.get(at..at + 2) {
            Some([below, above]) => below + share * (above - below),
            _ => 0.0,
        }
    }

    /// Mean value of each level.
    pub fn means(&self) -> Vec<f64> {
        (0..self.levels)
            .map(|level| {
                let counts = self.counts.get(level * self.bins..(level + 1) * self.bins);
                let (mut sum, mut count) = (0.0, 0.0);
                for (bin, c) in counts.unwrap_or_default().iter().enumerate() {
                    sum += c * (self.low + bin as f64 * self.step);
                    count += c;
                }
                sum / count
            })
            .collect()
    }
}
