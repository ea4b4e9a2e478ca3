//! Conversions between engineers' units and SI. Inside the library everything is SI.

/// Power in W of a level in dBm.
///
/// ```
/// assert!((eyespan::units::dbm_to_watt(0.0) - 1e-3).abs() < 1e-18);
/// ```
pub fn dbm_to_watt(dbm: f64) -> f64 {
    1e-3 * db_to_power_ratio(dbm)
}

/// Level in dBm of a power in W; −∞ for zero power.
pub fn watt_to_dbm(watt: f64) -> f64 {
    power_ratio_to_db(watt / 1e-3)
}

/// Ratio of powers of a level difference in dB, 10^(dB/10).
pub fn db_to_power_ratio(db: f64) -> f64 {
    10f64.powf(db / 10.0)
}

/// Level difference in dB of a ratio of powers, 10 lg.
pub fn power_ratio_to_db(ratio: f64) -> f64 {
    10.0 * ratio.log10()
}

/// Ratio of amplitudes (voltages, fields) of a level difference in dB, 10^(dB/20).
pub fn db_to_amplitude_ratio(db: f64) -> f64 {
    10f64.powf(db / 20.0)
}

/// Level difference in dB of a ratio of amplitudes, 20 lg.
pub fn amplitude_ratio_to_db(ratio: f64) -> f64 {
    20.0 * ratio.log10()
}

/// Nepers per decibel of amplitude: 1 dB = ln(10)/20 Np.
pub const NEPER_PER_DB: f64 = std::f64::consts::LN_10 / 20.0;
