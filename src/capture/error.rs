//! Why a capture cannot be measured.

use thiserror::Error;

/// Why a capture cannot be measured: what was found and what is needed.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
pub enum CaptureError {
    /// The file cannot be read.
    #[error("{0}")]
    Read(String),
    /// The format of the file is not one of those that are read.
    #[error("files ending in .{found} are not read; .csv, .txt, .npy and .mat (version 5) are")]
    Extension {
        /// End of the file's name.
        found: String,
    },
    /// The content does not follow the format.
    #[error("{place}: {found}; needed: {needed}")]
    Content {
        /// Line, byte or variable.
        place: String,
        /// What stands there.
        found: String,
        /// What has to stand there.
        needed: String,
    },
    /// There is no time base in the file and none was given.
    #[error(
        "the file holds samples without times; give the sampling rate (--sampling-rate-gsps) or the samples of a symbol (--samples-per-symbol with --symbol-rate-gbd)"
    )]
    NoTimeBase,
    /// The times are not equally spaced.
    #[error(
        "the time base is not even: sample {index} lies {offset:.2} sampling intervals from where an even base of {interval_ps:.6} ps has it; resample the capture at equal intervals"
    )]
    UnevenTimeBase {
        /// Index of the sample, from 0.
        index: usize,
        /// Distance in intervals.
        offset: f64,
        /// Mean interval, ps.
        interval_ps: f64,
    },
    /// A value is not a finite number.
    #[error("sample {index} (from 0) is {value}: every sample has to be a finite number")]
    NotFinite {
        /// Index, from 0.
        index: usize,
        /// Its value.
        value: f64,
    },
    /// The capture ends at the input range.
    #[error(
        "{percent:.1} % of the samples lie exactly at the {end} value, {value:e}: the capture is clipped; capture again with a larger range"
    )]
    Clipped {
        /// Share, %.
        percent: f64,
        /// "highest" or "lowest".
        end: &'static str,
        /// The value.
        value: f64,
    },
    /// All samples are equal.
    #[error("all {samples} samples are equal: there is no signal")]
    NoSignal {
        /// Samples there are.
        samples: usize,
    },
    /// A rate that cannot be used.
    #[error("{what} of {value} cannot be: {needed}")]
    Rate {
        /// Which.
        what: &'static str,
        /// Its value.
        value: f64,
        /// What is possible.
        needed: &'static str,
    },
    /// No symbol rate stands out.
    #[error(
        "no symbol rate is found in the spectrum of the squared slope (its strongest line is {contrast:.1} times its surroundings, {needed:.0} are needed); give it with --symbol-rate-gbd"
    )]
    NoClock {
        /// Strongest line over the median beside it.
        contrast: f64,
        /// Least.
        needed: f64,
    },
    /// Fewer samples per symbol than are needed.
    #[error("{samples_per_symbol:.2} samples per symbol: at least {least} are needed")]
    Undersampled {
        /// Samples per symbol.
        samples_per_symbol: f64,
        /// Least.
        least: usize,
    },
    /// The capture is shorter than any pattern.
    #[error(
        "the capture holds {symbols} whole symbols; {needed} symbols of {pattern} are needed, one period"
    )]
    TooFewSymbols {
        /// Symbols there are.
        symbols: usize,
        /// Period of the shortest pattern that was looked for.
        needed: usize,
        /// Its name.
        pattern: String,
    },
    /// The capture follows no pattern.
    #[error(
        "no pattern is found at {symbol_rate_gbd:.6} GBd: the closest, {pattern}, correlates by {correlation:.2}, and {needed:.2} is needed; {advice}"
    )]
    NoPattern {
        /// Symbol rate, GBd.
        symbol_rate_gbd: f64,
        /// Closest pattern.
        pattern: String,
        /// Its correlation.
        correlation: f64,
        /// Least.
        needed: f64,
        /// What may be wrong.
        advice: String,
    },
}
