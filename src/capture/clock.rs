//! The symbol rate of a capture.

use super::{Capture, CaptureError};
use crate::signal::planner;
use num_complex::Complex64;

/// Most samples that are looked at.
const LONGEST: usize = 1 << 19;
/// Least contrast of the clock's line.
pub const LEAST_CONTRAST: f64 = 6.0;
/// Samples per symbol that are looked for, the most and the fewest.
const MOST_PER_SYMBOL: f64 = 400.0;
const FEWEST_PER_SYMBOL: f64 = 2.2;

/// Symbol rate in Bd, from the line that the square of the slope has at it: edges come once a symbol
/// or not at all (W. R. Bennett, Bell Syst. Tech. J. 37, 1501, 1958). Its place is refined by the
/// phase that it gains from the first half of the capture to the second.
///
/// # Errors
/// [`CaptureError::NoClock`] where no line stands out.
pub fn symbol_rate(capture: &Capture) -> Result<f64, CaptureError> {
    let samples = capture.samples();
    let count = samples.len().min(LONGEST);
    let mut slope: Vec<Complex64> = samples
        .windows(3)
        .take(count)
        .map(|w| match w {
            [a, _, c] => Complex64::from((c - a) * (c - a)),
            _ => Complex64::ZERO,
        })
        .collect();
    let n = slope.len();
    let no_clock = |contrast| CaptureError::NoClock {
        contrast,
        needed: LEAST_CONTRAST,
    };
    if n < 64 {
        return Err(no_clock(0.0));
    }
    let mean = slope.iter().sum::<Complex64>() / n as f64;
    for (k, v) in slope.iter_mut().enumerate() {
        // Hann's window, so that the line of a record that is not a whole number of symbols stays one.
        let window = 0.5 - 0.5 * (std::f64::consts::TAU * (k as f64 + 0.5) / n as f64).cos();
        *v = (*v - mean) * window;
    }
    let time = slope.clone();
    planner::forward(n).process(&mut slope);
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within 0…n/2
    let (first, last) = (
        (n as f64 / MOST_PER_SYMBOL).ceil().max(4.0) as usize,
        (n as f64 / FEWEST_PER_SYMBOL) as usize,
    );
    let size: Vec<f64> = slope.iter().take(n / 2).map(|c| c.norm()).collect();
    let Some((bin, &height)) = size
        .iter()
        .enumerate()
        .take(last.min(size.len()))
        .skip(first)
        .max_by(|a, b| a.1.total_cmp(b.1))
    else {
        return Err(no_clock(0.0));
    };
    let reach = (bin / 4).max(16);
    let mut beside: Vec<f64> = size
        .iter()
        .enumerate()
        .skip(bin.saturating_sub(reach))
        .take(2 * reach)
        .filter(|(k, _)| k.abs_diff(bin) > 3)
        .map(|(_, s)| *s)
        .collect();
    beside.sort_by(f64::total_cmp);
    let median = beside.get(beside.len() / 2).copied().unwrap_or(0.0);
    let contrast = height / median.max(f64::MIN_POSITIVE);
    if contrast.is_nan() || contrast < LEAST_CONTRAST {
        return Err(no_clock(contrast));
    }
    let fold = |part: &[Complex64], start: usize| -> Complex64 {
        part.iter()
            .enumerate()
            .map(|(k, v)| {
                let turns = bin as f64 * (start + k) as f64 / n as f64;
                v * Complex64::from_polar(1.0, -std::f64::consts::TAU * turns.fract())
            })
            .sum()
    };
    let (early, late) = time.split_at(n / 2);
    let turned = (fold(late, n / 2) * fold(early, 0).conj()).arg();
    // The middles of the windowed halves lie apart by n(½ − 2/π²).
    let apart = n as f64 * (0.5 - 2.0 / std::f64::consts::PI.powi(2));
    let offset = turned / (std::f64::consts::TAU * apart.max(1.0)) * n as f64;
    Ok((bin as f64 + offset.clamp(-1.0, 1.0)) / n as f64 * capture.sampling_rate())
}
