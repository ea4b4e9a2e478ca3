//! The noise-free cyclic waveform behind every operation.

use super::error::LinkError;
use super::plan::{Linear, Operation, Plan, PlannedOperation};
use crate::signal::{CyclicFilter, Grid, Scratch, Transforms, grid::is_fast_length, kernels};
use num_complex::Complex64;

/// A waveform between two operations.
#[derive(Debug, Clone)]
pub enum Wave {
    /// A voltage, a current, or the power of light without a phase, W.
    Real(Vec<f64>),
    /// An optical field, √W.
    Field(Vec<Complex64>),
}

/// Adjacent linear operations, or one operation of another kind.
#[derive(Debug, Clone)]
struct Step {
    /// Range of operations of the plan.
    first: usize,
    last: usize,
    filter: Option<CyclicFilter>,
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
        let kept = self.reusable(plan);
        if kept == 0 {
            self.make_drive(plan);
        }
        let replaced = self.steps.split_off(kept);
        let mut next = self.steps.last().map_or(0, |step| step.last);
        while next < plan.operations.len() {
            let last = end_of_step(&plan.operations, next);
            let step = self.take_step(plan, next, last, &replaced)?;
            self.steps.push(step);
            next = last;
        }
        self.plan = Some(plan.clone());
        Ok(())
    }

    /// How many of the present steps a changed plan leaves as they are.
    fn reusable(&self, plan: &Plan) -> usize {
        let Some(old) = &self.plan else { return 0 };
        if old.drive != plan.drive || old.symbol_rate.to_bits() != plan.symbol_rate.to_bits() {
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
            .take_while(|step| {
                step.last <= same && end_of_step(&plan.operations, step.first) == step.last
            })
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
        if let Some(second) = &drive.edge_second {
            // The mean of jittered edges is a little softer than an edge at rest: the second-order
            // term of their displacement has a mean.
            let count = n + second.symbols - 1;
            let lead = second.symbols - 1 - second.advance + 1;
            let symbols = cyclic(-(lead + back).cast_signed(), count + 1 + ahead + back);
            let mut levels = vec![0.0; count + 1];
            drive.tapped_levels(&symbols, &mut levels);
            let edges: Vec<f64> = levels
                .windows(2)
                .map(|pair| (pair[1] - pair[0]) * drive.jitter.variance())
                .collect();
            let mut softening = vec![0.0; self.grid.samples];
            second.shape(&edges, plan.samples_per_symbol, &mut softening);
            kernels::add_scaled(&mut wave, &softening, 1.0);
        }
        self.drive_wave = wave;
    }

    fn take_step(
        &mut self,
        plan: &Plan,
        first: usize,
        last: usize,
        replaced: &[Step],
    ) -> Result<Step, LinkError> {
        let input = self.steps.last().map(|step| &step.output);
        let real = |wave: Option<&Wave>| match wave {
            None => Some(self.drive_wave.clone()),
            Some(Wave::Real(real)) => Some(real.clone()),
            Some(Wave::Field(_)) => None,
        };
        let mismatch = || LinkError::Link("an operation meets the wrong kind of signal".to_owned());
        let operations = &plan.operations[first..last];
        let mut filter = None;
        let output = match &operations[0].operation {
            Operation::Modulate(table) => {
                let drive = real(input).ok_or_else(mismatch)?;
                let mut field = vec![Complex64::ZERO; drive.len()];
                table.apply(&drive, &mut field);
                Wave::Field(field)
            }
            Operation::Emit(table) => {
                let drive = real(input).ok_or_else(mismatch)?;
                let mut power = vec![0.0; drive.len()];
                table.apply(&drive, &mut power);
                Wave::Real(power)
            }
            Operation::Detect(responsivity) => match input {
                Some(Wave::Real(power)) if plan.emission().is_some() => {
                    Wave::Real(power.iter().map(|p| p * responsivity).collect())
                }
                Some(Wave::Field(field)) => {
                    let mut current = vec![0.0; field.len()];
                    kernels::detect(field, *responsivity, &mut current);
                    Wave::Real(current)
                }
                _ => return Err(mismatch()),
            },
            Operation::Compress(table) => {
                let mut wave = real(input).ok_or_else(mismatch)?;
                for x in &mut wave {
                    *x = table.at(*x);
                }
                Wave::Real(wave)
            }
            Operation::Linear(_) | Operation::Noise(_) | Operation::HighPass(_) => {
                let linears: Vec<&Linear> = operations
                    .iter()
                    .filter_map(|o| match &o.operation {
                        Operation::Linear(linear) => Some(linear),
                        _ => None,
                    })
                    .collect();
                let mut output = match input {
                    None => Wave::Real(self.drive_wave.clone()),
                    Some(wave) => wave.clone(),
                };
                let gain: Option<f64> = linears.iter().map(|l| l.flat_gain()).product();
                if let Some(gain) = gain {
                    match &mut output {
                        Wave::Real(wave) => wave.iter_mut().for_each(|x| *x *= gain),
                        Wave::Field(wave) => wave.iter_mut().for_each(|x| *x *= gain),
                    }
                } else {
                    let known = replaced
                        .iter()
                        .find(|step| step.first == first && step.last == last)
                        .filter(|_| {
                            self.plan.as_ref().is_some_and(|old| {
                                old.operations.get(first..last) == Some(operations)
                            })
                        })
                        .and_then(|step| step.filter.clone());
                    let prepared = match known {
                        Some(filter) => filter,
                        None => {
                            let transforms = if is_long(&linears) {
                                self.whole
                                    .get_or_insert_with(|| Transforms::new(self.grid.samples))
                            } else {
                                &self.transforms
                            };
                            cyclic_filter(&operations[0].stage, &linears, self.grid, transforms)?
                        }
                    };
                    match &mut output {
                        Wave::Real(wave) => prepared.real(wave, &mut self.scratch),
                        Wave::Field(wave) => prepared.field(wave, &mut self.scratch),
                    }
                    filter = Some(prepared);
                }
                output
            }
        };
        let finite = match &output {
            Wave::Real(wave) => wave.iter().all(|x| x.is_finite()),
            Wave::Field(wave) => wave.iter().all(|x| x.is_finite()),
        };
        if !finite {
            return Err(LinkError::NotFinite {
                after: operations[0].stage.clone(),
            });
        }
        Ok(Step {
            first,
            last,
            filter,
            output,
        })
    }

    /// The waveform in front of operation `index` of the plan; None inside a group of linear
    /// operations that is taken in one step.
    pub fn before(&self, index: usize) -> Option<&Wave> {
        self.steps
            .iter()
            .find(|step| step.last == index)
            .map(|step| &step.output)
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

/// True where an impulse response has a long tail: the skin effect's falls with t^(−3/2) only.
fn is_long(linears: &[&Linear]) -> bool {
    linears.iter().any(|l| matches!(l, Linear::Twinax(_)))
}

/// A filter of several linear operations together.
fn cyclic_filter(
    name: &str,
    linears: &[&Linear],
    grid: Grid,
    transforms: &Transforms,
) -> Result<CyclicFilter, LinkError> {
    let refused = std::cell::RefCell::new(None);
    let filter = CyclicFilter::new(name, grid, transforms, &|grid, out| {
        if let Err(error) = transfer(linears, grid, out) {
            *refused.borrow_mut() = Some(error);
        }
    });
    match refused.into_inner() {
        Some(error) => Err(error),
        None => Ok(filter?),
    }
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

/// End of the step that begins at an operation: linear operations are taken together up to the next
/// one that is not, noise between them notwithstanding.
fn end_of_step(operations: &[PlannedOperation], first: usize) -> usize {
    let joins = |o: &PlannedOperation| {
        matches!(
            o.operation,
            Operation::Linear(_) | Operation::Noise(_) | Operation::HighPass(_)
        )
    };
    let Some(begin) = operations.get(first) else {
        return first;
    };
    if !joins(begin) {
        return first + 1;
    }
    let mut last = first;
    while operations.get(last).is_some_and(joins) {
        last += 1;
    }
    last
}
