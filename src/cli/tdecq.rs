//! `eyespan tdecq`.

mod figures;
mod picture;
mod source;

use super::{Changes, Failure, make_folder, print_json, print_words, write_whole};
use clap::{Args, ValueEnum};
use eyespan::library::Library;
use eyespan::measure::tdecq::{Settings, measure};
use figures::Figures;
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(super) struct TdecqArguments {
    /// Captured waveform (.csv, .txt, .npy, .mat of version 5), or a link file (.toml) whose light in
    /// front of the detector is measured.
    waveform: PathBuf,
    /// Symbol rate of the capture, GBd; from the file's head, or found, where absent.
    #[arg(long, value_name = "GBD")]
    symbol_rate_gbd: Option<f64>,
    /// Sampling rate of the capture, GSa/s, where the file has no times.
    #[arg(long, value_name = "GSPS", conflicts_with = "samples_per_symbol")]
    sampling_rate_gsps: Option<f64>,
    /// Samples per symbol instead; needs the symbol rate.
    #[arg(long, value_name = "N")]
    samples_per_symbol: Option<f64>,
    /// Unit of the samples.
    #[arg(long, value_enum, default_value_t = Unit::W)]
    unit: Unit,
    /// Pattern: "prbs13q", "ssprq", "prbs7q" to "prbs15q", or "prbs9-composed" to "prbs15-composed" (two
    /// copies of a binary sequence, as some generators send); found among these where absent.
    #[arg(long, value_name = "NAME", conflicts_with = "pattern_file")]
    pattern: Option<String>,
    /// File of the pattern's symbols, numbers from 0 to 3.
    #[arg(long, value_name = "FILE")]
    pattern_file: Option<PathBuf>,
    /// -3 dB bandwidth of the reference receiver, GHz; half of the symbol rate where absent, 0 for none.
    #[arg(long, value_name = "GHZ")]
    receiver_bandwidth_ghz: Option<f64>,
    /// Reference equaliser.
    #[arg(long, value_enum, default_value_t = Equalizer::FiveTaps)]
    equalizer: Equalizer,
    /// Positions that the largest tap may have, from 1.
    #[arg(long, value_name = "N,…", value_delimiter = ',')]
    main_tap: Vec<usize>,
    /// Thresholds at their nominal places, as before IEEE Std 802.3cd.
    #[arg(long)]
    fixed_thresholds: bool,
    /// Root mean square of the scope's noise, in the samples' unit; from the file's head where absent.
    #[arg(long, value_name = "RMS")]
    scope_noise: Option<f64>,
    /// Noise bandwidth of the scope, GHz, for RIN_OMA.
    #[arg(long, value_name = "GHZ")]
    noise_bandwidth_ghz: Option<f64>,
    #[command(flatten)]
    changes: Changes,
    /// Folder for `tdecq.png` and `tdecq.json`; by default `out/` and the file's name.
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

/// Units of samples.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Unit {
    W,
    Mw,
    Uw,
    V,
    Mv,
}

impl Unit {
    /// The unit in W or V.
    fn scale(self) -> f64 {
        match self {
            Self::W | Self::V => 1.0,
            Self::Mw | Self::Mv => 1e-3,
            Self::Uw => 1e-6,
        }
    }

    fn is_power(self) -> bool {
        matches!(self, Self::W | Self::Mw | Self::Uw)
    }
}

/// Reference equalisers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Equalizer {
    /// Five taps, of 26 and 53 GBd (IEEE Std 802.3cd).
    FiveTaps,
    /// Fifteen taps, of 200 Gb/s per lane (IEEE P802.3dj).
    FifteenTaps,
}

pub(super) fn run(arguments: &TdecqArguments, library: &Library) -> Result<(), Failure> {
    let name = arguments.waveform.display().to_string();
    let failed = |error: &dyn std::fmt::Display| Failure::Words(format!("{name}: {error}"));
    let source = source::read(arguments, library)?;
    let settings = settings(arguments, &source)?;
    let closure = measure(&source.waveform, &settings).map_err(|error| failed(&error))?;
    let figures = Figures::new(&name, &source, &settings, &closure, arguments);
    let picture = picture::draw(&name, &source, &settings, &closure)?;
    let json = serde_json::to_vec_pretty(&figures).map_err(|error| failed(&error))?;
    let folder = arguments.out.clone().unwrap_or_else(|| {
        Path::new("out").join(arguments.waveform.file_stem().unwrap_or_default())
    });
    make_folder(&folder)?;
    write_whole(&folder.join("tdecq.png"), &picture)?;
    write_whole(&folder.join("tdecq.json"), &json)?;
    print_words(&figures.words(&folder));
    print_json(&figures)
}

fn settings(arguments: &TdecqArguments, source: &source::Source) -> Result<Settings, Failure> {
    let mut settings = match arguments.equalizer {
        Equalizer::FiveTaps => Settings::tdecq(),
        Equalizer::FifteenTaps => Settings::tdecq_200g_per_lane(),
    };
    if let Some(ghz) = arguments.receiver_bandwidth_ghz {
        let share = ghz * 1e9 / source.waveform.symbol_rate();
        if !(share.is_finite() && share >= 0.0) {
            return Err(Failure::Words(format!(
                "--receiver-bandwidth-ghz {ghz}: a bandwidth cannot be negative"
            )));
        }
        settings.receiver_bandwidth = (share > 0.0).then_some(share);
    }
    if !arguments.main_tap.is_empty() {
        let taps = settings.taps;
        settings.main_positions = arguments
            .main_tap
            .iter()
            .map(|&tap| {
                tap.checked_sub(1).filter(|&p| p < taps).ok_or_else(|| {
                    Failure::Words(format!("--main-tap {tap}: the taps count from 1 to {taps}"))
                })
            })
            .collect::<Result<_, _>>()?;
    }
    if arguments.fixed_thresholds {
        settings.threshold_freedom = 0.0;
    }
    settings.scope_noise = source.scope_noise.unwrap_or(0.0);
    Ok(settings)
}
