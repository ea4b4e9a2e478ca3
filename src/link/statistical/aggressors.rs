//! The responses of crosstalk's aggressors at the decision.

use super::LENGTH;
use crate::equalizer::Taps;
use crate::link::crosstalk::Interferer;
use crate::link::error::LinkError;
use crate::link::plan::{Linear, NoiseSource, Operation, Plan};
use crate::link::waveform::transfer;
use crate::signal::convolution::band_edge;
use crate::signal::{Grid, planner};
use crate::statistics::{Aggressor, AggressorPhase, PulseResponse, SymbolLevels};
use num_complex::Complex64;

/// Share of an aggressor's energy below which cursors at the ends of its response do not count.
const NEGLIGIBLE_ENERGY: f64 = 1e-7;

/// The aggressors of a plan behind the feed-forward taps.
pub(super) fn of_plan(plan: &Plan, taps: &Taps) -> Result<Vec<Aggressor>, LinkError> {
    let mut found: Vec<(&Interferer, Aggressor)> = Vec::new();
    for (i, planned) in plan.operations.iter().enumerate() {
        let Operation::Noise(NoiseSource::Interferer(interferer)) = &planned.operation else {
            continue;
        };
        let Some(levels) = &interferer.levels else {
            continue;
        };
        // Aggressors that are alike but for their slips stand one behind the other.
        let known = found.last().filter(|(other, _)| {
            Interferer {
                slip: other.slip,
                ..Interferer::clone(interferer)
            } == **other
        });
        let aggressor = match known {
            Some((_, aggressor)) => aggressor.clone(),
            None => Aggressor {
                pulse: pulse(plan, i, interferer, taps)?,
                levels: SymbolLevels::new(levels)?,
                phase: AggressorPhase::Averaged,
            },
        };
        found.push((interferer, aggressor));
    }
    Ok(found.into_iter().map(|(_, aggressor)| aggressor).collect())
}

/// Response at the decision to a symbol of unit level of an interferer at a place of the plan.
fn pulse(
    plan: &Plan,
    index: usize,
    interferer: &Interferer,
    taps: &Taps,
) -> Result<PulseResponse, LinkError> {
    let n = plan.samples_per_symbol;
    let grid = Grid {
        samples: LENGTH * n,
        sampling_rate: plan.sampling_rate(),
    };
    let linears: Vec<&Linear> = plan
        .operations
        .iter()
        .skip(index)
        .filter_map(|o| o.operation.linear_part())
        .collect();
    let mut spectrum = vec![Complex64::ZERO; grid.samples];
    transfer(&linears, grid, &mut spectrum)?;
    let half = grid.samples / 2;
    for k in 0..=half {
        let f = grid.frequency(k).abs();
        let h = interferer.transfer(f) * (n as f64 * band_edge(f, grid.sampling_rate));
        // Both signs meet in the first and in the middle bin.
        let h = if k == 0 || k == half { h.re.into() } else { h };
        spectrum[k] *= h;
        if k > 0 && k < half {
            spectrum[grid.samples - k] *= h.conj();
        }
    }
    planner::inverse(grid.samples).process(&mut spectrum);
    let scale = 1.0 / grid.samples as f64;
    let mut samples: Vec<f64> = spectrum.iter().map(|h| h.re * scale).collect();
    // The delay of the path is taken off: what comes before zero stands at the end.
    samples.rotate_right(grid.samples / 8);
    let pulse = PulseResponse::with_main_at_peak(samples, n)?;
    let equalized = pulse.equalized(&taps.feed_forward, taps.precursor);
    Ok(equalized.without_far_ends(NEGLIGIBLE_ENERGY).0)
}
