//! Colours and sizes shared by all pictures.

use plotters::style::RGBAColor;

const fn opaque(red: u8, green: u8, blue: u8) -> RGBAColor {
    RGBAColor(red, green, blue, 1.0)
}

/// Paper.
pub const WHITE: RGBAColor = opaque(255, 255, 255);
/// Axes and their texts.
pub const INK: RGBAColor = opaque(26, 26, 26);
/// Second lines and notes.
pub const MUTED: RGBAColor = opaque(90, 90, 90);
/// Grid lines.
pub const GRID: RGBAColor = opaque(226, 226, 226);
/// Thresholds, targets and limits.
pub const ACCENT: RGBAColor = opaque(213, 94, 0);

/// Line colours that stay apart for colour-blind readers: Okabe and Ito, Color Universal Design,
/// 2008, as listed in B. Wong, Nature Methods 8, 441 (2011), DOI 10.1038/nmeth.1618. Yellow is
/// left out, being too faint on white; those that differ most in lightness come first.
pub const SERIES: [RGBAColor; 7] = [
    opaque(0, 114, 178),
    opaque(213, 94, 0),
    opaque(0, 158, 115),
    opaque(204, 121, 167),
    opaque(0, 0, 0),
    opaque(230, 159, 0),
    opaque(86, 180, 233),
];

/// The line colour with an index, repeating after the last.
pub fn series_color(index: usize) -> RGBAColor {
    SERIES.get(index % SERIES.len()).copied().unwrap_or(INK)
}

/// Type and line sizes of a picture in pixels, in proportion to its size.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sizes {
    /// One pixel of the 1200 × 900 design.
    pub unit: f64,
    /// Type size of the title.
    pub title: f64,
    /// Type size of the lines under the title.
    pub subtitle: f64,
    /// Type size of axis labels.
    pub label: f64,
    /// Type size of tick labels, legends and annotations.
    pub tick: f64,
    /// Width of the frame and of ticks.
    pub frame: f64,
    /// Width of a curve.
    pub curve: f64,
}

impl Sizes {
    /// Sizes for a picture of the given width and height in pixels.
    pub fn new((width, height): (u32, u32)) -> Self {
        let unit = (f64::from(width) / 1200.0).min(f64::from(height) / 900.0);
        Self {
            unit,
            title: 30.0 * unit,
            subtitle: 23.0 * unit,
            label: 25.0 * unit,
            tick: 22.0 * unit,
            frame: 1.6 * unit,
            curve: 3.2 * unit,
        }
    }
}
