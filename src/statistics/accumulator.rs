//! Weighted sums of densities that lie between each other's bins.

use super::density::AmplitudeDensity;

/// A weighted sum of densities, on the lattice of the first one.
#[derive(Debug, Clone)]
pub(super) struct Accumulator {
    step: f64,
    /// Place of grid point 0; none yet where nothing was added.
    offset: Option<f64>,
    first: i64,
    mass: Vec<f64>,
    /// True where the densities are smooth from bin to bin, far into their tails.
    smooth: bool,
}

impl Accumulator {
    pub(super) fn new(step: f64, smooth: bool) -> Self {
        Self {
            step,
            offset: None,
            first: 0,
            mass: Vec::new(),
            smooth,
        }
    }

    /// Adds a density whose grid point 0 lies at `offset`. Between two points of the lattice a smooth
    /// one is interpolated by the cubic through four (which keeps mean, variance and skewness); the
    /// mass of another goes to the two points around, which keeps the mean.
    pub(super) fn add_shifted(&mut self, first: i64, mass: &[f64], offset: f64, weight: f64) {
        let x = (offset - *self.offset.get_or_insert(offset)) / self.step;
        let nearest = x.round();
        // An offset that is a whole number of bins but for rounding stays one.
        let (whole, u) = if (x - nearest).abs() < 1e-9 {
            (nearest, 0.0)
        } else {
            (x.floor(), x - x.floor())
        };
        #[allow(clippy::cast_possible_truncation)]
        let start = first + whole as i64;
        if u == 0.0 {
            self.add(start, mass, weight);
        } else if self.smooth {
            let cubic = [
                -u * (1.0 - u) * (2.0 - u) / 6.0,
                (1.0 + u) * (1.0 - u) * (2.0 - u) / 2.0,
                (1.0 + u) * u * (2.0 - u) / 2.0,
                -(1.0 + u) * u * (1.0 - u) / 6.0,
            ];
            for (place, w) in (start - 1..).zip(cubic) {
                self.add(place, mass, weight * w);
            }
        } else {
            self.add(start, mass, weight * (1.0 - u));
            self.add(start + 1, mass, weight * u);
        }
    }

    fn add(&mut self, first: i64, mass: &[f64], weight: f64) {
        if self.mass.is_empty() {
            self.first = first;
        }
        if first < self.first {
            let more = usize::try_from(self.first - first).unwrap_or(0);
            self.mass.splice(0..0, std::iter::repeat_n(0.0, more));
            self.first = first;
        }
        let start = usize::try_from(first - self.first).unwrap_or(0);
        if self.mass.len() < start + mass.len() {
            self.mass.resize(start + mass.len(), 0.0);
        }
        crate::signal::kernels::add_scaled(&mut self.mass[start..], mass, weight);
    }

    pub(super) fn density(mut self) -> AmplitudeDensity {
        if self.smooth {
            // At the cut ends of a density the cubic goes below zero, by less than its last bin.
            for m in &mut self.mass {
                *m = m.max(0.0);
            }
        }
        AmplitudeDensity {
            step: self.step,
            offset: self.offset.unwrap_or(0.0),
            first: self.first,
            mass: self.mass,
        }
    }
}
