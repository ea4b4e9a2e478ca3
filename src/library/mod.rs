//! The library of parts: fibres, lasers, modulators, receivers, cables and codes with the source of
//! every number.
//!
//! The parts are TOML files, compiled into the program; a folder of files of the same form adds to
//! them and takes precedence. A part has a title, a `[source]`, optionally a `[validity]`, and one
//! table named as the kind of stage it is for, with the keys of that stage in a link file. Which
//! folder a file stands in does not matter: its kind is that of its table.
//!
//! ```
//! let library = eyespan::library::Library::built_in()?;
//! let fiber = library.find("fiber", "itu-g652d")?;
//! assert!(fiber.title.contains("G.652"));
//! # Ok::<(), eyespan::library::LibraryError>(())
//! ```

pub mod part;

pub use part::{Part, PartTable, SourceKind};

use crate::config::error::ConfigErrors;
use crate::config::link_file::{parse_document, read_text};
use crate::config::nearest::{list, nearest};
use crate::config::source::Source;
use include_dir::{Dir, include_dir};
use std::path::{Path, PathBuf};
use std::sync::Arc;

static MODELS: Dir = include_dir!("$CARGO_MANIFEST_DIR/models");

/// Why a part cannot be had.
#[derive(Debug, Clone, thiserror::Error)]
pub enum LibraryError {
    /// No part of this name.
    #[error("there is no part `{name}`; {help}")]
    NotFound {
        /// The name.
        name: String,
        /// The nearest name, and those there are.
        help: String,
    },
    /// A part of this name, of another kind.
    #[error("the part `{name}` is for `{actual}`, not for `{wanted}`; {help}")]
    OtherKind {
        /// The name.
        name: String,
        /// Kind it is of.
        actual: String,
        /// Kind that was asked for.
        wanted: String,
        /// The parts of the wanted kind.
        help: String,
    },
    /// A folder that cannot be read.
    #[error("the folder of parts `{folder}` cannot be read: {reason}")]
    Folder {
        /// The folder.
        folder: String,
        /// Why.
        reason: String,
    },
    /// Part files with mistakes.
    #[error("{0}")]
    Invalid(ConfigErrors),
}

/// The parts that link files can name.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// By kind and name.
    parts: Vec<Part>,
}

impl Library {
    /// The parts compiled into the program.
    ///
    /// # Errors
    /// [`LibraryError::Invalid`] where one of them has a mistake, which a test excludes.
    pub fn built_in() -> Result<Self, LibraryError> {
        let mut library = Self::default();
        let mut errors = ConfigErrors::default();
        let mut folders = vec![&MODELS];
        while let Some(folder) = folders.pop() {
            folders.extend(folder.dirs());
            for file in folder.files() {
                let path = file.path();
                if let (true, Some(text)) = (is_part(path), file.contents_utf8()) {
                    let source = Source::new(&format!("models/{}", path.display()), text);
                    library.read(path, source, &mut errors);
                }
            }
        }
        library.sorted(errors)
    }

    /// The parts compiled into the program, and over them those of a folder and the folders in it.
    ///
    /// # Errors
    /// [`LibraryError::Folder`] where it cannot be read, [`LibraryError::Invalid`] with every
    /// mistake in its files.
    pub fn with_folder(folder: &Path) -> Result<Self, LibraryError> {
        let mut library = Self::built_in()?;
        let mut errors = ConfigErrors::default();
        for path in files_under(folder)? {
            match read_text(&path) {
                Ok(source) => library.read(&path, source, &mut errors),
                Err(failed) => errors.errors.extend(failed.errors),
            }
        }
        library.sorted(errors)
    }

    /// Every part, by kind and name.
    pub fn list(&self) -> &[Part] {
        &self.parts
    }

    /// The part called `name`, of whatever kind; `kind/name` says which.
    ///
    /// # Errors
    /// [`LibraryError::NotFound`] with the nearest name.
    pub fn show(&self, name: &str) -> Result<&Part, LibraryError> {
        let (kind, plain) = match name.split_once('/') {
            Some((kind, plain)) => (Some(kind), plain),
            None => (None, name),
        };
        let part = self
            .parts
            .iter()
            .find(|part| part.name == plain && kind.is_none_or(|kind| part.kind == kind));
        part.ok_or_else(|| {
            let names: Vec<&str> = self.parts.iter().map(|part| part.name.as_str()).collect();
            not_found(name, plain, &names)
        })
    }

    /// The part called `name` for stages of `kind` ("fec" for a code).
    ///
    /// # Errors
    /// [`LibraryError::OtherKind`] where the part is of another kind, [`LibraryError::NotFound`]
    /// with the nearest name where there is none.
    pub fn find(&self, kind: &str, name: &str) -> Result<&Part, LibraryError> {
        let of_kind: Vec<&Part> = self.parts.iter().filter(|part| part.kind == kind).collect();
        if let Some(part) = of_kind.iter().find(|part| part.name == name) {
            return Ok(part);
        }
        let names: Vec<&str> = of_kind.iter().map(|part| part.name.as_str()).collect();
        match self.parts.iter().find(|part| part.name == name) {
            Some(other) => Err(LibraryError::OtherKind {
                name: name.to_owned(),
                actual: other.kind.clone(),
                wanted: kind.to_owned(),
                help: there_are(&names),
            }),
            None => Err(not_found(name, name, &names)),
        }
    }

    /// Reads one file into the library in place of a part of the same kind and name.
    fn read(&mut self, path: &Path, source: Source, errors: &mut ConfigErrors) {
        let name = path
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let source = Arc::new(source);
        let part = parse_document(&source, |document| Part::read(&name, &source, document));
        match part.and_then(|part| part) {
            Ok(part) => {
                self.parts
                    .retain(|old| old.kind != part.kind || old.name != part.name);
                self.parts.push(part);
            }
            Err(failed) => errors.errors.extend(failed.errors),
        }
    }

    fn sorted(mut self, errors: ConfigErrors) -> Result<Self, LibraryError> {
        self.parts
            .sort_by(|a, b| (&a.kind, &a.name).cmp(&(&b.kind, &b.name)));
        errors.or(self).map_err(LibraryError::Invalid)
    }
}

fn not_found(name: &str, plain: &str, names: &[&str]) -> LibraryError {
    let there_are = there_are(names);
    LibraryError::NotFound {
        name: name.to_owned(),
        help: match nearest(plain, names) {
            Some(meant) => format!("did you mean `{meant}`? {there_are}"),
            None => there_are,
        },
    }
}

fn there_are(names: &[&str]) -> String {
    if names.is_empty() {
        "the library has no part of this kind".to_owned()
    } else {
        format!("there are: {}", list(names))
    }
}

fn is_part(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "toml")
}

/// The part files in a folder and the folders in it, by path.
fn files_under(folder: &Path) -> Result<Vec<PathBuf>, LibraryError> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let failed = |error: std::io::Error| LibraryError::Folder {
            folder: folder.display().to_string(),
            reason: error.to_string(),
        };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            // A link to a folder is not followed: it could lead back to where it came from.
            if kind.is_dir() {
                folders.push(entry.path());
            } else if is_part(&entry.path()) {
                files.push(entry.path());
            }
        }
    }
    files.sort();
    Ok(files)
}

#[cfg(test)]
mod tests;
