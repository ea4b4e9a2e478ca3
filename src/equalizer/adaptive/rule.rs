//! The rules by which weights follow errors, and the loop over symbols.

use super::terms::{Layout, fill};
use super::{AdaptiveError, AfterTraining, Equalized, Run};
use multiversion::multiversion;

/// How weights follow the errors.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum UpdateRule {
    /// w ← w + μ·e·φ (Haykin, chapter 6).
    LeastMeanSquares {
        /// μ, below 2 over the power of all terms φ.
        step: f64,
    },
    /// w ← w + μ·e·φ/(1 + |φ|²) (Haykin, chapter 7).
    NormalizedLeastMeanSquares {
        /// μ, from 0 to 2.
        step: f64,
    },
    /// The weights of the least sum of λ^(n−k)·e_k² (Haykin, chapter 10).
    RecursiveLeastSquares {
        /// λ, above 0 and up to 1; 1 forgets nothing.
        forgetting: f64,
        /// Diagonal of the inverse correlation matrix at the start: large against 1 over the power of a
        /// term.
        start: f64,
    },
}

impl UpdateRule {
    pub(super) fn is_recursive(self) -> bool {
        matches!(self, Self::RecursiveLeastSquares { .. })
    }
}

/// A rule, and what it remembers.
#[derive(Debug, Clone)]
pub(super) struct State {
    rule: UpdateRule,
    /// Inverse correlation matrix of recursive least squares, by rows, and P·φ.
    inverse: Vec<f64>,
    gain: Vec<f64>,
}

impl State {
    pub fn new(rule: UpdateRule, terms: usize) -> Result<Self, AdaptiveError> {
        let refuse = |what, value, allowed| {
            Err(AdaptiveError::Rule {
                what,
                value,
                allowed,
            })
        };
        let mut state = Self {
            rule,
            inverse: Vec::new(),
            gain: Vec::new(),
        };
        match rule {
            UpdateRule::LeastMeanSquares { step }
            | UpdateRule::NormalizedLeastMeanSquares { step } => {
                if !(0.0..2.0).contains(&step) {
                    return refuse("step", step, "0 to below 2");
                }
            }
            UpdateRule::RecursiveLeastSquares { forgetting, start } => {
                if !(forgetting > 0.0 && forgetting <= 1.0) {
                    return refuse("forgetting", forgetting, "above 0, up to 1");
                }
                if !(start > 0.0 && start.is_finite()) {
                    return refuse("start", start, "above 0");
                }
                state.gain = vec![0.0; terms];
                state.inverse = vec![0.0; terms * terms];
                for diagonal in state.inverse.iter_mut().step_by(terms + 1) {
                    *diagonal = start;
                }
            }
        }
        Ok(state)
    }
}

/// Σ a·b.
#[inline(always)]
#[allow(clippy::inline_always)] // so that it is compiled for the processor that was chosen
fn dot(a: &[f64], b: &[f64]) -> f64 {
    const LANES: usize = 16;
    let mut sums = [0.0; LANES];
    let (heads_a, tail_a) = a.as_chunks::<LANES>();
    let (heads_b, tail_b) = b.as_chunks::<LANES>();
    for (a, b) in heads_a.iter().zip(heads_b) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    let tail: f64 = tail_a.iter().zip(tail_b).map(|(a, b)| a * b).sum();
    sums.iter().sum::<f64>() + tail
}

/// a ← a + factor·b.
#[inline(always)]
#[allow(clippy::inline_always)] // so that it is compiled for the processor that was chosen
fn add_scaled(a: &mut [f64], factor: f64, b: &[f64]) {
    for (a, b) in a.iter_mut().zip(b) {
        *a += factor * b;
    }
}

/// Equalises all symbols of a run. Where an output is not finite the rest is left at that.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx2+fma"))]
pub(super) fn run(run: &Run<'_>, weights: &mut [f64], state: &mut State, out: &mut Equalized) {
    let layout: Layout = run.layout;
    let mut terms = vec![0.0; weights.len()];
    let feedback = layout.feedback_start();
    if layout.constant
        && let Some(last) = terms.last_mut()
    {
        *last = 1.0;
    }
    let windows = run
        .padded
        .windows(layout.linear)
        .step_by(run.samples_per_symbol);
    let outputs = out
        .outputs
        .iter_mut()
        .zip(&mut out.decisions)
        .zip(&mut out.errors);
    for ((k, window), ((output, decision), error)) in windows.enumerate().zip(outputs) {
        fill(&layout, window, &mut terms);
        let z = dot(weights, &terms);
        let nearest = run.thresholds.iter().filter(|&&t| z > t).count();
        let trained = k < run.known.len();
        let reference = if trained {
            run.known[k]
        } else {
            run.levels[nearest]
        };
        *output = z;
        // At most 256 levels.
        *decision = u8::try_from(nearest).unwrap_or(u8::MAX);
        *error = reference - z;
        if !z.is_finite() {
            return;
        }
        if trained || run.after == AfterTraining::DecisionDirected {
            update(state, weights, &terms, *error);
        }
        if layout.feedback > 0 {
            let past = &mut terms[feedback..feedback + layout.feedback];
            past.copy_within(..layout.feedback - 1, 1);
            past[0] = -reference;
        }
    }
}

/// One step of a rule.
#[inline(always)]
#[allow(clippy::inline_always)] // so that it is compiled for the processor that was chosen
fn update(state: &mut State, weights: &mut [f64], terms: &[f64], error: f64) {
    match state.rule {
        UpdateRule::LeastMeanSquares { step } => add_scaled(weights, step * error, terms),
        UpdateRule::NormalizedLeastMeanSquares { step } => {
            let power = 1.0 + dot(terms, terms);
            add_scaled(weights, step * error / power, terms);
        }
        UpdateRule::RecursiveLeastSquares { forgetting, .. } => {
            let n = terms.len();
            for (gain, row) in state.gain.iter_mut().zip(state.inverse.chunks_exact(n)) {
                *gain = dot(row, terms);
            }
            let scale = 1.0 / (forgetting + dot(&state.gain, terms));
            add_scaled(weights, error * scale, &state.gain);
            let again = 1.0 / forgetting;
            // Products of the same two numbers above and below the diagonal keep the matrix symmetric.
            for (row, &one) in state.inverse.chunks_exact_mut(n).zip(&state.gain) {
                for (entry, &other) in row.iter_mut().zip(&state.gain) {
                    *entry = (*entry - one * other * scale) * again;
                }
            }
        }
    }
}
