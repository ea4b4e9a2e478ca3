//! All figures, as JSON and in words.

use super::TdecqArguments;
use super::source::Source;
use eyespan::measure::tdecq::levels::{
    excursion, level_separation_mismatch_ratio, transition_times,
};
use eyespan::measure::tdecq::{EyeClosure, Settings};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::Path;

/// Share of samples beyond which an overshoot counts.
const HIT_RATIO: f64 = 1e-2;

/// What was measured. What was not is null, and `not_computed` has the reason.
#[derive(Debug, Serialize)]
pub(super) struct Figures {
    file: String,
    pattern: String,
    /// "given", "found" or "link file".
    symbol_rate_from: &'static str,
    symbol_rate_gbd: f64,
    symbols: usize,
    periods: usize,
    pattern_correlation: Option<f64>,
    pattern_inverted: bool,
    tdecq_db: f64,
    noise_gain_db: f64,
    tdecq_less_noise_gain_db: f64,
    added_noise: f64,
    scope_noise: f64,
    receiver_bandwidth_ghz: Option<f64>,
    equalizer_taps: Vec<f64>,
    main_tap: usize,
    sampling_phase_ui: f64,
    thresholds: Vec<f64>,
    equalized_levels: Vec<f64>,
    outer_oma: f64,
    outer_oma_dbm: Option<f64>,
    average_power_dbm: Option<f64>,
    extinction_ratio_db: Option<f64>,
    level_separation_mismatch_ratio: Option<f64>,
    overshoot_percent: f64,
    undershoot_percent: f64,
    transition_time_ps: Option<f64>,
    rise_time_ps: Option<f64>,
    fall_time_ps: Option<f64>,
    rin_oma_db_per_hz: Option<f64>,
    not_computed: BTreeMap<&'static str, String>,
}

impl Figures {
    pub(super) fn new(
        file: &str,
        source: &Source,
        settings: &Settings,
        closure: &EyeClosure,
        arguments: &TdecqArguments,
    ) -> Self {
        let mut not_computed = BTreeMap::new();
        let levels = &closure.outer_levels;
        let oma = levels.modulation_amplitude();
        let dbm = |watt: f64| (source.optical && watt > 0.0).then(|| 10.0 * (1e3 * watt).log10());
        if !source.optical {
            let reason = "the samples are voltages, whose scale to power is not known";
            for name in ["outer_oma_dbm", "average_power_dbm"] {
                not_computed.insert(name, reason.to_owned());
            }
        }
        let extinction_ratio_db = levels.extinction_ratio_db();
        if extinction_ratio_db.is_none() {
            let reason = format!("the lowest level is {:e}, not above 0", levels.low);
            not_computed.insert("extinction_ratio_db", reason);
        }
        let edges = transition_times(&closure.received, levels);
        if edges.is_none() {
            let reason =
                "the pattern has no edges between its outer levels that cross 20 % and 80 %";
            for name in ["transition_time_ps", "rise_time_ps", "fall_time_ps"] {
                not_computed.insert(name, reason.to_owned());
            }
        }
        let rin = rin_oma(source, settings, oma, arguments.noise_bandwidth_ghz);
        let rin_oma_db_per_hz = match rin {
            Ok(value) => Some(value),
            Err(reason) => {
                not_computed.insert("rin_oma_db_per_hz", reason.to_owned());
                None
            }
        };
        let beyond = excursion(&closure.received, levels, HIT_RATIO);
        let locked = source.locked.as_ref();
        let rate = source.waveform.symbol_rate();
        Self {
            file: file.to_owned(),
            pattern: source.pattern.clone(),
            symbol_rate_from: match locked {
                None => "link file",
                Some(locked) if locked.symbol_rate_found => "found",
                Some(_) => "given",
            },
            symbol_rate_gbd: rate * 1e-9,
            symbols: source.waveform.symbols().len(),
            periods: locked.map_or(1, |l| l.periods),
            pattern_correlation: locked.map(|l| l.correlation),
            pattern_inverted: locked.is_some_and(|l| l.inverted),
            tdecq_db: closure.penalty_db,
            noise_gain_db: closure.noise_gain_db,
            tdecq_less_noise_gain_db: closure.less_noise_gain_db(),
            added_noise: closure.added_noise,
            scope_noise: settings.scope_noise,
            receiver_bandwidth_ghz: settings.receiver_bandwidth.map(|share| share * rate * 1e-9),
            equalizer_taps: closure.taps.clone(),
            main_tap: closure.main_tap + 1,
            sampling_phase_ui: closure.phase,
            thresholds: closure.thresholds.clone(),
            equalized_levels: closure.level_means.clone(),
            outer_oma: oma,
            outer_oma_dbm: dbm(oma),
            average_power_dbm: dbm(source.waveform.mean()),
            extinction_ratio_db,
            level_separation_mismatch_ratio: level_separation_mismatch_ratio(&closure.level_means),
            overshoot_percent: 100.0 * beyond.overshoot,
            undershoot_percent: 100.0 * beyond.undershoot,
            transition_time_ps: edges.map(|e| 1e12 * e.slower()),
            rise_time_ps: edges.map(|e| 1e12 * e.rise),
            fall_time_ps: edges.map(|e| 1e12 * e.fall),
            rin_oma_db_per_hz,
            not_computed,
        }
    }

    pub(super) fn words(&self, folder: &Path) -> String {
        let ratio = self.extinction_ratio_db;
        let mut lines = vec![
            format!(
                "{}: {}, {:.6} GBd",
                self.file, self.pattern, self.symbol_rate_gbd
            ),
            format!("  TDECQ                 {:.2} dB", self.tdecq_db),
            format!("  of it noise gain      {:.2} dB", self.noise_gain_db),
        ];
        if let (Some(oma), Some(ratio)) = (self.outer_oma_dbm, ratio) {
            lines.push(format!(
                "  outer OMA             {oma:.2} dBm, extinction ratio {ratio:.2} dB"
            ));
        }
        if let Some(time) = self.transition_time_ps {
            lines.push(format!("  transition time       {time:.2} ps"));
        }
        for (name, reason) in &self.not_computed {
            lines.push(format!("  not computed: {name}: {reason}"));
        }
        lines.push(format!(
            "  picture               {}",
            folder.join("tdecq.png").display()
        ));
        lines.join("\n") + "\n"
    }
}

/// RIN_OMA = σ²/(B·(OMA/2)²): noise over the power of a square wave between the outer levels (IEEE Std
/// 802.3, 52.9.6), from what the periods of a capture differ by. Jitter at the edges is in it.
fn rin_oma(
    source: &Source,
    settings: &Settings,
    oma: f64,
    bandwidth_ghz: Option<f64>,
) -> Result<f64, &'static str> {
    let noise = source
        .locked
        .as_ref()
        .ok_or("the waveform of a link is without noise")?
        .noise
        .ok_or("the capture holds one period of the pattern: noise shows between two and more")?;
    let bandwidth = bandwidth_ghz
        .filter(|b| b.is_finite() && *b > 0.0)
        .ok_or("the noise bandwidth of the scope is not given (--noise-bandwidth-ghz)")?;
    let square = noise.powi(2) - settings.scope_noise.powi(2);
    if square <= 0.0 {
        return Err("the noise of the capture is not above that of the scope");
    }
    Ok(10.0 * (square / (bandwidth * 1e9 * (0.5 * oma).powi(2))).log10())
}
