//! Solid round conductors: wire gauge, resistivity with temperature, and the exact internal
//! impedance with skin effect.

use num_complex::Complex64;
use std::f64::consts::PI;

use super::error::{CopperError, positive, within};
use super::roughness::skin_depth;
use super::round_wire::bessel_ratio;

/// Resistivity of annealed copper at 20 °C, Ω·m (International Annealed Copper Standard,
/// IEC 60028: 1/58 Ω·mm²/m, rounded to four digits).
pub const COPPER_RESISTIVITY: f64 = 1.724e-8;
/// Temperature coefficient of the resistivity of annealed copper at 20 °C, 1/K (IEC 60028).
pub const COPPER_TEMPERATURE_COEFFICIENT: f64 = 0.003_93;
/// Resistivity of silver at 20 °C, Ω·m (CRC Handbook of Chemistry and Physics, "Electrical
/// resistivity of pure metals": 1.587e-8 at 293 K).
pub const SILVER_RESISTIVITY: f64 = 1.587e-8;
/// Temperature coefficient of the resistivity of silver at 20 °C, 1/K (slope of the same CRC
/// table between 273 K, 1.467e-8 Ω·m, and 300 K, 1.629e-8 Ω·m).
pub const SILVER_TEMPERATURE_COEFFICIENT: f64 = 0.003_78;

const REFERENCE_TEMPERATURE_CELSIUS: f64 = 20.0;

/// Diameter in m of a solid round wire of American wire gauge `awg`, ASTM B258:
/// d = 0.127 mm · 92^((36 − n)/39). Gauges 2/0, 3/0 and 4/0 are −1, −2 and −3.
///
/// # Errors
/// [`CopperError::InvalidParameter`] outside −3 (4/0) … 56, the gauges ASTM B258 lists.
pub fn awg_diameter(awg: i32) -> Result<f64, CopperError> {
    let gauge = within(
        "wire gauge in AWG",
        f64::from(awg),
        "-3 (4/0) to 56",
        (-3..=56).contains(&awg),
    )?;
    Ok(0.127e-3 * 92f64.powf((36.0 - gauge) / 39.0))
}

/// A solid round wire of one non-magnetic metal.
///
/// Silver-plated copper lies between [`Conductor::copper`] and [`Conductor::silver`]: the current
/// of the highest frequencies flows in the silver, the direct current in the copper. The layered
/// wire itself is not modelled; stranding and surface roughness are left out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conductor {
    /// Diameter, m.
    pub diameter: f64,
    /// Resistivity at 20 °C, Ω·m.
    pub resistivity_at_20_celsius: f64,
    /// Linear temperature coefficient of the resistivity at 20 °C, 1/K.
    pub temperature_coefficient: f64,
    /// Temperature of the wire, °C.
    pub temperature_celsius: f64,
}

impl Conductor {
    /// Annealed copper wire of American wire gauge `awg` at 20 °C.
    ///
    /// # Errors
    /// As [`awg_diameter`].
    pub fn copper(awg: i32) -> Result<Self, CopperError> {
        Ok(Self {
            diameter: awg_diameter(awg)?,
            resistivity_at_20_celsius: COPPER_RESISTIVITY,
            temperature_coefficient: COPPER_TEMPERATURE_COEFFICIENT,
            temperature_celsius: REFERENCE_TEMPERATURE_CELSIUS,
        })
    }

    /// Silver wire of American wire gauge `awg` at 20 °C: the limit that thick silver plating on
    /// copper approaches at high frequency.
    ///
    /// # Errors
    /// As [`awg_diameter`].
    pub fn silver(awg: i32) -> Result<Self, CopperError> {
        Ok(Self {
            resistivity_at_20_celsius: SILVER_RESISTIVITY,
            temperature_coefficient: SILVER_TEMPERATURE_COEFFICIENT,
            ..Self::copper(awg)?
        })
    }

    /// The same wire at another temperature, °C.
    ///
    /// # Errors
    /// As [`Conductor::validate`].
    pub fn at_temperature(self, temperature_celsius: f64) -> Result<Self, CopperError> {
        let conductor = Self {
            temperature_celsius,
            ..self
        };
        conductor.validate()?;
        Ok(conductor)
    }

    /// Checks that the wire can exist and that the model covers it.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a diameter or resistivity that is not finite and
    /// positive, a temperature outside −100 … 300 °C (an assumed bound of the linear law for
    /// the resistivity), or a coefficient that makes the resistivity fall to zero.
    pub fn validate(&self) -> Result<(), CopperError> {
        positive("conductor diameter in m", self.diameter)?;
        positive("resistivity in ohm m", self.resistivity_at_20_celsius)?;
        within(
            "conductor temperature in degrees Celsius",
            self.temperature_celsius,
            "-100 to 300, where the resistivity is linear in temperature",
            (-100.0..=300.0).contains(&self.temperature_celsius),
        )?;
        let resistivity = self.resistivity();
        within(
            "temperature coefficient of the resistivity in 1/K",
            self.temperature_coefficient,
            "finite, with a resistivity above 0 at the temperature given",
            resistivity > 0.0 && resistivity.is_finite(),
        )?;
        Ok(())
    }

    /// Resistivity at the temperature of the wire, Ω·m: ρ = ρ₂₀·(1 + α₂₀·(T − 20 °C)).
    pub fn resistivity(&self) -> f64 {
        let rise = self.temperature_celsius - REFERENCE_TEMPERATURE_CELSIUS;
        self.resistivity_at_20_celsius * (1.0 + self.temperature_coefficient * rise)
    }

    /// Resistance to direct current of one wire, Ω/m: ρ/(πa²), a the radius.
    pub fn dc_resistance(&self) -> f64 {
        let radius = self.diameter / 2.0;
        self.resistivity() / (PI * radius * radius)
    }

    /// Skin depth δ = √(ρ/(πfµ₀)), m.
    pub fn skin_depth(&self, frequency: f64) -> f64 {
        skin_depth(self.resistivity(), frequency)
    }

    /// Internal impedance of one wire, Ω/m: resistance with skin effect plus jω times the
    /// inductance of the field inside the wire,
    ///
    /// Z = κρ/(2πa) · I₀(κa)/I₁(κa), κ = √(jωµ₀/ρ) = (1 + j)/δ.
    ///
    /// Schelkunoff, Bell System Technical Journal 13, 532 (1934); Ramo, Whinnery, Van Duzer,
    /// *Fields and Waves in Communication Electronics*, 3rd edition, §4.5. Exact for a wire alone
    /// (no proximity effect) with displacement current in the metal neglected (below 1e-6 of the
    /// conduction current at 1 THz). It is a positive-real function of jω, hence causal; it goes
    /// to ρ/(πa²) + jωµ₀/8π at low frequency and to (1 + j)·ρ/(πdδ) at high frequency.
    ///
    /// Negative frequencies give the complex conjugate.
    pub fn internal_impedance(&self, frequency: f64) -> Complex64 {
        if frequency == 0.0 {
            return Complex64::new(self.dc_resistance(), 0.0);
        }
        let radius = self.diameter / 2.0;
        let resistivity = self.resistivity();
        let inverse_depth = 1.0 / self.skin_depth(frequency.abs());
        let kappa = Complex64::new(inverse_depth, inverse_depth);
        let impedance = kappa * bessel_ratio(kappa * radius) * (resistivity / (2.0 * PI * radius));
        if frequency < 0.0 {
            impedance.conj()
        } else {
            impedance
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::constants::VACUUM_PERMEABILITY;

    fn close(got: f64, want: f64, relative: f64) -> bool {
        (got - want).abs() <= relative * want.abs()
    }

    #[test]
    fn gauge_diameters_are_those_of_astm_b258() {
        // ASTM B258, Table 1 (in mm, printed digits); 36 AWG and 4/0 define the series.
        for (awg, millimetre, digit) in [
            (36, 0.127, 1e-12),
            (-3, 11.684, 1e-9),
            (24, 0.5106, 5e-5),
            (26, 0.4049, 5e-5),
            (28, 0.3211, 5e-5),
            (30, 0.2546, 5e-5),
            (32, 0.2019, 5e-5),
        ] {
            let d = awg_diameter(awg).unwrap() * 1e3;
            assert!((d - millimetre).abs() <= digit, "{awg} AWG: {d} mm");
        }
        assert!(awg_diameter(-4).is_err() && awg_diameter(57).is_err());
    }

    #[test]
    fn internal_impedance_agrees_with_thirty_digit_bessel_functions() {
        // 26 AWG, Ω/m, from mpmath (validation/derive/twinax_lower_bound.py).
        let wire = Conductor::copper(26).unwrap();
        for (f, r, x) in [
            (0.0, 0.133_896_510_063_532_5, 0.0),
            (1e3, 0.133_896_755_765_478_4, 0.000_314_158_977_286_738_9),
            (1e5, 0.136_318_039_358_694_5, 0.031_132_193_353_444_01),
            (1e6, 0.241_188_936_851_976_5, 0.200_470_113_894_811_2),
            (5e6, 0.493_885_397_813_700_9, 0.456_488_428_873_641_4),
            (2e7, 0.951_608_935_185_338_1, 0.916_235_939_901_529_9),
            (4.7e7, 1.440_145_870_251_454, 1.405_447_998_450_811),
            (1e8, 2.084_854_790_859_81, 2.050_547_802_995_702),
            (1e9, 6.519_344_148_690_046, 6.485_609_534_408_215),
            (2.65625e10, 33.460_240_467_580_82, 33.426_716_007_34),
            (1e11, 64.890_891_641_889_45, 64.857_391_586_057_29),
        ] {
            let z = wire.internal_impedance(f);
            assert!(close(z.re, r, 1e-12), "R at {f}: {} for {r}", z.re);
            assert!(close(z.im, x, 1e-12), "X at {f}: {} for {x}", z.im);
        }
    }

    #[test]
    fn low_frequency_limit_is_direct_current_and_an_eighth_of_mu_over_pi() {
        let wire = Conductor::copper(30).unwrap();
        let f = 10.0;
        let z = wire.internal_impedance(f);
        assert!(close(z.re, wire.dc_resistance(), 1e-9));
        let inductance = z.im / (2.0 * PI * f);
        assert!(close(inductance, VACUUM_PERMEABILITY / (8.0 * PI), 1e-9));
    }

    #[test]
    fn high_frequency_limit_is_the_surface_resistance_over_the_circumference() {
        // Next order: R = R_s/(πd) + R_dc/4 (Ramo, Whinnery, Van Duzer §4.5).
        let wire = Conductor::copper(24).unwrap();
        for f in [1e9, 1e10, 1e11] {
            let surface = (PI * f * VACUUM_PERMEABILITY * wire.resistivity()).sqrt();
            let want = surface / (PI * wire.diameter) + wire.dc_resistance() / 4.0;
            assert!(close(wire.internal_impedance(f).re, want, 1e-4));
        }
    }

    #[test]
    fn warm_copper_has_the_resistivity_of_the_standard() {
        let warm = Conductor::copper(26).unwrap().at_temperature(70.0).unwrap();
        assert!(close(warm.resistivity(), 1.724e-8 * 1.1965, 1e-12));
        assert!(
            Conductor::copper(26)
                .unwrap()
                .at_temperature(-300.0)
                .is_err()
        );
        assert!(
            Conductor::copper(26)
                .unwrap()
                .at_temperature(f64::NAN)
                .is_err()
        );
    }

    #[test]
    fn silver_carries_the_highest_frequencies_with_less_loss() {
        let ratio = Conductor::silver(28).unwrap().internal_impedance(5e10).re
            / Conductor::copper(28).unwrap().internal_impedance(5e10).re;
        assert!(close(ratio, (1.587f64 / 1.724).sqrt(), 1e-4));
    }

    #[test]
    fn impossible_wires_are_refused() {
        let good = Conductor::copper(26).unwrap();
        for diameter in [0.0, -1e-3, f64::NAN, f64::INFINITY] {
            assert!(Conductor { diameter, ..good }.validate().is_err());
        }
        for resistivity_at_20_celsius in [0.0, -1e-8, f64::NAN] {
            let wire = Conductor {
                resistivity_at_20_celsius,
                ..good
            };
            assert!(wire.validate().is_err());
        }
        for temperature_coefficient in [f64::NAN, -0.1] {
            let wire = Conductor {
                temperature_coefficient,
                temperature_celsius: 40.0,
                ..good
            };
            assert!(wire.validate().is_err());
        }
    }
}
