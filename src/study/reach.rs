//! Reach: the longest length that still meets the target, and what limits it.

use super::cause::{Cause, without_each_cause};
use super::impedance::deviations;
use super::margin::{MarginSearch, log_quality, target_ber};
use crate::link::chain::Surroundings;
use crate::link::semi_analytic::SemiAnalytic;
use crate::link::{Link, LinkError, Stage};
use serde::Serialize;

/// Why a reach could not be found.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ReachError {
    /// The stage to vary has no length.
    #[error("stage {0} of the link has no length: only fibres, twinax and boards have one")]
    NoLength(usize),
    /// The link itself.
    #[error(transparent)]
    Link(#[from] LinkError),
}

/// How far a link would reach without one of its causes.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct Relief {
    /// The cause.
    pub cause: Cause,
    /// Reach without it, m, to 0.5 %; null where the target is missed at zero length even so.
    pub reach_m: Option<f64>,
    /// True where the target is then met at the longest length tried, which `reach_m` then is.
    pub is_lower_bound: bool,
}

/// A point of the curve of margin against length.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, schemars::JsonSchema)]
pub struct ReachPoint {
    /// Length, m.
    pub length_m: f64,
    /// Bit error ratio in front of the error correction.
    pub pre_fec_ber: f64,
    /// Margin, dB; null at an error floor.
    pub margin_db: Option<f64>,
}

/// Reach of a link.
#[derive(Debug, Clone, PartialEq)]
pub struct Reach {
    /// The longest length up to which the target is met everywhere, m; None where the link misses it
    /// at zero length.
    pub length: Option<f64>,
    /// True where the target is still met at the longest length tried, which `length` then is.
    pub is_lower_bound: bool,
    /// What limits it: the cause without which the link would reach farthest, of those that can be
    /// [taken away](Cause::is_removable); None where none gives anything.
    pub limited_by: Option<Cause>,
    /// All causes, the longest reach first.
    pub reliefs: Vec<Relief>,
    /// Bit error ratio the target asks for in front of the error correction.
    pub target_ber: f64,
    /// Margin and error ratio along the way.
    pub curve: Vec<ReachPoint>,
}

/// How much is computed beside the length.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ReachSettings {
    /// Points of the scan from zero to beyond the reach; 0 for bisection alone, which trusts that the
    /// target is missed only once.
    pub scan_points: usize,
    /// Whether the margin along the scan, and the reach without each cause, are found.
    pub causes: bool,
    /// Longest length tried, m; a default for the medium where none is given.
    pub longest: Option<f64>,
}

impl Default for ReachSettings {
    fn default() -> Self {
        Self {
            scan_points: 25,
            causes: true,
            longest: None,
        }
    }
}

/// Length of a stage, m.
pub fn length_of(stage: &Stage) -> Option<f64> {
    match stage {
        Stage::Fiber(fiber) => Some(fiber.length),
        Stage::KerrFiber(fiber) => Some(fiber.linear.length),
        Stage::MultimodeFiber(fiber) => Some(fiber.length),
        Stage::Twinax(cable) => Some(cable.length),
        Stage::Board(board) => Some(board.length()),
        _ => None,
    }
}

/// The link with another length of one stage.
pub fn with_length(link: &Link, index: usize, length: f64) -> Link {
    let mut changed = link.clone();
    match changed.stages.get_mut(index).map(|named| &mut named.stage) {
        Some(Stage::Fiber(fiber)) => fiber.length = length,
        Some(Stage::KerrFiber(fiber)) => fiber.linear.length = length,
        Some(Stage::MultimodeFiber(fiber)) => fiber.length = length,
        Some(Stage::Twinax(cable)) => cable.length = length,
        Some(Stage::Board(board)) => *board = board.with_length(length),
        _ => {}
    }
    changed
}

/// Finds the reach of a link by varying the length of stage `index`.
///
/// # Errors
/// [`ReachError`] where the stage has no length, or an evaluation is refused.
pub fn find_reach(link: &Link, index: usize, settings: ReachSettings) -> Result<Reach, ReachError> {
    find_within(link, index, settings, None)
}

/// As [`find_reach`], of a link that is a segment of a chain: it is the whole that has to meet the
/// target.
pub(super) fn find_within(
    link: &Link,
    index: usize,
    settings: ReachSettings,
    around: Option<Surroundings>,
) -> Result<Reach, ReachError> {
    // Between ends that do not match, which of the impedances is the worst depends on the length.
    let mut worst: Option<Reach> = None;
    for link in deviations(link) {
        let reach = find_within(&link, index, settings, around.clone())?;
        let farther = |other: &Reach| {
            (reach.length.unwrap_or(-1.0), reach.is_lower_bound)
                >= (other.length.unwrap_or(-1.0), other.is_lower_bound)
        };
        if !worst.as_ref().is_some_and(farther) {
            worst = Some(reach);
        }
    }
    if let Some(worst) = worst {
        return Ok(worst);
    }
    let stage = link
        .stages
        .get(index)
        .map(|named| &named.stage)
        .ok_or(ReachError::NoLength(index + 1))?;
    let nominal = length_of(stage).ok_or(ReachError::NoLength(index + 1))?;
    let (smallest, longest) = match stage {
        Stage::Fiber(_) | Stage::KerrFiber(_) => (100.0, 500e3),
        Stage::MultimodeFiber(_) => (10.0, 50e3),
        _ => (0.1, 100.0),
    };
    let longest = settings.longest.unwrap_or(longest);
    let target = target_ber(link)?;
    let mut search = Search::new(link.clone(), index, target, around)?;
    let mut reach = Reach {
        length: None,
        is_lower_bound: false,
        limited_by: None,
        reliefs: Vec::new(),
        target_ber: target,
        curve: Vec::new(),
    };
    let begin = nominal.max(smallest);
    let mut found = search.first_guess(begin, longest)?;
    if let Some(found) = &mut found
        && settings.scan_points > 1
    {
        let end = if found.is_lower_bound {
            longest
        } else {
            (SCANNED * found.length).min(longest)
        };
        for i in 0..settings.scan_points {
            let length = end * i as f64 / (settings.scan_points - 1) as f64;
            reach.curve.push(search.point(length, settings.causes)?);
        }
        // A miss in front of what was found: the target is missed more than once.
        let excess = |point: &ReachPoint| (point.length_m, search.excess_of(point.pre_fec_ber));
        let first_miss = reach.curve.iter().position(|p| p.pre_fec_ber > target);
        if let Some(i) = first_miss
            && let [.., met, missed] = &reach.curve[..=i]
            && missed.length_m <= found.length
        {
            let (met, missed) = (excess(met), excess(missed));
            *found = FirstGuess {
                length: search.crossing(met, missed)?,
                is_lower_bound: false,
            };
        }
    }
    // A miss at zero length is a miss at any.
    let missed_at_zero = reach.curve.first().is_some_and(|p| p.pre_fec_ber > target);
    if let Some(found) = found.filter(|_| !missed_at_zero) {
        reach.length = Some(found.length);
        reach.is_lower_bound = found.is_lower_bound;
    } else if reach.curve.is_empty() {
        reach.curve.push(search.point(0.0, settings.causes)?);
    }
    if settings.causes && !reach.is_lower_bound {
        let begin = reach.length.unwrap_or(begin);
        reach.reliefs = search.reliefs(begin.max(1e-2 * smallest), longest)?;
        let longer = |relief: &&Relief| match (relief.reach_m, reach.length) {
            (Some(without), Some(with)) => without > with * (1.0 + RELIEF_TOLERANCE),
            (without, _) => without.is_some(),
        };
        reach.limited_by = reach
            .reliefs
            .iter()
            .filter(|relief| relief.cause.is_removable())
            .find(longer)
            .map(|relief| relief.cause);
    }
    Ok(reach)
}

/// Accuracy of a reach, relative.
const TOLERANCE: f64 = 1e-3;
/// Accuracy of a reach without a cause, relative.
const RELIEF_TOLERANCE: f64 = 5e-3;

/// Length that is scanned, in reaches.
const SCANNED: f64 = 1.25;

/// A length at which the target is met and beyond which it is missed.
#[derive(Clone, Copy)]
struct FirstGuess {
    length: f64,
    /// True where nothing was missed up to the longest length.
    is_lower_bound: bool,
}

struct Search {
    engine: SemiAnalytic,
    margins: MarginSearch,
    link: Link,
    index: usize,
    target: f64,
    tolerance: f64,
    /// What the excess grows by with a metre where the target is missed, once that is known.
    slope: Option<f64>,
}

impl Search {
    fn new(
        link: Link,
        index: usize,
        target: f64,
        around: Option<Surroundings>,
    ) -> Result<Self, LinkError> {
        Ok(Self {
            engine: SemiAnalytic::new(&link)?,
            margins: MarginSearch::within(target, around),
            link,
            index,
            target,
            tolerance: TOLERANCE,
            slope: None,
        })
    }

    fn ber(&mut self, length: f64) -> Result<f64, LinkError> {
        self.engine
            .change(&with_length(&self.link, self.index, length))?;
        let evaluation = self.engine.evaluate()?;
        Ok(self.margins.bit_error_ratio(&self.engine, &evaluation))
    }

    /// Logarithm of the Q asked for over that of an error ratio: positive where the target is
    /// missed.
    fn excess_of(&self, ber: f64) -> f64 {
        log_quality(self.target) - log_quality(ber)
    }

    fn excess(&mut self, length: f64) -> Result<f64, LinkError> {
        let ber = self.ber(length)?;
        Ok(self.excess_of(ber))
    }

    /// Where the target is missed for the first time, as far as a bracket shows it; None where no
    /// length meets it.
    fn first_guess(&mut self, begin: f64, longest: f64) -> Result<Option<FirstGuess>, LinkError> {
        let begin = begin.min(longest);
        let first = (begin, self.excess(begin)?);
        let (met, missed) = if first.1 > 0.0 {
            let zero = (0.0, self.excess(0.0)?);
            if zero.1 > 0.0 {
                return Ok(None);
            }
            (zero, first)
        } else {
            let mut met = first;
            loop {
                if met.0 >= longest {
                    return Ok(Some(FirstGuess {
                        length: met.0,
                        is_lower_bound: true,
                    }));
                }
                // The less is left, the shorter the step.
                let factor = match self.slope {
                    Some(slope) => (1.0 - 1.1 * met.1 / (slope * met.0)).clamp(1.02, 4.0),
                    None if met.1 < -0.1 => 4.0,
                    None => 2.0,
                };
                let next = (met.0 * factor).min(longest);
                let there = (next, self.excess(next)?);
                if there.1 > 0.0 {
                    break (met, there);
                }
                if self.slope.is_some() {
                    // None where the way up is not one: steps then grow by themselves.
                    let slope = (there.1 - met.1) / (there.0 - met.0);
                    self.slope = (slope > 0.0).then_some(slope);
                }
                met = there;
            }
        };
        Ok(Some(FirstGuess {
            length: self.crossing(met, missed)?,
            is_lower_bound: false,
        }))
    }

    fn point(&mut self, length: f64, with_margin: bool) -> Result<ReachPoint, LinkError> {
        let ber = self.ber(length)?;
        Ok(ReachPoint {
            length_m: length,
            pre_fec_ber: ber,
            margin_db: if with_margin {
                self.margins.find(&mut self.engine, Some(ber))?
            } else {
                None
            },
        })
    }

    /// A length that meets the target, at most the tolerance short of where it is missed.
    ///
    /// The bracket is cut where a parabola through its ends and the point before them crosses zero, a
    /// little on the side that meets the target, and in half where that does not help. It need not be
    /// closed from above where the way left, by the slope from below, is short enough: the excess
    /// bends upwards.
    fn crossing(&mut self, mut met: (f64, f64), mut missed: (f64, f64)) -> Result<f64, LinkError> {
        let tolerance = self.tolerance * missed.0;
        let mut third = None;
        let mut halve = false;
        for _ in 0..60 {
            let width = missed.0 - met.0;
            if width <= tolerance {
                break;
            }
            let share = if halve {
                0.5
            } else {
                third
                    .and_then(|third| parabola_share(met, missed, third))
                    .unwrap_or_else(|| (met.1 / (met.1 - missed.1)).clamp(0.1, 0.9))
            };
            let edge = (0.25 * tolerance).min(0.25 * width);
            let length = (met.0 + share * width - 0.4 * tolerance)
                .max(met.0 + edge)
                .min(missed.0 - edge);
            let here = (length, self.excess(length)?);
            if here.1 > 0.0 {
                third = Some(missed);
                missed = here;
            } else {
                let slope = (here.1 - met.1) / (here.0 - met.0);
                let close = slope > 0.0 && -here.1 / slope <= tolerance;
                third = Some(met);
                met = here;
                if close {
                    break;
                }
            }
            halve = missed.0 - met.0 > 0.5 * width && !halve;
        }
        let slope = (missed.1 - met.1) / (missed.0 - met.0);
        self.slope = (slope > 0.0 && slope.is_finite()).then_some(slope);
        Ok(met.0)
    }

    /// The reach without each cause, sought from a length on; each trusts that the target is missed
    /// only once. Leaves the search with the last of these links.
    fn reliefs(&mut self, begin: f64, longest: f64) -> Result<Vec<Relief>, LinkError> {
        let mut reliefs = Vec::new();
        let slope = self.slope;
        self.tolerance = RELIEF_TOLERANCE;
        // One engine for all: what comes before the part that a cause changes stays as it is.
        for (cause, relieved) in without_each_cause(&self.link.clone()) {
            self.link = relieved;
            self.slope = slope;
            let found = self.first_guess(begin, longest)?;
            reliefs.push(Relief {
                cause,
                reach_m: found.map(|f| f.length),
                is_lower_bound: found.is_some_and(|f| f.is_lower_bound),
            });
        }
        reliefs.sort_by(|a, b| {
            let length = |r: &Relief| r.reach_m.unwrap_or(f64::NEG_INFINITY);
            length(b).total_cmp(&length(a))
        });
        Ok(reliefs)
    }
}

/// Where in a bracket (0 at `low`, 1 at `high`) the parabola through its ends and a third point crosses
/// zero; None where it does not, once.
fn parabola_share(low: (f64, f64), high: (f64, f64), third: (f64, f64)) -> Option<f64> {
    let width = high.0 - low.0;
    let u = (third.0 - low.0) / width;
    // low.1 + b·u + c·u² through (1, high.1) and the third point.
    let (rise, far) = (high.1 - low.1, third.1 - low.1);
    let c = (far - rise * u) / (u * (u - 1.0));
    let b = rise - c;
    let root = (b * b - 4.0 * c * low.1).sqrt();
    // Of the two roots the one between the ends, in the form without cancellation.
    let share = -2.0 * low.1 / (b + root);
    (share > 0.0 && share < 1.0).then_some(share)
}
