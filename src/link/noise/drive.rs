//! Noise of a voltage that becomes light: of redrivers in front of a modulator or of a laser.

use super::{
    LinkError, NoiseKind, NoiseResponses, Operation, Plan, Propagation, ReceivedNoise,
    StationaryNoise, Wave, linears_after, mean_square_slope,
};
use crate::link::plan::Linear;
use crate::receiver::NoiseDensity;

impl ReceivedNoise {
    /// Adds to the covariance of what is carried to each decision one by one.
    pub(super) fn add_carried(&mut self, covariance: &[f64]) {
        if self.carried_covariance.is_empty() {
            self.carried_covariance = vec![0.0; covariance.len()];
        }
        for (sum, c) in self.carried_covariance.iter_mut().zip(covariance) {
            *sum += c;
        }
    }

    /// Noise that arises in front of what makes light, at operation `index`.
    ///
    /// A laser's power is a line of its drive, and its noise stationary to the end. A modulator's field
    /// is not: noise in front of it is carried to each decision
    /// ([`sensitivity`](crate::link::sensitivity)); the equaliser is solved with what it would be if
    /// fibre did nothing but weaken it.
    pub(super) fn in_front_of_light(
        &mut self,
        plan: &Plan,
        propagation: &Propagation,
        responses: &mut NoiseResponses,
        index: usize,
        density: &NoiseDensity,
    ) -> Result<(), LinkError> {
        let behind = mean_square_slope(plan, propagation, index);
        if let Some((_, table)) = plan.emission() {
            let gain = (table.slope(0.0) * plan.responsivity_after(index)).powi(2) * behind;
            let linears = linears_after(plan, index);
            let covariance = responses.covariance(plan, &linears, density)?;
            self.stationary.push(StationaryNoise {
                kind: NoiseKind::Redriver,
                covariance: covariance.iter().map(|c| gain * c).collect(),
            });
            return Ok(());
        }
        let Some((modulator, table)) = modulator(plan) else {
            return Ok(());
        };
        let drive = match propagation.before(modulator) {
            Some(Wave::Real(wave)) => wave,
            _ => propagation.drive_wave(),
        };
        // d|A|²/dx = 2·Re(A*·dA/dx).
        let squares: f64 = drive
            .iter()
            .map(|&x| (2.0 * (table.at(x).conj() * table.slope(x)).re).powi(2))
            .sum();
        let Some(detector) = plan
            .operations
            .iter()
            .position(|o| matches!(o.operation, Operation::Detect(_)))
        else {
            return Ok(());
        };
        let kept = plan.carrier_transmission(modulator..detector)?;
        let gain = (kept * plan.responsivity_after(modulator)).powi(2) * behind * squares
            / drive.len().max(1) as f64;
        let linears: Vec<&Linear> = plan.operations[index..modulator]
            .iter()
            .chain(plan.operations.get(detector..).unwrap_or_default())
            .filter_map(|o| o.operation.linear_part())
            .collect();
        let covariance = responses.covariance(plan, &linears, density)?;
        let scaled: Vec<f64> = covariance.iter().map(|c| gain * c).collect();
        self.add_carried(&scaled);
        Ok(())
    }
}

/// The place and the table of the modulator.
fn modulator(plan: &Plan) -> Option<(usize, &crate::signal::Table<num_complex::Complex64>)> {
    plan.operations
        .iter()
        .enumerate()
        .find_map(|(i, o)| match &o.operation {
            Operation::Modulate(table) => Some((i, table.as_ref())),
            _ => None,
        })
}
