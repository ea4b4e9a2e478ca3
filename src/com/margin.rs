//! The margin itself: signal against interference and noise at the detector error ratio.
//!
//! IEEE Std 802.3, 93A.1.7; IEEE P802.3dj draft 3.3, 178A.1.9. A_s = R_LM·h(0)/(L − 1) against A_ni, which
//! interference and noise exceed with the probability DER₀: COM = 20·lg(A_s/A_ni). Samples no larger than a
//! bin of min(A_s/1000, 10 µV) are left out of the densities.

use super::equalized::{Equalized, input_noise, step_of_quantizer};
use super::error::ComError;
use super::feedback::Feedback;
use super::interference::{Interference, MOST_NOISE_BINS};
use super::mlsd::{SequenceDetection, sequence_detection};
use super::mmse::{autocorrelation, convolved, through_taps};
use super::sampled::Filtered;
use super::settings::{Receiver, Settings};
use crate::statistics::MOST_BINS;

/// Largest bin of the densities, V.
const LARGEST_BIN: f64 = 1e-5;

/// A channel operating margin and what it consists of.
#[derive(Debug, Clone, PartialEq)]
pub struct Margin {
    /// COM, dB; that of sequence detection where the settings ask for it.
    pub com_db: f64,
    /// COM with decisions symbol by symbol, dB.
    pub symbol_com_db: f64,
    /// Sequence detection, where the settings ask for it.
    pub sequence_detection: Option<SequenceDetection>,
    /// A_s, V.
    pub signal: f64,
    /// A_ni, V.
    pub interference: f64,
    /// Vertical eye closure 20·lg(A_s/(A_s − A_ni)), dB; infinite for a closed eye.
    pub vertical_eye_closure_db: f64,
    /// Vertical eye opening 2(A_s − A_ni), V; negative for a closed eye.
    pub vertical_eye_opening: f64,
    /// Root mean squares at the detector, V.
    pub deviations: Deviations,
    /// How the equalisers are set.
    pub equalized: Equalized,
    /// Pulse response at the detector, one sample a symbol, V.
    pub pulse: Vec<f64>,
    /// Place of the cursor in it.
    pub cursor: usize,
    /// Density of interference and noise at the detector.
    pub density: Interference,
}

/// Root mean squares of what adds to the signal at the detector, V.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Deviations {
    /// Intersymbol interference.
    pub intersymbol: f64,
    /// Crosstalk.
    pub crosstalk: f64,
    /// Noise of the transmitter.
    pub transmitter: f64,
    /// Noise of the receiver.
    pub receiver: f64,
    /// Random jitter.
    pub random_jitter: f64,
    /// Dual-Dirac jitter.
    pub dual_dirac_jitter: f64,
    /// Quantiser.
    pub quantizer: f64,
}

/// Refuses a signal so far below what reaches this many volts to either side that their density takes
/// more than `most` bins to a side.
fn distinguishable(
    signal: f64,
    name: &str,
    reach: f64,
    most: usize,
    bin: f64,
) -> Result<(), ComError> {
    if !reach.is_finite() {
        return Err(ComError::Channel(format!(
            "the {name} at the detector is not a number"
        )));
    }
    if reach / bin + 2.0 < most as f64 {
        return Ok(());
    }
    Err(ComError::Channel(format!(
        "the signal at the detector, {signal:.3e} V, lies {:.0} dB below where the {name} ends, {reach:.3e} V: \
         no margin can be told",
        20.0 * (reach / signal).log10()
    )))
}

/// The margin at a setting of the equalisers.
///
/// # Errors
/// [`ComError::Channel`] where there is no signal, or one that is lost in noise and interference.
pub fn margin(
    filtered: &Filtered,
    settings: &Settings,
    equalized: &Equalized,
) -> Result<Margin, ComError> {
    let transmitted = filtered.transmitted(settings, &equalized.setting.transmit);
    let through = &transmitted.through;
    let phase = equalized.sample % through.phases;
    let w = &equalized.feed_forward;
    let variance = settings.symbol_variance();
    let pulse = convolved(through.phase(phase), w);
    let cursor = equalized.sample / through.phases + equalized.precursor;
    let main = pulse.get(cursor).copied().unwrap_or(0.0);
    let signal = settings.level_separation * main / (settings.levels as f64 - 1.0);
    if !(signal.is_finite() && signal > 0.0) {
        return Err(ComError::Channel(
            "nothing is left of the signal at the detector".to_owned(),
        ));
    }
    let bin = (signal / 1000.0).min(LARGEST_BIN);
    // Taps behind the cursor are what the feedback takes, within its limits.
    let behind: Vec<f64> = pulse.iter().skip(cursor + 1).map(|v| v / main).collect();
    let feedback = match &settings.receiver {
        Receiver::DecisionFeedback(taps) => taps.taps(&behind),
        Receiver::MinimumMeanSquareError(taps) => {
            Feedback::fixed(taps.feedback_limits.clone()).taps(&behind)
        }
    };
    let mut rest = pulse.clone();
    rest[cursor] = 0.0;
    for (tap, value) in feedback.iter().zip(rest.iter_mut().skip(cursor + 1)) {
        *value -= tap * main;
    }
    let square = |x: &[f64]| x.iter().map(|v| v * v).sum::<f64>();
    // Detection of sequences asks for distances beyond the taps.
    let span = w.len() + super::mlsd::LONGEST_EVENT;
    let noise = input_noise(
        filtered,
        &transmitted,
        settings,
        &transmitted.crosstalk(variance, span),
        equalized.sample,
    )?;
    let slopes = convolved(&noise.slopes, w);
    let receiver = through_taps(&filtered.receiver_noise, w);
    let transmitter = match settings.receiver {
        // 93A-30: behind all equalisers, of the cursor alone.
        Receiver::DecisionFeedback(_) => {
            main * main * 10f64.powf(-settings.transmitter_snr_db / 10.0)
        }
        Receiver::MinimumMeanSquareError(_) => through_taps(&noise.transmitter, w),
    };
    let random = variance * settings.random_jitter.powi(2) * square(&slopes);
    let gaussian = receiver + transmitter + random;
    let dual_dirac: Vec<f64> = slopes
        .iter()
        .map(|s| settings.dual_dirac_jitter * s)
        .collect();
    let crosstalk: Vec<Vec<f64>> = transmitted
        .aggressors
        .iter()
        .map(|a| convolved(&a.samples, w))
        .collect();
    // The step of the quantiser, here with the densities of crosstalk and jitter (178A-44).
    let mut step = 0.0;
    if settings.quantizer.is_some() {
        let input: Vec<f64> = noise
            .slopes
            .iter()
            .map(|s| settings.dual_dirac_jitter * s)
            .collect();
        let others: Vec<&[f64]> = transmitted
            .aggressors
            .iter()
            .map(|a| a.samples.as_slice())
            .chain(std::iter::once(input.as_slice()))
            .collect();
        let at_input = filtered.receiver_noise.first().copied().unwrap_or(0.0)
            + noise.transmitter.first().copied().unwrap_or(0.0)
            + variance * settings.random_jitter.powi(2) * autocorrelation(&noise.slopes, 0);
        step = step_of_quantizer(settings, through.phase(phase), &others, at_input, 4096.0)?;
    }
    let largest = |x: &[f64]| x.iter().map(|v| v.abs()).sum::<f64>();
    let peak =
        largest(&rest) + largest(&dual_dirac) + crosstalk.iter().map(|x| largest(x)).sum::<f64>();
    distinguishable(signal, "peak interference", peak, MOST_BINS / 2, bin)?;
    let noise_reach = 12.0 * gaussian.sqrt() + 0.5 * step * largest(w);
    distinguishable(signal, "noise", noise_reach, MOST_NOISE_BINS / 2, bin)?;
    let mut others = Interference::of_samples(&rest, settings.levels, bin)?.with(
        &Interference::of_samples(&dual_dirac, settings.levels, bin)?,
    );
    for aggressor in &crosstalk {
        others = others.with(&Interference::of_samples(aggressor, settings.levels, bin)?);
    }
    if step > 0.0 {
        for tap in w.iter().filter(|tap| **tap != 0.0) {
            others = others.with(&Interference::uniform(0.5 * step * tap, bin)?);
        }
    }
    let others = others.trimmed(1e-30);
    let density = others.with(&Interference::gaussian(gaussian.max(0.0).sqrt(), bin)?);
    let interference = -density.quantile(settings.detector_error_ratio);
    if interference <= 0.0 {
        return Err(ComError::Channel(
            "there is neither noise nor interference: the margin is not bounded".to_owned(),
        ));
    }
    let symbol_com_db = 20.0 * (signal / interference).log10();
    let sequence = match (settings.sequence_detection, &settings.receiver) {
        (Some(penalty), Receiver::MinimumMeanSquareError(_)) => Some(sequence_detection(
            settings,
            penalty,
            &super::mlsd::Detector {
                signal,
                interference,
                feedback: feedback.first().copied().unwrap_or(0.0),
                others: &others,
                gaussian,
                receiver,
                receiver_noise: &filtered.receiver_noise,
                input_noise: &noise.total,
                feed_forward: w,
                rest: &rest,
            },
        )?),
        _ => None,
    };
    let com_db = symbol_com_db + sequence.as_ref().map_or(0.0, |s| s.gain_db.max(0.0));
    Ok(Margin {
        com_db,
        symbol_com_db,
        sequence_detection: sequence,
        signal,
        interference,
        vertical_eye_closure_db: if interference < signal {
            20.0 * (signal / (signal - interference)).log10()
        } else {
            f64::INFINITY
        },
        vertical_eye_opening: 2.0 * (signal - interference),
        deviations: Deviations {
            intersymbol: (variance * square(&rest)).sqrt(),
            // An empty sum of floating-point numbers is −0.
            crosstalk: (variance * crosstalk.iter().map(|x| square(x)).sum::<f64>())
                .abs()
                .sqrt(),
            transmitter: transmitter.sqrt(),
            receiver: receiver.max(0.0).sqrt(),
            random_jitter: random.sqrt(),
            dual_dirac_jitter: (variance * square(&dual_dirac)).sqrt(),
            quantizer: (square(w) * step * step / 12.0).sqrt(),
        },
        equalized: Equalized {
            feedback,
            quantizer_step: step,
            ..equalized.clone()
        },
        pulse,
        cursor,
        density,
    })
}
