//! Density of a waveform in the eye: how often, or with what probability, each value occurs at
//! each time within the eye.
//!
//! Two ways lead to it. A waveform that carries its noise is counted sample by sample. A
//! noise-free waveform with a known standard deviation at every sample is *smeared*: each column
//! is the sum of Gaussian probability densities, so that the picture reaches down to
//! probabilities that no simulated waveform could count.

use rayon::prelude::*;
use realfft::num_complex::Complex;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};
use std::ops::Range;
use std::sync::Arc;
use thiserror::Error;

/// Standard deviation in rows from which a Gaussian is applied through the Fourier transform. Its
/// spectrum at the Nyquist frequency is then exp(−(2.5π)²/2) = 4e-14, so sampling cannot ring.
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

/// What can be wrong with a request for a density.
#[derive(Debug, Error, Clone, PartialEq)]
pub enum DensityError {
    /// No columns or no rows, or more cells than memory could hold.
    #[error("a density of {columns} × {rows} cells cannot be made")]
    Size {
        /// Columns asked for.
        columns: usize,
        /// Rows asked for.
        rows: usize,
    },
    /// A range that is empty, reversed or not finite.
    #[error("the {axis} range {start} to {end} is empty or not finite")]
    Range {
        /// `"time"` or `"value"`.
        axis: &'static str,
        /// Start of the range, in UI or in the unit of the values.
        start: f64,
        /// End of the range.
        end: f64,
    },
    /// A waveform can be folded only onto a whole number of symbols.
    #[error("the time range spans {0} UI: folding a waveform needs a whole number of symbols")]
    Window(f64),
    /// Fewer than one sample per symbol, or a phase that is not finite.
    #[error("{samples_per_symbol} samples per symbol from phase {first_phase} UI is no trace")]
    Trace {
        /// Samples per symbol given.
        samples_per_symbol: f64,
        /// Phase of the first sample given, in UI.
        first_phase: f64,
    },
    /// Two lists that belong together differ in length.
    #[error("{values} values came with {companions} {name}")]
    Length {
        /// Number of values.
        values: usize,
        /// What came with them.
        name: &'static str,
        /// How many of those came.
        companions: usize,
    },
    /// A column that does not exist.
    #[error("column {column} of {columns}")]
    Column {
        /// Column asked for, from 0.
        column: usize,
        /// Columns there are.
        columns: usize,
    },
}

/// A uniformly sampled waveform with its place in the symbol clock.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// Samples, in V or W.
    pub samples: &'a [f64],
    /// Samples per symbol (per unit interval), at least 1, not necessarily whole.
    pub samples_per_symbol: f64,
    /// Time of the first sample in UI.
    pub first_phase: f64,
    /// Whether the last sample is followed by the first. A cyclic trace must hold a whole number
    /// of symbols for its eye to make sense.
    pub cyclic: bool,
}

impl Trace<'_> {
    fn check(&self) -> Result<(), DensityError> {
        let regular = self.samples_per_symbol >= 1.0
            && self.samples_per_symbol.is_finite()
            && self.first_phase.is_finite();
        regular.then_some(()).ok_or(DensityError::Trace {
            samples_per_symbol: self.samples_per_symbol,
            first_phase: self.first_phase,
        })
    }

    /// Positions (in samples, from the first) at which time `phase` (UI) falls, one per symbol.
    fn positions(&self, phase: f64) -> impl Iterator<Item = f64> {
        let last = if self.cyclic {
            self.samples.len() as f64
        } else {
            self.samples.len() as f64 - 1.0
        };
        let first = (phase - self.first_phase).rem_euclid(1.0) * self.samples_per_symbol;
        let step = self.samples_per_symbol;
        // A hundred-thousandth of a sample: a sample that lies on the edge belongs to one side.
        let inside = last - if self.cyclic { 1e-5 } else { -1e-5 };
        (0_u32..)
            .map(move |k| first + f64::from(k) * step)
            .take_while(move |&position| position < inside)
    }

    /// The four samples around `position` samples from the first, with their weights in the cubic
    /// convolution of Keys (IEEE Trans. Acoust. Speech Signal Process. 29(6), 1153, 1981, DOI
    /// 10.1109/TASSP.1981.1163711).
    fn taps(&self, position: f64) -> Taps {
        // Positions are not negative, so that truncation is the floor.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let base = position as usize;
        let f = position - base as f64;
        let g = 1.0 - f;
        Taps {
            base,
            weights: [
                -0.5 * f * g * g,
                1.0 + f * f * (1.5 * f - 2.5),
                1.0 + g * g * (1.5 * g - 2.5),
                -0.5 * g * f * f,
            ],
            cyclic: self.cyclic,
        }
    }
}

/// Where and with what weights a list is interpolated.
struct Taps {
    base: usize,
    weights: [f64; 4],
    cyclic: bool,
}

impl Taps {
    /// The interpolated value of a list, which is extended by repetition if the trace is cyclic
    /// and by its end values if not.
    #[inline]
    fn of(&self, list: &[f64]) -> f64 {
        let [p, q, r, s] = self.weights;
        let sum = |[a, b, c, d]: [f64; 4]| (a * p + b * q) + (c * r + d * s);
        let first = self.base.wrapping_sub(1);
        if let Some(&[a, b, c, d]) = list.get(first..first.wrapping_add(4)) {
            return sum([a, b, c, d]);
        }
        let n = list.len();
        let at = |index: usize| {
            let index = if self.cyclic {
                (index + n - 1) % n.max(1)
            } else {
                index.saturating_sub(1).min(n.saturating_sub(1))
            };
            list.get(index).copied().unwrap_or(f64::NAN)
        };
        sum([0, 1, 2, 3].map(|offset| at(self.base + offset)))
    }
}

/// A two-dimensional histogram or probability density over time and value.
///
/// Cells hold counts, or probability per cell, by column: the cell at (column, row) is
/// `cells[column * rows + row]`, row 0 being the lowest value.
#[derive(Debug, Clone, PartialEq)]
pub struct Density {
    /// Number of time columns.
    pub columns: usize,
    /// Number of value rows.
    pub rows: usize,
    /// Start and end of the time axis in UI.
    pub time_range: (f64, f64),
    /// Start and end of the value axis, in V or W.
    pub value_range: (f64, f64),
    /// Counts or probabilities by column.
    pub cells: Vec<f64>,
    /// Counts or probability that fell above or below the value range.
    pub outside: f64,
    /// Samples left out because they or their standard deviation were not finite.
    pub not_finite: usize,
}

impl Density {
    /// An empty density over `time_range` (UI) and `value_range` (V or W).
    ///
    /// # Errors
    /// [`DensityError::Size`] and [`DensityError::Range`].
    pub fn new(
        columns: usize,
        rows: usize,
        time_range: (f64, f64),
        value_range: (f64, f64),
    ) -> Result<Self, DensityError> {
        for (axis, (start, end)) in [("time", time_range), ("value", value_range)] {
            let middle = start + (end - start) / 2.0;
            if !((end - start).is_finite() && start < middle && middle < end) {
                return Err(DensityError::Range { axis, start, end });
            }
        }
        let cells = columns
            .checked_mul(rows)
            .filter(|&cells| cells > 0 && cells <= 1 << 28)
            .ok_or(DensityError::Size { columns, rows })?;
        Ok(Self {
            columns,
            rows,
            time_range,
            value_range,
            cells: vec![0.0; cells],
            outside: 0.0,
            not_finite: 0,
        })
    }

    /// Time in UI of the centre of a column.
    pub fn time_of(&self, column: usize) -> f64 {
        let (start, end) = self.time_range;
        start + (end - start) * (column as f64 + 0.5) / self.columns as f64
    }

    /// Value in V or W of the centre of a row.
    pub fn value_of(&self, row: usize) -> f64 {
        let (start, end) = self.value_range;
        start + (end - start) * (row as f64 + 0.5) / self.rows as f64
    }

    /// Height of a row in V or W.
    pub fn row_height(&self) -> f64 {
        (self.value_range.1 - self.value_range.0) / self.rows as f64
    }

    /// Cells of one column from the lowest value up; empty for a column that does not exist.
    pub fn column(&self, column: usize) -> &[f64] {
        let start = column.saturating_mul(self.rows);
        self.cells
            .get(start..start.saturating_add(self.rows))
            .unwrap_or(&[])
    }

    /// Column at a time in UI, the times one window away counting as the same.
    pub fn column_at(&self, time: f64) -> usize {
        let (start, end) = self.time_range;
        let place = ((time - start) / (end - start)).rem_euclid(1.0) * self.columns as f64;
        index_below(place, self.columns).unwrap_or(0)
    }

    /// Counts every sample where it lies: 31 ms for ten million on one core of a server processor.
    ///
    /// Columns between the sample instants stay empty; a trace with fewer samples per symbol than
    /// the eye has columns is for [`Self::add_interpolated`].
    ///
    /// # Errors
    /// [`DensityError::Window`] and [`DensityError::Trace`].
    pub fn add_trace(&mut self, trace: &Trace) -> Result<(), DensityError> {
        trace.check()?;
        let symbols = self.symbols()? as f64;
        let period = symbols * trace.samples_per_symbol;
        let first = trace.first_phase - self.time_range.0;
        let place = |sample: usize| -> usize {
            let time = first + sample as f64 / trace.samples_per_symbol;
            // The shift keeps a sample that is nominally on a column's edge from falling to
            // either side by rounding.
            let column = (time / symbols).rem_euclid(1.0) * self.columns as f64 + 1e-6;
            index_below(column, self.columns).unwrap_or(0)
        };
        if period.fract() == 0.0 && period < trace.samples.len() as f64 {
            let (period, _) = whole(period);
            let starts: Vec<usize> = (0..period).map(|i| place(i) * self.rows).collect();
            for block in trace.samples.chunks(period) {
                self.count(block.iter().copied().zip(starts.iter().copied()));
            }
        } else {
            let starts: Vec<usize> = (0..trace.samples.len())
                .map(|i| place(i) * self.rows)
                .collect();
            self.count(trace.samples.iter().copied().zip(starts));
        }
        Ok(())
    }

    /// Counts the trace once per symbol in every column, interpolated by cubic convolution. Good
    /// for band-limited waveforms of eight samples per symbol or more; white noise on the samples
    /// would show as vertical bands.
    ///
    /// # Errors
    /// [`DensityError::Window`] and [`DensityError::Trace`].
    pub fn add_interpolated(&mut self, trace: &Trace) -> Result<(), DensityError> {
        trace.check()?;
        let repeats = self.repeats()?;
        let distinct = self.columns / repeats;
        let mut eye = Self {
            columns: distinct,
            cells: vec![0.0; distinct * self.rows],
            outside: 0.0,
            not_finite: 0,
            ..*self
        };
        for column in 0..distinct {
            let start = column * self.rows;
            let positions = trace.positions(self.time_of(column));
            eye.count(positions.map(|position| (trace.taps(position).of(trace.samples), start)));
        }
        self.add_repeated(&eye.cells);
        self.outside += eye.outside * repeats as f64;
        self.not_finite += eye.not_finite * repeats;
        Ok(())
    }

    /// Counts pairs of time (UI) and value. Times outside the time range count as outside.
    ///
    /// # Errors
    /// [`DensityError::Length`] when there are not as many times as values.
    pub fn add_points(&mut self, times: &[f64], values: &[f64]) -> Result<(), DensityError> {
        if times.len() != values.len() {
            return Err(DensityError::Length {
                values: values.len(),
                name: "times",
                companions: times.len(),
            });
        }
        let (start, end) = self.time_range;
        let scale = self.columns as f64 / (end - start);
        for (&time, &value) in times.iter().zip(values) {
            match index_below((time - start) * scale, self.columns) {
                Some(column) => self.count([(value, column * self.rows)]),
                None if time.is_finite() && value.is_finite() => self.outside += 1.0,
                None => self.not_finite += 1,
            }
        }
        Ok(())
    }

    /// Adds to one column the mean of the probability densities N(mean, sigma²), as probability
    /// per cell; the whole adds up to 1, less what lies outside the value range.
    ///
    /// # Errors
    /// [`DensityError::Length`] unless there is one sigma for each mean or one for all, and
    /// [`DensityError::Column`].
    pub fn add_gaussians(
        &mut self,
        column: usize,
        means: &[f64],
        sigmas: &[f64],
    ) -> Result<(), DensityError> {
        check_sigmas(means, sigmas)?;
        if column >= self.columns {
            return Err(DensityError::Column {
                column,
                columns: self.columns,
            });
        }
        let smearer = Smearer::new(self, sigmas.iter().copied());
        let start = column * self.rows;
        if let Some(cells) = self.cells.get_mut(start..start + self.rows) {
            let mut work = smearer.workspace();
            let lost = smearer.add(&mut work, means, sigmas, cells);
            self.outside += lost.outside;
            self.not_finite += lost.not_finite;
        }
        Ok(())
    }

    /// Adds the eye of a noise-free trace with Gaussian noise of the given standard deviation per
    /// sample (or one for all): in every column the mean over the symbols of N(value, sigma²),
    /// value and sigma interpolated as in [`Self::add_interpolated`]. Columns are computed in
    /// parallel; the result does not depend on the number of threads.
    ///
    /// Standard deviations are rounded to between two of eight steps of variance per octave, the
    /// two being mixed so that the variance is exact. The mixture overstates a tail at 7 σ by less
    /// than a factor of 2.5, at 5 σ by less than 1.3. The transform's rounding ends the density at
    /// 1e-16 per cell.
    ///
    /// # Errors
    /// [`DensityError::Length`], [`DensityError::Window`] and [`DensityError::Trace`].
    pub fn add_noisy(&mut self, trace: &Trace, sigmas: &[f64]) -> Result<(), DensityError> {
        trace.check()?;
        check_sigmas(trace.samples, sigmas)?;
        let repeats = self.repeats()?;
        let distinct = self.columns / repeats;
        let smearer = Smearer::new(self, sigmas.iter().copied());
        let times: Vec<f64> = (0..distinct).map(|column| self.time_of(column)).collect();
        let mut eye = vec![0.0; distinct * self.rows];
        let lost = eye
            .par_chunks_mut(self.rows)
            .zip(times.par_iter())
            .map_init(
                || (smearer.workspace(), Vec::new(), Vec::new()),
                |(work, means, spreads), (cells, &time)| {
                    means.clear();
                    spreads.clear();
                    for position in trace.positions(time) {
                        let taps = trace.taps(position);
                        means.push(taps.of(trace.samples));
                        if sigmas.len() > 1 {
                            // An undershoot below zero is cut off, a NaN stays one.
                            let sigma = taps.of(sigmas);
                            spreads.push(if sigma < 0.0 { 0.0 } else { sigma });
                        }
                    }
                    let spreads = if sigmas.len() > 1 { spreads } else { sigmas };
                    smearer.add(work, means, spreads, cells)
                },
            )
            .collect::<Vec<Lost>>();
        self.add_repeated(&eye);
        for lost in lost {
            self.outside += lost.outside * repeats as f64;
            self.not_finite += lost.not_finite * repeats;
        }
        Ok(())
    }

    /// Probability density of the values at a time (UI), in 1/V or 1/W by row; all zero where the
    /// column is empty.
    pub fn probability_density(&self, time: f64) -> Vec<f64> {
        let cells = self.column(self.column_at(time));
        let total: f64 = cells.iter().sum();
        let scale = if total > 0.0 {
            1.0 / (total * self.row_height())
        } else {
            0.0
        };
        cells.iter().map(|cell| cell * scale).collect()
    }

    /// Symbols in the time range.
    fn symbols(&self) -> Result<usize, DensityError> {
        let span = self.time_range.1 - self.time_range.0;
        let (symbols, rest) = whole(span);
        if symbols == 0 || rest.abs() > 1e-9 {
            return Err(DensityError::Window(span));
        }
        Ok(symbols)
    }

    /// How many times an eye that shows every symbol repeats itself, column for column.
    fn repeats(&self) -> Result<usize, DensityError> {
        let symbols = self.symbols()?;
        Ok(if self.columns.is_multiple_of(symbols) {
            symbols
        } else {
            1
        })
    }

    /// Adds the first columns, and the same again up to the last.
    fn add_repeated(&mut self, eye: &[f64]) {
        for block in self.cells.chunks_mut(eye.len().max(1)) {
            for (cell, value) in block.iter_mut().zip(eye) {
                *cell += value;
            }
        }
    }

    /// Counts values, each in the column that starts at the cell given with it.
    fn count(&mut self, values: impl IntoIterator<Item = (f64, usize)>) {
        let low = self.value_range.0;
        let scale = 1.0 / self.row_height();
        let limit = self.rows as f64;
        for (value, start) in values {
            let row = (value - low) * scale;
            if row >= 0.0 && row < limit {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                if let Some(cell) = self.cells.get_mut(start + row as usize) {
                    *cell += 1.0;
                }
            } else if value.is_finite() {
                self.outside += 1.0;
            } else {
                self.not_finite += 1;
            }
        }
    }
}

fn check_sigmas(means: &[f64], sigmas: &[f64]) -> Result<(), DensityError> {
    if sigmas.len() == means.len() || sigmas.len() == 1 {
        return Ok(());
    }
    Err(DensityError::Length {
        values: means.len(),
        name: "standard deviations",
        companions: sigmas.len(),
    })
}

/// The index that holds `place`, if it lies in 0..limit.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn index_below(place: f64, limit: usize) -> Option<usize> {
    (place >= 0.0 && place < limit as f64).then_some(place as usize)
}

/// The nearest whole number that is not negative, and what is left.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn whole(value: f64) -> (usize, f64) {
    let nearest = value.round().max(0.0);
    (nearest as usize, value - nearest)
}

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
struct Lost {
    outside: f64,
    not_finite: usize,
}

/// Sums Gaussians on the rows of a column, wide ones by level of variance through the Fourier
/// transform, narrow ones from a table. All lengths are in rows.
struct Smearer {
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
struct Workspace {
    levels: Vec<Vec<f64>>,
    touched: Vec<bool>,
    spectrum: Vec<Complex<f64>>,
    sum: Vec<Complex<f64>>,
    scratch: Vec<Complex<f64>>,
    result: Vec<f64>,
}

impl Smearer {
    fn new(density: &Density, sigmas: impl Iterator<Item = f64>) -> Self {
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

    fn workspace(&self) -> Workspace {
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
    fn add(&self, work: &mut Workspace, means: &[f64], sigmas: &[f64], cells: &mut [f64]) -> Lost {
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
            if !place.is_finite() || !(sigma >= 0.0 && sigma.is_finite()) {
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

#[cfg(test)]
mod tests {
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
}
