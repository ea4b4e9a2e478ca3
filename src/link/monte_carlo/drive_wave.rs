//! The waveform of the drive in a block of counted errors.

use super::relay::Relayed;
use super::{MonteCarlo, displacement};
use crate::signal::kernels;
use std::f64::consts::PI;

impl MonteCarlo {
    /// How late the edge in front of a symbol is by duty-cycle distortion and by sinusoidal jitter, UI.
    fn systematic_delay(&self, symbol: i64) -> f64 {
        let jitter = &self.plan.drive.jitter;
        let mut late = jitter.duty_cycle_delay(symbol);
        let sine = jitter.sinusoidal;
        if sine.peak_to_peak != 0.0 {
            let cycles = symbol as f64 * (sine.frequency / self.plan.symbol_rate);
            let turn = cycles.fract() + self.sine_phase;
            late += 0.5 * sine.peak_to_peak * (2.0 * PI * turn).sin();
        }
        late
    }

    /// The drive's waveform with jittered edges.
    #[allow(clippy::too_many_arguments)]
    pub(super) fn shape(
        &self,
        begin: i64,
        relayed: &Relayed,
        symbols: &mut Vec<u8>,
        weights: &mut Vec<f64>,
        edges: &mut Vec<f64>,
        uniform: &mut Vec<u32>,
        noise: &mut Vec<f64>,
        extra: &mut Vec<f64>,
        out: &mut [f64],
    ) {
        let drive = &self.plan.drive;
        let sps = self.plan.samples_per_symbol;
        let (ahead, back) = drive.tap_reach();
        let mut levels_for =
            |pulse: &crate::link::drive::Pulse, before: usize, levels: &mut Vec<f64>| {
                let lead = pulse.symbols - 1 - pulse.advance + before;
                let count = self.block_symbols + pulse.symbols - 1 + before;
                symbols.resize(count + ahead + back, 0);
                #[allow(clippy::cast_possible_wrap)]
                let start = begin - lead as i64;
                #[allow(clippy::cast_possible_wrap)]
                relayed.fill(&self.symbols, start - back as i64, symbols);
                levels.resize(count, 0.0);
                drive.tapped_levels(symbols, levels);
                start
            };
        levels_for(&drive.pulse, 0, weights);
        drive.pulse.shape(weights, sps, out);
        for (order, pulse) in (1i32..).zip(&drive.edges) {
            let start = levels_for(pulse, 1, weights);
            let count = weights.len() - 1;
            noise.resize(count, 0.0);
            uniform.resize(count, 0);
            self.transmitter_jitter.fill_gaussian(start + 1, noise);
            self.transmitter_dirac.fill_uniform_u32(start + 1, uniform);
            edges.clear();
            edges.extend((start + 1..).zip(weights.windows(2)).enumerate().map(
                |(k, (symbol, pair))| {
                    let late = displacement(drive.jitter, noise[k], uniform[k])
                        + self.systematic_delay(symbol);
                    (pair[1] - pair[0]) * (-late).powi(order)
                },
            ));
            extra.resize(out.len(), 0.0);
            pulse.shape(edges, sps, extra);
            kernels::add_scaled(out, extra, 1.0);
        }
    }
}
