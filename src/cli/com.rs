//! `eyespan com`.

use super::{Failure, make_folder, print_json, print_text, print_words, write_whole};
use clap::{Args, ValueEnum};
use eyespan::com::loss::{FittedLoss, Weighting};
use eyespan::com::{
    Analysis, BeyondData, Channel, ComError, PathKind, Receiver, Settings, analyze,
};
use eyespan::library::{Library, PartTable};
use eyespan::network::{Network, PortOrder, Touchstone};
use eyespan::report::{
    Axis, CurvePlot, Direction, Panel, ReferenceLine, ReportError, Series, Style,
};
use serde::Serialize;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct ComArguments {
    /// Touchstone file of the channel that is listened to: four ports, or two differential ones.
    thru: PathBuf,
    /// Touchstone file of crosstalk from a transmitter at the far end, once for each.
    #[arg(long, value_name = "FILE")]
    fext: Vec<PathBuf>,
    /// Touchstone file of crosstalk from a transmitter beside the receiver, once for each.
    #[arg(long, value_name = "FILE")]
    next: Vec<PathBuf>,
    /// Settings from the library, such as "dj-kr-a1"; several for several tests, of which the lowest
    /// margin counts.
    #[arg(long, required = true, value_name = "NAME")]
    config: Vec<String>,
    /// Order of the ports of all files; found in the first one where absent.
    #[arg(long, value_enum)]
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

/// The result of the command, as JSON.
#[derive(Debug, Serialize)]
struct ComResult {
    /// Lowest channel operating margin of all tests, dB.
    com_db: f64,
    /// Whether every test reaches the margin its clause asks for; null where one asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    meets_least_com: Option<bool>,
    thru: String,
    fext: Vec<String>,
    next: Vec<String>,
    /// Highest frequency of the data, GHz.
    data_end_ghz: f64,
    tests: Vec<TestResult>,
    notes: Vec<String>,
}

#[derive(Debug, Serialize)]
struct TestResult {
    config: String,
    title: String,
    source: String,
    com_db: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    least_com_db: Option<f64>,
    /// Margin with decisions symbol by symbol, where sequences are detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    symbol_com_db: Option<f64>,
    signal_mv: f64,
    interference_mv: f64,
    /// Vertical eye closure; null where the eye is closed.
    vertical_eye_closure_db: Option<f64>,
    vertical_eye_opening_mv: f64,
    figure_of_merit_db: f64,
    /// Loss from die to die at half the symbol rate; null where the data end below.
    die_to_die_loss_db: Option<f64>,
    /// Fitted loss of the data alone at half the symbol rate; null beyond the data.
    fitted_loss_db: Option<f64>,
    /// Integrated crosstalk noise of the data alone, up to their end; null without crosstalk, and where
    /// the frequencies are not evenly spaced or not those of the through path.
    integrated_crosstalk_noise_mv: Option<f64>,
    rms_mv: RmsResult,
    equalizer: EqualizerResult,
    /// How many settings of the equalisers were looked at, and how many there are.
    settings_evaluated: usize,
    settings_in_all: f64,
}

/// Root mean squares at the detector, mV.
#[derive(Debug, Serialize)]
struct RmsResult {
    intersymbol_interference: f64,
    crosstalk: f64,
    transmitter_noise: f64,
    receiver_noise: f64,
    random_jitter: f64,
    dual_dirac_jitter: f64,
    quantizer: f64,
}

#[derive(Debug, Serialize)]
struct EqualizerResult {
    ctle_gain_db: f64,
    ctle_low_frequency_gain_db: f64,
    transmit_taps: Vec<(i32, f64)>,
    sampling_offset_ui: f64,
    feed_forward_taps: Vec<f64>,
    feed_forward_precursor_taps: usize,
    feedback_taps: Vec<f64>,
}

pub(super) fn run(arguments: &ComArguments, library: &Library) -> Result<(), Failure> {
    // Settings first: a wrong name need not wait for the files.
    let mut tests = Vec::new();
    for name in &arguments.config {
        tests.push(settings(name, arguments.beyond_data, library)?);
    }
    let (channel, data, mut notes) = read(arguments)?;
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
        results.push(test_result(name, test, &analysis, &data));
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
    Ok(Test {
        settings,
        title: part.title.clone(),
        source: part.source_title.clone(),
        least_com_db: table.least_com_db.as_ref().map(|least| least.value),
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
        PathKind::Through => std::slice::from_ref(&arguments.thru),
        PathKind::FarEnd => &arguments.fext,
        PathKind::NearEnd => &arguments.next,
    };
    list.get(number.saturating_sub(1))
        .map_or_else(String::new, |path| path.display().to_string())
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
fn read(arguments: &ComArguments) -> Result<(Channel, Data, Vec<String>), Failure> {
    let file = |path: &Path| -> Result<Network, Failure> {
        Touchstone::read(path)
            .map(|file| file.network)
            .map_err(|error| Failure::Words(error.to_string()))
    };
    let failed = |path: &Path, error: &dyn std::fmt::Display| {
        Failure::Words(format!("{}: {error}", path.display()))
    };
    let thru = file(&arguments.thru)?;
    // Crosstalk is too weak to tell the order: that of the through path holds for all.
    let order = match arguments.ports {
        Some(ports) => Some(ports.into()),
        None if thru.ports() == 4 && thru.is_single_ended() => Some(
            thru.port_order()
                .map_err(|error| failed(&arguments.thru, &format!("{error} with --ports")))?,
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
    told(&arguments.thru, &thru);
    let thru = differential(&arguments.thru, thru)?;
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

fn test_result(name: &str, test: &Test, analysis: &Analysis, data: &Data) -> TestResult {
    let margin = &analysis.margin;
    let settings = &test.settings;
    let nyquist = 0.5 * settings.symbol_rate;
    let (fitted, crosstalk) = of_data(data, settings);
    let mv = 1e3;
    let d = &margin.deviations;
    let e = &margin.equalized;
    TestResult {
        config: name.to_owned(),
        title: test.title.clone(),
        source: test.source.clone(),
        com_db: margin.com_db,
        least_com_db: test.least_com_db,
        symbol_com_db: margin
            .sequence_detection
            .as_ref()
            .map(|_| margin.symbol_com_db),
        signal_mv: mv * margin.signal,
        interference_mv: mv * margin.interference,
        vertical_eye_closure_db: Some(margin.vertical_eye_closure_db).filter(|v| v.is_finite()),
        vertical_eye_opening_mv: mv * margin.vertical_eye_opening,
        figure_of_merit_db: e.merit_db,
        die_to_die_loss_db: analysis.loss_db,
        fitted_loss_db: fitted
            .filter(|_| analysis.data_end >= nyquist)
            .map(|fit| fit.at(nyquist)),
        integrated_crosstalk_noise_mv: crosstalk.map(|v| mv * v),
        rms_mv: RmsResult {
            intersymbol_interference: mv * d.intersymbol,
            crosstalk: mv * d.crosstalk,
            transmitter_noise: mv * d.transmitter,
            receiver_noise: mv * d.receiver,
            random_jitter: mv * d.random_jitter,
            dual_dirac_jitter: mv * d.dual_dirac_jitter,
            quantizer: mv * d.quantizer,
        },
        equalizer: EqualizerResult {
            ctle_gain_db: e.setting.gain_db,
            ctle_low_frequency_gain_db: e.setting.low_frequency_gain_db,
            transmit_taps: settings
                .transmit_taps
                .iter()
                .map(|tap| tap.place)
                .zip(e.setting.transmit.iter().copied())
                .chain(std::iter::once((0, e.main_tap)))
                .collect(),
            sampling_offset_ui: e.offset as f64 / settings.samples_per_symbol as f64,
            feed_forward_taps: e.feed_forward.clone(),
            feed_forward_precursor_taps: e.precursor,
            feedback_taps: e.feedback.clone(),
        },
        settings_evaluated: analysis.evaluated,
        settings_in_all: settings.combinations(),
    }
}

/// Fitted loss of the through data and integrated crosstalk noise in V of the others; none where the
/// data do not allow it. The transmitter's edges count with 4f_b, the default of the COM reference code.
fn of_data(data: &Data, settings: &Settings) -> (Option<FittedLoss>, Option<f64>) {
    let frequency = data.thru.frequencies();
    let top = settings.symbol_rate;
    let count = frequency.partition_point(|f| *f <= top);
    let fit = data
        .thru
        .curve(1, 0)
        .ok()
        .and_then(|s| FittedLoss::new(&frequency[..count], &s[..count]).ok());
    let weighting = Weighting {
        symbol_rate: settings.symbol_rate,
        transmit: 4.0 * settings.symbol_rate,
        receive: settings.receiver_bandwidth,
        from: 0.05e9,
        to: top,
    };
    let curves: Option<Vec<_>> = data
        .far_end
        .iter()
        .map(|n| (settings.far_end_amplitude, n))
        .chain(
            data.near_end
                .iter()
                .map(|n| (settings.near_end_amplitude, n)),
        )
        .map(|(amplitude, n)| {
            let same = n.frequencies() == frequency;
            n.curve(1, 0).ok().filter(|_| same).map(|s| (amplitude, s))
        })
        .collect();
    let noise = curves.filter(|c| !c.is_empty()).and_then(|curves| {
        let aggressors: Vec<_> = curves.iter().map(|(a, s)| (*a, s.as_slice())).collect();
        weighting.crosstalk_noise(frequency, &aggressors).ok()
    });
    (fit, noise)
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
        thru: name(&arguments.thru),
        fext: arguments.fext.iter().map(name).collect(),
        next: arguments.next.iter().map(name).collect(),
        data_end_ghz: data_end / 1e9,
        tests,
        notes,
    }
}

/// The result in words.
fn words(result: &ComResult, folder: Option<&Path>) -> String {
    let mut text = format!(
        "{}\n  {} far-end and {} near-end aggressors, data to {:.3} GHz\n",
        result.thru,
        result.fext.len(),
        result.next.len(),
        result.data_end_ghz
    );
    for test in &result.tests {
        text += &format!("\n{}: {}\n  {}\n", test.config, test.title, test.source);
        let mut row = |name: &str, value: String| text += &format!("  {name:<30} {value}\n");
        let verdict = match test.least_com_db {
            Some(least) if test.com_db >= least => format!(", PASS (at least {least} dB)"),
            Some(least) => format!(", FAIL (at least {least} dB)"),
            None => String::new(),
        };
        row(
            "channel operating margin",
            format!("{:.3} dB{verdict}", test.com_db),
        );
        if let Some(db) = test.symbol_com_db {
            row("  decided symbol by symbol", format!("{db:.3} dB"));
        }
        row(
            "signal, interference",
            format!("{:.4} mV, {:.4} mV", test.signal_mv, test.interference_mv),
        );
        row(
            "vertical eye closure, opening",
            match test.vertical_eye_closure_db {
                Some(db) => format!("{db:.3} dB, {:.4} mV", test.vertical_eye_opening_mv),
                None => "closed".to_owned(),
            },
        );
        row(
            "figure of merit",
            format!("{:.3} dB", test.figure_of_merit_db),
        );
        row(
            "loss from die to die",
            match test.die_to_die_loss_db {
                Some(db) => format!("{db:.3} dB at half the symbol rate"),
                None => "not known: the data end below half the symbol rate".to_owned(),
            },
        );
        if let Some(db) = test.fitted_loss_db {
            row("fitted loss of the data", format!("{db:.3} dB"));
        }
        if let Some(mv) = test.integrated_crosstalk_noise_mv {
            row("integrated crosstalk noise", format!("{mv:.3} mV"));
        } else if !(result.fext.is_empty() && result.next.is_empty()) {
            row(
                "integrated crosstalk noise",
                "not known: the files' frequencies differ or are not evenly spaced".to_owned(),
            );
        }
        let r = &test.rms_mv;
        row(
            "rms at the detector",
            format!(
                "interference {:.4} mV, crosstalk {:.4} mV, jitter {:.4} mV",
                r.intersymbol_interference,
                r.crosstalk,
                r.random_jitter.hypot(r.dual_dirac_jitter)
            ),
        );
        row(
            "",
            format!(
                "noise of transmitter {:.4} mV, receiver {:.4} mV, quantiser {:.4} mV",
                r.transmitter_noise, r.receiver_noise, r.quantizer
            ),
        );
        let e = &test.equalizer;
        row(
            "analogue equaliser",
            format!(
                "{} dB, low frequencies {} dB",
                e.ctle_gain_db, e.ctle_low_frequency_gain_db
            ),
        );
        let mut taps = e.transmit_taps.clone();
        taps.sort_by_key(|(place, _)| *place);
        let taps: Vec<String> = taps
            .iter()
            .map(|(place, value)| format!("c({place}) {value:.3}"))
            .collect();
        row("transmitter", taps.join(", "));
        let list = |x: &[f64]| -> String {
            let some: Vec<String> = x.iter().take(8).map(|v| format!("{v:.3}")).collect();
            some.join(" ") + if x.len() > 8 { " …" } else { "" }
        };
        row("feedback", list(&e.feedback_taps));
        row(
            "sampling",
            format!("{:+.3} UI from the peak", e.sampling_offset_ui),
        );
        row(
            "settings looked at",
            format!(
                "{} of {:.2e}",
                test.settings_evaluated, test.settings_in_all
            ),
        );
    }
    if result.tests.len() > 1 {
        text += &format!("\nlowest margin: {:.3} dB\n", result.com_db);
    }
    for note in &result.notes {
        text += &format!("note: {note}\n");
    }
    if let Some(folder) = folder {
        text += &format!("written to {}\n", folder.display());
    }
    text
}

/// Pulse response at the detector.
fn pulse_picture(name: &str, test: &Test, analysis: &Analysis) -> CurvePlot {
    let margin = &analysis.margin;
    let cursor = margin.cursor as f64;
    let points = margin
        .pulse
        .iter()
        .enumerate()
        .map(|(n, v)| (n as f64 - cursor, 1e3 * v))
        .filter(|(n, _)| (-15.0..=40.0).contains(n))
        .collect();
    CurvePlot {
        title: format!("Pulse response in front of the feedback, {name}"),
        subtitle: subtitle(test, analysis),
        x: Axis::linear("Symbols behind the cursor"),
        panels: vec![Panel {
            y: Axis::linear("Voltage (mV)"),
            series: vec![Series {
                points,
                style: Style::LineAndMarkers,
                ..Series::default()
            }],
            ..Panel::default()
        }],
    }
}

/// How often interference and noise exceed a voltage.
fn interference_picture(name: &str, test: &Test, analysis: &Analysis) -> CurvePlot {
    let margin = &analysis.margin;
    let mut sum = 0.0;
    let mut exceeded = Vec::new();
    for (bin, p) in margin.density.mass.iter().enumerate() {
        sum += p;
        let voltage = -margin.density.voltage(bin);
        if sum > 1e-12 && voltage >= 0.0 {
            exceeded.push((1e3 * voltage, sum));
        }
    }
    let step = exceeded.len().div_ceil(1500).max(1);
    let farthest = exceeded.first().map_or(1.0, |(voltage, _)| *voltage);
    let end = 1.1 * farthest.max(1e3 * margin.signal);
    let line = |direction, at: f64, label: &str| ReferenceLine {
        direction,
        at,
        label: label.to_owned(),
    };
    CurvePlot {
        title: format!("Interference and noise at the detector, {name}"),
        subtitle: subtitle(test, analysis),
        x: Axis::linear("Voltage (mV)").over(0.0, end),
        panels: vec![Panel {
            y: Axis::logarithmic("Probability of more"),
            series: vec![Series {
                points: exceeded.into_iter().step_by(step).collect(),
                ..Series::default()
            }],
            lines: vec![
                line(Direction::Vertical, 1e3 * margin.signal, "signal"),
                line(
                    Direction::Horizontal,
                    test.settings.detector_error_ratio,
                    "detector error ratio",
                ),
            ],
            ..Panel::default()
        }],
    }
}

fn subtitle(test: &Test, analysis: &Analysis) -> Vec<String> {
    let margin = &analysis.margin;
    vec![
        test.title.clone(),
        format!(
            "COM {:.2} dB · signal {:.3} mV · interference {:.3} mV",
            margin.com_db,
            1e3 * margin.signal,
            1e3 * margin.interference
        ),
    ]
}
