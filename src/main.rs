//! The `eyespan` program: `eyespan run`, `reach`, `models`, `validate` and `schema`.

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
