//! Detection of sequences by maximum likelihood: counted errors against the union bound, in closed form and
//! by a script, and links against their own bound.

use super::checks::{Case, CaseError, Check, Checks, Reason, Tolerance};
use super::engines::{decided_near, pam4_53g_twinax};
use eyespan::equalizer::sequence::{SequenceDetector, SequenceScratch, error_events, union_bound};
use eyespan::format::Modulation;
use eyespan::link::Link;
use eyespan::link::monte_carlo::{MonteCarlo, Watch};
use eyespan::link::semi_analytic::SemiAnalytic;
use eyespan::math::clopper_pearson;
use eyespan::random::{Source, StreamKey};

const AREA: &str = "sequence detection";
const DERIVED: &str = "derive/error_events.py; Forney 1972, DOI 10.1109/TIT.1972.1054829";
const COUNTED: &str = "the other engine; interval of Clopper & Pearson, Biometrika 26, 404 (1934), DOI 10.1093/biomet/26.4.404";
const CONFIDENCE: f64 = 0.9997;
/// Symbols detected at a time.
const BLOCK: usize = 1 << 16;
/// Blocks counted.
const BLOCKS: u32 = if cfg!(debug_assertions) { 16 } else { 160 };

/// Response, deviation of the noise and the script's bound for levels from −1 to 1.
struct Channel {
    name: &'static str,
    response: &'static [f64],
    levels: usize,
    deviation: f64,
    bound: f64,
    /// The script's own counted error ratio where the bound is more than the error ratio by more than a
    /// counting error: of 1.3e8 symbols, one standard deviation 1.1 %.
    counted: Option<f64>,
}

const CHANNELS: [Channel; 5] = [
    Channel {
        name: "1 + D, two levels",
        response: &[1.0, 1.0],
        levels: 2,
        deviation: 0.36,
        bound: 1.710_464_059_001_375_3e-4,
        counted: None,
    },
    Channel {
        name: "1 + D, four levels",
        response: &[1.0, 1.0],
        levels: 4,
        deviation: 0.115,
        bound: 4.981_652_269_131_604e-4,
        counted: Some(4.488e-4),
    },
    Channel {
        name: "1 + 0.5 D, four levels",
        response: &[1.0, 0.5],
        levels: 4,
        deviation: 0.08,
        bound: 2.815_356_761_144_046e-6,
        counted: None,
    },
    Channel {
        name: "1 + 0.7 D − 0.2 D², four levels",
        response: &[1.0, 0.7, -0.2],
        levels: 4,
        deviation: 0.1,
        bound: 5.746_917_050_999_018e-5,
        counted: None,
    },
    Channel {
        name: "1 + 0.7 D − 0.2 D², two levels",
        response: &[1.0, 0.7, -0.2],
        levels: 2,
        deviation: 0.3,
        bound: 2.343_561_104_165_002e-5,
        counted: None,
    },
];

/// The bounds of the library against those of the script.
fn bounds() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for channel in &CHANNELS {
        let deviation = channel.deviation * 0.5 * (channel.levels - 1) as f64;
        let events = error_events(channel.response, channel.levels, deviation, 1e-9, 20_000);
        checks.add(
            format!("symbol error ratio, {}", channel.name),
            "",
            union_bound(&events, deviation),
            channel.bound,
            // The script drops events farther than its reach, and the closed form all but the nearest.
            Tolerance::Relative(1e-3, Reason::StatedBySource),
        );
    }
    checks.done()
}

/// Errors of the detector, counted, against the script's bounds.
fn counted() -> Result<Vec<Check>, CaseError> {
    let mut checks = Checks::from(DERIVED);
    for (k, channel) in (0u32..).zip(&CHANNELS) {
        let modulation = Modulation::pam(channel.levels, None)?;
        let detector = SequenceDetector::new(modulation.level_positions(), channel.response)?;
        let stream = |span: u32| {
            StreamKey {
                seed: 11,
                source: Source::Other(k),
                lane: 0,
                polarization: 0,
                span,
            }
            .stream()
        };
        let (mut scratch, mut found) = (SequenceScratch::default(), Vec::new());
        let memory = channel.response.len() - 1;
        let (mut errors, mut squares) = (0u64, 0u64);
        for block in 0..BLOCKS {
            let mut symbols = vec![0u8; BLOCK + memory];
            let levels = u8::try_from(channel.levels).unwrap_or(2);
            stream(2 * block).fill_symbols(0, levels, &mut symbols);
            let mut received = vec![0.0; BLOCK];
            stream(2 * block + 1).fill_gaussian(0, &mut received);
            for (n, z) in received.iter_mut().enumerate() {
                *z *= channel.deviation;
                for (k, h) in channel.response.iter().enumerate() {
                    let symbol = symbols[n + memory - k];
                    *z += h * modulation.level_positions()[usize::from(symbol)];
                }
            }
            detector.detect(
                &received,
                Some(&symbols[..memory]),
                &mut scratch,
                &mut found,
            )?;
            let (mut burst, mut last) = (0u64, 0);
            for (n, (a, b)) in symbols[memory..].iter().zip(&found).enumerate() {
                if a != b {
                    if burst > 0 && n - last > 4 {
                        squares += burst * burst;
                        burst = 0;
                    }
                    burst += 1;
                    last = n;
                    errors += 1;
                }
            }
            squares += burst * burst;
        }
        let total = u64::from(BLOCKS) * BLOCK as u64;
        // Bursts count as one error each.
        let clustering = squares.max(1) as f64 / errors.max(1) as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let independent = |count: u64| (count as f64 / clustering).round() as u64;
        let (low, high) = clopper_pearson(independent(errors), independent(total), CONFIDENCE);
        checks.add(
            format!("symbol error ratio, {}: {errors} wrong", channel.name),
            "",
            errors as f64 / total as f64,
            channel.counted.unwrap_or(channel.bound),
            Tolerance::Counted { low, high },
        );
        if channel.counted.is_some() {
            // Events of four levels behind 1 + D share their first symbols and happen together: the sum of their
            // probabilities is a bound only.
            checks.add(
                format!(
                    "lower end of the interval, {}: {errors} wrong",
                    channel.name
                ),
                "",
                low,
                channel.bound,
                Tolerance::AtMost,
            );
        }
    }
    checks.done()
}

/// A link whose union bound is solved for, and counted.
fn link(memory: usize) -> Result<Vec<Check>, CaseError> {
    let mut link: Link = pam4_53g_twinax()?;
    link.equalizer.decision_feedback_taps = memory;
    link.equalizer.sequence_detection = true;
    link.engine.monte_carlo.maximum_symbols = if cfg!(debug_assertions) {
        1 << 20
    } else {
        10_000_000
    };
    let modulation = link.signal.modulation.clone();
    let mut engine = SemiAnalytic::new(&link)?;
    let mut checks = Checks::from(COUNTED);
    for level in [1e-3f64, 3e-5] {
        let decided = decided_near(&mut engine, level)?;
        let symbols = engine.propagation().symbols().len();
        link.engine.monte_carlo.relative_error = 0.1;
        let counter = MonteCarlo::new(&link, engine.plan(), &decided.rule, symbols)?;
        let counts = counter.run(&Watch::default())?;
        let (low, high) = counts.bit_error_interval(CONFIDENCE, &modulation);
        if level < 1e-4 {
            checks.add(
                format!(
                    "bit error ratio near {level:e}: {} wrong",
                    counts.symbol_errors
                ),
                "",
                counts.bit_error_ratio(&modulation),
                decided.errors.bit,
                Tolerance::Counted { low, high },
            );
        } else {
            checks.add(
                format!("lower end of the interval of the bit error ratio near {level:e}"),
                "",
                low,
                decided.errors.bit,
                Tolerance::AtMost,
            );
        }
    }
    checks.done()
}

/// Cases of this area.
pub fn cases() -> Vec<Case> {
    vec![
        Case::new(AREA, "union-bound/by-script", bounds),
        Case::new(AREA, "union-bound/counted", counted),
        Case::new(AREA, "links/memory-1", || link(1)),
        Case::new(AREA, "links/memory-2", || link(2)),
    ]
}
