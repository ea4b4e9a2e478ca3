//! From voltage to light and back: modulators and photoreceivers.

use super::redriver::Quantity;
use super::{Builder, Domain, Linear, LinkError, NoiseSource, Operation, Refused, refuse};
use crate::link::drive::DriveResponse;
use crate::receiver::Photoreceiver;
use crate::signal::{Response, Table};
use crate::transmitter::LaunchLevel;
use num_complex::Complex64;
use std::sync::Arc;

/// Range of the drive a modulator's table covers; the outer levels are −1 and +1.
pub(super) const DRIVE_RANGE: f64 = 2.5;
/// Pieces of a modulator's table.
pub(super) const TABLE_PIECES: usize = 1024;

impl Builder<'_> {
    pub(super) fn modulate(
        &mut self,
        name: &str,
        field: &dyn Fn(f64) -> Complex64,
        response: &Response,
        launch: LaunchLevel,
        swing: Option<f64>,
    ) -> Result<(), Refused> {
        self.need(Domain::Electrical, "the light is modulated already")?;
        if self.responsivity.is_some() {
            return refuse("the signal has been received already");
        }
        response.check().map_err(LinkError::from)?;
        let Some(laser) = self.laser else {
            return refuse("a laser must come before the modulator");
        };
        let (bottom, top) = (field(-1.0).norm_sqr(), field(1.0).norm_sqr());
        if !(top > bottom && top.is_finite()) {
            return refuse(
                "the highest drive level passes no more light than the lowest: the bias or the \
                 swing is wrong",
            );
        }
        // The levels keep their positions in the detected power: the drive is predistorted.
        let positions = self.levels.clone();
        self.levels = positions
            .iter()
            .map(|&position| {
                let wanted = bottom + 0.5 * (position + 1.0) * (top - bottom);
                invert_rising(&|x| field(x).norm_sqr(), wanted)
            })
            .collect();
        let mean = positions
            .iter()
            .map(|p| bottom + 0.5 * (p + 1.0) * (top - bottom))
            .sum::<f64>()
            / positions.len().max(1) as f64;
        let power = match launch {
            LaunchLevel::FromLaser => laser.power,
            LaunchLevel::AveragePower(power) => power / mean,
            LaunchLevel::OpticalModulationAmplitude(amplitude) => amplitude / (top - bottom),
        };
        if !(power.is_finite() && power > 0.0) {
            return refuse(format!("a laser power of {power} W cannot be"));
        }
        let amplitude = power.sqrt();
        self.voltage_to_drive(name, swing)?;
        if self.operations.is_empty() {
            self.shaping
                .push(DriveResponse::new(Linear::Response(response.clone())));
        } else {
            self.push(name, Operation::Linear(Linear::Response(response.clone())));
        }
        let table = Table::new(-DRIVE_RANGE, DRIVE_RANGE, TABLE_PIECES, |x| {
            field(x) * amplitude
        });
        self.push(name, Operation::Modulate(Arc::new(table)));
        if laser.relative_intensity_noise > 0.0 {
            self.push(
                "laser",
                Operation::Noise(NoiseSource::RelativeIntensity(
                    laser.relative_intensity_noise,
                )),
            );
        }
        if laser.linewidth > 0.0 {
            self.push(
                "laser",
                Operation::Noise(NoiseSource::Phase(laser.linewidth)),
            );
        }
        self.wavelength = Some(laser.wavelength);
        self.domain = Domain::Optical;
        self.field_light.launch(
            positions
                .iter()
                .map(|p| power * (bottom + 0.5 * (p + 1.0) * (top - bottom)))
                .collect(),
        );
        Ok(())
    }

    pub(super) fn detect(&mut self, name: &str, receiver: &Photoreceiver) -> Result<(), Refused> {
        if self.domain != Domain::Power {
            self.need(
                Domain::Optical,
                "no light arrives at the photodiode: a laser and a modulator, or a vcsel, must come \
                 before it",
            )?;
        }
        for response in [&receiver.photodiode_response, &receiver.response] {
            response.check().map_err(LinkError::from)?;
        }
        self.margin_gain = Some(self.operations.len());
        self.push(name, Operation::Linear(Linear::Gain(1.0)));
        self.push(name, Operation::Detect(receiver.responsivity));
        self.received_light(name)?;
        self.push(
            name,
            Operation::Noise(NoiseSource::Shot(receiver.dark_current)),
        );
        if receiver.photodiode_response != Response::Flat {
            self.push(
                name,
                Operation::Linear(Linear::Response(receiver.photodiode_response.clone())),
            );
        }
        self.push(
            name,
            Operation::Noise(NoiseSource::Additive(receiver.noise.clone())),
        );
        if let Some(range) = receiver.linear_range {
            self.push(name, Operation::Compress(Arc::new(saturation(range))));
        }
        if receiver.response != Response::Flat {
            self.push(
                name,
                Operation::Linear(Linear::Response(receiver.response.clone())),
            );
        }
        self.responsivity = Some(receiver.responsivity);
        self.quantity = Quantity::Photocurrent(receiver.transimpedance);
        self.overload = receiver.overload;
        self.domain = Domain::Electrical;
        Ok(())
    }
}

/// Argument in −1…1 at which a rising function has a value, by bisection.
fn invert_rising(function: &dyn Fn(f64) -> f64, value: f64) -> f64 {
    if value >= function(1.0) {
        return 1.0;
    }
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if function(middle) < value {
            low = middle;
        } else {
            high = middle;
        }
    }
    if value <= function(-1.0) {
        -1.0
    } else {
        0.5 * (low + high)
    }
}

/// Output of an amplifier against its input, linear up to `range` (peak to peak) and saturating
/// smoothly: x/(1 + (x/range)^6)^(1/6), Rapp's model with smoothness 3 (C. Rapp, 2nd European
/// Conference on Satellite Communications, 1991), taken on the non-negative photocurrent.
fn saturation(range: f64) -> Table<f64> {
    Table::new(-range, 20.0 * range, 4096, |x| {
        x / (1.0 + (x / range).powi(6)).powf(1.0 / 6.0)
    })
}
