//! Which stages can follow each other: every link is driver, modulator with laser and optics or
//! copper, then one receiver.

use super::error::{ConfigError, ConfigErrors, Problem};
use super::schema::StageEntry;
use super::source::Location;
use super::stage_tables::StageTable;

/// What travels between stages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Medium {
    Nothing,
    Electrical,
    /// Light of one mode: a field.
    Light,
    /// Light of many modes: a power.
    Power,
}

/// What a kind of stage takes and makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Source,
    LightSource,
    Modulator,
    DirectLaser,
    SingleModeFiber,
    MultimodeFiber,
    Optical,
    OneMode,
    OpticalDetector,
    ElectricalDetector,
    Cable,
    Electrical,
    Decision,
}

fn role(stage: &StageTable) -> Role {
    match stage {
        StageTable::Driver(_) => Role::Source,
        StageTable::Laser(_) => Role::LightSource,
        StageTable::ElectroAbsorptionModulator(_) | StageTable::MachZehnderModulator(_) => {
            Role::Modulator
        }
        StageTable::Vcsel(_) => Role::DirectLaser,
        StageTable::Fiber(_) | StageTable::Macrobend(_) => Role::SingleModeFiber,
        StageTable::MultimodeFiber(_) => Role::MultimodeFiber,
        StageTable::Connector(_) | StageTable::Splice(_) | StageTable::Attenuator(_) => {
            Role::Optical
        }
        StageTable::OpticalFilter(_) | StageTable::Amplifier(_) => Role::OneMode,
        StageTable::Photoreceiver(_) => Role::OpticalDetector,
        StageTable::ElectricalReceiver(_) => Role::ElectricalDetector,
        StageTable::Twinax(_)
        | StageTable::Network(_)
        | StageTable::Package(_)
        | StageTable::Board(_)
        | StageTable::ElectricalConnector(_)
        | StageTable::FarEndCrosstalk(_)
        | StageTable::NearEndCrosstalk(_) => Role::Cable,
        StageTable::Ctle(_)
        | StageTable::Filter(_)
        | StageTable::AcCoupling(_)
        | StageTable::Converter(_)
        | StageTable::Redriver(_) => Role::Electrical,
        StageTable::Retimer(_) => Role::Decision,
    }
}

/// Whether a modulator, or a laser modulated directly, turns the link's signal into light.
pub(crate) fn is_optical(stages: &[StageEntry]) -> bool {
    stages.iter().any(makes_light)
}

/// Whether a driver is among the stages.
pub(crate) fn has_driver(stages: &[StageEntry]) -> bool {
    stages.iter().any(|s| role(&s.table) == Role::Source)
}

/// Whether a receiver is among the stages.
pub(crate) fn has_receiver(stages: &[StageEntry]) -> bool {
    let receives = |s: &StageEntry| {
        matches!(
            role(&s.table),
            Role::OpticalDetector | Role::ElectricalDetector
        )
    };
    stages.iter().any(receives)
}

/// Whether a stage makes light of the link's signal.
pub(crate) fn makes_light(stage: &StageEntry) -> bool {
    matches!(role(&stage.table), Role::Modulator | Role::DirectLaser)
}

/// Notes every stage that cannot stand where it is. `file` is the whole file, for what is missing.
pub(crate) fn check(stages: &[StageEntry], file: &Location, errors: &mut ConfigErrors) {
    if stages.is_empty() {
        errors.push(
            ConfigError::at(
                Problem::Order,
                file,
                "the link has no stages: no driver, no receiver",
            )
            .help("write [[stage]] and below it driver = {}, and so on up to a receiver"),
        );
        return;
    }
    only_one_of_each(stages, errors);
    let optical = is_optical(stages);
    let modulator = stages.iter().find(|s| role(&s.table) == Role::Modulator);
    let laser = stages.iter().find(|s| role(&s.table) == Role::LightSource);
    match (modulator, laser) {
        (Some(modulator), None) => errors.push(
            order(modulator, "has no laser in front of it: there is no light to modulate").help(
                "write [[stage]] and below it laser = { power_dbm = …, wavelength_nm = … } before it",
            ),
        ),
        (Some(modulator), Some(laser)) if laser.number > modulator.number => errors.push(
            order(laser, &format!("comes after the modulator it feeds, {}", modulator.place()))
                .help("move the laser before the modulator"),
        ),
        (None, Some(laser)) if optical => errors.push(
            order(laser, "has no modulator, and a vcsel makes its own light")
                .help("take the laser away, or put a modulator in the place of the vcsel"),
        ),
        (None, Some(laser)) => errors.push(
            order(laser, "has no modulator that puts data on its light")
                .help("add electro_absorption_modulator or mach_zehnder_modulator after it"),
        ),
        _ => {}
    }
    let before = errors.errors.len();
    let driven = has_driver(stages);
    needs_volts(stages, errors);
    // Without a driver of its own a modulator has an ideal one.
    let mut medium = if optical && !driven {
        Medium::Electrical
    } else {
        Medium::Nothing
    };
    let mut detected = false;
    let light = stages.iter().find(|s| makes_light(s));
    for stage in stages {
        match step(stage, medium, optical, detected, light) {
            Ok((next, detects)) => {
                medium = next;
                detected |= detects;
            }
            Err(error) => errors.push(error),
        }
    }
    if errors.errors.len() > before || detected {
        return;
    }
    let (what, help) = if matches!(medium, Medium::Light | Medium::Power) {
        (
            "the link has no receiver: light reaches its end",
            "photoreceiver",
        )
    } else {
        ("the link has no receiver", "electrical_receiver")
    };
    let at = stages.last().map_or(file, |stage| &stage.at);
    errors.push(
        ConfigError::at(Problem::Order, at, format!("{what} behind the last stage")).help(format!(
            "write [[stage]] and below it {help} = {{ … }} at the end"
        )),
    );
}

fn order(stage: &StageEntry, what: &str) -> ConfigError {
    ConfigError::at(
        Problem::Order,
        &stage.at,
        format!("{} {what}", stage.place()),
    )
}

/// Notes a photoreceiver whose output is a voltage that its table does not scale.
fn needs_volts(stages: &[StageEntry], errors: &mut ConfigErrors) {
    let Some(at) = stages
        .iter()
        .position(|s| role(&s.table) == Role::OpticalDetector)
    else {
        return;
    };
    let takes_volts = |s: &&StageEntry| {
        matches!(
            s.table,
            StageTable::ElectricalReceiver(_) | StageTable::Redriver(_)
        )
    };
    if let Some(receiver) = stages.get(at)
        && let Some(taker) = stages.iter().skip(at).find(takes_volts)
        && receiver.table.given("transimpedance_ohm").is_none()
    {
        let message = format!(
            "missing key `transimpedance_ohm` in {}: {} behind it takes a voltage",
            receiver.place(),
            taker.place()
        );
        errors.push(
            ConfigError::at(Problem::MissingKey, &receiver.at, message)
                .help("write `transimpedance_ohm = …`, or name a part that gives it"),
        );
    }
}

/// Notes every second source, laser, modulator and receiver.
fn only_one_of_each(stages: &[StageEntry], errors: &mut ConfigErrors) {
    let groups: [(&str, &[Role]); 5] = [
        ("driver", &[Role::Source]),
        ("laser", &[Role::LightSource]),
        ("modulator", &[Role::Modulator, Role::DirectLaser]),
        ("receiver", &[Role::OpticalDetector]),
        // Behind a photoreceiver a voltage may have its own.
        ("receiver", &[Role::ElectricalDetector]),
    ];
    for (what, roles) in groups {
        let mut found = stages
            .iter()
            .filter(|stage| roles.contains(&role(&stage.table)));
        if let (Some(first), Some(second)) = (found.next(), found.next()) {
            errors.push(
                order(
                    second,
                    &format!("is a second {what}: the first is {}", first.place()),
                )
                .help(format!("allowed: one {what} in a link")),
            );
        }
    }
}

/// What travels behind `stage`, and whether it detects.
fn step(
    stage: &StageEntry,
    medium: Medium,
    optical: bool,
    detected: bool,
    modulator: Option<&StageEntry>,
) -> Result<(Medium, bool), ConfigError> {
    let role = role(&stage.table);
    let lit = matches!(medium, Medium::Light | Medium::Power);
    let takes_light = matches!(
        role,
        Role::Optical
            | Role::OneMode
            | Role::SingleModeFiber
            | Role::MultimodeFiber
            | Role::OpticalDetector
    );
    match role {
        Role::Source if medium == Medium::Nothing => Ok((Medium::Electrical, false)),
        // A second source is noted elsewhere.
        Role::Source | Role::LightSource => Ok((medium, false)),
        Role::Decision => Err(order(stage, "divides the link into segments").help(
            "load the link as a chain of segments, or take the retimer away",
        )),
        _ if medium == Medium::Nothing => Err(order(stage, "has no driver in front of it").help(
            "begin the link with [[stage]] and below it driver = {}, with or without keys",
        )),
        Role::Modulator | Role::DirectLaser if detected => Err(order(
            stage,
            "makes light of a signal that was received already",
        )
        .help("write [[stage]] and below it retimer = { … } before it, which decides and sends again")),
        Role::Modulator => Ok((Medium::Light, false)),
        Role::DirectLaser => Ok((Medium::Power, false)),
        Role::Optical if lit => Ok((medium, false)),
        Role::SingleModeFiber | Role::OneMode if medium == Medium::Light => Ok((medium, false)),
        Role::MultimodeFiber if medium == Medium::Power => Ok((medium, false)),
        Role::OpticalDetector if lit || detected => Ok((Medium::Electrical, true)),
        Role::OneMode if lit => Err(order(
            stage,
            "takes light of one mode, and the light of a vcsel is in many",
        )
        .help("leave it out, or write laser and modulator in the place of the vcsel")),
        Role::SingleModeFiber if lit => Err(order(
            stage,
            "is single-mode, and the light of a vcsel is in many modes",
        )
        .help("write multimode_fiber = { … }, with length_m")),
        Role::MultimodeFiber if lit => Err(order(
            stage,
            "is multimode, and the light that reaches it is in one mode",
        )
        .help("write fiber = { … }, or a vcsel in the place of laser and modulator")),
        _ if takes_light && detected => Err(order(
            stage,
            "needs light, and stands behind the receiver",
        )
        .help("move it between the modulator and the photoreceiver")),
        _ if takes_light && optical => Err(order(
            stage,
            &format!(
                "needs light, and stands before the modulator, {}",
                modulator.map_or_else(String::new, StageEntry::place)
            ),
        )
        .help("move it behind the modulator")),
        _ if takes_light => Err(order(
            stage,
            "needs light, and nothing in this link makes any: the path is electrical",
        )
        .help("add laser and electro_absorption_modulator, or vcsel, before it, or use twinax and electrical_receiver")),
        Role::ElectricalDetector if medium == Medium::Electrical => Ok((Medium::Electrical, true)),
        Role::Cable | Role::Electrical if medium == Medium::Electrical => {
            Ok((Medium::Electrical, false))
        }
        _ => Err(order(
            stage,
            "needs an electrical signal, and light reaches it",
        )
        .help("move it behind a photoreceiver, or before the modulator")),
    }
}
