//! Retimers and redrivers in SI units.

use super::{GHZ, Resolver};
use crate::config::repeater_tables::{RedriverTable, RetimerTable};
use crate::config::schema::StageEntry;
use crate::config::stage_tables::StageTable;
use crate::copper::{ContinuousTimeLinearEqualizer, Redriver, RedriverGain};
use crate::link::{Retimer, Stage};
use crate::units::db_to_amplitude_ratio;

/// Whether a redriver stands in front of what makes light: its input, and so the driver, is a voltage.
pub(super) fn drives_light(stages: &[StageEntry]) -> bool {
    stages
        .iter()
        .take_while(|s| !crate::config::layout::makes_light(s))
        .any(|s| matches!(s.table, StageTable::Redriver(_)))
}

impl Resolver<'_> {
    /// The retimer a table describes.
    pub(super) fn retimer(entry: &StageEntry, table: &RetimerTable) -> Retimer {
        Retimer {
            name: entry.name(),
            power: table.power_w.as_ref().map(|power| power.value),
            latency: 1e-9 * table.latency_ns.as_ref().map_or(0.0, |time| time.value),
        }
    }

    pub(super) fn redriver(&mut self, entry: &StageEntry, table: &RedriverTable) -> Option<Stage> {
        let gain = match (&table.gain_db, &table.output_amplitude_v) {
            (Some(gain), _) => RedriverGain::Fixed(db_to_amplitude_ratio(gain.value)),
            (None, Some(amplitude)) => RedriverGain::Automatic(amplitude.value),
            (None, None) => {
                let why = " or `output_amplitude_v = …`, for an automatic gain";
                self.missing(entry, "gain_db", why);
                return None;
            }
        };
        let peaking_keys = [&table.zero_ghz, &table.pole_1_ghz, &table.pole_2_ghz];
        let peaking = match &table.peaking_db {
            None => {
                if let Some(key) = peaking_keys.into_iter().flatten().next() {
                    let message = format!("{} has a zero or a pole and no peaking", entry.place());
                    self.impossible(&key.at, message, "write `peaking_db = …` too");
                    return None;
                }
                None
            }
            Some(peaking) => {
                let zero = GHZ * self.needed(entry, "zero_ghz", table.zero_ghz.as_ref());
                let pole_1 = GHZ * self.needed(entry, "pole_1_ghz", table.pole_1_ghz.as_ref());
                let pole_2 = GHZ * self.needed(entry, "pole_2_ghz", table.pole_2_ghz.as_ref());
                if [zero, pole_1, pole_2].iter().any(|x| x.is_nan()) {
                    return None;
                }
                let made =
                    ContinuousTimeLinearEqualizer::new(-peaking.value, zero, pole_1, pole_2, None);
                Some(self.possible(entry, made)?)
            }
        };
        let per_ghz = self.needed(entry, "noise_v2_per_ghz", table.noise_v2_per_ghz.as_ref());
        if per_ghz.is_nan() {
            return None;
        }
        let redriver = Redriver {
            gain,
            peaking,
            response: self.response(
                entry,
                table.bandwidth_ghz.as_ref(),
                table.filter.as_ref(),
                table.response_file.as_ref(),
            ),
            noise: per_ghz / GHZ,
            linear_range: table.linear_range_v.as_ref().map(|range| range.value),
            power: table.power_w.as_ref().map(|power| power.value),
            latency: 1e-9 * table.latency_ns.as_ref().map_or(0.0, |time| time.value),
        };
        let checked = redriver.validate();
        self.possible(entry, checked)?;
        Some(Stage::Redriver(redriver))
    }
}
