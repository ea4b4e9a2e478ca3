//! Amplified spontaneous emission: from the noise figure to a density and to samples.

use super::error::{AmplifierError, require};
use crate::constants::PLANCK;
use crate::random::{Source, StreamKey};
use crate::units::power_ratio_to_db;
use num_complex::Complex64;

/// Bandwidth optical signal-to-noise ratios are quoted in, 12.5 GHz: 0.1 nm near 1550 nm.
pub const OSNR_BANDWIDTH: f64 = 12.5e9;

/// What a noise figure counts. The two differ by 1/G: 14 % of the noise at a gain of 3 dB and a
/// noise figure of 6 dB, nothing to speak of at 20 dB and more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NoiseFigureDefinition {
    /// F = 2n_sp(G − 1)/G + 1/G: the deterioration of the signal-to-noise ratio of an ideal,
    /// shot-noise-limited receiver (H. A. Haus, IEEE Photonics Technol. Lett. 10(11), 1602
    /// (1998); D. M. Baney, P. Gallion and R. S. Tucker, Opt. Fiber Technol. 6, 122 (2000)). Both polarisations together have the density
    /// (F·G − 1)·hν. The definition of this library.
    #[default]
    WithShotNoise,
    /// F = 2n_sp(G − 1)/G: signal–spontaneous beat noise only. Both polarisations together have
    /// the density F·G·hν, as link planning tools and several simulators compute it.
    BeatNoiseOnly,
}

/// The noise an amplifier adds, at its output.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SpontaneousEmission {
    /// Density per polarisation, W/Hz of optical frequency.
    pub density: f64,
}

/// Which amplifier of which lane and run sampled noise belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct NoiseAddress {
    /// Seed of the run.
    pub seed: u64,
    /// Lane, from 0.
    pub lane: u32,
    /// Amplifier along the line, from 0.
    pub span: u32,
}

impl SpontaneousEmission {
    /// Noise of an amplifier of power gain `gain` and noise figure `noise_figure` (both as ratios)
    /// at the optical frequency `frequency` in Hz: S = n_sp(G − 1)hν.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] for a gain below 1 or a frequency that is not positive;
    /// [`AmplifierError::NoiseFigure`] where n_sp would be below 1, the quantum limit (C. M. Caves,
    /// Phys. Rev. D 26, 1817 (1982), DOI 10.1103/PhysRevD.26.1817).
    pub fn from_noise_figure(
        gain: f64,
        noise_figure: f64,
        definition: NoiseFigureDefinition,
        frequency: f64,
    ) -> Result<Self, AmplifierError> {
        require("a gain", gain, "one or more", gain >= 1.0)?;
        require(
            "an optical frequency (Hz)",
            frequency,
            "above zero",
            frequency > 0.0,
        )?;
        require(
            "a noise figure",
            noise_figure,
            "above zero",
            noise_figure > 0.0,
        )?;
        // 2n_sp(G − 1), in photons per mode pair.
        let (photons, counted) = match definition {
            NoiseFigureDefinition::WithShotNoise => (noise_figure * gain - 1.0, 1.0),
            NoiseFigureDefinition::BeatNoiseOnly => (noise_figure * gain, 0.0),
        };
        let least = 2.0 * (gain - 1.0);
        // Round-off of conversions from dB at exactly the limit is no violation.
        if photons < least - 1e-9 * gain {
            return Err(AmplifierError::NoiseFigure {
                noise_figure_db: power_ratio_to_db(noise_figure),
                gain_db: power_ratio_to_db(gain),
                least_db: power_ratio_to_db((least + counted) / gain),
            });
        }
        Ok(Self {
            density: 0.5 * photons.max(0.0) * PLANCK * frequency,
        })
    }

    /// Density of both polarisations together, W/Hz.
    pub fn both_polarizations(&self) -> f64 {
        2.0 * self.density
    }

    /// Adds the noise to the samples `first_index`, `first_index + 1`, … of a field in two
    /// polarisations, √W, sampled at `sampling_rate` in Hz: per polarisation E|n|² = S·fs.
    ///
    /// The draws belong to the address and to the absolute sample index: polarisations, amplifiers
    /// and lanes are independent of each other under one seed, and any cut into blocks gives the
    /// same noise.
    ///
    /// # Errors
    /// [`AmplifierError::Lengths`] where the two polarisations differ in length;
    /// [`AmplifierError::Quantity`] where the sampling rate is not positive or the density negative.
    pub fn add(
        &self,
        address: NoiseAddress,
        first_index: i64,
        sampling_rate: f64,
        x: &mut [Complex64],
        y: &mut [Complex64],
    ) -> Result<(), AmplifierError> {
        if x.len() != y.len() {
            return Err(AmplifierError::Lengths {
                x: x.len(),
                y: y.len(),
            });
        }
        self.add_to_one(address, 0, first_index, sampling_rate, x)?;
        self.add_to_one(address, 1, first_index, sampling_rate, y)
    }

    /// Adds the noise of one polarisation (0 for x, 1 for y) alone: for fields in one polarisation,
    /// behind a polariser.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] where the sampling rate is not positive or the density negative.
    pub fn add_to_one(
        &self,
        address: NoiseAddress,
        polarization: u32,
        first_index: i64,
        sampling_rate: f64,
        field: &mut [Complex64],
    ) -> Result<(), AmplifierError> {
        require(
            "a sampling rate (Hz)",
            sampling_rate,
            "above zero",
            sampling_rate > 0.0,
        )?;
        require(
            "a density of noise (W/Hz)",
            self.density,
            "zero or more",
            self.density >= 0.0,
        )?;
        let stream = StreamKey {
            seed: address.seed,
            source: Source::AmplifiedSpontaneousEmission,
            lane: address.lane,
            polarization,
            span: address.span,
        }
        .stream();
        // Half of the power in each quadrature.
        let deviation = (0.5 * self.density * sampling_rate).sqrt();
        let mut draws = [0.0; DRAWS];
        let mut index = first_index.wrapping_mul(2);
        for chunk in field.chunks_mut(DRAWS / 2) {
            let draws = &mut draws[..2 * chunk.len()];
            stream.fill_gaussian(index, draws);
            let (pairs, _) = draws.as_chunks::<2>();
            for (a, &[re, im]) in chunk.iter_mut().zip(pairs) {
                *a = Complex64::new(a.re + deviation * re, a.im + deviation * im);
            }
            // Only the last chunk is shorter.
            index = index.wrapping_add(DRAWS_STEP);
        }
        Ok(())
    }
}

/// Draws made at once: two a sample.
const DRAWS: usize = 512;
/// The same as a step of the index.
const DRAWS_STEP: i64 = 512;

/// Optical signal-to-noise ratio in 0.1 nm: `power` in W over the noise of density `density` in
/// W/Hz, of both polarisations together, in [`OSNR_BANDWIDTH`].
pub fn osnr(power: f64, density: f64) -> f64 {
    power / (density * OSNR_BANDWIDTH)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::db_to_power_ratio;

    const NOISE: SpontaneousEmission = SpontaneousEmission { density: 1e-17 };
    const RATE: f64 = 1e12;

    fn sampled(address: NoiseAddress, first: i64, samples: usize) -> [Vec<Complex64>; 2] {
        let mut field = [
            vec![Complex64::ZERO; samples],
            vec![Complex64::ZERO; samples],
        ];
        let [x, y] = &mut field;
        NOISE.add(address, first, RATE, x, y).unwrap();
        field
    }

    fn correlation(a: &[Complex64], b: &[Complex64]) -> f64 {
        let power = |a: &[Complex64]| a.iter().map(Complex64::norm_sqr).sum::<f64>();
        let product: Complex64 = a.iter().zip(b).map(|(a, b)| a * b.conj()).sum();
        product.norm() / (power(a) * power(b)).sqrt()
    }

    const ADDRESS: NoiseAddress = NoiseAddress {
        seed: 7,
        lane: 0,
        span: 0,
    };

    #[test]
    fn polarizations_and_spans_of_one_seed_are_uncorrelated_and_add_in_power() {
        let n = 1 << 16;
        let mut sum = vec![Complex64::ZERO; n];
        let spans = 10;
        let first = sampled(ADDRESS, 0, n);
        for span in 0..spans {
            let [x, y] = sampled(NoiseAddress { span, ..ADDRESS }, 0, n);
            // Independent: |correlation| is Rayleigh distributed with E|r|² = 1/n; 5/√n is 1e-11.
            assert!(correlation(&x, &y) < 5.0 / (n as f64).sqrt());
            if span > 0 {
                assert!(correlation(&first[0], &x) < 5.0 / (n as f64).sqrt());
            }
            for (s, x) in sum.iter_mut().zip(&x) {
                *s += x;
            }
        }
        let power = sum.iter().map(Complex64::norm_sqr).sum::<f64>() / n as f64;
        let expected = f64::from(spans) * NOISE.density * RATE;
        // Five standard deviations of the mean of n exponential variates.
        assert!((power / expected - 1.0).abs() < 5.0 / (n as f64).sqrt());
    }

    #[test]
    fn a_cut_into_blocks_changes_nothing() {
        let whole = sampled(ADDRESS, -3, 1000);
        let (head, tail) = (sampled(ADDRESS, -3, 333), sampled(ADDRESS, 330, 667));
        for (w, (h, t)) in whole.iter().zip(head.iter().zip(&tail)) {
            assert_eq!(w[..333], h[..]);
            assert_eq!(w[333..], t[..]);
        }
    }

    #[test]
    fn the_quantum_limit_is_kept() {
        let make = |gain_db: f64, figure_db: f64, definition| {
            SpontaneousEmission::from_noise_figure(
                db_to_power_ratio(gain_db),
                db_to_power_ratio(figure_db),
                definition,
                193.1e12,
            )
        };
        let with = NoiseFigureDefinition::WithShotNoise;
        // 2 − 1/G is the limit: 2.79 dB at 10 dB of gain.
        assert!(make(10.0, 2.79, with).is_ok());
        assert!(make(10.0, 2.78, with).is_err());
        let error = make(10.0, 1.0, with).unwrap_err().to_string();
        assert!(error.contains("quantum limit"), "{error}");
        // No gain, no noise.
        assert!(make(0.0, 0.0, with).unwrap().density < 1e-40);
        assert!(make(-1.0, 5.0, with).is_err());
        assert!(make(f64::NAN, 5.0, with).is_err());
        assert!(make(20.0, f64::NAN, NoiseFigureDefinition::BeatNoiseOnly).is_err());
    }

    #[test]
    fn fields_of_different_lengths_are_refused() {
        let (mut x, mut y) = ([Complex64::ZERO; 3], [Complex64::ZERO; 4]);
        assert!(NOISE.add(ADDRESS, 0, RATE, &mut x, &mut y).is_err());
        let mut y = [Complex64::ZERO; 3];
        assert!(NOISE.add(ADDRESS, 0, -1.0, &mut x, &mut y).is_err());
    }
}
