//! Data patterns.

use super::error::FormatError;
use super::modulation::Modulation;
use super::shift_register::{self, ShiftRegister};
use super::symbol_source::SymbolSource;
use crate::random::Stream;
use core::fmt;

/// Most symbols of a pattern that is held and simulated as a whole, 2²⁰.
pub const MAX_CYCLIC_SYMBOLS: usize = 1 << 20;

/// A data pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Pattern {
    /// Pseudo-random binary sequence of 2ⁿ − 1 bits, n = 7, 9, 11, 13, 15, 23 or 31 (ITU-T O.150;
    /// 13: IEEE Std 802.3, 120.5.11.2.1). It begins with n ones and is not inverted (O.150
    /// inverts orders 15, 23 and 31, which turns the eye upside down).
    ///
    /// Bits are taken one, two, three or four at a time, the first as the most significant, and
    /// Gray mapped. As 2ⁿ − 1 shares no factor with these numbers for odd n, the pattern has
    /// 2ⁿ − 1 symbols: four levels take two periods of the bits, as IEEE's PRBSnQ.
    Prbs {
        /// The order n.
        order: u32,
    },
    /// PRBS13Q, 8191 four-level symbols: two periods of PRBS13, Gray mapped (IEEE Std 802.3,
    /// 120.5.11.2.1). It begins where the register holds the seed of lane 0, 0000010101011, and
    /// puts out its last stage first, as IEEE's reference script for channel operating margin
    /// does.
    Prbs13q,
    /// De Bruijn sequence of all words of `order` symbols, Mⁿ symbols for M levels: every word
    /// exactly once (N. G. de Bruijn, Proc. Koninkl. Nederl. Akad. Wetensch. 49, 758, 1946).
    DeBruijn {
        /// Length n of the words, in symbols.
        order: u32,
    },
    /// Independent, equally likely symbols.
    Random,
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Prbs { order } => write!(f, "PRBS{order}"),
            Self::Prbs13q => write!(f, "PRBS13Q"),
            Self::DeBruijn { order } => write!(f, "the de Bruijn sequence of order {order}"),
            Self::Random => write!(f, "a random pattern"),
        }
    }
}

impl Pattern {
    /// Symbols after which the pattern repeats; nothing for a random one.
    ///
    /// # Errors
    /// As [`symbol_source`](Self::symbol_source), but for the length.
    pub fn period(&self, modulation: &Modulation) -> Result<Option<u64>, FormatError> {
        Ok(match *self {
            Self::Prbs { .. } | Self::Prbs13q => Some(self.register(modulation)?.0.period()),
            Self::DeBruijn { order: 0 } => return Err(FormatError::ZeroOrder),
            Self::DeBruijn { order } => Some(
                (modulation.levels() as u64)
                    .checked_pow(order)
                    .ok_or_else(|| self.too_long())?,
            ),
            Self::Random => None,
        })
    }

    /// The whole pattern as symbols, level numbers from 0.
    ///
    /// # Errors
    /// For patterns of more than [`MAX_CYCLIC_SYMBOLS`] symbols, for random ones, and as
    /// [`symbol_source`](Self::symbol_source).
    pub fn cyclic_symbols(&self, modulation: &Modulation) -> Result<Vec<u8>, FormatError> {
        let Some(period) = self.period(modulation)? else {
            return Err(FormatError::NotCyclic {
                pattern: self.to_string(),
            });
        };
        let length = usize::try_from(period)
            .ok()
            .filter(|&length| length <= MAX_CYCLIC_SYMBOLS)
            .ok_or_else(|| self.too_long())?;
        if let Self::DeBruijn { order } = *self {
            return Ok(de_bruijn(modulation.levels(), order as usize, length));
        }
        let (register, bits) = self.register(modulation)?;
        let mut symbols = vec![0; length];
        SymbolSource::shift_register(register, bits).fill(0, &mut symbols);
        Ok(symbols)
    }

    /// The pattern as an endless sequence with random access; `stream` supplies the symbols of a
    /// random pattern and is not used by others.
    ///
    /// # Errors
    /// For an order without a standard polynomial, a pattern of bits on levels that do not carry
    /// whole bits, PRBS13Q on other than four levels, and de Bruijn sequences of order 0 or of
    /// more than [`MAX_CYCLIC_SYMBOLS`] symbols.
    pub fn symbol_source(
        &self,
        modulation: &Modulation,
        stream: Stream,
    ) -> Result<SymbolSource, FormatError> {
        match self.period(modulation)? {
            None => Ok(SymbolSource::random(stream, modulation.levels())),
            Some(period)
                if period > MAX_CYCLIC_SYMBOLS as u64 && !matches!(self, Self::DeBruijn { .. }) =>
            {
                let (register, bits) = self.register(modulation)?;
                Ok(SymbolSource::shift_register(register, bits))
            }
            Some(_) => Ok(SymbolSource::cyclic(self.cyclic_symbols(modulation)?)),
        }
    }

    /// The register behind a binary sequence and the bits that a symbol takes.
    fn register(self, modulation: &Modulation) -> Result<(ShiftRegister, u32), FormatError> {
        /// The seed of lane 0 in the order in which it is put out, the first in bit 0.
        const PRBS13Q_START: u64 = 0b0_0000_1010_1011;
        let (order, start) = match self {
            Self::Prbs { order } => (order, u64::MAX),
            _ => (13, PRBS13Q_START),
        };
        let levels = modulation.levels();
        if self == Self::Prbs13q && levels != 4 {
            return Err(FormatError::WrongLevels {
                pattern: self.to_string(),
                needed: 4,
                levels,
            });
        }
        if shift_register::lags(order).is_none() {
            return Err(FormatError::PrbsOrder { order });
        }
        let register = ShiftRegister::new(order, start).ok_or(FormatError::PrbsOrder { order })?;
        let bits = modulation
            .whole_bits_per_symbol()
            .ok_or_else(|| FormatError::NotWholeBits {
                pattern: self.to_string(),
                levels,
            })?;
        Ok((register, bits))
    }

    fn too_long(self) -> FormatError {
        FormatError::TooLong {
            pattern: self.to_string(),
            limit: MAX_CYCLIC_SYMBOLS,
        }
    }
}

/// The lexicographically first de Bruijn sequence: the Lyndon words whose length divides the
/// order, in ascending order (H. Fredricksen and J. Maiorana, Discrete Math. 23, 207, 1978,
/// DOI 10.1016/0012-365X(78)90002-X), generated by the method of J.-P. Duval (Theor. Comput. Sci.
/// 60, 255, 1988, DOI 10.1016/0304-3975(88)90113-2).
fn de_bruijn(levels: usize, order: usize, length: usize) -> Vec<u8> {
    let highest = u8::try_from(levels.saturating_sub(1)).unwrap_or(u8::MAX);
    let mut sequence = Vec::with_capacity(length);
    let mut word = vec![0_u8];
    loop {
        if order.is_multiple_of(word.len()) {
            sequence.extend_from_slice(&word);
        }
        // The next Lyndon word: repeat to full length, drop trailing highest symbols, step up.
        word = word.iter().copied().cycle().take(order).collect();
        while word.last() == Some(&highest) {
            word.pop();
        }
        match word.last_mut() {
            Some(last) => *last += 1,
            None => return sequence,
        }
    }
}

#[cfg(test)]
mod tests;
