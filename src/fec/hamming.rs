//! Hamming codes of distance four with eight check bits, decided hard and soft.

use super::FecError;
use crate::math::q_inverse;

/// Check bits.
const CHECKS: usize = 8;
/// Most bits that a soft decoder tries both ways.
pub(super) const MOST_TRIED: usize = 10;

/// A binary code of up to 128 bits whose words have an even number of ones in 8 checks, of minimum
/// distance 4: single errors are corrected, double ones recognised.
///
/// A word is a number whose bit i is the i-th bit in time; the message comes first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HammingCode {
    /// Checks that each bit takes part in, an odd number.
    columns: Vec<u8>,
    /// Checks of the set bits of every byte of a word.
    checks: Vec<[u8; 256]>,
    /// The check bits that together take part in these checks.
    check_bits: [u8; 256],
    /// Place of a bit by its checks.
    places: [Option<u8>; 256],
}

/// What became of a received word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HammingDecoding {
    /// The word as it is taken.
    pub word: u128,
    /// Whether it is a codeword; one with two errors is recognised and left.
    pub is_codeword: bool,
}

impl HammingCode {
    /// The extended Hamming code (128, 120): check bits such that the numbers from 0 to 127 of the set
    /// bits and their count sum to zero (S. Lin & D. J. Costello, Error Control Coding, 2nd ed., 4.1).
    pub fn extended_128_120() -> Self {
        // The message takes the numbers that are no power of two; the check bits those, and 0.
        let message = (0u8..128).filter(|k| k.count_ones() > 1);
        let checks = (0..7).map(|k| 1 << k).chain([0]);
        Self::from_columns(message.chain(checks).map(|k| 0x80 | k).collect())
    }

    /// The shortened code (68, 60) of the inner code of IEEE P802.3dj, 177.5: the remainder of the message by
    /// x⁸ + x⁷ + x⁵ + x⁴ + x + 1, its first bit the coefficient of x⁶⁷ (W. Bliss and others,
    /// bliss_3df_01_220929; the matrix of the draft is reproduced in O. S. Sella, "Reference implementation
    /// of coding methods for IEEE 802.3", 2024, with an encoded example).
    pub fn shortened_68_60() -> Self {
        const GENERATOR: u16 = 0b1_1011_0011;
        let mut power = 1u16;
        let mut powers = vec![1u8];
        while powers.len() < 68 {
            power <<= 1;
            if power & 0x100 != 0 {
                power ^= GENERATOR;
            }
            powers.push(u8::try_from(power).unwrap_or(0));
        }
        powers.reverse();
        Self::from_columns(powers)
    }

    fn from_columns(columns: Vec<u8>) -> Self {
        let mut places = [None; 256];
        for (place, column) in (0u8..).zip(&columns) {
            places[usize::from(*column)] = Some(place);
        }
        let checks = columns
            .chunks(8)
            .map(|columns| {
                std::array::from_fn(|byte| {
                    columns
                        .iter()
                        .enumerate()
                        .filter(|(bit, _)| byte >> bit & 1 == 1)
                        .fold(0, |sum, (_, column)| sum ^ column)
                })
            })
            .collect();
        let own = &columns[columns.len() - CHECKS..];
        let mut check_bits = [0; 256];
        for pattern in 0..=255u8 {
            let sum = (0..CHECKS)
                .filter(|k| pattern >> k & 1 == 1)
                .fold(0, |sum, k| sum ^ own[k]);
            check_bits[usize::from(sum)] = pattern;
        }
        Self {
            columns,
            checks,
            check_bits,
            places,
        }
    }

    /// Bits of a codeword.
    pub fn codeword_bits(&self) -> usize {
        self.columns.len()
    }

    /// Bits of a message.
    pub fn message_bits(&self) -> usize {
        self.columns.len() - CHECKS
    }

    /// Checks of a word that are not even; 0 for a codeword.
    fn syndrome(&self, word: u128) -> u8 {
        self.checks
            .iter()
            .zip(word.to_le_bytes())
            .fold(0, |sum, (checks, byte)| sum ^ checks[usize::from(byte)])
    }

    /// The codeword of a message; bits behind the message's length are not looked at.
    pub fn encode(&self, message: u128) -> u128 {
        let bits = self.message_bits();
        let message = message & ((1u128 << bits) - 1);
        let missing = self.syndrome(message);
        message | u128::from(self.check_bits[usize::from(missing)]) << bits
    }

    /// Corrects a single error.
    pub fn decode(&self, word: u128) -> HammingDecoding {
        let syndrome = self.syndrome(word);
        match (syndrome, self.places[usize::from(syndrome)]) {
            (0, _) => HammingDecoding {
                word,
                is_codeword: true,
            },
            (_, Some(place)) => HammingDecoding {
                word: word ^ 1u128 << place,
                is_codeword: true,
            },
            (_, None) => HammingDecoding {
                word,
                is_codeword: false,
            },
        }
    }

    /// Decides softly: of the `tried` least reliable bits all 2^tried patterns are inverted, each is
    /// corrected as [`decode`](Self::decode) does, and the codeword whose inverted bits are least
    /// reliable in sum is taken (D. Chase, IEEE Trans. Inf. Theory 18, 170, 1972, DOI
    /// 10.1109/TIT.1972.1054746, algorithm 2 where `tried` is 2). With `tried` 0 it decides hard.
    ///
    /// A reliability is the logarithm of the likelihood ratio of the decided bit, in any unit.
    ///
    /// # Errors
    /// [`FecError::Reliabilities`] unless there is one for every bit, none negative or NaN, and at most
    /// 10 bits are tried.
    pub fn decode_soft(
        &self,
        word: u128,
        reliabilities: &[f64],
        tried: usize,
    ) -> Result<HammingDecoding, FecError> {
        let usable = reliabilities.iter().all(|r| *r >= 0.0);
        if reliabilities.len() != self.columns.len() || tried > MOST_TRIED || !usable {
            return Err(FecError::Reliabilities {
                given: reliabilities.len(),
                needed: self.columns.len(),
                tried,
            });
        }
        // Least reliable bits, the least first.
        let mut least = [(f64::INFINITY, 0usize); MOST_TRIED];
        let least = &mut least[..tried];
        for (place, reliability) in reliabilities.iter().enumerate() {
            let Some(last) = least.last() else { break };
            if *reliability < last.0 {
                let at = least.partition_point(|(r, _)| r <= reliability);
                least[at..].rotate_right(1);
                least[at] = (*reliability, place);
            }
        }
        let mut best = HammingDecoding {
            word,
            is_codeword: false,
        };
        let mut best_cost = f64::INFINITY;
        let mut syndrome = self.syndrome(word);
        let (mut pattern, mut cost) = (0u128, 0.0);
        for count in 0u32..1 << tried {
            // Gray order: one bit changes at a time.
            if count > 0 {
                let (reliability, place) = least[count.trailing_zeros() as usize];
                pattern ^= 1u128 << place;
                syndrome ^= self.columns[place];
                cost += if pattern >> place & 1 == 1 {
                    reliability
                } else {
                    -reliability
                };
            }
            let (inverted, total) = if syndrome == 0 {
                (pattern, cost)
            } else if let Some(place) = self.places[usize::from(syndrome)] {
                let reliability = reliabilities[usize::from(place)];
                let set = pattern >> place & 1 == 1;
                (
                    pattern ^ 1u128 << place,
                    cost + if set { -reliability } else { reliability },
                )
            } else {
                continue;
            };
            if total < best_cost {
                best_cost = total;
                best = HammingDecoding {
                    word: word ^ inverted,
                    is_codeword: true,
                };
            }
        }
        Ok(best)
    }

    /// Codewords of every weight.
    ///
    /// Of the extended code by MacWilliams' identity from the two weights of its dual, the first-order
    /// Reed–Muller code: A_w = [C(n,w) + (n − 1)(−1)^{w/2} C(n/2, w/2)]/n for even w (Lin & Costello,
    /// 2nd ed., 3.3); of another, by counting.
    fn extended_weights() -> Vec<f64> {
        let choose = |n: u32, k: u32| -> f64 {
            (0..k)
                .map(|i| f64::from(n - i) / f64::from(k - i))
                .product()
        };
        (0..=128u32)
            .map(|w| {
                if w % 2 == 1 {
                    return 0.0;
                }
                let sign = if w % 4 == 0 { 1.0 } else { -1.0 };
                (choose(128, w) + 127.0 * sign * choose(64, w / 2)) / 128.0
            })
            .collect()
    }
}

/// Bit error ratio behind the extended Hamming code (128, 120), decided hard, for independent errors at
/// the ratio `ber`; NaN where that is not between 0 and 1.
///
/// An even number of errors is recognised, or taken for a codeword, and left. An odd number, i, lies one bit
/// from exactly one codeword, of i + 1 or i − 1 ones, and becomes that: with A_w codewords of weight
/// w, BER = Σ_{i even} (i/n) P_i + Σ_{i odd} [(i+1)² A_{i+1} + (i−1)(n−i+1) A_{i−1}]/n·bⁱ(1−b)ⁿ⁻ⁱ, P_i the
/// binomial probability. To the leading order it is 127 b².
pub fn extended_hamming_ber(ber: f64) -> f64 {
    if !(0.0..=1.0).contains(&ber) {
        return f64::NAN;
    }
    let weights = HammingCode::extended_weights();
    let n = 128.0;
    let mut choose = 1.0;
    let mut sum = 0.0;
    for i in 0..=128i32 {
        let count = f64::from(i);
        if i > 0 {
            choose *= (n - count + 1.0) / count;
        }
        let wrong = if i % 2 == 0 {
            count * choose
        } else {
            let at = i.unsigned_abs() as usize;
            (count + 1.0).powi(2) * weights[at + 1]
                + (count - 1.0) * (n - count + 1.0) * weights[at - 1]
        };
        sum += wrong / n * ber.powi(i) * (1.0 - ber).powi(128 - i);
    }
    sum
}

/// Signal-to-noise ratio of four equally spaced levels, mean power over the variance of the noise, in dB,
/// at which Gray-labelled bits are decided wrongly with the ratio `ber` by the nearest thresholds:
/// BER = ¾ Q(d/2σ), mean power 5d²/4.
pub fn pam4_snr_db(ber: f64) -> f64 {
    10.0 * (5.0 * q_inverse(ber / 0.75).powi(2)).log10()
}

#[cfg(test)]
mod tests;
