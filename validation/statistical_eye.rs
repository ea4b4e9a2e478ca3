//! Statistical eyes: densities against the official COM code, closed forms and sixty digits; eyes against
//! peak distortion and against counted errors of four channels.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::copper::{ContinuousTimeLinearEqualizer, LowFrequencyStage, TwinaxCable};
use eyespan::equalizer::Equalizer;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::{Link, Method, Stage};
use eyespan::measure::slicer::{DecisionSample, DecisionSamples};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity};
use eyespan::signal::Response;
use eyespan::statistics::{
    AmplitudeDensity, Binning, EyeEdges, EyeModel, PulseResponse, SymbolLevels, cursor_density,
    peak_distortion, total_jitter,
};
use eyespan::transmitter::{Driver, Jitter};

const AREA: &str = "statistical eye";
const DERIVED: &str = "derive/statistical_eye.py";
const OFFICIAL: &str = "official COM code of IEEE 802.3 under Octave: get_pdf_from_sampled_signal test of SiCoPR (BSD-3-Clause)";
const CLOSED: &str = "closed form: peak distortion of the same cursors";
const BIN_WIDTH: &str = "definition: the width of the bins must not change the eye";

fn levels(modulation: &Modulation) -> Result<SymbolLevels, CaseError> {
    Ok(SymbolLevels::new(modulation.level_positions())?)
}

/// The binning of Annex 93A, bit for bit.
fn official_binning() -> Result<Vec<Check>, CaseError> {
    let taps = [
        0.031, -0.012, 0.0004, 0.0219, -0.0451, 0.0007, -0.0033, 0.019,
    ];
    let pam4 = levels(&Modulation::pam4())?;
    let density = cursor_density(&taps, &pam4, 1e-3, Binning::Nearest)?;
    let mut checks = Checks::from(OFFICIAL);
    checks.exact("bins", density.mass.len(), 265);
    checks.add(
        "lowest bin",
        "",
        density.first as f64,
        -132.0,
        Tolerance::Absolute(0.0, Reason::RoundOff),
    );
    for (bin, expected) in [
        (0, 2.441_406_25e-4),
        (66, 0.003_906_25),
        (118, 0.008_056_640_625),
        (132, 0.007_812_5),
        (198, 0.003_906_25),
        (264, 2.441_406_25e-4),
    ] {
        checks.add(
            format!("probability of bin {bin}"),
            "",
            density.mass.get(bin).copied().unwrap_or(f64::NAN),
            expected,
            Tolerance::Absolute(0.0, Reason::RoundOff),
        );
    }
    let highest = density.mass.iter().copied().fold(0.0, f64::max);
    let ties = density
        .mass
        .iter()
        .filter(|p| p.to_bits() == highest.to_bits());
    checks.exact("bins that share the maximum", ties.count(), 10);
    checks.done()
}

/// The cursors of the script: 200 whole sixteenths of three bins.
fn long_cursors() -> Vec<f64> {
    let mut value = 700u32;
    (0..200u32)
        .map(|k| {
            let m = value.max(1) + k * k % 7;
            value = value * 93 / 100;
            3.0 * f64::from(m) / 16.0
        })
        .collect()
}

/// Bins of the density of 200 cursors of PAM4, and their probabilities in sixty digits.
const SIXTY_DIGITS: [(usize, f64); 17] = [
    (0, 0.001_484_242_660_009_565_9),
    (1, 0.001_484_232_655_129_253_2),
    (100, 0.001_387_380_139_205_844),
    (300, 0.000_803_851_008_653_072_68),
    (500, 0.000_261_136_195_376_371_74),
    (700, 4.415_575_247_873_955_6e-5),
    (900, 3.385_058_814_480_394_6e-6),
    (1_100, 9.131_949_258_311_801_8e-8),
    (1_300, 5.257_802_927_137_128_9e-10),
    (1_500, 1.976_876_378_984_601_4e-13),
    (1_700, 5.284_919_179_771_792_2e-20),
    (1_750, 3.145_285_199_222_071_6e-23),
    (1_800, 6.808_619_547_948_541_3e-29),
    (1_850, 2.850_187_078_182_983_3e-43),
    (1_900, 1.587_415_325_284_330_6e-79),
    (1_981, 8.768_789_616_818_717_7e-219),
    (1_982, 2.466_103_451_593_055_7e-222),
];

/// Direct convolution against sixty digits, down to 1e-222.
fn sixty_digits() -> Result<Vec<Check>, CaseError> {
    let pam4 = levels(&Modulation::pam4())?;
    let mut cursors = long_cursors();
    // The order must not matter.
    cursors.reverse();
    let density = cursor_density(&cursors, &pam4, 1.0, Binning::Conserving)?;
    let mut checks = Checks::from(DERIVED);
    checks.exact("bins", density.mass.len(), 3965);
    let middle = density.mass.len() / 2;
    for (bin, expected) in SIXTY_DIGITS {
        for (side, at) in [
            ("+", middle.checked_add(bin)),
            ("−", middle.checked_sub(bin)),
        ] {
            let p = at.and_then(|i| density.mass.get(i)).copied();
            checks.add(
                format!("probability of bin {side}{bin}"),
                "",
                p.unwrap_or(f64::NAN),
                expected,
                Tolerance::Relative(1e-12, Reason::RoundOff),
            );
        }
    }
    checks.done()
}

/// One pole, sampled at the end of the unit interval: uniform interference.
fn one_pole() -> Result<Vec<Check>, CaseError> {
    let nrz = levels(&Modulation::nrz())?;
    let mut checks = Checks::from(DERIVED);
    // Cursors of 2^−(k+1) on bins that divide them: nothing is rounded, and the end of the series is
    // a bin: of points d = 2^−21 apart in place of a uniform density, d²/24σ² is missing. Any other bin
    // is good to its grid.
    for (name, step, count, tolerance) in [
        ("bins that fit", 2f64.powi(-22), 22, 3e-11),
        ("4096 bins", 1.0 / 4096.0, 60, 1e-3),
        ("3195 bins", 0.313e-3, 60, 1e-3),
    ] {
        let cursors: Vec<f64> = (1..count).map(|k| 0.5f64.powi(k + 1)).collect();
        let density = cursor_density(&cursors, &nrz, step, Binning::Conserving)?;
        for (sigma, expected) in [
            (0.02, 0.007_978_845_608_028_653_5),
            (0.05, 0.019_947_114_020_071_634),
            (0.1, 0.039_894_228_040_143_268),
            (0.2, 0.079_788_445_387_955_473),
        ] {
            checks.add(
                format!("bit error ratio at σ = {sigma}, {name}"),
                "",
                density.probability_below_with_noise(-0.5, sigma),
                expected,
                Tolerance::Relative(tolerance, Reason::Grid),
            );
        }
    }
    // As an eye: the pulse response of the pole to a symbol, sampled eight times.
    let n = 8;
    let decay = 0.5f64.powf(1.0 / f64::from(n));
    let samples: Vec<f64> = (0..40 * n)
        .map(|i| {
            let on = 1.0 - decay.powi(i.min(n));
            on * decay.powi((i - n).max(0))
        })
        .collect();
    let per_symbol = usize::try_from(n)?;
    let pulse = PulseResponse::new(samples, per_symbol, per_symbol)?;
    let mut model = EyeModel::new(pulse, nrz);
    model.noise = 0.1;
    let eye = model.eye()?;
    let at = eye.decision();
    let errors = eye.errors(at, &eye.thresholds(at), &Modulation::nrz());
    checks.add(
        "bit error ratio at σ = 0.1, as an eye",
        "",
        errors.bit,
        0.039_894_228_040_143_268,
        Tolerance::Relative(1e-3, Reason::Grid),
    );
    for (left, expected) in [(0.1, 0.8), (0.25, 0.5), (0.5, 0.0)] {
        let cursors: Vec<f64> = (0..400)
            .map(|k| (1.0 - left) * f64::powi(left, k))
            .collect();
        let worst = peak_distortion(&cursors, 0, &levels(&Modulation::nrz())?);
        checks.add(
            format!("worst eye with {left} left after a unit interval"),
            "",
            0.5 * worst.heights.first().copied().unwrap_or(f64::NAN),
            expected,
            Tolerance::Absolute(1e-12, Reason::RoundOff),
        );
    }
    checks.done()
}

/// The dual-Dirac model's total jitter, and four levels with Gray labels.
fn quantiles() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (ber, expected) in [
        (1e-12, 14.068_967_650_602_264),
        (1e-15, 15.882_690_652_341_994),
    ] {
        checks.add(
            format!("total jitter of RJ = 1 at {ber:e}"),
            "",
            total_jitter(0.0, 1.0, ber),
            expected,
            Tolerance::Relative(1e-10, Reason::RoundOff),
        );
        // Each of the two tails has half of what they have together.
        let step = 0.01;
        let jitter = AmplitudeDensity::gaussian(step, 1.0)?
            .convolve(&AmplitudeDensity::dual_dirac(step, 40.0)?)?;
        let width = jitter.quantile_from_above(0.5 * ber) - jitter.quantile_from_below(0.5 * ber);
        checks.add(
            format!("width of the density of RJ = 1, DJ = 40 at {ber:e}, less DJ"),
            "",
            width - 40.0,
            expected,
            Tolerance::Absolute(2.0 * step, Reason::Grid),
        );
    }
    let pam4 = Modulation::pam4();
    for (x, expected, snr) in [
        (3.414_070_554_227_429_4, 2.4e-4, 17.655_149_880_955_769),
        (4.694_954_045_276_703_3, 1e-6, 20.422_326_957_381_824),
    ] {
        // One cursor of 3 V: the levels lie 2 V apart.
        let mut model = EyeModel::new(PulseResponse::new(vec![3.0], 1, 0)?, levels(&pam4)?);
        model.noise = 1.0 / x;
        let by_level: Vec<Vec<DecisionSample>> = model
            .at_decision()?
            .iter()
            .map(|density| {
                let sample = |(value, weight)| DecisionSample {
                    value,
                    deviation: model.noise,
                    weight,
                };
                density.points().map(sample).collect()
            })
            .collect();
        let samples = DecisionSamples { by_level };
        let errors = samples.error_ratios(&samples.optimum_thresholds(), &pam4);
        checks.add(
            format!("bit error ratio of four levels at {snr:.3} dB"),
            "",
            errors.bit,
            expected,
            Tolerance::Relative(1e-5, Reason::Grid),
        );
        let signal = model.levels.variance() * 9.0;
        checks.add(
            "signal-to-noise ratio",
            "dB",
            10.0 * (signal / model.noise.powi(2)).log10(),
            snr,
            Tolerance::Absolute(1e-9, Reason::RoundOff),
        );
    }
    checks.done()
}

/// Without noise an open eye is open and makes no errors; the width of the bins does not change it.
fn bins_do_not_matter() -> Result<Vec<Check>, CaseError> {
    let n = 32;
    let samples: Vec<f64> = (0..20 * n)
        .map(|i| {
            let t = f64::from(i) / f64::from(n) - 3.0;
            let tail = if t > 0.0 {
                0.04 * (-t / 3.0).exp() * (2.1 * t).sin() * (1.0 - (-t * t).exp())
            } else {
                0.0
            };
            (-(t / 0.6f64).powi(2)).exp() + tail
        })
        .collect();
    let per_symbol = usize::try_from(n)?;
    let pulse = PulseResponse::new(samples, per_symbol, 3 * per_symbol)?;
    let mut checks = Checks::from(CLOSED);
    let modulation = Modulation::pam4();
    let mut noisy = Vec::new();
    for bins in [1024, 2048, 8192, 32_768] {
        let mut model = EyeModel::new(pulse.clone(), levels(&modulation)?);
        model.bins = bins;
        let eye = model.eye()?;
        let at = eye.decision();
        let (cursors, main) = model.pulse.cursors(0);
        let worst = peak_distortion(&cursors, main.unsigned_abs(), &model.levels);
        let slack = 3.0 * model.step()?;
        for (i, (edges, expected)) in eye.edges(at, 1e-60).iter().zip(&worst.heights).enumerate() {
            checks.add(
                format!("height of eye {i} without noise, {bins} bins"),
                "V",
                edges.height(),
                *expected,
                Tolerance::Absolute(slack, Reason::Grid),
            );
        }
        checks.add(
            format!("symbol errors without noise, {bins} bins"),
            "",
            eye.errors(at, &eye.thresholds(at), &modulation).symbol,
            0.0,
            Tolerance::Absolute(0.0, Reason::RoundOff),
        );
        model.noise = 0.012;
        let eye = model.eye()?;
        let height = eye
            .edges(at, 1e-15)
            .get(1)
            .map_or(f64::NAN, EyeEdges::height);
        noisy.push((bins, height, model.step()?));
    }
    let mut all = checks.done()?;
    let mut checks = Checks::from(BIN_WIDTH);
    // The finest itself is compared with nothing.
    let finest = noisy.pop().map_or(f64::NAN, |n| n.1);
    for (bins, height, step) in noisy {
        checks.add(
            format!("height at 1e-15 with noise, {bins} bins, against the finest"),
            "V",
            height,
            finest,
            Tolerance::Absolute(step, Reason::Grid),
        );
    }
    all.extend(checks.done()?);
    Ok(all)
}

/// Error ratios at which errors are counted.
const COUNTED: [f64; 3] = [1e-2, 1e-3, 1e-4];
/// The same for a link whose errors come in bursts.
const BURSTS: [f64; 2] = [1e-2, 1e-3];

fn driver(amplitude: f64, rise_time: f64, taps: Vec<f64>, main_tap: usize) -> Driver {
    Driver {
        amplitude,
        rise_time,
        taps,
        main_tap,
        ..Driver::default()
    }
}

fn copper_link(
    modulation: Modulation,
    symbol_rate: f64,
    driver: Driver,
    cable: TwinaxCable,
    noise: f64,
    ctle: ContinuousTimeLinearEqualizer,
    equalizer: (usize, usize),
) -> Link {
    let mut link = links::link(
        modulation,
        symbol_rate,
        Pattern::Random,
        8,
        vec![
            Stage::Driver(driver),
            Stage::Twinax(cable),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(noise),
                response: Response::Butterworth4 {
                    bandwidth: 0.75 * symbol_rate,
                },
            }),
            Stage::Ctle(ctle),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: equalizer.0,
        decision_feedback_taps: equalizer.1,
        ..Equalizer::default()
    };
    link.engine.method = Method::Statistical;
    link
}

fn ctle(
    dc_gain_db: f64,
    symbol_rate: f64,
    low_frequency_db: f64,
) -> Result<ContinuousTimeLinearEqualizer, CaseError> {
    Ok(ContinuousTimeLinearEqualizer::new(
        dc_gain_db,
        symbol_rate / 2.5,
        symbol_rate / 2.5,
        symbol_rate,
        Some(LowFrequencyStage::new(
            low_frequency_db,
            symbol_rate / 40.0,
        )?),
    )?)
}

/// Two levels over 3 m, an analogue equaliser alone: much residual interference.
fn nrz_25g() -> Result<Link, CaseError> {
    let rate = 25.78125e9;
    Ok(copper_link(
        Modulation::nrz(),
        rate,
        driver(0.4, 12e-12, vec![1.0], 0),
        TwinaxCable::copper(26, 3.0)?,
        5.2e-17,
        ctle(-6.0, rate, -2.0)?,
        (1, 0),
    ))
}

/// Four levels over 1.5 m, taps at both ends and jitter of the edges.
pub fn pam4_53g_edges() -> Result<Link, CaseError> {
    let rate = 53.125e9;
    let mut link = copper_link(
        Modulation::pam4(),
        rate,
        driver(0.41, 6.16e-12, vec![-0.08, 0.82, -0.1], 1),
        TwinaxCable::copper(26, 1.5)?,
        8.2e-18,
        ctle(-6.0, rate, -2.0)?,
        (9, 1),
    );
    for named in &mut link.stages {
        if let Stage::Driver(driver) = &mut named.stage {
            driver.jitter = Jitter::drawn(0.01, 0.02);
        }
    }
    Ok(link)
}

/// Four levels of unequal spacing over 2 m, feedback taps only, jitter of the sampler.
fn pam4_53g_sampler() -> Result<Link, CaseError> {
    let rate = 53.125e9;
    let mut link = copper_link(
        Modulation::pam4_with_level_separation(0.95)?,
        rate,
        driver(0.41, 7.5e-12, vec![-0.1, 0.84], 1),
        TwinaxCable::copper(26, 2.0)?,
        8.2e-18,
        ctle(-8.0, rate, -2.0)?,
        (1, 6),
    );
    link.sampler.jitter = Jitter::drawn(0.012, 0.03);
    Ok(link)
}

/// Two levels over 5 m of 24 AWG, four feedback taps that feed back decisions.
pub fn nrz_25g_feedback() -> Result<Link, CaseError> {
    let rate = 25.78125e9;
    let mut link = copper_link(
        Modulation::nrz(),
        rate,
        driver(0.4, 9.6e-12, vec![-0.05, 0.85, -0.1], 1),
        TwinaxCable::copper(24, 5.0)?,
        5.2e-17,
        ctle(-4.0, rate, -1.0)?,
        (3, 4),
    );
    link.engine.monte_carlo.feedback = eyespan::link::Feedback::Decisions;
    Ok(link)
}

/// Four levels at 53 GBd over 2.5 m, twelve feedback taps that feed back decisions and no feed-forward taps.
fn pam4_53g_twelve_taps() -> Result<Link, CaseError> {
    let rate = 53.125e9;
    let mut link = copper_link(
        Modulation::pam4(),
        rate,
        driver(0.41, 7.5e-12, vec![-0.12, 0.88], 1),
        TwinaxCable::copper(26, 2.5)?,
        8.2e-18,
        ctle(-6.0, rate, 0.0)?,
        (1, 12),
    );
    link.engine.monte_carlo.feedback = eyespan::link::Feedback::Decisions;
    Ok(link)
}

/// Two levels over 5 m of 24 AWG without analogue equaliser, sixteen feedback taps that feed back decisions.
fn nrz_25g_sixteen_taps() -> Result<Link, CaseError> {
    let rate = 25.78125e9;
    let mut link = copper_link(
        Modulation::nrz(),
        rate,
        driver(0.4, 9.6e-12, vec![-0.05, 0.95], 1),
        TwinaxCable::copper(24, 5.0)?,
        5.2e-17,
        ctle(0.0, rate, 0.0)?,
        (1, 16),
    );
    link.engine.monte_carlo.feedback = eyespan::link::Feedback::Decisions;
    Ok(link)
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let counted =
        |name: &'static str, link: fn() -> Result<Link, CaseError>, levels: &'static [f64]| {
            Case::new(AREA, name, move || counted_against_tails(&link()?, levels))
        };
    vec![
        Case::new(AREA, "density/official-binning", official_binning),
        Case::new(AREA, "density/200-cursors-in-sixty-digits", sixty_digits),
        Case::new(AREA, "one-pole-channel", one_pole),
        Case::new(AREA, "quantiles", quantiles),
        Case::new(AREA, "width-of-bins", bins_do_not_matter),
        counted("counted/nrz-25-gbd-3-m", nrz_25g, &COUNTED),
        counted("counted/pam4-53-gbd-edge-jitter", pam4_53g_edges, &COUNTED),
        counted(
            "counted/pam4-53-gbd-sampler-jitter",
            pam4_53g_sampler,
            &COUNTED,
        ),
        counted(
            "counted/nrz-25-gbd-feedback-bursts",
            nrz_25g_feedback,
            &BURSTS,
        ),
        counted(
            "counted/pam4-53-gbd-12-feedback-taps",
            pam4_53g_twelve_taps,
            &BURSTS,
        ),
        counted(
            "counted/nrz-25-gbd-16-feedback-taps",
            nrz_25g_sixteen_taps,
            &BURSTS,
        ),
    ]
}
