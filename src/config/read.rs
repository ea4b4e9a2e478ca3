//! Reading typed values out of a TOML table, collecting every mistake instead of stopping at one.

use super::error::{ConfigError, ConfigErrors, Problem};
use super::nearest::{key_help, list, word_help};
use super::range::Range;
use super::source::{Location, Source, Value};
use super::table::Table;
use std::sync::Arc;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// A type a key of a link file can have.
pub(crate) trait FromToml: Sized {
    /// What a user is told to write.
    const EXPECTED: &'static str;

    /// The words it accepts, where it is a choice of words.
    const CHOICES: &'static [&'static str] = &[];

    /// The value, where `value` is of this type.
    fn from_toml(value: &DeValue) -> Option<Self>;

    /// The numbers in it the key's range holds for.
    fn numbers(&self) -> Vec<f64> {
        Vec::new()
    }

    /// What is wrong with the value whatever the range of its key.
    fn fault(&self) -> Option<String> {
        None
    }
}

/// The number `value` is, whether written as an integer or not.
fn number(value: &DeValue) -> Option<f64> {
    match value {
        DeValue::Integer(integer) => {
            let digits = integer.as_str();
            i128::from_str_radix(digits, integer.radix())
                .map(|n| n as f64)
                .ok()
                .or_else(|| digits.parse().ok())
        }
        DeValue::Float(float) => float.as_str().parse().ok(),
        _ => None,
    }
}

impl FromToml for bool {
    const EXPECTED: &'static str = "true or false";

    fn from_toml(value: &DeValue) -> Option<Self> {
        value.as_bool()
    }
}

impl FromToml for f64 {
    const EXPECTED: &'static str = "a number";

    fn from_toml(value: &DeValue) -> Option<Self> {
        number(value)
    }

    fn numbers(&self) -> Vec<f64> {
        vec![*self]
    }
}

/// A whole number; `1e9` is one too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, schemars::JsonSchema)]
#[schemars(transparent, inline)]
pub struct Count(pub u64);

impl FromToml for Count {
    const EXPECTED: &'static str = "a whole number, zero or more";

    fn from_toml(value: &DeValue) -> Option<Self> {
        if let DeValue::Integer(integer) = value
            && let Ok(n) = u64::from_str_radix(integer.as_str(), integer.radix())
        {
            return Some(Self(n));
        }
        let n = number(value)?;
        // Above 2^53 a floating-point number no longer tells neighbouring integers apart.
        if n.fract() == 0.0 && (0.0..9_007_199_254_740_992.0).contains(&n) {
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
            return Some(Self(n as u64));
        }
        None
    }

    fn numbers(&self) -> Vec<f64> {
        vec![self.0 as f64]
    }
}

impl FromToml for String {
    const EXPECTED: &'static str = "a text in quotes";

    fn from_toml(value: &DeValue) -> Option<Self> {
        value.as_str().map(str::to_owned)
    }
}

impl FromToml for Vec<f64> {
    const EXPECTED: &'static str = "an array of numbers, such as [0.1, 0.9]";

    fn from_toml(value: &DeValue) -> Option<Self> {
        value
            .as_array()?
            .iter()
            .map(|item| number(item.get_ref()))
            .collect()
    }

    fn numbers(&self) -> Vec<f64> {
        self.clone()
    }
}

/// A measured curve: points of argument and value, the arguments rising.
#[derive(Debug, Clone, PartialEq, schemars::JsonSchema)]
#[schemars(transparent, inline)]
pub struct Points(pub Vec<[f64; 2]>);

impl FromToml for Points {
    const EXPECTED: &'static str = "an array of points, such as [[0.0, 1.0], [1.0, 3.0]]";

    fn from_toml(value: &DeValue) -> Option<Self> {
        let points: Option<Vec<[f64; 2]>> = value
            .as_array()?
            .iter()
            .map(|item| match Vec::<f64>::from_toml(item.get_ref())?[..] {
                [x, y] => Some([x, y]),
                _ => None,
            })
            .collect();
        points.map(Self)
    }

    fn numbers(&self) -> Vec<f64> {
        self.0.iter().map(|point| point[1]).collect()
    }

    fn fault(&self) -> Option<String> {
        if self.0.len() < 2 {
            return Some("a curve needs at least two points".to_owned());
        }
        if let Some(x) = self.0.iter().map(|point| point[0]).find(|x| !x.is_finite()) {
            return Some(format!("a curve cannot have a point at {x}"));
        }
        self.0
            .windows(2)
            .find_map(|pair| match pair {
                [[a, _], [b, _]] if a >= b => Some((*a, *b)),
                _ => None,
            })
            .map(|(a, b)| {
                format!("the first numbers of a curve's points must rise, and {b} follows {a}")
            })
    }
}

/// One number, or a measured curve.
#[derive(Debug, Clone, PartialEq, schemars::JsonSchema)]
#[schemars(untagged, inline)]
pub enum NumberOrPoints {
    /// The same everywhere.
    Number(f64),
    /// Points of argument and value, the arguments rising.
    Points(Points),
}

impl FromToml for NumberOrPoints {
    const EXPECTED: &'static str =
        "a number, or an array of points, such as [[1310.0, 0.33], [1550.0, 0.19]]";

    fn from_toml(value: &DeValue) -> Option<Self> {
        number(value)
            .map(Self::Number)
            .or_else(|| Points::from_toml(value).map(Self::Points))
    }

    fn numbers(&self) -> Vec<f64> {
        match self {
            Self::Number(x) => vec![*x],
            Self::Points(points) => points.numbers(),
        }
    }

    fn fault(&self) -> Option<String> {
        match self {
            Self::Number(_) => None,
            Self::Points(points) => points.fault(),
        }
    }
}

/// Reads the keys of one table and remembers which it was asked for.
pub(crate) struct Reader<'a> {
    pub source: &'a Arc<Source>,
    pub table: &'a DeTable<'a>,
    /// Where the table is, with a dot behind it: `stage.3.fiber.`; empty at the top.
    pub path: String,
    /// What the table is called in a message: "stage 3 (`fiber`)".
    pub place: String,
    pub errors: &'a mut ConfigErrors,
}

impl<'a> Reader<'a> {
    /// Where `key` and its value stand.
    pub fn location(&self, key: &str) -> Option<Location> {
        let (_, value) = self.table.get_key_value(key)?;
        Some(Location {
            source: Arc::clone(self.source),
            key: format!("{}{key}", self.path),
            span: value.span(),
        })
    }

    /// The value of `key` where it is given and right; otherwise the mistake is noted.
    pub fn value<T: FromToml>(&mut self, key: &str, range: Range) -> Option<Value<T>> {
        let at = self.location(key)?;
        let (_, written) = self.table.get_key_value(key)?;
        let Some(value) = T::from_toml(written.get_ref()) else {
            let error = self.wrong_type::<T>(key, written, &at);
            self.errors.push(error);
            return None;
        };
        let outside = value.numbers().into_iter().find(|x| !range.contains(*x));
        let problem = match (outside, value.fault()) {
            (Some(x), _) => Some((
                format!("`{key}` cannot be {x} in {}", self.place),
                format!("allowed: {range}"),
            )),
            (None, Some(fault)) => Some((
                format!("`{key}` cannot be used in {}: {fault}", self.place),
                format!("allowed: {}", T::EXPECTED),
            )),
            (None, None) => None,
        };
        if let Some((message, help)) = problem {
            self.errors
                .push(ConfigError::at(Problem::OutOfRange, &at, message).help(help));
            return None;
        }
        Some(Value { value, at })
    }

    fn wrong_type<T: FromToml>(
        &self,
        key: &str,
        written: &Spanned<DeValue>,
        at: &Location,
    ) -> ConfigError {
        let place = &self.place;
        if let (Some(word), false) = (written.get_ref().as_str(), T::CHOICES.is_empty()) {
            return ConfigError::at(
                Problem::UnknownChoice,
                at,
                format!("`{key}` cannot be \"{word}\" in {place}"),
            )
            .help(word_help(word, T::CHOICES));
        }
        let expected = if T::CHOICES.is_empty() {
            T::EXPECTED.to_owned()
        } else {
            format!("one of {}", list(T::CHOICES))
        };
        let found = match written.get_ref() {
            DeValue::String(text) => format!("the text \"{text}\""),
            DeValue::Integer(n) => format!("the number {n}"),
            DeValue::Float(x) => format!("the number {x}"),
            DeValue::Boolean(b) => format!("{b}"),
            DeValue::Datetime(_) => "a date".to_owned(),
            DeValue::Array(_) => "an array".to_owned(),
            DeValue::Table(_) => "a table".to_owned(),
        };
        let quoted_number = written
            .get_ref()
            .as_str()
            .is_some_and(|text| text.trim().parse::<f64>().is_ok());
        let help = if quoted_number {
            format!("allowed: {expected}, without quotes")
        } else {
            format!("allowed: {expected}")
        };
        ConfigError::at(
            Problem::WrongType,
            at,
            format!("`{key}` in {place} cannot be {found}"),
        )
        .help(help)
    }

    /// The table under `key`, read as a `T`; empty where it is absent.
    pub fn sub_table<T: Table>(&mut self, key: &str) -> T {
        let Some(table) = self.table_at(key) else {
            return T::default();
        };
        let path = format!("{}{key}", self.path);
        let mut reader = Reader {
            source: self.source,
            table,
            place: format!("[{path}]"),
            path: format!("{path}."),
            errors: self.errors,
        };
        T::read(&mut reader, |_| None)
    }

    /// The table under `key`; where something else stands there, that mistake is noted.
    pub fn table_at(&mut self, key: &str) -> Option<&'a DeTable<'a>> {
        let at = self.location(key)?;
        let (_, written) = self.table.get_key_value(key)?;
        if let DeValue::Table(table) = written.get_ref() {
            return Some(table);
        }
        let help = if written.get_ref().is_array() {
            format!("write [{}{key}] with one pair of brackets, once", self.path)
        } else {
            format!(
                "write [{}{key}] on a line of its own and its keys below",
                self.path
            )
        };
        let message = format!("`{key}` in {} must be a table", self.place);
        self.errors
            .push(ConfigError::at(Problem::WrongType, &at, message).help(help));
        None
    }

    /// Notes every key that is not in `known`. `elsewhere` may know the table a key belongs to.
    pub fn unknown_keys(&mut self, known: &[&str], elsewhere: impl Fn(&str) -> Option<String>) {
        for (key, _) in self.table {
            let name = key.get_ref().as_ref();
            if known.contains(&name) {
                continue;
            }
            let help = elsewhere(name).unwrap_or_else(|| key_help(name, known));
            let message = format!("unknown key `{name}` in {}", self.place);
            self.errors.push(
                ConfigError::spanning(
                    Problem::UnknownKey,
                    self.source,
                    key.span(),
                    &format!("{}{name}", self.path),
                    message,
                )
                .help(help),
            );
        }
    }
}
