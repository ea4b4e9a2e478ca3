//! Four-wave mixing of undepleted waves in closed form.

use super::single_mode::FiberError;
use std::f64::consts::PI;

/// Three waves i, j, k at the input of a fibre; their product is at f_i + f_j − f_k.
///
/// Leaves out: depletion of the waves, the phase the waves give each other, polarisation (all are
/// taken as parallel), and coherent addition over spans.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixingWaves {
    /// Optical frequencies f_i, f_j, f_k, Hz; f_i = f_j is the degenerate case.
    pub frequencies: [f64; 3],
    /// Powers P_i, P_j, P_k at the input, W.
    pub powers: [f64; 3],
}

/// The stretch of fibre they meet in.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MixingFiber {
    /// Length, m.
    pub length: f64,
    /// Power attenuation coefficient α, 1/m.
    pub attenuation: f64,
    /// Nonlinear coefficient γ, 1/(W·m).
    pub nonlinear_coefficient: f64,
    /// β2 at f_k, s²/m.
    pub beta2: f64,
    /// β3 at f_k, s³/m.
    pub beta3: f64,
}

impl MixingWaves {
    /// Frequency of the product, Hz.
    pub fn product_frequency(&self) -> f64 {
        let [i, j, k] = self.frequencies;
        i + j - k
    }

    /// 2 for three different waves, 1 where i and j are the same wave.
    #[allow(clippy::float_cmp, reason = "one wave given twice, not two near ones")]
    pub fn degeneracy(&self) -> f64 {
        let [i, j, _] = self.frequencies;
        if i == j { 1.0 } else { 2.0 }
    }

    /// Phase mismatch Δβ = β(f_product) + β(f_k) − β(f_i) − β(f_j), 1/m: with Ω = ω − ω_k,
    /// Δβ = Ω_iΩ_j·(β2 + β3(Ω_i + Ω_j)/2), exact to third order of the propagation constant. Written
    /// with D and its slope it is the form of N. Shibata, R. P. Braun and R. G. Waarts, IEEE J.
    /// Quantum Electron. 23, 1205 (1987).
    pub fn phase_mismatch(&self, fiber: &MixingFiber) -> f64 {
        let [i, j, k] = self.frequencies;
        let (a, b) = (2.0 * PI * (i - k), 2.0 * PI * (j - k));
        a * b * (fiber.beta2 + 0.5 * fiber.beta3 * (a + b))
    }

    /// Power of the product at the end of the fibre, W:
    /// P = η·d²γ²·P_iP_jP_k·L_eff²·e^(−αL), d the degeneracy (Agrawal, Fiber-Optic Communication
    /// Systems, 4th ed., section 2.6.3; K. Inoue, J. Lightwave Technol. 10, 1553 (1992)).
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where a quantity is not physical.
    pub fn product_power(&self, fiber: &MixingFiber) -> Result<f64, FiberError> {
        let efficiency = fiber.efficiency(self.phase_mismatch(fiber))?;
        for power in self.powers {
            require("the power of a wave (W)", power, power >= 0.0)?;
        }
        let gamma = fiber.nonlinear_coefficient;
        require("a nonlinear coefficient (1/(W·m))", gamma, gamma >= 0.0)?;
        let amplitude = self.degeneracy() * gamma * fiber.effective_length();
        let product: f64 = self.powers.iter().product();
        let power = efficiency
            * amplitude
            * amplitude
            * product
            * (-fiber.attenuation * fiber.length).exp();
        require("the power of a product (W)", power, true)?;
        Ok(power)
    }
}

impl MixingFiber {
    /// Effective length (1 − e^(−αL))/α, m; L without loss.
    pub fn effective_length(&self) -> f64 {
        let loss = self.attenuation * self.length;
        if loss > 0.0 {
            -(-loss).exp_m1() / self.attenuation
        } else {
            self.length
        }
    }

    /// Efficiency η of a product with the phase mismatch `mismatch` in 1/m: its power over that with
    /// matched phases,
    ///
    /// η = α²/(α² + Δβ²)·[1 + 4e^(−αL)·sin²(ΔβL/2)/(1 − e^(−αL))²]
    ///
    /// (Shibata, Braun and Waarts, as above); without loss, sinc²(ΔβL/2).
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where a quantity is not physical.
    pub fn efficiency(&self, mismatch: f64) -> Result<f64, FiberError> {
        require("a length (m)", self.length, self.length >= 0.0)?;
        let alpha = self.attenuation;
        require("an attenuation (1/m)", alpha, alpha >= 0.0)?;
        require("a phase mismatch (1/m)", mismatch, true)?;
        let loss = alpha * self.length;
        let phase = 0.5 * mismatch * self.length;
        // |∫e^(−αz+jΔβz)dz|²/L_eff², written so that it holds from no loss to any loss.
        let turned = if phase == 0.0 {
            1.0
        } else {
            phase.sin() / phase
        };
        if loss == 0.0 {
            return Ok(turned * turned);
        }
        let rest = -(-loss).exp_m1();
        let ratio = mismatch / alpha;
        let sine = 2.0 * phase.sin() / rest;
        Ok((1.0 + (-loss).exp() * sine * sine) / (1.0 + ratio * ratio))
    }
}

fn require(quantity: &'static str, value: f64, holds: bool) -> Result<(), FiberError> {
    if holds && value.is_finite() {
        Ok(())
    } else {
        Err(FiberError::Quantity {
            quantity,
            value,
            allowed: "finite, and zero or more where it is no phase",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FIBER: MixingFiber = MixingFiber {
        length: 80e3,
        attenuation: 0.2e-3 / 4.342_944_819,
        nonlinear_coefficient: 1.3e-3,
        beta2: -21.68e-27,
        beta3: 0.1e-39,
    };

    #[test]
    fn matched_phases_have_efficiency_one_and_little_loss_is_like_none() {
        assert!((FIBER.efficiency(0.0).unwrap() - 1.0).abs() < 1e-15);
        let lossless = MixingFiber {
            attenuation: 0.0,
            ..FIBER
        };
        let nearly = MixingFiber {
            attenuation: 1e-12,
            ..FIBER
        };
        for mismatch in [1e-6, 2e-5, 1e-4] {
            let (a, b) = (
                lossless.efficiency(mismatch).unwrap(),
                nearly.efficiency(mismatch).unwrap(),
            );
            assert!((a - b).abs() < 1e-6, "{mismatch}: {a} {b}");
        }
    }

    #[test]
    fn three_waves_make_four_times_the_power_of_two() {
        let waves = |frequencies| MixingWaves {
            frequencies,
            powers: [1e-3; 3],
        };
        let matched = MixingFiber {
            beta2: 0.0,
            beta3: 0.0,
            ..FIBER
        };
        let three = waves([193.1e12, 193.2e12, 193.0e12]);
        let two = waves([193.1e12, 193.1e12, 193.0e12]);
        let ratio = three.product_power(&matched).unwrap() / two.product_power(&matched).unwrap();
        assert!((ratio - 4.0).abs() < 1e-12);
        assert!((three.product_frequency() - 193.3e12).abs() < 1.0);
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(FIBER.efficiency(f64::NAN).is_err());
        let waves = MixingWaves {
            frequencies: [193.1e12, 193.1e12, 193.0e12],
            powers: [1e-3, 1e-3, -1e-3],
        };
        assert!(waves.product_power(&FIBER).is_err());
        let backwards = MixingFiber {
            length: -1.0,
            ..FIBER
        };
        assert!(backwards.efficiency(0.0).is_err());
    }
}
