//! Detection of sequences by maximum likelihood, IEEE P802.3dj draft 3.3, 178A.1.10.
//!
//! The margin of symbol-by-symbol decisions with one feedback tap b grows by what the detector of
//! sequences does better with as much noise added as lowers that margin by ΔCOM_an (178A-49 to 178A-56).
//! An error event of j symbols has the error sequence u_j = (1, −(1−b), (1−b), …, ±b); its probability is
//! that of noise and interference, combined over the event, exceeding A_s·|u|³/√(uᵀVu) with the
//! correlation V of noise and interference, and weighs ((L−1)/L)^{j−1}.

use super::error::ComError;
use super::interference::Interference;
use super::mmse::autocorrelation;
use super::settings::Settings;
use crate::math::q_function;

/// Longest error event that is looked at, symbols.
pub(super) const LONGEST_EVENT: usize = 64;

/// What detecting sequences is worth.
#[derive(Debug, Clone, PartialEq)]
pub struct SequenceDetection {
    /// Margin gained over symbol-by-symbol decisions, dB; negative where the union bound finds none.
    pub gain_db: f64,
    /// Detector error ratio with the added noise.
    pub detector_error_ratio: f64,
    /// Factor of the receiver's noise that was added.
    pub added_noise: f64,
    /// Longest error event that was counted, symbols.
    pub longest_event: usize,
}

/// What stands at the detector.
pub(super) struct Detector<'a> {
    pub signal: f64,
    pub interference: f64,
    pub feedback: f64,
    /// Density of all that is not normally distributed.
    pub others: &'a Interference,
    /// Variance of what is, V².
    pub gaussian: f64,
    /// Part of it that is the receiver's noise, V².
    pub receiver: f64,
    pub receiver_noise: &'a [f64],
    pub input_noise: &'a [f64],
    pub feed_forward: &'a [f64],
    /// Intersymbol interference left at the detector.
    pub rest: &'a [f64],
}

/// Error ratio of the detector of sequences (178A-50): union bound over events, cut where a further term
/// adds less than a ten-thousandth. `correlation` is that of noise and interference by distance in
/// symbols, 1 at zero. Returns it and the longest event.
///
/// # Errors
/// [`ComError::Equalizer`] for a correlation that is none.
pub fn error_ratio(
    noise: &Interference,
    signal: f64,
    feedback: f64,
    correlation: &[f64],
    levels: usize,
) -> Result<(f64, usize), ComError> {
    let less = 1.0 - feedback;
    let middle = noise.scaled(less).trimmed(1e-30);
    let mut combined = noise.with(&noise.scaled(feedback)).trimmed(1e-30);
    let share = (levels as f64 - 1.0) / levels as f64;
    let (mut sum, mut weight) = (0.0, 1.0);
    let longest = correlation.len().saturating_sub(1);
    for j in 1..=longest {
        let sign = |i: usize| if i.is_multiple_of(2) { 1.0 } else { -1.0 };
        let mut u = vec![1.0];
        u.extend((1..j).map(|i| sign(i) * less));
        u.push(-sign(j) * feedback);
        let square = autocorrelation(&u, 0);
        let correlated: f64 = (0..u.len())
            .map(|k| {
                let both = if k == 0 { 1.0 } else { 2.0 };
                both * correlation[k] * autocorrelation(&u, k)
            })
            .sum();
        if correlated.is_nan() || correlated <= 0.0 {
            return Err(ComError::Equalizer(
                "noise and interference at the detector have no valid correlation".to_owned(),
            ));
        }
        let distance = signal * square.powf(1.5) / correlated.sqrt();
        let term = weight * combined.cumulative(-distance);
        sum += term;
        if term <= 1e-4 * sum {
            return Ok((sum, j));
        }
        weight *= share;
        combined = combined.with(&middle).trimmed(1e-30);
    }
    Ok((sum, longest))
}

pub(super) fn sequence_detection(
    settings: &Settings,
    penalty_db: f64,
    detector: &Detector,
) -> Result<SequenceDetection, ComError> {
    let bin = detector.others.bin;
    let error_ratio_wanted = settings.detector_error_ratio;
    let with = |factor: f64| {
        let variance = detector.gaussian + factor * detector.receiver;
        Interference::gaussian(variance.sqrt(), bin).map(|noise| detector.others.with(&noise))
    };
    // Noise is added until A_ni has grown by the penalty (178A.1.10.1).
    let wanted = detector.interference * 10f64.powf(penalty_db / 20.0);
    // The tail summed with the normal distribution in closed form: no density for every try.
    let reached = |factor: f64| {
        let deviation = (detector.gaussian + factor * detector.receiver).sqrt();
        let tail: f64 = detector
            .others
            .mass
            .iter()
            .enumerate()
            .map(|(i, p)| {
                let distance = (detector.others.voltage(i) + wanted) / deviation;
                if distance > 12.0 {
                    0.0
                } else {
                    p * q_function(distance)
                }
            })
            .sum();
        tail >= error_ratio_wanted
    };
    let mut high = 1.0;
    let mut doublings = 0;
    while !reached(high) {
        high *= 2.0;
        doublings += 1;
        if doublings > 60 || detector.receiver <= 0.0 {
            return Err(ComError::Channel(format!(
                "no receiver noise lowers the margin by the {penalty_db} dB that detection of \
                 sequences is judged with"
            )));
        }
    }
    let mut low = if doublings == 0 { 0.0 } else { 0.5 * high };
    for _ in 0..14 {
        let middle = 0.5 * (low + high);
        if reached(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    let noise = with(high)?;
    // Correlation of all noise and of the interference left, at the output of the taps (178A-56).
    let w = detector.feed_forward;
    let variance = settings.symbol_variance();
    let events = LONGEST_EVENT.min(detector.rest.len());
    let taps: Vec<f64> = (0..w.len()).map(|k| autocorrelation(w, k)).collect();
    let filtered = |covariance: &[f64], lag: usize| -> f64 {
        let at = |k: usize| covariance.get(k).copied().unwrap_or(0.0);
        (0..taps.len())
            .map(|k| {
                let here = taps[k] * at(lag.abs_diff(k));
                if k == 0 {
                    here
                } else {
                    here + taps[k] * at(lag + k)
                }
            })
            .sum()
    };
    let covariance: Vec<f64> = (0..events)
        .map(|lag| {
            filtered(detector.input_noise, lag)
                + high * filtered(detector.receiver_noise, lag)
                + variance * autocorrelation(detector.rest, lag)
        })
        .collect();
    let correlation: Vec<f64> = covariance.iter().map(|c| c / covariance[0]).collect();
    let (ratio, longest_event) = error_ratio(
        &noise.clone().trimmed(1e-30),
        detector.signal,
        detector.feedback,
        &correlation,
        settings.levels,
    )?;
    Ok(SequenceDetection {
        gain_db: 20.0 * (-noise.quantile(ratio) / detector.signal).log10(),
        detector_error_ratio: ratio,
        added_noise: high,
        longest_event,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_noise_without_feedback_gives_the_closed_form() {
        // An event of j symbols then has j ones and a zero: its distance grows with √j.
        let (deviation, signal, levels) = (1e-3, 3.5e-3, 4);
        let noise = Interference::gaussian(deviation, 1e-5).unwrap();
        let mut white = vec![0.0; 40];
        white[0] = 1.0;
        let (found, _) = error_ratio(&noise, signal, 0.0, &white, levels).unwrap();
        let expected: f64 = (1..40)
            .map(|j| 0.75f64.powi(j - 1) * q_function(signal * f64::from(j).sqrt() / deviation))
            .sum();
        assert!((found / expected - 1.0).abs() < 0.02, "{found} {expected}");
    }
}
