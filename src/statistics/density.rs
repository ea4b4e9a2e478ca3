//! The probability density of an amplitude, on a grid of equal bins.

use super::error::{StatisticsError, require};
use super::kernels;
use super::lattice;
use crate::math::q_function;

/// Most bins a density may have.
pub const MOST_BINS: usize = 1 << 24;

/// Probability of each bin of an amplitude: `mass[i]` is that of the value
/// `offset + (first + i)·step`.
///
/// A density on a grid is one of point masses. Where a quantity lies between two grid points, its
/// mass is put on both so that mean and variance are those of the quantity
/// (see [`Binning::Conserving`](super::Binning)).
#[derive(Debug, Clone, PartialEq)]
pub struct AmplitudeDensity {
    /// Width of a bin, in the unit of the amplitude.
    pub step: f64,
    /// Amplitude of grid point 0.
    pub offset: f64,
    /// Grid point of the first bin.
    pub first: i64,
    /// Probability of each bin.
    pub mass: Vec<f64>,
}

impl AmplitudeDensity {
    /// A quantity that always has the same value.
    ///
    /// # Errors
    /// [`StatisticsError::Parameter`] for a step that is not positive or a value that is not finite.
    pub fn point(step: f64, value: f64) -> Result<Self, StatisticsError> {
        lattice::check_step(step)?;
        require("the value of a point", value, "finite", true)?;
        Ok(Self {
            step,
            offset: value,
            first: 0,
            mass: vec![1.0],
        })
    }

    /// A normal distribution of mean zero, cut where its density has fallen to 1e-40 of its
    /// maximum. Its variance on the grid is σ² whatever the step: sampled, it has that to 1e-19 from
    /// σ = 1.5 steps on (Poisson's summation formula), and for a smaller σ the width of the samples
    /// is set so that it has.
    ///
    /// # Errors
    /// [`StatisticsError`] for a step that is not positive, a deviation that is negative or not
    /// finite, or more than [`MOST_BINS`].
    pub fn gaussian(step: f64, deviation: f64) -> Result<Self, StatisticsError> {
        Self::of_lattice(step, lattice::gaussian(step, deviation)?)
    }

    /// Two values, ±half of the distance, each with probability ½ (the dual-Dirac model of
    /// deterministic jitter, INCITS TR-35-2004).
    ///
    /// # Errors
    /// As [`gaussian`](Self::gaussian).
    pub fn dual_dirac(step: f64, distance: f64) -> Result<Self, StatisticsError> {
        Self::of_lattice(step, lattice::dual_dirac(step, distance)?)
    }

    /// The values of a sine of this amplitude at a random time: density 1/(π√(A² − x²)).
    ///
    /// # Errors
    /// As [`gaussian`](Self::gaussian).
    pub fn sinusoid(step: f64, amplitude: f64) -> Result<Self, StatisticsError> {
        Self::of_lattice(step, lattice::sinusoid(step, amplitude)?)
    }

    fn of_lattice(step: f64, mass: Vec<f64>) -> Result<Self, StatisticsError> {
        Ok(Self {
            step,
            offset: 0.0,
            first: -lattice::to_index(mass.len() / 2)?,
            mass,
        })
    }

    /// Amplitude of a bin.
    pub fn value(&self, bin: usize) -> f64 {
        self.offset + (self.first as f64 + bin as f64) * self.step
    }

    /// Amplitudes of all bins and their probabilities, ascending.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = (f64, f64)> + '_ {
        self.mass
            .iter()
            .enumerate()
            .map(|(bin, &p)| (self.value(bin), p))
    }

    /// Sum of all probabilities: 1, but for rounding.
    pub fn total(&self) -> f64 {
        self.mass.iter().sum()
    }

    /// Mean.
    pub fn mean(&self) -> f64 {
        self.points().map(|(x, p)| p * x).sum::<f64>() / self.total()
    }

    /// Variance.
    pub fn variance(&self) -> f64 {
        let mean = self.mean();
        self.points()
            .map(|(x, p)| p * (x - mean).powi(2))
            .sum::<f64>()
            / self.total()
    }

    /// The density of the sum of two independent amplitudes, by direct convolution: all terms are
    /// positive, so that every probability is as accurate relative to itself as those that come in,
    /// however small it is. A transform would have a floor near 1e-18.
    ///
    /// # Errors
    /// [`StatisticsError`] where the bins differ or would be more than [`MOST_BINS`].
    pub fn convolve(&self, other: &Self) -> Result<Self, StatisticsError> {
        if (self.step - other.step).abs() > 1e-12 * self.step.abs() {
            return Err(StatisticsError::DifferentBins(self.step, other.step));
        }
        let (long, short) = if self.mass.len() < other.mass.len() {
            (&other.mass, &self.mass)
        } else {
            (&self.mass, &other.mass)
        };
        let bins = (long.len() + short.len()).saturating_sub(1);
        lattice::check_bins(bins as f64)?;
        let mut mass = vec![0.0; bins];
        kernels::convolve(long, short, &mut mass);
        Ok(Self {
            step: self.step,
            offset: self.offset + other.offset,
            first: self.first + other.first,
            mass,
        })
    }

    /// The same density at higher values.
    #[must_use]
    pub fn shifted(mut self, by: f64) -> Self {
        self.offset += by;
        self
    }

    /// Probability of a value at or below `x`.
    pub fn probability_at_or_below(&self, x: f64) -> f64 {
        self.points()
            .take_while(|(v, _)| *v <= x)
            .map(|(_, p)| p)
            .sum()
    }

    /// Probability of a value at or above `x`.
    pub fn probability_at_or_above(&self, x: f64) -> f64 {
        self.points()
            .rev()
            .take_while(|(v, _)| *v >= x)
            .map(|(_, p)| p)
            .sum()
    }

    /// Probability of a value above `x` when a normal distribution of this deviation is added,
    /// exactly: Σ p·Q((x − v)/σ). A deviation of zero counts values above `x`, and half of those at it.
    pub fn probability_above_with_noise(&self, x: f64, deviation: f64) -> f64 {
        self.points().map(|(v, p)| p * tail(x - v, deviation)).sum()
    }

    /// As [`probability_above_with_noise`](Self::probability_above_with_noise), below.
    pub fn probability_below_with_noise(&self, x: f64, deviation: f64) -> f64 {
        self.points().map(|(v, p)| p * tail(v - x, deviation)).sum()
    }

    /// The lowest value that at least this probability lies at or below. It is summed from the low
    /// end, so that a probability of 1e-30 is as good as one of ½. The highest value where the
    /// probability is above the total.
    pub fn quantile_from_below(&self, probability: f64) -> f64 {
        quantile(self.points(), probability)
    }

    /// The highest value that at least this probability lies at or above.
    pub fn quantile_from_above(&self, probability: f64) -> f64 {
        quantile(self.points().rev(), probability)
    }
}

fn tail(distance: f64, deviation: f64) -> f64 {
    if deviation > 0.0 {
        q_function(distance / deviation)
    } else if distance == 0.0 {
        0.5
    } else {
        f64::from(u8::from(distance < 0.0))
    }
}

fn quantile(points: impl Iterator<Item = (f64, f64)>, probability: f64) -> f64 {
    let mut sum = 0.0;
    let mut last = f64::NAN;
    for (value, p) in points {
        sum += p;
        last = value;
        if sum >= probability && p > 0.0 {
            break;
        }
    }
    last
}
