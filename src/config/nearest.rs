//! The nearest right thing to what was written.

/// Units as they end a key, longest first where one ends with another, and what they mean.
const UNITS: &[(&str, &str)] = &[
    ("_ps_per_nm2_km", "ps/(nm²·km)"),
    ("_ps_per_nm_km", "ps/(nm·km)"),
    ("_pa_per_sqrt_hz", "pA/√Hz"),
    ("_na_per_sqrt_hz", "nA/√Hz"),
    ("_a_per_sqrt_hz", "A/√Hz"),
    ("_v2_per_ghz", "V²/GHz"),
    ("_v2_per_hz", "V²/Hz"),
    ("_db_per_km", "dB/km"),
    ("_db_per_hz", "dB/Hz"),
    ("_dbc_per_hz", "dBc/Hz"),
    ("_db_per_m", "dB/m"),
    ("_a_per_w", "A/W"),
    ("_ma_per_mw", "mA/mW"),
    ("_gbaud", "GBd"),
    ("_mbaud", "MBd"),
    ("_baud", "Bd"),
    ("_gbd", "GBd"),
    ("_mbd", "MBd"),
    ("_bd", "Bd"),
    ("_gbps", "Gb/s"),
    ("_gbit", "Gb/s"),
    ("_thz", "THz"),
    ("_ghz", "GHz"),
    ("_mhz", "MHz"),
    ("_khz", "kHz"),
    ("_hz", "Hz"),
    ("_dbm", "dBm"),
    ("_db", "dB"),
    ("_percent", "percent"),
    ("_mw", "mW"),
    ("_uw", "µW"),
    ("_w", "W"),
    ("_kohm", "kΩ"),
    ("_ohm", "Ω"),
    ("_ma", "mA"),
    ("_ua", "µA"),
    ("_na", "nA"),
    ("_pa", "pA"),
    ("_a", "A"),
    ("_mv", "mV"),
    ("_v", "V"),
    ("_ui", "unit intervals"),
    ("_mui", "thousandths of a unit interval"),
    ("_ms", "ms"),
    ("_us", "µs"),
    ("_ns", "ns"),
    ("_ps", "ps"),
    ("_fs", "fs"),
    ("_s", "s"),
    ("_km", "km"),
    ("_cm", "cm"),
    ("_mm", "mm"),
    ("_um", "µm"),
    ("_nm", "nm"),
    ("_inch", "inches"),
    ("_ft", "feet"),
    ("_miles", "miles"),
    ("_m", "m"),
    ("_c", "°C"),
    ("_k", "kelvin"),
];

/// What others call a key, a stage or a table, and what it is called here.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("fibre", "fiber"),
    ("smf", "fiber"),
    ("eam", "electro_absorption_modulator"),
    ("eml", "electro_absorption_modulator"),
    ("mzm", "mach_zehnder_modulator"),
    ("mach_zehnder", "mach_zehnder_modulator"),
    ("modulator", "electro_absorption_modulator"),
    ("pin", "photoreceiver"),
    ("photodiode", "photoreceiver"),
    ("photodetector", "photoreceiver"),
    ("tia", "photoreceiver"),
    ("converter", "adc"),
    ("quantizer", "adc"),
    ("enob", "effective_bits"),
    ("receiver", "photoreceiver"),
    ("rx", "photoreceiver"),
    ("tx", "driver"),
    ("transmitter", "driver"),
    ("cable", "twinax"),
    ("dac_cable", "twinax"),
    ("dac", "twinax"),
    ("copper", "twinax"),
    ("channel", "network"),
    ("touchstone", "network"),
    ("s_parameters", "network"),
    ("port_order", "ports"),
    ("voa", "attenuator"),
    ("continuous_time_linear_equalizer", "ctle"),
    ("capacitor", "ac_coupling"),
    ("equaliser", "equalizer"),
    ("ffe_taps", "feed_forward_taps"),
    ("dfe_taps", "decision_feedback_taps"),
    ("ffe", "feed_forward_taps"),
    ("dfe", "decision_feedback_taps"),
    ("rlm", "level_separation_mismatch_ratio"),
    ("er_db", "extinction_ratio_db"),
    ("oma_dbm", "launch_oma_dbm"),
    ("baud_rate", "symbol_rate_gbd"),
    ("baudrate", "symbol_rate_gbd"),
    ("baud_rate_gbd", "symbol_rate_gbd"),
    ("bit_rate_gbps", "symbol_rate_gbd"),
    ("bitrate", "symbol_rate_gbd"),
    ("modulation", "format"),
    ("part", "model"),
    ("type", "model"),
    ("loss", "loss_db"),
    ("insertion_loss_db", "loss_db"),
    ("loss_db_per_km", "attenuation_db_per_km"),
    ("alpha_db_per_km", "attenuation_db_per_km"),
    ("rin", "rin_db_per_hz"),
    ("rin_dbc_hz", "rin_db_per_hz"),
    ("rj_ui", "random_jitter_ui"),
    ("dj_ui", "dual_dirac_jitter_ui"),
    ("deterministic_jitter_ui", "dual_dirac_jitter_ui"),
    ("dcd_ui", "duty_cycle_distortion_ui"),
    ("even_odd_jitter_ui", "duty_cycle_distortion_ui"),
    ("sj_ui", "sinusoidal_jitter_ui"),
    ("periodic_jitter_ui", "sinusoidal_jitter_ui"),
    ("cdr_bandwidth_mhz", "clock_recovery_bandwidth_mhz"),
    ("swing_mv", "amplitude_v"),
    ("ber", "pre_fec_ber"),
];

/// The stem of a key and its unit where it ends with one.
fn stem(key: &str) -> (&str, Option<&'static str>) {
    UNITS
        .iter()
        .find_map(|(suffix, unit)| key.strip_suffix(suffix).map(|stem| (stem, Some(*unit))))
        .unwrap_or((key, None))
}

/// The one of `known` that `written` was most likely meant to be.
pub(crate) fn nearest<'a>(written: &str, known: &[&'a str]) -> Option<&'a str> {
    let plain = written.to_lowercase().replace(['-', ' '], "_");
    let score = |candidate: &str| {
        let candidate = candidate.to_lowercase().replace('-', "_");
        if candidate == plain {
            return 1.0;
        }
        let likeness = strsim::normalized_damerau_levenshtein(&plain, &candidate);
        let contained = plain.len() > 3 && candidate.contains(plain.as_str());
        if contained {
            likeness.max(0.6 + 0.1 * likeness)
        } else {
            likeness
        }
    };
    known
        .iter()
        .map(|candidate| (score(candidate), *candidate))
        .filter(|(score, _)| *score >= 0.55)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, candidate)| candidate)
}

/// What a list of words reads like: `a`, `b` or `c`.
pub(crate) fn list(words: &[&str]) -> String {
    let quoted: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
    quoted.join(", ")
}

/// Help for a word that is not among `known`.
pub(crate) fn word_help(written: &str, known: &[&str]) -> String {
    let other = OTHER_NAMES
        .iter()
        .find(|(name, ours)| *name == written && known.contains(ours))
        .map(|(_, ours)| *ours);
    let allowed = if known.is_empty() {
        "there is none".to_owned()
    } else {
        format!("allowed: {}", list(known))
    };
    match other.or_else(|| nearest(written, known)) {
        Some(meant) => format!("did you mean `{meant}`? {allowed}"),
        None => allowed,
    }
}

/// Help for a key that is not among `known`: the same quantity in its unit, the nearest key, or all.
pub(crate) fn key_help(written: &str, known: &[&str]) -> String {
    let (meant, unit) = stem(written);
    let same_quantity = known.iter().find(|key| {
        let (candidate, candidate_unit) = stem(key);
        candidate == meant && candidate_unit.is_some() && candidate_unit != unit
    });
    if let Some(key) = same_quantity {
        let (quantity, wanted) = stem(key);
        return format!(
            "did you mean `{key}`? The {} is given in {}",
            quantity.replace('_', " "),
            wanted.unwrap_or_default()
        );
    }
    word_help(written, known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_in_another_unit_is_recognised() {
        let help = key_help("length_m", &["name", "length_km"]);
        assert_eq!(help, "did you mean `length_km`? The length is given in km");
        assert!(key_help("length", &["name", "length_km"]).contains("`length_km`"));
        assert!(key_help("power_mw", &["power_dbm"]).contains("given in dBm"));
    }

    #[test]
    fn typing_errors_find_the_nearest_word_and_nonsense_lists_all() {
        assert_eq!(
            nearest("lenght_km", &["name", "length_km"]),
            Some("length_km")
        );
        assert_eq!(nearest("PAM4", &["nrz", "pam4"]), Some("pam4"));
        assert_eq!(nearest("zzzz", &["name", "length_km"]), None);
        assert!(word_help("zzzz", &["name"]).contains("allowed: `name`"));
        assert!(word_help("fibre", &["fiber"]).contains("did you mean `fiber`"));
    }

    #[test]
    fn every_unit_is_found_before_a_shorter_one_that_ends_it() {
        for (i, (suffix, unit)) in UNITS.iter().enumerate() {
            let key = format!("quantity{suffix}");
            assert_eq!(stem(&key), ("quantity", Some(*unit)), "unit number {i}");
        }
    }
}
