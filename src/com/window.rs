//! Vertical eye opening and closure over a window of time, with which chip-to-module eyes are judged.
//!
//! IEEE Std 802.3ck, 120G.5.2, as the COM reference code computes it: around the sampling time t_s, in steps
//! of a hundredth of a symbol up to T_O to either side, the distribution of each level is that of signal,
//! interference and noise at that time, and the distributions are summed with the weights
//! exp(−(t − t_s)²/(2σ_r²)). An eye is what lies between the voltages that the level below exceeds, and the
//! level above stays below, with the probability DER₀; the lowest of the L − 1 eyes counts.
//!
//! VEO = min_n (V_low(n + 1) − V_high(n)), VEC = 20·lg(2A_s/VEO).
//!
//! Feedback is constant over a symbol. Crosstalk stands at its worst phase. Between samples the pulse is
//! straight.
//!
//! Leaves out: a choice of the equalisers by the window's eye (they are set by the figure of merit at t_s),
//! other forms of the window.

use super::equalized::Equalized;
use super::error::{ComError, within};
use super::interference::Interference;
use super::margin::Margin;
use super::mmse::convolved;
use super::sampled::{Filtered, Phases};
use super::settings::Settings;

/// Steps of a symbol.
const STEPS: f64 = 100.0;

/// The window.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EyeWindow {
    /// T_O, half of its width, UI.
    pub half_width: f64,
    /// σ_r, deviation of its weights, UI.
    pub deviation: f64,
}

/// The eye over a window.
#[derive(Debug, Clone, PartialEq)]
pub struct WindowedEye {
    /// VEO, V; negative for a closed eye.
    pub vertical_eye_opening: f64,
    /// VEC, dB; infinite for a closed eye.
    pub vertical_eye_closure_db: f64,
    /// Opening of each eye from the lowest, V.
    pub openings: Vec<f64>,
}

impl EyeWindow {
    /// Refuses a window that cannot be.
    ///
    /// # Errors
    /// [`ComError::Setting`].
    pub fn validate(&self) -> Result<(), ComError> {
        within(
            "half width T_O of the window in UI",
            self.half_width,
            0.0,
            0.5,
        )?;
        within(
            "deviation σ_r of the window in UI",
            self.deviation,
            1e-4,
            10.0,
        )?;
        Ok(())
    }
}

/// One sample a symbol at a distance from sample number `sample`, in samples.
fn between(phases: &Phases, sample: usize, offset: f64) -> Vec<f64> {
    let all = phases.symbols * phases.phases;
    let low = offset.floor();
    let share = offset - low;
    #[allow(clippy::cast_possible_truncation)]
    let low = low as i64;
    let wrapped = i64::try_from(all).unwrap_or(i64::MAX);
    let phase = i64::try_from(sample % phases.phases).unwrap_or(0);
    (0..phases.symbols)
        .map(|n| {
            let at = i64::try_from(n * phases.phases).unwrap_or(0) + phase + low;
            let at = usize::try_from(at.rem_euclid(wrapped)).unwrap_or(0);
            phases.at(at) * (1.0 - share) + phases.at(at + 1) * share
        })
        .collect()
}

/// Distribution of one time of the window, around a level of zero.
struct Moment {
    weight: f64,
    /// Half of the distance between levels, V.
    signal: f64,
    /// Its first bin and the sums of its probabilities from below.
    density: Interference,
    sums: Vec<f64>,
}

impl Moment {
    /// Probability of this voltage or less, straight between the edges of bins.
    fn cumulative(&self, voltage: f64) -> f64 {
        let x = voltage / self.density.bin - self.density.first as f64 + 0.5;
        if x <= 0.0 {
            return 0.0;
        }
        let last = self.sums.len() - 1;
        if x >= last as f64 {
            return self.sums[last];
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let k = x.floor() as usize;
        self.sums[k] + (self.sums[k + 1] - self.sums[k]) * (x - k as f64)
    }

    /// Probability of more than this voltage, summed from the other end.
    fn exceeded(&self, voltage: f64) -> f64 {
        let total = self.sums[self.sums.len() - 1];
        (total - self.cumulative(voltage)).max(0.0)
    }
}

/// The eye over a window at the setting of a margin.
///
/// # Errors
/// [`ComError::Setting`] for a window that cannot be; as [`margin`](super::margin()) otherwise.
pub fn windowed_eye(
    filtered: &Filtered,
    settings: &Settings,
    margin: &Margin,
    window: EyeWindow,
) -> Result<WindowedEye, ComError> {
    window.validate()?;
    let equalized: &Equalized = &margin.equalized;
    let transmitted = filtered.transmitted(settings, &equalized.setting.transmit);
    let through = &transmitted.through;
    let taps = &equalized.feed_forward;
    let bin = margin.density.bin;
    let levels = settings.levels;
    // What does not depend on the time: crosstalk, quantiser, noise without random jitter.
    let mut fixed = Interference::none(bin);
    for aggressor in &transmitted.aggressors {
        let samples = convolved(&aggressor.samples, taps);
        fixed = fixed.with(&Interference::of_samples(&samples, levels, bin)?);
    }
    if equalized.quantizer_step > 0.0 {
        for tap in taps.iter().filter(|tap| **tap != 0.0) {
            let half = 0.5 * equalized.quantizer_step * tap;
            fixed = fixed.with(&Interference::uniform(half, bin)?);
        }
    }
    let fixed = fixed.trimmed(1e-30);
    let constant = margin.deviations.receiver.powi(2) + margin.deviations.transmitter.powi(2);
    let main = margin.pulse.get(margin.cursor).copied().unwrap_or(0.0);
    let per_step = through.phases as f64 / STEPS;
    #[allow(clippy::cast_possible_truncation)]
    let steps = (window.half_width * STEPS + 1e-9).floor() as i64;
    let mut moments = Vec::new();
    for step in -steps..=steps {
        let offset = step as f64 * per_step;
        let pulse = convolved(&between(through, equalized.sample, offset), taps);
        let late = convolved(&between(through, equalized.sample, offset + per_step), taps);
        let early = convolved(&between(through, equalized.sample, offset - per_step), taps);
        let slopes: Vec<f64> = late
            .iter()
            .zip(&early)
            .map(|(late, early)| 0.5 * STEPS * (late - early))
            .collect();
        let mut rest = pulse;
        let cursor = rest.get_mut(margin.cursor).map_or(0.0, std::mem::take);
        for (tap, value) in equalized
            .feedback
            .iter()
            .zip(rest.iter_mut().skip(margin.cursor + 1))
        {
            *value -= tap * main;
        }
        let dual_dirac: Vec<f64> = slopes
            .iter()
            .map(|s| settings.dual_dirac_jitter * s)
            .collect();
        let square: f64 = slopes.iter().map(|s| s * s).sum();
        let random = settings.symbol_variance() * settings.random_jitter.powi(2) * square;
        let density = fixed
            .with(&Interference::of_samples(&rest, levels, bin)?)
            .with(&Interference::of_samples(&dual_dirac, levels, bin)?)
            .trimmed(1e-30)
            .with(&Interference::gaussian(
                (constant + random).max(0.0).sqrt(),
                bin,
            )?);
        let mut sums = vec![0.0];
        let mut sum = 0.0;
        for p in &density.mass {
            sum += p;
            sums.push(sum);
        }
        let x = step as f64 / STEPS / window.deviation;
        moments.push(Moment {
            weight: (-0.5 * x * x).exp(),
            signal: settings.level_separation * cursor / (levels as f64 - 1.0),
            density,
            sums,
        });
    }
    let total: f64 = moments.iter().map(|m| m.weight).sum();
    // Position of a level in units of half the distance between levels.
    let position = |level: usize| 2.0 * level as f64 - (levels as f64 - 1.0);
    let reach = moments
        .iter()
        .map(|m| {
            let far = |k: usize| m.density.voltage(k).abs();
            (levels as f64) * m.signal.abs() + far(0).max(far(m.density.mass.len() - 1))
        })
        .fold(0.0, f64::max);
    let mean = |level: usize, voltage: f64, above: bool| -> f64 {
        moments
            .iter()
            .map(|m| {
                let v = voltage - position(level) * m.signal;
                m.weight
                    * if above {
                        m.exceeded(v)
                    } else {
                        m.cumulative(v)
                    }
            })
            .sum::<f64>()
            / total
    };
    // Halvings until the two ends are a hundredth of a bin apart.
    let search = |level: usize, above: bool| -> f64 {
        let (mut low, mut high) = (-reach - bin, reach + bin);
        while high - low > 0.01 * bin {
            let middle = 0.5 * (low + high);
            let probability = mean(level, middle, above);
            let below = if above {
                probability > settings.detector_error_ratio
            } else {
                probability < settings.detector_error_ratio
            };
            if below {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    };
    let openings: Vec<f64> = (0..levels.saturating_sub(1))
        .map(|level| search(level + 1, false) - search(level, true))
        .collect();
    let opening = openings.iter().copied().fold(f64::INFINITY, f64::min);
    Ok(WindowedEye {
        vertical_eye_opening: opening,
        vertical_eye_closure_db: if opening > 0.0 {
            20.0 * (2.0 * margin.signal / opening).log10()
        } else {
            f64::INFINITY
        },
        openings,
    })
}
