//! Adaptive equalisers: million symbols a second of one core.
//!
//! Yardstick: the two passes over all terms that a gradient cannot do without, a product and a sum of each, in
//! memory that is the same for every symbol.
//!
//! `--once [--repeat <n>] [--kind <taps|feedback|products>]` prints the thread time of each repetition as JSON, with
//! the mean-square error of the second half, for `peers/adaptive.py`, which makes the same samples.

mod stopwatch;

use eyespan::equalizer::adaptive::{
    AdaptiveEqualizer, AdaptiveStructure, AfterTraining, UpdateRule,
};
use std::hint::black_box;
use stopwatch::{compare, heading, option, row, sized, timed};

const SYMBOLS: usize = 1 << 16;

/// Structures, steps and names of the equalisers.
const KINDS: [(&str, usize, [usize; 2], f64); 3] = [
    ("taps", 0, [0, 0], 1e-3),
    ("feedback", 15, [0, 0], 1e-3),
    ("products", 0, [20, 10], 1e-4),
];

fn structure(feedback_taps: usize, [second, third]: [usize; 2]) -> AdaptiveStructure {
    AdaptiveStructure {
        samples_per_symbol: 2,
        linear_taps: 70,
        main_tap: 35,
        second_order_taps: second,
        third_order_taps: third,
        product_steps: [1.0 / 2.0, 1.0 / 7.0],
        feedback_taps,
        ..AdaptiveStructure::default()
    }
}

/// Levels ±1, ±1/3 over their root mean square.
fn levels() -> [f64; 4] {
    [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0].map(|x| x / (5.0f64 / 9.0).sqrt())
}

/// Symbols by a linear congruential generator, and two samples of each: ±0.1 of uniform noise by the same, behind
/// 0.3, 1, 0.4 half symbols apart.
fn sent(count: usize) -> (Vec<f64>, Vec<f64>) {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 24)
    };
    let levels = levels();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let symbols: Vec<f64> = (0..count)
        .map(|_| levels[(next() * 4.0) as usize])
        .collect();
    let held = |i: isize| {
        let i = usize::try_from(i).unwrap_or(0) / 2;
        symbols[i.min(count - 1)]
    };
    let received = (0..2 * count.cast_signed())
        .map(|i| 0.3 * held(i + 1) + held(i) + 0.4 * held(i - 1) + 0.2 * (next() - 0.5))
        .collect();
    (symbols, received)
}

fn once() {
    let repeat: usize = option("repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let kind = option("kind").unwrap_or_else(|| "taps".to_owned());
    let &(_, feedback, products, step) = (KINDS.iter())
        .find(|k| k.0 == kind)
        .expect("taps, feedback or products");
    let (symbols, received) = sent(SYMBOLS);
    let rule = UpdateRule::LeastMeanSquares { step };
    let mut error = 0.0;
    let times: Vec<String> = (0..repeat)
        .map(|_| {
            let structure = structure(feedback, products);
            let (out, spent) = timed(|| {
                AdaptiveEqualizer::new(structure, rule, &levels())
                    .and_then(|mut e| {
                        let known = &symbols[..SYMBOLS / 2];
                        e.equalize(&received, known, AfterTraining::DecisionDirected)
                    })
                    .expect("an equaliser")
            });
            let half = &out.errors[SYMBOLS / 2..SYMBOLS - 100];
            error = half.iter().map(|e| e * e).sum::<f64>() / half.len() as f64;
            spent.thread.to_string()
        })
        .collect();
    println!(
        "{{\"thread_seconds\": [{}], \"symbols\": {SYMBOLS}, \"mean_square_error\": {error}}}",
        times.join(", ")
    );
}

fn main() {
    if std::env::args().any(|a| a == "--once") {
        once();
        return;
    }
    heading("Adaptive equalisers at half a symbol, one thread");
    row("what", "million symbols/s, over the yardstick", "target");
    let count = sized(SYMBOLS, 1 << 10);
    let (symbols, received) = sent(count);
    for (name, feedback, products, step) in KINDS {
        let rule = UpdateRule::LeastMeanSquares { step };
        let structure = structure(feedback, products);
        let mut equalizer =
            AdaptiveEqualizer::new(structure, rule, &levels()).expect("an equaliser");
        let [n, m] = products;
        let terms = 70 + n * (n + 1) / 2 + m * (m + 1) * (m + 2) / 6 + feedback;
        let (mut weights, fixed) = (vec![0.0; terms], vec![1e-3; terms]);
        let result = compare(
            sized(9, 1),
            || {
                black_box(
                    equalizer
                        .equalize(&received, &symbols, AfterTraining::Hold)
                        .expect("finite samples"),
                );
                count as f64
            },
            || {
                for _ in 0..count {
                    let sum = eyespan::signal::kernels::dot(&weights, &fixed);
                    eyespan::signal::kernels::add_scaled(&mut weights, &fixed, -1e-3 * sum);
                }
                black_box(&weights);
                count as f64
            },
        );
        row(
            &format!("{name}, {terms} terms"),
            &format!("{:.2}, {:.2} ×", 1e-6 / result.work, result.ratio),
            "",
        );
    }
}
