//! A link file with retimers: cut into segments, each resolved as a link of its own.

use super::{Resolver, name_or_file};
use crate::config::error::{ConfigError, ConfigErrors, Problem};
use crate::config::layout;
use crate::config::link_file::{LinkFile, file_location};
use crate::config::schema::StageEntry;
use crate::config::set::Override;
use crate::config::stage_tables::StageTable;
use crate::library::Library;
use crate::link::{Chain, Link, PartSource, Retimer, Segment};
use crate::study::simulation::delays;
use std::path::Path;

/// Stages up to a retimer, and that retimer.
struct Piece {
    stages: Vec<StageEntry>,
    end: Option<StageEntry>,
}

impl LinkFile {
    /// Whether retimers cut the link into segments.
    pub fn has_retimers(&self) -> bool {
        self.table
            .stage
            .0
            .iter()
            .any(|stage| matches!(stage.table, StageTable::Retimer(_)))
    }

    /// Reads the file at `path`, makes the changes of `overrides` and resolves it with the parts of
    /// `library`, as a chain of one segment or more.
    ///
    /// # Errors
    /// With every mistake that was found.
    pub fn load_chain(
        path: &Path,
        overrides: &[Override],
        library: &Library,
    ) -> Result<Chain, ConfigErrors> {
        Self::read(path, overrides)?.resolve_chain(library)
    }

    /// The segments of the link in SI units; one where it has no retimer.
    ///
    /// # Errors
    /// With every mistake that was found: those of each segment as of any link, and segments without
    /// a driver, without a receiver, or without anything.
    pub fn resolve_chain(&self, library: &Library) -> Result<Chain, ConfigErrors> {
        let mut resolver = Resolver::new(&self.source, self.errors.clone());
        let rate = self.table.signal.symbol_rate_gbd.as_ref();
        resolver.symbol_rate = rate.map(|rate| rate.value * super::GHZ);
        let mut found: Vec<(usize, Link, Option<Retimer>)> = Vec::new();
        let mut begin: Option<StageEntry> = None;
        let mut used = Vec::new();
        for Piece { stages, mut end } in pieces(&self.table.stage.0) {
            let mut file = self.clone();
            if let Some(end) = &mut end {
                used.extend(resolver.fill_in_part(end, library));
            }
            if !stands_alone(&stages, begin.as_ref(), end.as_ref(), &mut resolver.errors) {
                begin = end;
                continue;
            }
            let mut retimer = None;
            if let Some(entry) = &end
                && let StageTable::Retimer(table) = &entry.table
            {
                file.table.equalizer = table.equalizer.clone();
                file.table.sampler = table.sampler.clone();
                retimer = Some(Resolver::retimer(entry, table));
            }
            let first = stages.first().map_or(1, |stage| stage.number);
            file.table.stage.0 = stages;
            match file.resolve(library) {
                Ok(link) => found.push((first, link, retimer)),
                Err(errors) => note(&mut resolver.errors, errors),
            }
            begin = end;
        }
        resolver.warn_of_validity(&used);
        let Resolver {
            mut errors,
            sources,
            warnings,
            ..
        } = resolver;
        errors = errors.or(()).err().unwrap_or_default();
        if let Some((_, link, _)) = found.first_mut() {
            link.sources.extend(sources);
            link.warnings.extend(warnings);
        }
        errors.clone().or(())?;
        let name = name_or_file(self.table.name.as_ref(), &self.source);
        Chain::new(name, named(found)).map_err(|error| {
            errors.push(ConfigError::at(
                Problem::Conflict,
                &file_location(&self.source),
                error.to_string(),
            ));
            errors
        })
    }
}

/// The stages between retimers.
fn pieces(stages: &[StageEntry]) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut open = Vec::new();
    for stage in stages {
        if matches!(stage.table, StageTable::Retimer(_)) {
            pieces.push(Piece {
                stages: std::mem::take(&mut open),
                end: Some(stage.clone()),
            });
        } else {
            open.push(stage.clone());
        }
    }
    pieces.push(Piece {
        stages: open,
        end: None,
    });
    pieces
}

/// Whether stages between two retimers can be a link; what is missing at the retimers is noted.
fn stands_alone(
    stages: &[StageEntry],
    begin: Option<&StageEntry>,
    end: Option<&StageEntry>,
    errors: &mut ConfigErrors,
) -> bool {
    let before = errors.errors.len();
    let mut note = |at: &StageEntry, what: &str, help: &str| {
        let message = format!("{} {what}", at.place());
        errors.push(ConfigError::at(Problem::Order, &at.at, message).help(help));
    };
    if let Some(begin) = begin
        && !stages.is_empty()
        && !layout::is_optical(stages)
        && !layout::has_driver(stages)
    {
        note(
            begin,
            "has no driver behind it that sends its decisions on",
            "write [[stage]] and below it driver = { … } right behind it, or laser and modulator",
        );
    }
    match (begin, end) {
        (_, Some(end)) if stages.is_empty() || !layout::has_receiver(stages) => note(
            end,
            "has no receiver in front of it that its decisions are taken from",
            "write [[stage]] and below it electrical_receiver = { … } or photoreceiver = { … } before it",
        ),
        (Some(begin), None) if stages.is_empty() => note(
            begin,
            "is the last stage: nothing takes what it sends",
            "write driver, cable or fibre, and receiver behind it; the last segment ends in a receiver and has no retimer",
        ),
        _ => {}
    }
    errors.errors.len() == before
}

/// Notes what is not noted yet: what is wrong with the whole file is found with every segment.
fn note(errors: &mut ConfigErrors, more: ConfigErrors) {
    for error in more.errors {
        let known = errors
            .errors
            .iter()
            .any(|e| e.span == error.span && e.message == error.message && e.key == error.key);
        if !known {
            errors.push(error);
        }
    }
}

/// Segments with names of their own: that of the fibre or cable with the longest delay, or the last
/// stage's where there is none; with their number where two would have the same.
fn named(found: Vec<(usize, Link, Option<Retimer>)>) -> Vec<Segment> {
    let names: Vec<String> = found
        .iter()
        .map(|(_, link, _)| {
            let spans = delays(link);
            let longest = spans
                .iter()
                .max_by(|a, b| a.delay_ns.total_cmp(&b.delay_ns));
            match (longest, link.stages.last()) {
                (Some(span), _) => span.stage.clone(),
                (None, Some(last)) => last.name.clone(),
                (None, None) => String::new(),
            }
        })
        .collect();
    let mut known: Vec<PartSource> = Vec::new();
    found
        .into_iter()
        .zip(&names)
        .enumerate()
        .map(|(i, ((first_stage, mut link, retimer), name))| {
            let repeated = names.iter().filter(|other| *other == name).count() > 1;
            // The code's part is that of the whole.
            link.sources.retain(|source| !known.contains(source));
            known.extend(link.sources.iter().cloned());
            Segment {
                name: if repeated {
                    format!("{name} {}", i + 1)
                } else {
                    name.clone()
                },
                link,
                first_stage,
                retimer,
            }
        })
        .collect()
}
