//! The command line.
//!
//! Results meant for machines go to stdout as JSON, people's words to stderr where both are asked
//! for. Exit codes: 0 done; 1 a validation case failed; 2 wrong input; 130 interrupted.

mod chain;
mod com;
mod diagnose;
mod line;
mod models;
mod reach;
mod run;
mod schema;
mod tdecq;
mod validate;
mod varied;

use clap::{Parser, Subcommand};
use diagnose::Shown;
use eyespan::config::{ConfigErrors, Override};
use eyespan::library::Library;
use eyespan::link::LinkError;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

/// Photonic and copper links: eye diagram, bit error ratio, reach and what limits it.
#[derive(Debug, Parser)]
#[command(name = "eyespan", version, about, arg_required_else_help = true)]
struct Arguments {
    /// Folder of parts that come before the built-in ones.
    #[arg(long, global = true, value_name = "DIR")]
    models: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Simulate one link: eye, bit error ratio, margin.
    Run(run::RunArguments),
    /// Find the longest length that meets each link's target, and what limits it.
    Reach(reach::ReachArguments),
    /// Channel operating margin of a channel in Touchstone files.
    Com(com::ComArguments),
    /// TDECQ and the other figures of an optical transmitter, of a captured waveform or of a link file.
    Tdecq(tdecq::TdecqArguments),
    /// Show the library of parts and where their numbers come from.
    Models(models::ModelsArguments),
    /// Run the validation cases: computed against published.
    Validate(validate::ValidateArguments),
    /// Print the JSON Schema of link files or of results.
    Schema(schema::SchemaArguments),
}

/// Why a command stopped.
#[derive(Debug)]
enum Failure {
    /// A link file is wrong.
    Config(ConfigErrors),
    /// A link cannot be run.
    Link { file: String, error: LinkError },
    /// Anything else, in words.
    Words(String),
    /// A validation case failed.
    Validation,
    /// The user stopped it.
    Interrupted,
}

impl From<ConfigErrors> for Failure {
    fn from(errors: ConfigErrors) -> Self {
        Self::Config(errors)
    }
}

/// Set by Ctrl-C: long work stops at its next look.
static STOP: AtomicBool = AtomicBool::new(false);

/// An error where the user has asked to stop: to be looked at before anything is written.
fn go_on() -> Result<(), Failure> {
    if STOP.load(Ordering::Relaxed) {
        return Err(Failure::Interrupted);
    }
    Ok(())
}

/// Runs the program.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if matches!(arguments.command, Command::Run(_) | Command::Reach(_)) {
        // Without a handler Ctrl-C still ends the program, only less cleanly.
        let _ = ctrlc::set_handler(|| {
            if STOP.swap(true, Ordering::Relaxed) {
                std::process::exit(130);
            }
        });
    }
    let library = match &arguments.models {
        Some(folder) => Library::with_folder(folder),
        None => Library::built_in(),
    };
    let library = match library {
        Ok(library) => library,
        Err(error) => {
            print_words(&format!("error: {error}\n"));
            return ExitCode::from(2);
        }
    };
    let done = match arguments.command {
        Command::Run(arguments) => run::run(&arguments, &library),
        Command::Reach(arguments) => reach::run(&arguments, &library),
        Command::Com(arguments) => com::run(&arguments, &library),
        Command::Tdecq(arguments) => tdecq::run(&arguments, &library),
        Command::Models(arguments) => models::run(&arguments, &library),
        Command::Validate(arguments) => validate::command(&arguments),
        Command::Schema(arguments) => schema::run(&arguments),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(Failure::Config(errors)) => {
            print_words(&Shown(&errors).to_string());
            ExitCode::from(2)
        }
        Err(
            Failure::Interrupted
            | Failure::Link {
                error: LinkError::Interrupted,
                ..
            },
        ) => {
            print_words("interrupted: nothing was written\n");
            ExitCode::from(130)
        }
        Err(Failure::Link { file, error }) => {
            print_words(&format!("error: {file}: {error}\n"));
            ExitCode::from(2)
        }
        Err(Failure::Words(words)) => {
            print_words(&format!("error: {words}\n"));
            ExitCode::from(2)
        }
        Err(Failure::Validation) => ExitCode::from(1),
    }
}

/// A change of a link file on the command line.
#[derive(Debug, Clone, clap::Args)]
struct Changes {
    /// Change a value: `stage.3.fiber.length_km=2` (stages are counted from 1), `span.length_km=2`
    /// (by the name inside the stage's table) or `signal.symbol_rate_gbd=56`.
    #[arg(long = "set", value_name = "PATH=VALUE")]
    set: Vec<Override>,
}

/// Writes a file whole or not at all: beside its place first, then moved there.
fn write_whole(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let failed = |error: std::io::Error| Failure::Words(format!("{}: {error}", path.display()));
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    let part = path.with_file_name(name);
    std::fs::write(&part, bytes)
        .and_then(|()| std::fs::rename(&part, path))
        .map_err(|error| {
            let _ = std::fs::remove_file(&part);
            failed(error)
        })
}

/// Makes a folder and those above it.
fn make_folder(folder: &Path) -> Result<(), Failure> {
    std::fs::create_dir_all(folder)
        .map_err(|error| Failure::Words(format!("{}: {error}", folder.display())))
}

/// Prints one JSON value on stdout.
fn print_json(value: &impl serde::Serialize) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|error| {
        Failure::Words(format!("the result cannot be written as JSON: {error}"))
    })?;
    print_text(&format!("{text}\n"))
}

/// Prints on stderr; where nobody reads it, it is lost.
fn print_words(words: &str) {
    let _ = std::io::stderr().lock().write_all(words.as_bytes());
}

/// Prints on stdout; a closed pipe is no error.
fn print_text(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::Words(format!("stdout: {error}")))
        }
        _ => Ok(()),
    }
}
