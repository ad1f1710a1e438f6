//! Each `message!` against Kafka's own schema: names, types, versions, nullability, tags, defaults
//! and what may be ignored. Bytes alone would not see two neighbours of one type swapped.

use std::fs;
use std::path::Path;

use ottla::codec::{FieldSchema, Kind, Schema, Versions};
use ottla::wire::ApiKey;
use serde_json::Value;

use crate::maven;

const KAFKA: &str = "4.3.1";

#[test]
fn every_api_is_kafkas() {
    let folder = folder("kafka-clients");
    for key in ApiKey::ALL {
        let schemas = key.schemas();
        for schema in &schemas {
            assert_eq!(json(&folder, schema.name)["apiKey"], *key as i16, "{}", schema.name);
        }
        check(&folder, &schemas);
    }
}

/// The schemas inside one of Kafka's artifacts.
pub fn folder(artifact: &str) -> std::path::PathBuf {
    let artifact = format!("org.apache.kafka:{artifact}:{KAFKA}");
    maven::unpack(&artifact, "common/message/*.json").join("common/message")
}

/// Holds each schema against the file of its name below `folder`.
pub fn check(folder: &Path, schemas: &[Schema]) {
    for schema in schemas {
        let theirs = json(folder, schema.name);
        assert_eq!(theirs["name"], schema.name);
        assert_eq!(
            schema.versions.to_string(),
            stable_versions(folder, &theirs).to_string(),
            "versions of {}",
            schema.name
        );
        assert_eq!(
            schema.flexible.to_string(),
            text(&theirs["flexibleVersions"]),
            "{}",
            schema.name
        );
        let (mut our_lines, mut their_lines) = (vec![], vec![]);
        describe_ours("", &schema.fields, &mut our_lines);
        describe_theirs("", &theirs, &theirs["fields"], &mut their_lines);
        assert!(!their_lines.is_empty() || schema.fields.is_empty());
        for (ours, theirs) in our_lines.iter().zip(&their_lines) {
            assert_eq!(ours, theirs, "a field of {}", schema.name);
        }
        assert_eq!(our_lines.len(), their_lines.len(), "fields of {}", schema.name);
    }
}

/// All versions that Kafka says are valid, without a last one that it calls unstable: such a
/// version is neither advertised nor accepted (protocol.md 1.2). A response is as its request.
fn stable_versions(folder: &Path, message: &Value) -> Versions {
    let mut versions = versions(text(&message["validVersions"]));
    let request = text(&message["name"]).replace("Response", "Request");
    if json(folder, &request)["latestVersionUnstable"] == true {
        versions.last -= 1;
    }
    versions
}

fn describe_ours(path: &str, fields: &[FieldSchema], lines: &mut Vec<String>) {
    let tags: Vec<_> = fields.iter().filter_map(|field| field.tag).collect();
    assert!(tags.is_sorted(), "tags of {path} stand in their order, which is that of the wire");
    for field in fields {
        let path = format!("{path}/{}", field.name.trim_start_matches("r#"));
        let (kind, inner) = our_kind(&field.kind);
        let tag = field.tag.map(|tag| tag.to_string());
        lines.push(line(
            &path,
            &kind,
            &field.versions.to_string(),
            &field.nullable.to_string(),
            tag.as_deref().unwrap_or("none"),
            &field.default,
            field.ignorable,
        ));
        describe_ours(&path, inner, lines);
    }
}

fn our_kind(kind: &Kind) -> (String, &[FieldSchema]) {
    match kind {
        Kind::Plain(name) => (String::from(*name), &[]),
        Kind::Struct(_, fields) => (String::from("struct"), fields),
        Kind::Array(item) => {
            let (name, fields) = our_kind(item);
            (format!("[]{name}"), fields)
        }
    }
}

fn describe_theirs(path: &str, message: &Value, fields: &Value, lines: &mut Vec<String>) {
    for field in fields.as_array().into_iter().flatten() {
        let path = format!("{path}/{}", snake_case(text(&field["name"])));
        let tagged = &field["taggedVersions"];
        assert!(
            tagged.is_null() || *tagged == field["versions"],
            "{path} is tagged in some versions"
        );
        assert!(field["flexibleVersions"].is_null(), "{path} has flexible versions of its own");
        let (kind, inner) = their_kind(message, field);
        let spelled = |value: &Value| match value {
            Value::Null => String::from("none"),
            value => versions(text(value)).to_string(),
        };
        lines.push(line(
            &path,
            &kind,
            &spelled(&field["versions"]),
            &spelled(&field["nullableVersions"]),
            &field["tag"].as_u64().map_or(String::from("none"), |tag| tag.to_string()),
            &their_default(&kind, &field["default"]),
            matches!(&field["ignorable"], Value::Bool(true)) || field["ignorable"] == "true",
        ));
        describe_theirs(&path, message, inner, lines);
    }
}

fn line(
    path: &str,
    kind: &str,
    versions: &str,
    nullable: &str,
    tag: &str,
    default: &str,
    ignorable: bool,
) -> String {
    format!(
        "{path}: {kind}, versions {versions}, null {nullable}, tag {tag}, default '{default}', \
         ignorable {ignorable}"
    )
}

fn their_kind<'a>(message: &'a Value, field: &'a Value) -> (String, &'a Value) {
    let name = text(&field["type"]);
    let item = name.trim_start_matches("[]");
    let array = &name[..name.len() - item.len()];
    if !item.starts_with(char::is_uppercase) {
        return (String::from(name), &Value::Null);
    }
    let shared = message["commonStructs"].as_array().into_iter().flatten();
    let fields = match &field["fields"] {
        Value::Null => &shared.into_iter().find(|one| one["name"] == item).expect(item)["fields"],
        own => own,
    };
    (format!("{array}struct"), fields)
}

/// Defaults stand as texts, numbers (decimal or not) or booleans, or not at all.
fn their_default(kind: &str, default: &Value) -> String {
    let given = match default {
        Value::Null => "",
        Value::String(given) => given.trim(),
        other => return other.to_string(),
    };
    match (kind, given) {
        ("records", _) => String::new(), // always null; ours has no other
        ("bool", "") => String::from("false"),
        ("uuid", "") => ottla::base::Uuid::ZERO.to_string(),
        ("int8" | "int16" | "int32" | "int64" | "uint16" | "uint32" | "float64", "") => "0".into(),
        (_, given) => match given.strip_prefix("0x") {
            Some(digits) => i64::from_str_radix(digits, 16).expect("a number").to_string(),
            None => String::from(given),
        },
    }
}

fn versions(spelled: &str) -> Versions {
    let number = |text: &str| text.parse::<i16>().expect("a version");
    match (spelled, spelled.strip_suffix('+'), spelled.split_once('-')) {
        ("none", _, _) => Versions::NONE,
        (_, Some(first), _) => Versions::of(&(number(first)..)),
        (_, _, Some((first, last))) => Versions::of(&(number(first)..=number(last))),
        (only, _, _) => Versions::of(&(number(only)..=number(only))),
    }
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// `GroupInstanceId` and `groupInstanceId` as `group_instance_id`, `NumISRNodes` as
/// `num_isr_nodes`.
fn snake_case(name: &str) -> String {
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, letter) in letters.iter().enumerate() {
        let previous = i.checked_sub(1).and_then(|at| letters.get(at));
        let next = letters.get(i + 1);
        let starts = letter.is_uppercase()
            && previous.is_some_and(|previous| {
                !previous.is_uppercase() || next.is_some_and(|next| next.is_lowercase())
            });
        if starts {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}

/// A schema file: JSON with comments.
fn json(folder: &Path, name: &str) -> Value {
    let path = folder.join(format!("{name}.json"));
    let raw = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path:?}: {error}"));
    let plain: Vec<&str> = raw.lines().map(without_comment).collect();
    serde_json::from_str(&plain.join("\n")).unwrap_or_else(|error| panic!("{path:?}: {error}"))
}

fn without_comment(line: &str) -> &str {
    let outside = |at: usize| line[..at].matches('"').count().is_multiple_of(2);
    line.match_indices("//").find(|(at, _)| outside(*at)).map_or(line, |(at, _)| &line[..at])
}
