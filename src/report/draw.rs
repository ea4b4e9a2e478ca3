//! Scenes drawn by plotters, on either of its backends.

use super::ReportError;
use super::font;
use super::scene::{Anchor, Scene, Shape, Text};
use plotters::backend::DrawingBackend;
use plotters::element::{DashedPathElement, Drawable};
use plotters::style::text_anchor::{HPos, Pos, VPos};
use plotters::style::{FontTransform, RGBAColor, ShapeStyle, TextStyle};

/// What the dots of a backend are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Medium {
    /// Squares of an image.
    Bitmap,
    /// Points of the plane.
    Vector,
}

/// Rows of a scene on a backend of finer dots than its pixels.
pub struct Canvas<DB> {
    pub backend: DB,
    pub medium: Medium,
    /// Dots per pixel.
    pub scale: f64,
    /// First row of pixels.
    pub top: f64,
    /// How many rows there are.
    pub rows: f64,
}

impl<DB: DrawingBackend> Canvas<DB> {
    /// Draws the shapes of a scene, but for its images.
    pub fn draw(&mut self, scene: &Scene) -> Result<(), ReportError> {
        for shape in &scene.shapes {
            self.shape(shape)?;
        }
        self.backend.present().map_err(failed)
    }

    fn shape(&mut self, shape: &Shape) -> Result<(), ReportError> {
        match shape {
            Shape::Rectangle { place, color } => {
                let [left, top, right, bottom] = *place;
                let extent = |length: f64| whole(length * self.scale).max(1);
                let first = (
                    whole(left * self.scale),
                    whole((top - self.top) * self.scale),
                );
                let last = (
                    first.0.saturating_add(extent(right - left)),
                    first.1.saturating_add(extent(bottom - top)),
                );
                let drawn = self.backend.draw_rect(first, last, color, true);
                drawn.map_err(failed)
            }
            Shape::Polygon { corners, color } if self.holds(corners, 0.0) => {
                let corners = self.dots(corners);
                self.backend.fill_polygon(corners, color).map_err(failed)
            }
            Shape::Disc {
                center,
                radius,
                color,
            } if self.holds(&[*center], *radius) => {
                let (center, radius) = (self.dot(*center), self.length(*radius));
                let drawn = self.backend.draw_circle(center, radius, color, true);
                drawn.map_err(failed)
            }
            Shape::Stroke {
                points,
                width,
                color,
                dashes,
            } if self.holds(points, *width) => self.stroke(points, *width, *color, *dashes),
            Shape::Text(text) => self.text(text),
            _ => Ok(()),
        }
    }

    fn stroke(
        &mut self,
        points: &[(f64, f64)],
        width: f64,
        color: RGBAColor,
        dashes: Option<(f64, f64)>,
    ) -> Result<(), ReportError> {
        // Joints of segments much shorter than the line is wide would only show as raggedness.
        let mut kept: Vec<(f64, f64)> = Vec::with_capacity(points.len());
        for (index, &(x, y)) in points.iter().enumerate() {
            let near = |last: &(f64, f64)| (x - last.0).hypot(y - last.1) < 0.4 * width;
            if index + 1 == points.len() || !kept.last().is_some_and(near) {
                kept.push((x, y));
            }
        }
        let stroke_width = self.length(width - self.excess() / self.scale).max(2);
        let style = ShapeStyle {
            color,
            filled: true,
            stroke_width,
        };
        if let Some((dash, gap)) = dashes {
            let (dash, gap) = (self.length(dash).max(1), self.length(gap).max(1));
            let path = DashedPathElement::new(std::iter::empty::<()>(), dash, gap, style);
            let (points, size) = (self.dots(&kept), self.backend.get_size());
            let drawn = path.draw(points.into_iter(), &mut self.backend, size);
            return drawn.map_err(failed);
        }
        if self.medium == Medium::Vector {
            let points = self.dots(&kept);
            return self.backend.draw_path(points, &style).map_err(failed);
        }
        // As one polygon a line that turns back on itself would leave holes.
        for pair in kept.windows(2) {
            let (&[from, to], &[(x, y), (u, v)]) = (pair, self.dots(pair).as_slice()) else {
                continue;
            };
            if !self.holds(pair, width) || (x, y) == (u, v) {
                continue;
            }
            // The sides are kept apart by a whole number of dots, the nearest to the width.
            let per_length = f64::from(stroke_width) / (to.0 - from.0).hypot(to.1 - from.1);
            let apart = (
                whole((from.1 - to.1) * per_length),
                whole((to.0 - from.0) * per_length),
            );
            let (dx, dy) = (apart.0 / 2, apart.1 / 2);
            let (ex, ey) = (apart.0 - dx, apart.1 - dy);
            let side = [
                (x - dx, y - dy),
                (u - dx, v - dy),
                (u + ex, v + ey),
                (x + ex, y + ey),
            ];
            self.backend.fill_polygon(side, &color).map_err(failed)?;
            if kept.len() > 2 {
                let drawn = self
                    .backend
                    .draw_circle((x, y), stroke_width / 2, &color, true);
                drawn.map_err(failed)?;
            }
        }
        Ok(())
    }

    fn text(&mut self, text: &Text) -> Result<(), ReportError> {
        let (x, y) = text.at;
        let (up, down) = if text.upwards {
            (text.width(), text.width())
        } else {
            (1.2 * text.size, 0.4 * text.size)
        };
        if !self.holds(&[(x, y - up), (x, y + down)], 0.0) {
            return Ok(());
        }
        // Sizes of plotters that give the size asked for, and where they put the baseline below
        // the top that a text is placed by.
        let em = text.size * self.scale;
        let (size, rise) = match self.medium {
            Medium::Bitmap => {
                let half = (em * font::LINE_HEIGHT / 2.0).round().max(1.0);
                (2.0 * half, half)
            }
            Medium::Vector => (1.24 * em, 0.76 * em),
        };
        let horizontal = match text.anchor {
            Anchor::Start => HPos::Left,
            Anchor::Middle => HPos::Center,
            Anchor::End => HPos::Right,
        };
        let mut font = font::of_size(size, text.bold);
        // Stems along the baseline look crisper on whole pixels.
        let (x, y) = if text.upwards {
            font = font.transform(FontTransform::Rotate270);
            (x.round() * self.scale - rise, (y - self.top) * self.scale)
        } else {
            (x * self.scale, (y.round() - self.top) * self.scale - rise)
        };
        let style = TextStyle::from(font)
            .color(&text.color)
            .pos(Pos::new(horizontal, VPos::Top));
        let drawn = self
            .backend
            .draw_text(&text.text, &style, (whole(x), whole(y)));
        drawn.map_err(failed)
    }

    /// Whether anything within `margin` of the points can be seen.
    fn holds(&self, points: &[(f64, f64)], margin: f64) -> bool {
        let rows = || points.iter().map(|point| point.1 - self.top);
        let bounds = rows().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), y| {
            (low.min(y), high.max(y))
        });
        let finite = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
        finite && bounds.1 + margin >= -1.0 && bounds.0 - margin <= self.rows + 1.0
    }

    /// What plotters adds to the extent of every shape: in an image both ends are filled.
    fn excess(&self) -> f64 {
        if self.medium == Medium::Bitmap {
            0.5
        } else {
            0.0
        }
    }

    fn dot(&self, (x, y): (f64, f64)) -> (i32, i32) {
        let place = |value: f64| whole(value * self.scale - self.excess());
        (place(x), place(y - self.top))
    }

    fn dots(&self, points: &[(f64, f64)]) -> Vec<(i32, i32)> {
        points.iter().map(|point| self.dot(*point)).collect()
    }

    /// A length in dots.
    fn length(&self, pixels: f64) -> u32 {
        whole(pixels * self.scale - self.excess())
            .max(0)
            .unsigned_abs()
    }
}

#[allow(clippy::cast_possible_truncation)]
fn whole(value: f64) -> i32 {
    value.round() as i32
}

pub fn failed(error: impl std::fmt::Display) -> ReportError {
    ReportError::Draw(error.to_string())
}
