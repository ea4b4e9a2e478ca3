//! Power that chromatic dispersion costs a whole NRZ link, with and without chirp, by the
//! semi-analytic engine.

use super::checks::{Case, CaseError, Checks, Reason, Tolerance};
use super::links;
use eyespan::config::find_length;
use eyespan::fiber::Dispersion;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, Stage, Target};
use eyespan::math::find_root;
use eyespan::signal::Response;
use eyespan::study::find_reach;
use eyespan::study::reach::ReachSettings;
use eyespan::transmitter::LaunchLevel;

const AREA: &str = "dispersion penalty";
const SOURCE: &str =
    "derive/dispersion_penalty.py (no closed form; stands on convergence, 64 samples a bit)";
/// Error ratio at which powers are compared.
const TARGET: f64 = 1e-12;
/// Samples a symbol.
const SAMPLES: usize = 64;

/// A link of infinite extinction (as far as the modulator goes), power linear in the drive, both
/// filters at 0.75 of the symbol rate, white noise only.
fn link(symbol_rate: f64, alpha_h: f64, ps_per_nm: f64) -> Link {
    let bandwidth = 0.75 * symbol_rate;
    links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        SAMPLES,
        vec![
            links::driver(Response::Gaussian { bandwidth }),
            Stage::Laser(links::laser(1.0, 1550e-9)),
            links::linear_modulator(1e9, alpha_h, LaunchLevel::FromLaser),
            links::accumulated_dispersion(ps_per_nm),
            // Shot noise cannot be switched off: at a watt it is lost in this much white noise.
            Stage::Photoreceiver(links::photoreceiver(
                1.0,
                1e-6,
                Response::BesselThomson4 { bandwidth },
            )),
        ],
    )
}

/// Loss in dB in front of the receiver at which the error ratio is [`TARGET`].
fn tolerable_loss(link: &Link) -> Result<f64, CaseError> {
    let mut engine = SemiAnalytic::new(link)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() - TARGET.log10())
        },
        -20.0,
        20.0,
        1e-4,
        100,
    )?;
    Ok(root.x)
}

/// Extra power in dB that each accumulated dispersion (ps/nm) costs.
fn penalties(symbol_rate: f64, alpha_h: f64, dispersions: &[f64]) -> Result<Vec<f64>, CaseError> {
    let without = tolerable_loss(&link(symbol_rate, alpha_h, 0.0))?;
    dispersions
        .iter()
        .map(|&d| Ok(without - tolerable_loss(&link(symbol_rate, alpha_h, d))?))
        .collect()
}

/// Name, symbol rate in Bd, α, and penalties in dB at accumulated dispersions in ps/nm.
type Row = (&'static str, f64, f64, &'static [(f64, f64)]);

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let rows: [Row; 3] = [
        (
            "nrz-penalty/10.3125-gbd-chirp-free",
            10.3125e9,
            0.0,
            &[
                (400.0, 0.038_61),
                (800.0, 0.3852),
                (1000.0, 0.6668),
                (1200.0, 1.066),
                (1400.0, 1.595),
                (1600.0, 2.236),
            ],
        ),
        (
            "nrz-penalty/25.78125-gbd-alpha+1",
            25.78125e9,
            1.0,
            &[(32.0, 0.5047), (64.0, 1.139), (96.0, 1.943), (128.0, 2.851)],
        ),
        (
            "nrz-penalty/25.78125-gbd-alpha-0.7",
            25.78125e9,
            -0.7,
            &[
                (64.0, -0.2652),
                (128.0, -0.1569),
                (192.0, 0.084_97),
                (256.0, 0.9223),
            ],
        ),
    ];
    let mut cases: Vec<Case> = rows
        .into_iter()
        .map(|(name, symbol_rate, alpha_h, expected)| {
            Case::new(AREA, name, move || {
                let mut checks = Checks::from(SOURCE);
                let dispersions: Vec<f64> = expected.iter().map(|(d, _)| *d).collect();
                let computed = penalties(symbol_rate, alpha_h, &dispersions)?;
                for (&(dispersion, expected), computed) in expected.iter().zip(computed) {
                    checks.add(
                        format!("penalty at {dispersion} ps/nm"),
                        "dB",
                        computed,
                        expected,
                        Tolerance::Absolute(0.03, Reason::Grid),
                    );
                }
                checks.done()
            })
        })
        .collect();
    cases.push(Case::new(
        AREA,
        "nrz-penalty/sign-of-chirp-against-dispersion",
        || {
            // E = √P·e^{j(α/2)ln P} and exp(−jβ2ω²L/2): α and D enter as their product, and the
            // pulse is compressed first where it is negative.
            let mut checks = Checks::from(
                "Koyama & Iga, J. Lightwave Technol. 6, 87 (1988), DOI 10.1109/50.3969: chirp and \
                 dispersion enter as α·D",
            );
            let at =
                |alpha_h: f64, d: f64| Ok::<_, CaseError>(penalties(25.78125e9, alpha_h, &[d])?[0]);
            let (blue_normal, red_normal) = (at(1.0, 96.0)?, at(-1.0, 96.0)?);
            let (blue_anomalous, red_anomalous) = (at(1.0, -96.0)?, at(-1.0, -96.0)?);
            let same = Tolerance::Absolute(1e-3, Reason::Grid);
            checks.add(
                "α −1, D < 0 as α +1, D > 0",
                "dB",
                red_anomalous,
                blue_normal,
                same,
            );
            checks.add(
                "α +1, D < 0 as α −1, D > 0",
                "dB",
                blue_anomalous,
                red_normal,
                same,
            );
            checks.add(
                "α·D > 0 above α·D < 0, 96 ps/nm",
                "dB",
                blue_normal,
                red_normal + 1.0,
                Tolerance::AtLeast,
            );
            checks.done()
        },
    ));
    cases.push(Case::new(
        AREA,
        "reach/sign-of-chirp-against-dispersion",
        || {
            let mut checks = Checks::from(
                "Koyama & Iga, J. Lightwave Technol. 6, 87 (1988), DOI 10.1109/50.3969: chirp and \
             dispersion enter as α·D",
            );
            // 17 ps/(nm·km), 3 dB more light than the noise alone asks for.
            let at = |alpha_h: f64, sign: f64| -> Result<f64, CaseError> {
                let mut link = link(25.78125e9, alpha_h, 0.0);
                let loss = tolerable_loss(&link)? - 3.0;
                for named in &mut link.stages {
                    match &mut named.stage {
                        Stage::Fiber(fiber) => {
                            fiber.length = 1e3;
                            fiber.dispersion = Dispersion::AtWavelength {
                                reference: None,
                                coefficient: sign * 17e-6,
                                slope: 0.0,
                            };
                        }
                        Stage::Photoreceiver(receiver) => {
                            receiver.responsivity *= 10f64.powf(-loss / 10.0);
                        }
                        _ => {}
                    }
                }
                link.target = Target::PreFecBer(TARGET);
                let stage = find_length(&link).unwrap_or(0);
                let settings = ReachSettings {
                    scan_points: 0,
                    causes: false,
                    longest: None,
                };
                Ok(find_reach(&link, stage, settings)?.length.unwrap_or(0.0) / 1e3)
            };
            let (worse, better) = (at(1.0, 1.0)?, at(-1.0, 1.0)?);
            let (mirrored_better, mirrored_worse) = (at(1.0, -1.0)?, at(-1.0, -1.0)?);
            checks.add(
                "reach, α·D < 0 over α·D > 0, D > 0",
                "km",
                better,
                1.5 * worse,
                Tolerance::AtLeast,
            );
            let same = Tolerance::Relative(5e-3, Reason::Grid);
            checks.add(
                "reach, α −1, D < 0 as α +1, D > 0",
                "km",
                mirrored_worse,
                worse,
                same,
            );
            checks.add(
                "reach, α +1, D < 0 as α −1, D > 0",
                "km",
                mirrored_better,
                better,
                same,
            );
            checks.done()
        },
    ));
    cases
}
