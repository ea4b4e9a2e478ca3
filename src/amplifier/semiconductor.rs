//! Semiconductor optical amplifier with gain dynamics.

use super::error::{AmplifierError, require};
use super::spontaneous_emission::{NoiseFigureDefinition, SpontaneousEmission};
use crate::math::{RootError, find_root};
use num_complex::Complex64;
use std::convert::Infallible;

/// A semiconductor optical amplifier whose gain follows the power.
///
/// The integrated gain h = ln G obeys dh/dt = (h0 − h)/τ_c − (eʰ − 1)·P_in/E_sat, and the field
/// leaves as A·exp(½(1 + jα)h) (G. P. Agrawal and N. A. Olsson, IEEE J. Quantum Electron. 25, 2297
/// (1989), DOI 10.1109/3.42059, conjugated for e^{+jωt}: with α > 0 the
/// leading edge of a pulse, where the gain falls, is shifted to lower frequencies). Both
/// polarisations share the gain.
///
/// Leaves out: internal loss, effects inside a band (spectral hole burning, carrier heating: of
/// interest below about 10 ps), the spectrum of the gain, facet reflections, dependence on
/// polarisation, and saturation by its own noise.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SemiconductorAmplifier {
    /// Power gain without load, as a ratio; h0 is its logarithm.
    pub small_signal_gain: f64,
    /// Carrier lifetime τ_c, s.
    pub carrier_lifetime: f64,
    /// Saturation energy E_sat, J; E_sat/τ_c is the saturation power.
    pub saturation_energy: f64,
    /// Linewidth-enhancement factor α.
    pub linewidth_enhancement: f64,
    /// Noise figure, as a ratio.
    pub noise_figure: f64,
    /// What the noise figure counts.
    pub definition: NoiseFigureDefinition,
}

/// Where the gain stands between two blocks of samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SemiconductorState {
    /// ln G at the last sample.
    pub integrated_gain: f64,
    /// Input power at the last sample, W; `None` before the first.
    pub last_power: Option<f64>,
}

/// Largest step of the integration, as a fraction of the fastest time constant: the local error of
/// the fourth-order method is below 1e-9 of the change.
const STEP: f64 = 0.05;
/// Most steps between two samples: beyond, the pulse is no longer resolved.
const MOST_STEPS: f64 = 1e5;

impl SemiconductorAmplifier {
    /// Checks that every quantity is physical.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] names the first that is not.
    pub fn check(&self) -> Result<(), AmplifierError> {
        let positive = |quantity, value: f64| require(quantity, value, "above zero", value > 0.0);
        let gain = self.small_signal_gain;
        require("a small-signal gain", gain, "one or more", gain >= 1.0)?;
        positive("a carrier lifetime (s)", self.carrier_lifetime)?;
        positive("a saturation energy (J)", self.saturation_energy)?;
        positive("a noise figure", self.noise_figure)?;
        let alpha = self.linewidth_enhancement;
        require("a linewidth-enhancement factor", alpha, "finite", true)
    }

    /// Power gain once a constant input power `input_power` in W has settled:
    /// ln G = ln G0 − (G − 1)·P_in/P_sat.
    ///
    /// # Errors
    /// [`AmplifierError::Quantity`] where a quantity is not physical.
    pub fn steady_gain(&self, input_power: f64) -> Result<f64, AmplifierError> {
        self.check()?;
        require(
            "an input power (W)",
            input_power,
            "zero or more",
            input_power >= 0.0,
        )?;
        let top = self.small_signal_gain.ln();
        let load = input_power * self.carrier_lifetime / self.saturation_energy;
        let excess = |h: f64| Ok::<_, Infallible>(h - top + h.exp_m1() * load);
        match find_root(excess, 0.0, top, 0.0, 500) {
            Ok(root) => Ok(root.x.exp()),
            Err(RootError::TooManyEvaluations { low, .. }) => Ok(low.exp()),
            Err(_) => Err(AmplifierError::Quantity {
                quantity: "an input power (W)",
                value: input_power,
                allowed: "one the saturation equation can be solved for",
            }),
        }
    }

    /// The state after a constant input power `input_power` in W has settled.
    ///
    /// # Errors
    /// As [`steady_gain`](Self::steady_gain).
    pub fn settled(&self, input_power: f64) -> Result<SemiconductorState, AmplifierError> {
        Ok(SemiconductorState {
            integrated_gain: self.steady_gain(input_power)?.ln(),
            last_power: None,
        })
    }

    /// The noise at the output under a constant input power of `input_power` in W, around the
    /// optical frequency `frequency` in Hz.
    ///
    /// # Errors
    /// As [`steady_gain`](Self::steady_gain) and [`SpontaneousEmission::from_noise_figure`].
    pub fn spontaneous_emission(
        &self,
        input_power: f64,
        frequency: f64,
    ) -> Result<SpontaneousEmission, AmplifierError> {
        SpontaneousEmission::from_noise_figure(
            self.steady_gain(input_power)?,
            self.noise_figure,
            self.definition,
            frequency,
        )
    }

    /// The noise at the output while the gain stands at `integrated_gain`, ln G, around the optical
    /// frequency `frequency` in Hz, with the same noise figure at every gain. A noise figure that the
    /// quantum limit allows at one gain is allowed at every lower one.
    ///
    /// # Errors
    /// As [`SpontaneousEmission::from_noise_figure`].
    pub fn spontaneous_emission_at(
        &self,
        integrated_gain: f64,
        frequency: f64,
    ) -> Result<SpontaneousEmission, AmplifierError> {
        SpontaneousEmission::from_noise_figure(
            integrated_gain.max(0.0).exp(),
            self.noise_figure,
            self.definition,
            frequency,
        )
    }

    /// Factor on the field while the gain stands at `integrated_gain`: exp(½(1 + jα)h).
    pub fn field_factor(&self, integrated_gain: f64) -> Complex64 {
        Complex64::from_polar(
            (0.5 * integrated_gain).exp(),
            0.5 * self.linewidth_enhancement * integrated_gain,
        )
    }

    /// Amplifies a field in place, one polarisation (`y` empty) or two, √W, sampled at
    /// `sampling_rate` in Hz, and leaves the state of the gain for the next block. Blocks of any
    /// length give the same samples.
    ///
    /// The gain is that of [`follow`](Self::follow).
    ///
    /// # Errors
    /// [`AmplifierError`] where a quantity is not physical, a sample is not finite or the
    /// polarisations differ in length.
    pub fn amplify(
        &self,
        state: &mut SemiconductorState,
        sampling_rate: f64,
        x: &mut [Complex64],
        y: &mut [Complex64],
    ) -> Result<(), AmplifierError> {
        if !y.is_empty() && x.len() != y.len() {
            return Err(AmplifierError::Lengths {
                x: x.len(),
                y: y.len(),
            });
        }
        let mut gain: Vec<f64> = x.iter().map(Complex64::norm_sqr).collect();
        for (power, b) in gain.iter_mut().zip(&*y) {
            *power += b.norm_sqr();
        }
        self.follow(state, sampling_rate, &mut gain)?;
        for (a, h) in x.iter_mut().zip(&gain) {
            *a *= self.field_factor(*h);
        }
        for (b, h) in y.iter_mut().zip(&gain) {
            *b *= self.field_factor(*h);
        }
        Ok(())
    }

    /// Replaces the input power (W) at every sample by the integrated gain, ln G, there, and leaves the
    /// state of the gain for the next block.
    ///
    /// Between samples the power is a straight line, and the gain is integrated by the classical
    /// fourth-order Runge–Kutta method in steps of at most a twentieth of the fastest time constant:
    /// the error is that of the line, (1/12)·Δt²·d²P/dt².
    ///
    /// # Errors
    /// [`AmplifierError`] where a quantity is not physical or a sample is not finite.
    pub fn follow(
        &self,
        state: &mut SemiconductorState,
        sampling_rate: f64,
        power: &mut [f64],
    ) -> Result<(), AmplifierError> {
        self.check()?;
        require(
            "a sampling rate (Hz)",
            sampling_rate,
            "above zero",
            sampling_rate > 0.0,
        )?;
        let start = state.integrated_gain;
        require("an integrated gain", start, "finite", true)?;
        let mut h = start;
        let mut last = state.last_power;
        for (sample, p) in power.iter_mut().enumerate() {
            if !p.is_finite() {
                return Err(AmplifierError::NotFinite { sample });
            }
            if let Some(last) = last {
                h = self.advance(h, last, *p, 1.0 / sampling_rate)?;
            }
            last = Some(*p);
            *p = h;
        }
        *state = SemiconductorState {
            integrated_gain: h,
            last_power: last,
        };
        Ok(())
    }

    /// ln G after `time` s in which the input power goes from `from` to `to` W in a straight line.
    fn advance(&self, h: f64, from: f64, to: f64, time: f64) -> Result<f64, AmplifierError> {
        let top = self.small_signal_gain.ln();
        let rate = |h: f64, power: f64| {
            (top - h) / self.carrier_lifetime - h.exp_m1() * power / self.saturation_energy
        };
        let gain = if h <= top {
            self.small_signal_gain
        } else {
            h.exp()
        };
        let fastest = 1.0 / self.carrier_lifetime + from.max(to) * gain / self.saturation_energy;
        let steps = (time * fastest / STEP).ceil().max(1.0);
        require(
            "an input power (W)",
            from.max(to),
            "small enough for the gain to follow within a sample, or a higher sampling rate",
            steps <= MOST_STEPS,
        )?;
        let dt = time / steps;
        let slope = (to - from) / steps;
        let mut h = h;
        let mut k = 0.0;
        while k < steps {
            let (p0, p2) = (from + slope * k, from + slope * (k + 1.0));
            let p1 = 0.5 * (p0 + p2);
            let k1 = rate(h, p0);
            let k2 = rate(h + 0.5 * dt * k1, p1);
            let k3 = rate(h + 0.5 * dt * k2, p1);
            let k4 = rate(h + dt * k3, p2);
            h += dt / 6.0 * (k1 + 2.0 * (k2 + k3) + k4);
            k += 1.0;
        }
        Ok(h)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::units::db_to_power_ratio;

    fn amplifier() -> SemiconductorAmplifier {
        SemiconductorAmplifier {
            small_signal_gain: db_to_power_ratio(25.0),
            carrier_lifetime: 300e-12,
            saturation_energy: 5e-12,
            linewidth_enhancement: 5.0,
            noise_figure: db_to_power_ratio(7.0),
            definition: NoiseFigureDefinition::WithShotNoise,
        }
    }

    #[test]
    fn blocks_give_the_samples_of_the_whole() {
        let soa = amplifier();
        let field: Vec<Complex64> = (0..200)
            .map(|k| Complex64::new(0.03 * (1.0 + (0.2 * f64::from(k)).sin()), 0.0))
            .collect();
        let run = |cut: usize| {
            let mut out = field.clone();
            let mut state = soa.settled(0.0).unwrap();
            let (head, tail) = out.split_at_mut(cut);
            soa.amplify(&mut state, 1e11, head, &mut []).unwrap();
            soa.amplify(&mut state, 1e11, tail, &mut []).unwrap();
            out
        };
        assert_eq!(run(0), run(77));
    }

    #[test]
    fn polarizations_share_the_gain() {
        let soa = amplifier();
        let amplitude = Complex64::new(0.02, 0.0);
        let (mut x, mut y) = (vec![amplitude; 500], vec![amplitude; 500]);
        let mut state = soa.settled(0.0).unwrap();
        soa.amplify(&mut state, 1e11, &mut x, &mut y).unwrap();
        let mut single = vec![amplitude * 2f64.sqrt(); 500];
        let mut state = soa.settled(0.0).unwrap();
        soa.amplify(&mut state, 1e11, &mut single, &mut []).unwrap();
        for (x, s) in x.iter().zip(&single) {
            assert!((x * 2f64.sqrt() - s).norm() < 1e-12 * s.norm());
        }
    }

    #[test]
    fn light_that_is_switched_on_shifts_the_edge_to_lower_frequencies() {
        let soa = amplifier();
        let mut field = vec![Complex64::new(0.05, 0.0); 20];
        let mut state = soa.settled(0.0).unwrap();
        soa.amplify(&mut state, 1e12, &mut field, &mut []).unwrap();
        let turned = (field[10] * field[5].conj()).arg();
        assert!(turned < 0.0, "{turned}");
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let soa = amplifier();
        let mut state = soa.settled(0.0).unwrap();
        let mut bad = [Complex64::new(f64::NAN, 0.0)];
        assert_eq!(
            soa.amplify(&mut state, 1e12, &mut bad, &mut []),
            Err(AmplifierError::NotFinite { sample: 0 })
        );
        let mut huge = [Complex64::new(1e9, 0.0); 2];
        assert!(soa.amplify(&mut state, 1e9, &mut huge, &mut []).is_err());
        let mut ok = [Complex64::ONE; 2];
        assert!(soa.amplify(&mut state, 0.0, &mut ok, &mut []).is_err());
        let mut short = [Complex64::ONE; 1];
        assert!(soa.amplify(&mut state, 1e12, &mut ok, &mut short).is_err());
        assert!(soa.steady_gain(-1.0).is_err());
        let no_lifetime = SemiconductorAmplifier {
            carrier_lifetime: 0.0,
            ..soa
        };
        assert!(no_lifetime.steady_gain(1e-3).is_err());
    }
}
