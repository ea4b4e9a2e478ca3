//! Channel operating margin of a channel with five aggressors: at one setting of the equalisers, and
//! with a search of the settings of IEEE P802.3dj.
//!
//! Yardstick: two real transforms of as many samples as the channel's pulses have in all.
//!
//! `--once <folder> [--repeat <n>]` reads the example2 files of PyChOpMarg in a folder and prints the
//! thread time of each computation at the settings of its workbook as JSON, for `peers/com.py`.

mod stopwatch;

use eyespan::com::mmse::MmseSettings;
use eyespan::com::{
    BeyondData, Channel, CtleSettings, Device, Front, Line, Package, Receiver, Settings,
    Termination, analyze, exhaustive_search, local_search,
};
use eyespan::library::{Library, PartTable};
use eyespan::network::{Network, PortOrder, Reference, Touchstone};
use num_complex::Complex64;
use realfft::RealFftPlanner;
use std::path::Path;
use stopwatch::{compare, heading, option, row, sized, timed};

/// A differential line of this loss at 53.125 GHz, 10 MHz to 60 GHz.
fn line(gain: f64, loss_db: f64, points: usize) -> Network {
    let frequency: Vec<f64> = (0..=points)
        .map(|k| 60e9 * k as f64 / points as f64)
        .collect();
    let s = frequency
        .iter()
        .flat_map(|f| {
            let x = f / 53.125e9;
            let skin = 0.5 * loss_db * x.sqrt();
            let magnitude = gain * 10f64.powf(-(skin + 0.5 * loss_db * x) / 20.0);
            let phase = -std::f64::consts::TAU * f * 3e-9 - skin / 8.685_889_638;
            let echo = Complex64::new(1.0, 0.0)
                + 0.03 * Complex64::cis(-std::f64::consts::TAU * f * 0.3e-9);
            let through = Complex64::from_polar(magnitude, phase) * echo;
            let reflected = Complex64::from_polar(0.05, -std::f64::consts::TAU * f * 0.1e-9);
            [reflected, through, through, reflected]
        })
        .collect();
    Network::new(frequency, 2, s, Reference::uniform(2, 100.0)).expect("a two-port")
}

fn channel() -> Channel {
    let points = sized(6000, 1200);
    Channel {
        through: line(0.98, 22.0, points),
        far_end: vec![line(0.004, 16.0, points), line(0.003, 18.0, points)],
        near_end: vec![
            line(0.002, 6.0, points),
            line(0.002, 8.0, points),
            line(0.001, 4.0, points),
        ],
    }
}

fn part(name: &str) -> Settings {
    let library = Library::built_in().expect("the library");
    let part = library.find("com", name).expect("a part");
    match &part.table {
        PartTable::Com(table) => table.settings(name, &part.text).expect("settings"),
        _ => panic!("no settings"),
    }
}

/// The workbook config_com_ieee8023dj_PyChOpMarg_vs_MATLAB.xls of PyChOpMarg.
fn workbook() -> Settings {
    let device = |length: f64| Device {
        termination: Termination {
            resistance: 50.0,
            ladder: vec![(40e-15, 0.13e-9), (90e-15, 0.15e-9), (110e-15, 0.14e-9)],
            bump: 30e-15,
        },
        package: Package {
            lines: [(length, 87.5), (1.8e-3, 92.5)]
                .map(|(length, impedance)| Line {
                    loss_constant: 0.5,
                    loss_root: 0.89 * 1e-9f64.sqrt(),
                    loss_linear: 2e-10,
                    delay: 6.141e-9,
                    impedance,
                    length,
                })
                .to_vec(),
            ball: 40e-15,
        },
        board: None,
    };
    Settings {
        resistance: 50.0,
        transmitter: device(34e-3),
        near_end_transmitter: device(34e-3),
        receiver_device: device(32e-3),
        amplitude: 0.413,
        far_end_amplitude: 0.413,
        near_end_amplitude: 0.45,
        transmitter_snr_db: 33.0,
        noise_density: 6e-18,
        receiver_bandwidth: 0.58 * 106.25e9,
        ctle: CtleSettings {
            zero: 1e12,
            pole_1: 1e12,
            pole_2: 1e12,
            low_frequency: Some(1.328_125e9),
            gains_db: vec![0.0],
            low_frequency_gains_db: vec![0.0],
        },
        transmit_taps: Vec::new(),
        least_main_tap: 0.0,
        receiver: Receiver::MinimumMeanSquareError(MmseSettings {
            levels: 4,
            level_separation: 0.95,
            precursor: 5,
            feed_forward_limits: vec![1.0; 16],
            feedback_limits: vec![(0.0, 0.85)],
            floating: None,
        }),
        quantizer: None,
        sequence_detection: None,
        eye_window: None,
        beyond_data: BeyondData::ReferenceCode,
        ..part("dj-kr-a1")
    }
}

fn once(folder: &str) {
    let repeat = option("repeat").and_then(|n| n.parse().ok()).unwrap_or(1);
    let read = |name: &str| {
        let path = ["s4p", "s4p.gz"]
            .map(|end| Path::new(folder).join(format!("example2_{name}.{end}")))
            .into_iter()
            .find(|path| path.exists())
            .unwrap_or_else(|| panic!("no example2_{name} in {folder}"));
        let file = Touchstone::read(&path).unwrap_or_else(|error| panic!("{error}"));
        file.network
            .differential(Some(PortOrder::Adjacent))
            .expect("four ports")
    };
    let channel = Channel {
        through: read("THRU"),
        far_end: vec![read("FEXT1"), read("FEXT2")],
        near_end: vec![read("NEXT1"), read("NEXT2"), read("NEXT3")],
    };
    let settings = workbook();
    let mut times = Vec::new();
    let mut com = f64::NAN;
    for _ in 0..repeat {
        let (analysis, spent) = timed(|| analyze(&channel, &settings).expect("a margin"));
        com = analysis.margin.com_db;
        times.push(spent.thread.to_string());
    }
    println!(
        "{{\"thread_seconds\": [{}], \"com_db\": {com}}}",
        times.join(", ")
    );
}

/// Settings of which only every `nth` value is kept, the ends included.
fn thinned(mut settings: Settings, nth: usize) -> Settings {
    let thin = |values: &mut Vec<f64>| {
        let last = values.len().saturating_sub(1);
        let mut k = 0;
        values.retain(|_| {
            let keep = k % nth == 0 || k == last;
            k += 1;
            keep
        });
    };
    thin(&mut settings.ctle.gains_db);
    thin(&mut settings.ctle.low_frequency_gains_db);
    for tap in &mut settings.transmit_taps {
        thin(&mut tap.values);
    }
    settings
}

fn main() {
    if let Some(folder) = option("once") {
        once(&folder);
        return;
    }
    heading("Channel operating margin, one thread, five aggressors");
    let channel = channel();
    let mut fixed = part("dj-kr-a1");
    fixed.ctle.gains_db = vec![-6.0];
    fixed.ctle.low_frequency_gains_db = vec![-2.0];
    for tap in &mut fixed.transmit_taps {
        tap.values = vec![0.0];
    }
    let front = Front::new(&channel, &fixed).expect("a channel");
    let size = front.symbols * front.samples;
    let mut planner = RealFftPlanner::<f64>::new();
    let (there, back) = (
        planner.plan_fft_forward(size),
        planner.plan_fft_inverse(size),
    );
    let result = compare(
        sized(9, 1),
        || {
            std::hint::black_box(analyze(&channel, &fixed).expect("a margin"));
            1.0
        },
        || {
            for _ in 0..front.paths.len() {
                let mut time = vec![1.0; size];
                let mut spectrum = there.make_output_vec();
                there.process(&mut time, &mut spectrum).expect("lengths");
                spectrum[0].im = 0.0;
                back.process(&mut spectrum, &mut time).expect("lengths");
                std::hint::black_box(&time);
            }
            1.0
        },
    );
    row("what", "s, over the yardstick", "target");
    row(
        "fixed setting, floating taps, quantiser, detection of sequences",
        &format!("{:.4}, {:.1} ×", result.work, result.ratio),
        "≤ 0.1 s",
    );
    let settings = thinned(part("dj-kr-a1"), sized(1, 8));
    let front = Front::new(&channel, &settings).expect("a channel");
    let (found, spent) = timed(|| local_search(&front, &settings).expect("a setting"));
    row("what", "s, settings looked at", "target");
    row(
        &format!("search of {:.1e} settings", settings.combinations()),
        &format!("{:.2}, {}", spent.thread, found.evaluated),
        "≤ 10 s",
    );
    let coarse = thinned(part("dj-kr-a1"), sized(8, 20));
    let front = Front::new(&channel, &coarse).expect("a channel");
    let by_hill = local_search(&front, &coarse).expect("a setting");
    let (by_all, spent) = timed(|| exhaustive_search(&front, &coarse).expect("a setting"));
    row("what", "dB of the figure of merit missed", "target");
    row(
        &format!(
            "search against all of {} settings ({:.1} s)",
            coarse.combinations(),
            spent.thread
        ),
        &format!(
            "{:.4}",
            by_all.equalized.merit_db - by_hill.equalized.merit_db
        ),
        "≤ 0.02 dB",
    );
}
