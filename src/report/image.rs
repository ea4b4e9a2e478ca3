//! Images of 8-bit sRGB and their encoding as PNG.

use super::ReportError;

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
        image.data[40..43].copy_from_slice(&[10, 20, 30]);
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
    fn an_image_without_pixels_is_an_error() {
        assert!(RgbImage::white(0, 0).to_png().is_err());
    }
}
