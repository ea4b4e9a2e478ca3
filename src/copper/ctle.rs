//! Continuous-time linear equaliser, the peaking amplifier at the input of a receiver.

use num_complex::Complex64;

use super::error::{CopperError, positive, within};
use crate::units::db_to_amplitude_ratio;

/// Second, low-frequency stage of the equaliser, which flattens the slow rise of skin-effect loss:
/// (10^{g₂/20} + jf/f_LF)/(1 + jf/f_LF).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LowFrequencyStage {
    /// Gain at zero frequency g₂, dB (negative: attenuation).
    pub gain_db: f64,
    /// Corner frequency f_LF of zero and pole, Hz.
    pub corner: f64,
}

impl LowFrequencyStage {
    /// A stage from its gain at zero frequency in dB and its corner in Hz.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a gain that is not finite or a corner that is not
    /// finite and positive.
    pub fn new(gain_db: f64, corner: f64) -> Result<Self, CopperError> {
        let stage = Self { gain_db, corner };
        stage.validate()?;
        Ok(stage)
    }

    fn validate(&self) -> Result<(), CopperError> {
        finite("gain of the low-frequency stage in dB", self.gain_db)?;
        positive("corner of the low-frequency stage in Hz", self.corner)?;
        Ok(())
    }

    fn transfer(&self, frequency: f64) -> Complex64 {
        let x = frequency / self.corner;
        Complex64::new(db_to_amplitude_ratio(self.gain_db), x) / Complex64::new(1.0, x)
    }
}

/// One zero, two poles and an optional low-frequency stage, IEEE 802.3 equation 93A-22:
///
/// H(f) = (10^{g/20} + jf/f_z)/((1 + jf/f_p1)(1 + jf/f_p2)) · H_LF(f).
///
/// Its gain is 10^{g/20} at zero frequency (times that of the low-frequency stage) and 1, less the
/// effect of the poles, far above the zero.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ContinuousTimeLinearEqualizer {
    /// Gain at zero frequency g, dB (negative: the equaliser peaks by −g).
    pub dc_gain_db: f64,
    /// Zero frequency parameter f_z, Hz; the zero itself lies at 10^{g/20}·f_z.
    pub zero: f64,
    /// First pole f_p1, Hz.
    pub pole_1: f64,
    /// Second pole f_p2, Hz.
    pub pole_2: f64,
    /// Low-frequency stage, where the standard has one.
    pub low_frequency: Option<LowFrequencyStage>,
}

impl ContinuousTimeLinearEqualizer {
    /// An equaliser from its gain at zero frequency in dB, zero and poles in Hz.
    ///
    /// # Errors
    /// As [`ContinuousTimeLinearEqualizer::validate`].
    pub fn new(
        dc_gain_db: f64,
        zero: f64,
        pole_1: f64,
        pole_2: f64,
        low_frequency: Option<LowFrequencyStage>,
    ) -> Result<Self, CopperError> {
        let equalizer = Self {
            dc_gain_db,
            zero,
            pole_1,
            pole_2,
            low_frequency,
        };
        equalizer.validate()?;
        Ok(equalizer)
    }

    /// Checks the parameters.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a gain that is not finite, or a zero, pole or corner
    /// that is not finite and positive.
    pub fn validate(&self) -> Result<(), CopperError> {
        finite("gain at zero frequency in dB", self.dc_gain_db)?;
        positive("zero in Hz", self.zero)?;
        positive("first pole in Hz", self.pole_1)?;
        positive("second pole in Hz", self.pole_2)?;
        self.low_frequency.map_or(Ok(()), |stage| stage.validate())
    }

    /// Voltage transfer function at a frequency in Hz; the conjugate for a negative one.
    pub fn transfer(&self, frequency: f64) -> Complex64 {
        let numerator = Complex64::new(
            db_to_amplitude_ratio(self.dc_gain_db),
            frequency / self.zero,
        );
        let poles = Complex64::new(1.0, frequency / self.pole_1)
            * Complex64::new(1.0, frequency / self.pole_2);
        let peaking = numerator / poles;
        match self.low_frequency {
            Some(stage) => peaking * stage.transfer(frequency),
            None => peaking,
        }
    }
}

fn finite(name: &'static str, value: f64) -> Result<f64, CopperError> {
    within(name, value, "finite", value.is_finite())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reference() -> ContinuousTimeLinearEqualizer {
        ContinuousTimeLinearEqualizer::new(-5.0, 6e9, 15e9, 30e9, None).unwrap()
    }

    #[test]
    fn transfer_agrees_with_the_official_com_code() {
        // Results of the official COM code of IEEE 802.3 under Octave, published with the
        // FD_CTLE test of SiCoPR (https://github.com/tbermen/SiCoPR, BSD-3-Clause).
        for (ghz, re, im) in [
            (0.0, 0.562_341_325_190_349_1, 0.0),
            (1.0, 0.574_563_487_740_809_3, 0.109_453_547_999_250_7),
            (20.0, 1.677_110_990_543_732_7, -0.187_997_829_787_189_3),
            (53.125, 0.786_833_019_478_440_9, -0.886_642_832_338_538),
            (120.0, 0.201_418_478_659_818_3, -0.567_192_846_970_393),
        ] {
            let h = reference().transfer(ghz * 1e9);
            let error = (h - Complex64::new(re, im)).norm();
            assert!(error < 1e-13, "{ghz} GHz: {h}, off by {error:e}");
        }
    }

    #[test]
    fn low_frequency_stage_acts_below_its_corner_only() {
        let stage = LowFrequencyStage::new(-3.0, 0.66e9).unwrap();
        let with = ContinuousTimeLinearEqualizer {
            low_frequency: Some(stage),
            ..reference()
        };
        let ratio = |f: f64| (with.transfer(f) / reference().transfer(f)).norm();
        assert!((ratio(0.0) - 10f64.powf(-0.15)).abs() < 1e-15);
        // At the corner |g + j|/|1 + j|.
        let corner = f64::midpoint(10f64.powf(-0.3), 1.0).sqrt();
        assert!((ratio(0.66e9) - corner).abs() < 1e-15);
        assert!((ratio(66e9) - 1.0).abs() < 1e-4);
    }

    #[test]
    fn zero_decibel_with_coincident_zero_and_pole_is_a_single_pole() {
        let flat = ContinuousTimeLinearEqualizer::new(0.0, 10e9, 10e9, 40e9, None).unwrap();
        let h = flat.transfer(40e9);
        assert!((h - Complex64::new(0.5, -0.5)).norm() < 1e-15);
        assert!((flat.transfer(-40e9) - h.conj()).norm() < 1e-15);
    }

    #[test]
    fn impossible_equalizers_are_refused() {
        for bad in [0.0, -1e9, f64::NAN, f64::INFINITY] {
            assert!(ContinuousTimeLinearEqualizer::new(-5.0, bad, 1e9, 1e9, None).is_err());
            assert!(ContinuousTimeLinearEqualizer::new(-5.0, 1e9, bad, 1e9, None).is_err());
            assert!(ContinuousTimeLinearEqualizer::new(-5.0, 1e9, 1e9, bad, None).is_err());
            assert!(LowFrequencyStage::new(-3.0, bad).is_err());
            let stage = LowFrequencyStage {
                gain_db: -3.0,
                corner: bad,
            };
            assert!(ContinuousTimeLinearEqualizer::new(-5.0, 1e9, 1e9, 1e9, Some(stage)).is_err());
        }
        assert!(ContinuousTimeLinearEqualizer::new(f64::NAN, 1e9, 1e9, 1e9, None).is_err());
        assert!(LowFrequencyStage::new(f64::INFINITY, 1e9).is_err());
    }
}
