//! Detection of sequences: million symbols a second of one core.
//!
//! Yardstick: the same trellis written down plainly, state by state and branch by branch.
//!
//! `--once [--repeat <n>] [--memory <m>]` prints the thread time of each repetition over 2^18 symbols of
//! PAM4 as JSON, with the symbols that were wrong, for `peers/mlse.py`, which makes the same samples.

mod stopwatch;

use eyespan::equalizer::{SequenceDetector, SequenceScratch};
use stopwatch::{compare, heading, option, row, sized, timed};

const SYMBOLS: usize = 1 << 18;
const RESPONSE: [f64; 5] = [1.0, 0.6, -0.2, 0.1, 0.05];

fn positions(levels: usize) -> Vec<f64> {
    (0..levels)
        .map(|k| 2.0 * k as f64 / (levels - 1) as f64 - 1.0)
        .collect()
}

/// Symbols by a linear congruential generator and samples with uniform noise of ±0.45 by the same.
fn sent(levels: usize, memory: usize, count: usize) -> (Vec<u8>, Vec<f64>) {
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1u32 << 24)
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let symbols: Vec<u8> = (0..count).map(|_| (next() * levels as f64) as u8).collect();
    let p = positions(levels);
    let received = (0..count)
        .map(|n| {
            let sum: f64 = (0..=memory.min(n))
                .map(|k| RESPONSE[k] * p[usize::from(symbols[n - k])])
                .sum();
            sum + 0.9 * (next() - 0.5)
        })
        .collect();
    (symbols, received)
}

/// Survivors by the definition, without tracing back.
fn plain(received: &[f64], levels: usize, memory: usize) -> f64 {
    let p = positions(levels);
    let states = levels.pow(u32::try_from(memory).expect("small"));
    let mut metrics = vec![0.0; states];
    let mut choices = vec![0u8; states];
    for z in received {
        let mut next = vec![f64::INFINITY; states];
        for (state, metric) in metrics.iter().enumerate() {
            for (symbol, level) in p.iter().enumerate() {
                let mut expected = RESPONSE[0] * level;
                let mut rest = state;
                for h in &RESPONSE[1..=memory] {
                    expected += h * p[rest % levels];
                    rest /= levels;
                }
                let cost = metric + (z - expected).powi(2);
                let to = (state * levels + symbol) % states;
                if cost < next[to] {
                    next[to] = cost;
                    choices[to] = u8::try_from(state % levels).unwrap_or(0);
                }
            }
        }
        metrics = next;
    }
    metrics.iter().copied().fold(f64::INFINITY, f64::min) + f64::from(choices[0])
}

fn once() {
    let repeat: usize = option("repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let memory: usize = option("memory").and_then(|n| n.parse().ok()).unwrap_or(3);
    let (symbols, received) = sent(4, memory, SYMBOLS);
    let detector = SequenceDetector::new(&positions(4), &RESPONSE[..=memory]).expect("a detector");
    let (mut scratch, mut found) = (SequenceScratch::default(), Vec::new());
    let times: Vec<String> = (0..repeat)
        .map(|_| {
            let ((), spent) = timed(|| {
                detector
                    .detect(&received, None, &mut scratch, &mut found)
                    .expect("symbols");
            });
            spent.thread.to_string()
        })
        .collect();
    let wrong = symbols.iter().zip(&found).filter(|(a, b)| a != b).count();
    println!(
        "{{\"thread_seconds\": [{}], \"symbols\": {SYMBOLS}, \"wrong\": {wrong}}}",
        times.join(", ")
    );
}

fn main() {
    if std::env::args().any(|a| a == "--once") {
        once();
        return;
    }
    heading("Detection of sequences, one thread");
    row("what", "million symbols/s, over the yardstick", "target");
    for (levels, memory, target) in [
        (2, 4, ""),
        (4, 1, ""),
        (4, 2, ""),
        (4, 3, "≥ 2 million/s"),
        (4, 4, ""),
    ] {
        let count = sized(SYMBOLS, 1 << 12);
        let (_, received) = sent(levels, memory, count);
        let detector =
            SequenceDetector::new(&positions(levels), &RESPONSE[..=memory]).expect("a detector");
        let (mut scratch, mut found) = (SequenceScratch::default(), Vec::new());
        let few = 1 << 10;
        let result = compare(
            sized(9, 1),
            || {
                detector
                    .detect(&received, None, &mut scratch, &mut found)
                    .expect("symbols");
                count as f64
            },
            || {
                assert!(plain(&received[..few], levels, memory) >= 0.0);
                few as f64
            },
        );
        row(
            &format!("PAM{levels}, {} states", detector.states()),
            &format!("{:.2}, {:.3} ×", 1e-6 / result.work, result.ratio),
            target,
        );
    }
}
