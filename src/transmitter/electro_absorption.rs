//! Electro-absorption modulator.

use super::LaunchLevel;
use crate::math::interpolation::Curve;
use crate::signal::Response;
use num_complex::Complex64;
use std::f64::consts::LN_10;

/// An electro-absorption modulator: the drive voltage sets the absorption, and the absorption's
/// change turns the phase (transient chirp, E = √P·exp(+j(α_H/2)·ln P); Koyama & Iga, JLT 6(1) 87,
/// 1988, DOI 10.1109/50.3969, in the time factor e^{+jωt}).
///
/// Leaves out: photocurrent feedback, residual reflections into the laser, temperature.
#[derive(Debug, Clone, PartialEq)]
pub struct ElectroAbsorptionModulator {
    /// Fraction of the power that passes at the highest level, 0–1.
    pub transmission: f64,
    /// How light follows the drive.
    pub transfer: ElectroAbsorptionTransfer,
    /// Electrical bandwidth, in front of the absorption.
    pub response: Response,
    /// Level the output is set to.
    pub launch: LaunchLevel,
}

/// How the light follows the drive.
#[derive(Debug, Clone, PartialEq)]
pub enum ElectroAbsorptionTransfer {
    /// Power linear in the drive between the outer levels.
    Linear {
        /// Outer extinction ratio, a ratio of powers above 1.
        extinction_ratio: f64,
        /// Linewidth enhancement factor α_H of the transient chirp.
        alpha_h: f64,
    },
    /// Measured curves against the bias voltage.
    Curves {
        /// Absorption in dB against bias, V.
        absorption_db: Curve,
        /// α_H against bias, V.
        alpha_h: Curve,
        /// Bias, V.
        bias: f64,
        /// Peak-to-peak drive, V.
        swing: f64,
    },
}

/// Least transmission relative to the highest level that the linear transfer is held above,
/// smoothly: no absorber is darker than about 40 dB.
const DARKEST: f64 = 1e-4;

impl ElectroAbsorptionModulator {
    /// Field transmission √(P/P_in)·e^{jφ} as a function of the drive, −1 at the lowest and +1 at
    /// the highest outer level.
    pub fn field(&self) -> Box<dyn Fn(f64) -> Complex64 + Send + Sync + '_> {
        match &self.transfer {
            ElectroAbsorptionTransfer::Linear {
                extinction_ratio,
                alpha_h,
            } => {
                let floor = 1.0 / extinction_ratio;
                let transmission = self.transmission;
                Box::new(move |drive| {
                    let linear = 0.5 * (1.0 + floor) + 0.5 * (1.0 - floor) * drive;
                    let power = 0.5 * (linear + (linear * linear + 4.0 * DARKEST * DARKEST).sqrt());
                    Complex64::from_polar((transmission * power).sqrt(), 0.5 * alpha_h * power.ln())
                })
            }
            ElectroAbsorptionTransfer::Curves {
                absorption_db,
                alpha_h,
                bias,
                swing,
            } => {
                // φ = ½∫α_H d(ln P) along the curve, summed once on a fine grid.
                const STEPS: usize = 2000;
                const REACH: f64 = 2.5;
                let low = bias - 0.5 * REACH * swing;
                let step = REACH * swing / STEPS as f64;
                let log_power = |v: f64| -absorption_db.clamped(v) * LN_10 / 10.0;
                // More light is the higher level, whichever way the curve runs.
                let polarity = if log_power(bias + 0.5 * swing) >= log_power(bias - 0.5 * swing) {
                    1.0
                } else {
                    -1.0
                };
                let mut phase = vec![0.0; STEPS + 1];
                for i in 0..STEPS {
                    let v = low + step * i as f64;
                    phase[i + 1] = phase[i]
                        + 0.5
                            * alpha_h.clamped(v + 0.5 * step)
                            * (log_power(v + step) - log_power(v));
                }
                let (bias, swing, transmission) = (*bias, *swing, self.transmission);
                Box::new(move |drive| {
                    let v = bias + 0.5 * swing * drive * polarity;
                    let position = ((v - low) / step).clamp(0.0, STEPS as f64 - 1e-9);
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    let i = position as usize;
                    let u = position - i as f64;
                    Complex64::from_polar(
                        (transmission * log_power(v).exp()).sqrt(),
                        phase[i] * (1.0 - u) + phase[i + 1] * u,
                    )
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn modulator(alpha_h: f64) -> ElectroAbsorptionModulator {
        ElectroAbsorptionModulator {
            transmission: 0.5,
            transfer: ElectroAbsorptionTransfer::Linear {
                extinction_ratio: 4.0,
                alpha_h,
            },
            response: Response::Flat,
            launch: LaunchLevel::FromLaser,
        }
    }

    #[test]
    fn the_outer_levels_have_the_extinction_ratio() {
        let modulator = modulator(0.0);
        let field = modulator.field();
        let (high, low) = (field(1.0).norm_sqr(), field(-1.0).norm_sqr());
        assert!((high - 0.5).abs() < 1e-6);
        assert!((high / low - 4.0).abs() < 1e-5);
        assert!(field(-3.0).norm_sqr() > 0.0);
    }

    #[test]
    fn rising_power_advances_the_phase_with_positive_alpha() {
        let modulator = modulator(2.0);
        let field = modulator.field();
        let turn = field(1.0).arg() - field(-1.0).arg();
        assert!((turn - 4f64.ln()).abs() < 1e-5, "{turn}");
    }

    #[test]
    fn curves_and_constants_agree() {
        let curves = ElectroAbsorptionModulator {
            transfer: ElectroAbsorptionTransfer::Curves {
                absorption_db: Curve::new(vec![(-3.0, 12.0), (0.0, 0.0)]).unwrap(),
                alpha_h: Curve::new(vec![(-3.0, 2.0), (0.0, 2.0)]).unwrap(),
                bias: -1.0,
                swing: 1.0,
            },
            ..modulator(0.0)
        };
        let field = curves.field();
        assert!((field(1.0).norm_sqr() / field(-1.0).norm_sqr() - 10f64.powf(0.4)).abs() < 1e-9);
        let turn = field(1.0).arg() - field(-1.0).arg();
        assert!((turn - 0.4 * std::f64::consts::LN_10).abs() < 1e-9);
    }
}
