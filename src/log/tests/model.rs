//! Random lives of a log against a list of batches.

use proptest::prelude::*;

use super::*;

#[derive(Clone, Debug)]
enum Step {
    Append { count: usize, fill: usize, epoch_up: bool },
    Resend,
    Sync,
    SyncSealed,
    Read { from: usize, max_bytes: usize, upto: usize },
    Time { offset: usize },
    Retain { bytes: u64 },
    Trim { to: usize },
    Full { room: u64 },
    Release,
    Stop { synced: bool },
    Kill,
    PowerCut,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        10 => (1..4_usize, 0..200_usize, prop::bool::weighted(0.1))
            .prop_map(|(count, fill, epoch_up)| Step::Append { count, fill, epoch_up }),
        1 => Just(Step::Resend),
        4 => Just(Step::Sync),
        1 => Just(Step::SyncSealed),
        5 => (0..100_000_usize, 0..1500_usize, 0..100_000_usize)
            .prop_map(|(from, max_bytes, upto)| Step::Read { from, max_bytes, upto }),
        2 => (0..100_000_usize).prop_map(|offset| Step::Time { offset }),
        1 => (0..4000_u64).prop_map(|bytes| Step::Retain { bytes }),
        1 => (0..100_000_usize).prop_map(|to| Step::Trim { to }),
        1 => (0..600_u64).prop_map(|room| Step::Full { room }),
        1 => Just(Step::Release),
        1 => any::<bool>().prop_map(|synced| Step::Stop { synced }),
        1 => Just(Step::Kill),
        1 => Just(Step::PowerCut),
    ]
}

/// What the log should hold.
struct Model {
    disk: FakeDisk,
    log: Log,
    /// Every batch ever appended and not lost, from offset 0 on, as it was sent.
    batches: Vec<Vec<u8>>,
    /// Base offset of each, and behind them the end.
    bases: Vec<i64>,
    committed: i64,
    start: i64,
    epoch: i32,
    sequence: i32,
}

impl Model {
    fn new(seed: u64) -> Model {
        let disk = disk(seed);
        let log = open(&disk, small(), true);
        let (batches, bases) = (Vec::new(), vec![0]);
        Model { disk, log, batches, bases, committed: 0, start: 0, epoch: 0, sequence: 0 }
    }

    fn end(&self) -> i64 {
        *self.bases.last().unwrap()
    }

    fn apply(&mut self, step: &Step) {
        match *step {
            Step::Append { count, fill, epoch_up } => {
                self.epoch += i32::from(epoch_up);
                let _ = self.append(count, fill);
            }
            Step::Resend => self.resend(),
            Step::Sync => self.committed = sync(&mut self.log).0,
            Step::SyncSealed => {
                if let Some(dirty) = self.log.take_sealed() {
                    dirty.sync().unwrap();
                    self.committed = self.committed.max(dirty.end.0);
                }
            }
            Step::Read { from, max_bytes, upto } => self.read(from, max_bytes, upto),
            Step::Time { offset } => self.time(offset),
            Step::Retain { bytes } => self.retain(bytes),
            Step::Trim { to } => {
                let to = to as i64 % (self.committed + 1);
                self.log.trim(Offset(to)).unwrap_or_else(|r| panic!("{to} {r}"));
                self.start = self.start.max(to);
            }
            Step::Full { room } => {
                self.disk.limit(Some(room));
                while self.append(1, 50).is_ok() {}
                self.disk.limit(None);
            }
            Step::Release => {
                self.log.release_files();
            }
            Step::Stop { synced } => {
                if synced {
                    self.committed = sync(&mut self.log).0;
                }
                self.log.close(synced).unwrap();
                self.reopen(true);
            }
            Step::Kill => {
                self.disk.crash();
                self.reopen(false);
            }
            Step::PowerCut => {
                self.disk.power_cut();
                self.reopen(false);
            }
        }
        assert_eq!((self.log.start().0, self.log.end().0), (self.start, self.end()));
    }

    fn append(&mut self, count: usize, fill: usize) -> Result<(), Refusal> {
        let mut builder =
            BatchBuilder::new().producer(ProducerId(9), ProducerEpoch(0), self.sequence);
        for i in 0..count {
            let time = self.end() + i as i64;
            builder.push(Timestamp(time), None, Some(&vec![fill as u8; fill]));
        }
        let bytes = builder.build();
        let appended = append_in(&mut self.log, &bytes, self.epoch)?;
        assert_eq!((appended.base_offset.0, appended.duplicate), (self.end(), false));
        self.sequence += count as i32;
        self.bases.push(self.end() + count as i64);
        self.batches.push(bytes);
        Ok(())
    }

    fn resend(&mut self) {
        if let (Some(bytes), [.., base, _]) = (self.batches.last(), &self.bases[..])
            && *base >= self.start
        {
            let again = append_in(&mut self.log, bytes, self.epoch).unwrap();
            assert_eq!((again.duplicate, again.base_offset.0), (true, *base));
        }
    }

    fn read(&mut self, from: usize, max_bytes: usize, upto: usize) {
        let upto = self.bases[upto % self.bases.len()];
        let from = self.start + from as i64 % (self.end() - self.start + 1);
        let out = read(&mut self.log, from, max_bytes, upto).unwrap();
        let mut at = self.bases.partition_point(|base| *base <= from) - 1;
        if from >= upto {
            assert!(out.bytes.is_empty() && out.next.0 == from);
            return;
        }
        assert!(!out.bytes.is_empty(), "from {from} upto {upto}");
        let mut len = 0;
        for view in batches(&out.bytes) {
            let bytes = view.unwrap().check().unwrap().bytes();
            assert_eq!(base_of(bytes), self.bases[at]);
            assert_eq!(bytes[16..], self.batches[at][16..]);
            at += 1;
            len += bytes.len();
        }
        assert_eq!((len, out.next.0), (out.bytes.len(), self.bases[at]));
        assert!(out.next.0 <= upto && (len <= max_bytes || batches(&out.bytes).count() == 1));
    }

    fn time(&mut self, offset: usize) {
        let offset = offset as i64 % (self.end() + 1);
        let expected = Some(offset.max(self.start)).filter(|o| *o < self.end());
        let end = self.end();
        assert_eq!(time_of(&mut self.log, offset, end), expected.map(|o| (o, o)));
        let max = Some(end - 1).filter(|last| *last >= self.start).map(|last| (last, last));
        assert_eq!(max_time(&mut self.log, end), max);
    }

    fn retain(&mut self, bytes: u64) {
        self.log.set_config(LogConfig { retention_bytes: Some(bytes), ..small() });
        let deleted = self.log.retain(at(1000), Offset(self.committed)).unwrap();
        if let Some(last) = deleted.last() {
            assert!(last.next.0 <= self.committed);
            self.start = self.start.max(last.next.0);
        }
        self.log.delete_due(Mono(u64::MAX)).unwrap();
        self.log.set_config(small());
    }

    /// Opens the log again; it may have lost what was not committed, from some batch on.
    fn reopen(&mut self, clean: bool) {
        self.log = open(&self.disk, small(), clean);
        let end = self.log.end().0;
        let recovery = *self.log.recovery();
        assert!(end >= self.committed, "{end} < {} {recovery:?}", self.committed);
        while self.end() > end {
            self.bases.pop();
            self.batches.pop();
        }
        assert_eq!(self.end(), end, "a batch boundary");
        if self.log.start().0 > self.start {
            // Not even the name of the first segment had been synced.
            assert!(self.committed <= self.start, "{recovery:?}");
            self.start = self.log.start().0;
        }
        assert!(self.log.latest_epoch().0 <= self.epoch);
        let all = read_all(&mut self.log, self.start).unwrap();
        let first = self.bases.partition_point(|base| *base <= self.start) - 1;
        assert_eq!(all.len(), self.batches.len().saturating_sub(first));
        // Sequences go on from what is left; after a total loss any are accepted (P18).
        let left = self.log.producers().next();
        self.sequence = left.map_or(self.sequence, |producer| producer.last_sequence + 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_log_is_a_list_of_batches_whatever_happens(
        seed in any::<u64>(),
        steps in prop::collection::vec(step(), 1..80),
    ) {
        let mut model = Model::new(seed);
        for step in &steps {
            model.apply(step);
        }
    }
}
