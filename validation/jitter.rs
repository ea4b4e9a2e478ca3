//! Jitter taken apart: what was put into edges comes out.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::math::{q_function, q_inverse};
use eyespan::measure::jitter::{Decomposition, DualDirac, Edge};
use std::f64::consts::{PI, TAU};

const AREA: &str = "jitter";
const EDGES: usize = 1 << 20;
const INJECTED: &str = "what was injected, by definition; 3 % of counting over 10⁶ edges";

/// Uniform numbers of SplitMix64 (G. L. Steele, D. Lea and C. H. Flood, OOPSLA 2014).
struct Draws(u64);

impl Draws {
    fn uniform(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^= z >> 31;
        ((z >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    }

    /// By G. E. P. Box and M. E. Muller, Ann. Math. Stat. 29, 610 (1958).
    fn normal(&mut self) -> f64 {
        (-2.0 * self.uniform().ln()).sqrt() * (TAU * self.uniform()).cos()
    }
}

/// What is injected, UI.
#[derive(Clone, Copy, Default)]
struct Injected {
    random: f64,
    dual_dirac: f64,
    even_odd: f64,
    rise_fall: f64,
    /// Amplitude and periods a symbol.
    tones: [(f64, f64); 2],
}

/// Edges between random bits, about half of the borders of symbols.
fn edges(injected: &Injected, seed: u64) -> Vec<Edge> {
    let mut draws = Draws(seed);
    let mut level = false;
    let mut edges = Vec::with_capacity(EDGES);
    let mut symbol = 0;
    while edges.len() < EDGES {
        symbol += 1;
        let next = draws.uniform() < 0.5;
        if next == level {
            continue;
        }
        level = next;
        let sign = |condition: bool| if condition { 0.5 } else { -0.5 };
        let slow: f64 = injected
            .tones
            .iter()
            .map(|(amplitude, f)| amplitude * (TAU * f * symbol as f64).sin())
            .sum();
        edges.push(Edge {
            symbol,
            displacement: injected.random * draws.normal()
                + injected.dual_dirac * sign(draws.uniform() < 0.5)
                + injected.even_odd * sign(symbol % 2 == 0)
                + injected.rise_fall * sign(next)
                + slow,
            rising: next,
        });
    }
    edges
}

fn recovered(injected: Injected) -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(INJECTED);
    let parts = Decomposition::of(&edges(&injected, 3), None).ok_or("edges")?;
    let rest = parts.uncorrelated.ok_or("a rest")?;
    let three_percent = Tolerance::Relative(0.03, Reason::Grid);
    // A part that is absent has to come out below a tenth of the random jitter.
    let part = |checks: &mut Checks, name: &str, found: f64, put: f64| {
        let tolerance = if put > 0.0 {
            three_percent
        } else {
            Tolerance::Absolute(0.1 * injected.random, Reason::Grid)
        };
        checks.add(name, "UI", found, put, tolerance);
    };
    part(&mut checks, "random, rms", rest.random_rms, injected.random);
    if injected.dual_dirac > 0.0 {
        part(
            &mut checks,
            "dual-Dirac",
            rest.dual_dirac,
            injected.dual_dirac,
        );
    } else {
        checks.add(
            "dual-Dirac that is absent",
            "UI",
            rest.dual_dirac,
            0.6 * injected.random,
            Tolerance::AtMost,
        );
    }
    part(&mut checks, "even-odd", parts.even_odd, injected.even_odd);
    part(
        &mut checks,
        "rising less falling",
        parts.rise_fall,
        injected.rise_fall,
    );
    let wanted: Vec<_> = injected.tones.iter().filter(|t| t.0 > 0.0).collect();
    checks.exact("sinusoids", parts.tones.len(), wanted.len());
    for ((amplitude, frequency), tone) in wanted.into_iter().zip(&parts.tones) {
        part(
            &mut checks,
            "sinusoid, amplitude",
            tone.amplitude,
            *amplitude,
        );
        checks.add(
            "sinusoid, periods a symbol",
            "",
            tone.frequency,
            *frequency,
            Tolerance::Absolute(0.1 / EDGES as f64, Reason::Grid),
        );
    }
    checks.done()
}

/// Quantiles of distributions in closed form.
fn widths() -> Result<Vec<Check>, CaseError> {
    let mut checks =
        Checks::from("quantiles of a Gaussian, of two Gaussians and of the arcsine law");
    let three_percent = Tolerance::Relative(0.03, Reason::Grid);
    let sigma = 0.01;
    for (name, dual_dirac) in [("Gaussian", 0.0), ("two Gaussians", 0.1)] {
        let injected = Injected {
            random: sigma,
            dual_dirac,
            ..Injected::default()
        };
        let parts = Decomposition::of(&edges(&injected, 9), None).ok_or("edges")?;
        for (figure, share) in [
            ("J2", 1e-2),
            ("J4u", 1e-4),
            ("J5", 1e-5),
            ("J9", 1e-9),
            ("TJ", 1e-12),
        ] {
            // Apart, each Gaussian has one of the tails, at a weight of ½.
            let z = if dual_dirac > 0.0 {
                q_inverse(share)
            } else {
                q_inverse(0.5 * share)
            };
            checks.add(
                format!("{name}: {figure}"),
                "UI",
                parts.width(share).ok_or("a width")?,
                dual_dirac + 2.0 * z * sigma,
                three_percent,
            );
        }
    }
    let amplitude = 0.2;
    let sine = Injected {
        random: 1e-6,
        tones: [(amplitude, 0.017_320_508), (0.0, 0.0)],
        ..Injected::default()
    };
    let parts = Decomposition::of(&edges(&sine, 4), None).ok_or("edges")?;
    checks.add(
        "sinusoid: J2",
        "UI",
        parts.width(1e-2).ok_or("a width")?,
        2.0 * amplitude * (0.5 * PI * 1e-2).cos(),
        Tolerance::Relative(1e-3, Reason::Grid),
    );
    checks.done()
}

/// A bounded part that is no pair of lines: the fit has to have the tails, not the range. Uniform jitter of
/// width W with Gaussian jitter: P(> x) = σ/W·[G((x − W/2)/σ) − G((x + W/2)/σ)], G(z) = φ(z) − z·Q(z).
fn uniform() -> Result<Vec<Check>, CaseError> {
    let mut checks =
        Checks::from("convolution of a uniform with a Gaussian density, in closed form");
    let (sigma, width) = (0.01, 0.1);
    let mut draws = Draws(21);
    let values: Vec<f64> = (0..EDGES)
        .map(|_| width * (draws.uniform() - 0.5) + sigma * draws.normal())
        .collect();
    let fit = DualDirac::fit(&values).ok_or("tails")?;
    let above = |x: f64| {
        let g = |z: f64| (-0.5 * z * z).exp() / (2.0 * PI).sqrt() - z * q_function(z);
        sigma / width * (g((x - 0.5 * width) / sigma) - g((x + 0.5 * width) / sigma))
    };
    for share in [1e-6, 1e-9, 1e-12] {
        let (mut low, mut high) = (0.0, 1.0);
        for _ in 0..80 {
            let middle = f64::midpoint(low, high);
            if 2.0 * above(middle) > share {
                low = middle;
            } else {
                high = middle;
            }
        }
        // The tails of the model hang between those of the density and those of two lines at its ends.
        for (bound, value, tolerance) in [
            ("not below the density's", 2.0 * high, Tolerance::AtLeast),
            (
                "not above that of two lines at its ends",
                width + 2.0 * q_inverse(share) * sigma,
                Tolerance::AtMost,
            ),
        ] {
            checks.add(
                format!("total jitter at {share:.0e}, {bound}"),
                "UI",
                fit.total(share),
                value,
                tolerance,
            );
        }
    }
    checks.add(
        "the distance of the two lines is less than the range",
        "UI",
        fit.dual_dirac,
        width,
        Tolerance::AtMost,
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    let case = |name: &str, injected: Injected| {
        Case::new(AREA, format!("jitter/{name}"), move || recovered(injected))
    };
    let random = Injected {
        random: 0.01,
        ..Injected::default()
    };
    vec![
        case("random", random),
        case(
            "random-and-dual-dirac",
            Injected {
                dual_dirac: 0.06,
                ..random
            },
        ),
        case(
            "even-odd",
            Injected {
                even_odd: 0.03,
                ..random
            },
        ),
        case(
            "rise-fall",
            Injected {
                rise_fall: 0.02,
                ..random
            },
        ),
        case(
            "sinusoids",
            Injected {
                tones: [(0.05, 0.001_234_567), (0.01, 0.087_654_321)],
                ..random
            },
        ),
        case(
            "everything",
            Injected {
                random: 0.008,
                dual_dirac: 0.05,
                even_odd: 0.02,
                rise_fall: 0.015,
                tones: [(0.06, 0.003_141_593), (0.0, 0.0)],
            },
        ),
        Case::new(AREA, "jitter/widths", widths),
        Case::new(AREA, "jitter/uniform", uniform),
    ]
}
