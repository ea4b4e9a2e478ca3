//! The inner loops of the direct convolution, compiled twice as those of `signal::kernels` are: plain
//! multiplications and additions, so that both give the same bits.

use multiversion::multiversion;

/// One pair of symmetric shifts: the same probability this many bins below and above.
pub(super) type Pair = (usize, f64);

/// out ← Σ weight·(p shifted down + p shifted up). `out` begins at the place `at` of `padded`, which
/// has zeros as far around as the shifts reach.
pub(super) fn convolve_pairs(padded: &[f64], at: usize, pairs: &[Pair], out: &mut [f64]) {
    let mut rest = pairs;
    let mut fresh = true;
    while let Some((head, tail)) = split(rest) {
        let sides = |(shift, weight): Pair| {
            let n = out.len();
            (
                padded.get(at + shift..at + shift + n).unwrap_or(&[]),
                padded.get(at - shift..at - shift + n).unwrap_or(&[]),
                weight,
            )
        };
        match *head {
            [a, b, c, d] => four([sides(a), sides(b), sides(c), sides(d)], fresh, out),
            [a, b] => two([sides(a), sides(b)], fresh, out),
            [a] => one(sides(a), fresh, out),
            _ => {}
        }
        fresh = false;
        rest = tail;
    }
    if fresh {
        out.fill(0.0);
    }
}

/// The next four, two or one pairs, and those that are left; None where there are none.
fn split(pairs: &[Pair]) -> Option<(&[Pair], &[Pair])> {
    let take = match pairs.len() {
        0 => return None,
        1 => 1,
        2 | 3 => 2,
        _ => 4,
    };
    Some(pairs.split_at(take))
}

type Sides<'a> = (&'a [f64], &'a [f64], f64);

#[multiversion(targets("x86_64+avx2"))]
fn one((below, above, weight): Sides<'_>, fresh: bool, out: &mut [f64]) {
    let values = below.iter().zip(above).map(|(a, b)| weight * (a + b));
    if fresh {
        out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
    } else {
        out.iter_mut().zip(values).for_each(|(o, v)| *o += v);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn two(sides: [Sides<'_>; 2], fresh: bool, out: &mut [f64]) {
    let [(a, b, u), (c, d, v)] = sides;
    let values = a
        .iter()
        .zip(b)
        .zip(c)
        .zip(d)
        .map(|(((a, b), c), d)| u * (a + b) + v * (c + d));
    if fresh {
        out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
    } else {
        out.iter_mut().zip(values).for_each(|(o, v)| *o += v);
    }
}

#[multiversion(targets("x86_64+avx2"))]
fn four(sides: [Sides<'_>; 4], fresh: bool, out: &mut [f64]) {
    let [(a, b, u), (c, d, v), (e, f, w), (g, h, x)] = sides;
    let values = a
        .iter()
        .zip(b)
        .zip(c)
        .zip(d)
        .zip(e)
        .zip(f)
        .zip(g)
        .zip(h)
        .map(|(((((((a, b), c), d), e), f), g), h)| {
            (u * (a + b) + v * (c + d)) + (w * (e + f) + x * (g + h))
        });
    if fresh {
        out.iter_mut().zip(values).for_each(|(o, v)| *o = v);
    } else {
        out.iter_mut().zip(values).for_each(|(o, v)| *o += v);
    }
}

/// below ← above in reverse order.
#[multiversion(targets("x86_64+avx2"))]
pub(super) fn mirror(above: &[f64], below: &mut [f64]) {
    for (b, a) in below.iter_mut().zip(above.iter().rev()) {
        *b = *a;
    }
}

/// out ← Σ_k weights_k·a shifted by k: the direct convolution of two densities. `out` has
/// `a.len() + weights.len() − 1` elements.
pub(super) fn convolve(a: &[f64], weights: &[f64], out: &mut [f64]) {
    out.fill(0.0);
    for (k, group) in weights.chunks(4).enumerate() {
        let first = 4 * k;
        if let [p, q, r, s] = *group {
            // Four at a time where all four overlap, and the ends one by one.
            let n = a.len();
            if n < 4 {
                add_each(a, group, first, out);
                continue;
            }
            let Some(part) = out.get_mut(first..first + n + 3) else {
                continue;
            };
            for (i, o) in part.iter_mut().take(3).enumerate() {
                *o += (0..=i).map(|j| group[j] * a[i - j]).sum::<f64>();
            }
            add_four(a, [p, q, r, s], &mut part[3..n]);
            for (i, o) in part.iter_mut().enumerate().skip(n) {
                *o += (i - n + 1..4).map(|j| group[j] * a[i - j]).sum::<f64>();
            }
        } else {
            add_each(a, group, first, out);
        }
    }
}

fn add_each(a: &[f64], weights: &[f64], first: usize, out: &mut [f64]) {
    for (k, &w) in weights.iter().enumerate() {
        if let Some(part) = out.get_mut(first + k..) {
            crate::signal::kernels::add_scaled(part, a, w);
        }
    }
}

/// out_i += w₀·a_{i+3} + w₁·a_{i+2} + w₂·a_{i+1} + w₃·a_i.
#[multiversion(targets("x86_64+avx2"))]
fn add_four(a: &[f64], [p, q, r, s]: [f64; 4], out: &mut [f64]) {
    let shifted = a.iter().zip(&a[1..]).zip(&a[2..]).zip(&a[3..]);
    for (o, (((d, c), b), a)) in out.iter_mut().zip(shifted) {
        *o += (p * a + q * b) + (r * c + s * d);
    }
}
