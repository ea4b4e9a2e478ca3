//! What a link's error correction makes of the bursts its errors come in.

use super::result::CorrectionResult;
use crate::fec::{ErrorChain, ForwardErrorCorrection};
use crate::link::decision::Decided;
use crate::link::error_chain::error_chain;
use crate::link::monte_carlo::Counts;
use crate::link::{Feedback, Link};

/// The result of a link's error correction; none without one, without errors, and where a symbol has
/// not one bit or two.
pub(super) fn correction(
    link: &Link,
    decided: &Decided,
    counts: Option<&Counts>,
) -> Option<CorrectionResult> {
    let ForwardErrorCorrection::ReedSolomon(_, transmission) = &link.fec else {
        return None;
    };
    let bits = link.signal.modulation.whole_bits_per_symbol()?;
    let chain = chain(link, decided, counts, transmission.continuation, bits)?;
    let continuation = chain.continuation();
    let corrected = link.fec.corrected(chain, bits).ok()??;
    Some(CorrectionResult {
        interleaved_codewords: transmission.interleaving.codewords,
        multiplexed_symbols: transmission.interleaving.multiplexed,
        precoded: transmission.precoded,
        burst_continuation: continuation,
        pre_fec_ber: corrected.pre_fec_ber,
        codeword_error_ratio: corrected.codeword_error_ratio,
        post_fec_ber: corrected.post_fec_ber,
        frame_loss_ratio: corrected.frame_loss_ratio,
    })
}

/// The chain of a link's errors: runs that go on as they are said to, as they were counted, or as the
/// feedback taps let them.
fn chain(
    link: &Link,
    decided: &Decided,
    counts: Option<&Counts>,
    given: Option<f64>,
    bits: u32,
) -> Option<ErrorChain> {
    let bits = f64::from(bits);
    // Wrong symbols have one wrong bit, but for the few that are off by more than a level.
    let ratio = match counts {
        None => decided.errors.bit * bits,
        Some(counts) if counts.symbol_errors > 0 => {
            counts.bit_error_ratio(&link.signal.modulation) * bits
        }
        Some(_) => return None,
    };
    if ratio >= 1.0 || ratio.is_nan() {
        return None;
    }
    if let Some(continuation) = given {
        return ErrorChain::bursts_at(ratio, continuation).ok();
    }
    if let Some(counts) = counts {
        // A run of errors of mean length L goes on with 1 − 1/L.
        let length = counts.symbol_errors as f64 / counts.bursts.max(1) as f64;
        return ErrorChain::bursts_at(ratio, (1.0 - 1.0 / length).max(0.0)).ok();
    }
    let feeds_back = link.engine.monte_carlo.feedback == Feedback::Decisions
        && !link.equalizer.sequence_detection;
    let positions = link.signal.modulation.level_positions();
    match error_chain(decided, positions).filter(|_| feeds_back) {
        Some(chain) => Some(chain),
        None => ErrorChain::independent(ratio).ok(),
    }
}
