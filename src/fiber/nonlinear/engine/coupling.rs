//! The Kerr effect of the components of a field on each other.

use super::super::precision::Real;
use num_complex::Complex;

/// How the components of a field turn each other's phase.
#[derive(Debug, Clone)]
pub(in super::super) enum Coupling<T> {
    /// One component.
    Own,
    /// Two polarisations by their total power.
    Total,
    /// Component i by Σ_k weights\[i·m + k\]·|A_k|².
    Matrix(Vec<T>),
}

impl<T: Real> Coupling<T> {
    /// Room for phases that [`rotate`](Self::rotate) needs for `components` lines of `samples`.
    pub fn room(&self, components: usize, samples: usize) -> usize {
        match self {
            Self::Own | Self::Total => 0,
            Self::Matrix(_) => components * samples,
        }
    }

    /// Turns the phases of all components of a stretch of samples, which stand one behind the other
    /// in `lines`, by each other's power. Returns the largest phase.
    pub fn rotate(
        &self,
        lines: &mut [Complex<T>],
        samples: usize,
        phase: &mut [T],
        coefficient: T,
        scale: T,
    ) -> T {
        match self {
            Self::Own => T::rotate(lines, coefficient, scale),
            Self::Total => {
                let (x, y) = lines.split_at_mut(samples);
                T::rotate_two(x, y, coefficient, scale)
            }
            Self::Matrix(weights) => {
                let samples = samples.max(1);
                let m = lines.len() / samples;
                for (p, row) in phase.chunks_mut(samples).zip(weights.chunks(m.max(1))) {
                    p.fill(T::default());
                    for (line, &weight) in lines.chunks(samples).zip(row) {
                        T::add_power(p, line, coefficient * weight);
                    }
                }
                let mut most = T::default();
                for (line, p) in lines.chunks_mut(samples).zip(phase.chunks(samples)) {
                    let here = T::turn_by(line, p, scale);
                    if here > most {
                        most = here;
                    }
                }
                most
            }
        }
    }
}
