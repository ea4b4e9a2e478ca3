//! Reed–Solomon codes behind random errors and behind bursts: the decoder counted against the binomial
//! formula, distributions against a generating function, a decision feedback equaliser against its chain.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::pam4_53g_twinax;
use eyespan::fec::{
    CodewordCounts, Decoding, ErrorChain, Interleaving, Line, ReedSolomon, ReedSolomonCodec,
};
use eyespan::link::error_chain::error_chain;
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::link::{Link, LinkError};
use eyespan::math::{clopper_pearson, find_root, q_function, q_inverse};
use eyespan::random::{Source, StreamKey};
use rayon::prelude::*;

const AREA: &str = "error bursts";
const DERIVED: &str = "derive/fec_bursts.py; P. Anslow, \"FEC performance on multi-part links\", IEEE P802.3bs, July 2014";
const COUNTED: &str =
    "counted with the decoder; interval of Clopper & Pearson, Biometrika 26, 404 (1934)";
const CONFIDENCE: f64 = 0.9997;
const BLOCKS: u32 = if cfg!(debug_assertions) {
    2_000
} else {
    40_000
};

fn code(name: &str) -> ReedSolomon {
    if name == "KP4" {
        ReedSolomon::kp4()
    } else {
        ReedSolomon::kr4()
    }
}

/// Code, symbol error ratio, continuation, precoded, codewords, multiplexed symbols; the script's bit
/// error ratio before, codeword and bit error ratio behind, frame loss ratio.
type Row = (&'static str, f64, f64, bool, u32, u32, [f64; 4]);

const ROWS: &[Row] = &[
    (
        "KP4",
        4.80e-04,
        0.5,
        false,
        1,
        1,
        [2.400_000e-4, 6.741_712e-11, 3.342_153e-13, 7.626_562e-11],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        false,
        1,
        1,
        [2.400_000e-4, 5.207_724e-8, 3.939_109e-10, 5.891_238e-8],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        true,
        1,
        1,
        [1.200_000e-4, 5.539_820e-11, 2.041_608e-13, 6.266_921e-11],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        false,
        2,
        1,
        [2.400_000e-4, 4.875_229e-13, 3.615_158e-15, 1.039_033e-12],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        false,
        4,
        1,
        [2.400_000e-4, 4.550_545e-18, 3.354_462e-20, 1.879_944e-17],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        true,
        4,
        1,
        [1.200_000e-4, 3.199_411e-18, 1.171_711e-20, 1.321_757e-17],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        false,
        2,
        4,
        [2.400_000e-4, 1.008_929e-7, 4.707_720e-10, 2.150_280e-7],
    ),
    (
        "KP4",
        4.80e-04,
        0.75,
        true,
        2,
        4,
        [1.200_000e-4, 3.411_775e-12, 1.103_613e-14, 7.271_345e-12],
    ),
    (
        "KP4",
        4.80e-04,
        0.0,
        true,
        2,
        2,
        [4.800_000e-4, 3.874_296e-9, 1.488_749e-11, 8.257_094e-9],
    ),
    (
        "KR4",
        1.00e-04,
        0.5,
        false,
        1,
        1,
        [5.000_000e-5, 8.130_400e-8, 2.080_901e-10, 9.197_515e-8],
    ),
    (
        "KR4",
        1.00e-04,
        0.5,
        true,
        1,
        1,
        [5.000_000e-5, 3.278_297e-7, 7.236_911e-10, 3.708_573e-7],
    ),
];

fn line(row: &Row) -> Result<Line, CaseError> {
    let &(_, p, a, precoded, codewords, multiplexed, _) = row;
    Ok(Line {
        errors: ErrorChain::bursts_at(p, a)?,
        bits_per_symbol: 2,
        precoded,
        interleaving: Interleaving {
            codewords,
            multiplexed,
        },
    })
}

fn by_script() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    let printed = Tolerance::Relative(2e-6, Reason::PrintedDigit);
    for row in ROWS {
        let &(name, p, a, precoded, codewords, multiplexed, expected) = row;
        let found = line(row)?.corrected(&code(name))?;
        let case = format!(
            "{name}, symbols wrong {p:e}, runs {a}, {}{codewords} codewords, {multiplexed} symbols at a time",
            if precoded { "precoded, " } else { "" },
        );
        for (quantity, computed, expected) in [
            ("bit error ratio before", found.pre_fec_ber, expected[0]),
            (
                "codeword error ratio",
                found.codeword_error_ratio,
                expected[1],
            ),
            ("bit error ratio behind", found.post_fec_ber, expected[2]),
            ("frame loss ratio", found.frame_loss_ratio, expected[3]),
        ] {
            checks.add(
                format!("{quantity}: {case}"),
                "",
                computed,
                expected,
                printed,
            );
        }
    }
    checks.done()
}

/// Checks counted codewords and wrong bits behind the decoder against computed ones.
fn against(
    checks: &mut Checks,
    case: &str,
    counts: &CodewordCounts,
    codeword_error_ratio: f64,
    post_fec_ber: f64,
) {
    let (low, high) = clopper_pearson(counts.first_failed, counts.blocks, CONFIDENCE);
    checks.add(
        format!(
            "codeword error ratio, {case}: {} wrong",
            counts.first_failed
        ),
        "",
        counts.first_failed as f64 / counts.blocks as f64,
        codeword_error_ratio,
        Tolerance::Counted { low, high },
    );
    // Every word that fails leaves about the same number of bits: as many trials as words, where
    // they do not fail together.
    let share = counts.bit_errors_left as f64 / counts.failed.max(1) as f64;
    let bits = counts.bits as f64 / counts.codewords as f64;
    let (low, high) = clopper_pearson(
        counts.failed / (counts.codewords / counts.blocks),
        counts.blocks,
        CONFIDENCE,
    );
    checks.add(
        format!("bit error ratio behind, {case}"),
        "",
        counts.bit_errors_left as f64 / counts.bits as f64,
        post_fec_ber,
        Tolerance::Counted {
            low: low * share / bits,
            high: high * share / bits,
        },
    );
}

/// Independent errors of single bits against the binomial formula.
fn random_errors() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(COUNTED);
    for (name, ratios) in [("KP4", [1.6e-3, 2.5e-3]), ("KR4", [7e-4, 1.2e-3])] {
        for (seed, ber) in (1u64..).zip(ratios) {
            let code = code(name);
            let counts = Line::independent(ber, 1)?.count(&code, BLOCKS, seed)?;
            against(
                &mut checks,
                &format!("{name} at {ber:e}"),
                &counts,
                code.codeword_error_ratio(ber),
                code.post_fec_ber(ber),
            );
            checks.exact(
                format!("words taken for others, {name} at {ber:e}"),
                usize::try_from(counts.miscorrected)?,
                0,
            );
        }
    }
    checks.done()
}

/// Bursts from the same chain, counted, where codewords fail often enough.
fn bursts() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(COUNTED);
    for (name, p, a, precoded, codewords, multiplexed) in [
        ("KP4", 6e-3, 0.75, false, 1, 1),
        ("KP4", 8e-3, 0.75, true, 1, 1),
        ("KP4", 9e-3, 0.75, false, 2, 1),
        ("KP4", 4e-3, 0.75, false, 2, 4),
        ("KP4", 6e-3, 0.5, false, 4, 1),
        ("KR4", 2e-3, 0.5, false, 1, 1),
        ("KR4", 1.5e-3, 0.5, true, 2, 2),
    ] {
        let line = line(&(name, p, a, precoded, codewords, multiplexed, [0.0; 4]))?;
        let code = code(name);
        let counts = line.count(&code, BLOCKS / 4, 7)?;
        let found = line.corrected(&code)?;
        let case = format!(
            "{name}, symbols wrong {p:e}, runs {a}, {}{codewords} codewords, {multiplexed} symbols at a time",
            if precoded { "precoded, " } else { "" },
        );
        against(
            &mut checks,
            &case,
            &counts,
            found.codeword_error_ratio,
            found.post_fec_ber,
        );
    }
    checks.done()
}

/// A four-level line with one feedback tap and white noise, decided with its own decisions fed back.
struct Feedback {
    tap: f64,
    deviation: f64,
    precoded: bool,
    codewords: u32,
}

/// Distance of neighbouring levels from −1 to 1.
const DISTANCE: f64 = 2.0 / 3.0;
const GRAY: [usize; 4] = [0b00, 0b01, 0b11, 0b10];

impl Feedback {
    /// Probabilities of deciding too high and too low with the sample shifted: a Gaussian tail at each
    /// threshold, the mean over four levels.
    fn errors(&self, shift: f64) -> [f64; 2] {
        let tail = |side: f64| 0.75 * q_function((0.5 * DISTANCE - side * shift) / self.deviation);
        [tail(1.0), tail(-1.0)]
    }

    fn line(&self) -> Result<Line, CaseError> {
        let shift = self.tap * DISTANCE;
        Ok(Line {
            errors: ErrorChain::new(vec![
                self.errors(0.0),
                self.errors(-shift),
                self.errors(shift),
            ])?,
            bits_per_symbol: 2,
            precoded: self.precoded,
            interleaving: Interleaving::symbols(self.codewords),
        })
    }

    /// Codewords sent as levels and decided.
    fn count(&self, code: &ReedSolomon, blocks: u32) -> Result<CodewordCounts, CaseError> {
        let codec = ReedSolomonCodec::new(code)?;
        let counts: Result<Vec<_>, eyespan::fec::FecError> = (0..blocks)
            .into_par_iter()
            .map(|block| self.block(&codec, block))
            .collect();
        Ok(counts?
            .into_iter()
            .fold(CodewordCounts::default(), CodewordCounts::and))
    }

    fn block(
        &self,
        codec: &ReedSolomonCodec,
        block: u32,
    ) -> Result<CodewordCounts, eyespan::fec::FecError> {
        let stream = |polarization| {
            StreamKey {
                seed: 23,
                source: Source::ThermalNoise,
                lane: u32::from(self.precoded),
                polarization,
                span: block,
            }
            .stream()
        };
        let sent = (0..self.codewords)
            .map(|k| {
                let mut draws = vec![0u32; codec.message_symbols()];
                stream(1 + k).fill_uniform_u32(0, &mut draws);
                let message: Vec<u16> = draws
                    .iter()
                    .map(|d| u16::try_from(d >> 22).unwrap_or(0))
                    .collect();
                codec.encode(&message)
            })
            .collect::<Result<Vec<_>, _>>()?;
        let count = codec.codeword_symbols() * sent.len();
        let mut noise = vec![0.0; 5 * count];
        stream(0).fill_gaussian(0, &mut noise);
        let mut received = sent.clone();
        let value = |level: usize| level as f64 * DISTANCE - 1.0;
        // Levels on the line and decided, of the last symbol.
        let (mut level, mut decided) = (0usize, 0usize);
        let mut noise = noise.iter();
        for place in 0..count {
            let (word, symbol) = (place % sent.len(), place / sent.len());
            let mut found = 0;
            for pair in (0..5).rev() {
                let bits = usize::from(sent[word][symbol] >> (2 * pair)) & 3;
                let label = GRAY.iter().position(|g| *g == bits).unwrap_or(0);
                let next = if self.precoded {
                    (label + 4 - level) % 4
                } else {
                    label
                };
                let sample = value(next)
                    + self.tap * (value(level) - value(decided))
                    + self.deviation * noise.next().copied().unwrap_or(0.0);
                let slot = ((sample + 1.0) / DISTANCE).round().clamp(0.0, 3.0);
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                let now = slot as usize;
                let back = if self.precoded {
                    (now + decided) % 4
                } else {
                    now
                };
                found = found << 2 | GRAY[back];
                (level, decided) = (next, now);
            }
            received[word][symbol] = u16::try_from(found).unwrap_or(0);
        }
        CodewordCounts::of_block(codec, &sent, &mut received, 10)
    }
}

fn feedback() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(
        "Duttweiler, Mazo & Messerschmitt 1974, DOI 10.1109/TIT.1974.1055250, with Gaussian tails; counted: Clopper & Pearson 1934",
    );
    for (tap, alone, precoded, codewords) in [
        (1.0, 4e-4, false, 1),
        (1.0, 7e-4, true, 1),
        (0.5, 1.5e-3, false, 1),
        (1.0, 5e-4, false, 2),
    ] {
        let feedback = Feedback {
            tap,
            // 1.5 Q(d/2σ) wrong symbols where nothing is fed back wrongly.
            deviation: 0.5 * DISTANCE / q_inverse(alone / 1.5),
            precoded,
            codewords,
        };
        let line = feedback.line()?;
        let code = ReedSolomon::kr4();
        let counts = feedback.count(&code, BLOCKS / 2)?;
        let found = line.corrected(&code)?;
        let case = format!(
            "tap {tap}, {alone:e} alone, {}{codewords} codewords",
            if precoded { "precoded, " } else { "" }
        );
        // Each block is a trial of a sum of thousands of symbols: the spread of its bits is that of
        // runs, (1 + a)/(1 − a) times that of single errors.
        let [high, low] = feedback.errors(-tap * DISTANCE);
        let clustering = (1.0 + high + low) / (1.0 - high - low);
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let independent = |count: u64| (count as f64 / clustering).round() as u64;
        let (least, most) = clopper_pearson(
            independent(counts.bit_errors),
            independent(counts.bits),
            CONFIDENCE,
        );
        checks.add(
            format!("bit error ratio before, {case}"),
            "",
            counts.bit_errors as f64 / counts.bits as f64,
            found.pre_fec_ber,
            Tolerance::Counted {
                low: least,
                high: most,
            },
        );
        against(
            &mut checks,
            &case,
            &counts,
            found.codeword_error_ratio,
            found.post_fec_ber,
        );
    }
    // A tap of unity without noise: three of four symbols follow wrongly, and errors come in fours.
    let quiet = Feedback {
        tap: 1.0,
        deviation: 0.05,
        precoded: false,
        codewords: 1,
    };
    let single: f64 = quiet.errors(0.0).iter().sum();
    checks.add(
        "errors of a run behind a tap of unity".to_owned(),
        "",
        quiet.line()?.errors.symbol_error_ratio() / single,
        4.0,
        Tolerance::Relative(1e-6, Reason::StatedBySource),
    );
    checks.done()
}

/// A link with decision feedback: its error ratio by the chain of its taps, and counted.
fn link() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(COUNTED);
    let mut link: Link = pam4_53g_twinax()?;
    link.equalizer.decision_feedback_taps = 1;
    link.engine.monte_carlo.maximum_symbols = if cfg!(debug_assertions) {
        1 << 20
    } else {
        6_000_000
    };
    link.engine.monte_carlo.relative_error = 0.03;
    let modulation = link.signal.modulation.clone();
    let mut engine = SemiAnalytic::new(&link)?;
    let root = find_root(
        |loss| {
            let errors = engine.evaluate_with_loss(loss)?.decided.errors;
            Ok::<_, LinkError>(errors.bit.max(1e-300).log10() + 3.3)
        },
        -30.0,
        40.0,
        1e-3,
        100,
    )?;
    let decided = engine.evaluate_with_loss(root.x)?.decided;
    let chain = error_chain(&decided, modulation.level_positions()).ok_or("no feedback taps")?;
    let symbols = engine.propagation().symbols().len();
    let counter = MonteCarlo::new(&link, engine.plan(), &decided.rule, symbols)?;
    let counts = counter.run(&Watch::default())?;
    let (low, high) = counts.interval(CONFIDENCE, 1.0);
    checks.add(
        format!("symbol error ratio, {} wrong", counts.symbol_errors),
        "",
        counts.symbol_error_ratio(),
        chain.symbol_error_ratio(),
        Tolerance::Counted { low, high },
    );
    checks.done()
}

/// Words of random symbols: the part that is taken for a codeword.
fn miscorrection() -> Result<Vec<Check>, CaseError> {
    let mut checks =
        Checks::from("derive/fec_bursts.py; McEliece & Swanson 1986, DOI 10.1109/TIT.1986.1057212");
    let printed = Tolerance::Relative(2e-6, Reason::PrintedDigit);
    let small = ReedSolomon::new("RS(15,11)", 15, 11, 4)?;
    for (code, expected) in [
        (ReedSolomon::kp4(), 4.699_500e-17),
        (ReedSolomon::kr4(), 1.834_840e-6),
        (small.clone(), 3.639_374e-1),
    ] {
        checks.add(
            format!("words within t of a codeword, {}", code.name),
            "",
            code.miscorrection_probability(),
            expected,
            printed,
        );
    }
    let codec = ReedSolomonCodec::new(&small)?;
    let key = StreamKey {
        seed: 1,
        source: Source::Symbols,
        lane: 0,
        polarization: 0,
        span: 0,
    };
    let words = 40_000u32;
    let mut draws = vec![0u32; 15 * words as usize];
    key.stream().fill_uniform_u32(0, &mut draws);
    let mut taken = 0u64;
    for word in draws.chunks_exact(15) {
        let mut word: Vec<u16> = word
            .iter()
            .map(|d| u16::try_from(d >> 28).unwrap_or(0))
            .collect();
        taken += u64::from(codec.decode(&mut word)? != Decoding::Uncorrectable);
    }
    let (low, high) = clopper_pearson(taken, u64::from(words), CONFIDENCE);
    checks.add(
        format!("random words that RS(15,11) takes for a codeword: {taken}"),
        "",
        taken as f64 / f64::from(words),
        small.miscorrection_probability(),
        Tolerance::Counted { low, high },
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "bursts/by-script", by_script),
        Case::new(AREA, "random-errors/counted", random_errors),
        Case::new(AREA, "bursts/counted", bursts),
        Case::new(AREA, "decision-feedback/counted", feedback),
        Case::new(AREA, "decision-feedback/link", link),
        Case::new(AREA, "miscorrection/random-words", miscorrection),
    ]
}
