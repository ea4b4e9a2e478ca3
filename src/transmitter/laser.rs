//! A continuous-wave laser: power, wavelength, relative intensity noise and linewidth.

use crate::constants::SPEED_OF_LIGHT;

/// A single-mode laser in continuous wave, the light source of an external modulator.
///
/// Leaves out: side modes, the noise's resonance (the relative intensity noise is white over the
/// simulated band), frequency noise below the white part, mode hops, temperature.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Laser {
    /// Power that enters the modulator, W.
    pub power: f64,
    /// Vacuum wavelength, m.
    pub wavelength: f64,
    /// Relative intensity noise of the continuous wave, one-sided density, 1/Hz; zero for none.
    pub relative_intensity_noise: f64,
    /// Lorentzian linewidth (full width at half maximum), Hz; zero for none.
    pub linewidth: f64,
}

impl Laser {
    /// Optical carrier frequency, Hz.
    pub fn frequency(&self) -> f64 {
        SPEED_OF_LIGHT / self.wavelength
    }
}
