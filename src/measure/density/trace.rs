//! Waveforms against the symbol clock, and their values between samples.

use super::DensityError;

/// A uniformly sampled waveform with its place in the symbol clock.
#[derive(Debug, Clone, Copy)]
pub struct Trace<'a> {
    /// Samples, in V or W.
    pub samples: &'a [f64],
    /// Samples per symbol (per unit interval), at least 1, not necessarily whole.
    pub samples_per_symbol: f64,
    /// Time of the first sample in UI.
    pub first_phase: f64,
    /// Whether the last sample is followed by the first. A cyclic trace must hold a whole number
    /// of symbols for its eye to make sense.
    pub cyclic: bool,
}

impl Trace<'_> {
    pub(super) fn check(&self) -> Result<(), DensityError> {
        let regular = self.samples_per_symbol >= 1.0
            && self.samples_per_symbol.is_finite()
            && self.first_phase.is_finite();
        regular.then_some(()).ok_or(DensityError::Trace {
            samples_per_symbol: self.samples_per_symbol,
            first_phase: self.first_phase,
        })
    }

    /// Positions (in samples, from the first) at which time `phase` (UI) falls, one per symbol.
    pub(super) fn positions(&self, phase: f64) -> impl Iterator<Item = f64> {
        let last = if self.cyclic {
            self.samples.len() as f64
        } else {
            self.samples.len() as f64 - 1.0
        };
        let first = (phase - self.first_phase).rem_euclid(1.0) * self.samples_per_symbol;
        let step = self.samples_per_symbol;
        // A hundred-thousandth of a sample: a sample that lies on the edge belongs to one side.
        let inside = last - if self.cyclic { 1e-5 } else { -1e-5 };
        (0_u32..)
            .map(move |k| first + f64::from(k) * step)
            .take_while(move |&position| position < inside)
    }

    /// The four samples around `position` samples from the first, with their weights in the cubic
    /// convolution of Keys (IEEE Trans. Acoust. Speech Signal Process. 29(6), 1153, 1981, DOI
    /// 10.1109/TASSP.1981.1163711).
    pub(super) fn taps(&self, position: f64) -> Taps {
        // Positions are not negative, so that truncation is the floor.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let base = position as usize;
        let f = position - base as f64;
        let g = 1.0 - f;
        Taps {
            base,
            weights: [
                -0.5 * f * g * g,
                1.0 + f * f * (1.5 * f - 2.5),
                1.0 + g * g * (1.5 * g - 2.5),
                -0.5 * g * f * f,
            ],
            cyclic: self.cyclic,
        }
    }
}

/// Where and with what weights a list is interpolated.
pub(super) struct Taps {
    base: usize,
    weights: [f64; 4],
    cyclic: bool,
}

impl Taps {
    /// The interpolated value of a list, which is extended by repetition if the trace is cyclic
    /// and by its end values if not.
    #[inline]
    pub(super) fn of(&self, list: &[f64]) -> f64 {
        let [p, q, r, s] = self.weights;
        let sum = |[a, b, c, d]: [f64; 4]| (a * p + b * q) + (c * r + d * s);
        let first = self.base.wrapping_sub(1);
        if let Some(&[a, b, c, d]) = list.get(first..first.wrapping_add(4)) {
            return sum([a, b, c, d]);
        }
        let n = list.len();
        let at = |index: usize| {
            let index = if self.cyclic {
                (index + n - 1) % n.max(1)
            } else {
                index.saturating_sub(1).min(n.saturating_sub(1))
            };
            list.get(index).copied().unwrap_or(f64::NAN)
        };
        sum([0, 1, 2, 3].map(|offset| at(self.base + offset)))
    }
}
