//! The noise-free cyclic waveform behind every operation.

use super::error::LinkError;
use super::kerr::{self, KerrChoice};
use super::plan::{Linear, Operation, Plan, PlannedOperation};
use crate::signal::{
    ConvolutionError, CyclicFilter, FiniteResponse, Grid, Scratch, Transforms,
    grid::is_fast_length, kernels,
};
use num_complex::Complex64;
use std::ops::Range;

/// A waveform between two operations.
#[derive(Debug, Clone)]
pub enum Wave {
    /// A voltage, a current, or the power of light without a phase, W.
    Real(Vec<f64>),
    /// An optical field, √W.
    Field(Vec<Complex64>),
}

impl Wave {
    /// Samples of a voltage or a current, taken out; empty where there was a field.
    fn take_real(&mut self) -> Vec<f64> {
        match self {
            Self::Real(wave) => std::mem::take(wave),
            Self::Field(_) => Vec::new(),
        }
    }

    /// Samples of a field, taken out; empty where there was a voltage or a current.
    fn take_field(&mut self) -> Vec<Complex64> {
        match self {
            Self::Field(field) => std::mem::take(field),
            Self::Real(_) => Vec::new(),
        }
    }
}

/// A waveform that a step begins with.
#[derive(Clone, Copy)]
enum Signal<'a> {
    Real(&'a [f64]),
    Field(&'a [Complex64]),
}

/// Adjacent linear operations, or one operation of another kind.
#[derive(Debug, Clone)]
struct Step {
    /// Range of operations of the plan.
    first: usize,
    last: usize,
    filter: Option<CyclicFilter>,
    /// Spectrum of a field in front of a filter, while that does not change; empty elsewhere.
    spectrum: Vec<Complex64>,
    /// What was found in a fibre with the Kerr effect.
    kerr: Option<KerrChoice>,
    output: Wave,
}

/// A cyclic pattern on its way through a plan. Running again with a changed plan repeats only what
/// comes behind the first change.
#[derive(Debug)]
pub struct Propagation {
    symbols: Vec<u8>,
    grid: Grid,
    transforms: Transforms,
    /// Transforms of the whole pattern where that is slow: for responses too long for blocks.
    whole: Option<Transforms>,
    scratch: Scratch,
    drive_wave: Vec<f64>,
    plan: Option<Plan>,
    steps: Vec<Step>,
}

/// Block length for patterns whose own length has no fast transform, samples.
const BLOCK: usize = 1 << 14;

impl Propagation {
    /// A propagation of a cyclic pattern.
    pub fn new(symbols: Vec<u8>, plan: &Plan) -> Self {
        let samples = symbols.len() * plan.samples_per_symbol;
        let transforms = Transforms::new(if is_fast_length(samples) {
            samples
        } else {
            BLOCK
        });
        Self {
            grid: Grid {
                samples,
                sampling_rate: plan.sampling_rate(),
            },
            symbols,
            transforms,
            whole: None,
            scratch: Scratch::default(),
            drive_wave: Vec::new(),
            plan: None,
            steps: Vec::new(),
        }
    }

    /// The symbols.
    pub fn symbols(&self) -> &[u8] {
        &self.symbols
    }

    /// The grid of the waveforms.
    pub fn grid(&self) -> Grid {
        self.grid
    }

    /// Sends the pattern through the plan.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be applied or a waveform is not finite.
    pub fn run(&mut self, plan: &Plan) -> Result<(), LinkError> {
        if self.rescale(plan) {
            self.plan = Some(plan.clone());
            return Ok(());
        }
        let kept = self.reusable(plan);
        if kept == 0 {
            self.make_drive(plan);
        }
        let replaced = self.steps.split_off(kept);
        let mut next = self.steps.last().map_or(0, |step| step.last);
        let mut replaced = replaced.into_iter().peekable();
        let mut input_changed = false;
        while next < plan.operations.len() {
            let last = end_of_step(plan, next);
            let old = replaced.next_if(|step| step.first == next && step.last == last);
            let step = self.take_step(plan, next..last, old, input_changed)?;
            self.steps.push(step);
            next = last;
            input_changed = true;
        }
        self.plan = Some(plan.clone());
        Ok(())
    }

    /// Where only the gain of the margin differs, and nothing behind it is bent, what comes behind it
    /// is what it was, larger or smaller. False where that is not so, with nothing changed.
    fn rescale(&mut self, plan: &Plan) -> bool {
        let Some(old) = &self.plan else { return false };
        let place = plan.margin_gain;
        let gain = |plan: &Plan| match plan.operations.get(place).map(|o| &o.operation) {
            Some(Operation::Linear(Linear::Gain(gain))) => Some(*gain),
            _ => None,
        };
        let (Some(before), Some(after)) = (gain(old), gain(plan)) else {
            return false;
        };
        let ratio = after / before;
        let Some(first) = self.steps.iter().position(|s| s.last > place) else {
            return false;
        };
        let bent = plan.operations.iter().skip(place).any(|o| {
            !matches!(
                o.operation,
                Operation::Linear(_)
                    | Operation::Noise(_)
                    | Operation::HighPass(_)
                    | Operation::Detect(_)
                    | Operation::Polarization(_)
            )
        });
        if bent
            || !ratio.is_normal()
            || old.drive != plan.drive
            || old.operations.len() != plan.operations.len()
            || old.symbol_rate.to_bits() != plan.symbol_rate.to_bits()
            || (old.operations.iter().zip(&plan.operations).enumerate())
                .any(|(i, (a, b))| i != place && a.operation != b.operation)
        {
            return false;
        }
        let mut factor = ratio;
        let mut is_field = false;
        for step in &mut self.steps[first..] {
            step.spectrum.clear();
            match &mut step.output {
                Wave::Field(field) => {
                    is_field = true;
                    kernels::scale_complex(field, factor);
                }
                Wave::Real(wave) => {
                    // Detection squares the field.
                    if std::mem::take(&mut is_field) {
                        factor *= factor;
                    }
                    kernels::scale(wave, factor);
                }
            }
        }
        true
    }

    /// How many of the present steps a changed plan leaves as they are.
    fn reusable(&self, plan: &Plan) -> usize {
        let Some(old) = &self.plan else { return 0 };
        if old.drive != plan.drive
            || old.operations.len() != plan.operations.len()
            || old.symbol_rate.to_bits() != plan.symbol_rate.to_bits()
        {
            return 0;
        }
        let same = old
            .operations
            .iter()
            .zip(&plan.operations)
            .take_while(|(a, b)| a.operation == b.operation)
            .count();
        self.steps
            .iter()
            .take_while(|step| step.last <= same && end_of_step(plan, step.first) == step.last)
            .count()
    }

    fn make_drive(&mut self, plan: &Plan) {
        let drive = &plan.drive;
        let n = self.symbols.len();
        let cyclic = |start: isize, length: usize| -> Vec<u8> {
            (0..length.cast_signed())
                .map(|i| self.symbols[(start + i).rem_euclid(n.cast_signed()).cast_unsigned()])
                .collect()
        };
        let (ahead, back) = drive.tap_reach();
        let before = drive.pulse.symbols - 1 - drive.pulse.advance;
        let count = n + drive.pulse.symbols - 1;
        let symbols = cyclic(-(before + back).cast_signed(), count + ahead + back);
        let mut weights = vec![0.0; count];
        drive.tapped_levels(&symbols, &mut weights);
        let mut wave = vec![0.0; self.grid.samples];
        drive
            .pulse
            .shape(&weights, plan.samples_per_symbol, &mut wave);
        // Duty-cycle distortion moves every edge. What is drawn has a mean in the even terms of the
        // displacement: jittered edges are a little softer in the mean than an edge at rest.
        let (jitter, drawn) = (drive.jitter, drive.jitter.drawn_variance());
        for (order, pulse) in (1i32..).zip(&drive.edges) {
            let binomial = 0.5 * f64::from(order * (order - 1));
            if jitter.duty_cycle_distortion == 0.0 && (order != 2 || drawn == 0.0) {
                continue;
            }
            let count = n + pulse.symbols - 1;
            let lead = (pulse.symbols - pulse.advance).cast_signed();
            let symbols = cyclic(-lead - back.cast_signed(), count + 1 + ahead + back);
            let mut levels = vec![0.0; count + 1];
            drive.tapped_levels(&symbols, &mut levels);
            let edges: Vec<f64> = (1 - lead as i64..)
                .zip(levels.windows(2))
                .map(|(symbol, pair)| {
                    let early = -jitter.duty_cycle_delay(symbol);
                    let mean = early.powi(order) + binomial * drawn * early.powi(order - 2);
                    (pair[1] - pair[0]) * mean
                })
                .collect();
            let mut displaced = vec![0.0; self.grid.samples];
            pulse.shape(&edges, plan.samples_per_symbol, &mut displaced);
            kernels::add_scaled(&mut wave, &displaced, 1.0);
        }
        self.drive_wave = wave;
    }

    /// Takes one step; `old` is the same step of an earlier run, whose memory is used again, and
    /// whose filter where it is the same.
    fn take_step(
        &mut self,
        plan: &Plan,
        range: Range<usize>,
        old: Option<Step>,
        input_changed: bool,
    ) -> Result<Step, LinkError> {
        let mismatch = || LinkError::Link("an operation meets the wrong kind of signal".to_owned());
        let operations = &plan.operations[range.clone()];
        let mut step = old.unwrap_or_else(|| Step {
            first: range.start,
            last: range.end,
            filter: None,
            spectrum: Vec::new(),
            kerr: None,
            output: Wave::Real(Vec::new()),
        });
        if input_changed {
            step.spectrum.clear();
        }
        let input = match self.steps.last() {
            None => Signal::Real(&self.drive_wave),
            Some(step) => match &step.output {
                Wave::Real(wave) => Signal::Real(wave),
                Wave::Field(field) => Signal::Field(field),
            },
        };
        match (&operations[0].operation, input) {
            (Operation::Modulate(table), Signal::Real(drive)) => {
                let mut field = step.output.take_field();
                field.resize(drive.len(), Complex64::ZERO);
                table.apply(drive, &mut field);
                step.output = Wave::Field(field);
            }
            (Operation::Emit(table), Signal::Real(drive)) => {
                let mut power = step.output.take_real();
                power.resize(drive.len(), 0.0);
                table.apply(drive, &mut power);
                step.output = Wave::Real(power);
            }
            (Operation::KerrFiber(linear, gamma), Signal::Field(launched)) => {
                let mut field = step.output.take_field();
                field.clear();
                field.extend_from_slice(launched);
                let more_fiber = plan.operations[range.end..]
                    .iter()
                    .any(|o| matches!(o.operation.linear_part(), Some(Linear::Fiber(..))));
                step.kerr = Some(kerr::carry(
                    (&operations[0].stage, operations[0].stage_index),
                    &kerr::nonlinear_fiber(linear, *gamma)?,
                    self.grid,
                    !more_fiber,
                    &mut field,
                )?);
                step.output = Wave::Field(field);
            }
            (Operation::GainDynamics(dynamics), Signal::Field(sent)) => {
                let gain = dynamics.periodic(plan.sampling_rate(), sent)?;
                let mut field = step.output.take_field();
                field.clear();
                let factor = |h: &f64| dynamics.amplifier.field_factor(*h);
                field.extend(sent.iter().zip(&gain).map(|(a, h)| a * factor(h)));
                step.output = Wave::Field(field);
            }
            (Operation::Detect(responsivity), Signal::Real(_)) if plan.emission().is_some() => {
                scale(input, *responsivity, &mut step.output);
            }
            (Operation::Detect(responsivity), Signal::Field(field)) => {
                let mut current = step.output.take_real();
                current.resize(field.len(), 0.0);
                kernels::detect(field, *responsivity, &mut current);
                step.output = Wave::Real(current);
            }
            (Operation::Compress(table), Signal::Real(wave)) => {
                let mut compressed = step.output.take_real();
                compressed.clear();
                compressed.extend(wave.iter().map(|&x| table.at(x)));
                step.output = Wave::Real(compressed);
            }
            (
                Operation::Linear(_)
                | Operation::Polarization(_)
                | Operation::Noise(_)
                | Operation::HighPass(_),
                input,
            ) => {
                let linears = linears_of(operations);
                let gain: f64 = linears.iter().filter_map(|l| l.flat_gain()).product();
                let filters: Vec<&Linear> = linears
                    .into_iter()
                    .filter(|l| l.flat_gain().is_none())
                    .collect();
                if filters.is_empty() {
                    step.filter = None;
                    scale(input, gain, &mut step.output);
                } else {
                    let known = self.plan.as_ref().is_some_and(|old| {
                        old.operations.get(range).is_some_and(|old| {
                            linears_of(old)
                                .into_iter()
                                .filter(|l| l.flat_gain().is_none())
                                .eq(filters.iter().copied())
                        })
                    });
                    let filter = match step.filter.take() {
                        Some(filter) if known => filter,
                        other => {
                            let transforms = if is_long(&filters) {
                                self.whole
                                    .get_or_insert_with(|| Transforms::new(self.grid.samples))
                            } else {
                                &self.transforms
                            };
                            cyclic_filter(
                                &operations[0].stage,
                                &filters,
                                self.grid,
                                transforms,
                                other.map(CyclicFilter::into_memory).unwrap_or_default(),
                            )?
                        }
                    };
                    match input {
                        Signal::Real(wave) => {
                            let mut output = step.output.take_real();
                            filter.real(wave, &mut output, &mut self.scratch);
                            kernels::scale(&mut output, gain);
                            step.output = Wave::Real(output);
                        }
                        Signal::Field(field) => {
                            let mut output = step.output.take_field();
                            filter.field(field, &mut output, &mut step.spectrum, &mut self.scratch);
                            kernels::scale_complex(&mut output, gain);
                            step.output = Wave::Field(output);
                        }
                    }
                    step.filter = Some(filter);
                }
            }
            _ => return Err(mismatch()),
        }
        let finite = match &step.output {
            Wave::Real(wave) => kernels::all_finite(wave),
            Wave::Field(wave) => kernels::all_finite_complex(wave),
        };
        if !finite {
            return Err(LinkError::NotFinite {
                after: operations[0].stage.clone(),
            });
        }
        Ok(step)
    }

    /// The waveform in front of operation `index` of the plan; None inside a group of linear
    /// operations that is taken in one step.
    pub fn before(&self, index: usize) -> Option<&Wave> {
        self.steps
            .iter()
            .find(|step| step.last == index)
            .map(|step| &step.output)
    }

    /// What was found in the fibres with the Kerr effect, and the places of their operations.
    pub fn kerr_choices(&self) -> impl Iterator<Item = (usize, &KerrChoice)> {
        self.steps
            .iter()
            .filter_map(|step| Some((step.first, step.kerr.as_ref()?)))
    }

    /// The drive's own waveform.
    pub fn drive_wave(&self) -> &[f64] {
        &self.drive_wave
    }

    /// The waveform the decision sees.
    pub fn received(&self) -> Option<&[f64]> {
        match &self.steps.last()?.output {
            Wave::Real(wave) => Some(wave),
            Wave::Field(_) => None,
        }
    }
}

/// True where an impulse response has a long tail: the skin effect's falls with t^(−3/2) only, and a
/// network's reflections may come back late.
fn is_long(linears: &[&Linear]) -> bool {
    linears.iter().any(|l| {
        matches!(
            l,
            Linear::Twinax(_) | Linear::Network(_) | Linear::Copper(_)
        )
    })
}

/// A filter of several linear operations together, made in memory that is no longer needed.
fn cyclic_filter(
    name: &str,
    linears: &[&Linear],
    grid: Grid,
    transforms: &Transforms,
    memory: Vec<Complex64>,
) -> Result<CyclicFilter, LinkError> {
    with_transfer(linears, |fill| {
        CyclicFilter::new_in(memory, name, grid, transforms, fill)
    })
}

/// What is made of the transfer function of several linear operations together.
fn with_transfer<T>(
    linears: &[&Linear],
    make: impl FnOnce(&dyn Fn(Grid, &mut [Complex64])) -> Result<T, ConvolutionError>,
) -> Result<T, LinkError> {
    let refused = std::cell::RefCell::new(None);
    let made = make(&|grid, out| {
        if let Err(error) = transfer(linears, grid, out) {
            *refused.borrow_mut() = Some(error);
        }
    });
    match refused.into_inner() {
        Some(error) => Err(error),
        None => Ok(made?),
    }
}

/// Finite response of several linear operations together, cut where so much of the energy is dropped.
///
/// # Errors
/// What one of them refuses, or a response that does not end.
pub fn finite_response(
    name: &str,
    linears: &[&Linear],
    sampling_rate: f64,
    dropped_energy: f64,
) -> Result<FiniteResponse, LinkError> {
    with_transfer(linears, |fill| {
        FiniteResponse::design_to(dropped_energy, name, sampling_rate, fill)
    })
}

/// Transfer function of several linear operations together, in transform order.
///
/// # Errors
/// What one of them refuses.
pub fn transfer(linears: &[&Linear], grid: Grid, out: &mut [Complex64]) -> Result<(), LinkError> {
    out.fill(Complex64::ONE);
    for linear in linears {
        linear.multiply_onto(grid, out)?;
    }
    Ok(())
}

fn linears_of(operations: &[PlannedOperation]) -> Vec<&Linear> {
    operations
        .iter()
        .filter_map(|o| match &o.operation {
            Operation::Linear(linear) | Operation::Polarization(linear) => Some(linear),
            _ => None,
        })
        .collect()
}

/// output ← gain·input.
fn scale(input: Signal<'_>, gain: f64, output: &mut Wave) {
    match input {
        Signal::Real(wave) => {
            let mut scaled = output.take_real();
            scaled.clear();
            scaled.extend(wave.iter().map(|x| x * gain));
            *output = Wave::Real(scaled);
        }
        Signal::Field(field) => {
            let mut scaled = output.take_field();
            scaled.clear();
            scaled.extend(field.iter().map(|x| x * gain));
            *output = Wave::Field(scaled);
        }
    }
}

/// End of the step that begins at an operation: linear operations are taken together up to the next
/// one that is not, noise between them notwithstanding. The gain of the margin is a step of its own
/// where it stands in front of a detector: it changes often, and the fibre does not with it.
fn end_of_step(plan: &Plan, first: usize) -> usize {
    let joins = |o: &PlannedOperation| {
        matches!(
            o.operation,
            Operation::Linear(_) | Operation::Noise(_) | Operation::HighPass(_)
        )
    };
    let operations = &plan.operations;
    if !operations.get(first).is_some_and(joins) {
        return (first + 1).min(operations.len());
    }
    let detected = operations
        .get(plan.margin_gain + 1)
        .is_some_and(|o| matches!(o.operation, Operation::Detect(_)));
    let mut last = first + 1;
    while operations.get(last).is_some_and(joins) && !(detected && last == plan.margin_gain) {
        last += 1;
    }
    last
}
