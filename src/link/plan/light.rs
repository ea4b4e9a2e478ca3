//! Light of one mode on its way: what it is by the time it is detected, and the noise it brings.
//!
//! Powers are followed at the carrier and on average, as the launched levels give them: a reflection
//! needs the loss in front of it, an amplifier the power that saturates it. The waveforms themselves
//! are those of the operations.

use super::emission::Emissions;
use super::{
    Builder, Domain, Linear, LinkError, NamedStage, NoiseSource, Operation, Plan, Refused, Stage,
    refuse,
};
use crate::constants::SPEED_OF_LIGHT;
use crate::fiber::multipath_interference::{Reflector, echoes};
use crate::fiber::polarization::statistics::{maxwellian_quantile, mean_delay};
use crate::link::light::{AmplifierStage, LinkAmplifier, ModeDispersion, OpticalFilterStage};
use crate::receiver::NoiseDensity;
use crate::signal::optical_filter::{Thresholds, beat_variance, eye_opening_of_aligned_crosstalk};
use crate::signal::{Grid, PassbandShape};
use crate::units::{db_to_power_ratio, power_ratio_to_db};
use num_complex::Complex64;
use std::f64::consts::PI;

/// Noise of light at the detector. Powers and densities are those at the receiver's input without the
/// loss of a margin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum LightNoise {
    /// Light that was reflected twice, of this power (W): it beats with the signal while its phase
    /// drifts, slowly against the symbols.
    Reflections(f64),
    /// Light of the signal's own wavelength from elsewhere, of this power (W), which does the same.
    InBandCrosstalk(f64),
    /// Light of other wavelengths, whose power is added and has this standard deviation (W) from
    /// symbol to symbol.
    AdjacentCrosstalk(f64),
    /// Spontaneous emission of this density per polarisation (W/Hz) at the carrier, which beats with
    /// the signal: the sum over the amplifiers.
    SignalSpontaneous(f64),
    /// The same, which beats with itself: density per polarisation (W/Hz) and optical noise bandwidth
    /// (Hz). Where amplifiers have bands of different widths, those of the one band with the same power
    /// and the same integral of the squared density.
    SpontaneousSpontaneous(f64, f64),
}

/// Light of one mode as far as it has come.
#[derive(Default)]
pub(super) struct FieldLight {
    /// Average power, W.
    average_power: f64,
    /// Power of each level where the light is launched, W.
    levels: Vec<f64>,
    /// Loss since the last place that lets no light back, dB.
    loss_db: f64,
    /// Places that reflect since then.
    reflectors: Vec<Reflector>,
    /// Power of each echo over that of the signal, of the paths that are closed.
    echoes: Vec<f64>,
    /// In-band crosstalk over the signal.
    in_band: f64,
    /// Sum over the sources of adjacent crosstalk of the square of each over the signal.
    adjacent_squared: f64,
    /// Spontaneous emission of the amplifiers.
    emissions: Emissions,
    /// Fixed differential group delays together, s.
    fixed_delay: f64,
    /// Sum of the squares of the mean delays of fibres, s².
    mean_delay_squared: f64,
    /// Greatest probability that their delay is not exceeded.
    probability: f64,
    /// Power split nearest to one half.
    power_split: Option<f64>,
}

impl FieldLight {
    /// Light of equally likely levels, W.
    pub(super) fn launch(&mut self, levels: Vec<f64>) {
        self.average_power = levels.iter().sum::<f64>() / levels.len().max(1) as f64;
        self.levels = levels;
    }

    /// Standard deviation of the launched levels over their mean.
    fn relative_deviation(&self) -> f64 {
        let count = self.levels.len().max(1) as f64;
        let mean = self.levels.iter().sum::<f64>() / count;
        let squares: f64 = self.levels.iter().map(|p| (p - mean).powi(2)).sum();
        (squares / count).sqrt() / mean
    }

    fn transmit(&mut self, transmission: f64) {
        self.transmit_carrier(transmission);
        self.emissions.scale(transmission);
    }

    /// What the carrier loses in a filter; emission over its whole band loses another share.
    fn transmit_carrier(&mut self, transmission: f64) {
        self.average_power *= transmission;
        self.loss_db -= power_ratio_to_db(transmission);
    }

    /// Ends the paths of reflections: nothing comes back through here.
    fn isolate(&mut self) -> Result<(), Refused> {
        // Positions are optical: the index is in the delay.
        let echoes = echoes(&self.reflectors, 1.0).map_err(LinkError::from)?;
        self.echoes
            .extend(echoes.iter().map(|echo| echo.power_ratio));
        self.reflectors.clear();
        self.loss_db = 0.0;
        Ok(())
    }
}

impl NamedStage {
    /// True where the stage does more to light than loss and dispersion.
    pub fn shapes_light(&self) -> bool {
        self.reflectance > 0.0
            || self.polarization.mode_dispersion != ModeDispersion::None
            || self.polarization.dependent_loss_db > 0.0
            || matches!(self.stage, Stage::OpticalFilter(_) | Stage::Amplifier(_))
    }
}

impl Builder<'_> {
    /// Follows the light to and through a stage, apart from what amplifies it.
    pub(super) fn meet(&mut self, named: &NamedStage) -> Result<(), Refused> {
        let reflectance = named.reflectance;
        if !(0.0..=1.0).contains(&reflectance) {
            return refuse(format!(
                "a reflectance of {reflectance} cannot be: it is 0 to 1"
            ));
        }
        let polarization = named.polarization;
        let effects = polarization.mode_dispersion != ModeDispersion::None
            || polarization.dependent_loss_db != 0.0;
        let modulator = matches!(
            named.stage,
            Stage::ElectroAbsorptionModulator(_) | Stage::MachZehnderModulator(_)
        );
        if self.domain != Domain::Optical {
            if self.domain == Domain::Power && (reflectance > 0.0 || effects) {
                return refuse(
                    "the light of a vcsel is a power in many modes: reflections and polarisation are \
                     modelled for light of one mode only",
                );
            }
            if effects || (reflectance > 0.0 && !modulator) {
                return refuse("there is no light here to reflect or to delay");
            }
            if reflectance > 0.0 {
                // Seen from the fibre: the signal itself leaves from here.
                self.reflector(reflectance, 0.0);
            }
            return Ok(());
        }
        if matches!(named.stage, Stage::Amplifier(_)) {
            if reflectance > 0.0 {
                return refuse("an amplifier is taken with isolators, which reflect nothing");
            }
        } else {
            let transmission = self.transmission_of_stage(&named.stage)?;
            if reflectance > 0.0 {
                // A mated pair reflects where its halves meet: half of its loss lies in front.
                self.reflector(reflectance, -0.5 * power_ratio_to_db(transmission));
            }
            match named.stage {
                Stage::OpticalFilter(_) => self.field_light.transmit_carrier(transmission),
                _ => self.field_light.transmit(transmission),
            }
        }
        if effects {
            self.polarize(named)?;
        }
        Ok(())
    }

    fn reflector(&mut self, reflectance: f64, loss_in_front_db: f64) {
        let light = &mut self.field_light;
        light.reflectors.push(Reflector {
            return_loss_db: -power_ratio_to_db(reflectance),
            position: SPEED_OF_LIGHT * self.delay,
            loss_before_db: light.loss_db + loss_in_front_db,
        });
    }

    /// Share of the power that passes a stage at the carrier.
    fn transmission_of_stage(&self, stage: &Stage) -> Result<f64, Refused> {
        let wavelength = self.wavelength.unwrap_or(f64::NAN);
        Ok(match stage {
            Stage::OpticalLoss(loss) => loss.transmission,
            Stage::OpticalFilter(filter) => filter.passband.at(0.0).norm_sqr(),
            _ => match stage.single_mode_fiber() {
                Some(fiber) => {
                    let per_metre = fiber
                        .attenuation_db_per_m(wavelength)
                        .map_err(LinkError::from)?;
                    db_to_power_ratio(-per_metre * fiber.length)
                }
                None => 1.0,
            },
        })
    }

    fn polarize(&mut self, named: &NamedStage) -> Result<(), Refused> {
        let polarization = named.polarization;
        if !(0.0..=1.0).contains(&polarization.power_split) {
            return refuse(format!(
                "a power split of {} cannot be: it is 0 to 1",
                polarization.power_split
            ));
        }
        let loss = polarization.dependent_loss_db;
        if !(loss.is_finite() && loss >= 0.0) {
            return refuse(format!(
                "a polarisation-dependent loss of {loss} dB cannot be: it is zero or more"
            ));
        }
        if loss > 0.0 {
            let transmission = db_to_power_ratio(-loss);
            self.field_light.transmit(transmission);
            self.push(
                &named.name,
                Operation::Linear(Linear::Gain(transmission.sqrt())),
            );
        }
        match polarization.mode_dispersion {
            ModeDispersion::None => return Ok(()),
            ModeDispersion::Fixed(delay) => {
                if !(delay.is_finite() && delay >= 0.0) {
                    return refuse(format!(
                        "a differential group delay of {delay} s cannot be: it is zero or more"
                    ));
                }
                self.field_light.fixed_delay += delay;
            }
            ModeDispersion::Maxwellian {
                coefficient,
                probability,
            } => {
                let Some(fiber) = named.stage.single_mode_fiber() else {
                    return refuse(
                        "a coefficient of polarisation-mode dispersion belongs to a fibre, which has \
                         a length",
                    );
                };
                let mean = mean_delay(coefficient, fiber.length).map_err(LinkError::from)?;
                if !(probability > 0.0 && probability < 1.0) {
                    return refuse(format!(
                        "a probability of {probability} cannot be: it is above 0 and below 1"
                    ));
                }
                let light = &mut self.field_light;
                light.mean_delay_squared += mean * mean;
                light.probability = light.probability.max(probability);
            }
        }
        let distance = |split: f64| (split - 0.5).abs();
        let split = polarization.power_split;
        self.field_light.power_split = Some(match self.field_light.power_split {
            Some(before) if distance(before) <= distance(split) => before,
            _ => split,
        });
        Ok(())
    }

    pub(super) fn optical_filter(
        &mut self,
        name: &str,
        filter: &OpticalFilterStage,
    ) -> Result<(), Refused> {
        if self.domain == Domain::Power {
            return refuse(
                "an optical filter acts on light of one mode, and the light of a vcsel is in many",
            );
        }
        self.need(
            Domain::Optical,
            "there is no light yet to filter: a modulator must come before it",
        )?;
        filter.passband.check().map_err(LinkError::from)?;
        let adjacent = filter.adjacent_crosstalk.iter();
        let sources = adjacent.map(|&ratio| ("adjacent", ratio));
        for (what, ratio) in sources.chain([("in-band", filter.in_band_crosstalk)]) {
            if !(0.0..=1.0).contains(&ratio) {
                return refuse(format!(
                    "{what} crosstalk of {ratio} of the signal's power cannot be: it is 0 to 1"
                ));
            }
        }
        if filter.passband.at(0.0).norm_sqr() < LEAST_TRANSMISSION {
            return refuse("nothing of the carrier passes the filter: it is centred elsewhere");
        }
        let light = &mut self.field_light;
        light.in_band += filter.in_band_crosstalk;
        // Sources that are independent add their variances, not their powers.
        let squares = filter.adjacent_crosstalk.iter().map(|ratio| ratio * ratio);
        light.adjacent_squared += squares.sum::<f64>();
        light.emissions.filter(&filter.passband);
        if let PassbandShape::Measured(measured) = &filter.passband.shape
            && !measured.has_phase()
        {
            self.warnings.push(format!(
                "{name}: only the amplitude of the passband was measured; its dispersion is left out"
            ));
        }
        self.push(
            name,
            Operation::Linear(Linear::OpticalFilter(filter.passband.clone())),
        );
        Ok(())
    }

    pub(super) fn amplify(&mut self, name: &str, stage: &AmplifierStage) -> Result<(), Refused> {
        if self.domain == Domain::Power {
            return refuse(
                "an optical amplifier takes light of one mode, and the light of a vcsel is in many",
            );
        }
        self.need(
            Domain::Optical,
            "there is no light yet to amplify: a modulator must come before it",
        )?;
        let bandwidth = stage.optical_bandwidth;
        if !(bandwidth.is_finite() && bandwidth > 0.0) {
            return refuse(format!(
                "an optical bandwidth of {bandwidth} Hz cannot be: it must be positive"
            ));
        }
        self.field_light.isolate()?;
        let power = self.field_light.average_power;
        let frequency = SPEED_OF_LIGHT / self.wavelength.unwrap_or(f64::NAN);
        let gain = stage.amplifier.gain(power).map_err(LinkError::from)?;
        let emission = stage
            .amplifier
            .spontaneous_emission(power, frequency)
            .map_err(LinkError::from)?;
        let light = &mut self.field_light;
        light.average_power *= gain;
        light.emissions.scale(gain);
        if stage.adds_noise {
            light.emissions.add(emission.density, bandwidth);
        }
        let compression = power_ratio_to_db(stage.amplifier.small_signal_gain() / gain);
        if matches!(stage.amplifier, LinkAmplifier::Semiconductor(_)) && compression > 0.1 {
            self.warnings.push(format!(
                "{name}: the average power takes {compression:.2} dB from its gain; what its gain does \
                 along the pattern is left out, and the more it is saturated the more that is"
            ));
        }
        self.push(name, Operation::Linear(Linear::Gain(gain.sqrt())));
        Ok(())
    }

    /// What is detected with the signal, right behind the detector.
    pub(super) fn received_light(&mut self, name: &str) -> Result<(), Refused> {
        if self.domain == Domain::Power {
            return Ok(());
        }
        self.field_light.isolate()?;
        let light = std::mem::take(&mut self.field_light);
        let mut delay = light.fixed_delay;
        if light.mean_delay_squared > 0.0 {
            delay += maxwellian_quantile(light.probability) * light.mean_delay_squared.sqrt();
        }
        if delay > 0.0 {
            let split = light.power_split.unwrap_or(0.5);
            self.notes.push(format!(
                "differential group delay of {:.3} ps at the receiver, {:.0} % of the power in the \
                 faster state",
                delay * 1e12,
                100.0 * split
            ));
            self.push(
                name,
                Operation::Polarization(Linear::PrincipalStates(delay, split)),
            );
        }
        let power = light.average_power;
        let mut noises = Vec::new();
        let echoes: f64 = light.echoes.iter().sum();
        if echoes > 0.0 {
            self.notes.push(format!(
                "reflections: the echoes of {} pairs together are {:.1} dB below the signal{}",
                light.echoes.len(),
                -power_ratio_to_db(echoes),
                worst_phases(&light.levels, &light.echoes)
            ));
            noises.push(LightNoise::Reflections(power * echoes));
        }
        if light.in_band > 0.0 {
            noises.push(LightNoise::InBandCrosstalk(power * light.in_band));
        }
        if light.adjacent_squared > 0.0 {
            let deviation = light.adjacent_squared.sqrt() * light.relative_deviation();
            noises.push(LightNoise::AdjacentCrosstalk(power * deviation));
        }
        if let Some(detected) = light.emissions.detected() {
            let (density, bandwidth) = detected.band;
            noises.push(LightNoise::SignalSpontaneous(detected.at_carrier));
            noises.push(LightNoise::SpontaneousSpontaneous(density, bandwidth));
        }
        for noise in noises {
            self.push(name, Operation::Noise(NoiseSource::Light(noise)));
        }
        Ok(())
    }
}

/// What would be left of the eye with all phases at their worst; nothing where levels do not rise.
fn worst_phases(levels: &[f64], echoes: &[f64]) -> String {
    let left = |thresholds| eye_opening_of_aligned_crosstalk(levels, echoes, thresholds);
    match (left(Thresholds::Fixed), left(Thresholds::Following)) {
        (Some(fixed), Some(following)) => format!(
            "; with all phases at their worst they would leave {:.0} % of the eye, {:.0} % if the \
             thresholds followed",
            100.0 * fixed,
            100.0 * following
        ),
        _ => String::new(),
    }
}

/// Least share of the carrier's power that a filter has to pass.
const LEAST_TRANSMISSION: f64 = 1e-12;

impl Plan {
    /// Factor on the power of light of the loss that stands for a margin.
    fn margin_transmission(&self) -> f64 {
        match self.operations.get(self.margin_gain).map(|o| &o.operation) {
            Some(Operation::Linear(Linear::Gain(gain))) => gain * gain,
            _ => 1.0,
        }
    }

    /// A current s of which a photocurrent i gets noise of variance s·i by light that beats with it
    /// and drifts: 2·R·P_x, from the variance 2·P·P_x of the power ([`beat_variance`]), polarisations
    /// aligned. None
    /// for noise of another kind.
    pub fn drifting_beat(&self, noise: &LightNoise) -> Option<f64> {
        match noise {
            LightNoise::Reflections(power) | LightNoise::InBandCrosstalk(power) => {
                let current = self.responsivity_after(0) * power * self.margin_transmission();
                Some(beat_variance(1.0, current, 1.0))
            }
            _ => None,
        }
    }

    /// Two-sided density over the photocurrent (A²/Hz over A, a charge in C, as the elementary charge
    /// is of shot noise) of the white noise by its beat with spontaneous emission: 2·R·S, S per polarisation (N. A. Olsson, J. Lightwave Technol. 7,
    /// 1071, 1989, DOI 10.1109/50.29634: one-sided 4R²PS). None for noise of another kind.
    pub fn signal_spontaneous_per_current(&self, noise: &LightNoise) -> Option<f64> {
        match noise {
            LightNoise::SignalSpontaneous(density) => {
                Some(2.0 * self.responsivity_after(0) * density * self.margin_transmission())
            }
            _ => None,
        }
    }

    /// One-sided density (A²/Hz, V²/Hz, or W²/Hz in front of the detector of a power) of a noise that
    /// does not depend on the signal. None for noise of another kind.
    ///
    /// Spontaneous emission beats with itself, in both polarisations, with the density 4R²S²B_o, or
    /// 4R²∫S(ν)²dν, at low frequency (Olsson 1989), and falls off as the filter's square does: here as a
    /// Gaussian of the same total, R²S²B_o² in each polarisation.
    pub fn added_density(&self, source: &NoiseSource) -> Option<NoiseDensity> {
        match source {
            NoiseSource::Additive(density)
            | NoiseSource::Redriver(density)
            | NoiseSource::ModePartition(density)
            | NoiseSource::Modal(density) => Some(density.clone()),
            NoiseSource::Light(LightNoise::AdjacentCrosstalk(deviation)) => {
                let current = self.responsivity_after(0) * deviation * self.margin_transmission();
                Some(NoiseDensity::per_period(current, 1.0 / self.symbol_rate))
            }
            NoiseSource::Light(LightNoise::SpontaneousSpontaneous(density, bandwidth)) => {
                let current = self.responsivity_after(0) * density * self.margin_transmission();
                Some(NoiseDensity::Gaussian {
                    low_frequency: 4.0 * current * current * bandwidth,
                    deviation: bandwidth / (2.0 * PI).sqrt(),
                })
            }
            _ => None,
        }
    }

    /// Current (A) of the spontaneous emission that is detected, both polarisations.
    pub fn spontaneous_current(&self) -> f64 {
        let power: f64 = self
            .operations
            .iter()
            .map(|o| match o.operation {
                Operation::Noise(NoiseSource::Light(LightNoise::SpontaneousSpontaneous(
                    density,
                    bandwidth,
                ))) => 2.0 * density * bandwidth,
                _ => 0.0,
            })
            .sum();
        self.responsivity_after(0) * power * self.margin_transmission()
    }

    /// True where optical filters change the spectrum of the light.
    pub fn filters_light(&self) -> bool {
        self.operations.iter().any(|o| {
            matches!(
                o.operation.linear_part(),
                Some(Linear::OpticalFilter(filter)) if filter.shape != PassbandShape::AllPass
            )
        })
    }

    /// Share of the power that passes from one operation to another at the carrier.
    ///
    /// # Errors
    /// What a fibre refuses.
    pub fn carrier_transmission(&self, range: std::ops::Range<usize>) -> Result<f64, LinkError> {
        let grid = Grid {
            samples: 1,
            sampling_rate: self.sampling_rate(),
        };
        let mut h = [Complex64::ONE];
        for planned in self.operations.get(range).unwrap_or_default() {
            if let Some(linear) = planned.operation.linear_part() {
                linear.multiply_onto(grid, &mut h)?;
            }
        }
        Ok(h.iter().map(Complex64::norm_sqr).sum())
    }
}

/// What detection of two principal states does to a current: γ·e^{jπfτ} + (1 − γ)·e^{−jπfτ}.
pub(super) fn principal_states(delay: f64, split: f64, frequency: f64) -> Complex64 {
    let fast = Complex64::cis(PI * frequency * delay);
    fast * split + fast.conj() * (1.0 - split)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_worst_phases_leave_is_said_for_both_kinds_of_thresholds_or_not_at_all() {
        // Two levels of infinite extinction: 1 − 2(2s − s²) and 1 − 2s of the sum s = 0.1.
        let said = worst_phases(&[0.0, 1.0], &[1e-2]);
        assert!(said.contains("leave 62 % of the eye, 80 % if"), "{said}");
        assert_eq!(worst_phases(&[1.0, 0.0], &[1e-2]), "");
    }
}
