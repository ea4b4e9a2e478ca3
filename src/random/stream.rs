//! Draws from a stream at absolute sample indices.

#![allow(
    clippy::cast_possible_truncation, // words are split into halves on purpose
    clippy::cast_sign_loss, // counters are indices modulo 2⁶⁴
    clippy::cast_possible_wrap
)]

use super::gaussian::{self, BLOCK, BLOCK_SHIFT};
use super::philox::{ROUNDS, philox_4x32};
use multiversion::multiversion;

/// A random stream. Every draw is a pure function of the stream and of its absolute index, which
/// may be negative; the range wraps around at the ends of `i64`.
///
/// Normal and uniform draws of one stream are independent of each other; uniform draws and
/// symbols are the same draws in two forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Stream {
    words: [u64; 2],
}

/// Sets the counters of uniform draws apart from those of normal draws.
const UNIFORM_DOMAIN: u64 = 0x5851_F42D_4C95_7F2D;

/// Philox counters in a block of uniform draws.
const LANES: usize = 8;
/// Uniform draws in a block: the first words of the eight counters, then the second, and so on.
const UNIFORM_BLOCK: usize = 4 * LANES;
const UNIFORM_BLOCK_SHIFT: u32 = 5;

impl Stream {
    pub(super) fn from_words(first: u64, second: u64) -> Self {
        Self {
            words: [first, second],
        }
    }

    #[cfg(test)]
    pub(super) fn words(&self) -> [u64; 2] {
        self.words
    }

    /// Writes independent standard normal draws (mean 0, variance 1) for the sample indices
    /// `first_index`, `first_index + 1`, …
    ///
    /// The value at an index does not depend on how the range is cut. The tail ends at
    /// [`GAUSSIAN_TAIL_END`](super::GAUSSIAN_TAIL_END).
    pub fn fill_gaussian(&self, first_index: i64, out: &mut [f64]) {
        let (block, head, rest) = split(first_index, BLOCK_SHIFT, out);
        let mut number = block;
        if !head.is_empty() {
            let mut scratch = [[0.0; BLOCK]];
            gaussian::fill_blocks(self.words, number, &mut scratch);
            let offset = offset_in_block(first_index, BLOCK_SHIFT);
            copy(scratch.as_flattened(), offset, head);
            number = number.wrapping_add(1);
        }
        let (whole, tail) = rest.as_chunks_mut::<BLOCK>();
        gaussian::fill_blocks(self.words, number, whole);
        if !tail.is_empty() {
            let mut scratch = [[0.0; BLOCK]];
            gaussian::fill_blocks(
                self.words,
                number.wrapping_add(whole.len() as u64),
                &mut scratch,
            );
            copy(scratch.as_flattened(), 0, tail);
        }
    }

    /// Writes independent 32-bit integers, all equally likely, for the indices `first_index`,
    /// `first_index + 1`, …
    pub fn fill_uniform_u32(&self, first_index: i64, out: &mut [u32]) {
        let words = [self.words[0], self.words[1] ^ UNIFORM_DOMAIN];
        let (block, head, rest) = split(first_index, UNIFORM_BLOCK_SHIFT, out);
        let mut number = block;
        if !head.is_empty() {
            let mut scratch = [[0; UNIFORM_BLOCK]];
            fill_uniform_blocks(words, number, &mut scratch);
            let offset = offset_in_block(first_index, UNIFORM_BLOCK_SHIFT);
            copy(scratch.as_flattened(), offset, head);
            number = number.wrapping_add(1);
        }
        let (whole, tail) = rest.as_chunks_mut::<UNIFORM_BLOCK>();
        fill_uniform_blocks(words, number, whole);
        if !tail.is_empty() {
            let mut scratch = [[0; UNIFORM_BLOCK]];
            fill_uniform_blocks(words, number.wrapping_add(whole.len() as u64), &mut scratch);
            copy(scratch.as_flattened(), 0, tail);
        }
    }

    /// Writes independent symbols 0 … `levels`−1 for the indices `first_index`,
    /// `first_index + 1`, …; with `levels` 0 or 1 all are 0.
    ///
    /// Each is a 32-bit uniform draw times `levels`, shifted right by 32 bits: the probabilities
    /// differ from 1/`levels` by less than 2⁻³², and not at all for powers of two.
    pub fn fill_symbols(&self, first_index: i64, levels: u8, out: &mut [u8]) {
        let mut draws = [0_u32; 512];
        let mut index = first_index;
        for chunk in out.chunks_mut(draws.len()) {
            let draws = &mut draws[..chunk.len()];
            self.fill_uniform_u32(index, draws);
            for (symbol, &draw) in chunk.iter_mut().zip(draws.iter()) {
                // Below `levels`, hence within u8.
                *symbol = ((u64::from(draw) * u64::from(levels)) >> 32) as u8;
            }
            index = index.wrapping_add(chunk.len() as i64);
        }
    }
}

/// Position of an index within its block.
fn offset_in_block(index: i64, shift: u32) -> usize {
    (index & ((1 << shift) - 1)) as usize
}

/// Number of the block that holds `first_index`, the samples up to the end of that block where
/// the range starts inside it, and the rest.
fn split<T>(first_index: i64, shift: u32, out: &mut [T]) -> (u64, &mut [T], &mut [T]) {
    let offset = offset_in_block(first_index, shift);
    let head = if offset == 0 {
        0
    } else {
        ((1 << shift) - offset).min(out.len())
    };
    let (head, rest) = out.split_at_mut(head);
    ((first_index >> shift) as u64, head, rest)
}

fn copy<T: Copy>(block: &[T], offset: usize, out: &mut [T]) {
    for (target, source) in out.iter_mut().zip(block.iter().skip(offset)) {
        *target = *source;
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2", "aarch64+neon"))]
fn fill_uniform_blocks(words: [u64; 2], first_block: u64, blocks: &mut [[u32; UNIFORM_BLOCK]]) {
    fill_uniform_blocks_plain(words, first_block, blocks);
}

#[inline(always)]
fn fill_uniform_blocks_plain(
    words: [u64; 2],
    first_block: u64,
    blocks: &mut [[u32; UNIFORM_BLOCK]],
) {
    let key = [words[0] as u32, (words[0] >> 32) as u32];
    let mut number = first_block;
    for block in blocks {
        let first = number.wrapping_mul(LANES as u64);
        for lane in 0..LANES {
            let counter = first | lane as u64;
            let counter = [counter, counter >> 32, words[1], words[1] >> 32];
            let random = philox_4x32(ROUNDS, counter, key);
            for (word, &value) in random.iter().enumerate() {
                block[word * LANES + lane] = value as u32;
            }
        }
        number = number.wrapping_add(1);
    }
}

#[cfg(test)]
mod tests;
