//! A connector, or another transition of a copper path, by few numbers.

use super::error::{CopperError, between};
use super::two_port::{Line, TwoPort};
use crate::units::NEPER_PER_DB;

/// What joins a pair to the board of a host, or a board to a board: half of an inductance between the
/// capacitor of each end and a lossy line, which stands for contacts, paddle card, and attached wires.
///
/// Leaves out: crosstalk, and loss that is not smooth in frequency: resonances of open stubs and of the
/// ground, which a measured network has.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Connector {
    /// Capacitance of one leg to ground at each of its two ends, F.
    pub capacitance: f64,
    /// Inductance in each leg, half of it at each end, H.
    pub inductance: f64,
    /// Loss, delay and impedance.
    pub line: Line,
}

impl Connector {
    /// A connector with a loss of `root` dB/√Hz and `linear` dB/Hz, a delay of `delay` s, a differential
    /// impedance in Ω and a capacitance in F at each end.
    ///
    /// # Errors
    /// As [`validate`](Self::validate).
    pub fn new(
        root: f64,
        linear: f64,
        delay: f64,
        impedance: f64,
        capacitance: f64,
    ) -> Result<Self, CopperError> {
        let connector = Self {
            capacitance,
            inductance: 0.0,
            line: Line {
                loss_constant: 0.0,
                loss_root: root * NEPER_PER_DB,
                loss_linear: linear * NEPER_PER_DB,
                delay,
                impedance,
                length: 1.0,
            },
        };
        connector.validate()?;
        Ok(connector)
    }

    /// Nothing at all.
    pub fn none() -> Self {
        Self {
            capacitance: 0.0,
            inductance: 0.0,
            line: Line {
                loss_constant: 0.0,
                loss_root: 0.0,
                loss_linear: 0.0,
                delay: 0.0,
                impedance: 100.0,
                length: 0.0,
            },
        }
    }

    /// Refuses values that cannot be.
    ///
    /// # Errors
    /// [`CopperError::OutOfRange`].
    pub fn validate(&self) -> Result<(), CopperError> {
        between(
            "capacitance of a connector in F",
            self.capacitance,
            0.0,
            1e-9,
        )?;
        between("inductance of a connector in H", self.inductance, 0.0, 1e-6)?;
        let line = &self.line;
        between("impedance of a connector in Ω", line.impedance, 1.0, 1e4)?;
        for (name, value) in [
            ("length of a connector", line.length),
            ("loss γ₀ of a connector", line.loss_constant),
            ("loss a₁ of a connector", line.loss_root),
            ("loss a₂ of a connector", line.loss_linear),
            ("delay of a connector", line.delay),
        ] {
            between(name, value, 0.0, 1e6)?;
        }
        Ok(())
    }

    /// Its two-port at a frequency in Hz for the reference resistance R₀ of one leg in Ω.
    pub fn two_port(&self, frequency: f64, resistance: f64) -> TwoPort {
        let capacitor = TwoPort::shunt_capacitor(frequency, self.capacitance, resistance);
        let line = TwoPort::line(frequency, &self.line, resistance);
        if self.inductance == 0.0 {
            return capacitor.then(&line).then(&capacitor);
        }
        let inductor = TwoPort::series_inductor(frequency, 0.5 * self.inductance, resistance);
        let end = capacitor.then(&inductor);
        end.then(&line).then(&end.flipped())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_connector_of_nothing_but_loss_loses_that() {
        let connector = Connector::new(0.5e-5, 1e-11, 0.0, 100.0, 0.0).unwrap();
        let loss = |f: f64| -20.0 * connector.two_port(f, 50.0).s21.norm().log10();
        assert!((loss(10e9) - 0.6).abs() < 1e-12);
        assert!((loss(40e9) - 1.4).abs() < 1e-12);
        assert!(Connector::new(f64::NAN, 0.0, 0.0, 100.0, 0.0).is_err());
        assert!(Connector::new(0.0, 0.0, 0.0, 0.0, 0.0).is_err());
        assert!(Connector::none().validate().is_ok());
    }

    #[test]
    fn the_inductance_is_in_series() {
        // At low frequency 2·jωL of both legs against 100 Ω.
        let connector = Connector {
            inductance: 1e-9,
            ..Connector::none()
        };
        let s = connector.two_port(1e6, 50.0);
        let x = std::f64::consts::TAU * 1e6 * 2e-9 / 100.0;
        assert!((s.s11.im - 0.5 * x).abs() < 1e-6 * x, "{s:?}");
    }
}
