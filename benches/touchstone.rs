//! Reading Touchstone files, and mixed modes of what was read.
//!
//! Yardstick: the numbers of the same file alone, each line split at blanks and every word parsed by
//! the standard library. It knows nothing of points, ports or options.
//!
//! `--once <file> [--repeat <n>]` reads one file, makes mixed modes of it and prints the thread time
//! of each repetition and the largest resident memory as JSON, for `peers/touchstone.py`.

mod stopwatch;

use eyespan::network::{Pair, Touchstone};
use std::fmt::Write;
use std::path::Path;
use std::process::Command;
use stopwatch::{compare, heading, option, row, sized, timed};

/// Text of a four-port file like those of network analysers, this many points.
fn four_port(points: usize) -> String {
    let mut text = String::from("! four ports, 1 to 2 and 3 to 4\n# MHz S MA R 50.0\n");
    let mut state = 0x9e37_79b9_u64;
    let mut random = move || {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (state >> 11) as f64 / (1_u64 << 53) as f64
    };
    for point in 0..points {
        let _ = write!(text, "{:.1}", point as f64 * 10.0);
        for _ in 0..4 {
            for _ in 0..4 {
                let _ = write!(text, " {:.16} {:.14}", random(), 360.0 * random() - 180.0);
            }
            text.push('\n');
        }
    }
    text
}

/// Reads and mixes; the number of points, so that nothing is optimised away.
fn work(bytes: &[u8]) -> usize {
    let file = Touchstone::parse(bytes, "made.s4p").expect("a whole file");
    let mixed = file
        .network
        .mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])
        .expect("four ports");
    std::hint::black_box(mixed.s());
    mixed.points()
}

fn yardstick(text: &str) -> usize {
    let mut numbers = Vec::new();
    for line in text.lines().filter(|l| !l.starts_with(['!', '#'])) {
        for word in line.split_whitespace() {
            numbers.push(word.parse::<f64>().expect("a number"));
        }
    }
    std::hint::black_box(&numbers);
    numbers.len() / 33
}

/// Largest resident memory of this process so far, in 10⁶ bytes; Linux only.
fn largest_memory() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|l| l.starts_with("VmHWM"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1024e-6)
}

fn once(path: &str) {
    let repeat = option("repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let mut times = Vec::new();
    for _ in 0..repeat {
        let (points, spent) = timed(|| {
            let file = Touchstone::read(path).unwrap_or_else(|error| panic!("{error}"));
            let mixed = file.network.mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)]);
            mixed.expect("four ports").points()
        });
        assert!(points > 0);
        times.push(spent.thread.to_string());
    }
    println!(
        "{{\"thread_seconds\": [{}], \"largest_memory_mb\": {:.1}}}",
        times.join(", "),
        largest_memory().unwrap_or(f64::NAN)
    );
}

/// Memory of a process that reads a file of this many points, over the size of the file.
fn memory(points: usize) -> Option<(f64, f64)> {
    let folder = tempfile::tempdir().ok()?;
    let path = folder.path().join("large.s4p");
    std::fs::write(&path, four_port(points)).ok()?;
    let size = Path::new(&path).metadata().ok()?.len() as f64 * 1e-6;
    let output = Command::new(std::env::current_exe().ok()?)
        .args(["--once", path.to_str()?])
        .output()
        .ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let used: f64 = text
        .split_once("largest_memory_mb\": ")?
        .1
        .trim_end()
        .trim_end_matches('}')
        .parse()
        .ok()?;
    Some((size, used))
}

fn main() {
    if let Some(path) = option("once") {
        once(&path);
        return;
    }
    heading("Touchstone files, one thread");
    let text = four_port(sized(4001, 200));
    let result = compare(
        sized(15, 1),
        || work(text.as_bytes()) as f64,
        || yardstick(&text) as f64,
    );
    row("what", "ms, over the yardstick", "target");
    let points = yardstick(&text) as f64;
    row(
        &format!(
            "four ports, {points} points, {:.1} MB: read, mixed modes",
            text.len() as f64 * 1e-6
        ),
        &format!("{:.1}, {:.2} ×", 1e3 * result.work * points, result.ratio),
        "≤ 1 ×",
    );
    row("what", "MB, over the size", "target");
    match memory(sized(313_000, 2000)) {
        Some((size, used)) => row(
            &format!("memory to read {size:.0} MB and make mixed modes"),
            &format!("{used:.0}, {:.2} ×", used / size),
            "≤ 4 ×",
        ),
        None => row("memory to read a large file", "not known", "≤ 4 ×"),
    }
}
