//! A waveform over one period of a known pattern.

use crate::signal::{Interpolator, Response, planner};
use num_complex::Complex64;
use thiserror::Error;

/// Why a waveform cannot be measured.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum WaveformError {
    /// No symbols, or fewer samples per symbol than a filter and a timing need.
    #[error(
        "{samples} samples of {symbols} symbols: a whole number of samples, at least {least}, is needed for each symbol"
    )]
    Size {
        /// Samples given.
        samples: usize,
        /// Symbols given.
        symbols: usize,
        /// Least number of samples per symbol.
        least: usize,
    },
    /// A sample is not a finite number.
    #[error("sample {index} of the waveform is not a finite number")]
    NotFinite {
        /// Its index, from 0.
        index: usize,
    },
    /// A symbol is not one of the levels.
    #[error("symbol {index} is {symbol}, and there are {levels} levels from 0")]
    Symbol {
        /// Its index, from 0.
        index: usize,
        /// Its value.
        symbol: u8,
        /// Levels there are.
        levels: usize,
    },
    /// A rate that is not a positive, finite number.
    #[error("a symbol rate of {0} Bd cannot be: it must be positive and finite")]
    SymbolRate(f64),
    /// The number of levels.
    #[error("{0} levels: 2 to 16 are measured")]
    Levels(usize),
    /// The waveform does not follow its symbols.
    #[error(
        "the waveform does not follow the pattern: their correlation is {correlation:.2}, and {least} is needed"
    )]
    NotThePattern {
        /// Correlation of the best alignment.
        correlation: f64,
        /// Least correlation.
        least: f64,
    },
}

/// Least number of samples in a symbol.
pub const LEAST_SAMPLES_PER_SYMBOL: usize = 4;
/// Least correlation of samples and symbols.
const LEAST_CORRELATION: f64 = 0.5;

/// One period of a waveform that repeats with its pattern, in equally spaced samples, in any unit
/// (W for light, V for voltages). Noise is not in it: it is the mean over repetitions, or simulated
/// without.
#[derive(Debug, Clone, PartialEq)]
pub struct PatternWaveform {
    samples: Vec<f64>,
    symbols: Vec<u8>,
    levels: usize,
    samples_per_symbol: usize,
    symbol_rate: f64,
    /// Where symbol 0 is best sampled, in symbols from sample 0.
    center: f64,
}

impl PatternWaveform {
    /// A period of `samples` and the symbols of the pattern, level numbers from 0 to `levels` − 1.
    /// Where the symbols lie among the samples is found.
    ///
    /// # Errors
    /// See [`WaveformError`].
    pub fn new(
        samples: Vec<f64>,
        symbols: Vec<u8>,
        levels: usize,
        symbol_rate: f64,
    ) -> Result<Self, WaveformError> {
        if !(2..=16).contains(&levels) {
            return Err(WaveformError::Levels(levels));
        }
        if !(symbol_rate.is_finite() && symbol_rate > 0.0) {
            return Err(WaveformError::SymbolRate(symbol_rate));
        }
        let samples_per_symbol = samples.len() / symbols.len().max(1);
        if symbols.is_empty()
            || samples_per_symbol < LEAST_SAMPLES_PER_SYMBOL
            || samples_per_symbol * symbols.len() != samples.len()
        {
            return Err(WaveformError::Size {
                samples: samples.len(),
                symbols: symbols.len(),
                least: LEAST_SAMPLES_PER_SYMBOL,
            });
        }
        if let Some(index) = samples.iter().position(|v| !v.is_finite()) {
            return Err(WaveformError::NotFinite { index });
        }
        if let Some((index, &symbol)) = symbols
            .iter()
            .enumerate()
            .find(|(_, s)| usize::from(**s) >= levels)
        {
            return Err(WaveformError::Symbol {
                index,
                symbol,
                levels,
            });
        }
        let mut waveform = Self {
            samples,
            symbols,
            levels,
            samples_per_symbol,
            symbol_rate,
            center: 0.0,
        };
        waveform.align()?;
        Ok(waveform)
    }

    /// The samples.
    pub fn samples(&self) -> &[f64] {
        &self.samples
    }

    /// The symbols, level numbers from 0.
    pub fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// Number of levels.
    pub fn levels(&self) -> usize {
        self.levels
    }

    /// Samples in a symbol.
    pub fn samples_per_symbol(&self) -> usize {
        self.samples_per_symbol
    }

    /// Symbols per second, Bd.
    pub fn symbol_rate(&self) -> f64 {
        self.symbol_rate
    }

    /// Samples per second, Hz.
    pub fn sampling_rate(&self) -> f64 {
        self.symbol_rate * self.samples_per_symbol as f64
    }

    /// Mean of all samples.
    pub fn mean(&self) -> f64 {
        self.samples.iter().sum::<f64>() / self.samples.len() as f64
    }

    /// Where symbol 0 agrees best with the samples, in symbols from sample 0: the middle of the symbol.
    pub fn center(&self) -> f64 {
        self.center
    }

    /// The waveform behind a filter, over the whole period at once, and aligned anew.
    ///
    /// # Errors
    /// Where the filter leaves no waveform that follows the pattern.
    pub fn filtered(&self, response: &Response) -> Result<Self, WaveformError> {
        let n = self.samples.len();
        let step = self.sampling_rate() / n as f64;
        let forward = planner::real_forward(n);
        let mut spectrum = forward.make_output_vec();
        let mut samples = self.samples.clone();
        // The lengths are those that the plans made.
        let _ = forward.process(&mut samples, &mut spectrum);
        for (k, bin) in spectrum.iter_mut().enumerate() {
            *bin *= response.at(k as f64 * step) / n as f64;
        }
        let real = |bin: Option<&mut Complex64>| {
            if let Some(bin) = bin {
                bin.im = 0.0;
            }
        };
        real(spectrum.first_mut());
        if n.is_multiple_of(2) {
            real(spectrum.last_mut());
        }
        let _ = planner::real_inverse(n).process(&mut spectrum, &mut samples);
        let mut filtered = Self {
            samples,
            ..self.clone()
        };
        filtered.align()?;
        Ok(filtered)
    }

    /// Every symbol's value `offset` symbols behind its centre, symbol 0 first.
    pub fn strobe(&self, offset: f64) -> Vec<f64> {
        let n = self.samples.len();
        let s = self.samples_per_symbol;
        let place = (self.center + offset) * s as f64;
        let whole = place.floor();
        let interpolator = Interpolator::new(place - whole);
        // Below the number of samples, and not negative.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let first = whole.rem_euclid(n as f64) as usize;
        (0..self.symbols.len())
            .map(|k| interpolator.cyclic(&self.samples, (first + k * s) % n))
            .collect()
    }

    /// Finds the centre: the place where samples a symbol apart agree best with the symbols, by
    /// their cyclic correlation, from eight phases and a parabola through the best.
    fn align(&mut self) -> Result<(), WaveformError> {
        const PHASES: usize = 8;
        let n = self.symbols.len();
        let transform = |values: &mut dyn Iterator<Item = f64>| {
            let mut values: Vec<Complex64> = values.map(|v| Complex64::new(v, 0.0)).collect();
            let mean = values.iter().sum::<Complex64>() / n as f64;
            for v in &mut values {
                *v -= mean;
            }
            let power: f64 = values.iter().map(Complex64::norm_sqr).sum();
            planner::forward(n).process(&mut values);
            (values, power)
        };
        let (sent, sent_power) = transform(&mut self.symbols.iter().map(|&s| f64::from(s)));
        self.center = 0.0;
        // Correlation at each shift in eighths of a symbol.
        let mut correlations = vec![0.0; n * PHASES];
        for phase in 0..PHASES {
            let strobe = self.strobe(phase as f64 / PHASES as f64);
            let (mut seen, power) = transform(&mut strobe.into_iter());
            for (a, b) in seen.iter_mut().zip(&sent) {
                *a *= b.conj();
            }
            planner::inverse(n).process(&mut seen);
            let scale = 1.0 / (n as f64 * (power * sent_power).sqrt().max(f64::MIN_POSITIVE));
            for (shift, c) in seen.iter().enumerate() {
                if let Some(place) = correlations.get_mut(shift * PHASES + phase) {
                    *place = c.re * scale;
                }
            }
        }
        let (best, &correlation) = correlations
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.total_cmp(b.1))
            .unwrap_or((0, &0.0));
        if correlation.is_nan() || correlation < LEAST_CORRELATION {
            return Err(WaveformError::NotThePattern {
                correlation,
                least: LEAST_CORRELATION,
            });
        }
        let all = correlations.len();
        let beside = |step: usize| {
            correlations
                .get((best + step) % all)
                .copied()
                .unwrap_or(0.0)
        };
        let (before, after) = (beside(all - 1), beside(1));
        let bend = before - 2.0 * correlation + after;
        let vertex = if bend < 0.0 {
            (0.5 * (before - after) / bend).clamp(-0.5, 0.5)
        } else {
            0.0
        };
        self.center = (best as f64 + vertex) / PHASES as f64;
        Ok(())
    }
}
