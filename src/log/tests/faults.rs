//! What goes wrong with disks: full, failing at any call, cut short, flipped bits, missing files.

use std::io::IoSlice;
use std::path::Path;

use super::*;
use crate::disk::{Fault, Open};

fn path(base: i64, suffix: &str) -> PathBuf {
    PathBuf::from(format!("{FOLDER}/{base:020}.{suffix}"))
}

/// Base offset and length of each segment file.
fn segment_files(disk: &FakeDisk) -> Vec<(i64, u64)> {
    let entries = disk.list(FOLDER.as_ref()).unwrap();
    let files = entries.iter().filter(|entry| entry.name.ends_with(".log"));
    files.map(|entry| (entry.name[..20].parse().unwrap(), entry.len)).collect()
}

fn truncate(disk: &FakeDisk, path: &Path, len: u64) {
    let file = disk.open(path, Open::default()).unwrap();
    file.set_len(len).unwrap();
    file.sync_data().unwrap();
}

/// A disk with a log of several segments, stopped in order, and its batches.
fn stopped(batches: usize) -> (FakeDisk, Vec<Vec<u8>>) {
    let disk = disk(5);
    let mut log = open(&disk, small(), true);
    for i in 0..batches {
        append(&mut log, &batch_of(7, i as i32 * 2, 2)).unwrap();
    }
    let all = read_all(&mut log, 0).unwrap();
    sync(&mut log);
    log.close(true).unwrap();
    (disk, all)
}

#[test]
fn a_full_disk_refuses_the_append_changes_nothing_and_heals_by_itself() {
    for room in 0..1500 {
        let disk = disk(room);
        let mut log = open(&disk, small(), true);
        disk.limit(Some(room));
        let mut written = Vec::new();
        let refusal = loop {
            let bytes = batch(&[1000], 37);
            match append(&mut log, &bytes) {
                Ok(appended) => written.push(appended.base_offset.0),
                Err(refusal) => break refusal,
            }
        };
        assert_eq!(refusal, Refusal::NoRoom);
        assert_eq!(log.end().0, written.len() as i64);
        disk.limit(None);
        append(&mut log, &batch(&[1000], 11)).unwrap();
        let all = read_all(&mut log, 0).unwrap();
        assert_eq!(all.len(), written.len() + 1, "the rest was overwritten");
        disk.crash();
        let mut log = open(&disk, small(), false);
        assert_eq!(read_all(&mut log, 0).unwrap(), all, "room {room}");
    }
}

#[test]
fn a_failed_write_or_sync_poisons_until_the_log_is_opened_again() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 1);
    let end = sync(&mut log);
    disk.fail_nth(0, Fault::Io);
    assert!(matches!(append(&mut log, &batch(&[1], 1)), Err(Refusal::Poisoned(_))));
    assert!(log.is_poisoned() && append(&mut log, &batch(&[1], 1)).is_err());
    disk.power_cut();
    let mut log = open(&disk, small(), false);
    assert_eq!(log.end(), end);
    append(&mut log, &batch(&[1], 1)).unwrap();
    let dirty = log.take_dirty().unwrap();
    disk.fail_nth(0, Fault::Io);
    assert!(dirty.sync().is_err());
}

/// Runs a log through its life; what a broker would do on each error. Returns the batches that
/// were committed, by offset, and the log start that was in force.
fn life(disk: &FakeDisk) -> (Vec<(i64, Vec<u8>)>, Offset) {
    let mut committed: Vec<(i64, Vec<u8>)> = Vec::new();
    let mut start = Offset(0);
    for round in 0..3 {
        let Ok(mut log) = try_open(disk, small(), false) else { continue };
        let Some(mut known) = commit(&mut log, &[]) else { continue };
        known.retain(|(offset, _)| committed.iter().all(|(old, _)| old != offset));
        committed.extend(known);
        start = start.max(log.start());
        for i in 0..8 {
            let bytes = batch_of(7, (round * 8 + i) * 2, 2);
            let mut written = Vec::new();
            // Sequences are refused once an earlier batch was: its producer would start anew.
            if let Ok(appended) = append_in(&mut log, &bytes, round)
                && !appended.duplicate
            {
                written.push(appended.base_offset);
            }
            if i % 3 == 1 {
                match commit(&mut log, &written) {
                    Some(more) => committed.extend(more),
                    None => break,
                }
            }
        }
        let Some(more) = commit(&mut log, &[]) else { continue };
        committed.extend(more);
        log.set_config(LogConfig { retention_bytes: Some(1500), ..small() });
        let end = log.end();
        if log.retain(at(5000), end).is_ok() {
            start = log.start();
            let _ = log.delete_due(Mono(9000));
        }
        if round == 1 {
            let _ = log.close(true);
        }
    }
    (committed, start)
}

/// Syncs, as the commit thread does, and gives the batches from the first of `written` (or, with
/// none, from the log's start) on. `None`: the log is out of order.
fn commit(log: &mut Log, written: &[Offset]) -> Option<Vec<(i64, Vec<u8>)>> {
    if let Some(dirty) = log.take_dirty()
        && let Err(error) = dirty.sync()
    {
        log.poison(Poison::Sync(error.kind()));
    }
    if log.is_poisoned() {
        return None;
    }
    let from = written.first().copied().unwrap_or(log.start());
    let Ok(Lookup::Ready(_)) = log.read(from, 1, log.end(), true) else { return Some(Vec::new()) };
    let batches = read_all(log, from.0).ok()?;
    Some(batches.into_iter().map(|bytes| (base_of(&bytes), bytes)).collect())
}

#[test]
fn r5b_whatever_call_fails_nothing_committed_is_lost() {
    let calls = {
        let disk = disk(0);
        life(&disk);
        disk.calls()
    };
    assert!(calls > 150, "{calls} calls");
    for nth in 0..calls {
        for fault in [Fault::Io, Fault::NoSpace] {
            for (seed, kill) in [(nth, false), (nth + 1000, false), (nth, true)] {
                let disk = disk(seed);
                disk.fail_nth(nth, fault);
                let (committed, start) = life(&disk);
                if kill {
                    disk.crash()
                } else {
                    disk.power_cut()
                }
                let mut log = open(&disk, small(), false);
                let case = format!("call {nth} {fault:?} seed {seed} kill {kill}");
                assert!(log.start() <= start, "{case}");
                for (offset, bytes) in committed.iter().filter(|(o, _)| *o >= start.0) {
                    let end = log.end().0;
                    let out = read(&mut log, *offset, 1, end);
                    let out = out.unwrap_or_else(|refusal| panic!("{case}: {offset} {refusal}"));
                    assert_eq!(&out.bytes[..], &bytes[..], "{case}");
                }
                let end = log.end();
                let appended = append(&mut log, &batch(&[1], 1)).unwrap();
                assert_eq!(appended.base_offset, end, "{case}: it goes on");
            }
        }
    }
}

#[test]
fn r7_r8_at_every_length_of_the_last_segment_the_whole_batches_before_the_cut_stay() {
    let (disk, all) = stopped(17);
    let (base, _) = *segment_files(&disk).last().unwrap();
    let file = disk.read(&path(base, "log")).unwrap();
    assert!(file.len() > 300);
    for len in (0..file.len()).rev() {
        for clean in [true, false] {
            // What the last opening left is put back, index and snapshot gone or in place.
            let fresh = stopped(17).0;
            truncate(&fresh, &path(base, "log"), len as u64);
            let mut log = open(&fresh, small(), clean);
            let mut kept = all.clone();
            let mut bytes: usize = file.len();
            while bytes > len {
                bytes -= kept.pop().unwrap().len();
            }
            assert_eq!(read_all(&mut log, 0).unwrap(), kept, "length {len}");
            let sequence = kept.len() as i32 * 2;
            let next = append(&mut log, &batch_of(7, sequence, 2)).unwrap();
            assert_eq!(next.base_offset.0, i64::from(sequence), "producers are cut as well");
            assert!(!next.duplicate);
        }
    }
}

#[test]
fn r6_no_flipped_bit_in_an_index_or_snapshot_changes_an_answer() {
    let (disk, all) = stopped(17);
    let names: Vec<String> =
        disk.list(FOLDER.as_ref()).unwrap().into_iter().map(|entry| entry.name).collect();
    let mut flips = 0;
    for name in names.iter().filter(|name| !name.ends_with(".log")) {
        let path = PathBuf::from(FOLDER).join(name);
        let len = disk.read(&path).unwrap().len() as u64;
        for position in 0..len {
            let (disk, _) = stopped(17);
            disk.flip(&path, position, 1 << (position % 8)).unwrap();
            let mut log = open(&disk, small(), true);
            assert_eq!(read_all(&mut log, 0).unwrap(), all, "{name} byte {position}");
            assert_eq!(max_time(&mut log, 34), Some((0, 1000)));
            let again = append(&mut log, &batch_of(7, 32, 2)).unwrap();
            assert_eq!((again.duplicate, again.base_offset.0), (true, 32), "{name} {position}");
            flips += 1;
        }
    }
    assert!(flips > 500, "{flips}");
}

#[test]
fn r6_a_flipped_bit_in_a_segment_never_shows_a_batch_that_was_not_written() {
    let (disk, all) = stopped(17);
    for (base, len) in segment_files(&disk) {
        for position in (0..len).step_by(7) {
            let (disk, _) = stopped(17);
            // Without its index the segment is scanned, as after a kill.
            disk.remove_file(&path(base, "index")).unwrap();
            disk.flip(&path(base, "log"), position, 1 << (position % 8)).unwrap();
            let mut log = open(&disk, small(), false);
            let (mut offset, end) = (log.start().0, log.end().0);
            while offset < end {
                match read(&mut log, offset, 1, end) {
                    Ok(out) => {
                        let epoch = 12..16; // outside every checksum until there are block sums
                        let written = &all[offset as usize / 2];
                        assert_eq!(out.bytes[..epoch.start], written[..epoch.start]);
                        assert_eq!(out.bytes[epoch.end..], written[epoch.end..]);
                    }
                    Err(refusal) => assert!(matches!(refusal, Refusal::Corrupt(_)), "{refusal}"),
                }
                offset += 2;
            }
        }
    }
}

#[test]
fn r6_r9_a_flipped_bit_under_a_sound_index_spoils_its_stretch_and_nothing_else() {
    let (fresh, all) = stopped(17);
    for (base, len) in segment_files(&fresh) {
        for position in (0..len).step_by(3) {
            let (disk, _) = stopped(17);
            disk.flip(&path(base, "log"), position, 1 << (position % 8)).unwrap();
            let mut log = open(&disk, small(), true);
            let mut refused = Vec::new();
            for offset in (0..34).step_by(2) {
                match read(&mut log, offset, 1000, 34) {
                    Ok(out) => {
                        let found: Vec<_> =
                            batches(&out.bytes).map(|b| b.unwrap().bytes()).collect();
                        let at = offset as usize / 2;
                        assert_eq!(found, all[at..at + found.len()], "{base} {position}");
                    }
                    Err(Refusal::Corrupt(_)) => refused.push(offset),
                    Err(refusal) => panic!("{refusal}"),
                }
            }
            let near = |offset: &i64| (base..base + 24).contains(offset);
            assert!((1..=3).contains(&refused.len()) && refused.iter().all(near), "{refused:?}");
        }
    }
}

#[test]
fn a2_damage_in_synced_bytes_is_told_and_the_rest_is_served() {
    let (disk, all) = stopped(17);
    disk.remove_file(&path(0, "index")).unwrap();
    let at_batch = all[..3].iter().map(Vec::len).sum::<usize>() as u64;
    disk.flip(&path(0, "log"), at_batch + 70, 1).unwrap();
    for _ in 0..2 {
        let mut log = open(&disk, small(), false);
        assert_eq!(log.recovery().segments_damaged, 1);
        assert_eq!(log.end(), Offset(34));
        assert_eq!(offsets(&read(&mut log, 0, 9999, 34).unwrap().bytes).len(), 3);
        assert_eq!(read(&mut log, 6, 9999, 34), Err(Refusal::Corrupt(Offset(6))));
        let second =
            *log.segments.iter().map(|s| s.summary.base).collect::<Vec<_>>().get(1).unwrap();
        let rest = read_all(&mut log, second.0).unwrap();
        assert_eq!(rest[..], all[second.0 as usize / 2..]);
        log.close(true).unwrap();
    }
}

#[test]
fn segments_behind_a_tear_are_set_aside_and_never_deleted() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 12);
    let (first, second) = (log.segments[0].summary.len, log.segments[1].summary.base);
    disk.crash();
    truncate(&disk, &path(0, "log"), first - 1);
    let mut log = open(&disk, small(), false);
    assert_eq!(log.end().0, second.0 - 2);
    assert_eq!(log.recovery().segments_quarantined, 2);
    assert!(disk.exists(&path(second.0, "log.quarantine-1")));
    fill(&mut log, 3);
    disk.crash();
    let mut log = open(&disk, small(), false);
    assert_eq!(read_all(&mut log, 0).unwrap().len() as i64, second.0 / 2 - 1 + 3);
}

#[test]
fn a_damaged_start_file_is_told_and_without_segments_nothing_is_guessed() {
    let disk = disk(1);
    let mut log = open(&disk, small(), true);
    fill(&mut log, 12);
    let end = sync(&mut log);
    log.trim(Offset(3)).unwrap();
    log.close(true).unwrap();
    disk.flip(&PathBuf::from(FOLDER).join("start"), 20, 1).unwrap();
    let mut log = open(&disk, small(), true);
    assert!(log.recovery().start_lost);
    assert_eq!(log.start(), Offset(0));
    log.set_config(LogConfig { retention_ms: Some(1), ..small() });
    log.retain(at(9_999_999), end).unwrap();
    log.delete_due(Mono(u64::MAX)).unwrap();
    disk.flip(&PathBuf::from(FOLDER).join("start"), 20, 1).unwrap();
    disk.crash();
    for _ in 0..2 {
        assert!(matches!(try_open(&disk, small(), false), Err(LogError::Start(_))));
    }
}

#[test]
fn garbage_behind_the_end_and_strange_files_do_not_matter() {
    let (disk, all) = stopped(17);
    let (base, len) = *segment_files(&disk).last().unwrap();
    let file = disk.open(&path(base, "log"), Open::default()).unwrap();
    file.write_at(&[IoSlice::new(&[0; 100]), IoSlice::new(&all[16])], len).unwrap();
    disk.write_atomic(&PathBuf::from(FOLDER).join("notes.txt"), b"hello").unwrap();
    disk.write_atomic(&path(999, "index"), b"no segment").unwrap();
    disk.write_atomic(&path(999, "snapshot"), b"beyond the end").unwrap();
    for clean in [true, false] {
        let mut log = open(&disk, small(), clean);
        assert_eq!(read_all(&mut log, 0).unwrap(), all);
        assert!(disk.exists(&PathBuf::from(FOLDER).join("notes.txt")));
        assert!(!disk.exists(&path(999, "index")) && !disk.exists(&path(999, "snapshot")));
    }
}
