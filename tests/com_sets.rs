//! Sets of a channel operating margin: floating feedback taps, windows and return losses, and mistakes in them,
//! each told once.

use eyespan::com::Receiver;
use eyespan::config::com::ComTable;
use eyespan::library::{Library, Part, PartTable};

const CABLE: &str = include_str!("../models/com/ck-cr-1.toml");
const MODULE: &str = include_str!("../models/com/ck-c2m-1.toml");

/// The library with this text as its part `name`.
fn library(name: &str, text: &str) -> Library {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join(format!("{name}.toml")), text).expect("a file");
    Library::with_folder(folder.path()).unwrap_or_else(|error| panic!("{error}"))
}

fn table(part: &Part) -> &ComTable {
    match &part.table {
        PartTable::Com(table) => table,
        _ => panic!("{} is of another kind", part.name),
    }
}

/// The mistakes of the text with a line replaced, or left out, in the settings or in the return loss.
fn mistakes(text: &str, name: &str, line: &str, instead: &str) -> String {
    let from = format!("\n{line}");
    assert_eq!(text.matches(&from).count(), 1, "{line}");
    let library = library(name, &text.replace(&from, &format!("\n{instead}")));
    let part = library.find("com", name).expect("the part");
    let errors = match table(part).settings(name, &part.text) {
        Err(errors) => errors,
        Ok(_) => table(part)
            .return_loss(name, &part.text)
            .expect_err("a mistake"),
    };
    assert_eq!(errors.errors.len(), 1, "told once: {errors}");
    errors.to_string()
}

#[test]
fn floating_feedback_and_the_return_loss_are_read() {
    let library = Library::built_in().expect("the parts");
    let part = library.find("com", "ck-cr-1").expect("the part");
    let settings = table(part)
        .settings("ck-cr-1", &part.text)
        .expect("settings");
    let Receiver::DecisionFeedback(feedback) = &settings.receiver else {
        panic!("decision feedback");
    };
    assert_eq!(feedback.limits.len(), 12);
    let floating = feedback.floating.expect("floating taps");
    assert_eq!((floating.groups, floating.taps, floating.span), (3, 3, 40));
    assert_eq!(floating.tail, Some((25, 0.02)));
    let board = settings.transmitter.board.as_ref().expect("a board");
    assert!((board.near - 29e-15).abs() < 1e-27 && (board.far - 19e-15).abs() < 1e-27);
    let reflected = table(part)
        .return_loss("ck-cr-1", &part.text)
        .expect("settings")
        .expect("a return loss");
    assert!((reflected.fixture_delay - 300e-12).abs() < 1e-22);
    assert_eq!(reflected.symbols, 4500);
    let part = library.find("com", "dj-cr-hn-hn").expect("the part");
    assert_eq!(
        table(part)
            .return_loss("dj-cr-hn-hn", &part.text)
            .expect("none"),
        None
    );
}

#[test]
fn a_module_s_receiver_is_bare() {
    let library = Library::built_in().expect("the parts");
    let part = library.find("com", "ck-c2m-1").expect("the part");
    let settings = table(part)
        .settings("ck-c2m-1", &part.text)
        .expect("settings");
    let die = |device: &eyespan::com::Device| {
        let t = &device.termination;
        (t.ladder.iter().map(|(c, l)| c + l).sum::<f64>() + t.bump).abs()
    };
    assert!(die(&settings.receiver_device) < 1e-30);
    assert!(die(&settings.near_end_transmitter) < 1e-30);
    assert!(die(&settings.transmitter) > 1e-13);
    let window = settings.eye_window.expect("a window");
    assert!((window.half_width - 0.05).abs() < 1e-12 && (window.deviation - 0.02).abs() < 1e-12);
}

#[test]
fn mistakes_are_told_once_with_what_to_write() {
    for (text, name, line, instead, part) in [
        // Three devices ask for the termination.
        (
            CABLE,
            "ck-cr-1",
            "termination_resistance_ohm = 50.0",
            "",
            "missing key `termination_resistance_ohm`",
        ),
        (
            CABLE,
            "ck-cr-1",
            "die_inductance_ph = [120.0]",
            "die_inductance_ph = [120.0, 1.0]",
            "2 inductances and 1 capacitances",
        ),
        (
            CABLE,
            "ck-cr-1",
            "feedback_span = 40",
            "feedback_span = 20",
            "20 symbols of `feedback_span`",
        ),
        (
            CABLE,
            "ck-cr-1",
            "feedback_floating_limit = 0.03",
            "",
            "missing key `feedback_floating_limit`",
        ),
        (
            CABLE,
            "ck-cr-1",
            "feedback_tail_limit = 0.02",
            "",
            "missing key `feedback_tail_limit`",
        ),
        (
            CABLE,
            "ck-cr-1",
            "erl_transition_time_ps = 10.0",
            "",
            "missing key `erl_transition_time_ps`",
        ),
        (
            CABLE,
            "ck-cr-1",
            "erl_equalizer_symbols = 0",
            "",
            "missing key `erl_equalizer_symbols`",
        ),
        (
            MODULE,
            "ck-c2m-1",
            "eye_window_deviation_ui = 0.02",
            "",
            "missing key `eye_window_deviation_ui`",
        ),
    ] {
        let told = mistakes(text, name, line, instead);
        assert!(told.contains(part), "{part}: {told}");
    }
    let without = CABLE.replace("\nfeedback_floating_groups = 3", "");
    let library = library("ck-cr-1", &without);
    let part = library.find("com", "ck-cr-1").expect("the part");
    let errors = table(part)
        .settings("ck-cr-1", &part.text)
        .expect_err("no effect")
        .to_string();
    for key in [
        "feedback_span",
        "feedback_tail_limit",
        "feedback_floating_limit",
    ] {
        assert!(errors.contains(&format!("`{key}`")), "{key}: {errors}");
    }
    assert!(
        errors.contains("without `feedback_floating_groups`"),
        "{errors}"
    );
}
