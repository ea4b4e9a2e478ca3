//! The Kerr effect in closed form: its coefficient, and four-wave mixing.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::constants::SPEED_OF_LIGHT;
use eyespan::fiber::{Dispersion, KerrCoefficient, MixingFiber, MixingWaves};
use eyespan::units::{dbm_to_watt, watt_to_dbm};
use std::f64::consts::{LN_10, PI};

const AREA: &str = "nonlinear closed forms";
const MIXING: &str = "derive/nonlinear_closed_forms.py; Shibata, Braun and Waarts, IEEE J. Quantum Electron. 23, \
     1205 (1987); Agrawal, Fiber-Optic Communication Systems, section 2.6";

fn neper_per_m(db_per_km: f64) -> f64 {
    db_per_km * 1e-3 * LN_10 / 10.0
}

fn kerr_coefficient() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "derive/nonlinear_closed_forms.py; Agrawal, Nonlinear Fiber Optics, 5th ed., eq. 2.3.29",
    );
    for (area, expected) in [(80.0, 1.317_44), (83.0, 1.269_82)] {
        let kerr = KerrCoefficient::Material {
            nonlinear_index: 2.6e-20,
            effective_area: area * 1e-12,
        };
        checks.add(
            format!("gamma, {area} um2"),
            "1/(W km)",
            kerr.at(1550e-9)? * 1e3,
            expected,
            Tolerance::Absolute(6e-6, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// 80 km of 0.2 dB/km at 1550 nm with a slope of 0.06 ps/(nm²·km).
fn fiber(dispersion: f64) -> MixingFiber {
    let dispersion = Dispersion::AtWavelength {
        reference: None,
        coefficient: dispersion * 1e-6,
        slope: 60.0,
    };
    let (beta2, beta3) = dispersion.beta(1550e-9);
    MixingFiber {
        length: 80e3,
        attenuation: neper_per_m(0.2),
        nonlinear_coefficient: 1.3e-3,
        beta2,
        beta3,
    }
}

/// Dispersion in ps/(nm·km), spacing in GHz, efficiency with the mismatch of D and S, mismatch to
/// third order in 1/km, efficiency with it.
const EFFICIENCIES: [(f64, f64, f64, f64, f64); 9] = [
    (17.0, 50.0, 4.914_012_5e-4, -2.144_121_59, 4.929_737_88e-4),
    (17.0, 100.0, 3.074_347_99e-5, -8.593_017_65, 3.151_862_32e-5),
    (17.0, 200.0, 1.966_365_39e-6, -34.504_321_1, 1.916_998_15e-6),
    (3.5, 50.0, 1.156_160_59e-2, -0.443_840_116, 1.154_157_88e-2),
    (3.5, 100.0, 6.997_367_23e-4, -1.788_377_24, 6.932_179_03e-4),
    (3.5, 200.0, 4.218_002_25e-5, -7.257_643_21, 4.416_543_27e-5),
    (0.0, 50.0, 0.997_234_882, -3.026_401_33e-3, 0.997_234_882),
    (0.0, 100.0, 0.839_690_271, -2.421_121_06e-2, 0.839_690_271),
    (0.0, 200.0, 5.909_805_41e-2, -0.193_689_685, 5.909_805_41e-2),
];

fn efficiency() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(MIXING);
    let printed = Tolerance::Relative(3e-8, Reason::PrintedDigit);
    // The bracket's sine turns through up to 1400 rad: 1e-9 of the mismatch is 1e-6 of a turn.
    let turned = Tolerance::Relative(3e-5, Reason::PrintedDigit);
    for (dispersion, gigahertz, with_slope, third_order, with_third_order) in EFFICIENCIES {
        let fiber = fiber(dispersion);
        let spacing = gigahertz * 1e9;
        let k = 1550e-9 * 1550e-9 / SPEED_OF_LIGHT;
        let mismatch = 2.0 * PI * k * spacing * spacing * (dispersion * 1e-6 + spacing * k * 60.0);
        let name = format!("D {dispersion}, {gigahertz} GHz");
        checks.add(
            format!("efficiency, {name}"),
            "",
            fiber.efficiency(mismatch)?,
            with_slope,
            printed,
        );
        let centre = SPEED_OF_LIGHT / 1550e-9;
        let waves = MixingWaves {
            frequencies: [centre - spacing, centre - spacing, centre],
            powers: [1e-3; 3],
        };
        let mismatch = waves.phase_mismatch(&fiber);
        checks.add(
            format!("mismatch, {name}"),
            "1/km",
            mismatch * 1e3,
            third_order,
            printed,
        );
        checks.add(
            format!("efficiency by beta2 and beta3, {name}"),
            "",
            fiber.efficiency(mismatch)?,
            with_third_order,
            turned,
        );
    }
    checks.done()
}

fn product_power() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(MIXING);
    let wavelength = 1310e-9;
    let centre = SPEED_OF_LIGHT / wavelength;
    for (dispersion, expected, tolerance) in [
        (0.0, -28.223_78, 6e-6),
        // A slope of −2D/λ, so that β3 vanishes.
        (0.5, -64.224_3, 6e-5),
    ] {
        let coefficient = dispersion * 1e-6;
        let (beta2, beta3) = Dispersion::AtWavelength {
            reference: None,
            coefficient,
            slope: -2.0 * coefficient / wavelength,
        }
        .beta(wavelength);
        let fiber = MixingFiber {
            length: 10e3,
            attenuation: neper_per_m(0.35),
            nonlinear_coefficient: 1.5e-3,
            beta2,
            beta3,
        };
        // Both 800 GHz from the third, one on each side would be the third itself: i and j on the
        // same side, told apart by a hertz, are two lasers.
        let waves = MixingWaves {
            frequencies: [centre + 800e9, centre + 800e9 + 1.0, centre],
            powers: [dbm_to_watt(3.0); 3],
        };
        checks.add(
            format!("product of three waves, D {dispersion}"),
            "dBm",
            watt_to_dbm(waves.product_power(&fiber)?),
            expected,
            Tolerance::Absolute(tolerance, Reason::PrintedDigit),
        );
    }
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "kerr/coefficient", kerr_coefficient),
        Case::new(AREA, "four-wave-mixing/efficiency", efficiency),
        Case::new(AREA, "four-wave-mixing/power", product_power),
    ]
}
