//! Jitter of a 26.5625 GBd lane taken apart, its bathtub, and how much sinusoidal jitter a receiver's clock
//! recovery bears, against the mask of the standard.
//!
//! ```sh
//! cargo run --release --example jitter_tolerance
//! ```

use eyespan::clock::Loop;
use eyespan::clock::tolerance::{EyeInTime, tolerance_mask};
use eyespan::math::q_function;
use eyespan::measure::jitter::{Decomposition, DualDirac, Edge};
use eyespan::random::{Source, StreamKey};
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use std::error::Error;
use std::path::Path;

const SYMBOL_RATE: f64 = 26.5625e9;
const EDGES: usize = 1 << 20;
/// What is put into the edges, UI: Gaussian, dual-Dirac, even-odd, and a sinusoid with its periods a symbol.
const RANDOM: f64 = 0.012;
const DUAL_DIRAC: f64 = 0.08;
const EVEN_ODD: f64 = 0.03;
const SINUSOID: (f64, f64) = (0.02, 1.37e-3);
/// Error ratio up to which jitter is borne: that of 100 Gb/s lanes before KP4.
const TARGET: f64 = 2.4e-4;
/// Half of the symbols have an edge before them.
const TRANSITION_DENSITY: f64 = 0.5;

/// Edges in front of every other symbol, the parity of their symbols drawn.
fn edges() -> Vec<Edge> {
    let stream = |source| {
        StreamKey {
            seed: 1,
            source,
            lane: 0,
            polarization: 0,
            span: 0,
        }
        .stream()
    };
    let mut normal = vec![0.0; EDGES];
    stream(Source::Other(1)).fill_gaussian(0, &mut normal);
    let mut bits = vec![0u32; EDGES];
    stream(Source::Other(2)).fill_uniform_u32(0, &mut bits);
    normal
        .iter()
        .zip(&bits)
        .enumerate()
        .map(|(k, (normal, bits))| {
            let symbol = 2 * k + (bits & 1) as usize;
            let side = |bit: u32| f64::from(bits >> bit & 1) - 0.5;
            let turned = std::f64::consts::TAU * SINUSOID.1 * symbol as f64;
            Edge {
                symbol,
                displacement: RANDOM * normal
                    + DUAL_DIRAC * side(1)
                    + EVEN_ODD * (0.5 - (symbol % 2) as f64)
                    + SINUSOID.0 * turned.sin(),
                rising: bits >> 2 & 1 == 1,
            }
        })
        .collect()
}

/// Error ratio by edges too late from the left and too early from the right, by a fit and as counted.
fn bathtub(edges: &[Edge], fit: &DualDirac) -> Panel {
    let mut late: Vec<f64> = edges.iter().map(|e| e.displacement).collect();
    late.sort_by(f64::total_cmp);
    let count = late.len() as f64;
    let share_above = |x: f64| (late.len() - late.partition_point(|d| *d <= x)) as f64 / count;
    let share_below = |x: f64| late.partition_point(|d| *d < x) as f64 / count;
    let half = 0.5 * TRANSITION_DENSITY;
    let (mut fitted, mut counted) = (Vec::new(), Vec::new());
    for k in 0..=400 {
        let x = f64::from(k) / 400.0;
        let mirrored = |y: f64| {
            let tail =
                |side: f64| q_function((y + fit.center - side * fit.dual_dirac) / fit.random_rms);
            0.5 * (tail(-0.5) + tail(0.5))
        };
        fitted.push((x, half * (fit.share_above(x) + mirrored(1.0 - x))));
        let found = half * (share_above(x) + share_below(x - 1.0));
        if found * count > 5.0 {
            counted.push((x, found));
        }
    }
    Panel {
        y: Axis::logarithmic("Error ratio by edges").over(1e-15, 1.0),
        series: vec![
            Series {
                name: format!("{EDGES} edges, counted"),
                points: counted,
                style: Style::Markers,
                color: 0,
            },
            Series {
                name: "dual-Dirac fit of the tails".to_owned(),
                points: fitted,
                style: Style::Line,
                color: 1,
            },
        ],
        lines: vec![ReferenceLine {
            direction: Direction::Horizontal,
            at: TARGET,
            label: "2.4e-4".to_owned(),
        }],
        ..Panel::default()
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let edges = edges();
    let parts = Decomposition::of(&edges, None).ok_or("no edges")?;
    let (total, rest) = (
        parts.total.ok_or("no tails")?,
        parts.uncorrelated.ok_or("no tails")?,
    );
    println!("{:<28} {:>9} {:>9}", "jitter, mUI", "put in", "found");
    for (name, put, found) in [
        ("random, rms", RANDOM, rest.random_rms),
        ("dual-Dirac", DUAL_DIRAC, rest.dual_dirac),
        ("even-odd", EVEN_ODD, parts.even_odd),
        (
            "sinusoid, amplitude",
            SINUSOID.0,
            parts.tones.first().map_or(0.0, |t| t.amplitude),
        ),
    ] {
        println!("{name:<28} {:>9.2} {:>9.2}", 1e3 * put, 1e3 * found);
    }
    for (name, share) in [("J2", 1e-2), ("J4u", 1e-4), ("J9", 1e-9)] {
        let width = parts.width(share).ok_or("no width")?;
        println!("{name:<28} {:>9} {:>9.1}", "", 1e3 * width);
    }

    let eye = EyeInTime {
        width: 1.0 - total.dual_dirac,
        random_rms: total.random_rms,
        transition_density: TRANSITION_DENSITY,
    };
    let mut series = Vec::new();
    println!("\n{:<28} {:>12}", "least margin over the mask", "");
    for (color, (name, tracking)) in [
        ("4 MHz, first order", Loop::first_order(4e6, SYMBOL_RATE)),
        (
            "4 MHz, second order, damping 1",
            Loop::second_order(4e6, 1.0, SYMBOL_RATE),
        ),
        ("1 MHz, first order", Loop::first_order(1e6, SYMBOL_RATE)),
    ]
    .into_iter()
    .enumerate()
    {
        let mut points = Vec::new();
        let mut least = f64::INFINITY;
        for k in 0..=48 {
            let frequency = 4e4 * 10f64.powf(f64::from(k) / 12.0);
            let amplitude = eye
                .bearable_jitter(&tracking, frequency, TARGET)
                .ok_or("the eye is closed")?;
            points.push((1e-6 * frequency, 2.0 * amplitude));
            if let Some(mask) = tolerance_mask(frequency) {
                least = least.min(2.0 * amplitude / mask);
            }
        }
        println!("{name:<28} {least:>10.2} ×");
        series.push(Series {
            name: name.to_owned(),
            points,
            style: Style::Line,
            color,
        });
    }
    let mask = (0..=96)
        .map(|k| 4e4 * 10f64.powf(f64::from(k) / 24.0))
        .filter_map(|f| Some((1e-6 * f, tolerance_mask(f)?)))
        .collect();
    series.push(Series {
        name: "mask: 5 UI at 40 kHz, 0.05 UI from 4 MHz".to_owned(),
        points: mask,
        style: Style::Dashed,
        color: 3,
    });
    let folder = Path::new("out/examples");
    std::fs::create_dir_all(folder)?;
    for (file, title, subtitle, x, panel) in [
        (
            "bathtub.png",
            "Bathtub of a lane of 26.5625 GBd",
            "Gaussian 12 mUI rms, dual-Dirac 80 mUI, even-odd 30 mUI, sinusoid of 20 mUI amplitude".to_owned(),
            Axis::linear("Time within the symbol (UI)").over(0.0, 1.0),
            bathtub(&edges, &total),
        ),
        (
            "jitter-tolerance.png",
            "Sinusoidal jitter that clock recoveries bear",
            "26.5625 GBd, an eye with the jitter of the bathtub, up to an error ratio by edges of 2.4e-4".to_owned(),
            Axis::logarithmic("Frequency of the jitter (MHz)"),
            Panel {
                y: Axis::logarithmic("Sinusoidal jitter, peak to peak (UI)"),
                series,
                ..Panel::default()
            },
        ),
    ] {
        let path = folder.join(file);
        CurvePlot {
            title: title.to_owned(),
            subtitle: vec![subtitle],
            x,
            panels: vec![panel],
        }
        .save(&path, None)?;
        println!("{}", path.display());
    }
    Ok(())
}
