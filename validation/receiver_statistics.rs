//! Error ratios of pre-amplified direct-detection receivers: the expansion of the noise against an
//! integral in time, against closed forms, and against counted errors, with what the Gaussian approximation
//! makes of them.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::math::clopper_pearson;
use eyespan::random::{Source, StreamKey};
use eyespan::receiver::{EmissionNoise, PreamplifiedReceiver, QuadraticForm};
use eyespan::signal::Grid;
use num_complex::Complex64;
use rustfft::FftPlanner;
use std::f64::consts::{LN_2, PI, TAU};

const AREA: &str = "receiver statistics";
const DERIVED: &str = "derive/karhunen_loeve.py; Imhof 1961, DOI 10.1093/biomet/48.3-4.419";
const CLOSED: &str = "Humblet & Azizoglu 1991, DOI 10.1109/50.97649; chi-square distributions of SciPy in derive/karhunen_loeve.py";
const COUNTED: &str = "counted errors; interval of Clopper & Pearson, Biometrika 26, 404 (1934)";
const CONFIDENCE: f64 = 0.9997;
const BLOCKS: u32 = if cfg!(debug_assertions) { 300 } else { 4_000 };

/// A Gaussian optical filter of this full width at −3 dB, Hz.
fn optical(width: f64) -> impl Fn(f64) -> Complex64 {
    move |f| Complex64::new((-0.5 * LN_2 * (2.0 * f / width).powi(2)).exp(), 0.0)
}

/// Steady time and tone of the script's field.
fn by_script() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let filter = optical(50e9);
    let electrical = |f: f64| Complex64::new((-0.5 * LN_2 * (f / 7.5e9).powi(2)).exp(), 0.0);
    let noise = EmissionNoise {
        density: 4e-17,
        polarizations: 2,
        deviation: 0.0,
    };
    let receiver = PreamplifiedReceiver::new(&filter, &electrical, noise, 0.6e-9, 170e9)?;
    // One period of the tone.
    let field: Vec<Complex64> = (0..64)
        .map(|k| {
            let phase = TAU * f64::from(k) / 64.0;
            Complex64::new(1e-2 * (0.62 + 0.38 * phase.cos()), 0.0)
        })
        .collect();
    let forms = receiver.decisions(
        &filter,
        &electrical,
        &field,
        0.2e-9 / 64.0,
        &[0.0, 1e-10, 0.5e-10],
    )?;
    let printed = |digits: f64| Tolerance::Relative(digits, Reason::PrintedDigit);
    for (form, mean, variance, tails) in [
        (
            &forms[0],
            9.335_006_314e-5,
            1.159_111_151e-10,
            [(8e-5, 1.037_697_256e-1), (6e-5, 2.809_988_740e-4)],
        ),
        (
            &forms[1],
            1.367_560_419e-5,
            1.129_336_775e-11,
            [(2.5e-5, 2.798_169_211e-3), (3.5e-5, 3.075_947_145e-6)],
        ),
        (
            &forms[2],
            4.592_803_993e-5,
            5.097_422_634e-11,
            [(3e-5, 6.696_464_587e-3), (7e-5, 1.346_982_990e-3)],
        ),
    ] {
        let at = format!("mean of {mean:.3e} W");
        checks.add(format!("mean, {at}"), "W", form.mean(), mean, printed(1e-8));
        checks.add(
            format!("variance, {at}"),
            "W²",
            form.variance(),
            variance,
            printed(1e-8),
        );
        for (threshold, expected) in tails {
            let found = if threshold > mean {
                form.above(threshold)
            } else {
                form.below(threshold)
            };
            checks.add(
                format!("tail at {threshold:e} W, {at}"),
                "",
                found,
                expected,
                printed(1e-7),
            );
        }
    }
    // Where the Gaussian approximation fails: the tail of a space far above its mean.
    checks.add(
        "tail of a space at 3.5e-5 W over that of the Gaussian of its mean and variance",
        "",
        forms[1].above(3.5e-5) / forms[1].gaussian(3.5e-5),
        1e4,
        Tolerance::AtLeast,
    );
    checks.add(
        "the same by the saddle point alone, over the integral",
        "",
        forms[1].saddle_point(3.5e-5) / forms[1].above(3.5e-5),
        1.0,
        Tolerance::Absolute(0.05, Reason::StatedBySource),
    );
    checks.done()
}

/// A rectangular filter with integrate and dump: M modes of equal noise.
fn rectangular() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CLOSED);
    let time = 1e-10;
    let flat = |_: f64| Complex64::new(1.0, 0.0);
    let dump = |f: f64| {
        let x = PI * f * time;
        Complex64::new(if x == 0.0 { 1.0 } else { x.sin() / x }, 0.0)
    };
    let density = 1e-17;
    for (modes, energy, threshold, zero, one) in [
        (1, 40.0, 12.0, 7.987_476_059e-5, 9.793_784_347e-6),
        (5, 60.0, 30.0, 7.121_750_863e-6, 1.128_621_690e-5),
        (11, 80.0, 50.0, 3.035_309_821e-6, 2.560_660_794e-6),
    ] {
        let noise = EmissionNoise {
            density,
            polarizations: 2,
            deviation: 0.0,
        };
        let band = (0.5 * f64::from(modes - 1) + 0.25) / time;
        let receiver = PreamplifiedReceiver::new(&flat, &dump, noise, time, band)?;
        let unit = density / time;
        let at = |energy: f64| -> Result<QuadraticForm, CaseError> {
            let field = [Complex64::new((energy * unit).sqrt(), 0.0); 4];
            let forms = receiver.decisions(&flat, &dump, &field, 0.25 * time, &[0.0])?;
            Ok(forms[0].clone())
        };
        let printed = Tolerance::Relative(2e-8, Reason::PrintedDigit);
        checks.add(
            format!("noise above {threshold} N0, {modes} modes"),
            "",
            at(0.0)?.above(threshold * unit),
            zero,
            printed,
        );
        checks.add(
            format!("a pulse of {energy} N0 below {threshold} N0, {modes} modes"),
            "",
            at(energy)?.below(threshold * unit),
            one,
            printed,
        );
    }
    checks.done()
}

/// Bits of the pattern: a de Bruijn sequence of six bits.
fn pattern() -> Vec<bool> {
    let mut bits = vec![false; 6];
    while bits.len() < 64 {
        // Prefer one: the next bit is 1 unless that window has been.
        let mut window = bits[bits.len() - 5..].to_vec();
        window.push(true);
        let seen = bits.windows(6).any(|w| w == window);
        bits.push(!seen);
    }
    bits
}

/// Errors of ten gigabits a second with a pre-amplifier, counted, with optical and electrical filter.
fn counted(polarizations: u32, deviation: f64, density: f64) -> Result<Vec<Check>, CaseError> {
    const SAMPLES: usize = 32;
    let mut checks = Checks::from(COUNTED);
    let bits = pattern();
    let count = bits.len() * SAMPLES;
    let interval = 1e-10 / SAMPLES as f64;
    let period = count as f64 * interval;
    let filter = optical(35e9);
    let electrical = |f: f64| Complex64::new(1.0, f / 7e9).inv();
    // Marks of 0.1 mW and spaces of a tenth of that, with edges of a third of a bit.
    let level = |bit: bool| if bit { 1e-2 } else { 1e-2 * 0.1f64.sqrt() };
    let field: Vec<Complex64> = (0..count)
        .map(|k| {
            let (bit, place) = (k / SAMPLES, (k % SAMPLES) as f64 / SAMPLES as f64);
            let before = level(bits[(bit + bits.len() - 1) % bits.len()]);
            let edge = 0.5 - 0.5 * (PI * (place * 3.0).min(1.0)).cos();
            Complex64::new(before + (level(bits[bit]) - before) * edge, 0.0)
        })
        .collect();
    // Late in the bit: the pole delays.
    let times: Vec<f64> = (0..bits.len()).map(|k| (k as f64 + 0.92) * 1e-10).collect();
    let noise = EmissionNoise {
        density,
        polarizations,
        deviation,
    };
    let receiver = PreamplifiedReceiver::new(&filter, &electrical, noise, 0.6e-9, 110e9)?;
    let forms = receiver.decisions(&filter, &electrical, &field, interval, &times)?;
    // The threshold with the fewest errors, among forty.
    let errors = |tail: &dyn Fn(&QuadraticForm, bool) -> f64| -> f64 {
        forms
            .iter()
            .zip(&bits)
            .map(|(form, bit)| tail(form, *bit))
            .sum::<f64>()
            / bits.len() as f64
    };
    let exact = |threshold: f64| {
        errors(&|form, bit| {
            if bit {
                form.below(threshold)
            } else {
                form.above(threshold)
            }
        })
    };
    let best = (10..60)
        .map(|k| f64::from(k) * 1.5e-6)
        .min_by(|a, b| exact(*a).total_cmp(&exact(*b)))
        .unwrap_or(4e-5);
    let mut planner = FftPlanner::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(count),
        planner.plan_fft_inverse(count),
    );
    let mut spectrum = field.clone();
    forward.process(&mut spectrum);
    let grid = Grid {
        samples: count,
        sampling_rate: 1.0 / interval,
    };
    let sigma = (0.5 * density / period).sqrt() * count as f64;
    let mut wrong = 0u64;
    for block in 0..BLOCKS {
        let mut power = vec![Complex64::default(); count];
        for polarization in 0..polarizations {
            let key = StreamKey {
                seed: 77,
                source: Source::AmplifiedSpontaneousEmission,
                lane: polarizations,
                polarization,
                span: block,
            };
            let mut draws = vec![0.0; 2 * count];
            key.stream().fill_gaussian(0, &mut draws);
            let mut wave: Vec<Complex64> = (0..count)
                .map(|k| {
                    let noise = Complex64::new(draws[2 * k], draws[2 * k + 1]) * sigma;
                    let signal = if polarization == 0 {
                        spectrum[k]
                    } else {
                        Complex64::default()
                    };
                    (signal + noise) * filter(grid.frequency(k)) / count as f64
                })
                .collect();
            inverse.process(&mut wave);
            for (sum, a) in power.iter_mut().zip(&wave) {
                *sum += a.norm_sqr();
            }
        }
        forward.process(&mut power);
        let mut draws = vec![0.0; bits.len()];
        StreamKey {
            seed: 77,
            source: Source::ThermalNoise,
            lane: polarizations,
            polarization: 0,
            span: block,
        }
        .stream()
        .fill_gaussian(0, &mut draws);
        // At the times of decision, by the delay of their remainder.
        for (k, value) in power.iter_mut().enumerate() {
            let f = grid.frequency(k);
            *value *= electrical(f) * Complex64::cis(TAU * f * 0.92e-10) / count as f64;
        }
        inverse.process(&mut power);
        for ((bit, draw), value) in bits.iter().zip(&draws).zip(power.iter().step_by(SAMPLES)) {
            let decided = value.re + deviation * draw > best;
            wrong += u64::from(decided != *bit);
        }
    }
    let total = u64::from(BLOCKS) * bits.len() as u64;
    let (low, high) = clopper_pearson(wrong, total, CONFIDENCE);
    checks.add(
        format!(
            "bit error ratio, {polarizations} polarisations, threshold {best:.2e} W: {wrong} wrong"
        ),
        "",
        wrong as f64 / total as f64,
        exact(best),
        Tolerance::Counted { low, high },
    );
    if deviation == 0.0 {
        // The Gaussian of the same mean and variance misses the counted ratio.
        let gaussian = errors(&|form, _| form.gaussian(best));
        checks.add(
            format!(
                "Gaussian approximation there over the counted ratio, {polarizations} polarisations"
            ),
            "",
            (gaussian * total as f64 / wrong.max(1) as f64 - 1.0).abs(),
            0.1,
            Tolerance::AtLeast,
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "spontaneous-emission/by-script", by_script),
        Case::new(AREA, "spontaneous-emission/integrate-and-dump", rectangular),
        Case::new(
            AREA,
            "spontaneous-emission/counted-two-polarisations",
            || counted(2, 0.0, 1.2e-16),
        ),
        Case::new(
            AREA,
            "spontaneous-emission/counted-one-polarisation",
            || counted(1, 0.0, 1.5e-16),
        ),
        Case::new(
            AREA,
            "spontaneous-emission/counted-with-thermal-noise",
            || counted(2, 5e-6, 1e-16),
        ),
    ]
}
