//! Validation: the library's numbers against numbers from outside it.
//!
//! A [`Case`] is named by its physics, runs the library's own code and yields [`Check`]s, each with
//! the value that was computed, the one that was expected, how far they may lie apart and why, and
//! where the expected one comes from: a published source, or a script in `validation/derive` that
//! works it out without any of the library's code.

#![allow(
    clippy::too_many_lines,
    clippy::approx_constant,
    clippy::naive_bytecount,
    clippy::excessive_precision,
    reason = "cases are lists, with their numbers as the sources print them"
)]

mod amplified_links;
mod amplifiers;
mod avalanche;
mod board_lines;
mod cable_margin;
pub mod checks;
mod clock_recovery;
mod converters;
mod copper;
mod copper_links;
mod dispersion_penalty;
mod echoes;
mod engines;
mod error_bursts;
mod error_ratios;
mod eye_closure;
mod eye_figures;
mod fec;
mod fiber;
mod inner_code;
mod intensity_modulation;
mod jitter;
mod kerr_links;
mod light_links;
mod light_stages;
mod link_model;
mod links;
mod margin;
mod modulators;
mod multimode;
mod multimode_links;
mod network_links;
mod networks;
mod noise;
mod nonlinear_closed_forms;
mod nonlinear_fiber;
mod passive_optics;
mod patterns;
mod polarization;
mod receiver_statistics;
mod repeaters;
mod reproducibility;
mod sequence_detection;
mod statistical_eye;
mod systematic_jitter;
mod tdecq;

pub use checks::{Case, Outcome, Status};

use rayon::prelude::*;

/// What a case found.
#[derive(Debug)]
pub struct Finding {
    /// Name of the case.
    pub name: String,
    /// Area it belongs to.
    pub area: &'static str,
    /// What came out.
    pub outcome: Outcome,
}

impl Finding {
    /// True unless a check failed or the case broke off.
    pub fn passes(&self) -> bool {
        match &self.outcome {
            Outcome::Checked(checks) => {
                !checks.is_empty() && checks.iter().all(|c| c.status() == Status::Pass)
            }
            Outcome::NotRun(_) => true,
            Outcome::Broken(_) => false,
        }
    }
}

/// Every case, by area.
pub fn cases() -> Vec<Case> {
    [
        fiber::cases(),
        amplifiers::cases(),
        polarization::cases(),
        nonlinear_closed_forms::cases(),
        passive_optics::cases(),
        nonlinear_fiber::cases(),
        modulators::cases(),
        error_ratios::cases(),
        noise::cases(),
        avalanche::cases(),
        fec::cases(),
        error_bursts::cases(),
        inner_code::cases(),
        receiver_statistics::cases(),
        converters::cases(),
        copper::cases(),
        copper_links::cases(),
        board_lines::cases(),
        networks::cases(),
        network_links::cases(),
        margin::cases(),
        cable_margin::cases(),
        patterns::cases(),
        dispersion_penalty::cases(),
        eye_closure::cases(),
        engines::cases(),
        intensity_modulation::cases(),
        kerr_links::cases(),
        light_stages::cases(),
        echoes::cases(),
        amplified_links::cases(),
        link_model::cases(),
        multimode::cases(),
        multimode_links::cases(),
        repeaters::cases(),
        reproducibility::cases(),
        sequence_detection::cases(),
        statistical_eye::cases(),
        systematic_jitter::cases(),
        tdecq::cases(),
        clock_recovery::cases(),
        jitter::cases(),
        eye_figures::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

/// Runs the cases that are wanted, in parallel, and returns them in order.
pub fn run(wanted: impl Fn(&Case) -> bool) -> Vec<Finding> {
    let wanted: Vec<Case> = cases().into_iter().filter(wanted).collect();
    wanted
        .into_par_iter()
        .map(|case| Finding {
            outcome: match (case.run)() {
                Ok(outcome) => outcome,
                Err(error) => Outcome::Broken(error.to_string()),
            },
            name: case.name,
            area: case.area,
        })
        .collect()
}
