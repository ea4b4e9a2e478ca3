//! The worst pattern and the eye it leaves: peak distortion analysis.

use super::cursors::SymbolLevels;

/// The eyes that the worst patterns leave, without noise (Casper, Haycock, Mooney, "An accurate and
/// efficient analysis method for multi-Gb/s chip-to-chip signaling schemes", IEEE Symposium on VLSI
/// Circuits 2002, DOI 10.1109/VLSIC.2002.1015043).
#[derive(Debug, Clone, PartialEq)]
pub struct PeakDistortion {
    /// Height of every eye, lowest first: the distance of the two levels at the main cursor less what
    /// the others can take away on both sides. Negative for an eye that a pattern closes.
    pub heights: Vec<f64>,
    /// Largest amplitude that the other cursors can add to a level, and take from it.
    pub interference: (f64, f64),
    /// For every cursor the number of the level (from 0, the lowest) that lowers the sum most; the
    /// mirrored pattern raises it most. At the main cursor the lowest level above the eye.
    pub worst_pattern: Vec<usize>,
}

/// Peak distortion at one sampling time: `cursors` are the samples of the pulse response a unit
/// interval apart, `main` the index of the one that is decided on.
pub fn peak_distortion(cursors: &[f64], main: usize, levels: &SymbolLevels) -> PeakDistortion {
    let values = levels.levels();
    let (lowest, highest) = match (values.first(), values.last()) {
        (Some(&lowest), Some(&highest)) => (lowest, highest),
        _ => (0.0, 0.0),
    };
    let (mut low, mut high) = (0.0, 0.0);
    let mut worst_pattern = Vec::with_capacity(cursors.len());
    for (k, &h) in cursors.iter().enumerate() {
        if k == main {
            worst_pattern.push(1.min(values.len().saturating_sub(1)));
            continue;
        }
        let (a, b) = (h * lowest, h * highest);
        low += a.min(b);
        high += a.max(b);
        worst_pattern.push(if h < 0.0 {
            values.len().saturating_sub(1)
        } else {
            0
        });
    }
    let main = cursors.get(main).copied().unwrap_or(0.0).abs();
    PeakDistortion {
        heights: values
            .windows(2)
            .map(|pair| main * (pair[1] - pair[0]) - (high - low))
            .collect(),
        interference: (high, low),
        worst_pattern,
    }
}
