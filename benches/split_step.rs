//! The non-linear fibre: one split step against the two transforms it cannot do without, in both
//! precisions and for two polarisations; threads; and what a tolerance costs.
//!
//! `--once` carries one field through one fibre for `peers/split_step.py`: raw numbers of the machine's
//! own order in and out, seconds of thread time as JSON.

mod stopwatch;

use eyespan::fiber::nonlinear::{NonlinearFiber, Propagator, Real, Report, StepControl};
use eyespan::signal::Grid;
use num_complex::{Complex, Complex64};
use rayon::prelude::*;
use rustfft::FftPlanner;
use stopwatch::{compare, heading, median, option, row, sized, threads, timed};

/// Standard fibre with so little loss and light that nothing underflows in any number of steps.
fn fiber(length: f64) -> NonlinearFiber {
    NonlinearFiber {
        length,
        attenuation: 4.6e-5,
        beta2: -21.7e-27,
        gamma: 1.3e-3,
        ..NonlinearFiber::default()
    }
}

fn field<T: Real>(samples: usize) -> Vec<Complex<T>> {
    (0..samples)
        .map(|k| {
            let x = k as f64;
            let a = Complex64::from_polar(0.04 + 0.01 * (0.37 * x).sin(), (0.11 * x).cos());
            Complex::new(T::new(a.re), T::new(a.im))
        })
        .collect()
}

fn grid(samples: usize) -> Grid {
    Grid {
        samples,
        sampling_rate: 5.12e11,
    }
}

/// Something that takes so many steps of a field again and again.
fn stepper<T: Real>(
    samples: usize,
    steps: usize,
    polarizations: usize,
    at_once: usize,
) -> impl FnMut() -> f64 {
    let control = StepControl::Fixed { steps };
    let mut propagator = Propagator::<T>::new(&fiber(100.0 * steps as f64), grid(samples), control)
        .expect("a fibre")
        .with_threads(at_once);
    let start = field::<T>(samples);
    let (mut x, mut y) = (start.clone(), start.clone());
    move || {
        x.copy_from_slice(&start);
        if polarizations == 2 {
            y.copy_from_slice(&start);
            propagator.propagate_two(&mut x, &mut y).expect("a field");
        } else {
            propagator.propagate(&mut x).expect("a field");
        }
        steps as f64
    }
}

/// Two transforms, in place or out of place.
fn transforms(samples: usize, repetitions: usize, in_place: bool) -> impl FnMut() -> f64 {
    let mut planner = FftPlanner::<f64>::new();
    let plans = [
        planner.plan_fft_forward(samples),
        planner.plan_fft_inverse(samples),
    ];
    let room = plans
        .iter()
        .map(|p| {
            p.get_inplace_scratch_len()
                .max(p.get_outofplace_scratch_len())
        })
        .max();
    let mut scratch = vec![Complex64::ZERO; room.unwrap_or(0)];
    let start = field::<f64>(samples);
    let (mut a, mut b) = (start.clone(), start.clone());
    move || {
        a.copy_from_slice(&start);
        for _ in 0..repetitions {
            if in_place {
                plans[0].process_with_scratch(&mut a, &mut scratch);
                plans[1].process_with_scratch(&mut a, &mut scratch);
            } else {
                plans[0].process_outofplace_with_scratch(&mut a, &mut b, &mut scratch);
                plans[1].process_outofplace_with_scratch(&mut b, &mut a, &mut scratch);
            }
        }
        repetitions as f64
    }
}

fn steps() {
    heading("One split step, one thread");
    let powers: &[u32] = if stopwatch::smoke() {
        &[14]
    } else {
        &[14, 16, 18, 20]
    };
    for &power in powers {
        let samples = 1usize << power;
        let count = sized(((1 << 23) / samples).clamp(8, 400), 2);
        let rounds = sized(9, 1);
        // The better of the two kinds of transforms is the yardstick.
        let mut kinds = [true, false].map(|kind| {
            let mut work = transforms(samples, count, kind);
            work();
            median(
                (0..sized(3, 1))
                    .map(|_| timed(&mut work).1.thread)
                    .collect(),
            )
        });
        for k in &mut kinds {
            *k /= count as f64;
        }
        let in_place = kinds[0] < kinds[1];
        let target = if power < 16 {
            1.6
        } else if power < 18 {
            1.5
        } else {
            1.4
        };
        let one = compare(
            rounds,
            stepper::<f64>(samples, count, 1, 1),
            transforms(samples, count, in_place),
        );
        row(
            &format!("2^{power}, f64 / two transforms"),
            &format!("{:.1} µs, {:.2} ×", 1e6 * one.work, one.ratio),
            &format!("≤ {target}"),
        );
        let single = compare(
            rounds,
            stepper::<f32>(samples, count, 1, 1),
            stepper::<f64>(samples, count, 1, 1),
        );
        row(
            &format!("2^{power}, f32 / f64"),
            &format!("{:.1} µs, {:.2} ×", 1e6 * single.work, single.ratio),
            "≤ 0.55",
        );
        let two = compare(
            rounds,
            stepper::<f64>(samples, count, 2, 1),
            stepper::<f64>(samples, count, 1, 1),
        );
        row(
            &format!("2^{power}, two polarisations / one"),
            &format!("{:.1} µs, {:.2} ×", 1e6 * two.work, two.ratio),
            "about 2",
        );
    }
}

fn both_threads() {
    heading("Two threads, time on the clock");
    let rounds = sized(9, 1);
    let ratio = |mut one: Box<dyn FnMut() + Send>, mut two: Box<dyn FnMut() + Send>| {
        let (single, pair) = (threads(1), threads(2));
        one();
        pair.install(&mut two);
        median(
            (0..rounds)
                .map(|_| {
                    let alone = timed(|| single.install(&mut one)).1.wall;
                    alone / timed(|| pair.install(&mut two)).1.wall
                })
                .collect(),
        )
    };
    for power in if stopwatch::smoke() {
        vec![14]
    } else {
        vec![14, 16, 18, 20]
    } {
        let samples = 1usize << power;
        let count = sized(((1 << 22) / samples).clamp(4, 100), 2);
        let four = || -> Box<dyn FnMut() + Send> {
            let mut works: Vec<Box<dyn FnMut() -> f64 + Send>> = (0..4)
                .map(|_| {
                    Box::new(stepper::<f64>(samples, count, 1, 1)) as Box<dyn FnMut() -> f64 + Send>
                })
                .collect();
            Box::new(move || {
                works.par_iter_mut().for_each(|w| {
                    w();
                });
            })
        };
        row(
            &format!("four waveforms of 2^{power}, one thread / two"),
            &format!("{:.2} ×", ratio(four(), four())),
            "≥ 1.8",
        );
        let one = |at_once: usize| -> Box<dyn FnMut() + Send> {
            let mut work = stepper::<f64>(samples, count, 1, at_once);
            Box::new(move || {
                work();
            })
        };
        row(
            &format!("one waveform of 2^{power}, one thread / two"),
            &format!("{:.2} ×", ratio(one(1), one(2))),
            if power == 18 { "≥ 1.6" } else { "" },
        );
    }
}

/// Reads `re, im, re, im …` in double precision.
fn read(path: &str) -> Vec<Complex64> {
    let bytes = std::fs::read(path).unwrap_or_else(|e| panic!("{path}: {e}"));
    let (numbers, _) = bytes.as_chunks::<8>();
    let (pairs, _) = numbers.as_chunks::<2>();
    pairs
        .iter()
        .map(|[re, im]| Complex::new(f64::from_ne_bytes(*re), f64::from_ne_bytes(*im)))
        .collect()
}

fn number(name: &str) -> f64 {
    option(name)
        .and_then(|v| v.parse().ok())
        .unwrap_or_else(|| panic!("--{name} with a number"))
}

fn once<T: Real>() {
    let whole = read(&option("input").expect("--input with a file"));
    let polarizations = if option("polarizations").as_deref() == Some("2") {
        2
    } else {
        1
    };
    let samples = whole.len() / polarizations;
    let fiber = NonlinearFiber {
        length: number("length"),
        attenuation: number("attenuation"),
        beta2: number("beta2"),
        gamma: number("gamma"),
        ..NonlinearFiber::default()
    };
    let control = match option("steps") {
        Some(_) => StepControl::Fixed {
            steps: option("steps")
                .and_then(|s| s.parse().ok())
                .expect("a number of steps"),
        },
        None => StepControl::Automatic {
            tolerance: number("tolerance"),
        },
    };
    let grid = Grid {
        samples,
        sampling_rate: number("sampling-rate"),
    };
    let mut propagator = Propagator::<T>::new(&fiber, grid, control).expect("a fibre");
    let start: Vec<Complex<T>> = whole
        .iter()
        .map(|a| Complex::new(T::new(a.re), T::new(a.im)))
        .collect();
    let mut out = start.clone();
    let mut go = |out: &mut [Complex<T>]| -> Report {
        out.copy_from_slice(&start);
        let (x, y) = out.split_at_mut(samples);
        if polarizations == 2 {
            propagator.propagate_two(x, y)
        } else {
            propagator.propagate(x)
        }
        .expect("a field")
    };
    let report = go(&mut out);
    let repetitions = option("repetitions")
        .and_then(|r| r.parse().ok())
        .unwrap_or(3usize);
    let seconds = median(
        (0..repetitions.max(1))
            .map(|_| timed(|| go(&mut out)).1.thread)
            .collect(),
    );
    if let Some(path) = option("output") {
        let bytes: Vec<u8> = out
            .iter()
            .flat_map(|a| [a.re, a.im])
            .flat_map(|v| v.wide().to_ne_bytes())
            .collect();
        std::fs::write(&path, bytes).unwrap_or_else(|e| panic!("{path}: {e}"));
    }
    println!(
        "{{\"seconds\": {seconds:e}, \"steps\": {}, \"transforms\": {}, \"estimated_error\": {}}}",
        report.steps,
        report.transforms,
        report
            .estimated_error
            .map_or("null".to_owned(), |e| format!("{e:e}")),
    );
}

fn main() {
    if std::env::args().any(|a| a == "--once") {
        match option("precision").as_deref() {
            Some("f32") => once::<f32>(),
            _ => once::<f64>(),
        }
        return;
    }
    steps();
    both_threads();
}
