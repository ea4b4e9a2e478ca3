//! `eyespan run`.

use super::{
    Changes, Failure, STOP, go_on, make_folder, print_json, print_text, print_words, write_whole,
};
use clap::Args;
use eyespan::config::Description;
use eyespan::library::Library;
use eyespan::link::monte_carlo::{Counts, Watch};
use eyespan::link::{Link, Method};
use eyespan::report::{
    Axis, CurvePlot, Direction, EyeOpening, EyePicture, Histogram, Panel, ReferenceLine, Series,
    Style, ValueAxis,
};
use eyespan::study::result::{
    BitErrorRatio, CorrectionResult, PowerResult, RunResult, StageLatency, TargetResult,
};
use eyespan::study::simulation::EyeWaveform;
use eyespan::study::statistical_picture::StatisticalPicture;
use eyespan::study::{Simulation, simulate};
use indicatif::{ProgressBar, ProgressStyle};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Size of the density behind an eye picture.
const EYE_CELLS: (usize, usize) = (1024, 768);
/// Decades of probability density that the colours of a statistical eye span.
const STATISTICAL_DECADES: f64 = 9.0;

#[derive(Debug, Args)]
pub(super) struct RunArguments {
    /// Link file.
    pub(super) link: PathBuf,
    /// Folder for `eye.png` (`line.png` of an amplified line) and `result.json`; by default `out/` and the link file's name.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    #[command(flatten)]
    changes: Changes,
    /// Print the result as one JSON object on stdout.
    #[arg(long)]
    pub(super) json: bool,
    /// Write the picture as SVG as well.
    #[arg(long)]
    pub(super) svg: bool,
}

impl RunArguments {
    /// The folder results are written to.
    pub(super) fn folder(&self) -> PathBuf {
        self.out
            .clone()
            .unwrap_or_else(|| Path::new("out").join(self.link.file_stem().unwrap_or_default()))
    }
}

pub(super) fn run(arguments: &RunArguments, library: &Library) -> Result<(), Failure> {
    let link = match Description::load(&arguments.link, &arguments.changes.set, library)? {
        Description::Link(link) => link,
        Description::Line(line) => return super::line::run(arguments, &line),
        Description::Chain(chain) => return super::chain::run(arguments, &chain),
    };
    let file = arguments.link.display().to_string();
    let simulation = simulate_watched(&link).map_err(|error| Failure::Link { file, error })?;
    let folder = arguments.folder();
    let pictures = draw(&simulation, arguments.svg)?;
    let words = summary(&simulation.result, &folder);
    deliver(arguments, &simulation.result, &pictures, &words)
}

/// Writes the pictures, then `result.json`, and prints the result as it is asked for.
pub(super) fn deliver<R: Serialize, N: AsRef<Path>>(
    arguments: &RunArguments,
    result: &R,
    pictures: &[(N, Vec<u8>)],
    words: &str,
) -> Result<(), Failure> {
    let json = serde_json::to_vec_pretty(result)
        .map_err(|error| Failure::Words(format!("the result cannot be written: {error}")))?;
    let folder = arguments.folder();
    go_on()?;
    make_folder(&folder)?;
    for (name, bytes) in pictures {
        write_whole(&folder.join(name), bytes)?;
    }
    write_whole(&folder.join("result.json"), &json)?;
    if arguments.json {
        print_words(words);
        print_json(result)
    } else {
        print_text(words)
    }
}

/// Runs a link; a counted one shows its progress.
fn simulate_watched(link: &Link) -> Result<Simulation, eyespan::link::LinkError> {
    watched(link, |watch| simulate(link, watch))
}

/// Runs what may count errors with the settings of a link, and shows the progress of counting.
pub(super) fn watched<T>(link: &Link, run: impl FnOnce(&Watch<'_>) -> T) -> T {
    if link.engine.method != Method::MonteCarlo {
        return run(&Watch::default());
    }
    let bar = ProgressBar::new(link.engine.monte_carlo.maximum_symbols).with_style(
        ProgressStyle::with_template("{elapsed} {bar:30} {human_pos} symbols {msg}")
            .unwrap_or_else(|_| ProgressStyle::default_bar()),
    );
    let progress = |counts: &Counts| {
        bar.set_position(counts.symbols);
        bar.set_message(format!("{} errors", counts.symbol_errors));
    };
    let done = run(&Watch {
        stop: Some(&STOP),
        progress: Some(&progress),
    });
    bar.finish_and_clear();
    done
}

/// The eye of a simulation, and what else there is to be seen of it.
pub(super) fn draw(
    simulation: &Simulation,
    svg: bool,
) -> Result<Vec<(&'static str, Vec<u8>)>, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::Words(format!("the eye cannot be drawn: {error}"));
    let eye = &simulation.eye;
    let density = eye
        .density(EYE_CELLS.0, EYE_CELLS.1)
        .map_err(|error| failed(&error))?;
    let result = &simulation.result;
    let mut picture = EyePicture::new(
        result.name.clone(),
        &density,
        if eye.optical {
            ValueAxis::optical_power()
        } else {
            ValueAxis::voltage()
        },
    );
    picture.subtitle = subtitle(result);
    picture.symbol_rate = Some(result.symbol_rate_gbd * 1e9);
    picture.decision_phase = Some(0.0);
    picture.thresholds.clone_from(&eye.thresholds);
    picture.histogram = Some(Histogram {
        floor: 1e-12,
        ..Histogram::default()
    });
    picture.eyes = openings(eye, result);
    if eye.statistical.is_some() {
        picture.decades = Some(STATISTICAL_DECADES);
    }
    let mut files = vec![(
        "eye.png",
        picture.render_png(None).map_err(|error| failed(&error))?,
    )];
    if let Some(statistical) = &eye.statistical {
        for (name, plot) in bathtubs(statistical, result) {
            let png = plot.render_png(None).map_err(|error| failed(&error))?;
            files.push((name, png));
        }
    }
    if svg {
        files.push((
            "eye.svg",
            picture
                .render_svg(None)
                .map_err(|error| failed(&error))?
                .into_bytes(),
        ));
    }
    Ok(files)
}

/// Bathtub curves of a statistical eye, over time and over the threshold.
fn bathtubs(
    statistical: &StatisticalPicture,
    result: &RunResult,
) -> Vec<(&'static str, CurvePlot)> {
    let plot = |x: Axis, curves: Vec<Vec<(f64, f64)>>, line: &str| CurvePlot {
        title: result.name.clone(),
        subtitle: vec![format!(
            "{:.6} GBd {} · errors of each eye, of all symbols · {line}",
            Trimmed(result.symbol_rate_gbd),
            result.format
        )],
        x,
        panels: vec![Panel {
            y: Axis::logarithmic("Probability of an error").over(1e-18, 1.0),
            series: curves
                .into_iter()
                .enumerate()
                .map(|(eye, points)| Series {
                    name: format!("eye {eye}"),
                    // What is shown ends at the lower end of the axis.
                    points: points.into_iter().map(|(x, p)| (x, p.max(1e-19))).collect(),
                    color: eye,
                    // Eyes that mirror each other lie upon each other.
                    style: if eye % 2 == 0 && eye > 0 {
                        Style::Dashed
                    } else {
                        Style::Line
                    },
                })
                .collect(),
            lines: vec![ReferenceLine {
                direction: Direction::Horizontal,
                at: result.target.pre_fec_ber,
                label: format!("{:.1e}", result.target.pre_fec_ber),
            }],
            ..Panel::default()
        }],
    };
    let vertical = statistical.vertical_bathtub();
    let millivolts = vertical
        .into_iter()
        .map(|curve| curve.into_iter().map(|(v, p)| (v * 1e3, p)).collect())
        .collect();
    vec![
        (
            "bathtub.png",
            plot(
                Axis::linear("Time from the decision (UI)"),
                statistical.bathtub(),
                "thresholds as they are at the decision",
            ),
        ),
        (
            "bathtub_threshold.png",
            plot(
                Axis::linear("Threshold (mV)"),
                millivolts,
                "at the decision",
            ),
        ),
    ]
}

fn openings(eye: &EyeWaveform, result: &RunResult) -> Vec<EyeOpening> {
    eye.openings
        .iter()
        .zip(&eye.spans)
        .zip(&result.eyes)
        .filter(|((edges, _), _)| edges.1 > edges.0)
        .map(|((&(low, high), &(begin, end)), numbers)| EyeOpening {
            center_time: 0.5 * (begin + end),
            width: end - begin,
            low,
            high,
            label: match (numbers.height_mw, numbers.height_mv) {
                (Some(mw), _) if mw < 0.1 => {
                    format!("{:.1} µW, {:.2} UI", mw * 1e3, numbers.width_ui)
                }
                (Some(mw), _) => format!("{:.3} mW, {:.2} UI", mw, numbers.width_ui),
                (_, Some(mv)) => format!("{:.1} mV, {:.2} UI", mv, numbers.width_ui),
                _ => String::new(),
            },
        })
        .collect()
}

fn subtitle(result: &RunResult) -> Vec<String> {
    let ber = match (result.ber.pre_fec, result.ber.interval_95) {
        (Some(ber), _) => format!("BER {ber:.2e}"),
        (None, Some([_, high])) => format!("BER < {high:.1e}"),
        (None, None) => String::new(),
    };
    vec![
        format!(
            "{:.6} GBd {} · {} · {} ({})",
            Trimmed(result.symbol_rate_gbd),
            result.format,
            result.pattern,
            ber,
            result.ber.method
        ),
        format!(
            "{} · openings at a probability of {:.1e}",
            match result.margin_db {
                Some(margin) => format!("margin {margin:+.2} dB"),
                None => "error floor above the target".to_owned(),
            },
            result.target.pre_fec_ber
        ),
    ]
}

/// A number without trailing zeros.
pub(super) struct Trimmed(pub(super) f64);

impl std::fmt::Display for Trimmed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let text = format!("{:.*}", f.precision().unwrap_or(3), self.0);
        f.write_str(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

/// An error ratio and how it was found.
pub(super) fn error_ratio(ber: &BitErrorRatio) -> String {
    match (ber.pre_fec, ber.interval_95) {
        (Some(ratio), None) => format!("{ratio:.3e} ({})", ber.method),
        (Some(ratio), Some([low, high])) => {
            format!(
                "{ratio:.3e} ({}, 95 %: {low:.2e} to {high:.2e})",
                ber.method
            )
        }
        (None, Some([_, high])) => format!("below {high:.2e} (no error counted, 95 %)"),
        (None, None) => "unknown".to_owned(),
    }
}

/// The whole time, and what of it is spent beside propagation.
pub(super) fn latency(whole: f64, latencies: &[StageLatency]) -> String {
    let parts: Vec<String> = latencies
        .iter()
        .map(|l| format!("{} {:.2} ns", l.stage, l.latency_ns))
        .collect();
    format!("{whole:.2} ns, of it {}", parts.join(", "))
}

/// The whole power, and whose.
pub(super) fn power_in_words(power: &PowerResult) -> String {
    let parts: Vec<String> = power
        .stages
        .iter()
        .map(|p| format!("{} {:.3} W", p.stage, p.power_w))
        .collect();
    format!(
        "{:.3} W a lane and direction, {:.2} pJ/bit: {}",
        power.power_w,
        power.energy_pj_per_bit,
        parts.join(", ")
    )
}

/// Frames lost behind the error correction, and with which bursts.
fn frames_lost(correction: &CorrectionResult) -> String {
    let mut how = vec![match correction.interleaved_codewords {
        1 => "codewords one by one".to_owned(),
        n => format!("{n} codewords interleaved"),
    }];
    if correction.precoded {
        how.push("precoded".to_owned());
    }
    if correction.burst_continuation > 0.01 {
        how.push(format!(
            "{:.0} % of errors cause another",
            100.0 * correction.burst_continuation
        ));
    }
    format!("{:.2e} ({})", correction.frame_loss_ratio, how.join(", "))
}

/// A target and whether it is met.
pub(super) fn target(target: &TargetResult) -> String {
    let met = if target.met { "met" } else { "missed" };
    format!("{:.2e}, {met}", target.pre_fec_ber)
}

/// The error ratio behind a code, where there is one.
pub(super) fn after_correction(ber: &BitErrorRatio, fec_accumulation_ns: f64) -> Option<String> {
    let post = ber.post_fec.filter(|_| fec_accumulation_ns > 0.0);
    post.map(|post| format!("{post:.2e}"))
}

/// The result in words.
fn summary(result: &RunResult, folder: &Path) -> String {
    let mut lines = vec![result.name.clone(), String::new()];
    let mut row = |name: &str, value: String| lines.push(format!("  {name:<28} {value}"));
    row(
        "signal",
        format!(
            "{:.6} GBd {}, {}",
            Trimmed(result.symbol_rate_gbd),
            result.format,
            result.pattern
        ),
    );
    row("bit error ratio", error_ratio(&result.ber));
    row("target before correction", target(&result.target));
    if let Some(post) = after_correction(&result.ber, result.fec_accumulation_ns) {
        row("after correction", post);
    }
    if let Some(correction) = &result.correction {
        row("frames lost", frames_lost(correction));
    }
    row(
        "margin",
        match result.margin_db {
            Some(margin) => format!(
                "{margin:+.2} dB of {}",
                if result.received.is_some() {
                    "received modulation amplitude"
                } else {
                    "voltage"
                }
            ),
            None => "none: the errors do not fall below the target at any level".to_owned(),
        },
    );
    if let Some(received) = &result.received {
        row(
            "received",
            format!(
                "{:.2} dBm average, {:.2} dBm OMA, extinction ratio {:.2} dB",
                received.average_power_dbm, received.oma_dbm, received.extinction_ratio_db
            ),
        );
    }
    row("signal-to-noise ratio", format!("{:.2} dB", result.snr_db));
    for eye in &result.eyes {
        let height = match (eye.height_mw, eye.height_mv) {
            (Some(mw), _) => format!("{mw:.4} mW"),
            (_, Some(mv)) => format!("{mv:.2} mV"),
            _ => String::new(),
        };
        row(
            &format!("eye {}", eye.index),
            format!(
                "{height} high, {:.3} UI wide at {:.1e}",
                eye.width_ui, eye.probability
            ),
        );
    }
    for noise in &result.noise {
        row(
            &format!("  {}", noise.kind),
            format!("{:.1} % of the variance", 100.0 * noise.share),
        );
    }
    row(
        "propagation delay",
        format!("{:.2} ns", result.propagation_delay_ns),
    );
    if !result.latencies.is_empty() {
        row("latency", latency(result.latency_ns, &result.latencies));
    }
    if let Some(power) = &result.power {
        row("power", power_in_words(power));
    }
    let assumed: Vec<&str> = result
        .sources
        .iter()
        .filter(|s| s.kind == "assumed")
        .map(|s| s.part.as_str())
        .collect();
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
