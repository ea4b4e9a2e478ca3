//! Channel operating margin (COM): how much of a reference receiver's eye a channel leaves, after IEEE Std
//! 802.3, Annex 93A, and IEEE P802.3dj, Annex 178A.
//!
//! | subject | where |
//! |---|---|
//! | lines, capacitors, inductors of packages and boards | [`two_port`], [`device`] |
//! | fitted insertion loss, its deviation, integrated crosstalk noise | [`loss`] |
//! | feed-forward and feedback taps of least mean-square error, floating taps | [`mmse`] |

pub mod device;
pub mod error;
pub mod interference;
pub mod loss;
pub mod mmse;
pub mod settings;
pub mod two_port;

pub use device::{Board, Device, Package, Termination};
pub use error::ComError;
pub use settings::Settings;
pub use two_port::{Line, TwoPort};
