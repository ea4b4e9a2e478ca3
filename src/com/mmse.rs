//! The reference receiver's feed-forward and decision feedback taps with the least mean-square error.
//!
//! IEEE P802.3dj draft 3.3, 178A.1.8 (equations 178A-32 to 178A-37); A. Healey, R. Hegde, "Reference
//! receiver framework for 200G/lane electrical interfaces and PHYs", IEEE P802.3dj Task Force, January
//! 2024. With the pulse h at symbol spacing, H its convolution matrix with one column a tap, h₀ the row of
//! the main cursor, H_b the rows of the feedback taps behind it, R = HᵀH + R_nn/σ_X², the taps solve
//!
//! Rw − H_bᵀb − h₀λ = h₀, b = H_b·w, h₀ᵀw = 1.
//!
//! Eliminating b leaves (R − H_bᵀH_b)w = (1+λ)h₀, which is symmetric and positive. Feedback taps
//! outside their limits are held there and the rest is solved again; feed-forward taps outside theirs,
//! counted from the main tap, are cut and the filter scaled back to h₀ᵀw = 1.
//!
//! The mean-square error printed in the standard, σ_X²(wᵀRw + 1 + bᵀb − 2wᵀh₀ − 2wᵀH_bᵀb), subtracts
//! numbers a thousand times larger than itself. What is computed here is the same written as a sum of
//! squares: σ_X²·|Hw − e₀ − Σ b_k·e_k|² + wᵀR_nn·w.

use super::error::ComError;
use nalgebra::{DMatrix, DVector};

/// Limits of the taps and what counts as the figure of merit.
#[derive(Debug, Clone, PartialEq)]
pub struct MmseSettings {
    /// L, number of levels.
    pub levels: usize,
    /// R_LM, level separation mismatch ratio.
    pub level_separation: f64,
    /// d_w, feed-forward taps before the main one.
    pub precursor: usize,
    /// Largest magnitude of each fixed feed-forward tap relative to the main one, whose own entry is not
    /// looked at; as many as there are fixed taps.
    pub feed_forward_limits: Vec<f64>,
    /// Lowest and highest value of each feedback tap.
    pub feedback_limits: Vec<(f64, f64)>,
    /// Taps that may stand anywhere behind the fixed ones.
    pub floating: Option<FloatingTaps>,
}

/// Groups of neighbouring taps whose place is searched (178A.1.8.1).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FloatingTaps {
    /// Number of groups.
    pub groups: usize,
    /// Taps in each.
    pub taps: usize,
    /// Places of the whole filter, fixed taps included.
    pub span: usize,
    /// Largest magnitude relative to the main tap.
    pub limit: f64,
}

/// A solution.
#[derive(Debug, Clone, PartialEq)]
pub struct MmseSolution {
    /// Feed-forward taps at symbol spacing over the whole span, h₀ᵀw = 1; zero at places without a tap.
    pub feed_forward: Vec<f64>,
    /// Places of the feed-forward taps, rising.
    pub places: Vec<usize>,
    /// Feedback taps, in units of the main cursor behind the feed-forward filter.
    pub feedback: Vec<f64>,
    /// σ_e, root mean-square error in units of the outer level.
    pub error: f64,
    /// Figure of merit 20·lg(R_LM/((L − 1)σ_e)), dB (178A-37).
    pub merit_db: f64,
}

impl MmseSettings {
    /// σ_X², mean square of equally likely levels between −1 and 1 (93A-29).
    pub fn symbol_variance(&self) -> f64 {
        symbol_variance(self.levels)
    }

    /// Places the filter spans.
    pub fn span(&self) -> usize {
        let fixed = self.feed_forward_limits.len();
        self.floating.map_or(fixed, |f| f.span.max(fixed))
    }
}

/// σ_X² = (L² − 1)/(3(L − 1)²) (93A-29).
pub fn symbol_variance(levels: usize) -> f64 {
    let l = levels as f64;
    (l * l - 1.0) / (3.0 * (l - 1.0) * (l - 1.0))
}

/// What the equations are made of: correlations up to the span of the filter, and a few rows of H.
struct Equations<'a> {
    settings: &'a MmseSettings,
    /// First column of R, which is a Toeplitz matrix.
    correlation: Vec<f64>,
    /// h₀ over the span.
    main: Vec<f64>,
    /// Rows of H_b over the span.
    behind: Vec<Vec<f64>>,
}

/// Taps at some places.
struct Taps {
    feed_forward: Vec<f64>,
    feedback: Vec<f64>,
}

/// Solves for the taps: `pulse` at symbol spacing in V with its main cursor at `cursor`, and the
/// covariance of the noise at its input by distance in symbols, V².
///
/// # Errors
/// [`ComError::Equalizer`] for a cursor that is not there, a covariance shorter than the filter, or
/// equations without a solution.
pub fn solve(
    settings: &MmseSettings,
    pulse: &[f64],
    cursor: usize,
    noise: &[f64],
) -> Result<MmseSolution, ComError> {
    let span = settings.span();
    if span == 0 || settings.precursor >= settings.feed_forward_limits.len() {
        return Err(ComError::Equalizer(format!(
            "a filter of {} fixed taps has no main tap behind {} others",
            settings.feed_forward_limits.len(),
            settings.precursor
        )));
    }
    if cursor >= pulse.len() || noise.len() < span {
        return Err(ComError::Equalizer(format!(
            "a pulse of {} symbols with its cursor at {cursor} and noise known over {} symbols cannot \
             be equalised with taps over {span} symbols",
            pulse.len(),
            noise.len()
        )));
    }
    let variance = settings.symbol_variance();
    let correlation = (0..span)
        .map(|k| autocorrelation(pulse, k) + noise[k] / variance)
        .collect();
    // The row of H whose answer comes `behind` symbols after the main cursor.
    let row = |behind: usize| -> Vec<f64> {
        (0..span)
            .map(|i| {
                (cursor + settings.precursor + behind)
                    .checked_sub(i)
                    .and_then(|n| pulse.get(n))
                    .copied()
                    .unwrap_or(0.0)
            })
            .collect()
    };
    let equations = Equations {
        settings,
        correlation,
        main: row(0),
        behind: (1..=settings.feedback_limits.len()).map(row).collect(),
    };
    let fixed: Vec<usize> = (0..settings.feed_forward_limits.len()).collect();
    let places = match settings.floating {
        Some(floating) => equations.place(fixed, floating)?,
        None => fixed,
    };
    let taps = equations.taps(&places)?;
    let mut feed_forward = vec![0.0; span];
    for (&place, &tap) in places.iter().zip(&taps.feed_forward) {
        feed_forward[place] = tap;
    }
    let square = mean_square_error(
        pulse,
        cursor + settings.precursor,
        noise,
        &feed_forward,
        &taps.feedback,
        variance,
    );
    let error = square.sqrt();
    Ok(MmseSolution {
        feed_forward,
        places,
        feedback: taps.feedback,
        error,
        merit_db: 20.0
            * (settings.level_separation / ((settings.levels as f64 - 1.0) * error)).log10(),
    })
}

/// Σ_n x_n·x_{n+k}.
pub(super) fn autocorrelation(x: &[f64], k: usize) -> f64 {
    x.iter().zip(x.iter().skip(k)).map(|(a, b)| a * b).sum()
}

/// σ_X²·|Hw − e₀ − Σ b_k·e_k|² + wᵀR_nn·w, a sum without differences of large numbers.
fn mean_square_error(
    pulse: &[f64],
    main: usize,
    noise: &[f64],
    feed_forward: &[f64],
    feedback: &[f64],
    variance: f64,
) -> f64 {
    let filtered = convolved(pulse, feed_forward);
    let residual: f64 = filtered
        .iter()
        .enumerate()
        .map(|(n, value)| {
            let wanted = if n == main {
                1.0
            } else {
                n.checked_sub(main + 1)
                    .and_then(|k| feedback.get(k))
                    .copied()
                    .unwrap_or(0.0)
            };
            (value - wanted) * (value - wanted)
        })
        .sum();
    variance * residual + through_taps(noise, feed_forward)
}

/// wᵀR·w: power behind a filter of noise with this covariance by distance.
pub(super) fn through_taps(covariance: &[f64], taps: &[f64]) -> f64 {
    (0..taps.len().min(covariance.len()))
        .map(|k| {
            let both_sides = if k == 0 { 1.0 } else { 2.0 };
            both_sides * covariance[k] * autocorrelation(taps, k)
        })
        .sum()
}

/// x ∗ taps, all of it.
pub(super) fn convolved(x: &[f64], taps: &[f64]) -> Vec<f64> {
    let mut out = vec![0.0; (x.len() + taps.len()).saturating_sub(1)];
    for (i, &tap) in taps.iter().enumerate().filter(|(_, tap)| **tap != 0.0) {
        for (place, value) in out[i..].iter_mut().zip(x) {
            *place += tap * value;
        }
    }
    out
}

impl Equations<'_> {
    fn r(&self, i: usize, j: usize) -> f64 {
        self.correlation[i.abs_diff(j)]
    }

    /// R without the rows of the feedback taps, R − H_bᵀH_b, at these places.
    fn reduced(&self, places: &[usize]) -> DMatrix<f64> {
        DMatrix::from_fn(places.len(), places.len(), |i, j| {
            let (i, j) = (places[i], places[j]);
            self.r(i, j) - self.behind.iter().map(|h| h[i] * h[j]).sum::<f64>()
        })
    }

    fn at(row: &[f64], places: &[usize]) -> DVector<f64> {
        DVector::from_iterator(places.len(), places.iter().map(|&p| row[p]))
    }

    /// Taps at these places, within their limits.
    fn taps(&self, places: &[usize]) -> Result<Taps, ComError> {
        let unsolvable = || {
            ComError::Equalizer(
                "the equations of the taps have no solution: is there a pulse?".to_owned(),
            )
        };
        let h0 = Self::at(&self.main, places);
        let factor = self.reduced(places).cholesky().ok_or_else(unsolvable)?;
        let direction = factor.solve(&h0);
        let gain = h0.dot(&direction);
        if !(gain.is_finite() && gain > 0.0) {
            return Err(unsolvable());
        }
        let w = direction / gain;
        self.limited(places, w).ok_or_else(unsolvable)
    }

    /// Holds taps at their limits and solves the rest again.
    fn limited(&self, places: &[usize], mut w: DVector<f64>) -> Option<Taps> {
        let h0 = Self::at(&self.main, places);
        let answer = |w: &DVector<f64>| -> Vec<f64> {
            self.behind
                .iter()
                .map(|row| places.iter().zip(w.iter()).map(|(&p, w)| row[p] * w).sum())
                .collect()
        };
        let limit = |b: &[f64]| -> Vec<f64> {
            b.iter()
                .zip(&self.settings.feedback_limits)
                .map(|(b, (low, high))| b.max(*low).min(*high))
                .collect()
        };
        let free = answer(&w);
        let mut feedback = limit(&free);
        if feedback != free {
            let full = DMatrix::from_fn(places.len(), places.len(), |i, j| {
                self.r(places[i], places[j])
            })
            .cholesky()?;
            let mut right = DVector::zeros(places.len());
            for (row, b) in self.behind.iter().zip(&feedback) {
                right += Self::at(row, places) * *b;
            }
            let held = full.solve(&right);
            let direction = full.solve(&h0);
            let scale = (1.0 - h0.dot(&held)) / h0.dot(&direction);
            w = held + direction * scale;
        }
        let main = w[self.settings.precursor];
        let fixed = self.settings.feed_forward_limits.len();
        let mut cut = false;
        for (i, value) in w.iter_mut().enumerate() {
            if i == self.settings.precursor {
                continue;
            }
            let largest = match (
                self.settings.feed_forward_limits.get(i),
                self.settings.floating,
            ) {
                (Some(limit), _) if i < fixed => *limit,
                (_, Some(floating)) => floating.limit,
                _ => f64::INFINITY,
            } * main.abs();
            if value.abs() > largest {
                *value = largest.copysign(*value);
                cut = true;
            }
        }
        if cut {
            let scale = h0.dot(&w);
            if scale == 0.0 {
                return None;
            }
            w /= scale;
            feedback = limit(&answer(&w));
        }
        Some(Taps {
            feed_forward: w.iter().copied().collect(),
            feedback,
        })
    }

    /// Mean-square error over σ_X² in the form of the standard, for comparing places.
    fn cost(&self, places: &[usize], taps: &Taps) -> f64 {
        let w = &taps.feed_forward;
        let mut cost = 1.0;
        for (i, &p) in places.iter().enumerate() {
            let mut row = 0.0;
            for (j, &q) in places.iter().enumerate() {
                row += self.r(p, q) * w[j];
            }
            cost += w[i] * (row - 2.0 * self.main[p]);
        }
        for (row, &b) in self.behind.iter().zip(&taps.feedback) {
            let answer: f64 = places.iter().zip(w).map(|(&p, w)| row[p] * w).sum();
            cost += b * (b - 2.0 * answer);
        }
        cost
    }

    /// Places of the floating groups, one group after the other where it helps most (178A.1.8.1).
    fn place(&self, fixed: Vec<usize>, floating: FloatingTaps) -> Result<Vec<usize>, ComError> {
        let first = fixed.len();
        let mut chosen = fixed;
        let mut taken = vec![false; self.settings.span()];
        for _ in 0..floating.groups {
            let base = Base::new(self, &chosen)?;
            let mut best: Option<(f64, usize)> = None;
            for start in first..(floating.span + 1).saturating_sub(floating.taps) {
                let group = start..start + floating.taps;
                if taken[group.clone()].iter().any(|t| *t) {
                    continue;
                }
                let group: Vec<usize> = group.collect();
                let Some(cost) = base.cost_with(&group) else {
                    continue;
                };
                if best.is_none_or(|(least, _)| cost < least) {
                    best = Some((cost, start));
                }
            }
            let Some((_, start)) = best else { break };
            taken[start..start + floating.taps].fill(true);
            chosen.extend(start..start + floating.taps);
            chosen.sort_unstable();
        }
        Ok(chosen)
    }
}

/// The factor of the equations without a group, from which those with one follow by a bordered system.
struct Base<'a, 'b> {
    equations: &'a Equations<'b>,
    places: Vec<usize>,
    /// Inverse of R − H_bᵀH_b at the places.
    inverse: DMatrix<f64>,
    /// Inverse times h₀.
    direction: DVector<f64>,
}

impl<'a, 'b> Base<'a, 'b> {
    fn new(equations: &'a Equations<'b>, places: &[usize]) -> Result<Self, ComError> {
        let inverse = equations
            .reduced(places)
            .cholesky()
            .ok_or_else(|| {
                ComError::Equalizer("the equations of the taps have no solution".to_owned())
            })?
            .inverse();
        let direction = &inverse * Equations::at(&equations.main, places);
        Ok(Self {
            equations,
            places: places.to_vec(),
            inverse,
            direction,
        })
    }

    /// Cost with a group of taps more, within all limits.
    fn cost_with(&self, group: &[usize]) -> Option<f64> {
        let e = self.equations;
        let n = self.places.len();
        let m = group.len();
        let reduced =
            |i: usize, j: usize| e.r(i, j) - e.behind.iter().map(|h| h[i] * h[j]).sum::<f64>();
        let border = DMatrix::from_fn(n, m, |i, j| reduced(self.places[i], group[j]));
        let carried = &self.inverse * &border;
        let corner = DMatrix::from_fn(m, m, |i, j| {
            reduced(group[i], group[j]) - border.column(i).dot(&carried.column(j))
        });
        let right = DVector::from_fn(m, |i, _| {
            e.main[group[i]] - border.column(i).dot(&self.direction)
        });
        let added = corner.cholesky()?.solve(&right);
        let kept = &self.direction - &carried * &added;
        // In the order of the places, which the limits go by: fixed ones first, floating ones rising.
        let mut all: Vec<(usize, f64)> = self
            .places
            .iter()
            .copied()
            .zip(kept.iter().copied())
            .chain(group.iter().copied().zip(added.iter().copied()))
            .collect();
        all.sort_unstable_by_key(|(place, _)| *place);
        let places: Vec<usize> = all.iter().map(|(place, _)| *place).collect();
        let gain: f64 = all.iter().map(|(place, w)| e.main[*place] * w).sum();
        if gain <= 0.0 {
            return None;
        }
        let w = DVector::from_iterator(all.len(), all.iter().map(|(_, w)| w / gain));
        let taps = e.limited(&places, w)?;
        Some(e.cost(&places, &taps))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> MmseSettings {
        MmseSettings {
            levels: 4,
            level_separation: 0.95,
            precursor: 2,
            feed_forward_limits: vec![0.7; 7],
            feedback_limits: vec![(0.0, 0.85)],
            floating: None,
        }
    }

    const PULSE: [f64; 14] = [
        0.0, 0.01, 0.05, 0.3, 0.15, 0.06, 0.03, 0.01, 0.004, 0.0, 0.02, -0.015, 0.006, 0.0,
    ];

    fn white(variance: f64) -> Vec<f64> {
        let mut covariance = vec![0.0; 40];
        covariance[0] = variance;
        covariance
    }

    #[test]
    fn taps_are_where_the_error_is_least() {
        let settings = settings();
        let noise = white(1e-5);
        let solved = solve(&settings, &PULSE, 3, &noise).unwrap();
        let error = |w: &[f64]| {
            let filtered = convolved(&PULSE, w);
            let main = filtered[5];
            let w: Vec<f64> = w.iter().map(|w| w / main).collect();
            let b = [filtered[6] / main];
            mean_square_error(&PULSE, 5, &noise, &w, &b, settings.symbol_variance())
        };
        let least = error(&solved.feed_forward);
        assert!((least.sqrt() - solved.error).abs() < 1e-12);
        for i in 0..7 {
            for step in [-1e-3, 1e-3] {
                let mut w = solved.feed_forward.clone();
                w[i] += step;
                assert!(error(&w) >= least * (1.0 - 1e-12), "tap {i}");
            }
        }
    }

    #[test]
    fn limits_hold() {
        let mut tight = settings();
        tight.feed_forward_limits = vec![0.05; 7];
        tight.feedback_limits = vec![(0.0, 0.1)];
        let solved = solve(&tight, &PULSE, 3, &white(1e-6)).unwrap();
        let main = solved.feed_forward[2];
        for (i, w) in solved.feed_forward.iter().enumerate() {
            assert!(i == 2 || w.abs() <= 0.05 * main * (1.0 + 1e-12));
        }
        assert!((0.0..=0.1).contains(&solved.feedback[0]));
        let answer: f64 = convolved(&PULSE, &solved.feed_forward)[5];
        assert!((answer - 1.0).abs() < 1e-12);
        let free = solve(&settings(), &PULSE, 3, &white(1e-6)).unwrap();
        assert!(free.error < solved.error);
    }

    #[test]
    fn a_floating_group_goes_where_a_reflection_is() {
        let mut with = settings();
        with.feed_forward_limits = vec![0.7; 5];
        with.floating = Some(FloatingTaps {
            groups: 1,
            taps: 2,
            span: 12,
            limit: 0.2,
        });
        let solved = solve(&with, &PULSE, 3, &white(1e-6)).unwrap();
        // Reflections stand 7 and 8 symbols behind the cursor, and the main tap is number 2.
        assert_eq!(solved.places[5..], [9, 10]);
        // The bordered systems choose what solving every choice anew chooses.
        let mut best = (f64::MAX, 0);
        for start in 5..=10 {
            let places: Vec<usize> = (0..5).chain([start, start + 1]).collect();
            let correlation = (0..12)
                .map(|k| autocorrelation(&PULSE, k) + white(1e-6)[k] / with.symbol_variance())
                .collect();
            let row = |b: usize| -> Vec<f64> {
                (0..12)
                    .map(|i| (5 + b).checked_sub(i).map_or(0.0, |n| PULSE[n]))
                    .collect()
            };
            let equations = Equations {
                settings: &with,
                correlation,
                main: row(0),
                behind: vec![row(1)],
            };
            let taps = equations.taps(&places).unwrap();
            let cost = equations.cost(&places, &taps);
            if cost < best.0 {
                best = (cost, start);
            }
        }
        assert_eq!(best.1, 9);
    }

    #[test]
    fn what_cannot_be_solved_is_refused() {
        let settings = settings();
        assert!(solve(&settings, &PULSE, 20, &white(1e-6)).is_err());
        assert!(solve(&settings, &PULSE, 3, &[1e-6]).is_err());
        assert!(solve(&settings, &[0.0; 14], 3, &white(0.0)).is_err());
    }
}
