//! Both layouts against the definition.

use super::*;
use num_complex::Complex64;
use rustfft::FftPlanner;

fn field(samples: usize, seed: u64) -> Vec<Complex64> {
    let mut state = seed;
    let mut next = || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 40) as f64 / f64::from(1 << 23) - 1.0
    };
    (0..samples).map(|_| Complex::new(next(), next())).collect()
}

fn table(engine: &Engine<f64>, components: usize, samples: usize) -> Vec<Complex64> {
    engine
        .bins(components)
        .map(|(c, k)| {
            let f = (k as f64 / samples as f64 - 0.5) * (1.0 + c as f64);
            0.9 * Complex64::cis(2.0 * f + 5.0 * f * f)
        })
        .collect()
}

/// Steps by definition: sums of a whole transform, response, Kerr effect.
fn by_definition(fields: &[Vec<Complex64>], weights: &[f64], shared: bool) -> Vec<Vec<Complex64>> {
    let (n, m) = (fields[0].len(), fields.len());
    let mut planner = FftPlanner::new();
    let (forward, inverse) = (planner.plan_fft_forward(n), planner.plan_fft_inverse(n));
    let mut fields = fields.to_vec();
    let disperse = |fields: &mut Vec<Vec<Complex64>>| {
        for (c, a) in fields.iter_mut().enumerate() {
            forward.process(a);
            let c = if shared { 0.0 } else { c as f64 };
            for (k, s) in a.iter_mut().enumerate() {
                let f = (k as f64 / n as f64 - 0.5) * (1.0 + c);
                *s *= 0.9 * Complex64::cis(2.0 * f + 5.0 * f * f) / n as f64;
            }
            inverse.process(a);
        }
    };
    disperse(&mut fields);
    for _ in 0..3 {
        let powers: Vec<Vec<f64>> = fields
            .iter()
            .map(|f| f.iter().map(Complex64::norm_sqr).collect())
            .collect();
        for (i, a) in fields.iter_mut().enumerate() {
            for (t, a) in a.iter_mut().enumerate() {
                let phase: f64 = (0..m).map(|k| weights[i * m + k] * powers[k][t]).sum();
                *a *= Complex64::cis(-0.3 * phase);
            }
        }
        disperse(&mut fields);
    }
    fields
}

#[test]
fn both_layouts_do_what_the_definition_says() {
    let couplings = [
        (1, Coupling::Own, vec![1.0], true),
        (2, Coupling::Total, vec![1.0; 4], true),
        (
            2,
            Coupling::Matrix(vec![1.0, 2.0, 2.0, 1.0]),
            vec![1.0, 2.0, 2.0, 1.0],
            false,
        ),
    ];
    for (m, coupling, weights, shared) in couplings {
        // Whole, blocked, blocked by two threads and not square, and a length with other factors.
        for (n, threads) in [(1000, 1), (1 << 16, 1), (1 << 17, 2), (3 << 15, 1)] {
            let before: Vec<Vec<Complex64>> = (0..m).map(|c| field(n, 7 + c as u64)).collect();
            let expected = by_definition(&before, &weights, shared);
            let mut engine = Engine::new(n, m, coupling.clone(), threads);
            assert_eq!(engine.is_blocked(), n > 1000);
            let response = table(&engine, if shared { 1 } else { m }, n);
            let mut after = before.clone();
            let mut spectrum = vec![Complex64::ZERO; engine.len()];
            let mut out = spectrum.clone();
            let mut views: Vec<&mut [Complex64]> =
                after.iter_mut().map(Vec::as_mut_slice).collect();
            engine.forward(&views, &mut spectrum);
            let sequence = Sequence {
                first: &response,
                middle: &response,
                last: &response,
                steps: 3,
                coefficient: 0.3,
            };
            let phase = engine.run(&spectrum, &sequence, &mut out);
            engine.inverse(&out, &mut views);
            assert!(phase > 0.1 && phase < 9.0, "{phase}");
            for (a, e) in after.iter().zip(&expected) {
                let error = a
                    .iter()
                    .zip(e)
                    .map(|(a, e)| (a - e).norm_sqr())
                    .sum::<f64>();
                let all = e.iter().map(Complex64::norm_sqr).sum::<f64>();
                assert!(
                    (error / all).sqrt() < 1e-13,
                    "{n} {m}: {:e}",
                    (error / all).sqrt()
                );
            }
        }
    }
}

/// A field carried at one go against its spectrum carried, transform by transform.
#[test]
fn a_field_is_carried_as_its_spectrum_is() {
    let couplings = [
        (1, Coupling::Own),
        (2, Coupling::Total),
        (2, Coupling::Matrix(vec![1.0, 2.0, 2.0, 1.0])),
    ];
    for (m, coupling) in couplings {
        for (n, steps, threads) in [(1000, 1, 1), (1000, 3, 1), (1 << 17, 1, 1), (3 << 15, 4, 2)] {
            let before: Vec<Vec<Complex64>> = (0..m).map(|c| field(n, 11 + c as u64)).collect();
            let mut engine = Engine::new(n, m, coupling.clone(), threads);
            let shared = !matches!(coupling, Coupling::Matrix(_));
            let response = table(&engine, if shared { 1 } else { m }, n);
            let half: Vec<Complex64> = response.iter().map(|r| r.sqrt()).collect();
            let sequence = Sequence {
                first: &half,
                middle: &response,
                last: &half,
                steps,
                coefficient: 0.3,
            };
            let mut plain = before.clone();
            let mut views: Vec<&mut [Complex64]> =
                plain.iter_mut().map(Vec::as_mut_slice).collect();
            let mut spectrum = vec![Complex64::ZERO; engine.len()];
            let mut out = spectrum.clone();
            engine.forward(&views, &mut spectrum);
            let phase = engine.run(&spectrum, &sequence, &mut out);
            engine.inverse(&out, &mut views);
            let mut carried = before;
            let mut views: Vec<&mut [Complex64]> =
                carried.iter_mut().map(Vec::as_mut_slice).collect();
            let found = engine.carry(&mut views, &sequence);
            assert!((found / phase - 1.0).abs() < 1e-13, "{found} {phase}");
            for (a, e) in carried.iter().zip(&plain) {
                let error: f64 = a.iter().zip(e).map(|(a, e)| (a - e).norm_sqr()).sum();
                let all: f64 = e.iter().map(Complex64::norm_sqr).sum();
                // Both round as often as there are stages in the transforms of the steps.
                let bound = 2.0 * f64::EPSILON * (n as f64).log2() * (steps + 1) as f64;
                let relative = (error / all).sqrt();
                assert!(relative < bound, "{n} {m}: {relative:e} of {bound:e}");
            }
        }
    }
}

#[test]
fn any_number_of_threads_gives_the_same_bits() {
    let n = 1 << 16;
    let before = [field(n, 3), field(n, 4)];
    let go = |threads: usize| {
        let mut engine = Engine::new(n, 2, Coupling::Total, threads);
        let response = table(&engine, 1, n);
        let mut after = before.clone();
        let mut views: Vec<&mut [Complex64]> = after.iter_mut().map(Vec::as_mut_slice).collect();
        let mut spectrum = vec![Complex64::ZERO; engine.len()];
        let mut out = spectrum.clone();
        engine.forward(&views, &mut spectrum);
        let sequence = Sequence {
            first: &response,
            middle: &response,
            last: &response,
            steps: 2,
            coefficient: 0.3,
        };
        let phase = engine.run(&spectrum, &sequence, &mut out);
        engine.inverse(&out, &mut views);
        (after, phase)
    };
    let one = go(1);
    for threads in [2, 3, 7] {
        assert_eq!(one, go(threads));
    }
}
