//! Eye masks of two levels.

use super::{EyeFigures, PatternWaveform};
use crate::math::q_function;

/// Times at which the waveform is compared with a mask.
const TIMES: usize = 200;

/// Coordinates {X1, X2, X3, Y1, Y2, Y3} of a transmitter's eye mask, in UI from the crossing and in the
/// distance of the two levels (IEEE Std 802.3, 86.8.3.2.1 and 95.8.8; of 100GBASE-LR4, 88.8.8, and others
/// {0.25, 0.4, 0.45, 0.25, 0.28, 0.4}). The inner region has its corners at (X1, ½), (X2, Y2), (X3, Y1)
/// and their mirror images; above 1 + Y3 and below −Y3 nothing may be either.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MaskCoordinates {
    /// X1, X2, X3.
    pub x: [f64; 3],
    /// Y1, Y2, Y3.
    pub y: [f64; 3],
}

impl MaskCoordinates {
    /// Whether the coordinates follow each other as those of a mask do.
    pub fn is_valid(&self) -> bool {
        let [x1, x2, x3] = self.x;
        let [y1, y2, y3] = self.y;
        0.0 <= x1
            && x1 <= x2
            && x2 <= x3
            && x3 <= 0.5
            && 0.0 <= y1
            && y1 <= y2
            && y2 <= 0.5
            && y3 >= 0.0
            && y3.is_finite()
    }

    /// The mask with a margin: at 1 its inner region has grown to the levels and the crossings and its
    /// outer ones to the levels, at −1 the inner one has shrunk to a point and the outer ones are twice
    /// as far; linear between.
    #[must_use]
    pub fn with_margin(&self, margin: f64) -> Self {
        let moved = |at: f64| {
            if margin >= 0.0 {
                at * (1.0 - margin)
            } else {
                at - (0.5 - at) * margin
            }
        };
        let [y1, y2, y3] = self.y;
        Self {
            x: self.x.map(moved),
            y: [moved(y1), moved(y2), y3 * (1.0 - margin)],
        }
    }

    /// Lower border of the inner region at a time in UI.
    fn lower(&self, time: f64) -> Option<f64> {
        let time = time.min(1.0 - time);
        let [x1, x2, x3] = self.x;
        let [y1, y2, _] = self.y;
        let between = |(a, at_a): (f64, f64), (b, at_b): (f64, f64)| {
            at_a + (at_b - at_a) * (time - a) / (b - a).max(f64::MIN_POSITIVE)
        };
        if time < x1 {
            None
        } else if time < x2 {
            Some(between((x1, 0.5), (x2, y2)))
        } else if time < x3 {
            Some(between((x2, y2), (x3, y1)))
        } else {
            Some(y1)
        }
    }

    /// Share of the samples of a symbol that lie in the mask, expected among noise.
    pub fn hit_ratio(&self, waveform: &PatternWaveform, noise: f64, figures: &EyeFigures) -> f64 {
        let ([low, .., high], true) = (figures.levels.as_slice(), self.is_valid()) else {
            return f64::NAN;
        };
        let scale = 1.0 / (high - low);
        let deviation = (noise * scale).max(1e-12);
        let above = |level: f64, value: f64| q_function((level - value) / deviation);
        let mut hits = 0.0;
        for j in 0..TIMES {
            let time = (j as f64 + 0.5) / TIMES as f64;
            let lower = self.lower(time);
            let strobe = waveform.strobe(figures.crossing_time - 0.5 + time);
            for value in &strobe {
                let value = (value - low) * scale;
                if let Some(lower) = lower {
                    hits += above(lower, value) - above(1.0 - lower, value);
                }
                let [.., y3] = self.y;
                hits += above(1.0 + y3, value) + 1.0 - above(-y3, value);
            }
        }
        hits / (TIMES * waveform.symbols().len()) as f64
    }

    /// Largest margin, from −1 to 1, at which the hit ratio is at most the limit; nothing where it is
    /// above it at −1.
    pub fn margin(
        &self,
        waveform: &PatternWaveform,
        noise: f64,
        figures: &EyeFigures,
        limit: f64,
    ) -> Option<f64> {
        let passes =
            |margin: f64| self.with_margin(margin).hit_ratio(waveform, noise, figures) <= limit;
        let (mut low, mut high) = (-1.0, 1.0);
        if !passes(low) {
            return None;
        }
        if passes(high) {
            return Some(high);
        }
        for _ in 0..24 {
            let middle = f64::midpoint(low, high);
            if passes(middle) {
                low = middle;
            } else {
                high = middle;
            }
        }
        Some(low)
    }
}
