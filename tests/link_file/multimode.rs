//! Multimode stages, right and wrong.

use super::*;

#[test]
fn a_multimode_link_is_right_and_in_si_units() {
    let link = load(MULTIMODE).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(link.warnings.is_empty(), "{:?}", link.warnings);
    assert_eq!(find_length(&link), Some(3));
    let Stage::Vcsel(vcsel) = &link.stages[1].stage else {
        panic!("{:?}", link.stages[1]);
    };
    assert!((vcsel.modulation_amplitude - 10f64.powf(-3.38)).abs() < 1e-12);
    assert!((vcsel.extinction_ratio - 10f64.powf(0.3)).abs() < 1e-12);
    assert!((vcsel.spectral_width - 0.3e-9).abs() < 1e-22);
    let Response::Resonance { frequency, damping } = vcsel.response else {
        panic!("{:?}", vcsel.response);
    };
    assert!((frequency - 12e9).abs() < 1.0);
    // K·f_r² = 0.3 ns·(12 GHz)².
    assert!((damping - 43.2e9).abs() < 1.0, "{damping}");
    let Stage::MultimodeFiber(fiber) = &link.stages[3].stage else {
        panic!("{:?}", link.stages[3]);
    };
    assert!((fiber.length - 300.0).abs() < 1e-9);
    let product = fiber.bandwidth_product(850e-9).expect("covered");
    assert!((product - 4.7e12).abs() < 1.0);
    let average = MULTIMODE.replace("launch_oma_dbm = -3.8", "launch_power_dbm = -3.0");
    let link = load(&average).unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Vcsel(vcsel) = &link.stages[1].stage else {
        panic!("{:?}", link.stages[1]);
    };
    let (low, high) = (vcsel.power(-1.0), vcsel.power(1.0));
    assert!((0.5 * (low + high) - 10f64.powf(-3.3)).abs() < 1e-9);
}

#[test]
fn mistakes_in_multimode_stages_name_the_right_thing() {
    let cases: [(&str, &str, Problem, &[&str]); 12] = [
        (
            "length_m = 300",
            "length_km = 0.3",
            Problem::UnknownKey,
            &[
                "unknown key `length_km` in stage 4",
                "did you mean `length_m`?",
            ],
        ),
        (
            "mode_partition_k = 0.3",
            "mode_partition_k = 1.5",
            Problem::OutOfRange,
            &["`mode_partition_k` cannot be 1.5", "allowed: from 0 to 1"],
        ),
        (
            "spectral_width_nm = 0.3",
            "spectral_with_nm = 0.3",
            Problem::UnknownKey,
            &["did you mean `spectral_width_nm`"],
        ),
        (
            "k_factor_ns = 0.3",
            "bandwidth_ghz = 9",
            Problem::Conflict,
            &["`bandwidth_ghz` and `resonance_ghz` exclude each other"],
        ),
        (
            "launch_oma_dbm = -3.8",
            "launch_oma_dbm = -3.8, launch_power_dbm = -2",
            Problem::Conflict,
            &["`launch_power_dbm` and `launch_oma_dbm` exclude each other"],
        ),
        (
            ", k_factor_ns = 0.3",
            "",
            Problem::MissingKey,
            &["missing key `k_factor_ns` in stage 2 (`vcsel`)"],
        ),
        (
            "resonance_ghz = 12.0, ",
            "",
            Problem::MissingKey,
            &["missing key `resonance_ghz` in stage 2 (`vcsel`)"],
        ),
        (
            "k_factor_ns = 0.3",
            "k_factor_ns = 0.0",
            Problem::OutOfRange,
            &["the resonance of stage 2 (`vcsel`) has no damping"],
        ),
        (
            "launch_oma_dbm = -3.8, ",
            "",
            Problem::MissingKey,
            &["missing key `launch_oma_dbm`", "`launch_power_dbm = …`"],
        ),
        (
            "multimode_fiber = { name = \"span\", model = \"om4\", length_m = 300 }",
            "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.3, attenuation_db_per_km = 2 }",
            Problem::Order,
            &["stage 4 (`fiber`) is single-mode", "write multimode_fiber"],
        ),
        (
            "model = \"om4\"",
            "model = \"itu-g652d\"",
            Problem::PartKind,
            &[
                "`itu-g652d` is for `fiber`, not for `multimode_fiber`",
                "`om4`",
            ],
        ),
        (
            "model = \"om4\", length_m = 300",
            "model = \"om4\", length_m = 300, effective_modal_bandwidth_mhz_km = 0",
            Problem::OutOfRange,
            &["`effective_modal_bandwidth_mhz_km` cannot be 0"],
        ),
    ];
    for (from, to, problem, parts) in cases {
        let text = replaced(MULTIMODE, from, to);
        let errors = load(&text).expect_err(to);
        assert_eq!(errors.errors.len(), 1, "{to}: one mistake, not:\n{errors}");
        let error = &errors.errors[0];
        assert_eq!(error.problem, problem, "{error}");
        let shown = error.to_string();
        for part in parts {
            assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
        }
    }
}

#[test]
fn multimode_stages_stand_where_their_light_is() {
    let laser = replaced(
        MULTIMODE,
        "driver = {}",
        "driver = {}\n[[stage]]\nlaser = { power_dbm = 3, wavelength_nm = 850.0 }",
    );
    refused(
        &laser,
        Problem::Order,
        "laser = {",
        &["a vcsel makes its own light"],
    );
    let two = replaced(
        MULTIMODE,
        "connector = { loss_db = 0.5 }",
        "vcsel = { launch_oma_dbm = 0, extinction_ratio_db = 3, wavelength_nm = 850 }",
    );
    refused(
        &two,
        Problem::Order,
        "vcsel = { launch",
        &["is a second modulator"],
    );
    let behind = changed(
        "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
        "multimode_fiber = { name = \"span\", length_m = 50, attenuation_db_per_km = 3, effective_modal_bandwidth_mhz_km = 500, dispersion_ps_per_nm_km = 0 }",
    );
    refused(
        &behind,
        Problem::Order,
        "multimode_fiber =",
        &["is multimode, and the light that reaches it is in one mode"],
    );
    // The attenuation and the bandwidth of the part do not reach there.
    let errors = load(&replaced(
        MULTIMODE,
        "wavelength_nm = 850.0",
        "wavelength_nm = 800.0",
    ))
    .expect_err("not covered");
    let shown = errors.to_string();
    assert!(shown.contains("the modal bandwidth of stage 4"), "{shown}");
    assert!(shown.contains("the attenuation of stage 4"), "{shown}");
}
