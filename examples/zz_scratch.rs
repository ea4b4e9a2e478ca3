use eyespan::equalizer::*;
use eyespan::fec::*;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::*;
use eyespan::format::*;
use eyespan::link::*;
use eyespan::receiver::*;
use eyespan::signal::*;
use eyespan::transmitter::*;
use std::time::Instant;
fn link(noise_pa: f64, pattern: Pattern) -> Link {
    let n = |name: &str, stage| NamedStage {
        name: name.into(),
        stage,
    };
    Link {
        name: "x".into(),
        signal: SignalFormat {
            modulation: Modulation::pam4(),
            symbol_rate: 53.125e9,
            pattern,
        },
        stages: vec![
            n(
                "driver",
                Stage::Driver(Driver {
                    response: Response::BesselThomson4 { bandwidth: 30e9 },
                    ..Driver::default()
                }),
            ),
            n(
                "laser",
                Stage::Laser(Laser {
                    power: 10e-3,
                    wavelength: 1317.5e-9,
                    relative_intensity_noise: 10f64.powf(-14.2),
                    linewidth: 0.0,
                }),
            ),
            n(
                "eml",
                Stage::ElectroAbsorptionModulator(ElectroAbsorptionModulator {
                    transmission: 0.5,
                    transfer: ElectroAbsorptionTransfer::Linear {
                        extinction_ratio: 10f64.powf(0.45),
                        alpha_h: 0.5,
                    },
                    response: Response::Flat,
                    launch: LaunchLevel::OpticalModulationAmplitude(0.83e-3),
                }),
            ),
            n(
                "fiber",
                Stage::Fiber(SingleModeFiber {
                    length: 500.0,
                    attenuation: Attenuation::Constant(0.4e-3),
                    dispersion: Dispersion::ZeroWavelength {
                        zero_wavelength: 1300e-9,
                        zero_slope: 92.0,
                    },
                    group_index: 1.467,
                }),
            ),
            n(
                "loss",
                Stage::OpticalLoss(OpticalLoss {
                    kind: OpticalLossKind::Attenuator,
                    transmission: 10f64.powf(-0.28),
                }),
            ),
            n(
                "rx",
                Stage::Photoreceiver(Photoreceiver {
                    responsivity: 0.9,
                    dark_current: 0.0,
                    photodiode_response: Response::Flat,
                    noise: NoiseDensity::White((noise_pa * 1e-12).powi(2)),
                    response: Response::BesselThomson4 { bandwidth: 26.5e9 },
                    linear_range: None,
                    overload: None,
                    transimpedance: None,
                }),
            ),
        ],
        equalizer: Equalizer {
            feed_forward_taps: 5,
            ..Equalizer::default()
        },
        sampler: Sampler::default(),
        fec: ForwardErrorCorrection::None,
        target: Target::PreFecBer(2.4e-4),
        engine: EngineSettings {
            method: Method::SemiAnalytic,
            samples_per_symbol: 8,
            monte_carlo: MonteCarloSettings {
                relative_error: 0.03,
                maximum_symbols: 1 << 24,
                block_samples: 1 << 14,
                feedback: Feedback::Decisions,
            },
        },
        seed: 1,
        sources: vec![],
        warnings: vec![],
    }
}
fn main() {
    for (pa, pattern) in [
        (60.0, Pattern::DeBruijn { order: 6 }),
        (60.0, Pattern::Prbs13q),
        (40.0, Pattern::DeBruijn { order: 6 }),
    ] {
        let l = link(pa, pattern);
        let mut e = semi_analytic::SemiAnalytic::new(&l).unwrap();
        let ev = e.evaluate().unwrap();
        println!(
            "{pattern} SA ber {:.4e} ser {:.4e} sample {} {:.3} taps {:?} pre {} mse {:.3e} thr {:?}",
            ev.decided.errors.bit,
            ev.decided.errors.symbol,
            ev.decided.rule.sample,
            ev.decided.rule.fraction,
            ev.decided.rule.taps.feed_forward,
            ev.decided.rule.taps.precursor,
            ev.decided.rule.taps.mean_square_error,
            ev.decided.rule.thresholds
        );
        println!("{:?}", e.received_light());
        let mut best = f64::MAX;
        for _ in 0..20 {
            let t = Instant::now();
            let mut l2 = l.clone();
            l2.stages[3] = NamedStage {
                name: "fiber".into(),
                stage: Stage::Fiber(SingleModeFiber {
                    length: 500.0 + (t.elapsed().subsec_nanos() % 97) as f64,
                    attenuation: Attenuation::Constant(0.4e-3),
                    dispersion: Dispersion::ZeroWavelength {
                        zero_wavelength: 1300e-9,
                        zero_slope: 92.0,
                    },
                    group_index: 1.467,
                }),
            };
            e.change(&l2).unwrap();
            e.evaluate().unwrap();
            best = best.min(t.elapsed().as_secs_f64());
        }
        println!("changed eval {:.3} ms", best * 1e3);
        let mut best = f64::MAX;
        for _ in 0..10 {
            let t = Instant::now();
            let mut f = semi_analytic::SemiAnalytic::new(&l).unwrap();
            f.evaluate().unwrap();
            best = best.min(t.elapsed().as_secs_f64());
        }
        println!("full eval {:.3} ms", best * 1e3);
        e.change(&l).unwrap();
        let ev = e.evaluate().unwrap();
        let mc = monte_carlo::MonteCarlo::new(
            &l,
            e.plan(),
            &ev.decided.rule,
            e.propagation().symbols().len(),
        )
        .unwrap();
        let t = Instant::now();
        let c = mc.run(&Default::default()).unwrap();
        let dt = t.elapsed().as_secs_f64();
        println!(
            "MC {:?} ber {:.4e} {:?}  {:.2} Msym/s block {}",
            c,
            c.bit_error_ratio(&l.signal.modulation),
            c.bit_error_interval(0.9997, &l.signal.modulation),
            c.symbols as f64 / dt / 1e6,
            mc.block_symbols()
        );
    }
}
