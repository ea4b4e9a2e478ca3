//! A transfer above the highest frequency of its data: the loss in dB and the phase go on as the straight
//! lines of least squares through their upper fifth.

use num_complex::Complex64;

/// Share of the highest frequency over which what the last point has beside the line fades away.
const FADING: f64 = 0.1;

/// What lies above the data.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Continuation {
    /// Highest frequency of the data, Hz.
    top: f64,
    /// ln of the line's magnitude there.
    level: f64,
    /// Slope of the magnitude's logarithm, 1/Hz; a rising one is held.
    level_slope: f64,
    /// Phase of the last point, rad.
    phase: f64,
    /// Slope of the phase, rad/Hz.
    phase_slope: f64,
    /// ln of the last point's magnitude over the line's.
    beside: f64,
}

impl Continuation {
    /// Of a transfer at rising frequencies in Hz, one or more of each; the shorter list counts.
    pub(crate) fn new(f: &[f64], transfer: &[Complex64]) -> Self {
        let count = f.len().min(transfer.len());
        let from = count - (count / 5).max(2).min(count);
        let (f, fifth) = (&f[from..count], &transfer[from..count]);
        let mut phase: Vec<f64> = Vec::with_capacity(fifth.len());
        phase.extend(fifth.first().map(|h| h.arg()));
        for pair in fifth.windows(2) {
            let before = phase.last().copied().unwrap_or(0.0);
            phase.push(before + (pair[1] * pair[0].conj()).arg());
        }
        let logarithm: Vec<f64> = fifth
            .iter()
            .map(|h| h.norm().max(f64::MIN_POSITIVE).ln())
            .collect();
        let top = f.last().copied().unwrap_or(0.0);
        // From the last points' mean, so that one reflection does not set the level of all that follows.
        let (at_zero, slope) = straight_line(f, &logarithm);
        let (_, phase_slope) = straight_line(f, &phase);
        let level = at_zero + slope * top;
        Self {
            top,
            level,
            level_slope: slope.min(0.0),
            phase: phase.last().copied().unwrap_or(0.0),
            phase_slope,
            beside: logarithm.last().copied().unwrap_or(level) - level,
        }
    }

    /// The lines at a frequency above the data, Hz.
    pub(crate) fn at(&self, frequency: f64) -> Complex64 {
        let above = frequency - self.top;
        let level = self.level + self.level_slope * above;
        Complex64::from_polar(level.exp(), self.phase + self.phase_slope * above)
    }

    /// The same without the step between the last point and the line, which fades with frequency: a
    /// step rings on in time.
    pub(crate) fn joined(&self, frequency: f64) -> Complex64 {
        let above = frequency - self.top;
        let fading = (self.beside * (-above / (FADING * self.top)).exp()).exp();
        self.at(frequency) * fading
    }
}

/// Intercept at zero and slope of the line with the least squares.
pub(crate) fn straight_line(x: &[f64], y: &[f64]) -> (f64, f64) {
    let n = x.len() as f64;
    let (mx, my) = (x.iter().sum::<f64>() / n, y.iter().sum::<f64>() / n);
    let (mut xy, mut xx) = (0.0, 0.0);
    for (x, y) in x.iter().zip(y) {
        xy += (x - mx) * (y - my);
        xx += (x - mx) * (x - mx);
    }
    let slope = if xx > 0.0 { xy / xx } else { 0.0 };
    (my - slope * mx, slope)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_goes_on_and_a_step_beside_it_fades() {
        let straight = |f: f64| Complex64::from_polar((-0.1 * f).exp(), -0.7 * f);
        let f: Vec<f64> = (0..=100).map(f64::from).collect();
        let mut transfer: Vec<Complex64> = f.iter().map(|&f| straight(f)).collect();
        let lines = Continuation::new(&f, &transfer);
        for above in [100.0, 120.0, 300.0] {
            assert!((lines.at(above) / straight(above) - 1.0).norm() < 1e-9);
            assert!((lines.joined(above) / straight(above) - 1.0).norm() < 1e-9);
        }
        transfer[100] *= 1.1;
        let lines = Continuation::new(&f, &transfer);
        assert!((lines.joined(100.0) / transfer[100] - 1.0).norm() < 1e-12);
        assert!((lines.joined(300.0) / lines.at(300.0) - 1.0).norm() < 1e-6);
    }
}
