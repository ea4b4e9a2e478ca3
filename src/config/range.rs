//! What a number in a link file may be.

/// An interval of allowed numbers. Numbers that are not finite are never allowed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Range {
    /// Lower end.
    pub low: f64,
    /// Whether the lower end itself is excluded.
    pub low_excluded: bool,
    /// Upper end.
    pub high: f64,
    /// Whether the upper end itself is excluded.
    pub high_excluded: bool,
}

impl Range {
    /// Any finite number.
    pub const FINITE: Self = Self::between(f64::NEG_INFINITY, f64::INFINITY);
    /// Above zero.
    pub const POSITIVE: Self = Self::above(0.0, f64::INFINITY);
    /// Zero or more.
    pub const NOT_NEGATIVE: Self = Self::between(0.0, f64::INFINITY);

    /// From `low` to `high`, both included.
    pub const fn between(low: f64, high: f64) -> Self {
        Self {
            low,
            low_excluded: false,
            high,
            high_excluded: false,
        }
    }

    /// Above `low`, up to and including `high`.
    pub const fn above(low: f64, high: f64) -> Self {
        Self {
            low,
            low_excluded: true,
            high,
            high_excluded: false,
        }
    }

    /// Between `low` and `high`, both excluded.
    pub const fn inside(low: f64, high: f64) -> Self {
        Self {
            low,
            low_excluded: true,
            high,
            high_excluded: true,
        }
    }

    /// Whether `x` is allowed.
    pub fn contains(&self, x: f64) -> bool {
        let above = if self.low_excluded {
            x > self.low
        } else {
            x >= self.low
        };
        let below = if self.high_excluded {
            x < self.high
        } else {
            x <= self.high
        };
        x.is_finite() && above && below
    }
}

impl std::fmt::Display for Range {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match (self.low.is_finite(), self.high.is_finite()) {
            (false, false) => write!(f, "a finite number"),
            (true, false) if self.low_excluded => write!(f, "a finite number above {}", self.low),
            (true, false) => write!(f, "a finite number, {} or more", self.low),
            (false, true) => write!(f, "a finite number, {} or less", self.high),
            (true, true) => {
                let low = if self.low_excluded {
                    format!("above {}", self.low)
                } else {
                    format!("from {}", self.low)
                };
                let high = if self.high_excluded {
                    format!("and below {}", self.high)
                } else {
                    format!("to {}", self.high)
                };
                write!(f, "{low} {high}")
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_range_holds_a_number_that_is_not_finite() {
        for range in [Range::FINITE, Range::POSITIVE, Range::NOT_NEGATIVE] {
            for x in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                assert!(!range.contains(x), "{range} holds {x}");
            }
        }
    }

    #[test]
    fn ends_are_in_or_out_as_they_say() {
        assert!(!Range::POSITIVE.contains(0.0));
        assert!(Range::NOT_NEGATIVE.contains(0.0));
        assert!(Range::above(0.0, 1.0).contains(1.0));
        assert!(!Range::inside(0.0, 0.5).contains(0.5));
    }
}
