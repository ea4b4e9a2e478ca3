//! Clock recovery: what loops behind each detector follow of sinusoidal jitter, and what they bear of it.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::clock::tolerance::EyeInTime;
use eyespan::clock::{ClockRecovery, Loop, PhaseDetector, bang_bang_gain};
use eyespan::math::{q_function, q_inverse};
use num_complex::Complex64;
use std::f64::consts::TAU;

const AREA: &str = "clock recovery";
const RATE: f64 = 26.5625e9;
/// Samples of a symbol.
const SAMPLES: usize = 8;
const LOOP: &str = "jitter transfer of a sampled loop, H = G/(1 + G), in closed form";

/// Uniform numbers of a linear congruential generator.
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        ((self.0 >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    fn normal(&mut self) -> f64 {
        q_inverse(self.uniform())
    }
}

/// Symbols of random levels from −1 to 1, and samples of their edges in closed form: each step between two
/// levels is the integral of a Gaussian of `width` UI about the border of the symbols, displaced by
/// `jitter` of the border. The middle of symbol k lies at k + ½.
fn wave(levels: &[f64], width: f64, jitter: &[f64]) -> Vec<f64> {
    let n = levels.len();
    (0..n * SAMPLES)
        .map(|i| {
            let t = i as f64 / SAMPLES as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let around = t as usize;
            let first = around.saturating_sub(3);
            let last = (around + 4).min(n - 1);
            let mut value = levels[first];
            for k in first + 1..=last {
                let step = levels[k] - levels[k - 1];
                value += step * (1.0 - q_function((t - k as f64 - jitter[k]) / width));
            }
            value
        })
        .collect()
}

fn random_levels(count: usize, levels: &[f64], draws: &mut Draws) -> Vec<f64> {
    (0..count)
        .map(|_| {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let index = (draws.uniform() * levels.len() as f64) as usize;
            levels[index]
        })
        .collect()
}

/// Complex amplitude of phases over that of sinusoidal jitter.
fn response(phases: &[f64], turns: f64, amplitude: f64) -> Complex64 {
    let start = phases.len() / 5;
    // Whole periods.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = (((phases.len() - start) as f64 * turns).floor() / turns) as usize;
    let part = &phases[start..start + count];
    let mean = part.iter().sum::<f64>() / count as f64;
    let sum: Complex64 = part
        .iter()
        .enumerate()
        .map(|(k, p)| {
            let n = (start + k) as f64;
            (p - mean) * Complex64::from_polar(2.0, -TAU * (turns * n).fract())
        })
        .sum();
    // sin = Im exp(j…): its complex amplitude is −j.
    sum / count as f64 / amplitude * Complex64::I
}

const TWO: [f64; 2] = [-1.0, 1.0];
const FOUR: [f64; 4] = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];

fn transfer(
    detector: PhaseDetector,
    levels: &'static [f64],
    tracking: Loop,
    tolerance: f64,
) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(LOOP);
    for share in [0.2, 1.0, 5.0] {
        let mut draws = Draws(7);
        let turns = share / 1000.0;
        let bang_bang = detector == PhaseDetector::BangBang;
        // The bang-bang loop is linear as far as the sinusoid is small against the random jitter, whose
        // own share in the projection is 0.02 over a record of this length.
        let (count, amplitude, random) = if bang_bang {
            (300_000, 0.008, 0.02)
        } else {
            (60_000, 0.02, 0.0)
        };
        let sent = random_levels(count, levels, &mut draws);
        let jitter: Vec<f64> = (0..count)
            .map(|k| amplitude * (TAU * turns * k as f64).sin() + random * draws.normal())
            .collect();
        let transitions = sent
            .windows(2)
            .filter(|w| (w[0] - w[1]).abs() > 0.1)
            .count();
        let density = transitions as f64 / count as f64;
        let recovery = ClockRecovery {
            detector,
            tracking,
            levels: levels.to_vec(),
            gain: bang_bang.then(|| bang_bang_gain(random, density)),
        };
        let clock = recovery.recover(&wave(&sent, 0.22, &jitter), SAMPLES as f64)?;
        // Symbol 0 of the clock is the first whose middle lies in the record, symbol 0.
        let found = response(&clock.phases, turns, amplitude);
        let expected = tracking.transfer(turns * RATE);
        checks.add(
            format!("{share} of the bandwidth: distance from the closed form"),
            "",
            (found - expected).norm(),
            0.0,
            Tolerance::Absolute(tolerance, Reason::Grid),
        );
        checks.add(
            format!("{share} of the bandwidth: |H|"),
            "dB",
            20.0 * found.norm().log10(),
            20.0 * expected.norm().log10(),
            Tolerance::Absolute(
                20.0 * (1.0 + tolerance / expected.norm()).log10(),
                Reason::Grid,
            ),
        );
    }
    checks.done()
}

/// A ramp that is steeper than steps at the transitions can follow.
fn slewing() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "J. Lee, K. S. Kundert and B. Razavi, IEEE J. Solid-State Circuits 39(9), 1571, 2004: a bang-bang loop slews by a step a transition",
    );
    let mut draws = Draws(11);
    let count = 6000;
    let sent = random_levels(count, &TWO, &mut draws);
    let (begin, step) = (3000, 4e-4);
    let jitter: Vec<f64> = (0..count)
        .map(|k| 4.0 * step * k.saturating_sub(begin).min(250) as f64)
        .collect();
    let recovery = ClockRecovery {
        detector: PhaseDetector::BangBang,
        tracking: Loop {
            proportional: step,
            integral: 0.0,
            symbol_rate: RATE,
        },
        levels: TWO.to_vec(),
        gain: Some(1.0),
    };
    let clock = recovery.recover(&wave(&sent, 0.1, &jitter), SAMPLES as f64)?;
    let (from, to) = (begin + 20, begin + 240);
    let transitions = (from..to).filter(|&k| sent[k] * sent[k - 1] < 0.0).count();
    checks.add(
        "phase gained on the way, in steps",
        "",
        (clock.phases[to] - clock.phases[from]) / step,
        transitions as f64,
        Tolerance::Absolute(1e-6, Reason::RoundOff),
    );
    checks.done()
}

/// A receiver's error ratio with the clock that it recovers from a jittered waveform.
fn tolerance() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("amplitude without the loop over |1 − H(f)|, in closed form");
    let eye = EyeInTime {
        width: 0.6,
        random_rms: 0.02,
        transition_density: 0.5,
    };
    let target = 2.4e-4;
    let tracking = Loop::first_order(RATE / 1000.0, RATE);
    // Half of the width less z deviations, for a sinusoid that spends a share of its time at its top:
    // mean of Q over the phase by Laplace's method about the top, σ²/(A) small.
    let still = eye
        .bearable_displacement(target)
        .ok_or("an open eye bears jitter")?;
    let mean: f64 = (0..20_000)
        .map(|k| {
            let x = still * (TAU * (f64::from(k) + 0.5) / 20_000.0).sin();
            0.25 * (q_function((0.3 - x) / 0.02) + q_function((0.3 + x) / 0.02))
        })
        .sum::<f64>()
        / 20_000.0;
    checks.add(
        "error ratio at the amplitude without a loop, over the target",
        "",
        mean / target,
        1.0,
        Tolerance::Absolute(1e-6, Reason::Grid),
    );
    for share in [0.3, 1.0, 4.0] {
        let turns = share / 1000.0;
        let expected = still / tracking.error_transfer(turns * RATE).norm();
        let found = eye
            .bearable_jitter(&tracking, turns * RATE, target)
            .ok_or("an open eye bears jitter")?;
        checks.add(
            format!("{share} of the corner: the loop run over jitter"),
            "UI",
            found,
            expected,
            Tolerance::Relative(5e-3, Reason::Grid),
        );
        // The same with the clock recovered from a waveform with that jitter.
        let mut draws = Draws(5);
        let count = 60_000;
        let sent = random_levels(count, &TWO, &mut draws);
        let small = 0.05;
        let jitter: Vec<f64> = (0..count)
            .map(|k| small * (TAU * turns * k as f64).sin())
            .collect();
        let recovery = ClockRecovery {
            detector: PhaseDetector::Gardner,
            tracking,
            levels: TWO.to_vec(),
            gain: None,
        };
        let clock = recovery.recover(&wave(&sent, 0.22, &jitter), SAMPLES as f64)?;
        let left: Vec<f64> = clock
            .phases
            .iter()
            .zip(&jitter)
            .map(|(phase, jitter)| jitter - phase)
            .collect();
        let residual = response(&left, turns, small).norm();
        checks.add(
            format!("{share} of the corner: with the clock of a waveform"),
            "UI",
            still / residual,
            expected,
            Tolerance::Relative(0.02, Reason::Grid),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let first = Loop::first_order(RATE / 1000.0, RATE);
    let second = Loop::second_order(RATE / 1000.0, 1.0, RATE);
    let case = |name: &str, detector, levels: &'static [f64], tracking, tolerance| {
        Case::new(AREA, format!("clock-recovery/{name}"), move || {
            transfer(detector, levels, tracking, tolerance)
        })
    };
    vec![
        case("gardner", PhaseDetector::Gardner, &TWO, first, 0.02),
        case("gardner-pam4", PhaseDetector::Gardner, &FOUR, first, 0.02),
        case(
            "gardner-second-order",
            PhaseDetector::Gardner,
            &TWO,
            second,
            0.02,
        ),
        case(
            "mueller-muller",
            PhaseDetector::MuellerMuller,
            &TWO,
            first,
            0.02,
        ),
        case(
            "mueller-muller-pam4",
            PhaseDetector::MuellerMuller,
            &FOUR,
            first,
            0.02,
        ),
        case("bang-bang", PhaseDetector::BangBang, &TWO, first, 0.04),
        Case::new(AREA, "clock-recovery/slewing", slewing),
        Case::new(AREA, "clock-recovery/jitter-tolerance", tolerance),
    ]
}
