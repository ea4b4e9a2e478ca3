//! How long the beat of echoes with the signal lasts, from the linewidth of the laser.
//!
//! Without a linewidth the beat drifts slowly against the symbols
//! ([`interference`](super::interference)). With one it has the correlation of
//! [`Echo::beat_correlation`]: what a receiver takes the mean of is less, and with the phases of the paths
//! in quadrature ([`EchoPhase::Quadrature`]) the closed form of Gimlett and Cheung holds from the coherent
//! to the incoherent limit.
//!
//! Counted errors take the exact correlation in quadrature and, where the phases drift, one that is exact
//! in both limits; between them, where the delay is of the order of 1/(2πΔν) and that within some dozen
//! symbols, what does not drift is correlated for a little longer than it should be. A beat that lasts longer
//! than [`SLOW_SYMBOLS`] symbols is drawn as the slow one.
//!
//! **Left out**: chirp of the modulator, which makes light incoherent sooner; linewidth of in-band crosstalk.

use crate::fiber::EchoPhase;
use crate::fiber::multipath_interference::Echo;
use crate::signal::convolution::{ConvolutionError, FiniteResponse, block_memory};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Symbols that a beat has to last for to be drawn as a slow one.
pub const SLOW_SYMBOLS: f64 = 64.0;
/// Change of the correlation over the whole of a receiver's response, most of which is shorter, up to which
/// it counts as constant.
const CONSTANT: f64 = 1e-2;
/// Natural logarithm of the share of a response that is cut.
const CUT: f64 = 10.0;

/// The echoes of a link and what makes them coherent.
#[derive(Debug, Clone, PartialEq)]
pub struct EchoBeat {
    /// The echoes.
    pub echoes: Vec<Echo>,
    /// Linewidth of the laser, Hz.
    pub linewidth: f64,
    /// What the phases of their paths do.
    pub phase: EchoPhase,
}

impl EchoBeat {
    /// Each echo's share of their power.
    fn shares(&self) -> impl Iterator<Item = (f64, &Echo)> {
        let total: f64 = self.echoes.iter().map(|e| e.power_ratio).sum();
        self.echoes
            .iter()
            .map(move |echo| (echo.power_ratio / total.max(f64::MIN_POSITIVE), echo))
    }

    /// Correlation of the beat at a distance in time (s), 1 for light whose phase drifts and nothing
    /// else.
    pub fn correlation(&self, lag: f64) -> f64 {
        self.shares()
            .map(|(share, echo)| share * echo.beat_correlation(lag, self.linewidth, self.phase))
            .sum()
    }

    /// Correlation at samples 0, 1, … of so many; one number where it hardly changes over them.
    pub(super) fn over(&self, samples: usize, sampling_rate: f64) -> Vec<f64> {
        let at = |k: usize| self.correlation(k as f64 / sampling_rate);
        let first = at(0);
        if first - at(samples) <= CONSTANT * first {
            vec![first]
        } else {
            (0..samples.max(1)).map(at).collect()
        }
    }

    /// True where it lasts long enough to be drawn as drifting.
    pub(super) fn is_slow(&self, symbol_rate: f64) -> bool {
        self.correlation(SLOW_SYMBOLS / symbol_rate) >= (-1f64).exp() * self.correlation(0.0)
    }

    /// Share of the variance that does nothing but drift.
    pub(super) fn drifting(&self) -> f64 {
        self.correlation(f64::INFINITY)
    }

    /// Responses that make the beat of white noise of variance one each: √(2a)·e^(−at) up to τ.
    ///
    /// # Errors
    /// [`ConvolutionError::TooLong`] where a weak echo beside a strong one of short delay is remembered for
    /// longer than blocks can be.
    pub(super) fn responses(
        &self,
        sampling_rate: f64,
    ) -> Result<Vec<FiniteResponse>, ConvolutionError> {
        let a = 2.0 * PI * self.linewidth;
        let mut responses = Vec::new();
        for (share, echo) in self.shares() {
            let variance = share
                * (echo.beat_correlation(0.0, self.linewidth, self.phase)
                    - echo.beat_correlation(f64::INFINITY, self.linewidth, self.phase));
            if variance.is_nan() || variance <= 0.0 {
                continue;
            }
            let length = echo.delay.min(CUT / a) * sampling_rate;
            let taps: Vec<f64> = (0..block_memory("the beat of an echo", length)?.max(1))
                .map(|k| (-a * k as f64 / sampling_rate).exp())
                .collect();
            let energy: f64 = taps.iter().map(|t| t * t).sum();
            let scale = (variance / energy).sqrt();
            responses.push(FiniteResponse {
                taps: taps
                    .iter()
                    .map(|t| Complex64::new(t * scale, 0.0))
                    .collect(),
                advance: 0,
            });
        }
        Ok(responses)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_drawn_has_the_correlation_in_quadrature() {
        let beat = EchoBeat {
            echoes: vec![
                Echo {
                    power_ratio: 2e-3,
                    delay: 5e-9,
                },
                Echo {
                    power_ratio: 1e-3,
                    delay: 0.3e-9,
                },
            ],
            linewidth: 1e8,
            phase: EchoPhase::Quadrature,
        };
        let rate = 1e12;
        let responses = beat.responses(rate).unwrap();
        for lag in [0usize, 100, 290, 600, 4000] {
            let found: f64 = responses
                .iter()
                .map(|r| {
                    r.taps
                        .iter()
                        .zip(r.taps.iter().skip(lag))
                        .map(|(a, b)| a.re * b.re)
                        .sum::<f64>()
                })
                .sum();
            let expected = beat.correlation(lag as f64 / rate);
            // Samples of a picosecond.
            assert!((found - expected).abs() < 2e-3, "{lag}: {found} {expected}");
        }
        assert!(beat.drifting().abs() < 1e-12 && !beat.is_slow(25e9));
        let still = EchoBeat {
            linewidth: 0.0,
            phase: EchoPhase::Drifting,
            ..beat.clone()
        };
        assert!((still.drifting() - 1.0).abs() < 1e-12 && still.is_slow(25e9));
        assert!(still.responses(rate).unwrap().is_empty());
        assert_eq!(still.over(100, rate), vec![1.0]);
        let none = EchoBeat {
            echoes: Vec::new(),
            ..beat
        };
        assert!(none.correlation(0.0).abs() < 1e-12 && none.responses(rate).unwrap().is_empty());
    }

    #[test]
    fn a_weak_echo_that_is_late_does_not_ask_for_blocks_without_end() {
        let echo = |power_ratio, delay| Echo { power_ratio, delay };
        let beat = EchoBeat {
            echoes: vec![echo(1e-2, 1e-9), echo(1e-14, 1e-3)],
            linewidth: 1.0,
            phase: EchoPhase::Quadrature,
        };
        // The strong one lasts for some symbols; the weak one would need 10⁹ samples.
        assert!(!beat.is_slow(25e9));
        assert!(matches!(
            beat.responses(1e12),
            Err(ConvolutionError::TooLong { .. })
        ));
    }
}
