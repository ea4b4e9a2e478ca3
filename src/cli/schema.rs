//! `eyespan schema`.

use super::{Failure, print_json};
use clap::{Args, ValueEnum};

#[derive(Debug, Args)]
pub(super) struct SchemaArguments {
    /// Which schema.
    what: What,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum What {
    /// Link files, for completion in editors.
    Link,
    /// Files of amplified lines, for completion in editors.
    Line,
    /// Results of `run` and `reach`.
    Result,
}

pub(super) fn run(arguments: &SchemaArguments) -> Result<(), Failure> {
    print_json(&match arguments.what {
        What::Link => eyespan::config::link_schema(),
        What::Line => eyespan::config::line_schema(),
        What::Result => eyespan::study::result::result_schema(),
    })
}
