//! From times to offsets (protocol.md L2, L3).

use super::partition::Log;
use super::refusal::{Lookup, Refusal, Trouble};
use super::segment::Segment;
use super::walk::Place;
use crate::base::limits::UNCOMPRESSED_BYTES_MAX;
use crate::base::{LeaderEpoch, Offset, Timestamp};
use crate::record::BatchView;

/// A record found by its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedOffset {
    /// Its offset.
    pub offset: Offset,
    /// Its time.
    pub timestamp: Timestamp,
    /// The leader epoch it was appended in.
    pub epoch: LeaderEpoch,
}

impl Log {
    /// The first record below `upto` whose timestamp is `time` or later (L3).
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn find_time(
        &mut self,
        time: Timestamp,
        upto: Offset,
    ) -> Result<Lookup<Option<TimedOffset>>, Refusal> {
        self.sound()?;
        let result = self.find_time_from(time, upto);
        self.settle(result)
    }

    /// The first of the records below `upto` with the largest timestamp (L2); `None` in an empty
    /// log, or where no record has a time.
    ///
    /// # Errors
    /// As [`Log::read`].
    pub fn max_timestamp(&mut self, upto: Offset) -> Result<Lookup<Option<TimedOffset>>, Refusal> {
        self.sound()?;
        let result = match self.time_max(upto) {
            Ok(max) if max > Timestamp::NONE => self.find_time_from(max, upto),
            Ok(_) => Ok(None),
            Err(trouble) => Err(trouble),
        };
        self.settle(result)
    }

    fn find_time_from(
        &mut self,
        time: Timestamp,
        upto: Offset,
    ) -> Result<Option<TimedOffset>, Trouble> {
        for i in self.segment_at(self.start)..self.segments.len() {
            if self.segments.get(i).is_some_and(|segment| segment.summary.time_max < time) {
                continue;
            }
            self.reopen_warm(i)?;
            let Some(segment) = self.segments.get(i) else { break };
            let found = self.find_time_in(segment, time, upto)?;
            if found.is_some() || segment.summary.next >= upto {
                return Ok(found);
            }
        }
        Ok(None)
    }

    fn find_time_in(
        &self,
        segment: &Segment,
        time: Timestamp,
        upto: Offset,
    ) -> Result<Option<TimedOffset>, Trouble> {
        let mut window = segment.index()?.by_time(time, segment.summary.len);
        loop {
            for place in segment.walk(&window)? {
                let place = place?;
                if place.header.base_offset >= upto {
                    return Ok(None);
                }
                let past = place.header.last_offset() >= self.start;
                if past && place.header.max_timestamp >= time && !place.header.is_control() {
                    let found = self.find_time_at(segment, &place, time)?;
                    if found.is_some() {
                        return Ok(found);
                    }
                }
            }
            if window.range.end >= segment.summary.len {
                return Ok(None);
            }
            window = segment.index()?.by_position(window.range.end, segment.summary.len);
        }
    }

    /// The record inside a batch. A batch that cannot be opened counts as one record: the broker
    /// does not look into compressed batches when they come in.
    fn find_time_at(
        &self,
        segment: &Segment,
        place: &Place,
        time: Timestamp,
    ) -> Result<Option<TimedOffset>, Trouble> {
        let epoch = place.header.leader_epoch;
        let found = |offset, timestamp| Ok(Some(TimedOffset { offset, timestamp, epoch }));
        let bytes = segment.view(place.range())?;
        let opened = BatchView::new(&bytes).and_then(|batch| batch.open(UNCOMPRESSED_BYTES_MAX));
        let Ok(batch) = opened else {
            return found(place.header.base_offset.max(self.start), place.header.max_timestamp);
        };
        for record in batch.records().map_while(Result::ok) {
            if record.timestamp >= time && record.offset >= self.start {
                return found(record.offset, record.timestamp);
            }
        }
        Ok(None)
    }

    /// The largest timestamp of a batch below `upto`.
    fn time_max(&mut self, upto: Offset) -> Result<Timestamp, Trouble> {
        let mut max = Timestamp::NONE;
        for i in self.segment_at(self.start)..self.segments.len() {
            self.reopen_warm(i)?;
            let Some(segment) = self.segments.get(i) else { break };
            if segment.summary.base >= upto {
                break;
            }
            if segment.summary.next <= upto {
                max = max.max(segment.summary.time_max);
                continue;
            }
            let relative = u32::try_from(upto.0 - segment.summary.base.0).unwrap_or(u32::MAX);
            let window = segment.index()?.by_offset(relative, segment.summary.len);
            max = max.max(window.time_before);
            for place in segment.walk(&window)? {
                let place = place?;
                if place.header.last_offset() >= upto {
                    break;
                }
                max = max.max(place.header.max_timestamp);
            }
        }
        Ok(max)
    }
}
