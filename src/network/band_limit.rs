//! The highest frequency of a spectrum, and what lies beyond it.

use super::NetworkError;
use num_complex::Complex64;
use std::f64::consts::{LN_2, PI};

/// What to do about the highest frequency, where the data end.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum HighFrequency {
    /// Nothing: what is not known is zero. Rings where the network still transmits there.
    Cut,
    /// A raised cosine from this fraction of the highest frequency up to it, without phase.
    RaisedCosine {
        /// Where it begins, 0 to 1.
        from: f64,
    },
    /// A Gaussian filter without phase, of this rise time from 10 % to 90 %.
    Gaussian {
        /// Rise time, s.
        rise_time: f64,
    },
    /// The loss in dB and the phase go on as straight lines, those of the upper fifth of the band,
    /// to four times the highest frequency; a rising magnitude is held.
    Continued,
}

/// Applies the treatment of the highest frequency.
pub(super) fn limit(
    spectrum: &mut Vec<Complex64>,
    spacing: f64,
    treatment: HighFrequency,
) -> Result<(), NetworkError> {
    let last = spectrum.len() - 1;
    match treatment {
        HighFrequency::Cut => {}
        HighFrequency::RaisedCosine { from } => {
            if !(0.0..1.0).contains(&from) {
                return Err(NetworkError::Time(format!(
                    "a raised cosine cannot begin at {from} of the highest frequency: 0 to 1 are allowed"
                )));
            }
            for (k, value) in spectrum.iter_mut().enumerate() {
                let x = (k as f64 / last as f64 - from) / (1.0 - from);
                if x > 0.0 {
                    *value *= 0.5 * (1.0 + (PI * x).cos());
                }
            }
        }
        HighFrequency::Gaussian { rise_time } => {
            if !(rise_time.is_finite() && rise_time > 0.0) {
                return Err(NetworkError::Time(format!(
                    "a rise time of {rise_time} s cannot be"
                )));
            }
            // A Gaussian edge of deviation σ rises from 10 % to 90 % in 2·1.28155·σ.
            let deviation = rise_time / (2.0 * 1.281_551_565_544_600_4);
            for (k, value) in spectrum.iter_mut().enumerate() {
                let w = 2.0 * PI * k as f64 * spacing * deviation;
                *value *= (-0.5 * w * w).exp();
            }
        }
        HighFrequency::Continued => continue_beyond(spectrum),
    }
    Ok(())
}

/// Appends three times the band, on the straight lines of ln|S| and phase of its upper fifth.
fn continue_beyond(spectrum: &mut Vec<Complex64>) {
    let last = spectrum.len() - 1;
    let from = last - (last / 5).max(1);
    let (end, begin) = (spectrum[last], spectrum[from]);
    if end == Complex64::ZERO || begin == Complex64::ZERO {
        return;
    }
    let mut turned = 0.0;
    for pair in spectrum[from..].windows(2) {
        turned += (pair[1] * pair[0].conj()).arg();
    }
    let steps = (last - from) as f64;
    let fall = ((end.norm() / begin.norm()).ln() / steps).min(0.0);
    let ratio = Complex64::from_polar(fall.exp(), turned / steps);
    let mut value = end;
    for _ in 0..3 * last {
        value *= ratio;
        spectrum.push(value);
    }
}

/// −3 dB bandwidth of a Gaussian filter of this rise time from 10 % to 90 %, Hz.
pub fn gaussian_bandwidth(rise_time: f64) -> f64 {
    LN_2.sqrt() * 2.0 * 1.281_551_565_544_600_4 / (2.0 * PI * rise_time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rise_time_is_that_of_its_bandwidth() {
        assert!((gaussian_bandwidth(1e-9) - 0.339_6e9).abs() < 1e5);
    }
}
