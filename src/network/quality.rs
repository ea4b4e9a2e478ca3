//! Passivity, reciprocity and causality of a network.
//!
//! The metrics are the initial ones of IEEE Std 370-2020, in per cent of a perfect network.

use super::matrix::{clip_singular_values, singular_values};
use super::{Network, NetworkError, WaveDefinition};

/// How good a figure of the standard is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Grade {
    /// Not to be used.
    Poor,
    /// May or may not serve.
    Inconclusive,
    /// Good enough for most uses.
    Acceptable,
    /// Good.
    Good,
}

/// Initial quality metrics of a network, per cent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quality {
    /// PQM: 100 where no singular value exceeds one by more than 1e-5.
    pub passivity_percent: f64,
    /// RQM: 100 where |Sij − Sji| does not exceed 1e-6 on average.
    pub reciprocity_percent: f64,
    /// CQM: share of the turning of each parameter in the complex plane that is clockwise; the worst.
    pub causality_percent: f64,
}

impl Quality {
    /// Grade of the passivity metric.
    pub fn passivity(&self) -> Grade {
        grade(self.passivity_percent, [80.0, 99.0, 99.9])
    }

    /// Grade of the reciprocity metric.
    pub fn reciprocity(&self) -> Grade {
        grade(self.reciprocity_percent, [80.0, 99.0, 99.9])
    }

    /// Grade of the causality metric.
    pub fn causality(&self) -> Grade {
        grade(self.causality_percent, [20.0, 50.0, 80.0])
    }
}

fn grade(value: f64, limits: [f64; 3]) -> Grade {
    if value <= limits[0] {
        Grade::Poor
    } else if value <= limits[1] {
        Grade::Inconclusive
    } else if value <= limits[2] {
        Grade::Acceptable
    } else {
        Grade::Good
    }
}

/// What the enforcement of passivity changed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PassivityChange {
    /// Points that were changed.
    pub points: usize,
    /// Largest singular value before.
    pub largest_before: f64,
    /// Largest change of a scattering parameter.
    pub largest_change: f64,
}

impl Network {
    /// Largest singular value of the scattering matrix at a point; above one it gives out more power
    /// than it takes in. Zero beyond the last point.
    pub fn largest_singular_value(&self, point: usize) -> f64 {
        self.matrix(point)
            .and_then(|m| singular_values(self.ports, m).first().copied())
            .unwrap_or(0.0)
    }

    /// Initial passivity, reciprocity and causality metrics.
    ///
    /// # Errors
    /// [`NetworkError::Check`] for fewer than three points, or for waves that are not power waves,
    /// whose singular values do not tell power where the reference impedance is complex.
    pub fn quality(&self) -> Result<Quality, NetworkError> {
        if self.points() < 3 {
            return Err(NetworkError::Check(
                "the quality metrics need three frequencies or more".to_owned(),
            ));
        }
        self.check_power_waves("passivity")?;
        Ok(Quality {
            passivity_percent: self.passivity_metric(),
            reciprocity_percent: self.reciprocity_metric(),
            causality_percent: self.causality_metric(),
        })
    }

    fn check_power_waves(&self, what: &str) -> Result<(), NetworkError> {
        let real = (0..self.points()).all(|p| self.reference_at(p).iter().all(|z| z.im == 0.0));
        if self.definition == WaveDefinition::Power || real {
            Ok(())
        } else {
            Err(NetworkError::Check(format!(
                "{what} is judged from power waves, and these are {} waves with complex reference \
                 impedances: renormalise first",
                self.definition.name()
            )))
        }
    }

    /// PQM = 100·max(0, N − Σ W)/N with W = (‖S‖₂ − 1.00001)/0.1 where positive.
    fn passivity_metric(&self) -> f64 {
        let excess = (0..self.points())
            .map(|point| ((self.largest_singular_value(point) - 1.000_01) / 0.1).max(0.0))
            .sum();
        metric(self.points(), excess)
    }

    /// RQM, with the mean of |Sij − Sji| over the pairs of ports in place of the norm, 1e-6 allowed.
    fn reciprocity_metric(&self) -> f64 {
        let n = self.ports;
        if n == 1 {
            return 100.0;
        }
        let excess = self
            .s
            .chunks_exact(n * n)
            .map(|m| {
                let mut sum = 0.0;
                for i in 0..n {
                    for j in 0..n {
                        sum += (m[i * n + j] - m[j * n + i]).norm();
                    }
                }
                ((sum / (n * (n - 1)) as f64 - 1e-6) / 0.1).max(0.0)
            })
            .sum();
        metric(self.points(), excess)
    }

    /// CQM: the vector product of successive steps of a parameter, summed where it turns clockwise,
    /// over the sum of its magnitudes; the worst parameter. One that does not move counts as causal.
    fn causality_metric(&self) -> f64 {
        let n = self.ports;
        (0..n * n)
            .map(|entry| {
                let at = |point: usize| self.s[point * n * n + entry];
                let (mut clockwise, mut total) = (0.0, 0.0);
                for point in 0..self.points() - 2 {
                    let first = at(point + 1) - at(point);
                    let second = at(point + 2) - at(point + 1);
                    let turn = second.re * first.im - second.im * first.re;
                    clockwise += turn.max(0.0);
                    total += turn.abs();
                }
                if total > 0.0 {
                    100.0 * clockwise / total
                } else {
                    100.0
                }
            })
            .fold(100.0, f64::min)
    }

    /// The network with singular values above one set to one, and what that changed. Where nothing
    /// is changed the numbers stay the same to the last bit.
    ///
    /// This keeps neither causality nor the phase between the points; it is for small violations, of
    /// noise and rounding, and it is done only where it is asked for.
    ///
    /// # Errors
    /// [`NetworkError::Check`] as for [`quality`](Self::quality).
    pub fn passive(&self) -> Result<(Self, PassivityChange), NetworkError> {
        self.check_power_waves("passivity")?;
        let n = self.ports;
        let mut change = PassivityChange {
            points: 0,
            largest_before: (0..self.points())
                .map(|point| self.largest_singular_value(point))
                .fold(0.0, f64::max),
            largest_change: 0.0,
        };
        let mut s = self.s.clone();
        for m in s.chunks_exact_mut(n * n) {
            if let Some(clipped) = clip_singular_values(n, m, 1.0) {
                change.points += 1;
                for (old, new) in m.iter_mut().zip(clipped) {
                    change.largest_change = change.largest_change.max((*old - new).norm());
                    *old = new;
                }
            }
        }
        Ok((self.with_s(s)?, change))
    }

    /// The network with (S + Sᵀ)/2 in place of S, and the largest change of a parameter.
    ///
    /// # Errors
    /// [`NetworkError::NotFinite`] on overflow.
    pub fn reciprocal(&self) -> Result<(Self, f64), NetworkError> {
        let n = self.ports;
        let mut s = self.s.clone();
        let mut largest: f64 = 0.0;
        for m in s.chunks_exact_mut(n * n) {
            for i in 0..n {
                for j in 0..i {
                    let mean = (m[i * n + j] + m[j * n + i]) * 0.5;
                    largest = largest.max((m[i * n + j] - mean).norm());
                    m[i * n + j] = mean;
                    m[j * n + i] = mean;
                }
            }
        }
        Ok((self.with_s(s)?, largest))
    }
}

fn metric(points: usize, excess: f64) -> f64 {
    (points as f64 - excess).max(0.0) / points as f64 * 100.0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Reference;
    use num_complex::Complex64;

    fn delay(sign: f64, gain: f64) -> Network {
        let f: Vec<f64> = (0..50).map(|k| f64::from(k) * 1e9).collect();
        let s = f
            .iter()
            .flat_map(|f| {
                let through = Complex64::from_polar(gain, -sign * f * 1e-10);
                [Complex64::ZERO, through, through, Complex64::ZERO]
            })
            .collect();
        Network::new(f, 2, s, Reference::uniform(2, 50.0)).unwrap()
    }

    #[test]
    fn a_delay_is_good_and_an_advance_is_not() {
        let good = delay(1.0, 0.99).quality().unwrap();
        assert!(good.causality_percent >= 100.0);
        assert!(good.passivity_percent >= 100.0);
        assert_eq!(good.reciprocity(), Grade::Good);
        let bad = delay(-1.0, 0.99).quality().unwrap();
        assert_eq!(bad.causality(), Grade::Poor);
    }

    #[test]
    fn gain_is_found_and_taken_away_when_asked() {
        let active = delay(1.0, 1.02);
        let quality = active.quality().unwrap();
        // Every point exceeds by 0.02 − 1e-5, of the 0.1 that make a point worthless.
        assert!((quality.passivity_percent - 80.01).abs() < 1e-9);
        let (passive, change) = active.passive().unwrap();
        assert_eq!(change.points, 50);
        assert!((change.largest_before - 1.02).abs() < 1e-12);
        assert!((change.largest_change - 0.02).abs() < 1e-12);
        assert!(passive.quality().unwrap().passivity_percent > 99.999_999);
        let same = delay(1.0, 0.5);
        assert_eq!(same.passive().unwrap().0, same);
    }
}
