//! Jitter taken apart.

use super::{DualDirac, Edge};
use crate::signal::planner;
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Most sinusoids that are looked for.
const MOST_TONES: usize = 8;
/// A line of the spectrum is a sinusoid where its power is this far above the mean beyond what the
/// highest of as many lines of noise reaches: one in e⁸ = 3000 spectra of noise has one so high.
const ABOVE: f64 = 8.0;
/// Jitter below which nothing is looked for, UI.
const ROUND_OFF: f64 = 1e-9;

/// A sinusoid of jitter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Tone {
    /// Periods a symbol.
    pub frequency: f64,
    /// Half of peak to peak, UI.
    pub amplitude: f64,
}

/// The parts of jitter, UI.
#[derive(Debug, Clone, PartialEq)]
pub struct Decomposition {
    /// Edges.
    pub count: usize,
    /// Mean displacement.
    pub mean: f64,
    /// Root mean square of all jitter.
    pub rms: f64,
    /// From the earliest to the latest edge.
    pub peak_to_peak: f64,
    /// Tails of all jitter.
    pub total: Option<DualDirac>,
    /// Even-odd jitter: by how much symbols are longer and shorter in turn.
    pub even_odd: f64,
    /// Mean displacement of rising less that of falling edges, of what is left.
    pub rise_fall: f64,
    /// Peak to peak of what repeats with the pattern beside both (edge by edge, from means); nothing
    /// without a pattern, or where it is seen less than twice.
    pub pattern: Option<f64>,
    /// Sinusoids, the largest first.
    pub tones: Vec<Tone>,
    /// Tails of the rest.
    pub uncorrelated: Option<DualDirac>,
    /// Root mean square of the rest.
    pub uncorrelated_rms: f64,
    /// Displacements, sorted.
    sorted: Vec<f64>,
}

impl Decomposition {
    /// Takes the jitter of edges apart; `period` is that of their pattern in symbols. Nothing for fewer
    /// than two edges or displacements that are not finite.
    pub fn of(edges: &[Edge], period: Option<usize>) -> Option<Self> {
        let n = edges.len();
        let mut left: Vec<f64> = edges.iter().map(|e| e.displacement).collect();
        if n < 2 || left.iter().any(|d| !d.is_finite()) {
            return None;
        }
        let mean = left.iter().sum::<f64>() / n as f64;
        for d in &mut left {
            *d -= mean;
        }
        let rms = root_mean_square(&left);
        let mut sorted = left.clone();
        sorted.sort_by(f64::total_cmp);
        let peak_to_peak = sorted.last()? - sorted.first()?;
        let total = DualDirac::fit(&left);
        let even_odd = split(edges, &mut left, |e| e.symbol.is_multiple_of(2)).abs();
        let rise_fall = split(edges, &mut left, |e| e.rising);
        let pattern = period.and_then(|p| remove_pattern(edges, &mut left, p));
        let tones = remove_tones(edges, &mut left);
        Some(Self {
            count: n,
            mean,
            rms,
            peak_to_peak,
            total,
            even_odd,
            rise_fall,
            pattern,
            tones,
            uncorrelated: DualDirac::fit(&left),
            uncorrelated_rms: root_mean_square(&left),
            sorted,
        })
    }

    /// Width outside of which a share of the edges lies, half of it on either side: counted where at
    /// least ten edges lie beyond on each, and else by the tails that were fitted. Nothing where
    /// neither can be.
    pub fn width(&self, share: f64) -> Option<f64> {
        let beyond = 0.5 * share * self.count as f64;
        if beyond < 10.0 {
            return self.total.map(|fit| fit.total(share));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // below the count
        let beyond = beyond.round() as usize;
        let upper = self.sorted.get(self.count.checked_sub(beyond)?)?;
        Some(upper - self.sorted.get(beyond - 1)?)
    }
}

fn root_mean_square(values: &[f64]) -> f64 {
    (values.iter().map(|v| v * v).sum::<f64>() / values.len().max(1) as f64).sqrt()
}

/// Takes the mean of each of two kinds of edges out, and returns their distance; 0 where one is absent.
fn split(edges: &[Edge], left: &mut [f64], first: impl Fn(&Edge) -> bool) -> f64 {
    let mean = |wanted: bool| {
        let of = edges.iter().zip(left.iter());
        let (sum, count) = of
            .filter(|(e, _)| first(e) == wanted)
            .fold((0.0, 0.0), |(s, c), (_, d)| (s + d, c + 1.0));
        (count > 0.0).then(|| sum / count)
    };
    let (Some(a), Some(b)) = (mean(true), mean(false)) else {
        return 0.0;
    };
    for (e, d) in edges.iter().zip(left.iter_mut()) {
        *d -= if first(e) { a } else { b };
    }
    a - b
}

/// Takes the mean at each place of the pattern out, and returns the range of these means.
fn remove_pattern(edges: &[Edge], left: &mut [f64], period: usize) -> Option<f64> {
    let (first, last) = (edges.first()?.symbol, edges.last()?.symbol);
    if period == 0 || last < first + 2 * period {
        return None;
    }
    let mut sums = vec![(0.0, 0.0); period];
    for (e, d) in edges.iter().zip(left.iter()) {
        if let Some(place) = sums.get_mut(e.symbol % period) {
            place.0 += d;
            place.1 += 1.0;
        }
    }
    let means: Vec<f64> = sums.iter().map(|(s, c)| s / f64::max(*c, 1.0)).collect();
    for (e, d) in edges.iter().zip(left.iter_mut()) {
        *d -= means.get(e.symbol % period).copied().unwrap_or(0.0);
    }
    let seen = means.iter().zip(&sums).filter(|(_, s)| s.1 > 0.0);
    let (low, high) = seen.fold((f64::MAX, f64::MIN), |(low, high), (m, _)| {
        (low.min(*m), high.max(*m))
    });
    Some(high - low)
}

/// Takes sinusoids out, one after the other, as long as one stands out of the spectrum.
fn remove_tones(edges: &[Edge], left: &mut [f64]) -> Vec<Tone> {
    let (Some(first), Some(last)) = (edges.first(), edges.last()) else {
        return Vec::new();
    };
    let span = last.symbol.saturating_sub(first.symbol) + 1;
    let start = first.symbol;
    // Displacements of a record much longer than its edges need have no spectrum worth its memory.
    if span < 64 || span / 64 > edges.len() {
        return Vec::new();
    }
    let size = span.next_power_of_two();
    let transform = planner::forward(size);
    let mut tones = Vec::new();
    for _ in 0..MOST_TONES {
        let mut bins = vec![Complex64::ZERO; size];
        for (e, d) in edges.iter().zip(left.iter()) {
            if let Some(bin) = bins.get_mut(e.symbol - start) {
                bin.re += d;
            }
        }
        transform.process(&mut bins);
        let powers: Vec<f64> = bins
            .iter()
            .take(size / 2)
            .skip(1)
            .map(Complex64::norm_sqr)
            .collect();
        let mean = powers.iter().sum::<f64>() / powers.len() as f64;
        let Some((bin, &power)) = powers.iter().enumerate().max_by(|a, b| a.1.total_cmp(b.1))
        else {
            break;
        };
        let stands_out = power > mean * ((powers.len() as f64).ln() + ABOVE);
        if !stands_out || root_mean_square(left) < ROUND_OFF {
            break;
        }
        let center = (bin + 1) as f64 / size as f64;
        let frequency = strongest(edges, left, center, 1.0 / size as f64);
        let (cosine, sine) = fit(edges, left, frequency);
        for (e, d) in edges.iter().zip(left.iter_mut()) {
            let (s, c) = (TAU * (frequency * e.symbol as f64).fract()).sin_cos();
            *d -= cosine * c + sine * s;
        }
        tones.push(Tone {
            frequency,
            amplitude: cosine.hypot(sine),
        });
    }
    tones.sort_by(|a, b| b.amplitude.total_cmp(&a.amplitude));
    tones
}

/// Least-squares amplitudes of cosine and sine of a frequency at the edges.
fn fit(edges: &[Edge], left: &[f64], frequency: f64) -> (f64, f64) {
    let (mut cc, mut cs, mut ss, mut dc, mut ds) = (0.0, 0.0, 0.0, 0.0, 0.0);
    for (e, d) in edges.iter().zip(left) {
        let (s, c) = (TAU * (frequency * e.symbol as f64).fract()).sin_cos();
        cc += c * c;
        cs += c * s;
        ss += s * s;
        dc += d * c;
        ds += d * s;
    }
    let determinant = cc * ss - cs * cs;
    if determinant.abs() < 1e-12 * cc * ss {
        return (dc / cc.max(f64::MIN_POSITIVE), 0.0);
    }
    (
        (dc * ss - ds * cs) / determinant,
        (ds * cc - dc * cs) / determinant,
    )
}

/// Frequency within a bin of `center` at which the sinusoid is strongest, by golden section.
fn strongest(edges: &[Edge], left: &[f64], center: f64, bin: f64) -> f64 {
    const GOLDEN: f64 = 0.618_033_988_749_894_9;
    let power = |f: f64| {
        let (c, s) = fit(edges, left, f);
        c * c + s * s
    };
    let (mut low, mut high) = (center - bin, center + bin);
    let (mut a, mut b) = (high - GOLDEN * (high - low), low + GOLDEN * (high - low));
    let (mut at_a, mut at_b) = (power(a), power(b));
    for _ in 0..16 {
        if at_a > at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - GOLDEN * (high - low);
            at_a = power(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + GOLDEN * (high - low);
            at_b = power(b);
        }
    }
    f64::midpoint(low, high)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alternating_and_repeating_parts_are_told_apart_exactly() {
        // A pattern of 7 symbols: odd, so that it alternates against the clock.
        let edges: Vec<Edge> = (0..7000)
            .filter(|k| [0, 1, 3, 4].contains(&(k % 7)))
            .map(|k| {
                let alternating = if k % 2 == 0 { 0.01 } else { -0.01 };
                let pattern = if k % 7 == 3 { 0.03 } else { -0.01 };
                Edge {
                    symbol: k,
                    displacement: 0.2 + alternating + pattern,
                    rising: k % 7 == 0 || k % 7 == 3,
                }
            })
            .collect();
        let parts = Decomposition::of(&edges, Some(7)).unwrap();
        assert!((parts.even_odd - 0.02).abs() < 1e-6, "{}", parts.even_odd);
        assert!((parts.rise_fall - 0.02).abs() < 1e-6, "{}", parts.rise_fall);
        // Rising edges are 0.03 and −0.01, about their mean ±0.02.
        assert!((parts.pattern.unwrap() - 0.04).abs() < 1e-6);
        assert!(parts.tones.is_empty());
        assert!(parts.uncorrelated_rms < 1e-6);
    }

    #[test]
    fn odd_input_gives_nothing_or_zero() {
        assert!(Decomposition::of(&[], None).is_none());
        let edge = |symbol, displacement| Edge {
            symbol,
            displacement,
            rising: true,
        };
        assert!(Decomposition::of(&[edge(0, 0.0)], None).is_none());
        assert!(Decomposition::of(&[edge(0, 0.0), edge(1, f64::NAN)], None).is_none());
        let still: Vec<Edge> = (0..500).map(|k| edge(k, 0.1)).collect();
        let parts = Decomposition::of(&still, Some(0)).unwrap();
        assert!(parts.rms < 1e-12 && parts.even_odd < 1e-12 && parts.tones.is_empty());
        assert_eq!(parts.pattern, None);
        assert_eq!(parts.width(1e-9), None);
    }
}
