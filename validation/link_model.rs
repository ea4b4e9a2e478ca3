//! The power budget of the IEEE 802.3ae 10 Gigabit Ethernet link model, term by term against the cells
//! of its spreadsheet, and the reaches that follow from it.

use super::checks::{Case, Checks, Reason, Tolerance};
use eyespan::study::link_budget::{BudgetBandwidth, LinkBudget};
use eyespan::units::{db_to_power_ratio, dbm_to_watt};

const AREA: &str = "link model";
const LINK_MODEL: &str = "cells of 10GEPBud3_1_16a.xls (GitHub Belden-Montreal/Fiber-Python-Code, commit 95c31158, \
     10GbE_inputs.xlsx); derive/ethernet_link_model.py";

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

/// Cases of this area.
pub fn cases() -> Vec<Case> {
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
