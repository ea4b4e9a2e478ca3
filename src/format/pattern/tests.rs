#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    clippy::naive_bytecount
)]

use super::*;
use crate::random::{Source, StreamKey};

fn stream() -> Stream {
    StreamKey {
        seed: 5,
        source: Source::Symbols,
        lane: 0,
        polarization: 0,
        span: 0,
    }
    .stream()
}

fn text(symbols: &[u8]) -> String {
    symbols.iter().map(ToString::to_string).collect()
}

#[test]
fn prbs13q_agrees_with_the_reference_script_of_ieee_802_3() {
    // PRBS13Q of the channel operating margin script of the IEEE 802.3 working group, release
    // 4.16, which puts out the first 4095 of the 8191 symbols.
    let symbols = Pattern::Prbs13q
        .cyclic_symbols(&Modulation::pam4())
        .unwrap();
    assert_eq!(symbols.len(), 8191);
    let first = &symbols[..4095];
    assert_eq!(text(&first[..32]), "21110003102131230333200310232202");
    assert_eq!(text(&first[4063..]), "22131021012303013322120300323132");
    let counts = [0, 1, 2, 3].map(|level| first.iter().filter(|&&s| s == level).count());
    assert_eq!(counts, [1014, 1002, 1014, 1065]);
}

#[test]
fn four_level_prbs_has_every_pair_of_bits_once_over_two_periods() {
    for pattern in [Pattern::Prbs13q, Pattern::Prbs { order: 13 }] {
        let symbols = pattern.cyclic_symbols(&Modulation::pam4()).unwrap();
        let counts = [0, 1, 2, 3].map(|level| symbols.iter().filter(|&&s| s == level).count());
        assert_eq!(counts, [2047, 2048, 2048, 2048]);
    }
    // The two begin at different points of the same cycle.
    let q = Pattern::Prbs13q
        .cyclic_symbols(&Modulation::pam4())
        .unwrap();
    let plain = Pattern::Prbs { order: 13 }
        .cyclic_symbols(&Modulation::pam4())
        .unwrap();
    let doubled = text(&plain).repeat(2);
    assert!(doubled.contains(&text(&q)));
}

#[test]
fn binary_prbs_obeys_its_recurrence_around_the_whole_cycle() {
    for (order, lags) in [
        (7, vec![7, 6]),
        (9, vec![9, 5]),
        (11, vec![11, 9]),
        (13, vec![13, 12, 2, 1]),
        (15, vec![15, 14]),
    ] {
        let bits = Pattern::Prbs { order }
            .cyclic_symbols(&Modulation::nrz())
            .unwrap();
        let n = bits.len();
        assert_eq!(n, (1 << order) - 1);
        for t in 0..n {
            let sum = lags
                .iter()
                .fold(0, |sum, lag| sum ^ bits[(t + n - lag) % n]);
            assert_eq!(bits[t], sum);
        }
    }
}

#[test]
fn de_bruijn_sequences_contain_every_word_exactly_once() {
    for (levels, order) in [
        (2, 1),
        (2, 10),
        (3, 5),
        (4, 1),
        (4, 6),
        (6, 4),
        (16, 3),
        (5, 2),
    ] {
        let modulation = Modulation::pam(levels, None).unwrap();
        let pattern = Pattern::DeBruijn { order };
        let symbols = pattern.cyclic_symbols(&modulation).unwrap();
        let n = symbols.len();
        assert_eq!(n, levels.pow(order));
        let mut seen = vec![false; n];
        for start in 0..n {
            let word = (0..order as usize).fold(0, |word, offset| {
                word * levels + usize::from(symbols[(start + offset) % n])
            });
            assert!(!std::mem::replace(&mut seen[word], true));
        }
    }
}

#[test]
fn de_bruijn_sequences_do_not_drift() {
    let modulation = Modulation::pam4();
    let symbols = Pattern::DeBruijn { order: 6 }
        .cyclic_symbols(&modulation)
        .unwrap();
    // Over any 512 symbols the mean of random levels has a deviation of √(1.25/512) = 0.05.
    for part in symbols.chunks(512) {
        let mean = part.iter().map(|s| f64::from(*s)).sum::<f64>() / part.len() as f64;
        assert!((mean - 1.5).abs() < 0.25, "{mean}");
    }
}

#[test]
fn sources_of_cyclic_patterns_repeat_in_both_directions() {
    for pattern in [
        Pattern::Prbs { order: 7 },
        Pattern::DeBruijn { order: 3 },
        Pattern::Prbs13q,
    ] {
        let modulation = Modulation::pam4();
        let symbols = pattern.cyclic_symbols(&modulation).unwrap();
        let source = pattern.symbol_source(&modulation, stream()).unwrap();
        let n = symbols.len() as i64;
        for first in [0, 5, -1, -n - 7, 3 * n, i64::MIN, i64::MAX - 400] {
            let mut out = vec![0; 300];
            source.fill(first, &mut out);
            for (offset, &symbol) in (0_i64..).zip(&out) {
                let index = (first + offset).rem_euclid(n) as usize;
                assert_eq!(symbol, symbols[index]);
            }
        }
    }
}

#[test]
fn long_prbs_is_the_same_however_it_is_cut() {
    for order in [23, 31] {
        for levels in [2, 4, 8, 16] {
            let modulation = Modulation::pam(levels, None).unwrap();
            let source = Pattern::Prbs { order }
                .symbol_source(&modulation, stream())
                .unwrap();
            let period = (1_i64 << order) - 1;
            for first in [-1000, 0, period - 500, 1 << 40, i64::MIN + 9] {
                let mut whole = vec![0; 1500];
                source.fill(first, &mut whole);
                let mut other = vec![0; 1500];
                source.fill(first + period, &mut other);
                assert_eq!(whole, other);
                for piece in [1, 7, 64, 1000] {
                    let mut parts = vec![0; 1500];
                    let mut index = first;
                    for part in parts.chunks_mut(piece) {
                        source.fill(index, part);
                        index += part.len() as i64;
                    }
                    assert_eq!(whole, parts);
                }
            }
        }
    }
}

#[test]
fn long_prbs_takes_its_bits_in_order_and_gray_maps_them() {
    let bits = Pattern::Prbs { order: 31 }
        .symbol_source(&Modulation::nrz(), stream())
        .unwrap();
    let quaternary = Pattern::Prbs { order: 31 }
        .symbol_source(&Modulation::pam4(), stream())
        .unwrap();
    let mut sequence = vec![0; 4096];
    bits.fill(0, &mut sequence);
    assert!(sequence[..31].iter().all(|&bit| bit == 1));
    for t in 31..4096 {
        assert_eq!(sequence[t], sequence[t - 31] ^ sequence[t - 28]);
    }
    let mut symbols = vec![0; 2048];
    quaternary.fill(0, &mut symbols);
    for (pair, &symbol) in sequence.chunks_exact(2).zip(&symbols) {
        assert_eq!(Modulation::label(symbol), 2 * pair[0] + pair[1]);
    }
}

#[test]
fn random_pattern_is_that_of_the_stream() {
    let modulation = Modulation::pam(6, None).unwrap();
    let source = Pattern::Random
        .symbol_source(&modulation, stream())
        .unwrap();
    let mut out = vec![0; 100];
    source.fill(-50, &mut out);
    let mut expected = vec![0; 100];
    stream().fill_symbols(-50, 6, &mut expected);
    assert_eq!(out, expected);
    assert_eq!(source.period(), None);
}

#[test]
fn impossible_patterns_are_refused_with_the_reason() {
    let (nrz, pam4) = (Modulation::nrz(), Modulation::pam4());
    let pam6 = Modulation::pam(6, None).unwrap();
    for order in [0, 8, 32, 63, 64, u32::MAX] {
        let pattern = Pattern::Prbs { order };
        assert_eq!(
            pattern.cyclic_symbols(&nrz),
            Err(FormatError::PrbsOrder { order })
        );
    }
    for pattern in [Pattern::Prbs13q, Pattern::Ssprq] {
        for modulation in [&nrz, &pam6] {
            assert!(matches!(
                pattern.cyclic_symbols(modulation),
                Err(FormatError::WrongLevels { needed: 4, .. })
            ));
        }
    }
    assert!(matches!(
        Pattern::Prbs { order: 7 }.cyclic_symbols(&pam6),
        Err(FormatError::NotWholeBits { levels: 6, .. })
    ));
    for pattern in [
        Pattern::Prbs { order: 23 },
        Pattern::Prbs { order: 31 },
        Pattern::DeBruijn { order: 11 },
        Pattern::DeBruijn { order: 99 },
    ] {
        let error = pattern.cyclic_symbols(&pam4).unwrap_err();
        assert!(error.to_string().contains("1048576"), "{error}");
    }
    assert_eq!(
        Pattern::DeBruijn { order: 0 }.cyclic_symbols(&nrz),
        Err(FormatError::ZeroOrder)
    );
    assert!(matches!(
        Pattern::Random.cyclic_symbols(&nrz),
        Err(FormatError::NotCyclic { .. })
    ));
    assert!(
        Pattern::DeBruijn { order: 11 }
            .symbol_source(&pam4, stream())
            .is_err()
    );
    assert!(Pattern::DeBruijn { order: 20 }.cyclic_symbols(&nrz).is_ok());
}
