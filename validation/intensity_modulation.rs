//! Whole intensity-modulated links at the level of their waveforms, against other programs: four levels through
//! modulator, dispersion, preamplifier and photodiode to adaptive and least-squares equalisers.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::constants::{BOLTZMANN, ELEMENTARY_CHARGE, PLANCK, SPEED_OF_LIGHT};
use eyespan::equalizer::Covariances;
use eyespan::equalizer::adaptive::{
    AdaptiveEqualizer, AdaptiveStructure, AfterTraining, UpdateRule,
};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, SingleModeFiber};
use eyespan::random::{Source, Stream, StreamKey};
use eyespan::signal::{Grid, Response, Scratch, Transforms};
use eyespan::transmitter::{LaunchLevel, MachZehnderDrive, MachZehnderModulator};
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "intensity modulation";
const NOTEBOOK: &str = "OptiCommPy, examples/test_equalizers_for_IMDD_transmission.ipynb, its printed table (commit of 2025)";
const REACH: &str = "derive/intensity_modulation.py; link of OptiCommPy, examples/basic_IMDD_PAM_transmission.ipynb";
const TASK: &str = "derive/intensity_modulation.py; link of arXiv 2302.14726 (J. Lightwave Technol. 41(11), 3424, 2023)";
/// Samples a symbol of the drive and the light.
const SAMPLES: usize = 16;
const POSITIONS: [f64; 4] = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];

fn stream(span: u32) -> Stream {
    StreamKey {
        seed: 21,
        source: Source::Other(40),
        lane: 0,
        polarization: 0,
        span,
    }
    .stream()
}

fn gaussian(span: u32, count: usize) -> Vec<f64> {
    let mut draws = vec![0.0; count];
    stream(span).fill_gaussian(0, &mut draws);
    draws
}

/// Multiplies a spectrum onto a cyclic waveform.
struct Line {
    grid: Grid,
    transforms: Transforms,
    scratch: Scratch,
}

impl Line {
    fn new(samples: usize, sampling_rate: f64) -> Self {
        Self {
            grid: Grid {
                samples,
                sampling_rate,
            },
            transforms: Transforms::new(samples),
            scratch: Scratch::default(),
        }
    }

    fn apply(&mut self, wave: &mut [Complex64], response: &[Complex64]) {
        self.transforms.forward(wave, &mut self.scratch);
        let scale = 1.0 / wave.len() as f64;
        for (a, h) in wave.iter_mut().zip(response) {
            *a *= h * scale;
        }
        self.transforms.inverse(wave, &mut self.scratch);
    }

    /// Convolves with taps about the middle one.
    fn convolve(&mut self, wave: &mut [Complex64], taps: &[f64]) {
        let mut response = vec![Complex64::ZERO; wave.len()];
        let (n, middle) = (wave.len(), (taps.len() - 1) / 2);
        for (k, tap) in taps.iter().enumerate() {
            response[(n + k - middle) % n] += tap;
        }
        self.transforms.forward(&mut response, &mut self.scratch);
        self.apply(wave, &response);
    }
}

/// A sinc cut to a number of taps, of unit sum; the cut-off over the sampling rate.
fn low_pass(cutoff: f64, taps: usize) -> Vec<f64> {
    let mut response: Vec<f64> = (0..taps)
        .map(|k| {
            let x = 2.0 * cutoff * (k as f64 - (taps - 1) as f64 / 2.0);
            if x.abs() < 1e-12 {
                1.0
            } else {
                (PI * x).sin() / (PI * x)
            }
        })
        .collect();
    let sum: f64 = response.iter().sum();
    for h in &mut response {
        *h /= sum;
    }
    response
}

fn fiber(km: f64, ps_per_nm_km: f64, db_per_km: f64) -> SingleModeFiber {
    SingleModeFiber {
        length: 1e3 * km,
        attenuation: Attenuation::Constant(1e-3 * db_per_km),
        dispersion: Dispersion::AtWavelength {
            reference: None,
            coefficient: 1e-6 * ps_per_nm_km,
            slope: 0.0,
        },
        group_index: 1.468,
    }
}

/// Four levels from −3 dBm at a modulator driven with ±0.2 V_π about quadrature to a photodiode whose bandwidth
/// is the symbol rate: a load of 50 Ω at 25 °C, 5 nA of dark current.
struct Detected {
    symbols: Vec<f64>,
    /// 16 samples a symbol.
    current: Vec<f64>,
}

fn detected(
    count: usize,
    symbol_rate: f64,
    fiber: &SingleModeFiber,
    preamplifier_noise_figure_db: Option<f64>,
) -> Result<Detected, CaseError> {
    const FREQUENCY: f64 = 193.1e12;
    let sampling_rate = SAMPLES as f64 * symbol_rate;
    let mut line = Line::new(count * SAMPLES, sampling_rate);
    let mut drawn = vec![0; count];
    stream(0).fill_symbols(0, 4, &mut drawn);
    let symbols: Vec<f64> = drawn.iter().map(|&s| POSITIONS[usize::from(s)]).collect();
    // A rectangle of a symbol behind exp(−t²), t from −2 to 2 over a symbol.
    let edge: Vec<f64> = (0..SAMPLES)
        .map(|k| (4.0 * k as f64 / (SAMPLES - 1) as f64 - 2.0).powi(2))
        .map(|square| (-square).exp())
        .collect();
    let pulse: Vec<f64> = (0..2 * SAMPLES - 1)
        .map(|k| {
            let range = k.saturating_sub(SAMPLES - 1)..(k + 1).min(SAMPLES);
            edge[range].iter().sum()
        })
        .collect();
    let mut field = vec![Complex64::ZERO; count * SAMPLES];
    for (place, a) in field.iter_mut().step_by(SAMPLES).zip(&symbols) {
        *place = Complex64::new(*a, 0.0);
    }
    line.convolve(&mut field, &pulse);
    let largest = field.iter().map(|a| a.re.abs()).fold(0.0, f64::max);
    let modulator = MachZehnderModulator {
        transmission: 1.0,
        v_pi: 1.0,
        drive: MachZehnderDrive::Swing(0.4),
        bias_offset: 0.0,
        arm_extinction_ratio: f64::INFINITY,
        alpha_h: 0.0,
        response: Response::Flat,
        launch: LaunchLevel::FromLaser,
    };
    let transmission = modulator.field();
    for a in &mut field {
        *a = transmission(a.re / largest);
    }
    let power = field.iter().map(Complex64::norm_sqr).sum::<f64>() / field.len() as f64;
    let scale = (10f64.powf(-3.3) / power).sqrt();
    let mut response = vec![Complex64::ZERO; field.len()];
    fiber.transfer(SPEED_OF_LIGHT / FREQUENCY, line.grid, &mut response)?;
    line.apply(&mut field, &response);
    let (mut gain, mut deviation) = (1.0, 0.0);
    if let Some(noise_figure) = preamplifier_noise_figure_db {
        // Makes up for the fibre; in one polarisation, (G·F − 1)/2 photons in every mode.
        gain = 10f64.powf(0.1 * fiber.attenuation_db_per_m(1550e-9)? * fiber.length);
        let photons = 0.5 * (gain * 10f64.powf(0.1 * noise_figure) - 1.0);
        deviation = (0.5 * photons * PLANCK * FREQUENCY * sampling_rate).sqrt();
    }
    let scale = scale * gain.sqrt();
    let (re, im) = (gaussian(1, field.len()), gaussian(2, field.len()));
    let receiver = gaussian(3, field.len());
    let thermal = 4.0 * BOLTZMANN * 298.15 / 50.0;
    for (i, a) in field.iter_mut().enumerate() {
        let current = (*a * scale + deviation * Complex64::new(re[i], im[i])).norm_sqr();
        let density = 2.0 * ELEMENTARY_CHARGE * (current + 5e-9) + thermal;
        *a = Complex64::from(current + (0.5 * density * sampling_rate).sqrt() * receiver[i]);
    }
    line.convolve(&mut field, &low_pass(1.0 / SAMPLES as f64, 255));
    Ok(Detected {
        symbols,
        current: field.iter().map(|a| a.re).collect(),
    })
}

/// Without mean, of variance one.
fn standard(samples: &[f64]) -> Vec<f64> {
    let mean = samples.iter().sum::<f64>() / samples.len() as f64;
    let power = samples.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / samples.len() as f64;
    samples.iter().map(|x| (x - mean) / power.sqrt()).collect()
}

/// Power of the symbols over that of the difference, both of power one, dB.
fn signal_to_noise_db(outputs: &[f64], symbols: &[f64]) -> f64 {
    let root = |x: &[f64]| (x.iter().map(|x| x * x).sum::<f64>() / x.len() as f64).sqrt();
    let (a, b) = (root(outputs), root(symbols));
    let pairs = outputs.iter().zip(symbols);
    let noise = pairs.map(|(x, y)| (x / a - y / b).powi(2)).sum::<f64>() / outputs.len() as f64;
    -10.0 * noise.log10()
}

/// Equalisers at half a symbol behind 4.25 km at 100 GBd.
fn equalizers() -> Result<Vec<Check>, CaseError> {
    const COUNT: usize = if cfg!(debug_assertions) {
        1 << 17
    } else {
        1 << 19
    };
    const TRAINING: usize = if cfg!(debug_assertions) {
        80_000
    } else {
        100_000
    };
    let link = detected(COUNT, 100e9, &fiber(4.25, 17.0, 0.2), None)?;
    let mut line = Line::new(COUNT * SAMPLES, SAMPLES as f64 * 100e9);
    let mut wave: Vec<Complex64> = link.current.iter().map(|&i| Complex64::from(i)).collect();
    line.convolve(&mut wave, &low_pass(1.0 / SAMPLES as f64, 501));
    let every_eighth: Vec<f64> = wave.iter().step_by(8).map(|a| a.re).collect();
    let received = standard(&every_eighth);
    let symbols = standard(&link.symbols);
    let levels = POSITIONS.map(|x| x * 1.8f64.sqrt());
    let end = COUNT - TRAINING / 10;
    let mut checks = Checks::from(NOTEBOOK);
    let accepted = Tolerance::Absolute(0.3, Reason::StatedBySource);
    let direct: Vec<f64> = received.iter().copied().step_by(2).collect();
    checks.add(
        "signal-to-noise ratio without equaliser",
        "dB",
        signal_to_noise_db(&direct[TRAINING..end], &symbols[TRAINING..end]),
        -0.31,
        accepted,
    );
    let largest = received.iter().map(|x| x.abs()).fold(0.0, f64::max);
    let peak_one: Vec<f64> = received.iter().map(|x| x / largest).collect();
    let taps = AdaptiveStructure {
        samples_per_symbol: 2,
        linear_taps: 70,
        main_tap: 35,
        ..AdaptiveStructure::default()
    };
    let products = AdaptiveStructure {
        second_order_taps: 20,
        third_order_taps: 10,
        product_steps: [1.0 / 2.0, 1.0 / 7.0],
        ..taps
    };
    let feedback = AdaptiveStructure {
        feedback_taps: 15,
        ..taps
    };
    for (name, structure, step, samples, expected) in [
        ("70 taps", taps, 2e-3, &received, 15.07),
        (
            "70 taps and 15 of feedback",
            feedback,
            2e-3,
            &received,
            17.50,
        ),
        (
            "70 taps and products of 20 and of 10 samples",
            products,
            3e-2,
            &peak_one,
            19.54,
        ),
    ] {
        let rule = UpdateRule::LeastMeanSquares { step };
        let mut equalizer = AdaptiveEqualizer::new(structure, rule, &levels)?;
        let known = &symbols[..TRAINING];
        let out = equalizer.equalize(samples, known, AfterTraining::DecisionDirected)?;
        checks.add(
            format!("signal-to-noise ratio behind {name}"),
            "dB",
            signal_to_noise_db(&out.outputs[TRAINING..end], &symbols[TRAINING..end]),
            expected,
            accepted,
        );
    }
    checks.done()
}

/// Signal-to-noise ratio over length with a preamplifier, without equaliser.
fn reach() -> Result<Vec<Check>, CaseError> {
    const COUNT: usize = if cfg!(debug_assertions) {
        1 << 15
    } else {
        1 << 18
    };
    let mut checks = Checks::from(REACH);
    for (km, expected) in RATIOS {
        let noise_figure = (km > 0.0).then_some(4.5);
        let link = detected(COUNT, 40e9, &fiber(km, 16.0, 0.2), noise_figure)?;
        let sampled: Vec<f64> = link.current.iter().copied().step_by(SAMPLES).collect();
        checks.add(
            format!("signal-to-noise ratio at {km} km"),
            "dB",
            signal_to_noise_db(&standard(&sampled), &standard(&link.symbols)),
            expected,
            Tolerance::Absolute(0.1, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Signal-to-noise ratios of the script, dB, at lengths in km.
const RATIOS: [(f64, f64); 7] = [
    (0.0, 27.28),
    (2.0, 27.92),
    (4.0, 24.55),
    (6.0, 15.51),
    (8.0, 8.44),
    (10.0, 4.09),
    (12.0, 1.83),
];

/// Four levels at 112 GBd, root-raised cosine, 4 km of −5 ps/(nm·km): seven taps of least mean-square error.
fn least_squares_task() -> Result<Vec<Check>, CaseError> {
    const COUNT: usize = if cfg!(debug_assertions) {
        1 << 15
    } else {
        1 << 19
    };
    const OVER: usize = 3;
    let symbol_rate = 112e9;
    let mut line = Line::new(COUNT * OVER, OVER as f64 * symbol_rate);
    let mut drawn = vec![0; COUNT];
    stream(10).fill_symbols(0, 4, &mut drawn);
    let (roll_off, nyquist) = (0.2, 0.5 * symbol_rate);
    let shaping: Vec<Complex64> = (0..COUNT * OVER)
        .map(|k| {
            let f = line.grid.frequency(k).abs();
            let edge = (f - (1.0 - roll_off) * nyquist) / (2.0 * roll_off * nyquist);
            Complex64::from((0.5 * PI * edge.clamp(0.0, 1.0)).cos())
        })
        .collect();
    let mut field = vec![Complex64::ZERO; COUNT * OVER];
    for (place, &s) in field.iter_mut().step_by(OVER).zip(&drawn) {
        *place = Complex64::from(3.0 * POSITIONS[usize::from(s)]);
    }
    line.apply(&mut field, &shaping);
    for a in &mut field {
        *a += 2.25;
    }
    let power = field.iter().map(Complex64::norm_sqr).sum::<f64>() / field.len() as f64;
    let mut response = vec![Complex64::ZERO; field.len()];
    fiber(4.0, -5.0, 0.0).transfer(1270e-9, line.grid, &mut response)?;
    line.apply(&mut field, &response);
    let mut checks = Checks::from(TASK);
    for (noise_db, expected) in TASK_RATIOS {
        let deviation = 10f64.powf(0.05 * noise_db);
        let noise = gaussian(11, field.len());
        let mut wave: Vec<Complex64> = (field.iter().zip(&noise))
            .map(|(a, n)| Complex64::from(a.norm_sqr() / power + deviation * n))
            .collect();
        line.apply(&mut wave, &shaping);
        let sampled: Vec<f64> = wave.iter().step_by(OVER).map(|a| a.re).collect();
        let sent: Vec<f64> = drawn.iter().map(|&s| POSITIONS[usize::from(s)]).collect();
        let taps = Covariances::measure(&sampled, &sent, &[], 7, 0)
            .solve(7, 3, 0)
            .ok_or("no taps")?;
        let outputs: Vec<f64> = (0..COUNT)
            .map(|n| {
                let taps = taps.feed_forward.iter().enumerate();
                taps.map(|(i, w)| w * sampled[(n + COUNT + 3 - i) % COUNT])
                    .sum()
            })
            .collect();
        let mut sums = [(0.0, 0.0); 4];
        for (z, &s) in outputs.iter().zip(&drawn) {
            let (sum, count) = &mut sums[usize::from(s)];
            *sum += z;
            *count += 1.0;
        }
        let means = sums.map(|(sum, count)| sum / count);
        let gray = [0b00u8, 0b01, 0b11, 0b10];
        let wrong: u32 = (outputs.iter().zip(&drawn))
            .map(|(z, &s)| {
                let above = means.windows(2).filter(|m| *z > 0.5 * (m[0] + m[1]));
                (gray[above.count()] ^ gray[usize::from(s)]).count_ones()
            })
            .sum();
        checks.add(
            format!("bit error ratio, noise of {noise_db} dB: {wrong} wrong"),
            "",
            f64::from(wrong) / (2 * COUNT) as f64,
            expected,
            Tolerance::Relative(0.05, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Bit error ratios of the script over the variance of the noise, dB.
const TASK_RATIOS: [(f64, f64); 3] = [(-16.0, 1.593e-2), (-18.0, 7.012e-3), (-20.0, 2.887e-3)];

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "adaptive-equalisers/100-gbd", equalizers),
        Case::new(AREA, "preamplified-reach/40-gbd", reach),
        Case::new(AREA, "least-squares/112-gbd", least_squares_task),
    ]
}
