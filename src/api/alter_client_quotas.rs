//! AlterClientQuotas (key 49): quotas of users, clients and addresses, kept and described, but not
//! applied yet (protocol.md Q3).
//!
//! v0 KIP-546 · v1 flexible

use std::sync::Arc;

use crate::base::ErrorCode;
use crate::catalog::{AlterEntity, AlterQuota, QuotaEntity};
use crate::codec::WireError;
use crate::wire::alter_client_quotas::{
    AlterClientQuotasRequest, AlterClientQuotasResponse, AlteredEntity, AlteredEntry, EntryData,
};

use super::answer::{Answer, Settled};
use super::call::Call;
use super::refuse::Refusal;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: AlterClientQuotasRequest = call.request()?;
    let validate_only = request.validate_only;
    let command: Vec<AlterEntity> = request.entries.into_iter().map(entity).collect();
    let broker = Arc::clone(call.broker);
    Ok(Answer::wait(async move {
        let asked: Vec<QuotaEntity> = command.iter().map(|entry| entry.entity.clone()).collect();
        let entries = match broker.alter_quotas(command, validate_only).await {
            Ok(altered) => altered
                .results
                .into_iter()
                .map(|(entity, result)| match result.map_err(Refusal::from) {
                    Ok(()) => told(entity, ErrorCode::None, None),
                    Err(refusal) => told(entity, refusal.code(), refusal.message()),
                })
                .collect(),
            Err(code) => asked.into_iter().map(|entity| told(entity, code, None)).collect(),
        };
        Settled::reply(AlterClientQuotasResponse { entries, ..Default::default() })
    }))
}

fn entity(asked: EntryData) -> AlterEntity {
    let quotas = asked.ops.into_iter();
    AlterEntity {
        entity: asked.entity.into_iter().map(|part| (part.entity_type, part.entity_name)).collect(),
        quotas: quotas
            .map(|op| AlterQuota { key: op.key, value: (!op.remove).then_some(op.value) })
            .collect(),
    }
}

fn told(entity: QuotaEntity, code: ErrorCode, error_message: Option<String>) -> AlteredEntry {
    let parts = entity.into_iter();
    let entity = parts.map(|(entity_type, entity_name)| AlteredEntity { entity_type, entity_name });
    AlteredEntry { error_code: code.code(), error_message, entity: entity.collect() }
}
