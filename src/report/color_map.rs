//! Colour map of densities: from white, for nothing, to dark blue.
//!
//! It is batlowW of F. Crameri, "Scientific colour maps", DOI 10.5281/zenodo.1243862 (MIT
//! licence), reversed: perceptually uniform, readable with colour-vision deficiency and in grey
//! print; see Crameri, Shephard and Heron, Nature Communications 11, 5444 (2020), DOI
//! 10.1038/s41467-020-19160-7. Every sixteenth of its 256 published values is kept and the ones
//! between are interpolated.

use plotters::prelude::{ColorMap, DerivedColorMap, RGBColor};
use std::sync::LazyLock;

/// Published values 0, 16, … 240 and 255 of batlowW, last first.
const ANCHORS: [[u8; 3]; 17] = [
    [255, 254, 254],
    [255, 236, 235],
    [254, 211, 207],
    [246, 185, 168],
    [232, 172, 134],
    [216, 165, 102],
    [191, 157, 70],
    [158, 146, 51],
    [126, 135, 55],
    [99, 126, 68],
    [73, 116, 81],
    [50, 107, 92],
    [32, 95, 97],
    [22, 81, 98],
    [17, 67, 96],
    [13, 49, 93],
    [1, 25, 89],
];

static MAP: LazyLock<DerivedColorMap<RGBColor>> = LazyLock::new(|| {
    DerivedColorMap::new(&ANCHORS.map(|[red, green, blue]| RGBColor(red, green, blue)))
});

/// Colour at `fraction` of the way from white (0) to dark (1); fractions outside, and NaN, take
/// the nearer end, NaN the white one.
pub fn color_at(fraction: f64) -> [u8; 3] {
    // The greater of NaN and a number is the number.
    let RGBColor(red, green, blue) = MAP.get_color(fraction.max(0.0));
    [red, green, blue]
}

/// The map as a table of `size` colours from white to dark.
pub fn table(size: usize) -> Vec<[u8; 3]> {
    let last = size.saturating_sub(1).max(1) as f64;
    (0..size)
        .map(|index| color_at(index as f64 / last))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// CIE 1976 lightness L* of an sRGB colour (IEC 61966-2-1 and CIE 15).
    fn lightness(rgb: [u8; 3]) -> f64 {
        let linear = rgb.map(|value| {
            let v = f64::from(value) / 255.0;
            if v <= 0.04045 {
                v / 12.92
            } else {
                ((v + 0.055) / 1.055).powf(2.4)
            }
        });
        let y = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
        if y > 0.008_856 {
            116.0 * y.cbrt() - 16.0
        } else {
            903.3 * y
        }
    }

    #[test]
    fn lightness_falls_steadily_from_white_to_dark() {
        let values: Vec<f64> = table(256).into_iter().map(lightness).collect();
        assert!(values[0] > 99.0 && values[255] < 15.0);
        let mean = (values[0] - values[255]) / 255.0;
        for pair in values.windows(2) {
            let step = pair[0] - pair[1];
            // One step of an 8-bit channel is up to 0.3 of lightness.
            assert!(
                step >= -0.31 && step < 3.0 * mean,
                "{step} against a mean of {mean}"
            );
        }
        for pair in values.chunks(8).collect::<Vec<_>>().windows(2) {
            assert!(pair[0][0] > pair[1][0]);
        }
    }

    #[test]
    fn ends_take_what_lies_beyond() {
        assert_eq!(color_at(f64::NAN), [255, 254, 254]);
        assert_eq!(color_at(-3.0), [255, 254, 254]);
        assert_eq!(color_at(f64::INFINITY), [1, 25, 89]);
    }
}
