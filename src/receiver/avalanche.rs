//! Multiplication in an avalanche photodiode, and its noise.

use crate::constants::ELEMENTARY_CHARGE;
use crate::math::find_root;
use std::convert::Infallible;

/// Multiplication of a photocurrent by impact ionisation.
///
/// A primary current I becomes M·I with the one-sided noise density 2q·M²·F·I, where the excess noise
/// factor is F = k·M + (1 − k)(2 − 1/M) for carriers of the more ionising kind that enter a thick
/// multiplication region (R. J. McIntyre, IEEE Trans. Electron Devices 13(1), 164, 1966,
/// DOI 10.1109/T-ED.1966.15651). The build-up of the avalanche limits the bandwidth to the
/// gain–bandwidth product over M, a pole on the current and its noise alike (R. B. Emmons, J. Appl. Phys.
/// 38, 3705, 1967, DOI 10.1063/1.1710199).
///
/// Leaves out: that noise being skewed (it counts as Gaussian), the dead space of thin multiplication
/// regions, which lowers F, gain that falls at high power, and its change with temperature and voltage.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AvalancheMultiplication {
    /// Multiplication M, one or more.
    pub gain: f64,
    /// Ratio k of the ionisation coefficients of the two kinds of carriers, 0–1.
    pub ionization_ratio: f64,
    /// Dark current that is multiplied, in front of the multiplication, A.
    pub primary_dark_current: f64,
    /// Product of gain and −3 dB bandwidth of the avalanche, Hz; None for an unlimited one.
    pub gain_bandwidth_product: Option<f64>,
}

impl AvalancheMultiplication {
    /// Says what cannot be; None where all is physical.
    pub fn fault(&self) -> Option<String> {
        let checks = [
            (
                self.gain.is_finite() && self.gain >= 1.0,
                "an avalanche gain",
                self.gain,
                "it is one or more",
            ),
            (
                (0.0..=1.0).contains(&self.ionization_ratio),
                "an ionisation ratio",
                self.ionization_ratio,
                "it is 0 to 1",
            ),
            (
                self.primary_dark_current.is_finite() && self.primary_dark_current >= 0.0,
                "a primary dark current (A)",
                self.primary_dark_current,
                "it is zero or more",
            ),
            (
                self.gain_bandwidth_product
                    .is_none_or(|p| p.is_finite() && p > 0.0),
                "a gain–bandwidth product (Hz)",
                self.gain_bandwidth_product.unwrap_or(f64::NAN),
                "it is above zero",
            ),
        ];
        checks
            .iter()
            .find(|check| !check.0)
            .map(|(_, what, value, allowed)| format!("{what} of {value} cannot be: {allowed}"))
    }

    /// Excess noise factor F.
    pub fn excess_noise_factor(&self) -> f64 {
        let k = self.ionization_ratio;
        k * self.gain + (1.0 - k) * (2.0 - 1.0 / self.gain)
    }

    /// −3 dB bandwidth of the avalanche, Hz; None for an unlimited one.
    pub fn bandwidth(&self) -> Option<f64> {
        self.gain_bandwidth_product
            .map(|product| product / self.gain)
    }

    /// The gain at which the ratio of a constant primary current `current` (A, dark current included) to
    /// its noise and that of an amplifier of one-sided density `density` (A²/Hz) is greatest:
    /// k·M³ + (1 − k)·M = S/(q·I) (G. P. Agrawal, Fiber-Optic Communication Systems, 4th ed., section
    /// 4.4.3, with S for 4k_BTF_n/R_L); 1 where multiplication does not pay. None where k, I and S leave
    /// no end to it.
    ///
    /// Of a receiver whose levels carry different noise it is the optimum of the one level alone.
    pub fn optimum_gain(ionization_ratio: f64, current: f64, density: f64) -> Option<f64> {
        let k = ionization_ratio;
        let ratio = density / (ELEMENTARY_CHARGE * current);
        if !(ratio.is_finite() && ratio >= 0.0 && (0.0..=1.0).contains(&k)) {
            return None;
        }
        // Either term alone reaches the ratio no earlier than both.
        let top = if k > 0.0 { (ratio / k).cbrt() } else { ratio };
        let excess = |m: f64| Ok::<_, Infallible>(k * m.powi(3) + (1.0 - k) * m - ratio);
        let root = find_root(excess, 0.0, top.max(1.0), 0.0, 500).ok()?;
        Some(root.x.max(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AVALANCHE: AvalancheMultiplication = AvalancheMultiplication {
        gain: 10.0,
        ionization_ratio: 0.2,
        primary_dark_current: 5e-9,
        gain_bandwidth_product: Some(200e9),
    };

    #[test]
    fn the_noise_factor_has_its_limits() {
        let factor = |gain, ionization_ratio| {
            AvalancheMultiplication {
                gain,
                ionization_ratio,
                ..AVALANCHE
            }
            .excess_noise_factor()
        };
        // No multiplication, none of its noise; carriers of both kinds alike: F = M; of one: below 2.
        assert!((factor(1.0, 0.3) - 1.0).abs() < 1e-15);
        assert!((factor(7.0, 1.0) - 7.0).abs() < 1e-15);
        assert!((factor(10.0, 0.0) - 1.9).abs() < 1e-15);
        assert!((factor(10.0, 0.2) - 3.52).abs() < 1e-14);
        assert_eq!(AVALANCHE.bandwidth(), Some(20e9));
    }

    #[test]
    fn the_optimum_gain_is_the_best_of_its_neighbours() {
        let (current, density) = (1e-6, 4e-22);
        for k in [0.0, 0.02, 0.4, 1.0] {
            let noise = |gain: f64| {
                let factor = AvalancheMultiplication {
                    gain,
                    ionization_ratio: k,
                    ..AVALANCHE
                }
                .excess_noise_factor();
                2.0 * ELEMENTARY_CHARGE * factor * current + density / (gain * gain)
            };
            let best = AvalancheMultiplication::optimum_gain(k, current, density).unwrap();
            assert!(best > 1.0);
            assert!(noise(best) < noise(1.01 * best) && noise(best) < noise(0.99 * best));
        }
        let none = AvalancheMultiplication::optimum_gain(0.3, 1.0, 1e-24).unwrap();
        assert!((none - 1.0).abs() < 1e-15);
        assert!(AvalancheMultiplication::optimum_gain(0.3, 0.0, 1e-24).is_none());
        assert!(AvalancheMultiplication::optimum_gain(f64::NAN, 1e-6, 1e-24).is_none());
    }

    #[test]
    fn what_cannot_be_is_said() {
        assert_eq!(AVALANCHE.fault(), None);
        let faults = [
            AvalancheMultiplication {
                gain: 0.5,
                ..AVALANCHE
            },
            AvalancheMultiplication {
                gain: f64::NAN,
                ..AVALANCHE
            },
            AvalancheMultiplication {
                ionization_ratio: 1.5,
                ..AVALANCHE
            },
            AvalancheMultiplication {
                primary_dark_current: -1.0,
                ..AVALANCHE
            },
            AvalancheMultiplication {
                gain_bandwidth_product: Some(0.0),
                ..AVALANCHE
            },
        ];
        for fault in faults {
            assert!(fault.fault().unwrap().contains("cannot be"));
        }
    }
}
