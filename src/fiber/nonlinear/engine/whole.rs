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
        for (c, (i, s)) in input.chunks(n).zip(self.rooms[0].chunks_mut(n)).enumerate() {
            T::product(i, part(sequence.first, n, c), s);
        }
        let mut largest = 0.0f64;
        for step in 1..=sequence.steps {
            largest = largest.max(self.kerr(coupling, coefficient));
            let [spectrum, time] = &mut self.rooms;
            let (out, response): (&mut [Complex<T>], _) = if step == sequence.steps {
                (&mut *output, sequence.last)
            } else {
                (spectrum, sequence.middle)
            };
            for (c, (t, o)) in time.chunks_mut(n).zip(out.chunks_mut(n)).enumerate() {
                self.forward
                    .process_outofplace_with_scratch(t, o, &mut self.fft);
                T::multiply(o, part(response, n, c));
            }
        }
        largest
    }

    /// See [`Engine::carry`](super::Engine::carry).
    pub fn carry(
        &mut self,
        coupling: &Coupling<T>,
        field: &mut [&mut [Complex<T>]],
        sequence: &Sequence<'_, T>,
        coefficient: T,
    ) -> f64 {
        let n = self.samples;
        for (c, (f, s)) in field
            .iter_mut()
            .zip(self.rooms[0].chunks_mut(n))
            .enumerate()
        {
            self.forward
                .process_outofplace_with_scratch(f, s, &mut self.fft);
            T::multiply(s, part(sequence.first, n, c));
        }
        let mut largest = 0.0f64;
        for step in 1..=sequence.steps {
            largest = largest.max(self.kerr(coupling, coefficient));
            let [spectrum, time] = &mut self.rooms;
            let response = if step == sequence.steps {
                sequence.last
            } else {
                sequence.middle
            };
            for (c, (t, o)) in time.chunks_mut(n).zip(spectrum.chunks_mut(n)).enumerate() {
                self.forward
                    .process_outofplace_with_scratch(t, o, &mut self.fft);
                T::multiply(o, part(response, n, c));
            }
        }
        for (f, s) in field.iter_mut().zip(self.rooms[0].chunks_mut(n)) {
            self.inverse
                .process_outofplace_with_scratch(s, f, &mut self.fft);
            T::scale(f, T::new(1.0 / n as f64));
        }
        largest
    }

    /// From the spectrum in the first room to the time in the second, and the Kerr effect there.
    fn kerr(&mut self, coupling: &Coupling<T>, coefficient: T) -> f64 {
        let n = self.samples;
        let [spectrum, time] = &mut self.rooms;
        for (s, t) in spectrum.chunks_mut(n).zip(time.chunks_mut(n)) {
            self.inverse
                .process_outofplace_with_scratch(s, t, &mut self.fft);
        }
        let scale = T::new(1.0 / n as f64);
        coupling
            .rotate(time, n, &mut self.phase, coefficient, scale)
            .wide()
    }
}

/// The response of component `c` in a table for one component, or for all.
fn part<T>(table: &[Complex<T>], samples: usize, c: usize) -> &[Complex<T>] {
    if table.len() == samples {
        table
    } else {
        &table[c * samples..(c + 1) * samples]
    }
}
