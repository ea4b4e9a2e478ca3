//! Striplines: a strip half way between two planes, or two side by side.

use super::cross_section::CrossSection;
use super::{Line, LineError, PerMetre, check_ends, skin_impedance};
use crate::constants::{SPEED_OF_LIGHT, VACUUM_PERMEABILITY};
use crate::copper::WidebandDebye;
use crate::copper::error::{CopperError, positive, within};
use crate::copper::roughness::{Roughness, skin_depth};
use crate::network::{Network, Reference};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Strips half way between two planes in one dielectric.
///
/// Impedance from the field itself, a boundary integral that takes the thickness as it is. Loss of
/// the conductors by the incremental inductance rule (H. A. Wheeler, Proc. IRE 30, 412, 1942, DOI
/// 10.1109/JRPROC.1942.232015): the surface impedance counts as often as the inductance grows with a
/// retreat of all surfaces, R = R_surface/μ₀·∂L/∂n, good where the skin depth is small against every
/// dimension; at a sharp edge it never is.
///
/// Leaves out strips off the centre, different dielectrics above and below, slanted edges, another
/// roughness of the planes than of the strip, and the planes' resistance to direct current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stripline {
    /// Width of a strip, m.
    pub width: f64,
    /// Distance of the planes, m.
    pub spacing: f64,
    /// Thickness of a strip, m.
    pub thickness: f64,
    /// The dielectric.
    pub dielectric: WidebandDebye,
    /// Resistivity of the conductors, Ω·m.
    pub resistivity: f64,
    /// Surface of the conductors.
    pub roughness: Roughness,
}

/// Two equal [`Stripline`]s side by side: a differential pair of a board, or two that disturb each
/// other. In one dielectric both modes travel alike, so that crosstalk at the far end is that of the
/// conductors' loss and of the reflections alone.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct StriplinePair {
    /// Each of the strips.
    pub strip: Stripline,
    /// Gap between them, m.
    pub gap: f64,
}

/// A line whose field is transverse: what is left of a cross-section once its field is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransverseLine {
    /// Impedance in vacuum without loss, Ω.
    impedance: f64,
    /// Growth of that impedance with a retreat of all surfaces, Ω/m.
    growth: f64,
    direct_current_resistance: f64,
    dielectric: WidebandDebye,
    resistivity: f64,
    roughness: Roughness,
}

impl TransverseLine {
    /// Delay per metre of the very front of a wave, √ε∞/c, s/m.
    pub fn infinite_slowness(&self) -> f64 {
        self.dielectric.infinite_permittivity().sqrt() / SPEED_OF_LIGHT
    }
}

impl Stripline {
    /// Checks every dimension and material.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for what cannot be; the width from 0.02 to 20 distances of the
    /// planes, the thickness at most half of one.
    pub fn validate(&self) -> Result<(), CopperError> {
        positive("distance of the planes in m", self.spacing)?;
        within(
            "width of the strip in m",
            self.width,
            "0.02 to 20 distances of the planes",
            (0.02..=20.0).contains(&(self.width / self.spacing)),
        )?;
        within(
            "thickness of the strip in m",
            self.thickness,
            "above 0, at most half the distance of the planes",
            self.thickness > 0.0 && self.thickness <= 0.5 * self.spacing,
        )?;
        positive("resistivity in Ω·m", self.resistivity)?;
        self.roughness.validate()?;
        self.dielectric.validate()
    }

    /// The strip alone as a line; the field is solved for once.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn line(&self) -> Result<TransverseLine, CopperError> {
        self.solved(None)
    }

    /// With a mirror image at a gap, of a voltage with this sign.
    fn solved(&self, neighbour: Option<(f64, f64)>) -> Result<TransverseLine, CopperError> {
        self.validate()?;
        let retreated = |by: f64| {
            CrossSection {
                width: self.width - 2.0 * by,
                thickness: self.thickness - 2.0 * by,
                spacing: self.spacing + 2.0 * by,
                neighbour: neighbour.map(|(gap, sign)| (gap + 2.0 * by, sign)),
            }
            .impedance()
        };
        let smallest = neighbour.map_or(f64::INFINITY, |(gap, _)| gap);
        let step = 1e-3 * self.thickness.min(self.width).min(smallest);
        let line = TransverseLine {
            impedance: retreated(0.0),
            growth: (retreated(step) - retreated(-step)) / (2.0 * step),
            direct_current_resistance: self.resistivity / (self.width * self.thickness),
            dielectric: self.dielectric,
            resistivity: self.resistivity,
            roughness: self.roughness,
        };
        line.validate()?;
        Ok(line)
    }
}

impl StriplinePair {
    /// Checks every dimension and material.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for what cannot be.
    pub fn validate(&self) -> Result<(), CopperError> {
        self.strip.validate()?;
        positive("gap between the strips in m", self.gap)?;
        Ok(())
    }

    /// One strip against the planes where both have the same voltage.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn even_mode(&self) -> Result<TransverseLine, CopperError> {
        self.validate()?;
        self.strip.solved(Some((self.gap, 1.0)))
    }

    /// One strip against the planes where they have opposite voltages; the differential impedance is
    /// twice that of this line.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn odd_mode(&self) -> Result<TransverseLine, CopperError> {
        self.validate()?;
        self.strip.solved(Some((self.gap, -1.0)))
    }

    /// A length in m as a network of four ports: strip one from port 0 to port 1, strip two from port
    /// 2 to port 3, in the resistance in Ω, at frequencies in Hz.
    ///
    /// # Errors
    /// As [`validate`](Self::validate); [`LineError`] for a length or resistance that cannot be, or
    /// frequencies that do not rise.
    pub fn network(
        &self,
        length: f64,
        frequencies: &[f64],
        resistance: f64,
    ) -> Result<Network, LineError> {
        check_ends(length, resistance)?;
        let (even, odd) = (self.even_mode()?, self.odd_mode()?);
        let mut s = Vec::with_capacity(16 * frequencies.len());
        for &f in frequencies {
            let even = even.per_metre(f).scattering(length, resistance);
            let odd = odd.per_metre(f).scattering(length, resistance);
            let own = 0.5 * (even.reflection + odd.reflection);
            let through = 0.5 * (even.transmission + odd.transmission);
            let near = 0.5 * (even.reflection - odd.reflection);
            let far = 0.5 * (even.transmission - odd.transmission);
            s.extend([
                [own, through, near, far],
                [through, own, far, near],
                [near, far, own, through],
                [far, near, through, own],
            ]);
        }
        Ok(Network::new(
            frequencies.to_vec(),
            4,
            s.concat(),
            Reference::uniform(4, resistance),
        )?)
    }
}

impl Line for TransverseLine {
    fn validate(&self) -> Result<(), CopperError> {
        positive("impedance of the strip in vacuum in ohm", self.impedance)?;
        positive("its growth with a retreat of the surfaces", self.growth)?;
        Ok(())
    }

    fn per_metre(&self, frequency: f64) -> PerMetre {
        let omega = 2.0 * PI * frequency;
        let depth = skin_depth(self.resistivity, frequency);
        let share = self.growth / (VACUUM_PERMEABILITY * SPEED_OF_LIGHT);
        let skin = self.roughness.surface_impedance(self.resistivity, depth) * share;
        let permittivity = self.dielectric.permittivity(frequency);
        PerMetre {
            series_impedance: skin_impedance(self.direct_current_resistance, skin)
                + Complex64::new(0.0, omega * self.impedance / SPEED_OF_LIGHT),
            shunt_admittance: Complex64::new(-permittivity.im, permittivity.re) * omega
                / (self.impedance * SPEED_OF_LIGHT),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn strip() -> Stripline {
        Stripline {
            width: 120e-6,
            spacing: 300e-6,
            thickness: 17e-6,
            dielectric: WidebandDebye::flat(3.4, 0.002, 10e9).unwrap(),
            resistivity: 1.724e-8,
            roughness: Roughness::Smooth,
        }
    }

    #[test]
    fn current_flows_all_round_a_strip_but_not_evenly() {
        // Even current on the strip alone, and none in the planes, is the least there can be.
        let depth = skin_depth(1.724e-8, 26.5e9);
        let least = 1.724e-8 / depth / (2.0 * (120e-6 + 17e-6));
        let skin = strip()
            .line()
            .unwrap()
            .per_metre(26.5e9)
            .series_impedance
            .re;
        assert!((1.2..2.0).contains(&(skin / least)), "{skin} over {least}");
    }

    #[test]
    fn a_rough_strip_loses_more() {
        let rough = Stripline {
            roughness: Roughness::Hammerstad {
                root_mean_square: 0.4e-6,
            },
            ..strip()
        };
        let loss = |line: &Stripline| line.line().unwrap().propagation_constant(26.5e9).re;
        assert!(loss(&rough) > 1.2 * loss(&strip()));
    }

    #[test]
    fn the_differential_mode_of_a_pair_is_its_odd_mode() {
        let pair = StriplinePair {
            strip: strip(),
            gap: 180e-6,
        };
        let odd = pair.odd_mode().unwrap();
        let impedance = 2.0 * odd.characteristic_impedance(10e9).re;
        assert!((85.0..115.0).contains(&impedance), "{impedance} Ω");
        let network = pair.network(0.05, &[1e9, 5e9, 10e9], 50.0).unwrap();
        let differential = network.differential(None).unwrap();
        let expected = odd.per_metre(10e9).scattering(0.05, 50.0).transmission;
        assert!((differential.curve(1, 0).unwrap()[2] - expected).norm() < 1e-12);
    }

    #[test]
    fn impossible_strips_are_refused() {
        for broken in [
            Stripline {
                width: 0.0,
                ..strip()
            },
            Stripline {
                spacing: f64::NAN,
                ..strip()
            },
            Stripline {
                thickness: 200e-6,
                ..strip()
            },
            Stripline {
                width: 50e-3,
                ..strip()
            },
            Stripline {
                resistivity: 0.0,
                ..strip()
            },
        ] {
            assert!(broken.line().is_err());
        }
        assert!(
            StriplinePair {
                strip: strip(),
                gap: 0.0
            }
            .odd_mode()
            .is_err()
        );
    }
}
