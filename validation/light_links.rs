//! Pieces of links with optical filters and amplifiers that several areas have.

use super::checks::CaseError;
use super::links;
use eyespan::amplifier::{ErbiumAmplifier, NoiseFigureDefinition};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{
    AmplifierStage, Link, LinkAmplifier, OpticalFilterStage, OpticalLoss, OpticalLossKind, Stage,
};
use eyespan::signal::{OpticalFilter, PassbandShape, Response};
use eyespan::transmitter::LaunchLevel;

/// A connector, or a loss of any other cause.
pub fn connector(transmission: f64) -> Stage {
    Stage::OpticalLoss(OpticalLoss {
        kind: OpticalLossKind::Connector,
        transmission,
    })
}

/// A Gaussian passband of this width (Hz) and order, so far (Hz) off the carrier.
pub fn filter(width: f64, order: u32, offset: f64) -> OpticalFilterStage {
    OpticalFilterStage {
        passband: OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth: width,
                order,
            },
            centre: offset,
            insertion_loss_db: 0.0,
        },
        adjacent_crosstalk: Vec::new(),
        in_band_crosstalk: 0.0,
    }
}

/// An erbium-doped amplifier that does not saturate.
pub fn amplifier(gain_db: f64, noise_figure_db: f64, optical_bandwidth: f64) -> Stage {
    Stage::Amplifier(AmplifierStage {
        amplifier: LinkAmplifier::Erbium(ErbiumAmplifier {
            small_signal_gain: 10f64.powf(gain_db / 10.0),
            output_saturation_power: None,
            noise_figure: 10f64.powf(noise_figure_db / 10.0),
            definition: NoiseFigureDefinition::WithShotNoise,
        }),
        optical_bandwidth,
        adds_noise: true,
        gain_dynamics: false,
    })
}

/// A modulator of finite extinction whose power is linear in the drive, for an average power in W.
pub fn modulator(extinction_db: f64, power: f64) -> Stage {
    let launch = LaunchLevel::AveragePower(power);
    links::linear_modulator(10f64.powf(extinction_db / 10.0), 0.0, launch)
}

/// Two levels whose symbols do not touch each other, 5 GBd behind filters of 15 GHz.
pub fn open(modulator: Stage, way: Vec<Stage>, noise: f64, samples: usize) -> Link {
    let response = Response::Gaussian { bandwidth: 15e9 };
    let mut stages = vec![
        links::driver(response.clone()),
        Stage::Laser(links::laser(1.0, 1550e-9)),
        modulator,
    ];
    stages.extend(way);
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        1.0, noise, response,
    )));
    links::link(
        Modulation::nrz(),
        5e9,
        Pattern::Prbs { order: 9 },
        samples,
        stages,
    )
}

/// Difference of the means of two levels over the sum of their deviations.
pub fn quality(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let samples = engine.evaluate()?.decided.samples;
    let means = samples.means();
    let deviations: Vec<f64> = samples
        .by_level
        .iter()
        .map(|level| {
            let squares: f64 = level.iter().map(|s| s.weight * s.deviation.powi(2)).sum();
            let weight: f64 = level.iter().map(|s| s.weight).sum();
            (squares / weight).sqrt()
        })
        .collect();
    Ok((means[1] - means[0]) / (deviations[0] + deviations[1]))
}
