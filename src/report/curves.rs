//! Curves over a common axis, in one panel or several above each other.

use super::axis::{Axis, Fitted};
use super::layout::{self, Frame, Placer};
use super::scene::{Scene, Text};
use super::theme::{MUTED, SERIES, Sizes, WHITE, series_color};
use super::{DEFAULT_SIZE, ReportError};
use plotters::style::{Color, RGBAColor};
use std::path::Path;

/// How a series is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Style {
    /// A solid line.
    #[default]
    Line,
    /// A dashed line.
    Dashed,
    /// Markers only, of a shape that goes with the colour.
    Markers,
    /// Markers joined by a line.
    LineAndMarkers,
}

/// A curve.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Series {
    /// Name in the legend; series of one name share an entry, one without a name has none.
    pub name: String,
    /// Points in the units of the axes. Points that are not finite, or not positive on a
    /// logarithmic axis, break the line, and a note under the plot says how many there were.
    pub points: Vec<(f64, f64)>,
    /// How it is drawn.
    pub style: Style,
    /// Index of the line colour, see [`series_color`].
    pub color: usize,
}

/// Direction of a reference line or band.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    /// At a value of the y axis.
    Horizontal,
    /// At a value of the x axis.
    Vertical,
}

/// A line at a value, such as a limit.
#[derive(Debug, Clone, PartialEq)]
pub struct ReferenceLine {
    /// Direction.
    pub direction: Direction,
    /// The value.
    pub at: f64,
    /// Text beside it, or empty.
    pub label: String,
}

/// A shaded range of values.
#[derive(Debug, Clone, PartialEq)]
pub struct Band {
    /// Horizontal for a range of y, vertical for a range of x.
    pub direction: Direction,
    /// One end.
    pub from: f64,
    /// The other end.
    pub to: f64,
    /// Text in it, or empty.
    pub label: String,
}

/// A point that is pointed out, such as the reach.
#[derive(Debug, Clone, PartialEq)]
pub struct MarkedPoint {
    /// Place on the x axis.
    pub x: f64,
    /// Place on the y axis.
    pub y: f64,
    /// Text beside it, or empty.
    pub label: String,
    /// Index of the line colour.
    pub color: usize,
}

/// A panel of a plot.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Panel {
    /// The y axis.
    pub y: Axis,
    /// Curves.
    pub series: Vec<Series>,
    /// Reference lines.
    pub lines: Vec<ReferenceLine>,
    /// Shaded ranges.
    pub bands: Vec<Band>,
    /// Marked points.
    pub points: Vec<MarkedPoint>,
}

/// Panels of curves above each other over a common x axis.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct CurvePlot {
    /// Title.
    pub title: String,
    /// Lines under the title.
    pub subtitle: Vec<String>,
    /// The x axis.
    pub x: Axis,
    /// Panels from the top.
    pub panels: Vec<Panel>,
}

impl CurvePlot {
    /// The plot as PNG of the given width and height in pixels; 1200 × 900 when `None`.
    ///
    /// # Errors
    /// [`ReportError::Empty`] when no point can be shown, [`ReportError::Invalid`] for an
    /// impossible range, [`ReportError::Size`] and [`ReportError::Encode`].
    pub fn render_png(&self, size: Option<(u32, u32)>) -> Result<Vec<u8>, ReportError> {
        self.scene(size.unwrap_or(DEFAULT_SIZE))?.to_png()
    }

    /// The plot as an SVG document.
    ///
    /// # Errors
    /// As [`Self::render_png`].
    pub fn render_svg(&self, size: Option<(u32, u32)>) -> Result<String, ReportError> {
        self.scene(size.unwrap_or(DEFAULT_SIZE))?.to_svg()
    }

    /// Writes the plot, as SVG if the name ends in `.svg` and as PNG otherwise.
    ///
    /// # Errors
    /// As [`Self::render_png`], and [`ReportError::Write`].
    pub fn save(&self, path: &Path, size: Option<(u32, u32)>) -> Result<(), ReportError> {
        self.scene(size.unwrap_or(DEFAULT_SIZE))?.save(path)
    }

    /// Lays the plot out.
    fn scene(&self, size: (u32, u32)) -> Result<Scene, ReportError> {
        let mut scene = Scene::new(size)?;
        let sizes = Sizes::new(size);
        let unit = sizes.unit;
        let empty = || ReportError::Empty(self.title.clone());
        let all = || self.panels.iter().flat_map(|panel| &panel.series);
        let xs = all().flat_map(|series| series.points.iter().map(|point| point.0));
        let mut x = Fitted::new(&self.x, xs, true)?.ok_or_else(empty)?;
        if self.x.range.is_none() && all().any(|series| has_markers(series.style)) {
            x.widen(0.03);
        }
        let mut fitted = Vec::with_capacity(self.panels.len());
        for panel in &self.panels {
            let ys = panel
                .series
                .iter()
                .flat_map(|s| s.points.iter().map(|point| point.1));
            let extra = panel
                .lines
                .iter()
                .filter(|line| line.direction == Direction::Horizontal);
            let ys: Vec<f64> = ys.chain(extra.map(|line| line.at)).collect();
            fitted.push(Fitted::new(&panel.y, ys, false)?.ok_or_else(empty)?);
        }
        let (shown, hidden) = self.count_points(&x, &fitted);
        if shown == 0 {
            return Err(empty());
        }
        let tick_room = fitted
            .iter()
            .map(|axis| layout::widest(&axis.ticks(9), sizes.tick))
            .fold(0.0, f64::max);
        let left = (26.0 * unit + sizes.label + 22.0 * unit + tick_room).round();
        let top = layout::heading(&mut scene, &sizes, left, &self.title, &self.subtitle);
        let top = self.draw_legend(&mut scene, &sizes, left, top).round();
        let mut bottom = f64::from(size.1) - layout::bottom_room(&sizes);
        if hidden > 0 {
            let at = (left, f64::from(size.1) - 10.0 * unit);
            let note = match hidden {
                1 => "1 point that cannot be shown on these axes is left out".to_owned(),
                n => format!("{n} points that cannot be shown on these axes are left out"),
            };
            scene.text(Text::new(note, at, 0.8 * sizes.tick).colored(MUTED));
            bottom -= 1.2 * sizes.tick;
        }
        let gap = 22.0 * unit;
        let count = self.panels.len() as f64;
        let height = (bottom - top - gap * (count - 1.0)) / count;
        let right = f64::from(size.0) - 34.0 * unit;
        if height < 20.0 || right - left < 20.0 {
            return Err(ReportError::Size {
                width: size.0,
                height: size.1,
            });
        }
        for (index, (panel, y)) in self.panels.iter().zip(&fitted).enumerate() {
            let start = top + index as f64 * (height + gap);
            let frame = Frame {
                left,
                top: start.round(),
                right: right.round(),
                bottom: (start + height).round(),
            };
            draw_panel(&mut scene, &sizes, &frame, panel, &x, y);
            let last = index + 1 == self.panels.len();
            layout::bottom_axis(
                &mut scene,
                &sizes,
                &frame,
                &x,
                last.then_some(self.x.label.as_str()),
            );
            layout::left_axis(
                &mut scene,
                &sizes,
                &frame,
                y,
                &panel.y.label,
                8.0 * unit + sizes.label,
            );
        }
        Ok(scene)
    }

    /// Points that have a place on the axes, and points that have none.
    fn count_points(&self, x: &Fitted, ys: &[Fitted]) -> (usize, usize) {
        let places = self.panels.iter().zip(ys).flat_map(|(panel, y)| {
            let points = panel.series.iter().flat_map(|series| &series.points);
            points.map(|point| x.place(point.0).is_finite() && y.place(point.1).is_finite())
        });
        places.fold((0, 0), |(shown, hidden), fits| {
            if fits {
                (shown + 1, hidden)
            } else {
                (shown, hidden + 1)
            }
        })
    }

    /// Sets the legend in rows above the panels, and returns where it ends.
    fn draw_legend(&self, scene: &mut Scene, sizes: &Sizes, left: f64, top: f64) -> f64 {
        let mut entries: Vec<&Series> = Vec::new();
        for series in self.panels.iter().flat_map(|panel| &panel.series) {
            if !series.name.is_empty() && !entries.iter().any(|entry| entry.name == series.name) {
                entries.push(series);
            }
        }
        if entries.len() < 2 {
            return top;
        }
        let unit = sizes.unit;
        let right = f64::from(scene.size.0) - 34.0 * unit;
        let swatch = 46.0 * unit;
        let (mut x, mut y) = (left, top + 0.6 * sizes.tick);
        for series in entries {
            let text = Text::new(&series.name, (0.0, 0.0), sizes.tick);
            let width = swatch + 10.0 * unit + text.width();
            if x > left && x + width > right {
                (x, y) = (left, y + 1.5 * sizes.tick);
            }
            let points = [(x, y), (x + swatch / 2.0, y), (x + swatch, y)];
            draw_line(scene, sizes, series, &[points.to_vec()]);
            draw_markers(scene, sizes, series, &points[1..2]);
            scene.text(Text {
                at: (x + swatch + 10.0 * unit, y + 0.36 * sizes.tick),
                ..text
            });
            x += width + 34.0 * unit;
        }
        y + 1.1 * sizes.tick
    }
}

fn draw_panel(
    scene: &mut Scene,
    sizes: &Sizes,
    frame: &Frame,
    panel: &Panel,
    x: &Fitted,
    y: &Fitted,
) {
    let unit = sizes.unit;
    let place = |point: &(f64, f64)| (frame.x(x.place(point.0)), frame.y(y.place(point.1)));
    let mut placer = Placer::default();
    for band in &panel.bands {
        draw_band(scene, frame, band, x, y);
    }
    layout::grid(scene, sizes, frame, x, y);
    for line in &panel.lines {
        let ends = match line.direction {
            Direction::Horizontal => {
                let at = frame.y(y.place(line.at));
                [(frame.left, at), (frame.right, at)]
            }
            Direction::Vertical => {
                let at = frame.x(x.place(line.at));
                [(at, frame.top), (at, frame.bottom)]
            }
        };
        for piece in frame.clip(&ends) {
            placer.avoid(&piece);
            scene.stroke(piece, 2.0 * unit, MUTED, Some((10.0 * unit, 6.0 * unit)));
        }
    }
    for series in &panel.series {
        let places: Vec<(f64, f64)> = series.points.iter().map(place).collect();
        let pieces = frame.clip(&places);
        for piece in &pieces {
            placer.avoid(piece);
        }
        draw_line(scene, sizes, series, &pieces);
    }
    frame.draw(scene, sizes.frame);
    for series in &panel.series {
        let places = series.points.iter().map(place);
        let inside: Vec<_> = places.filter(|point| frame.holds(*point)).collect();
        draw_markers(scene, sizes, series, &inside);
    }
    for point in &panel.points {
        let at = place(&(point.x, point.y));
        if frame.holds(at) {
            scene.disc(at, 10.0 * unit, WHITE);
            scene.disc(at, 8.0 * unit, series_color(point.color));
            let r = 9.0 * unit;
            placer.avoid(&[(at.0 - r, at.1), (at.0 + r, at.1)]);
        }
    }
    draw_labels(scene, sizes, frame, panel, &mut placer, (x, y));
}

fn draw_band(scene: &mut Scene, frame: &Frame, band: &Band, x: &Fitted, y: &Fitted) {
    let axis = if band.direction == Direction::Horizontal {
        y
    } else {
        x
    };
    // An end that has no place, such as zero on a logarithmic axis, is the axis' own end.
    let end = |value: f64, otherwise: f64| {
        let place = axis.place(value);
        if place.is_nan() {
            otherwise
        } else {
            place.clamp(0.0, 1.0)
        }
    };
    let (from, to) = (end(band.from, 0.0), end(band.to, 1.0));
    let (low, high) = (from.min(to), from.max(to));
    let color = SERIES[5].mix(0.16);
    match band.direction {
        Direction::Horizontal => {
            scene.rectangle(frame.left, frame.y(high), frame.right, frame.y(low), color);
        }
        Direction::Vertical => {
            scene.rectangle(frame.x(low), frame.top, frame.x(high), frame.bottom, color);
        }
    }
}

/// Writes the labels of points, lines and bands where they cover nothing.
fn draw_labels(
    scene: &mut Scene,
    sizes: &Sizes,
    frame: &Frame,
    panel: &Panel,
    placer: &mut Placer,
    (x, y): (&Fitted, &Fitted),
) {
    let (unit, size) = (sizes.unit, 0.92 * sizes.tick);
    let gap = 14.0 * unit;
    for point in panel.points.iter().filter(|point| !point.label.is_empty()) {
        let (px, py) = (frame.x(x.place(point.x)), frame.y(y.place(point.y)));
        if !frame.holds((px, py)) {
            continue;
        }
        let text = Text::new(&point.label, (0.0, 0.0), size).colored(series_color(point.color));
        let width = text.width();
        let mut places = Vec::new();
        for ring in [1.0, 2.2, 4.0] {
            let (dx, dy) = (gap * ring, gap * ring * 0.8);
            for (u, v) in [
                (dx, -dy),
                (-dx - width, -dy),
                (dx, dy + 0.7 * size),
                (-dx - width, dy + 0.7 * size),
                (-width / 2.0, -dy - 0.3 * size),
                (-width / 2.0, dy + size),
            ] {
                places.push((px + u, py + v));
            }
        }
        placer.set(scene, frame, text, &places);
    }
    for line in panel.lines.iter().filter(|line| !line.label.is_empty()) {
        let text = Text::new(&line.label, (0.0, 0.0), size).colored(MUTED);
        let width = text.width();
        let mut places = Vec::new();
        if line.direction == Direction::Horizontal {
            let at = frame.y(y.place(line.at));
            for step in 0..12 {
                let along =
                    frame.right - gap - width - f64::from(step) / 12.0 * (frame.width() - width);
                places.push((along, at - 0.5 * gap - 0.1 * size));
                places.push((along, at + 0.5 * gap + 0.85 * size));
            }
        } else {
            let at = frame.x(x.place(line.at));
            for step in 0..12 {
                let down =
                    frame.top + gap + size + f64::from(step) / 12.0 * (frame.height() - 2.0 * size);
                places.push((at + 0.8 * gap, down));
                places.push((at - 0.8 * gap - width, down));
            }
        }
        if places.iter().any(|place| frame.holds(*place)) {
            placer.set(scene, frame, text, &places);
        }
    }
    for band in panel.bands.iter().filter(|band| !band.label.is_empty()) {
        let middle = |axis: &Fitted| {
            let ends = [band.from, band.to].map(|end| axis.place(end).clamp(0.0, 1.0));
            f64::midpoint(ends[0], ends[1])
        };
        let text = Text::new(&band.label, (0.0, 0.0), size).colored(MUTED);
        let width = text.width();
        let places: Vec<(f64, f64)> = (0..12)
            .map(|step| {
                let f = f64::from(step) / 12.0;
                if band.direction == Direction::Horizontal {
                    let along = frame.left + gap + f * (frame.width() - width - 2.0 * gap);
                    (along, frame.y(middle(y)) + 0.36 * size)
                } else {
                    let down = frame.top + gap + size + f * (frame.height() - 2.0 * size);
                    (frame.x(middle(x)) - width / 2.0, down)
                }
            })
            .filter(|place| place.0.is_finite() && place.1.is_finite())
            .collect();
        placer.set(scene, frame, text, &places);
    }
}

fn has_markers(style: Style) -> bool {
    matches!(style, Style::Markers | Style::LineAndMarkers)
}

fn draw_line(scene: &mut Scene, sizes: &Sizes, series: &Series, pieces: &[Vec<(f64, f64)>]) {
    let dashes = match series.style {
        Style::Markers => return,
        Style::Dashed => Some((12.0 * sizes.unit, 7.0 * sizes.unit)),
        Style::Line | Style::LineAndMarkers => None,
    };
    for piece in pieces {
        scene.stroke(
            piece.clone(),
            sizes.curve,
            series_color(series.color),
            dashes,
        );
    }
}

fn draw_markers(scene: &mut Scene, sizes: &Sizes, series: &Series, points: &[(f64, f64)]) {
    if !has_markers(series.style) {
        return;
    }
    let color = series_color(series.color);
    for &point in points {
        draw_marker(scene, series.color, point, 9.0 * sizes.unit, WHITE);
        draw_marker(scene, series.color, point, 7.0 * sizes.unit, color);
    }
}

/// Draws the marker that goes with a series: disc, square, triangle or diamond.
fn draw_marker(
    scene: &mut Scene,
    series: usize,
    (x, y): (f64, f64),
    radius: f64,
    color: RGBAColor,
) {
    let (count, turn, radius) = match series % 4 {
        0 => return scene.disc((x, y), radius, color),
        1 => (4, 0.5, 1.25 * radius),
        2 => (3, 0.0, 1.35 * radius),
        _ => (4, 0.0, 1.3 * radius),
    };
    let corner = |index: i32| {
        let angle = (f64::from(index) + turn) * std::f64::consts::TAU / f64::from(count);
        (x + radius * angle.sin(), y - radius * angle.cos())
    };
    scene.polygon((0..count).map(corner).collect(), color);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(points: Vec<(f64, f64)>, y: Axis) -> CurvePlot {
        CurvePlot {
            title: "Plot".to_owned(),
            x: Axis::linear("Length (km)"),
            panels: vec![Panel {
                y,
                series: vec![
                    Series {
                        name: "a".to_owned(),
                        points,
                        style: Style::LineAndMarkers,
                        color: 0,
                    },
                    Series {
                        name: "without points".to_owned(),
                        color: 99,
                        ..Series::default()
                    },
                ],
                ..Panel::default()
            }],
            ..CurvePlot::default()
        }
    }

    #[test]
    fn odd_points_are_left_out_with_a_note() {
        let points = vec![
            (0.0, 1e-3),
            (1.0, 0.0),
            (2.0, f64::NAN),
            (f64::INFINITY, 1e-4),
            (4.0, 1e-5),
        ];
        let plot = plot(points, Axis::logarithmic("BER"));
        let svg = plot.render_svg(None).unwrap();
        assert!(svg.contains("3 points that cannot be shown on these axes are left out"));
        assert!(svg.contains("10⁻⁴"));
        assert!(plot.render_png(Some((400, 300))).is_ok());
    }

    #[test]
    fn nothing_to_draw_is_an_error() {
        for points in [vec![], vec![(f64::NAN, 1.0)], vec![(1.0, -1.0)]] {
            let drawn = plot(points, Axis::logarithmic("BER")).render_png(None);
            assert!(matches!(drawn, Err(ReportError::Empty(_))));
        }
        assert!(CurvePlot::default().render_png(None).is_err());
    }

    #[test]
    fn extreme_points_are_drawn() {
        for points in [
            vec![(1.0, 1.0)],
            vec![(0.0, -1e308), (1.0, 1e308)],
            vec![(-1e308, 0.0), (1e308, 0.0)],
            vec![(1e-320, 5.0), (2e-320, 5.0)],
            vec![(3.0, 1.0), (3.0, 2.0)],
        ] {
            for y in [Axis::linear("y"), Axis::logarithmic("y")] {
                let has_place =
                    y.scale == super::super::Scale::Linear || points.iter().any(|p| p.1 > 0.0);
                assert_eq!(
                    plot(points.clone(), y).render_png(None).is_ok(),
                    has_place,
                    "{points:?}"
                );
            }
        }
    }

    #[test]
    fn odd_references_do_no_harm() {
        let mut plot = plot(vec![(0.0, 1.0), (1.0, 2.0)], Axis::linear("y"));
        for value in [f64::NAN, f64::INFINITY, -1e300, 0.5] {
            for direction in [Direction::Horizontal, Direction::Vertical] {
                let label = "label".to_owned();
                plot.panels[0].lines.push(ReferenceLine {
                    direction,
                    at: value,
                    label: label.clone(),
                });
                plot.panels[0].bands.push(Band {
                    direction,
                    from: value,
                    to: 1.5,
                    label: label.clone(),
                });
                plot.panels[0].points.push(MarkedPoint {
                    x: value,
                    y: 1.0,
                    label,
                    color: 3,
                });
            }
        }
        assert!(plot.render_png(None).is_ok());
        assert!(plot.render_svg(None).is_ok());
    }
}
