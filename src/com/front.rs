//! A channel between its two ends, up to the input of the receiver's equalisers: transfer, impulse and
//! pulse response.
//!
//! The transfer of a path is H_t(f)·H21(f)·H_r(f) with the transition filter, the voltage transfer of
//! transmitter, channel and receiver (93A-18), and the receiver's noise filter. It is computed at the
//! frequencies of the data and put on the grid of M samples a symbol; its impulse response is cut behind
//! the last sample above 1e-3 of its peak, as in the COM reference code. The pulse response is the sum of
//! M samples of the impulse response.

use super::beyond::{as_reference_code, continued};
use super::error::ComError;
use super::filters::{receiver_filter, transition_filter};
use super::settings::{BeyondData, Settings};
use crate::copper::device::Device;
use crate::copper::two_port::TwoPort;
use crate::network::{Network, Reference};
use num_complex::Complex64;
use realfft::RealFftPlanner;
use std::f64::consts::TAU;

/// What is below this share of the peak at the end of an impulse response is cut.
const CUT: f64 = 1e-3;
/// Share of a response's energy that may lie in the eighth of its period before the last one.
const UNSETTLED: f64 = 1e-4;
/// Symbols in front of a response and behind it that filters may fill.
const GUARD: usize = 24;
/// Symbols behind the longest response that the analogue equaliser's low-frequency stage may fill.
const SETTLING: usize = 104;

/// Where a path comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKind {
    /// From the transmitter that is listened to.
    Through,
    /// From another transmitter at the same end.
    FarEnd,
    /// From a transmitter beside the receiver.
    NearEnd,
}

/// The scattering parameters of a channel: differential two-ports, transmitter at port 1, receiver at
/// port 2.
#[derive(Debug, Clone, PartialEq)]
pub struct Channel {
    /// The path that is listened to.
    pub through: Network,
    /// Crosstalk from transmitters at the far end.
    pub far_end: Vec<Network>,
    /// Crosstalk from transmitters beside the receiver.
    pub near_end: Vec<Network>,
}

/// A path as the receiver's equalisers see it.
#[derive(Debug, Clone)]
pub struct Path {
    /// Where it comes from.
    pub kind: PathKind,
    /// Transform of the response to a pulse of one symbol at the transmitter's amplitude, V: N·M/2 + 1
    /// values, as the forward transform of N·M samples gives them.
    pub spectrum: Vec<Complex64>,
    /// Loss from die to die at half the symbol rate, dB, filters left out; none where the data do not
    /// reach that frequency.
    pub loss_db: Option<f64>,
}

/// All paths of a channel on one grid.
#[derive(Debug, Clone)]
pub struct Front {
    /// N, symbols of the grid.
    pub symbols: usize,
    /// M, samples of a symbol.
    pub samples: usize,
    /// The path that is listened to first, then the aggressors.
    pub paths: Vec<Path>,
    /// Aggressors that transmit nothing at all and are left out: kind, and which of its kind, from 1.
    pub silent: Vec<(PathKind, usize)>,
    /// Highest frequency of the data, Hz.
    pub data_end: f64,
    /// Step of the grid in frequency, Hz.
    pub step: f64,
}

impl Front {
    /// Puts a channel between the two ends of the settings.
    ///
    /// # Errors
    /// [`ComError::Setting`], [`ComError::Network`] for data that cannot be extended to 0 Hz, and
    /// [`ComError::Path`] for a through path without a pulse or with swapped legs, and for a path that is
    /// longer than its data can tell.
    pub fn new(channel: &Channel, settings: &Settings) -> Result<Self, ComError> {
        settings.validate()?;
        let samples = settings.samples_per_symbol;
        let through = std::slice::from_ref(&channel.through);
        let sources = [
            (through, PathKind::Through),
            (&channel.far_end, PathKind::FarEnd),
            (&channel.near_end, PathKind::NearEnd),
        ]
        .into_iter()
        .flat_map(|(list, kind)| {
            list.iter()
                .zip(1..)
                .map(move |(n, number)| (n, kind, number))
        });
        let mut responses = Vec::new();
        let mut silent = Vec::new();
        // Energy of the through path, which aggressors are measured by.
        let mut through_energy = 0.0;
        let mut data_end = f64::INFINITY;
        let mut shared: Option<Shared> = None;
        for (network, kind, number) in sources {
            let wrong = |problem: String| ComError::Path {
                kind,
                number,
                problem,
            };
            let transmits = |s: &[Complex64]| s.get(2).is_none_or(|s21| *s21 != Complex64::ZERO);
            if network.ports() == 2 && !network.s().chunks_exact(4).any(transmits) {
                if kind == PathKind::Through {
                    return Err(wrong("it transmits nothing".to_owned()));
                }
                silent.push((kind, number));
                continue;
            }
            let amplitude = match kind {
                PathKind::Through => settings.amplitude,
                PathKind::FarEnd => settings.far_end_amplitude,
                PathKind::NearEnd => settings.near_end_amplitude,
            };
            data_end = data_end.min(network.frequencies().last().copied().unwrap_or(0.0));
            let to_zero = settings.beyond_data == BeyondData::Continued;
            let network = prepared(network, settings.resistance, to_zero)?;
            let kept = shared
                .take()
                .filter(|kept: &Shared| kept.frequency == network.frequencies());
            let ends = match kept {
                Some(kept) => kept,
                None => Shared::new(network.frequencies(), settings)?,
            };
            let (response, loss_db) = ends.impulse_response(&network, kind)?;
            let yardstick = through_energy / (amplitude * amplitude).max(f64::MIN_POSITIVE);
            let impulse = ends.cut(response, yardstick).map_err(wrong)?;
            shared = Some(ends);
            if kind == PathKind::Through {
                through_energy = amplitude * amplitude * energy(&impulse);
            }
            responses.push((kind, amplitude, impulse, loss_db));
        }
        let longest = responses.iter().map(|r| r.2.len()).max().unwrap_or(0);
        let symbols = transform_size(longest.div_ceil(samples) + 2 * GUARD + SETTLING);
        let size = symbols * samples;
        let mut planner = RealFftPlanner::<f64>::new();
        let forward = planner.plan_fft_forward(size);
        let mut paths = Vec::with_capacity(responses.len());
        for (kind, amplitude, impulse, loss_db) in responses {
            // The pulse: a running sum over one symbol.
            let mut pulse = vec![0.0; size];
            let mut sum = 0.0;
            let lead = GUARD * samples;
            for (k, place) in pulse
                .iter_mut()
                .skip(lead)
                .enumerate()
                .take(impulse.len() + samples)
            {
                sum += impulse.get(k).copied().unwrap_or(0.0);
                if let Some(old) = k.checked_sub(samples) {
                    sum -= impulse.get(old).copied().unwrap_or(0.0);
                }
                *place = amplitude * sum;
            }
            if kind == PathKind::Through {
                let highest = pulse.iter().copied().fold(0.0, f64::max);
                let lowest = pulse.iter().copied().fold(0.0, f64::min);
                if -lowest > highest {
                    return Err(ComError::Path {
                        kind,
                        number: 1,
                        problem: format!(
                            "its pulse is inverted, {lowest:.3e} V at its lowest and {highest:.3e} V at its \
                             highest: the two legs of one end are swapped"
                        ),
                    });
                }
            }
            let mut spectrum = forward.make_output_vec();
            forward
                .process(&mut pulse, &mut spectrum)
                .map_err(|error| ComError::Channel(error.to_string()))?;
            paths.push(Path {
                kind,
                spectrum,
                loss_db,
            });
        }
        Ok(Self {
            symbols,
            samples,
            paths,
            silent,
            data_end,
            step: settings.symbol_rate / symbols as f64,
        })
    }
}

/// The next number of symbols whose transform is fast.
fn transform_size(least: usize) -> usize {
    let mut best = least.next_power_of_two();
    for three in [3, 9, 5, 15] {
        let mut size = three;
        while size < least {
            size *= 2;
        }
        best = best.min(size);
    }
    best
}

/// The differential two-port with this reference resistance of one leg, as scattering parameters by
/// frequency from 0 Hz on.
fn prepared(network: &Network, resistance: f64, to_zero: bool) -> Result<Network, ComError> {
    if network.ports() != 2 {
        return Err(ComError::Channel(format!(
            "a path is a differential two-port, not a network of {} ports",
            network.ports()
        )));
    }
    let wanted = Reference::uniform(2, 2.0 * resistance);
    let network = if *network.reference() == wanted {
        network.clone()
    } else {
        network.renormalized(wanted, network.definition())?
    };
    if to_zero {
        Ok(network.extended_to_dc()?)
    } else {
        Ok(network)
    }
}

/// What paths with the same frequencies share: their ends, the grid, and the filters on it.
struct Shared<'a> {
    settings: &'a Settings,
    frequency: Vec<f64>,
    /// From die to channel, of the transmitter, of near-end aggressors, and of the receiver.
    transmitter: Vec<TwoPort>,
    near_end_transmitter: Vec<TwoPort>,
    receiver: Vec<TwoPort>,
    grid: Vec<f64>,
    /// H_t·H_r on the grid; zero from where it is below 1e-14.
    filter: Vec<Complex64>,
}

impl<'a> Shared<'a> {
    fn new(frequency: &[f64], settings: &'a Settings) -> Result<Self, ComError> {
        let (Some(&first), Some(&last)) = (frequency.first(), frequency.last()) else {
            return Err(ComError::Channel("the channel has no data".to_owned()));
        };
        if frequency.len() < 20 || first > 0.1 * last {
            return Err(ComError::Channel(format!(
                "{} frequencies from {} GHz to {} GHz are too few to tell a pulse",
                frequency.len(),
                first / 1e9,
                last / 1e9
            )));
        }
        // The grid keeps the spacing of the data, or what comes next to it with M samples a symbol.
        let spacing = (last - first) / (frequency.len() - 1) as f64;
        let half = 0.5 * settings.symbol_rate * settings.samples_per_symbol as f64;
        let count = (half / spacing).round().max(2.0);
        if count > 4e6 {
            return Err(ComError::Channel(format!(
                "frequencies {} MHz apart make too many points: thin the data out",
                spacing / 1e6
            )));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = count as usize;
        let grid: Vec<f64> = (0..=count)
            .map(|k| half * k as f64 / count as f64)
            .collect();
        let mut filter = vec![Complex64::ZERO; grid.len()];
        for (h, &f) in filter.iter_mut().zip(&grid) {
            *h = filters(f, settings);
            if h.norm_sqr() < 1e-28 {
                *h = Complex64::ZERO;
                break;
            }
        }
        let ends = |device: &Device| -> Vec<TwoPort> {
            frequency
                .iter()
                .map(|&f| device.two_port(f, settings.resistance))
                .collect()
        };
        let transmitter = ends(&settings.transmitter);
        Ok(Self {
            near_end_transmitter: if settings.near_end_transmitter == settings.transmitter {
                transmitter.clone()
            } else {
                ends(&settings.near_end_transmitter)
            },
            transmitter,
            receiver: ends(&settings.receiver_device),
            settings,
            frequency: frequency.to_vec(),
            grid,
            filter,
        })
    }

    /// Impulse response of a path in V per V and sample over its whole period, and the loss at half the
    /// symbol rate.
    fn impulse_response(
        &self,
        network: &Network,
        kind: PathKind,
    ) -> Result<(Vec<f64>, Option<f64>), ComError> {
        let settings = self.settings;
        let (near, device) = match kind {
            PathKind::NearEnd => (&self.near_end_transmitter, &settings.near_end_transmitter),
            PathKind::Through | PathKind::FarEnd => (&self.transmitter, &settings.transmitter),
        };
        let (source, load) = (
            device.reflection(settings.resistance),
            settings.receiver_device.reflection(settings.resistance),
        );
        let transfer: Vec<Complex64> = near
            .iter()
            .zip(&self.receiver)
            .zip(network.s().chunks_exact(4))
            .map(|((near, far), s)| {
                let channel = TwoPort {
                    s11: s[0],
                    s12: s[1],
                    s21: s[2],
                    s22: s[3],
                };
                near.then(&channel)
                    .then(&far.flipped())
                    .voltage_transfer(source, load)
            })
            .collect();
        let loss_db = loss_at(&self.frequency, &transfer, 0.5 * settings.symbol_rate);
        let mut spectrum = match settings.beyond_data {
            BeyondData::ReferenceCode => {
                // Its transition filter delays by three transition times.
                let delay = 3.0 * settings.transition_time;
                let filtered: Vec<Complex64> = self
                    .frequency
                    .iter()
                    .zip(&transfer)
                    .map(|(&f, h)| h * filters(f, settings) * Complex64::cis(-TAU * f * delay))
                    .collect();
                as_reference_code(&self.frequency, &filtered, &self.grid)
            }
            BeyondData::Continued => {
                continued(&self.frequency, &transfer, &self.grid, &self.filter)?
            }
        };
        let last = spectrum.len() - 1;
        spectrum[0].im = 0.0;
        spectrum[last].im = 0.0;
        let mut planner = RealFftPlanner::<f64>::new();
        let mut response = vec![0.0; 2 * last];
        planner
            .plan_fft_inverse(2 * last)
            .process(&mut spectrum, &mut response)
            .map_err(|error| ComError::Channel(error.to_string()))?;
        let scale = 1.0 / response.len() as f64;
        for v in &mut response {
            *v *= scale;
        }
        Ok((response, loss_db))
    }

    /// The part of a response that counts, from a while before its first large sample to its last. Refuses
    /// one that has not ended within its period, as measured by its own energy or by `yardstick`, where
    /// that is more: the energy of the through path.
    fn cut(&self, mut response: Vec<f64>, yardstick: f64) -> Result<Vec<f64>, String> {
        let peak = response.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        if !(peak.is_finite() && peak > 0.0) {
            return Err("it transmits nothing".to_owned());
        }
        let size = response.len();
        // The last eighth stands for the time before zero.
        let before_zero = size / 8;
        let end = size - before_zero;
        let tail = energy(&response[end - before_zero..end]) / energy(&response).max(yardstick);
        if tail > UNSETTLED {
            let step = self.grid.get(1).copied().unwrap_or(f64::NAN);
            return Err(format!(
                "a response is longer than the {:.2} ns that frequencies {:.3} MHz apart can tell: its \
                 end still holds {tail:.1e} of the energy. It needs a window of more than {:.2} ns",
                1e9 / step,
                step / 1e6,
                2e9 / step
            ));
        }
        // What precedes zero goes in front, where it belongs.
        response.rotate_right(before_zero);
        let large = |v: &f64| v.abs() > CUT * peak;
        let end = response.iter().rposition(large).map_or(0, |k| k + 1);
        let begin = response.iter().position(large).unwrap_or(0);
        let begin = begin.saturating_sub(GUARD * self.settings.samples_per_symbol);
        Ok(response[begin..end].to_vec())
    }
}

fn energy(x: &[f64]) -> f64 {
    x.iter().map(|v| v * v).sum()
}

fn filters(frequency: f64, settings: &Settings) -> Complex64 {
    receiver_filter(frequency, settings.receiver_bandwidth)
        * transition_filter(frequency, settings.transition_time)
}

/// Loss at a frequency, dB, between the points around it; none outside the data.
fn loss_at(f: &[f64], transfer: &[Complex64], at: f64) -> Option<f64> {
    let db = |h: &Complex64| -20.0 * h.norm().max(f64::MIN_POSITIVE).log10();
    let k = f.partition_point(|&v| v < at);
    let (high, above) = (f.get(k)?, transfer.get(k)?);
    let Some(before) = k.checked_sub(1) else {
        return (*high <= at).then(|| db(above));
    };
    let (low, below) = (f.get(before)?, transfer.get(before)?);
    let x = (at - low) / (high - low);
    Some(db(below) * (1.0 - x) + db(above) * x)
}
