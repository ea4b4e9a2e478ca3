//! What a link is: format, stages in order, equaliser, target and engine.

use super::crosstalk::Crosstalk;
use super::light::{AmplifierStage, OpticalFilterStage, PolarizationEffects};
use crate::copper::{
    BoardTrace, Connector, ContinuousTimeLinearEqualizer, Device, Redriver, TwinaxCable,
};
use crate::equalizer::Equalizer;
use crate::fec::ForwardErrorCorrection;
use crate::fiber::{EchoPhase, KerrFiber, MultimodeFiber, SingleModeFiber};
use crate::format::{Modulation, Pattern};
use crate::network::ChannelTransfer;
use crate::receiver::{AcCoupling, AnalogToDigitalConverter, ElectricalReceiver, Photoreceiver};
use crate::signal::Response;
use crate::transmitter::{
    Driver, ElectroAbsorptionModulator, Jitter, Laser, MachZehnderModulator, Vcsel,
};

/// One lane of a link, from bits to decision, in SI units.
#[derive(Debug, Clone)]
pub struct Link {
    /// What the user calls it.
    pub name: String,
    /// Levels, symbol rate and pattern.
    pub signal: SignalFormat,
    /// What the signal passes, in order.
    pub stages: Vec<NamedStage>,
    /// The equaliser in front of the decision.
    pub equalizer: Equalizer,
    /// When and against what the receiver decides.
    pub sampler: Sampler,
    /// Error correction.
    pub fec: ForwardErrorCorrection,
    /// What the link has to reach.
    pub target: Target,
    /// How it is computed.
    pub engine: EngineSettings,
    /// Seed of every random stream.
    pub seed: u64,
    /// Where each part's numbers come from, and what is assumed.
    pub sources: Vec<PartSource>,
    /// What the user should know about the description: a part used outside its validity, say.
    pub warnings: Vec<String>,
}

/// Modulation format, rate and test pattern.
#[derive(Debug, Clone, PartialEq)]
pub struct SignalFormat {
    /// Levels, their positions and labels.
    pub modulation: Modulation,
    /// Symbols per second, Bd.
    pub symbol_rate: f64,
    /// Pattern of the symbols.
    pub pattern: Pattern,
}

/// A stage and the name it is called by.
#[derive(Debug, Clone, PartialEq)]
pub struct NamedStage {
    /// The stage's own name, or its kind where it has none.
    pub name: String,
    /// What it does.
    pub stage: Stage,
    /// Power that it reflects over the power that arrives; 0 for none.
    pub reflectance: f64,
    /// What it does to the polarisation of light.
    pub polarization: PolarizationEffects,
}

impl NamedStage {
    /// A stage that reflects nothing and leaves polarisation alone.
    pub fn new(name: impl Into<String>, stage: Stage) -> Self {
        Self {
            name: name.into(),
            stage,
            reflectance: 0.0,
            polarization: PolarizationEffects::default(),
        }
    }
}

/// One stage of a link.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// Electrical source.
    Driver(Driver),
    /// Light source of the modulator that follows.
    Laser(Laser),
    /// Electro-absorption modulator.
    ElectroAbsorptionModulator(ElectroAbsorptionModulator),
    /// Mach–Zehnder modulator.
    MachZehnderModulator(MachZehnderModulator),
    /// Multimode laser that is modulated directly.
    Vcsel(Vcsel),
    /// Single-mode fibre.
    Fiber(SingleModeFiber),
    /// Single-mode fibre with the Kerr effect.
    KerrFiber(KerrFiber),
    /// Multimode fibre, which carries the power of a multimode laser.
    MultimodeFiber(MultimodeFiber),
    /// A connector, splice or attenuator: light lost without any other effect.
    OpticalLoss(OpticalLoss),
    /// Optical band-pass or port of a multiplexer.
    OpticalFilter(OpticalFilterStage),
    /// Optical amplifier.
    Amplifier(AmplifierStage),
    /// Photodiode and transimpedance amplifier.
    Photoreceiver(Photoreceiver),
    /// Differential copper cable.
    Twinax(TwinaxCable),
    /// Measured or simulated differential channel.
    Network(ChannelTransfer),
    /// Die loads and package, at the driver or at the receiver.
    Package(Device),
    /// Trace pair of a board.
    Board(BoardTrace),
    /// Connector of boards and cables.
    ElectricalConnector(Connector),
    /// Crosstalk into the copper stage in front.
    Crosstalk(Crosstalk),
    /// Input of an electrical receiver.
    ElectricalReceiver(ElectricalReceiver),
    /// Continuous-time linear equaliser.
    Ctle(ContinuousTimeLinearEqualizer),
    /// A filter in the electrical path.
    Filter(Response),
    /// A coupling capacitor.
    AcCoupling(AcCoupling),
    /// Linear amplifier with peaking in the electrical path.
    Redriver(Redriver),
    /// Analogue-to-digital converter in front of a digital equaliser.
    Converter(AnalogToDigitalConverter),
}

impl Stage {
    /// Loss, dispersion and length of a single-mode fibre, with the Kerr effect or without.
    pub fn single_mode_fiber(&self) -> Option<&SingleModeFiber> {
        match self {
            Self::Fiber(fiber) => Some(fiber),
            Self::KerrFiber(fiber) => Some(&fiber.linear),
            _ => None,
        }
    }

    /// The same, to be changed.
    pub fn single_mode_fiber_mut(&mut self) -> Option<&mut SingleModeFiber> {
        match self {
            Self::Fiber(fiber) => Some(fiber),
            Self::KerrFiber(fiber) => Some(&mut fiber.linear),
            _ => None,
        }
    }
}

/// Light lost in a lumped element.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OpticalLoss {
    /// What it is.
    pub kind: OpticalLossKind,
    /// Fraction of the power that passes, 0–1.
    pub transmission: f64,
}

/// Kinds of lumped optical loss.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OpticalLossKind {
    /// A mated connector pair.
    Connector,
    /// A splice.
    Splice,
    /// An attenuator, or loss allocated without saying where.
    Attenuator,
    /// Bent fibre.
    Bend,
}

/// When the receiver samples, and against which thresholds it decides.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Sampler {
    /// Sampling phase.
    pub phase: SamplingPhase,
    /// Decision thresholds.
    pub thresholds: Thresholds,
    /// Jitter of the sampling clock.
    pub jitter: Jitter,
    /// Bandwidth (Hz) of the clock recovery, which follows sinusoidal jitter of the transmitter as a low-pass
    /// of first order; 0 where the sampling clock follows nothing.
    pub clock_recovery_bandwidth: f64,
}

/// Sampling phase within the unit interval.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum SamplingPhase {
    /// The phase with the fewest errors.
    #[default]
    Optimum,
    /// This much later than the phase with the least mean-square error, UI.
    Offset(f64),
}

/// Decision thresholds between levels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Thresholds {
    /// Those with the fewest errors.
    #[default]
    Optimum,
    /// Half way between the mean levels.
    Midway,
}

/// What the link has to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Target {
    /// Bit error ratio in front of the error correction.
    PreFecBer(f64),
    /// Bit error ratio behind it.
    PostFecBer(f64),
}

/// How a link is computed.
#[derive(Debug, Clone, PartialEq)]
pub struct EngineSettings {
    /// Which engine.
    pub method: Method,
    /// Samples per symbol of the waveforms.
    pub samples_per_symbol: usize,
    /// What the phases of the paths of reflections do.
    pub reflection_phase: EchoPhase,
    /// Settings of the Monte-Carlo engine.
    pub monte_carlo: MonteCarloSettings,
}

/// The engines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// A noise-free pattern with noise carried as densities.
    SemiAnalytic,
    /// Counted errors.
    MonteCarlo,
    /// Densities from the pulse response; of electrical links that are linear.
    Statistical,
}

/// When a Monte-Carlo run stops, and how it is cut into blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MonteCarloSettings {
    /// Stop when the half-width of the 95 % interval falls below this fraction of the error ratio.
    pub relative_error: f64,
    /// Stop at the latest after this many symbols.
    pub maximum_symbols: u64,
    /// Samples of a block, a power of two; None for what suits the memory of the responses.
    pub block_samples: Option<usize>,
    /// What a decision feedback equaliser feeds back, in both engines.
    pub feedback: Feedback,
}

/// What a decision feedback equaliser feeds back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Feedback {
    /// Its own decisions, so that an error can cause more.
    Decisions,
    /// The symbols that were sent: errors do not propagate.
    Sent,
}

/// Where a part's numbers come from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartSource {
    /// Stage or table of the link that uses the part.
    pub used_by: String,
    /// Name of the part.
    pub part: String,
    /// Document the numbers are from.
    pub title: String,
    /// "standard", "datasheet", "paper" or "assumed".
    pub kind: String,
    /// What the part leaves out or assumes.
    pub note: String,
}
