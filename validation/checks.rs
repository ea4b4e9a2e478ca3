//! A case, its checks, and when a check passes.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a case cannot be computed at all.
pub type CaseError = Box<dyn std::error::Error + Send + Sync>;
/// What a case runs.
pub type Run = Box<dyn Fn() -> Result<Outcome, CaseError> + Send + Sync>;

/// One case.
pub struct Case {
    /// Area and physics, "fading-nulls/20-km-d17".
    pub name: String,
    /// Area, the name of the file the case stands in.
    pub area: &'static str,
    /// Computes it.
    pub run: Run,
}

impl Case {
    /// A case that only needs the library.
    pub fn new(
        area: &'static str,
        name: impl Into<String>,
        run: impl Fn() -> Result<Vec<Check>, CaseError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            area,
            run: Box::new(move || run().map(Outcome::Checked)),
        }
    }

    /// A case that needs a file or folder of `EYESPAN_DATA`.
    pub fn external(
        area: &'static str,
        name: impl Into<String>,
        needs: &'static str,
        run: impl Fn(&Path) -> Result<Vec<Check>, CaseError> + Send + Sync + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            area,
            run: Box::new(move || {
                let Some(folder) = std::env::var_os("EYESPAN_DATA").map(PathBuf::from) else {
                    return Ok(Outcome::NotRun(format!(
                        "data absent: EYESPAN_DATA names no folder with {needs}"
                    )));
                };
                let path = folder.join(needs);
                if !path.exists() {
                    return Ok(Outcome::NotRun(format!(
                        "data absent: {needs} is not in EYESPAN_DATA"
                    )));
                }
                run(&path).map(Outcome::Checked)
            }),
        }
    }
}

/// What came out of a case.
#[derive(Debug)]
pub enum Outcome {
    /// The numbers were compared.
    Checked(Vec<Check>),
    /// The case needs data that are not there; the text says which.
    NotRun(String),
    /// The library refused or failed; the text says how.
    Broken(String),
}

/// One number against another.
#[derive(Debug, Clone)]
pub struct Check {
    /// What it is.
    pub quantity: String,
    /// Unit of both numbers.
    pub unit: &'static str,
    /// What the library computes.
    pub computed: f64,
    /// What it has to be.
    pub expected: f64,
    /// How far the two may lie apart.
    pub tolerance: Tolerance,
    /// Where the expected number comes from.
    pub source: &'static str,
}

/// How far two numbers may lie apart.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Tolerance {
    /// |computed − expected|, in the unit of both.
    Absolute(f64, Reason),
    /// |computed − expected|/|expected|.
    Relative(f64, Reason),
    /// The expected number lies in the interval of a counted one, which is `computed`.
    Counted {
        /// Lower end.
        low: f64,
        /// Upper end.
        high: f64,
    },
    /// The computed number is at least the expected one.
    AtLeast,
    /// The computed number is at most the expected one.
    AtMost,
}

/// Why a tolerance is what it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The expected number is printed to so many digits.
    PrintedDigit,
    /// Rounding of double precision in the computation.
    RoundOff,
    /// The source says how exact it is.
    StatedBySource,
    /// Samples, quadrature points or a band limit of the computation.
    Grid,
}

/// Whether a check passed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Within its tolerance.
    Pass,
    /// Outside, or not a number.
    Fail,
}

impl Check {
    /// Computed − expected.
    pub fn difference(&self) -> f64 {
        self.computed - self.expected
    }

    /// Compares the two numbers; one that is not a number fails.
    pub fn status(&self) -> Status {
        let difference = self.difference().abs();
        let within = match self.tolerance {
            Tolerance::Absolute(allowed, _) => difference <= allowed,
            Tolerance::Relative(allowed, _) => difference <= allowed * self.expected.abs(),
            Tolerance::Counted { low, high } => self.expected >= low && self.expected <= high,
            Tolerance::AtLeast => self.computed >= self.expected,
            Tolerance::AtMost => self.computed <= self.expected,
        };
        if within { Status::Pass } else { Status::Fail }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::PrintedDigit => "printed digit",
            Self::RoundOff => "round-off",
            Self::StatedBySource => "stated by source",
            Self::Grid => "grid",
        })
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absolute(0.0, _) => write!(f, "exact"),
            Self::Absolute(allowed, reason) => write!(f, "±{allowed:.1e} ({reason})"),
            Self::Relative(allowed, reason) => write!(f, "±{allowed:.1e} relative ({reason})"),
            Self::Counted { low, high } => {
                write!(f, "in {low:.4e}…{high:.4e} (counting interval)")
            }
            Self::AtLeast => write!(f, "at least"),
            Self::AtMost => write!(f, "at most"),
        }
    }
}

/// Collects the checks of a case that share their source.
pub struct Checks {
    source: &'static str,
    list: Vec<Check>,
}

impl Checks {
    /// Checks whose expected numbers come from `source`.
    pub fn from(source: &'static str) -> Self {
        Self {
            source,
            list: Vec::new(),
        }
    }

    /// Adds one.
    pub fn add(
        &mut self,
        quantity: impl Into<String>,
        unit: &'static str,
        computed: f64,
        expected: f64,
        tolerance: Tolerance,
    ) {
        self.list.push(Check {
            quantity: quantity.into(),
            unit,
            computed,
            expected,
            tolerance,
            source: self.source,
        });
    }

    /// Adds one that has to agree exactly: a count.
    pub fn exact(&mut self, quantity: impl Into<String>, computed: usize, expected: usize) {
        self.add(
            quantity,
            "",
            computed as f64,
            expected as f64,
            Tolerance::Absolute(0.0, Reason::RoundOff),
        );
    }

    /// The checks, for the end of a case.
    #[allow(clippy::unnecessary_wraps, reason = "the end of a fallible case")]
    pub fn done(self) -> Result<Vec<Check>, CaseError> {
        Ok(self.list)
    }
}
