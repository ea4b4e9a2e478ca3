//! Networks: scattering parameters of N ports over frequency, as measured, simulated or exchanged.
//!
//! Time factor e^{+jωt}, b = S·a. [`Touchstone`] reads and writes files; a [`Network`] is what they
//! hold and what everything else works on. All methods return a new network; frequencies are in Hz,
//! impedances in Ω, times in s, ports are counted from 0.
//!
//! | subject | where |
//! |---|---|
//! | files, versions 1.0 to 2.1 | [`touchstone`] |
//! | which waves S relates: power, pseudo, travelling | [`WaveDefinition`] |
//! | Z, Y, H, G, chain (ABCD), transfer (T); other reference impedances | [`Network::parameters`], [`Network::from_parameters`], [`Network::renormalized`] |
//! | differential and common modes | [`Network::mixed_mode`], [`Network::single_ended`] |
//! | which port leads to which | [`Network::port_order`], [`Network::differential`] |
//! | cascade, connection, de-embedding, termination | [`Network::cascaded`], [`Network::connected`], [`Network::de_embedded`], [`Network::terminated`] |
//! | other frequencies, 0 Hz | [`Network::interpolated`], [`Network::extended_to_dc`] |
//! | transfer of a differential channel at any frequency | [`ChannelTransfer`] |
//! | passivity, reciprocity, causality | [`Network::quality`], [`Network::application_quality`], [`Network::passive`] |
//! | impulse, step, pulse, impedance profile | [`Network::impulse_response`], [`Network::impedance_profile`] |
//!
//! A differential channel from a four-port file, its loss and its pulse:
//!
//! ```
//! use eyespan::network::{TimeOptions, Touchstone};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("channel.s4p");
//! # let mut text = String::from("# GHz S RI R 50\n");
//! # for k in 0..=400 {
//! #     let f = f64::from(k) * 0.1;
//! #     let (s, c) = (-0.314 * f).sin_cos();
//! #     let g = 0.95 * (-0.03 * f - 0.05 * f.sqrt()).exp();
//! #     text += &format!("{f} 0 0 {0} {1} 0 0 0 0\n{0} {1} 0 0 0 0 0 0\n0 0 0 0 0 0 {0} {1}\n0 0 0 0 {0} {1} 0 0\n", g * c, g * s);
//! # }
//! # std::fs::write(&path, text)?;
//! let file = Touchstone::read(&path)?;
//! let pair = file.network.differential(None)?; // the order is found, or refused
//! let loss_db = -20.0 * pair.interpolated(&[13.28e9])?.curve(1, 0)?[0].norm().log10();
//! assert!(loss_db > 5.0 && loss_db < 6.0);
//!
//! let symbol = 1.0 / 26.5625e9;
//! let pulse = pair.pulse_response(1, 0, symbol, &TimeOptions::new(symbol / 32.0))?;
//! let (_, height) = pulse.peak().ok_or("no samples")?;
//! assert!(height > 0.5 && height < 0.95);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Leaves out: fits of rational functions, noise parameters in cascades, the de-embedding of IEEE 370
//! from a 2×-through structure.

mod band_limit;
mod channel;
mod connect;
mod continuation;
mod data;
mod error;
mod interpolation;
mod matrix;
mod mixed_mode;
mod parameters;
mod ports;
mod quality;
mod quality_in_time;
mod series;
mod time;
pub mod touchstone;
mod waves;

pub use band_limit::{HighFrequency, gaussian_bandwidth};
pub use channel::ChannelTransfer;
pub(crate) use continuation::{Continuation, straight_line};
pub use data::{Network, PortMode, Reference, WaveDefinition};
pub use error::{FileError, NetworkError};
pub use mixed_mode::Pair;
pub use parameters::ParameterKind;
pub use ports::{PortOrder, Termination};
pub use quality::{Grade, PassivityChange, Quality};
pub use quality_in_time::{Application, ApplicationQuality};
pub use series::fourier_series;
pub use time::{ProfilePoint, TimeOptions, TimeResponse};
pub use touchstone::Touchstone;
