//! Erbium-doped fibre amplifier.

use super::error::{AmplifierError, require};
use super::spontaneous_emission::{NoiseFigureDefinition, SpontaneousEmission};
use crate::math::{RootError, find_root};
use std::convert::Infallible;
use std::f64::consts::LN_2;

/// An erbium-doped fibre amplifier: gain, saturation, noise figure.
///
/// The gain under load solves G = G0·exp(−(G − 1)·P_in/P_s), with P_s the saturation power of the
/// doped fibre: the single-channel form of A. A. M. Saleh, R. M. Jopson, J. D. Evankow and
/// J. Aspell, IEEE Photonics Technol. Lett. 2(10), 714 (1990) (ln G falls by the
/// photons taken out, whatever the distribution along the fibre). P_s follows from the output power
/// at which the gain has halved, P_s = P_3dB·(G0 − 2)/(G0·ln 2).
///
/// Leaves out: the shape of the gain over wavelength (all channels together saturate it as one),
/// saturation by its own noise, a noise figure that rises under load, and gain dynamics: the lifetime
/// of erbium, about 10 ms, makes the gain follow the average power only.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ErbiumAmplifier {
    /// Power gain without load, as a ratio.
    pub small_signal_gain: f64,
    /// Output power at which the gain is half the small-signal gain, W; `None` keeps the gain.
    pub output_saturation_power: Option<f64>,
    /// Noise figure, as a ratio.
    pub noise_figure: f64,
    /// What the noise figure counts.
    pub definition: NoiseFigureDefinition,
}

impl ErbiumAmplifier {
    /// Checks that every quantity is physical.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] names the first that is not.
    pub fn check(&self) -> Result<(), AmplifierError> {
        let gain = self.small_signal_gain;
        require("a small-signal gain", gain, "one or more", gain >= 1.0)?;
        require(
            "a noise figure",
            self.noise_figure,
            "above zero",
            self.noise_figure > 0.0,
        )?;
        if let Some(power) = self.output_saturation_power {
            require(
                "an output saturation power (W)",
                power,
                "above zero",
                power > 0.0,
            )?;
            require(
                "a small-signal gain of a saturating amplifier",
                gain,
                "above 2: its saturation power is where the gain has halved",
                gain > 2.0,
            )?;
        }
        Ok(())
    }

    /// Power gain under an average input power of `input_power` in W, of all channels together.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] where a quantity is not physical.
    pub fn gain(&self, input_power: f64) -> Result<f64, AmplifierError> {
        self.check()?;
        require(
            "an input power (W)",
            input_power,
            "zero or more",
            input_power >= 0.0,
        )?;
        let unloaded = self.small_signal_gain;
        let Some(half) = self.output_saturation_power else {
            return Ok(unloaded);
        };
        let saturation_power = half * (unloaded - 2.0) / (unloaded * LN_2);
        let load = input_power / saturation_power;
        // In g = ln G the equation is g + (eᵍ − 1)·load = ln G0: it rises, from below zero at g = 0
        // to above zero at g = ln G0.
        let top = unloaded.ln();
        let excess = |g: f64| Ok::<_, Infallible>(g - top + g.exp_m1() * load);
        match find_root(excess, 0.0, top, 0.0, 500) {
            Ok(root) => Ok(root.x.exp()),
            Err(RootError::TooManyEvaluations { low, .. }) => Ok(low.exp()),
            Err(_) => Err(AmplifierError::Quantity {
                quantity: "an input power (W)",
                value: input_power,
                allowed: "one the saturation equation can be solved for",
            }),
        }
    }

    /// The noise at the output under an average input power of `input_power` in W, around the
    /// optical frequency `frequency` in Hz.
    ///
    /// # Errors
    /// As [`gain`](Self::gain) and [`SpontaneousEmission::from_noise_figure`].
    pub fn spontaneous_emission(
        &self,
        input_power: f64,
        frequency: f64,
    ) -> Result<SpontaneousEmission, AmplifierError> {
        SpontaneousEmission::from_noise_figure(
            self.gain(input_power)?,
            self.noise_figure,
            self.definition,
            frequency,
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::{db_to_power_ratio, dbm_to_watt, power_ratio_to_db};

    fn amplifier() -> ErbiumAmplifier {
        ErbiumAmplifier {
            small_signal_gain: 100.0,
            output_saturation_power: Some(dbm_to_watt(17.0)),
            noise_figure: db_to_power_ratio(5.0),
            definition: NoiseFigureDefinition::WithShotNoise,
        }
    }

    #[test]
    fn the_gain_has_halved_at_the_saturation_power() {
        let input = dbm_to_watt(17.0) / 50.0;
        assert!((amplifier().gain(input).unwrap() - 50.0).abs() < 1e-11);
    }

    #[test]
    fn the_gain_falls_from_its_small_signal_value_to_one() {
        let mut last = 100.0 + 1e-9;
        assert!((amplifier().gain(0.0).unwrap() - 100.0).abs() < 1e-11);
        for dbm in -60..=70 {
            let gain = amplifier().gain(dbm_to_watt(f64::from(dbm))).unwrap();
            assert!(gain < last && gain >= 1.0, "{dbm} dBm: {gain}");
            last = gain;
        }
        assert!(last < 1.001, "{last}");
        let constant = ErbiumAmplifier {
            output_saturation_power: None,
            ..amplifier()
        };
        assert!((power_ratio_to_db(constant.gain(1.0).unwrap()) - 20.0).abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in [
            ErbiumAmplifier {
                small_signal_gain: 0.5,
                ..amplifier()
            },
            ErbiumAmplifier {
                small_signal_gain: 1.5,
                ..amplifier()
            },
            ErbiumAmplifier {
                noise_figure: f64::NAN,
                ..amplifier()
            },
            ErbiumAmplifier {
                output_saturation_power: Some(0.0),
                ..amplifier()
            },
        ] {
            assert!(bad.gain(1e-3).is_err(), "{bad:?}");
        }
        assert!(amplifier().gain(-1.0).is_err());
        assert!(amplifier().gain(f64::INFINITY).is_err());
    }
}
