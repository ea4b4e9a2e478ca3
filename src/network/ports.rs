//! Ports taken, ordered, terminated; and which port leads to which.

use super::{Network, NetworkError, Pair, ParameterKind, PortMode, Reference};
use num_complex::Complex64;

/// What closes a port.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Termination {
    /// An impedance, Ω.
    Impedance(Complex64),
    /// No voltage.
    Short,
    /// No current.
    Open,
}

/// Which port of a bundle of lines lies at the other end of which. N ports are N/2 lines, and two
/// neighbouring lines are a differential pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PortOrder {
    /// 1→2, 3→4, …: pairs (1,3) and (2,4).
    Adjacent,
    /// 1→1+N/2, 2→2+N/2, …: for four ports 1→3, 2→4, pairs (1,2) and (3,4).
    Halves,
    /// 1→N, 2→N−1, …: numbered around the device; pairs (1,2) and (4,3).
    Around,
}

impl PortOrder {
    /// Near and far port of each line, from 0.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] for an odd number of ports.
    pub fn lines(self, ports: usize) -> Result<Vec<(usize, usize)>, NetworkError> {
        if ports == 0 || !ports.is_multiple_of(2) {
            return Err(NetworkError::Ports(format!(
                "{ports} ports are not the ends of lines"
            )));
        }
        Ok((0..ports / 2)
            .map(|line| match self {
                Self::Adjacent => (2 * line, 2 * line + 1),
                Self::Halves => (line, line + ports / 2),
                Self::Around => (line, ports - 1 - line),
            })
            .collect())
    }

    /// Near and far pair of each differential lane.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if the ports are not a multiple of four.
    pub fn pairs(self, ports: usize) -> Result<Vec<(Pair, Pair)>, NetworkError> {
        if ports == 0 || !ports.is_multiple_of(4) {
            return Err(NetworkError::Ports(format!(
                "{ports} ports are not the ends of differential pairs: a multiple of four is"
            )));
        }
        Ok(self
            .lines(ports)?
            .chunks_exact(2)
            .map(|lines| {
                (
                    Pair::new(lines[0].0, lines[1].0),
                    Pair::new(lines[0].1, lines[1].1),
                )
            })
            .collect())
    }

    fn text(self, ports: usize) -> String {
        let list: Vec<String> = self
            .lines(ports)
            .unwrap_or_default()
            .iter()
            .map(|(a, b)| format!("{}→{}", a + 1, b + 1))
            .collect();
        list.join(", ")
    }
}

/// A through line must be this much stronger at low frequency than what couples into its neighbours.
const CLEAR: f64 = 4.0;
/// Through gain, root mean square over the low frequencies, below which a line does not count as one.
const FAINTEST: f64 = 0.03;

impl Network {
    /// These ports in this order; the others are closed with their reference impedance.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] if a port is not there or named twice, or none is named.
    pub fn select(&self, ports: &[usize]) -> Result<Self, NetworkError> {
        let n = self.ports;
        let mut used = vec![false; n];
        for &port in ports {
            self.check_port(port)?;
            if std::mem::replace(&mut used[port], true) {
                return Err(NetworkError::Ports(format!(
                    "port {} is named twice",
                    port + 1
                )));
            }
        }
        if ports.is_empty() {
            return Err(NetworkError::Ports("no port is named".to_owned()));
        }
        let mut s = Vec::with_capacity(self.points() * ports.len() * ports.len());
        for m in self.s.chunks_exact(n * n) {
            for &i in ports {
                s.extend(ports.iter().map(|&j| m[i * n + j]));
            }
        }
        Ok(Self {
            frequency: self.frequency.clone(),
            ports: ports.len(),
            s,
            reference: self.map_reference(|z| Ok(ports.iter().map(|&p| z[p]).collect()))?,
            definition: self.definition,
            modes: ports.iter().map(|&p| self.modes[p]).collect(),
        })
    }

    /// The network seen from its other side: second half of the ports first.
    ///
    /// # Errors
    /// [`NetworkError::Ports`] for an odd number of ports.
    pub fn flipped(&self) -> Result<Self, NetworkError> {
        let half = self.even_half()?;
        let ports: Vec<usize> = (half..self.ports).chain(0..half).collect();
        self.select(&ports)
    }

    /// The network with one port closed; the ports behind it move up.
    ///
    /// # Errors
    /// As [`connected`](Self::connected).
    pub fn terminated(&self, port: usize, termination: Termination) -> Result<Self, NetworkError> {
        self.check_port(port)?;
        let (kind, value) = match termination {
            Termination::Impedance(z) => (ParameterKind::Impedance, z),
            Termination::Short => (ParameterKind::Impedance, Complex64::ZERO),
            Termination::Open => (ParameterKind::Admittance, Complex64::ZERO),
        };
        let load = Self::from_parameters(
            kind,
            self.frequency.clone(),
            1,
            &vec![value; self.points()],
            Reference::uniform(1, 50.0),
        )?;
        self.connected(&[port], &load, &[0])
    }

    /// Which port leads to which, by the transmission at low frequency (up to a tenth of the highest
    /// one, where the lines have lost little and coupled little).
    ///
    /// # Errors
    /// [`NetworkError::PortOrder`] if a port has no partner that is clearly stronger than its other
    /// neighbours, or the partners follow none of the orders: a wrong order gives a plausible curve,
    /// so it is not guessed.
    pub fn port_order(&self) -> Result<PortOrder, NetworkError> {
        let n = self.ports;
        let Some(&top) = self.frequency.last() else {
            return Err(NetworkError::PortOrder("there are no data".to_owned()));
        };
        if n < 4 || !n.is_multiple_of(2) {
            return Err(NetworkError::PortOrder(format!(
                "{n} ports have no order to find: four or more, in pairs, have"
            )));
        }
        let low = self.frequency.partition_point(|&f| f <= 0.1 * top).max(1);
        let mut energy = vec![0.0; n * n];
        for m in self.s.chunks_exact(n * n).take(low) {
            for (e, v) in energy.iter_mut().zip(m) {
                *e += v.norm_sqr() / low as f64;
            }
        }
        let mut partner = Vec::with_capacity(n);
        for from in 0..n {
            let mut gains: Vec<(f64, usize)> = (0..n)
                .filter(|&to| to != from)
                .map(|to| (energy[to * n + from].sqrt(), to))
                .collect();
            gains.sort_by(|a, b| b.0.total_cmp(&a.0));
            let (strongest, second) = (gains[0], gains[1]);
            if strongest.0 < FAINTEST || strongest.0 < CLEAR * second.0 {
                return Err(NetworkError::PortOrder(format!(
                    "port {} leads with {:.3} to port {} and with {:.3} to port {} at low frequency: \
                     which one is its far end is not clear; name the order",
                    from + 1,
                    strongest.0,
                    strongest.1 + 1,
                    second.0,
                    second.1 + 1
                )));
            }
            partner.push(strongest.1);
        }
        [PortOrder::Adjacent, PortOrder::Halves, PortOrder::Around]
            .into_iter()
            .find(|order| {
                order.lines(n).is_ok_and(|lines| {
                    lines
                        .iter()
                        .all(|&(a, b)| partner[a] == b && partner[b] == a)
                })
            })
            .ok_or_else(|| {
                let found: Vec<String> = partner
                    .iter()
                    .enumerate()
                    .map(|(a, b)| format!("{}→{}", a + 1, b + 1))
                    .collect();
                NetworkError::PortOrder(format!(
                    "the ports lead {}, which is none of the orders {}; {}; {}: select the ports in one \
                     of these first",
                    found.join(", "),
                    PortOrder::Adjacent.text(n),
                    PortOrder::Halves.text(n),
                    PortOrder::Around.text(n)
                ))
            })
    }

    /// The differential modes alone, near ends of all lanes first and then far ends; the common modes
    /// are closed with their reference impedance. Without an order it is found, or refused, by
    /// [`port_order`](Self::port_order).
    ///
    /// For one lane SDD21 is [`curve(1, 0)`](Self::curve).
    ///
    /// # Errors
    /// As [`port_order`](Self::port_order) and [`mixed_mode`](Self::mixed_mode).
    pub fn differential(&self, order: Option<PortOrder>) -> Result<Self, NetworkError> {
        let order = match order {
            Some(order) => order,
            None => self.port_order()?,
        };
        let lanes = order.pairs(self.ports)?;
        let pairs: Vec<Pair> = lanes
            .iter()
            .map(|lane| lane.0)
            .chain(lanes.iter().map(|lane| lane.1))
            .collect();
        let mixed = self.mixed_mode(&pairs)?;
        let differential: Vec<usize> = (0..pairs.len()).collect();
        mixed.select(&differential)
    }

    /// Whether every port is single-ended.
    pub fn is_single_ended(&self) -> bool {
        self.modes
            .iter()
            .all(|mode| matches!(mode, PortMode::SingleEnded(_)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two lines with the gain `through`, and `coupled` into both ends of the neighbour.
    fn bundle(order: PortOrder, through: f64, coupled: f64) -> Network {
        let mut s = vec![Complex64::new(coupled, 0.0); 16];
        for i in 0..4 {
            s[5 * i] = Complex64::ZERO;
        }
        for (a, b) in order.lines(4).unwrap() {
            s[4 * a + b].re = through;
            s[4 * b + a].re = through;
        }
        let all = s.repeat(20);
        let f = (0..20).map(|k| f64::from(k) * 1e9).collect();
        Network::new(f, 4, all, Reference::uniform(4, 50.0)).unwrap()
    }

    #[test]
    fn clear_orders_are_found() {
        for order in [PortOrder::Adjacent, PortOrder::Halves, PortOrder::Around] {
            let network = bundle(order, 0.9, 0.05);
            assert_eq!(network.port_order().unwrap(), order);
            let differential = network.differential(None).unwrap();
            let through = differential.curve(1, 0).unwrap()[0];
            assert!((through.re - (0.9 - 0.05)).abs() < 1e-14, "{order:?}");
            assert_eq!(differential.ports(), 2);
        }
    }

    #[test]
    fn an_unclear_order_is_refused_and_can_be_named() {
        let network = bundle(PortOrder::Halves, 0.5, 0.3);
        let error = network.port_order().unwrap_err();
        assert!(error.to_string().contains("name the order"), "{error}");
        assert!(network.differential(None).is_err());
        assert!(network.differential(Some(PortOrder::Halves)).is_ok());
        assert!(bundle(PortOrder::Halves, 0.01, 0.0).port_order().is_err());
        let twisted = bundle(PortOrder::Adjacent, 0.9, 0.01)
            .select(&[0, 1, 3, 2])
            .unwrap();
        assert_eq!(twisted.port_order().unwrap(), PortOrder::Adjacent);
    }

    #[test]
    fn a_termination_reflects_what_comes_through() {
        let network = bundle(PortOrder::Adjacent, 0.9, 0.0);
        let open = network.terminated(1, Termination::Open).unwrap();
        assert_eq!(open.ports(), 3);
        assert!((open.s()[0].re - 0.81).abs() < 1e-14);
        let short = network.terminated(1, Termination::Short).unwrap();
        assert!((short.s()[0].re + 0.81).abs() < 1e-14);
        let matched = Termination::Impedance(Complex64::new(50.0, 0.0));
        assert!(network.terminated(1, matched).unwrap().s()[0].norm() < 1e-15);
        assert!(network.terminated(4, Termination::Open).is_err());
    }
}
