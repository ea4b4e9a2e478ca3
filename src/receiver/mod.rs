//! Receivers: photodiode with transimpedance amplifier, the electrical receiver's front end, and the
//! analogue-to-digital converter.

pub mod avalanche;
pub mod converter;
pub mod electrical;
pub mod karhunen_loeve;
pub mod noise;
pub mod photoreceiver;
pub mod quadratic_form;

pub use avalanche::AvalancheMultiplication;
pub use converter::{AnalogToDigitalConverter, Conversion, ConverterError, FullScale};
pub use electrical::{AcCoupling, ElectricalReceiver};
pub use karhunen_loeve::{EmissionNoise, PreamplifiedReceiver, StatisticsError};
pub use noise::NoiseDensity;
pub use photoreceiver::{Photoreceiver, ShotNoise};
pub use quadratic_form::QuadraticForm;
