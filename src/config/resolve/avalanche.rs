//! Avalanche multiplication of a photoreceiver in SI units.

use super::optics::or;
use super::{GHZ, Resolver};
use crate::config::error::{ConfigError, Problem};
use crate::config::schema::StageEntry;
use crate::config::stage_tables::PhotoreceiverTable;
use crate::config::table::Table;
use crate::receiver::AvalancheMultiplication;

/// Keys that need a gain.
const OF_AVALANCHE: [&str; 3] = [
    "ionization_ratio",
    "primary_dark_current_na",
    "gain_bandwidth_product_ghz",
];

impl Resolver<'_> {
    /// Multiplication of a photodiode; none where no gain is given.
    pub(super) fn avalanche(
        &mut self,
        entry: &StageEntry,
        table: &PhotoreceiverTable,
    ) -> Option<AvalancheMultiplication> {
        let Some(gain) = &table.avalanche_gain else {
            for key in OF_AVALANCHE {
                if let Some(at) = table.given(key) {
                    let message = format!("`{key}` has no effect in {}", entry.place());
                    self.errors.push(
                        ConfigError::at(Problem::MissingKey, at, message)
                            .help("write `avalanche_gain = …`, or leave it out"),
                    );
                }
            }
            return None;
        };
        let ratio = self.needed(entry, "ionization_ratio", table.ionization_ratio.as_ref());
        ratio.is_finite().then(|| AvalancheMultiplication {
            gain: gain.value,
            ionization_ratio: ratio,
            primary_dark_current: 1e-9 * or(table.primary_dark_current_na.as_ref(), 0.0),
            gain_bandwidth_product: table
                .gain_bandwidth_product_ghz
                .as_ref()
                .map(|product| product.value * GHZ),
        })
    }
}
