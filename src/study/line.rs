//! An amplified line: its result, and how many spans still meet a target.
//!
//! Keys are part of the program's interface. One that does not apply is null.

use super::result::SourceResult;
use crate::amplifier::OSNR_BANDWIDTH;
use crate::constants::SPEED_OF_LIGHT;
use crate::link::{AmplifiedLine, Arrival, LinkError, PartSource};
use crate::units::{power_ratio_to_db, watt_to_dbm};
use schemars::JsonSchema;
use serde::Serialize;

/// Spans up to which [`find_line_reach`] goes on.
const MOST_SPANS: usize = 2048;

/// An amplified line, what it has to reach, and where its numbers come from.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Name for people.
    pub name: String,
    /// Channels and spans.
    pub line: AmplifiedLine,
    /// Generalised signal-to-noise ratio in a bandwidth equal to the symbol rate that every channel
    /// has to reach, as a ratio.
    pub target_gsnr: Option<f64>,
    /// Parts of the library that were used.
    pub sources: Vec<PartSource>,
    /// What the user should know about the description.
    pub warnings: Vec<String>,
}

/// Why a line has no reach.
#[derive(Debug, thiserror::Error)]
pub enum LineError {
    /// Nothing to reach.
    #[error(
        "a line has a reach only where it has a target: write [target] and below it gsnr_db = …"
    )]
    NoTarget,
    /// No channels or no spans.
    #[error("the line has no {0}")]
    Empty(&'static str),
    /// Nothing adds noise, however long the line.
    #[error(
        "nothing in the line adds noise, so that nothing limits its reach: it has no amplifier, no nonlinear interference and no transmitter noise"
    )]
    NoNoise,
    /// No light is left to compare with anything.
    #[error("the light has faded away behind span {0}: amplifiers are missing, or too weak")]
    Faded(usize),
    /// The line cannot be computed.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// What takes most of a line's signal-to-noise ratio.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LineCause {
    /// Spontaneous emission of the amplifiers.
    AmplifierNoise,
    /// Nonlinear interference between and within the channels.
    NonlinearInterference,
    /// Noise the transmitters bring.
    TransmitterNoise,
}

impl LineCause {
    /// In words.
    pub fn describe(self) -> &'static str {
        match self {
            Self::AmplifierNoise => "amplifier noise",
            Self::NonlinearInterference => "nonlinear interference",
            Self::TransmitterNoise => "transmitter noise",
        }
    }
}

/// Result of running an amplified line.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineResult {
    /// Version of the program.
    pub version: String,
    /// Name of the line.
    pub name: String,
    /// Length of the fibres, km.
    pub length_km: f64,
    /// Propagation delay in the fibres, ns.
    pub propagation_delay_ns: f64,
    /// The channel of the lowest GSNR.
    pub worst: ChannelResult,
    /// The channel in the middle of the comb.
    pub center: ChannelResult,
    /// The channel of the highest GSNR.
    pub best: ChannelResult,
    /// Shares of the worst channel's noise; null where it has none.
    pub noise: Option<LineNoise>,
    /// The largest of these shares; null where the channel has no noise.
    pub limited_by: Option<LineCause>,
    /// Target and whether it is met; null where none is given.
    pub target: Option<LineTarget>,
    /// Every channel, by frequency.
    pub channels: Vec<ChannelResult>,
    /// Every span in order.
    pub spans: Vec<SpanResult>,
    /// Parts used, and where their numbers come from.
    pub sources: Vec<SourceResult>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// What arrives of a channel at the end of a line. Ratios are null where there is no noise.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct ChannelResult {
    /// Number by frequency, from 1.
    pub number: usize,
    /// Optical frequency, THz.
    pub frequency_thz: f64,
    /// Vacuum wavelength, nm.
    pub wavelength_nm: f64,
    /// Symbol rate, GBd.
    pub symbol_rate_gbd: f64,
    /// Power, dBm.
    pub power_dbm: f64,
    /// Optical signal-to-noise ratio in 12.5 GHz (0.1 nm), dB.
    pub osnr_db: Option<f64>,
    /// The same in a bandwidth equal to the symbol rate, dB.
    pub osnr_in_symbol_rate_db: Option<f64>,
    /// Generalised signal-to-noise ratio, nonlinear interference included, in 12.5 GHz, dB.
    pub gsnr_db: Option<f64>,
    /// The same in a bandwidth equal to the symbol rate, dB.
    pub gsnr_in_symbol_rate_db: Option<f64>,
    /// Accumulated chromatic dispersion, ps/nm.
    pub chromatic_dispersion_ps_per_nm: f64,
    /// Mean differential group delay, ps.
    pub pmd_ps: f64,
}

/// Shares of the noise within the symbol rate, 0–1.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct LineNoise {
    /// Spontaneous emission of the amplifiers.
    pub amplifier_noise: f64,
    /// Nonlinear interference.
    pub nonlinear_interference: f64,
    /// Noise the transmitters brought.
    pub transmitter_noise: f64,
}

/// Target of a line.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, JsonSchema)]
pub struct LineTarget {
    /// GSNR asked for of every channel, in a bandwidth equal to the symbol rate, dB.
    pub gsnr_db: f64,
    /// GSNR of the worst channel above it, dB; null without noise.
    pub margin_db: Option<f64>,
    /// Whether it is met.
    pub met: bool,
}

/// A span, and the line up to its end. Ratios are those of the channel that is worst there, in a
/// bandwidth equal to its symbol rate unless they say otherwise; null where there is no noise.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct SpanResult {
    /// Number from 1.
    pub number: usize,
    /// Length of its fibre, km.
    pub length_km: f64,
    /// Loss of fibre and connectors at the channel in the middle, dB.
    pub loss_db: f64,
    /// Gain of its amplifier at that channel, dB; null without one.
    pub gain_db: Option<f64>,
    /// Power of that channel behind it, dBm.
    pub power_dbm: f64,
    /// Propagation delay in its fibre, ns.
    pub propagation_delay_ns: f64,
    /// Length of the fibres up to its end, km.
    pub total_length_km: f64,
    /// Optical signal-to-noise ratio in 12.5 GHz (0.1 nm), dB.
    pub osnr_db: Option<f64>,
    /// Signal over spontaneous emission, dB.
    pub signal_to_amplifier_noise_db: Option<f64>,
    /// Signal over nonlinear interference, dB.
    pub signal_to_nonlinear_interference_db: Option<f64>,
    /// Generalised signal-to-noise ratio, dB.
    pub gsnr_db: Option<f64>,
}

/// Reach of a line.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineReach {
    /// Name of the line.
    pub name: String,
    /// GSNR that every channel had to reach in a bandwidth equal to the symbol rate, dB.
    pub target_gsnr_db: f64,
    /// Spans behind which all channels still reach it; 0 where one span is too many.
    pub spans: usize,
    /// Length of their fibres, km.
    pub length_km: f64,
    /// True where the target is still met behind the last span tried.
    pub is_lower_bound: bool,
    /// What limits it: the largest share of the noise of the worst channel there.
    pub limited_by: Option<LineCause>,
    /// The line behind each span, up to the first that misses the target.
    pub curve: Vec<SpanResult>,
}

/// Reach of several lines.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct LineReaches {
    /// Version of the program.
    pub version: String,
    /// One entry a line, in the order they were given.
    pub lines: Vec<LineReach>,
}

/// Runs a line.
///
/// # Errors
/// [`LineError`] where it has no channels or spans, or its numbers are not physical.
pub fn run_line(line: &Line) -> Result<LineResult, LineError> {
    let along = line.line.along()?;
    if let Some(span) = along.iter().position(|at| faded(at)) {
        return Err(LineError::Faded(span));
    }
    let end = along.last().ok_or(LineError::Empty("spans"))?;
    let (number, worst) = worst(end).ok_or(LineError::Empty("channels"))?;
    let spans = span_results(&line.line, &along);
    let last = spans.last().ok_or(LineError::Empty("spans"))?;
    let channels: Vec<ChannelResult> = end.iter().enumerate().map(channel_result).collect();
    let best = end
        .iter()
        .enumerate()
        .max_by(|a, b| noise_to_signal(b.1).total_cmp(&noise_to_signal(a.1)));
    let center = end.get(end.len() / 2).ok_or(LineError::Empty("channels"))?;
    let noise = shares(worst, line.line.transmitter_osnr);
    Ok(LineResult {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: line.name.clone(),
        length_km: last.total_length_km,
        propagation_delay_ns: worst.delay * 1e9,
        worst: channel_result((number, worst)),
        center: channel_result((end.len() / 2, center)),
        best: channel_result(best.unwrap_or((number, worst))),
        limited_by: noise.as_ref().map(largest),
        noise,
        target: line.target_gsnr.map(|target| {
            let gsnr = worst.gsnr_in_symbol_rate();
            LineTarget {
                gsnr_db: power_ratio_to_db(target),
                margin_db: decibels(gsnr / target),
                met: gsnr >= target,
            }
        }),
        channels,
        spans,
        sources: line.sources.iter().map(source_result).collect(),
        warnings: line.warnings.clone(),
    })
}

/// How many spans still meet the line's target: those of the line in order, then its last one again
/// and again.
///
/// # Errors
/// [`LineError`] where it has no target, no channels or no spans, or its numbers are not physical.
pub fn find_line_reach(line: &Line) -> Result<LineReach, LineError> {
    let target = line.target_gsnr.ok_or(LineError::NoTarget)?;
    let last = line.line.spans.last().ok_or(LineError::Empty("spans"))?;
    let mut longer = line.line.clone();
    // Noise over signal never falls along a line, so that the first span that misses decides.
    loop {
        let along = longer.along()?;
        if along.first().is_none_or(Vec::is_empty) {
            return Err(LineError::Empty("channels"));
        }
        let meets = |arrivals: &Vec<Arrival>| {
            worst(arrivals).is_some_and(|(_, arrival)| arrival.gsnr_in_symbol_rate() >= target)
        };
        let met = along.iter().skip(1).take_while(|at| meets(at)).count();
        let whole = met == longer.spans.len();
        if let Some(behind) = along.get(met + 1).filter(|at| faded(at)) {
            // Without noise the light fades before the target is missed.
            let noise = |a: &Arrival| a.spontaneous_emission + a.nonlinear_interference > 0.0;
            let noisy = along.iter().flatten().any(noise) || behind.iter().any(noise);
            return Err(if noisy {
                LineError::Faded(met + 1)
            } else {
                LineError::NoNoise
            });
        }
        if whole && met < MOST_SPANS {
            let more = (2 * met).min(MOST_SPANS);
            longer.spans.resize(more, last.clone());
            continue;
        }
        let mut curve = span_results(&longer, &along);
        curve.truncate(met + 1);
        let length_km = met
            .checked_sub(1)
            .and_then(|last| curve.get(last))
            .map_or(0.0, |span| span.total_length_km);
        // At the first span that misses: what to take away to go further.
        let limit = along.get((met + 1).min(longer.spans.len()));
        let limited_by = limit
            .and_then(|at| worst(at))
            .and_then(|(_, arrival)| shares(arrival, line.line.transmitter_osnr))
            .map(|noise| largest(&noise));
        return Ok(LineReach {
            name: line.name.clone(),
            target_gsnr_db: power_ratio_to_db(target),
            spans: met,
            length_km,
            is_lower_bound: whole,
            limited_by: limited_by.filter(|_| !whole),
            curve,
        });
    }
}

/// Whether the power of a channel is too small for a number.
fn faded(arrivals: &[Arrival]) -> bool {
    arrivals.iter().any(|arrival| !arrival.power.is_normal())
}

/// Noise over signal in a bandwidth equal to the symbol rate.
fn noise_to_signal(arrival: &Arrival) -> f64 {
    arrival.gsnr_in_symbol_rate().recip()
}

/// The channel with the most noise, and its position.
fn worst(arrivals: &[Arrival]) -> Option<(usize, &Arrival)> {
    arrivals
        .iter()
        .enumerate()
        .max_by(|a, b| noise_to_signal(a.1).total_cmp(&noise_to_signal(b.1)))
}

/// A ratio in dB; nothing where it is not finite.
fn decibels(ratio: f64) -> Option<f64> {
    Some(power_ratio_to_db(ratio)).filter(|db| db.is_finite())
}

/// Where a channel's noise comes from; the transmitters' keeps its ratio to the signal.
fn shares(arrival: &Arrival, transmitter_osnr: Option<f64>) -> Option<LineNoise> {
    let total = arrival.spontaneous_emission + arrival.nonlinear_interference;
    let brought = transmitter_osnr.map_or(0.0, |osnr| arrival.power / (osnr * OSNR_BANDWIDTH));
    (total > 0.0).then(|| LineNoise {
        amplifier_noise: (arrival.spontaneous_emission - brought).max(0.0) / total,
        nonlinear_interference: arrival.nonlinear_interference / total,
        transmitter_noise: brought / total,
    })
}

fn largest(noise: &LineNoise) -> LineCause {
    let mut all = [
        (noise.amplifier_noise, LineCause::AmplifierNoise),
        (
            noise.nonlinear_interference,
            LineCause::NonlinearInterference,
        ),
        (noise.transmitter_noise, LineCause::TransmitterNoise),
    ];
    all.sort_by(|a, b| b.0.total_cmp(&a.0));
    all[0].1
}

fn channel_result((position, arrival): (usize, &Arrival)) -> ChannelResult {
    ChannelResult {
        number: position + 1,
        frequency_thz: arrival.frequency * 1e-12,
        wavelength_nm: SPEED_OF_LIGHT / arrival.frequency * 1e9,
        symbol_rate_gbd: arrival.symbol_rate * 1e-9,
        power_dbm: watt_to_dbm(arrival.power),
        osnr_db: decibels(arrival.osnr()),
        osnr_in_symbol_rate_db: decibels(arrival.osnr_in_symbol_rate()),
        gsnr_db: decibels(arrival.gsnr()),
        gsnr_in_symbol_rate_db: decibels(arrival.gsnr_in_symbol_rate()),
        chromatic_dispersion_ps_per_nm: arrival.chromatic_dispersion * 1e3,
        pmd_ps: arrival.polarization_mode_dispersion * 1e12,
    }
}

/// Every span of a line whose channels are `along` it.
fn span_results(line: &AmplifiedLine, along: &[Vec<Arrival>]) -> Vec<SpanResult> {
    let mut total = 0.0;
    line.spans
        .iter()
        .zip(along.windows(2))
        .enumerate()
        .filter_map(|(position, (span, pair))| {
            let [before, behind] = pair else { return None };
            let (_, arrival) = worst(behind)?;
            let middle = behind.len() / 2;
            let (entering, leaving) = (before.get(middle)?, behind.get(middle)?);
            let wavelength = SPEED_OF_LIGHT / leaving.frequency;
            let loss = span.fiber.attenuation_db_per_m(wavelength).ok()? * span.fiber.length;
            let loss_db = span.input_connector_loss_db + loss + span.output_connector_loss_db;
            total += span.fiber.length;
            let density_to_db =
                |density: f64| decibels(arrival.power / (density * arrival.symbol_rate));
            Some(SpanResult {
                number: position + 1,
                length_km: span.fiber.length * 1e-3,
                loss_db,
                gain_db: span
                    .amplifier
                    .map(|_| power_ratio_to_db(leaving.power / entering.power) + loss_db),
                power_dbm: watt_to_dbm(leaving.power),
                propagation_delay_ns: span.fiber.delay() * 1e9,
                total_length_km: total * 1e-3,
                osnr_db: decibels(arrival.osnr()),
                signal_to_amplifier_noise_db: density_to_db(arrival.spontaneous_emission),
                signal_to_nonlinear_interference_db: density_to_db(arrival.nonlinear_interference),
                gsnr_db: decibels(arrival.gsnr_in_symbol_rate()),
            })
        })
        .collect()
}

fn source_result(source: &PartSource) -> SourceResult {
    SourceResult {
        used_by: source.used_by.clone(),
        part: source.part.clone(),
        title: source.title.clone(),
        kind: source.kind.clone(),
    }
}
