//! Channel operating margin of cables from their geometry, effective return loss, and eyes over a window of time.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::margin::{SYMBOLS, two_gaussians};
use eyespan::com::cable::CableAssembly;
use eyespan::com::window::windowed_eye;
use eyespan::com::{
    EqualizerSetting, EyeWindow, Feedback, Filtered, PathKind, PhaseSearch, Receiver,
    ReturnLossSettings, Settings, effective_return_loss, equalize, margin,
};
use eyespan::config::stage_tables::StageTable;
use eyespan::library::{Library, PartTable};
use eyespan::network::{Network, Reference};
use eyespan::study::cable_margin::{cable_margin, margin_against_length};
use num_complex::Complex64;
use std::f64::consts::TAU;
use std::path::Path;

const AREA: &str = "cable margin";
const OBJECTIVES: &str = "objectives of the projects: P802.3bj 5 m of copper cable (close report of November 2012), \
     P802.3ck at least 2 m and P802.3dj at least 1 m of twinaxial cable; 3 dB of margin as the clauses ask for";
const RETURN_LOSS: &str = "derive/effective_return_loss.py: IEEE Std 802.3, 93A.5, the Fourier integral summed, the distribution \
     by its characteristic function";
const WINDOW: &str = "derive/eye_window.py: IEEE Std 802.3ck, 120G.5.2, on a pulse in closed form, distributions by their \
     characteristic functions";
const CABLES: &str = "COM reference code 4.15.0 under GNU Octave on channels of IEEE P802.3dj with OSFP cables of three vendors, \
     as published by SiCoPR (BSD-3-Clause)";

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "reach-of-passive-cables", reach),
        Case::new(AREA, "effective-return-loss", return_loss),
        Case::new(AREA, "eye-over-a-window-of-time", window),
        Case::external(
            AREA,
            "published-margins-of-cables",
            "com-octave-208-subset-bsd3",
            published,
        ),
    ]
}

/// An assembly of the library's parts.
fn assembly(library: &Library, cable: &str, length: f64) -> Result<CableAssembly, CaseError> {
    let part = library.find("twinax", cable)?;
    let ends = library.find("electrical_connector", "paddle-card")?;
    match (&part.table, &ends.table) {
        (PartTable::Stage(table), PartTable::Stage(ends)) => {
            match (table.as_ref(), ends.as_ref()) {
                (StageTable::Twinax(table), StageTable::ElectricalConnector(ends)) => {
                    Ok(CableAssembly {
                        connector: ends.connector()?,
                        cable: table.cable(length, cable, &part.text)?,
                    })
                }
                _ => Err("a part of another kind".into()),
            }
        }
        _ => Err("a part of another kind".into()),
    }
}

fn settings(library: &Library, name: &str) -> Result<Settings, CaseError> {
    let part = library.find("com", name)?;
    match &part.table {
        PartTable::Com(table) => Ok(table.settings(name, &part.text)?),
        _ => Err("a part of another kind".into()),
    }
}

/// The standards' objectives at both ends of the band of excess loss, and what loss says of gauge and rate.
fn reach() -> Result<Vec<Check>, CaseError> {
    let library = Library::built_in()?;
    let mut checks = Checks::from(OBJECTIVES);
    let lane = |names: &[&str]| -> Result<Vec<Settings>, CaseError> {
        names.iter().map(|name| settings(&library, name)).collect()
    };
    let slow = lane(&["100gbase-cr4-1", "100gbase-cr4-2"])?;
    let middle = lane(&["ck-cr-1", "ck-cr-2"])?;
    let fast = lane(&["dj-cr-hn-hn"])?;
    let com = |cable: &str, length: f64, factor: f64, tests: &[Settings]| {
        let mut one = assembly(&library, cable, length)?;
        one.cable.excess_loss_factor = factor;
        Ok::<f64, CaseError>(cable_margin(&one, tests)?.com_db)
    };
    for factor in [1.2, 1.5] {
        for (what, cable, length, tests) in [
            ("25 Gb/s a lane, 5 m of 24 AWG", "twinax-24awg", 5.0, &slow),
            (
                "100 Gb/s a lane, 2 m of 26 AWG",
                "twinax-26awg",
                2.0,
                &middle,
            ),
            ("200 Gb/s a lane, 1 m of 26 AWG", "twinax-26awg", 1.0, &fast),
        ] {
            checks.add(
                format!("{what}, excess loss factor {factor}"),
                "dB",
                com(cable, length, factor, tests)?,
                3.0,
                Tolerance::AtLeast,
            );
        }
    }
    // The thinner the wire and the faster the lane, the less is left.
    let gauges = [
        "twinax-24awg",
        "twinax-26awg",
        "twinax-28awg",
        "twinax-30awg",
        "twinax-32awg",
    ];
    let margins = gauges
        .iter()
        .map(|gauge| com(gauge, 1.4, 1.35, &fast))
        .collect::<Result<Vec<f64>, _>>()?;
    for (pair, gauge) in margins.windows(2).zip(&gauges[1..]) {
        checks.add(
            format!("what {gauge} has less than the next thicker wire, 1.4 m at 106.25 GBd"),
            "dB",
            pair[0] - pair[1],
            0.2,
            Tolerance::AtLeast,
        );
    }
    checks.add(
        "what 106.25 GBd has less than 53.125 GBd, 1.4 m of 26 AWG",
        "dB",
        com("twinax-26awg", 1.4, 1.35, &middle)? - margins[1],
        0.2,
        Tolerance::AtLeast,
    );
    checks.done()
}

/// A reflection by its formula, as a network of one port to the symbol rate and beyond.
fn one_port(s11: impl Fn(f64) -> Complex64) -> Result<Network, CaseError> {
    let frequency: Vec<f64> = (0..=6000).map(|k| f64::from(k) * 1e7).collect();
    let s = frequency.iter().map(|f| s11(*f)).collect();
    Ok(Network::new(frequency, 1, s, Reference::uniform(1, 100.0))?)
}

fn return_loss() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(RETURN_LOSS);
    let settings = ReturnLossSettings {
        symbol_rate: 53.125e9,
        levels: 4,
        samples_per_symbol: 32,
        detector_error_ratio: 1e-4,
        resistance: 50.0,
        transition_time: 10e-12,
        receiver_bandwidth: 0.75 * 53.125e9,
        raised_cosine: true,
        symbols: 1000,
        equalizer_symbols: 0,
        reflection: 0.618,
        loss: 0.0,
        fixture_delay: 0.0,
    };
    let gated = ReturnLossSettings {
        equalizer_symbols: 21,
        loss: 1e9,
        ..settings.clone()
    };
    let behind = ReturnLossSettings {
        fixture_delay: 0.1e-9,
        ..settings.clone()
    };
    let echo = one_port(|f| Complex64::from_polar(0.1, -TAU * f * 1e-9))?;
    // 85 Ω between 100 Ω, 0.4 ns, 0.05 Np.
    let rho: f64 = (85.0 - 100.0) / (85.0 + 100.0);
    let line = one_port(|f| {
        let twice = Complex64::from_polar((-0.1f64).exp(), -2.0 * TAU * f * 0.4e-9);
        rho * (1.0 - twice) / (1.0 - rho * rho * twice)
    })?;
    // Bins of 1e-4 of the pulse, to which a score of samples are rounded.
    let grid = Tolerance::Absolute(0.05, Reason::Grid);
    for (name, network, settings, expected) in [
        ("an echo of a tenth", &echo, &settings, 19.997_9),
        ("a line of 85 Ω", &line, &settings, 16.316_0),
        (
            "the line behind an equaliser of 21 symbols",
            &line,
            &gated,
            19.591_3,
        ),
        (
            "the line behind a fixture of 0.1 ns",
            &line,
            &behind,
            22.708_1,
        ),
    ] {
        checks.add(
            name,
            "dB",
            effective_return_loss(network, 0, settings)?.erl_db,
            expected,
            grid,
        );
    }
    checks.done()
}

fn window() -> Result<Vec<Check>, CaseError> {
    let library = Library::built_in()?;
    let sampled = |peak, width| two_gaussians(peak, width, 0.1);
    let mut receiver_noise = vec![0.0; SYMBOLS / 2];
    receiver_noise[0] = 0.3e-3 * 0.3e-3;
    let filtered = Filtered {
        through: sampled(0.1, 0.62),
        aggressors: vec![(PathKind::NearEnd, sampled(0.001, 0.6))],
        receiver_noise,
    };
    let settings = Settings {
        detector_error_ratio: 1e-5,
        transmitter_snr_db: 34.0,
        transmit_taps: Vec::new(),
        level_separation: 0.95,
        random_jitter: 0.01,
        dual_dirac_jitter: 0.02,
        receiver: Receiver::DecisionFeedback(Feedback::fixed(vec![
            (-0.4, 0.4),
            (-0.05, 0.05),
            (-0.1, 0.1),
        ])),
        ..settings(&library, "ck-c2m-1")?
    };
    let setting = EqualizerSetting {
        gain_db: 0.0,
        low_frequency_gain_db: 0.0,
        transmit: Vec::new(),
    };
    let equalized = equalize(&filtered, &settings, &setting, PhaseSearch::All)?;
    let found = margin(&filtered, &settings, &equalized)?;
    let eye = windowed_eye(
        &filtered,
        &settings,
        &found,
        EyeWindow {
            half_width: 0.05,
            deviation: 0.02,
        },
    )?;
    let mut checks = Checks::from(WINDOW);
    checks.add(
        "A_s",
        "V",
        found.signal,
        0.026_047_064_258_088_19,
        Tolerance::Relative(1e-9, Reason::RoundOff),
    );
    // Samples are rounded to bins of 10 µV, of which a few add up on both sides of an eye.
    let bins = Tolerance::Absolute(5e-5, Reason::Grid);
    let openings = [0.012_726_689_7, 0.013_724_973_0, 0.012_726_689_7];
    for (k, (opening, expected)) in eye.openings.iter().zip(openings).enumerate() {
        checks.add(
            format!("opening of eye {}", k + 1),
            "V",
            *opening,
            expected,
            bins,
        );
    }
    checks.add(
        "vertical eye closure",
        "dB",
        eye.vertical_eye_closure_db,
        12.241_466_4,
        Tolerance::Absolute(0.035, Reason::Grid),
    );
    checks.done()
}

/// Margins of OSFP cables with hosts of two classes. Their gauge is not known; 30 AWG is what passive cables up
/// to 1.5 m are made of. They have crosstalk, and the settings are those of an earlier draft: lengths
/// are compared, not margins.
fn published(folder: &Path) -> Result<Vec<Check>, CaseError> {
    let text = std::fs::read_to_string(folder.join("case1_wXtalk.csv"))?;
    let com = |channel: &str| -> Result<f64, CaseError> {
        let row = text
            .lines()
            .find(|line| line.starts_with(channel))
            .ok_or("a channel is not in the table")?;
        Ok(row.split(',').nth(3).ok_or("a row is short")?.parse()?)
    };
    let library = Library::built_in()?;
    let tests = [settings(&library, "dj-cr-hn-hn")?];
    let pair = assembly(&library, "twinax-30awg", 1.0)?;
    let mut checks = Checks::from(CABLES);
    let mut closing: f64 = f64::INFINITY;
    for vendor in ["X", "Z"] {
        let short = com(&format!("HN_3in_DAC_{vendor}_1p0m_HN_3in"))?;
        let long = com(&format!("HN_3in_DAC_{vendor}_1p5m_HL_2in"))?;
        // Where the line between the two published margins crosses 3 dB.
        let crossing = 1.0 + 0.5 * (short - 3.0) / (short - long);
        closing = closing.min(crossing);
    }
    for (factor, name) in [(1.2, "least"), (1.5, "most")] {
        let curve = margin_against_length(&pair, &tests, factor, 3.0, 4.0)?;
        let reach = curve.reach.ok_or("the cable has no reach")?;
        if factor < 1.3 {
            checks.add(
                format!("reach of 30 AWG with the {name} excess loss, against the shortest of two vendors"),
                "m",
                reach,
                closing,
                Tolerance::AtLeast,
            );
        } else {
            checks.add(
                format!(
                    "reach of 30 AWG with the {name} excess loss, against a length that both miss"
                ),
                "m",
                reach,
                1.5,
                Tolerance::AtMost,
            );
        }
    }
    checks.add(
        "margin of 1 m without crosstalk, against the lowest of three vendors with it",
        "dB",
        cable_margin(&pair, &tests)?.com_db,
        com("HN_3in_DAC_X_1p0m_HN_3in")?,
        Tolerance::AtLeast,
    );
    checks.done()
}
