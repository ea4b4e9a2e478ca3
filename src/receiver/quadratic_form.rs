//! Tails of a quadratic form of Gaussian variables, by a contour integral.

use num_complex::Complex64;
use std::f64::consts::PI;

/// A decision variable y = s + Σᵢ (λᵢ|zᵢ|² + 2 Re cᵢ*zᵢ) + Σ_q Σᵢ λᵢ|z_qᵢ|² + g of independent complex
/// Gaussian zᵢ of unit variance, q polarisations without signal, and a real Gaussian g.
///
/// Its moment generating function is
/// Φ(ζ) = exp(ζs + ζ²σ_g²/2) Πᵢ exp(ζ²|cᵢ|²/(1 − ζλᵢ)) (1 − ζλᵢ)^−(1+q)
/// (E. Forestieri & M. Secondini, "On the error probability evaluation in lightwave systems with optical
/// amplification", J. Lightwave Technol. 27, 706, 2009, DOI 10.1109/JLT.2008.926946: the form without a
/// division by λᵢ).
#[derive(Debug, Clone, PartialEq)]
pub struct QuadraticForm {
    /// What the signal alone gives, s.
    pub signal: f64,
    /// λᵢ, and |cᵢ|².
    pub terms: Vec<(f64, f64)>,
    /// Polarisations with noise and without signal, q.
    pub empty_polarizations: u32,
    /// Standard deviation of g.
    pub deviation: f64,
}

/// Steps of the contour integral, at most.
const STEPS: usize = 200_000;

impl QuadraticForm {
    /// Mean: s + (1 + q)Σλᵢ.
    pub fn mean(&self) -> f64 {
        let sum: f64 = self.terms.iter().map(|(lambda, _)| lambda).sum();
        self.signal + self.copies() * sum
    }

    /// Variance: (1 + q)Σλᵢ² + 2Σ|cᵢ|² + σ_g².
    pub fn variance(&self) -> f64 {
        self.terms
            .iter()
            .map(|(lambda, beat)| self.copies() * lambda * lambda + 2.0 * beat)
            .sum::<f64>()
            + self.deviation * self.deviation
    }

    /// Probability of a value above `threshold`.
    pub fn above(&self, threshold: f64) -> f64 {
        if threshold < self.mean() {
            1.0 - self.lower(threshold)
        } else {
            self.upper(threshold)
        }
    }

    /// Probability of a value below `threshold`.
    pub fn below(&self, threshold: f64) -> f64 {
        if threshold < self.mean() {
            self.lower(threshold)
        } else {
            1.0 - self.upper(threshold)
        }
    }

    /// Probability of a value above, or below, a threshold on the same side of the mean by the saddle point
    /// alone: exp ψ(u)/√(2πψ″(u)) with ψ(ζ) = ln Φ(ζ) − ζy − ln|ζ| at its minimum u on the real axis (C. W.
    /// Helstrom, IEEE Trans. Commun. 26, 1978; Forestieri 2000).
    pub fn saddle_point(&self, threshold: f64) -> f64 {
        let upper = threshold >= self.mean();
        self.saddle(threshold, upper).map_or(0.0, |u| {
            let [psi, _, second, _] = self.exponent(u, threshold);
            psi.exp() / (2.0 * PI * second).sqrt()
        })
    }

    /// The Gaussian approximation to the same: the tail of mean and variance.
    pub fn gaussian(&self, threshold: f64) -> f64 {
        let distance = (threshold - self.mean()).abs();
        crate::math::q_function(distance / self.variance().sqrt().max(f64::MIN_POSITIVE))
    }

    fn copies(&self) -> f64 {
        1.0 + f64::from(self.empty_polarizations)
    }

    fn upper(&self, threshold: f64) -> f64 {
        self.integrate(threshold, true)
    }

    fn lower(&self, threshold: f64) -> f64 {
        self.integrate(threshold, false)
    }

    /// ψ and its first three derivatives on the real axis.
    fn exponent(&self, u: f64, threshold: f64) -> [f64; 4] {
        let copies = self.copies();
        let variance = self.deviation * self.deviation;
        let mut psi = [
            u * (self.signal - threshold) + 0.5 * u * u * variance - u.abs().ln(),
            self.signal - threshold + u * variance - 1.0 / u,
            variance + 1.0 / (u * u),
            -2.0 / (u * u * u),
        ];
        for (lambda, beat) in &self.terms {
            let d = 1.0 - u * lambda;
            // ζ²/(1 − ζλ) and its derivatives, and −ln(1 − ζλ) and its own.
            psi[0] += beat * u * u / d - copies * d.ln();
            psi[1] += beat * u * (2.0 - u * lambda) / (d * d) + copies * lambda / d;
            psi[2] += 2.0 * beat / d.powi(3) + copies * (lambda / d).powi(2);
            psi[3] += 6.0 * beat * lambda / d.powi(4) + 2.0 * copies * (lambda / d).powi(3);
        }
        psi
    }

    /// ln of Φ(ζ)e^(−ζy)/ζ.
    fn ln_integrand(&self, z: Complex64, threshold: f64) -> Complex64 {
        let copies = self.copies();
        let mut sum =
            z * (self.signal - threshold) + 0.5 * z * z * self.deviation * self.deviation - z.ln();
        for (lambda, beat) in &self.terms {
            let d = 1.0 - z * lambda;
            sum += z * z * beat / d - copies * d.ln();
        }
        sum
    }

    /// The saddle point on the real axis, between zero and the nearest pole on the threshold's side.
    fn saddle(&self, threshold: f64, upper: bool) -> Option<f64> {
        let largest = self.terms.iter().map(|t| t.0).fold(0.0, f64::max);
        let smallest = self.terms.iter().map(|t| t.0).fold(0.0, f64::min);
        let scale = 1.0 / self.variance().sqrt();
        if !scale.is_finite() {
            return None;
        }
        let (side, pole) = if upper {
            (
                1.0,
                if largest > 0.0 {
                    1.0 / largest
                } else {
                    f64::INFINITY
                },
            )
        } else {
            (
                -1.0,
                if smallest < 0.0 {
                    -1.0 / smallest
                } else {
                    f64::INFINITY
                },
            )
        };
        let slope = |distance: f64| side * self.exponent(side * distance, threshold)[1];
        // ψ falls from +∞ at zero and rises to the pole, or as far as it goes: bracket by doubling.
        let mut low = 1e-9 * scale.min(pole);
        if slope(low) > 0.0 {
            return None;
        }
        let mut high = if pole.is_finite() {
            pole * (1.0 - 1e-12)
        } else {
            let mut high = scale;
            let mut doubled = 0;
            while slope(high) < 0.0 {
                high *= 2.0;
                doubled += 1;
                if doubled > 200 {
                    return None;
                }
            }
            high
        };
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if slope(middle) < 0.0 {
                low = middle;
            } else {
                high = middle;
            }
            if high - low <= 1e-12 * high {
                break;
            }
        }
        Some(side * 0.5 * (low + high))
    }

    /// (1/2πj)∫ Φ(ζ)e^(−ζy)/ζ dζ through the saddle point, parallel to the imaginary axis where there is a
    /// Gaussian part and otherwise along the parabola of steepest descent, by the trapezoidal rule, which
    /// converges exponentially (S. O. Rice, Bell Syst. Tech. J. 52, 707, 1973).
    fn integrate(&self, threshold: f64, upper: bool) -> f64 {
        let Some(u) = self.saddle(threshold, upper) else {
            return 0.0;
        };
        let [psi, _, second, third] = self.exponent(u, threshold);
        let bend = if self.deviation > 0.0 {
            0.0
        } else {
            (third / (3.0 * second)).max(0.0)
        };
        // Over the value at the saddle point, so that nothing underflows.
        let value = |v: f64| {
            let z = Complex64::new(u + 0.5 * bend * v * v, v);
            let slope = Complex64::new(1.0, -bend * v);
            let ln = self.ln_integrand(z, threshold) - psi;
            // 1/ζ keeps its sign; ψ has that of |ζ|.
            (ln.exp() * slope).re * if u < 0.0 { -1.0 } else { 1.0 }
        };
        let sum = |step: f64, offset: f64| {
            let (mut sum, mut quiet) = (0.0, 0);
            for k in 0..STEPS {
                let term = value((k as f64 + offset) * step);
                sum += if k == 0 && offset == 0.0 {
                    0.5 * term
                } else {
                    term
                };
                quiet = if term.abs() <= 1e-13 * sum.abs() {
                    quiet + 1
                } else {
                    0
                };
                if quiet > 12 {
                    break;
                }
            }
            sum * step
        };
        let mut step = 1.0 / second.sqrt();
        let mut result = sum(step, 0.0);
        for _ in 0..12 {
            let finer = 0.5 * (result + sum(step, 0.5));
            let change = (finer - result).abs();
            result = finer;
            step *= 0.5;
            if change <= 1e-11 * result.abs() {
                break;
            }
        }
        result / PI * psi.exp()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::q_function;

    fn assert_close(value: f64, expected: f64, tolerance: f64) {
        assert!(
            (value / expected - 1.0).abs() < tolerance,
            "{value:e} against {expected:e}"
        );
    }

    #[test]
    fn without_noise_squared_it_is_the_gaussian_tail() {
        let form = QuadraticForm {
            signal: 1.0,
            terms: vec![(0.0, 0.003), (0.0, 0.002)],
            empty_polarizations: 0,
            deviation: 0.1,
        };
        let sigma = (0.01f64 + 0.01).sqrt();
        for x in [0.5, 2.0, 7.0, 20.0] {
            let expected = q_function(x);
            assert_close(form.above(1.0 + x * sigma), expected, 1e-9);
            assert_close(form.below(1.0 - x * sigma), expected, 1e-9);
            assert_close(form.gaussian(1.0 - x * sigma), expected, 1e-12);
        }
    }

    #[test]
    fn without_signal_it_is_the_gamma_distribution() {
        // M equal modes in two polarisations: P(y > x) = e^(−x) Σ_{k<2M} x^k/k!.
        for modes in [1, 2, 5] {
            let form = QuadraticForm {
                signal: 0.0,
                terms: vec![(1.0, 0.0); modes],
                empty_polarizations: 1,
                deviation: 0.0,
            };
            for x in [0.2f64, 3.0, 30.0, 100.0] {
                let mut term = 1.0;
                let mut sum = 0.0;
                for k in 0..2 * modes {
                    sum += term;
                    term *= x / (k + 1) as f64;
                }
                assert_close(form.above(x), (-x).exp() * sum, 1e-8);
            }
        }
    }

    #[test]
    fn one_mode_with_signal_is_rice_s_distribution() {
        // |z + a|², a = 3: Marcum's Q₁(a√2, √(2y)), as a sum over Poisson weights of gamma tails.
        let a2 = 9.0f64;
        let form = QuadraticForm {
            signal: a2,
            terms: vec![(1.0, a2)],
            empty_polarizations: 0,
            deviation: 0.0,
        };
        let marcum = |y: f64, upper: bool| {
            let (mut weight, mut term, mut cumulative) = ((-a2).exp(), (-y).exp(), (-y).exp());
            let mut sum = 0.0;
            for n in 1..300 {
                sum += weight * if upper { cumulative } else { 1.0 - cumulative };
                weight *= a2 / f64::from(n);
                term *= y / f64::from(n);
                cumulative += term;
            }
            sum
        };
        for y in [12.0, 30.0, 60.0] {
            assert_close(form.above(y), marcum(y, true), 1e-8);
        }
        for y in [1.0, 4.0, 8.0] {
            assert_close(form.below(y), marcum(y, false), 1e-7);
            assert_close(form.above(y), 1.0 - marcum(y, false), 1e-9);
        }
        assert_close(form.mean(), 10.0, 1e-12);
        assert_close(form.variance(), 19.0, 1e-12);
        // The saddle point alone is good to a few per cent.
        assert_close(form.saddle_point(30.0), marcum(30.0, true), 0.05);
    }

    #[test]
    fn nothing_lies_beyond_what_is_possible() {
        let form = QuadraticForm {
            signal: 0.0,
            terms: vec![(1.0, 0.0), (0.5, 0.0)],
            empty_polarizations: 0,
            deviation: 0.0,
        };
        assert!(form.below(-0.1).abs() < 1e-9);
        assert!((form.above(-0.1) - 1.0).abs() < 1e-9);
        let still = QuadraticForm {
            signal: 1.0,
            terms: vec![],
            empty_polarizations: 0,
            deviation: 0.0,
        };
        assert!(still.above(2.0).abs() < 1e-300 && (still.above(0.5) - 1.0).abs() < 1e-15);
    }
}
