//! What the chirp of a modulator costs, or gives back, behind dispersive fibre.
//!
//! 25.78125 GBd with two levels at 1550 nm. The penalty is the margin lost against the same link
//! without chirp and without dispersion.
//!
//! ```sh
//! cargo run --release --example chirp_and_dispersion
//! ```

use eyespan::config::LinkFile;
use eyespan::fiber::Dispersion;
use eyespan::fiber::single_mode::Attenuation;
use eyespan::library::Library;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError, Stage};
use eyespan::report::{Axis, CurvePlot, Direction, Panel, ReferenceLine, Series, Style};
use eyespan::study::margin;
use eyespan::transmitter::ElectroAbsorptionTransfer;
use rayon::prelude::*;
use std::error::Error;
use std::path::Path;

/// Linewidth enhancement factors of the modulator, and their names in the picture.
const CHIRPS: [(f64, &str); 3] = [
    (-1.0, "Chirp factor −1"),
    (0.0, "No chirp"),
    (1.0, "Chirp factor +1"),
];
/// Largest residual dispersion of either sign, ps/nm.
const LARGEST: i32 = 300;
/// Step, ps/nm.
const STEP: i32 = 10;
/// Difference of two penalties that counts, dB: margins are found to 0.002 dB.
const ACCURACY: f64 = 0.01;

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let link = LinkFile::load(
        Path::new("examples/links/25g-nrz-1550nm.toml"),
        &[],
        &library,
    )?;
    let reference = margin_of(&link, 0.0, 0.0)?.ok_or("the link has no margin")?;
    let dispersions: Vec<i32> = (-LARGEST..=LARGEST)
        .step_by(usize::try_from(STEP)?)
        .collect();
    let curves = CHIRPS
        .iter()
        .map(|&(chirp, _)| {
            dispersions
                .par_iter()
                .map(|&dispersion| {
                    let margin = margin_of(&link, f64::from(dispersion), chirp)?;
                    // No margin at any power: the eye is closed.
                    Ok(margin.map(|margin| reference - margin))
                })
                .collect::<Result<Vec<Option<f64>>, LinkError>>()
        })
        .collect::<Result<Vec<_>, _>>()?;

    println!("penalty in dB of modulation amplitude\n");
    println!("{:>10} {:>10} {:>10} {:>10}", "ps/nm", "−1", "0", "+1");
    for (index, dispersion) in dispersions.iter().enumerate().step_by(5) {
        print!("{dispersion:>10}");
        for curve in &curves {
            match curve[index] {
                Some(penalty) => print!(" {penalty:>10.2}"),
                None => print!(" {:>10}", "closed"),
            }
        }
        println!();
    }
    println!();
    for ((_, name), curve) in CHIRPS.iter().zip(&curves) {
        if *name == "No chirp" {
            continue;
        }
        let helped: Vec<i32> = dispersions
            .iter()
            .zip(curve)
            .zip(&curves[1])
            .filter(|((_, with), without)| match (with, without) {
                (Some(with), Some(without)) => *with < without - ACCURACY,
                (Some(_), None) => true,
                (None, _) => false,
            })
            .map(|((dispersion, _), _)| *dispersion)
            .collect();
        if let (Some(first), Some(last)) = (helped.first(), helped.last()) {
            println!("{name} helps from {first} to {last} ps/nm");
        }
    }

    let path = Path::new("out/examples/chirp_and_dispersion.png");
    picture(&link, &dispersions, &curves).save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}

/// Margin in dB with a residual dispersion in ps/nm and a chirp factor.
fn margin_of(link: &Link, dispersion: f64, chirp: f64) -> Result<Option<f64>, LinkError> {
    let mut link = link.clone();
    for named in &mut link.stages {
        match &mut named.stage {
            Stage::ElectroAbsorptionModulator(modulator) => {
                if let ElectroAbsorptionTransfer::Linear { alpha_h, .. } = &mut modulator.transfer {
                    *alpha_h = chirp;
                }
            }
            Stage::Fiber(fiber) => {
                fiber.attenuation = Attenuation::Constant(0.0);
                fiber.dispersion = Dispersion::AtWavelength {
                    reference: None,
                    // 1 ps/nm is 1e-3 s/m.
                    coefficient: dispersion * 1e-3 / fiber.length,
                    slope: 0.0,
                };
            }
            _ => {}
        }
    }
    margin(&mut SemiAnalytic::new(&link)?)
}

fn picture(link: &Link, dispersions: &[i32], curves: &[Vec<Option<f64>>]) -> CurvePlot {
    let series = CHIRPS
        .iter()
        .zip(curves)
        .zip([1, 4, 0])
        .map(|(((_, name), curve), color)| Series {
            name: (*name).to_owned(),
            points: dispersions
                .iter()
                .zip(curve)
                .map(|(&x, y)| (f64::from(x), y.unwrap_or(f64::INFINITY)))
                .filter(|(_, y)| y.is_finite())
                .collect(),
            style: Style::Line,
            color,
        })
        .collect();
    CurvePlot {
        title: "Chirp against dispersion".to_owned(),
        subtitle: vec![format!(
            "{} GBd, two levels, 1550 nm · penalty at a bit error ratio of 5e-5, no equaliser",
            link.signal.symbol_rate / 1e9
        )],
        x: Axis::linear("Residual dispersion (ps/nm)"),
        panels: vec![Panel {
            y: Axis::linear("Penalty (dB of modulation amplitude)").over(-1.0, 8.0),
            series,
            lines: vec![ReferenceLine {
                direction: Direction::Horizontal,
                at: 0.0,
                label: String::new(),
            }],
            ..Panel::default()
        }],
    }
}
