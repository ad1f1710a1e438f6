//! ApiVersions (key 18): the rules of table 1.2.

use crate::code;
use crate::support::raw::{Raw, text};
use crate::{connect, connect_to_be_refused};
use bytes::Buf;
use kafka_protocol::messages::{ApiVersionsRequest, ApiVersionsResponse, MetadataRequest};
use kafka_protocol::protocol::Decodable;

fn request() -> ApiVersionsRequest {
    ApiVersionsRequest::default()
        .with_client_software_name(text("raw"))
        .with_client_software_version(text("1.0"))
}

/// Sends a version of ApiVersions that does not exist, with a body nobody can know.
fn send_unknown(raw: &mut Raw, version: i16, correlation: i32) {
    let mut frame = vec![0, 18];
    frame.extend(version.to_be_bytes());
    frame.extend(correlation.to_be_bytes());
    frame.extend([0, 1, b'x', 0]);
    frame.extend(b"what only a later client would know");
    raw.send_bytes(&(frame.len() as i32).to_be_bytes());
    raw.send_bytes(&frame);
}

#[test]
fn an_unknown_version_gets_the_v0_body_with_error_35_and_the_range_1_2() {
    let (_broker, mut raw) = connect();
    for version in [5, 6, 127, -1, i16::MAX] {
        send_unknown(&mut raw, version, 77);
        let mut frame = raw.receive_frame().expect("an answer, not a close");
        assert_eq!(frame.get_i32(), 77, "correlation id");
        let reply = ApiVersionsResponse::decode(&mut frame, 0).unwrap();
        assert_eq!(frame.remaining(), 0, "a v0 body has no more fields");
        assert_eq!(reply.error_code, code::UNSUPPORTED_VERSION);
        let keys: Vec<_> = reply.api_keys.iter().collect();
        assert_eq!(keys.len(), 1, "{keys:?}");
        assert_eq!((keys[0].api_key, keys[0].min_version, keys[0].max_version), (18, 0, 4));
    }
    // The connection stays: the client tries again with what it was told.
    assert_eq!(raw.call(4, &request()).error_code, 0);
}

#[test]
fn every_version_answers_with_header_v0_1_2() {
    let (_broker, mut raw) = connect();
    for version in 0..=4 {
        // `call` reads header v0 for this API and fails on a byte too many.
        let reply = raw.call(version, &request());
        assert_eq!(reply.error_code, 0, "version {version}");
        assert!(!reply.api_keys.is_empty());
    }
}

#[test]
fn a_software_name_with_a_space_or_none_at_all_is_refused_1_2() {
    let (_broker, mut raw) = connect();
    for (name, version) in [("", "1.0"), ("raw client", "1.0"), ("-raw", "1"), ("raw", "")] {
        let request = ApiVersionsRequest::default()
            .with_client_software_name(text(name))
            .with_client_software_version(text(version));
        assert_eq!(raw.call(3, &request).error_code, code::INVALID_REQUEST, "{name:?} {version:?}");
    }
    assert_eq!(raw.call(3, &request()).error_code, 0);
}

#[test]
fn produce_is_advertised_from_0_and_unstable_versions_are_not_1_2() {
    let (_broker, mut raw) = connect();
    let reply = raw.call(3, &request());
    let range = |key: i16| {
        let found = reply.api_keys.iter().find(|api| api.api_key == key).unwrap();
        (found.min_version, found.max_version)
    };
    assert_eq!(range(0), (0, 13), "Produce");
    assert_eq!(range(1), (4, 18), "Fetch");
    assert_eq!(range(22), (0, 5), "InitProducerId 6 is unstable");
    assert!(!reply.api_keys.iter().any(|api| (4..=7).contains(&api.api_key)), "removed in 4.0");
    let keys: Vec<i16> = reply.api_keys.iter().map(|api| api.api_key).collect();
    assert!(!keys.contains(&71) && !keys.contains(&72), "telemetry without a receiver");
}

#[test]
fn features_below_level_1_are_listed_only_from_v4_on_1_2() {
    let (_broker, mut raw) = connect();
    let reply = raw.call(3, &request());
    let from_zero = reply.supported_features.iter().filter(|feature| feature.min_version == 0);
    assert_eq!(from_zero.count(), 0, "KAFKA-17011");
    assert!(reply.finalized_features_epoch >= 0, "clients ignore a negative epoch");
    for feature in &reply.finalized_features {
        assert_eq!(feature.min_version_level, feature.max_version_level);
        assert!(feature.max_version_level > 0, "level 0 is left out");
    }
}

#[test]
fn a_version_of_another_api_that_is_out_of_range_closes_the_connection_1_2() {
    let (broker, mut raw) = connect_to_be_refused();
    let mut frame = raw.frame(12, &MetadataRequest::default());
    // Key 3, version 14 instead of 12.
    frame[7] = 14;
    raw.send_bytes(&frame);
    raw.assert_closed("Metadata 14");
    let mut raw = Raw::connect(broker.port());
    // Produce is advertised from 0 but served from 3 on.
    let mut frame = raw.frame(3, &kafka_protocol::messages::ProduceRequest::default());
    frame[7] = 2;
    raw.send_bytes(&frame);
    raw.assert_closed("Produce 2");
}
