//! Everything that is not a stage: signal, sampler, equaliser, code, target and engine.

use super::Resolver;
use super::electronics::jitter;
use crate::config::choices::{
    AdaptationName, CodeName, FeedbackName, FormatName, MethodName, ReflectionPhaseName,
    ThresholdName,
};
use crate::config::error::{ConfigError, Problem};
use crate::config::link_file::{file_location, table_location};
use crate::config::nearest::word_help;
use crate::config::read::Count;
use crate::config::schema::{
    EngineTable, EqualizerTable, FecTable, SamplerTable, SignalTable, TargetTable,
};
use crate::config::source::{Location, Value};
use crate::equalizer::{Adaptation, Equalizer};
use crate::fec::{ForwardErrorCorrection, Interleaving, ReedSolomon, Transmission};
use crate::fiber::EchoPhase;
use crate::format::{Modulation, Pattern};
use crate::link::{
    EngineSettings, Feedback, Method, MonteCarloSettings, Sampler, SamplingPhase, SignalFormat,
    Target, Thresholds,
};

/// Error ratio a link without error correction has to reach where no target is given (assumed:
/// what most links of that kind are specified for).
const TARGET_BER: f64 = 1e-12;
/// Error ratio behind the error correction where no target is given (assumed).
const TARGET_POST_FEC_BER: f64 = 1e-15;
/// Words a pattern can be, those with an order behind them by an example.
const PATTERNS: &[&str] = &[
    "prbs7",
    "prbs9",
    "prbs11",
    "prbs13",
    "prbs15",
    "prbs23",
    "prbs31",
    "prbs13q",
    "ssprq",
    "debruijn6",
    "random",
];
/// Step of the least-mean-squares rule where none is given (assumed: a compromise of speed and
/// noise, a hundredth of the limit of stability).
const STEP: f64 = 0.02;
/// Training symbols of the least-mean-squares rule where none are given (assumed).
const TRAINING_SYMBOLS: usize = 20_000;

/// A count as an index or a number of things in memory.
fn size(value: Option<&Value<Count>>, otherwise: usize) -> usize {
    value.map_or(otherwise, |value| {
        usize::try_from(value.value.0).unwrap_or(usize::MAX)
    })
}

/// A pattern by its word.
fn pattern(word: &str) -> Option<Pattern> {
    match word {
        "prbs13q" => return Some(Pattern::Prbs13q),
        "ssprq" => return Some(Pattern::Ssprq),
        "random" => return Some(Pattern::Random),
        _ => {}
    }
    if let Some(order) = word.strip_prefix("debruijn") {
        let order = order
            .parse()
            .ok()
            .filter(|order| (1..=20).contains(order))?;
        return Some(Pattern::DeBruijn { order });
    }
    let order = word.strip_prefix("prbs")?.parse().ok()?;
    [7, 9, 11, 13, 15, 23, 31]
        .contains(&order)
        .then_some(Pattern::Prbs { order })
}

pub(super) fn sampler(table: &SamplerTable) -> Sampler {
    Sampler {
        phase: match &table.phase_offset_ui {
            Some(offset) => SamplingPhase::Offset(offset.value),
            None => SamplingPhase::Optimum,
        },
        thresholds: match table.thresholds.as_ref().map(|name| name.value) {
            None | Some(ThresholdName::Optimum) => Thresholds::Optimum,
            Some(ThresholdName::Midway) => Thresholds::Midway,
        },
        jitter: jitter(
            table.random_jitter_ui.as_ref(),
            table.dual_dirac_jitter_ui.as_ref(),
        ),
        clock_recovery_bandwidth: 1e6
            * table
                .clock_recovery_bandwidth_mhz
                .as_ref()
                .map_or(0.0, |v| v.value),
    }
}

pub(super) fn target(table: &TargetTable, fec: Option<&ForwardErrorCorrection>) -> Target {
    match (&table.pre_fec_ber, &table.post_fec_ber, fec) {
        (Some(ratio), _, _) => Target::PreFecBer(ratio.value),
        (None, Some(ratio), _) => Target::PostFecBer(ratio.value),
        (None, None, None | Some(ForwardErrorCorrection::None)) => Target::PreFecBer(TARGET_BER),
        (None, None, Some(_)) => Target::PostFecBer(TARGET_POST_FEC_BER),
    }
}

impl Resolver<'_> {
    /// Notes that a key of a table is missing.
    fn missing_in(&mut self, table: &str, key: &str, help: &str) {
        let at = Location {
            key: format!("{table}.{key}"),
            ..table_location(self.source, table)
        };
        self.errors.push(
            ConfigError::at(
                Problem::MissingKey,
                &at,
                format!("missing key `{key}` in [{table}]"),
            )
            .help(help),
        );
    }

    pub(super) fn signal(&mut self, table: &SignalTable) -> Option<SignalFormat> {
        let modulation = self.modulation(table);
        match &table.symbol_rate_gbd {
            Some(rate) => self.symbol_rate = Some(rate.value * super::GHZ),
            None => self.missing_in(
                "signal",
                "symbol_rate_gbd",
                "write [signal] and below it symbol_rate_gbd = … (GBd), such as 53.125",
            ),
        }
        let modulation = modulation?;
        let written = match &table.pattern {
            None => match modulation.levels() {
                4 => Pattern::Prbs13q,
                6 => Pattern::DeBruijn { order: 4 },
                _ => Pattern::Prbs { order: 13 },
            },
            Some(word) => {
                let Some(found) = pattern(&word.value) else {
                    self.errors.push(
                        ConfigError::at(
                            Problem::UnknownChoice,
                            &word.at,
                            format!("`pattern` cannot be \"{}\" in [signal]", word.value),
                        )
                        .help(word_help(&word.value, PATTERNS)),
                    );
                    return None;
                };
                found
            }
        };
        if let Err(error) = written.period(&modulation) {
            let at = table
                .pattern
                .as_ref()
                .map_or_else(|| file_location(self.source), |word| word.at.clone());
            self.errors.push(
                ConfigError::at(
                    Problem::Conflict,
                    &at,
                    format!("`pattern` does not fit `format` in [signal]: {error}"),
                )
                .help(word_help("", PATTERNS)),
            );
            return None;
        }
        Some(SignalFormat {
            modulation,
            symbol_rate: self.symbol_rate?,
            pattern: written,
        })
    }

    fn modulation(&mut self, table: &SignalTable) -> Option<Modulation> {
        let levels = match table.format.as_ref().map(|format| format.value) {
            None | Some(FormatName::Nrz) => 2,
            Some(FormatName::Pam4) => 4,
            Some(FormatName::Pam6) => 6,
            Some(FormatName::Pam8) => 8,
        };
        let (made, at) = if let Some(ratio) = &table.level_separation_mismatch_ratio {
            if levels != 4 {
                self.errors.push(
                    ConfigError::at(
                        Problem::Conflict,
                        &ratio.at,
                        format!(
                            "`level_separation_mismatch_ratio` is defined for four levels, and `format` in [signal] has {levels}"
                        ),
                    )
                    .help("allowed: with format = \"pam4\"; give `level_positions` otherwise"),
                );
                return None;
            }
            (
                Modulation::pam4_with_level_separation(ratio.value),
                Some(&ratio.at),
            )
        } else {
            let positions = table.level_positions.as_ref();
            (
                Modulation::pam(levels, positions.map(|positions| positions.value.clone())),
                positions.map(|positions| &positions.at),
            )
        };
        match made {
            Ok(modulation) => Some(modulation),
            Err(error) => {
                let at = at.cloned().unwrap_or_else(|| file_location(self.source));
                let message = format!("the levels in [signal] cannot be: {error}");
                let help = format!("allowed: {levels} rising numbers from -1 to 1, one a level");
                self.impossible(&at, message, help);
                None
            }
        }
    }

    pub(super) fn equalizer(&mut self, table: &EqualizerTable) -> Equalizer {
        let feed_forward_taps = size(table.feed_forward_taps.as_ref(), 0);
        if let Some(precursors) = &table.precursor_taps
            && size(Some(precursors), 0) >= feed_forward_taps.max(1)
        {
            let message = format!(
                "`precursor_taps` cannot be {} in [equalizer] with {feed_forward_taps} feed-forward taps",
                precursors.value.0
            );
            self.impossible(
                &precursors.at,
                message,
                "allowed: fewer than feed_forward_taps, which hold the main tap too",
            );
        }
        let adaptation = match table.adaptation.as_ref().map(|name| name.value) {
            None | Some(AdaptationName::MinimumMeanSquareError) => {
                for (key, at) in [
                    ("step", table.step.as_ref().map(|step| &step.at)),
                    (
                        "training_symbols",
                        table.training_symbols.as_ref().map(|n| &n.at),
                    ),
                ] {
                    if let Some(at) = at {
                        self.errors.push(
                            ConfigError::at(
                                Problem::Conflict,
                                at,
                                format!("`{key}` in [equalizer] has no effect without the least-mean-squares rule"),
                            )
                            .help("write adaptation = \"least-mean-squares\", or leave it out"),
                        );
                    }
                }
                Adaptation::MinimumMeanSquareError
            }
            Some(AdaptationName::LeastMeanSquares) => Adaptation::LeastMeanSquares {
                step: table.step.as_ref().map_or(STEP, |step| step.value),
                training_symbols: size(table.training_symbols.as_ref(), TRAINING_SYMBOLS),
            },
        };
        let memory = table.sequence_detection_memory.as_ref();
        if let (Some(_), Some(taps)) = (memory, &table.decision_feedback_taps) {
            let message = "`decision_feedback_taps` in [equalizer] has no effect with \
                           `sequence_detection_memory`";
            self.errors.push(
                ConfigError::at(Problem::Conflict, &taps.at, message).help(
                    "leave one of them out: the memory is what the detector does not feed back",
                ),
            );
        }
        let feedback = memory.or(table.decision_feedback_taps.as_ref());
        Equalizer {
            feed_forward_taps,
            precursor_taps: table.precursor_taps.as_ref().map(|n| size(Some(n), 0)),
            decision_feedback_taps: size(feedback, 0),
            adaptation,
            sequence_detection: memory.is_some(),
        }
    }

    pub(super) fn fec(&mut self, table: &FecTable) -> Option<ForwardErrorCorrection> {
        let sizes = [
            ("codeword_symbols", &table.codeword_symbols),
            ("message_symbols", &table.message_symbols),
            ("bits_per_symbol", &table.bits_per_symbol),
        ];
        let code = match table.code.as_ref().map(|code| code.value) {
            Some(code) => code,
            None if sizes.iter().any(|(_, value)| value.is_some()) => CodeName::ReedSolomon,
            // A model that is not there is noted already.
            None => CodeName::None,
        };
        if code == CodeName::None {
            self.transmission_without_code(table);
            return Some(ForwardErrorCorrection::None);
        }
        let mut numbers = [0; 3];
        let mut complete = true;
        for ((key, value), number) in sizes.into_iter().zip(&mut numbers) {
            if let Some(value) = value {
                *number = u32::try_from(value.value.0).unwrap_or(u32::MAX);
            } else {
                complete = false;
                let help = "a Reed-Solomon code needs codeword_symbols, message_symbols and bits_per_symbol, or model = \"…\"";
                self.missing_in("fec", key, help);
            }
        }
        if !complete {
            return None;
        }
        let [codeword, message, bits] = numbers;
        let name = match &table.model {
            Some(model) => model.value.clone(),
            None => format!("RS({codeword},{message})"),
        };
        match ReedSolomon::new(name, codeword, message, bits) {
            Ok(code) => {
                let transmission = self.code_transmission(table, &code);
                Some(ForwardErrorCorrection::ReedSolomon(code, transmission))
            }
            Err(error) => {
                let at = table
                    .codeword_symbols
                    .as_ref()
                    .map(|value| value.at.clone());
                let at = at.unwrap_or_else(|| file_location(self.source));
                self.impossible(
                    &at,
                    format!("the code in [fec] cannot be: {error}"),
                    "such as 544, 514 and 10",
                );
                None
            }
        }
    }

    /// How codewords are sent.
    fn code_transmission(&mut self, table: &FecTable, code: &ReedSolomon) -> Transmission {
        let count = |value: Option<&Value<Count>>| {
            value.map_or(1, |value| u32::try_from(value.value.0).unwrap_or(u32::MAX))
        };
        let multiplexed = count(table.multiplexed_symbols.as_ref());
        if let Some(value) = &table.multiplexed_symbols
            && !code.codeword_symbols.is_multiple_of(multiplexed.max(1))
        {
            self.impossible(
                &value.at,
                format!(
                    "`multiplexed_symbols` cannot be {multiplexed} in [fec]: a codeword of {} symbols does not divide into as many",
                    code.codeword_symbols
                ),
                "such as 1, 2 or 4",
            );
        }
        Transmission {
            interleaving: Interleaving {
                codewords: count(table.interleaved_codewords.as_ref()),
                multiplexed,
            },
            precoded: table.precoded.as_ref().is_some_and(|value| value.value),
            continuation: table.burst_continuation.as_ref().map(|value| value.value),
        }
    }

    /// Notes keys of the transmission of codewords where there are none.
    fn transmission_without_code(&mut self, table: &FecTable) {
        let given = [
            (
                "interleaved_codewords",
                table.interleaved_codewords.as_ref().map(|v| &v.at),
            ),
            (
                "multiplexed_symbols",
                table.multiplexed_symbols.as_ref().map(|v| &v.at),
            ),
            ("precoded", table.precoded.as_ref().map(|v| &v.at)),
            (
                "burst_continuation",
                table.burst_continuation.as_ref().map(|v| &v.at),
            ),
        ];
        for (key, at) in given {
            if let Some(at) = at {
                let at = at.clone();
                self.impossible(
                    &at,
                    format!("`{key}` in [fec] has no effect without a code"),
                    "write `model = \"kp4\"`, or take the key out",
                );
            }
        }
    }

    pub(super) fn engine(&mut self, table: &EngineTable) -> EngineSettings {
        let monte_carlo = &table.monte_carlo;
        if let Some(block) = &monte_carlo.block_samples
            && !block.value.0.is_power_of_two()
        {
            let nearest = block.value.0.next_power_of_two();
            let message = format!(
                "`block_samples` cannot be {} in [engine.monte_carlo]: it must be a power of two",
                block.value.0
            );
            self.impossible(&block.at, message, format!("such as {nearest}"));
        }
        EngineSettings {
            method: match table.method.as_ref().map(|method| method.value) {
                None | Some(MethodName::SemiAnalytic) => Method::SemiAnalytic,
                Some(MethodName::MonteCarlo) => Method::MonteCarlo,
                Some(MethodName::Statistical) => Method::Statistical,
            },
            samples_per_symbol: size(table.samples_per_symbol.as_ref(), 8),
            reflection_phase: match table.reflection_phase.as_ref().map(|phase| phase.value) {
                None | Some(ReflectionPhaseName::Drifting) => EchoPhase::Drifting,
                Some(ReflectionPhaseName::Quadrature) => EchoPhase::Quadrature,
            },
            monte_carlo: MonteCarloSettings {
                relative_error: monte_carlo.relative_error.as_ref().map_or(0.1, |e| e.value),
                maximum_symbols: monte_carlo
                    .maximum_symbols
                    .as_ref()
                    .map_or(1_000_000_000, |n| n.value.0),
                block_samples: monte_carlo
                    .block_samples
                    .as_ref()
                    .map(|block| usize::try_from(block.value.0).unwrap_or(usize::MAX)),
                feedback: match monte_carlo.feedback.as_ref().map(|name| name.value) {
                    None | Some(FeedbackName::Decisions) => Feedback::Decisions,
                    Some(FeedbackName::Sent) => Feedback::Sent,
                },
            },
        }
    }
}
