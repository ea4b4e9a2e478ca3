//! The picture of an eye: its density in logarithmic colour, openings, thresholds, and the
//! distribution at the decision instant.

mod colors;
mod panels;

use super::axis::{Axis, Fitted, Scale, minus, three_digits};
use super::layout::{self, Frame};
use super::scene::{Scene, Text};
use super::theme::{ACCENT, INK, Sizes};
use super::{DEFAULT_SIZE, ReportError};
use crate::measure::density::Density;
use colors::{Colors, resample};
use std::path::Path;

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
    /// A second one, drawn as a line over the first.
    pub second_probability_density: Option<Vec<f64>>,
    /// Words above it; the phase where empty.
    pub label: String,
}

impl Default for Histogram {
    fn default() -> Self {
        Self {
            floor: 1e-12,
            probability_density: None,
            second_probability_density: None,
            label: String::new(),
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
    /// Spans of time in UI that are marked, as those of histograms.
    pub windows: Vec<(f64, f64)>,
    /// Decades of probability density that the colours span; three, or as many as there are, when
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
            windows: Vec::new(),
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
        self.check()?;
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
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let (width, height) = if vector {
            (self.density.columns, self.density.rows)
        } else {
            (frame.width() as usize, frame.height() as usize)
        };
        let columns = resample(self.density, width, height);
        let scale = Colors::new(self.density, &columns, self.decades)
            .ok_or_else(|| ReportError::Empty(self.title.clone()))?;
        let place = [frame.left, frame.top, frame.width(), frame.height()];
        scene.images.push((place, scale.paint(&columns)));
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
                left: frame.right + 50.0 * unit,
                right: frame.right + side_room,
                ..frame
            };
            self.draw_histogram(&mut scene, &sizes, &panel, &value, histogram);
            bar_left += side_room;
        }
        self.draw_color_bar(&mut scene, &sizes, &frame, bar_left, &scale);
        Ok(scene)
    }

    /// Checks what the layout relies on.
    fn check(&self) -> Result<(), ReportError> {
        let density = self.density;
        let factor = self.values.per_si;
        for (name, (start, end), factor) in [
            ("time", density.time_range, 1.0),
            (self.values.quantity.as_str(), density.value_range, factor),
        ] {
            let axis = Axis::linear(name).over(start * factor, end * factor);
            Fitted::new(&axis, [], true)?;
        }
        if density.rows == 0 || density.cells.len() != density.rows.saturating_mul(density.columns)
        {
            return Err(ReportError::Empty(self.title.clone()));
        }
        Ok(())
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
        let dashes = Some((9.0 * unit, 6.0 * unit));
        for &threshold in self.thresholds.iter().filter(|value| value.is_finite()) {
            let y = y_of(threshold);
            for piece in frame.clip(&[(frame.left, y), (frame.right, y)]) {
                scene.stroke(piece, 1.8 * unit, ACCENT, dashes);
            }
        }
        for &(start, end) in &self.windows {
            for edge in [start, end].map(|t| frame.x(time.place(t))) {
                for piece in frame.clip(&[(edge, frame.top), (edge, frame.bottom)]) {
                    scene.stroke(piece, 1.6 * unit, INK, None);
                }
            }
        }
        if let Some(phase) = self.decision_phase.filter(|phase| phase.is_finite()) {
            let x = frame.x(time.place(phase));
            for piece in frame.clip(&[(x, frame.top), (x, frame.bottom)]) {
                scene.stroke(piece, 1.8 * unit, INK, Some((2.5 * unit, 5.0 * unit)));
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
                    scene.stroke(piece, 2.2 * unit, INK, None);
                }
            }
            let half = (right - center).min(center - left);
            self.label_opening(scene, sizes, frame, eye, (center, middle, half));
        }
    }

    /// Writes height above and width below the middle of an opening, or the label it came with,
    /// on a light plate where they are wider than the opening.
    fn label_opening(
        &self,
        scene: &mut Scene,
        sizes: &Sizes,
        frame: &Frame,
        eye: &EyeOpening,
        (x, y, half): (f64, f64, f64),
    ) {
        let size = 0.8 * sizes.tick;
        let height = (eye.high - eye.low) * self.values.per_si;
        let lines = if eye.label.is_empty() {
            vec![
                format!("{} {}", short_number(height), self.values.unit),
                format!("{} UI", short_number(eye.width)),
            ]
        } else {
            vec![eye.label.clone()]
        };
        let gap = 7.0 * sizes.unit;
        for (line, baseline) in lines.into_iter().zip([y - gap, y + gap + 0.74 * size]) {
            let mut text = Text::new(line, (x + gap, baseline), size);
            let width = text.width();
            if !frame.holds((x + gap + width, baseline)) {
                text.at.0 = x - gap - width;
            }
            if !(frame.holds(text.at) && frame.holds((text.at.0 + width, baseline))) {
                continue;
            }
            if width + 2.0 * gap > half {
                scene.plate(&text);
            }
            scene.text(text);
        }
    }
}

/// A number with two significant digits below ten and three above: 0.26, 4.1, 123.
fn short_number(value: f64) -> String {
    let text = three_digits(value);
    let short = value.abs() < 9.95 && text.contains('.') && !text.contains('×');
    match text.strip_suffix(|digit: char| digit.is_ascii_digit()) {
        Some(_) if short => {
            let decimals = text.split('.').nth(1).map_or(0, str::len).saturating_sub(1);
            minus(&format!("{value:.decimals$}"))
        }
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn density() -> Density {
        let mut density = Density::new(64, 48, (-1.0, 1.0), (0.0, 1e-3)).unwrap();
        for column in 0..64 {
            density
                .add_gaussians(column, &[0.2e-3, 0.8e-3], &[0.05e-3])
                .unwrap();
        }
        density
    }

    fn dimensions(png: &[u8]) -> (u32, u32) {
        let mut reader = png::Decoder::new(std::io::Cursor::new(png))
            .read_info()
            .unwrap();
        let mut data = vec![0; reader.output_buffer_size().unwrap()];
        let info = reader.next_frame(&mut data).unwrap();
        (info.width, info.height)
    }

    #[test]
    fn picture_has_the_size_asked_for() {
        let density = density();
        let mut picture = EyePicture::new("Eye", &density, ValueAxis::optical_power());
        picture.histogram = Some(Histogram::default());
        picture.symbol_rate = Some(53.125e9);
        for size in [(1200, 900), (640, 480), (300, 200)] {
            assert_eq!(dimensions(&picture.render_png(Some(size)).unwrap()), size);
        }
        assert_eq!(dimensions(&picture.render_png(None).unwrap()), DEFAULT_SIZE);
        for size in [(0, 0), (10, 900), (1200, 1_000_000)] {
            assert!(matches!(
                picture.render_png(Some(size)),
                Err(ReportError::Size { .. })
            ));
        }
        let svg = picture.render_svg(None).unwrap();
        assert!(svg.contains("data:image/png;base64,iVBORw0KGgo") && svg.contains("mW⁻¹"));
    }

    #[test]
    fn odd_annotations_are_left_out() {
        let density = density();
        let mut picture = EyePicture::new("", &density, ValueAxis::voltage());
        picture.decision_phase = Some(f64::NAN);
        picture.thresholds = vec![f64::INFINITY, -5.0, f64::NAN, 1e300];
        picture.eyes = [(f64::NAN, 0.3), (0.0, 1e300), (5.0, -0.2)]
            .map(|(center_time, width)| EyeOpening {
                center_time,
                width,
                low: 0.0,
                high: -1e-3,
                label: String::new(),
            })
            .to_vec();
        picture.decades = Some(f64::NAN);
        picture.histogram = Some(Histogram {
            floor: -1.0,
            probability_density: Some(vec![f64::NAN, f64::INFINITY, 0.0, -1.0]),
            ..Histogram::default()
        });
        assert!(picture.render_png(None).is_ok());
        picture.symbol_rate = Some(0.0);
        assert!(matches!(
            picture.render_png(None),
            Err(ReportError::Invalid { .. })
        ));
    }

    #[test]
    fn an_empty_or_broken_density_is_an_error() {
        let draw = |density: &Density| {
            EyePicture::new("Eye", density, ValueAxis::voltage()).render_png(None)
        };
        let empty = Density::new(4, 4, (0.0, 1.0), (0.0, 1.0)).unwrap();
        assert!(matches!(draw(&empty), Err(ReportError::Empty(_))));
        let mut broken = density();
        broken.cells[7] = f64::NAN;
        broken.cells[8] = f64::INFINITY;
        assert!(draw(&broken).is_ok());
        broken.value_range.1 = f64::NAN;
        assert!(matches!(draw(&broken), Err(ReportError::Invalid { .. })));
        broken = density();
        broken.cells.truncate(9);
        assert!(draw(&broken).is_err());
    }

    #[test]
    fn resampling_keeps_the_probability() {
        let density = density();
        for (width, height) in [(64, 48), (20, 17), (150, 100), (1, 1)] {
            let columns = resample(&density, width, height);
            let per_pixel = 1e-3 / height as f64;
            for column in &columns {
                let total = column.iter().sum::<f64>() * per_pixel;
                // Interpolating to more pixels is exact only up to the curvature of the density.
                let bound = if height > 48 { 2e-3 } else { 1e-6 };
                assert!((total - 1.0).abs() < bound, "{width} × {height}: {total}");
            }
        }
        let one = Density::new(1, 1, (0.0, 1.0), (0.0, 1.0)).unwrap();
        assert_eq!(resample(&one, 5, 5).len(), 5);
    }

    #[test]
    fn openings_are_labelled_with_two_or_three_digits() {
        for (value, text) in [
            (0.2634, "0.26"),
            (0.06, "0.060"),
            (123.4, "123"),
            (4.06, "4.1"),
            (12.34, "12.3"),
            (0.0, "0"),
        ] {
            assert_eq!(short_number(value), text);
        }
    }
}
