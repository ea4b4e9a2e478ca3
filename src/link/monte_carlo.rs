//! Counted errors: long streams through the same operations, by overlap-save in constant memory.
//!
//! The stream is cut into segments of [`SEGMENT_SYMBOLS`]; a segment is the unit of parallel work
//! and belongs to the experiment, so that neither the number of threads nor the size of a block
//! changes what is drawn or counted. Within a segment, blocks are filtered with their surroundings;
//! every response is the same finite one for any block size.

mod carried;
mod converter;
mod counting;
mod drive_wave;
mod relay;
mod responses;

use super::counts::BURST_GAP;
pub use super::counts::Counts;
use super::decision::DecisionRule;
use super::description::{Link, MonteCarloSettings};
use super::error::LinkError;
use super::interference::drift_symbols;
use super::plan::{Operation, Plan};
use super::sequence;
use crate::equalizer::{SequenceDetector, SequenceScratch};
use crate::fiber::nonlinear::{NonlinearFiber, Propagator, StepControl};
use crate::format::{Modulation, SymbolSource};
use crate::random::{Source, Stream, StreamKey};
use crate::signal::convolution::FiniteResponse;
use crate::signal::interpolator::HALF_WIDTH;
use crate::signal::{Grid, Interpolator, Scratch, Transforms, kernels};
use crate::transmitter::Jitter;
use carried::CarriedEmission;
use counting::WARM_UP_SYMBOLS;
use num_complex::Complex64;
use rayon::prelude::*;
use relay::Relayed;
pub use relay::{ChainCounts, ChainMonteCarlo};
use responses::{Group, Prepared, Responses, kerr_fibers};
use std::f64::consts::PI;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Symbols of a segment.
pub const SEGMENT_SYMBOLS: usize = 1 << 16;
/// Samples of a block where none are asked for.
const SHORTEST_BLOCK: usize = 1 << 12;
const LONGEST_BLOCK: usize = 1 << 16;
/// Segments between two looks at the stopping rule.
const ROUND_SEGMENTS: u64 = 8;

/// Progress of a run, and the user's wish to stop it.
#[derive(Default)]
pub struct Watch<'a> {
    /// Set by the user to stop.
    pub stop: Option<&'a AtomicBool>,
    /// Called after every round with what has been counted so far.
    pub progress: Option<&'a (dyn Fn(&Counts) + Sync)>,
}

/// The receiver's last filter, where nothing follows it but decisions at one phase of every symbol:
/// their samples alone are computed.
#[derive(Debug, Clone)]
struct Decimation {
    transforms: Transforms,
    /// The filter together with the interpolation to the decision's phase, on a block.
    response: Arc<Vec<Complex64>>,
}

/// A link prepared for counting errors.
#[derive(Debug, Clone)]
pub struct MonteCarlo {
    plan: Plan,
    modulation: Modulation,
    settings: MonteCarloSettings,
    rule: DecisionRule,
    sampler_jitter: Jitter,
    symbols: SymbolSource,
    transmitter_jitter: Stream,
    transmitter_dirac: Stream,
    /// Where sinusoidal jitter begins, as a fraction of its cycle.
    sine_phase: f64,
    /// Symbols in ten of its cycles: fewer do not have its distribution.
    sine_symbols: u64,
    sampler_gaussian: Stream,
    sampler_dirac: Stream,
    converter_noise: Stream,
    operations: Vec<Prepared>,
    /// Fibres with the Kerr effect, and their steps.
    kerr_fibers: Vec<(NonlinearFiber, StepControl)>,
    /// Samples that are not valid at the begin and at the end of a block.
    lead: usize,
    trail: usize,
    block_symbols: usize,
    transforms: Transforms,
    decimation: Option<Decimation>,
    /// Detector of sequences, where the feedback taps are its response.
    detector: Option<SequenceDetector>,
    /// Bit errors, in thousandths, of deciding one level for another.
    bit_table: Vec<u64>,
    /// Decay of the baseline over one symbol behind a high-pass, and its step.
    wander: Option<f64>,
    /// Symbols within which errors belong together.
    burst_gap: u64,
    /// Whole samples from the centre of a symbol in the drive to its decision.
    decision_delay: isize,
    /// Symbols around a stretch that its decisions depend on, at the most.
    margin: usize,
}

/// Buffers of one thread.
#[derive(Debug, Default)]
struct Workspace {
    symbols: Vec<u8>,
    weights: Vec<f64>,
    edges: Vec<f64>,
    real: Vec<f64>,
    extra: Vec<f64>,
    field: Vec<Complex64>,
    noise: Vec<f64>,
    uniform: Vec<u32>,
    /// Received samples at the decisions' phase, one a symbol.
    decimated: Vec<f64>,
    scratch: Scratch,
    propagators: Propagators,
    sequence: SequenceScratch,
    /// Symbols that are sent in the place of the source's.
    relayed: Relayed,
    emission: CarriedEmission,
}

/// One for each fibre with the Kerr effect, once they were needed.
#[derive(Default)]
struct Propagators(Vec<Propagator>);

impl std::fmt::Debug for Propagators {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Propagators({})", self.0.len())
    }
}

impl MonteCarlo {
    /// Prepares a link whose plan and decision rule are known.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be applied in blocks.
    pub fn new(
        link: &Link,
        plan: &Plan,
        rule: &DecisionRule,
        pattern_symbols: usize,
    ) -> Result<Self, LinkError> {
        Self::of_segment(link, plan, rule, pattern_symbols, 0)
    }

    /// As [`new`](Self::new), as segment number `segment` of a chain: its noise is its own.
    fn of_segment(
        link: &Link,
        plan: &Plan,
        rule: &DecisionRule,
        pattern_symbols: usize,
        segment: usize,
    ) -> Result<Self, LinkError> {
        let modulation = link.signal.modulation.clone();
        let sps = plan.samples_per_symbol;
        let stream = |source: Source, span: usize| {
            StreamKey {
                seed: link.seed,
                source,
                lane: 0,
                polarization: 0,
                span: u32::try_from(span + segment * relay::SEGMENT_SPANS).unwrap_or(u32::MAX),
            }
            .stream()
        };
        let responses = Responses::design(plan)?;
        let lead = responses.lead;
        let trail = responses.trail;
        let reach = rule.taps.feed_forward.len() + 8 + 2 * HALF_WIDTH / sps;
        let needed = (lead + trail) / sps + 4 * reach;
        let block_symbols = match link.engine.monte_carlo.block_samples {
            Some(samples) => 1 << (samples / sps).max(16).ilog2(),
            // Short blocks stay in the nearest memory, long ones waste less on their surroundings.
            None => (8 * (lead + trail))
                .next_power_of_two()
                .clamp(SHORTEST_BLOCK, LONGEST_BLOCK)
                .div_euclid(sps)
                .max(16)
                .next_power_of_two(),
        };
        let block_symbols = block_symbols.max((2 * needed).next_power_of_two());
        let samples = block_symbols * sps;
        let drift = drift_symbols(rule.taps.feed_forward.len());
        let mut operations = responses.prepare(plan, samples, drift * sps, &stream);
        let drifts = operations.iter().any(|o| matches!(o, Prepared::Beat(_)));
        let kerr_fibers = kerr_fibers(plan)?;
        let total = pattern_symbols * sps;
        let decision_delay = if rule.sample > total / 2 {
            rule.sample.cast_signed() - total.cast_signed()
        } else {
            rule.sample.cast_signed()
        };
        let mut decimation = None;
        let moved = rule.conversion.is_some_and(|c| c.aperture_jitter > 0.0);
        if link.sampler.jitter.is_none()
            && !moved
            && let Some(Group::Filter(response)) = responses.groups.last()
        {
            operations.pop();
            decimation = Some(Decimation {
                transforms: Transforms::new(block_symbols),
                response: Arc::new(
                    at_decisions(response, rule.fraction, decision_delay, sps).spectrum(samples),
                ),
            });
        }
        let levels = modulation.levels();
        let label = |i: usize| u8::try_from(i).unwrap_or(u8::MAX);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let bit_table = (0..levels * levels)
            .map(|i| {
                (1000.0 * modulation.bit_errors(label(i / levels), label(i % levels))).round()
                    as u64
            })
            .collect();
        let wander = plan.operations.iter().find_map(|o| match o.operation {
            Operation::HighPass(corner) => Some((-2.0 * PI * corner / plan.symbol_rate).exp()),
            _ => None,
        });
        let symbols = link
            .signal
            .pattern
            .symbol_source(&modulation, relay::symbol_stream(link.seed))?;
        Ok(Self {
            plan: plan.clone(),
            settings: link.engine.monte_carlo,
            rule: rule.clone(),
            sampler_jitter: link.sampler.jitter,
            symbols,
            transmitter_jitter: stream(Source::TransmitterJitter, 0),
            transmitter_dirac: stream(Source::TransmitterJitter, 1),
            sine_phase: {
                let mut word = [0];
                stream(Source::TransmitterJitter, 2).fill_uniform_u32(0, &mut word);
                f64::from(word[0]) / (f64::from(u32::MAX) + 1.0)
            },
            sine_symbols: sinusoid_symbols(plan),
            sampler_gaussian: stream(Source::SamplerJitter, 0),
            sampler_dirac: stream(Source::SamplerJitter, 1),
            converter_noise: stream(Source::ConverterNoise, 0),
            operations,
            kerr_fibers,
            lead,
            trail,
            block_symbols,
            transforms: Transforms::new(samples),
            decimation,
            detector: link
                .equalizer
                .sequence_detection
                .then(|| sequence::detector(&rule.taps, &modulation))
                .transpose()?,
            bit_table,
            wander,
            burst_gap: if drifts { drift as u64 } else { BURST_GAP },
            modulation,
            decision_delay,
            margin: needed + relay::pulse_reach(&plan.drive) + 2 * WARM_UP_SYMBOLS,
        })
    }

    /// Symbols of a block, of which the middle is kept.
    pub fn block_symbols(&self) -> usize {
        self.block_symbols
    }

    /// Counts errors until the stopping rule holds: the half-width of the 95 % interval below
    /// `relative_error` of the error ratio, or `maximum_symbols` counted.
    ///
    /// # Errors
    /// [`LinkError::Interrupted`] where the watch asks to stop, [`LinkError::NotFinite`] where a
    /// waveform is not finite.
    pub fn run(&self, watch: &Watch<'_>) -> Result<Counts, LinkError> {
        let mut counts = Counts::default();
        let mut segment = 0u64;
        let mut wander = 0.0;
        loop {
            let left = self.settings.maximum_symbols.saturating_sub(counts.symbols);
            let segments = left.div_ceil(SEGMENT_SYMBOLS as u64).min(ROUND_SEGMENTS);
            let starts = self.wander_states(segment, segments, &mut wander);
            let results: Vec<Result<Counts, LinkError>> = (0..segments)
                .into_par_iter()
                .map_init(Workspace::default, |workspace, i| {
                    if watch.stop.is_some_and(|s| s.load(Ordering::Relaxed)) {
                        return Err(LinkError::Interrupted);
                    }
                    let remaining = left - i * SEGMENT_SYMBOLS as u64;
                    #[allow(clippy::cast_possible_truncation)]
                    let length = remaining.min(SEGMENT_SYMBOLS as u64) as usize;
                    let start = starts.get(usize::try_from(i).unwrap_or(0)).copied();
                    self.segment(segment + i, length, start.unwrap_or(0.0), workspace)
                })
                .collect();
            for result in results {
                counts.add(&result?);
            }
            segment += segments;
            if let Some(progress) = watch.progress {
                progress(&counts);
            }
            if segments == 0
                || counts.symbols >= self.settings.maximum_symbols
                || self.is_precise(&counts)
            {
                return Ok(counts);
            }
        }
    }

    fn is_precise(&self, counts: &Counts) -> bool {
        if counts.symbol_errors < 10 || counts.symbols < self.sine_symbols {
            return false;
        }
        let (low, high) = counts.interval(0.95, 1.0);
        0.5 * (high - low) < self.settings.relative_error * counts.symbol_error_ratio()
    }

    /// First symbol of a segment in the stream.
    #[allow(clippy::cast_possible_wrap)]
    fn first_symbol(segment: u64) -> i64 {
        (segment * SEGMENT_SYMBOLS as u64) as i64
    }

    fn level(&self, symbol: u8) -> f64 {
        self.modulation
            .level_positions()
            .get(usize::from(symbol))
            .copied()
            .unwrap_or(0.0)
    }

    /// Equalised decision samples of the symbols `first`…, noise and all; decision feedback is not
    /// yet subtracted. This is what the counting decides on.
    ///
    /// # Errors
    /// [`LinkError::NotFinite`] where a waveform is not finite.
    pub fn equalised(&self, first: i64, out: &mut [f64]) -> Result<(), LinkError> {
        self.equalise(first, out, &mut Workspace::default())
    }

    fn equalise(
        &self,
        first: i64,
        out: &mut [f64],
        workspace: &mut Workspace,
    ) -> Result<(), LinkError> {
        let sps = self.plan.samples_per_symbol;
        let taps = &self.rule.taps;
        let count = taps.feed_forward.len();
        // A block of samples [s0, s0 + N) is valid in [s0 + lead, s0 + N − trail). The decision of
        // symbol k draws on samples around (k + precursor − i)·sps + delay.
        let guard = HALF_WIDTH + 3;
        let earliest = self.decision_delay
            - ((count - 1 - taps.precursor.min(count - 1)) * sps).cast_signed()
            - guard.cast_signed();
        let latest = self.decision_delay + (taps.precursor * sps + guard).cast_signed();
        // Symbols between the block's begin and the first one decided.
        let skip = (self.lead.cast_signed() - earliest)
            .max(0)
            .cast_unsigned()
            .div_ceil(sps);
        let samples = self.block_symbols * sps;
        let room = samples.cast_signed() - self.trail.cast_signed() - latest - 1;
        let whole = room.max(0).cast_unsigned() / sps + 1;
        let per_block = whole.saturating_sub(skip).max(1);
        let mut done = 0;
        let interpolator =
            (self.rule.fraction != 0.0).then(|| Interpolator::new(self.rule.fraction));
        while done < out.len() {
            #[allow(clippy::cast_possible_wrap)]
            let begin = first + done as i64 - skip as i64;
            self.block(begin, workspace)?;
            let take = per_block.min(out.len() - done);
            let target = &mut out[done..done + take];
            let base = (skip * sps).cast_signed() + self.decision_delay;
            if let Some(conversion) = &self.rule.conversion {
                #[allow(clippy::cast_possible_wrap)]
                let symbol = first + done as i64;
                self.convert(conversion, symbol, base, take, workspace);
                target.fill(taps.offset);
                for (i, w) in taps.feed_forward.iter().enumerate() {
                    let stretch = &workspace.extra[count - 1 - i..][..take];
                    kernels::add_scaled(target, stretch, *w);
                }
            } else if self.decimation.is_some() {
                // The guard keeps all of these within the block.
                let centre = base.cast_unsigned() / sps + taps.precursor;
                target.fill(taps.offset);
                for (i, w) in taps.feed_forward.iter().enumerate() {
                    let stretch = &workspace.decimated[centre - i..][..take];
                    kernels::add_scaled(target, stretch, *w);
                }
            } else if self.sampler_jitter.is_none() {
                let wave = &workspace.real;
                for (k, z) in target.iter_mut().enumerate() {
                    let centre = base + ((k + taps.precursor) * sps).cast_signed();
                    *z = taps.offset
                        + self.tapped(wave, centre.cast_unsigned(), interpolator.as_ref());
                }
            } else {
                #[allow(clippy::cast_possible_wrap)]
                let index = first + done as i64;
                workspace.noise.resize(take, 0.0);
                workspace.uniform.resize(take, 0);
                self.sampler_gaussian
                    .fill_gaussian(index, &mut workspace.noise[..take]);
                self.sampler_dirac
                    .fill_uniform_u32(index, &mut workspace.uniform[..take]);
                let wave = &workspace.real;
                for (k, z) in target.iter_mut().enumerate() {
                    let shift = sps as f64
                        * displacement(
                            self.sampler_jitter,
                            workspace.noise[k],
                            workspace.uniform[k],
                        );
                    let time = self.rule.fraction + shift;
                    let floor = time.floor();
                    let interpolator = Interpolator::new(time - floor);
                    #[allow(clippy::cast_possible_truncation)]
                    let centre = base + ((k + taps.precursor) * sps).cast_signed() + floor as isize;
                    let last = wave.len() - HALF_WIDTH - 1;
                    let centre = centre.max(0).cast_unsigned().min(last);
                    *z = taps.offset + self.tapped(wave, centre, Some(&interpolator));
                }
            }
            done += take;
        }
        Ok(())
    }

    /// Σ w_i·y at `centre`, one symbol earlier, two, …
    #[inline]
    fn tapped(&self, wave: &[f64], centre: usize, interpolator: Option<&Interpolator>) -> f64 {
        let sps = self.plan.samples_per_symbol;
        let mut sum = 0.0;
        for (i, w) in self.rule.taps.feed_forward.iter().enumerate() {
            let Some(at) = centre.checked_sub(i * sps) else {
                break;
            };
            sum += w * match interpolator {
                None => wave[at],
                Some(interpolator) => interpolator.at(&wave[at + 1 - HALF_WIDTH.min(at + 1)..]),
            };
        }
        sum
    }

    /// Computes the received waveform of the block whose first sample is the centre of the symbol
    /// `begin`; the result is in `workspace.real`.
    fn block(&self, begin: i64, workspace: &mut Workspace) -> Result<(), LinkError> {
        let Workspace {
            symbols,
            weights,
            edges,
            real,
            extra,
            field,
            noise,
            uniform,
            decimated,
            scratch,
            propagators,
            relayed,
            emission,
            ..
        } = workspace;
        let sps = self.plan.samples_per_symbol;
        let samples = self.block_symbols * sps;
        real.resize(samples, 0.0);
        self.shape(
            begin, relayed, symbols, weights, edges, uniform, noise, extra, real,
        );
        #[allow(clippy::cast_possible_wrap)]
        let first_sample = begin * sps as i64;
        noise.resize(samples, 0.0);
        let grid = Grid {
            samples,
            sampling_rate: self.plan.sampling_rate(),
        };
        for (fiber, control) in self.kerr_fibers.iter().skip(propagators.0.len()) {
            propagators.0.push(Propagator::new(fiber, grid, *control)?);
        }
        let mut optical = false;
        emission.clear();
        for operation in &self.operations {
            match operation {
                Prepared::Filter(response) if optical => {
                    self.transforms.filter_field(field, response, scratch);
                    emission.filter(&self.transforms, response, scratch);
                }
                Prepared::Filter(response) => {
                    self.transforms.filter_real(real, response, scratch);
                }
                Prepared::Kerr(band, index) => {
                    self.transforms.filter_field(field, band, scratch);
                    if let Some(propagator) = propagators.0.get_mut(*index) {
                        propagator.propagate(field)?;
                    }
                }
                Prepared::EmissionFilter(response) => {
                    emission.filter(&self.transforms, response, scratch);
                }
                Prepared::GainDynamics(dynamics, start) => {
                    emission.amplify(dynamics, *start, grid.sampling_rate, field)?;
                }
                Prepared::Emission {
                    stream,
                    emission: source,
                    half_rate,
                } => emission.add(stream, source, *half_rate, first_sample, samples)?,
                Prepared::Gain(gain) if optical => {
                    kernels::scale_complex(field, *gain);
                    emission.scale(*gain);
                }
                Prepared::Gain(gain) => real.iter_mut().for_each(|x| *x *= gain),
                Prepared::Modulate(table) => {
                    field.resize(samples, Complex64::ZERO);
                    table.apply(real, field);
                    optical = true;
                }
                Prepared::Emit(table) => real.iter_mut().for_each(|x| *x = table.at(*x)),
                Prepared::RelativePower { stream, deviation } => {
                    stream.fill_gaussian(first_sample, noise);
                    kernels::modulate_power(real, noise, *deviation);
                }
                Prepared::Detect(responsivity) => {
                    kernels::detect(field, *responsivity, real);
                    emission.beat_with(field, *responsivity, real);
                    optical = false;
                }
                Prepared::Compress(table) => {
                    for x in real.iter_mut() {
                        *x = table.at(*x);
                    }
                }
                Prepared::RelativeIntensity { stream, deviation } => {
                    stream.fill_gaussian(first_sample, noise);
                    kernels::modulate_intensity(field, noise, *deviation);
                }
                Prepared::Phase { stream, deviation } => {
                    stream.fill_gaussian(first_sample, noise);
                    // Only differences of the phase reach the detector: it starts anywhere.
                    let mut phase = 0.0;
                    for n in noise.iter_mut() {
                        phase += deviation * *n;
                        *n = phase;
                    }
                    kernels::turn(field, noise);
                }
                Prepared::Shot {
                    stream,
                    charge,
                    dark,
                    white,
                } => {
                    stream.fill_gaussian(first_sample, noise);
                    kernels::add_shot_noise(real, noise, *charge, charge * dark + white);
                }
                Prepared::White { stream, deviation } => {
                    stream.fill_gaussian(first_sample, noise);
                    kernels::add_scaled(real, noise, *deviation);
                }
                Prepared::Beat(beat) => beat.add_to(first_sample, real, noise),
                Prepared::ShortBeat { scale, parts } => {
                    extra.clear();
                    extra.resize(samples, 0.0);
                    for (stream, response) in parts {
                        stream.fill_gaussian(first_sample, noise);
                        self.transforms.filter_real(noise, response, scratch);
                        kernels::add_scaled(extra, noise, 1.0);
                    }
                    for (i, g) in real.iter_mut().zip(extra.iter()) {
                        *i += (scale * i.max(0.0)).sqrt() * g;
                    }
                }
                Prepared::Crosstalk { symbols, shape } => {
                    symbols.fill(first_sample, noise);
                    self.transforms.filter_real(noise, shape, scratch);
                    kernels::add_scaled(real, noise, 1.0);
                }
                Prepared::Coloured { stream, shape } => {
                    stream.fill_gaussian(first_sample, noise);
                    self.transforms.filter_real(noise, shape, scratch);
                    kernels::add_scaled(real, noise, 1.0);
                }
            }
        }
        if let Some(decimation) = &self.decimation {
            decimated.resize(self.block_symbols, 0.0);
            self.transforms.filter_decimated(
                real,
                &decimation.response,
                &decimation.transforms,
                decimated,
                scratch,
            );
        }
        let received = if self.decimation.is_some() {
            decimated
        } else {
            real
        };
        if kernels::all_finite(received) {
            Ok(())
        } else {
            Err(LinkError::NotFinite {
                after: "the receiver".to_owned(),
            })
        }
    }
}

/// A response together with the interpolation between samples and the delay that bring the
/// decisions onto every samples_per_symbol-th sample, the first included.
fn at_decisions(
    response: &FiniteResponse,
    fraction: f64,
    delay: isize,
    samples_per_symbol: usize,
) -> FiniteResponse {
    let mut combined = if fraction == 0.0 {
        response.clone()
    } else {
        let mut weights = *Interpolator::new(fraction).weights();
        weights.reverse();
        response.followed_by(&weights, HALF_WIDTH)
    };
    combined.advance += delay
        .rem_euclid(samples_per_symbol.cast_signed())
        .cast_unsigned();
    combined
}

/// Symbols in ten cycles of the transmitter's sinusoidal jitter; none without.
pub fn sinusoid_symbols(plan: &Plan) -> u64 {
    let sine = plan.drive.jitter.sinusoidal;
    if sine.peak_to_peak == 0.0 {
        return 0;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let symbols = (10.0 * plan.symbol_rate / sine.frequency).min(1e18) as u64;
    symbols
}

/// Displacement in unit intervals: a Gaussian draw and one of two positions.
fn displacement(jitter: Jitter, gaussian: f64, uniform: u32) -> f64 {
    let side = if uniform & (1 << 31) == 0 { -0.5 } else { 0.5 };
    jitter.random_rms * gaussian + side * jitter.dual_dirac
}

fn mean_of(levels: &[f64]) -> f64 {
    levels.iter().sum::<f64>() / levels.len().max(1) as f64
}
