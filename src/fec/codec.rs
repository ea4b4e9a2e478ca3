//! Encoder and decoder of a Reed–Solomon code.

use super::field::Field;
use super::{FecError, ReedSolomon};

/// Encodes messages and corrects received words of a Reed–Solomon code.
///
/// The code is that of IEEE Std 802.3, 91.5.3.3 and 119.2.4.7: over the field of 2ᵐ elements, m = 10 with
/// the polynomial x¹⁰ + x³ + 1, the generator polynomial is Π_{j=0}^{n−k−1} (x − αʲ); a codeword is the
/// message, its first symbol the coefficient of xⁿ⁻¹, and behind it the remainder of the division.
///
/// A word is decoded by the algorithms of Berlekamp and Massey, Chien and Forney (Lin & Costello,
/// Error Control Coding, 2nd ed., section 7.4): one with up to t = ⌊(n − k)/2⌋ wrong symbols comes back
/// right. One with more is recognised and left as it is, but for a part of about
/// [`miscorrection_probability`](ReedSolomon::miscorrection_probability) that lies within t symbols of
/// another codeword and becomes that.
///
/// ```
/// use eyespan::fec::{Decoding, ReedSolomon, ReedSolomonCodec};
///
/// let codec = ReedSolomonCodec::new(&ReedSolomon::kp4())?;
/// let message: Vec<u16> = (0..514).collect();
/// let sent = codec.encode(&message)?;
/// let mut received = sent.clone();
/// for k in 0..15 {
///     received[k * 36] ^= 0x155;
/// }
/// assert_eq!(codec.decode(&mut received)?, Decoding::Corrected { symbols: 15 });
/// assert_eq!(received, sent);
/// # Ok::<(), eyespan::fec::FecError>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReedSolomonCodec {
    field: Field,
    codeword: usize,
    parity: usize,
    correctable: usize,
    /// Coefficients of the generator polynomial without the leading one, from the highest power on.
    divisor: Vec<u16>,
    /// The same times every element of the field, each in so many words of four symbols, the highest
    /// power lowest; none where that would be large.
    multiples: Vec<u64>,
    words: usize,
}

/// What became of a received word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decoding {
    /// It is a codeword now; so many of its symbols were changed.
    Corrected {
        /// Symbols that were changed.
        symbols: usize,
    },
    /// It lies farther than t symbols from every codeword and was left as it is.
    Uncorrectable,
}

/// Words that the divisor's multiples are kept in: 16 and 32 check symbols.
const FEW: usize = 4;
const MANY: usize = 8;
/// Largest field whose multiples are kept.
const LARGEST: usize = 4095;

impl ReedSolomonCodec {
    /// The encoder and decoder of a code.
    ///
    /// # Errors
    /// Where there is no such code, or no field for it.
    pub fn new(code: &ReedSolomon) -> Result<Self, FecError> {
        code.check()?;
        let field = Field::new(code.bits_per_symbol)?;
        let codeword = code.codeword_symbols as usize;
        let parity = codeword - code.message_symbols as usize;
        let words = [FEW, MANY]
            .into_iter()
            .find(|words| parity <= 4 * words)
            .filter(|_| field.order() <= LARGEST)
            .unwrap_or(0);
        let mut codec = Self {
            codeword,
            parity,
            correctable: parity / 2,
            divisor: Vec::new(),
            multiples: Vec::new(),
            words,
            field,
        };
        codec.divisor = codec.generator_polynomial();
        codec.divisor.pop();
        codec.divisor.reverse();
        if codec.words > 0 {
            codec.multiples = vec![0; (codec.field.order() + 1) * codec.words];
            let rows = codec.multiples.chunks_exact_mut(codec.words);
            for (element, row) in (0u16..=u16::MAX).zip(rows) {
                for (k, coefficient) in codec.divisor.iter().enumerate() {
                    let product = codec.field.multiply(element, *coefficient);
                    row[k / 4] |= u64::from(product) << (16 * (k % 4));
                }
            }
        }
        Ok(codec)
    }

    /// Coefficients of the generator polynomial, that of x⁰ first.
    pub fn generator_polynomial(&self) -> Vec<u16> {
        let mut generator = vec![1u16];
        for j in 0..self.parity {
            let root = self.field.power(j);
            let mut next = vec![0; generator.len() + 1];
            for (i, c) in generator.iter().enumerate() {
                next[i + 1] ^= c;
                next[i] ^= self.field.multiply(*c, root);
            }
            generator = next;
        }
        generator
    }

    /// Symbols in a message, k.
    pub fn message_symbols(&self) -> usize {
        self.codeword - self.parity
    }

    /// Symbols in a codeword, n.
    pub fn codeword_symbols(&self) -> usize {
        self.codeword
    }

    /// The codeword of a message of k symbols.
    ///
    /// # Errors
    /// [`FecError::Word`] where it has another length or a symbol has too many bits.
    pub fn encode(&self, message: &[u16]) -> Result<Vec<u16>, FecError> {
        self.check(message, self.message_symbols())?;
        let mut codeword = message.to_vec();
        codeword.extend(self.remainder(message));
        Ok(codeword)
    }

    /// Corrects a received word of n symbols.
    ///
    /// # Errors
    /// [`FecError::Word`] where it has another length or a symbol has too many bits.
    pub fn decode(&self, word: &mut [u16]) -> Result<Decoding, FecError> {
        self.check(word, self.codeword)?;
        let mut remainder = self.remainder(&word[..self.codeword - self.parity]);
        for (r, received) in remainder
            .iter_mut()
            .zip(&word[self.codeword - self.parity..])
        {
            *r ^= received;
        }
        if remainder.iter().all(|r| *r == 0) {
            return Ok(Decoding::Corrected { symbols: 0 });
        }
        // The word and its remainder differ by a multiple of the generator, 0 at its roots.
        remainder.reverse();
        let syndromes: Vec<u16> = (0..self.parity)
            .map(|j| self.field.evaluate(&remainder, j))
            .collect();
        let locator = self.locator(&syndromes);
        let errors = locator.len() - 1;
        if errors > self.correctable {
            return Ok(Decoding::Uncorrectable);
        }
        let places = self.places(&locator);
        if places.len() != errors {
            return Ok(Decoding::Uncorrectable);
        }
        let values = self.values(&syndromes, &locator, &places);
        for (place, value) in places.iter().zip(values) {
            word[self.codeword - 1 - place] ^= value;
        }
        Ok(Decoding::Corrected { symbols: errors })
    }

    fn check(&self, word: &[u16], symbols: usize) -> Result<(), FecError> {
        let largest = word.iter().copied().max().unwrap_or(0);
        if word.len() == symbols && usize::from(largest) <= self.field.order() {
            return Ok(());
        }
        Err(FecError::Word {
            symbols: word.len(),
            largest,
            needed: symbols,
            limit: self.field.order(),
        })
    }

    /// Remainder of `message`·xⁿ⁻ᵏ by the generator polynomial, from the highest power on.
    fn remainder(&self, message: &[u16]) -> Vec<u16> {
        match self.words {
            FEW => self.divide::<FEW>(message),
            MANY => self.divide::<MANY>(message),
            _ => self.divide_plainly(message),
        }
    }

    /// The division with the divisor's multiples. The remainder is kept in a shift register of words,
    /// so that no load waits for stores at another place, as in memory it would.
    fn divide<const WORDS: usize>(&self, message: &[u16]) -> Vec<u16> {
        let (multiples, _) = self.multiples.as_chunks::<WORDS>();
        let mut register = [0u64; WORDS];
        for symbol in message {
            #[allow(clippy::cast_possible_truncation)] // the lowest symbol
            let leading = symbol ^ register[0] as u16;
            let row = &multiples[usize::from(leading)];
            for k in 0..WORDS {
                let carry = register.get(k + 1).map_or(0, |next| next << 48);
                register[k] = (register[k] >> 16 | carry) ^ row[k];
            }
        }
        #[allow(clippy::cast_possible_truncation)] // one symbol
        let symbol = |k: usize| (register[k / 4] >> (16 * (k % 4))) as u16;
        (0..self.parity).map(symbol).collect()
    }

    /// The division by its definition.
    fn divide_plainly(&self, message: &[u16]) -> Vec<u16> {
        let mut dividend = message.to_vec();
        dividend.resize(message.len() + self.parity, 0);
        for k in 0..message.len() {
            let leading = dividend[k];
            for (a, b) in dividend[k + 1..].iter_mut().zip(&self.divisor) {
                *a ^= self.field.multiply(leading, *b);
            }
        }
        dividend.split_off(message.len())
    }

    /// The error locator polynomial, coefficient of xⁱ at place i, by Berlekamp and Massey (J. L.
    /// Massey, IEEE Trans. Inf. Theory 15, 122, 1969, DOI 10.1109/TIT.1969.1054260). One place more
    /// than the register that makes the syndromes is long: its degree may be less, and then there is
    /// no codeword near.
    fn locator(&self, syndromes: &[u16]) -> Vec<u16> {
        let field = &self.field;
        let mut locator = vec![0u16; self.parity + 1];
        locator[0] = 1;
        let mut before = locator.clone();
        let (mut length, mut shift, mut discrepancy_before) = (0usize, 1usize, 1u16);
        for n in 0..syndromes.len() {
            let discrepancy = (1..=length).fold(syndromes[n], |sum, i| {
                sum ^ field.multiply(locator[i], syndromes[n - i])
            });
            if discrepancy == 0 {
                shift += 1;
                continue;
            }
            let factor = field.divide(discrepancy, discrepancy_before);
            let kept = locator.clone();
            for i in shift..locator.len() {
                locator[i] ^= field.multiply(factor, before[i - shift]);
            }
            if 2 * length <= n {
                length = n + 1 - length;
                before = kept;
                discrepancy_before = discrepancy;
                shift = 1;
            } else {
                shift += 1;
            }
        }
        locator.truncate(length + 1);
        locator
    }

    /// Powers of x in the codeword whose symbols are wrong: those i with Λ(α⁻ⁱ) = 0 (R. T. Chien,
    /// IEEE Trans. Inf. Theory 10, 357, 1964, DOI 10.1109/TIT.1964.1053699).
    fn places(&self, locator: &[u16]) -> Vec<usize> {
        let order = self.field.order();
        // Exponent of every term that is not 0 at the power in hand, and what a step takes from it.
        let mut terms: Vec<(usize, usize)> = locator
            .iter()
            .enumerate()
            .skip(1)
            .filter(|(_, c)| **c != 0)
            .map(|(i, c)| (self.field.exponent(*c), i))
            .collect();
        let mut found = Vec::new();
        for place in 0..self.codeword {
            let mut sum = locator[0];
            for (exponent, step) in &mut terms {
                sum ^= self.field.power(*exponent);
                *exponent = if *exponent >= *step {
                    *exponent - *step
                } else {
                    *exponent + order - *step
                };
            }
            if sum == 0 {
                found.push(place);
                if found.len() + 1 == locator.len() {
                    break;
                }
            }
        }
        found
    }

    /// What was added to the symbol of each place X: X·Ω(X⁻¹)/Λ′(X⁻¹), Ω = S·Λ mod xⁿ⁻ᵏ (G. D. Forney,
    /// IEEE Trans. Inf. Theory 11, 549, 1965, DOI 10.1109/TIT.1965.1053825; the first root is α⁰).
    fn values(&self, syndromes: &[u16], locator: &[u16], places: &[usize]) -> Vec<u16> {
        let field = &self.field;
        let evaluator: Vec<u16> = (0..places.len())
            .map(|k| {
                (0..=k.min(locator.len() - 1)).fold(0, |sum, i| {
                    sum ^ field.multiply(locator[i], syndromes[k - i])
                })
            })
            .collect();
        // The derivative has the odd powers only, and is a polynomial in x².
        let derivative: Vec<u16> = locator.iter().skip(1).step_by(2).copied().collect();
        places
            .iter()
            .map(|place| {
                let inverse = field.order() - place % field.order();
                let slope = field.evaluate(&derivative, 2 * inverse);
                if slope == 0 {
                    // Not with as many different roots as the degree.
                    return 0;
                }
                let ratio = field.divide(field.evaluate(&evaluator, inverse), slope);
                field.multiply(ratio, field.power(*place))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
