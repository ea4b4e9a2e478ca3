//! Gain and noise of amplifiers, behind filters and without.

use super::super::checks::{CaseError, Check, Checks, Reason, Tolerance};
use super::super::light_links::{amplifier, connector, filter, modulator, open, quality};
use eyespan::amplifier::{ErbiumAmplifier, NoiseFigureDefinition, SemiconductorAmplifier};
use eyespan::link::plan::{LightNoise, NoiseSource, Operation};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{AmplifierStage, LinkAmplifier, Plan, Stage};
use eyespan::signal::optical_filter::MeasuredPassband;
use eyespan::signal::{OpticalFilter, PassbandShape};

/// A filter between two amplifiers narrows the emission of the first only.
pub fn two_amplifiers() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: 4R²PΣS_i + 4R²∫S(ν)²dν (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989)",
    );
    for (power_dbm, loss_db, width, bandwidth, expected) in [
        (-31.0, 20.0, 150e9, 1500e9, 3.742_415),
        (-29.0, 24.0, 100e9, 3000e9, 2.689_278),
    ] {
        let way = vec![
            amplifier(20.0, 6.0, 4000e9),
            connector(10f64.powf(-loss_db / 10.0)),
            Stage::OpticalFilter(filter(width, 4, 0.0)),
            amplifier(20.0, 6.0, bandwidth),
        ];
        let launched = modulator(10.0, 1e-3 * 10f64.powf(power_dbm / 10.0));
        let link = open(launched, way, 1e-15, 16);
        checks.add(
            format!(
                "Q of {power_dbm} dBm, {} GHz between two amplifiers, {} GHz behind",
                width / 1e9,
                bandwidth / 1e9
            ),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Emission behind a passband away from the carrier, and behind a measured one.
pub fn filtered_emission() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "S_sp·T(ν) with T = 2^−(2f/B)², ∫T df = B/2·√(π/ln2); of lines in dB (T2 − T1)·Δf/ln(T2/T1)",
    );
    // Noise figure 4 and gain 100 at 1550 nm: (FG − 1)hν/2.
    let density = 0.5 * (400.0 - 1.0) * 6.626_070_15e-34 * 299_792_458.0 / 1550e-9;
    let measured =
        MeasuredPassband::from_csv("frequency_offset_ghz,amplitude_db\n-50,-31\n0,-1\n50,-31\n")?;
    let triangle = OpticalFilter {
        shape: PassbandShape::Measured(measured),
        centre: 0.0,
        insertion_loss_db: 0.0,
    };
    let ln = std::f64::consts::LN_10;
    for (name, port, at_carrier, peak, bandwidth) in [
        (
            "Gaussian of 60 GHz, 20 GHz away",
            filter(60e9, 1, 20e9).passband,
            2f64.powf(-4.0 / 9.0),
            1.0,
            30e9 * (std::f64::consts::PI / std::f64::consts::LN_2).sqrt(),
        ),
        // From −30 dB to 0 dB over 50 GHz on each side, and held at −30 dB as far as 1 THz.
        (
            "measured, straight in dB",
            triangle,
            10f64.powf(-0.1),
            10f64.powf(-0.1),
            2.0 * (1.0 - 1e-3) * 50e9 / (3.0 * ln) + 900e9 * 1e-3,
        ),
    ] {
        let mut stage = filter(1.0, 1, 0.0);
        stage.passband = port;
        let way = vec![
            amplifier(20.0, 10.0 * 4f64.log10(), 1e12),
            Stage::OpticalFilter(stage),
        ];
        let plan = Plan::new(&open(modulator(10.0, 1e-6), way, 1e-15, 16))?;
        let lights = plan.operations.iter().filter_map(|o| match o.operation {
            Operation::Noise(NoiseSource::Light(light)) => Some(light),
            _ => None,
        });
        let (mut beats, mut own) = (f64::NAN, (f64::NAN, f64::NAN));
        for light in lights {
            match light {
                LightNoise::SignalSpontaneous(found) | LightNoise::CarriedSpontaneous(found) => {
                    beats = found;
                }
                LightNoise::SpontaneousSpontaneous(found, width) => own = (found, width),
                _ => {}
            }
        }
        let close = Tolerance::Relative(1e-9, Reason::RoundOff);
        for (what, unit, value, expected) in [
            (
                "density at the carrier",
                "W/Hz",
                beats,
                density * at_carrier,
            ),
            ("density at the peak", "W/Hz", own.0, density * peak),
            ("noise bandwidth", "Hz", own.1, bandwidth),
        ] {
            checks.add(format!("{what}, {name}"), unit, value, expected, close);
        }
    }
    checks.done()
}

pub fn amplifier_quality() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: 4R²PS + 4R²S²B_o (N. A. Olsson, J. Lightwave Technol. 7, 1071, 1989)",
    );
    for (power_dbm, bandwidth, expected) in [(-28.0, 100e9, 8.9816), (-32.0, 400e9, 5.1166)] {
        let power = 1e-3 * 10f64.powf(power_dbm / 10.0);
        let link = open(
            modulator(10.0, power),
            vec![amplifier(20.0, 6.0, bandwidth)],
            1e-15,
            16,
        );
        // The fall of the noise over the receiver's band, which the closed form leaves out, the shot
        // noise and the neighbours of a symbol: together below 1 %.
        checks.add(
            format!(
                "Q of {power_dbm} dBm into 20 dB, optical bandwidth {} GHz",
                bandwidth / 1e9
            ),
            "",
            quality(&link)?,
            expected,
            Tolerance::Relative(0.01, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Power behind an amplifier that the average power saturates, of either kind.
pub fn saturation() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "derive/amplified_line.py; Saleh et al., IEEE Photonics Technol. Lett. 2(10), 714 (1990)",
    );
    for (power_dbm, expected) in [(-10.0, 9.464_354), (10.0, 21.650_434)] {
        let erbium = ErbiumAmplifier {
            small_signal_gain: 100.0,
            output_saturation_power: Some(10f64.powf(-1.3)),
            noise_figure: 4.0,
            definition: NoiseFigureDefinition::WithShotNoise,
        };
        // P_sat = E_sat/τ_c; at half of the gain G0 the output is P_sat·G0·ln2/(G0 − 2).
        let saturation_power = 10f64.powf(-1.3) * 98.0 / (100.0 * std::f64::consts::LN_2);
        let semiconductor = SemiconductorAmplifier {
            small_signal_gain: 100.0,
            carrier_lifetime: 2e-10,
            saturation_energy: saturation_power * 2e-10,
            linewidth_enhancement: 4.0,
            noise_figure: 4.0,
            definition: NoiseFigureDefinition::WithShotNoise,
        };
        for (kind, amplifier) in [
            ("erbium", LinkAmplifier::Erbium(erbium)),
            ("semiconductor", LinkAmplifier::Semiconductor(semiconductor)),
        ] {
            let stage = Stage::Amplifier(AmplifierStage {
                amplifier,
                optical_bandwidth: 1e11,
                adds_noise: true,
                gain_dynamics: false,
            });
            let launched = modulator(10.0, 1e-3 * 10f64.powf(power_dbm / 10.0));
            let link = open(launched, vec![stage], 1e-9, 16);
            let mut engine = SemiAnalytic::new(&link)?;
            engine.evaluate()?;
            let light = engine.received_light().ok_or("no light")?;
            // The pattern has one mark more than spaces, 0.007 dB.
            checks.add(
                format!("average power behind {kind}, {power_dbm} dBm in front"),
                "dBm",
                10.0 * (light.average_power / 1e-3).log10(),
                expected,
                Tolerance::Absolute(0.01, Reason::Grid),
            );
        }
    }
    checks.done()
}
