//! Cross-section of a pair of round wires: spacing ↔ differential impedance.

use std::f64::consts::PI;

use super::error::{CopperError, positive, within};
use crate::constants::{SPEED_OF_LIGHT, VACUUM_PERMEABILITY};

/// What surrounds the two wires. The dielectric is taken as uniform out to infinity or the shield.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum PairGeometry {
    /// Two wires alone: Z = (η₀/(π√εr))·arcosh(s/d), exact (Pozar, *Microwave Engineering*,
    /// 4th edition, Table 2.1, two-wire line).
    Unshielded,
    /// Two wires placed symmetrically in one round shield, driven differentially:
    /// Z = (η₀/(π√εr))·[arcosh(s/d) + ln((1 − σ²)/(1 + σ²))], σ = s/D.
    ///
    /// For thin wires this is the balanced shielded line of *Reference Data for Radio Engineers*,
    /// (276/√εr)·lg(2(s/d)(1 − σ²)/(1 + σ²)), from the images of the wires in the shield; the
    /// arcosh keeps the exact limit of a wide shield. It leaves out the redistribution of charge
    /// on the wires by the shield: an estimate for wires close to it.
    Shielded {
        /// Inner diameter of the shield D, m.
        shield_diameter: f64,
    },
}

impl PairGeometry {
    /// Differential impedance without loss, Ω, of wires of `diameter` with centres `spacing`
    /// apart, in m, in a dielectric of relative permittivity `relative_permittivity`.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for wires that overlap each other or the shield, or
    /// lengths that are not finite and positive.
    pub fn differential_impedance(
        &self,
        diameter: f64,
        spacing: f64,
        relative_permittivity: f64,
    ) -> Result<f64, CopperError> {
        let unit = self.check(diameter, relative_permittivity)?;
        within(
            "distance between wire centres in m",
            spacing,
            "above the wire diameter, and within the shield",
            spacing > diameter && spacing < self.widest(diameter) && spacing.is_finite(),
        )?;
        Ok(unit * self.shape(diameter, spacing))
    }

    /// Distance in m between the centres of wires of `diameter` that gives `impedance` Ω. Inside a
    /// shield, where two spacings give the same impedance, the closer one.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] as above; [`CopperError::UnreachableImpedance`] if the
    /// shield keeps the impedance below `impedance` at every spacing.
    pub fn spacing(
        &self,
        diameter: f64,
        impedance: f64,
        relative_permittivity: f64,
    ) -> Result<f64, CopperError> {
        let unit = self.check(diameter, relative_permittivity)?;
        positive("differential impedance in ohm", impedance)?;
        let target = impedance / unit;
        match self {
            Self::Unshielded => Ok(diameter * target.cosh()),
            Self::Shielded { .. } => {
                let peak = self.spacing_of_maximum(diameter);
                let maximum = self.shape(diameter, peak);
                if target > maximum {
                    return Err(CopperError::UnreachableImpedance {
                        impedance,
                        maximum: unit * maximum,
                    });
                }
                Ok(bisect(diameter, peak, |s| self.shape(diameter, s) < target))
            }
        }
    }

    /// Factor by which the proximity of the other wire raises the high-frequency resistance of an
    /// unshielded pair, (s/d)/√((s/d)² − 1): Wheeler's incremental inductance rule (Proc. IRE 30,
    /// 412, 1942) applied to L = (µ₀/π)·arcosh(s/d). The cable model does not apply it: it is one
    /// part of the excess loss factor, given here to judge that factor.
    pub fn proximity_factor(diameter: f64, spacing: f64) -> f64 {
        let ratio = spacing / diameter;
        ratio / (ratio * ratio - 1.0).sqrt()
    }

    /// η₀/(π√εr), after the checks common to both directions.
    fn check(&self, diameter: f64, relative_permittivity: f64) -> Result<f64, CopperError> {
        positive("conductor diameter in m", diameter)?;
        within(
            "relative permittivity",
            relative_permittivity,
            "finite, 1 or above",
            relative_permittivity >= 1.0 && relative_permittivity.is_finite(),
        )?;
        if let Self::Shielded { shield_diameter } = *self {
            within(
                "inner diameter of the shield in m",
                shield_diameter,
                "finite, above two wire diameters",
                shield_diameter > 2.0 * diameter && shield_diameter.is_finite(),
            )?;
        }
        Ok(VACUUM_PERMEABILITY * SPEED_OF_LIGHT / (PI * relative_permittivity.sqrt()))
    }

    /// The spacing at which the wires touch the shield, m.
    fn widest(&self, diameter: f64) -> f64 {
        match self {
            Self::Unshielded => f64::INFINITY,
            Self::Shielded { shield_diameter } => shield_diameter - diameter,
        }
    }

    /// Z·π√εr/η₀.
    fn shape(&self, diameter: f64, spacing: f64) -> f64 {
        let alone = (spacing / diameter).acosh();
        match self {
            Self::Unshielded => alone,
            Self::Shielded { shield_diameter } => {
                let square = (spacing / shield_diameter).powi(2);
                alone + ((1.0 - square) / (1.0 + square)).ln()
            }
        }
    }

    /// The spacing of largest impedance: the root of d(shape)/ds, which falls through zero once,
    /// 1/√(s² − d²) = 4sD²/(D⁴ − s⁴).
    fn spacing_of_maximum(&self, diameter: f64) -> f64 {
        match self {
            Self::Unshielded => f64::INFINITY,
            Self::Shielded { shield_diameter } => {
                let shield = shield_diameter * shield_diameter;
                bisect(diameter, self.widest(diameter), |s| {
                    let square = s * s;
                    shield * shield - square * square
                        > 4.0 * s * shield * (square - diameter * diameter).sqrt()
                })
            }
        }
    }
}

/// The point in (low, high) where `below` turns from true to false, to the last bit.
fn bisect(mut low: f64, mut high: f64, below: impl Fn(f64) -> bool) -> f64 {
    // 100 halvings exhaust the bits of any f64 interval of the same sign and similar size.
    for _ in 0..100 {
        let middle = f64::midpoint(low, high);
        if below(middle) {
            low = middle;
        } else {
            high = middle;
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIRE: f64 = 0.4049e-3;

    #[test]
    fn open_wire_line_in_air_has_the_textbook_impedance() {
        // 276·lg(2s/d) for thin wires: 600 Ω at 2s/d = 10^(600/276), textbooks' rounded 276.
        let spacing = 0.5e-3 * 10f64.powf(600.0 / 276.0);
        let z = PairGeometry::Unshielded
            .differential_impedance(1e-3, spacing, 1.0)
            .unwrap();
        assert!((z - 600.0).abs() < 1.0, "{z}");
    }

    #[test]
    fn thin_wires_in_a_shield_agree_with_reference_data_for_radio_engineers() {
        let (d, s, shield) = (0.05e-3, 1.0e-3, 2.5e-3);
        let z = PairGeometry::Shielded {
            shield_diameter: shield,
        }
        .differential_impedance(d, s, 2.1)
        .unwrap();
        let square: f64 = (s / shield).powi(2);
        let want = 276.0 / 2.1f64.sqrt() * (2.0 * s / d * (1.0 - square) / (1.0 + square)).log10();
        assert!((z / want - 1.0).abs() < 2e-3, "{z} for {want}");
    }

    #[test]
    fn wide_shield_is_no_shield() {
        let far = PairGeometry::Shielded {
            shield_diameter: 10.0,
        };
        let a = far.differential_impedance(WIRE, 0.7e-3, 1.9).unwrap();
        let b = PairGeometry::Unshielded
            .differential_impedance(WIRE, 0.7e-3, 1.9)
            .unwrap();
        assert!((a - b).abs() < 1e-5);
    }

    #[test]
    fn spacing_and_impedance_invert_each_other() {
        for geometry in [
            PairGeometry::Unshielded,
            PairGeometry::Shielded {
                shield_diameter: 6.0 * WIRE,
            },
        ] {
            for target in [60.0, 85.0, 100.0] {
                let s = geometry.spacing(WIRE, target, 1.9).unwrap();
                let z = geometry.differential_impedance(WIRE, s, 1.9).unwrap();
                assert!((z - target).abs() < 1e-9, "{geometry:?}: {z} for {target}");
            }
        }
    }

    #[test]
    fn shield_limits_the_impedance() {
        let tight = PairGeometry::Shielded {
            shield_diameter: 3.0 * WIRE,
        };
        match tight.spacing(WIRE, 150.0, 1.9) {
            Err(CopperError::UnreachableImpedance { maximum, .. }) => {
                assert!(maximum > 0.0 && maximum < 150.0);
                let s = tight.spacing(WIRE, 0.999 * maximum, 1.9).unwrap();
                assert!(s > WIRE && s < 2.0 * WIRE);
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn proximity_explains_a_fifth_of_the_conductor_loss_of_a_hundred_ohm_pair() {
        // arcosh(s/d) = 100 Ω·π√1.9/376.73 Ω = 1.1495, and cosh x/√(cosh² x − 1) = coth x = 1.223.
        let s = PairGeometry::Unshielded.spacing(WIRE, 100.0, 1.9).unwrap();
        let factor = PairGeometry::proximity_factor(WIRE, s);
        let want = 1.0 / (100.0 * PI * 1.9f64.sqrt() / 376.730_313_668).tanh();
        assert!((factor - want).abs() < 1e-9 && (factor - 1.223).abs() < 1e-3);
    }

    #[test]
    fn impossible_cross_sections_are_refused() {
        let open = PairGeometry::Unshielded;
        for spacing in [0.0, WIRE, 0.5 * WIRE, f64::NAN, f64::INFINITY, -1.0] {
            assert!(open.differential_impedance(WIRE, spacing, 1.9).is_err());
        }
        for impedance in [0.0, -100.0, f64::NAN] {
            assert!(open.spacing(WIRE, impedance, 1.9).is_err());
        }
        assert!(open.spacing(WIRE, 100.0, 0.5).is_err());
        let small = PairGeometry::Shielded {
            shield_diameter: 2.0 * WIRE,
        };
        assert!(small.spacing(WIRE, 50.0, 1.9).is_err());
        let shield = PairGeometry::Shielded {
            shield_diameter: 4.0 * WIRE,
        };
        assert!(
            shield
                .differential_impedance(WIRE, 3.1 * WIRE, 1.9)
                .is_err()
        );
    }
}
