//! Keys and stages that do not go together.

use super::*;

#[test]
fn the_kerr_effect_of_a_fibre_has_both_numbers_or_neither() {
    let with = |keys: &str| changed("length_km = 0.5", &format!("length_km = 0.5, {keys}"));
    let both = "nonlinear_index_m2_per_w = 2.6e-20, effective_area_um2 = 65";
    let link = load(&with(both)).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(find_length(&link), Some(4));
    let Stage::KerrFiber(fiber) = &link.stages[4].stage else {
        panic!("{:?}", link.stages[4]);
    };
    assert!((fiber.linear.length - 500.0).abs() < 1e-9);
    // 2*pi*2.6e-20/(1310e-9*65e-12).
    let gamma = fiber.kerr.at(1310e-9).expect("a coefficient");
    assert!((gamma - 1.918_53e-3).abs() < 1e-8, "{gamma:e}");
    for (key, missing) in [
        ("nonlinear_index_m2_per_w = 2.6e-20", "effective_area_um2"),
        ("effective_area_um2 = 65", "nonlinear_index_m2_per_w"),
    ] {
        refused(&with(key), Problem::MissingKey, "fiber = ", &[missing]);
    }
}

#[test]
fn a_detector_of_sequences_takes_the_place_of_decision_feedback() {
    let base = load(COPPER).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(!base.equalizer.sequence_detection);
    let without = COPPER.lines().filter(|line| {
        !line.starts_with("decision_feedback_taps") && !line.starts_with("[equalizer]")
    });
    let without: Vec<&str> = without.collect();
    let with = |key: &str| {
        let own: Vec<&str> = without
            .iter()
            .copied()
            .filter(|line| !line.starts_with("feed_forward_taps"))
            .collect();
        format!(
            "{}\n[equalizer]\nfeed_forward_taps = 9\n{key}\n",
            own.join("\n")
        )
    };
    let link =
        load(&with("sequence_detection_memory = 2")).unwrap_or_else(|errors| panic!("{errors}"));
    assert!(link.equalizer.sequence_detection);
    assert_eq!(link.equalizer.decision_feedback_taps, 2);
    refused(
        &with("sequence_detection_memory = 2\ndecision_feedback_taps = 3"),
        Problem::Conflict,
        "decision_feedback_taps",
        &["sequence_detection_memory", "leave one of them out"],
    );
    refused(
        &with("sequence_detection_memory = 9"),
        Problem::OutOfRange,
        "sequence_detection_memory",
        &["8"],
    );
}

#[test]
fn keys_that_exclude_each_other_are_both_named() {
    refused(
        &changed(
            "launch_oma_dbm = -0.8",
            "launch_oma_dbm = -0.8, launch_power_dbm = 1",
        ),
        Problem::Conflict,
        "launch_power_dbm",
        &[
            "`launch_power_dbm` and `launch_oma_dbm` exclude each other in stage 3",
            "either",
        ],
    );
    refused(
        &changed(
            "electro_absorption_modulator = { model = \"eml-1310-53g\", launch_oma_dbm = -0.8 }",
            "mach_zehnder_modulator = { v_pi_v = 5, swing_v = 2, extinction_ratio_db = 5, launch_oma_dbm = 0 }",
        ),
        Problem::Conflict,
        "extinction_ratio_db",
        &["`extinction_ratio_db` and `swing_v` exclude each other"],
    );
    refused(
        &changed("= 2.4e-4", "= 2.4e-4\npost_fec_ber = 1e-15"),
        Problem::Conflict,
        "post_fec_ber",
        &["`post_fec_ber` and `pre_fec_ber` exclude each other in [target]"],
    );
}

#[test]
fn a_link_needs_driver_modulator_and_receiver_in_order() {
    let stages = |list: &str| {
        let body: String = list
            .split(' ')
            .map(|kind| {
                let table = match kind {
                    "driver" => "{ amplitude_v = 0.4 }",
                    "laser" => "{ model = \"dfb-1310\" }",
                    "electro_absorption_modulator" => "{ model = \"eml-1310-53g\" }",
                    "fiber" => "{ model = \"itu-g652d\", length_km = 1 }",
                    "photoreceiver" => "{ model = \"pin-tia-53g\" }",
                    "twinax" => "{ model = \"twinax-26awg\", length_m = 1 }",
                    "electrical_receiver" => "{ model = \"serdes-53g\" }",
                    _ => "{ loss_db = 1 }",
                };
                format!("[[stage]]\n{kind} = {table}\n")
            })
            .collect();
        format!("[signal]\nsymbol_rate_gbd = 10\n{body}")
    };
    let good = "driver laser electro_absorption_modulator connector fiber photoreceiver";
    assert!(
        load(&stages(good)).is_ok(),
        "{}",
        load(&stages(good)).unwrap_err()
    );
    assert!(load(&stages("laser electro_absorption_modulator photoreceiver")).is_ok());
    for (list, mark, parts) in [
        (
            "driver laser electro_absorption_modulator fiber",
            "fiber =",
            &["no receiver", "photoreceiver"][..],
        ),
        (
            "driver twinax",
            "twinax =",
            &["no receiver", "electrical_receiver"],
        ),
        (
            "twinax electrical_receiver",
            "twinax =",
            &["`twinax`) has no driver"],
        ),
        (
            "driver laser fiber electro_absorption_modulator photoreceiver",
            "fiber =",
            &["stage 3 (`fiber`) needs light, and stands before the modulator, stage 4"],
        ),
        (
            "driver fiber electrical_receiver",
            "fiber =",
            &[
                "stage 2 (`fiber`) needs light",
                "the path is electrical",
                "twinax",
            ],
        ),
        (
            "driver laser electro_absorption_modulator twinax photoreceiver",
            "twinax =",
            &["needs an electrical signal, and light reaches it"],
        ),
        (
            "driver laser electro_absorption_modulator fiber photoreceiver photoreceiver2",
            "photoreceiver2",
            &["unknown kind"],
        ),
        (
            "driver electro_absorption_modulator photoreceiver",
            "electro_absorption",
            &["has no laser"],
        ),
        (
            "driver electro_absorption_modulator laser photoreceiver",
            "laser =",
            &["comes after the modulator"],
        ),
        (
            "driver laser twinax electrical_receiver",
            "laser =",
            &["has no modulator"],
        ),
    ] {
        let text = stages(list);
        let errors = load(&text).expect_err(list);
        let shown = errors.errors[0].to_string();
        assert_eq!(
            errors.errors[0].line,
            line_of(&text, mark),
            "{list}: {errors}"
        );
        for part in parts {
            assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
        }
    }
    let two = load(&stages(
        "driver twinax electrical_receiver electrical_receiver",
    ))
    .expect_err("two");
    assert!(
        two.to_string()
            .contains("stage 4 (`electrical_receiver`) is a second receiver: the first is stage 3"),
        "{two}"
    );
    let none = load("[signal]\nsymbol_rate_gbd = 10\n").expect_err("no stages");
    assert!(
        none.to_string().contains("no driver, no receiver"),
        "{none}"
    );
}
