//! The short stress pattern, random quaternary (SSPRQ).

use super::modulation::Modulation;

/// Symbols after which the pattern repeats.
pub(super) const SYMBOLS: usize = 65_535;

/// First 31 bits (the first as the most significant) and length in bits of the three stretches of
/// PRBS31 that make the bit sequence, in the order in which they are sent.
const STRETCHES: [(u32, usize); 3] = [
    (0x7fff_ffed, 10_924),
    (0x6bf7_3fb1, 10_922),
    (0x1555_5555, 10_922),
];

/// Bits of the three stretches together, 2¹⁵.
const BITS: usize = 32_768;

/// The whole pattern, 65 535 four-level symbols (IEEE Std 802.3, 120.5.11.2.3).
///
/// Three stretches of PRBS31 that are harder than random data, each inverted as IEEE sends PRBS31
/// (s(t) = 1 ⊕ s(t−28) ⊕ s(t−31)), make a sequence a of 2¹⁵ bits. The symbols are, Gray mapped two
/// bits at a time:
///
/// 1. a;
/// 2. a again, its levels turned upside down (k becomes 3 − k);
/// 3. a without its first bit, then a without its last, as one sequence of 2·(2¹⁵ − 1) bits, so that
///    the pairs fall between those of the first part; behind the first 16 383 symbols upside down.
pub(super) fn symbols() -> Vec<u8> {
    let mut bits = Vec::with_capacity(BITS);
    for (first, length) in STRETCHES {
        stretch(first, length, &mut bits);
    }
    let without_first = bits.get(1..).unwrap_or_default();
    let without_last = bits.get(..BITS - 1).unwrap_or_default();
    let shifted = mapped(without_first.iter().chain(without_last));
    let upright = mapped(bits.iter());
    let upside_down = |level: &u8| 3 - level;
    let (third, fourth) = shifted.split_at(shifted.len() / 2);
    upright
        .iter()
        .copied()
        .chain(upright.iter().map(upside_down))
        .chain(third.iter().copied())
        .chain(fourth.iter().map(upside_down))
        .collect()
}

/// Appends `length` bits of the inverted PRBS31 that begins with the 31 bits of `first`.
fn stretch(first: u32, length: usize, bits: &mut Vec<u8>) {
    // The last 31 bits, the latest in bit 0.
    let mut window = first;
    for at in 0..length {
        let bit = if at < 31 {
            first >> (30 - at) & 1
        } else {
            let next = 1 ^ (window >> 27 & 1) ^ (window >> 30 & 1);
            window = window << 1 | next;
            next
        };
        bits.push(u8::from(bit == 1));
    }
}

/// Gray mapped pairs of bits, the first as the more significant.
fn mapped<'a>(bits: impl Iterator<Item = &'a u8>) -> Vec<u8> {
    let mut level_of = [0; 4];
    for level in 0..4 {
        if let Some(place) = level_of.get_mut(usize::from(Modulation::label(level))) {
            *place = level;
        }
    }
    let mut symbols = Vec::with_capacity(SYMBOLS);
    let mut first = None;
    for &bit in bits {
        match first.take() {
            None => first = Some(bit),
            Some(high) => symbols.push(level_of[usize::from((high << 1 | bit) & 3)]),
        }
    }
    symbols
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_is_that_of_the_standard_and_the_halves_are_upside_down() {
        let symbols = symbols();
        assert_eq!(symbols.len(), SYMBOLS);
        for k in 0..16_384 {
            assert_eq!(symbols[k] + symbols[16_384 + k], 3);
        }
        assert_eq!(
            symbols[..16],
            [2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 1, 3, 2]
        );
    }

    #[test]
    fn a_stretch_is_inverted_prbs31() {
        let mut bits = Vec::new();
        stretch(STRETCHES[1].0, 500, &mut bits);
        assert_eq!(bits.len(), 500);
        for t in 31..500 {
            assert_eq!(bits[t], 1 ^ bits[t - 28] ^ bits[t - 31], "bit {t}");
        }
    }
}
