//! Eyespan: photonic and copper links, from transmitter to decision.

pub mod config;
pub mod constants;
pub mod copper;
pub mod equalizer;
pub mod fec;
pub mod fiber;
pub mod format;
pub mod library;
pub mod link;
pub mod math;
pub mod measure;
pub mod random;
pub mod receiver;
pub mod report;
pub mod signal;
pub mod study;
pub mod transmitter;
pub mod units;
