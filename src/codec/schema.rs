//! What a message says of itself, in the terms of Kafka's `common/message/*.json`, so that the
//! tests can hold each `message!` against Kafka's own.

use std::fmt;
use std::ops::{Bound, RangeBounds};

/// Versions from the first to the last; open at the top where Kafka writes `3+`, and empty where
/// it writes `none`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Versions {
    /// The first version.
    pub first: i16,
    /// The last version; [`i16::MAX`] for "and all later ones".
    pub last: i16,
}

impl Versions {
    /// No version at all.
    pub const NONE: Versions = Versions { first: 0, last: -1 };

    /// The versions of a Rust range (`3..`, `0..=4`).
    pub fn of(range: &impl RangeBounds<i16>) -> Versions {
        let first = match range.start_bound() {
            Bound::Included(first) => *first,
            Bound::Excluded(before) => before.saturating_add(1),
            Bound::Unbounded => 0,
        };
        let last = match range.end_bound() {
            Bound::Included(last) => *last,
            Bound::Excluded(after) => after.saturating_sub(1),
            Bound::Unbounded => i16::MAX,
        };
        Versions { first, last }
    }
}

impl fmt::Display for Versions {
    /// Kafka's spelling.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.first, self.last) {
            (first, last) if first > last => f.write_str("none"),
            (first, i16::MAX) => write!(f, "{first}+"),
            (first, last) if first == last => write!(f, "{first}"),
            (first, last) => write!(f, "{first}-{last}"),
        }
    }
}

/// One message: its name, versions and fields.
#[derive(Clone, Debug, PartialEq)]
pub struct Schema {
    /// Kafka's name, such as `MetadataRequest`.
    pub name: &'static str,
    /// The versions we serve.
    pub versions: Versions,
    /// The versions in the compact form with tagged fields (KIP-482).
    pub flexible: Versions,
    /// The fields in the order of the wire.
    pub fields: Vec<FieldSchema>,
}

/// One field of a message or of a part of it.
#[derive(Clone, Debug, PartialEq)]
pub struct FieldSchema {
    /// Kafka's name in snake case.
    pub name: &'static str,
    /// Its type.
    pub kind: Kind,
    /// The versions it stands in.
    pub versions: Versions,
    /// The versions in which it may be null.
    pub nullable: Versions,
    /// Its tag, where it is a tagged field.
    pub tag: Option<u32>,
    /// Whether it may be left out silently in a version that lacks it.
    pub ignorable: bool,
    /// Its default as text: `null`, a number, a boolean, or nothing for whatever is empty.
    pub default: String,
}

/// A field's type.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    /// A type without fields, by Kafka's name (`int32`, `string`, `records` …).
    Plain(&'static str),
    /// A part with fields of its own.
    Struct(&'static str, Vec<FieldSchema>),
    /// A list.
    Array(Box<Kind>),
}
