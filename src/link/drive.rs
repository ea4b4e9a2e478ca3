//! The waveform's source: symbols to samples.
//!
//! The drive is Σ_k b_k·p(t − kT), with b the levels after the driver's taps and p a rectangle of one
//! symbol, centred at t = 0, behind the driver's edge filter and everything that shapes the drive in
//! front of the first stage that is not linear. p is computed from its spectrum
//! T·sinc(fT)·H(f), so that the samples are those of the band-limited waveform.

use super::error::LinkError;
use super::plan::Linear;
use crate::signal::convolution::band_edge;
use crate::signal::{Grid, Response, planner};
use crate::transmitter::{Driver, Jitter};
use num_complex::Complex64;
use std::f64::consts::PI;

/// A response that shapes the drive.
#[derive(Debug, Clone, PartialEq)]
pub struct DriveResponse {
    linear: Linear,
}

impl DriveResponse {
    /// Wraps a linear operation.
    pub fn new(linear: Linear) -> Self {
        Self { linear }
    }

    /// The operation.
    pub(super) fn linear(&self) -> &Linear {
        &self.linear
    }

    fn is_flat(&self) -> bool {
        self.linear == Linear::Response(Response::Flat)
    }
}

/// A pulse on the sample grid: `symbols` symbols long, `advance` of them before the symbol's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Pulse {
    /// Samples, `symbols × samples_per_symbol` of them.
    pub samples: Vec<f64>,
    /// Symbols it reaches back in time before its own.
    pub advance: usize,
    /// Symbols it lasts.
    pub symbols: usize,
}

/// The source of the waveform.
#[derive(Debug, Clone, PartialEq)]
pub struct Drive {
    /// Drive level of each symbol; the outer ones are −1 and +1.
    pub levels: Vec<f64>,
    /// Taps of the driver, earliest first.
    pub taps: Vec<f64>,
    /// Index of the main tap.
    pub main_tap: usize,
    /// Shape of a symbol.
    pub pulse: Pulse,
    /// Jitter of the edges; of a sine what the receiver's clock recovery leaves.
    pub jitter: Jitter,
    /// What an edge of unit height adds that comes δ unit intervals late, as a series: element n − 1 times
    /// (−δ)ⁿ, with Tⁿ·h⁽ⁿ⁻¹⁾(t + T/2)/n!, aligned to the symbol that begins at the edge. Empty without
    /// jitter, two terms where all jitter is drawn, otherwise as many as matter.
    pub edges: Vec<Pulse>,
    /// Samples per symbol.
    pub samples_per_symbol: usize,
}

/// Longest pulse, symbols to either side.
const LONGEST_PULSE: usize = 64;
/// Energy a pulse may lose by being cut.
const DROPPED_ENERGY: f64 = 1e-11;
/// Terms of a late edge, at the most.
const LARGEST_ORDER: u32 = 16;
/// Share of an edge's height that the last term of a late edge may have.
const NEGLIGIBLE_TERM: f64 = 1e-6;

impl Drive {
    /// Builds the source of a link.
    ///
    /// # Errors
    /// What a shaping response refuses.
    pub fn new(
        driver: &Driver,
        shaping: &[DriveResponse],
        levels: &[f64],
        symbol_rate: f64,
        samples_per_symbol: usize,
        warnings: &mut Vec<String>,
    ) -> Result<Self, LinkError> {
        let sps = samples_per_symbol;
        let samples = 4 * LONGEST_PULSE * sps;
        let grid = Grid {
            samples,
            sampling_rate: symbol_rate * sps as f64,
        };
        let flat = driver.rise_time == 0.0
            && driver.response == Response::Flat
            && shaping.iter().all(DriveResponse::is_flat);
        let mut transfer: Vec<Complex64> = (0..samples)
            .map(|k| driver.transfer(grid.frequency(k)))
            .collect();
        for response in shaping {
            response.linear.multiply_onto(grid, &mut transfer)?;
        }
        for (k, h) in transfer.iter_mut().enumerate() {
            *h *= band_edge(grid.frequency(k), grid.sampling_rate);
        }
        let pulse = if flat {
            warnings.push(
                "the driver has no edge filter and no bandwidth: its edges are those of the \
                 sample grid"
                    .to_owned(),
            );
            sampled_rectangle(sps)
        } else {
            let spectrum = |k: usize| {
                let x = PI * grid.frequency(k) / symbol_rate;
                let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
                transfer[k] * sinc
            };
            from_spectrum(spectrum, samples, sps, warnings)
        };
        // (e^{−jωδT} − 1)/jω = Σ (−δ)ⁿ·Tⁿ·(jω)ⁿ⁻¹/n!.
        let mut edges = Vec::new();
        let largest = driver.jitter.largest_systematic();
        let mut term: Vec<Complex64> = (0..samples)
            .map(|k| transfer[k] * Complex64::cis(PI * grid.frequency(k) / symbol_rate))
            .collect();
        for order in 1..=LARGEST_ORDER {
            if driver.jitter.is_none() {
                break;
            }
            let pulse = from_spectrum(|k| term[k], samples, sps, warnings);
            let peak = pulse.samples.iter().fold(0.0, |m: f64, x| m.max(x.abs()));
            edges.push(pulse);
            if order >= 2 && peak * largest.powi(order.cast_signed()) < NEGLIGIBLE_TERM {
                break;
            }
            for (k, h) in term.iter_mut().enumerate() {
                let turn = 2.0 * PI * grid.frequency(k) / symbol_rate;
                *h *= Complex64::new(0.0, turn / f64::from(order + 1));
            }
        }
        Ok(Self {
            levels: levels.to_vec(),
            taps: driver.taps.clone(),
            main_tap: driver.main_tap,
            pulse,
            jitter: driver.jitter,
            edges,
            samples_per_symbol: sps,
        })
    }

    /// Symbols the taps look ahead and back.
    pub fn tap_reach(&self) -> (usize, usize) {
        let main = self.main_tap.min(self.taps.len().saturating_sub(1));
        (main, self.taps.len().saturating_sub(1) - main)
    }

    /// Level of each symbol after the taps: b_k = Σ_i c_i·a_{k−(i−main)}. `symbols` begins
    /// `tap_reach().1` symbols before the first output and ends `tap_reach().0` after the last.
    pub fn tapped_levels(&self, symbols: &[u8], out: &mut [f64]) {
        let last = self.taps.len().saturating_sub(1);
        for (k, o) in out.iter_mut().enumerate() {
            *o = self
                .taps
                .iter()
                .enumerate()
                .map(|(i, c)| {
                    let symbol = symbols.get(k + last - i).copied().unwrap_or(0);
                    c * self.levels.get(usize::from(symbol)).copied().unwrap_or(0.0)
                })
                .sum();
        }
    }
}

impl Pulse {
    /// Σ_k weights_k·p(t − kT) for `out.len()/samples_per_symbol` symbols. `weights` begins
    /// `symbols − 1 − advance` symbols before the first output symbol and ends `advance` after the
    /// last. The samples of a symbol begin half a symbol before its centre... of the grid: sample 0
    /// is at the symbol's centre.
    pub fn shape(&self, weights: &[f64], samples_per_symbol: usize, out: &mut [f64]) {
        match samples_per_symbol {
            4 => shape_fixed::<4>(self, weights, out),
            8 => shape_fixed::<8>(self, weights, out),
            16 => shape_fixed::<16>(self, weights, out),
            32 => shape_fixed::<32>(self, weights, out),
            _ => shape_any(self, weights, samples_per_symbol, out),
        }
    }
}

#[multiversion::multiversion(targets("x86_64+avx512f+avx512dq+avx512vl", "x86_64+avx2"))]
fn shape_fixed<const SPS: usize>(pulse: &Pulse, weights: &[f64], out: &mut [f64]) {
    let (pieces, _) = pulse.samples.as_chunks::<SPS>();
    let (symbols, _) = out.as_chunks_mut::<SPS>();
    for (n, symbol) in symbols.iter_mut().enumerate() {
        let mut sum = [0.0; SPS];
        // Piece i is the pulse of the symbol (symbols − 1 − i) … before: latest weight first.
        for (piece, w) in pieces.iter().rev().zip(&weights[n..]) {
            for (s, p) in sum.iter_mut().zip(piece) {
                *s += w * p;
            }
        }
        *symbol = sum;
    }
}

fn shape_any(pulse: &Pulse, weights: &[f64], sps: usize, out: &mut [f64]) {
    for (n, symbol) in out.chunks_mut(sps).enumerate() {
        symbol.fill(0.0);
        for (piece, w) in pulse.samples.rchunks(sps).zip(&weights[n..]) {
            for (s, p) in symbol.iter_mut().zip(piece) {
                *s += w * p;
            }
        }
    }
}

/// A rectangle of one symbol, centred at sample 0; an even number of samples has half weights at
/// both edges.
fn sampled_rectangle(sps: usize) -> Pulse {
    let mut samples = vec![0.0; 2 * sps];
    for (i, s) in samples.iter_mut().enumerate() {
        let t = (i as f64 - sps as f64) / sps as f64;
        *s = if (t.abs() - 0.5).abs() < 1e-9 {
            0.5
        } else if t.abs() < 0.5 {
            1.0
        } else {
            0.0
        };
    }
    Pulse {
        samples,
        advance: 1,
        symbols: 2,
    }
}

/// A pulse from its spectrum over the symbol period, cut to its essential symbols.
fn from_spectrum(
    spectrum: impl Fn(usize) -> Complex64,
    samples: usize,
    sps: usize,
    warnings: &mut Vec<String>,
) -> Pulse {
    let mut p: Vec<Complex64> = (0..samples).map(spectrum).collect();
    planner::inverse(samples).process(&mut p);
    let scale = sps as f64 / samples as f64;
    let at = |i: isize| {
        let n = samples.cast_signed();
        p[i.rem_euclid(n).cast_unsigned()].re * scale
    };
    let energy_of = |symbol: isize| -> f64 {
        let s = sps.cast_signed();
        (symbol * s..(symbol + 1) * s).map(|i| at(i).powi(2)).sum()
    };
    let reach = 2 * LONGEST_PULSE.cast_signed();
    let total: f64 = (-reach..reach).map(energy_of).sum();
    let (mut first, mut last) = (-reach, reach);
    let mut dropped = 0.0;
    while first < -1 && dropped + energy_of(first) < 0.5 * DROPPED_ENERGY * total {
        dropped += energy_of(first);
        first += 1;
    }
    dropped = 0.0;
    while last > 1 && dropped + energy_of(last - 1) < 0.5 * DROPPED_ENERGY * total {
        dropped += energy_of(last - 1);
        last -= 1;
    }
    let longest = LONGEST_PULSE.cast_signed();
    if first < -longest || last > longest {
        warnings.push(format!(
            "the transmitter's pulse lasts longer than {LONGEST_PULSE} symbols and is cut there"
        ));
        first = first.max(-longest);
        last = last.min(longest);
    }
    Pulse {
        samples: (first * sps.cast_signed()..last * sps.cast_signed())
            .map(at)
            .collect(),
        advance: first.unsigned_abs(),
        symbols: (last - first).unsigned_abs(),
    }
}
