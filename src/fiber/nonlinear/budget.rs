//! What each step may use of the tolerance.
//!
//! The errors of steps add as fields, and what dispersion makes of a step's error meets that of the
//! next with another phase: to first order in the Kerr effect they cancel but for the ends of the fibre
//! (they are those of a rule of quadrature, whose error Euler and Maclaurin give). So the sum as a
//! field stays below the sum of the sizes, and what it stays below, and what steps have left, goes to
//! the steps to come. Nothing here has a say in the estimate but [`DOUBT`]: a wrong forecast costs
//! steps.
//!
//! Of strong light, whose errors grow on the way, the sum is carried with the Kerr effect and may exceed
//! the sum of the sizes: it alone counts.

/// A factor for what the Kerr effect makes of an error on the way, which the sum leaves out.
const DOUBT: f64 = 2.0;
/// Share of the sum of the sizes that the growth of the sum is never trusted to be below.
const LEAST_COHERENCE: f64 = 0.05;
/// Coherence assumed before it is known, where there are more than [`MANY`] steps.
const FIRST_COHERENCE: f64 = 0.5;
const MANY: usize = 20;
/// Steps before the sum is trusted; where there are not twice as many, it is not followed.
const SETTLED: usize = 3;
/// Largest change of the coherence from step to step, or a chance of one step swings the next.
const SWING: f64 = 1.25;
/// Steps may use what is left so much faster than in proportion: what is left at the end is lost.
const HASTE: f64 = 1.5;
/// What a step may take over what it was allowed, for those to come make up for it.
const SLACK: f64 = 1.3;
/// Of the share that was planned for the way that is left, what it always may use.
const LEAST_LEFT: f64 = 0.1;

/// See the module.
pub(super) struct Budget {
    tolerance: f64,
    /// Sum of the sizes, and size of the sum, after each step.
    sums: Vec<(f64, f64)>,
    coherence: f64,
    follow: bool,
    /// Whether the errors of steps grow on the way, so that their sizes are no bound of the sum.
    strong: bool,
}

impl Budget {
    /// For a tolerance and about so many steps; `strong` where errors grow on the way.
    pub fn new(tolerance: f64, steps: usize, strong: bool) -> Self {
        Self {
            tolerance,
            sums: Vec::new(),
            coherence: forecast(steps),
            follow: false,
            strong,
        }
    }

    /// Error estimated so far.
    pub fn spent(&self) -> f64 {
        let (sizes, sum) = self.sums.last().copied().unwrap_or_default();
        if self.strong {
            DOUBT * sum
        } else if self.follow {
            sizes.min(DOUBT * sum)
        } else {
            sizes
        }
    }

    /// Error that the next step is planned for and the most it may have, where `reached` is the share
    /// of the tolerance that belongs to the way behind and `share` that of the step; `last` tells
    /// whether it ends the fibre.
    pub fn allowed(&self, reached: f64, share: f64, last: bool) -> (f64, f64) {
        let ahead = 1.0 - reached;
        let left = (self.tolerance - self.spent()).max(LEAST_LEFT * self.tolerance * ahead);
        // What comes near the whole of what is left has nobody to make up for it.
        let coherence = self.coherence.max((share / ahead).min(1.0));
        let allowed = left * (HASTE * share / ahead).min(1.0) / coherence;
        (
            allowed,
            if last {
                allowed
            } else {
                (SLACK * allowed).min(0.9 * left / coherence)
            },
        )
    }

    /// Whether the errors of steps are to be summed as fields, with `left` steps from the input on.
    pub fn follow(&mut self, left: usize) -> bool {
        if self.sums.is_empty() {
            self.follow = self.strong || left > 2 * SETTLED;
        }
        self.follow
    }

    /// Takes down the size of a step's error, and that of the sum if it is followed.
    pub fn add(&mut self, size: f64, sum: f64) {
        let sizes = self.sums.last().map_or(0.0, |(sizes, _)| *sizes) + size;
        self.sums.push((sizes, sum));
        if self.follow && self.sums.len() > SETTLED {
            let found = self.growth();
            self.coherence = found
                .clamp(self.coherence / SWING, self.coherence * SWING)
                .min(1.0);
        }
    }

    /// How much of a step's size the sum has grown by: between what it was over the last half of the
    /// steps and what it was over all.
    fn growth(&self) -> f64 {
        let now = self.sums.last().copied().unwrap_or_default();
        let then = self.sums.get(self.sums.len() / 2).copied();
        let then = then.unwrap_or_default();
        let all = DOUBT * now.1 / now.0;
        let recent = DOUBT * (now.1 - then.1) / (now.0 - then.0);
        (all * recent.max(0.25 * all)).sqrt().max(LEAST_COHERENCE)
    }
}

/// Coherence to be expected of so many steps.
pub(super) fn forecast(steps: usize) -> f64 {
    if steps > MANY { FIRST_COHERENCE } else { 1.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Steps of equal shares whose errors are what was allowed, and whose sum grows by `coherence` of
    /// it: the estimate at the end over the tolerance.
    fn used(steps: usize, coherence: f64) -> f64 {
        let mut budget = Budget::new(1e-3, steps, false);
        let share = 1.0 / steps as f64;
        let mut sum = 0.0;
        for step in 0..steps {
            let (allowed, most) = budget.allowed(step as f64 * share, share, step + 1 == steps);
            assert!(allowed > 0.0 && most >= allowed);
            budget.follow(steps - step);
            sum += coherence * allowed / DOUBT;
            budget.add(allowed, sum);
        }
        budget.spent() / 1e-3
    }

    #[test]
    fn the_tolerance_is_used_and_kept() {
        for steps in [1, 2, 5, 7, 30, 300] {
            for coherence in [1.0, 0.5, 0.2] {
                let used = used(steps, coherence);
                // Where the forecast was wrong, the floor under what is left may take a little more:
                // then the caller tries again.
                assert!(used <= 1.01, "{steps} {coherence}: {used}");
                assert!(used > 0.5, "{steps} {coherence}: {used}");
            }
        }
    }

    #[test]
    fn without_a_size_the_forecast_stands() {
        let mut budget = Budget::new(1e-3, 10, false);
        for _ in 0..10 {
            budget.follow(10);
            budget.add(0.0, 0.0);
        }
        assert!(budget.spent() == 0.0);
        let (allowed, _) = budget.allowed(0.5, 0.05, false);
        assert!(allowed.is_finite() && allowed > 0.0, "{allowed}");
    }
}
