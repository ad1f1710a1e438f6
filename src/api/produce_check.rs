//! What of a batch is checked record by record, and only where it must be: keys where the topic is
//! compacted (protocol.md P9), times where the log has refused them (P10).

use std::sync::Arc;

use crate::base::limits::{RECORD_ERRORS_MAX, UNCOMPRESSED_BYTES_MAX};
use crate::base::{ErrorCode, Now, Timestamp};
use crate::broker::Partition;
use crate::log;
use crate::record::{CheckedBatch, Record};

use super::refuse::{BadRecords, Refusal};

/// Refuses records without a key where the topic is compacted.
pub(super) fn keys(
    partition: &Arc<Partition>,
    batch: &CheckedBatch<'_>,
    name: impl Fn() -> String,
) -> Result<(), Refusal> {
    if !partition.with_log(|log| log.config().compact_policy)? {
        return Ok(());
    }
    let keyless = |record: &Record<'_>| {
        record.key.is_none().then(|| {
            let name = name();
            format!("Compacted topic cannot accept message without key in topic partition {name}")
        })
    };
    refuse(ErrorCode::InvalidRecord, batch, keyless)
}

/// Tells which records a refusal is about, where it is about records.
pub(super) fn explained(
    refusal: log::Refusal,
    partition: &Arc<Partition>,
    batch: &CheckedBatch<'_>,
    now: Now,
) -> Refusal {
    let log::Refusal::TimestampOutOfRange(_) = refusal else { return refusal.into() };
    let window = partition.with_log(|log| {
        let (before, after) =
            (log.config().timestamp_before_max_ms, log.config().timestamp_after_max_ms);
        now.wall.0.saturating_sub(before)..=now.wall.0.saturating_add(after)
    });
    let Ok(window) = window else { return refusal.into() };
    let outside = |record: &Record<'_>| {
        let Timestamp(time) = record.timestamp;
        (!window.contains(&time)).then(|| {
            format!(
                "Timestamp {time} of message with offset {} is out of range. The timestamp should \
                 be within [{}, {}]",
                record.offset.0,
                window.start(),
                window.end()
            )
        })
    };
    match refuse(ErrorCode::InvalidTimestamp, batch, outside) {
        Err(explained) => explained,
        Ok(()) => refusal.into(),
    }
}

/// Refuses a batch with the records that `why` has something against.
fn refuse(
    code: ErrorCode,
    batch: &CheckedBatch<'_>,
    why: impl Fn(&Record<'_>) -> Option<String>,
) -> Result<(), Refusal> {
    let mut records = Vec::new();
    for (record, index) in batch.open(UNCOMPRESSED_BYTES_MAX)?.records().zip(0..) {
        records.extend(why(&record?).map(|why| (index, why)));
        if records.len() == RECORD_ERRORS_MAX {
            break;
        }
    }
    match records.is_empty() {
        true => Ok(()),
        false => Err(Refusal::Records(BadRecords { code, records })),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Offset;
    use crate::record::BatchBuilder;

    fn checked(keys: &[Option<&[u8]>], test: impl FnOnce(&CheckedBatch<'_>)) {
        let mut builder = BatchBuilder::new();
        keys.iter().for_each(|key| builder.push(Timestamp(7), *key, Some(b"v")));
        let bytes = builder.build();
        test(&CheckedBatch::produced(&bytes).unwrap());
    }

    fn keyless(record: &Record<'_>) -> Option<String> {
        record.key.is_none().then(|| record.offset.0.to_string())
    }

    #[test]
    fn a_refusal_names_the_records_it_is_about_by_their_place_p9() {
        checked(&[Some(b"a"), None, Some(b""), None], |batch| {
            let refused = refuse(ErrorCode::InvalidRecord, batch, keyless);
            let Err(Refusal::Records(bad)) = refused else { panic!("accepted: {refused:?}") };
            assert_eq!(bad.records, [(1, "1".to_owned()), (3, "3".to_owned())]);
            assert!(Refusal::Records(bad).names_log_start());
        });
    }

    #[test]
    fn a_batch_that_nothing_is_held_against_is_accepted() {
        checked(&[Some(b"a")], |batch| {
            assert!(refuse(ErrorCode::InvalidRecord, batch, keyless).is_ok());
            assert_eq!(batch.header().base_offset, Offset(0));
        });
    }

    #[test]
    fn a_refusal_names_no_more_records_than_its_limit() {
        checked(&[None; RECORD_ERRORS_MAX + 5], |batch| {
            let refused = refuse(ErrorCode::InvalidRecord, batch, keyless);
            let Err(Refusal::Records(bad)) = refused else { panic!("accepted: {refused:?}") };
            assert_eq!(bad.records.len(), RECORD_ERRORS_MAX);
        });
    }
}
