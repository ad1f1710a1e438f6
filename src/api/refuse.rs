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
}

impl Refusal {
    /// What the client is told to branch on.
    pub fn code(&self) -> ErrorCode {
        match self {
            Refusal::Code(code) => *code,
            Refusal::Batch(error) => batch(error),
            Refusal::Log(refusal) => log_refusal(refusal),
            Refusal::Catalog(refusal) => refusal.code(),
        }
    }

    /// What the client is told to read, where there is more than the code says.
    pub fn message(&self) -> Option<String> {
        match self {
            Refusal::Code(_) => None,
            Refusal::Batch(error) => Some(error.to_string()),
            Refusal::Log(refusal) => Some(refusal.to_string()),
            Refusal::Catalog(refusal) => Some(refusal.to_string()),
        }
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
