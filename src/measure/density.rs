//! Density of a waveform in the eye: how often, or with what probability, each value occurs at
//! each time within the eye.
//!
//! Two ways lead to it. A waveform that carries its noise is counted sample by sample. A
//! noise-free waveform with a known standard deviation at every sample is *smeared*: each column
//! is the sum of Gaussian probability densities, so that the picture reaches down to
//! probabilities that no simulated waveform could count.

mod smear;
mod trace;

use rayon::prelude::*;
use smear::{Lost, Smearer};
use thiserror::Error;
pub use trace::Trace;

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
    #[error("the {axis} range {start:e} to {end:e} is empty or not finite")]
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

#[cfg(test)]
mod tests;
