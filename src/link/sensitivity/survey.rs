//! Variances of all decisions from those of a few.

use super::{Carried, Share, kinds};
use crate::link::decision::{DecisionInput, DecisionRule};
use crate::link::noise::{SignalNoise, Tail};
use nalgebra::{DMatrix, DVector};

/// Error (root mean square) of a decision's whole variance up to which a survey is trusted. Errors
/// of both signs change the mean of the tails at Q deviations by a share of about (Q²·error/2)²/2:
/// 0.2 % at an error ratio of 1e-12.
const SURVEY_ERROR: f64 = 2.5e-3;

/// What is known of every decision before noise is carried to it.
pub(super) struct Survey<'a> {
    symbols: &'a [u8],
    levels: usize,
    /// Variance of all other noise.
    others: Vec<f64>,
    /// Relative variance, at every decision, of noises that arise at the detector alone.
    pub(super) predictors: Vec<Vec<f64>>,
}

/// What the laser's intensity noise follows at the detector.
pub(super) fn squares(current: &[f64]) -> Vec<f64> {
    current.iter().map(|i| i * i).collect()
}

/// What the laser's phase noise follows, about: dispersion turns phase into intensity where the
/// intensity changes.
pub(super) fn squared_slopes(current: &[f64]) -> Vec<f64> {
    let next = current.iter().cycle().skip(1);
    current
        .iter()
        .zip(next)
        .map(|(a, b)| (b - a) * (b - a))
        .collect()
}

impl<'a> Survey<'a> {
    pub(super) fn new(symbols: &'a [u8], input: &DecisionInput<'_>, deviations: &[f64]) -> Self {
        Self {
            symbols,
            levels: input.modulation.levels(),
            others: deviations.iter().map(|d| d * d).collect(),
            predictors: Vec::new(),
        }
    }

    /// Adds a predictor: what white noise of a density along the pattern is at the decisions.
    pub(super) fn predict(
        &mut self,
        density: Vec<f64>,
        tail: &Tail,
        rule: &DecisionRule,
        input: &DecisionInput<'_>,
    ) {
        let mut variances = vec![0.0; self.symbols.len()];
        if !density.is_empty() {
            let noise = SignalNoise {
                tail: tail.clone(),
                density,
                shares: Vec::new(),
                covariance: Vec::new(),
            };
            let place = (rule.sample, rule.fraction);
            input.add_signal_noise(&noise, place, &rule.taps, &mut variances);
        }
        let mean = variances.iter().sum::<f64>() / variances.len().max(1) as f64;
        if mean > 0.0 {
            for v in &mut variances {
                *v /= mean;
            }
        }
        self.predictors.push(variances);
    }

    /// Variances of all decisions by least squares over the surveyed ones; None where they leave
    /// more than [`SURVEY_ERROR`] of the whole variance.
    pub(super) fn extend(&self, shares: &[(usize, Share)]) -> Option<Carried> {
        let size = self.levels + self.predictors.len();
        let row = |k: usize| {
            let symbol = usize::from(self.symbols[k]);
            DVector::from_fn(size, |i, _| match i.checked_sub(self.levels) {
                None => f64::from(u8::from(i == symbol)),
                Some(p) => self.predictors[p][k],
            })
        };
        let mut normal = DMatrix::zeros(size, size);
        let mut right = DVector::zeros(size);
        for (k, share) in shares {
            let row = row(*k);
            normal.ger(1.0, &row, &row, 1.0);
            right.axpy(share.intensity + share.phase + share.drive, &row, 1.0);
        }
        for i in 0..size {
            normal[(i, i)] += 1e-9 * shares.len() as f64;
        }
        let weights = normal.cholesky()?.solve(&right);
        let squares: f64 = shares
            .iter()
            .map(|(k, share)| {
                let found = share.intensity + share.phase + share.drive;
                ((found - weights.dot(&row(*k))) / (self.others[*k] + found)).powi(2)
            })
            .sum();
        let error = (squares / shares.len() as f64).sqrt();
        // Anything but a number is refused with it.
        if error.partial_cmp(&SURVEY_ERROR) != Some(std::cmp::Ordering::Less) {
            return None;
        }
        let variance: Vec<f64> = (0..self.symbols.len())
            .map(|k| {
                let mut sum = weights[usize::from(self.symbols[k])];
                for (p, w) in self.predictors.iter().zip(weights.iter().skip(self.levels)) {
                    sum += p[k] * w;
                }
                sum.max(0.0)
            })
            .collect();
        let mut kinds = kinds(shares);
        let surveyed: f64 = kinds.iter().map(|k| k.1).sum();
        let mean = variance.iter().sum::<f64>() / variance.len().max(1) as f64;
        for kind in &mut kinds {
            kind.1 *= mean / surveyed;
        }
        Some(Carried {
            variance,
            edges: Vec::new(),
            kinds,
        })
    }
}
