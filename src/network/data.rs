//! A network: scattering parameters of N ports over frequency, with their reference impedances.

use super::NetworkError;
use num_complex::Complex64;

/// Which waves the scattering parameters relate. For a real reference impedance all three are the
/// same.
///
/// V is the voltage of a port, I the current into it, z its reference impedance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WaveDefinition {
    /// Power waves, a = (V + zI)/(2√Re z), b = (V − z*I)/(2√Re z); |a|² − |b|² is the power into the
    /// port (K. Kurokawa, IEEE Trans. Microw. Theory Tech. 13, 194, 1965, DOI
    /// 10.1109/TMTT.1965.1125964).
    #[default]
    Power,
    /// Pseudo-waves, a = √Re z/(2|z|)·(V + zI), b = √Re z/(2|z|)·(V − zI) (R. B. Marks, D. F.
    /// Williams, J. Res. Natl. Inst. Stand. Technol. 97, 533, 1992, DOI 10.6028/jres.097.024, with
    /// the phase of the voltage normalisation zero).
    Pseudo,
    /// Travelling waves of a line of impedance z, a = (V + zI)/(2√z), b = (V − zI)/(2√z); what HFSS
    /// exports without renormalisation.
    Traveling,
}

impl WaveDefinition {
    /// Its name in messages and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Pseudo => "pseudo",
            Self::Traveling => "traveling",
        }
    }
}

/// What a port of a network is. Ports are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PortMode {
    /// A terminal against the common ground.
    SingleEnded(usize),
    /// The difference of two terminals, V = V₊ − V₋, I = (I₊ − I₋)/2.
    Differential {
        /// Terminal that counts positive.
        positive: usize,
        /// Terminal that counts negative.
        negative: usize,
    },
    /// The mean of two terminals, V = (V₊ + V₋)/2, I = I₊ + I₋.
    Common {
        /// First terminal.
        positive: usize,
        /// Second terminal.
        negative: usize,
    },
}

/// Reference impedances of the ports, Ω.
#[derive(Debug, Clone, PartialEq)]
pub enum Reference {
    /// The same at every frequency: one value a port.
    PerPort(Vec<Complex64>),
    /// Values by frequency and port, `[point × ports + port]`.
    PerFrequency(Vec<Complex64>),
}

impl Reference {
    /// One impedance for all of `ports` ports, Ω.
    pub fn uniform(ports: usize, impedance: f64) -> Self {
        Self::PerPort(vec![Complex64::new(impedance, 0.0); ports])
    }
}

/// Scattering parameters of a network over frequency.
///
/// The matrix at one frequency is stored by rows, b = S·a, and the matrices one after the other, so
/// that S of point k, row i, column j is at `(k × ports + i) × ports + j`. The time factor is e^{+jωt}.
#[derive(Debug, Clone, PartialEq)]
pub struct Network {
    pub(super) frequency: Vec<f64>,
    pub(super) ports: usize,
    pub(super) s: Vec<Complex64>,
    pub(super) reference: Reference,
    pub(super) definition: WaveDefinition,
    pub(super) modes: Vec<PortMode>,
}

impl Network {
    /// A network of single-ended ports from its parts, with power waves: frequencies in Hz, strictly
    /// rising from zero or above; `s` as `[point][row][column]`.
    ///
    /// # Errors
    /// [`NetworkError::Length`], [`NetworkError::NotFinite`] or [`NetworkError::Frequency`].
    pub fn new(
        frequency: Vec<f64>,
        ports: usize,
        s: Vec<Complex64>,
        reference: Reference,
    ) -> Result<Self, NetworkError> {
        let network = Self {
            frequency,
            ports,
            s,
            reference,
            definition: WaveDefinition::Power,
            modes: (0..ports).map(PortMode::SingleEnded).collect(),
        };
        network.check()?;
        Ok(network)
    }

    /// The same numbers read as other waves. Nothing is converted: for what a file or a source means
    /// by its numbers.
    #[must_use]
    pub fn with_definition(mut self, definition: WaveDefinition) -> Self {
        self.definition = definition;
        self
    }

    /// The same numbers with ports that mean these modes.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if their number is not that of the ports.
    pub fn with_modes(mut self, modes: Vec<PortMode>) -> Result<Self, NetworkError> {
        if modes.len() != self.ports {
            return Err(NetworkError::Ports(format!(
                "{} modes were given for {} ports",
                modes.len(),
                self.ports
            )));
        }
        self.modes = modes;
        Ok(self)
    }

    fn check(&self) -> Result<(), NetworkError> {
        let points = self.frequency.len();
        if self.ports == 0 {
            return Err(NetworkError::Ports(
                "a network needs at least one port".to_owned(),
            ));
        }
        let length = |what, found, expected| {
            if found == expected {
                Ok(())
            } else {
                Err(NetworkError::Length {
                    what,
                    found,
                    expected,
                })
            }
        };
        length(
            "scattering matrix",
            self.s.len(),
            points * self.ports * self.ports,
        )?;
        let impedances = match &self.reference {
            Reference::PerPort(z) => {
                length("list of reference impedances", z.len(), self.ports)?;
                z
            }
            Reference::PerFrequency(z) => {
                length("list of reference impedances", z.len(), points * self.ports)?;
                z
            }
        };
        let mut last = -1.0;
        for (i, &f) in self.frequency.iter().enumerate() {
            if !f.is_finite() || f < 0.0 || f <= last {
                return Err(NetworkError::Frequency {
                    number: i + 1,
                    frequency: f,
                });
            }
            last = f;
        }
        if let Some(at) = self.s.iter().position(|v| !v.is_finite()) {
            return Err(self.not_finite(at));
        }
        if let Some(at) = impedances.iter().position(|z| !z.is_finite()) {
            return Err(NetworkError::NotFinite {
                what: format!("the reference impedance of port {}", at % self.ports + 1),
                frequency_ghz: self.frequency.get(at / self.ports).map_or(0.0, |f| f / 1e9),
            });
        }
        Ok(())
    }

    /// The error for entry `at` of the scattering parameters.
    pub(super) fn not_finite(&self, at: usize) -> NetworkError {
        let n = self.ports;
        NetworkError::NotFinite {
            what: format!("S({},{})", at / n % n + 1, at % n + 1),
            frequency_ghz: self.frequency.get(at / (n * n)).map_or(0.0, |f| f / 1e9),
        }
    }

    /// The network with other scattering parameters of the same shape.
    pub(super) fn with_s(&self, s: Vec<Complex64>) -> Result<Self, NetworkError> {
        let network = Self { s, ..self.clone() };
        match network.s.iter().position(|v| !v.is_finite()) {
            Some(at) => Err(network.not_finite(at)),
            None => Ok(network),
        }
    }

    /// Frequencies, Hz.
    pub fn frequencies(&self) -> &[f64] {
        &self.frequency
    }

    /// Number of frequencies.
    pub fn points(&self) -> usize {
        self.frequency.len()
    }

    /// Number of ports.
    pub fn ports(&self) -> usize {
        self.ports
    }

    /// Every scattering parameter, `[point][row][column]`.
    pub fn s(&self) -> &[Complex64] {
        &self.s
    }

    /// The scattering matrix of one point, by rows; `None` beyond the last point.
    pub fn matrix(&self, point: usize) -> Option<&[Complex64]> {
        let size = self.ports * self.ports;
        self.s.get(point.checked_mul(size)?..)?.get(..size)
    }

    /// S of the wave out of port `to` for a wave into port `from` (from 0), over frequency.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if a port is not there.
    pub fn curve(&self, to: usize, from: usize) -> Result<Vec<Complex64>, NetworkError> {
        self.check_port(to)?;
        self.check_port(from)?;
        Ok(self
            .s
            .chunks_exact(self.ports * self.ports)
            .map(|m| m[to * self.ports + from])
            .collect())
    }

    /// Reference impedances.
    pub fn reference(&self) -> &Reference {
        &self.reference
    }

    /// Reference impedances of the ports at a point, Ω; empty beyond the last point where they depend
    /// on frequency.
    pub fn reference_at(&self, point: usize) -> &[Complex64] {
        match &self.reference {
            Reference::PerPort(z) => z,
            Reference::PerFrequency(z) => z.chunks_exact(self.ports).nth(point).unwrap_or_default(),
        }
    }

    /// Which waves the numbers relate.
    pub fn definition(&self) -> WaveDefinition {
        self.definition
    }

    /// What the ports are.
    pub fn modes(&self) -> &[PortMode] {
        &self.modes
    }

    pub(super) fn check_port(&self, port: usize) -> Result<(), NetworkError> {
        if port < self.ports {
            Ok(())
        } else {
            Err(NetworkError::Ports(format!(
                "there is no port {}: the network has {}",
                port + 1,
                self.ports
            )))
        }
    }

    /// GHz of a point, for messages.
    pub(super) fn ghz(&self, point: usize) -> f64 {
        self.frequency.get(point).map_or(f64::NAN, |f| f / 1e9)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn zeros(count: usize) -> Vec<Complex64> {
        vec![Complex64::ZERO; count]
    }

    #[test]
    fn parts_that_do_not_fit_are_refused() {
        let z = || Reference::uniform(2, 50.0);
        assert!(Network::new(vec![0.0, 1e9], 2, zeros(8), z()).is_ok());
        assert!(matches!(
            Network::new(vec![0.0, 1e9], 2, zeros(7), z()),
            Err(NetworkError::Length { .. })
        ));
        assert!(matches!(
            Network::new(vec![1e9, 1e9], 2, zeros(8), z()),
            Err(NetworkError::Frequency { number: 2, .. })
        ));
        assert!(Network::new(vec![-1.0], 2, zeros(4), z()).is_err());
        assert!(Network::new(vec![], 0, vec![], Reference::uniform(0, 50.0)).is_err());
        let mut bad = zeros(8);
        bad[6].im = f64::NAN;
        let error = Network::new(vec![0.0, 1e9], 2, bad, z()).unwrap_err();
        assert_eq!(error.to_string(), "S(2,1) at 1 GHz is not finite");
    }

    #[test]
    fn a_curve_takes_row_and_column() {
        let s = (0..8).map(|v| Complex64::new(f64::from(v), 0.0)).collect();
        let network = Network::new(vec![0.0, 1e9], 2, s, Reference::uniform(2, 50.0)).unwrap();
        let curve = network.curve(1, 0).unwrap();
        assert_eq!(curve, [Complex64::new(2.0, 0.0), Complex64::new(6.0, 0.0)]);
        assert!(network.curve(2, 0).is_err());
        assert_eq!(network.matrix(1).unwrap()[3], Complex64::new(7.0, 0.0));
        assert!(network.matrix(2).is_none());
    }
}
