//! What the symbol decided on, its neighbours and the jitter of the edges between them add to the
//! interference of all other symbols.
//!
//! An edge that comes late by τ takes (b_k − b_{k−1})·τ·g from the sample, where b is what the transmitter
//! sends and g is the slope of the response to a step: how much depends on the symbols. For the edges
//! next to the decision this is followed symbol by symbol; what the transmitter's taps add of symbols
//! farther away, and all edges farther away, are taken together as a Gaussian of the same variance.

use super::accumulator::Accumulator;
use super::density::AmplitudeDensity;
use super::error::StatisticsError;
use super::eye::{EyeModel, FineModel, cursor};
use super::lattice;

/// Deviations at which noise is cut: exp(−x²/2) = 1e-24.
const NOISE_REACH: f64 = 10.5;
/// Deviation, in bins, from which a normal distribution is sampled well at any place.
const WIDE: f64 = 1.5;

/// What is the same at every phase: the density of noise where edges do not jitter.
pub(super) struct Shape {
    noise: Option<AmplitudeDensity>,
}

impl Shape {
    pub(super) fn new(fine: &FineModel<'_>, step: f64) -> Result<Self, StatisticsError> {
        let sigma = fine.model.noise;
        let noise = if sigma > 0.0 && fine.edge.is_none() {
            let mut noise = AmplitudeDensity::gaussian(step, sigma)?;
            let most = lattice::whole_steps((NOISE_REACH * sigma / step).ceil()) + 2;
            let middle = noise.mass.len() / 2;
            if most < middle {
                noise.mass = noise.mass[middle - most..=middle + most].to_vec();
                noise.first = -lattice::to_index(most)?;
            }
            Some(noise)
        } else {
            None
        };
        Ok(Self { noise })
    }
}

/// The symbols around the decision whose edges are followed one by one; only the symbol itself where
/// edges do not jitter.
pub(super) struct Block {
    first: isize,
    /// Cursors from the earliest symbol, `first`, on.
    cursors: Vec<f64>,
    /// The edges in front of each symbol but the earliest.
    edges: Vec<Edge>,
    /// Variance of all other edges and of the noise.
    variance: f64,
}

/// An edge of what the transmitter sends.
#[derive(Debug, Clone)]
struct Edge {
    /// Slope of the response to a step, at the decision.
    slope: f64,
    /// How high the edge is for a unit level of each symbol of the block.
    heights: Vec<f64>,
    /// Variance of what symbols outside the block add to its height.
    others: f64,
}

/// Height of the edge in front of interval 0 of what is sent, for a unit level of the symbol `back`
/// intervals earlier: c_{back} − c_{back−1} of the transmitter's taps, counted from the main one.
fn height(model: &EyeModel, back: isize) -> f64 {
    let tap = |i: isize| {
        usize::try_from(i + model.main_tap.cast_signed())
            .ok()
            .and_then(|i| model.transmitter_taps.get(i))
            .copied()
            .unwrap_or(0.0)
    };
    tap(back) - tap(back - 1)
}

impl Block {
    pub(super) fn new(fine: &FineModel<'_>, offset: isize, cursors: &[(isize, f64)]) -> Self {
        let model = fine.model;
        let (first, last) = match (&fine.edge, model.levels.levels().len()) {
            (None, _) => (0, 0),
            (Some(_), 2) => (-2, 2),
            (Some(_), _) => (-1, 1),
        };
        let at = |k: isize| {
            let found = cursors.iter().find(|c| c.0 == k);
            found.map_or(0.0, |c| c.1)
        };
        let slope = |k: isize| {
            let edge = fine.edge.as_ref();
            edge.map_or(0.0, |edge| cursor(edge, offset, k))
        };
        let inside = |k: isize| k > first && k <= last;
        let reach = model.transmitter_taps.len().cast_signed() + 1;
        // Sum of squares of the heights of an edge over all symbols.
        let squares: f64 = (-reach..=reach).map(|j| height(model, j).powi(2)).sum();
        let mut variance = model.noise.powi(2);
        if let Some(edge) = &fine.edge {
            let (slopes, main) = edge.cursors(offset);
            let others: f64 = (0isize..)
                .zip(&slopes)
                .filter(|(i, _)| !inside(main - i))
                .map(|(_, g)| g * g)
                .sum();
            variance +=
                others * squares * model.levels.variance() * model.transmitter.drawn_variance();
        }
        Self {
            first,
            cursors: (first..=last).map(at).collect(),
            edges: (first + 1..=last)
                .map(|m| {
                    let heights: Vec<f64> = (first..=last).map(|k| height(model, m - k)).collect();
                    let known: f64 = heights.iter().map(|h| h * h).sum();
                    Edge {
                        slope: slope(m),
                        heights,
                        others: (squares - known).max(0.0) * model.levels.variance(),
                    }
                })
                .collect(),
            variance,
        }
    }

    pub(super) fn contains(&self, k: isize) -> bool {
        k >= self.first && k < self.first + self.cursors.len().cast_signed()
    }

    /// Adds the density of every level to its sum.
    pub(super) fn add_levels(
        &self,
        fine: &FineModel<'_>,
        shape: &Shape,
        interference: AmplitudeDensity,
        share: f64,
        sums: &mut [Accumulator],
    ) -> Result<(), StatisticsError> {
        let model = fine.model;
        if fine.edge.is_none() {
            let density = match &shape.noise {
                Some(noise) => interference.convolve(noise)?,
                None => interference,
            };
            let main = self.cursors.first().copied().unwrap_or(0.0);
            for (sum, level) in sums.iter_mut().zip(model.levels.levels()) {
                let offset = density.offset + level * main + model.offset;
                sum.add_shifted(density.first, &density.mass, offset, share);
            }
            return Ok(());
        }
        for (level, sum) in sums.iter_mut().enumerate() {
            let mut own = Accumulator::new(interference.step, false);
            self.add_combinations(fine, level, interference.step, &mut own)?;
            let density = own.density().convolve(&interference)?;
            let offset = density.offset + model.offset;
            sum.add_shifted(density.first, &density.mass, offset, share);
        }
        Ok(())
    }

    /// The density of what the block contributes where the symbol decided on has this level.
    fn add_combinations(
        &self,
        fine: &FineModel<'_>,
        level: usize,
        step: f64,
        sum: &mut Accumulator,
    ) -> Result<(), StatisticsError> {
        let levels = fine.model.levels.levels();
        let jitter = fine.model.transmitter;
        let others = self.cursors.len() - 1;
        let combinations = levels.len().pow(u32::try_from(others).unwrap_or(0));
        let main = self.first.unsigned_abs();
        let mean = fine.model.levels.mean();
        let signs = if jitter.dual_dirac > 0.0 {
            1usize << self.edges.len()
        } else {
            1
        };
        let weight = 1.0 / (combinations * signs) as f64;
        let mut symbols = vec![0.0; self.cursors.len()];
        for combination in 0..combinations {
            let mut rest = combination;
            for (i, symbol) in symbols.iter_mut().enumerate() {
                let index = if i == main {
                    level
                } else {
                    let digit = rest % levels.len();
                    rest /= levels.len();
                    digit
                };
                *symbol = levels.get(index).copied().unwrap_or(0.0);
            }
            let value: f64 = symbols.iter().zip(&self.cursors).map(|(a, h)| a * h).sum();
            let (mut moved, mut variance) = (Vec::with_capacity(self.edges.len()), self.variance);
            for edge in &self.edges {
                let known: f64 = symbols
                    .iter()
                    .zip(&edge.heights)
                    .map(|(a, h)| (a - mean) * h)
                    .sum();
                let slope = edge.slope.powi(2);
                variance += slope * known.powi(2) * jitter.random_rms.powi(2);
                variance += slope * edge.others * jitter.drawn_variance();
                moved.push(known * edge.slope);
            }
            let deviation = variance.sqrt();
            for sign in 0..signs {
                let shift: f64 = moved
                    .iter()
                    .enumerate()
                    .map(|(i, h)| if sign >> i & 1 == 1 { -h } else { *h })
                    .sum::<f64>()
                    * 0.5
                    * jitter.dual_dirac;
                add_gaussian(sum, step, value + shift, deviation, weight)?;
            }
        }
        Ok(())
    }
}

/// Adds a normal distribution about any value.
fn add_gaussian(
    sum: &mut Accumulator,
    step: f64,
    value: f64,
    deviation: f64,
    weight: f64,
) -> Result<(), StatisticsError> {
    if deviation < WIDE * step {
        let narrow = AmplitudeDensity::gaussian(step, deviation)?;
        sum.add_shifted(narrow.first, &narrow.mass, value, weight);
        return Ok(());
    }
    let value = value / step;
    let centre = value.round();
    let reach = (NOISE_REACH * deviation / step).ceil();
    lattice::check_bins(2.0 * reach + 1.0)?;
    let scale = step / deviation;
    let peak = scale / (2.0 * std::f64::consts::PI).sqrt();
    let mass: Vec<f64> = (0..=2 * lattice::whole_steps(reach))
        .map(|i| {
            let x = (i as f64 - reach + centre - value) * scale;
            peak * (-0.5 * x * x).exp()
        })
        .collect();
    #[allow(clippy::cast_possible_truncation)]
    sum.add_shifted((centre - reach) as i64, &mass, 0.0, weight);
    Ok(())
}
