//! Noise at the decision: every source carried from where it arises to the receiver's output.

mod drive;
mod interferer;
mod light;

use super::converted::Converted;
use super::crosstalk::Interferer;
use super::decision::stationary_variance;
use super::error::LinkError;
use super::interference::Interference;
use super::plan::{Linear, NoiseSource, Operation, Plan};
use super::waveform::{Propagation, Wave, finite_response, transfer};
use crate::receiver::{NoiseDensity, ShotNoise};
use crate::signal::convolution::band_edge;
use crate::signal::kernels::{self, dot};
use crate::signal::{Grid, planner};
use num_complex::Complex64;
use std::sync::Arc;

/// Symbols over which the covariance of noise is kept.
pub const COVARIANCE_SYMBOLS: usize = 96;

/// Energy that the response between a noise and the decision may lose by being cut: a variance is
/// that much too small.
const TAIL_DROPPED: f64 = 1e-6;

/// Responses that are kept: from the laser, from the detector, from an amplifier's input.
const KEPT_TAILS: usize = 3;

/// What a noise is, for reports and for what limits a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NoiseKind {
    /// Noise of the receiver's amplifier.
    Thermal,
    /// Noise of redrivers and linear drivers.
    Redriver,
    /// Shot noise.
    Shot,
    /// The laser's relative intensity noise.
    RelativeIntensity,
    /// The laser's phase noise, turned into intensity by dispersion.
    Phase,
    /// Mode-partition noise of a multimode laser.
    ModePartition,
    /// Modal noise of a multimode fibre.
    Modal,
    /// Interference of light that was reflected twice.
    Reflections,
    /// Crosstalk at the signal's own wavelength.
    InBandCrosstalk,
    /// Crosstalk of other wavelengths.
    AdjacentCrosstalk,
    /// Spontaneous emission of optical amplifiers, beating with the signal.
    SignalSpontaneous,
    /// Spontaneous emission of optical amplifiers, beating with itself.
    SpontaneousSpontaneous,
    /// Jitter of the transmitter's edges.
    TransmitterJitter,
    /// Signals of other lanes.
    Crosstalk,
    /// Noise of the driver.
    Driver,
    /// Rounding and noise of an analogue-to-digital converter.
    Quantisation,
    /// Jitter of that converter's aperture.
    Aperture,
}

/// Real impulse response from where a noise arises to the receiver's output.
#[derive(Debug, Clone, PartialEq)]
pub struct Tail {
    /// Taps on the sample grid, earliest first.
    pub taps: Vec<f64>,
    /// How many come before time zero.
    pub advance: usize,
}

/// Noise of a density that does not depend on the signal.
#[derive(Debug, Clone)]
pub struct StationaryNoise {
    /// What it is.
    pub kind: NoiseKind,
    /// Covariance at the receiver's output at distances of 0, 1, 2, … symbols.
    pub covariance: Vec<f64>,
}

/// White noise at the detector, or at the laser, whose density follows the light.
#[derive(Debug, Clone)]
pub struct SignalNoise {
    /// From the detector, or the laser, to the receiver's output.
    pub tail: Tail,
    /// Two-sided density there along the pattern, A²/Hz, of all its kinds together.
    pub density: Vec<f64>,
    /// Share of each kind in the mean density.
    pub shares: Vec<(NoiseKind, f64)>,
    /// Covariance of its mean at distances of 0, 1, 2, … symbols.
    pub covariance: Vec<f64>,
}

/// All noise at the receiver's output that needs no knowledge of the equaliser.
#[derive(Debug, Clone, Default)]
pub struct ReceivedNoise {
    /// Signal-independent noises.
    pub stationary: Vec<StationaryNoise>,
    /// Noises whose density follows the signal: shot and relative intensity noise, and an
    /// amplifier's in front of its own saturation.
    pub signal: Vec<SignalNoise>,
    /// Light that beats with the signal while its phase drifts.
    pub interference: Vec<Interference>,
    /// Covariance, about, of relative intensity noise and of spontaneous emission that are carried to
    /// each decision through the fibre: for solving an equaliser, which comes before.
    pub carried_covariance: Vec<f64>,
    /// Standard deviation, relative to the distance of the outer levels, of the baseline's wander
    /// behind a high-pass.
    pub wander: f64,
    /// Sampling rate, Hz.
    pub sampling_rate: f64,
    /// The converter that takes the samples; its noise is among the stationary ones.
    pub converted: Option<Converted>,
}

/// What noises pass on their way to the receiver's output; kept between evaluations, since it
/// rarely changes.
#[derive(Debug, Clone, Default)]
pub struct NoiseResponses {
    tails: Vec<(Vec<Linear>, Tail)>,
    covariances: Vec<(Vec<Linear>, NoiseDensity, Vec<f64>)>,
    interferers: Vec<(Vec<Linear>, Arc<Interferer>, Vec<f64>)>,
}

impl NoiseResponses {
    /// Response from the detector, or from the drive where the link is linear from there on (an
    /// electrical one, or one of a multimode laser's power), to the receiver's output.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be used.
    pub fn whole_tail(&mut self, plan: &Plan) -> Result<Tail, LinkError> {
        if let Some((_, table)) = plan.emission() {
            let mut tail = self.tail(plan, &linears_after(plan, 0))?;
            let slope = table.slope(0.0) * plan.responsivity_after(0);
            tail.taps.iter_mut().for_each(|t| *t *= slope);
            return Ok(tail);
        }
        let from = plan
            .operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Detect(_)))
            .unwrap_or(0);
        self.tail(plan, &linears_after(plan, from))
    }

    fn tail(&mut self, plan: &Plan, linears: &[&Linear]) -> Result<Tail, LinkError> {
        // The gain of a margin changes often, and only scales: it is kept apart.
        let gain: f64 = linears
            .iter()
            .map(|l| {
                if let Linear::Gain(gain) = l {
                    *gain
                } else {
                    1.0
                }
            })
            .product();
        let linears: Vec<&Linear> = linears
            .iter()
            .copied()
            .filter(|l| !matches!(l, Linear::Gain(_)))
            .collect();
        let known = self
            .tails
            .iter()
            .find(|(known, _)| known.iter().eq(linears.iter().copied()));
        let mut tail = match known {
            Some((_, tail)) => tail.clone(),
            None => {
                let tail = tail_of(plan, &linears)?;
                self.tails.truncate(KEPT_TAILS - 1);
                self.tails.insert(0, (owned(&linears), tail.clone()));
                tail
            }
        };
        tail.taps.iter_mut().for_each(|t| *t *= gain);
        Ok(tail)
    }

    fn covariance(
        &mut self,
        plan: &Plan,
        linears: &[&Linear],
        density: &NoiseDensity,
    ) -> Result<Vec<f64>, LinkError> {
        if let Some((_, _, covariance)) = self
            .covariances
            .iter()
            .find(|(known, of, _)| of == density && known.iter().eq(linears.iter().copied()))
        {
            return Ok(covariance.clone());
        }
        let covariance = additive_covariance(plan, linears, &|f| density.at(f))?;
        self.covariances
            .push((owned(linears), density.clone(), covariance.clone()));
        Ok(covariance)
    }
}

fn owned(linears: &[&Linear]) -> Vec<Linear> {
    linears.iter().map(|&l| l.clone()).collect()
}

impl ReceivedNoise {
    /// Collects the noises of a plan whose waveforms are known.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be used.
    pub fn collect(
        plan: &Plan,
        propagation: &Propagation,
        responses: &mut NoiseResponses,
    ) -> Result<Self, LinkError> {
        let mut noise = Self {
            sampling_rate: plan.sampling_rate(),
            ..Self::default()
        };
        let detector = plan
            .operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Detect(_)));
        let mut intensity = 0.0;
        for (i, planned) in plan.operations.iter().enumerate() {
            match &planned.operation {
                Operation::Noise(NoiseSource::Redriver(density))
                    if plan.light_source().is_some_and(|light| i < light) =>
                {
                    noise.in_front_of_light(plan, propagation, responses, i, density)?;
                }
                Operation::Noise(
                    source @ (NoiseSource::Additive(density) | NoiseSource::Redriver(density)),
                ) => {
                    let kind = match source {
                        NoiseSource::Redriver(_) => NoiseKind::Redriver,
                        _ => NoiseKind::Thermal,
                    };
                    let slope = mean_square_slope(plan, propagation, i);
                    if let (NoiseDensity::White(density), Some(squares)) =
                        (density, square_slopes(plan, propagation, i))
                    {
                        let tail = responses.tail(plan, &linears_after(plan, i))?;
                        let density = squares.iter().map(|s| 0.5 * density * s).collect();
                        noise
                            .signal
                            .push(SignalNoise::new(plan, tail, density, vec![(kind, 1.0)]));
                        continue;
                    }
                    let linears = linears_after(plan, i);
                    noise.stationary.push(StationaryNoise {
                        kind,
                        covariance: responses
                            .covariance(plan, &linears, density)?
                            .iter()
                            .map(|c| slope * c)
                            .collect(),
                    });
                }
                Operation::Noise(NoiseSource::RelativeIntensity(density))
                    if plan.emission().is_some() =>
                {
                    noise
                        .signal
                        .extend(emitted_noise(plan, propagation, responses, i, *density)?);
                }
                Operation::Noise(NoiseSource::RelativeIntensity(density)) => {
                    intensity += 0.5 * density;
                }
                Operation::Noise(
                    source @ (NoiseSource::ModePartition(density) | NoiseSource::Modal(density)),
                ) => {
                    let slope = mean_square_slope(plan, propagation, i)
                        * plan.responsivity_after(i).powi(2);
                    let covariance =
                        responses.covariance(plan, &linears_after(plan, i), density)?;
                    noise.stationary.push(StationaryNoise {
                        kind: match source {
                            NoiseSource::Modal(_) => NoiseKind::Modal,
                            _ => NoiseKind::ModePartition,
                        },
                        covariance: covariance.iter().map(|c| slope * c).collect(),
                    });
                }
                Operation::Noise(NoiseSource::Shot(shot)) => {
                    if let Some(detector) = detector {
                        noise.at_detector(
                            plan,
                            propagation,
                            responses,
                            detector,
                            *shot,
                            intensity,
                        )?;
                    }
                }
                Operation::Noise(NoiseSource::Interferer(interferer)) => {
                    noise.stationary.push(StationaryNoise {
                        kind: interferer.kind,
                        covariance: responses.of_interferer(plan, i, interferer)?,
                    });
                }
                Operation::Noise(source @ NoiseSource::Light(light)) => {
                    noise.of_light(plan, propagation, responses, source, light)?;
                }
                Operation::HighPass(corner) => {
                    noise.wander = noise.wander.hypot(wander(*corner, plan.symbol_rate));
                }
                _ => {}
            }
        }
        Ok(noise)
    }

    /// Variance of one kind of stationary noise behind feed-forward taps.
    pub fn variance_of(&self, kind: NoiseKind, weights: &[f64]) -> f64 {
        let covariances = self.stationary.iter().filter(|noise| noise.kind == kind);
        stationary_variance(covariances.map(|noise| &noise.covariance), weights)
    }

    /// Covariance of all noise at distances of 0, 1, 2, … symbols.
    pub fn covariance(&self) -> Vec<f64> {
        let mut sum = vec![0.0; COVARIANCE_SYMBOLS];
        let all = self
            .stationary
            .iter()
            .map(|n| &n.covariance)
            .chain(self.signal.iter().map(|n| &n.covariance))
            .chain(self.interference.iter().map(|n| &n.covariance))
            .chain([&self.carried_covariance]);
        for covariance in all {
            for (s, c) in sum.iter_mut().zip(covariance) {
                *s += c;
            }
        }
        sum
    }
}

/// Standard deviation of the baseline behind a first-order high-pass for random data, relative to
/// the deviation of the data: the running mean over the time constant 1/2πf_c is a first-order
/// low-pass of white data, whose variance is (1 − ρ)/(1 + ρ), ρ = exp(−2πf_c·T).
fn wander(corner: f64, symbol_rate: f64) -> f64 {
    let decay = (-2.0 * std::f64::consts::PI * corner / symbol_rate).exp();
    ((1.0 - decay) / (1.0 + decay)).sqrt()
}

fn linears_after(plan: &Plan, index: usize) -> Vec<&Linear> {
    plan.operations[index..]
        .iter()
        .filter_map(|o| o.operation.linear_part())
        .collect()
}

/// Mean square slope of the saturation behind a place; 1 where nothing saturates.
fn mean_square_slope(plan: &Plan, propagation: &Propagation, index: usize) -> f64 {
    square_slopes(plan, propagation, index)
        .map_or(1.0, |s| s.iter().sum::<f64>() / s.len().max(1) as f64)
}

/// Square of the slope, along the pattern, of all that saturates behind a place; None where nothing
/// does. What lies between the noise and a saturation is taken to be short against the pattern: noise is
/// weakened by the slope at the time it arises.
fn square_slopes(plan: &Plan, propagation: &Propagation, index: usize) -> Option<Vec<f64>> {
    let mut squares: Option<Vec<f64>> = None;
    for (i, planned) in plan.operations.iter().enumerate().skip(index) {
        let Operation::Compress(table) = &planned.operation else {
            continue;
        };
        let Some(Wave::Real(wave)) = propagation.before(i) else {
            continue;
        };
        let square = |x: &f64| table.slope(*x).powi(2);
        match &mut squares {
            None => squares = Some(wave.iter().map(square).collect()),
            Some(squares) => {
                for (s, x) in squares.iter_mut().zip(wave) {
                    *s *= square(x);
                }
            }
        }
    }
    squares
}

/// Samples of the grid on which densities are integrated.
fn noise_grid(plan: &Plan) -> Grid {
    Grid {
        samples: (4 * COVARIANCE_SYMBOLS * plan.samples_per_symbol).next_power_of_two(),
        sampling_rate: plan.sampling_rate(),
    }
}

/// R(kT) = ∫₀^∞ S(f)·|H(f)|²·cos(2πfkT) df up to half the sampling rate.
fn additive_covariance(
    plan: &Plan,
    linears: &[&Linear],
    density: &dyn Fn(f64) -> f64,
) -> Result<Vec<f64>, LinkError> {
    let grid = noise_grid(plan);
    let mut h = vec![Complex64::ZERO; grid.samples];
    transfer(linears, grid, &mut h)?;
    let df = grid.frequency_step();
    // The density is folded into a real, even spectrum, and one transform gives every distance.
    let mut spectrum: Vec<Complex64> = h
        .iter()
        .enumerate()
        .map(|(k, h)| {
            let f = grid.frequency(k);
            let edge = band_edge(f, grid.sampling_rate);
            Complex64::new(0.5 * density(f) * h.norm_sqr() * edge * edge * df, 0.0)
        })
        .collect();
    planner::forward(grid.samples).process(&mut spectrum);
    Ok((0..COVARIANCE_SYMBOLS)
        .map(|k| spectrum[k * plan.samples_per_symbol].re)
        .collect())
}

/// Impulse response of what follows a place.
fn tail_of(plan: &Plan, linears: &[&Linear]) -> Result<Tail, LinkError> {
    let finite = finite_response("the receiver", linears, plan.sampling_rate(), TAIL_DROPPED)?;
    Ok(Tail {
        taps: finite.taps.iter().map(|t| t.re).collect(),
        advance: finite.advance,
    })
}

/// Relative intensity noise of a laser whose light is a power: white where it is emitted, with the
/// square of the power, and filtered by fibre and receiver.
fn emitted_noise(
    plan: &Plan,
    propagation: &Propagation,
    responses: &mut NoiseResponses,
    index: usize,
    relative: f64,
) -> Result<Option<SignalNoise>, LinkError> {
    let Some(Wave::Real(power)) = propagation.before(index) else {
        return Ok(None);
    };
    let tail = responses.tail(plan, &linears_after(plan, index))?;
    let responsivity = plan.responsivity_after(index);
    let mut density: Vec<f64> = power
        .iter()
        .map(|p| 0.5 * relative * (responsivity * p).powi(2))
        .collect();
    if let Some(squares) = square_slopes(plan, propagation, index) {
        for (d, s) in density.iter_mut().zip(squares) {
            *d *= s;
        }
    }
    let shares = vec![(NoiseKind::RelativeIntensity, 1.0)];
    Ok(Some(SignalNoise::new(plan, tail, density, shares)))
}

fn signal_noise(
    plan: &Plan,
    propagation: &Propagation,
    tail: Tail,
    detector: usize,
    current: &[f64],
    shot: ShotNoise,
    intensity: f64,
) -> SignalNoise {
    let (charge, dark) = (shot.charge, shot.dark_current);
    let shot_sum = charge * (kernels::sum(current) + current.len() as f64 * dark);
    let intensity_sum = intensity * dot(current, current);
    let mut density: Vec<f64> = current
        .iter()
        .map(|&i| charge * (i + dark) + intensity * i * i)
        .collect();
    if let Some(squares) = square_slopes(plan, propagation, detector) {
        for (d, s) in density.iter_mut().zip(squares) {
            *d *= s;
        }
    }
    let total = (shot_sum + intensity_sum).max(f64::MIN_POSITIVE);
    let shares = vec![
        (NoiseKind::Shot, shot_sum / total),
        (NoiseKind::RelativeIntensity, intensity_sum / total),
    ];
    SignalNoise::new(plan, tail, density, shares)
}

impl SignalNoise {
    fn new(plan: &Plan, tail: Tail, density: Vec<f64>, shares: Vec<(NoiseKind, f64)>) -> Self {
        let mean = kernels::sum(&density) / density.len().max(1) as f64;
        Self {
            covariance: tail.covariance(plan, mean),
            tail,
            density,
            shares,
        }
    }
}

impl Tail {
    /// Covariance at the receiver's output, at distances of 0, 1, 2, … symbols, of white noise with
    /// this two-sided density.
    fn covariance(&self, plan: &Plan, density: f64) -> Vec<f64> {
        (0..COVARIANCE_SYMBOLS)
            .map(|k| {
                let shift = (k * plan.samples_per_symbol).min(self.taps.len());
                density
                    * plan.sampling_rate()
                    * dot(&self.taps[..self.taps.len() - shift], &self.taps[shift..])
            })
            .collect()
    }

    /// Squared response, from the source to a decision that adds `weights` of samples one symbol
    /// apart (the latest first, `precursor` of them after the decision's own), cut to what matters.
    /// The first element belongs to the source `advance` samples *after* the decision; later ones
    /// to earlier sources.
    pub fn squared_through(
        &self,
        weights: &[f64],
        precursor: usize,
        samples_per_symbol: usize,
    ) -> (Vec<f64>, usize) {
        let (combined, advance) = self.through(weights, precursor, samples_per_symbol);
        let squared: Vec<f64> = combined.iter().map(|x| x * x).collect();
        let allowed = 1e-7 * squared.iter().sum::<f64>();
        let keep_from = cut(squared.iter(), allowed);
        let keep_to = squared.len() - cut(squared.iter().rev(), allowed);
        let keep_from = keep_from.min(advance);
        let kept = squared[keep_from..keep_to.max(keep_from)].to_vec();
        (kept, advance - keep_from)
    }

    /// Response from the source to a decision, and how many of its elements belong to sources after
    /// the decision.
    pub fn through(
        &self,
        weights: &[f64],
        precursor: usize,
        samples_per_symbol: usize,
    ) -> (Vec<f64>, usize) {
        let reach = weights.len().saturating_sub(1) * samples_per_symbol;
        let mut combined = vec![0.0; self.taps.len() + reach];
        for (i, w) in weights.iter().enumerate() {
            let at = i * samples_per_symbol;
            for (c, t) in combined[at..].iter_mut().zip(&self.taps) {
                *c += w * t;
            }
        }
        (combined, self.advance + precursor * samples_per_symbol)
    }
}

/// How many leading elements add up to no more than `allowed`.
fn cut<'a>(elements: impl Iterator<Item = &'a f64>, allowed: f64) -> usize {
    let mut sum = 0.0;
    elements
        .take_while(|&&x| {
            sum += x;
            sum <= allowed
        })
        .count()
}
