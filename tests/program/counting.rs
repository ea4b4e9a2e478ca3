//! Counted errors: intervals, seeds, threads, and stopping.

use crate::command::{Done, Folder, done, example, number};
use serde_json::Value;

/// A million symbols at an error ratio near 1e-4, whatever their precision.
const COUNT: [&str; 3] = [
    "engine.method=monte-carlo",
    "engine.monte_carlo.maximum_symbols=1000000",
    "engine.monte_carlo.relative_error=0.001",
];

fn count(folder: &Folder, more: &[&str]) -> Value {
    folder.result("400gbase-dr4", &[&COUNT[..], more].concat())
}

#[test]
fn counts_come_with_their_interval() {
    let folder = Folder::new();
    let result = count(&folder, &[]);
    assert_eq!(result["ber"]["method"], "monte-carlo");
    let bits = number(&result, "/ber/bits");
    assert!((bits - 2e6).abs() < 0.5, "two bits a symbol: {bits}");
    let ratio = number(&result, "/ber/pre_fec");
    assert!((ratio - number(&result, "/ber/errors") / bits).abs() < 1e-12);
    let (low, high) = (
        number(&result, "/ber/interval_95/0"),
        number(&result, "/ber/interval_95/1"),
    );
    assert!(low < ratio && ratio < high);
    // Half of the interval is nearly 1.96/√errors wide.
    let width = 0.5 * (high - low) / ratio;
    let expected = 1.96 / number(&result, "/ber/errors").sqrt();
    assert!(
        (width / expected - 1.0).abs() < 0.2,
        "{width}, not {expected}"
    );
    // Counts and noise carried as densities tell the same: within twice the interval.
    let carried = number(&folder.result("400gbase-dr4", &[]), "/ber/pre_fec");
    assert!(
        (carried - ratio).abs() < high - low,
        "{carried} is not {low} to {high}"
    );
}

#[test]
fn another_seed_counts_other_errors() {
    let folder = Folder::new();
    let random = ["signal.pattern=random"];
    let one = count(&folder, &[&random[..], &["engine.seed=1"]].concat());
    let two = count(&folder, &[&random[..], &["engine.seed=2"]].concat());
    assert_ne!(one["ber"]["errors"], two["ber"]["errors"]);
}

/// No error among n: the ratio is below 1 − 0.025^(1/n) with the confidence of the two-sided
/// interval (Clopper & Pearson, Biometrika 26, 404, 1934).
#[test]
fn no_error_is_an_upper_limit_and_never_zero() {
    let result = Folder::new().result(
        "10gbase-lr",
        &[
            "engine.method=monte-carlo",
            "engine.monte_carlo.maximum_symbols=5000",
        ],
    );
    for pointer in ["/ber/pre_fec", "/ber/post_fec", "/ser"] {
        assert_eq!(result.pointer(pointer), Some(&Value::Null), "{pointer}");
    }
    assert!(number(&result, "/ber/errors").abs() < 1e-12);
    assert!((number(&result, "/ber/bits") - 5000.0).abs() < 1e-9);
    assert!(number(&result, "/ber/interval_95/0").abs() < 1e-12);
    let limit = 1.0 - 0.025f64.powf(1.0 / 5000.0);
    assert!((number(&result, "/ber/interval_95/1") / limit - 1.0).abs() < 1e-6);
    assert_eq!(
        result["target"]["met"], false,
        "7e-4 at most does not show 1e-12"
    );
}

fn with_threads(threads: &str, changes: &[&str]) -> (Done, Vec<u8>) {
    let folder = Folder::new();
    let mut command = folder.program();
    command.env("RAYON_NUM_THREADS", threads);
    command
        .arg("run")
        .arg(example("400gbase-dr4"))
        .args(["--json", "--out", "."]);
    for change in changes {
        command.args(["--set", change]);
    }
    let done = done(&mut command).success();
    let bytes = folder.read("result.json");
    (done, bytes)
}

#[test]
fn the_number_of_threads_changes_no_byte() {
    let counted = [
        "engine.method=monte-carlo",
        "engine.monte_carlo.maximum_symbols=700000",
        "engine.monte_carlo.relative_error=0.001",
        "sampler.random_jitter_ui=0.01",
        "signal.pattern=random",
    ];
    let carried = ["sampler.random_jitter_ui=0.01"];
    for changes in [&counted[..], &carried[..]] {
        let (one, bytes) = with_threads("1", changes);
        for threads in ["2", "7"] {
            let (other, other_bytes) = with_threads(threads, changes);
            assert!(bytes == other_bytes, "{threads} threads, {changes:?}");
            assert_eq!(one.stdout, other.stdout);
        }
    }
}

#[cfg(unix)]
mod interrupted {
    use super::*;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    fn interrupt(child: &Child) {
        let sent = Command::new("kill")
            .args(["-INT", &child.id().to_string()])
            .status()
            .expect("kill");
        assert!(sent.success());
    }

    /// Waits for the end of an interrupted program.
    fn end(mut child: Child) -> Done {
        let start = Instant::now();
        while child.try_wait().expect("a child").is_none() {
            if start.elapsed() > Duration::from_secs(60) {
                child.kill().expect("a child");
                panic!("the program does not stop");
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        Done::from(child.wait_with_output().expect("a child"))
    }

    #[track_caller]
    fn assert_nothing_left(folder: &Folder, done: &Done) {
        assert_eq!(done.code, Some(130), "{}", done.stderr);
        assert!(done.stderr.contains("interrupted"), "{}", done.stderr);
        assert_eq!(done.stdout, "");
        assert!(folder.files().is_empty(), "{:?}", folder.files());
    }

    #[test]
    fn a_long_count_leaves_nothing_behind() {
        let folder = Folder::new();
        let child = folder
            .program()
            .arg("run")
            .arg(example("400gbase-dr4"))
            .args(["--json", "--set", "engine.method=monte-carlo"])
            .args(["--set", "engine.monte_carlo.maximum_symbols=1e12"])
            .args(["--set", "engine.monte_carlo.relative_error=1e-6"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_secs(2));
        interrupt(&child);
        assert_nothing_left(&folder, &end(child));
    }

    #[test]
    fn a_reach_leaves_nothing_behind() {
        let folder = Folder::new();
        let mut command = folder.program();
        command.arg("reach");
        for _ in 0..20 {
            command.arg(example("800g-dr-106gbd"));
        }
        let child = command
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        std::thread::sleep(Duration::from_secs(1));
        interrupt(&child);
        assert_nothing_left(&folder, &end(child));
    }
}
