//! A spectrum as a function of time, at any spacing of either.

use super::interpolation::turns;
use num_complex::Complex64;
use rustfft::FftPlanner;

/// Δf·(c0 + 2·Re Σ c_k·exp(j2πkΔft)) at the times start + n·step, n = 0 … count − 1, by the chirp
/// transform, kn = (k² + n² − (n − k)²)/2: the real function whose spectrum the c_k are, `spacing` = Δf
/// apart from 0 Hz, in 1/s of what they are in.
pub fn fourier_series(
    spectrum: &[Complex64],
    spacing: f64,
    start: f64,
    step: f64,
    count: usize,
) -> Vec<f64> {
    let alpha = spacing * step;
    let half_square = |k: usize| 0.5 * alpha * (k as f64) * (k as f64);
    let length = spectrum.len();
    let size = (length + count).next_power_of_two();
    let mut a = vec![Complex64::ZERO; size];
    for (k, (place, c)) in a.iter_mut().zip(spectrum).enumerate() {
        let weight = if k == 0 { 1.0 } else { 2.0 };
        *place = c * turns(k as f64 * spacing * start) * turns(half_square(k)) * weight;
    }
    let mut b = vec![Complex64::ZERO; size];
    for (n, place) in b.iter_mut().enumerate().take(count) {
        *place = turns(-half_square(n));
    }
    for k in 1..length {
        b[size - k] = turns(-half_square(k));
    }
    let mut planner = FftPlanner::new();
    let forward = planner.plan_fft_forward(size);
    forward.process(&mut a);
    forward.process(&mut b);
    for (x, y) in a.iter_mut().zip(&b) {
        *x *= y;
    }
    planner.plan_fft_inverse(size).process(&mut a);
    let scale = spacing / size as f64;
    a[..count]
        .iter()
        .enumerate()
        .map(|(n, v)| (v * turns(half_square(n))).re * scale)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::PI;

    #[test]
    fn the_series_is_the_sum_it_stands_for() {
        let spectrum: Vec<Complex64> = (0..37)
            .map(|k| {
                Complex64::new(
                    f64::from(k).cos(),
                    if k > 0 { f64::from(k).sin() } else { 0.0 },
                )
            })
            .collect();
        let (spacing, start, step) = (1e7, -3.3e-9, 0.77e-9);
        let fast = fourier_series(&spectrum, spacing, start, step, 101);
        for (n, value) in fast.iter().enumerate() {
            let t = start + n as f64 * step;
            let sum: f64 = spectrum
                .iter()
                .enumerate()
                .map(|(k, c)| {
                    let weight = if k == 0 { 1.0 } else { 2.0 };
                    weight * (c * Complex64::cis(2.0 * PI * k as f64 * spacing * t)).re
                })
                .sum();
            assert!((value - sum * spacing).abs() < 1e-12 * spacing * 37.0);
        }
    }
}
