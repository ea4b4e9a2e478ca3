//! Multimode links: noises at the decision, both engines against each other, and the reach of
//! 10GBASE-SR against that of the 10 Gigabit Ethernet link model.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use super::multimode::{fiber, profile};
use eyespan::equalizer::Equalizer;
use eyespan::fiber::multimode::Launch;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{ModalDispersion, MultimodeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::monte_carlo::Watch;
use eyespan::link::{Link, Stage};
use eyespan::receiver::Photoreceiver;
use eyespan::signal::Response;
use eyespan::study::reach::ReachSettings;
use eyespan::study::{find_reach, simulate};
use eyespan::transmitter::{Driver, Jitter, Vcsel};
use eyespan::units::{db_to_power_ratio, dbm_to_watt};

const AREA: &str = "multimode links";
const FLOORS: &str = "closed form: derive/multimode_fiber.py; Ogawa, IEEE J. Quantum Electron. 18, 849 (1982); \
     Agrawal, Fiber-Optic Communication Systems, section 4.6";

/// A fast laser without noise.
fn fast_laser() -> Vcsel {
    Vcsel {
        modulation_amplitude: 1e-3,
        extinction_ratio: 4.0,
        wavelength: 840e-9,
        spectral_width: 0.29e-9,
        relative_intensity_noise: 0.0,
        mode_partition: 0.0,
        response: Response::Flat,
        parasitic_response: Response::BesselThomson4 { bandwidth: 60e9 },
    }
}

/// 10 GBd, two levels, with a receiver far wider than the signal and hardly any noise of its own.
fn wide(vcsel: Vcsel, fiber: MultimodeFiber) -> Link {
    links::link(
        Modulation::nrz(),
        10.3125e9,
        Pattern::Prbs { order: 11 },
        16,
        vec![
            Stage::Driver(Driver::default()),
            Stage::Vcsel(vcsel),
            Stage::MultimodeFiber(fiber),
            Stage::Photoreceiver(links::photoreceiver(
                0.6,
                1e-13,
                Response::BesselThomson4 { bandwidth: 40e9 },
            )),
        ],
    )
}

/// Deviation of one kind of noise at the decision, relative to half the distance of the levels.
fn deviation_of(link: &Link, kind: &str) -> Result<f64, CaseError> {
    let result = simulate(link, &Watch::default())?.result;
    let share = result.noise.iter().find(|noise| noise.kind == kind);
    Ok(share.ok_or("the noise is missing")?.deviation)
}

fn noise_at_the_decision() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(FLOORS);
    let none = || fiber(300.0, ModalDispersion::None);
    let partition = Vcsel {
        mode_partition: 0.3,
        ..fast_laser()
    };
    // The receiver's 40 GHz take 0.5 % of a noise that is 10 GHz wide, the fibre's 17 GHz widen the
    // levels by less.
    checks.add(
        "mode-partition noise, k 0.3, 300 m",
        "",
        deviation_of(&wide(partition, none()), "mode-partition noise")?,
        0.022_129_475_5,
        Tolerance::Relative(1e-2, Reason::Grid),
    );
    let modal = MultimodeFiber {
        modal_noise_penalty_db: 0.3,
        ..fiber(0.0, ModalDispersion::None)
    };
    let expected = (1.0 - 10f64.powf(-0.06)).sqrt() / 7.037;
    checks.add(
        "modal noise of 0.3 dB",
        "",
        deviation_of(&wide(fast_laser(), modal), "modal noise")?,
        expected,
        Tolerance::Relative(1e-2, Reason::Grid),
    );
    // An extinction ratio near one: the noise hardly depends on the pattern.
    let relative = 1e-16;
    let noisy = Vcsel {
        relative_intensity_noise: relative,
        extinction_ratio: 1.1,
        ..fast_laser()
    };
    let mut link = wide(noisy, fiber(0.0, ModalDispersion::None));
    if let Some(Stage::Photoreceiver(receiver)) = link.stages.last_mut().map(|s| &mut s.stage) {
        receiver.response = Response::BesselThomson4 { bandwidth: 20e9 };
    }
    // The levels are 22 and 20 half-amplitudes; noise bandwidth of a fourth-order Bessel–Thomson
    // filter 1.0463 times its bandwidth (derive/noise_floors.py).
    let squares = 0.5 * (22.0f64.powi(2) + 20.0f64.powi(2));
    checks.add(
        "relative intensity noise",
        "",
        deviation_of(&link, "relative intensity noise")?,
        (relative * squares * 1.0463 * 20e9).sqrt(),
        Tolerance::Relative(5e-3, Reason::Grid),
    );
    checks.done()
}

/// Power of a margin must act on the power: with the receiver's noise alone the quality falls with it.
fn margin_is_of_power() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("definition: dB of optical power, 10 lg");
    let mut link = wide(fast_laser(), fiber(0.0, ModalDispersion::None));
    if let Some(Stage::Photoreceiver(receiver)) = link.stages.last_mut().map(|s| &mut s.stage) {
        *receiver = links::photoreceiver(0.6, 30e-12, Response::BesselThomson4 { bandwidth: 40e9 });
    }
    let full = simulate(&link, &Watch::default())?.result;
    if let Some(Stage::Vcsel(vcsel)) = link.stages.get_mut(1).map(|s| &mut s.stage) {
        vcsel.modulation_amplitude *= 0.5;
    }
    let half = simulate(&link, &Watch::default())?.result;
    let margins = full.margin_db.zip(half.margin_db);
    let (full, half) = margins.ok_or("a margin is missing")?;
    checks.add(
        "margin lost with half of the power",
        "dB",
        full - half,
        10.0 * 2f64.log10(),
        // Of the search for a margin.
        Tolerance::Absolute(5e-3, Reason::Grid),
    );
    checks.done()
}

/// 10GBASE-SR with the transmitter, fibre and receiver of the link model.
fn short_reach(product: f64, length: f64, noise: bool) -> Link {
    let bandwidth: f64 = 8.25e9;
    let responsivity: f64 = 0.55;
    // The sensitivity of −11.1 dBm at Q = 7.037, without interference.
    let deviation = responsivity * 0.5 * dbm_to_watt(-11.1) / 7.037;
    let density = deviation / (1.0463 * bandwidth).sqrt();
    let of = |value: f64| if noise { value } else { 0.0 };
    links::link(
        Modulation::nrz(),
        10.3125e9,
        Pattern::Prbs { order: 11 },
        8,
        vec![
            Stage::Driver(Driver {
                jitter: Jitter::drawn(0.0, of(6e-12 * 10.3125e9)),
                ..Driver::default()
            }),
            Stage::Vcsel(Vcsel {
                modulation_amplitude: dbm_to_watt(-3.8 - 1.5),
                extinction_ratio: db_to_power_ratio(3.0035),
                relative_intensity_noise: of(db_to_power_ratio(-139.56)),
                mode_partition: of(0.3),
                // 20–80 % in 35 ps, 1.518 times that 10–90 %, of a Gaussian.
                response: Response::Gaussian {
                    bandwidth: 0.3396 / (1.518 * 35e-12),
                },
                parasitic_response: Response::Flat,
                ..fast_laser()
            }),
            Stage::MultimodeFiber(MultimodeFiber {
                attenuation: Attenuation::Constant(3.622_595e-3),
                modal_noise_penalty_db: of(0.3),
                ..fiber(length, ModalDispersion::Bandwidth(product))
            }),
            Stage::Photoreceiver(links::photoreceiver(
                responsivity,
                density,
                Response::BesselThomson4 { bandwidth },
            )),
        ],
    )
}

fn reach_of(link: &Link) -> Result<f64, CaseError> {
    let settings = ReachSettings {
        scan_points: 0,
        causes: false,
        longest: None,
    };
    let reach = find_reach(link, 2, settings)?;
    Ok(reach.length.ok_or("the link closes at no length")?)
}

/// The reach in the time domain against that of the closed form.
///
/// With attenuation and interference alone the two differ in the eye: an isolated bit of Gaussian edges
/// here, a pattern with its best threshold and a Bessel–Thomson receiver there. With noise and jitter
/// they differ in more: the closed form measures mode-partition and modal noise by what is left of the
/// eye, and here they are relative to the modulation amplitude; it takes the duty-cycle distortion
/// off every bit, and here edges lie half of it early or late, each on its own; it counts a
/// wandering baseline, which is left out here.
fn reach_against_link_model() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("derive/ethernet_link_model.py");
    for (name, product, quiet, all) in [
        ("OM3", 2e12, 408.4066, 329.339_81),
        ("OM4", 4.7e12, 674.288, 507.601_51),
    ] {
        checks.add(
            format!("reach without noise and jitter, {name}"),
            "m",
            reach_of(&short_reach(product, 300.0, false))?,
            quiet,
            Tolerance::Relative(0.03, Reason::StatedBySource),
        );
        checks.add(
            format!("reach, {name}"),
            "m",
            reach_of(&short_reach(product, 300.0, true))?,
            all,
            Tolerance::Relative(0.1, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// 10 GBd, two levels, over OM3, every noise and jitter strong enough to be seen.
fn nrz_10g() -> Link {
    let mut link = short_reach(2e12, 200.0, true);
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::Vcsel(vcsel) => {
                vcsel.relative_intensity_noise = db_to_power_ratio(-132.0);
                vcsel.modulation_amplitude = 0.1e-3;
            }
            Stage::MultimodeFiber(fiber) => fiber.modal_noise_penalty_db = 0.6,
            Stage::Driver(driver) => driver.jitter.random_rms = 0.01,
            _ => {}
        }
    }
    link
}

/// 53 GBd, four levels, over 60 m with a resonant laser and nine taps.
fn pam4_53g(modes: ModalDispersion) -> Link {
    let mut link = links::link(
        Modulation::pam4(),
        53.125e9,
        Pattern::DeBruijn { order: 6 },
        8,
        vec![
            Stage::Driver(Driver::default()),
            Stage::Vcsel(Vcsel {
                extinction_ratio: 10f64.powf(0.4),
                spectral_width: 0.45e-9,
                relative_intensity_noise: db_to_power_ratio(-145.0),
                mode_partition: 0.1,
                response: Response::Resonance {
                    frequency: 20e9,
                    damping: 1.1e11,
                },
                parasitic_response: Response::SinglePole { bandwidth: 40e9 },
                ..fast_laser()
            }),
            Stage::MultimodeFiber(MultimodeFiber {
                attenuation: Attenuation::Constant(3.6e-3),
                modal_noise_penalty_db: 0.05,
                ..fiber(60.0, modes)
            }),
            Stage::Photoreceiver(Photoreceiver {
                dark_current: 5e-9,
                photodiode_response: Response::SinglePole { bandwidth: 45e9 },
                ..links::photoreceiver(0.55, 20e-12, Response::BesselThomson4 { bandwidth: 32e9 })
            }),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 9,
        ..Equalizer::default()
    };
    link
}

/// A link in which one noise of the light is all there is: k, modal penalty or relative intensity
/// noise are so strong that errors come at any power.
fn one_noise(change: impl Fn(&mut Vcsel, &mut MultimodeFiber)) -> Link {
    let mut link = short_reach(4.7e12, 300.0, false);
    for i in 0..link.stages.len() - 1 {
        let (before, behind) = link.stages.split_at_mut(i + 1);
        if let (Stage::Vcsel(vcsel), Stage::MultimodeFiber(fiber)) =
            (&mut before[i].stage, &mut behind[0].stage)
        {
            vcsel.modulation_amplitude = 0.4e-3;
            change(vcsel, fiber);
        }
    }
    link
}

fn engines() -> Vec<Case> {
    const ALL: [f64; 4] = [1e-2, 2e-3, 4e-4, 8e-5];
    const FEW: [f64; 2] = [4e-3, 4e-4];
    let case =
        |name: &'static str, link: fn() -> Result<Link, CaseError>, levels: &'static [f64]| {
            Case::new(AREA, name, move || counted_against_tails(&link()?, levels))
        };
    vec![
        case("both-engines/multimode-nrz-10-gbd", || Ok(nrz_10g()), &ALL),
        case(
            "both-engines/multimode-pam4-53-gbd",
            || Ok(pam4_53g(ModalDispersion::Bandwidth(4.7e12))),
            &ALL,
        ),
        case(
            "both-engines/multimode-pam4-53-gbd-mode-groups",
            || {
                let launch = Launch::Gaussian { radius: 9e-6 };
                let groups = profile(2.01, 25e-6).mode_groups(850e-9, launch)?;
                Ok(pam4_53g(ModalDispersion::Groups(groups)))
            },
            &FEW,
        ),
        case(
            "both-engines/mode-partition-noise",
            || {
                Ok(one_noise(|vcsel, fiber| {
                    vcsel.mode_partition = 1.0;
                    vcsel.spectral_width = 0.4e-9;
                    fiber.length = 350.0;
                }))
            },
            &FEW,
        ),
        case(
            "both-engines/modal-noise",
            || Ok(one_noise(|_, fiber| fiber.modal_noise_penalty_db = 4.0)),
            &FEW,
        ),
        case(
            "both-engines/intensity-noise-through-multimode-fibre",
            || {
                Ok(one_noise(|vcsel, fiber| {
                    vcsel.relative_intensity_noise = db_to_power_ratio(-126.0);
                    fiber.modes = ModalDispersion::Bandwidth(2e12);
                }))
            },
            &FEW,
        ),
    ]
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(
            AREA,
            "multimode-noise-at-the-decision",
            noise_at_the_decision,
        ),
        Case::new(AREA, "multimode-margin-is-of-power", margin_is_of_power),
        Case::new(
            AREA,
            "10gbase-sr-reach-against-link-model",
            reach_against_link_model,
        ),
    ];
    cases.extend(engines());
    cases
}
