//! The inner loops of the split step in double and in single precision, compiled three times:
//! for every x86-64, for processors with AVX2 and for those with AVX-512, without fused operations, so
//! that all give the same bits. (The transforms around them do choose fused
//! operations by the processor.)

/// One module of kernels for a floating-point type.
macro_rules! kernels {
    ($name:ident, $t:ty, $high:literal, $middle:literal, $low:literal, $round:literal,
     sine [$($s:literal),*], cosine [$($c:literal),*]) => {
        pub mod $name {
            #![allow(
                clippy::cast_possible_truncation,
                clippy::cast_lossless,
                reason = "one text for both types"
            )]

            use multiversion::multiversion;
            use num_complex::Complex;

            /// Elements that are treated together: their largest phase decides whether an angle has
            /// to be reduced.
            const BLOCK: usize = 32;
            const SINE: &[$t] = &[$($s),*];
            const COSINE: &[$t] = &[$($c),*];

            /// Sine and cosine for |r| ≤ π/4, by the minimax polynomials of Cephes (S. Moshier,
            /// Methods and Programs for Mathematical Functions, 1989).
            #[inline(always)]
            #[allow(clippy::inline_always)] // compiled with the instructions of the kernel around it
            fn sine_cosine(r: $t) -> ($t, $t) {
                let z = r * r;
                let (mut s, mut c) = (SINE[0], COSINE[0]);
                for k in &SINE[1..] {
                    s = s * z + k;
                }
                for k in &COSINE[1..] {
                    c = c * z + k;
                }
                (r + r * z * s, 1.0 - 0.5 * z + z * z * c)
            }

            /// Sine and cosine of any angle up to some 1e5 rad: reduced by multiples of π/2 in three
            /// parts.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn sine_cosine_reduced(p: $t) -> ($t, $t) {
                // Adding and subtracting 1.5·2^(digits − 1) rounds to an integer, whose last bits
                // are the quadrant.
                let shifted = p * (std::f64::consts::FRAC_2_PI as $t) + $round;
                let quadrant = shifted.to_bits();
                let k = shifted - $round;
                let r = ((p - k * $high) - k * $middle) - k * $low;
                let (sin, cos) = sine_cosine(r);
                let (c, s) = if quadrant & 1 == 1 { (sin, cos) } else { (cos, sin) };
                let c = if quadrant.wrapping_add(1) & 2 == 2 { -c } else { c };
                let s = if quadrant & 2 == 2 { -s } else { s };
                (s, c)
            }

            /// field ← scale·field·exp(−j·phase), for one block.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn turn(field: &mut [Complex<$t>; BLOCK], phase: &[$t; BLOCK], scale: $t, small: bool) {
                let (mut s, mut c) = ([0.0; BLOCK], [0.0; BLOCK]);
                if small {
                    for i in 0..BLOCK {
                        (s[i], c[i]) = sine_cosine(phase[i]);
                    }
                } else {
                    for i in 0..BLOCK {
                        (s[i], c[i]) = sine_cosine_reduced(phase[i]);
                    }
                }
                for i in 0..BLOCK {
                    let (c, s) = (scale * c[i], scale * s[i]);
                    let (re, im) = (field[i].re, field[i].im);
                    field[i] = Complex::new(re * c + im * s, im * c - re * s);
                }
            }

            /// The same for what is left over.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn turn_one(a: &mut Complex<$t>, phase: $t, scale: $t) {
                let (s, c) = sine_cosine_reduced(phase);
                let (c, s) = (scale * c, scale * s);
                *a = Complex::new(a.re * c + a.im * s, a.im * c - a.re * s);
            }

            /// The largest phase of a block; one that is not a number does not count.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn largest(phase: &[$t; BLOCK]) -> $t {
                // Halves against halves, in loops of a fixed size: these become vectors.
                let (mut of_16, mut of_8, mut of_4) = ([0.0; 16], [0.0; 8], [0.0; 4]);
                for i in 0..16 {
                    let size = phase[i].abs();
                    let size = if size > 0.0 { size } else { 0.0 };
                    of_16[i] = larger(phase[i + 16].abs(), size);
                }
                for i in 0..8 {
                    of_8[i] = larger(of_16[i + 8], of_16[i]);
                }
                for i in 0..4 {
                    of_4[i] = larger(of_8[i + 4], of_8[i]);
                }
                larger(larger(of_4[3], of_4[1]), larger(of_4[2], of_4[0]))
            }

            /// The larger of two; the second where the first is not a number.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn larger(a: $t, b: $t) -> $t {
                if a > b { a } else { b }
            }

            /// field ← scale·field·exp(−j·coefficient·|field|²): the Kerr effect. Returns the largest
            /// phase.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn rotate(field: &mut [Complex<$t>], coefficient: $t, scale: $t) -> $t {
                let mut phase = [0.0; BLOCK];
                let mut most: $t = 0.0;
                let (blocks, rest) = field.as_chunks_mut::<BLOCK>();
                for block in blocks {
                    for i in 0..BLOCK {
                        let (re, im) = (block[i].re, block[i].im);
                        phase[i] = coefficient * (re * re + im * im);
                    }
                    let here = largest(&phase);
                    if here > most {
                        most = here;
                    }
                    turn(block, &phase, scale, here <= 0.785);
                }
                for a in rest {
                    let phase = coefficient * (a.re * a.re + a.im * a.im);
                    if phase.abs() > most {
                        most = phase.abs();
                    }
                    turn_one(a, phase, scale);
                }
                most
            }

            /// Both fields turned by the phase of their total power, as [`rotate`] does with one.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn rotate_two(
                x: &mut [Complex<$t>],
                y: &mut [Complex<$t>],
                coefficient: $t,
                scale: $t,
            ) -> $t {
                let mut phase = [0.0; BLOCK];
                let mut most: $t = 0.0;
                let (x_blocks, x_rest) = x.as_chunks_mut::<BLOCK>();
                let (y_blocks, y_rest) = y.as_chunks_mut::<BLOCK>();
                for (x, y) in x_blocks.iter_mut().zip(y_blocks) {
                    for i in 0..BLOCK {
                        let (a, b) = (x[i], y[i]);
                        phase[i] =
                            coefficient * (a.re * a.re + a.im * a.im + (b.re * b.re + b.im * b.im));
                    }
                    let here = largest(&phase);
                    if here > most {
                        most = here;
                    }
                    turn(x, &phase, scale, here <= 0.785);
                    turn(y, &phase, scale, here <= 0.785);
                }
                for (a, b) in x_rest.iter_mut().zip(y_rest) {
                    let phase =
                        coefficient * (a.re * a.re + a.im * a.im + (b.re * b.re + b.im * b.im));
                    if phase.abs() > most {
                        most = phase.abs();
                    }
                    turn_one(a, phase, scale);
                    turn_one(b, phase, scale);
                }
                most
            }

            /// field ← scale·field·exp(−j·phase). Returns the largest phase.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn turn_by(field: &mut [Complex<$t>], phase: &[$t], scale: $t) -> $t {
                let mut most: $t = 0.0;
                let (blocks, rest) = field.as_chunks_mut::<BLOCK>();
                let (phases, phase_rest) = phase.as_chunks::<BLOCK>();
                for (block, phase) in blocks.iter_mut().zip(phases) {
                    let here = largest(phase);
                    if here > most {
                        most = here;
                    }
                    turn(block, phase, scale, here <= 0.785);
                }
                for (a, &phase) in rest.iter_mut().zip(phase_rest) {
                    if phase.abs() > most {
                        most = phase.abs();
                    }
                    turn_one(a, phase, scale);
                }
                most
            }

            /// phase ← phase + coefficient·|field|².
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn add_power(phase: &mut [$t], field: &[Complex<$t>], coefficient: $t) {
                for (p, a) in phase.iter_mut().zip(field) {
                    *p += coefficient * (a.re * a.re + a.im * a.im);
                }
            }

            /// a ← a·b.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn multiply(a: &mut [Complex<$t>], b: &[Complex<$t>]) {
                for (a, b) in a.iter_mut().zip(b) {
                    *a = Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
                }
            }

            /// Twiddles of eight columns: those of the first column in each eighth times those of
            /// the columns within.
            #[inline(always)]
            #[allow(clippy::inline_always)]
            fn twiddles(first: Complex<$t>, within: &[Complex<$t>; 8]) -> [Complex<$t>; 8] {
                let mut all = *within;
                for w in &mut all {
                    *w = Complex::new(
                        first.re * w.re - first.im * w.im,
                        first.re * w.im + first.im * w.re,
                    );
                }
                all
            }

            /// out ← twiddles · the row that stands in eighths from `start` at every `stride`. The
            /// twiddles are `firsts` of the eighths times those `within` one.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn take(
                from: &[Complex<$t>],
                start: usize,
                stride: usize,
                (firsts, within): (&[Complex<$t>], &[Complex<$t>; 8]),
                out: &mut [Complex<$t>],
            ) {
                let eights = out.as_chunks_mut::<8>().0.iter_mut().zip(firsts);
                for ((o, first), f) in eights.zip(from[start..].chunks(stride)) {
                    let t = twiddles(*first, within);
                    for ((o, t), f) in o.iter_mut().zip(&t).zip(&f[..8]) {
                        *o = Complex::new(f.re * t.re - f.im * t.im, f.re * t.im + f.im * t.re);
                    }
                }
            }

            /// The way back of [`take`], with the conjugate twiddles.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn put(
                row: &[Complex<$t>],
                (firsts, within): (&[Complex<$t>], &[Complex<$t>; 8]),
                into: &mut [Complex<$t>],
                start: usize,
                stride: usize,
            ) {
                let eights = row.as_chunks::<8>().0.iter().zip(firsts);
                for ((a, first), o) in eights.zip(into[start..].chunks_mut(stride)) {
                    let t = twiddles(*first, within);
                    for ((a, t), o) in a.iter().zip(&t).zip(&mut o[..8]) {
                        *o = Complex::new(a.re * t.re + a.im * t.im, a.im * t.re - a.re * t.im);
                    }
                }
            }

            /// Eight rows of eight, `pitch` apart, as eight columns from `at`, `stride` apart.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn columns_of(
                rows: &[Complex<$t>],
                pitch: usize,
                columns: &mut [Complex<$t>],
                at: usize,
                stride: usize,
            ) {
                // Each row is loaded whole and its samples stored one by one: stores to eight places
                // cost less than to gather a column from eight rows.
                let mut columns = columns[at..]
                    .chunks_mut(stride)
                    .filter_map(|c| c.first_chunk_mut::<8>());
                let columns: [Option<&mut [Complex<$t>; 8]>; 8] =
                    std::array::from_fn(|_| columns.next());
                if let [
                    Some(c0), Some(c1), Some(c2), Some(c3),
                    Some(c4), Some(c5), Some(c6), Some(c7),
                ] = columns
                {
                    let rows = rows.chunks(pitch).filter_map(|r| r.first_chunk::<8>());
                    for (r, row) in rows.enumerate().take(8) {
                        c0[r] = row[0];
                        c1[r] = row[1];
                        c2[r] = row[2];
                        c3[r] = row[3];
                        c4[r] = row[4];
                        c5[r] = row[5];
                        c6[r] = row[6];
                        c7[r] = row[7];
                    }
                }
            }

            /// The way back of [`columns_of`], into a tile whose rows stand together.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn tile_of(
                columns: &[Complex<$t>],
                at: usize,
                stride: usize,
                tile: &mut [Complex<$t>],
            ) {
                let columns = columns[at..]
                    .chunks(stride)
                    .filter_map(|c| c.first_chunk::<8>());
                if let Some(tile) = tile.first_chunk_mut::<64>() {
                    for (i, column) in columns.enumerate().take(8) {
                        for (r, a) in column.iter().enumerate() {
                            tile[8 * r + i] = *a;
                        }
                    }
                }
            }

            /// out ← a·b.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn product(a: &[Complex<$t>], b: &[Complex<$t>], out: &mut [Complex<$t>]) {
                for ((a, b), o) in a.iter().zip(b).zip(out) {
                    *o = Complex::new(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
                }
            }

            /// a ← scale·a.
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn scale(a: &mut [Complex<$t>], scale: $t) {
                for a in a {
                    *a = Complex::new(scale * a.re, scale * a.im);
                }
            }

            /// Σ|a|².
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn energy(a: &[Complex<$t>]) -> f64 {
                let mut total = 0.0;
                for block in a.chunks(256) {
                    let mut sums: [$t; 8] = [0.0; 8];
                    let (eights, rest) = block.as_chunks::<8>();
                    for eight in eights {
                        for (s, a) in sums.iter_mut().zip(eight) {
                            *s += a.re * a.re + a.im * a.im;
                        }
                    }
                    for (s, a) in sums.iter_mut().zip(rest) {
                        *s += a.re * a.re + a.im * a.im;
                    }
                    total += f64::from(
                        ((sums[0] + sums[4]) + (sums[1] + sums[5]))
                            + ((sums[2] + sums[6]) + (sums[3] + sums[7])),
                    );
                }
                total
            }

            /// sum ← sum + weight·(fine − coarse). Returns Σ|sum|².
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn accumulate(
                sum: &mut [Complex<$t>],
                fine: &[Complex<$t>],
                coarse: &[Complex<$t>],
                weight: $t,
            ) -> f64 {
                for ((s, f), c) in sum.iter_mut().zip(fine).zip(coarse) {
                    *s = Complex::new(s.re + weight * (f.re - c.re), s.im + weight * (f.im - c.im));
                }
                energy(sum)
            }

            /// One step of Aitken and Neville: `finer` ← finer + weight·(finer − coarser), and
            /// `coarser` takes what `finer` was. Returns Σ|change|².
            #[multiversion(targets("x86_64+avx512f", "x86_64+avx2"))]
            pub fn extrapolate(
                finer: &mut [Complex<$t>],
                coarser: &mut [Complex<$t>],
                weight: $t,
            ) -> f64 {
                let mut total = 0.0;
                for (fine, coarse) in finer.chunks_mut(256).zip(coarser.chunks_mut(256)) {
                    let mut sums: [$t; 8] = [0.0; 8];
                    for (fine, coarse) in fine.chunks_mut(8).zip(coarse.chunks_mut(8)) {
                        for ((s, f), c) in sums.iter_mut().zip(fine).zip(coarse) {
                            let change = Complex::new(weight * (f.re - c.re), weight * (f.im - c.im));
                            *s += change.re * change.re + change.im * change.im;
                            *c = *f;
                            *f = Complex::new(f.re + change.re, f.im + change.im);
                        }
                    }
                    total += f64::from(
                        ((sums[0] + sums[4]) + (sums[1] + sums[5]))
                            + ((sums[2] + sums[6]) + (sums[3] + sums[7])),
                    );
                }
                total
            }

            #[cfg(test)]
            mod tests {
                use super::*;

                fn distance(a: &[Complex<$t>], b: &[Complex<$t>]) -> f64 {
                    a.iter()
                        .zip(b)
                        .map(|(a, b)| f64::from((a - b).norm_sqr()))
                        .sum()
                }

                #[test]
                fn phases_agree_with_the_standard_library() {
                    for top in [0.5, 40.0, 9e4] {
                        let count = 501;
                        let mut field: Vec<Complex<$t>> = (0..count)
                            .map(|i| Complex::from_polar((top * i as f64 / 500.0).sqrt() as $t, 0.7))
                            .collect();
                        let before = field.clone();
                        let most = rotate(&mut field, -1.0, 2.0);
                        assert!((f64::from(most) / top - 1.0).abs() < 1e-6);
                        for (a, b) in field.iter().zip(&before) {
                            let angle = f64::from(b.re * b.re + b.im * b.im);
                            let (re, im) = (2.0 * f64::from(b.re), 2.0 * f64::from(b.im));
                            let (s, c) = angle.sin_cos();
                            let size = (re * re + im * im).sqrt();
                            // The angle itself has a rounding of half a unit in the last place.
                            let allowed = f64::from(<$t>::EPSILON) * size * (4.0 + angle);
                            let apart = (f64::from(a.re) - (re * c - im * s)).abs()
                                + (f64::from(a.im) - (im * c + re * s)).abs();
                            assert!(apart <= allowed, "{angle}: {apart:e} of {allowed:e}");
                        }
                    }
                }

                #[test]
                fn both_polarisations_turn_by_their_total_power() {
                    let x: Vec<Complex<$t>> = (0..77).map(|i| Complex::new(0.1 * i as $t, 0.3)).collect();
                    let y: Vec<Complex<$t>> = (0..77).map(|i| Complex::new(0.2, 0.05 * i as $t)).collect();
                    let (mut x1, mut y1) = (x.clone(), y.clone());
                    rotate_two(&mut x1, &mut y1, 0.02, 1.0);
                    let mut phase = vec![0.0; 77];
                    add_power(&mut phase, &x, 0.02);
                    add_power(&mut phase, &y, 0.02);
                    let (mut x2, mut y2) = (x, y);
                    turn_by(&mut x2, &phase, 1.0);
                    turn_by(&mut y2, &phase, 1.0);
                    let all = energy(&x1) + energy(&y1);
                    assert!(distance(&x1, &x2) + distance(&y1, &y2) < 1e-12 * all);
                    assert!(distance(&x1, &y1) > 0.1 * all);
                }

                #[test]
                fn extrapolation_removes_a_quadratic_error() {
                    let exact = Complex::new(1.0 as $t, -2.0);
                    let error = Complex::new(0.4 as $t, 0.8);
                    let mut coarse = vec![exact + error; 300];
                    let mut fine = vec![exact + error / 4.0; 300];
                    let change = extrapolate(&mut fine, &mut coarse, 1.0 / 3.0);
                    assert!(distance(&fine, &vec![exact; 300]) < 1e-9);
                    assert!((change / (300.0 * f64::from(error.norm_sqr()) / 16.0) - 1.0).abs() < 1e-5);
                    assert!((coarse[299] - exact - error / 4.0).norm() < 1e-6);
                }
            }
        }
    };
}

kernels! {
    double, f64,
    1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_795_950_6e-21,
    6_755_399_441_055_744.0,
    sine [
        1.589_623_015_765_465_7e-10, -2.505_074_776_285_780_7e-8, 2.755_731_362_138_572_2e-6,
        -1.984_126_982_958_954e-4, 8.333_333_333_322_118e-3, -1.666_666_666_666_663e-1
    ],
    cosine [
        -1.135_853_652_138_768_2e-11, 2.087_570_084_197_473e-9, -2.755_731_417_929_674e-7,
        2.480_158_728_885_170_4e-5, -1.388_888_888_887_305_6e-3, 4.166_666_666_666_659e-2
    ]
}

kernels! {
    single, f32,
    1.570_312_5, 4.837_513e-4, 7.549_79e-8,
    12_582_912.0,
    sine [-1.951_529_6e-4, 8.332_161e-3, -1.666_665_5e-1],
    cosine [2.443_315_7e-5, -1.388_731_6e-3, 4.166_664_6e-2]
}
