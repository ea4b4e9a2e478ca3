//! Links of the examples against the interfaces they are named after: each closes at its reach with
//! its worst-case levels, at both ends of its wavelengths with the fibre that is worst there, and
//! each receiver has the sensitivity its interface asks for.

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::link::Stage;
use eyespan::link::monte_carlo::Watch;
use eyespan::link::semi_analytic::{ReceivedLight, SemiAnalytic};
use eyespan::study::margin::{MarginSearch, target_ber};
use eyespan::study::simulate_chain;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

/// A link evaluated as it is.
struct Outcome {
    ber: f64,
    target: f64,
    /// dB; None at an error floor.
    margin: Option<f64>,
    light: Option<ReceivedLight>,
    /// Outer modulation amplitude at which the target is just met, dBm.
    sensitivity: Option<f64>,
}

fn dbm(power: f64) -> f64 {
    10.0 * (power * 1e3).log10()
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/links")
}

fn overrides(changes: &[&str]) -> Vec<Override> {
    changes
        .iter()
        .map(|change| change.parse().expect("a change"))
        .collect()
}

fn solved(file: &LinkFile) -> Outcome {
    let link = file
        .resolve(&LIBRARY)
        .unwrap_or_else(|errors| panic!("{errors}"));
    assert!(
        link.warnings.is_empty(),
        "{}: {:?}",
        link.name,
        link.warnings
    );
    let mut engine = SemiAnalytic::new(&link).expect("a link");
    assert!(
        engine.plan().warnings.is_empty(),
        "{:?}",
        engine.plan().warnings
    );
    let ber = engine
        .evaluate()
        .expect("an error ratio")
        .decided
        .errors
        .bit;
    let light = engine.received_light();
    let target = target_ber(&link).expect("a target");
    let margin = MarginSearch::new(target)
        .find(&mut engine, Some(ber))
        .expect("a margin");
    let sensitivity = margin.and_then(|margin| {
        engine.evaluate_with_loss(margin).expect("an error ratio");
        Some(dbm(engine.received_light()?.modulation_amplitude))
    });
    Outcome {
        ber,
        target,
        margin,
        light,
        sensitivity,
    }
}

fn example(name: &str, changes: &[&str]) -> Outcome {
    let path = folder().join(format!("{name}.toml"));
    solved(&LinkFile::read(&path, &overrides(changes)).unwrap_or_else(|e| panic!("{e}")))
}

/// Asserts that a link of the examples closes with the changes given, and prints by how much.
fn closes(name: &str, changes: &[&str]) {
    let outcome = example(name, changes);
    let margin = outcome.margin.unwrap_or(f64::NAN);
    let received = outcome
        .light
        .map(|light| format!(", received OMA {:.2} dBm", dbm(light.modulation_amplitude)))
        .unwrap_or_default();
    println!(
        "{name} [{}]: BER {:.2e}, margin {margin:.2} dB{received}",
        changes.join(" "),
        outcome.ber
    );
    assert!(
        outcome.ber <= outcome.target,
        "{name} {changes:?}: {}",
        outcome.ber
    );
    assert!(margin >= 0.0, "{name} {changes:?}: {margin} dB");
    if let Some(light) = outcome.light {
        let link = LinkFile::load(&folder().join(format!("{name}.toml")), &[], &LIBRARY)
            .unwrap_or_else(|e| panic!("{e}"));
        let overload = SemiAnalytic::new(&link).expect("a link").plan().overload;
        assert!(overload.is_none_or(|most| light.average_power < most));
    }
}

/// The two worst combinations of wavelength and fibre: most negative and most positive dispersion.
/// ITU-T G.652 allows zero-dispersion wavelengths of 1300 to 1324 nm.
fn closes_at_both_ends(name: &str, shortest: f64, longest: f64, changes: &[&str]) {
    for (wavelength, zero) in [(shortest, 1324.0), (longest, 1300.0)] {
        let laser = format!("laser.wavelength_nm={wavelength}");
        let fiber = format!("fibre.zero_dispersion_wavelength_nm={zero}");
        let all: Vec<&str> = [laser.as_str(), fiber.as_str()]
            .into_iter()
            .chain(changes.iter().copied())
            .collect();
        closes(name, &all);
    }
}

#[test]
fn ten_gigabit_long_reach_closes_at_10_km() {
    closes("10gbase-lr", &[]);
    closes_at_both_ends("10gbase-lr", 1260.0, 1355.0, &[]);
    // The transmitter of the IEEE 802.3ae link model, which leaves a margin of 0.146 dB there, with
    // reflections and the interaction of penalties, which are not modelled here, and a receiver eye
    // that pays for baseline wander and duty-cycle distortion.
    let slow = [
        "transmitter.bandwidth_ghz=4.75",
        "transmitter.launch_oma_dbm=-3.2",
    ];
    closes_at_both_ends("10gbase-lr", 1260.0, 1355.0, &slow);
}

#[test]
fn ten_gigabit_extended_reach_closes_at_40_km() {
    let chirped = ["transmitter.alpha_h=0.45", "transmitter.launch_oma_dbm=0.9"];
    closes("10gbase-er-40km", &[]);
    closes_at_both_ends("10gbase-er-40km", 1530.0, 1565.0, &[]);
    closes_at_both_ends("10gbase-er-40km", 1530.0, 1565.0, &chirped);
    // The modulation amplitude less what the transmitter and the fibre cost is -2.1 dBm: against a
    // transmitter as fast as the symbol rate and without noise, in the same receiver.
    let receiver = "model = \"pin-tia-10g-er\"";
    let ideal = sensitivity(&reference("nrz", 10.3125, 10.3125, receiver, 1), &[]);
    for (changes, launched) in [(&[][..], -0.3), (&chirped[..], 0.9)] {
        let behind = example("10gbase-er-40km", changes).sensitivity;
        let penalty = behind.expect("no error floor") - ideal;
        println!("penalty {penalty:.2} dB");
        assert!(penalty < 3.05, "{penalty} dB");
        assert!((launched - penalty + 2.1).abs() < 0.05, "{penalty} dB");
    }
}

#[test]
fn a_lane_of_100gbase_lr4_closes_at_10_km() {
    closes("100gbase-lr4-lane", &[]);
    closes_at_both_ends("100gbase-lr4-lane", 1294.53, 1310.19, &[]);
}

#[test]
fn a_lane_of_400gbase_dr4_closes_at_500_m() {
    closes("400gbase-dr4", &[]);
    closes_at_both_ends("400gbase-dr4", 1304.5, 1317.5, &[]);
    let slow = [
        "transmitter.bandwidth_ghz=21.25",
        "transmitter.launch_oma_dbm=0.02",
    ];
    closes_at_both_ends("400gbase-dr4", 1304.5, 1317.5, &slow);
}

#[test]
fn a_lane_of_400gbase_fr4_closes_at_2_km() {
    closes("400gbase-fr4-lane", &[]);
    closes_at_both_ends("400gbase-fr4-lane", 1264.5, 1337.5, &[]);
}

#[test]
fn a_lane_of_400g_lr4_10_closes_at_10_km() {
    closes("400g-lr4-10-lane", &[]);
    // Behind the smaller dispersion of the longest lane a transmitter may send less.
    closes(
        "400g-lr4-10-lane",
        &[
            "laser.wavelength_nm=1337.5",
            "fibre.zero_dispersion_wavelength_nm=1300",
            "transmitter.launch_oma_dbm=0.73",
        ],
    );
}

#[test]
fn a_lane_of_106_gbd_closes_at_500_m() {
    closes("800g-dr-106gbd", &[]);
    closes_at_both_ends("800g-dr-106gbd", 1304.5, 1317.5, &[]);
}

#[test]
fn copper_and_1550_nm_links_close_as_they_are() {
    closes("twinax-26awg-2m-53gbd", &[]);
    closes("twinax-26awg-1m-106gbd", &[]);
    closes("25g-nrz-1550nm", &[]);
}

#[test]
fn links_with_redrivers_close_as_they_are() {
    closes("linear-active-cable-30awg-3m-53gbd", &[]);
    closes("lpo-dr-53gbd", &[]);
}

/// Every segment, and all together.
#[test]
fn links_with_retimers_close_as_they_are_and_cables_fail_of_thinner_wire() {
    let solved = |name: &str, changes: &[&str]| {
        let path = folder().join(format!("{name}.toml"));
        let chain = LinkFile::load_chain(&path, &overrides(changes), &LIBRARY)
            .unwrap_or_else(|errors| panic!("{errors}"));
        let result = simulate_chain(&chain, &Watch::default())
            .expect("it runs")
            .result;
        assert!(result.warnings.is_empty(), "{name}: {:?}", result.warnings);
        println!("{name} {changes:?}: {:?}", result.ber.pre_fec);
        result
    };
    for name in [
        "aec-30awg-5m-53gbd",
        "aec-26awg-7m-53gbd",
        "400gbase-dr4-hosts-and-modules",
    ] {
        let result = solved(name, &[]);
        assert!(result.target.met, "{name}");
        for segment in &result.segments {
            let margin = segment.run.margin_db.expect("a margin");
            assert!(margin > 0.0, "{name}, {}: {margin} dB", segment.name);
        }
    }
    let thinner = ["cable.model=twinax-32awg"];
    assert!(!solved("aec-30awg-5m-53gbd", &thinner).target.met);
    assert!(
        !solved("aec-26awg-7m-53gbd", &["cable.model=twinax-30awg"])
            .target
            .met
    );
}

#[test]
fn copper_from_die_to_die_closes_at_the_standards_length_and_not_at_far_more() {
    for (name, longer) in [
        ("100gbase-cr4-class-24awg-5m", Some("cable.length_m=12")),
        ("dac-50g-28awg-3m", Some("cable.length_m=8")),
        ("100gbase-cr1-class-26awg-2m", Some("cable.length_m=5")),
        ("200gbase-cr1-class-26awg-1m", Some("cable.length_m=2.5")),
        ("dac-200g-30awg-0.5m", Some("cable.length_m=2")),
        ("adc-200g-30awg-0.5m", Some("cable.length_m=2")),
        ("100gbase-kr4-class-backplane", None),
        ("200gbase-kr1-class-cabled-backplane", None),
        ("200gaui-1-c2m-class", None),
    ] {
        closes(name, &[]);
        if let Some(longer) = longer {
            let longer = example(name, &[longer]);
            assert!(longer.ber > longer.target, "{name}: {}", longer.ber);
        }
    }
}

#[test]
fn ten_gigabit_short_reach_closes_at_300_m_of_om3_and_400_m_of_om4() {
    for name in ["10gbase-sr-om3", "10gbase-sr-om4"] {
        for wavelength in ["laser.wavelength_nm=840", "laser.wavelength_nm=860"] {
            closes(name, &[wavelength]);
        }
    }
    // Nothing beyond the standard's reach by much: the margin of 300 m of OM3 is nearly used up.
    let longer = example("10gbase-sr-om3", &["fibre.length_m=330"]);
    assert!(longer.ber > longer.target);
}

#[test]
fn a_lane_of_100_gigabit_short_reach_closes_at_100_m_of_om4() {
    closes("100gbase-sr1-om4", &[]);
    closes(
        "100gbase-sr1-om4",
        &["laser.wavelength_nm=868", "laser.launch_oma_dbm=-1.45"],
    );
    closes(
        "100gbase-sr1-om4",
        &["fibre.model=\"om3\"", "fibre.length_m=60"],
    );
}

#[test]
fn dispersion_ends_the_1550_nm_link_and_not_the_loss() {
    let with_chirp = example("25g-nrz-1550nm", &["fibre.length_km=20"]);
    assert!(with_chirp.ber > with_chirp.target);
    let without_dispersion = example(
        "25g-nrz-1550nm",
        &[
            "fibre.length_km=20",
            "laser.wavelength_nm=1550",
            "fibre.zero_dispersion_wavelength_nm=1550",
        ],
    );
    assert!(without_dispersion.margin.is_some_and(|margin| margin > 3.0));
}

#[test]
fn every_example_is_tested_here() {
    let mut names: Vec<String> = std::fs::read_dir(folder())
        .expect("the examples")
        .map(|entry| entry.expect("a file").path())
        .filter(|path| path.extension().is_some_and(|end| end == "toml"))
        .map(|path| {
            path.file_stem()
                .expect("a name")
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    // Lines without transceivers belong to no interface; they are tested as the program runs them.
    names.retain(|name| !name.starts_with("amplified-"));
    names.sort();
    let tested = include_str!("standards.rs");
    for name in &names {
        assert!(
            tested.contains(&format!("\"{name}\"")),
            "{name} is not tested"
        );
    }
    assert!(names.len() >= 9, "{names:?}");
}

/// Every end and connector at its worst takes more than the lane's margin; connectors that are polished
/// better leave some of it.
#[test]
fn worst_reflections_take_the_margin_of_a_lane_of_100gbase_lr4() {
    let name = "100gbase-lr4-lane-with-reflections";
    let without = example("100gbase-lr4-lane", &[]).margin.expect("a margin");
    let with = example(name, &[]).margin.expect("a margin");
    assert!((0.3..1.5).contains(&(without - with)), "{without} {with}");
    closes_at_both_ends(
        name,
        1294.53,
        1310.19,
        &[
            "transmitter-panel.return_loss_db=45",
            "near-panel.return_loss_db=45",
            "far-panel.return_loss_db=45",
            "receiver-panel.return_loss_db=45",
        ],
    );
}

/// Channel loss of each interface: stages between transmitter and receiver.
#[test]
fn losses_of_the_channels_are_those_of_the_interfaces() {
    for (name, launch, channel) in [
        ("10gbase-lr", -5.2, 6.2),
        ("100gbase-lr4-lane", -1.3, 6.3),
        ("100gbase-lr4-lane-with-reflections", -1.3, 6.3),
        ("400gbase-dr4", -0.61, 3.0 + 0.1),
        ("400gbase-fr4-lane", -0.07, 4.0 + 0.3),
        ("400g-lr4-10-lane", 1.39, 6.3 + 0.5),
        ("800g-dr-106gbd", 0.39, 3.0 + 0.1),
        // 3.62 dB/km at 840 nm.
        ("10gbase-sr-om3", -3.8, 1.5 + 1.087),
        ("10gbase-sr-om4", -3.8, 1.5 + 1.449),
        ("100gbase-sr1-om4", -1.06, 1.5 + 0.362),
    ] {
        let light = example(name, &[]).light.expect("light");
        let received = dbm(light.modulation_amplitude);
        assert!(
            (received - (launch - channel)).abs() < 0.01,
            "{name}: {received}"
        );
    }
}

/// The losses that the copper examples say they have: of the cable, and of cable and hosts, dB at half
/// the symbol rate.
#[test]
fn copper_channels_have_the_loss_they_say() {
    for (name, frequency, cable, all) in [
        ("twinax-26awg-2m-53gbd", 26.5625e9, 10.5, 28.1),
        ("twinax-26awg-1m-106gbd", 53.125e9, 8.2, 28.8),
        // The first host, and both with the cable.
        ("linear-active-cable-30awg-3m-53gbd", 26.5625e9, 8.8, 40.2),
    ] {
        let path = folder().join(format!("{name}.toml"));
        let link = LinkFile::load(&path, &[], &LIBRARY).unwrap_or_else(|e| panic!("{e}"));
        let losses: Vec<f64> = link
            .stages
            .iter()
            .filter_map(|named| match &named.stage {
                Stage::Twinax(line) => Some(-20.0 * line.transfer(frequency).norm().log10()),
                _ => None,
            })
            .collect();
        println!("{name}: {losses:.2?} dB");
        assert!((losses[0] - cable).abs() < 0.1, "{name}: {losses:?}");
        assert!(
            (losses.iter().sum::<f64>() - all).abs() < 0.2,
            "{name}: {losses:?}"
        );
    }
}

/// A transmitter without noise in front of a receiver.
fn reference(
    format: &str,
    symbol_rate_gbd: f64,
    bandwidth_ghz: f64,
    receiver: &str,
    taps: usize,
) -> String {
    let (pattern, target) = if format == "nrz" {
        ("prbs11", 1e-12)
    } else {
        ("prbs13q", 2.4e-4)
    };
    format!(
        r#"
        [signal]
        format = "{format}"
        symbol_rate_gbd = {symbol_rate_gbd}
        pattern = "{pattern}"
        [[stage]]
        laser = {{ wavelength_nm = 1310.0, rin_db_per_hz = -250.0 }}
        [[stage]]
        electro_absorption_modulator = {{ name = "transmitter", extinction_ratio_db = 5.0, bandwidth_ghz = {bandwidth_ghz}, filter = "gaussian", launch_oma_dbm = -5.0 }}
        [[stage]]
        fiber = {{ name = "fibre", length_km = 1.0, attenuation_db_per_km = 0.0, dispersion_ps_per_nm_km = 0.0 }}
        [[stage]]
        photoreceiver = {{ {receiver} }}
        [equalizer]
        feed_forward_taps = {taps}
        [target]
        pre_fec_ber = {target}
        "#
    )
}

fn sensitivity(text: &str, changes: &[&str]) -> f64 {
    let file = LinkFile::parse(text, "reference.toml", &overrides(changes));
    solved(&file.unwrap_or_else(|errors| panic!("{errors}")))
        .sensitivity
        .expect("no error floor")
}

#[test]
fn receivers_have_the_sensitivity_of_their_interface() {
    // The second column is the bandwidth of a Gaussian transmitter: as fast as the symbol rate, or
    // with the TDECQ that the limit is for. TDECQ of a Gaussian of x times the symbol rate, from the
    // four values below: 0.32 + 0.24/x^2, so 0.9 dB at 0.643 and 1.4 dB at 0.471.
    for (part, format, rate, bandwidth, taps, limit) in [
        ("pin-tia-10g", "nrz", 10.3125, 10.3125, 1, -12.6),
        ("pin-tia-10g-er", "nrz", 10.3125, 10.3125, 1, -14.1),
        ("pin-tia-26g", "nrz", 25.78125, 25.78125, 1, -8.6),
        ("pin-tia-53g", "pam4", 53.125, 34.2, 5, -4.4),
        ("pin-tia-53g-2km", "pam4", 53.125, 25.0, 5, -4.6),
        ("pin-tia-53g-10km", "pam4", 53.125, 25.0, 5, 1.4 - 7.9),
        ("pin-tia-106g", "pam4", 106.25, 68.3, 15, 0.9 - 4.3),
    ] {
        let text = reference(
            format,
            rate,
            bandwidth,
            &format!("model = \"{part}\""),
            taps,
        );
        let found = sensitivity(&text, &[]);
        println!("{part}: {found:.2} dBm of modulation amplitude, limit {limit:.1} dBm");
        assert!(
            found <= limit && found > limit - 0.5,
            "{part}: {found} dBm, limit {limit} dBm"
        );
    }
}

/// A multimode laser, by its keys, in front of a fibre and a receiver.
fn multimode_reference(
    format: &str,
    symbol_rate_gbd: f64,
    laser: &str,
    length_m: f64,
    receiver: &str,
    taps: usize,
) -> String {
    let (pattern, target) = if format == "nrz" {
        ("prbs11", 1e-12)
    } else {
        ("prbs13q", 2.4e-4)
    };
    format!(
        r#"
        [signal]
        format = "{format}"
        symbol_rate_gbd = {symbol_rate_gbd}
        pattern = "{pattern}"
        [[stage]]
        vcsel = {{ name = "laser", launch_oma_dbm = 0.0, mode_partition_k = 0.0, {laser} }}
        [[stage]]
        multimode_fiber = {{ name = "fibre", model = "om4", length_m = {length_m}, attenuation_db_per_km = 0.0, modal_noise_penalty_db = 0.0 }}
        [[stage]]
        photoreceiver = {{ {receiver} }}
        [equalizer]
        feed_forward_taps = {taps}
        [target]
        pre_fec_ber = {target}
        "#
    )
}

#[test]
fn receivers_for_850_nm_have_the_sensitivity_of_their_budget() {
    for (part, format, rate, bandwidth, taps, limit) in [
        ("pin-tia-850-10g", "nrz", 10.3125, 10.3125, 1, -11.1),
        // 1.8 dB better than the penalty - 6.4 dBm, as its part says.
        ("pin-tia-850-53g", "pam4", 53.125, 34.2, 9, 0.9 - 6.4 - 1.8),
    ] {
        let laser = format!(
            "wavelength_nm = 850.0, extinction_ratio_db = 5.0, bandwidth_ghz = {bandwidth}, filter = \"gaussian\""
        );
        let receiver = format!("model = \"{part}\"");
        let text = multimode_reference(format, rate, &laser, 0.0, &receiver, taps);
        let found = sensitivity(&text, &[]);
        println!("{part}: {found:.2} dBm of modulation amplitude, limit {limit:.1} dBm");
        assert!(
            found <= limit && found > limit - 0.5,
            "{part}: {found} dBm, limit {limit} dBm"
        );
    }
}

#[test]
fn the_launch_level_over_multimode_fibre_is_what_the_penalty_asks_for() {
    // Nine taps and half the symbol rate; noise behind the filter as in `reference_penalty`.
    let receiver = "responsivity_a_per_w = 1.0, noise_pa_per_sqrt_hz = 60.0, bandwidth_ghz = 26.5625, filter = \"bessel-thomson-4\"";
    let deviation = 60e-12 * (1.046 * 26.5625e9f64).sqrt();
    for (wavelength, launched) in [(840.0, -1.06), (868.0, -1.45)] {
        let laser = format!("model = \"vcsel-850-53g\", wavelength_nm = {wavelength}");
        let text = multimode_reference("pam4", 53.125, &laser, 100.0, receiver, 9);
        let penalty = sensitivity(&text, &[]) - dbm(6.0 * 3.414 * deviation);
        let asked = penalty - 4.4;
        println!("{wavelength} nm: launched {launched:.2} dBm, asked for {asked:.2} dBm");
        assert!(
            (launched - asked).abs() < 0.03,
            "{wavelength} nm: {asked} dBm"
        );
    }
}

#[test]
fn noise_of_the_10_gigabit_laser_is_the_link_model_s() {
    let path = folder().join("10gbase-sr-om3.toml");
    let link = LinkFile::load(&path, &[], &LIBRARY).unwrap_or_else(|e| panic!("{e}"));
    let Some(Stage::Vcsel(vcsel)) = link.stages.get(1).map(|named| &named.stage) else {
        panic!("{:?}", link.stages);
    };
    // -130 dB/Hz over the modulation's (OMA/2)^2.
    let r = vcsel.extinction_ratio;
    let rin = -130.0 - 20.0 * ((r + 1.0) / (r - 1.0)).log10();
    let found = 10.0 * vcsel.relative_intensity_noise.log10();
    assert!((found - rin).abs() < 0.01, "{found} dB/Hz, {rin} dB/Hz");
}

/// What a transmitter costs in the reference receiver of IEEE Std 802.3 clause 121.8.5.3 (half the
/// symbol rate, five taps), against levels without interference, dB. The receiver samples at the best
/// instant instead of at 0.45 and 0.55 of the interval, so that this is a lower bound of TDECQ.
fn reference_penalty(symbol_rate_gbd: f64, changes: &[&str]) -> f64 {
    let half = 0.5 * symbol_rate_gbd;
    let receiver = format!(
        "responsivity_a_per_w = 1.0, noise_pa_per_sqrt_hz = 60.0, bandwidth_ghz = {half}, filter = \"bessel-thomson-4\""
    );
    let text = reference("pam4", symbol_rate_gbd, half, &receiver, 5);
    // Noise behind the filter, whose noise bandwidth is 1.046 times its bandwidth.
    let deviation = 60e-12 * (1.046 * half * 1e9).sqrt();
    // Clause 121.8.5.3: TDECQ = 10 lg(OMA/(6 * 3.414 * R)).
    sensitivity(&text, changes) - dbm(6.0 * 3.414 * deviation)
}

#[test]
fn launch_levels_are_what_the_transmitters_penalty_asks_for() {
    // TDECQ of Gaussian transmitters of 0.75, 0.50 and 0.40 of 53.125 GBd: 0.74, 1.28 and 1.83 dB,
    // calculated from the clause's definition with a program of its own.
    for (bandwidth, tdecq) in [("39.84375", 0.744), ("26.5625", 1.276), ("21.25", 1.832)] {
        let change = format!("transmitter.bandwidth_ghz={bandwidth}");
        let bound = reference_penalty(53.125, &[&change]);
        assert!(
            bound < tdecq && bound > tdecq - 0.3,
            "{bandwidth} GHz: {bound} dB"
        );
    }
    // OMA minus TDECQ of the interface, TDECQ without noise, and what the laser's noise adds to it.
    for (launched, rate, offset, tdecq, er, rin, dispersion, wavelength) in [
        (-0.61, 53.125, -2.2, 1.28, 3.5, -144.35, 0.0, 1310.0),
        (0.02, 53.125, -2.2, 1.83, 3.5, -144.35, 0.0, 1310.0),
        (-0.07, 53.125, -1.7, 1.32, 4.5, -142.44, -11.9, 1264.5),
        (1.39, 53.125, -1.1, 2.21, 3.5, -144.35, -59.4, 1264.5),
        (0.73, 53.125, -1.1, 1.55, 3.5, -144.35, 33.4, 1337.5),
        (0.39, 106.25, -1.2, 1.28, 3.5, -147.35, 0.0, 1310.0),
    ] {
        let bandwidth = if tdecq > 1.8 && dispersion == 0.0 {
            0.4
        } else {
            0.5
        } * rate;
        let common = [
            format!("transmitter.extinction_ratio_db={er}"),
            format!("transmitter.bandwidth_ghz={bandwidth}"),
            format!("fibre.dispersion_ps_per_nm_km={dispersion}"),
            format!("laser.wavelength_nm={wavelength}"),
        ];
        let quiet: Vec<&str> = common.iter().map(String::as_str).collect();
        let noise = format!("laser.rin_db_per_hz={rin}");
        let mut noisy = quiet.clone();
        noisy.push(&noise);
        let added = reference_penalty(rate, &noisy) - reference_penalty(rate, &quiet);
        let asked = offset + tdecq + added;
        println!("launched {launched:.2} dBm, asked for {asked:.2} dBm, noise {added:.2} dB");
        assert!(
            (launched - asked).abs() < 0.03,
            "launched {launched} dBm, asked for {asked} dBm"
        );
    }
}

/// RIN of a laser from RINxOMA, both dB/Hz, with the noise taken at the mean power: the modulation's
/// power is (OMA/2)^2, and OMA/2 = (r - 1)/(r + 1) of the mean power.
#[test]
fn laser_noise_is_the_limit_relative_to_the_modulation() {
    for (name, limit, er) in [
        ("10gbase-lr", -128.0, 3.5),
        ("10gbase-er-40km", -128.0, 3.0),
        ("100gbase-lr4-lane", -130.0, 4.0),
        ("400gbase-dr4", -136.0, 3.5),
        ("400gbase-fr4-lane", -136.0, 4.5),
        ("400g-lr4-10-lane", -136.0, 3.5),
        ("800g-dr-106gbd", -139.0, 3.5),
    ] {
        let text = std::fs::read_to_string(folder().join(format!("{name}.toml"))).expect(name);
        let written = |key: &str| -> f64 {
            let after = text.split(&format!("{key} = ")).nth(1).expect(key);
            let end = after.find([',', ' ']).expect("an end");
            after[..end].parse().expect("a number")
        };
        let r = 10f64.powf(er / 10.0);
        let rin = limit - 20.0 * ((r + 1.0) / (r - 1.0)).log10();
        assert!((written("extinction_ratio_db") - er).abs() < 1e-9, "{name}");
        assert!(
            (written("rin_db_per_hz") - rin).abs() < 0.01,
            "{name}: {rin}"
        );
    }
}
