//! DescribeClientQuotas (key 48): the quotas that are kept (protocol.md Q3).
//!
//! v0 KIP-546 · v1 flexible

use crate::base::ErrorCode;
use crate::catalog::{QuotaEntry, QuotaFilter, QuotaRefusal, described_quotas};
use crate::codec::WireError;
use crate::wire::describe_client_quotas::{
    DescribeClientQuotasRequest, DescribeClientQuotasResponse, EntityData, EntryData, ValueData,
};

use super::answer::Answer;
use super::call::Call;
use super::refuse::Refusal;

pub(super) fn handle(call: &Call<'_>) -> Result<Answer, WireError> {
    let request: DescribeClientQuotasRequest = call.request()?;
    let components = request.components.into_iter();
    let filters: Vec<QuotaFilter> = components
        .map(|component| QuotaFilter {
            entity_type: component.entity_type,
            match_type: component.match_type,
            name: component.r#match,
        })
        .collect();
    let found = call.broker.topics().image(|image| {
        let found = described_quotas(image, &filters, request.strict)?;
        Ok::<_, QuotaRefusal>(found.into_iter().map(entry).collect())
    });
    let (code, message, entries) = match found.map_err(Refusal::from) {
        // Kafka's way of saying that there is nothing to say.
        Ok(entries) => (ErrorCode::None, Some(String::new()), Some(entries)),
        Err(refusal) => (refusal.code(), refusal.message(), None),
    };
    Ok(Answer::reply(DescribeClientQuotasResponse {
        error_code: code.code(),
        error_message: message,
        entries,
        ..Default::default()
    }))
}

fn entry((entity, quotas): QuotaEntry<'_>) -> EntryData {
    let part = |(kind, name): (&String, &Option<String>)| EntityData {
        entity_type: kind.clone(),
        entity_name: name.clone(),
    };
    let quota = |(key, value): (&String, &f64)| ValueData { key: key.clone(), value: *value };
    EntryData {
        entity: entity.iter().map(part).collect(),
        values: quotas.iter().map(quota).collect(),
    }
}
