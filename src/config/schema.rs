//! A link file as it is written: every table and key, in the units of the file.

use super::choices::{
    AdaptationName, CodeName, FeedbackName, FormatName, MethodName, ReflectionPhaseName,
    ThresholdName,
};
use super::error::{ConfigError, ConfigErrors, Problem};
use super::nearest::{list, word_help};
use super::range::Range;
use super::read::{Count, Reader};
use super::repeater_tables::belongs_inside;
use super::source::{Location, Source};
use super::stage_tables::StageTable;
use super::table::{SubTable, Table, table};
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Keys without a number.
const ANY: Range = Range::FINITE;
/// Error ratios of a binary signal: from one half on nothing is transmitted.
const ERROR_RATIO: Range = Range::inside(0.0, 0.5);
/// Numbers of taps.
const TAPS: Range = Range::between(0.0, 1024.0);

table! {
    /// Levels, symbol rate and pattern.
    SignalTable,
    [&[&["level_separation_mismatch_ratio"], &["level_positions"]]],
    {
        /// Modulation format; "nrz" where absent.
        format: FormatName, ANY;
        /// Symbols per second, GBd.
        symbol_rate_gbd: f64, Range::between(1e-6, 1e4);
        /// Pattern: "prbs7", "prbs9", "prbs11", "prbs13", "prbs15", "prbs23", "prbs31", "prbs13q",
        /// "ssprq", "debruijn" with an order behind it, such as "debruijn6", or "random". Where absent,
        /// "prbs13q" with pam4 and "prbs13" otherwise.
        pattern: String, ANY;
        /// Level separation mismatch ratio of four levels, above 0 to 1; 1 where absent.
        level_separation_mismatch_ratio: f64, Range::above(0.0, 1.0);
        /// Positions of the levels instead, lowest first; only their ratios count.
        level_positions: Vec<f64>, Range::between(-1e3, 1e3);
    }
}

table! {
    /// When the receiver samples, and against which thresholds it decides.
    SamplerTable, [], {
        /// How much later than the phase of least mean-square error it samples, UI; the phase with
        /// the fewest errors where absent.
        phase_offset_ui: f64, Range::between(-0.5, 0.5);
        /// Decision thresholds; "optimum" where absent.
        thresholds: ThresholdName, ANY;
        /// Standard deviation of the sampling clock's Gaussian jitter, UI.
        random_jitter_ui: f64, Range::between(0.0, 0.5);
        /// Distance between the two positions of the sampling clock's dual-Dirac jitter, UI.
        dual_dirac_jitter_ui: f64, Range::between(0.0, 1.0);
        /// Bandwidth of the clock recovery, MHz, such as 4: sinusoidal jitter of the driver is followed below
        /// it, by a loop of first order; where absent the sampling clock follows none of it.
        clock_recovery_bandwidth_mhz: f64, Range::between(0.0, 1e4);
    }
}

table! {
    /// The discrete equaliser in front of the decision.
    EqualizerTable, [], {
        /// Feed-forward taps at symbol spacing; none where absent.
        feed_forward_taps: Count, TAPS;
        /// How many of them come before the main tap; the best number where absent.
        precursor_taps: Count, TAPS;
        /// Decision feedback taps; none where absent.
        decision_feedback_taps: Count, TAPS;
        /// Symbols that a detector of the most likely sequence (Viterbi) remembers, in the place of decision
        /// feedback; at most 256 states, levels to the power of it.
        sequence_detection_memory: Count, Range::between(1.0, 8.0);
        /// How the taps are found; "minimum-mean-square-error" where absent.
        adaptation: AdaptationName, ANY;
        /// Step of the least-mean-squares rule, relative to the signal's power.
        step: f64, Range::inside(0.0, 2.0);
        /// Training symbols of the least-mean-squares rule.
        training_symbols: Count, Range::between(1.0, 1e9);
    }
}

table! {
    /// Error correction.
    FecTable, [], {
        /// Part of the library the values not given here are taken from: "kp4", "kr4".
        model: String, ANY;
        /// Kind of code; "none" where neither it nor a part is given.
        code: CodeName, ANY;
        /// Symbols of a codeword.
        codeword_symbols: Count, Range::between(2.0, 65_535.0);
        /// Symbols of them that carry data.
        message_symbols: Count, Range::between(1.0, 65_534.0);
        /// Bits of a symbol of the code.
        bits_per_symbol: Count, Range::between(1.0, 16.0);
        /// Codewords whose symbols are sent in turn; 1 where absent.
        interleaved_codewords: Count, Range::between(1.0, 16.0);
        /// Symbols whose bits are sent in turn, as lanes are multiplexed; 1 where absent.
        multiplexed_symbols: Count, Range::between(1.0, 8.0);
        /// Whether line symbols are precoded by 1/(1 + D); not where absent.
        precoded: bool, ANY;
        /// Probability that the symbol behind a wrong one is wrong too, in front of a precoder's decoder; what
        /// the receiver's decision feedback makes it where absent.
        burst_continuation: f64, Range::between(0.0, 0.99);
    }
}

table! {
    /// What the link has to reach; where absent, 1e-15 behind an error correction and 1e-12 without.
    TargetTable, [&[&["pre_fec_ber"], &["post_fec_ber"]]], {
        /// Bit error ratio in front of the error correction.
        pre_fec_ber: f64, ERROR_RATIO;
        /// Bit error ratio behind the error correction.
        post_fec_ber: f64, ERROR_RATIO;
    }
}

table! {
    /// When a Monte-Carlo run stops, and how it is cut into blocks.
    MonteCarloTable, [], {
        /// Stop when half the 95 % interval is below this fraction of the error ratio; 0.1 where
        /// absent.
        relative_error: f64, Range::above(0.0, 1.0);
        /// Stop at the latest after this many symbols; 1e9 where absent.
        maximum_symbols: Count, Range::between(1.0, 1e15);
        /// Samples of a block, a power of two; what suits the link's memory where absent.
        block_samples: Count, Range::between(256.0, 16_777_216.0);
        /// What the decision feedback equaliser feeds back; "decisions" where absent.
        feedback: FeedbackName, ANY;
    }
}

table! {
    /// How the link is computed.
    EngineTable, [], {
        /// Which engine; "semi-analytic" where absent.
        method: MethodName, ANY;
        /// Samples per symbol of the waveforms; 8 where absent.
        samples_per_symbol: Count, Range::between(2.0, 256.0);
        /// Seed of every random stream; 1 where absent.
        seed: Count, Range::NOT_NEGATIVE;
        /// What the phases of the paths of reflections do; "drifting" where absent.
        reflection_phase: ReflectionPhaseName, ANY;
    }
    with {
        /// Settings of the Monte-Carlo engine.
        monte_carlo: MonteCarloTable;
    }
}

table! {
    /// A link file: one lane of a link, from bits to decision.
    LinkTable, [], {
        /// What the link is called; the file's name where absent.
        name: String, ANY;
    }
    with {
        /// Levels, symbol rate and pattern.
        signal: SignalTable;
        /// When the receiver samples, and against which thresholds it decides.
        sampler: SamplerTable;
        /// The discrete equaliser in front of the decision.
        equalizer: EqualizerTable;
        /// Error correction.
        fec: FecTable;
        /// What the link has to reach.
        target: TargetTable;
        /// How the link is computed.
        engine: EngineTable;
        /// What the signal passes, in order: one table a stage, each with one key that names its
        /// kind.
        stage: Stages;
    }
}

/// The stages of a link file, each with its place.
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[schemars(transparent, inline)]
pub struct Stages(#[schemars(with = "Vec<StageTable>")] pub Vec<StageEntry>);

/// A stage as it is written, and where.
#[derive(Debug, Clone)]
pub struct StageEntry {
    /// The list it stands in: "stage", or "span" for the fibre of an amplified line.
    pub list: &'static str,
    /// Its place in the file's list, counted from 1.
    pub number: usize,
    /// Its table.
    pub table: StageTable,
    /// Where the key that names its kind stands.
    pub at: Location,
}

impl StageEntry {
    /// What the stage is called in a message.
    pub fn place(&self) -> String {
        place(self.list, self.number, self.table.kind())
    }

    /// The stage's own name, or its kind.
    pub fn name(&self) -> String {
        match self.table.name() {
            Some(name) => name.value.clone(),
            None => self.table.kind().to_owned(),
        }
    }
}

/// What a stage is called in a message.
fn place(list: &str, number: usize, kind: &str) -> String {
    format!("{list} {number} (`{kind}`)")
}

/// The tables at the top of a link file with the keys of each, apart from the stages.
pub(crate) fn top_tables() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("signal", SignalTable::key_names()),
        ("sampler", SamplerTable::key_names()),
        ("equalizer", EqualizerTable::key_names()),
        ("fec", FecTable::key_names()),
        ("target", TargetTable::key_names()),
        ("engine", EngineTable::key_names()),
        ("engine.monte_carlo", MonteCarloTable::key_names()),
    ]
}

/// Ranges of the keys by the name of their table in the JSON schema.
pub(crate) fn ranges() -> Vec<(&'static str, &'static [(&'static str, Range)])> {
    let mut all = StageTable::ranges();
    all.extend([
        ("SignalTable", SignalTable::KEYS),
        ("SamplerTable", SamplerTable::KEYS),
        ("EqualizerTable", EqualizerTable::KEYS),
        ("FecTable", FecTable::KEYS),
        ("TargetTable", TargetTable::KEYS),
        ("EngineTable", EngineTable::KEYS),
        ("MonteCarloTable", MonteCarloTable::KEYS),
    ]);
    all
}

/// Where a key that was written in the wrong table belongs.
pub(crate) fn belongs_elsewhere(key: &str) -> Option<String> {
    if let Some((table, _)) = top_tables().iter().find(|(_, keys)| keys.contains(&key)) {
        return Some(format!("`{key}` belongs in [{table}]"));
    }
    let kinds: Vec<&str> = StageTable::KINDS
        .iter()
        .copied()
        .filter(|kind| StageTable::keys(kind).is_some_and(|keys| keys.contains(&key)))
        .collect();
    match kinds[..] {
        [] => None,
        _ if key == "name" || key == "model" => None,
        _ => Some(format!("`{key}` belongs in a stage: {}", list(&kinds))),
    }
}

impl LinkTable {
    /// Reads a document; every mistake is noted in `errors`.
    pub(crate) fn read_document(
        source: &Arc<Source>,
        document: &DeTable,
        errors: &mut ConfigErrors,
    ) -> Self {
        let mut reader = Reader {
            source,
            table: document,
            path: String::new(),
            place: "the link file".to_owned(),
            errors,
        };
        Self::read(&mut reader, |key| {
            if StageTable::KINDS.contains(&key) {
                return Some(format!(
                    "`{key}` is a kind of stage: write [[stage]] and below it {key} = {{ … }}"
                ));
            }
            if key == "span" || key == "channels" {
                return Some(format!(
                    "`{key}` is of an amplified line, whose file has [channels] and [[span]] and no [[stage]]"
                ));
            }
            if key == "stages" {
                return Some("did you mean `stage`? Every stage begins with [[stage]]".to_owned());
            }
            if key == "seed" || key == "run" {
                return Some("did you mean `seed` in [engine]?".to_owned());
            }
            belongs_elsewhere(key)
        })
    }
}

impl SubTable for Stages {
    fn read_under(key: &str, reader: &mut Reader) -> Self {
        let Some(at) = reader.location(key) else {
            return Self::default();
        };
        let tables = reader
            .table
            .get_key_value(key)
            .and_then(|(_, value)| value.get_ref().as_array());
        let Some(tables) = tables else {
            reader.errors.push(
                ConfigError::at(Problem::WrongType, &at, "`stage` must be a list of tables")
                    .help("begin every stage with [[stage]], with two pairs of brackets"),
            );
            return Self::default();
        };
        let entries = tables
            .iter()
            .enumerate()
            .filter_map(|(i, table)| read_stage(i + 1, table, reader))
            .collect();
        Self(entries)
    }

    /// Parts hold no stages: there is nothing to take.
    fn fill_up(&mut self, _: Self) {}
}

/// Reads one table of the `[[stage]]` array.
fn read_stage(
    number: usize,
    written: &Spanned<DeValue>,
    reader: &mut Reader,
) -> Option<StageEntry> {
    let at = Location {
        source: Arc::clone(reader.source),
        key: format!("stage.{number}"),
        span: written.span(),
    };
    let DeValue::Table(table) = written.get_ref() else {
        reader.errors.push(
            ConfigError::at(
                Problem::WrongType,
                &at,
                format!("stage {number} must be a table"),
            )
            .help("begin every stage with [[stage]]"),
        );
        return None;
    };
    let mut kinds: Vec<_> = table.iter().collect();
    kinds.sort_by_key(|(key, _)| key.span().start);
    let [(key, value), rest @ ..] = kinds.as_slice() else {
        reader.errors.push(
            ConfigError::at(
                Problem::MissingKey,
                &at,
                format!("stage {number} is empty: the key that names its kind is missing"),
            )
            .help(format!("allowed: {}", list(StageTable::KINDS))),
        );
        return None;
    };
    let kind = key.get_ref().as_ref();
    let at = Location {
        key: format!("stage.{number}.{kind}"),
        span: key.span(),
        ..at
    };
    if !StageTable::KINDS.contains(&kind) {
        let owner: Vec<&str> = StageTable::KINDS
            .iter()
            .copied()
            .filter(|k| StageTable::keys(k).is_some_and(|keys| keys.contains(&kind)))
            .collect();
        let help = if owner.is_empty() && kind != "kind" && kind != "type" {
            word_help(kind, StageTable::KINDS)
        } else {
            format!(
                "a stage's keys stand inside the table of its kind, as in fiber = {{ length_km = 2 }}; \
                 kinds: {}",
                list(StageTable::KINDS)
            )
        };
        reader.errors.push(
            ConfigError::at(
                Problem::UnknownStage,
                &at,
                format!("unknown kind of stage `{kind}` in stage {number}"),
            )
            .help(help),
        );
        return None;
    }
    for (other, _) in rest {
        let name = other.get_ref().as_ref();
        let help = if StageTable::KINDS.contains(&name) {
            format!("write [[stage]] before `{name}`: every stage has a table of its own")
        } else {
            format!("write `{name}` inside the braces of `{kind}`")
        };
        reader.errors.push(
            ConfigError::spanning(
                Problem::UnknownKey,
                reader.source,
                other.span(),
                &format!("stage.{number}.{name}"),
                format!("unknown key `{name}` beside `{kind}` in stage {number}"),
            )
            .help(help),
        );
    }
    let DeValue::Table(keys) = value.get_ref() else {
        reader.errors.push(
            ConfigError::at(
                Problem::WrongType,
                &at,
                format!("`{kind}` in stage {number} must be a table"),
            )
            .help(format!("write {kind} = {{ … }} with the keys in braces")),
        );
        return None;
    };
    let mut stage_reader = Reader {
        source: reader.source,
        table: keys,
        path: format!("stage.{number}.{kind}."),
        place: place("stage", number, kind),
        errors: reader.errors,
    };
    let table = StageTable::read(kind, &mut stage_reader, |key| belongs_inside(kind, key))?;
    Some(StageEntry {
        list: "stage",
        number,
        table,
        at,
    })
}
