//! What stands around an eye: the time axis in ps, the distribution at the decision instant and
//! the colour bar.

use super::colors::Colors;
use super::{EyePicture, Histogram};
use crate::report::ReportError;
use crate::report::axis::{Fitted, Scale, three_digits};
use crate::report::color_map;
use crate::report::image::RgbImage;
use crate::report::layout::{self, Frame};
use crate::report::scene::{Anchor, Scene, Text};
use crate::report::theme::{ACCENT, INK, MUTED, SERIES, Sizes};
use plotters::style::Color;

impl EyePicture<'_> {
    pub(super) fn draw_picoseconds(
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

    pub(super) fn draw_histogram(
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
            let least = densities
                .iter()
                .filter(|p| **p > 0.0)
                .fold(f64::INFINITY, |a, b| a.min(*b));
            let asked = if histogram.floor > 0.0 && histogram.floor < 1.0 {
                histogram.floor
            } else {
                1e-12
            };
            // Counts end at one count; there is nothing to show further down.
            let floor = (peak * asked).max(least / self.values.per_si / 3.0);
            let last = peak.log10().ceil();
            let axis = Fitted {
                scale: Scale::Logarithmic,
                start: 10f64.powf(floor.log10().floor().min(last - 1.0)),
                end: 10f64.powf(last),
            };
            for run in self.outline(&densities, panel, &axis) {
                scene.polygon(run.clone(), SERIES[0].mix(0.22));
                scene.stroke(run, 2.2 * unit, SERIES[0], None);
            }
            let second = histogram.second_probability_density.as_deref();
            for run in self.outline(second.unwrap_or_default(), panel, &axis) {
                scene.stroke(run, 1.6 * unit, SERIES[1], None);
            }
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
                scene.stroke(piece, 1.8 * unit, ACCENT, Some((9.0 * unit, 6.0 * unit)));
            }
        }
        panel.draw(scene, sizes.frame);
        let at = (
            f64::midpoint(panel.left, panel.right),
            panel.bottom + 22.0 * unit + 1.05 * sizes.tick + sizes.label,
        );
        let label = format!("Density ({})", inverse(&self.values.unit));
        scene.text(Text::new(label, at, 0.9 * sizes.label).anchored(Anchor::Middle));
        let text = if histogram.label.is_empty() {
            format!("at {} UI", three_digits(phase))
        } else {
            histogram.label.clone()
        };
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

    /// Outlines of a distribution, one of each part above the end of the axis.
    fn outline(&self, densities: &[f64], panel: &Frame, axis: &Fitted) -> Vec<Vec<(f64, f64)>> {
        let per_row = panel.height() / densities.len().max(1) as f64;
        let mut runs: Vec<Vec<(f64, f64)>> = vec![Vec::new()];
        for (row, density) in densities.iter().enumerate() {
            let place = axis.place(density / self.values.per_si);
            let middle = panel.bottom - (row as f64 + 0.5) * per_row;
            if place > 0.0 {
                if let Some(run) = runs.last_mut() {
                    if run.is_empty() {
                        run.push((panel.left, middle + 0.5 * per_row));
                    }
                    run.push((panel.x(place.min(1.0)), middle));
                }
            } else if let Some(run) = runs.last_mut().filter(|run| !run.is_empty()) {
                run.push((panel.left, middle + 0.5 * per_row));
                runs.push(Vec::new());
            }
        }
        if let Some(run) = runs.last_mut().filter(|run| !run.is_empty()) {
            run.push((panel.left, panel.top));
        }
        runs.retain(|run| !run.is_empty());
        runs
    }

    pub(super) fn draw_color_bar(
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
        let place = [bar.left, bar.top, bar.width(), bar.height()];
        scene.images.push((place, image));
        bar.draw(scene, sizes.frame);
        let axis = Fitted {
            scale: Scale::Logarithmic,
            start: scale.floor / self.values.per_si,
            end: scale.top / self.values.per_si,
        };
        let ticks = axis.ticks(9);
        let label_x =
            bar.right + 26.0 * unit + layout::widest(&ticks, sizes.tick) + 0.8 * sizes.label;
        for tick in ticks {
            let y = bar.y(axis.place(tick.value));
            let length = if tick.label.is_some() { 8.0 } else { 4.0 } * unit;
            scene.line((bar.right, y), (bar.right + length, y), sizes.frame, INK);
            if let Some(label) = tick.label {
                let at = (bar.right + 13.0 * unit, y + 0.36 * sizes.tick);
                scene.text(Text::new(label, at, sizes.tick));
            }
        }
        let label = format!("Probability density ({})", inverse(&self.values.unit));
        layout::upright_label(
            scene,
            &label,
            label_x,
            (frame.top, frame.bottom),
            sizes.label,
        );
    }
}

/// The inverse of a unit: mW⁻¹.
fn inverse(unit: &str) -> String {
    format!("{unit}⁻¹")
}
