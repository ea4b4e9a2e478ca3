//! `eyespan run` of a link with retimers.

use super::Failure;
use super::run::{
    RunArguments, Trimmed, after_correction, deliver, draw, error_ratio, latency, power_in_words,
    target, watched,
};
use eyespan::link::Chain;
use eyespan::study::chain::{ChainResult, SegmentResult};
use eyespan::study::simulate_chain;
use std::path::Path;

pub(super) fn run(arguments: &RunArguments, chain: &Chain) -> Result<(), Failure> {
    let failed = |error| Failure::Link {
        file: arguments.link.display().to_string(),
        error,
    };
    let common = chain.common().map_err(failed)?;
    let simulation = watched(common, |watch| simulate_chain(chain, watch)).map_err(failed)?;
    let folder = arguments.folder();
    let mut pictures = Vec::new();
    let numbered = simulation.result.segments.iter().zip(&simulation.segments);
    for (i, (segment, one)) in numbered.enumerate() {
        let mut one = eyespan::study::Simulation {
            result: segment.run.clone(),
            eye: one.eye.clone(),
        };
        one.result.name = format!("{} · segment {}: {}", chain.name, i + 1, segment.name);
        for (name, bytes) in draw(&one, arguments.svg)? {
            pictures.push((file_name(name, i + 1, &segment.name), bytes));
        }
    }
    let words = summary(&simulation.result, &folder);
    deliver(arguments, &simulation.result, &pictures, &words)
}

/// `eye.png` of the second segment, cable: `eye-2-cable.png`. What file systems may not take becomes a
/// hyphen.
fn file_name(name: &str, number: usize, segment: &str) -> String {
    let plain: String = segment
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { '-' })
        .collect();
    let words: Vec<&str> = plain.split('-').filter(|w| !w.is_empty()).collect();
    match name.rsplit_once('.') {
        Some((stem, ending)) => format!("{stem}-{number}-{}.{ending}", words.join("-")),
        None => format!("{name}-{number}-{}", words.join("-")),
    }
}

/// The result in words.
fn summary(result: &ChainResult, folder: &Path) -> String {
    let mut lines = vec![result.name.clone(), String::new()];
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<28} {value}"));
    if let Some(first) = result.segments.first() {
        row(
            "signal",
            format!(
                "{:.6} GBd {}, {}",
                Trimmed(first.run.symbol_rate_gbd),
                first.run.format,
                first.run.pattern
            ),
        );
    }
    row("bit error ratio of all", error_ratio(&result.ber));
    row("target before correction", target(&result.target));
    if let Some(post) = after_correction(&result.ber, result.fec_accumulation_ns) {
        row("after correction", post);
    }
    for (i, segment) in result.segments.iter().enumerate() {
        row(&format!("segment {}", i + 1), of_segment(segment));
    }
    row("weakest segment", result.weakest_segment.clone());
    row(
        "propagation delay",
        format!("{:.2} ns", result.propagation_delay_ns),
    );
    for delay in &result.propagation_delays {
        row(
            &format!("  {}", delay.stage),
            format!("{:.3} ns", delay.delay_ns),
        );
    }
    row("latency", latency(result.latency_ns, &result.latencies));
    if let Some(power) = &result.power {
        row("power", power_in_words(power));
    }
    let mut assumed: Vec<&str> = Vec::new();
    for source in result.sources.iter().filter(|s| s.kind == "assumed") {
        if !assumed.contains(&source.part.as_str()) {
            assumed.push(&source.part);
        }
    }
    if !assumed.is_empty() {
        row("assumed numbers in", assumed.join(", "));
    }
    for warning in &result.warnings {
        lines.push(format!("  warning: {warning}"));
    }
    lines.push(String::new());
    lines.push(format!("  written to {}", folder.display()));
    lines.join("\n") + "\n"
}

fn of_segment(segment: &SegmentResult) -> String {
    let margin = match segment.run.margin_db {
        Some(margin) => format!("margin {margin:+.2} dB"),
        None => "no margin at any level".to_owned(),
    };
    let end = match &segment.retimer {
        Some(retimer) => format!(", up to {retimer}"),
        None => String::new(),
    };
    format!(
        "{}{end}: {}, {margin}",
        segment.name,
        error_ratio(&segment.run.ber)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_named_by_segment() {
        assert_eq!(
            file_name("eye.png", 2, "Cable (5 m)"),
            "eye-2-cable-5-m.png"
        );
        assert_eq!(file_name("eye.png", 1, "../../x"), "eye-1-x.png");
    }
}
