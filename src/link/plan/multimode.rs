//! Multimode lasers and fibres as operations on a power.

use super::{
    Builder, DRIVE_RANGE, Domain, Linear, LinkError, NoiseSource, Operation, Refused, TABLE_PIECES,
    refuse,
};
use crate::fiber::MultimodeFiber;
use crate::fiber::multimode::noise::{modal_deviation, mode_partition_deviation};
use crate::receiver::NoiseDensity;
use crate::signal::Table;
use crate::transmitter::Vcsel;
use std::sync::Arc;

/// Light of a multimode laser on its way.
#[derive(Clone, Copy)]
pub(super) struct PowerLight {
    wavelength: f64,
    spectral_width: f64,
    /// Coefficient k of mode-partition noise.
    mode_partition: f64,
    /// Half the modulation amplitude where the light has come to, W.
    pub half_amplitude: f64,
    /// D·L of the fibres so far, s/m.
    accumulated_dispersion: f64,
}

impl Builder<'_> {
    /// A laser that is modulated directly.
    pub(super) fn emit(&mut self, name: &str, vcsel: &Vcsel) -> Result<(), Refused> {
        self.need(Domain::Electrical, "the light is modulated already")?;
        if self.responsivity.is_some() {
            return refuse("the signal has been received already");
        }
        if self.laser.is_some() {
            return refuse("a vcsel makes its own light: a laser cannot come before it");
        }
        let quantities = [
            ("a modulation amplitude (W)", vcsel.modulation_amplitude),
            ("an extinction ratio less one", vcsel.extinction_ratio - 1.0),
            ("a wavelength (m)", vcsel.wavelength),
        ];
        for (quantity, value) in quantities {
            if !(value.is_finite() && value > 0.0) {
                return refuse(format!("{quantity} of {value} cannot be"));
            }
        }
        if !(0.0..=1.0).contains(&vcsel.mode_partition) {
            return refuse(format!(
                "a mode-partition coefficient of {} cannot be: it is 0 to 1",
                vcsel.mode_partition
            ));
        }
        for response in [&vcsel.parasitic_response, &vcsel.response] {
            response.check().map_err(LinkError::from)?;
            self.electrical_linear(name, Linear::Response(response.clone()));
        }
        let table = Table::new(-DRIVE_RANGE, DRIVE_RANGE, TABLE_PIECES, |x| vcsel.power(x));
        self.push(name, Operation::Emit(Arc::new(table)));
        if vcsel.relative_intensity_noise > 0.0 {
            self.push(
                name,
                Operation::Noise(NoiseSource::RelativeIntensity(
                    vcsel.relative_intensity_noise,
                )),
            );
        }
        self.power_light = Some(PowerLight {
            wavelength: vcsel.wavelength,
            spectral_width: vcsel.spectral_width,
            mode_partition: vcsel.mode_partition,
            half_amplitude: 0.5 * vcsel.modulation_amplitude,
            accumulated_dispersion: 0.0,
        });
        self.wavelength = Some(vcsel.wavelength);
        self.domain = Domain::Power;
        Ok(())
    }

    pub(super) fn multimode_fiber(
        &mut self,
        name: &str,
        fiber: &MultimodeFiber,
    ) -> Result<(), Refused> {
        let (Domain::Power, Some(light)) = (self.domain, self.power_light) else {
            return refuse(match self.domain {
                Domain::Optical => {
                    "multimode fibre carries the power of a multimode laser, and the light here is a \
                     field of one mode: use fiber, or a vcsel"
                }
                _ => "multimode fibre carries light: a vcsel must come before it",
            });
        };
        fiber.check().map_err(LinkError::from)?;
        let transmission = fiber
            .transmission(light.wavelength)
            .map_err(LinkError::from)?;
        let (dispersion, _) = fiber.dispersion.at(light.wavelength);
        let accumulated = light.accumulated_dispersion + dispersion * fiber.length;
        let half_amplitude = light.half_amplitude * transmission;
        self.delay += fiber.delay();
        self.push(
            name,
            Operation::Linear(Linear::MultimodeFiber(
                fiber.clone(),
                light.wavelength,
                light.spectral_width,
            )),
        );
        let symbol_rate = self.link.signal.symbol_rate;
        let partition = |accumulated: f64| {
            mode_partition_deviation(
                light.mode_partition,
                symbol_rate,
                accumulated,
                light.spectral_width,
            )
        };
        // What this fibre adds to the noise of those before it.
        let partition = (partition(accumulated).powi(2)
            - partition(light.accumulated_dispersion).powi(2))
        .max(0.0)
        .sqrt();
        let modal = modal_deviation(fiber.modal_noise_penalty_db);
        let density = |deviation: f64| {
            NoiseDensity::per_period(deviation * half_amplitude, 1.0 / symbol_rate)
        };
        if partition > 0.0 {
            self.push(
                name,
                Operation::Noise(NoiseSource::ModePartition(density(partition))),
            );
        }
        if modal > 0.0 {
            self.push(name, Operation::Noise(NoiseSource::Modal(density(modal))));
        }
        self.power_light = Some(PowerLight {
            half_amplitude,
            accumulated_dispersion: accumulated,
            ..light
        });
        Ok(())
    }
}
