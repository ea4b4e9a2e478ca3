//! Scenes as SVG 1.1: texts stay texts, set in the embedded typeface; images are embedded as PNG.

use super::ReportError;
use super::font;
use super::scene::{Anchor, Scene, Shape, Text};
use super::theme::Color;
use std::fmt::Write;

/// Writes a scene as a self-contained document.
pub fn write(scene: &Scene) -> Result<String, ReportError> {
    let (width, height) = scene.size;
    let mut out = String::new();
    let _ = write!(
        out,
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" \
         width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\">\n<style>\n"
    );
    let mut faces = vec![(400, font::REGULAR)];
    let bold = |shape: &Shape| matches!(shape, Shape::Text(text) if text.bold);
    if scene.shapes.iter().any(bold) {
        faces.push((600, font::SEMI_BOLD));
    }
    for (weight, bytes) in faces {
        let _ = writeln!(
            out,
            "@font-face {{ font-family: Inter; font-weight: {weight}; src: \
             url(data:font/ttf;base64,{}) }}",
            base64(bytes)
        );
    }
    out.push_str(
        "text { font-family: Inter, Helvetica, Arial, sans-serif; font-kerning: none }\n</style>\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n",
    );
    for shape in &scene.shapes {
        write_shape(&mut out, shape)?;
    }
    out.push_str("</svg>\n");
    Ok(out)
}

fn write_shape(out: &mut String, shape: &Shape) -> Result<(), ReportError> {
    // Writing to a string cannot fail.
    match shape {
        Shape::Fill { contours, color } => {
            let path: String = contours.iter().map(|c| path(c) + "Z").collect();
            if !path.is_empty() {
                let _ = writeln!(out, "<path d=\"{path}\" {}/>", paint("fill", *color));
            }
        }
        Shape::Stroke {
            points,
            width,
            color,
            dashes,
        } => {
            let _ = write!(
                out,
                "<path d=\"{}\" fill=\"none\" {} stroke-width=\"{}\" stroke-linejoin=\"round\"",
                path(points),
                paint("stroke", *color),
                number(*width)
            );
            if !dashes.is_empty() {
                let list: Vec<String> = dashes.iter().map(|dash| number(*dash)).collect();
                let _ = write!(out, " stroke-dasharray=\"{}\"", list.join(" "));
            }
            out.push_str("/>\n");
        }
        Shape::Text(text) => write_text(out, text),
        Shape::Image { place, image } => {
            let [x, y, width, height] = place.map(number);
            let data = base64(&image.to_png()?);
            let _ = writeln!(
                out,
                "<image x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" \
                 preserveAspectRatio=\"none\" xlink:href=\"data:image/png;base64,{data}\"/>"
            );
        }
    }
    Ok(())
}

fn write_text(out: &mut String, text: &Text) {
    let (x, y) = (number(text.at.0), number(text.at.1));
    let anchor = match text.anchor {
        Anchor::Start => "start",
        Anchor::Middle => "middle",
        Anchor::End => "end",
    };
    let _ = write!(
        out,
        "<text x=\"{x}\" y=\"{y}\" font-size=\"{}\" text-anchor=\"{anchor}\" {}",
        number(text.size),
        paint("fill", text.color)
    );
    if text.bold {
        out.push_str(" font-weight=\"600\"");
    }
    if text.upwards {
        let _ = write!(out, " transform=\"rotate(-90 {x} {y})\"");
    }
    if text.halo > 0.0 {
        let _ = write!(
            out,
            " stroke=\"#ffffff\" stroke-opacity=\"0.85\" stroke-width=\"{}\" \
             stroke-linejoin=\"round\" paint-order=\"stroke\"",
            number(text.halo)
        );
    }
    let _ = writeln!(out, ">{}</text>", escape(&text.text));
}

fn path(points: &[(f64, f64)]) -> String {
    let mut out = String::new();
    for (index, (x, y)) in points
        .iter()
        .filter(|(x, y)| x.is_finite() && y.is_finite())
        .enumerate()
    {
        let command = if index == 0 { 'M' } else { 'L' };
        let _ = write!(out, "{command}{} {}", number(*x), number(*y));
    }
    out
}

fn paint(kind: &str, color: Color) -> String {
    let [red, green, blue] = color.rgb;
    let mut out = format!("{kind}=\"#{red:02x}{green:02x}{blue:02x}\"");
    if color.alpha < 1.0 {
        let _ = write!(
            out,
            " {kind}-opacity=\"{}\"",
            number(f64::from(color.alpha))
        );
    }
    out
}

/// A number to a hundredth of a pixel.
fn number(value: f64) -> String {
    let text = format!("{value:.2}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// Text with the characters that XML reserves written as entities and those it forbids left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' | '\r' => out.push(' '),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
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
        assert!(svg.contains("&lt;/text&gt;&lt;script&gt;&amp;&quot;<"));
    }
}
