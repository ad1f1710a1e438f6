//! Each promise once, on a disk that behaves.

use super::*;

#[test]
fn an_empty_log_creates_nothing_until_the_first_append() {
    let disk = disk(1);
    let mut log = open(&disk, small(), false);
    assert_eq!((log.start(), log.end()), (Offset(0), Offset(0)));
    assert!(log.take_dirty().is_none());
    assert_eq!(read(&mut log, 0, 100, 0).unwrap(), ReadOut::default());
    log.close(true).unwrap();
    assert!(!disk.exists(FOLDER.as_ref()));
}

#[test]
fn batches_are_stamped_and_come_back_whole() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    let sent = batch(&[5, 7, 6], 10);
    let first = append_in(&mut log, &sent, 3).unwrap();
    let expected = Appended {
        base_offset: Offset(0),
        last_offset: Offset(2),
        log_append_time: Timestamp::NONE,
        log_start: Offset(0),
        duplicate: false,
    };
    assert_eq!(first, expected);
    append_in(&mut log, &sent, 3).unwrap();
    let out = read(&mut log, 4, 10_000, 6).unwrap();
    assert_eq!((offsets(&out.bytes), out.next), (vec![(3, 5)], Offset(6)));
    let header = *BatchView::new(&out.bytes).unwrap().header();
    assert_eq!((header.leader_epoch, header.max_timestamp), (LeaderEpoch(3), Timestamp(7)));
    assert_eq!(out.bytes[16..], sent[16..], "all but offset and epoch is as it was sent");
}

#[test]
fn f2_f3_a_read_gives_whole_batches_within_its_limit_and_at_least_one() {
    let disk = disk(1);
    let config = LogConfig { segment_bytes: 100_000, ..small() };
    let mut log = open(&disk, config, true);
    fill(&mut log, 20);
    let len = log.size_bytes() as usize / 20;
    let get = |log: &mut Log, from, max| offsets(&read(log, from, max, 40).unwrap().bytes);
    assert_eq!(get(&mut log, 0, 2 * len), [(0, 1), (2, 3)]);
    assert_eq!(get(&mut log, 0, 2 * len + 1), [(0, 1), (2, 3)]);
    assert_eq!(get(&mut log, 0, 2 * len - 1), [(0, 1)]);
    assert_eq!(get(&mut log, 9, len), [(8, 9)]);
    assert_eq!(get(&mut log, 0, 0), [(0, 1)], "at least one");
    assert_eq!(get(&mut log, 38, 100_000), [(38, 39)]);
    for from in 0..40 {
        for max in [1, len, 3 * len + 5, 7 * len, 100_000] {
            let found = get(&mut log, from, max);
            let count = (max / len).clamp(1, 20 - from as usize / 2);
            assert_eq!((found.len(), found[0].0), (count, from / 2 * 2), "{from} {max}");
        }
    }
    match log.read(Offset(0), len - 1, Offset(40), false).unwrap() {
        Lookup::Ready(out) => assert_eq!((out.bytes.len(), out.next), (0, Offset(0))),
        Lookup::Later(_) => panic!("hot"),
    }
}

#[test]
fn f4_offsets_outside_the_log_are_refused_and_what_is_not_committed_is_not_shown() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 5);
    let refusal = Refusal::OffsetOutOfRange { start: Offset(0), end: Offset(10) };
    assert_eq!(read(&mut log, 11, 100, 10), Err(refusal));
    assert_eq!(read(&mut log, -1, 100, 10), Err(refusal));
    for upto in (0..=10).step_by(2) {
        let out = read(&mut log, 0, 10_000, upto).unwrap();
        assert_eq!((offsets(&out.bytes).len() as i64, out.next.0), (upto / 2, upto));
        assert_eq!(read(&mut log, upto, 10_000, upto).unwrap().bytes.len(), 0);
        assert_eq!(read(&mut log, 10, 10_000, upto).unwrap().bytes.len(), 0);
    }
}

#[test]
fn p6_p7_p10_a_batch_that_is_too_large_or_too_far_in_time_is_refused() {
    let disk = disk(1);
    let config = LogConfig {
        max_message_bytes: 500,
        timestamp_after_max_ms: 50,
        timestamp_before_max_ms: 500,
        ..small()
    };
    let mut log = open(&disk, config, true);
    let bytes = batch(&[1000], 600);
    let refused = |limit| (bytes.len(), limit);
    match append(&mut log, &bytes) {
        Err(Refusal::BatchTooLarge { bytes, bytes_max }) => {
            assert_eq!((bytes, bytes_max), refused(500));
        }
        other => panic!("{other:?}"),
    }
    log.set_config(LogConfig { segment_bytes: 600, ..small() });
    match append(&mut log, &bytes) {
        Err(Refusal::SegmentTooSmall { bytes, bytes_max }) => {
            assert_eq!((bytes, bytes_max), refused(600));
        }
        other => panic!("{other:?}"),
    }
    log.set_config(config);
    let mut send = |times: &[i64]| append(&mut log, &batch(times, 1)).map(|_| ());
    assert_eq!(send(&[1000, 1051]), Err(Refusal::TimestampOutOfRange(Timestamp(1051))));
    assert_eq!(send(&[1050, 499]), Err(Refusal::TimestampOutOfRange(Timestamp(499))));
    assert_eq!(send(&[1050, 500]), Ok(()));
    assert_eq!(send(&[-1]), Ok(()), "no time is accepted (errata P10)");
    assert_eq!(log.end(), Offset(3));
}

#[test]
fn p11_log_append_time_is_stamped_and_told() {
    let disk = disk(1);
    let timestamp_type = TimestampType::LogAppendTime;
    let mut log = open(&disk, LogConfig { timestamp_type, ..small() }, true);
    let appended = append(&mut log, &batch(&[5, 7], 1)).unwrap();
    assert_eq!(appended.log_append_time, Timestamp(1000));
    let out = read(&mut log, 0, 1000, 2).unwrap();
    let header = *BatchView::new(&out.bytes).unwrap().check().unwrap().header();
    assert!(header.is_log_append_time() && header.max_timestamp == Timestamp(1000));
    assert_eq!(time_of(&mut log, 6, 2), Some((0, 1000)));
}

#[test]
fn p16_p21_a_duplicate_is_known_again_after_a_clean_stop_a_kill_and_a_power_cut() {
    for way in 0..3 {
        let disk = disk(7);
        let mut log = open(&disk, small(), true);
        for i in 0..20 {
            append(&mut log, &batch_of(7, i * 2, 2)).unwrap();
            append(&mut log, &batch_of(8 + i64::from(i), 0, 1)).unwrap();
        }
        let end = sync(&mut log);
        match way {
            0 => log.close(true).unwrap(),
            1 => disk.crash(),
            _ => disk.power_cut(),
        }
        let producers: Vec<_> = log.producers().collect();
        let mut log = open(&disk, small(), way == 0);
        assert_eq!(log.end(), end);
        assert_eq!(log.producers().collect::<Vec<_>>(), producers, "way {way}");
        let again = append(&mut log, &batch_of(7, 36, 2)).unwrap();
        assert_eq!((again.duplicate, again.base_offset), (true, Offset(18 * 3)));
        assert_eq!(again.log_append_time, Timestamp(1000), "errata P16");
        let gap = append(&mut log, &batch_of(7, 42, 1));
        assert_eq!(gap, Err(Refusal::OutOfOrderSequence { last: 39, found: 42 }));
        assert_eq!(log.end(), end, "neither wrote anything");
    }
}

#[test]
fn r3_a_segment_is_followed_by_another_when_it_is_full_or_spans_too_much_time() {
    let disk = disk(1);
    let mut log = open(&disk, LogConfig { segment_ms: 100, ..small() }, true);
    append(&mut log, &batch(&[1000], 10)).unwrap();
    append(&mut log, &batch(&[1100], 10)).unwrap();
    assert_eq!(log.segments_count(), 1);
    append(&mut log, &batch(&[1101], 10)).unwrap();
    assert_eq!(log.segments_count(), 2);
    append(&mut log, &batch(&[1101], 850)).unwrap();
    assert_eq!(log.segments_count(), 3, "size");
    log.set_config(LogConfig { segment_index_bytes: 24, index_interval_bytes: 10, ..small() });
    for _ in 0..6 {
        append(&mut log, &batch(&[1101], 10)).unwrap();
    }
    assert_eq!(log.segments_count(), 5, "index");
    assert_eq!(read_all(&mut log, 0).unwrap().len(), 10, "reads go on from segment to segment");
}

#[test]
fn l2_l3_times_are_found_in_every_segment() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 30);
    append(&mut log, &batch(&[500, 2000, 600], 10)).unwrap();
    append(&mut log, &batch(&[2000], 10)).unwrap();
    assert!(log.segments_count() > 3);
    for reopened in [false, true] {
        if reopened {
            log.close(true).unwrap();
            log = open(&disk, small(), true);
        }
        for offset in 0..60 {
            assert_eq!(time_of(&mut log, 1000 + offset, 64), Some((offset, 1000 + offset)));
            let none = time_of(&mut log, 1000 + offset, offset / 2 * 2);
            assert_eq!(none, None, "not below the limit");
        }
        assert_eq!(time_of(&mut log, -5, 64), Some((0, 1000)));
        assert_eq!(time_of(&mut log, 1060, 64), Some((61, 2000)), "the record inside the batch");
        assert_eq!(time_of(&mut log, 2001, 64), None);
        assert_eq!(max_time(&mut log, 64), Some((61, 2000)), "the first of several");
        assert_eq!(max_time(&mut log, 60), Some((59, 1059)));
        assert_eq!(max_time(&mut log, 20), Some((19, 1019)));
        assert_eq!(max_time(&mut log, 0), None);
    }
}

#[test]
fn e1_epochs_survive_every_way_of_stopping() {
    for way in 0..3 {
        let disk = disk(3);
        let mut log = open(&disk, small(), true);
        for epoch in [0, 0, 2, 2, 2, 5, 5, 5, 5, 5, 5, 5, 5] {
            append_in(&mut log, &batch(&[1000], 100), epoch).unwrap();
        }
        sync(&mut log);
        match way {
            0 => log.close(true).unwrap(),
            1 => disk.crash(),
            _ => disk.power_cut(),
        }
        let log = open(&disk, small(), way == 0);
        assert_eq!(log.latest_epoch(), LeaderEpoch(5));
        let end = |epoch| log.epoch_end(LeaderEpoch(epoch)).map(|(e, o)| (e.0, o.0));
        assert_eq!([end(0), end(1), end(2)], [Some((0, 2)), Some((0, 2)), Some((2, 5))]);
        assert_eq!([end(5), end(6)], [Some((5, 13)), None]);
        assert_eq!(log.epoch_at(Offset(4)), LeaderEpoch(2));
    }
}

#[test]
fn r1_r2_retention_moves_the_start_by_whole_committed_segments_and_files_go_later() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 30);
    let committed = sync(&mut log);
    let segment = log.size_bytes() / log.segments_count() as u64;
    log.set_config(LogConfig { retention_bytes: Some(segment * 2), ..small() });
    assert_eq!(log.retain(at(2000), Offset(1)).unwrap(), [], "nothing committed");
    let before = disk.list(FOLDER.as_ref()).unwrap().len();
    let deleted = log.retain(at(2000), committed).unwrap();
    assert!(deleted.len() >= 2 && deleted.iter().all(|d| d.reason == Reason::Size));
    let start = log.start();
    assert_eq!(start, deleted.last().unwrap().next);
    assert!(read(&mut log, start.0 - 1, 100, committed.0).is_err());
    assert!(log.size_bytes() >= segment * 2, "never below the limit");
    log.set_config(LogConfig { retention_ms: Some(10_000), ..small() });
    assert_eq!(log.retain(at(5000), committed).unwrap(), []);
    assert_eq!(log.delete_due(Mono(2099)).unwrap(), 0);
    assert_eq!(disk.list(FOLDER.as_ref()).unwrap().len(), before + 1, "the start file");
    assert_eq!(log.delete_due(Mono(2100)).unwrap(), deleted.len());
    disk.power_cut();
    let mut log = open(&disk, small(), false);
    assert_eq!((log.start(), log.end()), (start, committed), "the start stays");
    assert_eq!(base_of(&read_all(&mut log, start.0).unwrap()[0]), start.0);

    log.set_config(LogConfig { retention_ms: Some(1000), ..small() });
    let deleted = log.retain(at(10_000), committed).unwrap();
    assert!(deleted.iter().all(|d| d.reason == Reason::Time));
    assert_eq!((log.start(), log.end(), log.segments_count()), (committed, committed, 0));
    disk.power_cut();
    let mut log = open(&disk, small(), false);
    assert_eq!((log.start(), log.end()), (committed, committed), "no offset is given twice");
    assert_eq!(log.latest_epoch(), LeaderEpoch(0));
    assert_eq!(append(&mut log, &batch(&[1], 1)).unwrap().base_offset, committed);
}

#[test]
fn r1_a_future_timestamp_holds_up_retention_and_without_delete_nothing_goes() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    append(&mut log, &batch(&[999_999], 800)).unwrap();
    append(&mut log, &batch(&[1000], 800)).unwrap();
    let config = LogConfig { retention_ms: Some(10), ..small() };
    log.set_config(config);
    assert_eq!(log.retain(at(5000), Offset(2)).unwrap(), []);
    log.set_config(LogConfig { delete_policy: false, ..config });
    assert_eq!(log.retain(at(9_999_999), Offset(2)).unwrap(), []);
    log.set_config(config);
    assert_eq!(log.retain(at(9_999_999), Offset(2)).unwrap().len(), 2);
}

#[test]
fn r7_a_trimmed_log_starts_inside_a_segment_and_does_so_again_after_a_power_cut() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 30);
    sync(&mut log);
    log.trim(Offset(25)).unwrap();
    log.trim(Offset(20)).unwrap();
    assert!(log.trim(Offset(61)).is_err());
    disk.power_cut();
    let mut log = open(&disk, small(), false);
    assert_eq!(log.start(), Offset(25));
    assert_eq!(base_of(&read_all(&mut log, 25).unwrap()[0]), 24, "F3: the batch that holds it");
    assert_eq!(time_of(&mut log, 0, 60), Some((25, 1025)));
    assert_eq!(log.segments_count(), 4, "what lies below the start was dropped");
    log.trim(Offset(30)).unwrap();
    let deleted = log.retain(at(0), Offset(60)).unwrap();
    let expected = (1, Offset(30), Reason::Start);
    assert_eq!((deleted.len(), deleted[0].next, deleted[0].reason), expected);
}

#[test]
fn cold_bytes_are_asked_for_and_appends_do_not_wait_for_them() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 30);
    sync(&mut log);
    log.close(true).unwrap();
    let mut log = open(&disk, small(), true);
    assert_eq!(log.recovery(), &Recovery::default(), "a clean stop needs no scan");
    assert!(log.take_dirty().is_none());
    fill(&mut log, 1);
    match log.read(Offset(60), 1000, Offset(62), true).unwrap() {
        Lookup::Ready(out) => assert_eq!(offsets(&out.bytes), [(60, 61)]),
        Lookup::Later(cold) => log.populated(cold.populate().unwrap()),
    }
    let Lookup::Later(cold) = log.read(Offset(0), 1000, Offset(62), true).unwrap() else {
        panic!("nobody has read it yet")
    };
    let populated = cold.populate().unwrap();
    fill(&mut log, 1);
    log.populated(populated);
    let out = read(&mut log, 0, 1000, 62).unwrap();
    assert_eq!(offsets(&out.bytes)[0], (0, 1));
    let again = log.read(Offset(0), 1000, Offset(62), true).unwrap();
    assert!(matches!(again, Lookup::Ready(again) if again == out), "it stays warm");
    log.release_files();
    assert_eq!(read_all(&mut log, 0).unwrap().len(), 32);
}

#[test]
fn a_deleted_or_poisoned_log_refuses_everything() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 3);
    log.delete().unwrap();
    assert!(!disk.exists(FOLDER.as_ref()));
    let refusal = Refusal::Poisoned(Poison::Deleted);
    assert_eq!(append(&mut log, &batch(&[1], 1)), Err(refusal));
    assert_eq!(read(&mut log, 0, 1, 1), Err(refusal));
    log.poison(Poison::Sync(std::io::ErrorKind::Other));
    assert_eq!(log.poisoned(), Some(Poison::Deleted), "the first reason stays");
    assert!(log.take_dirty().is_none());
}

#[test]
fn the_real_disk_serves_slices_of_one_map() {
    let dir = tempfile::tempdir().unwrap();
    let open = |clean| {
        let folder = dir.path().join("topic/0");
        let config = LogConfig { segment_bytes: 5000, ..small() };
        Log::open(Arc::new(crate::disk::RealDisk), folder, config, at(1000), clean).unwrap()
    };
    let mut log = open(true);
    fill(&mut log, 100);
    let first = read(&mut log, 0, 10, 200).unwrap().bytes;
    let second = read(&mut log, 2, 10, 200).unwrap().bytes;
    assert_eq!(second.as_ptr(), first.as_ptr().wrapping_add(first.len()));
    sync(&mut log);
    let all = read_all(&mut log, 0).unwrap();
    log.close(true).unwrap();
    for clean in [true, false] {
        let mut log = open(clean);
        assert_eq!(log.end(), Offset(200));
        assert_eq!(read_all(&mut log, 0).unwrap(), all);
        assert_eq!(log.recovery().bytes_scanned, 0, "indexes vouch for synced bytes");
    }
    assert_eq!(offsets(&first), [(0, 1)], "maps outlive their log");
}

#[test]
fn a_log_and_what_it_hands_out_can_go_to_other_threads() {
    fn check<T: Send + 'static>() {}
    check::<Log>();
    check::<Dirty>();
    check::<ColdRead>();
    check::<Populated>();
}
