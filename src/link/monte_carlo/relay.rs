//! Decided symbols sent again: chains of links in Monte Carlo, and what a stretch of symbols is counted
//! as.

use super::super::counts::Burst;
use super::{Counts, MonteCarlo, ROUND_SEGMENTS, SEGMENT_SYMBOLS, Watch, Workspace, mean_of};
use crate::format::SymbolSource;
use crate::link::decision::DecisionRule;
use crate::link::description::Link;
use crate::link::drive::Drive;
use crate::link::error::LinkError;
use crate::link::plan::Plan;
use crate::random::{Source, Stream, StreamKey};
use rayon::prelude::*;
use std::sync::atomic::Ordering;

/// Places along a link that a segment of a chain has room for.
pub(super) const SEGMENT_SPANS: usize = 1 << 20;

/// The stream of transmitted symbols: that of the first segment in a chain.
pub(super) fn symbol_stream(seed: u64) -> Stream {
    StreamKey {
        seed,
        source: Source::Symbols,
        lane: 0,
        polarization: 0,
        span: 0,
    }
    .stream()
}

/// Symbols around one that its waveform at the driver depends on.
pub(super) fn pulse_reach(drive: &Drive) -> usize {
    let (ahead, back) = drive.tap_reach();
    let pulses = std::iter::once(&drive.pulse).chain(&drive.edges);
    let longest = pulses.map(|p| p.symbols).max();
    ahead + back + longest.unwrap_or(0) + 1
}

/// Symbols that a link sends in the place of its source's.
#[derive(Debug, Default)]
pub(super) struct Relayed {
    /// Index of the first.
    first: i64,
    symbols: Vec<u8>,
}

impl Relayed {
    /// Symbols from an index on: those relayed where there are, the source's elsewhere.
    pub(super) fn fill(&self, source: &SymbolSource, first: i64, out: &mut [u8]) {
        source.fill(first, out);
        let shift = self.first - first;
        let skipped = usize::try_from(-shift).unwrap_or(0);
        let from = usize::try_from(shift).unwrap_or(0);
        let relayed = self.symbols.iter().skip(skipped);
        for (o, s) in out.iter_mut().skip(from).zip(relayed) {
            *o = *s;
        }
    }
}

impl MonteCarlo {
    /// State of the wandering baseline at the begin of each segment of a round, from the levels of
    /// all symbols before it.
    pub(super) fn wander_states(&self, first: u64, segments: u64, state: &mut f64) -> Vec<f64> {
        let Some(decay) = self.wander else {
            return Vec::new();
        };
        let mean = mean_of(self.modulation.level_positions());
        let sums: Vec<f64> = (0..segments)
            .into_par_iter()
            .map(|i| {
                let mut symbols = vec![0u8; SEGMENT_SYMBOLS];
                self.symbols
                    .fill(Self::first_symbol(first + i), &mut symbols);
                symbols.iter().fold(0.0, |w, &s| {
                    decay * w + (1.0 - decay) * (self.level(s) - mean)
                })
            })
            .collect();
        #[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]
        let whole = decay.powi(SEGMENT_SYMBOLS as i32);
        sums.iter()
            .map(|sum| {
                let start = *state;
                *state = whole * start + sum;
                start
            })
            .collect()
    }

    /// Errors of decided symbols against those that were sent.
    pub(super) fn count(&self, sent: &[u8], decided: &[u8]) -> Counts {
        let mut counts = Counts {
            symbols: sent.len() as u64,
            ..Counts::default()
        };
        let levels = self.modulation.levels();
        let mut burst = Burst::within(self.burst_gap);
        for (k, (&truth, &decision)) in sent.iter().zip(decided).enumerate() {
            if decision != truth {
                let cell = usize::from(truth) * levels + usize::from(decision);
                counts.symbol_errors += 1;
                counts.bit_error_thousandths += self.bit_table.get(cell).copied().unwrap_or(0);
                burst.error(k as u64, &mut counts);
            }
        }
        burst.end(&mut counts);
        counts
    }
}

/// What was counted in a chain.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChainCounts {
    /// From the first driver to the last decision.
    pub total: Counts,
    /// Each segment's decisions against what it sent.
    pub segments: Vec<Counts>,
}

impl ChainCounts {
    fn add(&mut self, other: &Self) {
        self.total.add(&other.total);
        for (counts, more) in self.segments.iter_mut().zip(&other.segments) {
            counts.add(more);
        }
    }
}

/// A chain prepared for counting errors end to end: what a segment decides, errors and all, is what
/// the next one sends. Rules are those of each segment's semi-analytic evaluation.
#[derive(Debug, Clone)]
pub struct ChainMonteCarlo {
    segments: Vec<MonteCarlo>,
}

impl ChainMonteCarlo {
    /// Prepares the segments of a chain, each with its link, plan, decision rule and the number of
    /// symbols of the pattern the rule was found with.
    ///
    /// # Errors
    /// [`LinkError`] where there is none, or a response cannot be applied in blocks.
    pub fn new(segments: &[(&Link, &Plan, &DecisionRule, usize)]) -> Result<Self, LinkError> {
        if segments.is_empty() {
            return Err(LinkError::Link("a chain has no segment".to_owned()));
        }
        let segments = segments
            .iter()
            .enumerate()
            .map(|(i, (link, plan, rule, symbols))| {
                MonteCarlo::of_segment(link, plan, rule, *symbols, i)
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { segments })
    }

    /// Counts errors until the stopping rule of the first segment's settings holds for the errors of
    /// the whole chain. The watch is told these.
    ///
    /// # Errors
    /// As [`MonteCarlo::run`].
    pub fn run(&self, watch: &Watch<'_>) -> Result<ChainCounts, LinkError> {
        let mut counts = ChainCounts {
            segments: vec![Counts::default(); self.segments.len()],
            ..ChainCounts::default()
        };
        let Some(first) = self.segments.first() else {
            return Ok(counts);
        };
        let maximum = first.settings.maximum_symbols;
        let mut stretch = 0u64;
        let mut wander = vec![0.0; self.segments.len()];
        loop {
            let left = maximum.saturating_sub(counts.total.symbols);
            let stretches = left.div_ceil(SEGMENT_SYMBOLS as u64).min(ROUND_SEGMENTS);
            let starts: Vec<Vec<f64>> = self
                .segments
                .iter()
                .zip(&mut wander)
                .map(|(segment, state)| segment.wander_states(stretch, stretches, state))
                .collect();
            let results: Vec<Result<ChainCounts, LinkError>> = (0..stretches)
                .into_par_iter()
                .map_init(
                    || {
                        self.segments
                            .iter()
                            .map(|_| Workspace::default())
                            .collect::<Vec<_>>()
                    },
                    |workspaces, i| {
                        if watch.stop.is_some_and(|s| s.load(Ordering::Relaxed)) {
                            return Err(LinkError::Interrupted);
                        }
                        let remaining = left - i * SEGMENT_SYMBOLS as u64;
                        #[allow(clippy::cast_possible_truncation)]
                        let length = remaining.min(SEGMENT_SYMBOLS as u64) as usize;
                        let at = usize::try_from(i).unwrap_or(0);
                        let start = |n: usize| starts[n].get(at).copied().unwrap_or(0.0);
                        let begin = MonteCarlo::first_symbol(stretch + i);
                        self.stretch(begin, length, &start, workspaces)
                    },
                )
                .collect();
            for result in results {
                counts.add(&result?);
            }
            stretch += stretches;
            if let Some(progress) = watch.progress {
                progress(&counts.total);
            }
            if stretches == 0 || counts.total.symbols >= maximum || first.is_precise(&counts.total)
            {
                return Ok(counts);
            }
        }
    }

    /// Sends a stretch of symbols through the chain and counts. Each segment decides as many symbols
    /// around the stretch as those behind it need.
    fn stretch(
        &self,
        first: i64,
        length: usize,
        wander: &dyn Fn(usize) -> f64,
        workspaces: &mut [Workspace],
    ) -> Result<ChainCounts, LinkError> {
        let mut around: usize = self.segments.iter().skip(1).map(|s| s.margin).sum();
        let mut counts = ChainCounts::default();
        let mut original = Vec::new();
        let mut relayed = Relayed::default();
        for (i, (segment, workspace)) in self.segments.iter().zip(workspaces).enumerate() {
            workspace.relayed = std::mem::take(&mut relayed);
            let (sent, decided) = segment.decide(first, around, length, wander(i), workspace)?;
            let inside = around..around + length;
            counts
                .segments
                .push(segment.count(&sent[inside.clone()], &decided[inside.clone()]));
            if i == 0 {
                original = sent[inside.clone()].to_vec();
            }
            counts.total = segment.count(&original, &decided[inside]);
            #[allow(clippy::cast_possible_wrap)]
            let begin = first - around as i64;
            relayed = Relayed {
                first: begin,
                symbols: decided,
            };
            around -= self.segments.get(i + 1).map_or(0, |next| next.margin);
        }
        Ok(counts)
    }
}
