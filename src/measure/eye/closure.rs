//! Vertical eye closure penalty of two levels.

use super::super::tdecq::OuterLevels;
use super::{EyeError, EyeFigures, PatternWaveform};

/// Share of a level's histogram beyond the edge of the opening A0: its edges are the 99.95th percentile of
/// the lower and the 0.05th of the upper level.
const SHARE: f64 = 5e-4;

/// Vertical eye closure penalty of a stressed receiver's test signal, dB: VECP = 10·lg(OMA/A0), with A0 the
/// opening between the 99.95th percentile of the lower level and the 0.05th of the upper one in the middle
/// of the eye, noise of a root mean square in the waveform's unit included (IEEE Std 802.3, 52.9.9). OMA is
/// the distance of what long runs of both levels settle to, which stands for the square wave of the
/// standard; the percentiles are those at one time, of a histogram without width.
///
/// # Errors
/// [`EyeError::TwoLevels`] of more than two levels (PAM4 has SECQ instead), [`EyeError::Closed`] where
/// there is no opening, else as [`EyeFigures::measure`].
pub fn vertical_eye_closure_penalty_db(
    waveform: &PatternWaveform,
    noise: f64,
) -> Result<f64, EyeError> {
    if waveform.levels() != 2 {
        return Err(EyeError::TwoLevels(waveform.levels()));
    }
    let figures = EyeFigures::measure(waveform, noise, SHARE)?;
    let opening = figures.eyes.first().map_or(0.0, |e| e.vertical.height());
    let outer = OuterLevels::of(waveform).ok_or(EyeError::NoRuns)?;
    if opening > 0.0 {
        Ok(10.0 * (outer.modulation_amplitude() / opening).log10())
    } else {
        Err(EyeError::Closed(opening))
    }
}
