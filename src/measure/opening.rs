//! Opening of an eye at a probability.

use super::slicer::{DecisionSample, DecisionSamples};
use crate::math::q_function;

/// Vertical opening between two neighbouring levels: from the value that the lower level exceeds
/// with the given probability to the value that the upper one falls below with it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct VerticalOpening {
    /// Lower edge.
    pub low: f64,
    /// Upper edge; below `low` where the eye is closed.
    pub high: f64,
}

impl VerticalOpening {
    /// Height, negative for a closed eye.
    pub fn height(&self) -> f64 {
        self.high - self.low
    }
}

/// Groups into which the samples of a level are gathered.
const GROUPS: usize = 64;

/// Openings of all eyes, lowest first, at a probability.
pub fn vertical_openings(samples: &DecisionSamples, probability: f64) -> Vec<VerticalOpening> {
    samples
        .by_level
        .windows(2)
        .map(|pair| VerticalOpening {
            low: -lower_edge(&mirrored(&pair[0]), probability),
            high: lower_edge(&gathered(&pair[1]), probability),
        })
        .collect()
}

fn mirrored(samples: &[DecisionSample]) -> Vec<DecisionSample> {
    let mirrored: Vec<DecisionSample> = samples
        .iter()
        .map(|s| DecisionSample {
            value: -s.value,
            ..*s
        })
        .collect();
    gathered(&mirrored)
}

/// Samples gathered by value into at most [`GROUPS`] with the same mean and mean square.
fn gathered(samples: &[DecisionSample]) -> Vec<DecisionSample> {
    let low = samples
        .iter()
        .map(|s| s.value)
        .fold(f64::INFINITY, f64::min);
    let high = samples
        .iter()
        .map(|s| s.value)
        .fold(f64::NEG_INFINITY, f64::max);
    let width = (high - low).max(f64::MIN_POSITIVE) / GROUPS as f64;
    let mut groups = vec![(0.0, 0.0, 0.0); GROUPS];
    for s in samples {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (((s.value - low) / width) as usize).min(GROUPS - 1);
        let group = &mut groups[index];
        group.0 += s.weight;
        group.1 += s.weight * s.value;
        group.2 += s.weight * (s.deviation.powi(2) + s.value.powi(2));
    }
    groups
        .iter()
        .filter(|g| g.0 > 0.0)
        .map(|&(weight, sum, squares)| {
            let value = sum / weight;
            DecisionSample {
                value,
                deviation: (squares / weight - value * value).max(0.0).sqrt(),
                weight,
            }
        })
        .collect()
}

/// Value that the samples fall below with the given probability.
fn lower_edge(samples: &[DecisionSample], probability: f64) -> f64 {
    let weight: f64 = samples.iter().map(|s| s.weight).sum();
    let below = |v: f64| {
        samples
            .iter()
            .map(|s| s.weight * q_function((s.value - v) / s.deviation.max(f64::MIN_POSITIVE)))
            .sum::<f64>()
            / weight
    };
    let mut low = samples
        .iter()
        .map(|s| s.value - 40.0 * s.deviation)
        .fold(f64::INFINITY, f64::min);
    let mut high = samples
        .iter()
        .map(|s| s.value + 10.0 * s.deviation)
        .fold(f64::NEG_INFINITY, f64::max);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if below(middle) < probability {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaussian_levels_open_by_their_distance_less_the_tails() {
        let level = |value: f64| {
            vec![DecisionSample {
                value,
                deviation: 0.1,
                weight: 1.0,
            }]
        };
        let samples = DecisionSamples {
            by_level: vec![level(0.0), level(2.0)],
        };
        // Q(7.0345) = 1e-12 (closed form).
        let opening = vertical_openings(&samples, 1e-12)[0];
        assert!((opening.height() - (2.0 - 0.2 * 7.034_484)).abs() < 1e-5);
        assert!(vertical_openings(&samples, 0.4)[0].low < 0.1);
    }
}
