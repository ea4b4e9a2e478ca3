//! Roughness of a conductor's surface: how much more it loses than a smooth one.

use num_complex::Complex64;
use std::f64::consts::{FRAC_2_PI, PI};

use super::error::{CopperError, not_negative, positive};
use crate::constants::VACUUM_PERMEABILITY;

/// Depth at which the current has fallen to 1/e, δ = √(ρ/(πfμ₀)), m, for a resistivity in Ω·m;
/// infinite at zero frequency.
pub fn skin_depth(resistivity: f64, frequency: f64) -> f64 {
    (resistivity / (PI * frequency.abs() * VACUUM_PERMEABILITY)).sqrt()
}

/// Surface of a conductor.
///
/// Both models give a loss alone. The reactance here is the one that a causal response has with that
/// loss, in closed form for both, see [`surface_impedance`](Self::surface_impedance).
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Roughness {
    /// Without roughness.
    #[default]
    Smooth,
    /// E. Hammerstad and Ø. Jensen, IEEE MTT-S Symposium Digest, 407 (1980), DOI
    /// 10.1109/MWSYM.1980.1124303: K = 1 + (2/π)·atan(1.4·(Δ/δ)²). It ends at 2.
    Hammerstad {
        /// Root mean square height Δ, m.
        root_mean_square: f64,
    },
    /// P. G. Huray et al., DesignCon 2010, "Impact of copper surface texture on loss: a model that
    /// works", with spheres of one radius on a flat surface:
    /// K = 1 + (3/2)·(4πa²N/A)/(1 + δ/a + δ²/(2a²)).
    Huray {
        /// Radius a of a sphere, m.
        radius: f64,
        /// Number N of spheres on the area A.
        spheres: f64,
        /// Area A of the flat surface, m².
        area: f64,
    },
}

impl Roughness {
    /// Checks that the surface can exist.
    ///
    /// # Errors
    /// [`CopperError::InvalidParameter`] for what is negative, or zero where it divides.
    pub fn validate(&self) -> Result<(), CopperError> {
        match *self {
            Self::Smooth => {}
            Self::Hammerstad { root_mean_square } => {
                not_negative("root mean square roughness in m", root_mean_square)?;
            }
            Self::Huray {
                radius,
                spheres,
                area,
            } => {
                positive("radius of the spheres in m", radius)?;
                not_negative("number of spheres", spheres)?;
                positive("area of the spheres' base in m²", area)?;
            }
        }
        Ok(())
    }

    /// Loss over that of a smooth surface, for a skin depth in m.
    pub fn factor(&self, skin_depth: f64) -> f64 {
        self.normalized_impedance(skin_depth).re
    }

    /// Impedance of the surface, Ω: of a resistivity in Ω·m, for a skin depth in m. Zero for direct
    /// current.
    pub fn surface_impedance(&self, resistivity: f64, skin_depth: f64) -> Complex64 {
        if skin_depth.is_infinite() {
            return Complex64::ZERO;
        }
        self.normalized_impedance(skin_depth) * (resistivity / skin_depth)
    }

    /// Surface impedance over the resistance of a smooth surface, 1 + j where it is smooth.
    ///
    /// Huray with its reactance: 1 + j times 1 + (3/2)·(4πa²N/A)/(1 + δ/((1 + j)a)), J. E. Bracken,
    /// DesignCon 2012, "A causal Huray model for surface roughness"; a function of √(jω) alone, whose
    /// real part is the loss above.
    ///
    /// Hammerstad with its reactance: with y = 1.4·(Δ/δ)² and q = √(jy), 1 + j +
    /// (2/π)·√(2/y)·q·[ln(1 + q) − ½·ln(1 + q²) + atan q], whose real part is 1 + (2/π)·atan y. It
    /// follows from atan y = ∫₁^∞ y/(y² + u²) du: √y·y·u/(y² + u²) is the real part of
    /// [s/(√s + √u) − s√s/(s + u) + √u·s/(s + u)]/√2 at s = jy, which has no pole in the right half
    /// plane.
    fn normalized_impedance(&self, skin_depth: f64) -> Complex64 {
        let smooth = Complex64::new(1.0, 1.0);
        if skin_depth.is_infinite() {
            return smooth;
        }
        match *self {
            Self::Smooth => smooth,
            Self::Hammerstad { root_mean_square } => {
                let ratio = root_mean_square / skin_depth;
                let y = 1.4 * ratio * ratio;
                if y == 0.0 {
                    return smooth;
                }
                let q = Complex64::new(0.0, y).sqrt();
                let bracket = (1.0 + q).ln() - 0.5 * (Complex64::new(1.0, y)).ln() + q.atan();
                smooth + q * bracket * ((2.0 / y).sqrt() * FRAC_2_PI)
            }
            Self::Huray {
                radius,
                spheres,
                area,
            } => {
                let surface = 4.0 * PI * radius * radius * spheres / area;
                let depth = skin_depth / radius;
                smooth * (1.0 + 1.5 * surface / (1.0 + depth / smooth))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_added_at_zero_frequency() {
        let depth = skin_depth(1.7e-8, 0.0);
        assert!(depth.is_infinite());
        for rough in [
            Roughness::Smooth,
            Roughness::Hammerstad {
                root_mean_square: 1e-6,
            },
            Roughness::Huray {
                radius: 5e-7,
                spheres: 14.0,
                area: 9.4e-12,
            },
        ] {
            assert!(rough.validate().is_ok());
            assert!((rough.factor(depth) - 1.0).abs() < 1e-15);
            assert!(rough.surface_impedance(1.7e-8, depth) == Complex64::ZERO);
        }
    }

    #[test]
    fn the_highest_frequencies_see_the_whole_surface() {
        let twice = Roughness::Hammerstad {
            root_mean_square: 1e-6,
        };
        assert!((twice.factor(1e-12) - 2.0).abs() < 1e-9);
        let spheres = Roughness::Huray {
            radius: 1e-6,
            spheres: 1.0,
            area: 4.0 * PI * 1e-12,
        };
        assert!((spheres.factor(1e-15) - 2.5).abs() < 1e-8);
    }

    #[test]
    fn the_loss_is_that_of_the_models_themselves() {
        for k in -40..40 {
            let depth = 1e-6 * (f64::from(k) * 0.2).exp();
            let rough = Roughness::Hammerstad {
                root_mean_square: 0.7e-6,
            };
            let ratio = 0.7e-6 / depth;
            let expected = 1.0 + FRAC_2_PI * (1.4 * ratio * ratio).atan();
            assert!((rough.factor(depth) - expected).abs() < 1e-13, "{depth}");
            let spheres = Roughness::Huray {
                radius: 0.5e-6,
                spheres: 14.0,
                area: 9.4e-12,
            };
            let (surface, x) = (14.0 * PI * 1e-12 / 9.4e-12, depth / 0.5e-6);
            let expected = 1.0 + 1.5 * surface / (1.0 + x + 0.5 * x * x);
            assert!((spheres.factor(depth) - expected).abs() < 1e-13, "{depth}");
        }
    }

    #[test]
    fn impossible_surfaces_are_refused() {
        for rough in [
            Roughness::Hammerstad {
                root_mean_square: -1e-6,
            },
            Roughness::Hammerstad {
                root_mean_square: f64::NAN,
            },
            Roughness::Huray {
                radius: 0.0,
                spheres: 1.0,
                area: 1.0,
            },
            Roughness::Huray {
                radius: 1e-6,
                spheres: 1.0,
                area: 0.0,
            },
        ] {
            assert!(rough.validate().is_err());
        }
    }
}
