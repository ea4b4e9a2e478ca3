//! Reed–Solomon codes: million bits a second of one core, encoded and decoded.
//!
//! Yardstick: the same word's check symbols by the definition, one product of the field after the other.

mod stopwatch;

use eyespan::fec::{Decoding, ReedSolomon, ReedSolomonCodec};
use stopwatch::{compare, heading, row, sized};

/// Product in the field of 2^10 elements by shifts, x^10 + x^3 + 1.
fn product(mut a: u16, mut b: u16) -> u16 {
    let mut sum = 0;
    while b != 0 {
        if b & 1 != 0 {
            sum ^= a;
        }
        a <<= 1;
        if a & 0x400 != 0 {
            a ^= 0x409;
        }
        b >>= 1;
    }
    sum
}

/// The division written down plainly.
fn plain(message: &[u16], generator: &[u16]) -> u16 {
    let mut rest = message.to_vec();
    rest.resize(message.len() + generator.len() - 1, 0);
    for k in 0..message.len() {
        let leading = rest[k];
        for (a, g) in rest[k + 1..].iter_mut().zip(generator.iter().rev().skip(1)) {
            *a ^= product(leading, *g);
        }
    }
    rest[message.len()]
}

fn main() {
    heading("Reed-Solomon codes, one thread");
    row("what", "Mbit/s, over the yardstick", "target");
    for code in [ReedSolomon::kp4(), ReedSolomon::kr4()] {
        let codec = ReedSolomonCodec::new(&code).expect("a code");
        let generator = codec.generator_polynomial();
        let message: Vec<u16> = (0..514u16).map(|k| k * 7 % 1024).collect();
        let sent = codec.encode(&message).expect("a message");
        let bits = f64::from(code.codeword_symbols * code.bits_per_symbol);
        let words = sized(400, 4);
        let yardstick = || {
            let sum: u32 = (0..words / 4)
                .map(|_| u32::from(plain(std::hint::black_box(&message), &generator)))
                .sum();
            assert!(sum < u32::MAX);
            (words / 4) as f64 * bits
        };
        let encoded = compare(
            sized(9, 1),
            || {
                for _ in 0..words {
                    let word = codec
                        .encode(std::hint::black_box(&message))
                        .expect("a word");
                    assert_eq!(word[514], sent[514]);
                }
                words as f64 * bits
            },
            yardstick,
        );
        row(
            &format!("{}, encoded", code.name),
            &format!("{:.0}, {:.4} ×", 1e-6 / encoded.work, encoded.ratio),
            "",
        );
        for errors in [0usize, 1, 4, code.correctable_symbols() as usize] {
            let mut damaged = sent.clone();
            for k in 0..errors {
                damaged[k * 35] ^= 0x4D;
            }
            let decoded = compare(
                sized(9, 1),
                || {
                    for _ in 0..words {
                        let mut word = std::hint::black_box(&damaged).clone();
                        let found = codec.decode(&mut word).expect("a word");
                        assert_eq!(found, Decoding::Corrected { symbols: errors });
                    }
                    words as f64 * bits
                },
                yardstick,
            );
            row(
                &format!("{}, decoded, {errors} symbols wrong", code.name),
                &format!("{:.0}, {:.4} ×", 1e-6 / decoded.work, decoded.ratio),
                "",
            );
        }
    }
}
