//! Reach of a passive cable by its channel operating margin, as a band over the factor by which a real
//! pair is lossier than two smooth round wires.
//!
//! That factor is the least known number of a cable from its geometry
//! ([`TwinaxCable`](crate::copper::TwinaxCable)): real pairs lie at 1.2 to 1.5, which is assumed.

use crate::com::cable::CableAssembly;
use crate::com::{ComError, Settings, analyze};
use rayon::prelude::*;

/// Excess loss factors a reach is told for: those between which real cables lie, and the middle.
pub const EXCESS_LOSS_FACTORS: [f64; 3] = [1.2, 1.35, 1.5];

/// Shortest length that is looked at, m.
const SHORTEST: f64 = 0.5;
/// Factor from one length of the scan to the next: four to an octave.
const GROWTH: f64 = 1.189_207_115_002_721;
/// How far below the least margin the scan goes, dB.
const BELOW: f64 = 2.0;
/// What a reach is told to, m and dB.
const LENGTH_TOLERANCE: f64 = 2e-3;
const MARGIN_TOLERANCE_DB: f64 = 5e-3;
/// Most steps of the search between two lengths of the scan.
const MOST_STEPS: usize = 12;

/// Margin of a length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LengthPoint {
    /// Length of the pair, m.
    pub length: f64,
    /// Lowest channel operating margin of all tests, dB.
    pub com_db: f64,
    /// Loss of the assembly between matched ends at half the symbol rate, dB.
    pub loss_db: f64,
}

/// Margin against length, and the reach.
#[derive(Debug, Clone, PartialEq)]
pub struct MarginCurve {
    /// Factor of the pair's loss.
    pub excess_loss_factor: f64,
    /// By rising length; the reach is not among them.
    pub points: Vec<LengthPoint>,
    /// Longest length up to which every length looked at has the least margin, m; none where the
    /// shortest has not.
    pub reach: Option<f64>,
    /// True where the longest length that was looked at still has it, which the reach then is.
    pub is_lower_bound: bool,
}

/// The margin of an assembly: the lowest of all tests.
///
/// # Errors
/// As [`CableAssembly::channel`] and [`analyze`]; [`ComError::Setting`] without a test.
pub fn cable_margin(assembly: &CableAssembly, tests: &[Settings]) -> Result<LengthPoint, ComError> {
    let mut lowest: Option<LengthPoint> = None;
    for settings in tests {
        let com_db = analyze(&assembly.channel(settings)?, settings)?
            .margin
            .com_db;
        if lowest.is_none_or(|point| com_db < point.com_db) {
            lowest = Some(LengthPoint {
                length: assembly.cable.length,
                com_db,
                loss_db: assembly.loss_db(0.5 * settings.symbol_rate, settings.resistance),
            });
        }
    }
    lowest.ok_or_else(|| ComError::Setting("there is no test".to_owned()))
}

/// Margin against length of an assembly whose pair has this factor of excess loss, from 0.5 m to where the
/// margin has fallen 2 dB below `least_com_db`, or to `longest` m, and the length at which it is
/// `least_com_db`.
///
/// # Errors
/// As [`cable_margin`].
pub fn margin_against_length(
    assembly: &CableAssembly,
    tests: &[Settings],
    excess_loss_factor: f64,
    least_com_db: f64,
    longest: f64,
) -> Result<MarginCurve, ComError> {
    if !(longest.is_finite() && longest > 0.0 && least_com_db.is_finite()) {
        return Err(ComError::Setting(format!(
            "a longest length of {longest} m and a least margin of {least_com_db} dB cannot be: numbers, the \
             length above 0, are allowed"
        )));
    }
    let at = |length: f64| {
        let mut one = assembly.clone();
        one.cable.length = length;
        one.cable.excess_loss_factor = excess_loss_factor;
        cable_margin(&one, tests)
    };
    let mut points: Vec<LengthPoint> = Vec::new();
    let mut length = SHORTEST.min(longest);
    loop {
        let point = at(length)?;
        points.push(point);
        if point.com_db < least_com_db - BELOW || length >= longest {
            break;
        }
        length = (length * GROWTH).min(longest);
    }
    let failing = points.iter().position(|p| p.com_db < least_com_db);
    let (reach, is_lower_bound) = match failing {
        None => (points.last().map(|p| p.length), true),
        Some(0) => (None, false),
        Some(k) => {
            let crossing = crossing(&points[k - 1], &points[k], least_com_db, at)?;
            (Some(crossing), false)
        }
    };
    Ok(MarginCurve {
        excess_loss_factor,
        points,
        reach,
        is_lower_bound,
    })
}

/// Length between one with the margin and one without it at which it is just there.
fn crossing(
    with: &LengthPoint,
    without: &LengthPoint,
    least_com_db: f64,
    at: impl Fn(f64) -> Result<LengthPoint, ComError>,
) -> Result<f64, ComError> {
    let (mut low, mut high) = (*with, *without);
    for step in 0..MOST_STEPS {
        if high.length - low.length < LENGTH_TOLERANCE {
            break;
        }
        // The line between the two, every third time the middle, so that both ends move.
        let share = if step % 3 == 2 {
            0.5
        } else {
            (low.com_db - least_com_db) / (low.com_db - high.com_db)
        };
        let point = at(low.length + share.clamp(0.02, 0.98) * (high.length - low.length))?;
        if (point.com_db - least_com_db).abs() < MARGIN_TOLERANCE_DB {
            return Ok(point.length);
        }
        if point.com_db >= least_com_db {
            low = point;
        } else {
            high = point;
        }
    }
    Ok(low.length)
}

/// [`margin_against_length`] of several assemblies for each of several factors, the factors of one assembly
/// together; computed in parallel.
///
/// # Errors
/// As [`margin_against_length`].
pub fn reach_bands(
    assemblies: &[CableAssembly],
    tests: &[Settings],
    factors: &[f64],
    least_com_db: f64,
    longest: f64,
) -> Result<Vec<Vec<MarginCurve>>, ComError> {
    assemblies
        .par_iter()
        .map(|assembly| {
            factors
                .par_iter()
                .map(|&factor| {
                    margin_against_length(assembly, tests, factor, least_com_db, longest)
                })
                .collect()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(length: f64) -> LengthPoint {
        // A margin that falls with the square of the length, as 3 dB at 1.5 m.
        LengthPoint {
            length,
            com_db: 3.0 + 2.25 - length * length,
            loss_db: length,
        }
    }

    #[test]
    fn the_length_of_the_least_margin_is_found() {
        let found = crossing(&point(1.0), &point(4.0), 3.0, |length| Ok(point(length))).unwrap();
        assert!((found - 1.5).abs() < 3e-3, "{found}");
    }

    #[test]
    fn bad_limits_are_refused() {
        let assembly = CableAssembly {
            connector: crate::com::Connector::none(),
            cable: crate::copper::TwinaxCable::copper(26, 1.0).unwrap(),
        };
        for (least, longest) in [(f64::NAN, 1.0), (3.0, 0.0), (3.0, f64::INFINITY)] {
            assert!(margin_against_length(&assembly, &[], 1.2, least, longest).is_err());
        }
        assert!(cable_margin(&assembly, &[]).is_err());
    }
}
