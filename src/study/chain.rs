//! A chain, run: every segment's eye and errors, and those of the whole.

use super::impedance::with_worst_impedance;
use super::margin::{MarginSearch, target_ber};
use super::reach::{Reach, ReachError, ReachSettings, find_within};
use super::result::{
    BitErrorRatio, PowerResult, RunResult, SourceResult, StageDelay, StageLatency, TargetResult,
};
use super::simulation::{Simulation, bit_error_ratio, delays, finish};
use super::totals::Totals;
use crate::link::chain::{Surroundings, Transition};
use crate::link::monte_carlo::{ChainCounts, ChainMonteCarlo, Watch};
use crate::link::semi_analytic::{Evaluation, SemiAnalytic};
use crate::link::{Chain, LinkError, Method, Segment};
use schemars::JsonSchema;
use serde::Serialize;

/// A run of a chain.
#[derive(Debug)]
pub struct ChainSimulation {
    /// Everything that is reported.
    pub result: ChainResult,
    /// The segments, each with its eye.
    pub segments: Vec<Simulation>,
}

/// Result of running a link with retimers.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ChainResult {
    /// Version of the program.
    pub version: String,
    /// Name of the link.
    pub name: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Bit error ratio of the whole, from the first driver to the last decision.
    pub ber: BitErrorRatio,
    /// Symbol error ratio of the whole; null where none was counted.
    pub ser: Option<f64>,
    /// Target of the whole and whether it is met.
    pub target: TargetResult,
    /// The segments, in order.
    pub segments: Vec<SegmentResult>,
    /// Name of the segment that makes most errors.
    pub weakest_segment: String,
    /// Propagation delay of all fibres and cables, ns.
    pub propagation_delay_ns: f64,
    /// Propagation delay of each fibre and cable, in order.
    pub propagation_delays: Vec<StageDelay>,
    /// Time from the first driver to the last decision, ns: propagation, retimers and redrivers.
    pub latency_ns: f64,
    /// Latency of each retimer and redriver, in order.
    pub latencies: Vec<StageLatency>,
    /// Electrical power; null where no stage says any.
    pub power: Option<PowerResult>,
    /// Time to receive one codeword of the error correction, ns.
    pub fec_accumulation_ns: f64,
    /// Parts used, and where their numbers come from.
    pub sources: Vec<SourceResult>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// One segment of a chain.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SegmentResult {
    /// Name of the fibre or cable that delays it most.
    pub name: String,
    /// Position of its first stage, from 1.
    pub first_stage: usize,
    /// Name of the retimer that ends it; null where the receiver does.
    pub retimer: Option<String>,
    /// Its share of the sum of the segments' bit error ratios, 0–1; null where none was counted.
    pub share: Option<f64>,
    /// The segment as a link of its own. Its target is that of the whole, and its margin what it may
    /// lose alone before the whole misses that.
    pub run: RunResult,
}

/// A segment's engine and what it found.
struct Evaluated {
    engine: SemiAnalytic,
    evaluation: Evaluation,
}

/// Evaluates every segment without counting.
fn evaluate(chain: &Chain) -> Result<Vec<Evaluated>, LinkError> {
    chain
        .segments
        .iter()
        .map(|segment| {
            let mut engine = SemiAnalytic::new(&segment.link).map_err(|e| segment.locate(e))?;
            let evaluation = engine.evaluate().map_err(|e| segment.locate(e))?;
            Ok(Evaluated { engine, evaluation })
        })
        .collect()
}

/// The chain with the worst impedance of every cable that has a tolerance.
fn with_worst_impedances(chain: &Chain) -> Result<Chain, LinkError> {
    let mut worst = chain.clone();
    for segment in &mut worst.segments {
        let found = with_worst_impedance(&segment.link).map_err(|e| segment.locate(e))?;
        if let Some(link) = found {
            segment.link = link;
        }
    }
    Ok(worst)
}

fn transitions(evaluated: &[Evaluated]) -> Vec<Transition> {
    evaluated
        .iter()
        .map(|e| Transition::of(&e.evaluation.decided))
        .collect()
}

/// Runs a chain with the engine it asks for.
///
/// # Errors
/// [`LinkError`] where a segment cannot be run, or the run was interrupted.
pub fn simulate_chain(chain: &Chain, watch: &Watch<'_>) -> Result<ChainSimulation, LinkError> {
    let chain = &with_worst_impedances(chain)?;
    let common = chain.common()?;
    let modulation = &common.signal.modulation;
    let target = target_ber(common)?;
    let mut evaluated = evaluate(chain)?;
    let transitions = transitions(&evaluated);
    let whole = Transition::product(&transitions)
        .ok_or_else(|| LinkError::Link("a chain has no segment".to_owned()))?
        .error_ratios(modulation);
    let counts = match common.engine.method {
        Method::MonteCarlo => Some(count(chain, &evaluated, watch)?),
        Method::SemiAnalytic | Method::Statistical => None,
    };
    let mut segments = Vec::new();
    for (i, (segment, found)) in chain.segments.iter().zip(&mut evaluated).enumerate() {
        let around = Surroundings::of(&transitions, i);
        let known = around
            .error_ratios(&found.evaluation.decided, modulation)
            .bit;
        let run = |found: &mut Evaluated| {
            let margin =
                MarginSearch::within(target, Some(around)).find(&mut found.engine, Some(known))?;
            found.engine.evaluate()?;
            let counts = counts.as_ref().and_then(|c| c.segments.get(i));
            finish(&mut found.engine, &found.evaluation, counts, target, margin)
        };
        segments.push(run(found).map_err(|error| segment.locate(error))?);
    }
    let met = match &counts {
        None => whole.bit <= target,
        Some(counts) => counts.total.bit_error_interval(0.95, modulation).1 <= target,
    };
    let total = counts.as_ref().map(|c| &c.total);
    let totals = Totals::of_all(
        &common.signal,
        chain.segments.iter().map(|s| (&s.link, s.retimer.as_ref())),
    );
    let propagation_delays: Vec<StageDelay> = chain
        .segments
        .iter()
        .flat_map(|s| delays(&s.link))
        .collect();
    let results = segment_results(chain, &segments);
    let result = ChainResult {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: chain.name.clone(),
        seed: common.seed,
        ber: bit_error_ratio(common, whole.bit, total),
        ser: match total {
            None => Some(whole.symbol),
            Some(counts) => (counts.symbol_errors > 0).then(|| counts.symbol_error_ratio()),
        },
        target: TargetResult {
            pre_fec_ber: target,
            met,
        },
        weakest_segment: weakest(chain, &evaluated),
        propagation_delay_ns: propagation_delays.iter().map(|d| d.delay_ns).sum(),
        propagation_delays,
        latency_ns: totals.latency_ns,
        latencies: totals.latencies,
        power: totals.power,
        fec_accumulation_ns: results.first().map_or(0.0, |s| s.run.fec_accumulation_ns),
        sources: without_repeats(results.iter().flat_map(|s| s.run.sources.iter().cloned())),
        warnings: without_repeats(results.iter().flat_map(|s| s.run.warnings.iter().cloned())),
        segments: results,
    };
    Ok(ChainSimulation { result, segments })
}

/// Each of a list once, in order.
fn without_repeats<T: PartialEq>(all: impl Iterator<Item = T>) -> Vec<T> {
    let mut once = Vec::new();
    for one in all {
        if !once.contains(&one) {
            once.push(one);
        }
    }
    once
}

/// Counts errors from end to end.
fn count(
    chain: &Chain,
    evaluated: &[Evaluated],
    watch: &Watch<'_>,
) -> Result<ChainCounts, LinkError> {
    let parts: Vec<_> = chain
        .segments
        .iter()
        .zip(evaluated)
        .map(|(segment, e)| {
            (
                &segment.link,
                e.engine.plan(),
                &e.evaluation.decided.rule,
                e.engine.propagation().symbols().len(),
            )
        })
        .collect();
    ChainMonteCarlo::new(&parts)?.run(watch)
}

/// The segment with the highest error ratio, before any is counted.
fn weakest(chain: &Chain, evaluated: &[Evaluated]) -> String {
    chain
        .segments
        .iter()
        .zip(evaluated)
        .max_by(|(_, a), (_, b)| {
            let bit = |e: &Evaluated| e.evaluation.decided.errors.bit;
            bit(a).total_cmp(&bit(b))
        })
        .map_or_else(String::new, |(segment, _)| segment.name.clone())
}

fn segment_results(chain: &Chain, simulations: &[Simulation]) -> Vec<SegmentResult> {
    let ratio = |s: &Simulation| s.result.ber.pre_fec.unwrap_or(0.0);
    let sum: f64 = simulations.iter().map(ratio).sum();
    chain
        .segments
        .iter()
        .zip(simulations)
        .map(|(segment, simulation)| SegmentResult {
            name: segment.name.clone(),
            first_stage: segment.first_stage,
            retimer: segment.retimer.as_ref().map(|r| r.name.clone()),
            share: (sum > 0.0).then(|| ratio(simulation) / sum),
            run: RunResult {
                name: format!("{}: {}", chain.name, segment.name),
                ..simulation.result.clone()
            },
        })
        .collect()
}

/// The stage whose length a study of a chain's reach varies where none is named: the fibre or cable of
/// the longest delay. Its segment, and its position there, from 0.
pub fn longest_span(chain: &Chain) -> Option<(usize, usize)> {
    let mut longest: Option<((usize, usize), f64)> = None;
    for (i, segment) in chain.segments.iter().enumerate() {
        let spans = delays(&segment.link);
        for (k, named) in segment.link.stages.iter().enumerate() {
            if super::reach::length_of(&named.stage).is_none() {
                continue;
            }
            let delay = spans
                .iter()
                .filter(|d| d.stage == named.name)
                .map(|d| d.delay_ns)
                .fold(0.0, f64::max);
            if longest.is_none_or(|(_, known)| delay > known) {
                longest = Some(((i, k), delay));
            }
        }
    }
    longest.map(|(place, _)| place)
}

/// Finds the longest length of stage `stage` of segment `segment` with which the whole chain meets its
/// target; the other segments stay as they are.
///
/// # Errors
/// [`ReachError`] where there is no such stage or it has no length, or an evaluation is refused.
pub fn find_chain_reach(
    chain: &Chain,
    segment: usize,
    stage: usize,
    settings: ReachSettings,
) -> Result<Reach, ReachError> {
    let varied: &Segment = chain
        .segments
        .get(segment)
        .ok_or(ReachError::NoLength(stage + 1))?;
    let transitions = transitions(&evaluate(chain)?);
    let around = Surroundings::of(&transitions, segment);
    find_within(&varied.link, stage, settings, Some(around)).map_err(|error| match error {
        ReachError::NoLength(position) => ReachError::NoLength(position + varied.first_stage - 1),
        ReachError::Link(error) => ReachError::Link(varied.locate(error)),
    })
}
