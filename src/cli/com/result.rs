//! The result of `eyespan com` as JSON.

use super::{Data, Test};
use eyespan::com::loss::{FittedLoss, Weighting};
use eyespan::com::{Analysis, Settings};
use serde::Serialize;

/// The result of the command, as JSON.
#[derive(Debug, Serialize)]
pub(super) struct ComResult {
    /// Lowest channel operating margin of all tests, dB.
    pub(super) com_db: f64,
    /// Whether every test reaches the margin its clause asks for; null where one asks for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) meets_least_com: Option<bool>,
    pub(super) thru: String,
    pub(super) fext: Vec<String>,
    pub(super) next: Vec<String>,
    /// Highest frequency of the data, GHz.
    pub(super) data_end_ghz: f64,
    pub(super) tests: Vec<TestResult>,
    pub(super) notes: Vec<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct TestResult {
    pub(super) config: String,
    pub(super) title: String,
    pub(super) source: String,
    pub(super) com_db: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) least_com_db: Option<f64>,
    /// Margin with decisions symbol by symbol, where sequences are detected.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) symbol_com_db: Option<f64>,
    pub(super) signal_mv: f64,
    pub(super) interference_mv: f64,
    /// Vertical eye closure; null where the eye is closed.
    pub(super) vertical_eye_closure_db: Option<f64>,
    pub(super) vertical_eye_opening_mv: f64,
    /// The eye over a window of time, where the settings have one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) windowed_eye: Option<WindowedResult>,
    /// Effective return loss of each end of the data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) effective_return_loss: Option<ReturnLossResult>,
    pub(super) figure_of_merit_db: f64,
    /// Loss from die to die at half the symbol rate; null where the data end below.
    pub(super) die_to_die_loss_db: Option<f64>,
    /// Fitted loss of the data alone at half the symbol rate; null beyond the data.
    pub(super) fitted_loss_db: Option<f64>,
    /// Figure of merit of the deviation from the fitted loss, FOM_ILD, of the data alone; null where no
    /// loss can be fitted.
    pub(super) loss_deviation_merit_db: Option<f64>,
    /// Integrated crosstalk noise of the data alone, up to their end; null without crosstalk, and where
    /// the frequencies are not evenly spaced or not those of the through path.
    pub(super) integrated_crosstalk_noise_mv: Option<f64>,
    pub(super) rms_mv: RmsResult,
    pub(super) equalizer: EqualizerResult,
    /// How many settings of the equalisers were looked at, and how many there are.
    pub(super) settings_evaluated: usize,
    pub(super) settings_in_all: f64,
}

/// The eye over a window of time.
#[derive(Debug, Serialize)]
pub(super) struct WindowedResult {
    /// Null where the eye is closed.
    pub(super) vertical_eye_closure_db: Option<f64>,
    pub(super) vertical_eye_opening_mv: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) most_vertical_eye_closure_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) least_vertical_eye_opening_mv: Option<f64>,
}

/// Effective return loss of each end.
#[derive(Debug, Serialize)]
#[allow(
    clippy::struct_field_names,
    reason = "units stand in the names of results"
)]
pub(super) struct ReturnLossResult {
    /// At the transmitter's end; null where nothing is reflected.
    pub(super) transmitter_db: Option<f64>,
    /// At the receiver's end.
    pub(super) receiver_db: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) least_erl_db: Option<f64>,
}

/// Root mean squares at the detector, mV.
#[derive(Debug, Serialize)]
pub(super) struct RmsResult {
    pub(super) intersymbol_interference: f64,
    pub(super) crosstalk: f64,
    pub(super) transmitter_noise: f64,
    pub(super) receiver_noise: f64,
    pub(super) random_jitter: f64,
    pub(super) dual_dirac_jitter: f64,
    pub(super) quantizer: f64,
}

#[derive(Debug, Serialize)]
pub(super) struct EqualizerResult {
    pub(super) ctle_gain_db: f64,
    pub(super) ctle_low_frequency_gain_db: f64,
    pub(super) transmit_taps: Vec<(i32, f64)>,
    pub(super) sampling_offset_ui: f64,
    pub(super) feed_forward_taps: Vec<f64>,
    pub(super) feed_forward_precursor_taps: usize,
    pub(super) feedback_taps: Vec<f64>,
}

pub(super) fn test_result(
    name: &str,
    test: &Test,
    analysis: &Analysis,
    data: &Data,
    effective_return_loss: Option<ReturnLossResult>,
) -> TestResult {
    let margin = &analysis.margin;
    let settings = &test.settings;
    let nyquist = 0.5 * settings.symbol_rate;
    let (fitted, deviation, crosstalk) = of_data(data, settings);
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
        windowed_eye: analysis.windowed.as_ref().map(|eye| WindowedResult {
            vertical_eye_closure_db: Some(eye.vertical_eye_closure_db).filter(|v| v.is_finite()),
            vertical_eye_opening_mv: mv * eye.vertical_eye_opening,
            most_vertical_eye_closure_db: test.most_closure_db,
            least_vertical_eye_opening_mv: test.least_opening_mv,
        }),
        effective_return_loss,
        figure_of_merit_db: e.merit_db,
        die_to_die_loss_db: analysis.loss_db,
        fitted_loss_db: fitted
            .filter(|_| analysis.data_end >= nyquist)
            .map(|fit| fit.at(nyquist)),
        loss_deviation_merit_db: deviation,
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

/// Fitted loss of the through data, the figure of merit of its deviation in dB, and integrated crosstalk
/// noise in V of the others; none where the
/// data do not allow it. The transmitter's edges count with 4f_b, the default of the COM reference code.
fn of_data(data: &Data, settings: &Settings) -> (Option<FittedLoss>, Option<f64>, Option<f64>) {
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
    let deviation = fit
        .as_ref()
        .and_then(|fit| weighting.deviation_merit(&frequency[..count], fit).ok());
    (fit, deviation, noise)
}
