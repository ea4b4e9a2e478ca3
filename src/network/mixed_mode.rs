//! Single-ended ports to differential and common ones, and back.
//!
//! D. E. Bockelman, W. R. Eisenstadt, "Combined differential and common-mode scattering parameters",
//! IEEE Trans. Microw. Theory Tech. 43, 1530 (1995), DOI 10.1109/22.392911: with V_d = V₊ − V₋, I_d =
//! (I₊ − I₋)/2 and the reference impedances 2z and z/2, the waves of a pair are a_d = (a₊ − a₋)/√2 and
//! a_c = (a₊ + a₋)/√2.

use super::{Network, NetworkError, PortMode, Reference};
use num_complex::Complex64;
use std::f64::consts::FRAC_1_SQRT_2;

/// Two ports that carry one differential signal. Ports are counted from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pair {
    /// Port that counts positive.
    pub positive: usize,
    /// Port that counts negative.
    pub negative: usize,
}

impl Pair {
    /// A pair of ports, counted from 0.
    pub fn new(positive: usize, negative: usize) -> Self {
        Self { positive, negative }
    }
}

impl Network {
    /// The network with these pairs as modes: first the differential mode of each pair, then the
    /// common mode of each, then the ports of no pair in their order.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if a port is not there, is used twice or is not single-ended;
    /// [`NetworkError::Mismatch`] if the two ports of a pair have different reference impedances.
    pub fn mixed_mode(&self, pairs: &[Pair]) -> Result<Self, NetworkError> {
        let n = self.ports;
        let mut used = vec![false; n];
        for port in pairs.iter().flat_map(|p| [p.positive, p.negative]) {
            self.check_port(port)?;
            if std::mem::replace(&mut used[port], true) {
                return Err(NetworkError::Ports(format!(
                    "port {} is in two pairs",
                    port + 1
                )));
            }
        }
        let terminal = |port: usize| match self.modes[port] {
            PortMode::SingleEnded(terminal) => Ok(terminal),
            _ => Err(NetworkError::Ports(format!(
                "port {} is not single-ended",
                port + 1
            ))),
        };
        let rest: Vec<usize> = (0..n).filter(|&p| !used[p]).collect();
        // Where each port's row goes: differential rows at the place of the first, common of the second.
        let order: Vec<usize> = pairs
            .iter()
            .map(|p| p.positive)
            .chain(pairs.iter().map(|p| p.negative))
            .chain(rest.iter().copied())
            .collect();
        let mut modes = Vec::with_capacity(n);
        for p in pairs {
            modes.push(PortMode::Differential {
                positive: terminal(p.positive)?,
                negative: terminal(p.negative)?,
            });
        }
        for p in pairs {
            modes.push(PortMode::Common {
                positive: terminal(p.positive)?,
                negative: terminal(p.negative)?,
            });
        }
        modes.extend(rest.iter().map(|&port| self.modes[port]));
        let lines = pairs.len();
        let reference = self.map_reference(|z| {
            let mut to: Vec<Complex64> = order.iter().map(|&port| z[port]).collect();
            for (k, p) in pairs.iter().enumerate() {
                if z[p.positive] != z[p.negative] {
                    return Err(NetworkError::Mismatch(format!(
                        "ports {} and {} have the reference impedances {} Ω and {} Ω: renormalise them \
                         to one before they become a pair",
                        p.positive + 1,
                        p.negative + 1,
                        z[p.positive],
                        z[p.negative]
                    )));
                }
                to[k] *= 2.0;
                to[lines + k] *= 0.5;
            }
            Ok(to)
        })?;
        let mut s = Vec::with_capacity(self.s.len());
        for m in self.s.chunks_exact(n * n) {
            s.extend(
                order
                    .iter()
                    .flat_map(|&i| order.iter().map(move |&j| m[i * n + j])),
            );
            let base = s.len() - n * n;
            rotate(&mut s[base..], n, lines);
        }
        Ok(Self {
            reference,
            modes,
            ..self.with_s(s)?
        })
    }

    /// The network with single-ended ports in the order of their terminals.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if a mode's partner is missing: a differential port alone does not tell
    /// what its two terminals do.
    pub fn single_ended(&self) -> Result<Self, NetworkError> {
        let n = self.ports;
        let mut pairs = Vec::new();
        let mut rest = Vec::new();
        for (port, mode) in self.modes.iter().enumerate() {
            match *mode {
                PortMode::SingleEnded(terminal) => rest.push((port, terminal)),
                PortMode::Differential { positive, negative } => {
                    let partner = self
                        .modes
                        .iter()
                        .position(|m| {
                            *m == PortMode::Common { positive, negative }
                                || *m
                                    == PortMode::Common {
                                        positive: negative,
                                        negative: positive,
                                    }
                        })
                        .ok_or_else(|| {
                            NetworkError::Ports(format!(
                                "the differential port {} has no common port beside it",
                                port + 1
                            ))
                        })?;
                    pairs.push((port, partner, positive, negative));
                }
                PortMode::Common { .. } => {}
            }
        }
        if 2 * pairs.len() + rest.len() != n {
            return Err(NetworkError::Ports(
                "a common port has no differential port beside it".to_owned(),
            ));
        }
        let lines = pairs.len();
        let order: Vec<usize> = pairs
            .iter()
            .map(|p| p.0)
            .chain(pairs.iter().map(|p| p.1))
            .chain(rest.iter().map(|r| r.0))
            .collect();
        let terminals: Vec<usize> = pairs
            .iter()
            .map(|p| p.2)
            .chain(pairs.iter().map(|p| p.3))
            .chain(rest.iter().map(|r| r.1))
            .collect();
        // Ports in the order of their terminals, which need not be all of 0…n−1.
        let mut back: Vec<usize> = (0..n).collect();
        back.sort_by_key(|&row| terminals[row]);
        let reference = self.map_reference(|z| {
            Ok(back
                .iter()
                .map(|&row| {
                    if row < lines {
                        z[order[row]] * 0.5
                    } else if row < 2 * lines {
                        z[order[row - lines]] * 0.5
                    } else {
                        z[order[row]]
                    }
                })
                .collect())
        })?;
        let mut s = Vec::with_capacity(self.s.len());
        let mut work = vec![Complex64::ZERO; n * n];
        for m in self.s.chunks_exact(n * n) {
            for (row, &i) in work.chunks_exact_mut(n).zip(&order) {
                for (value, &j) in row.iter_mut().zip(&order) {
                    *value = m[i * n + j];
                }
            }
            unrotate(&mut work, n, lines);
            s.extend(
                back.iter()
                    .flat_map(|&i| back.iter().map(move |&j| (i, j)))
                    .map(|(i, j)| work[i * n + j]),
            );
        }
        Ok(Self {
            reference,
            modes: back
                .iter()
                .map(|&row| PortMode::SingleEnded(terminals[row]))
                .collect(),
            ..self.with_s(s)?
        })
    }

    /// The reference impedances after a map of those of one point.
    pub(super) fn map_reference(
        &self,
        map: impl Fn(&[Complex64]) -> Result<Vec<Complex64>, NetworkError>,
    ) -> Result<Reference, NetworkError> {
        Ok(match &self.reference {
            Reference::PerPort(z) => Reference::PerPort(map(z)?),
            Reference::PerFrequency(z) => {
                let mut all = Vec::with_capacity(z.len());
                for one in z.chunks_exact(self.ports) {
                    all.extend(map(one)?);
                }
                Reference::PerFrequency(all)
            }
        })
    }
}

/// S ← M·S·Mᵀ, where M makes (x₊ − x₋)/√2 and (x₊ + x₋)/√2 of the entries k and `lines` + k.
fn rotate(s: &mut [Complex64], n: usize, lines: usize) {
    turn(s, n, lines, |p, m| {
        ((p - m) * FRAC_1_SQRT_2, (p + m) * FRAC_1_SQRT_2)
    });
}

/// The inverse of [`rotate`].
fn unrotate(s: &mut [Complex64], n: usize, lines: usize) {
    turn(s, n, lines, |d, c| {
        ((c + d) * FRAC_1_SQRT_2, (c - d) * FRAC_1_SQRT_2)
    });
}

#[inline]
fn turn(
    s: &mut [Complex64],
    n: usize,
    lines: usize,
    map: impl Fn(Complex64, Complex64) -> (Complex64, Complex64),
) {
    for k in 0..lines {
        let (upper, lower) = s.split_at_mut((lines + k) * n);
        for (p, m) in upper[k * n..(k + 1) * n].iter_mut().zip(&mut lower[..n]) {
            (*p, *m) = map(*p, *m);
        }
    }
    for row in s.chunks_exact_mut(n) {
        for k in 0..lines {
            (row[k], row[lines + k]) = map(row[k], row[lines + k]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn random(ports: usize) -> Network {
        let s = (0..ports * ports)
            .map(|k| Complex64::new((k as f64 * 0.7).sin(), (k as f64 * 1.3).cos()) * 0.3)
            .collect();
        Network::new(vec![1e9], ports, s, Reference::uniform(ports, 50.0)).unwrap()
    }

    #[test]
    fn a_differential_transfer_is_the_known_sum() {
        // Ports 1→2 and 3→4: SDD21 = (S21 − S23 − S41 + S43)/2.
        let network = random(4);
        let s = network.s();
        let mixed = network
            .mixed_mode(&[Pair::new(0, 2), Pair::new(1, 3)])
            .unwrap();
        let at = |i: usize, j: usize| s[(i - 1) * 4 + j - 1];
        let expected = (at(2, 1) - at(2, 3) - at(4, 1) + at(4, 3)) * 0.5;
        assert!((mixed.s()[4] - expected).norm() < 1e-15);
        // Common to differential: SDC21 = (S21 + S23 − S41 − S43)/2.
        let expected = (at(2, 1) + at(2, 3) - at(4, 1) - at(4, 3)) * 0.5;
        assert!((mixed.s()[4 + 2] - expected).norm() < 1e-15);
        let z: Vec<f64> = mixed.reference_at(0).iter().map(|z| z.re).collect();
        assert_eq!(z, [100.0, 100.0, 25.0, 25.0]);
    }

    #[test]
    fn mixed_modes_come_back() {
        let network = random(5);
        let mixed = network
            .mixed_mode(&[Pair::new(3, 0), Pair::new(1, 4)])
            .unwrap();
        let back = mixed.single_ended().unwrap();
        assert_eq!(back.modes(), network.modes());
        assert_eq!(back.reference(), network.reference());
        for (x, y) in back.s().iter().zip(network.s()) {
            assert!((x - y).norm() < 1e-15);
        }
    }

    #[test]
    fn pairs_that_cannot_be_are_refused() {
        let network = random(4);
        for pairs in [
            &[Pair::new(0, 4)][..],
            &[Pair::new(1, 1)],
            &[Pair::new(0, 1), Pair::new(1, 2)],
        ] {
            assert!(network.mixed_mode(pairs).is_err());
        }
        let mixed = network.mixed_mode(&[Pair::new(0, 1)]).unwrap();
        assert!(mixed.mixed_mode(&[Pair::new(0, 2)]).is_err());
        assert!(mixed.select(&[0, 2, 3]).unwrap().single_ended().is_err());
    }
}
