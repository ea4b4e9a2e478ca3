//! Everything of copper between a driver and a receiver as one two-port, with all its reflections.
//!
//! A path is a row of [`Piece`]s between two resistances. Each piece is a two-port of the differential
//! mode, the row is their cascade (IEEE Std 802.3, 93A.1.2; IEEE P802.3dj draft 3.3, 178A.1.4), and
//! what is wanted is the voltage at the load (93A-18), in units of half of the source's open-circuit
//! voltage: of what the source makes in a load of its own resistance.
//!
//! Leaves out: the common mode and conversion to it, resistances that are not real, coupling to
//! neighbours other than as [`Piece::Coupling`].

use super::device::Device;
use super::error::{CopperError, between};
use super::line::{Line as _, TransverseLine};
use super::twinax::TwinaxCable;
use super::two_port::{Line, TwoPort};
use crate::network::ChannelTransfer;
use crate::units::NEPER_PER_DB;
use num_complex::Complex64;
use std::f64::consts::TAU;

/// Resistance of one leg, Ω, in which the cascade is computed; the result does not depend on it.
const LEG: f64 = 50.0;
/// Resistance between the legs, Ω.
const DIFFERENTIAL: f64 = 2.0 * LEG;

/// A trace pair of a board.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum BoardTrace {
    /// By the constants of equations 93A-9 to 93A-14.
    Fitted(Line),
    /// By its cross-section: one strip of the pair, driven against the other, and the length in m.
    StriplinePair(TransverseLine, f64),
}

impl BoardTrace {
    /// Its length, m.
    pub fn length(&self) -> f64 {
        match self {
            Self::Fitted(line) => line.length,
            Self::StriplinePair(_, length) => *length,
        }
    }

    /// The same with another length, m.
    #[must_use]
    pub fn with_length(&self, length: f64) -> Self {
        match self {
            Self::Fitted(line) => Self::Fitted(Line { length, ..*line }),
            Self::StriplinePair(line, _) => Self::StriplinePair(*line, length),
        }
    }
}

/// A connector, or another transition, by few numbers: half of the capacitance, half of the inductance, a
/// short lossy line, and the other halves.
///
/// Leaves out: resonances of open stubs and of the ground, which a network has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LumpedConnector {
    /// Capacitance of each leg to ground, F.
    pub capacitance: f64,
    /// Inductance in each leg, H.
    pub inductance: f64,
    /// Loss of its line, dB, at [`loss_frequency`](Self::loss_frequency); it grows with the root of
    /// frequency, and the phase with it, as skin effect makes them.
    pub loss_db: f64,
    /// Hz.
    pub loss_frequency: f64,
    /// Delay of its line, s.
    pub delay: f64,
    /// Differential impedance of its line, Ω.
    pub impedance: f64,
}

impl LumpedConnector {
    /// Refuses values that cannot be.
    ///
    /// # Errors
    /// [`CopperError::OutOfRange`].
    pub fn validate(&self) -> Result<(), CopperError> {
        between(
            "capacitance of the connector in F",
            self.capacitance,
            0.0,
            1e-9,
        )?;
        between(
            "inductance of the connector in H",
            self.inductance,
            0.0,
            1e-6,
        )?;
        between("loss of the connector in dB", self.loss_db, 0.0, 200.0)?;
        between(
            "frequency of the connector's loss in Hz",
            self.loss_frequency,
            1e3,
            1e14,
        )?;
        between("delay of the connector in s", self.delay, 0.0, 1e-6)?;
        between("impedance of the connector in Ω", self.impedance, 1.0, 1e4)
    }

    fn two_port(&self, frequency: f64) -> TwoPort {
        let capacitor = TwoPort::shunt_capacitor(frequency, 0.5 * self.capacitance, LEG);
        let inductor = TwoPort::series_inductor(frequency, 0.5 * self.inductance, LEG);
        let line = Line {
            loss_constant: 0.0,
            loss_root: self.loss_db * NEPER_PER_DB / self.loss_frequency.sqrt(),
            loss_linear: 0.0,
            delay: self.delay,
            impedance: self.impedance,
            length: 1.0,
        };
        capacitor
            .then(&inductor)
            .then(&TwoPort::line(frequency, &line, LEG))
            .then(&inductor)
            .then(&capacitor)
    }
}

/// A piece of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Die and package; from the die outwards, or the other way round.
    Device {
        /// What stands on the die, and the package; its resistance is not part of the two-port.
        device: Device,
        /// True where the die is at the far side.
        flipped: bool,
    },
    /// A trace pair of a board.
    Board(BoardTrace),
    /// A connector by few numbers.
    Connector(LumpedConnector),
    /// A cable.
    Twinax(TwinaxCable),
    /// A measured or simulated channel, in its direction or the other.
    Network {
        /// Its scattering parameters.
        channel: ChannelTransfer,
        /// True where the signal goes from its second port to its first.
        flipped: bool,
    },
    /// What comes over from a neighbour that is coupled weakly over less than a quarter of a wavelength:
    /// jf/f₀ times a ratio of the wave, and nothing reflected (C. R. Paul, *Analysis of Multiconductor
    /// Transmission Lines*, 2nd edition, section 10.1, the inductive-capacitive model).
    Coupling {
        /// Ratio of amplitudes at `frequency`.
        ratio: f64,
        /// f₀, Hz.
        frequency: f64,
    },
}

impl Piece {
    /// Its two-port in the resistance of one leg of 50 Ω at a frequency in Hz, not negative.
    pub fn two_port(&self, frequency: f64) -> TwoPort {
        match self {
            Self::Device { device, flipped } => {
                let two_port = device.two_port(frequency, LEG);
                if *flipped {
                    two_port.flipped()
                } else {
                    two_port
                }
            }
            Self::Board(BoardTrace::Fitted(line)) => TwoPort::line(frequency, line, LEG),
            Self::Board(BoardTrace::StriplinePair(line, length)) => {
                // One leg against the plane of symmetry.
                let s = line.per_metre(frequency).scattering(*length, LEG);
                TwoPort::symmetric(s.reflection, s.transmission)
            }
            Self::Connector(connector) => connector.two_port(frequency),
            Self::Twinax(cable) => {
                let s = cable
                    .per_metre(frequency)
                    .scattering(cable.length, DIFFERENTIAL);
                TwoPort::symmetric(s.reflection, s.transmission)
            }
            Self::Network { channel, flipped } => {
                let [s11, s12, s21, s22] = channel.scattering(frequency);
                let two_port = TwoPort { s11, s12, s21, s22 };
                if *flipped {
                    two_port.flipped()
                } else {
                    two_port
                }
            }
            Self::Coupling {
                ratio,
                frequency: at,
            } => TwoPort::symmetric(Complex64::ZERO, Complex64::new(0.0, ratio * frequency / at)),
        }
    }

    /// Delay of its lines, s: when something arrives, but for what skin effect and dielectrics add.
    pub fn delay(&self) -> f64 {
        match self {
            Self::Device { device, .. } => device
                .package
                .lines
                .iter()
                .chain(device.board.iter().map(|board| &board.line))
                .map(|line| line.delay * line.length)
                .sum(),
            Self::Board(BoardTrace::Fitted(line)) => line.delay * line.length,
            Self::Board(BoardTrace::StriplinePair(line, length)) => {
                line.infinite_slowness() * length
            }
            Self::Connector(connector) => connector.delay,
            Self::Twinax(cable) => cable.propagation_delay(),
            Self::Network { channel, .. } => channel.delay(),
            Self::Coupling { .. } => 0.0,
        }
    }

    /// Passed the other way round.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Device { device, flipped } => Self::Device {
                device,
                flipped: !flipped,
            },
            Self::Network { channel, flipped } => Self::Network {
                channel,
                flipped: !flipped,
            },
            symmetric => symmetric,
        }
    }
}

/// A row of pieces between a source and a load.
#[derive(Debug, Clone, PartialEq)]
pub struct CopperPath {
    /// From the source on.
    pub pieces: Vec<Piece>,
    /// Resistance of the source between its legs, Ω.
    pub source: f64,
    /// Resistance of the load between its legs, Ω.
    pub load: f64,
}

impl CopperPath {
    /// The cascade in the resistance of one leg of 50 Ω at a frequency in Hz, not negative.
    pub fn two_port(&self, frequency: f64) -> TwoPort {
        self.pieces.iter().fold(TwoPort::THROUGH, |all, piece| {
            all.then(&piece.two_port(frequency))
        })
    }

    /// Voltage at the load over half of the source's open-circuit voltage at a frequency in Hz; the
    /// complex conjugate at the negative one.
    pub fn transfer(&self, frequency: f64) -> Complex64 {
        let reflection = |ohms: f64| (ohms - DIFFERENTIAL) / (ohms + DIFFERENTIAL);
        let value = self
            .two_port(frequency.abs())
            .voltage_transfer(reflection(self.source), reflection(self.load));
        if frequency < 0.0 { value.conj() } else { value }
    }

    /// Delay of all pieces, s.
    pub fn delay(&self) -> f64 {
        self.pieces.iter().map(Piece::delay).sum()
    }

    /// The transfer without the delay, H·e^{+j2πfτ}.
    pub fn undelayed(&self, frequency: f64) -> Complex64 {
        self.transfer(frequency) * Complex64::cis(TAU * frequency * self.delay())
    }
}

#[cfg(test)]
mod tests {
    use super::super::device::{Package, Termination};
    use super::*;

    fn lossless(impedance: f64, length: f64) -> Piece {
        Piece::Board(BoardTrace::Fitted(Line {
            loss_constant: 0.0,
            loss_root: 0.0,
            loss_linear: 0.0,
            delay: 6e-9,
            impedance,
            length,
        }))
    }

    #[test]
    fn a_quarter_wave_between_ends_of_its_own_and_other_impedances() {
        // 81 Ω of a quarter wave between 90 Ω and 110 Ω: the load looks like 81²/110 at its input.
        let path = CopperPath {
            pieces: vec![lossless(81.0, 0.01)],
            source: 90.0,
            load: 110.0,
        };
        let quarter = 0.25 / (6e-9 * 0.01);
        let input = 81.0 * 81.0 / 110.0;
        // All power that enters arrives: |U|²/110 = (2·90/(90 + R))²·R/90² for half of the open voltage 1.
        let power = (2.0 / (90.0 + input)).powi(2) * input;
        let expected = (power * 110.0).sqrt();
        assert!((path.transfer(quarter).norm() - expected).abs() < 1e-12);
        // At half a wave and at no frequency the line is not there: a divider of two resistances.
        let divider = 2.0 * 110.0 / 200.0;
        assert!((path.transfer(2.0 * quarter).norm() - divider).abs() < 1e-12);
        assert!((path.transfer(0.0) - divider).norm() < 1e-12);
        assert_eq!(path.transfer(-quarter), path.transfer(quarter).conj());
    }

    #[test]
    fn a_cable_alone_between_matched_ends_is_as_it_was() {
        let cable = TwinaxCable::copper(26, 2.0).unwrap();
        let path = CopperPath {
            pieces: vec![Piece::Twinax(cable)],
            source: 100.0,
            load: 100.0,
        };
        for f in [0.0, 1e6, 1e9, 26.5625e9] {
            assert!((path.transfer(f) - cable.transfer(f)).norm() < 1e-14);
        }
        assert_eq!(path.delay(), cable.propagation_delay());
    }

    #[test]
    fn reciprocal_pieces_transmit_alike_both_ways_and_a_flipped_row_is_the_row_flipped() {
        let device = Device {
            termination: Termination {
                resistance: 46.25,
                ladder: vec![(40e-15, 130e-12), (90e-15, 150e-12)],
                bump: 30e-15,
            },
            package: Package {
                lines: Vec::new(),
                ball: 40e-15,
            },
            board: None,
        };
        let forward = CopperPath {
            pieces: vec![
                Piece::Device {
                    device,
                    flipped: false,
                },
                lossless(92.5, 0.03),
                Piece::Connector(LumpedConnector {
                    capacitance: 60e-15,
                    inductance: 100e-12,
                    loss_db: 0.5,
                    loss_frequency: 26.5625e9,
                    delay: 50e-12,
                    impedance: 95.0,
                }),
            ],
            source: 90.0,
            load: 100.0,
        };
        let backward = CopperPath {
            pieces: forward
                .pieces
                .iter()
                .rev()
                .cloned()
                .map(Piece::flipped)
                .collect(),
            source: 100.0,
            load: 90.0,
        };
        for f in [0.0, 3e9, 40e9] {
            let (a, b) = (forward.two_port(f), backward.two_port(f));
            assert!((a.flipped().s11 - b.s11).norm() < 1e-14);
            assert!((a.s21 - b.s12).norm() < 1e-14);
            // Reciprocity: U₂ over E in one direction is U₁ over E in the other but for the
            // resistances, which swap.
            let ratio = forward.transfer(f) * forward.source / forward.load;
            assert!((ratio - backward.transfer(f)).norm() < 1e-13, "{f}");
        }
        assert!((forward.delay() - 230e-12).abs() < 1e-18);
    }

    #[test]
    fn a_connector_of_nothing_but_loss_loses_that() {
        let connector = LumpedConnector {
            capacitance: 0.0,
            inductance: 0.0,
            loss_db: 0.8,
            loss_frequency: 10e9,
            delay: 0.0,
            impedance: 100.0,
        };
        let loss = |f: f64| -20.0 * connector.two_port(f).s21.norm().log10();
        assert!((loss(10e9) - 0.8).abs() < 1e-12);
        assert!((loss(40e9) - 1.6).abs() < 1e-12);
        assert!(connector.validate().is_ok());
        let wrong = LumpedConnector {
            capacitance: f64::NAN,
            ..connector
        };
        assert!(wrong.validate().is_err());
    }
}
