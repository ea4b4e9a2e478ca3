//! Links that are right: units, parts and what overrules them.

use super::*;

#[test]
fn the_links_the_tests_break_are_right() {
    let link = load(OPTICAL).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(link.stages.len(), 6);
    assert_eq!(link.stages[4].name, "span");
    assert_eq!(find_length(&link), Some(4));
    assert_eq!(link.sources.len(), 5);
    assert!(link.warnings.is_empty(), "{:?}", link.warnings);
    let link = load(COPPER).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(find_length(&link), Some(1));
}

#[test]
fn quantities_become_si_units_and_the_link_overrules_its_parts() {
    let link = load(&changed(
        "length_km = 0.5",
        "length_km = 0.5, group_index = 1.5, attenuation_db_per_km = 0.4",
    ))
    .unwrap_or_else(|errors| panic!("{errors}"));
    assert!((link.signal.symbol_rate - 53.125e9).abs() < 1.0);
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    assert!((fiber.length - 500.0).abs() < 1e-9);
    assert!((fiber.group_index - 1.5).abs() < 1e-12);
    assert!((fiber.attenuation_db_per_m(1310e-9).expect("known") - 0.4e-3).abs() < 1e-12);
    let Stage::Laser(laser) = &link.stages[1].stage else {
        panic!("a laser");
    };
    // 6 dBm = 3.981 mW and −145 dB/Hz = 3.162e-15 /Hz.
    assert!((laser.power - 3.981_071_7e-3).abs() < 1e-9, "{laser:?}");
    assert!((laser.relative_intensity_noise - 3.162_277_66e-15).abs() < 1e-21);
    assert!((laser.wavelength - 1310e-9).abs() < 1e-18);
}

#[test]
fn sub_tables_read_as_inline_tables_do() {
    let sub = changed(
        "fiber = { name = \"span\", model = \"itu-g652d\", length_km = 0.5 }",
        "[stage.fiber]\nname = \"span\"\nmodel = \"itu-g652d\"\nlength_km = 0.5",
    );
    let link = load(&sub).unwrap_or_else(|errors| panic!("{errors}"));
    assert_eq!(
        format!("{:?}", link.stages),
        format!("{:?}", load(OPTICAL).expect("right").stages)
    );
}

#[test]
fn one_of_two_ways_displaces_the_part_s_other_way() {
    let text = changed(
        "model = \"itu-g652d\"",
        "model = \"itu-g652d\", dispersion_ps_per_nm_km = 17, dispersion_wavelength_nm = 1550",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    let (dispersion, _) = fiber.dispersion.at(1550e-9);
    assert!((dispersion - 17e-6).abs() < 1e-15, "{dispersion}");
}

#[test]
fn a_part_used_outside_of_what_it_holds_for_warns() {
    let link = load(&changed("power_dbm = 6.0", "wavelength_nm = 1400")).expect("a link");
    assert!(
        link.warnings
            .iter()
            .any(|warning| warning.contains("stage 2 (`laser`)")
                && warning.contains("wavelength_nm from 1260 to 1360")
                && warning.contains("1400")),
        "{:?}",
        link.warnings
    );
}

#[test]
fn a_change_on_the_command_line_is_made_and_its_mistake_is_named_as_such() {
    let link = load_with(OPTICAL, &[Override::new("span.length_km", "2")]).expect("a link");
    let Stage::Fiber(fiber) = &link.stages[4].stage else {
        panic!("a fibre");
    };
    assert!((fiber.length - 2000.0).abs() < 1e-9);
    let errors =
        load_with(OPTICAL, &[Override::new("span.length_km", "-2")]).expect_err("negative");
    let shown = errors.to_string();
    assert!(shown.contains("`length_km` cannot be -2"), "{shown}");
    assert!(shown.contains("with --set span.length_km=-2"), "{shown}");
    assert_eq!(errors.errors[0].line, line_of(OPTICAL, "length_km"));
    let errors = load_with(OPTICAL, &[Override::new("spam.length_km", "2")]).expect_err("no spam");
    assert_eq!(errors.errors[0].problem, Problem::Override);
    assert!(
        errors.to_string().contains("did you mean `span`?"),
        "{errors}"
    );
}
