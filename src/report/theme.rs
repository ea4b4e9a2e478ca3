//! Colours and sizes shared by all pictures.

/// An sRGB colour with opacity.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Color {
    /// Red, green and blue, 0 to 255.
    pub rgb: [u8; 3],
    /// Opacity, 0 to 1.
    pub alpha: f32,
}

impl Color {
    /// An opaque colour.
    pub const fn opaque(red: u8, green: u8, blue: u8) -> Self {
        Self {
            rgb: [red, green, blue],
            alpha: 1.0,
        }
    }

    /// The same colour with another opacity.
    #[must_use]
    pub const fn with_alpha(self, alpha: f32) -> Self {
        Self {
            rgb: self.rgb,
            alpha,
        }
    }
}

/// Paper.
pub const WHITE: Color = Color::opaque(255, 255, 255);
/// Axes and their texts.
pub const INK: Color = Color::opaque(26, 26, 26);
/// Second lines and notes.
pub const MUTED: Color = Color::opaque(90, 90, 90);
/// Grid lines.
pub const GRID: Color = Color::opaque(226, 226, 226);
/// Thresholds, targets and limits.
pub const ACCENT: Color = Color::opaque(213, 94, 0);

/// Line colours that stay apart for colour-blind readers: Okabe and Ito, Color Universal Design,
/// 2008, as listed in B. Wong, Nature Methods 8, 441 (2011), DOI 10.1038/nmeth.1618. Yellow is
/// left out, being too faint on white; those that differ most in lightness come first.
pub const SERIES: [Color; 7] = [
    Color::opaque(0, 114, 178),
    Color::opaque(213, 94, 0),
    Color::opaque(0, 158, 115),
    Color::opaque(204, 121, 167),
    Color::opaque(0, 0, 0),
    Color::opaque(230, 159, 0),
    Color::opaque(86, 180, 233),
];

/// The line colour with an index, repeating after the last.
pub fn series_color(index: usize) -> Color {
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
