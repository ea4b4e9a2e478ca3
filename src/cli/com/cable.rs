//! A cable assembly from parts of the library as the channel of `eyespan com`.

use super::{Data, Failure, Test};
use clap::Args;
use eyespan::com::cable::CableAssembly;
use eyespan::com::{Channel, Connector};
use eyespan::config::stage_tables::StageTable;
use eyespan::library::{Library, LibraryError, PartTable};

#[derive(Debug, Args)]
pub(super) struct CableArguments {
    /// Copper pair from the library, such as "twinax-26awg", instead of files; several with --reach.
    #[arg(long, value_name = "NAME")]
    pub(super) cable: Vec<String>,
    /// Length of the pair, m.
    #[arg(
        long,
        value_name = "METRES",
        requires = "cable",
        conflicts_with = "reach"
    )]
    length: Option<f64>,
    /// Connector from the library at both ends of the pair.
    #[arg(long, value_name = "NAME", default_value = "paddle-card")]
    pub(super) connector: String,
    /// Factor by which the pair is lossier than two smooth round wires, instead of the part's.
    #[arg(
        long,
        value_name = "FACTOR",
        requires = "cable",
        conflicts_with = "reach"
    )]
    excess_loss_factor: Option<f64>,
    /// Find the longest length of each pair with the least margin, for excess loss factors of 1.2 to 1.5;
    /// with --out a picture of the margin against length.
    #[arg(long, requires = "cable")]
    pub(super) reach: bool,
    /// Longest length that is looked at with --reach, m.
    #[arg(long, value_name = "METRES", default_value_t = 12.0)]
    pub(super) longest: f64,
}

impl CableArguments {
    /// The assembly in words.
    pub(super) fn name(&self) -> String {
        format!(
            "{} m of {} between connectors {}",
            self.length.unwrap_or(0.0),
            self.cable.join(", "),
            self.connector
        )
    }
}

/// An assembly of parts, and what is assumed in them.
pub(super) struct Assembly {
    pub(super) assembly: CableAssembly,
    pub(super) notes: Vec<String>,
}

/// The assembly of a pair of this length in m.
pub(super) fn assembly(
    cable: &str,
    connector: &str,
    length: f64,
    library: &Library,
) -> Result<Assembly, Failure> {
    let wrong = |error: LibraryError| Failure::Words(error.to_string());
    let part = library.find("twinax", cable).map_err(wrong)?;
    let ends = library
        .find("electrical_connector", connector)
        .map_err(wrong)?;
    let other = |name: &str| Failure::Words(format!("the part `{name}` is of another kind"));
    let PartTable::Stage(table) = &part.table else {
        return Err(other(cable));
    };
    let StageTable::Twinax(table) = table.as_ref() else {
        return Err(other(cable));
    };
    let PartTable::Stage(ends_table) = &ends.table else {
        return Err(other(connector));
    };
    let StageTable::ElectricalConnector(ends_table) = ends_table.as_ref() else {
        return Err(other(connector));
    };
    let connector: Connector = ends_table
        .connector()
        .map_err(|error| Failure::Words(format!("the part `{}` cannot be: {error}", ends.name)))?;
    let notes = [part, ends]
        .iter()
        .map(|part| {
            format!(
                "numbers of {} ({}): {}",
                part.name,
                part.source_kind.as_str(),
                part.source_title
            )
        })
        .collect();
    Ok(Assembly {
        assembly: CableAssembly {
            connector,
            cable: table.cable(length, &part.name, &part.text)?,
        },
        notes,
    })
}

/// The channel of one length, its data, and what has to be known about it.
pub(super) fn read(
    arguments: &CableArguments,
    tests: &[Test],
    library: &Library,
) -> Result<(Channel, Data, Vec<String>), Failure> {
    let [cable] = &arguments.cable[..] else {
        return Err(Failure::Words(
            "one --cable is computed at a --length; several are with --reach".to_owned(),
        ));
    };
    let Some(length) = arguments.length else {
        return Err(Failure::Words(
            "--cable needs --length, in m, or --reach".to_owned(),
        ));
    };
    if !(length.is_finite() && length >= 0.0) {
        return Err(Failure::Words(format!(
            "--length cannot be {length}: a number of metres, 0 or more, is allowed"
        )));
    }
    let Assembly {
        mut assembly,
        mut notes,
    } = assembly(cable, &arguments.connector, length, library)?;
    if let Some(factor) = arguments.excess_loss_factor {
        assembly.cable.excess_loss_factor = factor;
    }
    notes.push(format!(
        "excess loss factor {}: the least known number of a cable; without crosstalk between pairs",
        assembly.cable.excess_loss_factor
    ));
    let rate = tests
        .iter()
        .map(|test| test.settings.symbol_rate)
        .fold(0.0, f64::max);
    let resistance = tests.first().map_or(50.0, |test| test.settings.resistance);
    let through = assembly
        .network(rate, resistance)
        .map_err(|error| Failure::Words(error.to_string()))?;
    Ok((
        Channel {
            through: through.clone(),
            far_end: Vec::new(),
            near_end: Vec::new(),
        },
        Data {
            thru: through,
            far_end: Vec::new(),
            near_end: Vec::new(),
        },
        notes,
    ))
}
