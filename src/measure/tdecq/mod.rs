//! Transmitter and dispersion eye closure of four levels (TDECQ), and its relatives.
//!
//! How much noise, in front of a reference equaliser, a signal bears until its symbols are wrong at
//! a given ratio, against the noise that an ideal signal of the same modulation amplitude bears
//! (IEEE Std 802.3, 121.8.5.3 and 140.7.5; S. Echeverri-Chacón et al., J. Lightwave Technol. 37(3),
//! 2019):
//!
//! 1. The waveform of a pattern goes through a fourth-order Bessel–Thomson receiver.
//! 2. An equaliser with taps a symbol apart whose sum is 1 follows.
//! 3. The eye is looked at in two windows, 0.04 symbols wide, before and behind its middle. White
//!    noise in the receiver's band, σ_G at the equaliser's input, arrives as C_eq·σ_G behind it:
//!    C_eq² = ∫N(f)·|H_eq(f)|²df with ∫N(f)df = 1. Its σ_G is such that in the worse window the
//!    symbols are wrong at the target ratio.
//! 4. Taps, phase and thresholds (each within 1 % of OMA) are those that let σ_G be largest.
//! 5. The noise of the scope is noise that the signal bore already: R = √(σ_G² + σ_S²), and
//!    TDECQ = 10·lg(OMA/(2(M − 1)·Q_t·R)), for M = 4: OMA/(6·3.414·R).
//!
//! A symbol counts as wrong beyond the thresholds on either side of its own level, as the pattern is
//! known; where the eye is open without noise this is the standard's sum over the eye's upper and lower parts.
//!
//! The names differ by the signal: TDECQ behind the fibre with the largest dispersion, TECQ without
//! it, SECQ at a receiver's stressed input; TDEC is the one of two levels without an equaliser.
//!
//! What is left out: the optical reflection and the polarisation rotator of a test set.

mod histogram;
pub mod levels;
mod problem;
pub mod settings;

pub use levels::{Excursion, OuterLevels, TransitionTimes};
pub use settings::Settings;

use super::{PatternWaveform, WaveformError};
use crate::equalizer::minimum_mean_square_error::Covariances;
use crate::math::quasi_newton::{Stop, descend};
use crate::signal::Response;
use problem::{Problem, Reached};
use thiserror::Error;

/// Strobes across a window, each in the middle of its part.
const STROBES: usize = 4;
/// Sharpness of the smooth maximum of the two windows: it is above the larger by 0.03 dB at most
/// where the taps are sought; the figure itself is that of the worse window.
const SHARPNESS: f64 = 100.0;
/// With the main tap at a position that is worse by this (0.2 dB) at first, it is not sought further.
const CLEARLY_WORSE: f64 = 0.046;
/// Phases tried around the middle of the symbol, from −0.3 to 0.3 symbols.
const PHASES: i32 = 6;

/// Why there is no eye closure.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum TdecqError {
    /// The waveform cannot be measured.
    #[error(transparent)]
    Waveform(#[from] WaveformError),
    /// The settings cannot be used.
    #[error("{0}")]
    Settings(&'static str),
    /// The pattern has no long runs of the outer levels, or they do not differ.
    #[error(
        "no outer modulation amplitude: the pattern needs runs of at least two of its highest and two of its lowest symbols, the highest above the lowest"
    )]
    NoModulationAmplitude,
    /// The eye is closed without noise.
    #[error(
        "the eye stays closed: with every setting of the equaliser more than {target:.1e} of the symbols are wrong without noise"
    )]
    Closed {
        /// The ratio of wrong symbols that noise is to lead to.
        target: f64,
    },
}

/// An eye closure and what it was found with.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeClosure {
    /// TDECQ (TECQ, SECQ, TDEC), dB of optical power.
    pub penalty_db: f64,
    /// 10·lg C_eq, dB.
    pub noise_gain_db: f64,
    /// Noise that may be added, σ_G, in the waveform's unit.
    pub added_noise: f64,
    /// R = √(σ_G² + σ_S²).
    pub total_noise: f64,
    /// Outer levels in front of the equaliser, behind the receiver.
    pub outer_levels: OuterLevels,
    /// Taps, the latest sample first; their sum is 1.
    pub taps: Vec<f64>,
    /// Position of the main tap, from 0: the taps before it.
    pub main_tap: usize,
    /// Middle between the two windows, in symbols behind the waveform's own centre.
    pub phase: f64,
    /// Thresholds, the lowest first.
    pub thresholds: Vec<f64>,
    /// Mean of each equalised level within the windows.
    pub level_means: Vec<f64>,
    /// The waveform behind the reference receiver.
    pub received: PatternWaveform,
}

impl EyeClosure {
    /// Eye closure without what the equaliser costs: TDECQ − 10·lg C_eq, dB.
    pub fn less_noise_gain_db(&self) -> f64 {
        self.penalty_db - self.noise_gain_db
    }

    /// Equalised values in the windows before and behind the middle of the eye, four of each symbol.
    pub fn window_samples(&self, settings: &Settings) -> [Vec<f64>; 2] {
        [-1.0, 1.0].map(|side| {
            (0..STROBES)
                .flat_map(|i| {
                    let within = (i as f64 + 0.5) / STROBES as f64 - 0.5;
                    let offset =
                        side * settings.histogram_offset + settings.histogram_width * within;
                    let strobe = self.received.strobe(self.phase + offset);
                    let n = strobe.len();
                    let at = |k: usize| strobe.get(k % n).copied().unwrap_or(0.0);
                    let equalized = (0..n).map(|k| {
                        let parts = self.taps.iter().enumerate();
                        parts
                            .map(|(i, c)| c * at(k + self.main_tap + n * self.taps.len() - i))
                            .sum()
                    });
                    equalized.collect::<Vec<f64>>()
                })
                .collect()
        })
    }

    /// The waveform behind receiver and equaliser.
    ///
    /// # Errors
    /// Where it does not follow its pattern, which an open eye excludes.
    pub fn equalized(&self) -> Result<PatternWaveform, WaveformError> {
        let received = &self.received;
        let (n, s) = (received.samples().len(), received.samples_per_symbol());
        let at = |k: usize| received.samples().get(k % n).copied().unwrap_or(0.0);
        let samples = (0..n)
            .map(|k| {
                let parts = self.taps.iter().enumerate();
                parts
                    .map(|(i, tap)| tap * at(k + n * self.taps.len() + self.main_tap * s - i * s))
                    .sum()
            })
            .collect();
        PatternWaveform::new(
            samples,
            received.symbols().to_vec(),
            received.levels(),
            received.symbol_rate(),
        )
    }
}

/// Measures the eye closure of a waveform.
///
/// # Errors
/// See [`TdecqError`].
pub fn measure(waveform: &PatternWaveform, settings: &Settings) -> Result<EyeClosure, TdecqError> {
    if let Some(fault) = settings.fault() {
        return Err(TdecqError::Settings(fault));
    }
    let received = match settings.receiver_bandwidth {
        None => waveform.clone(),
        Some(share) => waveform.filtered(&Response::BesselThomson4 {
            bandwidth: share * waveform.symbol_rate(),
        })?,
    };
    let outer_levels = OuterLevels::of(&received)
        .filter(|levels| levels.modulation_amplitude() > 0.0)
        .ok_or(TdecqError::NoModulationAmplitude)?;
    let share = settings
        .receiver_bandwidth
        .unwrap_or(settings.noise_bandwidth);
    let noise_correlation = noise_correlation(share, settings.taps);
    let eye = Eye {
        settings,
        received: &received,
        oma: outer_levels.modulation_amplitude(),
        noise_correlation: &noise_correlation,
    };
    // Roughly with the main tap at each position, then in full where it is not clearly worse.
    let covariances = eye.covariances();
    let rough: Vec<Start> = settings
        .main_positions
        .iter()
        .map(|&main| eye.rough(main, &covariances))
        .collect();
    let lowest = rough.iter().map(|s| s.value).fold(f64::INFINITY, f64::min);
    let best = rough
        .into_iter()
        .filter(|start| start.value < lowest + CLEARLY_WORSE)
        .map(|start| eye.search(&start))
        .filter(|found| found.reached.open && found.main_is_largest())
        .min_by(|a, b| a.value.total_cmp(&b.value));
    let Some(found) = best else {
        return Err(TdecqError::Closed {
            target: settings.symbol_error_ratio,
        });
    };
    let added_noise = found.reached.noise();
    Ok(EyeClosure {
        penalty_db: eye.penalty_db(added_noise),
        noise_gain_db: 10.0 * found.reached.noise_gain.log10(),
        added_noise,
        total_noise: added_noise.hypot(settings.scope_noise),
        outer_levels,
        main_tap: found.main,
        taps: found.taps,
        phase: found.phase,
        thresholds: found.thresholds,
        level_means: found.level_means,
        received,
    })
}

/// Correlation of white noise behind a fourth-order Bessel–Thomson receiver at distances of 0, 1, …
/// symbols: ∫|H|²·cos(2πfkT)df/∫|H|²df. Beyond eight times the bandwidth |H|² is below 10⁻⁹.
fn noise_correlation(bandwidth: f64, taps: usize) -> Vec<f64> {
    const STEPS: usize = 4000;
    let response = Response::BesselThomson4 { bandwidth };
    let step = 8.0 * bandwidth / STEPS as f64;
    let mut sums = vec![0.0; taps];
    for k in 0..STEPS {
        let f = (k as f64 + 0.5) * step;
        let power = response.at(f).norm_sqr();
        for (distance, sum) in sums.iter_mut().enumerate() {
            *sum += power * (2.0 * std::f64::consts::PI * f * distance as f64).cos();
        }
    }
    let all = sums.first().copied().unwrap_or(1.0);
    sums.iter().map(|sum| sum / all).collect()
}

struct Eye<'a> {
    settings: &'a Settings,
    received: &'a PatternWaveform,
    oma: f64,
    noise_correlation: &'a [f64],
}

/// A point to descend from, and its value with one strobe a window.
struct Start {
    value: f64,
    main: usize,
    phase: f64,
    variables: Vec<f64>,
}

/// A best point with the main tap at one position.
struct Found {
    value: f64,
    reached: Reached,
    main: usize,
    phase: f64,
    taps: Vec<f64>,
    thresholds: Vec<f64>,
    level_means: Vec<f64>,
}

impl Found {
    fn main_is_largest(&self) -> bool {
        let size = |i: usize| self.taps.get(i).map_or(0.0, |c| c.abs());
        (0..self.taps.len()).all(|i| size(i) <= size(self.main))
    }
}

impl Eye<'_> {
    fn penalty_db(&self, added_noise: f64) -> f64 {
        let levels = self.received.levels();
        let ideal = self.oma / (2.0 * (levels - 1) as f64 * self.settings.quantile);
        10.0 * (ideal / added_noise.hypot(self.settings.scope_noise)).log10()
    }

    fn problem(&self, main: usize, phase: f64, strobes: usize) -> Problem<'_> {
        let Settings {
            histogram_offset: offset,
            histogram_width: width,
            ..
        } = *self.settings;
        let windows = [-offset, offset]
            .map(|window| {
                (0..strobes)
                    .map(|i| {
                        let within = (i as f64 + 0.5) / strobes as f64 - 0.5;
                        self.received.strobe(phase + window + width * within)
                    })
                    .collect()
            })
            .to_vec();
        Problem::new(
            self.settings,
            self.received.symbols(),
            main,
            windows,
            self.noise_correlation,
            (self.received.mean(), self.oma, self.received.levels()),
        )
    }

    /// Covariances of strobes and levels at phases around the middle of the symbol.
    fn covariances(&self) -> Vec<(f64, Covariances)> {
        let top = (self.received.levels() - 1) as f64;
        let symbols = self.received.symbols().iter();
        let levels: Vec<f64> = symbols.map(|&s| self.oma * f64::from(s) / top).collect();
        let variance = (self.oma / (2.0 * top * self.settings.quantile)).powi(2);
        let noise: Vec<f64> = self
            .noise_correlation
            .iter()
            .map(|r| r * variance)
            .collect();
        (-PHASES..=PHASES)
            .map(|k| {
                let phase = 0.05 * f64::from(k);
                let strobe = self.received.strobe(phase);
                let taps = self.settings.taps;
                (
                    phase,
                    Covariances::measure(&strobe, &levels, &noise, taps, 0),
                )
            })
            .collect()
    }

    /// From the taps of the least mean-square error, scaled to a sum of 1, with one strobe a window.
    fn rough(&self, main: usize, covariances: &[(f64, Covariances)]) -> Start {
        let count = self.settings.taps;
        let only_main = (0..count).map(|i| f64::from(u8::from(i == main)));
        let mut start: (f64, f64, Vec<f64>) = (f64::INFINITY, 0.0, only_main.collect());
        for (phase, covariances) in covariances {
            let Some(solved) = covariances.solve(count, main, 0) else {
                continue;
            };
            let sum: f64 = solved.feed_forward.iter().sum();
            if solved.mean_square_error < start.0 && sum.is_finite() && sum > 0.0 {
                let taps = solved.feed_forward.iter().map(|c| c / sum).collect();
                start = (solved.mean_square_error, *phase, taps);
            }
        }
        let variables = self.problem(main, start.1, 1).start(&start.2);
        let start = Start {
            value: f64::INFINITY,
            main,
            phase: start.1,
            variables,
        };
        self.best_phase(&start, (1, 0.03, 1e-3))
    }

    fn search(&self, start: &Start) -> Found {
        let start = self.best_phase(start, (1, 0.01, 1e-5));
        let Start {
            main,
            phase,
            variables,
            ..
        } = self.best_phase(&start, (STROBES, 0.005, 1e-6));
        let mut problem = self.problem(main, phase, STROBES);
        let mut gradient = vec![0.0; variables.len()];
        let (_, reached) = problem.evaluate(&variables, SHARPNESS, &mut gradient);
        let (taps, thresholds) = problem.taps_and_thresholds(&variables);
        let level_means = problem.means(&variables);
        Found {
            value: reached.costs.iter().copied().fold(f64::MIN, f64::max),
            reached,
            main,
            phase,
            taps,
            thresholds,
            level_means,
        }
    }

    /// Descends at a phase and beside it, follows the better side, and ends at the vertex of the
    /// parabola through the best three.
    fn best_phase(&self, start: &Start, (strobes, step, decrease): (usize, f64, f64)) -> Start {
        let main = start.main;
        let at = |phase: f64, from: &[f64]| {
            let mut problem = self.problem(main, phase, strobes);
            let stop = Stop {
                decrease,
                evaluations: 60,
            };
            let found = descend(from, 0.02, stop, |x, gradient| {
                problem.evaluate(x, SHARPNESS, gradient).0
            });
            (phase, found.value, found.x)
        };
        let end = |(phase, value, variables)| Start {
            value,
            main,
            phase,
            variables,
        };
        let mut middle = at(start.phase, &start.variables);
        let mut right = at(middle.0 + step, &middle.2);
        let mut left = at(middle.0 - step, &middle.2);
        for _ in 0..12 {
            if right.1 < middle.1 && right.1 <= left.1 {
                let next = at(right.0 + step, &right.2);
                left = std::mem::replace(&mut middle, std::mem::replace(&mut right, next));
            } else if left.1 < middle.1 {
                let next = at(left.0 - step, &left.2);
                right = std::mem::replace(&mut middle, std::mem::replace(&mut left, next));
            } else {
                break;
            }
        }
        let bend = left.1 - 2.0 * middle.1 + right.1;
        if bend <= 0.0 {
            return end(middle);
        }
        let vertex = middle.0 + step * (0.5 * (left.1 - right.1) / bend).clamp(-1.0, 1.0);
        let found = at(vertex, &middle.2);
        end(if found.1 < middle.1 { found } else { middle })
    }
}
