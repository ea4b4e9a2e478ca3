//! What an effective return loss is computed with, in SI units from a part's table.

use super::ComTable;
use super::reading::Reading;
use crate::com::ReturnLossSettings;
use crate::config::error::ConfigErrors;
use crate::config::source::Source;
use std::sync::Arc;

impl ComTable {
    /// What an effective return loss is computed with; none where the table has no `erl_symbols`.
    ///
    /// # Errors
    /// With every quantity that is missing or has no effect.
    pub fn return_loss(
        &self,
        name: &str,
        source: &Arc<Source>,
    ) -> Result<Option<ReturnLossSettings>, ConfigErrors> {
        let mut r = Reading::new(name, source);
        let given = self.erl_symbols.is_some();
        r.only_with(
            "erl_equalizer_symbols",
            self.erl_equalizer_symbols.as_ref(),
            "erl_symbols",
            given,
        );
        for (key, value) in [
            ("erl_transition_time_ps", &self.erl_transition_time_ps),
            ("erl_permitted_reflection", &self.erl_permitted_reflection),
            ("erl_loss_db_per_ns", &self.erl_loss_db_per_ns),
            ("erl_fixture_delay_ps", &self.erl_fixture_delay_ps),
            ("least_erl_db", &self.least_erl_db),
        ] {
            r.only_with(key, value.as_ref(), "erl_symbols", given);
        }
        let Some(symbols) = self.erl_symbols.as_ref() else {
            return r.errors.or(None);
        };
        let settings = ReturnLossSettings {
            symbol_rate: r.number("symbol_rate_gbd", self.symbol_rate_gbd.as_ref()) * 1e9,
            levels: r.count("levels", self.levels.as_ref()),
            samples_per_symbol: self
                .samples_per_symbol
                .as_ref()
                .map_or(32, |v| usize::try_from(v.value.0).unwrap_or(usize::MAX)),
            detector_error_ratio: r
                .number("detector_error_ratio", self.detector_error_ratio.as_ref()),
            resistance: r.number(
                "reference_resistance_ohm",
                self.reference_resistance_ohm.as_ref(),
            ),
            transition_time: r.number(
                "erl_transition_time_ps",
                self.erl_transition_time_ps.as_ref(),
            ) * 1e-12,
            receiver_bandwidth: r.number(
                "receiver_bandwidth_ghz",
                self.receiver_bandwidth_ghz.as_ref(),
            ) * 1e9,
            // Every public set has the window.
            raised_cosine: true,
            symbols: r.count("erl_symbols", Some(symbols)),
            equalizer_symbols: r
                .count("erl_equalizer_symbols", self.erl_equalizer_symbols.as_ref()),
            reflection: r.number(
                "erl_permitted_reflection",
                self.erl_permitted_reflection.as_ref(),
            ),
            loss: self.erl_loss_db_per_ns.as_ref().map_or(0.0, |v| v.value) * 1e9,
            fixture_delay: self.erl_fixture_delay_ps.as_ref().map_or(0.0, |v| v.value) * 1e-12,
        };
        r.errors.or(Some(settings))
    }
}
