//! From shapes to pixels, each pixel taking the exact share of its area that a shape covers.
//!
//! The signed area between every edge and the right end of its pixel row is accumulated as
//! differences, and a running sum along the row gives the coverage (the method of
//! R. Levien's font-rs, 2016). Overlapping contours of one sense of rotation count once.

use super::font;
use super::image::RgbImage;
use super::scene::{Anchor, Scene, Shape, Text, circle};
use super::theme::{Color, WHITE};

/// Draws the shapes of a scene on white.
pub fn render(scene: &Scene) -> RgbImage {
    let (width, height) = scene.size;
    let mut image = RgbImage::white(width as usize, height as usize);
    let mut area = Area::default();
    for shape in &scene.shapes {
        match shape {
            Shape::Fill { contours, color } => area.fill(contours, *color, &mut image),
            Shape::Stroke {
                points,
                width,
                color,
                dashes,
            } => area.fill(&stroke(points, *width, dashes), *color, &mut image),
            Shape::Text(text) => draw_text(text, &mut area, &mut image),
            Shape::Image {
                place,
                image: pixels,
            } => draw_image(*place, pixels, &mut image),
        }
    }
    image
}

fn draw_text(text: &Text, area: &mut Area, image: &mut RgbImage) {
    let shift = match text.anchor {
        Anchor::Start => 0.0,
        Anchor::Middle => -text.width() / 2.0,
        Anchor::End => -text.width(),
    };
    // Horizontal stems look crisper on whole pixels.
    let (x, y) = text.at;
    let contours: Vec<Vec<(f64, f64)>> = font::outline(&text.text, text.size, text.bold)
        .into_iter()
        .map(|contour| {
            let turn = |(u, v): (f64, f64)| {
                if text.upwards {
                    (x.round() + v, y - shift - u)
                } else {
                    (x + shift + u, y.round() + v)
                }
            };
            contour.into_iter().map(turn).collect()
        })
        .collect();
    if text.halo > 0.0 {
        let mut rim = Vec::new();
        for contour in &contours {
            let mut closed = contour.clone();
            closed.extend(contour.first());
            rim.append(&mut stroke(&closed, text.halo, &[]));
        }
        area.fill(&rim, WHITE.with_alpha(0.85), image);
    }
    area.fill(&contours, text.color, image);
}

/// Copies an image whose pixels fit its place, and takes the nearest pixels of any other.
fn draw_image(place: [f64; 4], pixels: &RgbImage, image: &mut RgbImage) {
    let whole = place.map(|value| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let whole = value.round().max(0.0) as usize;
        whole
    });
    let [left, top, width, height] = whole;
    if (width, height) == (pixels.width, pixels.height) {
        image.copy_from(pixels, left, top);
        return;
    }
    let mut fitted = RgbImage::white(width, height);
    for (row, line) in fitted.data.chunks_exact_mut(3 * width.max(1)).enumerate() {
        let from = row * pixels.height / height.max(1);
        for (column, pixel) in line.chunks_exact_mut(3).enumerate() {
            let start = 3 * (from * pixels.width + column * pixels.width / width.max(1));
            if let Some(source) = pixels.data.get(start..start + 3) {
                pixel.copy_from_slice(source);
            }
        }
    }
    image.copy_from(&fitted, left, top);
}

/// Outline of a line of some width: a rectangle for every segment, a disc at every sharp bend.
fn stroke(points: &[(f64, f64)], width: f64, dashes: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let half = width / 2.0;
    let mut contours = Vec::new();
    for piece in dash(points, dashes) {
        let mut direction: Option<(f64, f64)> = None;
        for pair in piece.windows(2) {
            let [(x0, y0), (x1, y1)] = pair else { continue };
            let (dx, dy) = (x1 - x0, y1 - y0);
            let length = dx.hypot(dy);
            if !(length > 0.0 && length.is_finite()) {
                continue;
            }
            let (ux, uy) = (dx / length, dy / length);
            // Two segments that turn by more than 15° leave a visible notch.
            if direction.is_some_and(|(px, py)| px * ux + py * uy < 0.966) && half > 0.4 {
                contours.push(circle((*x0, *y0), half));
            }
            direction = Some((ux, uy));
            let (nx, ny) = (-uy * half, ux * half);
            contours.push(vec![
                (x0 - nx, y0 - ny),
                (x1 - nx, y1 - ny),
                (x1 + nx, y1 + ny),
                (x0 + nx, y0 + ny),
            ]);
        }
    }
    contours
}

/// Cuts a line into dashes. A pattern that would make more than 20,000 is drawn solid.
pub fn dash(points: &[(f64, f64)], dashes: &[f64]) -> Vec<Vec<(f64, f64)>> {
    let finite = points.iter().all(|(x, y)| x.is_finite() && y.is_finite());
    let length: f64 = points
        .windows(2)
        .map(|pair| (pair[1].0 - pair[0].0).hypot(pair[1].1 - pair[0].1))
        .sum();
    let period: f64 = dashes.iter().sum();
    let usable = dashes.iter().all(|dash| *dash > 0.0) && period > 0.0 && finite;
    if !usable || length / period * dashes.len() as f64 > 20_000.0 {
        return vec![points.to_vec()];
    }
    let mut pieces = Vec::new();
    let mut lengths = dashes.iter().copied().cycle();
    let mut left = lengths.next().unwrap_or(length);
    let mut drawing = true;
    let mut piece: Vec<(f64, f64)> = points.first().copied().into_iter().collect();
    for pair in points.windows(2) {
        let [(mut x, mut y), (x1, y1)] = *pair else {
            continue;
        };
        loop {
            let rest = (x1 - x).hypot(y1 - y);
            if rest <= left {
                left -= rest;
                if drawing {
                    piece.push((x1, y1));
                }
                break;
            }
            let f = left / rest;
            (x, y) = (x + f * (x1 - x), y + f * (y1 - y));
            if drawing {
                piece.push((x, y));
                pieces.push(std::mem::take(&mut piece));
            } else {
                piece = vec![(x, y)];
            }
            drawing = !drawing;
            left = lengths.next().unwrap_or(length);
        }
    }
    if drawing {
        pieces.push(piece);
    }
    pieces
}

/// Accumulated signed areas over a box of pixels.
#[derive(Default)]
struct Area {
    left: f64,
    top: f64,
    width: usize,
    height: usize,
    sums: Vec<f32>,
}

impl Area {
    fn fill(&mut self, contours: &[Vec<(f64, f64)>], color: Color, image: &mut RgbImage) {
        let (width, height) = (image.width as f64, image.height as f64);
        let mut bounds = (
            f64::INFINITY,
            f64::INFINITY,
            f64::NEG_INFINITY,
            f64::NEG_INFINITY,
        );
        for &(x, y) in contours.iter().flatten() {
            if !(x.is_finite() && y.is_finite()) {
                return;
            }
            bounds = (
                bounds.0.min(x),
                bounds.1.min(y),
                bounds.2.max(x),
                bounds.3.max(y),
            );
        }
        let (left, top) = (bounds.0.floor().max(0.0), bounds.1.floor().max(0.0));
        let (right, bottom) = (bounds.2.ceil().min(width), bounds.3.ceil().min(height));
        if !(left < right && top < bottom) {
            return;
        }
        self.begin(left, top, right - left, bottom - top);
        for contour in contours {
            for (index, &from) in contour.iter().enumerate() {
                if let Some(&to) = contour.get(index + 1).or(contour.first()) {
                    self.edge(from, to);
                }
            }
        }
        self.paint(color, image);
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn begin(&mut self, left: f64, top: f64, width: f64, height: f64) {
        (self.left, self.top) = (left, top);
        (self.width, self.height) = (width as usize, height as usize);
        self.sums.clear();
        self.sums.resize((self.width + 2) * self.height, 0.0);
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    fn edge(&mut self, from: (f64, f64), to: (f64, f64)) {
        let (mut x0, mut y0) = (from.0 - self.left, from.1 - self.top);
        let (mut x1, mut y1) = (to.0 - self.left, to.1 - self.top);
        let sign = (y1 - y0).signum();
        if y0 > y1 {
            (x0, y0, x1, y1) = (x1, y1, x0, y0);
        }
        let (start, end) = (y0.max(0.0), y1.min(self.height as f64));
        // Level edges bound no area.
        if start >= end {
            return;
        }
        let slope = (x1 - x0) / (y1 - y0);
        let stride = self.width + 2;
        let limit = self.width as f64;
        for row in start as usize..(end.ceil() as usize).min(self.height) {
            let (low, high) = (start.max(row as f64), end.min(row as f64 + 1.0));
            let area = (high - low) * sign;
            let a = (x0 + (low - y0) * slope).clamp(0.0, limit);
            let b = (x0 + (high - y0) * slope).clamp(0.0, limit);
            let (a, b) = if a < b { (a, b) } else { (b, a) };
            let Some(line) = self.sums.get_mut(row * stride..(row + 1) * stride) else {
                return;
            };
            spread_edge(line, a, b, area);
        }
    }

    fn paint(&self, color: Color, image: &mut RgbImage) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (left, top) = (self.left as usize, self.top as usize);
        for (row, line) in self.sums.chunks_exact(self.width + 2).enumerate() {
            let mut sum = 0.0;
            for (column, change) in line.iter().take(self.width).enumerate() {
                sum += change;
                let coverage = sum.abs().min(1.0);
                if coverage > 0.002 {
                    image.blend(left + column, top + row, color, coverage);
                }
            }
        }
    }
}

/// Shares the signed area of an edge that crosses a row from x = a to x = b (a ≤ b) among the
/// pixels, as differences of the running sum.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
fn spread_edge(line: &mut [f32], a: f64, b: f64, area: f64) {
    let first = a.floor();
    let mut add = |index: usize, value: f64| {
        if let Some(sum) = line.get_mut(index) {
            *sum += value as f32;
        }
    };
    let start = first as usize;
    if b <= first + 1.0 {
        let covered = 1.0 - (f64::midpoint(a, b) - first);
        add(start, area * covered);
        add(start + 1, area * (1.0 - covered));
        return;
    }
    let per_pixel = area / (b - a);
    let mut before = 0.0;
    let last = b.ceil() as usize;
    for pixel in start..last {
        // Coverage of this pixel: the mean over it of what the edge has passed so far.
        let (low, high) = (a.max(pixel as f64), b.min(pixel as f64 + 1.0));
        let at_low = per_pixel * (low - a);
        let at_high = per_pixel * (high - a);
        let covered =
            f64::midpoint(at_low, at_high) * (high - low) + at_high * (pixel as f64 + 1.0 - high);
        add(pixel, covered - before);
        before = covered;
    }
    add(last, area - before);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::theme::INK;

    fn darkness(image: &RgbImage) -> f64 {
        image
            .data
            .iter()
            .map(|&v| (255.0 - f64::from(v)) / 255.0)
            .sum::<f64>()
            / 3.0
    }

    #[test]
    fn a_shape_darkens_as_much_as_its_area() {
        let black = Color::opaque(0, 0, 0);
        let cases: [(Vec<(f64, f64)>, f64); 3] = [
            (
                vec![(10.3, 10.2), (40.9, 10.2), (40.9, 30.7), (10.3, 30.7)],
                30.6 * 20.5,
            ),
            (
                vec![(5.0, 5.0), (55.0, 17.0), (20.0, 50.0)],
                0.5 * (50.0 * 45.0 - 15.0 * 12.0),
            ),
            // A sliver across many pixels of a row.
            (
                vec![(2.0, 20.0), (60.0, 20.5), (60.0, 22.0)],
                0.5 * 58.0 * 1.5,
            ),
        ];
        for (polygon, area) in cases {
            let mut image = RgbImage::white(64, 64);
            Area::default().fill(&[polygon], black, &mut image);
            let drawn = darkness(&image);
            assert!(
                (drawn - area).abs() < 0.01 * area + 0.3,
                "{drawn} against {area}"
            );
        }
    }

    #[test]
    fn shapes_beyond_the_edge_are_cut_there() {
        let mut image = RgbImage::white(20, 20);
        let huge = vec![(-1e9, -1e9), (10.0, -1e9), (10.0, 1e9), (-1e9, 1e9)];
        Area::default().fill(&[huge], Color::opaque(0, 0, 0), &mut image);
        assert!((darkness(&image) - 200.0).abs() < 1.0);
        let nothing = vec![(f64::NAN, 0.0), (1.0, 1.0), (2.0, 0.0)];
        Area::default().fill(&[nothing, vec![]], INK, &mut image);
        assert!((darkness(&image) - 200.0).abs() < 1.0);
    }

    #[test]
    fn dashes_cover_their_share_of_a_line() {
        let pieces = dash(&[(0.0, 0.0), (60.0, 0.0), (60.0, 40.0)], &[6.0, 4.0]);
        let drawn: f64 = pieces
            .iter()
            .flat_map(|piece| piece.windows(2))
            .map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1))
            .sum();
        assert!((drawn - 60.0).abs() < 1e-9, "{drawn}");
        assert_eq!(dash(&[(0.0, 0.0), (1.0, 0.0)], &[]).len(), 1);
        assert_eq!(dash(&[(0.0, 0.0), (f64::NAN, 0.0)], &[1.0, 1.0]).len(), 1);
    }
}
