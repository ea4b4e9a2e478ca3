//! The ends of a channel: termination on the die, package, and the part of the host board that the
//! channel's data do not contain.
//!
//! IEEE Std 802.3, 93A.1.2 (one capacitor on the die, one line) and IEEE P802.3dj draft 3.3, 178A.1.4 and
//! 178A.1.5 (a ladder of capacitors and inductors, several lines). From the die outwards: the ladder
//! C_d, L_s, …, the bump C_b, the lines of the package, the ball C_p, and on the board C₀, line, C₁.
//!
//! Leaves out: coupling between the legs, and modes that are not differential.

use super::error::{CopperError, between};
use super::two_port::{Line, TwoPort};

/// What stands on the die.
#[derive(Debug, Clone, PartialEq)]
pub struct Termination {
    /// R_d of one leg, Ω.
    pub resistance: f64,
    /// C_d in F and L_s in H of each step of the ladder, from the die outwards.
    pub ladder: Vec<(f64, f64)>,
    /// C_b of the bump, F.
    pub bump: f64,
}

/// A package.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Package {
    /// Lines from the die outwards.
    pub lines: Vec<Line>,
    /// C_p of the ball, F.
    pub ball: f64,
}

/// The part of the host board in front of the channel's data.
#[derive(Debug, Clone, PartialEq)]
pub struct Board {
    /// C₀ at the package, F.
    pub near: f64,
    /// Its line.
    pub line: Line,
    /// C₁ at the channel, F.
    pub far: f64,
}

/// One end of a channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Device {
    /// What stands on the die.
    pub termination: Termination,
    /// The package.
    pub package: Package,
    /// The board, where the channel's data do not contain it.
    pub board: Option<Board>,
}

impl Device {
    /// An end without anything but its termination of this resistance of one leg, Ω.
    pub fn bare(resistance: f64) -> Self {
        Self {
            termination: Termination {
                resistance,
                ladder: Vec::new(),
                bump: 0.0,
            },
            package: Package::default(),
            board: None,
        }
    }

    /// Refuses values that cannot be.
    ///
    /// # Errors
    /// [`CopperError::OutOfRange`].
    pub fn validate(&self) -> Result<(), CopperError> {
        let termination = &self.termination;
        between("termination R_d in Ω", termination.resistance, 1.0, 1e4)?;
        let farads = |name: &'static str, value: f64| between(name, value, 0.0, 1e-9);
        farads("bump capacitance C_b in F", termination.bump)?;
        for &(capacitance, inductance) in &termination.ladder {
            farads("die capacitance C_d in F", capacitance)?;
            between("die inductance L_s in H", inductance, 0.0, 1e-6)?;
        }
        farads("ball capacitance C_p in F", self.package.ball)?;
        let board = self.board.iter().map(|board| &board.line);
        for line in self.package.lines.iter().chain(board) {
            between("line impedance Z_c in Ω", line.impedance, 1.0, 1e4)?;
            between("line length in m", line.length, 0.0, 10.0)?;
            for (name, value) in [
                ("loss γ₀ in 1/m", line.loss_constant),
                ("loss a₁ in √s/m", line.loss_root),
                ("loss a₂ in s/m", line.loss_linear),
                ("delay τ in s/m", line.delay),
            ] {
                between(name, value, 0.0, 1e6)?;
            }
        }
        if let Some(board) = &self.board {
            farads("board capacitance C₀ in F", board.near)?;
            farads("board capacitance C₁ in F", board.far)?;
        }
        Ok(())
    }

    /// Its two-port from the die (port 1) to the channel (port 2) at a frequency in Hz, for the
    /// reference resistance R₀ of one leg in Ω (178A-7 to 178A-12).
    pub fn two_port(&self, frequency: f64, resistance: f64) -> TwoPort {
        let capacitor = |c: f64| TwoPort::shunt_capacitor(frequency, c, resistance);
        let mut all = TwoPort::THROUGH;
        for &(capacitance, inductance) in &self.termination.ladder {
            all = all
                .then(&capacitor(capacitance))
                .then(&TwoPort::series_inductor(frequency, inductance, resistance));
        }
        all = all.then(&capacitor(self.termination.bump));
        for line in &self.package.lines {
            all = all.then(&TwoPort::line(frequency, line, resistance));
        }
        all = all.then(&capacitor(self.package.ball));
        if let Some(board) = &self.board {
            all = all
                .then(&capacitor(board.near))
                .then(&TwoPort::line(frequency, &board.line, resistance))
                .then(&capacitor(board.far));
        }
        all
    }

    /// Reflection coefficient of its termination against R₀ (93A-17).
    pub fn reflection(&self, resistance: f64) -> f64 {
        (self.termination.resistance - resistance) / (self.termination.resistance + resistance)
    }

    /// Loss from the die to the channel between matched ends, dB, at a frequency in Hz.
    pub fn loss_db(&self, frequency: f64, resistance: f64) -> f64 {
        -20.0 * self.two_port(frequency, resistance).s21.norm().log10()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_that_cannot_be_are_refused() {
        assert!(Device::bare(50.0).validate().is_ok());
        assert!(Device::bare(-50.0).validate().is_err());
        let mut device = Device::bare(46.25);
        device.termination.ladder.push((f64::NAN, 1e-10));
        assert!(device.validate().is_err());
        assert_eq!(Device::bare(50.0).two_port(1e9, 50.0), TwoPort::THROUGH);
        assert!((Device::bare(55.0).reflection(50.0) - 5.0 / 105.0).abs() < 1e-15);
    }
}
