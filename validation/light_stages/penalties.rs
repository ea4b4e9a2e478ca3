//! What delays, filters, reflections and crosstalk cost in power, against closed forms and a computation in Python.

use super::super::checks::{CaseError, Check, Checks, Reason, Tolerance};
use super::super::light_links::{connector, filter, modulator, open};
use super::super::links;
use super::{DERIVED, delayed, reflecting};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, ModeDispersion, OpticalFilterStage, Stage};
use eyespan::math::find_root;
use eyespan::signal::{PassbandShape, Response};
use eyespan::transmitter::LaunchLevel;

/// Error ratio at which powers are compared.
const TARGET: f64 = 1e-12;

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

/// The link of `derive/dispersion_penalty.py` without dispersion: infinite extinction, both filters at
/// 0.75 of the symbol rate, white noise only.
fn bare(way: Vec<Stage>) -> Link {
    let symbol_rate = 25e9;
    let bandwidth = 0.75 * symbol_rate;
    let mut stages = vec![
        links::driver(Response::Gaussian { bandwidth }),
        Stage::Laser(links::laser(1.0, 1550e-9)),
        links::linear_modulator(1e9, 0.0, LaunchLevel::FromLaser),
    ];
    stages.extend(way);
    // Shot noise cannot be switched off: at a watt it is lost in this much white noise.
    stages.push(Stage::Photoreceiver(links::photoreceiver(
        1.0,
        1e-6,
        Response::BesselThomson4 { bandwidth },
    )));
    links::link(
        Modulation::nrz(),
        symbol_rate,
        Pattern::Prbs { order: 11 },
        64,
        stages,
    )
}

pub fn delay_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let without = tolerable_loss(&bare(vec![connector(1.0)]))?;
    for (delay, split, expected) in [
        (0.3, 0.5, 0.4017),
        (0.5, 0.5, 1.2918),
        (0.7, 0.5, 3.1047),
        (0.5, 0.3, 1.0903),
    ] {
        let dispersion = ModeDispersion::Fixed(delay / 25e9);
        let link = delayed(bare(vec![connector(1.0)]), 3, dispersion, split);
        checks.add(
            format!("penalty of a delay of {delay} symbols, {split} of the power early"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.02, Reason::Grid),
        );
    }
    checks.done()
}

pub fn filter_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let without = tolerable_loss(&bare(Vec::new()))?;
    for (width, order, offset, expected) in [
        (2.0, 1, 0.0, 0.2360),
        (1.2, 1, 0.0, 0.7694),
        (1.2, 3, 0.0, 0.2095),
        (1.6, 3, 0.3, 0.4268),
    ] {
        let port = filter(width * 25e9, order, offset * 25e9);
        let link = bare(vec![Stage::OpticalFilter(port)]);
        checks.add(
            format!("penalty of {width} symbol rates, order {order}, {offset} off the carrier"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.02, Reason::Grid),
        );
    }
    checks.done()
}

pub fn reflection_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: Q·(σ1 + σ0) = P1 − P0, σ² = σ_white² + 2εPP̄",
    );
    for (ratio_db, extinction_db, expected) in [
        (-32.0, 6.0, 0.4087),
        (-28.0, 6.0, 1.1844),
        (-28.0, 10.0, 0.5533),
    ] {
        let link = open(
            modulator(extinction_db, 1.0),
            vec![connector(1.0), connector(1.0)],
            1e-6,
            16,
        );
        let without = tolerable_loss(&link)?;
        let reflectance = 10f64.powf(0.05 * ratio_db);
        let link = reflecting(link, &[(3, reflectance), (4, reflectance)]);
        checks.add(
            format!("penalty of echoes of {ratio_db} dB, extinction ratio {extinction_db} dB"),
            "dB",
            without - tolerable_loss(&link)?,
            expected,
            Tolerance::Absolute(0.01, Reason::Grid),
        );
    }
    checks.done()
}

pub fn crosstalk_penalties() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "validation/derive/light_stages.py: σ² = σ_white² + Σr_i²·((P1 − P0)/2)², 2rPP̄ in band",
    );
    let ratio = |db: f64| 10f64.powf(db / 10.0);
    for (neighbours, in_band, extinction_db, expected) in [
        (vec![-12.0], None, 6.0, 0.470_017),
        (vec![-12.0, -12.0], None, 6.0, 1.070_704),
        (vec![-12.0, -15.0], None, 10.0, 0.606_002),
        (vec![], Some(-30.0), 6.0, 0.681_410),
        (vec![], Some(-26.0), 10.0, 0.928_173),
    ] {
        let mut port = filter(1.0, 1, 0.0);
        port.passband.shape = PassbandShape::AllPass;
        let link = |port: &OpticalFilterStage| {
            let way = vec![Stage::OpticalFilter(port.clone())];
            open(modulator(extinction_db, 1.0), way, 1e-6, 16)
        };
        let without = tolerable_loss(&link(&port))?;
        port.adjacent_crosstalk = neighbours.iter().copied().map(ratio).collect();
        port.in_band_crosstalk = in_band.map_or(0.0, ratio);
        checks.add(
            format!(
                "penalty of neighbours {neighbours:?} dB, in band {in_band:?} dB, extinction ratio \
                 {extinction_db} dB"
            ),
            "dB",
            without - tolerable_loss(&link(&port))?,
            expected,
            Tolerance::Absolute(0.01, Reason::Grid),
        );
    }
    checks.done()
}
