//! Everything of copper between a driver and a receiver as one two-port, with all its reflections.
//!
//! A path is a row of [`Piece`]s between two resistances. Each piece is a two-port of the differential
//! mode, the row is their cascade (IEEE Std 802.3, 93A.1.2; IEEE P802.3dj draft 3.3, 178A.1.4), and
//! what is wanted is the voltage at the load (93A-18), in units of half of the source's open-circuit
//! voltage: of what the source makes in a load of its own resistance.
//!
//! Leaves out: the common mode and conversion to it, resistances that are not real, coupling to
//! neighbours other than as [`Piece::Coupling`].

use super::connector::Connector;
use super::device::Device;
use super::line::{Line as _, TransverseLine};
use super::twinax::TwinaxCable;
use super::two_port::{Line, TwoPort};
use crate::network::ChannelTransfer;
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

/// A piece of a path.
#[derive(Debug, Clone, PartialEq)]
pub enum Piece {
    /// Die and package from the die outwards; the resistance on the die is not part of the two-port.
    Device(Device),
    /// A trace pair of a board.
    Board(BoardTrace),
    /// A connector by few numbers.
    Connector(Connector),
    /// A cable.
    Twinax(TwinaxCable),
    /// A measured or simulated channel.
    Network(ChannelTransfer),
    /// A piece passed the other way round.
    Flipped(Box<Piece>),
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
            Self::Device(device) => device.two_port(frequency, LEG),
            Self::Board(BoardTrace::Fitted(line)) => TwoPort::line(frequency, line, LEG),
            Self::Board(BoardTrace::StriplinePair(line, length)) => {
                // One leg against the plane of symmetry.
                let s = line.per_metre(frequency).scattering(*length, LEG);
                TwoPort::symmetric(s.reflection, s.transmission)
            }
            Self::Connector(connector) => connector.two_port(frequency, LEG),
            Self::Twinax(cable) => {
                let s = cable.scattering(frequency, DIFFERENTIAL);
                TwoPort {
                    s11: s.near,
                    s12: s.transmission,
                    s21: s.transmission,
                    s22: s.far,
                }
            }
            Self::Network(channel) => {
                let [s11, s12, s21, s22] = channel.scattering(frequency);
                TwoPort { s11, s12, s21, s22 }
            }
            Self::Flipped(piece) => piece.two_port(frequency).flipped(),
            Self::Coupling {
                ratio,
                frequency: at,
            } => TwoPort::symmetric(Complex64::ZERO, Complex64::new(0.0, ratio * frequency / at)),
        }
    }

    /// Delay of its lines, s: when something arrives, but for what skin effect and dielectrics add.
    pub fn delay(&self) -> f64 {
        match self {
            Self::Device(device) => device
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
            Self::Connector(connector) => connector.line.delay * connector.line.length,
            Self::Twinax(cable) => cable.propagation_delay(),
            Self::Network(channel) => channel.delay(),
            Self::Flipped(piece) => piece.delay(),
            Self::Coupling { .. } => 0.0,
        }
    }

    /// Passed the other way round.
    #[must_use]
    pub fn flipped(self) -> Self {
        match self {
            Self::Flipped(piece) => *piece,
            Self::Device(_) | Self::Network(_) | Self::Twinax(_) => Self::Flipped(Box::new(self)),
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
        let input = 81.0f64.powi(2) / 110.0;
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
        assert!((path.delay() - cable.propagation_delay()).abs() < 1e-24);
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
                Piece::Device(device),
                lossless(92.5, 0.03),
                Piece::Connector(Connector {
                    inductance: 100e-12,
                    ..Connector::new(1e-6, 1e-12, 50e-12, 95.0, 30e-15).unwrap()
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
}
