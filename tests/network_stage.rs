//! Networks from Touchstone files as stages of links: as the cable they were made of, and what is said
//! where they cannot be used.

use eyespan::config::{ConfigErrors, LinkFile, Override, Problem};
use eyespan::copper::line::Line;
use eyespan::library::Library;
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Method, Plan, Stage};
use eyespan::network::touchstone::WriteOptions;
use eyespan::network::{ChannelTransfer, Network, PortOrder, Reference, Touchstone};
use num_complex::Complex64;
use std::sync::LazyLock;
use tempfile::TempDir;

static LIBRARY: LazyLock<Library> = LazyLock::new(|| Library::built_in().expect("the parts"));

const CABLE: &str = "twinax = { name = \"cable\", model = \"twinax-26awg\", length_m = 2.0 }";
const LINK: &str = r#"
[signal]
format = "pam4"
symbol_rate_gbd = 53.125
pattern = "prbs13q"
[[stage]]
driver = { model = "serdes-tx-53g", taps = [0.02, -0.14, 0.84] }
[[stage]]
twinax = { name = "cable", model = "twinax-26awg", length_m = 2.0 }
[[stage]]
electrical_receiver = { model = "serdes-53g" }
[[stage]]
ctle = { model = "ctle-53g", dc_gain_db = -10.0, low_frequency_gain_db = -4.0 }
[equalizer]
feed_forward_taps = 1
decision_feedback_taps = 4
"#;

fn with_network(keys: &str) -> String {
    assert_eq!(LINK.matches(CABLE).count(), 1);
    LINK.replace(CABLE, &format!("network = {{ {keys} }}"))
}

/// Writes the link into the folder and reads it there.
fn load(folder: &TempDir, text: &str, changes: &[Override]) -> Result<Link, ConfigErrors> {
    let path = folder.path().join("link.toml");
    std::fs::write(&path, text).expect("written");
    LinkFile::load(&path, changes, &LIBRARY)
}

/// Every 10 MHz up to this frequency, Hz.
fn frequencies(up_to: f64) -> Vec<f64> {
    (0..10_000)
        .map(|k| f64::from(k) * 10e6)
        .take_while(|f| *f <= up_to)
        .collect()
}

/// The cable of the link as a two-port between its terminations.
fn cable(up_to: f64) -> Network {
    let link = LinkFile::parse(LINK, "link.toml", &[])
        .and_then(|file| file.resolve(&LIBRARY))
        .expect("a link");
    let Stage::Twinax(cable) = &link.stages[1].stage else {
        panic!("a cable");
    };
    cable
        .network(
            cable.length,
            &frequencies(up_to),
            cable.termination_resistance,
        )
        .expect("a network")
}

/// Two such lines side by side without coupling, each of half the impedance, in an order of ports.
fn four_ports(pair: &Network, order: PortOrder) -> Network {
    let lines = order.lines(4).expect("four ports");
    let s = pair
        .s()
        .chunks_exact(4)
        .flat_map(|two| {
            let mut four = [Complex64::ZERO; 16];
            for &(near, far) in &lines {
                four[4 * near + near] = two[0];
                four[4 * near + far] = two[1];
                four[4 * far + near] = two[2];
                four[4 * far + far] = two[3];
            }
            four
        })
        .collect();
    Network::new(
        pair.frequencies().to_vec(),
        4,
        s,
        Reference::uniform(4, 50.0),
    )
    .expect("a network")
}

fn write(folder: &TempDir, file: &str, network: &Network) {
    let path = folder.path().join(file);
    Touchstone::write(path, network, &[], WriteOptions::default()).expect("written");
}

/// Delay that a link leaves out, s.
fn delay(link: &Link) -> f64 {
    Plan::new(link).expect("a plan").delay
}

/// The cable as the stage of a link that is sampled where the link with its network is: the phase is looked
/// for on the grid of samples, and the two leave out different delays. What the cable's front comes before
/// the network's mean delay is made up for by a filter of that phase.
fn cable_as_late(folder: &TempDir, file: &Link) -> String {
    let model = load(folder, LINK, &[]).expect("a link");
    let mut advance = String::from("frequency_ghz,magnitude_db,phase_deg\n");
    for k in 0..=160 {
        let f = 0.5e9 * f64::from(k);
        let turns = f * (delay(file) - delay(&model));
        advance += &format!("{},0,{}\n", f / 1e9, 360.0 * turns);
    }
    std::fs::write(folder.path().join("advance.csv"), advance).expect("written");
    format!("{CABLE}\n[[stage]]\nfilter = {{ response_file = \"advance.csv\" }}")
}

/// Bit error ratio with a loss in dB in front of the receiver.
fn bit_error_ratio(link: &Link, loss_db: f64) -> f64 {
    let mut engine = SemiAnalytic::new(link).expect("a link that runs");
    let evaluation = engine.evaluate_with_loss(loss_db).expect("an evaluation");
    evaluation.decided.errors.bit
}

#[test]
fn a_cable_s_own_touchstone_file_has_the_cable_s_errors_in_every_engine() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "cable.s2p", &cable(80e9));
    let mut file = load(&folder, &with_network("file = \"cable.s2p\""), &[]).expect("a link");
    let stage = cable_as_late(&folder, &file);
    let mut model = load(&folder, &LINK.replace(CABLE, &stage), &[]).expect("a link");
    for method in [Method::SemiAnalytic, Method::Statistical] {
        model.engine.method = method;
        file.engine.method = method;
        for loss_db in [LOSS_DB, LOSS_DB - 5.0] {
            let (wanted, found) = (
                bit_error_ratio(&model, loss_db),
                bit_error_ratio(&file, loss_db),
            );
            assert!(wanted > 1e-15 && wanted < 0.05, "{wanted:e}");
            // Between points of 10 MHz the transfer without its delay is known to 1e-5 of itself. An eye
            // that is 1e-5 of itself larger has an error ratio that is Q²·1e-5 of itself smaller, with Q²
            // below 60.
            assert!(
                (found / wanted - 1.0).abs() < 6e-4,
                "{method:?}, {loss_db} dB: {found:e} for {wanted:e}"
            );
        }
    }
    file.engine.method = Method::MonteCarlo;
    file.engine.monte_carlo.maximum_symbols = 300_000;
    let mut engine = SemiAnalytic::new(&file).expect("a link that runs");
    let decided = engine.evaluate_with_loss(LOSS_DB).expect("one").decided;
    let symbols = engine.propagation().symbols().len();
    let counts = MonteCarlo::new(&file, engine.plan(), &decided.rule, symbols)
        .and_then(|counter| counter.run(&Watch::default()))
        .expect("counts");
    let modulation = &file.signal.modulation;
    assert!(counts.symbol_errors > 100, "{}", counts.symbol_errors);
    let (low, high) = counts.bit_error_interval(0.9997, modulation);
    model.engine.method = Method::SemiAnalytic;
    let wanted = bit_error_ratio(&model, LOSS_DB);
    assert!(
        low < wanted && wanted < high,
        "{low:e} to {high:e} for {wanted:e}"
    );
}

/// Loss in front of the receiver at which errors can be counted, dB.
const LOSS_DB: f64 = 27.0;

#[test]
fn the_delay_of_a_network_is_reported_and_left_out() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "cable.s2p", &cable(80e9));
    let text = with_network("name = \"channel\", file = \"cable.s2p\"");
    let link = load(&folder, &text, &[]).expect("a link");
    let model = load(&folder, LINK, &[]).expect("a link");
    let (Stage::Network(channel), Stage::Twinax(cable)) =
        (&link.stages[1].stage, &model.stages[1].stage)
    else {
        panic!("a network and a cable");
    };
    // The mean of the group delays lies between that of the front and those of low frequencies.
    assert!(channel.delay() > cable.propagation_delay());
    assert!(channel.delay() < cable.group_delay(100e6));
    let plan = Plan::new(&link).expect("a plan");
    assert!((plan.delay - channel.delay()).abs() < 1e-18);
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    // A link that looks for its longest stage finds none.
    assert_eq!(eyespan::config::find_length(&link), None);
}

#[test]
fn four_ports_are_the_pair_they_hold_in_every_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = cable(40e9);
    let wanted = ChannelTransfer::new(&pair, None).expect("a channel");
    for (order, name) in [
        (PortOrder::Adjacent, "adjacent"),
        (PortOrder::Halves, "halves"),
        (PortOrder::Around, "around"),
    ] {
        write(&folder, "pair.s4p", &four_ports(&pair, order));
        let named = with_network(&format!("file = \"pair.s4p\", ports = \"{name}\""));
        for text in [with_network("file = \"pair.s4p\""), named] {
            let link = load(&folder, &text, &[]).unwrap_or_else(|errors| panic!("{errors}"));
            let Stage::Network(channel) = &link.stages[1].stage else {
                panic!("a network");
            };
            for f in [0.0, 3.3e9, 26e9, 70e9] {
                let difference = channel.undelayed(f) - wanted.undelayed(f);
                assert!(difference.norm() < 1e-12, "{name} at {f}");
            }
        }
    }
    // Data that end below three quarters of the symbol rate are said to be continued.
    let link = load(&folder, &with_network("file = \"pair.s4p\""), &[]).expect("a link");
    let plan = Plan::new(&link).expect("a plan");
    assert!(plan.warnings.is_empty(), "{:?}", plan.warnings);
    write(
        &folder,
        "pair.s4p",
        &four_ports(&cable(30e9), PortOrder::Halves),
    );
    let link = load(&folder, &with_network("file = \"pair.s4p\""), &[]).expect("a link");
    let plan = Plan::new(&link).expect("a plan");
    assert!(
        plan.warnings.iter().any(|w| w.contains("end at 30.0 GHz")),
        "{:?}",
        plan.warnings
    );
}

#[test]
fn a_network_that_gives_more_than_it_takes_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let pair = cable(80e9);
    let s = pair.s().iter().map(|s| s * 1.25).collect();
    let frequency = pair.frequencies().to_vec();
    let louder = Network::new(frequency, 2, s, pair.reference().clone()).expect("a network");
    write(&folder, "louder.s2p", &louder);
    let link = load(&folder, &with_network("file = \"louder.s2p\""), &[]).expect("a link");
    let plan = Plan::new(&link).expect("a plan");
    assert!(
        plan.warnings.iter().any(|w| w.contains("not passive")),
        "{:?}",
        plan.warnings
    );
}

#[test]
fn a_network_in_front_of_a_modulator_shapes_its_drive() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "cable.s2p", &cable(80e9));
    let optical = |electrical: &str| {
        format!(
            "[signal]\nformat = \"nrz\"\nsymbol_rate_gbd = 53.125\npattern = \"prbs7\"\n\
             [[stage]]\ndriver = {{ amplitude_v = 0.4, rise_time_ps = 8 }}\n{electrical}\
             [[stage]]\nlaser = {{ power_dbm = 5, wavelength_nm = 1310 }}\n\
             [[stage]]\nelectro_absorption_modulator = {{ extinction_ratio_db = 5, launch_oma_dbm = 0 }}\n\
             [[stage]]\nphotoreceiver = {{ model = \"pin-tia-53g\" }}\n\
             [equalizer]\nfeed_forward_taps = 21\n"
        )
    };
    let stage = "[[stage]]\nnetwork = { file = \"cable.s2p\" }\n";
    let file = load(&folder, &optical(stage), &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let stage = format!("[[stage]]\n{}\n", cable_as_late(&folder, &file));
    let model = load(&folder, &optical(&stage), &[]).unwrap_or_else(|errors| panic!("{errors}"));
    let loss_db = 6.0;
    let (found, wanted) = (
        bit_error_ratio(&file, loss_db),
        bit_error_ratio(&model, loss_db),
    );
    assert!(wanted > 1e-15 && wanted < 0.05, "{wanted:e}");
    assert!(
        (found / wanted - 1.0).abs() < 6e-4,
        "{found:e} for {wanted:e}"
    );
}

/// Asserts that a link in the folder has one mistake, at this key, whose message holds all of `parts`.
#[track_caller]
fn refused(folder: &TempDir, text: &str, problem: Problem, key: &str, parts: &[&str]) {
    let errors = load(folder, text, &[]).expect_err("the link is wrong");
    assert_eq!(errors.errors.len(), 1, "one mistake, not:\n{errors}");
    let error = &errors.errors[0];
    assert_eq!(error.problem, problem, "{error}");
    assert_eq!(&*error.key, key, "{error}");
    let line = 1 + text[..text.find("network = ").expect("the stage")]
        .matches('\n')
        .count();
    assert_eq!(error.line, line, "{error}");
    for part in parts {
        let shown = error.to_string();
        assert!(shown.contains(part), "`{part}` is not in:\n{shown}");
    }
}

#[test]
fn files_that_are_no_channel_say_why_and_where() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = "stage.2.network.file";
    let with = |name: &str| with_network(&format!("file = \"{name}\""));
    let missing = ["no.s4p` does not exist", "relative to the folder"];
    refused(&folder, &with("no.s4p"), Problem::File, file, &missing);
    let text = with_network("name = \"channel\"");
    let help = ["missing key `file`", "channel.s4p"];
    refused(&folder, &text, Problem::MissingKey, file, &help);

    std::fs::write(folder.path().join("bad.s2p"), "# GHz S RI R 50\n1 0 0 x\n").expect("written");
    refused(
        &folder,
        &with("bad.s2p"),
        Problem::File,
        file,
        &["bad.s2p:2:"],
    );

    let pair = four_ports(&cable(40e9), PortOrder::Adjacent);
    write(
        &folder,
        "three.s3p",
        &pair.select(&[0, 1, 2]).expect("three"),
    );
    let three = ["not 3", "four single-ended ports"];
    refused(&folder, &with("three.s3p"), Problem::File, file, &three);

    write(
        &folder,
        "low.s4p",
        &four_ports(&cable(26e9), PortOrder::Adjacent),
    );
    let low = ["end at 26 GHz", "26.5625 GHz or more"];
    refused(&folder, &with("low.s4p"), Problem::File, file, &low);

    let coarse = cable(40e9)
        .interpolated(&(0..=500).map(|k| f64::from(k) * 80e6).collect::<Vec<_>>())
        .expect("points");
    write(&folder, "coarse.s2p", &coarse);
    let spacing = ["longer than the window", "spacing of at most"];
    refused(&folder, &with("coarse.s2p"), Problem::File, file, &spacing);

    let wrapped = cable(40e9)
        .interpolated(&(0..=400).map(|k| f64::from(k) * 100e6).collect::<Vec<_>>())
        .expect("points");
    write(&folder, "wrapped.s2p", &wrapped);
    let early = ["before it is sent", "100 MHz apart"];
    refused(&folder, &with("wrapped.s2p"), Problem::File, file, &early);

    let alike = |network: &Network| {
        let s =
            network
                .s()
                .chunks_exact(16)
                .flat_map(|m| {
                    let through = m[1] * 0.5;
                    std::array::from_fn::<_, 16, _>(|k| {
                        if k % 5 == 0 { Complex64::ZERO } else { through }
                    })
                })
                .collect();
        Network::new(
            network.frequencies().to_vec(),
            4,
            s,
            Reference::uniform(4, 50.0),
        )
        .expect("a network")
    };
    write(&folder, "alike.s4p", &alike(&pair));
    let order = ["not clear", "ports = \"adjacent\""];
    refused(&folder, &with("alike.s4p"), Problem::File, file, &order);
}

#[test]
fn orders_and_places_that_cannot_be_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    write(&folder, "cable.s2p", &cable(40e9));
    let text = with_network("file = \"cable.s2p\", ports = \"halves\"");
    let ports = "stage.2.network.ports";
    let two = ["has two", "leave `ports` out"];
    refused(&folder, &text, Problem::Conflict, ports, &two);
    let text = with_network("file = \"cable.s2p\", ports = \"half\"");
    let words = ["cannot be \"half\"", "`halves`", "`around`"];
    refused(&folder, &text, Problem::UnknownChoice, ports, &words);
    let text = with_network("file = \"cable.s2p\", port_order = \"halves\"");
    let meant = ["did you mean `ports`?"];
    refused(
        &folder,
        &text,
        Problem::UnknownKey,
        "stage.2.network.port_order",
        &meant,
    );
    let text = "[signal]\nsymbol_rate_gbd = 10\n[[stage]]\nlaser = { power_dbm = 5, wavelength_nm = 1310 }\n\
         [[stage]]\nelectro_absorption_modulator = { extinction_ratio_db = 5, launch_oma_dbm = 0 }\n\
         [[stage]]\nnetwork = { file = \"cable.s2p\" }\n\
         [[stage]]\nphotoreceiver = { model = \"pin-tia-53g\" }\n";
    let light = ["needs an electrical signal, and light reaches it"];
    refused(&folder, text, Problem::Order, "stage.3.network", &light);
}
