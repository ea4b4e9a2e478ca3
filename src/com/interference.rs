//! Probability of interference and noise on bins of equal width.
//!
//! The density of a pulse's samples is the convolution of one comb of L equal teeth a sample (IEEE Std
//! 802.3, 93A.1.7.1, equation 93A-40); samples no larger than a bin are left out and teeth are rounded to
//! bins, halves away from zero, as in the COM reference code.

use super::error::ComError;
use crate::statistics::{Binning, StatisticsError, SymbolLevels, cursor_density};
use realfft::RealFftPlanner;

/// Probabilities of bins, their first one `first` bins from zero.
#[derive(Debug, Clone, PartialEq)]
pub struct Interference {
    /// Width of a bin, V.
    pub bin: f64,
    /// Number of the first bin; bin 0 is centred at 0 V.
    pub first: i64,
    /// Probability of each bin.
    pub mass: Vec<f64>,
}

/// Below this product of lengths densities are convolved directly.
const DIRECT: usize = 1 << 20;

/// Most bins of a normal or uniform distribution. At a thousandth of the signal a bin they hold normal
/// noise up to 38 dB above the signal.
pub const MOST_NOISE_BINS: usize = 1 << 21;

impl Interference {
    /// Nothing but zero, with bins of this width in V.
    pub fn none(bin: f64) -> Self {
        Self {
            bin,
            first: 0,
            mass: vec![1.0],
        }
    }

    /// Interference of these samples with `levels` equally likely levels from −1 to 1.
    ///
    /// # Errors
    /// [`ComError::Channel`] for samples that are not finite or too large for the bins.
    pub fn of_samples(samples: &[f64], levels: usize, bin: f64) -> Result<Self, ComError> {
        let steps = (levels.max(2) - 1) as f64;
        let positions: Vec<f64> = (0..levels.max(2))
            .map(|l| 2.0 * l as f64 / steps - 1.0)
            .collect();
        let failed = |error: StatisticsError| ComError::Channel(error.to_string());
        let levels = SymbolLevels::new(&positions).map_err(failed)?;
        let density = cursor_density(samples, &levels, bin, Binning::Nearest).map_err(failed)?;
        Ok(Self {
            bin,
            first: density.first,
            mass: density.mass,
        })
    }

    /// A normal distribution, out to 12 standard deviations.
    ///
    /// # Errors
    /// [`ComError::Channel`] for a deviation that is negative or not a number, or one of more than
    /// [`MOST_NOISE_BINS`].
    pub fn gaussian(deviation: f64, bin: f64) -> Result<Self, ComError> {
        let reach = reach_in_bins("noise", deviation, 12.0 * deviation, bin)?;
        if deviation < 1e-3 * bin {
            return Ok(Self::none(bin));
        }
        let mut mass: Vec<f64> = (-reach..=reach)
            .map(|k| {
                let x = k as f64 * bin / deviation;
                (-0.5 * x * x).exp()
            })
            .collect();
        let total: f64 = mass.iter().sum();
        for p in &mut mass {
            *p /= total;
        }
        Ok(Self {
            bin,
            first: -reach,
            mass,
        })
    }

    /// A uniform distribution from −half to half, V.
    ///
    /// # Errors
    /// As [`gaussian`](Self::gaussian).
    pub fn uniform(half: f64, bin: f64) -> Result<Self, ComError> {
        let half = half.abs();
        reach_in_bins("uniform noise", half, half, bin)?;
        #[allow(clippy::cast_possible_truncation)]
        let reach = (half / bin).round() as i64;
        let count = usize::try_from(2 * reach + 1).unwrap_or(1);
        Ok(Self {
            bin,
            first: -reach,
            mass: vec![1.0 / count as f64; count],
        })
    }

    /// The sum of two independent ones with the same bins.
    ///
    /// Long ones are convolved by transforms, whose rounding leaves an absolute error near 1e-17 in each
    /// bin: error ratios above 1e-13 are not touched.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        let length = self.mass.len() + other.mass.len() - 1;
        let mass = if self.mass.len().saturating_mul(other.mass.len()) <= DIRECT {
            let (long, short) = if self.mass.len() > other.mass.len() {
                (&self.mass, &other.mass)
            } else {
                (&other.mass, &self.mass)
            };
            let mut out = vec![0.0; length];
            for (i, p) in short.iter().enumerate() {
                for (place, q) in out[i..].iter_mut().zip(long) {
                    *place += p * q;
                }
            }
            out
        } else {
            by_transform(&self.mass, &other.mass, length)
        };
        Self {
            bin: self.bin,
            first: self.first + other.first,
            mass,
        }
    }

    /// The voltage of a bin of [`mass`](Self::mass), V.
    pub fn voltage(&self, index: usize) -> f64 {
        (self.first + i64::try_from(index).unwrap_or(i64::MAX)) as f64 * self.bin
    }

    /// Lowest voltage whose cumulative probability reaches `probability`, V.
    pub fn quantile(&self, probability: f64) -> f64 {
        let mut sum = 0.0;
        for (i, p) in self.mass.iter().enumerate() {
            sum += p;
            if sum >= probability {
                return self.voltage(i);
            }
        }
        self.voltage(self.mass.len().saturating_sub(1))
    }

    /// Probability of this voltage in V or less, that of the bin at or above it included.
    pub fn cumulative(&self, voltage: f64) -> f64 {
        let last = (voltage / self.bin - 1e-9).ceil() - self.first as f64;
        if last < 0.0 {
            return 0.0;
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = (last as usize).saturating_add(1).min(self.mass.len());
        self.mass[..count].iter().sum()
    }

    /// Mean square, V².
    pub fn variance(&self) -> f64 {
        self.mass
            .iter()
            .enumerate()
            .map(|(i, p)| p * self.voltage(i) * self.voltage(i))
            .sum()
    }

    /// The distribution of `factor` times the voltage, on the same bins.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        if factor == 0.0 {
            return Self::none(self.bin);
        }
        if factor < 0.0 {
            let count = i64::try_from(self.mass.len()).unwrap_or(i64::MAX);
            let mirrored = Self {
                bin: self.bin,
                first: -(self.first + count - 1),
                mass: self.mass.iter().rev().copied().collect(),
            };
            return mirrored.scaled(-factor);
        }
        // Mass goes through the cumulative distribution, straight between the edges of bins.
        let mut sums = Vec::with_capacity(self.mass.len() + 1);
        let mut sum = 0.0;
        sums.push(0.0);
        for p in &self.mass {
            sum += p;
            sums.push(sum);
        }
        let begin = self.first as f64 - 0.5;
        let end = begin + self.mass.len() as f64;
        #[allow(clippy::cast_possible_truncation)]
        let (low, high) = (
            (begin * factor).round() as i64,
            (end * factor).round() as i64,
        );
        let at = |edge: f64| {
            let x = (edge / factor - begin).clamp(0.0, self.mass.len() as f64);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let i = (x.floor() as usize).min(self.mass.len() - 1);
            sums[i] + (sums[i + 1] - sums[i]) * (x - i as f64)
        };
        let mass = (low..=high)
            .map(|k| at(k as f64 + 0.5) - at(k as f64 - 0.5))
            .collect();
        Self {
            bin: self.bin,
            first: low,
            mass,
        }
    }

    /// Without the ends that hold less than `tail` each.
    #[must_use]
    pub fn trimmed(mut self, tail: f64) -> Self {
        let cut = |mass: &mut dyn Iterator<Item = &f64>| {
            let mut sum = 0.0;
            mass.take_while(|p| {
                sum += **p;
                sum < tail
            })
            .count()
        };
        let low = cut(&mut self.mass.iter());
        let high = cut(&mut self.mass.iter().rev());
        if low + high < self.mass.len() {
            self.mass.truncate(self.mass.len() - high);
            self.mass.drain(..low);
            self.first += i64::try_from(low).unwrap_or(0);
        }
        self
    }
}

/// Bins up to `reach` V, where they are not too many.
fn reach_in_bins(name: &str, size: f64, reach: f64, bin: f64) -> Result<i64, ComError> {
    if !(size.is_finite() && size >= 0.0 && bin.is_finite() && bin > 0.0) {
        return Err(ComError::Channel(format!(
            "{name} of {size} V cannot be put on bins of {bin} V"
        )));
    }
    let bins = (reach / bin).ceil();
    if 2.0 * bins >= MOST_NOISE_BINS as f64 {
        return Err(ComError::Channel(format!(
            "{name} of {size:.3e} V takes more than {MOST_NOISE_BINS} bins of {bin:.3e} V"
        )));
    }
    #[allow(clippy::cast_possible_truncation)]
    let bins = bins as i64;
    Ok(bins)
}

fn by_transform(a: &[f64], b: &[f64], length: usize) -> Vec<f64> {
    let size = length.next_power_of_two();
    let mut planner = RealFftPlanner::<f64>::new();
    let forward = planner.plan_fft_forward(size);
    let spectrum = |x: &[f64]| {
        let mut padded = x.to_vec();
        padded.resize(size, 0.0);
        let mut out = forward.make_output_vec();
        // Lengths fit by construction.
        let done = forward.process(&mut padded, &mut out);
        debug_assert!(done.is_ok());
        out
    };
    let mut product = spectrum(a);
    for (x, y) in product.iter_mut().zip(spectrum(b)) {
        *x *= y;
    }
    let mut out = vec![0.0; size];
    let done = planner
        .plan_fft_inverse(size)
        .process(&mut product, &mut out);
    debug_assert!(done.is_ok());
    out.truncate(length);
    let scale = 1.0 / size as f64;
    for p in &mut out {
        *p = (*p * scale).max(0.0);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_of_independent_ones_have_the_sum_of_variances() {
        let samples = [0.031, -0.012, 0.0219, -0.0451];
        let density = Interference::of_samples(&samples, 4, 1e-4).unwrap();
        let expected: f64 = samples.iter().map(|v| v * v * 5.0 / 9.0).sum();
        assert!((density.variance() / expected - 1.0).abs() < 1e-3);
        let noise = Interference::gaussian(0.01, 1e-4).unwrap();
        let both = density.with(&noise);
        assert!((both.variance() - density.variance() - noise.variance()).abs() < 1e-12);
        assert!((both.mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
        let direct = Interference {
            mass: density.mass[..500].to_vec(),
            ..density.clone()
        }
        .with(&noise);
        let length = direct.mass.len();
        let transformed = by_transform(&density.mass[..500], &noise.mass, length);
        for (a, b) in direct.mass.iter().zip(&transformed) {
            assert!((a - b).abs() < 1e-16);
        }
    }

    #[test]
    fn noise_that_takes_too_many_bins_or_is_no_number_is_refused() {
        let zero = Interference::gaussian(0.0, 1e-6).unwrap();
        assert_eq!(zero, Interference::none(1e-6));
        assert_eq!(Interference::uniform(0.0, 1e-6).unwrap(), zero);
        let most = Interference::gaussian(0.08, 1e-6).unwrap();
        assert!(most.mass.len() > 1_900_000 && most.mass.len() <= MOST_NOISE_BINS);
        assert!(Interference::gaussian(0.09, 1e-6).is_err());
        assert!(Interference::uniform(1.1, 1e-6).is_err());
        for wrong in [f64::NAN, -1e-3, f64::INFINITY] {
            assert!(Interference::gaussian(wrong, 1e-6).is_err());
            assert!(Interference::gaussian(1e-3, wrong).is_err());
        }
        assert!(Interference::uniform(f64::NAN, 1e-6).is_err());
        assert!(Interference::gaussian(1e-3, 0.0).is_err());
    }

    #[test]
    fn scaled_and_cut_ones_keep_their_mass() {
        let density = Interference::gaussian(0.01, 1e-4).unwrap();
        for factor in [0.3, 1.0, -0.7, 1.6] {
            let scaled = density.scaled(factor);
            assert!((scaled.mass.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            assert!((scaled.variance().sqrt() / (0.01 * factor.abs()) - 1.0).abs() < 1e-3);
        }
        assert_eq!(density.scaled(0.0), Interference::none(1e-4));
        let cut = density.clone().trimmed(1e-9);
        assert!(cut.mass.len() < density.mass.len());
        assert!((cut.quantile(1e-4) - density.quantile(1e-4)).abs() < 1e-12);
        // Φ(−2) = 0.02275.
        assert!((density.cumulative(-0.02) - 0.022_75).abs() < 5e-4);
        assert!((density.quantile(0.022_75) + 0.02).abs() < 2e-4);
    }
}
