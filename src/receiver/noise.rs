//! One-sided noise densities, of amplifiers above all.

use crate::math::interpolation::Curve;

/// One-sided density of noise as a function of frequency: of an amplifier's input-referred noise in
/// A²/Hz or V²/Hz, of optical power in W²/Hz. Its unit is that of the place it is referred to.
#[derive(Debug, Clone, PartialEq)]
pub enum NoiseDensity {
    /// The same at every frequency.
    White(f64),
    /// S0·(1 + (f/corner)²): the rise a photodiode's capacitance gives the noise of a
    /// transimpedance amplifier (Säckinger, Analysis and Design of Transimpedance Amplifiers for
    /// Optical Receivers, Wiley 2018, section 6.2).
    Quadratic {
        /// Density at low frequency.
        low_frequency: f64,
        /// Frequency at which the density has doubled, Hz.
        corner: f64,
    },
    /// S0·exp(−½(f/deviation)²): noise that is drawn anew after some time.
    Gaussian {
        /// Density at low frequency.
        low_frequency: f64,
        /// Standard deviation of the spectrum, Hz.
        deviation: f64,
    },
    /// A measured density against frequency (Hz), held at its ends beyond the table.
    Table(Curve),
}

impl NoiseDensity {
    /// Noise of a standard deviation that is drawn anew in every interval of `period` seconds, nearly:
    /// its covariance is σ²·exp(−π(t/period)²), 4 % of the variance one period away.
    pub fn per_period(deviation: f64, period: f64) -> Self {
        Self::Gaussian {
            low_frequency: 2.0 * deviation * deviation * period,
            deviation: 1.0 / (period * (2.0 * std::f64::consts::PI).sqrt()),
        }
    }

    /// Density at frequency `f` (Hz, of either sign).
    pub fn at(&self, f: f64) -> f64 {
        match self {
            Self::White(density) => *density,
            Self::Quadratic {
                low_frequency,
                corner,
            } => low_frequency * (1.0 + (f / corner).powi(2)),
            Self::Gaussian {
                low_frequency,
                deviation,
            } => low_frequency * (-0.5 * (f / deviation).powi(2)).exp(),
            Self::Table(curve) => curve.clamped(f.abs()),
        }
    }

    /// The density times a factor.
    #[must_use]
    pub fn scaled(&self, factor: f64) -> Self {
        match self {
            Self::White(density) => Self::White(density * factor),
            Self::Quadratic {
                low_frequency,
                corner,
            } => Self::Quadratic {
                low_frequency: low_frequency * factor,
                corner: *corner,
            },
            Self::Gaussian {
                low_frequency,
                deviation,
            } => Self::Gaussian {
                low_frequency: low_frequency * factor,
                deviation: *deviation,
            },
            Self::Table(curve) => {
                let points = curve
                    .points()
                    .iter()
                    .map(|&(f, s)| (f, s * factor))
                    .collect();
                // Scaling keeps the points in order.
                Curve::new(points).map_or_else(|_| self.clone(), Self::Table)
            }
        }
    }
}
