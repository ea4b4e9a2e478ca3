//! Noise that arises where light is detected, and noise that light brings there.

use super::{
    Interference, LinkError, NoiseKind, NoiseResponses, NoiseSource, Plan, Propagation,
    ReceivedNoise, SignalNoise, StationaryNoise, Wave, dot, linears_after, mean_square_slope,
    signal_noise, square_slopes,
};
use crate::link::plan::LightNoise;
use crate::link::sensitivity::carries_intensity;

impl ReceivedNoise {
    /// Shot noise, and intensity noise of the laser where that is not carried to each decision.
    pub(super) fn at_detector(
        &mut self,
        plan: &Plan,
        propagation: &Propagation,
        responses: &mut NoiseResponses,
        detector: usize,
        dark: f64,
        intensity: f64,
    ) -> Result<(), LinkError> {
        let Some(detected) = plan.detected() else {
            return Ok(());
        };
        let (Some(Wave::Real(light)), Some(Wave::Real(current))) = (
            propagation.before(detector + 1),
            propagation.before(detected),
        ) else {
            return Ok(());
        };
        let dark = dark + plan.spontaneous_current();
        let carried = carries_intensity(plan);
        // The states of polarisation are delayed with the laser's noise, and make shot noise where they
        // are added.
        let apart = detected != detector + 1;
        let tail = responses.tail(plan, &linears_after(plan, detector))?;
        if carried {
            let mean = dot(light, light) / light.len().max(1) as f64;
            self.add_carried(&tail.covariance(plan, intensity * mean));
        }
        let followed = if carried { 0.0 } else { intensity };
        if apart {
            let shot = responses.tail(plan, &linears_after(plan, detected))?;
            self.signal.push(signal_noise(
                plan,
                propagation,
                shot,
                detected,
                current,
                dark,
                0.0,
            ));
            if followed > 0.0 {
                let density = light.iter().map(|i| followed * i * i).collect();
                self.signal.push(SignalNoise::new(
                    plan,
                    tail,
                    with_slopes(plan, propagation, detector, density),
                    vec![(NoiseKind::RelativeIntensity, 1.0)],
                ));
            }
        } else {
            self.signal.push(signal_noise(
                plan,
                propagation,
                tail,
                detector,
                current,
                dark,
                followed,
            ));
        }
        Ok(())
    }

    /// Noise that light brings to the detector.
    pub(super) fn of_light(
        &mut self,
        plan: &Plan,
        propagation: &Propagation,
        responses: &mut NoiseResponses,
        source: &NoiseSource,
        light: &LightNoise,
    ) -> Result<(), LinkError> {
        let kind = match light {
            LightNoise::Reflections(_) => NoiseKind::Reflections,
            LightNoise::InBandCrosstalk(_) => NoiseKind::InBandCrosstalk,
            LightNoise::AdjacentCrosstalk(_) => NoiseKind::AdjacentCrosstalk,
            LightNoise::SignalSpontaneous(_) => NoiseKind::SignalSpontaneous,
            LightNoise::SpontaneousSpontaneous(..) => NoiseKind::SpontaneousSpontaneous,
        };
        let Some(place) = plan.detected() else {
            return Ok(());
        };
        let Some(Wave::Real(current)) = propagation.before(place) else {
            return Ok(());
        };
        let linears = linears_after(plan, place);
        if let Some(density) = plan.added_density(source) {
            let slope = mean_square_slope(plan, propagation, place);
            let covariance = responses.covariance(plan, &linears, &density)?;
            self.stationary.push(StationaryNoise {
                kind,
                covariance: covariance.iter().map(|c| slope * c).collect(),
            });
        } else if let Some(charge) = plan.signal_spontaneous_per_current(light) {
            let density = current.iter().map(|i| charge * i).collect();
            self.signal.push(SignalNoise::new(
                plan,
                responses.tail(plan, &linears)?,
                with_slopes(plan, propagation, place, density),
                vec![(kind, 1.0)],
            ));
        } else if let Some(scale) = plan.drifting_beat(light) {
            let squares = current.iter().map(|i| scale * i.max(0.0)).collect();
            let amplitude = with_slopes(plan, propagation, place, squares)
                .iter()
                .map(|square| square.sqrt())
                .collect();
            self.interference.push(Interference::new(
                kind,
                responses.tail(plan, &linears)?,
                amplitude,
                plan.samples_per_symbol,
            ));
        }
        Ok(())
    }
}

/// A density along the pattern behind the slope of the saturation that follows a place.
fn with_slopes(
    plan: &Plan,
    propagation: &Propagation,
    index: usize,
    mut density: Vec<f64>,
) -> Vec<f64> {
    if let Some(squares) = square_slopes(plan, propagation, index) {
        for (d, s) in density.iter_mut().zip(squares) {
            *d *= s;
        }
    }
    density
}
