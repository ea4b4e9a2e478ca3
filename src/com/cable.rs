//! A passive cable assembly from its geometry as the channel of a margin: connector, twinaxial pair,
//! connector.
//!
//! Leaves out: crosstalk between the pairs of an assembly, so that there are no aggressors; modes that are
//! not differential; loss of connectors that is not smooth in frequency.

use super::error::ComError;
use super::front::Channel;
use super::settings::Settings;
use crate::copper::two_port::TwoPort;
use crate::copper::{Connector, TwinaxCable};
use crate::network::{Network, Reference};

/// Step of the frequencies, Hz: a window of 100 ns.
const STEP: f64 = 1e7;
/// Longest delay that a window of 1/[`STEP`] holds beside what follows it, s.
const DELAY_IN_WINDOW: f64 = 2e-8;
/// Most points of a channel.
const MOST_POINTS: f64 = 2e6;

/// A passive cable assembly.
#[derive(Debug, Clone, PartialEq)]
pub struct CableAssembly {
    /// Connector at both ends, its port 1 on the outside.
    pub connector: Connector,
    /// The pair.
    pub cable: TwinaxCable,
}

impl CableAssembly {
    /// Its two-port at a frequency in Hz for the reference resistance R₀ of one leg in Ω.
    pub fn two_port(&self, frequency: f64, resistance: f64) -> TwoPort {
        let near = self.connector.two_port(frequency, resistance);
        let pair = self.cable.scattering(frequency, 2.0 * resistance);
        near.then(&TwoPort {
            s11: pair.near,
            s12: pair.transmission,
            s21: pair.transmission,
            s22: pair.far,
        })
        .then(&near.flipped())
    }

    /// Loss between matched ends of this resistance of one leg in Ω, dB, at a frequency in Hz.
    pub fn loss_db(&self, frequency: f64, resistance: f64) -> f64 {
        -20.0 * self.two_port(frequency, resistance).s21.norm().log10()
    }

    /// Its scattering parameters from 0 Hz to at least `end` Hz, close enough that the window holds its
    /// delay, with the reference resistance R₀ of one leg in Ω.
    ///
    /// # Errors
    /// [`ComError::Setting`] for a cable or connector that cannot be, or one so long that it takes too
    /// many points.
    pub fn network(&self, end: f64, resistance: f64) -> Result<Network, ComError> {
        self.cable
            .validate()
            .map_err(|error| ComError::Setting(error.to_string()))?;
        self.connector
            .validate()
            .map_err(|error| ComError::Setting(error.to_string()))?;
        let delay = self.cable.propagation_delay()
            + 2.0 * self.connector.line.delay * self.connector.line.length;
        let step = STEP / (delay / DELAY_IN_WINDOW).ceil().max(1.0);
        let count = (end / step).ceil();
        if !(20.0..=MOST_POINTS).contains(&count) {
            return Err(ComError::Setting(format!(
                "a cable of {} m up to {} GHz takes {count} frequencies: 20 to {MOST_POINTS} are allowed",
                self.cable.length,
                end / 1e9
            )));
        }
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let frequency: Vec<f64> = (0..=count as usize).map(|k| step * k as f64).collect();
        let s = frequency
            .iter()
            .map(|&f| self.two_port(f, resistance))
            .flat_map(|p| [p.s11, p.s12, p.s21, p.s22])
            .collect();
        Ok(Network::new(
            frequency,
            2,
            s,
            Reference::uniform(2, 2.0 * resistance),
        )?)
    }

    /// The channel of a margin with these settings, up to the symbol rate and without aggressors.
    ///
    /// # Errors
    /// As [`network`](Self::network).
    pub fn channel(&self, settings: &Settings) -> Result<Channel, ComError> {
        Ok(Channel {
            through: self.network(settings.symbol_rate, settings.resistance)?,
            far_end: Vec::new(),
            near_end: Vec::new(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn losses_in_a_row_add_where_nothing_is_reflected() {
        let mut cable = TwinaxCable::copper(26, 2.0).unwrap();
        cable.termination_resistance = 100.0;
        let connector = Connector::new(0.145 / 1e9f64.sqrt(), 0.028e-9, 1e-10, 100.0, 0.0).unwrap();
        let f = 26.5625e9;
        let one = 0.145 * 26.5625f64.sqrt() + 0.028 * 26.5625;
        let assembly = CableAssembly { connector, cable };
        let pair = -20.0 * cable.transfer(f).norm().log10();
        // The pair's impedance leaves 100 Ω by its loss alone.
        assert!((assembly.loss_db(f, 50.0) - pair - 2.0 * one).abs() < 0.02);
        let bare = CableAssembly {
            connector: Connector::none(),
            cable,
        };
        assert!((bare.loss_db(f, 50.0) - pair).abs() < 1e-9);
        let port = assembly.two_port(f, 50.0);
        assert!((port.s11 - port.s22).norm() < 1e-12 && (port.s12 - port.s21).norm() < 1e-12);
    }

    #[test]
    fn a_window_holds_the_delay_of_a_long_cable() {
        let assembly = |length| CableAssembly {
            connector: Connector::none(),
            cable: TwinaxCable::copper(26, length).unwrap(),
        };
        let step = |length| {
            let network = assembly(length).network(1e9, 50.0).unwrap();
            network.frequencies()[1]
        };
        assert!((step(1.0) - 1e7).abs() < 1.0);
        assert!((step(10.0) - 1e7 / 3.0).abs() < 1.0);
        assert!(assembly(0.0).network(1e9, 50.0).is_ok());
        assert!(assembly(1e6).network(1e9, 50.0).is_err());
        assert!(assembly(1.0).network(f64::NAN, 50.0).is_err());
        let mut broken = assembly(1.0);
        broken.cable.length = -1.0;
        assert!(broken.network(1e9, 50.0).is_err());
        for wrong in [f64::NAN, -1e-15, 1.0] {
            assert!(Connector::new(0.0, 0.0, 0.0, 100.0, wrong).is_err());
        }
    }
}
