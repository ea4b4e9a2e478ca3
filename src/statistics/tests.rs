//! Densities against closed forms and published numbers.

use super::*;
use crate::math::{q_function, q_inverse};

fn pam(levels: usize) -> SymbolLevels {
    let m = crate::format::Modulation::pam(levels, None).unwrap();
    SymbolLevels::new(m.level_positions()).unwrap()
}

#[test]
fn nearest_binning_has_the_bits_of_the_official_code() {
    // Taps and results of the official COM code of IEEE 802.3 under Octave, published with the
    // get_pdf_from_sampled_signal test of SiCoPR (https://github.com/tbermen/SiCoPR, BSD-3-Clause).
    let taps = [
        0.031, -0.012, 0.0004, 0.0219, -0.0451, 0.0007, -0.0033, 0.019,
    ];
    let density = cursor_density(&taps, &pam(4), 1e-3, Binning::Nearest).unwrap();
    assert_eq!((density.mass.len(), density.first), (265, -132));
    for (bin, p) in [
        (0, 2.441_406_25e-4),
        (66, 0.003_906_25),
        (118, 0.008_056_640_625),
        (132, 0.007_812_5),
        (198, 0.003_906_25),
        (264, 2.441_406_25e-4),
    ] {
        assert_eq!(density.mass[bin].to_bits(), f64::to_bits(p), "bin {bin}");
    }
    let highest = density.mass.iter().copied().fold(0.0, f64::max);
    let ties = density
        .mass
        .iter()
        .filter(|p| p.to_bits() == highest.to_bits())
        .count();
    assert_eq!(ties, 10);
    // Nothing but dropped taps leaves a point.
    let none = cursor_density(&[1e-3, -2e-4], &pam(4), 1e-3, Binning::Nearest).unwrap();
    assert_eq!((none.first, none.mass.as_slice()), (0, &[1.0][..]));
}

#[test]
fn resistor_and_capacitor_have_uniform_interference() {
    // h_k = 2^−(k+1) after the main cursor of ½: the sum is uniform in ±½, and
    // BER = Q(1/σ) + σ/√(2π)·(1 − exp(−1/2σ²)).
    let cursors: Vec<f64> = (1..60).map(|k| 0.5f64.powi(k + 1)).collect();
    let worst = peak_distortion(&[0.5, 0.25, 0.125, 0.0625, 0.0625], 0, &pam(2));
    assert!(worst.heights[0].abs() < 1e-15);
    for (step, aligned) in [(1.0 / 4096.0, true), (0.313e-3, false)] {
        let density = cursor_density(&cursors, &pam(2), step, Binning::Conserving).unwrap();
        assert!((density.variance() - 1.0 / 12.0).abs() < 1e-14);
        for (sigma, expected) in [
            (0.02, 0.007_978_845_608_03),
            (0.05, 0.019_947_114_020_07),
            (0.1, 0.039_894_228_04),
            (0.2, 0.079_788_445_387_96),
        ] {
            let closed = q_function(1.0 / sigma)
                + sigma / (2.0 * std::f64::consts::PI).sqrt()
                    * (1.0 - (-0.5 / (sigma * sigma)).exp());
            assert!((closed / expected - 1.0).abs() < 1e-10);
            let ber = density.probability_below_with_noise(-0.5, sigma);
            assert!(
                (ber / closed - 1.0).abs() < 1e-3,
                "{sigma}: {ber}, {closed}"
            );
            let noise = AmplitudeDensity::gaussian(step, sigma).unwrap();
            let together = density.convolve(&noise).unwrap();
            // Half of what lies at the threshold itself.
            let at = |x: f64| {
                0.5 * (together.probability_at_or_below(x)
                    + together.probability_at_or_below(x - 0.5 * step))
            };
            if aligned {
                assert!((at(-0.5) / closed - 1.0).abs() < 1e-3, "{sigma}");
            }
        }
    }
}

#[test]
fn peak_distortion_of_resistor_and_capacitor_is_closed_form() {
    // The eye of ±1 through a pole, sampled at the end of the unit interval: 1 − 2·exp(−UI/τ) to
    // either side.
    for (left, opening) in [(0.1, 0.8), (0.25, 0.5), (0.5, 0.0)] {
        let cursors: Vec<f64> = (0..200)
            .map(|k| (1.0 - left) * f64::powi(left, k))
            .collect();
        let worst = peak_distortion(&cursors, 0, &pam(2));
        assert!((0.5 * worst.heights[0] - opening).abs() < 1e-12);
    }
    let worst = peak_distortion(&[-0.1, 1.0, 0.05], 1, &pam(4));
    assert_eq!(worst.heights.len(), 3);
    assert!((worst.heights[1] - (2.0 / 3.0 - 0.3)).abs() < 1e-15);
    assert_eq!(worst.worst_pattern, [3, 1, 0]);
}

#[test]
fn dual_dirac_jitter_adds_up_as_q_says() {
    // TJ = DJ + 2·Q⁻¹(BER)·RJ: 14.06897 at 1e-12 and 15.88269 at 1e-15 for RJ = 1 (MJSQ). The
    // density of both together has it too, where the two tails do not overlap; each carries half.
    let (dj, step) = (40.0, 0.01);
    for (ber, expected) in [(1e-12, 14.068_97), (1e-15, 15.882_69)] {
        assert!((2.0 * q_inverse(ber) - expected).abs() < 1e-5);
        let jitter = AmplitudeDensity::gaussian(step, 1.0)
            .unwrap()
            .convolve(&AmplitudeDensity::dual_dirac(step, dj).unwrap())
            .unwrap();
        let low = jitter.quantile_from_below(0.5 * ber);
        let high = jitter.quantile_from_above(0.5 * ber);
        assert!(
            (high - low - dj - expected).abs() < 2.5 * step,
            "{low} {high}"
        );
    }
}

#[test]
fn moments_are_kept_whatever_the_bin() {
    let cursors: Vec<f64> = (0..40)
        .map(|k| 0.05 * (-0.13 * f64::from(k)).exp() * (0.9 * f64::from(k)).cos())
        .collect();
    let power: f64 = cursors.iter().map(|c| c * c).sum();
    for levels in [
        pam(2),
        pam(3),
        pam(4),
        SymbolLevels::new(&[-1.0, -0.31, 0.31, 1.0]).unwrap(),
        SymbolLevels::new(&[-1.0, -0.5, 0.3, 1.0]).unwrap(),
        SymbolLevels::new(&[0.0, 1.0]).unwrap(),
    ] {
        for step in [1e-4, 1e-3, 0.7e-2, 0.2] {
            let d = cursor_density(&cursors, &levels, step, Binning::Conserving).unwrap();
            assert!((d.total() - 1.0).abs() < 1e-13);
            let mean = levels.mean() * cursors.iter().sum::<f64>();
            assert!((d.mean() - mean).abs() < 1e-14, "{levels:?} {step}");
            let variance = levels.variance() * power;
            assert!(
                (d.variance() / variance - 1.0).abs() < 1e-11,
                "{levels:?} {step}"
            );
        }
    }
    for step in [1e-3, 0.1, 0.37, 1.0, 5.0] {
        let gaussian = AmplitudeDensity::gaussian(step, 0.5).unwrap();
        assert!((gaussian.variance() / 0.25 - 1.0).abs() < 1e-12, "{step}");
        let sine = AmplitudeDensity::sinusoid(step, 0.5).unwrap();
        assert!((sine.variance() / 0.125 - 1.0).abs() < 1e-12, "{step}");
        let pair = AmplitudeDensity::dual_dirac(step, 0.5).unwrap();
        assert!((pair.variance() / 0.0625 - 1.0).abs() < 1e-12, "{step}");
    }
}

#[test]
fn the_order_of_cursors_and_the_way_they_are_added_do_not_matter() {
    let cursors = [0.03, -0.011, 0.2, 0.0042, -0.07, 0.000_3];
    let mut reversed = cursors;
    reversed.reverse();
    for levels in [pam(4), SymbolLevels::new(&[-1.0, 0.1, 1.0]).unwrap()] {
        let a = cursor_density(&cursors, &levels, 1e-3, Binning::Conserving).unwrap();
        let b = cursor_density(&reversed, &levels, 1e-3, Binning::Conserving).unwrap();
        assert_eq!(a, b);
        // One by one, by the convolution of densities.
        let mut c = AmplitudeDensity::point(1e-3, 0.0).unwrap();
        for h in cursors {
            let one = cursor_density(&[h], &levels, 1e-3, Binning::Conserving).unwrap();
            c = one.convolve(&c).unwrap();
        }
        let low = a.first - c.first;
        assert!((a.offset - c.offset).abs() < 1e-15);
        for (i, &p) in a.mass.iter().enumerate() {
            let q = c.mass[usize::try_from(i64::try_from(i).unwrap() + low).unwrap()];
            assert!((p - q).abs() <= 1e-14 * p, "{i}: {p:e} {q:e}");
        }
    }
}

#[test]
fn quantiles_reach_far_below_rounding() {
    let step = 1e-3;
    let d = AmplitudeDensity::gaussian(step, 0.1).unwrap();
    for p in [1e-3, 1e-12, 1e-18, 1e-30] {
        let x = 0.1 * q_inverse(p);
        assert!((d.quantile_from_above(p) - x).abs() < step, "{p:e}");
        assert!((d.quantile_from_below(p) + x).abs() < step, "{p:e}");
    }
    let worst: f64 = (0..30).map(|k| 0.01 * 0.9f64.powi(k)).sum();
    let cursors: Vec<f64> = (0..30).map(|k| 0.01 * 0.9f64.powi(k)).collect();
    let d = cursor_density(&cursors, &pam(4), 1e-5, Binning::Conserving).unwrap();
    // The worst pattern alone has 4^−30 ≈ 8.7e-19.
    assert!((d.quantile_from_below(8e-19) + worst).abs() < 30.0 * 1e-5);
    assert!(d.quantile_from_below(1e-10) > -worst + 1e-3);
}

#[test]
fn nonsense_is_refused() {
    for bad in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        assert!(cursor_density(&[0.1], &pam(2), bad, Binning::Conserving).is_err());
        assert!(AmplitudeDensity::gaussian(bad, 1.0).is_err());
        assert!(AmplitudeDensity::point(bad, 1.0).is_err());
    }
    for bad in [-1.0, f64::NAN, f64::INFINITY] {
        assert!(AmplitudeDensity::gaussian(1.0, bad).is_err());
        assert!(AmplitudeDensity::sinusoid(1.0, bad).is_err());
        assert!(AmplitudeDensity::dual_dirac(1.0, bad).is_err());
    }
    assert!(SymbolLevels::new(&[]).is_err());
    assert!(SymbolLevels::new(&[0.0, f64::NAN]).is_err());
    assert!(cursor_density(&[f64::NAN], &pam(2), 0.1, Binning::Conserving).is_err());
    assert!(matches!(
        cursor_density(&[1.0], &pam(2), 1e-12, Binning::Conserving),
        Err(StatisticsError::TooManyBins { .. })
    ));
    assert!(matches!(
        AmplitudeDensity::gaussian(1e-9, 1.0),
        Err(StatisticsError::TooManyBins { .. })
    ));
    let (a, b) = (
        AmplitudeDensity::point(0.1, 0.0).unwrap(),
        AmplitudeDensity::point(0.2, 0.0).unwrap(),
    );
    assert!(a.convolve(&b).is_err());
}
