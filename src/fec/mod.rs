//! Forward error correction: what a code makes of a given bit error ratio.

mod codec;
mod counting;
mod error_chain;
mod field;
mod hamming;
mod inner_code;
mod line;
mod reed_solomon;

pub use codec::{Decoding, ReedSolomonCodec};
pub use counting::CodewordCounts;
pub use error_chain::ErrorChain;
pub use hamming::{HammingCode, HammingDecoding, extended_hamming_ber, pam4_snr_db};
pub use inner_code::{INNER_CODEWORD_SYMBOLS, INNER_MESSAGE_BITS, InnerCode, InnerCounts};
pub use line::{Corrected, Interleaving, Line};
pub use reed_solomon::{FecError, ReedSolomon};

/// The error correction of a link.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ForwardErrorCorrection {
    /// None: bits arrive as they were decided.
    None,
    /// A Reed–Solomon code with hard decisions, and how its codewords are sent.
    ReedSolomon(ReedSolomon, Transmission),
}

/// How the codewords of a link are sent, and in which bursts errors come.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Transmission {
    /// Order of the symbols of several codewords.
    pub interleaving: Interleaving,
    /// Whether line symbols are precoded by 1/(1 + D).
    pub precoded: bool,
    /// Probability that the symbol behind a wrong one is wrong too; what the receiver makes of it where
    /// none is given.
    pub continuation: Option<f64>,
}

impl Default for Transmission {
    fn default() -> Self {
        Self {
            interleaving: Interleaving::NONE,
            precoded: false,
            continuation: None,
        }
    }
}

impl ForwardErrorCorrection {
    /// Bit error ratio after decoding, for independent errors before it at the ratio
    /// `pre_fec_ber`; NaN where that is not between 0 and 1.
    pub fn post_fec_ber(&self, pre_fec_ber: f64) -> f64 {
        match self {
            Self::None if (0.0..=1.0).contains(&pre_fec_ber) => pre_fec_ber,
            Self::None => f64::NAN,
            Self::ReedSolomon(code, _) => code.post_fec_ber(pre_fec_ber),
        }
    }

    /// The bit error ratio before decoding that leaves `post_fec_ber` after it.
    ///
    /// # Errors
    /// With a ratio that is not above 0 and below 0.5, or an impossible code.
    pub fn pre_fec_ber_for(&self, post_fec_ber: f64) -> Result<f64, FecError> {
        match self {
            Self::None if post_fec_ber > 0.0 && post_fec_ber < 0.5 => Ok(post_fec_ber),
            Self::None => Err(FecError::ErrorRatio {
                ratio: post_fec_ber,
            }),
            Self::ReedSolomon(code, _) => code.pre_fec_ber_for(post_fec_ber),
        }
    }

    /// Part of the transmitted bits that carries data.
    pub fn code_rate(&self) -> f64 {
        match self {
            Self::None => 1.0,
            Self::ReedSolomon(code, _) => code.code_rate(),
        }
    }

    /// Time in s to receive one codeword, or those that are interleaved with it, at `bit_rate`, the
    /// transmitted bits per second that feed them; the decoder's own processing comes on top.
    pub fn accumulation_latency(&self, bit_rate: f64) -> f64 {
        match self {
            Self::None => 0.0,
            Self::ReedSolomon(code, transmission) => {
                f64::from(transmission.interleaving.codewords) * code.accumulation_latency(bit_rate)
            }
        }
    }

    /// What the code leaves of errors in bursts of decided symbols of so many bits, before a precoder's
    /// decoder; none without a code.
    ///
    /// # Errors
    /// Where there is no such code, or its symbols cannot be sent as they are asked to.
    pub fn corrected(
        &self,
        errors: ErrorChain,
        bits_per_symbol: u32,
    ) -> Result<Option<Corrected>, FecError> {
        let Self::ReedSolomon(code, transmission) = self else {
            return Ok(None);
        };
        let line = Line {
            errors,
            bits_per_symbol,
            precoded: transmission.precoded,
            interleaving: transmission.interleaving,
        };
        line.corrected(code).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_correction_passes_errors_on() {
        let none = ForwardErrorCorrection::None;
        assert!((none.post_fec_ber(1e-12) - 1e-12).abs() < 1e-27);
        assert!((none.pre_fec_ber_for(1e-12).unwrap() - 1e-12).abs() < 1e-27);
        assert!(none.post_fec_ber(-0.1).is_nan() && none.post_fec_ber(f64::NAN).is_nan());
        assert!(none.pre_fec_ber_for(0.0).is_err());
        assert!((none.code_rate() - 1.0).abs() < f64::EPSILON);
        assert!(none.accumulation_latency(1e9).abs() < f64::EPSILON);
    }

    #[test]
    fn a_code_is_reached_through_the_link_s_correction() {
        let code = ReedSolomon::kp4();
        let fec = ForwardErrorCorrection::ReedSolomon(code.clone(), Transmission::default());
        let same = |a: f64, b: f64| a.to_bits() == b.to_bits();
        assert!(same(fec.post_fec_ber(2e-4), code.post_fec_ber(2e-4)));
        assert!(same(fec.code_rate(), code.code_rate()));
        assert_eq!(fec.pre_fec_ber_for(1e-15), code.pre_fec_ber_for(1e-15));
        let errors = ErrorChain::independent(4.8e-4).unwrap();
        let none = ForwardErrorCorrection::None.corrected(errors.clone(), 2);
        assert_eq!(none, Ok(None));
        let found = fec.corrected(errors, 2).unwrap().unwrap();
        assert!((found.post_fec_ber / code.post_fec_ber(2.4e-4) - 1.0).abs() < 0.02);
        // Two interleaved codewords take twice as long.
        let two = ForwardErrorCorrection::ReedSolomon(
            code,
            Transmission {
                interleaving: Interleaving::symbols(2),
                ..Transmission::default()
            },
        );
        assert!((two.accumulation_latency(106.25e9) - 102.4e-9).abs() < 1e-20);
    }
}
