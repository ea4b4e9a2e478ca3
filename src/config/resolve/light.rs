//! Reflections, polarisation, optical filters and amplifiers in SI units.

use super::optics::or;
use super::{GHZ, Resolver};
use crate::amplifier::{ErbiumAmplifier, NoiseFigureDefinition, SemiconductorAmplifier};
use crate::config::choices::{AmplifierKindName, NoiseFigureName};
use crate::config::error::{ConfigError, Problem};
use crate::config::light_tables::{OpticalAmplifierTable, OpticalFilterTable};
use crate::config::link_file::read_text;
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::config::stage_tables::{FiberTable, StageTable};
use crate::config::table::Table;
use crate::link::{
    AmplifierStage, LinkAmplifier, ModeDispersion, OpticalFilterStage, PolarizationEffects, Stage,
};
use crate::signal::optical_filter::{MeasuredPassband, Neighbour, adjacent_crosstalk};
use crate::signal::{OpticalFilter, PassbandShape};
use crate::units::{db_to_power_ratio, dbm_to_watt};
use std::f64::consts::LN_2;
use std::path::Path;

/// s/√m of a coefficient in ps/√km.
const PS_PER_SQRT_KM: f64 = 3.162_277_660_168_379e-14;
/// Probability that the differential group delay is not exceeded where none is given: about three times
/// the mean (ITU-T G.691, which lists 4.2e-5 for a ratio of 3.0).
const DELAY_PROBABILITY: f64 = 1.0 - 4.2e-5;
/// Carrier lifetime of a semiconductor amplifier where none is given, s: of no effect.
const CARRIER_LIFETIME: f64 = 1e-10;

/// Keys of a fibre that act in links of stages only.
const KEYS_OF_LINKS: [&str; 4] = [
    "dgd_probability",
    "differential_group_delay_ps",
    "power_split",
    "polarization_dependent_loss_db",
];

impl Resolver<'_> {
    /// Power that a stage reflects over the power that arrives.
    pub(super) fn reflectance(entry: &StageEntry) -> f64 {
        let given = match &entry.table {
            StageTable::ElectroAbsorptionModulator(table) => &table.return_loss_db,
            StageTable::MachZehnderModulator(table) => &table.return_loss_db,
            StageTable::Connector(table)
            | StageTable::Splice(table)
            | StageTable::Attenuator(table) => &table.return_loss_db,
            StageTable::OpticalFilter(table) => &table.return_loss_db,
            StageTable::Photoreceiver(table) => &table.return_loss_db,
            _ => &None,
        };
        given
            .as_ref()
            .map_or(0.0, |loss| db_to_power_ratio(-loss.value))
    }

    /// What a stage does to polarisation.
    pub(super) fn polarization(&mut self, entry: &StageEntry) -> PolarizationEffects {
        let dependent_loss = match &entry.table {
            StageTable::Connector(table)
            | StageTable::Splice(table)
            | StageTable::Attenuator(table) => &table.polarization_dependent_loss_db,
            StageTable::OpticalFilter(table) => &table.polarization_dependent_loss_db,
            StageTable::Fiber(table) => &table.polarization_dependent_loss_db,
            _ => &None,
        };
        let mut effects = PolarizationEffects {
            dependent_loss_db: or(dependent_loss.as_ref(), 0.0),
            ..PolarizationEffects::default()
        };
        if let StageTable::Fiber(table) = &entry.table {
            effects.mode_dispersion = self.mode_dispersion(entry, table);
            effects.power_split = or(table.power_split.as_ref(), 0.5);
        }
        effects
    }

    fn mode_dispersion(&mut self, entry: &StageEntry, table: &FiberTable) -> ModeDispersion {
        match (
            &table.differential_group_delay_ps,
            &table.pmd_ps_per_sqrt_km,
        ) {
            (Some(delay), _) => ModeDispersion::Fixed(delay.value * 1e-12),
            (None, Some(coefficient)) => ModeDispersion::Maxwellian {
                coefficient: coefficient.value * PS_PER_SQRT_KM,
                probability: or(table.dgd_probability.as_ref(), DELAY_PROBABILITY),
            },
            (None, None) => {
                let why = " or `differential_group_delay_ps = …`";
                if table.dgd_probability.is_some() {
                    self.missing(entry, "pmd_ps_per_sqrt_km", "");
                } else if table.power_split.is_some() {
                    self.missing(entry, "pmd_ps_per_sqrt_km", why);
                }
                ModeDispersion::None
            }
        }
    }

    /// Notes keys that need light of one mode in a link of many.
    pub(super) fn refuse_in_many_modes(&mut self, stages: &[StageEntry]) {
        if !stages
            .iter()
            .any(|entry| matches!(entry.table, StageTable::Vcsel(_)))
        {
            return;
        }
        for entry in stages {
            for key in ["return_loss_db", "polarization_dependent_loss_db"] {
                if let Some(at) = entry.table.given(key) {
                    let message = format!(
                        "`{key}` cannot be used in {}: the light of a vcsel is in many modes",
                        entry.place()
                    );
                    self.errors.push(
                        ConfigError::at(Problem::Conflict, at, message)
                            .help("leave it out: it is modelled for light of one mode"),
                    );
                }
            }
        }
    }

    /// Notes keys of a line's fibre that only links of stages use.
    pub(in crate::config) fn refuse_keys_of_links(&mut self, entry: &StageEntry) {
        for key in KEYS_OF_LINKS {
            if let Some(at) = entry.table.given(key) {
                let message = format!("`{key}` has no effect in {}", entry.place());
                self.errors
                    .push(ConfigError::at(Problem::UnknownKey, at, message).help(
                    "leave it out: only the fibres of a link of stages, below [[stage]], use it",
                ));
            }
        }
    }

    pub(super) fn optical_filter(
        &mut self,
        entry: &StageEntry,
        table: &OpticalFilterTable,
    ) -> Option<Stage> {
        let shape = match (&table.passband_width_ghz, &table.passband_file) {
            (Some(width), _) => PassbandShape::Gaussian {
                bandwidth: width.value * GHZ,
                order: table
                    .gaussian_order
                    .as_ref()
                    .map_or(1, |order| u32::try_from(order.value.0).unwrap_or(u32::MAX)),
            },
            (None, Some(file)) => PassbandShape::Measured(self.passband(file)?),
            (None, None) => {
                if table.gaussian_order.is_some()
                    || table.offset_ghz.is_some()
                    || table.channel_spacing_ghz.is_some()
                {
                    self.missing(entry, "passband_width_ghz", " or `passband_file = \"…\"`");
                    return None;
                }
                PassbandShape::AllPass
            }
        };
        let passband = OpticalFilter {
            shape,
            centre: GHZ * or(table.offset_ghz.as_ref(), 0.0),
            insertion_loss_db: or(table.insertion_loss_db.as_ref(), 0.0),
        };
        let ratio = |value: &Option<Value<f64>>| {
            value
                .as_ref()
                .map_or(0.0, |level| db_to_power_ratio(level.value))
        };
        let adjacent_crosstalk = match &table.channel_spacing_ghz {
            Some(spacing) => self.neighbours(entry, table, &passband, spacing)?,
            None => {
                if table.adjacent_power_db.is_some() {
                    self.missing(entry, "channel_spacing_ghz", "");
                    return None;
                }
                match &table.adjacent_crosstalk_db {
                    Some(_) => {
                        let channels = adjacent_channels(table);
                        let each = ratio(&table.adjacent_crosstalk_db) / f64::from(channels);
                        (0..channels).map(|_| each).collect()
                    }
                    None if table.adjacent_channels.is_some() => {
                        let why = " or `adjacent_crosstalk_db = …`";
                        self.missing(entry, "channel_spacing_ghz", why);
                        return None;
                    }
                    None => Vec::new(),
                }
            }
        };
        Some(Stage::OpticalFilter(OpticalFilterStage {
            passband,
            adjacent_crosstalk,
            in_band_crosstalk: ratio(&table.in_band_crosstalk_db),
        }))
    }

    /// Crosstalk of each neighbouring channel through a passband.
    fn neighbours(
        &mut self,
        entry: &StageEntry,
        table: &OpticalFilterTable,
        passband: &OpticalFilter,
        spacing: &Value<f64>,
    ) -> Option<Vec<f64>> {
        // Without a symbol rate that mistake is noted where it is.
        let width = self.symbol_rate?;
        let neighbour = |side: f64| Neighbour {
            offset: side * spacing.value * GHZ,
            relative_power: db_to_power_ratio(or(table.adjacent_power_db.as_ref(), 0.0)),
            width,
        };
        let sides: &[f64] = if adjacent_channels(table) > 1 {
            &[-1.0, 1.0]
        } else {
            &[1.0]
        };
        if let PassbandShape::Measured(measured) = &passband.shape {
            let (low, high) = measured.range();
            let reach = spacing.value * GHZ + passband.centre.abs() + 0.5 * width;
            if low > -reach || high < reach {
                self.warnings.push(format!(
                    "{}: the passband was measured from {:.1} to {:.1} GHz; beyond, where neighbouring \
                     channels lie, its ends are held",
                    entry.place(),
                    low / GHZ,
                    high / GHZ
                ));
            }
        }
        let each: Result<Vec<f64>, _> = sides
            .iter()
            .map(|&side| adjacent_crosstalk(passband, width, &[neighbour(side)]))
            .collect();
        match each.map(|each| (each.iter().sum::<f64>(), each)) {
            Ok((ratio, each)) if ratio <= 1.0 => Some(each),
            Ok((ratio, _)) => {
                let message = format!(
                    "the neighbours bring {ratio:.2} of the power of the signal through {}",
                    entry.place()
                );
                self.impossible(
                    &spacing.at,
                    message,
                    "allowed: crosstalk of less power than the signal",
                );
                None
            }
            Err(error) => {
                let message = format!("the crosstalk of {} is not known: {error}", entry.place());
                self.impossible(&spacing.at, message, "a passband that holds the signal");
                None
            }
        }
    }

    /// Reads a measured passband, beside the file that names it.
    fn passband(&mut self, file: &Value<String>) -> Option<MeasuredPassband> {
        let folder = Path::new(&file.at.source.file).parent();
        let path = folder.unwrap_or(Path::new("")).join(&file.value);
        let (message, help) = match read_text(&path) {
            Ok(source) => match MeasuredPassband::from_csv(&source.text) {
                Ok(passband) => return Some(passband),
                Err(error) => (
                    format!("`{}`: {error}", file.value),
                    "a CSV file of frequency_offset_ghz,amplitude_db or \
                     frequency_offset_ghz,amplitude_db,phase_deg",
                ),
            },
            Err(errors) => (
                errors
                    .errors
                    .first()
                    .map_or_else(String::new, |error| error.message.clone()),
                "`passband_file` is relative to the folder of the file that names it",
            ),
        };
        self.errors
            .push(ConfigError::at(Problem::File, &file.at, message).help(help));
        None
    }

    pub(super) fn optical_amplifier(
        &mut self,
        entry: &StageEntry,
        table: &OpticalAmplifierTable,
    ) -> Option<Stage> {
        let gain = self.needed(entry, "gain_db", table.gain_db.as_ref());
        let figure = self.needed(entry, "noise_figure_db", table.noise_figure_db.as_ref());
        let bandwidth = self.needed(
            entry,
            "optical_bandwidth_ghz",
            table.optical_bandwidth_ghz.as_ref(),
        );
        if !(gain + figure + bandwidth).is_finite() {
            return None;
        }
        let semiconductor_kind = matches!(
            table.kind.as_ref().map(|kind| kind.value),
            Some(AmplifierKindName::Semiconductor)
        );
        if !self.may_have_dynamics(entry, table, semiconductor_kind) {
            return None;
        }
        let output_saturation_power = match &table.output_saturation_power_dbm {
            Some(power) => Some(dbm_to_watt(power.value)),
            None => half_gain_power(table, db_to_power_ratio(gain)),
        };
        let erbium = ErbiumAmplifier {
            small_signal_gain: db_to_power_ratio(gain),
            output_saturation_power,
            noise_figure: db_to_power_ratio(figure),
            definition: match table.noise_figure_definition.as_ref().map(|v| v.value) {
                None | Some(NoiseFigureName::WithShotNoise) => NoiseFigureDefinition::WithShotNoise,
                Some(NoiseFigureName::BeatNoiseOnly) => NoiseFigureDefinition::BeatNoiseOnly,
            },
        };
        if let Err(error) = erbium.check() {
            let message = format!("{} cannot be: {error}", entry.place());
            self.impossible(
                &entry.at,
                message,
                "allowed: a gain_db of 0 or more, above 3.01 with a saturation power",
            );
            return None;
        }
        let amplifier = if semiconductor_kind {
            LinkAmplifier::Semiconductor(semiconductor(&erbium, table))
        } else {
            LinkAmplifier::Erbium(erbium)
        };
        let lifetime = table.carrier_lifetime_ps.is_some();
        let asked = table.gain_dynamics.as_ref().map(|asked| asked.value);
        Some(Stage::Amplifier(AmplifierStage {
            amplifier,
            optical_bandwidth: bandwidth * GHZ,
            adds_noise: true,
            gain_dynamics: asked.unwrap_or(true) && lifetime,
        }))
    }

    /// Notes keys of gain dynamics that lack what they need; false where there are some.
    fn may_have_dynamics(
        &mut self,
        entry: &StageEntry,
        table: &OpticalAmplifierTable,
        semiconductor: bool,
    ) -> bool {
        let of_dynamics = [
            "carrier_lifetime_ps",
            "saturation_energy_pj",
            "linewidth_enhancement_factor",
            "gain_dynamics",
        ];
        if !semiconductor {
            let given = of_dynamics
                .iter()
                .find_map(|key| Some((key, table.given(key)?)));
            let Some((key, at)) = given else { return true };
            let message = format!("`{key}` has no effect in {}", entry.place());
            self.errors.push(
                ConfigError::at(Problem::Conflict, at, message)
                    .help("it belongs to `kind = \"semiconductor\"`"),
            );
            return false;
        }
        let unsaturated =
            table.output_saturation_power_dbm.is_none() && table.saturation_energy_pj.is_none();
        let asked = table.gain_dynamics.as_ref().is_some_and(|a| a.value)
            || table.saturation_energy_pj.is_some()
            || table.linewidth_enhancement_factor.is_some();
        if table.carrier_lifetime_ps.is_none() {
            if asked {
                self.missing(entry, "carrier_lifetime_ps", "");
            }
            return !asked;
        }
        if unsaturated {
            let why = " or `output_saturation_power_dbm = …`";
            self.missing(entry, "saturation_energy_pj", why);
        }
        !unsaturated
    }
}

/// Output power (W) at which the gain has halved, of a saturation energy; none without one.
fn half_gain_power(table: &OpticalAmplifierTable, gain: f64) -> Option<f64> {
    let energy = table.saturation_energy_pj.as_ref()?.value * 1e-12;
    let lifetime = table.carrier_lifetime_ps.as_ref()?.value * 1e-12;
    Some(energy / lifetime * gain * LN_2 / (gain - 2.0))
}

/// How many neighbouring channels there are.
fn adjacent_channels(table: &OpticalFilterTable) -> u32 {
    match &table.adjacent_channels {
        Some(count) if count.value.0 <= 1 => 1,
        _ => 2,
    }
}

/// A semiconductor amplifier of the same gain, saturation and noise: P_sat = E_sat/τ_c, and the gain
/// has halved at the output power P_sat·G0·ln2/(G0 − 2). Under an average power only their ratio counts.
fn semiconductor(
    erbium: &ErbiumAmplifier,
    table: &OpticalAmplifierTable,
) -> SemiconductorAmplifier {
    let lifetime = table
        .carrier_lifetime_ps
        .as_ref()
        .map_or(CARRIER_LIFETIME, |lifetime| lifetime.value * 1e-12);
    let gain = erbium.small_signal_gain;
    let saturation_power = erbium
        .output_saturation_power
        .map_or(f64::MAX.sqrt(), |half| half * (gain - 2.0) / (gain * LN_2));
    SemiconductorAmplifier {
        small_signal_gain: gain,
        carrier_lifetime: lifetime,
        saturation_energy: saturation_power * lifetime,
        linewidth_enhancement: or(table.linewidth_enhancement_factor.as_ref(), 0.0),
        noise_figure: erbium.noise_figure,
        definition: erbium.definition,
    }
}
