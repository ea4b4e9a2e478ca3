//! Receivers with an analogue-to-digital converter: its noise and its jitter in closed form, its part in the
//! equaliser's taps, and error ratios of both engines against counted errors of samples that are moved, limited
//! and rounded.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::{counted_against_tails, pam4_53g_o_band};
use super::links;
use super::systematic_jitter::step_edges;
use eyespan::copper::{
    ContinuousTimeLinearEqualizer, LowFrequencyStage, Redriver, RedriverGain, TwinaxCable,
};
use eyespan::equalizer::Equalizer;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::noise::NoiseKind;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Feedback, Link, Method, NamedStage, SamplingPhase, Stage};
use eyespan::receiver::{
    AnalogToDigitalConverter, Conversion, ElectricalReceiver, FullScale, NoiseDensity,
};
use eyespan::signal::Response;
use eyespan::transmitter::{Driver, Jitter};
use std::f64::consts::PI;

const AREA: &str = "converters";
const ROUNDED: &str =
    "derive/converters.py: error of a rounded sine between its crossings of the steps";
const BENNETT: &str = "6.02 N + 1.76 dB and step²/12: W. R. Bennett, Bell Syst. Tech. J. 27(3) 446 (1948), DOI \
                       10.1002/j.1538-7305.1948.tb01340.x; effective bits: IEEE Std 1241";
const WALDEN: &str = "-20 lg(2πfσ): R. H. Walden, IEEE J. Sel. Areas Commun. 17(4) 539 (1999), DOI 10.1109/49.761034";
const APERTURE: &str =
    "derive/converters.py: error functions, Gauss–Hermite quadrature over the aperture's jitter";
const COUNTED: &str = "derive/converters.py; interval of Clopper & Pearson, Biometrika 26, 404 (1934), DOI \
                       10.1093/biomet/26.4.404";
const WHITE: &str = "the same link without a converter and with white noise of the variance step²/12 at its samples";

fn converter(
    bits: Option<u32>,
    effective_bits: Option<f64>,
    full_scale: FullScale,
    aperture_jitter: f64,
) -> AnalogToDigitalConverter {
    AnalogToDigitalConverter {
        bits,
        effective_bits,
        full_scale,
        aperture_jitter,
    }
}

/// Ratio (dB) of a sine of full scale to the error of its conversion.
fn ratio_of_sine(conversion: &Conversion) -> f64 {
    // A golden number of cycles meets all phases evenly.
    let turn = 2.0 * PI * 0.618_033_988_749_894_9;
    let count = 4_000_000;
    let squares: f64 = (0..count)
        .map(|i| {
            let sine = (turn * f64::from(i)).sin();
            (conversion.convert(sine) - sine).powi(2)
        })
        .sum();
    10.0 * (0.5 * f64::from(count) / squares).log10()
}

fn full_scale_sine() -> Result<Vec<Check>, CaseError> {
    let unit = FullScale::Voltage(2.0);
    let mut checks = Checks::from(ROUNDED);
    for (bits, expected) in [
        (3, 19.093_688),
        (6, 37.611_572),
        (8, 49.787_045),
        (10, 61.897_018),
    ] {
        checks.add(
            format!("sine of full scale over the error of {bits} bits"),
            "dB",
            ratio_of_sine(&converter(Some(bits), None, unit, 0.0).set_for(0.0, 1.0)),
            expected,
            Tolerance::Absolute(2e-4, Reason::Grid),
        );
    }
    let mut all = checks.done()?;
    let mut checks = Checks::from(BENNETT);
    for (bits, effective) in [(Some(8), None), (Some(8), Some(6.2)), (None, Some(5.0))] {
        let conversion = converter(bits, effective, unit, 0.0).set_for(0.0, 1.0);
        let variance = conversion.rounding_variance() + conversion.noise_variance();
        let effective = effective.unwrap_or(8.0);
        checks.add(
            format!("sine of full scale over all noise, {effective} effective bits"),
            "dB",
            10.0 * (0.5 / variance).log10(),
            20.0 * effective * 2f64.log10() + 10.0 * 1.5f64.log10(),
            Tolerance::Absolute(1e-9, Reason::RoundOff),
        );
    }
    all.extend(checks.done()?);
    Ok(all)
}

fn with_converter(mut link: Link, converter: AnalogToDigitalConverter) -> Link {
    link.stages
        .push(NamedStage::new("adc", Stage::Converter(converter)));
    link
}

/// Symbols in turn through a narrow filter are a sine of half the symbol rate. A quarter of a symbol beside
/// its peak, an eighth of its cycle, it is as steep as it is high.
fn jitter_of_a_sine() -> Result<Vec<Check>, CaseError> {
    let rate = 50e9;
    let mut checks = Checks::from(WALDEN);
    for jitter in [50e-15, 100e-15, 200e-15] {
        let mut link = with_converter(
            links::link(
                Modulation::nrz(),
                rate,
                Pattern::DeBruijn { order: 1 },
                32,
                vec![
                    Stage::Driver(Driver {
                        amplitude: 0.4,
                        ..Driver::default()
                    }),
                    Stage::ElectricalReceiver(ElectricalReceiver {
                        termination: None,
                        noise: NoiseDensity::White(1e-24),
                        response: Response::Gaussian {
                            bandwidth: 0.3 * rate,
                        },
                    }),
                ],
            ),
            converter(None, Some(20.0), FullScale::Voltage(2.0), jitter),
        );
        link.sampler.phase = SamplingPhase::Offset(0.25);
        let decided = SemiAnalytic::new(&link)?.evaluate()?.decided;
        // The taps shrink levels and noise alike.
        let ratios = decided.values.iter().zip(&decided.deviations);
        let squares: f64 = ratios.map(|(v, d)| (d / v).powi(2)).sum();
        checks.add(
            format!("sine of 25 GHz over jitter of {:.0} fs", 1e15 * jitter),
            "dB",
            -10.0 * (squares / decided.deviations.len() as f64).log10(),
            -20.0 * (2.0 * PI * 0.5 * rate * jitter).log10(),
            Tolerance::Absolute(5e-3, Reason::Grid),
        );
    }
    checks.done()
}

/// Two levels with Gaussian edges, an aperture that jitters.
fn aperture(jitter: f64, expected: f64, tolerance: f64) -> Result<Vec<Check>, CaseError> {
    let adc = converter(None, Some(16.0), FullScale::Voltage(2.0), jitter);
    let mut link = with_converter(step_edges(Jitter::default(), 0.0, Pattern::Random), adc);
    link.engine.monte_carlo.relative_error = 0.05;
    let mut engine = SemiAnalytic::new(&link)?;
    let decided = engine.evaluate()?.decided;
    let mut checks = Checks::from(APERTURE);
    // The waveform is a straight line within the jitter.
    checks.add(
        "symbol error ratio, semi-analytic",
        "",
        decided.errors.symbol,
        expected,
        Tolerance::Relative(tolerance, Reason::Grid),
    );
    let mut all = checks.done()?;
    let symbols = engine.propagation().symbols().len();
    let counts =
        MonteCarlo::new(&link, engine.plan(), &decided.rule, symbols)?.run(&Watch::default())?;
    let (low, high) = counts.interval(0.9997, 1.0);
    let mut checks = Checks::from(COUNTED);
    checks.add(
        format!(
            "symbol error ratio: {} wrong of {:.2e} symbols",
            counts.symbol_errors, counts.symbols as f64
        ),
        "",
        counts.symbol_error_ratio(),
        expected,
        Tolerance::Counted { low, high },
    );
    all.extend(checks.done()?);
    Ok(all)
}

/// Four levels at 53 GBd over 1.5 m of 26 AWG, a digital equaliser of fifteen taps.
fn digital(noise: f64) -> Result<Link, CaseError> {
    let rate = 53.125e9;
    let mut link = links::link(
        Modulation::pam4(),
        rate,
        Pattern::Prbs13q,
        8,
        vec![
            Stage::Driver(Driver {
                amplitude: 0.41,
                rise_time: 7.5e-12,
                taps: vec![-0.08, 0.82, -0.1],
                main_tap: 1,
                ..Driver::default()
            }),
            Stage::Twinax(TwinaxCable::copper(26, 1.5)?),
            Stage::ElectricalReceiver(ElectricalReceiver {
                termination: None,
                noise: NoiseDensity::White(noise),
                response: Response::Butterworth4 {
                    bandwidth: 0.75 * rate,
                },
            }),
            Stage::Ctle(ContinuousTimeLinearEqualizer::new(
                -6.0,
                rate / 2.5,
                rate / 2.5,
                rate,
                Some(LowFrequencyStage::new(-2.0, rate / 40.0)?),
            )?),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 15,
        decision_feedback_taps: 1,
        ..Equalizer::default()
    };
    link.engine.monte_carlo.feedback = Feedback::Sent;
    Ok(link)
}

/// The converter's noise in the solution for the taps is white noise of its variance.
fn noise_in_the_taps() -> Result<Vec<Check>, CaseError> {
    let quiet = digital(1e-22)?;
    let full = FullScale::Voltage(1.0);
    let converted = with_converter(quiet.clone(), converter(None, Some(5.0), full, 0.0));
    // White noise that nothing filters; its band ends below half the sampling rate, so its variance at the
    // samples is measured first.
    let step: f64 = 1.0 / 32.0;
    let with_noise = |density: f64| {
        let mut noisy = quiet.clone();
        noisy.stages.push(NamedStage::new(
            "noise",
            Stage::Redriver(Redriver {
                gain: RedriverGain::Fixed(1.0),
                peaking: None,
                response: Response::Flat,
                noise: density,
                linear_range: None,
                power: None,
                latency: 0.0,
            }),
        ));
        noisy
    };
    let unit = SemiAnalytic::new(&with_noise(1e-14))?.evaluate()?.noise;
    let variance = unit.variance_of(NoiseKind::Redriver, &[1.0]);
    let noisy = with_noise(1e-14 * step * step / 12.0 / variance);
    let taps = |link: &Link| -> Result<_, CaseError> {
        let decided = SemiAnalytic::new(link)?.evaluate()?.decided;
        Ok((decided.rule.taps, decided.errors.symbol))
    };
    let ((a, errors), (b, expected)) = (taps(&converted)?, taps(&noisy)?);
    let mut checks = Checks::from(WHITE);
    let largest = b.feed_forward.iter().fold(0.0, |m: f64, w| m.max(w.abs()));
    for (i, (x, y)) in a.feed_forward.iter().zip(&b.feed_forward).enumerate() {
        checks.add(
            format!("tap {i}"),
            "",
            x / largest,
            y / largest,
            // A band that ends makes neighbouring samples a little alike.
            Tolerance::Absolute(5e-3, Reason::Grid),
        );
    }
    checks.add(
        "symbol error ratio",
        "",
        errors,
        expected,
        Tolerance::Relative(0.05, Reason::Grid),
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    const LEVELS: [f64; 2] = [1e-2, 1e-3];
    let counted = |name: &'static str, link: fn() -> Result<Link, CaseError>| {
        Case::new(AREA, name, move || counted_against_tails(&link()?, &LEVELS))
    };
    vec![
        Case::new(AREA, "sine-of-full-scale", full_scale_sine),
        Case::new(AREA, "jitter-of-a-sine", jitter_of_a_sine),
        Case::new(AREA, "aperture/500-fs", || {
            aperture(500e-15, 2.706_117_23e-4, 3e-3)
        }),
        Case::new(AREA, "aperture/1500-fs", || {
            aperture(1500e-15, 2.958_878_23e-4, 1e-2)
        }),
        Case::new(AREA, "noise-in-the-taps", noise_in_the_taps),
        counted("counted/6-bits", || {
            let adc = converter(Some(6), None, FullScale::Loading(4.0), 0.0);
            Ok(with_converter(digital(8.2e-18)?, adc))
        }),
        counted("counted/6-bits-clipping", || {
            let adc = converter(Some(6), None, FullScale::Loading(2.0), 0.0);
            Ok(with_converter(digital(8.2e-18)?, adc))
        }),
        counted("counted/7-bits-effective-5.5-aperture", || {
            let adc = converter(Some(7), Some(5.5), FullScale::Loading(3.5), 250e-15);
            Ok(with_converter(digital(8.2e-18)?, adc))
        }),
        counted("counted/statistical", || {
            let adc = converter(Some(7), Some(6.0), FullScale::Loading(6.0), 200e-15);
            let mut link = with_converter(digital(8.2e-18)?, adc);
            link.signal.pattern = Pattern::Random;
            link.engine.method = Method::Statistical;
            Ok(link)
        }),
        counted("counted/photocurrent", || {
            let adc = converter(Some(6), None, FullScale::Loading(3.5), 300e-15);
            let mut link = with_converter(pam4_53g_o_band(), adc);
            link.equalizer.feed_forward_taps = 9;
            Ok(link)
        }),
    ]
}
