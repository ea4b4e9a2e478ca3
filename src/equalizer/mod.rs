//! Discrete equalisers: feed-forward and decision feedback taps solved for the least error or adapted on the
//! samples, Volterra series, and detection of sequences.

pub mod adaptive;
pub mod least_mean_squares;
pub mod minimum_mean_square_error;
pub mod sequence;
pub mod stretch;

pub use adaptive::AdaptiveEqualizer;
pub use minimum_mean_square_error::{Covariances, Taps};
pub use sequence::{SequenceDetector, SequenceError, SequenceScratch};
pub use stretch::Stretch;

/// The equaliser in front of the decision.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Equalizer {
    /// Feed-forward taps at symbol spacing; 0 or 1 for none (a gain).
    pub feed_forward_taps: usize,
    /// How many of them come before the main tap; chosen for the least error where none is given.
    pub precursor_taps: Option<usize>,
    /// Decision feedback taps.
    pub decision_feedback_taps: usize,
    /// How the taps are found.
    pub adaptation: Adaptation,
    /// True where the feedback taps are not fed back but are the response that a detector of sequences
    /// ([`SequenceDetector`]) works on: 1, b_1, b_2, … of the least mean-square error.
    ///
    /// With feed-forward taps of any number, the error behind the taps of decision feedback is that of
    /// predicting it from its past, and white (Falconer & Magee, Bell Syst. Tech. J. 52(9) 1541, 1973;
    /// Moon & Zeng, IEEE Trans. Magn. 31(2) 1083, 1995, for a response that begins with 1).
    pub sequence_detection: bool,
}

/// How an equaliser finds its taps.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Adaptation {
    /// Solved for the minimum mean-square error against the actual noise spectrum.
    #[default]
    MinimumMeanSquareError,
    /// Adapted on known symbols by the least-mean-squares rule.
    LeastMeanSquares {
        /// Step, relative to the signal's power (normalised LMS).
        step: f64,
        /// Training symbols.
        training_symbols: usize,
    },
}
