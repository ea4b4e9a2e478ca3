//! Crosstalk and the driver's noise as noise at the receiver's output.

use super::{
    Interferer, LinkError, NoiseResponses, Plan, additive_covariance, linears_after, owned,
};
use crate::link::plan::Linear;
use std::sync::Arc;

/// Covariances that are kept: those of a link's interferers before and behind a change.
const KEPT: usize = 16;

impl NoiseResponses {
    /// Covariance at the receiver's output, at distances of 0, 1, 2, … symbols, of an interferer that is
    /// added at a place of the plan: mean over the phases of its clock.
    pub(super) fn of_interferer(
        &mut self,
        plan: &Plan,
        index: usize,
        interferer: &Arc<Interferer>,
    ) -> Result<Vec<f64>, LinkError> {
        // The gain of a margin changes often, and only scales.
        let (gains, filters): (Vec<&Linear>, Vec<&Linear>) = linears_after(plan, index)
            .into_iter()
            .partition(|linear| matches!(linear, Linear::Gain(_)));
        let gain: f64 = gains
            .iter()
            .filter_map(|linear| linear.flat_gain())
            .product();
        // Aggressors that are alike differ in their slips, which do not count here.
        let alike = |other: &Interferer| {
            other.kind == interferer.kind
                && other.driver == interferer.driver
                && other.levels == interferer.levels
                && other.path == interferer.path
        };
        let known = self
            .interferers
            .iter()
            .find(|(known, of, _)| known.iter().eq(filters.iter().copied()) && alike(of));
        let covariance = if let Some((_, _, covariance)) = known {
            covariance.clone()
        } else {
            let covariance = additive_covariance(plan, &filters, &|f| interferer.density(f))?;
            if self.interferers.len() == KEPT {
                self.interferers.remove(0);
            }
            let entry = (owned(&filters), Arc::clone(interferer), covariance.clone());
            self.interferers.push(entry);
            covariance
        };
        Ok(covariance.iter().map(|c| c * gain * gain).collect())
    }
}
