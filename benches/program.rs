//! The program as a whole: its start, and the memory of a long Monte-Carlo run.
//!
//! Yardstick of the start: `true`, the program that does nothing.

mod stopwatch;

use std::process::{Command, Stdio};
use std::time::Instant;
use stopwatch::{heading, median, row, smoke};

const PROGRAM: &str = env!("CARGO_BIN_EXE_eyespan");

/// Median time of 20 runs, s.
fn start(program: &str, arguments: &[&str]) -> f64 {
    let times = (0..20)
        .map(|_| {
            let begin = Instant::now();
            let status = Command::new(program)
                .args(arguments)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .status()
                .expect("the program starts");
            assert!(status.success());
            begin.elapsed().as_secs_f64()
        })
        .collect();
    median(times)
}

/// Largest resident memory of the program while it runs, in 10⁶ bytes, looked at every 20 ms; and
/// the time it ran, s. Linux only.
fn memory(arguments: &[&str]) -> Option<(f64, f64)> {
    let begin = Instant::now();
    let mut child = Command::new(PROGRAM)
        .args(arguments)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .ok()?;
    let file = format!("/proc/{}/status", child.id());
    let mut most: f64 = 0.0;
    loop {
        // VmHWM is the largest so far, in units of 1024 bytes.
        let kilobytes = std::fs::read_to_string(&file)
            .ok()
            .and_then(|text| {
                let line = text.lines().find(|l| l.starts_with("VmHWM"))?.to_owned();
                line.split_whitespace().nth(1)?.parse::<f64>().ok()
            })
            .unwrap_or(0.0);
        most = most.max(kilobytes * 1024e-6);
        if child.try_wait().ok()?.is_some() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    (most > 0.0).then(|| (most, begin.elapsed().as_secs_f64()))
}

fn main() {
    heading("The program");
    let help = start(PROGRAM, &["--help"]);
    let nothing = start("true", &[]);
    row("what", "ms, yardstick's", "target");
    row(
        "eyespan --help",
        &format!("{:.1}, {:.1}", 1e3 * help, 1e3 * nothing),
        "≤ 30 ms",
    );
    let symbols = if smoke() { "1e6" } else { "1e8" };
    let link = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/examples/links/400gbase-dr4.toml"
    );
    let maximum = format!("engine.monte_carlo.maximum_symbols={symbols}");
    let folder = tempfile::tempdir().expect("a folder can be made");
    let out = folder.path().to_string_lossy().into_owned();
    let used = memory(&[
        "run",
        link,
        "--out",
        &out,
        "--set",
        "engine.method=monte-carlo",
        "--set",
        "engine.monte_carlo.relative_error=1e-6",
        "--set",
        &maximum,
    ]);
    match used {
        Some((megabytes, seconds)) => row(
            &format!("peak memory, {symbols} symbols counted"),
            &format!("{megabytes:.0} MB in {seconds:.1} s"),
            "≤ 150 MB",
        ),
        None => row("peak memory", "not known on this system", "≤ 150 MB"),
    }
}
