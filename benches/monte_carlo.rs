//! Counted symbols per second of one core, from the pattern to the counted errors.
//!
//! Yardstick: two complex transforms of the same block, of double precision, per symbol: what the
//! fibre alone costs at least.
//!
//! With `--once` a single run is timed and printed as JSON, which `peers/compare.py` reads.

mod stopwatch;

use eyespan::format::Pattern;
use eyespan::link::monte_carlo::{Counts, MonteCarlo, Watch};
use eyespan::link::plan::{NoiseSource, Operation};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Plan, Stage};
use stopwatch::{compare, example, heading, option, row, sized, threads, timed, transform_pair};

/// Symbols of the 8 segments between two looks at the stopping rule.
const ROUND: usize = 8 * 65_536;

/// The link of the peer program, number by number.
const PEER: &str = r#"
    [signal]
    format = "pam4"
    symbol_rate_gbd = 53.125
    pattern = "random"
    [[stage]]
    laser = { power_dbm = 0.0, wavelength_nm = 1317.5, rin_db_per_hz = -136.0 }
    [[stage]]
    electro_absorption_modulator = { extinction_ratio_db = 4.5, alpha_h = 0.5, bandwidth_ghz = 29.21875, filter = "bessel-thomson-4", launch_power_dbm = -6.0 }
    [[stage]]
    connector = { loss_db = 3.0 }
    [[stage]]
    fiber = { length_km = 0.5, attenuation_db_per_km = 0.0, zero_dispersion_wavelength_nm = 1300.0, zero_dispersion_slope_ps_per_nm2_km = 0.092 }
    [[stage]]
    photoreceiver = { responsivity_a_per_w = 0.8, noise_pa_per_sqrt_hz = 15.0, bandwidth_ghz = 26.5625, filter = "bessel-thomson-4" }
    [equalizer]
    feed_forward_taps = 5
    [sampler]
    thresholds = "midway"
    [target]
    pre_fec_ber = 2.4e-4
"#;

/// A link ready to be counted: `symbols` of it, however few errors there are.
fn prepare(
    mut link: Link,
    samples: usize,
    noises: usize,
    prbs31: bool,
    nominal_thresholds: bool,
    symbols: u64,
) -> MonteCarlo {
    link.engine.samples_per_symbol = samples;
    link.engine.monte_carlo.relative_error = 0.0;
    link.engine.monte_carlo.maximum_symbols = symbols;
    link.signal.pattern = if prbs31 {
        Pattern::Prbs { order: 31 }
    } else {
        Pattern::Random
    };
    for named in &mut link.stages {
        if let Stage::Laser(laser) = &mut named.stage {
            laser.linewidth = 0.0;
            if noises == 1 {
                laser.relative_intensity_noise = 0.0;
            }
        }
    }
    let mut engine = SemiAnalytic::new(&link).expect("the link is whole");
    let mut evaluation = engine.evaluate().expect("the link carries a signal");
    if nominal_thresholds {
        // Half way between the levels as they are sent.
        let positions = link.signal.modulation.level_positions();
        evaluation.decided.rule.thresholds = positions
            .windows(2)
            .map(|pair| 0.5 * (pair[0] + pair[1]))
            .collect();
    }
    let mut plan: Plan = engine.plan().clone();
    if noises == 1 {
        plan.operations
            .retain(|o| !matches!(o.operation, Operation::Noise(NoiseSource::Shot(_))));
    }
    MonteCarlo::new(
        &link,
        &plan,
        &evaluation.decided.rule,
        engine.propagation().symbols().len(),
    )
    .expect("the link can be counted")
}

fn count(engine: &MonteCarlo) -> Counts {
    engine.run(&Watch::default()).expect("the run ends")
}

fn once() {
    let number = |name: &str, default: usize| {
        option(name).map_or(default, |v| v.parse().expect("a whole number"))
    };
    let (samples, noises) = (number("samples-per-symbol", 8), number("noises", 3));
    let symbols = number("symbols", 2_000_000) as u64;
    let prbs31 = option("pattern").is_some_and(|p| p == "prbs31");
    let mut link = stopwatch::link(PEER);
    link.seed = number("seed", 1) as u64;
    link.engine.monte_carlo.block_samples =
        option("block-samples").map(|v| v.parse().expect("a power of two"));
    // The peer's thresholds lie between the levels as they are sent, not as they are received.
    let engine = prepare(link, samples, noises, prbs31, true, symbols);
    threads(1).install(|| {
        let (counts, spent) = timed(|| count(&engine));
        println!(
            "{{\"symbols_per_second_of_thread_time\": {}, \"symbols\": {}, \"bit_errors\": {}, \
             \"bit_error_ratio\": {}}}",
            counts.symbols as f64 / spent.thread,
            counts.symbols,
            counts.bit_errors(),
            counts.bit_errors() / (2 * counts.symbols) as f64,
        );
    });
}

fn main() {
    if std::env::args().any(|a| a == "--once") {
        once();
        return;
    }
    heading("Monte Carlo: 400GBASE-DR4, one lane, symbols to counted errors, one thread");
    row(
        "pattern, samples per symbol, noises",
        "Msymbols/s, two transforms each",
        "target",
    );
    let rounds = sized(5, 1);
    for prbs31 in [false, true] {
        for samples in [8, 16] {
            for noises in [3, 1] {
                let engine = prepare(
                    example("400gbase-dr4.toml", &[]),
                    samples,
                    noises,
                    prbs31,
                    false,
                    sized(ROUND, 65_536) as u64,
                );
                let block = engine.block_symbols() * samples;
                let result = threads(1).install(|| {
                    compare(
                        rounds,
                        || count(&engine).symbols as f64,
                        transform_pair(block, samples),
                    )
                });
                let target = match (noises, samples) {
                    (3, 8) => 3.0,
                    (_, 8) => 4.0,
                    (3, _) => 1.5,
                    _ => 2.0,
                };
                row(
                    &format!(
                        "{}, {samples}, {}",
                        if prbs31 { "PRBS31" } else { "random" },
                        if noises == 3 {
                            "thermal, shot, relative intensity"
                        } else {
                            "thermal"
                        }
                    ),
                    &format!("{:.2}, {:.2} ×", 1e-6 / result.work, result.ratio),
                    &format!("≥ {target} Msymbols/s"),
                );
            }
        }
    }
}
