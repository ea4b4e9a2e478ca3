//! Reed–Solomon codes with hard-decision, bounded-distance decoding.

use crate::math::{RootError, find_root};
use core::convert::Infallible;
use std::borrow::Cow;
use thiserror::Error;

/// A Reed–Solomon code over symbols of `bits_per_symbol` bits.
///
/// A decoder corrects up to t = ⌊(n − k)/2⌋ symbol errors in a codeword and is taken to leave a
/// codeword with more as it is ([`ReedSolomonCodec`](super::ReedSolomonCodec) is one). Bit errors are taken as independent; bursts, as decision feedback
/// makes them, need the distribution of symbol errors instead.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReedSolomon {
    /// Name to show.
    pub name: Cow<'static, str>,
    /// Symbols in a codeword, n.
    pub codeword_symbols: u32,
    /// Data symbols in a codeword, k.
    pub message_symbols: u32,
    /// Bits in a symbol, m.
    pub bits_per_symbol: u32,
}

/// Why a code or an error ratio is refused.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum FecError {
    /// There is no Reed–Solomon code with these parameters.
    #[error(
        "no Reed-Solomon code has n = {codeword_symbols}, k = {message_symbols} and m = {bits_per_symbol}: it takes 0 < k < n < 2^m and m of at most 16"
    )]
    Parameters {
        /// Symbols in a codeword, n.
        codeword_symbols: u32,
        /// Data symbols in a codeword, k.
        message_symbols: u32,
        /// Bits in a symbol, m.
        bits_per_symbol: u32,
    },
    /// A bit error ratio that no code can be asked for.
    #[error("a bit error ratio of {ratio} after decoding: it lies above 0 and below 0.5")]
    ErrorRatio {
        /// Ratio asked for.
        ratio: f64,
    },
    /// There is no field for symbols of so many bits.
    #[error("symbols of {bits} bits: a Reed-Solomon code is computed with 2 to 16")]
    Field {
        /// Bits asked for.
        bits: u32,
    },
    /// Probabilities that are not those of a chain of errors.
    #[error(
        "a chain of errors with {states} states: it has 1, 3, 9 or 27, and probabilities from 0 to 1"
    )]
    Chain {
        /// States given.
        states: usize,
    },
    /// Codewords that cannot be sent like that.
    #[error(
        "{codewords} codewords with {multiplexed} symbols at a time on symbols of {bits_per_symbol} bits: there are 1 to 16 codewords, 1 to 8 symbols that divide a codeword, and 1 or 2 bits that fill them"
    )]
    Interleaving {
        /// Codewords that are sent together.
        codewords: u32,
        /// Symbols that are multiplexed.
        multiplexed: u32,
        /// Bits of a line symbol.
        bits_per_symbol: u32,
    },
    /// Reliabilities that a soft decoder cannot take.
    #[error(
        "{given} reliabilities, {tried} bits tried: {needed} that are not negative are needed, and at most 10 bits are tried"
    )]
    Reliabilities {
        /// Reliabilities given.
        given: usize,
        /// Bits of the code.
        needed: usize,
        /// Bits to be tried.
        tried: usize,
    },
    /// Samples that are not finite.
    #[error("a sample in front of the inner decoder is not finite")]
    Samples,
    /// A word that does not belong to the code.
    #[error("a word of {symbols} symbols up to {largest}: the code has {needed}, up to {limit}")]
    Word {
        /// Symbols of the word.
        symbols: usize,
        /// Largest of them.
        largest: u16,
        /// Symbols the code has.
        needed: usize,
        /// Largest a symbol can be.
        limit: usize,
    },
    /// The search for the ratio before decoding failed.
    #[error("no bit error ratio before decoding was found")]
    NotFound(#[from] RootError<Infallible>),
}

impl ReedSolomon {
    /// A code RS(n, k) over symbols of m bits.
    ///
    /// # Errors
    /// Unless 0 < k < n < 2ᵐ and m ≤ 16.
    pub fn new(
        name: impl Into<Cow<'static, str>>,
        codeword_symbols: u32,
        message_symbols: u32,
        bits_per_symbol: u32,
    ) -> Result<Self, FecError> {
        let code = Self {
            name: name.into(),
            codeword_symbols,
            message_symbols,
            bits_per_symbol,
        };
        code.check()?;
        Ok(code)
    }

    /// RS(544, 514) over 10-bit symbols, t = 15, "KP4" (IEEE Std 802.3, 91.5.3 and 119.2.4).
    pub fn kp4() -> Self {
        Self {
            name: Cow::Borrowed("KP4 RS(544,514)"),
            codeword_symbols: 544,
            message_symbols: 514,
            bits_per_symbol: 10,
        }
    }

    /// RS(528, 514) over 10-bit symbols, t = 7, "KR4" (IEEE Std 802.3, 91.5.3).
    pub fn kr4() -> Self {
        Self {
            name: Cow::Borrowed("KR4 RS(528,514)"),
            codeword_symbols: 528,
            message_symbols: 514,
            bits_per_symbol: 10,
        }
    }

    pub(super) fn check(&self) -> Result<(), FecError> {
        let (n, k, m) = (
            self.codeword_symbols,
            self.message_symbols,
            self.bits_per_symbol,
        );
        if k > 0 && k < n && m <= 16 && n < 1 << m {
            Ok(())
        } else {
            Err(FecError::Parameters {
                codeword_symbols: n,
                message_symbols: k,
                bits_per_symbol: m,
            })
        }
    }

    /// Symbol errors that are corrected in a codeword, t.
    pub fn correctable_symbols(&self) -> u32 {
        self.codeword_symbols.saturating_sub(self.message_symbols) / 2
    }

    /// Part of the transmitted bits that carries data, k/n.
    pub fn code_rate(&self) -> f64 {
        f64::from(self.message_symbols) / f64::from(self.codeword_symbols)
    }

    /// Time in s to receive one codeword, n·m bits, at `bit_rate`, the transmitted bits per
    /// second that feed it; the decoder's own processing comes on top.
    pub fn accumulation_latency(&self, bit_rate: f64) -> f64 {
        f64::from(self.codeword_symbols) * f64::from(self.bits_per_symbol) / bit_rate
    }

    /// Probability that a word of random symbols lies within t symbols of a codeword:
    /// Σ_{i≤t} C(n,i)(2ᵐ−1)ⁱ / 2^{m(n−k)} (R. J. McEliece & L. Swanson, IEEE Trans. Inf. Theory 32, 701,
    /// 1986, DOI 10.1109/TIT.1986.1057212). A word with more than t errors is taken for another
    /// codeword, and not recognised as wrong, about so often: 4.7e-17 for KP4, 1.8e-6 for KR4.
    pub fn miscorrection_probability(&self) -> f64 {
        let n = self.codeword_symbols;
        let ln_field = f64::from(self.bits_per_symbol) * core::f64::consts::LN_2;
        let ln_others = (ln_field.exp() - 1.0).ln();
        let mut ln_term = -f64::from(n.saturating_sub(self.message_symbols)) * ln_field;
        let mut sum = ln_term.exp();
        for i in 1..=self.correctable_symbols().min(n) {
            ln_term += (f64::from(n - i + 1) / f64::from(i)).ln() + ln_others;
            sum += ln_term.exp();
        }
        sum
    }

    /// Part of the codewords that cannot be corrected, for independent bit errors at the ratio
    /// `pre_fec_ber`: Σ_{i>t} C(n,i)·pⁱ(1−p)ⁿ⁻ⁱ with p = 1 − (1−b)ᵐ. NaN where the ratio is not
    /// between 0 and 1.
    pub fn codeword_error_ratio(&self, pre_fec_ber: f64) -> f64 {
        if pre_fec_ber >= 1.0 {
            return if pre_fec_ber > 1.0 { f64::NAN } else { 1.0 };
        }
        self.ln_tail(pre_fec_ber, |_| 0.0).exp()
    }

    /// Bit error ratio after decoding, for independent bit errors at the ratio `pre_fec_ber`:
    /// Σ_{i>t} (i/n)·P_i · b/p, as a symbol in error carries m·b/p bit errors on average. NaN
    /// where the ratio is not between 0 and 1.
    pub fn post_fec_ber(&self, pre_fec_ber: f64) -> f64 {
        if pre_fec_ber >= 1.0 {
            return if pre_fec_ber > 1.0 { f64::NAN } else { 1.0 };
        }
        self.ln_post_fec_ber(pre_fec_ber).exp()
    }

    /// Natural logarithm of [`post_fec_ber`](Self::post_fec_ber), without underflow.
    fn ln_post_fec_ber(&self, pre_fec_ber: f64) -> f64 {
        if pre_fec_ber == 0.0 {
            return f64::NEG_INFINITY;
        }
        let n = f64::from(self.codeword_symbols);
        let ln_bit_share = (pre_fec_ber / self.symbol_error_ratio(pre_fec_ber)).ln();
        self.ln_tail(pre_fec_ber, |i| (i / n).ln()) + ln_bit_share
    }

    /// The bit error ratio before decoding that leaves `post_fec_ber` after it.
    ///
    /// # Errors
    /// With a ratio that is not above 0 and below 0.5, or an impossible code.
    pub fn pre_fec_ber_for(&self, post_fec_ber: f64) -> Result<f64, FecError> {
        self.check()?;
        if !(post_fec_ber > 0.0 && post_fec_ber < 0.5) {
            return Err(FecError::ErrorRatio {
                ratio: post_fec_ber,
            });
        }
        let target = post_fec_ber.ln();
        let excess = |ln_ber: f64| Ok(self.ln_post_fec_ber(ln_ber.exp()) - target);
        // A code that corrects nothing leaves b as it is, so b is never below the target.
        let root = find_root(excess, target - 1.0, 0.5_f64.ln(), 1e-13, 500)?;
        Ok(root.x.exp())
    }

    /// Probability that a symbol has at least one bit error, 1 − (1−b)ᵐ.
    fn symbol_error_ratio(&self, pre_fec_ber: f64) -> f64 {
        -(f64::from(self.bits_per_symbol) * (-pre_fec_ber).ln_1p()).exp_m1()
    }

    /// ln Σ_{i>t} P_i·exp(ln_weight(i)), P_i the binomial probability of i symbol errors.
    fn ln_tail(&self, pre_fec_ber: f64, ln_weight: impl Fn(f64) -> f64) -> f64 {
        if pre_fec_ber.is_nan() || pre_fec_ber < 0.0 {
            return f64::NAN;
        }
        let n = self.codeword_symbols;
        let ln_hit = self.symbol_error_ratio(pre_fec_ber).ln();
        let ln_miss = f64::from(self.bits_per_symbol) * (-pre_fec_ber).ln_1p();
        let mut ln_choose = 0.0;
        let mut terms = Vec::new();
        for i in 1..=n {
            ln_choose += (f64::from(n - i + 1) / f64::from(i)).ln();
            if i > self.correctable_symbols() {
                let count = f64::from(i);
                terms.push(
                    ln_choose + count * ln_hit + f64::from(n - i) * ln_miss + ln_weight(count),
                );
            }
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        if largest == f64::NEG_INFINITY {
            return largest;
        }
        largest
            + terms
                .iter()
                .map(|term| (term - largest).exp())
                .sum::<f64>()
                .ln()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value / expected - 1.0).abs() < tolerance,
            "{value:e} against {expected:e}"
        );
    }

    #[test]
    fn kp4_matches_the_binomial_formula_evaluated_elsewhere() {
        // To the printed digits.
        let code = ReedSolomon::kp4();
        assert_eq!(code.correctable_symbols(), 15);
        for (ber, codeword_error_ratio) in [
            (1e-4, 1.360e-18),
            (2.0e-4, 5.390e-14),
            (2.2e-4, 2.240e-13),
            (2.4e-4, 8.152e-13),
            (1e-3, 1.530e-4),
        ] {
            assert_close(code.codeword_error_ratio(ber), codeword_error_ratio, 4e-4);
        }
        assert_close(code.post_fec_ber(2.2e-4), 6.6e-16, 0.01);
        assert_close(code.post_fec_ber(2.4e-4), 2.4e-15, 0.02);
    }

    #[test]
    fn kr4_matches_the_binomial_formula_evaluated_elsewhere() {
        let code = ReedSolomon::kr4();
        assert_eq!(code.correctable_symbols(), 7);
        for (ber, codeword_error_ratio) in
            [(2.1e-5, 4.872e-13), (5e-5, 4.397e-10), (1e-4, 8.927e-8)]
        {
            assert_close(code.codeword_error_ratio(ber), codeword_error_ratio, 2e-4);
        }
    }

    #[test]
    fn thresholds_for_1e_minus_15_are_the_known_ones() {
        assert_close(
            ReedSolomon::kp4().pre_fec_ber_for(1e-15).unwrap(),
            2.2617e-4,
            3e-5,
        );
        assert_close(
            ReedSolomon::kr4().pre_fec_ber_for(1e-15).unwrap(),
            2.182e-5,
            3e-4,
        );
    }

    #[test]
    fn few_errors_follow_the_leading_term_without_underflow() {
        // b → 0: CER → C(n, t+1)·(m·b)^(t+1), here for KR4 at 1e-30: C(528, 8)·10^−232.
        let code = ReedSolomon::kr4();
        let choose: f64 = (1..=8)
            .map(|i| f64::from(528 - i + 1) / f64::from(i))
            .product();
        assert_close(code.codeword_error_ratio(1e-30), choose * 1e-232, 1e-10);
        // One of the t+1 symbols of n, and one bit in each of its m bits: (t+1)/n/m.
        assert_close(
            code.post_fec_ber(1e-30),
            choose * 1e-232 * 8.0 / 5280.0,
            1e-10,
        );
    }

    #[test]
    fn inverse_returns_to_the_ratio_it_came_from() {
        for code in [
            ReedSolomon::kp4(),
            ReedSolomon::kr4(),
            ReedSolomon::new("small", 7, 3, 3).unwrap(),
            ReedSolomon::new("detects only", 7, 6, 3).unwrap(),
        ] {
            let mut previous = 0.5;
            for ratio in [0.1, 1e-3, 1e-6, 1e-12, 1e-15, 1e-100, 1e-300] {
                let ber = code.pre_fec_ber_for(ratio).unwrap();
                assert!(ber < previous && ber >= ratio * 0.999);
                assert_close(code.post_fec_ber(ber), ratio, 1e-9);
                previous = ber;
            }
        }
    }

    #[test]
    fn small_code_agrees_with_the_closed_form() {
        // RS(7, 5) over 3 bits corrects one: 1 − (1−p)⁷ − 7p(1−p)⁶.
        let code = ReedSolomon::new("RS(7,5)", 7, 5, 3).unwrap();
        for ber in [1e-3_f64, 0.02, 0.2, 0.5] {
            let good = (1.0 - ber).powi(3);
            let expected = 1.0 - good.powi(7) - 7.0 * (1.0 - good) * good.powi(6);
            assert_close(code.codeword_error_ratio(ber), expected, 1e-9);
        }
    }

    #[test]
    fn ends_of_the_range_and_nonsense_have_defined_results() {
        let code = ReedSolomon::kp4();
        assert!(code.codeword_error_ratio(0.0).abs() < f64::MIN_POSITIVE);
        assert!(code.post_fec_ber(0.0).abs() < f64::MIN_POSITIVE);
        assert_close(code.codeword_error_ratio(1.0), 1.0, 1e-12);
        assert_close(code.post_fec_ber(0.5), 0.5, 1e-9);
        for ber in [-1e-9, 1.1, f64::NAN] {
            assert!(code.codeword_error_ratio(ber).is_nan() && code.post_fec_ber(ber).is_nan());
        }
        for ratio in [0.0, -1.0, 0.5, f64::NAN] {
            assert!(matches!(
                code.pre_fec_ber_for(ratio),
                Err(FecError::ErrorRatio { .. })
            ));
        }
        for (n, k, m) in [
            (0, 0, 0),
            (514, 544, 10),
            (10, 10, 10),
            (1024, 1000, 10),
            (9, 3, 40),
        ] {
            assert!(ReedSolomon::new("impossible", n, k, m).is_err());
        }
    }

    #[test]
    fn a_kp4_codeword_takes_51_nanoseconds_at_106_gigabit_per_second() {
        // 5440 bits at 106.25 Gb/s = 51.2 ns.
        let code = ReedSolomon::kp4();
        assert_close(code.accumulation_latency(106.25e9), 51.2e-9, 1e-12);
        assert_close(code.code_rate(), 514.0 / 544.0, 1e-15);
    }
}
