//! Levels of light behind modulators.

use super::checks::{Case, Checks, Reason, Tolerance};
use super::links;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::Stage;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::signal::Response;
use eyespan::transmitter::{LaunchLevel, MachZehnderDrive, MachZehnderModulator};

const AREA: &str = "modulators";
const SOURCE: &str =
    "derive/noise_floors.py (powers of two levels; cos² transfer of a Mach–Zehnder)";

fn decibels(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// A balanced Mach–Zehnder modulator at quadrature, half-wave voltage 4 V.
fn mach_zehnder(drive: MachZehnderDrive, launch: LaunchLevel) -> MachZehnderModulator {
    MachZehnderModulator {
        transmission: 1.0,
        v_pi: 4.0,
        drive,
        bias_offset: 0.0,
        arm_extinction_ratio: f64::INFINITY,
        alpha_h: 0.0,
        response: Response::Flat,
        launch,
    }
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let printed = Tolerance::Relative(5e-8, Reason::PrintedDigit);
    vec![
        Case::new(AREA, "mach-zehnder/quadrature-transfer", move || {
            let mut checks = Checks::from(SOURCE);
            for (swing, ratio, amplitude) in [
                (0.25, 3.502_148_3, 0.382_683_43),
                (0.5, 7.655_513_7, 0.707_106_78),
                (0.75, 14.026_764, 0.923_879_53),
            ] {
                let modulator =
                    mach_zehnder(MachZehnderDrive::Swing(4.0 * swing), LaunchLevel::FromLaser);
                let field = modulator.field();
                let (high, low) = (field(1.0).norm_sqr(), field(-1.0).norm_sqr());
                let of = format!("peak-to-peak swing {swing} Vπ");
                checks.add(
                    format!("extinction ratio, {of}"),
                    "dB",
                    decibels(high / low),
                    ratio,
                    printed,
                );
                checks.add(
                    format!("OMA over peak power, {of}"),
                    "",
                    high - low,
                    amplitude,
                    printed,
                );
            }
            checks.done()
        }),
        Case::new(AREA, "modulation-amplitude/average-power", || {
            let mut checks = Checks::from(SOURCE);
            for (er_db, expected) in [
                (3.5, -1.163_700_1),
                (4.0, -0.649_912_98),
                (5.0, 0.166_104_09),
                (10.0, 2.138_798_2),
            ] {
                let link = links::link(
                    Modulation::pam4(),
                    26.5625e9,
                    Pattern::DeBruijn { order: 4 },
                    16,
                    vec![
                        links::driver(Response::Gaussian { bandwidth: 40e9 }),
                        Stage::Laser(links::laser(1e-3, 1310e-9)),
                        links::linear_modulator(
                            10f64.powf(er_db / 10.0),
                            0.0,
                            LaunchLevel::AveragePower(1e-3),
                        ),
                        Stage::Photoreceiver(links::photoreceiver(
                            1.0,
                            1e-12,
                            Response::Gaussian { bandwidth: 40e9 },
                        )),
                    ],
                );
                let mut engine = SemiAnalytic::new(&link)?;
                engine.evaluate()?;
                let light = engine.received_light().ok_or("no light")?;
                checks.add(
                    format!("outer OMA over average power, extinction ratio {er_db} dB"),
                    "dB",
                    decibels(light.modulation_amplitude / light.average_power),
                    expected,
                    // The modulator's smooth limit at −40 dB moves its lowest level.
                    Tolerance::Absolute(1e-6, Reason::Grid),
                );
            }
            checks.done()
        }),
        Case::new(AREA, "mach-zehnder/levels-equal-in-power", || {
            // Behind a fully driven modulator the outer levels are dark and full, and four levels
            // stay equally spaced in power: drive levels are arcsines.
            let mut checks = Checks::from(
                "P = cos²(π/4 − πV/4Vπ′): equal spacing of P, drive arcsin(level)/(π/2)",
            );
            let link = links::link(
                Modulation::pam4(),
                26.5625e9,
                Pattern::DeBruijn { order: 4 },
                16,
                vec![
                    links::driver(Response::Gaussian { bandwidth: 40e9 }),
                    Stage::Laser(links::laser(1e-3, 1310e-9)),
                    Stage::MachZehnderModulator(mach_zehnder(
                        MachZehnderDrive::Swing(4.0),
                        LaunchLevel::FromLaser,
                    )),
                    Stage::Photoreceiver(links::photoreceiver(
                        1.0,
                        1e-12,
                        Response::Gaussian { bandwidth: 40e9 },
                    )),
                ],
            );
            let engine = SemiAnalytic::new(&link)?;
            let levels = &engine.plan().drive.levels;
            for (k, expected) in [(0, -1.0), (1, -0.216_346_896), (2, 0.216_346_896), (3, 1.0)] {
                checks.add(
                    format!("drive level {k}"),
                    "",
                    levels[k],
                    expected,
                    Tolerance::Absolute(1e-9, Reason::PrintedDigit),
                );
            }
            checks.done()
        }),
    ]
}
