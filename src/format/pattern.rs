//! Data patterns.

use super::error::FormatError;
use super::modulation::Modulation;
use super::shift_register::{self, ShiftRegister};
use super::ssprq;
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
    /// SSPRQ, the short stress pattern, random quaternary: 65 535 four-level symbols (IEEE Std 802.3,
    /// 120.5.11.2.3). Made of stretches of PRBS31 that are harder than random data: its outer levels
    /// are less frequent than the inner ones.
    Ssprq,
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
            Self::Ssprq => write!(f, "SSPRQ"),
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
            Self::Ssprq => {
                self.only_four_levels(modulation)?;
                Some(ssprq::SYMBOLS as u64)
            }
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
        match *self {
            Self::DeBruijn { .. } => return Ok(de_bruijn(modulation.levels(), length)),
            Self::Ssprq => return Ok(ssprq::symbols()),
            _ => {}
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
    /// whole bits, PRBS13Q or SSPRQ on other than four levels, and de Bruijn sequences of order 0 or of
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
        if self == Self::Prbs13q {
            self.only_four_levels(modulation)?;
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

    fn only_four_levels(self, modulation: &Modulation) -> Result<(), FormatError> {
        match modulation.levels() {
            4 => Ok(()),
            levels => Err(FormatError::WrongLevels {
                pattern: self.to_string(),
                needed: 4,
                levels,
            }),
        }
    }

    fn too_long(self) -> FormatError {
        FormatError::TooLong {
            pattern: self.to_string(),
            limit: MAX_CYCLIC_SYMBOLS,
        }
    }
}

/// A de Bruijn sequence without order of its own: an Eulerian circuit of the graph whose nodes are
/// words one symbol shorter and whose edges are the words (C. Hierholzer, Math. Ann. 6, 30, 1873,
/// DOI 10.1007/BF01442866), leaving every node by its edges in an arbitrary, fixed order.
///
/// The lexicographically first sequence would begin with the low levels and end with the high ones:
/// a drift that a channel of long memory answers as it answers no data.
fn de_bruijn(levels: usize, length: usize) -> Vec<u8> {
    let nodes = (length / levels.max(1)).max(1);
    let mut state = 0_u64;
    let mut draw = |below: usize| {
        // SplitMix64 (Steele, Lea & Flood, OOPSLA 2014, DOI 10.1145/2660193.2660195).
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        usize::try_from(z % below.max(1) as u64).unwrap_or(0)
    };
    let mut leaving: Vec<Vec<u8>> = (0..nodes)
        .map(|_| {
            let mut symbols: Vec<u8> = (0..levels).filter_map(|s| u8::try_from(s).ok()).collect();
            for i in (1..symbols.len()).rev() {
                symbols.swap(i, draw(i + 1));
            }
            symbols
        })
        .collect();
    // The way so far: nodes, and the symbols that led to them. A dead end is the end of the circuit.
    let mut way: Vec<(usize, Option<u8>)> = vec![(0, None)];
    let mut circuit = Vec::with_capacity(length);
    while let Some(&(node, symbol)) = way.last() {
        match leaving.get_mut(node).and_then(Vec::pop) {
            Some(next) => way.push(((node * levels + usize::from(next)) % nodes, Some(next))),
            None => {
                circuit.extend(symbol);
                way.pop();
            }
        }
    }
    circuit.reverse();
    circuit
}

#[cfg(test)]
mod tests;
