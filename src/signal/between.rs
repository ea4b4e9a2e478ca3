//! Values of a record between its samples.

use super::Interpolator;
use super::interpolator::HALF_WIDTH;

/// Fractions of a sample that interpolators are kept for.
const FRACTIONS: usize = 256;

/// Band-limited values of a record at any place, to 1/512 of a sample.
#[derive(Debug, Clone)]
pub struct Between<'a> {
    samples: &'a [f64],
    interpolators: Vec<Interpolator>,
}

impl<'a> Between<'a> {
    /// For these samples.
    pub fn new(samples: &'a [f64]) -> Self {
        Self {
            samples,
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
            let at = place.clamp(0.0, (n - 1.0).max(0.0)) as usize;
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
