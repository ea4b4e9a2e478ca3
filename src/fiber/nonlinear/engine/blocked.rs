//! The layout for fields that leave the cache.
//!
//! The field is a matrix of R × C samples; a transform is one of the columns, a twiddle and one of
//! the rows (J. W. Cooley and J. W. Tukey, Math. Comp. 19, 297, 1965,
//! DOI 10.1090/S0025-5718-1965-0178586-1). What stands between two row transforms (response) or two
//! column transforms (Kerr effect) is done while the row or column is in the cache: two passes
//! through memory a step, in place. The spectrum is left in the order of the rows.
//!
//! Between the passes the field stands in tiles of 8 × 8 samples, so that both passes meet it in
//! pieces of a kilobyte whatever the stride of a column:
//! \[row/8\]\[column/8\]\[component\]\[row%8\]\[column%8\]. Spectra and their responses stand in rows:
//! \[row/8\]\[component\]\[row%8\]\[column\].

use super::super::precision::Real;
use super::{Coupling, GROUP, Sequence};
use num_complex::{Complex, Complex64};
use rayon::prelude::*;
use rustfft::{Fft, FftPlanner};
use std::sync::{Arc, Mutex, PoisonError};

/// Samples of a tile.
const TILE: usize = GROUP * GROUP;

/// Transforms and room of one field.
pub(super) struct Blocked<T: Real> {
    plan: Plan<T>,
    tiles: Vec<Complex<T>>,
    desks: Vec<Desk<T>>,
}

struct Plan<T: Real> {
    rows: usize,
    columns: usize,
    components: usize,
    /// Along a row and back, along a column and back.
    row: [Arc<dyn Fft<T>>; 2],
    column: [Arc<dyn Fft<T>>; 2],
    /// exp(−2πj·row·column/N) of every eighth column, row by row: with `within` an eighth of the
    /// memory that all would take.
    firsts: Vec<Complex<T>>,
    /// The same of the first eight columns of each row.
    within: Vec<[Complex<T>; GROUP]>,
}

/// Room of one thread.
struct Desk<T> {
    /// Eight columns of every component.
    strip: Vec<Complex<T>>,
    /// A row or column of every component, twice.
    lines: [Vec<Complex<T>>; 2],
    fft: Vec<Complex<T>>,
    phase: Vec<T>,
}

/// What is done along a column.
#[derive(Clone, Copy)]
enum Along<'a, T> {
    /// Into the frequency of the columns, from a field in time.
    Forward(&'a [&'a mut [Complex<T>]]),
    /// Back to time.
    Inverse,
    /// Back, Kerr effect, and forth again.
    Kerr { coupling: &'a Coupling<T>, by: T },
}

/// Rows and columns of the blocked layout, both multiples of the group and as alike as can be; none
/// where the field is small enough for the cache or has no such factors.
pub(super) fn split<T>(samples: usize, components: usize) -> Option<(usize, usize)> {
    /// Bytes of a field.
    const SMALLEST: usize = 1 << 20;
    if samples * components * size_of::<Complex<T>>() < SMALLEST || !samples.is_multiple_of(TILE) {
        return None;
    }
    let units = samples / TILE;
    let root = (1..=units)
        .take_while(|r| r * r <= units)
        .filter(|r| units.is_multiple_of(*r))
        .last()?;
    let (rows, columns) = (GROUP * root, GROUP * (units / root));
    // A long line is no better than the whole.
    (columns <= 4096 && columns <= 16 * rows).then_some((rows, columns))
}

impl<T: Real> Blocked<T> {
    pub fn new(
        (rows, columns): (usize, usize),
        components: usize,
        coupling: &Coupling<T>,
        threads: usize,
    ) -> Self {
        let mut planner = FftPlanner::new();
        let n = rows * columns;
        let plan = Plan {
            rows,
            columns,
            components,
            row: [
                planner.plan_fft_forward(columns),
                planner.plan_fft_inverse(columns),
            ],
            column: [
                planner.plan_fft_forward(rows),
                planner.plan_fft_inverse(rows),
            ],
            firsts: (0..rows)
                .flat_map(|row| (0..columns / GROUP).map(move |h| twiddle(row, h * GROUP, n)))
                .collect(),
            within: (0..rows)
                .map(|row| std::array::from_fn(|column| twiddle(row, column, n)))
                .collect(),
        };
        let scratch = plan.row.iter().chain(&plan.column).map(|f| {
            f.get_outofplace_scratch_len()
                .max(f.get_inplace_scratch_len())
        });
        let scratch = scratch.max().unwrap_or(0);
        let zero = Complex::new(T::default(), T::default());
        Self {
            tiles: vec![zero; rows * columns * components],
            desks: (0..threads.max(1))
                .map(|_| Desk {
                    strip: vec![zero; GROUP * plan.stride() * components],
                    lines: std::array::from_fn(|_| vec![zero; rows.max(columns) * components]),
                    fft: vec![zero; scratch],
                    phase: vec![T::default(); coupling.room(components, rows)],
                })
                .collect(),
            plan,
        }
    }

    /// Samples of a group of rows of one component.
    pub fn piece(&self) -> usize {
        GROUP * self.plan.columns
    }

    pub fn shape(&self) -> (usize, usize) {
        (self.plan.rows, self.plan.columns)
    }

    /// The spectrum of a field, not normalised.
    pub fn forward(&mut self, field: &[&mut [Complex<T>]], spectrum: &mut [Complex<T>]) {
        let along = Along::Forward(field);
        self.plan.columns(&mut self.tiles, along, &mut self.desks);
        self.plan.end(&self.tiles, None, spectrum, &mut self.desks);
    }

    /// The field of a spectrum, normalised.
    pub fn inverse(&mut self, spectrum: &[Complex<T>], field: &mut [&mut [Complex<T>]]) {
        self.plan
            .begin(spectrum, None, &mut self.tiles, &mut self.desks);
        self.leave(field);
    }

    /// From the rows' time in the tiles to the field, normalised.
    fn leave(&mut self, field: &mut [&mut [Complex<T>]]) {
        let Self { plan, tiles, desks } = self;
        plan.columns(tiles, Along::Inverse, desks);
        let scale = T::new(1.0 / (plan.rows * plan.columns) as f64);
        let (line, m) = (plan.columns, plan.components);
        for (c, field) in field.iter_mut().enumerate() {
            let rows = field
                .chunks_mut(GROUP * line)
                .zip(tiles.chunks(GROUP * line * m));
            share(rows, desks, |_, (out, tiles), _| {
                for (r, out) in out.chunks_mut(line).enumerate() {
                    for (h, out) in out.chunks_mut(GROUP).enumerate() {
                        let from = (h * m + c) * TILE + r * GROUP;
                        for (o, a) in out.iter_mut().zip(&tiles[from..from + GROUP]) {
                            *o = Complex::new(a.re * scale, a.im * scale);
                        }
                    }
                }
                T::default()
            });
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
        let Self { plan, tiles, desks } = self;
        plan.begin(input, Some(sequence.first), tiles, desks);
        let kerr = Along::Kerr {
            coupling,
            by: coefficient,
        };
        let mut largest = 0.0f64;
        for step in 1..=sequence.steps {
            largest = largest.max(plan.columns(tiles, kerr, desks));
            if step == sequence.steps {
                plan.end(tiles, Some(sequence.last), output, desks);
            } else {
                plan.rows(tiles, sequence.middle, desks);
            }
        }
        largest
    }

    /// See [`Engine::carry`](super::Engine::carry): the responses at both ends are passes along the
    /// rows like those between.
    pub fn carry(
        &mut self,
        coupling: &Coupling<T>,
        field: &mut [&mut [Complex<T>]],
        sequence: &Sequence<'_, T>,
        coefficient: T,
    ) -> f64 {
        let Self { plan, tiles, desks } = self;
        let kerr = Along::Kerr {
            coupling,
            by: coefficient,
        };
        plan.columns(tiles, Along::Forward(field), desks);
        plan.rows(tiles, sequence.first, desks);
        let mut largest = 0.0f64;
        for step in 1..=sequence.steps {
            largest = largest.max(plan.columns(tiles, kerr, desks));
            let response = if step == sequence.steps {
                sequence.last
            } else {
                sequence.middle
            };
            plan.rows(tiles, response, desks);
        }
        self.leave(field);
        largest
    }
}

/// Lets the desks take groups from a common queue, a desk a thread. Returns the largest of what the
/// work gives: nothing depends on which desk took which group.
fn share<T: Real, G>(
    groups: impl Iterator<Item = G> + Send,
    desks: &mut [Desk<T>],
    work: impl Fn(usize, G, &mut Desk<T>) -> T + Sync,
) -> f64 {
    let larger = |a: f64, b: f64| if b > a { b } else { a };
    let groups = groups.enumerate();
    if let [desk] = desks {
        let each = groups.map(|(at, group)| work(at, group, desk).wide());
        return each.fold(0.0, larger);
    }
    let queue = Mutex::new(groups);
    desks
        .par_iter_mut()
        .map(|desk| {
            let mut most = 0.0;
            loop {
                let next = queue.lock().unwrap_or_else(PoisonError::into_inner).next();
                let Some((at, group)) = next else { return most };
                most = larger(most, work(at, group, desk).wide());
            }
        })
        .reduce(|| 0.0, larger)
}

impl<T: Real> Plan<T> {
    /// From one column of a strip to the next: two cache lines more than a column, or columns of a
    /// power of two samples would all meet in the same places of the cache.
    fn stride(&self) -> usize {
        self.rows + GROUP
    }

    /// Length of a row group of all components, and from tile to tile of a component.
    fn groups(&self) -> (usize, usize) {
        (
            GROUP * self.columns * self.components,
            TILE * self.components,
        )
    }

    /// Twiddles of row `i` of group `at`: of every eighth column, and within an eighth.
    fn twiddles_of(&self, at: usize, i: usize) -> (&[Complex<T>], &[Complex<T>; GROUP]) {
        let (row, eighths) = (at * GROUP + i, self.columns / GROUP);
        let firsts = &self.firsts[row * eighths..(row + 1) * eighths];
        (firsts, &self.within[row])
    }

    /// The line of a response that belongs to row `i` of group `at` of component `c`.
    fn row_of<'b>(
        &self,
        response: &'b [Complex<T>],
        at: usize,
        c: usize,
        i: usize,
    ) -> &'b [Complex<T>] {
        let row = if response.len() == self.rows * self.columns {
            at * GROUP + i
        } else {
            (at * self.components + c) * GROUP + i
        };
        &response[row * self.columns..(row + 1) * self.columns]
    }

    /// From a spectrum to the rows' time: input · response, inverse along the rows, twiddles.
    fn begin(
        &self,
        input: &[Complex<T>],
        response: Option<&[Complex<T>]>,
        tiles: &mut [Complex<T>],
        desks: &mut [Desk<T>],
    ) {
        let (group, tile) = self.groups();
        let line = self.columns;
        let groups = tiles.chunks_mut(group).zip(input.chunks(group));
        share(groups, desks, |at, (tiles, input), desk| {
            let [a, b] = &mut desk.lines;
            let (a, b) = (&mut a[..line], &mut b[..line]);
            for (row, from) in input.chunks(line).enumerate() {
                let (c, i) = (row / GROUP, row % GROUP);
                match response {
                    Some(response) => T::product(from, self.row_of(response, at, c, i), a),
                    None => a.copy_from_slice(from),
                }
                self.row[1].process_outofplace_with_scratch(a, b, &mut desk.fft);
                let first = c * TILE + i * GROUP;
                T::put(b, self.twiddles_of(at, i), tiles, first, tile);
            }
            T::default()
        });
    }

    /// Along the columns.
    fn columns(&self, tiles: &mut [Complex<T>], along: Along<'_, T>, desks: &mut [Desk<T>]) -> f64 {
        let (m, line, stride) = (self.components, self.rows, self.stride());
        let count = self.columns / GROUP;
        // The tiles of each strip of eight columns.
        let mut strips: Vec<Vec<&mut [Complex<T>]>> = (0..count)
            .map(|_| Vec::with_capacity(line / GROUP))
            .collect();
        for group in tiles.chunks_mut(count * m * TILE) {
            for (strip, tile) in strips.iter_mut().zip(group.chunks_mut(m * TILE)) {
                strip.push(tile);
            }
        }
        let scale = T::new(1.0 / (self.rows * self.columns) as f64);
        share(strips.into_iter(), desks, |at, mut tiles, desk| {
            let Desk {
                strip,
                lines: [lines, _],
                fft,
                phase,
            } = desk;
            for c in 0..m {
                let strip = &mut strip[c * GROUP * stride..(c + 1) * GROUP * stride];
                for (g, tile) in tiles.iter().enumerate() {
                    if let Along::Forward(field) = along {
                        let first = g * GROUP * self.columns + at * GROUP;
                        T::columns_of(&field[c][first..], self.columns, strip, g * GROUP, stride);
                    } else {
                        let tile = &tile[c * TILE..(c + 1) * TILE];
                        T::columns_of(tile, GROUP, strip, g * GROUP, stride);
                    }
                }
            }
            let mut most = T::default();
            for i in 0..GROUP {
                let column = |c: usize| (c * GROUP + i) * stride..(c * GROUP + i) * stride + line;
                match along {
                    Along::Forward(_) | Along::Inverse => {
                        let plan = &self.column[usize::from(matches!(along, Along::Inverse))];
                        for c in 0..m {
                            plan.process_with_scratch(&mut strip[column(c)], fft);
                        }
                    }
                    Along::Kerr { coupling, by } => {
                        let lines = &mut lines[..m * line];
                        for (c, out) in lines.chunks_mut(line).enumerate() {
                            let from = &mut strip[column(c)];
                            self.column[1].process_outofplace_with_scratch(from, out, fft);
                        }
                        let here = coupling.rotate(lines, line, phase, by, scale);
                        if here > most {
                            most = here;
                        }
                        for (c, from) in lines.chunks_mut(line).enumerate() {
                            let out = &mut strip[column(c)];
                            self.column[0].process_outofplace_with_scratch(from, out, fft);
                        }
                    }
                }
            }
            for c in 0..m {
                let strip = &strip[c * GROUP * stride..(c + 1) * GROUP * stride];
                for (g, tile) in tiles.iter_mut().enumerate() {
                    let tile = &mut tile[c * TILE..(c + 1) * TILE];
                    T::tile_of(strip, g * GROUP, stride, tile);
                }
            }
            most
        })
    }

    /// Along the rows: twiddles, forward, the response, inverse, and twiddles back.
    fn rows(&self, tiles: &mut [Complex<T>], response: &[Complex<T>], desks: &mut [Desk<T>]) {
        let (group, tile) = self.groups();
        let line = self.columns;
        share(tiles.chunks_mut(group), desks, |at, tiles, desk| {
            let [a, b] = &mut desk.lines;
            let (a, b) = (&mut a[..line], &mut b[..line]);
            for c in 0..self.components {
                for i in 0..GROUP {
                    let first = c * TILE + i * GROUP;
                    let twiddles = self.twiddles_of(at, i);
                    T::take(tiles, first, tile, twiddles, a);
                    self.row[0].process_outofplace_with_scratch(a, b, &mut desk.fft);
                    T::multiply(b, self.row_of(response, at, c, i));
                    self.row[1].process_outofplace_with_scratch(b, a, &mut desk.fft);
                    T::put(a, twiddles, tiles, first, tile);
                }
            }
            T::default()
        });
    }

    /// From the rows' time to a spectrum: twiddles, forward along the rows, the response.
    fn end(
        &self,
        tiles: &[Complex<T>],
        response: Option<&[Complex<T>]>,
        output: &mut [Complex<T>],
        desks: &mut [Desk<T>],
    ) {
        let (group, tile) = self.groups();
        let line = self.columns;
        let groups = output.chunks_mut(group).zip(tiles.chunks(group));
        share(groups, desks, |at, (output, tiles), desk| {
            let a = &mut desk.lines[0][..line];
            for (row, out) in output.chunks_mut(line).enumerate() {
                let (c, i) = (row / GROUP, row % GROUP);
                let first = c * TILE + i * GROUP;
                T::take(tiles, first, tile, self.twiddles_of(at, i), a);
                self.row[0].process_outofplace_with_scratch(a, out, &mut desk.fft);
                if let Some(response) = response {
                    T::multiply(out, self.row_of(response, at, c, i));
                }
            }
            T::default()
        });
    }
}

/// exp(−2πj·row·column/N).
fn twiddle<T: Real>(row: usize, column: usize, n: usize) -> Complex<T> {
    let w = Complex64::cis(-std::f64::consts::TAU * (row * column % n) as f64 / n as f64);
    Complex::new(T::new(w.re), T::new(w.im))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prime_number_of_samples_is_left_whole() {
        assert_eq!(split::<f64>(65_537, 1), None);
        assert_eq!(split::<f64>(1 << 15, 1), None);
        assert_eq!(split::<f64>(1 << 18, 1), Some((512, 512)));
        assert_eq!(split::<f64>(3 << 16, 1), Some((384, 512)));
        assert_eq!(split::<f64>(64 * 4099, 1), None);
    }
}
