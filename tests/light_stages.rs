//! Reflections, optical filters, polarisation and amplifiers in link files: their units, and what is
//! said where they are wrong.

use eyespan::config::{ConfigErrors, LinkFile, Problem};
use eyespan::library::Library;
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkAmplifier, LinkError, ModeDispersion, Stage};
use eyespan::signal::PassbandShape;
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

const LINK: &str = r#"
[signal]
format = "nrz"
symbol_rate_gbd = 25
pattern = "prbs7"
[[stage]]
laser = { wavelength_nm = 1550 }
[[stage]]
electro_absorption_modulator = { extinction_ratio_db = 6, launch_power_dbm = 0, return_loss_db = 12 }
[[stage]]
connector = { loss_db = 0.5, return_loss_db = 26, polarization_dependent_loss_db = 0.2 }
[[stage]]
fiber = { model = "itu-g652d", length_km = 4, pmd_ps_per_sqrt_km = 0.1, dgd_probability = 0.999, power_split = 0.4 }
[[stage]]
amplifier = { kind = "semiconductor", gain_db = 12, noise_figure_db = 7, output_saturation_power_dbm = 9, optical_bandwidth_ghz = 500 }
[[stage]]
optical_filter = { passband_width_ghz = 75, gaussian_order = 2, offset_ghz = -3, insertion_loss_db = 3, channel_spacing_ghz = 100, in_band_crosstalk_db = -30, return_loss_db = 40 }
[[stage]]
photoreceiver = { responsivity_a_per_w = 0.8, noise_pa_per_sqrt_hz = 15, bandwidth_ghz = 19, return_loss_db = 26 }
"#;

fn load(text: &str) -> Result<Link, ConfigErrors> {
    LinkFile::parse(text, "link.toml", &[])?.resolve(&LIBRARY)
}

fn changed(from: &str, to: &str) -> String {
    assert_eq!(LINK.matches(from).count(), 1, "`{from}` must be there once");
    LINK.replace(from, to)
}

/// Asserts that a text has one mistake of this kind whose message holds all of `parts`.
#[track_caller]
fn refused(text: &str, problem: Problem, parts: &[&str]) {
    let errors = load(text).expect_err("the file is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    assert_eq!(errors.errors[0].problem, problem, "{errors}");
    for part in parts {
        let shown = errors.to_string();
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}

#[test]
fn quantities_become_si_units() {
    let link = load(LINK).unwrap_or_else(|errors| panic!("{errors}"));
    let reflectances: Vec<f64> = link.stages.iter().map(|s| s.reflectance).collect();
    let wanted = [
        0.0,
        10f64.powf(-1.2),
        10f64.powf(-2.6),
        0.0,
        0.0,
        1e-4,
        10f64.powf(-2.6),
    ];
    for (found, wanted) in reflectances.iter().zip(wanted) {
        assert!((found - wanted).abs() < 1e-12, "{reflectances:?}");
    }
    assert!((link.stages[2].polarization.dependent_loss_db - 0.2).abs() < 1e-12);
    let fibre = link.stages[3].polarization;
    let ModeDispersion::Maxwellian {
        coefficient,
        probability,
    } = fibre.mode_dispersion
    else {
        panic!("{fibre:?}");
    };
    // 0.1 ps/√km over 4 km is 0.2 ps.
    assert!((coefficient * 4e3f64.sqrt() - 0.2e-12).abs() < 1e-20);
    assert!((probability - 0.999).abs() < 1e-12 && (fibre.power_split - 0.4).abs() < 1e-12);
    let Stage::Amplifier(stage) = &link.stages[4].stage else {
        panic!("an amplifier");
    };
    assert!((stage.optical_bandwidth - 500e9).abs() < 1.0);
    let LinkAmplifier::Semiconductor(amplifier) = stage.amplifier else {
        panic!("{stage:?}");
    };
    // The gain has halved at 9 dBm of output.
    let half = 0.5 * amplifier.small_signal_gain;
    let gain = amplifier
        .steady_gain(10f64.powf(-2.1) / half)
        .expect("a gain");
    assert!((gain / half - 1.0).abs() < 1e-9, "{gain}");
    let Stage::OpticalFilter(filter) = &link.stages[5].stage else {
        panic!("a filter");
    };
    assert_eq!(
        filter.passband.shape,
        PassbandShape::Gaussian {
            bandwidth: 75e9,
            order: 2
        }
    );
    assert!((filter.passband.centre + 3e9).abs() < 1.0);
    assert!((filter.in_band_crosstalk - 1e-3).abs() < 1e-12);
    // Two neighbours, of which the one on the side of the offset passes better.
    let [below, above] = filter.adjacent_crosstalk[..] else {
        panic!("{filter:?}");
    };
    assert!(below > above && above > 0.0 && below < 1e-2, "{filter:?}");
}

#[test]
fn crosstalk_as_a_number_is_that_of_all_neighbours_in_equal_parts() {
    for (keys, wanted) in [
        ("adjacent_crosstalk_db = -20", vec![5e-3, 5e-3]),
        (
            "adjacent_crosstalk_db = -20, adjacent_channels = 1",
            vec![1e-2],
        ),
    ] {
        let link = load(&changed("channel_spacing_ghz = 100", keys))
            .unwrap_or_else(|errors| panic!("{errors}"));
        let Stage::OpticalFilter(filter) = &link.stages[5].stage else {
            panic!("a filter");
        };
        assert_eq!(filter.adjacent_crosstalk.len(), wanted.len());
        for (found, wanted) in filter.adjacent_crosstalk.iter().zip(wanted) {
            assert!((found - wanted).abs() < 1e-12, "{filter:?}");
        }
    }
}

#[test]
fn the_link_runs_and_says_what_it_took() {
    let link = load(LINK).unwrap_or_else(|errors| panic!("{errors}"));
    let mut engine = SemiAnalytic::new(&link).expect("a plan");
    let errors = engine.evaluate().expect("an evaluation").decided.errors;
    assert!(errors.bit > 0.0 && errors.bit < 0.1, "{errors:?}");
    let said = [&engine.plan().notes[..], &engine.plan().warnings].concat();
    let said = said.join("\n");
    for part in [
        "reflections: the echoes of 2 pairs",
        "% if the thresholds followed",
        "group delay",
        "from its gain",
    ] {
        assert!(said.contains(part), "`{part}` is not in:\n{said}");
    }
}

/// Counts some dozens of errors in blocks of two sizes.
fn blocks_of_any_size_count_the_same(link: &mut Link, engine: &mut SemiAnalytic) {
    link.engine.monte_carlo.relative_error = 1e-3;
    let rule = engine.evaluate().expect("an evaluation").decided.rule;
    let symbols = engine.propagation().symbols().len();
    let mut count = |samples: usize| {
        link.engine.monte_carlo.block_samples = Some(samples);
        MonteCarlo::new(link, engine.plan(), &rule, symbols)
            .and_then(|counter| counter.run(&Watch::default()))
            .expect("counts")
    };
    let (small, large) = (count(1 << 13), count(1 << 15));
    assert!(small.symbol_errors > 20, "{small:?}");
    assert_eq!(small, large);
}

#[test]
fn counted_errors_do_not_depend_on_the_size_of_blocks() {
    let text = changed("noise_pa_per_sqrt_hz = 15", "noise_pa_per_sqrt_hz = 800")
        .replace("gain_db = 12", "gain_db = 4")
        .replace("return_loss_db = 26", "return_loss_db = 14");
    let mut link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    link.engine.monte_carlo.maximum_symbols = 1 << 17;
    let mut engine = SemiAnalytic::new(&link).expect("a plan");
    blocks_of_any_size_count_the_same(&mut link, &mut engine);
}

#[test]
fn keys_that_need_each_other_or_exclude_each_other_are_named() {
    refused(
        &changed("pmd_ps_per_sqrt_km = 0.1, dgd_probability = 0.999, ", ""),
        Problem::MissingKey,
        &["pmd_ps_per_sqrt_km", "differential_group_delay_ps"],
    );
    refused(
        &changed("dgd_probability = 0.999", "differential_group_delay_ps = 3"),
        Problem::Conflict,
        &["`differential_group_delay_ps` and `pmd_ps_per_sqrt_km` exclude each other"],
    );
    refused(
        &changed("passband_width_ghz = 75, ", ""),
        Problem::MissingKey,
        &["passband_width_ghz", "passband_file"],
    );
    refused(
        &changed("channel_spacing_ghz = 100", "adjacent_power_db = 3"),
        Problem::MissingKey,
        &["channel_spacing_ghz"],
    );
    refused(
        &changed("channel_spacing_ghz = 100", "adjacent_channels = 1"),
        Problem::MissingKey,
        &["channel_spacing_ghz", "adjacent_crosstalk_db"],
    );
    // A centre of nothing.
    refused(
        &changed(
            "passband_width_ghz = 75, gaussian_order = 2, offset_ghz = -3, insertion_loss_db = 3, \
             channel_spacing_ghz = 100, ",
            "offset_ghz = 100, ",
        ),
        Problem::MissingKey,
        &["passband_width_ghz", "passband_file"],
    );
    refused(
        &changed(
            "channel_spacing_ghz = 100",
            "channel_spacing_ghz = 100, adjacent_crosstalk_db = -30",
        ),
        Problem::Conflict,
        &["`adjacent_crosstalk_db` and `channel_spacing_ghz` exclude each other"],
    );
    for key in [
        "gain_db = 12, ",
        "noise_figure_db = 7, ",
        ", optical_bandwidth_ghz = 500",
    ] {
        let name = key
            .trim_matches([',', ' '])
            .split(' ')
            .next()
            .expect("a key");
        refused(&changed(key, ""), Problem::MissingKey, &[name]);
    }
}

#[test]
fn what_cannot_be_is_refused_where_it_stands() {
    refused(
        &changed("dgd_probability = 0.999", "dgd_probability = 1"),
        Problem::OutOfRange,
        &["dgd_probability", "below 1"],
    );
    refused(
        &changed("return_loss_db = 40", "return_loss_db = -40"),
        Problem::OutOfRange,
        &["return_loss_db"],
    );
    refused(
        &changed("power_split = 0.4", "power_split = 1.4"),
        Problem::OutOfRange,
        &["power_split"],
    );
    refused(
        &changed("in_band_crosstalk_db = -30", "in_band_crosstalk_db = 30"),
        Problem::OutOfRange,
        &["in_band_crosstalk_db"],
    );
    refused(
        &changed("return_loss_db = 40", "retun_loss_db = 40"),
        Problem::UnknownKey,
        &["did you mean `return_loss_db`?"],
    );
    refused(
        &changed("\"semiconductor\"", "\"silicon\""),
        Problem::UnknownChoice,
        &["erbium", "semiconductor"],
    );
    refused(
        &changed("gain_db = 12", "gain_db = 2"),
        Problem::OutOfRange,
        &["stage 5", "above 3.01"],
    );
    refused(
        &changed(
            "passband_width_ghz = 75, gaussian_order = 2",
            "passband_file = \"none.csv\"",
        ),
        Problem::File,
        &["none.csv"],
    );
    // Found when the link is planned: what the amplifier adds follows from the light that reaches it.
    let link = load(&changed("noise_figure_db = 7", "noise_figure_db = 1"))
        .unwrap_or_else(|errors| panic!("{errors}"));
    let error = SemiAnalytic::new(&link).expect_err("below the quantum limit");
    assert!(matches!(error, LinkError::Amplifier(_)), "{error}");
    assert!(error.to_string().contains("quantum limit"), "{error}");
}

#[test]
fn neighbours_that_drown_the_signal_are_refused() {
    refused(
        &changed("channel_spacing_ghz = 100", "channel_spacing_ghz = 5"),
        Problem::OutOfRange,
        &["neighbours", "stage 6"],
    );
}

#[test]
fn light_in_many_modes_takes_none_of_them() {
    let multimode = include_str!("data/multimode.toml");
    let with = |stage: &str| {
        let at = multimode.rfind("[[stage]]").expect("a receiver");
        format!(
            "{}[[stage]]\n{stage}\n{}",
            &multimode[..at],
            &multimode[at..]
        )
    };
    refused(
        &with("connector = { loss_db = 0.5, return_loss_db = 30 }"),
        Problem::Conflict,
        &["`return_loss_db` cannot be used", "vcsel"],
    );
    refused(
        &with("amplifier = { gain_db = 10, noise_figure_db = 6, optical_bandwidth_ghz = 100 }"),
        Problem::Order,
        &["takes light of one mode"],
    );
    refused(
        &with("optical_filter = { passband_width_ghz = 100 }"),
        Problem::Order,
        &["takes light of one mode"],
    );
}

#[test]
fn a_measured_passband_is_read_beside_the_link() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = changed(
        "passband_width_ghz = 75, gaussian_order = 2",
        "passband_file = \"port.csv\"",
    );
    std::fs::write(folder.path().join("link.toml"), text).expect("written");
    let rows = "frequency_offset_ghz,amplitude_db\n-150,-40\n-30,-1\n0,0\n30,-1\n150,-40\n";
    std::fs::write(folder.path().join("port.csv"), rows).expect("written");
    let link = LinkFile::load(&folder.path().join("link.toml"), &[], &LIBRARY)
        .unwrap_or_else(|errors| panic!("{errors}"));
    let Stage::OpticalFilter(filter) = &link.stages[5].stage else {
        panic!("a filter");
    };
    // 30 GHz above a centre 3 GHz below the carrier, with 3 dB of insertion loss.
    let db = 20.0 * filter.passband.at(27e9).norm().log10();
    assert!((db + 4.0).abs() < 1e-9, "{db}");
    let mut engine = SemiAnalytic::new(&link).expect("a plan");
    assert!(engine.evaluate().is_ok());
    let said = engine.plan().warnings.join("\n");
    assert!(said.contains("only the amplitude"), "{said}");
}

/// The link with an amplifier whose gain follows the waveform.
fn dynamic(keys: &str) -> String {
    changed("output_saturation_power_dbm = 9", keys)
}

#[test]
fn a_gain_that_follows_the_waveform_is_read_in_si_units() {
    let amplifier = |keys: &str| {
        let link = load(&dynamic(keys)).unwrap_or_else(|errors| panic!("{errors}"));
        let Stage::Amplifier(stage) = link.stages[4].stage else {
            panic!("an amplifier");
        };
        let LinkAmplifier::Semiconductor(amplifier) = stage.amplifier else {
            panic!("{stage:?}");
        };
        (stage.gain_dynamics, amplifier)
    };
    let (follows, found) = amplifier(
        "carrier_lifetime_ps = 200, saturation_energy_pj = 3, linewidth_enhancement_factor = 5",
    );
    assert!(follows);
    assert!((found.carrier_lifetime - 2e-10).abs() < 1e-20);
    assert!((found.saturation_energy - 3e-12).abs() < 1e-21);
    assert!((found.linewidth_enhancement - 5.0).abs() < 1e-12);
    // By the power at half of the gain: P_sat = E_sat/τ_c.
    let (_, by_power) = amplifier("carrier_lifetime_ps = 200, output_saturation_power_dbm = 9");
    let half = 0.5 * by_power.small_signal_gain;
    let gain = by_power
        .steady_gain(10f64.powf(-2.1) / half)
        .expect("a gain");
    assert!((gain / half - 1.0).abs() < 1e-9, "{gain}");
    let (follows, _) =
        amplifier("carrier_lifetime_ps = 200, saturation_energy_pj = 3, gain_dynamics = false");
    assert!(!follows);
}

#[test]
fn keys_of_gain_dynamics_that_lack_something_are_named() {
    for (keys, problem, parts) in [
        (
            "carrier_lifetime_ps = 200",
            Problem::MissingKey,
            &["saturation_energy_pj", "output_saturation_power_dbm"][..],
        ),
        (
            "saturation_energy_pj = 3",
            Problem::MissingKey,
            &["carrier_lifetime_ps"],
        ),
        (
            "gain_dynamics = true",
            Problem::MissingKey,
            &["carrier_lifetime_ps"],
        ),
        (
            "carrier_lifetime_ps = 200, saturation_energy_pj = 3, output_saturation_power_dbm = 9",
            Problem::Conflict,
            &[
                "`output_saturation_power_dbm`",
                "`saturation_energy_pj`",
                "exclude",
            ],
        ),
        (
            "carrier_lifetime_ps = 0, saturation_energy_pj = 3",
            Problem::OutOfRange,
            &["carrier_lifetime_ps"],
        ),
        (
            "carrier_lifetime_ps = 200, saturation_energy_pj = -3",
            Problem::OutOfRange,
            &["saturation_energy_pj"],
        ),
        (
            "carrier_lifetime_ps = 200, saturation_energy_pj = 3, linewidth_enhancement_factor = 200",
            Problem::OutOfRange,
            &["linewidth_enhancement_factor"],
        ),
        (
            "carrier_lifetime_ps = 200, saturation_energy_pj = 3, gain_dynamics = 1",
            Problem::WrongType,
            &["gain_dynamics", "true or false"],
        ),
    ] {
        refused(&dynamic(keys), problem, parts);
    }
    let erbium = dynamic("carrier_lifetime_ps = 200").replace("\"semiconductor\"", "\"erbium\"");
    refused(
        &erbium,
        Problem::Conflict,
        &["carrier_lifetime_ps", "no effect", "semiconductor"],
    );
}

#[test]
fn both_engines_carry_a_gain_that_follows_and_the_statistical_one_refuses_it() {
    let keys =
        "carrier_lifetime_ps = 150, saturation_energy_pj = 1, linewidth_enhancement_factor = 4";
    let text = dynamic(keys)
        .replace("noise_pa_per_sqrt_hz = 15", "noise_pa_per_sqrt_hz = 2000")
        .replace("gain_db = 12", "gain_db = 6");
    let mut link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    // With polarisation-mode dispersion the emission is white at the detector.
    link.engine.monte_carlo.maximum_symbols = 1 << 16;
    let mut engine = SemiAnalytic::new(&link).expect("a plan");
    assert!(engine.plan().has_gain_dynamics());
    blocks_of_any_size_count_the_same(&mut link, &mut engine);
    link.engine.method = eyespan::link::Method::Statistical;
    let error = SemiAnalytic::new(&link).expect_err("not linear");
    assert!(error.to_string().contains("statistical engine"), "{error}");
}

#[test]
fn an_avalanche_photodiode_is_read_in_si_units_or_says_what_it_lacks() {
    let with = |keys: &str| changed("responsivity_a_per_w = 0.8", keys);
    let text = with(
        "responsivity_a_per_w = 0.8, avalanche_gain = 8, ionization_ratio = 0.25, \
         primary_dark_current_na = 30, gain_bandwidth_product_ghz = 200, dark_current_na = 40",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let Some(Stage::Photoreceiver(receiver)) = link.stages.last().map(|named| &named.stage) else {
        panic!("a receiver");
    };
    let avalanche = receiver.avalanche.expect("multiplication");
    assert!(
        (avalanche.gain - 8.0).abs() < 1e-12 && (avalanche.ionization_ratio - 0.25).abs() < 1e-12
    );
    assert!((avalanche.primary_dark_current - 30e-9).abs() < 1e-20);
    assert_eq!(avalanche.bandwidth(), Some(25e9));
    assert!((receiver.multiplied_responsivity() - 6.4).abs() < 1e-12);
    assert!((receiver.dark_current - 40e-9).abs() < 1e-20);
    let mut engine = SemiAnalytic::new(&link).expect("a plan");
    assert!(engine.evaluate().is_ok());
    refused(
        &with("responsivity_a_per_w = 0.8, avalanche_gain = 8"),
        Problem::MissingKey,
        &["ionization_ratio"],
    );
    refused(
        &with("responsivity_a_per_w = 0.8, ionization_ratio = 0.2"),
        Problem::MissingKey,
        &["`ionization_ratio` has no effect", "avalanche_gain"],
    );
    for (key, value) in [
        ("avalanche_gain", "0.5"),
        ("ionization_ratio", "1.5"),
        ("primary_dark_current_na", "-1"),
        ("gain_bandwidth_product_ghz", "0"),
    ] {
        let others = ["avalanche_gain = 8", "ionization_ratio = 0.2"];
        let kept: Vec<&str> = others.into_iter().filter(|o| !o.starts_with(key)).collect();
        let keys = format!(
            "responsivity_a_per_w = 0.8, {key} = {value}, {}",
            kept.join(", ")
        );
        refused(&with(&keys), Problem::OutOfRange, &[key]);
    }
}

#[test]
fn attenuation_from_its_causes_is_read_in_si_units_or_says_what_it_lacks() {
    let with = |keys: &str| {
        changed(
            "model = \"itu-g652d\", length_km = 4",
            &format!(
                "length_km = 4, zero_dispersion_wavelength_nm = 1312, zero_dispersion_slope_ps_per_nm2_km = 0.09, {keys}"
            ),
        )
    };
    let text = with(
        "rayleigh_db_per_km_um4 = 0.9, constant_loss_db_per_km = 0.01, infrared_loss_db_per_km = 6e11, \
         infrared_wavelength_um = 48, water_peak_db_per_km = 0.03, water_peak_width_nm = 40",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let fiber = link.stages[3].stage.single_mode_fiber().expect("a fibre");
    for (um, water) in [(1.55f64, 0.0), (1.65, 0.0), (1.383, 0.03)] {
        let wanted = 0.9 / um.powi(4) + 0.01 + 6e11 * (-48.0 / um).exp() + water;
        let found = 1e3 * fiber.attenuation_db_per_m(um * 1e-6).expect("a loss");
        assert!((found - wanted).abs() < 1e-9, "{um}: {found} {wanted}");
    }
    // In place of the curve of a part.
    let of_part = changed(
        "length_km = 4",
        "length_km = 4, rayleigh_db_per_km_um4 = 0.9",
    );
    let link = load(&of_part).unwrap_or_else(|errors| panic!("{errors}"));
    let fiber = link.stages[3].stage.single_mode_fiber().expect("a fibre");
    let found = 1e3 * fiber.attenuation_db_per_m(1.7e-6).expect("any wavelength");
    assert!((found - 0.9 / 1.7f64.powi(4)).abs() < 1e-9);
    for (keys, problem, parts) in [
        (
            "constant_loss_db_per_km = 0.1",
            Problem::MissingKey,
            &["rayleigh_db_per_km_um4"][..],
        ),
        (
            "rayleigh_db_per_km_um4 = 0.9, attenuation_db_per_km = 0.2",
            Problem::Conflict,
            &["`rayleigh_db_per_km_um4` and `attenuation_db_per_km` exclude each other"],
        ),
        (
            "rayleigh_db_per_km_um4 = 0.9, infrared_loss_db_per_km = 6e11",
            Problem::MissingKey,
            &["infrared_wavelength_um"],
        ),
        (
            "rayleigh_db_per_km_um4 = 0.9, infrared_wavelength_um = 48",
            Problem::MissingKey,
            &["infrared_loss_db_per_km"],
        ),
        (
            "rayleigh_db_per_km_um4 = 0.9, water_peak_width_nm = 40",
            Problem::MissingKey,
            &["water_peak_db_per_km"],
        ),
        (
            "rayleigh_db_per_km_um4 = -0.9",
            Problem::OutOfRange,
            &["rayleigh_db_per_km_um4"],
        ),
        (
            "rayleigh_db_per_km_um4 = 0.9, infrared_loss_db_per_km = -1, infrared_wavelength_um = 48",
            Problem::OutOfRange,
            &["infrared_loss_db_per_km"],
        ),
    ] {
        refused(&with(keys), problem, parts);
    }
}

#[test]
fn in_quadrature_only_the_linewidth_is_left_of_reflections() {
    let with = |phase: &str, linewidth: &str| {
        let text = changed(
            "wavelength_nm = 1550",
            &format!("wavelength_nm = 1550{linewidth}"),
        );
        // Through an amplifier no reflection comes back, and the fibre is in front of it.
        let amplifier = LINK.lines().find(|line| line.starts_with("amplifier"));
        let stage = format!("[[stage]]\n{}\n", amplifier.expect("an amplifier"));
        let text = text.replace(&stage, "");
        format!("{text}[engine]\nreflection_phase = \"{phase}\"\n")
    };
    let share = |phase: &str, linewidth: &str| {
        let link = load(&with(phase, linewidth)).unwrap_or_else(|errors| panic!("{errors}"));
        let engine = SemiAnalytic::new(&link).expect("a plan");
        let beat = engine.plan().echo_beat.clone().expect("echoes");
        beat.correlation(0.0)
    };
    assert!((share("drifting", "") - 1.0).abs() < 1e-12);
    assert!(share("quadrature", "").abs() < 1e-12);
    // Echoes of hardly any delay and of kilometres.
    let left = share("quadrature", ", linewidth_mhz = 5");
    assert!(left > 1e-3 && left < 1.0, "{left}");
    refused(
        &with("worst", ""),
        Problem::UnknownChoice,
        &["drifting", "quadrature"],
    );
}
