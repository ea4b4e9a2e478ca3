//! Pulses behind the analogue equaliser, sample by sample and phase by phase, and what the transmitter's
//! taps make of them.

use super::error::ComError;
use super::filters::receiver_filter;
use super::front::{Front, PathKind};
use super::mmse::autocorrelation;
use super::settings::Settings;
use num_complex::Complex64;
use realfft::RealFftPlanner;

/// Samples of a pulse by phase: those of phase m stand at `m·symbols` to `(m + 1)·symbols`.
#[derive(Debug, Clone, PartialEq)]
pub struct Phases {
    /// N.
    pub symbols: usize,
    /// M.
    pub phases: usize,
    /// The samples, V.
    pub samples: Vec<f64>,
}

impl Phases {
    /// The samples of a phase, one a symbol.
    pub fn phase(&self, phase: usize) -> &[f64] {
        let begin = phase.min(self.phases - 1) * self.symbols;
        &self.samples[begin..begin + self.symbols]
    }

    /// Sample number `index` in time, cyclic.
    pub fn at(&self, index: usize) -> f64 {
        let index = index % (self.symbols * self.phases);
        self.samples[index % self.phases * self.symbols + index / self.phases]
    }

    /// Number in time of the largest sample.
    pub fn peak(&self) -> usize {
        let mut best = (f64::NEG_INFINITY, 0);
        for m in 0..self.phases {
            for (n, &v) in self.phase(m).iter().enumerate() {
                if v > best.0 {
                    best = (v, n * self.phases + m);
                }
            }
        }
        best.1
    }

    /// Phase whose samples have the largest sum of squares, and that sum (93A-33).
    pub fn strongest(&self) -> (usize, f64) {
        let mut best = (0, f64::NEG_INFINITY);
        for m in 0..self.phases {
            let square: f64 = self.phase(m).iter().map(|v| v * v).sum();
            if square > best.1 {
                best = (m, square);
            }
        }
        best
    }

    /// Slopes at the samples of a phase in V/UI: half the difference of the next and the last sample
    /// (93A-28).
    pub fn slopes(&self, phase: usize) -> Vec<f64> {
        let half = 0.5 * self.phases as f64;
        let all = self.symbols * self.phases;
        (0..self.symbols)
            .map(|n| {
                let index = n * self.phases + phase;
                half * (self.at(index + 1) - self.at(index + all - 1))
            })
            .collect()
    }

    /// Behind the transmitter's taps, given by place and value with the main one at zero.
    #[must_use]
    pub fn through_transmitter(&self, taps: &[(i32, f64)]) -> Self {
        let n = self.symbols;
        let mut samples = vec![0.0; self.samples.len()];
        for (out, from) in samples
            .chunks_exact_mut(n)
            .zip(self.samples.chunks_exact(n))
        {
            for &(place, value) in taps.iter().filter(|(_, value)| *value != 0.0) {
                let shift = usize::try_from(place.rem_euclid(i32::try_from(n).unwrap_or(i32::MAX)))
                    .unwrap_or(0);
                let (wrapped, straight) = from.split_at(n - shift);
                for (o, v) in out[shift..].iter_mut().zip(wrapped) {
                    *o += value * v;
                }
                for (o, v) in out[..shift].iter_mut().zip(straight) {
                    *o += value * v;
                }
            }
        }
        Self {
            symbols: n,
            phases: self.phases,
            samples,
        }
    }
}

/// What stands behind the analogue equaliser at one of its settings.
#[derive(Debug, Clone)]
pub struct Filtered {
    /// The path that is listened to.
    pub through: Phases,
    /// Aggressors.
    pub aggressors: Vec<(PathKind, Phases)>,
    /// Covariance of the receiver's own noise by distance in symbols, V².
    pub receiver_noise: Vec<f64>,
}

impl Filtered {
    /// Passes a channel through the analogue equaliser.
    ///
    /// # Errors
    /// [`ComError::Setting`] for gains that cannot be.
    pub fn new(
        front: &Front,
        settings: &Settings,
        gain_db: f64,
        low_frequency_gain_db: f64,
    ) -> Result<Self, ComError> {
        let ctle = settings.ctle_at(gain_db, low_frequency_gain_db)?;
        let size = front.symbols * front.samples;
        let mut planner = RealFftPlanner::<f64>::new();
        let inverse = planner.plan_fft_inverse(size);
        let mut scratch = inverse.make_scratch_vec();
        let mut time = vec![0.0; size];
        let filter: Vec<Complex64> = (0..=size / 2)
            .map(|k| ctle.transfer(k as f64 * front.step))
            .collect();
        let failed = |error: realfft::FftError| ComError::Channel(error.to_string());
        let scale = 1.0 / size as f64;
        let mut pulses = Vec::with_capacity(front.paths.len());
        for path in &front.paths {
            let mut spectrum: Vec<Complex64> = path
                .spectrum
                .iter()
                .zip(&filter)
                .map(|(s, h)| s * h)
                .collect();
            real_ends(&mut spectrum);
            inverse
                .process_with_scratch(&mut spectrum, &mut time, &mut scratch)
                .map_err(failed)?;
            let mut samples = vec![0.0; size];
            for (m, row) in samples.chunks_exact_mut(front.symbols).enumerate() {
                for (place, v) in row
                    .iter_mut()
                    .zip(time.iter().skip(m).step_by(front.samples))
                {
                    *place = v * scale;
                }
            }
            pulses.push((
                path.kind,
                Phases {
                    symbols: front.symbols,
                    phases: front.samples,
                    samples,
                },
            ));
        }
        // The one-sided density η₀|H_r·H_ctf|²; its inverse transform at whole symbols.
        let mut density: Vec<Complex64> = filter
            .iter()
            .enumerate()
            .map(|(k, h)| {
                let f = k as f64 * front.step;
                let gain = (h * receiver_filter(f, settings.receiver_bandwidth)).norm_sqr();
                Complex64::new(0.5 * settings.noise_density * gain * front.step, 0.0)
            })
            .collect();
        inverse
            .process_with_scratch(&mut density, &mut time, &mut scratch)
            .map_err(failed)?;
        let receiver_noise = time
            .iter()
            .step_by(front.samples)
            .take(front.symbols / 2)
            .copied()
            .collect();
        let through = if pulses.is_empty() {
            return Err(ComError::Channel("there is no path".to_owned()));
        } else {
            pulses.remove(0).1
        };
        Ok(Self {
            through,
            aggressors: pulses,
            receiver_noise,
        })
    }

    /// Behind the transmitter's taps, which aggressors at the far end have too.
    pub fn transmitted(&self, settings: &Settings, transmit: &[f64]) -> Transmitted {
        let mut taps = vec![(0, settings.main_tap(transmit))];
        taps.extend(
            settings
                .transmit_taps
                .iter()
                .zip(transmit)
                .map(|(tap, value)| (tap.place, *value)),
        );
        let through = self.through.through_transmitter(&taps);
        let aggressors = self
            .aggressors
            .iter()
            .map(|(kind, phases)| {
                let phases = if *kind == PathKind::NearEnd {
                    phases.clone()
                } else {
                    phases.through_transmitter(&taps)
                };
                let (phase, square) = phases.strongest();
                Aggressor {
                    kind: *kind,
                    samples: phases.phase(phase).to_vec(),
                    square,
                }
            })
            .collect();
        Transmitted {
            through,
            aggressors,
        }
    }
}

fn real_ends(spectrum: &mut [Complex64]) {
    if let Some(first) = spectrum.first_mut() {
        first.im = 0.0;
    }
    if let Some(last) = spectrum.last_mut() {
        last.im = 0.0;
    }
}

/// An aggressor at its worst phase.
#[derive(Debug, Clone, PartialEq)]
pub struct Aggressor {
    /// Where it comes from.
    pub kind: PathKind,
    /// One sample a symbol, V.
    pub samples: Vec<f64>,
    /// Sum of their squares, V².
    pub square: f64,
}

/// What stands behind transmitter taps and analogue equaliser.
#[derive(Debug, Clone)]
pub struct Transmitted {
    /// The path that is listened to.
    pub through: Phases,
    /// Aggressors.
    pub aggressors: Vec<Aggressor>,
}

impl Transmitted {
    /// Covariance of all crosstalk by distance in symbols, V², `span` values.
    pub fn crosstalk(&self, symbol_variance: f64, span: usize) -> Vec<f64> {
        (0..span)
            .map(|k| {
                let sum: f64 = self
                    .aggressors
                    .iter()
                    .map(|a| autocorrelation(&a.samples, k))
                    .sum();
                symbol_variance * sum
            })
            .collect()
    }
}
