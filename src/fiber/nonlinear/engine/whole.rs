//! The layout for fields that stay in the cache: library transforms of the whole field, out of place
//! and back.

use super::super::precision::Real;
use super::{Coupling, Sequence};
use num_complex::Complex;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

/// Transforms and room of one field.
pub(super) struct Whole<T: Real> {
    samples: usize,
    forward: Arc<dyn Fft<T>>,
    inverse: Arc<dyn Fft<T>>,
    /// Two rooms of the size of the field.
    rooms: [Vec<Complex<T>>; 2],
    fft: Vec<Complex<T>>,
    phase: Vec<T>,
}

impl<T: Real> Whole<T> {
    pub fn new(samples: usize, components: usize, coupling: &Coupling<T>) -> Self {
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (
            planner.plan_fft_forward(samples),
            planner.plan_fft_inverse(samples),
        );
        let zero = Complex::new(T::default(), T::default());
        let scratch = forward
            .get_outofplace_scratch_len()
            .max(inverse.get_outofplace_scratch_len());
        Self {
            samples,
            rooms: std::array::from_fn(|_| vec![zero; samples * components]),
            fft: vec![zero; scratch],
            phase: vec![T::default(); coupling.room(components, samples)],
            forward,
            inverse,
        }
    }

    /// The spectrum of a field, not normalised.
    pub fn forward(&mut self, field: &[&mut [Complex<T>]], spectrum: &mut [Complex<T>]) {
        let room = &mut self.rooms[0][..self.samples];
        for (f, s) in field.iter().zip(spectrum.chunks_mut(self.samples)) {
            room.copy_from_slice(f);
            self.forward
                .process_outofplace_with_scratch(room, s, &mut self.fft);
        }
    }

    /// The field of a spectrum, normalised.
    pub fn inverse(&mut self, spectrum: &[Complex<T>], field: &mut [&mut [Complex<T>]]) {
        let scale = T::new(1.0 / self.samples as f64);
        let room = &mut self.rooms[0];
        room.copy_from_slice(spectrum);
        for (f, s) in field.iter_mut().zip(room.chunks_mut(self.samples)) {
            self.inverse
                .process_outofplace_with_scratch(s, f, &mut self.fft);
            T::scale(f, scale);
        }
    }

    /// See [`Engine::run`](super::Engine::run); `coefficient` belongs to the transforms' scale.
    pub fn run(
        &mut self,
        coupling: &Coupling<T>,
        input: &[Complex<T>],
        sequence: &Sequence<'_, T>,
        coefficient: T,
        output: &mut [Complex<T>],
    ) -> f64 {
        let n = self.samples;
        let scale = T::new(1.0 / n as f64);
        let [spectrum, time] = &mut self.rooms;
        let of = |table: &'_ [Complex<T>], c: usize| -> std::ops::Range<usize> {
            if table.len() == n {
                0..n
            } else {
                c * n..(c + 1) * n
            }
        };
        for (c, (i, s)) in input.chunks(n).zip(spectrum.chunks_mut(n)).enumerate() {
            T::product(i, &sequence.first[of(sequence.first, c)], s);
        }
        let mut largest = 0.0f64;
        for step in 1..=sequence.steps {
            for (s, t) in spectrum.chunks_mut(n).zip(time.chunks_mut(n)) {
                self.inverse
                    .process_outofplace_with_scratch(s, t, &mut self.fft);
            }
            let most = coupling.rotate(time, n, &mut self.phase, coefficient, scale);
            largest = largest.max(most.wide());
            let (out, response): (&mut [Complex<T>], _) = if step == sequence.steps {
                (&mut *output, sequence.last)
            } else {
                (spectrum, sequence.middle)
            };
            for (c, (t, o)) in time.chunks_mut(n).zip(out.chunks_mut(n)).enumerate() {
                self.forward
                    .process_outofplace_with_scratch(t, o, &mut self.fft);
                T::multiply(o, &response[of(response, c)]);
            }
        }
        largest
    }
}
