//! Quality of a network for a data rate, in millivolts: the application-based metrics of IEEE Std
//! 370-2020.
//!
//! A Gaussian pulse of one volt, one unit interval wide, passes the network and three models of it: one
//! that is passive (singular values limited to one), one that is reciprocal (transposed) and one that
//! is causal (minimum phase of its magnitude and the delay that fits best). The differences of the
//! responses, summed over 31 unit intervals at the worst phase, are what the worst pattern of bits would
//! make of the violation (peak distortion analysis); half the spectral norm of their matrix, since a
//! matched source of one volt sends half of it, is the metric.
//!
//! Leaves out: the other pulse shapes and the constant extrapolation the standard allows; above the
//! data the spectrum is zero.

use super::interpolation::turns;
use super::matrix::{clip_singular_values, singular_values};
use super::{Grade, Network, NetworkError};
use num_complex::Complex64;
use rustfft::{Fft, FftPlanner};
use std::f64::consts::{PI, TAU};
use std::sync::Arc;

/// What a network is to be used for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Application {
    /// Bits or symbols a second.
    pub symbol_rate: f64,
    /// Samples of a unit interval; half of their rate is the highest frequency considered.
    pub samples_per_symbol: u32,
    /// Rise time from 20 % to 80 % over the unit interval.
    pub rise_time_ui: f64,
}

/// Application-based quality metrics, mV a volt of the source; zero is perfect.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ApplicationQuality {
    /// What a passive model differs by.
    pub passivity_mv: f64,
    /// What a reciprocal model differs by.
    pub reciprocity_mv: f64,
    /// What comes before a causal model's response.
    pub causality_mv: f64,
}

impl ApplicationQuality {
    /// Grade of a metric in mV.
    pub fn grade(millivolts: f64) -> Grade {
        if millivolts >= 15.0 {
            Grade::Poor
        } else if millivolts >= 10.0 {
            Grade::Inconclusive
        } else if millivolts >= 5.0 {
            Grade::Acceptable
        } else {
            Grade::Good
        }
    }
}

/// Unit intervals over which differences are summed.
const INTERVALS: usize = 31;
/// In place of a magnitude of zero, whose logarithm there is not.
const FLOOR: f64 = 1e-5;
/// Most frequencies after the extension to half the sample rate.
const MOST: f64 = 1e6;

impl Network {
    /// Application-based passivity, reciprocity and causality metrics.
    ///
    /// # Errors
    /// [`NetworkError::Check`] for an application that cannot be, or that needs more than a million
    /// frequencies; [`NetworkError::Time`] where the data do not reach near 0 Hz.
    pub fn application_quality(
        &self,
        application: &Application,
    ) -> Result<ApplicationQuality, NetworkError> {
        let even = self.for_application(application)?;
        let responses = Pulses::new(&even, application)?;
        let n = self.ports;
        let original: Vec<Vec<f64>> = (0..n * n).map(|e| responses.of(&even.entry(e))).collect();
        let mut passive = even.s.clone();
        for m in passive.chunks_exact_mut(n * n) {
            if let Some(clipped) = clip_singular_values(n, m, 1.0) {
                m.copy_from_slice(&clipped);
            }
        }
        let passive = Self {
            s: passive,
            ..even.clone()
        };
        let mut by_passivity = vec![0.0; n * n];
        let mut by_reciprocity = vec![0.0; n * n];
        let mut by_causality = vec![0.0; n * n];
        for e in 0..n * n {
            let (i, j) = (e / n, e % n);
            let model = responses.of(&passive.entry(e));
            by_passivity[e] = responses.difference(&model, &original[e]);
            by_reciprocity[e] = responses.difference(&original[j * n + i], &original[e]);
            let (causal, delay) = responses.causal_model(&even.entry(e));
            let delay = if i == j { 0 } else { delay };
            by_causality[e] = responses.before(&responses.of(&causal), &original[e], delay);
        }
        let norm = |values: Vec<f64>| {
            let matrix: Vec<Complex64> = values.iter().map(|&v| Complex64::from(v)).collect();
            let largest = singular_values(n, &matrix).first().copied().unwrap_or(0.0);
            0.5 * 1000.0 * largest
        };
        Ok(ApplicationQuality {
            passivity_mv: norm(by_passivity),
            reciprocity_mv: norm(by_reciprocity),
            causality_mv: norm(by_causality),
        })
    }

    /// The network from 0 Hz in even steps to half the sample rate, zero above its data.
    fn for_application(&self, application: &Application) -> Result<Self, NetworkError> {
        let Application {
            symbol_rate,
            samples_per_symbol,
            rise_time_ui,
        } = *application;
        let fits = symbol_rate.is_finite()
            && symbol_rate > 0.0
            && samples_per_symbol >= 2
            && rise_time_ui > 0.0
            && rise_time_ui < 1.0;
        if !fits || self.points() < 3 {
            return Err(NetworkError::Check(format!(
                "the application-based metrics need a positive symbol rate, two samples a symbol or \
                 more, a rise time between 0 and 1 unit interval and three frequencies or more; given \
                 were {symbol_rate} Bd, {samples_per_symbol}, {rise_time_ui} and {}",
                self.points()
            )));
        }
        let n = self.ports;
        let spacing = self.frequency[1] - self.frequency[0];
        let top = self.frequency.last().copied().unwrap_or(0.0);
        let highest = (0.5 * symbol_rate * f64::from(samples_per_symbol)).max(top);
        let count = (highest / spacing - 1e-6).ceil();
        if count > MOST {
            return Err(NetworkError::Check(format!(
                "a spacing of {spacing} Hz makes {count} frequencies up to {highest} Hz: more than {MOST}"
            )));
        }
        let below = (self.frequency[0] / spacing).round();
        if below * spacing > 0.1 * top {
            return Err(NetworkError::Time(format!(
                "the first frequency, {} GHz, is too far from 0 Hz to tell what lies below",
                self.frequency[0] / 1e9
            )));
        }
        let inside = (top / spacing + 1e-6).floor();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (count, inside, below) = (count as usize + 1, inside as usize + 1, below as usize);
        // The data on the grid, from the first point of it that they reach.
        let grid: Vec<f64> = (below..inside)
            .map(|k| (k as f64 * spacing).clamp(self.frequency[0], top))
            .collect();
        let even = self.points() == grid.len()
            && self
                .frequency
                .iter()
                .zip(below..)
                .all(|(f, k)| (f - k as f64 * spacing).abs() < 1e-6 * spacing);
        let data = if even {
            self.s.clone()
        } else {
            self.interpolated(&grid)?.s
        };
        let mut s = vec![Complex64::ZERO; below * n * n];
        s.extend(data);
        s.resize(count * n * n, Complex64::ZERO);
        towards_zero(&mut s, n * n, below, spacing);
        let most = self.largest_singular_value(0).max(1.0);
        for m in s.chunks_exact_mut(n * n).take(below) {
            if let Some(clipped) = clip_singular_values(n, m, most) {
                m.copy_from_slice(&clipped);
            }
        }
        for value in s.iter_mut().take(n * n) {
            value.im = 0.0;
        }
        Ok(Self {
            frequency: (0..count).map(|k| k as f64 * spacing).collect(),
            s,
            reference: super::Reference::PerPort(self.reference_at(0).to_vec()),
            ..self.clone()
        })
    }

    fn entry(&self, entry: usize) -> Vec<Complex64> {
        let step = self.ports * self.ports;
        self.s.iter().skip(entry).step_by(step).copied().collect()
    }
}

/// Fills the points below number `below` as the standard does: each parameter without its front delay,
/// the least of phase over frequency, goes on as b + af² and bf + af³ through its two lowest points.
/// [`Network::extended_to_dc`] takes the delay of the lowest points instead, which is the better guess;
/// the standard's is taken here so that its metrics come out.
fn towards_zero(s: &mut [Complex64], entries: usize, below: usize, spacing: f64) {
    for entry in 0..if below > 0 { entries } else { 0 } {
        let mut delay: f64 = 1.0;
        let (mut phase, mut last) = (0.0, None);
        for (k, value) in s
            .iter()
            .skip(entry)
            .step_by(entries)
            .enumerate()
            .skip(below)
        {
            let angle = value.arg();
            match last {
                None => phase = angle,
                Some(last) => {
                    let turn: f64 = angle - last;
                    phase += turn - TAU * (turn / TAU).round();
                }
            }
            last = Some(angle);
            delay = delay.min(-phase / (TAU * k as f64 * spacing));
        }
        let undelayed = |k: usize| {
            let f = k as f64 * spacing;
            (f, s[k * entries + entry] * turns(f * delay))
        };
        let ((f1, g1), (f2, g2)) = (undelayed(below), undelayed(below + 1));
        let squares = f2 * f2 - f1 * f1;
        let even = (g2.re - g1.re) / squares;
        let odd = (g2.im / f2 - g1.im / f1) / squares;
        for k in 0..below {
            let f = k as f64 * spacing;
            let g = Complex64::new(
                g1.re + even * (f * f - f1 * f1),
                f * (g1.im / f1 + odd * (f * f - f1 * f1)),
            );
            s[k * entries + entry] = g * turns(-f * delay);
        }
    }
}

/// Responses to the pulses of an application on the grid of a network.
struct Pulses {
    spacing: f64,
    symbol_rate: f64,
    /// Frequencies from 0 Hz.
    points: usize,
    /// Samples of the period, 2·points − 1.
    samples: usize,
    /// Samples of a unit interval, not whole.
    interval: f64,
    gaussian: Vec<Complex64>,
    rectangle: Vec<Complex64>,
    forward: Arc<dyn Fft<f64>>,
    inverse: Arc<dyn Fft<f64>>,
}

impl Pulses {
    fn new(network: &Network, application: &Application) -> Result<Self, NetworkError> {
        let points = network.points();
        let samples = 2 * points - 1;
        let spacing = network.frequency[1];
        let step = 1.0 / (spacing * samples as f64);
        let rate = application.symbol_rate;
        let interval = 1.0 / rate / step;
        // The pulse begins 1.5 unit intervals into the period and rises and falls within it.
        if (samples as f64) < 4.0 * interval {
            return Err(NetworkError::Check(format!(
                "the period of {} s that the frequencies give is shorter than four unit intervals",
                1.0 / spacing
            )));
        }
        let mut planner = FftPlanner::new();
        let (forward, inverse) = (
            planner.plan_fft_forward(samples),
            planner.plan_fft_inverse(samples),
        );
        let deviation = application.rise_time_ui
            / (rate * ((-(0.2_f64.ln())).sqrt() - (-(0.8_f64.ln())).sqrt()));
        let middle = (1.5 / rate / step).round() - 1.0;
        let half = (points - 1) as f64;
        let mut gaussian: Vec<Complex64> = (0..samples)
            .map(|k| {
                let mut offset = k as f64 - middle;
                if offset > half {
                    offset -= samples as f64;
                }
                let x = offset * step / deviation;
                Complex64::from((-x * x).exp())
            })
            .collect();
        let high = interval.round();
        let rise = (high * application.rise_time_ui).round();
        let mut rectangle: Vec<Complex64> = (0..samples)
            .map(|k| {
                // Zero, up from `rise` to 2·rise, down from rise + high to 2·rise + high.
                let x = k as f64;
                let ramp = |from: f64| ((x - from) / rise.max(1.0)).clamp(0.0, 1.0);
                Complex64::from(ramp(rise) - ramp(rise + high))
            })
            .collect();
        forward.process(&mut gaussian);
        forward.process(&mut rectangle);
        Ok(Self {
            spacing,
            symbol_rate: rate,
            points,
            samples,
            interval,
            gaussian,
            rectangle,
            forward,
            inverse,
        })
    }

    fn response(&self, s: &[Complex64], pulse: &[Complex64]) -> Vec<f64> {
        let mut product = two_sided(s);
        for (x, y) in product.iter_mut().zip(pulse) {
            *x *= y;
        }
        self.inverse.process(&mut product);
        product.iter().map(|v| v.re / self.samples as f64).collect()
    }

    /// Response to the Gaussian pulse, V.
    fn of(&self, s: &[Complex64]) -> Vec<f64> {
        self.response(s, &self.gaussian)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        clippy::cast_possible_wrap
    )]
    fn interval_start(&self, number: usize) -> usize {
        (number as f64 * self.interval).floor() as usize
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn phases(&self) -> usize {
        self.interval.round() as usize
    }

    /// Sum of the differences a unit interval apart, 31 of them to either side of the model's peak, at
    /// the worst phase.
    fn difference(&self, model: &[f64], original: &[f64]) -> f64 {
        let peak = first_largest(model) as f64;
        let reach = INTERVALS as f64 * self.interval;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let intervals = ((self.samples as f64 / self.interval).floor() as usize).saturating_sub(1);
        (0..self.phases())
            .map(|phase| {
                (0..intervals)
                    .map(|number| phase + self.interval_start(number))
                    .filter(|&at| (at as f64) < peak + reach && (at as f64) > peak - reach)
                    .filter_map(|at| Some((original.get(at)? - model.get(at)?).abs()))
                    .sum()
            })
            .fold(0.0, f64::max)
    }

    /// The same before the delay of the causal model.
    fn before(&self, model: &[f64], original: &[f64], delay: isize) -> f64 {
        let samples = isize::try_from(self.samples).unwrap_or(isize::MAX);
        (0..self.phases())
            .map(|phase| {
                (0..INTERVALS)
                    .filter_map(|number| {
                        let back = isize::try_from(phase + self.interval_start(number)).ok()?;
                        let at = (delay - back - 2).rem_euclid(samples);
                        let at = usize::try_from(at).ok()?;
                        Some((original.get(at)? - model.get(at)?).abs())
                    })
                    .sum()
            })
            .fold(0.0, f64::max)
    }

    /// Minimum phase of the magnitude, and the delay, in whole samples, with which its response to a
    /// rectangular pulse fits best.
    fn causal_model(&self, s: &[Complex64]) -> (Vec<Complex64>, isize) {
        let floored: Vec<Complex64> = s
            .iter()
            .map(|&v| {
                if v == Complex64::ZERO {
                    Complex64::from(FLOOR)
                } else {
                    v
                }
            })
            .collect();
        // Hilbert transform of ln|S| by the sign of time (Oppenheim & Schafer, Discrete-Time Signal
        // Processing, 3rd ed., section 12.3).
        let logarithm: Vec<Complex64> = floored
            .iter()
            .map(|v| Complex64::from(v.norm().ln()))
            .collect();
        let mut cepstrum = two_sided(&logarithm);
        self.inverse.process(&mut cepstrum);
        for (k, v) in cepstrum.iter_mut().enumerate() {
            let sign = if k < self.points { 1.0 } else { -1.0 };
            *v *= Complex64::new(0.0, sign / self.samples as f64);
        }
        self.forward.process(&mut cepstrum);
        let minimum: Vec<Complex64> = floored
            .iter()
            .zip(&cepstrum)
            .map(|(v, phase)| Complex64::from_polar(v.norm(), -phase.re))
            .collect();
        // Compared below 1.5 times the symbol rate, where the pulse has its power.
        let deviation = 1.0 / (TAU * 1.5 * self.symbol_rate);
        let filtered = |s: &[Complex64]| -> Vec<Complex64> {
            s.iter()
                .enumerate()
                .map(|(k, v)| {
                    let x = PI * k as f64 * self.spacing * deviation;
                    v * (-2.0 * x * x).exp()
                })
                .collect()
        };
        let original = self.response(&filtered(&floored), &self.rectangle);
        let model = self.response(&filtered(&minimum), &self.rectangle);
        let delay = -shift_of(&model, &original);
        let per_sample = TAU / self.samples as f64;
        let causal = minimum
            .iter()
            .enumerate()
            .map(|(k, v)| v * Complex64::cis(-per_sample * (k as f64) * (delay as f64)))
            .collect();
        (causal, delay)
    }
}

/// Both sides of the spectrum of a real signal.
fn two_sided(s: &[Complex64]) -> Vec<Complex64> {
    let mut all = s.to_vec();
    all.extend(s.iter().skip(1).rev().map(Complex64::conj));
    all
}

fn first_largest(values: &[f64]) -> usize {
    let mut at = 0;
    for (k, v) in values.iter().enumerate() {
        if *v > values[at] {
            at = k;
        }
    }
    at
}

/// Samples by which `y` is rolled to lie on `x`, both cut to their first tenth and last hundredth.
fn shift_of(x: &[f64], y: &[f64]) -> isize {
    let n = x.len();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let part = |share: f64| (n as f64 * share).round() as usize;
    let (front, back) = (part(0.1), part(0.01));
    let cut = |v: &[f64]| -> Vec<f64> { [&v[..front], &v[n - back..]].concat() };
    let (x, y) = (cut(x), cut(y));
    let length = isize::try_from(x.len()).unwrap_or(isize::MAX);
    let position = |v: &[f64]| isize::try_from(first_largest(v)).unwrap_or(0);
    let middle = position(&x) - position(&y);
    let reach = isize::try_from(front.min(1000)).unwrap_or(0);
    let (mut best, mut least) = (0, f64::INFINITY);
    for shift in middle - reach..middle + reach {
        let start = usize::try_from(shift.rem_euclid(length.max(1))).unwrap_or(0);
        let rolled = y[y.len() - start..].iter().chain(&y[..y.len() - start]);
        let error: f64 = x.iter().zip(rolled).map(|(a, b)| (a - b) * (a - b)).sum();
        if error < least {
            (best, least) = (shift, error);
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Reference;

    fn line(delay: f64, gain: f64) -> Network {
        let f: Vec<f64> = (0..1001).map(|k| f64::from(k) * 10e6).collect();
        let s = f
            .iter()
            .flat_map(|f| {
                let through =
                    Complex64::from_polar(gain, -TAU * f * delay) / Complex64::new(1.0, f / 3e9);
                [Complex64::ZERO, through, through, Complex64::ZERO]
            })
            .collect();
        Network::new(f, 2, s, Reference::uniform(2, 50.0)).unwrap()
    }

    const USE: Application = Application {
        symbol_rate: 1e9,
        samples_per_symbol: 32,
        rise_time_ui: 0.4,
    };

    #[test]
    fn a_line_is_good_and_one_that_answers_early_is_not() {
        let good = line(2e-9, 0.9).application_quality(&USE).unwrap();
        assert!(good.passivity_mv < 1e-9 && good.reciprocity_mv == 0.0);
        assert!(good.causality_mv < 1.0, "{good:?}");
        let active = line(2e-9, 1.1).application_quality(&USE).unwrap();
        assert!(active.passivity_mv > 10.0, "{active:?}");
        assert_eq!(ApplicationQuality::grade(active.passivity_mv), Grade::Poor);
    }

    #[test]
    fn applications_that_cannot_be_are_refused() {
        let network = line(2e-9, 0.9);
        for (rate, samples, rise) in [
            (0.0, 32, 0.4),
            (1e9, 1, 0.4),
            (1e9, 32, 0.0),
            (1e16, 32, 0.4),
        ] {
            let application = Application {
                symbol_rate: rate,
                samples_per_symbol: samples,
                rise_time_ui: rise,
            };
            assert!(network.application_quality(&application).is_err());
        }
    }
}
