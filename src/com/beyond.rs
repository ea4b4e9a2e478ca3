//! A path's transfer on the grid of the pulse, and above the highest frequency of the data.

use super::error::ComError;
use crate::network::{Continuation, Network, Reference, straight_line};
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// The filtered transfer on the grid; above the data the straight lines of loss in dB and phase of their upper
/// fifth.
pub(super) fn continued(
    f: &[f64],
    transfer: &[Complex64],
    grid: &[f64],
    filter: &[Complex64],
) -> Result<Vec<Complex64>, ComError> {
    let one = Network::new(
        f.to_vec(),
        1,
        transfer.to_vec(),
        Reference::uniform(1, 50.0),
    )?;
    let top = f.last().copied().unwrap_or(0.0);
    let within: Vec<f64> = grid.iter().copied().take_while(|g| *g <= top).collect();
    let mut out = one.interpolated(&within)?.s().to_vec();
    let lines = Continuation::new(f, transfer);
    for (h, filter) in out.iter_mut().zip(filter) {
        *h *= filter;
    }
    for (&g, filter) in grid.iter().zip(filter).skip(within.len()) {
        if *filter == Complex64::ZERO {
            break;
        }
        out.push(filter * lines.at(g));
    }
    out.resize(grid.len(), Complex64::ZERO);
    Ok(out)
}

/// Mean of the values within one standard deviation of their median.
fn trend(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    let median = 0.5 * (sorted[(n - 1) / 2] + sorted[n / 2]);
    let mean = values.iter().sum::<f64>() / n as f64;
    let square: f64 = values.iter().map(|v| (v - mean) * (v - mean)).sum();
    let deviation = (square / (n as f64 - 1.0).max(1.0)).sqrt();
    let near: Vec<f64> = values
        .iter()
        .copied()
        .filter(|v| (v - median).abs() < deviation)
        .collect();
    if near.is_empty() {
        median
    } else {
        near.iter().sum::<f64>() / near.len() as f64
    }
}

/// Straight lines between points, and beyond the ends those of the first and last two.
fn lines(x: &[f64], y: &[f64], at: &[f64]) -> Vec<f64> {
    at.iter()
        .map(|&v| {
            let k = x.partition_point(|&p| p <= v).clamp(1, x.len() - 1);
            y[k - 1] + (y[k] - y[k - 1]) * (v - x[k - 1]) / (x[k] - x[k - 1])
        })
        .collect()
}

/// The transfer on the grid as the COM reference code's default policies make it (functions
/// `interp_Sparam` and `s21_to_impulse_DC`): magnitude and unwrapped phase on straight lines.
pub(super) fn as_reference_code(f: &[f64], transfer: &[Complex64], grid: &[f64]) -> Vec<Complex64> {
    let magnitude: Vec<f64> = transfer
        .iter()
        .map(|h| h.norm().max(f64::EPSILON))
        .collect();
    let (first, last) = (f[0], f[f.len() - 1]);
    let end = grid.last().copied().unwrap_or(last);
    let (mut x, mut y) = (f.to_vec(), magnitude.clone());
    if first > 0.0 {
        x.insert(0, 0.0);
        y.insert(0, straight_line(&f[..10], &magnitude[..10]).0);
    }
    if last < end {
        let middle = f.len().div_ceil(2) - 1;
        let (level, slope) = straight_line(&f[middle..], &magnitude[middle..]);
        let highest = magnitude[magnitude.len() - 1];
        x.push(end);
        y.push((level + slope * end).max(f64::EPSILON).min(highest));
    }
    let magnitude = lines(&x, &y, grid);
    let mut phase = vec![transfer[0].arg()];
    for pair in transfer.windows(2) {
        let mut turn = pair[1].arg() - pair[0].arg();
        turn -= TAU * ((turn + PI) / TAU).floor();
        phase.push(phase.last().copied().unwrap_or(0.0) + turn);
    }
    let mut on_grid;
    if first > 0.0 {
        let delay: Vec<f64> = phase
            .windows(2)
            .zip(f.windows(2))
            .map(|(p, f)| -(p[1] - p[0]) / (f[1] - f[0]))
            .collect();
        let low = trend(&delay[..delay.len().min(50)]);
        for k in (0..10.min(f.len() - 1)).rev() {
            phase[k] = phase[k + 1] + low * (f[k + 1] - f[k]);
        }
        on_grid = lines(f, &phase, grid);
        let high = trend(&delay[delay.len().saturating_sub(51)..]);
        let within = grid.partition_point(|g| *g <= last);
        if within > 0 && within < grid.len() {
            let (at, level) = (grid[within - 1], on_grid[within - 1]);
            for (p, g) in on_grid[within..].iter_mut().zip(&grid[within..]) {
                *p = level - (g - at) * high;
            }
        }
    } else {
        on_grid = lines(f, &phase, grid);
    }
    magnitude
        .iter()
        .zip(&on_grid)
        .map(|(m, p)| Complex64::from_polar(*m, *p))
        .collect()
}
