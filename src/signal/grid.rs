//! The sample grid: N samples, dt and df with N·dt·df = 1.

/// A grid of equally spaced samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Grid {
    /// Number of samples.
    pub samples: usize,
    /// Sampling rate, Hz.
    pub sampling_rate: f64,
}

impl Grid {
    /// Spacing of the frequencies, Hz: sampling rate over number of samples.
    pub fn frequency_step(&self) -> f64 {
        self.sampling_rate / self.samples as f64
    }

    /// Frequency of bin `k` of a discrete Fourier transform of this grid, Hz, in −fs/2…fs/2.
    pub fn frequency(&self, k: usize) -> f64 {
        let signed = if 2 * k < self.samples {
            k as f64
        } else {
            k as f64 - self.samples as f64
        };
        signed * self.frequency_step()
    }

    /// Number of bins of the transform of a real signal: samples/2 + 1.
    pub fn real_bins(&self) -> usize {
        self.samples / 2 + 1
    }
}

/// True where a transform of this length is fast: no prime factor above 7.
pub fn is_fast_length(mut n: usize) -> bool {
    if n == 0 {
        return false;
    }
    for p in [2, 3, 5, 7] {
        while n.is_multiple_of(p) {
            n /= p;
        }
    }
    n == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_times_steps_is_one() {
        let grid = Grid {
            samples: 4096,
            sampling_rate: 4.25e11,
        };
        let product = grid.samples as f64 * grid.frequency_step() / grid.sampling_rate;
        assert!((product - 1.0).abs() < 1e-15);
        assert!(grid.frequency(4095) < 0.0);
        assert!((grid.frequency(2048) + 2.125e11).abs() < 1.0);
    }

    #[test]
    fn the_period_of_prbs13q_is_slow() {
        assert!(!is_fast_length(8191 * 8));
        assert!(is_fast_length(4096 * 8));
        assert!(is_fast_length(1000));
        assert!(!is_fast_length(0));
    }
}
