//! The delayed response of silica.

use super::error::NonlinearError;
use num_complex::Complex64;

/// Raman response of a damped oscillator:
/// R(t) = (1 − f_R)·δ(t) + f_R·h(t), h(t) = (τ1² + τ2²)/(τ1τ2²)·e^{−t/τ2}·sin(t/τ1) for t ≥ 0
/// (K. J. Blow and D. Wood, IEEE J. Quantum Electron. 25, 2665, 1989, DOI 10.1109/3.40655).
///
/// **Leaves out** the other oscillators of silica, hence the shoulder of its gain at low frequencies.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct RamanResponse {
    /// Share of the delayed response, f_R.
    pub fraction: f64,
    /// Period of the oscillation over 2π, τ1, s.
    pub tau1: f64,
    /// Damping time τ2, s.
    pub tau2: f64,
}

impl RamanResponse {
    /// Silica after Blow and Wood: f_R = 0.18, τ1 = 12.2 fs, τ2 = 32 fs.
    pub const SILICA: Self = Self {
        fraction: 0.18,
        tau1: 12.2e-15,
        tau2: 32e-15,
    };

    /// ∫h(t)e^{−jωt}dt = (1/τ1² + 1/τ2²)/((1/τ2 + jω)² + 1/τ1²); 1 at ω = 0.
    pub fn response(&self, omega: f64) -> Complex64 {
        let (a, b) = (1.0 / self.tau1, 1.0 / self.tau2);
        let s = Complex64::new(b, omega);
        (a * a + b * b) / (s * s + a * a)
    }

    pub(super) fn check(&self) -> Result<(), NonlinearError> {
        let refuse = |quantity, value, allowed| {
            Err(NonlinearError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        if !(0.0..=1.0).contains(&self.fraction) {
            return refuse("a Raman fraction", self.fraction, "0 to 1");
        }
        for tau in [self.tau1, self.tau2] {
            if !(tau.is_finite() && tau > 0.0) {
                return refuse("a Raman time (s)", tau, "finite, above zero");
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closed_spectrum_is_that_of_the_oscillation() {
        let r = RamanResponse::SILICA;
        let step = 0.02e-15;
        for omega in [0.0, 3e13, -8.2e13, 2e14] {
            let sum: Complex64 = (0..60_000)
                .map(|i| {
                    let t = (f64::from(i) + 0.5) * step;
                    let h = (r.tau1.powi(2) + r.tau2.powi(2)) / (r.tau1 * r.tau2.powi(2))
                        * (-t / r.tau2).exp()
                        * (t / r.tau1).sin();
                    h * step * Complex64::cis(-omega * t)
                })
                .sum();
            assert!((sum - r.response(omega)).norm() < 1e-6, "{omega}: {sum}");
        }
    }

    #[test]
    fn light_is_shifted_towards_the_red() {
        // The gain at ω is that of 2γf_R·Im h(−ω) in a medium that takes the energy of the difference:
        // with e^{+jωt} the imaginary part is negative at positive ω.
        assert!(RamanResponse::SILICA.response(8.2e13).im < -0.5);
        // 13.2 THz, where silica has its gain peak.
        let peak = (1..400)
            .map(|i| f64::from(i) * 1e11)
            .max_by(|a, b| {
                let g = |f: f64| -RamanResponse::SILICA.response(std::f64::consts::TAU * f).im;
                g(*a).total_cmp(&g(*b))
            })
            .unwrap();
        assert!((12.0e12..14.0e12).contains(&peak), "{peak:e}");
    }
}
