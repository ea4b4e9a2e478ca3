//! What the benchmarks share: a clock that a busy machine does not disturb, medians of alternating
//! rounds, the links of the examples, and the table they print.

#![allow(dead_code)] // every benchmark takes what it needs

use eyespan::config::{LinkFile, Override};
use eyespan::library::Library;
use eyespan::link::Link;
use rustfft::{FftPlanner, num_complex::Complex64};
use std::path::Path;
use std::time::{Duration, Instant};

/// What one turn of a calculation took.
#[derive(Debug, Clone, Copy)]
pub struct Spent {
    /// Time on the clock, s.
    pub wall: f64,
    /// Time of this thread on a processor, s.
    pub thread: f64,
}

/// Runs something once.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, Spent) {
    let (wall, thread) = (Instant::now(), thread_time());
    let result = std::hint::black_box(work());
    let spent = Spent {
        thread: thread_time().saturating_sub(thread).as_secs_f64(),
        wall: wall.elapsed().as_secs_f64(),
    };
    (result, spent)
}

/// Time this thread has been on a processor; the time on the clock where the system keeps none.
#[cfg(target_os = "linux")]
pub fn thread_time() -> Duration {
    #[repr(C)]
    struct TimeSpec {
        seconds: i64,
        nanoseconds: i64,
    }
    unsafe extern "C" {
        fn clock_gettime(clock: i32, time: *mut TimeSpec) -> i32;
    }
    const CLOCK_THREAD_CPUTIME_ID: i32 = 3;
    let mut time = TimeSpec {
        seconds: 0,
        nanoseconds: 0,
    };
    // SAFETY: the structure is that of the 64-bit C library, and outlives the call.
    let failed = unsafe { clock_gettime(CLOCK_THREAD_CPUTIME_ID, &raw mut time) } != 0;
    assert!(!failed, "the clock of the thread cannot be read");
    Duration::new(
        time.seconds.unsigned_abs(),
        u32::try_from(time.nanoseconds).unwrap_or(0),
    )
}

/// Time this thread has been on a processor; the time on the clock where the system keeps none.
#[cfg(not(target_os = "linux"))]
pub fn thread_time() -> Duration {
    static BEGIN: std::sync::OnceLock<Instant> = std::sync::OnceLock::new();
    BEGIN.get_or_init(Instant::now).elapsed()
}

/// Median; NaN of nothing.
pub fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let n = values.len();
    match n {
        0 => f64::NAN,
        _ if n % 2 == 1 => values[n / 2],
        _ => 0.5 * (values[n / 2 - 1] + values[n / 2]),
    }
}

/// Medians over rounds in which the work and its yardstick take turns: thread time of the work and
/// of the yardstick in seconds, and their ratio round by round.
pub struct Compared {
    /// Thread time of the work, s.
    pub work: f64,
    /// Time of the work on the clock, s.
    pub wall: f64,
    /// Thread time of the yardstick, s.
    pub yardstick: f64,
    /// Work over yardstick, the median of the rounds' own ratios.
    pub ratio: f64,
}

/// Lets the work and its yardstick take turns. Each returns how many units (symbols, samples,
/// evaluations) it did; the times are per unit.
pub fn compare(
    rounds: usize,
    mut work: impl FnMut() -> f64,
    mut yardstick: impl FnMut() -> f64,
) -> Compared {
    let (mut works, mut walls, mut yards, mut ratios) = (vec![], vec![], vec![], vec![]);
    work();
    yardstick();
    for _ in 0..rounds.max(1) {
        let (units, spent) = timed(&mut work);
        let (yard_units, yard) = timed(&mut yardstick);
        works.push(spent.thread / units);
        walls.push(spent.wall / units);
        yards.push(yard.thread / yard_units);
        ratios.push(spent.thread / units / (yard.thread / yard_units));
    }
    Compared {
        work: median(works),
        wall: median(walls),
        yardstick: median(yards),
        ratio: median(ratios),
    }
}

/// True for a run that only shows that everything still works: `cargo bench -- --test`, or
/// EYESPAN_BENCH_SMOKE=1 in the environment.
pub fn smoke() -> bool {
    std::env::args().any(|a| a == "--test")
        || std::env::var("EYESPAN_BENCH_SMOKE").is_ok_and(|v| v != "0")
}

/// The first number in a long run, the second in a run for show.
pub fn sized(full: usize, quick: usize) -> usize {
    if smoke() { quick } else { full }
}

/// Value of an option `--name value` of the command line.
pub fn option(name: &str) -> Option<String> {
    let mut arguments = std::env::args().skip_while(|a| a != &format!("--{name}"));
    arguments.next()?;
    arguments.next()
}

/// A link of `examples/links` with changes as on the command line.
pub fn example(name: &str, changes: &[(&str, &str)]) -> Link {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/links")
        .join(name);
    let overrides: Vec<Override> = changes
        .iter()
        .map(|(path, value)| Override::new(*path, *value))
        .collect();
    let library = Library::built_in().expect("the built-in parts are whole");
    LinkFile::load(&path, &overrides, &library)
        .unwrap_or_else(|errors| panic!("{}: {errors}", path.display()))
}

/// A link written down in a benchmark.
pub fn link(text: &str) -> Link {
    let library = Library::built_in().expect("the built-in parts are whole");
    LinkFile::parse(text, "benchmark.toml", &[])
        .and_then(|file| file.resolve(&library))
        .unwrap_or_else(|errors| panic!("{errors}"))
}

/// A pool of so many threads.
pub fn threads(count: usize) -> rayon::ThreadPool {
    rayon::ThreadPoolBuilder::new()
        .num_threads(count)
        .build()
        .expect("threads can be had")
}

/// Prints one line of the table: what, how much, against what target.
pub fn row(what: &str, measured: &str, target: &str) {
    println!("{what:<58} {measured:>34}   {target}");
}

/// Prints a heading with the load of the machine, without which no time means much.
pub fn heading(what: &str) {
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load: Vec<&str> = load.split_whitespace().take(3).collect();
    let mode = if smoke() { ", for show only" } else { "" };
    println!("\n{what}{mode} (load of the machine {})", load.join(" "));
}

/// Two complex transforms of a block, often enough to be timed; returns the symbols they stand for.
pub fn transform_pair(samples: usize, samples_per_symbol: usize) -> impl FnMut() -> f64 {
    let mut planner = FftPlanner::<f64>::new();
    let (forward, inverse) = (
        planner.plan_fft_forward(samples),
        planner.plan_fft_inverse(samples),
    );
    let scratch = forward
        .get_inplace_scratch_len()
        .max(inverse.get_inplace_scratch_len());
    let mut scratch = vec![Complex64::ZERO; scratch];
    let mut block: Vec<Complex64> = (0..samples)
        .map(|i| Complex64::new((i % 7) as f64, (i % 5) as f64))
        .collect();
    let repetitions = sized(200, 10);
    move || {
        for _ in 0..repetitions {
            forward.process_with_scratch(&mut block, &mut scratch);
            inverse.process_with_scratch(&mut block, &mut scratch);
            let scale = 1.0 / samples as f64;
            for x in &mut block {
                *x *= scale;
            }
        }
        repetitions as f64 * (samples / samples_per_symbol) as f64
    }
}
