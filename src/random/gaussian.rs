//! Standard normal variates from pairs of uniform ones.
//!
//! Box–Muller (G. E. P. Box and M. E. Muller, Ann. Math. Statist. 29, 610, 1958,
//! DOI 10.1214/aoms/1177706645) with the angle folded into one quadrant and two random signs, so
//! that the whole transform is free of branches and vectorises.

use super::philox::{ROUNDS, philox_4x32};
use multiversion::multiversion;

/// Largest magnitude a normal draw can have, in standard deviations: the radius comes from a
/// uniform variate on a grid of 2⁻⁵², and √(2·52·ln 2) = 8.490.
///
/// The grid distorts the distribution only where fewer than a few dozen of its points are left:
/// the tail probability is right to a few per cent up to 7.5 σ (3·10⁻¹⁴).
pub const GAUSSIAN_TAIL_END: f64 = 8.490_424_416_849_124;

/// Box–Muller pairs in a block.
const PAIRS: usize = 32;
/// Samples in a block: first the cosines of all pairs, then the sines.
pub(super) const BLOCK: usize = 2 * PAIRS;
/// log₂ of [`BLOCK`].
pub(super) const BLOCK_SHIFT: u32 = 6;

const ONE_BITS: u64 = 0x3FF0_0000_0000_0000;
const SIGN_BIT: u64 = 1 << 63;

/// Fills whole blocks, the first of which has the number `first_block`, with the widest vector
/// instructions the processor has.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
pub(super) fn fill_blocks(words: [u64; 2], first_block: u64, blocks: &mut [[f64; BLOCK]]) {
    fill_blocks_plain(words, first_block, blocks);
}

/// The same, compiled for the baseline of the build.
#[inline(always)]
#[allow(clippy::cast_possible_truncation)] // the key is split into its halves
pub(super) fn fill_blocks_plain(words: [u64; 2], first_block: u64, blocks: &mut [[f64; BLOCK]]) {
    // Three short loops keep their constants in registers, one long loop does not: 1.9 against
    // 2.5 ns per sample with AVX2.
    let key = [words[0] as u32, (words[0] >> 32) as u32];
    let mut radius_words = [0_u64; PAIRS];
    let mut angle_words = [0_u64; PAIRS];
    let mut number = first_block;
    for block in blocks {
        let first_pair = number.wrapping_mul(PAIRS as u64);
        for (pair, (radius_word, angle_word)) in
            radius_words.iter_mut().zip(&mut angle_words).enumerate()
        {
            let pair = first_pair | pair as u64;
            let counter = [pair, pair >> 32, words[1], words[1] >> 32];
            let random = philox_4x32(ROUNDS, counter, key);
            *radius_word = random[0] | (random[1] << 32);
            *angle_word = random[2] | (random[3] << 32);
        }
        let (cosines, sines) = block.split_at_mut(PAIRS);
        for (cosine, &word) in cosines.iter_mut().zip(&radius_words) {
            // (0, 1] in steps of 2⁻⁵².
            let uniform = 2.0 - f64::from_bits((word >> 12) | ONE_BITS);
            // √(−2 ln u)/√2: the 1/√2 belongs to the rotation by 45° below.
            *cosine = negative_ln(uniform).sqrt();
        }
        for ((cosine, sine), &word) in cosines.iter_mut().zip(sines).zip(&angle_words) {
            let radius = *cosine;
            let [a, b] = rotate(radius, word);
            *cosine = a;
            *sine = b;
        }
        number = number.wrapping_add(1);
    }
}

/// The two coordinates of a point at `radius`·√2 in the direction that `word` draws.
#[inline(always)]
fn rotate(radius: f64, word: u64) -> [f64; 2] {
    // Angle within the quadrant, from its middle and in units of the quadrant: [−1/2, 1/2).
    let turn = f64::from_bits((word >> 12) | ONE_BITS) - 1.5;
    let (sine, cosine) = sin_cos_quarter(turn);
    // The bits below the angle's 52 draw the quadrant.
    let sign_a = (word << 63) & SIGN_BIT;
    let sign_b = (word << 62) & SIGN_BIT;
    [
        f64::from_bits((radius * (cosine - sine)).to_bits() ^ sign_a),
        f64::from_bits((radius * (cosine + sine)).to_bits() ^ sign_b),
    ]
}

/// −ln u for u in [2⁻⁵², 1], to about 2·10⁻¹² relative.
///
/// u = 2ᵏ·m with m in [1/√2, √2) and ln m = 2 artanh((m−1)/(m+1)) as a series.
#[inline(always)]
fn negative_ln(u: f64) -> f64 {
    const SQRT_HALF_BITS: u64 = 0x3FE6_A09E_667F_3BCD;
    // Keeps the exponent positive: vector units lack the arithmetic 64-bit shift.
    const BIAS: u64 = 64;
    const TWO_POW_52: f64 = 4_503_599_627_370_496.0;

    let bits = u.to_bits();
    let biased = (bits.wrapping_sub(SQRT_HALF_BITS).wrapping_add(BIAS << 52)) >> 52;
    let mantissa = f64::from_bits(bits.wrapping_add(BIAS << 52).wrapping_sub(biased << 52));
    // Integer to floating point through the mantissa of 2⁵²; the bias of 64 leaves with it.
    let exponent = f64::from_bits(biased | TWO_POW_52.to_bits()) - (TWO_POW_52 + 64.0);

    let s = (1.0 - mantissa) / (1.0 + mantissa);
    let z = s * s;
    let series = 2.0
        + z * (2.0 / 3.0
            + z * (2.0 / 5.0
                + z * (2.0 / 7.0 + z * (2.0 / 9.0 + z * (2.0 / 11.0 + z * (2.0 / 13.0))))));
    s * series - exponent * core::f64::consts::LN_2
}

/// (sin, cos) of x·π/2 for |x| ≤ 1/2, to 10⁻¹¹: the Taylor series, which ends at the eleventh
/// power of the angle for the sine and the twelfth for the cosine.
#[inline(always)]
fn sin_cos_quarter(x: f64) -> (f64, f64) {
    let angle = x * core::f64::consts::FRAC_PI_2;
    let z = angle * angle;
    let sine = angle
        * (1.0
            + z * (-1.0 / 6.0
                + z * (1.0 / 120.0
                    + z * (-1.0 / 5040.0 + z * (1.0 / 362_880.0 + z * (-1.0 / 39_916_800.0))))));
    let cosine = 1.0
        + z * (-0.5
            + z * (1.0 / 24.0
                + z * (-1.0 / 720.0
                    + z * (1.0 / 40_320.0
                        + z * (-1.0 / 3_628_800.0 + z * (1.0 / 479_001_600.0))))));
    (sine, cosine)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dispatched_and_baseline_kernels_agree_bit_for_bit() {
        let words = [0x0123_4567_89AB_CDEF, 0xFEDC_BA98_7654_3210];
        for first_block in [0, 1, u64::from(u32::MAX), u64::MAX - 100] {
            let mut fast = vec![[0.0; BLOCK]; 1000];
            let mut plain = vec![[0.0; BLOCK]; 1000];
            fill_blocks(words, first_block, &mut fast);
            fill_blocks_plain(words, first_block, &mut plain);
            for (a, b) in fast.iter().flatten().zip(plain.iter().flatten()) {
                assert_eq!(a.to_bits(), b.to_bits());
            }
        }
    }

    #[test]
    fn logarithm_is_accurate_from_one_to_the_end_of_the_tail() {
        let grid = 2.0_f64.powi(-52);
        assert!(negative_ln(1.0).abs() < f64::MIN_POSITIVE);
        let mut u = grid;
        while u < 1.0 {
            let exact = -u.ln();
            assert!(
                ((negative_ln(u) - exact) / exact).abs() < 5e-12,
                "u = {u:e}"
            );
            u = (u * 1.003).max(u + grid);
        }
        for u in [1.0 - grid, 0.5, 0.5 - grid, 0.5_f64.sqrt(), 1.0 - 1e-9] {
            let exact = -u.ln();
            assert!(
                ((negative_ln(u) - exact) / exact).abs() < 5e-12,
                "u = {u:e}"
            );
        }
        let end = (2.0 * negative_ln(grid)).sqrt();
        assert!((end - GAUSSIAN_TAIL_END).abs() < 1e-10, "{end}");
    }

    #[test]
    fn sine_and_cosine_are_accurate_over_the_quadrant() {
        for step in -500..=500 {
            let x = f64::from(step) * 1e-3;
            let (sine, cosine) = sin_cos_quarter(x);
            let (s, c) = (x * core::f64::consts::FRAC_PI_2).sin_cos();
            assert!((sine - s).abs() < 1e-11 && (cosine - c).abs() < 1e-11);
        }
    }
}
