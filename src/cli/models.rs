//! `eyespan models`.

use super::{Failure, print_text};
use clap::{Args, Subcommand};
use eyespan::library::Library;

#[derive(Debug, Args)]
pub(super) struct ModelsArguments {
    #[command(subcommand)]
    what: Option<What>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List all parts.
    List,
    /// Show a part: its numbers, where they come from, what it leaves out.
    Show {
        /// Name of the part.
        name: String,
    },
}

pub(super) fn run(arguments: &ModelsArguments, library: &Library) -> Result<(), Failure> {
    match &arguments.what {
        None | Some(What::List) => print_text(&list(library)),
        Some(What::Show { name }) => {
            let part = library
                .show(name)
                .map_err(|error| Failure::Words(error.to_string()))?;
            print_text(&part.text.text)
        }
    }
}

fn list(library: &Library) -> String {
    let mut text = String::new();
    let mut kind = "";
    for part in library.list() {
        if part.kind != kind {
            kind = &part.kind;
            text += &format!("\n{kind}\n");
        }
        text += &format!(
            "  {:<16} {}  [{}: {}]\n",
            part.name,
            part.title,
            part.source_kind.as_str(),
            part.source_title
        );
    }
    text
}
