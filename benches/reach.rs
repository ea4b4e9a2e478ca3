//! Reach of 64 links, 8 dispersions by 8 receiver bandwidths, by 1 and by 2 threads.
//!
//! Yardstick: the same with one thread, and for one thread one evaluation of the error ratio.

mod stopwatch;

use eyespan::fiber::Dispersion;
use eyespan::format::Pattern;
use eyespan::link::{Link, Stage};
use eyespan::signal::Response;
use eyespan::study::reach::{Reach, ReachSettings, find_reach};
use rayon::prelude::*;
use stopwatch::{example, heading, median, option, row, smoke, threads, timed};

/// The links and the position of the fibre in them.
fn scenarios() -> (Vec<Link>, usize) {
    let mut base = example("400gbase-dr4.toml", &[]);
    base.signal.pattern = Pattern::DeBruijn { order: 6 };
    let fiber = base
        .stages
        .iter()
        .position(|named| matches!(named.stage, Stage::Fiber(_)))
        .expect("the link has a fibre");
    // Without the loss that the standard reserves there is something left for the fibre.
    for named in &mut base.stages {
        if let Stage::OpticalLoss(loss) = &mut named.stage {
            loss.transmission = 1.0;
        }
    }
    let steps = if smoke() { 2 } else { 8 };
    let mut links = Vec::new();
    for dispersion in 0..steps {
        for bandwidth in 0..steps {
            let mut link = base.clone();
            for named in &mut link.stages {
                match &mut named.stage {
                    Stage::Fiber(fiber) => {
                        // 0.5 to 4 ps/(nm km), in s/m².
                        fiber.dispersion = Dispersion::AtWavelength {
                            reference: None,
                            coefficient: 0.5e-6 * f64::from(1 + dispersion),
                            slope: 0.0,
                        };
                    }
                    Stage::Photoreceiver(receiver) => {
                        receiver.response = Response::BesselThomson4 {
                            bandwidth: 26e9 + 2e9 * f64::from(bandwidth),
                        };
                    }
                    _ => {}
                }
            }
            links.push(link);
        }
    }
    (links, fiber)
}

fn solve(links: &[Link], fiber: usize, settings: ReachSettings) -> Vec<Reach> {
    links
        .par_iter()
        .map(|link| find_reach(link, fiber, settings).expect("the link is whole"))
        .collect()
}

fn main() {
    heading("Reach of 64 links, 53 GBd PAM4, 4096 symbols");
    let (links, fiber) = scenarios();
    let bisection = ReachSettings {
        scan_points: 0,
        causes: false,
        longest: None,
    };
    row("what", "s, one thread over it", "target");
    for (name, settings, target, rounds) in [
        ("bisection alone", bisection, "≤ 0.6 s", 5),
        ("with scan and causes", ReachSettings::default(), "≤ 6 s", 1),
    ] {
        if option("only").is_some_and(|only| !name.starts_with(&only)) {
            continue;
        }
        let rounds = if smoke() { 1 } else { rounds };
        let pools = (threads(1), threads(2));
        let (mut one, mut two, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        let mut lengths = (f64::INFINITY, 0.0f64);
        for _ in 0..rounds {
            let (a, single) = timed(|| pools.0.install(|| solve(&links, fiber, settings)));
            let (b, double) = timed(|| pools.1.install(|| solve(&links, fiber, settings)));
            assert!(a == b, "the number of threads changes the result");
            for length in a.iter().filter_map(|reach| reach.length) {
                lengths = (lengths.0.min(length), lengths.1.max(length));
            }
            one.push(single.wall);
            two.push(double.wall);
            ratios.push(single.wall / double.wall);
        }
        row(
            &format!("{name}, one thread"),
            &format!("{:.2}", median(one)),
            "",
        );
        row(
            &format!(
                "{name}, two threads ({:.1} to {:.1} km)",
                lengths.0 / 1e3,
                lengths.1 / 1e3
            ),
            &format!("{:.2}, {:.2} ×", median(two), median(ratios)),
            &format!("{target}, ≥ 1.8 ×"),
        );
    }
}
