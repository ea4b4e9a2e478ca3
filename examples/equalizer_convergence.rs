//! How adaptive equalisers learn: gradients and recursive least squares on taps at half a symbol, with Volterra
//! products and with decision feedback, behind the square law of a detector that makes dispersion non-linear.
//!
//! ```sh
//! cargo run --release --example equalizer_convergence
//! ```

use eyespan::constants::SPEED_OF_LIGHT;
use eyespan::equalizer::adaptive::{
    AdaptiveEqualizer, AdaptiveStructure, AfterTraining, UpdateRule,
};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::random::{Source, StreamKey};
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use eyespan::signal::{Grid, Response, Scratch, Transforms};
use num_complex::Complex64;
use std::error::Error;
use std::path::Path;

const SYMBOL_RATE: f64 = 53.125e9;
const SAMPLES: usize = 8;
const SYMBOLS: usize = 1 << 15;
/// Known symbols; then the equalisers follow their own decisions.
const TRAINING: usize = 12_000;
/// Symbols a point of a curve is the mean over.
const MEAN: usize = 256;
const LEVELS: [f64; 4] = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];
/// Gray labels of the levels.
const LABELS: [u8; 4] = [0b00, 0b01, 0b11, 0b10];

fn main() -> Result<(), Box<dyn Error>> {
    let mut drawn = vec![0; SYMBOLS];
    stream(0).fill_symbols(0, 4, &mut drawn);
    let received = detected(&drawn)?;
    let sent: Vec<f64> = drawn.iter().map(|&s| LEVELS[usize::from(s)]).collect();
    let taps = AdaptiveStructure {
        samples_per_symbol: 2,
        linear_taps: 31,
        main_tap: 15,
        constant: true,
        ..AdaptiveStructure::default()
    };
    let feedback = AdaptiveStructure {
        feedback_taps: 5,
        ..taps
    };
    let products = AdaptiveStructure {
        second_order_taps: 11,
        third_order_taps: 3,
        ..taps
    };
    let squares = UpdateRule::RecursiveLeastSquares {
        forgetting: 0.9999,
        start: 100.0,
    };
    let gradient = UpdateRule::LeastMeanSquares { step: 2e-3 };
    let normalized = UpdateRule::NormalizedLeastMeanSquares { step: 0.1 };
    let mut series = Vec::new();
    println!("{:<44} {:>12} {:>12}", "", "error", "bit errors");
    for (color, (name, structure, rule)) in [
        ("31 taps, LMS", taps, gradient),
        ("31 taps, normalised LMS", taps, normalized),
        ("31 taps, recursive least squares", taps, squares),
        ("with 5 taps of feedback, the same", feedback, squares),
        (
            "with products of 11 and of 3 samples, the same",
            products,
            squares,
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &LEVELS)?;
        let known = &sent[..TRAINING];
        let out = equalizer.equalize(&received, known, AfterTraining::DecisionDirected)?;
        let points: Vec<(f64, f64)> = (out.errors.chunks_exact(MEAN).enumerate())
            .map(|(k, errors)| {
                let square = errors.iter().map(|e| e * e).sum::<f64>() / MEAN as f64;
                ((k as f64 + 0.5) * 1e-3 * MEAN as f64, 10.0 * square.log10())
            })
            .collect();
        let behind = TRAINING..SYMBOLS - 64;
        let wrong: u32 = (out.decisions[behind.clone()]
            .iter()
            .zip(&drawn[behind.clone()]))
        .map(|(&a, &b)| (LABELS[usize::from(a)] ^ LABELS[usize::from(b)]).count_ones())
        .sum();
        let errors = &out.errors[behind.clone()];
        let square = errors.iter().map(|e| e * e).sum::<f64>() / errors.len() as f64;
        println!(
            "{name:<44} {:>9.2} dB {:>12.2e}",
            10.0 * square.log10(),
            f64::from(wrong) / (2 * behind.len()) as f64
        );
        series.push(Series {
            name: name.to_owned(),
            points,
            style: Style::Line,
            color,
        });
    }
    let path = Path::new("out/examples/equalizer_convergence.png");
    picture(series).save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}

fn stream(span: u32) -> eyespan::random::Stream {
    StreamKey {
        seed: 1,
        source: Source::Other(0),
        lane: 0,
        polarization: 0,
        span,
    }
    .stream()
}

/// Detected current, two samples a symbol, without mean and of variance one: extinction ratio 6 dB, 6 km of
/// 17 ps/(nm·km), white noise 22 dB below the modulated current, filters of 0.75 of the symbol rate.
fn detected(symbols: &[u8]) -> Result<Vec<f64>, Box<dyn Error>> {
    let grid = Grid {
        samples: symbols.len() * SAMPLES,
        sampling_rate: SAMPLES as f64 * SYMBOL_RATE,
    };
    let (transforms, mut scratch) = (Transforms::new(grid.samples), Scratch::default());
    let mut filter = |wave: &mut [Complex64], response: &[Complex64]| {
        transforms.forward(wave, &mut scratch);
        for (a, h) in wave.iter_mut().zip(response) {
            *a *= h / grid.samples as f64;
        }
        transforms.inverse(wave, &mut scratch);
    };
    let band = Response::BesselThomson4 {
        bandwidth: 0.75 * SYMBOL_RATE,
    };
    let mut low_pass = vec![Complex64::ONE; grid.samples];
    for (k, h) in low_pass.iter_mut().enumerate() {
        *h = band.at(grid.frequency(k));
    }
    let fiber = SingleModeFiber {
        length: 6e3,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 17e-6,
            slope: 0.0,
        },
        group_index: 1.468,
    };
    let mut dispersion = vec![Complex64::ZERO; grid.samples];
    fiber.transfer(SPEED_OF_LIGHT / 193.1e12, grid, &mut dispersion)?;
    let mut wave: Vec<Complex64> = (0..grid.samples)
        .map(|i| Complex64::from(LEVELS[usize::from(symbols[i / SAMPLES])]))
        .collect();
    filter(&mut wave, &low_pass);
    for a in &mut wave {
        *a = Complex64::from((1.0 + 0.6 * a.re).max(0.0).sqrt());
    }
    filter(&mut wave, &dispersion);
    let mut noise = vec![0.0; grid.samples];
    stream(1).fill_gaussian(0, &mut noise);
    // Deviation of the levels' current, and of the noise within half of the sampling rate.
    let signal = 0.6 * (5.0f64 / 9.0).sqrt();
    let deviation = signal * 10f64.powf(-22.0 / 20.0) * (0.5 * SAMPLES as f64 / 0.75).sqrt();
    for (a, n) in wave.iter_mut().zip(&noise) {
        *a = Complex64::from(a.norm_sqr() + deviation * n);
    }
    filter(&mut wave, &low_pass);
    let middle = wave.iter().skip(SAMPLES / 2).step_by(SAMPLES / 2);
    let mut samples: Vec<f64> = middle.map(|a| a.re).collect();
    samples.push(0.0);
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let power = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / samples.len() as f64;
    for x in &mut samples {
        *x = (*x - mean) / power.sqrt();
    }
    Ok(samples)
}

fn picture(series: Vec<Series>) -> CurvePlot {
    CurvePlot {
        title: "Convergence of adaptive equalisers".to_owned(),
        subtitle: vec![
            "53.125 GBd with four levels, 102 ps/nm, square-law detection, taps at half a symbol"
                .to_owned(),
        ],
        x: Axis::linear("Symbols (thousands)"),
        panels: vec![Panel {
            y: Axis::linear("Mean-square error (dB)"),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Vertical,
                at: 1e-3 * TRAINING as f64,
                label: "end of known symbols".to_owned(),
            }],
            ..Panel::default()
        }],
    }
}
