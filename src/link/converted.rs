//! The samples that an analogue-to-digital converter makes of what is received, and its noise.
//!
//! What is received is limited as the mean of signal and noise is; noise that arises in front of the converter
//! is weakened where samples are limited. Rounding is taken as white Gaussian noise of variance Δ²/12, which it
//! is behind an equaliser of several taps as long as the noise in front is not far below the step. Jitter of the
//! aperture moves every sample by itself: it adds the slope's square times its variance, sample by sample (of a
//! sine whose phase moves by 0.13 rad that is 0.03 dB too much, and grows with the square of the jitter).
//! Counted errors are of samples that are moved, limited and rounded one by one.

use super::decision::DecisionInput;
use super::noise::{NoiseKind, ReceivedNoise, StationaryNoise};
use super::plan::Plan;
use crate::equalizer::Taps;
use crate::receiver::Conversion;

/// A converter and what arrives at it.
#[derive(Debug, Clone)]
pub struct Converted {
    /// The converter, its full scale known.
    pub conversion: Conversion,
    /// Covariance of the noise in front of it at distances of 0, 1, 2, … symbols.
    analogue: Vec<f64>,
    /// Its standard deviation.
    deviation: f64,
    /// Standard deviation of its aperture's jitter, in samples of the waveform.
    aperture: f64,
}

impl ReceivedNoise {
    /// Sets the converter of a plan for what is received, and adds its noise; nothing without one.
    pub(super) fn convert(&mut self, plan: &Plan, received: &[f64]) {
        let Some(converter) = plan.converter else {
            return;
        };
        let analogue = self.covariance();
        let variance = analogue.first().copied().unwrap_or(0.0).max(0.0);
        let count = received.len().max(1) as f64;
        let mean = received.iter().sum::<f64>() / count;
        let squares = received.iter().map(|y| (y - mean).powi(2)).sum::<f64>() / count;
        let conversion = converter.set_for(mean, squares + variance);
        let quantised = conversion.rounding_variance() + conversion.noise_variance();
        let mut covariance = vec![0.0; analogue.len()];
        if let Some(first) = covariance.first_mut() {
            *first = quantised;
        }
        self.stationary.push(StationaryNoise {
            kind: NoiseKind::Quantisation,
            covariance,
        });
        self.converted = Some(Converted {
            conversion,
            analogue,
            deviation: variance.sqrt(),
            aperture: conversion.aperture_jitter * self.sampling_rate,
        });
    }
}

impl Converted {
    /// What the converter makes of `count` samples in the mean, from `ahead` symbols before that of symbol 0:
    /// their mean over the jitter of its aperture, to second order, and limited.
    pub(super) fn samples(
        &self,
        input: &DecisionInput<'_>,
        (sample, fraction): (usize, f64),
        ahead: usize,
        count: usize,
    ) -> Vec<f64> {
        let mut samples = input.analogue_stretch((sample, fraction), ahead, count);
        if let Some([a, b, d, e]) = self.around(input, (sample, fraction), ahead, count) {
            let half = 0.5 * self.aperture * self.aperture;
            for (k, y) in samples.iter_mut().enumerate() {
                *y += half * (16.0 * (b[k] + d[k]) - a[k] - e[k] - 30.0 * *y) / 12.0;
            }
        }
        for y in &mut samples {
            *y = self.conversion.limited(*y, self.deviation).0;
        }
        samples
    }

    /// The samples two and one before and one and two behind each, where the aperture jitters.
    fn around(
        &self,
        input: &DecisionInput<'_>,
        (sample, fraction): (usize, f64),
        ahead: usize,
        count: usize,
    ) -> Option<[Vec<f64>; 4]> {
        let total = input.received.len();
        (self.aperture > 0.0 && total > 2).then(|| {
            [total - 2, total - 1, 1, 2]
                .map(|by| input.analogue_stretch(((sample + by) % total, fraction), ahead, count))
        })
    }

    /// Samples in a turn of the pattern that are limited without noise, over all at this phase.
    pub fn clipped_share(&self, input: &DecisionInput<'_>, place: (usize, f64)) -> f64 {
        let samples = input.analogue_stretch(place, 0, input.symbols.len());
        let clipped = samples.iter().filter(|y| self.conversion.clips(**y));
        clipped.count() as f64 / samples.len().max(1) as f64
    }

    /// Variance of each sample by the jitter of the aperture, `count` of them from `ahead` symbols before that
    /// of symbol 0; None without jitter.
    fn aperture_variances(
        &self,
        input: &DecisionInput<'_>,
        place: (usize, f64),
        ahead: usize,
        count: usize,
    ) -> Option<Vec<f64>> {
        // The derivative of the quartic through five samples (Abramowitz & Stegun, 25.2.15).
        let [a, b, d, e] = &self.around(input, place, ahead, count)?;
        let variance = |k: usize| {
            let slope = (a[k] - 8.0 * b[k] + 8.0 * d[k] - e[k]) / 12.0;
            (slope * self.aperture).powi(2)
        };
        Some((0..count).map(variance).collect())
    }

    /// Mean variance of a sample at a phase by the jitter of the aperture, over the first symbols.
    pub(super) fn mean_aperture_variance(
        &self,
        input: &DecisionInput<'_>,
        place: (usize, f64),
        count: usize,
    ) -> f64 {
        let variances = self.aperture_variances(input, place, 0, count);
        variances.map_or(0.0, |v| v.iter().sum::<f64>() / v.len().max(1) as f64)
    }

    /// Adds to the variance of every decision from the first what jitter of the aperture adds, and takes off
    /// what limiting takes of the noise in front of the converter.
    pub(super) fn add_variance(
        &self,
        input: &DecisionInput<'_>,
        place: (usize, f64),
        taps: &Taps,
        variances: &mut [f64],
    ) {
        let weights = &taps.feed_forward;
        let n = weights.len();
        let Some(ahead) = (n - n.min(1)).checked_sub(taps.precursor) else {
            return;
        };
        // Tap i of decision k stands at element k + n − 1 − i.
        let count = variances.len() + n.max(1) - 1;
        if let Some(jitter) = self.aperture_variances(input, place, ahead, count) {
            for (i, w) in weights.iter().enumerate() {
                let stretch = jitter.iter().skip(n - 1 - i);
                for (v, j) in variances.iter_mut().zip(stretch) {
                    *v += w * w * j;
                }
            }
        }
        let left: Vec<f64> = input
            .analogue_stretch(place, ahead, count)
            .iter()
            .map(|y| self.conversion.limited(*y, self.deviation).1)
            .collect();
        for (v, left) in variances.iter_mut().zip(left.windows(n.max(1))) {
            if left.iter().all(|g| *g >= 1.0) {
                continue;
            }
            let mut taken = 0.0;
            for (i, (w, g)) in weights.iter().zip(left.iter().rev()).enumerate() {
                for (j, (x, h)) in weights.iter().zip(left.iter().rev()).enumerate() {
                    let r = self.analogue.get(i.abs_diff(j)).copied().unwrap_or(0.0);
                    taken += w * x * r * (1.0 - g * h);
                }
            }
            *v = (*v - taken).max(0.0);
        }
    }

    /// Mean variance of the decisions by jitter of the aperture.
    pub(super) fn aperture_share(
        &self,
        input: &DecisionInput<'_>,
        place: (usize, f64),
        taps: &Taps,
    ) -> f64 {
        let squares: f64 = taps.feed_forward.iter().map(|w| w * w).sum();
        squares * self.mean_aperture_variance(input, place, input.symbols.len())
    }
}
