//! Multimode fibre and its laser: the 10 Gigabit Ethernet link model term by term, bandwidths, mode
//! groups, noises, and whole links in both engines and against the link model's reach.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::counted_against_tails;
use super::links;
use eyespan::equalizer::Equalizer;
use eyespan::fiber::multimode::noise::{modal_deviation, mode_partition_deviation};
use eyespan::fiber::multimode::{
    GradedIndexProfile, Launch, ModeGroups, deviation_times_bandwidth,
};
use eyespan::fiber::single_mode::Attenuation;
use eyespan::fiber::{Dispersion, ModalDispersion, MultimodeFiber};
use eyespan::format::{Modulation, Pattern};
use eyespan::link::monte_carlo::Watch;
use eyespan::link::{Link, Stage};
use eyespan::math::find_root;
use eyespan::receiver::Photoreceiver;
use eyespan::signal::{Grid, Response};
use eyespan::study::link_budget::{BudgetBandwidth, LinkBudget};
use eyespan::study::reach::ReachSettings;
use eyespan::study::{find_reach, simulate};
use eyespan::transmitter::{Driver, Jitter, Vcsel};
use eyespan::units::{db_to_power_ratio, dbm_to_watt};
use num_complex::Complex64;
use std::f64::consts::PI;

const AREA: &str = "multimode";
const LINK_MODEL: &str = "cells of 10GEPBud3_1_16a.xls (GitHub Belden-Montreal/Fiber-Python-Code, commit 95c31158, \
     10GbE_inputs.xlsx); derive/ethernet_link_model.py";
const BANDWIDTHS: &str = "derive/multimode_fiber.py; IEEE 802.3ae link model 10GEPBud3_1_16a.xls";
const GROUPS: &str = "derive/multimode_fiber.py; Olshansky & Keck, Appl. Opt. 15, 483 (1976), DOI 10.1364/AO.15.000483";
const LASER: &str = "derive/multimode_fiber.py; Coldren, Corzine, Masanovic, Diode Lasers and Photonic Integrated \
     Circuits, 2nd ed., section 5.3";
const FLOORS: &str = "closed form: derive/multimode_fiber.py; Ogawa, IEEE J. Quantum Electron. 18, 849 (1982); \
     Agrawal, Fiber-Optic Communication Systems, section 4.6";

/// 1 ps/(nm·km), in s/m².
const PS_PER_NM_KM: f64 = 1e-6;

/// What the sheets of the link model for 850 nm have in common, over 50 µm fibre.
fn serial_850() -> LinkBudget {
    LinkBudget {
        quality: 7.037,
        bit_rate: 10.3125e9,
        modulation_amplitude: dbm_to_watt(-3.8),
        wavelength: 840e-9,
        spectral_width: 0.29e-9,
        rise_time: 35e-12,
        extinction_ratio: db_to_power_ratio(3.003_493_302_274_991_4),
        intensity_noise: 1e-13,
        deterministic_jitter: 7.7e-12,
        duty_cycle_distortion: 7.7e-12,
        mode_partition: 0.3,
        transmitter_reflectance: db_to_power_ratio(-12.0),
        length: 0.0,
        attenuation_scale: 1.0,
        zero_dispersion_wavelength: 1320e-9,
        zero_dispersion_slope: 110.0,
        bandwidth: BudgetBandwidth::Modal(500e9),
        modal_noise_penalty_db: 0.3,
        connector_loss_db: 1.5,
        reflection_factor: 0.0,
        receiver_reflectance: db_to_power_ratio(-12.0),
        sensitivity: dbm_to_watt(-11.1),
        receiver_bandwidth: 8.25e9,
        baseline_wander: 0.025,
        decision_window: 0.2,
    }
}

/// The same over 62.5 µm fibre.
fn serial_850_62(bandwidth: f64, length: f64, connector_loss_db: f64) -> LinkBudget {
    LinkBudget {
        length,
        connector_loss_db,
        bandwidth: BudgetBandwidth::Modal(bandwidth),
        modal_noise_penalty_db: 0.15,
        attenuation_scale: 3.75 / 3.5,
        zero_dispersion_wavelength: 1365e-9,
        zero_dispersion_slope: 93.0,
        ..serial_850()
    }
}

fn serial_850_50(bandwidth: f64, length: f64, connector_loss_db: f64) -> LinkBudget {
    LinkBudget {
        length,
        connector_loss_db,
        bandwidth: BudgetBandwidth::Modal(bandwidth),
        ..serial_850()
    }
}

/// 10GBASE-SR over laser-optimised fibre, with the duty-cycle distortion of the sheet 850S2000.
fn laser_optimised(bandwidth: f64, length: f64, connector_loss_db: f64) -> LinkBudget {
    LinkBudget {
        deterministic_jitter: 6e-12,
        duty_cycle_distortion: 6e-12,
        ..serial_850_50(bandwidth, length, connector_loss_db)
    }
}

fn lx4() -> LinkBudget {
    LinkBudget {
        bit_rate: 3.125e9,
        modulation_amplitude: dbm_to_watt(-6.25),
        wavelength: 1269e-9,
        spectral_width: 0.62e-9,
        rise_time: 120e-12,
        extinction_ratio: db_to_power_ratio(3.503_317_268_706_138_7),
        intensity_noise: 1e-12,
        deterministic_jitter: 96e-12,
        duty_cycle_distortion: 14e-12,
        length: 300.0,
        // As the sheet has it, whatever its attenuation.
        attenuation_scale: 1.0,
        zero_dispersion_wavelength: 1365e-9,
        zero_dispersion_slope: 93.0,
        connector_loss_db: 2.0,
        sensitivity: dbm_to_watt(-14.25),
        receiver_bandwidth: 2.55e9,
        baseline_wander: 0.0,
        ..serial_850()
    }
}

fn single_mode_1310() -> LinkBudget {
    LinkBudget {
        wavelength: 1260e-9,
        spectral_width: 0.2e-9,
        modulation_amplitude: dbm_to_watt(-3.2),
        extinction_ratio: db_to_power_ratio(3.999_908_030_669_936_4),
        rise_time: 47.1e-12,
        deterministic_jitter: 6e-12,
        duty_cycle_distortion: 6e-12,
        mode_partition: 0.0,
        reflection_factor: 0.6,
        length: 10e3,
        attenuation_scale: 0.4 / 1.4846,
        zero_dispersion_wavelength: 1324e-9,
        zero_dispersion_slope: 93.0,
        bandwidth: BudgetBandwidth::PolarisationMode {
            delay: 10e-12,
            length: 10e3,
        },
        modal_noise_penalty_db: 0.0,
        connector_loss_db: 2.0,
        sensitivity: dbm_to_watt(-12.59),
        receiver_bandwidth: 7.725e9,
        ..serial_850()
    }
}

/// Attenuation, T_c in ps, interference, deterministic jitter, reflections, mode-partition, intensity
/// noise, cross term, total and margin, as the cells of a sheet hold them.
type Cells = [f64; 10];
const TERMS: [&str; 10] = [
    "attenuation",
    "transition time",
    "intersymbol interference",
    "deterministic jitter",
    "reflections",
    "mode-partition noise",
    "relative intensity noise",
    "cross term",
    "total",
    "margin",
];

/// A sheet with its cells and the length at which its margin vanishes.
struct Sheet {
    name: &'static str,
    budget: LinkBudget,
    cells: Cells,
    /// m; None where the sheet's own row is beyond it.
    reach: Option<f64>,
}

fn sheets() -> Vec<Sheet> {
    let sheet = |name, budget, cells, reach| Sheet {
        name,
        budget,
        cells,
        reach,
    };
    vec![
        sheet(
            "link-model/850S62-160",
            serial_850_62(160e9, 26.0, 2.34),
            [
                0.100_915_149_750_245_14,
                102.480_298_840_328_1,
                3.265_961_279_790_877,
                0.0,
                0.0,
                4.428_580_347_026_333e-6,
                0.193_608_969_440_396_7,
                0.332_215_669_729_030_7,
                4.042_705_497_290_896,
                0.917_294_502_709_103_7,
            ],
            Some(29.198_473),
        ),
        sheet(
            "link-model/850S62-200",
            serial_850_62(200e9, 33.0, 2.31),
            [
                0.128_084_613_144_541_9,
                103.411_632_145_042_05,
                3.346_410_578_856_539_3,
                0.0,
                0.0,
                1.148_612_927_201_965e-5,
                0.198_690_466_628_766_5,
                0.349_913_181_184_594_7,
                4.173_110_325_943_714,
                0.816_889_674_056_286_1,
            ],
            Some(36.495_964),
        ),
        sheet(
            "link-model/850S50-400",
            serial_850_50(400e9, 66.0, 2.13),
            [
                0.239_091_277_869_811_55,
                103.533_699_478_128_28,
                3.357_024_303_645_302,
                0.0,
                0.0,
                1.899_798_980_003_193_5e-4,
                0.199_376_367_432_614_05,
                0.404_704_283_678_694_77,
                4.500_386_212_524_423,
                0.669_613_787_475_577_2,
            ],
            Some(71.601_739),
        ),
        sheet(
            "link-model/850S50-500",
            serial_850_50(500e9, 82.0, 2.07),
            [
                0.297_052_799_777_644_65,
                103.255_128_081_059_74,
                3.332_826_257_033_831_4,
                0.0,
                0.0,
                4.511_609_208_530_165e-4,
                0.197_817_910_033_711_27,
                0.398_715_193_157_508_1,
                4.526_863_320_923_549,
                0.703_136_679_076_451_7,
            ],
            Some(89.321_437),
        ),
        sheet(
            "link-model/850S2000-at-400-m",
            laser_optimised(2000e9, 400.0, 1.0),
            [
                1.449_038_047_695_827_3,
                121.895_791_732_882_36,
                4.918_328_305_318_306_4,
                0.0,
                0.0,
                0.201_336_745_149_533_73,
                0.342_497_365_094_382_4,
                1.437_450_453_455_115,
                8.648_650_916_713_166,
                -2.348_650_916_713_166,
            ],
            None,
        ),
        sheet(
            "link-model/LX4-62MMF",
            lx4(),
            [
                0.463_171_047_769_917_13,
                364.410_603_964_358_13,
                3.602_875_073_957_392,
                0.412_292_954_304_668_5,
                0.0,
                6.401_492_977_577_427e-7,
                0.884_356_504_638_106_3,
                0.168_062_879_605_059_45,
                5.830_759_100_424_442,
                0.169_240_899_575_558_32,
            ],
            Some(305.386_53),
        ),
        sheet(
            "link-model/1310S",
            single_mode_1310(),
            [
                4.198_213_490_862_837_5,
                90.662_683_654_965_26,
                2.196_813_270_169_770_2,
                0.0,
                0.428_512_124_932_426_13,
                0.0,
                0.227_689_733_906_472_4,
                0.192_689_072_753_500_6,
                7.243_917_692_625_006,
                0.146_082_307_374_994_6,
            ],
            Some(10_294.371),
        ),
    ]
}

fn link_model_cases() -> Vec<Case> {
    let mut cases: Vec<Case> = sheets()
        .into_iter()
        .map(|sheet| {
            Case::new(AREA, sheet.name, move || {
                let mut checks = Checks::from(LINK_MODEL);
                let p = sheet.budget.penalties()?;
                let computed = [
                    p.attenuation,
                    1e12 * p.transition_time,
                    p.intersymbol_interference,
                    p.deterministic_jitter,
                    p.reflections,
                    p.mode_partition,
                    p.intensity_noise,
                    p.cross,
                    p.total,
                    p.margin,
                ];
                for ((term, computed), cell) in TERMS.iter().zip(computed).zip(sheet.cells) {
                    let unit = if *term == "transition time" {
                        "ps"
                    } else {
                        "dB"
                    };
                    let tolerance = Tolerance::Absolute(1e-9, Reason::RoundOff);
                    checks.add(*term, unit, computed, cell, tolerance);
                }
                if let Some(reach) = sheet.reach {
                    checks.add(
                        "length of zero margin",
                        "m",
                        sheet.budget.reach(4.0 * sheet.budget.length)?,
                        reach,
                        Tolerance::Relative(1e-7, Reason::PrintedDigit),
                    );
                }
                checks.done()
            })
        })
        .collect();
    cases.push(Case::new(AREA, "link-model/10gbase-sr-om3-om4", || {
        let mut checks = Checks::from("derive/ethernet_link_model.py");
        let engineered = LinkBudget {
            attenuation_scale: 3.0 / 3.5,
            ..laser_optimised(4.7e12, 550.0, 1.0)
        };
        for (name, budget, margin, reach) in [
            (
                "OM3",
                laser_optimised(2e12, 300.0, 1.5),
                0.793_597_02,
                329.339_81,
            ),
            (
                "OM4",
                laser_optimised(4.7e12, 400.0, 1.5),
                1.653_618_7,
                507.601_51,
            ),
            ("OM4 of 3.0 dB/km", engineered, -0.083_035_212, 546.198_54),
        ] {
            let digits = Tolerance::Absolute(1e-7, Reason::PrintedDigit);
            let computed = budget.penalties()?.margin;
            let length = budget.length;
            checks.add(
                format!("margin, {name} {length} m"),
                "dB",
                computed,
                margin,
                digits,
            );
            checks.add(
                format!("length of zero margin, {name}"),
                "m",
                budget.reach(2e3)?,
                reach,
                Tolerance::Relative(1e-7, Reason::PrintedDigit),
            );
        }
        checks.done()
    }));
    cases
}

/// 50 µm fibre of the link model.
fn fiber(length: f64, modes: ModalDispersion) -> MultimodeFiber {
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

/// Frequency at which a fibre leaves half of the modulation.
fn half_modulation(
    fiber: &MultimodeFiber,
    wavelength: f64,
    spectral_width: f64,
) -> Result<f64, CaseError> {
    let root = find_root(
        |frequency| {
            let grid = Grid {
                samples: 4,
                sampling_rate: 4.0 * frequency,
            };
            let mut h = [Complex64::ZERO; 4];
            fiber.transfer(wavelength, spectral_width, grid, &mut h)?;
            Ok::<_, eyespan::fiber::FiberError>(h[1].norm() - 0.5)
        },
        1e6,
        1e13,
        1.0,
        300,
    )?;
    Ok(root.x)
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

fn profile(exponent: f64, core_radius: f64) -> GradedIndexProfile {
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
            bandwidth: 1545.581_95,
            openings: gaussian([(0.5, 0.544_452), (0.75, 0.788_851), (1.0, 0.896_806)]),
        },
        Grouped {
            name: "mode-groups/restricted-launch-near-the-best-exponent",
            exponent: 2.01,
            launch: Launch::Gaussian { radius: 9e-6 },
            deviation: 0.051_580_889_7,
            bandwidth: 4395.457_63,
            openings: gaussian([(0.5, 0.528_910), (0.75, 0.759_833), (1.0, 0.871_053)]),
        },
        Grouped {
            name: "mode-groups/restricted-launch-below-the-best-exponent",
            exponent: 1.93,
            launch: Launch::Gaussian { radius: 15e-6 },
            deviation: 0.142_682_957,
            bandwidth: 1251.476_49,
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

/// A fast laser without noise.
fn fast_laser() -> Vcsel {
    Vcsel {
        modulation_amplitude: 1e-3,
        extinction_ratio: 4.0,
        wavelength: 840e-9,
        spectral_width: 0.29e-9,
        relative_intensity_noise: 0.0,
        mode_partition: 0.0,
        response: Response::Flat,
        parasitic_response: Response::BesselThomson4 { bandwidth: 60e9 },
    }
}

/// 10 GBd, two levels, with a receiver far wider than the signal and hardly any noise of its own.
fn wide(vcsel: Vcsel, fiber: MultimodeFiber) -> Link {
    links::link(
        Modulation::nrz(),
        10.3125e9,
        Pattern::Prbs { order: 11 },
        16,
        vec![
            Stage::Driver(Driver::default()),
            Stage::Vcsel(vcsel),
            Stage::MultimodeFiber(fiber),
            Stage::Photoreceiver(links::photoreceiver(
                0.6,
                1e-13,
                Response::BesselThomson4 { bandwidth: 40e9 },
            )),
        ],
    )
}

/// Deviation of one kind of noise at the decision, relative to half the distance of the levels.
fn deviation_of(link: &Link, kind: &str) -> Result<f64, CaseError> {
    let result = simulate(link, &Watch::default())?.result;
    let share = result.noise.iter().find(|noise| noise.kind == kind);
    Ok(share.ok_or("the noise is missing")?.deviation)
}

fn noise_at_the_decision() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(FLOORS);
    let none = || fiber(300.0, ModalDispersion::None);
    let partition = Vcsel {
        mode_partition: 0.3,
        ..fast_laser()
    };
    // The receiver's 40 GHz take 0.5 % of a noise that is 10 GHz wide, the fibre's 17 GHz widen the
    // levels by less.
    checks.add(
        "mode-partition noise, k 0.3, 300 m",
        "",
        deviation_of(&wide(partition, none()), "mode-partition noise")?,
        0.022_129_475_5,
        Tolerance::Relative(1e-2, Reason::Grid),
    );
    let modal = MultimodeFiber {
        modal_noise_penalty_db: 0.3,
        ..fiber(0.0, ModalDispersion::None)
    };
    let expected = (1.0 - 10f64.powf(-0.06)).sqrt() / 7.037;
    checks.add(
        "modal noise of 0.3 dB",
        "",
        deviation_of(&wide(fast_laser(), modal), "modal noise")?,
        expected,
        Tolerance::Relative(1e-2, Reason::Grid),
    );
    checks.add(
        "modal deviation of 0.3 dB",
        "",
        modal_deviation(0.3),
        expected,
        Tolerance::Relative(1e-12, Reason::RoundOff),
    );
    let relative = 1e-13;
    let noisy = Vcsel {
        relative_intensity_noise: relative,
        ..fast_laser()
    };
    let short = fiber(0.0, ModalDispersion::None);
    // Levels of 4/3 and 1/3 mW and half an amplitude of 1/2 mW; noise bandwidth of a fourth-order
    // Bessel–Thomson filter 1.0463 times its bandwidth (derive/noise_floors.py).
    let squares = 0.5 * (4.0f64.powi(2) + 1.0) / 9.0 / 0.25;
    checks.add(
        "relative intensity noise, both levels' mean",
        "",
        deviation_of(&wide(noisy, short), "relative intensity noise")?,
        (relative * squares * 1.0463 * 40e9).sqrt(),
        Tolerance::Relative(1e-2, Reason::Grid),
    );
    checks.done()
}

/// Power of a margin must act on the power: with the receiver's noise alone the quality falls with it.
fn margin_is_of_power() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("definition: dB of optical power, 10 lg");
    let mut link = wide(fast_laser(), fiber(0.0, ModalDispersion::None));
    if let Some(Stage::Photoreceiver(receiver)) = link.stages.last_mut().map(|s| &mut s.stage) {
        *receiver = links::photoreceiver(0.6, 30e-12, Response::BesselThomson4 { bandwidth: 40e9 });
    }
    let full = simulate(&link, &Watch::default())?.result;
    if let Some(Stage::Vcsel(vcsel)) = link.stages.get_mut(1).map(|s| &mut s.stage) {
        vcsel.modulation_amplitude *= 0.5;
    }
    let half = simulate(&link, &Watch::default())?.result;
    let margins = full.margin_db.zip(half.margin_db);
    let (full, half) = margins.ok_or("a margin is missing")?;
    checks.add(
        "margin lost with half of the power",
        "dB",
        full - half,
        10.0 * 2f64.log10(),
        // Of the search for a margin.
        Tolerance::Absolute(5e-3, Reason::Grid),
    );
    checks.done()
}

/// 10GBASE-SR with the transmitter, fibre and receiver of the link model.
fn short_reach(product: f64, length: f64, noise: bool) -> Link {
    let bandwidth: f64 = 8.25e9;
    let responsivity: f64 = 0.55;
    // The sensitivity of −11.1 dBm at Q = 7.037, without interference.
    let deviation = responsivity * 0.5 * dbm_to_watt(-11.1) / 7.037;
    let density = deviation / (1.0463 * bandwidth).sqrt();
    let of = |value: f64| if noise { value } else { 0.0 };
    links::link(
        Modulation::nrz(),
        10.3125e9,
        Pattern::Prbs { order: 11 },
        8,
        vec![
            Stage::Driver(Driver {
                jitter: Jitter {
                    random_rms: 0.0,
                    dual_dirac: of(6e-12 * 10.3125e9),
                },
                ..Driver::default()
            }),
            Stage::Vcsel(Vcsel {
                modulation_amplitude: dbm_to_watt(-3.8 - 1.5),
                extinction_ratio: db_to_power_ratio(3.0035),
                relative_intensity_noise: of(db_to_power_ratio(-139.56)),
                mode_partition: of(0.3),
                // 20–80 % in 35 ps, 1.518 times that 10–90 %, of a Gaussian.
                response: Response::Gaussian {
                    bandwidth: 0.3396 / (1.518 * 35e-12),
                },
                parasitic_response: Response::Flat,
                ..fast_laser()
            }),
            Stage::MultimodeFiber(MultimodeFiber {
                attenuation: Attenuation::Constant(3.622_595e-3),
                modal_noise_penalty_db: of(0.3),
                ..fiber(length, ModalDispersion::Bandwidth(product))
            }),
            Stage::Photoreceiver(links::photoreceiver(
                responsivity,
                density,
                Response::BesselThomson4 { bandwidth },
            )),
        ],
    )
}

fn reach_of(link: &Link) -> Result<f64, CaseError> {
    let settings = ReachSettings {
        scan_points: 0,
        causes: false,
        longest: None,
    };
    let reach = find_reach(link, 2, settings)?;
    Ok(reach.length.ok_or("the link closes at no length")?)
}

/// The reach in the time domain against that of the closed form.
///
/// With attenuation and interference alone the two differ in the eye: an isolated bit of Gaussian edges
/// here, a pattern with its best threshold and a Bessel–Thomson receiver there. With noise and jitter
/// they differ in more: the closed form measures mode-partition and modal noise by what is left of the
/// eye, and here they are relative to the modulation amplitude; it takes the duty-cycle distortion
/// off every bit, and here edges lie half of it early or late, each on its own; it counts a
/// wandering baseline, which is left out here.
fn reach_against_link_model() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("derive/ethernet_link_model.py");
    for (name, product, quiet, all) in [
        ("OM3", 2e12, 408.4066, 329.339_81),
        ("OM4", 4.7e12, 674.288, 507.601_51),
    ] {
        checks.add(
            format!("reach without noise and jitter, {name}"),
            "m",
            reach_of(&short_reach(product, 300.0, false))?,
            quiet,
            Tolerance::Relative(0.03, Reason::StatedBySource),
        );
        checks.add(
            format!("reach, {name}"),
            "m",
            reach_of(&short_reach(product, 300.0, true))?,
            all,
            Tolerance::Relative(0.1, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// 10 GBd, two levels, over OM3, every noise and jitter strong enough to be seen.
fn nrz_10g() -> Link {
    let mut link = short_reach(2e12, 200.0, true);
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::Vcsel(vcsel) => {
                vcsel.relative_intensity_noise = db_to_power_ratio(-132.0);
                vcsel.modulation_amplitude = 0.1e-3;
            }
            Stage::MultimodeFiber(fiber) => fiber.modal_noise_penalty_db = 0.6,
            Stage::Driver(driver) => driver.jitter.random_rms = 0.01,
            _ => {}
        }
    }
    link
}

/// 53 GBd, four levels, over 60 m with a resonant laser and nine taps.
fn pam4_53g(modes: ModalDispersion) -> Link {
    let mut link = links::link(
        Modulation::pam4(),
        53.125e9,
        Pattern::DeBruijn { order: 6 },
        8,
        vec![
            Stage::Driver(Driver::default()),
            Stage::Vcsel(Vcsel {
                extinction_ratio: 10f64.powf(0.4),
                spectral_width: 0.45e-9,
                relative_intensity_noise: db_to_power_ratio(-145.0),
                mode_partition: 0.1,
                response: Response::Resonance {
                    frequency: 20e9,
                    damping: 1.1e11,
                },
                parasitic_response: Response::SinglePole { bandwidth: 40e9 },
                ..fast_laser()
            }),
            Stage::MultimodeFiber(MultimodeFiber {
                attenuation: Attenuation::Constant(3.6e-3),
                modal_noise_penalty_db: 0.05,
                ..fiber(60.0, modes)
            }),
            Stage::Photoreceiver(Photoreceiver {
                dark_current: 5e-9,
                photodiode_response: Response::SinglePole { bandwidth: 45e9 },
                ..links::photoreceiver(0.55, 20e-12, Response::BesselThomson4 { bandwidth: 32e9 })
            }),
        ],
    );
    link.equalizer = Equalizer {
        feed_forward_taps: 9,
        ..Equalizer::default()
    };
    link
}

/// A link in which one noise of the light is all there is: k, modal penalty or relative intensity
/// noise are so strong that errors come at any power.
fn one_noise(change: impl Fn(&mut Vcsel, &mut MultimodeFiber)) -> Link {
    let mut link = short_reach(4.7e12, 300.0, false);
    for i in 0..link.stages.len() - 1 {
        let (before, behind) = link.stages.split_at_mut(i + 1);
        if let (Stage::Vcsel(vcsel), Stage::MultimodeFiber(fiber)) =
            (&mut before[i].stage, &mut behind[0].stage)
        {
            vcsel.modulation_amplitude = 0.4e-3;
            change(vcsel, fiber);
        }
    }
    link
}

fn engines() -> Vec<Case> {
    const ALL: [f64; 4] = [1e-2, 2e-3, 4e-4, 8e-5];
    const FEW: [f64; 2] = [4e-3, 4e-4];
    let case =
        |name: &'static str, link: fn() -> Result<Link, CaseError>, levels: &'static [f64]| {
            Case::new(AREA, name, move || counted_against_tails(&link()?, levels))
        };
    vec![
        case("both-engines/multimode-nrz-10-gbd", || Ok(nrz_10g()), &ALL),
        case(
            "both-engines/multimode-pam4-53-gbd",
            || Ok(pam4_53g(ModalDispersion::Bandwidth(4.7e12))),
            &ALL,
        ),
        case(
            "both-engines/multimode-pam4-53-gbd-mode-groups",
            || {
                let launch = Launch::Gaussian { radius: 9e-6 };
                let groups = profile(2.01, 25e-6).mode_groups(850e-9, launch)?;
                Ok(pam4_53g(ModalDispersion::Groups(groups)))
            },
            &FEW,
        ),
        case(
            "both-engines/mode-partition-noise",
            || {
                Ok(one_noise(|vcsel, fiber| {
                    vcsel.mode_partition = 1.0;
                    vcsel.spectral_width = 0.4e-9;
                    fiber.length = 350.0;
                }))
            },
            &FEW,
        ),
        case(
            "both-engines/modal-noise",
            || Ok(one_noise(|_, fiber| fiber.modal_noise_penalty_db = 4.0)),
            &FEW,
        ),
        case(
            "both-engines/intensity-noise-through-multimode-fibre",
            || {
                Ok(one_noise(|vcsel, fiber| {
                    vcsel.relative_intensity_noise = db_to_power_ratio(-126.0);
                    fiber.modes = ModalDispersion::Bandwidth(2e12);
                }))
            },
            &FEW,
        ),
    ]
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let mut cases = link_model_cases();
    cases.push(Case::new(AREA, "multimode-bandwidths", bandwidths));
    cases.push(Case::new(AREA, "laser-resonance", laser));
    cases.push(Case::new(
        AREA,
        "mode-groups/continuum",
        continuum_of_mode_groups,
    ));
    cases.extend(
        grouped()
            .into_iter()
            .map(|case| Case::new(AREA, case.name, move || mode_groups(&case))),
    );
    cases.push(Case::new(
        AREA,
        "multimode-noise-at-the-decision",
        noise_at_the_decision,
    ));
    cases.push(Case::new(
        AREA,
        "multimode-margin-is-of-power",
        margin_is_of_power,
    ));
    cases.push(Case::new(
        AREA,
        "10gbase-sr-reach-against-link-model",
        reach_against_link_model,
    ));
    cases.extend(engines());
    cases
}
