//! Cables and connectors of cable assemblies from parts of the library.

use super::copper_tables::{ElectricalConnectorTable, TwinaxTable};
use super::error::{ConfigError, ConfigErrors, Problem};
use super::source::{Location, Source, Value};
use crate::copper::{
    COPPER_RESISTIVITY, COPPER_TEMPERATURE_COEFFICIENT, Conductor, Connector, CopperError,
    PeriodicVariation, TwinaxCable, WidebandDebye, awg_diameter,
};
use std::sync::Arc;

/// Notes a key of a part that is needed and absent.
fn needed(
    errors: &mut ConfigErrors,
    part: (&str, &str, &Arc<Source>),
    key: &str,
    value: Option<&Value<f64>>,
) -> f64 {
    let (kind, name, source) = part;
    value.map_or_else(
        || {
            errors.push(missing(kind, name, source, key));
            f64::NAN
        },
        |value| value.value,
    )
}

fn missing(kind: &str, name: &str, source: &Arc<Source>, key: &str) -> ConfigError {
    ConfigError::spanning(
        Problem::MissingKey,
        source,
        0..0,
        &format!("{kind}.{key}"),
        format!("missing key `{key}` in [{kind}] of the part `{name}`"),
    )
    .help(format!("write `{key} = …`"))
}

/// What cannot be in a part, in words.
fn impossible(kind: &str, name: &str, source: &Arc<Source>, why: &str) -> ConfigErrors {
    ConfigErrors::from(ConfigError::spanning(
        Problem::OutOfRange,
        source,
        0..0,
        kind,
        format!("the part `{name}` cannot be: {why}"),
    ))
}

impl ElectricalConnectorTable {
    /// The connector in SI units.
    ///
    /// # Errors
    /// For values that cannot be.
    pub fn connector(&self) -> Result<Connector, CopperError> {
        let or =
            |value: &Option<Value<f64>>, absent: f64| value.as_ref().map_or(absent, |v| v.value);
        let connector = Connector {
            inductance: or(&self.inductance_ph, 0.0) * 1e-12,
            ..Connector::new(
                or(&self.loss_root_db_per_sqrt_ghz, 0.0) / 1e9f64.sqrt(),
                or(&self.loss_linear_db_per_ghz, 0.0) * 1e-9,
                or(&self.delay_ps, 0.0) * 1e-12,
                or(&self.differential_impedance_ohm, 100.0),
                or(&self.capacitance_ff, 0.0) * 1e-15,
            )?
        };
        connector.validate()?;
        Ok(connector)
    }
}

/// The quantities a pair is made of, in SI units.
pub(super) struct PairValues {
    pub length: f64,
    pub diameter: f64,
    pub permittivity: f64,
    pub loss_tangent: f64,
    pub loss_tangent_frequency: f64,
    pub excess_loss_factor: f64,
    pub impedance: f64,
}

impl PairValues {
    /// The pair.
    ///
    /// The rest of its description, which may be absent, comes from the table.
    pub(super) fn cable(&self, table: &TwinaxTable) -> Result<TwinaxCable, CopperError> {
        let value = |value: &Option<Value<f64>>| value.as_ref().map(|v| v.value);
        let temperature_celsius = value(&table.temperature_c).unwrap_or(20.0);
        let warmer = temperature_celsius - 20.0;
        let factor =
            |coefficient: &Option<Value<f64>>| 1.0 + value(coefficient).unwrap_or(0.0) * warmer;
        let dielectric = WidebandDebye::flat(
            self.permittivity * factor(&table.permittivity_temperature_coefficient_per_k),
            self.loss_tangent * factor(&table.loss_tangent_temperature_coefficient_per_k),
            self.loss_tangent_frequency,
        )?;
        let conductor = Conductor {
            diameter: self.diameter,
            resistivity_at_20_celsius: COPPER_RESISTIVITY,
            temperature_coefficient: COPPER_TEMPERATURE_COEFFICIENT,
            temperature_celsius,
        };
        let mut cable = TwinaxCable::new(
            self.length,
            conductor,
            dielectric,
            self.impedance,
            self.excess_loss_factor,
        )?;
        cable.skew = value(&table.intra_pair_skew_ps_per_m).unwrap_or(0.0) * 1e-12;
        cable.periodic = value(&table.periodic_impedance_depth_percent)
            .zip(value(&table.periodic_impedance_period_mm))
            .map(|(depth, period)| PeriodicVariation {
                depth: 0.01 * depth,
                period: 1e-3 * period,
            });
        cable.impedance_tolerance = 0.01 * value(&table.impedance_tolerance_percent).unwrap_or(0.0);
        cable.validate()?;
        Ok(cable)
    }
}

impl TwinaxTable {
    /// What is wrong where depth or period of the periodic variation stands without the other: place,
    /// message, help.
    pub(super) fn half_a_variation(&self, place: &str) -> Option<(&Location, String, String)> {
        let (depth, period) = (
            "periodic_impedance_depth_percent",
            "periodic_impedance_period_mm",
        );
        let (given, missing, at) = match (
            &self.periodic_impedance_depth_percent,
            &self.periodic_impedance_period_mm,
        ) {
            (Some(value), None) => (depth, period, &value.at),
            (None, Some(value)) => (period, depth, &value.at),
            _ => return None,
        };
        Some((
            at,
            format!("`{given}` in {place} has no effect without `{missing}`"),
            format!("write `{missing} = …` too, or leave `{given}` out"),
        ))
    }

    /// The pair of a part, of this length in m.
    ///
    /// # Errors
    /// With every key that is missing, and values that cannot be.
    pub fn cable(
        &self,
        length: f64,
        name: &str,
        source: &Arc<Source>,
    ) -> Result<TwinaxCable, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        let refused = |error: CopperError| impossible("twinax", name, source, &error.to_string());
        let diameter = match (&self.conductor_diameter_mm, &self.awg) {
            (Some(diameter), _) => diameter.value * 1e-3,
            (None, Some(gauge)) => {
                awg_diameter(i32::try_from(gauge.value.0).unwrap_or(i32::MAX)).map_err(refused)?
            }
            (None, None) => {
                errors.push(missing("twinax", name, source, "awg"));
                f64::NAN
            }
        };
        let [
            permittivity,
            loss_tangent,
            reference,
            excess_loss_factor,
            impedance,
        ] = [
            ("relative_permittivity", &self.relative_permittivity),
            ("loss_tangent", &self.loss_tangent),
            (
                "loss_tangent_frequency_ghz",
                &self.loss_tangent_frequency_ghz,
            ),
            ("excess_loss_factor", &self.excess_loss_factor),
            (
                "differential_impedance_ohm",
                &self.differential_impedance_ohm,
            ),
        ]
        .map(|(key, value)| needed(&mut errors, ("twinax", name, source), key, value.as_ref()));
        if let Some((at, message, help)) = self.half_a_variation(&format!("the part `{name}`")) {
            errors.push(ConfigError::at(Problem::MissingKey, at, message).help(help));
        }
        errors.or(())?;
        PairValues {
            length,
            diameter,
            permittivity,
            loss_tangent,
            loss_tangent_frequency: reference * 1e9,
            excess_loss_factor,
            impedance,
        }
        .cable(self)
        .map_err(refused)
    }
}
