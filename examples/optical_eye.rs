//! The eye of one lane of 400GBASE-DR4, and what closes it.
//!
//! ```sh
//! cargo run --release --example optical_eye
//! ```

use eyespan::config::LinkFile;
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::report::{EyeOpening, EyePicture, Histogram, ValueAxis};
use eyespan::study::simulate;
use std::error::Error;
use std::path::Path;

fn main() -> Result<(), Box<dyn Error>> {
    let library = Library::built_in()?;
    let link = LinkFile::load(Path::new("examples/links/400gbase-dr4.toml"), &[], &library)?;
    let simulation = simulate(&link, &Watch::default())?;
    let result = &simulation.result;
    let ber = result.ber.pre_fec.ok_or("no bit error ratio")?;

    println!("{}\n", result.name);
    println!("bit error ratio         {ber:.2e}");
    println!("target                  {:.2e}", result.target.pre_fec_ber);
    if let Some(margin) = result.margin_db {
        println!("margin                  {margin:+.2} dB of modulation amplitude");
    }
    if let Some(received) = &result.received {
        println!("received (outer OMA)    {:.2} dBm", received.oma_dbm);
    }
    println!("\n{:<32} {:>10}", "noise at the decision", "share");
    for noise in &result.noise {
        println!("{:<32} {:>8.2} %", noise.kind, 100.0 * noise.share);
    }

    let eye = &simulation.eye;
    let density = eye.density(1024, 768)?;
    let mut picture = EyePicture::new(&*result.name, &density, ValueAxis::optical_power());
    picture.subtitle = vec![format!(
        "{} GBd {} · {} · bit error ratio {ber:.2e}, openings at {:.1e}",
        result.symbol_rate_gbd, result.format, result.pattern, eye.probability
    )];
    picture.symbol_rate = Some(link.signal.symbol_rate);
    picture.decision_phase = Some(0.0);
    picture.thresholds.clone_from(&eye.thresholds);
    picture.histogram = Some(Histogram::default());
    // An eye that is closed at this probability has no opening to draw.
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
            label: format!("{:.1} µW, {:.2} UI", (high - low) * 1e6, end - begin),
        })
        .collect();
    let path = Path::new("out/examples/optical_eye.png");
    picture.save(path, None)?;
    println!("\npicture in {}", path.display());
    Ok(())
}
