//! The loop behind a detector.

use num_complex::Complex64;
use std::f64::consts::TAU;

/// A loop that is told once a symbol by how much the clock is early, and moves it: by the share
/// `proportional`, and through a frequency that grows by the share `integral`. Both are without unit.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Loop {
    /// Share of an error that the phase is moved by.
    pub proportional: f64,
    /// Share of an error that the frequency, in UI a symbol, is moved by.
    pub integral: f64,
    /// Symbols per second, Bd.
    pub symbol_rate: f64,
}

/// Where a loop stands.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct LoopState {
    /// Displacement of the clock from a constant one, UI.
    pub phase: f64,
    /// Its change a symbol, UI.
    pub frequency: f64,
}

impl Loop {
    /// First order: one pole at the corner frequency in Hz, 20 dB per decade.
    pub fn first_order(corner: f64, symbol_rate: f64) -> Self {
        Self {
            proportional: 1.0 - (-TAU * corner / symbol_rate).exp(),
            integral: 0.0,
            symbol_rate,
        }
    }

    /// Second order, by its −3 dB bandwidth in Hz and its damping:
    /// ω_3dB = ω_n·√(1 + 2ζ² + √((1 + 2ζ²)² + 1)) of the loop in continuous time (F. M. Gardner,
    /// Phaselock Techniques, 3rd ed., Wiley 2005, doi:10.1002/0471732699), shares 2ζω_nT and (ω_nT)².
    pub fn second_order(bandwidth: f64, damping: f64, symbol_rate: f64) -> Self {
        let a = 1.0 + 2.0 * damping * damping;
        let natural = TAU * bandwidth / symbol_rate / (a + (a * a + 1.0).sqrt()).sqrt();
        Self {
            proportional: 2.0 * damping * natural,
            integral: natural * natural,
            symbol_rate,
        }
    }

    /// Whether an error dies away: both poles lie within the unit circle.
    pub fn is_stable(&self) -> bool {
        let (p, i) = (self.proportional, self.integral);
        p > 0.0 && i >= 0.0 && 2.0 * p + i < 4.0 && (i > 0.0 || p < 2.0)
    }

    /// What the clock follows of jitter of a frequency in Hz: G/(1 + G) with
    /// G(z) = (p + i/(1 − z⁻¹))·z⁻¹/(1 − z⁻¹), z = exp(j2πf/f_s).
    pub fn transfer(&self, frequency: f64) -> Complex64 {
        let back = Complex64::from_polar(1.0, -TAU * frequency / self.symbol_rate);
        let difference = Complex64::from(1.0) - back;
        // Multiplied by (1 − z⁻¹) once for each pole at 0 Hz.
        if self.integral > 0.0 {
            let open = (self.proportional * difference + self.integral) * back;
            open / (difference * difference + open)
        } else {
            let open = self.proportional * back;
            open / (difference + open)
        }
    }

    /// What is left of jitter of a frequency in Hz between signal and clock, 1 − H.
    pub fn error_transfer(&self, frequency: f64) -> Complex64 {
        Complex64::from(1.0) - self.transfer(frequency)
    }

    /// Moves the clock by an error, in UI.
    #[inline]
    pub fn advance(&self, state: &mut LoopState, error: f64) {
        state.frequency += self.integral * error;
        state.phase += self.proportional * error + state.frequency;
    }

    /// Follows the displacements of edges from a constant clock, in UI, each at the index of its
    /// symbol, in rising order; between edges the last error is held, as by a unit that locks to every
    /// pattern with the same corner. What is left of each edge.
    pub fn follow(&self, edges: &[(usize, f64)]) -> Vec<f64> {
        let Some(&(start, first)) = edges.first() else {
            return Vec::new();
        };
        let mut state = LoopState {
            phase: first,
            frequency: 0.0,
        };
        let (mut error, mut at) = (0.0, start);
        edges
            .iter()
            .map(|&(symbol, displacement)| {
                for _ in at..symbol {
                    self.advance(&mut state, error);
                }
                at = at.max(symbol);
                error = displacement - state.phase;
                error
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_order_loop_has_its_corner_and_slope() {
        let cru = Loop::first_order(4e6, 53.125e9);
        assert!(cru.is_stable());
        // 1/(1 + jf/f_c) and its complement, to f_c/f_s.
        for f in [4e4, 4e5, 4e6, 4e7] {
            let x: f64 = f / 4e6;
            let high = x / (1.0 + x * x).sqrt();
            assert!(
                (cru.error_transfer(f).norm() / high - 1.0).abs() < 2e-3,
                "{f}"
            );
        }
        assert!((cru.transfer(0.0) - 1.0).norm() < 1e-15);
    }

    #[test]
    fn a_second_order_loop_has_its_bandwidth_and_forty_decibels() {
        for damping in [0.707, 1.0, 4.0] {
            let pll = Loop::second_order(4e6, damping, 26.5625e9);
            assert!(pll.is_stable());
            let power = pll.transfer(4e6).norm_sqr();
            assert!((power - 0.5).abs() < 2e-3, "{damping}: {power}");
            let ratio = pll.error_transfer(2e3).norm() / pll.error_transfer(1e3).norm();
            assert!((ratio - 4.0).abs() < 0.05, "{damping}: {ratio}");
        }
        let fast = Loop {
            proportional: 2.5,
            integral: 0.0,
            symbol_rate: 1.0,
        };
        assert!(!fast.is_stable());
    }

    /// Sinusoidal jitter through the loop, edge by edge, against the transfer function.
    #[test]
    fn following_leaves_the_error_transfer() {
        let rate = 10e9;
        for pll in [
            Loop::first_order(4e6, rate),
            Loop::second_order(4e6, 1.0, rate),
        ] {
            for f in [1e6, 4e6, 20e6] {
                let turns = f / rate;
                let edges: Vec<(usize, f64)> = (0..200_000)
                    .map(|n| (n, 0.1 * (TAU * turns * n as f64).sin()))
                    .collect();
                let left = pll.follow(&edges);
                // Whole periods behind the start.
                let (mut sum, mut count) = (Complex64::ZERO, 0.0);
                for (n, e) in left.iter().enumerate().skip(100_000) {
                    sum += e * Complex64::from_polar(2.0, -TAU * turns * n as f64);
                    count += 1.0;
                }
                let found = sum / count * Complex64::I / 0.1;
                let expected = pll.error_transfer(f);
                assert!((found - expected).norm() < 1e-3, "{f}: {found} {expected}");
            }
        }
        assert!(Loop::first_order(4e6, rate).follow(&[]).is_empty());
    }
}
