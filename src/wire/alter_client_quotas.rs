//! AlterClientQuotas (key 49): quotas of users, clients and addresses, set and taken away.
//!
//! - 0: the lowest (KIP-546).
//! - 1: flexible.

use crate::codec::message;

message! {
    /// AlterClientQuotas (key 49), request.
    AlterClientQuotasRequest, versions 0..=1, flexible 1.. {
        entries: Vec<EntryData>, 0..;
        validate_only: bool, 0..;
    }
    struct EntryData { entity: Vec<EntityData>, 0..; ops: Vec<OpData>, 0..; }
    struct EntityData { entity_type: String, 0..; entity_name: Option<String>, 0.., null 0..; }
    struct OpData { key: String, 0..; value: f64, 0..; remove: bool, 0..; }
}

/// What answers the request: its structs share their names with those of the request.
mod response {
    use crate::codec::message;

    message! {
        /// AlterClientQuotas (key 49), response.
        AlterClientQuotasResponse, versions 0..=1, flexible 1.. {
            throttle_time_ms: i32, 0..;
            entries: Vec<EntryData>, 0..;
        }
        struct EntryData {
            error_code: i16, 0..;
            error_message: Option<String>, 0.., null 0..;
            entity: Vec<EntityData>, 0..;
        }
        struct EntityData {
            entity_type: String, 0..;
            entity_name: Option<String>, 0.., null 0..;
        }
    }
}

pub use response::{
    AlterClientQuotasResponse, EntityData as AlteredEntity, EntryData as AlteredEntry,
};
