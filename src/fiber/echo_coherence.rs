//! Coherence of an echo with the light it beats with: from the linewidth of the laser and the delay.
//!
//! The phase of a laser of Lorentzian linewidth Δν (full width at half of the maximum) is a random walk:
//! over a time t its variance is 2πΔν·t. Light that comes τ later beats with cos(φ0 + φ(t) − φ(t − τ)),
//! φ0 the phase that temperature gives the path.

use super::multipath_interference::Echo;
use std::f64::consts::PI;

/// What the phase of the paths of echoes does besides the phase noise of the laser.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum EchoPhase {
    /// It drifts through all values while errors are counted: an error ratio is the mean over that.
    #[default]
    Drifting,
    /// It stands at a quarter turn, where the power turns most with the phase: what remains is what the
    /// linewidth makes, none without. The eye is neither opened nor closed by the mean of the echo.
    Quadrature,
}

impl Echo {
    /// Covariance of the beat at two times `lag` (s) apart over ½, the mean square of a cosine, for a
    /// laser of this linewidth (Hz). With a = 2πΔν:
    ///
    /// - drifting: e^(−a·min(|T|, τ)). An echo of a delay that is long against 1/a is forgotten after
    ///   1/a; of one that is short hardly anything but the drift is left.
    /// - in quadrature: e^(−a|T|) − e^(−a(2τ − |T|)) up to τ and nothing beyond, 1 − e^(−2aτ) in all,
    ///   whose spectrum is [`noise_in_quadrature`](Self::noise_in_quadrature).
    pub fn beat_correlation(&self, lag: f64, linewidth: f64, phase: EchoPhase) -> f64 {
        let (a, lag) = (2.0 * PI * linewidth, lag.abs());
        match phase {
            EchoPhase::Drifting => (-a * lag.min(self.delay)).exp(),
            EchoPhase::Quadrature if lag < self.delay => {
                // As one exponential times the difference, which is small for small aτ.
                -(-a * lag).exp() * (-2.0 * a * (self.delay - lag)).exp_m1()
            }
            EchoPhase::Quadrature => 0.0,
        }
    }

    /// Relative intensity noise in 1/Hz, one-sided, that the echo of a continuous wave makes in
    /// quadrature, polarisations aligned:
    ///
    /// (4ε/π)·Δν/(f² + Δν²)·[1 + e^(−4πΔντ) − 2e^(−2πΔντ)·cos 2πfτ]
    ///
    /// (J. L. Gimlett and N. K. Cheung, J. Lightwave Technol. 7(6), 888, 1989, DOI 10.1109/50.32378).
    /// Where the path's phase drifts, on average less:
    /// [`relative_intensity_noise`](Self::relative_intensity_noise).
    pub fn noise_in_quadrature(&self, frequency: f64, linewidth: f64) -> f64 {
        let denominator = frequency * frequency + linewidth * linewidth;
        if denominator <= 0.0 {
            return 0.0;
        }
        let kept = (-2.0 * PI * linewidth * self.delay).exp();
        // 1 + k² − 2k·cos x = (1 − k)² + 4k·sin²(x/2), without cancellation.
        let sine = (PI * frequency * self.delay).sin();
        let bracket = (1.0 - kept).powi(2) + 4.0 * kept * sine * sine;
        4.0 * self.power_ratio / PI * linewidth / denominator * bracket
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_limits_are_those_of_coherent_and_of_independent_light() {
        let echo = |delay| Echo {
            power_ratio: 1e-3,
            delay,
        };
        let linewidth = 1e6;
        for phase in [EchoPhase::Drifting, EchoPhase::Quadrature] {
            let far = echo(1e-3);
            assert!((far.beat_correlation(0.0, linewidth, phase) - 1.0).abs() < 1e-12);
            let one = far.beat_correlation(1.0 / (2.0 * PI * linewidth), linewidth, phase);
            assert!((one - (-1f64).exp()).abs() < 1e-12);
        }
        // 1 − e^(−4πΔντ) of 1 cm of glass, twice.
        let near = echo(1e-10);
        let fluctuating = near.beat_correlation(0.0, linewidth, EchoPhase::Quadrature);
        assert!((fluctuating / (4.0 * PI * 1e-4) - 1.0).abs() < 1e-3);
        let drifting = near.beat_correlation(1.0, linewidth, EchoPhase::Drifting);
        assert!((1.0 - drifting - 2.0 * PI * 1e-4).abs() < 1e-6);
        assert!(
            near.beat_correlation(2e-10, linewidth, EchoPhase::Quadrature)
                .abs()
                < 1e-300
        );
        // No linewidth, no noise.
        assert!(near.beat_correlation(0.0, 0.0, EchoPhase::Quadrature).abs() < 1e-300);
        assert!(near.noise_in_quadrature(0.0, 0.0).abs() < 1e-300);
    }

    #[test]
    fn the_spectrum_is_that_of_the_correlation() {
        let echo = Echo {
            power_ratio: 1e-3,
            delay: 30e-9,
        };
        let linewidth = 8e6;
        for frequency in [0.0, 3e6, 2e7, 9e7] {
            // 4·∫0^τ C(T)·cos(2πfT)dT, C = ½·4ε·c(T).
            let steps = 200_000u32;
            let dt = echo.delay / f64::from(steps);
            let sum: f64 = (0..steps)
                .map(|k| {
                    let t = (f64::from(k) + 0.5) * dt;
                    let c = echo.beat_correlation(t, linewidth, EchoPhase::Quadrature);
                    c * (2.0 * PI * frequency * t).cos() * dt
                })
                .sum();
            let found = echo.noise_in_quadrature(frequency, linewidth);
            let expected = 4.0 * 2.0 * echo.power_ratio * sum;
            assert!(
                (found - expected).abs() < 1e-8 * 8e-3 * echo.delay,
                "{frequency}"
            );
        }
    }
}
