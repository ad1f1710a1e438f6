//! A batch in another codec: what a topic with its own `compression.type` stores (protocol.md P12).
//!
//! Invariant: records, offsets, times and producer stay; codec, length and checksum are new.

use super::batch::CheckedBatch;
use super::compression::{self, Encoding};
use super::crc::crc32c_of_two;
use super::header::{ATTRIBUTES_AT, Attributes, LENGTH_OVERHEAD_BYTES};
use super::open::OpenBatch;
use crate::base::limits::BATCH_HEADER_BYTES;

impl CheckedBatch<'_> {
    /// The same batch in another encoding; `opened` is this batch, opened.
    #[must_use]
    pub fn recoded(&self, opened: &OpenBatch<'_>, to: Encoding) -> Vec<u8> {
        let records = compression::compress(to, opened.records_bytes());
        let mut header = *self.header();
        let flags = header.attributes.0 & !Attributes::CODEC_MASK;
        header.attributes = Attributes(flags | to.codec.bits());
        let length = BATCH_HEADER_BYTES - LENGTH_OVERHEAD_BYTES + records.len();
        header.length = i32::try_from(length).expect("what was opened under a cap stays below it");
        header.crc = crc32c_of_two(&header.to_bytes()[ATTRIBUTES_AT..], &records);
        let mut out = Vec::with_capacity(BATCH_HEADER_BYTES + records.len());
        out.extend_from_slice(&header.to_bytes());
        out.extend_from_slice(&records);
        out
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::{ProducerEpoch, ProducerId, Timestamp};
    use crate::record::compression::Codec;
    use crate::record::{BatchBuilder, Record};

    const CAP: usize = 1 << 20;

    fn batch(codec: Codec) -> Vec<u8> {
        let mut batch =
            BatchBuilder::new().codec(codec).producer(ProducerId(7), ProducerEpoch(1), 40);
        for number in 0..50_i64 {
            let headers: &[(&[u8], Option<&[u8]>)] = &[(b"h", None), (b"i", Some(b"1"))];
            batch.push_with_headers(
                Timestamp(1_000 + number),
                Some(b"key"),
                Some(&[b'v'; 100]),
                headers,
            );
        }
        batch.build()
    }

    #[test]
    fn p12_every_codec_turns_into_every_other_and_the_records_stay() {
        for from in Codec::ALL {
            let bytes = batch(from);
            let source = CheckedBatch::produced(&bytes).expect("a good batch");
            let opened = source.open(CAP).expect("it opens");
            for to in Codec::ALL {
                let recoded = source.recoded(&opened, Encoding::of(to));
                let stored = CheckedBatch::produced(&recoded).expect("a good batch");
                assert_eq!(stored.codec(), to);
                let again = stored.open(CAP).expect("it opens");
                let records = |opened: &OpenBatch<'_>| {
                    let list: Result<Vec<Record<'_>>, _> = opened.records().collect();
                    format!("{list:?}")
                };
                assert_eq!(records(&again), records(&opened));
                let (mut old, mut new) = (*source.header(), *stored.header());
                for header in [&mut old, &mut new] {
                    (header.attributes, header.length, header.crc) = (Attributes(0), 0, 0);
                }
                assert_eq!(old, new);
            }
        }
    }

    #[test]
    fn p12_levels_count_from_the_lowest_to_the_highest() {
        let bytes = batch(Codec::None);
        let source = CheckedBatch::produced(&bytes).expect("a good batch");
        let opened = source.open(CAP).expect("it opens");
        let levels = [(Codec::Gzip, [-1, 1, 9]), (Codec::Zstd, [-131_072, 1, 22])];
        for (codec, levels) in levels {
            for level in levels {
                let recoded = source.recoded(&opened, Encoding { codec, level });
                let stored = CheckedBatch::produced(&recoded).expect("a good batch");
                assert_eq!(stored.open(CAP).expect("it opens").records().count(), 50);
            }
        }
    }
}
