//! Client quotas (protocol.md Q3; ClientQuotaControlManager): kept and described. Nobody is slowed
//! down by them yet.

use std::collections::{BTreeMap, BTreeSet};

use super::image::Image;
use super::record::{ClientQuotaRecord, QuotaEntityPart, QuotaValue, Record};

/// Whom a quota is for: types (`user`, `client-id`, `ip`) and names; no name is everybody who has
/// no quota of their own.
pub type QuotaEntity = BTreeMap<String, Option<String>>;

const USER: &str = "user";
const CLIENT_ID: &str = "client-id";
const IP: &str = "ip";

/// One quota that is to change.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterQuota {
    /// Its name.
    pub key: String,
    /// The new value; `None` to take it away.
    pub value: Option<f64>,
}

/// An entity whose quotas are to change.
#[derive(Clone, Debug, PartialEq)]
pub struct AlterEntity {
    /// The entity; of a type that is given twice the last counts.
    pub entity: QuotaEntity,
    /// The changes.
    pub quotas: Vec<AlterQuota>,
}

/// Why quotas are not changed or described; the texts are Kafka's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QuotaRefusal {
    /// INVALID_REQUEST.
    #[error("{0}")]
    Request(String),
    /// UNSUPPORTED_VERSION.
    #[error("Unsupported entity type {0}")]
    EntityType(String),
}

/// What came of the command, in the order of the request.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AlteredQuotas {
    /// The results: each entity once.
    pub results: Vec<(QuotaEntity, Result<(), QuotaRefusal>)>,
    /// What is to be made durable and replayed.
    pub records: Vec<Record>,
}

fn refused<T>(text: impl Into<String>) -> Result<T, QuotaRefusal> {
    Err(QuotaRefusal::Request(text.into()))
}

/// Decides the command. Checked only, there are no records.
#[must_use]
pub fn alter_quotas(image: &Image, command: &[AlterEntity], validate_only: bool) -> AlteredQuotas {
    let mut times: BTreeMap<&QuotaEntity, usize> = BTreeMap::new();
    for altered in command {
        *times.entry(&altered.entity).or_default() += 1;
    }
    let mut told = BTreeSet::new();
    let mut out = AlteredQuotas::default();
    for altered in command.iter().filter(|altered| told.insert(&altered.entity)) {
        let mut keys = BTreeSet::new();
        let once = times.get(&altered.entity) == Some(&1)
            && altered.quotas.iter().all(|quota| keys.insert(&quota.key));
        let decided = match once {
            true => decide(image, altered),
            false => refused(format!(
                "Ignoring duplicate entity ClientQuotaEntity(entries={})",
                shown(&altered.entity)
            )),
        };
        let result = decided.map(|record| {
            if !validate_only {
                out.records.extend(record);
            }
        });
        out.results.push((altered.entity.clone(), result));
    }
    out
}

fn shown(entity: &QuotaEntity) -> String {
    let name = |name: &Option<String>| name.clone().unwrap_or_else(|| "null".into());
    let parts: Vec<String> =
        entity.iter().map(|(kind, named)| format!("{kind}={}", name(named))).collect();
    format!("{{{}}}", parts.join(", "))
}

fn decide(image: &Image, altered: &AlterEntity) -> Result<Option<Record>, QuotaRefusal> {
    check_entity(&altered.entity)?;
    let old = image.quotas().get(&altered.entity);
    let mut new = old.cloned().unwrap_or_default();
    for AlterQuota { key, value } in &altered.quotas {
        match value {
            None => {
                new.remove(key);
            }
            Some(value) => {
                check_quota(altered.entity.contains_key(IP), key, *value)?;
                new.insert(key.clone(), *value);
            }
        }
    }
    if old.map_or(new.is_empty(), |old| *old == new) {
        return Ok(None);
    }
    let parts = altered.entity.iter().map(|(entity_type, entity_name)| QuotaEntityPart {
        entity_type: entity_type.clone(),
        entity_name: entity_name.clone(),
    });
    Ok(Some(Record::ClientQuota(ClientQuotaRecord {
        entity: parts.collect(),
        values: new.into_iter().map(|(key, value)| QuotaValue { key, value }).collect(),
    })))
}

fn check_entity(entity: &QuotaEntity) -> Result<(), QuotaRefusal> {
    if entity.is_empty() {
        return refused("Invalid empty client quota entity");
    }
    for (kind, name) in entity {
        if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
            return refused(format!("Unhandled client quota entity type: {kind}"));
        }
        match name.as_deref() {
            Some("") => return refused(format!("Empty {kind} not supported")),
            Some(name) if kind == IP && !is_host(name) => {
                return refused(format!("{name} is not a valid IP or resolvable host."));
            }
            _ => {}
        }
    }
    if entity.contains_key(IP) && entity.len() > 1 {
        return refused(
            "Invalid quota entity combination, IP entity shouldnot be combined with User or \
             ClientId",
        );
    }
    Ok(())
}

/// An address or what could be a name: names are not resolved.
fn is_host(name: &str) -> bool {
    let in_name = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    name.parse::<std::net::IpAddr>().is_ok() || name.bytes().all(in_name)
}

fn check_quota(ip: bool, key: &str, value: f64) -> Result<(), QuotaRefusal> {
    let keys: &[&str] = match ip {
        true => &["connection_creation_rate"],
        false => &[
            "producer_byte_rate",
            "consumer_byte_rate",
            "request_percentage",
            "controller_mutation_rate",
        ],
    };
    if !keys.contains(&key) {
        return refused(format!("Invalid configuration key {key}"));
    }
    if value.is_nan() || value <= 0.0 {
        return refused(format!("Quota {key} must be greater than 0"));
    }
    let (kind, most) = match key {
        "connection_creation_rate" => ("INT", f64::from(i32::MAX)),
        "producer_byte_rate" | "consumer_byte_rate" => ("LONG", 9_223_372_036_854_775_807.0),
        _ => return Ok(()),
    };
    if value > most {
        return refused(format!("Proposed value for {key} is too large for a {kind}."));
    }
    if value.fract() != 0.0 {
        return refused(format!("{key} cannot be a fractional value."));
    }
    Ok(())
}

/// What an entity must have to be described.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QuotaFilter {
    /// Of this type …
    pub entity_type: String,
    /// … this: Kafka's number, 0 this name, 1 no name, 2 anything.
    pub match_type: i8,
    /// The name, where one is asked for.
    pub name: Option<String>,
}

/// An entity and its quotas.
pub type QuotaEntry<'a> = (&'a QuotaEntity, &'a BTreeMap<String, f64>);

/// The entities that match every filter; strictly, only those that have nothing beside.
///
/// # Errors
/// [`QuotaRefusal`], for the first filter that means nothing.
pub fn described_quotas<'a>(
    image: &'a Image,
    filters: &[QuotaFilter],
    strict: bool,
) -> Result<Vec<QuotaEntry<'a>>, QuotaRefusal> {
    let mut types = BTreeSet::new();
    for filter in filters {
        check_filter(filter)?;
        if !types.insert(filter.entity_type.as_str()) {
            return refused(format!(
                "Entity type {} cannot appear more than once in the filter.",
                filter.entity_type
            ));
        }
    }
    if types.contains(IP) && types.len() > 1 {
        return refused(
            "Invalid entity filter component combination. IP filter component should not be used \
             with user or clientId filter component.",
        );
    }
    let fits = |entity: &QuotaEntity| {
        let each = filters.iter().all(|filter| match entity.get(&filter.entity_type) {
            None => false,
            Some(_) if filter.match_type == ANY => true,
            Some(name) => *name == filter.name,
        });
        each && (!strict || entity.len() == filters.len())
    };
    Ok(image.quotas().iter().filter(|(entity, _)| fits(entity)).collect())
}

const EXACT: i8 = 0;
const DEFAULT: i8 = 1;
const ANY: i8 = 2;

fn check_filter(filter: &QuotaFilter) -> Result<(), QuotaRefusal> {
    let kind = &filter.entity_type;
    if kind.is_empty() {
        return refused("Invalid empty entity type.");
    }
    if ![USER, CLIENT_ID, IP].contains(&kind.as_str()) {
        return Err(QuotaRefusal::EntityType(kind.clone()));
    }
    match (filter.match_type, &filter.name) {
        (EXACT, None) => {
            refused("Request specified MATCH_TYPE_EXACT, but set match string to null.")
        }
        (DEFAULT, Some(_)) => {
            refused("Request specified MATCH_TYPE_DEFAULT, but also specified a match string.")
        }
        (ANY, Some(_)) => {
            refused("Request specified MATCH_TYPE_SPECIFIED, but also specified a match string.")
        }
        (EXACT | DEFAULT | ANY, _) => Ok(()),
        (other, _) => refused(format!("Unknown match type {other}")),
    }
}
