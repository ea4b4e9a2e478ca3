//! The table of the analogue-to-digital converter.

use super::range::Range;
use super::read::Count;
use super::table::{Alternatives, table};

/// Keys without a number.
const ANY: Range = Range::FINITE;
/// What its full scale is told by.
const FULL_SCALE: Alternatives = &[&["full_scale_v"], &["full_scale_over_rms"]];

table! {
    /// Analogue-to-digital converter that takes one sample a symbol for a digital equaliser: it limits, rounds
    /// and has noise, and its aperture jitters. It stands last.
    ConverterTable, [FULL_SCALE], {
        /// What the stage is called.
        name: String, ANY;
        /// Bits; it does not round where only the effective bits are given.
        bits: Count, Range::between(1.0, 24.0);
        /// Effective number of bits, its noise included and jitter of its aperture not; the bits where absent.
        effective_bits: f64, Range::above(0.0, 24.0);
        /// Full scale from the lowest to the highest differential voltage, V.
        full_scale_v: f64, Range::above(0.0, 1000.0);
        /// Half of the full scale instead, in root mean squares of signal and noise: an amplifier in front
        /// holds it.
        full_scale_over_rms: f64, Range::between(0.5, 100.0);
        /// Standard deviation of the moment of each sample, fs; none where absent.
        aperture_jitter_fs: f64, Range::between(0.0, 1e6);
    }
}
