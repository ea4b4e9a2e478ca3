//! What all pictures share: the heading, frames with axes, clipping, and places for labels.

use super::axis::{Fitted, Tick};
use super::font;
use super::scene::{Anchor, Scene, Text};
use super::theme::{GRID, INK, MUTED, Sizes};

/// A rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Frame {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Frame {
    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// Horizontal position of a place 0..1 along the bottom.
    pub fn x(&self, place: f64) -> f64 {
        self.left + place * self.width()
    }

    /// Vertical position of a place 0..1 up the side.
    pub fn y(&self, place: f64) -> f64 {
        self.bottom - place * self.height()
    }

    /// Draws the outline.
    pub fn draw(&self, scene: &mut Scene, width: f64) {
        // Corners are squared by letting two sides run half a line width beyond their ends.
        let (left, right) = (self.left - width / 2.0, self.right + width / 2.0);
        for y in [self.top, self.bottom] {
            scene.line((left, y), (right, y), width, INK);
        }
        for x in [self.left, self.right] {
            scene.line((x, self.top), (x, self.bottom), width, INK);
        }
    }

    /// The parts of a line that lie inside, by Liang and Barsky's parametric clipping (ACM
    /// Transactions on Graphics 3(1), 1, 1984). Points that are not finite break the line.
    pub fn clip(&self, points: &[(f64, f64)]) -> Vec<Vec<(f64, f64)>> {
        let mut pieces: Vec<Vec<(f64, f64)>> = Vec::new();
        let mut joined = false;
        for pair in points.windows(2) {
            let &[from, to] = pair else { continue };
            let Some((start, end)) = self.clip_segment(from, to) else {
                joined = false;
                continue;
            };
            match pieces.last_mut() {
                Some(piece) if joined => piece.push(end),
                _ => pieces.push(vec![start, end]),
            }
            joined = end == to;
        }
        pieces
    }

    fn clip_segment(&self, from: (f64, f64), to: (f64, f64)) -> Option<((f64, f64), (f64, f64))> {
        let (dx, dy) = (to.0 - from.0, to.1 - from.1);
        if !(dx.is_finite() && dy.is_finite()) {
            return None;
        }
        let (mut enter, mut leave) = (0.0_f64, 1.0_f64);
        for (step, room) in [
            (-dx, from.0 - self.left),
            (dx, self.right - from.0),
            (-dy, from.1 - self.top),
            (dy, self.bottom - from.1),
        ] {
            if step == 0.0 {
                if room < 0.0 {
                    return None;
                }
            } else if step < 0.0 {
                enter = enter.max(room / step);
            } else {
                leave = leave.min(room / step);
            }
        }
        let at = |t: f64| (from.0 + t * dx, from.1 + t * dy);
        (enter <= leave).then(|| {
            let start = if enter > 0.0 { at(enter) } else { from };
            let end = if leave < 1.0 { at(leave) } else { to };
            (start, end)
        })
    }

    /// Whether a point lies inside or on the outline.
    pub fn holds(&self, (x, y): (f64, f64)) -> bool {
        x >= self.left && x <= self.right && y >= self.top && y <= self.bottom
    }

    fn overlaps(&self, other: &Self) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }
}

/// Sets title and subtitle from the top left and returns where they end.
pub fn heading(
    scene: &mut Scene,
    sizes: &Sizes,
    left: f64,
    title: &str,
    subtitle: &[String],
) -> f64 {
    let room = f64::from(scene.size.0) - left - 24.0 * sizes.unit;
    let mut y = 16.0 * sizes.unit;
    let lines = std::iter::once((title, sizes.title, true)).chain(
        subtitle
            .iter()
            .map(|line| (line.as_str(), sizes.subtitle, false)),
    );
    for (line, size, bold) in lines.filter(|(line, ..)| !line.is_empty()) {
        let width = font::width(line, size, bold);
        // A long line is set smaller; one too long even for that is broken off.
        let size = size * (room / width.max(1.0)).clamp(0.62, 1.0);
        y += 1.32 * size;
        let mut text = Text::new(
            shorten(line, size, bold, room),
            (left, y - 0.26 * size),
            size,
        );
        text.bold = bold;
        if !bold {
            text.color = MUTED;
        }
        scene.text(text);
    }
    y + 14.0 * sizes.unit
}

/// A text cut to the room there is, with an ellipsis.
fn shorten(text: &str, size: f64, bold: bool, room: f64) -> String {
    if font::width(text, size, bold) <= room {
        return text.to_owned();
    }
    let mut kept: String = text.chars().take(400).collect();
    while kept.pop().is_some() && font::width(&kept, size, bold) + size > room {}
    kept.trim_end().to_owned() + "…"
}

/// Width of the widest tick label.
pub fn widest(ticks: &[Tick], size: f64) -> f64 {
    ticks
        .iter()
        .filter_map(|tick| tick.label.as_deref())
        .map(|label| font::width(label, size, false))
        .fold(0.0, f64::max)
}

/// How many labelled ticks suit a side of so many pixels.
pub fn tick_count(length: f64, per_tick: f64) -> usize {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = (length / per_tick).floor().clamp(2.0, 12.0) as usize;
    count
}

/// Ticks, and if asked for their labels and the axis label, along the bottom of a frame.
pub fn bottom_axis(
    scene: &mut Scene,
    sizes: &Sizes,
    frame: &Frame,
    axis: &Fitted,
    label: Option<&str>,
) {
    let ticks = axis.ticks(tick_count(frame.width(), 105.0 * sizes.unit));
    for tick in &ticks {
        let x = frame.x(axis.place(tick.value));
        let length = if tick.label.is_some() { 9.0 } else { 5.0 } * sizes.unit;
        scene.line(
            (x, frame.bottom),
            (x, frame.bottom + length),
            sizes.frame,
            INK,
        );
        if let (Some(text), Some(_)) = (&tick.label, label) {
            let at = (x, frame.bottom + 14.0 * sizes.unit + 0.80 * sizes.tick);
            scene.text(Text::new(text, at, sizes.tick).anchored(Anchor::Middle));
        }
    }
    if let Some(label) = label {
        let at = (
            f64::midpoint(frame.left, frame.right),
            frame.bottom + 22.0 * sizes.unit + 1.05 * sizes.tick + sizes.label,
        );
        scene.text(Text::new(label, at, sizes.label).anchored(Anchor::Middle));
    }
}

/// Height in pixels that [`bottom_axis`] takes below the frame when labelled.
pub fn bottom_room(sizes: &Sizes) -> f64 {
    36.0 * sizes.unit + 1.05 * sizes.tick + 1.1 * sizes.label
}

/// Ticks with labels along the left side of a frame, and the axis label centred at `label_x`.
pub fn left_axis(
    scene: &mut Scene,
    sizes: &Sizes,
    frame: &Frame,
    axis: &Fitted,
    label: &str,
    label_x: f64,
) {
    for tick in axis.ticks(tick_count(frame.height(), 62.0 * sizes.unit)) {
        let y = frame.y(axis.place(tick.value));
        let length = if tick.label.is_some() { 9.0 } else { 5.0 } * sizes.unit;
        scene.line((frame.left - length, y), (frame.left, y), sizes.frame, INK);
        if let Some(text) = tick.label {
            let at = (frame.left - 14.0 * sizes.unit, y + 0.36 * sizes.tick);
            scene.text(Text::new(text, at, sizes.tick).anchored(Anchor::End));
        }
    }
    upright_label(
        scene,
        label,
        label_x,
        (frame.top, frame.bottom),
        sizes.label,
    );
}

/// A label that reads upwards, centred between two heights, its baseline at `x`; set smaller when
/// it is longer than that.
pub fn upright_label(scene: &mut Scene, label: &str, x: f64, (top, bottom): (f64, f64), size: f64) {
    let room = bottom - top;
    let size = size * (room / font::width(label, size, false).max(1.0)).clamp(0.6, 1.0);
    let mut text = Text::new(label, (x, f64::midpoint(top, bottom)), size).anchored(Anchor::Middle);
    text.upwards = true;
    scene.text(text);
}

/// Grid lines at the labelled ticks.
pub fn grid(scene: &mut Scene, sizes: &Sizes, frame: &Frame, x: &Fitted, y: &Fitted) {
    let width = 1.2 * sizes.unit;
    let labelled = |tick: &Tick| tick.label.is_some();
    for tick in x
        .ticks(tick_count(frame.width(), 105.0 * sizes.unit))
        .iter()
        .filter(|t| labelled(t))
    {
        let at = frame.x(x.place(tick.value));
        scene.line((at, frame.top), (at, frame.bottom), width, GRID);
    }
    for tick in y
        .ticks(tick_count(frame.height(), 62.0 * sizes.unit))
        .iter()
        .filter(|t| labelled(t))
    {
        let at = frame.y(y.place(tick.value));
        scene.line((frame.left, at), (frame.right, at), width, GRID);
    }
}

/// Finds room for labels among curves and other labels.
#[derive(Debug, Default)]
pub struct Placer {
    curves: Vec<Vec<(f64, f64)>>,
    labels: Vec<Frame>,
}

impl Placer {
    /// Keeps labels off a curve.
    pub fn avoid(&mut self, curve: &[(f64, f64)]) {
        self.curves.push(curve.to_vec());
    }

    /// Sets a text at the first of the candidate points (start of its baseline) where it covers
    /// nothing, or where it covers least.
    pub fn set(
        &mut self,
        scene: &mut Scene,
        frame: &Frame,
        mut text: Text,
        candidates: &[(f64, f64)],
    ) {
        let (width, size) = (text.width(), text.size);
        let bounds = |&(x, y): &(f64, f64)| Frame {
            left: x - 0.2 * size,
            top: y - 0.95 * size,
            right: x + width + 0.2 * size,
            bottom: y + 0.35 * size,
        };
        let cost = |place: &(f64, f64)| -> f64 {
            let bounds = bounds(place);
            let outside = [(bounds.left, bounds.top), (bounds.right, bounds.bottom)]
                .into_iter()
                .filter(|corner| !frame.holds(*corner))
                .count();
            let hidden = self
                .labels
                .iter()
                .filter(|label| label.overlaps(&bounds))
                .count();
            let crossed: usize = self
                .curves
                .iter()
                .map(|curve| bounds.clip(curve).len())
                .sum();
            100.0 * outside as f64 + 10.0 * hidden as f64 + crossed as f64
        };
        let best = candidates
            .iter()
            .map(|place| (cost(place), place))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, place)) = best {
            self.labels.push(bounds(place));
            text.at = *place;
            scene.plate(&text);
            scene.text(text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::scene::Shape;

    const FRAME: Frame = Frame {
        left: 0.0,
        top: 0.0,
        right: 10.0,
        bottom: 10.0,
    };

    #[test]
    fn a_line_is_cut_where_it_crosses_the_frame() {
        let pieces = FRAME.clip(&[
            (-5.0, 5.0),
            (5.0, 5.0),
            (5.0, 25.0),
            (9.0, 25.0),
            (9.0, 0.0),
        ]);
        assert_eq!(
            pieces,
            [
                vec![(0.0, 5.0), (5.0, 5.0), (5.0, 10.0)],
                vec![(9.0, 10.0), (9.0, 0.0)]
            ]
        );
        assert!(
            FRAME
                .clip(&[(f64::NAN, 1.0), (2.0, f64::INFINITY)])
                .is_empty()
        );
        assert!(FRAME.clip(&[(-1.0, -1.0), (20.0, -1.0)]).is_empty());
    }

    #[test]
    fn a_label_avoids_curves_and_other_labels() {
        let mut scene = Scene::new((300, 300)).unwrap();
        let frame = Frame {
            right: 300.0,
            bottom: 300.0,
            ..FRAME
        };
        let mut placer = Placer::default();
        placer.avoid(&[(0.0, 50.0), (300.0, 50.0)]);
        let places = [(20.0, 55.0), (20.0, 100.0), (20.0, 200.0)];
        for expected in [places[1], places[2]] {
            placer.set(
                &mut scene,
                &frame,
                Text::new("target", (0.0, 0.0), 20.0),
                &places,
            );
            let Some(Shape::Text(text)) = scene.shapes.last() else {
                panic!("a text was set")
            };
            assert_eq!(text.at, expected);
        }
    }

    #[test]
    fn a_long_title_stays_inside() {
        let mut scene = Scene::new((400, 300)).unwrap();
        let sizes = Sizes::new((400, 300));
        heading(
            &mut scene,
            &sizes,
            40.0,
            &"Very long title ".repeat(60),
            &[],
        );
        let Some(Shape::Text(text)) = scene.shapes.last() else {
            panic!("a text was set")
        };
        assert!(text.at.0 + text.width() <= 400.0);
    }
}
