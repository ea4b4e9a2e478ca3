//! Ten million samples into an eye of 1024 × 768 cells, and its picture.
//!
//! Yardstick: a naive histogram of the same samples, time and value divided and truncated, row by
//! row.

mod stopwatch;

use eyespan::measure::density::{Density, Trace};
use eyespan::random::{Source, StreamKey};
use eyespan::report::eye::{EyePicture, ValueAxis};
use stopwatch::{compare, heading, median, row, sized, threads, timed};

const COLUMNS: usize = 1024;
const ROWS: usize = 768;
const SAMPLES_PER_SYMBOL: usize = 16;

fn naive(samples: &[f64], cells: &mut [f64]) {
    let (low, high) = (-0.5, 3.5);
    for (i, &value) in samples.iter().enumerate() {
        let time = (i as f64 / SAMPLES_PER_SYMBOL as f64) % 2.0;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let column = (time / 2.0 * COLUMNS as f64) as usize;
        if value < low || value >= high {
            continue;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let line = ((value - low) / (high - low) * ROWS as f64) as usize;
        cells[line * COLUMNS + column] += 1.0;
    }
}

fn main() {
    heading("Eye density and picture, one thread");
    let count = sized(10_000_000, 200_000);
    let mut samples = vec![0.0; count];
    StreamKey {
        seed: 1,
        source: Source::ThermalNoise,
        lane: 0,
        polarization: 0,
        span: 0,
    }
    .stream()
    .fill_gaussian(0, &mut samples);
    for (i, sample) in samples.iter_mut().enumerate() {
        *sample = (i / SAMPLES_PER_SYMBOL * 7 % 4) as f64 + 0.1 * *sample;
    }
    let trace = Trace {
        samples: &samples,
        samples_per_symbol: SAMPLES_PER_SYMBOL as f64,
        first_phase: 0.0,
        cyclic: false,
    };
    let empty = || Density::new(COLUMNS, ROWS, (-1.0, 1.0), (-0.5, 3.5)).expect("a fair size");
    let mut density = empty();
    let mut cells = vec![0.0; COLUMNS * ROWS];
    threads(1).install(|| {
        let result = compare(
            sized(7, 1),
            || {
                density = empty();
                density.add_trace(&trace).expect("the trace is whole");
                1.0
            },
            || {
                cells.fill(0.0);
                naive(&samples, &mut cells);
                1.0
            },
        );
        row("what", "ms, yardstick over it", "target");
        row(
            &format!("{count} samples into {COLUMNS} × {ROWS}"),
            &format!("{:.1}, {:.2} ×", 1e3 * result.work, 1.0 / result.ratio),
            "≤ 60 ms",
        );
        // An eye like those that are shown: every column filled, with its noise.
        let mut noisy = empty();
        let short = Trace {
            samples: &samples[..65_536.min(count)],
            ..trace
        };
        let ((), density_time) = timed(|| noisy.add_noisy(&short, &[0.02]).expect("whole"));
        row(
            "density with noise, 4096 symbols",
            &format!("{:.1}", 1e3 * density_time.wall),
            "",
        );
        let picture = EyePicture::new("Eye", &noisy, ValueAxis::optical_power());
        let times: Vec<f64> = (0..sized(7, 1))
            .map(|_| {
                let (png, spent) = timed(|| picture.render_png(None));
                assert!(png.is_ok_and(|bytes| bytes.len() > 1000));
                spent.thread
            })
            .collect();
        row(
            "picture of it as PNG, 1200 × 900",
            &format!("{:.1}", 1e3 * median(times)),
            "≤ 50 ms",
        );
    });
}
