//! What a picture consists of, in pixels from its upper left corner.

use super::font;
use super::image::RgbImage;
use super::theme::{Color, INK, WHITE};
use super::{ReportError, check_size, raster, svg, write_file};
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
    pub color: Color,
    /// Set in the semi-bold weight.
    pub bold: bool,
    /// Reads from bottom to top.
    pub upwards: bool,
    /// Width in pixels of a white rim that keeps the text legible over a picture; 0 for none.
    pub halo: f64,
}

impl Text {
    /// A text in the ordinary ink that starts at a point.
    pub fn new(text: impl Into<String>, at: (f64, f64), size: f64) -> Self {
        Self {
            text: text.into(),
            at,
            size,
            anchor: Anchor::Start,
            color: INK,
            bold: false,
            upwards: false,
            halo: 0.0,
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
    pub fn colored(mut self, color: Color) -> Self {
        self.color = color;
        self
    }

    /// The same text with a white rim in proportion to its size.
    #[must_use]
    pub fn haloed(mut self) -> Self {
        self.halo = 0.28 * self.size;
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
    /// A filled area bounded by closed contours.
    Fill {
        /// Corners of the contours.
        contours: Vec<Vec<(f64, f64)>>,
        /// Colour.
        color: Color,
    },
    /// A line through points.
    Stroke {
        /// The points.
        points: Vec<(f64, f64)>,
        /// Width in pixels.
        width: f64,
        /// Colour.
        color: Color,
        /// Lengths in pixels of dashes and gaps by turns; empty for a solid line.
        dashes: Vec<f64>,
    },
    /// A line of text.
    Text(Text),
    /// An image.
    Image {
        /// Left, top, width and height.
        place: [f64; 4],
        /// Its pixels; stretched to the place when they are not as many.
        image: RgbImage,
    },
}

/// A picture as a list of shapes, the later ones over the earlier.
#[derive(Debug, Clone, PartialEq)]
pub struct Scene {
    /// Width and height in pixels.
    pub size: (u32, u32),
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
            shapes: Vec::new(),
        })
    }

    /// Adds a line through points; `dashes` are lengths of dash and gap, empty for a solid line.
    pub fn stroke(&mut self, points: Vec<(f64, f64)>, width: f64, color: Color, dashes: &[f64]) {
        self.shapes.push(Shape::Stroke {
            points,
            width,
            color,
            dashes: dashes.to_vec(),
        });
    }

    /// Adds a solid line between two points.
    pub fn line(&mut self, from: (f64, f64), to: (f64, f64), width: f64, color: Color) {
        self.stroke(vec![from, to], width, color, &[]);
    }

    /// Adds a filled polygon.
    pub fn polygon(&mut self, corners: Vec<(f64, f64)>, color: Color) {
        self.shapes.push(Shape::Fill {
            contours: vec![corners],
            color,
        });
    }

    /// Adds a filled rectangle.
    pub fn rectangle(&mut self, left: f64, top: f64, right: f64, bottom: f64, color: Color) {
        self.polygon(
            vec![(left, top), (right, top), (right, bottom), (left, bottom)],
            color,
        );
    }

    /// Adds a text.
    pub fn text(&mut self, text: Text) {
        self.shapes.push(Shape::Text(text));
    }

    /// Adds a disc, with a white rim so that discs on each other stay apart.
    pub fn disc(&mut self, center: (f64, f64), radius: f64, rim: f64, color: Color) {
        if rim > 0.0 {
            self.polygon(circle(center, radius + rim), WHITE);
        }
        self.polygon(circle(center, radius), color);
    }

    /// The picture as pixels.
    pub fn to_image(&self) -> RgbImage {
        raster::render(self)
    }

    /// The picture as PNG.
    ///
    /// # Errors
    /// [`ReportError::Encode`].
    pub fn to_png(&self) -> Result<Vec<u8>, ReportError> {
        self.to_image().to_png()
    }

    /// The picture as a self-contained SVG document.
    ///
    /// # Errors
    /// [`ReportError::Encode`] when an image in it cannot be encoded.
    pub fn to_svg(&self) -> Result<String, ReportError> {
        svg::write(self)
    }

    /// Writes the picture to a file, as SVG if the name ends in `.svg` and as PNG otherwise.
    ///
    /// # Errors
    /// [`ReportError::Write`] and [`ReportError::Encode`].
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

/// A circle as a polygon of 24 corners.
pub fn circle((x, y): (f64, f64), radius: f64) -> Vec<(f64, f64)> {
    (0..24)
        .map(|step| {
            let (sin, cos) = (f64::from(step) * std::f64::consts::TAU / 24.0).sin_cos();
            (x + radius * cos, y + radius * sin)
        })
        .collect()
}
