//! The inner code of 200 Gb/s lanes on four levels, and the Reed–Solomon code around it.

use super::counting::{CodewordCounts, block_stream, random_codewords};
use super::hamming::MOST_TRIED;
use super::{FecError, HammingCode, HammingDecoding, ReedSolomon, ReedSolomonCodec};
use rayon::prelude::*;

/// Bits of a message.
pub const INNER_MESSAGE_BITS: usize = 120;
/// Symbols of four levels of a codeword.
pub const INNER_CODEWORD_SYMBOLS: usize = 64;
/// Symbols that carry the message.
const MESSAGE_SYMBOLS: usize = 60;
/// Symbols of a Reed–Solomon code of 10 bits in a message.
const OUTER_SYMBOLS: usize = 12;
/// Distance of neighbouring levels from −1 to 1.
const DISTANCE: f64 = 2.0 / 3.0;
/// Number of this use of random streams.
const STREAM: u32 = 0x4645_4301;

/// The inner code (128, 120) of IEEE P802.3dj, 177.5, on four Gray-labelled levels from −1 to 1.
///
/// Both bits of each of 60 symbols are sent as they are. Their exclusive or, which tells neighbouring levels
/// apart, goes through the Hamming code (68, 60), whose 8 check bits are the labels of 4 more
/// symbols. The receiver finds which symbols were decided one level off; to which side, the samples
/// say, without which a pair of bits cannot be corrected.
#[derive(Debug, Clone)]
pub struct InnerCode {
    code: HammingCode,
    tried: usize,
}

/// What is behind the inner code, and behind the Reed–Solomon code around it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct InnerCounts {
    /// Inner codewords.
    pub inner_codewords: u64,
    /// Bits of their messages that were decided wrongly in front of the inner decoder.
    pub bit_errors_before: u64,
    /// Inner codewords whose message is wrong behind the inner decoder.
    pub inner_failed: u64,
    /// What the outer decoder got, and what it left.
    pub outer: CodewordCounts,
}

impl InnerCode {
    /// The code with a decoder that tries the two least reliable bits and more both ways; `tried` 0
    /// decides hard but for the side to which a symbol is corrected.
    ///
    /// # Errors
    /// [`FecError::Reliabilities`] where `tried` is above 10.
    pub fn new(tried: usize) -> Result<Self, FecError> {
        if tried > MOST_TRIED {
            return Err(FecError::Reliabilities {
                given: 0,
                needed: 0,
                tried,
            });
        }
        Ok(Self {
            code: HammingCode::shortened_68_60(),
            tried,
        })
    }

    /// Levels, 0 to 3, of a message, whose bit i is the i-th in time.
    pub fn encode(&self, message: u128) -> [u8; INNER_CODEWORD_SYMBOLS] {
        let mut levels = [0u8; INNER_CODEWORD_SYMBOLS];
        let mut parities = 0u128;
        let (message_levels, check_levels) = levels.split_at_mut(MESSAGE_SYMBOLS);
        for (k, level) in message_levels.iter_mut().enumerate() {
            *level = level_of(message >> (2 * k));
            parities |= u128::from(*level & 1) << k;
        }
        let checks = self.code.encode(parities) >> MESSAGE_SYMBOLS;
        for (k, level) in check_levels.iter_mut().enumerate() {
            *level = level_of(checks >> (2 * k));
        }
        levels
    }

    /// The message behind the decoder, from samples with the levels at −1, −1/3, 1/3 and 1 and white
    /// noise.
    ///
    /// A reliability is the difference of the squared distances to the nearest level of each kind.
    ///
    /// # Errors
    /// [`FecError::Samples`] where a sample is not finite.
    pub fn decode(&self, samples: &[f64; INNER_CODEWORD_SYMBOLS]) -> Result<u128, FecError> {
        if samples.iter().any(|s| !s.is_finite()) {
            return Err(FecError::Samples);
        }
        let mut word = 0u128;
        let mut reliabilities = [0.0; 68];
        let (message, checks) = samples.split_at(MESSAGE_SYMBOLS);
        for (k, sample) in message.iter().enumerate() {
            let bit = soft(*sample, |level| level & 1 == 1);
            word |= u128::from(bit > 0.0) << k;
            reliabilities[k] = bit.abs();
        }
        for (k, sample) in checks.iter().enumerate() {
            for (half, bit) in [
                soft(*sample, |level| level >= 2),
                soft(*sample, |level| level == 1 || level == 2),
            ]
            .into_iter()
            .enumerate()
            {
                let place = MESSAGE_SYMBOLS + 2 * k + half;
                word |= u128::from(bit > 0.0) << place;
                reliabilities[place] = bit.abs();
            }
        }
        let HammingDecoding { word, .. } =
            self.code.decode_soft(word, &reliabilities, self.tried)?;
        Ok(message.iter().enumerate().fold(0, |bits, (k, sample)| {
            let level = nearest(*sample, word >> k & 1 == 1);
            bits | label_bits(level) << (2 * k)
        }))
    }

    /// Sends blocks of random codewords of KP4 through the inner code over a line with white noise of
    /// the standard deviation `deviation`, the levels from −1 to 1, and decodes both codes.
    ///
    /// Each inner codeword carries 12 symbols of `interleaved` outer codewords, 12/`interleaved` of
    /// each; 12 is what the convolutional interleaver of IEEE P802.3dj brings about. Runs on all
    /// threads; the counts are the same for any number of them.
    ///
    /// # Errors
    /// [`FecError::Interleaving`] where `interleaved` does not divide 12.
    pub fn count(
        &self,
        deviation: f64,
        interleaved: u32,
        blocks: u32,
        seed: u64,
    ) -> Result<InnerCounts, FecError> {
        let outer = ReedSolomon::kp4();
        if interleaved == 0 || !OUTER_SYMBOLS.is_multiple_of(interleaved as usize) {
            return Err(FecError::Interleaving {
                codewords: interleaved,
                multiplexed: 1,
                bits_per_symbol: 2,
            });
        }
        let codec = ReedSolomonCodec::new(&outer)?;
        (0..blocks)
            .into_par_iter()
            .map(|block| self.block(&codec, deviation, interleaved, block, seed))
            .try_reduce(InnerCounts::default, |a, b| {
                Ok(InnerCounts {
                    inner_codewords: a.inner_codewords + b.inner_codewords,
                    bit_errors_before: a.bit_errors_before + b.bit_errors_before,
                    inner_failed: a.inner_failed + b.inner_failed,
                    outer: a.outer.and(b.outer),
                })
            })
    }

    /// One block: as many outer codewords as are interleaved, in whole inner codewords.
    fn block(
        &self,
        codec: &ReedSolomonCodec,
        deviation: f64,
        interleaved: u32,
        block: u32,
        seed: u64,
    ) -> Result<InnerCounts, FecError> {
        let stream = |which| block_stream(STREAM, seed, block, which);
        let sent = random_codewords(codec, 10, (0..interleaved).map(|k| stream(1 + k)))?;
        let words = interleaved as usize;
        let count = (words * codec.codeword_symbols()).div_ceil(OUTER_SYMBOLS);
        let mut noise = vec![0.0; count * INNER_CODEWORD_SYMBOLS];
        stream(0).fill_gaussian(0, &mut noise);
        let mut received = sent.clone();
        let mut counts = InnerCounts {
            inner_codewords: count as u64,
            ..InnerCounts::default()
        };
        let place = |inner: usize, k: usize| {
            let symbol = inner * OUTER_SYMBOLS + k;
            (symbol % words, symbol / words)
        };
        let (noises, _) = noise.as_chunks::<INNER_CODEWORD_SYMBOLS>();
        for (inner, noise) in noises.iter().enumerate() {
            // The last inner codeword of a block may be filled with zeros.
            let message = (0..OUTER_SYMBOLS).fold(0u128, |bits, k| {
                let (word, symbol) = place(inner, k);
                let value = sent[word].get(symbol).copied().unwrap_or(0);
                bits | u128::from(value) << (10 * k)
            });
            let levels = self.encode(message);
            let samples: [f64; INNER_CODEWORD_SYMBOLS] = std::array::from_fn(|k| {
                f64::from(levels[k]) * DISTANCE - 1.0 + deviation * noise[k]
            });
            let before = samples
                .iter()
                .take(MESSAGE_SYMBOLS)
                .enumerate()
                .fold(0, |bits, (k, sample)| {
                    bits | label_bits(slice(*sample)) << (2 * k)
                });
            counts.bit_errors_before += u64::from((before ^ message).count_ones());
            let decoded = self.decode(&samples)?;
            counts.inner_failed += u64::from(decoded != message);
            for k in 0..OUTER_SYMBOLS {
                let (word, symbol) = place(inner, k);
                if let Some(value) = received[word].get_mut(symbol) {
                    *value = u16::try_from(decoded >> (10 * k) & 0x3FF).unwrap_or(0);
                }
            }
        }
        counts.outer = CodewordCounts::of_block(codec, &sent, &mut received, 10)?;
        Ok(counts)
    }
}

impl ReedSolomon {
    /// Part of the codewords that cannot be corrected where each symbol is wrong with
    /// `symbol_error_ratio`, independently, as behind an inner code of which every codeword carries one
    /// symbol of each outer one.
    pub fn codeword_error_ratio_of_symbols(&self, symbol_error_ratio: f64) -> f64 {
        let right = (-symbol_error_ratio).ln_1p() / f64::from(self.bits_per_symbol);
        self.codeword_error_ratio(-right.exp_m1())
    }
}

/// The Gray label of a level as two bits in time, the first one lowest: 00, 01, 11, 10 from the lowest
/// level (IEEE Std 802.3, 120.5.7.1).
fn label_bits(level: u8) -> u128 {
    u128::from(level >> 1) | u128::from((level ^ level >> 1) & 1) << 1
}

/// The level whose label two bits in time are.
fn level_of(bits: u128) -> u8 {
    match bits & 3 {
        0b00 => 0,
        0b10 => 1,
        0b11 => 2,
        _ => 3,
    }
}

/// The nearest level.
fn slice(sample: f64) -> u8 {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
    let level = ((sample + 1.0) / DISTANCE).round().clamp(0.0, 3.0) as u8;
    level
}

/// The nearest level of those whose number is odd, or even.
fn nearest(sample: f64, odd: bool) -> u8 {
    let (low, middle) = if odd {
        (1, 0.5 * DISTANCE)
    } else {
        (0, -0.5 * DISTANCE)
    };
    // Levels 0 and 2 meet at level 1, levels 1 and 3 at level 2.
    low + if sample > middle { 2 } else { 0 }
}

/// Squared distance to the nearest level that `is` not, less that to the nearest that it is: positive where
/// it is.
fn soft(sample: f64, is: impl Fn(u8) -> bool) -> f64 {
    let mut nearest = [f64::INFINITY; 2];
    for level in 0..4u8 {
        let square = (sample - (f64::from(level) * DISTANCE - 1.0)).powi(2);
        let kind = &mut nearest[usize::from(is(level))];
        *kind = kind.min(square);
    }
    nearest[0] - nearest[1]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(levels: &[u8; INNER_CODEWORD_SYMBOLS]) -> [f64; INNER_CODEWORD_SYMBOLS] {
        std::array::from_fn(|k| f64::from(levels[k]) * DISTANCE - 1.0)
    }

    const MESSAGE: u128 = 0x0012_3456_789A_BCDE_F0FE_DCBA_9876_5432;

    #[test]
    fn labels_are_gray_and_their_exclusive_or_is_the_parity_of_the_level() {
        for level in 0..4u8 {
            let bits = label_bits(level);
            assert_eq!(level_of(bits), level);
            assert_eq!((bits ^ bits >> 1) & 1, u128::from(level & 1));
            for other in 0..4u8 {
                let value = f64::from(level) * DISTANCE - 1.0;
                assert_eq!(slice(value), level);
                assert_eq!(nearest(value, level & 1 == 1), level, "{level}");
                if other == level {
                    assert!(soft(value, |l| l == other) > 0.0);
                }
            }
        }
        // The second bit in time is the low one of 00, 01, 11, 10.
        assert_eq!([0, 1, 2, 3].map(label_bits), [0b00, 0b10, 0b11, 0b01]);
    }

    #[test]
    fn the_example_of_the_draft_is_encoded() {
        let sent = "010110001100110011010110101010110110110110101110101110110011011110101010111110110110100101110101100000101101010010110000";
        let message = sent
            .bytes()
            .enumerate()
            .fold(0u128, |word, (k, b)| word | u128::from(b == b'1') << k);
        let levels = InnerCode::new(2).unwrap().encode(message);
        let checks: Vec<u128> = levels[60..].iter().map(|l| label_bits(*l)).collect();
        // 01 01 00 01.
        assert_eq!(checks, [0b10, 0b10, 0b00, 0b10]);
        assert!(levels[0] == level_of(0b10));
    }

    #[test]
    fn any_symbol_one_level_off_is_corrected_to_the_right_side() {
        let code = InnerCode::new(2).unwrap();
        let levels = code.encode(MESSAGE);
        assert_eq!(code.decode(&samples(&levels)).unwrap(), MESSAGE);
        for k in 0..INNER_CODEWORD_SYMBOLS {
            for side in [-0.6, 0.6] {
                let mut received = samples(&levels);
                received[k] += side * DISTANCE;
                assert_eq!(code.decode(&received).unwrap(), MESSAGE, "{k} {side}");
                // A second one is corrected softly only.
                let other = (k + 17) % MESSAGE_SYMBOLS;
                if levels[other] > 0 && other != k {
                    received[other] -= 0.55 * DISTANCE;
                    assert_eq!(code.decode(&received).unwrap(), MESSAGE);
                }
            }
        }
        let mut bad = samples(&levels);
        bad[3] = f64::NAN;
        assert!(code.decode(&bad).is_err());
        assert!(InnerCode::new(11).is_err());
    }

    #[test]
    fn counts_do_not_depend_on_the_threads_and_quiet_lines_have_no_errors() {
        let code = InnerCode::new(3).unwrap();
        let count = |threads, deviation, interleaved| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| code.count(deviation, interleaved, 6, 9).unwrap())
        };
        let one = count(1, 0.15, 12);
        assert_eq!(one, count(3, 0.15, 12));
        assert!(one.bit_errors_before > 0 && one.outer.codewords == 72);
        let quiet = count(2, 0.05, 4);
        assert_eq!((quiet.bit_errors_before, quiet.outer.failed), (0, 0));
        assert_eq!(count(2, 0.0, 1).inner_failed, 0);
        assert!(code.count(0.1, 5, 1, 1).is_err() && code.count(0.1, 0, 1, 1).is_err());
    }
}
