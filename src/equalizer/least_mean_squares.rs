//! Adaptation of the taps on known symbols by the normalised least-mean-squares rule
//! (Haykin, Adaptive Filter Theory, 5th ed., chapter 7).

use super::Taps;

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
    let taps_count = feed_forward.max(1);
    let mut weights = vec![0.0; taps_count];
    *weights.get_mut(precursor.min(taps_count - 1))? = 1.0;
    let mut back = vec![0.0; feedback];
    let mut constant = 0.0;
    let mut input = vec![0.0; taps_count];
    let mut past = vec![0.0; feedback];
    let tail = training_symbols.max(10) * 9 / 10;
    let (mut error_sum, mut error_count) = (0.0, 0usize);
    for k in 0..training_symbols {
        for (i, x) in input.iter_mut().enumerate() {
            *x = (received[(k + n + precursor - i) % n] - mean) / deviation;
        }
        for (j, a) in past.iter_mut().enumerate() {
            *a = levels[(k + n * (1 + (j + 1) / n) - (j + 1)) % n];
        }
        let z = weights.iter().zip(&input).map(|(w, x)| w * x).sum::<f64>()
            - back.iter().zip(&past).map(|(b, a)| b * a).sum::<f64>()
            + constant;
        let error = levels[k % n] - z;
        let power = 1.0
            + input.iter().map(|x| x * x).sum::<f64>()
            + past.iter().map(|a| a * a).sum::<f64>();
        let gain = step * error / power;
        for (w, x) in weights.iter_mut().zip(&input) {
            *w += gain * x;
        }
        for (b, a) in back.iter_mut().zip(&past) {
            *b -= gain * a;
        }
        constant += gain;
        if k >= tail {
            error_sum += error * error;
            error_count += 1;
        }
    }
    let sum: f64 = weights.iter().sum();
    let offset = constant - sum * mean / deviation;
    for w in &mut weights {
        *w /= deviation;
    }
    let mean_square_error = error_sum / error_count.max(1) as f64;
    mean_square_error.is_finite().then_some(Taps {
        feed_forward: weights,
        precursor,
        feedback: back,
        offset,
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
