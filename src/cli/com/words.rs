//! The result of `eyespan com` in words.

use super::result::ComResult;
use std::path::Path;

/// The result in words.
pub(super) fn words(result: &ComResult, folder: Option<&Path>) -> String {
    let mut text = format!(
        "{}\n  {} far-end and {} near-end aggressors, data to {:.3} GHz\n",
        result.thru,
        result.fext.len(),
        result.next.len(),
        result.data_end_ghz
    );
    for test in &result.tests {
        text += &format!("\n{}: {}\n  {}\n", test.config, test.title, test.source);
        let mut row = |name: &str, value: String| text += &format!("  {name:<30} {value}\n");
        let verdict = match test.least_com_db {
            Some(least) if test.com_db >= least => format!(", PASS (at least {least} dB)"),
            Some(least) => format!(", FAIL (at least {least} dB)"),
            None => String::new(),
        };
        row(
            "channel operating margin",
            format!("{:.3} dB{verdict}", test.com_db),
        );
        if let Some(db) = test.symbol_com_db {
            row("  decided symbol by symbol", format!("{db:.3} dB"));
        }
        row(
            "signal, interference",
            format!("{:.4} mV, {:.4} mV", test.signal_mv, test.interference_mv),
        );
        row(
            "vertical eye closure, opening",
            match test.vertical_eye_closure_db {
                Some(db) => format!("{db:.3} dB, {:.4} mV", test.vertical_eye_opening_mv),
                None => "closed".to_owned(),
            },
        );
        if let Some(eye) = &test.windowed_eye {
            let against = |most: Option<f64>, meets: bool, unit: &str, word: &str| match most {
                Some(limit) if meets => format!(" PASS ({word} {limit} {unit})"),
                Some(limit) => format!(" FAIL ({word} {limit} {unit})"),
                None => String::new(),
            };
            let opening = eye.vertical_eye_opening_mv;
            let closure = eye.vertical_eye_closure_db;
            row(
                "  over a window of time",
                format!(
                    "{}{}, {opening:.4} mV{}",
                    closure.map_or_else(|| "closed".to_owned(), |db| format!("{db:.3} dB")),
                    against(
                        eye.most_vertical_eye_closure_db,
                        closure
                            .zip(eye.most_vertical_eye_closure_db)
                            .is_some_and(|(db, most)| db <= most),
                        "dB",
                        "at most",
                    ),
                    against(
                        eye.least_vertical_eye_opening_mv,
                        eye.least_vertical_eye_opening_mv
                            .is_some_and(|least| opening >= least),
                        "mV",
                        "at least",
                    ),
                ),
            );
        }
        if let Some(erl) = &test.effective_return_loss {
            let db = |erl: Option<f64>| {
                erl.map_or_else(
                    || "nothing reflected".to_owned(),
                    |db| format!("{db:.3} dB"),
                )
            };
            let lowest = erl
                .transmitter_db
                .unwrap_or(f64::INFINITY)
                .min(erl.receiver_db.unwrap_or(f64::INFINITY));
            let verdict = match erl.least_erl_db {
                Some(least) if lowest >= least => format!(", PASS (at least {least} dB)"),
                Some(least) => format!(", FAIL (at least {least} dB)"),
                None => String::new(),
            };
            row(
                "effective return loss",
                format!(
                    "{} and {}{verdict}",
                    db(erl.transmitter_db),
                    db(erl.receiver_db)
                ),
            );
        }
        row(
            "figure of merit",
            format!("{:.3} dB", test.figure_of_merit_db),
        );
        row(
            "loss from die to die",
            match test.die_to_die_loss_db {
                Some(db) => format!("{db:.3} dB at half the symbol rate"),
                None => "not known: the data end below half the symbol rate".to_owned(),
            },
        );
        if let Some(db) = test.fitted_loss_db {
            row("fitted loss of the data", format!("{db:.3} dB"));
        }
        if let Some(db) = test.loss_deviation_merit_db {
            row("deviation from it, FOM_ILD", format!("{db:.4} dB"));
        }
        if let Some(mv) = test.integrated_crosstalk_noise_mv {
            row("integrated crosstalk noise", format!("{mv:.3} mV"));
        } else if !(result.fext.is_empty() && result.next.is_empty()) {
            row(
                "integrated crosstalk noise",
                "not known: the files' frequencies differ or are not evenly spaced".to_owned(),
            );
        }
        let r = &test.rms_mv;
        row(
            "rms at the detector",
            format!(
                "interference {:.4} mV, crosstalk {:.4} mV, jitter {:.4} mV",
                r.intersymbol_interference,
                r.crosstalk,
                r.random_jitter.hypot(r.dual_dirac_jitter)
            ),
        );
        row(
            "",
            format!(
                "noise of transmitter {:.4} mV, receiver {:.4} mV, quantiser {:.4} mV",
                r.transmitter_noise, r.receiver_noise, r.quantizer
            ),
        );
        let e = &test.equalizer;
        row(
            "analogue equaliser",
            format!(
                "{} dB, low frequencies {} dB",
                e.ctle_gain_db, e.ctle_low_frequency_gain_db
            ),
        );
        let mut taps = e.transmit_taps.clone();
        taps.sort_by_key(|(place, _)| *place);
        let taps: Vec<String> = taps
            .iter()
            .map(|(place, value)| format!("c({place}) {value:.3}"))
            .collect();
        row("transmitter", taps.join(", "));
        let list = |x: &[f64]| -> String {
            let some: Vec<String> = x.iter().take(8).map(|v| format!("{v:.3}")).collect();
            some.join(" ") + if x.len() > 8 { " …" } else { "" }
        };
        row("feedback", list(&e.feedback_taps));
        row(
            "sampling",
            format!("{:+.3} UI from the peak", e.sampling_offset_ui),
        );
        row(
            "settings looked at",
            format!(
                "{} of {:.2e}",
                test.settings_evaluated, test.settings_in_all
            ),
        );
    }
    if result.tests.len() > 1 {
        text += &format!("\nlowest margin: {:.3} dB\n", result.com_db);
    }
    for note in &result.notes {
        text += &format!("note: {note}\n");
    }
    if let Some(folder) = folder {
        text += &format!("written to {}\n", folder.display());
    }
    text
}
