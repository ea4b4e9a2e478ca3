//! Fitted insertion loss, its deviation, and integrated crosstalk noise.

use super::error::ComError;
use nalgebra::{Matrix4, Vector4};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Insertion loss fitted to a₀ + a₁√f + a₂f + a₄f² in dB with f in GHz, each point weighted with the
/// magnitude it stands for (IEEE Std 802.3, 93A.3, equations 93A-50 to 93A-54).
#[derive(Debug, Clone, PartialEq)]
pub struct FittedLoss {
    /// a₀ in dB, a₁ in dB/√GHz, a₂ in dB/GHz, a₄ in dB/GHz².
    pub coefficients: [f64; 4],
    /// Fitted loss at the frequencies given, dB.
    pub fitted_db: Vec<f64>,
    /// Insertion loss deviation ILD = loss − fit at the frequencies given, dB.
    pub deviation_db: Vec<f64>,
}

impl FittedLoss {
    /// Fits the loss of a transfer at frequencies in Hz.
    ///
    /// # Errors
    /// [`ComError::Channel`] for fewer than four points, different lengths, or a transfer of zero.
    pub fn new(frequency: &[f64], transfer: &[Complex64]) -> Result<Self, ComError> {
        if frequency.len() != transfer.len() || frequency.len() < 4 {
            return Err(ComError::Channel(format!(
                "a loss is fitted to four points or more, not to {} of {} frequencies",
                transfer.len(),
                frequency.len()
            )));
        }
        let top = frequency.last().copied().unwrap_or(1.0);
        // Frequencies relative to the highest keep the normal equations well conditioned.
        let powers = |f: f64| {
            let x = f / top;
            Vector4::new(1.0, x.sqrt(), x, x * x)
        };
        let (mut normal, mut right) = (Matrix4::zeros(), Vector4::zeros());
        let mut loss = Vec::with_capacity(frequency.len());
        for (&f, h) in frequency.iter().zip(transfer) {
            let magnitude = h.norm();
            let db = -20.0 * magnitude.log10();
            if !db.is_finite() {
                return Err(ComError::Channel(format!(
                    "nothing is transmitted at {} GHz: no loss can be fitted",
                    f / 1e9
                )));
            }
            let row = powers(f) * magnitude;
            normal += row * row.transpose();
            right += row * (magnitude * db);
            loss.push(db);
        }
        let solved = normal.lu().solve(&right).ok_or_else(|| {
            ComError::Channel("the frequencies are too few to fit a loss".to_owned())
        })?;
        let fitted_db: Vec<f64> = frequency.iter().map(|&f| powers(f).dot(&solved)).collect();
        let deviation_db = loss.iter().zip(&fitted_db).map(|(l, f)| l - f).collect();
        let scale = top * 1e-9;
        Ok(Self {
            coefficients: [
                solved[0],
                solved[1] / scale.sqrt(),
                solved[2] / scale,
                solved[3] / (scale * scale),
            ],
            fitted_db,
            deviation_db,
        })
    }

    /// Fitted loss at a frequency in Hz, dB.
    pub fn at(&self, frequency: f64) -> f64 {
        let x = frequency * 1e-9;
        let [a0, a1, a2, a4] = self.coefficients;
        a0 + a1 * x.sqrt() + a2 * x + a4 * x * x
    }
}

/// Spectrum of a signal as it meets the receiver (93A-57): sinc²(f/f_b)/((1 + (f/f_t)⁴)(1 + (f/f_r)⁸)).
pub fn power_weight(frequency: f64, symbol_rate: f64, transmit: f64, receive: f64) -> f64 {
    let x = PI * frequency / symbol_rate;
    let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
    sinc * sinc / ((1.0 + (frequency / transmit).powi(4)) * (1.0 + (frequency / receive).powi(8)))
}

/// Where integrated crosstalk noise and the figure of merit of the deviation are weighted and summed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Weighting {
    /// f_b, Bd.
    pub symbol_rate: f64,
    /// f_t, bandwidth of the transmitter's edges, Hz.
    pub transmit: f64,
    /// f_r, bandwidth of the receiver, Hz.
    pub receive: f64,
    /// Lowest frequency, Hz.
    pub from: f64,
    /// Highest frequency, Hz, included.
    pub to: f64,
}

impl Weighting {
    fn mean(&self, frequency: &[f64], term: impl Fn(usize) -> f64) -> Result<f64, ComError> {
        let (Some(&first), Some(&second)) = (frequency.first(), frequency.get(1)) else {
            return Err(ComError::Channel(
                "two frequencies or more are needed".to_owned(),
            ));
        };
        let step = second - first;
        if frequency
            .windows(2)
            .any(|w| ((w[1] - w[0]) - step).abs() > 1e-6 * step)
        {
            return Err(ComError::Channel(
                "the frequencies are not evenly spaced".to_owned(),
            ));
        }
        let sum: f64 = frequency
            .iter()
            .enumerate()
            .filter(|(_, f)| (self.from..=self.to).contains(*f))
            .map(|(k, &f)| power_weight(f, self.symbol_rate, self.transmit, self.receive) * term(k))
            .sum();
        Ok(step / self.symbol_rate * sum)
    }

    /// Integrated crosstalk noise σ = √(2Δf/f_b·Σ W·|A·H|²) in V of aggressors given as amplitude in V
    /// and transfer at evenly spaced frequencies in Hz (IEEE Std 802.3, equations 92-44 to 92-46).
    ///
    /// # Errors
    /// [`ComError::Channel`] for frequencies that are not evenly spaced, or a transfer of another length.
    pub fn crosstalk_noise(
        &self,
        frequency: &[f64],
        aggressors: &[(f64, &[Complex64])],
    ) -> Result<f64, ComError> {
        if let Some((_, h)) = aggressors.iter().find(|(_, h)| h.len() != frequency.len()) {
            return Err(ComError::Channel(format!(
                "a transfer has {} points at {} frequencies",
                h.len(),
                frequency.len()
            )));
        }
        let power = self.mean(frequency, |k| {
            aggressors
                .iter()
                .map(|(amplitude, h)| amplitude * amplitude * h[k].norm_sqr())
                .sum()
        })?;
        Ok((2.0 * power).sqrt())
    }

    /// Figure of merit of the insertion loss deviation, dB: √(Δf/f_b·Σ W·ILD²) (93A-56).
    ///
    /// # Errors
    /// As [`crosstalk_noise`](Self::crosstalk_noise).
    pub fn deviation_merit(&self, frequency: &[f64], fit: &FittedLoss) -> Result<f64, ComError> {
        if fit.deviation_db.len() != frequency.len() {
            return Err(ComError::Channel(format!(
                "a deviation has {} points at {} frequencies",
                fit.deviation_db.len(),
                frequency.len()
            )));
        }
        let power = self.mean(frequency, |k| fit.deviation_db[k] * fit.deviation_db[k])?;
        Ok(power.sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_loss_of_the_fitted_form_has_no_deviation() {
        let frequency: Vec<f64> = (0..200).map(|k| f64::from(k) * 1e8).collect();
        let transfer: Vec<Complex64> = frequency
            .iter()
            .map(|f| {
                let x = f * 1e-9;
                let db = 0.2 + 1.5 * x.sqrt() + 0.7 * x + 0.01 * x * x;
                Complex64::from_polar(10f64.powf(-db / 20.0), -3.0 * x)
            })
            .collect();
        let fit = FittedLoss::new(&frequency, &transfer).unwrap();
        for (found, expected) in fit.coefficients.iter().zip([0.2, 1.5, 0.7, 0.01]) {
            assert!((found - expected).abs() < 1e-9, "{:?}", fit.coefficients);
        }
        assert!(fit.deviation_db.iter().all(|d| d.abs() < 1e-10));
        assert!((fit.at(4e9) - (0.2 + 3.0 + 2.8 + 0.16)).abs() < 1e-9);
        assert!(FittedLoss::new(&frequency[..3], &transfer[..3]).is_err());
        assert!(FittedLoss::new(&frequency, &vec![Complex64::ZERO; 200]).is_err());
    }

    #[test]
    fn crosstalk_of_several_aggressors_adds_in_power() {
        let frequency: Vec<f64> = (0..1000).map(|k| f64::from(k) * 2e7).collect();
        let flat = vec![Complex64::new(0.01, 0.0); 1000];
        let weighting = Weighting {
            symbol_rate: 1e10,
            transmit: 1e12,
            receive: 1e12,
            from: 0.0,
            to: 1e10,
        };
        let one = weighting
            .crosstalk_noise(&frequency, &[(0.5, &flat)])
            .unwrap();
        // ∫ sinc² from 0 to 1 is 0.4514; both sides are counted.
        assert!(
            (one - 0.005 * (2.0f64 * 0.4514).sqrt()).abs() < 1e-5,
            "{one}"
        );
        let two = weighting
            .crosstalk_noise(&frequency, &[(0.5, &flat), (0.5, &flat)])
            .unwrap();
        assert!((two / one - 2f64.sqrt()).abs() < 1e-12);
        assert!(
            weighting
                .crosstalk_noise(&frequency, &[(0.5, &flat[1..])])
                .is_err()
        );
    }
}
