//! The Viterbi algorithm over the trellis of an intersymbol-interference channel.

use super::error::SequenceError;
use multiversion::multiversion;

/// Largest number of states: four levels remembered over four symbols, or 16 over two.
pub const LARGEST_TRELLIS: usize = 256;

/// Symbols that are decided together.
const STRETCH: usize = 1024;
/// Symbols after those decided that a decision waits for. Two survivors that have not met by then differ
/// over all of it: an error event of as many symbols, with a probability below ((L−1)/L)^256.
const DEPTH: usize = 256;

/// Detector of the most likely sequence of symbols a behind z_n = Σ_{k=0}^{m} h_k·a_{n−k} + white Gaussian
/// noise: the one with the least Σ (z_n − Σ h_k·a_{n−k})² (Forney, "Maximum-likelihood sequence estimation
/// of digital sequences in the presence of intersymbol interference", IEEE Trans. Inf. Theory 18(3) 363,
/// 1972, DOI 10.1109/TIT.1972.1054829).
///
/// A state is the last m symbols, the latest as the most significant digit. With d = z − Σ_{k<m} h_k·a_{n−k}
/// of the new state and p of the oldest symbol, a branch costs (d − h_m·p)² = d² − 2·h_m·p·d + (h_m·p)²: d²
/// is the same for all branches into a state and is added behind the choice.
///
/// Decisions are made in stretches of 1024 symbols with the next 256 known, so that memory does not grow
/// with the sequence.
///
/// **Leaves out**: correlation of the noise, which is taken as white.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceDetector {
    levels: usize,
    memory: usize,
    /// Σ_{k<m} h_k·a_{n−k} of every state.
    expected: Vec<f64>,
    /// 2·h_m·p of every level, and (h_m·p)².
    slopes: Vec<f64>,
    constants: Vec<f64>,
}

/// Buffers of a detection, to be used again.
#[derive(Debug, Clone, Default)]
pub struct SequenceScratch {
    metrics: Vec<f64>,
    next: Vec<f64>,
    sorted: Vec<f64>,
    choices: Vec<u8>,
}

impl SequenceDetector {
    /// A detector of levels at `positions` behind the response `response`, h_0 first.
    ///
    /// # Errors
    /// [`SequenceError`] for fewer than 2 or more than 16 levels, a response of fewer than two symbols, more
    /// than [`LARGEST_TRELLIS`] states, and numbers that are not finite.
    pub fn new(positions: &[f64], response: &[f64]) -> Result<Self, SequenceError> {
        let levels = positions.len();
        if !(2..=16).contains(&levels) {
            return Err(SequenceError::Levels { levels });
        }
        let Some(memory) = response.len().checked_sub(1).filter(|m| *m > 0) else {
            return Err(SequenceError::Memory {
                symbols: response.len(),
            });
        };
        let states = u32::try_from(memory)
            .ok()
            .and_then(|m| levels.checked_pow(m))
            .filter(|states| *states <= LARGEST_TRELLIS)
            .ok_or(SequenceError::States {
                levels,
                memory,
                allowed: LARGEST_TRELLIS,
            })?;
        for (what, values) in [("the level", positions), ("the response", response)] {
            if let Some(&value) = values.iter().find(|x| !x.is_finite()) {
                return Err(SequenceError::NotUsable { what, value });
            }
        }
        let expected = (0..states)
            .map(|state| {
                let mut weight = states;
                let mut sum = 0.0;
                for h in &response[..memory] {
                    weight /= levels;
                    sum += h * positions[state / weight % levels];
                }
                sum
            })
            .collect();
        let last = response[memory];
        Ok(Self {
            levels,
            memory,
            expected,
            slopes: positions.iter().map(|p| 2.0 * last * p).collect(),
            constants: positions.iter().map(|p| (last * p).powi(2)).collect(),
        })
    }

    /// Symbols that are remembered.
    pub fn memory(&self) -> usize {
        self.memory
    }

    /// States of the trellis: levels^memory.
    pub fn states(&self) -> usize {
        self.expected.len()
    }

    /// Detects the symbols behind `received`, one a sample, into `out`. `start` is what was sent before the
    /// first, the latest symbol last; any sequence where it is not known. Nothing is known of what follows
    /// the last sample.
    ///
    /// A sample that is not finite spoils the decisions around it and no others after the next 1280.
    ///
    /// # Errors
    /// [`SequenceError::Start`] where `start` is not as many symbols as are remembered.
    pub fn detect(
        &self,
        received: &[f64],
        start: Option<&[u8]>,
        scratch: &mut SequenceScratch,
        out: &mut Vec<u8>,
    ) -> Result<(), SequenceError> {
        let states = self.states();
        let SequenceScratch {
            metrics,
            next,
            sorted,
            choices,
        } = scratch;
        metrics.clear();
        match start {
            None => metrics.resize(states, 0.0),
            Some(symbols) => {
                let fits = symbols.len() == self.memory
                    && symbols.iter().all(|s| usize::from(*s) < self.levels);
                if !fits {
                    return Err(SequenceError::Start {
                        levels: self.levels,
                        memory: self.memory,
                    });
                }
                metrics.resize(states, f64::INFINITY);
                let state = symbols
                    .iter()
                    .rev()
                    .fold(0, |state, s| state * self.levels + usize::from(*s));
                metrics[state] = 0.0;
            }
        }
        next.resize(states, 0.0);
        sorted.resize(states, 0.0);
        choices.resize((STRETCH + DEPTH) * states, 0);
        out.clear();
        out.resize(received.len(), 0);
        // Rows of choices already there: those a decision waited for.
        let (mut known, mut decided) = (0, 0);
        while decided < received.len() {
            let rows = (received.len() - decided).min(STRETCH + DEPTH);
            if rows > known {
                advance(
                    &received[decided + known..decided + rows],
                    self,
                    metrics,
                    next,
                    sorted,
                    &mut choices[known * states..rows * states],
                );
            }
            let least = metrics.iter().copied().fold(f64::INFINITY, f64::min);
            if least.is_finite() {
                for m in metrics.iter_mut() {
                    *m -= least;
                }
            } else {
                metrics.fill(0.0);
            }
            let ended = decided + rows == received.len();
            let take = if ended { rows } else { STRETCH };
            self.trace_back(
                metrics,
                &choices[..rows * states],
                &mut out[decided..decided + take],
            );
            choices.copy_within(take * states..rows * states, 0);
            known = rows - take;
            decided += take;
        }
        Ok(())
    }

    /// Follows the best survivor back through `choices`; the first symbols go to `out`.
    fn trace_back(&self, metrics: &[f64], choices: &[u8], out: &mut [u8]) {
        let states = self.states();
        let newest = states / self.levels;
        let mut best = (f64::INFINITY, 0);
        for (state, &metric) in metrics.iter().enumerate() {
            if metric < best.0 {
                best = (metric, state);
            }
        }
        let mut state = best.1;
        for (row, choice) in choices.chunks_exact(states).enumerate().rev() {
            if let Some(symbol) = out.get_mut(row) {
                // At most 16 levels.
                *symbol = u8::try_from(state / newest).unwrap_or(0);
            }
            state = state % newest * self.levels + usize::from(choice[state]);
        }
    }
}

/// Metrics over a stretch, and the oldest symbol chosen for every state after every sample. The kernel is
/// made for the usual numbers of levels apart, so that their loops are unrolled.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2"))]
fn advance(
    received: &[f64],
    detector: &SequenceDetector,
    metrics: &mut [f64],
    next: &mut [f64],
    sorted: &mut [f64],
    choices: &mut [u8],
) {
    match detector.levels {
        2 => steps::<2>(received, detector, metrics, next, sorted, choices),
        4 => steps::<4>(received, detector, metrics, next, sorted, choices),
        8 => steps::<8>(received, detector, metrics, next, sorted, choices),
        _ => steps::<0>(received, detector, metrics, next, sorted, choices),
    }
}

/// The steps of [`advance`] for `LEVELS` levels; 0 for any number.
#[inline(always)]
#[allow(clippy::inline_always)] // so that it is compiled for the processor that was chosen
fn steps<const LEVELS: usize>(
    received: &[f64],
    detector: &SequenceDetector,
    metrics: &mut [f64],
    next: &mut [f64],
    sorted: &mut [f64],
    choices: &mut [u8],
) {
    let levels = if LEVELS == 0 { detector.levels } else { LEVELS };
    let newest = detector.expected.len() / levels;
    for (&z, row) in received
        .iter()
        .zip(choices.chunks_exact_mut(detector.expected.len()))
    {
        for (j, group) in metrics.chunks_exact(levels).enumerate() {
            for (oldest, (m, c)) in group.iter().zip(&detector.constants).enumerate() {
                sorted[oldest * newest + j] = m + c;
            }
        }
        let states = next
            .chunks_exact_mut(newest)
            .zip(row.chunks_exact_mut(newest));
        for ((next, row), expected) in states.zip(detector.expected.chunks_exact(newest)) {
            choose::<LEVELS>(z, expected, &detector.slopes, sorted, next, row);
        }
        metrics.copy_from_slice(next);
    }
}

/// The survivors into the states of one new symbol.
#[inline(always)]
#[allow(clippy::inline_always)]
fn choose<const LEVELS: usize>(
    z: f64,
    expected: &[f64],
    slopes: &[f64],
    sorted: &[f64],
    next: &mut [f64],
    row: &mut [u8],
) {
    let newest = expected.len();
    let levels = if LEVELS == 0 { slopes.len() } else { LEVELS };
    let (expected, next, row) = (&expected[..newest], &mut next[..newest], &mut row[..newest]);
    let sorted = &sorted[..levels * newest];
    let slopes = &slopes[..levels];
    for j in 0..newest {
        let d = z - expected[j];
        let (mut best, mut choice) = (sorted[j] - slopes[0] * d, 0u8);
        for oldest in 1..levels {
            let cost = sorted[oldest * newest + j] - slopes[oldest] * d;
            #[allow(clippy::cast_possible_truncation)] // at most 16 levels
            let symbol = oldest as u8;
            choice = if cost < best { symbol } else { choice };
            best = if cost < best { cost } else { best };
        }
        next[j] = best + d * d;
        row[j] = choice;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Source, StreamKey};

    fn key(span: u32) -> StreamKey {
        StreamKey {
            seed: 7,
            source: Source::Other(1),
            lane: 0,
            polarization: 0,
            span,
        }
    }

    fn positions(levels: usize) -> Vec<f64> {
        (0..levels)
            .map(|k| 2.0 * k as f64 / (levels - 1) as f64 - 1.0)
            .collect()
    }

    /// Random symbols, and what is received of them with noise of a deviation.
    fn sent(
        levels: usize,
        response: &[f64],
        count: usize,
        deviation: f64,
        run: u32,
    ) -> (Vec<u8>, Vec<f64>) {
        let memory = response.len() - 1;
        let mut symbols = vec![0u8; count + memory];
        let alphabet = u8::try_from(levels).unwrap();
        key(2 * run)
            .stream()
            .fill_symbols(0, alphabet, &mut symbols);
        let mut noise = vec![0.0; count];
        key(2 * run + 1).stream().fill_gaussian(0, &mut noise);
        let p = positions(levels);
        let received = (0..count)
            .map(|n| {
                let sum: f64 = response
                    .iter()
                    .enumerate()
                    .map(|(k, h)| h * p[usize::from(symbols[n + memory - k])])
                    .sum();
                sum + deviation * noise[n]
            })
            .collect();
        (symbols, received)
    }

    fn squares(symbols: &[u8], response: &[f64], received: &[f64], p: &[f64]) -> f64 {
        let memory = response.len() - 1;
        received
            .iter()
            .enumerate()
            .map(|(n, z)| {
                let sum: f64 = response
                    .iter()
                    .enumerate()
                    .map(|(k, h)| h * p[usize::from(symbols[n + memory - k])])
                    .sum();
                (z - sum).powi(2)
            })
            .sum()
    }

    #[test]
    fn no_other_sequence_is_nearer() {
        let mut scratch = SequenceScratch::default();
        for (levels, response, count) in [
            (2, vec![1.0, 0.9], 12),
            (2, vec![1.0, -0.6, 0.5, 0.2, -0.3], 12),
            (3, vec![0.7, 0.8, -0.2], 8),
            (4, vec![1.0, 1.0], 6),
            (4, vec![1.0, 0.6, -0.4], 6),
            (5, vec![0.8, 0.7], 5),
        ] {
            let detector = SequenceDetector::new(&positions(levels), &response).unwrap();
            let (p, memory) = (positions(levels), response.len() - 1);
            for run in 0..20 {
                let (symbols, received) = sent(levels, &response, count, 0.4, run);
                let start = &symbols[..memory];
                let mut found = Vec::new();
                detector
                    .detect(&received, Some(start), &mut scratch, &mut found)
                    .unwrap();
                let with_start = |tail: &[u8]| [start, tail].concat();
                let own = squares(&with_start(&found), &response, &received, &p);
                let all = levels.pow(u32::try_from(count).unwrap());
                let least = (0..all)
                    .map(|mut code| {
                        let tail: Vec<u8> = (0..count)
                            .map(|_| {
                                let digit = code % levels;
                                code /= levels;
                                u8::try_from(digit).unwrap()
                            })
                            .collect();
                        squares(&with_start(&tail), &response, &received, &p)
                    })
                    .fold(f64::INFINITY, f64::min);
                assert!(
                    (own - least).abs() < 1e-9,
                    "{levels} {response:?} {own} {least}"
                );
            }
        }
    }

    #[test]
    fn without_noise_every_symbol_is_found_over_many_stretches() {
        let mut scratch = SequenceScratch::default();
        for (levels, response) in [
            (2, vec![1.0, 0.5, 0.3, 0.2, 0.1, 0.05, 0.04, 0.03, 0.01]),
            (4, vec![1.0, 0.8, 0.4, -0.2, 0.1]),
            (8, vec![1.0, 0.9]),
            (16, vec![1.0, 0.9, 0.1]),
        ] {
            let (symbols, received) = sent(levels, &response, 5000, 0.0, 1);
            let detector = SequenceDetector::new(&positions(levels), &response).unwrap();
            let mut found = Vec::new();
            let start = &symbols[..response.len() - 1];
            detector
                .detect(&received, Some(start), &mut scratch, &mut found)
                .unwrap();
            assert_eq!(found, symbols[response.len() - 1..]);
        }
    }

    #[test]
    fn a_spoilt_sample_does_not_spoil_what_comes_long_after() {
        let response = [1.0, 0.5];
        let (symbols, mut received) = sent(4, &response, 6000, 0.0, 3);
        received[1000] = f64::NAN;
        let detector = SequenceDetector::new(&positions(4), &response).unwrap();
        let mut found = Vec::new();
        detector
            .detect(&received, None, &mut SequenceScratch::default(), &mut found)
            .unwrap();
        assert_eq!(found[2600..], symbols[2601..]);
        detector
            .detect(&[], None, &mut SequenceScratch::default(), &mut found)
            .unwrap();
        assert!(found.is_empty());
        detector
            .detect(&[0.3], None, &mut SequenceScratch::default(), &mut found)
            .unwrap();
        assert_eq!(found.len(), 1);
    }

    #[test]
    fn what_cannot_be_detected_is_refused() {
        let p = positions(4);
        let new = SequenceDetector::new;
        assert!(matches!(
            new(&[0.0], &[1.0, 0.1]),
            Err(SequenceError::Levels { .. })
        ));
        assert!(matches!(new(&p, &[1.0]), Err(SequenceError::Memory { .. })));
        assert!(matches!(new(&p, &[]), Err(SequenceError::Memory { .. })));
        assert!(matches!(
            new(&p, &[1.0; 6]),
            Err(SequenceError::States { .. })
        ));
        assert!(matches!(
            new(&p, &[1.0, f64::NAN]),
            Err(SequenceError::NotUsable { .. })
        ));
        let detector = new(&p, &[1.0, 0.1]).unwrap();
        let mut out = Vec::new();
        for start in [&[4u8][..], &[0, 0], &[]] {
            let refused = detector.detect(
                &[0.0],
                Some(start),
                &mut SequenceScratch::default(),
                &mut out,
            );
            assert!(matches!(refused, Err(SequenceError::Start { .. })));
        }
    }
}
