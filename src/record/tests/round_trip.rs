//! Builder, view and records agree; damage never panics; segments are walked.

use proptest::prelude::*;

use super::compression::Codec;
use super::*;

type Header = (Vec<u8>, Option<Vec<u8>>);

#[derive(Clone, Debug, PartialEq)]
struct Sample {
    timestamp: i64,
    key: Option<Vec<u8>>,
    value: Option<Vec<u8>>,
    headers: Vec<Header>,
}

fn sample() -> impl Strategy<Value = Sample> {
    let bytes = || prop::collection::vec(any::<u8>(), 0..80);
    let optional = move || prop::option::of(bytes());
    let headers = prop::collection::vec((bytes(), optional()), 0..3);
    (any::<i64>(), optional(), optional(), headers)
        .prop_map(|(timestamp, key, value, headers)| Sample { timestamp, key, value, headers })
}

fn samples() -> impl Strategy<Value = Vec<Sample>> {
    prop::collection::vec(sample(), 1..20)
}

fn codec() -> impl Strategy<Value = Codec> {
    prop::sample::select(&Codec::ALL[..])
}

fn built(samples: &[Sample], codec: Codec) -> Vec<u8> {
    let mut builder = BatchBuilder::new().codec(codec);
    for sample in samples {
        let headers: Vec<(&[u8], Option<&[u8]>)> =
            sample.headers.iter().map(|(name, value)| (&name[..], value.as_deref())).collect();
        let (key, value) = (sample.key.as_deref(), sample.value.as_deref());
        builder.push_with_headers(Timestamp(sample.timestamp), key, value, &headers);
    }
    builder.build()
}

fn read(batch: &BatchView<'_>) -> Result<Vec<Sample>, BatchError> {
    let open = batch.open(CAP)?;
    open.records()
        .map(|record| {
            let record = record?;
            Ok(Sample {
                timestamp: record.timestamp.0,
                key: record.key.map(<[u8]>::to_vec),
                value: record.value.map(<[u8]>::to_vec),
                headers: record.headers.map(|(k, v)| (k.to_vec(), v.map(<[u8]>::to_vec))).collect(),
            })
        })
        .collect()
}

proptest! {
    #[test]
    fn what_is_built_is_read(samples in samples(), codec in codec()) {
        let batch = built(&samples, codec);
        let checked = CheckedBatch::produced(&batch).expect("what we build, we accept");
        prop_assert_eq!(checked.codec(), codec);
        prop_assert_eq!(&read(&checked.view()), &Ok(samples.clone()));
        let max = samples.iter().map(|sample| sample.timestamp).max();
        prop_assert_eq!(Some(checked.header().max_timestamp.0), max);
    }

    #[test]
    fn damage_never_panics_and_the_crc_finds_it(
        samples in samples(), codec in codec(), at in any::<prop::sample::Index>(), bits in 1u8..
    ) {
        let mut batch = built(&samples, codec);
        let at = at.index(batch.len());
        batch[at] ^= bits;
        let found = BatchView::new(&batch).and_then(BatchView::check);
        // Base offset and leader epoch lie outside the CRC.
        prop_assert_eq!(found.is_ok(), at < 8 || (12..16).contains(&at));
        let _ = CheckedBatch::produced(&batch);
    }

    #[test]
    fn damage_under_a_right_crc_never_panics(
        samples in samples(),
        codec in codec(),
        damage in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
        cut in 0usize..20,
    ) {
        let mut batch = built(&samples, codec);
        for (at, byte) in damage {
            let at = 21 + at.index(batch.len() - 21);
            batch[at] = byte;
        }
        batch.truncate((batch.len() - cut).max(61));
        let batch = sealed(batch);
        let view = BatchView::new(&batch).expect("length and magic are right");
        let read = read(&view);
        if let Ok(checked) = view.check() && checked.codec() == Codec::None {
            prop_assert!(read.is_ok(), "the walk and the reader share one parser");
        }
        let _ = Marker::read(&view);
        let _ = view.find_time(Timestamp(0), CAP);
    }

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let _ = CheckedBatch::produced(&bytes);
        prop_assert!(batches(&bytes).count() <= 3);
    }
}

#[test]
fn a_segment_is_walked_to_its_cut_tail() {
    let one = three();
    let mut segment = one.repeat(3);
    segment.extend_from_slice(&one[..40]);
    let mut walk = batches(&segment);
    assert_eq!(walk.by_ref().filter(Result::is_ok).count(), 3);
    assert_eq!(walk.rest().len(), 40);

    segment.truncate(3 * one.len());
    segment.extend_from_slice(&[0; 100]);
    let mut walk = batches(&segment);
    assert_eq!(walk.by_ref().filter(Result::is_ok).count(), 3);
    assert_eq!(walk.rest().len(), 100, "the rest tells where the walk ended");
    assert_eq!(batches(&segment).last().map(|last| last.err()), Some(Some(BatchError::Length(0))));
}

#[test]
fn l3_the_first_record_at_or_after_a_time_is_found_under_every_codec() {
    for codec in Codec::ALL {
        let mut builder = BatchBuilder::new().codec(codec).placed(Offset(100), LeaderEpoch(1));
        for time in [50, 10, 70, 60] {
            builder.push(Timestamp(time), None, Some(b"v"));
        }
        let batch = builder.build();
        let view = BatchView::new(&batch).expect("whole");
        let find = |time| view.find_time(Timestamp(time), CAP).expect("well built");
        assert_eq!(find(-1), Some((Offset(100), Timestamp(50))));
        assert_eq!(find(51), Some((Offset(102), Timestamp(70))));
        assert_eq!(find(70), Some((Offset(102), Timestamp(70))));
        assert_eq!(find(71), None);
    }
}

#[test]
fn records_of_a_log_append_time_batch_carry_the_append_time() {
    let batch = three();
    let checked = CheckedBatch::produced(&batch).expect("good");
    let header = checked.stamped(Offset(9), LeaderEpoch(0), Some(Timestamp(7_000)));
    let stored = [&header.to_bytes()[..], &batch[61..]].concat();
    let view = BatchView::new(&stored).expect("whole");
    let read = read(&view).expect("well built");
    assert!(read.iter().all(|sample| sample.timestamp == 7_000));
    assert_eq!(view.find_time(Timestamp(7_000), CAP), Ok(Some((Offset(9), Timestamp(7_000)))));
}

#[test]
fn a_bomb_is_refused_where_it_is_opened() {
    let mut builder = BatchBuilder::new().codec(Codec::Zstd);
    builder.push(Timestamp(0), None, Some(&vec![0; 4 * CAP]));
    let batch = builder.build();
    let checked = CheckedBatch::produced(&batch).expect("it is not opened");
    let refused = checked.open(CAP).expect_err("over the cap");
    assert_eq!(refused, BatchError::Decompress(compression::DecompressError::TooLarge(CAP)));
}

#[test]
fn a_batch_that_compaction_thinned_out_passes_the_check_but_no_producer_may_send_it() {
    let thinned = patched(three(), 23, &9i32.to_be_bytes());
    BatchView::new(&thinned).expect("whole").check().expect("three records in ten offsets");
    assert!(CheckedBatch::produced(&thinned).is_err());
    let mut empty = patched(three(), 57, &0i32.to_be_bytes());
    empty.truncate(61);
    let empty = sealed(empty);
    let checked = BatchView::new(&empty).expect("whole").check().expect("no records are left");
    assert_eq!((checked.record_count(), checked.times()), (0, None));
}
