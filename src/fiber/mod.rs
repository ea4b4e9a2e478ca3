//! Optical fibre.
//!
//! | subject | where |
//! |---|---|
//! | attenuation, chromatic dispersion, delay of one polarisation | [`SingleModeFiber`] |
//! | attenuation from its causes | [`AttenuationModel`] |
//! | multimode fibre: modal and chromatic dispersion, its noises | [`MultimodeFiber`] |
//! | loss of bends | [`BendLoss`] |
//! | noise from reflections, and its coherence | [`multipath_interference`], [`echo_coherence`] |
//! | the Kerr effect with dispersion: split steps, exact where they can be | [`nonlinear`] |
//! | strength of the Kerr effect | [`KerrCoefficient`] |
//! | interference between wavelength channels, closed form | [`gaussian_noise`] |
//! | four-wave mixing, closed form | [`four_wave_mixing`] |
//! | polarisation-mode dispersion and polarisation-dependent loss | [`polarization`] |

pub mod attenuation_model;
pub mod echo_coherence;
pub mod four_wave_mixing;
pub mod gaussian_noise;
pub mod kerr;
pub mod macrobend;
pub mod multimode;
pub mod multipath_interference;
pub mod nonlinear;
pub mod polarization;
pub mod single_mode;

pub use attenuation_model::{AttenuationModel, InfraredAbsorption, WaterPeak};
pub use echo_coherence::EchoPhase;
pub use four_wave_mixing::{MixingFiber, MixingWaves};
pub use gaussian_noise::{Channel, nonlinear_interference};
pub use kerr::{KerrCoefficient, KerrFiber};
pub use macrobend::{BendClass, BendLoss};
pub use multimode::{ModalDispersion, MultimodeFiber};
pub use multipath_interference::{Echo, Reflector, echoes};
pub use single_mode::{Dispersion, FiberError, SingleModeFiber};
