//! Networks as stages of links: the pulse a link's own waveform shows behind a measured channel.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::links;
use super::networks::EXAMPLE;
use eyespan::format::{Modulation, Pattern};
use eyespan::link::waveform::Propagation;
use eyespan::link::{Plan, Stage};
use eyespan::network::{ChannelTransfer, Touchstone};
use eyespan::receiver::{ElectricalReceiver, NoiseDensity};
use eyespan::signal::Response;
use eyespan::transmitter::Driver;
use std::path::Path;

const AREA: &str = "network links";
/// Symbols of the cyclic pattern: at 25.78 GBd it lasts 159 ns, longer than the 100 ns that the data's
/// frequencies tell.
const SYMBOLS: usize = 4096;
/// Samples of a symbol. The edges of a driver without a filter are those of the samples, so that the pulse is
/// lower by a share that falls with their number squared: 3e-4 with 32.
const SAMPLES: usize = 128;

/// One high symbol among low ones, sent without edges and received without filter or noise.
fn backplane_pulse(path: &Path) -> Result<Vec<Check>, CaseError> {
    let channel = ChannelTransfer::new(&Touchstone::read(path)?.network, None)?;
    let mut checks = Checks::from(EXAMPLE);
    for (gbd, peak) in [(25.781_25, 0.245_55), (10.3125, 0.467_92)] {
        let link = links::link(
            Modulation::nrz(),
            gbd * 1e9,
            Pattern::Prbs { order: 7 },
            SAMPLES,
            vec![
                Stage::Driver(Driver::default()),
                Stage::Network(channel.clone()),
                Stage::ElectricalReceiver(ElectricalReceiver {
                    termination: None,
                    noise: NoiseDensity::White(0.0),
                    response: Response::Flat,
                }),
            ],
        );
        let plan = Plan::new(&link)?;
        let mut symbols = vec![0; SYMBOLS];
        symbols[0] = 1;
        let mut propagation = Propagation::new(symbols, &plan);
        propagation.run(&plan)?;
        let received = propagation.received().ok_or("nothing is received")?;
        // All pulses together are the gain at 0 Hz; the low level −1 sends all but two of them.
        let mean = received.iter().sum::<f64>() / received.len() as f64;
        let gain = mean / (2.0 / SYMBOLS as f64 - 1.0);
        checks.add(
            format!("gain at 0 Hz, {gbd} GBd"),
            "",
            gain,
            0.974_56,
            Tolerance::Absolute(5e-6, Reason::PrintedDigit),
        );
        let highest = received.iter().copied().fold(f64::MIN, f64::max);
        // The expected peak is one of samples 1/32 of a symbol apart.
        checks.add(
            format!("pulse at {gbd} GBd"),
            "V",
            0.5 * (highest + gain),
            peak,
            Tolerance::Absolute(1e-4, Reason::Grid),
        );
    }
    checks.done()
}

pub fn cases() -> Vec<Case> {
    vec![Case::external(
        AREA,
        "network-links/backplane-pulse",
        "pychopmarg-bsd3/example2_THRU.s4p.gz",
        backplane_pulse,
    )]
}
