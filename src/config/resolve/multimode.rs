//! Multimode lasers and fibres in SI units.

use super::optics::or;
use super::{GHZ, NM, Resolver};
use crate::config::read::NumberOrPoints;
use crate::config::schema::StageEntry;
use crate::config::stage_tables::{FiberTable, MultimodeFiberTable, VcselTable};
use crate::fiber::{ModalDispersion, MultimodeFiber};
use crate::link::Stage;
use crate::signal::Response;
use crate::transmitter::Vcsel;
use crate::units::{db_to_power_ratio, dbm_to_watt};

/// Group index of multimode fibre where none is given; it sets the delay only. Optokon, multimode
/// fibre OM4 (rev. 006-21/41), gives 1.483 at 850 nm and 1.478 at 1300 nm, other makers 1.482.
const GROUP_INDEX: f64 = 1.482;
/// Hz·m of a bandwidth in MHz·km.
const MHZ_KM: f64 = 1e9;

impl Resolver<'_> {
    pub(super) fn vcsel(&mut self, entry: &StageEntry, table: &VcselTable) -> Option<Stage> {
        let extinction_ratio = db_to_power_ratio(self.needed(
            entry,
            "extinction_ratio_db",
            table.extinction_ratio_db.as_ref(),
        ));
        let wavelength = NM * self.needed(entry, "wavelength_nm", table.wavelength_nm.as_ref());
        self.wavelength = Some(wavelength).filter(|wavelength| wavelength.is_finite());
        let modulation_amplitude = match (&table.launch_oma_dbm, &table.launch_power_dbm) {
            (Some(amplitude), _) => dbm_to_watt(amplitude.value),
            (None, Some(power)) => {
                Vcsel::amplitude_of_average(dbm_to_watt(power.value), extinction_ratio)
            }
            (None, None) => {
                self.missing(entry, "launch_oma_dbm", " or `launch_power_dbm = …`");
                return None;
            }
        };
        Some(Stage::Vcsel(Vcsel {
            modulation_amplitude,
            extinction_ratio,
            wavelength,
            spectral_width: NM * or(table.spectral_width_nm.as_ref(), 0.0),
            relative_intensity_noise: table
                .rin_db_per_hz
                .as_ref()
                .map_or(0.0, |rin| db_to_power_ratio(rin.value)),
            mode_partition: or(table.mode_partition_k.as_ref(), 0.0),
            response: self.laser_response(entry, table),
            parasitic_response: match &table.parasitic_bandwidth_ghz {
                Some(bandwidth) => Response::SinglePole {
                    bandwidth: bandwidth.value * GHZ,
                },
                None => Response::Flat,
            },
        }))
    }

    /// The response of a laser: its resonance, where that is given.
    fn laser_response(&mut self, entry: &StageEntry, table: &VcselTable) -> Response {
        let Some(resonance) = &table.resonance_ghz else {
            if table.k_factor_ns.is_some() || table.damping_offset_per_ns.is_some() {
                self.missing(entry, "resonance_ghz", "");
                return Response::Flat;
            }
            return self.response(
                entry,
                table.bandwidth_ghz.as_ref(),
                table.filter.as_ref(),
                table.response_file.as_ref(),
            );
        };
        let frequency = resonance.value * GHZ;
        let k_factor = 1e-9 * self.needed(entry, "k_factor_ns", table.k_factor_ns.as_ref());
        let offset = 1e9 * or(table.damping_offset_per_ns.as_ref(), 0.0);
        let damping = Vcsel::damping(frequency, k_factor, offset);
        if damping <= 0.0 {
            self.impossible(
                &resonance.at,
                format!("the resonance of {} has no damping", entry.place()),
                "write `k_factor_ns = …` above 0",
            );
        }
        Response::Resonance { frequency, damping }
    }

    pub(super) fn multimode_fiber(
        &mut self,
        entry: &StageEntry,
        table: &MultimodeFiberTable,
    ) -> Option<Stage> {
        let length = self.needed(entry, "length_m", table.length_m.as_ref());
        let attenuation = self.attenuation(entry, table.attenuation_db_per_km.as_ref());
        let modes = self.modes(entry, table);
        let dispersive = FiberTable {
            zero_dispersion_wavelength_nm: table.zero_dispersion_wavelength_nm.clone(),
            zero_dispersion_slope_ps_per_nm2_km: table.zero_dispersion_slope_ps_per_nm2_km.clone(),
            dispersion_ps_per_nm_km: table.dispersion_ps_per_nm_km.clone(),
            dispersion_slope_ps_per_nm2_km: table.dispersion_slope_ps_per_nm2_km.clone(),
            dispersion_wavelength_nm: table.dispersion_wavelength_nm.clone(),
            ..FiberTable::default()
        };
        let dispersion = self.dispersion(entry, &dispersive)?;
        Some(Stage::MultimodeFiber(MultimodeFiber {
            length,
            attenuation: attenuation?,
            dispersion,
            modes: modes?,
            group_index: or(table.group_index.as_ref(), GROUP_INDEX),
            modal_noise_penalty_db: or(table.modal_noise_penalty_db.as_ref(), 0.0),
        }))
    }

    fn modes(
        &mut self,
        entry: &StageEntry,
        table: &MultimodeFiberTable,
    ) -> Option<ModalDispersion> {
        let Some(value) = &table.effective_modal_bandwidth_mhz_km else {
            self.missing(entry, "effective_modal_bandwidth_mhz_km", "");
            return None;
        };
        let points = match &value.value {
            NumberOrPoints::Number(product) => {
                return Some(ModalDispersion::Bandwidth(product * MHZ_KM));
            }
            NumberOrPoints::Points(points) => points,
        };
        let curve = self.curve(&value.at, &points.0, NM, |y| y * MHZ_KM)?;
        if let Some(wavelength) = self.wavelength
            && curve.linear(wavelength).is_err()
        {
            let (low, high) = curve.range();
            let message = format!(
                "the modal bandwidth of {} is given from {:.1} nm to {:.1} nm, and the laser has {:.2} nm",
                entry.place(),
                low / NM,
                high / NM,
                wavelength / NM
            );
            self.impossible(
                &entry.at,
                message,
                "write `effective_modal_bandwidth_mhz_km = …` for this wavelength",
            );
        }
        Some(ModalDispersion::BandwidthCurve(curve))
    }
}
