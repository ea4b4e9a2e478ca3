//! Keys of a channel operating margin that say nothing without others.

use super::ComTable;
use super::reading::Reading;
use crate::config::error::{ConfigError, Problem};
use crate::config::source::Value;

impl Reading<'_> {
    /// Refuses a key that says nothing without another one.
    pub(super) fn only_with<T>(
        &mut self,
        key: &str,
        value: Option<&Value<T>>,
        needed: &str,
        given: bool,
    ) {
        if let Some(value) = value
            && !given
        {
            self.errors.push(
                ConfigError::at(
                    Problem::Conflict,
                    &value.at,
                    format!(
                        "`{key}` of the part `{}` has no effect without `{needed}`",
                        self.name
                    ),
                )
                .help(format!("write `{needed} = …` too, or leave `{key}` out")),
            );
        }
    }

    /// Refuses what would be read and then have no effect.
    pub(super) fn without_effect(&mut self, t: &ComTable) {
        let forward = t.feed_forward_taps.is_some();
        let taps = "feed_forward_taps";
        self.only_with(
            "feed_forward_limit",
            t.feed_forward_limit.as_ref(),
            taps,
            forward,
        );
        self.only_with(
            "feed_forward_precursor_taps",
            t.feed_forward_precursor_taps.as_ref(),
            taps,
            forward,
        );
        self.only_with("floating_groups", t.floating_groups.as_ref(), taps, forward);
        self.only_with(
            "sequence_detection_penalty_db",
            t.sequence_detection_penalty_db.as_ref(),
            taps,
            forward,
        );
        let groups = t.floating_groups.is_some();
        for (key, value) in [
            ("floating_group_taps", t.floating_group_taps.as_ref()),
            ("feed_forward_span", t.feed_forward_span.as_ref()),
        ] {
            self.only_with(key, value, "floating_groups", groups);
        }
        let groups_of_feedback = t.feedback_floating_groups.is_some();
        let needed = "feedback_floating_groups";
        for (key, value) in [
            (
                "feedback_floating_group_taps",
                t.feedback_floating_group_taps.as_ref(),
            ),
            ("feedback_span", t.feedback_span.as_ref()),
            ("feedback_tail_start", t.feedback_tail_start.as_ref()),
        ] {
            self.only_with(key, value, needed, groups_of_feedback);
        }
        for (key, value) in [
            (
                "feedback_floating_limit",
                t.feedback_floating_limit.as_ref(),
            ),
            ("feedback_tail_limit", t.feedback_tail_limit.as_ref()),
        ] {
            self.only_with(key, value, needed, groups_of_feedback);
        }
        if forward && let Some(groups) = &t.feedback_floating_groups {
            self.errors.push(
                ConfigError::at(
                    Problem::Conflict,
                    &groups.at,
                    format!(
                        "`feedback_floating_groups` of the part `{}` has no effect with `feed_forward_taps`",
                        self.name
                    ),
                )
                .help("leave one of them out"),
            );
        }
        self.only_with(
            "floating_limit",
            t.floating_limit.as_ref(),
            "floating_groups",
            groups,
        );
        self.only_with(
            "ctle_low_frequency_gain_db",
            t.ctle_low_frequency_gain_db.as_ref(),
            "ctle_low_frequency_ghz",
            t.ctle_low_frequency_ghz.is_some(),
        );
        let window = t.eye_window_ui.is_some();
        for (key, value) in [
            ("eye_window_deviation_ui", &t.eye_window_deviation_ui),
            (
                "most_vertical_eye_closure_db",
                &t.most_vertical_eye_closure_db,
            ),
            (
                "least_vertical_eye_opening_mv",
                &t.least_vertical_eye_opening_mv,
            ),
        ] {
            self.only_with(key, value.as_ref(), "eye_window_ui", window);
        }
        self.only_with(
            "receiver_die_inductance_ph",
            t.receiver_die_inductance_ph.as_ref(),
            "receiver_die_capacitance_ff",
            t.receiver_die_capacitance_ff.is_some(),
        );
        self.only_with(
            "quantizer_clipping",
            t.quantizer_clipping.as_ref(),
            "quantizer_bits",
            t.quantizer_bits.is_some(),
        );
    }
}
