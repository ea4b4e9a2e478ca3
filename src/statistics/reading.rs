//! What is read off a statistical eye: thresholds, error ratios, openings, bathtub curves, contours.

use super::density::AmplitudeDensity;
use super::eye::StatisticalEye;
use crate::format::Modulation;

/// Edges of an eye between two neighbouring levels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EyeEdges {
    /// What the lower level exceeds with the probability asked for, V.
    pub low: f64,
    /// What the upper level falls below with that probability, V.
    pub high: f64,
}

impl EyeEdges {
    /// Height, V; negative for a closed eye.
    pub fn height(&self) -> f64 {
        self.high - self.low
    }
}

/// Error ratios at one phase.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct EyeErrors {
    /// Symbols decided wrongly, of all symbols.
    pub symbol: f64,
    /// Bits decided wrongly, of all bits, Gray mapped.
    pub bit: f64,
    /// What each eye, lowest first, adds to the symbol errors: the lower level above its threshold and
    /// the upper one below. Their sum exceeds `symbol` by nothing; a symbol that crosses two
    /// thresholds counts in the eye next to its level.
    pub per_eye: Vec<f64>,
}

/// Probabilities of exceeding, and of falling below, the edges of the bins of a density.
#[derive(Debug, Clone)]
struct Tails {
    step: f64,
    /// Lower edge of the first bin, V.
    low: f64,
    /// Probability above the lower edge of each bin, and above the last upper edge.
    above: Vec<f64>,
    below: Vec<f64>,
}

impl Tails {
    fn new(density: &AmplitudeDensity) -> Self {
        let n = density.mass.len();
        let mut above = vec![0.0; n + 1];
        let mut below = vec![0.0; n + 1];
        for (i, p) in density.mass.iter().enumerate() {
            below[i + 1] = below[i] + p;
        }
        for (i, p) in density.mass.iter().enumerate().rev() {
            above[i] = above[i + 1] + p;
        }
        Self {
            step: density.step,
            low: density.value(0) - 0.5 * density.step,
            above,
            below,
        }
    }

    /// Probability at a place between edges: the logarithm is a straight line, or the probability
    /// itself where one end is zero.
    fn at(&self, tail: &[f64], x: f64) -> f64 {
        let place = (x - self.low) / self.step;
        let last = tail.len() - 1;
        if place <= 0.0 {
            return tail.first().copied().unwrap_or(0.0);
        }
        if place >= last as f64 {
            return tail.last().copied().unwrap_or(0.0);
        }
        let i = super::lattice::whole_steps(place.floor()).min(last - 1);
        between(tail[i], tail[i + 1], place - i as f64)
    }

    fn above(&self, x: f64) -> f64 {
        self.at(&self.above, x)
    }

    fn below(&self, x: f64) -> f64 {
        self.at(&self.below, x)
    }

    /// The place that is exceeded with this probability; the end of the range where none is.
    fn exceeded(&self, probability: f64) -> f64 {
        let i = self.above.partition_point(|p| *p > probability);
        self.edge(&self.above, i, probability)
    }

    /// The place below which this probability lies.
    fn undershot(&self, probability: f64) -> f64 {
        let i = self.below.partition_point(|p| *p <= probability);
        self.edge(&self.below, i, probability)
    }

    /// The place between the edges i − 1 and i where a tail has a probability.
    fn edge(&self, tail: &[f64], i: usize, probability: f64) -> f64 {
        let (Some(before), Some(&b)) = (i.checked_sub(1), tail.get(i)) else {
            return self.low + self.step * i.min(tail.len() - 1) as f64;
        };
        let a = tail[before];
        let fraction = if a > 0.0 && b > 0.0 && probability > 0.0 {
            (probability / a).ln() / (b / a).ln()
        } else {
            (probability - a) / (b - a)
        };
        let fraction = if fraction.is_finite() { fraction } else { 0.0 };
        self.low + self.step * (before as f64 + fraction.clamp(0.0, 1.0))
    }
}

fn between(a: f64, b: f64, u: f64) -> f64 {
    if a > 0.0 && b > 0.0 {
        a * (b / a).powf(u)
    } else {
        a + (b - a) * u
    }
}

impl StatisticalEye {
    /// Index of the phase next to a time in UI from the decision.
    pub fn phase_at(&self, time: f64) -> usize {
        self.times
            .iter()
            .enumerate()
            .min_by(|a, b| (a.1 - time).abs().total_cmp(&(b.1 - time).abs()))
            .map_or(0, |(i, _)| i)
    }

    /// Index of the phase of the decision.
    pub fn decision(&self) -> usize {
        self.phase_at(0.0)
    }

    fn tails(&self, phase: usize) -> Vec<Tails> {
        self.densities
            .get(phase)
            .map(|levels| levels.iter().map(Tails::new).collect())
            .unwrap_or_default()
    }

    /// Thresholds with the fewest errors, lowest first, V: between the middles of the two levels'
    /// densities. Where a range of thresholds makes the same errors (none at all in an eye without
    /// noise), its middle.
    pub fn thresholds(&self, phase: usize) -> Vec<f64> {
        let tails = self.tails(phase);
        tails
            .windows(2)
            .map(|pair| threshold(&pair[0], &pair[1]))
            .collect()
    }

    /// Error ratios at a phase and thresholds, for levels with Gray labels.
    pub fn errors(&self, phase: usize, thresholds: &[f64], modulation: &Modulation) -> EyeErrors {
        let tails = self.tails(phase);
        let levels = tails.len();
        let mut errors = EyeErrors {
            per_eye: vec![0.0; levels.saturating_sub(1)],
            ..EyeErrors::default()
        };
        let share = 1.0 / levels.max(1) as f64;
        let wrong = |sent: usize, decided: usize| {
            let of = |i: usize| u8::try_from(i).unwrap_or(u8::MAX);
            modulation.bit_errors(of(sent), of(decided))
        };
        for (sent, tail) in tails.iter().enumerate() {
            for (eye, &threshold) in thresholds.iter().enumerate().take(levels.saturating_sub(1)) {
                // Beyond every further threshold the wrong bits change by a step.
                let (p, step, next) = if eye >= sent {
                    let step = wrong(sent, eye + 1) - wrong(sent, eye);
                    (tail.above(threshold), step, eye == sent)
                } else {
                    let step = wrong(sent, eye) - wrong(sent, eye + 1);
                    (tail.below(threshold), step, eye + 1 == sent)
                };
                errors.bit += share * p * step;
                if next {
                    errors.symbol += share * p;
                    errors.per_eye[eye] += share * p;
                }
            }
        }
        errors.bit /= modulation.bits_per_symbol();
        errors
    }

    /// Edges of every eye, lowest first, at a phase and a probability (of the level's own symbols).
    pub fn edges(&self, phase: usize, probability: f64) -> Vec<EyeEdges> {
        let tails = self.tails(phase);
        tails
            .windows(2)
            .map(|pair| EyeEdges {
                low: pair[0].exceeded(probability),
                high: pair[1].undershot(probability),
            })
            .collect()
    }

    /// Contour of every eye at a probability: its edges at every phase, `contour[phase][eye]`.
    pub fn contour(&self, probability: f64) -> Vec<Vec<EyeEdges>> {
        (0..self.times.len())
            .map(|phase| self.edges(phase, probability))
            .collect()
    }

    /// Begin and end of every eye, UI from the decision, lowest first: where its height at a probability
    /// vanishes, interpolated between phases; both zero for an eye that is closed at the decision.
    pub fn open_spans(&self, probability: f64) -> Vec<(f64, f64)> {
        let contour = self.contour(probability);
        let middle = self.decision();
        let eyes = contour.get(middle).map_or(0, Vec::len);
        let height = |phase: usize, eye: usize| {
            let found = contour.get(phase).and_then(|edges| edges.get(eye));
            found.map_or(-1.0, EyeEdges::height)
        };
        let crossing = |inside: usize, outside: usize, eye: usize| {
            let (a, b) = (height(inside, eye), height(outside, eye));
            let u = a / (a - b);
            self.times[inside] + u * (self.times[outside] - self.times[inside])
        };
        (0..eyes)
            .map(|eye| {
                if height(middle, eye) <= 0.0 {
                    return (0.0, 0.0);
                }
                let last = self.times.len() - 1;
                let left = (0..middle).rev().find(|&i| height(i, eye) <= 0.0);
                let right = (middle + 1..=last).find(|&i| height(i, eye) <= 0.0);
                (
                    left.map_or(self.times[0], |i| crossing(i + 1, i, eye)),
                    right.map_or(self.times[last], |i| crossing(i - 1, i, eye)),
                )
            })
            .collect()
    }

    /// Horizontal bathtub curves: for every phase and eye the probability of an error of that eye
    /// (see [`EyeErrors::per_eye`]) against a threshold that stays as it is, `bathtub[phase][eye]`.
    pub fn bathtub(&self, thresholds: &[f64]) -> Vec<Vec<f64>> {
        (0..self.times.len())
            .map(|phase| {
                let tails = self.tails(phase);
                let share = 1.0 / tails.len().max(1) as f64;
                tails
                    .windows(2)
                    .zip(thresholds)
                    .map(|(pair, &t)| share * (pair[0].above(t) + pair[1].below(t)))
                    .collect()
            })
            .collect()
    }

    /// Vertical bathtub curve of an eye at a phase: thresholds, V, from the mean of the lower level to
    /// that of the upper one, and the probability of an error of that eye at each.
    pub fn vertical_bathtub(&self, phase: usize, eye: usize) -> Vec<(f64, f64)> {
        let Some([lower, upper]) = self
            .densities
            .get(phase)
            .and_then(|levels| levels.get(eye..eye + 2))
        else {
            return Vec::new();
        };
        let (from, to) = (lower.mean(), upper.mean());
        let share = 1.0 / self.densities.get(phase).map_or(1, Vec::len).max(1) as f64;
        let (below, above) = (Tails::new(upper), Tails::new(lower));
        let count = super::lattice::whole_steps(((to - from) / lower.step).max(0.0)).min(4096);
        (0..=count)
            .map(|i| {
                let t = from + (to - from) * i as f64 / count.max(1) as f64;
                (t, share * (above.above(t) + below.below(t)))
            })
            .collect()
    }

    /// Begin and end of every eye, UI from the decision, at a probability: where the errors of the
    /// eye against these thresholds first exceed it on either side; None for an eye whose errors do so
    /// at the decision itself. Between phases the logarithm of the probability is a straight line.
    pub fn spans(&self, thresholds: &[f64], probability: f64) -> Vec<Option<(f64, f64)>> {
        let bathtub = self.bathtub(thresholds);
        let middle = self.decision();
        let at = |phase: usize, eye: usize| {
            let found = bathtub.get(phase).and_then(|b| b.get(eye));
            found.copied().unwrap_or(1.0)
        };
        let crossing = |inside: usize, outside: usize, eye: usize| {
            let (a, b) = (at(inside, eye), at(outside, eye));
            let u = if a > 0.0 {
                (probability / a).ln() / (b / a).ln()
            } else {
                (probability - a) / (b - a)
            };
            let u = if u.is_finite() {
                u.clamp(0.0, 1.0)
            } else {
                0.0
            };
            self.times[inside] + u * (self.times[outside] - self.times[inside])
        };
        (0..thresholds.len())
            .map(|eye| {
                if at(middle, eye) > probability {
                    return None;
                }
                let last = self.times.len() - 1;
                let left = (0..middle).rev().find(|&i| at(i, eye) > probability);
                let right = (middle + 1..=last).find(|&i| at(i, eye) > probability);
                Some((
                    left.map_or(self.times[0], |i| crossing(i + 1, i, eye)),
                    right.map_or(self.times[last], |i| crossing(i - 1, i, eye)),
                ))
            })
            .collect()
    }
}

/// The threshold with the fewest errors between two levels.
fn threshold(lower: &Tails, upper: &Tails) -> f64 {
    let from = lower.undershot(0.5);
    let to = upper.undershot(0.5);
    if from >= to {
        return 0.5 * (from + to);
    }
    let step = lower.step;
    let count = super::lattice::whole_steps(((to - from) / step).ceil());
    let errors = |t: f64| lower.above(t) + upper.below(t);
    // Edges of bins, where the sums are exact.
    let first = lower.low + ((from - lower.low) / step).round() * step;
    let place = |i: usize| first + i as f64 * step;
    let least = (0..=count)
        .map(|i| errors(place(i)))
        .fold(f64::INFINITY, f64::min);
    let best = |e: f64| e <= least * (1.0 + 1e-9);
    let low = (0..=count).find(|&i| best(errors(place(i))));
    let high = (0..=count).rev().find(|&i| best(errors(place(i))));
    match (low, high) {
        (Some(low), Some(high)) => 0.5 * (place(low) + place(high)),
        _ => 0.5 * (from + to),
    }
}
