//! Error correction on a 100 Gb/s lane: what KP4 leaves of random errors and of the bursts of a decision
//! feedback equaliser, with interleaving and precoding, calculated and counted with the decoder; and the inner
//! code of 200 Gb/s lanes in front of it.
//!
//! ```sh
//! cargo run --release --example error_correction
//! ```

use eyespan::fec::{
    ErrorChain, FecError, InnerCode, Interleaving, Line, ReedSolomon, extended_hamming_ber,
};
use eyespan::math::{clopper_pearson, q_inverse};
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use std::error::Error;
use std::path::Path;

/// A way to send codewords over a line whose errors come in runs.
struct Way {
    name: &'static str,
    continuation: f64,
    precoded: bool,
    codewords: u32,
    /// Symbol error ratios at which it is counted.
    counted: [f64; 3],
}

const WAYS: [Way; 5] = [
    Way {
        name: "independent errors",
        continuation: 0.0,
        precoded: false,
        codewords: 1,
        counted: [2.4e-3, 3.2e-3, 4.4e-3],
    },
    Way {
        name: "runs of 4",
        continuation: 0.75,
        precoded: false,
        codewords: 1,
        counted: [3e-3, 5e-3, 8e-3],
    },
    Way {
        name: "runs of 4, two codewords",
        continuation: 0.75,
        precoded: false,
        codewords: 2,
        counted: [6e-3, 8e-3, 1.1e-2],
    },
    Way {
        name: "runs of 4, four codewords",
        continuation: 0.75,
        precoded: false,
        codewords: 4,
        counted: [5.4e-3, 7e-3, 9e-3],
    },
    Way {
        name: "runs of 4, precoded",
        continuation: 0.75,
        precoded: true,
        codewords: 1,
        counted: [5.4e-3, 7e-3, 9e-3],
    },
];
/// Codewords counted a point.
const CODEWORDS: u32 = 6000;
/// Bits that the soft inner decoders invert.
const TRIED: [usize; 4] = [0, 2, 4, 6];

impl Way {
    fn line(&self, symbol_error_ratio: f64) -> Result<Line, FecError> {
        Ok(Line {
            errors: ErrorChain::bursts_at(symbol_error_ratio, self.continuation)?,
            bits_per_symbol: 2,
            precoded: self.precoded,
            interleaving: Interleaving::symbols(self.codewords),
        })
    }
}

/// A counted point with its interval.
struct Counted {
    x: f64,
    y: f64,
    interval: [f64; 2],
}

fn counted_series(points: &[Counted], name: &str, color: usize) -> Vec<Series> {
    let mut series: Vec<Series> = points
        .iter()
        .map(|p| Series {
            name: String::new(),
            points: p.interval.iter().map(|end| (p.x, *end)).collect(),
            style: Style::Line,
            color,
        })
        .collect();
    series.push(Series {
        name: name.to_owned(),
        points: points.iter().map(|p| (p.x, p.y)).collect(),
        style: Style::Markers,
        color,
    });
    series
}

fn bursts() -> Result<CurvePlot, Box<dyn Error>> {
    let kp4 = ReedSolomon::kp4();
    let mut series = Vec::new();
    println!("KP4 on four levels; codewords that fail, counted with the decoder\n");
    println!(
        "{:<28} {:>10} {:>11} {:>10} {:>7}",
        "", "bits wrong", "calculated", "counted", "failed"
    );
    for (color, way) in WAYS.iter().enumerate() {
        let mut curve = Vec::new();
        for step in 0..=45 {
            let ratio = 10f64.powf(-4.0 + 0.05 * f64::from(step));
            let found = way.line(ratio)?.corrected(&kp4)?;
            curve.push((0.5 * ratio, found.codeword_error_ratio));
        }
        series.push(Series {
            name: way.name.to_owned(),
            points: curve,
            style: Style::Line,
            color,
        });
        let mut points = Vec::new();
        for (seed, ratio) in (1u64..).zip(way.counted) {
            let line = way.line(ratio)?;
            let counts = line.count(&kp4, CODEWORDS, seed)?;
            let (low, high) = clopper_pearson(counts.first_failed, counts.blocks, 0.95);
            let y = counts.first_failed as f64 / counts.blocks as f64;
            println!(
                "{:<28} {:>10.2e} {:>11.2e} {:>10.2e} {:>7}",
                way.name,
                0.5 * ratio,
                line.corrected(&kp4)?.codeword_error_ratio,
                y,
                counts.first_failed
            );
            points.push(Counted {
                x: 0.5 * ratio,
                y,
                interval: [low, high],
            });
        }
        series.extend(counted_series(&points, "", color));
    }
    Ok(CurvePlot {
        title: "KP4 behind random errors and behind bursts".to_owned(),
        subtitle: vec![
            format!(
                "RS(544,514) on four levels, symbols of 10 bits in turn · lines calculated, marks {CODEWORDS} blocks counted, 95 %"
            ),
            "Runs of 4: three of four errors cause another, as one feedback tap of unity makes them"
                .to_owned(),
        ],
        x: Axis::logarithmic("Bit error ratio of the decisions").over(5e-5, 8e-3),
        panels: vec![Panel {
            y: Axis::logarithmic("Codewords that cannot be corrected").over(1e-15, 1.0),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Vertical,
                at: 2.4e-4,
                label: "2.4e-4".to_owned(),
            }],
            ..Panel::default()
        }],
    })
}

fn inner() -> Result<CurvePlot, Box<dyn Error>> {
    let befores = [2.2e-3, 3.2e-3, 4.8e-3, 7e-3, 1e-2, 1.4e-2];
    let mut series = vec![Series {
        name: "extended Hamming (128, 120), hard, exactly".to_owned(),
        points: (0..=40)
            .map(|k| {
                let before = 10f64.powf(-3.0 + 0.03 * f64::from(k));
                (before, extended_hamming_ber(before))
            })
            .collect(),
        style: Style::Dashed,
        color: 0,
    }];
    println!("\nInner code (128, 120) of four levels\n");
    println!("{:>10} {:>6} {:>10}", "before", "tried", "behind");
    for (k, tried) in TRIED.into_iter().enumerate() {
        let code = InnerCode::new(tried)?;
        let mut points = Vec::new();
        for before in befores {
            let deviation = 1.0 / 3.0 / q_inverse(before / 0.75);
            let counts = code.count(deviation, 12, 40, 5)?;
            let behind = counts.outer.bit_errors as f64 / counts.outer.bits as f64;
            println!("{before:>10.1e} {tried:>6} {behind:>10.2e}");
            // Bits of a wrong word are wrong together: the interval is that of words.
            let share = behind * counts.inner_codewords as f64 / counts.inner_failed.max(1) as f64;
            let (low, high) = clopper_pearson(counts.inner_failed, counts.inner_codewords, 0.95);
            points.push(Counted {
                x: before,
                y: behind,
                interval: [low * share, high * share],
            });
        }
        let name = match tried {
            0 => "code of the draft, hard".to_owned(),
            n => format!("soft, {n} bits tried"),
        };
        series.extend(counted_series(&points, &name, k + 1));
    }
    Ok(CurvePlot {
        title: "Inner code of 200 Gb/s lanes".to_owned(),
        subtitle: vec![
            "IEEE P802.3dj, 177.5, on four Gray-labelled levels with white noise · 21 760 codewords a point, 95 %"
                .to_owned(),
        ],
        x: Axis::logarithmic("Bit error ratio in front of the inner decoder").over(1e-3, 2e-2),
        panels: vec![Panel {
            y: Axis::logarithmic("Bit error ratio behind it").over(1e-6, 3e-2),
            series,
            lines: vec![
                ReferenceLine {
                    direction: Direction::Vertical,
                    at: 4.8e-3,
                    label: "4.8e-3".to_owned(),
                },
                ReferenceLine {
                    direction: Direction::Horizontal,
                    at: 2.4e-4,
                    label: "KP4 takes 2.4e-4".to_owned(),
                },
            ],
            ..Panel::default()
        }],
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    for (plot, path) in [
        (bursts()?, "out/examples/error-correction.png"),
        (inner()?, "out/examples/inner-code.png"),
    ] {
        plot.save(Path::new(path), None)?;
        println!("\npicture in {path}");
    }
    Ok(())
}
