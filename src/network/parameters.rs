//! Conversions between scattering, impedance, admittance, hybrid, chain and transfer parameters, and
//! to other reference impedances.
//!
//! Every kind is a pair of vectors of port quantities, left = P·right, and every quantity is a linear
//! function of the incident waves: P = L·R⁻¹ with the rows of L and R taken from V, I, a and b. No
//! other kind is passed on the way, so a conversion fails only where its result does not exist (an
//! ideal through connection has neither Z nor Y, but can be renormalised).

use super::matrix::right_divide;
use super::waves::PortWaves;
use super::{Network, NetworkError, Reference, WaveDefinition, touchstone::Parameter};
use num_complex::Complex64;

/// A kind of network parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ParameterKind {
    /// V = Z·I.
    Impedance,
    /// I = Y·V.
    Admittance,
    /// (V1, I2) = H·(I1, V2), two ports.
    Hybrid,
    /// (I1, V2) = G·(V1, I2), two ports.
    InverseHybrid,
    /// (V, I) of the first half of the ports = A·(V, −I) of the second half: ABCD for two ports.
    Chain,
    /// (b, a) of the first half of the ports = T·(a, b) of the second half. The transfer matrices of
    /// a cascade multiply.
    Transfer,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Quantity {
    Voltage,
    Current,
    NegativeCurrent,
    Incident,
    Reflected,
}

type Rows = Vec<(Quantity, usize)>;

impl ParameterKind {
    fn name(self) -> &'static str {
        match self {
            Self::Impedance => "the impedance matrix",
            Self::Admittance => "the admittance matrix",
            Self::Hybrid => "the hybrid matrix",
            Self::InverseHybrid => "the inverse hybrid matrix",
            Self::Chain => "the chain matrix",
            Self::Transfer => "the transfer matrix",
        }
    }

    /// What the rows of the left and the right vector are.
    fn rows(self, n: usize) -> Result<(Rows, Rows), NetworkError> {
        use Quantity::{Current, Incident, NegativeCurrent, Reflected, Voltage};
        let all = |quantity| (0..n).map(|port| (quantity, port)).collect::<Rows>();
        let halves = |first, second, low: usize| -> Rows {
            let ports = low..low + n / 2;
            let one = ports.clone().map(|p| (first, p));
            one.chain(ports.map(|p| (second, p))).collect()
        };
        let fits = match self {
            Self::Impedance | Self::Admittance => true,
            Self::Hybrid | Self::InverseHybrid => n == 2,
            Self::Chain | Self::Transfer => n.is_multiple_of(2),
        };
        if !fits {
            return Err(NetworkError::Ports(format!(
                "{} does not exist for {n} ports: {} are needed",
                self.name(),
                if matches!(self, Self::Hybrid | Self::InverseHybrid) {
                    "two"
                } else {
                    "an even number"
                }
            )));
        }
        Ok(match self {
            Self::Impedance => (all(Voltage), all(Current)),
            Self::Admittance => (all(Current), all(Voltage)),
            Self::Hybrid => (
                vec![(Voltage, 0), (Current, 1)],
                vec![(Current, 0), (Voltage, 1)],
            ),
            Self::InverseHybrid => (
                vec![(Current, 0), (Voltage, 1)],
                vec![(Voltage, 0), (Current, 1)],
            ),
            Self::Chain => (
                halves(Voltage, Current, 0),
                halves(Voltage, NegativeCurrent, n / 2),
            ),
            Self::Transfer => (
                halves(Reflected, Incident, 0),
                halves(Incident, Reflected, n / 2),
            ),
        })
    }
}

/// Writes the row of a quantity as a function of the incident waves, b = S·a.
fn quantity_row(
    quantity: Quantity,
    port: usize,
    s: &[Complex64],
    waves: &[PortWaves],
    row: &mut [Complex64],
) {
    let n = row.len();
    let w = &waves[port];
    let (of_a, of_b) = match quantity {
        Quantity::Voltage => (w.va, w.vb),
        Quantity::Current => (w.ia, w.ib),
        Quantity::NegativeCurrent => (-w.ia, -w.ib),
        Quantity::Incident => (Complex64::ONE, Complex64::ZERO),
        Quantity::Reflected => (Complex64::ZERO, Complex64::ONE),
    };
    for (j, value) in row.iter_mut().enumerate() {
        *value = of_b * s[port * n + j];
    }
    row[port] += of_a;
}

impl Network {
    /// Parameters of another kind at every point, `[point][row][column]`, in Ω, S or without unit.
    ///
    /// # Errors
    /// [`NetworkError::Singular`] where they do not exist, [`NetworkError::Ports`] for a number of
    /// ports they are not defined for, [`NetworkError::Reference`] for a reference impedance that
    /// leaves the waves undefined.
    pub fn parameters(&self, kind: ParameterKind) -> Result<Vec<Complex64>, NetworkError> {
        let n = self.ports;
        let (left, right) = kind.rows(n)?;
        let mut result = vec![Complex64::ZERO; self.s.len()];
        let mut divisor = vec![Complex64::ZERO; n * n];
        let mut waves = PortWaves::of(self.definition, self.reference_at(0))?;
        for (point, (s, out)) in self
            .s
            .chunks_exact(n * n)
            .zip(result.chunks_exact_mut(n * n))
            .enumerate()
        {
            if matches!(self.reference, Reference::PerFrequency(_)) {
                waves = PortWaves::of(self.definition, self.reference_at(point))?;
            }
            for (row, &(quantity, port)) in out.chunks_exact_mut(n).zip(&left) {
                quantity_row(quantity, port, s, &waves, row);
            }
            for (row, &(quantity, port)) in divisor.chunks_exact_mut(n).zip(&right) {
                quantity_row(quantity, port, s, &waves, row);
            }
            if !right_divide(n, out, &mut divisor) {
                return Err(NetworkError::Singular {
                    what: kind.name(),
                    frequency_ghz: self.ghz(point),
                });
            }
        }
        Ok(result)
    }

    /// A network from parameters of another kind, `[point][row][column]`, as power waves.
    ///
    /// # Errors
    /// As [`Network::new`] and [`Network::parameters`].
    pub fn from_parameters(
        kind: ParameterKind,
        frequency: Vec<f64>,
        ports: usize,
        values: &[Complex64],
        reference: Reference,
    ) -> Result<Self, NetworkError> {
        let shape = Self::new(frequency, ports, values.to_vec(), reference)?;
        shape.converted(kind, None)
    }

    /// The network whose parameters of `kind` stand where the scattering parameters should;
    /// with `normalised`, V/√R and I·√R are what they relate.
    fn converted(
        &self,
        kind: ParameterKind,
        normalised: Option<&[f64]>,
    ) -> Result<Self, NetworkError> {
        let n = self.ports;
        let (left, right) = kind.rows(n)?;
        let mut result = vec![Complex64::ZERO; self.s.len()];
        let mut divisor = vec![Complex64::ZERO; n * n];
        let scale = |port: usize| {
            normalised
                .and_then(|r| r.get(port))
                .map_or(1.0, |r| r.sqrt())
        };
        for (point, (p, out)) in self
            .s
            .chunks_exact(n * n)
            .zip(result.chunks_exact_mut(n * n))
            .enumerate()
        {
            let waves = PortWaves::of(self.definition, self.reference_at(point))?;
            out.fill(Complex64::ZERO);
            divisor.fill(Complex64::ZERO);
            let mut add = |quantity, port: usize, column: usize, value: Complex64| {
                let w = &waves[port];
                let (a, b) = match quantity {
                    Quantity::Voltage => (w.av * scale(port), w.bv * scale(port)),
                    Quantity::Current => (w.ai / scale(port), w.bi / scale(port)),
                    Quantity::NegativeCurrent => (-w.ai / scale(port), -w.bi / scale(port)),
                    Quantity::Incident => (Complex64::ONE, Complex64::ZERO),
                    Quantity::Reflected => (Complex64::ZERO, Complex64::ONE),
                };
                divisor[port * n + column] += a * value;
                out[port * n + column] += b * value;
            };
            for (row, &(quantity, port)) in left.iter().enumerate() {
                for column in 0..n {
                    add(quantity, port, column, p[row * n + column]);
                }
            }
            for (column, &(quantity, port)) in right.iter().enumerate() {
                add(quantity, port, column, Complex64::ONE);
            }
            if !right_divide(n, out, &mut divisor) {
                return Err(NetworkError::Singular {
                    what: "the scattering matrix",
                    frequency_ghz: self.ghz(point),
                });
            }
        }
        self.with_s(result)
    }

    /// Scattering parameters from those a file holds; in version 1 files they are normalised to the
    /// reference resistances.
    pub(super) fn with_file_parameters(
        self,
        parameter: Parameter,
        normalised: bool,
    ) -> Result<Self, NetworkError> {
        let kind = match parameter {
            Parameter::S => return Ok(self),
            Parameter::Y => ParameterKind::Admittance,
            Parameter::Z => ParameterKind::Impedance,
            Parameter::G => ParameterKind::InverseHybrid,
            Parameter::H => ParameterKind::Hybrid,
        };
        let resistances: Vec<f64> = self.reference_at(0).iter().map(|z| z.re).collect();
        self.converted(kind, normalised.then_some(&resistances[..]))
    }

    /// The same network with other reference impedances, in the waves of `definition`.
    ///
    /// Voltages and currents stay; no other parameters are passed on the way.
    ///
    /// # Errors
    /// [`NetworkError::Length`] if the impedances are not as many as the ports,
    /// [`NetworkError::Reference`], [`NetworkError::Singular`].
    pub fn renormalized(
        &self,
        reference: Reference,
        definition: WaveDefinition,
    ) -> Result<Self, NetworkError> {
        let target = Self::new(
            self.frequency.clone(),
            self.ports,
            self.s.clone(),
            reference,
        )?
        .with_definition(definition)
        .with_modes(self.modes.clone())?;
        if target.reference == self.reference && definition == self.definition {
            return Ok(target);
        }
        let n = self.ports;
        let mut result = vec![Complex64::ZERO; self.s.len()];
        let mut divisor = vec![Complex64::ZERO; n * n];
        for (point, (s, out)) in self
            .s
            .chunks_exact(n * n)
            .zip(result.chunks_exact_mut(n * n))
            .enumerate()
        {
            let old = PortWaves::of(self.definition, self.reference_at(point))?;
            let new = PortWaves::of(definition, target.reference_at(point))?;
            for (i, (o, w)) in old.iter().zip(&new).enumerate() {
                // a' and b' as functions of a and b of the same port.
                let (aa, ab) = (w.av * o.va + w.ai * o.ia, w.av * o.vb + w.ai * o.ib);
                let (ba, bb) = (w.bv * o.va + w.bi * o.ia, w.bv * o.vb + w.bi * o.ib);
                for j in 0..n {
                    divisor[i * n + j] = ab * s[i * n + j];
                    out[i * n + j] = bb * s[i * n + j];
                }
                divisor[i * n + i] += aa;
                out[i * n + i] += ba;
            }
            if !right_divide(n, out, &mut divisor) {
                return Err(NetworkError::Singular {
                    what: "the renormalised scattering matrix",
                    frequency_ghz: self.ghz(point),
                });
            }
        }
        target.with_s(result)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn real(values: &[f64]) -> Vec<Complex64> {
        values.iter().map(|&v| Complex64::new(v, 0.0)).collect()
    }

    fn one_point(ports: usize, s: &[f64]) -> Network {
        Network::new(vec![1e9], ports, real(s), Reference::uniform(ports, 50.0)).unwrap()
    }

    #[test]
    fn a_series_resistor_has_its_known_matrices() {
        // R = 100 Ω in series: S11 = R/(R + 2z) = 1/2, S21 = 2z/(R + 2z) = 1/2; ABCD = (1, R; 0, 1).
        let network = one_point(2, &[0.5, 0.5, 0.5, 0.5]);
        let chain = network.parameters(ParameterKind::Chain).unwrap();
        for (value, expected) in chain.iter().zip([1.0, 100.0, 0.0, 1.0]) {
            assert!((value.re - expected).abs() < 1e-11, "{chain:?}");
        }
        let y = network.parameters(ParameterKind::Admittance).unwrap();
        assert!((y[0].re - 0.01).abs() < 1e-15 && (y[1].re + 0.01).abs() < 1e-15);
        assert!(matches!(
            network.parameters(ParameterKind::Impedance),
            Err(NetworkError::Singular { .. })
        ));
    }

    #[test]
    fn every_kind_comes_back() {
        let network = one_point(2, &[0.1, 0.7, 0.6, -0.3]);
        for kind in [
            ParameterKind::Impedance,
            ParameterKind::Admittance,
            ParameterKind::Hybrid,
            ParameterKind::InverseHybrid,
            ParameterKind::Chain,
            ParameterKind::Transfer,
        ] {
            let values = network.parameters(kind).unwrap();
            let back =
                Network::from_parameters(kind, vec![1e9], 2, &values, Reference::uniform(2, 50.0))
                    .unwrap();
            for (x, y) in back.s().iter().zip(network.s()) {
                assert!((x - y).norm() < 1e-13, "{kind:?}");
            }
        }
    }

    #[test]
    fn an_ideal_through_connection_can_be_renormalised() {
        // Between 50 Ω and 75 Ω: S11 = (75 − 50)/125 = 1/5, S21 = 2√(50·75)/125.
        let network = one_point(2, &[0.0, 1.0, 1.0, 0.0]);
        let z = Reference::PerPort(real(&[50.0, 75.0]));
        let other = network.renormalized(z, WaveDefinition::Power).unwrap();
        assert!((other.s()[0].re - 0.2).abs() < 1e-15);
        assert!((other.s()[2].re - 2.0 * 3750_f64.sqrt() / 125.0).abs() < 1e-15);
    }

    #[test]
    fn definitions_differ_for_complex_impedances() {
        // A load of z* takes all power: zero for power waves, not for the others.
        let z = Complex64::new(50.0, 20.0);
        let load = Network::from_parameters(
            ParameterKind::Impedance,
            vec![1e9],
            1,
            &[z.conj()],
            Reference::PerPort(vec![z]),
        )
        .unwrap();
        assert!(load.s()[0].norm() < 1e-15);
        for definition in [WaveDefinition::Pseudo, WaveDefinition::Traveling] {
            let s = load
                .renormalized(Reference::PerPort(vec![z]), definition)
                .unwrap()
                .s()[0];
            let expected = (z.conj() - z) / (z.conj() + z);
            assert!((s - expected).norm() < 1e-15);
        }
    }

    #[test]
    fn undefined_waves_are_named() {
        let network = one_point(1, &[0.0]);
        let z = Reference::PerPort(vec![Complex64::new(0.0, 30.0)]);
        let error = network
            .renormalized(z.clone(), WaveDefinition::Power)
            .unwrap_err();
        assert!(error.to_string().contains("port 1"));
        assert!(network.renormalized(z, WaveDefinition::Traveling).is_ok());
    }
}
