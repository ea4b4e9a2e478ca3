//! Cables whose impedance is known within a tolerance: a link with the worst of it.

use crate::link::semi_analytic::SemiAnalytic;
use crate::link::{Link, LinkError, Stage};

/// Cables with a tolerance of which every combination is tried; of more, all deviate alike.
const COMBINED: u32 = 4;

/// The link with every combination of nominal impedance, the lowest and the highest that the tolerances of its
/// cables allow; empty where none has a tolerance. Each is said in the link's warnings.
pub fn deviations(link: &Link) -> Vec<Link> {
    let tolerant: Vec<usize> = link
        .stages
        .iter()
        .enumerate()
        .filter(|(_, n)| matches!(&n.stage, Stage::Twinax(c) if c.impedance_tolerance > 0.0))
        .map(|(i, _)| i)
        .collect();
    let count = u32::try_from(tolerant.len()).unwrap_or(u32::MAX);
    if count == 0 {
        return Vec::new();
    }
    let combinations = 3usize.pow(count.min(COMBINED));
    let alike = count > COMBINED;
    let all = if alike { 3 } else { combinations };
    (0..all)
        .map(|combination| {
            let mut deviating = link.clone();
            let mut digits = combination;
            for &index in &tolerant {
                let sign = (digits % 3) as f64 - 1.0;
                if !alike {
                    digits /= 3;
                }
                let Some(named) = deviating.stages.get_mut(index) else {
                    continue;
                };
                if let Stage::Twinax(cable) = &mut named.stage {
                    let tolerance = std::mem::take(&mut cable.impedance_tolerance);
                    let nominal = cable.differential_impedance;
                    cable.differential_impedance *= 1.0 + sign * tolerance;
                    deviating.warnings.push(format!(
                        "{}: computed with {:.4} Ω, the worst of {nominal} Ω ± {} %",
                        named.name,
                        cable.differential_impedance,
                        // As it was written.
                        (1e10 * tolerance).round() / 1e8
                    ));
                }
            }
            deviating
        })
        .collect()
}

/// The link with the impedances that make the most errors; None where no cable has a tolerance.
///
/// # Errors
/// [`LinkError`] where the link cannot be run.
pub fn with_worst_impedance(link: &Link) -> Result<Option<Link>, LinkError> {
    let mut worst: Option<(f64, Link)> = None;
    for deviating in deviations(link) {
        let errors = SemiAnalytic::new(&deviating)?
            .evaluate()?
            .decided
            .errors
            .bit;
        if worst.as_ref().is_none_or(|(most, _)| errors > *most) {
            worst = Some((errors, deviating));
        }
    }
    Ok(worst.map(|(_, link)| link))
}
