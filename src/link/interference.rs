//! Light that beats with the signal while its phase drifts: echoes of reflections and in-band
//! crosstalk.
//!
//! Light of power P_x at the detector, of a phase φ that has nothing to do with the signal's, adds
//! 2√(P·P_x)·cos φ to the power P. Taken as Gaussian, which the sum of many such echoes is, it has the
//! variance 2·P·P_x at every level (see [`multipath_interference`](crate::fiber::multipath_interference)):
//! the upper levels carry more. The phase drifts over the coherence time of the laser and with
//! temperature, thousands of symbols and more, so that the noise passes the receiver as the waveform √P
//! does, times one Gaussian number.
//!
//! Monte Carlo draws that number anew, with a smooth passage in between, every [`DRIFT_SYMBOLS`]
//! symbols: long against the memory of a receiver, short enough for counting to meet many of them.
//!
//! An error ratio is then the mean over that drift. Few echoes drift over minutes, and while their phases
//! stand at the worst there are more errors than that: the eye that is left in the worst case is
//! [`eye_opening_of_aligned_crosstalk`](crate::signal::optical_filter::eye_opening_of_aligned_crosstalk).
//!
//! **Left out**: the modulation of the echo itself, whose power counts as constant (with an extinction
//! ratio of 4 dB 95 % of it is the carrier's); the bounded distribution of a few echoes, of which one
//! alone never exceeds √2 standard deviations (Gaussian tails are pessimistic then); other
//! polarisations than the signal's, which beat less; reflections of fourth and higher order. The linewidth
//! of the laser is in [`echo_beat`](super::echo_beat).

use super::echo_beat::EchoBeat;
use super::noise::{COVARIANCE_SYMBOLS, NoiseKind, Tail};
use crate::equalizer::Taps;
use crate::random::Stream;
use crate::signal::kernels::{self, dot};
use std::f64::consts::FRAC_PI_2;

/// Symbols over which the phase of interfering light drifts from one draw to the next where errors are
/// counted; twice the length of a longer feed-forward equaliser.
pub const DRIFT_SYMBOLS: usize = 16;

/// Share of the response's energy that is cut.
const CUT: f64 = 1e-7;

/// Interfering light at the detector.
#[derive(Debug, Clone)]
pub struct Interference {
    /// What it is.
    pub kind: NoiseKind,
    /// Covariance of the noise at the receiver's output, mean over the pattern, at distances of 0, 1,
    /// 2, … symbols.
    pub covariance: Vec<f64>,
    /// From the detector to the receiver's output.
    tail: Tail,
    /// Standard deviation of the current along the pattern, A.
    amplitude: Vec<f64>,
    /// How long it lasts, and the sampling rate (Hz); None for what only drifts.
    lasting: Option<(EchoBeat, f64)>,
}

impl Interference {
    /// Interference of this standard deviation of the current (A) along a cyclic pattern, all of it
    /// with the same phase.
    pub(super) fn new(
        kind: NoiseKind,
        tail: Tail,
        amplitude: Vec<f64>,
        samples_per_symbol: usize,
    ) -> Self {
        let symbols = amplitude.len() / samples_per_symbol.max(1);
        let mut reversed = tail.taps.clone();
        reversed.reverse();
        let mut covariance = vec![0.0; COVARIANCE_SYMBOLS];
        // Two phases of a symbol stand for all.
        for phase in [0, samples_per_symbol / 2] {
            let mut received = vec![0.0; symbols];
            kernels::add_strided_dots(
                &reversed,
                &amplitude,
                phase,
                samples_per_symbol,
                &mut received,
            );
            for (k, c) in covariance.iter_mut().enumerate() {
                let (head, behind) = received.split_at(k % symbols.max(1));
                let around =
                    dot(&received[..behind.len()], behind) + dot(&received[behind.len()..], head);
                *c += 0.5 * around / symbols.max(1) as f64;
            }
        }
        Self {
            kind,
            covariance,
            tail,
            amplitude,
            lasting: None,
        }
    }

    /// Takes the time that the beat of echoes lasts.
    pub(super) fn lasts(&mut self, beat: &EchoBeat, sampling_rate: f64, samples_per_symbol: usize) {
        let symbol = samples_per_symbol as f64 / sampling_rate;
        for (k, c) in self.covariance.iter_mut().enumerate() {
            *c *= beat.correlation(k as f64 * symbol);
        }
        self.lasting = Some((beat.clone(), sampling_rate));
    }

    /// Adds its variance at the decisions from the first: the square of what the receiver and its taps
    /// make of the amplitude.
    pub(super) fn add_variance(
        &self,
        samples_per_symbol: usize,
        place: (usize, f64),
        taps: &Taps,
        variances: &mut [f64],
    ) {
        let (sample, fraction) = place;
        let (response, advance) =
            self.tail
                .through(&taps.feed_forward, taps.precursor, samples_per_symbol);
        let total = self.amplitude.len();
        let energy = dot(&response, &response);
        let allowed = CUT * energy;
        let cut = |elements: &mut dyn Iterator<Item = &f64>| {
            let mut sum = 0.0;
            elements
                .take_while(|x| {
                    sum += **x * **x;
                    sum <= allowed
                })
                .count()
        };
        let from = cut(&mut response.iter()).min(advance);
        let to = response.len() - cut(&mut response.iter().rev());
        let kept = &response[from..to.max(from)];
        let advance = advance - from;
        // As for noise whose density follows the signal, but in amplitude: reversed, the response runs
        // forward in time, and between samples the amplitude is a straight line.
        let mut kernel = vec![0.0; kept.len() + usize::from(fraction != 0.0)];
        for (i, x) in kept.iter().rev().enumerate() {
            kernel[i] += x * (1.0 - fraction);
            if fraction != 0.0 {
                kernel[i + 1] += x * fraction;
            }
        }
        let end = sample + advance + 1;
        let start = (end + total * (1 + kept.len() / total.max(1)) - kept.len()) % total.max(1);
        let correlation = match &self.lasting {
            Some((beat, sampling_rate)) => beat.over(kernel.len(), *sampling_rate),
            None => vec![1.0],
        };
        if let [share] = correlation[..] {
            let mut deviations = vec![0.0; variances.len()];
            kernels::add_strided_dots(
                &kernel,
                &self.amplitude,
                start,
                samples_per_symbol,
                &mut deviations,
            );
            for (v, d) in variances.iter_mut().zip(&deviations) {
                *v += share * d * d;
            }
            return;
        }
        // Σ_ij x_i·x_j·ρ(i − j), which at the distance 0 counts once.
        let mut beats = vec![0.0; kernel.len()];
        for (k, v) in variances.iter_mut().enumerate() {
            let from = start + k * samples_per_symbol;
            for (i, (b, x)) in beats.iter_mut().zip(&kernel).enumerate() {
                *b = x * self.amplitude[(from + i) % total.max(1)];
            }
            for (distance, rho) in correlation.iter().enumerate() {
                let later = beats.get(distance..).unwrap_or_default();
                let twice = if distance == 0 { 1.0 } else { 2.0 };
                *v += twice * rho * dot(&beats[..later.len()], later);
            }
        }
    }
}

/// Interfering light for counted errors.
#[derive(Debug, Clone)]
pub(super) struct DriftingBeat {
    stream: Stream,
    /// Variance over the photocurrent, A.
    scale: f64,
    /// Cosine and sine of a quarter turn, in as many steps as there are samples between draws.
    turn: Vec<(f64, f64)>,
}

impl DriftingBeat {
    /// Interference whose variance is `scale` (A) times the current, drawn anew after so many samples.
    pub fn new(stream: Stream, scale: f64, samples: usize) -> Self {
        let turn = (0..samples.max(1))
            .map(|i| {
                let (sin, cos) = (FRAC_PI_2 * i as f64 / samples.max(1) as f64).sin_cos();
                (cos, sin)
            })
            .collect();
        Self {
            stream,
            scale,
            turn,
        }
    }

    /// Adds it to a current whose first sample is `first` of the stream; `draws` is room to work in.
    ///
    /// Between two independent draws a and b the number is a·cos + b·sin of a quarter turn: its
    /// variance is one everywhere.
    pub fn add_to(&self, first: i64, current: &mut [f64], draws: &mut Vec<f64>) {
        let length = i64::try_from(self.turn.len()).unwrap_or(i64::MAX);
        let begin = first.div_euclid(length);
        let offset = usize::try_from(first.rem_euclid(length)).unwrap_or(0);
        let before = draws.len();
        let count = (offset + current.len()) / self.turn.len() + 2;
        draws.resize(before.max(count), 0.0);
        self.stream.fill_gaussian(begin, &mut draws[..count]);
        let (head, rest) = current.split_at_mut((self.turn.len() - offset).min(current.len()));
        let pieces = std::iter::once(head).chain(rest.chunks_mut(self.turn.len()));
        for (k, (piece, pair)) in pieces.zip(draws.windows(2)).enumerate() {
            let turn = &self.turn[if k == 0 { offset } else { 0 }..];
            for (i, (cos, sin)) in piece.iter_mut().zip(turn) {
                *i += (self.scale * i.max(0.0)).sqrt() * (pair[0] * cos + pair[1] * sin);
            }
        }
    }
}

/// Symbols between draws for an equaliser of so many feed-forward taps.
pub(super) fn drift_symbols(feed_forward_taps: usize) -> usize {
    DRIFT_SYMBOLS.max(2 * feed_forward_taps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Source, StreamKey};

    fn beat() -> DriftingBeat {
        let key = StreamKey {
            seed: 5,
            source: Source::Interference,
            lane: 0,
            polarization: 0,
            span: 0,
        };
        DriftingBeat::new(key.stream(), 1e-2, 64)
    }

    #[test]
    fn a_cut_into_blocks_changes_nothing_and_the_variance_is_that_asked_for() {
        let mut whole = vec![1.0; 1 << 18];
        let mut draws = Vec::new();
        beat().add_to(-100, &mut whole, &mut draws);
        let mut parts = vec![1.0; 1 << 18];
        let (head, tail) = parts.split_at_mut(1000);
        beat().add_to(-100, head, &mut draws);
        beat().add_to(900, tail, &mut draws);
        assert_eq!(whole, parts);
        let n = whole.len() as f64;
        let variance = whole.iter().map(|x| (x - 1.0).powi(2)).sum::<f64>() / n;
        // 4096 draws: five standard deviations of their mean square are 11 %.
        assert!((variance / 1e-2 - 1.0).abs() < 0.11, "{variance}");
    }

    #[test]
    fn slow_light_passes_a_receiver_as_the_root_of_the_current_does() {
        // A receiver that takes the mean of two samples, one of them early; a current of 4 A.
        let tail = Tail {
            taps: vec![0.5, 0.5],
            advance: 1,
        };
        let interference = Interference::new(NoiseKind::Reflections, tail, vec![2.0; 64], 8);
        let mut variances = vec![1.0; 8];
        let taps = Taps {
            feed_forward: vec![3.0],
            feedback: Vec::new(),
            offset: 0.0,
            precursor: 0,
            mean_square_error: 0.0,
        };
        interference.add_variance(8, (3, 0.25), &taps, &mut variances);
        for v in variances {
            assert!((v - 37.0).abs() < 1e-9, "{v}");
        }
        assert!((interference.covariance[5] - 4.0).abs() < 1e-12);
    }
}
