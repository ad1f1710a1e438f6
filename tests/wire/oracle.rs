//! Byte for byte with another implementation: the `kafka-protocol` crate, generated from Kafka's
//! schemas, must read what we write and write what we read.

use bytes::{Bytes, BytesMut};
use kafka_protocol::messages as oracle;
use kafka_protocol::protocol::{Decodable, Encodable, Message as OracleMessage};
use ottla::codec::{Message, Reader, Writer};
use ottla::wire;

use crate::catalogue::with_messages;
use crate::dice::Dice;
use crate::samples::sample;

const SAMPLES: u64 = 50;

/// Versions of 4.3 that the crate (made from 4.1) does not have.
const UNKNOWN: &[(&str, i16)] = &[
    ("DescribeLogDirsRequest", 5),
    ("DescribeLogDirsResponse", 5),
    ("ListOffsetsRequest", 11),
    ("ListOffsetsResponse", 11),
    ("OffsetCommitRequest", 10),
    ("OffsetFetchRequest", 10),
];

macro_rules! check_all {
    ($($module:ident, $request:ident, $response:ident;)*) => { $(
        check::<wire::$module::$request, oracle::$request>();
        check::<wire::$module::$response, oracle::$response>();
    )* };
}

#[test]
fn every_message_has_the_bytes_of_the_oracle() {
    with_messages!(check_all);
}

fn check<M: Message, O: OracleMessage + Encodable + Decodable>() {
    for version in M::VERSIONS {
        let known = (O::VERSIONS.min..=O::VERSIONS.max).contains(&version);
        assert_eq!(known, !UNKNOWN.contains(&(M::NAME, version)), "{} v{version}", M::NAME);
        for seed in 0..SAMPLES {
            let bytes = sample(&M::schema(), version, &mut Dice::new(seed));
            let what = format!("{} v{version}, seed {seed}", M::NAME);
            check_ours::<M>(&bytes, version, &what);
            if known {
                check_oracle::<O>(&bytes, version, &what);
            }
        }
    }
}

fn check_ours<M: Message>(bytes: &[u8], version: i16, what: &str) {
    let mut reader = Reader::new(bytes);
    let message = M::read(&mut reader, version).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(reader.remaining(), 0, "{what}");
    let mut writer = Writer::new();
    message.write(&mut writer, version).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(writer.to_vec(), bytes, "{what}");
    let again = M::read(&mut Reader::new(bytes), version);
    assert_eq!(again.as_ref(), Ok(&message), "{what}");
}

fn check_oracle<O: Encodable + Decodable>(bytes: &[u8], version: i16, what: &str) {
    let mut rest = Bytes::copy_from_slice(bytes);
    let message = O::decode(&mut rest, version).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert!(rest.is_empty(), "{what}");
    let mut written = BytesMut::new();
    message.encode(&mut written, version).unwrap_or_else(|error| panic!("{what}: {error}"));
    assert_eq!(&written[..], bytes, "{what}");
}

#[test]
fn headers_have_the_bytes_of_the_oracle() {
    for key in wire::ApiKey::ALL {
        for version in key.versions() {
            let header = wire::RequestHeader {
                api_key: *key as i16,
                api_version: version,
                correlation_id: 77,
                client_id: Some("someone".into()),
            };
            let mut writer = Writer::new();
            header.write(&mut writer).expect("a short client id");
            let mut rest = Bytes::from(writer.to_vec());
            let theirs =
                kafka_protocol::protocol::decode_request_header_from_buffer(&mut rest).unwrap();
            assert!(rest.is_empty(), "{key} v{version}");
            assert_eq!(theirs.client_id.as_deref(), header.client_id.as_deref());
            assert_eq!(theirs.correlation_id, 77);
        }
    }
}
