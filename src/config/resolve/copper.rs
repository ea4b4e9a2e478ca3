//! Packages, boards, connectors and crosstalk of copper links in SI units.

use super::{GHZ, Resolver};
use crate::config::copper_tables::{
    BoardTable, CrosstalkTable, ElectricalConnectorTable, PackageTable,
};
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::copper::device::{Device, Package, Termination};
use crate::copper::line::{Stripline, StriplinePair};
use crate::copper::two_port::Line;
use crate::copper::{BoardTrace, COPPER_RESISTIVITY, Roughness, WidebandDebye};
use crate::link::{Crosstalk, CrosstalkCoupling, CrosstalkEnd, Stage};

/// Resistance of a termination that is not said, between the legs, Ω.
const TERMINATION: f64 = 100.0;

fn or(value: Option<&Value<f64>>, absent: f64) -> f64 {
    value.map_or(absent, |value| value.value)
}

impl Resolver<'_> {
    pub(super) fn package(&mut self, entry: &StageEntry, table: &PackageTable) -> Option<Stage> {
        let before = self.errors.errors.len();
        let list = |value: &Option<Value<Vec<f64>>>| value.as_ref().map(|v| v.value.clone());
        let capacitance = list(&table.die_capacitance_ff).unwrap_or_default();
        let inductance = list(&table.die_inductance_ph);
        if let (Some(given), Some(value)) = (&inductance, &table.die_inductance_ph)
            && given.len() != capacitance.len()
        {
            let message = format!(
                "`die_inductance_ph` in {} has {} steps, `die_capacitance_ff` {}",
                entry.place(),
                given.len(),
                capacitance.len()
            );
            self.impossible(&value.at, message, "allowed: as many of both");
        }
        let impedance = list(&table.line_impedance_ohm).unwrap_or_default();
        let length = list(&table.line_length_mm).unwrap_or_default();
        if impedance.len() != length.len() {
            match table
                .line_length_mm
                .as_ref()
                .or(table.line_impedance_ohm.as_ref())
            {
                Some(value) => {
                    let message = format!(
                        "`line_length_mm` in {} has {} lines, `line_impedance_ohm` {}",
                        entry.place(),
                        length.len(),
                        impedance.len()
                    );
                    self.impossible(&value.at, message, "allowed: one length for each impedance");
                }
                None => self.missing(entry, "line_length_mm", ""),
            }
        }
        let constants = if impedance.is_empty() {
            [0.0; 4]
        } else {
            [
                or(table.gamma0_per_mm.as_ref(), 0.0),
                self.needed(entry, "a1_sqrt_ns_per_mm", table.a1_sqrt_ns_per_mm.as_ref()),
                self.needed(entry, "a2_ns_per_mm", table.a2_ns_per_mm.as_ref()),
                self.needed(entry, "delay_ns_per_mm", table.delay_ns_per_mm.as_ref()),
            ]
        };
        let one = Line::tabulated(constants, 0.0, TERMINATION);
        if self.errors.errors.len() > before {
            return None;
        }
        let inductances = inductance.unwrap_or_default();
        let device = Device {
            termination: Termination {
                resistance: 0.5 * or(table.differential_termination_ohm.as_ref(), TERMINATION),
                ladder: capacitance
                    .iter()
                    .enumerate()
                    .map(|(i, c)| {
                        let l = inductances.get(i).copied().unwrap_or(0.0);
                        (c * 1e-15, l * 1e-12)
                    })
                    .collect(),
                bump: 1e-15 * or(table.bump_capacitance_ff.as_ref(), 0.0),
            },
            package: Package {
                lines: impedance
                    .iter()
                    .zip(&length)
                    .map(|(&impedance, length)| Line {
                        impedance,
                        length: 1e-3 * length,
                        ..one
                    })
                    .collect(),
                ball: 1e-15 * or(table.ball_capacitance_ff.as_ref(), 0.0),
            },
            board: None,
        };
        self.possible(entry, device.validate())?;
        Some(Stage::Package(device))
    }

    pub(super) fn board(&mut self, entry: &StageEntry, table: &BoardTable) -> Option<Stage> {
        let before = self.errors.errors.len();
        let length = self.needed(entry, "length_m", table.length_m.as_ref());
        let by_geometry = [
            &table.trace_width_um,
            &table.trace_gap_um,
            &table.trace_thickness_um,
            &table.plane_distance_um,
            &table.relative_permittivity,
            &table.loss_tangent,
            &table.loss_tangent_frequency_ghz,
            &table.roughness_um,
        ]
        .iter()
        .any(|value| value.is_some());
        if by_geometry {
            let mut micro = |key: &str, value: &Option<Value<f64>>| {
                1e-6 * self.needed(entry, key, value.as_ref())
            };
            let width = micro("trace_width_um", &table.trace_width_um);
            let gap = micro("trace_gap_um", &table.trace_gap_um);
            let thickness = micro("trace_thickness_um", &table.trace_thickness_um);
            let spacing = micro("plane_distance_um", &table.plane_distance_um);
            let permittivity = self.needed(
                entry,
                "relative_permittivity",
                table.relative_permittivity.as_ref(),
            );
            let tangent = self.needed(entry, "loss_tangent", table.loss_tangent.as_ref());
            let frequency = GHZ
                * self.needed(
                    entry,
                    "loss_tangent_frequency_ghz",
                    table.loss_tangent_frequency_ghz.as_ref(),
                );
            if self.errors.errors.len() > before {
                return None;
            }
            let line =
                WidebandDebye::flat(permittivity, tangent, frequency).and_then(|dielectric| {
                    StriplinePair {
                        strip: Stripline {
                            width,
                            spacing,
                            thickness,
                            dielectric,
                            resistivity: COPPER_RESISTIVITY,
                            roughness: match &table.roughness_um {
                                Some(height) if height.value > 0.0 => Roughness::Hammerstad {
                                    root_mean_square: 1e-6 * height.value,
                                },
                                _ => Roughness::Smooth,
                            },
                        },
                        gap,
                    }
                    .odd_mode()
                });
            let line = self.possible(entry, line)?;
            return Some(Stage::Board(BoardTrace::StriplinePair(line, length)));
        }
        let constants = [
            or(table.gamma0_per_mm.as_ref(), 0.0),
            self.needed(entry, "a1_sqrt_ns_per_mm", table.a1_sqrt_ns_per_mm.as_ref()),
            self.needed(entry, "a2_ns_per_mm", table.a2_ns_per_mm.as_ref()),
            self.needed(entry, "delay_ns_per_mm", table.delay_ns_per_mm.as_ref()),
        ];
        let impedance = self.needed(
            entry,
            "differential_impedance_ohm",
            table.differential_impedance_ohm.as_ref(),
        );
        let fitted = Line::tabulated(constants, 0.0, impedance);
        (self.errors.errors.len() == before)
            .then_some(Stage::Board(BoardTrace::Fitted(Line { length, ..fitted })))
    }

    pub(super) fn electrical_connector(
        &mut self,
        entry: &StageEntry,
        table: &ElectricalConnectorTable,
    ) -> Option<Stage> {
        let connector = table.connector();
        self.possible(entry, connector)
            .map(Stage::ElectricalConnector)
    }

    pub(super) fn crosstalk(
        &mut self,
        entry: &StageEntry,
        table: &CrosstalkTable,
        end: CrosstalkEnd,
    ) -> Option<Stage> {
        let coupling = match (&table.file, &table.coupling_db) {
            (Some(file), _) => {
                CrosstalkCoupling::Network(self.channel(entry, file, table.ports.as_ref())?)
            }
            (None, Some(coupling)) => CrosstalkCoupling::Weak {
                ratio: 10f64.powf(-coupling.value / 20.0),
                frequency: match (&table.coupling_frequency_ghz, self.symbol_rate) {
                    (Some(frequency), _) => GHZ * frequency.value,
                    (None, Some(symbol_rate)) => 0.5 * symbol_rate,
                    (None, None) => return None,
                },
            },
            (None, None) => {
                self.missing(entry, "coupling_db", ", or `file = \"…\"`");
                return None;
            }
        };
        let taps = match &table.taps {
            None => None,
            Some(taps) => Some(self.taps(entry, Some(taps), None)?),
        };
        let count = table.aggressors.as_ref().map_or(1, |count| count.value.0);
        Some(Stage::Crosstalk(Crosstalk {
            end,
            coupling,
            amplitude: table.amplitude_v.as_ref().map(|v| v.value),
            taps,
            aggressors: usize::try_from(count).unwrap_or(usize::MAX),
        }))
    }
}
