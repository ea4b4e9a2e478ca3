//! Multimode lasers and fibres as operations on a power.

use super::conversion::{DRIVE_RANGE, TABLE_PIECES};
use super::{Builder, Domain, Linear, LinkError, NoiseSource, Operation, Refused, refuse};
use crate::fiber::MultimodeFiber;
use crate::fiber::multimode::noise::{modal_deviation, mode_partition_deviation};
use crate::receiver::NoiseDensity;
use crate::signal::Table;
use crate::transmitter::Vcsel;
use std::sync::Arc;

/// Light of a multimode laser on its way.
#[derive(Clone, Copy)]
pub(super) struct PowerLight {
    wavelength: f64,
    spectral_width: f64,
    /// Coefficient k of mode-partition noise.
    mode_partition: f64,
    /// Half the modulation amplitude where the light has come to, W.
    pub half_amplitude: f64,
    /// D·L of the fibres so far, s/m.
    accumulated_dispersion: f64,
}

impl Builder<'_> {
    /// A laser that is modulated directly.
    pub(super) fn emit(&mut self, name: &str, vcsel: &Vcsel) -> Result<(), Refused> {
        self.need(Domain::Electrical, "the light is modulated already")?;
        if self.responsivity.is_some() {
            return refuse("the signal has been received already");
        }
        if self.laser.is_some() {
            return refuse("a vcsel makes its own light: a laser cannot come before it");
        }
        let quantities = [
            ("a modulation amplitude (W)", vcsel.modulation_amplitude),
            ("an extinction ratio less one", vcsel.extinction_ratio - 1.0),
            ("a wavelength (m)", vcsel.wavelength),
        ];
        for (quantity, value) in quantities {
            if !(value.is_finite() && value > 0.0) {
                return refuse(format!("{quantity} of {value} cannot be"));
            }
        }
        if !(0.0..=1.0).contains(&vcsel.mode_partition) {
            return refuse(format!(
                "a mode-partition coefficient of {} cannot be: it is 0 to 1",
                vcsel.mode_partition
            ));
        }
        for response in [&vcsel.parasitic_response, &vcsel.response] {
            response.check().map_err(LinkError::from)?;
            self.electrical_linear(name, Linear::Response(response.clone()));
        }
        self.voltage_to_drive(name, None)?;
        let table = Table::new(-DRIVE_RANGE, DRIVE_RANGE, TABLE_PIECES, |x| vcsel.power(x));
        self.push(name, Operation::Emit(Arc::new(table)));
        if vcsel.relative_intensity_noise > 0.0 {
            self.push(
                name,
                Operation::Noise(NoiseSource::RelativeIntensity(
                    vcsel.relative_intensity_noise,
                )),
            );
        }
        self.power_light = Some(PowerLight {
            wavelength: vcsel.wavelength,
            spectral_width: vcsel.spectral_width,
            mode_partition: vcsel.mode_partition,
            half_amplitude: 0.5 * vcsel.modulation_amplitude,
            accumulated_dispersion: 0.0,
        });
        self.wavelength = Some(vcsel.wavelength);
        self.domain = Domain::Power;
        Ok(())
    }

    pub(super) fn multimode_fiber(
        &mut self,
        name: &str,
        fiber: &MultimodeFiber,
    ) -> Result<(), Refused> {
        let (Domain::Power, Some(light)) = (self.domain, self.power_light) else {
            return refuse(match self.domain {
                Domain::Optical => {
                    "multimode fibre carries the power of a multimode laser, and the light here is a \
                     field of one mode: use fiber, or a vcsel"
                }
                _ => "multimode fibre carries light: a vcsel must come before it",
            });
        };
        fiber.check().map_err(LinkError::from)?;
        let transmission = fiber
            .transmission(light.wavelength)
            .map_err(LinkError::from)?;
        let (dispersion, _) = fiber.dispersion.at(light.wavelength);
        let accumulated = light.accumulated_dispersion + dispersion * fiber.length;
        let half_amplitude = light.half_amplitude * transmission;
        self.delay += fiber.delay();
        self.push(
            name,
            Operation::Linear(Linear::MultimodeFiber(
                fiber.clone(),
                light.wavelength,
                light.spectral_width,
            )),
        );
        let symbol_rate = self.link.signal.symbol_rate;
        let partition = |accumulated: f64| {
            mode_partition_deviation(
                light.mode_partition,
                symbol_rate,
                accumulated,
                light.spectral_width,
            )
        };
        // What this fibre adds to the noise of those before it.
        let partition = (partition(accumulated).powi(2)
            - partition(light.accumulated_dispersion).powi(2))
        .max(0.0)
        .sqrt();
        let modal = modal_deviation(fiber.modal_noise_penalty_db);
        let density = |deviation: f64| {
            NoiseDensity::per_period(deviation * half_amplitude, 1.0 / symbol_rate)
        };
        if partition > 0.0 {
            self.push(
                name,
                Operation::Noise(NoiseSource::ModePartition(density(partition))),
            );
        }
        if modal > 0.0 {
            self.push(name, Operation::Noise(NoiseSource::Modal(density(modal))));
        }
        self.power_light = Some(PowerLight {
            half_amplitude,
            accumulated_dispersion: accumulated,
            ..light
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::equalizer::Equalizer;
    use crate::fec::ForwardErrorCorrection;
    use crate::fiber::single_mode::Attenuation;
    use crate::fiber::{Dispersion, ModalDispersion, MultimodeFiber, SingleModeFiber};
    use crate::format::{Modulation, Pattern};
    use crate::link::monte_carlo::{Counts, MonteCarlo, Watch};
    use crate::link::plan::{NoiseSource, Operation};
    use crate::link::semi_analytic::SemiAnalytic;
    use crate::link::{
        EngineSettings, Feedback, Link, Method, MonteCarloSettings, NamedStage, Plan, Sampler,
        SignalFormat, Stage, Target,
    };
    use crate::receiver::{NoiseDensity, Photoreceiver};
    use crate::signal::Response;
    use crate::transmitter::Vcsel;

    const DISPERSION: Dispersion = Dispersion::ZeroWavelength {
        zero_wavelength: 1320e-9,
        zero_slope: 110.0,
    };

    fn vcsel() -> Stage {
        Stage::Vcsel(Vcsel {
            modulation_amplitude: 0.25e-3,
            extinction_ratio: 2.5,
            wavelength: 850e-9,
            spectral_width: 0.4e-9,
            relative_intensity_noise: 1e-14,
            mode_partition: 0.3,
            response: Response::Resonance {
                frequency: 12e9,
                damping: 6e10,
            },
            parasitic_response: Response::SinglePole { bandwidth: 20e9 },
        })
    }

    fn fiber(length: f64) -> Stage {
        Stage::MultimodeFiber(MultimodeFiber {
            length,
            attenuation: Attenuation::Constant(3e-3),
            dispersion: DISPERSION,
            modes: ModalDispersion::Bandwidth(2e12),
            group_index: 1.483,
            modal_noise_penalty_db: 0.3,
        })
    }

    fn receiver() -> Stage {
        Stage::Photoreceiver(Photoreceiver {
            responsivity: 0.55,
            dark_current: 0.0,
            photodiode_response: Response::Flat,
            noise: NoiseDensity::White((150e-12f64).powi(2)),
            response: Response::BesselThomson4 { bandwidth: 8e9 },
            linear_range: None,
            overload: None,
            transimpedance: None,
        })
    }

    fn link(stages: Vec<Stage>) -> Link {
        let named = |stage| NamedStage::new("stage", stage);
        Link {
            name: "multimode".to_owned(),
            signal: SignalFormat {
                modulation: Modulation::nrz(),
                symbol_rate: 10.3125e9,
                pattern: Pattern::Prbs { order: 9 },
            },
            stages: stages.into_iter().map(named).collect(),
            equalizer: Equalizer::default(),
            sampler: Sampler::default(),
            fec: ForwardErrorCorrection::None,
            target: Target::PreFecBer(1e-12),
            engine: EngineSettings {
                method: Method::SemiAnalytic,
                samples_per_symbol: 8,
                monte_carlo: MonteCarloSettings {
                    relative_error: 1e-3,
                    maximum_symbols: 1 << 18,
                    block_samples: Some(1 << 12),
                    feedback: Feedback::Decisions,
                },
            },
            seed: 3,
            sources: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// Mode-partition noise of a plan at its detector: the sum of the densities at low frequency over
    /// the square of what loss leaves of each.
    fn partition(plan: &Plan) -> f64 {
        let mut sum = 0.0;
        for planned in &plan.operations {
            match &planned.operation {
                Operation::Linear(linear) => {
                    let transmission = match linear {
                        super::Linear::MultimodeFiber(fiber, wavelength, _) => {
                            fiber.transmission(*wavelength).unwrap()
                        }
                        other => other.flat_gain().unwrap_or(1.0),
                    };
                    sum *= transmission * transmission;
                }
                Operation::Noise(NoiseSource::ModePartition(density)) => sum += density.at(0.0),
                Operation::Detect(_) => break,
                _ => {}
            }
        }
        sum
    }

    #[test]
    fn two_fibres_make_the_partition_noise_of_one() {
        let one = Plan::new(&link(vec![vcsel(), fiber(200.0), receiver()])).unwrap();
        let two = Plan::new(&link(vec![vcsel(), fiber(80.0), fiber(120.0), receiver()])).unwrap();
        let (one, two) = (partition(&one), partition(&two));
        assert!(one > 0.0 && (two / one - 1.0).abs() < 1e-9, "{one} {two}");
    }

    #[test]
    fn stages_for_a_power_and_for_a_field_do_not_mix() {
        let single = Stage::Fiber(SingleModeFiber {
            length: 10.0,
            attenuation: Attenuation::Constant(0.0),
            dispersion: DISPERSION,
            group_index: 1.47,
        });
        let refused = |stages: Vec<Stage>| Plan::new(&link(stages)).is_err();
        assert!(refused(vec![vcsel(), single, receiver()]));
        assert!(refused(vec![fiber(10.0), vcsel(), receiver()]));
        assert!(refused(vec![vcsel(), vcsel(), receiver()]));
        assert!(refused(vec![vcsel(), fiber(10.0)]));
        assert!(refused(vec![vcsel(), fiber(f64::NAN), receiver()]));
        assert!(!refused(vec![vcsel(), receiver()]));
    }

    #[test]
    fn errors_do_not_depend_on_the_size_of_blocks() {
        let count = |samples: usize| -> Counts {
            let mut link = link(vec![vcsel(), fiber(260.0), receiver()]);
            link.engine.monte_carlo.block_samples = Some(samples);
            let mut engine = SemiAnalytic::new(&link).unwrap();
            let rule = engine.evaluate().unwrap().decided.rule;
            let symbols = engine.propagation().symbols().len();
            let counter = MonteCarlo::new(&link, engine.plan(), &rule, symbols).unwrap();
            counter.run(&Watch::default()).unwrap()
        };
        let (small, large) = (count(1 << 12), count(1 << 14));
        assert!(small.symbol_errors > 20, "{small:?}");
        assert_eq!(small, large);
    }

    #[test]
    fn received_light_is_what_was_sent_less_the_loss() {
        let mut engine = SemiAnalytic::new(&link(vec![vcsel(), fiber(100.0), receiver()])).unwrap();
        engine.evaluate().unwrap();
        let light = engine.received_light().unwrap();
        let kept = 10f64.powf(-0.03);
        assert!((light.modulation_amplitude / (0.25e-3 * kept) - 1.0).abs() < 1e-3);
        assert!((light.extinction_ratio - 2.5).abs() < 1e-3);
        let average = 0.5 * (0.25e-3 / 1.5) * 3.5 * kept;
        assert!(
            (light.average_power / average - 1.0).abs() < 5e-3,
            "{light:?}"
        );
    }
}
