//! The `eyespan` program: `eyespan run`, `reach`, `models`, `validate` and `schema`.

#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::todo,
        clippy::unimplemented
    )
)]

mod cli;

fn main() -> std::process::ExitCode {
    cli::main()
}
