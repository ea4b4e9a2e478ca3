//! From the link file to the link: parts filled in, units turned to SI, what is missing named.

mod attenuation;
mod avalanche;
mod chain;
mod converter;
mod copper;
mod electronics;
mod light;
mod multimode;
mod network;
mod optics;
mod parts;
mod repeaters;
mod settings;

pub(in crate::config) use parts::UsedPart;

use super::choices::FilterKind;
use super::error::{ConfigError, ConfigErrors, Problem};
use super::layout;
use super::link_file::{LinkFile, file_location, read_text};
use super::read::NumberOrPoints;
use super::schema::StageEntry;
use super::set::Override;
use super::source::{Location, Source, Value};
use super::stage_tables::StageTable;
use crate::library::Library;
use crate::link::{CrosstalkEnd, Link, NamedStage, PartSource, Stage};
use crate::math::Curve;
use crate::signal::{MeasuredResponse, Response};
use std::path::Path;
use std::sync::Arc;

/// Hz of a frequency in GHz.
const GHZ: f64 = 1e9;
/// m of a length in nm.
const NM: f64 = 1e-9;

impl LinkFile {
    /// Reads the file at `path`, makes the changes of `overrides` and resolves it with the parts of
    /// `library`.
    ///
    /// # Errors
    /// With every mistake that was found.
    pub fn load(
        path: &Path,
        overrides: &[Override],
        library: &Library,
    ) -> Result<Link, ConfigErrors> {
        Self::read(path, overrides)?.resolve(library)
    }

    /// The link in SI units.
    ///
    /// # Errors
    /// With every mistake that was found: unknown keys, wrong values, missing quantities, unknown
    /// parts, stages that cannot follow each other.
    pub fn resolve(&self, library: &Library) -> Result<Link, ConfigErrors> {
        let mut table = self.table.clone();
        let mut resolver = Resolver::new(&self.source, self.errors.clone());
        resolver.optical = layout::is_optical(&table.stage.0);
        resolver.drives_in_volts = repeaters::drives_light(&table.stage.0);
        resolver.refuse_in_many_modes(&table.stage.0);
        let used = resolver.fill_in_parts(&mut table, library);
        if !self.errors.errors.is_empty() {
            // What else is missing may be missing because of these.
            return Err(resolver.errors.or(()).err().unwrap_or_default());
        }
        layout::check(
            &table.stage.0,
            &file_location(&self.source),
            &mut resolver.errors,
        );
        resolver.launch_is_set = table.stage.0.iter().any(|stage| {
            ["launch_oma_dbm", "launch_power_dbm"]
                .iter()
                .any(|key| stage.table.given(key).is_some())
        });
        let signal = resolver.signal(&table.signal);
        let stages: Vec<NamedStage> = table
            .stage
            .0
            .iter()
            .filter_map(|stage| {
                let polarization = resolver.polarization(stage);
                Some(NamedStage {
                    reflectance: Resolver::reflectance(stage),
                    polarization,
                    ..NamedStage::new(stage.name(), resolver.stage(stage)?)
                })
            })
            .collect();
        let equalizer = resolver.equalizer(&table.equalizer);
        let sampler = settings::sampler(&table.sampler);
        let fec = resolver.fec(&table.fec);
        let target = settings::target(&table.target, fec.as_ref());
        let engine = resolver.engine(&table.engine);
        resolver.warn_of_validity(&used);
        let name = name_or_file(table.name.as_ref(), &self.source);
        let Resolver {
            mut errors,
            sources,
            warnings,
            ..
        } = resolver;
        let link = match (signal, fec) {
            (Some(signal), Some(fec)) => Some(Link {
                name,
                signal,
                stages,
                equalizer,
                sampler,
                fec,
                target,
                engine,
                seed: table.engine.seed.map_or(1, |seed| seed.value.0),
                sources,
                warnings,
            }),
            _ => None,
        };
        if let (None, true) = (&link, errors.errors.is_empty()) {
            errors.push(ConfigError::at(
                Problem::MissingKey,
                &file_location(&self.source),
                "the link is incomplete",
            ));
        }
        errors.or(link)?.ok_or_else(ConfigErrors::default)
    }
}

/// Position in the link's stages, from 0, of the first fibre or copper cable, or else of the longest
/// board: the stage whose length a study of reach varies.
pub fn find_length(link: &Link) -> Option<usize> {
    let cable = link.stages.iter().position(|named| {
        matches!(
            named.stage,
            Stage::Fiber(_) | Stage::KerrFiber(_) | Stage::MultimodeFiber(_) | Stage::Twinax(_)
        )
    });
    cable.or_else(|| {
        let boards = link.stages.iter().enumerate();
        boards
            .filter_map(|(i, named)| match &named.stage {
                Stage::Board(board) => Some((i, board.length())),
                _ => None,
            })
            .max_by(|a, b| a.1.total_cmp(&b.1))
            .map(|(i, _)| i)
    })
}

/// What resolving needs to know and what it collects.
pub(super) struct Resolver<'a> {
    pub(super) source: &'a Arc<Source>,
    /// Whether a modulator turns the signal into light.
    optical: bool,
    /// Whether what drives a modulator is a voltage.
    drives_in_volts: bool,
    /// Whether a modulator's output is set, so that the laser's power does not matter.
    launch_is_set: bool,
    /// Symbol rate, Bd.
    symbol_rate: Option<f64>,
    /// The laser's wavelength, m.
    pub(super) wavelength: Option<f64>,
    /// Numbers of the stages whose part was not found: what they miss is not known.
    without_part: Vec<usize>,
    pub(super) errors: ConfigErrors,
    pub(super) sources: Vec<PartSource>,
    pub(super) warnings: Vec<String>,
}

/// The name that is given, or the file's without its ending.
pub(super) fn name_or_file(name: Option<&Value<String>>, source: &Source) -> String {
    match name {
        Some(name) => name.value.clone(),
        None => Path::new(&source.file).file_stem().map_or_else(
            || source.file.clone(),
            |stem| stem.to_string_lossy().into_owned(),
        ),
    }
}

impl<'a> Resolver<'a> {
    /// A resolver of the file `source` in which `errors` were found so far.
    pub(super) fn new(source: &'a Arc<Source>, errors: ConfigErrors) -> Self {
        Self {
            source,
            optical: false,
            drives_in_volts: false,
            launch_is_set: false,
            symbol_rate: None,
            wavelength: None,
            without_part: Vec::new(),
            errors,
            sources: Vec::new(),
            warnings: Vec::new(),
        }
    }
}

impl Resolver<'_> {
    /// The stage in SI units; nothing, and mistakes noted, where a quantity is missing.
    fn stage(&mut self, entry: &StageEntry) -> Option<Stage> {
        let before = self.errors.errors.len();
        let stage = match &entry.table {
            StageTable::Driver(table) => self.driver(entry, table),
            StageTable::Laser(table) => Some(self.laser(entry, table)),
            StageTable::ElectroAbsorptionModulator(table) => self.electro_absorption(entry, table),
            StageTable::MachZehnderModulator(table) => self.mach_zehnder(entry, table),
            StageTable::Vcsel(table) => self.vcsel(entry, table),
            StageTable::Fiber(table) => self.fiber(entry, table),
            StageTable::MultimodeFiber(table) => self.multimode_fiber(entry, table),
            StageTable::Connector(table)
            | StageTable::Splice(table)
            | StageTable::Attenuator(table) => Some(self.optical_loss(entry, table)),
            StageTable::Macrobend(table) => self.macrobend(entry, table),
            StageTable::OpticalFilter(table) => self.optical_filter(entry, table),
            StageTable::Amplifier(table) => self.optical_amplifier(entry, table),
            StageTable::Photoreceiver(table) => self.photoreceiver(entry, table),
            StageTable::Twinax(table) => self.twinax(entry, table),
            StageTable::Network(table) => self.network(entry, table),
            StageTable::Package(table) => self.package(entry, table),
            StageTable::Board(table) => self.board(entry, table),
            StageTable::ElectricalConnector(table) => self.electrical_connector(entry, table),
            StageTable::FarEndCrosstalk(table) => self.crosstalk(entry, table, CrosstalkEnd::Far),
            StageTable::NearEndCrosstalk(table) => self.crosstalk(entry, table, CrosstalkEnd::Near),
            StageTable::ElectricalReceiver(table) => Some(self.electrical_receiver(entry, table)),
            StageTable::Ctle(table) => self.ctle(entry, table),
            StageTable::Filter(table) => Some(self.filter(entry, table)),
            StageTable::AcCoupling(table) => Some(self.ac_coupling(entry, table)),
            StageTable::Converter(table) => self.converter(entry, table),
            StageTable::Redriver(table) => self.redriver(entry, table),
            // Noted where stages are put in order.
            StageTable::Retimer(_) => None,
        };
        stage.filter(|_| self.errors.errors.len() == before)
    }

    /// Notes that `keys` (one, or the ways to give the same) is missing from a stage.
    pub(super) fn missing(&mut self, entry: &StageEntry, key: &str, why: &str) {
        if self.without_part.contains(&entry.number) {
            return;
        }
        let kind = entry.table.kind();
        let part = if StageTable::keys(kind).is_some_and(|keys| keys.contains(&"model")) {
            match entry.table.model() {
                Some(model) => format!("; the part `{}` does not give it", model.value),
                None => ", or name a part that gives it with model = \"…\"".to_owned(),
            }
        } else {
            String::new()
        };
        let mut at = entry.at.clone();
        at.key = format!("{}.{key}", at.key);
        self.errors.push(
            ConfigError::at(
                Problem::MissingKey,
                &at,
                format!("missing key `{key}` in {}", entry.place()),
            )
            .help(format!("write `{key} = …`{why}{part}")),
        );
    }

    /// A number that is needed; NaN, and the mistake noted, where it is missing.
    pub(super) fn needed<T: Copy + Into<f64>>(
        &mut self,
        entry: &StageEntry,
        key: &str,
        value: Option<&Value<T>>,
    ) -> f64 {
        if let Some(value) = value {
            return value.value.into();
        }
        self.missing(entry, key, "");
        f64::NAN
    }

    /// Notes a quantity that fits its key but not the rest.
    pub(super) fn impossible(&mut self, at: &Location, message: String, help: impl Into<String>) {
        self.errors
            .push(ConfigError::at(Problem::OutOfRange, at, message).help(help));
    }

    /// The response a stage gives by bandwidth and shape or by a file; flat where neither is given.
    fn response(
        &mut self,
        entry: &StageEntry,
        bandwidth: Option<&Value<f64>>,
        filter: Option<&Value<FilterKind>>,
        file: Option<&Value<String>>,
    ) -> Response {
        if let Some(file) = file {
            return self.measured(file);
        }
        let Some(bandwidth) = bandwidth else {
            if filter.is_some() {
                self.missing(entry, "bandwidth_ghz", ", the bandwidth of the `filter`");
            }
            return Response::Flat;
        };
        let bandwidth = bandwidth.value * GHZ;
        match filter.map(|filter| filter.value) {
            None | Some(FilterKind::BesselThomson4) => Response::BesselThomson4 { bandwidth },
            Some(FilterKind::Butterworth4) => Response::Butterworth4 { bandwidth },
            Some(FilterKind::Gaussian) => Response::Gaussian { bandwidth },
            Some(FilterKind::SinglePole) => Response::SinglePole { bandwidth },
        }
    }

    /// As [`response`](Self::response), of a stage that makes no sense without one.
    fn needed_response(
        &mut self,
        entry: &StageEntry,
        bandwidth: Option<&Value<f64>>,
        filter: Option<&Value<FilterKind>>,
        file: Option<&Value<String>>,
    ) -> Response {
        if bandwidth.is_none() && file.is_none() {
            self.missing(entry, "bandwidth_ghz", " or `response_file = \"…\"`");
            return Response::Flat;
        }
        self.response(entry, bandwidth, filter, file)
    }

    /// Reads a measured response, beside the file that names it.
    fn measured(&mut self, file: &Value<String>) -> Response {
        let folder = Path::new(&file.at.source.file).parent();
        let path = folder.unwrap_or(Path::new("")).join(&file.value);
        let mut failed = |problem: Problem, message: String, help: &str| {
            self.errors
                .push(ConfigError::at(problem, &file.at, message).help(help));
            Response::Flat
        };
        let text = match read_text(&path) {
            Ok(source) => source.text,
            Err(errors) => {
                let message = errors
                    .errors
                    .first()
                    .map_or_else(String::new, |error| error.message.clone());
                return failed(
                    Problem::File,
                    message,
                    "`response_file` is relative to the folder of the file that names it",
                );
            }
        };
        match MeasuredResponse::from_csv(&text) {
            Ok(measured) => Response::Measured(measured),
            Err(error) => failed(
                Problem::File,
                format!("`{}`: {error}", file.value),
                "a CSV file of frequency_ghz,magnitude_db or frequency_ghz,magnitude_db,phase_deg",
            ),
        }
    }

    /// A curve whose arguments are multiplied by `x_unit` and whose values go through `y`.
    fn curve(
        &mut self,
        at: &Location,
        points: &[[f64; 2]],
        x_unit: f64,
        y: impl Fn(f64) -> f64,
    ) -> Option<Curve> {
        let scaled = points.iter().map(|[a, b]| (a * x_unit, y(*b))).collect();
        match Curve::new(scaled) {
            Ok(curve) => Some(curve),
            Err(error) => {
                let message = format!("the points of `{}` make no curve: {error}", at.key);
                self.impossible(at, message, "points with rising first numbers, all finite");
                None
            }
        }
    }
}

/// The points of a number or curve, where it is a curve.
fn points(value: &NumberOrPoints) -> Option<&[[f64; 2]]> {
    match value {
        NumberOrPoints::Number(_) => None,
        NumberOrPoints::Points(points) => Some(&points.0),
    }
}
