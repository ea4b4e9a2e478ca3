//! From probability density to colour.

use crate::measure::density::Density;
use crate::report::color_map;
use crate::report::image::RgbImage;
use rayon::prelude::*;

/// Decades of probability density that colour shows unless more or fewer are asked for.
const COLOR_DECADES: f64 = 3.0;

/// What densities the colours stand for, in 1/V or 1/W.
pub(super) struct Colors {
    pub floor: f64,
    pub top: f64,
    table: Vec<[u8; 3]>,
}

impl Colors {
    /// Colours for densities up to the highest of `columns`, down by as many decades as asked for,
    /// or else to the lowest cell, one count for instance, but three decades at most.
    pub fn new(density: &Density, columns: &[Vec<f64>], decades: Option<f64>) -> Option<Self> {
        let top = columns
            .iter()
            .flatten()
            .fold(0.0, |most: f64, d| most.max(*d));
        let least = density
            .cells
            .par_chunks(density.rows.max(1))
            .map(|cells| {
                let positive = cells.iter().filter(|cell| **cell > 0.0);
                positive.fold(f64::INFINITY, |a, b| a.min(*b)) / column_total(cells)
            })
            .reduce(|| f64::INFINITY, f64::min)
            / density.row_height();
        let decades = decades
            .filter(|decades| *decades > 0.0 && *decades < 300.0)
            .unwrap_or_else(|| (4.0 * top / least).log10().clamp(1.0, COLOR_DECADES));
        let floor = top * 10f64.powf(-decades);
        (floor > 0.0 && top < f64::INFINITY).then(|| Self {
            floor,
            top,
            table: color_map::table(1024),
        })
    }

    /// The densities in colour, the first row at the bottom. What is below the scale is white.
    pub fn paint(&self, columns: &[Vec<f64>]) -> RgbImage {
        let (width, height) = (columns.len(), columns.first().map_or(0, Vec::len));
        let last = self.table.len().saturating_sub(1);
        let per_e = last as f64 / (self.top / self.floor).ln();
        let color = |density: f64| {
            if density < self.floor || density.is_nan() {
                return [255; 3];
            }
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let index = ((density / self.floor).ln() * per_e) as usize;
            self.table.get(index.min(last)).copied().unwrap_or([255; 3])
        };
        let mut image = RgbImage::white(width, height);
        image
            .data
            .par_chunks_exact_mut(3 * width.max(1))
            .enumerate()
            .for_each(|(row, line)| {
                for (pixel, column) in line.chunks_exact_mut(3).zip(columns) {
                    if let Some(density) = column.get(height - 1 - row) {
                        pixel.copy_from_slice(&color(*density));
                    }
                }
            });
        image
    }
}

/// Sum of the finite positive cells of a column.
fn column_total(cells: &[f64]) -> f64 {
    cells
        .iter()
        .filter(|cell| **cell > 0.0 && cell.is_finite())
        .sum()
}

/// Probability density at another resolution, by column: means over the cells a pixel covers where
/// there are more cells than pixels, interpolated where there are fewer.
pub(super) fn resample(density: &Density, width: usize, height: usize) -> Vec<Vec<f64>> {
    let across = weights(density.columns, width);
    let up = weights(density.rows, height);
    let per_row = 1.0 / density.row_height();
    across
        .par_iter()
        .map_init(
            || vec![0.0; density.rows],
            |mean, (first, shares)| {
                mean.fill(0.0);
                for (offset, share) in shares.iter().enumerate() {
                    let cells = density.column(first + offset);
                    let total = column_total(cells);
                    if total > 0.0 {
                        let factor = share * per_row / total;
                        for (sum, cell) in mean.iter_mut().zip(cells) {
                            if *cell > 0.0 && cell.is_finite() {
                                *sum += factor * cell;
                            }
                        }
                    }
                }
                up.iter()
                    .map(|(first, shares)| {
                        let rows = mean.get(*first..).unwrap_or(&[]);
                        rows.iter()
                            .zip(shares)
                            .map(|(cell, share)| cell * share)
                            .sum()
                    })
                    .collect()
            },
        )
        .collect()
}

/// For each of `to` pixels the first of `from` cells that it takes and their shares, adding up
/// to 1.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f64>)> {
    let ratio = from as f64 / to.max(1) as f64;
    (0..to)
        .map(|pixel| {
            let (start, end) = (pixel as f64 * ratio, (pixel + 1) as f64 * ratio);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            if ratio >= 1.0 {
                let first = start.floor() as usize;
                let last = (end.ceil() as usize).min(from);
                let shares = (first..last)
                    .map(|cell| (end.min(cell as f64 + 1.0) - start.max(cell as f64)) / ratio)
                    .collect();
                (first, shares)
            } else {
                let center = (f64::midpoint(start, end) - 0.5).clamp(0.0, from as f64 - 1.0);
                let first = (center.floor() as usize).min(from.saturating_sub(2));
                let f = center - first as f64;
                if from < 2 {
                    (0, vec![1.0])
                } else {
                    (first, vec![1.0 - f, f])
                }
            }
        })
        .collect()
}
