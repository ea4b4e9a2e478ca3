//! One setting of all equalisers: sampling phase, digital taps, noise at the input of the digital part,
//! and the figure of merit.

use super::error::ComError;
use super::feedback::Feedback;
use super::interference::Interference;
use super::mmse::{MmseSettings, autocorrelation, solve};
use super::sampled::{Filtered, Transmitted};
use super::settings::{EqualizerSetting, Receiver, Settings};

/// What the equalisers do at one setting, and how good that is.
#[derive(Debug, Clone, PartialEq)]
pub struct Equalized {
    /// Settings that were chosen.
    pub setting: EqualizerSetting,
    /// Main tap of the transmitter.
    pub main_tap: f64,
    /// Number in time of the sample that is decided on, in front of the feed-forward taps.
    pub sample: usize,
    /// How far that is from the peak, in samples.
    pub offset: i64,
    /// Feed-forward taps, the main one 1; one tap without a feed-forward filter.
    pub feed_forward: Vec<f64>,
    /// How many of them come before the main one.
    pub precursor: usize,
    /// Feedback taps, in units of the cursor.
    pub feedback: Vec<f64>,
    /// Figure of merit, dB.
    pub merit_db: f64,
    /// Step of the quantiser, V; 0 without one.
    pub quantizer_step: f64,
}

/// How sampling phases are searched.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseSearch {
    /// Every sample within half a symbol of the peak.
    All,
    /// Downhill from this distance to the peak, in samples.
    Near(i64),
    /// At this distance to the peak, in samples, and nowhere else.
    At(i64),
}

/// Equalises one setting of analogue equaliser and transmitter.
///
/// # Errors
/// [`ComError::Channel`] or [`ComError::Equalizer`] where there is no pulse to equalise.
pub fn equalize(
    filtered: &Filtered,
    settings: &Settings,
    setting: &EqualizerSetting,
    search: PhaseSearch,
) -> Result<Equalized, ComError> {
    let transmitted = filtered.transmitted(settings, &setting.transmit);
    match &settings.receiver {
        Receiver::DecisionFeedback(feedback) => {
            decision_feedback(filtered, &transmitted, settings, setting, feedback)
        }
        Receiver::MinimumMeanSquareError(taps) => {
            mean_square(filtered, &transmitted, settings, setting, taps, search)
        }
    }
}

/// Covariances by distance in symbols of what does not depend on the feed-forward taps.
pub(super) struct InputNoise {
    /// Transmitter noise, 178A-21 and 178A-22: without the transmitter's taps.
    pub transmitter: Vec<f64>,
    /// Slopes of the pulse in V/UI.
    pub slopes: Vec<f64>,
    /// All noise: receiver, crosstalk, transmitter, jitter, quantiser.
    pub total: Vec<f64>,
    /// Step of the quantiser, V.
    pub quantizer_step: f64,
}

/// Noise at the input of the digital part when sample `sample` is decided on (178A-17 to 178A-31).
pub(super) fn input_noise(
    filtered: &Filtered,
    transmitted: &Transmitted,
    settings: &Settings,
    crosstalk: &[f64],
    sample: usize,
) -> Result<InputNoise, ComError> {
    let span = crosstalk.len();
    let phase = sample % filtered.through.phases;
    let raw = filtered.through.phase(phase);
    let ratio = 10f64.powf(-settings.transmitter_snr_db / 10.0);
    let transmitter: Vec<f64> = (0..span).map(|k| ratio * autocorrelation(raw, k)).collect();
    let slopes = transmitted.through.slopes(phase);
    let random = settings.random_jitter * settings.random_jitter;
    let jitter = settings.symbol_variance() * (random + settings.dual_dirac_jitter.powi(2));
    let mut total = Vec::with_capacity(span);
    for k in 0..span {
        let receiver = filtered.receiver_noise.get(k).copied().unwrap_or(0.0);
        let of_jitter = jitter * autocorrelation(&slopes, k);
        total.push(receiver + crosstalk[k] + transmitter[k] + of_jitter);
    }
    let mut quantizer_step = 0.0;
    if settings.quantizer.is_some() {
        // Of the jitter only the random part counts as noise here (178A-31).
        let gaussian = total[0]
            - settings.symbol_variance()
                * settings.dual_dirac_jitter.powi(2)
                * autocorrelation(&slopes, 0);
        quantizer_step = step_of_quantizer(
            settings,
            transmitted.through.phase(phase),
            &[],
            gaussian,
            256.0,
        )?;
        total[0] += quantizer_step * quantizer_step / 12.0;
    }
    Ok(InputNoise {
        transmitter,
        slopes,
        total,
        quantizer_step,
    })
}

/// Step of the quantiser, 2V_qc/(2^N − 1), where signal and noise exceed −V_qc with half the clipping
/// probability (178A-29, 178A-30). `bins` stand for the half of the range of the signal.
pub(super) fn step_of_quantizer(
    settings: &Settings,
    signal: &[f64],
    others: &[&[f64]],
    variance: f64,
    bins: f64,
) -> Result<f64, ComError> {
    let Some(quantizer) = settings.quantizer else {
        return Ok(0.0);
    };
    let size = |x: &[f64]| x.iter().map(|v| v.abs()).sum::<f64>();
    let range = size(signal) + others.iter().map(|x| size(x)).sum::<f64>();
    if !(range.is_finite() && range > 0.0) {
        return Err(ComError::Channel(
            "there is no signal to quantise".to_owned(),
        ));
    }
    // Not so fine that noise far above the signal takes more bins than memory holds.
    let bin = (range / bins).max(1e-3 * variance.max(0.0).sqrt());
    let mut density = Interference::of_samples(signal, settings.levels, bin)?;
    let mut lost = 0.0;
    for x in std::iter::once(signal).chain(others.iter().copied()) {
        // What is too small for a bin counts as noise.
        lost += x
            .iter()
            .filter(|v| v.abs() <= bin)
            .map(|v| v * v)
            .sum::<f64>();
    }
    for x in others {
        density = density.with(&Interference::of_samples(x, settings.levels, bin)?);
    }
    let deviation = (variance.max(0.0) + settings.symbol_variance() * lost).sqrt();
    let clip = -density
        .with(&Interference::gaussian(deviation, bin)?.trimmed(1e-3 * quantizer.clipping))
        .quantile(0.5 * quantizer.clipping);
    Ok(2.0 * clip / (quantizer.bits.exp2() - 1.0))
}

fn mean_square(
    filtered: &Filtered,
    transmitted: &Transmitted,
    settings: &Settings,
    setting: &EqualizerSetting,
    taps: &MmseSettings,
    search: PhaseSearch,
) -> Result<Equalized, ComError> {
    let through = &transmitted.through;
    let peak = through.peak();
    let half = i64::try_from(through.phases / 2).unwrap_or(0);
    let crosstalk = transmitted.crosstalk(settings.symbol_variance(), taps.span());
    let at = |offset: i64| -> Result<Equalized, ComError> {
        let all = i64::try_from(through.samples.len()).unwrap_or(i64::MAX);
        let sample = i64::try_from(peak).unwrap_or(0) + offset;
        let sample = usize::try_from(sample.rem_euclid(all)).unwrap_or(0);
        let noise = input_noise(filtered, transmitted, settings, &crosstalk, sample)?;
        let pulse = through.phase(sample % through.phases);
        let solved = solve(taps, pulse, sample / through.phases, &noise.total)?;
        let main = solved.feed_forward[taps.precursor];
        Ok(Equalized {
            setting: setting.clone(),
            main_tap: settings.main_tap(&setting.transmit),
            sample,
            offset,
            feed_forward: solved.feed_forward.iter().map(|w| w / main).collect(),
            precursor: taps.precursor,
            feedback: solved.feedback,
            merit_db: solved.merit_db,
            quantizer_step: noise.quantizer_step,
        })
    };
    match search {
        PhaseSearch::All => {
            let mut best: Option<Equalized> = None;
            for offset in -half..=half {
                let one = at(offset)?;
                if best.as_ref().is_none_or(|b| one.merit_db > b.merit_db) {
                    best = Some(one);
                }
            }
            best.ok_or_else(|| ComError::Equalizer("there is no sampling phase".to_owned()))
        }
        PhaseSearch::At(offset) => at(offset),
        PhaseSearch::Near(start) => {
            let mut best = at(start.clamp(-half, half))?;
            let mut step = (half / 8).max(1);
            while step > 0 {
                let mut moved = false;
                for offset in [best.offset - step, best.offset + step] {
                    if offset.abs() <= half {
                        let one = at(offset)?;
                        if one.merit_db > best.merit_db {
                            best = one;
                            moved = true;
                            break;
                        }
                    }
                }
                if !moved {
                    step /= 2;
                }
            }
            Ok(best)
        }
    }
}

/// Sample where h(−1) = h(1) − b₁h(0) (93A-25), the last one before the peak; where there is none within
/// a symbol of the peak, the one that comes nearest.
fn mueller_muller(transmitted: &Transmitted, limits: &[(f64, f64)]) -> Result<usize, ComError> {
    let through = &transmitted.through;
    let (m, all) = (through.phases, through.samples.len());
    let peak = through.peak();
    let residual = |sample: usize| -> Option<f64> {
        let main = through.at(sample);
        if main <= 0.0 {
            return None;
        }
        let after = through.at(sample + m);
        let held = limits
            .first()
            .map_or(0.0, |(low, high)| (after / main).max(*low).min(*high));
        Some(through.at(sample + all - m) - (after - held * main))
    };
    let mut nearest: Option<(f64, usize)> = None;
    let mut crossing = None;
    let mut last: Option<(f64, usize)> = None;
    for step in 0..=2 * m {
        let sample = (peak + all + step - m) % all;
        let Some(r) = residual(sample) else {
            last = None;
            continue;
        };
        if nearest.is_none_or(|(least, _)| r.abs() < least) {
            nearest = Some((r.abs(), sample));
        }
        // The solution lies where the residual changes its sign; of several, the last before the peak.
        if let Some((before, at)) = last
            && (before < 0.0) != (r < 0.0)
        {
            let sample = if before.abs() < r.abs() { at } else { sample };
            if step <= m || crossing.is_none() {
                crossing = Some(sample);
            }
        }
        last = Some((r, sample));
    }
    crossing
        .or(nearest.map(|(_, sample)| sample))
        .ok_or_else(|| ComError::Channel("the pulse has no positive cursor".to_owned()))
}

fn decision_feedback(
    filtered: &Filtered,
    transmitted: &Transmitted,
    settings: &Settings,
    setting: &EqualizerSetting,
    taps: &Feedback,
) -> Result<Equalized, ComError> {
    let through = &transmitted.through;
    let sample = mueller_muller(transmitted, &taps.limits)?;
    let (phase, cursor) = (sample % through.phases, sample / through.phases);
    let pulse = through.phase(phase);
    let main = pulse[cursor];
    let variance = settings.symbol_variance();
    let mut rest = pulse.to_vec();
    rest[cursor] = 0.0;
    // The pulse is cyclic.
    let behind: Vec<f64> = (1..rest.len())
        .map(|k| rest[(cursor + k) % rest.len()] / main)
        .collect();
    let feedback = taps.taps(&behind);
    for (k, tap) in feedback.iter().enumerate() {
        let place = (cursor + 1 + k) % rest.len();
        rest[place] -= tap * main;
    }
    let square = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>();
    let signal = settings.level_separation * main / (settings.levels as f64 - 1.0);
    let transmitter = main * main * 10f64.powf(-settings.transmitter_snr_db / 10.0);
    let jitter = (settings.random_jitter.powi(2) + settings.dual_dirac_jitter.powi(2))
        * variance
        * square(&through.slopes(phase));
    let crosstalk: f64 = transmitted.aggressors.iter().map(|a| a.square).sum();
    let noise = filtered.receiver_noise.first().copied().unwrap_or(0.0);
    let total = transmitter + variance * square(&rest) + jitter + variance * crosstalk + noise;
    let peak = through.peak();
    let difference =
        |a: usize, b: usize| i64::try_from(a).unwrap_or(0) - i64::try_from(b).unwrap_or(0);
    Ok(Equalized {
        setting: setting.clone(),
        main_tap: settings.main_tap(&setting.transmit),
        sample,
        offset: difference(sample, peak),
        feed_forward: vec![1.0],
        precursor: 0,
        feedback,
        merit_db: 10.0 * (signal * signal / total).log10(),
        quantizer_step: 0.0,
    })
}
