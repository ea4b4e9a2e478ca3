//! Linear feedback shift registers: the pseudo-random binary sequences of test patterns.

/// Lags of the recurrence s(t) = s(t−a) ⊕ s(t−b) ⊕ …, longest first, by order.
///
/// Orders 7, 9, 11, 15, 23 and 31: ITU-T O.150 (05/96) and IEEE Std 802.3 clauses 49.2.8 and
/// 68.6.1, x⁷+x⁶+1, x⁹+x⁵+1, x¹¹+x⁹+1, x¹⁵+x¹⁴+1, x²³+x¹⁸+1 and x³¹+x²⁸+1. Order 13:
/// IEEE Std 802.3, 120.5.11.2.1, x¹³+x¹²+x²+x+1.
pub(super) fn lags(order: u32) -> Option<&'static [u32]> {
    Some(match order {
        7 => &[7, 6],
        9 => &[9, 5],
        11 => &[11, 9],
        13 => &[13, 12, 2, 1],
        15 => &[15, 14],
        23 => &[23, 18],
        31 => &[31, 28],
        _ => return None,
    })
}

/// A maximum-length sequence with a starting point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ShiftRegister {
    order: u32,
    lags: &'static [u32],
    /// The first `order` bits of the sequence, the very first in bit 0.
    start: u64,
}

impl ShiftRegister {
    /// The sequence of this order whose first bits are `start`, the very first in bit 0; nothing
    /// where there is no standard polynomial.
    pub(super) fn new(order: u32, start: u64) -> Option<Self> {
        Some(Self {
            order,
            lags: lags(order)?,
            start: start & mask(order),
        })
    }

    /// Length of the sequence in bits, 2ⁿ − 1.
    pub(super) fn period(&self) -> u64 {
        mask(self.order)
    }

    /// The next `order` bits from bit `position` on, the first in bit 0.
    ///
    /// With p(x) the characteristic polynomial, xᵗ mod p gives bit t as a sum of the first bits.
    pub(super) fn window(&self, position: u64) -> u64 {
        let combination = self.power_of_x(position % self.period());
        let mut first = self.start;
        let mut window = 0;
        for bit in 0..self.order {
            let value = u64::from((combination & first).count_ones() & 1);
            window |= value << bit;
            first = self.advance_one(first);
        }
        window
    }

    /// The window one bit later.
    pub(super) fn advance_one(&self, window: u64) -> u64 {
        let next = self
            .lags
            .iter()
            .fold(0, |sum, lag| sum ^ (window >> (self.order - lag)));
        (window >> 1) | ((next & 1) << (self.order - 1))
    }

    /// As many bits as follow from a window without waiting for one another: how many, and how
    /// to take them, for [`advance`](Self::advance).
    pub(super) fn stride(&self) -> u32 {
        self.lags.iter().copied().min().unwrap_or(1)
    }

    /// The window [`stride`](Self::stride) bits later.
    #[inline]
    pub(super) fn advance(&self, window: u64, stride: u32) -> u64 {
        let next = self
            .lags
            .iter()
            .fold(0, |sum, lag| sum ^ (window >> (self.order - lag)));
        (window >> stride) | ((next & mask(stride)) << (self.order - stride))
    }

    /// x to the power `exponent`, modulo the characteristic polynomial, by squaring.
    fn power_of_x(&self, exponent: u64) -> u64 {
        let mut result = 1;
        for bit in (0..u64::BITS - exponent.leading_zeros()).rev() {
            result = self.multiply(result, result);
            if exponent >> bit & 1 == 1 {
                result = self.times_x(result);
            }
        }
        result
    }

    fn multiply(&self, a: u64, b: u64) -> u64 {
        (0..self.order).rev().fold(0, |product, bit| {
            let shifted = self.times_x(product);
            shifted ^ (a & 0_u64.wrapping_sub(b >> bit & 1))
        })
    }

    /// One more power of x: xⁿ is the sum of xⁿ⁻ˡ over the lags l.
    fn times_x(&self, a: u64) -> u64 {
        let reduction = self
            .lags
            .iter()
            .fold(0, |sum, lag| sum | 1 << (self.order - lag));
        let overflow = 0_u64.wrapping_sub(a >> (self.order - 1) & 1);
        ((a << 1) & mask(self.order)) ^ (reduction & overflow)
    }
}

fn mask(bits: u32) -> u64 {
    (1 << bits) - 1
}

#[cfg(test)]
#[allow(clippy::cast_possible_truncation, clippy::naive_bytecount)] // short sequences
mod tests {
    use super::*;

    fn bits(register: &ShiftRegister, count: usize) -> Vec<u8> {
        let mut window = register.start;
        (0..count)
            .map(|_| {
                let bit = (window & 1) as u8;
                window = register.advance_one(window);
                bit
            })
            .collect()
    }

    #[test]
    fn first_bits_follow_from_the_recurrence_by_hand() {
        // Seven ones, then s(t) = s(t−6) ⊕ s(t−7): six zeros, a one, five zeros, two ones.
        let register = ShiftRegister::new(7, u64::MAX).unwrap();
        let expected = [
            1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 1, 1,
        ];
        assert_eq!(bits(&register, 21), expected);
    }

    #[test]
    fn sequences_are_balanced_and_have_the_runs_of_a_maximum_length_sequence() {
        for order in [7, 9, 11, 13, 15] {
            let register = ShiftRegister::new(order, u64::MAX).unwrap();
            let length = register.period() as usize;
            let sequence = bits(&register, length);
            assert_eq!(register.window(register.period()), register.start);
            let ones = sequence.iter().filter(|&&bit| bit == 1).count();
            assert_eq!(ones, 1 << (order - 1));
            // The start is all ones, so a run begins at 0; the run before it is of zeros.
            let mut runs = vec![[0_usize; 2]; order as usize + 1];
            for run in sequence.chunk_by(|a, b| a == b) {
                runs[run.len()][usize::from(run[0])] += 1;
            }
            // One run of n ones, one of n−1 zeros, and 2^(n−2−k) of each kind of length k.
            assert_eq!(runs[order as usize], [0, 1]);
            assert_eq!(runs[order as usize - 1], [1, 0]);
            for (length, counts) in runs.iter().enumerate().take(order as usize - 1).skip(1) {
                assert_eq!(*counts, [1 << (order as usize - 2 - length); 2]);
            }
        }
    }

    #[test]
    fn jump_ahead_equals_stepping() {
        for order in [7, 9, 11, 13, 15, 23, 31] {
            let register = ShiftRegister::new(order, 0b101).unwrap();
            let mut window = register.start;
            for position in 0..300 {
                assert_eq!(
                    register.window(position),
                    window,
                    "PRBS{order} at {position}"
                );
                window = register.advance_one(window);
            }
            // From a far point on, and around the end of the period.
            for far in [register.period() - 3, register.period() / 3] {
                let mut window = register.window(far);
                for step in 0..40 {
                    assert_eq!(register.window(far + step), window);
                    window = register.advance_one(window);
                }
            }
            assert_eq!(register.window(register.period()), register.start);
        }
    }

    #[test]
    fn stride_advances_by_many_bits_at_once() {
        for order in [7, 13, 23, 31] {
            let register = ShiftRegister::new(order, 0b1011).unwrap();
            let stride = register.stride();
            let mut window = register.start;
            for count in 1..50 {
                window = register.advance(window, stride);
                assert_eq!(window, register.window(u64::from(count * stride)));
            }
        }
    }
}
