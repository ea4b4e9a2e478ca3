//! Timing jitter of a transmitter's edges or of a sampler.

/// Timing jitter, in unit intervals.
///
/// The deterministic part is the dual-Dirac model: two positions, ±half of
/// [`dual_dirac`](Self::dual_dirac), each with probability ½, drawn independently for every edge or
/// sample (INCITS TR-35-2004, "Methodologies for jitter and signal quality specification").
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Jitter {
    /// Standard deviation of the Gaussian part, UI.
    pub random_rms: f64,
    /// Distance between the two positions of the dual-Dirac part (peak to peak), UI.
    pub dual_dirac: f64,
    /// Duty-cycle distortion, UI: by how much symbols are longer and shorter in turn. Every second edge is
    /// late by half of it, the others are early by as much, always the same ones. Of a transmitter only.
    pub duty_cycle_distortion: f64,
    /// Sinusoidal part. Of a transmitter only.
    pub sinusoidal: SinusoidalJitter,
}

impl Jitter {
    /// Jitter that is drawn anew for every edge or sample: Gaussian and dual-Dirac.
    pub fn drawn(random_rms: f64, dual_dirac: f64) -> Self {
        Self {
            random_rms,
            dual_dirac,
            ..Self::default()
        }
    }

    /// True where there is no jitter at all.
    pub fn is_none(&self) -> bool {
        !self.is_drawn() && self.largest_systematic() == 0.0
    }

    /// True where some of it is drawn for every edge or sample.
    pub fn is_drawn(&self) -> bool {
        self.random_rms != 0.0 || self.dual_dirac != 0.0
    }

    /// Variance of what is drawn for every edge or sample, UI²: σ² + (dual_dirac/2)².
    pub fn drawn_variance(&self) -> f64 {
        self.random_rms.powi(2) + 0.25 * self.dual_dirac.powi(2)
    }

    /// Variance of the whole jitter, UI²: the drawn part, (duty_cycle_distortion/2)² and half of the
    /// squared amplitude of the sine.
    pub fn variance(&self) -> f64 {
        self.drawn_variance()
            + 0.25 * self.duty_cycle_distortion.powi(2)
            + 0.125 * self.sinusoidal.peak_to_peak.powi(2)
    }

    /// How late an edge is at the most by what is not drawn, UI.
    pub fn largest_systematic(&self) -> f64 {
        0.5 * (self.duty_cycle_distortion + self.sinusoidal.peak_to_peak)
    }

    /// How late duty-cycle distortion makes the edge in front of a symbol, UI.
    pub fn duty_cycle_delay(&self, symbol: i64) -> f64 {
        let half = 0.5 * self.duty_cycle_distortion;
        if symbol.rem_euclid(2) == 0 {
            half
        } else {
            -half
        }
    }
}

/// Sinusoidal jitter.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct SinusoidalJitter {
    /// Distance between its extremes, UI.
    pub peak_to_peak: f64,
    /// Its frequency, Hz.
    pub frequency: f64,
}

impl SinusoidalJitter {
    /// What a clock recovery leaves that follows jitter as a low-pass of first order with this bandwidth
    /// (Hz): the jitter times f/√(f² + B²), the high-pass of 20 dB a decade that IEEE 802.3 measures and
    /// tolerates jitter with (120E.3.3.2, corner of 4 MHz). Its phase does not matter.
    #[must_use]
    pub fn left_by(self, bandwidth: f64) -> Self {
        let beyond = self.frequency.hypot(bandwidth);
        if beyond == 0.0 {
            return self;
        }
        Self {
            peak_to_peak: self.peak_to_peak * self.frequency / beyond,
            ..self
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clock_recovery_halves_the_power_at_its_bandwidth_and_leaves_a_tenth_a_decade_below() {
        let at = |frequency| {
            SinusoidalJitter {
                peak_to_peak: 0.2,
                frequency,
            }
            .left_by(4e6)
            .peak_to_peak
        };
        assert!((at(4e6) - 0.2 / 2f64.sqrt()).abs() < 1e-15);
        assert!((at(4e4) / 0.002 - 1.0).abs() < 1e-4);
        assert!((at(4e9) - 0.2).abs() < 1e-6);
        let none = SinusoidalJitter::default();
        assert_eq!(none.left_by(0.0), none);
    }

    #[test]
    fn the_variance_is_that_of_positions() {
        let jitter = Jitter {
            random_rms: 0.01,
            dual_dirac: 0.04,
            duty_cycle_distortion: 0.06,
            sinusoidal: SinusoidalJitter {
                peak_to_peak: 0.1,
                frequency: 1e6,
            },
        };
        let count = 1000;
        let squares: f64 = (0..count)
            .map(|k| {
                let sine = 0.05 * (2.0 * std::f64::consts::PI * k as f64 / count as f64).sin();
                sine.powi(2) + jitter.duty_cycle_delay(k).powi(2)
            })
            .sum();
        let expected = 1e-4 + 4e-4 + squares / count as f64;
        assert!((jitter.variance() - expected).abs() < 1e-12);
    }
}
