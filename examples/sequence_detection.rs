//! Decision feedback and detection of the most likely sequence over the loss of a copper channel: the same
//! feed-forward taps and one tap of memory, once fed back and once as the response that a Viterbi detector works
//! on. Errors are counted, wrong decisions are fed back.
//!
//! ```sh
//! cargo run --release --example sequence_detection
//! ```

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Method, Stage};
use eyespan::receiver::NoiseDensity;
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use eyespan::study::simulate;
use eyespan::transmitter::Jitter;
use std::error::Error;
use std::path::Path;

/// Lengths of the cable, m.
const LENGTHS: [f64; 9] = [1.2, 1.4, 1.6, 1.8, 2.0, 2.2, 2.4, 2.6, 2.8];
/// Noise of the receiver, V²/Hz.
const NOISE: f64 = 4e-16;
/// Symbols of a counted run, at the most.
const SYMBOLS: u64 = 1 << 20;
/// Errors fewer than that are not shown.
const FEWEST: f64 = 10.0;

/// What one detector makes of the channel.
struct Curve {
    name: &'static str,
    /// Loss in dB and bit error ratio, computed.
    computed: Vec<(f64, f64)>,
    /// The same, counted, with the 95 % interval.
    counted: Vec<(f64, f64, [f64; 2])>,
}

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let load = |length: f64, key: &str| -> Result<Link, Box<dyn Error>> {
        let changes = [
            Override::new("cable.length_m", length.to_string()),
            Override::new("equalizer.feed_forward_taps", "15"),
        ];
        let path = Path::new("examples/links/twinax-26awg-2m-53gbd.toml");
        let text = std::fs::read_to_string(path)?;
        // One tap: of feedback, or of the detector's memory.
        let text = text.replace("decision_feedback_taps = 12", &format!("{key} = 1"));
        let file = LinkFile::parse(&text, "twinax-26awg-2m-53gbd.toml", &changes)?;
        let mut link = file.resolve(&library)?;
        // More noise than the receiver has, for errors that can be counted, and no jitter, which the union
        // bound has as Gaussian noise.
        for named in &mut link.stages {
            match &mut named.stage {
                Stage::Driver(driver) => driver.jitter = Jitter::default(),
                Stage::ElectricalReceiver(receiver) => receiver.noise = NoiseDensity::White(NOISE),
                _ => {}
            }
        }
        Ok(link)
    };
    let mut curves = Vec::new();
    println!(
        "{:<22} {:>9} {:>12} {:>12}",
        "", "loss dB", "computed", "counted"
    );
    for (name, key) in [
        ("Decision feedback", "decision_feedback_taps"),
        ("Sequence detection", "sequence_detection_memory"),
    ] {
        let mut curve = Curve {
            name,
            computed: Vec::new(),
            counted: Vec::new(),
        };
        for length in LENGTHS {
            let mut link = load(length, key)?;
            let loss = loss_db(&link);
            let computed = SemiAnalytic::new(&link)?.evaluate()?.decided.errors.bit;
            curve.computed.push((loss, computed));
            link.engine.method = Method::MonteCarlo;
            link.engine.monte_carlo.maximum_symbols = SYMBOLS;
            link.engine.monte_carlo.relative_error = 0.05;
            let ber = simulate(&link, &Watch::default())?.result.ber;
            let counted = ber.pre_fec.unwrap_or(0.0);
            if ber.errors.unwrap_or(0.0) >= FEWEST
                && let Some(interval) = ber.interval_95
            {
                curve.counted.push((loss, counted, interval));
            }
            println!("{name:<22} {loss:>9.1} {computed:>12.2e} {counted:>12.2e}");
        }
        curves.push(curve);
    }
    let path = Path::new("out/examples/sequence_detection.png");
    picture(&curves).save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}

/// Loss of cable and hosts at half the symbol rate, dB.
fn loss_db(link: &Link) -> f64 {
    let half = 0.5 * link.signal.symbol_rate;
    link.stages
        .iter()
        .map(|named| match &named.stage {
            Stage::Twinax(cable) => -20.0 * cable.transfer(half).norm().log10(),
            _ => 0.0,
        })
        .sum()
}

fn picture(curves: &[Curve]) -> CurvePlot {
    let mut series = Vec::new();
    for (color, curve) in curves.iter().enumerate() {
        series.push(Series {
            name: format!("{}, computed", curve.name),
            points: curve.computed.clone(),
            style: Style::Line,
            color,
        });
        series.push(Series {
            name: format!("{}, counted", curve.name),
            points: curve.counted.iter().map(|p| (p.0, p.1)).collect(),
            style: Style::Markers,
            color,
        });
        for (loss, _, interval) in &curve.counted {
            series.push(Series {
                name: String::new(),
                points: interval.map(|end| (*loss, end)).to_vec(),
                style: Style::Line,
                color,
            });
        }
    }
    CurvePlot {
        title: "Sequence detection against decision feedback".to_owned(),
        subtitle: vec![
            "26 AWG twinax and hosts, 53.125 GBd with four levels · 15 feed-forward taps and one of memory"
                .to_owned(),
        ],
        x: Axis::linear("Loss of cable and hosts at 26.56 GHz (dB)"),
        panels: vec![Panel {
            y: Axis::logarithmic("Bit error ratio"),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Horizontal,
                at: 2.4e-4,
                label: "KP4 2.4e-4".to_owned(),
            }],
            ..Panel::default()
        }],
    }
}
