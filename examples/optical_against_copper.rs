//! How far the same symbol rate goes in twinaxial cable and in single-mode fibre, and what stops it.
//!
//! The fibre links stand at the worst-case levels of their interfaces; the copper links leave out
//! reflections and crosstalk and keep one setting of driver and analogue equaliser for all lengths.
//! The lengths are therefore pessimistic for fibre and optimistic for copper.
//!
//! ```sh
//! cargo run --release --example optical_against_copper
//! ```

use eyespan::config::{LinkFile, Override, find_length};
use eyespan::library::Library;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Stage};
use eyespan::report::{
    Axis, CurvePlot, Direction, MarkedPoint, Panel, ReferenceLine, Series, Style,
};
use eyespan::study::reach::{Reach, ReachSettings, with_length};
use eyespan::study::{ReachError, find_reach};
use rayon::prelude::*;
use std::error::Error;
use std::path::Path;

const COPPER_53: &str = "examples/links/twinax-26awg-2m-53gbd.toml";
const COPPER_106: &str = "examples/links/twinax-26awg-1m-106gbd.toml";
const FIBER_53: &str = "examples/links/400gbase-dr4.toml";
const FIBER_106: &str = "examples/links/800g-dr-106gbd.toml";

/// Name, link file, cable in place of the file's own.
const LINKS: [(&str, &str, Option<&str>); 6] = [
    ("30 AWG, 53 GBd", COPPER_53, Some("twinax-30awg")),
    ("26 AWG, 53 GBd", COPPER_53, None),
    ("30 AWG, 106 GBd", COPPER_106, Some("twinax-30awg")),
    ("26 AWG, 106 GBd", COPPER_106, None),
    ("Fibre, 53 GBd", FIBER_53, None),
    ("Fibre, 106 GBd", FIBER_106, None),
];

/// Lengths of the curves relative to the reach: the error ratio of copper changes fast with length,
/// that of fibre hardly.
const COPPER_LENGTHS: [f64; 11] = [0.45, 0.6, 0.7, 0.8, 0.9, 1.0, 1.1, 1.2, 1.3, 1.45, 1.65];
const FIBER_LENGTHS: [f64; 10] = [0.0005, 0.05, 0.2, 0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.4];

/// A link's reach and its error ratios around it, as (length in m, bit error ratio).
type Found = (Reach, Vec<(f64, f64)>);

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let links = LINKS
        .iter()
        .map(|&(_, file, cable)| {
            let changes: Vec<Override> = cable
                .map(|cable| Override::new("cable.model", cable))
                .into_iter()
                // 4,096 symbols with every short history: as good here as twice as many.
                .chain([Override::new("signal.pattern", "debruijn6")])
                .collect();
            LinkFile::load(Path::new(file), &changes, &library)
        })
        .collect::<Result<Vec<_>, _>>()?;
    let found = links
        .par_iter()
        .map(reach_and_curve)
        .collect::<Result<Vec<_>, _>>()?;

    println!("{:<18} {:>10}   limited by", "link", "reach");
    for ((name, ..), (reach, _)) in LINKS.iter().zip(&found) {
        let length = reach.length.map_or("none".to_owned(), display);
        let cause = reach.limited_by.map_or("", |cause| cause.describe());
        println!("{name:<18} {length:>10}   {cause}");
    }

    let path = Path::new("out/examples/optical_against_copper.png");
    picture(&found).save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}

/// A length in m as words.
fn display(length: f64) -> String {
    if length >= 100.0 {
        format!("{:.2} km", length / 1e3)
    } else {
        format!("{length:.2} m")
    }
}

fn reach_and_curve(link: &Link) -> Result<Found, ReachError> {
    let stage = find_length(link).ok_or(ReachError::NoLength(0))?;
    // The error ratio grows steadily with these lengths: bisection finds the reach without a scan.
    let settings = ReachSettings {
        scan_points: 0,
        ..ReachSettings::default()
    };
    let reach = find_reach(link, stage, settings)?;
    let mut engine = SemiAnalytic::new(link)?;
    let mut curve = Vec::new();
    let lengths: &[f64] = match link.stages[stage].stage {
        Stage::Fiber(_) => &FIBER_LENGTHS,
        _ => &COPPER_LENGTHS,
    };
    for relative in lengths {
        let length = reach.length.unwrap_or(0.0) * relative;
        engine.change(&with_length(link, stage, length))?;
        curve.push((length, engine.evaluate()?.decided.errors.bit));
    }
    Ok((reach, curve))
}

fn picture(found: &[Found]) -> CurvePlot {
    let series = LINKS
        .iter()
        .zip(found)
        .enumerate()
        .map(|(color, ((name, ..), (_, curve)))| Series {
            name: (*name).to_owned(),
            points: curve.clone(),
            // The two curves of the fibre nearly coincide.
            style: if *name == "Fibre, 106 GBd" {
                Style::Dashed
            } else {
                Style::Line
            },
            color,
        })
        .collect();
    let points = found
        .iter()
        .enumerate()
        .filter_map(|(color, (reach, _))| {
            Some(MarkedPoint {
                x: reach.length?,
                y: reach.target_ber,
                label: display(reach.length?),
                color,
            })
        })
        .collect();
    CurvePlot {
        title: "Reach of copper and of fibre, four levels".to_owned(),
        subtitle: vec![
            "Points: the reach at a bit error ratio of 2.4e-4 in front of the KP4 code".to_owned(),
        ],
        x: Axis::logarithmic("Length (m)").over(0.5, 5000.0),
        panels: vec![Panel {
            y: Axis::logarithmic("Bit error ratio").over(1e-12, 1e-1),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Horizontal,
                at: found.first().map_or(2.4e-4, |(reach, _)| reach.target_ber),
                label: String::new(),
            }],
            bands: Vec::new(),
            points,
        }],
    }
}
