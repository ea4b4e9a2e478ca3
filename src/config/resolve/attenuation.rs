//! Attenuation of single-mode fibre from its causes, in SI units.

use super::Resolver;
use super::optics::or;
use crate::config::error::{ConfigError, Problem};
use crate::config::schema::StageEntry;
use crate::config::stage_tables::FiberTable;
use crate::config::table::Table;
use crate::fiber::single_mode::Attenuation;
use crate::fiber::{AttenuationModel, InfraredAbsorption, WaterPeak};

/// dB/m of a loss in dB/km.
const PER_KM: f64 = 1e-3;
/// dB/m·m⁴ of Rayleigh scattering in dB/km·µm⁴.
const RAYLEIGH: f64 = 1e-27;
/// Centre of the water peak, nm: the wavelength at which ITU-T G.652 limits its height; and its full width
/// where none is given, assumed.
const WATER_PEAK_NM: (f64, f64) = (1383.0, 30.0);

impl Resolver<'_> {
    /// Attenuation of a fibre by a number or a curve, or from its causes where Rayleigh scattering is
    /// given.
    pub(super) fn fiber_attenuation(
        &mut self,
        entry: &StageEntry,
        table: &FiberTable,
    ) -> Option<Attenuation> {
        let Some(rayleigh) = &table.rayleigh_db_per_km_um4 else {
            let causes = [
                "constant_loss_db_per_km",
                "infrared_loss_db_per_km",
                "infrared_wavelength_um",
                "water_peak_db_per_km",
                "water_peak_width_nm",
            ];
            if causes.iter().any(|key| table.given(key).is_some()) {
                self.missing(entry, "rayleigh_db_per_km_um4", "");
                return None;
            }
            return self.attenuation(entry, table.attenuation_db_per_km.as_ref());
        };
        let infrared = match (
            &table.infrared_loss_db_per_km,
            &table.infrared_wavelength_um,
        ) {
            (Some(amplitude), Some(wavelength)) => Some(InfraredAbsorption {
                amplitude: amplitude.value * PER_KM,
                wavelength: wavelength.value * 1e-6,
            }),
            (None, None) => None,
            (Some(_), None) => {
                self.missing(entry, "infrared_wavelength_um", "");
                return None;
            }
            (None, Some(_)) => {
                self.missing(entry, "infrared_loss_db_per_km", "");
                return None;
            }
        };
        if let (Some(width), None) = (&table.water_peak_width_nm, &table.water_peak_db_per_km) {
            let message = format!("`water_peak_width_nm` has no effect in {}", entry.place());
            self.errors.push(
                ConfigError::at(Problem::MissingKey, &width.at, message)
                    .help("write `water_peak_db_per_km = …`, or leave it out"),
            );
            return None;
        }
        Some(Attenuation::Model(AttenuationModel {
            rayleigh: rayleigh.value * RAYLEIGH,
            constant: PER_KM * or(table.constant_loss_db_per_km.as_ref(), 0.0),
            infrared,
            water_peak: table.water_peak_db_per_km.as_ref().map(|peak| WaterPeak {
                wavelength: WATER_PEAK_NM.0 * 1e-9,
                height: peak.value * PER_KM,
                width: 1e-9 * or(table.water_peak_width_nm.as_ref(), WATER_PEAK_NM.1),
            }),
        }))
    }
}
