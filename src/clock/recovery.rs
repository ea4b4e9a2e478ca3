//! Clock recovery over a record.

use super::detector::{PhaseDetector, Strobes};
use super::tracking::{Loop, LoopState};
use crate::signal::Between;
use num_complex::Complex64;
use std::f64::consts::TAU;
use thiserror::Error;

/// Why no clock is recovered.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum ClockError {
    /// Too few samples or too few of them in a symbol.
    #[error(
        "{samples} samples at {samples_per_symbol} a symbol: a clock is recovered from at least {LEAST_SYMBOLS} symbols of at least 2 samples"
    )]
    Size {
        /// Samples given.
        samples: usize,
        /// Samples in a symbol.
        samples_per_symbol: f64,
    },
    /// A sample that is not a finite number.
    #[error("sample {0} is not a finite number")]
    NotFinite(usize),
    /// Levels that are not at least two rising numbers.
    #[error("the levels have to be at least two finite numbers in rising order")]
    Levels,
    /// A loop that runs away.
    #[error(
        "a loop with the shares {proportional} and {integral} is not stable; its bandwidth has to be far below the symbol rate"
    )]
    Unstable {
        /// Share of the phase.
        proportional: f64,
        /// Share of the frequency.
        integral: f64,
    },
    /// The detector's output does not grow with the displacement of the samples.
    #[error(
        "the detector sees no edges: its output changes by {gain:.2e} of the signal's power for a symbol of displacement"
    )]
    NoGain {
        /// What was found.
        gain: f64,
    },
}

/// Fewest symbols of a record.
const LEAST_SYMBOLS: usize = 64;
/// Most symbols from which the first phase and the gain are found.
const START: usize = 4096;
/// Displacement to either side from which the gain is found, UI.
const DISPLACEMENT: f64 = 0.05;

/// A detector with its loop.
#[derive(Debug, Clone, PartialEq)]
pub struct ClockRecovery {
    /// The detector.
    pub detector: PhaseDetector,
    /// The loop, whose shares are of displacements in UI.
    pub tracking: Loop,
    /// Levels of the symbols, the lowest first, in the samples' unit.
    pub levels: Vec<f64>,
    /// Output of the detector for a displacement of one UI, in the square of the samples' unit (1/UI
    /// for the bang-bang one); found from the record where it is not given.
    pub gain: Option<f64>,
}

/// A recovered clock.
#[derive(Debug, Clone, PartialEq)]
pub struct RecoveredClock {
    /// Where each symbol is sampled, in samples from the first.
    pub instants: Vec<f64>,
    /// Displacement of each instant from the constant clock that starts with it, UI.
    pub phases: Vec<f64>,
    /// Gain of the detector.
    pub gain: f64,
}

impl ClockRecovery {
    /// Recovers the clock of a record with a number of samples per symbol, which need not be whole and
    /// may be off by what the loop can follow.
    ///
    /// # Errors
    /// See [`ClockError`].
    pub fn recover(
        &self,
        samples: &[f64],
        samples_per_symbol: f64,
    ) -> Result<RecoveredClock, ClockError> {
        let size = ClockError::Size {
            samples: samples.len(),
            samples_per_symbol,
        };
        if !(samples_per_symbol.is_finite() && samples_per_symbol >= 2.0) {
            return Err(size);
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        let symbols = (samples.len() as f64 / samples_per_symbol) as usize;
        if symbols < LEAST_SYMBOLS {
            return Err(size);
        }
        if let Some(index) = samples.iter().position(|v| !v.is_finite()) {
            return Err(ClockError::NotFinite(index));
        }
        let rising = self.levels.windows(2).all(|w| matches!(w, [a, b] if a < b));
        if self.levels.len() < 2 || !rising || self.levels.iter().any(|v| !v.is_finite()) {
            return Err(ClockError::Levels);
        }
        if !self.tracking.is_stable() {
            return Err(ClockError::Unstable {
                proportional: self.tracking.proportional,
                integral: self.tracking.integral,
            });
        }
        let reader = Reader {
            between: Between::new(samples),
            samples_per_symbol,
            mean: self.levels.iter().sum::<f64>() / self.levels.len() as f64,
            levels: &self.levels,
        };
        let start = first_middle(samples, samples_per_symbol);
        let gain = match self.gain {
            Some(gain) => gain,
            None => reader.gain(self.detector, start, symbols.min(START)),
        };
        let power: f64 = self.levels.iter().map(|v| (v - reader.mean).powi(2)).sum();
        let scale = match self.detector {
            PhaseDetector::BangBang => 1.0,
            _ => power / self.levels.len() as f64,
        };
        if !(gain.is_finite() && gain > 1e-6 * scale) {
            return Err(ClockError::NoGain { gain: gain / scale });
        }
        let mut state = LoopState::default();
        let (mut instants, mut phases) = (Vec::new(), Vec::new());
        let mut before = reader.symbol(start);
        for k in 0_usize.. {
            let ui = start + k as f64 + state.phase;
            let place = ui * samples_per_symbol;
            if place > samples.len() as f64 - 1.0 {
                break;
            }
            instants.push(place.max(0.0));
            phases.push(state.phase);
            let now = reader.symbol(ui);
            let strobes = reader.strobes(before, now, ui);
            let error = self.detector.error(&strobes) / gain;
            before = now;
            if k > 0 {
                self.tracking.advance(&mut state, error);
            }
            if !state.phase.is_finite() {
                return Err(ClockError::Unstable {
                    proportional: self.tracking.proportional,
                    integral: self.tracking.integral,
                });
            }
        }
        Ok(RecoveredClock {
            instants,
            phases,
            gain,
        })
    }
}

/// Middle of the first symbol, UI from the first sample: half a symbol behind the edges, whose place is
/// the phase of the line that the squared slope has at the symbol rate (W. R. Bennett, Bell Syst. Tech.
/// J. 37, 1501, 1958).
fn first_middle(samples: &[f64], samples_per_symbol: f64) -> f64 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
    let count = (START as f64 * samples_per_symbol).min(1e9) as usize;
    let line: Complex64 = samples
        .windows(3)
        .take(count)
        .enumerate()
        .map(|(k, w)| {
            let slope = match w {
                [a, _, b] => b - a,
                _ => 0.0,
            };
            let turns = (k as f64 + 1.0) / samples_per_symbol;
            slope * slope * Complex64::from_polar(1.0, -TAU * turns.fract())
        })
        .sum();
    let edge = -line.arg() / TAU;
    (edge + 0.5).rem_euclid(1.0)
}

/// Samples and decisions of a record.
struct Reader<'a> {
    between: Between<'a>,
    samples_per_symbol: f64,
    mean: f64,
    levels: &'a [f64],
}

impl Reader<'_> {
    /// Sample at a time in UI and the level that is nearest to it, both without the mean.
    fn symbol(&self, ui: f64) -> (f64, f64) {
        let value = self.between.at(ui * self.samples_per_symbol, None);
        let nearest = self
            .levels
            .iter()
            .min_by(|a, b| (*a - value).abs().total_cmp(&(*b - value).abs()));
        let level = nearest.copied().unwrap_or(value);
        (value - self.mean, level - self.mean)
    }

    fn strobes(&self, before: (f64, f64), now: (f64, f64), ui: f64) -> Strobes {
        let between = self.between.at((ui - 0.5) * self.samples_per_symbol, None);
        Strobes {
            before: before.0,
            between: between - self.mean,
            now: now.0,
            decided_before: before.1,
            decided_now: now.1,
        }
    }

    /// Slope of the mean output about the middle of the symbols.
    fn gain(&self, detector: PhaseDetector, start: f64, symbols: usize) -> f64 {
        let mean = |displacement: f64| {
            let mut before = self.symbol(start + displacement);
            let mut sum = 0.0;
            for k in 1..symbols {
                let ui = start + k as f64 + displacement;
                let now = self.symbol(ui);
                sum += detector.error(&self.strobes(before, now, ui));
                before = now;
            }
            sum / (symbols.max(2) - 1) as f64
        };
        (mean(-DISPLACEMENT) - mean(DISPLACEMENT)) / (2.0 * DISPLACEMENT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recovery(detector: PhaseDetector) -> ClockRecovery {
        ClockRecovery {
            detector,
            tracking: Loop::first_order(4e6, 1e9),
            levels: vec![-1.0, 1.0],
            gain: None,
        }
    }

    /// Raised-cosine edges of a random-looking sequence, 8 samples a symbol at `rate` of the nominal one.
    fn wave(symbols: usize, rate: f64) -> Vec<f64> {
        let bit = |k: usize| f64::from(u8::from((k * k * 7 + k * 3) % 11 > 4)) * 2.0 - 1.0;
        (0..symbols * 8)
            .map(|k| {
                let ui = k as f64 / 8.0 * rate + 3.0;
                let n = ui.floor();
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let (old, new) = (bit(n as usize - 1), bit(n as usize));
                old + (new - old) * 0.5 * (1.0 - (std::f64::consts::PI * (ui - n)).cos())
            })
            .collect()
    }

    #[test]
    fn instants_come_to_the_middle_between_edges_and_follow_a_wrong_rate() {
        for detector in [
            PhaseDetector::Gardner,
            PhaseDetector::BangBang,
            PhaseDetector::MuellerMuller,
        ] {
            let samples = wave(6000, 1.0);
            let mut used = recovery(detector);
            if detector == PhaseDetector::BangBang {
                used.gain = Some(10.0);
            }
            let clock = used.recover(&samples, 8.0).unwrap();
            assert!(clock.instants.len() > 5990);
            // Edges are centred on half symbols: middles are whole ones.
            let end = clock.instants[5000] / 8.0;
            assert!((end - end.round()).abs() < 0.06, "{detector:?}: {end}");
            // A clock that is slow by 200 ppm is 1 UI off after 5000 symbols.
            let slow = wave(6000, 1.0 - 2e-4);
            let clock = used.recover(&slow, 8.0).unwrap();
            let moved = clock.phases[5500] - clock.phases[500];
            assert!((moved - 1.0).abs() < 0.1, "{detector:?}: {moved}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let samples = wave(200, 1.0);
        let good = recovery(PhaseDetector::Gardner);
        assert!(good.recover(&samples, 8.0).is_ok());
        for (samples, per_symbol) in [(&samples[..], 1.0), (&samples[..], f64::NAN), (&[], 8.0)] {
            assert!(matches!(
                good.recover(samples, per_symbol),
                Err(ClockError::Size { .. })
            ));
        }
        let mut bad = samples.clone();
        bad[7] = f64::NAN;
        assert_eq!(good.recover(&bad, 8.0), Err(ClockError::NotFinite(7)));
        let flat = vec![0.3; 1600];
        assert!(matches!(
            good.recover(&flat, 8.0),
            Err(ClockError::NoGain { .. })
        ));
        for levels in [vec![], vec![1.0], vec![1.0, -1.0], vec![0.0, f64::NAN]] {
            let used = ClockRecovery {
                levels,
                ..good.clone()
            };
            assert_eq!(used.recover(&samples, 8.0), Err(ClockError::Levels));
        }
        let used = ClockRecovery {
            tracking: Loop {
                proportional: 3.0,
                ..good.tracking
            },
            ..good
        };
        assert!(matches!(
            used.recover(&samples, 8.0),
            Err(ClockError::Unstable { .. })
        ));
    }
}
