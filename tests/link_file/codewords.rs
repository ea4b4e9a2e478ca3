//! How the codewords of an error correction are sent.

use super::*;
use eyespan::fec::{ForwardErrorCorrection, Interleaving, ReedSolomon, Transmission};

fn with(keys: &str) -> String {
    changed("model = \"kp4\"", &format!("model = \"kp4\"\n{keys}"))
}

#[test]
fn codewords_are_sent_as_the_file_says() {
    let text = with(
        "interleaved_codewords = 2\nmultiplexed_symbols = 4\nprecoded = true\nburst_continuation = 0.75",
    );
    let link = load(&text).unwrap_or_else(|errors| panic!("{errors}"));
    let ForwardErrorCorrection::ReedSolomon(code, transmission) = &link.fec else {
        panic!("a code");
    };
    assert_eq!(
        code,
        &ReedSolomon {
            name: "kp4".into(),
            ..ReedSolomon::kp4()
        }
    );
    assert_eq!(
        transmission,
        &Transmission {
            interleaving: Interleaving {
                codewords: 2,
                multiplexed: 4
            },
            precoded: true,
            continuation: Some(0.75),
        }
    );
}

#[test]
fn what_a_code_cannot_be_sent_like_is_refused() {
    refused(
        &with("multiplexed_symbols = 3"),
        Problem::OutOfRange,
        "multiplexed_symbols",
        &["`multiplexed_symbols` cannot be 3 in [fec]", "544"],
    );
    refused(
        &with("burst_continuation = 1.5"),
        Problem::OutOfRange,
        "burst_continuation",
        &["`burst_continuation`", "0.99"],
    );
    refused(
        &with("interleaved_codeword = 2"),
        Problem::UnknownKey,
        "interleaved_codeword",
        &["interleaved_codewords"],
    );
    refused(
        &changed("model = \"kp4\"", "code = \"none\"\nprecoded = true"),
        Problem::OutOfRange,
        "precoded",
        &["`precoded` in [fec] has no effect without a code"],
    );
}
