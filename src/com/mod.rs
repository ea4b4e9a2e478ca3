//! Channel operating margin (COM): how much of a reference receiver's eye a channel leaves, after IEEE Std
//! 802.3, Annex 93A, and IEEE P802.3dj draft 3.3, Annex 178A.
//!
//! | subject | where |
//! |---|---|
//! | everything it is computed with | [`Settings`] |
//! | lines, capacitors, inductors of packages and boards | [`copper::two_port`](crate::copper::two_port), [`copper::device`](crate::copper::device) |
//! | filters of transmitter and receiver | [`filters`] |
//! | cable assembly from its geometry as a channel | [`cable`] |
//! | channel between its ends, pulse responses | [`Front`] |
//! | behind the analogue equaliser, behind the transmitter's taps | [`sampled`] |
//! | sampling phase, digital taps, noise, figure of merit | [`equalized`], [`mmse`] |
//! | feedback taps | [`feedback`] |
//! | best setting | [`search`] |
//! | density of interference and noise, margin | [`interference`], [`margin()`] |
//! | detection of sequences | [`mlsd`] |
//! | eye over a window of time (chip to module) | [`window`] |
//! | fitted insertion loss, its deviation, integrated crosstalk noise | [`loss`] |
//! | effective return loss | [`return_loss`] |
//!
//! Where the annexes and the code published with them differ, the code is followed, since results are
//! compared with it: samples no larger than a bin are left out of densities, impulse responses are cut at
//! 1e-3 of their peak.
//!
//! Leaves out: receiver calibration, common-mode noise, and the clauses' own limits.

mod beyond;
pub mod cable;
pub mod equalized;
pub mod error;
pub mod feedback;
pub mod filters;
pub mod front;
pub mod interference;
pub mod loss;
pub mod margin;
pub mod mlsd;
pub mod mmse;
pub mod return_loss;
pub mod sampled;
pub mod search;
pub mod settings;
pub mod window;

pub use crate::copper::Connector;
pub use crate::copper::device::{Board, Device, Package, Termination};
pub use crate::copper::two_port::{Line, TwoPort};
pub use cable::CableAssembly;
pub use equalized::{Equalized, PhaseSearch, equalize};
pub use error::ComError;
pub use feedback::{Feedback, FloatingFeedback};
pub use front::{Channel, Front, PathKind};
pub use margin::{Deviations, Margin, margin};
pub use return_loss::{EffectiveReturnLoss, ReturnLossSettings, effective_return_loss};
pub use sampled::Filtered;
pub use search::{Found, exhaustive_search, local_search};
pub use settings::{
    BeyondData, CtleSettings, EqualizerSetting, Quantizer, Receiver, Settings, TransmitTap,
};
pub use window::{EyeWindow, WindowedEye};

/// A channel's margin at the best setting.
#[derive(Debug, Clone, PartialEq)]
pub struct Analysis {
    /// The margin.
    pub margin: Margin,
    /// The eye over a window of time, where the settings have one.
    pub windowed: Option<WindowedEye>,
    /// Loss from die to die at half the symbol rate, dB, filters left out; none where the data do not
    /// reach that frequency.
    pub loss_db: Option<f64>,
    /// Aggressors that transmit nothing at all and are left out: kind, and which of its kind, from 1.
    pub silent: Vec<(PathKind, usize)>,
    /// Highest frequency of the data, Hz.
    pub data_end: f64,
    /// How many settings of the equalisers were looked at.
    pub evaluated: usize,
}

/// Finds the best setting by [`local_search`] and computes the margin there.
///
/// # Errors
/// As [`Front::new`], [`local_search`] and [`margin()`].
pub fn analyze(channel: &Channel, settings: &Settings) -> Result<Analysis, ComError> {
    let front = Front::new(channel, settings)?;
    let found = local_search(&front, settings)?;
    let setting = &found.equalized.setting;
    let filtered = Filtered::new(
        &front,
        settings,
        setting.gain_db,
        setting.low_frequency_gain_db,
    )?;
    let margin = margin(&filtered, settings, &found.equalized)?;
    Ok(Analysis {
        windowed: match settings.eye_window {
            Some(window) => Some(window::windowed_eye(&filtered, settings, &margin, window)?),
            None => None,
        },
        margin,
        loss_db: front.paths.first().and_then(|path| path.loss_db),
        silent: front.silent,
        data_end: front.data_end,
        evaluated: found.evaluated,
    })
}
