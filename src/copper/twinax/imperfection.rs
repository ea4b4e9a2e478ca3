//! What makes a pair of two legs differ from one uniform line: intra-pair skew, and an impedance that varies
//! periodically along the pair.
//!
//! **Skew.** The legs, without coupling between them, differ in delay by Δt = skew·length. Between matched
//! ends
//!
//! S_DD21 = e^{−γl}·cos(πfΔt), S_CD21 = j·e^{−γl}·sin(πfΔt)
//!
//! with the negative leg the later one: half of the sum and of the difference of exp(±jπfΔt). Nothing is
//! left of the signal at f = 1/(2Δt).
//!
//! **Periodic variation.** An impedance Z_c·(1 + δ·cos(2πz/p)), as wrapped shields and extruders make it,
//! reflects where a half wave is a period, f = v/(2p). The chain matrix of a period, made of slices, is
//! raised to the number of periods by Floquet's theorem: with 2·cosh μ its trace,
//! Mⁿ = [sinh(nμ)·M − sinh((n − 1)μ)·1]/sinh μ. Without loss |S21| at the resonance is 1/cosh(κl) with
//! κ = πδ/(2p) (coupled-mode theory; A. Yariv, *Quantum Electronics*, 3rd edition, section 22.5).
//!
//! Leaves out: coupling between the legs, so that a pair without a shield of its own converts less than
//! this; a phase of the variation other than its crest at the near end.

use super::TwinaxCable;
use crate::copper::CopperError;
use crate::copper::error::within;
use crate::copper::line::{Line, PerMetre, Scattering};
use crate::network::{Network, NetworkError, Reference};
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Slices of a period.
const SLICES: usize = 24;

/// A periodic variation of impedance along a pair.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PeriodicVariation {
    /// δ, largest deviation over the mean.
    pub depth: f64,
    /// p, m.
    pub period: f64,
}

impl PeriodicVariation {
    /// Refuses a variation that cannot be.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a depth outside 0 to 0.9 or a period of 0.1 mm or less.
    pub fn validate(&self) -> Result<(), CopperError> {
        within(
            "depth of the periodic variation of impedance",
            self.depth,
            "0 to 0.9 of the mean",
            (0.0..=0.9).contains(&self.depth),
        )?;
        within(
            "period of the variation of impedance in m",
            self.period,
            "above 1e-4, finite",
            self.period > 1e-4 && self.period.is_finite(),
        )?;
        Ok(())
    }

    /// Scattering parameters of a length of a line in m with this variation between two resistances R in Ω.
    pub fn scattering(&self, line: &PerMetre, length: f64, resistance: f64) -> TwoSided {
        let slice = self.period / SLICES as f64;
        let whole = (length / self.period).floor();
        let rest = length - whole * self.period;
        // Slices of one impedance weaken the first harmonic, which reflects, by sinc(1/SLICES).
        let half = 0.5 * TAU / SLICES as f64;
        let depth = self.depth * half / half.sin();
        let at = |z: f64, step: f64| {
            let factor = 1.0 + depth * (TAU * z / self.period).cos();
            Chain::of(line, factor, step, resistance)
        };
        let mut period = Chain::UNIT;
        for k in 0..SLICES {
            period = period.then(&at((k as f64 + 0.5) * slice, slice));
        }
        let mut end = Chain::UNIT;
        let count = (rest / slice).ceil();
        if count > 0.0 {
            let step = rest / count;
            let mut z = 0.5 * step;
            while z < rest {
                end = end.then(&at(z, step));
                z += step;
            }
        }
        period.raised(whole).then(&end).scattering()
    }
}

/// Scattering parameters of a reciprocal two-port whose ends differ.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwoSided {
    /// S₁₁.
    pub near: Complex64,
    /// S₂₁ = S₁₂.
    pub transmission: Complex64,
    /// S₂₂.
    pub far: Complex64,
}

/// Chain matrix with impedances in units of the reference resistance, and a factor e^scale taken out of it.
#[derive(Debug, Clone, Copy)]
struct Chain {
    a: Complex64,
    b: Complex64,
    c: Complex64,
    d: Complex64,
    scale: f64,
}

impl Chain {
    const UNIT: Self = Self {
        a: Complex64::ONE,
        b: Complex64::ZERO,
        c: Complex64::ZERO,
        d: Complex64::ONE,
        scale: 0.0,
    };

    /// A length in m of the line with `factor` times its impedance.
    fn of(line: &PerMetre, factor: f64, length: f64, resistance: f64) -> Self {
        let series = line.series_impedance * (factor / resistance * length);
        let shunt = line.shunt_admittance * (resistance / factor * length);
        let square = series * shunt;
        // cosh √x and sinh √x/√x of a slice, which is short.
        let (cosh, ratio) = if square.norm_sqr() < 1e-4 {
            (
                1.0 + square * (0.5 + square * (1.0 / 24.0 + square / 720.0)),
                1.0 + square * (1.0 / 6.0 + square * (1.0 / 120.0 + square / 5040.0)),
            )
        } else {
            let root = square.sqrt();
            (root.cosh(), root.sinh() / root)
        };
        Self {
            a: cosh,
            b: series * ratio,
            c: shunt * ratio,
            d: cosh,
            scale: 0.0,
        }
    }

    fn then(&self, next: &Self) -> Self {
        Self {
            a: self.a * next.a + self.b * next.c,
            b: self.a * next.b + self.b * next.d,
            c: self.c * next.a + self.d * next.c,
            d: self.c * next.b + self.d * next.d,
            scale: self.scale + next.scale,
        }
    }

    /// Its n-th power by Floquet's theorem.
    fn raised(&self, n: f64) -> Self {
        if n < 1.0 {
            return Self::UNIT;
        }
        let half = 0.5 * (self.a + self.d);
        // e^μ, of the two solutions the one that grows.
        let root = (half * half - 1.0).sqrt();
        let grown = if (half + root).norm_sqr() >= 1.0 {
            half + root
        } else {
            half - root
        };
        let mu = grown.ln();
        // sinh(nμ)/sinh μ and sinh((n − 1)μ)/sinh μ without e^{nμ}'s size.
        let ratio = |m: f64| -> Complex64 {
            if mu.norm_sqr() < 1e-14 {
                return Complex64::new(m * (-n * mu.re).exp(), 0.0);
            }
            let up = (mu * m - n * mu.re).exp();
            let down = (-(mu * m) - n * mu.re).exp();
            (up - down) / (mu.exp() - (-mu).exp())
        };
        let (first, second) = (ratio(n), ratio(n - 1.0));
        Self {
            a: self.a * first - second,
            b: self.b * first,
            c: self.c * first,
            d: self.d * first - second,
            scale: self.scale * n + n * mu.re,
        }
    }

    fn scattering(&self) -> TwoSided {
        let sum = self.a + self.b + self.c + self.d;
        TwoSided {
            near: (self.a + self.b - self.c - self.d) / sum,
            transmission: 2.0 * (-self.scale).exp() / sum,
            far: (self.b + self.d - self.a - self.c) / sum,
        }
    }
}

impl TwinaxCable {
    /// Scattering parameters of the differential mode between two resistances R in Ω.
    pub fn scattering(&self, frequency: f64, resistance: f64) -> TwoSided {
        let line = self.per_metre(frequency);
        let uniform = match self.periodic {
            Some(variation) if variation.depth > 0.0 => {
                variation.scattering(&line, self.length, resistance)
            }
            _ => {
                let Scattering {
                    reflection,
                    transmission,
                } = line.scattering(self.length, resistance);
                TwoSided {
                    near: reflection,
                    transmission,
                    far: reflection,
                }
            }
        };
        let turn = 0.5 * TAU * frequency * self.skew * self.length;
        TwoSided {
            transmission: uniform.transmission * turn.cos(),
            ..uniform
        }
    }

    /// Both legs as a network of four single-ended ports with a reference resistance of one leg in Ω: 1 and
    /// 3 at the near end, 2 and 4 at the far end, 1 to 2 the positive leg, which is the earlier one.
    ///
    /// # Errors
    /// [`NetworkError`] for frequencies that do not rise.
    pub fn four_port(&self, frequencies: &[f64], resistance: f64) -> Result<Network, NetworkError> {
        let uniform = Self { skew: 0.0, ..*self };
        let mut s = Vec::with_capacity(16 * frequencies.len());
        for &f in frequencies {
            // One leg is half of the pair's impedance: the same parameters at half the resistance.
            let leg = uniform.scattering(f, 2.0 * resistance);
            let turn = 0.5 * TAU * f * self.skew * self.length;
            let early = leg.transmission * Complex64::cis(turn);
            let late = leg.transmission * Complex64::cis(-turn);
            let zero = Complex64::ZERO;
            s.extend([leg.near, early, zero, zero]);
            s.extend([early, leg.far, zero, zero]);
            s.extend([zero, zero, leg.near, late]);
            s.extend([zero, zero, late, leg.far]);
        }
        Network::new(
            frequencies.to_vec(),
            4,
            s,
            Reference::uniform(4, resistance),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::SPEED_OF_LIGHT;
    use crate::network::Pair;

    fn cable() -> TwinaxCable {
        TwinaxCable::copper(26, 2.0).unwrap()
    }

    #[test]
    fn skew_leaves_a_cosine_and_converts_a_sine() {
        let skewed = TwinaxCable {
            skew: 5e-12,
            ..cable()
        };
        // 10 ps of skew: nothing is left at 50 GHz.
        assert!(skewed.transfer(50e9).norm() < 1e-12);
        let f = [10e9, 20e9, 30e9];
        let mixed = skewed
            .four_port(&f, 50.0)
            .unwrap()
            .mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])
            .unwrap();
        let plain: Vec<Complex64> = f.iter().map(|f| cable().transfer(*f)).collect();
        for (k, f) in f.iter().enumerate() {
            let m = mixed.matrix(k).unwrap();
            let turn = std::f64::consts::PI * f * 10e-12;
            // Ports: differential near and far, common near and far.
            let (sdd21, scd21) = (m[4], m[12]);
            assert!((sdd21 - plain[k] * turn.cos()).norm() < 1e-9, "{sdd21}");
            assert!((scd21 - plain[k] * Complex64::new(0.0, turn.sin())).norm() < 1e-9);
            assert!((sdd21 - skewed.transfer(*f)).norm() < 1e-9);
            // What is converted is not lost.
            let power = sdd21.norm_sqr() + scd21.norm_sqr();
            assert!((power / plain[k].norm_sqr() - 1.0).abs() < 1e-9);
        }
    }

    #[test]
    fn a_periodic_variation_reflects_where_a_half_wave_is_a_period() {
        // Without loss: |S21| = 1/cosh(πδl/2p) at v/2p.
        let line = |f: f64| PerMetre {
            series_impedance: Complex64::new(0.0, TAU * f * 100.0 / (0.7 * SPEED_OF_LIGHT)),
            shunt_admittance: Complex64::new(0.0, TAU * f / (100.0 * 0.7 * SPEED_OF_LIGHT)),
        };
        let variation = PeriodicVariation {
            depth: 0.004,
            period: 4e-3,
        };
        let at = |f: f64| variation.scattering(&line(f), 1.0, 100.0);
        let f = 0.7 * SPEED_OF_LIGHT / (2.0 * variation.period);
        let depth = std::f64::consts::PI * variation.depth / (2.0 * variation.period);
        let found = at(f);
        assert!(
            (found.transmission.norm() * depth.cosh() - 1.0).abs() < 2e-3,
            "{found:?}"
        );
        assert!((found.near.norm() - depth.tanh()).abs() < 2e-3);
        assert!((found.transmission.norm_sqr() + found.near.norm_sqr() - 1.0).abs() < 1e-9);
        assert!((at(0.9 * f).transmission.norm() - 1.0).abs() < 1e-3);
    }

    #[test]
    fn powers_are_products_and_no_variation_is_a_uniform_line() {
        let one = cable();
        let line = one.per_metre(30e9);
        let deep = PeriodicVariation {
            depth: 0.1,
            period: 0.01,
        };
        let mut period = Chain::UNIT;
        for k in 0..SLICES {
            let half = 0.5 * TAU / SLICES as f64;
            let depth = 0.1 * half / half.sin();
            let factor = 1.0 + depth * (TAU * (k as f64 + 0.5) / SLICES as f64).cos();
            period = period.then(&Chain::of(&line, factor, 0.01 / SLICES as f64, 100.0));
        }
        let mut product = Chain::UNIT;
        for _ in 0..7 {
            product = product.then(&period);
        }
        let (a, b) = (product.scattering(), deep.scattering(&line, 0.07, 100.0));
        assert!((a.transmission - b.transmission).norm() < 1e-10);
        assert!((a.near - b.near).norm() < 1e-10 && (a.far - b.far).norm() < 1e-10);
        let flat = PeriodicVariation { depth: 0.0, ..deep };
        for f in [0.0, 1e6, 1e9, 30e9] {
            let uniform = one.per_metre(f).scattering(2.003, 100.0);
            let same = flat.scattering(&one.per_metre(f), 2.003, 100.0);
            assert!(
                (uniform.transmission - same.transmission).norm() < 1e-8,
                "{f}"
            );
        }
        // A kilometre leaves nothing, and no number that is none.
        let far = deep.scattering(&line, 1000.0, 100.0);
        assert!(far.transmission.norm() < 1e-200 && far.near.is_finite());
    }

    #[test]
    fn variations_that_cannot_be_are_refused() {
        for (depth, period) in [(-0.1, 0.01), (1.0, 0.01), (0.1, 0.0), (0.1, f64::NAN)] {
            let periodic = Some(PeriodicVariation { depth, period });
            assert!(
                TwinaxCable {
                    periodic,
                    ..cable()
                }
                .validate()
                .is_err()
            );
        }
        for skew in [f64::NAN, -1e-12, 1e-6] {
            assert!(TwinaxCable { skew, ..cable() }.validate().is_err());
        }
    }
}
