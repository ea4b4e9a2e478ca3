//! A redriver: a linear amplifier with peaking in the path of a voltage, without a decision.

use super::ctle::ContinuousTimeLinearEqualizer;
use super::error::{CopperError, positive, within};
use crate::signal::Response;
use crate::units::db_to_amplitude_ratio;

/// A redriver, or the linear driver of a modulator.
///
/// Its noise is white at its input. Then come gain, peaking and band limitation; the output saturates
/// last, sample by sample.
///
/// Leaves out: reflections at its ends (input and output are matched), distortion other than that of
/// the output stage (gain compression x/(1 + |x/x₀|⁶)^(1/6), C. Rapp, 2nd European Conference on
/// Satellite Communications, 1991, is symmetric and without memory), noise that the output adds, and
/// the time an automatic gain takes to settle. Outside Monte Carlo its noise passes what saturates, and a
/// modulator, to first order: it has to be small against their range.
#[derive(Debug, Clone, PartialEq)]
pub struct Redriver {
    /// What sets its gain.
    pub gain: RedriverGain,
    /// Peaking, with a gain of −peaking (dB) at 0 Hz.
    pub peaking: Option<ContinuousTimeLinearEqualizer>,
    /// Band limitation.
    pub response: Response,
    /// Input-referred differential voltage noise, white and one-sided, V²/Hz.
    pub noise: f64,
    /// Peak-to-peak output voltage up to which it is linear, V; None for always.
    pub linear_range: Option<f64>,
    /// Electrical power of one lane in one direction, W; None where it is not known.
    pub power: Option<f64>,
    /// Time from its input to its output, s.
    pub latency: f64,
}

/// What sets the gain of a redriver.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum RedriverGain {
    /// Voltage gain at 0 Hz, a ratio of amplitudes.
    Fixed(f64),
    /// An automatic gain that brings the outer levels of long runs to ± this voltage at the output, V.
    Automatic(f64),
}

impl Redriver {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a gain, range or amplitude that is not finite and positive,
    /// or a noise, power or latency that is negative or not finite.
    pub fn validate(&self) -> Result<(), CopperError> {
        match self.gain {
            RedriverGain::Fixed(gain) => positive("gain at 0 Hz", gain)?,
            RedriverGain::Automatic(amplitude) => positive("output amplitude in V", amplitude)?,
        };
        if let Some(range) = self.linear_range {
            positive("linear range in V", range)?;
        }
        if let Some(peaking) = self.peaking {
            peaking.validate()?;
        }
        for (name, value) in [
            ("noise in V²/Hz", self.noise),
            ("power in W", self.power.unwrap_or(0.0)),
            ("latency in s", self.latency),
        ] {
            within(
                name,
                value,
                "not negative and finite",
                value >= 0.0 && value.is_finite(),
            )?;
        }
        Ok(())
    }

    /// The frequency-independent factor beside peaking and band limitation that makes the gain at 0 Hz
    /// `gain`.
    pub fn factor(&self, gain: f64) -> f64 {
        let at_zero = self
            .peaking
            .map_or(1.0, |peaking| db_to_amplitude_ratio(peaking.dc_gain_db));
        gain / at_zero
    }

    /// Output of the last stage for an undistorted output voltage.
    pub fn saturated(range: f64, voltage: f64) -> f64 {
        let x = 2.0 * voltage / range;
        voltage / (1.0 + x.powi(6)).powf(1.0 / 6.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copper::ContinuousTimeLinearEqualizer as Ctle;

    fn redriver() -> Redriver {
        Redriver {
            gain: RedriverGain::Fixed(2.0),
            peaking: Some(Ctle::new(-6.0, 10e9, 20e9, 40e9, None).unwrap()),
            response: Response::Flat,
            noise: 1e-17,
            linear_range: Some(1.0),
            power: Some(0.1),
            latency: 1e-10,
        }
    }

    #[test]
    fn the_gain_is_that_at_zero_frequency_whatever_the_peaking() {
        let r = redriver();
        let peaking = r.peaking.unwrap();
        let gain = |f: f64| r.factor(2.0) * peaking.transfer(f).norm();
        assert!((gain(0.0) - 2.0).abs() < 1e-15);
        // Far above the zero 6 dB more, less what the poles take.
        let f = 15e9f64;
        let poles = (1.0 + (f / 20e9).powi(2)).sqrt() * (1.0 + (f / 40e9).powi(2)).sqrt();
        let lifted = 10f64.powf(-0.3).hypot(f / 10e9) / poles;
        assert!((gain(f) / (2.0 * 10f64.powf(0.3) * lifted) - 1.0).abs() < 1e-12);
    }

    #[test]
    fn the_output_keeps_small_voltages_and_ends_at_its_range() {
        assert!((Redriver::saturated(1.0, 1e-3) - 1e-3).abs() < 1e-18);
        assert!((Redriver::saturated(1.0, 1e3) - 0.5).abs() < 1e-6);
        assert!((Redriver::saturated(1.0, -0.5) + 0.5 / 2f64.powf(1.0 / 6.0)).abs() < 1e-15);
    }

    #[test]
    fn impossible_redrivers_are_refused() {
        for bad in [f64::NAN, f64::INFINITY, -1.0] {
            for change in [
                (|r: &mut Redriver, x: f64| r.gain = RedriverGain::Fixed(x))
                    as fn(&mut Redriver, f64),
                |r, x| r.gain = RedriverGain::Automatic(x),
                |r, x| r.noise = x,
                |r, x| r.linear_range = Some(x),
                |r, x| r.power = Some(x),
                |r, x| r.latency = x,
            ] {
                let mut r = redriver();
                assert!(r.validate().is_ok());
                change(&mut r, bad);
                assert!(r.validate().is_err(), "{r:?}");
            }
        }
    }
}
