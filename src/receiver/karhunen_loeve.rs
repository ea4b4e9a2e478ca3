//! Statistics of the decision behind an optically pre-amplified, direct-detection receiver.

use super::quadratic_form::QuadraticForm;
use crate::signal::Grid;
use nalgebra::{DMatrix, SymmetricEigen};
use num_complex::Complex64;
use rustfft::FftPlanner;
use std::f64::consts::TAU;
use thiserror::Error;

/// A transfer function against the frequency in Hz from the carrier, or from zero behind the photodiode.
pub type Transfer<'a> = &'a dyn Fn(f64) -> Complex64;

/// Most terms of the expansion.
const TERMS: usize = 2000;

/// Spontaneous emission and signal behind an optical filter, a photodiode and an electrical filter.
///
/// The noise that decides is expanded over the time the filters remember, in a Fourier series whose
/// coefficients are independent, and the decision is a quadratic form in them; its eigenvalues are those of
/// the Karhunen–Loève expansion (E. Forestieri, "Evaluating the error probability in lightwave systems with
/// chromatic dispersion, arbitrary pulse shape and pre- and postdetection filtering", J. Lightwave Technol.
/// 18, 1493, 2000, DOI 10.1109/50.896209). The distribution is exact for any filters, pulses and patterns.
///
/// Leaves out: shot noise, and signal in the second polarisation.
#[derive(Debug, Clone)]
pub struct PreamplifiedReceiver {
    /// Frequencies of the noise's terms, Hz.
    frequencies: Vec<f64>,
    /// The optical filter at them, times the deviation of a term.
    passed: Vec<Complex64>,
    eigenvalues: Vec<f64>,
    eigenvectors: DMatrix<Complex64>,
    empty_polarizations: u32,
    deviation: f64,
}

/// The noise in front of a receiver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EmissionNoise {
    /// Density of spontaneous emission in one polarisation, W/Hz of optical frequency.
    pub density: f64,
    /// Polarisations it arrives in, 1 or 2.
    pub polarizations: u32,
    /// Deviation of white Gaussian noise behind the electrical filter, in W of detected power.
    pub deviation: f64,
}

/// Why a receiver cannot be computed.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[non_exhaustive]
pub enum StatisticsError {
    /// A quantity that cannot be.
    #[error("{quantity} of {value:e} cannot be")]
    Quantity {
        /// Which.
        quantity: &'static str,
        /// What it is.
        value: f64,
    },
    /// The expansion would have too many terms.
    #[error(
        "a band of ±{band:e} Hz over {memory:e} s has {terms} terms, of at most 2000: take less of either"
    )]
    Terms {
        /// Band on either side of the carrier, Hz.
        band: f64,
        /// Time the filters remember, s.
        memory: f64,
        /// Terms that would be.
        terms: usize,
    },
    /// A filter or the signal is not finite.
    #[error("a filter or the signal is not finite")]
    NotFinite,
}

impl PreamplifiedReceiver {
    /// Expands the noise of a receiver.
    ///
    /// `memory`, in s, is the time that optical and electrical filter together remember, beyond which
    /// their responses are taken to be over; `band`, in Hz, is how far from the carrier the optical
    /// filter lets anything through.
    ///
    /// # Errors
    /// [`StatisticsError`] where a quantity is negative, or the product of band and memory is large.
    pub fn new(
        optical: Transfer<'_>,
        electrical: Transfer<'_>,
        noise: EmissionNoise,
        memory: f64,
        band: f64,
    ) -> Result<Self, StatisticsError> {
        for (quantity, value, possible) in [
            ("a density", noise.density, noise.density >= 0.0),
            (
                "a number of polarisations",
                f64::from(noise.polarizations),
                matches!(noise.polarizations, 1 | 2),
            ),
            ("a deviation", noise.deviation, noise.deviation >= 0.0),
            ("a memory (s)", memory, memory > 0.0 && memory.is_finite()),
            ("a band (Hz)", band, band > 0.0 && band.is_finite()),
        ] {
            if !possible || !value.is_finite() {
                return Err(StatisticsError::Quantity { quantity, value });
            }
        }
        let half = (band * memory).floor();
        if half > TERMS as f64 / 2.0 {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            return Err(StatisticsError::Terms {
                band,
                memory,
                terms: 2 * half as usize + 1,
            });
        }
        #[allow(clippy::cast_possible_truncation)] // bounded above
        let half = half as i32;
        let frequencies: Vec<f64> = (-half..=half).map(|l| f64::from(l) / memory).collect();
        let scale = (noise.density / memory).sqrt();
        let passed: Vec<Complex64> = frequencies.iter().map(|f| optical(*f) * scale).collect();
        let matrix = DMatrix::from_fn(passed.len(), passed.len(), |l, m| {
            passed[l].conj() * passed[m] * electrical(frequencies[m] - frequencies[l])
        });
        if matrix.iter().any(|x| !x.is_finite()) {
            return Err(StatisticsError::NotFinite);
        }
        // What an electrical filter of a real response leaves of it is Hermitian.
        let eigen = SymmetricEigen::new((&matrix + matrix.adjoint()).scale(0.5));
        Ok(Self {
            frequencies,
            passed,
            eigenvalues: eigen.eigenvalues.iter().copied().collect(),
            eigenvectors: eigen.eigenvectors,
            empty_polarizations: noise.polarizations - 1,
            deviation: noise.deviation,
        })
    }

    /// Eigenvalues of the noise, W.
    pub fn eigenvalues(&self) -> &[f64] {
        &self.eigenvalues
    }

    /// The distributions of the detected power behind the electrical filter, W, at the `times`, s, after
    /// the first sample of `field`, the signal in front of the optical filter in √W, cyclic, one sample each
    /// `interval` seconds.
    ///
    /// # Errors
    /// [`StatisticsError::NotFinite`] where the signal or a filter is not finite.
    pub fn decisions(
        &self,
        optical: Transfer<'_>,
        electrical: Transfer<'_>,
        field: &[Complex64],
        interval: f64,
        times: &[f64],
    ) -> Result<Vec<QuadraticForm>, StatisticsError> {
        let count = field.len();
        let grid = Grid {
            samples: count,
            sampling_rate: 1.0 / interval,
        };
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (
            planner.plan_fft_forward(count),
            planner.plan_fft_inverse(count),
        );
        let mut spectrum = field.to_vec();
        forward.process(&mut spectrum);
        for (k, value) in spectrum.iter_mut().enumerate() {
            *value *= optical(grid.frequency(k)) / count as f64;
        }
        if spectrum.iter().any(|x| !x.is_finite()) {
            return Err(StatisticsError::NotFinite);
        }
        // Power behind the filter, and its Fourier coefficients.
        let mut power = spectrum.clone();
        inverse.process(&mut power);
        for value in &mut power {
            *value = Complex64::new(value.norm_sqr() / count as f64, 0.0);
        }
        forward.process(&mut power);
        let strongest = spectrum.iter().map(|s| s.norm()).fold(0.0, f64::max);
        let lines: Vec<(f64, Complex64)> = spectrum
            .iter()
            .enumerate()
            .filter(|(_, s)| s.norm() > 1e-13 * strongest)
            .map(|(k, s)| (grid.frequency(k), *s))
            .collect();
        let beat = DMatrix::from_fn(self.passed.len(), lines.len(), |l, k| {
            self.passed[l].conj() * electrical(lines[k].0 - self.frequencies[l]) * lines[k].1
        });
        let beat = self.eigenvectors.adjoint() * beat;
        let filtered: Vec<Complex64> = power
            .iter()
            .enumerate()
            .map(|(k, p)| p * electrical(grid.frequency(k)))
            .collect();
        if beat.iter().any(|x| !x.is_finite()) || filtered.iter().any(|x| !x.is_finite()) {
            return Err(StatisticsError::NotFinite);
        }
        Ok(times
            .iter()
            .map(|time| {
                let turned = |f: f64| Complex64::cis(TAU * f * time);
                let signal = filtered
                    .iter()
                    .enumerate()
                    .map(|(k, p)| (p * turned(grid.frequency(k))).re)
                    .sum();
                let phases: Vec<Complex64> = lines.iter().map(|(f, _)| turned(*f)).collect();
                let terms = self
                    .eigenvalues
                    .iter()
                    .enumerate()
                    .map(|(i, lambda)| {
                        let c: Complex64 = beat
                            .row(i)
                            .iter()
                            .zip(&phases)
                            .map(|(b, phase)| b * phase)
                            .sum();
                        (*lambda, c.norm_sqr())
                    })
                    .collect();
                QuadraticForm {
                    signal,
                    terms,
                    empty_polarizations: self.empty_polarizations,
                    deviation: self.deviation,
                }
            })
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(width: f64) -> impl Fn(f64) -> Complex64 {
        // −3 dB of power at width/2 from the middle.
        move |f: f64| Complex64::new((-0.5 * 2f64.ln() * (2.0 * f / width).powi(2)).exp(), 0.0)
    }

    const NOISE: EmissionNoise = EmissionNoise {
        density: 1e-17,
        polarizations: 2,
        deviation: 0.0,
    };

    #[test]
    fn moments_are_those_of_beat_noise() {
        // Steady light of power P behind filters: mean P + 2N0·B, variance of signal against noise
        // 2·P·N0·∫|H_r|² (a flat optical filter), of noise against noise by the integral of the spectrum.
        let (optical, electrical) = (gaussian(60e9), gaussian(14e9));
        let receiver =
            PreamplifiedReceiver::new(&optical, &electrical, NOISE, 0.5e-9, 240e9).unwrap();
        let field = vec![Complex64::new(1e-2, 0.0); 64];
        let form = receiver
            .decisions(&optical, &electrical, &field, 1e-12, &[0.0, 1.3e-11])
            .unwrap();
        let step = 1e7;
        let sum = |g: &dyn Fn(f64) -> f64| -> f64 {
            (-20_000..=20_000)
                .map(|k| g(f64::from(k) * step))
                .sum::<f64>()
                * step
        };
        let band = sum(&|f| optical(f).norm_sqr());
        assert!((form[0].mean() / (1e-4 + 2.0 * 1e-17 * band) - 1.0).abs() < 1e-9);
        let beat = 2.0 * 1e-4 * 1e-17 * sum(&|f| optical(f).norm_sqr() * electrical(f).norm_sqr());
        let found: f64 = form[0].terms.iter().map(|(_, c)| 2.0 * c).sum();
        assert!((found / beat - 1.0).abs() < 1e-6, "{found:e} {beat:e}");
        assert!((form[1].variance() / form[0].variance() - 1.0).abs() < 1e-9);
        // The spectrum of |n|² of Gaussian noise is the autocorrelation of its own, here a Gaussian too.
        let own = sum(&|f| {
            let width = 60e9f64;
            let correlation = (-0.5 * 2f64.ln() * (2.0 * f / width).powi(2)).exp()
                * width
                * (std::f64::consts::PI / 2f64.ln()).sqrt()
                / (2.0 * 2f64.sqrt());
            2.0 * 1e-34 * correlation * electrical(f).norm_sqr()
        });
        let found: f64 = form[0].terms.iter().map(|(l, _)| 2.0 * l * l).sum();
        assert!((found / own - 1.0).abs() < 1e-6, "{found:e} {own:e}");
    }

    #[test]
    fn a_longer_memory_and_a_wider_band_change_nothing() {
        let (optical, electrical) = (gaussian(50e9), gaussian(14e9));
        let field: Vec<Complex64> = (0..128)
            .map(|k| Complex64::new(1e-2 * (1.0 + 0.5 * (TAU * f64::from(k) / 128.0).cos()), 0.0))
            .collect();
        let tail = |memory, band| {
            PreamplifiedReceiver::new(&optical, &electrical, NOISE, memory, band)
                .unwrap()
                .decisions(&optical, &electrical, &field, 1.5e-12, &[3e-11])
                .unwrap()[0]
                .below(1.1e-4)
        };
        let base = tail(0.4e-9, 190e9);
        assert!(base > 1e-30 && base < 0.1, "{base:e}");
        assert!((tail(0.6e-9, 230e9) / base - 1.0).abs() < 1e-6);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let flat = |_: f64| Complex64::new(1.0, 0.0);
        let make = |noise, memory, band| {
            PreamplifiedReceiver::new(&flat, &flat, noise, memory, band).map(|_| ())
        };
        assert!(make(NOISE, 1e-9, 1e10).is_ok());
        assert!(make(NOISE, 1e-6, 1e12).is_err());
        assert!(make(NOISE, 0.0, 1e10).is_err() && make(NOISE, 1e-9, f64::NAN).is_err());
        for noise in [
            EmissionNoise {
                density: -1.0,
                ..NOISE
            },
            EmissionNoise {
                polarizations: 0,
                ..NOISE
            },
            EmissionNoise {
                polarizations: 3,
                ..NOISE
            },
            EmissionNoise {
                deviation: f64::INFINITY,
                ..NOISE
            },
        ] {
            assert!(make(noise, 1e-9, 1e10).is_err());
        }
        let bad = |_: f64| Complex64::new(f64::NAN, 0.0);
        assert!(PreamplifiedReceiver::new(&bad, &flat, NOISE, 1e-9, 1e10).is_err());
        let receiver = PreamplifiedReceiver::new(&flat, &flat, NOISE, 1e-9, 1e10).unwrap();
        let field = [Complex64::new(f64::NAN, 0.0); 4];
        assert!(
            receiver
                .decisions(&flat, &flat, &field, 1e-12, &[0.0])
                .is_err()
        );
    }
}
