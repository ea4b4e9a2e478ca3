//! Decisions on equalised samples and their errors: symbol by symbol with decision feedback, or as the most
//! likely sequence.

use super::super::counts::Counts;
use super::super::description::Feedback;
use super::super::error::LinkError;
use super::{MonteCarlo, Workspace, mean_of};

/// Symbols decided ahead of a segment and not counted, so that decision feedback has its history and a
/// sequence its beginning.
pub(super) const WARM_UP_SYMBOLS: usize = 64;
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
        let (sent, decided) = self.decide(first, 0, length, wander_start, workspace)?;
        Ok(self.count(&sent, &decided))
    }

    /// Symbols that are sent and what they are decided to be, from `around` symbols before `first` to
    /// as many behind the `length` symbols from there; the baseline's state is that at `first`.
    pub(super) fn decide(
        &self,
        first: i64,
        around: usize,
        length: usize,
        wander_start: f64,
        workspace: &mut Workspace,
    ) -> Result<(Vec<u8>, Vec<u8>), LinkError> {
        let skipped = around + WARM_UP_SYMBOLS;
        #[allow(clippy::cast_possible_wrap)]
        let begin = first - skipped as i64;
        let ahead = if self.detector.is_some() {
            LOOK_AHEAD_SYMBOLS
        } else {
            0
        };
        let mut values = vec![0.0; skipped + length + around + ahead];
        self.equalise(begin, &mut values, workspace)?;
        let memory = self.rule.taps.feedback.len();
        let mut sent = vec![0u8; values.len() + memory];
        #[allow(clippy::cast_possible_wrap)]
        workspace
            .relayed
            .fill(&self.symbols, begin - memory as i64, &mut sent);
        if let Some(decay) = self.wander {
            // What lies before the segment's state is far shorter than the wander.
            let mean = mean_of(self.modulation.level_positions());
            let mut state = wander_start;
            for (k, (value, &symbol)) in values.iter_mut().zip(&sent[memory..]).enumerate() {
                *value -= state;
                if k >= skipped {
                    state = decay * state + (1.0 - decay) * (self.level(symbol) - mean);
                }
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
        let wanted = memory + WARM_UP_SYMBOLS..memory + skipped + length + around;
        Ok((sent[wanted.clone()].to_vec(), decided[wanted].to_vec()))
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
}
