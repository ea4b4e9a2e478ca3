//! The embedded typeface: Inter 3.19, subset to Latin, Greek and mathematical characters (SIL Open
//! Font License 1.1, `font/OFL.txt`).
//!
//! Plotters 0.3.7 sets the left edge of a glyph's outline where its origin belongs. Every outline in
//! these files has therefore been given a contour without area at its origin, which keeps the
//! space before a letter as designed.

use plotters::style::{FontDesc, FontFamily, FontStyle, register_font};
use std::sync::LazyLock;

/// Name of the typeface.
pub const FAMILY: &str = "Inter";
/// The regular weight as a TrueType file.
pub const REGULAR: &[u8] = include_bytes!("font/Inter-Regular-subset.ttf");
/// The semi-bold weight as a TrueType file.
pub const SEMI_BOLD: &[u8] = include_bytes!("font/Inter-SemiBold-subset.ttf");
/// Ascent and descent together in em, which plotters calls the size of a font (`hhea` table).
pub const LINE_HEIGHT: f64 = (2728.0 + 680.0) / 2816.0;

static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    let regular = register_font(FAMILY, FontStyle::Normal, REGULAR);
    regular.is_ok() && register_font(FAMILY, FontStyle::Bold, SEMI_BOLD).is_ok()
});

/// The typeface at a size of plotters.
pub fn of_size(size: f64, bold: bool) -> FontDesc<'static> {
    // A font that is missing is an error when a text is drawn.
    let _ = *REGISTERED;
    let weight = if bold {
        FontStyle::Bold
    } else {
        FontStyle::Normal
    };
    FontDesc::new(FontFamily::Name(FAMILY), size, weight)
}

/// Width of a text set at `size` pixels per em.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    // Plotters gives whole numbers, so that the text is measured at a large size.
    let fine = 1000.0;
    let measured = of_size(fine * LINE_HEIGHT, bold).box_size(text);
    measured.map_or(0.0, |(width, _)| f64::from(width) / fine * size)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_field_has_a_glyph() {
        let needed = "AZaz09 µμΩαβγλσπ−·×√⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉°±≤≥→–≈∞éüöñçŠ";
        let pixels = |character: char, bold| {
            let mut dots = Vec::new();
            let drawn = of_size(100.0, bold).draw(&character.to_string(), (0, 0), |x, y, c| {
                dots.push((x, y, c.to_bits()));
                Ok::<(), std::fmt::Error>(())
            });
            drawn.unwrap().unwrap();
            dots
        };
        for bold in [false, true] {
            let missing = pixels('漢', bold);
            assert!(!missing.is_empty() && width("漢字", 20.0, bold) > 0.0);
            for character in needed.chars() {
                assert_ne!(pixels(character, bold), missing, "{character}");
            }
        }
    }

    #[test]
    fn a_text_is_as_wide_as_the_font_says() {
        // hmtx of Inter 3.19: H advances by 2084 of 2816 units, A in semi-bold by 2038.
        assert!(*REGISTERED);
        for (text, bold, advance) in [("HHH", false, 2084.0), ("AAA", true, 2038.0)] {
            let expected = 30.0 * advance / 2816.0;
            assert!((width(text, 10.0, bold) - expected).abs() < 0.02, "{text}");
        }
    }
}
