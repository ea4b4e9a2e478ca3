//! Split steps in one sequence: from a spectrum to a spectrum with any number of dispersive and Kerr
//! steps between, the dispersive half steps of neighbours merged.
//!
//! There are two layouts with the same meaning. *Whole*: library transforms of the whole field, out
//! of place and back. *Blocked*, for fields that leave the cache: the field is a matrix of R × C
//! samples, a transform is one of the columns, a twiddle and one of the rows (J. W. Cooley and
//! J. W. Tukey, Math. Comp. 19, 297, 1965, DOI 10.1090/S0025-5718-1965-0178586-1), and what stands
//! between two row transforms or two column transforms is done while the row or column is in the
//! cache: two passes through memory a step. The spectrum keeps the order of the rows, which a
//! table of the response follows.

use super::precision::Real;
use num_complex::{Complex, Complex64};
use rayon::prelude::*;
use rustfft::{Fft, FftPlanner};
use std::sync::Arc;

/// Rows or columns that are gathered together: their neighbours fill two cache lines.
const GROUP: usize = 8;

/// How the components of a field turn each other's phase.
#[derive(Debug, Clone)]
pub(super) enum Coupling<T> {
    /// One component.
    Own,
    /// Two polarisations by their total power.
    Total,
    /// Component i by Σ_k weights\[i·m + k\]·|A_k|².
    Matrix(Vec<T>),
}

/// Transforms and room of one field.
pub(super) struct Engine<T: Real> {
    samples: usize,
    components: usize,
    coupling: Coupling<T>,
    layout: Layout<T>,
    /// Two rooms of the size of the field.
    rooms: [Vec<Complex<T>>; 2],
    /// Room of each thread.
    desks: Vec<Desk<T>>,
}

enum Layout<T: Real> {
    Whole {
        forward: Arc<dyn Fft<T>>,
        inverse: Arc<dyn Fft<T>>,
    },
    Blocked(Blocked<T>),
}

struct Blocked<T: Real> {
    rows: usize,
    columns: usize,
    /// Along a row and back, along a column and back.
    row: [Arc<dyn Fft<T>>; 2],
    column: [Arc<dyn Fft<T>>; 2],
    /// exp(−2πj·row·column/N), row by row.
    twiddles: Vec<Complex<T>>,
}

/// Room of one thread.
struct Desk<T> {
    gathered: Vec<Complex<T>>,
    /// A row or column of every component.
    lines: Vec<Complex<T>>,
    fft: Vec<Complex<T>>,
    phase: Vec<T>,
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

/// What is done along a column.
#[derive(Clone, Copy)]
enum Along {
    /// Into the frequency of the columns.
    Forward,
    /// Back to time.
    Inverse,
    /// Back, Kerr effect, and forth again.
    Kerr { coefficient: f64 },
}

impl<T: Real> Engine<T> {
    /// Transforms for `components` fields of `samples` samples, `threads` of them at once.
    pub fn new(samples: usize, components: usize, coupling: Coupling<T>, threads: usize) -> Self {
        let mut planner = FftPlanner::new();
        let layout = match split(samples, components, threads) {
            Some((rows, columns)) => Layout::Blocked(Blocked {
                rows,
                columns,
                row: [
                    planner.plan_fft_forward(columns),
                    planner.plan_fft_inverse(columns),
                ],
                column: [
                    planner.plan_fft_forward(rows),
                    planner.plan_fft_inverse(rows),
                ],
                twiddles: twiddles(rows, columns),
            }),
            None => Layout::Whole {
                forward: planner.plan_fft_forward(samples),
                inverse: planner.plan_fft_inverse(samples),
            },
        };
        let (line, fft, desks) = match &layout {
            Layout::Whole { forward, inverse } => (
                0,
                forward
                    .get_outofplace_scratch_len()
                    .max(inverse.get_outofplace_scratch_len()),
                1,
            ),
            Layout::Blocked(b) => (
                b.rows.max(b.columns),
                b.row
                    .iter()
                    .chain(&b.column)
                    .map(|f| f.get_outofplace_scratch_len())
                    .max()
                    .unwrap_or(0),
                threads.max(1),
            ),
        };
        let phase = match (&layout, &coupling) {
            (_, Coupling::Own | Coupling::Total) => 0,
            (Layout::Whole { .. }, _) => samples,
            (Layout::Blocked(_), _) => line,
        };
        let zero = Complex::new(T::default(), T::default());
        Self {
            samples,
            components,
            coupling,
            rooms: std::array::from_fn(|_| vec![zero; samples * components]),
            desks: (0..desks)
                .map(|_| Desk {
                    gathered: vec![zero; GROUP * line * components],
                    lines: vec![zero; line * components],
                    fft: vec![zero; fft],
                    phase: vec![T::default(); phase * components],
                })
                .collect(),
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

    /// Component and bin of the transform at each place of a table for `components` components: 1,
    /// where all have the same response, or as many as there are.
    pub fn bins(&self, components: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        let (rows, columns) = match &self.layout {
            Layout::Whole { .. } => (1, self.samples),
            Layout::Blocked(b) => (b.rows, b.columns),
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
        match &self.layout {
            Layout::Whole { .. } => c * self.samples + at,
            Layout::Blocked(b) => {
                let piece = GROUP * b.columns;
                ((at / piece) * self.components + c) * piece + at % piece
            }
        }
    }

    /// Spectrum ← spectrum · table.
    pub fn respond(&self, spectrum: &mut [Complex<T>], table: &[Complex<T>]) {
        if table.len() == spectrum.len() {
            T::multiply(spectrum, table);
            return;
        }
        let piece = match &self.layout {
            Layout::Whole { .. } => self.samples,
            Layout::Blocked(b) => GROUP * b.columns,
        };
        let parts = spectrum.chunks_mut(piece * self.components);
        for (at, group) in parts.enumerate() {
            let table = &table[at * piece..(at + 1) * piece];
            for component in group.chunks_mut(piece) {
                T::multiply(component, table);
            }
        }
    }

    /// The spectrum of a field, not normalised.
    pub fn forward(&mut self, field: &[&mut [Complex<T>]], spectrum: &mut [Complex<T>]) {
        let [room, other] = &mut self.rooms;
        match &self.layout {
            Layout::Whole { forward, .. } => {
                let scratch = &mut self.desks[0].fft;
                for (f, s) in field.iter().zip(spectrum.chunks_mut(self.samples)) {
                    room[..self.samples].copy_from_slice(f);
                    forward.process_outofplace_with_scratch(
                        &mut room[..self.samples],
                        s,
                        &mut scratch[..],
                    );
                }
            }
            Layout::Blocked(b) => {
                let piece = GROUP * b.columns;
                for (at, part) in room.chunks_mut(piece).enumerate() {
                    let (block, c) = (at / self.components, at % self.components);
                    part.copy_from_slice(&field[c][block * piece..(block + 1) * piece]);
                }
                let work = Pass {
                    components: self.components,
                    coupling: &self.coupling,
                    blocked: b,
                    samples: self.samples,
                };
                work.columns(room, other, Along::Forward, &mut self.desks);
                work.rows(other, spectrum, None, false, &mut self.desks);
            }
        }
    }

    /// The field of a spectrum. The spectrum is left as it is.
    pub fn inverse(&mut self, spectrum: &[Complex<T>], field: &mut [&mut [Complex<T>]]) {
        let scale = T::new(1.0 / self.samples as f64);
        let [room, other] = &mut self.rooms;
        match &self.layout {
            Layout::Whole { inverse, .. } => {
                let scratch = &mut self.desks[0].fft;
                room.copy_from_slice(spectrum);
                for (f, s) in field.iter_mut().zip(room.chunks_mut(self.samples)) {
                    inverse.process_outofplace_with_scratch(s, f, &mut scratch[..]);
                    T::scale(f, scale);
                }
            }
            Layout::Blocked(b) => {
                let work = Pass {
                    components: self.components,
                    coupling: &self.coupling,
                    blocked: b,
                    samples: self.samples,
                };
                work.begin(spectrum, None, room, &mut self.desks);
                work.columns(room, other, Along::Inverse, &mut self.desks);
                let m = self.components;
                for (at, part) in other.chunks(b.rows).enumerate() {
                    let (block, rest) = (at / (m * GROUP), at % (m * GROUP));
                    let (c, column) = (rest / GROUP, block * GROUP + rest % GROUP);
                    for (row, a) in part.iter().enumerate() {
                        field[c][row * b.columns + column] =
                            Complex::new(a.re * scale, a.im * scale);
                    }
                }
            }
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
    pub fn kerr(&mut self, field: &mut [&mut [Complex<T>]], coefficient: f64, scale: f64) -> f64 {
        let mut largest = 0.0f64;
        let samples = 512.min(self.samples);
        let mut phase = vec![T::default(); samples * self.components];
        let mut at = 0;
        while at < self.samples {
            let end = (at + samples).min(self.samples);
            let mut lines: Vec<&mut [Complex<T>]> =
                field.iter_mut().map(|f| &mut f[at..end]).collect();
            let most = rotate(
                &self.coupling,
                &mut lines,
                &mut phase,
                T::new(coefficient),
                T::new(scale),
            );
            largest = largest.max(most.wide());
            at = end;
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
        let n = self.samples;
        let scale = 1.0 / n as f64;
        // Inverse transforms are not normalised: |A|² is N² too large in front of the Kerr step.
        let coefficient = sequence.coefficient * scale * scale;
        let mut largest = 0.0f64;
        if sequence.steps == 0 {
            output.copy_from_slice(input);
            self.respond(output, sequence.first);
            return 0.0;
        }
        let [spectrum, time] = &mut self.rooms;
        match &self.layout {
            Layout::Whole { forward, inverse } => {
                let desk = &mut self.desks[0];
                let table = |t: &'_ [Complex<T>], c: usize| -> std::ops::Range<usize> {
                    if t.len() == n {
                        0..n
                    } else {
                        c * n..(c + 1) * n
                    }
                };
                for (c, (i, s)) in input.chunks(n).zip(spectrum.chunks_mut(n)).enumerate() {
                    let first = &sequence.first[table(sequence.first, c)];
                    T::product(i, first, s);
                }
                for step in 1..=sequence.steps {
                    for (s, t) in spectrum.chunks_mut(n).zip(time.chunks_mut(n)) {
                        inverse.process_outofplace_with_scratch(s, t, &mut desk.fft);
                    }
                    let most = match &self.coupling {
                        Coupling::Own => T::rotate(time, T::new(coefficient), T::new(scale)),
                        Coupling::Total => {
                            let (x, y) = time.split_at_mut(n);
                            T::rotate_two(x, y, T::new(coefficient), T::new(scale))
                        }
                        Coupling::Matrix(_) => {
                            let mut lines: Vec<&mut [Complex<T>]> = time.chunks_mut(n).collect();
                            rotate(
                                &self.coupling,
                                &mut lines,
                                &mut desk.phase,
                                T::new(coefficient),
                                T::new(scale),
                            )
                        }
                    };
                    largest = largest.max(most.wide());
                    let (out, response): (&mut [Complex<T>], _) = if step == sequence.steps {
                        (&mut *output, sequence.last)
                    } else {
                        (spectrum, sequence.middle)
                    };
                    for (c, (t, o)) in time.chunks_mut(n).zip(out.chunks_mut(n)).enumerate() {
                        forward.process_outofplace_with_scratch(t, o, &mut desk.fft);
                        T::multiply(o, &response[table(response, c)]);
                    }
                }
            }
            Layout::Blocked(b) => {
                let work = Pass {
                    components: self.components,
                    coupling: &self.coupling,
                    blocked: b,
                    samples: n,
                };
                work.begin(input, Some(sequence.first), spectrum, &mut self.desks);
                let kerr = Along::Kerr { coefficient };
                for step in 1..=sequence.steps {
                    largest = largest.max(work.columns(spectrum, time, kerr, &mut self.desks));
                    if step == sequence.steps {
                        work.rows(time, output, Some(sequence.last), false, &mut self.desks);
                    } else {
                        work.rows(time, spectrum, Some(sequence.middle), true, &mut self.desks);
                    }
                }
            }
        }
        largest
    }
}

/// Turns the phases of all components of a stretch of samples by each other's power.
fn rotate<T: Real>(
    coupling: &Coupling<T>,
    lines: &mut [&mut [Complex<T>]],
    phase: &mut [T],
    coefficient: T,
    scale: T,
) -> T {
    match (coupling, lines) {
        (Coupling::Own, [x]) => T::rotate(x, coefficient, scale),
        (Coupling::Total, [x, y]) => T::rotate_two(x, y, coefficient, scale),
        (Coupling::Matrix(weights), lines) => {
            let (m, n) = (lines.len(), lines.first().map_or(0, |l| l.len()));
            for (p, row) in phase.chunks_mut(n.max(1)).zip(weights.chunks(m)) {
                p.fill(T::default());
                for (line, &weight) in lines.iter().zip(row) {
                    T::add_power(p, line, coefficient * weight);
                }
            }
            let mut most = T::default();
            for (line, p) in lines.iter_mut().zip(phase.chunks(n.max(1))) {
                let here = T::turn_by(line, p, scale);
                if here > most {
                    most = here;
                }
            }
            most
        }
        _ => T::default(),
    }
}

/// The passes of the blocked layout. In both orders a line's neighbours in the group of eight stand
/// together with those of the other components:
/// rows \[row/8\]\[component\]\[row%8\]\[column\], columns \[column/8\]\[component\]\[column%8\]\[row\].
struct Pass<'a, T: Real> {
    components: usize,
    coupling: &'a Coupling<T>,
    blocked: &'a Blocked<T>,
    samples: usize,
}

impl<T: Real> Pass<'_, T> {
    /// Gives each thread a stretch of the groups of `out` and takes the largest of what they return.
    fn share(
        &self,
        out: &mut [Complex<T>],
        line: usize,
        desks: &mut [Desk<T>],
        work: impl Fn(usize, &mut [Complex<T>], &mut Desk<T>) -> T + Sync,
    ) -> f64 {
        let group = self.components * GROUP * line;
        let groups = out.len() / group;
        let larger = |a: f64, b: f64| if b > a { b } else { a };
        let stretch = |first: usize, part: &mut [Complex<T>], desk: &mut Desk<T>| {
            let groups = part.chunks_mut(group).enumerate();
            groups.fold(0.0, |most, (i, chunk)| {
                larger(most, work(first + i, chunk, desk).wide())
            })
        };
        if let [desk] = desks {
            return stretch(0, out, desk);
        }
        let each = groups.div_ceil(desks.len());
        out.par_chunks_mut(each * group)
            .zip(desks.par_iter_mut())
            .enumerate()
            .map(|(i, (part, desk))| stretch(i * each, part, desk))
            .reduce(|| 0.0, larger)
    }

    /// Collects group `at` of the lines across: `from` has lines of `from_line` samples, `into` gets
    /// lines of `line` samples.
    fn gather(
        &self,
        from: &[Complex<T>],
        from_line: usize,
        at: usize,
        into: &mut [Complex<T>],
        line: usize,
    ) {
        let m = self.components;
        for (c, part) in into.chunks_mut(GROUP * line).take(m).enumerate() {
            for tile in 0..line / GROUP {
                let base = (tile * m + c) * GROUP * from_line + at * GROUP;
                let mut square = [[Complex::new(T::default(), T::default()); GROUP]; GROUP];
                for (r, row) in square.iter_mut().enumerate() {
                    let start = base + r * from_line;
                    row.copy_from_slice(&from[start..start + GROUP]);
                }
                for column in 0..GROUP {
                    let start = column * line + tile * GROUP;
                    let out = &mut part[start..start + GROUP];
                    for (o, row) in out.iter_mut().zip(&square) {
                        *o = row[column];
                    }
                }
            }
        }
    }

    /// From a spectrum to the rows' time: input · response, inverse along the rows, twiddles.
    fn begin(
        &self,
        input: &[Complex<T>],
        response: Option<&[Complex<T>]>,
        out: &mut [Complex<T>],
        desks: &mut [Desk<T>],
    ) {
        let b = self.blocked;
        let line = b.columns;
        self.share(out, line, desks, |at, chunk, desk| {
            let m = self.components;
            for (i, out) in chunk.chunks_mut(line).enumerate() {
                let (c, row) = (i / GROUP, at * GROUP + i % GROUP);
                let start = (at * m * GROUP + i) * line;
                let from = &input[start..start + line];
                let room = &mut desk.lines[..line];
                match response {
                    Some(response) => {
                        T::product(from, self.row_of(response, at, c, i % GROUP), room);
                    }
                    None => room.copy_from_slice(from),
                }
                b.row[1].process_outofplace_with_scratch(room, out, &mut desk.fft);
                T::multiply_conjugate(out, &b.twiddles[row * line..(row + 1) * line]);
            }
            T::default()
        });
    }

    /// The line of a response that belongs to row `i` of group `at` of component `c`.
    fn row_of<'b>(
        &self,
        response: &'b [Complex<T>],
        at: usize,
        c: usize,
        i: usize,
    ) -> &'b [Complex<T>] {
        let line = self.blocked.columns;
        let row = if response.len() == self.samples {
            at * GROUP + i
        } else {
            (at * self.components + c) * GROUP + i
        };
        &response[row * line..(row + 1) * line]
    }

    /// From rows to columns, with what is done along the columns.
    fn columns(
        &self,
        from: &[Complex<T>],
        out: &mut [Complex<T>],
        along: Along,
        desks: &mut [Desk<T>],
    ) -> f64 {
        let b = self.blocked;
        let line = b.rows;
        let m = self.components;
        self.share(out, line, desks, |at, chunk, desk| {
            self.gather(from, b.columns, at, &mut desk.gathered, line);
            let mut most = T::default();
            for i in 0..GROUP {
                for c in 0..m {
                    let start = (c * GROUP + i) * line;
                    let gathered = &mut desk.gathered[start..start + line];
                    let (plan, result) = match along {
                        Along::Forward => (&b.column[0], &mut chunk[start..start + line]),
                        Along::Inverse => (&b.column[1], &mut chunk[start..start + line]),
                        Along::Kerr { .. } => {
                            (&b.column[1], &mut desk.lines[c * line..(c + 1) * line])
                        }
                    };
                    plan.process_outofplace_with_scratch(gathered, result, &mut desk.fft);
                }
                let Along::Kerr { coefficient } = along else {
                    continue;
                };
                let (k, s) = (T::new(coefficient), T::new(1.0 / self.samples as f64));
                let here = match self.coupling {
                    Coupling::Own => T::rotate(&mut desk.lines[..line], k, s),
                    Coupling::Total => {
                        let (x, y) = desk.lines.split_at_mut(line);
                        T::rotate_two(x, &mut y[..line], k, s)
                    }
                    Coupling::Matrix(_) => {
                        let mut lines: Vec<&mut [Complex<T>]> =
                            desk.lines.chunks_mut(line).take(m).collect();
                        rotate(self.coupling, &mut lines, &mut desk.phase[..m * line], k, s)
                    }
                };
                if here > most {
                    most = here;
                }
                for c in 0..m {
                    let start = (c * GROUP + i) * line;
                    b.column[0].process_outofplace_with_scratch(
                        &mut desk.lines[c * line..(c + 1) * line],
                        &mut chunk[start..start + line],
                        &mut desk.fft,
                    );
                }
            }
            most
        })
    }

    /// From columns to rows: twiddles, forward along the rows, the response, and, where `back` is
    /// asked for, inverse and twiddles again.
    fn rows(
        &self,
        from: &[Complex<T>],
        out: &mut [Complex<T>],
        response: Option<&[Complex<T>]>,
        back: bool,
        desks: &mut [Desk<T>],
    ) {
        let b = self.blocked;
        let line = b.columns;
        self.share(out, line, desks, |at, chunk, desk| {
            self.gather(from, b.rows, at, &mut desk.gathered, line);
            let lines = desk.gathered.chunks_mut(line).zip(chunk.chunks_mut(line));
            for (i, (gathered, out)) in lines.enumerate() {
                let (c, row) = (i / GROUP, at * GROUP + i % GROUP);
                let twiddles = &b.twiddles[row * line..(row + 1) * line];
                T::multiply(gathered, twiddles);
                let room = &mut desk.lines[..line];
                let spectrum: &mut [Complex<T>] = if back { &mut *room } else { &mut *out };
                b.row[0].process_outofplace_with_scratch(gathered, spectrum, &mut desk.fft);
                if let Some(response) = response {
                    T::multiply(spectrum, self.row_of(response, at, c, i % GROUP));
                }
                if back {
                    b.row[1].process_outofplace_with_scratch(room, out, &mut desk.fft);
                    T::multiply_conjugate(out, twiddles);
                }
            }
            T::default()
        });
    }
}

/// exp(−2πj·row·column/N), row by row.
fn twiddles<T: Real>(rows: usize, columns: usize) -> Vec<Complex<T>> {
    let n = rows * columns;
    let step = -std::f64::consts::TAU / n as f64;
    (0..rows)
        .flat_map(|row| (0..columns).map(move |column| row * column % n))
        .map(|k| {
            let w = Complex64::cis(step * k as f64);
            Complex::new(T::new(w.re), T::new(w.im))
        })
        .collect()
}

/// Rows and columns of the blocked layout, both multiples of the group and as alike as can be; none
/// where the field is small enough for the cache or has no such factors.
fn split(samples: usize, components: usize, threads: usize) -> Option<(usize, usize)> {
    let smallest = if threads > 1 { 1 << 14 } else { 1 << 16 };
    if samples * components < smallest || !samples.is_multiple_of(GROUP * GROUP) {
        return None;
    }
    let units = samples / (GROUP * GROUP);
    let root = (1..=units)
        .take_while(|r| r * r <= units)
        .filter(|r| units.is_multiple_of(*r))
        .last()?;
    let (rows, columns) = (GROUP * root, GROUP * (units / root));
    // A long line is no better than the whole.
    (columns <= 4096 && columns <= 16 * rows).then_some((rows, columns))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn field(samples: usize, seed: u64) -> Vec<Complex64> {
        let mut state = seed;
        let mut next = || {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            (state >> 40) as f64 / f64::from(1 << 23) - 1.0
        };
        (0..samples).map(|_| Complex::new(next(), next())).collect()
    }

    fn table(engine: &Engine<f64>, components: usize, samples: usize) -> Vec<Complex64> {
        engine
            .bins(components)
            .map(|(c, k)| {
                let f = (k as f64 / samples as f64 - 0.5) * (1.0 + c as f64);
                0.9 * Complex64::cis(2.0 * f + 5.0 * f * f)
            })
            .collect()
    }

    /// Steps by definition: sums of a whole transform, response, Kerr effect.
    fn by_definition(
        fields: &[Vec<Complex64>],
        weights: &[f64],
        shared: bool,
    ) -> Vec<Vec<Complex64>> {
        let (n, m) = (fields[0].len(), fields.len());
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (planner.plan_fft_forward(n), planner.plan_fft_inverse(n));
        let mut fields = fields.to_vec();
        let disperse = |fields: &mut Vec<Vec<Complex64>>| {
            for (c, a) in fields.iter_mut().enumerate() {
                forward.process(a);
                let c = if shared { 0.0 } else { c as f64 };
                for (k, s) in a.iter_mut().enumerate() {
                    let f = (k as f64 / n as f64 - 0.5) * (1.0 + c);
                    *s *= 0.9 * Complex64::cis(2.0 * f + 5.0 * f * f) / n as f64;
                }
                inverse.process(a);
            }
        };
        disperse(&mut fields);
        for _ in 0..3 {
            let powers: Vec<Vec<f64>> = fields
                .iter()
                .map(|f| f.iter().map(Complex64::norm_sqr).collect())
                .collect();
            for (i, a) in fields.iter_mut().enumerate() {
                for (t, a) in a.iter_mut().enumerate() {
                    let phase: f64 = (0..m).map(|k| weights[i * m + k] * powers[k][t]).sum();
                    *a *= Complex64::cis(-0.3 * phase);
                }
            }
            disperse(&mut fields);
        }
        fields
    }

    #[test]
    fn both_layouts_do_what_the_definition_says() {
        let couplings = [
            (1, Coupling::Own, vec![1.0], true),
            (2, Coupling::Total, vec![1.0; 4], true),
            (
                2,
                Coupling::Matrix(vec![1.0, 2.0, 2.0, 1.0]),
                vec![1.0, 2.0, 2.0, 1.0],
                false,
            ),
        ];
        for (m, coupling, weights, shared) in couplings {
            // Whole, blocked, blocked by two threads, and a length with other factors.
            for (n, threads) in [(1000, 1), (1 << 16, 1), (1 << 14, 2), (3 << 15, 1)] {
                let before: Vec<Vec<Complex64>> = (0..m).map(|c| field(n, 7 + c as u64)).collect();
                let expected = by_definition(&before, &weights, shared);
                let mut engine = Engine::new(n, m, coupling.clone(), threads);
                assert_eq!(engine.is_blocked(), n > 1000);
                let response = table(&engine, if shared { 1 } else { m }, n);
                let mut after = before.clone();
                let mut spectrum = vec![Complex64::ZERO; engine.len()];
                let mut out = spectrum.clone();
                let mut views: Vec<&mut [Complex64]> =
                    after.iter_mut().map(Vec::as_mut_slice).collect();
                engine.forward(&views, &mut spectrum);
                let sequence = Sequence {
                    first: &response,
                    middle: &response,
                    last: &response,
                    steps: 3,
                    coefficient: 0.3,
                };
                let phase = engine.run(&spectrum, &sequence, &mut out);
                engine.inverse(&out, &mut views);
                assert!(phase > 0.1 && phase < 9.0, "{phase}");
                for (a, e) in after.iter().zip(&expected) {
                    let error = a
                        .iter()
                        .zip(e)
                        .map(|(a, e)| (a - e).norm_sqr())
                        .sum::<f64>();
                    let all = e.iter().map(Complex64::norm_sqr).sum::<f64>();
                    assert!(
                        (error / all).sqrt() < 1e-13,
                        "{n} {m}: {:e}",
                        (error / all).sqrt()
                    );
                }
            }
        }
    }

    #[test]
    fn a_prime_number_of_samples_is_left_whole() {
        assert_eq!(split(65_537, 1, 1), None);
        assert_eq!(split(1 << 18, 1, 1), Some((512, 512)));
        assert_eq!(split(3 << 16, 1, 1), Some((384, 512)));
        assert_eq!(split(64 * 4099, 1, 1), None);
    }
}
