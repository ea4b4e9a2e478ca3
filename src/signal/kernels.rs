//! The inner loops, compiled twice: for every x86-64 and for processors with AVX2, chosen at run
//! time. Only plain multiplications and additions are used, no fused ones, so that both give the
//! same bits.

use multiversion::multiversion;
use num_complex::Complex64;

/// spectrum ← spectrum · response, element by element.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn multiply(spectrum: &mut [Complex64], response: &[Complex64]) {
    for (s, h) in spectrum.iter_mut().zip(response) {
        *s = Complex64::new(s.re * h.re - s.im * h.im, s.re * h.im + s.im * h.re);
    }
}

/// Index and place (0–1) of every x within `pieces` equal pieces of a range, `per_unit` of them to a
/// unit; what lies beyond the range is held at its ends, and the place of what is not a number is
/// none either. The indices are below `pieces`, which is below 2^31.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
#[allow(clippy::cast_possible_truncation)] // the integer stands in the low bits
pub fn locate(
    x: &[f64],
    (low, high): (f64, f64),
    per_unit: f64,
    pieces: usize,
    indices: &mut [u32],
    places: &mut [f64],
) {
    // Adding and subtracting 1.5·2^52 rounds to an integer, which stands in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    let last = pieces.saturating_sub(1) as u32;
    for ((&x, index), place) in x.iter().zip(indices).zip(places) {
        let x = if x < low { low } else { x };
        let x = if x > high { high } else { x };
        let position = (x - low) * per_unit;
        let shifted = (position - 0.5) + ROUND;
        let rounded = shifted.to_bits() as u32;
        *index = if rounded > last { last } else { rounded };
        *place = position - f64::from(index.cast_signed());
    }
}

/// signal ← gain·signal.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn scale(signal: &mut [f64], gain: f64) {
    for x in signal {
        *x *= gain;
    }
}

/// As [`scale`] for complex numbers.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn scale_complex(signal: &mut [Complex64], gain: f64) {
    for x in signal {
        *x = Complex64::new(x.re * gain, x.im * gain);
    }
}

/// sum ← sum + spectrum · response, element by element.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn add_product(spectrum: &[Complex64], response: &[Complex64], sum: &mut [Complex64]) {
    for ((o, s), h) in sum.iter_mut().zip(spectrum).zip(response) {
        o.re += s.re * h.re - s.im * h.im;
        o.im += s.re * h.im + s.im * h.re;
    }
}

/// sum ← sum + (spectrum · response)*, the last elements of both going with the first of the sum.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn add_mirrored_product(spectrum: &[Complex64], response: &[Complex64], sum: &mut [Complex64]) {
    for ((o, s), h) in sum
        .iter_mut()
        .zip(spectrum.iter().rev())
        .zip(response.iter().rev())
    {
        o.re += s.re * h.re - s.im * h.im;
        o.im -= s.re * h.im + s.im * h.re;
    }
}

/// out ← |field|²·scale, element by element.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn detect(field: &[Complex64], scale: f64, out: &mut [f64]) {
    for (o, a) in out.iter_mut().zip(field) {
        *o = scale * (a.re * a.re + a.im * a.im);
    }
}

/// field ← field·√(1 + density·noise): relative intensity noise, floored where the power would be
/// negative.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn modulate_intensity(field: &mut [Complex64], noise: &[f64], deviation: f64) {
    for (a, n) in field.iter_mut().zip(noise) {
        let g = (1.0 + deviation * n).max(0.0).sqrt();
        *a = Complex64::new(a.re * g, a.im * g);
    }
}

/// power ← power·(1 + deviation·noise), not below zero: relative intensity noise on a power.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn modulate_power(power: &mut [f64], noise: &[f64], deviation: f64) {
    for (p, n) in power.iter_mut().zip(noise) {
        *p *= (1.0 + deviation * n).max(0.0);
    }
}

/// current ← current + √(charge·current + variance)·noise: shot noise of a current, on a grid whose
/// two-sided bandwidth is folded into `charge` (q·sampling rate), with white noise of a variance.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn add_shot_noise(current: &mut [f64], noise: &[f64], charge: f64, variance: f64) {
    for (i, n) in current.iter_mut().zip(noise) {
        *i += (charge * *i + variance).max(0.0).sqrt() * n;
    }
}

/// signal ← signal + deviation·noise.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn add_scaled(signal: &mut [f64], noise: &[f64], deviation: f64) {
    for (s, n) in signal.iter_mut().zip(noise) {
        *s += deviation * n;
    }
}

/// Partial sums that a long sum is taken in: an addition need not wait for the one before it.
const PARTIAL: usize = 16;

/// The partial sums together, by halves.
#[inline]
fn total(mut sums: [f64; PARTIAL]) -> f64 {
    let mut half = PARTIAL / 2;
    while half > 0 {
        for i in 0..half {
            sums[i] += sums[i + half];
        }
        half /= 2;
    }
    sums[0]
}

/// Σ a·b.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0f64; PARTIAL];
    let (a_chunks, a_rest) = a.as_chunks::<PARTIAL>();
    let (b_chunks, b_rest) = b.as_chunks::<PARTIAL>();
    for (x, y) in a_chunks.iter().zip(b_chunks) {
        for ((s, x), y) in sums.iter_mut().zip(x).zip(y) {
            *s += x * y;
        }
    }
    let tail: f64 = a_rest.iter().zip(b_rest).map(|(x, y)| x * y).sum();
    total(sums) + tail
}

/// Σ a.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn sum(a: &[f64]) -> f64 {
    let mut sums = [0.0f64; PARTIAL];
    let (chunks, rest) = a.as_chunks::<PARTIAL>();
    for chunk in chunks {
        for (s, x) in sums.iter_mut().zip(chunk) {
            *s += x;
        }
    }
    total(sums) + rest.iter().sum::<f64>()
}

/// sums\[k\] += Σ_i kernel\[i\]·signal\[first + k·stride + i\] over a cyclic signal, for all k.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn add_strided_dots(
    kernel: &[f64],
    signal: &[f64],
    first: usize,
    stride: usize,
    sums: &mut [f64],
) {
    const LANES: usize = 4;
    const TOGETHER: usize = 4;
    let n = signal.len();
    if n == 0 {
        return;
    }
    let (chunks, rest) = kernel.as_chunks::<LANES>();
    let mut start = first % n;
    for group in sums.chunks_mut(TOGETHER) {
        let span = (TOGETHER - 1) * stride + kernel.len();
        if let (Some(signal), TOGETHER) = (signal.get(start..start + span), group.len()) {
            let mut partial = [[0.0f64; LANES]; TOGETHER];
            for (i, weights) in chunks.iter().enumerate() {
                for (o, partial) in partial.iter_mut().enumerate() {
                    let here = &signal[o * stride + i * LANES..][..LANES];
                    for ((p, w), x) in partial.iter_mut().zip(weights).zip(here) {
                        *p += w * x;
                    }
                }
            }
            let done = chunks.len() * LANES;
            for (o, (sum, p)) in group.iter_mut().zip(&partial).enumerate() {
                let here = &signal[o * stride + done..];
                let tail: f64 = rest.iter().zip(here).map(|(w, x)| w * x).sum();
                *sum += (p[0] + p[2]) + (p[1] + p[3]) + tail;
            }
        } else {
            // Around the end.
            for (o, sum) in group.iter_mut().enumerate() {
                let mut at = (start + o * stride) % n;
                for w in kernel {
                    *sum += w * signal[at];
                    at += 1;
                    if at == n {
                        at = 0;
                    }
                }
            }
        }
        start = (start + TOGETHER * stride) % n;
    }
}

/// True where every element is a finite number: 0·x is 0 for these alone.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn all_finite(a: &[f64]) -> bool {
    let mut sums = [0.0f64; 8];
    let (eights, rest) = a.as_chunks::<8>();
    for eight in eights {
        for (s, x) in sums.iter_mut().zip(eight) {
            *s += 0.0 * x;
        }
    }
    sums.iter().chain(rest).all(|x| x.is_finite())
}

/// As [`all_finite`] for complex numbers.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn all_finite_complex(a: &[Complex64]) -> bool {
    let mut sums = [0.0f64; 8];
    let (fours, rest) = a.as_chunks::<4>();
    for four in fours {
        for (i, x) in four.iter().enumerate() {
            sums[2 * i] += 0.0 * x.re;
            sums[2 * i + 1] += 0.0 * x.im;
        }
    }
    sums.iter().all(|x| x.is_finite()) && rest.iter().all(|x| x.is_finite())
}

/// out ← spectrum · response, element by element.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn multiply_into(spectrum: &[Complex64], response: &[Complex64], out: &mut [Complex64]) {
    for ((o, s), h) in out.iter_mut().zip(spectrum).zip(response) {
        *o = Complex64::new(s.re * h.re - s.im * h.im, s.re * h.im + s.im * h.re);
    }
}

/// Sines and cosines of `phase` as `amplitude·e^{j·phase}`, to about 1e-15 for |phase| < 1e5 rad
/// (reduction by multiples of π/2 in two parts, then the minimax polynomials of Cephes, S. Moshier,
/// Methods and Programs for Mathematical Functions, 1989).
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
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

/// field ← field·e^{j·phase}, element by element.
pub fn turn(field: &mut [Complex64], phase: &[f64]) {
    let mut factors = [Complex64::ZERO; 128];
    for (field, phase) in field
        .chunks_mut(factors.len())
        .zip(phase.chunks(factors.len()))
    {
        let factors = &mut factors[..phase.len()];
        phasors(phase, 1.0, factors);
        multiply(field, factors);
    }
}

/// out_k ← Σ_i weights_i·waveform_{first + k·stride + i}, cyclically: interpolated samples at
/// regular distances.
#[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
pub fn interpolate_cyclic(
    waveform: &[f64],
    first: usize,
    stride: usize,
    weights: &[f64; 16],
    out: &mut [f64],
) {
    let n = waveform.len();
    let mut at = first;
    let mut around = [0.0; 16];
    for o in out {
        let near = match waveform.get(at..at + 16).and_then(<[f64]>::first_chunk) {
            Some(near) => near,
            None => {
                for (i, a) in around.iter_mut().enumerate() {
                    *a = waveform[(at + i) % n];
                }
                &around
            }
        };
        let mut sums = [0.0; 8];
        for (i, s) in sums.iter_mut().enumerate() {
            *s = weights[i] * near[i] + weights[i + 8] * near[i + 8];
        }
        *o = ((sums[0] + sums[4]) + (sums[1] + sums[5]))
            + ((sums[2] + sums[6]) + (sums[3] + sums[7]));
        at += stride;
        while at >= n {
            at -= n;
        }
    }
}

/// Tail probabilities of the standard normal distribution, z ← Q(z), to a few parts in 10^14 (for
/// each of them, times z²/100 beyond z = 10); what is below 1e-307 becomes 0.
///
/// erfc(x) = e^(−x²)·g(y)/(1 + 2x) with y = (x − 3)/(x + 3), after M. M. Shepherd and
/// J. G. Laframboise, Math. Comp. 36, 249 (1981), DOI 10.1090/S0025-5718-1981-0595058-X, with the
/// middle at 3; g is the Chebyshev sum of its first 22 terms, as a polynomial.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn gaussian_tails(z: &mut [f64]) {
    for z in z {
        let x = z.abs() * std::f64::consts::FRAC_1_SQRT_2;
        // Far out the result is 0 all the same, and nothing becomes infinite.
        let x = if x > 40.0 { 40.0 } else { x };
        let y = (x - 3.0) / (x + 3.0);
        let mut g = SCALED_ERFC[SCALED_ERFC.len() - 1];
        for c in SCALED_ERFC.iter().rev().skip(1) {
            g = g * y + c;
        }
        let q = 0.5 * exponential(-x * x) * g / (1.0 + 2.0 * x);
        *z = if *z < 0.0 { 1.0 - q } else { q };
    }
}

/// (1 + 2x)·e^(x²)·erfc(x) in powers of (x − 3)/(x + 3), to 2e-15 for all x ≥ 0; computed with 60
/// digits from the values at 80 Chebyshev nodes.
const SCALED_ERFC: [f64; 22] = [
    1.253_008_058_269_728,
    -0.135_621_106_124_575_76,
    -0.047_562_294_353_053_265,
    0.129_645_158_702_283_46,
    -0.119_273_663_431_447_44,
    0.068_308_027_356_383_97,
    -0.023_770_514_662_452_773,
    0.002_529_391_667_205_172_4,
    0.001_888_688_265_125_716_4,
    -0.000_779_831_279_729_015_8,
    -0.000_105_149_760_758_777_28,
    0.000_125_095_310_762_545_34,
    4.919_245_158_648_344e-6,
    -2.008_999_783_328_427_5e-5,
    -6.723_107_877_502_762e-7,
    3.454_294_770_277_738e-6,
    2.809_247_932_358_954_7e-7,
    -5.963_983_625_522_741e-7,
    -7.898_498_436_546_517e-8,
    8.765_881_411_730_558e-8,
    1.034_643_347_626_912_1e-8,
    -7.641_962_892_589_975e-9,
];

/// Logarithm of Σ w·e^(−½((t − v)·d)²) and its derivative with t, to about 1e-9; terms e^(−20) below
/// the largest are left out. `exponents` is room to work in, as long as the others.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
pub fn log_sum_of_gaussians(
    t: f64,
    values: &[f64],
    inverse_deviations: &[f64],
    weights: &[f64],
    exponents: &mut [f64],
) -> (f64, f64) {
    for ((e, v), d) in exponents.iter_mut().zip(values).zip(inverse_deviations) {
        let z = (t - v) * d;
        *e = -0.5 * z * z;
    }
    let (eights, rest) = exponents.as_chunks::<8>();
    let mut most = [f64::NEG_INFINITY; 8];
    for eight in eights {
        for (m, &e) in most.iter_mut().zip(eight) {
            *m = if e > *m { e } else { *m };
        }
    }
    let largest = most
        .iter()
        .chain(rest)
        .fold(f64::NEG_INFINITY, |a, &b| if b > a { b } else { a });
    // Value of a term, and what it adds to the derivative.
    let term = |e: f64, v: f64, d: f64, w: f64| {
        let below = e - largest;
        let value = w * exponential_to::<9>(below);
        let value = if below > -20.0 { value } else { 0.0 };
        (value, value * (v - t) * d * d)
    };
    let (values8, values_rest) = values.as_chunks::<8>();
    let (inverse8, inverse_rest) = inverse_deviations.as_chunks::<8>();
    let (weights8, weights_rest) = weights.as_chunks::<8>();
    let (mut sums, mut slopes) = ([0.0; 8], [0.0; 8]);
    for (((e, v), d), w) in eights.iter().zip(values8).zip(inverse8).zip(weights8) {
        for i in 0..8 {
            let (value, slope) = term(e[i], v[i], d[i], w[i]);
            sums[i] += value;
            slopes[i] += slope;
        }
    }
    let (mut sum, mut slope) = (sums.iter().sum::<f64>(), slopes.iter().sum::<f64>());
    for (((e, v), d), w) in rest
        .iter()
        .zip(values_rest)
        .zip(inverse_rest)
        .zip(weights_rest)
    {
        let (value, change) = term(*e, *v, *d, *w);
        sum += value;
        slope += change;
    }
    (largest + sum.ln(), slope / sum)
}

/// e^x for x ≤ 0, to a unit in the last place or two; 0 below −708.
#[inline(always)]
#[allow(clippy::inline_always)] // compiled with the instructions of the kernel it is part of
fn exponential(x: f64) -> f64 {
    exponential_to::<13>(x)
}

/// e^x for x ≤ 0 by so many terms of a series; 0 below −708.
///
/// x = k·ln 2 + r with |r| ≤ ln 2/2, and the series of e^r: of the first neglected term 13 terms
/// leave 2e-16, 9 terms 2e-10.
#[inline(always)]
#[allow(clippy::inline_always)] // compiled with the instructions of the kernel it is part of
fn exponential_to<const TERMS: usize>(x: f64) -> f64 {
    const LN_2_HIGH: f64 = 6.931_471_803_691_238e-1;
    const LN_2_LOW: f64 = 1.908_214_929_270_587_7e-10;
    // Adding and subtracting 1.5·2^52 rounds to an integer, which stands in the low bits.
    const ROUND: f64 = 6_755_399_441_055_744.0;
    const ONE: u64 = 0x3FF0_0000_0000_0000;
    let inside = if x < -708.0 { -708.0 } else { x };
    let shifted = inside * std::f64::consts::LOG2_E + ROUND;
    let k = shifted - ROUND;
    let r = (inside - k * LN_2_HIGH) - k * LN_2_LOW;
    let mut series = INVERSE_FACTORIALS[TERMS - 1];
    for c in INVERSE_FACTORIALS[..TERMS - 1].iter().rev() {
        series = series * r + c;
    }
    let scale = f64::from_bits((shifted.to_bits() << 52).wrapping_add(ONE));
    let value = series * scale;
    if x < -708.0 { 0.0 } else { value }
}

/// 1/k!.
const INVERSE_FACTORIALS: [f64; 13] = [
    1.0,
    1.0,
    1.0 / 2.0,
    1.0 / 6.0,
    1.0 / 24.0,
    1.0 / 120.0,
    1.0 / 720.0,
    1.0 / 5040.0,
    1.0 / 40_320.0,
    1.0 / 362_880.0,
    1.0 / 3_628_800.0,
    1.0 / 39_916_800.0,
    1.0 / 479_001_600.0,
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tail_probabilities_agree_with_those_of_the_library() {
        let points: Vec<f64> = (-900..3760).map(|i| f64::from(i) * 0.01).collect();
        let mut tails = points.clone();
        gaussian_tails(&mut tails);
        for (z, q) in points.iter().zip(&tails) {
            let expected = crate::math::special::q_function(*z);
            let tolerance = 3e-14 * (1.0 + z * z / 100.0);
            assert!((q - expected).abs() <= tolerance * expected + 1e-306, "{z}");
        }
        // Q(8) with 16 digits (Abramowitz & Stegun, 26.2.2, by any system of algebra).
        let mut one = [8.0, f64::INFINITY, f64::NEG_INFINITY, f64::NAN, 0.0];
        gaussian_tails(&mut one);
        assert!((one[0] / 6.220_960_574_271_784e-16 - 1.0).abs() < 1e-13);
        assert!(one[1] == 0.0 && (one[2] - 1.0).abs() < 1e-15);
        assert!(one[3].is_nan() && (one[4] - 0.5).abs() < 1e-15);
    }

    #[test]
    fn exponentials_agree_with_those_of_the_library() {
        for i in 0..70_800 {
            let x = -0.01 * f64::from(i);
            assert!((exponential(x) / x.exp() - 1.0).abs() < 1e-15, "{x}");
        }
        assert!(exponential(-1e300) == 0.0 && exponential(f64::NEG_INFINITY) == 0.0);
        assert!(exponential(f64::NAN).is_nan());
    }

    #[test]
    fn a_sum_of_gaussians_is_that_of_its_terms() {
        let n = 37;
        let values: Vec<f64> = (0..n).map(|i| f64::from(i) * 0.05).collect();
        let inverse: Vec<f64> = (0..n).map(|i| 2.0 + f64::from(i % 5)).collect();
        let weights: Vec<f64> = (0..n).map(|i| 1.0 + f64::from(i % 3)).collect();
        let mut room = vec![0.0; values.len()];
        for t in [-1.0, 0.3, 1.1, 40.0] {
            let terms: Vec<f64> = values
                .iter()
                .zip(&inverse)
                .map(|(v, d)| -0.5 * ((t - v) * d).powi(2))
                .collect();
            let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let sum: f64 = terms
                .iter()
                .zip(&weights)
                .filter(|(e, _)| **e - largest > -20.0)
                .map(|(e, w)| w * (e - largest).exp())
                .sum();
            let log_sum = |t: f64| {
                let terms = values.iter().zip(&inverse).zip(&weights);
                terms
                    .map(|((v, d), w)| w * (-0.5 * ((t - v) * d).powi(2) - largest).exp())
                    .sum::<f64>()
                    .ln()
            };
            let (found, slope) = log_sum_of_gaussians(t, &values, &inverse, &weights, &mut room);
            let expected = largest + sum.ln();
            assert!(
                (found - expected).abs() < 1e-9 * expected.abs().max(1.0),
                "{t}"
            );
            let difference = (log_sum(t + 1e-4) - log_sum(t - 1e-4)) / 2e-4;
            assert!((slope / difference - 1.0).abs() < 1e-6, "{t}: {slope}");
        }
    }

    #[test]
    fn interpolation_goes_round_a_cyclic_waveform() {
        let wave: Vec<f64> = (0..40).map(f64::from).collect();
        let weights = std::array::from_fn(|i| if i == 3 { 1.0 } else { 0.0 });
        let mut out = vec![0.0; 10];
        interpolate_cyclic(&wave, 30, 4, &weights, &mut out);
        for (k, o) in out.iter().enumerate() {
            assert!((o - ((33 + 4 * k) % 40) as f64).abs() < 1e-12);
        }
    }

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
    fn every_element_is_turned_by_its_own_phase() {
        let phase: Vec<f64> = (0..300).map(|i| f64::from(i) * 0.71 - 90.0).collect();
        let mut field = vec![Complex64::new(1.0, -2.0); phase.len()];
        turn(&mut field, &phase);
        for (p, a) in phase.iter().zip(&field) {
            assert!((a - Complex64::new(1.0, -2.0) * Complex64::cis(*p)).norm() < 1e-14);
        }
    }

    #[test]
    fn one_number_that_is_not_finite_is_found_wherever_it_stands() {
        for n in [1usize, 7, 8, 19] {
            let mut a = vec![1e308; n];
            assert!(all_finite(&a));
            for i in 0..n {
                for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
                    a[i] = bad;
                    assert!(!all_finite(&a), "{i} of {n}");
                    let mut field = vec![Complex64::ONE; n];
                    field[i].im = bad;
                    assert!(!all_finite_complex(&field), "{i} of {n}");
                }
                a[i] = 1.0;
            }
        }
    }

    #[test]
    fn sum_counts_every_element() {
        let a: Vec<f64> = (1..=19).map(f64::from).collect();
        assert!((sum(&a) - 190.0).abs() < 1e-12);
    }

    #[test]
    fn dot_counts_every_element() {
        let a: Vec<f64> = (1..=19).map(f64::from).collect();
        let expected: f64 = a.iter().map(|x| x * x).sum();
        assert!((dot(&a, &a) - expected).abs() < 1e-9);
    }
}
