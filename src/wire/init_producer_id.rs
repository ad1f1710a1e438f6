//! InitProducerId (key 22): a producer is given its id and epoch.
//!
//! Version 6 (two-phase commit, KIP-939) is unstable in Apache Kafka 4.3 and not served; its fields
//! stand here because Kafka's schema has them.
//!
//! - 1: a throttled reply is sent before the wait.
//! - 2: flexible.
//! - 3: a producer may hand in the id and epoch it has (KIP-360).
//! - 4: may answer PRODUCER_FENCED (KIP-588).
//! - 5: may answer TRANSACTION_ABORTABLE (KIP-890).

use crate::codec::message;

message! {
    /// InitProducerId (key 22), request.
    InitProducerIdRequest, versions 0..=5, flexible 2.. {
        transactional_id: Option<String>, 0.., null 0..;
        transaction_timeout_ms: i32, 0..;
        producer_id: i64, 3.., default -1;
        producer_epoch: i16, 3.., default -1;
        enable2_pc: bool, 6..;
        keep_prepared_txn: bool, 6..;
    }
}

message! {
    /// InitProducerId (key 22), response.
    InitProducerIdResponse, versions 0..=5, flexible 2.. {
        throttle_time_ms: i32, 0.., else ignored;
        error_code: i16, 0..;
        producer_id: i64, 0.., default -1;
        producer_epoch: i16, 0..;
        ongoing_txn_producer_id: i64, 6.., default -1;
        ongoing_txn_producer_epoch: i16, 6.., default -1;
    }
}
