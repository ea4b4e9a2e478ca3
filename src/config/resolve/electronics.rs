//! Drivers, copper cables, electrical receivers and filters in SI units.

use super::{GHZ, Resolver};
use crate::config::cable::PairValues;
use crate::config::copper_tables::TwinaxTable;
use crate::config::error::{ConfigError, Problem};
use crate::config::read::Count;
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::config::stage_tables::{
    AcCouplingTable, CtleTable, DriverTable, ElectricalReceiverTable, FilterTable,
};
use crate::copper::{ContinuousTimeLinearEqualizer, CopperError, LowFrequencyStage, awg_diameter};
use crate::link::Stage;
use crate::receiver::{AcCoupling, ElectricalReceiver, NoiseDensity};
use crate::transmitter::{Driver, Jitter, SinusoidalJitter};

/// Jitter from its two keys.
pub(super) fn jitter(random: Option<&Value<f64>>, dual_dirac: Option<&Value<f64>>) -> Jitter {
    Jitter::drawn(
        random.map_or(0.0, |value| value.value),
        dual_dirac.map_or(0.0, |value| value.value),
    )
}

impl Resolver<'_> {
    pub(super) fn driver(&mut self, entry: &StageEntry, table: &DriverTable) -> Option<Stage> {
        let ideal = Driver::default();
        let amplitude = match &table.amplitude_v {
            Some(amplitude) => amplitude.value,
            None if self.optical && !self.drives_in_volts => ideal.amplitude,
            None => {
                self.missing(entry, "amplitude_v", " (V), the peak differential voltage");
                return None;
            }
        };
        let response = self.response(
            entry,
            table.bandwidth_ghz.as_ref(),
            table.filter.as_ref(),
            table.response_file.as_ref(),
        );
        let (taps, main_tap) = self.taps(entry, table.taps.as_ref(), table.main_tap.as_ref())?;
        Some(Stage::Driver(Driver {
            amplitude,
            rise_time: 1e-12 * table.rise_time_ps.as_ref().map_or(0.0, |time| time.value),
            response,
            taps,
            main_tap,
            jitter: Jitter {
                duty_cycle_distortion: table
                    .duty_cycle_distortion_ui
                    .as_ref()
                    .map_or(0.0, |v| v.value),
                sinusoidal: self.sinusoidal_jitter(entry, table)?,
                ..jitter(
                    table.random_jitter_ui.as_ref(),
                    table.dual_dirac_jitter_ui.as_ref(),
                )
            },
            signal_to_noise_db: table.signal_to_noise_db.as_ref().map(|v| v.value),
            termination: table.differential_termination_ohm.as_ref().map(|v| v.value),
        }))
    }

    /// The driver's sinusoidal jitter, whose amplitude and frequency belong together.
    fn sinusoidal_jitter(
        &mut self,
        entry: &StageEntry,
        table: &DriverTable,
    ) -> Option<SinusoidalJitter> {
        match (
            &table.sinusoidal_jitter_ui,
            &table.sinusoidal_jitter_frequency_mhz,
        ) {
            (None, None) => Some(SinusoidalJitter::default()),
            (Some(amplitude), Some(frequency)) => Some(SinusoidalJitter {
                peak_to_peak: amplitude.value,
                frequency: 1e6 * frequency.value,
            }),
            (None, Some(_)) => {
                let what = " (UI), its peak-to-peak amplitude";
                self.missing(entry, "sinusoidal_jitter_ui", what);
                None
            }
            (Some(_), None) => {
                let what = " (MHz), which says how much of it the clock recovery follows";
                self.missing(entry, "sinusoidal_jitter_frequency_mhz", what);
                None
            }
        }
    }

    /// The driver's taps and which of them is the main one.
    pub(super) fn taps(
        &mut self,
        entry: &StageEntry,
        taps: Option<&Value<Vec<f64>>>,
        main_tap: Option<&Value<Count>>,
    ) -> Option<(Vec<f64>, usize)> {
        let Some(taps) = taps else {
            if let Some(main) = main_tap.filter(|main| main.value.0 > 0) {
                let message = format!(
                    "`main_tap` in {} counts in taps that are not given",
                    entry.place()
                );
                self.impossible(&main.at, message, "write `taps = [ … ]` too");
                return None;
            }
            return Some((vec![1.0], 0));
        };
        let largest = taps
            .value
            .iter()
            .enumerate()
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()));
        match largest {
            Some((_, tap)) if *tap != 0.0 => {}
            _ => {
                let message = format!("`taps` in {} has no tap other than zero", entry.place());
                self.impossible(
                    &taps.at,
                    message,
                    "allowed: one tap or more, such as [-0.1, 0.9]",
                );
                return None;
            }
        }
        let main = match main_tap {
            None => largest.map_or(0, |(i, _)| i),
            Some(main) => match usize::try_from(main.value.0) {
                Ok(index) if index < taps.value.len() => index,
                _ => {
                    let message = format!(
                        "`main_tap` cannot be {} in {}: there are {} taps, counted from 0",
                        main.value.0,
                        entry.place(),
                        taps.value.len()
                    );
                    let help = format!("allowed: from 0 to {}", taps.value.len() - 1);
                    self.impossible(&main.at, message, help);
                    return None;
                }
            },
        };
        Some((taps.value.clone(), main))
    }

    pub(super) fn twinax(&mut self, entry: &StageEntry, table: &TwinaxTable) -> Option<Stage> {
        let diameter = match (&table.conductor_diameter_mm, &table.awg) {
            (Some(diameter), _) => Some(diameter.value * 1e-3),
            (None, Some(gauge)) => {
                let gauge = i32::try_from(gauge.value.0).unwrap_or(i32::MAX);
                self.possible(entry, awg_diameter(gauge))
            }
            (None, None) => {
                self.missing(entry, "awg", " or `conductor_diameter_mm = …`");
                None
            }
        };
        let length = self.needed(entry, "length_m", table.length_m.as_ref());
        let permittivity = self.needed(
            entry,
            "relative_permittivity",
            table.relative_permittivity.as_ref(),
        );
        let loss_tangent = self.needed(entry, "loss_tangent", table.loss_tangent.as_ref());
        let reference = self.needed(
            entry,
            "loss_tangent_frequency_ghz",
            table.loss_tangent_frequency_ghz.as_ref(),
        );
        let excess = self.needed(
            entry,
            "excess_loss_factor",
            table.excess_loss_factor.as_ref(),
        );
        let impedance = self.needed(
            entry,
            "differential_impedance_ohm",
            table.differential_impedance_ohm.as_ref(),
        );
        if let Some((at, message, help)) = table.half_a_variation(&entry.place()) {
            self.impossible(at, message, help);
            return None;
        }
        let diameter = diameter?;
        if [
            length,
            permittivity,
            loss_tangent,
            reference,
            excess,
            impedance,
        ]
        .iter()
        .any(|x| x.is_nan())
        {
            return None;
        }
        let cable = PairValues {
            length,
            diameter,
            permittivity,
            loss_tangent,
            loss_tangent_frequency: reference * GHZ,
            excess_loss_factor: excess,
            impedance,
        }
        .cable(table);
        self.possible(entry, cable).map(Stage::Twinax)
    }

    /// What a constructor made, or its refusal noted at the stage.
    pub(super) fn possible<T>(
        &mut self,
        entry: &StageEntry,
        made: Result<T, CopperError>,
    ) -> Option<T> {
        match made {
            Ok(made) => Some(made),
            Err(error) => {
                let message = format!("{} cannot be: {error}", entry.place());
                self.errors
                    .push(ConfigError::at(Problem::OutOfRange, &entry.at, message));
                None
            }
        }
    }

    pub(super) fn electrical_receiver(
        &mut self,
        entry: &StageEntry,
        table: &ElectricalReceiverTable,
    ) -> Stage {
        let per_ghz = self.needed(entry, "noise_v2_per_ghz", table.noise_v2_per_ghz.as_ref());
        Stage::ElectricalReceiver(ElectricalReceiver {
            noise: NoiseDensity::White(per_ghz / GHZ),
            response: self.needed_response(
                entry,
                table.bandwidth_ghz.as_ref(),
                table.filter.as_ref(),
                table.response_file.as_ref(),
            ),
            termination: table.differential_termination_ohm.as_ref().map(|v| v.value),
        })
    }

    pub(super) fn ctle(&mut self, entry: &StageEntry, table: &CtleTable) -> Option<Stage> {
        let dc_gain_db = self.needed(entry, "dc_gain_db", table.dc_gain_db.as_ref());
        let zero = GHZ * self.needed(entry, "zero_ghz", table.zero_ghz.as_ref());
        let pole_1 = GHZ * self.needed(entry, "pole_1_ghz", table.pole_1_ghz.as_ref());
        let pole_2 = GHZ * self.needed(entry, "pole_2_ghz", table.pole_2_ghz.as_ref());
        let low_frequency = match (
            &table.low_frequency_gain_db,
            &table.low_frequency_corner_ghz,
        ) {
            (None, None) => None,
            (gain, corner) => {
                let gain = gain.as_ref().map_or(0.0, |gain| gain.value);
                let corner = self.needed(entry, "low_frequency_corner_ghz", corner.as_ref());
                Some((gain, corner * GHZ))
            }
        };
        if [dc_gain_db, zero, pole_1, pole_2]
            .iter()
            .any(|x| x.is_nan())
            || low_frequency.is_some_and(|(_, corner)| corner.is_nan())
        {
            return None;
        }
        let low_frequency = match low_frequency {
            None => None,
            Some((gain, corner)) => {
                Some(self.possible(entry, LowFrequencyStage::new(gain, corner))?)
            }
        };
        let made =
            ContinuousTimeLinearEqualizer::new(dc_gain_db, zero, pole_1, pole_2, low_frequency);
        self.possible(entry, made).map(Stage::Ctle)
    }

    pub(super) fn filter(&mut self, entry: &StageEntry, table: &FilterTable) -> Stage {
        Stage::Filter(self.needed_response(
            entry,
            table.bandwidth_ghz.as_ref(),
            table.filter.as_ref(),
            table.response_file.as_ref(),
        ))
    }

    pub(super) fn ac_coupling(&mut self, entry: &StageEntry, table: &AcCouplingTable) -> Stage {
        let corner = 1e6 * self.needed(entry, "corner_mhz", table.corner_mhz.as_ref());
        Stage::AcCoupling(AcCoupling { corner })
    }
}
