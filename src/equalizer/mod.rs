//! equalizer
