//! Crosstalk of a copper link, and the noise of its driver: what other signals than the link's own add to
//! the voltage that the receiver sees.
//!
//! An aggressor sends independent symbols of the link's format, rate and edges, of another clock. On its way
//! to the receiver it passes the pieces that the crosstalk stage's place says: at the far end what the signal
//! passes before the disturbed stage, at the near end what it passes behind it, the other way round; then the
//! coupling in the place of the disturbed stage; then what the signal passes behind it (IEEE Std 802.3,
//! 93A.1.2, with the near-end transmitters in the receiver's box).
//!
//! | engine | what it is there |
//! |---|---|
//! | semi-analytic | Gaussian noise of its variance, mean over the phases of its clock |
//! | statistical | the density of its cursors, mean over the phases of its clock |
//! | Monte Carlo | drawn symbols of a clock that slips by one sample every some 250 symbols |
//!
//! The driver's noise is Gaussian in all of them: a value of its own in every unit interval, held for it
//! and smoothed by the driver's edges (178A.1.7.3), but at no particular phase of it.
//!
//! Leaves out: aggressors of another rate or format, of the link's own clock, jitter of their edges, and
//! errors that they make in each other.

use super::noise::NoiseKind;
use crate::copper::CopperPath;
use crate::format::SymbolSource;
use crate::network::ChannelTransfer;
use crate::transmitter::Driver;
use num_complex::Complex64;
use std::f64::consts::{PI, TAU};

/// Which end of the disturbed stage the aggressors are at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CrosstalkEnd {
    /// At the driver's.
    Far,
    /// At the receiver's.
    Near,
}

/// How an aggressor comes over.
#[derive(Debug, Clone, PartialEq)]
pub enum CrosstalkCoupling {
    /// By a network from the aggressor to the receiver, which stands in the disturbed stage's place.
    Network(ChannelTransfer),
    /// Weakly and over a short length: jf/f₀ times a ratio of the wave. At the far end it passes the
    /// disturbed stage, too.
    Weak {
        /// Ratio of amplitudes at `frequency`.
        ratio: f64,
        /// f₀, Hz.
        frequency: f64,
    },
}

/// Crosstalk into the copper stage in front of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Crosstalk {
    /// Where the aggressors are.
    pub end: CrosstalkEnd,
    /// How they come over.
    pub coupling: CrosstalkCoupling,
    /// Their peak differential voltage into a matched load, V; the driver's where none.
    pub amplitude: Option<f64>,
    /// Their feed-forward taps and the index of the main one; the driver's where none.
    pub taps: Option<(Vec<f64>, usize)>,
    /// How many there are, alike and independent.
    pub aggressors: usize,
}

/// A signal that is not the link's own, or the driver's noise, at the place in a plan where it is added.
#[derive(Debug, Clone, PartialEq)]
pub struct Interferer {
    /// What it is.
    pub kind: NoiseKind,
    /// What it passes; none for what is added at the driver's output.
    pub path: Option<CopperPath>,
    /// Its edges and band limitation, its taps, and its amplitude in V.
    pub driver: Driver,
    /// Symbols per second.
    pub symbol_rate: f64,
    /// Levels it sends, the outer ones of −1 and 1; Gaussian values of variance one where none.
    pub levels: Option<Vec<f64>>,
    /// Unit intervals after which its clock slips by one sample where symbols are drawn.
    pub slip: usize,
}

impl Interferer {
    /// Transform over the unit interval of its response to one value of one, V, centred at the time zero and
    /// without the delay of the path, at a frequency in Hz.
    pub fn transfer(&self, frequency: f64) -> Complex64 {
        let turn = frequency / self.symbol_rate;
        let sinc = if turn == 0.0 {
            1.0
        } else {
            (PI * turn).sin() / (PI * turn)
        };
        let taps: Complex64 = self
            .driver
            .taps
            .iter()
            .enumerate()
            .map(|(i, c)| {
                let late = i as f64 - self.driver.main_tap as f64;
                Complex64::cis(-TAU * turn * late) * *c
            })
            .sum();
        let path = self
            .path
            .as_ref()
            .map_or(Complex64::ONE, |path| path.undelayed(frequency));
        path * taps * self.driver.transfer(frequency) * (sinc * self.driver.amplitude)
    }

    /// Variance of the values it sends, about their mean.
    pub fn variance(&self) -> f64 {
        let Some(levels) = &self.levels else {
            return 1.0;
        };
        let count = levels.len().max(1) as f64;
        let mean = levels.iter().sum::<f64>() / count;
        levels.iter().map(|l| (l - mean).powi(2)).sum::<f64>() / count
    }

    /// One-sided density where it is added, V²/Hz, mean over a unit interval.
    pub fn density(&self, frequency: f64) -> f64 {
        2.0 * self.variance() * self.transfer(frequency).norm_sqr() / self.symbol_rate
    }
}

/// Symbols of a clock that is not the link's: their places on the link's grid of samples.
#[derive(Debug, Clone)]
pub(super) struct SlippingSymbols {
    /// The symbols.
    pub symbols: SymbolSource,
    /// Value of each level.
    pub levels: Vec<f64>,
    /// Samples of a unit interval of the link.
    pub samples_per_symbol: usize,
    /// Unit intervals after which one of them is a sample longer.
    pub slip: usize,
}

impl SlippingSymbols {
    /// Writes the symbols as single samples, zero between them, from the sample `first` of the stream on.
    /// Symbol k stands at the sample k·n + ⌊k/slip⌋.
    pub fn fill(&self, first: i64, out: &mut [f64]) {
        out.fill(0.0);
        let n = i64::try_from(self.samples_per_symbol.max(1)).unwrap_or(i64::MAX);
        let slip = i64::try_from(self.slip.max(1)).unwrap_or(i64::MAX);
        let place = |k: i64| k * n + k.div_euclid(slip);
        // No symbol before this one stands at `first` or later.
        let period = n * slip + 1;
        let start = first.div_euclid(period) * slip + first.rem_euclid(period) / n;
        let mut labels = vec![0u8; out.len() / self.samples_per_symbol.max(1) + 2];
        self.symbols.fill(start, &mut labels);
        for (k, label) in (start..).zip(labels) {
            let at = usize::try_from(place(k) - first).ok();
            if let (Some(sample), Some(level)) = (
                at.and_then(|at| out.get_mut(at)),
                self.levels.get(usize::from(label)),
            ) {
                *sample = *level;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::{Modulation, Pattern};
    use crate::random::{Source, StreamKey};

    fn symbols() -> SlippingSymbols {
        let stream = StreamKey {
            seed: 3,
            source: Source::Crosstalk,
            lane: 0,
            polarization: 0,
            span: 0,
        }
        .stream();
        let modulation = Modulation::pam4();
        SlippingSymbols {
            symbols: Pattern::Random.symbol_source(&modulation, stream).unwrap(),
            levels: modulation.level_positions().to_vec(),
            samples_per_symbol: 4,
            slip: 5,
        }
    }

    #[test]
    fn every_symbol_stands_once_and_blocks_join() {
        let mut whole = vec![9.0; 2100];
        symbols().fill(-1050, &mut whole);
        // 21 samples hold five symbols, the last of them with five samples.
        assert_eq!(whole.iter().filter(|v| **v != 0.0).count(), 500);
        let places: Vec<usize> = (0..2100).filter(|i| whole[*i] != 0.0).collect();
        let long = places.windows(2).filter(|p| p[1] - p[0] == 5).count();
        let short = places.windows(2).filter(|p| p[1] - p[0] == 4).count();
        assert!(long >= 99 && short + long == 499, "{long} {short}");
        for cut in [1, 13, 20, 21, 22, 1000] {
            let mut parts = vec![9.0; 2100];
            let (head, tail) = parts.split_at_mut(cut);
            symbols().fill(-1050, head);
            symbols().fill(-1050 + i64::try_from(cut).unwrap(), tail);
            assert_eq!(parts, whole, "cut at {cut}");
        }
        symbols().fill(0, &mut []);
        let mut one = [9.0];
        symbols().fill(1, &mut one);
        assert!(one[0].abs() < 1e-300);
    }

    #[test]
    fn the_variance_of_an_interferer_is_that_of_its_pulse() {
        // Unfiltered rectangles of four levels of 0.2 V: (5/9)·0.04 V².
        let interferer = Interferer {
            kind: NoiseKind::Crosstalk,
            path: None,
            driver: Driver {
                amplitude: 0.2,
                ..Driver::default()
            },
            symbol_rate: 1e9,
            levels: Some(vec![-1.0, -1.0 / 3.0, 1.0 / 3.0, 1.0]),
            slip: 251,
        };
        let step = 1e6;
        let sum: f64 = (0..2_000_000u32)
            .map(|k| interferer.density((f64::from(k) + 0.5) * step) * step)
            .sum();
        assert!((sum / (0.04 * 5.0 / 9.0) - 1.0).abs() < 1e-4, "{sum}");
    }
}
