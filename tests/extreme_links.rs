//! Links of extreme but permitted numbers, with stages dropped, doubled and in any order, from the
//! text to the eye: each is computed or refused with words, and never breaks the program.
//!
//! `EYESPAN_FUZZ_SECONDS` makes the test longer, `EYESPAN_FUZZ_SEED` begins elsewhere.

use eyespan::config::{LinkFile, link_schema};
use eyespan::library::Library;
use eyespan::link::monte_carlo::Watch;
use eyespan::study::simulate;
use serde_json::Value as Json;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use toml::{Table, Value};

const LINKS: [&str; 15] = [
    include_str!("data/optical.toml"),
    include_str!("data/copper.toml"),
    include_str!("data/multimode.toml"),
    include_str!("../examples/links/100gbase-sr1-om4.toml"),
    include_str!("../examples/links/25g-nrz-1550nm.toml"),
    include_str!("../examples/links/400gbase-dr4.toml"),
    include_str!("../examples/links/twinax-26awg-1m-106gbd.toml"),
    include_str!("../examples/links/twinax-26awg-2m-53gbd.toml"),
    include_str!("../examples/links/100gbase-lr4-lane-with-reflections.toml"),
    include_str!("../examples/links/200gaui-1-c2m-class.toml"),
    include_str!("../examples/links/400gbase-dr4-hosts-and-modules.toml"),
    include_str!("../examples/links/adc-200g-30awg-0.5m.toml"),
    include_str!("../examples/links/dac-50g-28awg-3m.toml"),
    include_str!("../examples/links/linear-active-cable-30awg-3m-53gbd.toml"),
    include_str!("../examples/links/lpo-dr-53gbd.toml"),
];

/// Links at the head of the list that are computed in a moment; the others are taken once in eight times.
const QUICK: usize = 8;

/// Short patterns: what is looked for does not depend on their length.
const PATTERNS: [&str; 3] = ["prbs7", "prbs9", "debruijn4"];

/// Factors on a number that is there.
const FACTORS: [f64; 10] = [0.0, -1.0, 1e-9, 1e-3, 0.1, 0.5, 2.0, 10.0, 1e3, 1e9];

/// Numbers put where another was.
const NUMBERS: [f64; 10] = [
    0.0,
    -0.0,
    1.0,
    -1.0,
    5e-324,
    1e-300,
    1e300,
    f64::INFINITY,
    f64::NAN,
    1e-12,
];

/// Knuth's 64-bit linear congruential generator (MMIX) is enough to pick places.
struct Choice(u64);

impl Choice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit.max(1)
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len())]
    }
}

/// What the schema of link files and the library offer to choose from.
struct Offer {
    schema: Json,
    parts: Vec<String>,
}

impl Offer {
    /// The definition that a table of the link file follows: `StageTable` names the stages' own.
    fn definition(&self, table: &str) -> Option<&Json> {
        let stages = self.schema.pointer("/$defs/StageTable/oneOf")?.as_array()?;
        let stage = stages
            .iter()
            .find_map(|stage| stage.pointer(&format!("/properties/{table}/$ref")));
        let link = self
            .schema
            .pointer(&format!("/properties/{table}/$ref"))
            .or_else(|| {
                self.schema
                    .pointer(&format!("/$defs/EngineTable/properties/{table}/$ref"))
            });
        self.schema
            .pointer(stage.or(link)?.as_str()?.strip_prefix('#')?)
    }

    /// A value that the schema allows for a key, at the ends of its range or between them.
    fn value(&self, key: &str, property: &Json, choice: &mut Choice) -> Option<Value> {
        if key == "model" {
            return Some(Value::String(choice.of(&self.parts).clone()));
        }
        if let Some(reference) = property.get("$ref").and_then(Json::as_str) {
            let words = self.schema.pointer(reference.strip_prefix('#')?)?;
            let word = choice.of(words.get("oneOf")?.as_array()?).get("const")?;
            return Some(Value::String(word.as_str()?.to_owned()));
        }
        let low = bound(property, ["minimum", "exclusiveMinimum"]).unwrap_or(-1e3);
        let high = bound(property, ["maximum", "exclusiveMaximum"]).unwrap_or(1e3);
        let number = match choice.below(6) {
            0 => low,
            1 => high,
            2 if property.get("exclusiveMinimum").is_some() => low.next_up(),
            3 if low >= 0.0 => (low.max(1e-6) * high).sqrt(),
            // Two thirds of the choices of an engineer lie within some decades of one.
            _ => *choice.of(&[0.0, 0.01, 0.1, 0.5, 1.0, 2.0, 3.0, 10.0, 30.0, 100.0]),
        };
        match property.get("type").and_then(Json::as_str) {
            Some("integer") => Some(integer(number)),
            Some("number") => Some(Value::Float(number)),
            Some("array") => {
                let count = choice.below(4);
                Some(Value::Array(
                    (0..count)
                        .map(|_| Value::Float(*choice.of(&[-1.0, -0.5, 0.0, 0.3, 1.0, 1e9])))
                        .collect(),
                ))
            }
            _ => None,
        }
    }
}

fn bound(property: &Json, keys: [&str; 2]) -> Option<f64> {
    keys.iter().find_map(|key| property.get(*key)?.as_f64())
}

#[allow(clippy::cast_possible_truncation)]
fn integer(number: f64) -> Value {
    Value::Integer(number as i64)
}

/// Every table of the file, with its name.
fn tables<'a>(link: &'a mut Table) -> Vec<(String, &'a mut Table)> {
    let mut found: Vec<(String, &'a mut Table)> = Vec::new();
    for (name, value) in link.iter_mut() {
        match value {
            Value::Table(table) => found.push((name.clone(), table)),
            Value::Array(stages) => {
                for stage in stages.iter_mut().filter_map(Value::as_table_mut) {
                    found.extend(
                        stage.iter_mut().filter_map(|(kind, table)| {
                            Some((kind.clone(), table.as_table_mut()?))
                        }),
                    );
                }
            }
            _ => {}
        }
    }
    found
}

fn mutate(link: &mut Table, offer: &Offer, choice: &mut Choice) {
    let what = choice.below(10);
    if what == 0 {
        if let Some(Value::Array(stages)) = link.get_mut("stage") {
            let (a, b) = (choice.below(stages.len()), choice.below(stages.len()));
            match choice.below(3) {
                0 => stages.swap(a, b),
                1 if stages.len() > 1 => {
                    stages.remove(a);
                }
                _ => {
                    let copy = stages[a].clone();
                    stages.insert(b, copy);
                }
            }
        }
        return;
    }
    if what == 1 {
        for section in ["equalizer", "sampler", "engine", "target", "fec"] {
            link.entry(section).or_insert_with(|| Table::new().into());
        }
    }
    let mut tables = tables(link);
    let index = choice.below(tables.len());
    let Some((name, table)) = tables.get_mut(index) else {
        return;
    };
    let keys: Vec<String> = table.keys().cloned().collect();
    let key = if keys.is_empty() {
        String::new()
    } else {
        choice.of(&keys).clone()
    };
    match what {
        2 => {
            table.remove(&key);
        }
        3 => {
            if let Some(value) = table.get_mut(&key) {
                *value = Value::Float(*choice.of(&NUMBERS));
            }
        }
        4 | 5 => {
            let factor = *choice.of(&FACTORS);
            match table.get_mut(&key) {
                Some(Value::Float(x)) => *x *= factor,
                #[allow(clippy::cast_precision_loss)]
                Some(value @ Value::Integer(_)) => {
                    *value = integer(value.as_integer().unwrap_or(0) as f64 * factor);
                }
                _ => {}
            }
        }
        _ => {
            let Some(properties) = offer
                .definition(name)
                .and_then(|d| d.get("properties")?.as_object())
            else {
                return;
            };
            let names: Vec<&String> = properties.keys().collect();
            let key = *choice.of(&names);
            if let Some(value) = offer.value(key, &properties[key], choice) {
                table.insert(key.clone(), value);
            }
        }
    }
}

/// Bounds on what a link may cost, not on what it may be.
fn make_small(link: &mut Table, choice: &mut Choice) {
    if let Some(Value::Table(signal)) = link.get_mut("signal") {
        let pattern = Value::String((*choice.of(&PATTERNS)).to_owned());
        signal.insert("pattern".to_owned(), pattern);
    }
    let engine = link
        .entry("engine")
        .or_insert_with(|| Table::new().into())
        .as_table_mut();
    if let Some(engine) = engine {
        let counting = engine
            .entry("monte_carlo")
            .or_insert_with(|| Table::new().into());
        if let Some(counting) = counting.as_table_mut() {
            counting.insert("maximum_symbols".to_owned(), Value::Integer(1500));
        }
        at_most(engine, "samples_per_symbol", 32);
    }
    if let Some(Value::Table(equalizer)) = link.get_mut("equalizer") {
        // The cost of an equaliser grows with the cube of its length.
        at_most(equalizer, "feed_forward_taps", 40);
        at_most(equalizer, "decision_feedback_taps", 40);
        at_most(equalizer, "training_symbols", 20_000);
    }
}

fn at_most(table: &mut Table, key: &str, largest: i64) {
    if table.get(key).and_then(Value::as_integer) > Some(largest) {
        table.insert(key.to_owned(), Value::Integer(largest));
    }
}

/// What became of a link.
#[derive(Debug, PartialEq)]
enum Outcome {
    Misread,
    Refused(String),
    Computed,
}

fn attempt(text: &str, library: &Library) -> Outcome {
    let Ok(link) = LinkFile::parse(text, "link.toml", &[]).and_then(|file| file.resolve(library))
    else {
        return Outcome::Misread;
    };
    match simulate(&link, &Watch::default()) {
        Err(error) => Outcome::Refused(error.to_string()),
        Ok(simulation) => {
            let result = &simulation.result;
            if let Some(ber) = result.ber.pre_fec {
                assert!((0.0..=1.0).contains(&ber), "an error ratio of {ber}");
            }
            if let Some([low, high]) = result.ber.interval_95 {
                assert!(0.0 <= low && low <= high, "an interval of {low} to {high}");
            }
            let share: f64 = result.noise.iter().map(|noise| noise.share).sum();
            assert!(!share.is_nan(), "shares of the noise: {:?}", result.noise);
            assert!(
                result.snr_db.is_finite(),
                "a signal-to-noise ratio of {}",
                result.snr_db
            );
            assert!(
                result.margin_db.is_none_or(|margin| !margin.is_nan()),
                "no margin"
            );
            // It may be too faint or too large to draw, which has words as well.
            let _ = simulation.eye.density(64, 48);
            Outcome::Computed
        }
    }
}

/// The link at work and when it was begun, for [`watch`].
type AtWork = Arc<Mutex<Option<(Instant, String)>>>;

/// Longest time a link may take: these are short patterns.
const LONGEST: Duration = Duration::from_secs(120);

/// Ends the test where a link takes too long, and shows it.
fn watch(at_work: &AtWork) {
    let at_work = Arc::clone(at_work);
    std::thread::spawn(move || {
        loop {
            std::thread::sleep(Duration::from_millis(500));
            if let Some((begin, text)) = at_work.lock().expect("no panic").as_ref()
                && begin.elapsed() > LONGEST
            {
                eprintln!("this link takes longer than {LONGEST:?}:\n{text}");
                std::process::exit(101);
            }
        }
    });
}

#[test]
fn links_of_extreme_numbers_are_computed_or_refused() {
    let number = |name: &str| std::env::var(name).ok()?.parse::<u64>().ok();
    let time = Duration::from_secs(number("EYESPAN_FUZZ_SECONDS").unwrap_or(4));
    let mut choice = Choice(number("EYESPAN_FUZZ_SEED").unwrap_or(1));
    let library = Library::built_in().expect("the parts");
    let offer = Offer {
        schema: link_schema(),
        parts: library
            .list()
            .iter()
            .map(|part| part.name.clone())
            .collect(),
    };
    let links: Vec<Table> = LINKS
        .iter()
        .map(|text| text.parse().expect("TOML"))
        .collect();
    let at_work = AtWork::default();
    watch(&at_work);
    let start = Instant::now();
    let (mut misread, mut refused, mut computed) = (0, 0, 0);
    let mut slowest = (Duration::ZERO, String::new());
    while start.elapsed() < time {
        let all = if choice.below(8) == 0 {
            links.len()
        } else {
            QUICK
        };
        let mut link = choice.of(&links[..all]).clone();
        for _ in 0..=choice.below(4) {
            mutate(&mut link, &offer, &mut choice);
        }
        make_small(&mut link, &mut choice);
        let text = toml::to_string(&link).expect("a table can be written");
        let begin = Instant::now();
        *at_work.lock().expect("no panic") = Some((begin, text.clone()));
        match catch_unwind(AssertUnwindSafe(|| attempt(&text, &library))) {
            Ok(Outcome::Misread) => misread += 1,
            Ok(Outcome::Refused(words)) => {
                assert!(!words.is_empty(), "refused without words:\n{text}");
                refused += 1;
            }
            Ok(Outcome::Computed) => computed += 1,
            Err(panic) => {
                eprintln!("the program broke on this link:\n{text}");
                resume_unwind(panic);
            }
        }
        if begin.elapsed() > slowest.0 {
            slowest = (begin.elapsed(), text);
        }
    }
    *at_work.lock().expect("no panic") = None;
    println!(
        "{computed} computed, {refused} refused by the engines, {misread} by the reader; the slowest \
         took {:.1} s:\n{}",
        slowest.0.as_secs_f64(),
        slowest.1
    );
    assert!(computed > 0 && misread > 0, "the links are not varied");
}
