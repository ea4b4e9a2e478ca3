//! The density of 200 cursors of four levels on 4096 bins, at 64 phases.
//!
//! Yardstick: the same sums written down plainly, cursor by cursor in the order they come in, every bin
//! of the grid and every shift by itself.
//!
//! `--once [--repeat <n>]` prints the thread time of each repetition and the variance of the first phase
//! as JSON, for `peers/statistical_eye.py`, which makes the same cursors.

mod stopwatch;

use eyespan::format::Modulation;
use eyespan::statistics::{
    Binning, CursorConvolver, EyeModel, PulseResponse, SymbolLevels, cursor_density,
};
use stopwatch::{compare, heading, option, row, sized, threads, timed};

const CURSORS: usize = 200;
const PHASES: usize = 64;
/// Bins that the worst pattern reaches to either side.
const REACH: f64 = 1840.0;

/// Cursors in bins at each phase: a decaying ripple.
fn cursors() -> Vec<Vec<f64>> {
    (0..PHASES)
        .map(|phase| {
            let raw: Vec<f64> = (0..CURSORS)
                .map(|k| {
                    let k = k as f64;
                    (-k / 30.0).exp() * (0.9 * k + 0.1 * phase as f64).cos()
                })
                .collect();
            let sum: f64 = raw.iter().map(|h| h.abs()).sum();
            raw.iter().map(|h| h * REACH / sum).collect()
        })
        .collect()
}

fn levels() -> SymbolLevels {
    SymbolLevels::new(Modulation::pam4().level_positions()).expect("four levels")
}

/// All phases; the sum of the probabilities of the middle bins, so that nothing is optimised away.
fn work(
    phases: &[Vec<f64>],
    levels: &SymbolLevels,
    binning: Binning,
    convolver: &mut CursorConvolver,
) -> f64 {
    phases
        .iter()
        .map(|cursors| {
            let sum = convolver
                .convolve(cursors, levels, 1.0, binning)
                .expect("a density");
            sum.mass[sum.mass.len() / 2]
        })
        .sum()
}

/// One phase as it is written down.
fn plain(cursors: &[f64]) -> f64 {
    let (bins, middle) = (4097, 2048);
    let mut mass = vec![0.0; bins];
    mass[middle] = 1.0;
    for h in cursors {
        let mut next = vec![0.0; bins];
        for level in [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0] {
            let x: f64 = h.abs() * level;
            let n = x.abs().floor();
            let upper = (x * x - n * n) / (2.0 * n + 1.0);
            for (shift, p) in [(n, 0.25 * (1.0 - upper)), (n + 1.0, 0.25 * upper)] {
                #[allow(clippy::cast_possible_truncation)]
                let shift = (shift * x.signum()) as isize;
                for (i, o) in next.iter_mut().enumerate() {
                    let from = i.checked_add_signed(-shift);
                    *o += p * from.and_then(|i| mass.get(i)).copied().unwrap_or(0.0);
                }
            }
        }
        mass = next;
    }
    mass[middle]
}

fn once() {
    let repeat = option("repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let (phases, levels) = (cursors(), levels());
    let mut convolver = CursorConvolver::default();
    let mut times = |binning| -> String {
        let times: Vec<String> = (0..repeat)
            .map(|_| {
                let (sum, spent) = timed(|| work(&phases, &levels, binning, &mut convolver));
                assert!(sum > 0.0);
                spent.thread.to_string()
            })
            .collect();
        times.join(", ")
    };
    let (kept, nearest) = (times(Binning::Conserving), times(Binning::Nearest));
    let density = cursor_density(&phases[0], &levels, 1.0, Binning::Conserving).expect("a density");
    println!(
        "{{\"thread_seconds\": [{kept}], \"nearest_thread_seconds\": [{nearest}], \"variance\": {}, \
         \"total\": {}}}",
        density.variance(),
        density.total()
    );
}

fn main() {
    if std::env::args().any(|a| a == "--once") {
        once();
        return;
    }
    heading("Statistical eyes, one thread");
    let (phases, levels) = (cursors(), levels());
    row("what", "ms, over the yardstick", "target");
    for (name, binning, target) in [
        ("mean and variance kept", Binning::Conserving, "≤ 15 ms"),
        ("nearest bins", Binning::Nearest, ""),
    ] {
        let mut convolver = CursorConvolver::default();
        let result = compare(
            sized(15, 1),
            || {
                let sum = work(&phases, &levels, binning, &mut convolver);
                assert!(sum > 0.0);
                1.0
            },
            || {
                assert!(plain(&phases[0]) > 0.0);
                1.0 / PHASES as f64
            },
        );
        row(
            &format!("200 cursors, 4096 bins, 64 phases, PAM4, {name}"),
            &format!("{:.2}, {:.3} ×", 1e3 * result.work, result.ratio),
            target,
        );
    }
    let n = 64;
    let samples: Vec<f64> = (0..200 * n)
        .map(|i| {
            let t = i as f64 / n as f64 - 4.0;
            let tail = 0.05 * (-t / 30.0).exp() * (0.9 * t).cos() * (1.0 - (-t * t).exp());
            (-(t / 0.6f64).powi(2)).exp() + if t > 0.0 { tail } else { 0.0 }
        })
        .collect();
    let pulse = PulseResponse::new(samples, n, 4 * n).expect("a pulse");
    let mut model = EyeModel::new(pulse, levels);
    model.noise = 0.01;
    let (eye, spent) = threads(1).install(|| timed(|| model.eye().expect("an eye")));
    row(
        &format!(
            "eye of {} phases, 200 cursors, 2048 bins, noise",
            eye.times.len()
        ),
        &format!("{:.1} ms", 1e3 * spent.thread),
        "",
    );
}
