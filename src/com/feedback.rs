//! Decision feedback whose taps follow from the pulse: fixed ones behind the cursor, and groups of
//! floating ones where they take the most.
//!
//! IEEE Std 802.3, 93A.1.6 (93A-26, 93A-27), with the groups that IEEE Std 802.3ck added: N_bg groups of
//! N_bf taps anywhere up to N_f symbols behind the cursor, each no larger than b_maxg, and the root sum
//! square of all taps from N_ts symbols on no larger than B_rss.

use super::error::{ComError, within};

/// Most groups that are placed.
const MOST_GROUPS: usize = 16;

/// Feedback taps of a receiver without feed-forward taps.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Feedback {
    /// Lowest and highest value of each fixed tap in units of the cursor.
    pub limits: Vec<(f64, f64)>,
    /// Floating taps behind them.
    pub floating: Option<FloatingFeedback>,
}

/// Groups of floating feedback taps.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatingFeedback {
    /// N_bg, number of groups.
    pub groups: usize,
    /// N_bf, taps in each.
    pub taps: usize,
    /// N_f, symbols behind the cursor up to which they can stand.
    pub span: usize,
    /// b_maxg, largest magnitude in units of the cursor.
    pub limit: f64,
    /// N_ts, first symbol behind the cursor that counts for the tail, and B_rss, largest root sum square
    /// of the taps from there on in units of the cursor; none where the tail has no limit.
    pub tail: Option<(usize, f64)>,
}

impl Feedback {
    /// Fixed taps alone.
    pub fn fixed(limits: Vec<(f64, f64)>) -> Self {
        Self {
            limits,
            floating: None,
        }
    }

    /// Refuses taps that cannot be.
    ///
    /// # Errors
    /// [`ComError::Setting`].
    pub fn validate(&self) -> Result<(), ComError> {
        for (low, high) in &self.limits {
            within("least feedback tap", *low, -10.0, 10.0)?;
            within("largest feedback tap", *high, *low, 10.0)?;
        }
        let Some(floating) = &self.floating else {
            return Ok(());
        };
        within(
            "number of floating groups N_bg",
            floating.groups as f64,
            1.0,
            MOST_GROUPS as f64,
        )?;
        within("taps of a group N_bf", floating.taps as f64, 1.0, 64.0)?;
        let needed = self.limits.len() + floating.groups * floating.taps;
        within(
            "span of the feedback N_f",
            floating.span as f64,
            needed as f64,
            1024.0,
        )?;
        within("floating tap b_maxg", floating.limit, 0.0, 10.0)?;
        if let Some((start, limit)) = floating.tail {
            within("start of the tail N_ts", start as f64, 1.0, 1e6)?;
            within("limit of the tail B_rss", limit, 0.0, 10.0)?;
        }
        Ok(())
    }

    /// The taps for a pulse whose samples behind the cursor, one a symbol and in units of the cursor, are
    /// `behind`; places without a tap hold 0.
    ///
    /// The groups stand where they take the most of the sum of squares, found over all places at once;
    /// the COM reference code looks for one group after the other.
    pub fn taps(&self, behind: &[f64]) -> Vec<f64> {
        let at = |n: usize| behind.get(n).copied().unwrap_or(0.0);
        let mut taps: Vec<f64> = self
            .limits
            .iter()
            .enumerate()
            .map(|(n, (low, high))| at(n).max(*low).min(*high))
            .collect();
        let Some(floating) = &self.floating else {
            return taps;
        };
        taps.resize(floating.span.max(taps.len()), 0.0);
        for start in self.places(floating, behind) {
            for (n, tap) in taps.iter_mut().enumerate().skip(start).take(floating.taps) {
                *tap = at(n).max(-floating.limit).min(floating.limit);
            }
        }
        if let Some((start, limit)) = floating.tail {
            let tail = start.saturating_sub(1).min(taps.len());
            let size = taps[tail..].iter().map(|b| b * b).sum::<f64>().sqrt();
            if size > limit {
                for tap in &mut taps[tail..] {
                    *tap *= limit / size;
                }
            }
        }
        taps
    }

    /// First symbol behind the cursor, from 0, of each group: the places without overlap whose sum of
    /// what they take is the largest.
    fn places(&self, floating: &FloatingFeedback, behind: &[f64]) -> Vec<usize> {
        let (first, size) = (self.limits.len(), floating.taps);
        let taken = |n: usize| {
            let h = behind.get(n).copied().unwrap_or(0.0).abs();
            let left = (h - floating.limit).max(0.0);
            h * h - left * left
        };
        let span = floating.span.saturating_sub(first);
        if span < size || size == 0 {
            return Vec::new();
        }
        let gain: Vec<f64> = (0..=span - size)
            .map(|start| (0..size).map(|k| taken(first + start + k)).sum())
            .collect();
        // best[g][n]: the most that g groups take of the first n places, and whether one ends there.
        let mut before = vec![0.0; span + 1];
        let mut ends = Vec::with_capacity(floating.groups);
        for _ in 0..floating.groups.min(MOST_GROUPS) {
            let mut now = vec![0.0; span + 1];
            let mut end = vec![false; span + 1];
            for n in 1..=span {
                now[n] = now[n - 1];
                if let Some(start) = n.checked_sub(size) {
                    let with = before[start] + gain[start];
                    if with > now[n] {
                        now[n] = with;
                        end[n] = true;
                    }
                }
            }
            before = now;
            ends.push(end);
        }
        let (mut n, mut places) = (span, Vec::new());
        for end in ends.iter().rev() {
            while n > 0 && !end[n] {
                n -= 1;
            }
            let Some(start) = n.checked_sub(size) else {
                break;
            };
            places.push(first + start);
            n = start;
        }
        places
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with_groups(groups: usize, taps: usize, span: usize) -> Feedback {
        Feedback {
            limits: vec![(-0.1, 0.5), (-0.1, 0.1)],
            floating: Some(FloatingFeedback {
                groups,
                taps,
                span,
                limit: 0.05,
                tail: Some((9, 0.04)),
            }),
        }
    }

    #[test]
    fn fixed_taps_keep_their_limits() {
        let fixed = Feedback::fixed(vec![(-0.1, 0.5), (-0.1, 0.1)]);
        assert_eq!(fixed.taps(&[0.7, -0.3, 0.2]), [0.5, -0.1]);
        assert_eq!(fixed.taps(&[0.4]), [0.4, 0.0]);
    }

    #[test]
    fn groups_stand_where_looking_at_all_places_puts_them() {
        let feedback = with_groups(2, 2, 10);
        let behind = [
            0.3, 0.05, 0.01, 0.04, -0.03, 0.04, 0.0, 0.02, 0.003, 0.001, 0.5,
        ];
        let gain = |start: usize| -> f64 {
            behind[start..start + 2]
                .iter()
                .map(|h: &f64| h * h - (h.abs() - 0.05).max(0.0).powi(2))
                .sum()
        };
        let mut best = (0.0, 0, 0);
        for a in 2..9 {
            for b in a + 2..9 {
                if gain(a) + gain(b) > best.0 {
                    best = (gain(a) + gain(b), a, b);
                }
            }
        }
        let taps = feedback.taps(&behind);
        assert_eq!(taps.len(), 10);
        for (n, tap) in taps.iter().enumerate().skip(2) {
            let expected = if [best.1, best.1 + 1, best.2, best.2 + 1].contains(&n) {
                behind[n]
            } else {
                0.0
            };
            assert!((tap - expected).abs() < 1e-15, "{n}: {taps:?}");
        }
    }

    #[test]
    fn the_tail_is_scaled_down_to_its_limit() {
        let feedback = with_groups(1, 2, 10);
        let mut behind = vec![0.0; 10];
        behind[8] = 0.03;
        behind[9] = 0.04;
        let taps = feedback.taps(&behind);
        assert!((taps[8] - 0.024).abs() < 1e-15 && (taps[9] - 0.032).abs() < 1e-15);
        behind[9] = 0.2;
        // At its limit of 0.05 first, then both scaled to a root sum square of 0.04.
        let taps = feedback.taps(&behind);
        let size = (0.03f64 * 0.03 + 0.05 * 0.05).sqrt();
        assert!((taps[9] - 0.05 * 0.04 / size).abs() < 1e-15, "{taps:?}");
    }

    #[test]
    fn taps_that_cannot_be_are_refused_and_short_pulses_are_none() {
        assert!(with_groups(2, 3, 40).validate().is_ok());
        assert!(with_groups(2, 3, 7).validate().is_err());
        assert!(with_groups(0, 3, 40).validate().is_err());
        assert!(Feedback::fixed(vec![(0.2, 0.1)]).validate().is_err());
        assert!(Feedback::fixed(vec![(f64::NAN, 0.1)]).validate().is_err());
        assert!(with_groups(3, 3, 40).taps(&[]).iter().all(|b| *b == 0.0));
        assert_eq!(Feedback::default().taps(&[1.0]), [0.0; 0]);
    }
}
