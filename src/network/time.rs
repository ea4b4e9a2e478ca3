//! Responses in time: impulse, step, pulse, and the impedance along a line.
//!
//! A response is the Fourier series of the network's points: with the spacing Δf it is periodic with
//! T = 1/Δf, h(t) = Δf·Σ S(kΔf)·exp(j2πkΔft) over positive and negative k. It is evaluated at any
//! spacing of time by the chirp transform (L. I. Bluestein, 1970), so that no point of the network is
//! moved to another frequency. Networks that do not begin at 0 Hz are extended to it
//! ([`Network::extended_to_dc`]), and those whose frequencies are not evenly spaced are interpolated.
//!
//! Nothing is forced: neither S(0) to one, nor the response before t = 0 to zero. What lies there is
//! reported, and a response that has not ended within T is an error.

use super::band_limit::{HighFrequency, limit};
use super::interpolation::turns;
use super::series::fourier_series;
use super::{Network, NetworkError};
use num_complex::Complex64;
use std::f64::consts::PI;

/// How a time response is computed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TimeOptions {
    /// Time between samples, s.
    pub step: f64,
    /// What to do about the highest frequency.
    pub high_frequency: HighFrequency,
    /// How long the response has to be known from t = 0, s; `None` for all there is.
    pub duration: Option<f64>,
    /// How long before t = 0 it begins, s; `None` for an eighth of the period.
    pub lead: Option<f64>,
}

impl TimeOptions {
    /// Samples this far apart, the rest as it comes: cut, all of the period.
    pub fn new(step: f64) -> Self {
        Self {
            step,
            high_frequency: HighFrequency::Cut,
            duration: None,
            lead: None,
        }
    }
}

/// A response in time.
#[derive(Debug, Clone, PartialEq)]
pub struct TimeResponse {
    /// Time of the first sample, s.
    pub start: f64,
    /// Time between samples, s.
    pub step: f64,
    /// The samples: V per V for steps and pulses; for impulses the area of each sample, V per V, whose
    /// sum is the gain at 0 Hz.
    pub samples: Vec<f64>,
    /// Period of the series, 1/Δf, s.
    pub period: f64,
    /// Time after which less than 1e-6 of the energy of the impulse response remains, s.
    pub settled: f64,
    /// Share of the energy of the impulse response before t = 0, less than what a band limit spreads:
    /// what is not causal in the data.
    pub before_zero: f64,
}

/// Share of the energy that may lie in the last eighth of the period before the part that stands for
/// negative times.
const UNSETTLED: f64 = 1e-5;
/// Most points of a spectrum or samples of a response.
const MOST: f64 = 4e6;

#[derive(Clone, Copy, PartialEq)]
enum Shape {
    Impulse,
    Step,
    Pulse(f64),
}

impl TimeResponse {
    /// Times of the samples, s.
    pub fn times(&self) -> impl Iterator<Item = f64> + '_ {
        (0..self.samples.len()).map(|k| self.start + k as f64 * self.step)
    }

    /// Largest sample and its time, s; `None` without samples.
    pub fn peak(&self) -> Option<(f64, f64)> {
        self.times()
            .zip(&self.samples)
            .max_by(|a, b| a.1.abs().total_cmp(&b.1.abs()))
            .map(|(time, &value)| (time, value))
    }
}

/// A point of an impedance profile.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ProfilePoint {
    /// Time after the step reached the port, there and back, s.
    pub time: f64,
    /// Reflected step over the incident one.
    pub reflection: f64,
    /// Impedance, Ω; infinite for a reflection of one or more.
    pub impedance: f64,
}

impl Network {
    /// Response at port `to` to an impulse of area one at port `from`.
    ///
    /// # Errors
    /// [`NetworkError::Ports`]; [`NetworkError::Time`] where the response does not end within the
    /// period or the duration asked for, with the one that is needed, or for an option that cannot be.
    pub fn impulse_response(
        &self,
        to: usize,
        from: usize,
        options: &TimeOptions,
    ) -> Result<TimeResponse, NetworkError> {
        self.time_response(to, from, options, Shape::Impulse)
    }

    /// Response to a step of one at t = 0, counted from the value at the first sample.
    ///
    /// # Errors
    /// As [`impulse_response`](Self::impulse_response).
    pub fn step_response(
        &self,
        to: usize,
        from: usize,
        options: &TimeOptions,
    ) -> Result<TimeResponse, NetworkError> {
        self.time_response(to, from, options, Shape::Step)
    }

    /// Response to a rectangular pulse of one from t = 0 to `width` in s.
    ///
    /// # Errors
    /// As [`impulse_response`](Self::impulse_response).
    pub fn pulse_response(
        &self,
        to: usize,
        from: usize,
        width: f64,
        options: &TimeOptions,
    ) -> Result<TimeResponse, NetworkError> {
        if !(width.is_finite() && width > 0.0) {
            return Err(NetworkError::Time(format!(
                "a pulse of {width} s cannot be: its width must be positive"
            )));
        }
        self.time_response(to, from, options, Shape::Pulse(width))
    }

    /// Impedance that a step into a port meets along its way, Z = z·(1 + ρ)/(1 − ρ) with the reflected
    /// step ρ(t) and the reference impedance z of the port, from t = 0 on.
    ///
    /// Behind the first discontinuity it is approximate: the loss of the way there and back and
    /// multiple reflections are not taken out.
    ///
    /// # Errors
    /// As [`impulse_response`](Self::impulse_response), and for a reference impedance that is complex
    /// or depends on frequency.
    pub fn impedance_profile(
        &self,
        port: usize,
        options: &TimeOptions,
    ) -> Result<Vec<ProfilePoint>, NetworkError> {
        self.check_port(port)?;
        let z = self.reference_at(0).get(port).copied().unwrap_or_default();
        let constant =
            (0..self.points()).all(|p| self.reference_at(p).get(port).is_some_and(|v| *v == z));
        if z.im != 0.0 || !constant {
            return Err(NetworkError::Time(format!(
                "port {} has a complex or frequency-dependent reference impedance: renormalise it to a \
                 real one for an impedance profile",
                port + 1
            )));
        }
        let step = self.step_response(port, port, options)?;
        Ok(step
            .times()
            .zip(&step.samples)
            .filter(|(time, _)| *time >= 0.0)
            .map(|(time, &reflection)| ProfilePoint {
                time,
                reflection,
                impedance: if reflection < 1.0 {
                    z.re * (1.0 + reflection) / (1.0 - reflection)
                } else {
                    f64::INFINITY
                },
            })
            .collect())
    }

    /// S of one path on an even grid from 0 Hz: spacing and values.
    fn even_spectrum(&self, to: usize, from: usize) -> Result<(f64, Vec<Complex64>), NetworkError> {
        if self.points() < 2 {
            return Err(NetworkError::Time(
                "two frequencies or more are needed for a time response".to_owned(),
            ));
        }
        self.check_port(to)?;
        self.check_port(from)?;
        // One path alone, so that what does not matter is not computed.
        let path = Self {
            frequency: self.frequency.clone(),
            ports: 1,
            s: self.curve(to, from)?,
            reference: super::Reference::uniform(1, 50.0),
            definition: super::WaveDefinition::Power,
            modes: vec![super::PortMode::SingleEnded(0)],
        };
        let path = path.extended_to_dc()?;
        let f = path.frequencies();
        let top = f.last().copied().unwrap_or(0.0);
        let smallest = f.windows(2).map(|w| w[1] - w[0]).fold(top, f64::min);
        let points = (top / smallest).round();
        if points > MOST {
            return Err(NetworkError::Time(format!(
                "the closest frequencies lie {smallest} Hz apart, which would make {points} points up to \
                 {} GHz: interpolate the network to even frequencies",
                top / 1e9
            )));
        }
        let spacing = top / points;
        let even = f
            .iter()
            .enumerate()
            .all(|(k, f)| (f - k as f64 * spacing).abs() < 1e-6 * spacing);
        if even && (f.len() as f64 - points - 1.0).abs() < 0.5 {
            return Ok((spacing, path.s));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let grid: Vec<f64> = (0..=points as usize)
            .map(|k| (k as f64 * spacing).min(top))
            .collect();
        Ok((spacing, path.interpolated(&grid)?.s))
    }

    fn time_response(
        &self,
        to: usize,
        from: usize,
        options: &TimeOptions,
        shape: Shape,
    ) -> Result<TimeResponse, NetworkError> {
        let (spacing, mut spectrum) = self.even_spectrum(to, from)?;
        // A real response has a real value at 0 Hz.
        spectrum[0].im = 0.0;
        limit(&mut spectrum, spacing, options.high_frequency)?;
        let period = spacing.recip();
        let positive = |what: &str, value: f64| {
            if value.is_finite() && value > 0.0 {
                Ok(())
            } else {
                Err(NetworkError::Time(format!(
                    "a {what} of {value} s cannot be"
                )))
            }
        };
        positive("time step", options.step)?;
        let count = (period / options.step * (1.0 + 1e-12)).floor();
        if !(1.0..=MOST).contains(&count) {
            return Err(NetworkError::Time(format!(
                "a step of {} s makes {count} samples of the period of {period} s",
                options.step
            )));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = count as usize;
        let lead = options
            .lead
            .unwrap_or_else(|| (period / 8.0 / options.step).floor() * options.step);
        if !(0.0..=period).contains(&lead) {
            return Err(NetworkError::Time(format!(
                "the response cannot begin {lead} s before zero: its period is {period} s"
            )));
        }
        let start = -lead;
        let (settled, before_zero) = settle(&spectrum, spacing, options.duration)?;
        let mut samples = match shape {
            Shape::Impulse => {
                let mut samples = fourier_series(&spectrum, spacing, start, options.step, count);
                for value in &mut samples {
                    *value *= options.step;
                }
                samples
            }
            Shape::Pulse(width) => {
                for (k, value) in spectrum.iter_mut().enumerate() {
                    let x = k as f64 * spacing * width;
                    let sinc = if k == 0 {
                        1.0
                    } else {
                        (PI * x).sin() / (PI * x)
                    };
                    *value *= turns(-0.5 * x) * (width * sinc);
                }
                fourier_series(&spectrum, spacing, start, options.step, count)
            }
            Shape::Step => {
                let gain = spectrum[0].re;
                spectrum[0] = Complex64::ZERO;
                for (k, value) in spectrum.iter_mut().enumerate().skip(1) {
                    *value /= Complex64::new(0.0, 2.0 * PI * k as f64 * spacing);
                }
                let mut samples = fourier_series(&spectrum, spacing, start, options.step, count);
                let first = samples.first().copied().unwrap_or(0.0);
                for (k, value) in samples.iter_mut().enumerate() {
                    *value += gain * k as f64 * options.step / period - first;
                }
                samples
            }
        };
        if let Some(duration) = options.duration {
            let last = ((lead + duration) / options.step).ceil();
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            samples.truncate((last as usize).saturating_add(1));
        }
        if samples.iter().any(|v| !v.is_finite()) {
            return Err(NetworkError::Time(
                "the time response is not finite".to_owned(),
            ));
        }
        Ok(TimeResponse {
            start,
            step: options.step,
            samples,
            period,
            settled,
            before_zero,
        })
    }
}

/// Where the impulse response has settled, and the share of its energy before zero; refuses one that
/// has not settled in its period or in the duration asked for.
fn settle(
    spectrum: &[Complex64],
    spacing: f64,
    duration: Option<f64>,
) -> Result<(f64, f64), NetworkError> {
    let period = spacing.recip();
    let count = 2 * spectrum.len();
    // A taper over all of the band, so that its edge does not ring on and count as the network's.
    let mut tapered = spectrum.to_vec();
    limit(
        &mut tapered,
        spacing,
        HighFrequency::RaisedCosine { from: 0.0 },
    )?;
    let h = fourier_series(&tapered, spacing, 0.0, period / count as f64, count);
    let total: f64 = h.iter().map(|v| v * v).sum();
    if total == 0.0 {
        return Ok((0.0, 0.0));
    }
    // The last eighth stands for the time before zero.
    let eighth = |k: usize| -> f64 {
        let range = k * count / 8..(k + 1) * count / 8;
        h[range].iter().map(|v| v * v).sum::<f64>() / total
    };
    let (earlier, tail) = (eighth(5), eighth(6));
    let nano = |t: f64| t * 1e9;
    if tail > UNSETTLED {
        let needed = if tail < earlier {
            let rate = (earlier / tail).ln() / (period / 8.0);
            period + (tail / UNSETTLED).ln() / rate
        } else {
            2.0 * period
        };
        return Err(NetworkError::Time(format!(
            "the response is longer than the window of {:.4} ns that the frequency spacing of {:.4} MHz \
             gives: its end still holds {tail:.1e} of the energy. It needs a window of {} {:.4} ns, a \
             spacing of at most {:.4} MHz",
            nano(period),
            spacing / 1e6,
            if tail < earlier { "about" } else { "more than" },
            nano(needed),
            1e-6 / needed
        )));
    }
    let causal = 7 * count / 8;
    // The taper alone spreads an impulse at zero by two samples to either side.
    let before = causal..count.saturating_sub(4).max(causal);
    let before_zero = h[before].iter().map(|v| v * v).sum::<f64>() / total;
    let mut left = 0.0;
    let mut last = 0;
    for (k, v) in h[..causal].iter().enumerate().rev() {
        left += v * v;
        if left > 1e-6 * total {
            last = k + 1;
            break;
        }
    }
    let settled = last as f64 * period / count as f64;
    if let Some(duration) = duration
        && (duration.is_nan() || duration < settled)
    {
        return Err(NetworkError::Time(format!(
            "the response is longer than the window of {:.4} ns: it needs {:.4} ns to settle",
            nano(duration),
            nano(settled)
        )));
    }
    Ok((settled, before_zero))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::Reference;

    fn two_port(frequencies: Vec<f64>, through: impl Fn(f64) -> Complex64) -> Network {
        let s = frequencies
            .iter()
            .flat_map(|&f| [Complex64::ZERO, through(f), through(f), Complex64::ZERO])
            .collect();
        Network::new(frequencies, 2, s, Reference::uniform(2, 50.0)).unwrap()
    }

    fn grid(points: u32, spacing: f64) -> Vec<f64> {
        (0..points).map(|k| f64::from(k) * spacing).collect()
    }

    /// One pole at 2 GHz behind a delay of 3 ns.
    fn pole(f: f64) -> Complex64 {
        turns(-f * 3e-9) * 0.9 / Complex64::new(1.0, f / 2e9)
    }

    #[test]
    fn the_step_of_a_pole_is_exponential_and_ends_at_its_gain() {
        let network = two_port(grid(4001, 10e6), pole);
        let mut options = TimeOptions::new(10e-12);
        options.high_frequency = HighFrequency::Continued;
        let step = network.step_response(1, 0, &options).unwrap();
        let pulse = network.pulse_response(1, 0, 1e-9, &options).unwrap();
        for (t, value) in step.times().zip(&step.samples) {
            let since = t - 3e-9;
            // Within a few samples of the corner the band limit shows.
            if since.abs() < 0.1e-9 || t > 0.8 * step.period {
                continue;
            }
            let expected = if since < 0.0 {
                0.0
            } else {
                0.9 * (1.0 - (-2.0 * PI * 2e9 * since).exp())
            };
            assert!((value - expected).abs() < 3e-3, "{t}: {value} {expected}");
        }
        let (at, peak) = pulse.peak().unwrap();
        assert!(
            (at - 4e-9).abs() < 0.05e-9 && (peak - 0.9).abs() < 5e-3,
            "{at} {peak}"
        );
        assert!(step.before_zero < 1e-6 && step.settled > 3e-9 && step.settled < 5e-9);
    }

    #[test]
    fn the_impulse_sums_to_the_gain_at_zero() {
        let network = two_port(grid(4001, 10e6), pole);
        let impulse = network
            .impulse_response(1, 0, &TimeOptions::new(0.1e-9 / 8.0))
            .unwrap();
        let sum: f64 = impulse.samples.iter().sum();
        assert!((sum - 0.9).abs() < 1e-12, "{sum}");
    }

    #[test]
    fn a_window_that_is_too_short_says_how_long_it_must_be() {
        let network = two_port(grid(4001, 10e6), pole);
        let mut options = TimeOptions::new(10e-12);
        options.duration = Some(2e-9);
        let error = network.impulse_response(1, 0, &options).unwrap_err();
        assert!(error.to_string().contains("it needs 3."), "{error}");
        options.duration = Some(20e-9);
        assert_eq!(
            network
                .impulse_response(1, 0, &options)
                .unwrap()
                .samples
                .len(),
            1250 + 2001
        );
        // A resonance that rings on for longer than 1/Δf.
        let ringing = |f: f64| {
            let x = f / 5e9;
            Complex64::new(0.0, 0.001 * x) / Complex64::new(1.0 - x * x, 0.001 * x)
        };
        let error = two_port(grid(1001, 10e6), ringing)
            .impulse_response(1, 0, &TimeOptions::new(10e-12))
            .unwrap_err();
        assert!(
            error.to_string().contains("It needs a window of about"),
            "{error}"
        );
    }

    #[test]
    fn the_profile_of_a_line_is_its_impedance() {
        // 75 Ω, 1 ns, in 50 Ω, seen from its near end: ρ = 0.2 until the echo after 2 ns.
        let line = |f: f64| {
            let r = 0.2;
            let e = turns(-2.0 * f * 1e-9) * (-0.02 * (f / 1e9)).exp();
            r * (1.0 - e) / (1.0 - r * r * e)
        };
        let f = grid(4001, 10e6);
        let s = f.iter().map(|&f| line(f)).collect();
        let network = Network::new(f, 1, s, Reference::uniform(1, 50.0)).unwrap();
        let mut options = TimeOptions::new(10e-12);
        options.high_frequency = HighFrequency::Gaussian { rise_time: 50e-12 };
        let profile = network.impedance_profile(0, &options).unwrap();
        for point in profile
            .iter()
            .filter(|p| p.time > 0.2e-9 && p.time < 1.7e-9)
        {
            assert!((point.impedance - 75.0).abs() < 0.1, "{point:?}");
        }
        for point in profile.iter().filter(|p| p.time > 8e-9 && p.time < 60e-9) {
            assert!((point.impedance - 50.0).abs() < 0.5, "{point:?}");
        }
    }
}
