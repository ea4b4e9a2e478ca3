//! One declaration a table: its keys with documentation, types and ranges, from which reading,
//! merging with a part, and the JSON schema follow.

use super::error::{ConfigError, ConfigErrors, Problem};
use super::nearest::list;
use super::range::Range;
use super::read::Reader;
use super::source::Location;

/// Ways of giving the same quantity that exclude each other; each is a set of keys.
pub(crate) type Alternatives = &'static [&'static [&'static str]];

/// A table of a link file or of a part.
pub(crate) trait Table: Default {
    /// Its keys with the range of each.
    const KEYS: &'static [(&'static str, Range)];
    /// Groups of alternatives among its keys.
    const ALTERNATIVES: &'static [Alternatives];
    /// Tables inside it.
    const SUB_TABLES: &'static [&'static str];

    /// Reads every key, without a check for unknown ones.
    fn read_keys(reader: &mut Reader) -> Self;
    /// Where the value of a key stands, where it is given.
    fn given(&self, key: &str) -> Option<&Location>;
    /// Forgets the value of a key.
    fn forget(&mut self, key: &str);
    /// Takes from `part` what is not given here.
    fn fill(&mut self, part: Self);

    /// The names of its keys and of the tables inside it.
    fn key_names() -> Vec<&'static str> {
        let keys = Self::KEYS.iter().map(|(key, _)| *key);
        keys.chain(Self::SUB_TABLES.iter().copied()).collect()
    }

    /// Reads the table; unknown keys, wrong values and conflicts are noted in the reader.
    fn read(reader: &mut Reader, elsewhere: impl Fn(&str) -> Option<String>) -> Self {
        let table = Self::read_keys(reader);
        reader.unknown_keys(&Self::key_names(), elsewhere);
        let place = reader.place.clone();
        table.note_conflicts(&place, reader.errors);
        table
    }

    /// Notes keys of more than one alternative of a group.
    fn note_conflicts(&self, place: &str, errors: &mut ConfigErrors) {
        for group in Self::ALTERNATIVES {
            let mut given = group
                .iter()
                .filter_map(|way| way.iter().find_map(|key| Some((*key, self.given(key)?))));
            let (Some((first, _)), Some((second, at))) = (given.next(), given.next()) else {
                continue;
            };
            let ways: Vec<String> = group.iter().map(|way| list(way)).collect();
            errors.push(
                ConfigError::at(
                    Problem::Conflict,
                    at,
                    format!("`{second}` and `{first}` exclude each other in {place}"),
                )
                .help(format!("allowed: either {}", ways.join(" or "))),
            );
        }
    }

    /// Fills up with a part's values; where the link chose one alternative of a group, the part's
    /// values of the others are left out.
    fn merge(&mut self, mut part: Self) {
        for group in Self::ALTERNATIVES {
            let chosen = group
                .iter()
                .position(|way| way.iter().any(|key| self.given(key).is_some()));
            if let Some(chosen) = chosen {
                for (i, way) in group.iter().enumerate() {
                    if i != chosen {
                        way.iter().for_each(|key| part.forget(key));
                    }
                }
            }
        }
        self.fill(part);
    }
}

/// What can stand under a key of a table besides a value.
pub(crate) trait SubTable: Sized {
    /// Reads what stands under `key`; empty where it is absent.
    fn read_under(key: &str, reader: &mut Reader) -> Self;
    /// Takes from `part` what is not given here.
    fn fill_up(&mut self, part: Self);
}

impl<T: Table> SubTable for T {
    fn read_under(key: &str, reader: &mut Reader) -> Self {
        reader.sub_table(key)
    }

    fn fill_up(&mut self, part: Self) {
        self.fill(part);
    }
}

/// Declares a table: `table! { /// doc \n Name, [alternatives], { /// doc \n key: Type, range; … } }`.
macro_rules! table {
    (
        $(#[$meta:meta])*
        $name:ident, [$($alternatives:expr),* $(,)?],
        { $( $(#[$key_meta:meta])* $key:ident : $type:ty, $range:expr; )* }
        $( with { $( $(#[$sub_meta:meta])* $sub:ident : $sub_type:ty; )* } )?
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Default, schemars::JsonSchema)]
        #[schemars(deny_unknown_fields)]
        pub struct $name {
            $( $(#[$key_meta])* pub $key: Option<$crate::config::source::Value<$type>>, )*
            $( $( $(#[$sub_meta])* #[schemars(default)] pub $sub: $sub_type, )* )?
        }

        impl $crate::config::table::Table for $name {
            const KEYS: &'static [(&'static str, $crate::config::range::Range)] =
                &[$( (stringify!($key), $range) ),*];
            const ALTERNATIVES: &'static [$crate::config::table::Alternatives] =
                &[$( $alternatives ),*];
            const SUB_TABLES: &'static [&'static str] = &[$( $( stringify!($sub) ),* )?];

            fn read_keys(reader: &mut $crate::config::read::Reader) -> Self {
                Self {
                    $( $key: reader.value(stringify!($key), $range), )*
                    $( $( $sub: $crate::config::table::SubTable::read_under(stringify!($sub), reader), )* )?
                }
            }

            fn given(&self, key: &str) -> Option<&$crate::config::source::Location> {
                match key {
                    $( stringify!($key) => self.$key.as_ref().map(|value| &value.at), )*
                    _ => None,
                }
            }

            fn forget(&mut self, key: &str) {
                match key {
                    $( stringify!($key) => self.$key = None, )*
                    _ => {}
                }
            }

            fn fill(&mut self, part: Self) {
                $( if self.$key.is_none() { self.$key = part.$key; } )*
                $( $( $crate::config::table::SubTable::fill_up(&mut self.$sub, part.$sub); )* )?
            }
        }
    };
}

/// Declares a choice of words: `choice! { /// doc \n Name { /// doc \n Variant = "word", … } }`.
macro_rules! choice {
    (
        $(#[$meta:meta])*
        $name:ident { $( $(#[$variant_meta:meta])* $variant:ident = $word:tt, )* }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, schemars::JsonSchema)]
        pub enum $name {
            $( $(#[$variant_meta])* #[schemars(rename = $word)] $variant, )*
        }

        impl $crate::config::read::FromToml for $name {
            const EXPECTED: &'static str = "a word in quotes";
            const CHOICES: &'static [&'static str] = &[$( $word ),*];

            fn from_toml(value: &toml::de::DeValue) -> Option<Self> {
                match value.as_str()? {
                    $( $word => Some(Self::$variant), )*
                    _ => None,
                }
            }
        }
    };
}

pub(crate) use {choice, table};
