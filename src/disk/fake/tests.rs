//! What the fake disk keeps and loses, so that other tests may believe it.

use super::*;

fn write(file: &Arc<dyn File>, position: u64, bytes: &[u8]) -> io::Result<()> {
    file.write_at(&[IoSlice::new(bytes)], position)
}

fn create(disk: &FakeDisk, path: &str) -> Arc<dyn File> {
    disk.open(Path::new(path), Open { create: true, map_bytes: 0 }).unwrap()
}

#[test]
fn what_was_synced_outlasts_every_power_cut_and_the_rest_is_a_torn_subset() {
    let (mut lost, mut torn, mut kept) = (0, 0, 0);
    for seed in 0..100 {
        let disk = FakeDisk::new(seed);
        disk.create_dir_all(Path::new("d")).unwrap();
        disk.sync_dir(Path::new("")).unwrap();
        let file = create(&disk, "d/f");
        disk.sync_dir(Path::new("d")).unwrap();
        write(&file, 0, b"safe").unwrap();
        file.sync_data().unwrap();
        write(&file, 4, b"gone").unwrap();
        disk.power_cut();
        assert!(file.len().is_err(), "a file opened before the cut is dead");
        let bytes = disk.read(Path::new("d/f")).unwrap();
        assert!(b"safegone".starts_with(&bytes[..]) && bytes.len() >= 4);
        match bytes.len() {
            4 => lost += 1,
            8 => kept += 1,
            _ => torn += 1,
        }
    }
    assert!(lost > 10 && torn > 10 && kept > 10);
}

#[test]
fn a_name_that_was_not_synced_may_be_lost_with_its_synced_bytes() {
    let survived = |seed| {
        let disk = FakeDisk::new(seed);
        let file = create(&disk, "f");
        write(&file, 0, b"x").unwrap();
        file.sync_data().unwrap();
        disk.power_cut();
        disk.exists(Path::new("f"))
    };
    let count = (0..100).filter(|seed| survived(*seed)).count();
    assert!((20..80).contains(&count), "{count} of 100");
}

#[test]
fn an_atomic_replacement_shows_the_old_or_the_new_bytes_at_every_failing_call() {
    for nth in 0..8 {
        for seed in 0..20 {
            let disk = FakeDisk::new(seed);
            disk.write_atomic(Path::new("f"), b"the old one").unwrap();
            disk.fail_nth(nth, Fault::Io);
            let done = disk.write_atomic(Path::new("f"), b"new").is_ok();
            disk.power_cut();
            let bytes = disk.read(Path::new("f")).unwrap();
            assert!(bytes == b"new" || !done && bytes == b"the old one", "{nth} {seed} {bytes:?}");
        }
    }
}

#[test]
fn after_a_failed_sync_a_later_one_brings_nothing_back() {
    let disk = FakeDisk::new(1);
    let file = create(&disk, "f");
    disk.sync_dir(Path::new("")).unwrap();
    write(&file, 0, b"x").unwrap();
    disk.fail_nth(0, Fault::Io);
    assert!(file.sync_data().is_err());
    assert!(file.sync_data().is_ok());
    disk.power_cut();
    assert_eq!(disk.read(Path::new("f")).unwrap(), b"");
}

#[test]
fn a_full_disk_takes_a_part_and_says_so_and_a_crash_keeps_it() {
    let disk = FakeDisk::new(1);
    let file = create(&disk, "f");
    disk.limit(Some(6));
    write(&file, 0, b"1234").unwrap();
    let error = write(&file, 4, b"5678").unwrap_err();
    assert!(super::super::is_full(&error));
    disk.crash();
    assert_eq!(disk.read(Path::new("f")).unwrap(), b"123456");
}

#[test]
fn the_same_seed_gives_the_same_history() {
    let run = |seed| {
        let disk = FakeDisk::new(seed);
        for name in ["a", "b", "c", "d", "e", "f"] {
            write(&create(&disk, name), 0, &[7; 50]).unwrap();
        }
        disk.power_cut();
        disk.list(Path::new("")).unwrap()
    };
    assert_eq!(run(7), run(7));
    assert_ne!(run(7), run(8));
}
