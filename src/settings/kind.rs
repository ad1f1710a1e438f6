//! The types of settings and topic configs, and how a text becomes a value of one.
//!
//! Two readings: Kafka's own (`Kind::read`), which CreateTopics and the like hold to, and the
//! kinder one of files, environment and flags (`Kind::read_units`), which takes units too.
//!
//! Invariant: a [`Value`] that a reading returned lies within the range of its kind.

use super::Address;

/// What a plain number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// Just a number.
    Plain,
    /// Bytes.
    Bytes,
    /// Milliseconds.
    Ms,
    /// Seconds.
    Seconds,
    /// Minutes.
    Minutes,
    /// Hours.
    Hours,
    /// A duration whose text must name its unit, except for 0 and negative marks such as -1.
    Named,
}

impl Unit {
    /// Milliseconds in one of it; 1 where it does not count time.
    #[must_use]
    pub fn ms(self) -> i64 {
        match self {
            Unit::Plain | Unit::Bytes | Unit::Ms | Unit::Named => 1,
            Unit::Seconds => 1_000,
            Unit::Minutes => 60_000,
            Unit::Hours => 3_600_000,
        }
    }
}

/// Kafka's integer widths (`INT` and so on in DescribeConfigs).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// 16 bits.
    Short,
    /// 32 bits.
    Int,
    /// 64 bits.
    Long,
}

impl Width {
    fn range(self) -> (i64, i64) {
        match self {
            Width::Short => (i16::MIN.into(), i16::MAX.into()),
            Width::Int => (i32::MIN.into(), i32::MAX.into()),
            Width::Long => (i64::MIN, i64::MAX),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Width::Short => "SHORT",
            Width::Int => "INT",
            Width::Long => "LONG",
        }
    }
}

/// A type and its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Kind {
    /// `true` or `false`.
    Bool,
    /// A whole number; `unit` says what a plain one counts.
    Number {
        /// Kafka's width.
        width: Width,
        /// The least value.
        min: i64,
        /// The largest value.
        max: i64,
        /// `Plain`, `Bytes` or `Ms`.
        unit: Unit,
    },
    /// An INT in one of these ranges, ends included.
    Level(&'static [(i64, i64)]),
    /// A number with a fraction.
    Float {
        /// The least value.
        min: f64,
        /// The largest value.
        max: f64,
    },
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// A list, comma between, of these words.
    ListOf(&'static [&'static str]),
    /// Kafka's list of throttled replicas: empty, `*`, or `partition:broker,…`.
    Replicas,
    /// Any text.
    Text,
    /// `host:port`, or the word that stands for "none" where there is one.
    Address(Option<&'static str>),
}

/// A value within the range of its [`Kind`].
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Of [`Kind::Bool`].
    Bool(bool),
    /// Of [`Kind::Number`].
    Int(i64),
    /// Of [`Kind::Float`].
    Float(f64),
    /// Of every other kind, spaces around it removed.
    Text(String),
}

impl Value {
    /// The text that Kafka's tools see; a duration is counted in `unit`.
    #[must_use]
    pub fn kafka_text(&self, unit: Unit) -> String {
        match self {
            Value::Bool(on) => on.to_string(),
            Value::Int(n) if *n < 0 => n.to_string(),
            Value::Int(n) => (n / unit.ms()).to_string(),
            Value::Float(n) => format!("{n:?}"),
            Value::Text(text) => text.clone(),
        }
    }
}

/// Why a text is no value of a kind; the text reads as Kafka's messages do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum BadValue {
    /// It does not have the type.
    #[error("Not a number of type {0}")]
    NotANumber(&'static str),
    /// It is neither `true` nor `false`.
    #[error("Expected value to be either true or false")]
    NotABool,
    /// It is below the range.
    #[error("Value must be at least {0}")]
    TooSmall(String),
    /// It is above the range.
    #[error("Value must be no more than {0}")]
    TooLarge(String),
    /// It is none of the words allowed.
    #[error("String must be one of: {words}")]
    NotOneOf {
        /// The word that is not allowed; of a list only that word.
        word: String,
        /// Those that are.
        words: String,
    },
    /// A list has an empty word in it.
    #[error("Values must not be empty")]
    EmptyWord,
    /// It is not a list of throttled replicas.
    #[error(
        "must be the literal '*' or a list of replicas in the following format: \
         [partitionId]:[brokerId],[partitionId]:[brokerId],..."
    )]
    NotReplicas,
    /// It is no level of gzip.
    #[error("Value must be between 1 and 9 or equal to -1")]
    Level,
    /// A duration without a unit where one is needed.
    #[error("Write a unit with it, such as \"500ms\", \"30s\", \"5m\", \"12h\" or \"7d\"")]
    NoUnit,
    /// A unit that is not one.
    #[error("Units are {0}")]
    BadUnit(&'static str),
    /// Not an address.
    #[error(transparent)]
    Address(#[from] super::NotAnAddress),
}

/// A number of Kafka's INT.
pub const fn int(min: i64, max: i64) -> Kind {
    Kind::Number { width: Width::Int, min, max, unit: Unit::Plain }
}

/// A number of bytes; Kafka's LONG unless it fits INT by its range.
pub const fn bytes(width: Width, min: i64, max: i64) -> Kind {
    Kind::Number { width, min, max, unit: Unit::Bytes }
}

/// A number of milliseconds.
pub const fn millis(width: Width, min: i64, max: i64) -> Kind {
    Kind::Number { width, min, max, unit: Unit::Ms }
}

impl Kind {
    /// Kafka's number of the type, as DescribeConfigs v3 tells it.
    #[must_use]
    pub fn type_id(self) -> i8 {
        match self {
            Kind::Bool => 1,
            Kind::OneOf(_) | Kind::Text | Kind::Address(_) => 2,
            Kind::Number { width: Width::Int, .. } | Kind::Level(_) => 3,
            Kind::Number { width: Width::Short, .. } => 4,
            Kind::Number { width: Width::Long, .. } => 5,
            Kind::Float { .. } => 6,
            Kind::ListOf(_) | Kind::Replicas => 7,
        }
    }

    /// The largest number of the kind, where it is one.
    pub(super) fn largest(self) -> Option<i64> {
        match self {
            Kind::Number { max, .. } => Some(max),
            _ => None,
        }
    }

    /// Reads a text as Kafka does: numbers are plain, spaces around are dropped.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read(self, text: &str) -> Result<Value, BadValue> {
        let text = text.trim();
        match self {
            Kind::Number { width, .. } => match text.parse::<i64>() {
                Ok(n) if (width.range().0..=width.range().1).contains(&n) => self.within(n),
                _ => Err(BadValue::NotANumber(width.name())),
            },
            _ => self.read_word(text),
        }
    }

    /// Reads a text that may carry a unit (`64MiB`, `7d`) or say `1`, `yes`, `on` and the like for
    /// a switch; a plain number counts `plain`.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn read_units(self, text: &str, plain: Unit) -> Result<Value, BadValue> {
        let text = text.trim();
        match self {
            Kind::Number { unit, width, .. } => self.within(read_number(text, unit, plain, width)?),
            Kind::Bool if matches!(text, "1" | "yes" | "on") => Ok(Value::Bool(true)),
            Kind::Bool if matches!(text, "0" | "no" | "off") => Ok(Value::Bool(false)),
            _ => self.read_word(text),
        }
    }

    fn within(self, n: i64) -> Result<Value, BadValue> {
        match self {
            Kind::Number { min, .. } if n < min => Err(BadValue::TooSmall(min.to_string())),
            Kind::Number { max, .. } if n > max => Err(BadValue::TooLarge(max.to_string())),
            _ => Ok(Value::Int(n)),
        }
    }

    fn read_word(self, text: &str) -> Result<Value, BadValue> {
        let as_text = || Value::Text(text.to_owned());
        match self {
            Kind::Bool if text.eq_ignore_ascii_case("true") => Ok(Value::Bool(true)),
            Kind::Bool if text.eq_ignore_ascii_case("false") => Ok(Value::Bool(false)),
            Kind::Bool => Err(BadValue::NotABool),
            Kind::Float { min, max } => match text.parse::<f64>() {
                Ok(n) if n < min => Err(BadValue::TooSmall(min.to_string())),
                Ok(n) if n > max => Err(BadValue::TooLarge(max.to_string())),
                Ok(n) if n.is_finite() => Ok(Value::Float(n)),
                _ => Err(BadValue::NotANumber("DOUBLE")),
            },
            Kind::Level(ranges) => match text.parse::<i32>().map(i64::from) {
                Ok(n) if ranges.iter().any(|(a, b)| (*a..=*b).contains(&n)) => Ok(Value::Int(n)),
                Ok(_) => Err(BadValue::Level),
                Err(_) => Err(BadValue::NotANumber("INT")),
            },
            Kind::OneOf(words) if words.contains(&text) => Ok(as_text()),
            Kind::OneOf(words) => Err(not_one_of(text, words)),
            Kind::ListOf(words) => {
                let mut kept: Vec<&str> = Vec::new();
                for word in text.split(',').map(str::trim).filter(|_| !text.is_empty()) {
                    if word.is_empty() {
                        return Err(BadValue::EmptyWord);
                    } else if !words.contains(&word) {
                        return Err(not_one_of(word, words));
                    }
                    kept.push(word);
                }
                Ok(Value::Text(kept.join(",")))
            }
            Kind::Replicas if text.is_empty() || text == "*" => Ok(as_text()),
            Kind::Replicas => {
                let digits = |s: &str| !s.is_empty() && s.bytes().all(|b| b.is_ascii_digit());
                let pair =
                    |s: &str| s.trim().split_once(':').is_some_and(|(p, b)| digits(p) && digits(b));
                if text.split(',').all(pair) { Ok(as_text()) } else { Err(BadValue::NotReplicas) }
            }
            Kind::Address(Some(none)) if text == none => Ok(as_text()),
            Kind::Address(_) => Ok(Value::Text(text.parse::<Address>()?.to_string())),
            Kind::Text | Kind::Number { .. } => Ok(as_text()),
        }
    }
}

fn not_one_of(word: &str, words: &[&str]) -> BadValue {
    BadValue::NotOneOf { word: word.to_owned(), words: words.join(", ") }
}

const TIMES: &[(&str, i64)] = &[
    ("ms", 1),
    ("s", 1_000),
    ("m", 60_000),
    ("min", 60_000),
    ("h", 3_600_000),
    ("d", 86_400_000),
    ("w", 604_800_000),
];
const SIZES: &[(&str, i64)] = &[
    ("b", 1),
    ("k", 1 << 10),
    ("kib", 1 << 10),
    ("kb", 1_000),
    ("m", 1 << 20),
    ("mib", 1 << 20),
    ("mb", 1_000_000),
    ("g", 1 << 30),
    ("gib", 1 << 30),
    ("gb", 1_000_000_000),
    ("t", 1 << 40),
    ("tib", 1 << 40),
    ("tb", 1_000_000_000_000),
];

fn read_number(text: &str, unit: Unit, plain: Unit, width: Width) -> Result<i64, BadValue> {
    let not_a_number = BadValue::NotANumber(width.name());
    let digits_end = text
        .char_indices()
        .find(|(i, c)| !(c.is_ascii_digit() || *c == '_' || (*i == 0 && "+-".contains(*c))))
        .map_or(text.len(), |(i, _)| i);
    let (digits, suffix) = text.split_at(digits_end);
    let n: i64 = digits.replace('_', "").parse().map_err(|_| not_a_number.clone())?;
    let suffix = suffix.trim().to_ascii_lowercase();
    let factor = if suffix.is_empty() {
        match plain {
            Unit::Named if n > 0 => return Err(BadValue::NoUnit),
            // A mark such as -1 means the same in every unit.
            _ if n < 0 => 1,
            unit => unit.ms(),
        }
    } else {
        let (units, named) = match unit {
            Unit::Bytes => (SIZES, "B, KiB, MiB, GiB, TiB, kB, MB, GB and TB"),
            Unit::Plain => return Err(not_a_number),
            _ => (TIMES, "ms, s, m, h, d and w"),
        };
        let found = units.iter().find(|(name, _)| *name == suffix);
        found.ok_or(BadValue::BadUnit(named))?.1
    };
    n.checked_mul(factor).ok_or(not_a_number)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const MS: Kind = millis(Width::Long, -1, i64::MAX);
    const SIZE: Kind = bytes(Width::Long, 0, i64::MAX);

    #[test]
    fn numbers_carry_units() {
        let ms = |text: &str, plain| MS.read_units(text, plain);
        assert_eq!(ms("7d", Unit::Named), Ok(Value::Int(604_800_000)));
        assert_eq!(ms("500ms", Unit::Hours), Ok(Value::Int(500)));
        assert_eq!(ms("2 min", Unit::Hours), Ok(Value::Int(120_000)));
        assert_eq!(ms("168", Unit::Hours), Ok(Value::Int(604_800_000)));
        assert_eq!(ms("-1", Unit::Hours), Ok(Value::Int(-1)));
        assert_eq!(ms("0", Unit::Named), Ok(Value::Int(0)));
        assert_eq!(ms("5", Unit::Named), Err(BadValue::NoUnit));
        assert!(matches!(ms("5 parsecs", Unit::Ms), Err(BadValue::BadUnit(_))));
        assert_eq!(SIZE.read_units("64MiB", Unit::Bytes), Ok(Value::Int(64 << 20)));
        assert_eq!(SIZE.read_units("1_000", Unit::Bytes), Ok(Value::Int(1000)));
        assert_eq!(SIZE.read_units("9999999TiB", Unit::Bytes), Err(BadValue::NotANumber("LONG")));
    }

    #[test]
    fn kafka_s_reading_has_no_units_and_kafka_s_words_a4() {
        assert_eq!(MS.read("7d"), Err(BadValue::NotANumber("LONG")));
        assert_eq!(MS.read(" 5 "), Ok(Value::Int(5)));
        assert_eq!(MS.read("-2").unwrap_err().to_string(), "Value must be at least -1");
        assert_eq!(int(0, 9).read("3000000000"), Err(BadValue::NotANumber("INT")));
        assert_eq!(Kind::Bool.read("TRUE"), Ok(Value::Bool(true)));
        assert_eq!(Kind::Bool.read("1"), Err(BadValue::NotABool));
        let list = Kind::ListOf(&["compact", "delete"]);
        assert_eq!(list.read("compact, delete"), Ok(Value::Text("compact,delete".into())));
        assert_eq!(list.read(""), Ok(Value::Text(String::new())));
        assert!(list.read("compact,").is_err());
        assert!(Kind::Replicas.read("0:1,1:2").is_ok());
        assert!(Kind::Replicas.read("*").is_ok());
        assert!(Kind::Replicas.read("0:1,*").is_err());
        assert!(Kind::Float { min: 0.0, max: 1.0 }.read("NaN").is_err());
    }

    proptest! {
        #[test]
        fn no_text_makes_a_reading_panic(text in "\\PC{0,24}") {
            let address = Kind::Address(Some("off"));
            for kind in [MS, SIZE, Kind::Bool, Kind::Replicas, address, int(-5, 5)] {
                let _ = kind.read(&text);
                let _ = kind.read_units(&text, Unit::Named);
            }
        }

        #[test]
        fn a_number_is_read_back(n in any::<i64>()) {
            let kind = millis(Width::Long, i64::MIN, i64::MAX);
            prop_assert_eq!(kind.read(&n.to_string()), Ok(Value::Int(n)));
        }
    }
}
