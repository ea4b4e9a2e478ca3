//! What can limit a link, and the link without it.

use crate::fiber::single_mode::Attenuation;
use crate::fiber::{Dispersion, KerrCoefficient, ModalDispersion};
use crate::link::{Link, ModeDispersion, NamedStage, OpticalLossKind, Stage};
use crate::signal::{PassbandShape, Response};
use crate::transmitter::{ElectroAbsorptionTransfer, Jitter};
use serde::Serialize;

/// What can limit a link.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// Loss of the fibre.
    Attenuation,
    /// Chromatic dispersion of the fibre.
    ChromaticDispersion,
    /// The Kerr effect of the fibre.
    KerrEffect,
    /// Dispersion of the modes of a multimode fibre.
    ModalBandwidth,
    /// Loss in the conductors of a cable.
    ConductorLoss,
    /// Loss in the dielectric of a cable.
    DielectricLoss,
    /// Connectors, splices, attenuators, bends, and the loss of optical filters at their centre.
    LumpedLoss,
    /// Light that is reflected twice and beats with the signal.
    Reflections,
    /// What optical filters take from the spectrum of the signal.
    OpticalFiltering,
    /// Signals of other lanes, light of other channels or of the signal's own wavelength from elsewhere.
    Crosstalk,
    /// Differential group delay between the states of polarisation.
    PolarizationModeDispersion,
    /// Loss of the state of polarisation that loses most.
    PolarizationDependentLoss,
    /// Spontaneous emission of optical amplifiers.
    AmplifierNoise,
    /// Noise of redrivers and linear drivers.
    RedriverNoise,
    /// Gain of semiconductor amplifiers that follows the waveform.
    GainDynamics,
    /// Chirp of the modulator.
    Chirp,
    /// Relative intensity noise of the laser.
    RelativeIntensityNoise,
    /// Phase noise of the laser.
    PhaseNoise,
    /// Mode-partition noise of a multimode laser.
    ModePartitionNoise,
    /// Modal noise of a multimode fibre.
    ModalNoise,
    /// Noise of an electrical driver.
    DriverNoise,
    /// Jitter of the transmitter and of the sampler.
    Jitter,
    /// Steps, noise and jitter of an analogue-to-digital converter.
    Converter,
    /// Bandwidth of the transmitter: driver, modulator or directly modulated laser.
    TransmitterBandwidth,
    /// Bandwidth of the receiver, whose noise it also limits.
    ReceiverBandwidth,
    /// Shot noise is part of the receiver's; this is the noise of its amplifier.
    ReceiverNoise,
}

impl Cause {
    /// True for what is taken away wholly. Without any noise of its receiver, or with one of
    /// unlimited bandwidth, no link has a limit, or none is left: these are lessened only, and never
    /// named as what limits a link.
    pub fn is_removable(self) -> bool {
        !matches!(self, Self::ReceiverNoise | Self::ReceiverBandwidth)
    }

    /// In words: what is taken away or, where it is [lessened](Self::is_removable), what there is
    /// instead.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Attenuation => "fibre attenuation",
            Self::ChromaticDispersion => "chromatic dispersion",
            Self::KerrEffect => "Kerr effect",
            Self::ModalBandwidth => "modal bandwidth",
            Self::ModePartitionNoise => "mode-partition noise",
            Self::ModalNoise => "modal noise",
            Self::ConductorLoss => "conductor loss",
            Self::DielectricLoss => "dielectric loss",
            Self::LumpedLoss => "connectors and lumped loss",
            Self::Reflections => "reflections",
            Self::OpticalFiltering => "optical filtering",
            Self::Crosstalk => "crosstalk",
            Self::PolarizationModeDispersion => "polarisation-mode dispersion",
            Self::PolarizationDependentLoss => "polarisation-dependent loss",
            Self::AmplifierNoise => "optical amplifier noise",
            Self::RedriverNoise => "redriver noise",
            Self::GainDynamics => "gain dynamics",
            Self::Chirp => "chirp",
            Self::RelativeIntensityNoise => "relative intensity noise",
            Self::PhaseNoise => "laser phase noise",
            Self::DriverNoise => "driver noise",
            Self::Jitter => "jitter",
            Self::Converter => "analogue-to-digital converter",
            Self::TransmitterBandwidth => "transmitter bandwidth",
            Self::ReceiverBandwidth => "twice the receiver bandwidth",
            Self::ReceiverNoise => "3 dB less receiver noise",
        }
    }
}

/// The link without each of the causes that it has.
pub fn without_each_cause(link: &Link) -> Vec<(Cause, Link)> {
    let mut relieved = Vec::new();
    let mut add = |cause: Cause, change: &dyn Fn(&mut Link)| {
        let mut changed = link.clone();
        change(&mut changed);
        if changed.stages != link.stages || changed.sampler != link.sampler {
            relieved.push((cause, changed));
        }
    };
    let each = |link: &mut Link, change: &dyn Fn(&mut Stage)| {
        for named in &mut link.stages {
            change(&mut named.stage);
        }
    };
    add(Cause::Attenuation, &|link| {
        each(link, &|stage| match stage {
            Stage::Fiber(fiber) => fiber.attenuation = Attenuation::Constant(0.0),
            Stage::KerrFiber(fiber) => fiber.linear.attenuation = Attenuation::Constant(0.0),
            Stage::MultimodeFiber(fiber) => fiber.attenuation = Attenuation::Constant(0.0),
            _ => {}
        });
    });
    add(Cause::ChromaticDispersion, &|link| {
        each(link, &|stage| {
            let none = Dispersion::AtWavelength {
                reference: None,
                coefficient: 0.0,
                slope: 0.0,
            };
            match stage {
                Stage::Fiber(fiber) => fiber.dispersion = none,
                Stage::KerrFiber(fiber) => fiber.linear.dispersion = none,
                // Mode-partition noise, which dispersion makes, goes with it.
                Stage::MultimodeFiber(fiber) => fiber.dispersion = none,
                _ => {}
            }
        });
    });
    add(Cause::KerrEffect, &|link| {
        each(link, &|stage| {
            if let Stage::KerrFiber(fiber) = stage {
                fiber.kerr = KerrCoefficient::Constant(0.0);
            }
        });
    });
    add(Cause::ModalBandwidth, &|link| {
        each(link, &|stage| {
            if let Stage::MultimodeFiber(fiber) = stage {
                fiber.modes = ModalDispersion::None;
            }
        });
    });
    add(Cause::ModePartitionNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Vcsel(vcsel) = stage {
                vcsel.mode_partition = 0.0;
            }
        });
    });
    add(Cause::ModalNoise, &|link| {
        each(link, &|stage| {
            if let Stage::MultimodeFiber(fiber) = stage {
                fiber.modal_noise_penalty_db = 0.0;
            }
        });
    });
    add(Cause::ConductorLoss, &|link| {
        each(link, &|stage| {
            if let Stage::Twinax(cable) = stage {
                cable.conductor.resistivity_at_20_celsius *= 1e-4;
            }
        });
    });
    add(Cause::DielectricLoss, &|link| {
        each(link, &|stage| {
            if let Stage::Twinax(cable) = stage {
                cable.dielectric = cable.dielectric.with_loss_scaled(1e-4);
            }
        });
    });
    add(Cause::LumpedLoss, &|link| {
        each(link, &|stage| {
            if let Stage::OpticalLoss(loss) = stage
                && loss.transmission < 1.0
            {
                loss.transmission = 1.0;
                loss.kind = OpticalLossKind::Connector;
            }
            if let Stage::OpticalFilter(filter) = stage {
                filter.passband.insertion_loss_db = 0.0;
            }
            if let Stage::ElectricalConnector(connector) = stage {
                connector.line.loss_root = 0.0;
                connector.line.loss_linear = 0.0;
            }
        });
    });
    add(Cause::Reflections, &|link| {
        for named in &mut link.stages {
            named.reflectance = 0.0;
        }
    });
    add(Cause::OpticalFiltering, &|link| {
        each(link, &|stage| {
            if let Stage::OpticalFilter(filter) = stage
                && filter.passband.shape != PassbandShape::AllPass
            {
                let kept = filter.passband.at(0.0).norm_sqr();
                // A passband away from the carrier costs it more than the loss at its centre; what
                // the carrier loses stays.
                filter.passband.shape = PassbandShape::AllPass;
                filter.passband.centre = 0.0;
                filter.passband.insertion_loss_db = -10.0 * kept.log10();
            }
        });
    });
    add(Cause::Crosstalk, &|link| {
        each(link, &|stage| {
            if let Stage::OpticalFilter(filter) = stage {
                filter.adjacent_crosstalk.clear();
                filter.in_band_crosstalk = 0.0;
            }
            if let Stage::Crosstalk(crosstalk) = stage {
                crosstalk.aggressors = 0;
            }
        });
    });
    add(Cause::PolarizationModeDispersion, &|link| {
        for named in &mut link.stages {
            named.polarization.mode_dispersion = ModeDispersion::None;
        }
    });
    add(Cause::PolarizationDependentLoss, &|link| {
        for named in &mut link.stages {
            named.polarization.dependent_loss_db = 0.0;
        }
    });
    add(Cause::AmplifierNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Amplifier(amplifier) = stage {
                amplifier.adds_noise = false;
            }
        });
    });
    add(Cause::GainDynamics, &|link| {
        each(link, &|stage| {
            if let Stage::Amplifier(amplifier) = stage {
                amplifier.gain_dynamics = false;
            }
        });
    });
    add(Cause::Chirp, &|link| {
        each(link, &|stage| match stage {
            Stage::ElectroAbsorptionModulator(modulator) => {
                if let ElectroAbsorptionTransfer::Linear { alpha_h, .. } = &mut modulator.transfer {
                    *alpha_h = 0.0;
                }
            }
            Stage::MachZehnderModulator(modulator) => modulator.alpha_h = 0.0,
            _ => {}
        });
    });
    add(Cause::DriverNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Driver(driver) = stage {
                driver.signal_to_noise_db = None;
            }
        });
    });
    add(Cause::RelativeIntensityNoise, &|link| {
        each(link, &|stage| match stage {
            Stage::Laser(laser) => laser.relative_intensity_noise = 0.0,
            Stage::Vcsel(vcsel) => vcsel.relative_intensity_noise = 0.0,
            _ => {}
        });
    });
    add(Cause::PhaseNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Laser(laser) = stage {
                laser.linewidth = 0.0;
            }
        });
    });
    add(Cause::Jitter, &|link| {
        link.sampler.jitter = Jitter::default();
        each(link, &|stage| {
            if let Stage::Driver(driver) = stage {
                driver.jitter = Jitter::default();
            }
        });
    });
    add(Cause::Converter, &|link| {
        let is_converter = |n: &NamedStage| matches!(n.stage, Stage::Converter(_));
        link.stages.retain(|n| !is_converter(n));
    });
    add(Cause::TransmitterBandwidth, &|link| {
        each(link, &|stage| match stage {
            Stage::Driver(driver) => {
                driver.rise_time = 0.0;
                driver.response = Response::Flat;
            }
            Stage::ElectroAbsorptionModulator(modulator) => modulator.response = Response::Flat,
            Stage::MachZehnderModulator(modulator) => modulator.response = Response::Flat,
            Stage::Vcsel(vcsel) => {
                vcsel.response = Response::Flat;
                vcsel.parasitic_response = Response::Flat;
            }
            _ => {}
        });
    });
    add(Cause::ReceiverBandwidth, &|link| {
        each(link, &|stage| match stage {
            Stage::Photoreceiver(receiver) => {
                receiver.photodiode_response = receiver.photodiode_response.widened(2.0);
                receiver.response = receiver.response.widened(2.0);
            }
            Stage::ElectricalReceiver(receiver) => {
                receiver.response = receiver.response.widened(2.0);
            }
            _ => {}
        });
    });
    add(Cause::RedriverNoise, &|link| {
        each(link, &|stage| {
            if let Stage::Redriver(redriver) = stage {
                redriver.noise = 0.0;
            }
        });
    });
    add(Cause::ReceiverNoise, &|link| {
        each(link, &|stage| match stage {
            Stage::Photoreceiver(receiver) => receiver.noise = receiver.noise.scaled(0.5),
            Stage::ElectricalReceiver(receiver) => receiver.noise = receiver.noise.scaled(0.5),
            _ => {}
        });
    });
    relieved
}
