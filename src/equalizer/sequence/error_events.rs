//! How often a detector of sequences errs: its error events and the union bound over them.

use crate::math::q_function;
use std::cmp::Ordering;
use std::collections::BinaryHeap;

/// Partial events looked at, at most.
const LOOKED_AT: usize = 400_000;

/// A way in which the detected sequence leaves the sent one and comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct ErrorEvent {
    /// Detected less sent symbols, in levels; the first is positive, and the event of the opposite sign
    /// belongs to it.
    pub differences: Vec<i8>,
    /// Squared distance between the two, Σ (h ∗ differences)², in squares of the distance of neighbouring
    /// levels.
    pub squared_distance: f64,
    /// Probability that equally probable symbols allow it: Π (L − |difference|)/L.
    pub probability: f64,
}

impl ErrorEvent {
    /// Symbols that are wrong.
    pub fn symbol_errors(&self) -> usize {
        self.differences.iter().filter(|d| **d != 0).count()
    }
}

/// A partial event on the way to the zero state, as a list linked backward.
struct Partial {
    key: f64,
    squares: f64,
    ln_probability: f64,
    state: usize,
    node: usize,
}

impl PartialEq for Partial {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Partial {}

impl PartialOrd for Partial {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Partial {
    /// The heap gives the least key first.
    fn cmp(&self, other: &Self) -> Ordering {
        other.key.total_cmp(&self.key)
    }
}

/// The differences of the last symbols as a state, and what leaving it costs.
struct Trellis<'a> {
    response: &'a [f64],
    levels: i8,
    /// Differences a symbol can have: 2L − 1.
    choices: usize,
    /// Weight of the latest difference in a state.
    newest: usize,
    /// Least squared distance from every state to the state without differences.
    to_go: Vec<f64>,
}

impl<'a> Trellis<'a> {
    fn new(response: &'a [f64], levels: i8) -> Self {
        let choices = usize::from(levels.unsigned_abs()) * 2 - 1;
        let memory = response.len() - 1;
        let states = choices.pow(u32::try_from(memory).unwrap_or(u32::MAX));
        let mut trellis = Self {
            response,
            levels,
            choices,
            newest: states / choices,
            to_go: vec![f64::INFINITY; states],
        };
        let zero = trellis.zero();
        trellis.to_go[zero] = 0.0;
        loop {
            let mut changed = false;
            for state in (0..states).filter(|s| *s != zero) {
                let least = (1 - levels..levels)
                    .map(|difference| {
                        let (next, square) = trellis.step(state, difference);
                        square + trellis.to_go[next]
                    })
                    .fold(f64::INFINITY, f64::min);
                if least < trellis.to_go[state] * (1.0 - 1e-12) {
                    trellis.to_go[state] = least;
                    changed = true;
                }
            }
            if !changed {
                return trellis;
            }
        }
    }

    /// The state without differences: every digit stands for zero.
    fn zero(&self) -> usize {
        (self.choices * self.newest - 1) / 2
    }

    /// State and squared distance after another difference.
    fn step(&self, state: usize, difference: i8) -> (usize, f64) {
        let digit = (difference + self.levels - 1).unsigned_abs();
        let mut value = self.response[0] * f64::from(difference);
        let mut rest = state;
        // Digits of a state from the oldest on.
        for h in self.response[1..].iter().rev() {
            value += h * (rest % self.choices) as f64 - h * f64::from(self.levels - 1);
            rest /= self.choices;
        }
        let next = usize::from(digit) * self.newest + state / self.choices;
        (next, value * value)
    }
}

/// Error events behind a `response` (h_0 first) of `levels` equally spaced levels, those that count most in
/// noise of `deviation` (in distances of neighbouring levels) first: until `share` of the first one's
/// weight, or `most` of them, are reached. Their weight is about probability·exp(−distance²/8σ²).
///
/// Found by an informed search: what is left of an event's squared distance is bounded from below by the
/// least way back to no difference.
///
/// Empty for a response of fewer than two symbols or one that is not finite, fewer than 2 or more than 16
/// levels, more than 10⁶ states of differences, and a deviation that is not positive.
pub fn error_events(
    response: &[f64],
    levels: usize,
    deviation: f64,
    share: f64,
    most: usize,
) -> Vec<ErrorEvent> {
    let states = u32::try_from(response.len())
        .ok()
        .and_then(|m| (2 * levels).checked_pow(m.saturating_sub(1)));
    let usable = response.len() > 1
        && response.iter().all(|h| h.is_finite())
        && (2..=16).contains(&levels)
        && states.is_some_and(|s| s <= 1_000_000)
        && deviation > 0.0;
    let Some(levels) = i8::try_from(levels).ok().filter(|_| usable) else {
        return Vec::new();
    };
    let trellis = Trellis::new(response, levels);
    let zero = trellis.zero();
    let scale = 1.0 / (8.0 * deviation * deviation);
    let allowed = f64::from(levels);
    // Differences with the place of the one before.
    let mut nodes: Vec<(i8, usize)> = Vec::new();
    let mut open = BinaryHeap::new();
    let mut events: Vec<ErrorEvent> = Vec::new();
    let mut first_key = None;
    let mut from = Some((0.0, 0.0, zero, usize::MAX));
    while let Some((squares, ln_probability, state, node)) = from {
        let lowest = if node == usize::MAX { 1 } else { 1 - levels };
        for difference in lowest..levels {
            let (next, square) = trellis.step(state, difference);
            let ln_probability =
                ln_probability + (1.0 - f64::from(difference.unsigned_abs()) / allowed).ln();
            let squares = squares + square;
            nodes.push((difference, node));
            open.push(Partial {
                key: (squares + trellis.to_go[next]) * scale - ln_probability,
                squares,
                ln_probability,
                state: next,
                node: nodes.len() - 1,
            });
        }
        from = None;
        while let Some(partial) = open.pop() {
            let limit = first_key.map_or(f64::INFINITY, |k: f64| k - share.ln());
            if partial.key > limit || events.len() >= most || nodes.len() > LOOKED_AT {
                return events;
            }
            if partial.state != zero {
                from = Some((
                    partial.squares,
                    partial.ln_probability,
                    partial.state,
                    partial.node,
                ));
                break;
            }
            first_key = first_key.or(Some(partial.key));
            events.push(ErrorEvent {
                differences: differences(&nodes, partial.node, response.len() - 1),
                squared_distance: partial.squares,
                probability: partial.ln_probability.exp(),
            });
        }
    }
    events
}

/// The differences that end in a node, without the `memory` zeros at their end.
fn differences(nodes: &[(i8, usize)], mut node: usize, memory: usize) -> Vec<i8> {
    let mut all = Vec::new();
    while let Some(&(difference, before)) = nodes.get(node) {
        all.push(difference);
        node = before;
    }
    all.reverse();
    all.truncate(all.len().saturating_sub(memory));
    all
}

/// Symbol error ratio by the union bound in white Gaussian noise of `deviation`, in distances of
/// neighbouring levels: Σ 2·w·N·Q(d/2σ) over the events, w their probability and N their wrong symbols
/// (Forney 1972, equation 60; Proakis & Salehi, Digital Communications, 5th ed., section 9.3-4). It lies
/// above what is counted, and near it where errors are rare.
pub fn union_bound(events: &[ErrorEvent], deviation: f64) -> f64 {
    events
        .iter()
        .map(|e| {
            let distance = e.squared_distance.sqrt();
            2.0 * e.probability * e.symbol_errors() as f64 * q_function(0.5 * distance / deviation)
        })
        .sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_plus_d_has_alternating_events_of_one_distance() {
        for levels in [2, 4] {
            let events = error_events(&[1.0, 1.0], levels, 0.1, 1e-9, 1000);
            for (k, event) in events.iter().take(20).enumerate() {
                assert_eq!(event.differences.len(), k + 1);
                assert!((event.squared_distance - 2.0).abs() < 1e-12);
                let alternate = event.differences.iter().enumerate();
                assert!(
                    alternate
                        .clone()
                        .all(|(i, d)| *d == if i % 2 == 0 { 1 } else { -1 })
                );
            }
            // Σ 2·k·q^k = 2·q/(1−q)².
            let q = (levels as f64 - 1.0) / levels as f64;
            let expected = 2.0 * q / (1.0 - q).powi(2) * q_function(0.5 * 2f64.sqrt() / 0.1);
            let bound = union_bound(&events, 0.1);
            assert!((bound / expected - 1.0).abs() < 1e-5, "{bound} {expected}");
        }
    }

    /// All events of up to six symbols by looking at all of them.
    #[test]
    fn the_search_finds_what_looking_at_all_finds() {
        for response in [vec![1.0, -0.7, 0.2], vec![0.5, 0.8, 0.4]] {
            let memory = response.len() - 1;
            let distance = |differences: &[i8]| -> f64 {
                (0..differences.len() + memory)
                    .map(|n| {
                        let sum: f64 = (0..response.len())
                            .filter_map(|k| {
                                let d = differences.get(n.checked_sub(k)?)?;
                                Some(response[k] * f64::from(*d))
                            })
                            .sum();
                        sum * sum
                    })
                    .sum()
            };
            let mut plain: Vec<f64> = Vec::new();
            let mut open: Vec<Vec<i8>> = vec![vec![1], vec![2]];
            while let Some(event) = open.pop() {
                let trailing = event.iter().rev().take_while(|d| **d == 0).count();
                if trailing == 0 {
                    plain.push(distance(&event));
                }
                if event.len() < 6 && trailing < memory {
                    for d in -2..=2i8 {
                        open.push([event.clone(), vec![d]].concat());
                    }
                }
            }
            plain.sort_by(f64::total_cmp);
            let mut found: Vec<f64> = error_events(&response, 3, 0.05, 1e-300, 400)
                .iter()
                .inspect(|e| assert!((distance(&e.differences) - e.squared_distance).abs() < 1e-12))
                .filter(|e| e.differences.len() <= 6)
                .map(|e| e.squared_distance)
                .collect();
            found.sort_by(f64::total_cmp);
            assert!(found.len() > 12, "{found:?}");
            for (a, b) in plain.iter().zip(&found).take(12) {
                assert!((a - b).abs() < 1e-12, "{response:?} {plain:?} {found:?}");
            }
        }
    }

    #[test]
    fn what_has_no_events_gives_none() {
        for (response, levels, deviation) in [
            (vec![1.0], 4, 0.1),
            (vec![1.0, f64::NAN], 4, 0.1),
            (vec![1.0, 0.5], 1, 0.1),
            (vec![1.0, 0.5], 4, 0.0),
            (vec![1.0, 0.5], 4, f64::NAN),
            (vec![1.0; 9], 4, 0.1),
        ] {
            assert!(error_events(&response, levels, deviation, 1e-3, 10).is_empty());
        }
    }
}
