//! Networks at other frequencies.
//!
//! Each scattering parameter is freed of its delay, g = S·exp(+j2πfτ), interpolated as real and
//! imaginary part by cubic Hermite polynomials with slopes from three points, and delayed again. A
//! straight line between two points of a turning phasor would cut the corner: it loses magnitude
//! and adds echoes 1/Δf before and after the true response. Nor are magnitude and phase taken apart,
//! which breaks where a reflection passes through zero.
//!
//! τ is the mean group delay of a parameter, each step of phase weighted with the magnitudes at its
//! ends. It is right while a step turns the phase by less than half a turn, τ < 1/(2Δf): a file with
//! a wider spacing does not hold what lies between its points.

use super::matrix::clip_singular_values;
use super::{Network, NetworkError, Reference};
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Mean group delay of a parameter over frequency, s; see the module.
pub(super) fn mean_delay(f: &[f64], s: &[Complex64]) -> f64 {
    let (mut turned, mut passed) = (0.0, 0.0);
    for (f, s) in f.windows(2).zip(s.windows(2)) {
        let step = s[1] * s[0].conj();
        turned += step.norm() * step.arg();
        passed += step.norm() * (f[1] - f[0]);
    }
    if passed > 0.0 {
        -turned / (TAU * passed)
    } else {
        0.0
    }
}

/// exp(j2πx), exact for the whole turns of a large x.
pub(super) fn turns(x: f64) -> Complex64 {
    Complex64::cis(TAU * (x - x.round()))
}

/// Slope at each point of the parabola through it and its neighbours.
fn slopes(f: &[f64], g: &[Complex64]) -> Vec<Complex64> {
    let n = f.len();
    let secant = |i: usize| (g[i + 1] - g[i]) / (f[i + 1] - f[i]);
    match n {
        0 | 1 => vec![Complex64::ZERO; n],
        2 => vec![secant(0); 2],
        _ => (0..n)
            .map(|i| {
                let at = i.clamp(1, n - 2);
                let (h0, h1) = (f[at] - f[at - 1], f[at + 1] - f[at]);
                let (d0, d1) = (secant(at - 1), secant(at));
                let curvature = (d1 - d0) / (h0 + h1);
                // Newton's form of the parabola through points at − 1, at, at + 1.
                d0 + curvature * (2.0 * f[i] - f[at - 1] - f[at])
            })
            .collect(),
    }
}

/// One parameter between its points.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Interpolant {
    frequency: Vec<f64>,
    /// Delay that the values are freed of, s.
    pub(super) delay: f64,
    /// Values without the delay.
    values: Vec<Complex64>,
    slopes: Vec<Complex64>,
}

impl Interpolant {
    /// Through two points or more.
    pub(super) fn new(frequency: Vec<f64>, s: &[Complex64]) -> Self {
        let delay = mean_delay(&frequency, s);
        let values: Vec<Complex64> = frequency
            .iter()
            .zip(s)
            .map(|(f, s)| s * turns(f * delay))
            .collect();
        Self {
            slopes: slopes(&frequency, &values),
            delay,
            values,
            frequency,
        }
    }

    /// Frequencies of the points, Hz.
    pub(super) fn frequencies(&self) -> &[f64] {
        &self.frequency
    }

    /// Values of the points without the delay.
    pub(super) fn values(&self) -> &[Complex64] {
        &self.values
    }

    /// The value at `x` in Hz, without the delay.
    pub(super) fn undelayed(&self, x: f64) -> Complex64 {
        let (f, g, slope) = (&self.frequency, &self.values, &self.slopes);
        let i = f.partition_point(|&v| v <= x).clamp(1, f.len() - 1) - 1;
        let h = f[i + 1] - f[i];
        let u = (x - f[i]) / h;
        let v = 1.0 - u;
        (g[i] * (1.0 + 2.0 * u) + slope[i] * (h * u)) * (v * v)
            + (g[i + 1] * (1.0 + 2.0 * v) - slope[i + 1] * (h * v)) * (u * u)
    }
}

/// One parameter at the frequencies `to`, which lie within those of `f`.
fn interpolate(f: &[f64], s: &[Complex64], to: &[f64]) -> Vec<Complex64> {
    let between = Interpolant::new(f.to_vec(), s);
    to.iter()
        .map(|&x| {
            let at = f.partition_point(|&v| v <= x);
            if at > 0 && f[at - 1].to_bits() == x.to_bits() {
                return s[at - 1];
            }
            between.undelayed(x) * turns(-x * between.delay)
        })
        .collect()
}

impl Network {
    /// The network at other frequencies, Hz, which must rise and lie within its own.
    ///
    /// Values between points do not keep passivity or reciprocity to the last digit.
    ///
    /// # Errors
    /// [`NetworkError::Mismatch`] for frequencies outside, [`NetworkError::Frequency`].
    pub fn interpolated(&self, frequencies: &[f64]) -> Result<Self, NetworkError> {
        let (Some(&low), Some(&high)) = (self.frequency.first(), self.frequency.last()) else {
            return Err(NetworkError::Mismatch("the network has no data".to_owned()));
        };
        if let Some(&outside) = frequencies.iter().find(|&&f| !(low..=high).contains(&f)) {
            return Err(NetworkError::Mismatch(format!(
                "{} GHz lies outside the network's frequencies, {} to {} GHz",
                outside / 1e9,
                low / 1e9,
                high / 1e9
            )));
        }
        if self.points() == 1 {
            return Ok(self.clone());
        }
        let n = self.ports;
        let mut s = vec![Complex64::ZERO; frequencies.len() * n * n];
        for entry in 0..n * n {
            let curve: Vec<Complex64> = self.s.iter().skip(entry).step_by(n * n).copied().collect();
            let values = interpolate(&self.frequency, &curve, frequencies);
            for (place, value) in s.iter_mut().skip(entry).step_by(n * n).zip(values) {
                *place = value;
            }
        }
        let reference = match &self.reference {
            Reference::PerPort(z) => Reference::PerPort(z.clone()),
            Reference::PerFrequency(z) => {
                let mut all = vec![Complex64::ZERO; frequencies.len() * n];
                for port in 0..n {
                    let curve: Vec<Complex64> = z.iter().skip(port).step_by(n).copied().collect();
                    for (place, &x) in all.iter_mut().skip(port).step_by(n).zip(frequencies) {
                        let i = self
                            .frequency
                            .partition_point(|&v| v <= x)
                            .clamp(1, self.points() - 1)
                            - 1;
                        let u =
                            (x - self.frequency[i]) / (self.frequency[i + 1] - self.frequency[i]);
                        *place = curve[i] * (1.0 - u) + curve[i + 1] * u;
                    }
                }
                Reference::PerFrequency(all)
            }
        };
        Self::new(frequencies.to_vec(), n, s, reference)?
            .with_definition(self.definition)
            .with_modes(self.modes.clone())
    }

    /// The network with points from zero up to its first one, in steps of about its first step.
    ///
    /// Each parameter, freed of the delay of its lowest points, goes on as even real part b + af² and
    /// odd imaginary part bf + af³ through its two lowest points (the shape of a real response near
    /// zero; IEEE Std 370-2020 extrapolates so). Nothing is forced to one: a line with resistance
    /// stays below it, a coupling capacitor goes to zero. New points are made passive, down to the
    /// largest singular value of the first measured point or one.
    ///
    /// # Errors
    /// [`NetworkError::Time`] if there are fewer than two points or the first one lies too high, above
    /// a tenth of the highest frequency.
    pub fn extended_to_dc(&self) -> Result<Self, NetworkError> {
        let f = &self.frequency;
        if f.first() == Some(&0.0) {
            return Ok(self.clone());
        }
        let (Some(&first), Some(&second), Some(&top)) = (f.first(), f.get(1), f.last()) else {
            return Err(NetworkError::Time(
                "two frequencies or more are needed to go on to 0 Hz".to_owned(),
            ));
        };
        if first > 0.1 * top {
            return Err(NetworkError::Time(format!(
                "the first frequency, {} GHz, is too far from 0 Hz to tell what lies below: it must not \
                 exceed a tenth of the last one, {} GHz",
                first / 1e9,
                top / 1e9
            )));
        }
        let steps = (first / (second - first)).round().max(1.0);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = steps.min(1e6) as usize;
        let new: Vec<f64> = (0..count).map(|k| first * k as f64 / steps).collect();
        let n = self.ports;
        let mut s = vec![Complex64::ZERO; count * n * n];
        // The delay of a few points is less at the mercy of noise than that of two.
        let near = self.points().min(10);
        for entry in 0..n * n {
            let curve: Vec<Complex64> = self
                .s
                .iter()
                .skip(entry)
                .step_by(n * n)
                .take(near)
                .copied()
                .collect();
            let delay = mean_delay(&f[..near], &curve);
            let (g1, g2) = (
                curve[0] * turns(first * delay),
                curve[1] * turns(second * delay),
            );
            let squares = second * second - first * first;
            let even = (g2.re - g1.re) / squares;
            let odd = (g2.im / second - g1.im / first) / squares;
            let flat = g1.re - even * first * first;
            let linear = g1.im / first - odd * first * first;
            for (place, &x) in s.iter_mut().skip(entry).step_by(n * n).zip(&new) {
                let g = Complex64::new(flat + even * x * x, x * (linear + odd * x * x));
                *place = g * turns(-x * delay);
            }
        }
        let most = self.largest_singular_value(0).max(1.0);
        for m in s.chunks_exact_mut(n * n) {
            if let Some(clipped) = clip_singular_values(n, m, most) {
                m.copy_from_slice(&clipped);
            }
        }
        s.extend_from_slice(&self.s);
        let reference = match &self.reference {
            Reference::PerPort(z) => Reference::PerPort(z.clone()),
            Reference::PerFrequency(z) => {
                let mut all = z.get(..n).unwrap_or_default().repeat(count);
                all.extend_from_slice(z);
                Reference::PerFrequency(all)
            }
        };
        let frequency = new.into_iter().chain(f.iter().copied()).collect();
        Self::new(frequency, n, s, reference)?
            .with_definition(self.definition)
            .with_modes(self.modes.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line with skin effect, S21 = exp(−√(jf/f0)·a − j2πfτ).
    fn line(f: f64) -> Complex64 {
        let skin = Complex64::new(0.0, f / 1e9).sqrt() * 0.05;
        (-skin).exp() * turns(-f * 5e-9) * 0.95
    }

    fn network(frequencies: Vec<f64>) -> Network {
        let s = frequencies
            .iter()
            .flat_map(|&f| [Complex64::ZERO, line(f), line(f), Complex64::ZERO])
            .collect();
        Network::new(frequencies, 2, s, Reference::uniform(2, 50.0)).unwrap()
    }

    #[test]
    fn a_delayed_line_is_found_between_its_points() {
        let coarse = network((0..=200).map(|k| f64::from(k) * 50e6).collect());
        let fine: Vec<f64> = (50..4000).map(|k| f64::from(k) * 2.5e6).collect();
        let found = coarse.interpolated(&fine).unwrap().curve(1, 0).unwrap();
        // Straight lines between points a quarter turn apart would miss by up to 0.29.
        let worst = fine
            .iter()
            .zip(&found)
            .map(|(&f, s)| (s - line(f)).norm())
            .fold(0.0, f64::max);
        assert!(worst < 2e-4, "{worst}");
        assert!(coarse.interpolated(&[11e9]).is_err());
        let same = coarse.interpolated(coarse.frequencies()).unwrap();
        assert_eq!(same, coarse);
    }

    #[test]
    fn resistance_stays_at_zero_frequency() {
        let measured = network((1..=1000).map(|k| f64::from(k) * 10e6).collect());
        let extended = measured.extended_to_dc().unwrap();
        assert_eq!(extended.points(), 1001);
        let dc = extended.curve(1, 0).unwrap()[0];
        // √f is not even about zero: the parabola misses a fraction of the first point's loss.
        assert!((dc - Complex64::new(0.95, 0.0)).norm() < 5e-3, "{dc}");
        assert!(dc.im == 0.0);
        assert!(network(vec![5e9, 6e9]).extended_to_dc().is_err());
    }
}
