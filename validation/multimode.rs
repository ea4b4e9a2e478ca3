//! Multimode fibre and its laser: bandwidths, mode groups, the laser's resonance.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::fiber::multimode::noise::{modal_deviation, mode_partition_deviation};
use eyespan::fiber::multimode::{
    GradedIndexProfile, Launch, ModeGroups, deviation_times_bandwidth,
};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, ModalDispersion, MultimodeFiber};
use eyespan::math::find_root;
use eyespan::signal::{Grid, Response};
use eyespan::transmitter::Vcsel;
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "multimode";
const BANDWIDTHS: &str = "derive/multimode_fiber.py; IEEE 802.3ae link model 10GEPBud3_1_16a.xls";
const GROUPS: &str = "derive/multimode_fiber.py; Olshansky & Keck, Appl. Opt. 15, 483 (1976), DOI 10.1364/AO.15.000483";
const LASER: &str = "derive/multimode_fiber.py; Coldren, Corzine, Masanovic, Diode Lasers and Photonic Integrated \
     Circuits, 2nd ed., section 5.3";

/// 1 ps/(nm·km), in s/m².
const PS_PER_NM_KM: f64 = 1e-6;

/// 50 µm fibre of the link model, without loss.
pub fn fiber(length: f64, modes: ModalDispersion) -> MultimodeFiber {
    MultimodeFiber {
        length,
        attenuation: Attenuation::Constant(0.0),
        dispersion: Dispersion::ZeroWavelength {
            zero_wavelength: 1320e-9,
            zero_slope: 110.0,
        },
        modes,
        group_index: 1.483,
        modal_noise_penalty_db: 0.0,
    }
}

/// Lowest frequency at which a fibre leaves half of the modulation.
fn half_modulation(
    fiber: &MultimodeFiber,
    wavelength: f64,
    spectral_width: f64,
) -> Result<f64, CaseError> {
    let excess = |frequency: f64| {
        let grid = Grid {
            samples: 4,
            sampling_rate: 4.0 * frequency,
        };
        let mut h = [Complex64::ZERO; 4];
        fiber.transfer(wavelength, spectral_width, grid, &mut h)?;
        Ok::<_, eyespan::fiber::FiberError>(h[1].norm() - 0.5)
    };
    let mut low = 1e8;
    while excess(1.02 * low)? > 0.0 {
        low *= 1.02;
        if low > 1e13 {
            return Err("half of the modulation is left at every frequency".into());
        }
    }
    Ok(find_root(excess, low, 1.02 * low, 1.0, 300)?.x)
}

fn bandwidths() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(BANDWIDTHS);
    let printed = |digits: f64| Tolerance::Absolute(digits, Reason::PrintedDigit);
    checks.add(
        "deviation times bandwidth",
        "",
        deviation_times_bandwidth(),
        0.187_390_625_129,
        printed(5e-13),
    );
    let om4 = fiber(100.0, ModalDispersion::Bandwidth(4.7e12));
    checks.add(
        "modal bandwidth, OM4, 100 m",
        "GHz",
        half_modulation(&om4, 840e-9, 0.0)? / 1e9,
        47.0,
        printed(1e-6),
    );
    let (dispersion, _) = om4.dispersion.at(840e-9);
    let unit = "ps/(nm km)";
    checks.add(
        "D at 840 nm",
        unit,
        dispersion / PS_PER_NM_KM,
        -117.760_932_9,
        printed(5e-8),
    );
    for (width, expected) in [(0.29e-9, 54.871_703), (0.6e-9, 26.521_286)] {
        let alone = fiber(100.0, ModalDispersion::None);
        checks.add(
            format!("chromatic bandwidth, {:.2} nm, 100 m", width * 1e9),
            "GHz",
            half_modulation(&alone, 840e-9, width)? / 1e9,
            expected,
            printed(5e-7),
        );
    }
    checks.add(
        "chromatic deviation at the zero of dispersion, 2 nm, 2 km",
        "ps",
        1e12 * fiber(2e3, ModalDispersion::None).chromatic_deviation(1320e-9, 2e-9),
        0.622_253_967,
        printed(5e-10),
    );
    for (zero_wavelength, zero_slope, expected) in
        [(1310e-9, 105.0, -103.567_78), (1340e-9, 93.75, -103.125_88)]
    {
        let worst = Dispersion::ZeroWavelength {
            zero_wavelength,
            zero_slope,
        };
        let (d, _) = worst.at(850e-9);
        let name = format!("D at 850 nm, OM4, zero at {:.0} nm", zero_wavelength * 1e9);
        checks.add(name, unit, d / PS_PER_NM_KM, expected, printed(5e-6));
    }
    for (rate, length, width, expected) in [
        (10.3125e9, 300.0, 0.29e-9, 0.022_129_475_5),
        (53.125e9, 100.0, 0.6e-9, 0.159_326_941),
    ] {
        checks.add(
            format!(
                "mode-partition deviation, {length} m, {:.1} GBd",
                rate / 1e9
            ),
            "",
            mode_partition_deviation(0.3, rate, dispersion * length, width),
            expected,
            printed(5e-10),
        );
    }
    checks.add(
        "modal noise deviation of 0.3 dB",
        "",
        modal_deviation(0.3),
        0.051_046_807_3,
        printed(5e-11),
    );
    checks.done()
}

fn laser() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LASER);
    let damping = Vcsel::damping(20e9, 0.25e-9, 10e9);
    let digits = |x: f64| Tolerance::Absolute(x, Reason::PrintedDigit);
    checks.add("damping", "1/s", damping, 1.1e11, digits(1.0));
    let bandwidth = |damping: f64| -> Result<f64, CaseError> {
        let response = Response::Resonance {
            frequency: 20e9,
            damping,
        };
        let excess = |f: f64| {
            Ok::<_, std::convert::Infallible>(
                response.at(f).norm() - std::f64::consts::FRAC_1_SQRT_2,
            )
        };
        Ok(find_root(excess, 20e9, 100e9, 1.0, 200)?.x)
    };
    checks.add(
        "bandwidth, 20 GHz, K 0.25 ns, 10/ns",
        "GHz",
        bandwidth(damping)? / 1e9,
        26.771_948_9,
        digits(1e-7),
    );
    checks.add(
        "bandwidth over resonance, hardly damped",
        "",
        bandwidth(1e3)? / 20e9,
        1.553_774,
        digits(5e-7),
    );
    for (k, expected) in [(0.2e-9, 44.428_829), (0.3e-9, 29.619_22)] {
        checks.add(
            format!("damping limit, K {:.1} ns", k * 1e9),
            "GHz",
            Vcsel::damping_limit(k) / 1e9,
            expected,
            digits(5e-6),
        );
    }
    checks.done()
}

/// A core of power-law index.
pub fn profile(exponent: f64, core_radius: f64) -> GradedIndexProfile {
    GradedIndexProfile {
        core_radius,
        core_index: 1.467,
        group_index: 1.483,
        index_difference: 0.01,
        exponent,
        profile_dispersion: 0.0,
    }
}

fn continuum_of_mode_groups() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(GROUPS);
    for (exponent, sum, closed) in [
        (1.9, 0.230_017_583, 0.229_995_356),
        (1.976, 0.014_110_066_6, 0.014_106_324_4),
        (2.1, 0.361_235_392, 0.361_168_884),
    ] {
        let groups = profile(exponent, 2.5e-3).mode_groups(850e-9, Launch::Overfilled)?;
        let computed = 1e12 * groups.deviation();
        checks.add(
            format!("rms delay of equally excited modes, exponent {exponent}"),
            "ps/m",
            computed,
            sum,
            Tolerance::Relative(1e-8, Reason::PrintedDigit),
        );
        // The closed form is an integral over groups; a core a hundred times wider has some 2000.
        checks.add(
            format!("the same in closed form, exponent {exponent}"),
            "ps/m",
            computed,
            closed,
            Tolerance::Relative(1e-3, Reason::Grid),
        );
    }
    checks.done()
}

/// Opening of the eye of rectangular bits behind a fibre and a fourth-order Bessel–Thomson filter of
/// three quarters of the rate: 2p_0 − Σ|p_k| over its largest value, at the best instant.
fn opening(fiber: &MultimodeFiber, rate: f64) -> Result<f64, CaseError> {
    const SAMPLES: usize = 128;
    const SYMBOLS: usize = 64;
    let grid = Grid {
        samples: SAMPLES * SYMBOLS,
        sampling_rate: rate * SAMPLES as f64,
    };
    let mut spectrum = vec![Complex64::ZERO; grid.samples];
    fiber.transfer(850e-9, 0.0, grid, &mut spectrum)?;
    let receiver = Response::BesselThomson4 {
        bandwidth: 0.75 * rate,
    };
    for (k, h) in spectrum.iter_mut().enumerate() {
        let f = grid.frequency(k);
        let x = PI * f / rate;
        *h *= receiver.at(f) * if x == 0.0 { 1.0 } else { x.sin() / x };
    }
    rustfft::FftPlanner::new()
        .plan_fft_inverse(grid.samples)
        .process(&mut spectrum);
    let scale = SAMPLES as f64 / grid.samples as f64;
    let best = (0..SAMPLES)
        .map(|phase| {
            let cursors = spectrum.iter().skip(phase).step_by(SAMPLES);
            let (mut largest, mut sum) = (0.0f64, 0.0);
            for p in cursors.map(|p| (p.re * scale).abs()) {
                largest = largest.max(p);
                sum += p;
            }
            2.0 * largest - sum
        })
        .fold(f64::NEG_INFINITY, f64::max);
    Ok(best)
}

/// A fibre by its mode groups.
struct Grouped {
    name: &'static str,
    exponent: f64,
    launch: Launch,
    /// ps/m.
    deviation: f64,
    /// MHz·km.
    bandwidth: f64,
    /// Bandwidth over rate, opening by mode groups, opening by the Gaussian of the same bandwidth.
    openings: [(f64, f64, f64); 3],
}

fn grouped() -> Vec<Grouped> {
    let gaussian = |openings: [(f64, f64); 3]| {
        let same = [0.549_122, 0.802_745, 0.907_288];
        [0, 1, 2].map(|i| (openings[i].0, openings[i].1, same[i]))
    };
    vec![
        Grouped {
            name: "mode-groups/overfilled",
            exponent: 2.05,
            launch: Launch::Overfilled,
            deviation: 0.219_571_635,
            bandwidth: 809.721_557,
            openings: gaussian([(0.5, 0.557_482), (0.75, 0.825_414), (1.0, 0.923_382)]),
        },
        Grouped {
            name: "mode-groups/restricted-launch",
            exponent: 2.05,
            launch: Launch::Gaussian { radius: 9e-6 },
            deviation: 0.131_147_013,
            bandwidth: 1_545.581_95,
            openings: gaussian([(0.5, 0.544_452), (0.75, 0.788_851), (1.0, 0.896_806)]),
        },
        Grouped {
            name: "mode-groups/restricted-launch-near-the-best-exponent",
            exponent: 2.01,
            launch: Launch::Gaussian { radius: 9e-6 },
            deviation: 0.051_580_889_7,
            bandwidth: 4_395.457_63,
            openings: gaussian([(0.5, 0.528_910), (0.75, 0.759_833), (1.0, 0.871_053)]),
        },
        Grouped {
            name: "mode-groups/restricted-launch-below-the-best-exponent",
            exponent: 1.93,
            launch: Launch::Gaussian { radius: 15e-6 },
            deviation: 0.142_682_957,
            bandwidth: 1_251.476_49,
            openings: gaussian([(0.5, 0.550_304), (0.75, 0.827_974), (1.0, 0.926_946)]),
        },
    ]
}

fn mode_groups(case: &Grouped) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(GROUPS);
    let digits = Tolerance::Relative(1e-8, Reason::PrintedDigit);
    let groups: ModeGroups = profile(case.exponent, 25e-6).mode_groups(850e-9, case.launch)?;
    let product = groups.bandwidth_product()?;
    checks.add(
        "rms delay",
        "ps/m",
        1e12 * groups.deviation(),
        case.deviation,
        digits,
    );
    checks.add("bandwidth", "MHz km", product / 1e9, case.bandwidth, digits);
    let rate = 10.3125e9;
    for (fraction, by_groups, by_gaussian) in case.openings {
        let length = product / (fraction * rate);
        let printed = Tolerance::Absolute(5e-6, Reason::PrintedDigit);
        let of_groups = fiber(length, ModalDispersion::Groups(groups.clone()));
        let of_gaussian = fiber(length, ModalDispersion::Bandwidth(product));
        checks.add(
            format!("frequency of half the modulation, bandwidth {fraction} of the rate"),
            "GHz",
            half_modulation(&of_groups, 850e-9, 0.0)? / 1e9,
            half_modulation(&of_gaussian, 850e-9, 0.0)? / 1e9,
            Tolerance::Relative(1e-8, Reason::RoundOff),
        );
        let (a, b) = (opening(&of_groups, rate)?, opening(&of_gaussian, rate)?);
        checks.add(
            format!("opening by mode groups, bandwidth {fraction} of the rate"),
            "",
            a,
            by_groups,
            printed,
        );
        checks.add(
            format!("opening by a Gaussian, bandwidth {fraction} of the rate"),
            "",
            b,
            by_gaussian,
            printed,
        );
        // The groups' delays are skewed, a Gaussian is not.
        checks.add(
            format!("difference of the openings, bandwidth {fraction} of the rate"),
            "dB",
            (10.0 * (a / b).log10()).abs(),
            0.25,
            Tolerance::AtMost,
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = vec![
        Case::new(AREA, "multimode-bandwidths", bandwidths),
        Case::new(AREA, "laser-resonance", laser),
        Case::new(AREA, "mode-groups/continuum", continuum_of_mode_groups),
    ];
    cases.extend(
        grouped()
            .into_iter()
            .map(|case| Case::new(AREA, case.name, move || mode_groups(&case))),
    );
    cases
}
