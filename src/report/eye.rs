//! The picture of an eye: its density in logarithmic colour, openings, thresholds, and the
//! distribution at the decision instant.

use super::axis::{Axis, Fitted, Scale, three_digits};
use super::color_map;
use super::image::RgbImage;
use super::layout::{self, Frame};
use super::scene::{Anchor, Scene, Shape, Text};
use super::theme::{ACCENT, INK, MUTED, SERIES, Sizes};
use super::{DEFAULT_SIZE, ReportError};
use crate::measure::density::Density;
use rayon::prelude::*;
use std::path::Path;

/// Decades of probability density that colour shows unless more or fewer are asked for.
const COLOR_DECADES: f64 = 6.0;

/// How values are shown: quantity, unit, and the factor from SI.
#[derive(Debug, Clone, PartialEq)]
pub struct ValueAxis {
    /// Quantity, e.g. `"Optical power at receiver"`.
    pub quantity: String,
    /// Unit on the axis, e.g. `"mW"`.
    pub unit: String,
    /// Number of that unit in the SI unit of the density, e.g. 1000 for mW.
    pub per_si: f64,
}

impl ValueAxis {
    /// Optical power in mW.
    pub fn optical_power() -> Self {
        Self {
            quantity: "Optical power at receiver".to_owned(),
            unit: "mW".to_owned(),
            per_si: 1e3,
        }
    }

    /// Voltage in mV.
    pub fn voltage() -> Self {
        Self {
            quantity: "Voltage".to_owned(),
            unit: "mV".to_owned(),
            per_si: 1e3,
        }
    }
}

/// An opening of the eye, drawn as two dimension lines.
#[derive(Debug, Clone, PartialEq)]
pub struct EyeOpening {
    /// Time in UI of its middle, where its height is measured.
    pub center_time: f64,
    /// Width in UI.
    pub width: f64,
    /// Lower end of the height, in V or W.
    pub low: f64,
    /// Upper end of the height, in V or W.
    pub high: f64,
    /// Text beside it; height and width with their units when empty.
    pub label: String,
}

/// The distribution beside the eye.
#[derive(Debug, Clone, PartialEq)]
pub struct Histogram {
    /// Lowest density shown, relative to the highest, e.g. 1e-12.
    pub floor: f64,
    /// Probability density in 1/V or 1/W by row of the eye's density; from the density itself at
    /// the decision phase when `None`.
    pub probability_density: Option<Vec<f64>>,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            floor: 1e-12,
            probability_density: None,
        }
    }
}

/// The picture of an eye.
#[derive(Debug, Clone)]
pub struct EyePicture<'a> {
    /// Title.
    pub title: String,
    /// Lines under the title, e.g. `"53.125 GBd PAM4 · BER 3.1×10⁻⁶ · margin 0.8 dB"`.
    pub subtitle: Vec<String>,
    /// What is shown; columns need not have equal totals.
    pub density: &'a Density,
    /// Symbol rate in Bd; with it a second time axis in ps stands at the top.
    pub symbol_rate: Option<f64>,
    /// The value axis.
    pub values: ValueAxis,
    /// Instant of decision in UI.
    pub decision_phase: Option<f64>,
    /// Decision thresholds in V or W.
    pub thresholds: Vec<f64>,
    /// Openings.
    pub eyes: Vec<EyeOpening>,
    /// The distribution at the decision phase (or the middle of the eye) at the right.
    pub histogram: Option<Histogram>,
    /// Decades of probability density that the colours span; six, or as many as there are, when
    /// `None`.
    pub decades: Option<f64>,
}

impl<'a> EyePicture<'a> {
    /// A picture of a density with no annotations.
    pub fn new(title: impl Into<String>, density: &'a Density, values: ValueAxis) -> Self {
        Self {
            title: title.into(),
            subtitle: Vec::new(),
            density,
            symbol_rate: None,
            values,
            decision_phase: None,
            thresholds: Vec::new(),
            eyes: Vec::new(),
            histogram: None,
            decades: None,
        }
    }

    /// The picture as PNG of the given width and height in pixels; 1200 × 900 when `None`.
    ///
    /// # Errors
    /// [`ReportError::Empty`] for a density without finite positive cells,
    /// [`ReportError::Invalid`], [`ReportError::Size`] and [`ReportError::Encode`].
    pub fn render_png(&self, size: Option<(u32, u32)>) -> Result<Vec<u8>, ReportError> {
        self.scene(size.unwrap_or(DEFAULT_SIZE), false)?.to_png()
    }

    /// The picture as an SVG document.
    ///
    /// # Errors
    /// As [`Self::render_png`].
    pub fn render_svg(&self, size: Option<(u32, u32)>) -> Result<String, ReportError> {
        self.scene(size.unwrap_or(DEFAULT_SIZE), true)?.to_svg()
    }

    /// Writes the picture, as SVG if the name ends in `.svg` and as PNG otherwise.
    ///
    /// # Errors
    /// As [`Self::render_png`], and [`ReportError::Write`].
    pub fn save(&self, path: &Path, size: Option<(u32, u32)>) -> Result<(), ReportError> {
        let vector = path
            .extension()
            .is_some_and(|end| end.eq_ignore_ascii_case("svg"));
        self.scene(size.unwrap_or(DEFAULT_SIZE), vector)?.save(path)
    }

    /// Lays the picture out.
    fn scene(&self, size: (u32, u32), vector: bool) -> Result<Scene, ReportError> {
        let mut scene = Scene::new(size)?;
        let sizes = Sizes::new(size);
        let unit = sizes.unit;
        let scale = Colors::new(self)?;
        let per_si = self.values.per_si;
        let axis = |(start, end): (f64, f64)| Fitted {
            scale: Scale::Linear,
            start,
            end,
        };
        let time = axis(self.density.time_range);
        let (low, high) = self.density.value_range;
        let value = axis((low * per_si, high * per_si));
        let tick_room = layout::widest(&value.ticks(9), sizes.tick);
        let left = (26.0 * unit + sizes.label + 22.0 * unit + tick_room).round();
        let mut top = layout::heading(&mut scene, &sizes, left, &self.title, &self.subtitle);
        if self.symbol_rate.is_some() {
            top += 16.0 * unit + 2.0 * sizes.tick;
        }
        let bar_room = 40.0 * unit + 4.4 * sizes.tick + sizes.label;
        let side_room = if self.histogram.is_some() {
            176.0 * unit
        } else {
            0.0
        };
        let frame = Frame {
            left,
            top: top.round(),
            right: (f64::from(size.0) - bar_room - side_room).round(),
            bottom: (f64::from(size.1) - layout::bottom_room(&sizes)).round(),
        };
        if frame.width() < 20.0 || frame.height() < 20.0 {
            return Err(ReportError::Size {
                width: size.0,
                height: size.1,
            });
        }
        self.draw_density(&mut scene, &frame, &scale, vector);
        self.draw_annotations(&mut scene, &sizes, &frame, &time, &value);
        frame.draw(&mut scene, sizes.frame);
        layout::bottom_axis(&mut scene, &sizes, &frame, &time, Some("Time (UI)"));
        if let Some(rate) = self.symbol_rate {
            self.draw_picoseconds(&mut scene, &sizes, &frame, rate)?;
        }
        let label = format!("{} ({})", self.values.quantity, self.values.unit);
        layout::left_axis(
            &mut scene,
            &sizes,
            &frame,
            &value,
            &label,
            8.0 * unit + sizes.label,
        );
        let mut bar_left = frame.right + 24.0 * unit;
        if let Some(histogram) = &self.histogram {
            let panel = Frame {
                left: frame.right + 18.0 * unit,
                right: frame.right + side_room - 8.0 * unit,
                ..frame
            };
            self.draw_histogram(&mut scene, &sizes, &panel, &value, histogram);
            bar_left += side_room;
        }
        self.draw_color_bar(&mut scene, &sizes, &frame, bar_left, &scale);
        Ok(scene)
    }

    fn draw_density(&self, scene: &mut Scene, frame: &Frame, scale: &Colors, vector: bool) {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (width, height) = if vector {
            (self.density.columns, self.density.rows)
        } else {
            (frame.width() as usize, frame.height() as usize)
        };
        scene.shapes.push(Shape::Image {
            place: [frame.left, frame.top, frame.width(), frame.height()],
            image: density_image(self.density, width, height, scale),
        });
    }

    fn draw_annotations(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        frame: &Frame,
        time: &Fitted,
        value: &Fitted,
    ) {
        let unit = sizes.unit;
        let y_of = |si: f64| frame.y(value.place(si * self.values.per_si));
        let dashes = [9.0 * unit, 6.0 * unit];
        for &threshold in self.thresholds.iter().filter(|value| value.is_finite()) {
            let y = y_of(threshold);
            for piece in frame.clip(&[(frame.left, y), (frame.right, y)]) {
                scene.stroke(piece, 1.8 * unit, ACCENT, &dashes);
            }
        }
        if let Some(phase) = self.decision_phase.filter(|phase| phase.is_finite()) {
            let x = frame.x(time.place(phase));
            for piece in frame.clip(&[(x, frame.top), (x, frame.bottom)]) {
                scene.stroke(piece, 1.8 * unit, INK, &[2.5 * unit, 5.0 * unit]);
            }
        }
        for eye in &self.eyes {
            let x = |ui: f64| frame.x(time.place(ui));
            let half = eye.width / 2.0;
            let (left, right) = (x(eye.center_time - half), x(eye.center_time + half));
            let (center, low, high) = (x(eye.center_time), y_of(eye.low), y_of(eye.high));
            let middle = f64::midpoint(low, high);
            if ![left, right, center, low, high]
                .iter()
                .all(|at| at.is_finite())
            {
                continue;
            }
            let cap = 5.0 * unit;
            for line in [
                [(center, low), (center, high)],
                [(center - cap, low), (center + cap, low)],
                [(center - cap, high), (center + cap, high)],
                [(left, middle), (right, middle)],
                [(left, middle - cap), (left, middle + cap)],
                [(right, middle - cap), (right, middle + cap)],
            ] {
                for piece in frame.clip(&line) {
                    scene.stroke(piece, 2.2 * unit, INK, &[]);
                }
            }
            self.label_opening(scene, sizes, frame, eye, (center, middle));
        }
    }

    /// Writes height above and width below the middle of an opening, or the label it came with.
    fn label_opening(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        frame: &Frame,
        eye: &EyeOpening,
        (x, y): (f64, f64),
    ) {
        let size = 0.86 * sizes.tick;
        let height = (eye.high - eye.low) * self.values.per_si;
        let lines = if eye.label.is_empty() {
            vec![
                format!("{} {}", three_digits(height), self.values.unit),
                format!("{} UI", three_digits(eye.width)),
            ]
        } else {
            vec![eye.label.clone()]
        };
        let gap = 7.0 * sizes.unit;
        for (line, baseline) in lines.into_iter().zip([y - gap, y + gap + 0.74 * size]) {
            let text = Text::new(line, (x + gap, baseline), size).haloed();
            let end = (text.at.0 + text.width(), baseline);
            if frame.holds(text.at) && frame.holds(end) {
                scene.text(text);
            } else if frame.holds((x - gap, baseline)) {
                let mut text = text.anchored(Anchor::End);
                text.at.0 = x - gap;
                scene.text(text);
            }
        }
    }

    fn draw_picoseconds(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        frame: &Frame,
        rate: f64,
    ) -> Result<(), ReportError> {
        let period = 1e12 / rate;
        if !(period > 0.0 && period.is_finite()) {
            return Err(ReportError::Invalid {
                what: "the symbol rate".to_owned(),
                value: rate,
            });
        }
        let (start, end) = self.density.time_range;
        let axis = Fitted {
            scale: Scale::Linear,
            start: start * period,
            end: end * period,
        };
        let unit = sizes.unit;
        for tick in axis.ticks(layout::tick_count(frame.width(), 105.0 * unit)) {
            let x = frame.x(axis.place(tick.value));
            let length = if tick.label.is_some() { 9.0 } else { 5.0 } * unit;
            scene.line((x, frame.top - length), (x, frame.top), sizes.frame, INK);
            if let Some(label) = tick.label {
                let at = (x, frame.top - 15.0 * unit);
                scene.text(Text::new(label, at, sizes.tick).anchored(Anchor::Middle));
            }
        }
        let at = (
            f64::midpoint(frame.left, frame.right),
            frame.top - 21.0 * unit - sizes.tick,
        );
        scene.text(Text::new("Time (ps)", at, sizes.tick).anchored(Anchor::Middle));
        Ok(())
    }

    fn draw_histogram(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        panel: &Frame,
        value: &Fitted,
        histogram: &Histogram,
    ) {
        let unit = sizes.unit;
        let (start, end) = self.density.time_range;
        let phase = self.decision_phase.filter(|phase| phase.is_finite());
        let phase = phase.unwrap_or(f64::midpoint(start, end));
        let densities = histogram
            .probability_density
            .clone()
            .unwrap_or_else(|| self.density.probability_density(phase));
        let peak = densities
            .iter()
            .copied()
            .filter(|p| p.is_finite())
            .fold(0.0, f64::max)
            / self.values.per_si;
        if peak > 0.0 {
            let decades = if histogram.floor > 0.0 && histogram.floor < 1.0 {
                (-histogram.floor.log10()).ceil()
            } else {
                12.0
            };
            let last = peak.log10().ceil();
            let axis = Fitted {
                scale: Scale::Logarithmic,
                start: 10f64.powf(last - decades),
                end: 10f64.powf(last),
            };
            let per_row = panel.height() / densities.len().max(1) as f64;
            let mut outline = vec![(panel.left, panel.bottom)];
            for (row, density) in densities.iter().enumerate() {
                let place = axis.place(density / self.values.per_si);
                let place = if place.is_finite() {
                    place.clamp(0.0, 1.0)
                } else {
                    0.0
                };
                outline.push((panel.x(place), panel.bottom - (row as f64 + 0.5) * per_row));
            }
            outline.push((panel.left, panel.top));
            scene.polygon(outline.clone(), SERIES[0].with_alpha(0.22));
            scene.stroke(outline, 2.2 * unit, SERIES[0], &[]);
            let ticks = axis.ticks(3);
            for tick in &ticks {
                let x = panel.x(axis.place(tick.value));
                let length = if tick.label.is_some() { 9.0 } else { 5.0 } * unit;
                scene.line(
                    (x, panel.bottom),
                    (x, panel.bottom + length),
                    sizes.frame,
                    INK,
                );
                if let Some(label) = &tick.label {
                    let at = (x, panel.bottom + 14.0 * unit + 0.8 * sizes.tick);
                    scene.text(Text::new(label, at, 0.9 * sizes.tick).anchored(Anchor::Middle));
                }
            }
        }
        for &threshold in self.thresholds.iter().filter(|value| value.is_finite()) {
            let y = panel.y(value.place(threshold * self.values.per_si));
            for piece in panel.clip(&[(panel.left, y), (panel.right, y)]) {
                scene.stroke(piece, 1.8 * unit, ACCENT, &[9.0 * unit, 6.0 * unit]);
            }
        }
        panel.draw(scene, sizes.frame);
        let at = (
            f64::midpoint(panel.left, panel.right),
            panel.bottom + 22.0 * unit + 1.05 * sizes.tick + sizes.label,
        );
        let label = format!("Density ({})", inverse(&self.values.unit));
        scene.text(Text::new(label, at, 0.9 * sizes.label).anchored(Anchor::Middle));
        let text = format!("at {} UI", three_digits(phase));
        let at = (
            f64::midpoint(panel.left, panel.right),
            panel.top - 10.0 * unit,
        );
        scene.text(
            Text::new(text, at, 0.86 * sizes.tick)
                .anchored(Anchor::Middle)
                .colored(MUTED),
        );
    }

    fn draw_color_bar(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        frame: &Frame,
        left: f64,
        scale: &Colors,
    ) {
        let unit = sizes.unit;
        let bar = Frame {
            left: left.round(),
            right: (left + 24.0 * unit).round(),
            ..*frame
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (width, height) = (
            bar.width().max(1.0) as usize,
            bar.height().max(1.0) as usize,
        );
        let mut image = RgbImage::white(width, height);
        for (row, line) in image.data.chunks_exact_mut(3 * width).enumerate() {
            let color = color_map::color_at(1.0 - (row as f64 + 0.5) / height as f64);
            for pixel in line.chunks_exact_mut(3) {
                pixel.copy_from_slice(&color);
            }
        }
        scene.shapes.push(Shape::Image {
            place: [bar.left, bar.top, bar.width(), bar.height()],
            image,
        });
        bar.draw(scene, sizes.frame);
        let axis = Fitted {
            scale: Scale::Logarithmic,
            start: scale.floor / self.values.per_si,
            end: scale.top / self.values.per_si,
        };
        for tick in axis.ticks(9) {
            let y = bar.y(axis.place(tick.value));
            let length = if tick.label.is_some() { 8.0 } else { 4.0 } * unit;
            scene.line((bar.right, y), (bar.right + length, y), sizes.frame, INK);
            if let Some(label) = tick.label {
                let at = (bar.right + 13.0 * unit, y + 0.36 * sizes.tick);
                scene.text(Text::new(label, at, sizes.tick));
            }
        }
        let label = format!("Probability density ({})", inverse(&self.values.unit));
        let x = f64::from(scene.size.0) - 12.0 * unit;
        layout::upright_label(scene, &label, x, (frame.top, frame.bottom), sizes.label);
    }
}

/// The inverse of a unit: mW⁻¹.
fn inverse(unit: &str) -> String {
    format!("{unit}⁻¹")
}

/// What densities the colours stand for, in 1/V or 1/W.
struct Colors {
    floor: f64,
    top: f64,
    table: Vec<[u8; 3]>,
}

impl Colors {
    fn new(picture: &EyePicture) -> Result<Self, ReportError> {
        let density = picture.density;
        // The axis checks both ranges and the factor.
        for range in [density.time_range, density.value_range] {
            let axis = Axis::linear("time or value").over(
                range.0 * picture.values.per_si,
                range.1 * picture.values.per_si,
            );
            Fitted::new(&axis, [], true)?;
        }
        let empty = || ReportError::Empty(picture.title.clone());
        if density.rows == 0 || density.cells.len() != density.rows.saturating_mul(density.columns)
        {
            return Err(empty());
        }
        let (least, most) = density
            .cells
            .par_chunks(density.rows)
            .map(|cells| {
                let total = column_total(cells);
                let positive = cells
                    .iter()
                    .copied()
                    .filter(|cell| *cell > 0.0 && cell.is_finite());
                positive.fold((f64::INFINITY, 0.0_f64), |(least, most), cell| {
                    (least.min(cell / total), most.max(cell / total))
                })
            })
            .reduce(|| (f64::INFINITY, 0.0), |a, b| (a.0.min(b.0), a.1.max(b.1)));
        if most <= 0.0 {
            return Err(empty());
        }
        let top = most / density.row_height();
        let decades = picture
            .decades
            .filter(|decades| *decades > 0.0 && *decades < 300.0)
            .unwrap_or_else(|| (most / least).log10().ceil().clamp(1.0, COLOR_DECADES));
        Ok(Self {
            floor: top * 10f64.powf(-decades),
            top,
            table: color_map::table(1024),
        })
    }

    fn color(&self, density: f64, per_decade: f64) -> [u8; 3] {
        let last = self.table.len() - 1;
        let place = if density > self.floor {
            (density / self.floor).log10() * per_decade * last as f64
        } else {
            0.0
        };
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let index = (place as usize).min(last);
        if place > 0.0 {
            self.table.get(index).copied().unwrap_or([255; 3])
        } else {
            [255; 3]
        }
    }
}

/// Sum of the finite positive cells of a column.
fn column_total(cells: &[f64]) -> f64 {
    cells
        .iter()
        .filter(|cell| **cell > 0.0 && cell.is_finite())
        .sum()
}

/// The density in colour at another resolution: means over the cells a pixel covers where there
/// are more cells than pixels, interpolated where there are fewer.
fn density_image(density: &Density, width: usize, height: usize, scale: &Colors) -> RgbImage {
    let per_decade = 1.0 / (scale.top / scale.floor).log10();
    let across = weights(density.columns, width);
    let up = weights(density.rows, height);
    let per_row = 1.0 / density.row_height();
    let columns: Vec<Vec<[u8; 3]>> = across
        .par_iter()
        .map_init(
            || vec![0.0; density.rows],
            |mean, (first, shares)| {
                mean.fill(0.0);
                for (offset, share) in shares.iter().enumerate() {
                    let cells = density.column(first + offset);
                    let total = column_total(cells);
                    if total > 0.0 {
                        let factor = share * per_row / total;
                        for (sum, cell) in mean.iter_mut().zip(cells) {
                            // `max` also turns NaN into 0.
                            *sum += factor * cell.max(0.0);
                        }
                    }
                }
                up.iter()
                    .map(|(first, shares)| {
                        let rows = mean.iter().skip(*first);
                        let value = rows.zip(shares).map(|(cell, share)| cell * share).sum();
                        scale.color(value, per_decade)
                    })
                    .collect()
            },
        )
        .collect();
    let mut image = RgbImage::white(width, height);
    for (row, line) in image.data.chunks_exact_mut(3 * width.max(1)).enumerate() {
        for (pixel, column) in line.chunks_exact_mut(3).zip(&columns) {
            if let Some(color) = column.get(height - 1 - row) {
                pixel.copy_from_slice(color);
            }
        }
    }
    image
}

/// For each of `to` pixels the first of `from` cells that it takes and their shares, adding up
/// to 1.
fn weights(from: usize, to: usize) -> Vec<(usize, Vec<f64>)> {
    let ratio = from as f64 / to.max(1) as f64;
    (0..to)
        .map(|pixel| {
            let (start, end) = (pixel as f64 * ratio, (pixel + 1) as f64 * ratio);
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            if ratio >= 1.0 {
                let first = start.floor() as usize;
                let last = (end.ceil() as usize).min(from);
                let shares = (first..last)
                    .map(|cell| (end.min(cell as f64 + 1.0) - start.max(cell as f64)) / ratio)
                    .collect();
                (first, shares)
            } else {
                let center = (f64::midpoint(start, end) - 0.5).clamp(0.0, from as f64 - 1.0);
                let first = (center.floor() as usize).min(from.saturating_sub(2));
                let f = center - first as f64;
                if from < 2 {
                    (0, vec![1.0])
                } else {
                    (first, vec![1.0 - f, f])
                }
            }
        })
        .collect()
}
