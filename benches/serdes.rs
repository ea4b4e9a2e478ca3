//! A million symbols of four levels through a copper channel, an analogue equaliser, feed-forward and feedback
//! taps: decided one by one with noise in a random stream, and as a noise-free pattern of 4¹⁰ symbols whose
//! equalised waveform, every sample of it, goes into an eye.
//!
//! Yardstick: two complex transforms of the same block, of double precision, per symbol.

mod stopwatch;

use eyespan::format::Pattern;
use eyespan::link::decision::{DecisionInput, apply_taps};
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::waveform::Propagation;
use eyespan::link::{Feedback, Link};
use eyespan::measure::density::{Density, Trace};
use stopwatch::{compare, example, heading, row, sized, smoke, threads, transform_pair};

const TARGET: &str = "≤ 1 s";

/// 2 m of 26 AWG, or the cable between packages, boards and connectors with crosstalk, with a digital
/// equaliser.
fn link(name: &str, feed_forward: usize) -> Link {
    let mut link = example(name, &[]);
    link.engine.samples_per_symbol = 8;
    link.equalizer.feed_forward_taps = feed_forward;
    link.engine.monte_carlo.feedback = Feedback::Decisions;
    link.engine.monte_carlo.relative_error = 0.0;
    link.engine.monte_carlo.maximum_symbols = sized(1_000_000, 65_536) as u64;
    link
}

/// A million symbols, decided and counted.
fn counted(name: &str, feed_forward: usize) {
    let mut link = link(name, feed_forward);
    link.signal.pattern = Pattern::Random;
    let mut engine = SemiAnalytic::new(&link).expect("the link is whole");
    let rule = engine.evaluate().expect("a signal").decided.rule;
    let symbols = engine.propagation().symbols().len();
    let counter = MonteCarlo::new(&link, engine.plan(), &rule, symbols).expect("it can be counted");
    let result = compare(
        sized(5, 1),
        || {
            let counts = counter.run(&Watch::default()).expect("the run ends");
            counts.symbols as f64
        },
        transform_pair(counter.block_symbols() * 8, 8),
    );
    row(
        &format!("counted, {name}, {feed_forward} + 12 taps"),
        &format!("{:.2} s, {:.2} ×", 1e6 * result.work, result.ratio),
        TARGET,
    );
}

/// A million symbols as a pattern: every equalised sample in an eye, every decision against its symbol.
fn eye(name: &str, feed_forward: usize) {
    let mut link = link(name, feed_forward);
    let mut engine = SemiAnalytic::new(&link).expect("the link is whole");
    let evaluation = engine.evaluate().expect("a signal");
    let rule = evaluation.decided.rule.clone();
    let plan = engine.plan().clone();
    let shift = engine.propagation().grid().samples;
    let order = if smoke() { 6 } else { 10 };
    link.signal.pattern = Pattern::DeBruijn { order };
    let symbols = link
        .signal
        .pattern
        .cyclic_symbols(&link.signal.modulation)
        .expect("a pattern");
    let sps = plan.samples_per_symbol;
    let n = symbols.len();
    // The decision of the short pattern may stand behind its end.
    let late = rule.sample.cast_signed();
    let late = if rule.sample > shift / 2 {
        late - shift.cast_signed()
    } else {
        late
    };
    let total = (n * sps).cast_signed();
    let mut wave = vec![0.0; n * sps];
    let mut wrong = 0;
    let result = compare(
        sized(5, 1),
        || {
            let mut propagation = Propagation::new(symbols.clone(), &plan);
            propagation.run(&plan).expect("a waveform");
            let input = DecisionInput {
                received: propagation.received().expect("a voltage"),
                symbols: &symbols,
                samples_per_symbol: sps,
                modulation: &link.signal.modulation,
                noise: &evaluation.noise,
                equalizer: link.equalizer,
            };
            let levels = input.levels();
            for phase in 0..sps {
                let at = (late + phase.cast_signed())
                    .rem_euclid(total)
                    .cast_unsigned();
                let values = apply_taps(&rule.taps, &input.sampled(at, rule.fraction), &levels);
                if phase == 0 {
                    let decide = |z: &f64| rule.thresholds.iter().filter(|t| z > t).count();
                    let pairs = values.iter().zip(&symbols);
                    wrong = pairs.filter(|(z, s)| decide(z) != usize::from(**s)).count();
                }
                for (w, z) in wave.iter_mut().skip(phase).step_by(sps).zip(&values) {
                    *w = *z;
                }
            }
            let mut density = Density::new(1024, 768, (-1.0, 1.0), (-2.0, 2.0)).expect("a size");
            density
                .add_trace(&Trace {
                    samples: &wave,
                    samples_per_symbol: sps as f64,
                    first_phase: 0.0,
                    cyclic: true,
                })
                .expect("the trace is whole");
            n as f64
        },
        transform_pair(1 << 15, sps),
    );
    assert!(
        wrong * 1000 < n,
        "{wrong} of {n} symbols wrong without noise"
    );
    row(
        &format!("pattern and eye, {name}, {feed_forward} + 12 taps"),
        &format!("{:.2} s, {:.2} ×", 1e6 * result.work, result.ratio),
        TARGET,
    );
}

fn main() {
    heading("A million symbols of a copper lane, 8 samples a symbol, one thread");
    row("what", "s a million, two transforms each", "target");
    threads(1).install(|| {
        counted("twinax-26awg-2m-53gbd.toml", 15);
        counted("100gbase-cr1-class-26awg-2m.toml", 15);
        eye("twinax-26awg-2m-53gbd.toml", 15);
    });
}
