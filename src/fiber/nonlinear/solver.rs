//! Split steps from the input of a fibre to its output, one component or several, by the fixed
//! rules; those that choose by an error estimate stand in [`super::extrapolation`].

use super::control::{Method, Report, StepControl};
use super::engine::{Coupling, Engine, Sequence};
use super::error::NonlinearError;
use super::precision::Real;
use crate::signal::{Grid, kernels};
use num_complex::{Complex, Complex64};

/// Most steps along a fibre.
pub(super) const MOST_STEPS: usize = 1_000_000;
/// Responses that are kept for steps of other lengths.
const MOST_TABLES: usize = 12;

/// Dispersive phase per metre over a spectrum, rad/m.
pub(super) struct Speed {
    /// Root mean square.
    pub about_zero: f64,
    /// Standard deviation: without the phase of the whole field.
    pub about_mean: f64,
    /// Size at the edge of the spectrum.
    pub edge: f64,
}

/// What acts along the fibre.
pub(super) struct Line {
    /// Length, m.
    pub length: f64,
    /// Power attenuation, 1/m.
    pub attenuation: f64,
    /// Kerr phase over power and length, 1/(W·m): γ, 8/9·γ, or 1 where the coupling has weights.
    pub kerr: f64,
    /// Largest sum of the weights with which the components turn one of them.
    pub most_weight: f64,
}

impl Line {
    /// Kerr phase over the power in the middle of a step of `length` that contains its loss, 1/W:
    /// γ∫P/P_middle = γ·2sinh(αh/2)/α, so that loss is no reason for short steps.
    pub fn coefficient(&self, length: f64) -> f64 {
        let x = self.attenuation * length / 2.0;
        let effective = if x == 0.0 {
            length
        } else {
            length * x.sinh() / x
        };
        self.kerr * effective
    }

    /// Effective length of the first `length` metres, m.
    pub fn effective_length(&self, length: f64) -> f64 {
        let loss = self.attenuation * length;
        if loss == 0.0 {
            length
        } else {
            length * (-(-loss).exp_m1() / loss)
        }
    }
}

/// A fibre on a grid: transforms, responses of steps, room.
pub(super) struct Solver<T: Real> {
    pub line: Line,
    pub engine: Engine<T>,
    /// Dispersive phase per metre in the order of the responses, rad/m.
    rates: Vec<f64>,
    dispersionless: bool,
    pub tables: Vec<Table<T>>,
    clock: u64,
    /// The spectrum at the place reached.
    pub base: Vec<Complex<T>>,
    /// Spectra of the levels of an extrapolation, the finest first.
    pub levels: Vec<Vec<Complex<T>>>,
    /// Spectrum of the error estimated so far, at the place reached.
    pub error_spectrum: Vec<Complex<T>>,
}

/// The response of a step.
pub(super) struct Table<T> {
    length: f64,
    used: u64,
    pub response: Vec<Complex<T>>,
}

impl<T: Real> Solver<T> {
    /// For so many components; where the second says so, all have the response of the first. `rate`
    /// gives the dispersive phase per metre of a component at an angular frequency.
    pub fn new(
        line: Line,
        grid: Grid,
        (components, shared): (usize, bool),
        coupling: Coupling<T>,
        threads: usize,
        rate: &dyn Fn(usize, f64) -> f64,
    ) -> Result<Self, NonlinearError> {
        let engine = Engine::new(grid.samples, components, coupling, threads);
        let rates: Vec<f64> = engine
            .bins(if shared { 1 } else { components })
            .map(|(c, k)| rate(c, std::f64::consts::TAU * grid.frequency(k)))
            .collect();
        if rates.iter().any(|r| !(r * line.length).is_finite()) {
            return Err(NonlinearError::NotFinite {
                place: "in the dispersion at the edge of the grid",
            });
        }
        Ok(Self {
            dispersionless: rates.iter().all(|r| *r == 0.0),
            base: vec![Complex::new(T::default(), T::default()); engine.len()],
            line,
            engine,
            rates,
            tables: Vec::new(),
            clock: 0,
            levels: Vec::new(),
            error_spectrum: Vec::new(),
        })
    }

    /// Makes sure that the responses of steps of these lengths are there, and returns their places.
    pub fn tables<const N: usize>(&mut self, lengths: [f64; N]) -> [usize; N] {
        lengths.map(|length| {
            self.clock += 1;
            if let Some(at) = self
                .tables
                .iter()
                .position(|t| t.length.to_bits() == length.to_bits())
            {
                self.tables[at].used = self.clock;
                return at;
            }
            let at = if self.tables.len() < MOST_TABLES {
                self.tables.push(Table {
                    length,
                    used: 0,
                    response: vec![Complex::new(T::default(), T::default()); self.rates.len()],
                });
                self.tables.len() - 1
            } else {
                let oldest = self.tables.iter().enumerate().min_by_key(|(_, t)| t.used);
                oldest.map_or(0, |(at, _)| at)
            };
            let table = &mut self.tables[at];
            (table.length, table.used) = (length, self.clock);
            fill(
                &self.rates,
                self.line.attenuation,
                length,
                &mut table.response,
            );
            at
        })
    }

    /// From `base` over `length` in `steps` split steps, into `out`. Returns the largest Kerr phase.
    pub fn split_steps(&mut self, length: f64, steps: usize, out: &mut [Complex<T>]) -> f64 {
        let places = self.prepare_steps(length, steps);
        let sequence = sequence(&self.tables, &self.line, places, length, steps);
        self.engine.run(&self.base, &sequence, out)
    }

    /// A field over the whole length in `steps` split steps. Returns the largest Kerr phase.
    fn carry(&mut self, field: &mut [&mut [Complex<T>]], steps: usize) -> f64 {
        let length = self.line.length;
        let places = self.prepare_steps(length, steps);
        let sequence = sequence(&self.tables, &self.line, places, length, steps);
        self.engine.carry(field, &sequence)
    }

    /// Places of the responses of half a step and of a whole one.
    fn prepare_steps(&mut self, length: f64, steps: usize) -> [usize; 2] {
        let step = length / steps as f64;
        // One step has no response between two.
        let middle = if steps == 1 { 0.5 * step } else { step };
        self.tables([0.5 * step, middle])
    }

    /// Dispersion and loss of `length` on `base`.
    pub fn disperse(&mut self, length: f64) {
        let [at] = self.tables([length]);
        self.engine
            .respond(&mut self.base, &self.tables[at].response);
    }

    /// Room for `count` levels.
    pub fn prepare_levels(&mut self, count: usize) {
        let zero = Complex::new(T::default(), T::default());
        while self.levels.len() < count {
            self.levels.push(vec![zero; self.engine.len()]);
        }
    }

    /// How fast dispersion changes the field whose spectrum stands in `base`, with all but the share
    /// `beyond_edge` of its energy below the edge.
    pub fn speed(&self, beyond_edge: f64) -> Speed {
        // Eighths of an octave of the rate, from 2^-64 to 2^64 rad/m.
        let mut energies = [0.0; 1024];
        let (mut weight, mut mean, mut square) = (0.0, 0.0, 0.0);
        let components = self.base.len() / self.rates.len();
        for (at, &rate) in self.rates.iter().enumerate() {
            let mut p = 0.0;
            for c in 0..components {
                let place = if components == 1 {
                    at
                } else {
                    self.engine.place(at, c)
                };
                p += self.base[place].norm_sqr().wide();
            }
            weight += p;
            mean += p * rate;
            square += p * rate * rate;
            // The bits of a number are its logarithm, nearly: exponent and three digits of it.
            let eighths = (rate.abs().to_bits() >> 49).clamp((1023 - 64) << 3, (1023 + 63) << 3);
            energies[usize::try_from(eighths - ((1023 - 64) << 3)).unwrap_or(0)] += p;
        }
        if weight <= 0.0 {
            return Speed {
                about_zero: 0.0,
                about_mean: 0.0,
                edge: 0.0,
            };
        }
        let mean = mean / weight;
        let (mut beyond, mut eighths) = (0.0, 0);
        for (i, energy) in energies.iter().enumerate().rev() {
            beyond += energy;
            if beyond > beyond_edge * weight {
                eighths = i as u64;
                break;
            }
        }
        Speed {
            about_zero: (square / weight).sqrt(),
            about_mean: (square / weight - mean * mean).max(0.0).sqrt(),
            edge: f64::from_bits((eighths + ((1023 - 64) << 3)) << 49),
        }
    }

    /// Carries the fields through the fibre.
    pub fn propagate(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        control: StepControl,
    ) -> Result<Report, NonlinearError> {
        let before: f64 = field.iter().map(|f| T::energy(f)).sum();
        if !before.is_finite() {
            return Err(NonlinearError::NotFinite {
                place: "at the input of the fibre",
            });
        }
        let mut report = self.choose(field, control, before)?;
        let after: f64 = field.iter().map(|f| T::energy(f)).sum();
        if !after.is_finite() {
            return Err(NonlinearError::NotFinite {
                place: "at the output of the fibre",
            });
        }
        let expected = before * (-self.line.attenuation * self.line.length).exp();
        if expected > 0.0 {
            report.energy_error = after / expected - 1.0;
        }
        Ok(report)
    }

    fn choose(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        control: StepControl,
        before: f64,
    ) -> Result<Report, NonlinearError> {
        let length = self.line.length;
        if length == 0.0 {
            return Ok(Report::new(Method::Linear, "the fibre has no length"));
        }
        let kerr = self.line.kerr * self.line.effective_length(length);
        if kerr == 0.0 || before == 0.0 {
            let why = if before == 0.0 {
                "there is no light"
            } else {
                "the non-linear coefficient is zero"
            };
            if !self.dispersionless {
                self.engine.forward(field, &mut self.base);
                self.disperse(length);
                return Ok(self.finish(field, Report::new(Method::Linear, why)));
            }
            self.lose(field);
            return Ok(Report::new(Method::Linear, why));
        }
        if self.dispersionless {
            let mut report = Report::new(Method::KerrOnly, "there is no dispersion");
            self.kerr_only(field, &mut report);
            return Ok(report);
        }
        match control {
            StepControl::Fixed { steps } => {
                let phase = self.carry(field, steps);
                let mut report = Report::new(
                    if steps == 1 {
                        Method::OneStep
                    } else {
                        Method::SplitStep
                    },
                    "the number of steps was given",
                );
                (report.steps, report.largest_phase) = (steps, phase);
                report.transforms = 2 * steps + 2;
                Ok(report)
            }
            StepControl::PhaseLimited { max_phase } => self.phase_limited(field, max_phase),
            StepControl::Automatic { tolerance } => self.automatic(field, tolerance, before),
            StepControl::LocalError { tolerance } => self.local_error(field, tolerance),
            StepControl::Extrapolated { steps } => Ok(self.extrapolated(field, steps)),
        }
    }

    /// Loss alone.
    fn lose(&self, field: &mut [&mut [Complex<T>]]) {
        let gain = (-0.5 * self.line.attenuation * self.line.length).exp();
        for f in field {
            T::scale(f, T::new(gain));
        }
    }

    /// Kerr effect and loss of the whole fibre, exact without dispersion.
    pub fn kerr_only(&mut self, field: &mut [&mut [Complex<T>]], report: &mut Report) {
        let length = self.line.length;
        let gain = (-0.5 * self.line.attenuation * length).exp();
        let coefficient = self.line.kerr * self.line.effective_length(length);
        report.largest_phase = self.engine.kerr(field, coefficient, gain);
    }

    /// The field of the spectrum reached, and the two transforms at the ends.
    pub fn finish(&mut self, field: &mut [&mut [Complex<T>]], mut report: Report) -> Report {
        self.engine.inverse(&self.base, field);
        report.transforms += 2;
        report
    }

    /// Steps as long as the phase of the strongest sample allows, each checked afterwards.
    fn phase_limited(
        &mut self,
        field: &mut [&mut [Complex<T>]],
        limit: f64,
    ) -> Result<Report, NonlinearError> {
        let length = self.line.length;
        let mut report = Report::new(Method::SplitStep, "the phase of each step was limited");
        report.steps = 0;
        self.prepare_levels(1);
        let mut rate = self.line.kerr.abs() * self.line.most_weight * self.engine.powers(field).0;
        self.engine.forward(field, &mut self.base);
        let mut z = 0.0;
        while z < length {
            let left = length - z;
            // α·h of a step whose effective length gives the phase; none where the rest gives less.
            let phase_of = |h: f64| rate * self.line.effective_length(h);
            let mut step = left;
            if phase_of(left) > limit {
                let reach = limit / rate;
                let a = self.line.attenuation;
                step = if a == 0.0 {
                    reach
                } else {
                    -(-a * reach).ln_1p() / a
                };
                step = step.min(left);
            }
            if step < length / MOST_STEPS as f64 {
                return Err(NonlinearError::TooManySteps {
                    at_m: z,
                    length_m: length,
                    step_m: step,
                    limit: MOST_STEPS,
                });
            }
            let mut out = std::mem::take(&mut self.levels[0]);
            let phase = self.split_steps(step, 1, &mut out);
            self.levels[0] = out;
            report.transforms += 2;
            if phase > limit * (1.0 + 1e-9) {
                // Dispersion has raised the peak.
                rate *= 1.02 * phase / limit;
                report.rejected += 1;
                continue;
            }
            std::mem::swap(&mut self.base, &mut self.levels[0]);
            rate = phase / self.line.effective_length(step) * (-self.line.attenuation * step).exp();
            report.largest_phase = report.largest_phase.max(phase);
            report.steps += 1;
            z = if step >= left { length } else { z + step };
        }
        Ok(self.finish(field, report))
    }
}

/// Split steps over `length` with the responses of half a step and of a whole one at these places.
fn sequence<'a, T>(
    tables: &'a [Table<T>],
    line: &Line,
    [half, whole]: [usize; 2],
    length: f64,
    steps: usize,
) -> Sequence<'a, T> {
    Sequence {
        first: &tables[half].response,
        middle: &tables[whole].response,
        last: &tables[half].response,
        steps,
        coefficient: line.coefficient(length / steps as f64),
    }
}

/// exp(−αh/2 − j·rate·h) in the order of the rates.
fn fill<T: Real>(rates: &[f64], attenuation: f64, length: f64, out: &mut [Complex<T>]) {
    const PART: usize = 512;
    // Where the reduction of an angle in the kernel loses digits, the library's is taken.
    const LARGE: f64 = 1e5;
    let gain = (-0.5 * attenuation * length).exp();
    let mut phase = [0.0; PART];
    let mut wide = [Complex64::ZERO; PART];
    for (rates, out) in rates.chunks(PART).zip(out.chunks_mut(PART)) {
        let (phase, wide) = (&mut phase[..rates.len()], &mut wide[..rates.len()]);
        let mut most = 0.0f64;
        for (p, r) in phase.iter_mut().zip(rates) {
            *p = -r * length;
            most = most.max(p.abs());
        }
        if most < LARGE {
            kernels::phasors(phase, gain, wide);
        } else {
            for (w, p) in wide.iter_mut().zip(phase.iter()) {
                *w = Complex64::from_polar(gain, *p);
            }
        }
        for (o, w) in out.iter_mut().zip(wide.iter()) {
            *o = Complex::new(T::new(w.re), T::new(w.im));
        }
    }
}
