//! An endless sequence of symbols with random access.

use super::modulation::Modulation;
use super::shift_register::ShiftRegister;
use crate::random::Stream;
use std::sync::Arc;

/// An endless sequence of symbols, level numbers from 0, addressed by absolute symbol index.
/// Clones share the memory of the pattern.
#[derive(Debug, Clone)]
pub struct SymbolSource {
    kind: Kind,
}

#[derive(Debug, Clone)]
enum Kind {
    Cyclic(Arc<[u8]>),
    ShiftRegister {
        register: ShiftRegister,
        bits: u32,
        /// Symbol of each group of bits, the earliest in bit 0.
        symbols: [u8; 16],
    },
    Random {
        stream: Stream,
        levels: u8,
    },
}

impl SymbolSource {
    pub(super) fn cyclic(symbols: Vec<u8>) -> Self {
        Self {
            kind: Kind::Cyclic(symbols.into()),
        }
    }

    pub(super) fn shift_register(register: ShiftRegister, bits: u32) -> Self {
        let mut symbols = [0; 16];
        for symbol in 0..1_u8 << bits.min(4) {
            // The first bit is the most significant of the label.
            let group = Modulation::label(symbol).reverse_bits() >> (8 - bits.clamp(1, 8));
            if let Some(entry) = symbols.get_mut(usize::from(group)) {
                *entry = symbol;
            }
        }
        Self {
            kind: Kind::ShiftRegister {
                register,
                bits,
                symbols,
            },
        }
    }

    /// Independent symbols of so many levels, equally probable.
    pub fn random(stream: Stream, levels: usize) -> Self {
        Self {
            kind: Kind::Random {
                stream,
                levels: u8::try_from(levels).unwrap_or(u8::MAX),
            },
        }
    }

    /// Symbols after which the sequence repeats; nothing for a random one.
    pub fn period(&self) -> Option<u64> {
        match &self.kind {
            Kind::Cyclic(symbols) => Some(symbols.len() as u64),
            Kind::ShiftRegister { register, .. } => Some(register.period()),
            Kind::Random { .. } => None,
        }
    }

    /// Writes the symbols with the indices `first_index`, `first_index + 1`, …; indices may be
    /// negative and go round the pattern.
    pub fn fill(&self, first_index: i64, out: &mut [u8]) {
        match &self.kind {
            Kind::Cyclic(symbols) => {
                let position = position_in_period(first_index, symbols.len() as u64);
                // Below the length of a slice.
                let mut position = usize::try_from(position).unwrap_or_default();
                let mut rest = out;
                while !rest.is_empty() && !symbols.is_empty() {
                    let available = symbols.get(position..).unwrap_or_default();
                    let count = available.len().min(rest.len());
                    let (now, later) = rest.split_at_mut(count);
                    for (target, source) in now.iter_mut().zip(available) {
                        *target = *source;
                    }
                    rest = later;
                    position = 0;
                }
            }
            Kind::ShiftRegister {
                register,
                bits,
                symbols,
            } => {
                // The period of the symbols is that of the bits, as they share no factor.
                let symbol = position_in_period(first_index, register.period());
                fill_from_register(register, symbol * u64::from(*bits), *bits, symbols, out);
            }
            Kind::Random { stream, levels } => stream.fill_symbols(first_index, *levels, out),
        }
    }
}

/// The index modulo the period, from 0 on.
#[allow(clippy::cast_sign_loss, clippy::cast_possible_wrap)] // periods are below 2³²
fn position_in_period(index: i64, period: u64) -> u64 {
    if period == 0 {
        return 0;
    }
    index.rem_euclid(period as i64) as u64
}

fn fill_from_register(
    register: &ShiftRegister,
    first_bit: u64,
    bits: u32,
    symbols: &[u8; 16],
    out: &mut [u8],
) {
    let group = (1_u64 << bits) - 1;
    let stride = register.stride();
    let taken = (1_u64 << stride) - 1;
    let mut window = register.window(first_bit);
    let (mut reservoir, mut available) = (0_u64, 0);
    for symbol in out {
        while available < bits {
            reservoir |= (window & taken) << available;
            available += stride;
            window = register.advance(window, stride);
        }
        *symbol = symbols[(reservoir & group & 15) as usize];
        reservoir >>= bits;
        available -= bits;
    }
}
