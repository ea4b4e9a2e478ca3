//! The embedded typeface: Inter, subset to Latin, Greek and mathematical characters (SIL Open Font
//! License 1.1, `font/OFL.txt`).
//!
//! Reads the few tables of the TrueType format that plain text needs: cmap (format 4), hmtx, loca
//! and glyf without composite glyphs or hints, as defined in the OpenType specification 1.9.

use std::collections::HashMap;
use std::sync::LazyLock;

/// The regular weight as a TrueType file.
pub const REGULAR: &[u8] = include_bytes!("font/Inter-Regular-subset.ttf");
/// The semi-bold weight as a TrueType file.
pub const SEMI_BOLD: &[u8] = include_bytes!("font/Inter-SemiBold-subset.ttf");

static REGULAR_FONT: LazyLock<Font> = LazyLock::new(|| Font::read(REGULAR).unwrap_or_default());
static SEMI_BOLD_FONT: LazyLock<Font> = LazyLock::new(|| Font::read(SEMI_BOLD).unwrap_or_default());

/// A point of an outline in em, y upwards, and whether the curve passes through it.
type OutlinePoint = (f64, f64, bool);

/// One character: its advance in em and its closed contours of quadratic curves.
#[derive(Debug, Default, Clone)]
pub struct Glyph {
    pub advance: f64,
    pub contours: Vec<Vec<OutlinePoint>>,
}

#[derive(Debug, Default)]
struct Font {
    glyphs: HashMap<char, Glyph>,
    missing: Glyph,
}

/// The glyph of a character, in the regular weight when the semi-bold one lacks it, and the
/// font's empty box when both do.
pub fn glyph(character: char, bold: bool) -> &'static Glyph {
    bold.then(|| SEMI_BOLD_FONT.glyphs.get(&character))
        .flatten()
        .or_else(|| REGULAR_FONT.glyphs.get(&character))
        .unwrap_or(&REGULAR_FONT.missing)
}

/// Width of a text set at `size` pixels per em.
pub fn width(text: &str, size: f64, bold: bool) -> f64 {
    size * text.chars().map(|c| glyph(c, bold).advance).sum::<f64>()
}

/// Contours of a text as polygons, in pixels right of and below the start of its baseline.
pub fn outline(text: &str, size: f64, bold: bool) -> Vec<Vec<(f64, f64)>> {
    let mut contours = Vec::new();
    let mut pen = 0.0;
    for character in text.chars() {
        let glyph = glyph(character, bold);
        for contour in &glyph.contours {
            contours.push(flatten(contour, pen, size));
        }
        pen += glyph.advance * size;
    }
    contours
}

/// Replaces quadratic curves by chords. Between two control points the curve passes halfway.
fn flatten(contour: &[OutlinePoint], pen: f64, size: f64) -> Vec<(f64, f64)> {
    let place = |x: f64, y: f64| (pen + x * size, -y * size);
    let middle =
        |a: OutlinePoint, b: OutlinePoint| (f64::midpoint(a.0, b.0), f64::midpoint(a.1, b.1), true);
    let chords = if size > 40.0 { 8 } else { 4 };
    let mut polygon = Vec::new();
    let next = |index: usize| contour.get((index + 1) % contour.len()).copied();
    let previous = |index: usize| {
        contour
            .get((index + contour.len() - 1) % contour.len())
            .copied()
    };
    for (index, &point) in contour.iter().enumerate() {
        if point.2 {
            polygon.push(place(point.0, point.1));
            continue;
        }
        let (Some(before), Some(after)) = (previous(index), next(index)) else {
            continue;
        };
        let start = if before.2 {
            before
        } else {
            middle(before, point)
        };
        let end = if after.2 { after } else { middle(point, after) };
        // The start is already there when it is a point of the contour, the end will be.
        let first = i32::from(before.2);
        let last = if after.2 { chords } else { chords + 1 };
        for step in first..last {
            let t = f64::from(step) / f64::from(chords);
            let blend = |a: f64, b: f64, c: f64| {
                (1.0 - t) * (1.0 - t) * a + 2.0 * t * (1.0 - t) * b + t * t * c
            };
            polygon.push(place(
                blend(start.0, point.0, end.0),
                blend(start.1, point.1, end.1),
            ));
        }
    }
    polygon
}

/// Big-endian numbers in a file.
#[derive(Clone, Copy)]
struct Table<'a>(&'a [u8]);

impl<'a> Table<'a> {
    fn u8(self, at: usize) -> Option<u8> {
        self.0.get(at).copied()
    }
    fn u16(self, at: usize) -> Option<u16> {
        Some(u16::from_be_bytes(self.0.get(at..at + 2)?.try_into().ok()?))
    }
    fn i16(self, at: usize) -> Option<i16> {
        self.u16(at).map(u16::cast_signed)
    }
    fn u32(self, at: usize) -> Option<usize> {
        let bytes = self.0.get(at..at + 4)?.try_into().ok()?;
        usize::try_from(u32::from_be_bytes(bytes)).ok()
    }
    fn find(self, tag: [u8; 4]) -> Option<Table<'a>> {
        let count = usize::from(self.u16(4)?);
        let record = (0..count)
            .map(|index| 12 + 16 * index)
            .find(|&at| self.0.get(at..at + 4) == Some(&tag[..]))?;
        let start = self.u32(record + 8)?;
        self.0.get(start..start + self.u32(record + 12)?).map(Table)
    }
}

impl Font {
    fn read(bytes: &[u8]) -> Option<Self> {
        let file = Table(bytes);
        let head = file.find(*b"head")?;
        let scale = 1.0 / f64::from(head.u16(18)?);
        let long_offsets = head.u16(50)? == 1;
        let metrics = usize::from(file.find(*b"hhea")?.u16(34)?);
        let (hmtx, loca, glyf) = (
            file.find(*b"hmtx")?,
            file.find(*b"loca")?,
            file.find(*b"glyf")?,
        );
        let load = |index: usize| -> Option<Glyph> {
            let advance = hmtx.u16(4 * index.min(metrics.checked_sub(1)?))?;
            let offset = |i: usize| {
                if long_offsets {
                    loca.u32(4 * i)
                } else {
                    loca.u16(2 * i).map(|half| 2 * usize::from(half))
                }
            };
            let outline = Table(glyf.0.get(offset(index)?..offset(index + 1)?)?);
            Some(Glyph {
                advance: f64::from(advance) * scale,
                contours: if outline.0.is_empty() {
                    Vec::new()
                } else {
                    contours(outline, scale)?
                },
            })
        };
        let mut glyphs = HashMap::new();
        for (character, index) in characters(file.find(*b"cmap")?)? {
            glyphs.insert(character, load(index)?);
        }
        Some(Self {
            glyphs,
            missing: load(0)?,
        })
    }
}

/// Characters of a cmap table with their glyph indices (format 4).
fn characters(cmap: Table) -> Option<Vec<(char, usize)>> {
    let count = usize::from(cmap.u16(2)?);
    let start = (0..count)
        .filter_map(|index| cmap.u32(4 + 8 * index + 4))
        .find(|&start| cmap.u16(start) == Some(4))?;
    let table = Table(cmap.0.get(start..)?);
    let segments = usize::from(table.u16(6)?) / 2;
    let mut found = Vec::new();
    for segment in 0..segments {
        let at =
            |list: usize| 14 + 2 * segment + list * 2 * segments + if list > 0 { 2 } else { 0 };
        let (last, first) = (table.u16(at(0))?, table.u16(at(1))?);
        let (delta, range) = (table.u16(at(2))?, usize::from(table.u16(at(3))?));
        for code in first..=last {
            let index = if range == 0 {
                code.wrapping_add(delta)
            } else {
                match table.u16(at(3) + range + 2 * usize::from(code - first))? {
                    0 => 0,
                    index => index.wrapping_add(delta),
                }
            };
            if let Some(character) = char::from_u32(u32::from(code)).filter(|_| index != 0) {
                found.push((character, usize::from(index)));
            }
        }
    }
    Some(found)
}

/// Contours of a simple glyph of the glyf table.
fn contours(glyph: Table, scale: f64) -> Option<Vec<Vec<OutlinePoint>>> {
    let count = usize::try_from(glyph.i16(0)?).ok()?;
    let ends: Vec<usize> = (0..count)
        .map(|index| glyph.u16(10 + 2 * index).map(usize::from))
        .collect::<Option<_>>()?;
    let points = ends.last()? + 1;
    let mut at = 12 + 2 * count + usize::from(glyph.u16(10 + 2 * count)?);
    let mut flags = Vec::with_capacity(points);
    while flags.len() < points {
        let flag = glyph.u8(at)?;
        at += 1;
        let mut copies = 1;
        if flag & 8 != 0 {
            copies += usize::from(glyph.u8(at)?);
            at += 1;
        }
        flags.extend(std::iter::repeat_n(flag, copies));
    }
    let mut coordinates = |short: u8, same: u8| -> Option<Vec<f64>> {
        let mut value = 0.0;
        flags
            .iter()
            .map(|flag| {
                if flag & short != 0 {
                    let step = f64::from(glyph.u8(at)?);
                    at += 1;
                    value += if flag & same != 0 { step } else { -step };
                } else if flag & same == 0 {
                    value += f64::from(glyph.i16(at)?);
                    at += 2;
                }
                Some(value * scale)
            })
            .collect()
    };
    let x = coordinates(2, 16)?;
    let y = coordinates(4, 32)?;
    let mut all = x
        .into_iter()
        .zip(y)
        .zip(&flags)
        .map(|((x, y), flag)| (x, y, flag & 1 != 0));
    let mut start = 0;
    Some(
        ends.iter()
            .map(|end| {
                let size = (end + 1).saturating_sub(start);
                start = end + 1;
                all.by_ref().take(size).collect()
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_character_of_the_field_has_a_glyph() {
        let needed = "AZaz09 µμΩαβγλσπ−·×√⁰¹²³⁴⁵⁶⁷⁸⁹⁻₀₁₂₃₄₅₆₇₈₉°±≤≥→–≈∞éüöñçŠ";
        for character in needed.chars() {
            assert!(REGULAR_FONT.glyphs.contains_key(&character), "{character}");
            let glyph = glyph(character, false);
            assert!(glyph.advance > 0.1 && glyph.advance < 1.5, "{character}");
            assert!(
                character == ' ' || !glyph.contours.is_empty(),
                "{character}"
            );
        }
        assert!(SEMI_BOLD_FONT.glyphs.len() > 100);
    }

    #[test]
    fn a_capital_is_as_high_as_the_font_says() {
        // OS/2 sCapHeight of Inter: 2048 of 2816 units.
        let outline = outline("H", 1000.0, false);
        let top = outline.iter().flatten().map(|p| p.1).fold(0.0, f64::min);
        assert!((top + 1000.0 * 2048.0 / 2816.0).abs() < 1.0, "{top}");
        let area = polygon_area(&super::outline("o", 100.0, false));
        assert!(area > 500.0, "a ring keeps its hole: {area}");
    }

    fn polygon_area(contours: &[Vec<(f64, f64)>]) -> f64 {
        let area = |c: &Vec<(f64, f64)>| {
            let turn = c.iter().zip(c.iter().cycle().skip(1));
            turn.map(|(a, b)| a.0 * b.1 - b.0 * a.1).sum::<f64>() / 2.0
        };
        contours.iter().map(area).sum::<f64>().abs()
    }

    #[test]
    fn unknown_characters_and_broken_files_do_no_harm() {
        assert!(width("漢字", 20.0, true) > 0.0);
        for cut in (0..REGULAR.len()).step_by(997) {
            let _ = Font::read(&REGULAR[..cut]);
        }
        assert!(Font::read(&[]).is_none());
    }
}
