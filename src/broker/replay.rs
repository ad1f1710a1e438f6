//! Reading a log of the broker's own from start to end: the catalog's, and the groups'.

use crate::base::Offset;
use crate::base::limits::UNCOMPRESSED_BYTES_MAX;
use crate::log::{Log, Lookup, Refusal};
use crate::record::{BatchError, batches};

/// Bytes that one step reads.
const STEP_BYTES: usize = 1024 * 1024;

/// Why a log cannot be replayed.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    /// The log refuses to be read.
    #[error(transparent)]
    Log(#[from] Refusal),
    /// A batch is damaged.
    #[error("batch at offset {at}: {source}")]
    Batch {
        /// Where.
        at: Offset,
        /// How.
        source: BatchError,
    },
    /// A record means nothing.
    #[error("record at offset {at}: {why}")]
    Record {
        /// Where.
        at: Offset,
        /// Why.
        why: String,
    },
}

/// Hands every record (key, value) of the log to `replay`, in order. Blocks: for boot only.
///
/// # Errors
/// [`ReplayError`]: the log's trouble, or what `replay` says of a record.
pub fn each_record(
    log: &mut Log,
    mut replay: impl FnMut(Option<&[u8]>, Option<&[u8]>) -> Result<(), String>,
) -> Result<(), ReplayError> {
    let mut at = log.start();
    while at < log.end() {
        let bytes = match log.read(at, STEP_BYTES, log.end(), true)? {
            Lookup::Ready(read) => read.bytes,
            Lookup::Later(cold) => {
                log.populated(cold.populate().map_err(|error| Refusal::Read(error.kind()))?);
                continue;
            }
        };
        let before = at;
        for batch in batches(&bytes) {
            let batch = batch.map_err(|source| ReplayError::Batch { at, source })?;
            let opened = batch
                .open(UNCOMPRESSED_BYTES_MAX)
                .map_err(|source| ReplayError::Batch { at, source })?;
            for record in opened.records() {
                let record = record.map_err(|source| ReplayError::Batch { at, source })?;
                let done = replay(record.key, record.value);
                done.map_err(|why| ReplayError::Record { at: record.offset, why })?;
            }
            at = batch.header().next_offset();
        }
        assert!(at > before, "a read that is not empty moves on");
    }
    Ok(())
}
