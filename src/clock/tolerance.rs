//! Tolerance to sinusoidal jitter.

use super::tracking::{Loop, LoopState};
use crate::math::{find_root, q_function};
use std::convert::Infallible;
use std::f64::consts::TAU;

/// Largest amplitude that is looked for, UI.
const LARGEST: f64 = 1e4;
/// Phases of the sinusoid over which errors are averaged, where its period is longer.
const PHASES: usize = 512;

/// A receiver's eye in time, as errors see it: edges that scatter about the borders of the symbol, with
/// the dual-Dirac parameters of the jitter that its loop does not follow.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EyeInTime {
    /// Width of the eye between the two mean positions of its edges, UI: 1 − DJ.
    pub width: f64,
    /// Standard deviation of the edges, UI.
    pub random_rms: f64,
    /// Share of symbols with a transition.
    pub transition_density: f64,
}

impl EyeInTime {
    /// Bit error ratio with the sample displaced from the middle of the eye, UI: half of the edges of
    /// either side beyond the sample, ρ/2·[Q((w/2 − x)/σ) + Q((w/2 + x)/σ)].
    pub fn bit_error_ratio(&self, displacement: f64) -> f64 {
        let tail = |distance: f64| q_function(distance / self.random_rms);
        let half = 0.5 * self.width;
        0.5 * self.transition_density * (tail(half - displacement) + tail(half + displacement))
    }

    /// Amplitude (half of peak to peak) in UI of a sinusoidal displacement at which the mean of the bit
    /// error ratio over its phase is the target; nothing where the target is exceeded without.
    pub fn bearable_displacement(&self, target: f64) -> Option<f64> {
        let mean = |amplitude: f64| {
            let sum: f64 = (0..PHASES)
                .map(|k| {
                    let phase = TAU * (k as f64 + 0.5) / PHASES as f64;
                    self.bit_error_ratio(amplitude * phase.sin())
                })
                .sum();
            sum / PHASES as f64
        };
        amplitude_at(target, mean)
    }

    /// The same of sinusoidal jitter of a frequency in Hz in front of a loop, by running the loop over
    /// the jitter, symbol by symbol, and averaging over its last periods. For a loop without slewing it
    /// is [`bearable_displacement`](Self::bearable_displacement) over |1 − H(f)|.
    pub fn bearable_jitter(&self, tracking: &Loop, frequency: f64, target: f64) -> Option<f64> {
        let turns = frequency / tracking.symbol_rate;
        if !(turns > 0.0 && turns < 0.5 && tracking.is_stable()) {
            return None;
        }
        // The loop is linear: one run at unit amplitude serves all amplitudes. It settles within a few
        // of its time constants or of the sinusoid's periods.
        let slowest = tracking.proportional.min(turns * TAU).max(1e-9);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a count
        let (settle, period) = (
            (20.0 / tracking.proportional.max(1e-9) + 2.0 / slowest) as usize,
            (1.0 / turns).ceil() as usize,
        );
        let stride = period.div_ceil(4 * PHASES).max(1);
        let mut state = LoopState::default();
        let mut left = Vec::new();
        let whole = (16 / period + 1) * period.max(16);
        for k in 0..settle + whole {
            let error = (TAU * (turns * k as f64).fract()).sin() - state.phase;
            if k >= settle && (k - settle) % stride == 0 {
                left.push(error);
            }
            tracking.advance(&mut state, error);
        }
        let mean = |amplitude: f64| {
            let sum: f64 = left
                .iter()
                .map(|e| self.bit_error_ratio(amplitude * e))
                .sum();
            sum / left.len().max(1) as f64
        };
        amplitude_at(target, mean)
    }
}

/// Amplitude at which a rising error ratio meets a target.
fn amplitude_at(target: f64, ratio: impl Fn(f64) -> f64) -> Option<f64> {
    if target.is_nan() || target <= 0.0 || ratio(0.0) >= target {
        return None;
    }
    let distance = |ln_amplitude: f64| -> Result<f64, Infallible> {
        Ok((ratio(ln_amplitude.exp()) / target).max(1e-300).ln())
    };
    let (low, high) = (1e-6_f64.ln(), LARGEST.ln());
    let root = find_root(distance, low, high, 1e-9, 200).ok()?;
    Some(root.x.exp())
}

/// Peak-to-peak sinusoidal jitter in UI that receivers of 26.5625 GBd and 53.125 GBd lanes of four levels
/// have to bear, over frequency in Hz: 5 UI at 40 kHz, falling as 1/f to 0.05 UI at 4 MHz, and that
/// above; nothing below 40 kHz, where none is specified. (CEI-56G-MR-PAM4 states it as f_b/664000 and
/// f_b/6640 for a symbol rate f_b, which at 26.5625 GBd is 40 kHz and 4 MHz.)
pub fn tolerance_mask(frequency: f64) -> Option<f64> {
    (frequency >= 40e3).then(|| (2e5 / frequency).max(0.05))
}

#[cfg(test)]
mod tests {
    use super::*;

    const EYE: EyeInTime = EyeInTime {
        width: 0.7,
        random_rms: 0.02,
        transition_density: 0.5,
    };

    #[test]
    fn the_mask_has_its_corners() {
        assert_eq!(tolerance_mask(39e3), None);
        assert!((tolerance_mask(40e3).unwrap() - 5.0).abs() < 1e-12);
        assert!((tolerance_mask(4e6).unwrap() - 0.05).abs() < 1e-12);
        assert!((tolerance_mask(1e9).unwrap() - 0.05).abs() < 1e-12);
    }

    /// Without random jitter the eye ends where its edges are: Q → a step, and the share of a sinusoid
    /// beyond x is arccos(x/A)/π.
    #[test]
    fn a_sharp_eye_bears_what_the_arcsine_law_says() {
        let sharp = EyeInTime {
            random_rms: 1e-6,
            ..EYE
        };
        let target = 1e-2;
        // ρ/2·2·arccos(0.35/A)/π = target.
        let expected = 0.35 / (std::f64::consts::PI * target / 0.5).cos();
        let found = sharp.bearable_displacement(target).unwrap();
        assert!((found / expected - 1.0).abs() < 2e-3, "{found} {expected}");
    }

    #[test]
    fn the_loop_run_over_jitter_agrees_with_its_transfer_function() {
        let target = 2.4e-4;
        let still = EYE.bearable_displacement(target).unwrap();
        for tracking in [
            Loop::first_order(4e6, 26.5625e9),
            Loop::second_order(4e6, 1.0, 26.5625e9),
        ] {
            for frequency in [1e5, 1e6, 4e6, 2e7, 1e8] {
                let found = EYE.bearable_jitter(&tracking, frequency, target).unwrap();
                let expected = still / tracking.error_transfer(frequency).norm();
                assert!(
                    (found / expected - 1.0).abs() < 5e-3,
                    "{frequency}: {found} {expected}"
                );
            }
        }
        assert_eq!(EYE.bearable_displacement(0.0), None);
        let closed = EyeInTime { width: 0.0, ..EYE };
        assert_eq!(closed.bearable_displacement(target), None);
    }
}
