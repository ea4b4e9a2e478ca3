//! Reach of cables by their channel operating margin: table, JSON and picture.

use super::cable::assembly;
use super::{
    ComArguments, Failure, Test, make_folder, print_json, print_text, print_words, write_whole,
};
use eyespan::com::Settings;
use eyespan::library::Library;
use eyespan::report::{
    Axis, CurvePlot, Direction, MarkedPoint, Panel, ReferenceLine, Series, Style,
};
use eyespan::study::cable_margin::{EXCESS_LOSS_FACTORS, MarginCurve, reach_bands};
use serde::Serialize;

/// Least margin where a set of settings asks for none, dB.
const LEAST_COM_DB: f64 = 3.0;

/// Reach of several cables, as JSON.
#[derive(Debug, Serialize)]
struct ReachResult {
    configs: Vec<String>,
    titles: Vec<String>,
    least_com_db: f64,
    connector: String,
    longest_m: f64,
    cables: Vec<CableResult>,
    notes: Vec<String>,
}

/// Reach of one cable.
#[derive(Debug, Serialize)]
struct CableResult {
    cable: String,
    /// One for each excess loss factor.
    curves: Vec<CurveResult>,
}

#[derive(Debug, Serialize)]
struct CurveResult {
    excess_loss_factor: f64,
    /// Null where the shortest length misses the margin.
    reach_m: Option<f64>,
    /// True where the longest length that was looked at has the margin.
    is_lower_bound: bool,
    points: Vec<PointResult>,
}

#[derive(Debug, Serialize)]
struct PointResult {
    length_m: f64,
    com_db: f64,
    /// Loss of the assembly at half the symbol rate.
    loss_db: f64,
}

pub(super) fn run(
    arguments: &ComArguments,
    tests: &[Test],
    library: &Library,
) -> Result<(), Failure> {
    let cables = &arguments.assembly;
    let mut assemblies = Vec::new();
    let mut notes = Vec::new();
    for name in &cables.cable {
        let one = assembly(name, &cables.connector, 1.0, library)?;
        assemblies.push(one.assembly);
        for note in one.notes {
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
    }
    notes.push(
        "the excess loss factor is the least known number of a cable: real pairs lie at 1.2 to 1.5 \
         (assumed); without crosstalk between pairs"
            .to_owned(),
    );
    let least = tests
        .iter()
        .map(|test| test.least_com_db.unwrap_or(LEAST_COM_DB))
        .fold(f64::NEG_INFINITY, f64::max);
    let settings: Vec<Settings> = tests.iter().map(|test| test.settings.clone()).collect();
    let bands = reach_bands(
        &assemblies,
        &settings,
        &EXCESS_LOSS_FACTORS,
        least,
        cables.longest,
    )
    .map_err(|error| Failure::Words(error.to_string()))?;
    let result = ReachResult {
        configs: arguments.config.clone(),
        titles: tests.iter().map(|test| test.title.clone()).collect(),
        least_com_db: least,
        connector: cables.connector.clone(),
        longest_m: cables.longest,
        cables: cables
            .cable
            .iter()
            .zip(&bands)
            .map(|(cable, curves)| CableResult {
                cable: cable.clone(),
                curves: curves.iter().map(curve_result).collect(),
            })
            .collect(),
        notes,
    };
    if let Some(folder) = &arguments.out {
        let picture = picture(&result)
            .render_png(None)
            .map_err(|error| Failure::Words(error.to_string()))?;
        let json = serde_json::to_vec_pretty(&result)
            .map_err(|error| Failure::Words(format!("the result cannot be written: {error}")))?;
        make_folder(folder)?;
        write_whole(&folder.join("reach.png"), &picture)?;
        write_whole(&folder.join("result.json"), &json)?;
    }
    let words = words(&result);
    if arguments.json {
        print_words(&words);
        print_json(&result)
    } else {
        print_text(&words)
    }
}

fn curve_result(curve: &MarginCurve) -> CurveResult {
    CurveResult {
        excess_loss_factor: curve.excess_loss_factor,
        reach_m: curve.reach,
        is_lower_bound: curve.is_lower_bound,
        points: curve
            .points
            .iter()
            .map(|point| PointResult {
                length_m: point.length,
                com_db: point.com_db,
                loss_db: point.loss_db,
            })
            .collect(),
    }
}

/// A reach in words.
fn in_words(curve: &CurveResult) -> String {
    match curve.reach_m {
        None => "none".to_owned(),
        Some(reach) if curve.is_lower_bound => format!("over {reach:.2} m"),
        Some(reach) => format!("{reach:.2} m"),
    }
}

fn words(result: &ReachResult) -> String {
    let mut text = format!(
        "reach with a channel operating margin of {} dB, connectors {}\n",
        result.least_com_db, result.connector
    );
    for (config, title) in result.configs.iter().zip(&result.titles) {
        text += &format!("  {config}: {title}\n");
    }
    text += &format!("\n  {:<26}", "excess loss factor");
    for factor in EXCESS_LOSS_FACTORS {
        text += &format!(" {factor:>12}");
    }
    text += "\n";
    for cable in &result.cables {
        text += &format!("  {:<26}", cable.cable);
        for curve in &cable.curves {
            text += &format!(" {:>12}", in_words(curve));
        }
        text += "\n";
    }
    for note in &result.notes {
        text += &format!("note: {note}\n");
    }
    text
}

/// Margin against length, a colour for each cable, dashed at the ends of the band.
fn picture(result: &ReachResult) -> CurvePlot {
    let middle = EXCESS_LOSS_FACTORS[1];
    let mut series = Vec::new();
    let mut points = Vec::new();
    for (color, cable) in result.cables.iter().enumerate() {
        for curve in &cable.curves {
            let is_middle = (curve.excess_loss_factor - middle).abs() < 1e-9;
            series.push(Series {
                name: if is_middle {
                    cable.cable.clone()
                } else {
                    String::new()
                },
                points: curve
                    .points
                    .iter()
                    .map(|p| (p.length_m, p.com_db))
                    .collect(),
                style: if is_middle {
                    Style::LineAndMarkers
                } else {
                    Style::Dashed
                },
                color,
            });
            if let Some(reach) = curve.reach_m.filter(|_| is_middle && !curve.is_lower_bound) {
                points.push(MarkedPoint {
                    x: reach,
                    y: result.least_com_db,
                    label: String::new(),
                    color,
                });
            }
        }
    }
    CurvePlot {
        title: format!("Channel operating margin, {}", result.configs.join(", ")),
        subtitle: vec![
            result.titles.join(" · "),
            format!(
                "excess loss factor {middle}, dashed {} and {} · connectors {}",
                EXCESS_LOSS_FACTORS[0], EXCESS_LOSS_FACTORS[2], result.connector
            ),
        ],
        x: Axis::linear("Length (m)"),
        panels: vec![Panel {
            y: Axis::linear("Channel operating margin (dB)"),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Horizontal,
                at: result.least_com_db,
                label: "least margin".to_owned(),
            }],
            points,
            ..Panel::default()
        }],
    }
}
