//! One link, run: error ratio, eye, margin.

use super::correction::correction;
use super::impedance::with_worst_impedance;
use super::margin::{MarginSearch, target_ber};
use super::result::{
    BitErrorRatio, DecisionResult, Eye, NoiseShare, Received, RunResult, SourceResult, StageDelay,
    TargetResult,
};
use super::statistical_picture::StatisticalPicture;
use super::totals::Totals;
use crate::copper::Piece;
use crate::format::Pattern;
use crate::link::decision::{Decided, DecisionInput, DecisionRule, stationary_variance};
use crate::link::kerr::KerrChoice;
use crate::link::monte_carlo::{Counts, MonteCarlo, Watch};
use crate::link::noise::NoiseKind;
use crate::link::plan::DecisionQuantity;
use crate::link::semi_analytic::{Evaluation, SemiAnalytic, cyclic_pattern};
use crate::link::{Link, LinkError, Method, Stage};
use crate::measure::density::{Density, DensityError, Trace};
use crate::measure::opening::vertical_openings;
use crate::measure::slicer::{DecisionSample, DecisionSamples};
use crate::receiver::Conversion;
use crate::units::{power_ratio_to_db, watt_to_dbm};

/// A run of a link.
#[derive(Debug)]
pub struct Simulation {
    /// Everything that is reported.
    pub result: RunResult,
    /// The equalised eye.
    pub eye: EyeWaveform,
}

/// An equalised waveform with the noise on it, in W at the receiver's input or V.
#[derive(Debug, Clone)]
pub struct EyeWaveform {
    /// Samples of a cyclic pattern.
    pub samples: Vec<f64>,
    /// Noise deviation of every sample.
    pub deviations: Vec<f64>,
    /// Samples per symbol.
    pub samples_per_symbol: usize,
    /// Time of sample 0 after a decision, UI.
    pub first_phase: f64,
    /// Decision thresholds.
    pub thresholds: Vec<f64>,
    /// Lowest and highest level.
    pub levels: (f64, f64),
    /// Edges of the openings at the decision, lowest eye first.
    pub openings: Vec<(f64, f64)>,
    /// Begin and end of the openings, UI relative to the decision.
    pub spans: Vec<(f64, f64)>,
    /// True for optical power, false for a voltage.
    pub optical: bool,
    /// Probability of the openings.
    pub probability: f64,
    /// The statistical eye, where that is what was computed; the picture shows it.
    pub statistical: Option<StatisticalPicture>,
}

/// Phases at which the width of an eye is looked for, per UI.
const WIDTH_PHASES: usize = 32;

/// Runs a link with the engine it asks for.
///
/// # Errors
/// [`LinkError`] where the link cannot be run, or the run was interrupted.
pub fn simulate(link: &Link, watch: &Watch<'_>) -> Result<Simulation, LinkError> {
    let worst = with_worst_impedance(link)?;
    let link = worst.as_ref().unwrap_or(link);
    let mut engine = SemiAnalytic::new(link)?;
    let evaluation = engine.evaluate()?;
    let target = target_ber(link)?;
    let margin =
        MarginSearch::new(target).find(&mut engine, Some(evaluation.decided.errors.bit))?;
    engine.evaluate()?;
    let counts = match link.engine.method {
        Method::SemiAnalytic | Method::Statistical => None,
        Method::MonteCarlo => Some(
            MonteCarlo::new(
                link,
                engine.plan(),
                &evaluation.decided.rule,
                engine.propagation().symbols().len(),
            )?
            .run(watch)?,
        ),
    };
    finish(&mut engine, &evaluation, counts.as_ref(), target, margin)
}

/// The eye and the report of a link that was evaluated, as it stands in its engine.
pub(super) fn finish(
    engine: &mut SemiAnalytic,
    evaluation: &Evaluation,
    counts: Option<&Counts>,
    target: f64,
    margin: Option<f64>,
) -> Result<Simulation, LinkError> {
    let carried = CarriedNoise::new(engine, evaluation)?;
    let eye = eye_waveform(engine, evaluation, &carried, target)?;
    let result = report(engine, evaluation, counts, &eye, target, margin)?;
    Ok(Simulation { result, eye })
}

fn report(
    engine: &SemiAnalytic,
    evaluation: &Evaluation,
    counts: Option<&Counts>,
    eye: &EyeWaveform,
    target: f64,
    margin: Option<f64>,
) -> Result<RunResult, LinkError> {
    let link = engine.link();
    let plan = engine.plan();
    let decided = &evaluation.decided;
    let signal_to_noise = signal_to_noise(&decided.samples);
    // Losses of hundreds of decibels leave levels that cannot be told from zero.
    if !signal_to_noise.is_finite() || signal_to_noise <= 0.0 {
        return Err(LinkError::NoSignal);
    }
    let (pattern, symbols) = cyclic_pattern(link)?;
    let modulation = &link.signal.modulation;
    let mut warnings = plan.warnings.clone();
    warnings.extend(plan.kerr_choices.iter().map(KerrChoice::describe));
    warnings.extend(plan.notes.iter().cloned());
    let light = engine.received_light();
    if let (Some(light), Some(overload)) = (light, plan.overload)
        && light.average_power > overload
    {
        warnings.push(format!(
            "the receiver is overloaded: {:.2} dBm of average power, {:.2} dBm allowed",
            watt_to_dbm(light.average_power),
            watt_to_dbm(overload)
        ));
    }
    if evaluation.fed_back.uncertainty > LARGE_UNCERTAINTY {
        warnings.push(format!(
            "errors that are fed back multiply the errors by {:.2}, which is known to {:.0} % only: rare histories \
             of errors are cut; \"monte-carlo\" counts them all",
            evaluation.fed_back.factor,
            100.0 * evaluation.fed_back.uncertainty
        ));
    }
    if let Some(converted) = &evaluation.noise.converted {
        let input = engine.input(&evaluation.noise)?;
        let rule = &decided.rule;
        let clipped = converted.clipped_share(&input, (rule.sample, rule.fraction));
        warnings.push(words_of(&converted.conversion, clipped, plan.is_optical()));
        if link.engine.method == Method::Statistical && clipped > 0.0 {
            warnings.push(
                "the statistical engine leaves out that the converter clips: compare with \
                 \"monte-carlo\""
                    .to_owned(),
            );
        }
    }
    if matches!(link.signal.pattern, Pattern::Prbs { .. })
        && pattern != link.signal.pattern
        && modulation.levels() > 2
    {
        warnings.push(format!(
            "{} is too long to be run whole: noise and margin are computed for independent symbols, and its \
             symbols, made of pairs of bits, are not: behind a long pulse response it may cause more errors \
             (2 m of twinax made 4 m long: 2.7 times as many)",
            link.signal.pattern
        ));
    }
    if link.equalizer.sequence_detection {
        warnings.push(crate::link::sequence::NOTE.to_owned());
    }
    let ber = bit_error_ratio(link, decided.errors.bit, counts);
    let met = match counts {
        None => decided.errors.bit <= target,
        Some(counts) => counts.bit_error_interval(0.95, modulation).1 <= target,
    };
    let totals = Totals::of(link);
    let sps = plan.samples_per_symbol as f64;
    let total = symbols.len() as f64 * sps;
    let time = decided.rule.sample as f64 + decided.rule.fraction;
    let time = if time > 0.5 * total {
        time - total
    } else {
        time
    };
    let taps = &decided.rule.taps;
    let main = taps
        .feed_forward
        .get(taps.precursor)
        .copied()
        .unwrap_or(1.0);
    Ok(RunResult {
        version: env!("CARGO_PKG_VERSION").to_owned(),
        name: link.name.clone(),
        seed: link.seed,
        format: format_name(modulation.levels()),
        symbol_rate_gbd: link.signal.symbol_rate / 1e9,
        pattern: pattern.to_string(),
        samples_per_symbol: plan.samples_per_symbol,
        ser: match counts {
            None => Some(decided.errors.symbol),
            Some(counts) => (counts.symbol_errors > 0).then(|| counts.symbol_error_ratio()),
        },
        ber,
        snr_db: power_ratio_to_db(signal_to_noise),
        eyes: eyes(eye),
        received: light.map(|light| Received {
            average_power_dbm: watt_to_dbm(light.average_power),
            oma_dbm: watt_to_dbm(light.modulation_amplitude),
            extinction_ratio_db: power_ratio_to_db(light.extinction_ratio),
        }),
        margin_db: margin,
        target: TargetResult {
            pre_fec_ber: target,
            met,
        },
        decision: DecisionResult {
            sampling_phase_ui: time / sps,
            feed_forward: taps.feed_forward.iter().map(|w| w / main).collect(),
            precursor_taps: taps.precursor,
            decision_feedback: taps.feedback.clone(),
            thresholds: decided.rule.thresholds.clone(),
        },
        noise: noise_shares(evaluation),
        reach: None,
        propagation_delay_ns: plan.delay * 1e9,
        propagation_delays: delays(link),
        latency_ns: totals.latency_ns,
        latencies: totals.latencies,
        power: totals.power,
        fec_accumulation_ns: 1e9
            * link
                .fec
                .accumulation_latency(link.signal.symbol_rate * modulation.bits_per_symbol()),
        correction: correction(link, decided, counts),
        sources: link
            .sources
            .iter()
            .map(|s| SourceResult {
                used_by: s.used_by.clone(),
                part: s.part.clone(),
                title: s.title.clone(),
                kind: s.kind.clone(),
            })
            .collect(),
        warnings,
    })
}

/// Name of a format by its levels.
pub fn format_name(levels: usize) -> String {
    if levels == 2 {
        "NRZ".to_owned()
    } else {
        format!("PAM{levels}")
    }
}

/// The bit error ratio that was counted, or found without counting, in front of a link's code and behind.
pub(super) fn bit_error_ratio(link: &Link, found: f64, counts: Option<&Counts>) -> BitErrorRatio {
    let modulation = &link.signal.modulation;
    match counts {
        None => BitErrorRatio {
            pre_fec: Some(found),
            post_fec: Some(link.fec.post_fec_ber(found)),
            method: match link.engine.method {
                Method::Statistical => "statistical",
                Method::SemiAnalytic | Method::MonteCarlo => "semi-analytic",
            }
            .to_owned(),
            errors: None,
            bits: None,
            interval_95: None,
        },
        Some(counts) => {
            let ratio = (counts.symbol_errors > 0).then(|| counts.bit_error_ratio(modulation));
            let (low, high) = counts.bit_error_interval(0.95, modulation);
            BitErrorRatio {
                pre_fec: ratio,
                post_fec: ratio.map(|ber| link.fec.post_fec_ber(ber)),
                method: "monte-carlo".to_owned(),
                errors: Some(counts.bit_errors()),
                bits: Some(counts.symbols as f64 * modulation.bits_per_symbol()),
                interval_95: Some([low, high]),
            }
        }
    }
}

/// Mean-removed power of the mean levels over the mean variance around them.
fn signal_to_noise(samples: &DecisionSamples) -> f64 {
    let means = samples.means();
    let all = || {
        samples
            .by_level
            .iter()
            .zip(&means)
            .flat_map(|(level, &mean)| level.iter().map(move |s| (s, mean)))
    };
    let weight: f64 = all().map(|(s, _)| s.weight).sum();
    let centre = all().map(|(s, mean)| s.weight * mean).sum::<f64>() / weight;
    let signal: f64 = all()
        .map(|(s, mean)| s.weight * (mean - centre).powi(2))
        .sum();
    let noise: f64 = all()
        .map(|(s, mean)| s.weight * (s.deviation.powi(2) + (s.value - mean).powi(2)))
        .sum();
    signal / noise
}

/// Delay of each fibre, cable and network.
pub(crate) fn delays(link: &Link) -> Vec<StageDelay> {
    let with_delay = link.stages.iter().filter_map(|named| {
        let delay = match &named.stage {
            Stage::Fiber(fiber) => fiber.delay(),
            Stage::KerrFiber(fiber) => fiber.linear.delay(),
            Stage::MultimodeFiber(fiber) => fiber.delay(),
            Stage::Twinax(cable) => cable.propagation_delay(),
            Stage::Network(channel) => channel.delay(),
            Stage::Board(board) => Piece::Board(*board).delay(),
            _ => return None,
        };
        Some(StageDelay {
            stage: named.name.clone(),
            delay_ns: delay * 1e9,
        })
    });
    with_delay.collect()
}

fn noise_shares(evaluation: &Evaluation) -> Vec<NoiseShare> {
    let weights = &evaluation.decided.rule.taps.feed_forward;
    let noise = &evaluation.noise;
    let mut variances: Vec<(&str, f64)> = Vec::new();
    for stationary in &noise.stationary {
        let variance = stationary_variance(std::iter::once(&stationary.covariance), weights);
        variances.push((name_of(stationary.kind), variance));
    }
    for signal in &noise.signal {
        let variance = stationary_variance(std::iter::once(&signal.covariance), weights);
        for &(kind, share) in &signal.shares {
            variances.push((name_of(kind), variance * share));
        }
    }
    for light in &noise.interference {
        let variance = stationary_variance(std::iter::once(&light.covariance), weights);
        variances.push((name_of(light.kind), variance));
    }
    for (kind, variance) in &evaluation.carried {
        variances.push((name_of(*kind), *variance));
    }
    let samples = &evaluation.decided.samples;
    let means = samples.means();
    let (mut interference, mut weight) = (0.0, 0.0);
    for (level, mean) in samples.by_level.iter().zip(&means) {
        for s in level {
            interference += s.weight * (s.value - mean).powi(2);
            weight += s.weight;
        }
    }
    let mut interference = interference / weight;
    if evaluation.statistical.is_some() {
        // Its samples hold the jitter of the edges and crosstalk, which stand above.
        let edges = |c: &&(NoiseKind, f64)| c.0 != NoiseKind::Aperture;
        interference -= (evaluation.carried.iter().filter(edges))
            .map(|c| c.1)
            .sum::<f64>();
        interference -= noise.variance_of(NoiseKind::Crosstalk, weights);
    }
    variances.push(("residual intersymbol interference", interference.max(0.0)));
    // Several amplifiers make noise of one kind.
    let mut kinds: Vec<(&str, f64)> = Vec::new();
    for (name, variance) in variances {
        match kinds.iter_mut().find(|kind| kind.0 == name) {
            Some(kind) => kind.1 += variance,
            None => kinds.push((name, variance)),
        }
    }
    let variances = kinds;
    let total: f64 = variances.iter().map(|v| v.1).sum();
    variances
        .iter()
        .filter(|v| v.1 > 0.0)
        .map(|&(kind, variance)| NoiseShare {
            kind: kind.to_owned(),
            deviation: variance.sqrt(),
            share: variance / total,
        })
        .collect()
}

/// Uncertainty of the multiplication of errors from which on it is told.
const LARGE_UNCERTAINTY: f64 = 0.05;

/// Full scale and step of a converter, and the share of samples that it limits.
fn words_of(conversion: &Conversion, clipped: f64, optical: bool) -> String {
    let (scale, unit) = if optical { (1e6, "µA") } else { (1e3, "mV") };
    let step = match conversion.step() {
        0.0 => "without steps".to_owned(),
        step => format!("in steps of {:.3} {unit}", scale * step),
    };
    format!(
        "the converter takes ±{:.2} {unit} {step}; without noise {:.2} % of its samples are clipped",
        scale * conversion.half_scale,
        100.0 * clipped
    )
}

fn name_of(kind: NoiseKind) -> &'static str {
    match kind {
        NoiseKind::Thermal => "thermal noise",
        NoiseKind::Redriver => "redriver noise",
        NoiseKind::Shot => "shot noise",
        NoiseKind::RelativeIntensity => "relative intensity noise",
        NoiseKind::Phase => "laser phase noise",
        NoiseKind::ModePartition => "mode-partition noise",
        NoiseKind::Modal => "modal noise",
        NoiseKind::Reflections => "multipath interference",
        NoiseKind::InBandCrosstalk => "in-band crosstalk",
        NoiseKind::AdjacentCrosstalk => "adjacent-channel crosstalk",
        NoiseKind::SignalSpontaneous => "signal–spontaneous beat noise",
        NoiseKind::SpontaneousSpontaneous => "spontaneous–spontaneous beat noise",
        NoiseKind::TransmitterJitter => "transmitter jitter",
        NoiseKind::Crosstalk => "crosstalk",
        NoiseKind::Driver => "driver noise",
        NoiseKind::Quantisation => "converter noise",
        NoiseKind::Aperture => "aperture jitter",
    }
}

fn eyes(eye: &EyeWaveform) -> Vec<Eye> {
    eye.openings
        .iter()
        .zip(&eye.spans)
        .zip(&eye.thresholds)
        .enumerate()
        .map(|(index, ((&(low, high), &(begin, end)), &threshold))| {
            let height = (high - low) * 1e3;
            Eye {
                index,
                height_mw: eye.optical.then_some(height),
                height_mv: (!eye.optical).then_some(height),
                width_ui: end - begin,
                probability: eye.probability,
                threshold: threshold * 1e3,
            }
        })
        .collect()
}

/// The waveform behind the feed-forward taps, with feedback held over a symbol, in physical units.
fn eye_waveform(
    engine: &SemiAnalytic,
    evaluation: &Evaluation,
    carried: &CarriedNoise,
    probability: f64,
) -> Result<EyeWaveform, LinkError> {
    let input = engine.input(&evaluation.noise)?;
    let rule = &evaluation.decided.rule;
    let sps = input.samples_per_symbol;
    let total = input.received.len();
    let n = input.symbols.len();
    let levels = input.levels();
    // Outer levels at ±1 stand for these physical values.
    let (centre, half, optical) = match (&engine.plan().quantity, engine.received_light()) {
        (DecisionQuantity::Photocurrent { .. }, Some(light)) => {
            let half = 0.5 * light.modulation_amplitude;
            let ratio = light.extinction_ratio;
            (half * (ratio + 1.0) / (ratio - 1.0), half, true)
        }
        _ => {
            let largest = rule
                .taps
                .feed_forward
                .iter()
                .fold(0.0f64, |a, w| a.max(w.abs()));
            (0.0, 1.0 / largest.max(f64::MIN_POSITIVE), false)
        }
    };
    let physical = |z: f64| centre + half * z;
    let mut samples = vec![0.0; total];
    let mut deviations = vec![0.0; total];
    // Symbol k's samples lie around its decision: feedback changes half a symbol away, to the
    // nearest sample.
    let before = sps / 2 - usize::from(rule.fraction > 0.5 && sps > 1);
    for phase in 0..sps {
        let sample = (rule.sample + total + phase - before) % total;
        let (values, mut noise) = at_phase(&input, rule, &levels, sample, 0.0);
        let offset = (phase as f64 - before as f64 - rule.fraction) / sps as f64;
        carried.add(offset, &mut noise);
        for k in 0..n {
            samples[k * sps + phase] = physical(values[k]);
            deviations[k * sps + phase] = half * noise[k];
        }
    }
    let statistical = match &evaluation.statistical {
        Some(model) => Some(StatisticalPicture::new(model, half, &rule.thresholds)?),
        None => None,
    };
    let (openings, spans) = match &statistical {
        Some(picture) => {
            let edges = picture.eye.edges(picture.eye.decision(), probability);
            (
                edges
                    .iter()
                    .map(|e| (physical(e.low), physical(e.high)))
                    .collect(),
                picture.eye.open_spans(probability),
            )
        }
        None => (
            vertical_openings(&evaluation.decided.samples, probability)
                .iter()
                .map(|o| (physical(o.low), physical(o.high)))
                .collect(),
            spans(&input, &evaluation.decided, carried, &levels, probability),
        ),
    };
    let positions = input.modulation.level_positions();
    Ok(EyeWaveform {
        samples,
        deviations,
        samples_per_symbol: sps,
        first_phase: -(before as f64 + rule.fraction) / sps as f64,
        thresholds: rule.thresholds.iter().map(|&t| physical(t)).collect(),
        levels: (
            physical(positions.first().copied().unwrap_or(-1.0)),
            physical(positions.last().copied().unwrap_or(1.0)),
        ),
        openings,
        spans,
        optical,
        probability,
        statistical,
    })
}

/// Noise carried to each decision, at a few phases around it: jitter of the edges grows towards the
/// crossings of an eye.
struct CarriedNoise {
    /// Variance of every symbol at each of the phases; empty without such noise.
    variances: Vec<Vec<f64>>,
}

/// Phases (UI) at which carried noise is computed; between them its variance is a straight line.
const CARRIED_PHASES: [f64; 5] = [-0.5, -0.25, 0.0, 0.25, 0.5];

impl CarriedNoise {
    fn new(engine: &mut SemiAnalytic, evaluation: &Evaluation) -> Result<Self, LinkError> {
        let rule = &evaluation.decided.rule;
        let grid = engine.propagation().grid();
        let sps = engine.plan().samples_per_symbol as f64;
        let mut variances = Vec::new();
        for phase in CARRIED_PHASES {
            let time = rule.sample as f64 + rule.fraction + phase * sps + grid.samples as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let sample = time.floor() as usize % grid.samples;
            let moved = DecisionRule {
                sample,
                fraction: time - time.floor(),
                ..rule.clone()
            };
            match engine.carried_variance(&evaluation.noise, &moved)? {
                Some(variance) => variances.push(variance),
                None => break,
            }
        }
        Ok(Self { variances })
    }

    /// Adds the noise to deviations at a phase in UI from the decision.
    fn add(&self, phase: f64, deviations: &mut [f64]) {
        let intervals = CARRIED_PHASES.len() - 1;
        if self.variances.len() <= intervals {
            return;
        }
        let position = ((phase.clamp(-0.5, 0.5) + 0.5) * intervals as f64).min(intervals as f64);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (position as usize).min(intervals - 1);
        let u = position - index as f64;
        let pairs = self.variances[index].iter().zip(&self.variances[index + 1]);
        for (d, (a, b)) in deviations.iter_mut().zip(pairs) {
            *d = (*d * *d + a * (1.0 - u) + b * u).sqrt();
        }
    }
}

/// Equalised values and noise deviations of every symbol at one phase.
fn at_phase(
    input: &DecisionInput<'_>,
    rule: &DecisionRule,
    levels: &[f64],
    sample: usize,
    fraction: f64,
) -> (Vec<f64>, Vec<f64>) {
    let sampled = input.sampled(sample, fraction);
    (
        crate::link::decision::apply_taps(&rule.taps, &sampled, levels),
        input.deviations(sample, fraction, &rule.taps),
    )
}

/// Begin and end of each eye in time, UI relative to the decision, where its height at the
/// probability vanishes; interpolated between phases.
fn spans(
    input: &DecisionInput<'_>,
    decided: &Decided,
    carried: &CarriedNoise,
    levels: &[f64],
    probability: f64,
) -> Vec<(f64, f64)> {
    let rule = &decided.rule;
    let sps = input.samples_per_symbol as f64;
    let total = input.received.len() as f64;
    let heights_at = |offset: f64| -> Vec<f64> {
        let time = rule.sample as f64 + rule.fraction + offset * sps + total;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = time.floor() as usize % input.received.len();
        let (values, mut noise) = at_phase(input, rule, levels, whole, time - time.floor());
        carried.add(offset, &mut noise);
        let mut by_level = vec![Vec::new(); input.modulation.levels()];
        for ((&symbol, value), deviation) in input.symbols.iter().zip(values).zip(noise) {
            if let Some(level) = by_level.get_mut(usize::from(symbol)) {
                level.push(DecisionSample {
                    value,
                    deviation,
                    weight: 1.0,
                });
            }
        }
        vertical_openings(&DecisionSamples { by_level }, probability)
            .iter()
            .map(super::super::measure::opening::VerticalOpening::height)
            .collect()
    };
    let count = input.modulation.levels().saturating_sub(1);
    let centre = heights_at(0.0);
    let mut edges = vec![(0.0, 0.0); count];
    for direction in [-1.0, 1.0] {
        let mut before = centre.clone();
        let mut open: Vec<bool> = centre.iter().map(|h| *h > 0.0).collect();
        for i in 1..=WIDTH_PHASES {
            if !open.iter().any(|o| *o) {
                break;
            }
            let offset = direction * i as f64 / WIDTH_PHASES as f64;
            let heights = heights_at(offset);
            for eye in 0..count {
                if !open[eye] {
                    continue;
                }
                let edge = if heights[eye] > 0.0 {
                    offset
                } else {
                    open[eye] = false;
                    let u = before[eye] / (before[eye] - heights[eye]);
                    direction * (i as f64 - 1.0 + u) / WIDTH_PHASES as f64
                };
                if direction < 0.0 {
                    edges[eye].0 = edge;
                } else {
                    edges[eye].1 = edge;
                }
            }
            before = heights;
        }
    }
    edges
}

impl EyeWaveform {
    /// The density of the eye over two unit intervals around the decision, noise and all.
    ///
    /// # Errors
    /// [`DensityError`] where the waveform is not finite.
    pub fn density(&self, columns: usize, rows: usize) -> Result<Density, DensityError> {
        if let Some(picture) = &self.statistical {
            return picture.density(columns, rows);
        }
        let spread = self
            .deviations
            .iter()
            .fold(0.0f64, |a, &b| if b > a { b } else { a });
        let low = self.samples.iter().copied().fold(f64::INFINITY, f64::min) - 4.5 * spread;
        let high = self
            .samples
            .iter()
            .copied()
            .fold(f64::NEG_INFINITY, f64::max)
            + 4.5 * spread;
        let mut density = Density::new(columns, rows, (-1.0, 1.0), (low, high))?;
        density.add_noisy(
            &Trace {
                samples: &self.samples,
                samples_per_symbol: self.samples_per_symbol as f64,
                first_phase: self.first_phase,
                cyclic: true,
            },
            &self.deviations,
        )?;
        Ok(density)
    }
}
