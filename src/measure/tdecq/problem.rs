//! How much noise an equalised eye bears, as a function of taps and thresholds, with its gradient.

use super::histogram::Histogram;
use super::settings::Settings;
use crate::signal::kernels::dot;

/// Least deviation of noise that is told apart from none, as a share of OMA: an eye closure of 14 dB.
const LEAST_DEVIATION: f64 = 1.0 / 512.0;

/// The eye at one phase and with one position of the main tap.
pub(super) struct Problem<'a> {
    settings: &'a Settings,
    symbols: &'a [u8],
    main: usize,
    /// Strobes of each window, each extended so that the equaliser needs no wrapping.
    windows: Vec<Vec<Vec<f64>>>,
    histograms: Vec<Histogram>,
    /// Equalised strobes of each window.
    equalized: Vec<Vec<Vec<f64>>>,
    /// Deviation found last, of each window.
    deviations: Vec<f64>,
    noise_correlation: &'a [f64],
    nominal: Vec<f64>,
    oma: f64,
}

/// What taps and thresholds reach.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Reached {
    /// −ln σ_G of each window, more where even no noise gives too many errors.
    pub costs: Vec<f64>,
    /// C_eq.
    pub noise_gain: f64,
    /// Whether the target is met without noise in every window.
    pub open: bool,
}

impl Reached {
    /// Noise that the worse window bears, σ_G at the equaliser's input.
    pub fn noise(&self) -> f64 {
        (-self.costs.iter().copied().fold(f64::MIN, f64::max)).exp()
    }
}

impl<'a> Problem<'a> {
    pub fn new(
        settings: &'a Settings,
        symbols: &'a [u8],
        main: usize,
        strobes: Vec<Vec<Vec<f64>>>,
        noise_correlation: &'a [f64],
        (middle, oma, levels): (f64, f64, usize),
    ) -> Self {
        let taps = settings.taps;
        let n = symbols.len();
        let extended = |strobe: Vec<f64>| -> Vec<f64> {
            // Entry j is the sample of symbol j + main − (taps − 1).
            (0..n + taps - 1)
                .map(|j| {
                    let at = (j + main + n * taps + 1 - taps) % n;
                    strobe.get(at).copied().unwrap_or(0.0)
                })
                .collect()
        };
        let windows: Vec<Vec<Vec<f64>>> = strobes
            .into_iter()
            .map(|window| window.into_iter().map(extended).collect())
            .collect();
        let equalized = windows
            .iter()
            .map(|window| vec![vec![0.0; n]; window.len()])
            .collect();
        let nominal = (1..levels)
            .map(|k| middle + oma * (k as f64 / (levels - 1) as f64 - 0.5 - half_step(levels)))
            .collect();
        Self {
            histograms: vec![Histogram::new(levels, middle, oma); windows.len()],
            deviations: vec![oma / (2.0 * settings.quantile * levels as f64); windows.len()],
            settings,
            symbols,
            main,
            windows,
            equalized,
            noise_correlation,
            nominal,
            oma,
        }
    }

    /// Variables of a search: the taps but the main one, then where thresholds are free one of each, its
    /// offset in OMA as long as it is small.
    pub fn start(&self, taps: &[f64]) -> Vec<f64> {
        let mut x: Vec<f64> = self.side(taps.iter().copied());
        if self.settings.threshold_freedom > 0.0 {
            x.extend(self.nominal.iter().map(|_| 0.0));
        }
        x
    }

    fn side(&self, taps: impl Iterator<Item = f64>) -> Vec<f64> {
        taps.enumerate()
            .filter_map(|(i, tap)| (i != self.main).then_some(tap))
            .collect()
    }

    /// Taps of which the sum is 1, and thresholds, of the variables.
    pub fn taps_and_thresholds(&self, x: &[f64]) -> (Vec<f64>, Vec<f64>) {
        let side = self.settings.taps - 1;
        let mut taps: Vec<f64> = x.iter().take(side).copied().collect();
        let sum: f64 = taps.iter().sum();
        taps.insert(self.main.min(taps.len()), 1.0 - sum);
        let reach = self.settings.threshold_freedom * self.oma;
        let thresholds = self
            .nominal
            .iter()
            .enumerate()
            .map(|(k, t)| {
                t + x.get(side + k).map_or(0.0, |u| {
                    reach * (u / self.settings.threshold_freedom).tanh()
                })
            })
            .collect();
        (taps, thresholds)
    }

    /// C_eq² = Σ c_i·c_j·ρ(i − j), with ρ the correlation of the receiver's noise at a distance of
    /// whole symbols, and its derivatives with respect to the taps.
    fn noise_gain(&self, taps: &[f64]) -> (f64, Vec<f64>) {
        let by_tap: Vec<f64> = (0..taps.len())
            .map(|i| {
                let row = taps.iter().enumerate().map(|(j, c)| {
                    c * self
                        .noise_correlation
                        .get(i.abs_diff(j))
                        .copied()
                        .unwrap_or(0.0)
                });
                2.0 * row.sum::<f64>()
            })
            .collect();
        let square = 0.5 * taps.iter().zip(&by_tap).map(|(c, d)| c * d).sum::<f64>();
        (square, by_tap)
    }

    /// Equalises all strobes.
    fn equalize(&mut self, taps: &[f64]) {
        let n = self.symbols.len();
        let last = taps.len() - 1;
        for ((window, equalized), histogram) in self
            .windows
            .iter()
            .zip(&mut self.equalized)
            .zip(&mut self.histograms)
        {
            histogram.clear();
            for (strobe, out) in window.iter().zip(equalized) {
                out.fill(0.0);
                for (i, tap) in taps.iter().enumerate() {
                    let part = strobe.get(last - i..last - i + n).unwrap_or_default();
                    for (o, s) in out.iter_mut().zip(part) {
                        *o += tap * s;
                    }
                }
                histogram.add(out, self.symbols);
            }
        }
    }

    /// What the variables reach, and the value and gradient of a smooth maximum of the windows'
    /// costs: 1/sharpness · ln Σ exp(sharpness·cost).
    pub fn evaluate(&mut self, x: &[f64], sharpness: f64, gradient: &mut [f64]) -> (f64, Reached) {
        let (taps, thresholds) = self.taps_and_thresholds(x);
        self.equalize(&taps);
        let (square, by_tap) = self.noise_gain(&taps);
        let n = self.symbols.len();
        let last = taps.len() - 1;
        let least = LEAST_DEVIATION * self.oma;
        let mut costs = Vec::new();
        let mut gradients = Vec::new();
        let mut open = true;
        for (w, histogram) in self.histograms.iter_mut().enumerate() {
            let start = self.deviations.get(w).copied().unwrap_or(least);
            let target = self.settings.symbol_error_ratio;
            let (deviation, errors) = deviation_of(histogram, &thresholds, target, start, least);
            let excess = (errors.ratio / target).ln().max(0.0);
            let closed = deviation <= least && excess > 1e-6;
            open &= !closed;
            if !closed && let Some(place) = self.deviations.get_mut(w) {
                *place = deviation;
            }
            costs.push(0.5 * square.ln() - deviation.ln() + if closed { excess } else { 0.0 });
            // −d ln s/dx = (∂E/∂x)/(s·∂E/∂s), and where the eye is closed d ln E/dx.
            let scale = if closed {
                1.0 / errors.ratio
            } else {
                1.0 / (deviation * errors.by_deviation).max(f64::MIN_POSITIVE)
            };
            histogram.set_weights(&thresholds, deviation);
            let mut of_taps: Vec<f64> = by_tap.iter().map(|d| 0.5 * d / square).collect();
            let strobes = self.windows.get(w).into_iter().flatten();
            let outs = self.equalized.get_mut(w).into_iter().flatten();
            for (strobe, out) in strobes.zip(outs) {
                for (o, &symbol) in out.iter_mut().zip(self.symbols) {
                    *o = histogram.weight(*o, symbol);
                }
                for (i, g) in of_taps.iter_mut().enumerate() {
                    let part = strobe.get(last - i..last - i + n).unwrap_or_default();
                    *g += scale * dot(out, part);
                }
            }
            gradients.push((of_taps, errors.by_threshold, scale));
        }
        let highest = costs.iter().copied().fold(f64::MIN, f64::max);
        let shares: Vec<f64> = costs
            .iter()
            .map(|c| (sharpness * (c - highest)).exp())
            .collect();
        let sum: f64 = shares.iter().sum();
        gradient.fill(0.0);
        let freedom = self.settings.threshold_freedom;
        for ((of_taps, of_thresholds, scale), share) in gradients.iter().zip(&shares) {
            let main = of_taps.get(self.main).copied().unwrap_or(0.0);
            let side = self.side(of_taps.iter().map(|g| g - main));
            let of_thresholds = of_thresholds.iter().enumerate().map(|(k, d)| {
                let u = x.get(last + k).copied().unwrap_or(0.0);
                d * scale * self.oma * (1.0 - (u / freedom).tanh().powi(2))
            });
            for (g, d) in gradient
                .iter_mut()
                .zip(side.into_iter().chain(of_thresholds))
            {
                *g += share / sum * d;
            }
        }
        let reached = Reached {
            costs,
            noise_gain: square.sqrt(),
            open,
        };
        (highest + sum.ln() / sharpness, reached)
    }

    /// Mean of each level over both windows, of the taps last equalised with.
    pub fn means(&mut self, x: &[f64]) -> Vec<f64> {
        let (taps, _) = self.taps_and_thresholds(x);
        self.equalize(&taps);
        let means: Vec<Vec<f64>> = self.histograms.iter().map(Histogram::means).collect();
        let levels = means.first().map_or(0, Vec::len);
        (0..levels)
            .map(|k| {
                let of_windows = means.iter().filter_map(|m| m.get(k));
                of_windows.sum::<f64>() / means.len() as f64
            })
            .collect()
    }
}

/// Half the distance of neighbouring levels, as a share of OMA.
fn half_step(levels: usize) -> f64 {
    0.5 / (levels - 1) as f64
}

/// Deviation of the noise that leads to the error ratio `target`, not below `least`, and the errors
/// there. Newton steps on ln E over ln s, which is smooth and bent downwards.
fn deviation_of(
    histogram: &Histogram,
    thresholds: &[f64],
    target: f64,
    start: f64,
    least: f64,
) -> (f64, super::histogram::Errors) {
    let mut deviation = start.max(least);
    let mut errors = histogram.errors(thresholds, deviation);
    for _ in 0..40 {
        let excess = (errors.ratio / target).ln();
        let slope = errors.by_deviation * deviation / errors.ratio;
        let step = if slope > 1e-3 && slope.is_finite() && excess.is_finite() {
            (-excess / slope).clamp(-0.7, 0.7)
        } else if excess > 0.0 {
            -0.7
        } else {
            0.7
        };
        let next = (deviation * step.exp()).max(least);
        let moved = (next / deviation).ln().abs();
        if moved < 1e-7 {
            break;
        }
        deviation = next;
        errors = histogram.errors(thresholds, deviation);
        if (errors.ratio / target - 1.0).abs() < 1e-7 {
            break;
        }
    }
    (deviation, errors)
}
