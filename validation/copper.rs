//! Twinaxial copper: line constants, loss, dielectric, causality; the analogue equaliser.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::constants::SPEED_OF_LIGHT;
use eyespan::copper::line::PerMetre;
use eyespan::copper::{
    Conductor, ContinuousTimeLinearEqualizer, LowFrequencyStage, PeriodicVariation, TwinaxCable,
    WidebandDebye, awg_diameter,
};
use eyespan::network::Pair;
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "copper";
const LINE: &str = "derive/twinax_lower_bound.py; Schelkunoff, Bell Syst. Tech. J. 13, 532 (1934)";
const CAUSAL: &str =
    "H. A. Kramers (1927), R. de L. Kronig (1926): real and imaginary part of a causal response";
const DEBYE: &str = "derive/wideband_debye.py; Djordjević et al., IEEE Trans. Electromagn. Compat. 43, 662 (2001), \
     DOI 10.1109/15.974647";
const SKEW: &str =
    "closed form: two legs that differ in delay, half of their sum and of their difference";
const BRAGG: &str = "coupled-mode theory: 1/cosh(κl) and tanh(κl) with κ = πδ/(2p) at f = v/(2p); A. Yariv, Quantum Electronics, \
     3rd edition, section 22.5";
const EQUALISER: &str = "derive/ctle.py; IEEE Std 802.3, eq. 93A-22";

/// A metre of the pair the derivation describes.
fn pair(awg: i32, excess: f64) -> Result<TwinaxCable, CaseError> {
    Ok(TwinaxCable::new(
        1.0,
        Conductor::copper(awg)?,
        WidebandDebye::flat(1.9, 3e-4, 26.5625e9)?,
        100.0,
        excess,
    )?)
}

const FREQUENCIES: [f64; 4] = [12.890_625e9, 13.281_25e9, 26.5625e9, 53.125e9];
/// Gauge, diameter in mm, loss in dB/m at the frequencies above, loop resistance in Ω/m.
type Gauge = (i32, f64, [f64; 4], f64);
const LOWER_BOUND: [Gauge; 6] = [
    (
        24,
        0.5106,
        [2.090_47, 2.129_29, 3.303_68, 5.257_35],
        0.168_417,
    ),
    (
        26,
        0.4049,
        [2.509_75, 2.554_87, 3.905_28, 6.107_89],
        0.267_793,
    ),
    (
        28,
        0.3211,
        [3.038_65, 3.091_71, 4.664_09, 7.180_6],
        0.425_808,
    ),
    (
        30,
        0.2546,
        [3.705_9, 3.768_98, 5.621_25, 8.533_59],
        0.677_061,
    ),
    (
        32,
        0.2019,
        [4.547_81, 4.623_51, 6.828_71, 10.240_18],
        1.076_568,
    ),
    (
        34,
        0.1601,
        [5.610_24, 5.701_86, 8.352_11, 12.392_96],
        1.711_811,
    ),
];
const WITH_EXCESS: [Gauge; 6] = [
    (
        24,
        0.5106,
        [2.819_31, 2.871_73, 4.457_2, 7.094_72],
        0.168_417,
    ),
    (
        26,
        0.4049,
        [3.383_64, 3.444_56, 5.267_67, 8.241_27],
        0.267_793,
    ),
    (
        28,
        0.3211,
        [4.094_94, 4.166_58, 6.289_36, 9.686_76],
        0.425_808,
    ),
    (
        30,
        0.2546,
        [4.991_41, 5.076_56, 7.577_22, 11.509_01],
        0.677_061,
    ),
    (
        32,
        0.2019,
        [6.121_09, 6.223_29, 9.200_43, 13.806_07],
        1.076_568,
    ),
    (
        34,
        0.1601,
        [7.544_41, 7.668_09, 11.246_06, 16.701_42],
        1.711_811,
    ),
];

fn attenuation(rows: &[Gauge], excess: f64) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LINE);
    for &(awg, diameter, losses, resistance) in rows {
        let cable = pair(awg, excess)?;
        checks.add(
            format!("diameter, {awg} AWG"),
            "mm",
            awg_diameter(awg)? * 1e3,
            diameter,
            Tolerance::Absolute(5e-5, Reason::PrintedDigit),
        );
        checks.add(
            format!("loop resistance, {awg} AWG"),
            "Ω/m",
            cable.dc_loop_resistance(),
            resistance,
            Tolerance::Absolute(5e-7, Reason::PrintedDigit),
        );
        for (frequency, loss) in FREQUENCIES.into_iter().zip(losses) {
            checks.add(
                format!("loss of {awg} AWG at {} GHz", frequency / 1e9),
                "dB/m",
                cable.attenuation_db_per_m(frequency),
                loss,
                // The derivation holds εr and tanδ constant, the library lets them relax.
                Tolerance::Relative(1e-3, Reason::StatedBySource),
            );
        }
    }
    checks.done()
}

fn internal_impedance() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LINE);
    let wire = Conductor::copper(26)?;
    for (frequency, resistance, reactance) in [
        (1e3, 0.133_896_755_765_478_4, 3.141_589_772_867_389e-4),
        (1e5, 0.136_318_039_358_694_5, 3.113_219_335_344_401e-2),
        (1e6, 0.241_188_936_851_976_5, 0.200_470_113_894_811_2),
        (5e6, 0.493_885_397_813_700_9, 0.456_488_428_873_641_4),
        (2e7, 0.951_608_935_185_338_1, 0.916_235_939_901_552_9),
        (4.7e7, 1.440_145_870_251_454, 1.405_447_998_450_811),
        (1e8, 2.084_854_790_859_81, 2.050_547_802_995_702),
        (1e9, 6.519_344_148_690_046, 6.485_609_534_408_215),
        (26.5625e9, 33.460_240_466_580_82, 33.426_716_007_34),
        (1e11, 64.890_891_641_889_45, 64.857_391_586_057_29),
    ] {
        let computed = wire.internal_impedance(frequency);
        let near = Tolerance::Relative(1e-9, Reason::RoundOff);
        checks.add(
            format!("resistance at {frequency:e} Hz"),
            "Ω/m",
            computed.re,
            resistance,
            near,
        );
        checks.add(
            format!("reactance at {frequency:e} Hz"),
            "Ω/m",
            computed.im,
            reactance,
            near,
        );
    }
    checks.done()
}

/// Energy before time zero over all energy, of a response on 0 … rate/2.
fn energy_before_zero(points: usize, rate: f64, response: impl Fn(f64) -> Complex64) -> f64 {
    let mut spectrum = vec![Complex64::ZERO; points];
    for k in 0..=points / 2 {
        let value = response(k as f64 * rate / points as f64);
        spectrum[k] = value;
        if k > 0 && k < points / 2 {
            spectrum[points - k] = value.conj();
        }
    }
    spectrum[points / 2].im = 0.0;
    rustfft::FftPlanner::new()
        .plan_fft_inverse(points)
        .process(&mut spectrum);
    let energy = |part: &[Complex64]| part.iter().map(|h| h.re * h.re).sum::<f64>();
    energy(&spectrum[points / 2..]) / energy(&spectrum)
}

fn causality() -> Result<Vec<Check>, CaseError> {
    // At 2 TS/s the cable itself has ended the spectrum; 131 ns hold the tail of the skin effect.
    let (points, rate) = (1 << 18, 2e12);
    let mut checks = Checks::from(CAUSAL);
    for (awg, length, excess) in [(26, 2.0, 1.0), (26, 2.0, 1.35), (30, 1.0, 1.5)] {
        let cable = TwinaxCable {
            length,
            ..pair(awg, excess)?
        };
        let delay = cable.propagation_delay();
        let advanced = |f: f64| cable.transfer(f) * Complex64::cis(2.0 * PI * f * delay);
        let of = format!("{length} m of {awg} AWG, excess {excess}");
        checks.add(
            format!("energy ahead of light in the dielectric, {of}"),
            "dB",
            10.0 * energy_before_zero(points, rate, advanced).log10(),
            -60.0,
            Tolerance::AtMost,
        );
        // The same loss without its dispersion is what this must catch.
        checks.add(
            format!("the same of loss without its dispersion, {of}"),
            "dB",
            10.0 * energy_before_zero(points, rate, |f| Complex64::from(advanced(f).norm()))
                .log10(),
            -6.0,
            Tolerance::AtLeast,
        );
    }
    checks.done()
}

/// ε′(f) − ε∞ = (2/π)·P∫₀^∞ u·ε″(u)/(u² − f²) du, over the logarithm of u, with the singularity
/// subtracted: P∫₀^∞ f·ε″(f)/(u² − f²) du = 0.
fn kramers_kronig(dielectric: &WidebandDebye, frequency: f64) -> f64 {
    const STEPS: i32 = 400_000;
    let loss = |f: f64| -dielectric.permittivity(f).im;
    let here = frequency * loss(frequency);
    // 1e-4 Hz to 1e22 Hz: far beyond both corners. No point falls on the frequency itself.
    let (low, high) = (1e-4f64.ln(), 1e22f64.ln());
    let step = (high - low) / f64::from(STEPS);
    (0..STEPS)
        .map(|k| {
            let u = (low + (f64::from(k) + 0.5) * step).exp();
            u * (u * loss(u) - here) / (u * u - frequency * frequency)
        })
        .sum::<f64>()
        * step
        * 2.0
        / PI
}

fn dielectric() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(CAUSAL);
    for (permittivity, loss_tangent) in [(1.9, 3e-4), (3.6, 0.01)] {
        let dielectric = WidebandDebye::flat(permittivity, loss_tangent, 26.5625e9)?;
        for frequency in [1e8, 1e9, 26.5625e9, 1e11] {
            checks.add(
                format!("ε′ − ε∞ at {frequency:e} Hz, εr {permittivity}, tanδ {loss_tangent}"),
                "",
                dielectric.permittivity(frequency).re - dielectric.infinite_permittivity(),
                kramers_kronig(&dielectric, frequency),
                Tolerance::Relative(1e-5, Reason::Grid),
            );
        }
    }
    checks.done()
}

fn relaxation() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DEBYE);
    let dielectric = WidebandDebye::new(4.2, 0.02, 1e9, 1e4, 1e12)?;
    let printed = Tolerance::Absolute(6e-10, Reason::PrintedDigit);
    for &(frequency, real, tangent) in DEBYE_ROWS {
        checks.add(
            format!("ε′ at {frequency:e} Hz"),
            "",
            dielectric.permittivity(frequency).re,
            real,
            printed,
        );
        checks.add(
            format!("tanδ at {frequency:e} Hz"),
            "",
            dielectric.loss_tangent_at(frequency),
            tangent,
            printed,
        );
    }
    checks.done()
}

fn equaliser() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(EQUALISER);
    let nyquist = 26.5625e9;
    let plain = |gain| {
        ContinuousTimeLinearEqualizer::new(gain, nyquist / 2.0, nyquist / 2.0, 2.0 * nyquist, None)
    };
    let with_low = |gain, low| {
        ContinuousTimeLinearEqualizer::new(
            gain,
            53.125e9 / 2.5,
            53.125e9 / 2.5,
            53.125e9,
            Some(LowFrequencyStage::new(low, 53.125e9 / 80.0)?),
        )
    };
    for &(name, gain, low, frequency, decibels, degrees) in CTLE_ROWS {
        let h = match low {
            None => plain(gain)?,
            Some(low) => with_low(gain, low)?,
        }
        .transfer(frequency);
        checks.add(
            format!("gain, {name}, {} GHz", frequency / 1e9),
            "dB",
            20.0 * h.norm().log10(),
            decibels,
            Tolerance::Absolute(6e-8, Reason::PrintedDigit),
        );
        checks.add(
            format!("phase, {name}, {} GHz", frequency / 1e9),
            "°",
            h.arg().to_degrees(),
            degrees,
            Tolerance::Absolute(6e-8, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "twinax-loss/lower-bound", || {
            attenuation(&LOWER_BOUND, 1.0)
        }),
        Case::new(AREA, "twinax-loss/excess-1.35", || {
            attenuation(&WITH_EXCESS, 1.35)
        }),
        Case::new(AREA, "round-wire/internal-impedance", internal_impedance),
        Case::new(AREA, "twinax-causality/energy-ahead-of-light", causality),
        Case::new(AREA, "dielectric/kramers-kronig", dielectric),
        Case::new(AREA, "dielectric/wideband-debye", relaxation),
        Case::new(AREA, "analogue-equaliser/transfer", equaliser),
        Case::new(AREA, "intra-pair-skew", skew),
        Case::new(AREA, "periodic-variation-of-impedance", periodic),
    ]
}

/// Name, gain and low-frequency gain in dB, frequency in Hz, gain in dB, phase in degrees.
type EqualiserRow = (&'static str, f64, Option<f64>, f64, f64, f64);
const CTLE_ROWS: &[EqualiserRow] = &[
    ("g -3", -3.0, None, 1e8, -2.999_770_36, 0.070_104_572_8),
    ("g -3", -3.0, None, 1e9, -2.977_240_39, 0.686_622_956_9),
    (
        "g -3",
        -3.0,
        None,
        13.281_25e9,
        -1.509_240_72,
        -4.332_668_039,
    ),
    (
        "g -3",
        -3.0,
        None,
        26.562_5e9,
        -1.425_529_39,
        -19.492_582_86,
    ),
    ("g -9", -9.0, None, 1e8, -8.998_306_31, 0.676_431_731_2),
    ("g -9", -9.0, None, 1e9, -8.834_793_79, 6.596_580_133),
    (
        "g -9",
        -9.0,
        None,
        13.281_25e9,
        -2.758_619_92,
        11.428_390_12,
    ),
    (
        "g -9",
        -9.0,
        None,
        26.562_5e9,
        -1.803_621_05,
        -10.059_986_55,
    ),
    (
        "g -6, g2 -2",
        -6.0,
        Some(-2.0),
        1e8,
        -7.943_765_39,
        2.331_464_609,
    ),
    (
        "g -6, g2 -2",
        -6.0,
        Some(-2.0),
        1e9,
        -6.493_481_05,
        7.367_111_701,
    ),
    (
        "g -6, g2 -2",
        -6.0,
        Some(-2.0),
        13.281_25e9,
        -3.625_298_94,
        5.820_279_992,
    ),
    (
        "g -6, g2 -2",
        -6.0,
        Some(-2.0),
        26.562_5e9,
        -2.471_112_73,
        -9.459_095_456,
    ),
    (
        "g -12, g2 -4",
        -12.0,
        Some(-4.0),
        1e8,
        -15.855_379_6,
        5.555_535_36,
    ),
    (
        "g -12, g2 -4",
        -12.0,
        Some(-4.0),
        1e9,
        -12.745_470_9,
        17.691_585_11,
    ),
    (
        "g -12, g2 -4",
        -12.0,
        Some(-4.0),
        13.281_25e9,
        -5.134_027_02,
        23.118_533_5,
    ),
    (
        "g -12, g2 -4",
        -12.0,
        Some(-4.0),
        26.562_5e9,
        -2.947_246_39,
        1.260_837_631,
    ),
];

/// Frequency in Hz, ε′ and loss tangent.
const DEBYE_ROWS: &[(f64, f64, f64)] = &[
    (1e6, 4.569_634_511_2, 0.018_276_933_3),
    (1e8, 4.323_212_377_7, 0.019_440_021_9),
    (1e9, 4.2, 0.02),
    (1e10, 4.076_790_244_2, 0.020_486_436_7),
    (1e11, 3.953_841_387_8, 0.019_909_934_7),
];

/// Modes of a metre of 26 AWG with 20 ps of skew, from its four single-ended ports.
fn skew() -> Result<Vec<Check>, CaseError> {
    let plain = pair(26, 1.35)?;
    let skewed = TwinaxCable {
        skew: 20e-12,
        ..plain
    };
    // The null stands at 1/(2·20 ps) = 25 GHz.
    let frequencies = [5e9, 12.5e9, 20e9, 25e9, 30e9];
    let mixed = skewed
        .four_port(&frequencies, 50.0)?
        .mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])?;
    let (through, converted) = (mixed.curve(1, 0)?, mixed.curve(3, 0)?);
    let mut checks = Checks::from(SKEW);
    let tight = Tolerance::Absolute(1e-9, Reason::RoundOff);
    for (k, f) in frequencies.into_iter().enumerate() {
        let uniform = plain.transfer(f);
        let (sine, cosine) = (PI * f * 20e-12).sin_cos();
        let ghz = f / 1e9;
        for (name, ratio, expected) in [
            ("S_DD21", through[k] / uniform, Complex64::new(cosine, 0.0)),
            ("S_CD21", converted[k] / uniform, Complex64::new(0.0, sine)),
            (
                "the link's transfer",
                skewed.transfer(f) / uniform,
                Complex64::new(cosine, 0.0),
            ),
        ] {
            checks.add(
                format!("{name} over that of equal legs less the closed form, {ghz} GHz"),
                "",
                (ratio - expected).norm(),
                0.0,
                tight,
            );
        }
    }
    checks.done()
}

/// Lines without loss whose impedance varies, at the resonance and beside it.
fn periodic() -> Result<Vec<Check>, CaseError> {
    let velocity = 0.74 * SPEED_OF_LIGHT;
    let line = |f: f64| PerMetre {
        series_impedance: Complex64::new(0.0, 2.0 * PI * f * 100.0 / velocity),
        shunt_admittance: Complex64::new(0.0, 2.0 * PI * f / (100.0 * velocity)),
    };
    let mut checks = Checks::from(BRAGG);
    // Terms of second order in δ and the slices of a period are left out of the closed form.
    let grid = Tolerance::Absolute(2e-3, Reason::Grid);
    for (depth, period, length) in [(0.005, 4e-3, 0.4), (0.005, 4e-3, 1.2), (0.002, 8e-3, 2.0)] {
        let variation = PeriodicVariation { depth, period };
        let resonance = velocity / (2.0 * period);
        let coupling = PI * depth / (2.0 * period) * length;
        let found = variation.scattering(&line(resonance), length, 100.0);
        let what = format!(
            "{} % over {} periods",
            100.0 * depth,
            (length / period).round()
        );
        checks.add(
            format!("|S21| at {:.2} GHz, {what}", resonance / 1e9),
            "",
            found.transmission.norm(),
            1.0 / coupling.cosh(),
            grid,
        );
        checks.add(
            format!("|S11| at {:.2} GHz, {what}", resonance / 1e9),
            "",
            found.near.norm(),
            coupling.tanh(),
            grid,
        );
        // Off the resonance by Δβ: |S21|² = 1/(1 + (κ·sinh(sl)/s)²) with s² = κ² − Δβ².
        let away = resonance * (1.0 + 3.0 * depth);
        let detuning = 2.0 * PI * (away - resonance) / velocity;
        let kappa = coupling / length;
        let s = Complex64::new(kappa * kappa - detuning * detuning, 0.0).sqrt();
        let term = kappa * (s * length).sinh() / s;
        checks.add(
            format!("|S21| at {:.2} GHz, {what}", away / 1e9),
            "",
            variation
                .scattering(&line(away), length, 100.0)
                .transmission
                .norm(),
            1.0 / (1.0 + term.norm_sqr()).sqrt(),
            Tolerance::Absolute(5e-3, Reason::Grid),
        );
    }
    checks.done()
}
