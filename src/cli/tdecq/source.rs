//! The waveform to be measured.

use super::super::Failure;
use super::TdecqArguments;
use eyespan::capture::{Candidate, Capture, Locked, read as read_capture};
use eyespan::config::Description;
use eyespan::format::Pattern;
use eyespan::library::Library;
use eyespan::measure::PatternWaveform;
use eyespan::study::optical_waveform;

/// A waveform over a period of its pattern, and where it is from.
pub(super) struct Source {
    /// In W or V.
    pub waveform: PatternWaveform,
    /// True for power.
    pub optical: bool,
    pub pattern: String,
    /// What a lock found; nothing for a link.
    pub locked: Option<Locked>,
    /// Noise of the scope, in W or V.
    pub scope_noise: Option<f64>,
}

const PATTERNS: &str = "prbs13q, ssprq, prbs7q, prbs9q, prbs11q, prbs15q, prbs9-composed, prbs11-composed, prbs13-composed, prbs15-composed";

pub(super) fn read(arguments: &TdecqArguments, library: &Library) -> Result<Source, Failure> {
    let is_link = arguments
        .waveform
        .extension()
        .is_some_and(|end| end.eq_ignore_ascii_case("toml"));
    if is_link {
        of_link(arguments, library)
    } else {
        of_capture(arguments)
    }
}

fn of_link(arguments: &TdecqArguments, library: &Library) -> Result<Source, Failure> {
    let file = arguments.waveform.display().to_string();
    let Description::Link(link) =
        Description::load(&arguments.waveform, &arguments.changes.set, library)?
    else {
        return Err(Failure::Words(format!(
            "{file}: an amplified line has no waveform; TDECQ needs a link with [[stage]]"
        )));
    };
    if link.signal.modulation.levels() != 4 {
        return Err(Failure::Words(format!(
            "{file}: TDECQ is a figure of four levels, and this link has {}",
            link.signal.modulation.levels()
        )));
    }
    let waveform = optical_waveform(&link).map_err(|error| Failure::Link { file, error })?;
    Ok(Source {
        waveform,
        optical: true,
        pattern: link.signal.pattern.to_string(),
        locked: None,
        scope_noise: arguments.scope_noise.map(|n| n * arguments.unit.scale()),
    })
}

fn of_capture(arguments: &TdecqArguments) -> Result<Source, Failure> {
    let file = arguments.waveform.display().to_string();
    let failed = |error: &dyn std::fmt::Display| Failure::Words(format!("{file}: {error}"));
    let candidates = candidates(arguments)?;
    if let Some(set) = arguments.changes.set.first() {
        return Err(failed(&format!(
            "--set {set:?} changes a link file, and this is a capture"
        )));
    }
    let raw = read_capture(&arguments.waveform).map_err(|error| failed(&error))?;
    let symbol_rate = arguments
        .symbol_rate_gbd
        .map(|gbd| gbd * 1e9)
        .or(raw.symbol_rate);
    let sampling_rate = match (arguments.sampling_rate_gsps, arguments.samples_per_symbol) {
        (Some(gsps), _) => Some(gsps * 1e9),
        (None, Some(count)) => symbol_rate.map(|rate| rate * count),
        (None, None) => raw.sampling_rate,
    };
    let scale = arguments.unit.scale();
    let scope_noise = arguments.scope_noise.or(raw.scope_noise).map(|n| n * scale);
    let Some(sampling_rate) = sampling_rate else {
        return Err(failed(&eyespan::capture::CaptureError::NoTimeBase));
    };
    let samples = raw.samples.iter().map(|v| v * scale).collect();
    let locked = Capture::new(samples, sampling_rate)
        .and_then(|capture| capture.lock(symbol_rate, &candidates))
        .map_err(|error| failed(&error))?;
    Ok(Source {
        waveform: locked.waveform.clone(),
        optical: arguments.unit.is_power(),
        pattern: locked.pattern.clone(),
        locked: Some(locked),
        scope_noise,
    })
}

fn candidates(arguments: &TdecqArguments) -> Result<Vec<Candidate>, Failure> {
    if let Some(file) = &arguments.pattern_file {
        let text = std::fs::read_to_string(file)
            .map_err(|error| Failure::Words(format!("{}: {error}", file.display())))?;
        let mut symbols = Vec::new();
        for (line, words) in text.lines().enumerate() {
            for character in words.chars().filter(|c| !c.is_whitespace() && *c != ',') {
                let symbol = character.to_digit(4).and_then(|d| u8::try_from(d).ok());
                symbols.push(symbol.ok_or_else(|| {
                    Failure::Words(format!(
                        "{}:{}: `{character}` is no symbol: they are numbers from 0 to 3",
                        file.display(),
                        line + 1
                    ))
                })?);
            }
        }
        if symbols.len() < 16 {
            return Err(Failure::Words(format!(
                "{}: {} symbols; a pattern has at least 16",
                file.display(),
                symbols.len()
            )));
        }
        return Ok(vec![Candidate::Own(symbols)]);
    }
    let Some(name) = &arguments.pattern else {
        return Ok(Candidate::all());
    };
    let order = |text: &str| text.parse().ok();
    let candidate = match name.to_lowercase().as_str() {
        "prbs13q" => Some(Candidate::Known(Pattern::Prbs13q)),
        "ssprq" => Some(Candidate::Known(Pattern::Ssprq)),
        word => word.strip_prefix("prbs").and_then(|rest| {
            if let Some(text) = rest.strip_suffix("-composed") {
                let order = order(text).filter(|o| [9, 11, 13, 15].contains(o))?;
                Some(Candidate::Composed { order })
            } else {
                let order =
                    order(rest.strip_suffix('q')?).filter(|o| [7, 9, 11, 15].contains(o))?;
                Some(Candidate::Known(Pattern::Prbs { order }))
            }
        }),
    };
    candidate.map(|c| vec![c]).ok_or_else(|| {
        Failure::Words(format!(
            "--pattern {name}: no such pattern; there are {PATTERNS}, and --pattern-file"
        ))
    })
}
