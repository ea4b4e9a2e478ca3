//! Links the cases are made of.

use eyespan::equalizer::Equalizer;
use eyespan::fec::ForwardErrorCorrection;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, EchoPhase, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::{
    EngineSettings, Feedback, Link, Method, MonteCarloSettings, NamedStage, Sampler, SignalFormat,
    Stage, Target,
};
use eyespan::receiver::{NoiseDensity, Photoreceiver};
use eyespan::signal::Response;
use eyespan::transmitter::{
    Driver, ElectroAbsorptionModulator, ElectroAbsorptionTransfer, Laser, LaunchLevel,
};

/// A link of given stages: no equaliser, best phase and thresholds, no error correction.
pub fn link(
    modulation: Modulation,
    symbol_rate: f64,
    pattern: Pattern,
    samples_per_symbol: usize,
    stages: Vec<Stage>,
) -> Link {
    Link {
        name: "validation".to_owned(),
        signal: SignalFormat {
            modulation,
            symbol_rate,
            pattern,
        },
        stages: stages
            .into_iter()
            .enumerate()
            .map(|(i, stage)| NamedStage::new(format!("stage {}", i + 1), stage))
            .collect(),
        equalizer: Equalizer::default(),
        sampler: Sampler::default(),
        fec: ForwardErrorCorrection::None,
        target: Target::PreFecBer(1e-12),
        engine: EngineSettings {
            method: Method::SemiAnalytic,
            samples_per_symbol,
            reflection_phase: EchoPhase::Drifting,
            monte_carlo: MonteCarloSettings {
                relative_error: 0.1,
                maximum_symbols: 1 << 24,
                block_samples: Some(1 << 14),
                feedback: Feedback::Sent,
            },
        },
        seed: 1,
        sources: Vec::new(),
        warnings: Vec::new(),
    }
}

/// A driver with one response and nothing else.
pub fn driver(response: Response) -> Stage {
    Stage::Driver(Driver {
        response,
        ..Driver::default()
    })
}

/// A laser without noise; `power` in W enters the modulator.
pub fn laser(power: f64, wavelength: f64) -> Laser {
    Laser {
        power,
        wavelength,
        relative_intensity_noise: 0.0,
        linewidth: 0.0,
    }
}

/// A lossless modulator whose power is linear in the drive.
pub fn linear_modulator(extinction_ratio: f64, alpha_h: f64, launch: LaunchLevel) -> Stage {
    Stage::ElectroAbsorptionModulator(ElectroAbsorptionModulator {
        transmission: 1.0,
        transfer: ElectroAbsorptionTransfer::Linear {
            extinction_ratio,
            alpha_h,
        },
        response: Response::Flat,
        launch,
    })
}

/// A lossless fibre of an accumulated dispersion in ps/nm.
pub fn accumulated_dispersion(ps_per_nm: f64) -> Stage {
    Stage::Fiber(SingleModeFiber {
        length: 1e3 * ps_per_nm.abs() / 17.0,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 17e-6 * ps_per_nm.signum(),
            slope: 0.0,
        },
        group_index: 1.4682,
    })
}

/// A receiver with white noise of a one-sided density in A/√Hz and no dark current.
pub fn photoreceiver(responsivity: f64, noise: f64, response: Response) -> Photoreceiver {
    Photoreceiver {
        responsivity,
        dark_current: 0.0,
        avalanche: None,
        photodiode_response: Response::Flat,
        noise: NoiseDensity::White(noise * noise),
        response,
        linear_range: None,
        overload: None,
        transimpedance: None,
    }
}
