//! Files damaged at random.

use super::*;

/// Damages a valid text the way slips of the hand and broken files do.
fn damaged(text: &str, random: &mut impl FnMut(usize) -> usize) -> String {
    const SNIPPETS: &[&str] = &[
        "1e308",
        "-1e308",
        "1e-308",
        "nan",
        "-inf",
        "0",
        "-0.0",
        "99999999999999999999999",
        "\"",
        "'",
        "\"\"\"",
        "[",
        "]]",
        "{",
        "}",
        "[[stage]]",
        "=",
        ".",
        ",",
        "\n",
        "\r",
        "\0",
        "\u{feff}",
        "µ",
        "length_km",
        "[[0, 1], [0, 1]]",
        "[[1, 1], [2, 2]]",
        "[]",
        "{}",
        "stage.fiber.x = 1\n",
        "true",
        "1979-05-27",
        "0x_",
        "model = \"kp4\"",
    ];
    const NUMBERS: &[&str] = &[
        "1e308",
        "-1e308",
        "1e-308",
        "nan",
        "-inf",
        "0",
        "-0.0",
        "99999999999999999999999",
        "0.1",
        "0.5",
        "1",
        "2",
        "3",
        "7",
        "50",
        "1310",
        "16384",
    ];
    let mut bytes = text.as_bytes().to_vec();
    for _ in 0..=random(3) {
        let at = random(bytes.len().max(1)).min(bytes.len());
        let end = (at + 1 + random(40)).min(bytes.len());
        match random(12) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << random(8);
                }
            }
            1 => {
                bytes.drain(at..end);
            }
            2 => {
                let copy = bytes[at..end].to_vec();
                bytes.splice(at..at, copy);
            }
            3 => bytes.truncate(at),
            4 => {
                let snippet = SNIPPETS[random(SNIPPETS.len())];
                bytes.splice(at..at, snippet.bytes());
            }
            _ => {
                // A number replaced by another.
                let start = (at..bytes.len()).find(|i| bytes[*i].is_ascii_digit());
                if let Some(start) = start {
                    let number = bytes[start..]
                        .iter()
                        .take_while(|b| b.is_ascii_digit() || b".e-".contains(b))
                        .count();
                    let snippet = NUMBERS[random(NUMBERS.len())];
                    bytes.splice(start..start + number, snippet.bytes());
                }
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// However a file is damaged it is read or refused with places that exist; the environment variable
/// `EYESPAN_FUZZ_SECONDS` makes the test longer.
#[test]
fn damaged_files_never_panic() {
    let seconds: u64 = std::env::var("EYESPAN_FUZZ_SECONDS")
        .ok()
        .and_then(|seconds| seconds.parse().ok())
        .unwrap_or(0);
    let start = std::time::Instant::now();
    // Knuth's 64-bit linear congruential generator (MMIX) is enough to pick places.
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |below: usize| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 33).unwrap_or(0) % below.max(1)
    };
    let (mut read, mut refused) = (0, 0);
    while read + refused < 600 || start.elapsed().as_secs() < seconds {
        let text = damaged([OPTICAL, COPPER][random(2)], &mut random);
        let paths = [
            "span.length_km",
            "stage.2.name",
            "engine.seed",
            "fiber",
            "x.y",
            "stage.99.a",
        ];
        let change = Override::new(paths[random(paths.len())], "1e308");
        let changes = [change];
        let changes = if random(3) == 0 { &changes[..] } else { &[] };
        match load_with(&text, changes) {
            Ok(link) => {
                read += 1;
                assert!(link.signal.symbol_rate.is_finite());
            }
            Err(errors) => {
                refused += 1;
                assert!(
                    !errors.errors.is_empty(),
                    "refused without a reason: {text}"
                );
                for error in &errors.errors {
                    assert!(error.line >= 1 && error.column >= 1);
                    assert!(error.span.end <= error.source.text.len(), "{error}\n{text}");
                    assert!(!error.message.is_empty());
                }
                assert!(!errors.to_string().is_empty());
            }
        }
    }
    assert!(read > 20 && refused > 100, "{read} read, {refused} refused");
}
