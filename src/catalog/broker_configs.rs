//! The configs of brokers that can be changed in flight (protocol.md A8; DynamicBrokerConfig), and
//! the settings that they make.

use std::collections::BTreeMap;

use super::configs::{
    AlterRefusal, AlterResource, BROKER, Operation, apply, check_node, invalid, is_broker_list,
    request,
};
use super::image::Image;
use crate::settings::{Dynamic, DynamicKey, Settings, Unit, dynamic_key};

/// Kafka keeps it for the whole cluster, always.
const MIN_ISR: &str = "min.insync.replicas";

/// The settings that hold: those the broker was started with, and what was changed since.
#[must_use]
pub fn live_settings(image: &Image, started: &Settings) -> Settings {
    let configs = |name: &str| image.configs(BROKER, name).cloned().unwrap_or_default();
    let node = started.node_id.to_string();
    started.with_dynamic(Dynamic { broker: configs(&node), cluster: configs("") })
}

/// Decides on a change of a broker's configs, or of every broker's.
pub(super) fn check_broker(
    settings: &Settings,
    resource: &AlterResource,
    old: Option<&BTreeMap<String, String>>,
    replace: bool,
) -> Result<BTreeMap<String, String>, AlterRefusal> {
    let every = resource.name.is_empty();
    if !every {
        check_node(settings, &resource.name)?;
    }
    let kept = old.filter(|_| !replace);
    let held = |name: &str| match dynamic_key(name) {
        DynamicKey::Live(key) => {
            let own = old.and_then(|old| old.get(name).cloned());
            own.or_else(|| Some(settings.live_value(key).kafka_text(Unit::Plain)))
        }
        _ => old.and_then(|old| old.get(name).cloned()),
    };
    let not_list = |operation: Operation, name: &str| match dynamic_key(name) {
        DynamicKey::Unknown => AlterRefusal::Config(format!("Unknown config name: {name}")),
        _ => {
            let what = if operation == Operation::Append { "append" } else { "subtract" };
            let text = format!("Config value {what} is not allowed for config key: {name}");
            AlterRefusal::Config(text)
        }
    };
    let new = apply(kept, &resource.configs, held, is_broker_list, not_list)?;
    check_values(&new, every)?;
    check_min_isr(resource, &new, every, replace)?;
    Ok(new)
}

fn check_values(new: &BTreeMap<String, String>, every: bool) -> Result<(), AlterRefusal> {
    let of = |wanted: fn(DynamicKey) -> bool| {
        let names = new.keys().filter(|name| wanted(dynamic_key(name)));
        names.cloned().collect::<Vec<_>>().join(", ")
    };
    if every && new.contains_key("listeners") {
        return Err(request(
            "Cannot update these configs at default cluster level, broker id must be specified: \
             [listeners]",
        ));
    }
    let read_only = of(|key| key == DynamicKey::ReadOnly);
    if !read_only.is_empty() {
        return Err(request(format!("Cannot update these configs dynamically: [{read_only}]")));
    }
    let per_listener = of(|key| key == DynamicKey::PerListener);
    if !per_listener.is_empty() {
        return Err(request(format!(
            "These security configs can be dynamically updated only per-listener using the \
             listener prefix: [{per_listener}]"
        )));
    }
    for (name, value) in new {
        let read = dynamic_key(name).read(value);
        read.map_err(|bad| request(invalid(name, value, &bad)))?;
    }
    Ok(())
}

fn check_min_isr(
    resource: &AlterResource,
    new: &BTreeMap<String, String>,
    every: bool,
    replace: bool,
) -> Result<(), AlterRefusal> {
    let touched = resource.configs.iter().any(|config| config.name == MIN_ISR);
    let refused = |text: &str| Err(AlterRefusal::Config(text.to_owned()));
    if !every && touched {
        return refused("Broker-level min.insync.replicas cannot be altered while ELR is enabled.");
    }
    if every && (touched || replace) && !new.contains_key(MIN_ISR) {
        return refused(
            "Cluster-level min.insync.replicas cannot be removed while ELR is enabled.",
        );
    }
    Ok(())
}
