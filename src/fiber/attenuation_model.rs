//! Attenuation of silica fibre over wavelength from its causes.

/// Attenuation as the sum of its causes, in dB/m:
///
/// α(λ) = A/λ⁴ + B + α_IR·e^(−λ_IR/λ) + α_OH·e^(−4 ln2·(λ − λ_OH)²/w²)
///
/// (G. Keiser, Optical Fiber Communications, section 3.1; IEEE 802.3 link models use the first two
/// terms alone). A part gives what it knows; what is `None` or zero is left out.
///
/// Leaves out: ultraviolet absorption, which is below a hundredth of a dB per km from 1200 nm on, and
/// the asymmetry and the side bands of the water peak.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AttenuationModel {
    /// Rayleigh scattering A, dB/m·m⁴; 1 dB/km·µm⁴ is 1e-27.
    pub rayleigh: f64,
    /// What does not depend on the wavelength, B, dB/m.
    pub constant: f64,
    /// Absorption by the vibrations of the glass.
    pub infrared: Option<InfraredAbsorption>,
    /// Absorption by hydroxyl ions near 1383 nm.
    pub water_peak: Option<WaterPeak>,
}

/// The tail of infrared absorption, α_IR·e^(−λ_IR/λ).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct InfraredAbsorption {
    /// α_IR, dB/m.
    pub amplitude: f64,
    /// λ_IR, m.
    pub wavelength: f64,
}

/// A water peak, Gaussian over wavelength.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct WaterPeak {
    /// Wavelength of the peak λ_OH, m.
    pub wavelength: f64,
    /// Height α_OH, dB/m.
    pub height: f64,
    /// Full width at half of the height w, m.
    pub width: f64,
}

impl AttenuationModel {
    /// Rayleigh scattering and a constant through the attenuations (dB/m) at two wavelengths (m), as
    /// data sheets give them; `None` where they belong to no such curve: equal wavelengths, or a
    /// negative A or B.
    pub fn through(first: (f64, f64), second: (f64, f64)) -> Option<Self> {
        let inverse = |wavelength: f64| wavelength.powi(-4);
        let rayleigh = (first.1 - second.1) / (inverse(first.0) - inverse(second.0));
        let constant = first.1 - rayleigh * inverse(first.0);
        let possible = rayleigh.is_finite() && rayleigh >= 0.0 && constant >= 0.0;
        possible.then_some(Self {
            rayleigh,
            constant,
            infrared: None,
            water_peak: None,
        })
    }

    /// Attenuation at the vacuum wavelength `wavelength` (m), dB/m.
    pub fn at(&self, wavelength: f64) -> f64 {
        let scattered = self.rayleigh / wavelength.powi(4) + self.constant;
        let infrared = self
            .infrared
            .map_or(0.0, |ir| ir.amplitude * (-ir.wavelength / wavelength).exp());
        let water = self.water_peak.map_or(0.0, |peak| {
            let x = (wavelength - peak.wavelength) / peak.width;
            peak.height * (-4.0 * std::f64::consts::LN_2 * x * x).exp()
        });
        scattered + infrared + water
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_points_are_met_and_impossible_ones_are_not() {
        let model = AttenuationModel::through((1310e-9, 0.32e-3), (1550e-9, 0.18e-3)).unwrap();
        assert!((model.at(1310e-9) - 0.32e-3).abs() < 1e-15);
        assert!((model.at(1550e-9) - 0.18e-3).abs() < 1e-15);
        // Between the points the curve sags below the straight line.
        assert!(model.at(1430e-9) < 0.25e-3);
        assert!(AttenuationModel::through((1310e-9, 0.1e-3), (1550e-9, 0.2e-3)).is_none());
        assert!(AttenuationModel::through((1310e-9, 0.3e-3), (1310e-9, 0.3e-3)).is_none());
        // Steeper than λ⁻⁴.
        assert!(AttenuationModel::through((1310e-9, 0.9e-3), (1550e-9, 0.1e-3)).is_none());
    }

    #[test]
    fn the_peak_has_its_height_and_its_width() {
        let model = AttenuationModel {
            rayleigh: 0.0,
            constant: 0.0,
            infrared: None,
            water_peak: Some(WaterPeak {
                wavelength: 1383e-9,
                height: 1e-4,
                width: 40e-9,
            }),
        };
        assert!((model.at(1383e-9) - 1e-4).abs() < 1e-18);
        assert!((model.at(1363e-9) - 0.5e-4).abs() < 1e-12);
    }
}
