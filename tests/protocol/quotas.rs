//! DescribeClientQuotas (key 48) and AlterClientQuotas (key 49): Q3.

use crate::code;
use crate::connect;
use crate::support::raw::{Raw, text};
use kafka_protocol::messages::alter_client_quotas_request::{EntityData, EntryData, OpData};
use kafka_protocol::messages::describe_client_quotas_request::ComponentData;
use kafka_protocol::messages::{AlterClientQuotasRequest, DescribeClientQuotasRequest};

const PRODUCE: &str = "producer_byte_rate";
const EXACT: i8 = 0;
const DEFAULT: i8 = 1;
const ANY: i8 = 2;

type Entity<'a> = &'a [(&'a str, Option<&'a str>)];

fn alter(raw: &mut Raw, entity: Entity<'_>, key: &str, value: Option<f64>) -> i16 {
    let part = |(kind, name): &(&str, Option<&str>)| {
        EntityData::default().with_entity_type(text(kind)).with_entity_name(name.map(text))
    };
    let op = OpData::default()
        .with_key(text(key))
        .with_value(value.unwrap_or_default())
        .with_remove(value.is_none());
    let entry =
        EntryData::default().with_entity(entity.iter().map(part).collect()).with_ops(vec![op]);
    let request = AlterClientQuotasRequest::default().with_entries(vec![entry]);
    raw.call(1, &request).entries.remove(0).error_code
}

/// Error code, and for each entity its names and its first quota.
fn describe(
    raw: &mut Raw,
    filters: &[(&str, i8, Option<&str>)],
    strict: bool,
) -> (i16, Vec<(String, f64)>) {
    let component = |(kind, how, name): &(&str, i8, Option<&str>)| {
        ComponentData::default()
            .with_entity_type(text(kind))
            .with_match_type(*how)
            .with_match(name.map(text))
    };
    let request = DescribeClientQuotasRequest::default()
        .with_components(filters.iter().map(component).collect())
        .with_strict(strict);
    let reply = raw.call(1, &request);
    let entries = reply.entries.into_iter().flatten().map(|entry| {
        let name =
            |part: &kafka_protocol::messages::describe_client_quotas_response::EntityData| {
                part.entity_name.as_ref().map_or("*".to_owned(), ToString::to_string)
            };
        let names: Vec<String> = entry.entity.iter().map(name).collect();
        (names.join("+"), entry.values[0].value)
    });
    (reply.error_code, entries.collect())
}

#[test]
fn q3_quotas_are_kept_over_a_restart_and_found_by_filters() {
    let (mut broker, mut raw) = connect();
    let both: Entity<'_> = &[("user", Some("a")), ("client-id", Some("c"))];
    for (entity, value) in [
        (&[("user", Some("a"))] as Entity<'_>, 1.0),
        (&[("user", None)], 2.0),
        (both, 3.0),
        (&[("client-id", Some("c"))], 4.0),
    ] {
        assert_eq!(alter(&mut raw, entity, PRODUCE, Some(value)), 0);
    }
    broker.kill();
    broker.restart();
    let mut raw = Raw::connect(broker.port());
    assert_eq!(describe(&mut raw, &[], false).1.len(), 4);
    let exact = [("user", EXACT, Some("a"))];
    let (code, mut found) = describe(&mut raw, &exact, false);
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    assert_eq!((code, found), (0, vec![("a".into(), 1.0), ("c+a".into(), 3.0)]));
    assert_eq!(describe(&mut raw, &exact, true).1, [("a".into(), 1.0)]);
    assert_eq!(describe(&mut raw, &[("user", DEFAULT, None)], false).1, [("*".into(), 2.0)]);
    assert_eq!(describe(&mut raw, &[("user", ANY, None)], true).1.len(), 2);
    assert_eq!(alter(&mut raw, both, PRODUCE, None), 0);
    assert_eq!(describe(&mut raw, &[], false).1.len(), 3);
}

#[test]
fn q3_quotas_and_filters_that_mean_nothing_are_refused() {
    let (_broker, mut raw) = connect();
    let user: Entity<'_> = &[("user", Some("a"))];
    let bad = code::INVALID_REQUEST;
    assert_eq!(alter(&mut raw, user, "nope", Some(1.0)), bad);
    assert_eq!(alter(&mut raw, user, "nope", None), 0);
    assert_eq!(alter(&mut raw, user, PRODUCE, Some(0.0)), bad);
    assert_eq!(alter(&mut raw, user, PRODUCE, Some(1.5)), bad);
    assert_eq!(alter(&mut raw, user, "request_percentage", Some(1.5)), 0);
    assert_eq!(alter(&mut raw, &[], PRODUCE, Some(1.0)), bad);
    assert_eq!(alter(&mut raw, &[("tribe", Some("a"))], PRODUCE, Some(1.0)), bad);
    let mixed: Entity<'_> = &[("user", Some("a")), ("ip", Some("1.2.3.4"))];
    assert_eq!(alter(&mut raw, mixed, PRODUCE, Some(1.0)), bad);
    let rate = "connection_creation_rate";
    assert_eq!(alter(&mut raw, &[("ip", Some("1.2.3.4"))], rate, Some(5.0)), 0);
    assert_eq!(alter(&mut raw, &[("ip", Some("no host"))], rate, Some(5.0)), bad);

    assert_eq!(describe(&mut raw, &[("tribe", ANY, None)], false).0, code::UNSUPPORTED_VERSION);
    for filters in [
        &[("", ANY, None)] as &[(&str, i8, Option<&str>)],
        &[("user", 3, None)],
        &[("user", EXACT, None)],
        &[("user", ANY, None), ("user", ANY, None)],
        &[("user", ANY, None), ("ip", ANY, None)],
    ] {
        assert_eq!(describe(&mut raw, filters, false).0, bad, "{filters:?}");
    }
}
