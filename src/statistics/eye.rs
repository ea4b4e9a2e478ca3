//! The statistical eye: the density of every level at every phase of the unit interval.

use super::accumulator::Accumulator;
use super::cursors::{Binning, CursorConvolver, SymbolLevels};
use super::density::AmplitudeDensity;
use super::error::{StatisticsError, require};
use super::jitter::{EyeJitter, displacements};
use super::lattice;
use super::pulse::{PulseResponse, step_of};
use super::shape::{Block, Shape};
use rayon::prelude::*;

/// How an aggressor's symbols stand in time to the victim's.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum AggressorPhase {
    /// At the phase with the largest variance, whatever the victim's: what IEEE 802.3 Annex 93A takes.
    #[default]
    Worst,
    /// At every phase with the same probability: another clock.
    Averaged,
    /// Of the same clock: the main sample of its response at the time zero of the eye.
    Synchronous,
}

/// Crosstalk from one aggressor.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggressor {
    /// Response at the victim's decision to one symbol of the aggressor, V, with as many samples to a
    /// symbol as the victim's.
    pub pulse: PulseResponse,
    /// Its levels.
    pub levels: SymbolLevels,
    /// Its timing.
    pub phase: AggressorPhase,
}

/// Everything a statistical eye is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeModel {
    /// Response at the decision, behind the feed-forward equaliser, to a unit level that the transmitter
    /// sends for one unit interval; its samples to a unit interval are the phases of the eye.
    pub pulse: PulseResponse,
    /// Feed-forward taps of the transmitter, earliest first: what it sends is b_k = Σ_i c_i·a_{k−i+main}.
    /// They stand apart from the response because it is the edges of b that jitter.
    pub transmitter_taps: Vec<f64>,
    /// Index of the main one of these taps.
    pub main_tap: usize,
    /// Levels of a symbol, in units of the peak amplitude.
    pub levels: SymbolLevels,
    /// What a decision feedback equaliser subtracts for the symbols before, the latest first, V for a
    /// symbol of unit level. It is held for the whole unit interval around the decision.
    pub feedback: Vec<f64>,
    /// A voltage that is always added.
    pub offset: f64,
    /// Crosstalk.
    pub aggressors: Vec<Aggressor>,
    /// Jitter of the transmitter.
    pub transmitter: EyeJitter,
    /// Jitter of the sampler; its duty-cycle distortion is not used.
    pub sampler: EyeJitter,
    /// Standard deviation of Gaussian noise at the decision, V.
    pub noise: f64,
    /// Bins that the range of the amplitude is divided into.
    pub bins: usize,
}

/// Bins of the amplitude where nothing else is asked for.
pub const DEFAULT_BINS: usize = 2048;

/// Samples to a unit interval that jitter may refine a pulse response to.
const FINEST: usize = 512;
/// Steps that the standard deviation of the sampler's jitter has to be wide: a normal distribution
/// is then sampled well.
const STEPS_PER_DEVIATION: f64 = 1.5;
/// Samples to a unit interval where the sampler moves in another way.
const FINE: usize = 128;

/// The density of every level at every phase.
#[derive(Debug, Clone, PartialEq)]
pub struct StatisticalEye {
    /// Times of the phases, UI from the decision, ascending from −½ to ½.
    pub times: Vec<f64>,
    /// For each phase the density of the amplitude of every level, lowest first, all of the same bins.
    pub densities: Vec<Vec<AmplitudeDensity>>,
    /// The levels themselves at each phase, without anything added: level times main cursor.
    pub values: Vec<Vec<f64>>,
}

impl EyeModel {
    /// A model of nothing but a pulse response and levels.
    pub fn new(pulse: PulseResponse, levels: SymbolLevels) -> Self {
        Self {
            pulse,
            transmitter_taps: vec![1.0],
            main_tap: 0,
            levels,
            feedback: Vec::new(),
            offset: 0.0,
            aggressors: Vec::new(),
            transmitter: EyeJitter::default(),
            sampler: EyeJitter::default(),
            noise: 0.0,
            bins: DEFAULT_BINS,
        }
    }

    /// Response to one symbol of unit level: that of the pulse behind the transmitter's taps.
    pub fn symbol_response(&self) -> PulseResponse {
        self.pulse.equalized(&self.transmitter_taps, self.main_tap)
    }

    /// Width of a bin: the range of all that is bounded, and ten standard deviations of the noise,
    /// over the number of bins.
    ///
    /// # Errors
    /// [`StatisticsError`] where there is no signal.
    pub fn step(&self) -> Result<f64, StatisticsError> {
        let reach = |pulse: &PulseResponse, levels: &SymbolLevels| {
            let n = pulse.per_symbol();
            let largest = (0..n)
                .map(|k| {
                    pulse
                        .samples()
                        .iter()
                        .skip(k)
                        .step_by(n)
                        .map(|h| h.abs())
                        .sum()
                })
                .fold(0.0, f64::max);
            largest * (levels.peak() + levels.mean().abs())
        };
        let fed_back: f64 = self.feedback.iter().map(|b| b.abs()).sum();
        let bounded = reach(&self.symbol_response(), &self.levels)
            + fed_back * (self.levels.peak() + self.levels.mean().abs())
            + self
                .aggressors
                .iter()
                .map(|a| reach(&a.pulse, &a.levels))
                .sum::<f64>();
        let step = 2.0 * (bounded + 10.0 * self.noise) / self.bins.max(16) as f64;
        require("the largest amplitude", step, "above zero", step > 0.0)
    }

    /// The densities of all phases. They are computed side by side on the threads of rayon's pool, and
    /// do not depend on their number.
    ///
    /// Noise is cut where its density has fallen to 1e-24 of its maximum; smaller error ratios are
    /// those of [`at_decision`](Self::at_decision) with the noise added as a normal distribution.
    ///
    /// # Errors
    /// [`StatisticsError`] for a parameter out of its range, or more bins than there may be.
    pub fn eye(&self) -> Result<StatisticalEye, StatisticsError> {
        let n = self.pulse.per_symbol();
        let half = (n / 2).cast_signed();
        let densities = self.phases(-half..=half)?;
        let response = self.symbol_response();
        let shown = -half..=half;
        Ok(StatisticalEye {
            times: shown.clone().map(|i| i as f64 / n as f64).collect(),
            values: shown
                .map(|i| {
                    let main = cursor(&response, i, 0);
                    let levels = self.levels.levels();
                    levels.iter().map(|l| l * main + self.offset).collect()
                })
                .collect(),
            densities,
        })
    }

    /// The densities of every level at the decision, lowest first, of everything but the noise: this is
    /// added exactly by [`AmplitudeDensity::probability_above_with_noise`].
    ///
    /// # Errors
    /// As [`eye`](Self::eye).
    pub fn at_decision(&self) -> Result<Vec<AmplitudeDensity>, StatisticsError> {
        let quiet = Self {
            noise: 0.0,
            ..self.clone()
        };
        Ok(quiet.phases(0..=0)?.pop().unwrap_or_default())
    }

    /// Whether densities are smooth enough from bin to bin to be interpolated: with noise of some bins,
    /// even ten deviations out a bin differs from the next by a factor of five at most.
    fn is_smooth(&self, step: f64) -> bool {
        self.noise >= 6.5 * step
    }

    /// Densities of every level at phases, in samples of the pulse response from the decision.
    fn phases(
        &self,
        shown: std::ops::RangeInclusive<isize>,
    ) -> Result<Vec<Vec<AmplitudeDensity>>, StatisticsError> {
        self.transmitter.check()?;
        self.sampler.check()?;
        require("the noise", self.noise, "zero or above", self.noise >= 0.0)?;
        require("the offset", self.offset, "finite", true)?;
        let step = self.step()?;
        let n = self.pulse.per_symbol();
        let factor = self.refinement();
        let fine = self.refined(factor);
        let scale = factor.cast_signed();
        let moves = displacements(&self.sampler, &self.transmitter, n * factor)?;
        let reach = moves.iter().map(|m| m.0.abs()).max().unwrap_or(0);
        let crosstalk = self.crosstalk(step)?;
        let shapes = Shape::new(&fine, step)?;
        let first = shown.start() * scale - reach;
        let last = shown.end() * scale + reach;
        // Without displacements only the phases that are shown are needed.
        let needed: Vec<isize> = if reach == 0 {
            shown.clone().map(|i| i * scale).collect()
        } else {
            (first..=last).collect()
        };
        let exact: Vec<Vec<AmplitudeDensity>> = needed
            .par_iter()
            .map_init(CursorConvolver::default, |convolver, &offset| {
                fine.phase(offset, step, crosstalk.as_ref(), &shapes, convolver)
            })
            .collect::<Result<_, _>>()?;
        if reach == 0 {
            return Ok(exact);
        }
        let smooth = self.is_smooth(step);
        let shown: Vec<isize> = shown.collect();
        Ok(shown
            .par_iter()
            .map(|&i| mixed(&exact, (i * scale - first).cast_unsigned(), &moves, smooth))
            .collect())
    }

    /// How many times finer than the pulse response the sampler's jitter needs the phases.
    fn refinement(&self) -> usize {
        let n = self.pulse.per_symbol();
        let mut wanted = n as f64;
        if self.sampler.random_rms > 0.0 {
            wanted = wanted.max(STEPS_PER_DEVIATION / self.sampler.random_rms);
        }
        let others =
            self.sampler.dual_dirac + self.sampler.sinusoidal + self.transmitter.sinusoidal;
        if others > 0.0 {
            wanted = wanted.max(FINE as f64);
        }
        let finest = (FINEST / n).max(1);
        lattice::whole_steps((wanted / n as f64).ceil()).clamp(1, finest)
    }

    fn refined(&self, factor: usize) -> FineModel<'_> {
        let pulse = self.pulse.refined(factor);
        let n = pulse.per_symbol();
        // The mean of jittered edges is a little softer than edges at rest: to second order the
        // response gains half the variance times its second derivative.
        let variance = self.transmitter.drawn_variance();
        let slope = pulse.derivative();
        let pulse = if variance > 0.0 {
            let curvature = pulse.with_samples(slope.clone()).derivative();
            let mut samples = pulse.samples().to_vec();
            crate::signal::kernels::add_scaled(&mut samples, &curvature, 0.5 * variance);
            pulse.with_samples(samples)
        } else {
            pulse
        };
        let shift = 0.5 * self.transmitter.duty_cycle_distortion * n as f64;
        let pulses = if shift > 0.0 {
            // A symbol is the step of the edge before it less the step of the edge behind it.
            let late = step_of(pulse.delayed(shift), n);
            let early = step_of(pulse.delayed(-shift), n);
            let between = |front: &[f64], back: &[f64]| {
                let samples = (0..front.len())
                    .map(|i| front[i] - if i >= n { back[i - n] } else { 0.0 })
                    .collect();
                pulse.with_samples(samples)
            };
            vec![between(&late, &early), between(&early, &late)]
        } else {
            vec![pulse]
        };
        FineModel {
            model: self,
            edge: (variance > 0.0).then(|| {
                let step = step_of(slope, n);
                self.pulse.refined(factor).with_samples(step)
            }),
            pulses,
        }
    }

    /// Density of all crosstalk that does not move with the victim's phase.
    fn crosstalk(&self, step: f64) -> Result<Option<AmplitudeDensity>, StatisticsError> {
        let mut convolver = CursorConvolver::default();
        let mut sum: Option<AmplitudeDensity> = None;
        for aggressor in &self.aggressors {
            let n = aggressor.pulse.per_symbol().cast_signed();
            let phases: Vec<Vec<f64>> = (0..n).map(|k| aggressor.pulse.cursors(k).0).collect();
            let power = |c: &Vec<f64>| c.iter().map(|h| h * h).sum::<f64>();
            let chosen: Vec<&Vec<f64>> = match aggressor.phase {
                AggressorPhase::Synchronous => continue,
                AggressorPhase::Averaged => phases.iter().collect(),
                AggressorPhase::Worst => phases
                    .iter()
                    .max_by(|a, b| power(a).total_cmp(&power(b)))
                    .into_iter()
                    .collect(),
            };
            let share = 1.0 / chosen.len().max(1) as f64;
            let mut mean = Accumulator::new(step, false);
            for cursors in chosen {
                let one =
                    convolver.convolve(cursors, &aggressor.levels, step, Binning::Conserving)?;
                mean.add_shifted(one.first, one.mass, one.offset, share);
            }
            let mean = mean.density();
            sum = Some(match sum {
                Some(sum) => sum.convolve(&mean)?,
                None => mean,
            });
        }
        Ok(sum)
    }
}

/// The model with its pulse responses as fine as jitter needs them.
pub(super) struct FineModel<'a> {
    pub(super) model: &'a EyeModel,
    /// Responses of even and odd symbols, or of all.
    pub(super) pulses: Vec<PulseResponse>,
    /// Response to an edge of unit height, derived by time: what it takes away to come one unit
    /// interval late.
    pub(super) edge: Option<PulseResponse>,
}

/// The response at `offset` samples to the symbol `k` symbols later (earlier where negative) than the
/// one decided on.
pub(super) fn cursor(pulse: &PulseResponse, offset: isize, k: isize) -> f64 {
    let n = pulse.per_symbol().cast_signed();
    usize::try_from(pulse.main().cast_signed() + offset - k * n)
        .ok()
        .and_then(|i| pulse.samples().get(i))
        .copied()
        .unwrap_or(0.0)
}

impl FineModel<'_> {
    /// Cursors at a phase for a symbol of this parity, by the symbol's distance from the one decided
    /// on, feedback taken off: (distance, cursor).
    pub(super) fn cursors(&self, offset: isize, parity: usize) -> Vec<(isize, f64)> {
        let pulses = self.pulses.len().max(1);
        let taps = &self.model.transmitter_taps;
        let reach = taps.len().cast_signed();
        let main_tap = self.model.main_tap.cast_signed();
        let (latest, count) = self.pulses.first().map_or((0, 0), |pulse| {
            let (values, main) = pulse.cursors(offset);
            (main, values.len().cast_signed())
        });
        // What is sent in one unit interval, of its parity; a symbol is sent in as many as there are taps.
        let sent = |m: isize| {
            let which = (m + parity.cast_signed()).rem_euclid(pulses.cast_signed());
            let pulse = self.pulses.get(which.cast_unsigned());
            pulse.map_or(0.0, |pulse| cursor(pulse, offset, m))
        };
        let mut cursors: Vec<(isize, f64)> = (latest - count + 1 - reach..=latest + reach)
            .map(|k| {
                let taps = (k - main_tap..).zip(taps);
                (k, taps.map(|(m, c)| c * sent(m)).sum())
            })
            .filter(|c| c.1 != 0.0)
            .collect();
        for (j, b) in (1isize..).zip(&self.model.feedback) {
            match cursors.iter_mut().find(|c| c.0 == -j) {
                Some(known) => known.1 -= b,
                None => cursors.push((-j, -b)),
            }
        }
        cursors
    }

    fn phase(
        &self,
        offset: isize,
        step: f64,
        crosstalk: Option<&AmplitudeDensity>,
        shape: &Shape,
        convolver: &mut CursorConvolver,
    ) -> Result<Vec<AmplitudeDensity>, StatisticsError> {
        let levels = &self.model.levels;
        let count = levels.levels().len();
        let parities = self.pulses.len().max(1);
        let mut sums: Vec<Accumulator> = (0..count)
            .map(|_| Accumulator::new(step, self.model.is_smooth(step)))
            .collect();
        for parity in 0..parities {
            let cursors = self.cursors(offset, parity);
            let block = Block::new(self, offset, &cursors);
            let others: Vec<f64> = cursors
                .iter()
                .filter(|c| !block.contains(c.0))
                .map(|c| c.1)
                .collect();
            let isi = convolver.convolve(&others, levels, step, Binning::Conserving)?;
            let mut interference = AmplitudeDensity {
                step,
                offset: isi.offset,
                first: isi.first,
                mass: isi.mass.to_vec(),
            };
            let farthest = others.iter().map(|h| h.abs()).sum::<f64>() * levels.peak();
            bound(&mut interference, farthest);
            if let Some(crosstalk) = crosstalk {
                interference = interference.convolve(crosstalk)?;
            }
            for aggressor in &self.model.aggressors {
                if aggressor.phase == AggressorPhase::Synchronous {
                    // Phases between those of its samples take the nearest.
                    let ratio = self.pulses.first().map_or(1, PulseResponse::per_symbol)
                        / aggressor.pulse.per_symbol().max(1);
                    let at = offset.div_euclid(ratio.max(1).cast_signed());
                    let (values, _) = aggressor.pulse.cursors(at);
                    let one = convolver.convolve(
                        &values,
                        &aggressor.levels,
                        step,
                        Binning::Conserving,
                    )?;
                    let one = AmplitudeDensity {
                        step,
                        offset: one.offset,
                        first: one.first,
                        mass: one.mass.to_vec(),
                    };
                    interference = interference.convolve(&one)?;
                }
            }
            let share = 1.0 / parities as f64;
            block.add_levels(self, shape, interference, share, &mut sums)?;
        }
        Ok(sums.into_iter().map(Accumulator::density).collect())
    }
}

/// Puts what lies farther out than the worst pattern reaches, to which each cursor on the grid may have
/// added up to a bin, on the last bin that it reaches.
fn bound(density: &mut AmplitudeDensity, farthest: f64) {
    let most = lattice::whole_steps((farthest / density.step - 1e-9).ceil());
    let n = density.mass.len();
    let middle = n / 2;
    if n.is_multiple_of(2) || density.first != -i64::try_from(middle).unwrap_or(0) || most >= middle
    {
        return;
    }
    let (low, high) = (middle - most, middle + most);
    let below: f64 = density.mass[..low].iter().sum();
    let above: f64 = density.mass[high + 1..].iter().rev().sum();
    density.mass.truncate(high + 1);
    density.mass.drain(..low);
    if let Some(first) = density.mass.first_mut() {
        *first += below;
    }
    if let Some(last) = density.mass.last_mut() {
        *last += above;
    }
    density.first += i64::try_from(low).unwrap_or(0);
}

/// The mixture of the densities of neighbouring phases.
fn mixed(
    exact: &[Vec<AmplitudeDensity>],
    at: usize,
    moves: &[(isize, f64)],
    smooth: bool,
) -> Vec<AmplitudeDensity> {
    let levels = exact.first().map_or(0, Vec::len);
    let step = exact
        .first()
        .and_then(|l| l.first())
        .map_or(1.0, |d| d.step);
    (0..levels)
        .map(|level| {
            let mut sum = Accumulator::new(step, smooth);
            for &(shift, p) in moves {
                let place = at.checked_add_signed(shift).and_then(|i| exact.get(i));
                if let Some(density) = place.and_then(|l| l.get(level)) {
                    sum.add_shifted(density.first, &density.mass, density.offset, p);
                }
            }
            sum.density()
        })
        .collect()
}
