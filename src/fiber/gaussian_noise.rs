//! Nonlinear interference of wavelength-division channels: the incoherent Gaussian-noise model in
//! closed form.

use super::kerr::KerrCoefficient;
use super::single_mode::{FiberError, SingleModeFiber};
use crate::constants::SPEED_OF_LIGHT;
use std::f64::consts::{LN_10, PI};

/// A channel of a wavelength-division comb; both polarisations modulated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Channel {
    /// Optical frequency of its centre, Hz.
    pub frequency: f64,
    /// Symbol rate, Bd: its spectrum is taken as a rectangle of this width.
    pub symbol_rate: f64,
    /// Power of both polarisations, W.
    pub power: f64,
}

/// Power of nonlinear interference in W that every channel gathers in one span of `fiber`, within
/// its own symbol rate, as if it were all added at the fibre's input; the channels' powers are those
/// at the input. Multiply by the transmission of the span for the power at its end.
///
/// P_i·Σ_j w_ij·γ²·P_j²·ψ_ij/R_j² with w = 16/27 for the channel itself and 32/27 for the others, and
///
/// ψ_ij = L_eff²/(2π|β2|L_a)·½·[asinh(π²L_a|β2|R_i(Δf + R_j/2)) − asinh(π²L_a|β2|R_i(Δf − R_j/2))],
///
/// Δf = f_j − f_i, L_a = 1/α, L_eff = (1 − e^(−αL))/α, β2 the mean of the two channels (P. Poggiolini
/// et al., "A detailed analytical derivation of the GN model of non-linear interference in coherent
/// optical transmission systems", arXiv:1209.0394, equations 120 and 123).
///
/// Good for dispersion large enough that the interference is made within a fraction of the span and
/// for losses of about 7 dB or more. Leaves out: the format (Gaussian modulation is assumed, too much
/// by 1 to 3 dB for QPSK after little dispersion), four-wave mixing among three different channels,
/// coherent addition over spans, stimulated Raman scattering, the shape of the spectra.
///
/// # Errors
/// [`FiberError`] where a quantity is not physical, a wavelength is not covered by the fibre's
/// attenuation, or the fibre has no loss or no dispersion at a channel.
pub fn nonlinear_interference(
    fiber: &SingleModeFiber,
    kerr: &KerrCoefficient,
    channels: &[Channel],
) -> Result<Vec<f64>, FiberError> {
    fiber.check()?;
    let local = channels
        .iter()
        .map(|channel| Local::at(fiber, kerr, channel))
        .collect::<Result<Vec<Local>, FiberError>>()?;
    channels
        .iter()
        .zip(&local)
        .enumerate()
        .map(|(i, (channel, here))| {
            let mut sum = 0.0;
            for (j, (pump, there)) in channels.iter().zip(&local).enumerate() {
                let weight = if i == j { 16.0 / 27.0 } else { 32.0 / 27.0 };
                let beta2 = 0.5 * (here.beta2 + there.beta2).abs();
                let scale = PI * PI * here.asymptotic_length * beta2 * channel.symbol_rate;
                let offset = pump.frequency - channel.frequency;
                let half = 0.5 * pump.symbol_rate;
                let psi = 0.5
                    * ((scale * (offset + half)).asinh() - (scale * (offset - half)).asinh())
                    * here.effective_length.powi(2)
                    / (2.0 * PI * beta2 * here.asymptotic_length);
                sum += weight * psi * (pump.power / pump.symbol_rate).powi(2);
            }
            let power = channel.power * here.gamma.powi(2) * sum;
            if power.is_finite() {
                Ok(power)
            } else {
                Err(FiberError::Quantity {
                    quantity: "a power of nonlinear interference (W)",
                    value: power,
                    allowed: "finite: the dispersion of the fibre must not vanish at a channel",
                })
            }
        })
        .collect()
}

/// What the fibre is at one channel.
struct Local {
    beta2: f64,
    gamma: f64,
    effective_length: f64,
    asymptotic_length: f64,
}

impl Local {
    fn at(
        fiber: &SingleModeFiber,
        kerr: &KerrCoefficient,
        channel: &Channel,
    ) -> Result<Self, FiberError> {
        let quantity = |quantity, value: f64, holds: bool, allowed| {
            if holds && value.is_finite() {
                Ok(())
            } else {
                Err(FiberError::Quantity {
                    quantity,
                    value,
                    allowed,
                })
            }
        };
        let positive = |name, value: f64| quantity(name, value, value > 0.0, "above zero");
        positive("the frequency of a channel (Hz)", channel.frequency)?;
        positive("the symbol rate of a channel (Bd)", channel.symbol_rate)?;
        let power = channel.power;
        quantity(
            "the power of a channel (W)",
            power,
            power >= 0.0,
            "zero or more",
        )?;
        let wavelength = SPEED_OF_LIGHT / channel.frequency;
        let alpha = fiber.attenuation_db_per_m(wavelength)? * LN_10 / 10.0;
        positive(
            "the attenuation of a fibre with nonlinear interference (1/m)",
            alpha,
        )?;
        Ok(Self {
            beta2: fiber.dispersion.beta(wavelength).0,
            gamma: kerr.at(wavelength)?,
            effective_length: -(-alpha * fiber.length).exp_m1() / alpha,
            asymptotic_length: 1.0 / alpha,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fiber::Dispersion;
    use crate::fiber::single_mode::Attenuation;

    fn span() -> (SingleModeFiber, KerrCoefficient) {
        (
            SingleModeFiber {
                length: 80e3,
                attenuation: Attenuation::Constant(0.2e-3),
                dispersion: Dispersion::AtWavelength {
                    reference: None,
                    coefficient: 16.7e-6,
                    slope: 0.0,
                },
                group_index: 1.468,
            },
            KerrCoefficient::Material {
                nonlinear_index: 2.6e-20,
                effective_area: 83e-12,
            },
        )
    }

    fn channel(frequency: f64, power: f64) -> Channel {
        Channel {
            frequency,
            symbol_rate: 32e9,
            power,
        }
    }

    #[test]
    fn interference_grows_with_the_cube_of_the_power() {
        let (fiber, kerr) = span();
        let at = |power| {
            let comb = [channel(193.1e12, power), channel(193.15e12, power)];
            nonlinear_interference(&fiber, &kerr, &comb).unwrap()
        };
        let (one, two) = (at(1e-3), at(2e-3));
        assert!((two[0] / one[0] - 8.0).abs() < 1e-12);
    }

    #[test]
    fn a_neighbour_without_power_does_nothing_and_a_channel_without_power_gathers_nothing() {
        let (fiber, kerr) = span();
        let alone = nonlinear_interference(&fiber, &kerr, &[channel(193.1e12, 1e-3)]).unwrap();
        let with = nonlinear_interference(
            &fiber,
            &kerr,
            &[channel(193.1e12, 1e-3), channel(193.15e12, 0.0)],
        )
        .unwrap();
        assert!((alone[0] / with[0] - 1.0).abs() < 1e-15);
        assert!(with[1].abs() < 1e-30);
    }

    #[test]
    fn what_the_formula_cannot_do_is_refused() {
        let (mut fiber, kerr) = span();
        let comb = [channel(193.1e12, 1e-3)];
        fiber.attenuation = Attenuation::Constant(0.0);
        assert!(nonlinear_interference(&fiber, &kerr, &comb).is_err());
        let (mut fiber, kerr) = span();
        fiber.dispersion = Dispersion::AtWavelength {
            reference: None,
            coefficient: 0.0,
            slope: 0.0,
        };
        assert!(nonlinear_interference(&fiber, &kerr, &comb).is_err());
        let (fiber, kerr) = span();
        for bad in [
            channel(f64::NAN, 1e-3),
            channel(193.1e12, -1.0),
            Channel {
                symbol_rate: 0.0,
                ..comb[0]
            },
        ] {
            assert!(nonlinear_interference(&fiber, &kerr, &[bad]).is_err());
        }
    }
}
