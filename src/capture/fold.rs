//! One period of a capture.

use super::Capture;
use crate::signal::Between;

/// A period of a waveform, and what its repetitions differ by.
pub(super) struct Folded {
    pub samples: Vec<f64>,
    /// Root mean square of the differences of single periods from their mean, unbiased; nothing for
    /// one period.
    pub noise: Option<f64>,
    pub periods: usize,
}

/// Folds a capture to one period of `symbols` symbols of `per_symbol` samples each, sampled anew
/// `out` times a symbol.
pub(super) fn fold(capture: &Capture, per_symbol: f64, symbols: usize, out: usize) -> Folded {
    let between = Between::new(capture.samples());
    let period = per_symbol * symbols as f64;
    // A period that ends within the last sample is whole.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
    let periods = ((capture.samples().len() as f64 + 0.01) / period)
        .floor()
        .max(1.0) as usize;
    let count = symbols * out;
    let mut samples = vec![0.0; count];
    let mut squares = 0.0;
    for (k, sample) in samples.iter_mut().enumerate() {
        let place = k as f64 / out as f64 * per_symbol;
        let (mut sum, mut square) = (0.0, 0.0);
        for repetition in 0..periods {
            let value = between.at(place + repetition as f64 * period, Some(period));
            sum += value;
            square += value * value;
        }
        *sample = sum / periods as f64;
        squares += (square - sum * *sample).max(0.0);
    }
    let noise = (periods > 1).then(|| (squares / (count * (periods - 1)) as f64).sqrt());
    Folded {
        samples,
        noise,
        periods,
    }
}
