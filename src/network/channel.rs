//! The transfer of a differential channel at any frequency, for a link.

use super::continuation::Continuation;
use super::interpolation::{Interpolant, turns};
use super::{Network, NetworkError, PortMode, PortOrder, Reference, TimeOptions};
use num_complex::Complex64;
use std::sync::Arc;

/// Differential reference impedance, Ω, of a channel whose ports have different or complex ones.
const DIFFERENTIAL_IMPEDANCE: f64 = 100.0;

/// Voltage transfer SDD21 of a differential channel from a source to a load that both have its reference
/// impedance: load voltage over the voltage the source sends into a matched line.
///
/// Between its points it is interpolated without its mean delay, below them extended to 0 Hz as
/// [`Network::extended_to_dc`] says, and above them loss in dB and phase go on as straight lines, those
/// of the upper fifth of the band.
///
/// Its reflections are those of [`scattering`](Self::scattering), for a cascade.
///
/// Leaves out: conversion to and from the common mode, crosstalk.
#[derive(Debug, Clone)]
pub struct ChannelTransfer {
    data: Arc<Data>,
}

#[derive(Debug, PartialEq)]
struct Data {
    within: Interpolant,
    above: Continuation,
    /// S₁₁, S₁₂, S₂₁ and S₂₂ in 100 Ω differential, each as the transfer is.
    scattering: [(Interpolant, Continuation); 4],
}

impl PartialEq for ChannelTransfer {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.data, &other.data) || self.data == other.data
    }
}

impl ChannelTransfer {
    /// Of four single-ended ports in this order, which is found where it is not given; of four ports in
    /// mixed modes, two of them differential; or of two ports, which are taken as differential. From the
    /// first to the second (pair of) port. Ports whose reference impedances differ or are complex are
    /// renormalised to 100 Ω differential.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] for another number of ports; as [`Network::differential`] and
    /// [`Network::extended_to_dc`]; [`NetworkError::Time`] for a response that is longer than the spacing
    /// of the frequencies can tell, with the spacing that is needed, or that arrives before it is sent;
    /// [`NetworkError::Mismatch`] for one that is zero.
    pub fn new(network: &Network, order: Option<PortOrder>) -> Result<Self, NetworkError> {
        let pair = differential(network, order)?;
        // Refuses points too few or too far apart.
        let top = pair.frequencies().last().copied().unwrap_or(0.0);
        pair.impulse_response(1, 0, &TimeOptions::new(0.5 / top))?;
        let extended = pair.extended_to_dc()?;
        let mut through = extended.curve(1, 0)?;
        // A real response has a real value at 0 Hz.
        if let Some(first) = through.first_mut() {
            first.im = 0.0;
        }
        if through.iter().all(|h| *h == Complex64::ZERO) {
            return Err(NetworkError::Mismatch(
                "nothing is transmitted from the first port to the second".to_owned(),
            ));
        }
        let within = Interpolant::new(extended.frequencies().to_vec(), &through);
        if within.delay < -0.5 / top {
            let spacing = top / (extended.points() as f64 - 1.0);
            return Err(NetworkError::Time(format!(
                "the response arrives {:.4} ns before it is sent: its frequencies, {} MHz apart, are too \
                 few to tell its delay, or its phases turn backwards",
                -1e9 * within.delay,
                spacing / 1e6
            )));
        }
        let above = Continuation::new(within.frequencies(), within.values());
        let in_100_ohms = extended.renormalized(
            Reference::uniform(2, DIFFERENTIAL_IMPEDANCE),
            extended.definition(),
        )?;
        let parameter = |to: usize, from: usize| -> Result<_, NetworkError> {
            let curve = in_100_ohms.curve(to, from)?;
            let within = Interpolant::new(in_100_ohms.frequencies().to_vec(), &curve);
            let above = Continuation::new(within.frequencies(), within.values());
            Ok((within, above))
        };
        let scattering = [
            parameter(0, 0)?,
            parameter(0, 1)?,
            parameter(1, 0)?,
            parameter(1, 1)?,
        ];
        Ok(Self {
            data: Arc::new(Data {
                within,
                above,
                scattering,
            }),
        })
    }

    /// Mean group delay, s, of the data, each step of phase weighted with |SDD21|² at it: what
    /// [`undelayed`](Self::undelayed) leaves out.
    pub fn delay(&self) -> f64 {
        self.data.within.delay
    }

    /// Highest frequency of the data, Hz.
    pub fn highest_frequency(&self) -> f64 {
        let last = self.data.within.frequencies().last();
        last.copied().unwrap_or(0.0)
    }

    /// Largest |SDD21| of the data, 0 Hz included, and its frequency in Hz. More than one is more than a
    /// passive channel can transmit.
    pub fn largest_gain(&self) -> (f64, f64) {
        let within = &self.data.within;
        let points = within.values().iter().zip(within.frequencies());
        points
            .map(|(value, &frequency)| (value.norm(), frequency))
            .fold(
                (0.0, 0.0),
                |most, point| if point.0 > most.0 { point } else { most },
            )
    }

    /// S₁₁, S₁₂, S₂₁ and S₂₂ of the differential mode in 100 Ω, delay and all, at a frequency f ≥ 0 in Hz.
    /// Between the points and beyond them each is what the transfer is; reflections that grow towards the
    /// highest frequency do not grow on.
    pub fn scattering(&self, frequency: f64) -> [Complex64; 4] {
        let top = self.highest_frequency();
        self.data.scattering.each_ref().map(|(within, above)| {
            let value = if frequency > top {
                above.joined(frequency)
            } else {
                within.undelayed(frequency)
            };
            value * turns(-frequency * within.delay)
        })
    }

    /// SDD21·exp(+j2πfτ) with the [`delay`](Self::delay) τ, at any frequency f in Hz.
    pub fn undelayed(&self, frequency: f64) -> Complex64 {
        let f = frequency.abs();
        let value = if f > self.highest_frequency() {
            self.data.above.joined(f)
        } else {
            self.data.within.undelayed(f)
        };
        if frequency < 0.0 { value.conj() } else { value }
    }
}

/// The differential two-port of a file's network, with one real reference impedance.
fn differential(network: &Network, order: Option<PortOrder>) -> Result<Network, NetworkError> {
    let pair = match (network.ports(), network.is_single_ended()) {
        (2, _) => network.clone(),
        (4, true) => network.differential(order)?,
        (4, false) => {
            let modes = network.modes().iter().enumerate();
            let differential: Vec<usize> = modes
                .filter(|(_, mode)| matches!(mode, PortMode::Differential { .. }))
                .map(|(port, _)| port)
                .collect();
            if differential.len() != 2 {
                return Err(NetworkError::Ports(format!(
                    "a channel has two differential ports, not {}",
                    differential.len()
                )));
            }
            network.select(&differential)?
        }
        (ports, _) => {
            return Err(NetworkError::Ports(format!(
                "a channel has four ports, or two that are differential, not {ports}"
            )));
        }
    };
    let first = pair.reference_at(0).first().copied().unwrap_or_default();
    let same = first.im == 0.0
        && (0..pair.points()).all(|point| pair.reference_at(point).iter().all(|z| *z == first));
    if same {
        Ok(pair)
    } else {
        let wanted = Reference::uniform(2, DIFFERENTIAL_IMPEDANCE);
        pair.renormalized(wanted, pair.definition())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    /// A line with skin effect whose impedance is that of its ends.
    fn line(f: f64) -> Complex64 {
        (-(Complex64::new(0.0, f / 1e9).sqrt() * 0.15) - f * 5e-12).exp()
            * 0.95
            * Complex64::cis(-TAU * f * 5e-9)
    }

    /// Two such lines without coupling, ports 1→2 and 3→4, every `step` Hz up to 40 GHz.
    fn four_ports(step: f64, first: usize) -> Network {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = (40e9 / step).round() as usize;
        let frequency: Vec<f64> = (first..=count).map(|k| k as f64 * step).collect();
        let s = frequency
            .iter()
            .flat_map(|&f| {
                let mut m = [Complex64::ZERO; 16];
                for (to, from) in [(0, 1), (1, 0), (2, 3), (3, 2)] {
                    m[4 * to + from] = line(f);
                }
                m
            })
            .collect();
        Network::new(frequency, 4, s, Reference::uniform(4, 50.0)).unwrap()
    }

    #[test]
    fn a_pair_of_lines_is_known_at_any_frequency() {
        let channel = ChannelTransfer::new(&four_ports(10e6, 1), None).unwrap();
        // Skin effect adds a little to the delay of 5 ns.
        assert!((channel.delay() - 5e-9).abs() < 0.05e-9);
        assert!((channel.highest_frequency() - 40e9).abs() < 1.0);
        for (f, within) in [
            // √f is not even about zero, see extended_to_dc.
            (0.0, 2e-2),
            (1.2345e9, 1e-5),
            (39.9999e9, 1e-6),
            // The root bends away from the straight line.
            (44e9, 2e-3),
            (60e9, 2e-2),
        ] {
            let found = channel.undelayed(f);
            let wanted = line(f) * Complex64::cis(TAU * f * channel.delay());
            assert!(
                (found - wanted).norm() < within,
                "{f}: {found} for {wanted}"
            );
            assert_eq!(channel.undelayed(-f), found.conj());
        }
        assert!(channel.undelayed(0.0).im.abs() < 1e-15);
        let (gain, at) = channel.largest_gain();
        assert!(at == 0.0 && (gain - 0.95).abs() < 2e-2, "{gain} at {at}");
    }

    #[test]
    fn a_wrong_order_transmits_nothing_and_three_ports_are_no_channel() {
        let network = four_ports(10e6, 0);
        assert!(ChannelTransfer::new(&network, Some(PortOrder::Halves)).is_err());
        let three = network.select(&[0, 1, 2]).unwrap();
        let error = ChannelTransfer::new(&three, None).unwrap_err();
        assert!(error.to_string().contains("not 3"), "{error}");
    }

    #[test]
    fn points_too_far_apart_for_the_delay_are_refused() {
        // 5 ns and a period of 6.7 ns: what lies there has not ended.
        let error = ChannelTransfer::new(&four_ports(150e6, 0), None).unwrap_err();
        assert!(error.to_string().contains("window"), "{error}");
        // 5 ns and a period of 5.5 ns: it looks as if it came 0.5 ns before.
        let error = ChannelTransfer::new(&four_ports(182e6, 0), None).unwrap_err();
        assert!(error.to_string().contains("before it is sent"), "{error}");
    }

    #[test]
    fn ports_of_different_impedances_are_brought_to_one() {
        // A through connection of 100 Ω seen from 100 Ω and 50 Ω: S11 = −1/3, S21 = √8/3.
        let root = Complex64::new(8f64.sqrt() / 3.0, 0.0);
        let third = Complex64::new(1.0 / 3.0, 0.0);
        let frequency: Vec<f64> = (0..=100).map(|k| f64::from(k) * 1e9).collect();
        let s = frequency
            .iter()
            .flat_map(|_| [-third, root, root, third])
            .collect();
        let reference = Reference::PerPort(vec![100.0.into(), 50.0.into()]);
        let network = Network::new(frequency, 2, s, reference).unwrap();
        let channel = ChannelTransfer::new(&network, None).unwrap();
        assert!((channel.undelayed(3.3e9) - 1.0).norm() < 1e-12);
    }
}
