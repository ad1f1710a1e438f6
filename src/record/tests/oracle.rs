//! Other people's batches: Apache Kafka 4.3.1's (`golden/`, written by its `MemoryRecords`) and the
//! `kafka-protocol` crate's.

use bytes::{Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::protocol::StrBytes;
use kafka_protocol::records::{
    Compression, Record as TheirRecord, RecordBatchDecoder, RecordBatchEncoder,
    RecordEncodeOptions, TimestampType,
};
use proptest::prelude::*;

use super::compression::Codec;
use super::*;

#[test]
fn kafkas_own_batches_are_read_under_every_codec() {
    let golden: [(Codec, &[u8]); 4] = [
        (Codec::Gzip, include_bytes!("../golden/gzip.batch")),
        (Codec::Snappy, include_bytes!("../golden/snappy.batch")),
        (Codec::Lz4, include_bytes!("../golden/lz4.batch")),
        (Codec::Zstd, include_bytes!("../golden/zstd.batch")),
    ];
    for (codec, batch) in golden {
        let checked = CheckedBatch::produced(batch).expect("Kafka built it");
        assert_eq!(checked.codec(), codec);
        assert_eq!(checked.record_count(), 40);
        assert_eq!(checked.header().producer_id, ProducerId(7));
        let open = checked.open(CAP).expect("Kafka compressed it");
        let mut count = 0;
        for (index, record) in open.records().enumerate() {
            expect_golden(index, &record.expect("well built"));
            count += 1;
        }
        assert_eq!(count, 40);
    }
}

fn expect_golden(index: usize, record: &Record<'_>) {
    let key = format!("key-{index}");
    let value = format!("value {index} {}", "la".repeat(index * 60));
    assert_eq!(record.offset.0, index as i64);
    assert_eq!(record.timestamp.0, 1_700_000_000_000 + 10 * index as i64);
    assert_eq!(record.key, (!index.is_multiple_of(5)).then_some(key.as_bytes()));
    assert_eq!(record.value, (!index.is_multiple_of(7)).then_some(value.as_bytes()));
    let number = index.to_string();
    let headers: Vec<_> = record.headers.collect();
    if index.is_multiple_of(3) {
        assert!(record.headers.is_empty());
    } else {
        assert_eq!(headers, [(&b"h"[..], Some(number.as_bytes())), (&b"none"[..], None)]);
    }
}

#[test]
fn t9_kafkas_own_marker_is_read_and_ours_equals_it() {
    let golden = include_bytes!("../golden/commit.batch");
    let view = BatchView::new(golden).expect("Kafka built it");
    let marker = Marker { outcome: Outcome::Commit, coordinator_epoch: 9 };
    assert_eq!(Marker::read(&view), Ok(Some(marker)));
    let now = Timestamp(1_700_000_000_123);
    let mut ours = marker.batch(ProducerId(7), ProducerEpoch(3), now);
    ours[..8].copy_from_slice(&golden[..8]);
    ours[12..16].copy_from_slice(&golden[12..16]);
    assert_eq!(ours, golden);

    let abort = Marker { outcome: Outcome::Abort, coordinator_epoch: 0 };
    let batch = abort.batch(ProducerId(7), ProducerEpoch(3), now);
    let view = BatchView::new(&batch).expect("whole");
    assert_eq!(Marker::read(&view), Ok(Some(abort)));
    view.check().expect("a control batch may be in a log");
    assert_eq!(CheckedBatch::produced(&batch).expect_err("not from clients"), BatchError::Control);
    assert_eq!(Marker::read(&BatchView::new(&three()).expect("whole")), Ok(None));
}

fn theirs() -> impl Strategy<Value = Vec<TheirRecord>> {
    let bytes =
        || prop::option::of(prop::collection::vec(any::<u8>(), 0..60).prop_map(Bytes::from));
    let headers = prop::collection::vec(("[a-z]{0,6}", bytes()), 0..3);
    let record = (0..1i64 << 50, bytes(), bytes(), headers);
    prop::collection::vec(record, 1..20).prop_map(|records| {
        let numbered = records.into_iter().enumerate();
        numbered.map(|(index, record)| their_record(index as i64, record)).collect()
    })
}

type Parts = (i64, Option<Bytes>, Option<Bytes>, Vec<(String, Option<Bytes>)>);

fn their_record(index: i64, (timestamp, key, value, headers): Parts) -> TheirRecord {
    let headers: IndexMap<StrBytes, Option<Bytes>> =
        headers.into_iter().map(|(name, value)| (StrBytes::from_string(name), value)).collect();
    TheirRecord {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: -1,
        producer_id: 7,
        producer_epoch: 3,
        timestamp_type: TimestampType::Creation,
        offset: index,
        sequence: 11 + index as i32,
        timestamp,
        key,
        value,
        headers,
    }
}

proptest! {
    #[test]
    fn the_crates_batches_and_ours_are_read_by_both(records in theirs()) {
        let mut encoded = BytesMut::new();
        let options = RecordEncodeOptions { version: 2, compression: Compression::None };
        RecordBatchEncoder::encode(&mut encoded, &records, &options).expect("it encodes");
        let checked = CheckedBatch::produced(&encoded).expect("a good batch");
        let open = checked.open(CAP).expect("plain");
        let mut builder = BatchBuilder::new().producer(ProducerId(7), ProducerEpoch(3), 11);
        for (record, theirs) in open.records().zip(&records) {
            let record = record.expect("well built");
            prop_assert_eq!(record.offset.0, theirs.offset);
            prop_assert_eq!(record.timestamp.0, theirs.timestamp);
            prop_assert_eq!(record.key, theirs.key.as_deref());
            prop_assert_eq!(record.value, theirs.value.as_deref());
            let headers: Vec<_> = record.headers.collect();
            prop_assert_eq!(headers.len(), theirs.headers.len());
            for (ours, theirs) in headers.iter().zip(&theirs.headers) {
                prop_assert_eq!(ours.0, theirs.0.as_bytes());
                prop_assert_eq!(ours.1, theirs.1.as_deref());
            }
            builder.push_with_headers(record.timestamp, record.key, record.value, &headers);
        }
        let decoded = RecordBatchDecoder::decode(&mut Bytes::from(builder.build()));
        prop_assert_eq!(decoded.expect("ours is decoded").records, records);
    }
}
