//! Counted errors depend on the seed and on nothing else.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines;
use eyespan::link::Link;
use eyespan::link::monte_carlo::{Counts, MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;

const AREA: &str = "reproducibility";
const SOURCE: &str = "definition: a draw is a function of seed, source and sample index";
/// Loss in dB that makes errors frequent.
const LOSS_DB: f64 = 11.0;

/// A counter of the four-level link, with changes.
fn counter(change: impl Fn(&mut Link)) -> Result<MonteCarlo, CaseError> {
    let mut link = engines::pam4_53g_o_band();
    link.engine.monte_carlo.relative_error = 1e-6;
    // Neither a whole number of segments nor of rounds.
    link.engine.monte_carlo.maximum_symbols = 700_001;
    change(&mut link);
    let mut engine = SemiAnalytic::new(&link)?;
    let decided = engine.evaluate_with_loss(LOSS_DB)?.decided;
    let symbols = engine.propagation().symbols().len();
    Ok(MonteCarlo::new(
        &link,
        engine.plan(),
        &decided.rule,
        symbols,
    )?)
}

fn counted(counter: &MonteCarlo, threads: usize) -> Result<Counts, CaseError> {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(threads)
        .build()?;
    Ok(pool.install(|| counter.run(&Watch::default()))?)
}

fn threads() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let counter = counter(|_| ())?;
    let one = counted(&counter, 1)?;
    checks.add(
        "symbol errors counted",
        "",
        one.symbol_errors as f64,
        1000.0,
        Tolerance::AtLeast,
    );
    for threads in [2, 7] {
        let many = counted(&counter, threads)?;
        for (name, a, b) in [
            ("symbols", many.symbols, one.symbols),
            ("symbol errors", many.symbol_errors, one.symbol_errors),
            (
                "bit errors",
                many.bit_error_thousandths,
                one.bit_error_thousandths,
            ),
            ("bursts", many.bursts, one.bursts),
            ("squares of bursts", many.burst_squares, one.burst_squares),
        ] {
            checks.exact(
                format!("{name} with {threads} threads, as with one"),
                usize::try_from(a)?,
                usize::try_from(b)?,
            );
        }
    }
    checks.done()
}

/// Equalised values of 20 000 symbols from one inside the stream.
fn values(counter: &MonteCarlo) -> Result<Vec<f64>, CaseError> {
    let mut out = vec![0.0; 20_000];
    counter.equalised(123_457, &mut out)?;
    Ok(out)
}

fn blocks() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let reference = counter(|link| link.engine.monte_carlo.block_samples = Some(1 << 14))?;
    let expected = values(&reference)?;
    let full_scale = expected.iter().fold(0.0f64, |m, x| m.max(x.abs()));
    for block_samples in [1 << 13, 1 << 15, 1 << 17] {
        let other = counter(|link| link.engine.monte_carlo.block_samples = Some(block_samples))?;
        let differs = other.block_symbols() != reference.block_symbols();
        checks.exact(
            format!("{block_samples} samples a block is another block"),
            usize::from(differs),
            1,
        );
        let largest = values(&other)?
            .iter()
            .zip(&expected)
            .fold(0.0f64, |m, (a, b)| m.max((a - b).abs()));
        checks.add(
            format!("largest difference with {block_samples} samples a block"),
            "of full scale",
            largest / full_scale,
            0.0,
            Tolerance::Absolute(1e-12, Reason::RoundOff),
        );
        checks.exact(
            format!("symbol errors with {block_samples} samples a block"),
            usize::try_from(counted(&other, 2)?.symbol_errors)?,
            usize::try_from(counted(&reference, 2)?.symbol_errors)?,
        );
    }
    checks.done()
}

fn seeds() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(SOURCE);
    let (first, again, other) = (
        values(&counter(|_| ())?)?,
        values(&counter(|_| ())?)?,
        values(&counter(|link| link.seed = 2)?)?,
    );
    let same = |a: &[f64], b: &[f64]| {
        a.iter()
            .zip(b)
            .filter(|(a, b)| a.to_bits() == b.to_bits())
            .count()
    };
    checks.exact(
        "values that repeat with the same seed",
        same(&first, &again),
        first.len(),
    );
    checks.exact(
        "values that repeat with another seed",
        same(&first, &other),
        0,
    );
    // The pattern is the same, the noise is not: differences have twice the variance of the noise.
    let mean = |x: &mut dyn Iterator<Item = f64>| x.sum::<f64>() / first.len() as f64;
    let difference = mean(&mut first.iter().zip(&other).map(|(a, b)| a - b));
    let variance = mean(&mut first.iter().zip(&other).map(|(a, b)| (a - b).powi(2)));
    let mut link = engines::pam4_53g_o_band();
    link.seed = 1;
    let decided = SemiAnalytic::new(&link)?
        .evaluate_with_loss(LOSS_DB)?
        .decided;
    let expected = decided.deviations.iter().map(|d| 2.0 * d * d).sum::<f64>()
        / decided.deviations.len() as f64;
    // Four standard errors of 20 000 draws, which the equaliser correlates over a few symbols.
    checks.add(
        "variance of the difference between two seeds over that of two noises",
        "",
        (variance - difference * difference) / expected,
        1.0,
        Tolerance::Absolute(0.06, Reason::Grid),
    );
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "same-counts/threads", threads),
        Case::new(AREA, "same-waveform/block-size", blocks),
        Case::new(AREA, "other-draws/seed", seeds),
    ]
}
