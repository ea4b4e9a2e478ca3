//! The result of a run, as it is written to `result.json` and printed by `--json`.
//!
//! Keys are part of the program's interface. One that does not apply is null.

use super::cause::Cause;
use super::chain::ChainResult;
use super::line::{LineReaches, LineResult};
use super::reach::{Reach, ReachPoint, Relief};
use schemars::JsonSchema;
use serde::Serialize;

/// Result of running one link.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct RunResult {
    /// Version of the program.
    pub version: String,
    /// Name of the link.
    pub name: String,
    /// Seed of the random streams.
    pub seed: u64,
    /// Format, e.g. "PAM4".
    pub format: String,
    /// Symbol rate, GBd.
    pub symbol_rate_gbd: f64,
    /// Pattern the waveform was computed with.
    pub pattern: String,
    /// Samples per symbol of the waveforms.
    pub samples_per_symbol: usize,
    /// Bit error ratio.
    pub ber: BitErrorRatio,
    /// Symbol error ratio; null where none was counted.
    pub ser: Option<f64>,
    /// 10 lg of the mean-removed signal power over the noise variance at the decision, noise and
    /// residual intersymbol interference together, dB.
    pub snr_db: f64,
    /// Openings of the eyes, lowest first.
    pub eyes: Vec<Eye>,
    /// What arrives at the receiver's input; null for an electrical link.
    pub received: Option<Received>,
    /// What may still be lost in front of the receiver before the target is missed, dB of received
    /// optical modulation amplitude (10 lg) or of voltage (20 lg); null at an error floor.
    pub margin_db: Option<f64>,
    /// Target and whether it is met.
    pub target: TargetResult,
    /// How the receiver decides.
    pub decision: DecisionResult,
    /// Share of each noise in the mean noise variance at the decision, and of the residual
    /// intersymbol interference.
    pub noise: Vec<NoiseShare>,
    /// Reach; null where it was not asked for.
    pub reach: Option<ReachResult>,
    /// Propagation delay of fibres and cables, ns.
    pub propagation_delay_ns: f64,
    /// Propagation delay of each fibre and cable, in order.
    pub propagation_delays: Vec<StageDelay>,
    /// Time from the driver to the decision, ns: propagation, and the latencies of what stands between.
    pub latency_ns: f64,
    /// Latency of each stage that has one beside its propagation, in order.
    pub latencies: Vec<StageLatency>,
    /// Electrical power; null where no stage says any.
    pub power: Option<PowerResult>,
    /// Time to receive the interleaved codewords of the error correction over this lane alone, ns.
    pub fec_accumulation_ns: f64,
    /// What the error correction makes of errors in bursts; null without one, where no error was counted,
    /// and for formats of other than two or four levels.
    pub correction: Option<CorrectionResult>,
    /// Parts used, and where their numbers come from.
    pub sources: Vec<SourceResult>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Propagation delay of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StageDelay {
    /// Name of the fibre or cable.
    pub stage: String,
    /// Its propagation delay, ns.
    pub delay_ns: f64,
}

/// Latency of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StageLatency {
    /// Name of the retimer or redriver.
    pub stage: String,
    /// Its latency, ns.
    pub latency_ns: f64,
}

/// Electrical power of one lane in one direction, of the stages that say theirs.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PowerResult {
    /// All together, W.
    pub power_w: f64,
    /// That over the bits per second in front of the error correction, pJ.
    pub energy_pj_per_bit: f64,
    /// Each stage, in order.
    pub stages: Vec<StagePower>,
}

/// Power of a stage.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct StagePower {
    /// Name of the retimer or redriver.
    pub stage: String,
    /// Its power for one lane in one direction, W.
    pub power_w: f64,
}

/// Bit error ratio and how it was found.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct BitErrorRatio {
    /// In front of the error correction; null where no error was counted.
    pub pre_fec: Option<f64>,
    /// Behind it, for independent errors; null where no error was counted.
    pub post_fec: Option<f64>,
    /// "semi-analytic" or "monte-carlo".
    pub method: String,
    /// Bits decided wrongly; null where none were counted.
    pub errors: Option<f64>,
    /// Bits counted; null where none were.
    pub bits: Option<f64>,
    /// 95 % Clopper–Pearson interval of a counted ratio.
    pub interval_95: Option<[f64; 2]>,
}

/// What an error correction makes of errors in bursts.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct CorrectionResult {
    /// Codewords whose symbols are sent in turn.
    pub interleaved_codewords: u32,
    /// Symbols whose bits are sent in turn.
    pub multiplexed_symbols: u32,
    /// Whether line symbols are precoded.
    pub precoded: bool,
    /// Probability that the symbol behind a wrong one is wrong too: as it was given, as the feedback taps
    /// make it, or as it was counted.
    pub burst_continuation: f64,
    /// Bit error ratio in front of the decoder, behind a precoder's.
    pub pre_fec_ber: f64,
    /// Codewords that cannot be corrected.
    pub codeword_error_ratio: f64,
    /// Bit error ratio behind the decoder.
    pub post_fec_ber: f64,
    /// Ethernet frames of 64 octets that are lost.
    pub frame_loss_ratio: f64,
}

/// Opening of an eye.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct Eye {
    /// Number from the lowest, beginning with 0.
    pub index: usize,
    /// Height at `probability`, mW of optical power at the receiver's input; null for an
    /// electrical link. Negative for a closed eye.
    pub height_mw: Option<f64>,
    /// Height at `probability`, mV behind the equaliser (whose largest tap counts as 1); null for an
    /// optical link.
    pub height_mv: Option<f64>,
    /// Width at `probability`, UI.
    pub width_ui: f64,
    /// Probability at which the opening is taken.
    pub probability: f64,
    /// Decision threshold, in the height's unit.
    pub threshold: f64,
}

/// Light at the receiver's input.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct Received {
    /// Average power, dBm.
    pub average_power_dbm: f64,
    /// Outer optical modulation amplitude, dBm.
    pub oma_dbm: f64,
    /// Outer extinction ratio, dB.
    pub extinction_ratio_db: f64,
}

/// Target of a link.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct TargetResult {
    /// Bit error ratio asked for in front of the error correction.
    pub pre_fec_ber: f64,
    /// Whether it is met. A counted link meets it where its whole interval does.
    pub met: bool,
}

/// How the receiver decides.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct DecisionResult {
    /// Sampling phase after the centre of the symbol as it left the driver, UI, delay of filters
    /// included.
    pub sampling_phase_ui: f64,
    /// Feed-forward taps, relative to the largest one, the latest sample first.
    pub feed_forward: Vec<f64>,
    /// Taps before the main one.
    pub precursor_taps: usize,
    /// Decision feedback taps, relative to the distance of the outer levels.
    pub decision_feedback: Vec<f64>,
    /// Thresholds, with the outer levels at −1 and +1.
    pub thresholds: Vec<f64>,
}

/// A noise's share.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct NoiseShare {
    /// What it is.
    pub kind: String,
    /// Standard deviation at the decision, relative to half the distance of the outer levels.
    pub deviation: f64,
    /// Share of the whole variance, 0–1.
    pub share: f64,
}

/// Reach of a link.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReachResult {
    /// Name of the link.
    pub name: String,
    /// Longest length that meets the target, m; null where the link misses it at zero length.
    pub length_m: Option<f64>,
    /// True where the target is still met at the longest length tried.
    pub is_lower_bound: bool,
    /// Bit error ratio in front of the error correction that had to be met.
    pub target: f64,
    /// The cause without which the link would reach farthest, of those that can be taken away
    /// wholly; null where none gives anything.
    pub limited_by: Option<Cause>,
    /// How far the link would reach without each cause, the longest reach first.
    pub reliefs: Vec<Relief>,
    /// Margin and error ratio against length.
    pub curve: Vec<ReachPoint>,
}

impl ReachResult {
    /// Result of a reach.
    pub fn new(name: &str, reach: &Reach) -> Self {
        Self {
            name: name.to_owned(),
            length_m: reach.length,
            is_lower_bound: reach.is_lower_bound,
            target: reach.target_ber,
            limited_by: reach.limited_by,
            reliefs: reach.reliefs.clone(),
            curve: reach.curve.clone(),
        }
    }
}

/// Results of several links' reach.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct ReachResults {
    /// Version of the program.
    pub version: String,
    /// One entry a link, in the order they were given. The first one's keys stand also under
    /// `reach` where there is but one link.
    pub links: Vec<ReachResult>,
    /// The only link's result; null where there are several.
    pub reach: Option<ReachResult>,
}

/// Where a part's numbers come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct SourceResult {
    /// Stage or table that uses it.
    pub used_by: String,
    /// Part.
    pub part: String,
    /// Document.
    pub title: String,
    /// "standard", "datasheet", "paper" or "assumed".
    pub kind: String,
}

/// JSON Schema of [`RunResult`], [`ChainResult`], [`ReachResults`], [`LineResult`] and [`LineReaches`].
pub fn result_schema() -> serde_json::Value {
    // One generator for all: what they refer to stands once, at the root of the document.
    let mut generator = schemars::SchemaGenerator::default();
    let run = generator.subschema_for::<RunResult>();
    let chain = generator.subschema_for::<ChainResult>();
    let reach = generator.subschema_for::<ReachResults>();
    let line = generator.subschema_for::<LineResult>();
    let line_reach = generator.subschema_for::<LineReaches>();
    serde_json::json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Results of eyespan run and eyespan reach",
        "anyOf": [run, chain, reach, line, line_reach],
        "$defs": generator.take_definitions(true),
    })
}
