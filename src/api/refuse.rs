//! Refusals become Kafka's error codes here and nowhere else.
//!
//! Every `match` is exhaustive on purpose: a new refusal must be given its code.

use crate::base::ErrorCode;
use crate::record::BatchError;
use crate::{catalog, log};

/// Why a part of a request was not carried out.
#[derive(Debug)]
pub enum Refusal {
    /// Decided by the API itself.
    Code(ErrorCode),
    /// The batch is not acceptable.
    Batch(BatchError),
    /// The log refused.
    Log(log::Refusal),
    /// The catalog refused.
    Catalog(catalog::Refusal),
    /// The catalog refused to change configs.
    Alter(catalog::AlterRefusal),
    /// The catalog refused to change or describe quotas.
    Quota(catalog::QuotaRefusal),
    /// Some records of a batch are not acceptable (protocol.md P9, P10).
    Records(BadRecords),
}

/// Records that are not acceptable; with them falls their batch.
#[derive(Debug, Default)]
pub struct BadRecords {
    /// Some are for their time: INVALID_TIMESTAMP, else INVALID_RECORD.
    pub has_bad_times: bool,
    /// How many they are.
    pub count: usize,
    /// The first of them, by their place in the batch, and why.
    pub records: Vec<(i32, String)>,
}

/// Bad records that the message of their batch tells.
const RECORDS_IN_MESSAGE_MAX: usize = 3;

impl Refusal {
    /// What the client is told to branch on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Refusal::Code(code) => *code,
            Refusal::Batch(error) => batch(error),
            Refusal::Log(refusal) => log(refusal),
            Refusal::Catalog(refusal) => catalog(refusal),
            Refusal::Alter(refusal) => alter(refusal),
            Refusal::Quota(catalog::QuotaRefusal::Request(_)) => ErrorCode::InvalidRequest,
            Refusal::Quota(catalog::QuotaRefusal::EntityType(_)) => ErrorCode::UnsupportedVersion,
            Refusal::Records(bad) if bad.has_bad_times => ErrorCode::InvalidTimestamp,
            Refusal::Records(_) => ErrorCode::InvalidRecord,
        }
    }

    /// Whether it is told with the log's start: Kafka does so for what its log refuses, other than
    /// sizes, checksums and its own troubles.
    pub fn names_log_start(&self) -> bool {
        match self {
            Refusal::Code(_) | Refusal::Catalog(_) | Refusal::Alter(_) | Refusal::Quota(_) => false,
            Refusal::Records(_) => true,
            Refusal::Batch(error) => !matches!(
                error,
                BatchError::Empty
                    | BatchError::Cut
                    | BatchError::Length(_)
                    | BatchError::MagicOld(_)
                    | BatchError::MagicUnknown(_)
                    | BatchError::Crc { .. }
                    | BatchError::Several
            ),
            Refusal::Log(refusal) => matches!(
                refusal,
                log::Refusal::OutOfOrderSequence { .. }
                    | log::Refusal::OldProducerEpoch { .. }
                    | log::Refusal::TimestampOutOfRange(_)
            ),
        }
    }

    /// What the client is told to read, where there is more than the code says.
    pub fn message(&self) -> Option<String> {
        match self {
            Refusal::Code(_) => None,
            Refusal::Batch(error) => Some(error.to_string()),
            Refusal::Log(refusal) => Some(refusal.to_string()),
            Refusal::Catalog(refusal) => Some(refusal.to_string()),
            // Kafka stumbles over it and has nothing to say.
            Refusal::Alter(catalog::AlterRefusal::Operation) => None,
            Refusal::Alter(refusal) => Some(refusal.to_string()),
            Refusal::Quota(refusal) => Some(refusal.to_string()),
            Refusal::Records(bad) => Some(bad.message()),
        }
    }
}

impl BadRecords {
    /// Kafka's words.
    fn message(&self) -> String {
        if self.has_bad_times {
            return "One or more records have been rejected due to invalid timestamp".into();
        }
        let told = self.records.iter().take(RECORDS_IN_MESSAGE_MAX);
        let told: Vec<String> = told
            .map(|(index, why)| format!("RecordError(batchIndex={index}, message='{why}')"))
            .collect();
        format!(
            "One or more records have been rejected due to {} record errors in total, and only \
             showing the first three errors at most: [{}]",
            self.count,
            told.join(", ")
        )
    }
}

impl From<ErrorCode> for Refusal {
    fn from(code: ErrorCode) -> Refusal {
        Refusal::Code(code)
    }
}

impl From<BatchError> for Refusal {
    fn from(error: BatchError) -> Refusal {
        Refusal::Batch(error)
    }
}

impl From<log::Refusal> for Refusal {
    fn from(refusal: log::Refusal) -> Refusal {
        Refusal::Log(refusal)
    }
}

impl From<catalog::Refusal> for Refusal {
    fn from(refusal: catalog::Refusal) -> Refusal {
        Refusal::Catalog(refusal)
    }
}

impl From<catalog::AlterRefusal> for Refusal {
    fn from(refusal: catalog::AlterRefusal) -> Refusal {
        Refusal::Alter(refusal)
    }
}

impl From<catalog::QuotaRefusal> for Refusal {
    fn from(refusal: catalog::QuotaRefusal) -> Refusal {
        Refusal::Quota(refusal)
    }
}

/// protocol.md A8, A9.
fn alter(refusal: &catalog::AlterRefusal) -> ErrorCode {
    use catalog::AlterRefusal;
    match refusal {
        AlterRefusal::Request(_) => ErrorCode::InvalidRequest,
        AlterRefusal::Config(_) => ErrorCode::InvalidConfig,
        AlterRefusal::Name(_) => ErrorCode::InvalidTopicException,
        AlterRefusal::UnknownTopic(_) => ErrorCode::UnknownTopicOrPartition,
        AlterRefusal::Operation => ErrorCode::UnknownServerError,
    }
}

/// protocol.md P4, P5, P8.
fn batch(error: &BatchError) -> ErrorCode {
    match error {
        BatchError::Length(_) | BatchError::MagicUnknown(_) | BatchError::Crc { .. } => {
            ErrorCode::CorruptMessage
        }
        BatchError::Empty
        | BatchError::Cut
        | BatchError::MagicOld(_)
        | BatchError::Several
        | BatchError::BaseOffset(_)
        | BatchError::Control
        | BatchError::Count { .. }
        | BatchError::Sequence(_)
        | BatchError::CodecUnknown(_)
        | BatchError::Record(_)
        | BatchError::RecordsLeft
        | BatchError::Decompress(_) => ErrorCode::InvalidRecord,
    }
}

/// protocol.md P6, P7, P10, P16-P19, F4.
fn log(refusal: &log::Refusal) -> ErrorCode {
    match refusal {
        log::Refusal::OffsetOutOfRange { .. } => ErrorCode::OffsetOutOfRange,
        log::Refusal::BatchTooLarge { .. } => ErrorCode::MessageTooLarge,
        log::Refusal::SegmentTooSmall { .. } => ErrorCode::RecordListTooLarge,
        log::Refusal::TimestampOutOfRange(_) => ErrorCode::InvalidTimestamp,
        log::Refusal::OutOfOrderSequence { .. } => ErrorCode::OutOfOrderSequenceNumber,
        log::Refusal::OldProducerEpoch { .. } => ErrorCode::InvalidProducerEpoch,
        log::Refusal::Poisoned(log::Poison::Deleted) => ErrorCode::UnknownTopicOrPartition,
        log::Refusal::NoRoom
        | log::Refusal::Poisoned(
            log::Poison::Write(_) | log::Poison::Sync(_) | log::Poison::Closed,
        )
        | log::Refusal::Read(_) => ErrorCode::KafkaStorageError,
        log::Refusal::Corrupt(_) => ErrorCode::CorruptMessage,
    }
}

/// protocol.md A1-A7.
fn catalog(refusal: &catalog::Refusal) -> ErrorCode {
    use catalog::Refusal;
    match refusal {
        Refusal::InvalidName(_)
        | Refusal::Collision { .. }
        | Refusal::Internal(_)
        | Refusal::InternalGrows(_) => ErrorCode::InvalidTopicException,
        Refusal::AlreadyExists(_) => ErrorCode::TopicAlreadyExists,
        Refusal::PartitionCount | Refusal::Shrinks { .. } | Refusal::SameCount(_) => {
            ErrorCode::InvalidPartitions
        }
        Refusal::TooManyPartitions => ErrorCode::PolicyViolation,
        Refusal::ReplicationFactor | Refusal::TooFewBrokers(_) => {
            ErrorCode::InvalidReplicationFactor
        }
        Refusal::AssignedTwice(_)
        | Refusal::AssignedOtherCount { .. }
        | Refusal::AssignedWithGap
        | Refusal::AssignedToNone
        | Refusal::AssignedToUnknown(_)
        | Refusal::AssignedToTwice(_) => ErrorCode::InvalidReplicaAssignment,
        Refusal::InvalidConfig(_) => ErrorCode::InvalidConfig,
        Refusal::UnknownTopic => ErrorCode::UnknownTopicOrPartition,
        Refusal::UnknownTopicId => ErrorCode::UnknownTopicId,
        Refusal::DeletionDisabled => ErrorCode::TopicDeletionDisabled,
        Refusal::Reserved(_)
        | Refusal::DuplicateName
        | Refusal::AssignedAndCounted
        | Refusal::AssignedAndReplicated
        | Refusal::NameAndId
        | Refusal::NeitherNameNorId
        | Refusal::DuplicateId
        | Refusal::NameOfGivenId => ErrorCode::InvalidRequest,
        Refusal::NoProducerIds => ErrorCode::UnknownServerError,
    }
}
