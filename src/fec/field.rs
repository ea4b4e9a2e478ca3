//! Finite fields of 2ᵐ elements.

use super::FecError;

/// Primitive polynomials of degree 2 to 16, the coefficient of xⁱ as bit i (Lin & Costello, Error
/// Control Coding, 2nd ed., table 2.7). That of degree 10, x¹⁰ + x³ + 1, is the field of IEEE Std
/// 802.3, 91.5.3.3; that of degree 8 is another than some standards take.
const PRIMITIVE: [u32; 15] = [
    0x7, 0xB, 0x13, 0x25, 0x43, 0x89, 0x11D, 0x211, 0x409, 0x805, 0x1053, 0x201B, 0x4443, 0x8003,
    0x1100B,
];

/// The field of 2ᵐ elements. An element is a polynomial in the primitive element α, the coefficient
/// of αⁱ as bit i.
#[derive(Debug, Clone)]
pub(super) struct Field {
    /// αⁱ, twice over, so that the sum of two logarithms need not be reduced.
    powers: Vec<u16>,
    /// Exponent of an element; that of 0 is not used.
    exponents: Vec<u16>,
    /// 2ᵐ − 1, the order of α.
    order: usize,
}

impl Field {
    /// The field of elements of `bits` bits, 2 to 16.
    pub(super) fn new(bits: u32) -> Result<Self, FecError> {
        let place = bits.checked_sub(2).and_then(|k| usize::try_from(k).ok());
        let polynomial = place
            .and_then(|k| PRIMITIVE.get(k))
            .ok_or(FecError::Field { bits })?;
        let size = 1usize << bits;
        let mut field = Self {
            powers: vec![0; 2 * size],
            exponents: vec![0; size],
            order: size - 1,
        };
        let mut element = 1u32;
        for k in 0..field.order {
            #[allow(clippy::cast_possible_truncation)] // below 2^16
            let value = element as u16;
            field.powers[k] = value;
            field.powers[k + field.order] = value;
            #[allow(clippy::cast_possible_truncation)] // k is below 2^16
            let exponent = k as u16;
            field.exponents[usize::from(value)] = exponent;
            element <<= 1;
            if element >> bits != 0 {
                element ^= polynomial;
            }
        }
        Ok(field)
    }

    /// 2ᵐ − 1.
    pub(super) fn order(&self) -> usize {
        self.order
    }

    /// α to a power below twice the order.
    pub(super) fn power(&self, exponent: usize) -> u16 {
        self.powers[exponent]
    }

    /// The exponent of an element that is not 0.
    pub(super) fn exponent(&self, element: u16) -> usize {
        usize::from(self.exponents[usize::from(element)])
    }

    pub(super) fn multiply(&self, a: u16, b: u16) -> u16 {
        if a == 0 || b == 0 {
            return 0;
        }
        self.powers[self.exponent(a) + self.exponent(b)]
    }

    /// a/b for a b that is not 0.
    pub(super) fn divide(&self, a: u16, b: u16) -> u16 {
        if a == 0 {
            return 0;
        }
        self.powers[self.exponent(a) + self.order - self.exponent(b)]
    }

    /// Value of a polynomial, coefficient of xⁱ at place i, at α to the power `exponent`.
    pub(super) fn evaluate(&self, polynomial: &[u16], exponent: usize) -> u16 {
        let at = self.power(exponent % self.order);
        polynomial
            .iter()
            .rev()
            .fold(0, |sum, c| self.multiply(sum, at) ^ c)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn powers_of_the_primitive_element_are_all_elements_but_zero() {
        for bits in 2..=16 {
            let field = Field::new(bits).unwrap();
            let mut seen: Vec<u16> = field.powers[..field.order].to_vec();
            seen.sort_unstable();
            seen.dedup();
            assert_eq!(seen.len(), field.order, "{bits}");
            assert_eq!(seen[0], 1);
        }
        assert!(Field::new(1).is_err() && Field::new(17).is_err());
    }

    #[test]
    fn products_are_those_of_polynomials() {
        // Long multiplication and division by x^10 + x^3 + 1.
        let field = Field::new(10).unwrap();
        for (a, b) in [
            (1u16, 1023u16),
            (512, 2),
            (777, 1001),
            (3, 682),
            (1023, 1023),
        ] {
            let mut product = 0u32;
            for bit in 0..10 {
                if b >> bit & 1 == 1 {
                    product ^= u32::from(a) << bit;
                }
            }
            for bit in (10..20).rev() {
                if product >> bit & 1 == 1 {
                    product ^= 0x409 << (bit - 10);
                }
            }
            assert_eq!(u32::from(field.multiply(a, b)), product);
            assert_eq!(field.divide(field.multiply(a, b), b), a);
        }
        assert_eq!(field.multiply(0, 5), 0);
        assert_eq!(field.divide(0, 5), 0);
    }
}
