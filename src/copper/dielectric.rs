//! Causal dielectric with a nearly constant loss tangent: the wideband Debye model.

use num_complex::Complex64;

use super::error::{CopperError, not_negative, positive, within};

/// Wideband Debye (Djordjević–Sarkar) dielectric: a continuum of Debye relaxations spread evenly
/// over the logarithm of frequency between two corners,
///
/// ε(f) = ε∞ + m·ln((f₂ + jf)/(f₁ + jf)).
///
/// Djordjević, Biljić, Likar-Smiljanić, Sarkar, IEEE Trans. Electromagn. Compat. 43(4), 662
/// (2001), DOI 10.1109/15.974647. Their Δε/(m₂ − m₁)/ln 10 is the m here, their 10^{m₁}, 10^{m₂}
/// the corners. Between the corners the loss tangent is nearly constant, ε′ falls by m·ln 10 a
/// decade, and the two are Hilbert partners, so that a pulse response starts no earlier than
/// light in ε∞ allows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WidebandDebye {
    /// Relative permittivity ε′ at the reference frequency.
    pub relative_permittivity: f64,
    /// Loss tangent ε″/ε′ at the reference frequency.
    pub loss_tangent: f64,
    /// Frequency at which the two above were measured, Hz.
    pub reference_frequency: f64,
    /// Lower corner f₁, Hz.
    pub low_frequency: f64,
    /// Upper corner f₂, Hz. The loss tangent bends down near it: place it far above the signal.
    pub high_frequency: f64,
}

impl WidebandDebye {
    /// Lower corner of [`WidebandDebye::flat`], Hz (assumed: below any signal of interest).
    pub const DEFAULT_LOW_FREQUENCY: f64 = 1e4;
    /// Upper corner of [`WidebandDebye::flat`], Hz (assumed: keeps the loss tangent within 0.1 %
    /// of its nominal value up to 100 GHz).
    pub const DEFAULT_HIGH_FREQUENCY: f64 = 1e14;

    /// A dielectric from one measured point and the two corners, all frequencies in Hz.
    ///
    /// # Errors
    /// As [`WidebandDebye::validate`].
    pub fn new(
        relative_permittivity: f64,
        loss_tangent: f64,
        reference_frequency: f64,
        low_frequency: f64,
        high_frequency: f64,
    ) -> Result<Self, CopperError> {
        let dielectric = Self {
            relative_permittivity,
            loss_tangent,
            reference_frequency,
            low_frequency,
            high_frequency,
        };
        dielectric.validate()?;
        Ok(dielectric)
    }

    /// A dielectric whose loss tangent is flat over the whole range of a serial link, 1 MHz to
    /// 100 GHz, with corners at 10 kHz and 100 THz.
    ///
    /// # Errors
    /// As [`WidebandDebye::validate`].
    pub fn flat(
        relative_permittivity: f64,
        loss_tangent: f64,
        reference_frequency: f64,
    ) -> Result<Self, CopperError> {
        Self::new(
            relative_permittivity,
            loss_tangent,
            reference_frequency,
            Self::DEFAULT_LOW_FREQUENCY,
            Self::DEFAULT_HIGH_FREQUENCY,
        )
    }

    /// Checks that the material can exist.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a permittivity below 1 at any frequency, a loss
    /// tangent below 0, or corners that do not enclose the reference frequency.
    pub fn validate(&self) -> Result<(), CopperError> {
        within(
            "relative permittivity",
            self.relative_permittivity,
            "finite, 1 or above",
            self.relative_permittivity >= 1.0 && self.relative_permittivity.is_finite(),
        )?;
        not_negative("loss tangent", self.loss_tangent)?;
        positive("lower corner in Hz", self.low_frequency)?;
        positive("upper corner in Hz", self.high_frequency)?;
        within(
            "reference frequency in Hz",
            self.reference_frequency,
            "between the lower and the upper corner",
            self.low_frequency < self.reference_frequency
                && self.reference_frequency < self.high_frequency,
        )?;
        let limit = self.infinite_permittivity();
        within(
            "relative permittivity above the upper corner",
            limit,
            "1 or above: less loss, or a lower upper corner",
            limit >= 1.0 - 1e-12,
        )?;
        Ok(())
    }

    /// The slope m = tanδ·ε′/(−Im ln(…)) at the reference frequency; ε′ falls by m for every
    /// factor e of frequency.
    pub fn slope(&self) -> f64 {
        -self.loss_tangent * self.relative_permittivity
            / self.logarithm(self.reference_frequency).im
    }

    /// ε∞, the relative permittivity far above the upper corner.
    pub fn infinite_permittivity(&self) -> f64 {
        self.relative_permittivity - self.slope() * self.logarithm(self.reference_frequency).re
    }

    /// Complex relative permittivity ε′ − jε″; the complex conjugate for a negative frequency.
    pub fn permittivity(&self, frequency: f64) -> Complex64 {
        let reference = self.logarithm(self.reference_frequency);
        let slope = -self.loss_tangent * self.relative_permittivity / reference.im;
        self.relative_permittivity + (self.logarithm(frequency) - reference.re) * slope
    }

    /// Loss tangent ε″/ε′ at a frequency.
    pub fn loss_tangent_at(&self, frequency: f64) -> f64 {
        let permittivity = self.permittivity(frequency);
        -permittivity.im / permittivity.re
    }

    /// The same dielectric with its loss multiplied by `factor` at every frequency. Its dispersion
    /// grows by the same factor, as causality asks; ε′ at the reference frequency stays.
    #[must_use]
    pub fn with_loss_scaled(&self, factor: f64) -> Self {
        Self {
            loss_tangent: self.loss_tangent * factor,
            ..*self
        }
    }

    /// ln((f₂ + jf)/(f₁ + jf)), principal value.
    fn logarithm(&self, frequency: f64) -> Complex64 {
        let (low, high) = (self.low_frequency, self.high_frequency);
        let square = frequency * frequency;
        Complex64::new(
            0.5 * ((high * high + square) / (low * low + square)).ln(),
            // arg(f₂ + jf) − arg(f₁ + jf) as one angle
            (-frequency * (high - low)).atan2(low * high + square),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    fn laminate() -> WidebandDebye {
        WidebandDebye::new(4.413, 0.0182, 1e9, 1e3, 1e12).unwrap()
    }

    #[test]
    fn closed_form_values_of_a_laminate() {
        // εr 4.413, tanδ 0.0182 at 1 GHz, 1 kHz to 1 THz: the closed form of the 2001 paper,
        // the same as `DefinedAEpTandZ0` of scikit-rf gives.
        let material = laminate();
        assert!((material.infinite_permittivity() - 4.059_573_4).abs() < 1e-6);
        assert!((material.slope() - 0.051_163_74).abs() < 1e-6);
        for (f, real, tangent) in [
            (1e6, 4.766_427, 0.016_850_5),
            (1e8, 4.530_809, 0.017_736_8),
            (1e10, 4.295_194, 0.018_592_0),
            (26.5625e9, 4.245_227, 0.018_611_3),
            (53.125e9, 4.209_817, 0.018_445_5),
        ] {
            assert!((material.permittivity(f).re - real).abs() < 1e-6, "{f}");
            assert!((material.loss_tangent_at(f) - tangent).abs() < 1e-6, "{f}");
        }
    }

    #[test]
    fn reference_point_is_met_and_the_ends_are_real() {
        let material = laminate();
        assert!((material.permittivity(1e9).re - 4.413).abs() < 1e-14);
        assert!((material.loss_tangent_at(1e9) - 0.0182).abs() < 1e-15);
        assert!(material.permittivity(0.0).im == 0.0);
        let far = material.permittivity(1e18);
        assert!((far.re - material.infinite_permittivity()).abs() < 1e-9);
    }

    #[test]
    fn dispersion_and_loss_obey_kramers_and_kronig() {
        // ε′(f) − ε∞ = (2/π) ∫ ε″(x) x/(x² − f²) dx, principal value. With x = f·e^u and the
        // singularity at u = 0 paired (u, −u) the integrand is smooth.
        let material = laminate();
        let f: f64 = 5e9;
        let loss = |x: f64| -material.permittivity(x).im;
        let kernel = |u: f64| {
            let weight = |v: f64| 1.0 / (1.0 - (-2.0 * v).exp());
            loss(f * u.exp()) * weight(u) + loss(f * (-u).exp()) * weight(-u)
        };
        let (steps, span) = (40_000, 40.0);
        let h = span / f64::from(steps);
        let integral: f64 = (0..steps)
            .map(|i| kernel((f64::from(i) + 0.5) * h) * h)
            .sum();
        let dispersion = material.permittivity(f).re - material.infinite_permittivity();
        assert!(
            (2.0 / PI * integral - dispersion).abs() < 1e-5 * dispersion,
            "{} for {dispersion}",
            2.0 / PI * integral
        );
    }

    #[test]
    fn scaled_loss_scales_dispersion_by_the_same_factor() {
        let (one, scaled) = (laminate(), laminate().with_loss_scaled(1.4));
        for f in [1e7, 1e10, 6e10] {
            let (a, b) = (one.permittivity(f), scaled.permittivity(f));
            assert!((b.im / a.im - 1.4).abs() < 1e-12);
            assert!(((b.re - 4.413) - 1.4 * (a.re - 4.413)).abs() < 1e-12);
        }
    }

    #[test]
    fn flat_dielectric_keeps_its_loss_tangent_over_the_signal_band() {
        let foam = WidebandDebye::flat(1.9, 3e-4, 26.5625e9).unwrap();
        for f in [1e8, 1e9, 1e10, 5e10, 1e11] {
            assert!((foam.loss_tangent_at(f) / 3e-4 - 1.0).abs() < 2e-3, "{f}");
        }
    }

    #[test]
    fn impossible_dielectrics_are_refused() {
        for (er, tan, reference, low, high) in [
            (0.9, 1e-3, 1e9, 1e3, 1e12),
            (f64::NAN, 1e-3, 1e9, 1e3, 1e12),
            (2.0, -1e-3, 1e9, 1e3, 1e12),
            (2.0, f64::INFINITY, 1e9, 1e3, 1e12),
            (2.0, 1e-3, 1e2, 1e3, 1e12),
            (2.0, 1e-3, 1e9, 0.0, 1e12),
            (2.0, 1e-3, 1e9, 1e12, 1e3),
            (2.0, 1e-3, f64::NAN, 1e3, 1e12),
            (1.05, 0.05, 1e9, 1e3, 1e12), // falls below 1: faster than light
        ] {
            assert!(WidebandDebye::new(er, tan, reference, low, high).is_err());
        }
        assert!(WidebandDebye::new(1.0, 0.0, 1e9, 1e3, 1e12).is_ok());
    }
}
