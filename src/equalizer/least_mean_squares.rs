//! Adaptation of the taps on known symbols by the normalised least-mean-squares rule
//! (Haykin, Adaptive Filter Theory, 5th ed., chapter 7).

use super::Taps;
use super::adaptive::{AdaptiveEqualizer, AdaptiveStructure, AfterTraining, UpdateRule};

/// Adapts feed-forward taps (`precursor` of them before the main one) and feedback taps on received
/// samples and the levels that were sent, one of each per symbol; the stretch is used cyclically
/// until `training_symbols` have been seen. The received samples are standardised to zero mean and
/// unit variance while adapting, so that one step suits every signal; the taps returned apply to
/// the samples as they are.
///
/// The mean-square error reported is that of the last tenth of the training.
pub fn adapt(
    received: &[f64],
    levels: &[f64],
    feed_forward: usize,
    precursor: usize,
    feedback: usize,
    step: f64,
    training_symbols: usize,
) -> Option<Taps> {
    let n = received.len().min(levels.len());
    if n == 0 {
        return None;
    }
    let mean = received[..n].iter().sum::<f64>() / n as f64;
    let deviation = (received[..n]
        .iter()
        .map(|y| (y - mean).powi(2))
        .sum::<f64>()
        / n as f64)
        .sqrt();
    if !(deviation > 0.0 && deviation.is_finite()) {
        return None;
    }
    let taps = feed_forward.max(1);
    let precursor = precursor.min(taps - 1);
    let structure = AdaptiveStructure {
        linear_taps: taps,
        main_tap: taps - 1 - precursor,
        feedback_taps: feedback,
        constant: true,
        ..AdaptiveStructure::default()
    };
    // Decisions are not asked for: any two levels do.
    let rule = UpdateRule::NormalizedLeastMeanSquares { step };
    let mut equalizer = AdaptiveEqualizer::new(structure, rule, &[-1.0, 1.0]).ok()?;
    let standard = |k: usize| (received[k % n] - mean) / deviation;
    let samples: Vec<f64> = (0..training_symbols).map(standard).collect();
    let known: Vec<f64> = (0..training_symbols).map(|k| levels[k % n]).collect();
    let errors = equalizer
        .equalize(&samples, &known, AfterTraining::Hold)
        .ok()?
        .errors;
    let last = &errors[training_symbols.max(10) * 9 / 10..];
    let mean_square_error = last.iter().map(|e| e * e).sum::<f64>() / last.len().max(1) as f64;
    let weights = equalizer.linear_taps().iter().rev();
    let sum: f64 = weights.clone().sum();
    Some(Taps {
        feed_forward: weights.map(|w| w / deviation).collect(),
        precursor,
        feedback: equalizer.feedback_taps().to_vec(),
        offset: equalizer.constant() - sum * mean / deviation,
        mean_square_error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::equalizer::Covariances;

    #[test]
    fn adaptation_arrives_at_the_solved_taps() {
        // A linear congruential generator's high bits are white enough.
        let mut state = 1u32;
        let a: Vec<f64> = (0..1021)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                f64::from(state >> 30) * 2.0 / 3.0 - 1.0
            })
            .collect();
        let y: Vec<f64> = (0..1021)
            .map(|n| 0.3 * a[n] + 0.08 * a[(n + 1020) % 1021] + 0.05 * a[(n + 1) % 1021] + 2.0)
            .collect();
        // Without feedback: with it a postcursor could be cancelled in two ways, and the taps would
        // not be unique.
        let solved = Covariances::measure(&y, &a, &[], 5, 0)
            .solve(5, 2, 0)
            .unwrap();
        let adapted = adapt(&y, &a, 5, 2, 0, 0.02, 200_000).unwrap();
        for (s, l) in solved.feed_forward.iter().zip(&adapted.feed_forward) {
            assert!((s - l).abs() < 0.02 * solved.feed_forward[2], "{s} {l}");
        }
        assert!(adapted.mean_square_error < solved.mean_square_error + 1e-3);
    }

    #[test]
    fn a_step_that_diverges_gives_nothing() {
        let y = [f64::NAN; 8];
        assert!(adapt(&y, &[1.0; 8], 3, 1, 0, 0.1, 100).is_none());
        assert!(adapt(&[], &[], 3, 1, 0, 0.1, 100).is_none());
    }
}
