//! Parts of the library, filled into the stages that name them.

use super::Resolver;
use crate::config::error::{ConfigError, Problem};
use crate::config::schema::{FecTable, LinkTable, StageEntry};
use crate::config::source::Value;
use crate::config::stage_tables::StageTable;
use crate::config::table::Table;
use crate::library::{Library, LibraryError, Part, PartTable};
use crate::link::PartSource;

/// Keys of a fibre that a link of stages takes from its own file only: of effects it has to ask for.
const KEYS_ASKED_FOR: [&str; 3] = [
    "pmd_ps_per_sqrt_km",
    "nonlinear_index_m2_per_w",
    "effective_area_um2",
];

/// A part and the place that uses it.
pub(in crate::config) struct UsedPart<'l> {
    part: &'l Part,
    place: String,
    length_km: Option<f64>,
    length_m: Option<f64>,
}

impl Resolver<'_> {
    /// Fills every stage and the code up with the values of the parts they name.
    pub(super) fn fill_in_parts<'l>(
        &mut self,
        table: &mut LinkTable,
        library: &'l Library,
    ) -> Vec<UsedPart<'l>> {
        let used = table
            .stage
            .0
            .iter_mut()
            .filter_map(|entry| self.fill_in_part(entry, library))
            .collect();
        if let Some(model) = table.fec.model.clone()
            && let Some(part) = self.part(library, "fec", &model, "fec")
            && let PartTable::Fec(quantities) = &part.table
        {
            table.fec.merge(FecTable::clone(quantities));
        }
        used
    }

    /// Fills a stage up with the values of the part it names, if it names one.
    pub(in crate::config) fn fill_in_part<'l>(
        &mut self,
        entry: &mut StageEntry,
        library: &'l Library,
    ) -> Option<UsedPart<'l>> {
        let model = entry.table.model().cloned()?;
        let kind = entry.table.kind();
        let Some(part) = self.part(library, kind, &model, &entry.name()) else {
            self.without_part.push(entry.number);
            return None;
        };
        let (length_km, length_m) = match &entry.table {
            StageTable::Fiber(fiber) => (fiber.length_km.as_ref().map(|v| v.value), None),
            StageTable::MultimodeFiber(fiber) => (None, fiber.length_m.as_ref().map(|v| v.value)),
            StageTable::Twinax(cable) => (None, cable.length_m.as_ref().map(|v| v.value)),
            _ => (None, None),
        };
        if let PartTable::Stage(quantities) = &part.table {
            let mut quantities = StageTable::clone(quantities);
            if let ("stage", StageTable::Fiber(fiber)) = (entry.list, &mut quantities) {
                for key in KEYS_ASKED_FOR {
                    fiber.forget(key);
                }
            }
            entry.table.merge(quantities);
        }
        Some(UsedPart {
            part,
            place: entry.place(),
            length_km,
            length_m,
        })
    }

    /// The part a stage names; nothing, and the mistake noted, where there is none.
    fn part<'l>(
        &mut self,
        library: &'l Library,
        kind: &str,
        model: &Value<String>,
        used_by: &str,
    ) -> Option<&'l Part> {
        match library.find(kind, &model.value) {
            Ok(part) => {
                self.sources.push(PartSource {
                    used_by: used_by.to_owned(),
                    part: part.name.clone(),
                    title: part.source_title.clone(),
                    kind: part.source_kind.as_str().to_owned(),
                    note: part.note.clone(),
                });
                Some(part)
            }
            Err(error) => {
                let (problem, message, help) = match error {
                    LibraryError::NotFound { name, help } => (
                        Problem::PartNotFound,
                        format!("there is no part `{name}` for `{kind}`"),
                        help,
                    ),
                    LibraryError::OtherKind {
                        name, actual, help, ..
                    } => (
                        Problem::PartKind,
                        format!("the part `{name}` is for `{actual}`, not for `{kind}`"),
                        help,
                    ),
                    other => (Problem::PartNotFound, other.to_string(), String::new()),
                };
                self.errors
                    .push(ConfigError::at(problem, &model.at, message).help(help));
                None
            }
        }
    }

    /// Warns of every part that is used outside of what it holds for.
    pub(in crate::config) fn warn_of_validity(&mut self, used: &[UsedPart]) {
        for UsedPart {
            part,
            place,
            length_km,
            length_m,
        } in used
        {
            for (quantity, low, high) in &part.validity {
                let actual = match quantity.as_str() {
                    "wavelength_nm" => self.wavelength.map(|wavelength| wavelength / super::NM),
                    "symbol_rate_gbd" => self.symbol_rate.map(|rate| rate / super::GHZ),
                    "length_km" => *length_km,
                    "length_m" => *length_m,
                    _ => None,
                };
                // Room for the rounding of the conversion to SI and back.
                let room = 1e-9 * high.abs();
                if let Some(actual) = actual
                    && (actual < low - room || actual > high + room)
                {
                    self.warnings.push(format!(
                        "{place}: the part `{}` holds for {quantity} from {low} to {high}, and is used at {actual:.6}",
                        part.name
                    ));
                }
            }
        }
    }
}
