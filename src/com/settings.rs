//! Everything a channel operating margin is computed with, in SI units.

use super::error::{ComError, within};
use super::feedback::Feedback;
use super::mmse::MmseSettings;
use super::window::EyeWindow;
use crate::copper::{ContinuousTimeLinearEqualizer, Device, LowFrequencyStage};

/// Least detector error ratio that densities tell.
pub const LEAST_ERROR_RATIO: f64 = 1e-12;

/// The analogue equaliser of the receiver and the gains it can be set to (93A-22; 178A.1.6).
#[derive(Debug, Clone, PartialEq)]
pub struct CtleSettings {
    /// f_z, Hz.
    pub zero: f64,
    /// f_p1, Hz.
    pub pole_1: f64,
    /// f_p2, Hz.
    pub pole_2: f64,
    /// f_LF, corner of the low-frequency stage, Hz; none without one.
    pub low_frequency: Option<f64>,
    /// g_DC it can be set to, dB.
    pub gains_db: Vec<f64>,
    /// g_DC2 it can be set to, dB.
    pub low_frequency_gains_db: Vec<f64>,
}

/// A tap of the transmitter's equaliser besides the main one, and the values it can be set to.
#[derive(Debug, Clone, PartialEq)]
pub struct TransmitTap {
    /// Symbols behind the main tap; negative before it.
    pub place: i32,
    /// Its values.
    pub values: Vec<f64>,
}

/// Quantiser of the receiver (178A.1.7.6).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Quantizer {
    /// N_qb, effective number of bits.
    pub bits: f64,
    /// P_qc, probability of clipping.
    pub clipping: f64,
}

/// How the receiver's digital part finds its taps and its sampling phase.
#[derive(Debug, Clone, PartialEq)]
pub enum Receiver {
    /// Decision feedback alone, sampled where h(−1) = h(1) − b₁h(0) (93A-25).
    DecisionFeedback(Feedback),
    /// Feed-forward and feedback taps of least mean-square error at the best phase within half a symbol
    /// of the peak (178A.1.8).
    MinimumMeanSquareError(MmseSettings),
}

/// How a channel goes on above its highest frequency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum BeyondData {
    /// Loss in dB and phase go on as the straight lines of the upper fifth of the data.
    #[default]
    Continued,
    /// As in the COM reference code's default policy: the magnitude, packages and filters included,
    /// goes straight to where the line of the upper half of the data ends at half the sampling rate,
    /// at least 2.2e-16. Data that end below the symbol rate get an echo-free but nearly constant
    /// magnitude above.
    ReferenceCode,
}

/// Settings of a channel operating margin.
#[derive(Debug, Clone, PartialEq)]
pub struct Settings {
    /// f_b, Bd.
    pub symbol_rate: f64,
    /// L.
    pub levels: usize,
    /// M, samples per symbol.
    pub samples_per_symbol: usize,
    /// DER₀, detector error ratio.
    pub detector_error_ratio: f64,
    /// R₀ of one leg, Ω.
    pub resistance: f64,
    /// Transmitter of the through path and of far-end aggressors.
    pub transmitter: Device,
    /// Transmitter of near-end aggressors, which stand in the receiver's box.
    pub near_end_transmitter: Device,
    /// Receiver.
    pub receiver_device: Device,
    /// A_v, V.
    pub amplitude: f64,
    /// A_fe, V.
    pub far_end_amplitude: f64,
    /// A_ne, V.
    pub near_end_amplitude: f64,
    /// R_LM.
    pub level_separation: f64,
    /// T_r, 20 % to 80 %, s, of every transmitter: that near-end aggressors may have another, as at the
    /// two ends of a chip-to-module link, is left out.
    pub transition_time: f64,
    /// SNR_TX, dB.
    pub transmitter_snr_db: f64,
    /// A_DD, half of the distance between the positions of dual-Dirac jitter, UI.
    pub dual_dirac_jitter: f64,
    /// σ_RJ, UI.
    pub random_jitter: f64,
    /// η₀, one-sided, V²/Hz.
    pub noise_density: f64,
    /// f_r, Hz.
    pub receiver_bandwidth: f64,
    /// Analogue equaliser.
    pub ctle: CtleSettings,
    /// Taps of the transmitter; the main one is what they leave of one.
    pub transmit_taps: Vec<TransmitTap>,
    /// Least main tap of the transmitter.
    pub least_main_tap: f64,
    /// Digital part of the receiver.
    pub receiver: Receiver,
    /// Quantiser; none in Annex 93A.
    pub quantizer: Option<Quantizer>,
    /// ΔCOM_an in dB where the receiver detects sequences (178A.1.10), none where it decides symbol by
    /// symbol.
    pub sequence_detection: Option<f64>,
    /// Window of time over which the eye is judged, with chips to modules.
    pub eye_window: Option<EyeWindow>,
    /// How channels go on above their data.
    pub beyond_data: BeyondData,
}

/// One setting of the equalisers that are searched.
#[derive(Debug, Clone, PartialEq)]
pub struct EqualizerSetting {
    /// g_DC, dB.
    pub gain_db: f64,
    /// g_DC2, dB.
    pub low_frequency_gain_db: f64,
    /// Value of each transmit tap besides the main one, in the order of the settings.
    pub transmit: Vec<f64>,
}

impl Settings {
    /// σ_X².
    pub fn symbol_variance(&self) -> f64 {
        super::mmse::symbol_variance(self.levels)
    }

    /// Refuses settings that cannot be.
    ///
    /// # Errors
    /// [`ComError::Setting`].
    pub fn validate(&self) -> Result<(), ComError> {
        within("symbol rate in Bd", self.symbol_rate, 1e6, 1e13)?;
        within("number of levels L", self.levels as f64, 2.0, 16.0)?;
        within(
            "number of samples M",
            self.samples_per_symbol as f64,
            4.0,
            256.0,
        )?;
        if self.detector_error_ratio < LEAST_ERROR_RATIO {
            return Err(ComError::Setting(format!(
                "a detector error ratio DER₀ of {} is less than densities tell: {LEAST_ERROR_RATIO} to 0.5 \
                 are allowed, since transforms round them at 1e-17 a bin",
                self.detector_error_ratio
            )));
        }
        within(
            "detector error ratio DER₀",
            self.detector_error_ratio,
            LEAST_ERROR_RATIO,
            0.5,
        )?;
        within("reference resistance R₀ in Ω", self.resistance, 1.0, 1e4)?;
        within("amplitude A_v in V", self.amplitude, 1e-6, 100.0)?;
        within("amplitude A_fe in V", self.far_end_amplitude, 0.0, 100.0)?;
        within("amplitude A_ne in V", self.near_end_amplitude, 0.0, 100.0)?;
        within("level separation R_LM", self.level_separation, 0.1, 1.0)?;
        within("transition time T_r in s", self.transition_time, 0.0, 1e-6)?;
        within(
            "signal-to-noise ratio SNR_TX in dB",
            self.transmitter_snr_db,
            0.0,
            200.0,
        )?;
        within("jitter A_DD in UI", self.dual_dirac_jitter, 0.0, 0.5)?;
        within("jitter σ_RJ in UI", self.random_jitter, 0.0, 0.5)?;
        within("noise density η₀ in V²/Hz", self.noise_density, 0.0, 1.0)?;
        within(
            "receiver bandwidth f_r in Hz",
            self.receiver_bandwidth,
            1e6,
            1e14,
        )?;
        within("least main tap c(0)", self.least_main_tap, 0.0, 1.0)?;
        for device in [
            &self.transmitter,
            &self.near_end_transmitter,
            &self.receiver_device,
        ] {
            device
                .validate()
                .map_err(|error| ComError::Setting(error.to_string()))?;
        }
        let ctle = &self.ctle;
        for (name, list) in [
            ("gains g_DC", &ctle.gains_db),
            ("gains g_DC2", &ctle.low_frequency_gains_db),
        ] {
            if list.is_empty() {
                return Err(ComError::Setting(format!("the list of {name} is empty")));
            }
            for gain in list {
                within("gain of the analogue equaliser in dB", *gain, -60.0, 20.0)?;
            }
        }
        self.ctle_at(0.0, 0.0)?;
        for tap in &self.transmit_taps {
            if tap.place == 0 || tap.values.is_empty() {
                return Err(ComError::Setting(format!(
                    "the transmit tap at {} needs values and a place besides the main one",
                    tap.place
                )));
            }
            for value in &tap.values {
                within("transmit tap", *value, -1.0, 1.0)?;
            }
        }
        if let Some(window) = self.eye_window {
            window.validate()?;
        }
        if let Receiver::DecisionFeedback(feedback) = &self.receiver {
            feedback.validate()?;
        }
        if let Some(quantizer) = self.quantizer {
            within("number of bits N_qb", quantizer.bits, 1.0, 24.0)?;
            within("clipping probability P_qc", quantizer.clipping, 1e-15, 0.5)?;
        }
        if let Some(penalty) = self.sequence_detection {
            within("penalty ΔCOM_an in dB", penalty, 0.0, 20.0)?;
        }
        Ok(())
    }

    /// The analogue equaliser at a setting.
    ///
    /// # Errors
    /// [`ComError::Setting`] for a zero or pole that cannot be.
    pub fn ctle_at(
        &self,
        gain_db: f64,
        low_frequency_gain_db: f64,
    ) -> Result<ContinuousTimeLinearEqualizer, ComError> {
        let failed = |error: crate::copper::CopperError| ComError::Setting(error.to_string());
        let low = match self.ctle.low_frequency {
            Some(corner) => {
                Some(LowFrequencyStage::new(low_frequency_gain_db, corner).map_err(failed)?)
            }
            None => None,
        };
        let ctle = &self.ctle;
        ContinuousTimeLinearEqualizer::new(gain_db, ctle.zero, ctle.pole_1, ctle.pole_2, low)
            .map_err(failed)
    }

    /// Main tap the others leave of one.
    pub fn main_tap(&self, transmit: &[f64]) -> f64 {
        1.0 - transmit.iter().map(|c| c.abs()).sum::<f64>()
    }

    /// How many settings the equalisers have, those with too small a main tap included.
    pub fn combinations(&self) -> f64 {
        let taps: f64 = self
            .transmit_taps
            .iter()
            .map(|tap| tap.values.len() as f64)
            .product();
        taps * self.ctle.gains_db.len() as f64 * self.ctle.low_frequency_gains_db.len() as f64
    }
}
