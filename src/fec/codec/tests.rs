use super::*;
use crate::random::{Source, Stream, StreamKey};

/// Uniform draws one after the other.
struct Draws {
    stream: Stream,
    next: i64,
}

impl Draws {
    fn new(span: u32) -> Self {
        let key = StreamKey {
            seed: 3,
            source: Source::Other(77),
            lane: 0,
            polarization: 0,
            span,
        };
        Self {
            stream: key.stream(),
            next: 0,
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        let mut draw = [0];
        self.stream.fill_uniform_u32(self.next, &mut draw);
        self.next += 1;
        usize::try_from((u64::from(draw[0]) * limit as u64) >> 32).unwrap()
    }

    fn message(&mut self, codec: &ReedSolomonCodec) -> Vec<u16> {
        (0..codec.message_symbols())
            .map(|_| u16::try_from(self.below(codec.field.order() + 1)).unwrap())
            .collect()
    }

    /// Adds errors to so many different symbols.
    fn damage(&mut self, codec: &ReedSolomonCodec, word: &mut [u16], errors: usize) {
        let mut places = Vec::new();
        while places.len() < errors {
            let place = self.below(word.len());
            if !places.contains(&place) {
                places.push(place);
                word[place] ^= u16::try_from(1 + self.below(codec.field.order())).unwrap();
            }
        }
    }
}

fn codec(n: u32, k: u32, m: u32) -> ReedSolomonCodec {
    ReedSolomonCodec::new(&ReedSolomon::new("test", n, k, m).unwrap()).unwrap()
}

#[test]
fn generator_polynomials_are_those_of_the_standard() {
    // IEEE Std 802.3, table 91–1, coefficient of x^0 first.
    let kr4 = ReedSolomonCodec::new(&ReedSolomon::kr4()).unwrap();
    assert_eq!(
        kr4.generator_polynomial(),
        [
            432, 290, 945, 265, 592, 391, 614, 900, 925, 656, 32, 701, 6, 904, 1
        ]
    );
    let kp4 = ReedSolomonCodec::new(&ReedSolomon::kp4()).unwrap();
    assert_eq!(
        kp4.generator_polynomial(),
        [
            523, 834, 128, 158, 185, 127, 392, 193, 610, 788, 361, 883, 503, 942, 385, 495, 720,
            94, 132, 593, 249, 282, 565, 108, 1, 552, 230, 187, 552, 575, 1
        ]
    );
}

#[test]
fn a_single_one_is_encoded_to_the_generator_polynomial() {
    let kp4 = ReedSolomonCodec::new(&ReedSolomon::kp4()).unwrap();
    let mut message = vec![0; 514];
    message[513] = 1;
    let codeword = kp4.encode(&message).unwrap();
    let mut generator = kp4.generator_polynomial();
    generator.reverse();
    assert_eq!(codeword[513..], generator);
}

#[test]
fn the_fast_division_gives_the_remainder_of_the_plain_one() {
    for (n, k, m) in [
        (544, 514, 10),
        (528, 514, 10),
        (31, 15, 5),
        (50, 33, 6),
        (15, 14, 4),
    ] {
        let codec = codec(n, k, m);
        assert!(codec.words > 0);
        let message = Draws::new(k).message(&codec);
        assert_eq!(codec.remainder(&message), codec.divide_plainly(&message));
    }
    assert_eq!(codec(63, 23, 6).words, 0);
    assert_eq!(codec(100, 90, 13).words, 0);
}

#[test]
fn an_encoded_word_vanishes_at_the_roots_by_the_definition() {
    for (n, k, m) in [
        (544, 514, 10),
        (528, 514, 10),
        (15, 11, 4),
        (7, 3, 3),
        (60, 23, 6),
    ] {
        let codec = codec(n, k, m);
        let mut draws = Draws::new(n);
        for _ in 0..5 {
            let mut word = codec.encode(&draws.message(&codec)).unwrap();
            word.reverse();
            for j in 0..codec.parity {
                assert_eq!(codec.field.evaluate(&word, j), 0);
            }
        }
    }
}

#[test]
fn every_number_of_errors_up_to_t_is_corrected_and_more_are_flagged() {
    for (n, k, m, t) in [
        (544, 514, 10, 15),
        (528, 514, 10, 7),
        (60, 23, 6, 18),
        (63, 55, 6, 4),
    ] {
        let codec = codec(n, k, m);
        let mut draws = Draws::new(n);
        for errors in 0..=t {
            for _ in 0..30 {
                let sent = codec.encode(&draws.message(&codec)).unwrap();
                let mut word = sent.clone();
                draws.damage(&codec, &mut word, errors);
                let decoding = codec.decode(&mut word).unwrap();
                assert_eq!(decoding, Decoding::Corrected { symbols: errors });
                assert_eq!(word, sent);
            }
        }
    }
    // Beyond t only the large codes flag nearly always: KR4 misses about 2 in a million.
    for (code, t) in [(ReedSolomon::kp4(), 15), (ReedSolomon::kr4(), 7)] {
        let codec = ReedSolomonCodec::new(&code).unwrap();
        let mut draws = Draws::new(9000 + t);
        for errors in [t + 1, t + 2, 2 * t, 3 * t] {
            for _ in 0..100 {
                let sent = codec.encode(&draws.message(&codec)).unwrap();
                let mut word = sent.clone();
                draws.damage(&codec, &mut word, errors as usize);
                let damaged = word.clone();
                assert_eq!(codec.decode(&mut word).unwrap(), Decoding::Uncorrectable);
                assert_eq!(word, damaged);
            }
        }
    }
}

#[test]
fn every_error_of_a_short_code_is_decoded_as_the_nearest_codeword_says() {
    // RS(6, 2) over 3 bits, shortened from (7, 3): all 8^2 codewords, and every pattern of errors of
    // up to three symbols on one of them, against a search through all codewords.
    let codec = codec(6, 2, 3);
    let codewords: Vec<Vec<u16>> = (0..64)
        .map(|k| codec.encode(&[k / 8, k % 8]).unwrap())
        .collect();
    let distance = |a: &[u16], b: &[u16]| a.iter().zip(b).filter(|(x, y)| x != y).count();
    for (a, b) in codewords.iter().zip(&codewords[1..]) {
        assert!(distance(a, b) >= 5);
    }
    let sent = &codewords[37];
    let (mut corrected, mut flagged, mut wrong) = (0, 0, 0);
    for pattern in 0u32..8u32.pow(6) {
        let mut word: Vec<u16> = sent
            .iter()
            .enumerate()
            .map(|(i, s)| s ^ u16::try_from(pattern >> (3 * i) & 7).unwrap())
            .collect();
        let nearest = codewords.iter().find(|c| distance(c, &word) <= 2);
        let before = word.clone();
        match (codec.decode(&mut word).unwrap(), nearest) {
            (Decoding::Corrected { symbols }, Some(nearest)) => {
                assert_eq!(&word, nearest);
                assert_eq!(symbols, distance(&before, nearest));
                if &word == sent {
                    corrected += 1;
                } else {
                    wrong += 1;
                }
            }
            (Decoding::Uncorrectable, None) => {
                assert_eq!(word, before);
                flagged += 1;
            }
            (decoding, nearest) => panic!("{before:?}: {decoding:?}, nearest {nearest:?}"),
        }
    }
    // 1 + 6·7 + 15·49 patterns of up to two errors, around each of 64 codewords.
    assert_eq!((corrected, wrong), (778, 63 * 778));
    assert_eq!(flagged, 262_144 - 64 * 778);
    let code = ReedSolomon::new("RS(6,2)", 6, 2, 3).unwrap();
    let expected = 64.0 * 778.0 / 262_144.0;
    assert!((code.miscorrection_probability() / expected - 1.0).abs() < 1e-12);
}

#[test]
fn codes_with_one_check_symbol_only_detect() {
    let codec = codec(7, 6, 3);
    let sent = codec.encode(&[1, 2, 3, 4, 5, 6]).unwrap();
    let mut word = sent.clone();
    word[2] ^= 5;
    assert_eq!(codec.decode(&mut word).unwrap(), Decoding::Uncorrectable);
    let mut word = sent;
    let untouched = codec.decode(&mut word).unwrap();
    assert_eq!(untouched, Decoding::Corrected { symbols: 0 });
}

#[test]
fn words_of_a_wrong_length_or_with_too_large_symbols_are_refused() {
    let codec = codec(7, 3, 3);
    assert!(codec.encode(&[1, 2]).is_err());
    assert!(codec.encode(&[1, 2, 8]).is_err());
    assert!(codec.decode(&mut [0; 6]).is_err());
    assert!(codec.decode(&mut [0, 0, 9, 0, 0, 0, 0]).is_err());
    assert!(codec.decode(&mut []).is_err());
    assert!(
        ReedSolomonCodec::new(&ReedSolomon::new("m 1", 1, 1, 1).unwrap_or_else(|_| {
            ReedSolomon {
                name: "m 1".into(),
                codeword_symbols: 1,
                message_symbols: 1,
                bits_per_symbol: 1,
            }
        }))
        .is_err()
    );
}
