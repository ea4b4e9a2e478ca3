//! Counted errors, and what they say about an error ratio.

use crate::format::Modulation;
use crate::math::clopper_pearson;

/// Errors closer than this many symbols belong to one burst, where no noise lasts longer.
pub(super) const BURST_GAP: u64 = 4;

/// What was counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Symbols.
    pub symbols: u64,
    /// Symbols decided wrongly.
    pub symbol_errors: u64,
    /// Bits decided wrongly, in thousandths (a level can stand for part of a bit).
    pub bit_error_thousandths: u64,
    /// Bursts of errors.
    pub bursts: u64,
    /// Sum over bursts of the square of their number of symbol errors.
    pub burst_squares: u64,
}

impl Counts {
    pub(super) fn add(&mut self, other: &Self) {
        self.symbols += other.symbols;
        self.symbol_errors += other.symbol_errors;
        self.bit_error_thousandths += other.bit_error_thousandths;
        self.bursts += other.bursts;
        self.burst_squares += other.burst_squares;
    }

    /// Bits decided wrongly.
    pub fn bit_errors(&self) -> f64 {
        self.bit_error_thousandths as f64 / 1000.0
    }

    /// Symbol error ratio; 0 where none was counted.
    pub fn symbol_error_ratio(&self) -> f64 {
        self.symbol_errors as f64 / self.symbols.max(1) as f64
    }

    /// Bit error ratio; 0 where none was counted.
    pub fn bit_error_ratio(&self, modulation: &Modulation) -> f64 {
        self.bit_errors() / (self.symbols.max(1) as f64 * modulation.bits_per_symbol())
    }

    /// Interval of a ratio of the given confidence (Clopper & Pearson, Biometrika 26, 404, 1934).
    ///
    /// Errors that come in bursts say less than as many single ones: the counts are divided by
    /// Σn²/Σn, n the errors of a burst, before the interval is taken.
    pub fn interval(&self, confidence: f64, ratio_per_symbol_error_ratio: f64) -> (f64, f64) {
        let clustering = if self.symbol_errors == 0 {
            1.0
        } else {
            self.burst_squares as f64 / self.symbol_errors as f64
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let independent = |count: u64| (count as f64 / clustering).round() as u64;
        let (low, high) = clopper_pearson(
            independent(self.symbol_errors),
            independent(self.symbols),
            confidence,
        );
        (
            low * ratio_per_symbol_error_ratio,
            high * ratio_per_symbol_error_ratio,
        )
    }

    /// Interval of the bit error ratio of the given confidence.
    pub fn bit_error_interval(&self, confidence: f64, modulation: &Modulation) -> (f64, f64) {
        let bits_per_error = if self.symbol_errors == 0 {
            1.0
        } else {
            self.bit_errors() / self.symbol_errors as f64
        };
        self.interval(confidence, bits_per_error / modulation.bits_per_symbol())
    }
}

/// Errors that follow each other closely.
pub(super) struct Burst {
    gap: u64,
    errors: u64,
    last: u64,
}

impl Burst {
    /// Bursts of errors at most so many symbols apart.
    pub(super) fn within(gap: u64) -> Self {
        Self {
            gap,
            errors: 0,
            last: 0,
        }
    }

    pub(super) fn error(&mut self, at: u64, counts: &mut Counts) {
        if self.errors > 0 && at - self.last > self.gap {
            self.end(counts);
        }
        self.errors += 1;
        self.last = at;
    }

    pub(super) fn end(&mut self, counts: &mut Counts) {
        if self.errors > 0 {
            counts.bursts += 1;
            counts.burst_squares += self.errors * self.errors;
        }
        self.errors = 0;
    }
}
