//! The statistical engine: what the decision sees is the sum of a pulse response's cursors with random
//! symbols, and its density is computed instead of a pattern's samples.
//!
//! Propagation, noise, phase and equaliser are those of the semi-analytic engine. Its pattern has
//! some thousand symbols and so no more than as many histories; here every history counts with its
//! probability, and every edge with its jitter.
//!
//! Leaves out: correlations of the pattern (symbols are independent and equally probable, whatever the
//! pattern of the link; the equaliser is solved on that pattern). Errors that are fed back multiply the error
//! ratio as in the semi-analytic engine ([`feedback`](super::feedback)).

mod aggressors;

use super::decision::{Decided, DecisionRule, Equalized};
use super::description::{Link, Thresholds};
use super::error::LinkError;
use super::noise::{NoiseKind, ReceivedNoise};
use super::plan::{NoiseSource, Operation, Plan};
use super::waveform::Propagation;
use crate::format::Modulation;
use crate::measure::slicer::{DecisionSample, DecisionSamples};
use crate::statistics::{EyeJitter, EyeModel, PulseResponse, SymbolLevels};
use crate::transmitter::Jitter;

/// Unit intervals of a pulse response.
const LENGTH: usize = 1024;
/// Of these, in front of the symbol's own.
const AHEAD: usize = 128;
/// Share of the energy of the cursors that those far from the decision may have to be taken
/// together as a Gaussian.
const FAR_ENERGY: f64 = 1e-9;
/// Probability below which a bin does not count.
const NEGLIGIBLE: f64 = 1e-60;

/// Refuses a link that is not linear from its symbols to its decision, or not electrical, or that detects
/// sequences.
///
/// # Errors
/// [`LinkError::Stage`] for the first stage that the statistical engine cannot take, [`LinkError::Link`] for
/// detection of sequences.
pub fn check(link: &Link, plan: &Plan) -> Result<(), LinkError> {
    if link.equalizer.sequence_detection {
        return Err(LinkError::Link(
            "the statistical engine decides symbol by symbol and does not detect sequences; use the \
             method \"semi-analytic\" or \"monte-carlo\", or leave out sequence_detection_memory"
                .to_owned(),
        ));
    }
    for planned in &plan.operations {
        let reason = match &planned.operation {
            Operation::Linear(_)
            | Operation::HighPass(_)
            | Operation::Noise(
                NoiseSource::Additive(_) | NoiseSource::Interferer(_) | NoiseSource::Redriver(_),
            ) => continue,
            Operation::Compress(_) => "its output saturates",
            Operation::Modulate(_)
            | Operation::Emit(_)
            | Operation::Detect(_)
            | Operation::KerrFiber(..)
            | Operation::GainDynamics(_)
            | Operation::Polarization(_)
            | Operation::Noise(_) => "it belongs to an optical link",
        };
        return Err(LinkError::Stage {
            position: planned.stage_index + 1,
            name: link
                .stages
                .get(planned.stage_index)
                .map_or_else(|| planned.stage.clone(), |s| s.name.clone()),
            reason: format!(
                "{reason}, and the statistical engine takes electrical links that are linear from the \
                 driver to the decision; use the method \"semi-analytic\" or \"monte-carlo\""
            ),
        });
    }
    Ok(())
}

/// Response of a link to a level that its driver sends for one unit interval, as its waveforms have it:
/// the difference between a pattern with one
/// symbol of the highest level and one without.
#[derive(Debug)]
pub struct PulseRun {
    propagation: Propagation,
}

impl PulseRun {
    /// Prepares a run of a plan.
    pub fn new(plan: &Plan) -> Self {
        let highest = plan.drive.levels.len().saturating_sub(1);
        let mut symbols = vec![0u8; LENGTH];
        if let Some(first) = symbols.first_mut() {
            *first = u8::try_from(highest).unwrap_or(u8::MAX);
        }
        Self {
            propagation: Propagation::new(symbols, plan),
        }
    }

    /// The response at the receiver's output, its main sample at a time after the middle of the symbol
    /// as it left the driver, in samples.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be used, or carries no signal.
    fn response(&mut self, plan: &Plan, time: f64) -> Result<PulseResponse, LinkError> {
        // The driver's taps belong to the model.
        let mut plan = plan.clone();
        plan.drive.taps = vec![1.0];
        plan.drive.main_tap = 0;
        // And so does what jitter makes of its edges.
        plan.drive.edges = Vec::new();
        self.propagation.run(&plan)?;
        let received = self.propagation.received().ok_or(LinkError::NoSignal)?;
        let n = plan.samples_per_symbol;
        let levels = &plan.drive.levels;
        let (Some(low), Some(high)) = (levels.first(), levels.last()) else {
            return Err(LinkError::NoSignal);
        };
        let rest = LENGTH as f64 * low + (high - low);
        let early = AHEAD * n;
        let whole = time.floor();
        // All symbols of the lowest level give `low` times the sum of the response over all symbols,
        // which the sum of the waveform over all symbols tells.
        let mut samples = vec![0.0; received.len()];
        for phase in 0..n {
            let sum: f64 = received.iter().skip(phase).step_by(n).sum();
            let quiet = low * sum / rest;
            for at in (phase..received.len()).step_by(n) {
                samples[(at + early) % received.len()] = (received[at] - quiet) / (high - low);
            }
        }
        #[allow(clippy::cast_possible_truncation)]
        let main = early.checked_add_signed(whole.clamp(-1e9, 1e9) as isize);
        let main = main.ok_or(LinkError::NoSignal)?;
        let response = PulseResponse::new(samples, n, main)?;
        Ok(response.advanced(time - whole))
    }
}

/// The statistical eye's model of a link whose equaliser and phase are known.
///
/// # Errors
/// [`LinkError`] where a response cannot be used.
pub fn model(
    link: &Link,
    plan: &Plan,
    run: &mut PulseRun,
    rule: &DecisionRule,
    deviations: &[f64],
    received: &ReceivedNoise,
    pattern_samples: usize,
) -> Result<EyeModel, LinkError> {
    let total = pattern_samples as f64;
    let mut time = rule.sample as f64 + rule.fraction;
    if time > 0.5 * total {
        time -= total;
    }
    let taps = &rule.taps;
    let pulse = run
        .response(plan, time)?
        .equalized(&taps.feed_forward, taps.precursor);
    let levels = SymbolLevels::new(link.signal.modulation.level_positions())?;
    let aggressors = aggressors::of_plan(plan, taps)?;
    let squares: f64 = deviations.iter().map(|d| d * d).sum();
    let (pulse, far) = pulse.without_far_ends(FAR_ENERGY);
    let sent: f64 = plan.drive.taps.iter().map(|c| c.abs()).sum();
    // What the aggressors add stands in their densities.
    let crosstalk = received.variance_of(NoiseKind::Crosstalk, &taps.feed_forward);
    let squares = (squares / deviations.len().max(1) as f64 - crosstalk).max(0.0);
    let noise = squares + far * sent * sent * levels.variance();
    Ok(EyeModel {
        transmitter_taps: plan.drive.taps.clone(),
        main_tap: plan.drive.main_tap,
        feedback: taps.feedback.clone(),
        offset: taps.offset,
        transmitter: eye_jitter(plan.drive.jitter),
        sampler: eye_jitter(link.sampler.jitter),
        noise: noise.sqrt(),
        aggressors,
        ..EyeModel::new(pulse, levels)
    })
}

fn eye_jitter(jitter: Jitter) -> EyeJitter {
    EyeJitter {
        random_rms: jitter.random_rms,
        dual_dirac: jitter.dual_dirac,
        duty_cycle_distortion: jitter.duty_cycle_distortion,
        sinusoidal: 0.5 * jitter.sinusoidal.peak_to_peak,
    }
}

/// Decides on the densities of a model: each bin of them is a decision sample that carries the noise.
///
/// # Errors
/// [`LinkError`] where the densities cannot be computed.
pub fn decide(
    model: &EyeModel,
    equalized: Equalized,
    thresholds: Thresholds,
    modulation: &Modulation,
) -> Result<Decided, LinkError> {
    let by_level = model
        .at_decision()?
        .iter()
        .map(|density| {
            let points = density.points().filter(|(_, p)| *p > NEGLIGIBLE);
            points
                .map(|(value, weight)| DecisionSample {
                    value,
                    deviation: model.noise,
                    weight,
                })
                .collect()
        })
        .collect();
    let samples = DecisionSamples { by_level };
    let thresholds = match thresholds {
        Thresholds::Optimum => samples.optimum_thresholds(),
        Thresholds::Midway => samples.midway_thresholds(),
    };
    let errors = samples.error_ratios(&thresholds, modulation);
    Ok(Decided {
        rule: DecisionRule {
            thresholds,
            ..equalized.rule
        },
        errors,
        samples,
        values: equalized.values,
        deviations: equalized.deviations,
    })
}
