//! Copper: differential twinaxial cable and the lines of boards from their geometry and materials,
//! and the analogue equaliser in front of a receiver.
//!
//! Time factor e^{+jωt}; γ = α (Np/m) + jβ (rad/m); everything in SI. A [`TwinaxCable`] is a plain
//! description; its `transfer(f)` is the voltage transfer function that multiplies the forward
//! FFT of a signal, between a matched source and a matched load (100 Ω differential).
//!
//! | subject | where |
//! |---|---|
//! | wire gauge, resistivity, skin effect | [`Conductor`] |
//! | permittivity and loss tangent, causal | [`WidebandDebye`] |
//! | wire spacing ↔ differential impedance | [`PairGeometry`] |
//! | the cable | [`TwinaxCable`] |
//! | its skew, and a periodic variation of its impedance | [`imperfection`] |
//! | lines of boards: microstrip, stripline, pairs; by constants | [`mod@line`] |
//! | ends of a channel: termination on the die, package, board after IEEE 802.3 Annex 93A | [`device`] |
//! | connectors by few numbers | [`Connector`] |
//! | everything between a driver and a receiver as one cascade, with its reflections | [`path`] |
//! | two-ports at one frequency, their cascade | [`two_port`] |
//! | roughness | [`Roughness`] |
//! | continuous-time linear equaliser | [`ContinuousTimeLinearEqualizer`] |
//!
//! ```
//! use eyespan::copper::TwinaxCable;
//!
//! let cable = TwinaxCable::copper(26, 2.0)?; // 26 AWG, 2 m
//! let loss_db = -20.0 * cable.transfer(26.5625e9).norm().log10();
//! assert!(loss_db > 10.0 && loss_db < 11.0);
//! # Ok::<(), eyespan::copper::CopperError>(())
//! ```

mod conductor;
mod connector;
mod ctle;
pub mod device;
mod dielectric;
mod error;
mod geometry;
pub mod line;
pub mod path;
mod redriver;
mod roughness;
mod round_wire;
mod twinax;
pub mod two_port;

pub use conductor::{
    COPPER_RESISTIVITY, COPPER_TEMPERATURE_COEFFICIENT, Conductor, SILVER_RESISTIVITY,
    SILVER_TEMPERATURE_COEFFICIENT, awg_diameter,
};
pub use connector::Connector;
pub use ctle::{ContinuousTimeLinearEqualizer, LowFrequencyStage};
pub use device::{Board, Device, Package, Termination};
pub use dielectric::WidebandDebye;
pub use error::CopperError;
pub use geometry::PairGeometry;
pub use path::{BoardTrace, CopperPath, Piece};
pub use redriver::{Redriver, RedriverGain};
pub use roughness::{Roughness, skin_depth};
pub use twinax::imperfection::{self, PeriodicVariation};
pub use twinax::{DEFAULT_EXCESS_LOSS_FACTOR, TwinaxCable};
pub use two_port::TwoPort;
