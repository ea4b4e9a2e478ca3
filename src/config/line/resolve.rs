//! From the file of a line to the line in SI units.

use super::LineFile;
use super::tables::{ChannelsTable, SpanEntry};
use crate::amplifier::{ErbiumAmplifier, NoiseFigureDefinition};
use crate::config::choices::NoiseFigureName;
use crate::config::error::{ConfigError, ConfigErrors, Problem};
use crate::config::link_file::{file_location, table_location};
use crate::config::resolve::{Resolver, UsedPart, name_or_file};
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::config::stage_tables::StageTable;
use crate::constants::SPEED_OF_LIGHT;
use crate::fiber::{Channel, SingleModeFiber};
use crate::library::Library;
use crate::link::{AmplifiedLine, AmplifiedSpan};
use crate::study::line::Line;
use crate::units::{db_to_power_ratio, dbm_to_watt};

/// s/√m of a coefficient in ps/√km.
const PS_PER_SQRT_KM: f64 = 3.162_277_660_168_379e-14;
/// Spans up to which a line is computed.
const MOST_SPANS: usize = 10_000;

/// The line in SI units, or every mistake.
pub(super) fn resolve(file: &LineFile, library: &Library) -> Result<Line, ConfigErrors> {
    let mut resolver = Resolver::new(&file.source, file.errors.clone());
    let mut spans = file.table.span.0.clone();
    // Values of parts first: what is missing is known only with them.
    let fibers: Vec<(StageEntry, Option<UsedPart>)> = spans
        .iter_mut()
        .map(|span| {
            let mut entry = fiber_entry(span);
            let used = resolver.fill_in_part(&mut entry, library);
            (entry, used)
        })
        .collect();
    if !file.errors.errors.is_empty() {
        // What else is missing may be missing because of these.
        return Err(resolver.errors);
    }
    let channels = resolver.channels(&file.table.channels);
    if spans.is_empty() {
        resolver.errors.push(
            ConfigError::at(
                Problem::MissingKey,
                &file_location(&file.source),
                "the line has no spans",
            )
            .help("write [[span]] and below it fiber = { … } and amplifier = { … }"),
        );
    }
    let mut all = Vec::new();
    for (written, (entry, _)) in spans.iter().zip(&fibers) {
        let count = written.table.repeat.as_ref().map_or(1, |n| n.value.0);
        if let Some(span) = resolver.span(written, entry, &channels) {
            let count = usize::try_from(count).unwrap_or(usize::MAX);
            all.extend(std::iter::repeat_n(
                span,
                count.min(MOST_SPANS + 1 - all.len().min(MOST_SPANS)),
            ));
        }
        if all.len() > MOST_SPANS {
            let message = format!("the line has more than {MOST_SPANS} spans");
            resolver.impossible(&written.at, message, "fewer spans, or a smaller `repeat`");
            break;
        }
    }
    let ends = [channels.first(), channels.last()];
    let used: Vec<UsedPart> = fibers.into_iter().filter_map(|(_, used)| used).collect();
    for channel in ends.into_iter().flatten() {
        resolver.wavelength = Some(SPEED_OF_LIGHT / channel.frequency);
        resolver.warn_of_validity(&used);
    }
    let Resolver {
        errors,
        sources,
        mut warnings,
        ..
    } = resolver;
    if all.iter().any(|span| span.kerr.is_none()) {
        warnings.push(
            "a fibre has no nonlinear_index_m2_per_w and effective_area_um2: its nonlinear \
             interference is left out"
                .to_owned(),
        );
    }
    let table = &file.table;
    errors.or(Line {
        name: name_or_file(table.name.as_ref(), &file.source),
        line: AmplifiedLine {
            channels,
            transmitter_osnr: ratio(table.channels.transmitter_osnr_db.as_ref()),
            spans: all,
        },
        target_gsnr: ratio(table.target.gsnr_db.as_ref()),
        sources,
        warnings,
    })
}

/// The ratio of a value in dB.
fn ratio(db: Option<&Value<f64>>) -> Option<f64> {
    db.map(|value| db_to_power_ratio(value.value))
}

/// The fibre of a span in the form of a stage.
fn fiber_entry(span: &SpanEntry) -> StageEntry {
    let mut at = span.fiber_at.clone().unwrap_or_else(|| span.at.clone());
    at.key = format!("span.{}.fiber", span.number);
    StageEntry {
        list: "span",
        number: span.number,
        table: StageTable::Fiber(span.table.fiber.clone()),
        at,
    }
}

impl Resolver<'_> {
    /// The channels; none, and the mistakes noted, where a quantity is missing.
    fn channels(&mut self, table: &ChannelsTable) -> Vec<Channel> {
        let source = self.source;
        let mut needed = |key: &str, given: Option<f64>| {
            if given.is_none() {
                let mut at = table_location(source, "channels");
                at.key = format!("channels.{key}");
                let message = format!("missing key `{key}` in [channels]");
                self.errors.push(
                    ConfigError::at(Problem::MissingKey, &at, message)
                        .help(format!("write `{key} = …` below [channels]")),
                );
            }
            given
        };
        let number = |value: &Option<Value<f64>>| value.as_ref().map(|value| value.value);
        let count = table.count.as_ref().map(|count| count.value.0);
        needed("count", count.map(|count| count as f64));
        let lowest = needed("lowest_frequency_thz", number(&table.lowest_frequency_thz));
        let spacing = if count.is_none_or(|count| count > 1) {
            needed("spacing_ghz", number(&table.spacing_ghz))
        } else {
            Some(0.0)
        };
        let symbol_rate = needed("symbol_rate_gbd", number(&table.symbol_rate_gbd));
        let power = needed("power_dbm", number(&table.power_dbm));
        let (Some(count), Some(lowest), Some(spacing), Some(symbol_rate), Some(power)) =
            (count, lowest, spacing, symbol_rate, power)
        else {
            return Vec::new();
        };
        if let Some(at) = &table.spacing_ghz
            && count > 1
            && spacing < symbol_rate
        {
            let message = format!(
                "channels of {symbol_rate} GBd overlap at a spacing of {spacing} GHz: their \
                 spectra are as wide as the symbol rate"
            );
            self.impossible(&at.at, message, "allowed: the symbol rate or more");
        }
        (0..count)
            .map(|k| Channel {
                frequency: lowest * 1e12 + spacing * 1e9 * k as f64,
                symbol_rate: symbol_rate * 1e9,
                power: dbm_to_watt(power),
            })
            .collect()
    }

    /// One span in SI units.
    fn span(
        &mut self,
        written: &SpanEntry,
        entry: &StageEntry,
        channels: &[Channel],
    ) -> Option<AmplifiedSpan> {
        let StageTable::Fiber(table) = &entry.table else {
            return None;
        };
        if written.fiber_at.is_none() {
            let message = format!("span {} has no fibre", written.number);
            self.errors.push(
                ConfigError::at(Problem::MissingKey, &written.at, message)
                    .help("write `fiber = { length_km = … }` below [[span]], with a part or its own numbers"),
            );
            return None;
        }
        let before = self.errors.errors.len();
        self.refuse_keys_of_links(entry);
        let fiber = self.single_mode_fiber(entry, table)?;
        let kerr = self.kerr(entry, table);
        if self.errors.errors.len() > before {
            return None;
        }
        for channel in [channels.first(), channels.last()].into_iter().flatten() {
            let wavelength = SPEED_OF_LIGHT / channel.frequency;
            if let Err(error) = fiber.attenuation_db_per_m(wavelength) {
                let message = format!(
                    "the channel at {:.3} THz ({:.2} nm) is outside of what {} is given for: {error}",
                    channel.frequency * 1e-12,
                    wavelength * 1e9,
                    entry.place()
                );
                let help = "write `attenuation_db_per_km = …` for these channels, or move them";
                self.impossible(&entry.at, message, help);
                return None;
            }
        }
        let loss = |value: &Option<Value<f64>>| value.as_ref().map_or(0.0, |value| value.value);
        let input_connector_loss_db = loss(&written.table.input_connector_loss_db);
        let output_connector_loss_db = loss(&written.table.output_connector_loss_db);
        let center = channels.get(channels.len() / 2);
        let loss_db = center.map_or(0.0, |center| {
            loss_in_db(&fiber, center) + input_connector_loss_db + output_connector_loss_db
        });
        let amplifier = match &written.amplifier_at {
            Some(_) => Some(self.amplifier(written, loss_db)?),
            None => None,
        };
        Some(AmplifiedSpan {
            input_connector_loss_db,
            fiber,
            kerr,
            polarization_mode_dispersion: PS_PER_SQRT_KM * loss(&table.pmd_ps_per_sqrt_km),
            output_connector_loss_db,
            amplifier,
        })
    }

    /// The amplifier of a span whose loss at the centre channel is `loss_db`.
    fn amplifier(&mut self, written: &SpanEntry, loss_db: f64) -> Option<ErbiumAmplifier> {
        let table = &written.table.amplifier;
        let at = written.amplifier_at.as_ref()?;
        let Some(noise_figure) = &table.noise_figure_db else {
            let mut at = at.clone();
            at.key = format!("{}.noise_figure_db", at.key);
            let message = format!(
                "missing key `noise_figure_db` in span {} (`amplifier`)",
                written.number
            );
            self.errors.push(
                ConfigError::at(Problem::MissingKey, &at, message)
                    .help("write `noise_figure_db = …`"),
            );
            return None;
        };
        let gain_db = table.gain_db.as_ref().map_or(loss_db, |gain| gain.value);
        let amplifier = ErbiumAmplifier {
            small_signal_gain: db_to_power_ratio(gain_db),
            output_saturation_power: table
                .output_saturation_power_dbm
                .as_ref()
                .map(|power| dbm_to_watt(power.value)),
            noise_figure: db_to_power_ratio(noise_figure.value),
            definition: match table.noise_figure_definition.as_ref().map(|v| v.value) {
                None | Some(NoiseFigureName::WithShotNoise) => NoiseFigureDefinition::WithShotNoise,
                Some(NoiseFigureName::BeatNoiseOnly) => NoiseFigureDefinition::BeatNoiseOnly,
            },
        };
        if let Err(error) = amplifier.check() {
            let message = format!(
                "the amplifier of span {} cannot be: {error}",
                written.number
            );
            self.impossible(at, message, "allowed: what the message says");
            return None;
        }
        Some(amplifier)
    }
}

/// Loss of the fibre at a channel, dB; zero where the fibre is not given there, which is noted
/// elsewhere.
fn loss_in_db(fiber: &SingleModeFiber, channel: &Channel) -> f64 {
    fiber
        .attenuation_db_per_m(SPEED_OF_LIGHT / channel.frequency)
        .map_or(0.0, |loss| loss * fiber.length)
}
