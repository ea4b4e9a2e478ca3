//! Mode groups of a graded-index fibre: what is behind its modal bandwidth.
//!
//! In a core with the index n1·√(1 − 2Δ(r/a)^α) modes whose propagation constants are almost equal
//! form groups m = 1…M, M = n1·k·a·√(αΔ/(α + 2)), of 2m modes each (two polarisations and two
//! orientations: m up to this factor), and group m travels for
//!
//! τ_m = (N1/c)·[1 + Δ·(α − 2 − ε)/(α + 2)·x^(2α/(α+2)) + Δ²·(3α − 2 − 2ε)/(2(α + 2))·x^(4α/(α+2))]
//!
//! per unit of length, x = m/M (R. Olshansky and D. B. Keck, Appl. Opt. 15, 483, 1976,
//! DOI 10.1364/AO.15.000483, with n/N = x²). The power in each group then gives the transfer function
//! of power, H(f) = Σ p_m·exp(−j2πf·L·(τ_m − τ̄)).
//!
//! Leaves out: mode coupling and differential mode attenuation, errors of the profile from a power
//! law, higher orders of Δ.

use super::super::single_mode::FiberError;
use crate::constants::SPEED_OF_LIGHT;
use crate::math::find_root;
use num_complex::Complex64;
use std::f64::consts::PI;

/// A core whose index falls by a power of the radius.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GradedIndexProfile {
    /// Radius a of the core, m.
    pub core_radius: f64,
    /// Refractive index n1 on the axis.
    pub core_index: f64,
    /// Group index N1 on the axis.
    pub group_index: f64,
    /// Relative difference of the index, Δ = (n1² − n2²)/(2n1²).
    pub index_difference: f64,
    /// Exponent α.
    pub exponent: f64,
    /// Profile dispersion ε = (2n1/N1)·(f/Δ)·dΔ/df, which moves the best exponent from near 2.
    pub profile_dispersion: f64,
}

/// How light is put into the modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Launch {
    /// The same power in every mode, as of a lamp.
    Overfilled,
    /// A near field of the intensity exp(−r²/w²) on the core's axis, w in m: the power of a mode of
    /// group m goes with −r^(1−α)·dI/dr at the radius r = a·x^(2/α) that the group reaches (Y. Daido and
    /// others, Appl. Opt. 18, 2207, 1979); for α = 2 it is exp(−x²a²/w²).
    Gaussian {
        /// Radius at 1/e of the intensity, m.
        radius: f64,
    },
}

/// Groups of modes with their delays and powers.
#[derive(Debug, Clone, PartialEq)]
pub struct ModeGroups {
    /// Delay of each group per unit of length, relative to the mean of the power, s/m.
    delays: Vec<f64>,
    /// Share of each in the power.
    powers: Vec<f64>,
}

impl GradedIndexProfile {
    /// Number of mode groups at a wavelength (m), not rounded.
    pub fn group_count(&self, wavelength: f64) -> f64 {
        let k = 2.0 * PI / wavelength;
        let alpha = self.exponent;
        self.core_index
            * k
            * self.core_radius
            * (alpha * self.index_difference / (alpha + 2.0)).sqrt()
    }

    /// Delay per unit of length (s/m) of the group at x = m/M, less that on the axis.
    pub fn delay(&self, x: f64) -> f64 {
        let (alpha, epsilon, delta) = (
            self.exponent,
            self.profile_dispersion,
            self.index_difference,
        );
        let first = (alpha - 2.0 - epsilon) / (alpha + 2.0);
        let second = (3.0 * alpha - 2.0 - 2.0 * epsilon) / (2.0 * (alpha + 2.0));
        let y = x.powf(2.0 * alpha / (alpha + 2.0));
        self.group_index / SPEED_OF_LIGHT * delta * y * (first + second * delta * y)
    }

    /// The exponent with the least rms delay for the same power in every mode, to first order in Δ:
    /// 2 + ε − Δ(4 + ε)(3 + ε)/(5 + 2ε) (Olshansky and Keck).
    pub fn best_exponent(index_difference: f64, profile_dispersion: f64) -> f64 {
        let e = profile_dispersion;
        2.0 + e - index_difference * (4.0 + e) * (3.0 + e) / (5.0 + 2.0 * e)
    }

    /// The mode groups at a wavelength (m) with the power a launch gives them.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where the fibre has no mode groups, or more than 10 000.
    pub fn mode_groups(&self, wavelength: f64, launch: Launch) -> Result<ModeGroups, FiberError> {
        let count = self.group_count(wavelength);
        if !(1.0..1e4).contains(&count) {
            return Err(FiberError::Quantity {
                quantity: "a number of mode groups",
                value: count,
                allowed: "1 to 10 000",
            });
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let last = count as usize;
        let alpha = self.exponent;
        let (delays, powers) = (1..=last)
            .map(|m| {
                let x = m as f64 / count;
                let per_mode = match launch {
                    Launch::Overfilled => 1.0,
                    Launch::Gaussian { radius } => {
                        let r = self.core_radius * x.powf(2.0 / alpha) / radius;
                        r.powf(2.0 - alpha) * (-r * r).exp()
                    }
                };
                (self.delay(x), m as f64 * per_mode)
            })
            .unzip();
        ModeGroups::new(delays, powers)
    }
}

impl ModeGroups {
    /// Groups with the delays per unit of length (s/m) and powers given, in any unit.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where a delay is not finite, a power is negative, or there is none.
    pub fn new(mut delays: Vec<f64>, mut powers: Vec<f64>) -> Result<Self, FiberError> {
        let bad = |quantity, value, allowed| {
            Err(FiberError::Quantity {
                quantity,
                value,
                allowed,
            })
        };
        if delays.len() != powers.len() {
            return bad(
                "a number of powers of mode groups",
                powers.len() as f64,
                "that of their delays",
            );
        }
        if let Some(delay) = delays.iter().find(|d| !d.is_finite()) {
            return bad("a mode group's delay (s/m)", *delay, "finite");
        }
        if let Some(power) = powers.iter().find(|p| !(p.is_finite() && **p >= 0.0)) {
            return bad("a mode group's power", *power, "zero or more");
        }
        let total: f64 = powers.iter().sum();
        if !(total > 0.0 && total.is_finite()) {
            return bad("the power of all mode groups", total, "above zero");
        }
        for power in &mut powers {
            *power /= total;
        }
        let mean: f64 = delays.iter().zip(&powers).map(|(d, p)| d * p).sum();
        for delay in &mut delays {
            *delay -= mean;
        }
        Ok(Self { delays, powers })
    }

    /// Delays per unit of length less their mean (s/m), and shares of the power.
    pub fn groups(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.delays.iter().copied().zip(self.powers.iter().copied())
    }

    /// Standard deviation of the delays per unit of length, weighted by power, s/m.
    pub fn deviation(&self) -> f64 {
        self.groups().map(|(d, p)| p * d * d).sum::<f64>().sqrt()
    }

    /// Transfer function of power at the product of frequency and length `product` (Hz·m).
    pub fn transfer(&self, product: f64) -> Complex64 {
        self.groups()
            .map(|(d, p)| Complex64::cis(-2.0 * PI * product * d) * p)
            .sum()
    }

    /// Effective modal bandwidth: the least product of frequency and length at which half of the
    /// modulation is left, Hz·m.
    ///
    /// # Errors
    /// [`FiberError::Quantity`] where there is none: groups of equal delay, or one group that holds
    /// most of the power.
    pub fn bandwidth_product(&self) -> Result<f64, FiberError> {
        const STEPS: usize = 4000;
        let none = FiberError::Quantity {
            quantity: "the deviation of the mode groups' delays (s/m)",
            value: self.deviation(),
            allowed: "large enough for half of the modulation to vanish",
        };
        let widest = self.delays.iter().fold(0.0f64, |w, d| w.max(d.abs()));
        if widest <= 0.0 {
            return Err(none);
        }
        // Steps much finer than the fastest change of the transfer function, up to where a Gaussian
        // would be far below one half.
        let step = 0.01 / widest;
        let excess = |product: f64| self.transfer(product).norm() - 0.5;
        let Some(after) = (1..STEPS)
            .map(|i| i as f64 * step)
            .find(|&product| excess(product) < 0.0)
        else {
            return Err(none);
        };
        find_root(
            |product| Ok::<_, std::convert::Infallible>(excess(product)),
            after - step,
            after,
            1e-9 * after,
            100,
        )
        .map(|root| root.x)
        .map_err(|_| none)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn profile(exponent: f64) -> GradedIndexProfile {
        GradedIndexProfile {
            core_radius: 25e-6,
            core_index: 1.467,
            group_index: 1.483,
            index_difference: 0.01,
            exponent,
            profile_dispersion: 0.0,
        }
    }

    #[test]
    fn the_best_exponent_is_where_the_delays_are_closest() {
        let best = GradedIndexProfile::best_exponent(0.01, 0.0);
        assert!((best - 1.976).abs() < 1e-12);
        let deviation = |exponent: f64| {
            profile(exponent)
                .mode_groups(850e-9, Launch::Overfilled)
                .unwrap()
                .deviation()
        };
        let at_best = deviation(best);
        assert!(deviation(best - 0.01) > at_best && deviation(best + 0.01) > at_best);
    }

    #[test]
    fn two_groups_interfere() {
        // cos(πfΔτ) = 1/2 at fΔτ = 1/3.
        let groups = ModeGroups::new(vec![0.0, 1e-12], vec![1.0, 1.0]).unwrap();
        let product = groups.bandwidth_product().unwrap();
        assert!((product * 1e-12 - 1.0 / 3.0).abs() < 1e-6, "{product}");
        assert!((groups.deviation() - 0.5e-12).abs() < 1e-24);
    }

    #[test]
    fn one_delay_has_no_bandwidth_and_nonsense_is_refused() {
        let one = ModeGroups::new(vec![1e-12; 3], vec![1.0; 3]).unwrap();
        assert!(one.bandwidth_product().is_err());
        assert!(ModeGroups::new(vec![0.0], vec![]).is_err());
        assert!(ModeGroups::new(vec![f64::NAN], vec![1.0]).is_err());
        assert!(ModeGroups::new(vec![0.0], vec![-1.0]).is_err());
        assert!(ModeGroups::new(vec![0.0], vec![0.0]).is_err());
        assert!(profile(2.0).mode_groups(1.0, Launch::Overfilled).is_err());
    }
}
