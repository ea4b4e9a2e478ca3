//! `eyespan run` and `eyespan reach` of amplified lines.

use super::run::{RunArguments, deliver};
use super::{Failure, go_on, make_folder, print_json, print_text, print_words, write_whole};
use eyespan::report::{
    Axis, CurvePlot, Direction, MarkedPoint, Panel, ReferenceLine, ReportError, Series, Style,
};
use eyespan::study::line::{
    ChannelResult, Line, LineError, LineReach, LineReaches, LineResult, SpanResult,
    find_line_reach, run_line,
};
use std::fmt::Write as _;
use std::path::Path;

/// Spans up to which every one has a marker in the picture.
const MARKED_SPANS: usize = 40;
/// Spans up to which the table has a row for each.
const LISTED_SPANS: usize = 24;

/// An error of the line in `file`.
fn failure(file: &str, error: LineError) -> Failure {
    match error {
        LineError::Link(error) => Failure::Link {
            file: file.to_owned(),
            error,
        },
        other => Failure::Words(format!("{file}: {other}")),
    }
}

/// Runs a line: table, `line.png`, `result.json`.
pub(super) fn run(arguments: &RunArguments, line: &Line) -> Result<(), Failure> {
    let file = arguments.link.display().to_string();
    let result = run_line(line).map_err(|error| failure(&file, error))?;
    let failed = |error: ReportError| Failure::Words(format!("the line cannot be drawn: {error}"));
    let plot = picture(&result);
    // A line without any noise has a table and no curve.
    let drawable = result.noise.is_some();
    let mut pictures = Vec::new();
    if drawable {
        let png = plot.render_png(None).map_err(failed)?;
        pictures.push(("line.png", png));
    }
    if drawable && arguments.svg {
        let svg = plot.render_svg(None).map_err(failed)?;
        pictures.push(("line.svg", svg.into_bytes()));
    }
    let words = summary(&result, &arguments.folder());
    deliver(arguments, &result, &pictures, &words)
}

/// A ratio in dB, or a word where there is no noise.
fn decibels(db: Option<f64>) -> String {
    db.map_or("no noise".to_owned(), |db| format!("{db:.2}"))
}

/// The result in words.
fn summary(result: &LineResult, folder: &Path) -> String {
    let mut text = format!("{}\n\n", result.name);
    let mut row = |name: &str, value: String| {
        let _ = writeln!(text, "  {name:<28} {value}");
    };
    let center = &result.center;
    row(
        "channels",
        format!(
            "{} of {:.6} GBd, {:.3} to {:.3} THz",
            result.channels.len(),
            super::run::Trimmed(center.symbol_rate_gbd),
            result.channels.first().map_or(0.0, |c| c.frequency_thz),
            result.channels.last().map_or(0.0, |c| c.frequency_thz),
        ),
    );
    row(
        "spans",
        format!("{}, {:.3} km in all", result.spans.len(), result.length_km),
    );
    row(
        "chromatic dispersion",
        format!(
            "{:.0} ps/nm (centre channel)",
            center.chromatic_dispersion_ps_per_nm
        ),
    );
    row(
        "polarisation-mode dispersion",
        format!("{:.2} ps", center.pmd_ps),
    );
    row(
        "propagation delay",
        format!("{:.3} µs", result.propagation_delay_ns * 1e-3),
    );
    if let (Some(noise), Some(cause)) = (&result.noise, result.limited_by) {
        row(
            "limited by",
            format!(
                "{}: amplifier noise {:.1} %, nonlinear interference {:.1} %, transmitter noise {:.1} % (worst channel)",
                cause.describe(),
                100.0 * noise.amplifier_noise,
                100.0 * noise.nonlinear_interference,
                100.0 * noise.transmitter_noise
            ),
        );
    }
    if let Some(target) = &result.target {
        row(
            "target",
            format!(
                "GSNR {:.2} dB in the symbol rate, {}{}",
                target.gsnr_db,
                if target.met { "met" } else { "missed" },
                target
                    .margin_db
                    .map_or(String::new(), |margin| format!(", margin {margin:+.2} dB"))
            ),
        );
    }
    text += &channel_table(result);
    text += &span_table(&result.spans);
    let mut assumed: Vec<&str> = result
        .sources
        .iter()
        .filter(|source| source.kind == "assumed")
        .map(|source| source.part.as_str())
        .collect();
    assumed.dedup();
    if !assumed.is_empty() {
        let _ = writeln!(
            text,
            "\n  {:<28} {}",
            "assumed numbers in",
            assumed.join(", ")
        );
    }
    for warning in &result.warnings {
        let _ = writeln!(text, "  warning: {warning}");
    }
    let _ = writeln!(text, "\n  written to {}", folder.display());
    text
}

/// A row of the table of channels: its name, and what it says of one.
type Row<'a> = (&'a str, &'a dyn Fn(&ChannelResult) -> String);

/// The worst, middle and best channel in columns.
fn channel_table(result: &LineResult) -> String {
    let rows: [Row; 6] = [
        ("frequency (THz)", &|c| format!("{:.3}", c.frequency_thz)),
        ("power (dBm)", &|c| format!("{:.2}", c.power_dbm)),
        ("OSNR in 0.1 nm (dB)", &|c| decibels(c.osnr_db)),
        ("OSNR in symbol rate (dB)", &|c| {
            decibels(c.osnr_in_symbol_rate_db)
        }),
        ("GSNR in 0.1 nm (dB)", &|c| decibels(c.gsnr_db)),
        ("GSNR in symbol rate (dB)", &|c| {
            decibels(c.gsnr_in_symbol_rate_db)
        }),
    ];
    let mut text = format!(
        "\n  {:<28} {:>9} {:>9} {:>9}\n",
        "channel", "worst", "centre", "best"
    );
    for (name, value) in rows {
        let _ = writeln!(
            text,
            "  {name:<28} {:>9} {:>9} {:>9}",
            value(&result.worst),
            value(&result.center),
            value(&result.best)
        );
    }
    text
}

/// A row a span; of many only the first and the last ones.
fn span_table(spans: &[SpanResult]) -> String {
    let mut text = format!(
        "\n  {:<6} {:>10} {:>9} {:>9} {:>12} {:>12} {:>10} {:>10}\n",
        "span", "length km", "loss dB", "gain dB", "latency µs", "power dBm", "OSNR dB", "GSNR dB"
    );
    let left_out = spans.len().saturating_sub(LISTED_SPANS);
    for span in spans {
        let from_the_end = spans.len() - span.number;
        if left_out > 0 && span.number > LISTED_SPANS / 2 && from_the_end >= LISTED_SPANS / 2 {
            if span.number == LISTED_SPANS / 2 + 1 {
                let _ = writeln!(text, "  …      {left_out} spans more, in result.json");
            }
            continue;
        }
        let gain = span.gain_db.map_or("-".to_owned(), |g| format!("{g:.2}"));
        let _ = writeln!(
            text,
            "  {:<6} {:>10.3} {:>9.2} {gain:>9} {:>12.3} {:>12.2} {:>10} {:>10}",
            span.number,
            span.length_km,
            span.loss_db,
            span.propagation_delay_ns * 1e-3,
            span.power_dbm,
            decibels(span.osnr_db),
            decibels(span.gsnr_db),
        );
    }
    text + "  OSNR in 0.1 nm and GSNR in the symbol rate, of the channel that is worst behind the span\n"
}

/// The ratios behind each span.
fn picture(result: &LineResult) -> CurvePlot {
    let style = if result.spans.len() <= MARKED_SPANS {
        Style::LineAndMarkers
    } else {
        Style::Line
    };
    let series = |name: &str, color: usize, value: &dyn Fn(&SpanResult) -> Option<f64>| Series {
        name: name.to_owned(),
        points: result
            .spans
            .iter()
            .filter_map(|span| Some((span.number as f64, value(span)?)))
            .collect(),
        style,
        color,
    };
    let mut all = vec![
        series("OSNR in 0.1 nm", 0, &|s| s.osnr_db),
        series("ASE only, in the symbol rate", 1, &|s| {
            s.signal_to_amplifier_noise_db
        }),
        series("NLI only, in the symbol rate", 2, &|s| {
            s.signal_to_nonlinear_interference_db
        }),
        series("GSNR in the symbol rate", 3, &|s| s.gsnr_db),
    ];
    all.retain(|series| !series.points.is_empty());
    let target = result.target.as_ref().map(|target| target.gsnr_db);
    let center = &result.center;
    CurvePlot {
        title: result.name.clone(),
        subtitle: vec![
            format!(
                "{} channels of {:.3} GBd · {} spans, {:.1} km · {:.0} ps/nm · {:.3} µs",
                result.channels.len(),
                super::run::Trimmed(center.symbol_rate_gbd),
                result.spans.len(),
                result.length_km,
                center.chromatic_dispersion_ps_per_nm,
                result.propagation_delay_ns * 1e-3
            ),
            format!(
                "worst channel {:.3} THz: GSNR {} dB in the symbol rate{}",
                result.worst.frequency_thz,
                decibels(result.worst.gsnr_in_symbol_rate_db),
                result.limited_by.map_or(String::new(), |cause| format!(
                    ", limited by {}",
                    cause.describe()
                ))
            ),
        ],
        x: Axis::linear("Span"),
        panels: vec![Panel {
            y: ratio_axis(
                "Signal-to-noise ratio of the worst channel (dB)",
                &all,
                target,
            ),
            series: all,
            lines: target_line(target),
            ..Panel::default()
        }],
    }
}

/// An axis in dB that leaves room around the curves and the target.
fn ratio_axis(label: &str, series: &[Series], target: Option<f64>) -> Axis {
    let values = series.iter().flat_map(|s| &s.points).map(|point| point.1);
    let (low, high) = values
        .chain(target)
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
            (low.min(y), high.max(y))
        });
    if low <= high {
        Axis::linear(label).over((low - 1.0).floor(), (high + 1.0).ceil())
    } else {
        Axis::linear(label)
    }
}

fn target_line(gsnr_db: Option<f64>) -> Vec<ReferenceLine> {
    gsnr_db
        .into_iter()
        .map(|at| ReferenceLine {
            direction: Direction::Horizontal,
            at,
            label: "target GSNR".to_owned(),
        })
        .collect()
}

/// Finds the reach of lines: words, `reach.png`, `reach.json`.
pub(super) fn reach(lines: &[(String, Box<Line>)], out: &Path, json: bool) -> Result<(), Failure> {
    let results = lines
        .iter()
        .map(|(file, line)| find_line_reach(line).map_err(|error| failure(file, error)))
        .collect::<Result<Vec<_>, _>>()?;
    let picture = reach_picture(&results)
        .render_png(None)
        .map_err(|error| Failure::Words(format!("the reach cannot be drawn: {error}")))?;
    let results = LineReaches {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        lines: results,
    };
    let written = serde_json::to_vec_pretty(&results)
        .map_err(|error| Failure::Words(format!("the result cannot be written: {error}")))?;
    go_on()?;
    make_folder(out)?;
    write_whole(&out.join("reach.png"), &picture)?;
    write_whole(&out.join("reach.json"), &written)?;
    let mut words = String::new();
    for reach in &results.lines {
        let _ = writeln!(words, "{}\n  {}", reach.name, reach_in_words(reach));
    }
    let _ = writeln!(words, "\n  written to {}", out.display());
    if json {
        print_words(&words);
        print_json(&results)
    } else {
        print_text(&words)
    }
}

fn reach_in_words(reach: &LineReach) -> String {
    if reach.spans == 0 {
        return format!(
            "misses a GSNR of {:.2} dB behind its first span",
            reach.target_gsnr_db
        );
    }
    format!(
        "reach {}{} spans, {:.3} km, at a GSNR of {:.2} dB in the symbol rate{}",
        if reach.is_lower_bound {
            "at least "
        } else {
            ""
        },
        reach.spans,
        reach.length_km,
        reach.target_gsnr_db,
        reach.limited_by.map_or(String::new(), |cause| format!(
            ", limited by {}",
            cause.describe()
        ))
    )
}

fn reach_picture(results: &[LineReach]) -> CurvePlot {
    let mut targets: Vec<f64> = results.iter().map(|r| r.target_gsnr_db).collect();
    targets.sort_by(f64::total_cmp);
    targets.dedup();
    let series = |(color, reach): (usize, &LineReach)| Series {
        name: reach.name.clone(),
        points: reach
            .curve
            .iter()
            .filter_map(|span| Some((span.number as f64, span.gsnr_db?)))
            .collect(),
        style: if reach.curve.len() <= MARKED_SPANS {
            Style::LineAndMarkers
        } else {
            Style::Line
        },
        color,
    };
    let point = |(color, reach): (usize, &LineReach)| {
        let last = reach.curve.get(reach.spans.checked_sub(1)?)?;
        Some(MarkedPoint {
            x: last.number as f64,
            y: last.gsnr_db?,
            label: format!("{} spans, {:.1} km", reach.spans, reach.length_km),
            color,
        })
    };
    CurvePlot {
        title: match results {
            [only] => format!("Reach of {}", only.name),
            _ => "Reach".to_owned(),
        },
        subtitle: results
            .iter()
            .map(|reach| match results {
                [only] => reach_in_words(only),
                _ => format!("{}: {}", reach.name, reach_in_words(reach)),
            })
            .take(4)
            .collect(),
        x: Axis::linear("Span"),
        panels: vec![Panel {
            y: Axis::linear("GSNR in the symbol rate, worst channel (dB)"),
            series: results.iter().enumerate().map(series).collect(),
            lines: targets
                .into_iter()
                .flat_map(|at| target_line(Some(at)))
                .collect(),
            bands: Vec::new(),
            points: results.iter().enumerate().filter_map(point).collect(),
        }],
    }
}
