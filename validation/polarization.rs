//! Polarisation-mode dispersion and polarisation-dependent loss.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::fiber::polarization::statistics::{
    MEAN_SQUARE_OVER_SQUARE_MEAN, maxwellian_tail, mean_delay,
};
use eyespan::fiber::polarization::{Jones, MaxwellianFiber, PolarizationElement, PolarizationLine};
use eyespan::math::clopper_pearson;
use eyespan::signal::Grid;
use num_complex::Complex64;
use std::f64::consts::{FRAC_PI_4, LN_10, PI};

const AREA: &str = "polarization";
const MAXWELLIAN: &str =
    "derive/polarization.py; Foschini and Poole, J. Lightwave Technol. 9, 1439 (1991)";

fn tail() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(MAXWELLIAN);
    for (ratio, expected) in [
        (1.0, 0.466_949_8),
        (2.0, 0.017_050_123),
        (3.0, 4.199_759_1e-5),
        (3.5, 7.735_960_1e-7),
        (3.775, 6.505_739_8e-8),
        (4.0, 7.411_181_8e-9),
    ] {
        checks.add(
            format!("P(delay > {ratio} mean)"),
            "",
            maxwellian_tail(ratio),
            expected,
            Tolerance::Relative(6e-8, Reason::PrintedDigit),
        );
    }
    checks.add(
        "mean square over squared mean",
        "",
        MEAN_SQUARE_OVER_SQUARE_MEAN,
        1.178_097_245_1,
        Tolerance::Absolute(6e-11, Reason::PrintedDigit),
    );
    checks.done()
}

/// Differential group delays, from the Jones matrices, of `count` fibres of `spans` equal spans.
fn delays(mean: f64, plates: usize, spans: u32, count: u32) -> Result<Vec<f64>, CaseError> {
    let fiber = MaxwellianFiber {
        mean_delay: mean,
        plates,
        spread: 0.2,
    };
    let mut delays = Vec::new();
    for number in 0..count {
        let mut line = PolarizationLine::default();
        for span in 0..spans {
            let one = PolarizationLine::random_fiber(&fiber, 11, number * spans + span)?;
            line.elements.extend(one.elements);
        }
        delays.push(line.differential_group_delay(0.0, 1e8));
    }
    Ok(delays)
}

fn mean(values: impl Iterator<Item = f64> + Clone) -> f64 {
    values.clone().sum::<f64>() / values.count() as f64
}

fn cascade() -> Result<Vec<Check>, CaseError> {
    const COUNT: u32 = 8000;
    const MEAN: f64 = 1e-12;
    let mut checks = Checks::from(MAXWELLIAN);
    let one = delays(MEAN, 100, 1, COUNT)?;
    // The mean of COUNT Maxwellian variates has a relative deviation of 0.422/√COUNT, 0.47 %; their
    // mean square one of 0.816/√COUNT, 0.91 %: four deviations each.
    checks.add(
        "mean delay of 100 plates",
        "ps",
        mean(one.iter().copied()) * 1e12,
        1.0,
        Tolerance::Relative(0.019, Reason::Grid),
    );
    checks.add(
        "mean square over squared nominal mean",
        "",
        mean(one.iter().map(|d| (d / MEAN).powi(2))),
        1.178_097_245_1,
        Tolerance::Relative(0.037, Reason::Grid),
    );
    for (ratio, expected) in [
        (1.0, 0.466_949_8),
        (1.5, 0.125_534_22),
        (2.0, 0.017_050_123),
    ] {
        let above = one.iter().filter(|&&d| d > ratio * MEAN).count() as u64;
        let (low, high) = clopper_pearson(above, u64::from(COUNT), 0.9997);
        checks.add(
            format!("fraction above {ratio} times the mean"),
            "",
            above as f64 / f64::from(COUNT),
            expected,
            Tolerance::Counted { low, high },
        );
    }
    let four = delays(MEAN, 50, 4, COUNT / 2)?;
    checks.add(
        "mean of four spans over that of one: the root of the length",
        "",
        mean(four.iter().copied()) / MEAN,
        2.0,
        Tolerance::Relative(0.027, Reason::Grid),
    );
    let quarter = mean_delay(3e-15, 20e3)?;
    checks.add(
        "mean from the coefficient, 80 km over 20 km",
        "",
        mean_delay(3e-15, 80e3)? / quarter,
        2.0,
        Tolerance::Absolute(1e-12, Reason::RoundOff),
    );
    checks.done()
}

/// Response of detected power to a small intensity tone when half of the light is on each axis of a
/// differential group delay: |cos(πfτ)|, with a null at 1/(2τ).
fn fading() -> Result<Vec<Check>, CaseError> {
    const SAMPLES: usize = 64;
    const TONE: f64 = 10e9;
    let mut checks = Checks::from(
        "the two halves of the power arrive τ apart: |cos(πfτ)|; Poole et al., IEEE Photonics \
         Technol. Lett. 3, 68 (1991)",
    );
    let grid = Grid {
        samples: SAMPLES,
        sampling_rate: SAMPLES as f64 * TONE,
    };
    for picoseconds in [0.0, 10.0, 25.0, 50.0] {
        let line = PolarizationLine {
            elements: vec![PolarizationElement::DifferentialGroupDelay {
                delay: picoseconds * 1e-12,
                axes: Jones::rotation(FRAC_PI_4),
            }],
        };
        let mut x: Vec<Complex64> = (0..SAMPLES)
            .map(|k| {
                let wave = (2.0 * PI * k as f64 / SAMPLES as f64).cos();
                Complex64::new((1.0 + 1e-4 * wave).sqrt(), 0.0)
            })
            .collect();
        let mut y = vec![Complex64::ZERO; SAMPLES];
        line.propagate(grid, &mut x, &mut y)?;
        let tone: f64 = x
            .iter()
            .zip(&y)
            .enumerate()
            .map(|(k, (x, y))| {
                let wave = (2.0 * PI * k as f64 / SAMPLES as f64).cos();
                (x.norm_sqr() + y.norm_sqr()) * wave
            })
            .sum();
        checks.add(
            format!("response at 10 GHz, {picoseconds} ps"),
            "",
            (tone / (0.5e-4 * SAMPLES as f64)).abs(),
            (PI * TONE * picoseconds * 1e-12).cos().abs(),
            Tolerance::Absolute(1e-8, Reason::RoundOff),
        );
    }
    checks.done()
}

fn dependent_loss() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "boosts of the Stokes vector 2θ apart compose like sides of a hyperbolic triangle; Gisin, \
         Opt. Commun. 114, 399 (1995)",
    );
    let section = |loss_db: f64, angle: f64| PolarizationElement::DependentLoss {
        loss_db,
        axes: Jones::rotation(angle),
    };
    for (first, second, angle) in [
        (1.0_f64, 1.0_f64, 0.0_f64),
        (1.0, 2.0, 0.3),
        (3.0, 0.5, 1.2),
        (2.5, 2.5, PI / 2.0),
    ] {
        let line = PolarizationLine {
            elements: vec![section(first, 0.0), section(second, angle)],
        };
        // A loss of Γ dB, e^(−2η) between the powers of its axes, is a boost of rapidity η.
        let rapidity = |db: f64| db * LN_10 / 20.0;
        let (a, b) = (rapidity(first), rapidity(second));
        let cosh = a.cosh() * b.cosh() + (2.0 * angle).cos() * a.sinh() * b.sinh();
        checks.add(
            format!("{first} dB and {second} dB, {angle:.2} rad apart"),
            "dB",
            line.dependent_loss_db(0.0),
            cosh.max(1.0).acosh() * 20.0 / LN_10,
            // Where the losses cancel, the expected number is the root of round-off.
            Tolerance::Absolute(1e-6, Reason::RoundOff),
        );
    }
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "mode-dispersion/maxwellian-tail", tail),
        Case::new(AREA, "mode-dispersion/cascade-of-plates", cascade),
        Case::new(AREA, "mode-dispersion/first-order-fading", fading),
        Case::new(AREA, "dependent-loss/two-sections", dependent_loss),
    ]
}
