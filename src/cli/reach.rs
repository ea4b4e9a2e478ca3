//! `eyespan reach`.

use super::varied::Varied;
use super::{
    Changes, Failure, go_on, make_folder, print_json, print_text, print_words, write_whole,
};
use clap::Args;
use eyespan::config::Description;
use eyespan::library::Library;
use eyespan::report::{
    Axis, CurvePlot, Direction, MarkedPoint, Panel, ReferenceLine, ReportError, Series, Style,
};
use eyespan::study::ReachError;
use eyespan::study::reach::ReachSettings;
use eyespan::study::result::{ReachResult, ReachResults};
use indicatif::ProgressBar;
use rayon::prelude::*;
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(super) struct ReachArguments {
    /// Link files.
    #[arg(required = true)]
    links: Vec<PathBuf>,
    /// Stage whose length is varied, by its name or its position from 1 (`span`, `stage.4` or
    /// `stage.4.fiber.length_km`); by default the first fibre or cable.
    #[arg(long, value_name = "PATH")]
    vary: Option<String>,
    /// Folder for `reach.png` and `reach.json`.
    #[arg(long, value_name = "DIR", default_value = "out/reach")]
    out: PathBuf,
    #[command(flatten)]
    changes: Changes,
    /// Print the results as one JSON object on stdout.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(arguments: &ReachArguments, library: &Library) -> Result<(), Failure> {
    let mut links = Vec::new();
    let mut lines = Vec::new();
    for path in &arguments.links {
        let varied = match Description::load(path, &arguments.changes.set, library)? {
            Description::Link(link) => Varied::of_link(link, arguments.vary.as_deref()),
            Description::Chain(chain) => Varied::of_chain(chain, arguments.vary.as_deref()),
            Description::Line(line) => {
                lines.push((path.display().to_string(), line));
                continue;
            }
        };
        let varied =
            varied.map_err(|words| Failure::Words(format!("{}: {words}", path.display())))?;
        links.push((path.display().to_string(), varied));
    }
    match (lines.first(), &arguments.vary) {
        (None, _) => {}
        (Some((file, _)), _) if !links.is_empty() => {
            return Err(Failure::Words(format!(
                "{file}: the reach of an amplified line, in spans, has no picture in common with that of links"
            )));
        }
        (Some((file, _)), Some(vary)) => {
            return Err(Failure::Words(format!(
                "{file}: --vary {vary} is for links: the reach of an amplified line is a number of spans"
            )));
        }
        (Some(_), None) => return super::line::reach(&lines, &arguments.out, arguments.json),
    }
    let bar = ProgressBar::new(links.len() as u64);
    let found: Vec<Result<ReachResult, Failure>> = links
        .par_iter()
        .map(|(file, varied)| {
            go_on()?;
            let reach = varied.find(ReachSettings::default());
            bar.inc(1);
            match reach {
                Ok(reach) => Ok(ReachResult::new(&varied.name(), &reach)),
                Err(ReachError::Link(error)) => Err(Failure::Link {
                    file: file.clone(),
                    error,
                }),
                Err(error) => Err(Failure::Words(format!("{file}: {error}"))),
            }
        })
        .collect();
    bar.finish_and_clear();
    let results = found.into_iter().collect::<Result<Vec<_>, _>>()?;
    let fiber = links.iter().all(|(_, varied)| varied.is_fiber());
    let picture = draw(&results, fiber)
        .map_err(|error| Failure::Words(format!("the reach cannot be drawn: {error}")))?;
    let results = ReachResults {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        reach: (results.len() == 1).then(|| results[0].clone()),
        links: results,
    };
    let json = serde_json::to_vec_pretty(&results)
        .map_err(|error| Failure::Words(format!("the result cannot be written: {error}")))?;
    go_on()?;
    make_folder(&arguments.out)?;
    write_whole(&arguments.out.join("reach.png"), &picture)?;
    write_whole(&arguments.out.join("reach.json"), &json)?;
    let words = summary(&results) + &format!("\n  written to {}\n", arguments.out.display());
    if arguments.json {
        print_words(&words);
        print_json(&results)
    } else {
        print_text(&words)
    }
}

fn draw(results: &[ReachResult], fiber: bool) -> Result<Vec<u8>, ReportError> {
    let (unit, per_meter) = if fiber { ("km", 1e-3) } else { ("m", 1.0) };
    let margin = |r: &ReachResult| {
        r.curve
            .iter()
            .filter_map(|p| Some((p.length_m * per_meter, p.margin_db?)))
            .collect::<Vec<_>>()
    };
    let errors = |r: &ReachResult| {
        r.curve
            .iter()
            .map(|p| (p.length_m * per_meter, p.pre_fec_ber.max(1e-18)))
            .collect::<Vec<_>>()
    };
    let series = |points: &dyn Fn(&ReachResult) -> Vec<(f64, f64)>| -> Vec<Series> {
        results
            .iter()
            .enumerate()
            .map(|(color, r)| Series {
                name: r.name.clone(),
                points: points(r),
                style: Style::Line,
                color,
            })
            .collect()
    };
    let reaches: Vec<MarkedPoint> = results
        .iter()
        .enumerate()
        .filter_map(|(color, r)| {
            Some(MarkedPoint {
                x: r.length_m? * per_meter,
                y: 0.0,
                label: format!("{:.3} {unit}", r.length_m? * per_meter),
                color,
            })
        })
        .filter(|p| p.x.is_finite())
        .collect();
    let mut targets: Vec<f64> = results.iter().map(|r| r.target).collect();
    targets.sort_by(f64::total_cmp);
    targets.dedup();
    CurvePlot {
        title: if let [only] = results {
            format!("Reach of {}", only.name)
        } else {
            "Reach".to_owned()
        },
        subtitle: results
            .iter()
            .map(|r| match (r.length_m, r.limited_by) {
                (Some(length), Some(cause)) => format!(
                    "{}: {:.3} {unit}, limited by {}",
                    r.name,
                    length * per_meter,
                    cause.describe()
                ),
                (Some(length), None) => format!("{}: {:.3} {unit}", r.name, length * per_meter),
                (None, _) => format!("{}: misses its target at any length", r.name),
            })
            .take(4)
            .collect(),
        x: Axis::linear(format!("Length ({unit})")),
        panels: vec![
            Panel {
                y: Axis::linear("Margin (dB)"),
                series: series(&margin),
                lines: vec![ReferenceLine {
                    direction: Direction::Horizontal,
                    at: 0.0,
                    label: String::new(),
                }],
                bands: Vec::new(),
                points: reaches,
            },
            Panel {
                y: Axis::logarithmic("Bit error ratio"),
                series: series(&errors),
                lines: targets
                    .iter()
                    .map(|&at| ReferenceLine {
                        direction: Direction::Horizontal,
                        at,
                        label: "target".to_owned(),
                    })
                    .collect(),
                bands: Vec::new(),
                points: Vec::new(),
            },
        ],
    }
    .render_png(None)
}

fn summary(results: &ReachResults) -> String {
    let mut text = String::new();
    for r in &results.links {
        text += &format!("{}\n", r.name);
        text += &match r.length_m {
            Some(length) => format!(
                "  reach {}{} at a bit error ratio of {:.1e}{}\n",
                if r.is_lower_bound { "at least " } else { "" },
                in_words(length),
                r.target,
                r.limited_by
                    .map_or(String::new(), |c| format!(", limited by {}", c.describe()))
            ),
            None => format!(
                "  misses a bit error ratio of {:.1e} at any length\n",
                r.target
            ),
        };
        for relief in &r.reliefs {
            let with = if relief.cause.is_removable() {
                "without"
            } else {
                "with"
            };
            let what = format!("{with} {}", relief.cause.describe());
            text += &match relief.reach_m {
                Some(length) => format!(
                    "    {what:<36} {}{}\n",
                    if relief.is_lower_bound {
                        "at least "
                    } else {
                        ""
                    },
                    in_words(length)
                ),
                None => format!("    {what:<36} none\n"),
            };
        }
    }
    text
}

/// A length with its unit.
fn in_words(length: f64) -> String {
    if length >= 100.0 {
        format!("{:.3} km", length / 1e3)
    } else {
        format!("{length:.2} m")
    }
}
