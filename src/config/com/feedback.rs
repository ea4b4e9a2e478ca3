//! Decision feedback with floating taps from a part's table.

use super::ComTable;
use super::reading::Reading;
use crate::com::{Feedback, FloatingFeedback};
use crate::config::error::{ConfigError, Problem};

impl Reading<'_> {
    /// Feedback taps of a receiver without feed-forward taps.
    pub(super) fn feedback(&mut self, t: &ComTable, limits: Vec<(f64, f64)>) -> Feedback {
        let floating = t.feedback_floating_groups.as_ref().map(|groups| {
            let tail = match (&t.feedback_tail_start, &t.feedback_tail_limit) {
                (None, None) => None,
                (start, limit) => Some((
                    self.count("feedback_tail_start", start.as_ref()),
                    self.number("feedback_tail_limit", limit.as_ref()),
                )),
            };
            FloatingFeedback {
                groups: self.count("feedback_floating_groups", Some(groups)),
                taps: self.count(
                    "feedback_floating_group_taps",
                    t.feedback_floating_group_taps.as_ref(),
                ),
                span: self.count("feedback_span", t.feedback_span.as_ref()),
                limit: self.number(
                    "feedback_floating_limit",
                    t.feedback_floating_limit.as_ref(),
                ),
                tail,
            }
        });
        if let (Some(floating), Some(span)) = (floating, t.feedback_span.as_ref())
            && floating.span
                < limits
                    .len()
                    .saturating_add(floating.groups.saturating_mul(floating.taps))
        {
            self.errors.push(
                ConfigError::at(
                    Problem::OutOfRange,
                    &span.at,
                    format!(
                        "{} symbols of `feedback_span` do not hold {} fixed feedback taps and {} groups of {} \
                         floating ones",
                        floating.span,
                        limits.len(),
                        floating.groups,
                        floating.taps
                    ),
                )
                .help("allowed: at least as many symbols as taps"),
            );
        }
        Feedback { limits, floating }
    }
}
