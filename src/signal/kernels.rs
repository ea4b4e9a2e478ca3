//! The inner loops, compiled twice: for every x86-64 and for processors with AVX2, chosen at run
//! time. Only plain multiplications and additions are used, no fused ones, so that both give the
//! same bits.

use multiversion::multiversion;
use num_complex::Complex64;

/// spectrum ← spectrum · response, element by element.
#[multiversion(targets("x86_64+avx2"))]
pub fn multiply(spectrum: &mut [Complex64], response: &[Complex64]) {
    for (s, h) in spectrum.iter_mut().zip(response) {
        *s = Complex64::new(s.re * h.re - s.im * h.im, s.re * h.im + s.im * h.re);
    }
}

/// out ← |field|²·scale, element by element.
#[multiversion(targets("x86_64+avx2"))]
pub fn detect(field: &[Complex64], scale: f64, out: &mut [f64]) {
    for (o, a) in out.iter_mut().zip(field) {
        *o = scale * (a.re * a.re + a.im * a.im);
    }
}

/// field ← field·√(1 + density·noise): relative intensity noise, floored where the power would be
/// negative.
#[multiversion(targets("x86_64+avx2"))]
pub fn modulate_intensity(field: &mut [Complex64], noise: &[f64], deviation: f64) {
    for (a, n) in field.iter_mut().zip(noise) {
        let g = (1.0 + deviation * n).max(0.0).sqrt();
        *a = Complex64::new(a.re * g, a.im * g);
    }
}

/// current ← current + √(charge·(current + dark))·noise: shot noise of a current on a grid whose
/// two-sided bandwidth is folded into `charge` (q·sampling rate).
#[multiversion(targets("x86_64+avx2"))]
pub fn add_shot_noise(current: &mut [f64], noise: &[f64], charge: f64, dark: f64) {
    for (i, n) in current.iter_mut().zip(noise) {
        *i += (charge * (*i + dark)).max(0.0).sqrt() * n;
    }
}

/// signal ← signal + deviation·noise.
#[multiversion(targets("x86_64+avx2"))]
pub fn add_scaled(signal: &mut [f64], noise: &[f64], deviation: f64) {
    for (s, n) in signal.iter_mut().zip(noise) {
        *s += deviation * n;
    }
}

/// Σ a·b with four partial sums.
#[multiversion(targets("x86_64+avx2"))]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0f64; 8];
    let (a8, ar) = a.as_chunks::<8>();
    let (b8, br) = b.as_chunks::<8>();
    for (x, y) in a8.iter().zip(b8) {
        for ((s, x), y) in sums.iter_mut().zip(x).zip(y) {
            *s += x * y;
        }
    }
    let tail: f64 = ar.iter().zip(br).map(|(x, y)| x * y).sum();
    ((sums[0] + sums[4]) + (sums[1] + sums[5])) + ((sums[2] + sums[6]) + (sums[3] + sums[7])) + tail
}

/// Sines and cosines of `phase` as `amplitude·e^{j·phase}`, to about 1e-15 for |phase| < 1e5 rad
/// (reduction by multiples of π/2 in two parts, then the minimax polynomials of Cephes, S. Moshier,
/// Methods and Programs for Mathematical Functions, 1989).
#[multiversion(targets("x86_64+avx2"))]
pub fn phasors(phase: &[f64], amplitude: f64, out: &mut [Complex64]) {
    const HALF_PI_HIGH: f64 = 1.570_796_326_734_125_6;
    const HALF_PI_LOW: f64 = 6.077_100_506_506_192e-11;
    // Adding and subtracting 1.5·2^52 rounds to an integer, which stands in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    for (o, &p) in out.iter_mut().zip(phase) {
        let shifted = p * std::f64::consts::FRAC_2_PI + ROUND;
        let quadrant = shifted.to_bits();
        let k = shifted - ROUND;
        let r = (p - k * HALF_PI_HIGH) - k * HALF_PI_LOW;
        let z = r * r;
        let sin = r + r
            * z
            * (-1.666_666_666_666_663e-1
                + z * (8.333_333_333_322_118e-3
                    + z * (-1.984_126_982_958_954e-4
                        + z * (2.755_731_362_138_572_2e-6
                            + z * (-2.505_074_776_285_780_7e-8
                                + z * 1.589_623_015_765_465_7e-10)))));
        let cos = 1.0 - 0.5 * z
            + z * z
                * (4.166_666_666_666_659e-2
                    + z * (-1.388_888_888_887_305_6e-3
                        + z * (2.480_158_728_885_170_4e-5
                            + z * (-2.755_731_417_929_674e-7
                                + z * (2.087_570_084_197_473e-9
                                    + z * -1.135_853_652_138_768_2e-11)))));
        let swap = quadrant & 1 == 1;
        let (c, s) = if swap { (sin, cos) } else { (cos, sin) };
        let c = if (quadrant.wrapping_add(1)) & 2 == 2 {
            -c
        } else {
            c
        };
        let s = if quadrant & 2 == 2 { -s } else { s };
        *o = Complex64::new(amplitude * c, amplitude * s);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn phasors_agree_with_the_standard_library() {
        let phase: Vec<f64> = (-4000..4000).map(|i| f64::from(i) * 0.137_77).collect();
        let mut out = vec![Complex64::ZERO; phase.len()];
        phasors(&phase, 2.0, &mut out);
        for (p, o) in phase.iter().zip(&out) {
            assert!((o - 2.0 * Complex64::cis(*p)).norm() < 2e-15 * 8.0, "{p}");
        }
    }

    #[test]
    fn dot_counts_every_element() {
        let a: Vec<f64> = (1..=19).map(f64::from).collect();
        let expected: f64 = a.iter().map(|x| x * x).sum();
        assert!((dot(&a, &a) - expected).abs() < 1e-9);
    }
}
