//! The statistical eye as it is shown: two unit intervals in physical units, and its bathtub curves.

use crate::link::LinkError;
use crate::measure::density::{Density, DensityError};
use crate::statistics::{EyeModel, StatisticalEye};

/// Phases to a unit interval that are shown.
const PHASES: usize = 128;
/// Probability that lies above and below what is shown.
const OUTSIDE: f64 = 1e-13;

/// A statistical eye behind an equaliser, and what its numbers stand for.
#[derive(Debug, Clone)]
pub struct StatisticalPicture {
    /// The eye, with the outer levels at −1 and +1.
    pub eye: StatisticalEye,
    /// Physical value (V) of half the distance of the outer levels.
    pub scale: f64,
    /// Thresholds, with the outer levels at −1 and +1.
    pub thresholds: Vec<f64>,
}

impl StatisticalPicture {
    /// The eye of a model; `scale` is the physical value of half the distance of the outer levels.
    ///
    /// # Errors
    /// [`LinkError::Statistics`] where the densities cannot be computed.
    pub fn new(model: &EyeModel, scale: f64, thresholds: &[f64]) -> Result<Self, LinkError> {
        let factor = PHASES.div_ceil(model.pulse.per_symbol());
        let fine = EyeModel {
            pulse: model.pulse.refined(factor),
            ..model.clone()
        };
        let eye = fine.eye()?;
        Ok(Self {
            eye,
            scale,
            thresholds: thresholds.to_vec(),
        })
    }

    /// The density of all levels together over two unit intervals around the decision.
    ///
    /// # Errors
    /// [`DensityError`] for an impossible number of columns or rows.
    pub fn density(&self, columns: usize, rows: usize) -> Result<Density, DensityError> {
        let all = || self.eye.densities.iter().flatten();
        let low = all()
            .map(|d| d.quantile_from_below(OUTSIDE))
            .fold(f64::INFINITY, f64::min);
        let high = all()
            .map(|d| d.quantile_from_above(OUTSIDE))
            .fold(f64::NEG_INFINITY, f64::max);
        let range = (self.scale * low, self.scale * high);
        let mut density = Density::new(columns, rows, (-1.0, 1.0), range)?;
        let shown: Vec<Vec<f64>> = self
            .eye
            .densities
            .iter()
            .map(|levels| self.column(levels, &density))
            .collect();
        let last = shown.len().saturating_sub(1);
        let share = 1.0 / columns as f64;
        for column in 0..columns {
            // The eye repeats itself every unit interval.
            let time = density.time_of(column);
            let place = (time + 0.5).rem_euclid(1.0) * last as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let index = (place as usize).min(last.saturating_sub(1));
            let u = place - index as f64;
            let (Some(a), Some(b)) = (shown.get(index), shown.get((index + 1).min(last))) else {
                continue;
            };
            let start = column * rows;
            if let Some(cells) = density.cells.get_mut(start..start + rows) {
                for ((cell, a), b) in cells.iter_mut().zip(a).zip(b) {
                    *cell = share * (a * (1.0 - u) + b * u);
                }
            }
        }
        Ok(density)
    }

    /// Probability of each row at one phase, all levels together.
    fn column(
        &self,
        levels: &[crate::statistics::AmplitudeDensity],
        density: &Density,
    ) -> Vec<f64> {
        let mut rows = vec![0.0; density.rows];
        let share = 1.0 / levels.len().max(1) as f64;
        for level in levels {
            // A bin is as high as its width, and may lie in several rows.
            let height = self.scale * level.step / density.row_height();
            for (value, p) in level.points().filter(|(_, p)| *p > 0.0) {
                let middle = (self.scale * value - density.value_range.0) / density.row_height();
                let (from, to) = (middle - 0.5 * height, middle + 0.5 * height);
                let (from, to) = (from.max(0.0), to.min(rows.len() as f64));
                let mut at = from;
                while at < to {
                    let next = (at.floor() + 1.0).min(to);
                    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                    if let Some(row) = rows.get_mut(at as usize) {
                        *row += share * p * (next - at) / height;
                    }
                    at = next;
                }
            }
        }
        rows
    }

    /// Horizontal bathtub curves: for every eye the time in UI and the probability of its errors.
    pub fn bathtub(&self) -> Vec<Vec<(f64, f64)>> {
        let curves = self.eye.bathtub(&self.thresholds);
        (0..self.thresholds.len())
            .map(|eye| {
                let points = self.eye.times.iter().zip(&curves);
                points.map(|(&t, c)| (t, c[eye])).collect()
            })
            .collect()
    }

    /// Vertical bathtub curves at the decision: for every eye the threshold in V and the probability of
    /// its errors.
    pub fn vertical_bathtub(&self) -> Vec<Vec<(f64, f64)>> {
        let at = self.eye.decision();
        (0..self.thresholds.len())
            .map(|eye| {
                let points = self.eye.vertical_bathtub(at, eye);
                points
                    .into_iter()
                    .map(|(t, p)| (self.scale * t, p))
                    .collect()
            })
            .collect()
    }
}
