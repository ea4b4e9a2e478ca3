//! The way back from a modulator's input to the driver: copper, redrivers and their noise.

use super::backward;
use crate::link::error::LinkError;
use crate::link::plan::{Linear, NoiseSource, Operation, Plan};
use crate::link::waveform::{Propagation, Wave, finite_response};
use crate::signal::convolution::FiniteResponse;
use crate::signal::{Scratch, Transforms};
use num_complex::Complex64;

/// Energy that a response may lose by being cut: a variance is that much too small.
const DROPPED_ENERGY: f64 = 1e-6;

/// True where noise arises in front of a modulator.
pub(super) fn carries_noise(plan: &Plan) -> bool {
    let modulator = plan
        .operations
        .iter()
        .position(|o| matches!(o.operation, Operation::Modulate(_)));
    let is_noise = |o: &crate::link::plan::PlannedOperation| {
        matches!(o.operation, Operation::Noise(NoiseSource::Redriver(_)))
    };
    modulator.is_some_and(|m| plan.operations.iter().take(m).any(is_noise))
}

/// What weights of the modulator's input pass on their way back, the last operation first.
pub(super) struct DriveWay {
    steps: Vec<Step>,
}

enum Step {
    /// Linear operations together, and their conjugate spectrum once the window is known.
    Filter(FiniteResponse, Vec<Complex64>),
    /// Slope of a saturation along the pattern.
    Slope(Vec<f64>),
    /// White noise arises: variance of a sample.
    Noise(f64),
}

impl DriveWay {
    /// The way back through the operations in front of the modulator.
    pub(super) fn new(
        plan: &Plan,
        propagation: &Propagation,
        modulator: usize,
    ) -> Result<Self, LinkError> {
        let rate = plan.sampling_rate();
        let mut steps = Vec::new();
        let mut pending: Vec<&Linear> = Vec::new();
        let flush = |pending: &mut Vec<&Linear>, steps: &mut Vec<Step>| {
            let together = std::mem::take(pending);
            if !together.is_empty() {
                let name = "the driver";
                let finite = finite_response(name, &together, rate, DROPPED_ENERGY)?;
                steps.push(Step::Filter(finite, Vec::new()));
            }
            Ok::<(), LinkError>(())
        };
        for (i, planned) in plan.operations.iter().enumerate().take(modulator).rev() {
            match &planned.operation {
                Operation::Compress(table) => {
                    flush(&mut pending, &mut steps)?;
                    if let Some(Wave::Real(wave)) = propagation.before(i) {
                        steps.push(Step::Slope(wave.iter().map(|&x| table.slope(x)).collect()));
                    }
                }
                Operation::Noise(NoiseSource::Redriver(density)) => {
                    flush(&mut pending, &mut steps)?;
                    steps.push(Step::Noise(0.5 * density.at(0.0) * rate));
                }
                operation => pending.extend(operation.linear_part()),
            }
        }
        flush(&mut pending, &mut steps)?;
        Ok(Self { steps })
    }

    /// Samples that the way reaches ahead and back, all steps together.
    pub(super) fn memory(&self) -> (usize, usize) {
        let filters = self.steps.iter().filter_map(|step| match step {
            Step::Filter(finite, _) => Some((finite.advance, finite.delay())),
            _ => None,
        });
        filters.fold((0, 0), |sum, f| (sum.0 + f.0, sum.1 + f.1))
    }

    /// Prepares the filters for a window of samples.
    pub(super) fn on_window(mut self, window: usize) -> Self {
        for step in &mut self.steps {
            if let Step::Filter(finite, spectrum) = step {
                *spectrum = backward(finite, window);
            }
        }
        self
    }

    /// Makes weights of the modulator's input, whose first belongs to sample `first` of the pattern,
    /// those of the driver's output; the variance by the noise on the way is returned.
    pub(super) fn back(
        &self,
        weights: &mut [f64],
        first: isize,
        transforms: &Transforms,
        field: &mut [Complex64],
        scratch: &mut Scratch,
    ) -> f64 {
        let mut variance = 0.0;
        for step in &self.steps {
            match step {
                Step::Filter(_, spectrum) => {
                    for (b, w) in field.iter_mut().zip(weights.iter()) {
                        *b = Complex64::new(*w, 0.0);
                    }
                    transforms.filter_field(field, spectrum, scratch);
                    for (b, w) in field.iter().zip(weights.iter_mut()) {
                        *w = b.re;
                    }
                }
                Step::Slope(slopes) => {
                    let n = slopes.len().max(1);
                    let mut at = first.rem_euclid(n.cast_signed()).cast_unsigned();
                    for w in weights.iter_mut() {
                        *w *= slopes.get(at).copied().unwrap_or(1.0);
                        at = if at + 1 == n { 0 } else { at + 1 };
                    }
                }
                Step::Noise(sample) => {
                    variance += sample * weights.iter().map(|w| w * w).sum::<f64>();
                }
            }
        }
        variance
    }
}
