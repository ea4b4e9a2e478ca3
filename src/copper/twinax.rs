//! Differential twinaxial cable: the transmission line of two round wires between terminations.

use num_complex::Complex64;
use std::f64::consts::PI;

use super::conductor::Conductor;
use super::dielectric::WidebandDebye;
use super::error::{CopperError, not_negative, positive, within};
use super::geometry::PairGeometry;
use super::line::{Line, PerMetre};
use crate::constants::SPEED_OF_LIGHT;
use crate::units::NEPER_PER_DB;
use imperfection::PeriodicVariation;

/// Excess loss factor of [`TwinaxCable::copper`] (assumed, the middle of 1.2–1.5).
pub const DEFAULT_EXCESS_LOSS_FACTOR: f64 = 1.35;

/// A differential pair of equal wires, driven from and terminated by a differential resistance.
///
/// Per metre of the loop of both wires
///
/// - Z = jωL + 2R_dc + 2k·(Z_i(ω) − R_dc), Z_i the exact [`Conductor::internal_impedance`],
///   L = Z_d√εr/c the inductance of the field outside the wires,
/// - Y = jωC·ε_k(ω)/εr, C = √εr/(c·Z_d), ε_k the dielectric with its loss multiplied by k,
/// - γ = √(ZY), Z_c = √(Z/Y),
///
/// with Z_d the nominal differential impedance and k the excess loss factor. Real and imaginary
/// parts of each lossy term scale together, so the model stays causal and passive for every k.
///
/// # What is left out
/// With k = 1 this is a lower bound: two solid wires in a uniform dielectric. A real cable also has
/// a foil shield that carries the return current, proximity of the wires
/// ([`PairGeometry::proximity_factor`]: 1.22 of the conductor loss at 100 Ω and εr 1.9), plating,
/// surface roughness and sometimes strands. They are gathered in k, which is the least-known
/// number of the model: real cables lie at 1.2–1.5 (assumed; no public primary source was found).
/// Connectors are not in it. Skew of the legs and a periodic variation of the impedance, with its
/// suck-out, are in it where they are given ([`imperfection`]).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TwinaxCable {
    /// Length, m.
    pub length: f64,
    /// One of the two equal wires.
    pub conductor: Conductor,
    /// Insulation.
    pub dielectric: WidebandDebye,
    /// Nominal differential impedance Z_d of the lossless pair, Ω.
    pub differential_impedance: f64,
    /// Differential resistance of source and load, Ω.
    pub termination_resistance: f64,
    /// Factor k on the frequency-dependent loss, 1 for the lower bound.
    pub excess_loss_factor: f64,
    /// Intra-pair skew, difference of the delays of both legs, s/m.
    pub skew: f64,
    /// Periodic variation of the impedance along the pair.
    pub periodic: Option<PeriodicVariation>,
    /// By how much the impedance of a produced cable may deviate from the nominal one, relative. What is
    /// computed here is the nominal cable; runs and reaches of links take the worst.
    pub impedance_tolerance: f64,
}

impl TwinaxCable {
    /// A 100 Ω copper pair of American wire gauge `awg` and `length` m at 20 °C in expanded
    /// polyethylene (εr 1.9, tanδ 3e-4 at 26.5625 GHz: assumed), excess loss factor 1.35 (assumed).
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a gauge or length that is not possible.
    pub fn copper(awg: i32, length: f64) -> Result<Self, CopperError> {
        Self::new(
            length,
            Conductor::copper(awg)?,
            WidebandDebye::flat(1.9, 3e-4, 26.5625e9)?,
            100.0,
            DEFAULT_EXCESS_LOSS_FACTOR,
        )
    }

    /// A pair of given length (m) and nominal differential impedance (Ω) between 100 Ω
    /// terminations.
    ///
    /// # Errors
    /// As [`TwinaxCable::validate`].
    pub fn new(
        length: f64,
        conductor: Conductor,
        dielectric: WidebandDebye,
        differential_impedance: f64,
        excess_loss_factor: f64,
    ) -> Result<Self, CopperError> {
        let cable = Self {
            length,
            conductor,
            dielectric,
            differential_impedance,
            termination_resistance: 100.0,
            excess_loss_factor,
            skew: 0.0,
            periodic: None,
            impedance_tolerance: 0.0,
        };
        cable.validate()?;
        Ok(cable)
    }

    /// A pair whose differential impedance follows from the distance between the wire centres,
    /// `spacing` in m, and what surrounds them.
    ///
    /// # Errors
    /// As [`TwinaxCable::validate`] and [`PairGeometry::differential_impedance`].
    pub fn with_spacing(
        length: f64,
        conductor: Conductor,
        dielectric: WidebandDebye,
        geometry: PairGeometry,
        spacing: f64,
        excess_loss_factor: f64,
    ) -> Result<Self, CopperError> {
        let impedance = geometry.differential_impedance(
            conductor.diameter,
            spacing,
            dielectric.relative_permittivity,
        )?;
        Self::new(length, conductor, dielectric, impedance, excess_loss_factor)
    }

    /// Checks every parameter. The calculations below take a valid cable; from an invalid one they
    /// return numbers without meaning, NaN among them.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for a length below 0, impedances that are not finite and
    /// positive, an excess loss factor outside 0 … 10, and as [`Conductor::validate`] and
    /// [`WidebandDebye::validate`], the dielectric with its excess loss included.
    pub fn validate(&self) -> Result<(), CopperError> {
        not_negative("cable length in m", self.length)?;
        self.conductor.validate()?;
        self.dielectric.validate()?;
        positive("differential impedance in ohm", self.differential_impedance)?;
        positive("termination resistance in ohm", self.termination_resistance)?;
        within(
            "excess loss factor",
            self.excess_loss_factor,
            "0 to 10; real cables lie at 1.2 to 1.5",
            (0.0..=10.0).contains(&self.excess_loss_factor),
        )?;
        within(
            "intra-pair skew in s/m",
            self.skew,
            "0 to 1e-9, finite",
            (0.0..=1e-9).contains(&self.skew),
        )?;
        within(
            "impedance tolerance",
            self.impedance_tolerance,
            "0 to below 1",
            (0.0..1.0).contains(&self.impedance_tolerance),
        )?;
        if let Some(variation) = self.periodic {
            variation.validate()?;
        }
        self.lossy_dielectric().validate()
    }

    /// Voltage transfer function from the matched source to the load, S₂₁ between the
    /// terminations R:
    ///
    /// H = 2/(A + B/R + C·R + D) = 1/(cosh γl + ½(Z_c/R + R/Z_c)·sinh γl)
    ///
    /// (Pozar, *Microwave Engineering*, 4th edition, Tables 4.1 and 4.2). Where Z_c = R this is
    /// exp(−γl), [`TwinaxCable::matched_transfer`]. At low frequency Z_c of a real cable rises
    /// without bound and exp(−γl) tends to 1; H tends to the resistive divider 2R/(2R + R_loop·l)
    /// that a meter shows. It includes the reflections between unequal impedances.
    ///
    /// Negative frequencies give the complex conjugate.
    pub fn transfer(&self, frequency: f64) -> Complex64 {
        if frequency < 0.0 {
            return self.transfer(-frequency).conj();
        }
        self.scattering(frequency, self.termination_resistance)
            .transmission
    }

    /// exp(−γl): the transfer function between terminations equal to Z_c at every frequency, without skew
    /// and variation of the impedance.
    pub fn matched_transfer(&self, frequency: f64) -> Complex64 {
        (-self.propagation_constant(frequency) * self.length).exp()
    }

    /// γ = α + jβ, Np/m and rad/m.
    pub fn propagation_constant(&self, frequency: f64) -> Complex64 {
        Line::propagation_constant(self, frequency)
    }

    /// Characteristic impedance Z_c = √(Z/Y), Ω; infinite at zero frequency, where a pair without
    /// leakage has no shunt admittance.
    pub fn characteristic_impedance(&self, frequency: f64) -> Complex64 {
        Line::characteristic_impedance(self, frequency)
    }

    /// Attenuation of a travelling wave, 8.686·Re γ, dB/m.
    pub fn attenuation_db_per_m(&self, frequency: f64) -> f64 {
        self.propagation_constant(frequency).re / NEPER_PER_DB
    }

    /// The part of the attenuation that heats the conductors, dB/m: Re Z/(2·Re Z_c), exact, since a
    /// wave of power ½|I|²·Re Z_c loses ½|I|²·Re Z per metre in the series impedance.
    pub fn conductor_attenuation_db_per_m(&self, frequency: f64) -> f64 {
        let frequency = frequency.abs();
        if frequency == 0.0 {
            return 0.0;
        }
        let resistance = self.per_metre(frequency).series_impedance.re;
        resistance / (2.0 * self.characteristic_impedance(frequency).re) / NEPER_PER_DB
    }

    /// The part of the attenuation that heats the dielectric, dB/m: Re Y·|Z_c|²/(2·Re Z_c). The two
    /// parts add up to [`TwinaxCable::attenuation_db_per_m`] exactly.
    pub fn dielectric_attenuation_db_per_m(&self, frequency: f64) -> f64 {
        let frequency = frequency.abs();
        if frequency == 0.0 {
            return 0.0;
        }
        let conductance = self.per_metre(frequency).shunt_admittance.re;
        let impedance = self.characteristic_impedance(frequency);
        conductance * impedance.norm_sqr() / (2.0 * impedance.re) / NEPER_PER_DB
    }

    /// Delay of the very front of a pulse, l·(√ε∞/c − skew/2) on the earlier leg, s: nothing arrives earlier. Removing it from
    /// the phase, H·e^{+jωτ}, leaves a causal response that starts near time zero; the bulk of a
    /// pulse follows some picoseconds per metre later, see [`TwinaxCable::group_delay`].
    pub fn propagation_delay(&self) -> f64 {
        let mean = self.lossy_dielectric().infinite_permittivity().sqrt() / SPEED_OF_LIGHT;
        self.length * (mean - 0.5 * self.skew)
    }

    /// Group delay dβ/dω·l at a frequency above zero, s, by a central difference.
    pub fn group_delay(&self, frequency: f64) -> f64 {
        let step = 1e-4 * frequency;
        let beta = |f: f64| self.propagation_constant(f).im;
        self.length * (beta(frequency + step) - beta(frequency - step)) / (4.0 * PI * step)
    }

    /// Resistance of the loop of both wires to direct current, Ω/m.
    pub fn dc_loop_resistance(&self) -> f64 {
        2.0 * self.conductor.dc_resistance()
    }

    fn lossy_dielectric(&self) -> WidebandDebye {
        self.dielectric.with_loss_scaled(self.excess_loss_factor)
    }
}

impl Line for TwinaxCable {
    fn validate(&self) -> Result<(), CopperError> {
        Self::validate(self)
    }

    fn per_metre(&self, frequency: f64) -> PerMetre {
        let omega = 2.0 * PI * frequency;
        let slowness = self.dielectric.relative_permittivity.sqrt() / SPEED_OF_LIGHT;
        let external_inductance = slowness * self.differential_impedance;
        // C/εr, so that the complex permittivity multiplies it
        let vacuum_capacitance =
            slowness / (self.differential_impedance * self.dielectric.relative_permittivity);

        let dc_resistance = self.conductor.dc_resistance();
        let skin_effect = self.conductor.internal_impedance(frequency) - dc_resistance;
        let permittivity = self.lossy_dielectric().permittivity(frequency);
        PerMetre {
            series_impedance: (skin_effect * self.excess_loss_factor + dc_resistance) * 2.0
                + Complex64::new(0.0, omega * external_inductance),
            shunt_admittance: Complex64::new(-permittivity.im, permittivity.re)
                * (omega * vacuum_capacitance),
        }
    }
}

pub mod imperfection;
#[cfg(test)]
mod tests;
