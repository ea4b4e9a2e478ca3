//! Normal draws, one thread.
//!
//! Yardstick: Box–Muller one pair at a time, with the library's logarithm, sine and cosine and a
//! generator of three additions and shifts.

mod stopwatch;

use eyespan::random::{Source, StreamKey};
use stopwatch::{compare, heading, row, sized, threads};

/// Marsaglia's xorshift64* (S. Vigna, ACM Trans. Math. Softw. 42, 30, 2016,
/// DOI 10.1145/2845077), as a number in (0, 1].
fn uniform(state: &mut u64) -> f64 {
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    let bits = state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 11;
    (bits + 1) as f64 / (1u64 << 53) as f64
}

fn main() {
    heading("Normal draws, one thread");
    let samples = 16_384;
    let repetitions = if stopwatch::smoke() { 5u32 } else { 500 };
    let mut out = vec![0.0; samples];
    let mut plain = vec![0.0; samples];
    let stream = StreamKey {
        seed: 1,
        source: Source::ThermalNoise,
        lane: 0,
        polarization: 0,
        span: 0,
    }
    .stream();
    let mut first = 0;
    let mut state = 1;
    let result = threads(1).install(|| {
        compare(
            sized(7, 1),
            || {
                for _ in 0..repetitions {
                    stream.fill_gaussian(first, &mut out);
                    first += 16_384;
                    std::hint::black_box(&out);
                }
                f64::from(repetitions) * 16_384.0
            },
            || {
                for _ in 0..repetitions.div_ceil(10) {
                    for pair in plain.chunks_exact_mut(2) {
                        let radius = (-2.0 * uniform(&mut state).ln()).sqrt();
                        let (sine, cosine) =
                            (std::f64::consts::TAU * uniform(&mut state)).sin_cos();
                        pair.copy_from_slice(&[radius * cosine, radius * sine]);
                    }
                    std::hint::black_box(&plain);
                }
                f64::from(repetitions.div_ceil(10)) * 16_384.0
            },
        )
    });
    row("what", "ns a draw, yardstick over it", "target");
    row(
        "Philox 4×32-7 with vector Box–Muller",
        &format!("{:.2}, {:.1} ×", 1e9 * result.work, 1.0 / result.ratio),
        "≤ 2 ns with AVX2",
    );
}
