//! Vertical-cavity surface-emitting laser, modulated directly.

use crate::signal::Response;
use std::f64::consts::{PI, SQRT_2};

/// A multimode vertical-cavity laser whose current carries the data; its light is a power without a
/// phase that could be followed.
///
/// The response to a small change of the current is the resonance of photons and carriers,
/// H = f_r²/(f_r² − f² + jfΓ/2π) with the damping Γ = K·f_r² + Γ0 (Coldren, Corzine, Mašanović, Diode
/// Lasers and Photonic Integrated Circuits, 2nd ed., section 5.3), behind the parasitic low-pass of pad
/// and mirrors.
///
/// Leaves out: large-signal dynamics. The response is the same at every level, so that neither the
/// faster rise of the upper levels, the slower fall to the lower ones, nor the compression near
/// saturation are there; thermal effects and chirp neither. The relative intensity noise is white over
/// the simulated band, without the resonance's peak.
#[derive(Debug, Clone, PartialEq)]
pub struct Vcsel {
    /// Outer optical modulation amplitude, highest less lowest level of long runs, W.
    pub modulation_amplitude: f64,
    /// Outer extinction ratio, a ratio of powers above 1.
    pub extinction_ratio: f64,
    /// Vacuum wavelength, m.
    pub wavelength: f64,
    /// Root-mean-square width of the spectrum, m.
    pub spectral_width: f64,
    /// Relative intensity noise of the continuous wave, one-sided density, 1/Hz; zero for none.
    pub relative_intensity_noise: f64,
    /// Coefficient k of mode-partition noise, 0 (none) to 1 (one mode at a time).
    pub mode_partition: f64,
    /// Response of the laser, of driver and current to light.
    pub response: Response,
    /// Response of the parasitics in front of it.
    pub parasitic_response: Response,
}

/// Least power relative to the highest level, held smoothly where an undershoot would fall below the
/// laser's threshold.
const DARKEST: f64 = 1e-4;

impl Vcsel {
    /// Modulation amplitude of equally spaced levels with this average power and extinction ratio:
    /// 2P(r − 1)/(r + 1).
    pub fn amplitude_of_average(power: f64, extinction_ratio: f64) -> f64 {
        2.0 * power * (extinction_ratio - 1.0) / (extinction_ratio + 1.0)
    }

    /// Damping rate Γ = K·f_r² + Γ0 in 1/s, of the K factor in s and the offset in 1/s.
    pub fn damping(resonance: f64, k_factor: f64, offset: f64) -> f64 {
        k_factor * resonance * resonance + offset
    }

    /// Largest −3 dB bandwidth that the damping allows at any current, 2π√2/K in Hz, K in s.
    pub fn damping_limit(k_factor: f64) -> f64 {
        2.0 * PI * SQRT_2 / k_factor
    }

    /// Power (W) as a function of the drive, −1 at the lowest and +1 at the highest outer level.
    pub fn power(&self, drive: f64) -> f64 {
        let top = self.modulation_amplitude * self.extinction_ratio / (self.extinction_ratio - 1.0);
        let linear = top - 0.5 * self.modulation_amplitude * (1.0 - drive);
        let floor = DARKEST * top;
        0.5 * (linear + (linear * linear + 4.0 * floor * floor).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn vcsel() -> Vcsel {
        Vcsel {
            modulation_amplitude: 1e-3,
            extinction_ratio: 4.0,
            wavelength: 850e-9,
            spectral_width: 0.4e-9,
            relative_intensity_noise: 0.0,
            mode_partition: 0.0,
            response: Response::Flat,
            parasitic_response: Response::Flat,
        }
    }

    #[test]
    fn the_outer_levels_have_amplitude_and_extinction_ratio() {
        let vcsel = vcsel();
        let (low, high) = (vcsel.power(-1.0), vcsel.power(1.0));
        assert!((high - low - 1e-3).abs() < 1e-9);
        assert!((high / low - 4.0).abs() < 1e-5);
        assert!(vcsel.power(-3.0) > 0.0 && vcsel.power(-3.0) < 1e-6);
        let average = 0.5 * (low + high);
        assert!((Vcsel::amplitude_of_average(average, 4.0) - 1e-3).abs() < 1e-8);
    }
}
