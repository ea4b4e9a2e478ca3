//! Properties of pseudo-random and de Bruijn sequences.

use super::checks::{Case, CaseError, Check, Checks};
use eyespan::format::{Modulation, Pattern};
use std::collections::HashSet;

const AREA: &str = "patterns";
const PRBS: &str = "ITU-T O.150; S. W. Golomb, Shift Register Sequences (1967), chapter 3";
const FOUR_LEVELS: &str =
    "IEEE Std 802.3, 120.5.11.2.1; Golomb, Shift Register Sequences (1967), chapter 3";
const SSPRQ: &str = "IEEE Std 802.3, 120.5.11.2.3, and its file SSPRQ_sequence.csv";
const SSPRQ_HASH: usize = 953_303_332;
const DE_BRUIJN: &str = "N. G. de Bruijn, Proc. Koninkl. Nederl. Akad. Wetensch. 49, 758 (1946)";

/// Longest run of a value in a cyclic sequence that has another value somewhere.
fn longest_run(symbols: &[u8], value: u8) -> usize {
    let start = symbols.iter().position(|&s| s != value).unwrap_or(0);
    let (mut run, mut longest) = (0, 0);
    for k in 0..symbols.len() {
        run = if symbols[(start + k) % symbols.len()] == value {
            run + 1
        } else {
            0
        };
        longest = longest.max(run);
    }
    longest
}

/// How many places break s(k) = ⊕ s(k − delay).
fn violations(bits: &[u8], delays: &[usize]) -> usize {
    let n = bits.len();
    (0..n)
        .filter(|&k| {
            let sum = delays.iter().fold(0, |sum, d| sum ^ bits[(k + n - d) % n]);
            sum != bits[k]
        })
        .count()
}

/// Order, and the delays of the recurrence: x⁷ + x⁶ + 1 is 7 and 6.
fn binary(order: u32, delays: &'static [usize]) -> Case {
    Case::new(AREA, format!("prbs/order-{order}"), move || {
        let mut checks = Checks::from(PRBS);
        let bits = Pattern::Prbs { order }.cyclic_symbols(&Modulation::nrz())?;
        let n = (1usize << order) - 1;
        checks.exact("bits in a period", bits.len(), n);
        let ones = bits.iter().filter(|&&b| b == 1).count();
        checks.exact("ones", ones, n.div_ceil(2));
        checks.exact("longest run of ones", longest_run(&bits, 1), order as usize);
        checks.exact(
            "longest run of zeros",
            longest_run(&bits, 0),
            order as usize - 1,
        );
        checks.exact(
            "places that break the recurrence",
            violations(&bits, delays),
            0,
        );
        // Every shift agrees with the sequence in one place less than it differs.
        for shift in [1, 2, order as usize, n / 3, n - 1] {
            let agree = (0..n).filter(|&k| bits[k] == bits[(k + shift) % n]).count();
            checks.exact(
                format!("agreements with itself shifted by {shift}"),
                agree,
                n / 2,
            );
        }
        checks.done()
    })
}

/// PRBS31 and PRBS23 are too long to hold: their recurrence over a stretch.
fn streamed(order: u32, delays: [usize; 2]) -> Case {
    Case::new(AREA, format!("prbs/order-{order}"), move || {
        let mut checks = Checks::from(PRBS);
        let key = eyespan::random::StreamKey {
            seed: 1,
            source: eyespan::random::Source::Symbols,
            lane: 0,
            polarization: 0,
            span: 0,
        };
        let source = Pattern::Prbs { order }.symbol_source(&Modulation::nrz(), key.stream())?;
        checks.exact(
            "bits in a period",
            usize::try_from(source.period().unwrap_or(0))?,
            (1usize << order) - 1,
        );
        let period = i64::try_from((1u64 << order) - 1)?;
        for first in [0, period / 2, period - 5000] {
            let mut bits = vec![0; 10_000];
            source.fill(first, &mut bits);
            let broken = (order as usize..bits.len())
                .filter(|&k| bits[k] != bits[k - delays[0]] ^ bits[k - delays[1]])
                .count();
            checks.exact(
                format!("places that break the recurrence from {first}"),
                broken,
                0,
            );
        }
        checks.done()
    })
}

fn prbs13q() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(FOUR_LEVELS);
    let modulation = Modulation::pam4();
    let symbols = Pattern::Prbs13q.cyclic_symbols(&modulation)?;
    checks.exact("symbols in a period", symbols.len(), 8191);
    // Two periods of the bits cut in pairs show every pair of neighbouring bits once: 2¹¹ times
    // each, 00 once less.
    for (level, expected) in [(0, 2047), (1, 2048), (2, 2048), (3, 2048)] {
        let count = symbols.iter().filter(|&&s| s == level).count();
        checks.exact(format!("symbols at level {level}"), count, expected);
    }
    let bits: Vec<u8> = symbols
        .iter()
        .flat_map(|&s| {
            let label = Modulation::label(s);
            [label >> 1, label & 1]
        })
        .collect();
    checks.exact(
        "bits that break the recurrence x¹³ + x¹² + x² + x + 1",
        violations(&bits, &[13, 12, 2, 1]),
        0,
    );
    let (first, second) = bits.split_at(8191);
    checks.exact(
        "bits that differ between the two periods",
        first.iter().zip(second).filter(|(a, b)| a != b).count(),
        0,
    );
    for (level, label) in [0b00, 0b01, 0b11, 0b10].into_iter().enumerate() {
        checks.exact(
            format!("label of level {level}"),
            usize::from(Modulation::label(u8::try_from(level)?)),
            label,
        );
    }
    checks.done()
}

/// Counts of the 65 535 symbols that IEEE publishes as a file beside the standard
/// (SSPRQ_sequence.csv), and a sum in which every symbol's place counts, taken from that file by
/// `derive/ssprq.py`.
fn ssprq() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SSPRQ);
    let symbols = Pattern::Ssprq.cyclic_symbols(&Modulation::pam4())?;
    checks.exact("symbols in a period", symbols.len(), 65_535);
    for (level, expected, run) in [
        (0, 15_215, 14),
        (1, 17_553, 15),
        (2, 17_552, 15),
        (3, 15_215, 14),
    ] {
        let count = symbols.iter().filter(|&&s| s == level).count();
        checks.exact(format!("symbols at level {level}"), count, expected);
        checks.exact(
            format!("longest run of level {level}"),
            longest_run(&symbols, level),
            run,
        );
    }
    let followed = [
        [4146, 3775, 3900, 3394],
        [3778, 5717, 4161, 3897],
        [3897, 4161, 5716, 3778],
        [3394, 3900, 3775, 4146],
    ];
    let n = symbols.len();
    for (from, row) in (0_u8..).zip(followed) {
        for (to, expected) in (0_u8..).zip(row) {
            let count = (0..n)
                .filter(|&k| symbols[k] == from && symbols[(k + 1) % n] == to)
                .count();
            checks.exact(format!("level {to} behind level {from}"), count, expected);
        }
    }
    // A polynomial in the symbols modulo a prime: another symbol or another order gives another one.
    let hash = symbols
        .iter()
        .fold(0_u64, |sum, &s| (sum * 31 + u64::from(s)) % 1_000_000_007);
    checks.exact(
        "31-adic number of the symbols modulo 1 000 000 007",
        usize::try_from(hash)?,
        SSPRQ_HASH,
    );
    checks.done()
}

fn de_bruijn(levels: usize, order: u32) -> Case {
    Case::new(
        AREA,
        format!("de-bruijn/{levels}-levels-order-{order}"),
        move || {
            let mut checks = Checks::from(DE_BRUIJN);
            let modulation = Modulation::pam(levels, None)?;
            let symbols = Pattern::DeBruijn { order }.cyclic_symbols(&modulation)?;
            let n = levels.pow(order);
            checks.exact("symbols in a period", symbols.len(), n);
            let words: HashSet<Vec<u8>> = (0..n)
                .map(|k| (0..order as usize).map(|i| symbols[(k + i) % n]).collect())
                .collect();
            checks.exact("different words", words.len(), n);
            checks.done()
        },
    )
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        binary(7, &[7, 6]),
        binary(9, &[9, 5]),
        binary(11, &[11, 9]),
        binary(13, &[13, 12, 2, 1]),
        binary(15, &[15, 14]),
        streamed(23, [23, 18]),
        streamed(31, [31, 28]),
        Case::new(AREA, "prbs13q/four-levels", prbs13q),
        Case::new(AREA, "ssprq/four-levels", ssprq),
        de_bruijn(2, 11),
        de_bruijn(4, 6),
        de_bruijn(8, 4),
    ]
}
