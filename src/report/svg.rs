//! Scenes as SVG: texts stay texts, set in the embedded typeface; images are embedded as PNG.

use super::ReportError;
use super::draw::{Canvas, Medium};
use super::font;
use super::scene::Scene;
use plotters::backend::SVGBackend;
use std::fmt::Write;

/// Units of the drawing per pixel: plotters writes whole numbers.
const FINENESS: u32 = 10;

/// Writes a scene as a self-contained document.
pub fn write(scene: &Scene) -> Result<String, ReportError> {
    let (width, height) = scene.size;
    let fine = (width * FINENESS, height * FINENESS);
    let mut drawn = String::new();
    Canvas {
        backend: SVGBackend::with_string(&mut drawn, fine),
        medium: Medium::Vector,
        scale: f64::from(FINENESS),
        top: 0.0,
        rows: f64::from(height),
    }
    .draw(scene)?;
    // What plotters does not write: the size in pixels, the typeface, the images.
    let (_, shapes) = drawn.split_once('>').unwrap_or_default();
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {} {}\">\n<style>\n",
        fine.0, fine.1
    );
    let mut faces = vec![("normal", font::REGULAR)];
    if shapes.contains("font-weight=\"bold\"") {
        faces.push(("bold", font::SEMI_BOLD));
    }
    // Writing to a string cannot fail.
    for (weight, bytes) in faces {
        let _ = writeln!(
            out,
            "@font-face {{ font-family: {}; font-weight: {weight}; src: \
             url(data:font/ttf;base64,{}) }}",
            font::FAMILY,
            base64(bytes)
        );
    }
    let _ = writeln!(
        out,
        "text {{ font-family: {}, Helvetica, Arial, sans-serif; font-kerning: none }}\n\
         polyline {{ stroke-linejoin: round }}\n</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>",
        font::FAMILY
    );
    for (place, image) in &scene.images {
        let [x, y, width, height] = place.map(|length| length * f64::from(FINENESS));
        let data = base64(&image.to_png()?);
        let _ = writeln!(
            out,
            "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
             preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,{data}\"/>"
        );
    }
    Ok(out + shapes)
}

/// Base64 of RFC 4648, section 4.
fn base64(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let byte = |index: usize| usize::from(group.get(index).copied().unwrap_or(0));
        let word = byte(0) << 16 | byte(1) << 8 | byte(2);
        for digit in 0..4 {
            if digit <= group.len() {
                let value = word >> (18 - 6 * digit) & 63;
                out.push(char::from(DIGITS.get(value).copied().unwrap_or(b'=')));
            } else {
                out.push('=');
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scene::Text;

    #[test]
    fn base64_gives_the_vectors_of_rfc_4648() {
        for (text, code) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(base64(text.as_bytes()), code);
        }
    }

    #[test]
    fn a_text_cannot_break_out_of_its_element() {
        let mut scene = Scene::new((100, 100)).unwrap();
        scene.text(Text::new("</text><script>&\u{0}\"", (0.0, 0.0), 10.0));
        let svg = scene.to_svg().unwrap();
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp; &quot;\n<"));
    }
}
