//! Figures of eyes whose edges are known in closed form: crossing, heights, widths, masks.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::format::{Modulation, Pattern};
use eyespan::math::{q_function, q_inverse};
use eyespan::measure::PatternWaveform;
use eyespan::measure::eye::{EyeFigures, MaskCoordinates, vertical_eye_closure_penalty_db};
use eyespan::measure::linear_fit::LinearFit;
use std::f64::consts::PI;

const AREA: &str = "eye figures";
const SAMPLES: usize = 32;
/// Length of an edge, UI.
const EDGE: f64 = 0.4;
const SOURCE: &str = "raised-cosine edges of 0.4 UI with Gaussian noise, in closed form";

/// Levels 0 to 1 with raised-cosine edges about the borders of the symbols; falling ones later by `late`
/// and rising ones earlier.
fn waveform(modulation: &Modulation, late: f64) -> Result<PatternWaveform, CaseError> {
    let symbols = Pattern::Prbs { order: 9 }.cyclic_symbols(modulation)?;
    let (n, top) = (symbols.len(), (modulation.levels() - 1) as f64);
    let level = |k: usize| f64::from(symbols[k % n]) / top;
    let samples = (0..n * SAMPLES)
        .map(|i| {
            // The border between symbols k − 1 and k lies at k.
            let t = i as f64 / SAMPLES as f64;
            let k = (i + SAMPLES / 2) / SAMPLES;
            let (old, new) = (level(k + n - 1), level(k));
            let displaced = t - k as f64 - late * (old - new).signum();
            let share = (displaced / EDGE + 0.5).clamp(0.0, 1.0);
            old + (new - old) * 0.5 * (1.0 - (PI * share).cos())
        })
        .collect();
    Ok(PatternWaveform::new(
        samples,
        symbols,
        modulation.levels(),
        26.5625e9,
    )?)
}

fn two_levels() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let grid = |x| Tolerance::Absolute(x, Reason::Grid);
    let plain = waveform(&Modulation::nrz(), 0.0)?;
    let sigma = 0.03;
    for probability in [1e-3, 1e-6, 1e-12] {
        let z = q_inverse(probability);
        let eye = EyeFigures::measure(&plain, sigma, probability)?;
        let open = eye.eyes.first().ok_or("an eye")?;
        checks.add(
            format!("height at {probability:.0e}"),
            "",
            open.vertical.height(),
            1.0 - 2.0 * z * sigma,
            grid(1e-3),
        );
        // The slope in the middle of an edge is π/(2·0.4) a UI.
        checks.add(
            format!("width at {probability:.0e}"),
            "UI",
            open.width(),
            1.0 - 2.0 * z * sigma * 2.0 * EDGE / PI,
            grid(3e-3),
        );
        checks.add(
            format!("symmetry mask width at {probability:.0e}"),
            "UI",
            eye.eye_symmetry_mask_width,
            1.0 - 2.0 * z * sigma * 2.0 * EDGE / PI,
            grid(3e-3),
        );
        checks.add(
            "deviation of a level",
            "",
            eye.deviations[1],
            sigma,
            grid(1e-4),
        );
    }
    for late in [-0.05, 0.0, 0.08] {
        let eye = EyeFigures::measure(&waveform(&Modulation::nrz(), late)?, 0.0, 1e-6)?;
        // Rising edges earlier and falling ones later meet above the middle.
        checks.add(
            format!("crossing, falling edges late by {late} UI"),
            "%",
            eye.crossing_percent.ok_or("a crossing")?,
            50.0 * (1.0 + (PI * late / EDGE).sin()),
            grid(0.3),
        );
    }
    checks.done()
}

/// Edges over one, two and three steps cross the thresholds of the outer eyes at different times: sin(πe/w)
/// is 0, ∓½ and ∓⅔ there.
fn four_levels() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let grid = |x| Tolerance::Absolute(x, Reason::Grid);
    let wave = waveform(&Modulation::pam4(), 0.0)?;
    let sigma = 0.01;
    let eye = EyeFigures::measure(&wave, sigma, 1e-6)?;
    let z = q_inverse(1e-6);
    for (k, open) in eye.eyes.iter().enumerate() {
        checks.add(
            format!("height of eye {k}"),
            "",
            open.vertical.height(),
            1.0 / 3.0 - 2.0 * z * sigma,
            grid(1e-3),
        );
    }
    let quiet = EyeFigures::measure(&wave, 0.0, 1e-6)?;
    let outer = EDGE / PI * (2.0_f64 / 3.0).asin();
    let middle = EDGE / PI * (1.0_f64 / 2.0).asin();
    for (k, late) in [(0, outer), (1, middle), (2, outer)] {
        checks.add(
            format!("width of eye {k} without noise"),
            "UI",
            quiet.eyes[k].width(),
            1.0 - 2.0 * late,
            grid(3e-3),
        );
    }
    checks.add(
        "symmetry mask width without noise",
        "UI",
        quiet.eye_symmetry_mask_width,
        1.0 - 2.0 * outer,
        grid(3e-3),
    );
    checks.done()
}

/// A rectangle over the flat part of the eye: each level has its Gaussian tail in it.
fn masks() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let wave = waveform(&Modulation::nrz(), 0.0)?;
    let sigma = 0.08;
    let eye = EyeFigures::measure(&wave, sigma, 1e-6)?;
    let mask = MaskCoordinates {
        x: [0.3; 3],
        y: [0.25, 0.25, 10.0],
    };
    let share =
        |x: f64, y: f64| (1.0 - 2.0 * x) * (q_function(y / sigma) - q_function((1.0 - y) / sigma));
    checks.add(
        "hit ratio of a rectangle",
        "",
        mask.hit_ratio(&wave, sigma, &eye),
        share(0.3, 0.25),
        Tolerance::Relative(0.01, Reason::Grid),
    );
    for limit in [5e-5, 2e-4, 1.2e-3] {
        let margin = mask.margin(&wave, sigma, &eye, limit).ok_or("a margin")?;
        // The rectangle stays within the flat part, 0.2 to 0.8 UI.
        let (x, y) = if margin >= 0.0 {
            (0.3 * (1.0 - margin), 0.25 * (1.0 - margin))
        } else {
            (0.3 - 0.2 * margin, 0.25 - 0.25 * margin)
        };
        checks.add(
            format!("hit ratio at the margin for {limit:.1e}"),
            "",
            share(x, y),
            limit,
            // Columns of time come into the mask one by one.
            Tolerance::Relative(0.03, Reason::Grid),
        );
    }
    // Only the outer regions, over the flat six tenths; edges have less there.
    let outer = MaskCoordinates {
        x: [0.5; 3],
        y: [0.5, 0.5, 0.2],
    };
    checks.add(
        "hit ratio of the outer regions",
        "",
        outer.hit_ratio(&wave, sigma, &eye),
        0.6 * q_function(0.2 / sigma),
        Tolerance::AtLeast,
    );
    checks.add(
        "hit ratio of the outer regions",
        "",
        outer.hit_ratio(&wave, sigma, &eye),
        q_function(0.2 / sigma),
        Tolerance::AtMost,
    );
    checks.done()
}

/// A flat middle: A0 lies two Gaussian tails of 0.05 % inside the levels, and the modulation amplitude is 1.
fn vertical_closure() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let wave = waveform(&Modulation::nrz(), 0.0)?;
    for sigma in [0.0, 0.03, 0.06, 0.1] {
        checks.add(
            format!("vertical eye closure penalty with noise of {sigma}"),
            "dB",
            vertical_eye_closure_penalty_db(&wave, sigma)?,
            -10.0 * (1.0 - 2.0 * q_inverse(5e-4) * sigma).log10(),
            Tolerance::Absolute(0.01, Reason::Grid),
        );
    }
    checks.done()
}

/// Four levels x compressed to x − a·x³ and with an echo of share e a symbol later, symbols equally likely
/// and independent over the pulse (a de Bruijn sequence). With E x² = 5/9, E x⁴ = 41/81 and E x⁶ = 365/729,
/// what no pulse can follow of x³ has the power 16/405, and the pulse is 1 − 41a/45 high.
fn signal_to_noise_and_distortion() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("moments of four levels, in closed form");
    let symbols = Pattern::DeBruijn { order: 5 }.cyclic_symbols(&Modulation::pam4())?;
    let n = symbols.len();
    let values = [-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0];
    for (compression, echo, noise) in [
        (0.1, 0.0, 0.0),
        (0.1, 0.2, 0.0),
        (0.1, 0.2, 0.03),
        (0.0, 0.2, 0.02),
    ] {
        let level = |k: usize| {
            let x: f64 = values[usize::from(symbols[k % n])];
            x - compression * x.powi(3)
        };
        let samples = (0..8 * n)
            .map(|i| level(i / 8) + echo * level(i / 8 + n - 1))
            .collect();
        let wave = PatternWaveform::new(samples, symbols.clone(), 4, 53.125e9)?;
        let fit = LinearFit::of(&wave, &values, 4, 1)?;
        let peak = 1.0 - compression * 41.0 / 45.0;
        let error = compression * (16.0 / 405.0 * (1.0 + echo * echo)).sqrt();
        let words = format!("compression {compression}, echo {echo}, noise {noise}");
        let exact = Tolerance::Absolute(1e-9, Reason::RoundOff);
        checks.add(format!("peak, {words}"), "", fit.peak(), peak, exact);
        checks.add(format!("error, {words}"), "", fit.error, error, exact);
        checks.add(
            format!("ratio, {words}"),
            "dB",
            fit.signal_to_noise_and_distortion_db(noise)?,
            10.0 * (peak * peak / (error * error + noise * noise)).log10(),
            Tolerance::Absolute(1e-6, Reason::RoundOff),
        );
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "eye-figures/two-levels", two_levels),
        Case::new(AREA, "eye-figures/four-levels", four_levels),
        Case::new(AREA, "eye-figures/masks", masks),
        Case::new(AREA, "eye-figures/vertical-closure", vertical_closure),
        Case::new(
            AREA,
            "eye-figures/signal-to-noise-and-distortion",
            signal_to_noise_and_distortion,
        ),
    ]
}
