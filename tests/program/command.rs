//! Calling the program in a folder of its own.

use serde_json::Value;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::TempDir;

/// An example link file.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/links")
        .join(format!("{name}.toml"))
}

/// The examples of amplified lines.
pub const LINES: [&str; 1] = ["amplified-10x80km"];

/// Every example of a link of stages.
pub fn examples() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/links");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("the examples")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension() == Some(OsStr::new("toml")))
        .filter(|path| !LINES.iter().any(|line| *path == example(line)))
        .collect();
    files.sort();
    assert!(!files.is_empty());
    files
}

/// A folder to run the program in, deleted afterwards.
pub struct Folder(TempDir);

/// What the program did.
pub struct Done {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"))
    }

    pub fn path(&self) -> &Path {
        self.0.path()
    }

    /// The program, with no arguments yet.
    pub fn program(&self) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_eyespan"));
        command.current_dir(self.path()).env("NO_COLOR", "1");
        command
    }

    /// Runs the program with these arguments.
    pub fn eyespan<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Done {
        done(self.program().args(arguments))
    }

    /// Runs an example with changes; the JSON it prints.
    pub fn result(&self, name: &str, changes: &[&str]) -> Value {
        self.run(name, changes).success().json()
    }

    /// Runs an example with changes and `--json`.
    pub fn run(&self, name: &str, changes: &[&str]) -> Done {
        let mut command = self.program();
        command.arg("run").arg(example(name)).arg("--json");
        for change in changes {
            command.args(["--set", change]);
        }
        done(&mut command)
    }

    /// The files below the folder, relative to it.
    pub fn files(&self) -> Vec<String> {
        let mut found = Vec::new();
        let mut folders = vec![self.path().to_owned()];
        while let Some(folder) = folders.pop() {
            for entry in std::fs::read_dir(folder).expect("a folder") {
                let path = entry.expect("an entry").path();
                if path.is_dir() {
                    folders.push(path);
                } else {
                    let relative = path.strip_prefix(self.path()).expect("below the folder");
                    found.push(relative.display().to_string().replace('\\', "/"));
                }
            }
        }
        found.sort();
        found
    }

    /// A file's bytes.
    pub fn read(&self, file: &str) -> Vec<u8> {
        std::fs::read(self.path().join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
    }

    /// A link file written into the folder.
    pub fn write(&self, file: &str, text: &str) {
        std::fs::write(self.path().join(file), text).expect("a file");
    }
}

/// Runs a command to its end.
pub fn done(command: &mut Command) -> Done {
    Done::from(command.output().expect("the program starts"))
}

impl From<Output> for Done {
    fn from(output: Output) -> Self {
        Self {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout).expect("UTF-8"),
            stderr: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }
}

impl Done {
    #[track_caller]
    pub fn success(self) -> Self {
        assert_eq!(self.code, Some(0), "{}", self.stderr);
        self
    }

    /// Asserts that the input was refused with words that hold all of `parts`, and that nothing was
    /// printed on stdout.
    #[track_caller]
    pub fn refused(self, parts: &[&str]) -> Self {
        assert_eq!(self.code, Some(2), "{}{}", self.stdout, self.stderr);
        assert_eq!(self.stdout, "");
        for part in parts {
            assert!(
                self.stderr.contains(part),
                "`{part}` is not in:\n{}",
                self.stderr
            );
        }
        self
    }

    /// Standard output as exactly one JSON value.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.stdout)
            .unwrap_or_else(|error| panic!("{error} in:\n{}", self.stdout))
    }
}

/// The number at a pointer of a result.
#[track_caller]
pub fn number(result: &Value, pointer: &str) -> f64 {
    result
        .pointer(pointer)
        .and_then(Value::as_f64)
        .unwrap_or_else(|| panic!("no number at {pointer} in:\n{result:#}"))
}
