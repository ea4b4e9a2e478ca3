//! Receivers: photodiode with transimpedance amplifier, and the electrical receiver's front end.

pub mod avalanche;
pub mod electrical;
pub mod noise;
pub mod photoreceiver;

pub use avalanche::AvalancheMultiplication;
pub use electrical::{AcCoupling, ElectricalReceiver};
pub use noise::NoiseDensity;
pub use photoreceiver::{Photoreceiver, ShotNoise};
