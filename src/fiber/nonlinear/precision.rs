//! The two floating-point types a field can be propagated in.

use super::kernels;
use num_complex::Complex;
use rustfft::FftNum;

mod sealed {
    pub trait Sealed {}
    impl Sealed for f32 {}
    impl Sealed for f64 {}
}

/// `f64`, or `f32` at about half the time: a field in `f32` is rounded by some 2e-7 a step, which
/// error ratios do not see and tolerances below about 1e-5 do.
#[allow(missing_docs)] // the kernels are described where they stand
pub trait Real: FftNum + sealed::Sealed + Default + PartialOrd {
    const EPSILON: f64;
    #[doc(hidden)]
    fn new(value: f64) -> Self;
    #[doc(hidden)]
    fn wide(self) -> f64;
    #[doc(hidden)]
    fn rotate(field: &mut [Complex<Self>], coefficient: Self, scale: Self) -> Self;
    #[doc(hidden)]
    fn rotate_two(
        x: &mut [Complex<Self>],
        y: &mut [Complex<Self>],
        coefficient: Self,
        scale: Self,
    ) -> Self;
    #[doc(hidden)]
    fn turn_by(field: &mut [Complex<Self>], phase: &[Self], scale: Self) -> Self;
    #[doc(hidden)]
    fn add_power(phase: &mut [Self], field: &[Complex<Self>], coefficient: Self);
    #[doc(hidden)]
    fn multiply(a: &mut [Complex<Self>], b: &[Complex<Self>]);
    #[doc(hidden)]
    fn take(
        from: &[Complex<Self>],
        start: usize,
        stride: usize,
        twiddles: (&[Complex<Self>], &[Complex<Self>; 8]),
        out: &mut [Complex<Self>],
    );
    #[doc(hidden)]
    fn put(
        row: &[Complex<Self>],
        twiddles: (&[Complex<Self>], &[Complex<Self>; 8]),
        into: &mut [Complex<Self>],
        start: usize,
        stride: usize,
    );
    #[doc(hidden)]
    fn columns_of(
        rows: &[Complex<Self>],
        pitch: usize,
        columns: &mut [Complex<Self>],
        at: usize,
        stride: usize,
    );
    #[doc(hidden)]
    fn tile_of(columns: &[Complex<Self>], at: usize, stride: usize, tile: &mut [Complex<Self>]);
    #[doc(hidden)]
    fn product(a: &[Complex<Self>], b: &[Complex<Self>], out: &mut [Complex<Self>]);
    #[doc(hidden)]
    fn scale(a: &mut [Complex<Self>], scale: Self);
    #[doc(hidden)]
    fn energy(a: &[Complex<Self>]) -> f64;
    #[doc(hidden)]
    fn accumulate(
        sum: &mut [Complex<Self>],
        fine: &[Complex<Self>],
        coarse: &[Complex<Self>],
        weight: Self,
    ) -> f64;
    #[doc(hidden)]
    fn extrapolate(finer: &mut [Complex<Self>], coarser: &mut [Complex<Self>], weight: Self)
    -> f64;
}

macro_rules! real {
    ($t:ty, $kernels:ident) => {
        impl Real for $t {
            const EPSILON: f64 = <$t>::EPSILON as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_lossless)]
            #[inline]
            fn new(value: f64) -> Self {
                value as $t
            }
            #[inline]
            fn wide(self) -> f64 {
                f64::from(self)
            }
            fn rotate(field: &mut [Complex<Self>], coefficient: Self, scale: Self) -> Self {
                kernels::$kernels::rotate(field, coefficient, scale)
            }
            fn rotate_two(
                x: &mut [Complex<Self>],
                y: &mut [Complex<Self>],
                coefficient: Self,
                scale: Self,
            ) -> Self {
                kernels::$kernels::rotate_two(x, y, coefficient, scale)
            }
            fn turn_by(field: &mut [Complex<Self>], phase: &[Self], scale: Self) -> Self {
                kernels::$kernels::turn_by(field, phase, scale)
            }
            fn add_power(phase: &mut [Self], field: &[Complex<Self>], coefficient: Self) {
                kernels::$kernels::add_power(phase, field, coefficient);
            }
            fn multiply(a: &mut [Complex<Self>], b: &[Complex<Self>]) {
                kernels::$kernels::multiply(a, b);
            }
            fn take(
                from: &[Complex<Self>],
                start: usize,
                stride: usize,
                twiddles: (&[Complex<Self>], &[Complex<Self>; 8]),
                out: &mut [Complex<Self>],
            ) {
                kernels::$kernels::take(from, start, stride, twiddles, out);
            }
            fn put(
                row: &[Complex<Self>],
                twiddles: (&[Complex<Self>], &[Complex<Self>; 8]),
                into: &mut [Complex<Self>],
                start: usize,
                stride: usize,
            ) {
                kernels::$kernels::put(row, twiddles, into, start, stride);
            }
            fn columns_of(
                rows: &[Complex<Self>],
                pitch: usize,
                columns: &mut [Complex<Self>],
                at: usize,
                stride: usize,
            ) {
                kernels::$kernels::columns_of(rows, pitch, columns, at, stride);
            }
            fn tile_of(
                columns: &[Complex<Self>],
                at: usize,
                stride: usize,
                tile: &mut [Complex<Self>],
            ) {
                kernels::$kernels::tile_of(columns, at, stride, tile);
            }
            fn product(a: &[Complex<Self>], b: &[Complex<Self>], out: &mut [Complex<Self>]) {
                kernels::$kernels::product(a, b, out);
            }
            fn scale(a: &mut [Complex<Self>], scale: Self) {
                kernels::$kernels::scale(a, scale);
            }
            fn energy(a: &[Complex<Self>]) -> f64 {
                kernels::$kernels::energy(a)
            }
            fn accumulate(
                sum: &mut [Complex<Self>],
                fine: &[Complex<Self>],
                coarse: &[Complex<Self>],
                weight: Self,
            ) -> f64 {
                kernels::$kernels::accumulate(sum, fine, coarse, weight)
            }
            fn extrapolate(
                finer: &mut [Complex<Self>],
                coarser: &mut [Complex<Self>],
                weight: Self,
            ) -> f64 {
                kernels::$kernels::extrapolate(finer, coarser, weight)
            }
        }
    };
}

real!(f64, double);
real!(f32, single);
