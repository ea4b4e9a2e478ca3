//! From the receiver's output to decisions: sampling phase, equaliser, thresholds, error ratios.

use super::description::{SamplingPhase, Thresholds};
use super::noise::{ReceivedNoise, SignalNoise};
use super::sensitivity::{Carried, STRONGEST_EDGES};
use crate::equalizer::{Adaptation, Covariances, Equalizer, Taps, least_mean_squares};
use crate::format::Modulation;
use crate::measure::slicer::{DecisionSample, DecisionSamples, ErrorRatios, Gathered};
use crate::signal::Interpolator;
use crate::signal::interpolator::HALF_WIDTH;
use crate::signal::kernels::{self, dot};
use crate::transmitter::Jitter;

/// Everything a decision is taken from.
#[derive(Debug, Clone, Copy)]
pub struct DecisionInput<'a> {
    /// Cyclic waveform at the receiver's output, without noise.
    pub received: &'a [f64],
    /// Symbols of the pattern.
    pub symbols: &'a [u8],
    /// Samples per symbol.
    pub samples_per_symbol: usize,
    /// Levels and labels.
    pub modulation: &'a Modulation,
    /// Noise at the receiver's output.
    pub noise: &'a ReceivedNoise,
    /// The equaliser.
    pub equalizer: Equalizer,
}

/// How the receiver decides.
#[derive(Debug, Clone, PartialEq)]
pub struct DecisionRule {
    /// Time of symbol 0's decision sample, in samples of the waveform (whole part).
    pub sample: usize,
    /// Fraction of a sample after it.
    pub fraction: f64,
    /// Equaliser taps; they scale the levels to −1…1.
    pub taps: Taps,
    /// Thresholds, ascending.
    pub thresholds: Vec<f64>,
}

/// What a decision rule gives.
#[derive(Debug, Clone)]
pub struct Decided {
    /// The rule.
    pub rule: DecisionRule,
    /// Error ratios.
    pub errors: ErrorRatios,
    /// The decision samples.
    pub samples: DecisionSamples,
    /// Noise-free equalised value and noise deviation of every symbol, in pattern order.
    pub values: Vec<f64>,
    /// Noise deviation of every symbol.
    pub deviations: Vec<f64>,
}

/// How carefully thresholds are placed.
#[derive(Clone, Copy)]
enum Search {
    /// To [`QUICK_TOLERANCE`], while phases are compared.
    Quick,
    /// As asked for.
    Final(Thresholds),
}

/// Accuracy of thresholds while phases are compared, relative to the distance of the levels.
const QUICK_TOLERANCE: f64 = 3e-3;

/// Symbols on which the pattern is first aligned with the waveform.
const ALIGNMENT_SYMBOLS: usize = 256;
/// Phases of a symbol that the alignment tries.
const ALIGNMENT_PHASES: usize = 4;
/// Symbols of delay the alignment covers.
const ALIGNMENT_REACH: usize = 48;

impl DecisionInput<'_> {
    /// Received samples, one a symbol, at a whole sample plus a fraction.
    pub fn sampled(&self, sample: usize, fraction: f64) -> Vec<f64> {
        let n = self.received.len();
        let at = |k: usize| (k * self.samples_per_symbol + sample) % n;
        if fraction == 0.0 {
            (0..self.symbols.len())
                .map(|k| self.received[at(k)])
                .collect()
        } else {
            let mut out = vec![0.0; self.symbols.len()];
            kernels::interpolate_cyclic(
                self.received,
                (sample + HALF_WIDTH * n - (HALF_WIDTH - 1)) % n.max(1),
                self.samples_per_symbol,
                Interpolator::new(fraction).weights(),
                &mut out,
            );
            out
        }
    }

    /// Levels of the pattern, −1…1.
    pub fn levels(&self) -> Vec<f64> {
        let positions = self.modulation.level_positions();
        self.symbols
            .iter()
            .map(|&s| positions[usize::from(s)])
            .collect()
    }

    /// Sample at which symbol 0 shows most, from the correlation with the pattern.
    pub fn align(&self, levels: &[f64]) -> usize {
        let n = levels.len();
        let count = n.min(ALIGNMENT_SYMBOLS);
        let reach = ALIGNMENT_REACH.min(n.saturating_sub(1) / 2);
        let sps = self.samples_per_symbol;
        let mut best = (f64::NEG_INFINITY, 0);
        let mut stretch = vec![0.0; count];
        let mean_level = levels[..count].iter().sum::<f64>() / count as f64;
        for phase in (0..sps).step_by((sps / ALIGNMENT_PHASES).max(1)) {
            let y = self.sampled(phase, 0.0);
            for lag in 0..=2 * reach {
                // The pulse may come up to `reach` symbols late, or a quarter of that early.
                let shift = (n + lag - reach / 2) % n;
                for (i, s) in stretch.iter_mut().enumerate() {
                    let at = i + shift;
                    *s = y[if at >= n { at - n } else { at }];
                }
                let mean = stretch.iter().sum::<f64>() / count as f64;
                let correlation =
                    dot(&stretch, &levels[..count]) / count as f64 - mean * mean_level;
                if correlation > best.0 {
                    best = (correlation, (shift * sps + phase) % (n * sps));
                }
            }
        }
        best.1
    }

    /// Taps for samples taken at one phase.
    fn solve(&self, sampled: &[f64], levels: &[f64], noise: &[f64]) -> Option<Taps> {
        let (n, m) = (
            self.equalizer.feed_forward_taps.max(1),
            self.equalizer.decision_feedback_taps,
        );
        let covariances = Covariances::measure(sampled, levels, noise, n, m);
        let candidates = match self.equalizer.precursor_taps {
            Some(precursor) => precursor.min(n - 1)..=precursor.min(n - 1),
            // Beyond the middle two thirds a main tap is never best.
            None => n / 6..=(n - 1) - n / 6,
        };
        candidates
            .filter_map(|precursor| covariances.solve(n, precursor, m))
            .min_by(|a, b| a.mean_square_error.total_cmp(&b.mean_square_error))
    }

    /// Noise-free equalised values and noise deviations of every symbol.
    fn equalised(
        &self,
        sample: usize,
        fraction: f64,
        sampled: &[f64],
        levels: &[f64],
        taps: &Taps,
    ) -> (Vec<f64>, Vec<f64>) {
        let values = apply_taps(taps, sampled, levels);
        let deviations = self.deviations(sample, fraction, taps);
        (values, deviations)
    }

    /// Noise deviation of every symbol behind the equaliser.
    pub fn deviations(&self, sample: usize, fraction: f64, taps: &Taps) -> Vec<f64> {
        let n = self.symbols.len();
        let mut constant = stationary_variance(
            self.noise.stationary.iter().map(|s| &s.covariance),
            &taps.feed_forward,
        );
        let levels = self.modulation.level_positions();
        let mean = levels.iter().sum::<f64>() / levels.len().max(1) as f64;
        let spread =
            levels.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / levels.len().max(1) as f64;
        // The wander is that of unit data: behind the equaliser the levels are themselves.
        constant += self.noise.wander.powi(2) * spread;
        let mut variances = vec![constant; n];
        for signal in &self.noise.signal {
            self.add_signal_noise(signal, sample, fraction, taps, &mut variances);
        }
        variances.iter().map(|v| v.sqrt()).collect()
    }

    /// Adds the variance of a noise that follows the signal: (|h|² ∗ density) at every decision.
    fn add_signal_noise(
        &self,
        signal: &SignalNoise,
        sample: usize,
        fraction: f64,
        taps: &Taps,
        variances: &mut [f64],
    ) {
        let sps = self.samples_per_symbol;
        let (squared, advance) =
            signal
                .tail
                .squared_through(&taps.feed_forward, taps.precursor, sps);
        let total = signal.density.len();
        // Element i of `squared` belongs to the source at decision + advance − i: reversed, it runs
        // forward in time. Between two samples the density is a straight line, whose two ends share
        // the weights.
        let mut kernel = vec![0.0; squared.len() + usize::from(fraction != 0.0)];
        for (i, x) in squared.iter().rev().enumerate() {
            let x = x * self.noise.sampling_rate;
            kernel[i] += x * (1.0 - fraction);
            if fraction != 0.0 {
                kernel[i + 1] += x * fraction;
            }
        }
        let mut padded = vec![0.0; kernel.len()];
        for (k, sum) in variances.iter_mut().enumerate() {
            let end = k * sps + sample + advance + 1;
            let start = (end + total * (1 + squared.len() / total) - squared.len()) % total;
            *sum += match signal.density.get(start..start + kernel.len()) {
                Some(here) => dot(&kernel, here),
                None => {
                    for (i, p) in padded.iter_mut().enumerate() {
                        *p = signal.density[(start + i) % total];
                    }
                    dot(&kernel, &padded)
                }
            };
        }
    }

    fn samples_of(&self, values: &[f64], deviations: &[f64]) -> DecisionSamples {
        let mut by_level: Vec<Vec<DecisionSample>> =
            vec![Vec::with_capacity(values.len() / 2); self.modulation.levels()];
        for ((&symbol, &value), &deviation) in self.symbols.iter().zip(values).zip(deviations) {
            if let Some(level) = by_level.get_mut(usize::from(symbol)) {
                level.push(DecisionSample {
                    value,
                    deviation,
                    weight: 1.0,
                });
            }
        }
        DecisionSamples { by_level }
    }

    fn thresholds_of(samples: &DecisionSamples, thresholds: Search) -> Vec<f64> {
        match thresholds {
            Search::Final(Thresholds::Optimum) => samples.optimum_thresholds(),
            Search::Final(Thresholds::Midway) => samples.midway_thresholds(),
            Search::Quick => samples.optimum_thresholds_to(QUICK_TOLERANCE),
        }
    }

    fn decide_at(
        &self,
        sample: usize,
        fraction: f64,
        levels: &[f64],
        taps: Option<&Taps>,
        noise: &[f64],
        thresholds: Search,
    ) -> Option<Decided> {
        let sampled = self.sampled(sample, fraction);
        let taps = match taps {
            Some(taps) => taps.clone(),
            None => self.solve(&sampled, levels, noise)?,
        };
        let (values, deviations) = self.equalised(sample, fraction, &sampled, levels, &taps);
        let samples = self.samples_of(&values, &deviations);
        let thresholds = Self::thresholds_of(&samples, thresholds);
        let errors = samples.error_ratios(&thresholds, self.modulation);
        Some(Decided {
            rule: DecisionRule {
                sample,
                fraction,
                taps,
                thresholds,
            },
            errors,
            samples,
            values,
            deviations,
        })
    }

    /// Finds the phase, the taps and the thresholds. The phase with the least mean-square error is
    /// found among the samples of a symbol; around it, the one with the fewest errors to a
    /// sixteenth of a sample. None where the waveform carries no signal.
    pub fn decide(&self, phase: SamplingPhase, thresholds: Thresholds) -> Option<Decided> {
        let levels = self.levels();
        let noise = self.noise.covariance();
        let sps = self.samples_per_symbol;
        let total = self.received.len();
        let centre = self.align(&levels);
        let candidate = |offset: usize| {
            let sample = (centre + total + offset - sps / 2) % total;
            let taps = self.solve(&self.sampled(sample, 0.0), &levels, &noise)?;
            Some((sample, taps))
        };
        let (sample, taps) = (0..sps)
            .filter_map(candidate)
            .min_by(|a, b| a.1.mean_square_error.total_cmp(&b.1.mean_square_error))?;
        if let SamplingPhase::Offset(offset) = phase {
            let time = sample as f64 + offset * sps as f64 + total as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let whole = time.floor() as usize;
            return self.decide_at(
                whole % total,
                time - time.floor(),
                &levels,
                None,
                &noise,
                Search::Final(thresholds),
            );
        }
        let at = |offset: f64, search: Search| {
            let time = sample as f64 + offset + total as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let whole = time.floor() as usize;
            let fraction = time - time.floor();
            let keep = (offset == 0.0).then_some(&taps);
            self.decide_at(whole % total, fraction, &levels, keep, &noise, search)
        };
        let (offset, quick) = self.refine(|offset| at(offset, Search::Quick))?;
        match thresholds {
            Thresholds::Optimum => {
                let thresholds = quick.samples.optimum_thresholds();
                let errors = quick.samples.error_ratios(&thresholds, self.modulation);
                Some(Decided {
                    errors,
                    rule: DecisionRule {
                        thresholds,
                        ..quick.rule
                    },
                    ..quick
                })
            }
            Thresholds::Midway => at(offset, Search::Final(thresholds)),
        }
    }

    /// The phase with the fewest errors around the best whole sample, by a parabola through the
    /// logarithm of the error ratio.
    fn refine(&self, at: impl Fn(f64) -> Option<Decided>) -> Option<(f64, Decided)> {
        let cost = |d: &Decided| d.errors.bit.max(1e-300).ln();
        let mut best = at(0.0)?;
        let mut position = 0.0;
        // Walk to a bracket, then one parabola. Steps of half a sample at up to 16 samples a symbol.
        let step = (self.samples_per_symbol as f64 / 16.0).max(0.5);
        let (mut left, mut right) = (at(position - step)?, at(position + step)?);
        for _ in 0..self.samples_per_symbol {
            if cost(&left) < cost(&best) {
                right = std::mem::replace(&mut best, left);
                position -= step;
                left = at(position - step)?;
            } else if cost(&right) < cost(&best) {
                left = std::mem::replace(&mut best, right);
                position += step;
                right = at(position + step)?;
            } else {
                break;
            }
        }
        let (a, b, c) = (cost(&left), cost(&best), cost(&right));
        let curvature = a - 2.0 * b + c;
        if curvature > 1e-9 {
            let vertex = 0.5 * (a - c) / curvature;
            if vertex.abs() > 0.03 && vertex.abs() < 1.0 {
                let refined = at(position + vertex * step)?;
                if cost(&refined) < cost(&best) {
                    best = refined;
                    position += vertex * step;
                }
            }
        }
        Some((position, best))
    }

    /// The same decision with noise that was carried to it and with the sampler's jitter: thresholds
    /// and error ratios are found anew.
    pub fn with_carried(
        &self,
        decided: Decided,
        carried: Option<&Carried>,
        jitter: Jitter,
        thresholds: Thresholds,
    ) -> Decided {
        if carried.is_none() && jitter.is_none() {
            return decided;
        }
        let mut deviations = decided.deviations;
        if let Some(carried) = carried {
            for (d, v) in deviations.iter_mut().zip(&carried.variance) {
                *d = (*d * *d + v).sqrt();
            }
        }
        let spread = !jitter.is_none() || carried.is_some_and(|c| !c.edges.is_empty());
        let samples = if spread {
            self.displaced(&decided.rule, &decided.values, &deviations, carried, jitter)
        } else {
            self.samples_of(&decided.values, &deviations)
        };
        let thresholds = Self::thresholds_of(&samples, Search::Final(thresholds));
        let errors = samples.error_ratios(&thresholds, self.modulation);
        Decided {
            rule: DecisionRule {
                thresholds,
                ..decided.rule
            },
            errors,
            samples,
            values: decided.values,
            deviations,
        }
    }

    /// Decision samples spread over the sampler's displacements and over the strongest edges'.
    ///
    /// The Gaussian part of the sampler's jitter is a mixture of narrower Gaussians (0.6 of its
    /// deviation) on a grid of the same spacing; within each the waveform is a straight line, whose
    /// slope adds to the noise. Between grid points it is the quartic through five samples.
    fn displaced(
        &self,
        rule: &DecisionRule,
        values: &[f64],
        deviations: &[f64],
        carried: Option<&Carried>,
        jitter: Jitter,
    ) -> DecisionSamples {
        let sps = self.samples_per_symbol as f64;
        let nodes = displacements(jitter);
        let curves = (!jitter.is_none()).then(|| self.neighbours(rule));
        let narrow = NARROW * jitter.random_rms * sps;
        // Jitter of both kinds together keeps only the strongest edge apart.
        let apart = if nodes.len() > 1 { 1 } else { STRONGEST_EDGES };
        let mut gathered = vec![Gathered::default(); self.modulation.levels()];
        for (k, &symbol) in self.symbols.iter().enumerate() {
            let Some(level) = gathered.get_mut(usize::from(symbol)) else {
                continue;
            };
            let edges = carried
                .and_then(|c| c.edges.get(k))
                .copied()
                .unwrap_or_default();
            let variance =
                deviations[k].powi(2) + edges.iter().skip(apart).map(|e| e * e).sum::<f64>();
            let used = edges.iter().take(apart).filter(|e| **e > 0.0).count();
            let combinations = 1u32 << used;
            for &(time, weight) in &nodes {
                let (value, slope) = match &curves {
                    None => (values[k], 0.0),
                    Some(curves) => quartic(curves, k, time * sps),
                };
                let deviation = (variance + (slope * narrow).powi(2)).sqrt();
                for combination in 0..combinations {
                    let shift: f64 = edges
                        .iter()
                        .take(used)
                        .enumerate()
                        .map(|(i, e)| if combination >> i & 1 == 1 { *e } else { -e })
                        .sum();
                    level.add(&DecisionSample {
                        value: value + shift,
                        deviation,
                        weight: weight / f64::from(combinations),
                    });
                }
            }
        }
        DecisionSamples {
            by_level: gathered.iter().map(Gathered::samples).collect(),
        }
    }

    /// Equalised values two samples before, one before, at, one and two after each decision.
    fn neighbours(&self, rule: &DecisionRule) -> [Vec<f64>; 5] {
        let total = self.received.len();
        let levels = self.levels();
        std::array::from_fn(|i| {
            let sampled = self.sampled((rule.sample + total + i - 2) % total, rule.fraction);
            apply_taps(&rule.taps, &sampled, &levels)
        })
    }

    /// Replaces solved taps by adapted ones where the equaliser asks for it: the rule is applied to
    /// the waveform with stationary noise of the solved taps' level.
    pub fn adapt(
        &self,
        decided: Decided,
        noise: &[f64],
        thresholds: Thresholds,
    ) -> Option<Decided> {
        let Adaptation::LeastMeanSquares {
            step,
            training_symbols,
        } = self.equalizer.adaptation
        else {
            return Some(decided);
        };
        let levels = self.levels();
        let rule = &decided.rule;
        let sampled: Vec<f64> = self
            .sampled(rule.sample, rule.fraction)
            .iter()
            .zip(noise)
            .map(|(y, n)| y + n)
            .collect();
        let taps = least_mean_squares::adapt(
            &sampled,
            &levels,
            self.equalizer.feed_forward_taps.max(1),
            rule.taps.precursor,
            self.equalizer.decision_feedback_taps,
            step,
            training_symbols,
        )?;
        let noise = self.noise.covariance();
        self.decide_at(
            rule.sample,
            rule.fraction,
            &levels,
            Some(&taps),
            &noise,
            Search::Final(thresholds),
        )
    }
}

/// Deviation of the narrow Gaussians that the sampler's jitter is made of, relative to its own.
const NARROW: f64 = 0.6;

/// Displacements (UI) of the sampler and their probabilities.
fn displacements(jitter: Jitter) -> Vec<(f64, f64)> {
    let reach = if jitter.random_rms > 0.0 { 11i32 } else { 0 };
    // What the narrow Gaussians leave: √(1 − 0.6²) = 0.8.
    let wide = (1.0 - NARROW * NARROW).sqrt();
    let gaussian: Vec<(f64, f64)> = (-reach..=reach)
        .map(|i| {
            let x = NARROW * f64::from(i);
            (x * jitter.random_rms, (-0.5 * (x / wide).powi(2)).exp())
        })
        .collect();
    let sum: f64 = gaussian.iter().map(|g| g.1).sum();
    let sides: &[f64] = if jitter.dual_dirac > 0.0 {
        &[-0.5, 0.5]
    } else {
        &[0.0]
    };
    sides
        .iter()
        .flat_map(|side| {
            gaussian.iter().map(move |&(time, weight)| {
                (
                    time + side * jitter.dual_dirac,
                    weight / (sum * sides.len() as f64),
                )
            })
        })
        .collect()
}

/// Value and slope (per sample) at `x` samples from the middle of five, by the quartic through
/// them (Abramowitz & Stegun, 25.2.15); beyond the five it is held.
fn quartic(curves: &[Vec<f64>; 5], k: usize, x: f64) -> (f64, f64) {
    let x = x.clamp(-2.0, 2.0);
    let [a, b, c, d, e] = [0, 1, 2, 3, 4].map(|i: usize| curves[i][k]);
    let c1 = (a - 8.0 * b + 8.0 * d - e) / 12.0;
    let c2 = (-a + 16.0 * b - 30.0 * c + 16.0 * d - e) / 24.0;
    let c3 = (-a + 2.0 * b - 2.0 * d + e) / 12.0;
    let c4 = (a - 4.0 * b + 6.0 * c - 4.0 * d + e) / 24.0;
    (
        c + x * (c1 + x * (c2 + x * (c3 + x * c4))),
        c1 + x * (2.0 * c2 + x * (3.0 * c3 + x * 4.0 * c4)),
    )
}

/// z_n = Σ w_i·y_{n+precursor−i} − Σ b_j·a_{n−1−j} + c over a cyclic pattern.
pub fn apply_taps(taps: &Taps, sampled: &[f64], levels: &[f64]) -> Vec<f64> {
    let n = sampled.len();
    let mut out = vec![taps.offset; n];
    for (i, &w) in taps.feed_forward.iter().enumerate() {
        let shift = (n * (1 + i / n) + taps.precursor - i) % n;
        let (head, tail) = sampled.split_at(shift);
        let (begin, end) = out.split_at_mut(tail.len());
        kernels::add_scaled(begin, tail, w);
        kernels::add_scaled(end, head, w);
    }
    for (j, &b) in taps.feedback.iter().enumerate() {
        let shift = (n * (1 + (j + 1) / n) - (j + 1)) % n;
        let (head, tail) = levels.split_at(shift);
        let (begin, end) = out.split_at_mut(tail.len());
        kernels::add_scaled(begin, tail, -b);
        kernels::add_scaled(end, head, -b);
    }
    out
}

/// Variance of stationary noise behind feed-forward taps: Σ_ij w_i·w_j·R(|i−j|).
pub fn stationary_variance<'a>(
    covariances: impl Iterator<Item = &'a Vec<f64>>,
    weights: &[f64],
) -> f64 {
    covariances
        .map(|covariance| {
            let at = |k: usize| covariance.get(k).copied().unwrap_or(0.0);
            (0..weights.len())
                .map(|k| {
                    let pairs: f64 = weights.iter().zip(&weights[k..]).map(|(a, b)| a * b).sum();
                    at(k) * pairs * if k == 0 { 1.0 } else { 2.0 }
                })
                .sum::<f64>()
        })
        .sum()
}
