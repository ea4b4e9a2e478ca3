//! The operations of a plan, as blocks of a stream take them.

use crate::amplifier::SemiconductorState;
use crate::fiber::nonlinear::{NonlinearFiber, StepControl};
use crate::format::SymbolSource;
use crate::link::crosstalk::{Interferer, SlippingSymbols};
use crate::link::echo_beat::EchoBeat;
use crate::link::emission::{Emission, carries_emission};
use crate::link::error::LinkError;
use crate::link::gain_dynamics::GainDynamics;
use crate::link::interference::DriftingBeat;
use crate::link::kerr::{BLOCK_TOLERANCE, nonlinear_fiber};
use crate::link::plan::{LightNoise, Linear, NoiseSource, Operation, Plan};
use crate::link::waveform::finite_response;
use crate::random::{Source, Stream};
use crate::receiver::NoiseDensity;
use crate::signal::Table;
use crate::signal::convolution::{DROPPED_ENERGY, FiniteResponse};
use num_complex::Complex64;
use std::f64::consts::PI;
use std::sync::Arc;

/// One operation, prepared for blocks.
#[derive(Debug, Clone)]
pub(super) enum Prepared {
    Filter(Arc<Vec<Complex64>>),
    Gain(f64),
    /// A fibre with the Kerr effect: the closing of the band, and which of the propagators.
    Kerr(Arc<Vec<Complex64>>, usize),
    /// A linear response for emission alone.
    EmissionFilter(Arc<Vec<Complex64>>),
    /// An amplifier whose gain follows the light, and the gain that a block begins with.
    GainDynamics(GainDynamics, SemiconductorState),
    /// Emission arises; what its density is multiplied by for the variance of a quadrature.
    Emission {
        stream: Stream,
        emission: Emission,
        half_rate: f64,
    },
    Modulate(Arc<Table<Complex64>>),
    Emit(Arc<Table<f64>>),
    Detect(f64),
    Compress(Arc<Table<f64>>),
    RelativePower {
        stream: Stream,
        deviation: f64,
    },
    RelativeIntensity {
        stream: Stream,
        deviation: f64,
    },
    Phase {
        stream: Stream,
        deviation: f64,
    },
    /// Shot noise, and white noise that arises at the same place: one draw for both.
    Shot {
        stream: Stream,
        charge: f64,
        dark: f64,
        white: f64,
    },
    White {
        stream: Stream,
        deviation: f64,
    },
    Beat(Arc<DriftingBeat>),
    /// A beat of so much variance over the current (A) that lasts for some symbols only: independent noises
    /// that are added to one.
    ShortBeat {
        scale: f64,
        parts: Vec<(Stream, Arc<Vec<Complex64>>)>,
    },
    Coloured {
        stream: Stream,
        shape: Arc<Vec<Complex64>>,
    },
    /// Symbols of an aggressor and the response to one of them.
    Crosstalk {
        symbols: Arc<SlippingSymbols>,
        shape: Arc<Vec<Complex64>>,
    },
}

/// Density of a noise that is added and is not white.
fn coloured(plan: &Plan, operation: &Operation) -> Option<NoiseDensity> {
    let Operation::Noise(source) = operation else {
        return None;
    };
    plan.added_density(source)
        .filter(|density| !matches!(density, NoiseDensity::White(_)))
}

/// The beat of echoes where it lasts for some symbols only.
fn short_beat<'a>(plan: &'a Plan, operation: &Operation) -> Option<&'a EchoBeat> {
    match operation {
        Operation::Noise(NoiseSource::Light(LightNoise::Reflections(_))) => plan
            .echo_beat
            .as_ref()
            .filter(|beat| !beat.is_slow(plan.symbol_rate)),
        _ => None,
    }
}

/// Share of a beat's variance that is drawn as drifting.
fn drifting_share(plan: &Plan, light: &LightNoise) -> f64 {
    match (light, &plan.echo_beat) {
        (LightNoise::Reflections(_), Some(beat)) if beat.is_slow(plan.symbol_rate) => {
            beat.correlation(0.0)
        }
        (LightNoise::Reflections(_), Some(beat)) => beat.drifting(),
        _ => 1.0,
    }
}

/// Response, on the grid of samples, to a single sample of what an interferer sends: a symbol, or white
/// noise of variance one, which comes `samples_per_symbol` times as often.
fn response_of(
    interferer: &Interferer,
    name: &str,
    sampling_rate: f64,
) -> Result<FiniteResponse, LinkError> {
    let samples_per_symbol = sampling_rate / interferer.symbol_rate;
    let scale = if interferer.levels.is_some() {
        samples_per_symbol
    } else {
        samples_per_symbol.sqrt()
    };
    Ok(FiniteResponse::design(
        name,
        sampling_rate,
        &|grid, out| {
            let n = out.len();
            for k in 0..=n / 2 {
                let h = interferer.transfer(grid.frequency(k).abs()) * scale;
                if k == 0 || 2 * k == n {
                    out[k] = h.re.into();
                } else {
                    out[k] = h;
                    out[n - k] = h.conj();
                }
            }
        },
    )?)
}

/// The random stream of a noise that is added.
fn source_of(operation: &Operation) -> Source {
    match operation {
        Operation::Noise(NoiseSource::ModePartition(_)) => Source::ModePartitionNoise,
        Operation::Noise(NoiseSource::Modal(_)) => Source::ModalNoise,
        Operation::Noise(NoiseSource::Light(LightNoise::SpontaneousSpontaneous(..))) => {
            Source::AmplifiedSpontaneousEmission
        }
        Operation::Noise(NoiseSource::Light(_)) => Source::Interference,
        Operation::Noise(NoiseSource::Interferer(interferer)) if interferer.levels.is_some() => {
            Source::Crosstalk
        }
        Operation::Noise(NoiseSource::Interferer(_)) => Source::DriverNoise,
        _ => Source::ThermalNoise,
    }
}

/// The fibres with the Kerr effect in the order of their operations. Their steps are those that were
/// found on the pattern, the same for every block; where none was found, each block has its own.
pub(super) fn kerr_fibers(plan: &Plan) -> Result<Vec<(NonlinearFiber, StepControl)>, LinkError> {
    let mut fibers = Vec::new();
    for planned in &plan.operations {
        if let Operation::KerrFiber(linear, gamma) = &planned.operation {
            let choice = plan
                .kerr_choices
                .iter()
                .find(|c| c.stage_index == planned.stage_index && !c.linear);
            let control = match choice {
                Some(choice) => StepControl::Extrapolated {
                    steps: choice.block_steps,
                },
                None => StepControl::Automatic {
                    tolerance: BLOCK_TOLERANCE,
                },
            };
            fibers.push((nonlinear_fiber(linear, *gamma)?, control));
        }
    }
    Ok(fibers)
}

/// The finite responses of a plan and the margins they need.
pub(super) struct Responses {
    pub groups: Vec<Group>,
    /// Samples that are not valid at the begin of a block.
    pub lead: usize,
    /// Samples that are not valid at its end.
    pub trail: usize,
}

/// A stretch of operations that is run at once.
pub(super) enum Group {
    Filter(FiniteResponse),
    Gain(f64),
    /// A fibre with the Kerr effect: what closes the band, and its number among such fibres.
    Kerr(FiniteResponse, usize),
    /// A response for emission alone: that of a fibre with the Kerr effect, as it is without.
    EmissionFilter(FiniteResponse),
    /// An amplifier whose gain follows the light, and the gain that a block begins with.
    GainDynamics(GainDynamics, SemiconductorState),
    Operation(usize),
    Coloured(usize, FiniteResponse),
    /// A beat that lasts for some symbols only.
    ShortBeat(usize, Vec<FiniteResponse>),
}

impl Responses {
    pub fn design(plan: &Plan) -> Result<Self, LinkError> {
        let sampling_rate = plan.sampling_rate();
        let mut responses = Self {
            groups: Vec::new(),
            lead: 0,
            trail: 0,
        };
        let mut pending: Vec<&Linear> = Vec::new();
        let mut name = "";
        let mut kerr_fibers = 0;
        for (i, planned) in plan.operations.iter().enumerate() {
            match &planned.operation {
                Operation::Linear(linear) => {
                    pending.push(linear);
                    name = &planned.stage;
                }
                Operation::HighPass(_) => {}
                Operation::Polarization(linear) => {
                    responses.flush(&mut pending, name, sampling_rate)?;
                    pending.push(linear);
                    name = &planned.stage;
                }
                Operation::KerrFiber(linear, _) => {
                    responses.flush(&mut pending, name, sampling_rate)?;
                    // The memory of the linear fibre, on either side.
                    let fiber =
                        finite_response(&planned.stage, &[linear], sampling_rate, DROPPED_ENERGY)?;
                    let band = finite_response(&planned.stage, &[], sampling_rate, DROPPED_ENERGY)?;
                    responses.lead += fiber.delay() + band.delay();
                    responses.trail += fiber.advance + band.advance;
                    responses.groups.push(Group::Kerr(band, kerr_fibers));
                    kerr_fibers += 1;
                    if carries_emission(plan) {
                        responses.groups.push(Group::EmissionFilter(fiber));
                    }
                }
                Operation::GainDynamics(dynamics) => {
                    responses.flush(&mut pending, name, sampling_rate)?;
                    responses.lead += dynamics.memory(&planned.stage, sampling_rate)?;
                    let start = dynamics.at_rest()?;
                    responses.groups.push(Group::GainDynamics(*dynamics, start));
                }
                Operation::Noise(NoiseSource::Interferer(interferer)) => {
                    responses.flush(&mut pending, name, sampling_rate)?;
                    let shape = response_of(interferer, &planned.stage, sampling_rate)?;
                    responses.lead += shape.delay();
                    responses.trail += shape.advance;
                    responses.groups.push(Group::Coloured(i, shape));
                }
                operation => {
                    responses.flush(&mut pending, name, sampling_rate)?;
                    match coloured(plan, operation) {
                        Some(density) => {
                            let shape = FiniteResponse::design(
                                &planned.stage,
                                sampling_rate,
                                &|grid, out| {
                                    for (k, h) in out.iter_mut().enumerate() {
                                        let variance =
                                            0.5 * density.at(grid.frequency(k)) * sampling_rate;
                                        *h = Complex64::new(variance.sqrt(), 0.0);
                                    }
                                },
                            )?;
                            // Noise is not read beyond the block's own samples.
                            responses.lead += shape.delay();
                            responses.trail += shape.advance;
                            responses.groups.push(Group::Coloured(i, shape));
                        }
                        None => {
                            if let Some(beat) = short_beat(plan, operation) {
                                let parts = beat.responses(sampling_rate)?;
                                responses.lead +=
                                    parts.iter().map(FiniteResponse::delay).max().unwrap_or(0);
                                responses.groups.push(Group::ShortBeat(i, parts));
                                if beat.drifting() <= 0.0 {
                                    continue;
                                }
                            }
                            responses.groups.push(Group::Operation(i));
                        }
                    }
                }
            }
        }
        responses.flush(&mut pending, name, sampling_rate)?;
        Ok(responses)
    }

    fn flush(
        &mut self,
        pending: &mut Vec<&Linear>,
        name: &str,
        sampling_rate: f64,
    ) -> Result<(), LinkError> {
        let linears = std::mem::take(pending);
        if linears.is_empty() {
            return Ok(());
        }
        let gains: Option<f64> = linears.iter().map(|l| l.flat_gain()).product();
        if let Some(gain) = gains {
            self.groups.push(Group::Gain(gain));
            return Ok(());
        }
        let response = finite_response(name, &linears, sampling_rate, DROPPED_ENERGY)?;
        self.lead += response.delay();
        self.trail += response.advance;
        self.groups.push(Group::Filter(response));
        Ok(())
    }

    /// The operations as a block of so many samples takes them.
    pub fn prepare(
        &self,
        plan: &Plan,
        samples: usize,
        drift_samples: usize,
        stream: &dyn Fn(Source, usize) -> Stream,
    ) -> Vec<Prepared> {
        let sampling_rate = plan.sampling_rate();
        let power = plan.emission().is_some();
        let prepared = self.groups.iter().filter_map(|group| {
            Some(match group {
                Group::Filter(response) => Prepared::Filter(Arc::new(response.spectrum(samples))),
                Group::Gain(gain) => Prepared::Gain(*gain),
                Group::Kerr(band, index) => {
                    Prepared::Kerr(Arc::new(band.spectrum(samples)), *index)
                }
                Group::EmissionFilter(response) => {
                    Prepared::EmissionFilter(Arc::new(response.spectrum(samples)))
                }
                Group::GainDynamics(dynamics, start) => Prepared::GainDynamics(*dynamics, *start),
                Group::Coloured(i, response) => {
                    let operation = &plan.operations[*i].operation;
                    let stream = stream(source_of(operation), *i);
                    let shape = Arc::new(response.spectrum(samples));
                    if let Operation::Noise(NoiseSource::Interferer(interferer)) = operation
                        && let Some(levels) = &interferer.levels
                    {
                        let symbols = Arc::new(SlippingSymbols {
                            symbols: SymbolSource::random(stream, levels.len()),
                            levels: levels.clone(),
                            samples_per_symbol: plan.samples_per_symbol,
                            slip: interferer.slip,
                        });
                        Prepared::Crosstalk { symbols, shape }
                    } else {
                        Prepared::Coloured { stream, shape }
                    }
                }
                Group::ShortBeat(i, parts) => {
                    let Operation::Noise(NoiseSource::Light(light)) =
                        &plan.operations[*i].operation
                    else {
                        return None;
                    };
                    let parts = parts.iter().enumerate().map(|(part, response)| {
                        let own = (part + 1) * plan.operations.len() + i;
                        let spectrum = Arc::new(response.spectrum(samples));
                        (stream(Source::Interference, own), spectrum)
                    });
                    Prepared::ShortBeat {
                        scale: plan.drifting_beat(light)?,
                        parts: parts.collect(),
                    }
                }
                Group::Operation(i) => match &plan.operations[*i].operation {
                    Operation::Modulate(table) => Prepared::Modulate(table.clone()),
                    Operation::Emit(table) => Prepared::Emit(table.clone()),
                    Operation::Detect(responsivity) if power => Prepared::Gain(*responsivity),
                    Operation::Detect(responsivity) => Prepared::Detect(*responsivity),
                    Operation::Compress(table) => Prepared::Compress(table.clone()),
                    Operation::Noise(NoiseSource::RelativeIntensity(density)) if power => {
                        Prepared::RelativePower {
                            stream: stream(Source::RelativeIntensityNoise, *i),
                            deviation: (0.5 * density * sampling_rate).sqrt(),
                        }
                    }
                    Operation::Noise(NoiseSource::RelativeIntensity(density)) => {
                        Prepared::RelativeIntensity {
                            stream: stream(Source::RelativeIntensityNoise, *i),
                            deviation: (0.5 * density * sampling_rate).sqrt(),
                        }
                    }
                    Operation::Noise(NoiseSource::Phase(linewidth)) => Prepared::Phase {
                        stream: stream(Source::PhaseNoise, *i),
                        deviation: (2.0 * PI * linewidth / sampling_rate).sqrt(),
                    },
                    Operation::Noise(NoiseSource::Shot(shot)) => Prepared::Shot {
                        stream: stream(Source::ShotNoise, *i),
                        charge: shot.charge * sampling_rate,
                        dark: shot.dark_current + plan.spontaneous_current(),
                        white: 0.0,
                    },
                    Operation::Noise(NoiseSource::Emission(emission)) => Prepared::Emission {
                        stream: stream(Source::AmplifiedSpontaneousEmission, *i),
                        emission: *emission,
                        half_rate: 0.5 * sampling_rate,
                    },
                    // Added where the light is detected.
                    Operation::Noise(NoiseSource::Light(LightNoise::CarriedSpontaneous(_))) => {
                        return None;
                    }
                    Operation::Noise(NoiseSource::Light(light)) => {
                        if let Some(scale) = plan.drifting_beat(light) {
                            let stream = stream(Source::Interference, *i);
                            let scale = scale * drifting_share(plan, light);
                            let beat = DriftingBeat::new(stream, scale, drift_samples);
                            Prepared::Beat(Arc::new(beat))
                        } else {
                            // White, with a density that follows the current, as shot noise is.
                            Prepared::Shot {
                                stream: stream(Source::AmplifiedSpontaneousEmission, *i),
                                charge: plan.signal_spontaneous_per_current(light)? * sampling_rate,
                                dark: 0.0,
                                white: 0.0,
                            }
                        }
                    }
                    Operation::Noise(
                        NoiseSource::Additive(density)
                        | NoiseSource::Redriver(density)
                        | NoiseSource::ModePartition(density)
                        | NoiseSource::Modal(density),
                    ) => Prepared::White {
                        stream: stream(source_of(&plan.operations[*i].operation), *i),
                        deviation: (0.5 * density.at(0.0) * sampling_rate).sqrt(),
                    },
                    Operation::Noise(NoiseSource::Interferer(_))
                    | Operation::Linear(_)
                    | Operation::Polarization(_)
                    | Operation::KerrFiber(..)
                    | Operation::GainDynamics(_)
                    | Operation::HighPass(_) => return None,
                },
            })
        });
        let mut merged: Vec<Prepared> = Vec::new();
        for operation in prepared {
            if let Prepared::White { deviation, .. } = &operation
                && let Some(Prepared::Shot { white, .. }) = merged.last_mut()
            {
                *white += deviation * deviation;
            } else {
                merged.push(operation);
            }
        }
        merged
    }
}
