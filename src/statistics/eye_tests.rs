//! Statistical eyes against closed forms and against counted samples.

use super::*;
use crate::format::Modulation;
use crate::math::q_function;

fn levels(m: &Modulation) -> SymbolLevels {
    SymbolLevels::new(m.level_positions()).unwrap()
}

/// A raised-cosine-like pulse of `width` UI with post-cursor ripple.
fn pulse(n: usize) -> PulseResponse {
    let samples: Vec<f64> = (0..12 * n)
        .map(|i| {
            let t = i as f64 / n as f64 - 3.0;
            let main = (-(t / 0.62f64).powi(2)).exp();
            let tail = if t > 0.0 {
                0.05 * (-t / 2.0).exp() * (2.1 * t).sin() * (1.0 - (-t * t).exp())
            } else {
                0.0
            };
            main + tail
        })
        .collect();
    PulseResponse::new(samples, n, 3 * n).unwrap()
}

#[test]
fn noise_alone_gives_the_q_function_at_every_eye() {
    // No interference: a pulse of one unit interval.
    let n = 16;
    let mut samples = vec![0.0; 3 * n];
    samples[n..2 * n].fill(0.4);
    let p = PulseResponse::new(samples, n, n + n / 2).unwrap();
    for (m, sigma) in [(Modulation::nrz(), 0.08), (Modulation::pam4(), 0.02)] {
        let mut model = EyeModel::new(p.clone(), levels(&m));
        model.noise = sigma;
        let eye = model.eye().unwrap();
        let t = eye.thresholds(eye.decision());
        let e = eye.errors(eye.decision(), &t, &m);
        let l = m.levels() as f64;
        let half = 0.4 / (l - 1.0);
        let expected = 2.0 * (l - 1.0) / l * q_function(half / sigma);
        assert!(
            (e.symbol / expected - 1.0).abs() < 2e-3,
            "{e:?} {expected:e}"
        );
        assert!((e.per_eye.iter().sum::<f64>() / e.symbol - 1.0).abs() < 1e-12);
        // Opening at 1e-18: the distance less two tails.
        let height = eye.edges(eye.decision(), 1e-18)[0].height();
        let tails = 2.0 * sigma * crate::math::q_inverse(1e-18);
        assert!((height - (2.0 * half - tails)).abs() < 2.0 * model.step().unwrap());
    }
}

#[test]
fn an_open_eye_without_noise_is_open_whatever_the_bin() {
    let m = Modulation::pam4();
    let mut heights = Vec::new();
    for bins in [512, 1024, 2048, 8192] {
        let mut model = EyeModel::new(pulse(16), levels(&m));
        model.bins = bins;
        let eye = model.eye().unwrap();
        let at = eye.decision();
        let (cursors, main) = model.pulse.cursors(0);
        let worst = peak_distortion(&cursors, main.unsigned_abs(), &model.levels);
        let height = eye.edges(at, 1e-30)[1].height();
        assert!(worst.heights[1] > 0.05, "{worst:?}");
        let slack = 3.0 * model.step().unwrap();
        assert!(
            (height - worst.heights[1]).abs() < slack,
            "{bins}: {height}"
        );
        let t = eye.thresholds(at);
        assert!(eye.errors(at, &t, &m).symbol == 0.0);
        assert!(t[1].abs() < model.step().unwrap());
        model.noise = 0.02;
        let eye = model.eye().unwrap();
        heights.push(eye.edges(at, 1e-12)[1].height());
    }
    // Within a bin of the finest one, and 2048 bins within half of theirs.
    for (h, bins) in heights.iter().zip([512.0, 1024.0, 4096.0]) {
        let bin = 4.0 / bins;
        assert!((h - heights[3]).abs() < bin, "{heights:?}");
    }
}

/// Draws of a small generator; good enough to count ten million samples.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> u64 {
        // SplitMix64 (Steele, Lea, Flood 2014).
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }
    fn uniform(&mut self) -> f64 {
        (self.next() >> 11) as f64 * 2f64.powi(-53)
    }
    fn gaussian(&mut self) -> f64 {
        let r = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        r * (2.0 * std::f64::consts::PI * self.uniform()).cos()
    }
    fn level(&mut self, levels: &[f64]) -> f64 {
        let i = usize::try_from(self.next() >> 33).unwrap() % levels.len();
        levels[i]
    }
}

/// Counts how often level `level` falls on the wrong side of `threshold`, sample by sample, with the
/// edges and the sample displaced in the waveform itself.
fn counted(model: &EyeModel, level: usize, threshold: f64, above: bool, count: usize) -> f64 {
    let mut draws = Draws(7);
    let n = model.pulse.per_symbol() as f64;
    let values = model.levels.levels();
    let symbols = 12;
    // The response to a step, finely tabulated.
    let fine = 64;
    let refined = model.pulse.refined(fine / model.pulse.per_symbol());
    let samples = refined.samples().to_vec();
    let step = super::pulse::step_of(samples, fine);
    let at = |t: f64| {
        let x = (t * fine as f64 + refined.main() as f64).max(0.0);
        let i = super::lattice::whole_steps(x.floor());
        match (step.get(i), step.get(i + 1)) {
            (Some(a), Some(b)) => a + (b - a) * (x - i as f64),
            _ => step[step.len() - fine + (i % fine)],
        }
    };
    assert!(n > 1.0);
    let mut wrong = 0usize;
    for _ in 0..count {
        let mut a: Vec<f64> = (0..symbols).map(|_| draws.level(values)).collect();
        let decided = 8;
        a[decided] = values[level];
        let s = &model.sampler;
        let t = &model.transmitter;
        let phase = 2.0 * std::f64::consts::PI;
        let moved = s.random_rms * draws.gaussian()
            + s.dual_dirac * (draws.level(&[-0.5, 0.5]))
            + s.sinusoidal * (phase * draws.uniform()).sin()
            + t.sinusoidal * (phase * draws.uniform()).sin();
        let parity = draws.level(&[0.0, 1.0]);
        // What the transmitter sends; the ends of the stretch do not matter.
        let b: Vec<f64> = (0..symbols)
            .map(|k| {
                let taps = model.transmitter_taps.iter().enumerate();
                taps.map(|(i, c)| c * a[(k + model.main_tap).saturating_sub(i).min(symbols - 1)])
                    .sum()
            })
            .collect();
        let mut y = b[0] * at(decided as f64 + moved + 4.0);
        for k in 1..symbols {
            let odd = ((k as f64 + parity) % 2.0) * 2.0 - 1.0;
            let tau = t.random_rms * draws.gaussian()
                + t.dual_dirac * draws.level(&[-0.5, 0.5])
                + 0.5 * odd * t.duty_cycle_distortion;
            y += (b[k] - b[k - 1]) * at(decided as f64 - k as f64 + moved - tau);
        }
        y += model.noise * draws.gaussian();
        wrong += usize::from((y > threshold) == above);
    }
    wrong as f64 / count as f64
}

#[test]
fn every_kind_of_jitter_agrees_with_counted_samples() {
    let jitter = |random_rms, dual_dirac, duty_cycle_distortion, sinusoidal| EyeJitter {
        random_rms,
        dual_dirac,
        duty_cycle_distortion,
        sinusoidal,
    };
    let none = EyeJitter::default();
    let m = Modulation::pam4();
    let cases = [
        ("none", none, none),
        ("random, sampler", none, jitter(0.03, 0.0, 0.0, 0.0)),
        ("dual-Dirac, sampler", none, jitter(0.0, 0.1, 0.0, 0.0)),
        (
            "sine, both",
            jitter(0.0, 0.0, 0.0, 0.05),
            jitter(0.0, 0.0, 0.0, 0.06),
        ),
        ("random, edges", jitter(0.03, 0.0, 0.0, 0.0), none),
        ("dual-Dirac, edges", jitter(0.0, 0.08, 0.0, 0.0), none),
        ("duty cycle", jitter(0.0, 0.0, 0.12, 0.0), none),
    ];
    let with_taps = [vec![1.0], vec![-0.12, 0.8, -0.08]];
    for ((name, transmitter, sampler), taps) in cases
        .iter()
        .flat_map(|&case| with_taps.iter().map(move |taps| (case, taps)))
    {
        let mut model = EyeModel::new(pulse(32), levels(&m));
        model.main_tap = taps.len() / 2;
        model.transmitter_taps.clone_from(taps);
        model.noise = 0.06;
        model.transmitter = transmitter;
        model.sampler = sampler;
        let eye = model.eye().unwrap();
        let at = eye.decision();
        let t = eye.thresholds(at);
        let e = eye.densities[at][2].probability_at_or_below(t[1]);
        let count = 400_000;
        let c = counted(&model, 2, t[1], false, count);
        // Four standard deviations of the count.
        let spread = 4.0 * (e / count as f64).sqrt();
        assert!(
            (e - c).abs() < spread + 0.01 * e,
            "{name} {taps:?}: {e:e} {c:e} {spread:e}"
        );
    }
}

#[test]
fn feedback_takes_cursors_away_and_crosstalk_adds_them() {
    let n = 8;
    let mut samples = vec![0.0; 6 * n];
    samples[2 * n..3 * n].fill(0.5);
    samples[3 * n..4 * n].fill(0.2);
    let p = PulseResponse::new(samples.clone(), n, 2 * n + n / 2).unwrap();
    let m = Modulation::nrz();
    let mut model = EyeModel::new(p.clone(), levels(&m));
    let open = |model: &EyeModel| {
        let eye = model.eye().unwrap();
        let at = eye.decision();
        eye.edges(at, 1e-15)[0].height()
    };
    let bin = 4.0 * model.step().unwrap();
    assert!((open(&model) - 0.6).abs() < bin);
    model.feedback = vec![0.2];
    assert!((open(&model) - 1.0).abs() < bin);
    let mut small = vec![0.0; 4 * n];
    small[n + 2] = 0.05;
    small[n + 5] = 0.11;
    let pulse = PulseResponse::new(small, n, n + 2).unwrap();
    for (phase, height) in [
        (AggressorPhase::Worst, 0.78),
        (AggressorPhase::Averaged, 0.78),
        (AggressorPhase::Synchronous, 0.9),
    ] {
        model.aggressors = vec![Aggressor {
            pulse: pulse.clone(),
            levels: levels(&m),
            phase,
        }];
        assert!(
            (open(&model) - height).abs() < 2.0 * bin,
            "{phase:?} {}",
            open(&model)
        );
    }
    // The mean over phases is as wide, but far less probable.
    let eye = |phase| {
        model.aggressors[0].phase = phase;
        let eye = model.eye().unwrap();
        let at = eye.decision();
        eye.densities[at][1].variance()
    };
    let (mut one, mut other) = (0.0, 0.0);
    let mut eye = eye;
    one += eye(AggressorPhase::Worst);
    other += eye(AggressorPhase::Averaged);
    assert!((one / 0.0121 - 1.0).abs() < 0.01, "{one}");
    assert!(
        (other / ((0.0121 + 0.0025) / 8.0) - 1.0).abs() < 0.01,
        "{other}"
    );
}

#[test]
fn bathtub_and_spans_agree_with_each_other() {
    let m = Modulation::nrz();
    let mut model = EyeModel::new(pulse(32), levels(&m));
    model.noise = 0.1;
    let eye = model.eye().unwrap();
    let at = eye.decision();
    let t = eye.thresholds(at);
    let bathtub = eye.bathtub(&t);
    assert_eq!(bathtub.len(), 33);
    let e = eye.errors(at, &t, &m);
    assert!((bathtub[at][0] / e.symbol - 1.0).abs() < 1e-12);
    let (begin, end) = eye.spans(&t, 1e-9)[0].unwrap();
    assert!(begin < 0.0 && end > 0.0 && end - begin < 1.0);
    let outside = eye.phase_at(end + 0.04);
    assert!(bathtub[outside][0] > 1e-9);
    assert!(eye.spans(&t, 1e-300)[0].is_none());
    let vertical = eye.vertical_bathtub(at, 0);
    let least = vertical.iter().map(|v| v.1).fold(1.0, f64::min);
    assert!((least / e.symbol - 1.0).abs() < 0.01);
    // A longer probability is a narrower contour.
    // The noise exactly, at a third of it: far below where the eye's is cut.
    model.noise = 0.03;
    let quiet = model.at_decision().unwrap();
    let p = quiet[1].probability_below_with_noise(0.0, 0.03);
    assert!(p > 1e-300 && p < 1e-100, "{p:e}");
    model.noise = 0.1;
    let p = quiet[1].probability_below_with_noise(t[0], 0.1);
    assert!((eye.densities[at][1].probability_at_or_below(t[0]) / p - 1.0).abs() < 0.05);
    let (a, b) = (eye.contour(1e-6), eye.contour(1e-18));
    for (a, b) in a.iter().zip(&b) {
        assert!(a[0].height() >= b[0].height());
    }
}

#[test]
fn impossible_models_are_refused() {
    let m = Modulation::nrz();
    let model = EyeModel::new(pulse(8), levels(&m));
    for bad in [-0.1, 0.6, f64::NAN] {
        let mut changed = model.clone();
        changed.transmitter.random_rms = bad;
        assert!(changed.eye().is_err());
        let mut changed = model.clone();
        changed.sampler.sinusoidal = bad;
        assert!(changed.eye().is_err());
    }
    let mut changed = model.clone();
    changed.noise = -1.0;
    assert!(changed.eye().is_err());
    assert!(PulseResponse::new(vec![1.0], 0, 0).is_err());
    assert!(PulseResponse::new(vec![1.0], 1, 1).is_err());
    assert!(PulseResponse::new(vec![f64::NAN], 1, 0).is_err());
    let silent = PulseResponse::new(vec![0.0; 8], 4, 0).unwrap();
    assert!(EyeModel::new(silent, levels(&m)).eye().is_err());
}
