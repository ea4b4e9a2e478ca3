//! Networks drawn at random: what must hold for all of them.

use eyespan::network::{
    Network, Pair, ParameterKind, PortMode, Reference, Termination, WaveDefinition,
};
use num_complex::Complex64;
use proptest::prelude::*;

/// A network of `ports` ports at two frequencies with any complex entries of magnitude up to `size`.
fn any_network(ports: usize, size: f64) -> impl Strategy<Value = Network> {
    let entries = prop::collection::vec((-1.0..1.0_f64, -1.0..1.0_f64), 2 * ports * ports);
    let impedances = prop::collection::vec(10.0..200.0_f64, ports);
    (entries, impedances).prop_map(move |(entries, impedances)| {
        let s = entries
            .iter()
            .map(|&(re, im)| Complex64::new(re, im) * size)
            .collect();
        let z = impedances.iter().map(|&r| Complex64::new(r, 0.0)).collect();
        Network::new(vec![1e9, 2e9], ports, s, Reference::PerPort(z)).expect("a network")
    })
}

/// One that takes in power: its matrix divided by its largest singular value and a little more.
fn passive_network(ports: usize) -> impl Strategy<Value = Network> {
    (any_network(ports, 1.0), 0.05..0.98_f64).prop_map(|(network, most)| {
        let n = network.ports();
        let s = (0..network.points())
            .flat_map(|point| {
                let factor = most / network.largest_singular_value(point).max(1e-6);
                let matrix = network.matrix(point).expect("a point");
                matrix.iter().map(|v| v * factor).collect::<Vec<_>>()
            })
            .collect();
        let frequencies = network.frequencies().to_vec();
        Network::new(frequencies, n, s, network.reference().clone()).expect("a network")
    })
}

/// Complex impedances with a positive real part.
fn impedances(ports: usize) -> impl Strategy<Value = Reference> {
    prop::collection::vec((5.0..200.0_f64, -80.0..80.0_f64), ports).prop_map(|list| {
        Reference::PerPort(list.iter().map(|&(r, x)| Complex64::new(r, x)).collect())
    })
}

fn distance(a: &Network, b: &Network) -> f64 {
    assert_eq!(a.ports(), b.ports());
    let pairs = a.s().iter().zip(b.s());
    pairs.map(|(x, y)| (x - y).norm()).fold(0.0, f64::max)
}

fn largest(network: &Network) -> f64 {
    (0..network.points())
        .map(|point| network.largest_singular_value(point))
        .fold(0.0, f64::max)
}

const DEFINITIONS: [WaveDefinition; 3] = [
    WaveDefinition::Power,
    WaveDefinition::Pseudo,
    WaveDefinition::Traveling,
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn parameters_come_back(network in passive_network(4)) {
        for kind in [ParameterKind::Impedance, ParameterKind::Admittance] {
            let values = network.parameters(kind).unwrap();
            let back = Network::from_parameters(
                kind, network.frequencies().to_vec(), 4, &values, network.reference().clone(),
            ).unwrap();
            // Passive matrices of largest singular value 0.98 are at most 99 times worse than round-off.
            prop_assert!(distance(&back, &network) < 1e-11);
        }
    }

    #[test]
    fn two_port_parameters_come_back(network in passive_network(2)) {
        for kind in [
            ParameterKind::Hybrid, ParameterKind::InverseHybrid, ParameterKind::Chain,
            ParameterKind::Transfer,
        ] {
            // What transmits next to nothing has no chain matrix worth the name.
            let least = network.s().chunks(4).map(|m| m[2].norm()).fold(1.0, f64::min);
            if least < 1e-3 { continue; }
            let values = network.parameters(kind).unwrap();
            let back = Network::from_parameters(
                kind, network.frequencies().to_vec(), 2, &values, network.reference().clone(),
            ).unwrap();
            prop_assert!(distance(&back, &network) < 1e-10 / least, "{kind:?}");
        }
    }

    #[test]
    fn impedances_multiply_to_one(network in passive_network(3)) {
        let z = network.parameters(ParameterKind::Impedance).unwrap();
        let y = network.parameters(ParameterKind::Admittance).unwrap();
        for (z, y) in z.chunks(9).zip(y.chunks(9)) {
            for i in 0..3 {
                for j in 0..3 {
                    let sum: Complex64 = (0..3).map(|k| z[3 * i + k] * y[3 * k + j]).sum();
                    let expected = if i == j { 1.0 } else { 0.0 };
                    prop_assert!((sum - expected).norm() < 1e-9, "{sum}");
                }
            }
        }
    }

    #[test]
    fn other_impedances_and_waves_come_back(network in passive_network(3), z in impedances(3)) {
        for definition in DEFINITIONS {
            let other = network.renormalized(z.clone(), definition).unwrap();
            let back = other
                .renormalized(network.reference().clone(), WaveDefinition::Power)
                .unwrap();
            prop_assert!(distance(&back, &network) < 1e-11);
            // The same voltages and currents: the same impedance matrix.
            let (a, b) = (
                network.parameters(ParameterKind::Impedance).unwrap(),
                other.parameters(ParameterKind::Impedance).unwrap(),
            );
            for (x, y) in a.iter().zip(&b) {
                prop_assert!((x - y).norm() < 1e-8 * x.norm().max(1.0));
            }
        }
    }

    #[test]
    fn passive_things_stay_passive(
        a in passive_network(4), b in passive_network(4), z in impedances(4), r in 0.0..500.0_f64
    ) {
        let limit = 1.0 + 1e-11;
        prop_assert!(largest(&a.renormalized(z, WaveDefinition::Power).unwrap()) < limit);
        prop_assert!(largest(&a.cascaded(&b).unwrap()) < limit);
        let same = a.renormalized(Reference::uniform(4, 50.0), WaveDefinition::Power).unwrap();
        let mixed = same.mixed_mode(&[Pair::new(0, 1), Pair::new(3, 2)]).unwrap();
        // A change of modes is a rotation: it keeps every singular value.
        prop_assert!((largest(&mixed) - largest(&same)).abs() < 1e-12);
        prop_assert!(largest(&a.select(&[3, 1]).unwrap()) < limit);
        for end in [
            Termination::Open, Termination::Short, Termination::Impedance(Complex64::new(r, 30.0)),
        ] {
            prop_assert!(largest(&a.terminated(2, end).unwrap()) < limit);
        }
    }

    #[test]
    fn a_cascade_does_not_mind_which_joint_is_made_first(
        a in passive_network(4), b in passive_network(4), c in passive_network(4)
    ) {
        let left = a.cascaded(&b).unwrap().cascaded(&c).unwrap();
        let right = a.cascaded(&b.cascaded(&c).unwrap()).unwrap();
        prop_assert!(distance(&left, &right) < 1e-11);
        prop_assert_eq!(left.reference(), right.reference());
    }

    #[test]
    fn what_is_added_can_be_taken_away(a in passive_network(2), b in passive_network(2)) {
        let least = a.s().chunks(4).map(|m| m[1].norm().min(m[2].norm())).fold(1.0, f64::min);
        prop_assume!(least > 1e-2);
        let at = |network: &Network, z: &Reference| {
            network.renormalized(z.clone(), WaveDefinition::Power).unwrap()
        };
        let both = a.cascaded(&b).unwrap();
        // The joint of what is found has the impedance of the fixture's port there.
        let found = at(&both.de_embedded(Some(&a), None).unwrap(), b.reference());
        prop_assert!(distance(&found, &b) < 1e-9 / (least * least), "{}", distance(&found, &b));
        let both = b.cascaded(&a).unwrap();
        let found = at(&both.de_embedded(None, Some(&a)).unwrap(), b.reference());
        prop_assert!(distance(&found, &b) < 1e-9 / (least * least));
    }

    #[test]
    fn a_cascade_seen_from_behind_is_the_cascade_of_what_is_seen_from_behind(
        a in passive_network(4), b in passive_network(4)
    ) {
        let one = a.cascaded(&b).unwrap().flipped().unwrap();
        let other = b.flipped().unwrap().cascaded(&a.flipped().unwrap()).unwrap();
        prop_assert!(distance(&one, &other) < 1e-12);
    }

    #[test]
    fn modes_come_back(network in any_network(5, 2.0), turned in any::<bool>()) {
        let network = network
            .renormalized(Reference::uniform(5, 50.0), WaveDefinition::Power);
        // An active network may resonate; then there is nothing to turn.
        prop_assume!(network.is_ok());
        let network = network.unwrap();
        let pair = if turned { Pair::new(4, 1) } else { Pair::new(1, 4) };
        let mixed = network.mixed_mode(&[pair, Pair::new(0, 3)]).unwrap();
        prop_assert_eq!(mixed.modes()[4], PortMode::SingleEnded(2));
        let back = mixed.single_ended().unwrap();
        let scale = network.s().iter().map(|v| v.norm()).fold(1.0, f64::max);
        prop_assert!(distance(&back, &network) < 1e-14 * scale);
    }

    #[test]
    fn enforcement_touches_nothing_that_is_passive(network in passive_network(3)) {
        let (same, change) = network.passive().unwrap();
        prop_assert_eq!(same, network);
        prop_assert_eq!(change.points, 0);
    }
}
