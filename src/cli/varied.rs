//! The length that `eyespan reach` varies.

use eyespan::config::find_length;
use eyespan::link::{Chain, Link, NamedStage, Stage};
use eyespan::study::chain::longest_span;
use eyespan::study::reach::ReachSettings;
use eyespan::study::{Reach, ReachError, find_chain_reach, find_reach};

/// A link or a chain, and the stage whose length is varied.
pub(super) enum Varied {
    Link {
        link: Box<Link>,
        stage: usize,
    },
    Chain {
        chain: Box<Chain>,
        segment: usize,
        stage: usize,
    },
}

const NO_LENGTH: &str = "the link has no fibre and no cable whose length could be varied";

impl Varied {
    /// The stage of a link that a path names, or its first fibre or cable.
    pub(super) fn of_link(link: Box<Link>, path: Option<&str>) -> Result<Self, String> {
        let stage = match path {
            Some(path) => {
                let stages: Vec<_> = (1..).zip(&link.stages).collect();
                stage_of(&stages, path)?
            }
            None => find_length(&link).ok_or(NO_LENGTH)?,
        };
        Ok(Self::Link { link, stage })
    }

    /// The stage of a chain that a path names, or its longest fibre or cable.
    pub(super) fn of_chain(chain: Box<Chain>, path: Option<&str>) -> Result<Self, String> {
        let (segment, stage) = match path {
            Some(path) => {
                let places: Vec<(usize, usize)> = (chain.segments.iter().enumerate())
                    .flat_map(|(i, s)| (0..s.link.stages.len()).map(move |k| (i, k)))
                    .collect();
                let stages: Vec<_> = (chain.segments.iter())
                    .flat_map(|s| (s.first_stage..).zip(&s.link.stages))
                    .collect();
                places[stage_of(&stages, path)?]
            }
            None => longest_span(&chain).ok_or(NO_LENGTH)?,
        };
        Ok(Self::Chain {
            chain,
            segment,
            stage,
        })
    }

    fn stage(&self) -> &NamedStage {
        match self {
            Self::Link { link, stage } => &link.stages[*stage],
            Self::Chain {
                chain,
                segment,
                stage,
            } => &chain.segments[*segment].link.stages[*stage],
        }
    }

    /// What the result is called: of several lengths, which one is varied.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Link { link, .. } => link.name.clone(),
            Self::Chain { chain, .. } => format!("{}: {}", chain.name, self.stage().name),
        }
    }

    /// Whether it is single-mode fibre, whose lengths are in km.
    pub(super) fn is_fiber(&self) -> bool {
        self.stage().stage.single_mode_fiber().is_some()
    }

    pub(super) fn find(&self, settings: ReachSettings) -> Result<Reach, ReachError> {
        match self {
            Self::Link { link, stage } => find_reach(link, *stage, settings),
            Self::Chain {
                chain,
                segment,
                stage,
            } => find_chain_reach(chain, *segment, *stage, settings),
        }
    }
}

/// Place in a list of stages, each with its position in the file from 1, of the one that a path names.
fn stage_of(stages: &[(usize, &NamedStage)], path: &str) -> Result<usize, String> {
    let mut parts = path.split('.');
    let first = parts.next().unwrap_or_default();
    let index = if first == "stage" {
        parts
            .next()
            .and_then(|n| n.parse::<usize>().ok())
            .and_then(|n| stages.iter().position(|(number, _)| *number == n))
    } else {
        stages.iter().position(|(_, named)| named.name == first)
    };
    let index = index.ok_or_else(|| {
        let names: Vec<&str> = stages.iter().map(|(_, s)| s.name.as_str()).collect();
        format!(
            "--vary {path} names no stage; there are: {}",
            names.join(", ")
        )
    })?;
    let named = stages[index].1;
    let (kind, key) = match named.stage {
        Stage::Fiber(_) | Stage::KerrFiber(_) => ("fiber", "length_km"),
        Stage::MultimodeFiber(_) => ("multimode_fiber", "length_m"),
        Stage::Twinax(_) => ("twinax", "length_m"),
        Stage::Board(_) => ("board", "length_m"),
        _ => {
            return Err(format!(
                "--vary {path} names {}, which has no length: only fibres, twinax and boards have one",
                named.name
            ));
        }
    };
    // What stands behind the stage may be left out, in part or in whole.
    let rest: Vec<&str> = parts.collect();
    if [&[][..], &[kind], &[key], &[kind, key]].contains(&&rest[..]) {
        Ok(index)
    } else {
        Err(format!(
            "--vary {path}: `{}` is no length of {}; write {key}",
            rest.join("."),
            named.name
        ))
    }
}
