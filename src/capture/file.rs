//! Files of captures, by the end of their name.

use super::CaptureError;
use super::{matlab, numpy, text};
use std::path::Path;

/// What a file holds: samples, and what it says about them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct RawCapture {
    /// Samples, in the file's unit.
    pub samples: Vec<f64>,
    /// Sampling rate, Hz, where the file has times or an interval.
    pub sampling_rate: Option<f64>,
    /// Symbol rate, Bd, where the file's head has it.
    pub symbol_rate: Option<f64>,
    /// Root mean square of the scope's noise, in the samples' unit, where the file's head has it.
    pub scope_noise: Option<f64>,
}

/// Reads a capture: `.csv` or `.txt` (one column of samples, or times in s and samples, with the head
/// that scopes write or without; a waveform exported as text), `.npy` (one array of numbers, of one or
/// two rows or columns), `.mat` (version 5: vectors or a matrix of two columns).
///
/// # Errors
/// See [`CaptureError`].
pub fn read(path: &Path) -> Result<RawCapture, CaptureError> {
    let extension = path
        .extension()
        .map(|end| end.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let reader: fn(&[u8]) -> Result<RawCapture, CaptureError> = match extension.as_str() {
        "csv" | "txt" | "tsv" | "dat" => text::read,
        "npy" => numpy::read,
        "mat" => matlab::read,
        _ => return Err(CaptureError::Extension { found: extension }),
    };
    let bytes = std::fs::read(path)
        .map_err(|error| CaptureError::Read(format!("{}: {error}", path.display())))?;
    reader(&bytes)
}

/// Columns of equal length as a capture: samples alone, or times and samples.
pub(super) fn from_columns(mut columns: Vec<Vec<f64>>) -> Result<RawCapture, CaptureError> {
    let samples = columns.pop().unwrap_or_default();
    let sampling_rate = match columns.pop() {
        None => None,
        Some(times) => Some(even_rate(&times)?),
    };
    Ok(RawCapture {
        samples,
        sampling_rate,
        ..RawCapture::default()
    })
}

/// Sampling rate of a time base that is even to a tenth of an interval.
fn even_rate(times: &[f64]) -> Result<f64, CaptureError> {
    if let Some((index, &value)) = times.iter().enumerate().find(|(_, t)| !t.is_finite()) {
        return Err(CaptureError::Content {
            place: format!("time {index} (from 0)"),
            found: format!("{value}"),
            needed: "a finite time in s".to_owned(),
        });
    }
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return Err(CaptureError::NoSignal { samples: 0 });
    };
    let interval = (last - first) / (times.len().max(2) - 1) as f64;
    if interval <= 0.0 {
        return Err(CaptureError::Content {
            place: "time base".to_owned(),
            found: format!("it goes from {first:e} s to {last:e} s"),
            needed: "times that rise".to_owned(),
        });
    }
    let farthest = times
        .iter()
        .enumerate()
        .map(|(k, t)| (k, ((t - first) / interval - k as f64).abs()))
        .max_by(|a, b| a.1.total_cmp(&b.1));
    match farthest {
        // Times printed to few digits lie up to a part of an interval off.
        Some((index, offset)) if offset > 0.1 => Err(CaptureError::UnevenTimeBase {
            index,
            offset,
            interval_ps: 1e12 * interval,
        }),
        _ => Ok(1.0 / interval),
    }
}
