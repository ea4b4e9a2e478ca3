//! Levels and edges of a waveform over a known pattern.

use super::super::PatternWaveform;

/// The outer levels: what long runs of the highest and of the lowest level settle to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OuterLevels {
    /// Mean over the middle two symbols of runs of the lowest level.
    pub low: f64,
    /// The same of the highest level.
    pub high: f64,
    /// Symbols in the runs of the lowest level.
    pub low_run: usize,
    /// Symbols in the runs of the highest level.
    pub high_run: usize,
}

impl OuterLevels {
    /// Levels from runs of seven highest and of six lowest symbols where the pattern has them (IEEE
    /// Std 802.3, 121.8.4, for SSPRQ and PRBS13Q), and else from its longest runs; nothing where it
    /// has no run of two.
    pub fn of(waveform: &PatternWaveform) -> Option<Self> {
        let top = u8::try_from(waveform.levels() - 1).ok()?;
        let (high, high_run) = level(waveform, top, 7)?;
        let (low, low_run) = level(waveform, 0, 6)?;
        Some(Self {
            low,
            high,
            low_run,
            high_run,
        })
    }

    /// Outer modulation amplitude, P3 − P0.
    pub fn modulation_amplitude(&self) -> f64 {
        self.high - self.low
    }

    /// Outer extinction ratio P3/P0, dB; nothing where the low level is not positive.
    pub fn extinction_ratio_db(&self) -> Option<f64> {
        (self.low > 0.0 && self.high > 0.0).then(|| 10.0 * (self.high / self.low).log10())
    }
}

/// Starts and lengths of the runs of a level in a cyclic pattern.
fn runs(symbols: &[u8], level: u8) -> Vec<(usize, usize)> {
    let n = symbols.len();
    let Some(start) = symbols.iter().position(|&s| s != level) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    let mut length = 0;
    for k in 1..=n {
        let at = (start + k) % n;
        if symbols.get(at) == Some(&level) {
            length += 1;
        } else if length > 0 {
            found.push(((at + n - length) % n, length));
            length = 0;
        }
    }
    found
}

fn level(waveform: &PatternWaveform, level: u8, wanted: usize) -> Option<(f64, usize)> {
    let runs = runs(waveform.symbols(), level);
    let longest = runs.iter().map(|r| r.1).max()?;
    let length = if runs.iter().any(|r| r.1 == wanted) {
        wanted
    } else {
        longest
    };
    if length < 2 {
        return None;
    }
    // A mean over two symbols from the middle of the run, by the samples within.
    let s = waveform.samples_per_symbol();
    let samples = waveform.samples();
    let n = samples.len();
    let (mut sum, mut count) = (0.0, 0_usize);
    for (start, _) in runs.iter().filter(|r| r.1 == length) {
        // The middle of symbol k lies at k + centre, that of the run half a run behind its start.
        let middle = (*start as f64 + waveform.center() + 0.5 * (length as f64 - 1.0)) * s as f64;
        let first = (middle - s as f64).round().rem_euclid(n as f64);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the waveform
        let first = first as usize;
        for k in 0..2 * s {
            sum += samples.get((first + k) % n).copied().unwrap_or(0.0);
            count += 1;
        }
    }
    Some((sum / count.max(1) as f64, length))
}

/// How far a waveform goes beyond its outer levels, as shares of OMA.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Excursion {
    /// (P_max − P3)/OMA.
    pub overshoot: f64,
    /// (P0 − P_min)/OMA.
    pub undershoot: f64,
}

/// Over- and undershoot: P_max and P_min are the levels that a share of `hit_ratio` of all samples
/// lies above and below (IEEE Std 802.3cu-2021, 140.7.7 with a hit ratio of 10⁻²: the number is from
/// memory of the text). Negative where the waveform stays within the outer levels.
pub fn excursion(waveform: &PatternWaveform, levels: &OuterLevels, hit_ratio: f64) -> Excursion {
    let mut sorted = waveform.samples().to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a share of a length
    let beyond = (hit_ratio.clamp(0.0, 0.5) * n as f64) as usize;
    let at = |k: usize| sorted.get(k.min(n - 1)).copied().unwrap_or(f64::NAN);
    let oma = levels.modulation_amplitude();
    Excursion {
        overshoot: (at(n - 1 - beyond.min(n - 1)) - levels.high) / oma,
        undershoot: (levels.low - at(beyond)) / oma,
    }
}

/// Transition times from 20 % to 80 % of OMA, in s.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TransitionTimes {
    /// From the lowest to the highest level.
    pub rise: f64,
    /// From the highest to the lowest level.
    pub fall: f64,
    /// Equal symbols that stand before and behind the edges that were averaged.
    pub settled_symbols: usize,
}

impl TransitionTimes {
    /// The slower of the two, s: what standards limit.
    pub fn slower(&self) -> f64 {
        self.rise.max(self.fall)
    }
}

/// Times of the mean edges between the outer levels that stand between runs of at least three
/// symbols (of two or one where the pattern has no such ones; IEEE Std 802.3cd, 138.8.5, in substance).
/// Nothing where an edge is missing or does not cross both 20 % and 80 %.
pub fn transition_times(
    waveform: &PatternWaveform,
    levels: &OuterLevels,
) -> Option<TransitionTimes> {
    let top = u8::try_from(waveform.levels() - 1).ok()?;
    (1..=3).rev().find_map(|settled| {
        let rise = edge(waveform, levels, (0, top), settled)?;
        let fall = edge(waveform, levels, (top, 0), settled)?;
        Some(TransitionTimes {
            rise,
            fall,
            settled_symbols: settled,
        })
    })
}

fn edge(
    waveform: &PatternWaveform,
    levels: &OuterLevels,
    (from, to): (u8, u8),
    settled: usize,
) -> Option<f64> {
    let symbols = waveform.symbols();
    let n = symbols.len();
    let is = |at: usize, value: u8| symbols.get(at % n) == Some(&value);
    let edges: Vec<usize> = (0..n)
        .filter(|&k| {
            (0..settled).all(|i| is(k + i, to)) && (1..=settled).all(|i| is(k + n - i, from))
        })
        .collect();
    if edges.is_empty() {
        return None;
    }
    let s = waveform.samples_per_symbol();
    let samples = waveform.samples();
    let all = samples.len();
    // One symbol before the edge's middle to one behind, on the waveform's own samples.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the waveform
    let middle = ((waveform.center() - 0.5).rem_euclid(n as f64) * s as f64).round() as usize;
    let mean: Vec<f64> = (0..=2 * s)
        .map(|i| {
            let place = |k: &usize| (k * s + middle + i + all - s) % all;
            let sum: f64 = edges
                .iter()
                .map(|k| samples.get(place(k)).copied().unwrap_or(f64::NAN))
                .sum();
            (sum / edges.len() as f64 - levels.low) / levels.modulation_amplitude()
        })
        .collect();
    let upward = to > from;
    // Crossings outward from the middle, so that ringing at the ends does not count.
    let crossing = |share: f64| -> Option<f64> {
        let mut best: Option<f64> = None;
        for (i, pair) in mean.windows(2).enumerate() {
            let [a, b] = pair else { continue };
            let crosses = if upward {
                *a <= share && *b > share
            } else {
                *a >= share && *b < share
            };
            if crosses {
                let at = i as f64 + (share - a) / (b - a);
                let distance = |x: f64| (x - s as f64).abs();
                if best.is_none_or(|old| distance(at) < distance(old)) {
                    best = Some(at);
                }
            }
        }
        best
    };
    let (first, last) = if upward { (0.2, 0.8) } else { (0.8, 0.2) };
    let time = (crossing(last)? - crossing(first)?) / waveform.sampling_rate();
    (time > 0.0).then_some(time)
}

/// Level separation mismatch ratio R_LM of four mean levels, the lowest first (IEEE Std 802.3,
/// 120D.3.1.2): min(3·ES1, 3·ES2, 2 − 3·ES1, 2 − 3·ES2) with ES1 = (V1 − V_mid)/(V0 − V_mid) and
/// ES2 = (V2 − V_mid)/(V3 − V_mid). Nothing for other numbers of levels.
pub fn level_separation_mismatch_ratio(means: &[f64]) -> Option<f64> {
    let [v0, v1, v2, v3] = *means else {
        return None;
    };
    let middle = 0.5 * (v0 + v3);
    let lower = (v1 - middle) / (v0 - middle);
    let upper = (v2 - middle) / (v3 - middle);
    let ratio = (3.0 * lower)
        .min(3.0 * upper)
        .min(2.0 - 3.0 * lower)
        .min(2.0 - 3.0 * upper);
    ratio.is_finite().then_some(ratio)
}
