//! The power budget of the IEEE 802.3ae 10 Gigabit Ethernet link model, in closed form.
//!
//! Source: the spreadsheet 10GEPBud3_1_16a.xls (D. Hanson, D. Cunningham, P. Dawe, D. Dolfi, 31
//! October 2001), kept with its equations as `10GbE_inputs.xlsx` and `T11-2016-013v0.pdf` in the
//! repository Belden-Montreal/Fiber-Python-Code on GitHub, commit 95c31158. Its constants are
//! written here as it rounds them. Everything is Gaussian: the eye at its centre is that of an
//! isolated bit between two others behind a 10–90 % transition time T_c.
//!
//! Leaves out what the spreadsheet has on other pages: the eye's corners and the stressed receiver.

use crate::math::{RootError, find_root};
use crate::units::{db_to_power_ratio, power_ratio_to_db, watt_to_dbm};
use libm::erf;

/// Optical bandwidth times 10–90 % rise time of a Gaussian fibre.
const FIBER_RISE: f64 = 0.48;
/// Bandwidth times 10–90 % rise time of the receiver.
const RECEIVER_RISE: f64 = 0.329;
/// 10–90 % over 20–80 % rise time.
const TEN_TO_TWENTY: f64 = 1.518;
/// Argument of the error function per ratio of bit period to √8·T_c.
const EYE: f64 = 2.563;
/// Bandwidth times standard deviation of a Gaussian impulse response.
const GAUSSIAN: f64 = 0.187;

/// Why a budget has no result.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum LinkBudgetError {
    /// A quantity outside what is physical.
    #[error("{quantity} of {value} cannot be: {allowed}")]
    Quantity {
        /// Which one.
        quantity: &'static str,
        /// The value given.
        value: f64,
        /// What is allowed.
        allowed: &'static str,
    },
    /// The eye is closed, or a noise alone exceeds what the quality asks for.
    #[error("no power is enough: {0}")]
    Closed(&'static str),
    /// The margin does not vanish up to the longest length tried.
    #[error("the margin is still {margin_db:.2} dB at {length:.0} m")]
    NoEnd {
        /// Margin there, dB.
        margin_db: f64,
        /// Longest length tried, m.
        length: f64,
    },
}

/// Bandwidth of the fibre's modes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BudgetBandwidth {
    /// Effective modal bandwidth of multimode fibre, Hz·m.
    Modal(f64),
    /// Largest differential group delay (s) at a length (m) of single-mode fibre; the bandwidth is
    /// 1/(3·delay) there and falls with the length.
    PolarisationMode {
        /// Delay, s.
        delay: f64,
        /// Length, m.
        length: f64,
    },
}

/// A link of the 10 Gigabit Ethernet link model, in SI units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkBudget {
    /// Half the eye's height over the noise's deviation that is asked for; 7.037 in the spreadsheet.
    pub quality: f64,
    /// Bits per second.
    pub bit_rate: f64,
    /// Optical modulation amplitude at the transmitter, W.
    pub modulation_amplitude: f64,
    /// Wavelength, m.
    pub wavelength: f64,
    /// Root-mean-square spectral width of the laser, m.
    pub spectral_width: f64,
    /// 20–80 % rise time of the transmitter, s.
    pub rise_time: f64,
    /// Extinction ratio, a ratio of powers; only reflections ask for it.
    pub extinction_ratio: f64,
    /// Relative intensity noise over the modulation amplitude (RIN_OMA), 1/Hz.
    pub intensity_noise: f64,
    /// Deterministic jitter, duty-cycle distortion included, s.
    pub deterministic_jitter: f64,
    /// Duty-cycle distortion, s.
    pub duty_cycle_distortion: f64,
    /// Mode-partition coefficient k, 0–1.
    pub mode_partition: f64,
    /// Reflectance of the transmitter, a ratio of powers.
    pub transmitter_reflectance: f64,
    /// Length, m.
    pub length: f64,
    /// Attenuation of the cable over that of the model's curve: dB/km at 850 nm over 3.5, or at
    /// 1310 nm over 1.4846.
    pub attenuation_scale: f64,
    /// Zero-dispersion wavelength, m.
    pub zero_dispersion_wavelength: f64,
    /// Dispersion slope there, s/m³.
    pub zero_dispersion_slope: f64,
    /// Bandwidth of the fibre's modes.
    pub bandwidth: BudgetBandwidth,
    /// Penalty of modal noise, dB.
    pub modal_noise_penalty_db: f64,
    /// Loss of connectors and splices, dB.
    pub connector_loss_db: f64,
    /// Factor of reflection noise; 0 for none.
    pub reflection_factor: f64,
    /// Reflectance of the receiver, a ratio of powers.
    pub receiver_reflectance: f64,
    /// Sensitivity of the receiver, optical modulation amplitude in W.
    pub sensitivity: f64,
    /// −3 dB bandwidth of the receiver, Hz.
    pub receiver_bandwidth: f64,
    /// Deviation of the baseline's wander over half the eye's height.
    pub baseline_wander: f64,
    /// Width of the receiver's decision window, nominal unit intervals.
    pub decision_window: f64,
}

/// The terms of a budget, dB but for the transition time.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LinkPenalties {
    /// 10–90 % transition time at the receiver's output, s.
    pub transition_time: f64,
    /// Attenuation of the fibre.
    pub attenuation: f64,
    /// Intersymbol interference at the eye's centre.
    pub intersymbol_interference: f64,
    /// Deterministic jitter.
    pub deterministic_jitter: f64,
    /// Reflections.
    pub reflections: f64,
    /// Mode-partition noise.
    pub mode_partition: f64,
    /// Deviation of mode-partition noise over half the eye's height.
    pub mode_partition_deviation: f64,
    /// Relative intensity noise.
    pub intensity_noise: f64,
    /// Modal noise.
    pub modal_noise: f64,
    /// Baseline wander, which the sensitivity holds already: not in the total.
    pub baseline_wander: f64,
    /// What the terms cost together beyond their sum.
    pub cross: f64,
    /// All of these but the baseline's wander.
    pub total: f64,
    /// What is left of the power.
    pub margin: f64,
}

impl LinkBudget {
    /// The terms of the budget.
    ///
    /// # Errors
    /// [`LinkBudgetError`] where a quantity cannot be, or no power opens the eye.
    pub fn penalties(&self) -> Result<LinkPenalties, LinkBudgetError> {
        self.check()?;
        let rate = (self.bit_rate.recip() - self.duty_cycle_distortion).recip();
        let period = rate.recip();
        let attenuation = self.attenuation_db_per_m() * self.length;
        let (chromatic, modal) = self.inverse_bandwidths();
        let receiver_rise = RECEIVER_RISE / self.receiver_bandwidth;
        let transition_time = (FIBER_RISE.powi(2) * (chromatic.powi(2) + modal.powi(2))
            + (TEN_TO_TWENTY * self.rise_time).powi(2)
            + receiver_rise.powi(2))
        .sqrt();
        let opening = |transition: f64, shift: f64| {
            let a = EYE * period / (8f64.sqrt() * transition);
            erf(a * (1.0 + shift)) + erf(a * (1.0 - shift)) - 1.0
        };
        let undisturbed = opening(transition_time, 0.0);
        let jitter = (self.deterministic_jitter - self.duty_cycle_distortion) * rate;
        let eye = opening(transition_time, jitter);
        if undisturbed.min(eye) <= 0.0 {
            return Err(LinkBudgetError::Closed("the eye is closed"));
        }
        let intersymbol_interference = -power_ratio_to_db(undisturbed);
        let deterministic_jitter = -power_ratio_to_db(eye) - intersymbol_interference;
        let reflected = self.reflected(eye, attenuation);
        if reflected <= 0.0 {
            return Err(LinkBudgetError::Closed("reflections close the eye"));
        }
        let eye = eye * reflected;
        let quality = self.quality.powi(2);
        let alone = |variance: f64, what: &'static str| {
            let left = 1.0 - quality * variance;
            if left > 0.0 {
                Ok(-0.5 * power_ratio_to_db(left))
            } else {
                Err(LinkBudgetError::Closed(what))
            }
        };
        let partition = self.mode_partition_deviation(rate);
        let intensity = 0.7 * self.intensity_noise
            / (chromatic.powi(2) + modal.powi(2) + 0.477 / self.receiver_bandwidth.powi(2)).sqrt();
        let modal_noise = (1.0 - db_to_power_ratio(-2.0 * self.modal_noise_penalty_db)) / quality;
        let window = self.decision_window * rate / self.bit_rate;
        let wander = self.baseline_wander.powi(2);
        let baseline_wander = alone(
            wander / opening(receiver_rise, window).powi(2),
            "the baseline wanders too far",
        )?;
        let mode_partition = alone(partition.powi(2), "too much mode-partition noise")?;
        let intensity_noise = alone(intensity / eye.powi(2), "too much relative intensity noise")?;
        let reflections = -power_ratio_to_db(reflected);
        let together = alone(
            (wander + intensity) / eye.powi(2) + modal_noise + partition.powi(2),
            "all noises together are too much",
        )? - power_ratio_to_db(eye);
        let single = intersymbol_interference
            + deterministic_jitter
            + reflections
            + mode_partition
            + intensity_noise
            + self.modal_noise_penalty_db;
        let cross = together - baseline_wander - single;
        let total = attenuation + single + cross;
        let power = watt_to_dbm(self.modulation_amplitude) - watt_to_dbm(self.sensitivity);
        Ok(LinkPenalties {
            transition_time,
            attenuation,
            intersymbol_interference,
            deterministic_jitter,
            reflections,
            mode_partition,
            mode_partition_deviation: partition,
            intensity_noise,
            modal_noise: self.modal_noise_penalty_db,
            baseline_wander,
            cross,
            total,
            margin: power - self.connector_loss_db - total,
        })
    }

    /// The length (m) at which the margin vanishes, up to `longest` (m).
    ///
    /// # Errors
    /// [`LinkBudgetError`] where the margin is negative at zero length already, or positive at the
    /// longest.
    pub fn reach(&self, longest: f64) -> Result<f64, LinkBudgetError> {
        // A closed eye counts as a margin far below zero: the margin falls with the length.
        let margin = |length: f64| match (Self { length, ..*self }).penalties() {
            Ok(penalties) => Ok(penalties.margin),
            Err(LinkBudgetError::Closed(_)) if length > 0.0 => Ok(-100.0),
            Err(error) => Err(error),
        };
        if margin(0.0)? < 0.0 {
            return Err(LinkBudgetError::Closed(
                "the margin is negative at no length",
            ));
        }
        let end = margin(longest)?;
        if end > 0.0 {
            return Err(LinkBudgetError::NoEnd {
                margin_db: end,
                length: longest,
            });
        }
        match find_root(margin, 0.0, longest, 1e-10 * longest, 200) {
            Ok(root) => Ok(root.x),
            Err(RootError::Function(error)) => Err(error),
            Err(_) => Err(LinkBudgetError::Closed("no length with a margin of zero")),
        }
    }

    /// Attenuation of the model's curve, scale·((0.94·λ/µm)⁻⁴ + 1.05) dB/km.
    fn attenuation_db_per_m(&self) -> f64 {
        1e-3 * self.attenuation_scale * ((0.94 * self.wavelength * 1e6).powi(-4) + 1.05)
    }

    /// D at the wavelength, s/m².
    fn dispersion(&self) -> f64 {
        let ratio = self.zero_dispersion_wavelength / self.wavelength;
        0.25 * self.zero_dispersion_slope * self.wavelength * (1.0 - ratio.powi(4))
    }

    /// Inverse optical bandwidths of chromatic dispersion and of the modes, s.
    fn inverse_bandwidths(&self) -> (f64, f64) {
        let second_order = 0.7 * self.zero_dispersion_slope * self.spectral_width;
        let chromatic =
            self.spectral_width * self.dispersion().hypot(second_order) * self.length / GAUSSIAN;
        let modal = match self.bandwidth {
            BudgetBandwidth::Modal(product) => self.length / product,
            BudgetBandwidth::PolarisationMode { delay, length } => {
                3.0 * delay * self.length / length
            }
        };
        (chromatic, modal)
    }

    /// σ = k/√2·(1 − exp(−β²)), β = πB·D1·L·Δλ, with π as 3.14 (K. Ogawa, IEEE J. Quantum Electron.
    /// 18, 849, 1982).
    fn mode_partition_deviation(&self, rate: f64) -> f64 {
        #[allow(clippy::approx_constant, reason = "as the spreadsheet rounds it")]
        let beta = 3.14 * rate * self.dispersion() * self.length * self.spectral_width;
        self.mode_partition / 2f64.sqrt() * -(-beta * beta).exp_m1()
    }

    /// What reflections leave of the eye.
    fn reflected(&self, eye: f64, attenuation: f64) -> f64 {
        let r = self.extinction_ratio;
        let loss = db_to_power_ratio(-attenuation - self.connector_loss_db);
        let reflectance = (self.transmitter_reflectance * self.receiver_reflectance).sqrt();
        1.0 - 2.0
            * self.reflection_factor
            * loss
            * reflectance
            * (2.0 * r * (eye * (r - 1.0) + r + 1.0)).sqrt()
            / (eye * (r - 1.0))
    }

    fn check(&self) -> Result<(), LinkBudgetError> {
        let positive = [
            ("a quality", self.quality),
            ("a bit rate (Hz)", self.bit_rate),
            ("a modulation amplitude (W)", self.modulation_amplitude),
            ("a wavelength (m)", self.wavelength),
            ("a sensitivity (W)", self.sensitivity),
            ("a receiver bandwidth (Hz)", self.receiver_bandwidth),
            (
                "a zero-dispersion wavelength (m)",
                self.zero_dispersion_wavelength,
            ),
            ("an extinction ratio less one", self.extinction_ratio - 1.0),
            (
                "a bandwidth of the modes (Hz m, or m)",
                match self.bandwidth {
                    BudgetBandwidth::Modal(product) => product,
                    BudgetBandwidth::PolarisationMode { length, .. } => length,
                },
            ),
        ];
        let not_negative = [
            ("a spectral width (m)", self.spectral_width),
            ("a rise time (s)", self.rise_time),
            ("a relative intensity noise (1/Hz)", self.intensity_noise),
            ("a jitter (s)", self.deterministic_jitter),
            ("a duty-cycle distortion (s)", self.duty_cycle_distortion),
            ("a mode-partition coefficient", self.mode_partition),
            ("a reflectance", self.transmitter_reflectance),
            ("a reflectance", self.receiver_reflectance),
            ("a length (m)", self.length),
            ("an attenuation scale", self.attenuation_scale),
            ("a modal noise penalty (dB)", self.modal_noise_penalty_db),
            ("a connector loss (dB)", self.connector_loss_db),
            ("a reflection factor", self.reflection_factor),
            ("a baseline wander", self.baseline_wander),
            ("a decision window (UI)", self.decision_window),
        ];
        for (list, least, allowed) in [
            (&positive[..], f64::MIN_POSITIVE, "above zero and finite"),
            (&not_negative[..], 0.0, "zero or more and finite"),
        ] {
            for &(quantity, value) in list {
                if !(value >= least && value.is_finite()) {
                    return Err(LinkBudgetError::Quantity {
                        quantity,
                        value,
                        allowed,
                    });
                }
            }
        }
        if self.duty_cycle_distortion * self.bit_rate >= 1.0 {
            return Err(LinkBudgetError::Quantity {
                quantity: "a duty-cycle distortion (s)",
                value: self.duty_cycle_distortion,
                allowed: "less than a bit",
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 10GBASE-SR over OM3 with the spreadsheet's worst-case transmitter and receiver.
    fn short_reach() -> LinkBudget {
        let dbm = crate::units::dbm_to_watt;
        LinkBudget {
            quality: 7.037,
            bit_rate: 10.3125e9,
            modulation_amplitude: dbm(-3.8),
            wavelength: 840e-9,
            spectral_width: 0.29e-9,
            rise_time: 35e-12,
            extinction_ratio: 2.0,
            intensity_noise: 1e-13,
            deterministic_jitter: 6e-12,
            duty_cycle_distortion: 6e-12,
            mode_partition: 0.3,
            transmitter_reflectance: db_to_power_ratio(-12.0),
            length: 300.0,
            attenuation_scale: 1.0,
            zero_dispersion_wavelength: 1320e-9,
            zero_dispersion_slope: 110.0,
            bandwidth: BudgetBandwidth::Modal(2e12),
            modal_noise_penalty_db: 0.3,
            connector_loss_db: 1.5,
            reflection_factor: 0.0,
            receiver_reflectance: db_to_power_ratio(-12.0),
            sensitivity: dbm(-11.1),
            receiver_bandwidth: 8.25e9,
            baseline_wander: 0.025,
            decision_window: 0.2,
        }
    }

    #[test]
    fn the_margin_is_the_power_less_the_terms() {
        let budget = short_reach();
        let p = budget.penalties().unwrap();
        let sum = p.attenuation
            + p.intersymbol_interference
            + p.deterministic_jitter
            + p.reflections
            + p.mode_partition
            + p.intensity_noise
            + p.modal_noise
            + p.cross;
        assert!((p.margin - (7.3 - 1.5 - sum)).abs() < 1e-9);
        let reach = budget.reach(1e4).unwrap();
        let end = LinkBudget {
            length: reach,
            ..budget
        };
        assert!(end.penalties().unwrap().margin.abs() < 1e-6);
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut budget = short_reach();
        budget.length = 3e3;
        assert!(matches!(
            budget.penalties(),
            Err(LinkBudgetError::Closed(_))
        ));
        budget.length = f64::NAN;
        assert!(matches!(
            budget.penalties(),
            Err(LinkBudgetError::Quantity { .. })
        ));
        let mut budget = short_reach();
        budget.sensitivity = 1.0;
        assert!(budget.reach(1e3).is_err());
        assert!(matches!(
            short_reach().reach(100.0),
            Err(LinkBudgetError::NoEnd { .. })
        ));
    }
}
