//! Optical filters: band-passes, the ports of multiplexers, measured passbands, and the crosstalk they
//! leave.

mod crosstalk;
mod passband;

pub use crosstalk::{
    Neighbour, Thresholds, adjacent_crosstalk, beat_variance, eye_opening_of_aligned_crosstalk,
};
pub use passband::MeasuredPassband;

use super::{Grid, ResponseError};
use crate::units::db_to_power_ratio;
use num_complex::Complex64;
use std::f64::consts::LN_2;

/// The shape of a passband over the distance from its centre, without its insertion loss.
#[derive(Debug, Clone, PartialEq)]
pub enum PassbandShape {
    /// Everything passes.
    AllPass,
    /// Gaussian of order n, |H|² = exp(−ln2·|2f/B|^(2n)), without phase: n = 1 is a Gaussian, 3 or 4
    /// the flat top of arrayed-waveguide and thin-film filters, and a high order a rectangle.
    Gaussian {
        /// Full width between the frequencies at which half of the power passes, Hz.
        bandwidth: f64,
        /// Order n.
        order: u32,
    },
    /// Measured.
    Measured(MeasuredPassband),
}

/// An optical band-pass: one port of a multiplexer, or a filter by itself.
#[derive(Debug, Clone, PartialEq)]
pub struct OpticalFilter {
    /// Its shape.
    pub shape: PassbandShape,
    /// Centre from the carrier of the field it is applied to, Hz.
    pub centre: f64,
    /// Loss at the centre, dB.
    pub insertion_loss_db: f64,
}

impl OpticalFilter {
    /// H at `frequency` Hz from the carrier, on the complex envelope.
    pub fn at(&self, frequency: f64) -> Complex64 {
        let f = frequency - self.centre;
        let loss = 10f64.powf(-self.insertion_loss_db / 20.0);
        let shape = match &self.shape {
            PassbandShape::AllPass => Complex64::ONE,
            PassbandShape::Gaussian { bandwidth, order } => {
                let square = (2.0 * f / bandwidth).powi(2);
                let exponent = i32::try_from(*order).unwrap_or(i32::MAX);
                Complex64::new((-0.5 * LN_2 * square.powi(exponent)).exp(), 0.0)
            }
            PassbandShape::Measured(measured) => measured.at(f),
        };
        shape * loss
    }

    /// Noise bandwidth in Hz, ∫|H|²df over the largest |H|²: B·Γ(1 + 1/(2n))/(ln 2)^(1/(2n)) for a
    /// Gaussian of order n. `None` where it depends on how wide the noise is: all-pass filters, and
    /// measured ones, whose stop-bands end with the measurement (see [`narrowed`](Self::narrowed)).
    pub fn noise_bandwidth(&self) -> Option<f64> {
        match self.shape {
            PassbandShape::Gaussian { bandwidth, order } => {
                let inverse = 0.5 / f64::from(order);
                Some(bandwidth * libm::tgamma(1.0 + inverse) / LN_2.powf(inverse))
            }
            PassbandShape::AllPass | PassbandShape::Measured(_) => None,
        }
    }

    /// Largest share of the power that passes at any frequency.
    pub fn peak_transmission(&self) -> f64 {
        let shape = match &self.shape {
            PassbandShape::AllPass | PassbandShape::Gaussian { .. } => 1.0,
            PassbandShape::Measured(measured) => measured.peak_transmission(),
        };
        shape * db_to_power_ratio(-self.insertion_loss_db)
    }

    /// Noise bandwidth in Hz behind the filter of noise whose bandwidth in front of it is `bandwidth`,
    /// at the [largest transmission](Self::peak_transmission): the smaller of it and the filter's own.
    /// A measured passband holds its ends as far as the noise reaches
    /// ([`MeasuredPassband::noise_bandwidth`]).
    pub fn narrowed(&self, bandwidth: f64) -> f64 {
        let own = match &self.shape {
            PassbandShape::Measured(measured) => Some(measured.noise_bandwidth(bandwidth)),
            _ => self.noise_bandwidth(),
        };
        own.map_or(bandwidth, |own| own.min(bandwidth))
    }

    /// Checks that every quantity is physical.
    ///
    /// # Errors
    /// [`ResponseError::Bandwidth`] for a bandwidth that is not positive; [`ResponseError::Measured`]
    /// for an order of 0, a gain or a centre that is no number.
    pub fn check(&self) -> Result<(), ResponseError> {
        if let PassbandShape::Gaussian { bandwidth, order } = self.shape {
            if !(bandwidth.is_finite() && bandwidth > 0.0) {
                return Err(ResponseError::Bandwidth(bandwidth));
            }
            if order == 0 {
                return Err(ResponseError::Measured(
                    "the order of a Gaussian filter is 0: allowed: 1 or more".to_owned(),
                ));
            }
        }
        if !self.centre.is_finite() {
            return Err(ResponseError::Measured(format!(
                "the centre of the passband, {} Hz, is not finite",
                self.centre
            )));
        }
        let loss = self.insertion_loss_db;
        if !(loss.is_finite() && loss >= 0.0) {
            return Err(ResponseError::Measured(format!(
                "an insertion loss of {loss} dB cannot be: it must be zero or more"
            )));
        }
        Ok(())
    }

    /// Multiplies H at the frequencies of a grid onto `out`, in the order of a discrete Fourier
    /// transform.
    ///
    /// # Errors
    /// As [`check`](Self::check).
    pub fn multiply_onto(&self, grid: Grid, out: &mut [Complex64]) -> Result<(), ResponseError> {
        self.check()?;
        for (k, h) in out.iter_mut().enumerate() {
            *h *= self.at(grid.frequency(k));
        }
        Ok(())
    }
}

/// The ports of a multiplexer or demultiplexer: `count` equal passbands `spacing` Hz apart, the first
/// centred at `first` Hz from the carrier.
pub fn multiplexer_ports(
    shape: &PassbandShape,
    insertion_loss_db: f64,
    first: f64,
    spacing: f64,
    count: u32,
) -> Vec<OpticalFilter> {
    (0..count)
        .map(|port| OpticalFilter {
            shape: shape.clone(),
            centre: first + spacing * f64::from(port),
            insertion_loss_db,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn gaussian(order: u32) -> OpticalFilter {
        OpticalFilter {
            shape: PassbandShape::Gaussian {
                bandwidth: 50e9,
                order,
            },
            centre: 10e9,
            insertion_loss_db: 3.0,
        }
    }

    #[test]
    fn half_of_the_power_passes_at_the_edges() {
        for order in [1, 2, 4, 8] {
            let filter = gaussian(order);
            let peak = filter.at(10e9).norm_sqr();
            assert!((10.0 * peak.log10() + 3.0).abs() < 1e-12);
            for edge in [-15e9, 35e9] {
                assert!((filter.at(edge).norm_sqr() / peak - 0.5).abs() < 1e-12);
            }
        }
    }

    #[test]
    fn the_noise_bandwidth_is_the_integral() {
        for order in [1, 2, 3, 6] {
            let filter = gaussian(order);
            let step = 5e6;
            let sum: f64 = (-40_000..40_000)
                .map(|k| filter.at(f64::from(k) * step).norm_sqr() * step)
                .sum();
            let expected = filter.noise_bandwidth().unwrap();
            let ratio = sum / filter.at(10e9).norm_sqr() / expected;
            assert!((ratio - 1.0).abs() < 1e-9, "{order}: {ratio}");
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        for bad in [
            gaussian(0),
            OpticalFilter {
                centre: f64::NAN,
                ..gaussian(1)
            },
            OpticalFilter {
                insertion_loss_db: -1.0,
                ..gaussian(1)
            },
            OpticalFilter {
                shape: PassbandShape::Gaussian {
                    bandwidth: 0.0,
                    order: 1,
                },
                ..gaussian(1)
            },
        ] {
            assert!(bad.check().is_err(), "{bad:?}");
        }
        let ports = multiplexer_ports(&PassbandShape::AllPass, 1.0, -100e9, 50e9, 5);
        assert_eq!(ports.len(), 5);
        assert!((ports[4].centre - 100e9).abs() < 1.0);
    }
}
