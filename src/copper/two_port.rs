//! Two-ports at one frequency: the elements packages and boards are put together of.
//!
//! Capacitances and inductances are those of one leg against ground and characteristic impedances are
//! differential, as the standard's tables print them; with the single-ended reference resistance R₀ the
//! scattering parameters are those of the differential mode at 2R₀ (IEEE Std 802.3, 93A.1.2).

use num_complex::Complex64;
use std::f64::consts::{FRAC_2_PI, TAU};

/// Scattering parameters of a two-port at one frequency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoPort {
    /// Reflection at port 1.
    pub s11: Complex64,
    /// From port 2 to port 1.
    pub s12: Complex64,
    /// From port 1 to port 2.
    pub s21: Complex64,
    /// Reflection at port 2.
    pub s22: Complex64,
}

/// A length of uniform line after IEEE Std 802.3 equations 93A-9 to 93A-14.
///
/// γ(f) = γ₀ + a₁(1+j)√f + a₂(1 − j(2/π)·ln(f/1 GHz))·f + j2πτf
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    /// γ₀, loss at zero frequency, 1/m.
    pub loss_constant: f64,
    /// a₁, loss with the root of frequency, √s/m.
    pub loss_root: f64,
    /// a₂, loss with frequency, s/m.
    pub loss_linear: f64,
    /// τ, delay, s/m.
    pub delay: f64,
    /// Z_c, differential characteristic impedance, Ω.
    pub impedance: f64,
    /// z_p, length, m.
    pub length: f64,
}

impl Line {
    /// A line as the standard's tables give it: γ₀ in 1/mm, a₁ in √ns/mm, a₂ and τ in ns/mm, in this
    /// order; the length in mm and the impedance in Ω.
    pub fn tabulated([g0, a1, a2, tau]: [f64; 4], length_mm: f64, impedance: f64) -> Self {
        Self {
            loss_constant: g0 * 1e3,
            loss_root: a1 * 1e3 * 1e-9f64.sqrt(),
            loss_linear: a2 * 1e-6,
            delay: tau * 1e-6,
            impedance,
            length: length_mm * 1e-3,
        }
    }

    /// Propagation constant, 1/m. At zero frequency it is that at 2.2e-16 Hz, where the logarithm
    /// still has a value, as in the standard's own code.
    pub fn propagation(&self, frequency: f64) -> Complex64 {
        let f = frequency.max(f64::EPSILON);
        let root = self.loss_root * f.sqrt();
        let linear = self.loss_linear * f;
        Complex64::new(
            self.loss_constant + root + linear,
            root - linear * FRAC_2_PI * (f * 1e-9).ln() + TAU * self.delay * f,
        )
    }
}

impl TwoPort {
    /// A direct connection.
    pub const THROUGH: Self = Self {
        s11: Complex64::ZERO,
        s12: Complex64::ONE,
        s21: Complex64::ONE,
        s22: Complex64::ZERO,
    };

    /// One that looks the same from both sides and transmits alike in both directions.
    pub fn symmetric(s11: Complex64, s21: Complex64) -> Self {
        Self {
            s11,
            s12: s21,
            s21,
            s22: s11,
        }
    }

    /// A capacitor in F from each leg to ground (93A-8).
    pub fn shunt_capacitor(frequency: f64, capacitance: f64, resistance: f64) -> Self {
        let x = Complex64::new(0.0, TAU * frequency * capacitance * resistance);
        Self::symmetric(-x / (2.0 + x), 2.0 / (2.0 + x))
    }

    /// An inductor in H in each leg.
    pub fn series_inductor(frequency: f64, inductance: f64, resistance: f64) -> Self {
        let x = Complex64::new(0.0, TAU * frequency * inductance / resistance);
        Self::symmetric(x / (2.0 + x), 2.0 / (2.0 + x))
    }

    /// A length of line (93A-12 to 93A-14).
    pub fn line(frequency: f64, line: &Line, resistance: f64) -> Self {
        let rho = (line.impedance - 2.0 * resistance) / (line.impedance + 2.0 * resistance);
        let once = (-line.propagation(frequency) * line.length).exp();
        let twice = once * once;
        let denominator = 1.0 - rho * rho * twice;
        Self::symmetric(
            rho * (1.0 - twice) / denominator,
            (1.0 - rho * rho) * once / denominator,
        )
    }

    /// This two-port and behind its port 2 the next (93A-4 to 93A-7).
    #[must_use]
    pub fn then(&self, next: &Self) -> Self {
        // What goes round between the two.
        let around = (1.0 - self.s22 * next.s11).inv();
        let (forward, back) = (self.s21 * around, next.s12 * around);
        Self {
            s11: self.s11 + self.s12 * next.s11 * forward,
            s12: self.s12 * back,
            s21: forward * next.s21,
            s22: next.s22 + back * self.s22 * next.s21,
        }
    }

    /// Seen from its other side.
    #[must_use]
    pub fn flipped(&self) -> Self {
        Self {
            s11: self.s22,
            s12: self.s21,
            s21: self.s12,
            s22: self.s11,
        }
    }

    /// Voltage at a load over the wave a source launches into a matched line, with the reflection
    /// coefficients of source and load (93A-18).
    pub fn voltage_transfer(&self, source: f64, load: f64) -> Complex64 {
        let determinant = self.s11 * self.s22 - self.s12 * self.s21;
        self.s21 * (1.0 - source) * (1.0 + load)
            / (1.0 - self.s11 * source - self.s22 * load + source * load * determinant)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_in_a_row_are_their_chain_matrices_multiplied() {
        // A capacitor and an inductor at 50 Ω, f = 10 GHz, by hand from ABCD parameters.
        let (f, c, l, r) = (1e10, 0.1e-12, 0.1e-9, 50.0);
        let y = Complex64::new(0.0, TAU * f * c);
        let z = Complex64::new(0.0, TAU * f * l);
        let (a, b, cc, d) = (Complex64::ONE, z, y, 1.0 + y * z);
        let sum = a + b / r + cc * r + d;
        let chain = TwoPort::shunt_capacitor(f, c, r).then(&TwoPort::series_inductor(f, l, r));
        assert!((chain.s21 - 2.0 / sum).norm() < 1e-15);
        assert!((chain.s11 - (a + b / r - cc * r - d) / sum).norm() < 1e-15);
        assert!((chain.s22 - (-a + b / r - cc * r + d) / sum).norm() < 1e-15);
        assert_eq!(chain.flipped().s11, chain.s22);
        assert_eq!(chain.then(&TwoPort::THROUGH), chain);
    }

    #[test]
    fn a_mismatched_line_transmits_what_theory_says_at_zero_frequency() {
        let line = Line {
            loss_constant: 0.0,
            loss_root: 5e-5,
            loss_linear: 1e-10,
            delay: 6e-9,
            impedance: 87.5,
            length: 0.03,
        };
        let at_zero = TwoPort::line(0.0, &line, 50.0);
        assert!((at_zero.s21 - 1.0).norm() < 1e-9);
        assert!(at_zero.s11.norm() < 1e-9);
        let s = TwoPort::line(1e10, &line, 50.0);
        assert!(s.s11.norm_sqr() + s.s21.norm_sqr() < 1.0);
        // Matched ends take nothing from it.
        assert_eq!(s.voltage_transfer(0.0, 0.0), s.s21);
    }
}
