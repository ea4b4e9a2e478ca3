//! Phase detectors.

use std::f64::consts::PI;

/// What a detector looks at: two symbols in a row, in any unit, without the mean of the signal.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Strobes {
    /// Sample in the middle of the symbol before.
    pub before: f64,
    /// Sample half a symbol later.
    pub between: f64,
    /// Sample in the middle of the symbol.
    pub now: f64,
    /// Level that was decided for the symbol before.
    pub decided_before: f64,
    /// Level that was decided for the symbol.
    pub decided_now: f64,
}

/// How early or late samples are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhaseDetector {
    /// â(n−1)·y(n) − â(n)·y(n−1), from one sample a symbol (K. H. Mueller and M. Müller, IEEE Trans.
    /// Commun. 24(5), 516, 1976, doi:10.1109/TCOM.1976.1093326). It sees the difference of the pulse's
    /// values a symbol before and behind its middle, and nothing where a pulse has died away there.
    MuellerMuller,
    /// −(y(n) − y(n−1))·y(n−½), from two samples a symbol and without decisions (F. M. Gardner, IEEE
    /// Trans. Commun. 34(5), 423, 1986, doi:10.1109/TCOM.1986.1096561).
    Gardner,
    /// Only the sign, at transitions: on which side of the middle of the two levels the sample between
    /// them lies (J. D. H. Alexander, Electron. Lett. 11(22), 541, 1975, doi:10.1049/el:19750415).
    BangBang,
}

impl PhaseDetector {
    /// Positive where the samples were early, negative where they were late.
    pub fn error(self, s: &Strobes) -> f64 {
        match self {
            Self::MuellerMuller => s.decided_before * s.now - s.decided_now * s.before,
            Self::Gardner => -(s.now - s.before) * s.between,
            Self::BangBang => {
                let step = s.decided_now - s.decided_before;
                let beyond = 0.5 * (s.decided_before + s.decided_now) - s.between;
                let product = step * beyond;
                if product == 0.0 {
                    0.0
                } else {
                    product.signum()
                }
            }
        }
    }
}

/// Gain of the bang-bang detector, in 1/UI, about its lock among Gaussian jitter of a standard deviation
/// in UI, for a share of symbols with a transition: twice the density of the jitter at 0 times the share
/// (J. Lee, K. S. Kundert and B. Razavi, IEEE J. Solid-State Circuits 39(9), 1571, 2004,
/// doi:10.1109/JSSC.2004.831600).
pub fn bang_bang_gain(jitter_rms: f64, transition_density: f64) -> f64 {
    transition_density * 2.0 / ((2.0 * PI).sqrt() * jitter_rms)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A rising edge that comes a little after the sample between the symbols: all are early.
    #[test]
    fn early_samples_are_called_early_by_all_detectors() {
        let early = Strobes {
            before: -1.0,
            between: -0.3,
            now: 0.8,
            decided_before: -1.0,
            decided_now: 1.0,
        };
        let late = Strobes {
            before: -0.8,
            between: 0.3,
            now: 1.0,
            ..early
        };
        for detector in [PhaseDetector::Gardner, PhaseDetector::BangBang] {
            assert!(detector.error(&early) > 0.0);
            assert!(detector.error(&late) < 0.0);
            // A falling edge says the same.
            let falling = |s: &Strobes| Strobes {
                before: -s.before,
                between: -s.between,
                now: -s.now,
                decided_before: -s.decided_before,
                decided_now: -s.decided_now,
            };
            assert!(detector.error(&falling(&early)) > 0.0);
        }
        // Early: the symbol still holds of the one before it.
        assert!(PhaseDetector::MuellerMuller.error(&early) > 0.0 - 0.8 + 0.999);
        assert!(PhaseDetector::MuellerMuller.error(&late) < 0.0);
        let none = Strobes {
            decided_before: 1.0,
            ..early
        };
        assert!(PhaseDetector::BangBang.error(&none).abs() < 1e-15);
    }
}
