//! Microstrip: a strip on a dielectric over a plane.

use super::{Line, PerMetre, skin_impedance};
use crate::constants::{SPEED_OF_LIGHT, VACUUM_PERMEABILITY};
use crate::copper::WidebandDebye;
use crate::copper::error::{CopperError, positive, within};
use crate::copper::roughness::{Roughness, skin_depth};
use num_complex::Complex64;
use std::f64::consts::{E, PI};

/// Impedance of free space, Ω.
const FREE_SPACE: f64 = VACUUM_PERMEABILITY * SPEED_OF_LIGHT;

/// A single microstrip line.
///
/// Impedance and effective permittivity at low frequency, with the thickness of the strip: E.
/// Hammerstad and Ø. Jensen, IEEE MTT-S Symposium Digest, 407 (1980), DOI
/// 10.1109/MWSYM.1980.1124303. Their change with frequency: M. Kirschning and R. H. Jansen,
/// Electronics Letters 18(6), 272 (1982), DOI 10.1049/el:19820186, and R. H. Jansen and M. Kirschning,
/// AEÜ 37, 108 (1983). Loss of the conductor: the current distribution of Hammerstad and Jensen,
/// R = 2·R_surface/w·exp(−1.2·(Z/Z_F0)^0.7); loss of the dielectric by its filling factor.
///
/// Leaves out radiation, solder resist, the box, and a strip thinner than three skin depths, whose
/// resistance here passes smoothly into that to direct current.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Microstrip {
    /// Width of the strip, m.
    pub width: f64,
    /// Height of the dielectric, m.
    pub height: f64,
    /// Thickness of the strip, m.
    pub thickness: f64,
    /// The dielectric.
    pub dielectric: WidebandDebye,
    /// Resistivity of the conductors, Ω·m.
    pub resistivity: f64,
    /// Surface of the conductors.
    pub roughness: Roughness,
}

impl Line for Microstrip {
    /// Beyond what cannot be, refuses a strip outside the range of the formulas: width 0.1 to 10 of
    /// the height, permittivity 1.2 to 10. Frequency times height should stay below 30 GHz·mm.
    fn validate(&self) -> Result<(), CopperError> {
        positive("width of the strip in m", self.width)?;
        positive("height of the dielectric in m", self.height)?;
        positive("thickness of the strip in m", self.thickness)?;
        positive("resistivity in Ω·m", self.resistivity)?;
        self.roughness.validate()?;
        self.dielectric.validate()?;
        let ratio = self.width / self.height;
        within(
            "width of the strip over the height",
            ratio,
            "0.1 to 10",
            (0.1..=10.0).contains(&ratio),
        )?;
        let permittivity = self.dielectric.relative_permittivity;
        within(
            "relative permittivity",
            permittivity,
            "1.2 to 10",
            (1.2..=10.0).contains(&permittivity),
        )?;
        Ok(())
    }

    fn per_metre(&self, frequency: f64) -> PerMetre {
        let omega = 2.0 * PI * frequency;
        let complex = self.dielectric.permittivity(frequency);
        let permittivity = complex.re;
        let still = quasi_static(
            self.width / self.height,
            self.thickness / self.height,
            permittivity,
        );
        let normalized = frequency * self.height * 1e-6; // GHz·mm
        let effective = effective_permittivity(&still, normalized, permittivity);
        let impedance = characteristic_impedance(&still, normalized, permittivity, effective);
        let slowness = effective.sqrt() / SPEED_OF_LIGHT;

        let depth = skin_depth(self.resistivity, frequency);
        let surface = self.roughness.surface_impedance(self.resistivity, depth);
        let distribution =
            (-1.2 * ((still.impedance + impedance) / (2.0 * FREE_SPACE)).powf(0.7)).exp();
        let skin = surface * (2.0 / self.width * distribution);
        let direct_current = self.resistivity / (self.width * self.thickness);

        // ε″ of the share of the field that is in the dielectric.
        let filling = (effective - 1.0) / (permittivity - 1.0);
        let lossy = Complex64::new(effective, filling * complex.im);
        PerMetre {
            series_impedance: skin_impedance(direct_current, skin)
                + Complex64::new(0.0, omega * impedance * slowness),
            shunt_admittance: Complex64::new(-lossy.im, lossy.re) * omega
                / (impedance * SPEED_OF_LIGHT * effective.sqrt()),
        }
    }
}

/// At low frequency.
struct QuasiStatic {
    /// Width over height, widened for the thickness.
    ratio: f64,
    impedance: f64,
    effective_permittivity: f64,
}

/// Hammerstad and Jensen's equations (1)–(9), dimensions over the height.
fn quasi_static(ratio: f64, thickness: f64, permittivity: f64) -> QuasiStatic {
    let cotangent = 1.0 / (6.517 * ratio).sqrt().tanh();
    let vacuum = thickness / PI * (4.0 * E / (thickness * cotangent * cotangent)).ln_1p();
    let mixed = 0.5 * vacuum * (1.0 + 1.0 / (permittivity - 1.0).sqrt().cosh());
    let (in_vacuum, widened) = (ratio + vacuum, ratio + mixed);
    let impedance = homogeneous_impedance(widened);
    let u = widened;
    let a = 1.0
        + ((u.powi(4) + (u / 52.0).powi(2)) / (u.powi(4) + 0.432)).ln() / 49.0
        + (u / 18.1).powi(3).ln_1p() / 18.7;
    let b = 0.564 * ((permittivity - 0.9) / (permittivity + 3.0)).powf(0.053);
    let effective =
        0.5 * (permittivity + 1.0) + 0.5 * (permittivity - 1.0) * (1.0 + 10.0 / u).powf(-a * b);
    QuasiStatic {
        ratio: widened,
        impedance: impedance / effective.sqrt(),
        effective_permittivity: effective * (homogeneous_impedance(in_vacuum) / impedance).powi(2),
    }
}

/// Impedance in a homogeneous vacuum, Ω.
fn homogeneous_impedance(ratio: f64) -> f64 {
    let f = 6.0 + (2.0 * PI - 6.0) * (-(30.666 / ratio).powf(0.7528)).exp();
    let w = 2.0 / ratio;
    FREE_SPACE / (2.0 * PI) * (f / ratio + (1.0 + w * w).sqrt()).ln()
}

/// Kirschning and Jansen 1982, with frequency times height in GHz·mm.
fn effective_permittivity(still: &QuasiStatic, normalized: f64, permittivity: f64) -> f64 {
    let u = still.ratio;
    let p1 = 0.27488 + (0.6315 + 0.525 / (1.0 + 0.0157 * normalized).powi(20)) * u
        - 0.065_683 * (-8.7513 * u).exp();
    let p2 = -0.33622 * (-0.03442 * permittivity).exp_m1();
    let p3 = -0.0363 * (-4.6 * u).exp() * (-(normalized / 38.7).powf(4.97)).exp_m1();
    let p4 = 1.0 - 2.751 * (-(permittivity / 15.916).powi(8)).exp_m1();
    let p = p1 * p2 * ((0.1844 + p3 * p4) * normalized).powf(1.5763);
    permittivity - (permittivity - still.effective_permittivity) / (1.0 + p)
}

/// Jansen and Kirschning 1983: the impedance of power and current, R₁ to R₁₇ as there.
fn characteristic_impedance(
    still: &QuasiStatic,
    normalized: f64,
    permittivity: f64,
    effective: f64,
) -> f64 {
    let u = still.ratio;
    let r1 = (0.03891 * permittivity.powf(1.4)).min(20.0);
    let r2 = (0.2671 * u.powi(7)).min(20.0);
    let r3 = 4.766 * (-3.228 * u.powf(0.641)).exp();
    let r4 = 0.016 + (0.0514 * permittivity).powf(4.524);
    let r5 = (normalized / 28.843).powi(12);
    let r6 = (22.20 * u.powf(1.92)).min(20.0);
    let r7 = 1.206 + 0.3144 * (-r1).exp() * (-r2).exp_m1();
    let r8 = 1.0
        - 1.275
            * (-0.004_625 * r3 * permittivity.powf(1.674) * (normalized / 18.365).powf(2.745))
                .exp_m1();
    let contrast = (permittivity - 1.0).powi(6);
    let r9 = 5.086 * r4 * r5 / (0.3838 + 0.386 * r4) * (-r6).exp() / (1.0 + 1.2992 * r5) * contrast
        / (1.0 + 10.0 * contrast);
    let r10 = 0.000_44 * permittivity.powf(2.136) + 0.0184;
    let sixth = (normalized / 19.47).powi(6);
    let r11 = sixth / (1.0 + 0.0962 * sixth);
    let r12 = 1.0 / (1.0 + 0.002_45 * u * u);
    let r13 = 0.9408 * effective.powf(r8) - 0.9603;
    let r14 = (0.9408 - r9) * still.effective_permittivity.powf(r8) - 0.9603;
    let r15 = 0.707 * r10 * (normalized / 12.3).powf(1.097);
    let r16 = 1.0 - 0.0503 * permittivity * permittivity * r11 * (-(u / 15.0).powi(6)).exp_m1();
    let r17 = r7 * (1.0 - 1.1241 * r12 / r16 * (-0.026 * normalized.powf(1.15656) - r15).exp());
    still.impedance * (r13 / r14).powf(r17)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line() -> Microstrip {
        Microstrip {
            width: 3e-3,
            height: 1.55e-3,
            thickness: 35e-6,
            dielectric: WidebandDebye::new(4.413, 0.0182, 1e9, 1e3, 1e12).unwrap(),
            resistivity: 1.7e-8,
            roughness: Roughness::Smooth,
        }
    }

    #[test]
    fn direct_current_meets_the_cross_section() {
        let z = line().per_metre(0.0);
        assert!((z.series_impedance.re - 1.7e-8 / (3e-3 * 35e-6)).abs() < 1e-12);
        assert!(z.shunt_admittance.norm() == 0.0);
    }

    #[test]
    fn a_wide_strip_is_a_parallel_plate_and_a_narrow_one_a_wire() {
        // Z·√ε → Z₀/(u + …): within 5 % at a width of 100 heights, with the fringing of about 2.
        let wide = homogeneous_impedance(100.0);
        assert!((wide / (FREE_SPACE / 102.0) - 1.0).abs() < 0.05);
        // A flat wire over a plane: ln(8h/w)·Z₀/2π.
        let narrow = homogeneous_impedance(0.01);
        assert!((narrow / (FREE_SPACE / (2.0 * PI) * 800f64.ln()) - 1.0).abs() < 1e-3);
    }

    #[test]
    fn the_highest_frequencies_are_in_the_dielectric() {
        let still = quasi_static(1.0, 1e-3, 10.0);
        let low = effective_permittivity(&still, 0.0, 10.0);
        assert!((low - still.effective_permittivity).abs() < 1e-12);
        assert!(effective_permittivity(&still, 1e4, 10.0) > 9.99);
    }

    #[test]
    fn impedance_changes_little_with_frequency_in_the_whole_range() {
        for permittivity in [1.2, 1.5, 2.2, 4.4, 10.0] {
            for ratio in [0.1, 0.3, 1.0, 3.0, 10.0] {
                let still = quasi_static(ratio, 1e-2, permittivity);
                for k in 0..=30 {
                    let normalized = f64::from(k);
                    let effective = effective_permittivity(&still, normalized, permittivity);
                    let impedance =
                        characteristic_impedance(&still, normalized, permittivity, effective);
                    let change = impedance / still.impedance;
                    assert!(
                        (0.8..3.0).contains(&change),
                        "εr {permittivity}, w/h {ratio}, {normalized} GHz·mm: {change}"
                    );
                }
            }
        }
    }

    #[test]
    fn impossible_strips_are_refused() {
        assert!(line().validate().is_ok());
        for broken in [
            Microstrip {
                width: 0.0,
                ..line()
            },
            Microstrip {
                height: f64::NAN,
                ..line()
            },
            Microstrip {
                thickness: -1e-6,
                ..line()
            },
            Microstrip {
                width: 1.0,
                ..line()
            },
            Microstrip {
                resistivity: -1.0,
                ..line()
            },
        ] {
            assert!(broken.validate().is_err());
        }
    }
}
