use eyespan::config::*;
use eyespan::library::*;
use eyespan::link::*;
use std::time::Instant;
fn main() {
    let lib = Library::built_in().unwrap();
    let o: Vec<Override> = vec![
        Override::new("stage.1.driver.random_jitter_ui", "0.015"),
        Override::new("stage.1.driver.dual_dirac_jitter_ui", "0.05"),
        Override::new("cable.length_m", "8.2"),
    ];
    let t = Instant::now();
    let l = LinkFile::load(std::path::Path::new("/tmp/cu.toml"), &o, &lib).unwrap();
    println!("load {:?}", t.elapsed());
    let t = Instant::now();
    let mut e = semi_analytic::SemiAnalytic::new(&l).unwrap();
    println!("new {:?}", t.elapsed());
    let t = Instant::now();
    let ev = e.evaluate().unwrap();
    println!(
        "eval {:?} {}",
        t.elapsed(),
        ev.decided
            .samples
            .by_level
            .iter()
            .map(|l| l.len())
            .sum::<usize>()
    );
    let t = Instant::now();
    e.evaluate_with_loss(1.0).unwrap();
    println!("eval loss {:?}", t.elapsed());
    let t = Instant::now();
    eyespan::study::margin(&mut e).unwrap();
    println!("margin {:?}", t.elapsed());
    let t = Instant::now();
    println!(
        "{:?}",
        eyespan::measure::opening::vertical_openings(&ev.decided.samples, 2.4e-4)
    );
    println!("open {:?}", t.elapsed());
    let t = Instant::now();
    let s = eyespan::study::simulate(&l, &Default::default()).unwrap();
    println!("simulate {:?}", t.elapsed());
    {
        let d = &s.eye.deviations;
        println!(
            "dev {:e} {:e} samples {:e} {:e}",
            d.iter().copied().fold(1e9, f64::min),
            d.iter().copied().fold(0.0, f64::max),
            s.eye.samples.iter().copied().fold(1e9, f64::min),
            s.eye.samples.iter().copied().fold(-1e9, f64::max)
        );
    }
    let t = Instant::now();
    let _d = s.eye.density(1024, 768).unwrap();
    println!("density {:?}", t.elapsed());
}
