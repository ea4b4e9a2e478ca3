//! The light of a link on a decision's way back from the detector to the modulator.

use super::drive::{self, DriveWay};
use super::{carries_intensity, carries_phase};
use crate::link::emission::densities;
use crate::link::error::LinkError;
use crate::link::gain_dynamics::{Sensitivity, field_before};
use crate::link::kerr::nonlinear_fiber;
use crate::link::plan::{Linear, NoiseSource, Operation, Plan};
use crate::link::waveform::{Propagation, Wave, finite_response};
use crate::signal::convolution::{DROPPED_ENERGY, FiniteResponse};
use crate::signal::{Scratch, Transforms};
use num_complex::Complex64;
use std::borrow::Cow;
use std::f64::consts::PI;

pub(super) struct Light<'a> {
    pub(super) detected: &'a [Complex64],
    /// Field behind the modulator, with the phase of the Kerr effect of the fibres.
    pub(super) launched: Cow<'a, [Complex64]>,
    /// Kerr phase of the fibres over the launched power, rad/W.
    pub(super) kerr: f64,
    pub(super) responsivity: f64,
    /// Slope of the field with the drive, at every sample.
    pub(super) slope: Vec<Complex64>,
    pub(super) transforms: Transforms,
    /// What lies between modulator and detector, in the order of the way back.
    legs: Vec<Leg>,
    /// What lies between driver and modulator.
    pub(super) way: DriveWay,
    pub(super) lead: usize,
    pub(super) intensity: f64,
    pub(super) phase: f64,
}

impl<'a> Light<'a> {
    pub(super) fn new(
        plan: &'a Plan,
        propagation: &'a Propagation,
        weights: usize,
    ) -> Result<Option<Self>, LinkError> {
        let position =
            |is: &dyn Fn(&Operation) -> bool| plan.operations.iter().position(|o| is(&o.operation));
        let (Some(modulator), Some(detector)) = (
            position(&|o| matches!(o, Operation::Modulate(_))),
            position(&|o| matches!(o, Operation::Detect(_))),
        ) else {
            return Ok(None);
        };
        let (
            Some(Wave::Field(launched)),
            Some(Wave::Field(detected)),
            Operation::Modulate(table),
            Operation::Detect(responsivity),
        ) = (
            propagation.before(modulator + 1),
            propagation.before(detector),
            &plan.operations[modulator].operation,
            &plan.operations[detector].operation,
        )
        else {
            return Ok(None);
        };
        let rate = plan.sampling_rate();
        let way = DriveWay::new(plan, propagation, modulator)?;
        let stretches = stretches(plan, propagation, modulator + 1..detector)?;
        let memory = |finite: &FiniteResponse| (finite.advance, finite.delay());
        let reaches = stretches.iter().map(|stretch| match stretch {
            Stretch::Filter(finite) => memory(finite),
            Stretch::Gain(sensitivity) => (0, sensitivity.memory),
            Stretch::Emission(_) => (0, 0),
        });
        // Going back in time the response's tail comes first.
        let (lead, trail) = reaches
            .chain(std::iter::once(way.memory()))
            .fold((0, 0), |sum, reach| (sum.0 + reach.1, sum.1 + reach.0));
        let window = (weights + lead + trail).next_power_of_two().max(64);
        let legs = stretches
            .into_iter()
            .rev()
            .map(|stretch| match stretch {
                Stretch::Filter(finite) => Leg::Filter(backward(&finite, window)),
                Stretch::Gain(sensitivity) => Leg::Gain(sensitivity),
                Stretch::Emission(densities) => {
                    Leg::Emission(densities.into_iter().map(|s| 0.5 * s * rate).collect())
                }
            })
            .collect();
        let drive = match modulator {
            0 => propagation.drive_wave(),
            _ => match propagation.before(modulator) {
                Some(Wave::Real(wave)) => wave,
                _ => propagation.drive_wave(),
            },
        };
        let mut phase = 0.0;
        let mut intensity = 0.0;
        for o in &plan.operations {
            match &o.operation {
                Operation::Noise(NoiseSource::Phase(linewidth)) if carries_phase(plan) => {
                    phase += 2.0 * PI * linewidth / rate;
                }
                Operation::Noise(NoiseSource::RelativeIntensity(density))
                    if carries_intensity(plan) =>
                {
                    intensity += 0.5 * density * rate;
                }
                _ => {}
            }
        }
        let kerr = kerr_phase_per_power(plan, modulator..detector)?;
        let turned = |a: &Complex64| Complex64::cis(-kerr * a.norm_sqr());
        let slope = |(x, a): (&f64, &Complex64)| {
            let slope = table.slope(*x);
            // δφ = −2k·Re(A*·δA).
            let turn = -2.0 * kerr * (a.conj() * slope).re;
            (slope + Complex64::new(0.0, turn) * a) * turned(a)
        };
        Ok(Some(Self {
            detected,
            slope: if !plan.drive.jitter.is_drawn() && !drive::carries_noise(plan) {
                Vec::new()
            } else if kerr == 0.0 {
                drive.iter().map(|&x| table.slope(x)).collect()
            } else {
                drive.iter().zip(launched).map(slope).collect()
            },
            launched: if kerr == 0.0 {
                Cow::Borrowed(launched)
            } else {
                launched.iter().map(|a| a * turned(a)).collect()
            },
            kerr,
            responsivity: *responsivity,
            transforms: Transforms::new(window),
            legs,
            way: way.on_window(window),
            lead,
            intensity,
            phase,
        }))
    }

    /// Turns weights of the field at the detector into those behind the modulator; the first is that of
    /// a sample of the pattern. Returns the variance by emission on the way.
    pub(super) fn backward(
        &self,
        first: usize,
        weights: &mut [Complex64],
        scratch: &mut Scratch,
    ) -> f64 {
        let mut variance = 0.0;
        for leg in &self.legs {
            match leg {
                Leg::Filter(response) => {
                    self.transforms.filter_field(weights, response, scratch);
                }
                Leg::Gain(sensitivity) => sensitivity.backward(first, weights),
                Leg::Emission(variances) => {
                    let from = first % variances.len().max(1);
                    let around = variances.iter().cycle().skip(from);
                    variance += weights
                        .iter()
                        .zip(around)
                        .map(|(b, v)| b.norm_sqr() * v)
                        .sum::<f64>();
                }
            }
        }
        variance
    }
}

/// A stretch of the way back.
enum Leg {
    /// Conjugate spectrum of linear operations, on the window.
    Filter(Vec<Complex64>),
    /// An amplifier whose gain follows the light.
    Gain(Sensitivity),
    /// Emission arises: variance of each quadrature of a sample, along the pattern or the same all the
    /// time.
    Emission(Vec<f64>),
}

/// A stretch of the way from modulator to detector.
enum Stretch {
    Filter(FiniteResponse),
    Gain(Sensitivity),
    Emission(Vec<f64>),
}

/// What lies between two places, in order.
fn stretches(
    plan: &Plan,
    propagation: &Propagation,
    range: std::ops::Range<usize>,
) -> Result<Vec<Stretch>, LinkError> {
    let rate = plan.sampling_rate();
    let mut found = Vec::new();
    let mut pending: Vec<&Linear> = Vec::new();
    for index in range {
        let operation = &plan.operations[index].operation;
        let stretch = match operation {
            Operation::GainDynamics(dynamics) => {
                let Some(field) = field_before(propagation, index) else {
                    continue;
                };
                Stretch::Gain(Sensitivity::new(dynamics, rate, field)?)
            }
            Operation::Noise(NoiseSource::Emission(emission)) => {
                Stretch::Emission(densities(plan, propagation, index, emission)?)
            }
            _ => {
                pending.extend(operation.linear_part());
                continue;
            }
        };
        found.extend(design(&pending, rate)?.map(Stretch::Filter));
        pending.clear();
        found.push(stretch);
    }
    found.extend(design(&pending, rate)?.map(Stretch::Filter));
    Ok(found)
}

/// Kerr phase of all fibres between two places over the power at the first, rad/W.
fn kerr_phase_per_power(plan: &Plan, range: std::ops::Range<usize>) -> Result<f64, LinkError> {
    let (mut phase, mut transmission) = (0.0, 1.0);
    for planned in &plan.operations[range] {
        if let Operation::KerrFiber(linear, gamma) = &planned.operation {
            let fiber = nonlinear_fiber(linear, *gamma)?;
            phase += transmission * gamma * fiber.effective_length(fiber.length);
        }
        match planned.operation.linear_part() {
            Some(linear @ Linear::Fiber(..)) => {
                let fiber = nonlinear_fiber(linear, 0.0)?;
                transmission *= (-fiber.attenuation * fiber.length).exp();
            }
            Some(linear) => transmission *= linear.flat_gain().unwrap_or(1.0).powi(2),
            None => {
                if let Operation::GainDynamics(dynamics) = &planned.operation {
                    let power = dynamics.average_power;
                    transmission *= dynamics.amplifier.steady_gain(power)?;
                }
            }
        }
    }
    Ok(phase)
}

/// Finite response of linear operations together; None where there are none.
fn design(linears: &[&Linear], sampling_rate: f64) -> Result<Option<FiniteResponse>, LinkError> {
    if linears.is_empty() {
        return Ok(None);
    }
    finite_response("the fibre", linears, sampling_rate, DROPPED_ENERGY).map(Some)
}

/// Conjugate spectrum of a response on a window, scaled by 1/window.
pub(super) fn backward(finite: &FiniteResponse, window: usize) -> Vec<Complex64> {
    finite
        .spectrum(window)
        .iter()
        .map(Complex64::conj)
        .collect()
}
