//! Rows of packages, boards, connectors and cables in links: the path with all its reflections, crosstalk and
//! the driver's noise behind it, and links with crosstalk against counted errors.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::copper::two_port::Line;
use eyespan::copper::{
    BoardTrace, Connector, CopperPath, Device, Package, Piece, Termination, TwinaxCable,
};
use eyespan::equalizer::Equalizer;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::plan::{Linear, NoiseSource, Operation};
use eyespan::link::{Crosstalk, CrosstalkCoupling, CrosstalkEnd, Link, Method, Plan, Stage};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity};
use eyespan::signal::Response;
use eyespan::transmitter::Driver;
use num_complex::Complex64;

const AREA: &str = "copper links";
const DERIVED: &str = "derive/copper_links.py: chain matrices, and nodal equations of the whole circuit (IEEE Std 802.3, 93A.1.2; IEEE P802.3dj draft 3.3, 178A.1.4)";
const SYMBOL_RATE: f64 = 106.25e9;

pub fn cases() -> Vec<Case> {
    let counted =
        |name: &'static str, link: fn() -> Result<Link, CaseError>, levels: &'static [f64]| {
            Case::new(AREA, name, move || counted_against_tails(&link()?, levels))
        };
    vec![
        Case::new(AREA, "die-to-die", die_to_die),
        Case::new(AREA, "crosstalk-and-driver-noise", noises),
        counted(
            "counted/pam4-53-gbd-crosstalk",
            pam4_with_crosstalk,
            &[1e-2, 1e-3, 1e-4],
        ),
        counted(
            "counted/nrz-26-gbd-crosstalk",
            nrz_with_crosstalk,
            &[1e-2, 1e-3, 1e-4],
        ),
    ]
}

fn host_package() -> Device {
    let constants = [5e-4, 6.5e-4, 2.93e-4, 6.141e-3];
    Device {
        termination: Termination {
            resistance: 46.25,
            ladder: vec![(40e-15, 130e-12), (90e-15, 150e-12), (110e-15, 140e-12)],
            bump: 30e-15,
        },
        package: Package {
            lines: [(87.5, 15.0), (95.0, 2.0), (100.0, 1.3), (78.0, 1.5)]
                .map(|(impedance, length)| Line::tabulated(constants, length, impedance))
                .to_vec(),
            ball: 40e-15,
        },
        board: None,
    }
}

fn old_package() -> Piece {
    Piece::Device(Device {
        termination: Termination {
            resistance: 55.0,
            ladder: vec![(250e-15, 0.0)],
            bump: 0.0,
        },
        package: Package {
            lines: vec![Line::tabulated(
                [0.0, 1.734e-3, 1.455e-4, 6.141e-3],
                30.0,
                78.2,
            )],
            ball: 180e-15,
        },
        board: None,
    })
}

fn host_board(length: f64) -> BoardTrace {
    BoardTrace::Fitted(Line::tabulated(
        [0.0, 5.95e-4, 2.6e-5, 5.79e-3],
        length,
        92.5,
    ))
}

fn cable_end() -> Result<Connector, CaseError> {
    Ok(Connector {
        inductance: 120e-12,
        ..Connector::new(1.5 / 26.5625e9f64.sqrt(), 0.0, 150e-12, 95.0, 30e-15)?
    })
}

/// Package, board, connector, another board and another package between unlike resistances.
fn die_to_die() -> Result<Vec<Check>, CaseError> {
    let path = CopperPath {
        pieces: vec![
            Piece::Device(host_package()),
            Piece::Board(host_board(83.0)),
            Piece::Connector(cable_end()?),
            Piece::Board(BoardTrace::Fitted(Line::tabulated(
                [0.0, 4.114e-4, 2.547e-4, 6.191e-3],
                72.0,
                109.8,
            ))),
            old_package().flipped(),
        ],
        source: 92.5,
        load: 110.0,
    };
    let mut checks = Checks::from(DERIVED);
    for (ghz, re, im) in [
        (0.1, 0.590_280_024_111_198_5, -0.825_288_388_253_063),
        (1.0, -0.775_170_946_836_654_9, -0.341_502_951_183_173),
        (
            13.281_25,
            -0.119_600_800_099_879_38,
            0.238_084_018_269_032_78,
        ),
        (
            26.5625,
            0.030_401_028_204_219_735,
            -0.088_059_284_511_573_16,
        ),
        (53.125, 0.008_957_931_656_238_85, -0.009_599_405_562_524_988),
    ] {
        let transfer = path.transfer(ghz * 1e9);
        for (part, value, expected) in [("real", transfer.re, re), ("imaginary", transfer.im, im)] {
            checks.add(
                format!("voltage at the die at {ghz} GHz, {part} part"),
                "",
                value,
                expected,
                Tolerance::Absolute(1e-11, Reason::RoundOff),
            );
        }
    }
    checks.done()
}

/// Two aggressors and the driver's noise of a link, behind the receiver's filter.
fn noises() -> Result<Vec<Check>, CaseError> {
    let crosstalk = |end, amplitude, taps| {
        Stage::Crosstalk(Crosstalk {
            end,
            coupling: CrosstalkCoupling::Weak {
                ratio: 1e-2,
                frequency: 0.5 * SYMBOL_RATE,
            },
            amplitude,
            taps,
            aggressors: 1,
        })
    };
    let response = Response::Butterworth4 {
        bandwidth: 58.4375e9,
    };
    let link = links::link(
        Modulation::pam4(),
        SYMBOL_RATE,
        Pattern::Prbs { order: 7 },
        8,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.385,
                rise_time: 4e-12,
                taps: vec![-0.1, 0.9],
                main_tap: 1,
                signal_to_noise_db: Some(33.5),
                termination: Some(92.5),
                ..Driver::default()
            }),
            Stage::Board(host_board(83.0)),
            Stage::ElectricalConnector(cable_end()?),
            crosstalk(CrosstalkEnd::Far, None, None),
            crosstalk(CrosstalkEnd::Near, Some(0.481), Some((vec![1.0], 0))),
            Stage::Board(host_board(50.0)),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: Some(110.0),
                noise: NoiseDensity::White(0.0),
                response: response.clone(),
            }),
        ],
    );
    let plan = Plan::new(&link)?;
    let step = 20e6;
    let expected = [
        ("driver's noise", 4.399_468_734_375_484e-3),
        ("far-end crosstalk", 5.295_210_418_995_74e-4),
        ("near-end crosstalk", 9.097_948_196_850_831e-4),
    ];
    let mut found = Vec::new();
    for (i, planned) in plan.operations.iter().enumerate() {
        let Operation::Noise(NoiseSource::Interferer(interferer)) = &planned.operation else {
            continue;
        };
        let behind: Vec<&CopperPath> = plan
            .operations
            .iter()
            .skip(i)
            .filter_map(|o| match &o.operation {
                Operation::Linear(Linear::Copper(path)) => Some(path.as_ref()),
                _ => None,
            })
            .collect();
        let power: f64 = (0..32_000)
            .map(|k| {
                let f = (f64::from(k) + 0.5) * step;
                let path: Complex64 = behind.iter().map(|path| path.transfer(f)).product();
                interferer.density(f) * (path * response.at(f)).norm_sqr() * step
            })
            .sum();
        found.push(power.sqrt());
    }
    let mut checks = Checks::from(DERIVED);
    checks.exact("noises", found.len(), expected.len());
    for ((name, expected), found) in expected.into_iter().zip(found) {
        checks.add(
            format!("{name} at the receiver"),
            "V rms",
            found,
            expected,
            Tolerance::Relative(2e-4, Reason::Grid),
        );
    }
    checks.done()
}

/// A link with packages, boards, connectors, a cable and aggressors at both ends.
fn with_crosstalk(
    modulation: Modulation,
    symbol_rate: f64,
    cable: Stage,
    ratio: f64,
    noise: f64,
) -> Link {
    let crosstalk = |end, aggressors| {
        Stage::Crosstalk(Crosstalk {
            end,
            coupling: CrosstalkCoupling::Weak {
                ratio,
                frequency: 0.5 * symbol_rate,
            },
            amplitude: None,
            taps: None,
            aggressors,
        })
    };
    let mut link = links::link(
        modulation,
        symbol_rate,
        Pattern::Random,
        8,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.4,
                rise_time: 0.4 / symbol_rate,
                signal_to_noise_db: Some(33.0),
                ..Driver::default()
            }),
            Stage::Package(host_package()),
            Stage::Board(host_board(50.0)),
            cable,
            crosstalk(CrosstalkEnd::Far, 2),
            crosstalk(CrosstalkEnd::Near, 1),
            Stage::Board(host_board(40.0)),
            Stage::Package(host_package()),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(noise),
                response: Response::Butterworth4 {
                    bandwidth: 0.75 * symbol_rate,
                },
            }),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 9,
        decision_feedback_taps: 1,
        ..Equalizer::default()
    };
    link.engine.method = Method::Statistical;
    link
}

/// 0.7 m of 26 AWG at 53 GBd with four levels, aggressors 34 dB below.
fn pam4_with_crosstalk() -> Result<Link, CaseError> {
    Ok(with_crosstalk(
        Modulation::pam4(),
        53.125e9,
        Stage::Twinax(TwinaxCable::copper(26, 0.7)?),
        0.02,
        8.2e-18,
    ))
}

/// 2 m of 26 AWG at 26 GBd with two levels, aggressors 26 dB below.
fn nrz_with_crosstalk() -> Result<Link, CaseError> {
    Ok(with_crosstalk(
        Modulation::nrz(),
        25.781_25e9,
        Stage::Twinax(TwinaxCable::copper(26, 2.0)?),
        0.05,
        1e-14,
    ))
}
