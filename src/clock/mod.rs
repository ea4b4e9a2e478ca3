//! Recovery of the symbol clock from a signal.
//!
//! A [`PhaseDetector`] looks at the samples about each symbol and says whether they were taken early or
//! late; a [`Loop`] of first or second order moves the next ones. [`ClockRecovery`] runs both over a
//! record; [`Loop::follow`] runs the loop alone over times of edges, as the clock recovery unit of a
//! scope does (a corner of 4 MHz and 20 dB per decade for the transmitters of IEEE Std 802.3:
//! [`Loop::first_order`]). [`tolerance`] asks how much sinusoidal jitter a receiver with a loop bears.
//!
//! Of jitter of frequency f the recovered clock follows H(f), [`Loop::transfer`], and what is left is
//! 1 − H(f), [`Loop::error_transfer`].
//!
//! Leaves out: noise of the oscillator, delay of the loop beyond one symbol.

mod detector;
mod recovery;
pub mod tolerance;
mod tracking;

pub use detector::{PhaseDetector, Strobes, bang_bang_gain};
pub use recovery::{ClockError, ClockRecovery, RecoveredClock};
pub use tracking::{Loop, LoopState};
