//! One evaluation of the error ratio after a change of the fibre's length, one thread.
//!
//! Yardstick: a real transform of the same waveform and its inverse.

mod stopwatch;

use eyespan::format::Pattern;
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, Stage};
use eyespan::study::reach::with_length;
use realfft::RealFftPlanner;
use stopwatch::{compare, example, heading, option, row, sized, threads};

/// Position of the fibre among the stages.
fn fiber(link: &Link) -> usize {
    link.stages
        .iter()
        .position(|named| matches!(named.stage, Stage::Fiber(_)))
        .expect("the link has a fibre")
}

/// A real transform of so many samples and back; returns how often.
fn transform_pair(samples: usize) -> impl FnMut() -> f64 {
    let mut planner = RealFftPlanner::<f64>::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(samples),
        planner.plan_fft_inverse(samples),
    );
    let mut waveform: Vec<f64> = (0..samples).map(|i| (i % 7) as f64).collect();
    let mut spectrum = forward.make_output_vec();
    let scratch = forward.get_scratch_len().max(inverse.get_scratch_len());
    let mut scratch = vec![rustfft::num_complex::Complex64::default(); scratch];
    let repetitions = sized(20, 2);
    move || {
        for _ in 0..repetitions {
            forward
                .process_with_scratch(&mut waveform, &mut spectrum, &mut scratch)
                .expect("the lengths agree");
            inverse
                .process_with_scratch(&mut spectrum, &mut waveform, &mut scratch)
                .expect("the lengths agree");
            let scale = 1.0 / samples as f64;
            for x in &mut waveform {
                *x *= scale;
            }
        }
        repetitions as f64
    }
}

fn main() {
    heading("Semi-analytic: 400GBASE-DR4, one lane, another length, one thread");
    row(
        "pattern, samples per symbol",
        "ms, real transforms and back",
        "target",
    );
    // Beyond about 540 m the laser's noise is carried through the dispersion.
    for (name, pattern, shortest, target) in [
        (
            "4096 symbols, 300 to 500 m",
            Pattern::DeBruijn { order: 6 },
            300.0,
            "≤ 2 ms",
        ),
        ("PRBS13Q, 300 to 500 m", Pattern::Prbs13q, 300.0, "≤ 5 ms"),
        (
            "carried: 4096 symbols, 800 to 1000 m",
            Pattern::DeBruijn { order: 6 },
            800.0,
            "",
        ),
        (
            "carried: PRBS13Q, 800 to 1000 m",
            Pattern::Prbs13q,
            800.0,
            "",
        ),
    ] {
        if option("only").is_some_and(|only| !name.starts_with(&only)) {
            continue;
        }
        let mut link = example("400gbase-dr4.toml", &[]);
        link.signal.pattern = pattern;
        let index = fiber(&link);
        let mut engine = SemiAnalytic::new(&link).expect("the link is whole");
        let evaluation = engine.evaluate().expect("the link carries a signal");
        let samples = evaluation.decided.values.len() * link.engine.samples_per_symbol;
        let repetitions = option("repetitions").map_or(sized(100, 3), |v| v.parse().unwrap_or(1));
        let mut turn = 0;
        let result = threads(1).install(|| {
            compare(
                sized(9, 1),
                || {
                    for _ in 0..repetitions {
                        turn += 1;
                        let length = shortest + f64::from(turn % 40) * 5.0;
                        engine
                            .change(&with_length(&link, index, length))
                            .expect("the link is whole");
                        let evaluation = engine.evaluate().expect("the link carries a signal");
                        std::hint::black_box(evaluation.decided.errors.bit);
                    }
                    repetitions as f64
                },
                transform_pair(samples),
            )
        });
        row(
            &format!("{name}, {}", link.engine.samples_per_symbol),
            &format!("{:.2}, {:.1} ×", 1e3 * result.work, result.ratio),
            target,
        );
    }
}
