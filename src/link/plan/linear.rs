//! Linear operations of a link.

use super::light;
use crate::copper::{ContinuousTimeLinearEqualizer, CopperPath, TwinaxCable};
use crate::fiber::{MultimodeFiber, SingleModeFiber};
use crate::link::description::OpticalLoss;
use crate::link::error::LinkError;
use crate::network::ChannelTransfer;
use crate::signal::{Grid, OpticalFilter, PassbandShape, Response};
use num_complex::Complex64;
use std::f64::consts::PI;
use std::sync::Arc;

/// A linear, time-invariant operation.
#[derive(Debug, Clone, PartialEq)]
pub enum Linear {
    /// A filter.
    Response(Response),
    /// A fibre at a carrier wavelength (m).
    Fiber(SingleModeFiber, f64),
    /// Light lost in a lumped element, on a field.
    Loss(OpticalLoss),
    /// Light lost in a lumped element, on a power.
    PowerLoss(OpticalLoss),
    /// A multimode fibre, on a power, for a laser of wavelength and rms spectral width (m).
    MultimodeFiber(MultimodeFiber, f64, f64),
    /// A copper cable, without its bulk delay.
    Twinax(TwinaxCable),
    /// A measured or simulated differential channel, without its mean delay.
    Network(ChannelTransfer),
    /// A row of copper stages with all its reflections, without its delay.
    Copper(Arc<CopperPath>),
    /// A continuous-time linear equaliser.
    Ctle(ContinuousTimeLinearEqualizer),
    /// An amplitude gain.
    Gain(f64),
    /// An optical band-pass, on a field.
    OpticalFilter(OpticalFilter),
    /// Two principal states of polarisation that a detector adds, on a current: the delay (s) between
    /// them, and the share of the power in the faster one.
    PrincipalStates(f64, f64),
}

impl Linear {
    /// What the operation multiplies every sample by, where it does nothing else.
    pub fn flat_gain(&self) -> Option<f64> {
        match self {
            Self::Gain(gain) => Some(*gain),
            Self::Loss(loss) => Some(loss.transmission.sqrt()),
            Self::PowerLoss(loss) => Some(loss.transmission),
            Self::OpticalFilter(filter) if filter.shape == PassbandShape::AllPass => {
                Some(filter.at(0.0).re)
            }
            _ => None,
        }
    }

    /// Multiplies the transfer function onto `out`, at the frequencies of `grid` in transform
    /// order. Real responses are evaluated at positive frequencies and mirrored.
    ///
    /// # Errors
    /// What the fibre refuses.
    pub fn multiply_onto(&self, grid: Grid, out: &mut [Complex64]) -> Result<(), LinkError> {
        match self {
            Self::Gain(_) | Self::Loss(_) | Self::PowerLoss(_) => {
                let gain = self.flat_gain().unwrap_or(1.0);
                for o in out.iter_mut() {
                    *o *= gain;
                }
            }
            Self::MultimodeFiber(fiber, wavelength, spectral_width) => {
                let mut h = vec![Complex64::ZERO; out.len()];
                fiber.transfer(*wavelength, *spectral_width, grid, &mut h)?;
                crate::signal::kernels::multiply(out, &h);
            }
            Self::Fiber(fiber, wavelength) => fiber.multiply_onto(*wavelength, grid, out)?,
            Self::OpticalFilter(filter) => filter.multiply_onto(grid, out)?,
            Self::PrincipalStates(delay, split) => {
                multiply_real(grid, out, |f| light::principal_states(*delay, *split, f));
            }
            Self::Response(response) => {
                if *response != Response::Flat {
                    multiply_real(grid, out, |f| response.at(f));
                }
            }
            Self::Ctle(ctle) => multiply_real(grid, out, |f| ctle.transfer(f)),
            Self::Network(channel) => multiply_real(grid, out, |f| channel.undelayed(f)),
            Self::Copper(path) => multiply_real(grid, out, |f| path.undelayed(f)),
            Self::Twinax(cable) => {
                let delay = cable.propagation_delay();
                multiply_real(grid, out, |f| {
                    cable.transfer(f) * Complex64::cis(2.0 * PI * f * delay)
                });
            }
        }
        Ok(())
    }
}

/// Multiplies a response with H(−f) = H(f)* onto `out`.
fn multiply_real(grid: Grid, out: &mut [Complex64], response: impl Fn(f64) -> Complex64) {
    let n = out.len();
    for k in 0..=n / 2 {
        let h = response(grid.frequency(k).abs());
        if k == 0 || 2 * k == n {
            // The bin at half the sampling rate stands for both signs: only the real part is
            // common to them.
            out[k] *= if k == 0 { h } else { Complex64::new(h.re, 0.0) };
        } else {
            out[k] *= h;
            out[n - k] *= h.conj();
        }
    }
}
