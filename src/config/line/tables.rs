//! The tables of a line's file.

use crate::config::choices::NoiseFigureName;
use crate::config::error::{ConfigError, Problem};
use crate::config::json_schema::finished;
use crate::config::range::Range;
use crate::config::read::{Count, Reader};
use crate::config::source::Location;
use crate::config::stage_tables::FiberTable;
use crate::config::table::{SubTable, Table, table};
use serde_json::Value;
use std::sync::Arc;
use toml::de::DeValue;

/// Keys without a number.
const ANY: Range = Range::FINITE;
/// Loss in dB of a passive element.
const LOSS_DB: Range = Range::between(0.0, 200.0);
/// Levels of light in dBm.
const LEVEL_DBM: Range = Range::between(-100.0, 60.0);

table! {
    /// The channels at the input, equally spaced and alike; both polarisations are modulated.
    ChannelsTable, [], {
        /// Their number.
        count: Count, Range::between(1.0, 1000.0);
        /// Optical frequency of the lowest one, THz.
        lowest_frequency_thz: f64, Range::between(100.0, 1500.0);
        /// Distance from one to the next, GHz. Needed with more than one channel.
        spacing_ghz: f64, Range::above(0.0, 1e5);
        /// Symbols per second of each, GBd.
        symbol_rate_gbd: f64, Range::between(1e-3, 1e4);
        /// Power of each at the input of the line, dBm.
        power_dbm: f64, LEVEL_DBM;
        /// Optical signal-to-noise ratio of the transmitters in 12.5 GHz, dB; no noise where absent.
        transmitter_osnr_db: f64, Range::between(-50.0, 100.0);
    }
}

table! {
    /// An erbium-doped fibre amplifier at the end of a span.
    AmplifierTable, [], {
        /// Gain without load, dB; the loss of its span at the centre channel where absent.
        gain_db: f64, Range::between(0.0, 100.0);
        /// Noise figure, dB.
        noise_figure_db: f64, Range::between(0.0, 50.0);
        /// What the noise figure counts; "with-shot-noise" where absent.
        noise_figure_definition: NoiseFigureName, ANY;
        /// Output power of all channels at which the gain has halved, dBm; the gain stays where
        /// absent.
        output_saturation_power_dbm: f64, LEVEL_DBM;
    }
}

table! {
    /// One span, or several alike: connector, fibre, connector, amplifier.
    SpanTable, [], {
        /// What the span is called.
        name: String, ANY;
        /// How many such spans follow each other; 1 where absent.
        repeat: Count, Range::between(1.0, 2000.0);
        /// Loss in front of the fibre, dB; 0 where absent.
        input_connector_loss_db: f64, LOSS_DB;
        /// Loss behind the fibre, dB; 0 where absent.
        output_connector_loss_db: f64, LOSS_DB;
    }
    with {
        /// The fibre.
        fiber: FiberTable;
        /// The amplifier at its end; none where absent.
        amplifier: AmplifierTable;
    }
}

table! {
    /// What the line has to reach.
    LineTargetTable, [], {
        /// Generalised signal-to-noise ratio of every channel in a bandwidth equal to the symbol
        /// rate, dB.
        gsnr_db: f64, Range::between(-50.0, 100.0);
    }
}

table! {
    /// The file of an amplified line: what it does to the channels, without transmitter and receiver.
    LineTable, [], {
        /// What the line is called; the file's name where absent.
        name: String, ANY;
    }
    with {
        /// The channels at the input.
        channels: ChannelsTable;
        /// The spans in order.
        span: Spans;
        /// What the line has to reach.
        target: LineTargetTable;
    }
}

/// The `[[span]]` tables, each with its place.
#[derive(Debug, Clone, Default, schemars::JsonSchema)]
#[schemars(transparent, inline)]
pub struct Spans(#[schemars(with = "Vec<SpanTable>")] pub Vec<SpanEntry>);

/// A span as it is written, and where.
#[derive(Debug, Clone)]
pub struct SpanEntry {
    /// Its place in the file's list, counted from 1.
    pub number: usize,
    /// Its table.
    pub table: SpanTable,
    /// Where it stands.
    pub at: Location,
    /// Where its fibre stands, where there is one.
    pub fiber_at: Option<Location>,
    /// Where its amplifier stands, where there is one.
    pub amplifier_at: Option<Location>,
}

impl SubTable for Spans {
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
                ConfigError::at(Problem::WrongType, &at, "`span` must be a list of tables")
                    .help("begin every span with [[span]], with two pairs of brackets"),
            );
            return Self::default();
        };
        let mut entries = Vec::new();
        for (i, written) in tables.iter().enumerate() {
            let number = i + 1;
            let at = Location {
                source: Arc::clone(reader.source),
                key: format!("span.{number}"),
                span: written.span(),
            };
            let DeValue::Table(keys) = written.get_ref() else {
                reader.errors.push(
                    ConfigError::at(
                        Problem::WrongType,
                        &at,
                        format!("span {number} must be a table"),
                    )
                    .help("begin every span with [[span]]"),
                );
                continue;
            };
            let mut inner = Reader {
                source: reader.source,
                table: keys,
                path: format!("span.{number}."),
                place: format!("span {number}"),
                errors: reader.errors,
            };
            let (fiber_at, amplifier_at) = (inner.location("fiber"), inner.location("amplifier"));
            let table = SpanTable::read(&mut inner, in_span);
            entries.push(SpanEntry {
                number,
                table,
                at,
                fiber_at,
                amplifier_at,
            });
        }
        Self(entries)
    }

    /// Parts hold no spans: there is nothing to take.
    fn fill_up(&mut self, _: Self) {}
}

/// Where a key that was written below `[[span]]` belongs.
fn in_span(key: &str) -> Option<String> {
    let inside = |table: &str| format!("`{key}` belongs inside the braces of {table} = {{ … }}");
    if key != "name" && FiberTable::key_names().contains(&key) {
        Some(inside("fiber"))
    } else if AmplifierTable::key_names().contains(&key) {
        Some(inside("amplifier"))
    } else {
        None
    }
}

/// The tables at the top with the keys of each, apart from the spans.
pub(super) fn top_tables() -> Vec<(&'static str, Vec<&'static str>)> {
    vec![
        ("channels", ChannelsTable::key_names()),
        ("target", LineTargetTable::key_names()),
    ]
}

/// The JSON schema (draft 2020-12) of the file of an amplified line.
pub fn line_schema() -> Value {
    finished(
        schemars::schema_for!(LineTable).to_value(),
        "Eyespan file of an amplified line",
        &["channels", "span"],
        &[
            ("ChannelsTable", ChannelsTable::KEYS),
            ("SpanTable", SpanTable::KEYS),
            ("FiberTable", FiberTable::KEYS),
            ("AmplifierTable", AmplifierTable::KEYS),
            ("LineTargetTable", LineTargetTable::KEYS),
        ],
    )
}
