//! A semiconductor amplifier on the way of a link's field, whose gain follows the power from sample to
//! sample.
//!
//! The equation is that of [`SemiconductorAmplifier`]: a stage that is neither linear nor without
//! memory. The cyclic pattern is sent through it until its gain returns to where it began. Counted
//! errors begin every block with the gain of the average power and leave the time out that the gain
//! takes to forget it: a difference falls with exp(−t/τ_c) at least, faster the more light there is.
//!
//! Noise and jitter in front of it act on the gain as the light does. Where they are carried to each
//! decision as densities, the equation is linear about the pattern: with a(t) = 1/τ_c + eʰP/E_sat and
//! c(t) = (eʰ − 1)/E_sat a change of the power makes dδh/dt = −a·δh − c·δP, which is integrated
//! backward from the decision.
//!
//! Its spontaneous emission has the density of the gain of the moment, at the same noise figure
//! ([`emission`](super::emission)).
//!
//! Emission of amplifiers in front acts on its gain as well, to first order in both engines.
//!
//! **Left out**: what [`SemiconductorAmplifier`] leaves out; what its own emission and interfering light do
//! to its gain, and the mean power of emission in front.

use super::error::LinkError;
use super::plan::{Operation, Plan};
use super::waveform::{Propagation, Wave};
use crate::amplifier::{SemiconductorAmplifier, SemiconductorState};
use crate::signal::convolution::{LONGEST_RESPONSE, block_memory};
use num_complex::Complex64;

/// An amplifier whose gain follows the light of a link.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GainDynamics {
    /// The amplifier.
    pub amplifier: SemiconductorAmplifier,
    /// Average power in front of it as planned, W: where counting begins.
    pub average_power: f64,
}

/// Change of ln G over a period of the pattern up to which the gain counts as periodic.
const PERIODIC: f64 = 1e-11;
/// Periods that are tried.
const MOST_PERIODS: usize = 200;
/// Natural logarithm of the share of a difference of gains that blocks of counted errors may begin with.
const FORGOTTEN: f64 = 20.7;
/// The same for the way back from a decision, of which the square counts.
const FORGOTTEN_BACKWARD: f64 = 9.0;

impl GainDynamics {
    /// ln G at every sample of a cyclic field.
    ///
    /// # Errors
    /// [`LinkError`] where the amplifier refuses the light, or the gain does not become periodic.
    pub fn periodic(&self, sampling_rate: f64, field: &[Complex64]) -> Result<Vec<f64>, LinkError> {
        let power: Vec<f64> = field.iter().map(Complex64::norm_sqr).collect();
        let mean = power.iter().sum::<f64>() / power.len().max(1) as f64;
        let mut begin = self.amplifier.settled(mean)?.integrated_gain;
        for _ in 0..MOST_PERIODS {
            let mut gain = power.clone();
            // Into the first sample the gain comes from the last.
            let mut state = SemiconductorState {
                integrated_gain: begin,
                last_power: power.last().copied(),
            };
            self.amplifier
                .follow(&mut state, sampling_rate, &mut gain)?;
            let change = state.integrated_gain - begin;
            if change.abs() <= PERIODIC {
                return Ok(gain);
            }
            // Newton's method: a period leaves exp(−∫a dt) of a difference.
            let forgotten: f64 = gain
                .iter()
                .zip(&power)
                .map(|(h, p)| self.rate(*h, *p) / sampling_rate)
                .sum();
            begin += change / -(-forgotten).exp_m1();
        }
        Err(LinkError::Link(
            "the gain of a semiconductor amplifier does not become periodic with the pattern"
                .to_owned(),
        ))
    }

    /// a = 1/τ_c + eʰP/E_sat: how fast a difference of ln G falls, 1/s.
    fn rate(&self, h: f64, power: f64) -> f64 {
        1.0 / self.amplifier.carrier_lifetime + h.exp() * power / self.amplifier.saturation_energy
    }

    /// Amplifies noise beside a field whose ln G is known, gain and all: the power of its beat with the
    /// field changes ln G, which changes the field. Linear in the noise, as [`Sensitivity`] is.
    pub(super) fn amplify_noise(
        &self,
        sampling_rate: f64,
        gain: &[f64],
        field: &[Complex64],
        noise: &mut [Complex64],
    ) {
        let turn = self.turn();
        let (mut change, mut last) = (0.0, None::<(f64, f64)>);
        for ((n, a), h) in noise.iter_mut().zip(field).zip(gain) {
            let rate = self.rate(*h, a.norm_sqr());
            let drop = self.drop(*h, sampling_rate) * 2.0 * (a.conj() * *n).re;
            if let Some((rate_before, drop_before)) = last {
                let kept = (-0.5 * (rate_before + rate) / sampling_rate).exp();
                change = kept * (change - drop_before) - drop;
            }
            last = Some((rate, drop));
            *n = self.amplifier.field_factor(*h) * (*n + a * turn * change);
        }
    }

    /// ½(1 + jα).
    fn turn(&self) -> Complex64 {
        Complex64::new(0.5, 0.5 * self.amplifier.linewidth_enhancement)
    }

    /// Fall of ln G by half a sample of one watt more, per W.
    fn drop(&self, h: f64, sampling_rate: f64) -> f64 {
        0.5 * h.exp_m1() / (self.amplifier.saturation_energy * sampling_rate)
    }

    /// Samples after which nothing is left of where the gain of a block began.
    ///
    /// # Errors
    /// [`LinkError::Convolution`] where blocks cannot be that long.
    pub fn memory(&self, name: &str, sampling_rate: f64) -> Result<usize, LinkError> {
        let forgotten = FORGOTTEN * self.amplifier.carrier_lifetime;
        Ok(block_memory(name, forgotten * sampling_rate)?)
    }

    /// The gain that counting begins a block with.
    ///
    /// # Errors
    /// [`LinkError`] where the average power is not physical.
    pub fn at_rest(&self) -> Result<SemiconductorState, LinkError> {
        Ok(self.amplifier.settled(self.average_power)?)
    }
}

/// How a decision's weights pass such an amplifier backward, along a cyclic pattern.
#[derive(Debug)]
pub(super) struct Sensitivity {
    /// Field in front.
    field: Vec<Complex64>,
    /// Factor on the field.
    factor: Vec<Complex64>,
    /// ½(1 + jα).
    turn: Complex64,
    /// Share of a difference of ln G that is left one sample later.
    kept: Vec<f64>,
    /// Fall of ln G by half a sample of one watt more, per W.
    drop: Vec<f64>,
    /// Samples that the way back has to have in front of the first weight.
    pub memory: usize,
}

impl Sensitivity {
    /// About the cyclic field in front of an amplifier.
    ///
    /// # Errors
    /// As [`GainDynamics::periodic`].
    pub fn new(
        dynamics: &GainDynamics,
        sampling_rate: f64,
        field: &[Complex64],
    ) -> Result<Self, LinkError> {
        let amplifier = &dynamics.amplifier;
        let gain = dynamics.periodic(sampling_rate, field)?;
        let rates: Vec<f64> = gain
            .iter()
            .zip(field)
            .map(|(h, a)| dynamics.rate(*h, a.norm_sqr()))
            .collect();
        let next = rates.iter().cycle().skip(1);
        let kept = (rates.iter().zip(next))
            .map(|(a, b)| (-0.5 * (a + b) / sampling_rate).exp())
            .collect();
        let slowest = rates.iter().copied().fold(f64::INFINITY, f64::min);
        Ok(Self {
            factor: gain.iter().map(|h| amplifier.field_factor(*h)).collect(),
            turn: dynamics.turn(),
            kept,
            drop: gain
                .iter()
                .map(|h| dynamics.drop(*h, sampling_rate))
                .collect(),
            memory: block_memory("", FORGOTTEN_BACKWARD * sampling_rate / slowest)
                .unwrap_or(LONGEST_RESPONSE),
            field: field.to_vec(),
        })
    }

    /// Turns weights of the field behind the amplifier, of samples from `first` of the pattern, into
    /// those of the field in front: δD = Σ Re(b*·δA).
    ///
    /// ln G gets −½Δt·c·δP from either side of a sample, and keeps exp(−∫a dt) from one to the next.
    pub fn backward(&self, first: usize, weights: &mut [Complex64]) {
        let total = self.field.len().max(1);
        let mut later = 0.0;
        for (i, b) in weights.iter_mut().enumerate().rev() {
            let at = (first + i) % total;
            let (a, f) = (self.field[at], self.factor[at]);
            let behind = f.conj() * *b;
            let kept = self.kept[at] * later;
            let here = (behind.conj() * a * self.turn).re + kept;
            *b = behind - a * (2.0 * self.drop[at] * (here + kept));
            later = here;
        }
    }
}

impl Plan {
    /// Power (W) that long runs of a level which is launched with so much have in front of an operation:
    /// amplifiers have the gain that this power leaves them.
    ///
    /// # Errors
    /// What a fibre or an amplifier refuses.
    pub fn long_run_power(
        &self,
        source: usize,
        detector: usize,
        launched: f64,
    ) -> Result<f64, LinkError> {
        let mut power = launched;
        for index in source..detector {
            match self.operations.get(index).map(|o| &o.operation) {
                Some(Operation::GainDynamics(dynamics)) => {
                    power *= dynamics.amplifier.steady_gain(power)?;
                }
                _ => power *= self.carrier_transmission(index..index + 1)?,
            }
        }
        Ok(power)
    }

    /// True where the gain of an amplifier follows the light.
    pub fn has_gain_dynamics(&self) -> bool {
        self.operations
            .iter()
            .any(|o| matches!(o.operation, Operation::GainDynamics(_)))
    }
}

/// Field in front of an operation of a plan whose waveforms are known.
pub(super) fn field_before(propagation: &Propagation, index: usize) -> Option<&[Complex64]> {
    match propagation.before(index)? {
        Wave::Field(field) => Some(field),
        Wave::Real(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::amplifier::NoiseFigureDefinition;

    fn dynamics(lifetime: f64) -> GainDynamics {
        GainDynamics {
            amplifier: SemiconductorAmplifier {
                small_signal_gain: 100.0,
                carrier_lifetime: lifetime,
                saturation_energy: 2e-12,
                linewidth_enhancement: 4.0,
                noise_figure: 5.0,
                definition: NoiseFigureDefinition::WithShotNoise,
            },
            average_power: 1e-4,
        }
    }

    fn pattern() -> Vec<Complex64> {
        (0..256)
            .map(|k| {
                let mark = (k / 16 * 7) % 5 < 2;
                let ripple = 1.0 + 0.3 * (0.5 * f64::from(k)).sin();
                Complex64::from_polar(
                    if mark { 0.02 * ripple } else { 0.004 },
                    0.01 * f64::from(k),
                )
            })
            .collect()
    }

    #[test]
    fn the_gain_is_periodic_for_short_and_for_long_lifetimes() {
        for lifetime in [1e-12, 1e-10, 1e-6] {
            let dynamics = dynamics(lifetime);
            let field = pattern();
            let gain = dynamics.periodic(2e11, &field).unwrap();
            // Twice the pattern has the same gain twice.
            let twice = [field.clone(), field].concat();
            let again = dynamics.periodic(2e11, &twice).unwrap();
            for (k, h) in again.iter().enumerate() {
                assert!((h - gain[k % 256]).abs() < 1e-9, "{lifetime}: {k}");
            }
        }
        let dark = dynamics(1e-10)
            .periodic(2e11, &[Complex64::ZERO; 4])
            .unwrap();
        assert!(dark.iter().all(|h| (h - 100f64.ln()).abs() < 1e-12));
        assert!(dynamics(1e-10).periodic(2e11, &[]).is_ok());
        let not_a_number = [Complex64::new(f64::NAN, 0.0)];
        assert!(dynamics(1e-10).periodic(2e11, &not_a_number).is_err());
    }

    #[test]
    fn what_is_carried_backward_is_the_change_that_a_small_change_makes() {
        let dynamics = dynamics(1e-10);
        let (rate, field) = (4e11, pattern());
        let through = |field: &[Complex64]| -> Vec<Complex64> {
            let gain = dynamics.periodic(rate, field).unwrap();
            let factor = gain.iter().map(|h| dynamics.amplifier.field_factor(*h));
            field.iter().zip(factor).map(|(a, f)| a * f).collect()
        };
        // A decision on one sample of the power behind.
        let behind = through(&field);
        let sensitivity = Sensitivity::new(&dynamics, rate, &field).unwrap();
        let place = 200;
        let mut weights = vec![Complex64::ZERO; place + 1];
        weights[place] = behind[place] * 2.0;
        sensitivity.backward(0, &mut weights);
        let mut whole = 0.0;
        for k in [120, 160, 190, 199, 200] {
            for direction in [Complex64::ONE, Complex64::I] {
                let size = 1e-6 * field[k].norm();
                let at = |sign: f64| {
                    let mut changed = field.clone();
                    changed[k] += direction * (sign * size);
                    through(&changed)[place].norm_sqr()
                };
                let change = (at(1.0) - at(-1.0)) / (2.0 * size);
                let found = (weights[k].conj() * direction).re;
                // The trapezoidal rule against the Runge–Kutta steps.
                let scale = behind[place].norm() * dynamics.amplifier.field_factor(1.0).norm();
                assert!(
                    (change - found).abs() < 2e-3 * scale,
                    "{k}: {change} {found}"
                );
                whole += change.abs();
            }
        }
        assert!(whole > 0.0);
    }

    #[test]
    fn noise_forward_and_weights_backward_make_the_same_change() {
        let dynamics = dynamics(1e-10);
        let (rate, field) = (4e11, pattern());
        let gain = dynamics.periodic(rate, &field).unwrap();
        let noise: Vec<Complex64> = (0..256)
            .map(|k| Complex64::cis(2.4 * f64::from(k * k)) * 1e-4)
            .collect();
        let mut forward = noise.clone();
        dynamics.amplify_noise(rate, &gain, &field, &mut forward);
        // A decision at the end of the pattern, which the noise before it begins with.
        let place = 255;
        let direction = Complex64::new(0.6, -0.8);
        let mut weights = vec![Complex64::ZERO; 256];
        weights[place] = direction;
        Sensitivity::new(&dynamics, rate, &field)
            .unwrap()
            .backward(0, &mut weights);
        // The first sample changes the gain from one side only.
        let skipped: f64 = (weights[0].conj() * noise[0]).re;
        let found: f64 = weights
            .iter()
            .zip(&noise)
            .map(|(b, n)| (b.conj() * n).re)
            .sum();
        let expected = (direction.conj() * forward[place]).re;
        assert!((found - expected).abs() <= skipped.abs() + 1e-12 * expected.abs());
    }

    #[test]
    fn blocks_that_cannot_be_long_enough_are_refused() {
        assert_eq!(dynamics(1e-10).memory("x", 2e11).unwrap(), 414);
        assert!(dynamics(1e-3).memory("x", 2e11).is_err());
        assert!(dynamics(f64::NAN).memory("x", 2e11).is_err());
    }
}
