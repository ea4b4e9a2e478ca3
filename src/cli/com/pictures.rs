//! Pictures of `eyespan com`.

use super::Test;
use eyespan::com::Analysis;
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};

/// Pulse response at the detector.
pub(super) fn pulse_picture(name: &str, test: &Test, analysis: &Analysis) -> CurvePlot {
    let margin = &analysis.margin;
    let cursor = margin.cursor as f64;
    let points = margin
        .pulse
        .iter()
        .enumerate()
        .map(|(n, v)| (n as f64 - cursor, 1e3 * v))
        .filter(|(n, _)| (-15.0..=40.0).contains(n))
        .collect();
    CurvePlot {
        title: format!("Pulse response in front of the feedback, {name}"),
        subtitle: subtitle(test, analysis),
        x: Axis::linear("Symbols behind the cursor"),
        panels: vec![Panel {
            y: Axis::linear("Voltage (mV)"),
            series: vec![Series {
                points,
                style: Style::LineAndMarkers,
                ..Series::default()
            }],
            ..Panel::default()
        }],
    }
}

/// How often interference and noise exceed a voltage.
pub(super) fn interference_picture(name: &str, test: &Test, analysis: &Analysis) -> CurvePlot {
    let margin = &analysis.margin;
    let mut sum = 0.0;
    let mut exceeded = Vec::new();
    for (bin, p) in margin.density.mass.iter().enumerate() {
        sum += p;
        let voltage = -margin.density.voltage(bin);
        if sum > 1e-12 && voltage >= 0.0 {
            exceeded.push((1e3 * voltage, sum));
        }
    }
    let step = exceeded.len().div_ceil(1500).max(1);
    let farthest = exceeded.first().map_or(1.0, |(voltage, _)| *voltage);
    let end = 1.1 * farthest.max(1e3 * margin.signal);
    let line = |direction, at: f64, label: &str| ReferenceLine {
        direction,
        at,
        label: label.to_owned(),
    };
    CurvePlot {
        title: format!("Interference and noise at the detector, {name}"),
        subtitle: subtitle(test, analysis),
        x: Axis::linear("Voltage (mV)").over(0.0, end),
        panels: vec![Panel {
            y: Axis::logarithmic("Probability of more"),
            series: vec![Series {
                points: exceeded.into_iter().step_by(step).collect(),
                ..Series::default()
            }],
            lines: vec![
                line(Direction::Vertical, 1e3 * margin.signal, "signal"),
                line(
                    Direction::Horizontal,
                    test.settings.detector_error_ratio,
                    "detector error ratio",
                ),
            ],
            ..Panel::default()
        }],
    }
}

fn subtitle(test: &Test, analysis: &Analysis) -> Vec<String> {
    let margin = &analysis.margin;
    vec![
        test.title.clone(),
        format!(
            "COM {:.2} dB · signal {:.3} mV · interference {:.3} mV",
            margin.com_db,
            1e3 * margin.signal,
            1e3 * margin.interference
        ),
    ]
}
