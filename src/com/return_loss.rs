//! Effective return loss (ERL): how large reflections are that an equaliser does not take away.
//!
//! IEEE Std 802.3, 93A.5, as amended by IEEE Std 802.3cd and 802.3ck. The reflection of a pulse of one
//! symbol at a port,
//!
//! PTDR(t) = ∫ X(f)·H_t(f)·S11(f)·H_r(f)·e^{j2πft} df (93A-58, 93A-59),
//!
//! is weighted with what the receiver's equaliser takes away and what of it comes back, G_rr(t) and
//! G_loss(t) (93A-60 to 93A-62):
//!
//! | time behind the fixture, x = (t − T_fx)·f_b | G_rr | G_loss |
//! |---|---|---|
//! | before 0 | 0 | |
//! | 0 to N_bx + 1 | ρ_x(1 + ρ_x)·exp(−(x − N_bx − 1)²/(N_bx + 1)²) | 10^(β_x(x − N_bx − 1)/(20 f_b)) |
//! | later | 1 | 1 |
//!
//! Its samples, one a symbol at the phase of the largest sum of squares, are the amplitudes of symbols of L
//! levels; ERL is −20·lg of what their sum exceeds with the probability DER₀ (93A-63, 93A-64, 93A.5.4).
//!
//! Leaves out: a transmitter's package in front of the port, as the clauses on modules have it, and finding
//! T_fx from the data.

use super::beyond::continued;
use super::error::{ComError, within};
use super::filters::{receiver_filter, transition_filter};
use super::interference::Interference;
use crate::network::{Network, Reference};
use num_complex::Complex64;
use realfft::RealFftPlanner;
use std::f64::consts::PI;

/// Widest bin of the distribution: that of the COM reference code.
const LARGEST_BIN: f64 = 1e-4;
/// Bins to the side of a distribution whose samples are small.
const BINS: f64 = 2000.0;
/// Most points of the reflection.
const MOST_POINTS: f64 = 8e6;

/// What an effective return loss is computed with.
#[derive(Debug, Clone, PartialEq)]
pub struct ReturnLossSettings {
    /// f_b, Bd.
    pub symbol_rate: f64,
    /// L.
    pub levels: usize,
    /// M, samples per symbol.
    pub samples_per_symbol: usize,
    /// DER₀.
    pub detector_error_ratio: f64,
    /// R_t of one leg that the port is looked at from and the other port ends in, Ω.
    pub resistance: f64,
    /// T_r of the pulse, 20 % to 80 %, s.
    pub transition_time: f64,
    /// f_r, Hz.
    pub receiver_bandwidth: f64,
    /// Whether a raised cosine ends the spectrum between f_r and f_b, as the COM reference code has it for
    /// 802.3ck.
    pub raised_cosine: bool,
    /// N, symbols of the reflection; where the data tell fewer, all they tell.
    pub symbols: usize,
    /// N_bx, symbols the equaliser takes.
    pub equalizer_symbols: usize,
    /// ρ_x, reflection that is permitted outside.
    pub reflection: f64,
    /// β_x, loss on the way back, dB/s.
    pub loss: f64,
    /// T_fx, twice the delay of the fixture, s.
    pub fixture_delay: f64,
}

/// An effective return loss and the reflection it was found from.
#[derive(Debug, Clone, PartialEq)]
pub struct EffectiveReturnLoss {
    /// ERL, dB; infinite where nothing comes back.
    pub erl_db: f64,
    /// R_eff(t), one value a sample from T_fx on, relative to the pulse; empty where nothing comes back.
    pub reflection: Vec<f64>,
    /// Which of the M phases has the largest sum of squares.
    pub phase: usize,
    /// Symbols that were looked at.
    pub symbols: usize,
}

impl ReturnLossSettings {
    /// Refuses settings that cannot be.
    ///
    /// # Errors
    /// [`ComError::Setting`].
    pub fn validate(&self) -> Result<(), ComError> {
        within("symbol rate in Bd", self.symbol_rate, 1e6, 1e13)?;
        within("number of levels L", self.levels as f64, 2.0, 16.0)?;
        let samples = self.samples_per_symbol as f64;
        within("number of samples M", samples, 4.0, 256.0)?;
        within(
            "detector error ratio DER₀",
            self.detector_error_ratio,
            1e-12,
            0.5,
        )?;
        within("resistance R_t in Ω", self.resistance, 1.0, 1e4)?;
        within("transition time T_r in s", self.transition_time, 0.0, 1e-6)?;
        within("bandwidth f_r in Hz", self.receiver_bandwidth, 1e6, 1e14)?;
        within("number of symbols N", self.symbols as f64, 1.0, 1e6)?;
        let equalizer = self.equalizer_symbols as f64;
        within("equaliser's symbols N_bx", equalizer, 0.0, 1e5)?;
        within("permitted reflection ρ_x", self.reflection, 0.0, 1.0)?;
        within("loss β_x in dB/s", self.loss, 0.0, 1e12)?;
        within("fixture delay T_fx in s", self.fixture_delay, 0.0, 1e-6)?;
        Ok(())
    }

    /// G_rr·G_loss at a time in symbols behind the fixture.
    pub fn weight(&self, x: f64) -> f64 {
        let gate = self.equalizer_symbols as f64 + 1.0;
        if x < 0.0 {
            return 0.0;
        }
        if x >= gate {
            return 1.0;
        }
        let before = (x - gate) / gate;
        self.reflection
            * (1.0 + self.reflection)
            * (-before * before).exp()
            * 10f64.powf(self.loss * (x - gate) / (20.0 * self.symbol_rate))
    }

    /// H_t·H_r at a frequency in Hz.
    fn filter(&self, f: f64) -> Complex64 {
        let (start, end) = (self.receiver_bandwidth, self.symbol_rate);
        let window = if !self.raised_cosine || f < start {
            1.0
        } else if f < end {
            0.5 + 0.5 * (PI * (f - start) / (end - start)).cos()
        } else {
            0.0
        };
        receiver_filter(f, self.receiver_bandwidth)
            * transition_filter(f, self.transition_time)
            * window
    }
}

/// Effective return loss at `port` (from 0) of a differential one- or two-port whose other port ends in the
/// same resistance.
///
/// # Errors
/// [`ComError::Setting`]; [`ComError::Channel`] for a port that is none, or frequencies that do not allow
/// it; [`ComError::Network`] for data that cannot be extended to 0 Hz.
pub fn effective_return_loss(
    network: &Network,
    port: usize,
    settings: &ReturnLossSettings,
) -> Result<EffectiveReturnLoss, ComError> {
    settings.validate()?;
    let ports = network.ports();
    if !(1..=2).contains(&ports) || port >= ports {
        return Err(ComError::Channel(format!(
            "port {} of a network of {ports} ports cannot be looked at: that of a differential one- or \
             two-port is needed",
            port + 1
        )));
    }
    let wanted = Reference::uniform(ports, 2.0 * settings.resistance);
    let network = if *network.reference() == wanted {
        network.clone()
    } else {
        network.renormalized(wanted, network.definition())?
    }
    .extended_to_dc()?;
    let f = network.frequencies();
    let s11 = network.curve(port, port)?;
    let (Some(&last), true) = (f.last(), f.len() > 20) else {
        return Err(ComError::Channel(
            "the frequencies are too few to tell a reflection".to_owned(),
        ));
    };
    if s11.iter().all(|s| *s == Complex64::ZERO) {
        return Ok(EffectiveReturnLoss {
            erl_db: f64::INFINITY,
            reflection: Vec::new(),
            phase: 0,
            symbols: 0,
        });
    }
    let spacing = last / (f.len() - 1) as f64;
    let samples = settings.samples_per_symbol;
    let half = 0.5 * settings.symbol_rate * samples as f64;
    let count = (half / spacing).round();
    if !(2.0..=MOST_POINTS).contains(&count) {
        return Err(ComError::Channel(format!(
            "frequencies {} MHz apart make {count} points: 2 to {MOST_POINTS} are allowed",
            spacing / 1e6
        )));
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let count = count as usize;
    let grid: Vec<f64> = (0..=count)
        .map(|k| half * k as f64 / count as f64)
        .collect();
    let mut filter = vec![Complex64::ZERO; grid.len()];
    for (h, &g) in filter.iter_mut().zip(&grid) {
        *h = settings.filter(g);
        if h.norm_sqr() < 1e-28 {
            *h = Complex64::ZERO;
            break;
        }
    }
    let mut spectrum = continued(f, &s11, &grid, &filter)?;
    spectrum[0].im = 0.0;
    spectrum[count].im = 0.0;
    let size = 2 * count;
    let mut response = vec![0.0; size];
    RealFftPlanner::<f64>::new()
        .plan_fft_inverse(size)
        .process(&mut spectrum, &mut response)
        .map_err(|error| ComError::Channel(error.to_string()))?;
    let scale = 1.0 / size as f64;
    // The pulse: a running sum of the impulse response, which is cyclic, over one symbol.
    let at = |k: usize| response[k % size] * scale;
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let first = (settings.fixture_delay * settings.symbol_rate * samples as f64).ceil() as usize;
    // The last eighth of the period stands for the time before zero.
    let told = (size - size / 8).saturating_sub(first) / samples;
    let symbols = settings.symbols.min(told);
    if symbols == 0 {
        return Err(ComError::Channel(format!(
            "a fixture delay of {} ns is longer than the {:.2} ns that the frequencies tell",
            1e9 * settings.fixture_delay,
            1e9 / spacing
        )));
    }
    let mut sum: f64 = (0..samples).map(|k| at(first + size - k)).sum();
    let step = 1.0 / samples as f64;
    let offset = first as f64 * step - settings.fixture_delay * settings.symbol_rate;
    let mut reflection = Vec::with_capacity(symbols * samples);
    for k in 0..symbols * samples {
        reflection.push(sum * settings.weight(offset + k as f64 * step));
        sum += at(first + k + 1) - at(first + k + 1 + size - samples);
    }
    let of_phase = |m: usize| reflection.iter().skip(m).step_by(samples).copied();
    let mut best = (0, f64::NEG_INFINITY);
    for m in 0..samples {
        let square: f64 = of_phase(m).map(|v| v * v).sum();
        if square > best.1 {
            best = (m, square);
        }
    }
    let phase = best.0;
    let amplitudes: Vec<f64> = of_phase(phase).collect();
    let largest: f64 = amplitudes.iter().map(|v| v.abs()).sum();
    let erl_db = if largest > 0.0 {
        let bin = LARGEST_BIN.min(largest / BINS);
        let density = Interference::of_samples(&amplitudes, settings.levels, bin)?;
        -20.0 * (-density.quantile(settings.detector_error_ratio)).log10()
    } else {
        f64::INFINITY
    };
    Ok(EffectiveReturnLoss {
        erl_db,
        reflection,
        phase,
        symbols,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn settings() -> ReturnLossSettings {
        ReturnLossSettings {
            symbol_rate: 53.125e9,
            levels: 4,
            samples_per_symbol: 32,
            detector_error_ratio: 1e-4,
            resistance: 50.0,
            transition_time: 10e-12,
            receiver_bandwidth: 0.75 * 53.125e9,
            raised_cosine: true,
            symbols: 1000,
            equalizer_symbols: 0,
            reflection: 0.618,
            loss: 0.0,
            fixture_delay: 0.0,
        }
    }

    /// A port that sends this share back after this delay in s.
    fn echo(share: f64, delay: f64) -> Network {
        let frequency: Vec<f64> = (0..=6000).map(|k| f64::from(k) * 1e7).collect();
        let s = frequency
            .iter()
            .map(|f| Complex64::from_polar(share, -TAU * f * delay))
            .collect();
        Network::new(frequency, 1, s, Reference::uniform(1, 100.0)).unwrap()
    }

    #[test]
    fn nothing_comes_back_from_an_ideal_end() {
        let found = effective_return_loss(&echo(0.0, 1e-9), 0, &settings()).unwrap();
        assert_eq!(found.erl_db.to_bits(), f64::INFINITY.to_bits());
    }

    #[test]
    fn an_echo_counts_with_its_share_and_only_behind_the_fixture() {
        let one = effective_return_loss(&echo(0.1, 1e-9), 0, &settings()).unwrap();
        let half = effective_return_loss(&echo(0.05, 1e-9), 0, &settings()).unwrap();
        // Filters take 1.2 dB of the peak; what lies beside it adds as much.
        assert!((19.5..21.2).contains(&one.erl_db), "{}", one.erl_db);
        assert!((half.erl_db - one.erl_db - 6.0206).abs() < 0.02);
        let behind = ReturnLossSettings {
            fixture_delay: 1.2e-9,
            ..settings()
        };
        let gated = effective_return_loss(&echo(0.1, 1e-9), 0, &behind).unwrap();
        assert!(gated.erl_db > 60.0, "{}", gated.erl_db);
        // A long equaliser takes it away: a weight of ρ(1 + ρ)·exp(−1) well within.
        let equalized = ReturnLossSettings {
            equalizer_symbols: 1000,
            ..settings()
        };
        let taken = effective_return_loss(&echo(0.1, 1e-9), 0, &equalized).unwrap();
        assert!(
            (7.0..9.0).contains(&(taken.erl_db - one.erl_db)),
            "{}",
            taken.erl_db
        );
    }

    #[test]
    fn weights_are_those_of_the_annex() {
        let long = ReturnLossSettings {
            equalizer_symbols: 21,
            loss: 1e9,
            ..settings()
        };
        assert_eq!(long.weight(-0.1).to_bits(), 0.0f64.to_bits());
        assert!((long.weight(22.0) - 1.0).abs() < 1e-12);
        let at = 0.618 * 1.618 * (-0.25f64).exp() * 10f64.powf(-11.0 / (20.0 * 53.125));
        assert!((long.weight(11.0) - at).abs() < 1e-12);
    }

    #[test]
    fn ports_and_settings_that_cannot_be_are_refused() {
        let network = echo(0.1, 1e-9);
        assert!(effective_return_loss(&network, 1, &settings()).is_err());
        for wrong in [
            ReturnLossSettings {
                symbols: 0,
                ..settings()
            },
            ReturnLossSettings {
                fixture_delay: f64::NAN,
                ..settings()
            },
            ReturnLossSettings {
                fixture_delay: 9e-7,
                ..settings()
            },
            ReturnLossSettings {
                reflection: -0.1,
                ..settings()
            },
        ] {
            assert!(effective_return_loss(&network, 0, &wrong).is_err());
        }
    }
}
