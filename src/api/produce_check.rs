//! What of a batch is looked at record by record, and only where it must be: keys where the topic
//! is compacted (protocol.md P9), times where they may be out of bounds (P10), everything where the
//! topic wants another codec (P12). Every other batch goes into the log unopened.
//!
//! Done before the partition is locked.

use std::ops::RangeInclusive;

use crate::base::limits::{INLINE_BYTES_MAX, RECORD_ERRORS_MAX, UNCOMPRESSED_BYTES_MAX};
use crate::base::{Now, Timestamp};
use crate::broker::Broker;
use crate::log::{LogConfig, TIMESTAMP_AFTER_MAX_MS, TimestampType};
use crate::record::compression::{Codec, Encoding};
use crate::record::{BatchError, CheckedBatch, Record, Times};

use super::refuse::{BadRecords, Refusal};

/// A batch as its topic takes it.
pub(super) enum Fit<'a> {
    /// As it was sent.
    Sent(CheckedBatch<'a>),
    /// In another codec.
    Recoded {
        /// The batch.
        bytes: Vec<u8>,
        /// Of its records.
        times: Option<Times>,
    },
}

impl Fit<'_> {
    /// The batch to append.
    ///
    /// # Errors
    /// None, unless the broker wrote a batch that it would not take.
    pub(super) fn batch(&self) -> Result<CheckedBatch<'_>, BatchError> {
        match self {
            Fit::Sent(batch) => Ok(*batch),
            Fit::Recoded { bytes, times } => {
                let batch = CheckedBatch::produced(bytes)?;
                Ok(times.map_or(batch, |times| batch.knowing(times)))
            }
        }
    }
}

/// What a topic wants to know of a batch's records.
struct Look {
    keys: bool,
    times: Option<RangeInclusive<i64>>,
    /// The batch says that it has the broker's time, before the broker has given it.
    flagged: bool,
    encoding: Option<Encoding>,
}

impl Look {
    fn new(config: &LogConfig, batch: &CheckedBatch<'_>, now: Now) -> Look {
        Look {
            keys: config.compact_policy,
            flagged: config.timestamp_type == TimestampType::LogAppendTime
                && batch.header().is_log_append_time(),
            times: window(config, now).filter(|window| suspects(config, window, batch)),
            encoding: config.encoding.filter(|encoding| encoding.codec != batch.codec()),
        }
    }

    fn is_needed(&self) -> bool {
        self.keys || self.flagged || self.times.is_some() || self.encoding.is_some()
    }
}

/// Makes a batch fit for its topic. `name` is the partition's, for what clients read.
///
/// # Errors
/// The records that the topic does not take, or that the batch cannot be opened.
pub(super) fn fit<'a>(
    broker: &Broker,
    config: &LogConfig,
    batch: CheckedBatch<'a>,
    now: Now,
    name: impl Fn() -> String,
) -> Result<Fit<'a>, Refusal> {
    let look = Look::new(config, &batch, now);
    // What is too large is not worth a look: the log refuses it (P6).
    let too_large = batch.header().size_bytes() > config.max_message_bytes as usize;
    if !look.is_needed() || too_large {
        return Ok(Fit::Sent(batch));
    }
    let work = || open(&look, batch, name);
    if batch.codec() == Codec::None && batch.bytes().len() <= INLINE_BYTES_MAX {
        return work();
    }
    broker.aside().run(work)
}

fn open<'a>(
    look: &Look,
    batch: CheckedBatch<'a>,
    name: impl Fn() -> String,
) -> Result<Fit<'a>, Refusal> {
    let opened = batch.open(UNCOMPRESSED_BYTES_MAX)?;
    let mut bad = BadRecords::default();
    let mut times: Option<Times> = None;
    for (record, index) in opened.records().zip(0..) {
        let record = record?;
        let time = record.timestamp;
        times = Some(match times {
            Some(Times { min, max }) => Times { min: min.min(time), max: max.max(time) },
            None => Times { min: time, max: time },
        });
        let is_told = bad.records.len() < RECORD_ERRORS_MAX;
        let why = if look.keys && record.key.is_none() {
            is_told.then(|| no_key(&name()))
        } else if look.flagged {
            bad.has_bad_times = true;
            is_told.then(|| flagged(&batch, &record))
        } else if look.times.as_ref().is_some_and(|window| is_outside(window, &record)) {
            bad.has_bad_times = true;
            look.times.as_ref().filter(|_| is_told).map(|window| outside(window, &record))
        } else {
            continue;
        };
        bad.count += 1;
        bad.records.extend(why.map(|why| (index, why)));
    }
    if bad.count > 0 {
        return Err(Refusal::Records(bad));
    }
    Ok(match look.encoding {
        Some(to) => Fit::Recoded { bytes: batch.recoded(&opened, to), times },
        None => Fit::Sent(times.map_or(batch, |times| batch.knowing(times))),
    })
}

fn no_key(name: &str) -> String {
    format!("Compacted topic cannot accept message without key in topic partition {name}")
}

/// The times that records may have; `None` where they get the broker's.
fn window(config: &LogConfig, now: Now) -> Option<RangeInclusive<i64>> {
    let (before, after) = (config.timestamp_before_max_ms, config.timestamp_after_max_ms);
    match config.timestamp_type {
        TimestampType::CreateTime => {
            Some(now.wall.0.saturating_sub(before)..=now.wall.0.saturating_add(after))
        }
        TimestampType::LogAppendTime => None,
    }
}

/// Whether a record may lie outside. What a compressed batch says of its own times is believed,
/// unless the topic has bounds of its own.
fn suspects(config: &LogConfig, window: &RangeInclusive<i64>, batch: &CheckedBatch<'_>) -> bool {
    let header = batch.header();
    let (min, max) = match batch.times() {
        Some(times) => (times.min, times.max),
        None => (header.base_timestamp, header.max_timestamp),
    };
    let has_own_bounds = config.timestamp_before_max_ms != i64::MAX
        || config.timestamp_after_max_ms != TIMESTAMP_AFTER_MAX_MS;
    !window.contains(&min.0)
        || !window.contains(&max.0)
        || (batch.times().is_none() && has_own_bounds)
}

fn is_outside(window: &RangeInclusive<i64>, record: &Record<'_>) -> bool {
    record.timestamp != Timestamp::NONE && !window.contains(&record.timestamp.0)
}

fn outside(window: &RangeInclusive<i64>, record: &Record<'_>) -> String {
    format!(
        "Timestamp {} of message with offset {} is out of range. The timestamp should be \
         within [{}, {}]",
        record.timestamp.0,
        record.offset.0,
        window.start(),
        window.end()
    )
}

fn flagged(batch: &CheckedBatch<'_>, record: &Record<'_>) -> String {
    let kind = if batch.codec() == Codec::None { "" } else { "Partial" };
    format!(
        "Invalid timestamp type in message {kind}DefaultRecord(offset={}, timestamp={}, key={} \
         bytes, value={} bytes). Producer should not set timestamp type to LogAppendTime.",
        record.offset.0,
        record.timestamp.0,
        record.key.map_or(0, <[u8]>::len),
        record.value.map_or(0, <[u8]>::len)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::BatchBuilder;

    const KEYS: Look = Look { keys: true, times: None, flagged: false, encoding: None };

    fn looked(look: &Look, keys: &[Option<&[u8]>]) -> Result<Vec<u8>, Refusal> {
        let mut builder = BatchBuilder::new();
        keys.iter().for_each(|key| builder.push(Timestamp(7), *key, Some(b"v")));
        let bytes = builder.build();
        let fit = open(look, CheckedBatch::produced(&bytes)?, || "a-0".to_owned())?;
        let batch = fit.batch()?;
        assert_eq!(batch.times(), Some(Times { min: Timestamp(7), max: Timestamp(7) }));
        Ok(batch.bytes().to_vec())
    }

    fn bad(keys: &[Option<&[u8]>]) -> BadRecords {
        match looked(&KEYS, keys) {
            Err(Refusal::Records(bad)) => bad,
            other => panic!("no refusal of records: {other:?}"),
        }
    }

    #[test]
    fn a_refusal_names_the_records_it_is_about_by_their_place_p9() {
        let bad = bad(&[Some(b"a"), None, Some(b""), None]);
        let places: Vec<i32> = bad.records.iter().map(|(place, _)| *place).collect();
        assert_eq!((places, bad.count, bad.has_bad_times), (vec![1, 3], 2, false));
        assert!(Refusal::Records(bad).names_log_start());
    }

    #[test]
    fn a_batch_that_nothing_is_held_against_is_accepted() {
        assert!(looked(&KEYS, &[Some(b"a")]).is_ok());
    }

    #[test]
    fn a_refusal_names_no_more_records_than_its_limit_and_counts_all() {
        let bad = bad(&[None; RECORD_ERRORS_MAX + 5]);
        assert_eq!((bad.records.len(), bad.count), (RECORD_ERRORS_MAX, RECORD_ERRORS_MAX + 5));
    }

    #[test]
    fn what_a_recoded_batch_is_known_to_hold_stays_known_p12() {
        let look = Look { encoding: Some(Encoding::of(Codec::Zstd)), ..KEYS };
        let bytes = looked(&look, &[Some(b"a")]).expect("taken");
        let batch = CheckedBatch::produced(&bytes).expect("a good batch");
        assert_eq!(batch.codec(), Codec::Zstd);
    }

    #[test]
    fn times_are_looked_at_only_where_they_may_be_out_of_bounds_p10() {
        let config = LogConfig { timestamp_before_max_ms: 1000, ..LogConfig::default() };
        let now = Now { wall: Timestamp(5000), ..Now::default() };
        for (time, codec, own, default) in [
            (4500, Codec::None, false, false),
            (4500, Codec::Gzip, true, false),
            (3999, Codec::None, true, false),
            (3_605_001, Codec::Gzip, true, true),
        ] {
            let mut builder = BatchBuilder::new().codec(codec);
            builder.push(Timestamp(time), None, None);
            let bytes = builder.build();
            let batch = CheckedBatch::produced(&bytes).expect("a good batch");
            let looks = |config| Look::new(config, &batch, now).is_needed();
            assert_eq!((looks(&config), looks(&LogConfig::default())), (own, default), "{time}");
        }
    }
}
