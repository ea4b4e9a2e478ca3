use super::*;

fn bits(text: &str) -> u128 {
    text.bytes()
        .enumerate()
        .fold(0, |word, (k, b)| word | u128::from(b == b'1') << k)
}

#[test]
fn the_shortened_code_encodes_the_example_of_the_draft() {
    // The first test vector of IEEE P802.3dj draft 0.1, 177.5, in the exclusive or of its pairs.
    let sent = "010110001100110011010110101010110110110110101110101110110011011110101010111110110110100101110101100000101101010010110000";
    let pairs: String = sent
        .as_bytes()
        .chunks(2)
        .map(|pair| if pair[0] == pair[1] { '0' } else { '1' })
        .collect();
    let code = HammingCode::shortened_68_60();
    assert_eq!((code.codeword_bits(), code.message_bits()), (68, 60));
    assert_eq!(code.encode(bits(&pairs)) >> 60, bits("01010001"));
    // The first and last rows of its matrix.
    assert_eq!(code.encode(1) >> 60, bits("10010100"));
    assert_eq!(code.encode(1 << 59) >> 60, bits("10110011"));
}

#[test]
fn words_are_codewords_and_single_errors_are_corrected() {
    for code in [
        HammingCode::extended_128_120(),
        HammingCode::shortened_68_60(),
    ] {
        let n = code.codeword_bits();
        let mut message = 0x1234_5678_9ABC_DEF0_0FED_CBA9_8765_4321_u128;
        for _ in 0..20 {
            message = message.rotate_left(7).wrapping_mul(0x9E37_79B9_7F4A_7C15);
            let sent = code.encode(message);
            assert_eq!(code.syndrome(sent), 0);
            assert_eq!(
                sent & ((1 << code.message_bits()) - 1),
                message & ((1 << code.message_bits()) - 1)
            );
            for place in 0..n {
                let found = code.decode(sent ^ 1 << place);
                assert!(found.is_codeword && found.word == sent, "{place}");
                let twice = sent ^ 1 << place ^ 1 << ((place + 31) % n);
                let found = code.decode(twice);
                assert!(!found.is_codeword && found.word == twice);
            }
        }
        assert!(code.decode(0).is_codeword);
        // Any three bits differ from a codeword: distance 4.
        for i in 0..n {
            for j in 0..i {
                let sum = code.columns[i] ^ code.columns[j];
                assert!(sum != 0 && code.places[usize::from(sum)].is_none());
            }
        }
    }
}

#[test]
fn trying_all_bits_finds_the_most_likely_codeword() {
    // The first ten bits and the checks of the shortened code: 2^10 codewords to compare with. Other
    // bits are certain.
    let code = HammingCode::shortened_68_60();
    let codewords: Vec<u128> = (0..1024).map(|m| code.encode(m)).collect();
    let mut state = 1u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        f64::from(state >> 8) / f64::from(1 << 24)
    };
    let (mut as_likely, mut total) = (0, 0);
    for trial in 0..300 {
        let sent = codewords[trial * 37 % 1024];
        let mut word = sent;
        let mut reliabilities = vec![100.0; 68];
        for place in (0..10).chain(60..68) {
            // A sample of ±1 with noise.
            let value = 1.0 + 1.4 * (next() + next() + next() - 1.5);
            reliabilities[place] = value.abs();
            if value < 0.0 {
                word ^= 1 << place;
            }
        }
        let cost = |to: u128| -> f64 {
            (0..68)
                .filter(|k| (word ^ to) >> k & 1 == 1)
                .map(|k| reliabilities[k])
                .sum()
        };
        let best = codewords
            .iter()
            .map(|c| cost(*c))
            .fold(f64::INFINITY, f64::min);
        let found = code.decode_soft(word, &reliabilities, 10).unwrap();
        assert!(found.is_codeword && code.syndrome(found.word) == 0);
        total += 1;
        if (cost(found.word) - best).abs() < 1e-12 {
            as_likely += 1;
        }
        assert!(cost(found.word) >= best - 1e-12);
        let hard = code.decode_soft(word, &reliabilities, 0).unwrap();
        assert_eq!(hard, code.decode(word));
    }
    // Ten of eighteen uncertain bits and one more: nearly always.
    assert!(as_likely > 295, "{as_likely} of {total}");
}

#[test]
fn reliabilities_that_cannot_be_are_refused() {
    let code = HammingCode::shortened_68_60();
    assert!(code.decode_soft(0, &[1.0; 67], 2).is_err());
    assert!(code.decode_soft(0, &[f64::NAN; 68], 2).is_err());
    assert!(code.decode_soft(0, &[-1.0; 68], 2).is_err());
    assert!(code.decode_soft(0, &[1.0; 68], 11).is_err());
    assert!(code.decode_soft(0, &[f64::INFINITY; 68], 2).is_ok());
}

#[test]
fn the_extended_code_s_error_ratio_is_that_of_its_weights() {
    // The leading term 127 b², and all 2^128 words: a ratio of one half stays one half.
    assert!((extended_hamming_ber(1e-7) / 127e-14 - 1.0).abs() < 1e-4);
    assert!((extended_hamming_ber(0.5) - 0.5).abs() < 1e-12);
    assert!(extended_hamming_ber(0.0).abs() < f64::MIN_POSITIVE);
    assert!((extended_hamming_ber(1.0) - 1.0).abs() < 1e-12);
    assert!(extended_hamming_ber(-0.1).is_nan() && extended_hamming_ber(f64::NAN).is_nan());
    // Published round figures of the inner code decided hard.
    for (before, behind) in [(1e-3, 1.2e-4), (2e-3, 4.6e-4), (4.8e-3, 2.35e-3)] {
        let found = extended_hamming_ber(before);
        assert!((found / behind - 1.0).abs() < 0.03, "{found:e}");
    }
}
