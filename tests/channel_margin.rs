//! Channel operating margin: what a channel's paths have to be, and the search of settings.

use eyespan::com::{
    BeyondData, Channel, ComError, Filtered, Front, PathKind, Settings, analyze, exhaustive_search,
    local_search,
};
use eyespan::library::{Library, PartTable};
use eyespan::network::{Network, Reference};
use num_complex::Complex64;
use std::f64::consts::TAU;

fn settings(name: &str) -> Settings {
    let library = Library::built_in().expect("the library");
    let part = library.find("com", name).expect("a part");
    match &part.table {
        PartTable::Com(table) => table.settings(name, &part.text).expect("settings"),
        _ => panic!("{name} is of another kind"),
    }
}

/// A line to `end` Hz, matched, with this gain and delay in s and the loss of the skin effect at 26 GHz.
fn line(end: f64, gain: f64, loss_db: f64, delay: f64) -> Network {
    let frequency: Vec<f64> = (0..=1000).map(|k| f64::from(k) * 1e-3 * end).collect();
    let s = frequency
        .iter()
        .flat_map(|f| {
            let skin = loss_db / 8.685_889_638 * (f / 26e9).sqrt();
            let through = Complex64::from_polar((-skin).exp(), -TAU * f * delay - skin) * gain;
            [Complex64::ZERO, through, through, Complex64::ZERO]
        })
        .collect();
    Network::new(frequency, 2, s, Reference::uniform(2, 100.0)).expect("a two-port")
}

fn alone(through: Network) -> Channel {
    Channel {
        through,
        far_end: Vec::new(),
        near_end: Vec::new(),
    }
}

/// A set without a filter of transitions and few settings.
fn quick() -> Settings {
    let mut settings = settings("50gaui-c2c-1");
    settings.ctle.gains_db = vec![-6.0, -4.0, -2.0, 0.0];
    settings.ctle.low_frequency_gains_db = vec![-2.0, -1.0, 0.0];
    settings
}

#[test]
fn a_signal_far_below_the_noise_is_refused_with_the_distance() {
    for set in ["50gaui-c2c-1", "dj-kr-a1"] {
        let error = analyze(&alone(line(60e9, 1e-6, 0.0, 1e-9)), &settings(set))
            .expect_err("no margin")
            .to_string();
        assert!(error.contains("dB below where the noise ends"), "{error}");
    }
    // Crosstalk a hundred thousand times the signal.
    let channel = Channel {
        far_end: vec![line(60e9, 0.9, 3.0, 1e-9)],
        ..alone(line(60e9, 1e-6, 0.0, 1e-9))
    };
    let mut quiet = settings("50gaui-c2c-1");
    quiet.noise_density = 0.0;
    let error = analyze(&channel, &quiet)
        .expect_err("no margin")
        .to_string();
    assert!(error.contains("dB below where the peak"), "{error}");
}

#[test]
fn an_aggressor_that_transmits_nothing_is_left_out_and_named() {
    let settings = quick();
    let through = line(60e9, 0.98, 8.0, 1e-9);
    let without = analyze(&alone(through.clone()), &settings).expect("a margin");
    assert!(without.silent.is_empty());
    let channel = Channel {
        near_end: vec![line(60e9, 1e-4, 3.0, 1e-9), line(60e9, 0.0, 3.0, 1e-9)],
        far_end: vec![line(60e9, 0.0, 3.0, 1e-9)],
        through,
    };
    let with = analyze(&channel, &settings).expect("a margin");
    assert_eq!(with.silent, [(PathKind::FarEnd, 1), (PathKind::NearEnd, 2)]);
    assert!((with.margin.com_db - without.margin.com_db).abs() < 0.1);
    let dead = analyze(&alone(line(60e9, 0.0, 3.0, 1e-9)), &settings).expect_err("nothing");
    assert_eq!(dead.to_string(), "the through path: it transmits nothing");
}

#[test]
fn an_unsettled_aggressor_counts_by_the_energy_of_the_through_path() {
    let settings = quick();
    // A delay in the eighth of the 16.7 ns period that has to be silent.
    let late = |gain: f64| Channel {
        far_end: vec![line(60e9, gain, 3.0, 13.5e-9)],
        ..alone(line(60e9, 0.98, 8.0, 1e-9))
    };
    assert!(Front::new(&late(1e-3), &settings).is_ok());
    match Front::new(&late(0.5), &settings) {
        Err(ComError::Path { kind, number, .. }) => {
            assert_eq!((kind, number), (PathKind::FarEnd, 1));
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn loss_at_half_the_symbol_rate_is_not_told_where_the_data_end_below() {
    let mut settings = quick();
    let full = analyze(&alone(line(60e9, 0.98, 8.0, 1e-9)), &settings).expect("a margin");
    // The line alone loses 5.9 dB there.
    assert!(
        full.loss_db.is_some_and(|db| db > 4.0 && db < 20.0),
        "{:?}",
        full.loss_db
    );
    settings.beyond_data = BeyondData::Continued;
    let short = analyze(&alone(line(13e9, 0.98, 8.0, 1e-9)), &settings).expect("a margin");
    assert_eq!(short.loss_db, None);
}

#[test]
fn what_precedes_zero_stays_in_front_of_the_pulse() {
    // A line without delay, whose response with the filters' own begins before zero in a period.
    let settings = settings("dj-kr-a1");
    let pulse = |delay: f64| {
        let front = Front::new(&alone(line(60e9, 0.98, 8.0, delay)), &settings).expect("a pulse");
        let filtered = Filtered::new(&front, &settings, 0.0, 0.0).expect("a pulse");
        let peak = filtered.through.peak();
        let all = front.symbols * front.samples;
        let around: Vec<f64> = (0..24 * front.samples)
            .map(|k| filtered.through.at(peak + all + k - 8 * front.samples))
            .collect();
        (front.symbols, around)
    };
    let (early_symbols, early) = pulse(-0.3e-9);
    let (symbols, usual) = pulse(1e-9);
    assert!(early_symbols <= symbols, "{early_symbols} of {symbols}");
    let highest = usual.iter().copied().fold(0.0, f64::max);
    for (a, b) in early.iter().zip(&usual) {
        assert!((a - b).abs() < 0.02 * highest, "{a} {b} {highest}");
    }
}

#[test]
fn a_through_path_with_swapped_legs_is_refused() {
    let error = analyze(&alone(line(60e9, -0.98, 8.0, 1e-9)), &quick())
        .expect_err("inverted")
        .to_string();
    assert!(error.contains("swapped"), "{error}");
}

#[test]
fn a_detector_error_ratio_that_densities_do_not_tell_is_refused() {
    let mut settings = quick();
    settings.detector_error_ratio = 1e-12;
    assert!(settings.validate().is_ok());
    settings.detector_error_ratio = 9e-13;
    let error = settings.validate().expect_err("too small").to_string();
    assert!(error.contains("1e-17 a bin"), "{error}");
}

#[test]
fn the_local_search_finds_what_looking_at_all_finds() {
    for loss in [6.0, 14.0] {
        let mut settings = quick();
        for tap in &mut settings.transmit_taps {
            tap.values = vec![-0.15, -0.1, -0.05, 0.0];
        }
        let channel = Channel {
            far_end: vec![line(60e9, 0.01, 3.0, 1e-9)],
            ..alone(line(60e9, 0.98, loss, 1e-9))
        };
        let front = Front::new(&channel, &settings).expect("pulses");
        let local = local_search(&front, &settings).expect("a setting");
        let all = exhaustive_search(&front, &settings).expect("a setting");
        assert_eq!(local.equalized.setting, all.equalized.setting);
        assert_eq!(all.evaluated, 4 * 3 * 16 + 1);
        assert!(local.evaluated < all.evaluated, "{}", local.evaluated);
    }
}
