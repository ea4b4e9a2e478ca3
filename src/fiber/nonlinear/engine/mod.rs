//! Split steps in one sequence: from a spectrum to a spectrum with any number of dispersive and Kerr
//! steps between, the dispersive half steps of neighbours merged.
//!
//! There are two layouts with the same meaning: [`whole`] for fields that stay in the cache,
//! [`blocked`] for those that leave it. Which one is used depends on the size of the field alone, so
//! that results do not depend on the number of threads. Only the blocked one works with several.

mod blocked;
mod coupling;
#[cfg(test)]
mod tests;
mod whole;

pub(super) use coupling::Coupling;

use super::precision::Real;
use blocked::Blocked;
use num_complex::Complex;
use whole::Whole;

/// Rows or columns that are treated together: eight samples fill two cache lines.
const GROUP: usize = 8;

/// Transforms and room of one field.
pub(super) struct Engine<T: Real> {
    samples: usize,
    components: usize,
    coupling: Coupling<T>,
    layout: Layout<T>,
}

enum Layout<T: Real> {
    Whole(Whole<T>),
    Blocked(Blocked<T>),
}

/// A sequence of equal split steps.
pub(super) struct Sequence<'a, T> {
    /// Response before the first Kerr step.
    pub first: &'a [Complex<T>],
    /// Response between two.
    pub middle: &'a [Complex<T>],
    /// Response after the last.
    pub last: &'a [Complex<T>],
    /// Number of Kerr steps.
    pub steps: usize,
    /// Phase of a Kerr step over the power, 1/W.
    pub coefficient: f64,
}

impl<T: Real> Engine<T> {
    /// Transforms for `components` fields of `samples` samples, by so many threads at once.
    pub fn new(samples: usize, components: usize, coupling: Coupling<T>, threads: usize) -> Self {
        let layout = match blocked::split::<T>(samples, components) {
            Some(shape) => Layout::Blocked(Blocked::new(shape, components, &coupling, threads)),
            None => Layout::Whole(Whole::new(samples, components, &coupling)),
        };
        Self {
            samples,
            components,
            coupling,
            layout,
        }
    }

    /// Samples of all components.
    pub fn len(&self) -> usize {
        self.samples * self.components
    }

    /// True where the field is treated in blocks.
    #[cfg(test)]
    pub fn is_blocked(&self) -> bool {
        matches!(self.layout, Layout::Blocked(_))
    }

    /// Samples of a component that stand together in a spectrum.
    fn piece(&self) -> usize {
        match &self.layout {
            Layout::Whole(_) => self.samples,
            Layout::Blocked(b) => b.piece(),
        }
    }

    /// Component and bin of the transform at each place of a table for `components` components: 1,
    /// where all have the same response, or as many as there are.
    pub fn bins(&self, components: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (rows, columns) = match &self.layout {
            Layout::Whole(_) => (1, self.samples),
            Layout::Blocked(b) => b.shape(),
        };
        let group = if rows == 1 { 1 } else { GROUP };
        (0..rows / group).flat_map(move |block| {
            (0..components).flat_map(move |c| {
                (0..group)
                    .flat_map(move |r| (0..columns).map(move |k| (c, block * group + r + rows * k)))
            })
        })
    }

    /// Place in the spectrum of component `c` of what stands at `at` in a table for one component,
    /// or for all.
    pub fn place(&self, at: usize, c: usize) -> usize {
        let piece = self.piece();
        ((at / piece) * self.components + c) * piece + at % piece
    }

    /// Spectrum ← spectrum · table.
    pub fn respond(&self, spectrum: &mut [Complex<T>], table: &[Complex<T>]) {
        if table.len() == spectrum.len() {
            T::multiply(spectrum, table);
            return;
        }
        let piece = self.piece();
        let groups = spectrum.chunks_mut(piece * self.components);
        for (group, table) in groups.zip(table.chunks(piece)) {
            for component in group.chunks_mut(piece) {
                T::multiply(component, table);
            }
        }
    }

    /// The spectrum of a field, not normalised.
    pub fn forward(&mut self, field: &[&mut [Complex<T>]], spectrum: &mut [Complex<T>]) {
        match &mut self.layout {
            Layout::Whole(w) => w.forward(field, spectrum),
            Layout::Blocked(b) => b.forward(field, spectrum),
        }
    }

    /// The field of a spectrum. The spectrum is left as it is.
    pub fn inverse(&mut self, spectrum: &[Complex<T>], field: &mut [&mut [Complex<T>]]) {
        match &mut self.layout {
            Layout::Whole(w) => w.inverse(spectrum, field),
            Layout::Blocked(b) => b.inverse(spectrum, field),
        }
    }

    /// Largest power of a sample and the energy of the field's third power over that of the field,
    /// Σ|A|⁶/Σ|A|² — in W and W², of the total power of all components.
    pub fn powers(&self, field: &[&mut [Complex<T>]]) -> (f64, f64) {
        let (mut peak, mut sixth, mut square) = (0.0f64, 0.0, 0.0);
        for i in 0..self.samples {
            let p: f64 = field.iter().map(|f| f[i].norm_sqr().wide()).sum();
            peak = peak.max(p);
            sixth += p * p * p;
            square += p;
        }
        (peak, if square > 0.0 { sixth / square } else { 0.0 })
    }

    /// Kerr effect alone on a field in time. Returns the largest phase.
    pub fn kerr(&self, field: &mut [&mut [Complex<T>]], coefficient: f64, scale: f64) -> f64 {
        const PART: usize = 512;
        let (by, scale) = (T::new(coefficient), T::new(scale));
        let mut largest = 0.0f64;
        let m = self.components;
        let mut lines = vec![Complex::new(T::default(), T::default()); m * PART];
        let mut phase = vec![T::default(); self.coupling.room(m, PART)];
        let mut at = 0;
        while at < self.samples {
            let part = PART.min(self.samples - at);
            let lines = &mut lines[..m * part];
            for (line, f) in lines.chunks_mut(part).zip(field.iter()) {
                line.copy_from_slice(&f[at..at + part]);
            }
            let room = self.coupling.room(m, part);
            let most = self
                .coupling
                .rotate(lines, part, &mut phase[..room], by, scale);
            for (line, f) in lines.chunks(part).zip(field.iter_mut()) {
                f[at..at + part].copy_from_slice(line);
            }
            largest = largest.max(most.wide());
            at += part;
        }
        largest
    }

    /// Runs a sequence of split steps and returns the largest Kerr phase of a step. With 0 steps the
    /// spectrum takes the first response alone.
    pub fn run(
        &mut self,
        input: &[Complex<T>],
        sequence: &Sequence<'_, T>,
        output: &mut [Complex<T>],
    ) -> f64 {
        if sequence.steps == 0 {
            output.copy_from_slice(input);
            self.respond(output, sequence.first);
            return 0.0;
        }
        let by = self.unscaled(sequence.coefficient);
        match &mut self.layout {
            Layout::Whole(w) => w.run(&self.coupling, input, sequence, by, output),
            Layout::Blocked(b) => b.run(&self.coupling, input, sequence, by, output),
        }
    }

    /// Carries a field through a sequence of at least one split step and returns the largest Kerr
    /// phase of a step: [`forward`](Self::forward), [`run`](Self::run) and [`inverse`](Self::inverse)
    /// in fewer passes through memory, since the spectrum is not wanted at either end.
    pub fn carry(&mut self, field: &mut [&mut [Complex<T>]], sequence: &Sequence<'_, T>) -> f64 {
        let by = self.unscaled(sequence.coefficient);
        match &mut self.layout {
            Layout::Whole(w) => w.carry(&self.coupling, field, sequence, by),
            Layout::Blocked(b) => b.carry(&self.coupling, field, sequence, by),
        }
    }

    /// Inverse transforms are not normalised: |A|² is N² too large in front of the Kerr step.
    fn unscaled(&self, coefficient: f64) -> T {
        let scale = 1.0 / self.samples as f64;
        T::new(coefficient * scale * scale)
    }
}
