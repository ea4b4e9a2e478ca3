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
}

impl Jitter {
    /// True where there is no jitter at all.
    pub fn is_none(&self) -> bool {
        self.random_rms == 0.0 && self.dual_dirac == 0.0
    }

    /// Variance of the whole jitter, UI²: σ² + (dual_dirac/2)².
    pub fn variance(&self) -> f64 {
        self.random_rms.powi(2) + 0.25 * self.dual_dirac.powi(2)
    }
}
