//! Transmitters: the electrical driver, the laser, the external modulators, and the laser that is
//! modulated directly.

pub mod driver;
pub mod electro_absorption;
pub mod jitter;
pub mod laser;
pub mod mach_zehnder;
pub mod vcsel;

pub use driver::Driver;
pub use electro_absorption::{ElectroAbsorptionModulator, ElectroAbsorptionTransfer};
pub use jitter::{Jitter, SinusoidalJitter};
pub use laser::Laser;
pub use mach_zehnder::{MachZehnderDrive, MachZehnderModulator};
pub use vcsel::Vcsel;

/// The level of light a transmitter is set to, measured at the modulator's output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LaunchLevel {
    /// Whatever the laser and the modulator's loss give.
    FromLaser,
    /// The laser is set so that the average power at the output is this, W.
    AveragePower(f64),
    /// The laser is set so that the outer optical modulation amplitude at the output,
    /// P(highest level) − P(lowest level), is this, W.
    OpticalModulationAmplitude(f64),
}
