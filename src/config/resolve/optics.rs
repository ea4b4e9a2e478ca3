//! Lasers, modulators, fibres, losses and photoreceivers in SI units.

use super::{GHZ, NM, Resolver, points};
use crate::config::choices::BendClassName;
use crate::config::read::NumberOrPoints;
use crate::config::schema::StageEntry;
use crate::config::source::Value;
use crate::config::stage_tables::{
    ElectroAbsorptionModulatorTable, FiberTable, LaserTable, LossTable, MachZehnderModulatorTable,
    MacrobendTable, PhotoreceiverTable, StageTable,
};
use crate::fiber::single_mode::Attenuation;
use crate::fiber::{BendClass, BendLoss, Dispersion, KerrCoefficient, KerrFiber, SingleModeFiber};
use crate::link::{OpticalLoss, OpticalLossKind, Stage};
use crate::receiver::{NoiseDensity, Photoreceiver};
use crate::signal::Response;
use crate::transmitter::{
    ElectroAbsorptionModulator, ElectroAbsorptionTransfer, Laser, LaunchLevel, MachZehnderDrive,
    MachZehnderModulator,
};
use crate::units::{db_to_power_ratio, dbm_to_watt};

/// Group index of silica fibre where none is given; it sets the delay only. Corning SMF-28
/// Ultra (product information PI1424, 2013) gives 1.4676 at 1310 nm and 1.4682 at 1550 nm.
const GROUP_INDEX: f64 = 1.468;
/// dB/m of an attenuation in dB/km.
const PER_KM: f64 = 1e-3;
/// s/m² of a dispersion in ps/(nm·km).
const PS_PER_NM_KM: f64 = 1e-6;
/// s/m³ of a dispersion slope in ps/(nm²·km).
const PS_PER_NM2_KM: f64 = 1e3;

/// The value, where given, or `otherwise`.
pub(super) fn or(value: Option<&Value<f64>>, otherwise: f64) -> f64 {
    value.map_or(otherwise, |value| value.value)
}

fn launch(oma_dbm: Option<&Value<f64>>, power_dbm: Option<&Value<f64>>) -> LaunchLevel {
    match (oma_dbm, power_dbm) {
        (Some(oma), _) => LaunchLevel::OpticalModulationAmplitude(dbm_to_watt(oma.value)),
        (None, Some(power)) => LaunchLevel::AveragePower(dbm_to_watt(power.value)),
        (None, None) => LaunchLevel::FromLaser,
    }
}

impl Resolver<'_> {
    pub(super) fn laser(&mut self, entry: &StageEntry, table: &LaserTable) -> Stage {
        let power_dbm = if self.launch_is_set {
            or(table.power_dbm.as_ref(), 0.0)
        } else {
            self.needed(entry, "power_dbm", table.power_dbm.as_ref())
        };
        let wavelength = NM * self.needed(entry, "wavelength_nm", table.wavelength_nm.as_ref());
        self.wavelength = Some(wavelength).filter(|wavelength| wavelength.is_finite());
        Stage::Laser(Laser {
            power: dbm_to_watt(power_dbm),
            wavelength,
            relative_intensity_noise: table
                .rin_db_per_hz
                .as_ref()
                .map_or(0.0, |rin| db_to_power_ratio(rin.value)),
            linewidth: 1e6 * or(table.linewidth_mhz.as_ref(), 0.0),
        })
    }

    /// Fraction of the power that passes at the highest level.
    fn transmission(
        &mut self,
        entry: &StageEntry,
        insertion_loss_db: Option<&Value<f64>>,
        needed: bool,
    ) -> f64 {
        let loss_db = match insertion_loss_db {
            None if needed && !self.launch_is_set => {
                let why = ", or set the output with launch_oma_dbm or launch_power_dbm";
                self.missing(entry, "insertion_loss_db", why);
                0.0
            }
            given => or(given, 0.0),
        };
        db_to_power_ratio(-loss_db)
    }

    pub(super) fn electro_absorption(
        &mut self,
        entry: &StageEntry,
        table: &ElectroAbsorptionModulatorTable,
    ) -> Option<Stage> {
        let curves = [
            table.absorption_db_at_bias_v.as_ref().map(|v| &v.at),
            table.alpha_h_at_bias_v.as_ref().map(|v| &v.at),
            table.bias_v.as_ref().map(|v| &v.at),
            table.swing_v.as_ref().map(|v| &v.at),
        ]
        .iter()
        .any(Option::is_some);
        let transfer = if curves {
            self.absorption_curves(entry, table)?
        } else {
            if table.extinction_ratio_db.is_none() {
                let why = ", or measured curves with absorption_db_at_bias_v, alpha_h_at_bias_v, bias_v and swing_v";
                self.missing(entry, "extinction_ratio_db", why);
            }
            ElectroAbsorptionTransfer::Linear {
                extinction_ratio: db_to_power_ratio(or(table.extinction_ratio_db.as_ref(), 1.0)),
                alpha_h: or(table.alpha_h.as_ref(), 0.0),
            }
        };
        Some(Stage::ElectroAbsorptionModulator(
            ElectroAbsorptionModulator {
                transmission: self.transmission(entry, table.insertion_loss_db.as_ref(), !curves),
                transfer,
                response: self.response(
                    entry,
                    table.bandwidth_ghz.as_ref(),
                    table.filter.as_ref(),
                    table.response_file.as_ref(),
                ),
                launch: launch(
                    table.launch_oma_dbm.as_ref(),
                    table.launch_power_dbm.as_ref(),
                ),
            },
        ))
    }

    /// Measured curves of an electro-absorption modulator; the drive must stay on them.
    fn absorption_curves(
        &mut self,
        entry: &StageEntry,
        table: &ElectroAbsorptionModulatorTable,
    ) -> Option<ElectroAbsorptionTransfer> {
        let bias = self.needed(entry, "bias_v", table.bias_v.as_ref());
        let swing = self.needed(entry, "swing_v", table.swing_v.as_ref());
        if table.absorption_db_at_bias_v.is_none() {
            self.missing(entry, "absorption_db_at_bias_v", "");
        }
        if table.alpha_h_at_bias_v.is_none() {
            self.missing(entry, "alpha_h_at_bias_v", "");
        }
        let absorption = table.absorption_db_at_bias_v.as_ref()?;
        let alpha = table.alpha_h_at_bias_v.as_ref()?;
        let absorption_db = self.curve(&absorption.at, &absorption.value.0, 1.0, |y| y)?;
        let alpha_h = self.curve(&alpha.at, &alpha.value.0, 1.0, |y| y)?;
        let (low, high) = (bias - 0.5 * swing, bias + 0.5 * swing);
        for (value, curve) in [(absorption, &absorption_db), (alpha, &alpha_h)] {
            let (first, last) = curve.range();
            if low < first || high > last {
                let message = format!(
                    "the drive of {} goes from {low} V to {high} V, and the curve only from {first} V to {last} V",
                    entry.place()
                );
                self.impossible(
                    &value.at,
                    message,
                    "change bias_v or swing_v, or give more of the curve",
                );
            }
        }
        if let (Ok(at_low), Ok(at_high)) = (absorption_db.linear(low), absorption_db.linear(high))
            && at_low.total_cmp(&at_high).is_eq()
        {
            let message = format!(
                "the absorption of {} is the same, {at_low} dB, at both ends of the drive",
                entry.place()
            );
            self.impossible(
                &absorption.at,
                message,
                "a curve and a drive that make an extinction ratio above 0 dB",
            );
        }
        Some(ElectroAbsorptionTransfer::Curves {
            absorption_db,
            alpha_h,
            bias,
            swing,
        })
    }

    pub(super) fn mach_zehnder(
        &mut self,
        entry: &StageEntry,
        table: &MachZehnderModulatorTable,
    ) -> Option<Stage> {
        let drive = match (&table.swing_v, &table.extinction_ratio_db) {
            (Some(swing), _) => MachZehnderDrive::Swing(swing.value),
            (None, Some(ratio)) => {
                MachZehnderDrive::ExtinctionRatio(db_to_power_ratio(ratio.value))
            }
            (None, None) => {
                self.missing(entry, "swing_v", " (V) or `extinction_ratio_db = …`");
                return None;
            }
        };
        let offset = or(table.bias_offset_v.as_ref(), 0.0);
        // With neither a swing nor an offset in volts the half-wave voltage drops out.
        let v_pi = if table.swing_v.is_some() || offset != 0.0 {
            self.needed(entry, "v_pi_v", table.v_pi_v.as_ref())
        } else {
            or(table.v_pi_v.as_ref(), 1.0)
        };
        if let (Some(ratio), Some(arms)) =
            (&table.extinction_ratio_db, &table.arm_extinction_ratio_db)
            && ratio.value > arms.value
        {
            let message = format!(
                "an extinction ratio of {} dB in {} is more than the {} dB the arms allow",
                ratio.value,
                entry.place(),
                arms.value
            );
            self.impossible(&ratio.at, message, "allowed: up to arm_extinction_ratio_db");
        }
        Some(Stage::MachZehnderModulator(MachZehnderModulator {
            transmission: self.transmission(entry, table.insertion_loss_db.as_ref(), true),
            v_pi,
            drive,
            bias_offset: offset,
            arm_extinction_ratio: table
                .arm_extinction_ratio_db
                .as_ref()
                .map_or(f64::INFINITY, |ratio| db_to_power_ratio(ratio.value)),
            alpha_h: or(table.alpha_h.as_ref(), 0.0),
            response: self.response(
                entry,
                table.bandwidth_ghz.as_ref(),
                table.filter.as_ref(),
                table.response_file.as_ref(),
            ),
            launch: launch(
                table.launch_oma_dbm.as_ref(),
                table.launch_power_dbm.as_ref(),
            ),
        }))
    }

    pub(super) fn fiber(&mut self, entry: &StageEntry, table: &FiberTable) -> Option<Stage> {
        let kerr = self.kerr(entry, table);
        let linear = self.single_mode_fiber(entry, table)?;
        Some(match kerr {
            Some(kerr) => Stage::KerrFiber(KerrFiber { linear, kerr }),
            None => Stage::Fiber(linear),
        })
    }

    /// The Kerr effect of a fibre: both of its numbers, or neither.
    pub(in crate::config) fn kerr(
        &mut self,
        entry: &StageEntry,
        table: &FiberTable,
    ) -> Option<KerrCoefficient> {
        let (index, area) = (&table.nonlinear_index_m2_per_w, &table.effective_area_um2);
        if index.is_none() && area.is_none() {
            return None;
        }
        let nonlinear_index = self.needed(entry, "nonlinear_index_m2_per_w", index.as_ref());
        let effective_area = 1e-12 * self.needed(entry, "effective_area_um2", area.as_ref());
        Some(KerrCoefficient::Material {
            nonlinear_index,
            effective_area,
        })
    }

    /// The fibre itself, of a stage or of a span.
    pub(in crate::config) fn single_mode_fiber(
        &mut self,
        entry: &StageEntry,
        table: &FiberTable,
    ) -> Option<SingleModeFiber> {
        let length = 1e3 * self.needed(entry, "length_km", table.length_km.as_ref());
        let attenuation = self.fiber_attenuation(entry, table);
        let dispersion = self.dispersion(entry, table)?;
        Some(SingleModeFiber {
            length,
            attenuation: attenuation?,
            dispersion,
            group_index: or(table.group_index.as_ref(), GROUP_INDEX),
        })
    }

    /// Attenuation in dB/m of a number or curve in dB/km.
    pub(super) fn attenuation(
        &mut self,
        entry: &StageEntry,
        value: Option<&Value<NumberOrPoints>>,
    ) -> Option<Attenuation> {
        match value {
            None => {
                self.missing(entry, "attenuation_db_per_km", "");
                None
            }
            Some(value) => match &value.value {
                NumberOrPoints::Number(db_per_km) => {
                    Some(Attenuation::Constant(db_per_km * PER_KM))
                }
                NumberOrPoints::Points(points) => {
                    let curve = self.curve(&value.at, &points.0, NM, |y| y * PER_KM);
                    if let (Some(curve), Some(wavelength)) = (&curve, self.wavelength)
                        && curve.linear(wavelength).is_err()
                    {
                        let (low, high) = curve.range();
                        let message = format!(
                            "the attenuation of {} is given from {:.1} nm to {:.1} nm, and the laser has {:.2} nm",
                            entry.place(),
                            low / NM,
                            high / NM,
                            wavelength / NM
                        );
                        self.impossible(
                            &entry.at,
                            message,
                            "write `attenuation_db_per_km = …` for this wavelength",
                        );
                    }
                    curve.map(Attenuation::Curve)
                }
            },
        }
    }

    pub(super) fn dispersion(
        &mut self,
        entry: &StageEntry,
        table: &FiberTable,
    ) -> Option<Dispersion> {
        let at_wavelength = table.dispersion_ps_per_nm_km.is_some()
            || table.dispersion_slope_ps_per_nm2_km.is_some()
            || table.dispersion_wavelength_nm.is_some();
        if at_wavelength {
            let coefficient = self.needed(
                entry,
                "dispersion_ps_per_nm_km",
                table.dispersion_ps_per_nm_km.as_ref(),
            );
            return Some(Dispersion::AtWavelength {
                reference: table
                    .dispersion_wavelength_nm
                    .as_ref()
                    .map(|w| w.value * NM),
                coefficient: coefficient * PS_PER_NM_KM,
                slope: PS_PER_NM2_KM * or(table.dispersion_slope_ps_per_nm2_km.as_ref(), 0.0),
            });
        }
        match (
            &table.zero_dispersion_wavelength_nm,
            &table.zero_dispersion_slope_ps_per_nm2_km,
        ) {
            (Some(wavelength), Some(slope)) => Some(Dispersion::ZeroWavelength {
                zero_wavelength: wavelength.value * NM,
                zero_slope: slope.value * PS_PER_NM2_KM,
            }),
            (Some(_), None) => {
                self.missing(entry, "zero_dispersion_slope_ps_per_nm2_km", "");
                None
            }
            (None, Some(_)) => {
                self.missing(entry, "zero_dispersion_wavelength_nm", "");
                None
            }
            (None, None) => {
                let why =
                    ", or zero_dispersion_wavelength_nm and zero_dispersion_slope_ps_per_nm2_km";
                self.missing(entry, "dispersion_ps_per_nm_km", why);
                None
            }
        }
    }

    pub(super) fn optical_loss(&mut self, entry: &StageEntry, table: &LossTable) -> Stage {
        let loss_db = self.needed(entry, "loss_db", table.loss_db.as_ref());
        Stage::OpticalLoss(OpticalLoss {
            kind: match entry.table {
                StageTable::Connector(_) => OpticalLossKind::Connector,
                StageTable::Splice(_) => OpticalLossKind::Splice,
                _ => OpticalLossKind::Attenuator,
            },
            transmission: db_to_power_ratio(-loss_db),
        })
    }

    /// The loss of a bend at the laser's wavelength.
    pub(super) fn macrobend(
        &mut self,
        entry: &StageEntry,
        table: &MacrobendTable,
    ) -> Option<Stage> {
        let radius = 1e-3 * self.needed(entry, "radius_mm", table.radius_mm.as_ref());
        let Some(class) = &table.class else {
            self.missing(entry, "class", "");
            return None;
        };
        // Without a laser, or a radius, that mistake is noted where it is.
        let wavelength = self.wavelength.filter(|_| radius.is_finite())?;
        let class = match class.value {
            BendClassName::A1 => BendClass::A1,
            BendClassName::A2 => BendClass::A2,
            BendClassName::B3 => BendClass::B3,
        };
        let turns = or(table.turns.as_ref(), 1.0);
        let loss = BendLoss::of_class(class).and_then(|of| of.loss_db(radius, turns, wavelength));
        match loss {
            Ok(loss_db) => Some(Stage::OpticalLoss(OpticalLoss {
                kind: OpticalLossKind::Bend,
                transmission: db_to_power_ratio(-loss_db),
            })),
            Err(error) => {
                let message = format!(
                    "the loss of {} at {:.2} nm is not known: {error}",
                    entry.place(),
                    wavelength / NM
                );
                self.impossible(
                    &entry.at,
                    message,
                    "G.657 limits it at 1550 to 1625 nm and, for a1, a2 and b3, from 10, 7.5 and 5 mm; \
                     elsewhere write attenuator = { loss_db = … }",
                );
                None
            }
        }
    }

    pub(super) fn photoreceiver(
        &mut self,
        entry: &StageEntry,
        table: &PhotoreceiverTable,
    ) -> Option<Stage> {
        let responsivity = self.needed(
            entry,
            "responsivity_a_per_w",
            table.responsivity_a_per_w.as_ref(),
        );
        let response = self.needed_response(
            entry,
            table.bandwidth_ghz.as_ref(),
            table.filter.as_ref(),
            table.response_file.as_ref(),
        );
        let noise = self.amplifier_noise(entry, table)?;
        let avalanche = self.avalanche(entry, table);
        Some(Stage::Photoreceiver(Photoreceiver {
            responsivity,
            dark_current: 1e-9 * or(table.dark_current_na.as_ref(), 0.0),
            avalanche,
            photodiode_response: match &table.photodiode_bandwidth_ghz {
                Some(bandwidth) => Response::SinglePole {
                    bandwidth: bandwidth.value * GHZ,
                },
                None => Response::Flat,
            },
            noise,
            response,
            linear_range: table
                .linear_range_ma
                .as_ref()
                .map(|range| range.value * 1e-3),
            overload: table
                .overload_dbm
                .as_ref()
                .map(|level| dbm_to_watt(level.value)),
            transimpedance: table.transimpedance_ohm.as_ref().map(|value| value.value),
        }))
    }

    /// Input-referred noise, A²/Hz, from pA/√Hz.
    fn amplifier_noise(
        &mut self,
        entry: &StageEntry,
        table: &PhotoreceiverTable,
    ) -> Option<NoiseDensity> {
        let Some(noise) = &table.noise_pa_per_sqrt_hz else {
            self.missing(entry, "noise_pa_per_sqrt_hz", "");
            return None;
        };
        let density = |pa_per_sqrt_hz: f64| (pa_per_sqrt_hz * 1e-12).powi(2);
        match (&noise.value, &table.noise_corner_ghz) {
            (NumberOrPoints::Number(noise), None) => Some(NoiseDensity::White(density(*noise))),
            (NumberOrPoints::Number(noise), Some(corner)) => Some(NoiseDensity::Quadratic {
                low_frequency: density(*noise),
                corner: corner.value * GHZ,
            }),
            (NumberOrPoints::Points(_), None) => self
                .curve(&noise.at, points(&noise.value)?, GHZ, density)
                .map(NoiseDensity::Table),
            (NumberOrPoints::Points(_), Some(corner)) => {
                self.errors.push(
                    crate::config::ConfigError::at(
                        crate::config::Problem::Conflict,
                        &corner.at,
                        format!(
                            "`noise_corner_ghz` and a curve of `noise_pa_per_sqrt_hz` exclude each other in {}",
                            entry.place()
                        ),
                    )
                    .help("allowed: a number with a corner, or a curve alone"),
                );
                None
            }
        }
    }
}
