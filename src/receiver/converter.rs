//! The analogue-to-digital converter of a receiver whose equaliser is digital.
//!
//! It takes one sample a symbol, at a moment that jitters, limits it to its full scale and rounds it. With a
//! step Δ the rounding is nearly uniform and independent of the signal, of variance Δ²/12 (Bennett, Bell
//! Syst. Tech. J. 27(3) 446, 1948, DOI 10.1002/j.1538-7305.1948.tb01340.x), so that a sine of full scale stands
//! 6.02·N + 1.76 dB above it; jitter of the aperture alone leaves a sine of frequency f −20·lg(2πf·σ) dB (Walden,
//! IEEE J. Sel. Areas Commun. 17(4) 539, 1999, DOI 10.1109/49.761034).
//!
//! Leaves out: differences of gain, offset and timing between interleaved converters, distortion, metastability.

use crate::math::q_function;
use thiserror::Error;

/// A converter, one sample a symbol.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct AnalogToDigitalConverter {
    /// Bits; none for a converter that does not round.
    pub bits: Option<u32>,
    /// Effective number of bits, below the bits: all its noise without that of the aperture's jitter leaves a
    /// sine of full scale 6.02·ENOB + 1.76 dB (IEEE Std 1241). None where rounding is all its noise.
    pub effective_bits: Option<f64>,
    /// What its full scale is.
    pub full_scale: FullScale,
    /// Standard deviation of each sample's moment, s.
    pub aperture_jitter: f64,
}

/// Full scale of a converter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum FullScale {
    /// Between its lowest and its highest voltage, V, in the middle of which lies 0 V.
    Voltage(f64),
    /// An amplifier in front holds half of the full scale at so many times the root mean square of signal and
    /// noise, both about the signal's mean.
    Loading(f64),
}

/// Why a converter cannot be.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
pub enum ConverterError {
    /// Neither bits nor effective bits.
    #[error("it needs bits, effective bits or both")]
    NoBits,
    /// Bits that cannot be.
    #[error("{0} bits cannot be: 1 to 24 are allowed")]
    Bits(u32),
    /// Effective bits above the bits, or not above zero.
    #[error(
        "{effective} effective bits cannot be: above 0 and at most the {most} bits are allowed"
    )]
    EffectiveBits {
        /// What was given.
        effective: f64,
        /// The bits, or the most there may be.
        most: f64,
    },
    /// A full scale that is not above zero, or not finite.
    #[error("a full scale of {0} cannot be: above 0 is allowed")]
    FullScale(f64),
    /// Jitter below zero or not finite.
    #[error("a jitter of {0} s cannot be: 0 and above is allowed")]
    Jitter(f64),
}

impl AnalogToDigitalConverter {
    /// Checks the numbers.
    ///
    /// # Errors
    /// [`ConverterError`] for the first that cannot be.
    pub fn check(&self) -> Result<(), ConverterError> {
        if let Some(bits) = self.bits
            && !(1..=24).contains(&bits)
        {
            return Err(ConverterError::Bits(bits));
        }
        let most = self.bits.map_or(24.0, f64::from);
        match self.effective_bits {
            Some(effective) if !(effective > 0.0 && effective <= most) => {
                return Err(ConverterError::EffectiveBits { effective, most });
            }
            None if self.bits.is_none() => return Err(ConverterError::NoBits),
            _ => {}
        }
        let (FullScale::Voltage(scale) | FullScale::Loading(scale)) = self.full_scale;
        if !(scale > 0.0 && scale.is_finite()) {
            return Err(ConverterError::FullScale(scale));
        }
        if !(self.aperture_jitter >= 0.0 && self.aperture_jitter.is_finite()) {
            return Err(ConverterError::Jitter(self.aperture_jitter));
        }
        Ok(())
    }

    /// The converter with its full scale set for a signal of this mean and mean square about it, noise
    /// included.
    pub fn set_for(&self, mean: f64, mean_square: f64) -> Conversion {
        let (centre, half_scale) = match self.full_scale {
            FullScale::Voltage(full) => (0.0, 0.5 * full),
            FullScale::Loading(loading) => (mean, loading * mean_square.sqrt()),
        };
        Conversion {
            centre,
            half_scale,
            bits: self.bits,
            effective_bits: self.effective_bits,
            aperture_jitter: self.aperture_jitter,
        }
    }
}

/// A converter at work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Conversion {
    /// Middle of the full scale.
    pub centre: f64,
    /// Half of the full scale.
    pub half_scale: f64,
    /// As in [`AnalogToDigitalConverter`].
    pub bits: Option<u32>,
    /// As in [`AnalogToDigitalConverter`].
    pub effective_bits: Option<f64>,
    /// As in [`AnalogToDigitalConverter`], s.
    pub aperture_jitter: f64,
}

impl Conversion {
    /// Step Δ: full scale over 2^bits; 0 where nothing is rounded.
    pub fn step(&self) -> f64 {
        self.bits
            .map_or(0.0, |bits| 2.0 * self.half_scale / f64::from(bits).exp2())
    }

    /// Variance of rounding, Δ²/12.
    pub fn rounding_variance(&self) -> f64 {
        self.step().powi(2) / 12.0
    }

    /// Variance of its Gaussian noise, which makes the effective bits of the bits.
    pub fn noise_variance(&self) -> f64 {
        let whole = self.effective_bits.map_or(0.0, |bits| {
            (2.0 * self.half_scale / bits.exp2()).powi(2) / 12.0
        });
        (whole - self.rounding_variance()).max(0.0)
    }

    /// Farthest from the centre that comes out.
    fn limit(&self) -> f64 {
        self.half_scale - 0.5 * self.step()
    }

    /// What a sample comes out as. There is no level at the centre: the levels are odd multiples of Δ/2.
    pub fn convert(&self, sample: f64) -> f64 {
        let (step, limit) = (self.step(), self.limit());
        let x = sample - self.centre;
        let rounded = if step > 0.0 {
            ((x / step).floor() + 0.5) * step
        } else {
            x
        };
        self.centre + rounded.clamp(-limit, limit)
    }

    /// True where a sample is limited.
    pub fn clips(&self, sample: f64) -> bool {
        (sample - self.centre).abs() > self.half_scale
    }

    /// Mean of what a sample with Gaussian noise of a deviation comes out as, and the ratio of the deviation
    /// that is left of that noise: limited, and not rounded.
    pub fn limited(&self, sample: f64, deviation: f64) -> (f64, f64) {
        let (x, limit) = (sample - self.centre, self.limit());
        if x.abs() + 8.0 * deviation < limit {
            return (sample, 1.0);
        }
        if deviation <= 0.0 {
            let kept = if x.abs() < limit { 1.0 } else { 0.0 };
            return (self.centre + x.clamp(-limit, limit), kept);
        }
        // With a and b the limits in deviations from x: E[y] and E[y²] of min(max(x + n, −limit), limit).
        let (a, b) = ((-limit - x) / deviation, (limit - x) / deviation);
        let density = |u: f64| (-0.5 * u * u).exp() / (2.0 * std::f64::consts::PI).sqrt();
        let (below, above) = (q_function(-a), q_function(b));
        let (da, db) = (density(a), density(b));
        let inside = 1.0 - below - above;
        let mean = x * inside + deviation * (da - db) + limit * (above - below);
        let square = (x * x + deviation * deviation) * inside
            + 2.0 * x * deviation * (da - db)
            + deviation * deviation * (a * da - b * db)
            + limit * limit * (above + below);
        let left = (square - mean * mean).max(0.0).sqrt() / deviation;
        (self.centre + mean, left.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converter(bits: Option<u32>, effective_bits: Option<f64>) -> Conversion {
        AnalogToDigitalConverter {
            bits,
            effective_bits,
            full_scale: FullScale::Voltage(2.0),
            aperture_jitter: 0.0,
        }
        .set_for(0.0, 1.0)
    }

    #[test]
    fn three_bits_have_eight_levels_and_end_half_a_step_inside() {
        let three = converter(Some(3), None);
        let mut levels: Vec<f64> = (-300..=300)
            .map(|i| three.convert(f64::from(i) / 100.0))
            .collect();
        levels.dedup();
        let expected: Vec<f64> = (0..8).map(|i| -0.875 + 0.25 * f64::from(i)).collect();
        assert_eq!(levels, expected);
        assert!(three.clips(1.01) && !three.clips(-0.99));
    }

    #[test]
    fn effective_bits_make_up_the_noise_that_rounding_leaves_out() {
        let six = converter(Some(6), Some(5.0));
        let whole = six.rounding_variance() + six.noise_variance();
        assert!((whole / converter(Some(5), None).rounding_variance() - 1.0).abs() < 1e-12);
        assert!(converter(Some(6), None).noise_variance() <= 0.0);
        assert!(converter(None, Some(5.0)).step() <= 0.0);
    }

    #[test]
    fn moments_of_limited_noise_are_those_of_a_sum() {
        let ideal = converter(None, Some(9.0));
        for (x, sigma) in [(0.9, 0.1), (1.2, 0.2), (-1.05, 0.3), (0.0, 0.6)] {
            let (mut mean, mut square, mut weight) = (0.0, 0.0, 0.0);
            for i in -8000..=8000 {
                let u = f64::from(i) / 1000.0;
                let p = (-0.5 * u * u).exp();
                let y = ideal.convert(x + sigma * u);
                mean += p * y;
                square += p * y * y;
                weight += p;
            }
            let (mean, square): (f64, f64) = (mean / weight, square / weight);
            let (found, left) = ideal.limited(x, sigma);
            assert!((found - mean).abs() < 1e-6, "{x} {sigma}: {found} {mean}");
            let expected = (square - mean * mean).sqrt() / sigma;
            assert!((left - expected).abs() < 1e-5, "{left} {expected}");
        }
        assert_eq!(ideal.limited(0.2, 0.01), (0.2, 1.0));
        assert_eq!(ideal.limited(1.4, 0.0), (1.0, 0.0));
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let good = AnalogToDigitalConverter {
            bits: Some(7),
            effective_bits: Some(5.5),
            full_scale: FullScale::Loading(3.0),
            aperture_jitter: 1e-13,
        };
        assert_eq!(good.check(), Ok(()));
        let with = |change: &dyn Fn(&mut AnalogToDigitalConverter)| {
            let mut changed = good;
            change(&mut changed);
            changed.check().unwrap_err()
        };
        assert_eq!(with(&|c| c.bits = Some(0)), ConverterError::Bits(0));
        let none = |c: &mut AnalogToDigitalConverter| (c.bits, c.effective_bits) = (None, None);
        assert_eq!(with(&none), ConverterError::NoBits);
        let text = with(&|c| c.effective_bits = Some(7.5)).to_string();
        assert!(
            text.contains("7.5") && text.contains("at most the 7 bits"),
            "{text}"
        );
        let infinite = |c: &mut AnalogToDigitalConverter| {
            c.full_scale = FullScale::Voltage(f64::INFINITY);
        };
        assert_eq!(with(&infinite), ConverterError::FullScale(f64::INFINITY));
        assert_eq!(
            with(&|c| c.aperture_jitter = -1.0),
            ConverterError::Jitter(-1.0)
        );
    }
}
