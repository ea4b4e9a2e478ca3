//! The pattern of a capture and its place.

use super::fold::fold;
use super::{Capture, CaptureError, clock};
use crate::format::{Modulation, Pattern};
use crate::measure::pattern_waveform::LEAST_SAMPLES_PER_SYMBOL;
use crate::measure::{PatternWaveform, WaveformError};
use crate::signal::{Between, planner};
use num_complex::Complex64;

/// Least correlation of samples in the middle of their symbols with a pattern.
pub const LEAST_CORRELATION: f64 = 0.7;
/// Phases in a symbol that are tried.
const PHASES: usize = 4;
/// Most samples of a symbol that a capture is folded to.
const MOST_SAMPLES_PER_SYMBOL: usize = 32;

/// A pattern that a capture may follow.
#[derive(Debug, Clone, PartialEq)]
pub enum Candidate {
    /// One of the patterns of links.
    Known(Pattern),
    /// Two bits of one pseudo-random binary sequence of this order, each with a delay and a polarity
    /// of its own, Gray mapped: what generators that multiplex two copies of a sequence send.
    Composed {
        /// Order of the sequence.
        order: u32,
    },
    /// Symbols of a file, level numbers from 0.
    Own(Vec<u8>),
}

impl Candidate {
    /// All patterns that are looked for where none is given.
    pub fn all() -> Vec<Self> {
        let mut all = vec![Self::Known(Pattern::Prbs13q), Self::Known(Pattern::Ssprq)];
        for order in [7, 9, 11, 15] {
            all.push(Self::Known(Pattern::Prbs { order }));
        }
        all.extend([9, 11, 13, 15].map(|order| Self::Composed { order }));
        all
    }

    /// Its name.
    pub fn name(&self) -> String {
        match self {
            Self::Known(Pattern::Prbs { order }) => format!("PRBS{order}Q"),
            Self::Known(pattern) => pattern.to_string(),
            Self::Composed { order } => format!("two PRBS{order} composed"),
            Self::Own(_) => "the pattern of the file".to_owned(),
        }
    }

    /// Symbols in a period.
    pub fn period(&self) -> usize {
        match self {
            Self::Known(pattern) => pattern
                .period(&Modulation::pam4())
                .ok()
                .flatten()
                .and_then(|n| usize::try_from(n).ok())
                .unwrap_or(usize::MAX),
            Self::Composed { order } => (1_usize << order) - 1,
            Self::Own(symbols) => symbols.len().max(1),
        }
    }

    /// The symbols in the order that agrees best with `seen`, one value a symbol over a period, and
    /// their correlation.
    fn fit(&self, seen: &[f64]) -> Option<(f64, Vec<u8>, bool)> {
        match self {
            Self::Known(pattern) => {
                best_shift(seen, &pattern.cyclic_symbols(&Modulation::pam4()).ok()?)
            }
            Self::Own(symbols) => best_shift(seen, symbols),
            Self::Composed { order } => compose(seen, *order),
        }
    }
}

/// A capture folded to a period of its pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct Locked {
    /// The period.
    pub waveform: PatternWaveform,
    /// Name of the pattern.
    pub pattern: String,
    /// Whether the levels are upside down against the pattern.
    pub inverted: bool,
    /// Symbol rate, Bd.
    pub symbol_rate: f64,
    /// Whether the symbol rate was found, not given.
    pub symbol_rate_found: bool,
    /// Samples per symbol of the capture.
    pub samples_per_symbol: f64,
    /// Whole periods that were averaged.
    pub periods: usize,
    /// Root mean square of what the periods differ by, in the samples' unit; nothing for one period.
    pub noise: Option<f64>,
    /// Correlation of the best strobes with the pattern.
    pub correlation: f64,
}

impl Capture {
    /// Finds clock and pattern. The symbol rate in Bd is found where it is not given.
    ///
    /// # Errors
    /// See [`CaptureError`].
    pub fn lock(
        &self,
        symbol_rate: Option<f64>,
        candidates: &[Candidate],
    ) -> Result<Locked, CaptureError> {
        let rate = match symbol_rate {
            Some(rate) if rate.is_finite() && rate > 0.0 => rate,
            Some(value) => {
                return Err(CaptureError::Rate {
                    what: "a symbol rate in Bd",
                    value,
                    needed: "it must be positive and finite",
                });
            }
            None => clock::symbol_rate(self)?,
        };
        let per_symbol = self.sampling_rate() / rate;
        if per_symbol < LEAST_SAMPLES_PER_SYMBOL as f64 - 1e-6 {
            return Err(CaptureError::Undersampled {
                samples_per_symbol: per_symbol,
                least: LEAST_SAMPLES_PER_SYMBOL,
            });
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        let symbols = ((self.samples().len() as f64 + 0.01) / per_symbol).floor() as usize;
        let fitting: Vec<&Candidate> = candidates
            .iter()
            .filter(|candidate| candidate.period() <= symbols)
            .collect();
        if fitting.is_empty() {
            let shortest = candidates.iter().min_by_key(|c| c.period());
            return Err(CaptureError::TooFewSymbols {
                symbols,
                needed: shortest.map_or(0, Candidate::period),
                pattern: shortest.map_or_else(|| "a pattern".to_owned(), Candidate::name),
            });
        }
        let between = Between::new(self.samples());
        let mut best: Option<(f64, &Candidate, Vec<u8>, bool)> = None;
        for phase in 0..PHASES {
            for &candidate in &fitting {
                let period = candidate.period();
                let seen: Vec<f64> = (0..period)
                    .map(|k| {
                        let place = (k as f64 + phase as f64 / PHASES as f64) * per_symbol;
                        between.at(place, Some(period as f64 * per_symbol))
                    })
                    .collect();
                if let Some((correlation, symbols, inverted)) = candidate.fit(&seen)
                    && best.as_ref().is_none_or(|b| correlation > b.0)
                {
                    best = Some((correlation, candidate, symbols, inverted));
                }
            }
        }
        let best = best.filter(|b| b.0.is_finite());
        let (correlation, closest) = best
            .as_ref()
            .map_or((0.0, "none".to_owned()), |b| (b.0, b.1.name()));
        let no_pattern = || {
            self.no_pattern(
                rate,
                symbol_rate.is_some(),
                closest.clone(),
                correlation,
                symbols,
                candidates,
            )
        };
        let Some((_, candidate, sent, inverted)) = best.filter(|b| b.0 >= LEAST_CORRELATION) else {
            return Err(no_pattern());
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few
        let out = (per_symbol.round() as usize).clamp(8, MOST_SAMPLES_PER_SYMBOL);
        let folded = fold(self, per_symbol, candidate.period(), out);
        let levels = 4;
        let waveform = PatternWaveform::new(folded.samples, sent, levels, rate)
            .map_err(|_: WaveformError| no_pattern())?;
        Ok(Locked {
            waveform,
            pattern: candidate.name(),
            inverted,
            symbol_rate: rate,
            symbol_rate_found: symbol_rate.is_none(),
            samples_per_symbol: per_symbol,
            periods: folded.periods,
            noise: folded.noise,
            correlation,
        })
    }

    fn no_pattern(
        &self,
        rate: f64,
        given: bool,
        pattern: String,
        correlation: f64,
        symbols: usize,
        candidates: &[Candidate],
    ) -> CaptureError {
        let found = clock::symbol_rate(self).ok();
        let too_long: Vec<String> = candidates
            .iter()
            .filter(|c| c.period() > symbols)
            .map(|c| format!("{} ({})", c.name(), c.period()))
            .collect();
        let mut advice = match found {
            Some(found) if given && (found / rate - 1.0).abs() > 1e-5 => format!(
                "the spectrum of the capture shows a symbol rate of {:.6} GBd",
                found * 1e-9
            ),
            _ => "give the pattern's symbols with --pattern-file".to_owned(),
        };
        if !too_long.is_empty() {
            advice += &format!(
                "; {symbols} symbols are too few for {}",
                too_long.join(", ")
            );
        }
        CaptureError::NoPattern {
            symbol_rate_gbd: rate * 1e-9,
            pattern,
            correlation,
            needed: LEAST_CORRELATION,
            advice,
        }
    }
}

/// Cyclic correlation of two real sequences of equal length, both without their means, over the
/// product of their norms: entry k with the second one delayed by k.
fn correlation(seen: &[f64], sent: &[f64]) -> Vec<f64> {
    let n = seen.len();
    let spectrum = |values: &[f64]| {
        let mean = values.iter().sum::<f64>() / n as f64;
        let mut bins: Vec<Complex64> = values.iter().map(|v| Complex64::from(v - mean)).collect();
        let power: f64 = bins.iter().map(Complex64::norm_sqr).sum();
        planner::forward(n).process(&mut bins);
        (bins, power)
    };
    let (mut a, power_a) = spectrum(seen);
    let (b, power_b) = spectrum(sent);
    for (x, y) in a.iter_mut().zip(&b) {
        *x *= y.conj();
    }
    planner::inverse(n).process(&mut a);
    let scale = 1.0 / (n as f64 * (power_a * power_b).sqrt().max(f64::MIN_POSITIVE));
    a.iter().map(|v| v.re * scale).collect()
}

fn delayed(symbols: &[u8], shift: usize) -> Vec<u8> {
    let n = symbols.len().max(1);
    let (late, early) = symbols.split_at((n - shift % n) % n);
    early.iter().chain(late).copied().collect()
}

fn best_shift(seen: &[f64], symbols: &[u8]) -> Option<(f64, Vec<u8>, bool)> {
    if seen.len() != symbols.len() {
        return None;
    }
    let sent: Vec<f64> = symbols.iter().map(|&s| f64::from(s)).collect();
    let (shift, value) = correlation(seen, &sent)
        .into_iter()
        .enumerate()
        .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))?;
    let mut symbols = delayed(symbols, shift);
    if value < 0.0 {
        for s in &mut symbols {
            *s = 3_u8.saturating_sub(*s);
        }
    }
    Some((value.abs(), symbols, value < 0.0))
}

/// Gray mapped, a level is 2·m + (m ⊕ l). The sum of two delays of a maximum-length sequence is a
/// third delay of it, so that the level is 2·a + b with a and b delays, upright or inverted, of one
/// sequence: the two delays at which it correlates with the levels, twice as much with a.
fn compose(seen: &[f64], order: u32) -> Option<(f64, Vec<u8>, bool)> {
    const TRIED: usize = 12;
    let bits = Pattern::Prbs { order }
        .cyclic_symbols(&Modulation::nrz())
        .ok()?;
    if bits.len() != seen.len() {
        return None;
    }
    let levels: Vec<f64> = bits.iter().map(|&b| f64::from(b)).collect();
    let mut peaks: Vec<(usize, f64)> = correlation(seen, &levels).into_iter().enumerate().collect();
    peaks.sort_by(|a, b| b.1.abs().total_cmp(&a.1.abs()));
    let turned = |(shift, value): (usize, f64)| -> Vec<u8> {
        let mut part = delayed(&bits, shift);
        if value < 0.0 {
            for b in &mut part {
                *b ^= 1;
            }
        }
        part
    };
    let first = turned(*peaks.first()?);
    peaks
        .into_iter()
        .skip(1)
        .take(TRIED)
        .filter_map(|peak| {
            let second = turned(peak);
            let symbols: Vec<u8> = first.iter().zip(&second).map(|(a, b)| 2 * a + b).collect();
            let sent: Vec<f64> = symbols.iter().map(|&s| f64::from(s)).collect();
            let here = correlation(seen, &sent).first().copied()?;
            Some((here, symbols, false))
        })
        .max_by(|a, b| a.0.total_cmp(&b.0))
}
