//! One period of a capture.

use super::Capture;
use crate::signal::Interpolator;
use crate::signal::interpolator::HALF_WIDTH;

/// Fractions of a sample that interpolators are kept for.
const FRACTIONS: usize = 256;

/// Values of a capture between its samples.
pub(super) struct Between<'a> {
    samples: &'a [f64],
    interpolators: Vec<Interpolator>,
}

impl<'a> Between<'a> {
    pub fn new(capture: &'a Capture) -> Self {
        Self {
            samples: capture.samples(),
            interpolators: (0..=FRACTIONS)
                .map(|k| Interpolator::new(k as f64 / FRACTIONS as f64))
                .collect(),
        }
    }

    /// Value at a place in samples; its neighbours beyond the ends are taken one `period` (in
    /// samples, where it is given) further in, or else the end itself.
    pub fn at(&self, place: f64, period: Option<f64>) -> f64 {
        let whole = place.floor();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0…256
        let step = ((place - whole) * FRACTIONS as f64).round() as usize;
        let Some(interpolator) = self.interpolators.get(step) else {
            return f64::NAN;
        };
        let first = whole - (HALF_WIDTH as f64 - 1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // not negative
        let start = (first >= 0.0).then_some(first as usize);
        if let Some(part) = start.and_then(|s| self.samples.get(s..s + 2 * HALF_WIDTH)) {
            return interpolator.at(part);
        }
        let n = self.samples.len() as f64;
        let neighbours = (0..2 * HALF_WIDTH).map(|i| {
            let mut place = first + i as f64;
            if let Some(period) = period {
                let shift = period.round();
                while place < 0.0 {
                    place += shift;
                }
                while place >= n && place >= shift {
                    place -= shift;
                }
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped
            let at = place.clamp(0.0, n - 1.0) as usize;
            self.samples.get(at).copied().unwrap_or(0.0)
        });
        interpolator
            .weights()
            .iter()
            .zip(neighbours)
            .map(|(w, v)| w * v)
            .sum()
    }
}

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
    let between = Between::new(capture);
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
