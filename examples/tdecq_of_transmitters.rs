//! TDECQ of slow and of chirped transmitters: over their bandwidth, and over the fibre's dispersion of both
//! signs.
//!
//! ```sh
//! cargo run --release --example tdecq_of_transmitters
//! ```

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::measure::tdecq::{Settings, TdecqError, measure};
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use eyespan::study::optical_waveform;
use rayon::prelude::*;
use std::error::Error;
use std::path::Path;

const LINK: &str = include_str!("links/400gbase-dr4.toml");
/// Most that 400GBASE-DR4 allows (IEEE Std 802.3, Table 124-6), dB.
const MOST: f64 = 3.4;
/// Dispersions in steps of 5 ps/nm.
const DISPERSIONS: std::ops::RangeInclusive<i32> = -6..=6;

/// TDECQ and what of it the equaliser's noise gain makes, dB, of the link with changes; nothing where the
/// eye cannot be opened.
fn penalty(library: &Library, changes: &[(&str, f64)]) -> Result<Option<(f64, f64)>, String> {
    let changes: Vec<Override> = changes
        .iter()
        .map(|(key, value)| Override::new(*key, value.to_string()))
        .collect();
    let link = LinkFile::parse(LINK, "400gbase-dr4.toml", &changes)
        .and_then(|file| file.resolve(library))
        .map_err(|e| e.to_string())?;
    let light = optical_waveform(&link).map_err(|e| e.to_string())?;
    match measure(&light, &Settings::tdecq()) {
        Ok(found) => Ok(Some((found.penalty_db, found.noise_gain_db))),
        Err(TdecqError::Closed { .. }) => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

/// Penalties over the values of one key, and the constant changes.
fn over(
    library: &Library,
    values: &[f64],
    changes: impl Fn(f64) -> Vec<(&'static str, f64)> + Sync,
) -> Result<Vec<(f64, f64, f64)>, String> {
    let found: Result<Vec<_>, String> = values
        .par_iter()
        .map(|x| Ok(penalty(library, &changes(*x))?.map(|(whole, gain)| (*x, whole, gain))))
        .collect();
    Ok(found?.into_iter().flatten().collect())
}

fn line(name: &str, color: usize, style: Style, points: Vec<(f64, f64)>) -> Series {
    Series {
        name: name.to_owned(),
        points,
        style,
        color,
    }
}

fn limit() -> ReferenceLine {
    ReferenceLine {
        direction: Direction::Horizontal,
        at: MOST,
        label: "most of 400GBASE-DR4, 3.4 dB".to_owned(),
    }
}

fn slow(library: &Library) -> Result<CurvePlot, Box<dyn Error>> {
    let bandwidths: Vec<f64> = (0..=16).map(|k| 12.0 + 1.5 * f64::from(k)).collect();
    let found = over(library, &bandwidths, |bandwidth| {
        vec![
            ("transmitter.bandwidth_ghz", bandwidth),
            ("fibre.length_km", 0.0),
        ]
    })?;
    println!("{:>10} {:>10} {:>12}", "GHz", "TDECQ, dB", "10 lg Ceq, dB");
    for (bandwidth, whole, gain) in found.iter().step_by(4) {
        println!("{bandwidth:>10.0} {whole:>10.2} {gain:>12.2}");
    }
    Ok(CurvePlot {
        title: "TDECQ of a slow transmitter".to_owned(),
        subtitle: vec![
            "53.125 GBd, four levels, PRBS13Q, extinction ratio 3.5 dB, Gaussian response, no fibre"
                .to_owned(),
        ],
        x: Axis::linear("Bandwidth of the transmitter (GHz)").over(12.0, 36.0),
        panels: vec![Panel {
            y: Axis::linear("Penalty (dB)"),
            series: vec![
                line(
                    "TDECQ",
                    0,
                    Style::Line,
                    found.iter().map(|f| (f.0, f.1)).collect(),
                ),
                line(
                    "of which noise that the equaliser raises, 10 lg Ceq",
                    1,
                    Style::Dashed,
                    found.iter().map(|f| (f.0, f.2)).collect(),
                ),
            ],
            lines: vec![limit()],
            ..Panel::default()
        }],
    })
}

fn chirped(library: &Library) -> Result<CurvePlot, Box<dyn Error>> {
    let dispersions: Vec<f64> = DISPERSIONS.map(|k| 5.0 * f64::from(k)).collect();
    let mut series = Vec::new();
    println!("\n{:>10} {:>12} {:>10}", "chirp", "ps/nm", "TDECQ, dB");
    for (color, alpha) in [-0.5, 0.0, 0.5, 1.0].into_iter().enumerate() {
        // Fibres of ±1.8 ps/(nm km) at the laser's wavelength, as long as it takes.
        let found = over(library, &dispersions, |dispersion| {
            let coefficient = 1.8_f64.copysign(dispersion);
            vec![
                ("transmitter.alpha_h", alpha),
                ("fibre.length_km", dispersion / coefficient),
                (
                    "fibre.zero_dispersion_wavelength_nm",
                    zero_wavelength(coefficient),
                ),
            ]
        })?;
        for (dispersion, whole, _) in found.iter().step_by(4) {
            println!("{alpha:>10.1} {dispersion:>12.1} {whole:>10.2}");
        }
        series.push(line(
            &format!("α = {alpha}").replace('-', "−"),
            color,
            Style::Line,
            found.iter().map(|f| (f.0, f.1)).collect(),
        ));
    }
    Ok(CurvePlot {
        title: "TDECQ of a chirped transmitter behind fibre".to_owned(),
        subtitle: vec![
            "53.125 GBd, four levels, PRBS13Q, extinction ratio 3.5 dB, 26.6 GHz, 1304.5 nm"
                .to_owned(),
        ],
        x: Axis::linear("Accumulated dispersion (ps/nm)").over(-30.0, 30.0),
        panels: vec![Panel {
            y: Axis::linear("TDECQ (dB)"),
            series,
            lines: vec![limit()],
            ..Panel::default()
        }],
    })
}

/// Wavelength in nm at which dispersion is zero where it is this much in ps/(nm km) at 1304.5 nm, by
/// D = S0/4·(λ − λ0⁴/λ³) (ITU-T G.652).
fn zero_wavelength(coefficient: f64) -> f64 {
    let wavelength = 1304.5_f64;
    (wavelength.powi(3) * (wavelength - 4.0 * coefficient / 0.093)).powf(0.25)
}

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    for (plot, path) in [
        (slow(&library)?, "out/examples/tdecq-bandwidth.png"),
        (chirped(&library)?, "out/examples/tdecq-chirp.png"),
    ] {
        plot.save(Path::new(path), None)?;
        println!("\npicture in {path}");
    }
    Ok(())
}
