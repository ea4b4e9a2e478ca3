//! Decisions on equalised samples and their errors: symbol by symbol with decision feedback, or as the most
//! likely sequence.

use super::super::counts::{Burst, Counts};
use super::super::description::Feedback;
use super::super::error::LinkError;
use super::{MonteCarlo, Workspace, mean_of};

/// Symbols decided ahead of a segment and not counted, so that decision feedback has its history and a
/// sequence its beginning.
const WARM_UP_SYMBOLS: usize = 64;
/// Symbols behind a segment that a detector of sequences looks at. An error event as long has a probability
/// below ((L−1)/L)^64.
const LOOK_AHEAD_SYMBOLS: usize = 64;

impl MonteCarlo {
    /// Decides and counts one segment.
    pub(super) fn segment(
        &self,
        segment: u64,
        length: usize,
        wander_start: f64,
        workspace: &mut Workspace,
    ) -> Result<Counts, LinkError> {
        let first = Self::first_symbol(segment);
        #[allow(clippy::cast_possible_wrap)]
        let begin = first - WARM_UP_SYMBOLS as i64;
        let ahead = if self.detector.is_some() {
            LOOK_AHEAD_SYMBOLS
        } else {
            0
        };
        let mut values = vec![0.0; WARM_UP_SYMBOLS + length + ahead];
        self.equalise(begin, &mut values, workspace)?;
        let memory = self.rule.taps.feedback.len();
        let mut sent = vec![0u8; values.len() + memory];
        #[allow(clippy::cast_possible_wrap)]
        self.symbols.fill(begin - memory as i64, &mut sent);
        if let Some(decay) = self.wander {
            // The warm-up lies before the segment's state: it is far shorter than the wander.
            let mean = mean_of(self.modulation.level_positions());
            let mut state = wander_start;
            for (value, &symbol) in values.iter_mut().zip(&sent[memory..]) {
                *value -= state;
                state = decay * state + (1.0 - decay) * (self.level(symbol) - mean);
            }
        }
        let mut decided = sent.clone();
        if let Some(detector) = &self.detector {
            let mut found = Vec::new();
            let start = Some(&sent[..memory]);
            detector.detect(&values, start, &mut workspace.sequence, &mut found)?;
            decided[memory..].copy_from_slice(&found);
        } else {
            self.decide_each(&values, &sent, &mut decided);
        }
        let counted = memory + WARM_UP_SYMBOLS..memory + WARM_UP_SYMBOLS + length;
        Ok(self.count(&sent[counted.clone()], &decided[counted]))
    }

    /// Decides symbol by symbol; `decided` begins with the symbols in front of the first value.
    fn decide_each(&self, values: &[f64], sent: &[u8], decided: &mut [u8]) {
        let feedback = &self.rule.taps.feedback;
        let memory = feedback.len();
        for (k, value) in values.iter().enumerate() {
            let history = match self.settings.feedback {
                Feedback::Decisions => &decided[k..memory + k],
                Feedback::Sent => &sent[k..memory + k],
            };
            let fed_back: f64 = feedback
                .iter()
                .zip(history.iter().rev())
                .map(|(b, &symbol)| b * self.level(symbol))
                .sum();
            let z = value - fed_back;
            decided[memory + k] = self.rule.thresholds.iter().map(|t| u8::from(z > *t)).sum();
        }
    }

    /// Counts where two sequences differ.
    fn count(&self, sent: &[u8], decided: &[u8]) -> Counts {
        let mut counts = Counts {
            symbols: sent.len() as u64,
            ..Counts::default()
        };
        let levels = self.modulation.levels();
        let mut burst = Burst::within(self.burst_gap);
        for (k, (&truth, &decision)) in sent.iter().zip(decided).enumerate() {
            if decision != truth {
                counts.symbol_errors += 1;
                counts.bit_error_thousandths +=
                    self.bit_table[usize::from(truth) * levels + usize::from(decision)];
                burst.error(k as u64, &mut counts);
            }
        }
        burst.end(&mut counts);
        counts
    }
}
