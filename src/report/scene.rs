//! What a picture consists of, in pixels from its upper left corner.

use super::image::RgbImage;
use super::theme::{INK, WHITE};
use super::{ReportError, bitmap, check_size, font, svg, write_file};
use plotters::style::{Color, RGBAColor};
use std::path::Path;

/// Where a text lies with respect to its point.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// The text starts at the point.
    #[default]
    Start,
    /// The text is centred on the point.
    Middle,
    /// The text ends at the point.
    End,
}

/// A line of text.
#[derive(Debug, Clone, PartialEq)]
pub struct Text {
    /// What it says.
    pub text: String,
    /// Point on the baseline that the anchor refers to.
    pub at: (f64, f64),
    /// Pixels per em.
    pub size: f64,
    /// Where the text lies with respect to the point.
    pub anchor: Anchor,
    /// Colour.
    pub color: RGBAColor,
    /// Set in the semi-bold weight.
    pub bold: bool,
    /// Reads from bottom to top.
    pub upwards: bool,
}

impl Text {
    /// A text in the ordinary ink that starts at a point; control characters become spaces.
    pub fn new(text: impl Into<String>, at: (f64, f64), size: f64) -> Self {
        let unseen = |c: char| c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}');
        Self {
            text: text.into().replace(unseen, " "),
            at,
            size,
            anchor: Anchor::Start,
            color: INK,
            bold: false,
            upwards: false,
        }
    }

    /// The same text with another anchor.
    #[must_use]
    pub fn anchored(mut self, anchor: Anchor) -> Self {
        self.anchor = anchor;
        self
    }

    /// The same text in another colour.
    #[must_use]
    pub fn colored(mut self, color: RGBAColor) -> Self {
        self.color = color;
        self
    }

    /// Width in pixels.
    pub fn width(&self) -> f64 {
        font::width(&self.text, self.size, self.bold)
    }
}

/// A part of a picture.
#[derive(Debug, Clone, PartialEq)]
pub enum Shape {
    /// A filled rectangle.
    Rectangle {
        /// Left, top, right and bottom.
        place: [f64; 4],
        /// Colour.
        color: RGBAColor,
    },
    /// A filled area.
    Polygon {
        /// Its corners.
        corners: Vec<(f64, f64)>,
        /// Colour.
        color: RGBAColor,
    },
    /// A filled circle.
    Disc {
        /// Middle.
        center: (f64, f64),
        /// Radius in pixels.
        radius: f64,
        /// Colour.
        color: RGBAColor,
    },
    /// A line through points.
    Stroke {
        /// The points.
        points: Vec<(f64, f64)>,
        /// Width in pixels.
        width: f64,
        /// Colour.
        color: RGBAColor,
        /// Lengths in pixels of dashes and gaps; `None` for a solid line.
        dashes: Option<(f64, f64)>,
    },
    /// A line of text.
    Text(Text),
}

/// A picture as images and shapes, the later ones over the earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height in pixels.
    pub size: (u32, u32),
    /// Images with left, top, width and height of their places, below all shapes.
    pub images: Vec<([f64; 4], RgbImage)>,
    /// The shapes.
    pub shapes: Vec<Shape>,
}

impl Scene {
    /// An empty picture on white.
    ///
    /// # Errors
    /// [`ReportError::Size`].
    pub fn new(size: (u32, u32)) -> Result<Self, ReportError> {
        check_size(size)?;
        Ok(Self {
            size,
            images: Vec::new(),
            shapes: Vec::new(),
        })
    }

    /// Adds a line through points; `dashes` are lengths of dash and gap, `None` for a solid line.
    pub fn stroke(
        &mut self,
        points: Vec<(f64, f64)>,
        width: f64,
        color: RGBAColor,
        dashes: Option<(f64, f64)>,
    ) {
        self.shapes.push(Shape::Stroke {
            points,
            width,
            color,
            dashes,
        });
    }

    /// Adds a solid line, level or upright, between two points.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, color: RGBAColor) {
        let half = width / 2.0;
        let (across, along) = if (from.0 - to.0).abs() < (from.1 - to.1).abs() {
            (half, 0.0)
        } else {
            (0.0, half)
        };
        let (left, right) = (from.0.min(to.0) - across, from.0.max(to.0) + across);
        let (top, bottom) = (from.1.min(to.1) - along, from.1.max(to.1) + along);
        self.rectangle(left, top, right, bottom, color);
    }

    /// Adds a filled polygon.
    pub fn polygon(&mut self, corners: Vec<(f64, f64)>, color: RGBAColor) {
        self.shapes.push(Shape::Polygon { corners, color });
    }

    /// Adds a filled rectangle.
    pub fn rectangle(&mut self, left: f64, top: f64, right: f64, bottom: f64, color: RGBAColor) {
        let place = [left, top, right, bottom];
        self.shapes.push(Shape::Rectangle { place, color });
    }

    /// Adds a filled circle.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, color: RGBAColor) {
        self.shapes.push(Shape::Disc {
            center,
            radius,
            color,
        });
    }

    /// Adds a text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// Lightens what is below a text that starts at its point, to keep it legible.
    pub fn plate(&mut self, text: &Text) {
        let ((x, y), size) = (text.at, text.size);
        let (rim, right) = (0.16 * size, x + text.width());
        let light = WHITE.mix(0.8);
        self.rectangle(x - rim, y - 0.86 * size, right + rim, y + rim, light);
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// [`ReportError::Draw`] and [`ReportError::Encode`].
    pub fn to_png(&self) -> Result<Vec<u8>, ReportError> {
        bitmap::render(self)?.to_png()
    }

    /// The picture as a self-contained SVG document.
    ///
    /// # Errors
    /// [`ReportError::Draw`] and [`ReportError::Encode`].
    pub fn to_svg(&self) -> Result<String, ReportError> {
        svg::write(self)
    }

    /// Writes the picture to a file, as SVG if the name ends in `.svg` and as PNG otherwise.
    ///
    /// # Errors
    /// [`ReportError::Write`], [`ReportError::Draw`] and [`ReportError::Encode`].
    pub fn save(&self, path: &Path) -> Result<(), ReportError> {
        if path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("svg"))
        {
            write_file(path, self.to_svg()?.as_bytes())
        } else {
            write_file(path, &self.to_png()?)
        }
    }
}
