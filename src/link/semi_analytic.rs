//! The semi-analytic engine: a cyclic pattern goes through the link without noise, the noise goes
//! with it as densities, and the error ratio is the mean of the Gaussian tails of all symbols.

use super::decision::{Decided, DecisionInput, DecisionRule, Equalized};
use super::description::{Feedback, Link, Method};
use super::error::LinkError;
use super::feedback::{Multiplication, multiplication};
use super::noise::{NoiseKind, NoiseResponses, ReceivedNoise};
use super::plan::{Linear, Operation, Plan};
use super::sensitivity::carry;
use super::sequence;
use super::statistical::{self, PulseRun};
use super::waveform::{Propagation, Wave};
use crate::equalizer::Adaptation;
use crate::format::{FormatError, Pattern};
use crate::random::{Source, StreamKey};
use crate::statistics::EyeModel;
use crate::transmitter::Jitter;

/// The semi-analytic engine of one link.
#[derive(Debug)]
pub struct SemiAnalytic {
    link: Link,
    plan: Plan,
    propagation: Propagation,
    responses: NoiseResponses,
    /// The response to one symbol, where decisions are taken from densities.
    pulse: Option<PulseRun>,
}

/// What the engine found.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// The decision rule and the error ratios.
    pub decided: Decided,
    /// The noise at the receiver's output.
    pub noise: ReceivedNoise,
    /// Mean variance, with the outer levels at −1 and +1, of noises that are carried to each
    /// decision one by one.
    pub carried: Vec<(NoiseKind, f64)>,
    /// The statistical eye's model, where decisions are taken from densities.
    pub statistical: Option<EyeModel>,
    /// By how much errors that are fed back multiply the errors, which have it already.
    pub fed_back: Multiplication,
}

/// Light at the receiver's input.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReceivedLight {
    /// Average power, W.
    pub average_power: f64,
    /// Outer optical modulation amplitude of long runs, W.
    pub modulation_amplitude: f64,
    /// Outer extinction ratio of long runs, a ratio of powers.
    pub extinction_ratio: f64,
}

/// A cyclic pattern for a link: its own where that is cyclic and short enough, otherwise the de
/// Bruijn sequence of about 4096 symbols, in which every short history occurs once.
///
/// # Errors
/// [`FormatError`] where the pattern does not suit the format.
pub fn cyclic_pattern(link: &Link) -> Result<(Pattern, Vec<u8>), FormatError> {
    let modulation = &link.signal.modulation;
    match link.signal.pattern.cyclic_symbols(modulation) {
        Ok(symbols) => Ok((link.signal.pattern, symbols)),
        Err(FormatError::NotCyclic { .. } | FormatError::TooLong { .. }) => {
            let levels = modulation.levels() as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let order = (4096f64.ln() / levels.ln()).round().max(2.0) as u32;
            let pattern = Pattern::DeBruijn { order };
            let symbols = pattern.cyclic_symbols(modulation)?;
            Ok((pattern, symbols))
        }
        Err(error) => Err(error),
    }
}

/// The symbols that are sent in a turn. Under duty-cycle distortion edges are late and early in turn: a
/// pattern with an odd number of symbols meets both in two turns, and one that stands for random data is
/// sent a second time one symbol later.
fn sent_symbols(link: &Link, plan: &Plan) -> Result<Vec<u8>, FormatError> {
    let (pattern, mut symbols) = cyclic_pattern(link)?;
    let odd = !symbols.len().is_multiple_of(2);
    if plan.drive.jitter.duty_cycle_distortion != 0.0 && (odd || pattern != link.signal.pattern) {
        let mut again = symbols.clone();
        if !odd && !again.is_empty() {
            again.rotate_left(1);
        }
        symbols.append(&mut again);
    }
    Ok(symbols)
}

impl SemiAnalytic {
    /// Prepares a link.
    ///
    /// # Errors
    /// [`LinkError`] where the stages do not make a link.
    pub fn new(link: &Link) -> Result<Self, LinkError> {
        let plan = Plan::new(link)?;
        let symbols = sent_symbols(link, &plan)?;
        let statistical = link.engine.method == Method::Statistical;
        if statistical {
            statistical::check(link, &plan)?;
        }
        Ok(Self {
            pulse: statistical.then(|| PulseRun::new(&plan)),
            propagation: Propagation::new(symbols, &plan),
            plan,
            link: link.clone(),
            responses: NoiseResponses::default(),
        })
    }

    /// The plan that is run.
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The link.
    pub fn link(&self) -> &Link {
        &self.link
    }

    /// The waveforms of the last evaluation.
    pub fn propagation(&self) -> &Propagation {
        &self.propagation
    }

    /// Replaces the link by one that differs in its stages; what comes before the first difference
    /// is not computed again.
    ///
    /// # Errors
    /// [`LinkError`] where the stages do not make a link.
    pub fn change(&mut self, link: &Link) -> Result<(), LinkError> {
        if !self.plan.take_lengths(&self.link, link) {
            let plan = Plan::new(link)?;
            if link.engine.method == Method::Statistical {
                statistical::check(link, &plan)?;
            }
            self.plan = plan;
        }
        let symbols = sent_symbols(link, &self.plan)?;
        if symbols.len() != self.propagation.symbols().len() {
            self.propagation = Propagation::new(symbols, &self.plan);
        }
        self.pulse = match (link.engine.method, self.pulse.take()) {
            (Method::Statistical, None) => Some(PulseRun::new(&self.plan)),
            (Method::Statistical, known) => known,
            _ => None,
        };
        self.link = link.clone();
        Ok(())
    }

    /// Evaluates the link as it is.
    ///
    /// # Errors
    /// [`LinkError`] where a waveform is not finite, or carries no signal.
    pub fn evaluate(&mut self) -> Result<Evaluation, LinkError> {
        self.evaluate_with_loss(0.0)
    }

    /// Evaluates the link with additional loss in front of the receiver, in dB of optical power (of
    /// voltage, 20 lg, for an electrical link); negative for gain.
    ///
    /// # Errors
    /// As [`evaluate`](Self::evaluate).
    pub fn evaluate_with_loss(&mut self, loss_db: f64) -> Result<Evaluation, LinkError> {
        if loss_db != 0.0 || self.margin_gain_is_set() {
            let gain = self.plan.gain_of_loss(loss_db);
            if let Some(planned) = self.plan.operations.get_mut(self.plan.margin_gain) {
                planned.operation = Operation::Linear(Linear::Gain(gain));
            }
        }
        self.run()?;
        let mut noise = ReceivedNoise::collect(&self.plan, &self.propagation, &mut self.responses)?;
        let received = self.propagation.received().ok_or(LinkError::NoSignal)?;
        noise.convert(&self.plan, received);
        let input = self.input(&noise)?;
        let mut equalized = input
            .equalize(self.link.sampler.phase)
            .ok_or(LinkError::NoSignal)?;
        if self.link.equalizer.adaptation != Adaptation::MinimumMeanSquareError {
            let training = self.training_noise(&equalized);
            equalized = input
                .adapt(equalized, &training)
                .ok_or(LinkError::NoSignal)?;
        }
        let tail = self.responses.whole_tail(&self.plan)?;
        let input = self.input(&noise)?;
        let carried = carry(&self.plan, &self.propagation, &tail, &input, &equalized)?;
        let sampler = &self.link.sampler;
        // Slow jitter moves all edges together, which is the sampler's moving.
        let moved = Jitter {
            sinusoidal: self.plan.drive.jitter.sinusoidal,
            ..sampler.jitter
        };
        let edges: Vec<f64> = carried
            .iter()
            .flat_map(|c| &c.edges)
            .map(|e| e.iter().map(|x| x * x).sum())
            .collect();
        let (mut decided, statistical) = if let Some(run) = &mut self.pulse {
            let model = statistical::model(
                &self.link,
                &self.plan,
                run,
                &equalized.rule,
                &equalized.deviations,
                &noise,
                self.propagation.grid().samples,
            )?;
            let modulation = &self.link.signal.modulation;
            let decided = statistical::decide(&model, equalized, sampler.thresholds, modulation)?;
            (decided, Some(model))
        } else {
            let input = self.input(&noise)?;
            let thresholds = sampler.thresholds;
            let decided = input.decide(equalized, carried.as_ref(), moved, thresholds);
            (decided, None)
        };
        let mut fed_back = Multiplication::NONE;
        if self.link.equalizer.sequence_detection {
            let input = self.input(&noise)?;
            decided.errors = sequence::error_ratios(&input, &decided, &edges, moved)?;
        } else if self.link.engine.monte_carlo.feedback == Feedback::Decisions {
            let positions = self.link.signal.modulation.level_positions();
            let taps = &decided.rule.taps.feed_forward;
            let correlation = sequence::correlation(&noise.covariance(), taps);
            let symbols = self.propagation.symbols();
            fed_back = multiplication(&decided, symbols, positions, &correlation);
            decided.errors.symbol = (decided.errors.symbol * fed_back.factor).min(1.0);
            decided.errors.bit = (decided.errors.bit * fed_back.factor).min(1.0);
        }
        let mut carried = carried.map(|c| c.kinds).unwrap_or_default();
        if let Some(converted) = &noise.converted {
            let rule = &decided.rule;
            let place = (rule.sample, rule.fraction);
            let aperture = converted.aperture_share(&self.input(&noise)?, place, &rule.taps);
            carried.extend((aperture > 0.0).then_some((NoiseKind::Aperture, aperture)));
        }
        Ok(Evaluation {
            decided,
            noise,
            carried,
            statistical,
            fed_back,
        })
    }

    /// Sends the pattern through the plan. A fibre whose Kerr effect turns out not to matter is a
    /// linear one from then on.
    fn run(&mut self) -> Result<(), LinkError> {
        self.propagation.run(&self.plan)?;
        let mut changed = false;
        for (place, choice) in self.propagation.kerr_choices() {
            let known = &mut self.plan.kerr_choices;
            if known.iter().any(|c| c.stage_index == choice.stage_index) {
                continue;
            }
            known.push(choice.clone());
            if choice.linear
                && let Some(planned) = self.plan.operations.get_mut(place)
                && let Some(linear) = planned.operation.linear_part().cloned()
            {
                planned.operation = Operation::Linear(linear);
                changed = true;
            }
        }
        if changed {
            self.propagation.run(&self.plan)?;
        }
        Ok(())
    }

    /// Variance of every decision by the noises that are carried to it one by one, jitter of the
    /// edges included, for a rule whose phase may have been moved; None where there are none.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be used.
    pub fn carried_variance(
        &mut self,
        noise: &ReceivedNoise,
        rule: &DecisionRule,
    ) -> Result<Option<Vec<f64>>, LinkError> {
        let tail = self.responses.whole_tail(&self.plan)?;
        let input = self.input(noise)?;
        let equalized = Equalized {
            rule: rule.clone(),
            values: Vec::new(),
            deviations: input.deviations(rule.sample, rule.fraction, &rule.taps),
        };
        let carried = carry(&self.plan, &self.propagation, &tail, &input, &equalized)?;
        Ok(carried.map(|c| {
            let edges = |k: usize| {
                c.edges
                    .get(k)
                    .map_or(0.0, |e| e.iter().map(|x| x * x).sum::<f64>())
            };
            c.variance
                .iter()
                .enumerate()
                .map(|(k, v)| v + edges(k))
                .collect()
        }))
    }

    fn margin_gain_is_set(&self) -> bool {
        self.plan
            .operations
            .get(self.plan.margin_gain)
            .is_some_and(|p| p.operation != Operation::Linear(Linear::Gain(1.0)))
    }

    /// Inputs of the decision after an evaluation.
    ///
    /// # Errors
    /// [`LinkError`] where nothing was received yet.
    pub fn input<'a>(&'a self, noise: &'a ReceivedNoise) -> Result<DecisionInput<'a>, LinkError> {
        Ok(DecisionInput {
            received: self.propagation.received().ok_or(LinkError::NoSignal)?,
            symbols: self.propagation.symbols(),
            samples_per_symbol: self.plan.samples_per_symbol,
            modulation: &self.link.signal.modulation,
            noise,
            equalizer: self.link.equalizer,
        })
    }

    /// White noise of the receiver's own deviation, for the training of an adaptive equaliser.
    fn training_noise(&self, equalized: &Equalized) -> Vec<f64> {
        let mut noise = vec![0.0; self.propagation.symbols().len()];
        StreamKey {
            seed: self.link.seed,
            source: Source::ThermalNoise,
            lane: 0,
            polarization: 0,
            span: u32::MAX,
        }
        .stream()
        .fill_gaussian(0, &mut noise);
        let gain: f64 = equalized
            .rule
            .taps
            .feed_forward
            .iter()
            .map(|w| w * w)
            .sum::<f64>()
            .sqrt();
        for (n, deviation) in noise.iter_mut().zip(&equalized.deviations) {
            *n *= deviation / gain.max(f64::MIN_POSITIVE);
        }
        noise
    }

    /// Light at the receiver's input in the last evaluation; None for an electrical link.
    pub fn received_light(&self) -> Option<ReceivedLight> {
        let detector = self
            .plan
            .operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Detect(_)))?;
        let average_power = mean_power(self.propagation.before(detector)?);
        let source = self.plan.light_source()?;
        let launched = |k: usize| {
            let level = self.plan.drive.levels.get(k);
            let drive = level.and_then(|&level| self.plan.long_run_before(source, level).ok());
            drive.map_or(f64::NAN, |drive| self.plan.launched_power(source, drive))
        };
        let sent_power = mean_power(self.propagation.before(source + 1)?);
        // All-pass but for loss: what long runs keep is what the mean keeps. An optical filter takes
        // more from what changes.
        let (low, high) = (
            launched(0),
            launched(self.plan.drive.levels.len().saturating_sub(1)),
        );
        if self.plan.has_gain_dynamics() {
            let long_run = |power| self.plan.long_run_power(source, detector, power).ok();
            let (low, high) = (long_run(low)?, long_run(high)?);
            return Some(ReceivedLight {
                average_power,
                modulation_amplitude: high - low,
                extinction_ratio: high / low,
            });
        }
        let kept = if self.plan.filters_light() {
            self.plan.carrier_transmission(source..detector).ok()?
        } else {
            average_power / sent_power
        };
        Some(ReceivedLight {
            average_power,
            modulation_amplitude: kept * (high - low),
            extinction_ratio: high / low,
        })
    }
}

/// Mean power of light, W.
fn mean_power(light: &Wave) -> f64 {
    match light {
        Wave::Field(field) => {
            field
                .iter()
                .map(num_complex::Complex64::norm_sqr)
                .sum::<f64>()
                / field.len().max(1) as f64
        }
        Wave::Real(power) => power.iter().sum::<f64>() / power.len().max(1) as f64,
    }
}
