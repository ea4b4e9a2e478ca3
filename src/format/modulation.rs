//! Pulse amplitude modulation: levels and the bits they stand for.

use super::error::FormatError;

/// Pulse amplitude modulation with 2 to 16 levels. Symbols are level numbers from 0, the lowest.
#[derive(Debug, Clone, PartialEq)]
pub struct Modulation {
    positions: Vec<f64>,
}

impl Modulation {
    /// Pulse amplitude modulation with `levels` levels, 2 to 16, at `level_positions`: ascending
    /// numbers between −1 and 1, in units of the peak amplitude; equally spaced from −1 to 1 if
    /// not given.
    ///
    /// # Errors
    /// With a level count outside 2…16, or positions that do not fit it.
    pub fn pam(levels: usize, level_positions: Option<Vec<f64>>) -> Result<Self, FormatError> {
        if !(2..=16).contains(&levels) {
            return Err(FormatError::LevelCount { levels });
        }
        let positions = level_positions.unwrap_or_else(|| {
            (0..levels)
                .map(|level| 2.0 * level as f64 / (levels - 1) as f64 - 1.0)
                .collect()
        });
        if positions.len() != levels {
            return Err(FormatError::PositionCount {
                positions: positions.len(),
                levels,
            });
        }
        let mut previous = f64::NEG_INFINITY;
        for (level, &position) in positions.iter().enumerate() {
            if !(-1.0..=1.0).contains(&position) || position <= previous {
                return Err(FormatError::Position { level, position });
            }
            previous = position;
        }
        Ok(Self { positions })
    }

    /// Two levels, −1 and 1 (non-return-to-zero).
    pub fn nrz() -> Self {
        Self {
            positions: vec![-1.0, 1.0],
        }
    }

    /// Four equally spaced levels.
    pub fn pam4() -> Self {
        Self {
            positions: vec![-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0],
        }
    }

    /// Four levels with the level separation mismatch ratio `ratio` (R_LM), above 0 and at most
    /// 1, from inner levels that are pulled towards the middle by equal amounts.
    ///
    /// IEEE Std 802.3, 120D.3.1.2: with the effective symbol levels ES1 and ES2 of the two inner
    /// levels (1/3 each when equally spaced),
    /// R_LM = min(3·ES1, 3·ES2, 2 − 3·ES1, 2 − 3·ES2). For ES1 = ES2 ≤ 1/3 this is 3·ES1, so the
    /// inner levels lie at ±R_LM/3.
    ///
    /// # Errors
    /// With a ratio that is not above 0 and at most 1.
    pub fn pam4_with_level_separation(ratio: f64) -> Result<Self, FormatError> {
        if !(ratio > 0.0 && ratio <= 1.0) {
            return Err(FormatError::LevelSeparation { ratio });
        }
        Self::pam(4, Some(vec![-1.0, -ratio / 3.0, ratio / 3.0, 1.0]))
    }

    /// The level separation mismatch ratio R_LM of four levels (IEEE Std 802.3, 120D.3.1.2), 1
    /// when equally spaced; nothing for other level counts, for which it is not defined.
    pub fn level_separation_mismatch_ratio(&self) -> Option<f64> {
        let [v0, v1, v2, v3] = *self.positions.as_slice() else {
            return None;
        };
        let middle = 0.5 * (v0 + v3);
        let es1 = (v1 - middle) / (v0 - middle);
        let es2 = (v2 - middle) / (v3 - middle);
        Some(
            (3.0 * es1)
                .min(3.0 * es2)
                .min(2.0 - 3.0 * es1)
                .min(2.0 - 3.0 * es2),
        )
    }

    /// Number of levels.
    pub fn levels(&self) -> usize {
        self.positions.len()
    }

    /// Positions of the levels, ascending, in units of the peak amplitude.
    pub fn level_positions(&self) -> &[f64] {
        &self.positions
    }

    /// Bits carried by a symbol on its own, where that is a whole number.
    pub fn whole_bits_per_symbol(&self) -> Option<u32> {
        let levels = self.positions.len();
        levels.is_power_of_two().then(|| levels.ilog2())
    }

    /// Bits per symbol: log₂ of the level count where that is whole, else half the bits that a
    /// pair of symbols carries, ⌊2·log₂ M⌋/2 (5 bits on a pair of six-level symbols).
    pub fn bits_per_symbol(&self) -> f64 {
        let levels = self.positions.len();
        f64::from((levels * levels).ilog2()) / 2.0
    }

    /// Bit label of a symbol: the binary reflected Gray code of the level number, in which
    /// neighbouring levels differ in one bit. Four levels are 00, 01, 11, 10 from the lowest
    /// (IEEE Std 802.3, 120.5.7.1).
    pub fn label(symbol: u8) -> u8 {
        symbol ^ (symbol >> 1)
    }

    /// Bits in error when `sent` is decided to be `decided`, on average.
    ///
    /// With 2, 4, 8 or 16 levels this is the Hamming distance of the labels. With six, labels
    /// belong to pairs of symbols, 32 of the 36 points of a cross constellation that has no Gray
    /// labelling: the Hamming distance is scaled by 7/6, the mean number of bits by which
    /// neighbours differ there (J. G. Smith, "Odd-bit quadrature amplitude-shift keying", IEEE
    /// Trans. Commun. 23, 385, 1975). With other level counts neighbours are assumed to differ
    /// in one bit. The bit error ratio is this, summed and divided by the number of symbols times
    /// [`bits_per_symbol`](Self::bits_per_symbol). The labelling of pairs itself is not modelled:
    /// random symbols use all pairs, also the four that a pair mapping leaves out.
    pub fn bit_errors(&self, sent: u8, decided: u8) -> f64 {
        let distance = (Self::label(sent) ^ Self::label(decided)).count_ones();
        let penalty = if self.positions.len() == 6 {
            7.0 / 6.0
        } else {
            1.0
        };
        f64::from(distance) * penalty
    }
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation)] // at most 16 levels
mod tests {
    use super::*;

    #[test]
    fn default_levels_are_equally_spaced_from_minus_one_to_one() {
        for levels in 2..=16 {
            let modulation = Modulation::pam(levels, None).unwrap();
            let p = modulation.level_positions();
            assert!((p[0] + 1.0).abs() < 1e-15 && (p[levels - 1] - 1.0).abs() < 1e-15);
            for pair in p.windows(2) {
                assert!((pair[1] - pair[0] - 2.0 / (levels - 1) as f64).abs() < 1e-15);
            }
        }
        assert_eq!(Modulation::pam(2, None).unwrap(), Modulation::nrz());
    }

    #[test]
    fn neighbouring_levels_differ_in_one_bit() {
        for levels in [2, 4, 8, 16] {
            let modulation = Modulation::pam(levels, None).unwrap();
            let labels: std::collections::HashSet<u8> =
                (0..levels as u8).map(Modulation::label).collect();
            assert_eq!(labels.len(), levels);
            for symbol in 1..levels as u8 {
                assert!((modulation.bit_errors(symbol - 1, symbol) - 1.0).abs() < 1e-15);
            }
        }
        let pam4 = Modulation::pam4();
        // 00, 01, 11, 10.
        assert_eq!(
            [0, 1, 2, 3].map(Modulation::label),
            [0b00, 0b01, 0b11, 0b10]
        );
        assert!((pam4.bit_errors(0, 2) - 2.0).abs() < 1e-15);
        assert!((pam4.bit_errors(0, 3) - 1.0).abs() < 1e-15);
        assert!(pam4.bit_errors(1, 1).abs() < 1e-15);
    }

    #[test]
    fn bits_per_symbol_of_whole_and_paired_levels() {
        for (levels, bits) in [(2, 1.0), (3, 1.5), (4, 2.0), (6, 2.5), (8, 3.0), (16, 4.0)] {
            let modulation = Modulation::pam(levels, None).unwrap();
            assert!((modulation.bits_per_symbol() - bits).abs() < 1e-15);
        }
        assert_eq!(
            Modulation::pam(6, None).unwrap().whole_bits_per_symbol(),
            None
        );
    }

    #[test]
    fn level_separation_is_recovered_from_the_levels() {
        for ratio in [0.5, 0.92, 0.95, 1.0] {
            let modulation = Modulation::pam4_with_level_separation(ratio).unwrap();
            let measured = modulation.level_separation_mismatch_ratio().unwrap();
            assert!((measured - ratio).abs() < 1e-12);
        }
        // One inner level pushed outwards to ES1 = 0.36: 2 − 3·0.36 = 0.92.
        let skewed = Modulation::pam(4, Some(vec![-1.0, -0.36, 1.0 / 3.0, 1.0])).unwrap();
        assert!((skewed.level_separation_mismatch_ratio().unwrap() - 0.92).abs() < 1e-12);
        assert_eq!(Modulation::nrz().level_separation_mismatch_ratio(), None);
        for ratio in [0.0, -0.1, 1.01, f64::NAN] {
            assert!(Modulation::pam4_with_level_separation(ratio).is_err());
        }
    }

    #[test]
    fn impossible_levels_are_refused() {
        for levels in [0, 1, 17] {
            assert_eq!(
                Modulation::pam(levels, None),
                Err(FormatError::LevelCount { levels })
            );
        }
        for positions in [
            vec![-1.0],
            vec![1.0, -1.0],
            vec![0.0, 0.0],
            vec![-1.1, 1.0],
            vec![f64::NAN, 1.0],
            vec![-1.0, f64::NAN],
        ] {
            assert!(Modulation::pam(2, Some(positions)).is_err());
        }
    }
}
