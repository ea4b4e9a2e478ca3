//! Figures of an eye, of captured and of computed waveforms alike.
//!
//! A waveform over one period of its pattern, without noise (the mean over the periods of a capture, or
//! a computed one), and the noise on it, Gaussian and of one deviation, give every figure: what a
//! symbol's neighbours do to it is in the waveform, symbol by symbol, and the noise reaches as far down as
//! asked for. Noise moves the crossing of a threshold by itself over the slope there.
//!
//! | figure | definition |
//! |---|---|
//! | levels | means within 0.1 UI of the middle of the symbols, the central 20 % of the eye |
//! | crossing | where the means of all rising and of all falling edges of two levels meet; percent of the distance of the levels |
//! | height at p | from the value that the lower level exceeds with probability p to the one that the upper level falls below with p |
//! | width at p | from the time that a share p of the crossings at the left border exceeds to the one that a share p at the right border falls below, at the middle between the two levels |
//! | eye symmetry mask width | twice the least distance of these times, of any eye, from the middle of the middle eye |
//! | mask | [`MaskCoordinates`] |
//! | vertical eye closure penalty | [`vertical_eye_closure_penalty_db`] |

mod closure;
mod mask;

pub use closure::vertical_eye_closure_penalty_db;
pub use mask::MaskCoordinates;

use super::PatternWaveform;
use super::opening::{VerticalOpening, vertical_openings};
use super::slicer::{DecisionSample, DecisionSamples};
use thiserror::Error;

/// Strobes of a symbol, at which crossings are bracketed.
const STROBES: usize = 32;
/// Half of the window in which levels are means, UI.
const LEVEL_WINDOW: f64 = 0.1;

/// Why an eye has no figures.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum EyeError {
    /// A number that cannot be.
    #[error("{what} of {value} cannot be: {allowed}")]
    Parameter {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// A level that is not above the one below it.
    #[error("level {0} is absent, or its mean is not above that of the level below it")]
    Levels(usize),
    /// No crossing of a threshold.
    #[error("no edge crosses the middle of eye {0}")]
    NoEdges(usize),
    /// A figure of two levels asked of more.
    #[error("a vertical eye closure penalty is of two levels, and there are {0}")]
    TwoLevels(usize),
    /// A pattern without a run of two equal symbols of either level, from which a modulation amplitude
    /// could be read.
    #[error("the pattern has no runs of equal symbols to read the modulation amplitude from")]
    NoRuns,
    /// An eye without an opening.
    #[error("the eye is closed: its opening is {0}")]
    Closed(f64),
}

/// One of the eyes between the levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Opening {
    /// Middle between the two levels, where its width is taken.
    pub threshold: f64,
    /// Its edges in height at the decision.
    pub vertical: VerticalOpening,
    /// Its left and its right end, UI from the mean crossing of the middle eye.
    pub span: (f64, f64),
    /// Standard deviation of its crossings, noise included, UI.
    pub jitter_rms: f64,
}

impl Opening {
    /// Width, UI; negative where it is closed.
    pub fn width(&self) -> f64 {
        self.span.1 - self.span.0
    }
}

/// The figures.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeFigures {
    /// Means of the levels, the lowest first.
    pub levels: Vec<f64>,
    /// Standard deviation about each, noise included.
    pub deviations: Vec<f64>,
    /// Mean crossing of the middle eye, UI behind the waveform's borders between symbols (half a symbol
    /// before its centre).
    pub crossing_time: f64,
    /// Crossing of two levels, percent of their distance above the lower one.
    pub crossing_percent: Option<f64>,
    /// The eyes, the lowest first.
    pub eyes: Vec<Opening>,
    /// Eye symmetry mask width, UI; negative where an eye is closed.
    pub eye_symmetry_mask_width: f64,
}

impl EyeFigures {
    /// Measures a waveform with noise of a root mean square in its unit, at a probability.
    ///
    /// # Errors
    /// See [`EyeError`].
    pub fn measure(
        waveform: &PatternWaveform,
        noise: f64,
        probability: f64,
    ) -> Result<Self, EyeError> {
        for (what, value, good, allowed) in [
            (
                "noise",
                noise,
                noise.is_finite() && noise >= 0.0,
                "0 and more",
            ),
            (
                "a probability",
                probability,
                probability > 0.0 && probability < 0.5,
                "above 0 and below 0.5",
            ),
        ] {
            if !good {
                return Err(EyeError::Parameter {
                    what,
                    value,
                    allowed,
                });
            }
        }
        let (levels, deviations) = levels(waveform, noise)?;
        let thresholds: Vec<f64> = levels
            .windows(2)
            .map(|w| w.iter().sum::<f64>() / w.len() as f64)
            .collect();
        let strobes: Vec<Vec<f64>> = (0..=STROBES)
            .map(|j| waveform.strobe(j as f64 / STROBES as f64))
            .collect();
        let crossings: Vec<Vec<DecisionSample>> = thresholds
            .iter()
            .map(|&threshold| crossings(waveform.symbols(), &strobes, &levels, threshold, noise))
            .collect();
        let means: Vec<f64> = crossings
            .iter()
            .enumerate()
            .map(|(eye, edges)| mean(edges).ok_or(EyeError::NoEdges(eye)))
            .collect::<Result<_, _>>()?;
        let crossing_time = means.get(thresholds.len() / 2).copied().unwrap_or(0.0);
        let at_decision = by_level(waveform, &waveform.strobe(crossing_time), noise);
        let vertical = vertical_openings(&at_decision, probability);
        let eyes: Vec<Opening> = thresholds
            .iter()
            .zip(&crossings)
            .zip(&vertical)
            .zip(&means)
            .map(|(((&threshold, edges), &vertical), mean)| {
                let span = span(edges, crossing_time, probability);
                let variance = edges
                    .iter()
                    .map(|e| (e.value - mean).powi(2) + e.deviation.powi(2))
                    .sum::<f64>()
                    / edges.len().max(1) as f64;
                Opening {
                    threshold,
                    vertical,
                    span,
                    jitter_rms: variance.sqrt(),
                }
            })
            .collect();
        let half = eyes
            .iter()
            .map(|eye| (0.5 - eye.span.0).min(eye.span.1 - 0.5))
            .fold(f64::INFINITY, f64::min);
        Ok(Self {
            crossing_percent: (levels.len() == 2)
                .then(|| crossing_percent(waveform, &levels))
                .flatten(),
            levels,
            deviations,
            crossing_time,
            eyes,
            eye_symmetry_mask_width: 2.0 * half,
        })
    }
}

/// Values of a strobe by the level that was sent.
fn by_level(waveform: &PatternWaveform, strobe: &[f64], noise: f64) -> DecisionSamples {
    let mut by_level = vec![Vec::new(); waveform.levels()];
    for (&value, &symbol) in strobe.iter().zip(waveform.symbols()) {
        if let Some(level) = by_level.get_mut(usize::from(symbol)) {
            level.push(DecisionSample {
                value,
                deviation: noise,
                weight: 1.0,
            });
        }
    }
    DecisionSamples { by_level }
}

fn mean(samples: &[DecisionSample]) -> Option<f64> {
    let sum: f64 = samples.iter().map(|s| s.value).sum();
    (!samples.is_empty()).then(|| sum / samples.len() as f64)
}

/// Means and deviations of the levels.
fn levels(waveform: &PatternWaveform, noise: f64) -> Result<(Vec<f64>, Vec<f64>), EyeError> {
    const STEPS: i32 = 4;
    let mut sums = vec![(0.0, 0.0, 0.0); waveform.levels()];
    for k in -STEPS..=STEPS {
        let strobe = waveform.strobe(LEVEL_WINDOW * f64::from(k) / f64::from(STEPS));
        for (value, &symbol) in strobe.iter().zip(waveform.symbols()) {
            if let Some(sum) = sums.get_mut(usize::from(symbol)) {
                sum.0 += value;
                sum.1 += value * value;
                sum.2 += 1.0;
            }
        }
    }
    let means: Vec<f64> = sums.iter().map(|s| s.0 / s.2).collect();
    let fault = means.windows(2).position(|w| !matches!(w, [a, b] if a < b));
    if let Some(level) = fault {
        return Err(EyeError::Levels(level + 1));
    }
    let deviations = sums
        .iter()
        .zip(&means)
        .map(|(s, m)| ((s.1 / s.2 - m * m).max(0.0) + noise * noise).sqrt())
        .collect();
    Ok((means, deviations))
}

/// Crossings of a threshold at the borders between symbols on its two sides, UI from the border, with
/// what noise moves them by: of several between two middles the one that is nearest to the border.
fn crossings(
    symbols: &[u8],
    strobes: &[Vec<f64>],
    levels: &[f64],
    threshold: f64,
    noise: f64,
) -> Vec<DecisionSample> {
    let above = |symbol: Option<&u8>| {
        symbol.is_some_and(|&s| levels.get(usize::from(s)).is_some_and(|l| *l > threshold))
    };
    let n = symbols.len();
    (0..n)
        .filter(|&k| above(symbols.get(k)) != above(symbols.get((k + 1) % n)))
        .filter_map(|k| {
            let value = |j: usize| strobes.get(j).and_then(|s| s.get(k)).copied();
            (0..STROBES)
                .filter_map(|j| {
                    let (a, b) = (value(j)? - threshold, value(j + 1)? - threshold);
                    if (a > 0.0) == (b > 0.0) {
                        return None;
                    }
                    let slope = (b - a).abs() * STROBES as f64;
                    Some(DecisionSample {
                        value: (j as f64 + a / (a - b)) / STROBES as f64 - 0.5,
                        deviation: noise / slope,
                        weight: 1.0,
                    })
                })
                .min_by(|a, b| a.value.abs().total_cmp(&b.value.abs()))
        })
        .collect()
}

/// Ends of an eye in time, from the crossings at its left border and the same a symbol later.
fn span(edges: &[DecisionSample], zero: f64, probability: f64) -> (f64, f64) {
    let moved = |by: f64| {
        let edges = edges.iter();
        edges
            .map(|e| DecisionSample {
                value: e.value - zero + by,
                ..*e
            })
            .collect::<Vec<_>>()
    };
    let borders = DecisionSamples {
        by_level: vec![moved(0.0), moved(1.0)],
    };
    let opening = vertical_openings(&borders, probability);
    let opening = opening.first();
    (
        opening.map_or(f64::NAN, |o| o.low),
        opening.map_or(f64::NAN, |o| o.high),
    )
}

/// Where the mean rising and the mean falling edge of two levels meet.
fn crossing_percent(waveform: &PatternWaveform, levels: &[f64]) -> Option<f64> {
    let [low, high] = *levels else {
        return None;
    };
    let symbols = waveform.symbols();
    let n = symbols.len();
    let means: Vec<(f64, f64)> = (0..=STROBES)
        .map(|j| {
            let strobe = waveform.strobe(j as f64 / STROBES as f64);
            let mut sums = [(0.0, 0.0); 2];
            for (k, value) in strobe.iter().enumerate() {
                let (now, next) = (symbols.get(k), symbols.get((k + 1) % n));
                if now != next {
                    let sum = &mut sums[usize::from(now == Some(&1))];
                    sum.0 += value;
                    sum.1 += 1.0;
                }
            }
            let [rising, falling] = sums;
            (rising.0 / rising.1, falling.0 / falling.1)
        })
        .collect();
    let crossing = means.windows(2).find_map(|w| {
        let [(r, f), (r2, f2)] = *w else { return None };
        let (a, b) = (r - f, r2 - f2);
        (a < 0.0 && b >= 0.0).then(|| r + (r2 - r) * a / (a - b))
    })?;
    Some(100.0 * (crossing - low) / (high - low))
}
