//! The eye behind 2 m of twinaxial cable at 53.125 GBd, and the equaliser that opens it.
//!
//! ```sh
//! cargo run --release --example copper_eye
//! ```

use eyespan::config::LinkFile;
use eyespan::library::Library;
use eyespan::link::Stage;
use eyespan::link::monte_carlo::Watch;
use eyespan::report::{EyeOpening, EyePicture, Histogram, ValueAxis};
use eyespan::study::simulate;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let link = LinkFile::load(
        Path::new("examples/links/twinax-26awg-2m-53gbd.toml"),
        &[],
        &library,
    )?;
    let simulation = simulate(&link, &Watch::default())?;
    let result = &simulation.result;
    let ber = result.ber.pre_fec.ok_or("no bit error ratio")?;

    println!("{}\n", result.name);
    let nyquist = 0.5 * link.signal.symbol_rate;
    let mut total = 0.0;
    println!("loss at {:.2} GHz", nyquist / 1e9);
    for named in &link.stages {
        if let Stage::Twinax(cable) = &named.stage {
            let loss = cable.attenuation_db_per_m(nyquist) * cable.length;
            total += loss;
            println!("  {:<8} {:>6.3} m {loss:>8.2} dB", named.name, cable.length);
        }
    }
    println!("  together          {total:>8.2} dB");
    println!("bit error ratio  {ber:.1e}");
    if let Some(margin) = result.margin_db {
        println!("margin           {margin:+.2} dB of voltage");
    }
    println!("\nfeedback tap   share of the outer levels' distance");
    for (index, tap) in result.decision.decision_feedback.iter().enumerate() {
        println!("{:>12}   {tap:+.4}", index + 1);
    }

    let eye = &simulation.eye;
    let density = eye.density(1024, 768)?;
    let mut picture = EyePicture::new(&*result.name, &density, ValueAxis::voltage());
    picture.subtitle = vec![
        format!(
            "{} GBd {} · {} · {total:.1} dB of loss at {:.1} GHz",
            result.symbol_rate_gbd,
            result.format,
            result.pattern,
            nyquist / 1e9
        ),
        format!(
            "behind the equaliser, whose largest tap counts as 1 · openings at {:.1e}",
            eye.probability
        ),
    ];
    picture.symbol_rate = Some(link.signal.symbol_rate);
    picture.decision_phase = Some(0.0);
    picture.thresholds.clone_from(&eye.thresholds);
    picture.histogram = Some(Histogram::default());
    picture.eyes = eye
        .openings
        .iter()
        .zip(&eye.spans)
        .filter(|((low, high), _)| high > low)
        .map(|(&(low, high), &(begin, end))| EyeOpening {
            center_time: 0.5 * (begin + end),
            width: end - begin,
            low,
            high,
            label: format!("{:.1} mV, {:.2} UI", (high - low) * 1e3, end - begin),
        })
        .collect();
    let path = Path::new("out/examples/copper_eye.png");
    picture.save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}
