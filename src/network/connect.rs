//! Networks joined to each other: cascade, connection of any ports, de-embedding.

use super::matrix::{multiply, right_divide};
use super::{Network, NetworkError, ParameterKind, Reference};
use num_complex::Complex64;

impl Network {
    /// This network followed by `next`: the second half of the ports of one to the first half of the
    /// other, first to first.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] for numbers of ports that do not fit, otherwise as
    /// [`connected`](Self::connected).
    pub fn cascaded(&self, next: &Self) -> Result<Self, NetworkError> {
        let half = self.even_half()?;
        if next.even_half()? != half {
            return Err(NetworkError::Ports(format!(
                "a network of {} ports cannot be followed by one of {}",
                self.ports, next.ports
            )));
        }
        let ours: Vec<usize> = (half..2 * half).collect();
        let theirs: Vec<usize> = (0..half).collect();
        self.connected(&ours, next, &theirs)
    }

    /// This network with its ports `ours` joined to the ports `theirs` of another. What remains are
    /// the other ports of this network in their order, then those of the other one.
    ///
    /// Joined ports share voltage and current, whatever their reference impedances are. The waves of
    /// the inner ports are eliminated, (1 − S·S′)⁻¹; neither network needs a transmission.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] for ports that are not there or used twice, or if none remain;
    /// [`NetworkError::Mismatch`] if the frequencies differ; [`NetworkError::Singular`] if the joined
    /// ports resonate without loss.
    pub fn connected(
        &self,
        ours: &[usize],
        other: &Self,
        theirs: &[usize],
    ) -> Result<Self, NetworkError> {
        if ours.len() != theirs.len() {
            return Err(NetworkError::Ports(format!(
                "{} ports cannot be joined to {}",
                ours.len(),
                theirs.len()
            )));
        }
        let our_rest = self.rest(ours)?;
        let their_rest = other.rest(theirs)?;
        if our_rest.len() + their_rest.len() == 0 {
            return Err(NetworkError::Ports(
                "no port would remain of the joined networks".to_owned(),
            ));
        }
        if self.frequency != other.frequency {
            return Err(NetworkError::Mismatch(
                "the two networks have different frequencies: interpolate one to those of the other"
                    .to_owned(),
            ));
        }
        let (first, second) = self.matched(ours, other, theirs)?;
        let (outer, inner, far) = (our_rest.len(), ours.len(), their_rest.len());
        let total = outer + far;
        let mut s = vec![Complex64::ZERO; self.points() * total * total];
        let mut work = Work::new(outer, inner, far);
        let (na, nb) = (self.ports, other.ports);
        for (point, ((a, b), out)) in first
            .chunks_exact(na * na)
            .zip(second.chunks_exact(nb * nb))
            .zip(s.chunks_exact_mut(total * total))
            .enumerate()
        {
            let a = |rows: &[usize], columns: &[usize], to: &mut [Complex64]| {
                block(a, na, rows, columns, to);
            };
            let b = |rows: &[usize], columns: &[usize], to: &mut [Complex64]| {
                block(b, nb, rows, columns, to);
            };
            a(&our_rest, &our_rest, &mut work.a_oo);
            a(&our_rest, ours, &mut work.a_oi);
            a(ours, &our_rest, &mut work.a_io);
            a(ours, ours, &mut work.a_ii);
            b(theirs, theirs, &mut work.b_ii);
            b(theirs, &their_rest, &mut work.b_io);
            b(&their_rest, theirs, &mut work.b_oi);
            b(&their_rest, &their_rest, &mut work.b_oo);
            if !work.star(out) {
                return Err(NetworkError::Singular {
                    what: "the connection",
                    frequency_ghz: self.ghz(point),
                });
            }
        }
        let reference = joined_reference(self, &our_rest, other, &their_rest);
        let modes = our_rest
            .iter()
            .map(|&p| self.modes[p])
            .chain(their_rest.iter().map(|&p| other.modes[p]))
            .collect();
        let result = Self {
            frequency: self.frequency.clone(),
            ports: total,
            s: Vec::new(),
            reference,
            definition: self.definition,
            modes,
        };
        result.with_s(s)
    }

    /// The network that undoes this one in a cascade: its transfer matrix is the inverse. It is not
    /// passive; its use is de-embedding.
    ///
    /// # Errors
    /// [`NetworkError::Singular`] where nothing is transmitted.
    pub fn inverse(&self) -> Result<Self, NetworkError> {
        let half = self.even_half()?;
        let n = self.ports;
        let transfer = self.parameters(ParameterKind::Transfer)?;
        let mut inverse = Vec::with_capacity(transfer.len());
        let mut unit = vec![Complex64::ZERO; n * n];
        for (point, t) in transfer.chunks_exact(n * n).enumerate() {
            unit.fill(Complex64::ZERO);
            for i in 0..n {
                unit[i * n + i] = Complex64::ONE;
            }
            if !right_divide(n, &mut unit, &mut t.to_vec()) {
                return Err(NetworkError::Singular {
                    what: "the inverse network",
                    frequency_ghz: self.ghz(point),
                });
            }
            inverse.extend_from_slice(&unit);
        }
        // The left side of the inverse stands at the right side of this network.
        let swap: Vec<usize> = (half..n).chain(0..half).collect();
        let reference = self.map_reference(|z| Ok(swap.iter().map(|&p| z[p]).collect()))?;
        let result = Self::from_parameters(
            ParameterKind::Transfer,
            self.frequency.clone(),
            n,
            &inverse,
            reference,
        )?;
        Ok(Self {
            definition: self.definition,
            modes: swap.iter().map(|&p| self.modes[p]).collect(),
            ..result
        })
    }

    /// What lies between two fixtures: this is the measurement, left fixture, device, right fixture.
    ///
    /// # Errors
    /// As [`inverse`](Self::inverse) and [`cascaded`](Self::cascaded).
    pub fn de_embedded(
        &self,
        left: Option<&Self>,
        right: Option<&Self>,
    ) -> Result<Self, NetworkError> {
        let mut device = self.clone();
        if let Some(left) = left {
            device = left.inverse()?.cascaded(&device)?;
        }
        if let Some(right) = right {
            device = device.cascaded(&right.inverse()?)?;
        }
        Ok(device)
    }

    pub(super) fn even_half(&self) -> Result<usize, NetworkError> {
        if self.ports.is_multiple_of(2) {
            Ok(self.ports / 2)
        } else {
            Err(NetworkError::Ports(format!(
                "a network of {} ports has no two sides",
                self.ports
            )))
        }
    }

    /// Ports that are not in a list, which must name existing ports once.
    fn rest(&self, list: &[usize]) -> Result<Vec<usize>, NetworkError> {
        let mut used = vec![false; self.ports];
        for &port in list {
            self.check_port(port)?;
            if std::mem::replace(&mut used[port], true) {
                return Err(NetworkError::Ports(format!(
                    "port {} is joined twice",
                    port + 1
                )));
            }
        }
        Ok((0..self.ports).filter(|&p| !used[p]).collect())
    }

    /// Scattering parameters of both with the same real impedance on both sides of each joint, where
    /// the wave out of one port is the wave into the other.
    fn matched(
        &self,
        ours: &[usize],
        other: &Self,
        theirs: &[usize],
    ) -> Result<(Vec<Complex64>, Vec<Complex64>), NetworkError> {
        let real = |z: &Complex64| z.im == 0.0 && z.re > 0.0;
        let fits = self.definition == other.definition
            && (0..self.points()).all(|point| {
                let (a, b) = (self.reference_at(point), other.reference_at(point));
                ours.iter()
                    .zip(theirs)
                    .all(|(&i, &j)| a[i] == b[j] && real(&a[i]))
            });
        if fits {
            return Ok((self.s.clone(), other.s.clone()));
        }
        let ohms = |z: Complex64| {
            if real(&z) {
                z
            } else {
                Complex64::new(50.0, 0.0)
            }
        };
        let replaced = |network: &Self, ports: &[usize]| {
            let mut all = Vec::with_capacity(self.points() * network.ports);
            for point in 0..self.points() {
                let mut z = network.reference_at(point).to_vec();
                for (&port, &ours) in ports.iter().zip(ours) {
                    z[port] = ohms(self.reference_at(point)[ours]);
                }
                all.extend(z);
            }
            network.renormalized(Reference::PerFrequency(all), self.definition)
        };
        Ok((replaced(self, ours)?.s, replaced(other, theirs)?.s))
    }
}

/// Reference impedances of what remains of two joined networks.
fn joined_reference(a: &Network, ours: &[usize], b: &Network, theirs: &[usize]) -> Reference {
    let both = |za: &[Complex64], zb: &[Complex64]| -> Vec<Complex64> {
        let first = ours.iter().map(|&p| za[p]);
        first.chain(theirs.iter().map(|&p| zb[p])).collect()
    };
    match (&a.reference, &b.reference) {
        (Reference::PerPort(za), Reference::PerPort(zb)) => Reference::PerPort(both(za, zb)),
        _ => Reference::PerFrequency(
            (0..a.points())
                .flat_map(|point| both(a.reference_at(point), b.reference_at(point)))
                .collect(),
        ),
    }
}

fn block(s: &[Complex64], n: usize, rows: &[usize], columns: &[usize], to: &mut [Complex64]) {
    for (k, value) in to.iter_mut().enumerate() {
        *value = s[rows[k / columns.len()] * n + columns[k % columns.len()]];
    }
}

/// Blocks of the two matrices: o the ports that remain, i the joined ones.
struct Work {
    outer: usize,
    inner: usize,
    far: usize,
    a_oo: Vec<Complex64>,
    a_oi: Vec<Complex64>,
    a_io: Vec<Complex64>,
    a_ii: Vec<Complex64>,
    b_ii: Vec<Complex64>,
    b_io: Vec<Complex64>,
    b_oi: Vec<Complex64>,
    b_oo: Vec<Complex64>,
    divisor: Vec<Complex64>,
    product: Vec<Complex64>,
    into: Vec<Complex64>,
    x: Vec<Complex64>,
    y: Vec<Complex64>,
}

impl Work {
    fn new(outer: usize, inner: usize, far: usize) -> Self {
        let zeros = |count: usize| vec![Complex64::ZERO; count];
        let total = outer + far;
        Self {
            outer,
            inner,
            far,
            a_oo: zeros(outer * outer),
            a_oi: zeros(outer * inner),
            a_io: zeros(inner * outer),
            a_ii: zeros(inner * inner),
            b_ii: zeros(inner * inner),
            b_io: zeros(inner * far),
            b_oi: zeros(far * inner),
            b_oo: zeros(far * far),
            divisor: zeros(inner * inner),
            product: zeros(inner * total.max(inner)),
            into: zeros(total * inner),
            x: zeros(inner * total),
            y: zeros(inner * total),
        }
    }

    /// With x the waves into the inner ports of a (out of b) and y the other way, x = B_ii·y + B_io·a_b,
    /// y = A_io·a_a + A_ii·x.
    fn star(&mut self, out: &mut [Complex64]) -> bool {
        let (outer, inner, far) = (self.outer, self.inner, self.far);
        let total = outer + far;
        // Transposed, so that a division from the right solves (1 − B_ii·A_ii)·x = r.
        multiply(
            inner,
            inner,
            inner,
            &self.b_ii,
            &self.a_ii,
            &mut self.product,
        );
        for i in 0..inner {
            for j in 0..inner {
                self.divisor[j * inner + i] =
                    Complex64::from(f64::from(u8::from(i == j))) - self.product[i * inner + j];
            }
        }
        multiply(
            inner,
            inner,
            outer,
            &self.b_ii,
            &self.a_io,
            &mut self.product,
        );
        for i in 0..inner {
            for j in 0..outer {
                self.into[j * inner + i] = self.product[i * outer + j];
            }
            for j in 0..far {
                self.into[(outer + j) * inner + i] = self.b_io[i * far + j];
            }
        }
        if !right_divide(inner, &mut self.into, &mut self.divisor) {
            return false;
        }
        for i in 0..inner {
            for j in 0..total {
                self.x[i * total + j] = self.into[j * inner + i];
            }
        }
        multiply(inner, inner, total, &self.a_ii, &self.x, &mut self.y);
        for i in 0..inner {
            for j in 0..outer {
                self.y[i * total + j] += self.a_io[i * outer + j];
            }
        }
        let (top, bottom) = out.split_at_mut(outer * total);
        multiply(outer, inner, total, &self.a_oi, &self.x, top);
        multiply(far, inner, total, &self.b_oi, &self.y, bottom);
        for i in 0..outer {
            for j in 0..outer {
                top[i * total + j] += self.a_oo[i * outer + j];
            }
        }
        for i in 0..far {
            for j in 0..far {
                bottom[i * total + outer + j] += self.b_oo[i * far + j];
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::network::WaveDefinition;

    fn two_port(s: [f64; 4], z: [f64; 2]) -> Network {
        let s = s.map(|v| Complex64::new(v, 0.1 * v)).to_vec();
        let z = z.map(|v| Complex64::new(v, 0.0)).to_vec();
        Network::new(vec![1e9], 2, s, Reference::PerPort(z)).unwrap()
    }

    fn same(a: &Network, b: &Network, within: f64) {
        for (x, y) in a.s().iter().zip(b.s()) {
            assert!((x - y).norm() < within, "{:?} {:?}", a.s(), b.s());
        }
    }

    #[test]
    fn chain_matrices_of_a_cascade_multiply() {
        let a = two_port([0.1, 0.8, 0.7, -0.2], [50.0, 60.0]);
        let b = two_port([0.3, 0.5, 0.6, 0.1], [75.0, 40.0]);
        let both = a.cascaded(&b).unwrap();
        let chain = |n: &Network| n.parameters(ParameterKind::Chain).unwrap();
        let mut product = vec![Complex64::ZERO; 4];
        multiply(2, 2, 2, &chain(&a), &chain(&b), &mut product);
        for (x, y) in chain(&both).iter().zip(&product) {
            assert!((x - y).norm() < 1e-12 * y.norm().max(1.0));
        }
        let z = both.reference_at(0);
        assert_eq!(z, [50.0, 40.0].map(|r| Complex64::new(r, 0.0)));
    }

    #[test]
    fn complex_impedances_do_not_change_a_joint() {
        let a = two_port([0.1, 0.8, 0.7, -0.2], [50.0, 50.0]);
        let b = two_port([0.3, 0.5, 0.6, 0.1], [50.0, 50.0]);
        let both = a.cascaded(&b).unwrap();
        let z = Reference::PerPort(vec![Complex64::new(50.0, 0.0), Complex64::new(30.0, 20.0)]);
        for definition in [
            WaveDefinition::Power,
            WaveDefinition::Pseudo,
            WaveDefinition::Traveling,
        ] {
            let other = a.renormalized(z.clone(), definition).unwrap();
            same(&other.cascaded(&b).unwrap(), &both, 1e-13);
        }
    }

    #[test]
    fn what_was_added_is_taken_away() {
        let fixture = two_port([0.1, 0.8, 0.7, -0.2], [50.0, 60.0]);
        let device = two_port([0.3, 0.5, 0.6, 0.1], [60.0, 60.0]);
        let measured = fixture
            .cascaded(&device)
            .unwrap()
            .cascaded(&fixture.flipped().unwrap())
            .unwrap();
        let found = measured
            .de_embedded(Some(&fixture), Some(&fixture.flipped().unwrap()))
            .unwrap();
        same(&found, &device, 1e-13);
        let isolator = two_port([0.0, 0.0, 0.0, 0.0], [50.0, 50.0]);
        assert!(matches!(
            isolator.inverse(),
            Err(NetworkError::Singular { .. })
        ));
        // Not even the device needs a transmission.
        let open = fixture
            .cascaded(&two_port([1.0, 0.0, 0.0, 1.0], [60.0, 50.0]))
            .unwrap();
        let found = open.de_embedded(Some(&fixture), None).unwrap();
        same(&found, &two_port([1.0, 0.0, 0.0, 1.0], [60.0, 50.0]), 1e-12);
    }

    #[test]
    fn joints_that_cannot_be_are_refused() {
        let a = two_port([0.1, 0.8, 0.7, -0.2], [50.0, 50.0]);
        assert!(a.connected(&[1, 1], &a, &[0, 1]).is_err());
        assert!(a.connected(&[2], &a, &[0]).is_err());
        assert!(a.connected(&[0, 1], &a, &[0, 1]).is_err());
        let other = Network::new(
            vec![2e9],
            2,
            vec![Complex64::ZERO; 4],
            Reference::uniform(2, 50.0),
        )
        .unwrap();
        assert!(matches!(a.cascaded(&other), Err(NetworkError::Mismatch(_))));
    }
}
