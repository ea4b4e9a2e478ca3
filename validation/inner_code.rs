//! The inner Hamming code of 200 Gb/s lanes, hard and soft, alone and inside the Reed–Solomon code KP4.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use eyespan::fec::{InnerCode, InnerCounts, ReedSolomon, extended_hamming_ber, pam4_snr_db};
use eyespan::math::{clopper_pearson, q_inverse};

const AREA: &str = "inner code";
const DERIVED: &str = "derive/inner_code.py; IEEE P802.3dj draft 0.1, 177.5, as reproduced in O. S. Sella, \"Reference implementation of coding methods for IEEE 802.3\" (2024)";
const CONFIDENCE: f64 = 0.9997;
/// Blocks of 12 outer codewords: 544 inner ones.
const BLOCKS: u32 = if cfg!(debug_assertions) { 40 } else { 400 };

fn count(
    before: f64,
    tried: usize,
    interleaved: u32,
    blocks: u32,
) -> Result<InnerCounts, CaseError> {
    // BER = ¾ Q(d/2σ) with d = 2/3.
    let deviation = 1.0 / 3.0 / q_inverse(before / 0.75);
    Ok(InnerCode::new(tried)?.count(deviation, interleaved, blocks, 3)?)
}

/// The extended code with hard decisions, whose weights are known.
fn hard() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from("derive/fec_curves.py; Lin & Costello, 2nd ed., chapter 3");
    for (before, behind) in [
        (1e-3, 1.216_774e-4),
        (2e-3, 4.656_709e-4),
        (4.8e-3, 2.359_039e-3),
        (1.417_337e-3, 2.4e-4),
    ] {
        checks.add(
            format!("bit error ratio behind (128, 120) decided hard, {before:e} before"),
            "",
            extended_hamming_ber(before),
            behind,
            Tolerance::Relative(1e-6, Reason::PrintedDigit),
        );
    }
    checks.done()
}

/// The code of the draft, decided softly, against the script's own simulation.
fn soft() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (before, tried, bits, error, words) in [
        (4.8e-3, 0, 2.2718e-3, 1.0e-5, 1.2620e-1),
        (4.8e-3, 2, 6.9408e-4, 7.3e-6, 2.3522e-2),
        (4.8e-3, 4, 2.9548e-4, 5.1e-6, 8.5850e-3),
        (4.8e-3, 6, 2.3635e-4, 4.5e-6, 7.0450e-3),
        (2e-3, 2, 4.2479e-5, 1.8e-6, 1.4825e-3),
    ] {
        let counts = count(before, tried, 12, BLOCKS)?;
        let at = format!("{before:e} before, {tried} bits tried");
        let (low, high) = clopper_pearson(counts.inner_failed, counts.inner_codewords, CONFIDENCE);
        // The script counted 400 000 words: its own spread widens the interval.
        let spread = 3.6 * (words * 1.0 / 400_000.0f64).sqrt();
        checks.add(
            format!("inner codewords wrong, {at}"),
            "",
            counts.inner_failed as f64 / counts.inner_codewords as f64,
            words,
            Tolerance::Counted {
                low: low - spread,
                high: high + spread,
            },
        );
        let found = counts.outer.bit_errors as f64 / counts.outer.bits as f64;
        let own = error * (400_000.0 / counts.inner_codewords as f64).sqrt();
        checks.add(
            format!("bit error ratio behind, {at}"),
            "",
            found,
            bits,
            Tolerance::Absolute(3.6 * error.hypot(own), Reason::StatedBySource),
        );
        let (low, high) = clopper_pearson(counts.bit_errors_before, counts.outer.bits, CONFIDENCE);
        checks.add(
            format!("bit error ratio in front, {at}"),
            "",
            counts.bit_errors_before as f64 / counts.outer.bits as f64,
            before,
            // Two bits wrong at once are rarer than one in ten thousand errors.
            Tolerance::Counted { low, high },
        );
    }
    checks.done()
}

/// The published working point, and the gain it stands for.
fn gain() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "IEEE P802.3dj: 4.8e-3 in front of the inner code for the 2.4e-4 that KP4 takes",
    );
    let counts = count(4.8e-3, 6, 12, BLOCKS)?;
    let found = counts.outer.bit_errors as f64 / counts.outer.bits as f64;
    checks.add(
        "bit error ratio behind, six bits tried, 4.8e-3 before",
        "",
        found,
        2.4e-4,
        Tolerance::Relative(0.1, Reason::StatedBySource),
    );
    let two = count(4.8e-3, 2, 12, BLOCKS / 4)?;
    checks.add(
        "the same with two bits tried: not enough",
        "",
        two.outer.bit_errors as f64 / two.outer.bits as f64,
        4.8e-4,
        Tolerance::AtLeast,
    );
    // ¾Q(x): x of 3.414 and 2.489.
    checks.add(
        "signal-to-noise ratio between 4.8e-3 and 2.4e-4",
        "dB",
        pam4_snr_db(2.4e-4) - pam4_snr_db(4.8e-3),
        20.0 * (3.414_12f64 / 2.489_08).log10(),
        Tolerance::Absolute(2e-3, Reason::PrintedDigit),
    );
    checks.done()
}

/// Both codes: KP4 counted behind the inner one, against independent symbol errors where every symbol of an
/// inner codeword belongs to another outer one.
fn concatenated() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "binomial sum over symbols of independent inner codewords; counted: Clopper & Pearson 1934",
    );
    let counts = count(1.05e-2, 4, 12, BLOCKS / 4)?;
    let symbols = counts.outer.symbol_errors as f64 / (counts.outer.bits as f64 / 10.0);
    let kp4 = ReedSolomon::kp4();
    let (low, high) = clopper_pearson(counts.outer.failed, counts.outer.codewords, CONFIDENCE);
    checks.add(
        format!(
            "outer codewords wrong, 12 interleaved: {}",
            counts.outer.failed
        ),
        "",
        counts.outer.failed as f64 / counts.outer.codewords as f64,
        kp4.codeword_error_ratio_of_symbols(symbols),
        Tolerance::Counted { low, high },
    );
    // Without the interleaver an inner failure hits one outer codeword several times.
    let one = count(9e-3, 4, 1, BLOCKS * 2)?;
    let symbols = one.outer.symbol_errors as f64 / (one.outer.bits as f64 / 10.0);
    checks.add(
        format!(
            "outer codewords wrong without interleaving, over the binomial sum: {}",
            one.outer.failed
        ),
        "",
        one.outer.failed as f64
            / one.outer.codewords as f64
            / kp4.codeword_error_ratio_of_symbols(symbols),
        1.2,
        Tolerance::AtLeast,
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "hamming-128-120/hard", hard),
        Case::new(AREA, "hamming-68-60/soft", soft),
        Case::new(AREA, "hamming-68-60/gain", gain),
        Case::new(AREA, "concatenated/kp4", concatenated),
    ]
}
