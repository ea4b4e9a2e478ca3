//! Reed–Solomon codes of Ethernet: error ratio behind the decoder.

use super::checks::{Case, Checks, Reason, Tolerance};
use eyespan::fec::ReedSolomon;

const AREA: &str = "forward error correction";
const SOURCE: &str = "derive/fec_curves.py; IEEE Std 802.3-2022, 91.5.3; Lin & Costello, Error Control Coding, 2nd ed.";

/// Error ratio before, codeword and bit error ratio behind.
type Row = (f64, f64, f64);

fn code_case(
    name: &'static str,
    code: fn() -> ReedSolomon,
    rows: &'static [Row],
    inputs: [(f64, f64); 2],
) -> Case {
    Case::new(AREA, name, move || {
        let mut checks = Checks::from(SOURCE);
        let printed = Tolerance::Relative(2e-6, Reason::PrintedDigit);
        let code = code();
        for &(before, codeword, bits) in rows {
            let at = format!("bit error ratio before of {before:e}");
            checks.add(
                format!("codeword error ratio, {at}"),
                "",
                code.codeword_error_ratio(before),
                codeword,
                printed,
            );
            checks.add(
                format!("bit error ratio, {at}"),
                "",
                code.post_fec_ber(before),
                bits,
                printed,
            );
        }
        for (target, expected) in inputs {
            checks.add(
                format!("bit error ratio before that leaves {target:e}"),
                "",
                code.pre_fec_ber_for(target)?,
                expected,
                printed,
            );
        }
        checks.done()
    })
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        code_case(
            "reed-solomon/kp4-544-514",
            ReedSolomon::kp4,
            KP4,
            KP4_INPUTS,
        ),
        code_case(
            "reed-solomon/kr4-528-514",
            ReedSolomon::kr4,
            KR4,
            KR4_INPUTS,
        ),
        Case::new(AREA, "reed-solomon/accumulation-latency", || {
            let mut checks = Checks::from(
                "codeword of 5440 bits (IEEE Std 802.3-2022, 91.5.3) over the bit rate",
            );
            for (gigabits, nanoseconds) in [(53.125, 102.4), (106.25, 51.2), (212.5, 25.6)] {
                checks.add(
                    format!("KP4 codeword at {gigabits} Gb/s"),
                    "ns",
                    ReedSolomon::kp4().accumulation_latency(gigabits * 1e9) * 1e9,
                    nanoseconds,
                    Tolerance::Relative(1e-12, Reason::RoundOff),
                );
            }
            checks.done()
        }),
    ]
}

const KP4: &[Row] = &[
    (1e-4, 1.359_811e-18, 4.009_235e-21),
    (2e-4, 5.389_899e-14, 1.593_215e-16),
    (2.2e-4, 2.239_937e-13, 6.624_576e-16),
    (2.4e-4, 8.151_573e-13, 2.412_094e-15),
    (1e-3, 1.530_259e-4, 4.641_192e-7),
];
const KP4_INPUTS: [(f64, f64); 2] = [(1e-12, 3.635_218e-4), (1e-15, 2.261_71e-4)];
const KR4: &[Row] = &[
    (2.1e-5, 4.871_991e-13, 7.393_81e-16),
    (5e-5, 4.397_088e-10, 6.688_388e-13),
    (1e-4, 8.926_911e-8, 1.363_416e-10),
];
const KR4_INPUTS: [(f64, f64); 2] = [(1e-12, 5.265_788e-5), (1e-15, 2.181_795e-5)];
