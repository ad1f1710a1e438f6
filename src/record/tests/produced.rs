//! The produce rules (protocol.md P4, P5, P8 and their errata), one test a row.

use super::*;

fn refused(bytes: &[u8]) -> BatchError {
    CheckedBatch::produced(bytes).expect_err("it is refused")
}

/// Three records whose header claims `count` and `last_offset_delta`.
fn claiming(count: i32, last_offset_delta: i32) -> Vec<u8> {
    let batch = patched(three(), 57, &count.to_be_bytes());
    patched(batch, 23, &last_offset_delta.to_be_bytes())
}

#[test]
fn a_good_batch_is_accepted_and_its_times_are_known() {
    let batch = three();
    let checked = CheckedBatch::produced(&batch).expect("it is good");
    assert_eq!(checked.record_count(), 3);
    assert_eq!(checked.last_offset_delta(), 2);
    assert_eq!(checked.header().last_sequence(), 13);
    assert_eq!(checked.header().size_bytes(), batch.len());
    assert_eq!(checked.times(), Some(Times { min: Timestamp(900), max: Timestamp(1_200) }));
    assert_eq!(checked.bytes(), batch);
}

#[test]
fn p4_no_bytes_or_a_batch_cut_short_is_an_invalid_record() {
    let batch = three();
    assert_eq!(refused(&[]), BatchError::Empty);
    for length in [1, 8, 11, 12, 16, 17, 60, 61, batch.len() - 1] {
        assert_eq!(refused(&batch[..length]), BatchError::Cut, "{length} bytes");
    }
}

#[test]
fn p4_a_declared_length_below_fourteen_is_corrupt() {
    for length in [13, 0, -1, i32::MIN] {
        let mut batch = three();
        batch[8..12].copy_from_slice(&length.to_be_bytes());
        assert_eq!(refused(&batch), BatchError::Length(length));
    }
    let mut batch = three();
    batch[8..12].copy_from_slice(&48i32.to_be_bytes());
    assert_eq!(refused(&batch), BatchError::Length(48));
    batch[8..12].copy_from_slice(&i32::MAX.to_be_bytes());
    assert_eq!(refused(&batch), BatchError::Cut);
}

#[test]
fn p4_magic_zero_and_one_are_old_and_others_unknown() {
    for magic in [0, 1] {
        assert_eq!(refused(&patched(three(), 16, &[magic])), BatchError::MagicOld(magic as i8));
    }
    for magic in [3i8, -1, 127] {
        let batch = patched(three(), 16, &magic.to_be_bytes());
        assert_eq!(refused(&batch), BatchError::MagicUnknown(magic));
    }
}

#[test]
fn p4_two_batches_are_refused_and_a_tail_too_short_for_one_is_dropped() {
    let one = three();
    assert_eq!(refused(&[one.clone(), one.clone()].concat()), BatchError::Several);
    for length in [1, 11, 12, 16, 40] {
        let bytes = [&one[..], &one[..length]].concat();
        let checked = CheckedBatch::produced(&bytes).expect("the tail is dropped");
        assert_eq!(checked.bytes(), one);
    }
    assert_eq!(refused(&[&one[..], &[0; 12]].concat()), BatchError::Length(0));
}

#[test]
fn p5_the_base_offset_must_be_zero() {
    assert_eq!(refused(&patched(three(), 0, &5i64.to_be_bytes())), BatchError::BaseOffset(5));
}

#[test]
fn p5_count_and_last_offset_delta_must_agree() {
    for (count, last_offset_delta) in
        [(0, -1), (-1, -2), (3, 3), (2, 2), (i32::MIN, i32::MAX), (i32::MIN, 2)]
    {
        let error = BatchError::Count { count, last_offset_delta };
        assert_eq!(refused(&claiming(count, last_offset_delta)), error);
    }
}

#[test]
fn p5_too_many_too_few_or_cut_records_are_refused() {
    assert_eq!(refused(&claiming(2, 1)), BatchError::RecordsLeft);
    assert_eq!(refused(&claiming(4, 3)), BatchError::Record(3));
    assert_eq!(refused(&claiming(i32::MAX, i32::MAX - 1)), BatchError::Record(3));
    let mut batch = three();
    batch.pop();
    assert_eq!(refused(&sealed(batch)), BatchError::Record(2));
}

#[test]
fn p5_junk_in_a_plain_batch_is_refused() {
    for junk in [0u8, 0x01, 0x55, 0x7f, 0xff] {
        let mut batch = three();
        batch[61..].fill(junk);
        assert!(matches!(refused(&sealed(batch)), BatchError::Record(_)), "{junk:#x}");
    }
}

#[test]
fn p5_a_gap_in_the_offset_deltas_of_a_plain_batch_is_accepted() {
    let batch = three();
    let gap = patched(batch, 61 + 3, &[8]);
    CheckedBatch::produced(&gap).expect("only count and last delta are compared");
}

#[test]
fn p5_the_control_flag_is_refused() {
    let batch = patched(three(), 21, &Attributes::CONTROL.to_be_bytes());
    assert_eq!(refused(&batch), BatchError::Control);
}

#[test]
fn p5_an_idempotent_producer_needs_a_sequence_and_nobody_else_does() {
    assert_eq!(refused(&patched(three(), 53, &(-1i32).to_be_bytes())), BatchError::Sequence(-1));
    for (at, bytes) in [
        (51, (-1i16).to_be_bytes().to_vec()), // no epoch
        (43, (-2i64).to_be_bytes().to_vec()), // a strange producer id
        (43, (-1i64).to_be_bytes().to_vec()), // a sequence without a producer
        (21, (0b111_1111_0100_0000i16).to_be_bytes().to_vec()), // bits 6 and 8-14
    ] {
        CheckedBatch::produced(&patched(three(), at, &bytes)).expect("accepted");
    }
    let mut batch = three();
    batch[12..16].copy_from_slice(&99i32.to_be_bytes());
    CheckedBatch::produced(&batch).expect("any leader epoch is accepted");
}

#[test]
fn p8_a_wrong_crc_is_corrupt() {
    for at in [17, 21, 40, 61, 70] {
        let mut batch = three();
        batch[at] ^= 1;
        assert!(matches!(refused(&batch), BatchError::Crc { .. }), "byte {at}");
    }
}

#[test]
fn codecs_five_to_seven_are_refused_and_compressed_records_are_not_opened() {
    for bits in 5i16..=7 {
        let batch = patched(three(), 21, &bits.to_be_bytes());
        assert_eq!(refused(&batch), BatchError::CodecUnknown(bits));
    }
    let not_gzip = patched(three(), 21, &1i16.to_be_bytes());
    let checked = CheckedBatch::produced(&not_gzip).expect("the consumer will see");
    assert_eq!(checked.codec(), compression::Codec::Gzip);
    assert_eq!(checked.times(), None);
}

#[test]
fn a_stamp_of_offset_and_epoch_keeps_the_crc() {
    let batch = three();
    let checked = CheckedBatch::produced(&batch).expect("good");
    let header = checked.stamped(Offset(40), LeaderEpoch(2), None);
    assert_eq!(header.crc, checked.header().crc);
    let stored = [&header.to_bytes()[..], &batch[61..]].concat();
    let view = BatchView::new(&stored).expect("whole");
    let checked = view.check().expect("what is stored is right");
    assert_eq!(checked.header().last_offset(), Offset(42));
    assert_eq!(checked.header().next_offset(), Offset(43));
    assert_eq!(checked.header().leader_epoch, LeaderEpoch(2));
}

#[test]
fn p10_p11_a_stamp_settles_the_time() {
    let restored = |batch: &[u8], append_time| {
        let checked = CheckedBatch::produced(batch).expect("good");
        let header = checked.stamped(Offset(0), LeaderEpoch(0), append_time);
        let stored = [&header.to_bytes()[..], &batch[61..]].concat();
        BatchView::new(&stored).expect("whole").check().expect("the crc is right");
        (header.is_log_append_time(), header.max_timestamp)
    };
    assert_eq!(restored(&three(), Some(Timestamp(5))), (true, Timestamp(5)));
    let wrong_max = patched(three(), 35, &9i64.to_be_bytes());
    assert_eq!(restored(&wrong_max, None), (false, Timestamp(1_200)));
    let flagged = patched(three(), 21, &Attributes::LOG_APPEND_TIME.to_be_bytes());
    assert_eq!(restored(&flagged, None), (false, Timestamp(1_200)));
}

#[test]
fn p17_sequences_wrap_to_zero() {
    let batch = patched(three(), 53, &i32::MAX.to_be_bytes());
    let checked = CheckedBatch::produced(&batch).expect("good");
    assert_eq!(checked.header().last_sequence(), 1);
}
