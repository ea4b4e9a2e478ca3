//! Philox 4×32, a counter-based generator of 32-bit integers.
//!
//! J. K. Salmon, M. A. Moraes, R. O. Dror and D. E. Shaw, "Parallel random numbers: as easy as
//! 1, 2, 3", SC'11, DOI 10.1145/2063384.2063405, section 4.3.

/// Rounds used for all streams. Seven is the least that passes BigCrush (the paper's table 2);
/// ten, the paper's default, is a safety margin.
pub(super) const ROUNDS: u32 = 7;

const MULTIPLIER_0: u64 = 0xD251_1F53;
const MULTIPLIER_1: u64 = 0xCD9E_8D57;
const KEY_INCREMENT_0: u32 = 0x9E37_79B9;
const KEY_INCREMENT_1: u32 = 0xBB67_AE85;

const LOW_HALF: u64 = 0xFFFF_FFFF;

/// Four random 32-bit words from a 128-bit counter and a 64-bit key.
///
/// Words travel in the low halves of 64-bit lanes and the upper halves hold rubbish between
/// rounds: that is the form in which vector units multiply 32 by 32 bits. Only the result is
/// masked.
#[inline(always)]
pub(super) fn philox_4x32(rounds: u32, counter: [u64; 4], key: [u32; 2]) -> [u64; 4] {
    let [mut c0, mut c1, mut c2, mut c3] = counter;
    let [mut k0, mut k1] = key;
    for _ in 0..rounds {
        let product_0 = (c0 & LOW_HALF) * MULTIPLIER_0;
        let product_1 = (c2 & LOW_HALF) * MULTIPLIER_1;
        c0 = (product_1 >> 32) ^ c1 ^ u64::from(k0);
        c1 = product_1;
        c2 = (product_0 >> 32) ^ c3 ^ u64::from(k1);
        c3 = product_0;
        k0 = k0.wrapping_add(KEY_INCREMENT_0);
        k1 = k1.wrapping_add(KEY_INCREMENT_1);
    }
    [c0 & LOW_HALF, c1 & LOW_HALF, c2 & LOW_HALF, c3 & LOW_HALF]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Known-answer vectors distributed with Random123, the reference implementation of the
    /// paper's authors.
    #[test]
    fn philox_gives_the_known_answers_of_its_reference_implementation() {
        assert_eq!(
            philox_4x32(7, [0; 4], [0; 2]),
            [0x5f6f_b709, 0x0d89_3f64, 0x4f12_1f81, 0x4f73_0a48]
        );
        assert_eq!(
            philox_4x32(10, [0; 4], [0; 2]),
            [0x6627_e8d5, 0xe169_c58d, 0xbc57_ac4c, 0x9b00_dbd8]
        );
        assert_eq!(
            philox_4x32(10, [LOW_HALF; 4], [u32::MAX; 2]),
            [0x408f_276d, 0x41c8_3b0e, 0xa20b_c7c6, 0x6d54_51fd]
        );
        assert_eq!(
            philox_4x32(
                10,
                [0x243f_6a88, 0x85a3_08d3, 0x1319_8a2e, 0x0370_7344],
                [0xa409_3822, 0x299f_31d0]
            ),
            [0xd16c_fe09, 0x94fd_cceb, 0x5001_e420, 0x2412_6ea1]
        );
    }
}
