//! InitProducerId (key 22): an id that no producer had before (protocol.md T1).
//!
//! v2 flexible · v3 the producer's own id and epoch (KIP-360) · v4 PRODUCER_FENCED · v5
//! TRANSACTION_ABORTABLE (KIP-890)
//!
//! Ids come from blocks that the catalog has synced, so that none is given twice, whatever happens.

use std::sync::Arc;

use crate::base::{ErrorCode, ProducerEpoch, ProducerId};
use crate::codec::WireError;
use crate::wire::init_producer_id::{InitProducerIdRequest, InitProducerIdResponse};

use super::answer::{Answer, Settled};
use super::call::Call;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: InitProducerIdRequest = call.request()?;
    if request.transactional_id.is_some() {
        return Ok(Answer::reply(refused(match request.transactional_id.as_deref() {
            Some("") => ErrorCode::InvalidRequest,
            // Transactions come with their own issue.
            _ => ErrorCode::TransactionalIdAuthorizationFailed,
        })));
    }
    let has_id = request.producer_id != ProducerId::NONE.0;
    let has_epoch = request.producer_epoch != ProducerEpoch::NONE.0;
    if has_id != has_epoch {
        return Ok(Answer::reply(refused(ErrorCode::InvalidRequest)));
    }
    if let Some(id) = call.broker.producer_ids().next() {
        return Ok(Answer::reply(given(id)));
    }
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        Settled::reply(match broker.reserve_producer_id().await {
            Ok(id) => given(id),
            Err(code) => refused(code),
        })
    }))
}

fn given(id: ProducerId) -> InitProducerIdResponse {
    InitProducerIdResponse { producer_id: id.0, producer_epoch: 0, ..Default::default() }
}

fn refused(code: ErrorCode) -> InitProducerIdResponse {
    InitProducerIdResponse {
        error_code: code.code(),
        producer_id: ProducerId::NONE.0,
        producer_epoch: ProducerEpoch::NONE.0,
        ..Default::default()
    }
}
