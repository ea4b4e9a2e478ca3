//! The statistical eye behind 1.5 m of twinaxial cable at 53.125 GBd: contours down to 1e-18, bathtub
//! curves, the worst pattern, and what crosstalk takes.
//!
//! ```sh
//! cargo run --release --example statistical_eye
//! ```

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::report::{Axis, CurvePlot, EyePicture, Histogram, Panel, Series, Style, ValueAxis};
use eyespan::statistics::{Aggressor, AggressorPhase, EyeEdges, EyeModel, peak_distortion};
use eyespan::study::statistical_picture::StatisticalPicture;
use std::error::Error;
use std::path::Path;

/// Probabilities of the contours.
const CONTOURS: [f64; 3] = [1e-6, 1e-12, 1e-18];

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let link = LinkFile::load(
        Path::new("examples/links/twinax-26awg-2m-53gbd.toml"),
        &[
            Override::new("engine.method", "statistical"),
            Override::new("cable.length_m", "1.5"),
            Override::new("name", "\"Twinax, 26 AWG, 1.5 m, 53.125 GBd\""),
        ],
        &library,
    )?;
    let mut engine = SemiAnalytic::new(&link)?;
    let evaluation = engine.evaluate()?;
    let model = evaluation
        .statistical
        .ok_or("the statistical engine was asked for")?;
    let rule = &evaluation.decided.rule;
    println!("{}\n", link.name);
    println!("bit error ratio    {:.1e}", evaluation.decided.errors.bit);

    // Volts behind the equaliser, whose largest tap counts as 1.
    let largest = rule
        .taps
        .feed_forward
        .iter()
        .fold(0.0f64, |a, w| a.max(w.abs()));
    let quiet = StatisticalPicture::new(&model, 1.0 / largest, &rule.thresholds)?;
    let with_crosstalk =
        StatisticalPicture::new(&crossed(&model), 1.0 / largest, &rule.thresholds)?;
    println!("\nmiddle eye         alone                 with crosstalk of 2 %");
    for probability in [1e-3, 1e-6, 1e-9, 1e-12, 1e-15, 1e-18] {
        let figures = |picture: &StatisticalPicture| {
            let eye = &picture.eye;
            let edges = eye.edges(eye.decision(), probability);
            let (begin, end) = eye
                .open_spans(probability)
                .get(1)
                .copied()
                .unwrap_or_default();
            let height = edges.get(1).map_or(f64::NAN, EyeEdges::height);
            format!(
                "{:6.2} mV {:5.3} UI",
                1e3 * picture.scale * height,
                end - begin
            )
        };
        let (alone, crossed) = (figures(&quiet), figures(&with_crosstalk));
        println!("at {probability:7.0e}         {alone}      {crossed}");
    }

    let response = model.symbol_response();
    let (mut cursors, main) = response.cursors(0);
    let main = usize::try_from(main)?;
    for (j, b) in model.feedback.iter().enumerate() {
        if let Some(cursor) = cursors.get_mut(main + 1 + j) {
            *cursor -= b;
        }
    }
    let worst = peak_distortion(&cursors, main, &model.levels);
    println!(
        "\nthe worst pattern of {} symbols would leave",
        cursors.len()
    );
    for (i, height) in worst.heights.iter().enumerate() {
        println!("  eye {i}            {:6.2} mV", 1e3 * quiet.scale * height);
    }

    let folder = Path::new("out/examples");
    let density = with_crosstalk.density(1024, 768)?;
    let mut picture = EyePicture::new(&*link.name, &density, ValueAxis::voltage());
    picture.subtitle = vec![
        "statistical eye with crosstalk of 2 % of the pulse".to_owned(),
        "behind the equaliser, whose largest tap counts as 1".to_owned(),
    ];
    picture.symbol_rate = Some(link.signal.symbol_rate);
    picture.decision_phase = Some(0.0);
    picture.thresholds = rule.thresholds.iter().map(|t| t * quiet.scale).collect();
    picture.histogram = Some(Histogram {
        floor: 1e-12,
        ..Histogram::default()
    });
    picture.decades = Some(9.0);
    picture.save(&folder.join("statistical_eye.png"), None)?;
    contours(&with_crosstalk, &link.name)
        .save(&folder.join("statistical_eye_contours.png"), None)?;
    println!("\npictures in {}", folder.display());
    Ok(())
}

/// The model with an aggressor of the same shape, at its worst phase.
fn crossed(model: &EyeModel) -> EyeModel {
    EyeModel {
        aggressors: vec![Aggressor {
            pulse: model.symbol_response().scaled(0.02),
            levels: model.levels.clone(),
            phase: AggressorPhase::Worst,
        }],
        ..model.clone()
    }
}

/// Contours of all eyes, and under them the bathtub curves.
fn contours(picture: &StatisticalPicture, name: &str) -> CurvePlot {
    let eye = &picture.eye;
    let mut lines = Vec::new();
    for (color, probability) in CONTOURS.into_iter().enumerate() {
        let contour = eye.contour(probability);
        let eyes = contour.first().map_or(0, Vec::len);
        for i in 0..eyes {
            // Up along the left edge of the eye, over the top, and back along the bottom.
            let open = |side: fn(&EyeEdges) -> f64| {
                let points = eye.times.iter().zip(&contour);
                points
                    .filter(|(_, edges)| edges[i].height() > 0.0)
                    .map(|(&t, edges)| (t, 1e3 * picture.scale * side(&edges[i])))
                    .collect::<Vec<_>>()
            };
            let mut points = open(|e| e.low);
            points.extend(open(|e| e.high).into_iter().rev());
            points.extend(points.first().copied());
            lines.push(Series {
                name: format!("{probability:.0e}"),
                points,
                color,
                ..Series::default()
            });
        }
    }
    let bathtubs = picture
        .bathtub()
        .into_iter()
        .enumerate()
        .map(|(i, points)| Series {
            name: format!("eye {i}"),
            points: points.into_iter().map(|(t, p)| (t, p.max(1e-21))).collect(),
            color: i + CONTOURS.len(),
            // The outer eyes mirror each other.
            style: if i == 2 { Style::Dashed } else { Style::Line },
        });
    CurvePlot {
        title: name.to_owned(),
        subtitle: vec!["contours of the eyes, and errors of each eye over the phase".to_owned()],
        x: Axis::linear("time from the decision / UI"),
        panels: vec![
            Panel {
                y: Axis::linear("voltage / mV"),
                series: lines,
                ..Panel::default()
            },
            Panel {
                y: Axis::logarithmic("probability of an error").over(1e-20, 1.0),
                series: bathtubs.collect(),
                ..Panel::default()
            },
        ],
    }
}
