//! A link turned into the operations its engines run.
//!
//! Every stage becomes one or more operations of a few kinds: *linear* (time-invariant, applied as
//! a response), *memoryless* (applied sample by sample), *a fibre with the Kerr effect* (neither, with
//! the memory of the fibre), *an amplifier whose gain follows the light* (neither, with the memory of its
//! carriers), *detection*, and *noise*, which stands at the place where it arises. Both
//! engines run the same list.

mod conversion;
mod copper;
mod emission;
mod lengths;
mod light;
mod linear;
mod multimode;
mod redriver;

pub use light::LightNoise;
pub use linear::Linear;

use super::crosstalk::Interferer;
use super::description::{Link, Method, NamedStage, Stage};
use super::drive::{Drive, DriveResponse};
use super::echo_beat::EchoBeat;
use super::emission::Emission;
use super::error::LinkError;
use super::gain_dynamics::GainDynamics;
use super::kerr::KerrChoice;
use crate::fiber::{KerrCoefficient, SingleModeFiber};
use crate::network::ChannelTransfer;
use crate::receiver::{AnalogToDigitalConverter, FullScale, NoiseDensity, ShotNoise};
use crate::signal::{Response, Table};
use crate::transmitter::{Driver, Laser};
use num_complex::Complex64;
use std::sync::Arc;

/// Where noise arises.
#[derive(Debug, Clone, PartialEq)]
pub enum NoiseSource {
    /// The laser's relative intensity noise, one-sided density in 1/Hz.
    RelativeIntensity(f64),
    /// The laser's phase noise, linewidth in Hz.
    Phase(f64),
    /// Shot noise of the photocurrent.
    Shot(ShotNoise),
    /// An amplifier's input-referred noise, one-sided density in A²/Hz or V²/Hz.
    Additive(NoiseDensity),
    /// A redriver's input-referred noise, one-sided density in V²/Hz.
    Redriver(NoiseDensity),
    /// Mode-partition noise of a multimode laser behind a dispersive fibre, one-sided density of the
    /// power in W²/Hz.
    ModePartition(NoiseDensity),
    /// Modal noise of a multimode fibre, one-sided density of the power in W²/Hz.
    Modal(NoiseDensity),
    /// Noise of light that the signal beats with or that is added to it.
    Light(LightNoise),
    /// Spontaneous emission that is followed to the detector.
    Emission(Emission),
    /// Crosstalk, or the driver's noise.
    Interferer(Arc<Interferer>),
}

/// One operation of a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Operation {
    /// Linear and time-invariant, on a voltage or current, or on a field.
    Linear(Linear),
    /// A fibre, as it is without the Kerr effect, and γ (1/(W·m)); neither linear nor memoryless.
    KerrFiber(Linear, f64),
    /// An amplifier whose gain follows the field; neither linear nor memoryless.
    GainDynamics(GainDynamics),
    /// Drive to optical field (√W), sample by sample.
    Modulate(Arc<Table<Complex64>>),
    /// Drive to optical power (W), sample by sample, of light that has no phase to follow: what comes
    /// behind it, up to the detector, acts on a power.
    Emit(Arc<Table<f64>>),
    /// Optical field or power to photocurrent (A), with this responsivity.
    Detect(f64),
    /// Principal states of polarisation, right behind the detector that adds them.
    Polarization(Linear),
    /// Saturation of an amplifier, sample by sample.
    Compress(Arc<Table<f64>>),
    /// Noise arises here.
    Noise(NoiseSource),
    /// A high-pass of first order with this corner (Hz), far below the symbol rate.
    HighPass(f64),
}

impl Operation {
    /// The linear operation, or what is linear of a fibre with the Kerr effect.
    pub fn linear_part(&self) -> Option<&Linear> {
        match self {
            Self::Linear(linear) | Self::KerrFiber(linear, _) | Self::Polarization(linear) => {
                Some(linear)
            }
            _ => None,
        }
    }
}

/// An operation and the stage it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct PlannedOperation {
    /// Name of the stage.
    pub stage: String,
    /// Position of the stage in the link, from 0.
    pub stage_index: usize,
    /// What it does.
    pub operation: Operation,
}

/// What the decision sees.
#[derive(Debug, Clone, PartialEq)]
pub enum DecisionQuantity {
    /// A photocurrent, A, referred to the amplifier's input.
    Photocurrent {
        /// Photocurrent per optical power, A/W.
        responsivity: f64,
    },
    /// A differential voltage, V.
    Voltage,
}

/// A link as its engines run it.
#[derive(Debug, Clone)]
pub struct Plan {
    /// Symbols per second.
    pub symbol_rate: f64,
    /// Samples per symbol.
    pub samples_per_symbol: usize,
    /// The waveform's source.
    pub drive: Drive,
    /// What follows it, in order.
    pub operations: Vec<PlannedOperation>,
    /// Index in `operations` of the gain that stands for loss in front of the receiver: what the
    /// margin is taken from.
    pub margin_gain: usize,
    /// What is decided on.
    pub quantity: DecisionQuantity,
    /// Carrier wavelength, m, of an optical link.
    pub wavelength: Option<f64>,
    /// Propagation delay of fibres and cables, s, which the waveforms leave out.
    pub delay: f64,
    /// Average power above which the receiver is overloaded, W.
    pub overload: Option<f64>,
    /// What was chosen for each fibre with the Kerr effect, once a waveform went through it.
    pub kerr_choices: Vec<KerrChoice>,
    /// The echoes that are detected, and what makes them coherent; None without any.
    pub echo_beat: Option<EchoBeat>,
    /// What was found out about the light on its way.
    pub notes: Vec<String>,
    /// The converter in front of the equaliser.
    pub converter: Option<AnalogToDigitalConverter>,
    /// What the user should know.
    pub warnings: Vec<String>,
}

/// Gain of a network that measured data of a passive one do not exceed.
const LARGEST_PASSIVE_GAIN: f64 = 1.001;
/// Frequency of sinusoidal jitter over the symbol rate up to which it moves all edges that a decision depends
/// on together: over 50 symbols it turns by a third of a radian.
const SLOW_JITTER: f64 = 1e-3;

impl Plan {
    /// Sampling rate of the waveforms, Hz.
    pub fn sampling_rate(&self) -> f64 {
        self.symbol_rate * self.samples_per_symbol as f64
    }

    /// True for a link that ends in a photodiode.
    pub fn is_optical(&self) -> bool {
        matches!(self.quantity, DecisionQuantity::Photocurrent { .. })
    }

    /// The place and the table of the operation that makes an optical power of the drive; None where
    /// light is a field, or there is none.
    pub fn emission(&self) -> Option<(usize, &Table<f64>)> {
        self.operations
            .iter()
            .enumerate()
            .find_map(|(i, o)| match &o.operation {
                Operation::Emit(table) => Some((i, table.as_ref())),
                _ => None,
            })
    }

    /// Behind the detector, and behind the adding of the states of polarisation, where noise of the
    /// light and of the detector arises; None without a detector.
    pub fn detected(&self) -> Option<usize> {
        let last = self.operations.iter().rposition(|o| {
            matches!(
                o.operation,
                Operation::Detect(_) | Operation::Polarization(_)
            )
        })?;
        Some(last + 1)
    }

    /// The place of the operation that makes light; None for an electrical link.
    pub fn light_source(&self) -> Option<usize> {
        self.operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Modulate(_) | Operation::Emit(_)))
    }

    /// Power (W) that the operation at a place makes of a drive level; not a number where it makes no
    /// light.
    pub fn launched_power(&self, index: usize, level: f64) -> f64 {
        match self.operations.get(index).map(|o| &o.operation) {
            Some(Operation::Modulate(table)) => table.at(level).norm_sqr(),
            Some(Operation::Emit(table)) => table.at(level),
            _ => f64::NAN,
        }
    }

    /// Responsivity (A/W) of the detector behind a place; 1 where there is none.
    pub fn responsivity_after(&self, index: usize) -> f64 {
        self.operations
            .iter()
            .skip(index)
            .find_map(|o| match o.operation {
                Operation::Detect(responsivity) => Some(responsivity),
                _ => None,
            })
            .unwrap_or(1.0)
    }

    /// Factor on the signal in front of the receiver of a loss in dB of optical power or of voltage
    /// (20 lg): in both the amplitude goes with dB/20, and the power of incoherent light with dB/10.
    pub fn gain_of_loss(&self, loss_db: f64) -> f64 {
        let per_decade = if self.emission().is_some() {
            10.0
        } else {
            20.0
        };
        10f64.powf(-loss_db / per_decade)
    }

    /// Turns a link into operations.
    ///
    /// # Errors
    /// [`LinkError`] where the stages do not make a link.
    pub fn new(link: &Link) -> Result<Self, LinkError> {
        Builder::new(link).build()
    }
}

/// What kind of signal has been reached while the stages are walked.
#[derive(Clone, Copy, PartialEq)]
enum Domain {
    Electrical,
    /// Light as a field.
    Optical,
    /// Light as a power.
    Power,
}

struct Builder<'a> {
    link: &'a Link,
    stage_index: usize,
    driver: Option<Driver>,
    /// Responses that shape the drive in front of the modulator.
    shaping: Vec<DriveResponse>,
    laser: Option<Laser>,
    power_light: Option<multimode::PowerLight>,
    field_light: light::FieldLight,
    domain: Domain,
    operations: Vec<PlannedOperation>,
    levels: Vec<f64>,
    margin_gain: Option<usize>,
    responsivity: Option<f64>,
    wavelength: Option<f64>,
    delay: f64,
    overload: Option<f64>,
    /// What an electrical signal is by now.
    quantity: redriver::Quantity,
    /// Whether an electrical receiver has taken it.
    received_voltage: bool,
    /// Amplitude (V) that an automatic gain holds in front of a modulator.
    held_amplitude: Option<f64>,
    converter: Option<AnalogToDigitalConverter>,
    echo_beat: Option<EchoBeat>,
    notes: Vec<String>,
    warnings: Vec<String>,
}

impl<'a> Builder<'a> {
    fn new(link: &'a Link) -> Self {
        Self {
            link,
            stage_index: 0,
            driver: None,
            shaping: Vec::new(),
            laser: None,
            power_light: None,
            field_light: light::FieldLight::default(),
            domain: Domain::Electrical,
            operations: Vec::new(),
            levels: link.signal.modulation.level_positions().to_vec(),
            margin_gain: None,
            responsivity: None,
            wavelength: None,
            delay: 0.0,
            overload: None,
            quantity: redriver::Quantity::Voltage,
            received_voltage: false,
            held_amplitude: None,
            converter: None,
            echo_beat: None,
            notes: Vec::new(),
            warnings: link.warnings.clone(),
        }
    }

    fn push(&mut self, name: &str, operation: Operation) {
        self.operations.push(PlannedOperation {
            stage: name.to_owned(),
            stage_index: self.stage_index,
            operation,
        });
    }

    fn build(mut self) -> Result<Plan, LinkError> {
        let link = self.link;
        for (i, named) in link.stages.iter().enumerate() {
            self.stage_index = i;
            self.say_what_was_measured(&named.name, &named.stage);
            self.meet(named)
                .and_then(|()| self.stage(&named.name, &named.stage))
                .map_err(|error| match error {
                    Refused::Because(reason) => LinkError::Stage {
                        position: i + 1,
                        name: named.name.clone(),
                        reason,
                    },
                    Refused::Error(error) => error,
                })?;
        }
        if self.domain != Domain::Electrical {
            return Err(LinkError::Link(
                "the link ends in light: a photoreceiver is missing".to_owned(),
            ));
        }
        let Some(margin_gain) = self.margin_gain else {
            return Err(LinkError::Link(
                "the link has no receiver: give a photoreceiver or an electrical_receiver"
                    .to_owned(),
            ));
        };
        let driver = self.driver_as_received();
        let drive = Drive::new(
            &driver,
            &self.shaping,
            &self.levels,
            link.signal.symbol_rate,
            link.engine.samples_per_symbol,
            &mut self.warnings,
        )?;
        Ok(Plan {
            symbol_rate: link.signal.symbol_rate,
            samples_per_symbol: link.engine.samples_per_symbol,
            drive,
            operations: self.operations,
            margin_gain,
            quantity: match self.responsivity {
                Some(responsivity) => DecisionQuantity::Photocurrent { responsivity },
                None => DecisionQuantity::Voltage,
            },
            wavelength: self.wavelength,
            delay: self.delay,
            overload: self.overload,
            kerr_choices: Vec::new(),
            echo_beat: self.echo_beat,
            converter: self.converter,
            notes: self.notes,
            warnings: self.warnings,
        })
    }

    /// The driver, with what the receiver's clock recovery leaves of its sinusoidal jitter.
    fn driver_as_received(&mut self) -> Driver {
        let mut driver = self.driver.clone().unwrap_or_default();
        let sent = driver.jitter.sinusoidal;
        if sent.peak_to_peak == 0.0 {
            return driver;
        }
        let (link, rate) = (self.link, self.link.signal.symbol_rate);
        let bandwidth = link.sampler.clock_recovery_bandwidth;
        let left = sent.left_by(bandwidth);
        driver.jitter.sinusoidal = left;
        self.notes.push(if bandwidth > 0.0 {
            format!(
                "of {:.3} UI of sinusoidal jitter at {} MHz the clock recovery leaves {:.4} UI",
                sent.peak_to_peak,
                sent.frequency / 1e6,
                left.peak_to_peak
            )
        } else {
            "no clock recovery follows the sinusoidal jitter; give clock_recovery_bandwidth_mhz where one does"
                .to_owned()
        });
        if sent.frequency > SLOW_JITTER * rate {
            self.warnings.push(format!(
                "sinusoidal jitter of {} MHz is not slow against the link's response: outside Monte Carlo all \
                 edges that a decision depends on are taken to move together",
                sent.frequency / 1e6
            ));
        }
        if link.engine.method == Method::MonteCarlo
            && 10.0 * rate / sent.frequency > link.engine.monte_carlo.maximum_symbols as f64
        {
            self.warnings.push(
                "fewer than ten cycles of the sinusoidal jitter are counted: raise maximum_symbols"
                    .to_owned(),
            );
        }
        driver
    }

    /// The converter, behind which everything is digital.
    fn converter(&mut self, converter: &AnalogToDigitalConverter) -> Result<(), Refused> {
        self.need(
            Domain::Electrical,
            "a converter takes a voltage or a current, but light arrives here",
        )?;
        if self.margin_gain.is_none() {
            return refuse("it stands behind the receiver's input");
        }
        if let Err(error) = converter.check() {
            return refuse(error.to_string());
        }
        if matches!(converter.full_scale, FullScale::Voltage(_)) && self.responsivity.is_some() {
            return refuse(
                "what is decided on in an optical link is the photocurrent: give full_scale_over_rms in \
                 the place of full_scale_v",
            );
        }
        if self.link.sampler.jitter.is_drawn() {
            return refuse(
                "its samples are the receiver's: give aperture_jitter_fs in the place of the sampler's \
                 random_jitter_ui and dual_dirac_jitter_ui",
            );
        }
        self.converter = Some(*converter);
        Ok(())
    }

    fn stage(&mut self, name: &str, stage: &Stage) -> Result<(), Refused> {
        if self.converter.is_some() {
            return refuse("it stands behind the converter, where everything is digital");
        }
        match stage {
            Stage::Driver(driver) => {
                if self.driver.is_some() {
                    return refuse("a link has one driver");
                }
                if !self.operations.is_empty() || !self.shaping.is_empty() {
                    return refuse("the driver comes first");
                }
                driver.response.check().map_err(LinkError::from)?;
                self.driver = Some(driver.clone());
            }
            Stage::Laser(laser) => {
                if self.laser.is_some() {
                    return refuse("a link has one laser");
                }
                self.laser = Some(*laser);
            }
            Stage::ElectroAbsorptionModulator(modulator) => {
                self.modulate(
                    name,
                    &modulator.field(),
                    &modulator.response,
                    modulator.launch,
                    redriver::swing_of(stage),
                )?;
            }
            Stage::MachZehnderModulator(modulator) => {
                self.modulate(
                    name,
                    &modulator.field(),
                    &modulator.response,
                    modulator.launch,
                    redriver::swing_of(stage),
                )?;
            }
            Stage::Vcsel(vcsel) => self.emit(name, vcsel)?,
            Stage::MultimodeFiber(fiber) => self.multimode_fiber(name, fiber)?,
            Stage::Fiber(fiber) => self.single_mode_fiber(name, fiber, None)?,
            Stage::KerrFiber(fiber) => {
                self.single_mode_fiber(name, &fiber.linear, Some(fiber.kerr))?;
            }
            Stage::OpticalLoss(loss) => {
                if let (Domain::Power, Some(light)) = (self.domain, &mut self.power_light) {
                    light.half_amplitude *= loss.transmission;
                    self.push(name, Operation::Linear(Linear::PowerLoss(*loss)));
                    return Ok(());
                }
                self.need(
                    Domain::Optical,
                    "there is no light yet to lose: a modulator must come before it",
                )?;
                self.push(name, Operation::Linear(Linear::Loss(*loss)));
            }
            Stage::OpticalFilter(filter) => self.optical_filter(name, filter)?,
            Stage::Amplifier(amplifier) => self.amplify(name, amplifier)?,
            Stage::Photoreceiver(receiver) => self.detect(name, receiver)?,
            Stage::Twinax(_)
            | Stage::Network(_)
            | Stage::Package(_)
            | Stage::Board(_)
            | Stage::ElectricalConnector(_)
            | Stage::Crosstalk(_) => self.copper(name, stage)?,
            Stage::ElectricalReceiver(receiver) => self.receive_voltage(name, receiver)?,
            Stage::Redriver(redriver) => self.redrive(name, redriver)?,
            Stage::Converter(converter) => self.converter(converter)?,
            Stage::Ctle(ctle) => {
                self.need(
                    Domain::Electrical,
                    "an electrical equaliser needs a voltage, but light arrives here",
                )?;
                self.electrical_linear(name, Linear::Ctle(*ctle));
            }
            Stage::Filter(response) => {
                self.need(
                    Domain::Electrical,
                    "an electrical filter needs a voltage, but light arrives here",
                )?;
                response.check().map_err(LinkError::from)?;
                self.electrical_linear(name, Linear::Response(response.clone()));
            }
            Stage::AcCoupling(coupling) => {
                if self.margin_gain.is_none() {
                    return refuse("AC coupling is modelled behind the receiver's input only");
                }
                if !(coupling.corner > 0.0
                    && coupling.corner * 100.0 < self.link.signal.symbol_rate)
                {
                    return refuse(format!(
                        "a corner of {:.4e} Hz cannot be: it must be positive and below 1 % of the \
                         symbol rate",
                        coupling.corner
                    ));
                }
                self.push(name, Operation::HighPass(coupling.corner));
            }
        }
        Ok(())
    }

    fn single_mode_fiber(
        &mut self,
        name: &str,
        fiber: &SingleModeFiber,
        kerr: Option<KerrCoefficient>,
    ) -> Result<(), Refused> {
        if self.domain == Domain::Power {
            return refuse(
                "single-mode fibre carries a field, and the light of a vcsel is a power in many \
                 modes: use multimode_fiber",
            );
        }
        self.need(
            Domain::Optical,
            "fibre carries light: a modulator must come before it",
        )?;
        let wavelength = self.wavelength.unwrap_or(f64::NAN);
        fiber.check().map_err(LinkError::from)?;
        fiber
            .attenuation_db_per_m(wavelength)
            .map_err(LinkError::from)?;
        let gamma = match kerr {
            Some(kerr) => kerr.at(wavelength).map_err(LinkError::from)?,
            None => 0.0,
        };
        self.delay += fiber.delay();
        let linear = Linear::Fiber(fiber.clone(), wavelength);
        let operation = if gamma > 0.0 && fiber.length > 0.0 {
            Operation::KerrFiber(linear, gamma)
        } else {
            Operation::Linear(linear)
        };
        self.push(name, operation);
        Ok(())
    }

    /// Says what a measured response leaves to assumption.
    fn say_what_was_measured(&mut self, name: &str, stage: &Stage) {
        if let Stage::Network(channel) = stage {
            self.say_what_network_was_given(name, channel);
        }
        let responses: Vec<&Response> = match stage {
            Stage::Driver(driver) => vec![&driver.response],
            Stage::ElectroAbsorptionModulator(modulator) => vec![&modulator.response],
            Stage::MachZehnderModulator(modulator) => vec![&modulator.response],
            Stage::Vcsel(vcsel) => vec![&vcsel.parasitic_response, &vcsel.response],
            Stage::Photoreceiver(receiver) => {
                vec![&receiver.photodiode_response, &receiver.response]
            }
            Stage::ElectricalReceiver(receiver) => vec![&receiver.response],
            Stage::Filter(response) => vec![response],
            Stage::Redriver(redriver) => vec![&redriver.response],
            _ => Vec::new(),
        };
        for response in responses {
            let Response::Measured(measured) = response else {
                continue;
            };
            if measured.is_minimum_phase() {
                self.warnings.push(format!(
                    "{name}: only the magnitude of the response was measured; its phase is the \
                     minimum phase that belongs to it"
                ));
            }
            if measured.highest_frequency() < 0.75 * self.link.signal.symbol_rate {
                self.warnings.push(format!(
                    "{name}: the response was measured up to {:.1} GHz only; its magnitude is held \
                     beyond",
                    measured.highest_frequency() / 1e9
                ));
            }
        }
    }

    /// Says where the data of a network end early or are not passive.
    fn say_what_network_was_given(&mut self, name: &str, channel: &ChannelTransfer) {
        let top = channel.highest_frequency();
        if top < 0.75 * self.link.signal.symbol_rate {
            self.warnings.push(format!(
                "{name}: the network's data end at {:.1} GHz; beyond, its loss in dB and its phase go on \
                 as straight lines",
                top / 1e9
            ));
        }
        let (gain, frequency) = channel.largest_gain();
        if gain > LARGEST_PASSIVE_GAIN {
            self.warnings.push(format!(
                "{name}: the network is not passive: it transmits {gain:.4} of what it takes at {:.3} GHz",
                frequency / 1e9
            ));
        }
    }

    fn need(&self, domain: Domain, reason: &str) -> Result<(), Refused> {
        if self.domain == domain {
            Ok(())
        } else {
            refuse(reason)
        }
    }

    /// An electrical link gets its amplitude where the first electrical stage takes the voltage. What
    /// drives a modulator stays in units of its outer levels: the modulator's swing says the voltage.
    /// Only where a redriver stands in front of it is it a voltage up to the modulator.
    fn electrical_source(&mut self, name: &str) -> Result<(), Refused> {
        if self.operations.is_empty() && redriver::begins_in_volts(&self.link.stages) {
            let Some(driver) = self.driver.clone() else {
                return refuse("an electrical link begins with a driver");
            };
            let index = std::mem::replace(&mut self.stage_index, usize::MAX);
            self.push(name, Operation::Linear(Linear::Gain(driver.amplitude)));
            self.driver_noise(&driver);
            self.stage_index = index;
        }
        Ok(())
    }

    fn electrical_linear(&mut self, name: &str, linear: Linear) {
        if self.operations.is_empty() {
            self.shaping.push(DriveResponse::new(linear));
        } else {
            self.push(name, Operation::Linear(linear));
        }
    }
}

/// Why a stage does not fit.
enum Refused {
    Because(String),
    Error(LinkError),
}

impl From<LinkError> for Refused {
    fn from(error: LinkError) -> Self {
        Self::Error(error)
    }
}

fn refuse<T>(reason: impl Into<String>) -> Result<T, Refused> {
    Err(Refused::Because(reason.into()))
}
