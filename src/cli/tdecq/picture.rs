//! The equalised eye with both histograms.

use super::super::Failure;
use super::source::Source;
use eyespan::measure::density::{Density, Trace};
use eyespan::measure::tdecq::{EyeClosure, Settings};
use eyespan::report::{EyePicture, Histogram, ValueAxis};

/// Size of the density behind the picture, and rows that a bar of the histograms takes.
const CELLS: (usize, usize) = (1024, 768);
const ROWS_PER_BAR: usize = 4;

pub(super) fn draw(
    name: &str,
    source: &Source,
    settings: &Settings,
    closure: &EyeClosure,
) -> Result<Vec<u8>, Failure> {
    let failed =
        |error: &dyn std::fmt::Display| Failure::Words(format!("the eye cannot be drawn: {error}"));
    let equalized = closure.equalized().map_err(|error| failed(&error))?;
    let samples = equalized.samples();
    let low = samples.iter().copied().fold(f64::MAX, f64::min);
    let high = samples.iter().copied().fold(f64::MIN, f64::max);
    let room = 0.06 * (high - low);
    let range = (low - room, high + room);
    let mut density =
        Density::new(CELLS.0, CELLS.1, (-0.5, 1.5), range).map_err(|error| failed(&error))?;
    density
        .add_interpolated(&Trace {
            samples,
            samples_per_symbol: equalized.samples_per_symbol() as f64,
            // The middle of the eye stands at 0.5.
            first_phase: 0.5 - closure.received.center() - closure.phase,
            cyclic: true,
        })
        .map_err(|error| failed(&error))?;
    let [before, behind] = closure
        .window_samples(settings)
        .map(|values| distribution(&values, range));
    let axis = if source.optical {
        ValueAxis {
            quantity: "Power behind the reference equaliser".to_owned(),
            ..ValueAxis::optical_power()
        }
    } else {
        ValueAxis::voltage()
    };
    let (offset, half) = (settings.histogram_offset, 0.5 * settings.histogram_width);
    let (left, right) = (0.5 - offset, 0.5 + offset);
    let mut picture = EyePicture::new(
        format!("TDECQ {:.2} dB", closure.penalty_db),
        &density,
        axis,
    );
    picture.subtitle = vec![
        format!(
            "{name} · {} · {:.3} GBd",
            source.pattern,
            1e-9 * source.waveform.symbol_rate()
        ),
        format!(
            "{} taps, the largest {:.3} · noise gain {:.2} dB",
            closure.taps.len(),
            closure.taps.get(closure.main_tap).copied().unwrap_or(0.0),
            closure.noise_gain_db
        ),
    ];
    picture.symbol_rate = Some(source.waveform.symbol_rate());
    picture.thresholds.clone_from(&closure.thresholds);
    picture.windows = vec![(left - half, left + half), (right - half, right + half)];
    picture.histogram = Some(Histogram {
        floor: 1e-4,
        probability_density: Some(before),
        second_probability_density: Some(behind),
        label: format!("{left:.2} (filled), {right:.2} UI"),
    });
    picture.render_png(None).map_err(|error| failed(&error))
}

/// Density of values over the rows of the picture, in bars of several rows.
fn distribution(values: &[f64], (low, high): (f64, f64)) -> Vec<f64> {
    let bars = CELLS.1 / ROWS_PER_BAR;
    let width = (high - low) / bars as f64;
    let mut counts = vec![0.0; bars];
    for value in values {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // clamped by `get_mut`
        let bar = ((value - low) / width).max(0.0) as usize;
        if let Some(count) = counts.get_mut(bar) {
            *count += 1.0;
        }
    }
    let scale = 1.0 / (values.len().max(1) as f64 * width);
    (0..CELLS.1)
        .map(|row| scale * counts.get(row / ROWS_PER_BAR).copied().unwrap_or(0.0))
        .collect()
}
