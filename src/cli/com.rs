//! `eyespan com`.

mod cable;
mod pictures;
mod reach;
mod result;
mod words;

use super::{Failure, make_folder, print_json, print_text, print_words, write_whole};
use cable::CableArguments;
use clap::{Args, ValueEnum};
use eyespan::com::{
    BeyondData, Channel, ComError, PathKind, Receiver, ReturnLossSettings, Settings, analyze,
    effective_return_loss,
};
use eyespan::config::source::Value;
use eyespan::library::{Library, PartTable};
use eyespan::network::{Network, PortOrder, Touchstone};
use eyespan::report::{CurvePlot, ReportError};
use pictures::{interference_picture, pulse_picture};
use result::{ComResult, ReturnLossResult, TestResult, test_result};
use std::path::{Path, PathBuf};
use words::words;

#[derive(Debug, Args)]
pub(super) struct ComArguments {
    /// Touchstone file of the channel that is listened to: four ports, or two differential ones.
    #[arg(required_unless_present = "cable", conflicts_with = "cable")]
    thru: Option<PathBuf>,
    #[command(flatten)]
    assembly: CableArguments,
    /// Touchstone file of crosstalk from a transmitter at the far end, once for each.
    #[arg(long, value_name = "FILE", conflicts_with = "cable")]
    fext: Vec<PathBuf>,
    /// Touchstone file of crosstalk from a transmitter beside the receiver, once for each.
    #[arg(long, value_name = "FILE", conflicts_with = "cable")]
    next: Vec<PathBuf>,
    /// Settings from the library, such as "dj-kr-a1"; several for several tests, of which the lowest
    /// margin counts.
    #[arg(long, required = true, value_name = "NAME")]
    config: Vec<String>,
    /// Order of the ports of all files; found in the first one where absent.
    #[arg(long, value_enum, conflicts_with = "cable")]
    ports: Option<Ports>,
    /// How the channel goes on above the highest frequency of its data.
    #[arg(long, value_enum, default_value_t = Beyond::Continued)]
    beyond_data: Beyond,
    /// Print the result as one JSON object on stdout.
    #[arg(long)]
    json: bool,
    /// Folder for `result.json` and a picture of each test: pulse response and probability of
    /// interference.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Orders of ports on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Ports {
    /// 1 to 2, 3 to 4.
    Adjacent,
    /// 1 to 3, 2 to 4.
    Halves,
    /// 1 to 4, 2 to 3.
    Around,
}

impl From<Ports> for PortOrder {
    fn from(ports: Ports) -> Self {
        match ports {
            Ports::Adjacent => Self::Adjacent,
            Ports::Halves => Self::Halves,
            Ports::Around => Self::Around,
        }
    }
}

/// Continuations on the command line.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum Beyond {
    /// Loss in dB and phase go on as straight lines.
    Continued,
    /// As in the COM reference code.
    ReferenceCode,
}

pub(super) fn run(arguments: &ComArguments, library: &Library) -> Result<(), Failure> {
    // Settings first: a wrong name need not wait for the files.
    let mut tests = Vec::new();
    for name in &arguments.config {
        let mut test = settings(name, arguments.beyond_data, library)?;
        if let (None, Some(reflected)) = (&arguments.thru, &mut test.return_loss) {
            // A cable from its geometry has no fixture in front.
            reflected.fixture_delay = 0.0;
        }
        tests.push(test);
    }
    if arguments.assembly.reach {
        return reach::run(arguments, &tests, library);
    }
    let (channel, data, mut notes) = match &arguments.thru {
        Some(thru) => read(arguments, thru)?,
        None => cable::read(&arguments.assembly, &tests, library)?,
    };
    let mut results = Vec::new();
    let mut pictures = Vec::new();
    for (name, test) in arguments.config.iter().zip(&tests) {
        let analysis = analyze(&channel, &test.settings)
            .map_err(|error| Failure::Words(format!("{name}: {}", in_words(&error, arguments))))?;
        for (kind, number) in &analysis.silent {
            let note = format!(
                "{}: transmits nothing and is left out",
                file_of(*kind, *number, arguments)
            );
            if !notes.contains(&note) {
                notes.push(note);
            }
        }
        if arguments.out.is_some() {
            let drawn = |plot: CurvePlot| {
                plot.render_png(None)
                    .map_err(|error: ReportError| Failure::Words(error.to_string()))
            };
            let pulse = drawn(pulse_picture(name, test, &analysis))?;
            pictures.push((format!("{name}-pulse.png"), pulse));
            let interference = drawn(interference_picture(name, test, &analysis))?;
            pictures.push((format!("{name}-interference.png"), interference));
        }
        let reflected = return_loss(name, test, &data)?;
        results.push(test_result(name, test, &analysis, &data, reflected));
    }
    let result = summary(arguments, results, &channel, &tests, notes);
    if let Some(folder) = &arguments.out {
        let json = serde_json::to_vec_pretty(&result)
            .map_err(|error| Failure::Words(format!("the result cannot be written: {error}")))?;
        make_folder(folder)?;
        for (name, bytes) in &pictures {
            write_whole(&folder.join(name), bytes)?;
        }
        write_whole(&folder.join("result.json"), &json)?;
    }
    let words = words(&result, arguments.out.as_deref());
    if arguments.json {
        print_words(&words);
        print_json(&result)
    } else {
        print_text(&words)
    }
}

/// Settings of a test and where they come from.
struct Test {
    settings: Settings,
    return_loss: Option<ReturnLossSettings>,
    least_erl_db: Option<f64>,
    most_closure_db: Option<f64>,
    least_opening_mv: Option<f64>,
    title: String,
    source: String,
    least_com_db: Option<f64>,
}

fn settings(name: &str, beyond: Beyond, library: &Library) -> Result<Test, Failure> {
    let part = library
        .find("com", name)
        .map_err(|error| Failure::Words(error.to_string()))?;
    let PartTable::Com(table) = &part.table else {
        return Err(Failure::Words(format!(
            "the part `{name}` holds no settings of a channel operating margin"
        )));
    };
    let mut settings = table.settings(name, &part.text)?;
    settings.beyond_data = match beyond {
        Beyond::Continued => BeyondData::Continued,
        Beyond::ReferenceCode => BeyondData::ReferenceCode,
    };
    let value = |value: &Option<Value<f64>>| value.as_ref().map(|v| v.value);
    Ok(Test {
        return_loss: table.return_loss(name, &part.text)?,
        least_erl_db: value(&table.least_erl_db),
        most_closure_db: value(&table.most_vertical_eye_closure_db),
        least_opening_mv: value(&table.least_vertical_eye_opening_mv),
        settings,
        title: part.title.clone(),
        source: part.source_title.clone(),
        least_com_db: value(&table.least_com_db),
    })
}

/// The data alone: transfer of the path that is listened to, and of the aggressors.
struct Data {
    thru: Network,
    far_end: Vec<Network>,
    near_end: Vec<Network>,
}

/// The file of a path.
fn file_of(kind: PathKind, number: usize, arguments: &ComArguments) -> String {
    let list = match kind {
        PathKind::Through => return channel_name(arguments),
        PathKind::FarEnd => &arguments.fext,
        PathKind::NearEnd => &arguments.next,
    };
    list.get(number.saturating_sub(1))
        .map_or_else(String::new, |path| path.display().to_string())
}

/// The channel that is listened to, in words.
fn channel_name(arguments: &ComArguments) -> String {
    match &arguments.thru {
        Some(path) => path.display().to_string(),
        None => arguments.assembly.name(),
    }
}

/// An error with the file of the path it is about.
fn in_words(error: &ComError, arguments: &ComArguments) -> String {
    match error {
        ComError::Path { kind, number, .. } => {
            format!("{}: {error}", file_of(*kind, *number, arguments))
        }
        _ => error.to_string(),
    }
}

/// The reference impedance of a network's ports at its first frequency.
fn reference_in_words(network: &Network) -> String {
    let mut all: Vec<String> = network
        .reference_at(0)
        .iter()
        .map(|z| {
            if z.im == 0.0 {
                format!("{} Ω", z.re)
            } else {
                format!("({z}) Ω")
            }
        })
        .collect();
    all.dedup();
    all.join(" and ")
}

/// The channel, its data alone, and what has to be known about the files.
fn read(arguments: &ComArguments, path: &Path) -> Result<(Channel, Data, Vec<String>), Failure> {
    let file = |path: &Path| -> Result<Network, Failure> {
        Touchstone::read(path)
            .map(|file| file.network)
            .map_err(|error| Failure::Words(error.to_string()))
    };
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::Words(format!("{}: {error}", path.display()))
    };
    let thru = file(path)?;
    // Crosstalk is too weak to tell the order: that of the through path holds for all.
    let order = match arguments.ports {
        Some(ports) => Some(ports.into()),
        None if thru.ports() == 4 && thru.is_single_ended() => Some(
            thru.port_order()
                .map_err(|error| failed(path, &format!("{error} with --ports")))?,
        ),
        None => None,
    };
    let differential = |path: &Path, network: Network| -> Result<Network, Failure> {
        match network.ports() {
            2 => Ok(network),
            4 => network
                .differential(order)
                .map_err(|error| failed(path, &error)),
            ports => Err(failed(
                path,
                &format!("a channel has four ports, or two differential ones, not {ports}"),
            )),
        }
    };
    let mut notes = Vec::new();
    let mut told = |path: &Path, network: &Network| {
        if network.ports() == 2 {
            notes.push(format!(
                "{}: two ports, taken as differential ones with a reference of {}",
                path.display(),
                reference_in_words(network)
            ));
        }
    };
    told(path, &thru);
    let thru = differential(path, thru)?;
    let mut others = Vec::new();
    for list in [&arguments.fext, &arguments.next] {
        let mut networks = Vec::new();
        for path in list {
            let network = file(path)?;
            told(path, &network);
            networks.push(differential(path, network)?);
        }
        others.push(networks);
    }
    let near_end = others.pop().unwrap_or_default();
    let far_end = others.pop().unwrap_or_default();
    let data = Data {
        thru: thru.clone(),
        far_end: far_end.clone(),
        near_end: near_end.clone(),
    };
    Ok((
        Channel {
            through: thru,
            far_end,
            near_end,
        },
        data,
        notes,
    ))
}

/// Effective return loss of both ends of the data, where the settings have one.
fn return_loss(name: &str, test: &Test, data: &Data) -> Result<Option<ReturnLossResult>, Failure> {
    let Some(settings) = &test.return_loss else {
        return Ok(None);
    };
    let at = |port| {
        effective_return_loss(&data.thru, port, settings)
            .map(|found| Some(found.erl_db).filter(|erl| erl.is_finite()))
            .map_err(|error| Failure::Words(format!("{name}: effective return loss: {error}")))
    };
    Ok(Some(ReturnLossResult {
        transmitter_db: at(0)?,
        receiver_db: at(1)?,
        least_erl_db: test.least_erl_db,
    }))
}

fn summary(
    arguments: &ComArguments,
    tests: Vec<TestResult>,
    channel: &Channel,
    settings: &[Test],
    mut notes: Vec<String>,
) -> ComResult {
    let name = |path: &PathBuf| path.display().to_string();
    let data_end = std::iter::once(&channel.through)
        .chain(&channel.far_end)
        .chain(&channel.near_end)
        .filter_map(|n| n.frequencies().last().copied())
        .fold(f64::INFINITY, f64::min);
    let rate = settings
        .iter()
        .map(|test| test.settings.symbol_rate)
        .fold(0.0, f64::max);
    if data_end < rate {
        notes.push(format!(
            "the data end at {:.3} GHz, below the symbol rate of {:.3} GBd: what lies above is continued",
            data_end / 1e9,
            rate / 1e9
        ));
    }
    if settings
        .iter()
        .any(|test| matches!(test.settings.receiver, Receiver::MinimumMeanSquareError(_)))
    {
        notes.push("equaliser settings: local search".to_owned());
    }
    ComResult {
        com_db: tests.iter().map(|t| t.com_db).fold(f64::INFINITY, f64::min),
        meets_least_com: tests
            .iter()
            .map(|t| t.least_com_db.map(|least| t.com_db >= least))
            .collect::<Option<Vec<bool>>>()
            .map(|all| all.iter().all(|met| *met)),
        thru: channel_name(arguments),
        fext: arguments.fext.iter().map(name).collect(),
        next: arguments.next.iter().map(name).collect(),
        data_end_ghz: data_end / 1e9,
        tests,
        notes,
    }
}
