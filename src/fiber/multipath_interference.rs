//! Multipath interference: light reflected twice, between two connectors or splices, arrives late and
//! beats with the signal.
//!
//! An echo of power ratio ε, later than the laser stays coherent, adds 2√(ε·P·P′)·cos φ to the
//! detected power P, with P′ the power it had when it left. Averaged over the phase and over the
//! symbols of the echo, which are independent of those of the signal, the variance at the level P is
//! 2·ε·P·P̄: the upper levels carry more of it.
//!
//! ```
//! use eyespan::fiber::multipath_interference::{Reflector, echoes, power_ratio};
//!
//! // Two connectors of 35 dB return loss, a metre of fibre apart.
//! let connector = |position| Reflector { return_loss_db: 35.0, position, loss_before_db: 0.0 };
//! let echoes = echoes(&[connector(0.0), connector(1.0)], 1.4676)?;
//! assert!((power_ratio(&echoes) - 1e-7).abs() < 1e-12);
//! # Ok::<(), eyespan::fiber::FiberError>(())
//! ```

use super::single_mode::FiberError;
use crate::constants::SPEED_OF_LIGHT;
use crate::signal::optical_filter::beat_variance;
use crate::units::db_to_power_ratio;
use std::f64::consts::PI;

/// A place that reflects.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reflector {
    /// Return loss, dB: 26 dB for a flat polished connector, 55 dB and more for an angled one.
    pub return_loss_db: f64,
    /// Distance from the transmitter along the fibre, m.
    pub position: f64,
    /// Loss from the transmitter to here, of fibre, connectors and splices, dB.
    pub loss_before_db: f64,
}

/// Light that was reflected twice.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Echo {
    /// Its power over that of the signal.
    pub power_ratio: f64,
    /// How much later it arrives, s.
    pub delay: f64,
}

/// The echoes of every pair of reflectors: R_i·R_j times the square of the transmission between them.
/// Fourfold and higher reflections are left out.
///
/// # Errors
/// [`FiberError::Quantity`] for a return loss below zero, reflectors that do not follow each other by
/// rising position and loss, or a group index below 1.
pub fn echoes(reflectors: &[Reflector], group_index: f64) -> Result<Vec<Echo>, FiberError> {
    require("a group index", group_index, group_index >= 1.0)?;
    let mut last = (0.0, f64::NEG_INFINITY);
    for r in reflectors {
        require(
            "a return loss (dB)",
            r.return_loss_db,
            r.return_loss_db >= 0.0,
        )?;
        require(
            "the position of a reflector (m)",
            r.position,
            r.position >= last.0,
        )?;
        let loss = r.loss_before_db;
        require("the loss before a reflector (dB)", loss, loss >= last.1)?;
        last = (r.position, loss);
    }
    let mut echoes = Vec::new();
    for (i, near) in reflectors.iter().enumerate() {
        for far in reflectors.iter().skip(i + 1) {
            let between = far.loss_before_db - near.loss_before_db;
            let loss = near.return_loss_db + far.return_loss_db + 2.0 * between;
            echoes.push(Echo {
                power_ratio: db_to_power_ratio(-loss),
                delay: 2.0 * (far.position - near.position) * group_index / SPEED_OF_LIGHT,
            });
        }
    }
    Ok(echoes)
}

/// Sum of the power ratios of the echoes.
pub fn power_ratio(echoes: &[Echo]) -> f64 {
    echoes.iter().map(|echo| echo.power_ratio).sum()
}

/// Variance in W² of the detected power at the level `power` in W, for an average power `mean_power`
/// in W: 2·ε·P·P̄·κ with κ the part of the echoes' power in the polarisation of the signal, 1 at
/// worst, ½ on average.
pub fn variance(echoes: &[Echo], power: f64, mean_power: f64, aligned: f64) -> f64 {
    beat_variance(power, power_ratio(echoes) * mean_power, aligned)
}

impl Echo {
    /// Relative intensity noise in 1/Hz, one-sided, at the frequency `frequency` in Hz that the echo
    /// of a continuous wave makes of the phase noise of a laser of Lorentzian linewidth `linewidth`
    /// in Hz, polarisations aligned, averaged over the optical phase between the two.
    ///
    /// With a = 2πΔν the beat has the autocorrelation ½e^(−a·min(|T|, τ)); its noise, without what
    /// stays at zero frequency as a slowly drifting offset, has the density
    ///
    /// 8ε·{[a + e^(−aτ)(ω sin ωτ − a cos ωτ)]/(a² + ω²) − e^(−aτ) sin(ωτ)/ω},
    ///
    /// for long delays (4ε/π)·Δν/(f² + Δν²), whose integral is 2ε (J. L. Gimlett and N. K. Cheung, J.
    /// Lightwave Technol. 7, 888 (1989)).
    pub fn relative_intensity_noise(&self, frequency: f64, linewidth: f64) -> f64 {
        let (a, omega) = (2.0 * PI * linewidth, 2.0 * PI * frequency);
        let turned = omega * self.delay;
        let kept = (-a * self.delay).exp();
        let denominator = a * a + omega * omega;
        if denominator <= 0.0 {
            return 0.0;
        }
        // sin(ωτ)/ω, also at zero frequency.
        let sine = if turned == 0.0 {
            self.delay
        } else {
            turned.sin() / omega
        };
        let decaying = (a + kept * (omega * turned.sin() - a * turned.cos())) / denominator;
        8.0 * self.power_ratio * (decaying - kept * sine).max(0.0)
    }

    /// Variance of the detected power relative to its square that becomes noise rather than a slow
    /// drift: 2ε·(1 − e^(−2πΔντ)), polarisations aligned.
    pub fn relative_variance(&self, linewidth: f64) -> f64 {
        -2.0 * self.power_ratio * (-2.0 * PI * linewidth * self.delay).exp_m1()
    }
}

fn require(quantity: &'static str, value: f64, holds: bool) -> Result<(), FiberError> {
    if holds && value.is_finite() {
        Ok(())
    } else {
        Err(FiberError::Quantity {
            quantity,
            value,
            allowed: "zero or more, rising along the link; a group index is one or more",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_makes_one_echo_weakened_twice_by_what_lies_between() {
        let at = |position: f64, loss: f64| Reflector {
            return_loss_db: 30.0,
            position,
            loss_before_db: loss,
        };
        let echoes = echoes(&[at(0.0, 0.0), at(100.0, 0.5), at(300.0, 2.0)], 1.5).unwrap();
        assert_eq!(echoes.len(), 3);
        let ratios = [
            1e-6 * 10f64.powf(-0.1),
            1e-6 * 10f64.powf(-0.4),
            1e-6 * 10f64.powf(-0.3),
        ];
        for (echo, ratio) in echoes.iter().zip(ratios) {
            assert!((echo.power_ratio / ratio - 1.0).abs() < 1e-12);
        }
        assert!((echoes[0].delay - 300.0 / SPEED_OF_LIGHT).abs() < 1e-18);
        let sum = power_ratio(&echoes);
        assert!((variance(&echoes, 2.0, 1.0, 0.5) - 2.0 * sum).abs() < 1e-18);
    }

    #[test]
    fn the_noise_integrates_to_its_variance() {
        let echo = Echo {
            power_ratio: 1e-5,
            delay: 50e-9,
        };
        for linewidth in [0.5e6, 5e6, 100e6] {
            // Simpson over t = atan(f/f0), which takes in all frequencies.
            let f0 = linewidth + 3e6;
            let steps = 100_000;
            let h = 0.5 * PI / f64::from(steps);
            let value = |k: i32| {
                let t = h * f64::from(k);
                if k == steps {
                    return 0.0;
                }
                let f = f0 * t.tan();
                echo.relative_intensity_noise(f, linewidth) * f0 / t.cos().powi(2)
            };
            let sum: f64 = (0..steps / 2)
                .map(|k| value(2 * k) + 4.0 * value(2 * k + 1) + value(2 * k + 2))
                .sum();
            let integral = sum * h / 3.0;
            let expected = echo.relative_variance(linewidth);
            assert!((integral / expected - 1.0).abs() < 2e-3, "{linewidth}");
        }
    }

    #[test]
    fn a_laser_without_linewidth_makes_no_noise_and_nonsense_is_refused() {
        let echo = Echo {
            power_ratio: 1e-5,
            delay: 50e-9,
        };
        assert!(echo.relative_intensity_noise(1e6, 0.0).abs() < 1e-18);
        assert!(echo.relative_variance(0.0).abs() < 1e-30);
        assert!(echo.relative_intensity_noise(0.0, 0.0).abs() < 1e-30);
        let bad = Reflector {
            return_loss_db: -1.0,
            position: 0.0,
            loss_before_db: 0.0,
        };
        assert!(echoes(&[bad], 1.468).is_err());
        let good = Reflector {
            return_loss_db: 26.0,
            ..bad
        };
        let behind = Reflector {
            position: -1.0,
            ..good
        };
        assert!(echoes(&[good, behind], 1.468).is_err());
        assert!(echoes(&[good], 0.5).is_err());
        assert!(echoes(&[], 1.468).unwrap().is_empty());
    }
}
