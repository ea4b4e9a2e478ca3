//! Scenes as images. Plotters draws on whole dots only, so that it draws several to a pixel, of
//! which the mean is taken.

use super::ReportError;
use super::draw::{Canvas, Medium, failed};
use super::image::RgbImage;
use super::scene::Scene;
use plotters::backend::{BitMapBackend, DrawingBackend};
use rayon::prelude::*;

/// Dots per pixel, across and down.
const DOTS: usize = 3;
/// Rows of pixels that are drawn at a time, few enough for their dots to stay in the cache.
const ROWS: usize = 64;

/// Draws a scene on white.
pub fn render(scene: &Scene) -> Result<RgbImage, ReportError> {
    let (width, height) = scene.size;
    let mut picture = RgbImage::white(width as usize, height as usize);
    let mut canvas = BitMapBackend::with_buffer(&mut picture.data, scene.size);
    for ([left, top, ..], image) in &scene.images {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (place, size) = (
            (left.round() as i32, top.round() as i32),
            (image.width as u32, image.height as u32),
        );
        canvas
            .blit_bitmap(place, size, &image.data)
            .map_err(failed)?;
    }
    drop(canvas);
    let stride = 3 * picture.width;
    let bands = picture.data.par_chunks_mut(stride * ROWS).enumerate();
    bands.try_for_each_init(Vec::new, |dots, (band, pixels)| {
        enlarge(pixels, stride, dots);
        let rows = pixels.len() / stride;
        #[allow(clippy::cast_possible_truncation)]
        let size = (width * DOTS as u32, (rows * DOTS) as u32);
        Canvas {
            backend: BitMapBackend::with_buffer(dots, size),
            medium: Medium::Bitmap,
            scale: DOTS as f64,
            top: (band * ROWS) as f64,
            rows: rows as f64,
        }
        .draw(scene)?;
        shrink(dots, stride, pixels);
        Ok::<(), ReportError>(())
    })?;
    Ok(picture)
}

/// Makes every pixel of rows of `stride` bytes a square of dots.
fn enlarge(pixels: &[u8], stride: usize, dots: &mut Vec<u8>) {
    dots.resize(pixels.len() * DOTS * DOTS, 0);
    let squares = dots.chunks_exact_mut(DOTS * DOTS * stride);
    for (row, lines) in pixels.chunks_exact(stride).zip(squares) {
        let (first, others) = lines.split_at_mut(DOTS * stride);
        let copies = first.as_chunks_mut::<{ 3 * DOTS }>().0;
        for (pixel, copies) in row.as_chunks::<3>().0.iter().zip(copies) {
            copies.as_chunks_mut().0.fill(*pixel);
        }
        for other in others.chunks_exact_mut(first.len()) {
            other.copy_from_slice(first);
        }
    }
}

/// Takes the mean of the dots of every pixel.
fn shrink(dots: &[u8], stride: usize, pixels: &mut [u8]) {
    let count = (DOTS * DOTS) as f32;
    let mut sums = vec![0_u16; DOTS * stride];
    let squares = dots.chunks_exact(DOTS * DOTS * stride);
    for (row, lines) in pixels.chunks_exact_mut(stride).zip(squares) {
        sums.fill(0);
        for line in lines.chunks_exact(DOTS * stride) {
            for (sum, dot) in sums.iter_mut().zip(line) {
                *sum += u16::from(*dot);
            }
        }
        let sums = sums.as_chunks::<{ 3 * DOTS }>().0;
        for (pixel, sums) in row.as_chunks_mut::<3>().0.iter_mut().zip(sums) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            let mean = |channel: usize| {
                let total: u16 = (0..DOTS).map(|dot| sums[3 * dot + channel]).sum();
                (f32::from(total) / count + 0.5) as u8
            };
            *pixel = [mean(0), mean(1), mean(2)];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::theme::INK;
    use plotters::style::RGBAColor;

    const BLACK: RGBAColor = RGBAColor(0, 0, 0, 1.0);

    /// Pixels covered, with a scene drawn in black.
    fn darkness(scene: &Scene) -> f64 {
        let image = render(scene).unwrap();
        let dark = |value: &u8| (255.0 - f64::from(*value)) / 255.0;
        image.data.iter().map(dark).sum::<f64>() / 3.0
    }

    #[test]
    fn a_shape_darkens_as_much_as_its_area() {
        // Tall enough for several bands, with shapes across their borders.
        let empty = Scene::new((200, 200)).unwrap();
        let check = |area: f64, bound: f64, add: &dyn Fn(&mut Scene)| {
            let mut scene = empty.clone();
            add(&mut scene);
            let drawn = darkness(&scene);
            assert!((drawn / area - 1.0).abs() < bound, "{drawn} against {area}");
        };
        check(30.6 * 120.5, 0.02, &|scene| {
            scene.rectangle(10.3, 10.2, 40.9, 130.7, BLACK);
        });
        let corners = vec![(5.0, 5.0), (155.0, 47.0), (20.0, 150.0)];
        check(0.5 * (150.0 * 145.0 - 15.0 * 42.0), 0.02, &|scene| {
            scene.polygon(corners.clone(), BLACK);
        });
        check(std::f64::consts::PI * 900.0, 0.02, &|scene| {
            scene.disc((100.0, 120.0), 30.0, BLACK);
        });
        let points = vec![(20.0, 20.0), (80.0, 100.0), (20.0, 180.0)];
        // Lines are as wide as a whole number of dots, on their slant.
        check(200.0 * 4.0, 0.08, &|scene| {
            scene.stroke(points.clone(), 4.0, BLACK, None);
        });
        check(200.0 * 4.0 * 0.6, 0.2, &|scene| {
            scene.stroke(points.clone(), 4.0, BLACK, Some((12.0, 8.0)));
        });
    }

    #[test]
    fn what_lies_outside_or_nowhere_does_no_harm() {
        let mut scene = Scene::new((100, 100)).unwrap();
        scene.rectangle(-1e6, -1e6, 10.0, 1e6, BLACK);
        for corners in [vec![(f64::NAN, 0.0), (1.0, 1.0), (2.0, 0.0)], vec![]] {
            scene.polygon(corners.clone(), INK);
            scene.stroke(corners, 3.0, INK, None);
        }
        scene.disc((f64::INFINITY, 5.0), 3.0, INK);
        assert!((darkness(&scene) - 1000.0).abs() < 1.0);
    }
}
