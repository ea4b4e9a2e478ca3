//! Redrivers and receivers of a voltage, also in front of a modulator and behind a photoreceiver.

use super::{
    Builder, Domain, Linear, LinkError, NamedStage, NoiseSource, Operation, Plan, PlannedOperation,
    Refused, Stage, refuse,
};
use crate::copper::{Redriver, RedriverGain};
use crate::link::waveform::transfer;
use crate::receiver::{ElectricalReceiver, NoiseDensity};
use crate::signal::{Grid, Response, Table};
use crate::transmitter::{ElectroAbsorptionTransfer, MachZehnderDrive};
use num_complex::Complex64;
use std::sync::Arc;

/// Undistorted output, in ranges to either side, that the table of a saturation covers.
const SATURATION_RANGE: f64 = 10.0;
/// Its pieces.
const SATURATION_PIECES: usize = 4096;

/// What an electrical signal is.
pub(super) enum Quantity {
    Voltage,
    /// The current of a photoreceiver, and its transimpedance (Ω), where it has one.
    Photocurrent(Option<f64>),
}

fn makes_light(named: &NamedStage) -> bool {
    matches!(
        named.stage,
        Stage::ElectroAbsorptionModulator(_) | Stage::MachZehnderModulator(_) | Stage::Vcsel(_)
    )
}

/// Whether the driver's output is a voltage: in a link without light, and where a redriver stands in
/// front of what makes light.
pub(super) fn begins_in_volts(stages: &[NamedStage]) -> bool {
    let light = stages.iter().position(makes_light);
    light.is_none_or(|light| {
        stages
            .iter()
            .take(light)
            .any(|named| matches!(named.stage, Stage::Redriver(_)))
    })
}

pub(super) fn has_automatic_gain(named: &NamedStage) -> bool {
    matches!(
        &named.stage,
        Stage::Redriver(Redriver {
            gain: RedriverGain::Automatic(_),
            ..
        })
    )
}

/// Peak-to-peak voltage (V) between the outer levels of a modulator, where it is one of its numbers.
pub(super) fn swing_of(stage: &Stage) -> Option<f64> {
    match stage {
        Stage::MachZehnderModulator(modulator) => match modulator.drive {
            MachZehnderDrive::Swing(swing) => Some(swing),
            MachZehnderDrive::ExtinctionRatio(_) => None,
        },
        Stage::ElectroAbsorptionModulator(modulator) => match &modulator.transfer {
            ElectroAbsorptionTransfer::Curves { swing, .. } => Some(*swing),
            ElectroAbsorptionTransfer::Linear { .. } => None,
        },
        _ => None,
    }
}

/// Transfer function of a linear operation at 0 Hz, or at the carrier.
fn at_zero_frequency(linear: &Linear, rate: f64) -> Result<Complex64, LinkError> {
    let grid = Grid {
        samples: 4,
        sampling_rate: rate,
    };
    let mut h = vec![Complex64::ONE; grid.samples];
    transfer(&[linear], grid, &mut h)?;
    Ok(h.first().copied().unwrap_or(Complex64::ONE))
}

/// What operations make of a value that does not change: of a voltage, a field or a power.
fn long_run(
    mut value: Complex64,
    operations: &[PlannedOperation],
    rate: f64,
) -> Result<Complex64, LinkError> {
    let mut is_field = false;
    for planned in operations {
        match &planned.operation {
            Operation::Modulate(table) => {
                value = table.at(value.re);
                is_field = true;
            }
            Operation::Detect(responsivity) => {
                let power = if is_field { value.norm_sqr() } else { value.re };
                value = (responsivity * power).into();
                is_field = false;
            }
            Operation::Emit(table) | Operation::Compress(table) => {
                value = table.at(value.re).into();
            }
            operation => {
                if let Some(linear) = operation.linear_part() {
                    value *= at_zero_frequency(linear, rate)?;
                }
            }
        }
    }
    Ok(value)
}

impl Plan {
    /// What long runs of a level of the drive are in front of operation `index`: the level itself where
    /// nothing stands between, as it is where the transmitter's own shaping is all there is.
    ///
    /// # Errors
    /// [`LinkError`] where a response cannot be used.
    pub fn long_run_before(&self, index: usize, level: f64) -> Result<f64, LinkError> {
        let between = self.operations.get(..index).unwrap_or_default();
        if between.is_empty() {
            return Ok(level);
        }
        let taps: f64 = self.drive.taps.iter().sum();
        let samples = &self.drive.pulse.samples;
        let pulse = samples.iter().sum::<f64>() / self.samples_per_symbol.max(1) as f64;
        let begin = Complex64::from(level * taps * pulse);
        Ok(long_run(begin, between, self.symbol_rate)?.re)
    }
}

impl Builder<'_> {
    /// What long runs of the lowest and of the highest level are by now: a voltage, a current, or the
    /// absolute value of a field.
    fn long_runs(&self) -> Result<(f64, f64), LinkError> {
        let driver = self.driver.clone().unwrap_or_default();
        let mut shaped = driver.transfer(0.0) * driver.taps.iter().sum::<f64>();
        for shaping in &self.shaping {
            shaped *= at_zero_frequency(shaping.linear(), self.link.signal.symbol_rate)?;
        }
        let run = |level: f64| -> Result<f64, LinkError> {
            let value = long_run(
                shaped * level,
                &self.operations,
                self.link.signal.symbol_rate,
            )?;
            Ok(if self.domain == Domain::Optical {
                value.norm()
            } else {
                value.re
            })
        };
        let outer = |level: Option<&f64>| run(level.copied().unwrap_or(0.0));
        Ok((outer(self.levels.first())?, outer(self.levels.last())?))
    }

    /// Makes a voltage of a photocurrent, where it is none yet.
    fn amplify_current(&mut self, name: &str) -> Result<(), Refused> {
        match std::mem::replace(&mut self.quantity, Quantity::Voltage) {
            Quantity::Voltage => Ok(()),
            Quantity::Photocurrent(Some(transimpedance)) => {
                self.push(name, Operation::Linear(Linear::Gain(transimpedance)));
                Ok(())
            }
            Quantity::Photocurrent(None) => refuse(
                "takes a voltage, and the photoreceiver in front of it has no transimpedance that makes \
                 one of its current",
            ),
        }
    }

    /// An electrical receiver, behind copper or behind a photoreceiver that does not decide.
    pub(super) fn receive_voltage(
        &mut self,
        name: &str,
        receiver: &ElectricalReceiver,
    ) -> Result<(), Refused> {
        self.need(
            Domain::Electrical,
            "an electrical receiver needs a voltage, but light arrives here",
        )?;
        // Behind a photoreceiver the margin stays that of the light.
        if self.margin_gain.is_some() && (self.responsivity.is_none() || self.received_voltage) {
            return refuse("a link has one receiver");
        }
        self.received_voltage = true;
        self.electrical_source(name)?;
        self.terminations_alone(name);
        receiver.response.check().map_err(LinkError::from)?;
        self.amplify_current(name)?;
        if self.margin_gain.is_none() {
            self.margin_gain = Some(self.operations.len());
            self.push(name, Operation::Linear(Linear::Gain(1.0)));
        }
        self.push(
            name,
            Operation::Noise(NoiseSource::Additive(receiver.noise.clone())),
        );
        self.push(
            name,
            Operation::Linear(Linear::Response(receiver.response.clone())),
        );
        Ok(())
    }

    /// A redriver: its noise, then gain and peaking, then its output stage.
    pub(super) fn redrive(&mut self, name: &str, redriver: &Redriver) -> Result<(), Refused> {
        self.need(
            Domain::Electrical,
            "a redriver takes a voltage, but light arrives here",
        )?;
        if let Err(error) = redriver.validate() {
            return refuse(format!("it cannot be: {error}"));
        }
        redriver.response.check().map_err(LinkError::from)?;
        self.electrical_source(name)?;
        self.amplify_current(name)?;
        let (low, high) = self.long_runs()?;
        let gain = match redriver.gain {
            RedriverGain::Fixed(gain) => gain,
            RedriverGain::Automatic(amplitude) => {
                self.held_amplitude = Some(amplitude);
                let gain = amplitude / (0.5 * (high - low).abs());
                if !gain.is_finite() {
                    return refuse(
                        "its automatic gain has nothing to act on: long runs of the highest and of the \
                         lowest level arrive alike",
                    );
                }
                gain
            }
        };
        if redriver.noise > 0.0 {
            let density = NoiseDensity::White(redriver.noise);
            self.push(name, Operation::Noise(NoiseSource::Redriver(density)));
        }
        let factor = redriver.factor(gain);
        self.push(name, Operation::Linear(Linear::Gain(factor)));
        if let Some(peaking) = redriver.peaking {
            self.push(name, Operation::Linear(Linear::Ctle(peaking)));
        }
        if redriver.response != Response::Flat {
            let response = redriver.response.clone();
            self.push(name, Operation::Linear(Linear::Response(response)));
        }
        if let Some(range) = redriver.linear_range {
            // A photocurrent has a mean, which a differential output has not.
            let middle = 0.5 * (high + low) * gain;
            let reach = SATURATION_RANGE * range;
            let table = Table::new(middle - reach, middle + reach, SATURATION_PIECES, |x| {
                middle + Redriver::saturated(range, x - middle)
            });
            self.push(name, Operation::Compress(Arc::new(table)));
        }
        Ok(())
    }

    /// Makes the modulator's drive, whose outer levels are −1 and +1, of a voltage, where it is one.
    pub(super) fn voltage_to_drive(
        &mut self,
        name: &str,
        swing: Option<f64>,
    ) -> Result<(), Refused> {
        if self.operations.is_empty() || !begins_in_volts(&self.link.stages) {
            return Ok(());
        }
        let amplitude = match (swing, self.held_amplitude) {
            (Some(swing), _) => 0.5 * swing,
            (None, Some(amplitude)) => amplitude,
            (None, None) => {
                return refuse(
                    "its numbers say no voltage that drives it: give it a swing in V, or the redriver in \
                     front of it an automatic gain",
                );
            }
        };
        self.push(name, Operation::Linear(Linear::Gain(1.0 / amplitude)));
        Ok(())
    }
}
