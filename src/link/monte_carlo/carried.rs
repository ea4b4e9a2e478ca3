//! Spontaneous emission that a block of counted errors carries beside its field
//! ([`emission`](crate::link::emission)).

use crate::amplifier::SemiconductorState;
use crate::link::emission::Emission;
use crate::link::error::LinkError;
use crate::link::gain_dynamics::GainDynamics;
use crate::random::Stream;
use crate::signal::{Scratch, Transforms, kernels};
use num_complex::Complex64;

/// Emission in the polarisation of the signal as far as it has come; none until an amplifier adds some.
#[derive(Debug, Default)]
pub(super) struct CarriedEmission {
    field: Vec<Complex64>,
    present: bool,
    /// ln G of the last amplifier whose gain follows the light.
    gain: Vec<f64>,
    draws: Vec<f64>,
}

impl CarriedEmission {
    pub fn clear(&mut self) {
        self.present = false;
    }

    pub fn filter(
        &mut self,
        transforms: &Transforms,
        response: &[Complex64],
        scratch: &mut Scratch,
    ) {
        if self.present {
            transforms.filter_field(&mut self.field, response, scratch);
        }
    }

    pub fn scale(&mut self, gain: f64) {
        if self.present {
            kernels::scale_complex(&mut self.field, gain);
        }
    }

    /// Amplifies the field of the signal, and what is carried beside it.
    pub fn amplify(
        &mut self,
        dynamics: &GainDynamics,
        mut state: SemiconductorState,
        sampling_rate: f64,
        field: &mut [Complex64],
    ) -> Result<(), LinkError> {
        self.gain.clear();
        self.gain.extend(field.iter().map(Complex64::norm_sqr));
        dynamics
            .amplifier
            .follow(&mut state, sampling_rate, &mut self.gain)?;
        if self.present {
            dynamics.amplify_noise(sampling_rate, &self.gain, field, &mut self.field);
        }
        for (a, h) in field.iter_mut().zip(&self.gain) {
            *a *= dynamics.amplifier.field_factor(*h);
        }
        Ok(())
    }

    /// Adds what an amplifier emits to samples `first`… of the stream: S·fs/2 in each quadrature.
    pub fn add(
        &mut self,
        stream: &Stream,
        emission: &Emission,
        half_rate: f64,
        first: i64,
        samples: usize,
    ) -> Result<(), LinkError> {
        if !self.present {
            self.field.clear();
            self.field.resize(samples, Complex64::ZERO);
            self.present = true;
        }
        self.draws.resize(2 * samples, 0.0);
        stream.fill_gaussian(first.wrapping_mul(2), &mut self.draws);
        let (pairs, _) = self.draws.as_chunks::<2>();
        match emission {
            Emission::Constant(density) => {
                let deviation = (density * half_rate).sqrt();
                for (n, [re, im]) in self.field.iter_mut().zip(pairs) {
                    *n += Complex64::new(deviation * re, deviation * im);
                }
            }
            Emission::Following(..) => {
                for ((n, [re, im]), h) in self.field.iter_mut().zip(pairs).zip(&self.gain) {
                    let deviation = (emission.density(*h)? * half_rate).sqrt();
                    *n += Complex64::new(deviation * re, deviation * im);
                }
            }
        }
        Ok(())
    }

    /// Adds the current by its beat with the signal, 2R·Re(A*n).
    pub fn beat_with(&self, field: &[Complex64], responsivity: f64, current: &mut [f64]) {
        if self.present {
            for ((i, a), n) in current.iter_mut().zip(field).zip(&self.field) {
                *i += 2.0 * responsivity * (a.conj() * n).re;
            }
        }
    }
}
