//! Optical amplifiers: erbium-doped fibre and semiconductor, their gain, their saturation and the
//! noise they add.
//!
//! Amplified spontaneous emission is circular complex Gaussian noise in both polarisations. Its
//! density *per polarisation*, in W per Hz of optical frequency around the carrier, is
//! S = n_sp·(G − 1)·hν (E. Desurvire, Erbium-Doped Fiber Amplifiers, 1994; G. P.
//! Agrawal, Fiber-Optic Communication Systems, 4th ed., section 7.2). A sampled envelope carries
//! σ² = S·(sampling rate) per polarisation. How a noise figure turns into n_sp is a matter of
//! definition: see [`NoiseFigureDefinition`].
//!
//! | subject | where |
//! |---|---|
//! | gain, saturation, noise of an erbium-doped fibre amplifier | [`ErbiumAmplifier`] |
//! | noise figure, n_sp, densities, optical signal-to-noise ratio, sampled noise | [`SpontaneousEmission`] |
//! | gain dynamics, pattern effects and chirp of a semiconductor amplifier | [`SemiconductorAmplifier`] |
//!
//! ```
//! use eyespan::amplifier::{ErbiumAmplifier, NoiseFigureDefinition, osnr};
//! use eyespan::units::{db_to_power_ratio, dbm_to_watt, power_ratio_to_db};
//!
//! let amplifier = ErbiumAmplifier {
//!     small_signal_gain: db_to_power_ratio(16.0),
//!     output_saturation_power: None,
//!     noise_figure: db_to_power_ratio(5.0),
//!     definition: NoiseFigureDefinition::WithShotNoise,
//! };
//! let noise = amplifier.spontaneous_emission(dbm_to_watt(-16.0), 193.1e12)?;
//! let osnr_db = power_ratio_to_db(osnr(dbm_to_watt(0.0), noise.both_polarizations()));
//! assert!((osnr_db - 36.995).abs() < 1e-3);
//! # Ok::<(), eyespan::amplifier::AmplifierError>(())
//! ```

mod erbium;
mod error;
mod semiconductor;
mod spontaneous_emission;

pub use erbium::ErbiumAmplifier;
pub use error::AmplifierError;
pub use semiconductor::{SemiconductorAmplifier, SemiconductorState};
pub use spontaneous_emission::{
    NoiseAddress, NoiseFigureDefinition, OSNR_BANDWIDTH, SpontaneousEmission, osnr,
};
