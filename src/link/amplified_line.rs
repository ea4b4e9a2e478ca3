//! A line of amplified fibre spans: what it does to the channels of a comb, without a waveform.

use super::error::LinkError;
use crate::amplifier::{ErbiumAmplifier, OSNR_BANDWIDTH, osnr};
use crate::constants::SPEED_OF_LIGHT;
use crate::fiber::{Channel, FiberError, KerrCoefficient, SingleModeFiber, nonlinear_interference};
use crate::units::db_to_power_ratio;

/// One span: connector, fibre, connector, amplifier.
#[derive(Debug, Clone, PartialEq)]
pub struct AmplifiedSpan {
    /// Loss in front of the fibre, dB.
    pub input_connector_loss_db: f64,
    /// The fibre.
    pub fiber: SingleModeFiber,
    /// Its Kerr effect; `None` leaves nonlinear interference out.
    pub kerr: Option<KerrCoefficient>,
    /// Its polarisation-mode dispersion coefficient, s/√m (1 ps/√km = 3.16e-14 s/√m).
    pub polarization_mode_dispersion: f64,
    /// Loss behind the fibre, dB.
    pub output_connector_loss_db: f64,
    /// The amplifier at its end; `None` where the light goes on as it is.
    pub amplifier: Option<ErbiumAmplifier>,
}

/// Channels over spans.
///
/// Amplifiers see the power of all channels; noise does not load them. Spontaneous emission and
/// nonlinear interference add in power from span to span. The generalised signal-to-noise ratio
/// treats interference as noise: GSNR = P/(P_ASE + P_NLI) (M. Filer et al., J. Lightwave Technol. 36,
/// 3073 (2018)).
///
/// ```
/// use eyespan::amplifier::{ErbiumAmplifier, NoiseFigureDefinition};
/// use eyespan::fiber::single_mode::Attenuation;
/// use eyespan::fiber::{Channel, Dispersion, KerrCoefficient, SingleModeFiber};
/// use eyespan::link::{AmplifiedLine, AmplifiedSpan};
/// use eyespan::units::{db_to_power_ratio, power_ratio_to_db};
///
/// let span = AmplifiedSpan {
///     input_connector_loss_db: 0.5,
///     fiber: SingleModeFiber {
///         length: 80e3,
///         attenuation: Attenuation::Constant(0.2e-3),
///         dispersion: Dispersion::AtWavelength {
///             reference: Some(1550e-9),
///             coefficient: 16.7e-6,
///             slope: 58.0,
///         },
///         group_index: 1.4682,
///     },
///     kerr: Some(KerrCoefficient::Material {
///         nonlinear_index: 2.6e-20,
///         effective_area: 83e-12,
///     }),
///     polarization_mode_dispersion: 1.3e-15,
///     output_connector_loss_db: 0.5,
///     amplifier: Some(ErbiumAmplifier {
///         small_signal_gain: db_to_power_ratio(17.0),
///         output_saturation_power: None,
///         noise_figure: db_to_power_ratio(5.5),
///         definition: NoiseFigureDefinition::WithShotNoise,
///     }),
/// };
/// let channels = (0..40)
///     .map(|k| Channel {
///         frequency: 192.1e12 + 50e9 * f64::from(k),
///         symbol_rate: 32e9,
///         power: 1e-3,
///     })
///     .collect();
/// let line = AmplifiedLine { channels, transmitter_osnr: None, spans: vec![span; 10] };
/// let middle = line.arrivals()?[20];
/// let (osnr, gsnr) = (power_ratio_to_db(middle.osnr()), power_ratio_to_db(middle.gsnr()));
/// assert!((25.0..26.0).contains(&osnr) && (22.0..24.0).contains(&gsnr));
/// assert!((middle.delay * 1e3 - 3.918).abs() < 1e-3);
/// # Ok::<(), eyespan::link::LinkError>(())
/// ```
///
/// Leaves out: what [`nonlinear_interference`] and [`ErbiumAmplifier`] leave out, noise as a source of
/// interference, filtering along the line, polarisation-dependent loss.
#[derive(Debug, Clone, PartialEq)]
pub struct AmplifiedLine {
    /// The channels at the input.
    pub channels: Vec<Channel>,
    /// Optical signal-to-noise ratio of the transmitters in 12.5 GHz, as a ratio; `None` without
    /// noise.
    pub transmitter_osnr: Option<f64>,
    /// The spans in order.
    pub spans: Vec<AmplifiedSpan>,
}

/// What arrives of one channel.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Arrival {
    /// Optical frequency, Hz.
    pub frequency: f64,
    /// Symbol rate, Bd.
    pub symbol_rate: f64,
    /// Power of the signal, W.
    pub power: f64,
    /// Density of spontaneous emission, both polarisations, W/Hz.
    pub spontaneous_emission: f64,
    /// Density of nonlinear interference, both polarisations, W/Hz: its power over the symbol rate.
    pub nonlinear_interference: f64,
    /// Accumulated chromatic dispersion, s/m (1 ps/nm = 1e-3 s/m).
    pub chromatic_dispersion: f64,
    /// Mean differential group delay, s: the root of the sum of squares over the spans.
    pub polarization_mode_dispersion: f64,
    /// Propagation delay in the fibres, s.
    pub delay: f64,
}

impl Arrival {
    /// Optical signal-to-noise ratio in 12.5 GHz (0.1 nm), as a ratio; infinite without noise.
    pub fn osnr(&self) -> f64 {
        osnr(self.power, self.spontaneous_emission)
    }

    /// The same in a bandwidth equal to the symbol rate.
    pub fn osnr_in_symbol_rate(&self) -> f64 {
        self.osnr() * OSNR_BANDWIDTH / self.symbol_rate
    }

    /// Generalised signal-to-noise ratio, nonlinear interference included, in 12.5 GHz.
    pub fn gsnr(&self) -> f64 {
        osnr(
            self.power,
            self.spontaneous_emission + self.nonlinear_interference,
        )
    }

    /// The same in a bandwidth equal to the symbol rate: what a coherent receiver decides on.
    pub fn gsnr_in_symbol_rate(&self) -> f64 {
        self.gsnr() * OSNR_BANDWIDTH / self.symbol_rate
    }
}

impl AmplifiedLine {
    /// Takes the channels through the spans.
    ///
    /// # Errors
    /// [`LinkError`] of the first fibre or amplifier that cannot be, and where a loss, a coefficient
    /// or the transmitters' ratio is not physical.
    pub fn arrivals(&self) -> Result<Vec<Arrival>, LinkError> {
        Ok(self.along()?.pop().unwrap_or_default())
    }

    /// The channels at the input, and behind each span in turn: one list more than there are spans.
    ///
    /// # Errors
    /// As [`arrivals`](Self::arrivals).
    pub fn along(&self) -> Result<Vec<Vec<Arrival>>, LinkError> {
        let ratio = self.transmitter_osnr.unwrap_or(f64::INFINITY);
        if ratio.is_nan() || ratio <= 0.0 {
            return Err(LinkError::Link(format!(
                "a signal-to-noise ratio of {ratio} cannot be: it must be above zero"
            )));
        }
        for (number, channel) in self.channels.iter().enumerate() {
            let positive = |value: f64| value.is_finite() && value > 0.0;
            let possible = positive(channel.frequency)
                && positive(channel.symbol_rate)
                && channel.power.is_finite()
                && channel.power >= 0.0;
            if !possible {
                return Err(LinkError::Link(format!(
                    "channel {} cannot be: {} Hz, {} Bd, {} W",
                    number + 1,
                    channel.frequency,
                    channel.symbol_rate,
                    channel.power
                )));
            }
        }
        let mut arrivals: Vec<Arrival> = self
            .channels
            .iter()
            .map(|channel| Arrival {
                frequency: channel.frequency,
                symbol_rate: channel.symbol_rate,
                power: channel.power,
                spontaneous_emission: channel.power / (ratio * OSNR_BANDWIDTH),
                nonlinear_interference: 0.0,
                chromatic_dispersion: 0.0,
                polarization_mode_dispersion: 0.0,
                delay: 0.0,
            })
            .collect();
        let mut along = vec![arrivals.clone()];
        for (number, span) in self.spans.iter().enumerate() {
            span.check(number + 1)?;
            span.pass(&mut arrivals)?;
            along.push(arrivals.clone());
        }
        Ok(along)
    }
}

impl AmplifiedSpan {
    fn check(&self, number: usize) -> Result<(), LinkError> {
        let quantities = [
            (
                "loss in front of the fibre in dB",
                self.input_connector_loss_db,
            ),
            ("loss behind the fibre in dB", self.output_connector_loss_db),
            (
                "polarisation-mode dispersion in s/√m",
                self.polarization_mode_dispersion,
            ),
        ];
        for (quantity, value) in quantities {
            if !(value.is_finite() && value >= 0.0) {
                return Err(LinkError::Link(format!(
                    "span {number}: a {quantity} of {value} cannot be: it must be zero or more"
                )));
            }
        }
        Ok(())
    }

    fn pass(&self, arrivals: &mut [Arrival]) -> Result<(), LinkError> {
        scale(arrivals, |_| {
            Ok(db_to_power_ratio(-self.input_connector_loss_db))
        })?;
        if let Some(kerr) = &self.kerr {
            let channels: Vec<Channel> = arrivals
                .iter()
                .map(|a| Channel {
                    frequency: a.frequency,
                    symbol_rate: a.symbol_rate,
                    power: a.power,
                })
                .collect();
            let gathered = nonlinear_interference(&self.fiber, kerr, &channels)?;
            for (arrival, power) in arrivals.iter_mut().zip(gathered) {
                arrival.nonlinear_interference += power / arrival.symbol_rate;
            }
        }
        self.fiber.check()?;
        let length = self.fiber.length;
        scale(arrivals, |frequency| {
            let loss = self
                .fiber
                .attenuation_db_per_m(SPEED_OF_LIGHT / frequency)?;
            Ok(db_to_power_ratio(
                -loss * length - self.output_connector_loss_db,
            ))
        })?;
        let pmd = self.polarization_mode_dispersion;
        for arrival in arrivals.iter_mut() {
            let (coefficient, _) = self.fiber.dispersion.at(SPEED_OF_LIGHT / arrival.frequency);
            arrival.chromatic_dispersion += coefficient * length;
            let squares = arrival.polarization_mode_dispersion.powi(2) + pmd * pmd * length;
            arrival.polarization_mode_dispersion = squares.sqrt();
            arrival.delay += self.fiber.delay();
        }
        let Some(amplifier) = &self.amplifier else {
            return Ok(());
        };
        let total: f64 = arrivals.iter().map(|a| a.power).sum();
        let gain = amplifier.gain(total)?;
        scale(arrivals, |_| Ok(gain))?;
        for arrival in arrivals {
            let noise = amplifier.spontaneous_emission(total, arrival.frequency)?;
            arrival.spontaneous_emission += noise.both_polarizations();
        }
        Ok(())
    }
}

/// Multiplies signal and noise by a factor that depends on the frequency.
fn scale(
    arrivals: &mut [Arrival],
    factor: impl Fn(f64) -> Result<f64, FiberError>,
) -> Result<(), LinkError> {
    for arrival in arrivals {
        let frequency = arrival.frequency;
        let factor = factor(frequency)?;
        if !factor.is_finite() {
            return Err(LinkError::Link(format!(
                "the loss or gain at {frequency} Hz is not finite"
            )));
        }
        arrival.power *= factor;
        arrival.spontaneous_emission *= factor;
        arrival.nonlinear_interference *= factor;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amplifier::NoiseFigureDefinition;
    use crate::fiber::Dispersion;
    use crate::fiber::single_mode::Attenuation;
    use crate::units::power_ratio_to_db;

    fn span() -> AmplifiedSpan {
        AmplifiedSpan {
            input_connector_loss_db: 0.0,
            fiber: SingleModeFiber {
                length: 80e3,
                attenuation: Attenuation::Constant(0.2e-3),
                dispersion: Dispersion::AtWavelength {
                    reference: None,
                    coefficient: 17e-6,
                    slope: 0.0,
                },
                group_index: 1.468,
            },
            kerr: None,
            polarization_mode_dispersion: 1e-15,
            output_connector_loss_db: 0.0,
            amplifier: Some(ErbiumAmplifier {
                small_signal_gain: db_to_power_ratio(16.0),
                output_saturation_power: None,
                noise_figure: db_to_power_ratio(5.0),
                definition: NoiseFigureDefinition::WithShotNoise,
            }),
        }
    }

    fn line(spans: usize) -> AmplifiedLine {
        AmplifiedLine {
            channels: vec![Channel {
                frequency: 193.1e12,
                symbol_rate: 32e9,
                power: 1e-3,
            }],
            transmitter_osnr: None,
            spans: vec![span(); spans],
        }
    }

    #[test]
    fn noise_adds_in_power_and_pmd_in_squares() {
        let one = line(1).arrivals().unwrap()[0];
        for spans in [2, 4, 16] {
            let many = line(spans).arrivals().unwrap()[0];
            let n = spans as f64;
            assert!((one.osnr() / many.osnr() / n - 1.0).abs() < 1e-12);
            assert!((many.chromatic_dispersion / one.chromatic_dispersion - n).abs() < 1e-12);
            assert!((many.delay / one.delay - n).abs() < 1e-12);
            let pmd = many.polarization_mode_dispersion / one.polarization_mode_dispersion;
            assert!((pmd - n.sqrt()).abs() < 1e-12);
            assert!((many.power - 1e-3).abs() < 1e-15);
        }
    }

    #[test]
    fn interference_has_an_optimum_of_the_power() {
        let mut line = line(5);
        for span in &mut line.spans {
            span.kerr = Some(KerrCoefficient::Constant(1.3e-3));
        }
        let gsnr_db = |line: &mut AmplifiedLine, dbm: f64| {
            line.channels[0].power = 1e-3 * db_to_power_ratio(dbm);
            power_ratio_to_db(line.arrivals().unwrap()[0].gsnr())
        };
        let low = gsnr_db(&mut line, -5.0);
        let middle = gsnr_db(&mut line, 2.0);
        let high = gsnr_db(&mut line, 9.0);
        assert!(low < middle && high < middle, "{low} {middle} {high}");
    }

    #[test]
    fn no_span_changes_nothing_and_nonsense_is_refused() {
        let none = line(0).arrivals().unwrap()[0];
        assert!(none.osnr().is_infinite() && none.gsnr().is_infinite());
        let mut bad = line(1);
        bad.spans[0].output_connector_loss_db = -1.0;
        assert!(bad.arrivals().unwrap_err().to_string().contains("span 1"));
        let mut bad = line(1);
        bad.transmitter_osnr = Some(0.0);
        assert!(bad.arrivals().is_err());
        let mut bad = line(1);
        bad.spans[0].fiber.length = -1.0;
        assert!(bad.arrivals().is_err());
        let mut bad = line(1);
        bad.channels[0].power = f64::NAN;
        assert!(
            bad.arrivals()
                .unwrap_err()
                .to_string()
                .contains("channel 1")
        );
        let mut bad = line(1);
        bad.spans[0].fiber.attenuation = Attenuation::Constant(f64::NAN);
        assert!(bad.arrivals().is_err());
    }

    #[test]
    fn the_ratio_falls_from_span_to_span() {
        let along = line(3).along().unwrap();
        assert_eq!(along.len(), 4);
        assert!(along[0][0].osnr().is_infinite());
        let delay = |k: usize| along[k][0].delay;
        assert!((delay(2) - 2.0 * delay(1)).abs() < 1e-15);
        assert!(along[1][0].osnr() > along[2][0].osnr());
        assert_eq!(along[3], line(3).arrivals().unwrap());
    }
}
