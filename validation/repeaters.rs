//! Retimers and redrivers: error ratios of decisions in a row, delays and power, noise of amplifiers in a
//! row, and an electrical, optical and electrical path without a decision.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::error_ratios::equal_levels;
use super::links;
use eyespan::copper::{ContinuousTimeLinearEqualizer, Redriver, RedriverGain};
use eyespan::equalizer::{Equalizer, Taps};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::chain::Transition;
use eyespan::link::decision::DecisionRule;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::noise::NoiseKind;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{
    Chain, Link, Method, NamedStage, OpticalLoss, OpticalLossKind, Retimer, Segment, Stage,
};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity, Photoreceiver};
use eyespan::signal::Response;
use eyespan::study::simulate_chain;
use eyespan::transmitter::{Driver, LaunchLevel, MachZehnderDrive, MachZehnderModulator};

const AREA: &str = "repeaters";
const DERIVED: &str = "validation/derive/repeaters.py";
/// Confidence of the interval of the counted ratio.
const CONFIDENCE: f64 = 0.9997;

fn segment(name: &str, mut link: Link, retimer: Option<Retimer>) -> Segment {
    link.engine.monte_carlo.relative_error = 0.03;
    link.engine.monte_carlo.maximum_symbols = 20_000_000;
    Segment {
        name: name.to_owned(),
        link,
        first_stage: 1,
        retimer,
    }
}

fn retimer(power: f64, latency: f64) -> Retimer {
    Retimer {
        name: "retimer".to_owned(),
        power: Some(power),
        latency,
    }
}

/// Driver, a filter that smears, and a receiver with white noise of this density (V²/Hz).
fn electrical(modulation: Modulation, noise: f64, more: Vec<Stage>) -> Link {
    let driver = Stage::Driver(Driver {
        amplitude: 0.4,
        rise_time: 8e-12,
        ..Driver::default()
    });
    let receiver = Stage::ElectricalReceiver(ElectricalReceiver {
        termination: None,
        noise: NoiseDensity::White(noise),
        response: Response::Butterworth4 { bandwidth: 20e9 },
    });
    let stages = [vec![driver], more, vec![receiver]].concat();
    let mut link = links::link(modulation, 25e9, Pattern::DeBruijn { order: 10 }, 8, stages);
    if link.signal.modulation.levels() == 4 {
        link.signal.pattern = Pattern::DeBruijn { order: 5 };
    }
    link
}

fn smearing(bandwidth: f64) -> Vec<Stage> {
    vec![Stage::Filter(Response::SinglePole { bandwidth })]
}

/// A modulator, fibre and a photoreceiver, with a level that makes errors.
fn optical(oma: f64) -> Link {
    links::link(
        Modulation::nrz(),
        25e9,
        Pattern::DeBruijn { order: 10 },
        8,
        vec![
            links::driver(Response::BesselThomson4 { bandwidth: 20e9 }),
            Stage::Laser(links::laser(1e-3, 1550e-9)),
            links::linear_modulator(4.0, 0.0, LaunchLevel::OpticalModulationAmplitude(oma)),
            fiber(2e3),
            Stage::Photoreceiver(links::photoreceiver(
                0.8,
                20e-12,
                Response::BesselThomson4 { bandwidth: 19e9 },
            )),
        ],
    )
}

fn fiber(length: f64) -> Stage {
    Stage::Fiber(SingleModeFiber {
        length,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 17e-6,
            slope: 0.0,
        },
        group_index: 1.468,
    })
}

fn nrz_chain() -> Result<Chain, CaseError> {
    let nrz = Modulation::nrz;
    Ok(Chain::new(
        "copper, fibre, copper",
        vec![
            segment(
                "first",
                electrical(nrz(), 1.2e-12, smearing(12e9)),
                Some(retimer(0.3, 3e-9)),
            ),
            segment("second", optical(20e-6), Some(retimer(0.9, 50e-9))),
            segment("third", electrical(nrz(), 1.6e-12, smearing(20e9)), None),
        ],
    )?)
}

/// Four levels, with a redriver in one segment and decision feedback in the other.
fn pam4_chain() -> Result<Chain, CaseError> {
    let redriver = Stage::Redriver(Redriver {
        gain: RedriverGain::Fixed(1.5),
        peaking: Some(ContinuousTimeLinearEqualizer::new(
            -4.0, 10e9, 15e9, 30e9, None,
        )?),
        response: Response::SinglePole { bandwidth: 25e9 },
        noise: 1e-13,
        linear_range: Some(2.0),
        power: Some(0.2),
        latency: 1e-10,
    });
    let mut first = electrical(
        Modulation::pam4(),
        1e-13,
        [smearing(9e9), vec![redriver]].concat(),
    );
    first.equalizer = Equalizer {
        feed_forward_taps: 5,
        ..Equalizer::default()
    };
    let mut second = electrical(Modulation::pam4(), 1e-13, smearing(14e9));
    second.equalizer = Equalizer {
        feed_forward_taps: 3,
        decision_feedback_taps: 1,
        ..Equalizer::default()
    };
    Ok(Chain::new(
        "redriver, feedback",
        vec![
            segment("first", first, Some(retimer(0.3, 3e-9))),
            segment("second", second, None),
        ],
    )?)
}

/// Total of the whole and of each segment, without counting.
fn analytic(chain: &Chain) -> Result<(f64, Vec<f64>), CaseError> {
    let result = simulate_chain(chain, &Watch::default())?.result;
    let ratio = |ber: &eyespan::study::result::BitErrorRatio| ber.pre_fec.unwrap_or(f64::NAN);
    Ok((
        ratio(&result.ber),
        result.segments.iter().map(|s| ratio(&s.run.ber)).collect(),
    ))
}

/// Binary symmetric channels in a row: p = (1 − Π(1 − 2pᵢ))/2, exact where both errors are equally
/// frequent.
fn binary_decisions() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "cascade of binary symmetric channels, Cover & Thomas, Elements of Information Theory, problem 7.7",
    );
    let (total, each) = analytic(&nrz_chain()?)?;
    let expected = 0.5 * (1.0 - each.iter().map(|p| 1.0 - 2.0 * p).product::<f64>());
    for (name, p) in ["first", "second", "third"].iter().zip(&each) {
        checks.add(
            format!("bit error ratio of the {name} segment"),
            "",
            *p,
            1e-4,
            Tolerance::AtLeast,
        );
    }
    checks.add(
        "bit error ratio of three segments",
        "",
        total,
        expected,
        // Thresholds that are not quite symmetric: their errors differ, and p1·p2 with them.
        Tolerance::Relative(1e-4, Reason::Grid),
    );
    checks.done()
}

fn pam4_decisions() -> Result<Vec<Check>, CaseError> {
    let pam4 = Modulation::pam4();
    let of = |deviation: f64| {
        let rows = equal_levels(&pam4, deviation).transitions(&[-2.0 / 3.0, 0.0, 2.0 / 3.0]);
        Transition::new(&rows).ok_or("rows that are no distribution")
    };
    let (a, b) = (of(0.16)?, of(0.2)?);
    let both = a.then(&b);
    let mut checks = Checks::from(DERIVED);
    for (name, found, expected) in [
        (
            "the first",
            a.error_ratios(&pam4).bit,
            1.395_781_899_502_797e-2,
        ),
        (
            "the second",
            b.error_ratios(&pam4).bit,
            3.584_290_753_039_698e-2,
        ),
        (
            "both",
            both.error_ratios(&pam4).bit,
            4.846_662_568_705_791e-2,
        ),
        (
            "level 0 decided as 2 in the end",
            both.at(0, 2),
            8.896_749_337_311_108e-4,
        ),
    ] {
        checks.add(
            format!("ratio of {name}"),
            "",
            found,
            expected,
            Tolerance::Relative(1e-12, Reason::RoundOff),
        );
    }
    checks.done()
}

#[allow(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts"
)]
/// Counted from end to end, each segment sending what the one before decided.
fn counted(make: fn() -> Result<Chain, CaseError>) -> Result<Vec<Check>, CaseError> {
    let chain = make()?;
    let (total, each) = analytic(&chain)?;
    let mut counting = chain.clone();
    for segment in &mut counting.segments {
        segment.link.engine.method = Method::MonteCarlo;
        segment.link.engine.monte_carlo.feedback =
            chain.segments[0].link.engine.monte_carlo.feedback;
    }
    let result = simulate_chain(&counting, &Watch::default())?.result;
    let mut checks = Checks::from(
        "the other engine; interval of Clopper & Pearson, Biometrika 26, 404 (1934), DOI 10.1093/biomet/26.4.404",
    );
    let all = result
        .segments
        .iter()
        .map(|s| (s.name.clone(), &s.run.ber))
        .chain([("the whole".to_owned(), &result.ber)]);
    for ((name, ber), expected) in all.zip(each.iter().copied().chain([total])) {
        let (errors, bits) = (ber.errors.unwrap_or(0.0), ber.bits.unwrap_or(0.0));
        let (low, high) =
            eyespan::math::clopper_pearson(errors.round() as u64, bits.round() as u64, CONFIDENCE);
        checks.add(
            format!("bit error ratio of {name}: {errors} wrong of {bits:.2e} bits"),
            "",
            errors / bits,
            expected,
            Tolerance::Counted { low, high },
        );
    }
    checks.done()
}

/// L·n/c of fibre, and latencies and powers as they are given.
fn totals() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("sums; L·n/c with c = 299 792 458 m/s");
    let result = simulate_chain(&nrz_chain()?, &Watch::default())?.result;
    let close = Tolerance::Relative(1e-12, Reason::RoundOff);
    let fiber = 2e3 * 1.468 / 299_792_458.0 * 1e9;
    checks.add(
        "propagation delay",
        "ns",
        result.propagation_delay_ns,
        fiber,
        close,
    );
    checks.add("latency", "ns", result.latency_ns, fiber + 53.0, close);
    let power = result.power.ok_or("no power")?;
    checks.add("power", "W", power.power_w, 1.2, close);
    checks.add("energy", "pJ/bit", power.energy_pj_per_bit, 48.0, close);
    let result = simulate_chain(&pam4_chain()?, &Watch::default())?.result;
    checks.add(
        "latency with a redriver",
        "ns",
        result.latency_ns,
        3.1,
        close,
    );
    let power = result.power.ok_or("no power")?;
    checks.add(
        "energy with a redriver, two bits a symbol",
        "pJ/bit",
        power.energy_pj_per_bit,
        10.0,
        close,
    );
    checks.done()
}

/// Noise of stages in a row, referred to the first one's input: N1 + N2/G1² + N3/(G1·G2)² (H. T. Friis,
/// Proc. IRE 32, 419, 1944), times the noise bandwidth of a fourth-order Butterworth filter,
/// (π/8)/sin(π/8) of its −3 dB bandwidth.
fn noise_in_a_row() -> Result<Vec<Check>, CaseError> {
    let amplifier = |gain: f64, noise: f64| {
        Stage::Redriver(Redriver {
            gain: RedriverGain::Fixed(gain),
            peaking: None,
            response: Response::Flat,
            noise,
            linear_range: None,
            power: None,
            latency: 0.0,
        })
    };
    let (n1, n2, n3) = (2e-17, 5e-17, 9e-17);
    let (g1, g2) = (2.0, 1.6);
    let stages = vec![amplifier(g1, n1), amplifier(g2, n2)];
    let link = electrical(Modulation::nrz(), n3, stages);
    let noise = SemiAnalytic::new(&link)?.evaluate()?.noise;
    let of = |kind: NoiseKind| -> f64 {
        let found = noise.stationary.iter().filter(|n| n.kind == kind);
        found.map(|n| n.covariance[0]).sum()
    };
    let eighth = std::f64::consts::PI / 8.0;
    let bandwidth = 20e9 * eighth / eighth.sin();
    let gain = (g1 * g2).powi(2);
    let mut checks = Checks::from(
        "H. T. Friis, Proc. IRE 32, 419 (1944), DOI 10.1109/JRPROC.1944.232049; noise bandwidth of a Butterworth filter",
    );
    let close = Tolerance::Relative(1e-4, Reason::Grid);
    let redrivers = of(NoiseKind::Redriver);
    let all = redrivers + of(NoiseKind::Thermal);
    checks.add(
        "variance of two redrivers' noise at their input",
        "V^2",
        redrivers / gain,
        (n1 + n2 / g1.powi(2)) * bandwidth,
        close,
    );
    checks.add(
        "variance of all noise at the first input",
        "V^2",
        all / gain,
        (n1 + n2 / g1.powi(2) + n3 / gain) * bandwidth,
        close,
    );
    checks.add(
        "noise factor over that of the first",
        "",
        all / gain / (n1 * bandwidth),
        1.0 + n2 / n1 / g1.powi(2) + n3 / n1 / gain,
        close,
    );
    checks.done()
}

/// The path of `mixed_path` in the script.
fn mixed_link() -> Link {
    let modulator = MachZehnderModulator {
        transmission: 1.0,
        v_pi: 5.0,
        drive: MachZehnderDrive::Swing(2.0),
        bias_offset: 0.0,
        arm_extinction_ratio: f64::INFINITY,
        alpha_h: 0.0,
        response: Response::SinglePole { bandwidth: 30e9 },
        launch: LaunchLevel::AveragePower(1e-3),
    };
    let pole = |ghz: f64| Response::SinglePole {
        bandwidth: ghz * 1e9,
    };
    let gauss = |ghz: f64| Response::Gaussian {
        bandwidth: ghz * 1e9,
    };
    links::link(
        Modulation::nrz(),
        25e9,
        Pattern::Prbs { order: 7 },
        16,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.4,
                response: gauss(20.0),
                ..Driver::default()
            }),
            Stage::Filter(pole(18.0)),
            Stage::Redriver(Redriver {
                gain: RedriverGain::Fixed(2.5),
                peaking: None,
                response: Response::Flat,
                noise: 2e-17,
                linear_range: Some(2.4),
                power: None,
                latency: 0.0,
            }),
            Stage::Laser(links::laser(1e-3, 1550e-9)),
            Stage::MachZehnderModulator(modulator),
            fiber(6e3),
            Stage::OpticalLoss(OpticalLoss {
                kind: OpticalLossKind::Attenuator,
                transmission: 10f64.powf(-0.2),
            }),
            Stage::Photoreceiver(Photoreceiver {
                transimpedance: Some(1200.0),
                ..links::photoreceiver(0.8, 0.0, pole(24.0))
            }),
            Stage::Filter(pole(20.0)),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(0.0),
                response: gauss(22.0),
            }),
        ],
    )
}

const BITS: &str = "1111111000000100000110000101000111100100010110011101010011111010000111000100100110110101101111011000110100101110111001100101010";
/// Sample and voltage.
const RECEIVED: [(usize, f64); 10] = [
    (5, 6.927_812_328e-1),
    (216, 7.778_981_137e-1),
    (427, 4.222_124_078e-1),
    (638, 2.646_687_954e-1),
    (849, 5.474_857_667e-1),
    (1060, 2.606_172_269e-1),
    (1271, 7.589_608_771e-1),
    (1482, 9.469_634_192e-1),
    (1693, 3.851_790_532e-1),
    (1904, 7.153_523_604e-1),
];
/// Variance (V²) at the sample 6 of the symbols 0, 10, 20 and so on.
const NOISE: [f64; 13] = [
    1.515_203e-7,
    6.525_906e-8,
    7.684_265e-8,
    6.742_308e-8,
    6.742_481e-8,
    1.415_085e-7,
    7.425_257e-8,
    1.401_662e-7,
    7.684_620e-8,
    1.515_165e-7,
    1.517_458e-7,
    7.428_009e-8,
    6.963_078e-8,
];
const MEAN_NOISE: f64 = 1.093_294e-7;

fn mixed_path() -> Result<Vec<Check>, CaseError> {
    let mut engine = SemiAnalytic::new(&mixed_link())?;
    let noise = engine.evaluate()?.noise;
    let mut checks = Checks::from(DERIVED);
    let symbols = engine.propagation().symbols().to_vec();
    let same = symbols
        .iter()
        .zip(BITS.bytes())
        .filter(|(s, b)| **s == b - b'0')
        .count();
    checks.exact("symbols as in the script", same, 127);
    let received = engine.propagation().received().ok_or("nothing received")?;
    for (sample, expected) in RECEIVED {
        checks.add(
            format!("voltage at the host, sample {sample}"),
            "V",
            received[sample],
            expected,
            // The transmitter's pulse is cut where it has lost 1e-11 of its energy, and the modulator's and
            // the driver's curves are tables.
            Tolerance::Absolute(2e-5, Reason::Grid),
        );
    }
    let rule = DecisionRule {
        sample: 6,
        fraction: 0.0,
        taps: Taps {
            feed_forward: vec![1.0],
            precursor: 0,
            feedback: Vec::new(),
            offset: 0.0,
            mean_square_error: 0.0,
        },
        thresholds: vec![0.0],
        conversion: None,
    };
    let variance = engine
        .carried_variance(&noise, &rule)?
        .ok_or("no noise was carried")?;
    let close = Tolerance::Relative(1e-3, Reason::Grid);
    for (i, expected) in NOISE.iter().enumerate() {
        let found = variance[10 * i];
        let name = format!("variance of the redriver's noise at symbol {}", 10 * i);
        checks.add(name, "V^2", found, *expected, close);
    }
    let mean = variance.iter().sum::<f64>() / variance.len() as f64;
    checks.add("its mean", "V^2", mean, MEAN_NOISE, close);
    checks.done()
}

/// The same path, with an error ratio that can be counted, by both engines.
fn mixed_path_counted() -> Result<Vec<Check>, CaseError> {
    let mut link = mixed_link();
    link.engine.monte_carlo.maximum_symbols = 20_000_000;
    for named in &mut link.stages {
        if let Stage::Redriver(redriver) = &mut named.stage {
            // Noise is carried to first order: it has to be small against what saturates.
            redriver.noise = 2e-14;
            redriver.response = Response::Gaussian { bandwidth: 30e9 };
        }
        if let NamedStage {
            stage: Stage::ElectricalReceiver(receiver),
            ..
        } = named
        {
            receiver.noise = NoiseDensity::White(2e-13);
        }
    }
    super::engines::counted_against_tails(&link, &[1e-2, 1e-3])
}

/// The area's cases.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(
            AREA,
            "repeaters/two-levels-decided-three-times",
            binary_decisions,
        ),
        Case::new(AREA, "repeaters/four-levels-decided-twice", pam4_decisions),
        Case::new(AREA, "repeaters/counted-from-end-to-end-nrz", || {
            counted(nrz_chain)
        }),
        Case::new(AREA, "repeaters/counted-from-end-to-end-pam4", || {
            counted(pam4_chain)
        }),
        Case::new(AREA, "repeaters/delays-latencies-and-power", totals),
        Case::new(
            AREA,
            "repeaters/noise-of-amplifiers-in-a-row",
            noise_in_a_row,
        ),
        Case::new(AREA, "repeaters/electrical-optical-electrical", mixed_path),
        Case::new(
            AREA,
            "repeaters/electrical-optical-electrical-counted",
            mixed_path_counted,
        ),
    ]
}
