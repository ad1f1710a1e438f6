//! Random messages as bytes, straight from a schema.
//!
//! The schema is Kafka's (`schemas.rs` sees to it), so these are bytes that Kafka would write: in
//! canonical form, with tagged fields only where they differ from their default.

use ottla::codec::{FieldSchema, Kind, Schema, Versions};

use crate::dice::Dice;

/// A random message of `schema` in `version`.
pub fn sample(schema: &Schema, version: i16, dice: &mut Dice) -> Vec<u8> {
    let flexible = contains(schema.flexible, version);
    let mut sample = Sample { bytes: Vec::new(), version, flexible, dice };
    sample.fields(&schema.fields);
    sample.bytes
}

/// Whether a version is one of several.
pub fn contains(versions: Versions, version: i16) -> bool {
    (versions.first..=versions.last).contains(&version)
}

struct Sample<'a> {
    bytes: Vec<u8>,
    version: i16,
    flexible: bool,
    dice: &'a mut Dice,
}

impl Sample<'_> {
    fn fields(&mut self, fields: &[FieldSchema]) {
        let present = |field: &&FieldSchema| contains(field.versions, self.version);
        let present: Vec<_> = fields.iter().filter(present).collect();
        for field in present.iter().filter(|field| field.tag.is_none()) {
            self.value(&field.kind, contains(field.nullable, self.version));
        }
        if !self.flexible {
            return;
        }
        let tagged: Vec<_> = present.iter().filter_map(|field| self.tagged(field)).collect();
        self.varint(tagged.len() as u32);
        for (tag, value) in tagged {
            self.varint(tag);
            self.varint(value.len() as u32);
            self.bytes.extend(value);
        }
    }

    /// A tagged field's value, unless it is left out.
    fn tagged(&mut self, field: &FieldSchema) -> Option<(u32, Vec<u8>)> {
        let tag = field.tag?;
        let written = std::mem::take(&mut self.bytes);
        self.value(&field.kind, contains(field.nullable, self.version));
        let value = std::mem::replace(&mut self.bytes, written);
        let default = default_bytes(field);
        (value != default && !self.dice.once_in(3)).then_some((tag, value))
    }

    fn value(&mut self, kind: &Kind, nullable: bool) {
        let null = nullable && self.dice.once_in(4);
        match kind {
            Kind::Struct(_, fields) => {
                if nullable {
                    self.bytes.push(if null { 0xff } else { 1 });
                }
                if !null {
                    self.fields(fields);
                }
            }
            Kind::Array(item) => {
                let count = (!null).then(|| self.dice.below(4));
                self.count(count);
                (0..count.unwrap_or(0)).for_each(|_| self.value(item, false));
            }
            Kind::Plain("string") => {
                let text =
                    (!null).then(|| format!("{:x}é", self.dice.next() >> self.dice.below(64)));
                self.text_length(text.as_ref().map(String::len));
                self.bytes.extend(text.unwrap_or_default().bytes());
            }
            Kind::Plain("bytes" | "records") => {
                let length = (!null).then(|| self.dice.below(20));
                self.count(length);
                let bytes = self.dice.bytes(length.unwrap_or(0));
                self.bytes.extend(bytes);
            }
            Kind::Plain("bool") => self.bytes.push(self.dice.below(2) as u8),
            Kind::Plain(name) => {
                let bytes = self.dice.bytes(fixed_size(name));
                self.bytes.extend(bytes);
            }
        }
    }

    fn text_length(&mut self, length: Option<usize>) {
        if self.flexible {
            return self.count(length);
        }
        self.bytes.extend(length.map_or(-1, |length| length as i16).to_be_bytes());
    }

    fn count(&mut self, count: Option<usize>) {
        if self.flexible {
            return self.varint(count.map_or(0, |count| count as u32 + 1));
        }
        self.bytes.extend(count.map_or(-1, |count| count as i32).to_be_bytes());
    }

    fn varint(&mut self, mut value: u32) {
        while value > 0x7f {
            self.bytes.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.bytes.push(value as u8);
    }
}

fn fixed_size(name: &str) -> usize {
    match name {
        "int8" => 1,
        "int16" | "uint16" => 2,
        "int32" | "uint32" => 4,
        "int64" | "float64" => 8,
        "uuid" => 16,
        _ => panic!("no size is known for {name}"),
    }
}

/// The bytes of a tagged field's default, which the canonical form leaves out. Tagged fields are
/// flexible, so lengths are compact.
fn default_bytes(field: &FieldSchema) -> Vec<u8> {
    let number = || field.default.parse::<i64>().unwrap_or(0).to_be_bytes();
    match &field.kind {
        Kind::Plain("string" | "bytes") | Kind::Array(_) if field.default == "null" => vec![0],
        Kind::Plain("string" | "bytes") | Kind::Array(_) => vec![1],
        Kind::Plain("bool") => vec![u8::from(field.default == "true")],
        Kind::Plain("uuid") => vec![0; 16],
        Kind::Plain(name) => number()[8 - fixed_size(name)..].to_vec(),
        Kind::Struct(_, fields) => {
            let inner = fields.iter().flat_map(default_bytes).chain([0]);
            inner.collect() // no tagged struct has tagged or nullable fields of its own
        }
    }
}
