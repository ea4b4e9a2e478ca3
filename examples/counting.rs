//! The two engines against each other: error ratios from noise densities, and errors counted in
//! random streams, with their 95 % Clopper–Pearson intervals.
//!
//! ```sh
//! cargo run --release --example counting
//! ```

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::link::Method;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use eyespan::study::simulate;
use std::error::Error;
use std::path::Path;

/// Loss added in front of the receiver of the counted runs, dB.
const COUNTED_LOSSES: [f64; 6] = [-1.2, -0.6, 0.0, 1.0, 2.0, 3.5];
/// Symbols of a counted run.
const SYMBOLS: u64 = 1 << 22;
/// Name of the stage whose loss is changed, and its loss in the file.
const ATTENUATOR: (&str, f64) = ("connectors", 2.75);

/// A counted run beside what the semi-analytic engine expects.
struct Counted {
    oma_dbm: f64,
    expected: f64,
    ratio: f64,
    interval: [f64; 2],
    errors: f64,
}

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let load = |loss: f64| {
        let changes = [Override::new(
            format!("{}.loss_db", ATTENUATOR.0),
            (ATTENUATOR.1 + loss).to_string(),
        )];
        LinkFile::load(
            Path::new("examples/links/400gbase-dr4.toml"),
            &changes,
            &library,
        )
    };

    let mut counted = Vec::new();
    for loss in COUNTED_LOSSES {
        let mut link = load(loss)?;
        let expected = SemiAnalytic::new(&link)?.evaluate()?.decided.errors.bit;
        link.engine.method = Method::MonteCarlo;
        link.engine.monte_carlo.maximum_symbols = SYMBOLS;
        link.engine.monte_carlo.relative_error = 1e-3;
        let result = simulate(&link, &Watch::default())?.result;
        counted.push(Counted {
            oma_dbm: result.received.ok_or("no light")?.oma_dbm,
            expected,
            ratio: result.ber.pre_fec.unwrap_or(0.0),
            interval: result.ber.interval_95.ok_or("no interval")?,
            errors: result.ber.errors.unwrap_or(0.0),
        });
    }

    println!("400GBASE-DR4, one lane; 4.2 million symbols a point\n");
    println!(
        "{:>9} {:>14} {:>10} {:>9}   95 % interval",
        "OMA dBm", "semi-analytic", "counted", "errors"
    );
    for point in &counted {
        let [low, high] = point.interval;
        println!(
            "{:>9.2} {:>14.2e} {:>10.2e} {:>9.0}   {low:.2e} to {high:.2e}{}",
            point.oma_dbm,
            point.expected,
            point.ratio,
            point.errors,
            if (low..=high).contains(&point.expected) {
                ""
            } else {
                "  outside"
            }
        );
    }

    let link = load(0.0)?;
    let mut engine = SemiAnalytic::new(&link)?;
    engine.evaluate()?;
    let nominal = engine
        .received_light()
        .ok_or("no light")?
        .modulation_amplitude;
    let mut curve = Vec::new();
    for step in -7..=16 {
        let loss = 0.25 * f64::from(step);
        let ber = engine.evaluate_with_loss(loss)?.decided.errors.bit;
        curve.push((eyespan::units::watt_to_dbm(nominal) - loss, ber));
    }
    let path = Path::new("out/examples/counting.png");
    picture(curve, &counted).save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}

fn picture(curve: Vec<(f64, f64)>, counted: &[Counted]) -> CurvePlot {
    let markers = |value: &dyn Fn(&Counted) -> f64| Series {
        name: "Counted errors, 95 % interval".to_owned(),
        points: counted.iter().map(|p| (p.oma_dbm, value(p))).collect(),
        style: Style::Markers,
        color: 1,
    };
    let intervals = |scale: &dyn Fn(&Counted) -> f64| -> Vec<Series> {
        counted
            .iter()
            .map(|p| Series {
                name: String::new(),
                points: p.interval.map(|end| (p.oma_dbm, end / scale(p))).to_vec(),
                style: Style::Line,
                color: 1,
            })
            .collect()
    };
    let mut waterfall = vec![Series {
        name: "Semi-analytic".to_owned(),
        points: curve,
        style: Style::Line,
        color: 0,
    }];
    waterfall.extend(intervals(&|_| 1.0));
    waterfall.push(markers(&|p| p.ratio));
    let mut ratios = intervals(&|p| p.expected);
    ratios.push(markers(&|p| p.ratio / p.expected));
    CurvePlot {
        title: "Errors calculated and counted".to_owned(),
        subtitle: vec![
            "400GBASE-DR4, one lane, 53.125 GBd with four levels · 4.2 million symbols a point"
                .to_owned(),
        ],
        x: Axis::linear("Received outer modulation amplitude (dBm)"),
        panels: vec![
            Panel {
                y: Axis::logarithmic("Bit error ratio"),
                series: waterfall,
                ..Panel::default()
            },
            Panel {
                y: Axis::linear("Counted / calculated"),
                series: ratios,
                lines: vec![ReferenceLine {
                    direction: Direction::Horizontal,
                    at: 1.0,
                    label: String::new(),
                }],
                ..Panel::default()
            },
        ],
    }
}
