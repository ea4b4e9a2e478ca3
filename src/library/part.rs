//! One part: its quantities, where they come from and where they hold.

use crate::config::com::ComTable;
use crate::config::error::{ConfigError, ConfigErrors, Problem};
use crate::config::nearest::{key_help, list};
use crate::config::range::Range;
use crate::config::read::Reader;
use crate::config::schema::FecTable;
use crate::config::source::Source;
use crate::config::stage_tables::StageTable;
use crate::config::table::{Table, choice, table};
use std::collections::BTreeMap;
use std::sync::Arc;
use toml::de::DeTable;

/// Keys without a number.
const ANY: Range = Range::FINITE;

choice! {
    /// What kind of document a part's numbers come from.
    SourceKind {
        /// A standard or a draft of one.
        Standard = "standard",
        /// A manufacturer's data sheet.
        Datasheet = "datasheet",
        /// A paper, a presentation or a link model.
        Paper = "paper",
        /// No document: assumed.
        Assumed = "assumed",
    }
}

impl SourceKind {
    /// As it is written in a part file.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Datasheet => "datasheet",
            Self::Paper => "paper",
            Self::Assumed => "assumed",
        }
    }
}

table! {
    /// Where a part's numbers come from.
    SourceTable, [], {
        /// Title of the document, with clause, table or page.
        title: String, ANY;
        /// Where it can be read.
        url_or_doi: String, ANY;
        /// Its date.
        date: String, ANY;
        /// What kind of document it is.
        kind: SourceKind, ANY;
        /// What the part leaves out or assumes.
        note: String, ANY;
    }
}

table! {
    /// Where a part holds: for each quantity the lowest and the highest value.
    ValidityTable, [], {
        /// Vacuum wavelengths, nm.
        wavelength_nm: Vec<f64>, Range::above(0.0, 1e6);
        /// Symbol rates, GBd.
        symbol_rate_gbd: Vec<f64>, Range::between(0.0, 1e4);
        /// Lengths, km.
        length_km: Vec<f64>, Range::NOT_NEGATIVE;
        /// Lengths, m.
        length_m: Vec<f64>, Range::NOT_NEGATIVE;
    }
}

/// The quantities of a part.
#[derive(Debug, Clone)]
pub enum PartTable {
    /// Those of a stage.
    Stage(Box<StageTable>),
    /// Those of an error-correcting code.
    Fec(Box<FecTable>),
    /// Those of a channel operating margin.
    Com(Box<ComTable>),
}

/// A part of the library.
#[derive(Debug, Clone)]
pub struct Part {
    /// The name it is used by, that of its file.
    pub name: String,
    /// What it is.
    pub title: String,
    /// Kind of stage it is for, or "fec" or "com".
    pub kind: String,
    /// Document its numbers come from.
    pub source_title: String,
    /// Where that can be read.
    pub url_or_doi: Option<String>,
    /// Its date.
    pub date: Option<String>,
    /// What kind of document it is.
    pub source_kind: SourceKind,
    /// What the part leaves out or assumes.
    pub note: String,
    /// Where each single number comes from, by its key.
    pub per_key: BTreeMap<String, String>,
    /// Quantity, lowest and highest value it holds for.
    pub validity: Vec<(String, f64, f64)>,
    /// Its quantities.
    pub table: PartTable,
    /// Its file.
    pub text: Arc<Source>,
}

/// The kinds of part there are.
pub(crate) fn kinds() -> Vec<&'static str> {
    let mut kinds = StageTable::KINDS.to_vec();
    kinds.push("fec");
    kinds.push("com");
    kinds
}

/// The keys a part of a kind can have.
fn keys(kind: &str) -> Vec<&'static str> {
    let keys = if kind == "fec" {
        FecTable::key_names()
    } else if kind == "com" {
        ComTable::key_names()
    } else {
        StageTable::keys(kind).unwrap_or_default()
    };
    keys.into_iter()
        .filter(|key| *key != "name" && *key != "model")
        .collect()
}

impl Part {
    /// Reads the part file `source`, called `name` without its ending.
    ///
    /// # Errors
    /// With every mistake in the file.
    pub(crate) fn read(
        name: &str,
        source: &Arc<Source>,
        document: &DeTable,
    ) -> Result<Self, ConfigErrors> {
        let mut errors = ConfigErrors::default();
        let mut reader = Reader {
            source,
            table: document,
            path: String::new(),
            place: format!("the part `{name}`"),
            errors: &mut errors,
        };
        let kinds = kinds();
        let kind = kinds
            .iter()
            .copied()
            .find(|kind| document.contains_key(*kind));
        let mut known = vec!["name", "title", "source", "validity"];
        known.extend(kind);
        reader.unknown_keys(&known, |key| {
            (kind.is_none() || kinds.contains(&key)).then(|| {
                format!(
                    "a part has [source], [validity] and one table of: {}",
                    list(&kinds)
                )
            })
        });
        let own_name = reader.value::<String>("name", ANY);
        let title = reader.value::<String>("title", ANY);
        let (origin, per_key) = read_source(&mut reader);
        let validity: ValidityTable = reader.sub_table("validity");
        let validity = limits(&validity, &mut reader);
        let table = kind.and_then(|kind| read_quantities(kind, &mut reader));
        if let Some(kind) = kind {
            check_per_key(source, kind, document, &per_key, &mut errors);
        }
        if let Some(own_name) = own_name
            && own_name.value != name
        {
            errors.push(
                ConfigError::at(
                    Problem::Conflict,
                    &own_name.at,
                    format!("the part `{name}` calls itself \"{}\"", own_name.value),
                )
                .help(format!("write \"{name}\", the name of its file")),
            );
        }
        let missing = |what: &str| {
            ConfigErrors::from(
                ConfigError::spanning(
                    Problem::MissingKey,
                    source,
                    0..0,
                    what,
                    format!("the part `{name}` has no {what}"),
                )
                .help("a part has title, [source] with title, kind and note, and the table of its kind"),
            )
        };
        errors.or(())?;
        Ok(Self {
            name: name.to_owned(),
            title: title.ok_or_else(|| missing("`title`"))?.value,
            kind: kind.unwrap_or_default().to_owned(),
            source_title: origin
                .title
                .ok_or_else(|| missing("`title` in [source]"))?
                .value,
            url_or_doi: origin.url_or_doi.map(|value| value.value),
            date: origin.date.map(|value| value.value),
            source_kind: origin
                .kind
                .ok_or_else(|| missing("`kind` in [source]"))?
                .value,
            note: origin.note.map(|value| value.value).unwrap_or_default(),
            per_key,
            validity,
            table: table.ok_or_else(|| missing("table of its kind"))?,
            text: Arc::clone(source),
        })
    }
}

/// Reads `[source]` and `[source.per_key]`.
fn read_source(reader: &mut Reader) -> (SourceTable, BTreeMap<String, String>) {
    let mut per_key = BTreeMap::new();
    let Some(table) = reader.table_at("source") else {
        return (SourceTable::default(), per_key);
    };
    let mut inner = Reader {
        source: reader.source,
        table,
        path: "source.".to_owned(),
        place: "[source]".to_owned(),
        errors: reader.errors,
    };
    let origin = SourceTable::read_keys(&mut inner);
    let mut known = SourceTable::key_names();
    known.push("per_key");
    inner.unknown_keys(&known, |_| None);
    if let Some(table) = inner.table_at("per_key") {
        let mut single = Reader {
            source: inner.source,
            table,
            path: "source.per_key.".to_owned(),
            place: "[source.per_key]".to_owned(),
            errors: inner.errors,
        };
        for (key, _) in table {
            if let Some(text) = single.value::<String>(key.get_ref(), ANY) {
                per_key.insert(key.get_ref().to_string(), text.value);
            }
        }
    }
    (origin, per_key)
}

/// The limits of a part's validity as pairs.
fn limits(table: &ValidityTable, reader: &mut Reader) -> Vec<(String, f64, f64)> {
    let given = [
        ("wavelength_nm", &table.wavelength_nm),
        ("symbol_rate_gbd", &table.symbol_rate_gbd),
        ("length_km", &table.length_km),
        ("length_m", &table.length_m),
    ];
    let mut limits = Vec::new();
    for (key, value) in given {
        let Some(value) = value else { continue };
        match value.value[..] {
            [low, high] if low <= high => limits.push((key.to_owned(), low, high)),
            _ => reader.errors.push(
                ConfigError::at(
                    Problem::OutOfRange,
                    &value.at,
                    format!("`{key}` in [validity] is no interval"),
                )
                .help("allowed: [lowest, highest]"),
            ),
        }
    }
    limits
}

/// Reads the table of a part's kind.
fn read_quantities(kind: &str, reader: &mut Reader) -> Option<PartTable> {
    if kind == "fec" {
        return Some(PartTable::Fec(Box::new(reader.sub_table("fec"))));
    }
    if kind == "com" {
        return Some(PartTable::Com(Box::new(reader.sub_table("com"))));
    }
    let table = reader.table_at(kind)?;
    let mut inner = Reader {
        source: reader.source,
        table,
        path: format!("{kind}."),
        place: format!("[{kind}]"),
        errors: reader.errors,
    };
    StageTable::read(kind, &mut inner, |_| None).map(|table| PartTable::Stage(Box::new(table)))
}

/// Notes keys of `[source.per_key]` that the part's kind does not have.
fn check_per_key(
    source: &Arc<Source>,
    kind: &str,
    document: &DeTable,
    per_key: &BTreeMap<String, String>,
    errors: &mut ConfigErrors,
) {
    let known = keys(kind);
    let table = document
        .get("source")
        .and_then(|value| value.get_ref().as_table())
        .and_then(|table| table.get("per_key"))
        .and_then(|value| value.get_ref().as_table());
    for key in per_key.keys().filter(|key| !known.contains(&key.as_str())) {
        let span = table
            .and_then(|table| table.get_key_value(key.as_str()))
            .map_or(0..0, |(key, _)| key.span());
        errors.push(
            ConfigError::spanning(
                Problem::UnknownKey,
                source,
                span,
                &format!("source.per_key.{key}"),
                format!("unknown key `{key}` in [source.per_key]: [{kind}] has none of that name"),
            )
            .help(key_help(key, &known)),
        );
    }
}
