//! Jitter of edges and its parts.
//!
//! An [`Edge`] is a crossing of a threshold with its displacement from a clock, in UI. [`Decomposition`]
//! takes jitter apart in the order in which it can be told: what alternates from symbol to symbol
//! (even-odd jitter), what rising and falling edges differ by, what repeats with the pattern, sinusoids,
//! and a rest, which is random and bounded uncorrelated jitter. [`DualDirac`] fits the tails of a
//! distribution.
//!
//! | figure | definition |
//! |---|---|
//! | RJ, DJ | σ and distance of the two Gaussians of weight ½ that have the tails of the distribution (dual-Dirac model) |
//! | TJ(p) | width outside of which a share p of the edges lies, DJ + 2·Q⁻¹(p)·σ where the two are apart |
//! | J2, J4u, J5, J9 | width outside of which a share of 10⁻², 10⁻⁴, 10⁻⁵, 10⁻⁹ of the edges lies |
//! | even-odd jitter | distance of the mean displacements of even and of odd borders of symbols |

mod decomposition;
mod dual_dirac;

pub use decomposition::{Decomposition, Tone};
pub use dual_dirac::DualDirac;

/// A crossing of a threshold.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Edge {
    /// Index of the symbol that starts with it.
    pub symbol: usize,
    /// Displacement from the clock, UI.
    pub displacement: f64,
    /// Whether the signal rises.
    pub rising: bool,
}
