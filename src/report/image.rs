//! Images of 8-bit sRGB and their encoding as PNG.

use super::ReportError;
use super::theme::Color;

/// An image of 8-bit sRGB pixels, row by row from the top.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RgbImage {
    /// Width in pixels.
    pub width: usize,
    /// Height in pixels.
    pub height: usize,
    /// Red, green, blue of each pixel, `3 * width * height` bytes.
    pub data: Vec<u8>,
}

impl RgbImage {
    /// A white image.
    pub fn white(width: usize, height: usize) -> Self {
        Self {
            width,
            height,
            data: vec![255; 3 * width * height],
        }
    }

    /// Lays a colour over a pixel with the given coverage, 0 to 1; nothing outside the image.
    pub(super) fn blend(&mut self, x: usize, y: usize, color: Color, coverage: f32) {
        if x >= self.width {
            return;
        }
        let start = 3 * (y * self.width + x);
        let share = coverage * color.alpha;
        if let Some(pixel) = self.data.get_mut(start..start + 3) {
            for (value, ink) in pixel.iter_mut().zip(color.rgb) {
                let mixed = f32::from(*value) + share * (f32::from(ink) - f32::from(*value));
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let rounded = (mixed + 0.5) as u8;
                *value = rounded;
            }
        }
    }

    /// Copies another image so that its upper left pixel comes to (left, top).
    pub(super) fn copy_from(&mut self, other: &Self, left: usize, top: usize) {
        let width = other.width.min(self.width.saturating_sub(left));
        for (row, line) in other.data.chunks_exact(3 * other.width.max(1)).enumerate() {
            let start = 3 * ((top + row) * self.width + left);
            if let (Some(target), Some(source)) = (
                self.data.get_mut(start..start + 3 * width),
                line.get(..3 * width),
            ) {
                target.copy_from_slice(source);
            }
        }
    }

    /// The image as PNG with fast compression, marked as sRGB.
    ///
    /// # Errors
    /// [`ReportError::Encode`] for an image without pixels.
    pub fn to_png(&self) -> Result<Vec<u8>, ReportError> {
        let side = |pixels: usize| u32::try_from(pixels).unwrap_or(u32::MAX);
        let mut bytes = Vec::with_capacity(self.data.len() / 4 + 1024);
        let mut encoder = png::Encoder::new(&mut bytes, side(self.width), side(self.height));
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::Fast);
        encoder.set_source_srgb(png::SrgbRenderingIntent::RelativeColorimetric);
        let mut writer = encoder.write_header()?;
        writer.write_image_data(&self.data)?;
        writer.finish()?;
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn png_gives_back_the_pixels() {
        let mut image = RgbImage::white(5, 3);
        image.blend(4, 2, Color::opaque(10, 20, 30), 1.0);
        let bytes = image.to_png().unwrap();
        let mut reader = png::Decoder::new(std::io::Cursor::new(bytes))
            .read_info()
            .unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        assert_eq!((info.width, info.height), (5, 3));
        assert_eq!(data, image.data);
    }

    #[test]
    fn drawing_outside_does_nothing() {
        let mut image = RgbImage::white(2, 2);
        image.blend(2, 0, Color::opaque(0, 0, 0), 1.0);
        image.blend(0, 7, Color::opaque(0, 0, 0), 1.0);
        image.copy_from(&RgbImage::white(9, 9), 1, 1);
        assert_eq!(image, RgbImage::white(2, 2));
        assert!(RgbImage::white(0, 0).to_png().is_err());
    }
}
