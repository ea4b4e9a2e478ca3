//! The tables of what sends a signal on: retimers, which decide, and redrivers, which do not.

use super::choices::FilterKind;
use super::range::Range;
use super::schema::{EqualizerTable, SamplerTable};
use super::table::{Alternatives, Table, table};

/// Keys without a number.
const ANY: Range = Range::FINITE;
/// Frequencies in GHz, from 1 kHz to 100 THz.
const FREQUENCY_GHZ: Range = Range::between(1e-6, 1e5);
/// Electrical power in W of one lane.
const POWER_W: Range = Range::between(0.0, 1e3);
/// Latencies in ns.
const LATENCY_NS: Range = Range::between(0.0, 1e6);

/// A bandwidth with a filter's shape, or a measured response.
const RESPONSE: Alternatives = &[&["bandwidth_ghz", "filter"], &["response_file"]];
/// What sets the gain of a redriver.
const GAIN: Alternatives = &[&["gain_db"], &["output_amplitude_v"]];

table! {
    /// A retimer: it equalises, decides, and sends the decided symbols again. The stages before it, up to
    /// the retimer before that, are one segment and end in its receiver; those behind begin with its
    /// driver. The equaliser and the sampler of the file itself are those of the last segment.
    RetimerTable, [], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Electrical power of one lane in one direction, W; not counted where absent.
        power_w: f64, POWER_W;
        /// Time from a symbol at its input to the same symbol at its output, ns; 0 where absent.
        latency_ns: f64, LATENCY_NS;
    }
    with {
        /// The discrete equaliser in front of its decision.
        equalizer: EqualizerTable;
        /// When it samples, and against which thresholds it decides.
        sampler: SamplerTable;
    }
}

table! {
    /// A redriver, or the linear driver of a modulator: it amplifies and equalises a voltage without a
    /// decision, and adds noise.
    RedriverTable, [GAIN, RESPONSE], {
        /// What the stage is called.
        name: String, ANY;
        /// Part of the library the values not given here are taken from.
        model: String, ANY;
        /// Voltage gain at 0 Hz, dB.
        gain_db: f64, Range::between(-60.0, 60.0);
        /// Automatic gain instead: peak differential voltage of the outer levels of long runs at the
        /// output, V.
        output_amplitude_v: f64, Range::above(0.0, 1000.0);
        /// Gain far above the zero, less the poles' effect, over that at 0 Hz, dB; none where absent.
        peaking_db: f64, Range::between(0.0, 60.0);
        /// Frequency of the zero as if there were no peaking, GHz: the zero lies lower by the peaking.
        /// Needed with `peaking_db`.
        zero_ghz: f64, FREQUENCY_GHZ;
        /// Frequency of the first pole, GHz. Needed with `peaking_db`.
        pole_1_ghz: f64, FREQUENCY_GHZ;
        /// Frequency of the second pole, GHz. Needed with `peaking_db`.
        pole_2_ghz: f64, FREQUENCY_GHZ;
        /// −3 dB bandwidth, GHz; unlimited where absent.
        bandwidth_ghz: f64, FREQUENCY_GHZ;
        /// Shape of that band limitation.
        filter: FilterKind, ANY;
        /// Measured S21 instead: a CSV file of frequency_ghz, magnitude_db and optionally phase_deg.
        response_file: String, ANY;
        /// Input-referred noise, one-sided, V²/GHz.
        noise_v2_per_ghz: f64, Range::between(0.0, 1.0);
        /// Peak-to-peak output voltage up to which it is linear, V; beyond, it saturates. Always linear
        /// where absent.
        linear_range_v: f64, Range::above(0.0, 1000.0);
        /// Electrical power of one lane in one direction, W; not counted where absent.
        power_w: f64, POWER_W;
        /// Time from its input to its output, ns; 0 where absent.
        latency_ns: f64, LATENCY_NS;
    }
}

/// The tables inside a retimer's with the keys of each.
pub(crate) fn inside_retimer() -> [(&'static str, Vec<&'static str>); 2] {
    [
        ("equalizer", EqualizerTable::key_names()),
        ("sampler", SamplerTable::key_names()),
    ]
}

/// Where a key belongs that was written beside the tables of a retimer.
pub(crate) fn belongs_inside(kind: &str, key: &str) -> Option<String> {
    if kind != "retimer" {
        return None;
    }
    let (table, _) = inside_retimer()
        .into_iter()
        .find(|(_, keys)| keys.contains(&key))?;
    Some(format!(
        "`{key}` belongs in a table inside: {table} = {{ {key} = … }}"
    ))
}
